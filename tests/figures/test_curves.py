"""The drawn steps are the numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from justice_metrics.figures.curves import stacked_incidence, step_curves
from justice_metrics.figures.placing import axes_points
from justice_metrics.figures.style import OPEN, mark


def stack(**more: Any) -> Axes:
    given: dict[str, Any] = {
        "days": [10, 30],
        "incidence": [[0.2, 0.5], [0.0, 0.3]],
        "labels": ["rejected", "convicted"],
        "open_label": "still open",
        "at_risk_days": [0, 20, 40],
        "at_risk": [100, 80, 20],
        "at_risk_label": "open",
        "x_label": "days",
        "y_label": "share",
    }
    return stacked_incidence(**given | more)


def curves(**more: Any) -> Axes:
    given: dict[str, Any] = {
        "days": [10, 30],
        "estimate": [[0.9, 0.4], [0.8, np.nan]],
        "conf_low": [[0.8, 0.3], [0.6, np.nan]],
        "conf_high": [[0.95, 0.5], [0.9, np.nan]],
        "groups": ["La Paz", "Oruro"],
        "at_risk_days": [0, 20, 40],
        "at_risk": [[100, 80, 20], [50, np.nan, 5]],
        "at_risk_label": "open",
        "x_label": "days",
        "y_label": "share",
        "start": 1.0,
    }
    return step_curves(**given | more)


def height_of(area: PolyCollection, day: float) -> tuple[float, float]:
    """Lower and upper edge of a filled area on a day between two steps."""
    points = area.get_paths()[0].vertices
    assert points is not None
    crossed = [
        (one[1], other[1])
        for one, other in itertools.pairwise(points)
        if min(one[0], other[0]) < day < max(one[0], other[0])
    ]
    heights = sorted({round(float(height), 9) for pair in crossed for height in pair})
    return heights[0], heights[-1]


class TestStack:
    @pytest.mark.parametrize(
        ("day", "edges"),
        [
            (5, [(0.0, 0.0), (0.0, 0.0), (0.0, 1.0)]),
            (10.001, [(0.0, 0.2), (0.2, 0.2), (0.2, 1.0)]),
            (29.999, [(0.0, 0.2), (0.2, 0.2), (0.2, 1.0)]),
            (30.001, [(0.0, 0.5), (0.5, 0.8), (0.8, 1.0)]),
            (39, [(0.0, 0.5), (0.5, 0.8), (0.8, 1.0)]),
        ],
    )
    def test_areas_are_steps_from_the_day_on_and_fill_everything(
        self, day: float, edges: list[tuple[float, float]]
    ) -> None:
        assert [height_of(area, day) for area in stack().collections] == edges

    def test_numbers_still_open_stand_under_the_ticks(self) -> None:
        axes = stack()
        assert [word.get_text() for word in axes.get_xticklabels()] == ["0", "20", "40"]
        under = {text.get_text(): text.xy[0] for text in axes.texts if text.get_text() in ("100", "80", "20")}
        assert under == {"100": 0.0, "80": 20.0, "20": 40.0}
        assert "open" in [text.get_text() for text in axes.texts]

    def test_each_way_of_ending_is_named_at_the_middle_of_its_area(self) -> None:
        named = {text.get_text(): text.xy for text in stack().texts}
        assert named["rejected"] == (1, pytest.approx(0.25))
        assert named["convicted"] == (1, pytest.approx(0.65))
        assert named["still open"] == (1, pytest.approx(0.9))

    def test_what_never_happens_is_not_named(self) -> None:
        axes = stack(incidence=[[0.2, 1.0], [0.0, 0.0]])
        words = [text.get_text() for text in axes.texts]
        assert "convicted" not in words
        assert "still open" not in words

    def test_tones_keep_the_look_of_an_outcome(self) -> None:
        areas = stack(tones=[4, 0]).collections
        looks = [to_hex(area.get_facecolor()[0]) for area in areas]
        assert looks == [mark(4).colour.lower(), mark(0).colour.lower(), OPEN]
        assert [area.get_hatch() for area in areas] == [mark(4).hatch, "", ""]

    def test_numbers_are_written_as_the_caller_writes_them(self) -> None:
        axes = stack(
            number=lambda n: f"<{n:.0f}>",
            percent=lambda share: f"{share:.2f}",
            day_labels=["at once", "20 d", "40 d"],
        )
        assert [word.get_text() for word in axes.get_yticklabels()] == ["0.00", "0.25", "0.50", "0.75", "1.00"]
        assert [word.get_text() for word in axes.get_xticklabels()] == ["at once", "20 d", "40 d"]
        assert "<80>" in [text.get_text() for text in axes.texts]

    def test_a_number_that_is_not_shown_is_a_dash(self) -> None:
        assert "–" in [text.get_text() for text in stack(at_risk=[100, np.nan, 20]).texts]

    def test_no_day_at_all_is_everybody_open(self) -> None:
        axes = stack(days=[], incidence=np.empty((2, 0)))
        assert height_of(axes.collections[-1], 20) == (0.0, 1.0)

    @pytest.mark.parametrize("wrong", [{"labels": ["one"]}, {"at_risk": [1, 2]}])
    def test_what_does_not_fit_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"has 1|has 2"):
            stack(**wrong)


class TestCurves:
    def test_lines_are_right_continuous_from_the_start_on(self) -> None:
        first, second, *_ = curves().lines
        assert first.get_drawstyle() == second.get_drawstyle() == "steps-post"
        assert np.column_stack(first.get_data()).tolist() == [[0, 1], [10, 0.9], [30, 0.4], [40, 0.4]]
        np.testing.assert_array_equal(second.get_ydata(), [1, 0.8, np.nan, np.nan])

    def test_bands_hold_the_limits(self) -> None:
        assert height_of(curves().collections[0], 20) == (0.8, 0.95)
        assert height_of(curves().collections[0], 35) == (0.3, 0.5)

    def test_no_limits_no_band(self) -> None:
        axes = curves(conf_low=None, conf_high=None, estimate=[[0.9, 0.4], [0.8, 0.1]])
        assert len(axes.collections) == 0

    def test_every_group_has_its_row_of_numbers(self) -> None:
        words = [text.get_text() for text in curves().texts]
        for word in ("open", "100", "80", "20", "50", "–", "5"):
            assert words.count(word) == 1, word
        # once in the table, once at the end of the curve
        assert words.count("La Paz") == words.count("Oruro") == 2

    def test_groups_differ_without_colour(self) -> None:
        first, second, *_ = curves().lines
        assert first.get_linestyle() != second.get_linestyle() or first._dash_pattern != second._dash_pattern

    def test_marks_stand_where_the_curves_pass(self) -> None:
        axes = curves(marks=[30.0, np.nan], mark_height=0.5)
        points = [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == mark(0).marker]
        assert points == [[[30.0, 0.5]]]

    def test_a_rare_ending_is_not_a_line_on_the_floor(self) -> None:
        axes = curves(start=0.0, estimate=[[0.01, 0.02], [0, 0.013]], conf_low=None, conf_high=None)
        assert axes.get_ylim() == (0.0, 0.02)
        assert curves().get_ylim() == (0.0, 1.0)

    def test_one_curve_without_a_name(self, assert_legible: Callable[..., None]) -> None:
        axes = curves(estimate=[[0.9, 0.4]], conf_low=None, conf_high=None, groups=[""], at_risk=[[100, 80, 20]])
        assert_legible(axes)

    def test_the_table_stands_under_the_callers_axes(self) -> None:
        figure = Figure(figsize=(12, 8))
        axes = figure.subplots(2, 2)[0, 0]
        curves(ax=axes)
        bottom = axes.get_window_extent().y0
        numbers = [text for text in axes.texts if text.get_text() in ("100", "50")]
        assert len(numbers) == 2
        assert all(text.get_window_extent().y1 < bottom for text in numbers)

    @pytest.mark.parametrize("wrong", [{"groups": ["one"]}, {"at_risk": [[1, 2], [1, 2]]}])
    def test_what_does_not_fit_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"has 1|has 2"):
            curves(**wrong)


class TestBandsAndLines:
    LOW, HIGH = ([[0.7, 0.2], [0.5, np.nan]], [[0.97, 0.6], [0.95, np.nan]])

    def thin(self, axes: Axes) -> list[Any]:
        return [line for line in axes.lines if line.get_linewidth() == 0.7]

    def test_a_band_is_two_thin_lines_where_it_holds(self) -> None:
        axes = curves(band_low=self.LOW, band_high=self.HIGH)
        edges = self.thin(axes)
        assert len(edges) == 4
        # not before the first day, and not after the last one
        np.testing.assert_array_equal(edges[0].get_ydata(), [np.nan, 0.7, 0.2, np.nan])
        np.testing.assert_array_equal(edges[2].get_ydata(), [np.nan, 0.97, 0.6, np.nan])

    def test_with_a_band_several_groups_have_no_areas(self) -> None:
        drawn = curves(band_low=self.LOW, band_high=self.HIGH).collections
        assert not [one for one in drawn if isinstance(one, PolyCollection)]
        alone = curves(
            estimate=[[0.9, 0.4]], conf_low=[[0.8, 0.3]], conf_high=[[0.95, 0.5]], groups=[""], at_risk=[[100, 80, 20]],
            band_low=self.LOW[:1], band_high=self.HIGH[:1],
        )  # fmt: skip
        assert len(alone.collections) == 1

    def test_areas_of_many_groups_are_left_out(self) -> None:
        many = {"estimate": [[0.9, 0.4]] * 6, "conf_low": [[0.8, 0.3]] * 6, "conf_high": [[0.95, 0.5]] * 6}
        axes = curves(**many, groups=list("abcdef"), at_risk=[[100, 80, 20]] * 6)
        assert len(axes.collections) == 0

    def test_days_are_marked_by_upright_lines_with_their_words(self) -> None:
        for axes in (curves(lines={20: "limit"}), stack(lines={20: "limit"})):
            upright = [line for line in axes.lines if list(line.get_xdata()) == [20, 20]]
            assert len(upright) == 1
            assert "limit" in [text.get_text() for text in axes.texts]

    def test_a_drawing_may_begin_later(self) -> None:
        axes = curves(days=[10, 30], first_day=8.0, at_risk_days=[8, 20, 40])
        assert axes.get_xlim() == (8.0, 40.0)
        assert axes.lines[0].get_xdata()[0] == 8
        assert stack(first_day=5.0, at_risk_days=[5, 20, 40]).get_xlim() == (5.0, 40.0)

    def test_a_drawing_of_one_day_has_a_width(self) -> None:
        axes = curves(days=[0], estimate=[[0.5], [0.4]], conf_low=None, conf_high=None, at_risk_days=[0],
                      at_risk=[[5], [5]])  # fmt: skip
        assert axes.get_xlim() == (0.0, 1.0)

    def test_what_the_areas_are_is_written_where_no_curve_is(self, assert_legible: Callable[..., None]) -> None:
        axes = curves(limits_label="areas: 95 % limits for each day by itself")
        words = next(text for text in axes.texts if text.get_text().startswith("areas"))
        assert words.xy == (1.0, 1)
        assert_legible(axes)
        rising = curves(limits_label="areas", start=0.0)
        assert next(text for text in rising.texts if text.get_text() == "areas").xy == (0.0, 1)


class TestManyGroups:
    def draw(self, groups: int, name: str = "Santa Cruz de la Sierra · Femenino, no registrado") -> Axes:
        days = np.arange(1, 200) * 5.0
        ticks = np.arange(0, 1001, 100.0)
        rates = 300 + 10 * np.arange(groups)
        return step_curves(
            days=days,
            estimate=np.exp(-days / rates[:, None]),
            groups=[f"{name} {g}" for g in range(groups)],
            at_risk_days=ticks,
            at_risk=np.round(np.exp(-ticks / rates[:, None]) * (100 + np.arange(groups))[:, None]),
            at_risk_label="en trámite y en observación",
            x_label="días desde: denuncia",
            y_label="proporción aún en trámite",
            marks=rates * np.log(2),
            limits_label="áreas: límites",
            start=1.0,
        )

    def test_up_to_nine_are_all_drawn(self) -> None:
        assert len(drawn_names(self.draw(9))) == 9

    def test_of_more_the_largest_eight_are_drawn_in_their_order_each_with_its_own_look(self) -> None:
        axes = self.draw(40)
        assert [one[-2:] for one in drawn_names(axes)] == [str(g) for g in range(32, 40)]
        assert len({line.get_color() for line in axes.lines[:8]}) == 8

    @pytest.mark.parametrize("groups", [9, 12, 40])
    def test_long_names_are_legible_and_leave_the_axes_their_height(
        self, groups: int, assert_legible: Callable[..., None]
    ) -> None:
        axes = self.draw(groups)
        assert_legible(axes)
        assert axes_points(axes)[1] > 150


def drawn_names(axes: Axes) -> list[str]:
    """Return the names beside the curves."""
    beside = [one for one in axes.texts if getattr(one, "arrow_patch", None) is not None]
    return sorted((one.get_text().replace("\n", " ") for one in beside), key=lambda name: int(name.split()[-1]))
