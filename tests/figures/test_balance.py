"""Balance and overlap of two groups, as drawn."""

from __future__ import annotations

import doctest
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from justice_metrics.figures import balance
from justice_metrics.figures.balance import love_plot, overlap_plot

NAN = float("nan")
LABELS = [
    "violación de infante, niña, niño o adolescente",
    "violencia familiar o doméstica",
    "no registrado",
    "edad en la fecha del hecho",
    "Santa Cruz de la Sierra y provincias",
]
GROUPS = ["delito"] * 3 + [""] + ["departamento donde se presentó la denuncia"]
SERIES = ["antes de ponderar", "después de ponderar, el día 30", "después de ponderar, el día 90"]
DIFFERENCES = [[0.42, -0.3, NAN, 0.22, 7.0], [0.02, -0.03, 0.01, 0.04, 0.05], [0.08, -0.06, 0.05, 0.12, 0.02]]
TITLE = "Equilibrio de las covariables entre los casos con acompañamiento y los demás, antes y después de ponderar"


def loved(**more: object) -> Axes:
    given: dict[str, object] = {
        "labels": LABELS,
        "groups": GROUPS,
        "differences": DIFFERENCES,
        "series": SERIES,
        "threshold_label": "±0,1",
        "x_label": "diferencia de medias, en desviaciones estándar",
    }
    return love_plot(**{**given, **more})  # type: ignore[arg-type]


def overlapping(**more: object) -> Axes:
    given: dict[str, object] = {
        "edges": np.linspace(0, 1, 5),
        "shares": [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.3, 0.0]],
        "groups": ["todos los actores habían comenzado", "no todos los actores habían comenzado"],
        "weighted": [[0.2, 0.3, 0.3, 0.2], [0.2, 0.3, 0.3, 0.2]],
        "weighted_label": "después de ponderar",
        "x_label": "probabilidad de acompañamiento",
        "y_label": "proporción del grupo",
    }
    return overlap_plot(**{**given, **more})  # type: ignore[arg-type]


class TestLovePlot:
    def test_each_series_is_a_line_of_marks_and_what_is_too_far_stands_at_the_edge(self) -> None:
        axes = loved()
        first, second = (np.asarray(line.get_xdata(), dtype=np.float64) for line in axes.lines[:2])
        assert second.tolist() == DIFFERENCES[1]
        assert np.isnan(first[2])
        assert first[4] == axes.get_xlim()[1] <= 3
        assert list(axes.get_yticks()) == sorted(axes.get_yticks())

    def test_the_axis_is_as_long_to_the_left_as_to_the_right_and_shows_the_threshold(self) -> None:
        axes = loved(differences=[[0.01] * 5], series=["x"])
        left, right = axes.get_xlim()
        assert left == -right
        assert right >= 0.1
        upright = [np.asarray(line.get_xdata(), dtype=np.float64) for line in axes.lines if len(line.get_xdata()) == 2]  # type: ignore[arg-type]
        assert {float(one[0]) for one in upright if one[0] == one[1]} == {-0.1, 0.0, 0.1}

    def test_the_first_series_has_open_marks(self) -> None:
        axes = loved()
        assert [line.get_markerfacecolor() == "white" for line in axes.lines[:3]] == [True, False, False]

    def test_without_any_known_difference_an_empty_frame_is_drawn(self) -> None:
        axes = loved(differences=[[NAN] * 5], series=["antes"])
        assert axes.get_xlim()[1] >= 0.1

    def test_shapes_must_agree(self) -> None:
        with pytest.raises(ValueError, match="2 series"):
            loved(series=["a", "b"])


class TestOverlapPlot:
    def test_the_second_group_hangs_down_and_the_weighted_line_is_mirrored(self) -> None:
        axes = overlapping()
        heights = [[float(bar.get_height()) for bar in group] for group in axes.containers]
        assert heights == [[0.1, 0.2, 0.3, 0.4], [-0.4, -0.3, -0.3, -0.0]]
        lines = [one for one in axes.patches if hasattr(one, "get_data") and "Step" in type(one).__name__]
        up, down = (one.get_data().values for one in lines)
        assert up.tolist() == (-down).tolist() == [0.2, 0.3, 0.3, 0.2]
        assert axes.get_ylim()[0] == -axes.get_ylim()[1]

    def test_shares_are_written_without_a_sign(self, words_of: Callable[[Axes], list[Text]]) -> None:
        assert not [one for one in words_of(overlapping()) if one.get_text().startswith(("-", "\N{MINUS SIGN}"))]

    def test_a_number_that_is_not_shown_leaves_a_gap(self) -> None:
        axes = overlapping(shares=[[NAN, 0.2, 0.3, 0.4], [0.4, 0.3, 0.3, 0.0]], weighted=None)
        assert axes.containers[0][0].get_height() == 0

    def test_shapes_must_agree(self) -> None:
        with pytest.raises(ValueError, match="4 edges"):
            overlapping(edges=[0, 0.3, 0.6, 1])


@pytest.mark.parametrize("draw", [loved, overlapping])
class TestBoth:
    def test_words_lie_inside_the_page_and_apart(
        self, draw: Callable[..., Axes], assert_legible: Callable[..., None]
    ) -> None:
        assert_legible(draw())
        assert_legible(draw(title=TITLE))

    def test_the_callers_axes_are_used(self, draw: Callable[..., Axes]) -> None:
        mine, other = Figure(figsize=(16, 9)).subplots(1, 2)
        assert draw(ax=mine) is mine
        assert not other.has_data()


def test_examples() -> None:
    outcome = doctest.testmod(balance)
    assert outcome.attempted > 0
    assert outcome.failed == 0
