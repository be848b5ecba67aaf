"""Draws that must be the same everywhere and have the distribution that they claim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.simulate import draws


def test_the_stream_of_uniform_numbers_is_the_one_that_the_sample_was_made_with() -> None:
    # PCG64(1): if NumPy ever changes this stream, every committed sample file changes with it
    assert draws.generator(1).random(3).tolist() == [0.5118216247002567, 0.9504636963259353, 0.14415961271963373]


def test_waiting_times_are_exponential_and_endless_without_hazard() -> None:
    rng = draws.generator(2)
    waits = draws.waiting_times(rng, np.full(100_000, 0.25))
    assert waits.mean() == pytest.approx(4, abs=4 * 4 / np.sqrt(100_000))
    assert (waits > 4).mean() == pytest.approx(np.exp(-1), abs=0.006)
    assert np.isinf(draws.waiting_times(rng, np.zeros(3))).all()


def test_the_event_that_happens_is_drawn_in_proportion_to_its_hazard() -> None:
    hazards = np.tile([0.0, 1.0, 3.0], (40_000, 1))
    drawn = np.bincount(draws.which(draws.generator(3), hazards), minlength=3) / 40_000
    assert drawn[0] == 0
    assert drawn[2] == pytest.approx(0.75, abs=4 * np.sqrt(0.75 * 0.25 / 40_000))


def test_normal_values_have_mean_nought_and_variance_one() -> None:
    values = draws.normal(draws.generator(4), 200_000)
    assert values.mean() == pytest.approx(0, abs=0.01)
    assert values.std() == pytest.approx(1, abs=0.01)
    assert (np.abs(values) < 1.96).mean() == pytest.approx(0.95, abs=0.002)


@given(low=st.integers(-50, 50), span=st.integers(0, 9), seed=st.integers(0, 2**32))
def test_whole_numbers_stay_within_their_bounds(low: int, span: int, seed: int) -> None:
    numbers = draws.whole_numbers(draws.generator(seed), low, low + span, 200)
    assert low <= numbers.min() <= numbers.max() <= low + span


def test_whole_numbers_reach_both_bounds() -> None:
    assert set(draws.whole_numbers(draws.generator(5), 3, 5, 500).tolist()) == {3, 4, 5}


@given(n=st.integers(0, 20), seed=st.integers(0, 2**32))
def test_some_of_takes_different_candidates(n: int, seed: int) -> None:
    taken = draws.some_of(draws.generator(seed), np.arange(100, 120), n)
    assert len(set(taken.tolist())) == n
    assert set(taken.tolist()) <= set(range(100, 120))


def test_levels_come_with_their_shares_even_when_these_do_not_add_up_to_one() -> None:
    drawn = np.bincount(draws.levels(draws.generator(6), np.array([2.0, 0.0, 6.0]), 40_000), minlength=3) / 40_000
    assert drawn[1] == 0
    assert drawn[0] == pytest.approx(0.25, abs=0.01)
