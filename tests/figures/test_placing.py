"""Words in their place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.figures.placing import (
    end_labels,
    floats,
    nice_ticks,
    rows_below,
    share_ticks,
    spread,
    thinned,
    wrapped,
)
from justice_metrics.figures.style import new_axes, plain_number, plain_percent

labels = st.lists(
    st.tuples(st.floats(-50, 150), st.floats(0.5, 30)), min_size=1, max_size=12, unique_by=lambda one: one[0]
)


@given(labels)
def test_labels_that_are_moved_apart_lie_free_in_order_and_inside(given_labels: list[tuple[float, float]]) -> None:
    wanted, sizes = (np.array(column) for column in zip(*given_labels, strict=True))
    high = max(100.0, sizes.sum())
    placed = spread(wanted, sizes, 0.0, high)
    order = np.argsort(wanted)
    gaps = np.diff(placed[order]) - (sizes[order][1:] + sizes[order][:-1]) / 2
    assert np.all(gaps > -1e-6)
    assert placed.min() - sizes[placed.argmin()] / 2 > -1e-6
    assert (placed + sizes / 2).max() < high + 1e-6


@given(labels)
def test_labels_that_lie_free_already_stay(given_labels: list[tuple[float, float]]) -> None:
    wanted, sizes = (np.array(column) for column in zip(*given_labels, strict=True))
    placed = spread(wanted, sizes, 0.0, max(100.0, sizes.sum()))
    np.testing.assert_allclose(spread(placed, sizes, 0.0, max(100.0, sizes.sum())), placed, atol=1e-6)


def test_two_labels_at_one_place_give_way_alike() -> None:
    assert spread(np.array([50.0, 50.0]), np.array([10.0, 20.0]), 0, 100).tolist() == [42.5, 57.5]


@given(st.text(), st.integers(5, 40))
def test_no_line_is_longer_than_asked(text: str, width: int) -> None:
    assert all(len(line) <= width for line in wrapped(text, width).split("\n"))


@given(st.floats(0, 1), st.floats(0, 1))
def test_ticks_of_shares_are_whole_per_cents_around_the_shares(one: float, other: float) -> None:
    low, high = sorted((one - 0.5, other - 0.5))
    ticks = share_ticks(low, high)
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= high - 1e-9
    written = [plain_percent(tick) for tick in ticks]
    assert len(set(written)) == len(ticks) >= 2
    assert not any("." in one for one in written)


def test_ticks_of_nothing_are_ticks_still() -> None:
    assert nice_ticks(0, 0)[0] <= 0 < nice_ticks(0, 0)[-1]
    assert share_ticks(0, 0) == [0.0, 0.01]


def test_numbers_read_alike_in_both_languages() -> None:
    assert [plain_number(n) for n in (0, 9_999, 1_234_567, -20_000)] == [
        "0",
        "9999",
        "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567",
        "\N{MINUS SIGN}20\N{NO-BREAK SPACE}000",
    ]


def test_masked_and_missing_are_nan() -> None:
    np.testing.assert_array_equal(floats(np.ma.array([1, 2], mask=[0, 1])), [1.0, np.nan])
    np.testing.assert_array_equal(floats([1, None]), [1.0, np.nan])


def test_ticks_are_thinned_until_their_words_fit() -> None:
    places = np.arange(10.0)
    words = [["20,000"] * 10]
    assert thinned(places, words, 100.0) == list(range(10))
    assert thinned(places, words, 12.0) == [0, 3, 6, 9]
    assert thinned(places, words, 0.1) == [0]


def test_names_at_the_ends_skip_what_has_no_name_or_no_end() -> None:
    axes = new_axes()
    names = end_labels(axes, heights=np.array([0.5, np.nan, 0.6]), texts=["one", "two", ""], colours=["#000000"] * 3)
    assert [name.get_text() for name in names] == ["one"]


@pytest.mark.parametrize("heading", [None, "still open"])
def test_numbers_stand_under_their_ticks(heading: str | None) -> None:
    axes = new_axes()
    axes.set_xlim(0, 10)
    rows_below(axes, places=np.array([0.0, 5.0]), heading=heading, names=["a", "b"], numbers=[["10", "7"], ["4", "2"]])
    at = {text.get_text(): text.xy for text in axes.texts}
    assert [at[one] for one in ("10", "7", "4", "2")] == [(0.0, 0.0), (5.0, 0.0), (0.0, 0.0), (5.0, 0.0)]
    assert ("still open" in at) == (heading is not None)
