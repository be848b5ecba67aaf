"""Text files: encoding, separator and header are found out from the whole file or declared; nothing is typed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ...base.errors import ReadError
from ...base.language import tr, trn
from .encoding import bytes_of, decoded, refuse_other_kinds
from .header import no_header, refuse_data_as_header
from .text_table import MOST_TITLE_ROWS, TextTable, clean_header, filled_rows, no_rows
from .traps import trap_notes, without_headers

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATORS: Final = (",", ";", "\t", "|")

_SNIFFED_LETTERS: Final = 1 << 18
_SNIFFED_ROWS: Final = 400
_BLOCK: Final = 1 << 23

_LINE_END: Final = re.compile(r"\r\n|\n|\r")

# Our own exports put an apostrophe before what a spreadsheet would run as a formula; reading takes it off again.
# What had apostrophes of its own there got one more. Wide signs are formulas to spreadsheets too.
_GUARD: Final = re.compile(rb"'(?:[=+\-@\t\r]|\xef\xbc[\x8b\x8d\x9d\xa0])")
_GUARD_PATTERN: Final = r"^'('*[=+\-@\t\r＝＋－＠])"


class _Layout(NamedTuple):
    """How a text parts into cells: separator, and physical lines above the header."""

    separator: str
    skip: int
    header: tuple[str, ...]
    has_header: bool = True


def read_delimited(
    path: Path,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    header: bool | None = None,
    header_row: int | None = None,
) -> TextTable:
    """Read a csv or tsv file, plain or compressed with gzip or bzip2, every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        Without it: byte order mark, then strict UTF-8, then Windows-1252 if that makes Spanish or English words.
    separator : str, optional
        Without it: the one of comma, semicolon, tab and bar that parts the lines alike.
    header : bool, optional
        Whether a line holds the names of the columns; without one they are "column 1" and so on. A first line that
        looks like data is refused until this says what it is.
    header_row : int, optional
        Number of that line, counted from 1; found out by default.

    Raises
    ------
    ReadError
        When the file is no text, is empty, has a header only, or its rows have different numbers of cells.
    """
    raw = bytes_of(path)
    refuse_other_kinds(raw, path.name)
    found = decoded(raw, encoding, path.name)
    if not found.text or found.text.isspace():
        raise no_rows(path.name, header=False)
    layout = _layout(found.text, separator, path.name, header=header is not False, header_row=header_row)
    data = raw if found.encoding == "utf-8" else found.text.encode("utf-8")
    del raw
    table = _parsed(data, layout, path.name, text=found.text)
    notes = [*found.notes]
    if layout.skip and layout.has_header:
        notes.append(
            trn("{n} line above the header was left out.", "{n} lines above the header were left out.", layout.skip)
        )
    table = _trimmed(table, guarded=_GUARD.search(data) is not None)
    names, renamed = clean_header(layout.header, [column.null_count < len(column) for column in table.columns])
    kept = [place for place, name in enumerate(names) if name is not None]
    table = table.select(kept).rename_columns([name for name in names if name is not None])
    filled = filled_rows(table, first_row=layout.skip + 1 + layout.has_header)
    if filled.table.num_rows == 0:
        raise no_rows(path.name, header=layout.has_header)
    if header is None and header_row is None:
        refuse_data_as_header(filled.table, path.name)
    if layout.has_header:
        notes += renamed
    body = without_headers(filled.table, filled.numbers, first_row=filled.first_row)
    if body.table.num_rows == 0:
        raise no_rows(path.name, header=True)
    notes += (*filled.notes, *body.notes)
    traps = trap_notes(body.table, rows=table.num_rows + layout.has_header, maybe_shortened=b"E+" in data)
    return TextTable(
        table=body.table,
        source=path.name,
        n_rows=body.table.num_rows,
        first_row=filled.first_row,
        numbers=body.numbers,
        encoding=found.encoding,
        separator=layout.separator,
        notes=(*notes, *traps),
    )


def _layout(text: str, declared: str | None, name: str, *, header: bool, header_row: int | None) -> _Layout:
    """Find the separator and the header from the first rows."""
    skip = 0
    if header_row is not None:
        begins = next(islice(_LINE_END.finditer(text), header_row - 2, None), None) if header_row > 1 else None
        if header_row > 1 and begins is None:
            raise no_header(name, header_row)
        text, skip = text[begins.end() if begins else 0 :], header_row - 1
    head = text[:_SNIFFED_LETTERS]
    hint = re.match(r"(?i)sep=(.)\r?\n", head)
    if hint and declared is None:  # a line that Excel writes for itself
        declared, skip = hint[1], skip + 1
        head = head[hint.end() :]
    if len(text) > _SNIFFED_LETTERS and "\n" in head:
        head = head[: head.rindex("\n") + 1]
    candidates = (declared,) if declared is not None else SEPARATORS
    best: tuple[float, int, str, list[tuple[int, list[str]]]] | None = None
    for separator in candidates:
        rows = list(islice(_records(head, separator), _SNIFFED_ROWS))
        width, share = _width(rows)
        if width > 1 and (best is None or (round(share, 2), width) > best[:2]):
            best = (round(share, 2), width, separator, rows)
    if best is None:
        raise ReadError(
            tr("'{name}' is not a table: no comma, semicolon, tab or bar parts its lines into columns.", name=name)
            if len(candidates) > 1
            else tr(
                "The separator '{separator}' does not part the lines of '{name}'.", name=name, separator=candidates[0]
            ),
            tr("Save it as csv or xlsx with one row per case, or declare separator in [data]."),
        )
    _, width, separator, rows = best
    if not header:
        return _Layout(separator, skip, ("",) * width, has_header=False)
    if header_row is not None:
        return _Layout(separator, skip, tuple(rows[0][1]))
    titles = 0
    for _, cells in rows[:MOST_TITLE_ROWS]:
        if len(cells) == width and sum(1 for one in cells if one.strip()) > (1 if width > 2 else 0):
            break
        if sum(1 for one in cells if one.strip()) > 1:
            break
        titles += 1
    if titles == len(rows):
        titles = 0
    last_line, cells = rows[titles]
    # blank lines above the header count too, and a name may run over several
    lines = last_line - 1 - sum(len(_LINE_END.findall(one)) for one in cells)
    return _Layout(separator, skip + lines, tuple(cells))


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its last line; blank lines are passed over."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in rows:
            if cells:
                yield rows.line_num, cells
    except csv.Error:
        return


def _width(rows: list[tuple[int, list[str]]]) -> tuple[int, float]:
    """Return the usual number of cells and the share of rows that have it."""
    if not rows:
        return 0, 0.0
    width, n = Counter(len(cells) for _, cells in rows).most_common(1)[0]
    return width, n / len(rows)


def _parsed(data: bytes, layout: _Layout, name: str, *, text: str) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [str(place) for place in range(len(layout.header))]
    ragged: Counter[int] = Counter()

    def take_note(row: arrow_csv.InvalidRow) -> str:
        ragged[row.actual_columns] += 1
        return "skip"

    def parse(block: int) -> pa.Table:
        ragged.clear()
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=layout.skip, block_size=block),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.separator, newlines_in_values=b'"' in data, invalid_row_handler=take_note
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )

    try:
        table = parse(_BLOCK)
    except pa.ArrowInvalid:
        # one cell is larger than a block, or a quotation mark is never closed: look at the file as a whole
        try:
            table = parse(min(len(data) + 1, (1 << 31) - 1))
        except pa.ArrowInvalid:
            _check_quotes(text, layout.separator, name)
            raise _unclosed(name, None) from None
    n_lines = max(data.count(b"\n"), data.count(b"\r"))
    if b'"' in data and table.num_rows + sum(ragged.values()) + layout.skip < n_lines:
        # some cell runs over several lines; a stray quotation mark would swallow whole rows without a word
        _check_quotes(text, layout.separator, name)
    if ragged:
        raise _ragged_error(text, layout, ragged, name)
    return table.slice(1) if layout.has_header else table


def _check_quotes(text: str, separator: str, name: str) -> None:
    """Refuse a quotation mark that does not close its cell."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begun = 1
    try:
        for _ in rows:
            begun = rows.line_num + 1
    except csv.Error:
        raise _unclosed(name, begun) from None


