"""The two sizes of an unmeasured cause against each other, as drawn."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.figures.tipping import tipping_curves


def test_curves_are_the_data() -> None:
    size, needed = [0.1, 0.2, 0.4], [[0.8, 0.4, 0.2], [np.nan, 0.2, 0.1]]
    axes = tipping_curves(size=size, needed=needed, names=["difference", "limit"], x_label="across", y_label="up")
    assert [line.get_xdata().tolist() for line in axes.lines] == [size, size]
    assert axes.lines[0].get_ydata().tolist() == needed[0]
    assert np.isnan(axes.lines[1].get_ydata()[0])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["difference", "limit"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("across", "up")


def test_two_curves_differ_in_more_than_colour() -> None:
    axes = tipping_curves(size=[0, 1], needed=[[0, 1], [1, 0]], names=["a", "b"], x_label="", y_label="")
    one, other = (line._unscaled_dash_pattern for line in axes.lines)
    assert one != other


def test_on_axes_of_the_caller() -> None:
    own = tipping_curves(size=[0, 1], needed=[[0, 1]], names=["a"], x_label="", y_label="")
    assert tipping_curves(size=[0, 1], needed=[[1, 0]], names=["b"], x_label="", y_label="", ax=own) is own


def test_names_and_curves_belong_together() -> None:
    with pytest.raises(ValueError, match="2 names"):
        tipping_curves(size=[0, 1], needed=[[0, 1]], names=["a", "b"], x_label="", y_label="")
