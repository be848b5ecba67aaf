"""From files to case data: read everything as text, type it by the mapping, hand it to the embedded engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from ..base.errors import ReadError
from ..base.language import tr
from . import canonical
from .casedata import CaseData
from .mappings.children import child_dates
from .mappings.mapping import CaseMapping, DateColumn
from .readers.files import is_parquet, read_text_tables
from .readers.frames import Embedded, with_day_numbers
from .readers.parquet import open_parquet, parquet_files


def read_cases(
    path: str | Path | Sequence[str | Path] | None = None,
    *,
    mapping: CaseMapping | str | Path | dict[str, Any],
    faults: Literal["refuse", "count"] | None = None,
) -> CaseData:
    """Read case files as a mapping describes them.

    Parameters
    ----------
    path : path or sequence of paths, optional
        The data; by default the files that the mapping names, beside it. For stage tables, one per table.
    mapping : CaseMapping, path or dict
        Which column is what; see ``docs/mapping.md``.
    faults : {"refuse", "count"}, optional
        What to do with unreadable values and repeated ids: refuse them, or count them and go on; by default as the
        mapping says.

    Returns
    -------
    CaseData

    Raises
    ------
    SettingsError
        When the mapping is wrong.
    ReadError
        When a file is missing, empty, or not what it claims to be.
    MappingError, CaseDataError
        When mapping and data do not fit each other, or the data cannot be used.

    Examples
    --------
    >>> import tempfile, justice_metrics as jm
    >>> from justice_metrics.simulate.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     demo = write_sample(folder + "/demo")
    ...     jm.read_cases(demo / "bolivia_cases.csv", mapping=demo / "bolivia_mapping.toml").n_units
    1200
    """
    described = canonical.as_mapping(mapping)
    if faults is not None and faults != described.data.faults:
        described = described.with_faults(faults)
    embedded = Embedded()
    if described.data.kind == "stages":
        given = _listed(path) or [one.file for one in described.stages]
        frames: Any = [
            _table(one, described, embedded, sheet=stage.sheet, dates=_dates(described, place))
            for place, (one, stage) in enumerate(zip(given, described.stages, strict=False))
        ]
        source = ", ".join(_name(one) for one in given)
    else:
        files = _listed(path) or list(described.data.file)
        if not files:
            raise ReadError(
                tr("The mapping names no data file."), tr("Set 'file' in [data], or name the file in the call.")
            )
        frames = _table(files, described, embedded, sheet=described.data.sheet, dates=_dates(described))
        source = ", ".join(_name(one) for one in files)
    support, spells = None, described.support
    if spells is not None and spells.file:
        dates = [one for one in (spells.start, spells.end, spells.recorded) if one is not None]
        support = _table(spells.file, described, embedded, sheet=spells.sheet, dates=dates, other_hand=True)
    children = {
        # A sheet without a file is one of the workbook with the cases.
        name: _table(
            part.file or (files if described.data.kind != "stages" else described.stages[0].file),
            described,
            embedded,
            sheet=part.sheet,
            dates=child_dates(name, part),
            other_hand=bool(part.file),
        )
        for name, part in described.children.items()
        if part.apart
    }
    made = canonical.from_frames(
        frames, described, support=support, children=children, embedded=embedded, source=source
    )
    return CaseData(
        **made._replace(provenance=canonical.named(made.provenance, source), frame_library="pandas")._asdict()
    )


def _table(
    files: str | Path | Sequence[str | Path],
    mapping: CaseMapping,
    embedded: Embedded,
    *,
    sheet: str | None,
    dates: Sequence[DateColumn],
    other_hand: bool = False,
) -> Any:
    """Return one table: parquet as a relation that is read where it is needed, everything else as texts.

    A file of support or hearings often comes from another hand: how it is written is found out.
    """
    paths = [mapping.path(str(one)) for one in ([files] if isinstance(files, str | Path) else files)]
    if all(is_parquet(one) for one in paths):
        relation = open_parquet(parquet_files(paths), connection=embedded.connection)
        return relation.to_arrow_table() if _text_dates(relation, dates) else with_day_numbers(relation)
    data = mapping.data
    encoding, separator = (None, None) if other_hand else (data.encoding, data.separator)
    return read_text_tables(paths, sheet=sheet, encoding=encoding, separator=separator)


def _text_dates(relation: Any, dates: Sequence[DateColumn]) -> bool:
    """Whether a mapped date is a text, which only an in-memory table can read in every form."""
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    return any(types.get(one.column) == "VARCHAR" for one in dates)


def _dates(mapping: CaseMapping, stage: int = 0) -> list[DateColumn]:
    """Return the dates that the table of the cases, or a stage table, holds."""
    found = list(mapping.dates.values())
    found += [DateColumn(column=one.notified) for one in mapping.dates.values() if one.notified is not None]
    found += [mapping.outcome.date] if mapping.outcome is not None and mapping.outcome.date is not None else []
    found += [mapping.events.date] if mapping.events is not None else []
    if mapping.stages:
        one = mapping.stages[stage]
        found += [one.date] if one.date is not None else []
        found += [one.outcome.date] if one.outcome is not None and one.outcome.date is not None else []
    found += [DateColumn(column=mapping.attributes[one].column) for one in mapping.date_attributes]
    found += [date for name, part in mapping.children.items() if not part.apart for date in child_dates(name, part)]
    entry = mapping.cases.sampling.entry
    return found + ([entry] if entry is not None else [])


def _listed(path: str | Path | Sequence[str | Path] | None) -> list[Any]:
    if path is None:
        return []
    # A path of the caller's starts where the caller stands, not beside the mapping.
    return [Path(one).absolute() for one in ([path] if isinstance(path, str | Path) else path)]


def _name(given: Any) -> str:
    several = [given] if isinstance(given, str | Path) else list(given)
    return ", ".join(Path(one).name for one in several)
