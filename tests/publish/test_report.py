from __future__ import annotations

import base64
import hashlib
import itertools
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base import language as language_module
from justice_metrics.base.errors import DisclosureError, OutputError
from justice_metrics.base.language import Label, tr
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.release import internal
from justice_metrics.publish import sections
from justice_metrics.publish.report import render, report_bytes, result_page, write_report
from tests.publish.answers import HOSTILE, SCRIPT, naive_table, provenance, rates, rates_table
from tests.publish.page_reader import Page

MARK = "INTERNAL: not for publication"


def report(*results: Any, **given: Any) -> Page:
    return Page(render(internal(results or (rates(),), title=given.pop("title", None)), **given))


def within(document: str, start: str, end: str) -> str:
    after = document.split(start, 1)[1]
    return after.split(end, 1)[0]


def test_the_report_says_what_was_found_and_what_it_means() -> None:
    text = report(title="Performance 2018", study="study.toml").text
    for expected in (
        "Performance 2018",
        "8 cases ended in conviction.",
        "Of the cases that reached a stage, how many ended in conviction?",
        "cases that ended in conviction",
        "cases that reached the stage",
        "in the denominator; their end is not known",
        "cohort: the same cases are followed",
        "Fewer than 10 convictions: the intervals are wide.",
        "Left out: 12 units: no complaint date.",
        "1,321 units in the data, counted as: victim.",
        "30 Apr 2018",
        "bolivia_cases.csv",
        "9f1c-20d4",
        "justice_metrics 0.1.0",
        "complaint, trial",
        "confidence_level",
        "0.95",
        "study.toml",
        "Wilson 1927",
        "not recorded",
        "2.0\xa0%".replace("\xa0", " "),
    ):
        assert expected in text.replace("\xa0", " "), expected


def test_a_plan_counts_no_unit() -> None:
    plan = report(jm.sample_size_for_share(share=0.5, margin=0.05))
    assert "Denominator" in plan.text
    assert "cohort" not in plan.text
    assert "cohort" in report().text


def test_key_findings_lead_to_their_sections_and_warn_where_there_are_notes() -> None:
    second = rates(heading=tr("Second"), said=(tr("Nothing to add."),), notes=())
    document = render(internal([rates(), second]))
    front = within(document, 'class="key"', "</section>")
    assert "8 cases ended in conviction." in front
    assert "Second finding." not in front
    assert 'href="#section-1"' in front
    assert front.count("read with the notes of section") == 1
    assert document.index("key-findings") < document.index('id="contents"') < document.index('id="section-1"')


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_is_marked_internal_on_screen_and_on_every_sheet(language: Any) -> None:
    document = render(internal(rates()), language=language)
    page = Page(document)
    mark = tr("INTERNAL: not for publication").text(language)
    assert page.text.startswith(mark) or mark in page.text.split("\n")[:2]
    style = within(document, "<style>", "</style>")
    assert f'@top-center {{ content: "{mark}"' in style
    assert any(attributes.get("class") == "mark" for attributes in page.all("div"))
    assert re.search(r"\.mark \{[^}]*position: fixed", style)
    assert mark in page.text_of("title")[0]


def test_simulated_data_say_so_and_real_data_do_not() -> None:
    said = "Simulated data: no case in it is real."
    assert said in render(internal([rates(), rates(provenance=provenance(simulated=True))]))
    assert said not in render(internal(rates()))


def test_nothing_is_loaded_and_nothing_can_run() -> None:
    page = report(rates(), rates(tables={"main": rates_table(["a", "b"]), "naive": naive_table()}))
    assert all(one.startswith(("#", "data:image/svg+xml;base64,")) for one in page.addresses)
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert not [name for _, attributes in page.tags for name in attributes if name == "style"]


