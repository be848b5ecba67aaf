"""Which units are drawn: every draw enumerated, against R's package sampling, as properties."""

from __future__ import annotations

import doctest
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.types import Floats
from justice_metrics.estimate import selection as module
from justice_metrics.estimate.selection import brewer, inclusion_probabilities, random_positions, systematic

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
sizes_of = st.lists(st.integers(0, 400), min_size=1, max_size=25)


def test_examples() -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 4
    assert outcome.failed == 0


class TestChances:
    def test_like_r(self) -> None:
        for _, case in pd.read_csv(REFERENCE / "sampling_chances.csv").groupby("case"):
            found = inclusion_probabilities(case["size"].to_numpy(), int(case["drawn"].iloc[0]))
            np.testing.assert_allclose(found, case["chance"], rtol=1e-11)

    @given(sizes_of, st.integers(0, 30))
    def test_they_add_up(self, sizes: list[int], drawn: int) -> None:
        x = np.array(sizes)
        chances = inclusion_probabilities(x, drawn)
        assert chances.sum() == pytest.approx(min(drawn, (x > 0).sum()))
        assert ((chances >= 0) & (chances <= 1)).all()
        assert (chances[x == 0] == 0).all()
        # among those that are not certain, in proportion to size
        free = (chances > 0) & (chances < 1)
        if free.any():
            np.testing.assert_allclose(chances[free] / x[free], (chances[free] / x[free])[0], rtol=1e-9)
            assert x[free].max() <= x[chances == 1].min(initial=10**9)


class TestDraws:
    def test_like_r(self) -> None:
        """The same uniform numbers draw the same units as UPsystematic and UPbrewer."""
        chances = pd.read_csv(REFERENCE / "sampling_chances.csv").query("case == 'b'")["chance"].to_numpy()
        taken = pd.read_csv(REFERENCE / "sampling_taken.csv")
        for row in pd.read_csv(REFERENCE / "sampling_uniforms.csv").itertuples():
            there = taken[taken["seed"] == row.seed]
            assert systematic(chances, row.start).tolist() == (there["systematic"] == 1).tolist()
            uniforms = np.array([row.u1, row.u2, row.u3, row.u4])
            assert brewer(chances, uniforms).tolist() == (there["brewer"] == 1).tolist()

    def test_joint_chances_of_systematic_draws(self) -> None:
        """Starts between two neighbouring steps draw alike: the joint chances are sums of their lengths."""
        chances = pd.read_csv(REFERENCE / "sampling_chances.csv").query("case == 'b'")["chance"].to_numpy()
        edges = np.unique(np.concatenate([[0.0, 1.0], np.cumsum(chances) % 1]))
        joint = np.zeros((10, 10))
        for low, high in pairwise(edges):
            drawn = systematic(chances, (low + high) / 2).astype(float)
            joint += (high - low) * np.outer(drawn, drawn)
        expected = pd.read_csv(REFERENCE / "sampling_joint.csv").pivot(index="one", columns="other", values="joint")
        np.testing.assert_allclose(joint, expected.to_numpy(), atol=1e-9)
        np.testing.assert_allclose(np.diag(joint), chances, atol=1e-12)

    def test_brewer_by_enumeration(self) -> None:
        """Of five units three: all orders of drawing, each with its chance, give the chances that were asked for."""
        chances = inclusion_probabilities([10, 20, 30, 40, 45], 3)
        found, pairs = np.zeros(5), np.zeros((5, 5))
        for drawn, probability in _orders(chances, 3):
            inside = np.isin(np.arange(5), drawn).astype(float)
            found += probability * inside
            pairs += probability * np.outer(inside, inside)
        np.testing.assert_allclose(found, chances, rtol=1e-12)
        assert (pairs > 0).all()

    @given(sizes_of, st.integers(1, 25), st.integers(0, 2**31))
    def test_as_many_as_asked(self, sizes: list[int], drawn: int, seed: int) -> None:
        x = np.array(sizes)
        chances = inclusion_probabilities(x, drawn)
        uniforms = np.random.default_rng(seed).random(len(x) + 1)
        for taken in (systematic(chances, uniforms[0]), brewer(chances, uniforms[1:])):
            assert taken.sum() == min(drawn, (x > 0).sum())
            assert taken[chances == 1].all()
            assert not taken[x == 0].any()

    @pytest.mark.parametrize("start", [0.0, 0.5, np.nextafter(1, 0)])
    def test_at_the_ends(self, start: float) -> None:
        assert systematic(np.full(10, 0.3), start).sum() == 3
        assert systematic(np.full(7, 1.0), start).all()
        assert systematic(np.zeros(0), start).tolist() == []

    def test_nothing_to_draw(self) -> None:
        assert not brewer(np.zeros(3), np.zeros(0)).any()
        assert brewer(np.ones(3), np.zeros(0)).all()


class TestFiles:
    def test_smallest_numbers_by_cluster(self) -> None:
        uniforms = np.array([0.5, 0.1, 0.9, 0.2, 0.7, 0.3])
        clusters, positions = random_positions(np.array([4, 0, 2]), np.array([2, 0, 2]), uniforms)
        assert list(zip(clusters.tolist(), positions.tolist(), strict=True)) == [(0, 1), (0, 3), (2, 0), (2, 1)]

    @given(st.lists(st.integers(0, 40), min_size=1, max_size=10), st.integers(0, 40), st.integers(0, 2**31))
    def test_so_many_in_each(self, sizes: list[int], most: int, seed: int) -> None:
        whole = np.array(sizes)
        wanted = np.minimum(whole, most)
        clusters, positions = random_positions(whole, wanted, np.random.default_rng(seed).random(whole.sum()))
        assert np.bincount(clusters, minlength=len(whole)).tolist() == wanted.tolist()
        assert len(set(zip(clusters.tolist(), positions.tolist(), strict=True))) == len(positions)
        assert (positions < whole[clusters]).all()


def _orders(chances: Floats, n: int) -> list[tuple[tuple[int, ...], float]]:
    """Every order in which Brewer's method draws, with its chance; by the formula of the book, unit by unit."""
    found: list[tuple[tuple[int, ...], float]] = [((), 1.0)]
    for step in range(1, n + 1):
        longer = []
        for drawn, probability in found:
            rest = n - sum(chances[one] for one in drawn)
            odds = {
                k: chances[k] * (rest - chances[k]) / (rest - chances[k] * (n - step + 1))
                for k in range(len(chances))
                if k not in drawn
            }
            if step == n:
                odds = {k: chances[k] for k in odds}
            total = sum(odds.values())
            longer += [((*drawn, k), probability * one / total) for k, one in odds.items()]
        found = longer
    return found
