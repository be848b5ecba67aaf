"""Two hundred made registers through the gate: no step of a curve tells of few, and it stays near the true one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import DisclosureError
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.measures.curve_release import PublishedCurve

pytestmark = pytest.mark.prove


def register(draw: np.random.Generator, *, late: bool) -> pd.DataFrame:
    """Return cases that end in one of up to four ways or are open; with ``late``, some are observed from later on."""
    n, ways = int(draw.integers(20, 600)), int(draw.integers(1, 5))
    end, cutoff = draw.exponential(200, n).astype(int), draw.integers(100, 900, n)
    days = np.minimum(end, cutoff)
    table = pd.DataFrame(
        {
            "days": days,
            "ending": np.where(end <= cutoff, draw.integers(1, ways + 1, n), 0),
            "entry": np.where(draw.random(n) < (0.3 if late else 0.0), days // 2, -1),
            "court": draw.choice(["A", "B"], n),
        }
    )
    return table[table["entry"] < table["days"]]


def test_no_step_tells_of_few_and_the_curve_is_near() -> None:
    draw = np.random.default_rng(20)
    apart: list[float] = []
    published = 0
    for place in range(200):
        table = register(draw, late=place % 3 == 0)
        times = jm.durations(table, days="days", ending="ending", entry="entry" if place % 3 == 0 else None)
        answer = jm.cumulative_incidence(times, by="court" if place % 2 else ())
        try:
            shown = jm.release([answer], DisclosurePolicy()).results[0]
        except DisclosureError:
            continue
        assert isinstance(shown, PublishedCurve)
        made = shown.answer
        assert isinstance(made, type(answer))
        published += 1
        events = made.times.table.events
        assert (events[events > 0] >= 10).all()
        assert (made.times.at_risk >= 0).all()
        whole = np.isfinite(made.curves.incidence).all(axis=1)
        np.testing.assert_allclose((made.curves.incidence.sum(axis=1) + made.curves.survival)[whole], 1)
        told = shown.tables["milestones"]
        keys = [one.name for one in told.columns if one.role in {"stratum", "key"}]
        true, near = (
            pd.DataFrame(one.frame_columns()).set_index(keys)["estimate"].astype(float)
            for one in (answer.at(sorted(set(told["days"].tolist()))), told)
        )
        apart += (near - true).abs().dropna().tolist()
    assert published > 150
    # registers of 20 to 600 cases: a step of ten is much in the small ones
    assert np.mean(apart) < 0.03
    assert np.quantile(apart, 0.95) < 0.1
