"""Robust variances of curves and means: by hand, against R, and the laws they obey."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate import robust, robust_variance
from justice_metrics.estimate.curves import aalen_johansen, kaplan_meier
from justice_metrics.estimate.robust import cluster_influence, covariance, robust_curves
from justice_metrics.estimate.robust_paths import row_table
from justice_metrics.estimate.rows import Rows
from justice_metrics.estimate.steps import at_days

from .conftest import read_rows

SETS = ("mgus2", "mgus2_age", "pbc", "colon", "melanoma")
VARIANTS = ("weights", "cluster", "both")


def rows_of(data: str, variant: str = "both") -> Rows:
    table = read_rows(f"finegray_rows_{data}")

    def column(name, kind=np.int64):
        return np.array([float(row[name]) for row in table]).astype(kind)

    return Rows(
        column("entry", np.int32),
        column("exit", np.int32),
        column("code"),
        np.ones(len(table), dtype=np.int64),
        column("weight", np.float64) if variant in ("weights", "both") else None,
        column("group"),
        np.arange(len(table)),
        column("cluster") if variant in ("cluster", "both") else None,
    )


@pytest.mark.parametrize(("curve", "variant"), [*(("survival", kind) for kind in VARIANTS), ("incidence", "weights")])
@pytest.mark.parametrize("data", SETS)
def test_curves_equal_survfit(data, variant, curve):
    rows = rows_of(data, variant)
    found = robust_curves(rows, curve)
    wanted = [
        r for r in read_rows("finegray_robust") if (r["data"], r["variant"], r["curve"]) == (data, variant, curve)
    ]
    chosen = sorted({float(r["day"]) for r in wanted})
    summed = cluster_influence(rows, curve, chosen)
    spread = covariance(summed)
    assert len(wanted) >= 6
    wrong = []
    for r in wanted:
        g, q, day = int(r["group"]), max(int(r["outcome"]) - 1, 0), float(r["day"])
        j = chosen.index(day)
        ours = [at_days(found.days, v[g, q], [int(day)], before=0)[0] for v in (found.estimate, found.std_error)]
        ours += [summed.estimate[g, q, j], np.sqrt(spread[q, j, g, g])]
        theirs = [float(r["estimate"]), float(r["std_error"] or "nan")] * 2
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            if not np.isclose(a, b, rtol=5e-9, atol=1e-12):
                wrong.append((g, q, day, i, a, b))
    assert not wrong


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("data", SETS)
@pytest.mark.parametrize("curve", ["survival", "incidence", "cumulative_hazard", "mean_open", "mean_lost"])
def test_covariances_equal_those_of_r_influences(data, variant, curve):
    rows = rows_of(data, variant)
    wanted = [
        r for r in read_rows("finegray_influence") if (r["data"], r["variant"], r["curve"]) == (data, variant, curve)
    ]
    chosen = sorted({float(r["day"]) for r in wanted})
    spread = covariance(cluster_influence(rows, curve, chosen))
    wrong = []
    for r in wanted:
        q, j = max(int(r["outcome"]) - 1, 0), chosen.index(float(r["day"]))
        ours = [np.sqrt(spread[q, j, 0, 0]), np.sqrt(spread[q, j, -1, -1]), spread[q, j, 0, -1]]
        theirs = [float(r[name] or "nan") for name in ("first_se", "last_se", "covariance")]
        if not np.allclose(ours, theirs, rtol=5e-9, atol=1e-12 * max(spread[q, j].max(), 1)):
            wrong.append((q, chosen[j], ours, theirs))
    assert len(wanted) >= 3
    assert not wrong


def test_a_stratified_sample_of_clusters_equals_svykm():
    rows = rows_of("colon")
    rank = np.empty(len(rows.exit), dtype=np.int32)
    rank[np.argsort(rows.exit, kind="stable")] = np.arange(1, len(rows.exit) + 1)
    rows = rows._replace(exit=rank, stratum=np.zeros_like(rows.stratum))
    wanted = read_rows("finegray_svykm")
    found = cluster_influence(rows, "cumulative_hazard", [float(r["rank"]) for r in wanted])
    spread = covariance(found, sampling_stratum=found.cluster % 4)
    for j, r in enumerate(wanted):
        assert found.estimate[0, 0, j] == pytest.approx(float(r["cumulative_hazard"]), rel=5e-9)
        assert np.sqrt(spread[0, j, 0, 0]) == pytest.approx(float(r["std_error"]), rel=5e-9)


# ---- by hand and laws ------------------------------------------------------------------------------------------------

LAST = 6
CURVES = ("survival", "incidence", "cumulative_hazard", "mean_open", "mean_lost")
row = st.tuples(
    st.integers(-1, LAST - 1),  # entry
    st.integers(0, LAST),  # exit
    st.integers(0, 2),  # code
    st.integers(1, 3),  # n
    st.sampled_from([0.5, 1.0, 2.5]),  # weight
    st.integers(0, 1),  # group
    st.integers(0, 3),  # cluster
).filter(lambda one: one[0] < one[1])
some_rows = st.lists(row, min_size=1, max_size=25)


def made(cells, *, weighted=True, clustered=True) -> Rows:
    entry, leaving, code, n, weight, group, cluster = (np.array(column) for column in zip(*cells, strict=True))
    return Rows(
        entry.astype(np.int32),
        leaving.astype(np.int32),
        code,
        n,
        weight if weighted else None,
        group,
        np.arange(len(n)),
        cluster if clustered else None,
    )


def taken(rows: Rows, keep) -> Rows:
    return Rows(*(None if field is None else field[keep] for field in rows))


def everything(rows, curve):
    found = robust_curves(rows, curve, groups=2, outcomes=2)
    return found.days, found.estimate, found.std_error


def test_two_courts_by_hand():
    # court 1 has the two endings of day 1, court 2 the two open cases: S = 1/2, a row's influence -+1/8
    day = np.array([1, 1, 2, 2], dtype=np.int32)
    none = np.zeros(4, dtype=np.int64)
    rows = Rows(none - 1, day, np.array([1, 1, 0, 0]), none + 1, None, none, none, np.array([1, 1, 2, 2]))
    assert robust_curves(rows).std_error[0, 0] == pytest.approx([np.sqrt(2) / 4] * 2, rel=1e-14)
    alone = rows._replace(cluster=None)
    assert robust_curves(alone).std_error[0, 0] == pytest.approx([1 / 4] * 2, rel=1e-14)
    assert robust_curves(alone, "mean_open").std_error[0, 0] == pytest.approx([0, 1 / 4], abs=1e-14)
    halfway = cluster_influence(alone, "mean_open", [0.5, 1.5])
    assert halfway.estimate[0, 0].tolist() == [0.5, 1.25]
    assert np.sqrt(covariance(halfway))[0, :, 0, 0] == pytest.approx([0, 1 / 8], abs=1e-15)


@given(some_rows)
@settings(deadline=None, max_examples=30)
def test_without_weights_and_clusters_it_is_greenwood(cells):
    rows = made([(-1, *one[1:]) for one in cells], weighted=False, clustered=False)
    table = row_table(rows, groups=2, outcomes=2)
    plain = aalen_johansen(table.events, table.at_risk)
    np.testing.assert_allclose(everything(rows, "incidence")[2], plain.std_error, atol=1e-12)
    curve = kaplan_meier(table.events.sum(axis=1), table.at_risk)
    np.testing.assert_allclose(everything(rows, "survival")[2][:, 0], np.nan_to_num(curve.std_error), atol=1e-12)


@given(some_rows, st.sampled_from(CURVES))
@settings(deadline=None, max_examples=30)
def test_one_small_weight_step_moves_the_estimate_by_its_influence(cells, curve):
    """The definition: D is the derivative of the estimate by the weight, summed over the rows of a cluster."""
    rows = made(cells)
    step = 1e-6
    found = cluster_influence(rows, curve, [2.0, 4.5, LAST], groups=2, outcomes=2)
    for line in range(len(found.group)):
        mine = (rows.cluster == found.cluster[line]) & (rows.stratum == found.group[line])
        up, down = (
            cluster_influence(
                rows._replace(weight=np.where(mine, rows.weight * (1 + move), rows.weight)),
                curve,
                found.days,
                groups=2,
                outcomes=2,
            ).estimate
            for move in (step, -step)
        )
        np.testing.assert_allclose(
            found.sums[line], ((up - down) / (2 * step))[found.group[line]], atol=2e-8 * max(1, abs(up).max())
        )


@given(some_rows, st.sampled_from(CURVES), st.booleans())
@settings(deadline=None, max_examples=30)
def test_frequency_two_is_the_row_twice(cells, curve, clustered):
    rows = made(cells, clustered=clustered)
    singles = taken(rows, np.repeat(np.arange(len(rows.n)), rows.n))._replace(n=np.ones(rows.n.sum(), dtype=np.int64))
    for folded, unfolded in zip(everything(rows, curve), everything(singles, curve), strict=True):
        np.testing.assert_allclose(folded, unfolded, rtol=1e-9, atol=1e-7)


@given(some_rows, st.sampled_from(CURVES), st.integers(0, LAST - 1))
@settings(deadline=None, max_examples=30)
def test_splitting_a_row_inside_its_cluster_changes_nothing(cells, curve, day):
    rows = made([(*one[:6], place) for place, one in enumerate(cells)])
    cut = np.flatnonzero((rows.entry < day) & (day < rows.exit))
    early = taken(rows, cut)._replace(exit=np.full(len(cut), day, np.int32), code=np.zeros(len(cut), dtype=np.int64))
    late = rows._replace(entry=np.where(np.isin(np.arange(len(rows.n)), cut), day, rows.entry).astype(np.int32))
    split = Rows(*(None if a is None else np.concatenate([a, b]) for a, b in zip(late, early, strict=True)))
    whole, parts = (cluster_influence(r, curve, range(LAST + 1), groups=2, outcomes=2) for r in (rows, split))
    np.testing.assert_allclose(whole.estimate, parts.estimate, atol=1e-12)
    np.testing.assert_allclose(covariance(whole), covariance(parts), atol=1e-10)


@given(some_rows, st.sampled_from(CURVES), st.booleans())
@settings(deadline=None, max_examples=30)
def test_every_day_at_once_equals_chosen_days(cells, curve, clustered):
    rows = made(cells, clustered=clustered)
    days, estimate, std_error = everything(rows, curve)
    chosen = cluster_influence(rows, curve, days, groups=2, outcomes=2)
    np.testing.assert_allclose(chosen.estimate, estimate, atol=1e-12)
    spread = np.einsum("qjgg->gqj", covariance(chosen))
    np.testing.assert_allclose(spread, std_error**2, atol=1e-10 * max(1, spread.max()))


@given(some_rows, st.sampled_from(CURVES))
@settings(deadline=None, max_examples=30)
def test_days_may_be_hours_and_weights_any_scale(cells, curve):
    rows = made(cells)
    days, estimate, std_error = everything(rows, curve)
    hours = rows._replace(
        entry=np.where(rows.entry < 0, -1, rows.entry * 24).astype(np.int32),
        exit=(rows.exit * 24).astype(np.int32),
        weight=rows.weight * 1000,
    )
    scale = 24 if curve.startswith("mean") else 1
    later, same, again = everything(hours, curve)
    assert later.tolist() == (days * 24).tolist()
    np.testing.assert_allclose(same, estimate * scale, atol=1e-10)
    np.testing.assert_allclose(again, std_error * scale, atol=1e-6)


@given(some_rows)
@settings(deadline=None, max_examples=30)
def test_one_ending_is_one_minus_kaplan_meier(cells):
    rows = made([(*one[:2], min(one[2], 1), *one[3:]) for one in cells])
    _, survival, error = everything(rows, "survival")
    _, incidence, same = everything(rows, "incidence")
    np.testing.assert_allclose(incidence[:, 0], 1 - survival[:, 0], atol=1e-12)
    np.testing.assert_allclose(same[:, 0], error[:, 0], atol=1e-7)
    assert (same[:, 1] == 0).all()


def test_the_court_that_both_groups_share_links_them():
    rows = rows_of("mgus2", "both")
    found = cluster_influence(rows, "incidence", [120.0])
    spread = covariance(found)[0, 0]
    clusters = np.unique(found.cluster)
    gap = [
        found.sums[(found.cluster == c) & (found.group == 1), 0, 0].sum()
        - found.sums[(found.cluster == c) & (found.group == 0), 0, 0].sum()
        for c in clusters
    ]
    assert spread[0, 0] + spread[1, 1] - 2 * spread[0, 1] == pytest.approx(np.sum(np.square(gap)), rel=1e-12)
    assert covariance(cluster_influence(rows_of("mgus2", "weights"), "incidence", [120.0]))[0, 0, 0, 1] == 0


def test_sampling_strata_without_clusters_and_a_lonely_one():
    rows = made([(-1, 3, 1, 4, 1.0, 0, 0), (-1, 5, 0, 3, 2.0, 0, 0), (-1, 5, 1, 1, 1.0, 1, 0)], clustered=False)
    found = cluster_influence(rows, "survival", [3.0], groups=2)
    centred = covariance(found, sampling_stratum=np.array([0, 0, 0]))
    lines = np.repeat(found.sums[:, 0, 0], [4, 3, 1])
    group = np.repeat(found.group, [4, 3, 1])
    wide = np.stack([np.where(group == g, lines, 0) for g in (0, 1)])
    np.testing.assert_allclose(centred[0, 0], np.cov(wide) * 8, atol=1e-14)
    assert np.isnan(covariance(found, sampling_stratum=np.array([0, 0, 1]))).any()


def test_corners():
    nobody = Rows(*(np.zeros(0, dtype=np.int64) for _ in range(4)), None, *(np.zeros(0, dtype=np.int64),) * 2, None)
    assert robust_curves(nobody, groups=2, outcomes=2).estimate.shape == (2, 1, 0)
    assert robust_curves(nobody, "incidence").estimate.shape == (1, 0, 0)
    one = made([(-1, 0, 1, 1, 2.0, 0, 0)])
    assert robust_curves(one, groups=3).estimate.tolist() == [[[0.0]], [[1.0]], [[1.0]]]
    assert robust_curves(one, groups=3).std_error.tolist() == [[[0.0]]] * 3
    censored = made([(-1, 4, 0, 3, 2.0, 0, 0), (2, 5, 0, 3, 1.0, 0, 1)])
    for curve in CURVES:
        assert (everything(censored, curve)[2] == 0).all()
    # ten thousand endings on one day, in a hundred courts of equal shares: the courts do not differ
    equal = made([(-1, 9, code, 50, 1.0, 0, court) for court in range(100) for code in (1, 2)])
    assert robust_curves(equal, "incidence").std_error.max() < 1e-12


@given(some_rows, st.sampled_from(CURVES), st.booleans())
@settings(deadline=None, max_examples=30)
def test_a_row_that_is_never_at_risk_changes_nothing(cells, curve, clustered):
    never = [(3, 3, 1, 2, 1.0, 0, 1), (5, 2, 0, 1, 1.0, 1, 0), (LAST, LAST, 2, 1, 1.0, 0, 3)]
    chosen = [1.0, 3.0, LAST]
    found, wanted = (
        cluster_influence(made(some, clustered=clustered), curve, chosen, groups=2, outcomes=2)
        for some in ([*never, *cells], cells)
    )
    np.testing.assert_array_equal(found.estimate, wanted.estimate)
    np.testing.assert_allclose(covariance(found), covariance(wanted), atol=1e-14)


def test_blocks_do_not_show(monkeypatch):
    whole = {curve: robust_curves(rows_of("mgus2"), curve) for curve in CURVES}
    chosen = cluster_influence(rows_of("mgus2"), "mean_lost", [60.0, 100.5])
    monkeypatch.setattr(robust, "BLOCK", 37)
    monkeypatch.setattr(robust_variance, "BLOCK", 37)
    for curve in CURVES:
        np.testing.assert_allclose(robust_curves(rows_of("mgus2"), curve).std_error, whole[curve].std_error, rtol=1e-10)
    np.testing.assert_allclose(cluster_influence(rows_of("mgus2"), "mean_lost", [60.0, 100.5]).sums, chosen.sums)


@pytest.mark.parametrize("name", ["robust", "robust_paths"])
def test_examples(name):
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
