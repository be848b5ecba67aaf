"""Date heaping: where dates pile up on days that people write when they do not know the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Language, Message, Readable, Setting, format_share, tr, trn
from ...base.levels import ALL
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Counts, Floats, Names, names
from ...cases.casedata import CaseData
from ...cases.periods import Period, Periods, period_words, periods_between
from ...estimate.heaping import SIGNS, bundle_sizes, chance_of_so_many, signs_of
from ...estimate.multiplicity import holm
from ...estimate.proportion import wilson
from ...figures.shades import shades
from ...reduce.count_sums import PERIOD_WORDS
from ...reduce.heaping import DayCounts, day_counts
from ...tables import Strata
from ..declared import Share, ensure_level, interval_columns, levels_words, sampling_notes, strata_columns
from ..flows.sources import ensure_period
from ..shown import group_of, known, strata_of, whole, words_of
from .belonging import belonging_notes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGN_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "new_year": tr("on 1 January"),
        "first_of_month": tr("on the first of a month"),
        "fifteenth": tr("on the 15th of a month"),
        "round_days": tr("on a day that ends in 0 or 5"),
        "one_weekday": tr("on the busiest day of the week"),
        "one_day": tr("on one and the same date"),
    }
)
HEAPED: Final = "heaped"
USUAL: Final = "usual"
FEW: Final = "few"
STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {HEAPED: tr("more than chance gives"), USUAL: tr("as the calendar gives"), FEW: tr("rests on few dates")}
)
_FEWEST_DATES: Final = 50
_LEVEL: Final = 0.05
# A share is remarkable from so many times that of the calendar on; a sure but small excess is habit.
_TIMES: Final = 1.5
# Hearings are set in bundles, so a busy day is nothing remarkable before it holds so many times its share.
_TIMES_ONE_DAY: Final = 10.0
_MOST_TOLD: Final = 6


# Dates are counted, of which a case can have several.
_DATES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"unit": ("dates: {date}",)})
_PAIR: Final = ("counted", "denominator")


class Heap(NamedTuple):
    """One sign of one kind of date, in one group and period; the last group is all together."""

    group: int
    field: int
    period: int
    sign: str
    counted: int
    n: int
    usual: float
    p_value: float


@dataclass(frozen=True, eq=False, kw_only=True)
class DateHeaping(Result):
    """How many dates fall on days that are written where the day is not known.

    Tables
    ------
    main
        One row per group, kind of date, period of that date and sign: dates that bear it, their share with limits, the
        share that the calendar gives, the corrected p value, ``state``.
    """

    question: ClassVar[str] = "date_heaping"

    fields: tuple[DayCounts, ...]
    strata: Strata
    heaps: tuple[Heap, ...]
    states: tuple[str, ...]
    periods: Periods
    period_word: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return the largest heaps, those of all groups together first."""
        everything = len(self.strata) - 1
        found = [one for one, state in zip(self.heaps, self.states, strict=True) if state == HEAPED]
        told = {(one.field, one.period, one.sign) for one in found if one.group == everything}
        found = [one for one in found if one.group == everything or (one.field, one.period, one.sign) not in told]
        if not found:
            return (tr("No kind of date piles up on one kind of day more than chance gives."),)
        found.sort(key=lambda one: (one.group != everything, one.usual - one.counted / one.n))
        return tuple(
            tr(
                "{what} ({group}, {period}): {n} of {base} dates lie {sign} ({share}; by the calendar {usual}).",
                what=self.fields[one.field].field.words,
                group=levels_words(self.strata.levels[one.group]) or [tr("all")],
                period=period_words(self.periods.labels[one.period]),
                n=one.counted,
                base=one.n,
                sign=SIGN_WORDS[one.sign],
                share=Share(one.counted / one.n),
                usual=Share(one.usual),
            )
            for one in found[:_MOST_TOLD]
        )

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the largest heaps of all groups together, among the numbers that are shown."""
        main = shown.main
        rows = [
            row
            for row in range(len(main))
            if main["state"][row] == HEAPED
            and all(main[name][row] == ALL for name in strata_of(main))
            and known(main["counted"][row], main["denominator"][row], main["estimate"][row])
        ]
        rows.sort(key=lambda row: float(main["usual"][row]) - float(main["estimate"][row]))
        return tuple(
            tr(
                "{what} ({group}, {period}): {n} of {base} dates lie {sign} ({share}; by the calendar {usual}).",
                what=words_of(main, "date", main["date"][row]),
                group=group_of(main, row) or [tr("all")],
                period=period_words(str(main["period"][row])),
                n=whole(main["counted"][row]),
                base=whole(main["denominator"][row]),
                sign=SIGN_WORDS[str(main["sign"][row])],
                share=Share(float(main["estimate"][row])),
                usual=Share(float(main["usual"][row])),
            )
            for row in rows[:_MOST_TOLD]
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of the dates that bear each sign, over all periods, shaded where one has more than chance."""
        everything = len(self.strata) - 1
        shape = (len(self.fields), len(SIGNS))
        counted, usual, n = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        sure, tested = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        for one, state in zip(self.heaps, self.states, strict=True):
            if one.group == everything:
                at = (one.field, SIGNS.index(one.sign))
                counted[at] += one.counted
                usual[at] += one.usual * one.n
                n[at] += one.n
                sure[at] |= state == HEAPED
                tested[at] |= state != FEW
        with np.errstate(divide="ignore", invalid="ignore"):
            share, times = np.where(n > 0, counted / n, np.nan), counted / usual
            calendar = usual.sum(axis=0) / n.sum(axis=0)
        return shades(
            rows=[one.field.words.text(language) for one in self.fields],
            columns=[
                f"{SIGN_WORDS[one].text(language)} ({format_share(float(part), language)})"
                for one, part in zip(SIGNS, calendar, strict=True)
            ],
            texts=[[format_share(float(one), language) for one in row] for row in share],
            strength=np.where(np.isnan(share), np.nan, np.where(sure, np.clip(times / 8, 0.15, 1.0), 0.0)),
            faint=~tested,
            x_label=tr(
                "share of the dates (by the calendar); shaded: more than chance gives in some {period}",
                period=self.period_word,
            ).text(language),
            faint_label=tr(
                "in brackets: fewer than {few} dates in every {period}",
                few=Setting(_FEWEST_DATES),
                period=self.period_word,
            ).text(language),
            ax=ax,
        )


