"""Bars of parts: widths, numbers where there is room, rows of nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from justice_metrics.figures.standing_bars import standing_bars
from justice_metrics.figures.style import new_axes


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    yield
    plt.close("all")


def test_parts_are_shares_of_their_row_and_carry_their_numbers() -> None:
    axes = standing_bars(
        labels=["one", "two", "empty"],
        parts=["kept", "missed", "open"],
        counts=[[30, 60, 10], [1, 999, 0], [0, 0, 0]],
        open_parts=(2,),
        x_label="share",
        empty_label="nothing",
    )
    widths = [[round(float(bar.get_width()), 6) for bar in group] for group in axes.containers]
    assert widths == [[0.3, 0.001, 0.0], [0.6, 0.999, 0.0], [0.1, 0.0, 0.0]]
    said = [text.get_text() for text in axes.texts]
    assert {"30", "60", "999", "nothing"} <= set(said)
    assert "1" not in said  # a thousandth of the row has no room for a number


def test_it_draws_on_axes_of_the_caller() -> None:
    axes = new_axes()
    assert standing_bars(labels=["one"], parts=["a"], counts=[[1]], x_label="share", ax=axes) is axes


def test_counts_must_fit_their_names() -> None:
    with pytest.raises(ValueError, match="counts of shape"):
        standing_bars(labels=["one"], parts=["a", "b"], counts=[[1]], x_label="share")
