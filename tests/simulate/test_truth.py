"""What is true, and how far the naive answer is from it."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.simulate.bolivia import VERDICTS, bolivian_world
from justice_metrics.simulate.draws import generator
from justice_metrics.simulate.extracts import Extract
from justice_metrics.simulate.run import Strategy
from justice_metrics.simulate.summary import NATIONAL_TRUTH, NATIONAL_TRUTH_USUAL, naive_shares, national_truth
from justice_metrics.simulate.truth import Contrast, Timing, true_contrast, true_incidence
from justice_metrics.simulate.world import simulate


@pytest.mark.parametrize(
    ("timing", "published"), [("late", NATIONAL_TRUTH), ("usual", NATIONAL_TRUTH_USUAL)], ids=["late", "usual"]
)
def test_the_published_truth_is_what_a_new_simulation_finds(
    timing: Timing, published: Contrast, national: Extract
) -> None:
    again = national_truth(national, timing=timing, copies=3, seed=91)
    for found, kept in zip(again, published, strict=True):
        assert found.estimate == pytest.approx(kept.estimate, abs=4 * np.hypot(found.std_error, kept.std_error))
    assert published.difference.estimate == pytest.approx(
        published.started.estimate - published.not_started.estimate, abs=1e-9
    )


def test_sets_are_complete_on_the_planned_days(national: Extract) -> None:
    cases = national.run.cases.followed(100)
    days = generator(96).random(cases.n) * 90
    run = simulate(bolivian_world(), cases, generator(97), strategy=Strategy("on", 91, days=days))
    complete = run.all_started_day()
    planned = cases.complaint_day + np.floor(days)
    assert (complete[complete >= 0] >= planned[complete >= 0]).all()  # later only where a closed case was reopened
    closed = run.first_day(*bolivian_world().closed)
    open_then = (closed < 0) | (closed > planned)
    assert (complete[open_then] == planned[open_then]).all()


def test_without_an_effect_the_truth_is_nought_and_the_naive_gap_is_wide(national: Extract) -> None:
    null = bolivian_world().with_effect(1.0)
    many = national.run.cases.copied(3)
    truth = true_contrast(null, many, generator(92), started_within_days=90, horizon_days=730).difference
    assert abs(truth.estimate) < 4 * truth.std_error
    run = simulate(null, national.run.cases, generator(93))
    ever, verdict = run.all_started_day() >= 0, run.first_day(*VERDICTS) >= 0
    assert verdict[ever].mean() - verdict[~ever].mean() > 0.10


def test_the_naive_gap_is_many_times_the_true_difference(national: Extract) -> None:
    ever, never = naive_shares(national)
    assert ever - never > 5 * NATIONAL_TRUTH.difference.estimate


def test_more_effect_brings_more_verdicts(national: Extract) -> None:
    shares = [
        true_incidence(
            bolivian_world().with_effect(effect),
            national.run.cases,
            generator(94),
            horizon_days=730,
            strategy=Strategy("start", 90, 30),
        ).estimate
        for effect in (0.5, 1.0, 2.0, 4.0)
    ]
    assert shares == sorted(shares)
    assert shares[-1] > 2 * shares[0]


def test_the_error_is_that_of_a_share(national: Extract) -> None:
    truth = true_incidence(bolivian_world(), national.run.cases, generator(95), horizon_days=365, outcome=("charged",))
    assert truth.n == national.run.cases.n
    assert truth.std_error == pytest.approx(np.sqrt(truth.estimate * (1 - truth.estimate) / truth.n))
    assert 0.2 < truth.estimate < 0.4


def test_confounding_is_what_separates_an_honest_comparison_from_the_truth(national: Extract) -> None:
    world = bolivian_world().with_effect(1.0).without_confounding()
    assert world.milestone is None
    run = simulate(world, national.run.cases, generator(96))
    severe = national.run.cases.severity == 1
    first = run.all_started_day() - national.run.cases.complaint_day
    started = (run.all_started_day() >= 0) & (first <= 30)
    assert started[severe].mean() == pytest.approx(started[~severe].mean(), abs=0.012)
    confounded = simulate(bolivian_world().with_effect(1.0), national.run.cases, generator(96))
    late = confounded.all_started_day() - national.run.cases.complaint_day
    early = (confounded.all_started_day() >= 0) & (late <= 30)
    assert early[severe].mean() > 1.5 * early[~severe].mean()
