"""What starting support in time does to how cases end: two strategies compared by emulating a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.errors import ProcedureError, QuestionError
from ..base.language import Language, Readable, tr, trn
from ..base.result import Definition, Result
from ..base.types import Counts, Names, names, several
from ..cases.attributes import attribute_words
from ..cases.casedata import CaseData
from ..estimate.emulation import NoStartsError, Strategy
from ..estimate.followed import NEVER
from ..reduce.ever_recorded import ever_recorded_counts
from ..reduce.histories import UNDATED, Needed
from .declared import ensure_level, outcome_labels, sampling_notes
from .naive_support import naive_table
from .progress import ticking
from .support_balance import Likeness, balance_table, likeness_of
from .support_data import SupportData, support_data
from .support_effect_figures import Drawn, balance_figure, curves_figure, forest_figure, overlap_figure, weights_figure
from .support_effect_tables import (
    Timed,
    curves_table,
    joined,
    main_table,
    overlap_table,
    ratios_table,
    strategies_table,
    truncation_table,
    unweighted_table,
    weights_table,
)
from .support_effect_words import any_few, doubts, effect, next_study, sentences
from .support_flow import departures, ended_under_both, flow_table
from .support_protocol import Emulated, checklist_table, protocol_table
from .support_runs import (
    FEWER,
    Part,
    apart,
    cut,
    lines_of,
    overlap_counts,
    part_of,
    timed,
    timed_of,
    unweighted,
    without_overlap,
)
from .support_strategies import Strategies, Timing, actor_set, period_words
from .support_undated import SupportWithoutDates, without_dates

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OUTCOMES: Final = ("verdict", "conviction", "acquittal", "rejection", "dismissal", "withdrawal")
TIMINGS: Final[tuple[Timing, ...]] = ("usual", "even", "late")
# With fewer clusters than this no resampling of them tells how much they differ.
FEWEST_CLUSTERS: Final = 5

VIEWS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "curves": tr("Both strategies day by day"),
        "love": tr("Likeness of the cases that keep to each strategy"),
        "overlap": tr("How likely support in time was, by the model"),
        "weights": tr("Weights under both strategies"),
    }
)


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportEffect(Result):
    """How cases would end if support started in time, and if it did not.

    Tables
    ------
    main
        One row per outcome and horizon: share under both strategies, difference with its interval, ratio, cases that
        came to it under each strategy, smallest difference that the data could show.
    ratios
        Ratios with their limits, standard errors of the differences, p values (Holm) for all comparisons.
    curves
        Shares under both strategies, day by day.
    strategies
        The same differences when support starts on other days of the period, with their errors.
    balance
        What was adjusted for, among cases that keep to each strategy: before and after weighting, on the way.
    weights, overlap, truncation
        How the weights are spread, how likely support was, and what is left when the largest weights are cut.
    flow
        From the file to both strategies.
    protocol, checklist
        The question as a target trial, and what the analysis did by the topics of STROBE and RECORD.
    unweighted, naive
        What would be found without weights, and by counting who was ever supported; with the reason not to use them.
    """

    question: ClassVar[str] = "support_effect"
    strategies: Strategies
    outcome_words: Mapping[str, Readable]
    units: int
    parts: tuple[Part, ...]
    likeness: Likeness

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """Further figures: what was adjusted for is compared only where something was."""
        return {name: title for name, title in VIEWS.items() if name != "love" or self.likeness.attribute}

    def findings(self) -> tuple[Readable, ...]:
        """Return each difference in absolute numbers, what it rests on, and what a next study needs."""
        main = self.main
        said = list(sentences(main, self.strategies, self.outcome_words))
        row = self._leading_row()
        if main["conf_low"][row] <= 0 <= main["conf_high"][row]:
            said[2 * row + 2 : 2 * row + 2] = next_study(main, row, self.units)
        return tuple(said)

    def headline(self) -> Readable:
        """Return the difference of the first outcome at the last horizon, called inconclusive where it is."""
        main, row = self.main, self._leading_row()
        said = effect(main, row, self.strategies, self.outcome_words)
        if main["conf_low"][row] <= 0 <= main["conf_high"][row]:
            return tr("{said} Inconclusive: support may add, take away or change nothing.", said=said)
        return said

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the difference of each outcome at each horizon, with its interval."""
        return forest_figure(self._drawn(), language, ax)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the curves, the balance, the overlap or the weights.

        Parameters
        ----------
        view : {"curves", "love", "overlap", "weights"}
        ax : Axes, optional
        language : {"en", "es"}
        """
        figure = {
            "curves": curves_figure,
            "love": balance_figure,
            "overlap": overlap_figure,
            "weights": weights_figure,
        }[view]
        return figure(self._drawn(), language, ax)

    def _drawn(self) -> Drawn:
        return Drawn(self.tables, self.strategies, self.outcome_words, self.parts, self.likeness)

    def _leading_row(self) -> int:
        """Return the row of the first outcome at the last horizon."""
        first = self.main["outcome"] == self.main["outcome"][0]
        return int(np.flatnonzero(first)[-1])


def support_effect(
    cases: CaseData,
    *,
    actors: Names,
    needed: Needed = "all",
    started_within_days: int | None = 90,
    horizon_days: Sequence[int] = (730,),
    outcome: Names | None = None,
    start: str = "complaint",
    adjust: Names = (),
    milestones: Names = (),
    cluster: str | None = None,
    timing: Timing = "usual",
    window_days: int = 30,
    lag_days: int = 0,
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
    truncate: float | None = None,
    resamples: int = 500,
    seed: int = 1,
    confidence_level: float = 0.95,
    progress: bool = False,
) -> SupportEffect | SupportWithoutDates:
    """Difference in how cases end between "support starts within so many days" and "it does not".

    Every case is followed under both strategies from the start on, until it departs from one of them; those that
    remain are weighted to stand for all. So no case is called supported because it lived long enough to meet a
    supporter (immortal time), and cases that attract support are made like the others in what was adjusted for.

    Parameters
    ----------
    cases : CaseData
        With support spells.
    actors : str or tuple of str
        Those who together make a case "supported". Nobody knows which three the 2018 study meant.
    needed : {"all", "any"} or int
        How many of them must have started.
    started_within_days : int
        Last day, since the start, on which support still counts as started in time: the period of grace. None asks for
        "ever supported", which is refused when there are dates.
    horizon_days : sequence of int
        Days since the start on which the strategies are compared.
    outcome : str or tuple of str, optional
        Endings to compare; by default verdict, conviction, acquittal, rejection, dismissal and withdrawal, as far as
        the procedure has them. Any other ending competes. Overlapping ones are followed one set after the other.
    start : str
        Stage or role from whose first day everything is counted.
    adjust : str or tuple of str
        What attracts support and decides the outcome, as it stood on day 0: attributes, or terms of a formula such as
        ``bs(age_at_fact, df=3)``. The weights are as good as this list.
    milestones : str or tuple of str
        Stages on the way that attract support and hasten the outcome, such as ``accusation``.
    cluster : str, optional
        Attribute whose levels are resampled as a whole (courts); that of the sampling design by default. Without any,
        cases count as independent.
    timing : {"usual", "even", "late"}
        On which days of the period support starts under the first strategy: as it usually does where it starts in
        time, on each alike, or as it comes by itself with the rest over the last ``window_days``.
    window_days : int
    lag_days : int
        Support counts so many days after its first day.
    basis : mapping of str to str or tuple of str, optional
        Which bases of a spell count, by actor: ``{"prosecutor": ("hearing", "report")}``.
    institutions : str or tuple of str
        Spells of these institutions only.
    truncate : float, optional
        Quantile at which weights are cut, such as 0.99.
    resamples : int
        How often courts are drawn anew, and everything is repeated. 500 tell an error to within 3 %.
    seed : int
        The same seed gives the same interval.
    confidence_level : float
    progress : bool
        Draw a bar on the terminal.

    Returns
    -------
    SupportEffect or SupportWithoutDates
        The latter where no spell of these actors has a date: it says what can be told then, and what cannot.

    Raises
    ------
    QuestionError
        When there are no support spells, a name is unknown, cases are observed from a later day only, the horizon lies
        within the period of grace, nobody starts in time, or clusters are too few.

    Notes
    -----
    Weights are products over the days of grace of (1 - h*) / (1 - h) while support has not started and h* / h on the
    day it does, with h the chance of starting fitted to the cases and h* that of the strategy; the other strategy has
    1 / (1 - h). Incidence is Aalen-Johansen over the weighted clones. Intervals are the estimate with t quantiles times
    the standard deviation over resamples of clusters in which everything is repeated; with fewer than 20 clusters
    each resample has an error of its own (studentised bootstrap). The p values are Holm's over all comparisons.

    References
    ----------
    .. [1] Hernan, M. A. and Robins, J. M. (2016). Using big data to emulate a target trial when a randomized trial is
       not available. American Journal of Epidemiology, 183, 758-764.
    .. [2] Maringe, C. et al. (2020). Reflection on modern methods: trial emulation in the presence of immortal-time
       bias. International Journal of Epidemiology, 49, 1719-1729.
    .. [3] Cain, L. E. et al. (2010). When to start treatment? A systematic approach to the comparison of dynamic
       regimes using observational data. International Journal of Biostatistics, 6(2), article 18.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> three = ("lawyer", "psychologist", "social_worker")
    >>> answer = jm.support_effect(
    ...     jm.sample_cases(), actors=three, outcome="verdict", adjust=("offence", "area"), milestones="accusation",
    ...     cluster="department", resamples=50)
    >>> list(answer.tables)[:3]
    ['main', 'ratios', 'strategies']
    """
    ensure_level(confidence_level)
    horizon_days = several(horizon_days)
    settings: dict[str, object] = {
        "actors": names(actors), "needed": needed, "started_within_days": started_within_days,
        "horizon_days": tuple(horizon_days), "outcome": names(outcome), "start": start, "adjust": names(adjust),
        "milestones": names(milestones), "cluster": cluster, "timing": timing, "window_days": window_days,
        "lag_days": lag_days, "basis": basis, "institutions": names(institutions), "truncate": truncate,
        "resamples": resamples, "seed": seed, "confidence_level": confidence_level,
    }  # fmt: skip
    wanted = _outcomes(cases, outcome)
    sets = apart(cases, wanted)
    asked = [
        support_data(
            cases,
            actors=actors,
            needed=needed,
            start=start,
            outcome=together,
            adjust=adjust,
            milestones=milestones,
            cluster=cluster,
            basis=basis,
            institutions=institutions,
        )
        for together in sets
    ]
    ever = _ever(cases, asked[0], sets, basis, institutions)
    if not _any_date(asked[0]):
        _ensure_recorded(asked[0], ever[0])
        return without_dates(cases, *ever, actors=asked[0].actors, settings=settings, level=confidence_level)
    within, horizons = _period(started_within_days, horizon_days, timing, window_days, truncate, resamples)
    data = [one.dated() for one in asked]
    strategies = _strategies(
        cases, data[0], within, horizons, timing, window_days, lag_days, truncate, resamples, seed,
        confidence_level, basis, names(institutions),
    )  # fmt: skip
    strategy = Strategy(within, timing, window_days, None if truncate is None else truncate * 100)
    others = [one for one in TIMINGS if one != timing]
    again = min(resamples, FEWER)
    steps = len(sets) * (resamples + len(others) * again)
    with ticking(steps, shown=progress) as tick:
        drawn = {"lag_days": lag_days, "seed": seed, "level": confidence_level, "tick": tick}
        try:
            parts = [
                part_of(one, together, strategy, horizons=horizons, resamples=resamples, **drawn)  # type: ignore[arg-type]
                for one, together in zip(data, sets, strict=True)
            ]
        except NoStartsError:
            raise QuestionError(
                tr(
                    "In none of {n} cases had {actors} started within {days} days, before the case ended.",
                    n=data[0].histories.units,
                    actors=actor_set(data[0].actors, needed),
                    days=within,
                ),
                tr("Allow more days (started_within_days), or ask for fewer of the actors (needed)."),
            ) from None
        by_timing = [
            timed_of(parts, wanted, one)
            if one == timing
            else timed(parts, wanted, strategy, one, resamples=again, **drawn)
            for one in TIMINGS
        ]
    return _answer(cases, parts, asked[0], strategies, strategy, wanted, by_timing, ever, settings)


def _outcomes(cases: CaseData, outcome: Names | None) -> tuple[str, ...]:
    """Return the endings asked for; by default those of the list that the procedure knows."""
    if outcome is not None and names(outcome):
        return names(outcome)
    known: list[str] = []
    for one in OUTCOMES:
        try:
            cases.resolve(one)
        except ProcedureError:
            continue
        known.append(one)
    return tuple(known)


def _any_date(data: SupportData) -> bool:
    """Whether any spell of the actors has a date."""
    days = [data.histories.days[one] for one in data.actors]
    return any(bool(((one != NEVER) & (one != UNDATED)).any()) for one in days)


def _ensure_recorded(data: SupportData, units: Counts) -> None:
    if not units[1:].any():
        raise QuestionError(
            tr("None of these cases has a record of {actors}.", actors=actor_set(data.actors, "any")),
            tr("Look at the support spells, and at 'basis' and 'institutions'."),
        )


def _period(
    within: int | None,
    horizon_days: Sequence[int],
    timing: Timing,
    window_days: int,
    truncate: float | None,
    resamples: int,
) -> tuple[int, tuple[int, ...]]:
    """Return the days of grace and the horizons, rising.

    Raises
    ------
    QuestionError
        When they make no sense, or "ever supported" is asked for.
    """
    if within is None:
        raise QuestionError(
            tr(
                "Ever supported is no strategy: a case must stay open long enough to meet its supporters, so that "
                "those that last are called supported, and support seems to work even where it does nothing."
            ),
            tr("These cases have dates of support: say within how many days it should start (started_within_days)."),
        )
    horizons = tuple(sorted(set(horizon_days)))
    if within < 0 or not horizons or horizons[0] <= within:
        raise QuestionError(
            tr(
                "The horizons ({horizons}) must lie after the {days} days within which support starts.",
                horizons=list(horizons),
                days=within,
            ),
            tr("Choose later horizons, or fewer days."),
        )
    if timing not in TIMINGS:
        raise QuestionError(
            tr("There is no timing '{timing}'.", timing=timing), tr("There are: {known}.", known=list(TIMINGS))
        )
    if window_days < 1 or resamples < 2:
        raise QuestionError(tr("The window takes at least 1 day, and an interval at least 2 resamples."))
    if truncate is not None and not 0.5 <= truncate <= 1:
        raise QuestionError(
            tr("Weights cannot be cut at the quantile {share}.", share=truncate),
            tr("Write a share between 0.5 and 1, such as 0.99."),
        )
    return within, horizons


def _strategies(
    cases: CaseData,
    data: SupportData,
    within: int,
    horizons: tuple[int, ...],
    timing: Timing,
    window: int,
    lag: int,
    truncate: float | None,
    resamples: int,
    seed: int,
    level: float,
    basis: Mapping[str, Names] | None,
    institutions: tuple[str, ...],
) -> Strategies:
    cells = data.histories
    clusters = 0 if cells.cluster is None else len(np.unique(cells.cluster))
    if cells.cluster is not None and clusters < FEWEST_CLUSTERS:
        raise QuestionError(
            trn(
                "There is {n} cluster only: resampling it cannot tell how much clusters differ.",
                "There are {n} clusters only: resampling them cannot tell how much they differ.",
                clusters,
            ),
            tr("Name an attribute with at least {n} levels, or none: cases then count as independent.",
               n=FEWEST_CLUSTERS),
        )  # fmt: skip
    return Strategies(
        actors=data.actors,
        needed=data.needed,
        within=within,
        horizons=horizons,
        timing=timing,
        window=window,
        lag=lag,
        start=data.spells.start_words,
        adjust=() if data.formula is None else tuple(data.formula.text.split(" + ")),
        milestones=tuple(cases.procedure.label(one) for one in data.milestones),
        cluster=None if data.cluster is None else attribute_words(data.cluster),
        clusters=clusters,
        truncate=truncate,
        resamples=resamples,
        seed=seed,
        level=level,
        bases=tuple(dict.fromkeys(one for given in (basis or {}).values() for one in names(given))),
        institutions=institutions,
    )


def _ever(
    cases: CaseData,
    data: SupportData,
    sets: Sequence[tuple[str, ...]],
    basis: Mapping[str, Names] | None,
    institutions: Names,
) -> tuple[Counts, list[tuple[tuple[str, ...], Counts]]]:
    """Return cases by number of actors ever recorded, and how they ended, set of outcomes by set."""
    chosen = {one: names(bases) for one, bases in (basis or {}).items()}
    ended = []
    for together in sets:
        outcomes = {one: cases.resolve(one) for one in together}
        units, counts = ever_recorded_counts(
            cases, outcomes=outcomes, actors=data.actors, basis=chosen, institutions=names(institutions)
        )
        ended.append((together, counts))
    return units, ended


def _answer(
    cases: CaseData,
    parts: list[Part],
    whole: SupportData,
    strategies: Strategies,
    strategy: Strategy,
    wanted: tuple[str, ...],
    by_timing: list[Timed],
    ever: tuple[Counts, list[tuple[tuple[str, ...], Counts]]],
    settings: Mapping[str, object],
) -> SupportEffect:
    first = parts[0]
    words = outcome_labels(cases, (*wanted, "other_ending"))
    lines = joined([lines_of(part) for part in parts], wanted)
    likeness = likeness_of(first, strategy)
    left_out = whole.left_out()
    units = first.data.histories.units
    provenance = cases.provenance.add("support_effect", **settings).leave_out(*left_out)
    main = main_table(lines, strategies, words)
    weights = first.emulation.weights
    before, after = likeness.worst
    departed = departures(first, strategies.within).sum(axis=1)
    row = int(np.flatnonzero(np.array(lines.outcome) == wanted[0])[-1])
    emulated = Emulated(
        strategies=strategies,
        outcomes=tuple(words[one] for one in wanted),
        units=units,
        provenance=provenance,
        undated=whole.undated,
        events=(int(lines.events[0, row]), int(lines.events[1, row])),
        largest_weight=float(np.nanmax(weights.largest)),
        effective=(float(weights.effective[0]), float(weights.effective[1])),
        worst_before=before,
        worst_after=after,
        left=(int(departed[0]), int(departed[1])),
        both=ended_under_both(first, strategies.within),
    )
    curves = {name: part.emulation.incidence[:, place] for part in parts for place, name in enumerate(part.outcomes)}
    level = strategies.level
    return SupportEffect(
        heading=tr(
            "Support within {days} days and how cases end: {support}",
            days=strategies.within,
            support=strategies.support,
        ),
        tables={
            "main": main,
            "ratios": ratios_table(lines, strategies, words),
            "strategies": strategies_table(by_timing, strategies, words),
            "curves": curves_table(first.emulation.days, {one: curves[one] for one in wanted}, strategies, words),
            "flow": flow_table(first, cases.n_units, left_out, strategies, words),
            "balance": balance_table(likeness),
            "weights": weights_table(weights, strategies),
            "overlap": overlap_table(*overlap_counts(first, strategies.within)),
            "truncation": truncation_table(cut(parts, wanted, strategy), lines, strategies, words),
            "protocol": protocol_table(emulated),
            "checklist": checklist_table(emulated),
            "unweighted": unweighted_table(lines, unweighted(parts, wanted), strategies, words),
            "naive": naive_table(*ever, words, level),
        },
        definition=_definition(strategies, [words[one] for one in wanted]),
        provenance=provenance,
        notes=(
            *doubts(
                strategies,
                simulated=cases.provenance.simulated,
                undated=whole.undated,
                units=units,
                alone=without_overlap(first, strategies.within),
                few_events=any_few(main),
            ),
            *sampling_notes(cases, design_used=True),
        ),
        frame_library=cases.frame_library,
        strategies=strategies,
        outcome_words=words,
        units=units,
        parts=tuple(parts),
        likeness=likeness,
    )


def _definition(strategies: Strategies, outcomes: Sequence[Readable]) -> Definition:
    return Definition(
        answers=tr(
            "How would cases end if support by {support} started within {days} days of {start}, and how if it did not?",
            support=strategies.support,
            days=strategies.within,
            start=strategies.start,
        ),
        numerator=tr(
            "cases that came to {outcomes} within {periods} under a strategy, weighted",
            outcomes=list(outcomes),
            periods=[period_words(one) for one in strategies.horizons],
        ),
        denominator=tr("all cases, each under both strategies, weighted while it keeps to them"),
        basis="cohort",
        pending=tr("observed as open up to the cut-off, then censored; any other ending competes"),
        method=tr(
            "Emulation of a trial by cloning, censoring and weighting (Hernan and Robins 2016; Maringe et al. 2020), "
            "support starting {when}; Aalen-Johansen; interval from resamples of clusters with everything repeated.",
            when=strategies.when,
        ),
    )
