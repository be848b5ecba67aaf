"""Codebooks in DDI, as statistical offices publish them beside their data: labels of columns and codes, and gaps.

Only the description of the variables is read; it runs in the child process. A file that declares entities is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from ...base.errors import ReadError
from ...base.language import tr, trn
from .codebook import HEADER, LABEL, MISSING, VALUE
from .text_rows import table_of_columns
from .text_table import TextTable, cells_of_labels, no_rows

_CHUNK: Final = 1 << 16
_DEEPEST: Final = 100
_MOST_ROWS: Final = 1_000_000
# The texts that are kept, each with the element that must be around it.
# A variable that the codebook describes again, as that of another file can be called.
_AGAIN: Final = "again"
_KEPT: Final = {("labl", "var"), ("labl", "catgry"), ("catValu", "catgry")}


def read_ddi(path: Path) -> TextTable:
    """Read a codebook in DDI as rows: column, kind (label, value, missing), code, text.

    Parameters
    ----------
    path : Path
        DDI-Codebook (1.2 to 2.5), as Nesstar and other archives export it.

    Raises
    ------
    ReadError
        When the file is no such codebook, is damaged, or declares entities.
    """
    import pyarrow as pa

    if not path.stat().st_size:
        raise no_rows(path.name, header=False)
    book = _Book(path.name)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            book.feed(chunk)
    book.feed(b"", last=True)
    if not book.rows:
        raise _no_codebook(path.name)
    columns = [pa.array(texts, pa.string()) for texts in zip(*book.rows, strict=True)]
    return table_of_columns(columns, HEADER, path.name)


def with_ddi(read: TextTable, codebook: TextTable, *, codes: bool | Sequence[str] = False) -> TextTable:
    """Return a table with the labels of a codebook: cells hold labels in place of codes, unless codes are asked for.

    Parameters
    ----------
    read : TextTable
        Columns are known by their names; capitals make no difference.
    codebook : TextTable
        As :func:`read_ddi` returns it.
    codes : bool or sequence of str
        Columns that keep their codes; all of them with True.

    Raises
    ------
    ReadError
        When the codebook describes a column twice and gives one code two meanings.
    """
    import pyarrow as pa

    names = {name.casefold(): name for name in reversed(read.columns)}
    values: dict[str, dict[str, str]] = {}
    missing: dict[str, list[str]] = {}
    labels = dict(read.column_labels)
    again: set[str] = set()
    unlike: set[str] = set()
    for row in codebook.table.to_pylist():
        column = names.get((row["column"] or "").casefold())
        if column is None:
            continue
        if row["kind"] == LABEL and row["text"]:
            labels.setdefault(column, row["text"])
        elif row["kind"] == VALUE and row["code"]:
            text = row["text"] or row["code"]
            if values.setdefault(column, {}).setdefault(row["code"], text) != text:
                unlike.add(column)
        elif row["kind"] == MISSING and row["code"]:
            missing.setdefault(column, []).append(row["code"])
        elif row["kind"] == _AGAIN:
            again.add(column)
    if twice := sorted(again & unlike):
        raise ReadError(
            tr("The codebook '{name}' describes '{column}' twice, in two ways.", name=codebook.source, column=twice[0]),
            tr("It may be that of several files: take out the part that belongs to another one."),
        )
    table, user_missing = read.table, dict(read.user_missing)
    for column in {**values, **missing}:
        keeps = codes is True or (codes is not False and column in codes)
        known = values.get(column, {})
        cells = dict.fromkeys(known, "") if keeps else cells_of_labels(known)
        written = {_plain(code): (code if keeps else cell) for code, cell in cells.items()}
        for code in missing.get(column, []):
            written.setdefault(_plain(code), code)
        texts = [text if text is None else written.get(_plain(text), text) for text in table.column(column).to_pylist()]
        table = table.set_column(
            table.column_names.index(column), column, pa.chunked_array([pa.array(texts, pa.string())])
        )
        gaps = [written.get(_plain(code), code) for code in missing.get(column, [])]
        if gaps:
            user_missing[column] = tuple(dict.fromkeys([*user_missing.get(column, ()), *gaps]))
    note = trn(
        "{n} column got labels from the codebook '{name}'.",
        "{n} columns got labels from the codebook '{name}'.",
        len(values),
        name=codebook.source,
    )
    return replace(
        read,
        table=table,
        column_labels=labels,
        value_labels={**read.value_labels, **values},
        user_missing=user_missing,
        notes=(*read.notes, note),
    )


class _Book:
    """The rows of a codebook while it is parsed."""

    def __init__(self, name: str) -> None:
        self.rows: list[tuple[str, str, str, str, str]] = []
        self._name = name
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._open: list[str] = []
        self._variable = ""
        self._seen: set[str] = set()
        self._category: dict[str, str] = {}
        self._heard: list[str] | None = None

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Parse a piece of the file."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError:
            raise _no_codebook(self._name) from None

    def _start(self, qualified: str, given: dict[str, str]) -> None:
        element = qualified.rpartition(":")[2]
        inside = self._open[-1] if self._open else ""
        if (not self._open and element != "codeBook") or len(self._open) >= _DEEPEST or len(self.rows) > _MOST_ROWS:
            raise _no_codebook(self._name)
        self._open.append(element)
        if element == "var":
            self._variable = " ".join(given.get("name", "").split())
            if self._variable.casefold() in self._seen:
                self._row(_AGAIN, "", "")
            self._seen.add(self._variable.casefold())
        elif element == "catgry":
            self._category = {"missing": given.get("missing", "")}
        elif element == "item" and inside == "invalrng" and given.get("VALUE", "").strip():
            self._row(MISSING, given["VALUE"].strip(), "")
        if (element, inside) in _KEPT:
            self._heard = []

    def _text(self, text: str) -> None:
        if self._heard is not None:
            self._heard.append(text)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        inside = self._open[-1] if self._open else ""
        if (element, inside) in _KEPT and self._heard is not None:
            said = " ".join("".join(self._heard).split())
            self._heard = None
            if inside == "catgry":
                self._category.setdefault(element, said)
            elif said:
                self._row(LABEL, "", said)
        elif element == "catgry":
            code = self._category.get("catValu", "")
            if code and self._category.get("labl"):
                self._row(VALUE, code, self._category["labl"])
            if code and self._category["missing"].upper() in {"Y", "YES", "TRUE"}:
                self._row(MISSING, code, "")

    def _row(self, kind: str, code: str, text: str) -> None:
        if self._variable:
            self.rows.append((self._variable, self._variable, kind, code, text))

    def _refuse_doctype(self, *_: Any) -> None:
        raise _no_codebook(self._name)


def _plain(code: str) -> str:
    """Return a code without the zeros that one program writes and another does not: "01", "1" and "1.0" are one."""
    bare = code.strip()
    whole, _, fraction = bare.partition(".")
    if whole.lstrip("-").isdigit() and not fraction.strip("0"):
        return str(int(whole))
    return bare.casefold()


def _no_codebook(name: str) -> ReadError:
    return ReadError(
        tr("'{name}' is no codebook in DDI, or it is damaged.", name=name),
        tr("Download it again as DDI (XML), or take 'codebook' out of [data]."),
    )
