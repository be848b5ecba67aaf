"""A table of a result as a Stata file: numbers, days and ids with their words, for who goes on computing."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ..base.language import Language, Readable
from ..base.levels import LEVEL_WORDS
from ..base.quantities import STATUS_WORDS
from ..base.table import Column, Table
from ..base.types import Values
from .audience import MARKS, Audience
from .inert import plain

# The file says that it was made on this day, whenever it is made: two runs give the same bytes.
_CREATED: Final = dt.datetime(2000, 1, 1)
_LABEL, _VALUE_LABEL, _TEXT = 80, 32_000, 2_000
_VERSION: Final = 118


def stata_bytes(table: Table, *, title: Readable, audience: Audience = "internal", language: Language = "en") -> bytes:
    """Return a table as the bytes of a Stata file (format 118); the same table gives the same bytes.

    Parameters
    ----------
    table : Table
        Shares and differences of shares as they are, so that 0.01 is one per cent or one percentage point. A column of
        ids becomes whole numbers with the words of each id as value labels; a number that is hidden or not defined is
        missing, and ``<name>__status`` says why.
    title : Readable
        What the table shows; the label of the file, behind the words for whom it is.
    audience : {"internal", "public"}
        For whom it is.
    language : {"en", "es"}
        Language of the labels.

    Returns
    -------
    bytes
        Readable by Stata 14 and later.
    """
    import narwhals.stable.v2 as nw

    from ..cases.writers.labelled import stata_names

    columns: dict[str, Any] = {}
    labels: dict[str, str] = {}
    values: dict[str, dict[int, str]] = {}
    days: list[str] = []
    names = stata_names([*table.frame_columns()])
    for column in table.columns:
        name = names[column.name]
        labels[name] = _cut(plain(column.meaning.text(language)), _LABEL)
        array = table[column.name]
        words = _words(table, column, language)
        if words:
            columns[name], values[name] = _coded(array, words)
        elif array.dtype.kind == "M":
            columns[name] = array.astype("datetime64[s]")
            days.append(name)
        elif array.dtype.kind in "fiub":
            columns[name] = array.astype(np.float64)
        else:
            columns[name] = [_cut(_text(one), _TEXT) for one in array.tolist()]
        if any(table.statuses.get(column.name, ())):
            status = names[f"{column.name}__status"]
            said = {one: words.text(language) for one, words in STATUS_WORDS.items()}
            ids = [one or None for one in table.statuses[column.name]]
            columns[status], values[status] = _coded(np.array(ids, dtype=object), said)
            labels[status] = labels[name]
    frame = nw.from_dict(columns, backend="pandas").to_native()
    file = io.BytesIO()
    frame.to_stata(
        file,
        write_index=False,
        version=_VERSION,
        time_stamp=_CREATED,
        data_label=_cut(f"{MARKS[audience].text(language)} · {plain(title.text(language))}", _LABEL),
        variable_labels=labels,
        value_labels={name: some for name, some in values.items() if some},
        convert_dates=dict.fromkeys(days, "td"),
    )
    return file.getvalue()


def _words(table: Table, column: Column, language: Language) -> Mapping[str, str]:
    """Return the words of each id of a column; none where it holds no ids."""
    if table[column.name].dtype != object:
        return {}
    known = table.labels.get(column.name, {})
    found: dict[str, str] = {}
    for value in table[column.name].tolist():
        readable = known.get(value) or LEVEL_WORDS.get(value) if isinstance(value, str) else None
        if readable is not None:
            found[value] = readable.text(language)
    return found


def _coded(array: Values, words: Mapping[str, str]) -> tuple[list[float], dict[int, str]]:
    """Return ids as whole numbers from 1, in the order in which they come, and what each stands for."""
    codes: dict[str, int] = {}
    for one in array.tolist():
        if one is not None:
            codes.setdefault(str(one), len(codes) + 1)
    numbers = [float("nan") if one is None else float(codes[str(one)]) for one in array.tolist()]
    return numbers, {code: _cut(plain(words.get(one, one)), _VALUE_LABEL) or "–" for one, code in codes.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else plain(str(value))


def _cut(text: str, most: int) -> str:
    """Return as much of a text as fits into a number of bytes."""
    return text.encode()[:most].decode(errors="ignore")
