"""Bars by level: offence, source, sex, age, steps of the procedure, ways of ending; each bar has its words above it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from ....base.language import Language, Readable, tr, trn
from ....base.levels import ALL, MISSING_LEVELS, PENDING
from ..model import Figure, Look
from .framed import altair, framed, in_order, series_legend
from .rows import BEFORE, NOT_KNOWN, NOW, Cell, Reader, Row, capital, row
from .theme import GREY, INK, SMALL, SOFT, TEXT, WHITE, Paint, paint

if TYPE_CHECKING:
    import altair as alt

_MORE: Final = "more"
# Height in pixels of a level with one bar and with two, and of a further line of its words.
_BAND: Final = 52
_BAND_OF_TWO: Final = 70
_LINE: Final = 15
# Letters on a line of a phone.
_SHORT: Final = 44
# The words of a level in lines that fit the width of the chart.
_LINES: Final = (
    "split(trim(replace(datum.label, regexp('(.{1,' + max(20, floor(width / 7.1))"
    " + '})(\\\\s+|$)', 'g'), '$1\\n')), '\\n')"
)
_SHOWN: Final = "isValid(datum.n)"
_HIDDEN: Final = f"!isValid(datum.n) && datum.series != '{_MORE}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Horizontal bars, one for each level; words and numbers stand beside them, so that they fit a phone.

    Attributes
    ----------
    level : str
        Column of the levels; without it, the dimension of the figure, or the first one of the table.
    number : str
        Column of the length of the bars; without it, the first count.
    beside : str
        Column whose number stands in brackets behind it.
    of : str
        Column of the denominator, told behind the number in brackets: "(21 of 172)".
    only : mapping of str to str
        Rows that are drawn: column to id.
    by_size : bool
        The longest bar first; else in the order of the table.
    most : int
        No more bars than this; how many more the table has is told.
    axis : Readable, optional
        Title of the axis; without it, what the column of numbers means.
    """

    level: str = ""
    number: str = ""
    beside: str = ""
    of: str = ""
    only: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    by_size: bool = False
    most: int = 25
    axis: Readable | None = None

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw the levels of the last period of a table, and the same months of the year before where it has them."""
        reader = Reader(figure.table, language)
        level = self._level(figure, reader)
        number = self.number or reader.first("count")
        if level is None or number is None or not len(reader):
            return None
        kept = self._kept(reader, level)
        if not kept:
            return None
        rows = self._rows(reader, kept, level, number)
        shown = reader.has("before") and any(one["series"] == BEFORE for one in rows)
        axis = self.axis.text(language) if self.axis else reader.meaning(number)
        if any(one.get("high") is not None for one in rows):
            axis = tr("{what}; thin line: interval", what=axis).text(language)
        series = _series_words(reader, kept, language) if shown else {}
        kind = "share" if _unit(reader, number) == "share" else "count"
        return bars(rows, figure, axis=capital(axis), numbers=kind, series=series, language=language, look=look)

    def _level(self, figure: Figure, reader: Reader) -> str | None:
        wanted = self.level or figure.by or ""
        if reader.has(wanted):
            return wanted
        besides = ("period", "state", *self.only)
        return reader.first("stratum", besides=besides) or reader.first("key", besides=besides)

    def _kept(self, reader: Reader, level: str) -> list[int]:
        kept = reader.rows(self.only)
        if level != "period" and reader.has("period") and "period" not in self.only and kept:
            last = max(reader.level("period", one) for one in kept)
            kept = [one for one in kept if reader.level("period", one) == last]
        return [one for one in kept if reader.level(level, one) != ALL]

    def _rows(self, reader: Reader, kept: Sequence[int], level: str, number: str) -> list[Row]:
        places = list(kept)
        if self.by_size:
            places.sort(key=lambda one: _by_size(reader.cell(number, one), reader.level(level, one)))
        left, places = len(places) - self.most, places[: self.most]
        found: list[Row] = []
        for place in places:
            found.extend(self._of_level(reader, place, level, number))
        if left > 0:
            words = trn("and one more in the table", "and {n} more in the table", left).text(reader.language)
            found.append(row(Cell(None, "", ""), label=words, level=_MORE, series=_MORE))
        return found

    def _of_level(self, reader: Reader, place: int, level: str, number: str) -> list[Row]:
        named = {"level": reader.level(level, place), "label": reader.words(level, place)}
        if reader.has("period"):
            named["period"] = reader.level("period", place)
        cell = reader.cell(number, place)
        made = row(cell._replace(text=self._text(reader, cell, place)), **named)
        if cell.n is not None and number == "estimate":
            made |= {"low": reader.limit("conf_low", place), "high": reader.limit("conf_high", place)}
        if not reader.has("before"):
            return [made]
        return [made, row(reader.cell("before", place), **named, series=BEFORE)]

    def _text(self, reader: Reader, cell: Cell, place: int) -> str:
        if cell.n is None:
            return cell.text
        if self.of:
            n, total = reader.cell(self.beside, place).text, reader.cell(self.of, place).text
            return f"{cell.text} ({tr('{n} of {total}', n=n, total=total).text(reader.language)})"
        return f"{cell.text} ({reader.cell(self.beside, place).text})" if self.beside else cell.text


def bars(
    rows: Sequence[Row],
    figure: Figure,
    *,
    axis: str,
    numbers: Literal["count", "share", "rate"],
    series: Mapping[str, str],
    language: Language,
    look: Look,
) -> alt.LayerChart:
    """Draw rows as horizontal bars: each level has its words on a line of their own, its bars below.

    Parameters
    ----------
    rows : sequence of Row
        In the order in which they are drawn; series "now" and, below it, "before".
    figure : Figure
    axis : str
        Title of the axis.
    numbers : {"count", "share", "rate"}
    series : mapping of str to str
        Words of "now" and "before"; without them there is no legend.
    language : str
    look : Look
    """
    alt = altair()
    colours = paint(look)
    two = any(one["series"] == BEFORE for one in rows)
    longest = max((len(str(one["text"])) for one in rows if one["n"] is not None), default=0)
    room = max(64, 16 + round(longest * 7.3))
    places = _places(two)
    top = alt.Axis(format=".0%" if numbers == "share" else ",.0f" if numbers == "count" else ",.6~g", tickCount=4)
    x = alt.X(
        "n:Q",
        title=axis,
        axis=top,
        scale=alt.Scale(domainMin=0, nice=False, range=[0, {"expr": f"max(40, width - {room})"}]),
    )
    y = alt.Y("level:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    base = alt.Chart().encode(y=y)
    layers = [in_order(base)]
    layers += [_words(alt, base, places["label"] - _LINE * (lines - 1), lines) for lines in (1, 2)]
    for name in (NOW, BEFORE) if two else (NOW,):
        layers += _series_layers(alt, base, x, name, places, colours, legend=bool(series))
    if any(one.get("high") is not None for one in rows):
        layers += _intervals(alt, base, x, places[NOW])
    band = (_BAND_OF_TWO if two else _BAND) + (_LINE if any(len(str(one["label"])) > _SHORT for one in rows) else 0)
    return framed(layers, rows, figure, kind="levels", language=language, height={"step": band}, series=series or {})


def _words(alt: Any, base: Any, place: float, lines: int) -> Any:
    """Return the words of the levels that take so many lines; of more than two, the first two."""
    these = "length(datum.lines) == 1" if lines == 1 else "length(datum.lines) > 1"
    wide = {"expr": "width"}
    return (
        base.mark_text(align="left", yOffset=place, fontSize=TEXT, lineHeight=_LINE, limit=wide, aria=False)
        .encode(x=alt.value(0), text="words:N")
        .transform_calculate(lines=_LINES)
        .transform_filter(f"datum.series != '{BEFORE}' && {these}")
        .transform_calculate(words="length(datum.lines) > 2 ? [datum.lines[0], datum.lines[1] + ' …'] : datum.lines")
    )


def _places(two: bool) -> dict[str, float]:
    """Return how far below the middle of its band each part of a level lies, in pixels."""
    return {"label": -24, NOW: -4, BEFORE: 15} if two else {"label": -13, NOW: 7}


def _series_layers(
    alt: Any, base: Any, x: Any, name: str, places: Mapping[str, float], colours: Paint, *, legend: bool
) -> list[Any]:
    size = 18 if name == NOW else 15
    mine = f"datum.series == '{BEFORE}'" if name == BEFORE else f"datum.series != '{BEFORE}'"
    scale = alt.Scale(domain=[NOW, BEFORE, NOT_KNOWN], range=[colours.strong, colours.pale, GREY])
    shown_in = series_legend({NOW: "", BEFORE: ""}) if legend else None
    said = alt.value(alt.ExprRef("datum.label + ': ' + datum.text"))
    ink = {"fontSize": TEXT, "fontWeight": "bold"} if name == NOW else {"fontSize": SMALL, "color": SOFT}
    outline = {"stroke": colours.strong, "strokeWidth": 1} if name == BEFORE else {}
    return [
        base.mark_bar(size=size, yOffset=places[name], **outline)
        .encode(x=x, color=alt.Color("series:N", scale=scale, legend=shown_in), description=said)
        .transform_filter(f"{_SHOWN} && {mine}"),
        base.mark_text(align="left", dx=6, yOffset=places[name], aria=False, **ink)
        .encode(x=alt.X("end:Q", title=x["title"]), text="text:N")
        .transform_filter(f"{_SHOWN} && {mine}")
        .transform_calculate(end="isValid(datum.high) ? datum.high : datum.n"),
        base.mark_bar(size=size, yOffset=places[name], fill=WHITE, stroke=SOFT, strokeDash=[3, 3], strokeWidth=1)
        .encode(x=alt.value(0), x2=alt.value(104), description=said)
        .transform_filter(f"{_HIDDEN} && {mine}"),
        base.mark_text(align="center", yOffset=places[name], fontSize=SMALL, color=INK, aria=False)
        .encode(x=alt.value(52), text="text:N")
        .transform_filter(f"{_HIDDEN} && {mine}"),
    ]


def _intervals(alt: Any, base: Any, x: Any, place: float) -> list[Any]:
    """Return the interval as a thin line: white on the bar, dark beyond it."""
    known = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
    return [
        known.mark_rule(yOffset=place, strokeWidth=1.5, color=colour, aria=False).encode(
            x=alt.X(f"{start}:Q", title=x["title"]), x2=f"{end}:Q"
        )
        for start, end, colour in (("low", "n", WHITE), ("n", "high", INK))
    ]


def _series_words(reader: Reader, kept: Sequence[int], language: Language) -> dict[str, str]:
    last = reader.words("period", kept[0])
    return {NOW: last, BEFORE: capital(tr("the same months of the year before").text(language))}


def _unit(reader: Reader, column: str) -> str:
    return next(one.unit for one in reader.table.columns if one.name == column)


def _by_size(cell: Cell, level: str) -> tuple[bool, bool, float]:
    return level in MISSING_LEVELS, cell.n is None, -(cell.n if cell.n is not None else math.nan)


funnel: Final = Levels(level="stage", number="reached", beside="estimate", axis=tr("cases that reached the step"))
endings: Final = Levels(level="outcome", number="estimate", beside="numerator")
open_by_age: Final = Levels(level="age_band", number="numerator", beside="estimate", only={"status": PENDING})
convictions: Final = Levels(level="per", number="estimate", beside="numerator", of="denominator")
