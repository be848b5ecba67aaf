"""Stock and flow: what came in and what went out of each period as bars, what was left at its end as a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ....base.language import Language, tr
from ..model import Figure, Look
from .framed import WHOLE, altair, framed, hidden_above, in_order, said, series_legend
from .rows import HIDDEN, Reader, Row, capital, row
from .theme import INK, SMALL, SOFT, WHITE, paint

if TYPE_CHECKING:
    import altair as alt

_HEIGHT: Final = 320
_INCOMING: Final = "incoming"
_RESOLVED: Final = "resolved"
_PENDING: Final = "pending_end"
_PROVISIONAL: Final = "provisional"
# More periods than these are too many for two bars each on a phone; the last ones are drawn.
_MOST: Final = 24
# Whether a bar is wide and high enough to hold its number at its foot.
_INSIDE: Final = "bandwidth('xOffset') > 34 && scale('y', datum.n) < height - 24 ? 1 : 0"
_ABOVE: Final = "bandwidth('xOffset') > 34 && scale('y', datum.n) >= height - 24 ? 1 : 0"


@dataclass(frozen=True, slots=True)
class Flows:
    """Incoming and resolved cases side by side for each period, with the stock at its end."""

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw the main table of case flows; None where it is split into groups or has no period."""
        reader = Reader(figure.table, language)
        asked = (_INCOMING, _RESOLVED, _PENDING)
        if not len(reader) or reader.first("stratum") is not None or not all(map(reader.has, ("period", *asked))):
            return None
        rows: list[Row] = []
        for place in range(len(reader))[-_MOST:]:
            period = reader.level("period", place)
            label = reader.words("period", place)
            if reader.has("state") and reader.level("state", place) == _PROVISIONAL:
                label += "*"
            named = {"label": label, "level": period, "period": period}
            rows += [row(reader.cell(name, place), **named, series=name) for name in asked]
        words = {name: reader.meaning(name) for name in asked}
        if any(one["series"] == _PENDING and one["n"] is None for one in rows):
            words[HIDDEN] = tr("{what}: hidden", what=words[_PENDING]).text(language)
        return flows_chart(rows, figure, series=words, language=language, look=look)


def flows_chart(
    rows: list[Row], figure: Figure, *, series: Mapping[str, str], language: Language, look: Look
) -> alt.LayerChart:
    """Draw rows of the series "incoming", "resolved" and "pending_end"; a line is not drawn over a hidden number.

    Parameters
    ----------
    rows : list of Row
        A label with a star is provisional.
    figure : Figure
    series : mapping of str to str
        Words of the three series.
    language : str
    look : Look
    """
    alt = altair()
    colours = paint(look)
    scale = alt.Scale(domain=[*_LOOKS, HIDDEN], range=[colours.strong, colours.other, INK, WHITE])
    colour = alt.Color("series:N", legend=series_legend(series, outline=SOFT), scale=scale)
    x = alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
              scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1))  # fmt: skip
    beside = alt.XOffset("series:N", sort=None, scale=alt.Scale(domain=[_INCOMING, _RESOLVED], paddingInner=0.1))
    axis = alt.Axis(format=",.0f", tickCount=5, grid=True, domain=False, labelExpr=WHOLE)
    scale = alt.Scale(domainMin=0, nice=True, range=[_HEIGHT, 14])
    y = alt.Y("n:Q", title=None, stack=None, scale=scale, axis=axis)
    base = alt.Chart().encode(x=x)
    flow, stock = f"datum.series != '{_PENDING}'", f"datum.series == '{_PENDING}'"
    shown, hidden = "isValid(datum.n)", "!isValid(datum.n)"
    pale = alt.condition("indexof(datum.label, '*') >= 0", alt.value(0.55), alt.value(1))
    layers = [
        in_order(base, y=alt.YDatum(1, title=None, axis=axis)),
        base.mark_bar().encode(y=y, xOffset=beside, color=colour, opacity=pale, **said())
        .transform_filter(f"{shown} && {flow}"),
        base.mark_bar(fill=WHITE, stroke=SOFT, strokeDash=[3, 3], strokeWidth=1)
        .encode(y=alt.YValue(_HEIGHT), y2=alt.Y2Value(_HEIGHT - 72), xOffset=beside, **said())
        .transform_filter(f"{hidden} && {flow}"),
        base.mark_text(angle=270, fontSize=SMALL, color=INK, aria=False)
        .encode(y=alt.YValue(_HEIGHT - 36), xOffset=beside, text="text:N")
        .transform_filter(f"{hidden} && {flow}"),
        *(
            base.mark_text(dy=-9, fontSize=SMALL, aria=False, color=ink, opacity={"expr": _INSIDE})
            .encode(y=alt.YValue(_HEIGHT), xOffset=beside, text="text:N")
            .transform_filter(f"{shown} && datum.series == '{name}'")
            for name, ink in ((_INCOMING, WHITE), (_RESOLVED, INK))
        ),
        base.mark_text(dy=-8, fontSize=SMALL, aria=False, opacity={"expr": _ABOVE})
        .encode(y=y, xOffset=beside, text="text:N")
        .transform_filter(f"{shown} && {flow}"),
        hidden_above(base, stock),
        base.mark_line(strokeWidth=2, color=INK, invalid="break-paths-show-path-domains", aria=False)
        .encode(y=y).transform_filter(stock),
        base.mark_point(size=60, filled=True, opacity=1).encode(y=y, color=colour, **said())
        .transform_filter(f"{shown} && {stock}"),
    ]  # fmt: skip
    over = tr("cases").text(language)
    if any("*" in str(one["label"]) for one in rows):
        over += " (" + tr("* provisional").text(language) + ")"
    return framed(
        layers, rows, figure, kind="flows", language=language, height=_HEIGHT, series=series, over=capital(over)
    )


_LOOKS: Final = (_INCOMING, _RESOLVED, _PENDING)
flows: Final = Flows()
