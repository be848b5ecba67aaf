"""Sentences and drawings of counts by period, from the tables that are shown alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np

from ...base.language import Language, Readable, tr
from ...base.result import Result, context_of
from ...base.table import Table
from ...cases.periods import period_words
from ...figures.counts import bars, lines
from ..rates.period_numbers import Change
from ..shown import counts_in, numbers, tell_hidden, whole, words_of
from .tables import PROVISIONAL, counted_tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# More bars than these are drawn as a line.
_MOST_BARS: Final = 24
# How dense the colour of a number is that will still change.
_PALE: Final = 0.5


def findings_of(shown: Result) -> tuple[Readable, ...]:
    """Say this year to date beside the same months of the year before, and the last whole period."""
    to_date = _to_date(shown)
    # of a year that is over, the months to date are all of it
    return to_date if to_date and _months(shown) == 12 else (*to_date, *_last_whole(shown))


def _last_whole(shown: Result) -> tuple[Readable, ...]:
    main = shown.main
    n = numbers(main, "count")
    rows = np.flatnonzero((main["maturity"] != PROVISIONAL) & np.isfinite(n))
    if not len(rows):
        return ()
    row = int(rows[-1])
    return (
        tr(
            "{period}: {n} ({what}).", period=period_words(str(main["period"][row])), n=whole(n[row]), what=_what(shown)
        ),
    )


def _to_date(shown: Result) -> tuple[Readable, ...]:
    table = next(
        (shown.tables[one.name] for one in counted_tables(shown) if (one.period, one.by) == ("to_date", ())), None
    )
    if table is None or not len(table):
        return ()
    now, before, change = (float(numbers(table, one)[-1]) for one in ("count", "before", "estimate"))
    year, months = str(table["period"][-1]), _months(shown)
    if not np.isfinite(now):
        return ()
    known = bool(np.isfinite(before) and np.isfinite(change))
    if months == 12 and known:
        return (
            tr(
                "{period}, {quantity}: from {before} to {after}, a change of {change}.",
                period=year,
                quantity=_what(shown),
                before=whole(before),
                after=whole(now),
                change=Change(change),
            ),
        )
    told = {
        "first": period_words(f"{year}-01"),
        "last": period_words(f"{year}-{months:02d}"),
        "n": whole(now),
        "what": _what(shown),
    }
    said: Readable = tr("{first} to {last}: {n} ({what}).", **told)
    if known:
        said = tr(
            "{first} to {last}: {n} ({what}); the same months of {year}: {before}, a change of {change}.",
            **told,
            year=str(int(year) - 1),
            before=whole(before),
            change=Change(change),
        )
    if table["maturity"][-1] != PROVISIONAL:
        return (said,)
    return (tr("{sentence} The numbers of {year} are provisional.", sentence=said, year=year),)


def _months(shown: Result) -> int:
    return cast("int", context_of(shown)["months"])


def _what(shown: Result) -> Readable:
    return cast("Readable", context_of(shown)["what"])


def draw_periods(main: Table, ax: Axes | None, *, language: Language) -> Axes:
    """Draw the counts of a table by period, as bars where there is room for them."""
    counts = numbers(main, "count")
    words = [words_of(main, "period", one).text(language) for one in main["period"]]
    words = [
        tr("{period} (provisional)", period=one).text(language) if state == PROVISIONAL else one
        for one, state in zip(words, main["maturity"], strict=True)
    ]
    told = next(one.meaning for one in main.columns if one.name == "count").text(language)
    number = counts_in(language)
    if len(main) <= _MOST_BARS:
        axes = bars(bins=words, counts=counts, x_label=tr("period").text(language), y_label=told, number=number, ax=ax)
        for bar, maturity in zip(axes.containers[-1], main["maturity"], strict=True):
            if maturity == PROVISIONAL:
                bar.set_alpha(_PALE)
    else:
        axes = lines(
            x=np.arange(len(main)),
            counts=counts,
            x_words=words,
            x_label=tr("period").text(language),
            y_label=told,
            number=number,
            ax=ax,
        )
    return tell_hidden(axes, main, "count", language=language)


def draw_months(table: Table, ax: Axes | None, *, language: Language) -> Axes:
    """Draw the months of the last year and of the year before, each as a line."""
    counts = numbers(table, "count")
    places = [str(one).split("-") for one in table["period"]]
    last = int(places[-1][0])
    years = [one for one in (last - 1, last) if any(int(year) == one for year, _ in places)]
    drawn = np.full((len(years), 12), np.nan)
    for (year, month), n, state in zip(places, counts, table["maturity"], strict=True):
        # a month of which some days are there would look like a fall
        if int(year) in years and state != PROVISIONAL:
            drawn[years.index(int(year)), int(month) - 1] = n
    axes = lines(
        x=np.arange(12),
        counts=drawn,
        groups=[str(one) for one in years],
        x_words=[_month(place, language) for place in range(1, 13)],
        x_label=tr("month").text(language),
        y_label=next(one.meaning for one in table.columns if one.name == "count").text(language),
        number=counts_in(language),
        ax=ax,
    )
    return tell_hidden(axes, table, "count", language=language)


def _month(place: int, language: Language) -> str:
    """Return the short name of a month."""
    from babel.dates import get_month_names

    return str(get_month_names("abbreviated", context="stand-alone", locale=language)[place])
