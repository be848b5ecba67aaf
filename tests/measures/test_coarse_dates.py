"""Dates that give the month or the year: what each reading makes of them, and the intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.coarse_dates import CoarseDates, coarse_dates

CASES = {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"}
ROWS = [
    # id, complaint, ending, its date
    ("a", "2016-01-10", "rejected", "2016-02"),  # 22 to 50 days; the 15th: 36
    ("b", "2016-03", "rejected", "2016-04-10"),  # 10 to 40 days; the 15th: 26
    ("c", "2016-05-01", "rejected", "2016-05-31"),  # 30
    ("d", "2016-06-20", "rejected", "2016-06"),  # 0 to 10 days, although the 15th is before the start
    ("e", "2018-04", None, None),  # open for 0 to 29 days; from the 15th: 15
]


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=["id", "complaint", "how", "end"])


def cases(**changes: object) -> CaseData:
    mapping = {
        "data": {"date_order": "ymd"},
        "cases": CASES,
        "dates": {"complaint": "complaint"},
        "outcome": {"column": "how", "date": "end"},
        **changes,
    }
    return CaseData.from_frame(frame(), mapping)


def share(answer: CoarseDates, convention: str, day: int) -> float:
    rows = (answer.main["convention"] == convention) & (answer.main["days"] == day)
    return float(answer.main["estimate"][rows][0])


def test_every_reading_by_hand() -> None:
    answer = coarse_dates(cases(), days=(9, 24, 28, 33, 50))
    # times under each reading: a, b, c, d ended; e open
    readings = {
        "middle": ([36, 26, 30, 0], 15),
        "first": ([22, 40, 30, 0], 29),
        "last": ([50, 10, 30, 10], 0),
        "shortest": ([22, 10, 30, 0], 0),
        "longest": ([50, 40, 30, 10], 29),
    }
    for reading, (ended, still_open) in readings.items():
        for day in (9, 24, 28, 33):
            left, there = 1.0, [*ended, still_open]
            for one in sorted(set(ended)):
                if one <= day:
                    left *= 1 - ended.count(one) / sum(time >= one for time in there)
            assert share(answer, reading, day) == pytest.approx(1 - left), (reading, day)


def test_exactness_is_counted() -> None:
    answer = coarse_dates(cases())
    coarse = answer.tables["coarse"]
    held = dict(zip(zip(coarse["date"], coarse["precision"], strict=True), coarse["numerator"].tolist(), strict=True))
    assert held == {
        ("start", "day"): 3,
        ("start", "month"): 2,
        ("start", "year"): 0,
        ("ending", "day"): 2,
        ("ending", "month"): 2,
        ("ending", "year"): 0,
    }
    assert "4 of 9 dates" in answer.summary()


def test_intervals_hold_their_mass() -> None:
    answer = coarse_dates(cases(), days=(10, 40, 50))
    rows = answer.main["convention"] == "intervals"
    low, high = (answer.main[name][rows].astype(float) for name in ("lowest", "highest"))
    assert (low <= high).all()
    # d ended by day 10, and everybody by day 50
    assert low[0] >= 1 / 5 - 1e-9
    assert high[-1] == pytest.approx(1)


def test_an_event_log_with_declared_precision_says_the_same() -> None:
    rows = []
    for unit, complaint, how, end in ROWS:
        for state, date in (("complaint", complaint), (how, end)):
            if date is not None:
                day = date if len(date) == 10 else date + "-15"
                rows.append((unit, state, day, "día" if len(date) == 10 else "mes"))
    log = pd.DataFrame(rows, columns=["id", "state", "date", "exact"])
    mapping = {
        "data": {"kind": "events", "date_order": "ymd"},
        "cases": CASES,
        "events": {"state": "state", "date": {"column": "date", "precision": "exact"}},
    }
    of_log = coarse_dates(CaseData.from_frame(log, mapping), days=(9, 24, 33))
    of_table = coarse_dates(cases(), days=(9, 24, 33))
    # in a log d is reported after it ended, by the days that stand for the months, and so stands as open
    assert of_log.tables["coarse"]["numerator"].sum() >= 8
    assert all(np.isfinite(share(of_log, one, 9)) for one in ("first", "last"))
    assert share(of_table, "first", 9) == pytest.approx(0.2)


def test_exact_dates_leave_nothing_open() -> None:
    answer = coarse_dates(jm.sample_cases(), outcome="verdict", by="department", days=(365, 730))
    usual = jm.cumulative_incidence(jm.sample_cases(), outcome="verdict", by="department").at(days=(365, 730))
    wanted = usual["estimate"][usual["outcome"] == "verdict"]
    for reading in ("middle", "first", "last", "shortest", "longest", "intervals"):
        found = answer.main["estimate"][answer.main["convention"] == reading].astype(float)
        assert found == pytest.approx(wanted.astype(float), abs=1e-6, nan_ok=True), reading
    assert "not exact" in answer.summary()


def test_weights_and_frequencies() -> None:
    doubled = coarse_dates(
        CaseData.from_frame(
            frame().assign(n=2),
            {
                "data": {"date_order": "ymd"},
                "cases": {**CASES, "frequency": "n"},
                "dates": {"complaint": "complaint"},
                "outcome": {"column": "how", "date": "end"},
            },
        )
    )
    assert doubled.main["denominator"].tolist() == [10] * len(doubled.main)
    assert share(doubled, "intervals", 180) == pytest.approx(share(coarse_dates(cases()), "intervals", 180))


def test_a_table_of_times_has_no_dates() -> None:
    times = jm.durations(pd.DataFrame({"days": [1, 2], "end": [0, 1]}), days="days", ending="end")
    with pytest.raises(QuestionError, match="holds no dates"):
        coarse_dates(times)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "es"])
def test_figures(language: str) -> None:
    whole = coarse_dates(cases())
    axes = whole.plot(language=language)
    assert len(axes.lines) >= 3
    assert axes.lines[0].get_ydata()[-1] == pytest.approx(1)
    groups = coarse_dates(jm.sample_cases(), by="department").plot(language=language)
    assert len(groups.lines[0].get_xdata()) == 6 * 4


def test_findings_quote_the_day_on_which_the_convention_matters_most() -> None:
    answer = coarse_dates(cases(), days=(9, 24, 28, 33, 60))
    conventions = ("middle", "first", "last")
    width = {day: np.ptp([share(answer, one, day) for one in conventions]) for day in (9, 24, 28, 33, 60)}
    widest = max(width, key=lambda day: width[day])
    assert width[60] < width[widest]
    assert f"by day {widest}," in answer.findings()[1].text("en")
