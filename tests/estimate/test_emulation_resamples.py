"""The emulation in resamples, and limits from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from justice_metrics.estimate.emulation import NEVER, Followed, NoStartsError, Strategy, emulate
from justice_metrics.estimate.emulation_balance import weights_on
from justice_metrics.estimate.emulation_resamples import Contrasts, Resamples, contrasts, intervals, resample
from justice_metrics.estimate.resampling import cluster_draws

COLUMNS = np.array([[0.0, 1.0], [1.0, 0.5], [1.0, -1.0]])
HOW = {"outcomes": 2, "horizons": [10, 29]}
TIMED = [Strategy(8, "usual"), Strategy(8, "even"), Strategy(8, "late", 3), Strategy(8, "even", truncate=90.0)]


def crowd(seed=1, n=240, courts=6):
    rng = np.random.default_rng(seed)
    last = rng.integers(1, 30, n)
    return Followed(
        last,
        rng.integers(0, 3, n),
        np.where(rng.random(n) < 0.3, NEVER, rng.integers(0, 12, n)),
        np.where(rng.random((n, 1)) < 0.3, NEVER, rng.integers(0, 30, (n, 1))),
        rng.integers(0, 3, n),
        rng.integers(0, courts, n),
        np.ones(n),
    )


@pytest.fixture
def _same_intervals(monkeypatch):
    """Resamples keep the intervals of the data; an emulation of the copied rows would cut anew."""
    monkeypatch.setattr(
        "justice_metrics.estimate.emulation_fold.interval_starts", lambda days, mass, g: np.array([0, 1, 4])
    )


def copied(cases, times):
    rows = np.repeat(np.arange(len(cases.exit)), times[cases.cluster].astype(int))
    return Followed(*(part[rows] for part in cases))


@pytest.mark.usefixtures("_same_intervals")
@pytest.mark.parametrize("strategy", TIMED)
def test_a_resample_is_the_emulation_of_the_courts_drawn(strategy):
    cases = crowd()
    found = resample(cases, COLUMNS, strategy, **HOW, resamples=4, seed=3, errors=False)
    for number, times in enumerate(cluster_draws(6, 4, seed=3)):
        other = emulate(copied(cases, times), COLUMNS, strategy, **HOW)
        np.testing.assert_allclose(found.values.incidence[number], other.at_horizons, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.values.lost[number], other.lost, rtol=0, atol=1e-7)
        np.testing.assert_allclose(found.values.difference[number], other.difference, rtol=0, atol=1e-9)
        np.testing.assert_allclose(np.exp(found.values.log_ratio[number]), other.ratio, rtol=1e-8)


@pytest.mark.usefixtures("_same_intervals")
def test_errors_come_from_leaving_out_a_court():
    cases, strategy = crowd(), TIMED[0]
    found = resample(cases, COLUMNS, strategy, **HOW, resamples=2, seed=3)
    without = []
    for court in range(6):
        times = np.ones(6)
        times[court] = 0
        without.append(emulate(copied(cases, times), COLUMNS, strategy, **HOW).difference)
    expected = np.sqrt(5 * np.var(without, axis=0))
    np.testing.assert_allclose(found.own_errors.difference, expected, rtol=1e-6)
    times = cluster_draws(6, 2, seed=3)[1].astype(float)
    drawn = []
    for court in np.repeat(np.arange(6), times.astype(int)):
        fewer = times.copy()
        fewer[court] -= 1
        drawn.append(emulate(copied(cases, fewer), COLUMNS, strategy, **HOW).difference)
    np.testing.assert_allclose(found.errors.difference[1], np.sqrt(5 * np.var(drawn, axis=0)), rtol=1e-6)


def test_few_courts_are_studentised_and_many_are_not():
    few = resample(crowd(courts=19), COLUMNS, TIMED[0], **HOW, resamples=3, seed=1)
    many = resample(crowd(courts=20), COLUMNS, TIMED[0], **HOW, resamples=3, seed=1)
    assert few.errors is not None
    assert many.errors is None
    emulation = emulate(crowd(courts=19), COLUMNS, TIMED[0], **HOW)
    assert intervals(emulation, few).method == "studentised"
    assert intervals(emulation, many).method == "t"
    assert (few.units, many.units) == (19, 20)


@pytest.mark.parametrize("courts", [12, 40, None])
def test_same_seed_same_bits(courts):
    cases = crowd(courts=courts or 1)
    cases = cases if courts else cases._replace(cluster=None)
    one, two, other = (
        resample(cases, COLUMNS, TIMED[0], **HOW, resamples=5, seed=seed, errors=False).values for seed in (5, 5, 6)
    )
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))
    assert one.difference.tobytes() != other.difference.tobytes()


def test_strategies_share_their_draws():
    cases = crowd(courts=25)
    usual, even = (resample(cases, COLUMNS, one, **HOW, resamples=60, seed=5).values for one in TIMED[:2])
    # the second arm has nothing to do with the timing of the first
    np.testing.assert_array_equal(usual.incidence[:, 1], even.incidence[:, 1])
    assert np.corrcoef(usual.difference[:, 0, 1], even.difference[:, 0, 1])[0, 1] > 0.9


def test_progress_is_told():
    told = []
    resample(crowd(), COLUMNS, TIMED[0], **HOW, resamples=4, seed=1, errors=False, tick=told.append)
    assert told == [1, 1, 1, 1]


def test_a_resample_without_starts_has_no_answer():
    """All that start are in one court of four: some resamples do without it."""
    cases = crowd(courts=4)
    cases = cases._replace(start=np.where(cases.cluster == 2, cases.start, NEVER))
    found = resample(cases, COLUMNS, TIMED[0], **HOW, resamples=80, seed=1, errors=False)
    lacking = cluster_draws(4, 80, seed=1)[:, 2] == 0
    assert lacking.any()
    assert (np.isnan(found.values.difference).all(axis=(1, 2)) == lacking).all()
    limits = intervals(emulate(cases, COLUMNS, TIMED[0], **HOW), found)
    assert limits.usable == 80 - lacking.sum()
    assert np.isfinite(limits.difference.low).all()


def test_one_court_has_no_limits():
    cases = crowd(courts=1)
    emulation = emulate(cases, COLUMNS, TIMED[0], **HOW)
    for errors in (None, False):
        found = resample(cases, COLUMNS, TIMED[0], **HOW, resamples=5, seed=1, errors=errors)
        limits = intervals(emulation, found)
        np.testing.assert_array_equal(limits.difference.estimate, emulation.difference)
        assert np.isnan(limits.difference.low).all()
        assert np.isnan(limits.ratio.high).all()
        assert np.isnan(limits.difference.p_value).all()


def test_courts_without_cases_are_none():
    cases = crowd(courts=7)
    gaps = cases._replace(cluster=3 * cases.cluster + 5)
    one, other = (resample(part, COLUMNS, TIMED[0], **HOW, resamples=3, seed=1) for part in (cases, gaps))
    assert other.units == 7
    assert one.values.difference.tobytes() == other.values.difference.tobytes()


def test_no_resamples():
    emulation = emulate(crowd(courts=30), COLUMNS, TIMED[0], **HOW)
    found = resample(crowd(courts=30), COLUMNS, TIMED[0], **HOW, resamples=0, seed=1)
    assert found.values.difference.shape == (0, 2, 2)
    limits = intervals(emulation, found)
    assert limits.usable == 0
    assert np.isnan(limits.difference.std_error).all()


def test_limits_by_hand():
    """Three resamples of 5 courts: spread 0.02, and Student's distribution with 4 degrees of freedom."""
    emulation = emulate(crowd(), COLUMNS, TIMED[0], outcomes=2, horizons=[10])
    reached = np.array([[[0.30], [0.2]], [[0.25], [0.2]]])
    emulation = emulation._replace(at_horizons=reached, lost=10 * reached)
    drawn = np.stack([reached, reached, reached])
    drawn[:, 0, 0, 0] += [-0.02, 0, 0.02]
    found = intervals(emulation, Resamples(contrasts(drawn, 10 * drawn), None, None, 5), 0.9)
    error = 0.02 * np.sqrt(5 / 4)
    reach = student.ppf(0.95, 4) * error
    difference = found.difference
    assert difference.estimate[0, 0] == pytest.approx(0.05)
    assert difference.std_error[0, 0] == pytest.approx(error)
    assert [difference.low[0, 0], difference.high[0, 0]] == pytest.approx([0.05 - reach, 0.05 + reach])
    assert difference.p_value[0, 0] == pytest.approx(2 * student.sf(0.05 / error, 4))
    assert found.lost_difference.high[0, 0] == pytest.approx(10 * (0.05 + reach))
    logs = np.std(np.log([0.28, 0.30, 0.32]), ddof=1) * np.sqrt(5 / 4)
    assert found.ratio.estimate[0, 0] == pytest.approx(1.2)
    assert found.ratio.std_error[0, 0] == pytest.approx(logs)
    assert found.ratio.high[0, 0] == pytest.approx(1.2 * np.exp(student.ppf(0.95, 4) * logs))
    # what does not vary has no p value
    assert np.isnan(difference.p_value[1, 0])
    assert difference.std_error[1, 0] == 0
    assert found.incidence.estimate.shape == (2, 2, 1)
    assert np.isnan(found.incidence.p_value).all()


