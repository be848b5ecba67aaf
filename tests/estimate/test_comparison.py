"""Log-rank tests by hand, against R and published figures, and the laws they obey."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from justice_metrics.estimate.comparison import fleming_harrington, gehan, log_rank, tarone_ware, trend
from tests.estimate.curve_counts import answers, data_sets, equal, table

LAST = 7
unit = st.tuples(st.integers(-1, LAST - 1), st.integers(0, LAST), st.integers(0, 1), st.integers(0, 2)).filter(
    lambda row: row[0] < row[1]
)
rows_of_units = st.lists(unit, min_size=2, max_size=40)


def tally(rows, *, last_day=LAST, groups=3):
    events = np.zeros((groups, last_day + 1), dtype=np.int64)
    risk = np.zeros_like(events)
    for entry, leaving, ended, group in rows:
        events[group, leaving] += ended
        risk[group, entry + 1 : leaving + 1] += 1
    return events, risk


# ---- by hand -------------------------------------------------------------------------------------------------------


def test_two_groups_with_ties_to_exact_fractions():
    """Day 1: two of 3 and one of 4 end; day 2: none of 1 and one of 3; day 3: the last one of the first group."""
    events, risk = np.array([[2, 0, 1], [1, 1, 0]]), np.array([[3, 1, 1], [4, 3, 2]])
    F = Fraction
    expected = 3 * F(3, 7) + F(1, 4) + F(1, 3)
    variance = 3 * F(3, 7) * F(4, 7) * F(4, 6) + F(1, 4) * F(3, 4) + F(1, 3) * F(2, 3)
    test = log_rank(events, risk)
    assert test.observed.tolist() == [3, 2]
    np.testing.assert_allclose(test.expected, [float(expected), 5 - float(expected)], rtol=1e-14)
    np.testing.assert_allclose(test.covariance, float(variance) * np.array([[1, -1], [-1, 1]]), rtol=1e-14)
    np.testing.assert_allclose(test.chi_square, float((3 - expected) ** 2 / variance), rtol=1e-13)
    assert test.degrees == 1
    np.testing.assert_allclose(test.p_value, chi2.sf(test.chi_square, 1), rtol=1e-12)


def test_weights_by_hand():
    events, risk = np.array([[2, 0, 1], [1, 1, 0]]), np.array([[3, 1, 1], [4, 3, 2]])
    np.testing.assert_allclose(fleming_harrington(events, risk, 1, 0), [1, 4 / 7, 3 / 7], rtol=1e-15)
    np.testing.assert_allclose(fleming_harrington(events, risk, 0, 1), [0, 3 / 7, 4 / 7], rtol=1e-14)
    np.testing.assert_allclose(fleming_harrington(events, risk, 2, 1), [0, 48 / 343, 36 / 343], rtol=1e-14)
    assert gehan(risk).tolist() == [7, 4, 3]
    np.testing.assert_allclose(tarone_ware(risk) ** 2, [7, 4, 3], rtol=1e-15)


def test_gehan_is_the_wilcoxon_test_where_all_end():
    """Without censoring Gehan's score is the rank sum: 1 4 5 against 2 3 6, pairs won minus pairs lost = 1."""
    events, risk = tally(
        [(-1, day, 1, group) for day, group in ((1, 0), (2, 1), (3, 1), (4, 0), (5, 0), (6, 1))], groups=2
    )
    test = log_rank(events, risk, gehan(risk))
    assert test.observed[0] - test.expected[0] == pytest.approx(1, abs=1e-12)


# ---- R -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", data_sets())
def test_equals_r(data):
    """survdiff with rho; the score of the exact likelihood for trends and late entries; Mantel-Haenszel over days."""
    wrong = []
    counts = table(data)
    for row in answers("tests", data=data):
        events, risk = counts.events.sum(axis=2), counts.risk
        if row["stratified"] == "0":
            events, risk = counts.together
        weights = fleming_harrington(events, risk, float(row["p"]), float(row["q"]))
        test = log_rank(events, risk, weights)
        found = trend(test, np.arange(len(counts.groups))).chi_square if row["test"] == "trend" else test.chi_square
        if not equal(found, row["chi_square"]):
            wrong.append((row["data"], row["test"], row["stratified"], row["p"], found, row["chi_square"]))
    assert not wrong


def test_every_kind_of_reference_is_there():
    kinds = {(row["test"], row["stratified"]) for row in answers("tests")}
    assert kinds >= {(name, s) for name in ("survdiff", "trend", "mantel_haenszel", "exact") for s in ("0",)}
    assert ("survdiff", "1") in kinds
    assert ("mantel_haenszel", "1") in kinds
    assert ("trend", "1") in kinds


KIDNEY = {  # Klein and Moeschberger (2003), section 7.3: catheter infections, with the p values printed there
    "log-rank": (lambda e, r: np.ones(len(r[0])), 0.112),
    "Gehan": (lambda e, r: gehan(r), 0.964),
    "Tarone-Ware": (lambda e, r: tarone_ware(r), 0.526),
    "p 0, q 1": (lambda e, r: fleming_harrington(e, r, 0, 1), 0.002),
    "p 1, q 0": (lambda e, r: fleming_harrington(e, r, 1, 0), 0.239),
    "p 1, q 1": (lambda e, r: fleming_harrington(e, r, 1, 1), 0.002),
    "p 0.5, q 0.5": (lambda e, r: fleming_harrington(e, r, 0.5, 0.5), 0.002),
    "p 0.5, q 2": (lambda e, r: fleming_harrington(e, r, 0.5, 2), 0.004),
}


