"""Bars by level: offence, source, sex, age, steps of the procedure, ways of ending; each bar has its words above it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from ....base.language import Language, Readable, tr, trn
from ....base.levels import ALL, MISSING_LEVELS, PENDING
from ....base.result import context_of
from ..model import Figure, Look
from .framed import WHOLE, altair, framed, in_order, said, series_legend
from .locale import month_name
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
# Letters of the title of an axis on a line.
_AXIS: Final = 52
# The words of a level in lines that fit the width of the chart.
_LINES: Final = (
    "split(trim(replace(datum.label, regexp('(.{1,' + max(20, floor(width / 7.1))"
    " + '})(\\\\s+|$)', 'g'), '$1\\n')), '\\n')"
)
_KINDS: Final[Mapping[str, Literal["count", "share", "rate"]]] = MappingProxyType(
    {"share": "share", "units": "count", "days": "count"}
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
    axis_of : str
        Column whose meaning is the title of the axis in place of that.
    table : str
        Table of the answer that is drawn in place of the figure's own: one that lists hidden rows too.
    """

    level: str = ""
    number: str = ""
    beside: str = ""
    of: str = ""
    only: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    by_size: bool = False
    most: int = 25
    axis: Readable | None = None
    axis_of: str = ""
    table: str = ""

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw the levels of the last complete period of a table, and below each the same of the period before."""
        whole = figure.answer.tables if figure.answer is not None else {}
        reader = Reader(whole.get(self.table, figure.table), language)
        level = self._level(figure, reader)
        number = self.number or reader.first("count")
        if level is None or number is None or not reader.has(number):
            return None
        kept, before = self._kept(reader, level)
        if not kept:
            return None
        rows = self._rows(reader, kept, before, level, number)
        axis = self.axis.text(language) if self.axis else reader.counted(self.axis_of or number, figure.unit)
        if any(one.get("high") is not None for one in rows):
            axis = tr("{what}; thin line: interval", what=axis).text(language)
        compared = any(one["series"] == BEFORE for one in rows)
        series = _series_words(figure, reader, kept, before, language) if compared else {}
        kind = _KINDS.get(_unit(reader, number), "rate")
        return bars(rows, figure, axis=capital(axis), numbers=kind, series=series, language=language, look=look)

    def _level(self, figure: Figure, reader: Reader) -> str | None:
        wanted = self.level or figure.by or ""
        if reader.has(wanted):
            return wanted
        besides = ("period", "state", "maturity", *self.only)
        return reader.first("stratum", besides=besides) or reader.first("key", besides=besides)

    def _kept(self, reader: Reader, level: str) -> tuple[list[int], dict[str, int]]:
        """Return the rows that are drawn, and by level those of the period before."""
        kept = [one for one in reader.rows(self.only) if reader.level(level, one) != ALL]
        before: dict[str, int] = {}
        if level != "period" and reader.has("period") and "period" not in self.only and kept:
            last, earlier = _periods(reader, kept)
            before = {reader.level(level, one): one for one in kept if reader.level("period", one) == earlier}
            kept = [one for one in kept if reader.level("period", one) == last]
        # a table by more than this holds each level several times: it is not one set of bars
        return (kept, before) if len({reader.level(level, one) for one in kept}) == len(kept) else ([], {})

    def _rows(
        self, reader: Reader, kept: Sequence[int], before: Mapping[str, int], level: str, number: str
    ) -> list[Row]:
        places = list(kept)
        if self.by_size:
            places.sort(key=lambda one: _by_size(reader.cell(number, one), reader.level(level, one)))
        left, places = len(places) - self.most, places[: self.most]
        found: list[Row] = []
        for place in places:
            named = {"level": reader.level(level, place), "label": reader.words(level, place)}
            found.append(self._now(reader, place, named, number))
            if reader.has("before"):
                found.append(_before(reader, place, named, "before"))
            elif before:
                found.append(_before(reader, before.get(named["level"], -1), named, number))
        if left > 0:
            words = trn("and one more in the table", "and {n} more in the table", left).text(reader.language)
            found.append(row(Cell(None, "", ""), label=words, level=_MORE, series=_MORE))
        return [one for one in found if one["text"] or one["series"] == _MORE]

    def _now(self, reader: Reader, place: int, named: Mapping[str, str], number: str) -> Row:
        cell = reader.cell(number, place)
        text = reader.share(number, place)
        if cell.n is not None and self.of:
            total = tr("{n} of {total}", n=reader.share(self.beside, place), total=reader.share(self.of, place))
            text += f" ({total.text(reader.language)})"
        elif cell.n is not None and self.beside and reader.cell(self.beside, place).n is not None:
            text += f" ({reader.share(self.beside, place)})"
        period = reader.level("period", place) if reader.has("period") else ""
        made = row(cell._replace(text=text), **named, period=period)
        if cell.n is not None and number == "estimate":
            made |= {"low": reader.limit("conf_low", place), "high": reader.limit("conf_high", place)}
        return made


def _before(reader: Reader, place: int, named: Mapping[str, str], number: str) -> Row:
    if place < 0:
        return row(Cell(None, "", ""), **named, series=BEFORE)
    period = reader.level("period", place) if number != "before" else ""
    return row(reader.cell(number, place), **named, period=period, series=BEFORE)


def _periods(reader: Reader, kept: Sequence[int]) -> tuple[str, str]:
    """Return the last period that is over, or of tables to date the last one, and the period before it."""
    periods = sorted({reader.level("period", one) for one in kept})
    over = {reader.level("period", one) for one in kept if not reader.provisional(one)}
    last = periods[-1] if reader.has("before") or not over else max(over)
    return last, periods[periods.index(last) - 1] if periods.index(last) else ""


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
    form = {"share": ".0%", "count": ",.0f", "rate": ",.6~g"}[numbers]
    whole = {"labelExpr": WHOLE} if numbers == "count" else {}
    below = alt.Axis(format=form, tickCount=4, grid=True, titleAnchor="start", **whole)
    x = alt.X(
        "n:Q",
        title=textwrap.wrap(axis, _AXIS),
        stack=None,
        axis=below,
        scale=alt.Scale(domainMin=0, nice=False, range=[0, {"expr": f"max(40, width - {room})"}]),
    )
    y = alt.Y("level:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    base = alt.Chart().encode(y=y)
    layers = [in_order(base, x=alt.XDatum(0.01 if numbers == "share" else 1, title=x["title"], axis=below))]
    layers += [one.transform_filter(f"datum.series != '{BEFORE}'") for one in level_words(base, places["label"])]
    for name in (NOW, BEFORE) if two else (NOW,):
        layers += _series_layers(alt, base, x, name, places, colours, legend=bool(series))
    if any(one.get("high") is not None for one in rows):
        layers += _intervals(alt, base, x, places[NOW])
    band = (_BAND_OF_TWO if two else _BAND) + (_LINE if any(len(str(one["label"])) > _SHORT for one in rows) else 0)
    return framed(
        layers,
        rows,
        figure,
        kind="levels",
        language=language,
        height=band * len({one["level"] for one in rows}),
        band=band,
        series=series,
    )


def level_words(base: Any, place: float) -> list[Any]:
    """Return layers that write the words of each level, in two lines where they are too long for one.

    Parameters
    ----------
    base : Chart
        With the levels on its upright axis.
    place : float
        How far below the middle of a band the words stand, in pixels.
    """
    alt = altair()
    wide = {"expr": "width"}
    return [
        base.mark_text(
            align="left",
            yOffset=place - _LINE * (lines - 1),
            fontSize=TEXT,
            lineHeight=_LINE,
            limit=wide,
            aria=False,
        )
        .encode(x=alt.XValue(0), text="words:N")
        .transform_calculate(lines=_LINES)
        .transform_filter("length(datum.lines) == 1" if lines == 1 else "length(datum.lines) > 1")
        .transform_calculate(words="length(datum.lines) > 2 ? [datum.lines[0], datum.lines[1] + ' …'] : datum.lines")
        for lines in (1, 2)
    ]


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
    ink = {"fontSize": TEXT, "fontWeight": "bold"} if name == NOW else {"fontSize": SMALL, "color": SOFT}
    outline = {"stroke": colours.strong, "strokeWidth": 1} if name == BEFORE else {}
    return [
        base.mark_bar(size=size, yOffset=places[name], **outline)
        .encode(x=x, color=alt.Color("series:N", scale=scale, legend=shown_in), **said())
        .transform_filter(f"{_SHOWN} && {mine}"),
        base.mark_text(align="left", dx=6, yOffset=places[name], aria=False, **ink)
        .encode(x=alt.X("end:Q", title=x["title"]), text="text:N")
        .transform_filter(f"{_SHOWN} && {mine}")
        .transform_calculate(end="isValid(datum.high) ? datum.high : datum.n"),
        base.mark_bar(size=size, yOffset=places[name], fill=WHITE, stroke=SOFT, strokeDash=[3, 3], strokeWidth=1)
        .encode(x=alt.XValue(0), x2=alt.X2Value(104), **said())
        .transform_filter(f"{_HIDDEN} && {mine}"),
        base.mark_text(align="center", yOffset=places[name], fontSize=SMALL, color=INK, aria=False)
        .encode(x=alt.XValue(52), text="text:N")
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


def _series_words(
    figure: Figure, reader: Reader, kept: Sequence[int], before: Mapping[str, int], language: Language
) -> dict[str, str]:
    last = reader.words("period", kept[0])
    if not reader.has("before"):
        return {NOW: last, BEFORE: reader.words("period", next(iter(before.values())))}
    months = to_date_words(figure, language)
    return {
        NOW: f"{last} ({months})" if months else last,
        BEFORE: capital(tr("the same months of the year before").text(language)),
    }


def to_date_words(figure: Figure, language: Language) -> str:
    """Return which months of each year are to date, such as "Jan to Jun"; nothing where the answer does not say."""
    months = context_of(figure.answer).get("months", 0) if figure.answer is not None else 0
    if not isinstance(months, int) or not 1 <= months <= 11:
        return ""
    first, last = month_name(1, language), month_name(months, language)
    return first if months == 1 else tr("{first} to {last}", first=first, last=last).text(language)


def _unit(reader: Reader, column: str) -> str:
    return next(one.unit for one in reader.table.columns if one.name == column)


def _by_size(cell: Cell, level: str) -> tuple[bool, bool, float]:
    return level in MISSING_LEVELS, cell.n is None, -(cell.n if cell.n is not None else math.nan)


by_level: Final = Levels()
by_size: Final = Levels(by_size=True)
funnel: Final = Levels(level="stage", number="reached", beside="estimate", axis=tr("cases that reached the step"))
endings: Final = Levels(level="outcome", number="estimate", beside="numerator", axis=tr("share of all cases"))
open_by_age: Final = Levels(
    level="age_band",
    number="numerator",
    beside="estimate",
    only={"status": PENDING, "outcome": PENDING},
    axis=tr("cases that are pending"),
    table="status",
)
convictions: Final = Levels(
    level="per",
    number="estimate",
    beside="numerator",
    of="denominator",
    axis=tr("share convicted of those that came there"),
)
delays: Final = Levels(level="period", number="estimate", beside="soon", of="n", axis_of="soon")
rates: Final = Levels(number="estimate", axis_of="estimate")
rates_by_size: Final = Levels(number="estimate", axis_of="estimate", by_size=True)
