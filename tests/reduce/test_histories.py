"""Histories: what is folded, when a set of actors is complete, and how time is cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.types import Counts
from justice_metrics.estimate.cox import cox
from justice_metrics.measures.support.data import support_data
from justice_metrics.reduce.histories import NEVER, UNDATED, Histories, split_at
from justice_metrics.reduce.support_states import Episode, lagged
from justice_metrics.tables import Strata
from tests.made_cases import wide

ACTORS = ("lawyer", "psychologist", "social_worker")


def histories(**days: list[int]) -> Histories:
    n = len(next(iter(days.values())))
    return Histories(
        entry=np.full(n, -1),
        exit=np.full(n, 100),
        code=np.ones(n, np.int64),
        days={name: np.array(one, np.int64) for name, one in days.items()},
        pattern=np.zeros(n, np.int64),
        stratum=np.zeros(n, np.int64),
        cluster=None,
        n=np.ones(n, np.int64),
        weight=None,
        covariates={},
        strata=Strata((), ((),)),
        clusters=0,
        left_out={},
    )


def data(**given: Any) -> Any:
    rows = [
        {"id": "a", "complaint": 0, "accusation": 30, "outcome": "convicted", "ended": 90, "court": "x"},
        {"id": "b", "complaint": 0, "accusation": None, "outcome": "rejected", "ended": 20, "court": "x"},
        {"id": "c", "complaint": 10, "accusation": None, "outcome": "rejected", "ended": 30, "court": "y"},
        {"id": "d", "complaint": 10, "accusation": None, "outcome": "pending", "ended": None, "court": "y"},
    ]
    support = [
        ("a", "lawyer", 5, None),
        ("a", "lawyer", 3, 9),
        ("a", "psychologist", -4, None),
        ("d", "lawyer", None, None),
        ("d", "psychologist", 12, None),
        ("d", "psychologist", None, None),
    ]
    cases = wide(rows, support=support, cutoff=110)
    return support_data(cases, actors=ACTORS[:2], outcome="verdict", **given)


def test_days_count_from_the_complaint_and_the_first_spell_stands() -> None:
    cells = data(milestones=("accusation",)).histories
    told = dict(zip(cells.exit.tolist(), range(len(cells.n)), strict=True))
    one, pending = told[90], told[100]
    assert cells.days["lawyer"][one] == 3
    assert cells.days["psychologist"][one] == -4
    assert cells.days["accusation"][one] == 30
    assert cells.days["lawyer"][pending] == UNDATED
    assert cells.days["psychologist"][pending] == 2  # a dated spell stands beside an undated one
    # two rejected on their 20th day, of which one was reported later, are one cell
    assert cells.n[told[20]] == 2
    assert cells.days["lawyer"][told[20]] == NEVER


def test_cases_without_a_date_of_support_are_left_out_and_counted() -> None:
    whole = data()
    assert whole.undated == 1
    assert whole.dated().histories.units == 3
    assert [(one.n, one.reason.text()) for one in whole.left_out()] == [(1, "supported, but no date says since when")]
    assert data(needed="any").undated == 1  # the lawyer may have come before day 2


def test_support_before_the_complaint_counts_as_its_day() -> None:
    followed = data(needed="any").dated().followed()
    assert sorted(followed.start.tolist()) == [0, NEVER]


def test_courts_and_patterns() -> None:
    whole = data(adjust=("court",), cluster="court")
    assert whole.histories.clusters == 2
    assert whole.design.matrix.shape == (2, 1)
    assert whole.histories.pattern_units.tolist() == [2, 2]


@pytest.mark.parametrize(
    ("needed", "day"), [("all", 30), ("any", 5), (1, 5), (2, 12), (3, 30)], ids=["all", "any", "1", "2", "3"]
)
def test_the_day_on_which_enough_had_come(needed: Any, day: int) -> None:
    made = histories(lawyer=[12], psychologist=[5], social_worker=[30])
    assert made.started(ACTORS, needed).tolist() == [day]
    assert made.started(ACTORS, needed, lag_days=7).tolist() == [day + 7]


@pytest.mark.parametrize("lag", [1, 30])
def test_support_before_the_complaint_is_that_of_day_0_before_any_lag(lag: int) -> None:
    """Twenty days before the complaint and thirty later is day 30, not day 10, wherever support is asked about."""
    made = histories(lawyer=[-20], psychologist=[-9], social_worker=[NEVER])
    assert made.started(ACTORS, 2).tolist() == [-9]  # without a lag, the day itself
    assert made.started(ACTORS, 2, lag_days=lag).tolist() == [lag]
    assert made.started(("lawyer",), lag_days=lag).tolist() == [lag]
    assert made.started(ACTORS, "all", lag_days=lag).tolist() == [NEVER]
    moved = lagged(made, {"lawyer": (Episode("lawyer"),)}, lag)
    assert moved.days["lawyer"].tolist() == [lag]
    assert data(needed="any").dated().followed(lag_days=lag).start.min() == lag


def test_a_missing_date_matters_only_where_it_decides() -> None:
    made = histories(
        lawyer=[UNDATED, UNDATED, UNDATED], psychologist=[5, NEVER, UNDATED], social_worker=[9, NEVER, UNDATED]
    )
    assert made.started(ACTORS, "all").tolist() == [UNDATED, NEVER, UNDATED]
    assert made.started(ACTORS, "any").tolist() == [UNDATED] * 3
    assert made.started(ACTORS[1:], "any").tolist()[0] == 5


def test_time_is_cut_where_something_begins_to_hold() -> None:
    made = histories(lawyer=[10, 100, NEVER, -3], accusation=[10, 40, NEVER, 20])
    rows, holds = split_at(made, ("lawyer", "accusation"))
    told = list(zip(rows.entry.tolist(), rows.exit.tolist(), rows.code.tolist(), holds["lawyer"].tolist(), strict=True))
    assert told == [
        (-1, 10, -1, False),
        (10, 100, 1, True),
        (-1, 40, -1, False),  # support on the day of the ending did not precede it
        (40, 100, 1, False),
        (-1, 100, 1, False),
        (-1, 20, -1, True),  # there before the complaint
        (20, 100, 1, True),
    ]
    assert holds["accusation"].tolist() == [False, True, False, True, False, False, True]


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 1), st.integers(-2, 14), st.integers(0, 14)),
        min_size=6,
        max_size=20,
    )
)
def test_cuts_move_no_time_and_no_ending(cases: list[tuple[int, int, int, int]]) -> None:
    exits, code, one, other = (np.array(column, np.int64) for column in zip(*cases, strict=True))
    made = histories(one=one.tolist(), other=other.tolist())._replace(exit=exits, code=code)
    rows, _ = split_at(made, ("one", "other"))
    assert ((rows.exit > rows.entry) | (rows.exit == 0)).all()
    assert int((rows.exit - rows.entry).sum()) == int((exits + 1).sum())
    assert int((rows.code == 1).sum()) == int((code == 1).sum())
    assert _curve(rows.exit, rows.entry, rows.code) == _curve(exits, np.full(len(exits), -1), code)


def test_a_cut_at_which_nothing_changes_leaves_a_model_as_it_was() -> None:
    rng = np.random.default_rng(5)
    n = 60
    made = histories(nothing=rng.integers(0, 40, n).tolist())._replace(
        exit=rng.integers(1, 40, n), code=rng.integers(0, 2, n), pattern=np.arange(n) % 2
    )
    design = np.array([[0.0], [1.0]])
    whole, _ = split_at(made, ())
    cut, _ = split_at(made, ("nothing",))
    assert len(cut.n) > len(whole.n)
    one, other = (cox(rows, design).coefficients for rows in (whole, cut))
    np.testing.assert_allclose(one, other, rtol=1e-12)


def _curve(exits: Any, entry: Any, code: Counts) -> list[tuple[int, int, int]]:
    days = range(int(exits.max()) + 1)
    return [
        (day, int(((entry < day) & (exits >= day)).sum()), int(((exits == day) & (code == 1)).sum())) for day in days
    ]
