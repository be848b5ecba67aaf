from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from justice_metrics.base.language import Label, tr
from justice_metrics.disclosure.audit.report import Finding
from justice_metrics.disclosure.clauses import Clause, Listed, Numbered
from justice_metrics.disclosure.ledger import Entry, Ledger, Refused
from justice_metrics.study import publish

REASON = tr("Every group has too few cases for a curve that may be published.")
HEADING = Label({"en": "Hearings", "es": "Audiencias"})


def test_a_sentence_becomes_a_part_of_another() -> None:
    assert Clause(Label("Every group is small.")).text() == "every group is small"
    assert Clause(Label("CPP 343 is meant")).text() == "CPP 343 is meant"
    assert Numbered(18, HEADING).text("es") == "18 Audiencias"
    assert Listed([Label("One."), Label("Two.")]).text() == "One; Two"


def test_the_ledger_calls_tables_as_the_report_does_and_has_one_full_stop() -> None:
    ledger = Ledger(
        entries=(
            Entry(18, HEADING, "held", (("count", 2),), title=Label("Certainty of dates")),
            Entry(18, HEADING, "main", (("count", 2),)),
            Entry(19, HEADING, "by_sex", reason=REASON),
        ),
        refused=(Refused("time_to", HEADING, REASON),),
    )
    said = [one.text() for one in ledger.lines()]
    assert said[0].startswith("18 Hearings, table 'Certainty of dates': 2 numbers hidden")
    assert said[1].startswith("18 Hearings, table 'Hearings': 2 numbers hidden")
    assert said[2].startswith("19 Hearings, table 'by sex': not published, because every group has too few")
    assert said[3].startswith("Hearings: not published, because every group")
    assert not [one for one in said if ".." in one]


def test_an_objection_of_the_audit_names_section_and_table_of_the_report() -> None:
    table = SimpleNamespace(title=Label("Hearings that were held"))
    made: Any = SimpleNamespace(results=(SimpleNamespace(heading=HEADING, tables={"held": table}),))
    told = cast("Any", publish)._objection(Finding("bounded", tr("Too narrow."), "1/held"), made)
    assert told.text() == "1 Hearings, table 'Hearings that were held': Too narrow."
    assert (
        cast("Any", publish)._objection(Finding("file", tr("It is empty."), "a.csv"), made).text().startswith("a.csv")
    )
