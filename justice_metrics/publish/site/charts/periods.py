"""Counts over time: the months of this year beside those of last year, and years with the months to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ....base.language import Label, Language, Readable, tr
from ..model import Figure, Look
from .framed import WHOLE, altair, framed, hidden_above, in_order, said, series_legend
from .levels import to_date_words
from .locale import month_name
from .rows import BEFORE, HIDDEN, NOW, PROVISIONAL, Cell, Reader, Row, capital, row
from .theme import INK, SMALL, SOFT, WHITE, paint

if TYPE_CHECKING:
    import altair as alt

YEAR: Final = "year"
TO_DATE: Final = "to_date"
_HEIGHT: Final = 300
_SHOWN: Final = "isValid(datum.n)"
# Bars of fewer years are not as wide as the page would let them be.
_FEW_YEARS: Final = 5
# So wide must a bar be for its number to stand over it.
_ROOM_FOR_A_NUMBER: Final = 33


@dataclass(frozen=True, slots=True)
class Months:
    """The months of the last year of a table as bars, those of the year before as ticks across them."""

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw the last two years of a table of months; None where it has none."""
        reader = Reader(figure.table, language)
        number = reader.first("count")
        if number is None or not reader.has("period") or _split(reader):
            return None
        by_month = {reader.level("period", one): reader.cell(number, one) for one in range(len(reader))}
        if not by_month or any(len(one) != len("2025-01") for one in by_month):
            return None
        year = int(max(by_month)[:4])
        rows = [
            row(by_month.get(f"{which}-{month:02d}", Cell(None, "", "")), label=month_name(month, language),
                level=f"{month:02d}", period=f"{which}-{month:02d}", series=series)
            for month in range(1, 13)
            for which, series in ((year, NOW), (year - 1, BEFORE))
            # a month that is not over has no row; it still has its place on the axis
            if f"{which}-{month:02d}" in by_month or series == NOW
        ]  # fmt: skip
        series = {NOW: str(year)}
        if any(one["series"] == BEFORE for one in rows):
            series[BEFORE] = str(year - 1)
        if any(one["series"] == BEFORE and one["n"] is None for one in rows):
            series[HIDDEN] = tr("{what}: hidden", what=str(year - 1)).text(language)
        return months_chart(
            rows, figure, axis=reader.counted(number, figure.unit), series=series, language=language, look=look
        )


