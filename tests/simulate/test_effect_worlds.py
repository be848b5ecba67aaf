"""The small worlds are what they are said to be: closed forms, and figures that were printed before they existed."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest

from justice_metrics.estimate.followed import NEVER
from justice_metrics.simulate.effect_lives import Rule, draw, live
from justice_metrics.simulate.effect_studies import ACQUITTAL, CONVICTION, DISMISSAL, OPEN, baseline, study
from justice_metrics.simulate.effect_truth import started_rule, true_effect
from justice_metrics.simulate.effect_worlds import (
    ARRIVAL_PER_MONTH,
    CONFOUNDED,
    DISMISSAL_PER_MONTH,
    EFFECTIVE,
    LOST,
    MEDIATED,
    MILESTONE,
    MISDATED,
    MONTH,
    RANDOM,
    STOPPING,
    TURNS,
    UNDER_RECORDED,
    VERDICT_PER_MONTH,
)
from tests.effect_figures import dated_cox, dose_cox, naive_figures
from tests.effect_truths import CASES, HORIZON, SEED, TRUTHS, WITHIN

REPLICATES = 40
PRINTED_REPLICATES = 200

# Printed before these worlds were written, as means over 200 studies of another program. Worlds 1, 2, 3, 4.
PRINTED = {
    "log odds ratio, closed": (1.522, 1.542, 1.833, 1.902),
    "log odds ratio, closed, adjusted": (1.525, 1.500, 1.803, 1.896),
    "log odds ratio, all": (1.024, 1.069, 1.446, 1.572),
    "risk difference, closed": (0.359, 0.363, 0.427, 0.442),
    "months to verdict": (8.3, 6.9, 5.4, 5.8),
    "log hazard ratio, ever": (-1.116, -1.117, -0.746, -0.959),
    "Kaplan-Meier": (-0.334, -0.223, -0.100, -0.144),
    "incidence of verdicts": (0.129, 0.158, 0.262, 0.312),
    "incidence of dismissals": (-0.438, -0.431, -0.451, -0.464),
    "log odds ratio per actor": (0.909, 0.894, 1.111, 1.104),
    "dated, not adjusted": (0.000, 0.271, 0.647, 0.479),
    "dated, adjusted": (0.000, -0.009, 0.398, 0.275),
    "dated, dismissal": (0.007, 0.000, 0.001, 0.000),
    "dated, per actor": (0.001, -0.002, 0.148, 0.001),
}
LAST_DIGIT = {"months to verdict": 0.05}


def dated_figures(recorded):
    return {
        "dated, not adjusted": dated_cox(recorded, adjusted=False).coefficients[0],
        "dated, adjusted": dated_cox(recorded).coefficients[0],
        "dated, dismissal": dated_cox(recorded, outcome=2).coefficients[0],
        "dated, per actor": dose_cox(recorded),
    }


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_figures_are_those_that_were_printed(number):
    world = (RANDOM, CONFOUNDED, EFFECTIVE, MILESTONE)[number - 1]
    rng = np.random.default_rng(100 + number)
    studies = [study(world, rng) for _ in range(REPLICATES)]
    found = [naive_figures(recorded) | dated_figures(recorded) for recorded in studies]
    for name, printed in PRINTED.items():
        values = np.array([figures[name] for figures in found])
        error = values.std(ddof=1) * np.sqrt(1 / REPLICATES + 1 / PRINTED_REPLICATES)
        allowed = 3.5 * error + LAST_DIGIT.get(name, 0.0005)
        assert values.mean() == pytest.approx(printed[number - 1], abs=allowed), name


def test_a_dose_response_made_of_time_only():
    recorded = study(RANDOM.but(cases=200_000), np.random.default_rng(1))
    closed = recorded.code != OPEN
    shares = [(recorded.verdict == 1)[closed & (recorded.actors == actors)].mean() for actors in range(4)]
    assert shares[:2] == pytest.approx([0.27, 0.57], abs=0.01)
    assert shares[2:] == pytest.approx([0.72, 0.75], abs=0.02)  # few cases have three actors
    assert (recorded.actors > 0).mean() == pytest.approx(0.58, abs=0.01)
    assert [(recorded.verdict == code).mean() for code in (1, 2, 0)] == pytest.approx([0.40, 0.46, 0.14], abs=0.01)


def test_the_truth_of_late_starts_is_the_one_that_was_printed():
    verdicts, dismissals = TRUTHS[EFFECTIVE, "late"]
    assert verdicts == pytest.approx(0.0364, abs=0.002)  # the printed one has an error of its own
    assert dismissals == pytest.approx(-0.0098, abs=0.001)


def test_the_kept_truth_is_found_again():
    kept = TRUTHS[MEDIATED, "usual"]
    again = true_effect(MEDIATED, np.random.default_rng(SEED), within_days=WITHIN, horizons=(HORIZON,), cases=CASES)
    assert again.difference[:, 0] == pytest.approx(kept, abs=5e-6)
    assert again.std_error.max() < 0.0003


@pytest.mark.parametrize("timing", ["usual", "even", "late"])
def test_kept_truths_agree_with_other_chances(timing):
    for world in (EFFECTIVE, STOPPING):
        other = true_effect(world, np.random.default_rng(7), timing=timing, horizons=(360, HORIZON), cases=200_000)
        for ending in (0, 1):
            allowed = 4 * np.hypot(other.std_error[ending, 1], 0.0002)
            assert other.difference[ending, 1] == pytest.approx(TRUTHS[world, timing][ending], abs=allowed)
        assert other.incidence.shape == (2, 2, 2)
        np.testing.assert_allclose(other.difference, other.incidence[0] - other.incidence[1], atol=1e-12)


@pytest.mark.parametrize("world", [RANDOM, CONFOUNDED, MILESTONE])
@pytest.mark.parametrize("timing", ["usual", "even", "late"])
def test_where_support_does_nothing_the_truth_is_exactly_nought(world, timing):
    effect = true_effect(world, np.random.default_rng(3), timing=timing, cases=5_000)
    assert (effect.difference == 0).all()
    assert effect.incidence[0, 0, 0] > 0.25


def closed_form(severity, tier, until):
    """Incidence of verdicts and of dismissals by a day, where support does nothing and courts have no frailty."""
    forward = np.exp(0.7 * (severity - 0.4) + 0.5 * (tier - 0.5))
    reached, still = np.zeros(2), 1.0
    for begin, end, verdict, dismissal in zip(
        TURNS, (*TURNS[1:], np.inf), VERDICT_PER_MONTH, DISMISSAL_PER_MONTH, strict=True
    ):
        hazards = np.array([verdict * forward, dismissal]) / MONTH
        gone = still * -np.expm1(-hazards.sum() * max(0, min(end, until) - begin))
        reached += gone * hazards / hazards.sum()
        still -= gone
    return reached


@pytest.mark.parametrize("severity", [0, 1])
@pytest.mark.parametrize("tier", [0, 1])
@pytest.mark.parametrize("until", [60, 200, 720])
def test_endings_follow_the_closed_form(severity, tier, until):
    world = CONFOUNDED.but(frailty=0.0, cases=80_000)
    drawn = draw(world, np.random.default_rng(5), own_court=True)
    lived = live(world, drawn, until=np.full(world.cases, float(until)))
    here = (drawn.severity == severity) & (drawn.tier == tier)
    for how, share in zip((1, 2), closed_form(severity, tier, until), strict=True):
        error = np.sqrt(share * (1 - share) / here.sum())
        assert (lived.how[here] == how).mean() == pytest.approx(share, abs=4 * error)


def test_actors_come_at_their_own_pace_to_cases_that_stay_open():
    world = CONFOUNDED.but(cases=60_000)
    drawn = draw(world, np.random.default_rng(6))
    lived = live(world, drawn)
    severe = (drawn.severity == 1) & (drawn.tier == 1)
    pace = np.exp(0.7 * 0.6 + 0.6 * 0.5)
    for actor, monthly in enumerate(ARRIVAL_PER_MONTH):
        came = np.minimum(lived.arrival[severe, actor], lived.end[severe])
        per_month = np.isfinite(lived.arrival[severe, actor]).sum() / (came.sum() / MONTH)
        assert per_month == pytest.approx(monthly * pace, rel=0.04)
    assert (lived.arrival[np.isfinite(lived.arrival)] > 0).all()
    assert (np.where(np.isfinite(lived.arrival), lived.arrival, 0) <= lived.end[:, None]).all()


def test_the_same_chances_live_the_same_life():
    drawn = draw(EFFECTIVE, np.random.default_rng(8))
    one, other = live(EFFECTIVE, drawn), live(EFFECTIVE, drawn)
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)
    first, second = (study(EFFECTIVE, np.random.default_rng(9)) for _ in range(2))
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left, right)


def test_nobody_comes_while_the_first_is_barred_and_all_who_are_open_start_as_planned():
    world = EFFECTIVE.but(cases=20_000)
    drawn = draw(world, np.random.default_rng(10))
    held = live(world, drawn, Rule(0.0, 180.0))
    assert held.arrival.min() > 180
    planned = np.full(world.cases, 45.5)
    started = live(world, drawn, Rule(30.0, 180.0, planned))
    first = started.arrival.min(axis=1)
    assert first.max() == np.inf  # they ended before
    assert (first[started.end > 45.5] <= 45.5).all()
    assert not ((first > 30) & (first < 45.5)).any()
    assert (first == 45.5).sum() > 5_000
    assert (first < 30).sum() > 1_000
    natural = live(world, drawn)
    early = natural.arrival.min(axis=1) <= 30
    np.testing.assert_array_equal(first[early], natural.arrival.min(axis=1)[early])


def test_whoever_joins_as_planned_is_as_often_the_first_as_in_nature():
    world = CONFOUNDED.but(cases=40_000)
    rng = np.random.default_rng(17)
    drawn = draw(world, rng)
    natural = live(world, drawn).arrival
    came = np.isfinite(natural.min(axis=1))
    rule = started_rule(world, drawn, rng, "even", 180, 30)
    for actor, monthly in enumerate(ARRIVAL_PER_MONTH):
        share = monthly / sum(ARRIVAL_PER_MONTH)
        assert (natural[came].argmin(axis=1) == actor).mean() == pytest.approx(share, abs=0.012)
        assert (rule.actor == actor).mean() == pytest.approx(share, abs=0.012)
    started = live(world, drawn, rule).arrival
    there = np.isfinite(started.min(axis=1))
    np.testing.assert_array_equal(started[there].argmin(axis=1), rule.actor[there])


def test_the_milestone_triples_what_it_is_said_to_triple_and_support_brings_it_about():
    rng = np.random.default_rng(11)
    recorded = study(MEDIATED.but(cases=40_000), rng)
    fit = dated_cox(recorded, milestone=True)
    assert fit.coefficients[:2] == pytest.approx([0.0, np.log(3)], abs=0.06)
    swapped = recorded._replace(actor_days=recorded.milestone[:, None], milestone=recorded.start)
    ends_by_milestone = swapped._replace(
        exit=np.minimum(recorded.exit, recorded.milestone),
        code=np.where(recorded.milestone < recorded.exit, CONVICTION, OPEN),
        actor_days=recorded.actor_days,
    )
    assert dated_cox(ends_by_milestone).coefficients[0] == pytest.approx(np.log(2.5), abs=0.06)
    before = study(MILESTONE.but(cases=40_000), rng)
    attracted = before._replace(
        exit=np.minimum(before.exit, before.start),
        code=np.where(before.start < before.exit, CONVICTION, OPEN),
        actor_days=before.milestone[:, None],
    )
    assert dated_cox(attracted).coefficients[0] == pytest.approx(np.log(3), abs=0.06)


def test_support_that_leaves_at_once_does_nothing():
    gone = true_effect(EFFECTIVE.but(leaving_per_month=1e4), np.random.default_rng(12), cases=20_000)
    assert abs(gone.difference[0, 0]) < 0.001
    stays, stops = TRUTHS[EFFECTIVE, "usual"], TRUTHS[STOPPING, "usual"]
    assert 0.01 < stops[0] < 0.6 * stays[0]


def test_the_files_hold_whole_days_and_the_courts_alternate():
    recorded = study(CONFOUNDED, np.random.default_rng(13))
    assert recorded.exit.min() >= 1
    assert set(recorded.code) == {OPEN, CONVICTION, ACQUITTAL, DISMISSAL}
    assert set(recorded.court) == set(range(30))
    np.testing.assert_array_equal(recorded.tier, recorded.court % 2)
    dated = recorded.start < NEVER
    assert (recorded.start[dated] <= recorded.exit[dated]).all()
    assert recorded.exit[recorded.code == OPEN].min() >= 12 * MONTH
    verdicts = recorded.verdict == 1
    assert (recorded.code[verdicts] == CONVICTION).mean() == pytest.approx(0.7, abs=0.06)
    followed = recorded.followed()
    assert followed.milestones.shape == (2000, 1)
    assert recorded.followed(milestone=False).milestones.shape == (2000, 0)
    np.testing.assert_array_equal(baseline()[followed.pattern], np.column_stack([recorded.severity, recorded.tier]))


def test_faults_of_recording_touch_only_what_they_should():
    clean, faulty = (study(world, np.random.default_rng(14)) for world in (CONFOUNDED, UNDER_RECORDED))
    early = (clean.code == DISMISSAL) & (clean.exit <= 90)
    np.testing.assert_array_equal(clean.actor_days[~early], faulty.actor_days[~early])
    there = clean.actor_days[early] < NEVER
    assert (faulty.actor_days[early][there] == NEVER).mean() == pytest.approx(0.5, abs=0.15)
    right, wrong = (study(world.but(cases=20_000), np.random.default_rng(15)) for world in (EFFECTIVE, MISDATED))
    dated = right.actor_days < NEVER
    np.testing.assert_array_equal(dated, wrong.actor_days < NEVER)
    assert (right.actor_days != wrong.actor_days)[dated].mean() == pytest.approx(0.1, abs=0.01)
    np.testing.assert_array_equal(right.exit, wrong.exit)


def test_cases_get_lost_from_view_severe_ones_more_often():
    recorded = study(LOST.but(cases=40_000), np.random.default_rng(16))
    lost = (recorded.code == OPEN) & (recorded.exit < 12 * MONTH)
    severe = recorded.severity == 1
    assert lost[severe].mean() > 2 * lost[~severe].mean()
    assert lost.mean() > 0.05


@pytest.mark.parametrize("name", ["effect_worlds", "effect_studies"])
def test_examples(name):
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.simulate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
