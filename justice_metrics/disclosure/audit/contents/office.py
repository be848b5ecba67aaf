"""Word files and workbooks: hidden sheets, rows and columns, comments, caches, links and who wrote them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ....base.language import Message, tr
from .pages import Told

# Parts of an archive that hold what nobody sees on the page.
_UNWANTED: Final[Mapping[str, tuple[str, Message]]] = MappingProxyType(
    {
        "pivotCache": ("hidden_part", tr("a pivot cache: the rows behind a table")),
        "externalLink": ("remote", tr("links to other files")),
        "vbaProject": ("active", tr("a program (macros)")),
        "comments": ("hidden_part", tr("comments")),
        "customXml/": ("metadata", tr("parts of its own")),
        "embeddings/": ("hidden_part", tr("embedded files")),
        "docProps/custom": ("metadata", tr("properties of its own")),
        "docProps/thumbnail": ("hidden_part", tr("a small picture of an earlier state")),
        "connections.xml": ("remote", tr("connections to databases")),
        "people.xml": ("metadata", tr("names of persons")),
        "printerSettings": ("metadata", tr("settings of a printer")),
    }
)
_OURS: Final = {"", "justice_metrics", "justice-metrics"}
_PERSON: Final = re.compile(r"<(dc:creator|cp:lastModifiedBy|Manager|Company)>([^<]*)<")
_EXTERNAL: Final = re.compile(r"<Relationship [^>]*TargetMode=\"External\"[^>]*>")
_HIDDEN_SHEET: Final = re.compile(r"<sheet [^>]*state=\"(?:hidden|veryHidden)\"")
_HIDDEN_LINE: Final = re.compile(r"<(?:row|col) [^>]*hidden=\"(?:1|true)\"")
_FORMULA: Final = re.compile(r"<f[ >]")
_NAMES: Final = re.compile(r"<definedName [^>]*hidden=\"1\"")
_VANISH: Final = re.compile(r"<w:(?:vanish|webHidden)(?: w:val=\"(?:1|true)\")?\s*/>")
_TRACKED: Final = re.compile(r"<w:(?:ins|del|moveFrom|moveTo) ")
_SESSIONS: Final = re.compile(r"<w:rsids?[ >]")

_Look = Callable[[str], bool]


def look_at_office(data: bytes) -> Iterator[Told]:
    """Yield what a Word file or a workbook holds beside what it shows.

    Parameters
    ----------
    data : bytes
        docx or xlsx.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            parts = {
                one: archive.read(one).decode("utf-8", "replace") for one in names if one.endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        yield "unreadable", tr("It cannot be read as what its name says.")
        return
    for mark, (kind, words) in _UNWANTED.items():
        if any(mark in name for name in names):
            yield kind, words
    for name, text in parts.items():
        yield from _part(name, text)


def _part(name: str, text: str) -> Iterator[Told]:
    for field, value in _PERSON.findall(text) if name.startswith("docProps/") else ():
        if value.strip() not in _OURS:
            yield "metadata", tr("metadata that tell '{what}'", what=field)
    if name.endswith(".rels"):
        links = [one for one in _EXTERNAL.findall(text) if "/hyperlink" not in one]
        if links:
            yield "remote", tr("links to other files")
    if name.startswith("xl/"):
        for found, words in (
            (_HIDDEN_SHEET, tr("a hidden sheet")),
            (_HIDDEN_LINE, tr("hidden rows or columns")),
            (_NAMES, tr("hidden names")),
        ):
            if found.search(text):
                yield "hidden_part", words
        if name.startswith("xl/worksheets/") and _FORMULA.search(text):
            yield "active", tr("formulas")
    if name.startswith("word/"):
        if _VANISH.search(text) and name != "word/styles.xml":
            yield "hidden_part", tr("hidden text")
        if _TRACKED.search(text):
            yield "hidden_part", tr("changes that were tracked")
        if _SESSIONS.search(text) and name == "word/settings.xml":
            yield "notice", tr("numbers of editing sessions")