@dataclass(frozen=True, slots=True)
class Years:
    """Years as bars; the last one pale where it is not over, and the months to date of each year inside the bars."""

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw a table of years or of the months to date of each year; None where it has none."""
        reader = Reader(figure.table, language)
        number = reader.first("count")
        if number is None or not reader.has("period") or _split(reader) or not len(reader):
            return None
        to_date = self._to_date(figure, reader, language)
        rows: list[Row] = []
        for place in range(len(reader)):
            period = reader.level("period", place)
            over = not reader.provisional(place)
            named = {"label": reader.words("period", place), "level": period, "period": period}
            rows.append(row(reader.cell(number, place), **named, series=YEAR if over else PROVISIONAL))
            # where the year is hidden, its box says so for both
            if over and period in to_date and (to_date[period].n is not None or rows[-1]["n"] is not None):
                rows.append(row(to_date[period], **named, series=TO_DATE))
        axis, months = reader.counted(number, figure.unit), to_date_words(figure, language)
        series = _year_words(rows, months, language)
        if reader.has("before"):
            # all bars count the same months: no year is whole
            series = {name: words for name, words in series.items() if name == PROVISIONAL}
            axis = f"{axis}, {months}" if months else axis
        return years_chart(rows, figure, axis=axis, series=series, language=language, look=look)

    def _to_date(self, figure: Figure, reader: Reader, language: Language) -> Mapping[str, Cell]:
        """Return the months to date of each year, where the answer has them and the last year is not over."""
        answer = figure.answer
        if (
            reader.has("before")
            or answer is None
            or TO_DATE not in answer.tables
            or not reader.provisional(len(reader) - 1)
        ):
            return {}
        other = Reader(answer.tables[TO_DATE], language)
        number = other.first("count")
        return {other.level("period", one): other.cell(number or "", one) for one in range(len(other))}


def months_chart(
    rows: Sequence[Row], figure: Figure, *, axis: str, series: Mapping[str, str], language: Language, look: Look
) -> alt.LayerChart:
    """Draw months: series "now" as bars, "before" as ticks; a hidden month is an empty box with its word.

    Parameters
    ----------
    rows : sequence of Row
        Levels "01" to "12"; a month without a row of its year stays empty.
    figure : Figure
    axis : str
    series : mapping of str to str
        Words of "now" and "before": the two years.
    language : str
    look : Look
    """
    alt = altair()
    colours = paint(look)
    x = alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=False,
              labelExpr="width < 420 ? upper(slice(datum.label, 0, 1)) : datum.label"),
              scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1))  # fmt: skip
    y, least = _counts(alt)
    colour = alt.Color(
        "series:N",
        legend=series_legend(series, outline=SOFT),
        scale=alt.Scale(domain=[NOW, BEFORE, HIDDEN], range=[colours.strong, INK, WHITE]),
    )
    base = alt.Chart().encode(x=x)
    now, before = f"datum.series == '{NOW}'", f"datum.series == '{BEFORE}'"
    layers = [
        in_order(base, y=least),
        base.mark_bar().encode(y=y, color=colour, **said())
        .transform_filter(f"{_SHOWN} && {now}"),
        *_hidden(alt, base, now),
        hidden_above(base, before),
        base.mark_tick(thickness=3, opacity=1, width={"band": 1.2})
        .encode(y=y, color=colour, **said()).transform_filter(f"{_SHOWN} && {before}"),
    ]  # fmt: skip
    return framed(layers, rows, figure, kind="months", language=language, height=_HEIGHT, series=series, over=axis)


def years_chart(
    rows: Sequence[Row], figure: Figure, *, axis: str, series: Mapping[str, str], language: Language, look: Look
) -> alt.LayerChart:
    """Draw years: "year" and "provisional" as bars, "to_date" inside them; a hidden year is an empty box.

    Parameters
    ----------
    rows : sequence of Row
        In the order of the years.
    figure : Figure
    axis : str
    series : mapping of str to str
        Words of the series that are told in the legend.
    language : str
    look : Look
    """
    alt = altair()
    colours = paint(look)
    within = any(one["series"] == TO_DATE for one in rows)
    x = alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy"),
              scale=_spread(alt, rows))  # fmt: skip
    y, least = _counts(alt)
    ranges = {YEAR: colours.pale if within else colours.strong, PROVISIONAL: colours.strong if within else colours.pale}
    ranges[TO_DATE] = colours.strong
    legend = series_legend(series) if series else None
    colour = alt.Color("series:N", legend=legend, scale=alt.Scale(domain=list(ranges), range=list(ranges.values())))
    base = alt.Chart().encode(x=x)
    whole = f"(datum.series == '{YEAR}' || datum.series == '{PROVISIONAL}')"
    layers = [
        in_order(base, y=least),
        base.mark_bar(stroke=colours.strong, strokeWidth=1.2).encode(
            y=y, color=colour, **said(),
            strokeDash=alt.condition(f"datum.series == '{PROVISIONAL}'", alt.value([4, 3]), alt.value([1, 0])),
        ).transform_filter(f"{_SHOWN} && {whole}"),
        *_hidden(alt, base, whole),
        base.mark_text(dy=-9, fontSize=SMALL, fontWeight="bold", aria=False,
                       opacity={"expr": f"bandwidth('x') < {_ROOM_FOR_A_NUMBER} ? 0 : 1"})
        .encode(y=y, text="text:N").transform_filter(f"{_SHOWN} && {whole}"),
    ]  # fmt: skip
    if within:
        inside = f"datum.series == '{TO_DATE}'"
        layers += [
            base.mark_bar().encode(y=y, color=colour, **said()).transform_filter(f"{_SHOWN} && {inside}"),
            base.mark_text(dy=10, fontSize=SMALL, color=WHITE, aria=False,
                           opacity={"expr": f"bandwidth('x') < {_ROOM_FOR_A_NUMBER} ? 0 : 1"})
            .encode(y=y, text="text:N").transform_filter(f"{_SHOWN} && {inside}"),
            base.mark_text(angle=270, fontSize=SMALL, color=INK, aria=False)
            .encode(y=alt.YValue(_HEIGHT - 36), text="text:N").transform_filter(f"!isValid(datum.n) && {inside}"),
        ]  # fmt: skip
    return framed(layers, rows, figure, kind="years", language=language, height=_HEIGHT, series=series, over=axis)


def _counts(alt: Any) -> tuple[Any, Any]:
    """Return the axis of counts, and how far it goes at least."""
    axis = alt.Axis(format=",.0f", tickCount=5, grid=True, domain=False, labelExpr=WHOLE)
    scale = alt.Scale(domainMin=0, nice=True, range=[_HEIGHT, 16])
    return alt.Y("n:Q", title=None, stack=None, axis=axis, scale=scale), alt.YDatum(1, title=None, axis=axis)


def _spread(alt: Any, rows: Sequence[Row]) -> Any:
    """Return the scale of years: of few of them the bars stay narrower than the gaps are wide."""
    years = len({one["level"] for one in rows})
    few = years < _FEW_YEARS
    return alt.Scale(paddingInner=0.5 if few else 0.2, paddingOuter=min(1, 0.5 * (_FEW_YEARS - years)) if few else 0.1)


def _hidden(alt: Any, base: Any, which: str) -> list[Any]:
    """Return an empty box with its word for each number that is not shown."""
    told = f"!isValid(datum.n) && datum.text != '' && {which}"
    return [
        base.mark_bar(fill=WHITE, stroke=SOFT, strokeDash=[3, 3], strokeWidth=1)
        .encode(y=alt.YValue(_HEIGHT), y2=alt.Y2Value(_HEIGHT - 72), **said())
        .transform_filter(told),
        base.mark_text(angle=270, fontSize=SMALL, color=INK, aria=False)
        .encode(y=alt.YValue(_HEIGHT - 36), text="text:N")
        .transform_filter(told),
    ]


def _split(reader: Reader) -> bool:
    """Whether a table has several rows for a period: these are levels, and other charts are for them."""
    periods = [reader.level("period", one) for one in range(len(reader))]
    return len(set(periods)) < len(periods)


def _year_words(rows: Sequence[Row], months: str, language: Language) -> dict[str, str]:
    told = {str(one["series"]) for one in rows}
    if TO_DATE in told:
        words: dict[str, Readable] = {
            TO_DATE: Label(months) if months else tr("to date"),
            YEAR: tr("the whole year"),
        }
    elif PROVISIONAL in told:
        words = {YEAR: tr("the whole year"), PROVISIONAL: tr("provisional")}
    else:
        return {}
    return {name: capital(one.text(language)) for name, one in words.items() if name in told}


months: Final = Months()
years: Final = Years()
