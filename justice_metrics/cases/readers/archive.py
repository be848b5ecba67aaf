"""Archives of workbooks: the directory is looked at before anything is inflated, the content while it is.

A small archive can hold a file that fills the memory. What it declares stands in its directory, which costs nothing to
read; what it declares wrongly is found when more comes out than was declared, and not a byte later.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ...base.errors import ReadError
from ...base.language import tr
from .spreadsheet_slips import numbers_in, styles_of_zeros

# A sheet of a million rows and thirty columns stays below these; a bomb does not.
_MOST_ENTRIES: Final = 5_000
_MOST_BYTES: Final = 1 << 30
_SMALL: Final = 100 << 20
_MOST_RATIO: Final = 150
_CHUNK: Final = 1 << 20
# A piece that is looked for may lie across two chunks.
_OVERLAP: Final = 128

_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_DIRECTORY_END: Final = struct.Struct("<4s4xHHII")
_ENCRYPTED: Final = 0x1

_FORMULA: Final = re.compile(rb"<f[ />]")
_OPEN_FORMULA: Final = re.compile(rb' table:formula="')
_FORMULA_ALONE: Final = re.compile(rb"</f>\s*(?:<v\s*/>|<v></v>|</c>)")
_ERROR: Final = re.compile(rb"<c [^>]{0,50}\bt\s*=\s*[\"']e[\"']")
_HIDDEN_ROW: Final = re.compile(rb"<row\b[^>]{0,110}\bhidden=\"(?:1|true)\"")
_SINCE_1904: Final = re.compile(rb"date1904\s*=\s*[\"'](?:1|true)[\"']")
_IN_SHEETS: Final[Mapping[str, re.Pattern[bytes]]] = MappingProxyType(
    {"formulas": _FORMULA, "formulas_alone": _FORMULA_ALONE, "faults": _ERROR, "hidden_rows": _HIDDEN_ROW}
)


class Contents(NamedTuple):
    """What a workbook holds besides values.

    Attributes
    ----------
    formulas, formulas_alone : int
        Cells with a formula; those among them with which no value was stored.
    faults : int
        Cells that hold an error, such as #N/A.
    hidden_rows : int
        Rows of sheets that are hidden, by hand or by a filter.
    zeros : int
        Numbers that are shown with zeros in front.
    since_1904 : bool
        Whether days are counted from 1904.
    left_alone : bool
        Whether there are macros, or links to other files.
    """

    formulas: int = 0
    formulas_alone: int = 0
    faults: int = 0
    hidden_rows: int = 0
    zeros: int = 0
    since_1904: bool = False
    left_alone: bool = False


def refuse_bomb(path: Path) -> None:
    """Refuse an archive by its directory: too many entries, too large, too dense, or entries that overlap.

    Raises
    ------
    ReadError
        When it is a bomb, has a password, is damaged, or is no workbook.
    """
    size = path.stat().st_size
    if _declared_entries(path, size) > _MOST_ENTRIES:
        raise _too_large(path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, EOFError, NotImplementedError, ValueError, OSError):
        raise damaged(path.name) from None
    declared = sum(one.file_size for one in entries)
    if len(entries) > _MOST_ENTRIES or declared > _MOST_BYTES or (declared > _SMALL and declared > _MOST_RATIO * size):
        raise _too_large(path.name)
    # Programs differ in which of two entries they take; a spreadsheet refuses both.
    if len({one.filename for one in entries}) < len(entries) or _begins_late(entries):
        raise damaged(path.name)
    begun = sorted((one.header_offset, one.compress_size) for one in entries)
    for (start, length), (after, _) in pairwise(begun):
        if start + length > after:  # the same bytes stand for several entries
            raise _too_large(path.name)
    if any(one.flag_bits & _ENCRYPTED for one in entries):
        raise has_password(path.name)
    names = {one.filename for one in entries}
    if "content.xml" not in names and not (
        "[Content_Types].xml" in names and any(one.startswith("xl/") for one in names)
    ):
        raise ReadError(
            tr("'{name}' is a zip archive, but not a workbook.", name=path.name),
            tr("Unpack it, or save the data as xlsx or csv."),
        )


def _begins_late(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether something stands before the first entry: another archive, to which this one was glued."""
    return min((one.header_offset for one in entries), default=0) > 0


