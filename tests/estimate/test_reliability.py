"""Alpha, item statistics and omega against psych in R, by hand, and what must always hold."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.estimate.reliability import cronbach_alpha, item_statistics, loadings_of, one_factor

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
SETS = ("attitude", "made", "small")


def rows(name: str, wanted: str) -> list[dict[str, str]]:
    with (REFERENCE / f"perceptions_{name}.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["set"] == wanted]


def answers(wanted: str) -> np.ndarray:
    found = rows("rows", wanted)
    people, items = (max(int(row[name]) for row in found) for name in ("person", "item"))
    return np.array([float(row["answer"]) for row in found]).reshape(items, people).T


@pytest.mark.parametrize("name", SETS)
class TestAgainstPsych:
    def test_alpha_and_its_limits(self, name: str) -> None:
        (known,) = rows("scales", name)
        found = cronbach_alpha(answers(name))
        for own, theirs in zip(found, ("alpha", "low", "high", "mean_r"), strict=True):
            assert own == pytest.approx(float(known[theirs]), rel=1e-10)

    def test_items(self, name: str) -> None:
        known = rows("items", name)
        found = item_statistics(answers(name))
        for own, theirs in zip(found, ("mean", "sd", "rest", "dropped"), strict=True):
            np.testing.assert_allclose(own, [float(one[theirs]) for one in known], rtol=1e-10)

    def test_one_factor(self, name: str) -> None:
        known, (scale,) = rows("items", name), rows("scales", name)
        found = one_factor(answers(name))
        # psych stops its search with five digits; the other column is the minimum of the same misfit
        np.testing.assert_allclose(found.loading, [float(one["loading_psych"]) for one in known], atol=1e-5)
        np.testing.assert_allclose(found.loading, [float(one["loading"]) for one in known], atol=1e-7)
        assert found.omega == pytest.approx(float(scale["omega"]), abs=1e-8)
        assert found.omega == pytest.approx(float(scale["omega_psych"]), abs=1e-6)


class TestByHand:
    def test_two_items_of_one_covariance(self) -> None:
        # variances 2 and 2, covariance 1: 2 (1 - 4 / 6) = 2 / 3, and the correlation is 1 / 2
        found = cronbach_alpha(np.array([[0.0, 0], [2, 0], [1, 3], [3, 3]]) @ np.diag([1.0, 1.0]))
        covariance = np.cov(np.array([[0.0, 0], [2, 0], [1, 3], [3, 3]]), rowvar=False)
        assert found.estimate == pytest.approx(2 * (1 - np.trace(covariance) / covariance.sum()))
        exact = cronbach_alpha(np.array([[1.0, 2], [2, 1], [3, 4], [4, 3]]))
        assert exact.mean_correlation == pytest.approx(0.6)
        assert exact.estimate == pytest.approx(0.75)  # Spearman and Brown: 2 r / (1 + r)

    def test_an_item_that_nobody_turned_makes_alpha_negative(self) -> None:
        one = np.arange(6.0)
        assert cronbach_alpha(np.column_stack([one, 5.5 - one, one[::-1]])).estimate < 0

    def test_omega_of_equal_loadings_is_alpha(self) -> None:
        r = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
        loading = loadings_of(r)
        np.testing.assert_allclose(loading, np.sqrt(0.4), atol=1e-8)
        alpha = 5 / 4 * (1 - 5 / r.sum())
        assert 1 - (1 - loading**2).sum() / r.sum() == pytest.approx(alpha)


class TestEdges:
    @pytest.mark.parametrize("given", [np.zeros((0, 4)), np.ones((1, 4)), np.ones((9, 1)), np.ones((9, 4))])
    def test_nothing_to_tell(self, given: np.ndarray) -> None:
        assert np.isnan(cronbach_alpha(given).estimate)
        assert np.isnan(one_factor(given).omega)
        assert np.isnan(item_statistics(given).rest_correlation).all()

    def test_two_items_have_no_factor_and_no_alpha_without_one(self) -> None:
        two = answers("small")[:, :2]
        assert np.isnan(one_factor(two).omega)
        assert np.isnan(item_statistics(two).alpha_if_dropped).all()

    def test_an_item_that_does_not_vary_is_told_of_nothing(self) -> None:
        found = item_statistics(np.column_stack([answers("small"), np.full(12, 3.0)]))
        assert np.isnan(found.rest_correlation[-1])
        assert np.isfinite(found.rest_correlation[:-1]).all()

    def test_two_equal_items_load_no_more_than_fully(self) -> None:
        one = answers("small")
        found = one_factor(np.column_stack([one[:, 0], one[:, 0], one[:, 1]]))
        assert np.abs(found.loading).max() <= 1


@settings(max_examples=8)
@given(st.integers(0, 10_000), st.integers(3, 7))
def test_what_always_holds(seed: int, items: int) -> None:
    rng = np.random.default_rng(seed)
    made = rng.normal(size=(20, 1)) + rng.normal(size=(20, items))
    alpha, factor = cronbach_alpha(made), one_factor(made)
    assert alpha.conf_low <= alpha.estimate <= alpha.conf_high <= 1
    # a shift of all answers, or another unit for all of them, changes nothing
    other = cronbach_alpha(made * 3 - 7)
    assert other.estimate == pytest.approx(alpha.estimate)
    assert one_factor(made * np.arange(1, items + 1)).omega == pytest.approx(factor.omega, abs=1e-6)
    order = rng.permutation(items)
    np.testing.assert_allclose(
        item_statistics(made[:, order]).rest_correlation, item_statistics(made).rest_correlation[order]
    )
