"""Curves of cases that have lasted some days: by hand, against R, and as ratios of whole curves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.conditional import conditional_incidence, conditional_survival, restart
from justice_metrics.estimate.curves import aalen_johansen, kaplan_meier
from justice_metrics.estimate.means import restricted_mean_lost, restricted_mean_open
from justice_metrics.estimate.steps import at_days
from tests.estimate.curve_counts import answers, equal, table


def test_by_hand():
    """Of 5, one ends on day 3, one on day 9 of 4, one otherwise on day 12 of 2; given 3 days: 3/4, 3/8."""
    days, events = np.array([3, 9, 12]), np.array([[[1, 1, 0], [0, 0, 1]]])
    risk = np.array([[5, 4, 2]])
    alive = conditional_survival(days, events.sum(axis=1), risk, lasted_days=3)
    assert alive.days.tolist() == [6, 9]
    np.testing.assert_allclose(alive.curve.survival, [[3 / 4, 3 / 8]], rtol=1e-15)
    np.testing.assert_allclose(alive.curve.std_error**2, [[3 / 64, 9 / 64 * (1 / 12 + 1 / 2)]], rtol=1e-14)
    ended = conditional_incidence(days, events, risk, lasted_days=3)
    np.testing.assert_allclose(ended.curves.incidence, [[[1 / 4, 1 / 4], [0, 3 / 8]]], rtol=1e-15)


@pytest.mark.parametrize("data", ["mgus2", "melanoma", "pbc", "rossi"])
def test_equals_survfit_begun_later(data):
    counts = table(data)
    wrong = []
    for row in answers("conditional", data=data):
        where, s, day = counts.groups.index(row["group"]), int(row["lasted"]), [int(row["day"]) - int(row["lasted"])]
        alive = conditional_survival(counts.days, *counts.together, lasted_days=s)
        ended = conditional_incidence(counts.days, *counts.pooled, lasted_days=s)
        values = {
            "survival": (alive.curve.survival[where], 8, 1),
            "std_error": (alive.curve.std_error[where], 6, 0),
            "conf_low": (alive.curve.conf_low[where], 6, np.nan),
            "conf_high": (alive.curve.conf_high[where], 6, np.nan),
            "incidence": (ended.curves.incidence[where, 0], 8, 0),
            "incidence_error": (ended.curves.std_error[where, 0], 6, 0),
        }
        for column, (field, digits, before) in values.items():
            ours = at_days(alive.days, field, day, before=before)[0]
            if not (equal(ours, row[column], digits) or (np.isnan(ours) and row["survival"] in {"0", "1"})):
                wrong.append((row["group"], row["day"], column, ours, row[column]))
    assert not wrong


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-1, 9))
def test_is_the_ratio_of_the_whole_curves(seed, lasted):
    rng = np.random.default_rng(seed)
    days = np.arange(12, dtype=np.int32)
    events = rng.integers(0, 3, (2, 2, 12))
    risk = events.sum(axis=1) + rng.integers(1, 30, (2, 12))  # any risk sets: entries come and go
    whole = aalen_johansen(events, risk)
    alive = conditional_survival(days, events.sum(axis=1), risk, lasted_days=lasted)
    ended = conditional_incidence(days, events, risk, lasted_days=lasted)
    at_start = at_days(days, whole.survival, [lasted], before=1)
    ended_then = at_days(days, whole.incidence, [lasted], before=0)
    later = days > lasted
    np.testing.assert_allclose(alive.curve.survival, whole.survival[:, later] / at_start, rtol=1e-12)
    np.testing.assert_allclose(
        ended.curves.incidence, (whole.incidence[..., later] - ended_then) / at_start[:, None], rtol=1e-9, atol=1e-13
    )
    np.testing.assert_allclose(ended.curves.survival + ended.curves.incidence.sum(axis=1), 1, atol=1e-13)
    # Greenwood's sums are those of the whole curve, begun later
    spread, start = ((kaplan_meier(events.sum(axis=1), risk).std_error / whole.survival) ** 2 for _ in (0, 1))
    start = at_days(days, start, [lasted], before=0)
    np.testing.assert_allclose(
        (alive.curve.std_error / alive.curve.survival) ** 2, spread[:, later] - start, rtol=1e-7, atol=1e-13
    )


def test_nobody_left_is_nan():
    days, events, risk = np.array([1, 5]), np.array([[[2, 0]], [[1, 1]]]), np.array([[2, 0], [4, 3]])
    alive = conditional_survival(days, events.sum(axis=1), risk, lasted_days=1)
    assert np.isnan(alive.curve.survival[0]).all()
    assert np.isfinite(alive.curve.survival[1]).all()
    ended = conditional_incidence(days, events, risk, lasted_days=1)
    assert np.isnan(ended.curves.incidence[0]).all()
    assert np.isnan(ended.curves.survival[0]).all()
    beyond = conditional_survival(days, events.sum(axis=1), risk, lasted_days=9)
    assert beyond.curve.survival.shape == (2, 0)


def test_any_question_can_be_asked_again():
    """Mean days still to come: open and ended add up to the new horizon."""
    counts = table("mgus2")
    rest = restart(counts.days, *counts.pooled, lasted_days=24)
    mean = restricted_mean_open(rest.days, rest.events.sum(axis=1), rest.at_risk, horizon_days=60)
    lost = restricted_mean_lost(rest.days, rest.events, rest.at_risk, horizon_days=60)
    np.testing.assert_allclose(mean.estimate + lost.estimate.sum(axis=1), 60, rtol=1e-13)
    whole = kaplan_meier(*counts.together).survival
    area = [at_days(counts.days, whole, range(24 + t, 24 + t + 1), before=1)[:, 0] for t in range(60)]
    np.testing.assert_allclose(mean.estimate, np.sum(area, axis=0) / area[0], rtol=1e-12)