def test_the_security_policy_allows_the_style_and_pictures_only() -> None:
    document = render(internal(rates()))
    policy = next(
        one["content"] for one in Page(document).all("meta") if one.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("img-src") == "data:"
    digest = base64.b64encode(hashlib.sha256(within(document, "<style>", "</style>").encode()).digest()).decode()
    assert rules.pop("style-src") == f"'sha256-{digest}'"
    assert set(rules.values()) == {"'none'"}
    assert document.index("Content-Security-Policy") < document.index("<style>")
    assert "url(" not in document
    assert "@import" not in document


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_can_be_read_aloud(language: Any) -> None:
    page = report(rates(), rates(tables={"main": rates_table(["a", "b"]), "naive": naive_table()}), language=language)
    assert page.all("html") == [{"lang": language}]
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(one["alt"].strip() for one in page.all("img"))
    assert all(one.get("scope") in {"col", "row"} for one in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 2
    identifiers = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    named = [attributes["aria-labelledby"] for _, attributes in page.tags if "aria-labelledby" in attributes]
    assert set(named) <= set(identifiers)
    assert {one[1:] for one in page.addresses if one.startswith("#")} <= set(identifiers)
    assert page.all("a")[0] == {"class": "skip", "href": "#content"}


def test_a_figure_says_in_words_what_it_shows() -> None:
    (picture,) = report().all("img")
    assert "Conviction rates by court. 8 cases ended in conviction." in picture["alt"]
    drawn = base64.b64decode(picture["src"].split(",", 1)[1])
    assert drawn.lstrip().startswith(b"<?xml")
    assert b"</svg>" in drawn


def test_a_naive_table_stands_in_its_own_box_and_nowhere_else() -> None:
    tables = {"main": rates_table(["a"]), "naive": naive_table(), "reasons": rates_table(["z"], title=tr("Reasons"))}
    document = render(internal(rates(tables=tables)))
    box = within(document, '<div class="naive">', "</section>")
    assert "Why not this figure" in box
    assert "Immortal time." in box
    assert "Ever supported" in box
    assert "Table 1.3." in box
    assert "Ever supported" not in document.replace(box, "")
    assert document.index("Reasons") < document.index('<div class="naive">')


def test_long_tables_are_whole_and_scroll_and_very_long_ones_are_not_printed() -> None:
    many = rates_table([f"Court {n}" for n in range(400)], title=tr("All courts"))
    document = render(internal(rates(tables={"main": many, "more": rates_table(["x"] * 100, title=tr("More"))})))
    page = Page(document)
    assert [f"Court {n}" in page.text for n in (0, 61, 399)] == [True, True, True]
    regions = [one["class"] for one in page.all("div") if one.get("class", "").startswith("scroll")]
    assert regions == ["scroll long unprinted", "scroll long", "scroll"]
    assert page.text.count("too long to be printed") == 1
    # None of them stands open: a reader who does not ask for them goes past them in a line.
    assert [("open" in one) for one in page.all("details")] == [False, False]
    assert "details::details-content" in document


def test_a_very_long_further_table_is_not_on_the_page() -> None:
    tables = {
        "main": rates_table(["First"]),
        "curves": rates_table([f"Court {n}" for n in range(301)], title=tr("Day by day")),
        "more": rates_table([f"Office {n}" for n in range(300)]),
        "naive": naive_table(),
    }
    page = report(rates(tables=tables))
    assert "Court 300" not in page.text
    assert "Office 299" in page.text
    assert "The table “Day by day” has 301 rows and is not on this page" in page.text
    assert "--out FILE.xlsx" in page.text
    assert "Table 1.2.\nMore" in page.text
    assert "Table 1.3.\nEver supported" in page.text


def test_a_long_main_table_is_shut_and_a_short_one_is_not() -> None:
    for rows, shown in ((60, []), (61, [{}])):
        page = report(rates(tables={"main": rates_table(["x"] * rows)}))
        assert page.all("details") == shown


def test_short_further_tables_stand_open() -> None:
    page = report(rates(tables={"main": rates_table(["a"]), "more": rates_table(["b"], title=tr("More"))}))
    assert page.all("details") == [{"open": ""}]


def test_numbers_stand_right_and_keys_are_row_heads() -> None:
    document = render(internal(rates(tables={"main": rates_table(["First"])})))
    row = within(within(document, "<tbody>", "</tbody>"), "<tr>", "</tr>")
    assert row.count('<th scope="row">') == 2
    assert row.count('<td class="number">') == 4


def test_sections_of_the_same_name_are_told_apart_by_their_groups() -> None:
    page = report(rates(), rates(), rates(heading=tr("Other")))
    shown = page.text_of("h2")
    assert shown.count("Conviction rates by court, by court") == 2
    assert "Other" in shown


def test_findings_begin_with_a_capital() -> None:
    document = render(internal(rates(said=(tr("half of all cases ended."),))))
    assert "Half of all cases ended." in document
    assert "half of all cases ended." not in document


def test_groups_of_rows_are_told_apart() -> None:
    view = sections.table_view(rates_table(["A", "A", "B", "B"]), number="1.1", title="t", language="en")
    assert [row.opens for row in view.rows] == [False, False, True, False]
    view = sections.table_view(rates_table(["A", "B", "C"]), number="1.1", title="t", language="en")
    assert not view.grouped


def test_a_table_without_rows_says_so() -> None:
    assert "No rows." in report(rates(tables={"main": rates_table([])})).text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_labels_are_in_the_language_of_the_report(language: Any) -> None:
    text = report(rates(["First"]), language=language, title=Label({"en": "Title", "es": "Título"})).text
    assert {"en": "Title", "es": "Título"}[language] in text
    assert {"en": "complaint", "es": "denuncia"}[language] in text
    assert {"en": "1,321", "es": "1.321"}[language] in text


def test_every_sentence_of_the_frame_is_translated_when_the_catalogue_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a catalogue that knows every message, no word of the frame is left in English."""

    class Everything(dict[str, tuple[str, ...]]):
        def get(self, key: str, default: Any = None) -> Any:
            return tuple(f"«{re.sub('[A-Za-z]', 'x', re.sub('{[a-z]+}', '', key))}»" for _ in range(2))

    monkeypatch.setattr(language_module, "catalogue", lambda language: Everything())
    tables = {"main": rates_table(["1"] * 70), "naive": naive_table(), "more": rates_table([], title=tr("More"))}
    page = report(rates(tables=tables), language="es")
    shown = [
        text
        for tag, text in page.texts
        if tag not in {"style", "title", "code"} and re.search("[A-Za-z]{4}", text.replace("x", ""))
    ]
    values = {"bolivia_cases.csv", "9f1c-20d4", "bolivia", "justice_metrics 0.1.0", "complaint, trial", "court"}
    values |= {"Ever supported", "Never supported"}
    assert {one for one in shown if one not in values and "denuncia" not in one and "juicio" not in one} == set()


def test_two_runs_give_the_same_bytes() -> None:
    one, other = (report_bytes(internal([rates(), rates(heading=tr("Second"))])) for _ in range(2))
    assert one == other


def test_two_processes_give_the_same_bytes() -> None:
    code = (
        "import hashlib; from tests.publish.answers import rates;"
        "from justice_metrics.disclosure.release import internal;"
        "from justice_metrics.publish.report import report_bytes;"
        "print(hashlib.sha256(report_bytes(internal(rates()))).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd()), "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_no_folder_host_or_user_name_comes_through() -> None:
    one = provenance(
        source="/home/ana.quispe/casos/bolivia.csv",
        settings=(
            ("mapping", Path("/srv/secret/mapping.toml")),
            ("file", "C:\\Users\\ana.quispe\\mapping.toml"),
            ("database", "postgresql://ana.quispe:pw@server.intern/cases"),
            ("object", object()),
        ),
    )
    document = render(internal(rates(provenance=one)), study="/home/ana.quispe/study.toml")
    for hidden in ("ana.quispe", "secret", "server.intern", "/home", "0x"):
        assert hidden not in document, hidden
    for shown in ("bolivia.csv", "mapping.toml", "study.toml"):
        assert shown in document


def hostile(words: str) -> Any:
    column = Column("name", Label(words), "text", "stratum", "stratum")
    count = Column("numerator", Label(words), "units", "count", "count")
    table = Table(
        (column, count),
        {"name": np.array([words, "a"], dtype=object), "numerator": np.array([1, 2])},
        labels={"name": {"a": Label(words)}},
        title=Label(words),
    )
    warned = Table(table.columns, dict(table.values), title=Label(words), warning=Label(words))
    label = Label(words)
    definition = rates().definition
    return rates(
        heading=label,
        tables={"main": table, words: table, "naive": warned},
        definition=type(definition)(
            answers=label, numerator=label, denominator=label, basis="flow", pending=label, method=label
        ),
        provenance=provenance(
            source=words, procedure=words, fingerprint=words, version=words, settings=((words, words),)
        ),
        notes=(label,),
        said=(label, label),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_malicious_text_does_nothing(name: str) -> None:
    words = HOSTILE[name]
    document = render(internal(hostile(words), title=words), title=Label(words), study=words)
    page = Page(document)
    plain = Page(render(internal(hostile("harmless"), title="harmless"), title=Label("harmless"), study="harmless"))
    assert [tag for tag, _ in page.tags if tag != "br"] == [tag for tag, _ in plain.tags if tag != "br"]
    assert [sorted(one) for _, one in page.tags] == [sorted(one) for _, one in plain.tags]
    assert all(one.startswith(("#", "data:image/svg+xml;base64,")) for one in page.addresses)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", document)
    assert "49" not in page.text_of("h1")[0]
    document.encode("utf-8")


def test_a_script_is_shown_as_it_was_written() -> None:
    assert SCRIPT in report(hostile(SCRIPT)).text


def test_a_very_long_name_does_not_fill_the_page() -> None:
    page = report(hostile(HOSTILE["long"]))
    assert max(len(text) for text in page.text_of("th") + page.text_of("td")) <= sections.LONGEST_CELL


def test_only_a_release_becomes_a_report() -> None:
    for given in ([rates()], rates(), None, {"name": "Ana Quispe"}):
        with pytest.raises(DisclosureError) as caught:
            render(given)  # type: ignore[arg-type]
        assert "Quispe" not in str(caught.value)


def test_the_report_is_written_as_what_its_name_says_and_as_nothing_else(tmp_path: Path) -> None:
    path = write_report(internal(rates()), tmp_path / "report.html", language="es", title="Informe")
    assert path.read_bytes() == report_bytes(internal(rates()), language="es", title="Informe")
    for name in ("report.odt", "report"):
        with pytest.raises(OutputError, match="html"):
            write_report(internal(rates()), tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_several_sources_are_told_apart() -> None:
    other = rates(provenance=provenance(source="tribunal.xlsx", sampling="closed_only", cutoff=provenance().cutoff))
    text = report(rates(), rates(), other).text
    assert "1, 2" in text
    assert "tribunal.xlsx" in text
    assert "closed files only; open cases are missing by design" in text


def test_one_result_is_a_page_of_its_own() -> None:
    page = Page(result_page(rates(), language="en"))
    assert MARK in page.text
    assert "8 cases ended in conviction." in page.text
    assert page.text_of("h1") == ["Conviction rates by court"]
    assert all(one.startswith(("#", "data:")) for one in page.addresses)


def test_no_module_of_matplotlib_keeps_the_figures() -> None:
    code = (
        "import sys; from tests.publish.answers import rates; from justice_metrics.publish.report import result_page;"
        "result_page(rates()); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "False"


def test_a_curve_of_thousands_of_rows_makes_way_for_a_shorter_table() -> None:
    curve = rates_table([f"Court {n}" for n in range(1_001)], title=tr("Day by day"))
    chosen = rates_table(["First"], title=tr("At chosen days"))
    text = report(rates(tables={"main": curve, "milestones": chosen, "naive": naive_table()})).text
    assert "Court 1000" not in text
    assert "Table 1.1.\nAt chosen days" in text
    assert "The table “Day by day” has 1,001 rows and is not on this page" in text
    assert "Why not this figure" in text


def test_a_long_table_without_a_shorter_one_stays() -> None:
    curve = rates_table([f"Court {n}" for n in range(1_001)], title=tr("Day by day"))
    assert "Court 1000" in report(rates(tables={"main": curve, "naive": naive_table()})).text


class TestHeadlines:
    def test_a_result_chooses_what_stands_in_front(self) -> None:
        answer = jm.cox_regression(jm.sample_cases(), formula="offence + department")
        headline = answer.headline()
        assert headline in answer.sentences
        main = answer.main
        with np.errstate(invalid="ignore"):
            far = np.abs(np.log(main["estimate"])) / np.log(main["conf_high"] / main["conf_low"])
        level = str(main["level"][int(np.nanargmax(far))])
        assert level in headline.text()
        page = report_bytes(internal([answer]), language="es").decode()
        assert page.count(headline.text("es")[1:]) >= 2

    def test_times_by_group_begin_with_the_largest_that_has_a_median(self) -> None:
        answer = jm.time_to(jm.sample_cases(), by="department")
        half = answer.main["share"] == 0.5
        known = half & np.isfinite(answer.main["estimate"].astype(float))
        largest = max(np.flatnonzero(known), key=lambda row: answer.main["denominator"][row])
        assert answer.headline().text().startswith(str(answer.main["department"][largest]))

    def test_stages_begin_with_the_longest(self) -> None:
        answer = jm.stage_durations(jm.sample_cases())
        medians = [stay.quarters[0, 1] for stay in answer.stays if stay.state in answer.shown]
        place = int(np.nanargmax(medians))
        assert str(answer.headline()) == str(answer.findings()[place])

    def test_any_other_result_begins_with_its_first_finding(self) -> None:
        answer = jm.attrition(jm.sample_cases())
        assert str(answer.headline()) == str(answer.findings()[0])
