"""The sampling log: which files were drawn, with which chance, and what became of each. Personal data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import CaseDataError, MappingError, QuestionError
from ..base.language import Message, tr, trn
from ..base.types import Counts, Flags, Floats, FrameLibrary
from .conversions.text import normalise
from .intake import FILE_STATUSES
from .readers.files import read_text_table

# From the place of a row to its number in the file.
RowNumber: TypeAlias = Callable[[int], int]

# What a field team may write for each status besides its id, in either gender and number, and what answers call it.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "drawn": ("sorteado", "pendiente", "aún no buscado", "pending", "not searched yet"),
        "found": ("encontrado", "ubicado", "hallado", "hallado, aún no leído", "located", "found, not read yet"),
        "lost": ("perdido", "extraviado", "no encontrado", "no ubicado", "not found"),
        "sealed": (
            "reservado",
            "en reserva",
            "acceso negado",
            "reservado (acceso negado)",
            "refused",
            "sealed (access refused)",
        ),
        "not_eligible": (
            "no elegible",
            "no elegibles",
            "fuera de alcance",
            "fuera del alcance",
            "out of scope",
            "ineligible",
        ),
        "eligible": (
            "elegible",
            "elegibles",
            "dentro del alcance, sin codificar",
            "sin codificar",
            "no codificado",
            "in scope, not coded",
            "not coded",
        ),
        "coded": ("codificado",),
    }
)
# Weights and chances that were written with few digits may differ by so much of themselves.
_ROUNDED: Final = 0.01
# Texts of a cell for what is no number.
_UNTOLD: Final = float("nan")


@dataclass(frozen=True, eq=False, kw_only=True)
class LoggedFiles:
    """Every file of a sampling log, in its order.

    Attributes
    ----------
    file : tuple of str
        Number of each file; "" where nobody has written it in.
    status : array of int, shape (R,)
        Place in ``FILE_STATUSES``.
    weight : array of float, shape (R,)
        Inverse of the chance to be drawn.
    stratum, cluster : tuple of str, or empty
        As far as the log tells them.
    chance : array of float, shape (R,)
        Of the cluster to be drawn; NaN where the log does not tell it, 1 where files were drawn directly.
    columns : mapping of str to tuple of str
        All columns, as texts.
    source : str
        Name of the file, without its folder.
    library : {"pandas", "polars", "pyarrow"}
    """

    file: tuple[str, ...] = field(repr=False)
    status: Counts = field(repr=False)
    weight: Floats = field(repr=False)
    stratum: tuple[str, ...] = field(repr=False)
    cluster: tuple[str, ...] = field(repr=False)
    chance: Floats = field(repr=False)
    columns: Mapping[str, tuple[str, ...]] = field(repr=False)
    source: str
    library: FrameLibrary = "pandas"

    def __repr__(self) -> str:
        return f"LoggedFiles({len(self.file)} files: personal data)"

    def has(self, status: str) -> Flags:
        """Return which files have a status, shape (R,)."""
        return np.asarray(self.status == FILE_STATUSES.index(status), np.bool_)

    def any_of(self, *statuses: str) -> Flags:
        """Return which files have one of some statuses, shape (R,)."""
        return np.isin(self.status, [FILE_STATUSES.index(one) for one in statuses])


def read_sampling_log(source: Any, *, sheet: str | None = None) -> LoggedFiles:
    """Read and check a sampling log.

    Parameters
    ----------
    source : path or frame
        A csv file, a workbook or a frame with one row per drawn file: the list that the draw made, with its column
        ``status`` filled in. It needs ``status`` and ``weight`` (or ``cluster_probability`` and ``file_probability``);
        ``file``, ``stratum`` and ``cluster`` are read where they are there.
    sheet : str, optional
        Of a workbook with several tables.

    Returns
    -------
    LoggedFiles

    Raises
    ------
    ReadError, MappingError
        When the file cannot be read, or a column is missing.
    CaseDataError
        When a status is unknown, a weight is no weight, a file stands there twice, or its cluster or stratum is blank
        where others have one: with how many.
    """
    columns, name, library, row = _columns(source, sheet)
    if "status" not in columns:
        raise _no_column("status", columns)
    n = len(columns["status"])
    if n == 0:
        raise CaseDataError(
            tr("The sampling log '{file}' holds no drawn file.", file=name),
            tr("It has one row per drawn file, as the list that 'sampling draw' writes."),
        )
    file, stratum, cluster = (_texts(columns, one, n) for one in ("file", "stratum", "cluster"))
    _ensure_once(file, row)
    _ensure_whole(stratum, cluster, row)
    clustered = any(cluster)
    chance = _numbers(columns, "cluster_probability", n)
    if not clustered:
        chance = np.ones(n)
    elif "cluster_probability" in columns:
        _ensure_chances(chance, "cluster_probability")
        _ensure_one_chance(stratum, cluster, chance)
    return LoggedFiles(
        file=file,
        status=_statuses(columns["status"], row),
        weight=_weights(columns, n, row),
        stratum=stratum if any(stratum) else (),
        cluster=cluster if clustered else (),
        chance=chance,
        columns=MappingProxyType({one: _texts(columns, one, n) for one in columns}),
        source=name,
        library=library,
    )


def _columns(source: Any, sheet: str | None) -> tuple[Mapping[str, Sequence[Any]], str, FrameLibrary, RowNumber]:
    if isinstance(source, str | Path):
        read = read_text_table(source, sheet=sheet)
        return (
            {name: read.table.column(name).to_pylist() for name in read.columns},
            read.source,
            "pandas",
            read.row_number,
        )
    try:
        table: Any = nw.from_native(source)
    except TypeError:
        raise QuestionError(
            tr("A sampling log is a table, and this question was given a {kind}.", kind=type(source).__name__),
            tr("Hand over the path of a csv file or workbook, or a frame with one row per drawn file."),
        ) from None
    library = str(nw.get_native_namespace(table).__name__)
    eager = table.collect() if isinstance(table, nw.LazyFrame) else table
    back: FrameLibrary = "polars" if library == "polars" else "pyarrow" if library == "pyarrow" else "pandas"
    return {name: eager.get_column(name).to_arrow().to_pylist() for name in eager.columns}, "frame", back, _counted


def _counted(place: int) -> int:
    """Return the number of a row of a frame, from 1 on."""
    return place + 1


def _no_column(name: str, columns: Mapping[str, Any]) -> MappingError:
    return MappingError(
        tr("The sampling log has no column '{name}'.", name=name),
        tr("Its columns are: {known}. The list that 'sampling draw' writes has all that are needed.",
           known=list(columns)),
    )  # fmt: skip


def _texts(columns: Mapping[str, Sequence[Any]], name: str, n: int) -> tuple[str, ...]:
    return tuple(_text(one) for one in columns[name]) if name in columns else ("",) * n


def _text(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _numbers(columns: Mapping[str, Sequence[Any]], name: str, n: int) -> Floats:
    return np.array([_number(one) for one in columns[name]], np.float64) if name in columns else np.full(n, _UNTOLD)


def _number(cell: Any) -> float:
    """Return a number; NaN for anything else. A spreadsheet may have turned its point into a comma."""
    text = _text(cell)
    try:
        return float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        return _UNTOLD


def _statuses(cells: Sequence[Any], row: RowNumber) -> Counts:
    meant = {
        normalise(form): place
        for place, one in enumerate(FILE_STATUSES)
        for word in (one, *_WORDS[one])
        for form in _forms(word)
    }
    meant |= {one.replace("_", " "): place for place, one in enumerate(FILE_STATUSES)} | {"": 0}
    found = [meant.get(normalise(_text(one)), -1) for one in cells]
    unknown = found.count(-1)
    if unknown:
        raise CaseDataError(
            trn(
                "{n} file of the sampling log has a status that is not known (row {row}).",
                "{n} files of the sampling log have a status that is not known (the first in row {row}).",
                unknown,
                row=row(found.index(-1)),
            ),
            tr("There are: {known}.", known=[f"{one} ({_WORDS[one][0]})" for one in FILE_STATUSES]),
        )
    return np.array(found, np.int64)


def _forms(word: str) -> tuple[str, ...]:
    """Return a Spanish word in either gender and number; any other word as it is."""
    return (word, *(re.sub(r"do\b(?!\))", end, word) for end in ("da", "dos", "das")))


def _weights(columns: Mapping[str, Sequence[Any]], n: int, row: RowNumber) -> Floats:
    if "weight" in columns:
        weight = _numbers(columns, "weight", n)
    elif {"cluster_probability", "file_probability"} <= set(columns):
        chance = _numbers(columns, "cluster_probability", n) * _numbers(columns, "file_probability", n)
        weight = 1 / np.where(chance > 0, chance, np.nan)
    else:
        raise _no_column("weight", columns)
    # written with few digits, a weight of 1 may be a little less
    bad = np.flatnonzero(~((weight >= 1 - 1e-6) & np.isfinite(weight)))
    if len(bad):
        raise CaseDataError(
            trn(
                "{n} file of the sampling log has no weight, or one below 1 (row {row}).",
                "{n} files of the sampling log have no weight, or one below 1 (the first in row {row}).",
                len(bad),
                row=row(int(bad[0])),
            ),
            tr("A weight is 1 divided by the chance of the file to be drawn; take it from the list of the draw."),
        )
    _ensure_agree(weight, columns, n, row)
    return np.maximum(weight, 1.0)


def _ensure_agree(weight: Floats, columns: Mapping[str, Sequence[Any]], n: int, row: RowNumber) -> None:
    """Refuse weights that are not those of the chances beside them: one of the two was changed and not the other."""
    chance = _numbers(columns, "cluster_probability", n) * _numbers(columns, "file_probability", n)
    apart = np.flatnonzero(np.abs(weight * chance - 1) > _ROUNDED)
    if len(apart):
        raise CaseDataError(
            trn(
                "The weight of {n} file is not 1 divided by its chances, cluster_probability and file_probability "
                "(row {row}).",
                "The weights of {n} files are not 1 divided by their chances, cluster_probability and "
                "file_probability (the first in row {row}).",
                len(apart),
                row=row(int(apart[0])),
            ),
            tr("Correct what was changed by hand: the three columns go together."),
        )


def _ensure_once(file: Sequence[str], row: RowNumber) -> None:
    seen: set[str] = set()
    twice: list[int] = []
    for place, one in enumerate(map(normalise, file)):
        if one and one in seen:
            twice.append(place)
        seen.add(one)
    if twice:
        raise CaseDataError(
            trn(
                "{n} row of the sampling log has the number of a file that stands in an earlier row (row {row}).",
                "{n} rows of the sampling log have the number of a file that stands in an earlier row (the first: row "
                "{row}).",
                len(twice),
                row=row(twice[0]),
            ),
            tr("A file is drawn once; correct the column 'file'."),
        )


def _ensure_whole(stratum: Sequence[str], cluster: Sequence[str], row: RowNumber) -> None:
    """Refuse blank cells among filled ones: files without a cluster would all count as one cluster.

    In a stratum of which no file has a cluster they were drawn directly.
    """
    clustered = {one for one, name in zip(stratum, cluster, strict=True) if name}
    gaps = {
        "stratum": [place for place, one in enumerate(stratum) if not one and any(stratum)],
        "cluster": [
            place
            for place, (one, name) in enumerate(zip(stratum, cluster, strict=True))
            if not name and one in clustered
        ],
    }
    for column, blank in gaps.items():
        if blank:
            raise CaseDataError(
                trn(
                    "{n} row of the sampling log has no '{column}', where others have one (row {row}).",
                    "{n} rows of the sampling log have no '{column}', where others have one (the first in row {row}).",
                    len(blank),
                    column=column,
                    row=row(blank[0]),
                ),
                tr(
                    "Write it into every row: of merged cells a workbook keeps the first one only. 'cluster' may be "
                    "blank in all rows of a stratum whose files were drawn directly."
                ),
            )


def _ensure_chances(chance: Floats, column: str) -> None:
    bad = int((~((chance > 0) & (chance <= 1))).sum())
    if bad:
        raise CaseDataError(
            trn(
                "{n} cell of '{column}' is no chance: a number above 0, and 1 at the most.",
                "{n} cells of '{column}' are no chances: numbers above 0, and 1 at the most.",
                bad,
                column=column,
            ),
            _FROM_THE_DRAW,
        )


def _ensure_one_chance(stratum: Sequence[str], cluster: Sequence[str], chance: Floats) -> None:
    told: dict[tuple[str, str], float] = {}
    differing = {
        pair
        for pair, one in zip(zip(stratum, cluster, strict=True), chance.tolist(), strict=True)
        if abs(told.setdefault(pair, one) - one) > 1e-6 * one
    }
    if differing:
        raise CaseDataError(
            trn(
                "The files of {n} cluster have several chances of their cluster to be drawn.",
                "The files of {n} clusters have several chances of their cluster to be drawn.",
                len(differing),
            ),
            _FROM_THE_DRAW,
        )


_FROM_THE_DRAW: Final[Message] = tr("Take the column from the list of the draw.")
