"""Days that a date leaves open: a date that gives the month or the year only is any day of it, not its middle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..calendar import day_number
from ..casedata import CaseData
from ..conversions.conversion import precision_lookup
from ..days import EXACTNESS

MONTH: Final = 1
YEAR: Final = 2
_CODE_OF: Final = {"month": MONTH, "year": YEAR}
_CODES: Final = 4
# Counted from a March, February comes last; from 1901 to 2099 every four years are alike.
_FIRST_MARCH: Final = day_number(dt.date(1900, 3, 1))
_TO_JANUARY: Final = day_number(dt.date(1901, 1, 1)) - _FIRST_MARCH
_FOUR_YEARS: Final = 1_461
_FIRST_USUAL: Final = day_number(dt.date(1901, 1, 1))
_LAST_USUAL: Final = day_number(dt.date(2099, 12, 31))


class Span(NamedTuple):
    """A date as a unit has it, and the first and the last day that it can be; all three equal for an exact one."""

    day: nw.Expr
    first: nw.Expr
    last: nw.Expr

    @property
    def known(self) -> nw.Expr:
        """Whether there is a date; never null."""
        return ~self.day.is_null()

    @property
    def exact(self) -> nw.Expr:
        """Whether the date says the day."""
        return self.first == self.last

    def before(self, other: Span) -> nw.Expr:
        """Return whether this date lies before another one, whatever the days that both leave open."""
        return self.last < other.first

    def before_day(self, day: int) -> nw.Expr:
        """Return whether this date lies before a day, whatever the days that it leaves open."""
        return self.last < day

    def after_day(self, day: int) -> nw.Expr:
        """Return whether this date lies after a day, whatever the days that it leaves open."""
        return self.first > day


def exactly(day: nw.Expr) -> Span:
    """Return a day that leaves nothing open."""
    return Span(day, day, day)


def earliest_span(spans: Sequence[Span]) -> Span | None:
    """Return the first of several dates; None without one."""
    if len(spans) < 2:
        return spans[0] if spans else None
    return Span(*(nw.min_horizontal(*[one[place] for one in spans]) for place in range(3)))


def span_columns(key: str) -> tuple[str, str]:
    """Return the columns of a frame of rules with the first and the last day that a coarse date can be."""
    return f"first_possible__{key}", f"last_possible__{key}"


def with_spans(frame: nw.LazyFrame[Any], dates: Mapping[str, tuple[nw.Expr, nw.Expr]]) -> nw.LazyFrame[Any]:
    """Return a frame with the :func:`span_columns` of some dates.

    Parameters
    ----------
    frame : lazy frame
    dates : mapping of str to pair of expressions
        By key the day, and 1 where it gives the month only, 2 where it gives the year only.
    """
    if not dates:
        return frame
    named = frame.collect_schema().names()
    # One division a step: an SQL engine writes the number out wherever it occurs, so nested ones grow without bound.
    for step in (_begun, _in_four_years, _years_begun, _month_in_year, _bounds):
        frame = frame.with_columns(
            **{name: one for key, date in dates.items() for name, one in step(key, *date).items()}
        )
    return frame.select(*named, *[one for key in dates for one in span_columns(key)])


def _begun(key: str, day: nw.Expr, code: nw.Expr) -> dict[str, nw.Expr]:
    """Return the exactness, and the days since March 1900 of coarse dates; a very old or far one stays as it is."""
    usual = (day >= _FIRST_USUAL) & (day <= _LAST_USUAL)
    return {
        f"exactcode__{key}": code,
        f"exactday__{key}": day.cast(nw.Int64),
        f"march__{key}": nw.when(usual & (code > 0)).then(day.cast(nw.Int64) - _FIRST_MARCH),
    }


def _in_four_years(key: str, *_: nw.Expr) -> dict[str, nw.Expr]:
    """Return the years from March 1900 and from January 1901 to a day, whole ones."""
    since = nw.col(f"march__{key}")
    return {
        f"years__{key}": (4 * since + 3) // _FOUR_YEARS,
        f"january__{key}": (4 * (since - _TO_JANUARY) + 3) // _FOUR_YEARS,
    }


def _years_begun(key: str, *_: nw.Expr) -> dict[str, nw.Expr]:
    """Return the days from March 1900 to the March of a day, to the next one, and to 1 January before and after it."""
    marches, januaries = nw.col(f"years__{key}"), nw.col(f"january__{key}")
    return {
        f"new__{key}": _FOUR_YEARS * marches // 4,
        f"next__{key}": _FOUR_YEARS * (marches + 1) // 4,
        f"newyear__{key}": _FOUR_YEARS * januaries // 4 + _TO_JANUARY,
        f"nextyear__{key}": _FOUR_YEARS * (januaries + 1) // 4 + _TO_JANUARY,
    }


def _month_in_year(key: str, *_: nw.Expr) -> dict[str, nw.Expr]:
    """Return the month counted from March: 0 to 11."""
    return {f"month__{key}": (5 * (nw.col(f"march__{key}") - nw.col(f"new__{key}")) + 2) // 153}


def _bounds(key: str, *_: nw.Expr) -> dict[str, nw.Expr]:
    day, new, month = (nw.col(f"{one}__{key}") for one in ("exactday", "new", "month"))
    following = nw.when(month == 11).then(nw.col(f"next__{key}")).otherwise(new + (153 * month + 155) // 5)
    found = {
        MONTH: (new + (153 * month + 2) // 5, following - 1),
        YEAR: (nw.col(f"newyear__{key}"), nw.col(f"nextyear__{key}") - 1),
    }
    bounds = {}
    for place, name in enumerate(span_columns(key)):
        made = day
        for code, ends in found.items():
            coarse = (nw.col(f"exactcode__{key}") == code) & ~nw.col(f"march__{key}").is_null()
            made = nw.when(coarse).then(ends[place] + _FIRST_MARCH).otherwise(made)
        bounds[name] = made
    return bounds


def codes_of(
    cases: CaseData, names: Sequence[str], described: Sequence[str]
) -> tuple[nw.LazyFrame[Any], dict[str, nw.Expr]]:
    """Return milestones, and for each date of them that may be coarse an expression: 0 day, 1 month, 2 year.

    Parameters
    ----------
    cases : CaseData
    names : sequence of str
        States and roles, ``outcome`` and ``conclusion``.
    described : sequence of str
        Columns of days that describe a unit; their keys begin with ``EXACTNESS``.
    """
    frame = cases.milestones
    held = frame.collect_schema().names()
    exactness = [f"{EXACTNESS}{one}" for one in described if f"{EXACTNESS}{one}" in held]
    codes = {one: _code(one, known) for one in exactness if (known := _words(frame, [one]))}
    if cases.intake.one_row_per_unit:
        # A column that only says "day" makes no date coarse; looked at all the same, it costs every rule on that date.
        found = {one: f"exact__{one}" for one in names if f"exact__{one}" in held}
        of_stages = {one: _code(column, known) for one, column in found.items() if (known := _words(frame, [column]))}
    else:
        frame, of_stages = _of_events(cases)
    endings = [one for one in of_stages if one in cases.procedure.outcomes]
    if endings and "outcome" in names:
        code: nw.Expr = nw.lit(0, dtype=nw.Int64)
        for one in endings:
            code = nw.when((nw.col("outcome") == one).fill_null(value=False)).then(of_stages[one]).otherwise(code)
        codes["outcome"] = code
    return frame, codes | {one: code for one, code in of_stages.items() if one in names}


def _of_events(cases: CaseData) -> tuple[nw.LazyFrame[Any], dict[str, nw.Expr]]:
    """Return milestones with how exact the first day of each state is in the events, where any is coarse."""
    known = _words(cases.events, ["precision"])
    if not known:
        return cases.milestones, {}
    coarse = cases.events.with_columns(exact__code=_code("precision", known))
    found = coarse.filter(nw.col("exact__code") > 0).select("state").unique().collect().get_column("state").to_list()
    states = [one for one in cases.dated_states if one in found]
    packed = nw.col("day").cast(nw.Int64) * _CODES + nw.col("exact__code")
    wide = coarse.filter(~nw.col("day").is_null()).select(
        "unit_id", **{f"packed__{one}": nw.when(nw.col("state") == one).then(packed) for one in states}
    )
    # the smallest is the earliest day, as milestones keep it, and of equal days the one that is known best
    firsts = wide.group_by("unit_id").agg(*[nw.col(f"packed__{one}").min() for one in states])
    frame = cases.milestones.join(firsts, on="unit_id", how="left")
    return frame, {one: (nw.col(f"packed__{one}") % _CODES).fill_null(0) for one in states}


def _words(frame: nw.LazyFrame[Any], columns: Sequence[str]) -> Mapping[str, str]:
    """Return the texts of columns about exactness that stand for a month or a year."""
    texts: set[str] = set()
    for one in columns:
        texts |= {text for text in frame.select(one).unique().collect().get_column(one).to_list() if text}
    return {text: word for text, word in precision_lookup(sorted(texts)).items() if word in _CODE_OF}


def _code(column: str, known: Mapping[str, str]) -> nw.Expr:
    code: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for text, word in known.items():
        same = (nw.col(column) == text).fill_null(value=False)
        code = nw.when(same).then(nw.lit(_CODE_OF[word], dtype=nw.Int64)).otherwise(code)
    return code
