"""Every file of a release, internal and public: what says for whom it is, and what looks otherwise."""

from __future__ import annotations

import io
from types import MappingProxyType
from typing import Any

import numpy as np
import openpyxl
import pytest

from justice_metrics.base.errors import DisclosureError, OutputError
from justice_metrics.base.language import tr
from justice_metrics.base.provenance import Provenance
from justice_metrics.base.result import Protected, Published
from justice_metrics.base.table import Table
from justice_metrics.disclosure.release import internal
from justice_metrics.publish import document as document_module
from justice_metrics.publish.document import document
from justice_metrics.publish.drawing import mark_of
from justice_metrics.publish.files import release_files
from justice_metrics.publish.record import as_json
from justice_metrics.publish.report import rendered, result_page
from justice_metrics.publish.tables import result_bytes
from tests.publish.answers import COURT, DENOMINATOR, ESTIMATE, HIGH, LOW, NUMERATOR, naive_table, provenance, rates
from tests.publish.page_reader import Page

docx = pytest.importorskip("docx", reason="the extra [documents] is not installed")

INTERNAL, PUBLIC = "INTERNAL: not for publication", "PUBLIC RELEASE: small numbers are protected"


def protected_table() -> Table:
    hidden = np.array([np.nan, 0.2])
    columns = (COURT, NUMERATOR, DENOMINATOR, ESTIMATE, LOW, HIGH)
    values = {
        "court": np.array(["First", "Second"], dtype=object),
        "numerator": np.array([np.nan, 20.0]),
        "denominator": np.array([100.0, 100.0]),
        "estimate": hidden,
        "conf_low": hidden / 2,
        "conf_high": hidden * 2,
    }
    return Table(
        columns,
        values,
        statuses={name: ("suppressed", "") for name in list(values) if name not in {"court", "denominator"}},
    )


def published(**changed: Any) -> Published:
    """What the gate gives back of an answer: here without a drawing and without sentences."""
    given = Protected(tables={"main": protected_table()}, provenance=provenance(left_out=(), **changed), notes=())
    return Published.of(rates(), given)


class Ledger:
    def lines(self) -> tuple[Any, ...]:
        return (tr("Table 'main': 4 numbers are hidden."),)


class MadeRelease:
    """A public release as reports see it; the gate is the only one that makes real ones."""

    def __init__(self, *results: Any) -> None:
        self.results = results
        self.audience = "public"
        self.title = tr("Performance of criminal justice")
        self.ledger = Ledger()


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> MadeRelease:
    monkeypatch.setattr(document_module, "Release", MadeRelease)
    return MadeRelease(published())


def test_the_files_of_an_internal_release() -> None:
    tables = {"main": rates().main, "naive": naive_table()}
    formats = ["html", "csv", "xlsx", "dta", "svg"]
    files = release_files(internal(rates(tables=tables)), stems=["01_rates"], languages=["es", "en"], formats=formats)
    assert sorted(files) == [
        "figures/01_rates.en.svg",
        "figures/01_rates.es.svg",
        "report.en.html",
        "report.es.html",
        "tables/01_rates.main.csv",
        "tables/01_rates.main.dta",
        "tables/01_rates.xlsx",
    ]
    assert b"INTERNO: no publicar" in files["figures/01_rates.es.svg"]
    assert files == release_files(
        internal(rates(tables=tables)), stems=["01_rates"], languages=["es", "en"], formats=formats
    )


def test_a_public_release_says_so_in_every_file_and_never_that_it_is_internal(public: MadeRelease) -> None:
    files = release_files(public, stems=["01"], languages=["en"], formats=["html", "docx", "xlsx", "csv", "dta", "png"])
    assert "figures/01.en.png" not in files  # this answer has no figure that may be published
    page = Page(files["report.en.html"].decode())
    assert PUBLIC in page.text
    assert INTERNAL not in files["report.en.html"].decode()
    assert page.all("body") == [{"class": "public"}]
    assert not [one for one in page.all("meta") if one.get("name") == "robots"]
    book = docx.Document(io.BytesIO(files["report.en.docx"]))
    assert [part.header.paragraphs[0].text for part in book.sections] == [PUBLIC]
    sheets = openpyxl.load_workbook(io.BytesIO(files["tables/01.xlsx"]))
    assert all(sheet["A2"].value == PUBLIC for sheet in sheets)
    assert as_json(public.results, "en")["audience"] == "public"
    assert PUBLIC in Page(result_page(public.results[0])).text