def date_heaping(
    cases: CaseData,
    *,
    dates: Names = (),
    by: Names = (),
    period: Period = "year",
    confidence_level: float = 0.95,
) -> DateHeaping:
    """Where dates pile up: on 1 January, the first or the 15th, round days, one weekday, or one single date.

    Parameters
    ----------
    cases : CaseData
    dates : str or tuple of str
        Stages, ``ending``, date attributes; all by default.
    by : str or tuple of str
        Attributes that split the cases, such as the office or court.
    period : {"month", "quarter", "half_year", "year"}
        Of the date itself.
    confidence_level : float

    Returns
    -------
    DateHeaping

    Raises
    ------
    QuestionError
        When a word names no date.

    Notes
    -----
    Each count is compared with the calendar of its period by the binomial distribution, that of the busiest weekday (of
    five) and of the busiest date times the number of days it was chosen from; p values are corrected after Holm. A heap
    is a corrected p value below 0.05 and one and a half times the share of the calendar, for one single date ten times.
    At least 50 dates are asked.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> str(jm.date_heaping(jm.sample_cases(), dates="complaint").findings()[0])
    'No kind of date piles up on one kind of day more than chance gives.'
    """
    by = names(by)
    ensure_level(confidence_level)
    ensure_period(period)
    fields = day_counts(cases, dates=names(dates), by=by)
    strata = _with_all(fields, by)
    days = np.concatenate([one.day[one.day <= cases.cutoff_day] for one in fields]) if fields else np.zeros(0, np.int64)
    first = int(days.min()) if len(days) else cases.cutoff_day
    periods = periods_between(first, cases.cutoff_day, period)
    heaps = _heaps(fields, strata, periods, cases.cutoff_day)
    adjusted = holm([one.p_value for one in heaps]) if heaps else np.zeros(0)
    heaps = [one._replace(p_value=float(p)) for one, p in zip(heaps, adjusted, strict=True)]
    states = [_state(one) for one in heaps]
    return DateHeaping(
        heading=tr("Date heaping"),
        tables={"main": _table(fields, strata, periods, heaps, states, confidence_level)},
        definition=Definition(
            answers=tr("Do dates pile up on days that are written where the day is not known?"),
            numerator=tr("dates on such days"),
            denominator=tr("dates of the period, up to the cut-off"),
            basis="snapshot",
            pending=tr("looked at like all others; to be open is no fault"),
            method=tr("Binomial test against the calendar of the period; p values corrected after Holm."),
        ),
        provenance=cases.provenance.add(
            "date_heaping", dates=names(dates), by=by, period=period, confidence_level=confidence_level
        ),
        notes=(*_notes(states), *belonging_notes(cases), *sampling_notes(cases, weights_used=False)),
        frame_library=cases.frame_library,
        fields=fields,
        strata=strata,
        heaps=tuple(heaps),
        states=tuple(states),
        periods=periods,
        period_word=PERIOD_WORDS[period],
    )


def _with_all(fields: Sequence[DayCounts], by: tuple[str, ...]) -> Strata:
    strata = fields[0].strata if fields else Strata(by, ())
    for one in fields[1:]:
        strata = strata.union(one.strata)
    more = len(strata) != 1
    return Strata(by, (*strata.levels, (ALL,) * len(by)) if more else strata.levels)


