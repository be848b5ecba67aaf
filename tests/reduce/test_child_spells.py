"""Rows of child tables as they stood on the cut-off: what is dated later had not happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.records.detention import detention
from justice_metrics.measures.records.protection import protection_measures
from justice_metrics.measures.records.reparation import reparation
from justice_metrics.measures.records.sentences import sentences
from justice_metrics.measures.records.statements import repeated_statements
from justice_metrics.measures.records.warrants import warrants
from justice_metrics.reduce.child_spells import child_table, joined_rows
from tests.outcome_cases import hanging, row

UNITS: list[dict[str, Any]] = [{"id": one, "complaint": 0} for one in "abcd"]
BEFORE, AFTER = 900, 1_050  # the cut-off is day 1,000


def numbers(table: Any, key: str = "status") -> dict[str, int]:
    return {str(one): int(n) for one, n in zip(table[key], table["numerator"], strict=True)}


def left_out(answer: Any) -> dict[str, int]:
    return {str(one.reason): one.n for one in answer.provenance.left_out if one.n}


def test_warrants() -> None:
    issued = [("a", BEFORE, AFTER), ("b", BEFORE, None), ("c", AFTER, AFTER + 9), ("d", 800, 850), ("d", None, AFTER)]
    answer = warrants(hanging(UNITS, "warrants", issued))
    assert numbers(answer.main) == {"open": 3, "executed": 1, "case_ended": 0}
    assert set(answer.main["denominator"].tolist()) == {4}
    days = row(answer.tables["executed"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (3, 1, 2)
    assert answer.tables["age"]["numerator"].sum() == 2  # those with a day of issue
    assert left_out(answer) == {"rows that begin after the cut-off": 1, "no date for the start": 1}
    assert "2 rows of warrants tell of something after the cut-off" in " ".join(map(str, answer.notes))


def test_a_case_that_ended_later_overtook_nothing() -> None:
    labels = {"rejected": "rejected"}
    units = [{"id": "a", "complaint": 0, "outcome": "rejected", "ended": AFTER}]
    answer = warrants(hanging(units, "warrants", [("a", BEFORE, None)], labels=labels))
    assert numbers(answer.main)["open"] == 1
    assert row(answer.tables["executed"])["censored"] == 1
    held = detention(hanging(units, "detention", [("a", BEFORE, None)], labels=labels), per="complaint")
    assert row(held.tables["length"])["censored"] == 1


def test_reparation() -> None:
    orders = [("a", 500, 100, AFTER, 100), ("b", 500, 100, None, None), ("c", AFTER, 100, None, None)]
    answer = reparation(hanging(UNITS, "reparation", [*orders, ("d", 500, 200, 600, 200)]))
    assert numbers(answer.tables["payment"]) == {"in_full": 1, "in_part": 0, "nothing": 2, "untold": 0}
    assert row(answer.main, per="complaint")["numerator"] == 3
    amounts = row(answer.tables["amounts"])
    assert (amounts["ordered_total"], amounts["paid_total"], amounts["share_paid"]) == (400, 200, 0.5)
    days = row(answer.tables["paid"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (3, 1, 2)


@pytest.mark.parametrize("told", [True, False])
def test_sentences(*, told: bool) -> None:
    def status(word: str) -> str | None:
        return word if told else None

    rows = [
        ("a", 100, "x", 60, status("enforced"), AFTER),
        ("b", 100, "x", 60, status("under_appeal"), None),
        ("c", 100, "x", 60, status("enforced"), 200),
        ("d", AFTER, "x", 600, status("enforced"), AFTER),
    ]
    answer = sentences(hanging(UNITS, "sentences", rows))
    found = numbers(answer.tables["status"])
    assert (found["enforced"], found["not_enforced"]) == (1, 1)
    assert sum(found.values()) == 3
    # two have waited up to the cut-off; where no status is told, an empty cell waits too
    days = row(answer.tables["enforced"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (3, 1, 2)
    assert row(answer.tables["within"], days=365)["estimate"] == pytest.approx(1 / 3)
    assert row(answer.main)["denominator"] == 3


def test_detention_that_begins_later_is_none() -> None:
    answer = detention(hanging(UNITS, "detention", [("a", AFTER, None), ("b", BEFORE, AFTER)]), per="complaint")
    assert row(answer.main)["numerator"] == 1
    assert (row(answer.tables["length"])["censored"], left_out(answer)) == (1, {"rows that begin after the cut-off": 1})


def hung(section: str, mapping: dict[str, Any], rows: Sequence[dict[str, Any]]) -> CaseData:
    table = pd.DataFrame({"id": list("abcd"), "reported": ["2016-01-01"] * 4})
    return CaseData.from_frame(
        table,
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "dates": {"complaint": "reported"},
            section: {"id": "id", **mapping},
        },
        children={section: pd.DataFrame(rows)},
    )


def test_protection_measures() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "asked": "2018-04-01", "ordered": "2018-06-01", "breached": None},
        {"id": "b", "asked": "2018-04-01", "ordered": "2018-04-02", "breached": "2018-06-01"},
        {"id": "c", "asked": "2018-06-01", "ordered": "2018-06-02", "breached": None},
        {"id": "c", "asked": None, "ordered": "2018-06-02", "breached": None},
        {"id": "d", "asked": "2018-04-01", "ordered": None, "breached": None},
    ]
    mapping = {"requested": "asked", "ordered": "ordered", "breached": "breached"}
    answer = protection_measures(hung("measures", mapping, rows))
    assert numbers(answer.main, "per") == {"requested": 3, "ordered": 1, "ordered_of_requested": 1, "breached": 0}
    kinds = row(answer.tables["kinds"])
    assert (kinds["numerator"], kinds["denominator"]) == (1, 3)
    days, breaches = row(answer.tables["ordered"]), row(answer.tables["breached"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (3, 1, 2)
    assert (breaches["denominator"], breaches["numerator"], breaches["censored"]) == (1, 0, 1)
    assert left_out(answer) == {"rows that begin after the cut-off": 2}


def test_statements() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "day": "2016-02-01", "taped": "no"},
        {"id": "a", "day": "2018-06-01", "taped": "yes"},
        {"id": "b", "day": None, "taped": "no"},
        {"id": "c", "day": "2018-06-01", "taped": "yes"},
    ]
    answer = repeated_statements(hung("statements", {"date": "day", "recorded": "taped"}, rows))
    main = row(answer.main, among="all")
    assert (main["numerator"], main["denominator"], main["average"]) == (0, 2, 1)
    assert row(answer.main, among="recorded_statement")["denominator"] == 0
    assert left_out(answer) == {"rows that begin after the cut-off": 2}


def test_rows_that_touch_are_one_detention() -> None:
    held = [
        ("a", 0, 240), ("a", 241, 480), ("a", 480, 500),  # moved twice: one of 500 days
        ("b", 0, 240), ("b", 241, None),  # and still there
        ("c", 0, 240), ("c", 242, 480),  # free for a day
        ("d", 0, 240), ("d", 200, 480), ("d", None, 241), ("d", 241, 100),  # two people, and two slips
    ]  # fmt: skip
    cases = hanging(UNITS, "detention", held)
    table = joined_rows(
        cases, child_table(cases, "detention", ("start_day", "end_day")), begin="start_day", end="end_day"
    )
    assert (table.rows, table.units, table.several, table.joined) == (8, 4, 2, 3)
    answer = detention(cases, per="complaint", limits={"verdict": 12})
    days = row(answer.tables["length"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (6, 5, 1)
    limit = row(answer.tables["limits"])
    # a and b were held for longer than a year, in rows of which none is so long
    assert (limit["numerator"], limit["denominator"]) == (2, 6)
    assert "3 rows of detentions go on where the one before them ended" in " ".join(map(str, answer.notes))
