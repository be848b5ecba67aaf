"""Kaplan-Meier and Aalen-Johansen by hand, against published figures, and the laws they obey."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.curves import aalen_johansen, kaplan_meier
from justice_metrics.estimate.risk import at_risk, last_observed_days
from justice_metrics.estimate.steps import at_days, quantiles

LAST = 7
VARIANCES = ("greenwood", "counting_process")
unit = st.tuples(st.integers(-1, LAST - 1), st.integers(0, LAST), st.integers(0, 2)).filter(lambda row: row[0] < row[1])
rows_of_units = st.lists(unit, min_size=1, max_size=30)
kind = st.sampled_from(VARIANCES)


def exact(values):
    """Fractions that print as these doubles; a wrong 15th digit would not survive."""
    found = [Fraction(float(value)).limit_denominator(1000) for value in np.ravel(values)]
    assert np.allclose(np.ravel(values), [float(fraction) for fraction in found], rtol=0, atol=1e-15)
    return found


# ---- by hand -------------------------------------------------------------------------------------------------------

TIED_DAYS = (1, 5, 3, 6, 1, 3, 2, 5, 2, 3, 6)
TIED_ENDS = (0, 1, 1, 1, 2, 1, 0, 1, 0, 2, 2)


def test_two_outcomes_with_ties_to_exact_fractions():
    """Eleven units with ties on every day: nothing may be decided by chance or by order."""
    days = np.array([1, 2, 3, 5, 6])
    events = np.zeros((1, 2, 5), dtype=np.int64)
    censored = np.zeros((1, 5), dtype=np.int64)
    for day, end in zip(TIED_DAYS, TIED_ENDS, strict=True):
        column = list(days).index(day)
        if end:
            events[0, end - 1, column] += 1
        else:
            censored[0, column] += 1
    risk = at_risk(events, censored, np.zeros_like(censored))
    curves = aalen_johansen(events, risk)

    assert risk.tolist() == [[11, 9, 7, 4, 2]]
    assert events.tolist() == [[[0, 0, 2, 2, 1], [1, 0, 1, 0, 1]]]
    assert censored.tolist() == [[1, 2, 0, 0, 0]]
    F = Fraction
    assert exact(curves.incidence[0, 0]) == [F(0), F(0), F(20, 77), F(40, 77), F(50, 77)]
    assert exact(curves.incidence[0, 1]) == [F(1, 11), F(1, 11), F(17, 77), F(17, 77), F(27, 77)]
    assert exact(curves.survival) == [F(10, 11), F(10, 11), F(40, 77), F(20, 77), F(0)]
    assert exact(curves.incidence.sum(axis=1) + curves.survival) == [F(1)] * 5

    # treating the other outcome as censoring overstates: 23/28 instead of 50/77
    naive = kaplan_meier(events[:, 0], risk)
    assert exact(1 - naive.survival) == [F(0), F(0), F(2, 7), F(9, 14), F(23, 28)]


def test_variances_of_four_cases_by_hand():
    """Day 1: a conviction among 4; day 2: a withdrawal among 3; two stay open."""
    events, risk = np.array([[[1, 0], [0, 1]]]), np.array([[4, 3]])

    # without censoring in between, shares of 4 cases: p (1 - p) / 4
    greenwood = aalen_johansen(events, risk).std_error
    np.testing.assert_allclose(greenwood[0] ** 2, [[3 / 64, 3 / 64], [0, 3 / 64]], rtol=1e-14)
    np.testing.assert_allclose(kaplan_meier(events.sum(axis=1), risk).std_error ** 2, [[3 / 64, 1 / 16]], rtol=1e-14)

    # a single event has tie factor 1: (1/4)^2, then S(2-)^2 / 9 for the withdrawal and (1/3)^2 / 16 for the day before
    counting = aalen_johansen(events, risk, variance="counting_process").std_error
    np.testing.assert_allclose(counting[0] ** 2, [[1 / 16, 1 / 16], [0, 1 / 16 + 1 / 144]], rtol=1e-14)


def test_tie_factor_by_hand():
    # three of five end at once: d (Y - d) / (Y^2 (Y - 1)) = 3 * 2 / (25 * 4)
    curves = aalen_johansen(np.array([[[3]]]), np.array([[5]]), variance="counting_process")
    assert curves.std_error[0, 0, 0] ** 2 == pytest.approx(6 / 100, rel=1e-14)


def test_endings_on_day_0_count():
    curves = aalen_johansen(np.array([[[1, 0], [0, 2]]]), np.array([[4, 3]]))
    assert exact(curves.incidence[0, :, 0]) == [Fraction(1, 4), Fraction(0)]
    assert exact(curves.survival) == [Fraction(3, 4), Fraction(1, 4)]


def test_a_group_that_is_still_open_throughout():
    events = np.zeros((1, 2, 3), dtype=np.int64)
    curves = aalen_johansen(events, np.array([[5, 4, 1]]))
    assert (curves.survival == 1).all()
    assert (curves.incidence == 0).all()
    assert (curves.std_error == 0).all()
    assert np.isnan(curves.conf_low).all()
    assert np.isnan(curves.conf_high).all()
    alive = kaplan_meier(events.sum(axis=1), np.array([[5, 4, 1]]), limits="plain")
    assert (alive.conf_low == 1).all()
    assert (alive.conf_high == 1).all()


def test_nobody_at_risk_carries_the_curve_forward():
    curve = kaplan_meier(np.array([[1, 0, 0, 1]]), np.array([[4, 1, 0, 2]]))
    assert exact(curve.survival) == [Fraction(3, 4)] * 3 + [Fraction(3, 8)]
    assert curve.std_error[0, 0] == curve.std_error[0, 2]


def test_a_group_without_units_and_a_table_without_days():
    empty = aalen_johansen(np.zeros((1, 2, 2), dtype=np.int64), np.zeros((1, 2), dtype=np.int64))
    assert (empty.survival == 1).all()
    nothing = aalen_johansen(np.zeros((3, 2, 0), dtype=np.int64), np.zeros((3, 0), dtype=np.int64))
    assert nothing.incidence.shape == (3, 2, 0)


def test_standard_error_ends_with_the_curve():
    curve = kaplan_meier(np.array([[1, 2]]), np.array([[3, 2]]))
    assert curve.survival[0, 1] == 0
    assert np.isnan([curve.std_error[0, 1], curve.conf_low[0, 1], curve.conf_high[0, 1]]).all()


def test_weights_whose_sum_rounds_still_end_at_zero():
    weight = 0.1 + 0.2  # 0.30000000000000004 at risk, 0.3 ending
    assert kaplan_meier(np.array([[0.3]]), np.array([[weight]])).survival[0, 0] == 0


def test_a_hundred_million_cases_keep_their_digits():
    small_events, small_risk = np.array([[[3, 2, 1], [1, 0, 4]]]), np.array([[20, 15, 9]])
    factor = 10**7
    small, large = (aalen_johansen(small_events * k, small_risk * k) for k in (1, factor))
    np.testing.assert_allclose(large.incidence, small.incidence, rtol=1e-14)
    np.testing.assert_allclose(large.std_error * np.sqrt(factor), small.std_error, rtol=1e-12)


# ---- mgus2: 1,384 people, months, ties everywhere ------------------------------------------------------------------

MGUS2_INCIDENCE = {
    # sex, cause: estimate, multinomial standard error, counting-process standard error at 60, 120 and 240 months
    ("F", 0): (
        (0.0397896215, 0.0738856644, 0.1049406742),
        (0.0077983341, 0.0107697974, 0.0142629575),
        (0.0078048131, 0.0107814555, 0.0143172600),
    ),
    ("M", 0): (
        (0.0293462845, 0.0553102407, 0.0956507550),
        (0.0061645837, 0.0086443166, 0.0135258309),
        (0.0061693360, 0.0086529492, 0.0136151278),
    ),
    ("F", 1): (
        (0.2639651455, 0.4804900458, 0.6953078030),
        (0.0175806957, 0.0208049145, 0.0236253343),
        (0.0175952793, 0.0208292344, 0.0237599185),
    ),
    ("M", 1): (
        (0.3676269856, 0.5751784889, 0.7481278893),
        (0.0176074421, 0.0189385923, 0.0206688669),
        (0.0176208455, 0.0189592100, 0.0208014575),
    ),
}
MGUS2_SURVIVAL = {
    "F": ((0.6962452330, 0.4456242898, 0.1997515228), (0.0183445145, 0.0208042649, 0.0220652118)),
    "M": ((0.6030267299, 0.3695112705, 0.1562213557), (0.0178698622, 0.0185955247, 0.0192610792)),
}


@pytest.mark.parametrize(("sex", "cause"), MGUS2_INCIDENCE)
def test_mgus2_incidence(sex, cause, counts):
    table = counts("mgus2")
    where = table.groups.index(sex), cause
    estimate, multinomial, counting = MGUS2_INCIDENCE[sex, cause]
    for variance, std_error in (("greenwood", multinomial), ("counting_process", counting)):
        curves = aalen_johansen(table.events, table.at_risk, variance=variance)
        read = [at_days(table.days, v[where], (60, 120, 240), before=0) for v in (curves.incidence, curves.std_error)]
        np.testing.assert_allclose(read[0], estimate, rtol=1e-8)
        np.testing.assert_allclose(read[1], std_error, rtol=1e-8)


@pytest.mark.parametrize("sex", MGUS2_SURVIVAL)
def test_mgus2_survival(sex, counts):
    table = counts("mgus2")
    curve = kaplan_meier(table.events.sum(axis=1), table.at_risk)
    where = table.groups.index(sex)
    read = [at_days(table.days, v[where], (60, 120, 240), before=1) for v in (curve.survival, curve.std_error)]
    np.testing.assert_allclose(read, MGUS2_SURVIVAL[sex], rtol=1e-8)


def test_mgus2_medians(counts):
    table = counts("mgus2")
    curve = kaplan_meier(table.events.sum(axis=1), table.at_risk, limits="log")
    last = last_observed_days(table.days, table.at_risk)
    median = quantiles(table.days, curve.survival, curve.conf_low, curve.conf_high, [0.5], last_days=last)
    found = dict(zip(table.groups, np.concatenate(median, axis=1).tolist(), strict=True))
    assert found == {"F": [107, 97, 116], "M": [82, 76, 93]}


def test_mgus2_with_delayed_entry_on_the_age_scale(counts):
    table = counts("mgus2_age")
    curve = kaplan_meier(table.events[:, 0], table.at_risk)
    female, male = (table.groups.index(sex) for sex in "FM")
    ages = (70, 80, 90)
    assert at_days(table.days, table.at_risk[female], ages, before=0).tolist() == [139, 208, 104]
    assert at_days(table.days, table.at_risk[male], ages, before=0).tolist() == [168, 197, 81]
    survival = at_days(table.days, curve.survival, ages, before=1)
    np.testing.assert_allclose(survival[female], [0.41093399097, 0.22952380431, 0.06518590775], rtol=0, atol=5.1e-12)
    np.testing.assert_allclose(survival[male], [0.23720320933, 0.09895696473, 0.01630765418], rtol=0, atol=5.1e-12)
    std_error = at_days(table.days, curve.std_error, ages, before=0)
    np.testing.assert_allclose(std_error[female], [0.089245983, 0.051515829, 0.015931780], rtol=0, atol=5.1e-10)


# ---- laws ----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(rows_of_units, kind)
def test_open_and_ended_add_up_to_one(tally, rows, variance):
    table = tally(rows, last_day=LAST)
    curves = aalen_johansen(table.events, table.at_risk, variance=variance)
    np.testing.assert_allclose(curves.survival + curves.incidence.sum(axis=1), 1, rtol=0, atol=1e-14)
    assert (np.diff(curves.incidence, axis=-1) >= 0).all()
    assert (curves.std_error >= 0).all()


@settings(deadline=None)
@given(rows_of_units)
def test_one_outcome_is_one_minus_kaplan_meier(tally, rows):
    table = tally(rows, last_day=LAST)
    together = table.events.sum(axis=1)
    alone, curve = aalen_johansen(together[:, None], table.at_risk), kaplan_meier(together, table.at_risk)
    np.testing.assert_allclose(alone.incidence[:, 0], 1 - curve.survival, rtol=0, atol=1e-14)
    running = curve.survival > 0  # at 0 Greenwood's sum for the survival curve has no value
    # rounding may leave 1e-17 of the variance, which is 1e-8 of a standard error
    np.testing.assert_allclose(alone.std_error[:, 0][running], curve.std_error[running], rtol=1e-9, atol=1e-8)


@settings(deadline=None)
@given(rows_of_units, st.integers(2, 9))
def test_frequencies_are_repeated_rows(tally, rows, times):
    once, repeated = tally(rows, last_day=LAST), tally(rows * times, last_day=LAST)
    assert (once.at_risk * times == repeated.at_risk).all()
    curves, many = (aalen_johansen(table.events, table.at_risk) for table in (once, repeated))
    np.testing.assert_allclose(many.incidence, curves.incidence, rtol=0, atol=1e-14)
    np.testing.assert_allclose(many.std_error * np.sqrt(times), curves.std_error, rtol=1e-9, atol=1e-8)


@settings(deadline=None)
@given(rows_of_units, kind)
def test_a_record_censored_before_the_first_ending_changes_nothing(tally, rows, variance):
    ending = [leaving for _, leaving, cause in rows if cause]
    assume(ending)
    first = min(ending)
    assume(first > 0)
    early = (-1, first - 1, 0)
    without, with_early = (tally(some, last_day=LAST) for some in (rows, [*rows, early]))
    for one, two in zip(
        aalen_johansen(without.events, without.at_risk, variance=variance),
        aalen_johansen(with_early.events, with_early.at_risk, variance=variance),
        strict=True,
    ):
        np.testing.assert_array_equal(one, two)


@settings(deadline=None)
@given(rows_of_units, st.integers(0, LAST), kind)
def test_splitting_a_unit_in_two_spells_changes_nothing(tally, rows, day, variance):
    split = [
        spell
        for entry, leaving, cause in rows
        for spell in (((entry, day, 0), (day, leaving, cause)) if entry < day < leaving else ((entry, leaving, cause),))
    ]
    whole, parts = (tally(some, last_day=LAST) for some in (rows, split))
    for one, two in zip(
        aalen_johansen(whole.events, whole.at_risk, variance=variance),
        aalen_johansen(parts.events, parts.at_risk, variance=variance),
        strict=True,
    ):
        np.testing.assert_array_equal(one, two)


@settings(deadline=None)
@given(rows_of_units, rows_of_units, kind)
def test_relabelling_groups_and_outcomes_only_moves_the_answers(tally, some, others, variance):
    tables = [tally(rows, last_day=LAST) for rows in (some, others)]
    events = np.concatenate([table.events for table in tables])
    risk = np.concatenate([table.at_risk for table in tables])
    curves = aalen_johansen(events, risk, variance=variance)
    moved = aalen_johansen(events[::-1, ::-1], risk[::-1], variance=variance)
    np.testing.assert_array_equal(moved.survival, curves.survival[::-1])
    for field in ("incidence", "std_error", "conf_low", "conf_high"):
        np.testing.assert_array_equal(getattr(moved, field), getattr(curves, field)[::-1, ::-1])


@settings(deadline=None)
@given(rows_of_units, kind)
def test_days_without_events_change_nothing(tally, rows, variance):
    table = tally(rows, last_day=LAST)
    curves = aalen_johansen(table.events, table.at_risk, variance=variance)
    used = table.events.sum(axis=(0, 1)) > 0
    fewer = aalen_johansen(table.events[..., used], table.at_risk[..., used], variance=variance)
    for one, two in zip(curves, fewer, strict=True):
        np.testing.assert_allclose(one[..., used], two, rtol=1e-9, atol=1e-8)


@settings(deadline=None)
@given(rows_of_units, kind)
def test_running_variance_is_the_delta_method(tally, rows, variance):
    """The same variance the long way, day by day: derivatives of F(t) with respect to the hazards of each day."""
    table = tally(rows, last_day=LAST)
    events, risk = table.events[0].astype(float), table.at_risk[0].astype(float)
    curves = aalen_johansen(table.events, table.at_risk, variance=variance)
    before = np.concatenate([[1], curves.survival[0, :-1]])
    for outcome in (0, 1):
        incidence = curves.incidence[0, outcome]
        long_way = np.zeros(LAST + 1)
        for last in range(LAST + 1):
            for day in range(last + 1):
                if risk[day] > 0:
                    slope = _slopes(before[day], incidence[last] - incidence[day], events[:, day] / risk[day], outcome)
                    long_way[last] += slope @ _covariance(events[:, day], risk[day], variance) @ slope
        np.testing.assert_allclose(curves.std_error[0, outcome] ** 2, long_way, rtol=1e-9, atol=1e-15)


def _slopes(before, still_to_come, hazards, outcome):
    staying = 1 - hazards.sum()
    lost = still_to_come / staying if staying > 1e-12 else 0.0
    return np.where(np.arange(2) == outcome, before, 0) - lost


def _covariance(ended, risk, variance):
    hazards = ended / risk
    if variance == "greenwood":
        return (np.diag(hazards) - np.outer(hazards, hazards)) / risk
    factor = (risk - ended) / (risk - 1) if risk > 1 else np.ones(2)
    return np.diag(hazards * factor / risk)
