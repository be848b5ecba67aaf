from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.disclosure.formulas import FORMULAS, computed


def of(formula: str, *inputs: float, level: float | None = None) -> float:
    return float(computed(formula, [np.array([one]) for one in inputs], level=level)[0])


def test_a_share_by_hand() -> None:
    assert of("share", 8, 321) == 8 / 321
    assert of("complement", 8, 321) == 1 - 8 / 321
    assert of("percent_of_rest", 8, 321) == 8 / 313
    assert of("ratio", 12, 10) == 1.2
    assert of("change", 12, 10) == pytest.approx(0.2)
    assert of("difference", 12, 10, 1) == 1
    assert of("sum", 12, 10, 1) == 23


def test_limits_are_those_of_the_literature() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81 of 263, Wilson 0.2553 to 0.3662, exact 0.2527 to
    # 0.3676
    assert of("wilson_low", 81, 263) == pytest.approx(0.2553, abs=5e-5)
    assert of("wilson_high", 81, 263) == pytest.approx(0.3662, abs=5e-5)
    assert of("clopper_pearson_low", 81, 263) == pytest.approx(0.2527, abs=5e-5)
    assert of("clopper_pearson_high", 81, 263) == pytest.approx(0.3676, abs=5e-5)
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10: 56/70 - 48/80
    assert of("share_difference_low", 56, 70, 48, 80) == pytest.approx(0.0524, abs=5e-5)
    assert of("share_difference_high", 56, 70, 48, 80) == pytest.approx(0.3339, abs=5e-5)


def test_a_part_that_was_rounded_past_its_whole_stays_a_part() -> None:
    assert of("share", 15, 10) == 1
    assert of("complement", 15, 10) == 0
    assert of("wilson_high", 15, 10) == 1
    assert of("ratio", 15, 10) == 1.5


def test_what_is_hidden_hides_what_is_computed() -> None:
    assert np.isnan(of("share", np.nan, 10))
    assert np.isnan(of("share", 3, np.nan))
    found = computed("share_of_rows", [np.array([1.0, 3.0, np.nan])], groups=np.array([0, 0, 1]))
    assert found[:2].tolist() == [0.25, 0.75]
    assert np.isnan(found[2])


def test_rows_that_belong_together() -> None:
    groups = np.array([0, 0, 1, 1])
    counts = np.array([4.0, 6.0, 10.0, 5.0])

    def rows(name: str) -> list[float]:
        return computed(name, [counts], groups=groups).tolist()

    assert rows("sum_of_rows") == [10, 10, 15, 15]
    assert rows("running_sum") == [4, 10, 10, 15]
    assert rows("difference_from_first") == [0, 2, 0, -5]
    assert rows("change_from_previous")[1::2] == [0.5, -0.5]
    assert np.isnan(rows("difference_from_previous")[::2]).all()


def test_no_rows_and_no_such_formula() -> None:
    assert computed("share", [np.zeros(0), np.zeros(0)]).shape == (0,)
    with pytest.raises(TypeError, match="no formula 'guess'"):
        computed("guess", [np.ones(1)])
    with pytest.raises(ValueError, match="unpack"):
        computed("wilson_low", [np.ones(1)])


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.sampled_from(sorted(FORMULAS)))
def test_shares_and_their_limits_lie_between_nothing_and_all(n: int, d: int, name: str) -> None:
    if name in {"share", "complement"} or name.startswith(("wilson", "clopper", "jeffreys")):
        assert 0 <= of(name, n, d) <= 1
