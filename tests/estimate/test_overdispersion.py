"""How much more offices differ than chance makes them: by hand, against R, as properties, at the edges."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom, fisher_exact, norm

from justice_metrics.estimate import overdispersion as module
from justice_metrics.estimate.overdispersion import homogeneity, mean_square, overdispersion
from tests.estimate.offices_reference import counts, said


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def test_by_hand() -> None:
    """Shares 1/10, 2/10, 3/10, 4/10 of 100 around 1/4: z^2 is 12, 4/3, 4/3 and 12, their mean 20/3."""
    found = overdispersion(np.array([0.1, 0.2, 0.3, 0.4]), np.full(4, 100.0), 0.25, drawn_in=0)
    assert found.factor == found.plain_factor == pytest.approx(20 / 3, rel=1e-12)
    # sum of squares 0.05 / (3/16 (0.01 + 0.99 r)) = 3
    assert found.intraclass == pytest.approx((0.05 / (3 * 3 / 16) - 0.01) / 0.99, rel=1e-9)


def test_like_r() -> None:
    successes, trials = (one[:, 0].astype(float) for one in counts("surgical"))
    target = successes.sum() / trials.sum()
    for drawn_in in (0, 0.1):
        found = overdispersion(successes / trials, trials, target, drawn_in=drawn_in)
        assert found.plain_factor == pytest.approx(said("surgical", f"phi {drawn_in}")[0], rel=1e-10)
        assert found.intraclass == pytest.approx(said("surgical", f"rho {drawn_in}")[0], rel=1e-9)


def test_like_metafor() -> None:
    """Offices of one size, nothing drawn in: the estimate of Paule and Mandel, as rma(method = "PM") gives it."""
    share = said("even", "successes") / 100
    target = share.mean()
    found = overdispersion(share, np.full(10, 100.0), target, drawn_in=0)
    assert target * (1 - target) * found.intraclass * 0.99 == pytest.approx(said("even", "tau2")[0], rel=1e-8)


@pytest.mark.parametrize("drawn_in", [0.01, 0.1, 0.3])
def test_mean_square_of_normal_values(drawn_in: float) -> None:
    q = norm.isf(drawn_in)
    by_sum = quad(lambda x: min(abs(x), q) ** 2 * norm.pdf(x), -10, 10, points=[-q, q])[0]
    assert mean_square(drawn_in) == pytest.approx(by_sum, rel=1e-9)


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=30),
    st.floats(0.05, 0.95),
)
def test_never_below_nothing_and_the_same_for_the_contrary(offices: list[tuple[int, int]], target: float) -> None:
    y, n = (np.array(one, float) for one in zip(*offices, strict=True))
    found, contrary = overdispersion(y / n, n, target), overdispersion(1 - y / n, n, 1 - target)
    assert 0 <= found.intraclass <= 1
    assert found.factor == pytest.approx(contrary.factor, rel=1e-9)
    assert found.intraclass == pytest.approx(contrary.intraclass, rel=1e-6, abs=1e-9)


def test_one_special_office_decides_nothing() -> None:
    rng = np.random.default_rng(3)
    n = np.full(60, 400.0)
    share = rng.binomial(400, 0.3, 60) / 400
    share[0] = 0.9
    assert overdispersion(share, n, 0.3, drawn_in=0).factor > 10
    assert overdispersion(share, n, 0.3).factor < 2


def test_edges() -> None:
    assert np.isnan(overdispersion(np.array([0.2]), np.array([10.0]), 0.2)).all()
    assert np.isnan(overdispersion(np.zeros(5), np.full(5, 10.0), 0.0)).all()
    alike = overdispersion(np.full(5, 0.2), np.full(5, 10.0), 0.2)
    assert (alike.factor, alike.intraclass) == (0.0, 0.0)


class TestHomogeneity:
    def test_two_offices_are_fishers_test(self) -> None:
        """Of two offices of one size the statistic orders tables as their chances do: Fisher's exact test."""
        y, n = np.array([[3], [9]]), np.array([[12], [12]])
        exact = fisher_exact([[3, 9], [9, 3]]).pvalue
        found = homogeneity(y, n, draws=20_000, generator=np.random.default_rng(1))
        assert found == pytest.approx(exact, abs=4 * np.sqrt(exact / 20_000))

    def test_kinds_are_kept_apart(self) -> None:
        """Offices that differ by their kinds of case only do not differ."""
        y, n = np.array([[9, 1], [90, 0]]), np.array([[10, 100], [100, 10]])
        ask = {"draws": 999, "generator": np.random.default_rng(1)}
        assert homogeneity(y.sum(axis=1, keepdims=True), n.sum(axis=1, keepdims=True), **ask) == 1 / 1000
        assert homogeneity(y, n, **ask) > 0.5

    def test_nothing_to_test(self) -> None:
        ask = {"draws": 99, "generator": np.random.default_rng(1)}
        assert np.isnan(homogeneity(np.array([[0], [0]]), np.array([[5], [5]]), **ask))
        assert np.isnan(homogeneity(np.array([[5], [5]]), np.array([[5], [5]]), **ask))
        assert np.isnan(homogeneity(np.array([[2], [0]]), np.array([[5], [0]]), **ask))

    @pytest.mark.parametrize(("share", "low", "high"), [(0.5, 30, 300), (0.06, 10, 60), (0.97, 30, 100)])
    def test_offices_that_do_not_differ_are_told_apart_in_one_of_twenty(
        self, share: float, low: int, high: int
    ) -> None:
        generator = np.random.default_rng(20180430)
        said = 0
        for _ in range(100):
            n = generator.integers(low, high, (30, 1))
            said += homogeneity(generator.binomial(n, share), n, draws=99, generator=generator) <= 0.05
        # 5 % of 100, within 99.9 % of the binomial
        assert said <= binom.ppf(0.999, 100, 0.05)