def _heaps(fields: Sequence[DayCounts], strata: Strata, periods: Periods, cutoff: int) -> list[Heap]:
    made: list[Heap] = []
    for f, one in enumerate(fields):
        place = np.array(one.strata.places_in(strata), np.int64)[one.stratum]
        for g in range(len(strata)):
            # the last group is all together, also where it is the only one
            mine = np.ones(len(place), np.bool_) if g == len(strata) - 1 else place == g
            days, inverse = np.unique(one.day[mine], return_inverse=True)
            n = np.bincount(inverse, weights=one.n[mine], minlength=len(days)).astype(np.int64)
            for p, (first, last) in enumerate(zip(periods.first_day, periods.last_day, strict=True)):
                made += _of_period(days, n, int(first), min(int(last), cutoff), (g, f, p))
    return made


def _of_period(days: Counts, n: Counts, first: int, last: int, at: tuple[int, int, int]) -> list[Heap]:
    base = int(n[(days >= first) & (days <= last)].sum())
    if not base:
        return []
    counted, usual = signs_of(days, n, first, last)
    chosen_from = np.array([1, 1, 1, 1, 5, max((last - first + 1) * 5 / 7, 1)])
    bundle = bundle_sizes(days, n, first, last)
    p = np.minimum(chance_of_so_many(counted / bundle, base / bundle, usual) * chosen_from, 1.0)
    told = p if base >= _FEWEST_DATES else np.full(len(p), np.nan)
    g, f, place = at
    return [
        Heap(g, f, place, sign, int(counted[s]), base, float(usual[s]), float(told[s]))
        for s, sign in enumerate(SIGNS)
        if usual[s] > 0
    ]


def _state(one: Heap) -> str:
    if one.n < _FEWEST_DATES:
        return FEW
    times = _TIMES_ONE_DAY if one.sign == "one_day" else _TIMES
    return HEAPED if one.p_value < _LEVEL and one.counted >= times * one.usual * one.n else USUAL


def _table(
    fields: Sequence[DayCounts],
    strata: Strata,
    periods: Periods,
    heaps: Sequence[Heap],
    states: Sequence[str],
    level: float,
) -> Table:
    counted, n = (np.array([getattr(one, name) for one in heaps], np.int64) for name in ("counted", "n"))
    share = wilson(counted, n, level)
    when = {"period": "{date}, period"}
    usual: Floats = np.array([one.usual for one in heaps], np.float64)
    columns = (
        *strata_columns(strata.names),
        Column("date", tr("date"), "text", "key", "key"),
        Column("period", tr("period"), "text", "key", "key"),
        Column("sign", tr("lies"), "text", "key", "key"),
        Column(
            "counted",
            tr("number"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed={**_DATES, "lies {sign}": ("yes",)}, keys=when),
        ),
        Column("denominator", tr("dates"), "units", "count", "count", cell=CellOf(fixed=_DATES, keys=when)),
        *interval_columns(of=_PAIR, level=level),
        Column("usual", tr("by the calendar"), "share", "estimate", "setting"),
        Column("p_value", tr("corrected p value"), "number", "estimate", "probability", 4, of=Of(inputs=_PAIR)),
        Column("state", tr("state"), "text", "estimate", "text", of=Of(inputs=_PAIR)),
    )
    values = {
        **{
            name: np.array([*(strata.levels[one.group][place] for one in heaps), None], dtype=object)[:-1]
            for place, name in enumerate(strata.names)
        },
        "date": np.array([*(fields[one.field].field.name for one in heaps), None], dtype=object)[:-1],
        "period": np.array([*(periods.labels[one.period] for one in heaps), None], dtype=object)[:-1],
        "sign": np.array([*(one.sign for one in heaps), None], dtype=object)[:-1],
        "counted": counted,
        "denominator": n,
        "estimate": share.estimate,
        "conf_low": share.conf_low,
        "conf_high": share.conf_high,
        "usual": usual,
        "p_value": np.array([one.p_value for one in heaps], np.float64),
        "state": np.array([*states, None], dtype=object)[:-1],
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "date": {one.field.name: one.field.words for one in fields},
        "period": {one: period_words(one) for one in periods.labels},
        "sign": SIGN_WORDS,
        "state": STATES,
    }
    return Table(columns, values, labels=labels, title=tr("Dates on days that stand out"), sparse=True)


def _notes(states: Sequence[str]) -> tuple[Readable, ...]:
    few = states.count(FEW)
    notes: list[Readable] = [
        tr(
            "A heap says that days were made up, or that work was done on one day. Times between two such dates are "
            "less exact than they look."
        )
    ]
    if few:
        notes.append(
            trn(
                "{n} row rests on fewer than {few} dates and was not tested.",
                "{n} rows rest on fewer than {few} dates and were not tested.",
                few,
                few=Setting(_FEWEST_DATES),
            )
        )
    return tuple(notes)
