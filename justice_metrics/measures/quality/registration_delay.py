"""Registration delay: how long cases wait until they are written down, by office and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Language, Message, Readable, Setting, format_share, tr, trn
from ...base.levels import ALL, PENDING
from ...base.provenance import LeftOut
from ...base.quantities import NOT_DEFINED
from ...base.result import Definition, Result, context_of
from ...base.table import Column, Table
from ...base.types import Counts, Floats, Names, Tallies, names
from ...cases.attributes import attribute_words, suggested
from ...cases.casedata import CaseData
from ...cases.periods import Period, Periods, period_number, period_words, periods_between
from ...estimate.delays_compared import delays_differ, shares_by_day
from ...estimate.nowcast import delay_curve
from ...estimate.proportion import Share as ShareLimits
from ...estimate.proportion import wilson
from ...figures.control import period_rows
from ...reduce.completeness import first_usual
from ...reduce.count_sums import PERIOD_WORDS
from ...reduce.registration_delay import Delays, registration_delays
from ...tables import Strata
from ..declared import (
    FEW_UNITS,
    LEFT_OUT_WORDS,
    PValue,
    Share,
    ensure_level,
    group_words,
    interval_columns,
    levels_words,
    sampling_notes,
    strata_columns,
)
from ..flows.sources import ensure_period
from ..guards import Restrictions
from ..shown import known, strata_of, whole
from .belonging import belonging_notes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_REASONS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "start_undated": LEFT_OUT_WORDS["start_undated"],
        "start_after_cutoff": LEFT_OUT_WORDS["start_after_cutoff"],
        "registration_undated": tr("no date of registration"),
        "registered_before": tr("registered before it happened, by its dates"),
        "registered_after_cutoff": tr("registered after the cut-off"),
        "registered_very_late": tr("registered later than the longest delay that is looked at"),
    }
)
COMPLETE: Final = "complete"
FEW: Final = "few"
PART: Final = "immature"
STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        COMPLETE: tr("complete"),
        FEW: tr("rests on few units"),
        PART: tr("late registrations are still to come"),
    }
)
_DAYS: Final = (0, 1, 3, 7, 14, 30, 60, 90, 180, 365, 730)
_MOST_LINES: Final = 6
_LEVEL: Final = 0.05


class Waits(NamedTuple):
    """Registrations of each group, all together last, and each period."""

    n: Counts  # (G, P)
    soon: Counts  # (G, P) within the days asked for
    median: Floats  # (G, P)


class Told(NamedTuple):
    """Shares by day, with the plain cases that would tell as much, and the groups that are too young for any."""

    table: Table
    worth: Floats  # (G, J)
    young: Sequence[bool]  # (G,)


@dataclass(frozen=True, eq=False, kw_only=True)
class RegistrationDelay(Result):
    """How long cases wait until they are registered.

    Tables
    ------
    main
        One row per group and period of the start: cases ``n``, those registered within the days asked for, their share
        with limits, the median delay, ``state``. Periods whose late registrations are still to come have no share: only
        the quick ones are seen of them.
    delays
        One row per group and day: the share registered by then, with limits, corrected for late ones that are not seen
        yet. Pending for a group of which too few cases are old enough to be seen with every delay.
    """

    question: ClassVar[str] = "registration_delay"

    strata: Strata
    periods: Periods
    within_days: int
    period_word: Readable
    worth: Floats

    def findings(self) -> tuple[Readable, ...]:
        """Return the first and last complete period, and whether groups differ beyond chance."""
        main = self.main
        p = len(self.periods.labels)
        last = len(self.strata) - 1
        rows = [row for row in range(last * p, last * p + p) if main["state"][row] == COMPLETE]
        said: list[Readable] = [
            tr(
                "{period}: {share} of {n} cases were registered within {days} days ({low} to {high}).",
                period=period_words(str(main["period"][row])),
                share=Share(float(main["estimate"][row])),
                n=int(main["n"][row]),
                days=self.within_days,
                low=Share(float(main["conf_low"][row])),
                high=Share(float(main["conf_high"][row])),
            )
            for row in dict.fromkeys(rows[:1] + rows[-1:])
        ]
        return (*said, *self._groups()) or (tr("Too few cases have both dates, or all periods are too recent."),)

    def context(self) -> Mapping[str, object]:
        """Return within how many days cases should be registered."""
        return {"days": self.within_days}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the first and the last complete period of all groups together, among those that are shown."""
        main = shown.main
        rows = [
            row
            for row in range(len(main))
            if main["state"][row] == COMPLETE
            and all(main[name][row] == ALL for name in strata_of(main))
            and known(*(main[name][row] for name in ("n", "estimate", "conf_low", "conf_high")))
        ]
        return tuple(
            tr(
                "{period}: {share} of {n} cases were registered within {days} days ({low} to {high}).",
                period=period_words(str(main["period"][row])),
                share=Share(float(main["estimate"][row])),
                n=whole(main["n"][row]),
                days=context_of(shown)["days"],
                low=Share(float(main["conf_low"][row])),
                high=Share(float(main["conf_high"][row])),
            )
            for row in dict.fromkeys(rows[:1] + rows[-1:])
        )

    def _groups(self) -> tuple[Readable, ...]:
        """Tell the slowest and the quickest group only where one test of all groups says that they differ."""
        table, last = self.tables["delays"], len(self.strata) - 1
        size = len(table) // max(len(self.strata), 1)
        place = int(np.flatnonzero(table["day"][:size] == self.within_days)[0])
        rows = np.arange(last) * size + place
        rows = rows[(table["n"][rows] >= FEW_UNITS) & np.isfinite(table["estimate"][rows].astype(float))]
        share = table["estimate"][rows].astype(float)
        p_value = delays_differ(share, self.worth.ravel()[rows])
        if np.isnan(p_value):
            return ()
        if p_value >= _LEVEL:
            return (
                tr(
                    "Within {days} days the {n} groups with {few} units or more do not differ beyond chance (p {p}).",
                    days=self.within_days,
                    n=len(rows),
                    few=FEW_UNITS,
                    p=PValue(p_value, equals=True),
                ),
            )
        slow, quick = (int(rows[at]) for at in (share.argmin(), share.argmax()))
        low, high = ([Share(float(table[name][row])) for row in (slow, quick)] for name in ("conf_low", "conf_high"))
        return (
            tr(
                "Groups differ beyond chance (p {p}): within {days} days {one} registers {first} of its cases ({low} "
                "to {high}), {two} {second} ({lower} to {upper}).",
                p=PValue(p_value, equals=True),
                days=self.within_days,
                one=levels_words(self.strata.levels[slow // size]),
                first=Share(float(table["estimate"][slow])),
                low=low[0],
                high=high[0],
                two=levels_words(self.strata.levels[quick // size]),
                second=Share(float(table["estimate"][quick])),
                lower=low[1],
                upper=high[1],
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share registered in time by period; of many groups the largest."""
        shape = (len(self.strata), len(self.periods.labels))
        kept = sorted(np.argsort(-self.main["n"].reshape(shape).sum(axis=1), kind="stable")[:_MOST_LINES].tolist())
        middle, low, high = (
            self.main[name].astype(float).reshape(shape)[kept] for name in ("estimate", "conf_low", "conf_high")
        )
        state = self.main["state"].reshape(shape)[kept]
        axis = tr("{period} of the start", period=self.period_word)
        if len(kept) < shape[0]:
            axis = tr("{axis}; the {n} largest of {all} groups", axis=axis, n=len(kept), all=shape[0])
        return period_rows(
            periods=[period_words(one).text(language) for one in self.periods.labels],
            estimate=middle,
            conf_low=low,
            conf_high=high,
            complete=state == COMPLETE,
            waiting=(state == PART).all(axis=0),
            groups=[group_words(self.strata, language)[g] for g in kept] if shape[0] > 1 else ("",),
            x_label=axis.text(language),
            y_label=tr("share registered within {days} days", days=self.within_days).text(language),
            immature_label=tr("fewer than {few} units", few=FEW_UNITS).text(language),
            waiting_label=STATES[PART].text(language),
            number=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )


def registration_delay(
    cases: CaseData,
    *,
    recorded: str,
    start: str = "complaint",
    within_days: int = 30,
    longest_days: int = 365,
    by: Names = (),
    period: Period = "quarter",
    confidence_level: float = 0.95,
) -> RegistrationDelay:
    """How long cases wait until they are registered, by group and period of the start.

    How many cases of the last periods are still to come is told by ``nowcast``; this tells whether registration becomes
    quicker, and where it is slow.

    Parameters
    ----------
    cases : CaseData
    recorded : str
        Date on which a case entered the register: a date attribute of the mapping (``type = "date"``), or a stage.
    start : str
        Date by which cases are counted: a stage or role, or a date attribute.
    within_days : int
        Registered in time means within so many days.
    longest_days : int
        Longest delay that is looked at. Later registrations are left out and counted.
    by : str or tuple of str
        Attributes that split the cases, such as the office.
    period : {"month", "quarter", "half_year", "year"}
    confidence_level : float

    Returns
    -------
    RegistrationDelay

    Raises
    ------
    QuestionError
        When a date is not there, or no case has both.

    Notes
    -----
    Of a recent period only quick registrations are seen, so a share or a median of it would look too good: periods get
    one only when the longest delay lies before the cut-off. The table by days uses recent cases too, by reverse-time
    hazards (see ``nowcast``); a group has shares there when all its cases, or 30 of them, started ``longest_days`` or
    more before the cut-off: of an office that opened later the quick registrations alone are seen. The slowest and the
    quickest group are named only where one test of all groups finds a difference; cases count as independent.

    References
    ----------
    Lagakos, Barraj and De Gruttola (1988), Biometrika, 75, 515-523.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> days = pd.date_range("2017-01-01", "2018-04-20", freq="D")
    >>> frame = pd.DataFrame({"id": range(len(days)), "day": days, "entered": days + pd.Timedelta(days=5)})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "day"},
    ...     "attributes": {"entered_day": {"column": "entered", "type": "date"}},
    ... })
    >>> answer = jm.registration_delay(cases, recorded="entered_day", within_days=7, longest_days=60)
    >>> answer.main["state"].tolist()
    ['complete', 'complete', 'complete', 'complete', 'immature', 'immature']
    """
    by = names(by)
    ensure_level(confidence_level)
    ensure_period(period)
    _ensure_settings(cases, start, recorded, within_days, longest_days)
    found = registration_delays(cases, start=start, recorded=recorded, longest=longest_days, by=by)
    if not found.n.sum():
        raise QuestionError(
            tr("No case has both dates, in their order and up to the cut-off."),
            tr("Name other dates with 'start' and 'recorded', or map the columns."),
        )
    cutoff = cases.cutoff_day
    number = period_number(found.start.astype(np.int32), period)
    usual = number >= first_usual(number, found.n, period)
    periods = periods_between(int(found.start[usual].min()), cutoff, period)
    levels = found.strata.levels
    strata = Strata(by, (*levels, (ALL,) * len(by)) if len(levels) > 1 else levels)
    waits = _waits(found, len(strata), periods, period, within_days)
    ripe = periods.last_day.astype(np.int64) + longest_days <= cutoff
    delays, worth, young = _delays_table(found, strata, cutoff, within_days, longest_days, confidence_level)
    return RegistrationDelay(
        heading=tr("Delay of registration"),
        tables={
            "main": _main_table(
                strata,
                periods,
                waits,
                ripe,
                within_days,
                confidence_level,
                # the year of a fact is another partition of the cases than that of their complaint
                period=period if start in _starts(cases) else f"{period} of {start}",
                told={f"delay of {recorded} from {start} told, up to {longest_days} days": ("yes",)},
            ),
            "delays": delays,
        },
        definition=Definition(
            answers=tr("How long do cases wait until they are registered?"),
            numerator=tr("cases registered within {days} days", days=Setting(within_days)),
            denominator=tr("cases registered within {days} days of their start", days=Setting(longest_days)),
            basis="cohort",
            pending=tr("counted like all others: the question is of registration, not of the ending"),
            method=tr("Wilson limits; shares by day from reverse-time hazards (Lagakos and others 1988)."),
        ),
        provenance=cases.provenance.add(
            "registration_delay",
            recorded=recorded,
            start=start,
            within_days=within_days,
            longest_days=longest_days,
            by=by,
            period=period,
            confidence_level=confidence_level,
        ).leave_out(*[LeftOut(_REASONS[name], n) for name, n in found.left_out.items()]),
        notes=(
            *_notes(ripe, sum(young), longest_days),
            *belonging_notes(cases),
            *sampling_notes(cases, weights_used=False),
        ),
        frame_library=cases.frame_library,
        strata=strata,
        periods=periods,
        within_days=within_days,
        period_word=PERIOD_WORDS[period],
        worth=worth,
    )


def _starts(cases: CaseData) -> tuple[str, ...]:
    """Return the words for the start of the cases, by whose day other answers tell their years."""
    roles = [role for role in cases.procedure.roles if cases.resolve(role) == (cases.procedure.start,)]
    return (cases.procedure.start, *roles)


def _ensure_settings(cases: CaseData, start: str, recorded: str, within_days: int, longest_days: int) -> None:
    if recorded == start:
        raise QuestionError(tr("'{name}' cannot be both the start and the registration.", name=recorded))
    if not 0 <= within_days <= longest_days:
        raise QuestionError(
            tr("'within_days' is {n}; it lies between 0 and the longest delay, {longest}.", n=within_days,
               longest=longest_days)
        )  # fmt: skip
    known = tuple(dict.fromkeys((*cases.date_attributes, *cases.procedure.roles, *cases.procedure.ids)))
    for word in (start, recorded):
        if word not in known:
            words = {one: attribute_words(one) for one in cases.date_attributes}
            raise QuestionError(
                tr("'{name}' is no date of these cases.", name=word), suggested(word, known, *words.items())
            )


def _waits(found: Delays, groups: int, periods: Periods, period: Period, within_days: int) -> Waits:
    p = len(periods.labels)
    place = period_number(found.start.astype(np.int32), period) - int(period_number(int(periods.first_day[0]), period))
    n, soon, median = np.zeros((groups, p), np.int64), np.zeros((groups, p), np.int64), np.full((groups, p), np.nan)
    for g in range(groups):
        # the last group is all together, also where it is the only one
        mine = (place >= 0) & ((found.stratum == g) | (g == groups - 1))
        for when in np.unique(place[mine]).tolist():
            here = mine & (place == when)
            n[g, when] = int(found.n[here].sum())
            soon[g, when] = int(found.n[here & (found.delay <= within_days)].sum())
            median[g, when] = _median(found.delay[here], found.n[here])
    return Waits(n, soon, median)


def _median(delay: Counts, n: Tallies) -> float:
    """Return the first delay by which half of the cases are registered."""
    order = np.argsort(delay, kind="stable")
    reached = np.cumsum(n[order])
    return float(delay[order][int(np.searchsorted(reached, reached[-1] / 2))])


def _main_table(
    strata: Strata,
    periods: Periods,
    waits: Waits,
    ripe: Tallies,
    within_days: int,
    level: float,
    *,
    period: str,
    told: Restrictions,
) -> Table:
    g, p = waits.n.shape
    seen = np.broadcast_to(ripe, (g, p))
    share = wilson(waits.soon, waits.n, level)
    shown = {name: np.where(seen, array, np.nan).ravel() for name, array in zip(share._fields, share, strict=True)}
    median = np.where(seen, waits.median, np.nan).ravel()
    state = np.where(~seen, PART, np.where(waits.n < FEW_UNITS, FEW, COMPLETE)).ravel()
    columns = (
        *strata_columns(strata.names),
        Column("period", tr("period of the start"), "text", "key", "key"),
        Column(
            "n", tr("registered cases"), "units", "count", "count", cell=CellOf(fixed=told, keys={"period": period})
        ),
        Column(
            "soon",
            tr("registered within {days} days", days=Setting(within_days)),
            "units",
            "count",
            "count",
            cell=CellOf(fixed={**told, f"registered within {within_days} days": ("yes",)}, keys={"period": period}),
        ),
        *interval_columns(of=("soon", "n"), level=level),
        Column("median", tr("median delay, days"), "days", "estimate", "quantile", of=Of(inputs=("n",))),
        Column("state", tr("state"), "text", "estimate", "text", of=Of(inputs=("n",))),
    )
    values = {
        **strata.columns(p),
        "period": list(periods.labels) * g,
        "n": waits.n.ravel(),
        "soon": waits.soon.ravel(),
        **shown,
        "median": median,
        "state": state.tolist(),
    }
    # a recent period is not yet known; one without a case has no share
    why = np.where(~seen, PENDING, np.where(waits.n == 0, NOT_DEFINED, "")).ravel().tolist()
    statuses = {"estimate": why, "median": why}
    labels: dict[str, Mapping[str, Readable]] = {
        "period": {one: period_words(one) for one in periods.labels},
        "state": STATES,
    }
    return Table(columns, values, labels=labels, statuses=statuses, title=tr("Registered in time, by period"))


def _delays_table(found: Delays, strata: Strata, cutoff: int, within_days: int, longest: int, level: float) -> Told:
    """Return the shares by day, what they are worth, and which groups are too young to have any."""
    days = np.array(sorted({*(one for one in _DAYS if one < longest), within_days, longest}))
    shares, worth, at_risk, n, young = [], [], [], [], []
    for g in range(len(strata)):
        mine = np.ones(len(found.n), np.bool_) if g == len(strata) - 1 else found.stratum == g
        weight = found.n[mine].astype(np.float64)
        curve = delay_curve(found.start[mine], found.delay[mine], weight, cutoff=cutoff, longest=longest)
        # only cases that are old enough can have been seen with every delay; of others the quick ones alone are there
        whole = float(weight[found.start[mine] + longest <= cutoff].sum())
        young.append(whole < min(FEW_UNITS, float(weight.sum())))
        told = shares_by_day(curve, days, 0.0 if young[-1] else whole, confidence_level=level)
        shares.append(told.share)
        worth.append(told.worth)
        at_risk.append(curve.at_risk[days])
        n.append(np.full(len(days), int(weight.sum())))
    columns = (
        *strata_columns(strata.names),
        Column("day", tr("days from the start to the registration"), "days", "key", "key"),
        Column("n", tr("registered cases"), "units", "count", "count"),
        Column("at_risk", tr("cases it rests on"), "units", "count", "count"),
        Column("estimate", tr("share registered by then"), "share", "estimate", "probability"),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
    )
    values = {
        **strata.columns(len(days)),
        "day": np.tile(days, len(strata)),
        "n": np.concatenate(n),
        "at_risk": np.concatenate(at_risk),
        **{name: np.concatenate([getattr(one, name) for one in shares]) for name in ShareLimits._fields},
    }
    unknown = np.where(np.repeat(young, len(days)), PENDING, "").tolist()
    statuses = dict.fromkeys(ShareLimits._fields, unknown)
    return Told(
        Table(columns, values, statuses=statuses, title=tr("Delay of registration"), guard="internal"),
        np.stack(worth),
        young,
    )


def _notes(ripe: Sequence[bool] | Tallies, young: int, longest: int) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    recent = int((~np.asarray(ripe, np.bool_)).sum())
    if recent:
        notes.append(
            trn(
                "{n} period ended less than {days} days before the cut-off: only its quick registrations are seen, so "
                "it has no share.",
                "{n} periods ended less than {days} days before the cut-off: only their quick registrations are seen, "
                "so they have no share.",
                recent,
                days=longest,
            )
        )
    if young:
        notes.append(
            trn(
                "{n} group has too few cases that started {days} days or more before the cut-off: it has no shares by "
                "day, and is compared with no other. A smaller 'longest_days' tells more.",
                "{n} groups have too few cases that started {days} days or more before the cut-off: they have no "
                "shares by day, and are compared with no other. A smaller 'longest_days' tells more.",
                young,
                days=longest,
            )
        )
    return tuple(notes)
