"""A shaded table: every number where it belongs, nothing written where it could not be read."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.figures.shades import shades
from justice_metrics.figures.style import figure_bytes, new_axes


def table(rows: int, columns: int) -> list[list[str]]:
    return [[f"{row}.{column}" for column in range(columns)] for row in range(rows)]


def test_every_cell_holds_its_number() -> None:
    axes = shades(
        rows=["one", "two"], columns=["a", "b", "c"], texts=table(2, 3), strength=np.linspace(0, 1, 6), x_label="x"
    )
    assert [one.get_text() for one in axes.texts] == ["0.0", "0.1", "0.2", "1.0", "1.1", "1.2"]
    across = [one.get_position()[0] for one in axes.texts]
    assert across == [0.5, 1.5, 2.5, 0.5, 1.5, 2.5]
    # white on dark, ink on light
    assert axes.texts[5].get_color() == "white"
    assert axes.texts[0].get_color() != "white"


def test_cells_that_rest_on_little_stand_in_brackets_and_say_so() -> None:
    axes = shades(
        rows=["one"], columns=["a", "b", "c"], texts=[["1", "2", "–"]], strength=[[0, 0, np.nan]],
        faint=[[False, True, True]], x_label="x", faint_label="few",
    )  # fmt: skip
    assert [one.get_text() for one in axes.texts] == ["1", "(2)", "–"]
    assert "few" in axes.get_xlabel()
    plain = shades(rows=["one"], columns=["a"], texts=[["1"]], strength=[[0]], x_label="x", faint_label="few")
    assert plain.get_xlabel() == "x"


def test_a_hundred_columns_are_shaded_without_numbers_and_with_few_names() -> None:
    labels = [f"Q{one % 4 + 1} {2000 + one // 4}" for one in range(100)]
    axes = shades(rows=["one"], columns=labels, texts=table(1, 100), strength=np.zeros((1, 100)), x_label="x")
    assert not axes.texts
    assert 1 < len(axes.get_xticklabels()) < 40


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (2, 0), (0, 2)])
def test_nothing_to_draw(rows: int, columns: int) -> None:
    axes = shades(
        rows=["r"] * rows, columns=["c"] * columns, texts=table(rows, columns), strength=np.zeros((rows, columns)),
        x_label="x",
    )  # fmt: skip
    assert figure_bytes(axes, "png", dots_per_inch=40)


def test_on_the_axes_of_a_caller_and_with_any_name() -> None:
    axes = new_axes(5, 3)
    found = shades(rows=["<b>$x$</b>"], columns=["a"], texts=[["1"]], strength=[[0.4]], x_label="x", title="t", ax=axes)
    assert found is axes
    assert axes.get_yticklabels()[0].get_text() == "<b>$x$</b>"
