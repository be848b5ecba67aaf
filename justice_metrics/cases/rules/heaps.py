"""Rules on heaps: days, months and ages that occur far more often than chance would put them."""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.language import tr
from ...base.types import Floats
from ..attributes import attribute_words
from ..calendar import date_of
from .calendar import days_in_month, holidays_of, weekdays
from .people import ages
from .rule import FLOWS, TIME, Counted, DayTally, Facts, Probe, Rule, Subject, Tally

# A heap is reported when it is twice what chance gives, rests on enough dates, and lies 4 standard errors off.
FEWEST_DATES: Final = 50
# Two dates on a day that few fall on are chance, however many times the usual number they are.
FEWEST_HEAPED: Final = 5
STANDARD_ERRORS: Final = 4.0
_WEEKEND_SHARE: Final = 0.15
# 5, 10, 20, 25 and 30: the 1st and the 15th have rules of their own.
_ROUND_DAYS: Final = (5, 10, 20, 25, 30)
_DAYS_OF_YEAR: Final = 365.25
# One day of a batch: so many dates, and so many times the usual number of a day.
_BATCH: Final = 20
_TIMES_USUAL: Final = 10
# Whipple's index looks at ages from 23 to 62; above 150 the United Nations call them rough.
_WHIPPLE_AGES: Final = (23, 62)
_WHIPPLE_USUAL: Final = 0.2
_WHIPPLE_ROUGH: Final = 1.5


def heaped(n: int, base: int, *, usual: float, times: float = 2.0) -> bool:
    """Return whether far more dates fall on a day than chance would put there."""
    if base < FEWEST_DATES or n < FEWEST_HEAPED or usual <= 0:
        return False
    spread = math.sqrt(usual * max(1 - usual, 0) / base)
    return n / base > max(times * usual, usual + STANDARD_ERRORS * spread)


def _heaps(subject: Subject, facts: Facts, *, on_days: tuple[int, ...], in_month: int | None) -> list[Counted]:
    usual = (1 if in_month else 12 * len(on_days) - (30 in on_days)) / _DAYS_OF_YEAR
    found = []
    for name, tally in facts.days.items():
        day, month = days_in_month(tally.days)
        hit = np.isin(day, on_days) & ((month == in_month) if in_month else True)
        n, base = int(tally.n[hit].sum()), int(tally.n.sum())
        found.append(Counted(name, subject.words(name), n, base, heaped(n, base, usual=usual)))
    return found


def _one_month(subject: Subject, facts: Facts) -> list[Counted]:
    """Look at the month with most dates beside its share of the days from the first date to the last."""
    found = []
    for name, tally in facts.days.items():
        base = int(tally.n.sum())
        if not base:
            continue
        usual = _shares_of_months(tally)
        _, month = days_in_month(tally.days)
        n = np.bincount(month - 1, weights=tally.n, minlength=12)
        top = int(np.argmax(np.divide(n, usual, out=np.zeros(12), where=usual > 0)))
        many = heaped(int(n[top]), base, usual=float(usual[top]))
        found.append(Counted(name, subject.words(name), int(n[top]), base, many))
    return found


def _shares_of_months(tally: DayTally) -> Floats:
    """Return which share of the days belongs to each month, over the span in which all but 1 % of the dates lie."""
    order = np.argsort(tally.days)
    days, reached = tally.days[order], np.cumsum(tally.n[order]) / tally.n.sum()
    first, last = (int(days[np.searchsorted(reached, share)]) for share in (0.005, 0.995))
    _, month = days_in_month(np.arange(first, last + 1))
    shares: Floats = np.bincount(month - 1, minlength=12) / len(month)
    return shares


def _one_day(subject: Subject, facts: Facts) -> list[Counted]:
    found = []
    for name, tally in facts.days.items():
        base = int(tally.n.sum())
        if not base:
            continue
        most = int(tally.n.max())
        usual = max(float(np.median(tally.n)), base / max(len(tally.days), 1))
        batch = base >= FEWEST_DATES and most >= _BATCH and most > _TIMES_USUAL * usual
        found.append(Counted(name, subject.words(name), most, base, batch))
    return found


