"""A data dictionary as a codebook in DDI 2.5 (XML), which archives and statistics programs read."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from ...base.language import LANGUAGES, Language, Readable, tr
from ...base.version import __version__
from .parts import BLANK, DAYS, MISSING_CODES, Code, DataDictionary, DescribedTable, Variable

_NAMESPACE: Final = "ddi:codebook:2_5"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML cannot hold, and what a codebook has no use for.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NO_ID: Final = re.compile(r"[^\w.-]+")
_MEANINGS: Final = {one.id: one.meaning for one in MISSING_CODES}


def ddi_bytes(dictionary: DataDictionary, language: Language = "en") -> bytes:
    """Return a data dictionary as the bytes of a DDI codebook; the same dictionary gives the same bytes.

    Parameters
    ----------
    dictionary : DataDictionary
    language : {"en", "es"}
        Whose words come first; every label stands there in each language, marked with ``xml:lang``.

    Returns
    -------
    bytes
        DDI-Codebook 2.5 in UTF-8: one ``fileDscr`` per table, one ``var`` per variable, one ``catgry`` per code, those
        of missing marked as such with their kind.
    """
    spoken = (language, *(one for one in LANGUAGES if one != language))
    book = _Book(spoken)
    root = ET.Element(
        "codeBook", {"xmlns": _NAMESPACE, "version": "2.5", "ID": _id(dictionary.id), _LANGUAGE: language}
    )
    cited = ET.SubElement(ET.SubElement(root, "docDscr"), "citation")
    book.titles(cited, dictionary.title)
    software = ET.SubElement(ET.SubElement(cited, "prodStmt"), "software", {"version": __version__})
    software.text = "justice_metrics"
    study = ET.SubElement(root, "stdyDscr")
    book.titles(ET.SubElement(study, "citation"), dictionary.title)
    about = ET.SubElement(study, "stdyInfo")
    book.words(about, "abstract", _abstract(dictionary))
    book.words(ET.SubElement(about, "sumDscr"), "anlyUnit", dictionary.unit)
    for table in dictionary.tables:
        described = ET.SubElement(ET.SubElement(root, "fileDscr", {"ID": _id("file", table.id)}), "fileTxt")
        ET.SubElement(described, "fileName").text = _clean(table.id)
        book.words(described, "fileCont", _contents(table), once=True)
        ET.SubElement(ET.SubElement(described, "dimensns"), "varQnty").text = str(len(table.variables))
        book.words(described, "dataMsng", BLANK, once=True)
    data = ET.SubElement(root, "dataDscr")
    for table in dictionary.tables:
        for one in table.variables:
            book.variable(data, table, one)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


class _Book:
    """Writes words in every language, the first one first."""

    def __init__(self, languages: tuple[Language, ...]) -> None:
        self._languages = languages

    def words(self, parent: ET.Element, name: str, words: Readable, *, once: bool = False) -> None:
        """Add an element for each language, or one with all of them where the standard has one only."""
        if once:
            ET.SubElement(parent, name).text = _clean(self.joined(words))
            return
        for one in self._languages:
            ET.SubElement(parent, name, {_LANGUAGE: one}).text = _clean(words.text(one))

    def joined(self, words: Readable) -> str:
        """Return the words of all languages, each once."""
        return " / ".join(dict.fromkeys(words.text(one) for one in self._languages))

    def titles(self, citation: ET.Element, title: Readable) -> None:
        """Add a title and, for every other language, a parallel one."""
        stated = ET.SubElement(citation, "titlStmt")
        for place, one in enumerate(self._languages):
            name = "parTitl" if place else "titl"
            ET.SubElement(stated, name, {_LANGUAGE: one}).text = _clean(title.text(one))

    def variable(self, data: ET.Element, table: DescribedTable, one: Variable) -> None:
        """Add a variable with its codes; the order of the parts is that of the standard."""
        number = one.kind in {"number", "day"}
        given = {
            "ID": _id("var", table.id, one.name),
            "name": one.name,
            "files": _id("file", table.id),
            "intrvl": "contin" if number else "discrete",
            "representationType": "numeric" if number else "code" if one.codes and one.kind == "level" else "text",
        }
        if one.kind == "day":
            given |= {"measUnit": DAYS.text(self._languages[0]), "temporal": "Y"}
        if one.name == "weight":
            given["wgt"] = "wgt"
        element = ET.SubElement(data, "var", given)
        self.words(element, "labl", one.text)
        if one.note is not None:
            self.words(element, "txt", one.note)
        for code in one.codes:
            self._code(element, code)
        if one.columns:
            made = tr("Column of the file: {columns}.", columns=", ".join(one.columns))
            self.words(ET.SubElement(element, "derivation"), "drvdesc", made, once=True)
        ET.SubElement(element, "varFormat", {"type": "numeric" if number else "character"})

    def _code(self, variable: ET.Element, code: Code) -> None:
        given = {"missing": "Y", "missType": code.id} if code.missing else {"missing": "N"}  # codespell:ignore
        element = ET.SubElement(variable, "catgry", given)
        ET.SubElement(element, "catValu").text = _clean(code.id)
        self.words(element, "labl", code.text)
        if code.id in _MEANINGS and code.missing:
            self.words(element, "txt", _MEANINGS[code.id])
        if code.written:
            self.words(element, "txt", tr("Written in the file as: {texts}.", texts="; ".join(code.written)))


def _abstract(dictionary: DataDictionary) -> Readable:
    law = dictionary.law
    if dictionary.checklist is None:
        return tr("Case files of a criminal procedure: {procedure} ({law}).", procedure=dictionary.procedure, law=law)
    return tr(
        "Case files of a criminal procedure: {procedure} ({law}). Quality of attention: {checklist}.",
        procedure=dictionary.procedure,
        law=law,
        checklist=dictionary.checklist,
    )


def _contents(table: DescribedTable) -> Readable:
    return tr("{table}, read from: {source}", table=table.text, source=table.source) if table.source else table.text


def _id(*parts: str) -> str:
    """Return an id that XML takes, the same for the same parts."""
    made = ".".join(_NO_ID.sub("_", part) for part in parts)
    return made if made[:1].isalpha() else f"d{made}"


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)
