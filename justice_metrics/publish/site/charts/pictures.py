"""A chart as a picture and as JSON: the same chart gives the same bytes, and nothing is asked for elsewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ....base.errors import MissingExtraError
from ....base.language import Language
from .locale import vega_locale

if TYPE_CHECKING:
    import altair as alt

WIDE: Final = 720
"""Width in pixels of a picture in a page on a desk."""
NARROW: Final = 340
"""Width in pixels of a picture on a phone."""


def spec_of(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Return a chart as Vega-Lite, with its data in it; as wide as its box.

    Parameters
    ----------
    chart : Chart or LayerChart

    Returns
    -------
    dict
        For JSON.
    """
    # the classes of altair have looked at each part already; looking at the whole again takes as long as drawing it
    made: dict[str, Any] = chart.to_dict(format="vega-lite", validate=False)
    return made


def svg(spec: Mapping[str, Any], *, language: Language, width: int = WIDE) -> str:
    """Draw a chart as svg.

    Parameters
    ----------
    spec : mapping
        What `spec_of` returns.
    language : str
    width : int
        In pixels.

    Returns
    -------
    str
        Words stay words; without scripts and links.

    Raises
    ------
    MissingExtraError
        When ``vl-convert-python`` is not installed.
    """
    locale = vega_locale(language)
    drawn = _converter().vegalite_to_svg(
        _sized(spec, width),
        format_locale=locale["number"],
        time_format_locale=locale["time"],
        allowed_base_urls=[],
    )
    return _renumbered(_named(drawn, str(spec.get("description", ""))))


def png_of(picture: str, *, scale: float = 2.0) -> bytes:
    """Return a picture as png, made of its svg: a third of the time that drawing the chart anew takes.

    Parameters
    ----------
    picture : str
        What `svg` returns.
    scale : float
        Pixels of the picture for each of these.

    Raises
    ------
    MissingExtraError
        When ``vl-convert-python`` is not installed.
    """
    drawn: bytes = _converter().svg_to_png(picture, scale=scale)
    return drawn


def _sized(spec: Mapping[str, Any], width: int) -> dict[str, Any]:
    return {**spec, "width": width} if "width" in spec else dict(spec)


def _named(drawn: str, description: str) -> str:
    """Return a picture that says what it shows to those who do not see it."""
    said = html.escape(description, quote=True)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1) if said else drawn


def _renumbered(drawn: str) -> str:
    """Return a picture whose inner names count from 0: the drawing library counts on from picture to picture."""
    known: dict[str, dict[str, str]] = {}

    def renamed(found: re.Match[str]) -> str:
        kind, number = found.group(1), found.group(2)
        places = known.setdefault(kind, {})
        return kind + places.setdefault(number, str(len(places)))

    return re.sub(r"\b(clip|gradient_|pattern_)(\d+)\b(?=[\")])", renamed, drawn)


def _converter() -> Any:
    try:
        import vl_convert
    except ModuleNotFoundError as absent:
        raise MissingExtraError.named("vl-convert-python", "portal") from absent
    return vl_convert
