"""The report as a Word file: parts that Word itself knows, for somebody who goes on writing."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from justice_metrics.base.errors import DisclosureError, OutputError
from justice_metrics.base.language import tr
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.release import internal
from justice_metrics.publish.report import write_report
from justice_metrics.publish.word import word_bytes
from justice_metrics.publish.word_parts import LINE
from tests.publish.answers import COURT, naive_table, provenance, rates, rates_table

docx = pytest.importorskip("docx", reason="the extra [documents] is not installed")

MARK = "INTERNAL: not for publication"


@pytest.fixture(scope="module")
def made() -> bytes:
    tables = {"main": rates_table(["First", "Second"]), "naive": naive_table()}
    return word_bytes(internal([rates(tables=tables), rates(heading=tr("Second"))], title="Performance"))


@pytest.fixture(scope="module")
def book(made: bytes) -> Any:
    return docx.Document(io.BytesIO(made))


def lines(book: Any, style: str) -> list[str]:
    return [one.text for one in book.paragraphs if one.style.name == style]


def test_headings_captions_and_tables_are_words_own(book: Any) -> None:
    assert lines(book, "Title") == ["Performance"]
    assert "1  Conviction rates by court" in lines(book, "Heading 1")
    assert "What the numbers mean" in lines(book, "Heading 2")
    captions = lines(book, "Caption")
    assert {"Figure 1. Conviction rates by court", "Table 1.1. Conviction rates by court"} <= set(captions)
    first = book.tables[0]
    assert [cell.text for cell in first.rows[0].cells][:3] == ["Court", "Stage", "Convicted"]
    assert [cell.text for cell in first.rows[1].cells][:4] == ["First", "complaint", "0", "100"]
    assert first._tbl.xpath("./w:tr[1]/w:trPr/w:tblHeader")
    assert first._tbl.xpath("./w:tblPr/w:tblCaption/@w:val") == ["Table 1.1. Conviction rates by court"]


def test_denominators_stand_beside_the_figure(book: Any) -> None:
    texts = [one.text for one in book.paragraphs]
    after = texts[texts.index("Figure 1. Conviction rates by court") + 1 :][:2]
    assert after == ["Counted: cases that ended in conviction", "Among: cases that reached the stage"]


def test_figures_say_in_words_what_they_show(book: Any) -> None:
    about = book.element.xpath("//wp:docPr/@descr")
    assert len(about) == 2
    assert "8 cases ended in conviction." in about[0]
    assert all(shape.width.inches <= 6.5 for shape in book.inline_shapes)


def test_contents_lead_to_the_headings(book: Any) -> None:
    wanted = book.element.xpath("//w:hyperlink/@w:anchor")
    there = book.element.xpath("//w:bookmarkStart/@w:name")
    assert {"section_1", "section_2", "checklist", "provenance"} <= set(wanted)
    assert set(wanted) <= set(there)
    assert len(there) == len(set(there))
    begun = book.element.xpath("//w:fldChar/@w:fldCharType")
    assert begun == ["begin", "separate", "end"]


def test_every_sheet_says_for_whom_it_is(book: Any) -> None:
    assert [part.header.paragraphs[0].text for part in book.sections] == [MARK]
    assert MARK in [one.text for one in book.paragraphs]


def test_a_naive_table_comes_with_its_warning_first(book: Any) -> None:
    texts = [one.text for one in book.paragraphs]
    assert texts.index("Why not this figure") < texts.index("Immortal time.") < texts.index("Table 1.2. Ever supported")


def test_it_names_nobody_and_no_day(made: bytes, book: Any) -> None:
    about = book.core_properties
    assert (about.author, about.last_modified_by, about.comments, about.keywords) == ("", "", "", "")
    assert {about.created.year, about.modified.year} == {2000}
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        names = " ".join(archive.namelist())
    assert not [one for one in ("thumbnail", "customXml", "app.xml", "custom.xml", "comments") if one in names]


def test_two_runs_give_the_same_bytes() -> None:
    assert word_bytes(internal(rates())) == word_bytes(internal(rates()))


def test_a_spanish_report_is_spanish_for_the_spelling_too() -> None:
    made = docx.Document(io.BytesIO(word_bytes(internal(rates(provenance=provenance(simulated=True))), language="es")))
    assert made.styles.element.xpath("//w:rPrDefault/w:rPr/w:lang/@w:val") == ["es-ES"]
    assert made.core_properties.language == "es"
    assert "Datos simulados: ningún caso es real." in made.sections[0].footer.paragraphs[0].text
    assert "denuncia" in made.tables[0].rows[1].cells[1].text


def template(place: Path, **parts: bytes) -> Path:
    made = docx.Document()
    made.styles["Heading 1"].font.name = "Own"
    made.add_paragraph("Ministry of the made-up")
    made.sections[0].page_width = docx.shared.Mm(150)
    path = place / "own.docx"
    made.save(str(path))
    with zipfile.ZipFile(path, "a") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_a_template_gives_styles_margins_and_what_stands_in_it(tmp_path: Path) -> None:
    made = docx.Document(io.BytesIO(word_bytes(internal(rates()), template=template(tmp_path))))
    assert made.paragraphs[0].text == "Ministry of the made-up"
    assert made.styles["Heading 1"].font.name == "Own"
    assert round(made.sections[0].page_width.mm) == 150
    assert made.sections[0].header.paragraphs[0].text == MARK
    assert "1  Conviction rates by court" in lines(made, "Heading 1")


def test_a_template_without_our_styles_serves_too(tmp_path: Path) -> None:
    path = template(tmp_path)
    made = docx.Document(str(path))
    for name in ("Caption", "List Bullet", "Heading 2"):
        made.styles[name].delete()
    made.save(str(path))
    written = docx.Document(io.BytesIO(word_bytes(internal(rates()), template=path)))
    assert "Table 1.1. Conviction rates by court" in [one.text for one in written.paragraphs]


@pytest.mark.parametrize("name", ["there-is-none.docx", "broken.docx", "macros.docm"])
def test_what_is_no_template_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if not name.startswith("there"):
        path.write_bytes(b"PK but not a document")
    with pytest.raises(OutputError, match=name):
        word_bytes(internal(rates()), template=path)


def test_a_template_that_loads_something_is_refused(tmp_path: Path) -> None:
    path = template(tmp_path)
    made = docx.Document(str(path))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    made.part.relate_to("http://elsewhere.example/x.dotm", kind, is_external=True)
    made.save(str(path))
    with pytest.raises(OutputError, match="loads something"):
        word_bytes(internal(rates()), template=path)


def test_only_a_release_becomes_a_report(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="release"):
        word_bytes(rates())  # type: ignore[arg-type]
    path = write_report(internal(rates()), tmp_path / "report.docx")
    assert path.read_bytes() == word_bytes(internal(rates()))


def test_tables_without_rows_or_with_too_many_say_so() -> None:
    courts = [f"Court {n}" for n in range(121)]
    tables = {"main": rates_table([]), "more": rates_table(courts[:120]), "longer": rates_table(courts)}
    made = docx.Document(io.BytesIO(word_bytes(internal(rates(tables=tables)))))
    assert "No rows." in [one.text for one in made.paragraphs]
    assert len(made.tables[0].rows) == 121
    assert [one.text for one in made.paragraphs if "too long to be printed" in one.text]
    assert "Court 120" not in "".join(made.element.itertext())


def test_no_word_of_a_wide_table_is_broken_and_its_sheet_lies_on_its_side() -> None:
    from docx.oxml.ns import qn

    counts = [Column(f"n{at}", tr("Proportion of the accused"), "units", "count", "count") for at in range(11)]
    values = {"court": np.array(["First"], dtype=object), **{one.name: np.array([1234]) for one in counts}}
    wide = Table((COURT, *counts), values)
    data = word_bytes(internal(rates(tables={"main": wide, "more": rates().main})))
    book = docx.Document(io.BytesIO(data))
    assert [part.page_width > part.page_height for part in book.sections] == [False, True, False]
    table = book.tables[0]._tbl
    size = int(table.find(f".//{qn('w:sz')}").get(qn("w:val"))) / 2
    assert size >= 6.5
    line = table.findall(f".//{qn('w:gridCol')}")
    assert sum(int(one.get(qn("w:w"))) for one in line) > LINE
    longest = max(len(word) for cell in book.tables[0].rows[0].cells for word in cell.text.split())
    assert all(int(one.get(qn("w:w"))) / 20 - 4 > 0.55 * size * longest for one in line[1:])
