"""The legend of a map: every class, what is hidden and what has no number, in words beside its colour."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ....base.language import Language, tr
from ..model import Look
from ..territories import HIDDEN, OnMap
from .framed import altair
from .theme import INK, SMALL, SOFT, TEXT, WHITE, contrast, darkened, mixed

STEPS: Final = "steps"
"""Name of the entries among the data of a map: a script may put others in their place."""
ONCE: Final = "once"
"""Name of data of one empty row, for what is drawn once."""
TITLE: Final = "map_title"
"""Name of the parameter that holds the lines of the title."""

_LINE: Final = 18
_STEP: Final = 22
_LINE_LENGTH: Final = 32


class MapKey(NamedTuple):
    """The legend of a map.

    Attributes
    ----------
    title : list of str
        Its lines.
    steps : list of dict
        ``step``, ``text``, ``colour`` and ``ink`` of each entry.
    under : list of str
        Lines below: what is not on the map.
    """

    title: list[str]
    steps: list[dict[str, str]]
    under: list[str]

    @property
    def height(self) -> int:
        """In pixels."""
        return (
            len(self.title) * _LINE + 2 + len(self.steps) * _STEP + (len(self.under) * _LINE + 4 if self.under else 0)
        )


def map_key(shown: OnMap, title: str, language: Language, look: Look) -> MapKey:
    """Return the legend of a map in words.

    Parameters
    ----------
    shown : OnMap
    title : str
        What the classes are of.
    language : str
    look : Look
    """
    colours = ramp(look, len(shown.classes))
    steps = []
    for place, one in enumerate(shown.steps):
        colour = colours[place] if place < len(colours) else WHITE
        ink = WHITE if contrast(colour, WHITE) >= contrast(colour, INK) else INK
        steps.append({"step": one.id, "text": one.words.text(language), "colour": colour, "ink": ink})
    under = ""
    if shown.off:
        under = tr("Not on the map: {levels}", levels=shown.off).text(language)
    wrapped = textwrap.wrap(title, _LINE_LENGTH), textwrap.wrap(under, _LINE_LENGTH + 2)
    return MapKey(wrapped[0], steps, wrapped[1])


def key_layers(key: MapKey) -> list[Any]:
    """Return the marks of a legend, at ``key_left`` and ``key_top``: a title, a line for each step, what is missing."""
    alt = altair()
    top = f"length({TITLE}) * {_LINE} + 2"
    alone = alt.Chart(alt.NamedData(name=ONCE))
    steps = alt.Chart(alt.NamedData(name=STEPS)).transform_window(line="row_number()")
    y = alt.value(alt.ExprRef(f"key_top + {top} + (datum.line - 0.5) * {_STEP}"))
    box = {"x": alt.value(alt.ExprRef("key_left + 11")), "y": y}
    hatch = "M-1,-0.2L-0.2,-1M-1,0.9L0.9,-1M-0.2,1L1,-0.2"
    layers = [
        alone.mark_text(
            align="left",
            baseline="top",
            text=alt.ExprRef(TITLE),
            fontSize=TEXT,
            fontWeight="bold",
            lineHeight=_LINE,
            aria=False,
        ).encode(x=alt.value(alt.ExprRef("key_left")), y=alt.value(alt.ExprRef("key_top"))),
        steps.mark_square(size=256, opacity=1, stroke=SOFT, strokeWidth=0.8, aria=False).encode(
            **box, fill=alt.Fill("colour:N", scale=None)
        ),
        steps.mark_point(size=200, opacity=1, shape=hatch, stroke=SOFT, strokeWidth=1, aria=False)
        .encode(**box)
        .transform_filter(f"datum.step == '{HIDDEN}'"),
        steps.mark_text(align="left", fontSize=TEXT, aria=False).encode(
            x=alt.value(alt.ExprRef("key_left + 28")), y=y, text="text:N"
        ),
    ]
    if key.under:
        below = alt.value(alt.ExprRef(f"key_top + {top} + length(data('{STEPS}')) * {_STEP} + 4"))
        layers.append(
            alone.mark_text(
                align="left", baseline="top", text=key.under, fontSize=SMALL, lineHeight=_LINE, aria=False
            ).encode(x=alt.value(alt.ExprRef("key_left")), y=below)
        )
    return layers


def ramp(look: Look, n: int) -> list[str]:
    """Return colours of classes, even in lightness from pale to dark, so that print and any eye keep their order.

    Parameters
    ----------
    look : Look
        Its main colour is the darkest one, made darker where it must be.
    n : int
        How many classes.

    Examples
    --------
    >>> ramp(Look(colour="#1b4d6b"), 2)
    ['#cdd8de', '#1b4d6b']
    """
    dark = darkened(look.colour, 8.0)
    lightest, darkest = 86.0, _lightness(dark)
    wanted: Sequence[float] = [lightest + (darkest - lightest) * place / max(n - 1, 1) for place in range(n)]
    if n == 1:
        wanted = [(lightest + darkest) / 2]
    return [
        min((mixed(dark, WHITE, share / 100) for share in range(101)), key=lambda one: abs(_lightness(one) - at))
        for at in wanted
    ]


def _lightness(colour: str) -> float:
    """Return the lightness L* of a colour, from 0 (black) to 100 (white)."""
    luminance = 1.05 / contrast(colour, WHITE) - 0.05
    return float(116 * luminance ** (1 / 3) - 16) if luminance > 0.008856 else float(903.3 * luminance)