def _unclosed(name: str, line: int | None) -> ReadError:
    return ReadError(
        tr(
            "'{name}' cannot be parted into rows: a quotation mark is opened and never closed{where}.",
            name=name,
            where=tr(" (in the row that begins in line {line})", line=line) if line is not None else "",
        ),
        tr("Correct the cell in the program that made the file, or export it again."),
    )


def _ragged_error(text: str, layout: _Layout, ragged: Counter[int], name: str) -> ReadError:
    width = len(layout.header)
    first = next(
        (line for line, cells in _records(text, layout.separator) if line > layout.skip and len(cells) != width), None
    )
    return ReadError(
        trn(
            "{n} row of '{name}' does not have {width} cells as the header has{where}.",
            "{n} rows of '{name}' do not have {width} cells as the header has{where}.",
            sum(ragged.values()),
            name=name,
            width=width,
            where=tr(" (the first ends in line {line})", line=first) if first is not None else "",
        ),
        tr(
            "A text with the separator '{separator}' or a line break in it must stand in quotation marks; export the "
            "file again as csv or xlsx.",
            separator="tab" if layout.separator == "\t" else layout.separator,
        ),
    )


def _trimmed(table: pa.Table, *, guarded: bool) -> pa.Table:
    """Trim every cell and make blank ones null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Handed a value of Python's own, Arrow asks whether it is one of pandas, and imports that for the question.
    nothing = pa.nulls(1, pa.string())[0]
    columns = []
    for column in table.columns:
        if guarded:
            column = pc.replace_substring_regex(column, pattern=_GUARD_PATTERN, replacement=r"\1")
        column = pc.utf8_trim_whitespace(column)
        columns.append(pc.if_else(pc.binary_length(column).cast(pa.bool_()), column, nothing))
    return pa.table(columns, names=table.column_names)