def test_limits_stay_where_the_quantity_does():
    reached = np.array([[[0.01]], [[0.99]]])
    drawn = reached + np.array([-0.2, 0, 0.2])[:, None, None, None] * np.array([1, -1])[:, None, None]
    emulation = emulate(crowd(), COLUMNS, TIMED[0], outcomes=2, horizons=[10])
    emulation = emulation._replace(at_horizons=reached, lost=reached)
    found = intervals(emulation, Resamples(contrasts(np.abs(drawn), drawn), None, None, 50))
    assert found.incidence.low[0, 0, 0] == 0
    assert found.incidence.high[1, 0, 0] == 1
    assert found.lost.low.min() == 0
    assert found.difference.low[0, 0] < -1  # the limits of a difference are not touched


def test_a_ratio_with_nothing_in_it_is_not_told():
    found = contrasts(np.array([[[0.2, 0.0]], [[0.0, 0.0]]]), np.zeros((2, 1, 2)))
    assert np.isnan(found.log_ratio).all()
    assert isinstance(found, Contrasts)


def test_cases_drawn_one_by_one():
    """Half start at once, and nothing confounds: the spread is that of two shares."""
    n = 4000
    rng = np.random.default_rng(2)
    began = np.where(rng.random(n) < 0.5, 0, NEVER)
    code = np.where(rng.random(n) < 0.3, 1, 2)
    cases = Followed(np.full(n, 5), code, began, np.empty((n, 0), np.int64), np.zeros(n, np.int64), None, np.ones(n))
    how = {"outcomes": 2, "horizons": [5]}
    strategy = Strategy(0)
    found = resample(cases, np.empty((1, 0)), strategy, **how, resamples=400, seed=1)
    limits = intervals(emulate(cases, np.empty((1, 0)), strategy, **how), found)
    expected = np.sqrt(0.3 * 0.7 / 2000 * 2)
    assert limits.clusters == n
    assert limits.difference.std_error[0, 0] == pytest.approx(expected, rel=0.1)
    # the same cases folded into cells of identical ones
    keys, place = np.unique(np.stack([code, began], axis=1), axis=0, return_inverse=True)
    mass = np.bincount(place).astype(float)
    folded = Followed(
        np.full(4, 5), keys[:, 0], keys[:, 1], np.empty((4, 0), np.int64), np.zeros(4, np.int64), None, mass
    )
    again = resample(folded, np.empty((1, 0)), strategy, **how, resamples=400, seed=1)
    assert again.units == n
    assert again.values.difference[:, 0, 0].std() == pytest.approx(expected, rel=0.1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["usual", "even", "late"]), st.sampled_from([None, 90.0]))
