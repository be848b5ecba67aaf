"""Tables as Stata and SPSS files: numbers, days and codes with their labels, where the program can hold them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import narwhals.stable.v2 as nw

from ...base.errors import MissingExtraError, OutputError
from ...base.language import tr, trn
from ..readers.text_table import TextTable
from .columns import WrittenColumn, coded, is_letter, shown

_FIRST_SPSS_DAY: Final = dt.date(1582, 10, 15)
_MOST_CODE: Final = 8
_MOST_DISCRETE: Final = 3
_STATA_CODES: Final = 2**31 - 28
# Words that the programs keep for themselves.
_RESERVED: Final = frozenset(
    "all and by eq ge gt le lt ne not or to with aggregate array boolean break byte case catch class colvector complex "
    "const continue default delegate delete do double else end enum explicit export external float for friend function "
    "global goto if in inline int local long namespace new null pointer private protected quad rowvector short static "
    "str strl string struct super switch template this throw try typedef typename union using vector version virtual "
    "void while".split()
)


@dataclass(frozen=True, slots=True)
class _Limits:
    """How much a program holds, in bytes of UTF-8."""

    name: int
    label: int
    value_label: int
    text: int


# Stata's names have 32 letters; those of its lists of labels are made of them, with a number behind.
_STATA: Final = _Limits(name=26, label=80, value_label=32_000, text=2_000_000)
_SPSS: Final = _Limits(name=64, label=255, value_label=120, text=32_767)


def write_stata(read: TextTable, path: Path) -> Mapping[str, str]:
    """Write a table as a Stata file (format 118).

    Returns
    -------
    mapping of str to str
        What each column is called in the file.

    Raises
    ------
    OutputError
        When a text is longer than the program holds.
    MissingExtraError
        When pyreadstat is not installed.
    """
    columns = [_as_stata(read, column) for column in read.columns]
    letters = {one.name: sorted({code[1:] for code in _codes(read, one) if is_letter(code)}) for one in columns}
    names = _names(read.columns, _STATA)
    given = _given(read, columns, names, _STATA)
    given["missing_user_values"] = {names[name]: some for name, some in letters.items() if some}
    _write(_pyreadstat().write_dta, _frame(read, columns, names), path, given)
    return names


def write_spss(read: TextTable, path: Path) -> Mapping[str, str]:
    """Write a table as an SPSS file (.sav); see :func:`write_stata`."""
    columns = [_as_spss(read, column) for column in read.columns]
    ranges = {one.name: _ranges(read, one) for one in columns if read.user_missing.get(one.name)}
    names = _names(read.columns, _SPSS)
    given = _given(read, columns, names, _SPSS)
    given["missing_ranges"] = {names[name]: some for name, some in ranges.items() if some}
    given["variable_format"] = {
        names[one.name]: f"F{_width(read, one)}.0" for one in columns if one.kind == "number" and _is_whole(read, one)
    }
    _write(_pyreadstat().write_sav, _frame(read, columns, names), path, given)
    return names


def stata_names(columns: Sequence[str]) -> dict[str, str]:
    """Return for each column a name that Stata takes.

    Examples
    --------
    >>> stata_names(["año", "by", "año "])
    {'año': 'ano', 'by': 'c_by', 'año ': 'ano_2'}
    """
    return _names(columns, _STATA)


def _pyreadstat() -> Any:
    try:
        import pyreadstat
    except ImportError:
        raise MissingExtraError.named("pyreadstat", "files") from None
    return pyreadstat


def _write(writer: Callable[..., None], frame: Any, path: Path, given: Mapping[str, Any]) -> None:
    from pyreadstat import PyreadstatError, ReadstatError

    try:
        writer(frame, str(path), **given)
    except (PyreadstatError, ReadstatError, ValueError):
        raise OutputError(
            tr("The table does not fit into a file of this program ({ending}).", ending=path.suffix),
            tr("Write the table as csv."),
        ) from None


def _as_stata(read: TextTable, column: str) -> WrittenColumn:
    """Return a column as Stata can hold it: labels stand for whole numbers and letters only."""
    made = coded(read, column)
    labels = read.value_labels.get(column, {})
    letters = {code for code in _codes(read, made) if is_letter(code)}
    declared = {made.code(text) for text in read.user_missing.get(column, ())}
    sound = all(is_letter(code) or _is_small_whole(code) for code in labels) and letters <= declared
    if labels and (made.kind != "number" or not sound or not _fit(labels, _STATA)):
        return shown(read, column)
    return made if sound else shown(read, column)


def _as_spss(read: TextTable, column: str) -> WrittenColumn:
    """Return a column as SPSS can hold it: labels stand for numbers and short texts."""
    made = coded(read, column)
    labels = read.value_labels.get(column, {})
    codes = _codes(read, made)
    if any(map(is_letter, codes)):
        return shown(read, column)
    if made.kind == "date" and min(codes) < _FIRST_SPSS_DAY.isoformat():
        return WrittenColumn(name=column, kind="text", code_of={})
    if labels and made.kind != "number":
        short = made.kind == "text" and all(len(code.encode()) <= _MOST_CODE for code in codes)
        return made if short and _fit(labels, _SPSS) else shown(read, column)
    return made if _fit(labels, _SPSS) else shown(read, column)


def _codes(read: TextTable, column: WrittenColumn) -> list[str]:
    """Return every code of a column: those of its cells, of its labels, and those that are declared missing."""
    texts = [text for text in read.distinct(column.name)[0] if text is not None]
    return list(
        dict.fromkeys(
            (
                *map(column.code, texts),
                *read.value_labels.get(column.name, {}),
                *map(column.code, read.user_missing.get(column.name, ())),
            )
        )
    )


def _fit(labels: Mapping[str, str], limits: _Limits) -> bool:
    return all(label and len(label.encode()) <= limits.value_label for label in labels.values())


def _ranges(read: TextTable, column: WrittenColumn) -> list[Any]:
    """Return up to three values that SPSS is to take for missing, or a range that holds no other value."""
    missing = [column.code(text) for text in read.user_missing[column.name]]
    if column.kind == "text":
        short = len(missing) <= _MOST_DISCRETE and all(len(code.encode()) <= _MOST_CODE for code in missing)
        return missing if short else []
    if column.kind != "number":
        return []
    values = sorted(map(float, missing))
    if len(values) <= _MOST_DISCRETE:
        return list(values)
    others = [float(code) for code in _codes(read, column) if code not in set(missing)]
    for alone, rest in (([], values), (values[:1], values[1:]), (values[-1:], values[:-1])):
        if not any(rest[0] <= one <= rest[-1] for one in others):
            return [{"lo": rest[0], "hi": rest[-1]}, *alone]
    return []


def _given(
    read: TextTable, columns: Sequence[WrittenColumn], names: Mapping[str, str], limits: _Limits
) -> dict[str, Any]:
    """Return labels as pyreadstat takes them, variable labels cut to what the program holds."""
    labels = {names[name]: _cut(label, limits.label) for name, label in read.column_labels.items() if name in names}
    for name, slug in names.items():
        if slug != name:  # at least a label tells what the column was called
            labels.setdefault(slug, _cut(name, limits.label))
    values = {
        names[one.name]: {_value(code, one, limits): label for code, label in read.value_labels[one.name].items()}
        for one in columns
        if one.name in read.value_labels and (one.code_of or not read.cell_of_code(one.name))
    }
    return {"column_labels": labels, "variable_value_labels": values}


def _value(code: str, column: WrittenColumn, limits: _Limits) -> Any:
    """Return a code as a value of its column."""
    if column.kind == "date":
        return dt.date.fromisoformat(code)
    if column.kind == "text":
        return code
    if is_letter(code):
        return code[1:]
    return int(code) if limits is _STATA and _is_small_whole(code) else float(code)


def _frame(read: TextTable, columns: Sequence[WrittenColumn], names: Mapping[str, str]) -> Any:
    cells: dict[str, list[Any]] = {}
    for one in columns:
        texts = read.distinct(one.name)[0]
        values = {text: None if text is None else _cell(one.code(text), one) for text in texts}
        if one.kind == "text":
            _ensure_short(values.values(), one.name)
        cells[names[one.name]] = [values[text] for text in read.table.column(one.name).to_pylist()]
    return nw.from_dict(cells, backend="pandas").to_native()


def _cell(code: str, column: WrittenColumn) -> Any:
    if column.kind == "date":
        return dt.date.fromisoformat(code)
    if column.kind == "text":
        return code
    return code[1:] if is_letter(code) else float(code)


def _ensure_short(texts: Any, name: str) -> None:
    long = sum(1 for one in texts if one is not None and len(one.encode()) > _SPSS.text)
    if long:
        raise OutputError(
            trn(
                "{n} text in the column '{column}' is longer than statistics programs hold ({most} bytes).",
                "{n} texts in the column '{column}' are longer than statistics programs hold ({most} bytes).",
                long,
                column=name,
                most=_SPSS.text,
            ),
            tr("Write the table as csv."),
        )


def _is_whole(read: TextTable, column: WrittenColumn) -> bool:
    return all("." not in code and "e" not in code for code in _codes(read, column))


def _width(read: TextTable, column: WrittenColumn) -> int:
    return max(map(len, _codes(read, column)), default=1)


def _is_small_whole(code: str) -> bool:
    return code.removeprefix("-").isdigit() and abs(int(code)) < _STATA_CODES


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")


def _names(columns: Sequence[str], limits: _Limits) -> dict[str, str]:
    """Return for each column a name that every program takes: letters without accents, digits and low lines."""
    made: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        bare = unicodedata.normalize("NFKD", column).encode("ascii", "ignore").decode()
        slug = re.sub(r"\W+", "_", bare).strip("_")[: limits.name] or "column"
        if not slug[0].isalpha() or slug.lower() in _RESERVED:
            slug = f"c_{slug}"[: limits.name]
        name, number = slug, 1
        while name.lower() in taken:
            number += 1
            name = f"{slug[: limits.name - len(str(number)) - 1]}_{number}"
        taken.add(name.lower())
        made[column] = name
    return made
