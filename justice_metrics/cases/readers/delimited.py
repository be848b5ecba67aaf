"""Text files: encoding, separator and header are found out from the whole file or declared; nothing is typed."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from .encoding import bytes_of, decoded, refuse_other_kinds
from .header import refuse_data_as_header
from .layout import Layout, layout_of, records, shown
from .quotes import check_quotes, unclosed
from .text_table import TextTable, clean_header, filled_rows, no_rows
from .traps import invisible_signs, trap_notes, without_headers

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK: Final = 1 << 23

# Our own exports put an apostrophe before what a spreadsheet would run as a formula; reading takes it off again.
# What had apostrophes of its own there got one more. Wide signs are formulas to spreadsheets too.
_GUARD: Final = re.compile(rb"'(?:[=+\-@\t\r]|\xef\xbc[\x8b\x8d\x9d\xa0])")
_GUARD_PATTERN: Final = r"^'('*[=+\-@\t\r＝＋－＠])"


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
    layout = layout_of(found.text, separator, path.name, header=header is not False, header_row=header_row)
    data = raw if found.encoding == "utf-8" else found.text.encode("utf-8")
    del raw
    table, doubts = _parsed(data, layout, path.name, text=found.text)
    notes = [*found.notes, *doubts]
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
    if layout.has_header:
        notes += renamed
    body = without_headers(filled.table, filled.numbers, first_row=filled.first_row, name=path.name)
    if body.table.num_rows == 0:
        raise no_rows(path.name, header=True)
    if header is None and header_row is None:
        refuse_data_as_header(body.table, path.name)
    notes += (*filled.notes, *body.notes)
    invisible = invisible_signs(body.table) if _maybe_invisible(data) else ()
    traps = trap_notes(body.table, rows=table.num_rows + layout.has_header, maybe_shortened=b"E+" in data)
    return TextTable(
        table=body.table,
        source=path.name,
        n_rows=body.table.num_rows,
        first_row=filled.first_row,
        numbers=body.numbers,
        encoding=found.encoding,
        separator=layout.separator,
        notes=(*notes, *invisible, *traps),
    )


def _maybe_invisible(data: bytes) -> bool:
    """Whether a text holds bytes with which signs begin that nobody sees: a quick look before a long one."""
    return any(one in data for one in (b"\xc2\xad", b"\xe2\x80", b"\xe2\x81\xa0", b"\xef\xbb\xbf"))


def _parsed(data: bytes, layout: Layout, name: str, *, text: str) -> tuple[pa.Table, tuple[Message, ...]]:
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
            check_quotes(text, layout, name)
            raise unclosed(name, None) from None
    notes: tuple[Message, ...] = ()
    n_lines = max(data.count(b"\n"), data.count(b"\r")) + (not data.endswith((b"\n", b"\r")))
    if b'"' in data and table.num_rows + sum(ragged.values()) + layout.skip < n_lines:
        # some cell runs over several lines; a stray quotation mark would swallow whole rows without a word
        notes = check_quotes(text, layout, name)
    if ragged:
        raise _ragged_error(text, layout, ragged, name)
    return (table.slice(1) if layout.has_header else table), notes


def _ragged_error(text: str, layout: Layout, ragged: Counter[int], name: str) -> ReadError:
    width = len(layout.header)
    first = next(
        (line for line, cells in records(text, layout.separator) if line > layout.skip and len(cells) != width), None
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
            separator=shown(layout.separator),
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