def contents(path: Path) -> Contents:
    """Inflate every entry piece by piece: check it against what is declared, and see what it holds.

    Raises
    ------
    ReadError
        When the archive is damaged, or more comes out of it than it declares.
    """
    found: dict[str, int] = {}
    zeros = styles_of_zeros(path)
    in_sheets = {**_IN_SHEETS, "zeros": numbers_in(zeros)} if zeros else _IN_SHEETS
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        with path.open("rb") as file:
            for entry in entries:
                for name, n in _seen(file, entry, _looked_for(entry.filename, in_sheets), path.name).items():
                    found[name] = found.get(name, 0) + n
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError):
        raise damaged(path.name) from None
    names = [one.filename for one in entries]
    return Contents(
        formulas=found.get("formulas", 0),
        formulas_alone=found.get("formulas_alone", 0),
        faults=found.get("faults", 0),
        hidden_rows=found.get("hidden_rows", 0),
        zeros=found.get("zeros", 0),
        since_1904=found.get("since_1904", 0) > 0,
        left_alone=any("vbaProject" in one or "externalLinks/" in one or one.startswith("Basic/") for one in names),
    )


def damaged(name: str) -> ReadError:
    """Build the error for a workbook that is damaged."""
    return ReadError(
        tr("The workbook '{name}' is damaged and cannot be read.", name=name),
        tr("Open it in a spreadsheet program, which may repair it, and save it again."),
    )


def has_password(name: str) -> ReadError:
    """Build the error for a workbook that is locked."""
    return ReadError(
        tr("The workbook '{name}' has a password.", name=name),
        tr("Open it, take the password off and save it as xlsx."),
    )


def _too_large(name: str) -> ReadError:
    return ReadError(
        tr("The workbook '{name}' would take more memory than a sheet of cases can need.", name=name),
        tr("Save the sheet as csv, or delete unused formatted rows and other sheets."),
    )


def _declared_entries(path: Path, size: int) -> int:
    """Return how many entries the end of the directory declares, before a directory of millions is read."""
    with path.open("rb") as file:
        file.seek(max(0, size - _DIRECTORY_END.size - (1 << 16)))
        end = file.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or place + _DIRECTORY_END.size > len(end):
        raise damaged(path.name)
    return int(_DIRECTORY_END.unpack_from(end, place)[2])


def _looked_for(name: str, in_sheets: Mapping[str, re.Pattern[bytes]]) -> Mapping[str, re.Pattern[bytes]]:
    if name.startswith("xl/worksheets/"):
        return in_sheets
    if name == "content.xml":
        return MappingProxyType({"formulas": _OPEN_FORMULA})
    return MappingProxyType({"since_1904": _SINCE_1904} if name == "xl/workbook.xml" else {})


def _seen(
    file: Any, entry: zipfile.ZipInfo, looked_for: Mapping[str, re.Pattern[bytes]], name: str
) -> Mapping[str, int]:
    """Inflate one entry and count in it; more than is declared is a bomb, a wrong sum is damage."""
    if entry.compress_type not in {zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED}:
        raise zipfile.BadZipFile
    file.seek(entry.header_offset)
    _, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    file.seek(name_length + extra_length, 1)
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left, checksum, came_out, before = entry.compress_size, 0, 0, b""
    found = dict.fromkeys(looked_for, 0)
    while left > 0 and not (inflate is not None and inflate.eof):
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            raise EOFError
        left -= len(chunk)
        while chunk:
            out = chunk if inflate is None else inflate.decompress(chunk, _CHUNK)
            came_out += len(out)
            if came_out > entry.file_size:
                raise _too_large(name)
            checksum = zlib.crc32(out, checksum)
            if looked_for:
                for kind, pattern in looked_for.items():
                    # what lies whole in the end of the chunk before was counted there
                    found[kind] += _count(pattern, before + out, len(before))
                before = out[-_OVERLAP:]
            chunk = b"" if inflate is None else inflate.unconsumed_tail
    if checksum != entry.CRC:
        raise zipfile.BadZipFile
    return found


def _count(pattern: re.Pattern[bytes], text: bytes, counted: int) -> int:
    return sum(1 for one in pattern.finditer(text) if one.end() > counted)