def test_hidden_numbers_are_marked_with_their_rule_and_both_limits_once(public: MadeRelease) -> None:
    made = document(public)
    text = Page(rendered(made)).text
    assert [cell.text for cell in made.sections[0].main.rows[0].cells] == [
        "First",
        "hidden",
        "100",
        *["hidden"] * 2,
    ]
    assert [cell.hidden for cell in made.sections[0].main.rows[0].cells] == [False, True, False, True, True]
    assert "not shown by the rules of confidentiality" in made.sections[0].main.foot
    assert "Table 'main': 4 numbers are hidden." in text
    assert "What was hidden" in text
    assert "nan" not in text.lower().split()


def test_internal_and_public_pages_do_not_look_alike(public: MadeRelease) -> None:
    one, other = rendered(document(internal(rates()))), rendered(document(public))
    for page, mark, colour in ((one, INTERNAL, "#8F1414"), (other, PUBLIC, "#16357F")):
        assert f"--audience: {colour}" in page
        assert f'@top-center {{ content: "{mark}"; color: {colour}' in page
    assert "noindex" in one
    assert "noindex" not in other


def test_every_figure_has_its_denominator_beside_it() -> None:
    document_of = rendered(document(internal(rates())))
    caption = document_of.split("<figcaption>", 1)[1].split("</figcaption>", 1)[0]
    assert "Counted: cases that ended in conviction" in caption
    assert "Among: cases that reached the stage" in caption


def test_passport_changes_and_checklist_are_in_the_report(public: MadeRelease) -> None:
    told = [("Ethics approval", tr("Second finding."))]
    made = document(public, passport=told, changes=[tr("Second finding.")])
    text = Page(rendered(made)).text
    assert "Passport of the release" in text
    assert "Changes since the release before" in text
    items = {item.what: item for item in made.checklist}
    assert items["Whether small numbers are protected"].where == "protected"
    assert items["Ethics approval, legal basis, access and contact"].where == "in the passport"
    bare = {item.what: item for item in document(public).checklist}
    assert bare["Ethics approval, legal basis, access and contact"].missing


def test_the_checklist_says_what_is_missing_and_where() -> None:
    without = rates(provenance=provenance(cutoff=None, sampling="undeclared"))
    items = {item.what: item for item in document(internal([rates(), without])).checklist}
    assert items["The day to which the data are complete"].where == "in every section but 2"
    assert not items["The day to which the data are complete"].missing
    items = {item.what: item for item in document(internal(without)).checklist}
    assert items["How the files were drawn"].where == "nowhere in this report"
    assert items["How the files were drawn"].missing


def test_the_mark_of_a_picture(public: MadeRelease) -> None:
    assert mark_of(public.results[0], "en") == f"{PUBLIC} · data complete to 30 Apr 2018"
    assert mark_of(rates(), "en").startswith(INTERNAL)


def test_what_is_no_release_and_what_is_no_format_are_refused() -> None:
    with pytest.raises(DisclosureError, match="release"):
        document(rates())  # type: ignore[arg-type]
    with pytest.raises(OutputError, match="odt"):
        release_files(internal(rates()), stems=["1"], languages=["en"], formats=["odt"])
    with pytest.raises(ValueError, match="names of files"):
        release_files(internal(rates()), stems=[], languages=["en"], formats=["csv"])


def test_a_procedure_alone_is_asked_for_nothing_of_cases() -> None:
    alone = rates(provenance=Provenance(question="procedure_map", version="0.1.0"))
    items = {item.what: item.where for item in document(internal(alone)).checklist}
    assert items["How the files were drawn"] == "nowhere in this report"
    assert isinstance(alone.tables, MappingProxyType)


def test_rows_that_may_be_missing_are_told_of_below_a_table() -> None:
    listed = protected_table()
    words = "a row that is missing may be either"
    for rows in (slice(None), slice(0)):
        table = Table(
            listed.columns,
            {name: values[rows] for name, values in listed.values.items()},
            statuses={name: one[rows] for name, one in listed.statuses.items()},
            sparse=True,
        )
        page = rendered(document_of(table))
        assert words in page
        assert "No rows." not in page  # there are rows, and they are hidden
    assert "(2 rows are shown)" in rendered(document_of(protected_table(), listed_of(protected_table())))
    assert words not in rendered(document_of(protected_table()))


