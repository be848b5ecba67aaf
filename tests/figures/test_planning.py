"""Smallest difference over the number of files, as drawn."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.figures.planning import detectable_curves


def drawn(**more: object) -> object:
    settings: dict[str, object] = {
        "files": [100, 400, 1600],
        "difference": [[0.28, 0.14, 0.07], [np.nan, 0.30, 0.15]],
        "groups": ["as estimated", "upper limit"],
        "x_label": "files",
        "y_label": "smallest difference",
    }
    return detectable_curves(**{**settings, **more})  # type: ignore[arg-type]


def test_curves_and_marked_points() -> None:
    axes = drawn(marked_files=[400, 1500], marked_difference=[0.14, 0.08], marked_labels=["14 points", "8 points"])
    one, two, marks = axes.lines[:3]  # type: ignore[attr-defined]
    assert one.get_ydata().tolist() == [0.28, 0.14, 0.07]
    assert np.array_equal(two.get_ydata(), [np.nan, 0.30, 0.15], equal_nan=True)
    assert marks.get_xdata().tolist() == [400, 1500]
    words = [text.get_text() for text in axes.texts]  # type: ignore[attr-defined]
    assert {"14 points", "8 points"} <= set(words)
    assert axes.get_ylim()[0] == 0  # type: ignore[attr-defined]
    assert axes.get_xlim() == (0, 1600)  # type: ignore[attr-defined]


def test_nothing_that_can_be_shown() -> None:
    axes = drawn(difference=[[np.nan] * 3] * 2)
    assert axes.get_ylim()[1] > 0  # type: ignore[attr-defined]


def test_as_many_names_as_curves() -> None:
    with pytest.raises(ValueError, match="1 groups, but 2 curves"):
        drawn(groups=["only one"])


def test_a_label_stands_over_the_curve() -> None:
    """One that ends at its mark begins where the curves are higher."""
    sizes = np.arange(50, 2001, 10)
    axes = drawn(
        files=sizes,
        difference=[2.2 / np.sqrt(sizes), 2.3 / np.sqrt(sizes)],
        marked_files=[1900],
        marked_difference=[2.2 / np.sqrt(1900)],
        marked_labels=["5,0 puntos: 1.890 expedientes"],
    )
    axes.figure.canvas.draw()  # type: ignore[attr-defined]
    words = next(text for text in axes.texts if text.get_text().startswith("5,0"))  # type: ignore[attr-defined]
    box = words.get_window_extent()
    for line in axes.lines[:2]:  # type: ignore[attr-defined]
        at = axes.transData.transform(line.get_xydata())  # type: ignore[attr-defined]
        inside = at[(at[:, 0] >= box.x0) & (at[:, 0] <= box.x1)]
        assert len(inside) > 10
        assert inside[:, 1].max() < box.y0
