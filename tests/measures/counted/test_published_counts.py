"""Counts by period at the gate: nothing small leaves, and no sum of months, years or groups gives it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from numpy.typing import NDArray
from scipy.optimize import linprog

import justice_metrics as jm
from justice_metrics.base.quantities import SUPPRESSED
from justice_metrics.base.result import Result
from justice_metrics.measures.counted.tables import counted_tables
from tests.disclosure.declared import check_declared
from tests.made_cases import frame_of, wide_mapping

# January 2015 to June 2016; what an outsider does not know: how many there were by month, court and sex.
MONTHS = [f"{2015 + place // 12}-{place % 12 + 1:02d}" for place in range(18)]
COURTS, SEXES = ("east", "north", "south"), ("female", "male")
CUTOFF = 365 + 181
POLICY = jm.DisclosurePolicy()
ASKED: dict[str, Any] = {"by": ("court", "sex"), "combine": [["court", "sex"]], "period": ("month", "year", "to_date")}


@pytest.fixture(scope="module")
def truth() -> NDArray[np.int64]:
    """Return how many there were, shape (months, courts, sexes)."""
    draw = np.random.default_rng(7)
    mean = np.array([[9.0, 2.0], [6.0, 1.0], [25.0, 12.0]])
    return draw.negative_binomial(2, 2 / (2 + mean), (len(MONTHS), *mean.shape))


def cases_of(truth: NDArray[np.int64]) -> jm.CaseData:
    days = [(pd.Timestamp(f"{one}-11") - pd.Timestamp("2015-01-01")).days for one in MONTHS]
    rows = [
        {"id": f"{month}-{court}-{sex}-{one}", "court": COURTS[court], "sex": SEXES[sex], "complaint": days[month]}
        for (month, court, sex), n in np.ndenumerate(truth)
        for one in range(n)
    ]
    frame = frame_of(rows)
    return jm.CaseData.from_frame(frame, wide_mapping(list(frame.columns), cutoff=CUTOFF))


def counts_of(truth: NDArray[np.int64], cutoff: str | None = None) -> jm.CountData:
    rows = [
        {"month": MONTHS[month], "court": COURTS[court], "sex": SEXES[sex], "new": n}
        for (month, court, sex), n in np.ndenumerate(truth)
    ]
    mapping = {"period": "month", "quantities": {"new": "new"}, "keys": {"court": "court", "sex": "sex"}}
    return jm.CountData.from_frame(pd.DataFrame(rows), {"counts": {**mapping, "cutoff": cutoff or "2016-06-30"}})


@pytest.fixture(scope="module", params=["cases", "counts"])
def answer(truth: NDArray[np.int64], request: pytest.FixtureRequest) -> Iterator[Any]:
    # the data stay alive: the gate asks them which groups lie in one another
    data = cases_of(truth) if request.param == "cases" else counts_of(truth)
    yield jm.case_counts(data, **ASKED)
    del data


@pytest.fixture(scope="module")
def shown(answer: Any) -> Any:
    return jm.release([answer], POLICY).results[0]


def cells(shown: Result, truth: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.bool_], float]]:
    """Yield which months, courts and sexes each count is of, with the count as it is shown."""
    for name, period, by in counted_tables(shown):
        table = shown.tables[name]
        for row in range(len(table)):
            inside = np.ones(truth.shape, np.bool_)
            label = str(table["period"][row])
            months = [one.startswith(label) and (period != "to_date" or int(one[5:]) <= 6) for one in MONTHS]
            inside &= np.array(months)[:, None, None]
            for column in by:
                known = COURTS if column == "court" else SEXES
                own = np.array([one == table[column][row] for one in known])
                inside &= own[None, :, None] if column == "court" else own[None, None, :]
            yield inside, float(table["count"][row])


def test_it_is_declared_and_counts_what_it_says(answer: Any, truth: NDArray[np.int64]) -> None:
    check_declared(answer)
    for inside, n in cells(answer, truth):
        assert truth[inside].sum() == n


def test_who_knows_every_sum_of_months_and_groups_learns_no_small_number(shown: Any, truth: NDArray[np.int64]) -> None:
    told = list(cells(shown, truth))
    known = [(inside, n) for inside, n in told if np.isfinite(n)]
    hidden = [inside for inside, n in told if np.isnan(n)]
    assert all(n == truth[inside].sum() and (n >= POLICY.minimum or n == 0) for inside, n in known)
    assert len(hidden) > 20
    sums = np.array([inside.ravel() for inside, _ in known], float)
    numbers = [n for _, n in known]
    for inside in hidden:
        wanted, n = inside.ravel().astype(float), truth[inside].sum()
        low, high = (
            sign * linprog(sign * wanted, A_eq=sums, b_eq=numbers, bounds=(0, None), method="highs").fun
            for sign in (1, -1)
        )
        assert high - low >= 2 * POLICY.protection - 1e-6 or (low == 0 and high >= n + POLICY.protection - 1e-6)
        if n < POLICY.minimum:
            assert low <= max(n - POLICY.protection, 0) + 1e-6
            assert high >= n + POLICY.protection - 1e-6


def test_what_is_hidden_is_marked_and_sentences_say_what_is_shown(shown: Any) -> None:
    for name, _, _ in counted_tables(shown):
        table = shown.tables[name]
        marks = np.array(table.statuses.get("count", ("",) * len(table)))
        assert ((marks == SUPPRESSED) == np.isnan(table["count"].astype(float))).all()
    assert "the same months of 2015" in shown.findings()[0].text()
    assert "nan" not in shown.summary("es").lower().split()
    shown.plot()
    shown.draw("months", language="es")
    plt.close("all")


def test_rounded_counts_are_multiples_and_tell_no_change_that_rounding_makes(
    answer: Any, truth: NDArray[np.int64], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", "8f3a9c0d17e2b6455a1c9e7d3f20b84c6e5d1a97f04b3c28d6e9a1f7503b4c2d")
    policy = jm.DisclosurePolicy(mode="round")
    shown = jm.release([answer], policy).results[0]
    seen = {inside.tobytes(): n for inside, n in cells(shown, truth) if np.isfinite(n)}
    assert len(seen) > 20
    for inside, n in cells(shown, truth):
        assert np.isnan(n) or (n % policy.base == 0 and abs(n - truth[inside].sum()) < policy.base)
        # the same units are the same number, in whichever table they stand
        assert np.isnan(n) or seen[inside.tobytes()] == n
    to_date = shown.tables["to_date"]
    change = to_date["estimate"][1]
    assert np.isnan(change) or change == pytest.approx(to_date["count"][1] / to_date["before"][1] - 1)


def test_months_to_date_of_two_releases_do_not_tell_the_months_between_them(truth: NDArray[np.int64]) -> None:
    # from April to June of 2015 the court in the north had three
    few = truth * 4
    few[3:6, 1] = [[1, 0], [1, 1], [0, 0]]
    asked = {**ASKED, "period": ("year", "to_date")}
    early = jm.case_counts(counts_of(few[:15], cutoff="2016-03-31"), **asked)
    late = jm.case_counts(counts_of(few), **asked)
    first = jm.release([early], POLICY)
    second = jm.release([late], POLICY, previous=[first.cells])
    shown = []
    for one in (first, second):
        table = one.results[0].tables["to_date_by_court"]
        keys = zip(table["court"], table["period"], strict=True)
        shown.append(dict(zip(keys, table["count"].astype(float), strict=True)))
    assert np.isfinite(shown[0]["north", "2015"])
    assert np.isnan(shown[1]["north", "2015"])
    between = [shown[1][court, "2015"] - shown[0][court, "2015"] for court in ("east", "south")]
    assert np.isfinite(between).any()
    # asked alone, the later release shows it
    alone = jm.release([late], POLICY).results[0].tables["to_date_by_court"]
    assert np.isfinite(alone["count"].astype(float)).all()


def test_the_months_to_date_of_flows_are_the_same_cells(truth: NDArray[np.int64]) -> None:
    data = counts_of(truth)
    own = jm.case_counts(data).tables["to_date"]
    flows = jm.case_flows(data, period="year").tables["to_date"]
    (this_year,) = (one for one in flows.counts("to_date") if one.place[1] == "numerator")
    same = {one.box: one.value for one in own.counts("to_date") if one.place[1] == "count"}
    assert same[this_year.box] == this_year.value == truth[12:].sum()
