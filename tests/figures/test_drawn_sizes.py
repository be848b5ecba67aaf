"""Which clusters were drawn: bars as long as they are large, marks at the files drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure

from justice_metrics.figures.drawn_sizes import drawn_sizes
from justice_metrics.figures.style import new_axes

WORDS = {
    "drawn_label": "drawn",
    "other_label": "not drawn",
    "files_label": "files drawn in it",
    "x_label": "clusters, the largest first",
    "y_label": "files",
}


def test_bars_and_marks() -> None:
    axes = drawn_sizes(sizes=[5, 90, 40], drawn=[False, True, True], files=[0, 30, 30], **WORDS)
    drawn, others = ([(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in one] for one in axes.containers)
    assert drawn == [pytest.approx((1, 90)), pytest.approx((2, 40))]
    assert others == [pytest.approx((3, 5))]
    assert axes.lines[0].get_xydata().tolist() == [[1, 30], [2, 30]]
    assert axes.get_ylim()[0] == 0


@pytest.mark.parametrize("n", [0, 1, 160])
def test_legible(n: int, assert_legible: Callable[..., None]) -> None:
    rng = np.random.default_rng(n)
    drawn = rng.random(n) < 0.5
    axes = drawn_sizes(sizes=rng.integers(0, 900, n), drawn=drawn, files=np.where(drawn, 20, 0), title="A $1", **WORDS)
    figure = axes.figure
    assert isinstance(figure, Figure)
    assert_legible(axes)


def test_on_axes_of_the_caller() -> None:
    axes = new_axes(3, 2)
    assert drawn_sizes(sizes=[3], drawn=[True], files=[2], ax=axes, **WORDS) is axes
