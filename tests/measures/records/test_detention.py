"""Preventive detention: share, length with what still runs, and the legal limit, by hand and against R."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import ProcedureError, QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.records.detention import Detention, detention
from tests.outcome_cases import hanging, row

REFERENCE = Path(__file__).parents[2] / "reference"
# The cut-off is day 1,000: 27 September 2017. Day 0 is 1 January 2015, so 12 months end on day 365, 24 on day 731.
UNITS: list[dict[str, Any]] = [
    {"id": "a", "complaint": 0, "charged": 0, "accusation": 365, "verdict": 732, "outcome": "convicted"},
    {"id": "b", "complaint": 0, "charged": 0, "accusation": 366},
    {"id": "c", "complaint": 0, "charged": 0},
    {"id": "d", "complaint": 0, "charged": 0, "outcome": "dismissed", "ended": 200},
    {"id": "e", "complaint": 0, "charged": 0},
    {"id": "f", "complaint": 0, "charged": 0, "accusation": 50},
    {"id": "g", "complaint": 0, "charged": 0},
    {"id": "h", "complaint": 0},
    {"id": "i", "complaint": 0},
]
HELD = [
    ("a", 0, None),  # accusation on the last day of the limit: kept; sentence a day after it: passed
    ("b", 0, 900),  # accusation a day after the limit: passed
    ("c", 900, None),  # neither limit has run out
    ("d", 100, None),  # ended with the case on day 200
    ("e", 0, 100),  # ended before either limit
    ("f", 300, 1_400),  # after the accusation: not under the first limit; its end is planned for after the cut-off
    ("g", None, 500),  # nobody knows since when
    ("g", 700, 600),  # ended before it began
]
LABELS = {"convicted": "convicted", "dismissed": "dismissed"}


@pytest.fixture(scope="module")
def cases() -> CaseData:
    return hanging(UNITS, "detention", HELD, labels=LABELS)


@pytest.fixture(scope="module")
def answer(cases: CaseData) -> Detention:
    return detention(cases)


def test_the_share_has_two_denominators(answer: Detention) -> None:
    assert [
        (str(answer.main["per"][at]), int(answer.main["numerator"][at]), int(answer.main["denominator"][at]))
        for at in range(2)
    ] == [("complaint", 7, 9), ("charge", 7, 7)]


def test_length_counts_what_still_runs(answer: Detention) -> None:
    # ended after 900, 100 (with the case) and 100 days; running for 1,000, 100 and 700 days
    days = row(answer.tables["length"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (6, 3, 3)
    within = answer.tables["within"]
    # at day 100 six are at risk, two end: 1/3; at day 900 two are left and one ends: 1 - 2/3 * 1/2
    assert row(within, days=365)["estimate"] == pytest.approx(1 / 3)
    assert answer.waits.reached[0, -1] == pytest.approx(2 / 3)
    assert days["estimate"] == 900
    left_out = {str(one.reason): one.n for one in answer.provenance.left_out}
    assert left_out == {"no date for the start": 1, "ended before it started, by its dates": 1}


def test_what_was_taken_for_granted_is_said(answer: Detention) -> None:
    notes = [str(one) for one in answer.notes]
    assert any("1 detention has no end in a case that has ended for good" in one for one in notes)
    assert any("1 detention has an end after the cut-off" in one for one in notes)
    assert any("1 unit has more than one row" in one for one in notes)
    assert any("rape of a child" in one for one in notes)


def test_the_limits_by_hand(answer: Detention) -> None:
    limits = answer.tables["limits"]
    first, second = row(limits, limit="prosecution"), row(limits, limit="verdict")
    names = ("numerator", "denominator", "ended_early", "running", "untold", "not_applicable")
    # run out: a kept, b passed, d kept, e kept; c runs; g twice untold; f not under it
    assert [first[one] for one in names] == [1, 4, 0, 1, 2, 1]
    assert first["estimate"] == 0.25
    assert first["days_over"] == 1
    # 731 days on: a passed, b passed (held to day 900), d and e kept; c runs; f runs: its 24 months are not over
    assert [second[one] for one in names] == [2, 4, 0, 2, 2, 0]
    # a by a day, b by 169
    assert second["days_over"] == 85
    assert all(sum(one[name] for name in names[1:]) == len(HELD) for one in (first, second))


def test_own_limits(cases: CaseData) -> None:
    limits = detention(cases, limits={"verdict": 3}).tables["limits"]
    found = row(limits)
    # 1 April 2015 is day 90: a, b and e passed it; d was held from day 100 to 200, its limit is day 191; f passed it,
    # and c, which began on 19 June 2017, by eight days before the cut-off
    assert (found["limit"], found["months"], found["numerator"], found["denominator"]) == ("verdict", 3, 6, 6)
    with pytest.raises(ProcedureError):
        detention(cases, limits={"nothing": 3})
    with pytest.raises(QuestionError, match="0 months"):
        detention(cases, limits={"verdict": 0})


def test_a_stage_without_a_day_tells_nothing_unless_detention_ended_before() -> None:
    units = [
        {"id": "a", "complaint": 0, "outcome": "convicted", "ended": None},
        {"id": "b", "complaint": 0, "outcome": "convicted", "ended": None},
    ]
    cases = hanging(units, "detention", [("a", 0, 900), ("b", 0, 300)], labels=LABELS)
    found = row(detention(cases, per="complaint").tables["limits"], limit="verdict")
    assert (found["untold"], found["numerator"], found["denominator"]) == (1, 0, 1)


def test_before_the_law_was_in_force_it_is_not_applied() -> None:
    cases = hanging([{"id": "a", "complaint": -200}], "detention", [("a", -100, 500)])
    found = row(detention(cases, per="complaint").tables["limits"], limit="verdict")
    assert (found["not_applicable"], found["denominator"]) == (1, 0)
    assert detention(cases, per="complaint").tables["limits"].statuses["estimate"] == ("not_defined", "not_defined")


def test_a_country_without_limits_says_so() -> None:
    cases = hanging([{"id": "a", "complaint": 0}], "detention", [("a", 10, 500)], procedure="guatemala")
    answer = detention(cases, per="complaint")
    assert len(answer.tables["limits"]) == 0
    assert row(answer.tables["length"])["censored"] == 0
    assert any("No legal limit of detention" in str(one) for one in answer.notes)


def test_quartiles_and_shares_against_r() -> None:
    with (REFERENCE / "outcomes_times.csv").open(encoding="utf-8") as lines:
        times = [(int(one["days"]), int(one["code"]) > 0) for one in csv.DictReader(lines)]
    # what still runs began so many days before the cut-off
    units = [{"id": f"u{at}", "complaint": 0} for at in range(len(times))]
    held = [(f"u{at}", 1_000 - days, 1_000 if over else None) for at, (days, over) in enumerate(times)]
    answer = detention(hanging(units, "detention", held), per="complaint", horizon_days=(90, 180, 365))
    days = row(answer.tables["length"])
    with (REFERENCE / "outcomes_expected.csv").open(encoding="utf-8") as lines:
        expected = list(csv.DictReader(lines))
    quarters = {float(one["at"]): one for one in expected if one["what"] == "ended"}
    assert days["lower_quartile"] == float(quarters[0.25]["estimate"])
    assert days["upper_quartile"] == float(quarters[0.75]["estimate"])
    median = [float(quarters[0.5][one]) for one in ("estimate", "conf_low", "conf_high")]
    assert [days[one] for one in ("estimate", "conf_low", "conf_high")] == median
    for one in expected:
        if one["what"] == "running":
            found = row(answer.tables["within"], days=int(float(one["at"])))
            assert found["estimate"] == pytest.approx(1 - float(one["estimate"]), abs=1e-9)
            assert found["conf_low"] == pytest.approx(1 - float(one["conf_high"]), abs=1e-9)
            assert found["conf_high"] == pytest.approx(1 - float(one["conf_low"]), abs=1e-9)


def test_by_groups_and_sentences(answer: Detention, cases: CaseData) -> None:
    said = [str(one).replace("\N{NO-BREAK SPACE}", " ") for one in answer.findings()]
    assert said[0].startswith("A preventive detention is on record in 7 of 9 cases that reached complaint: 77.8 %")
    assert said[2] == "All together: half of the detentions have ended after 900 days; 3 of 6 are still running."
    assert "1 of 4 detentions passed it (25.0 %); of 3 it had not run out, or cannot be told." in said[3]
    titles = [one.title.text("es") for one in answer.tables.values() if one.title is not None]
    assert len(set(titles)) == len(answer.tables)
    split = detention(cases, by="year", per="complaint")
    assert any("2015: " in str(one) and "1 of 4 detentions passed it" in str(one) for one in split.findings())
    assert split.main["numerator"].tolist() == [7]
    assert split.tables["limits"]["numerator"].tolist() == [1, 2]
    axes = answer.plot(language="es")
    assert np.nanmax(axes.lines[0].get_ydata()) == pytest.approx(2 / 3)


def test_no_median_is_said_where_none_is_reached() -> None:
    cases = hanging([{"id": "a", "complaint": 0}], "detention", [("a", 10, None)])
    said = str(detention(cases, per="complaint").findings()[1])
    assert said == "All together: 1 of 1 detentions are still running, so no median can be given."


def test_exempt_offences_are_under_no_limit() -> None:
    offences = ["Estupro", "Feminicidio", "Violación (INNA)", "Feminicidio (tentativa)", None]
    n = len(offences)
    ids = [str(one) for one in range(n)]
    table = pd.DataFrame({"id": ids, "reported": ["2015-01-05"] * n, "what": pd.Series(offences, dtype="object")})
    held = pd.DataFrame({"id": ids, "from": ["2015-01-10"] * n, "to": ["2017-06-10"] * n})
    mapping: dict[str, Any] = {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
        "dates": {"complaint": "reported"},
        "attributes": {"offence": "what"},
        "detention": {"id": "id", "start": "from", "end": "to"},
    }
    answer = detention(CaseData.from_frame(table, mapping, children={"detention": held}), per="complaint")
    found = row(answer.tables["limits"], limit="verdict")
    assert (found["numerator"], found["denominator"]) == (1, 1)
    # an attempt of an exempt offence, and an offence that nobody wrote down, leave it open
    assert (found["not_applicable"], found["untold"]) == (2, 2)
    assert any("are not under it" in str(note) for note in answer.notes)
    del mapping["attributes"]
    plain = detention(CaseData.from_frame(table, mapping, children={"detention": held}), per="complaint")
    assert row(plain.tables["limits"], limit="verdict")["denominator"] == n
    assert any("No attribute names the offence" in str(note) for note in plain.notes)
