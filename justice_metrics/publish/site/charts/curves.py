"""Curves of what became of cases day by day: steps of the published grid, how many cases were still open below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from ....base.language import Language, Readable, format_number, format_share, tr
from ....base.quantities import SUPPRESSED
from ..model import Figure, Look
from .framed import altair, framed, series_legend
from .rows import Cell, Reader, Row, capital, row
from .theme import INK, SMALL, SOFT, TEXT, dashes, paint, series_colours

if TYPE_CHECKING:
    import altair as alt

_HEIGHT: Final = 360
# Pixels from the top of one name of a curve to that of the next.
_APART: Final = 17
_YEAR: Final = 365
# So many days apart stand the numbers of open cases below the axis, by the length of the axis in days.
_SPANS: Final = ((400, 90), (800, 180), (2600, _YEAR), (1e9, 2 * _YEAR))


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Shares by day as steps, one line for each ending; a line stops where nothing more is shown.

    Attributes
    ----------
    series : str
        Column of the endings; none for one curve.
    axis : Readable
        What share the upright axis shows.
    start : float
        The share on day 0, before anything was observed.
    band : bool
        Whether the limits are drawn; of several curves they would hide one another.
    """

    series: str = ""
    axis: Readable
    start: float = 0.0
    band: bool = False

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw the curves of a table of days; None where none has a step that is shown."""
        reader = Reader(figure.table, language)
        if not (reader.has("days") and reader.has("estimate")) or reader.first("stratum") is not None:
            return None
        rows = self._rows(reader)
        lines = _ends(rows)
        if not lines:
            return None
        rows += _open_cases(reader, language)
        return _drawn(rows, lines, figure, self, language=language, look=look)

    def _rows(self, reader: Reader) -> list[Row]:
        found: list[Row] = []
        begun: set[str] = set()
        for place in range(len(reader)):
            name = reader.level(self.series, place) if reader.has(self.series) else ""
            words = reader.words(self.series, place) if name else ""
            cell = reader.cell("estimate", place)
            if name not in begun:
                begun.add(name)
                found.append(_step(Cell(self.start, "", ""), 0.0, name, words))
            day = float(reader.table["days"][place])
            made = _step(cell._replace(text=reader.share("estimate", place)), day, name, words)
            made["said"] = _said(words, day, made, reader.language)
            if cell.n is not None and self.band:
                made |= {"low": reader.limit("conf_low", place), "high": reader.limit("conf_high", place)}
            found.append(made)
        shown = {one["series"] for one in found if one["n"] is not None and one["day"]}
        return [one for one in found if one["series"] in shown]


def _step(cell: Cell, day: float, name: str, words: str) -> Row:
    made = row(cell, label=words, level=name, series=name)
    return {**made, "part": "curve", "day": day, "period": f"{day:.0f}", "low": None, "high": None}


def _said(words: str, day: float, made: Row, language: Language) -> str:
    """Return what a step tells under the pointer: "Conviction, day 400: 8 %"."""
    when = tr("day {n}", n=int(day)).text(language)
    return f"{words}, {when}: {made['text']}" if words else f"{capital(when)}: {made['text']}"


def _ends(rows: Sequence[Row]) -> list[Row]:
    """Return the last shown step of each curve, the highest first."""
    last = {str(one["series"]): one for one in rows if one["n"] is not None}
    return sorted(last.values(), key=lambda one: -_n(one))


def _open_cases(reader: Reader, language: Language) -> list[Row]:
    """Return how many cases were open and observed just before some of the days of the grid."""
    if not reader.has("at_risk"):
        return []
    known: dict[float, Cell] = {}
    for place, day in enumerate(reader.table["days"].tolist()):
        known.setdefault(float(day), reader.cell("at_risk", place))
    span = next(every for longest, every in _SPANS if max(known) <= longest)
    found, wanted = [], 0.0
    for day in sorted(known):
        if day >= wanted:
            cell = known[day]
            text = cell.text if cell.n is None else format_number(cell.n, language)
            found.append({**row(cell._replace(text=text), label=""), "part": "open", "day": day, "n": None})
            wanted = (day // span + 1) * span
    return found


def _drawn(
    rows: Sequence[Row], lines: Sequence[Row], figure: Figure, asked: Curves, *, language: Language, look: Look
) -> alt.LayerChart:
    alt = altair()
    colours = [paint(look).strong] if len(lines) == 1 else series_colours(len(lines))
    names = [str(one["series"]) for one in lines]
    top = 1.0 if asked.start == 1 else min(1.0, max(_top(one) for one in rows) * 1.12)
    x = alt.X("day:Q", title=None,
              scale=alt.Scale(domainMin=0, nice=False, domainMax=max(_day(one) for one in rows) + 1),
              axis=alt.Axis(format=",.0f", grid=False, values=_ticks(rows)))  # fmt: skip
    y = alt.Y("n:Q", title=None, scale=alt.Scale(domain=[0, top], nice=False),
              axis=alt.Axis(format=".0%", tickCount=5, domain=False))  # fmt: skip
    places = [_HEIGHT * (1 - _near_end(rows, one) / top) - 11 for one in lines]
    direct = all(below - above >= _APART for above, below in pairwise(places))
    words = {str(one["series"]): _named(one, language) for one in lines}
    colour = alt.Color("series:N", legend=None if direct else _legend(words),
                       scale=alt.Scale(domain=names, range=colours))  # fmt: skip
    dash = alt.StrokeDash("series:N", legend=None if direct else _legend(words),
                          scale=alt.Scale(domain=names, range=dashes(len(names))))  # fmt: skip
    curve = alt.Chart().transform_filter("datum.part == 'curve'")
    layers: list[Any] = []
    if asked.band:
        layers.append(
            curve.transform_filter("isValid(datum.low) && isValid(datum.high)")
            .mark_area(interpolate="step-after", opacity=0.25, aria=False, color=colours[0])
            .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q")
        )
    layers += [
        curve.mark_line(interpolate="step-after", strokeWidth=2.2, invalid="break-paths-show-path-domains").encode(
            x=x, y=y, color=colour, strokeDash=dash, description=alt.DescriptionValue(alt.ExprRef("datum.label"))
        ),
        # nothing to see, something to point at
        curve.transform_filter("isValid(datum.n) && isValid(datum.said)")
        .mark_point(size=120, opacity=0, aria=False)
        .encode(x=x, y=y, tooltip="said:N"),
    ]
    if direct:
        layers += [
            _end(alt, one, words[str(one["series"])], paint, max(place, 6.0))
            for one, paint, place in zip(lines, colours, places, strict=True)
        ]
    layers += _below(alt, rows, language)
    over = capital(asked.axis.text(language))
    return framed(
        layers,
        rows,
        figure,
        kind="curves",
        language=language,
        height=_HEIGHT,
        over=over,
        series={} if direct else words,
    )


def _named(one: Row, language: Language) -> str:
    """Return the words of a curve and how far it came."""
    share = format_share(_n(one), language, decimals=0 if _n(one) >= 0.1 else 1)
    return f"{one['label']} {share}".strip()


def _legend(words: Mapping[str, str]) -> Any:
    """Return the legend of curves whose ends are too near to one another for names."""
    legend = series_legend(words)
    legend.symbolType = "stroke"
    legend.symbolSize = 500
    legend.symbolStrokeWidth = 2.5
    legend.columns = {"expr": "width < 420 ? 1 : 3"}
    return legend


def _end(alt: Any, one: Row, words: str, colour: str, place: float) -> Any:
    """Return the name of a curve above its end."""
    return (
        alt.Chart(alt.InlineData(values=[{"day": one["day"], "words": words}]))
        .mark_text(align="right", fontSize=TEXT, fontWeight="bold", color=colour, aria=False)
        .encode(x=alt.X("day:Q", title=None), y=alt.YValue(place), text="words:N")
    )


def _below(alt: Any, rows: Sequence[Row], language: Language) -> list[Any]:
    """Return what stands below the days: their title, and how many cases were still open."""
    lines: list[tuple[Readable, int]] = [(tr("days since the start"), 36)]
    if any(one["status"] == SUPPRESSED for one in rows):
        lines.append((tr("where a line is missing, its number is hidden"), lines[-1][1] + 17))
    layers = []
    if any(one["part"] == "open" for one in rows):
        lines.append((tr("cases still open and observed"), lines[-1][1] + 24))
        layers.append(
            alt.Chart()
            .transform_filter("datum.part == 'open'")
            .mark_text(fontSize=SMALL, color=INK, aria=False)
            .encode(x=alt.X("day:Q", title=None), y=alt.YValue(_HEIGHT + lines[-1][1] + 17), text="text:N")
        )
    for words, place in lines:
        layers.append(
            alt.Chart(alt.InlineData(values=[{"words": capital(words.text(language))}]))
            .mark_text(fontSize=SMALL, color=SOFT, align="left", aria=False)
            .encode(x=alt.XValue(0), y=alt.YValue(_HEIGHT + place), text="words:N")
        )
    return layers


def _ticks(rows: Sequence[Row]) -> list[float]:
    last = max(_day(one) for one in rows)
    span = next(every for longest, every in _SPANS if last <= longest)
    return [float(one) for one in range(0, int(last) + 1, span)]


def _n(one: Mapping[str, Any]) -> float:
    return float(one["n"])


def _day(one: Mapping[str, Any]) -> float:
    return float(one["day"])


def _near_end(rows: Sequence[Row], end: Row) -> float:
    """Return how high a curve, with its limits, reaches over its last days, where its name will stand."""
    late = 0.75 * _day(end)
    return max(_top(one) for one in rows if one["series"] == end["series"] and _day(one) >= late)


def _top(one: Mapping[str, Any]) -> float:
    """Return how high a step reaches, its limits with it."""
    return max(float(one.get("high") or 0.0), float(one["n"] or 0.0))


incidence: Final = Curves(series="outcome", axis=tr("share of all cases that ended so"))
open_curve: Final = Curves(axis=tr("share of the cases still open"), start=1.0, band=True)
