"""Weights, strata and clusters that come to the cases from the log of the files that were drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError
from ..base.language import tr, trn
from .intake import FILE_STATUSES, FileLog
from .mappings.mapping import CaseMapping
from .readers.frames import Source
from .sampling_log import read_sampling_log
from .sampling_weights import adjusted_weights, file_log

# Column of the milestones with the weight before it was raised for files that were not coded.
DRAWN_WEIGHT: Final = "drawn_weight"
_CODED: Final = FILE_STATUSES.index("coded")


@dataclass(frozen=True, eq=False, kw_only=True)
class SampledFiles:
    """What the log of a mapping gives to its cases.

    Attributes
    ----------
    columns : mapping of str to mapping
        For each design column the value of every coded file, by the file's number.
    status : mapping of str to int
        Of every file, by its number.
    unnumbered : int
        Coded files without a number.
    log : FileLog
    """

    columns: Mapping[str, Mapping[str, Any]]
    status: Mapping[str, int]
    unnumbered: int
    log: FileLog

    def __repr__(self) -> str:
        return f"SampledFiles({len(self.status)} files: personal data)"

    @property
    def design(self) -> tuple[str, ...]:
        """Names of the design columns."""
        return tuple(self.columns)


def sampled_files(mapping: CaseMapping) -> SampledFiles | None:
    """Read the sampling log that a mapping names; None where it names none.

    Raises
    ------
    ReadError, MappingError, CaseDataError
        When it cannot be read, or says what cannot be.
    """
    spec = mapping.cases.sampling.log
    if spec is None:
        return None
    files = read_sampling_log(mapping.path(spec.file), sheet=spec.sheet)
    adjusted = adjusted_weights(files, spec.classes)
    coded = files.has("coded").tolist()
    numbered = [place for place, number in enumerate(files.file) if number]
    given: dict[str, Sequence[Any]] = {
        "weight": (files.weight * adjusted.factor).tolist(),
        DRAWN_WEIGHT: files.weight.tolist(),
        "stratum": files.stratum,
        "cluster": files.cluster,
    }
    return SampledFiles(
        columns={
            # no cluster is told by a null, as in all data: a blank text would be a level of its own
            name: {files.file[place]: values[place] or None for place in numbered if coded[place]}
            for name, values in given.items()
            if len(values)
        },
        status={files.file[place]: int(files.status[place]) for place in numbered},
        unnumbered=sum(coded) - sum(coded[place] for place in numbered),
        log=file_log(files, adjusted, finite=spec.finite),
    )


def add_sampled(source: Source, mapping: CaseMapping, sampled: SampledFiles, ids: Sequence[str]) -> None:
    """Add the design columns to the table of the cases.

    Parameters
    ----------
    source : Source
    mapping : CaseMapping
    sampled : SampledFiles
    ids : sequence of str
        Columns of the case's id, which is the file's number unless the mapping names other columns for it.

    Raises
    ------
    CaseDataError
        When cases are not in the log, or not coded by it, or coded files have no case: with how many.
    """
    spec = mapping.cases.sampling.log
    named = ids if spec is None or spec.id is None else spec.id
    columns = [source.need(one, where="cases.sampling.log.id" if spec and spec.id else "cases.id") for one in named]
    column = columns[0]
    if len(columns) > 1:
        column = "file of the sampling log"
        source.put(column, nw.concat_str([source.as_text(one) for one in columns], separator="|"))
    _ensure_same(source.distinct(column)[0], sampled)
    for name, values in sampled.columns.items():
        source.add_lookup(name, column, values, nw.Float64 if name in {"weight", DRAWN_WEIGHT} else nw.String)


def _ensure_same(numbers: Collection[str], sampled: SampledFiles) -> None:
    """Refuse cases that were not drawn and coded, and coded files that are no case: their weights would mislead."""
    name = sampled.log.source
    strange = sum(one not in sampled.status for one in numbers)
    if strange:
        raise CaseDataError(
            trn(
                "{n} file of the data is not in the sampling log '{file}', so nobody knows for how many it stands.",
                "{n} files of the data are not in the sampling log '{file}', so nobody knows for how many they stand.",
                strange,
                file=name,
            ),
            tr("Write the numbers into its column 'file' as the data have them; leave out files that were not drawn."),
        )
    uncoded = sum(sampled.status[one] != _CODED for one in numbers)
    if uncoded:
        raise CaseDataError(
            trn(
                "{n} file of the data is not 'coded' by the sampling log '{file}'.",
                "{n} files of the data are not 'coded' by the sampling log '{file}'.",
                uncoded,
                file=name,
            ),
            tr("Correct the status in the log, or leave these files out of the data."),
        )
    there = set(numbers)
    gone = sampled.unnumbered + sum(
        status == _CODED and number not in there for number, status in sampled.status.items()
    )
    if gone:
        raise CaseDataError(
            trn(
                "{n} file that the sampling log '{file}' calls coded is not in the data.",
                "{n} files that the sampling log '{file}' calls coded are not in the data.",
                gone,
                file=name,
            ),
            tr("Add their codings, correct their numbers, or write 'eligible' as their status: in scope, not coded."),
        )
