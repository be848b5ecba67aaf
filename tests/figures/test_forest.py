"""Forest plot and diagnostics: what is drawn where, and legible with the longest words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from justice_metrics.figures.diagnostics import log_log_curves, residuals_over_time
from justice_metrics.figures.forest import forest, forest_of_differences
from justice_metrics.figures.placing import axes_points, settle
from justice_metrics.figures.style import TEXT

Legible = Callable[..., None]
Words = Callable[[Axes], list[Text]]
NAN = float("nan")

LABELS = [
    *("La Paz", "Cochabamba", "Santa Cruz de la Sierra y provincias del norte", "no registrado"),
    *("por cada unidad más", "todavía no", "una vez iniciado"),
]
GROUPS = ["departamento"] * 4 + ["edad en la fecha del hecho"] + ["acompañamiento: trabajador/a social"] * 2
ESTIMATE = [1, 0.62, 1.4, 0.3, 1.02, 1, 2.5]
LOW = [NAN, 0.4, 1.1, 0.001, 1.0, NAN, 1.5]
HIGH = [NAN, 0.95, 1.8, 900.0, 1.04, NAN, 4.1]
REFERENCE = [True, False, False, False, False, True, False]
COLUMNS = [
    ("unidades", ["1.203", "800", "320", "18", "2.341", "2.341", "341"]),
    ("llegaron a la sentencia", ["103", "80", "32", "1", "216", "200", "16"]),
    ("razón (intervalo)", ["1 (referencia)", *["0,62 (0,40 – 0,95)"] * 4, "1 (referencia)", "2,50 (1,50 – 4,10)"]),
]


def drawn(**more: object) -> Axes:
    given: dict[str, object] = {
        "labels": LABELS,
        "groups": GROUPS,
        "estimate": ESTIMATE,
        "conf_low": LOW,
        "conf_high": HIGH,
        "reference": REFERENCE,
        "columns": COLUMNS,
        "x_label": "ritmo hacia: sentencia de primera instancia (razón de riesgos)",
        "less_label": "más lento",
        "more_label": "más rápido",
    }
    return forest(**{**given, **more})  # type: ignore[arg-type]


class TestForest:
    def test_points_lie_at_their_ratios_and_references_at_one(self) -> None:
        axes = drawn()
        points, references = axes.lines[:2]
        assert np.asarray(points.get_xdata()).tolist() == [0.62, 1.4, 0.3, 1.02, 2.5]
        assert np.asarray(references.get_xdata()).tolist() == [1, 1]
        assert axes.get_xscale() == "log"

    def test_twice_and_half_are_equally_far_from_one(self) -> None:
        axes = drawn(estimate=[1, 0.5, 2, 1, 1, 1, 1], conf_low=[NAN] * 7, conf_high=[NAN] * 7)
        places = axes.transData.transform([(0.5, 1), (1, 1), (2, 1)])[:, 0]
        assert places[1] - places[0] == pytest.approx(places[2] - places[1])

    def test_an_interval_that_goes_too_far_ends_in_arrows_inside_the_axes(self) -> None:
        axes = drawn()
        left, right = axes.get_xlim()
        for segment in axes.collections[0].get_segments():  # type: ignore[attr-defined]
            assert left <= segment[:, 0].min() <= segment[:, 0].max() <= right
        markers = [line.get_marker() for line in axes.lines if len(line.get_xdata()) == 1]
        assert {"<", ">"} <= set(markers)
        assert right < 100

    def test_rows_keep_their_order_and_groups_their_heading(self, words_of: Words) -> None:
        axes = drawn()
        places = axes.get_yticks()
        assert list(places) == sorted(places)
        texts = [one.get_text() for one in words_of(axes)]
        assert texts.count("departamento") == 1

    def test_a_ratio_that_cannot_be_told_is_not_drawn(self) -> None:
        axes = drawn(estimate=[1, NAN, 1.4, 0.3, 1.02, 1, 2.5])
        assert len(axes.lines[0].get_xdata()) == 4

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(ValueError, match="7 labels"):
            drawn(estimate=[1.0])

    @pytest.mark.parametrize("own", [True, False])
    def test_legible(self, own: bool, assert_legible: Legible) -> None:
        axes = None if own else Figure(figsize=(7, 5)).add_subplot()
        assert_legible(drawn(ax=axes, title="Qué va con la rapidez" if own else None), own=own)

    def test_the_page_ends_where_the_words_end_and_every_row_has_its_height(self, words_of: Words) -> None:
        # nothing is too far here: no arrow is drawn
        axes = drawn(conf_low=[NAN, 0.4, 1.1, 0.2, 1.0, NAN, 1.5], conf_high=[NAN, 0.95, 1.8, 0.9, 1.04, NAN, 4.1])
        settle(axes)
        lowest = min(one.get_window_extent().y0 for one in words_of(axes))
        assert lowest < 0.06 * axes.figure.bbox.height
        line = axes_points(axes)[1] / axes.get_ylim()[0]
        assert line == pytest.approx(TEXT * 1.25, rel=0.05)

    def test_legible_with_one_row(self, assert_legible: Legible) -> None:
        made = forest(
            labels=["por unidad"], groups=["edad"], estimate=[1.0], conf_low=[0.99], conf_high=[1.01],
            reference=[False], x_label="razón",
        )  # fmt: skip
        assert_legible(made)


class TestDiagnostics:
    DAYS = np.arange(0, 1_500, 7)

    def curves(self, groups: int, ax: Axes | None = None) -> Axes:
        survival = np.exp(-np.outer(np.linspace(0.0005, 0.003, groups), self.DAYS))
        names = [f"Tribunal de sentencia número {one}" for one in range(groups)]
        return log_log_curves(days=self.DAYS, survival=survival, groups=names, ax=ax,
                              x_label="días desde: denuncia (escala logarítmica)", y_label="log(−log S)")  # fmt: skip

    def test_proportional_hazards_are_parallel(self) -> None:
        axes = self.curves(2)
        one, two = (np.asarray(line.get_ydata(), dtype=np.float64) for line in axes.lines)
        gap = (two - one)[1:]
        assert gap == pytest.approx(np.full(len(gap), np.log(6)))

    def test_nothing_is_drawn_where_all_or_none_are_open(self) -> None:
        axes = log_log_curves(days=[0, 5, 9], survival=[[1.0, 0.5, 0.0]], groups=["x"], x_label="d", y_label="y")
        assert np.isfinite(np.asarray(axes.lines[0].get_ydata(), dtype=np.float64)).tolist() == [False, True, False]

    @pytest.mark.parametrize("groups", [1, 8])
    def test_curves_are_legible(self, groups: int, assert_legible: Legible) -> None:
        assert_legible(self.curves(groups))

    def residuals(self) -> Axes:
        days = np.linspace(20, 1_400, 40)
        middle = 0.3 - days / 2_000
        points = np.where(np.arange(40) % 4 == 0, NAN, middle + 0.1)
        return residuals_over_time(
            days=days, residual=points, events=np.arange(40), smooth=middle, smooth_low=middle - 0.2,
            smooth_high=middle + 0.2, coefficient=0.05, x_label="días desde: denuncia",
            y_label="logaritmo de la razón: departamento: Cochabamba",
            coefficient_label="una razón para todo el tiempo",
            smooth_label="razón según el día",
        )  # fmt: skip

    def test_points_have_the_size_of_their_endings(self) -> None:
        axes = self.residuals()
        sizes = axes.collections[-1].get_sizes()  # type: ignore[attr-defined]
        assert np.all(np.diff(sizes) >= 0)
        assert np.asarray(axes.lines[0].get_ydata())[0] == pytest.approx(0.29)

    def test_residuals_are_legible(self, assert_legible: Legible) -> None:
        assert_legible(self.residuals())

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(ValueError, match="2 groups, but 1 curves"):
            log_log_curves(days=[1], survival=[[0.5]], groups=["a", "b"], x_label="d", y_label="y")


class TestDifferences:
    GIVEN: ClassVar[dict[str, Any]] = {
        "labels": ["a los 365 días", "a los 730 días", "a los 365 días", "a los 730 días"],
        "groups": ["sentencia de primera instancia"] * 2 + ["rechazo de la denuncia o sobreseimiento"] * 2,
        "x_label": "diferencia en puntos porcentuales",
        "less_label": "menos con acompañamiento",
        "more_label": "más con acompañamiento",
        "columns": [("llegaron: iniciado / no", ["103 / 480"] * 4), ("diferencia", ["+3,1"] * 4)],
    }

    def test_points_lie_at_their_differences_and_zero_is_on_the_axis(self) -> None:
        axes = forest_of_differences(
            estimate=[0.8, 3.1, NAN, 4.0], conf_low=[-0.2, 1.2, NAN, 1], conf_high=[1.8, 5, NAN, 7], **self.GIVEN
        )
        assert np.asarray(axes.lines[0].get_xdata()).tolist() == [0.8, 3.1, 4.0]
        left, right = axes.get_xlim()
        assert left < -0.2
        assert right > 7
        assert 0.0 in axes.get_xticks().tolist()

    def test_an_interval_without_end_is_cut_off_with_an_arrow(self) -> None:
        axes = forest_of_differences(
            estimate=[1, 2, 1, 2], conf_low=[0, 1, 0, -900], conf_high=[2, 3, 2, 900], **self.GIVEN
        )
        assert axes.get_xlim()[1] < 20
        assert [line.get_marker() for line in axes.lines if line.get_marker() in {"<", ">"}] == ["<", ">"]

    @pytest.mark.parametrize("scale", [1e-4, 1.0, 40.0])
    def test_legible(self, scale: float, assert_legible: Legible) -> None:
        middle = np.array([0.8, 3.1, -1.0, 4.0]) * scale
        axes = forest_of_differences(estimate=middle, conf_low=middle - scale, conf_high=middle + scale, **self.GIVEN)
        assert_legible(axes)

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(ValueError, match="4 labels, but 1 estimates"):
            forest_of_differences(estimate=[1.0], conf_low=[0.0], conf_high=[2.0], **self.GIVEN)