@pytest.mark.parametrize("name", KIDNEY)
def test_published_figures_of_weighted_tests(name):
    weights, p_value = KIDNEY[name]
    events, risk = table("kidney").together
    assert float(log_rank(events, risk, weights(events, risk)).p_value) == pytest.approx(p_value, abs=5.1e-4)


# ---- corners -------------------------------------------------------------------------------------------------------


def test_groups_that_are_never_at_risk_together_have_nothing_to_compare():
    test = log_rank(np.array([[2, 0], [0, 1]]), np.array([[4, 0], [0, 4]]))
    assert test.degrees == 0
    assert np.isnan([test.chi_square, test.p_value]).all()
    assert np.isnan(trend(test, [0, 1]).chi_square)


def test_two_pairs_of_groups_in_different_times_have_two_degrees_of_freedom():
    events = np.array([[2, 0], [1, 0], [0, 1], [0, 2]])
    risk = np.array([[5, 0], [6, 0], [0, 5], [0, 4]])
    both = log_rank(events, risk)
    assert both.degrees == 2
    apart = [log_rank(events[pair], risk[pair]) for pair in ([0, 1], [2, 3])]
    np.testing.assert_allclose(both.chi_square, sum(one.chi_square for one in apart), rtol=1e-12)


def test_an_empty_group_changes_nothing():
    events, risk = np.array([[2, 0, 1], [1, 1, 0]]), np.array([[3, 1, 1], [4, 3, 2]])
    with_empty = log_rank(np.insert(events, 1, 0, axis=0), np.insert(risk, 1, 0, axis=0))
    np.testing.assert_allclose(with_empty.chi_square, log_rank(events, risk).chi_square, rtol=1e-13)
    assert with_empty.degrees == 1


def test_one_case_against_a_hundred_million_counts():
    large = 10**8
    test = log_rank(np.array([[1, 0], [10, 10]]), np.array([[1, 0], [large, large - 10]]))
    assert test.degrees == 1
    assert test.chi_square == pytest.approx(large / 11, rel=1e-6)


@pytest.mark.parametrize(
    ("events", "risk"),
    [
        (np.zeros((2, 3), int), np.array([[3, 2, 1], [4, 3, 1]])),  # all censored
        (np.zeros((2, 0), int), np.zeros((2, 0), int)),  # no days
        (np.array([[1], [0]]), np.array([[1], [0]])),  # one case
        (np.array([[3], [4]]), np.array([[3], [4]])),  # all end on one day
    ],
)
def test_nothing_to_learn_is_nan(events, risk):
    test = log_rank(events, risk)
    assert test.degrees == 0
    assert np.isnan(test.p_value)


# ---- laws ----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(rows_of_units)
def test_differences_add_up_to_nothing(rows):
    test = log_rank(*tally(rows))
    np.testing.assert_allclose((test.observed - test.expected).sum(), 0, atol=1e-12)
    np.testing.assert_allclose(test.covariance.sum(axis=0), 0, atol=1e-12)
    assert test.degrees <= 2
    assert np.isnan(test.chi_square) or test.chi_square >= 0


@settings(deadline=None)
@given(rows_of_units, st.permutations(range(3)))
def test_relabelling_groups_changes_nothing(rows, order):
    events, risk = tally(rows)
    one, two = log_rank(events, risk), log_rank(events[order], risk[order])
    np.testing.assert_allclose(two.chi_square, one.chi_square, rtol=1e-8, atol=1e-10)
    assert one.degrees == two.degrees


@settings(deadline=None)
@given(rows_of_units, rows_of_units)
def test_strata_add_up(rows, others):
    tables = [tally(some) for some in (rows, others)]
    events, risk = (np.stack(arrays) for arrays in zip(*tables, strict=True))
    both = log_rank(events, risk, fleming_harrington(events, risk, 1, 1))
    each = [log_rank(*one, fleming_harrington(*one, 1, 1)) for one in tables]
    np.testing.assert_allclose(both.observed, each[0].observed + each[1].observed, atol=1e-12)
    np.testing.assert_allclose(both.covariance, each[0].covariance + each[1].covariance, atol=1e-12)


@settings(deadline=None)
@given(rows_of_units, st.integers(0, LAST))
def test_splitting_a_unit_in_two_spells_changes_nothing(rows, day):
    split = [
        spell
        for entry, leaving, ended, group in rows
        for spell in (
            ((entry, day, 0, group), (day, leaving, ended, group))
            if entry < day < leaving
            else ((entry, leaving, ended, group),)
        )
    ]
    for one, two in zip(log_rank(*tally(rows)), log_rank(*tally(split)), strict=True):
        np.testing.assert_array_equal(one, two)


@settings(deadline=None)
@given(rows_of_units, st.floats(0.01, 100))
def test_weights_matter_in_proportion_only(rows, factor):
    events, risk = tally(rows)
    one, two = (log_rank(events, risk, times * gehan(risk)) for times in (1, factor))
    np.testing.assert_allclose(two.chi_square, one.chi_square, rtol=1e-8, atol=1e-10)


@settings(deadline=None)
@given(rows_of_units, st.floats(-5, 5), st.floats(0.1, 9))
def test_scores_matter_by_their_distances_in_proportion(rows, shift, scale):
    test = log_rank(*tally(rows))
    one, two = (trend(test, a + b * np.array([0.0, 1.0, 3.0])) for a, b in ((0, 1), (shift, scale)))
    np.testing.assert_allclose(two.chi_square, one.chi_square, rtol=1e-6, atol=1e-8)


def test_the_sign_of_a_trend():
    events, risk = tally([(-1, day, 1, group) for day, group in ((1, 2), (2, 2), (4, 1), (5, 1), (6, 0), (7, 0))])
    assert trend(log_rank(events, risk), [0, 1, 2]).score > 0  # high scores end early
