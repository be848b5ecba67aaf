"""Do victims stay longer with support? The same emulated trial as for the ending of cases, with leaving as outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, cast

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, Setting, format_number, format_share, tr, trn
from ...base.result import Definition, Result, context_of
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.attributes import attribute_words
from ...cases.casedata import CaseData
from ...estimate.emulation import NoStartsError, Strategy
from ...estimate.multiplicity import holm
from ...figures.curves import step_curves
from ...reduce.histories import Needed
from ...reduce.reliance import LEFT, by_name, leaving_durations, unknown_counts
from ..curve_tables import YEAR
from ..declared import ensure_level, interval_columns, sampling_notes
from ..guards import Restrictions
from ..progress import ticking
from ..reliance import ensure_reliance, unknown_left_out
from ..shown import numbers
from .balance import balance_table, likeness_of
from .data import SupportData, ensure_lag, support_data_of, supported
from .effect_asked import ensure_on_the_way, ensure_whole_days
from .effect_guards import all_cases, came_cell, cells_behind, with_guards
from .effect_tables import CAME, Lines, weights_table
from .effect_words import FEW_EVENTS, Between, Limit, More, Together, base_of, both_of, by_chance, doubts
from .enough import followed_notes, missing_notes, starter_notes, why_not
from .runs import Part, lines_of, part_of, without_overlap
from .strategies import ARMS, Said, Strategies, Timing, actor_set, period_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# With fewer clusters than this no resampling of them tells how much they differ.
FEWEST_CLUSTERS: Final = 5
_TICKS: Final = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class RelianceBySupport(Result):
    """How many victims would still take part if support started in time, and if it did not.

    Tables
    ------
    main
        One row per day: share still engaged under both strategies, their difference (above 0: more stay) with its
        interval, and how many were seen to leave under each.
    curves
        Both shares day by day.
    balance, weights
        What was adjusted for under both strategies, before and after weighting; how the weights are spread.
    """

    question: ClassVar[str] = "reliance_by_support"

    strategies: Strategies
    part: Part

    def findings(self) -> tuple[Readable, ...]:
        """Return, for each day, how many more of 100 victims stay."""
        return self._told_all()

    def context(self) -> Mapping[str, object]:
        """Return the strategies, and whether a difference may be told."""
        return {"asked": self.strategies.said, "enough": self.part.starters.enough}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return, for each day, how many more of 100 victims stay, as far as that is shown."""
        context = context_of(shown)
        if not context["enough"]:
            return ()
        main, asked = shown.main, cast(Said, context["asked"])
        together = holm(numbers(main, "p_value"))
        n = int(np.isfinite(together).sum())
        among = [Together(float(one), n, asked.level) for one in together]
        rows = [row for row in range(len(main)) if np.isfinite(float(main["estimate"][row]))]
        return tuple(_said(main, row, among[row], asked) for row in rows)

    def _told_all(self) -> tuple[Readable, ...]:
        reason = why_not(self.part.starters, self.strategies.within)
        if reason is not None:
            return (tr("These files cannot tell whether victims stay with support in time. {reason}.", reason=reason),)
        together = holm(self.main["p_value"])
        n = int(np.isfinite(together).sum())
        among = [Together(float(one), n, self.strategies.level) for one in together]
        return tuple(_said(self.main, row, one, self.strategies.said) for row, one in enumerate(among))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of victims who had not left under both strategies, day by day."""
        found, last = self.part.emulation, int(max(self.strategies.horizons))
        step = next((one for one in (30, 60, 90, 180, YEAR) if last / one <= _TICKS), YEAR)
        ticks = [*range(0, last + 1, step)]
        return step_curves(
            days=found.days,
            estimate=1 - found.incidence[:, 0],
            groups=[self.strategies.arms[one].text(language) for one in ARMS],
            at_risk_days=ticks,
            at_risk=found.at_risk[:, ticks],
            at_risk_label=tr("open, engaged and following the strategy").text(language),
            x_label=tr("days since: {start}", start=self.strategies.start).text(language),
            y_label=tr("share of victims who had not left").text(language),
            start=1.0,
            number=lambda one: format_number(round(one), language),
            percent=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )


def reliance_by_support(
    cases: CaseData,
    *,
    actors: Names,
    needed: Needed = "any",
    started_within_days: int = 90,
    days: Sequence[int] = (365, 730),
    start: str = "complaint",
    adjust: Names = (),
    milestones: Names = (),
    cluster: str | None = None,
    timing: Timing = "usual",
    window_days: int = 30,
    lag_days: int = 0,
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
    resamples: int = 500,
    seed: int = 1,
    confidence_level: float = 0.95,
    progress: bool = False,
) -> RelianceBySupport:
    """Difference in the share of victims who still take part between "support starts in time" and "it does not".

    Victims who stay meet more supporters, so those who were ever supported seem to stay longer even where support does
    nothing. Here every case is followed under both strategies from the first day on, as in ``support_effect``, and what
    is followed is the victim's leaving; the end of the case competes with it.

    Parameters
    ----------
    cases : CaseData
        With support spells, and a [reliance] section that gives the day of leaving.
    actors : str or tuple of str
        Who supports.
    needed : {"any", "all"} or int
        How many of them must have started. One is enough by default: an actor who is there while others are awaited
        keeps the victim already, which a comparison of complete sets cannot tell apart from their being complete.
    started_within_days : int
        Last day, since the start, on which support still counts as started in time.
    days : sequence of int
        Days since the start on which the strategies are compared, after the period of grace.
    start : str
        Stage or role from whose first day everything is counted.
    adjust : str or tuple of str
        What attracts support and keeps victims, as it stood on day 0: attributes, or terms of a formula.
    milestones : str or tuple of str
        Stages on the way that attract support and keep or lose victims, such as ``accusation``.
    cluster : str, optional
        Attribute whose levels are resampled as a whole; that of the sampling design by default.
    timing : {"usual", "even", "late"}
        On which days of the period support starts under the first strategy, as for ``support_effect``.
    window_days : int
        Last days of the period over which ``late`` spreads what is missing.
    lag_days : int
        Support counts so many days after its first day.
    basis : mapping of str to str or tuple of str, optional
        Which bases of a spell count, by actor.
    institutions : str or tuple of str
        Spells of these institutions only.
    resamples : int
        How often clusters are drawn anew, and everything is repeated.
    seed : int
        The same seed gives the same interval.
    confidence_level : float
        Level of the intervals.
    progress : bool
        Draw a bar on the terminal.

    Returns
    -------
    RelianceBySupport

    Raises
    ------
    QuestionError
        When the data do not say when victims left, there are no support spells, a name is unknown, or nobody starts in
        time.

    References
    ----------
    .. [1] Hernan, M. A. and Robins, J. M. (2016). Using big data to emulate a target trial when a randomized trial is
       not available. American Journal of Epidemiology, 183, 758-764.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.support.reliance import reliance_by_support
    >>> answer = reliance_by_support(
    ...     jm.sample_cases(), actors="lawyer", days=(365,), adjust=("offence", "area"), resamples=50)
    >>> bool(answer.main["estimate"][0] > 0)
    True
    """
    who, asked = names(actors), tuple(sorted(set(days)))
    ensure_level(confidence_level)
    ensure_whole_days(started_within_days, *asked)
    ensure_lag(lag_days)
    ensure_reliance(cases, asked)
    ensure_on_the_way(cases, milestones, (), start)
    _ensure_settings(asked, started_within_days, timing, window_days, resamples)
    data = _data(cases, who, needed, start, names(milestones), adjust, cluster, basis, institutions)
    kept = data.dated()
    strategies = Strategies(
        actors=who,
        needed=needed,
        within=started_within_days,
        horizons=asked,
        timing=timing,
        window=window_days,
        lag=lag_days,
        start=data.spells.start_words,
        adjust=() if data.formula is None else tuple(data.formula.text.split(" + ")),
        milestones=tuple(cases.procedure.label(one) for one in names(milestones)),
        cluster=None if data.cluster is None else attribute_words(data.cluster),
        clusters=_clusters(kept),
        truncate=None,
        resamples=resamples,
        seed=seed,
        level=confidence_level,
        bases=tuple(dict.fromkeys(one for given in (basis or {}).values() for one in names(given))),
        institutions=names(institutions),
    )
    strategy = Strategy(started_within_days, timing, window_days, None)
    with ticking(resamples, shown=progress) as tick:
        try:
            part = part_of(
                kept, (LEFT,), strategy, lag_days=lag_days, horizons=asked, resamples=resamples, seed=seed,
                level=confidence_level, tick=tick,
            )  # fmt: skip
        except NoStartsError:
            raise QuestionError(
                tr(
                    "In none of {n} cases had {actors} started within {days} days, before the victim left.",
                    n=kept.histories.units,
                    actors=actor_set(who, needed),
                    days=started_within_days,
                ),
                tr("Allow more days (started_within_days), or ask for fewer of the actors (needed)."),
            ) from None
    lines = lines_of(part)
    fixed = all_cases(kept, cases.provenance, kept.histories.units)
    unknown = unknown_left_out(by_name(unknown_counts(cases)))
    return RelianceBySupport(
        heading=tr("Do victims stay with support? {support}", support=strategies.support),
        tables=with_guards(
            {
                "main": _main_table(lines, strategies, fixed),
                "curves": _curves_table(part, strategies),
                "balance": balance_table(likeness_of(part, strategy)),
                "weights": weights_table(part.emulation.weights, strategies),
            },
            cells_behind([part], lines, strategies, fixed),
        ),
        definition=Definition(
            answers=tr(
                "How many more victims take part if {support} start within {within} days than if they do not?",
                support=strategies.support,
                within=Setting(started_within_days),
            ),
            numerator=tr("victims who had not stopped taking part by then"),
            denominator=tr("all cases, each followed under both strategies"),
            basis="cohort",
            pending=tr("observed up to the cut-off, then censored"),
            method=tr(
                "Emulation of a trial: clones, censored when they depart from their strategy and weighted "
                "(Hernan and Robins 2016); leaving and the end of the case compete; bootstrap of clusters."
            ),
        ),
        provenance=cases.provenance.add(
            "reliance_by_support",
            actors=who,
            needed=needed,
            started_within_days=started_within_days,
            days=asked,
            start=start,
            adjust=names(adjust),
            milestones=names(milestones),
            cluster=cluster,
            timing=timing,
            window_days=window_days,
            lag_days=lag_days,
            basis=basis,
            institutions=names(institutions),
            resamples=resamples,
            seed=seed,
            confidence_level=confidence_level,
        ).leave_out(*data.left_out(), *unknown),
        notes=(
            tr(
                "A victim who withdrew the complaint left on that day. One whose case ended before counts as staying, "
                "so support that hastens the end of cases keeps victims in this sense too."
            ),
            *_of_sets(who, needed),
            *starter_notes(part.starters, started_within_days),
            *doubts(
                strategies,
                simulated=cases.provenance.simulated,
                undated=data.undated,
                units=kept.histories.units,
                alone=without_overlap(part, started_within_days),
                few_events=bool((np.stack([lines.supported, lines.events[1]]) < FEW_EVENTS).any()),
            ),
            *followed_notes(part.followed_to, strategies.arms),
            *missing_notes(data.histories),
            *sampling_notes(cases, design_used=True),
        ),
        frame_library=cases.frame_library,
        strategies=strategies,
        part=part,
    )


def _data(
    cases: CaseData,
    actors: tuple[str, ...],
    needed: Needed,
    start: str,
    milestones: tuple[str, ...],
    adjust: Names,
    cluster: str | None,
    basis: Mapping[str, Names] | None,
    institutions: Names,
) -> SupportData:
    known = supported(cases, actors, needed, basis=basis, institutions=institutions)
    return support_data_of(
        leaving_durations(known, start=start),
        actors=actors,
        needed=needed,
        adjust=adjust,
        milestones=milestones,
        cluster=cluster,
        dated={one: cases.first_day(cases.resolve(one)) for one in milestones},
    )


def _of_sets(actors: tuple[str, ...], needed: Needed) -> tuple[Readable, ...]:
    if len(actors) == 1 or needed in ("any", 1):
        return ()
    return (
        tr(
            "Several actors must have started: one who is there before the others may keep the victim already and "
            "bring the others, and the difference cannot tell that apart. Ask for any of them (needed) beside this."
        ),
    )


def _clusters(data: SupportData) -> int:
    """Return how many clusters are resampled; 0 where cases are.

    Raises
    ------
    QuestionError
        When there are too few.
    """
    if data.histories.cluster is None:
        return 0
    n = len(np.unique(data.histories.cluster))
    if n < FEWEST_CLUSTERS:
        raise QuestionError(
            trn(
                "There is {n} cluster only: resampling it cannot tell how much clusters differ.",
                "There are {n} clusters only: resampling them cannot tell how much they differ.",
                n,
            ),
            tr("Name an attribute with at least {n} levels, or none: cases then count as independent.",
               n=FEWEST_CLUSTERS),
        )  # fmt: skip
    return n


def _ensure_settings(days: Sequence[int], within: int, timing: str, window: int, resamples: int) -> None:
    if within < 0 or days[0] <= within:
        raise QuestionError(
            tr(
                "The days ({days}) must lie after the {within} days within which support starts.",
                days=list(days),
                within=within,
            ),
            tr("Choose later days, or a shorter period for support to start."),
        )
    if timing not in ("usual", "even", "late"):
        raise QuestionError(
            tr("There is no timing '{timing}'.", timing=timing),
            tr("There are: {known}.", known=["usual", "even", "late"]),
        )
    if window < 1 or resamples < 2:
        raise QuestionError(tr("The window takes at least 1 day, and an interval at least 2 resamples."))


def _main_table(lines: Lines, strategies: Strategies, fixed: Restrictions) -> Table:
    limits = interval_columns()
    left = {one: came_cell(strategies, fixed, one, LEFT) for one in CAME}
    columns = (
        Column("days", tr("by day"), "days", "key", "key"),
        Column("engaged_started", strategies.arms["started"], "share", "estimate", "probability"),
        Column("engaged_not_started", strategies.arms["not_started"], "share", "estimate", "probability"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
        *(Column(one.name, one.meaning, "points", one.role, one.kind, one.decimals) for one in limits[1:]),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        Column(
            "left_started",
            tr("seen to leave: {arm}", arm=strategies.arms["started"]),
            "units",
            "count",
            "count",
            cell=left["started"],
        ),
        Column("left_supported", tr("of these with support"), "units", "count", "count", cell=left["supported"]),
        Column(
            "left_not_started",
            tr("seen to leave: {arm}", arm=strategies.arms["not_started"]),
            "units",
            "count",
            "count",
            cell=left["not_started"],
        ),
        Column("p_value", tr("p value"), "number", "estimate", "probability", 3),
    )
    values = {
        "days": lines.days,
        "engaged_started": 1 - lines.incidence[0],
        "engaged_not_started": 1 - lines.incidence[1],
        "estimate": -lines.difference,
        "conf_low": -lines.high,
        "conf_high": -lines.low,
        "std_error": lines.std_error,
        "left_started": lines.events[0],
        "left_supported": lines.supported,
        "left_not_started": lines.events[1],
        "p_value": lines.p_value,
    }
    return Table(columns, values, title=tr("Victims still engaged under both strategies"))


def _curves_table(part: Part, strategies: Strategies) -> Table:
    found = part.emulation
    columns = (
        Column("days", tr("by day"), "days", "key", "key"),
        Column("engaged_started", strategies.arms["started"], "share", "estimate", "probability"),
        Column("engaged_not_started", strategies.arms["not_started"], "share", "estimate", "probability"),
    )
    values = {
        "days": found.days,
        "engaged_started": 1 - found.incidence[0, 0],
        "engaged_not_started": 1 - found.incidence[1, 0],
    }
    return Table(columns, values, title=tr("Victims still engaged under both strategies, day by day"))


def _said(main: Table, row: int, together: Together, asked: Said) -> Readable:
    difference, low, high = (float(main[one][row]) for one in ("estimate", "conf_low", "conf_high"))
    period = period_words(int(main["days"][row]))
    if not np.isfinite(difference):
        return tr("How many victims stay for {period} cannot be told under both strategies.", period=period)
    known = np.isfinite(low) and np.isfinite(high)
    base = base_of((high - low) / 2 if known else abs(difference), difference)
    one, other = both_of(main["engaged_started"][row], main["engaged_not_started"][row], base)
    said: dict[str, object] = {
        "base": base,
        "within": Setting(asked.within),
        "more": (More if not known or low <= 0 <= high else Limit)(difference, base),
        "period": period,
        "one": one,
        "other": other,
    }
    if known:
        said["interval"] = tr("interval {interval}", interval=Between(low, high, base))
    else:
        said["interval"] = tr("no interval can be given")
    told = _told(said, adjusted=asked.adjusted)
    if known and low <= 0 <= high:
        return tr("{told} The data do not tell whether victims stay longer or leave earlier with support.", told=told)
    chance = by_chance(together) if known else None
    return told if chance is None else tr("{said} {chance}", said=told, chance=chance)


def _told(said: dict[str, object], *, adjusted: bool) -> Readable:
    if adjusted:
        return tr(
            "Of {base} victims supported within {within} days, {more} would still take part after {period}, or "
            "have done so to the end of their case ({interval}): {one} instead of {other} if support did not "
            "start by then.",
            **said,
        )
    return tr(
        "In the files as they are, of {base} victims supported within {within} days, {more} still took part after "
        "{period}, or had done so to the end of their case, than of as many others ({interval}): {one} and "
        "{other}. Nothing was adjusted for: this says what goes together, not what support does.",
        **said,
    )
