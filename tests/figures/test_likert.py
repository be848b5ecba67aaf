"""Bars around the middle: where the points lie, what is told of a row without shares, words that stay apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from justice_metrics.figures.likert import likert
from justice_metrics.figures.style import new_axes

POINTS = ["Muy en desacuerdo", "En desacuerdo", "Ni de acuerdo ni en desacuerdo", "De acuerdo", "Muy de acuerdo"]


@pytest.fixture(autouse=True)
def close() -> Iterator[None]:
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    yield
    plt.close("all")


def test_the_middle_point_lies_half_on_each_side() -> None:
    axes = likert(labels=["one"], points=POINTS, shares=[[0.1, 0.2, 0.2, 0.3, 0.2]], x_label="share")
    begins = [round(float(group[0].get_x()), 6) for group in axes.containers]
    assert begins == [-0.4, -0.3, -0.1, 0.1, 0.4]
    assert axes.get_xlim() == (-0.5, 0.75)


def test_without_a_middle_point_the_sides_meet() -> None:
    axes = likert(labels=["one", "two"], points=["no", "yes"], shares=[[0.3, 0.7], [1, 0]], x_label="share")
    assert [[round(float(bar.get_x()), 6) for bar in group] for group in axes.containers] == [[-0.3, -1.0], [0.0, 0.0]]
    assert axes.get_xlim() == (-1.0, 0.75)


def test_a_row_without_all_shares_says_why() -> None:
    shares = [[0.2, 0.3, np.nan, 0.1, 0.1], [0.2] * 5]
    axes = likert(labels=["a", "b"], points=POINTS, shares=shares, undefined_label=["hidden", ""], x_label="share")
    said = [text.get_text() for text in axes.texts]
    assert "hidden" in said
    assert all(float(group[0].get_width()) == 0 for group in axes.containers)


def test_points_are_told_apart_without_colour() -> None:
    axes = likert(labels=["one"], points=POINTS, shares=[[0.2] * 5], x_label="share")
    bars = [group[0] for group in axes.containers]
    greys = [round(float(np.dot(bar.get_facecolor()[:3], [0.3, 0.59, 0.11])), 1) for bar in bars]
    looks = [(bar.get_hatch() or "", grey) for bar, grey in zip(bars, greys, strict=True)]
    assert len(set(looks)) == 5
    assert [one for one, _ in looks[:2]] == ["////"] * 2


def test_words_stay_on_the_page_and_apart(assert_legible: Callable[..., None]) -> None:
    text = "Las juezas y los jueces deciden solo por la ley y no por lo que les dicen otras autoridades"
    axes = likert(
        labels=[text, "Se trata con respeto a las víctimas"] * 3,
        groups=["Juez/a"] * 2 + ["Madre, padre o cuidador/a"] * 2 + ["Abogado/a de la Defensoría de la Niñez"] * 2,
        points=POINTS,
        shares=[[0.05, 0.05, 0.1, 0.3, 0.5], [0.4, 0.3, 0.1, 0.1, 0.1]] * 3,
        annotations=["1.234"] * 6,
        annotation_label="respondieron",
        x_label="parte de quienes respondieron",
        title="Cómo respondieron",
    )
    assert_legible(axes)


def test_axes_of_the_caller_and_numbers_that_do_not_fit() -> None:
    axes = new_axes()
    assert likert(labels=["a"], points=["no", "yes"], shares=[[0.5, 0.5]], x_label="share", ax=axes) is axes
    with pytest.raises(ValueError, match="shares of shape"):
        likert(labels=["a"], points=["no"], shares=[[0.5, 0.5]], x_label="share")
