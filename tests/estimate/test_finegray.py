"""Fine-Gray regression by hand, its derivatives, and the laws it obeys."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from justice_metrics.estimate import cox_influence
from justice_metrics.estimate.cox import cox
from justice_metrics.estimate.cox_robust import robust_covariance
from justice_metrics.estimate.finegray import fine_gray
from justice_metrics.estimate.finegray_prediction import baseline, incidence_excess, predicted_incidence
from justice_metrics.estimate.finegray_robust import fine_gray_covariance, score_influence
from justice_metrics.estimate.finegray_standardised import standardised_subdistribution
from justice_metrics.estimate.finegray_weights import observation
from justice_metrics.estimate.rows import Rows

from .conftest import read_rows

VARIANCES = ("model", "robust", "fine_gray", "infinitesimal_jackknife")
DESIGN = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0], [0.5, 0.0]])
row = st.tuples(
    st.integers(-1, 6),  # entry
    st.integers(0, 9),  # exit
    st.integers(0, 2),  # code
    st.integers(1, 2),  # n
    st.sampled_from([0.5, 1.0, 3.0]),  # weight
    st.integers(0, 1),  # stratum
    st.integers(0, 3),  # pattern
    st.integers(0, 7),  # cluster
).filter(lambda one: one[0] < one[1])
# rows that give every coefficient something to rest on, so that few drawn sets must be set aside
BASE = [(-1, (7 * i) % 10, (1, 2, 1, 0, 2)[i % 5], 1, 1.0, (i // 4) % 2, i % 4, i % 8) for i in range(20)]
some_rows = st.lists(row, min_size=3, max_size=25).map(lambda drawn: [*BASE, *drawn])


def made(cells, *, weighted=True, clustered=True) -> Rows:
    entry, leaving, code, n, weight, stratum, pattern, cluster = (np.array(c) for c in zip(*cells, strict=True))
    return Rows(
        entry.astype(np.int32),
        leaving.astype(np.int32),
        code,
        n,
        weight if weighted else None,
        stratum,
        pattern,
        cluster if clustered else None,
    )


def taken(rows: Rows, keep) -> Rows:
    return Rows(*(None if field is None else field[keep] for field in rows))


def fit_or_skip(rows, design=DESIGN, **options):
    found = fine_gray(rows, design, outcome=1, **options)
    assume(found.cox.converged and found.cox.estimable.all() and not found.cox.separated.any())
    assume(np.abs(found.cox.coefficients).max() < 8)
    return found


def everything(fit):
    days = [2.0, 5.0, 9.0]
    return [
        fit.cox.coefficients,
        [fit.cox.log_likelihood],
        *(fine_gray_covariance(fit, kind).ravel() for kind in VARIANCES),
        *(predicted_incidence(fit, DESIGN[:2], days, variance=kind).incidence.ravel() for kind in VARIANCES[:1]),
        *(predicted_incidence(fit, DESIGN[:2], days, variance=kind).std_error.ravel() for kind in VARIANCES),
    ]


def same(one, other, rtol=1e-7):
    for a, b in zip(everything(one), everything(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * max(1, np.abs(np.nan_to_num(b)).max()))


# ---- by hand -------------------------------------------------------------------------------------------------------


def test_a_case_that_ended_otherwise_stays_with_its_chance_of_being_observed():
    """Days 1: other ending; 2: one of three censored; 3 and 4: endings of interest."""
    whole = np.ones(4, dtype=np.int64)
    rows = Rows(-whole, np.array([1, 2, 3, 4]), np.array([2, 0, 1, 1]), whole, None, 0 * whole, 0 * whole, None)
    # on day 3 two at risk and the first case with G(3-) / G(1-) = 2/3; on day 4 one at risk and the same 2/3
    steps = baseline(fine_gray(rows, np.zeros((1, 0)), outcome=1))
    assert steps.day.tolist() == [3, 4]
    assert steps.hazard == pytest.approx([3 / 8, 3 / 5], rel=1e-14)
    found = predicted_incidence(fine_gray(rows, np.zeros((1, 0)), outcome=1), np.zeros((1, 0)), [0, 3, 3.5, 9])
    assert found.incidence[0] == pytest.approx(1 - np.exp([0, -3 / 8, -3 / 8, -39 / 40]), rel=1e-14)


def test_endings_and_censorings_of_one_day():
    """Day 2 has an ending and a censoring among three at risk: 1 - 1/2 or 1 - 1/3 stay observed."""
    whole = np.ones(5, dtype=np.int64)
    rows = Rows(-whole, np.array([1, 2, 2, 3, 1]), np.array([2, 1, 0, 1, 2]), whole, None, 0 * whole, 0 * whole, None)
    for kind, left in (("events_first", 1 / 2), ("all_at_risk", 2 / 3)):
        steps = baseline(fine_gray(rows, np.zeros((1, 0)), outcome=1, censoring_ties=kind))
        assert steps.hazard == pytest.approx([1 / 5, 1 / (1 + 2 * left)], rel=1e-14)


def test_late_entry_makes_earlier_endings_count_for_more():
    """One other ending on day 2 among two; two enter on day 3, so each one observed stands for three."""
    whole = np.ones(4, dtype=np.int64)
    entry = np.array([-1, -1, 3, 3])
    rows = Rows(entry, np.array([2, 5, 5, 6]), np.array([2, 1, 0, 1]), whole, None, 0 * whole, 0 * whole, None)
    seen = observation(rows, 0 * whole, "events_first")
    # B(3) = 3 under observation right after day 3, two of them new: H(3-) / H(3) = 1/3, so the weight becomes 3
    assert np.exp(seen.log_chance[0]) == pytest.approx([1, 1, 3, 3 / 2, 3 / 2], rel=1e-14)
    steps = baseline(fine_gray(rows, np.zeros((1, 0)), outcome=1))
    assert steps.hazard == pytest.approx([1 / (3 + 3), 1 / (1 + 3 / 2)], rel=1e-14)


def test_nobody_links_before_with_after():
    """Everybody observed after day 5 entered on it: the earlier other ending says nothing of later days."""
    whole = np.ones(4, dtype=np.int64)
    rows = Rows(
        np.array([-1, -1, 5, 5]),
        np.array([2, 4, 8, 9]),
        np.array([2, 1, 1, 0]),
        whole,
        None,
        0 * whole,
        0 * whole,
        None,
    )
    fit = fine_gray(rows, np.zeros((1, 0)), outcome=1)
    assert fit.unlinked == 1
    assert baseline(fit).hazard == pytest.approx([1 / 2, 1 / 2], rel=1e-14)
    assert np.isfinite(predicted_incidence(fit, np.zeros((1, 0)), [4, 9]).std_error).all()


# ---- laws ----------------------------------------------------------------------------------------------------------


@given(some_rows, st.sampled_from(["efron", "breslow"]), st.sampled_from(["events_first", "all_at_risk"]))
@settings(deadline=None, max_examples=3)
def test_the_jackknife_is_the_derivative_of_everything(cells, ties, censoring_ties):
    rows = made(cells, clustered=False)
    options = {
        "ties": ties,
        "censoring_ties": censoring_ties,
        "weighted_censoring": True,
        "censoring_group": rows.pattern % 2,
    }
    fit = fit_or_skip(rows, **options)
    assume(np.linalg.cond(fit.cox.point.information) < 1e4)
    assume(len(fit.rows.exit) == len(rows.exit))
    moves = score_influence(fit, "infinitesimal_jackknife")(slice(None)) @ np.linalg.inv(fit.cox.point.information)
    step = 1e-5
    total = 0.0
    for cell in range(len(rows.exit)):
        up, down = (
            fine_gray(
                rows._replace(weight=np.where(np.arange(len(rows.n)) == cell, rows.weight * (1 + move), rows.weight)),
                DESIGN,
                outcome=1,
                **options,
            )
            for move in (step, -step)
        )
        slope = (up.cox.coefficients - down.cox.coefficients) / (2 * step)
        expected = rows.n[cell] * moves[cell] / fit.cox.model.scale
        np.testing.assert_allclose(slope, expected, atol=1e-4 * max(1, np.abs(expected).max()))
        gap = [predicted_incidence(f, DESIGN[:2], [5, 9], variance="model").incidence for f in (up, down)]
        total = total + ((gap[0] - gap[1]) / (2 * step)) ** 2 / rows.n[cell]
    found = predicted_incidence(fit, DESIGN[:2], [5, 9], variance="infinitesimal_jackknife")
    np.testing.assert_allclose(found.std_error, np.sqrt(total), rtol=1e-4, atol=1e-6)


@given(some_rows, st.sampled_from(["efron", "breslow"]), st.booleans())
@settings(deadline=None, max_examples=15)
def test_frequency_two_is_the_row_twice(cells, ties, clustered):
    rows = made(cells, clustered=clustered)
    singles = taken(rows, np.repeat(np.arange(len(rows.n)), rows.n))._replace(n=np.ones(rows.n.sum(), dtype=np.int64))
    same(fit_or_skip(rows, ties=ties), fit_or_skip(singles, ties=ties), rtol=1e-6)


@given(some_rows, st.integers(0, 8))
@settings(deadline=None, max_examples=15)
def test_splitting_a_row_inside_its_cluster_changes_nothing(cells, day):
    rows = made([(*one[:7], place) for place, one in enumerate(cells)])
    whole = fit_or_skip(rows)
    cut = np.flatnonzero((rows.entry < day) & (day < rows.exit))
    early = taken(rows, cut)._replace(exit=np.full(len(cut), day, np.int32), code=np.full(len(cut), -1))
    late = rows._replace(entry=np.where(np.isin(np.arange(len(rows.n)), cut), day, rows.entry).astype(np.int32))
    split = Rows(*(np.concatenate([a, b]) for a, b in zip(late, early, strict=True)))
    same(whole, fit_or_skip(split), rtol=1e-6)


@given(some_rows)
@settings(deadline=None, max_examples=15)
def test_days_may_be_hours_and_weights_any_scale(cells):
    rows = made(cells)
    fit = fit_or_skip(rows)
    hours = rows._replace(
        entry=np.where(rows.entry < 0, -1, rows.entry * 24).astype(np.int32), exit=(rows.exit * 24).astype(np.int32)
    )
    other = fit_or_skip(hours._replace(weight=rows.weight * 100))
    np.testing.assert_allclose(other.cox.coefficients, fit.cox.coefficients, rtol=1e-7, atol=1e-7)
    for kind in VARIANCES[1:3]:
        np.testing.assert_allclose(
            fine_gray_covariance(other, kind)[0, 0], fine_gray_covariance(fit, kind)[0, 0], rtol=1e-5, atol=1e-12
        )


@given(some_rows, st.sampled_from(["efron", "breslow"]))
@settings(deadline=None, max_examples=15)
def test_without_competing_endings_it_is_cox(cells, ties):
    rows = made([(*one[:2], min(one[2], 1), *one[3:]) for one in cells])
    fit = fit_or_skip(rows, ties=ties)
    plain = cox(rows, DESIGN, ties=ties)
    np.testing.assert_allclose(fit.cox.coefficients, plain.coefficients, rtol=1e-9)
    np.testing.assert_allclose(
        fine_gray_covariance(fit, "robust"), robust_covariance(plain).covariance, rtol=1e-7, atol=1e-9
    )
    # nobody's weight rests on the chances of being observed
    np.testing.assert_array_equal(fine_gray_covariance(fit, "fine_gray"), fine_gray_covariance(fit, "robust"))


@given(some_rows)
@settings(deadline=None, max_examples=15)
def test_nobody_censored_means_that_other_endings_are_never_over(cells):
    rows = made([(-1, one[1], max(one[2], 1), *one[3:]) for one in cells])
    fit = fit_or_skip(rows)
    longest = rows._replace(
        exit=np.where(rows.code == 2, 10, rows.exit).astype(np.int32), code=rows.code * (rows.code < 2)
    )
    np.testing.assert_allclose(fit.cox.coefficients, cox(longest, DESIGN).coefficients, rtol=1e-8, atol=1e-9)


@given(some_rows)
@settings(deadline=None, max_examples=15)
def test_an_early_censored_record_and_the_order_of_rows_change_nothing(cells):
    later = [(one[0] + (one[0] >= 0), one[1] + 1, *one[2:]) for one in cells]
    fit = fit_or_skip(made(later))
    early = made([*later[::-1], (-1, 0, 0, 1, 1.0, 0, 0, 3)])
    other = fit_or_skip(early)
    np.testing.assert_allclose(other.cox.coefficients, fit.cox.coefficients, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(
        fine_gray_covariance(other, "robust"), fine_gray_covariance(fit, "robust"), rtol=1e-6, atol=1e-9
    )


# ---- corners ---------------------------------------------------------------------------------------------------------


def mgus2():
    table = read_rows("finegray_rows_mgus2")
    design = np.array([[float(r["x1"]), float(r["x2"])] for r in table])
    exits, code, cluster = (np.array([int(r[name]) for r in table]) for name in ("exit", "code", "cluster"))
    one = np.ones(len(table), dtype=np.int64)
    return Rows(-one, exits.astype(np.int32), code, one, None, 0 * one, np.arange(len(table)), cluster), design


def test_patterns_without_rows_and_cells_that_are_never_at_risk():
    rows, design = mgus2()
    fit = fine_gray(rows, design, outcome=1)
    wider = np.concatenate([design, [[1e6, 1e6]]])
    spare = [np.array([5, 0, 3, 3]), np.array([5, 0, 3, 4]), np.array([1, 1, 1, 1]), np.array([1, 1, 1, 0])]
    more = Rows(
        *(np.append(old, new) for old, new in zip(rows[:4], spare, strict=True)),
        None,
        np.append(rows.stratum, [0] * 4),
        np.append(rows.pattern, [len(design)] * 4),
        np.append(rows.cluster, [1] * 4),
    )
    other = fine_gray(more, wider, outcome=1)
    np.testing.assert_allclose(other.cox.coefficients, fit.cox.coefficients, rtol=1e-10)
    np.testing.assert_allclose(fine_gray_covariance(other), fine_gray_covariance(fit), rtol=1e-8)


@pytest.mark.parametrize("code", [0, 2])
def test_without_an_ending_of_interest(code):
    day = np.array([1, 2, 3, 4])
    whole = np.ones(4, dtype=np.int64)
    rows = Rows(-whole, day, whole * code, whole, None, 0 * whole, np.array([0, 1, 0, 1]), None)
    fit = fine_gray(rows, np.array([[0.0], [1.0]]), outcome=1)
    assert np.isnan(fit.cox.coefficients).all()
    assert fit.cox.events == 0
    assert np.isnan(fine_gray_covariance(fit)).all()
    assert predicted_incidence(fit, np.array([[1.0]]), [3]).incidence.tolist() == [[0.0]]


def test_without_rows():
    none = np.zeros(0, dtype=np.int64)
    fit = fine_gray(Rows(none, none, none, none, None, none, none, None), np.zeros((0, 2)), outcome=1)
    assert np.isnan(fit.cox.coefficients).all()
    assert np.isnan(fine_gray_covariance(fit, "robust")).all()


def test_ten_thousand_endings_on_one_day():
    cells = [(-1, 7, code, 10_000, 1.0, 0, pattern, 0) for code in (1, 2) for pattern in (0, 1)]
    rows = made([*cells, (-1, 9, 0, 5_000, 1.0, 0, 0, 1), (-1, 8, 1, 1, 1.0, 0, 1, 1)], clustered=False, weighted=False)
    fit = fine_gray(rows, np.array([[0.0], [1.0]]), outcome=1)
    assert fit.cox.converged
    errors = [np.sqrt(fine_gray_covariance(fit, kind)[0, 0]) for kind in VARIANCES]
    assert errors == pytest.approx([errors[0]] * 4, rel=0.5)


def test_blocks_do_not_show(monkeypatch):
    rows, design = mgus2()
    for clustered in (rows, rows._replace(cluster=None)):
        fit = fine_gray(clustered, design, outcome=1)
        whole = [fine_gray_covariance(fit), predicted_incidence(fit, design[:3], [60, 120]).std_error]
        with monkeypatch.context() as patch:
            patch.setattr(cox_influence, "BLOCK", 101)
            parts = [fine_gray_covariance(fit), predicted_incidence(fit, design[:3], [60, 120]).std_error]
        np.testing.assert_allclose(whole[0], parts[0], rtol=1e-10)
        np.testing.assert_allclose(whole[1], parts[1], rtol=1e-10)


def test_a_constant_and_a_repeated_column_are_not_estimable():
    rows, design = mgus2()
    wide = np.column_stack([design, np.ones(len(design)), design[:, 0] * 2])
    fit = fine_gray(rows, wide, outcome=1)
    assert fit.cox.estimable.tolist() == [True, True, False, False]
    np.testing.assert_allclose(
        fine_gray_covariance(fit)[:2, :2], fine_gray_covariance(fine_gray(rows, design, outcome=1)), rtol=1e-9
    )


def test_an_offset_is_a_coefficient_of_one():
    rows, design = mgus2()
    free = fine_gray(rows, design, outcome=1)
    held = fine_gray(rows, design[:, 1:], outcome=1, offset=design[:, 0] * free.cox.coefficients[0])
    assert held.cox.coefficients[0] == pytest.approx(free.cox.coefficients[1], rel=1e-8)
    np.testing.assert_allclose(
        predicted_incidence(held, design[:4, 1:], [60, 120], offset=design[:4, 0] * free.cox.coefficients[0]).incidence,
        predicted_incidence(free, design[:4], [60, 120]).incidence,
        rtol=1e-8,
    )


def test_models_of_all_outcomes_may_add_up_to_more_than_one():
    rows, design = mgus2()
    old = np.array([[95.0, 1.0], [60.0, 0.0]])
    parts = [predicted_incidence(fine_gray(rows, design, outcome=k), old, [400.0]).incidence for k in (1, 2)]
    found = incidence_excess(parts, np.array([1.0, 3.0]))
    assert found.share == 0.25
    assert found.largest == pytest.approx((parts[0] + parts[1]).max())
    assert found.largest > 1
    assert incidence_excess([np.zeros((0, 2))]) == (0.0, 0.0)


def test_limits_lie_around_the_incidence():
    rows, design = mgus2()
    fit = fine_gray(rows, design, outcome=2)
    for limits in ("log-log", "log", "plain"):
        found = predicted_incidence(fit, design[:5], [60, 240], limits=limits)
        assert (found.conf_low < found.incidence).all()
        assert (found.incidence < found.conf_high).all()
    wide = predicted_incidence(fit, design[:5], [60, 240], confidence_level=0.99)
    assert (wide.conf_low < predicted_incidence(fit, design[:5], [60, 240]).conf_low).all()


@pytest.mark.parametrize(
    "name", ["finegray", "finegray_prediction", "finegray_robust", "finegray_standardised", "finegray_weights"]
)
def test_examples(name):
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize("variance", VARIANCES)
def test_standardised_incidences_are_averages_of_predictions(variance):
    rows, design = mgus2()
    rows = rows._replace(stratum=rows.pattern % 2)
    fit = fine_gray(rows, design[:, :1], outcome=1)
    days, pattern = [60.0, 240.0], design[[7], :1]
    single = standardised_subdistribution(fit, [pattern], np.ones(1), days, stratum=np.ones(1), variance=variance)
    plain = predicted_incidence(fit, pattern, days, stratum=1, variance=variance)
    for field in ("incidence", "std_error", "conf_low", "conf_high"):
        np.testing.assert_allclose(getattr(single, field), getattr(plain, field), rtol=1e-9)
    people, whose = design[:4, :1], np.array([0, 1, 1, 0])
    both = standardised_subdistribution(
        fit, [people, people + 10], np.array([1, 2, 3, 4]), days, stratum=whose, variance=variance
    )
    each = [predicted_incidence(fit, people[[p]], days, stratum=whose[p]).incidence[0] for p in range(4)]
    np.testing.assert_allclose(both.incidence[0], np.array([0.1, 0.2, 0.3, 0.4]) @ np.array(each), rtol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.einsum("jll->lj", both.covariance)), both.std_error, rtol=1e-12)
    # the same people ten years apart: what is sure about one is sure about the other
    gap = both.covariance[:, 0, 0] + both.covariance[:, 1, 1] - 2 * both.covariance[:, 0, 1]
    assert (gap < both.std_error[0] ** 2).all()


def test_the_jackknife_of_a_standardised_incidence_is_its_derivative():
    rows, design = mgus2()
    few = taken(rows, np.arange(0, 1384, 14))._replace(cluster=None, weight=np.ones(99), pattern=np.arange(99))
    few, wide = few._replace(stratum=np.arange(99) % 2), design[::14]

    def answer(weight, variance="model"):
        fit = fine_gray(few._replace(weight=weight), wide, outcome=2, weighted_censoring=True)
        people = [wide[:30], wide[:30] * [1, 0]]
        return standardised_subdistribution(
            fit, people, np.ones(30), [40, 160], stratum=np.arange(30) % 2, variance=variance
        )

    total, step = 0.0, 1e-5
    for cell in range(99):
        mine = np.arange(99) == cell
        slope = (answer(1 + step * mine).incidence - answer(1 - step * mine).incidence) / (2 * step)
        total = total + np.einsum("lj,mj->jlm", slope, slope)
    np.testing.assert_allclose(answer(np.ones(99), "infinitesimal_jackknife").covariance, total, rtol=1e-6)
