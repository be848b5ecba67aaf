"""Pictures and printed pages: texts beside the picture, embedded files, programs, who made them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ....base.language import tr
from ..layers import layers, png_chunks
from .pages import Told

_DRAWN: Final = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"sRGB", b"gAMA", b"cHRM", b"tRNS", b"sBIT", b"bKGD"}
_SOFTWARE: Final = re.compile(rb"Software\x00Matplotlib[ \w.,:/+-]*$")
_IN_PDF: Final = (
    ("hidden_part", re.compile(rb"/EmbeddedFiles?\b|/Filespec\b"), "embedded files"),
    ("active", re.compile(rb"/JavaScript\b|/JS\b|/Launch\b|/OpenAction\s*<<[^>]*/S\s*/(?!GoTo)"), "program"),
    ("hidden_part", re.compile(rb"/Subtype\s*/(?:Text|Popup|FileAttachment)\b"), "comments"),
)
_PERSON: Final = re.compile(rb"/Author\s*(?:\(((?:[^()\\]|\\.)+)\)|<([0-9A-Fa-f]+)>)")
_DATE: Final = re.compile(rb"/(?:CreationDate|ModDate)\s*\(")


def look_at_png(data: bytes) -> Iterator[Told]:
    """Yield what a PNG holds beside its picture."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        yield "unreadable", tr("It cannot be read as what its name says.")
        return
    for kind, body in png_chunks(data):
        if kind == b"more":
            yield "hidden_part", tr("something after the end of the picture")
        elif kind not in _DRAWN and not (kind == b"tEXt" and _SOFTWARE.match(body)):
            yield "metadata", tr("metadata that tell '{what}'", what=kind.decode("ascii", "replace"))


def look_at_pdf(data: bytes) -> Iterator[Told]:
    """Yield what a PDF holds beside its pages."""
    if data[:4] != b"%PDF":
        yield "unreadable", tr("It cannot be read as what its name says.")
        return
    every = list(layers(data))
    for kind, pattern, what in _IN_PDF:
        if any(pattern.search(one) for one in every):
            yield kind, _WORDS[what]
    if any(_PERSON.search(one) for one in every):
        yield "metadata", tr("metadata that tell '{what}'", what="Author")
    if any(_DATE.search(one) for one in every):
        yield "notice", tr("metadata that tell '{what}'", what="CreationDate")


_WORDS: Final = {
    "embedded files": tr("embedded files"),
    "program": tr("a program (macros)"),
    "comments": tr("comments"),
}
