"""Case data to stays, and stays to stock and flow: by hand, in every engine, and against a walk day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.cases.calendar import day_number
from justice_metrics.reduce.flow_counts import counted, pending_ages, resolved_within, undated
from justice_metrics.reduce.flows import (
    BACK,
    NEVER,
    NEW,
    OPEN,
    PLACED,
    PLACED_INACTIVE,
    REACTIVATED,
    REOPENED,
    REOPENED_RESOLVED,
    RESOLVED,
    TRANSFERRED_OUT,
    UNDATED,
    Stays,
    stays_of,
)
from tests.conftest import Engine
from tests.made_cases import ORIGIN, log, wide

ZERO = day_number(ORIGIN)
INF = -1


def told(stays: Stays) -> list[tuple[int, ...]]:
    """Return (opened, begin, closed, end, active days before, n) of each stay, days counted from 2015."""
    end = np.where(stays.end == NEVER, INF, stays.end - ZERO)
    rows = zip(stays.opened, stays.begin - ZERO, stays.closed, end, stays.before, stays.n, strict=True)
    return sorted(tuple(int(one) for one in row) for row in rows)


WIDE = [
    {"id": "plain", "complaint": 10, "outcome": "rejected", "ended": 50},
    {"id": "pending", "complaint": 20, "charged": 30, "outcome": "pending", "ended": None},
    {"id": "undated", "complaint": 30, "outcome": "rejected", "ended": None},
    {"id": "back", "complaint": 40, "rejected": 60, "charged": 80, "outcome": "pending", "ended": None},
    {"id": "away", "complaint": 50, "outcome": "transferred", "ended": 55},
    {"id": "late", "complaint": 60, "outcome": "rejected", "ended": 1_005},
    {"id": "no start", "complaint": None, "outcome": "rejected", "ended": 70},
]
# The accused is missing, comes back, the trial is annulled and held again; another goes out of default at once.
LOG = [
    *[("a", *event) for event in (("complaint", 0), ("charged", 10), ("default", 20), ("charged", 50))],
    *[("a", *event) for event in (("trial", 80), ("convicted", 90), ("appeal", 95), ("trial", 120))],
    *[("a", "acquitted", 140)],
    *[("b", *event) for event in (("complaint", 0), ("charged", 10), ("default", 20), ("rejected", 30))],
    *[("c", *event) for event in (("complaint", 3), ("convicted", 40), ("appeal", 60), ("final_conviction", 90))],
]
WIDE_STAYS = sorted(
    [
        (NEW, 10, RESOLVED, 50, 0, 1),
        (NEW, 20, OPEN, INF, 0, 1),
        (NEW, 30, UNDATED, INF, 0, 1),
        (NEW, 40, RESOLVED, 60, 0, 1),
        (REOPENED, 80, OPEN, INF, 0, 1),
        (NEW, 50, TRANSFERRED_OUT, 55, 0, 1),
        (NEW, 60, OPEN, INF, 0, 1),
    ]
)
LOG_STAYS = sorted(
    [
        (NEW, 0, PLACED, 20, 0, 1),
        (PLACED_INACTIVE, 20, BACK, 50, 20, 1),
        (REACTIVATED, 50, RESOLVED, 90, 20, 1),
        (REOPENED, 120, REOPENED_RESOLVED, 140, 0, 1),
        (NEW, 0, PLACED, 20, 0, 1),
        (PLACED_INACTIVE, 20, BACK, 30, 20, 1),
        (REACTIVATED, 30, RESOLVED, 30, 20, 1),
        (NEW, 3, RESOLVED, 40, 0, 1),
    ]
)


def test_wide_cases_by_hand() -> None:
    stays = stays_of(wide(WIDE, cutoff=1_000))
    assert told(stays) == WIDE_STAYS
    assert stays.left_out == {"start_undated": 1, "start_after_cutoff": 0}
    assert undated(stays) == 1


def test_a_log_by_hand() -> None:
    assert told(stays_of(log(LOG))) == LOG_STAYS


def test_what_is_planned_after_the_cutoff_has_not_happened() -> None:
    stays = stays_of(log([("a", "complaint", 0), ("a", "rejected", 50), ("a", "charged", 200)], cutoff=100))
    assert told(stays) == [(NEW, 0, RESOLVED, 50, 0, 1)]


def test_all_engines_tell_the_same(engine: Engine) -> None:
    assert told(stays_of(log(LOG, frame=engine.frame))) == LOG_STAYS
    rows = [{**row, "court": "one" if place % 2 else "two"} for place, row in enumerate(WIDE)]
    stays = stays_of(wide(rows, frame=engine.frame), by=("court",))
    assert stays.strata.levels == (("one",), ("two",))
    assert told(stays) == WIDE_STAYS


def test_frequencies_and_weights() -> None:
    rows = [{**row, "frequency": 3} for row in WIDE]
    assert stays_of(wide(rows)).n.sum() == 3 * 7
    rows = [{**row, "weight": 1.5} for row in WIDE]
    assert stays_of(wide(rows)).n.sum() == pytest.approx(1.5 * 7)


def test_stock_and_flow_by_hand() -> None:
    stays = stays_of(wide(WIDE, cutoff=1_000))
    first, last = np.array([0, 50], np.int32) + ZERO, np.array([49, 99], np.int32) + ZERO
    found = {name: one.values[0].tolist() for name, one in counted(stays, first, last).items()}
    assert found["pending_start"] == [0, 3]  # plain, pending and back; undated never
    assert found["new"] == [4, 2]
    assert found["resolved"] == [0, 2]
    assert found["transferred_out"] == [0, 1]
    assert found["reopened"] == [0, 1]
    assert found["pending_end"] == [3, 3]  # pending, back again, late
    assert "pending_inactive_end" not in found


def test_ages_and_standards_by_hand() -> None:
    stays = stays_of(log(LOG))
    on = np.array([25, 60, 130], np.int32) + ZERO
    # day 25: c, 22 days old; a and b are in default. Day 60: a, 20 + 10 active days. Day 130: a, reopened 10 days ago.
    assert pending_ages(stays, on, (10, 22))[0].tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    first, last = np.array([ZERO], np.int32), np.array([ZERO + 200], np.int32)
    # active days: a 60 and then 20, b 20, c 37
    assert resolved_within(stays, first, last, (20, 37, 60))[0, 0].tolist() == [2, 3, 4]


STATES = ("charged", "default", "rejected", "trial", "convicted", "appeal", "dismissed", "accusation")


@st.composite
def histories(draw: Any) -> list[tuple[str, str, int]]:
    events: list[tuple[str, str, int]] = []
    for unit in range(draw(st.integers(1, 5))):
        day = draw(st.integers(0, 100))
        events.append((f"u{unit}", "complaint", day))
        for _ in range(draw(st.integers(0, 7))):
            day += draw(st.integers(1, 60))
            events.append((f"u{unit}", draw(st.sampled_from(STATES)), day))
    return events


@settings(max_examples=6)
@given(histories())
def test_the_identity_holds_whatever_happens(events: list[tuple[str, str, int]]) -> None:
    stays = stays_of(log(events, cutoff=400))
    edges = np.arange(0, 401, 40) + ZERO
    first, last = edges[:-1].astype(np.int32), (edges[1:] - 1).astype(np.int32)
    found = {name: one.values[0] for name, one in counted(stays, first, last).items()}
    came = found["new"] + found["reopened"] + found["reactivated"]
    went = found["resolved"] + found["reopened_resolved"] + found["placed_inactive"] + found["transferred_out"]
    assert (found["pending_start"] + came - went == found["pending_end"]).all()
    assert (found["pending_start"][1:] == found["pending_end"][:-1]).all()
    assert (pending_ages(stays, last, (30,)).sum(axis=2)[0] == found["pending_end"]).all()
    # one stock is what a walk day by day counts
    active = stays.active & (stays.closed != UNDATED)
    assert found["pending_end"].tolist() == [
        float(stays.n[active & (stays.begin <= day) & (stays.end > day)].sum()) for day in last
    ]
    units = {unit for unit, _, _ in events}
    assert found["new"].sum() == len(units)
    if "pending_inactive_end" in found:
        idle = found["pending_inactive_start"] + found["placed_inactive"] - found["reactivated"]
        assert (idle == found["pending_inactive_end"]).all()


def test_the_order_of_the_rows_does_not_matter() -> None:
    assert told(stays_of(log(LOG[::-1]))) == LOG_STAYS