def _days_without_office(subject: Subject, facts: Facts) -> list[Counted]:
    """Look at acts of prosecutors and courts only: complaints are taken on any day of the year."""
    procedure = subject.cases.procedure
    acts = {one for role in ("charge", "prosecution", "trial") for one in procedure.roles.get(role, ())}
    cutoff = date_of(subject.cases.cutoff_day)
    free = holidays_of(procedure.country, cutoff.year - 15, cutoff.year)
    found = []
    for name, tally in facts.days.items():
        if name in acts and name != subject.start:
            closed = (weekdays(tally.days) >= 5) | np.isin(tally.days, free)
            n, base = int(tally.n[closed].sum()), int(tally.n.sum())
            often = base >= FEWEST_DATES and n > _WEEKEND_SHARE * base
            found.append(Counted(name, subject.words(name), n, base, often))
    return found


def _round_ages(subject: Subject) -> list[Probe]:
    def rough(tally: Tally) -> bool:
        return heaped(tally.n, tally.base, usual=_WHIPPLE_USUAL, times=_WHIPPLE_ROUGH)

    youngest, oldest = _WHIPPLE_AGES
    probes = []
    for name in ages(subject):
        age = nw.col(name)
        base = (age >= youngest) & (age <= oldest)
        probes.append(Probe(key=name, words=attribute_words(name), mask=(age % 5) == 0, base=base, fires=rough))
    return probes


HEAP_RULES: Final = (
    Rule(
        id="heaped_on_1_january",
        severity="note",
        sentence=tr("Many dates fall on 1 January"),
        remedy=tr("Perhaps only the year was known. Treat these dates as years, or look them up."),
        touches=TIME,
        counted=partial(_heaps, on_days=(1,), in_month=1),
        certain=False,
    ),
    Rule(
        id="heaped_on_first_of_month",
        severity="note",
        sentence=tr("Many dates fall on the first day of a month"),
        remedy=tr("Perhaps only the month was known. Treat these dates as months, or look them up."),
        touches=TIME,
        counted=partial(_heaps, on_days=(1,), in_month=None),
        certain=False,
    ),
    Rule(
        id="heaped_on_15th",
        severity="note",
        sentence=tr("Many dates fall on the 15th of a month"),
        remedy=tr("Perhaps only the month was known. Treat these dates as months, or look them up."),
        touches=TIME,
        counted=partial(_heaps, on_days=(15,), in_month=None),
        certain=False,
    ),
    Rule(
        id="heaped_on_round_days",
        severity="note",
        sentence=tr("Many dates fall on the 5th, 10th, 20th, 25th or 30th of a month"),
        remedy=tr("Perhaps the days were estimated. Do not tell times to the day, or look the dates up."),
        touches=TIME,
        counted=partial(_heaps, on_days=_ROUND_DAYS, in_month=None),
        certain=False,
    ),
    Rule(
        id="heaped_in_one_month",
        severity="note",
        sentence=tr("Far more dates fall in one month of the year than in the others"),
        remedy=tr(
            "Ask whether files are closed or entered together then. If so, the dates are those of the office and not "
            "of the acts; compare whole years only."
        ),
        touches=(*FLOWS, *TIME),
        counted=_one_month,
        certain=False,
    ),
    Rule(
        id="heaped_on_one_day",
        severity="note",
        sentence=tr("Very many cases have one and the same date"),
        remedy=tr(
            "See whether it is the day on which files were entered or moved to another system. If so, empty these "
            "dates or look them up."
        ),
        touches=(*FLOWS, *TIME),
        counted=_one_day,
        certain=False,
    ),
    Rule(
        id="days_without_office",
        severity="note",
        sentence=tr("Many acts of prosecutors or courts are dated on a weekend or public holiday"),
        remedy=tr(
            "Ask whether the office works then. If not, the dates are perhaps those of typing, or the column was "
            "shifted."
        ),
        touches=TIME,
        counted=_days_without_office,
        certain=False,
    ),
    Rule(
        id="heaped_ages",
        severity="note",
        sentence=tr("Many ages end in 0 or 5"),
        remedy=tr("Ages were perhaps estimated. Use wide bands, or make ages from the day of birth."),
        touches=("breakdowns",),
        probes=_round_ages,
        certain=False,
    ),
)
