"""Answers that count cases declare what the disclosure gate must know, and speak of what is published alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Protected, Published, Result
from justice_metrics.base.table import Table
from justice_metrics.measures.shown import HIDDEN
from tests.disclosure.declared import check_declared, hidden
from tests.made_cases import log
from tests.outcome_cases import hanging

Ask = Callable[[jm.CaseData], Result]

PEOPLE = pd.DataFrame(
    {
        "hit": [1, 1, 1, 0, 1, 1] * 5,
        "told": [1, 0, 0, 0, 1, 0] * 5,
        "place": ["town", "land"] * 15,
        "weight": [2.0, 1.5, 1.0] * 10,
    }
)
OFFICES = jm.CountData.from_frame(
    pd.DataFrame(
        {
            "Office": ["North", "South"] * 3,
            "Year": [2019, 2019, 2020, 2020, 2021, 2021],
            "Start": [300, 200, 340, 190, 355, 205],
            "New": [120, 70, 110, 80, 130, 90],
            "Again": [20, 12, 15, 25, 11, 14],
            "In": [140, 82, 125, 105, 141, 104],
            "Out": [100, 92, 110, 90, 120, 100],
            "End": [340, 190, 355, 205, 376, 209],
            "Judges": [4, 3, 4, 3, 5, 3],
        }
    ),
    {
        "counts": {
            "period": "Year",
            "office": "Office",
            "quantities": {
                "pending_start": "Start",
                "new": "New",
                "reopened": "Again",
                "incoming": "In",
                "resolved": "Out",
                "pending_end": "End",
                "judges": "Judges",
            },
        }
    },
)
DAYS = pd.date_range("2017-01-01", "2018-04-20", freq="D")
LATE = jm.CaseData.from_frame(
    pd.DataFrame({"id": range(len(DAYS)), "day": DAYS, "entered": DAYS + pd.Timedelta(days=5)}),
    {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
        "dates": {"complaint": "day"},
        "attributes": {"entered_day": {"column": "entered", "type": "date"}},
    },
)
LABELS = {"final": "final_conviction", "acquitted": "acquitted"}
UNITS = [
    {"id": one, "complaint": 0, "charged": 20, "court": court, "outcome": end, "ended": day}
    for one, court, end, day in (
        ("a", "x", "final", 600),
        ("b", "x", "final", 700),
        ("c", "y", "acquitted", 800),
        ("d", "y", None, None),
    )
]
# id, from, to
HELD = [("a", 30, 200), ("b", 40, None), ("d", 50, None)]
# id, day, offence, months, status, day of enforcement
TOLD = [
    ("a", 600, "Violación (art. 308)", 240, "enforced", 610),
    ("b", 700, "Violación (art. 308)", 150, None, None),
    ("c", 800, "Robo", None, "suspended", None),
]
# id, issued, executed
ISSUED = [("a", 100, 150), ("b", 100, None), ("d", 300, None)]
# id, ordered on, amount, paid on, amount paid
ORDERS = [("a", 600, 1_000, 650, 1_000), ("b", 700, 3_000, 750, 500), ("c", 800, 2_000, None, None)]
EVENTS = [
    *(("a", "complaint", 0), ("a", "charged", 10), ("a", "default", 100), ("a", "charged", 150)),
    *(("b", "complaint", 0), ("b", "charged", 10), ("b", "default", 100), ("c", "complaint", 0)),
]
QUESTIONS: dict[str, Ask] = {
    "attrition": jm.attrition,
    "attrition by": lambda cases: jm.attrition(cases, by="department", age_months=(12, 30)),
    "conviction_rates": lambda cases: jm.conviction_rates(cases, per=("complaint", "charge", "verdict")),
    "conviction_rates by": lambda cases: jm.conviction_rates(cases, by="department", interval="jeffreys"),
    "final convictions": lambda cases: jm.conviction_rates(cases, outcome="final_conviction", per="complaint"),
    "outcome_shares": jm.outcome_shares,
    "outcome_shares by": lambda cases: jm.outcome_shares(cases, by="department", interval="clopper_pearson"),
    "cohort_rates": lambda cases: jm.cohort_rates(cases, per=("complaint", "charge")),
    "cohort_rates by": lambda cases: jm.cohort_rates(cases, of=("charge", "pending"), by="department"),
    "caseload": jm.caseload,
    "caseload by year": lambda cases: jm.caseload(cases, by=("department", "year")),
    "case_ages": jm.case_ages,
    "case_ages by": lambda cases: jm.case_ages(cases, by="department", years=(1, 2), year_days=360),
    "impunity": lambda cases: jm.impunity(cases, months=(12, 24)),
    "impunity by": lambda cases: jm.impunity(cases, months=10, by="department"),
    "rate_contrasts": lambda cases: jm.rate_contrasts(cases, by="department"),
    "period_ratios": lambda cases: jm.period_ratios(cases, of=("charge", "conviction"), by="department"),
    "conviction_ratio": lambda cases: jm.conviction_ratio(cases, period="half_year"),
    "effectiveness": lambda cases: jm.effectiveness(cases, excluded=("withdrawal",), by="department"),
    "parts_of_whole": lambda _: jm.parts_of_whole(OFFICES, parts=("new", "reopened"), whole="incoming", by="office"),
    "count_changes": lambda cases: jm.count_changes(cases, of=("complaint", "charge"), by="department"),
    "ratio_changes": lambda cases: jm.ratio_changes(cases, of="conviction", per="verdict"),
    "case_flows": lambda cases: jm.case_flows(cases, period="year", within_days=(180, 365), goals=(0.5, 0.8)),
    "case_flows by": lambda cases: jm.case_flows(cases, period="quarter", from_year=2016, by="department"),
    "flows of counts": lambda _: jm.case_flows(OFFICES, period="year", by="office"),
    "hearings": jm.hearings,
    "hearings by": lambda cases: jm.hearings(cases, by="department", kinds="Juicio oral", reached="verdict"),
    "protection_measures": jm.protection_measures,
    "repeated_statements": jm.repeated_statements,
    "repeated_statements by": lambda cases: jm.repeated_statements(cases, by="department", most=3),
    "detention": lambda _: jm.detention(hanging(UNITS, "detention", HELD, labels=LABELS)),
    "detention by": lambda _: jm.detention(hanging(UNITS, "detention", HELD, labels=LABELS), by="court"),
    "sentences": lambda _: jm.sentences(hanging(UNITS, "sentences", TOLD, labels=LABELS)),
    "sentences by": lambda _: jm.sentences(hanging(UNITS, "sentences", TOLD, labels=LABELS), by="court"),
    "warrants": lambda _: jm.warrants(hanging(UNITS, "warrants", ISSUED, labels=LABELS)),
    "reparation": lambda _: jm.reparation(hanging(UNITS, "reparation", ORDERS, labels=LABELS)),
    "defaults": lambda _: jm.defaults(log(EVENTS)),
    "nowcast": lambda _: jm.nowcast(LATE, recorded="entered_day", longest_days=30, periods=3),
    "share_change": lambda _: jm.share_change(before=(83, 100), after=(120, 160)),
    "rate_chain": lambda _: jm.rate_chain([{"name": "reported", "share": 0.067}]),
    "dark_figure": lambda _: jm.dark_figure(reported=0.104, opened=0.68),
    "survey_shares": lambda _: jm.survey_shares(PEOPLE, of="told", among="hit", by="place"),
    "reporting_rate": lambda _: jm.reporting_rate(PEOPLE, forms={"physical": ("hit", "told")}, weight="weight"),
}


@pytest.fixture(scope="module")
def answers() -> Callable[[str], Result]:
    """Answers to the questions, each asked once."""
    cases = jm.sample_cases()
    return cache(lambda name: QUESTIONS[name](cases))


@pytest.fixture(params=list(QUESTIONS))
def answer(request: pytest.FixtureRequest, answers: Callable[[str], Result]) -> Result:
    return answers(request.param)


def published(answer: Result, tables: dict[str, Table]) -> Published:
    shown = answer.rebuild(Protected(tables=tables, provenance=answer.provenance))
    assert isinstance(shown, Published)
    return shown


def test_every_table_says_what_it_counts(answer: Result) -> None:
    check_declared(answer)


def test_what_hangs_together_adds_up(answer: Result) -> None:
    counts = {(one.box, one.events): one.value for one in answer.base_counts().counts}
    told = [tie for tie in answer.ties if all((one.box, one.events) in counts for one in tie)]
    off = [sum(one.sign * counts[one.box, one.events] for one in tie) for tie in told]
    # a case that ended on nobody knows which day, or that moved between offices, breaks a sum; most hold
    assert sum(abs(one) < 1e-9 for one in off) >= 0.8 * len(off)


def test_what_is_published_whole_is_said_as_inside(answer: Result) -> None:
    tables = {name: one for name, one in answer.tables.items() if one.guard != "internal"}
    shown = published(answer, tables)
    assert [str(one) for one in shown.findings()] == [str(one) for one in answer.findings()]


def test_hidden_numbers_are_drawn_as_hidden(answer: Result) -> None:
    tables = {name: hidden(one) for name, one in answer.tables.items() if one.guard != "internal"}
    if all(one.guard == "words" for one in tables.values()):
        return
    shown = published(answer, tables)
    views = [answer.draw_of(shown, view, language="es") for view in answer.views]
    for axes in (shown.plot(language="es"), *(one for one in views if one is not None)):
        said = [axes.get_xlabel(), *(one.get_text() for one in axes.texts)]
        assert any(HIDDEN.text("es") in one for one in said), said
        plt.close(axes.figure)
