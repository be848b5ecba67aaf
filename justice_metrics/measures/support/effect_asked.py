"""What an effect of support can be asked: outcomes, period and horizons, clusters, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.errors import ProcedureError, QuestionError
from ...base.language import tr, trn
from ...base.types import Counts, Names, names
from ...cases.attributes import attribute_words
from ...cases.casedata import CaseData
from ...estimate.followed import NEVER
from ...reduce.histories import UNDATED
from .data import SupportData
from .strategies import Strategies, Timing, actor_set

OUTCOMES: Final = ("verdict", "conviction", "acquittal", "rejection", "dismissal", "withdrawal")
TIMINGS: Final[tuple[Timing, ...]] = ("usual", "even", "late")
# With fewer clusters than this no resampling of them tells how much they differ.
FEWEST_CLUSTERS: Final = 5


def outcomes_of(cases: CaseData, outcome: Names | None) -> tuple[str, ...]:
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


def ensure_whole_days(*days: object) -> None:
    """Refuse days that are no whole numbers.

    Raises
    ------
    QuestionError
    """
    for one in days:
        if isinstance(one, bool | np.bool_) or not isinstance(one, int | np.integer):
            raise QuestionError(
                tr("{given} is no whole number of days.", given=str(one)),
                tr("Write two years as 730, and a period of grace as 90."),
            )


def ensure_on_the_way(cases: CaseData, milestones: Names, outcome: Names, start: str) -> None:
    """Refuse milestones that are the start or one of the endings: they are not on the way and allow for nothing.

    Raises
    ------
    QuestionError
    """
    ends = {state for one in names(outcome) for state in cases.resolve(one)}
    for one in names(milestones):
        states = set(cases.resolve(one))
        if states & set(cases.resolve(start)):
            raise QuestionError(
                tr("The milestone '{name}' is the start itself, which every case has come to.", name=one),
                tr("Name a stage between the start and the outcome, such as 'accusation'."),
            )
        if states & ends:
            raise QuestionError(
                tr("The milestone '{name}' is an outcome that is asked about: it ends a case.", name=one),
                tr("Name a stage between the start and the outcome, such as 'accusation'."),
            )


def any_date(data: SupportData) -> bool:
    """Whether any spell of the actors has a date."""
    days = [data.histories.days[one] for one in data.actors]
    return any(bool(((one != NEVER) & (one != UNDATED)).any()) for one in days)


def ensure_recorded(data: SupportData, units: Counts) -> None:
    """Refuse a question about actors whom no file records.

    Raises
    ------
    QuestionError
    """
    if not units[1:].any():
        raise QuestionError(
            tr("None of these cases has a record of {actors}.", actors=actor_set(data.actors, "any")),
            tr("Look at the support spells, and at 'basis' and 'institutions'."),
        )


def period_of(
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
    ensure_whole_days(within, *horizon_days)
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


def strategies_of(
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
    """Return the strategies that are compared, with their words.

    Raises
    ------
    QuestionError
        When there are too few clusters.
    """
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
