"""Names that would run, compute, load or lead elsewhere reach every kind of file as text that does nothing."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest

from justice_metrics.base.language import Label
from justice_metrics.base.provenance import LeftOut
from justice_metrics.base.result import Definition
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.release import internal
from justice_metrics.publish.files import FORMATS, release_files
from justice_metrics.publish.great import table_page
from justice_metrics.publish.names import file_stem
from tests.publish.answers import DENOMINATOR, ESTIMATE, HOSTILE, NUMERATOR, SCRIPT, provenance, rates
from tests.publish.page_reader import Page

for needed in ("docx", "great_tables", "typst"):
    pytest.importorskip(needed, reason="the extra [documents] is not installed")

# All of them in one text: what one rule lets through, another must still stop.
EVERYTHING = " ".join(HOSTILE[name] for name in ("script", "attribute", "close", "jinja", "address", "bidi", "control"))
FORMULA = HOSTILE["formula"]
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\u200b-\u200f]")


def hostile_result() -> Any:
    names = list(HOSTILE.values())
    n = len(names)
    words = Label(EVERYTHING)
    stage = Column("stage", words, "text", "key", "key")
    court = Column("court", Label(FORMULA), "text", "stratum", "stratum")
    table = Table(
        (court, stage, NUMERATOR, DENOMINATOR, ESTIMATE),
        {
            "court": np.array(names, dtype=object),
            "stage": np.array(["complaint"] * n, dtype=object),
            "numerator": np.arange(n),
            "denominator": np.arange(n) + 100,
            "estimate": np.arange(n) / (np.arange(n) + 100),
        },
        labels={"stage": {"complaint": words}},
        title=words,
    )
    return rates(
        heading=words,
        tables={"main": table, "more": table},
        definition=Definition(
            answers=words, numerator=words, denominator=words, basis="cohort", pending=words, method=words
        ),
        provenance=provenance(
            source="../../" + EVERYTHING,
            procedure=EVERYTHING,
            settings=(("by", (EVERYTHING, FORMULA)), (SCRIPT, FORMULA)),
            left_out=(LeftOut(words, 12),),
        ),
        notes=(words, Label(HOSTILE["long"])),
        said=(words, Label(FORMULA)),
    )


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return release_files(
        internal([hostile_result()], title=EVERYTHING),
        stems=[file_stem(HOSTILE["path"])],
        languages=["es"],
        formats=FORMATS,
        study="/somewhere/" + SCRIPT,
        passport=[(EVERYTHING, FORMULA)],
        changes=[Label(EVERYTHING)],
    )


def of(files: dict[str, bytes], suffix: str) -> bytes:
    return next(data for name, data in files.items() if name.endswith(suffix))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_format_is_written_and_no_name_leads_elsewhere(files: dict[str, bytes]) -> None:
    assert {name.rsplit(".", 1)[1] for name in files} == set(FORMATS)
    assert all(re.fullmatch(r"(tables|figures)/[a-z0-9-]+(\.[a-z]+){1,3}|report\.es\.\w+", name) for name in files)


def test_html(files: dict[str, bytes]) -> None:
    document = of(files, ".html").decode()
    page = Page(document)
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    assert all(one.startswith(("#", "data:image/svg+xml;base64,")) for one in page.addresses)
    assert "<script>" not in document
    assert "alert(1)" in page.text  # as text, so that a reader sees what the data hold
    assert "{{ 7 * 7 }}" in page.text
    assert not UNSEEN.search(document)


def test_great_tables() -> None:
    result = hostile_result()
    page = Page(table_page(result.main, title=result.heading).decode())
    assert not {"script", "link", "iframe", "img", "a", "form", "base"} & {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert page.addresses == []
    assert "alert(1)" in page.text


def test_docx(files: dict[str, bytes]) -> None:
    parts = members(of(files, ".docx"))
    body = ElementTree.fromstring(parts["word/document.xml"])
    codes = {"".join(one.itertext()).strip() for one in body.iter(f"{WORD}instrText")}
    assert codes == {'TOC \\o "1-1" \\h \\z \\u'}
    assert SCRIPT in "".join(body.itertext())
    assert not [one for one in body.iter() if one.tag.endswith(("altChunk", "object", "control"))]
    assert all("TargetMode" not in data.decode() for name, data in parts.items() if name.endswith(".rels"))
    assert not [name for name in parts if "vba" in name.lower() or name.endswith(".bin") or ".." in name]
    assert all(not UNSEEN.search(data.decode()) for name, data in parts.items() if name.endswith(".xml"))
    assert b"/somewhere/" not in b"".join(parts.values())


def test_xlsx(files: dict[str, bytes]) -> None:
    data = of(files, ".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in {"s", "n"} and cell.hyperlink is None for cell in cells)
    assert FORMULA in {cell.value for cell in cells}
    assert not any(b"<f>" in part or b"TargetMode" in part for part in members(data).values())
    assert all(sheet.sheet_state == "visible" for sheet in book)


def test_csv(files: dict[str, bytes]) -> None:
    text = of(files, ".main.csv").decode("utf-8-sig")
    rows = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    for column in rows:
        assert not [one for one in rows[column] if one[:1] in "=@＝\t\r" and one]
    assert "'" + FORMULA in set(rows["court"])
    assert not UNSEEN.search(text)
    assert text.count("\r\n") == len(HOSTILE) + 1


def test_stata(files: dict[str, bytes]) -> None:
    data = of(files, ".main.dta")
    read = pd.read_stata(io.BytesIO(data))
    assert SCRIPT in set(read["court"])
    assert len(read) == len(HOSTILE)
    assert not UNSEEN.search("".join(read["court"]))
    with pd.read_stata(io.BytesIO(data), iterator=True) as reader:
        assert reader.variable_labels()["court"] == FORMULA
        assert len(reader.data_label.encode()) <= 80


def test_svg_and_png(files: dict[str, bytes]) -> None:
    drawn = [of(files, ".svg"), *map(base64.b64decode, re.findall(rb"svg\+xml;base64,([\w+/=]+)", of(files, ".html")))]
    for data in drawn:
        root = ElementTree.fromstring(data)
        assert not [
            one for one in root.iter() if one.tag.rsplit("}", 1)[-1] in {"script", "foreignObject", "image", "a"}
        ]
        assert not [name for one in root.iter() for name in one.attrib if name.lower().startswith("on")]
        links = [value for one in root.iter() for name, value in one.attrib.items() if name.endswith("href")]
        assert all(link.startswith("#") for link in links)
        assert not UNSEEN.search(data.decode())
    assert b"alert" not in of(files, ".png")  # no text is kept beside the picture


def inflated(data: bytes) -> bytes:
    """Return a PDF with every stream of it unpacked."""
    found = [data]
    for one in re.finditer(rb"stream\r?\n", data):
        try:
            found.append(zlib.decompressobj().decompress(data[one.end() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_pdf(files: dict[str, bytes]) -> None:
    data = inflated(of(files, ".pdf"))
    for word in (
        b"/JavaScript",
        b"/JS",
        b"/Launch",
        b"/URI",
        b"/EmbeddedFile",
        b"/AA",
        b"/OpenAction",
        b"/CreationDate",
    ):
        assert not re.search(word + rb"\b", data), word
    assert b"/StructTreeRoot" in data
    assert b"/somewhere/" not in data


def test_words_of_a_pdf_are_the_words_of_the_data(files: dict[str, bytes], tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    (tmp_path / "report.pdf").write_bytes(of(files, ".pdf"))
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"], capture_output=True, check=True, text=True
    ).stdout
    assert "alert(1)" in text
    assert "#" not in text.split("alert(1)")[0][-40:]
    assert "{{ 7 * 7 }}" in " ".join(text.split())
