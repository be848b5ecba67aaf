"""Legal time limits: what became of the clocks of each limit, as parts of one bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ....base.language import Language, format_share, tr
from ..model import Figure, Look
from .framed import altair, framed, in_order, said, series_legend
from .levels import level_words
from .rows import Reader, Row, capital, row
from .theme import INK, RULE, SMALL, SOFT, TEXT, WHITE, contrast, mixed, paint

if TYPE_CHECKING:
    import altair as alt

_PARTS: Final = ("kept", "missed", "running", "ended_otherwise", "cannot_be_told")
_BAND: Final = 64
_REST: Final = "rest"
# A part narrower than this share of the bar has no number in it.
_ROOM: Final = 0.09


@dataclass(frozen=True, slots=True)
class Limits:
    """One bar for each limit, all of its clocks: kept, missed, running; what is hidden is the empty part at its end."""

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw the main table of time limits; None where it is split into groups or has no limit."""
        reader = Reader(figure.table, language)
        if not len(reader) or reader.first("stratum") is not None or not reader.has("clocks"):
            return None
        rows = [one for place in range(len(reader)) for one in _parts(reader, place)]
        if not rows:
            return None
        told = {str(one["series"]) for one in rows if one["n"] is not None}
        series: dict[str, str] = {name: reader.meaning(name) for name in _PARTS if name in told}
        if any(one["series"] == _REST for one in rows):
            series[_REST] = capital(tr("hidden").text(language))
        return limits_chart(rows, figure, series=series, language=language, look=look)


def _parts(reader: Reader, place: int) -> list[Row]:
    clocks = reader.cell("clocks", place)
    if not clocks.n:
        return []
    label = f"{reader.words('limit', place)} ({reader.words('length', place)})"
    named = {"level": f"{reader.level('limit', place)} {reader.level('length', place)}", "label": label}
    found: list[Row] = []
    reached = 0.0
    hidden = 0
    for name in _PARTS:
        cell = reader.cell(name, place)
        hidden += cell.n is None
        if cell.n is None:
            found.append({**row(cell, **named, series=name), "x0": None, "x1": None})
            continue
        share = cell.n / clocks.n
        text = f"{format_share(share, reader.language, decimals=0)}" if share >= _ROOM else ""
        made = row(cell._replace(text=cell.text), **named, series=name)
        found.append({**made, "x0": min(1.0, reached), "x1": min(1.0, reached + share), "inside": text})
        reached += share
    # several hidden parts together: what the shown ones leave over, which everybody can compute
    if hidden > 1 and reached < 1:
        words = tr("hidden").text(reader.language)
        made = row(reader.cell("clocks", place)._replace(n=None, status="", text=words), **named, series=_REST)
        found.append({**made, "x0": reached, "x1": 1.0, "inside": words if 1 - reached >= 2 * _ROOM else ""})
    return found


def limits_chart(
    rows: Sequence[Row], figure: Figure, *, series: Mapping[str, str], language: Language, look: Look
) -> alt.LayerChart:
    """Draw rows with the fields ``x0`` and ``x1``: where each part of a bar begins and ends, between 0 and 1.

    Parameters
    ----------
    rows : sequence of Row
    figure : Figure
    series : mapping of str to str
        Words of the parts that are shown.
    language : str
    look : Look
    """
    alt = altair()
    colours = paint(look)
    fills = (colours.strong, colours.other, mixed(colours.strong, WHITE, 0.55), "#8c8c8c", RULE)
    scale = alt.Scale(domain=[*_PARTS, _REST], range=[*fills, WHITE])
    legend = series_legend(series, outline=SOFT)
    colour = alt.Color("series:N", legend=legend, scale=scale)
    title = capital(tr("share of the clocks that began").text(language))
    x = alt.X("x0:Q", title=title, scale=alt.Scale(domain=[0, 1]),
              axis=alt.Axis(format=".0%", tickCount=4))  # fmt: skip
    y = alt.Y("level:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    base = alt.Chart().encode(y=y)
    first = f"datum.series == '{_PARTS[0]}'"
    drawn, rest = f"isValid(datum.x0) && datum.series != '{_REST}'", f"datum.series == '{_REST}'"
    ink = "".join(
        f"datum.series == '{name}' ? '{WHITE if contrast(WHITE, fill) > contrast(INK, fill) else INK}' : "
        for name, fill in zip(_PARTS, fills, strict=True)
    )
    middle = base.transform_calculate(middle="(datum.x0 + datum.x1) / 2").encode(
        x=alt.X("middle:Q", title=x["title"]), text="inside:N"
    )
    layers = [
        in_order(base),
        *(one.transform_filter(first) for one in level_words(base, -18)),
        base.mark_bar(size=24, yOffset=8, stroke=WHITE, strokeWidth=1)
        .encode(x=x, x2="x1:Q", color=colour, **said()).transform_filter(drawn),
        base.mark_bar(size=24, yOffset=8, fill=WHITE, stroke=SOFT, strokeDash=[3, 3])
        .encode(x=x, x2="x1:Q", **said()).transform_filter(rest),
        middle.mark_text(yOffset=8, fontSize=TEXT, fontWeight="bold", aria=False, color={"expr": f"{ink}'{INK}'"})
        .transform_filter(drawn),
        middle.mark_text(yOffset=8, fontSize=SMALL, color=SOFT, aria=False).transform_filter(rest),
    ]  # fmt: skip
    long = any(len(str(one["label"])) > 44 for one in rows)
    band = _BAND + 15 * long
    return framed(
        layers,
        rows,
        figure,
        kind="limits",
        language=language,
        height=band * len({one["level"] for one in rows}),
        band=band,
        series=series,
    )


limits: Final = Limits()
