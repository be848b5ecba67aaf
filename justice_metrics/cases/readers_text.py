"""Text files: encoding, separator and header are found out from the whole file or declared; nothing is typed."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ..base.errors import ReadError
from ..base.language import Message, tr, trn
from .readers_table import MOST_TITLE_ROWS, TextTable, clean_header, filled_rows, no_rows

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATORS: Final = (",", ";", "\t", "|")

# A text file is held in memory while it is read; what is larger belongs in parquet.
_MOST_BYTES: Final = 4 << 30
_CHUNK: Final = 1 << 24
_SNIFFED_LETTERS: Final = 1 << 18
_SNIFFED_ROWS: Final = 400
_WORDS_LOOKED_AT: Final = 1 << 20
_BLOCK: Final = 1 << 23

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What the first bytes of files say that only pretend to be text.
_SIGNATURES: Final = (
    (b"PK\x03\x04", tr("a zip archive or a workbook (xlsx)")),
    (b"\xd0\xcf\x11\xe0", tr("an old or password-protected workbook (xls)")),
    (b"PAR1", tr("a parquet file")),
    (b"%PDF", tr("a PDF document")),
    (b"SQLite format 3", tr("a database file")),
    (b"$FL2", tr("an SPSS file")),
    (b"<stata_dta>", tr("a Stata file")),
    (b"\x89PNG", tr("a picture")),
    (b"\xff\xd8\xff", tr("a picture")),
    (b"7z\xbc\xaf", tr("a compressed archive")),
    (b"Rar!", tr("a compressed archive")),
)
_MARKUP: Final = re.compile(rb"^\s*(?:<!doctype|<html|<table|<\?xml|<head|<meta)", re.IGNORECASE)
_JSON: Final = re.compile(rb'^\s*(?:\{\s*"|\[\s*[\{\[])')

# UTF-8 that was read as Windows-1252 and saved again ("Ã³"), and letters that were lost for good.
_TWICE: Final = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\ufffd")
# Signs that stand inside words only when another code page was taken for Windows-1252.
_FOREIGN: Final = re.compile(r"(?<=[^\W\d_])[¢£¤¥¦¨¬®¯±²³´µ¶·¸¹»¼½¾‚„†‡ˆ‰‹›˜™\u00a0¡](?=[a-z])")
_ACCENTED: Final = re.compile(r"[áéíóúñüÁÉÍÓÚÑÜºª°]")

# Our own exports put an apostrophe before what a spreadsheet would run as a formula; reading takes it off again.
_GUARD: Final = re.compile(rb"'[=+\-@\t\r]")
_GUARD_PATTERN: Final = r"^'([=+\-@\t\r])"


class _Decoded(NamedTuple):
    text: str
    encoding: str
    notes: tuple[Message, ...]


class _Layout(NamedTuple):
    """How a text parts into cells: separator, and physical lines above the header."""

    separator: str
    skip: int
    header: tuple[str, ...]


def read_delimited(path: Path, *, encoding: str | None = None, separator: str | None = None) -> TextTable:
    """Read a csv or tsv file, plain or compressed with gzip or bzip2, every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        Without it: byte order mark, then strict UTF-8, then Windows-1252 if that makes Spanish or English words.
    separator : str, optional
        Without it: the one of comma, semicolon, tab and bar that parts the lines alike.

    Raises
    ------
    ReadError
        When the file is no text, is empty, has a header only, or its rows have different numbers of cells.
    """
    raw = _bytes_of(path)
    _refuse_other_kinds(raw, path.name)
    decoded = _decoded(raw, encoding, path.name)
    if not decoded.text or decoded.text.isspace():
        raise no_rows(path.name, header=False)
    layout = _layout(decoded.text, separator, path.name)
    data = raw if decoded.encoding == "utf-8" else decoded.text.encode("utf-8")
    del raw
    table = _parsed(data, layout, path.name, text=decoded.text)
    notes = [*decoded.notes]
    if layout.skip:
        notes.append(
            trn("{n} line above the header was left out.", "{n} lines above the header were left out.", layout.skip)
        )
    table = _trimmed(table, guarded=_GUARD.search(data) is not None)
    names, renamed = clean_header(layout.header, [column.null_count < len(column) for column in table.columns])
    kept = [place for place, name in enumerate(names) if name is not None]
    table = table.select(kept).rename_columns([name for name in names if name is not None])
    filled = filled_rows(table, first_row=layout.skip + 2)
    if filled.table.num_rows == 0:
        raise no_rows(path.name, header=True)
    return TextTable(
        table=filled.table,
        source=path.name,
        n_rows=filled.table.num_rows,
        first_row=filled.first_row,
        numbers=filled.numbers,
        encoding=decoded.encoding,
        separator=layout.separator,
        notes=(*notes, *renamed, *filled.notes),
    )


def _bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, inflated where it is compressed, and never more than memory should hold."""
    with path.open("rb") as file:
        head = file.read(3)
        file.seek(0)
        if head[:2] == b"\x1f\x8b":
            source: io.BufferedIOBase = gzip.GzipFile(fileobj=file)
        elif head == b"BZh":
            source = bz2.BZ2File(file)
        else:
            source = file
        parts: list[bytes] = []
        total = 0
        try:
            while chunk := source.read(_CHUNK):
                total += len(chunk)
                if total > _MOST_BYTES:
                    raise ReadError(
                        tr("'{name}' holds more than {most} GiB of text.", name=path.name, most=_MOST_BYTES >> 30),
                        tr("Convert it to parquet, or pass a DuckDB relation of it."),
                    )
                parts.append(chunk)
        except (EOFError, OSError, zlib.error):
            raise ReadError(
                tr("'{name}' is compressed and damaged: it ends too early or does not add up.", name=path.name),
                tr("Copy or download the file again."),
            ) from None
    return b"".join(parts)


