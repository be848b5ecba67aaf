"""What a spreadsheet makes of ids and groups by itself: "5/2018" and "10-12" become dates, "00007" the number 7."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...base.language import Message, trn
from ..conversions.date_texts import Parts, checked_day, parts_of

_STYLES: Final = "xl/styles.xml"
_MOST_BYTES: Final = 32 << 20
# A number format of zeros only, which shows 7 as 00007.
_ZEROS: Final = re.compile(
    rb"<numFmt\b(?=[^>]*\bformatCode=\"0{2,}\")[^>]*\bnumFmtId=\"(\d+)\"|"
    rb"<numFmt\b(?=[^>]*\bnumFmtId=\"(\d+)\")[^>]*\bformatCode=\"0{2,}\""
)
_CELL_STYLES: Final = re.compile(rb"<cellXfs\b.*?</cellXfs>", re.DOTALL)
_STYLE: Final = re.compile(rb"<xf\b[^>]*>")
_FORMAT: Final = re.compile(rb"\bnumFmtId=\"(\d+)\"")


def turned_into_dates(columns: Mapping[str, Any], dates: Mapping[str, int]) -> list[Message]:
    """Say which columns hold typed dates among texts with numbers that are no dates.

    Parameters
    ----------
    columns : mapping of str to pyarrow.ChunkedArray
        Cells as texts.
    dates : mapping of str to int
        Cells with typed dates, of the columns that have some.
    """
    import pyarrow.compute as pc

    notes = []
    for name, n_dates in dates.items():
        counted = pc.value_counts(columns[name])
        texts = zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
        cache: dict[str, Parts] = {}
        others = sum(count for text, count in texts if text is not None and _has_number_and_is_no_date(text, cache))
        if others:
            notes.append(
                trn(
                    "{n} cell in the column '{column}' holds a typed date, beside {others} texts with numbers that are "
                    "no dates: a spreadsheet turns ids such as 5/2018 and groups such as 10-12 into dates.",
                    "{n} cells in the column '{column}' hold typed dates, beside {others} texts with numbers that are "
                    "no dates: a spreadsheet turns ids such as 5/2018 and groups such as 10-12 into dates.",
                    n_dates,
                    column=name,
                    others=others,
                )
            )
    return notes


def styles_of_zeros(path: Path) -> Sequence[int]:
    """Return the numbers of the cell styles of an xlsx file that show zeros in front of a number."""
    try:
        with zipfile.ZipFile(path) as archive:
            if _STYLES not in archive.namelist() or archive.getinfo(_STYLES).file_size > _MOST_BYTES:
                return ()
            styles = archive.read(_STYLES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        return ()  # whoever reads the whole archive says that it is damaged
    formats = {first or other for first, other in _ZEROS.findall(styles)}
    cells = _CELL_STYLES.search(styles)
    if not formats or cells is None:
        return ()
    used = [_FORMAT.search(one) for one in _STYLE.findall(cells[0])]
    return [place for place, one in enumerate(used) if one is not None and one[1] in formats]


def numbers_in(styles: Sequence[int]) -> re.Pattern[bytes]:
    """Return the pattern of a cell with a number in one of these styles."""
    listed = b"|".join(str(one).encode() for one in styles)
    return re.compile(
        rb"<c (?=[^>]{0,60}\bs=\"(?:" + listed + rb")\")(?![^>]{0,60}\bt=\"(?!n\"))[^>]{0,60}>(?:<f[^>]{0,40}/>)?<v>"
    )


def _has_number_and_is_no_date(text: str, cache: dict[str, Parts]) -> bool:
    if not any(letter.isdecimal() for letter in text):
        return False
    one = parts_of(text, cache, serials=False)
    if one.kind == "fixed":
        return checked_day(one.year, one.first, one.second) is None
    if one.kind == "open":
        return checked_day(one.year, one.first, one.second) is checked_day(one.year, one.second, one.first) is None
    # a day count or a year of two digits says that dates are meant
    return one.kind == "unreadable"
