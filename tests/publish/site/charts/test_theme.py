"""Colours that can be read whatever the main colour is; numbers and months by the customs of a language."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.publish.site.charts.locale import month_name, vega_locale
from justice_metrics.publish.site.charts.theme import contrast, dashes, paint, series_colours
from justice_metrics.publish.site.model import Look


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 0xFFFFFF))
def test_bars_can_be_read_and_told_from_one_another(colour: int) -> None:
    made = paint(Look(colour=f"#{colour:06x}"))
    assert contrast(made.strong, "#ffffff") >= 4.5
    assert contrast(made.strong, made.pale) >= 2
    assert contrast(made.strong, made.other) >= 1.5


def test_lines_can_be_read_and_each_has_its_dash() -> None:
    assert all(contrast(one, "#ffffff") >= 3 for one in series_colours(9))
    assert len({tuple(one) for one in dashes(9)}) == 9


def test_known_contrasts() -> None:
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_customs() -> None:
    spanish = vega_locale("es")
    assert (spanish["number"]["decimal"], spanish["number"]["thousands"]) == (",", ".")
    assert spanish["time"]["months"][:2] == ["enero", "febrero"]
    assert spanish["time"]["days"][0] == "domingo"
    assert vega_locale("en")["time"]["days"][0] == "Sunday"
    assert month_name(12, "es") == "dic"


def test_a_language_without_recorded_customs_has_english_ones() -> None:
    assert vega_locale("zz-unknown") == vega_locale("en")