def _refuse_other_kinds(raw: bytes, name: str) -> None:
    found = next((kind for start, kind in _SIGNATURES if raw.startswith(start)), None)
    if found is None and _MARKUP.match(raw[:2000]):
        found = tr("a web page or XML (some systems export that under the name of a spreadsheet)")
    if found is None and _JSON.match(raw[:2000]):
        found = tr("JSON")
    if found is not None:
        raise ReadError(
            tr("'{name}' is not a csv file: by its content it is {kind}.", name=name, kind=found),
            tr("Open it in the program that made it and save it as csv (UTF-8) or xlsx."),
        )


def _decoded(raw: bytes, declared: str | None, name: str) -> _Decoded:
    bom = next((codec for mark, codec in _BOMS if raw.startswith(mark)), None)
    if bom is not None and declared is None:
        return _strictly(raw, bom, name, declared=False)
    if declared is not None:
        codec = "utf-8-sig" if bom == "utf-8-sig" and codecs.lookup(declared).name == "utf-8" else declared
        return _strictly(raw, codec, name, declared=True)
    nuls = raw.count(b"\x00")
    if nuls:
        return _with_nuls(raw, nuls, name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _windows(raw, name)
    return _Decoded(text, "utf-8", _broken_letters(text))


def _strictly(raw: bytes, codec: str, name: str, *, declared: bool) -> _Decoded:
    try:
        text = raw.decode(codec)
    except UnicodeError as error:
        place = raw.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise ReadError(
            tr(
                "'{name}' is not text in the encoding {codec}: line {place} does not fit.",
                name=name,
                codec=codec,
                place=place,
            ),
            tr("Correct 'encoding' in [data], or leave it out to have it found out.")
            if declared
            else tr("Save the file again as UTF-8."),
        ) from None
    if "\x00" in text:
        raise _nul_error(text.count("\x00"), name)
    return _Decoded(text, codecs.lookup(codec).name, _broken_letters(text))


def _with_nuls(raw: bytes, nuls: int, name: str) -> _Decoded:
    """Take a text full of NUL bytes for UTF-16 without its mark, a few NULs for damage."""
    sample = raw[: 1 << 16]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 3 >= len(sample) // 2 and min(even, odd) * 20 <= max(even, odd):
        return _strictly(raw, "utf-16-le" if odd > even else "utf-16-be", name, declared=False)
    raise _nul_error(nuls, name)


def _nul_error(nuls: int, name: str) -> ReadError:
    return ReadError(
        trn(
            "'{name}' holds {n} NUL byte: it is damaged or not a text file.",
            "'{name}' holds {n} NUL bytes: it is damaged or not a text file.",
            nuls,
            name=name,
        ),
        tr("Export the file again, as csv (UTF-8) or xlsx."),
    )


def _windows(raw: bytes, name: str) -> _Decoded:
    """Read as Windows-1252, unless the words that come out are not words."""
    remedy = tr(
        "Open the file in the program that made it and save it as UTF-8, or declare encoding in [data] "
        '("cp1252" for Windows, "cp850" for older systems, "mac_roman" for older Macintosh).'
    )
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        place = raw.count(b"\n", 0, error.start) + 1
        raise ReadError(
            tr("'{name}' is neither UTF-8 nor Windows-1252 text; line {place} fits neither.", name=name, place=place),
            remedy,
        ) from None
    sample = text[:_WORDS_LOOKED_AT] + text[-_WORDS_LOOKED_AT:] if len(text) > 2 * _WORDS_LOOKED_AT else text
    foreign, accented = len(_FOREIGN.findall(sample)), len(_ACCENTED.findall(sample))
    if foreign > accented:
        raise ReadError(
            trn(
                "'{name}' is not UTF-8, and read as Windows-1252 it has {n} sign inside a word.",
                "'{name}' is not UTF-8, and read as Windows-1252 it has {n} signs inside words.",
                foreign,
                name=name,
            ),
            remedy,
        )
    note = tr("The file is not UTF-8 and was read as Windows-1252; look at an accented word to be sure.")
    return _Decoded(text, "cp1252", (note, *_broken_letters(text)))


def _broken_letters(text: str) -> tuple[Message, ...]:
    if not any(mark in text for mark in "ÃÂ\ufffd"):
        return ()
    broken = sum(1 for _ in _TWICE.finditer(text))
    if not broken:
        return ()
    return (
        trn(
            "{n} letter was broken before the file came here (such as 'Ã³' for 'ó').",
            "{n} letters were broken before the file came here (such as 'Ã³' for 'ó').",
            broken,
        ),
    )


def _layout(text: str, declared: str | None, name: str) -> _Layout:
    """Find the separator and the header from the first rows."""
    head = text[:_SNIFFED_LETTERS]
    skip = 0
    hint = re.match(r"(?i)sep=(.)\r?\n", head)
    if hint and declared is None:  # a line that Excel writes for itself
        declared, skip = hint[1], 1
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
    titles = 0
    for _, cells in rows[:MOST_TITLE_ROWS]:
        if len(cells) == width and sum(1 for one in cells if one.strip()) > (1 if width > 2 else 0):
            break
        if sum(1 for one in cells if one.strip()) > 1:
            break
        titles += 1
    if titles == len(rows):
        titles = 0
    lines = rows[titles - 1][0] if titles else 0
    return _Layout(separator, skip + lines, tuple(rows[titles][1]))


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
    return table.slice(1)


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

    columns = []
    for column in table.columns:
        if guarded:
            column = pc.replace_substring_regex(column, pattern=_GUARD_PATTERN, replacement=r"\1")
        column = pc.utf8_trim_whitespace(column)
        columns.append(pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column))
    return pa.table(columns, names=table.column_names)
