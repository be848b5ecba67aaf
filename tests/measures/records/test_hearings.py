"""Hearings: suspended and why, certainty of dates, days lost; by hand, in every engine, and on India's case list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.language import tr
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.records.hearings import Hearings, hearings
from justice_metrics.reduce.hearings import hearing_counts, hearing_rows, reason_counts, waits_until_held
from justice_metrics.reduce.hearings import settings as settings_of
from justice_metrics.reduce.risk import risk_table_of
from tests.conftest import Engine

DAY0 = dt.date(2016, 1, 1)
CUTOFF = 1_095  # 31 December 2018


def on(day: int | None) -> dt.date | None:
    return None if day is None else DAY0 + dt.timedelta(days=day)


Row = tuple[str, int | None, str | None, str | None, str | None]
# case, day, what became of it, kind, reason
ROWS: list[Row] = [
    ("a", 5, "held", "medidas", None),
    ("a", 10, "suspended", "juicio", "fiscal"),
    ("a", 40, "suspended", "juicio", "fiscal"),
    ("a", 60, "held", "juicio", None),
    ("b", 20, "held", "juicio", None),
    ("b", 80, "suspended", "juicio", "testigos"),  # set after it was held: suspended, but no date of the trial
    ("c", 30, "suspended", "juicio", None),
    ("c", CUTOFF + 40, "scheduled", "juicio", None),
]


def made(rows: Sequence[Row] = ROWS, *, frame: Any = lambda one: one, **columns: Sequence[Any]) -> CaseData:
    n = 4
    table = pd.DataFrame({"id": list("abcd"), "reported": [on(0)] * n, "judged": [on(70), None, None, None], **columns})
    child = pd.DataFrame(
        [(one, on(day), state, kind, why) for one, day, state, kind, why in rows],
        columns=["id", "set", "state", "kind", "why"],
    )
    mapping = {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": on(CUTOFF)},
        "dates": {"complaint": "reported", "convicted": "judged"},
        "attributes": {"town": "town"} if "town" in columns else {},
        "hearings": {"scheduled": "set", "status": "state", "kind": "kind", "reason": "why"},
    }
    if "weight" in columns:
        mapping["cases"]["sampling"] = {"weight": "weight"}  # type: ignore[index]
    if "frequency" in columns:
        mapping["cases"]["frequency"] = "frequency"  # type: ignore[index]
    return CaseData.from_frame(frame(table), mapping, children={"hearings": frame(child)})


@pytest.fixture(scope="module")
def answer() -> Hearings:
    return hearings(made(), horizon_days=(40, 50, 365))


def row_of(answer: Hearings, table: str, **keys: Any) -> dict[str, Any]:
    found = answer.tables[table]
    rows = [place for place in range(len(found)) if all(found[name][place] == value for name, value in keys.items())]
    assert len(rows) == 1
    return {name: found[name][rows[0]] for name in found.values}


class TestByHand:
    def test_suspended_of_those_due(self, answer: Hearings) -> None:
        every = row_of(answer, "main", hearing="all")
        assert (every["numerator"], every["denominator"], every["scheduled"], every["units"]) == (4, 7, 1, 4)
        assert every["estimate"] == pytest.approx(float(Fraction(4, 7)))
        assert every["per_case"] == 2.0
        assert every["conf_low"] == pytest.approx(wilson(np.array([4]), np.array([7])).conf_low[0])
        trial = row_of(answer, "main", hearing="juicio")
        assert (trial["numerator"], trial["denominator"]) == (4, 6)

    def test_certainty_of_the_trial_date(self, answer: Hearings) -> None:
        trial = row_of(answer, "certainty", hearing="juicio")
        assert (trial["numerator"], trial["denominator"], trial["dates"], trial["days"]) == (1, 2, 4, 50)
        assert (trial["average_dates"], trial["average_days"], trial["estimate"]) == (2.0, 25.0, 0.5)

    def test_numbers_of_dates(self, answer: Hearings) -> None:
        told = {one: row_of(answer, "dates", hearing="juicio", dates=one)["numerator"] for one in "1 2 3 4 5+".split()}
        assert told == {"1": 1, "2": 0, "3": 1, "4": 0, "5+": 0}

    def test_reasons_with_what_is_not_recorded(self, answer: Hearings) -> None:
        found = answer.tables["reasons"]
        assert dict(zip(found["reason"].tolist(), found["numerator"].tolist(), strict=True)) == {
            "fiscal": 2, "testigos": 1, "not_recorded": 1,
        }  # fmt: skip
        assert found["estimate"][0] == 0.5

    def test_waiting_counts_until_the_cut_off(self, answer: Hearings) -> None:
        """Three trials were set: one held on the first date, one after 50 days, one still waits."""
        found = row_of(answer, "held", hearing="juicio")
        assert (found["denominator"], found["numerator"], found["censored"], found["otherwise"]) == (3, 2, 1, 0)
        assert found["estimate"] == 50
        shares = [row_of(answer, "within", hearing="juicio", days=day)["estimate"] for day in (40, 50, 365)]
        assert shares == pytest.approx([1 / 3, 2 / 3, 2 / 3])

    def test_only_cases_that_came_to_a_verdict(self) -> None:
        found = hearings(made(), reached="verdict", kinds="juicio")
        assert row_of(found, "certainty", hearing="juicio")["denominator"] == 1
        assert row_of(found, "certainty", hearing="juicio")["average_dates"] == 3

    def test_sentences(self, answer: Hearings) -> None:
        said = answer.summary().replace("\N{NO-BREAK SPACE}", " ")
        assert "Of 7 hearings that were due, 4 were suspended: 57.1 %" in said
        assert "Juicio: held on the first date in 50.0 % of 2 cases; 2.00 dates were set per case, and 25 days" in said
        assert "Most frequent reason: fiscal (50.0 % of the suspended hearings)" in said

    def test_groups(self) -> None:
        found = hearings(made(town=["x", "x", "y", "y"]), by="town")
        assert row_of(found, "main", town="x", hearing="all")["numerator"] == 3
        assert row_of(found, "main", town="y", hearing="medidas")["denominator"] == 0
        assert np.isnan(row_of(found, "main", town="y", hearing="medidas")["estimate"])
        assert row_of(found, "certainty", town="y", hearing="juicio")["denominator"] == 0
        assert "fewer than two groups" in found.summary().lower()


def test_the_same_counts_from_every_engine(engine: Engine) -> None:
    def counted(cases: CaseData) -> list[Any]:
        rows = hearing_rows(cases)
        n = hearing_counts(cases, rows)
        dates = settings_of(cases, rows, n.strata, n.kinds)
        times = waits_until_held(cases, rows, start_words=tr("first date set"), held_words=tr("held"))
        table = risk_table_of(times, by=("hearing",))
        reasons, by_reason = reason_counts(cases, rows, n.strata)
        lists = [n.n, n.units, dates.units, dates.lost_days, by_reason, table.days, table.events, table.censored]
        return [n.kinds, reasons, table.strata.levels, *[one.tolist() for one in lists]]

    assert counted(made(frame=engine.frame)) == counted(made())


class TestDesign:
    def test_a_frequency_is_that_many_cases(self, answer: Hearings) -> None:
        found = hearings(made(frequency=[2, 2, 2, 2]), horizon_days=(40, 50, 365))
        for table, column in (("main", "numerator"), ("certainty", "dates"), ("certainty", "days")):
            np.testing.assert_array_equal(found.tables[table][column], 2 * answer.tables[table][column])
        assert row_of(found, "certainty", hearing="juicio")["average_dates"] == 2.0

    def test_weights_leave_no_interval(self) -> None:
        found = hearings(made(weight=[3.0, 1.0, 1.0, 1.0]))
        every = row_of(found, "main", hearing="all")
        assert (every["numerator"], every["denominator"]) == (3 + 3 + 1 + 1, 3 * 4 + 1 * 2 + 1)
        assert np.isnan(every["conf_low"])
        assert row_of(found, "certainty", hearing="juicio")["average_dates"] == (3 * 3 + 1) / 4


class TestEdges:
    def test_no_hearings(self) -> None:
        with pytest.raises(QuestionError, match="without a table of hearings"):
            hearings(made().with_(children={}))

    def test_words_that_name_nothing(self) -> None:
        with pytest.raises(QuestionError, match="no hearing of the kind 'trial'"):
            hearings(made(), kinds="trial")
        with pytest.raises(QuestionError, match="no hearing to count"):
            hearings(made(), reached="acquitted")
        with pytest.raises(QuestionError, match="confidence level"):
            hearings(made(), confidence_level=95)

    def test_without_dates_there_are_still_hearings(self) -> None:
        """Some registers count hearings and keep no date of them."""
        found = hearings(made([("a", None, None, "x", None)] * 3 + [("b", None, None, "x", None)]))
        assert found.main["per_case"].tolist() == [1.0]
        assert found.main["not_recorded"].tolist() == [4]
        assert set(found.views) == set()
        assert "1.00 hearings are set per case" in found.summary()
        assert found.plot() is not None

    def test_all_in_one_day(self) -> None:
        found = hearings(made([("a", 3, "suspended", "x", "r"), ("a", 3, "held", "x", None)]))
        assert row_of(found, "certainty", hearing="x")["dates"] == 2
        assert row_of(found, "certainty", hearing="x")["days"] == 0

    def test_held_without_a_day_does_not_wait(self) -> None:
        """Case a was held on a day that nobody wrote down; b waits; c was held, and once more without a day."""
        rows: list[Row] = [
            ("a", 10, "suspended", "x", "r"),
            ("a", None, "held", "x", None),
            ("b", 10, "suspended", "x", "r"),
        ]
        rows += [("c", 10, "held", "x", None), ("c", None, "held", "x", None), ("d", None, "held", "x", None)]
        found = hearings(made(rows))
        wait = row_of(found, "held", hearing="x")
        assert (wait["denominator"], wait["numerator"], wait["censored"]) == (2, 1, 1)
        assert row_of(found, "certainty", hearing="x")["denominator"] == 1
        assert row_of(found, "main", hearing="x")["denominator"] == 6
        assert sum(one.n for one in found.provenance.left_out) == 2
        assert any(str(one).startswith("In 2 cases a hearing was held on a day") for one in found.notes)

    def test_many_kinds_are_refused(self) -> None:
        rows = [("a", 1, "held", f"kind {number}", None) for number in range(60)]
        with pytest.raises(QuestionError, match="60 different kinds of hearing"):
            hearings(made(rows))

    def test_views_are_drawn(self, answer: Hearings) -> None:
        for view in answer.views:
            assert answer.draw(view, language="es") is not None
        assert set(answer.views) == {"certainty", "reasons", "held"}


STATES = st.sampled_from(["held", "suspended", "scheduled", None])
DRAWN = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.integers(0, 30), STATES, st.sampled_from(["x", "y"]), st.sampled_from(["p", None])
    ),
    min_size=1,
    max_size=12,
)


@given(rows=DRAWN)
@settings(max_examples=4)
def test_every_hearing_is_somewhere_once(rows: list[Row]) -> None:
    """Counts add up to the rows, in whatever order they stand; dates until it was held, told by a plain loop."""

    def counted(rows: list[Row]) -> tuple[tuple[str, ...], Any, Any]:
        cases = made(rows)
        table = hearing_rows(cases)
        found = hearing_counts(cases, table)
        return found.kinds, found.n[0], settings_of(cases, table, found.strata, found.kinds)

    kinds, n, dates = counted(rows)
    assert n.sum() == len(rows)
    turned = counted(rows[::-1])[2]
    np.testing.assert_array_equal(dates.units, turned.units)
    np.testing.assert_array_equal(dates.lost_days, turned.lost_days)
    for place, kind in enumerate(kinds):
        told = []
        for case in "abcd":
            mine = [one for one in rows if one[0] == case and one[3] == kind]
            held = [int(one[1] or 0) for one in mine if one[2] == "held"]
            if held:
                set_for = [int(one[1] or 0) for one in mine]
                told.append((sum(day <= min(held) for day in set_for), min(held) - min(set_for)))
        assert sorted(np.repeat(np.arange(1, dates.dates + 1), dates.units[0, place])) == sorted(one for one, _ in told)
        assert dates.lost_days[0, place] == sum(days for _, days in told)


def test_the_sample_gives_what_was_put_into_it() -> None:
    """Chances of the simulation lie inside 99.9 % intervals of the sample."""
    from justice_metrics.simulate.attention import CONTINUATION_SUSPENDED, TRIAL, TRIAL_SUSPENDED

    found = hearings(jm.sample_cases(), confidence_level=0.999)
    trial = row_of(found, "certainty", hearing=TRIAL)
    assert trial["conf_low"] < 1 - TRIAL_SUSPENDED < trial["conf_high"]
    assert trial["average_dates"] == pytest.approx(1 / (1 - TRIAL_SUSPENDED), abs=0.35)
    goes_on = row_of(found, "main", hearing="Continuación de juicio")
    assert goes_on["conf_low"] < CONTINUATION_SUSPENDED < goes_on["conf_high"]


@pytest.mark.needs_data
def test_india_hearings_per_case(shared_data: Path) -> None:
    """The published list counts hearings per case: 131,057 in the 8,097 disposed cases, 295,066 in all 19,783.

    The report prints 36 per disposed case, which divides the hearings of all cases by the disposed ones.
    """
    table = pd.read_csv(
        shared_data / "india_pocso" / "cases.csv.gz", usecols=["case_id", "dt_regis", "disp_nature", "total_hearings"]
    )
    rows = pd.DataFrame({"id": table["case_id"].repeat(table["total_hearings"].fillna(0).astype(int))})
    rows["kind"] = "hearing"
    table["state"] = np.where(table["disp_nature"] == 0, "pending", "disposed")  # other numbers are ways of disposal
    mapping = {
        "data": {"faults": "count"},
        "cases": {"id": "case_id", "procedure": "common_law", "cutoff": "2020-03-31"},
        "dates": {"complaint": "dt_regis"},
        "attributes": {"disposed": "state"},
        "hearings": {"id": "id", "kind": "kind"},
    }
    cases = CaseData.from_frame(table, mapping, children={"hearings": rows})
    found = hearings(cases, by="disposed").main
    told = dict(
        zip(
            found["disposed"].tolist(),
            zip(found["not_recorded"].tolist(), found["units"].tolist(), strict=True),
            strict=True,
        )
    )
    assert told["disposed"] == (131_057, 8_097)
    assert sum(n for n, _ in told.values()) == 295_066
    assert sum(n for _, n in told.values()) == 19_783
    per_case = dict(zip(found["disposed"].tolist(), found["per_case"].tolist(), strict=True))
    assert per_case["disposed"] == pytest.approx(16.2, abs=0.05)
    assert pytest.approx(36.4, abs=0.05) == 295_066 / 8_097  # what the report divided


def test_what_is_known_of_a_hearing_is_what_was_known_on_the_cut_off() -> None:
    rows: list[Row] = [
        ("a", 5, "held", "juicio", None),
        ("b", CUTOFF - 300, "scheduled", "juicio", None),  # its day has passed, and nobody wrote what became of it
        ("c", CUTOFF + 1, "held", "juicio", None),  # written down after the cut-off: on that day it was still ahead
        ("d", CUTOFF, "suspended", "juicio", "fiscal"),
    ]
    main = hearings(made(rows)).main
    alone = main["hearing"] == "juicio"
    names = ("numerator", "denominator", "scheduled", "not_recorded")
    assert {name: float(main[name][alone][0]) for name in names} == {
        "numerator": 1,
        "denominator": 2,
        "scheduled": 1,
        "not_recorded": 1,
    }
