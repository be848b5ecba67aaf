"""How exact a date is travels with the event, whichever column of a wide table gave the day."""

from __future__ import annotations

import pandas as pd

from justice_metrics.cases.casedata import CaseData


def precisions(frame: pd.DataFrame, **sections: object) -> dict[tuple[str, str], str]:
    mapping = {
        "data": {"date_order": "ymd"},
        "cases": {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"},
        **sections,
    }
    events = CaseData.from_frame(frame, mapping).events.collect()
    rows = events.select("unit_id", "state", "precision").rows()
    return {(unit, state): precision for unit, state, precision in rows}


FRAME = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "complaint": ["2016-01", "2016-02-10", "2016", "2016-03-01"],
        "verdict": ["2017-03", None, "2017-05-06", "2017"],
        "how": ["convicted", "rejected", "acquitted", "convicted"],
        "end": [None, "2016-07", "2017-09", None],
    }
)


def test_of_its_own_column_of_a_role_and_of_the_outcome() -> None:
    found = precisions(
        FRAME,
        dates={"complaint": "complaint", "verdict": "verdict"},
        outcome={"column": "how", "date": "end"},
    )
    assert [found[one, "complaint"] for one in "abcd"] == ["month", "day", "year", "day"]
    assert found["a", "convicted"] == "month"
    assert found["d", "convicted"] == "year"
    # the verdict has its own, exact date; the date of the outcome is another one
    assert found["c", "acquitted"] == "day"
    assert found["b", "rejected"] == "month"


def test_a_declared_column_says_it() -> None:
    frame = FRAME.assign(end=["2017-03-15", "2016-07-15", "2017-09-10", None], exact=["mes", "mes", "día", None])
    found = precisions(
        frame,
        dates={"complaint": "complaint"},
        outcome={"column": "how", "date": {"column": "end", "precision": "exact"}},
    )
    assert (found["a", "convicted"], found["b", "rejected"], found["c", "acquitted"]) == (
        *("month", "month"),
        "day",
    )


def test_a_declared_column_that_says_nothing_leaves_the_day_exact() -> None:
    frame = FRAME.assign(complaint="2016-01-01", end="2017-01-01", exact=["month", None, "?", None])
    found = precisions(
        frame,
        dates={"complaint": {"column": "complaint", "precision": "exact"}},
        outcome={"column": "how", "date": "end"},
    )
    assert [found[one, "complaint"] for one in "abcd"] == ["month", "day", "day", "day"]


def test_exact_dates_are_days() -> None:
    frame = FRAME.assign(complaint="2016-01-01", verdict=None, end="2017-01-01")
    found = precisions(frame, dates={"complaint": "complaint"}, outcome={"column": "how", "date": "end"})
    assert set(found.values()) == {"day"}
