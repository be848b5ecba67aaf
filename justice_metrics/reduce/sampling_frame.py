"""The list from which a sample is drawn: clusters with the number of their files, or the files themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import CaseDataError, MappingError, QuestionError, suggestion
from ..base.language import tr, trn
from ..base.types import Counts, FrameLibrary
from ..cases.readers.files import read_text_table


class SamplingFrame(NamedTuple):
    """What can be drawn, cluster by cluster in the order of the list.

    Attributes
    ----------
    cluster, stratum : tuple of str, (C,)
        Empty texts where the frame has none; without clusters there is one row for each stratum.
    size : array of int, (C,)
        Files of the cluster.
    files : tuple of tuple of str, (C,) or empty
        Ids of the files, where the frame lists them: personal.
    clustered : bool
        Whether it has clusters.
    fingerprint, source : str
        A digest of the sizes, and where the list came from, without folder.
    library : {"pandas", "polars", "pyarrow"}
    """

    cluster: tuple[str, ...]
    stratum: tuple[str, ...]
    size: Counts
    files: tuple[tuple[str, ...], ...]
    clustered: bool
    fingerprint: str
    source: str
    library: FrameLibrary

    def __repr__(self) -> str:
        return f"SamplingFrame({len(self.size)} clusters, {int(self.size.sum())} files)"


def sampling_frame(
    frame: Any, *, cluster: str | None, size: str | None, file: str | None, stratum: str | None
) -> SamplingFrame:
    """Read the list from which a sample is drawn.

    Parameters
    ----------
    frame : frame or path
        A pandas or Polars frame, an Arrow table, or a csv file or workbook. With ``size`` one row per cluster, with
        ``file`` one row per file.
    cluster, size, file, stratum : str, optional
        Its columns.

    Raises
    ------
    MappingError
        When a column is not there.
    QuestionError
        When the columns that are named make no frame.
    CaseDataError
        When cells are empty, sizes are no whole numbers, or a cluster or file stands there twice.
    """
    if (size is None) == (file is None):
        raise QuestionError(
            tr("A frame lists clusters with the number of their files, or the files themselves."),
            tr("Name the column with the number of files (size), or that with the ids of the files (file)."),
        )
    if size is not None and cluster is None:
        raise QuestionError(
            tr("The frame tells numbers of files, but not whose."), tr("Name the column with the clusters (cluster).")
        )
    wanted = [one for one in (cluster, size, file, stratum) if one is not None]
    columns, rows, library, source = _columns(frame, wanted)
    if not rows:
        raise CaseDataError(tr("The frame has no row."), tr("Hand over the list from which files are to be drawn."))
    strata = _texts(columns[stratum], stratum) if stratum is not None else [""] * rows
    clusters = _texts(columns[cluster], cluster) if cluster is not None else [""] * rows
    pairs = list(zip(strata, clusters, strict=True))
    ids: tuple[tuple[str, ...], ...] = ()
    if size is not None:
        _ensure_once(pairs, len(pairs), str(cluster))
        sizes = _whole(columns[size], size)
    else:
        named = _texts(columns[str(file)], str(file))
        _ensure_once(named, rows, str(file))
        listed: dict[tuple[str, str], list[str]] = {}
        for pair, one in zip(pairs, named, strict=True):
            listed.setdefault(pair, []).append(one)
        pairs, ids = list(listed), tuple(tuple(one) for one in listed.values())
        sizes = np.array([len(one) for one in ids], np.int64)
    told = repr([source, [*zip(pairs, sizes.tolist(), strict=True)]])
    return SamplingFrame(
        cluster=tuple(one for _, one in pairs),
        stratum=tuple(one for one, _ in pairs),
        size=sizes,
        files=ids,
        clustered=cluster is not None,
        fingerprint=sha256(told.encode()).hexdigest()[:16],
        source=source,
        library=library,
    )


def _columns(frame: Any, wanted: Sequence[str]) -> tuple[Mapping[str, list[Any]], int, FrameLibrary, str]:
    if isinstance(frame, str | Path):
        table: Any = nw.from_native(read_text_table(frame).table, eager_only=True)
        source, library = Path(frame).name, "pandas"
    else:
        try:
            table = nw.from_native(frame)
        except TypeError:
            raise QuestionError(
                tr("A sampling frame is a table, and this question was given a {kind}.", kind=type(frame).__name__),
                tr("Hand over a frame with one row per cluster or per file, or the path of a csv file or workbook."),
            ) from None
        library = source = str(nw.get_native_namespace(table).__name__)
    known = table.collect_schema().names()
    for name in wanted:
        if name not in known:
            raise MappingError(tr("The frame has no column '{column}'.", column=name), suggestion(name, tuple(known)))
    narrow = table.select(*dict.fromkeys(wanted))
    eager = narrow.collect() if isinstance(narrow, nw.LazyFrame) else narrow
    back: FrameLibrary = "polars" if library == "polars" else "pyarrow" if library == "pyarrow" else "pandas"
    return {one: _cells(eager.get_column(one)) for one in wanted}, len(eager), back, source


def _cells(column: nw.Series[Any]) -> list[Any]:
    """Return the cells of a column, whatever it mixes; None where there is nothing."""
    pairs = zip(column.to_list(), column.is_null().to_list(), strict=True)
    return [None if nothing else _plain(value) for value, nothing in pairs]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _texts(values: Sequence[Any], column: str) -> list[str]:
    """Return ids and names as text; a number that a frame keeps with a fraction of 0 loses it."""
    made = ["" if _empty(one) else _text(one) for one in values]
    empty = sum(not one for one in made)
    if empty:
        raise CaseDataError(
            trn(
                "{n} row of the frame has nothing in the column '{column}'.",
                "{n} rows of the frame have nothing in the column '{column}'.",
                empty,
                column=column,
            ),
            tr("What has no name cannot be drawn: complete the frame, or take the row out."),
        )
    return made


def _whole(values: Sequence[Any], column: str) -> Counts:
    """Return numbers of files."""
    found = [_number(one) for one in values]
    wrong = sum(one is None for one in found)
    if wrong:
        raise CaseDataError(
            trn(
                "{n} cell of the column '{column}' is no number of files.",
                "{n} cells of the column '{column}' are no number of files.",
                wrong,
                column=column,
            ),
            tr("Write whole numbers in plain digits, without a mark for thousands, and 0 where there is no file."),
        )
    return np.array(found, np.int64)


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        # 1.000 could be a thousand or one
        return int(text) if text.isdecimal() and text.isascii() else None
    if _empty(value) or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value >= 0 and float(value).is_integer() else None


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _empty(value: Any) -> bool:
    return (
        value is None
        or (isinstance(value, float) and np.isnan(value))
        or (isinstance(value, str) and not value.strip())
    )


def _ensure_once(values: Sequence[Any], rows: int, column: str) -> None:
    again = rows - len(set(values))
    if again:
        raise CaseDataError(
            trn(
                "{n} row of the frame repeats an entry of the column '{column}'.",
                "{n} rows of the frame repeat an entry of the column '{column}'.",
                again,
                column=column,
            ),
            tr("Whatever stands there twice would be drawn twice as often: leave one row of each."),
        )
