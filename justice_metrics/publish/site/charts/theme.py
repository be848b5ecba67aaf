"""The look of every chart: colours that follow from one, type that can be read on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ....figures.style import mark
from ..model import Look

WHITE: Final = "#ffffff"
INK: Final = "#1a1a1a"
SOFT: Final = "#5a5a5a"
RULE: Final = "#e0e0e0"
GREY: Final = "#767676"
"""Bars of what is not known: levels that were not recorded, cases that are still open."""
TEXT: Final = 13
"""Size of type in pixels."""
SMALL: Final = 12
# The first one is what the drawing of pictures brings with it; Arial is as wide, letter by letter.
FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"


class Paint(NamedTuple):
    """Colours of a chart.

    Attributes
    ----------
    strong : str
        What the chart is about; at least 4.5 to 1 against white.
    pale : str
        The same, for what is provisional or stands behind; it has an outline in the strong colour.
    other : str
        A second series, told from the first one also without colours by its lightness.
    """

    strong: str
    pale: str
    other: str


def paint(look: Look) -> Paint:
    """Return the colours that follow from the main colour of a site.

    Examples
    --------
    >>> paint(Look(colour="#ffee00")).strong != "#ffee00"  # too light for white paper: made darker
    True
    """
    strong = darkened(look.colour, 4.5)
    # a light warm tone beside a dark one: far apart in lightness, so that print and colour blindness keep them apart
    return Paint(strong, mixed(strong, WHITE, 0.72), "#e08a1e" if contrast("#e08a1e", strong) >= 2 else "#f3c27a")


def darkened(colour: str, wanted: float) -> str:
    """Return a colour that has the wanted contrast against white, no darker than it must be.

    Examples
    --------
    >>> darkened("#1b4d6b", 4.5), contrast(darkened("#ffee00", 4.5), "#ffffff") >= 4.5
    ('#1b4d6b', True)
    """
    made, step = colour, 0
    while contrast(made, WHITE) < wanted and step < 100:
        step += 1
        made = mixed(colour, "#000000", step / 100)
    return made


def mixed(one: str, other: str, share: float) -> str:
    """Return the colour between two: 0 is the first one, 1 the second."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, between 1 and 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(colour: str) -> float:
    linear = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (part / 255 for part in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def series_colours(n: int) -> list[str]:
    """Return colours of lines side by side; each has a contrast of at least 3 to 1 against white.

    Examples
    --------
    >>> len(series_colours(4))
    4
    """
    return [darkened(mark(place).colour.lower(), 3.5) for place in range(n)]


def dashes(n: int) -> list[Sequence[float]]:
    """Return a dash for each line, so that they are told apart without colours; the first one is whole."""
    return [[max(2.5, one * 1.6) for one in mark(place).dash[1]] or [1, 0] for place in range(n)]


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration of the house."""
    axis = {
        "domainColor": SOFT,
        "gridColor": RULE,
        "labelColor": INK,
        "labelFontSize": SMALL,
        "labelPadding": 6,
        "tickColor": SOFT,
        "ticks": False,
        "titleColor": SOFT,
        "titleFontSize": SMALL,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "titleLimit": 0,
    }
    return {
        "background": WHITE,
        "font": FONT,
        "axis": axis,
        "view": {"stroke": None},
        "text": {"fontSize": TEXT, "fill": INK},
        "legend": {
            "orient": "top",
            "title": None,
            "labelColor": INK,
            "labelFontSize": TEXT,
            "labelLimit": 0,
            "symbolStrokeWidth": 1.5,
            "columnPadding": 14,
            "offset": 10,
        },
    }