def listed_of(table: Table) -> Table:
    return Table(table.columns, table.values, statuses=table.statuses, sparse=True, title=tr("More"))


def document_of(table: Table, *more: Table) -> Any:
    tables = {"main": table} | {f"more{place}": one for place, one in enumerate(more)}
    given = Protected(tables=tables, provenance=provenance(left_out=()), notes=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_module, "Release", MadeRelease)
        return document(MadeRelease(Published.of(rates(), given)), language="en")


def test_a_hidden_number_has_one_word_and_its_meaning(public: MadeRelease) -> None:
    for language, word in (("en", "Hidden"), ("es", "Reservado")):
        page = rendered(document(public, language=language))
        assert f'<td class="hidden number">{word.lower()}</td>' in page
        assert f'<p class="foot">{word}: ' in page
        assert ">suppressed" not in page
        assert "suprimido" not in page


def test_words_under_a_figure_are_those_of_the_figure() -> None:
    class Pictured(type(rates())):  # type: ignore[misc]
        views = {"more": tr("More"), "untold": tr("Untold")}
        pictured = {"": (tr("bars"), tr("all bars")), "more": (tr("lines"), tr("all lines"))}

        def draw(self, view: str, ax: Any = None, *, language: Any = "en") -> Any:
            return self.plot(ax, language=language)

    plain = rates()
    made = Pictured(**{name: getattr(plain, name) for name in ("heading", "tables", "definition", "provenance")})
    figures = document(internal(made)).sections[0].figures
    assert [one.counted for one in figures] == [
        (("Counted", "bars"), ("Among", "all bars")),
        (("Counted", "lines"), ("Among", "all lines")),
        (("Counted", "victim"),),  # neither the answer's numerator nor its denominator is claimed of it
    ]
    assert document(internal(plain)).sections[0].figures[0].counted[0] == (
        "Counted",
        "cases that ended in conviction",
    )


def test_what_tells_of_the_law_claims_no_cases() -> None:
    table = Table((COURT,), {"court": np.array(["First"], dtype=object)}, guard="words")
    made = document(internal([rates(tables={"main": table}), rates(heading=tr("Second"))]))
    assert [one.counted for one in made.sections[0].figures] == [()]
    assert made.sections[0].base == ()
    law, cases = made.sources
    assert not {"Counted unit", "Units in the data", "Cut-off"} & dict(law).keys()
    assert {"Counted unit", "Units in the data", "Cut-off"} <= dict(cases).keys()


def test_key_findings_have_the_number_of_their_section_and_are_told_once() -> None:
    made = document(internal([rates(said=()), rates(), rates(heading=tr("By court")), rates(said=(tr("Other."),))]))
    assert [(one.number, one.finding) for one in made.key_findings] == [
        (2, "8 cases ended in conviction."),
        (4, "Other."),
    ]


def test_a_workbook_says_what_its_hidden_numbers_are() -> None:
    given = Protected(tables={"main": protected_table()}, provenance=provenance(left_out=()), notes=())
    about = openpyxl.load_workbook(io.BytesIO(result_bytes(Published.of(rates(), given), ".xlsx"))).worksheets[-1]
    assert any("rules of confidentiality" in str(cell.value) for row in about.iter_rows() for cell in row)


def test_where_no_estimate_may_be_shown_there_is_no_empty_figure() -> None:
    listed = protected_table()
    table = Table(
        listed.columns,
        {**listed.values, **{name: np.full(2, np.nan) for name in ("estimate", "conf_low", "conf_high")}},
        statuses={**listed.statuses, **dict.fromkeys(("estimate", "conf_low", "conf_high"), ("suppressed",) * 2)},
    )
    section = document_of(table).sections[0]
    assert section.figures == ()
    assert "ask for larger groups" in section.findings[0]
    assert [row.cells[-1].text for row in section.main.rows] == ["hidden"] * 2  # and not "hidden – hidden"
    assert table.display("en")[1][0][-1] == "hidden"