def test_tiny_data_give_finite_answers_or_none(seed, timing, truncate):
    """Separated fits, empty arms, courts of one case, kinds of which all start: numbers or NaN, and no warning."""
    rng = np.random.default_rng(seed)
    n, width, courts = int(rng.integers(1, 30)), int(rng.integers(0, 3)), int(rng.integers(1, 5))
    cases = Followed(
        rng.integers(0, 20, n),
        rng.integers(0, 3, n),
        np.where(rng.random(n) < 0.4, NEVER, rng.integers(0, 18, n)),
        np.where(rng.random((n, width)) < 0.4, NEVER, rng.integers(-3, 20, (n, width))),
        rng.integers(0, 4, n),
        rng.integers(0, courts, n) if seed % 3 else None,
        rng.random(n) if seed % 2 else np.ones(n),
    )
    strategy, design = Strategy(7, timing, int(rng.integers(1, 9)), truncate), rng.normal(size=(4, 2))
    try:
        found = emulate(cases, design, strategy, **HOW)
    except NoStartsError:
        return
    assert np.isfinite(found.incidence).all()
    assert np.isfinite(found.final_weights).all()
    assert found.incidence.sum(axis=1).max() < 1 + 1e-9
    drawn = resample(cases, design, strategy, **HOW, resamples=4, seed=1)
    limits = intervals(found, drawn).difference
    np.testing.assert_array_equal(limits.estimate, found.difference)
    assert not (limits.low > limits.high).any()
    np.testing.assert_allclose(weights_on(cases, design, strategy, [7])[0], found.final_weights, rtol=1e-9)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="days"):
        resample(crowd(), COLUMNS, Strategy(-1), **HOW, resamples=1, seed=1)
