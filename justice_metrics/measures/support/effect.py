"""What starting support in time does to how cases end: two strategies compared by emulating a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...base.errors import QuestionError
from ...base.language import tr
from ...base.types import Counts, Names, names, several
from ...cases.casedata import CaseData
from ...estimate.emulation import NoStartsError, Strategy
from ...reduce.ever_recorded import ever_recorded_counts
from ...reduce.histories import Needed
from ..declared import ensure_level
from ..progress import ticking
from .data import SupportData, ensure_lag, support_data
from .effect_answer import SupportEffect, answer_of
from .effect_asked import (
    TIMINGS,
    any_date,
    ensure_on_the_way,
    ensure_recorded,
    outcomes_of,
    period_of,
    strategies_of,
)
from .runs import FEWER, apart, part_of, timed, timed_of
from .strategies import Timing, actor_set
from .undated import SupportWithoutDates, without_dates

__all__ = ["SupportEffect", "support_effect"]


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
        within the period of grace or beyond all follow-up, nobody starts in time, or clusters are too few.

    Notes
    -----
    Weights are products over the days of grace of (1 - h*) / (1 - h) while support has not started and h* / h on the
    day it does, with h the chance of starting fitted to the cases and h* that of the strategy; the other strategy has
    1 / (1 - h). Incidence is Aalen-Johansen over the weighted clones. Intervals are the estimate with t quantiles times
    the standard deviation over resamples of clusters in which everything is repeated; with fewer than 20 clusters
    each resample has an error of its own (studentised bootstrap). The p values are Holm's over all comparisons.
    No limit, error or p value is given where fewer than 20 cases were supported in time, fewer than 5 clusters hold
    them, more than 5 % of the resamples have none, or none of them came to the outcome.

    References
    ----------
    .. [1] Hernán, M. A. and Robins, J. M. (2016). Using big data to emulate a target trial. American Journal of
       Epidemiology, 183, 758-764.
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
    ...     cluster="court", resamples=50)
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
    wanted = outcomes_of(cases, outcome)
    ensure_on_the_way(cases, milestones, wanted, start)
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
    ensure_lag(lag_days)
    ever = _ever(cases, asked[0], sets, basis, institutions)
    if not any_date(asked[0]):
        ensure_recorded(asked[0], ever[0])
        return without_dates(cases, *ever, actors=asked[0].actors, settings=settings, level=confidence_level)
    within, horizons = period_of(started_within_days, horizon_days, timing, window_days, truncate, resamples)
    data = [one.dated() for one in asked]
    strategies = strategies_of(
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
    return answer_of(cases, parts, asked[0], strategies, strategy, wanted, by_timing, ever, settings)


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
