"""Parts of a Word file that python-docx has no words for: fields, bookmarks, links, whole tables, a fixed archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from ..base.language import Language

_SPOKEN: Final = {"en": "en-GB", "es": "es-ES"}
_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LINE: Final = 9411
"""Twentieths of a point: the text column of an A4 sheet."""
LONG_LINE: Final = 14343
"""The same of a sheet that lies on its side."""
_GAP: Final = 40
_LETTER: Final = 0.58  # how wide a letter is, of its height
_MADE: Final = (2000, 1, 1, 0, 0, 0)


def field(line: Any, code: str, shown: str = "1") -> None:
    """Put a field into a paragraph, such as the number of the page."""
    for kind, text in (("begin", None), (None, code), ("separate", None), ("shown", shown), ("end", None)):
        run = line.add_run()
        if kind is None:
            _below(run._r, "instrText", text, {"xml:space": "preserve"})  # noqa: SLF001 - its own way to the XML
        elif kind == "shown":
            run.text = text
        else:
            _below(run._r, "fldChar", None, {"w:fldCharType": kind})  # noqa: SLF001


def contents_field(book: Any, listed: Sequence[tuple[str, str]], style: Any) -> None:
    """Write the table of contents: Word's own field, filled already, so that it is there before anybody updates it.

    Parameters
    ----------
    book : docx.Document
        Written into at its end.
    listed : sequence of (anchor, heading)
        What the contents lead to.
    style : paragraph style or None
        Of its lines.
    """
    lines = [book.add_paragraph(style=style) for _ in listed]
    if not lines:
        return
    for place, (line, (anchor, heading)) in enumerate(zip(lines, listed, strict=True)):
        if place == 0:
            for kind, text in (("begin", None), (None, 'TOC \\o "1-1" \\h \\z \\u'), ("separate", None)):
                run = line.add_run()
                if kind is None:
                    _below(run._r, "instrText", text, {"xml:space": "preserve"})  # noqa: SLF001
                else:
                    _below(run._r, "fldChar", None, {"w:fldCharType": kind})  # noqa: SLF001
        link(line, anchor, heading)
    _below(lines[-1].add_run()._r, "fldChar", None, {"w:fldCharType": "end"})  # noqa: SLF001


def link(line: Any, anchor: str, text: str) -> None:
    """Put a link to a place of the same document into a paragraph."""
    made = _below(line._p, "hyperlink", None, {"w:anchor": _name(anchor), "w:history": "1"})  # noqa: SLF001
    _below(_below(made, "r"), "t", text, {"xml:space": "preserve"})


def bookmarked(line: Any, anchor: str, text: str, *, number: int) -> None:
    """Write text that a link can lead to."""
    known = {"w:id": str(number), "w:name": _name(anchor)}
    _below(line._p, "bookmarkStart", None, known)  # noqa: SLF001
    line.add_run(text)
    _below(line._p, "bookmarkEnd", None, {"w:id": str(number)})  # noqa: SLF001


def described(shape: Any, alt: str, title: str) -> None:
    """Give a picture words for who cannot see it, and a name that says nothing of a file."""
    about = shape._inline.docPr  # noqa: SLF001 - python-docx has no word for it
    about.set("descr", alt)
    about.set("title", title[:200])
    about.set("name", f"figure {about.get('id')}")


def data_table(
    book: Any,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[bool],
    widths: Sequence[int],
    title: str,
    line: int = LINE,
) -> None:
    """Write a table of Word's own: its first row is repeated on every sheet, and no row is broken.

    Parameters
    ----------
    book : docx.Document
        Written into at its end.
    headings : sequence of str
        One per column.
    rows : sequence of sequences of str
        The cells.
    numbers : sequence of bool
        Which columns hold numbers; they stand right.
    widths : sequence of int
        How much of a line each column takes.
    title : str
        Words for who cannot see the table.
    line : int
        How long a line of the sheet is, in twentieths of a point.
    """
    # Cell by cell through the library a table of 300 rows takes seconds; its XML is plain enough.
    from docx.oxml.parser import OxmlElement

    table = OxmlElement("w:tbl")
    # The settings of the page stand last in a document.
    body = book.element.body
    body.append(table) if body.sectPr is None else body.sectPr.addprevious(table)
    about = _below(table, "tblPr")
    _below(about, "tblW", None, {"w:w": "5000", "w:type": "pct"})
    borders = _below(about, "tblBorders")
    for side, width in (("top", "10"), ("bottom", "10"), ("insideH", "2")):
        _below(borders, side, None, {"w:val": "single", "w:sz": width, "w:space": "0", "w:color": "808080"})
    _below(about, "tblLayout", None, {"w:type": "fixed"})
    gaps = _below(about, "tblCellMar")
    for side in ("left", "right"):
        _below(gaps, side, None, {"w:w": str(_GAP), "w:type": "dxa"})
    _below(about, "tblLook", None, {"w:val": "0420", "w:firstRow": "1", "w:firstColumn": "1"})
    _below(about, "tblCaption", None, {"w:val": title[:250]})
    grid = _below(table, "tblGrid")
    shares = [str(line * width // sum(widths)) for width in widths]
    for share in shares:
        _below(grid, "gridCol", None, {"w:w": share})
    size = str(round(2 * letter_size(widths, line)))
    _row(table, headings, numbers, shares, size, head=True)
    for row in rows:
        _row(table, row, numbers, shares, size)


def letter_size(widths: Sequence[int], line: int) -> float:
    """Return how large the letters of a table are so that no word of it is broken, in points; from 5.5 to 9.

    Parameters
    ----------
    widths : sequence of int
        Letters of each column.
    line : int
        How long a line of the sheet is, in twentieths of a point.

    Examples
    --------
    >>> letter_size([20, 10, 10], LINE), letter_size([12] * 11, LINE), letter_size([12] * 11, LONG_LINE)
    (9.0, 5.5, 8.5)
    """
    room = (line - 2 * _GAP * len(widths)) / 20
    return min(max(int(2 * room / (_LETTER * sum(widths))) / 2, 5.5), 9.0)


def _row(
    table: Any, cells: Sequence[str], numbers: Sequence[bool], shares: Sequence[str], size: str, *, head: bool = False
) -> None:
    row = _below(table, "tr")
    about = _below(row, "trPr")
    _below(about, "cantSplit")
    if head:
        _below(about, "tblHeader")
    for place, text in enumerate(cells):
        cell = _below(row, "tc")
        _below(_below(cell, "tcPr"), "tcW", None, {"w:w": shares[place], "w:type": "dxa"})
        line = _below(cell, "p")
        how = _below(line, "pPr")
        _below(how, "spacing", None, {"w:before": "20", "w:after": "20", "w:line": "240", "w:lineRule": "auto"})
        if numbers[place]:
            _below(how, "jc", None, {"w:val": "right"})
        run = _below(line, "r")
        look = _below(run, "rPr")
        if head:
            _below(look, "b")
        _below(look, "sz", None, {"w:val": size})
        _below(run, "t", text, {"xml:space": "preserve"})


def tell_language(book: Any, language: Language) -> None:
    """Say in which language the text is, for the spelling and for who reads it aloud."""
    known = book.styles.element.find(f".//{{{_NAMESPACE}}}rPrDefault/{{{_NAMESPACE}}}rPr")
    if known is None:
        return
    for old in known.findall(f"{{{_NAMESPACE}}}lang"):
        known.remove(old)
    _below(known, "lang", None, {"w:val": _SPOKEN.get(language, language), "w:eastAsia": "en-US", "w:bidi": "ar-SA"})


def repacked(data: bytes) -> bytes:
    """Return an archive with the same members in order of name, and without the time at which it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        # The list of types comes first: some readers look for it there.
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            member = zipfile.ZipInfo(name, date_time=_MADE)
            member.external_attr = 0o600 << 16
            new.writestr(member, old.read(name), compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _below(parent: Any, tag: str, text: str | None = None, attributes: dict[str, str] | None = None) -> Any:
    """Add an element; what comes from the data is text or the value of an attribute, never markup."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    made = OxmlElement(f"w:{tag}")
    for name, value in (attributes or {}).items():
        made.set("{http://www.w3.org/XML/1998/namespace}space" if name == "xml:space" else qn(name), value)
    if text is not None:
        made.text = text
    parent.append(made)
    return made


def _name(anchor: str) -> str:
    return anchor.replace("-", "_")[:40]
