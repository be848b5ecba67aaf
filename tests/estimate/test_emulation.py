"""Two strategies of support: cases by hand, and what must hold for any."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.emulation import (
    NEVER,
    Followed,
    NoStartsError,
    Strategy,
    emulate,
    lost_days,
    truncations,
)
from justice_metrics.estimate.emulation_balance import balance, weights_on

NOTHING = np.empty((1, 0))


def followed(exit_day, code, start, *, pattern=None, cluster=None, mass=None, milestones=None):
    n = len(exit_day)
    return Followed(
        np.array(exit_day),
        np.array(code),
        np.array(start),
        np.empty((n, 0), np.int64) if milestones is None else np.array(milestones),
        np.zeros(n, np.int64) if pattern is None else np.array(pattern),
        None if cluster is None else np.array(cluster),
        np.ones(n) if mass is None else np.array(mass, dtype=float),
    )


def crowd(seed, n=60, milestones=1, patterns=3, courts=None):
    """Random cases, with many ties."""
    rng = np.random.default_rng(seed)
    last = rng.integers(0, 30, n)
    begin = rng.integers(0, 25, n)
    reached = rng.integers(-2, 30, (n, milestones))
    return Followed(
        last,
        rng.integers(0, 3, n),
        np.where(rng.random(n) < 0.4, NEVER, begin),
        np.where(rng.random((n, milestones)) < 0.3, NEVER, reached),
        rng.integers(0, patterns, n),
        None if courts is None else rng.integers(0, courts, n),
        rng.integers(1, 4, n).astype(float),
    )


COLUMNS = np.array([[0.0, 1.0], [1.0, 0.5], [1.0, -1.0]])
TIMED = [Strategy(8, "usual"), Strategy(8, "even"), Strategy(8, "late", 3), Strategy(8, "even", truncate=90.0)]


# ---------------------------------------------------------------------------------------------------------- by hand


def test_six_cases_by_hand():
    """Of four cases of one kind one starts on day 0, of two of the other kind one; then they end, one by one."""
    cases = followed(
        [1, 1, 2, 9, 2, 3], [1, 2, 1, 0, 1, 1], [0, NEVER, NEVER, NEVER, 0, NEVER], pattern=[0, 0, 0, 0, 1, 1]
    )
    found = emulate(cases, np.array([[0.0], [1.0]]), Strategy(0), outcomes=2, horizons=[1, 3])
    # hazards 1/4 and 1/2: weights 4 and 2 for those that start, 4/3 and 2 for those that do not
    weights = [[4, 0, 0, 0, 2, 0], [0, Fraction(4, 3), Fraction(4, 3), Fraction(4, 3), 0, 2]]
    np.testing.assert_allclose(found.final_weights, np.array(weights, dtype=float), rtol=1e-12)
    # arm 0: of 6, 4 reach outcome 1 on day 1, the other 2 on day 2
    np.testing.assert_allclose(found.incidence[0], [[0, 2 / 3, 1, 1], [0, 0, 0, 0]], atol=1e-12)
    # arm 1: of 6, 4/3 reach outcome 2 on day 1; of 14/3, 4/3 outcome 1 on day 2; of 10/3, 2 outcome 1 on day 3
    second = Fraction(14, 3) / 6
    by_two = second * Fraction(4, 14)
    by_three = by_two + second * Fraction(10, 14) * Fraction(6, 10)
    two = Fraction(4, 18)
    expected = [[0, 0, by_two, by_three], [0, two, two, two]]
    np.testing.assert_allclose(found.incidence[1], np.array(expected, dtype=float), atol=1e-12)
    assert by_three == Fraction(5, 9)
    # without weights: of 2, one each on days 1 and 2; of 4, one outcome 2, then two outcomes 1
    np.testing.assert_allclose(found.unweighted[0, 0], [0, 0.5, 1, 1])
    np.testing.assert_allclose(found.unweighted[1], [[0, 0, 0.25, 0.5], [0, 0.25, 0.25, 0.25]])
    np.testing.assert_allclose(found.difference, [[2 / 3, 4 / 9], [-2 / 9, -2 / 9]], atol=1e-12)
    np.testing.assert_allclose(found.ratio, [[np.nan, 9 / 5], [0, 0]], atol=1e-12)
    # days lost by the horizon of 3 days: the incidences of days 0, 1 and 2
    np.testing.assert_allclose(found.lost[:, 0, 1], [2 / 3 + 1, 2 / 9], atol=1e-12)
    np.testing.assert_allclose(found.lost_difference[0, 1], 5 / 3 - 2 / 9, atol=1e-12)
    np.testing.assert_allclose(found.weights.effective, [36 / 20, 36 / (3 * 16 / 9 + 4)], rtol=1e-12)
    np.testing.assert_allclose(found.weights.mean, [3, 1.5], rtol=1e-12)
    assert found.departed.tolist() == [[4], [2]]
    assert found.at_risk.tolist() == [[6, 2, 1, 0], [6, 4, 3, 2]]


def test_a_grace_period_by_hand():
    """Six cases of one kind: one starts on day 0, one ends on day 1 without support, two start on day 1."""
    cases = followed([5, 1, 4, 5, 3, 6], [1, 1, 1, 0, 1, 1], [0, NEVER, 1, 1, NEVER, NEVER])
    found = emulate(cases, NOTHING, Strategy(1), outcomes=1, horizons=[6])
    # natural hazards 1/6 and 2/4; of three starts one is on day 0, so the strategy has 1/3, then 1
    assert found.start_hazard == pytest.approx([1 / 3, 1])
    np.testing.assert_allclose(found.model.hazard[0], [1 / 6, 1 / 2], rtol=1e-12)
    waited = Fraction(2, 3) / Fraction(5, 6)
    first = [2, waited, waited * 2, waited * 2, 0, 0]
    second = [0, Fraction(6, 5), 0, 0, Fraction(12, 5), Fraction(12, 5)]
    np.testing.assert_allclose(found.final_weights, np.array([first, second], dtype=float), rtol=1e-12)
    # arm 0, day 1: at risk are the one that started, with 2, and five that wait, with 4/5 each
    assert found.weighted_at_risk[0, :3] == pytest.approx([6, 2 + 5 * 0.8, 2 + 2 * 1.6])
    assert found.incidence[0, 0, 1] == pytest.approx(0.8 / 6)
    assert found.weighted_at_risk[1, :3] == pytest.approx([6, 6, 4.8])
    assert found.incidence[1, 0, 1] == pytest.approx(1.2 / 6)
    assert found.ended_in_grace.ravel().tolist() == [1, 1]
    assert found.departed.tolist() == [[0, 2], [1, 2]]
    assert found.starts.tolist() == [1, 2]


def test_support_on_the_day_of_the_ending_did_not_precede_it():
    cases = followed([3, 3, 9], [1, 0, 0], [3, 3, 2])
    found = emulate(cases, NOTHING, Strategy(5), outcomes=1, horizons=[9])
    assert found.starts.tolist() == [0, 0, 1, 0, 0, 0]
    assert (found.final_weights[1] > 0).tolist() == [True, True, False]
    assert found.last_seen[:, 3].tolist() == [1, 1]


def test_a_milestone_counts_from_the_day_after():
    # two kinds of days on which somebody starts: with the milestone all do, on its own day nobody
    cases = followed([9] * 4, [0] * 4, [4, 4, 3, NEVER], milestones=[[3], [3], [1], [NEVER]])
    model = emulate(cases, NOTHING, Strategy(6), outcomes=1, horizons=[9]).model
    held = model.kinds.state == 1
    assert model.person_days[held].sum() == 4  # day 4 of two cases, days 2 and 3 of the third
    assert model.starts[held].sum() == 3
    assert model.starts[~held].sum() == 0


def test_days_lost_are_an_area():
    curve = np.array([[0.25, 0.5, 0.5, 1.0]])
    assert lost_days(curve, np.array([0, 1, 3, 4])).ravel().tolist() == [0, 0.25, 1.25, 2.25]


# ---------------------------------------------------------------------------------------------------------- edges


def test_nobody_starts():
    cases = followed([5, 9], [1, 0], [7, NEVER], mass=[2, 3])
    with pytest.raises(NoStartsError) as raised:
        emulate(cases, NOTHING, Strategy(6), outcomes=1, horizons=[9])
    assert (raised.value.within_days, raised.value.units) == (6, 5.0)
    with pytest.raises(NoStartsError):
        weights_on(cases, NOTHING, Strategy(6), [0])


def test_no_cases():
    none = Followed(
        *(np.empty(0, np.int64) for _ in range(3)), np.empty((0, 1), np.int64), np.empty(0, np.int64), None, np.empty(0)
    )
    with pytest.raises(NoStartsError):
        emulate(none, NOTHING, Strategy(6), outcomes=1, horizons=[9])


def test_everybody_starts():
    cases = followed([5, 9, 7], [1, 0, 1], [0, 2, 1])
    found = emulate(cases, NOTHING, Strategy(3), outcomes=1, horizons=[9])
    assert found.at_risk[1].tolist() == [3, 2, 1, 0, 0, 0, 0, 0, 0, 0]
    assert (found.weighted_at_risk[1, 3:] == 0).all()
    assert (found.incidence[1] == 0).all()
    assert found.weights.effective[1] == 0
    assert np.isnan(found.weights.mean[1])
    assert (found.weights.clones == [3, 0]).all()


def test_everybody_starts_at_once_with_columns():
    rng = np.random.default_rng(1)
    cases = followed(rng.integers(3, 20, 50), rng.integers(0, 3, 50), [0] * 50, pattern=rng.integers(0, 3, 50))
    found = emulate(cases, COLUMNS, Strategy(5), outcomes=2, horizons=[20])
    np.testing.assert_allclose(found.incidence[0], found.unweighted[0], atol=1e-9)
    assert np.isfinite(found.final_weights).all()
    assert found.overlap.without_waiting == found.overlap.cells == 3


@pytest.mark.parametrize("timing", ["usual", "even", "late"])
def test_one_case(timing):
    found = emulate(followed([5], [1], [2]), NOTHING, Strategy(3, timing, 2), outcomes=1, horizons=[4, 5])
    assert found.at_horizons[0, 0].tolist() == [0, 1]
    assert found.at_horizons[1, 0].tolist() == [0, 0]


def test_nothing_to_cut_where_nobody_is_left():
    found = emulate(followed([5], [1], [0]), NOTHING, Strategy(3, truncate=90.0), outcomes=1, horizons=[5])
    assert found.weights.caps.tolist() == [pytest.approx(1), np.inf]
    assert (found.final_weights[1] == 0).all()


def test_all_censored_and_all_on_one_day():
    found = emulate(followed([9, 9, 9], [0, 0, 0], [1, 2, NEVER]), NOTHING, Strategy(3), outcomes=2, horizons=[9])
    assert (found.incidence == 0).all()
    n = 10_000
    start = np.where(np.arange(n) % 4, NEVER, np.arange(n) % 7)
    ties = followed(np.full(n, 8), np.ones(n, np.int64), start)
    found = emulate(ties, NOTHING, Strategy(6), outcomes=1, horizons=[7, 8])
    assert found.at_horizons[:, 0, 0].tolist() == [0, 0]
    np.testing.assert_allclose(found.at_horizons[:, 0, 1], 1, atol=1e-12)


def test_all_end_on_day_zero_but_one():
    found = emulate(followed([0, 0, 4], [1, 1, 1], [0, NEVER, 0]), NOTHING, Strategy(2), outcomes=1, horizons=[0, 4])
    assert found.at_horizons[:, 0, 0] == pytest.approx([2 / 3, 2 / 3])
    assert found.at_risk[:, 0].tolist() == [3, 3]


def test_a_horizon_within_the_grace_period():
    cases = crowd(2)
    short = emulate(cases, COLUMNS, Strategy(20), outcomes=2, horizons=[5])
    long = emulate(cases, COLUMNS, Strategy(20), outcomes=2, horizons=[5, 29])
    np.testing.assert_allclose(short.incidence, long.incidence[..., :6], rtol=1e-13)
    assert short.days.tolist() == list(range(6))


@pytest.mark.parametrize(
    ("strategy", "horizons"),
    [
        (Strategy(-1), [9]),
        (Strategy(5), []),
        (Strategy(5), [-1]),
        (Strategy(5, "late", 0), [9]),
        (Strategy(5, truncate=0.0), [9]),
        (Strategy(5, truncate=101.0), [9]),
    ],
)
def test_nonsense_is_refused(strategy, horizons):
    with pytest.raises(ValueError, match="day|percentile"):
        emulate(crowd(1), COLUMNS, strategy, outcomes=2, horizons=horizons)


def test_an_ending_beyond_those_told_is_refused():
    with pytest.raises(ValueError, match="endings"):
        emulate(crowd(1), COLUMNS, Strategy(5), outcomes=1, horizons=[9])


def test_weights_outside_the_grace_period_are_refused():
    with pytest.raises(ValueError, match="grace"):
        weights_on(crowd(1), COLUMNS, Strategy(5), [6])


# ---------------------------------------------------------------------------------------------------------- properties


def same(one, other, tolerance=1e-10):
    for name in ("incidence", "unweighted", "weighted_at_risk", "at_risk", "difference", "lost", "departed"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=tolerance, atol=tolerance)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(TIMED), st.integers(0, 3))
def test_shares_add_up(seed, strategy, milestones):
    cases = crowd(seed, milestones=milestones)
    found = emulate(cases, COLUMNS, strategy, outcomes=2, horizons=[29])
    assert (found.final_weights >= 0).all()
    assert np.isfinite(found.final_weights).all()
    there = found.weighted_at_risk > 1e-9
    leaving = np.where(there, found.weighted_events.sum(axis=1) / np.where(there, found.weighted_at_risk, 1), 0)
    still_open = np.cumprod(1 - leaving, axis=-1)
    np.testing.assert_allclose(found.incidence.sum(axis=1) + still_open, 1, atol=1e-9)
    assert (np.diff(found.incidence, axis=-1) >= -1e-12).all()
    # who is at risk either ends, is last seen, departs, or is at risk on the next day
    leave = found.events.sum(axis=1) + found.last_seen
    leave[:, : found.departed.shape[1]] += found.departed
    np.testing.assert_allclose(found.at_risk[:, 1:], found.at_risk[:, :-1] - leave[:, :-1], atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(TIMED))
def test_frequency_is_replication(seed, strategy):
    cases = crowd(seed)
    times = cases.mass.astype(int)
    rows = Followed(*(None if part is None else np.repeat(part, times, axis=0) for part in cases))
    rows = rows._replace(mass=np.ones(times.sum()))
    how = {"outcomes": 2, "horizons": [10, 29]}
    same(emulate(cases, COLUMNS, strategy, **how), emulate(rows, COLUMNS, strategy, **how))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(TIMED))
def test_names_and_order_change_nothing(seed, strategy):
    cases = crowd(seed, courts=5)
    rng = np.random.default_rng(seed)
    order, names, courts = rng.permutation(len(cases.exit)), rng.permutation(3), rng.permutation(5)
    other = Followed(*(part[order] for part in cases))
    other = other._replace(pattern=names[other.pattern], cluster=courts[other.cluster])
    design = np.empty_like(COLUMNS)
    design[names] = COLUMNS
    how = {"outcomes": 2, "horizons": [10, 29]}
    one, two = emulate(cases, COLUMNS, strategy, **how), emulate(other, design, strategy, **how)
    same(one, two, 1e-8)
    np.testing.assert_allclose(one.final_weights[:, order], two.final_weights, rtol=1e-6, atol=1e-9)


def test_without_confounding_the_second_arm_is_plain_aalen_johansen():
    """One kind of case: on every day all that wait weigh the same, and afterwards nothing changes."""
    cases = crowd(4, milestones=0)
    found = emulate(cases, np.empty((3, 0)), Strategy(8), outcomes=2, horizons=[29])
    np.testing.assert_allclose(found.incidence[1], found.unweighted[1], atol=1e-12)
    at_once = emulate(cases._replace(start=np.where(np.arange(60) % 2, cases.start, 0)), np.empty((3, 0)), Strategy(0),
                      outcomes=2, horizons=[29])  # fmt: skip
    np.testing.assert_allclose(at_once.incidence, at_once.unweighted, atol=1e-12)


def test_days_without_any_start_are_passed_over():
    """With nobody before day 3, evenly over days 0 to 8 is evenly over days 3 to 8."""
    cases = crowd(10)
    cases = cases._replace(start=np.maximum(cases.start, 3))
    even, window = (
        emulate(cases, COLUMNS, strategy, outcomes=2, horizons=[29])
        for strategy in (Strategy(8, "even"), Strategy(8, "late", 6))
    )
    assert even.model.firsts.tolist()[:3] == [0, 1, 3]
    assert (even.model.hazard[:, :2] == 0).all()
    np.testing.assert_allclose(even.incidence, window.incidence, rtol=0, atol=1e-12)


def test_plain_aalen_johansen_is_that_of_the_other_rooms():
    from justice_metrics.estimate.curves import aalen_johansen

    found = emulate(crowd(4), COLUMNS, Strategy(8), outcomes=2, horizons=[29])
    other = aalen_johansen(found.events.astype(int), found.at_risk.astype(int))
    np.testing.assert_allclose(found.unweighted, other.incidence, atol=1e-12)
    weighted = aalen_johansen(found.weighted_events, np.maximum(found.weighted_at_risk, found.weighted_events.sum(1)))
    np.testing.assert_allclose(found.incidence, weighted.incidence, atol=1e-10)


def test_same_bits():
    one, two = (emulate(crowd(3), COLUMNS, TIMED[0], outcomes=2, horizons=[29]) for _ in range(2))
    assert one.incidence.tobytes() == two.incidence.tobytes()
    assert one.final_weights.tobytes() == two.final_weights.tobytes()


def test_pieces_change_nothing(monkeypatch):
    cases = crowd(6, n=300)
    how = {"outcomes": 2, "horizons": [29]}
    whole = [emulate(cases, COLUMNS, strategy, **how) for strategy in TIMED]
    monkeypatch.setattr("justice_metrics.estimate.emulation_weights.CELLS", 25)
    for strategy, expected in zip(TIMED, whole, strict=True):
        same(emulate(cases, COLUMNS, strategy, **how), expected)


# ---------------------------------------------------------------------------------------------------------- reports


def test_truncation_goes_from_weighted_towards_less():
    cases = crowd(5, n=400)
    table = truncations(cases, COLUMNS, TIMED[1], outcomes=2, horizons=[29])
    assert [row.percentile for row in table] == [None, 99.9, 99.0, 95.0]
    assert np.isinf(table[0].caps).all()
    for row in table[1:]:
        np.testing.assert_allclose(row.largest, row.caps)
    largest = np.array([row.largest for row in table])
    assert (np.diff(largest, axis=0) <= 1e-12).all()
    assert (largest[-1] < largest[0]).all()
    found = emulate(cases, COLUMNS, TIMED[1]._replace(truncate=95.0), outcomes=2, horizons=[29])
    np.testing.assert_array_equal(table[-1].difference, found.difference)


def test_weights_are_described():
    found = emulate(crowd(5, n=400), COLUMNS, TIMED[1], outcomes=2, horizons=[29])
    weights = found.weights
    for arm in range(2):
        mass = crowd(5, n=400).mass
        own, n = found.final_weights[arm], mass
        there = own > 0
        assert weights.clones[arm] == n[there].sum()
        assert weights.mean[arm] == pytest.approx(np.average(own[there], weights=n[there]))
        assert weights.smallest[arm] == own[there].min()
        assert weights.largest[arm] == own.max()
        every = np.sort(np.repeat(own[there], n[there].astype(int)))
        for p, value in zip(weights.probabilities, weights.quantiles[arm], strict=True):
            assert value == every[int(np.ceil(p * len(every))) - 1]
        assert weights.effective[arm] == pytest.approx(every.sum() ** 2 / (every**2).sum())


def test_cells_without_starts_are_told():
    # of kind 0 nobody ever starts
    cases = followed([9, 9, 9, 9], [0, 1, 0, 0], [NEVER, NEVER, 1, NEVER], pattern=[0, 0, 1, 1])
    overlap = emulate(cases, np.array([[0.0], [1.0]]), Strategy(4), outcomes=1, horizons=[9]).overlap
    assert overlap.cells == 4  # day 0, and days 1 to 4, of two kinds
    assert overlap.without_starts == 3
    assert overlap.share_without_starts == pytest.approx((2 * 5 + 2) / (2 * 5 + 2 + 5))
    assert overlap.chance[:2] == pytest.approx([0, 0], abs=1e-6)
    # of kind 1, one start in five days from day 1 on
    assert overlap.chance[2] == pytest.approx(1 - (1 - 1 / 5) ** 4)


def test_balance_by_hand():
    cases = followed([9] * 4, [0] * 4, [0, NEVER, NEVER, NEVER], pattern=[0, 0, 1, 1])
    weights = np.array([[[2.0, 0, 0, 0], [0, 2.0, 1.0, 1.0]]])
    found = balance(cases, np.array([[0.0, 3.0], [1.0, 3.0]]), weights, [0])
    assert found.spread.tolist() == [0.5, 0]
    assert found.weighted_means[0, :, 0].tolist() == [0, 0.5]
    assert found.weighted_difference[0, 0] == -1
    assert found.difference[0, 0] == pytest.approx(-2 / 3 / 0.5)
    assert np.isnan(found.difference[0, 1])


def test_no_difference_before_anybody_departs():
    cases = crowd(8)
    cases = cases._replace(start=np.maximum(cases.start, 1))
    weights = weights_on(cases, COLUMNS, Strategy(6), [0, 3, 6])
    assert (weights[0] == 1).all()
    found = balance(cases, COLUMNS, weights, [0, 3, 6])
    np.testing.assert_allclose(found.difference[0], 0, atol=1e-12)
    assert (np.abs(found.difference[2]) > 0).all()
