"""What support_hazards is asked of: case data with support spells, or a table of times with days of support."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import tr
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...reduce.design import Design
from ...reduce.formula import read_formula
from ...reduce.histories import Needed, histories_of
from ...reduce.presence import with_presence
from ...reduce.support_states import Episode
from ..declared import ensure_actors, spells_of
from .data import SupportData, support_data
from .hazard_states import Present
from .spells_asked import ensure_spells

Episodes = Mapping[str, tuple[Episode, ...]]


def hazard_data(
    cases: CaseData | Durations,
    *,
    actors: Names,
    needed: Needed,
    present: Present,
    outcome: Names,
    start: str,
    adjust: Names,
    milestones: Names,
    strata: Names,
    cluster: str | None,
    basis: Mapping[str, Names] | None,
    institutions: Names,
) -> tuple[SupportData, Episodes]:
    """Reduce cases to histories, and say in which of their days each actor was there.

    Raises
    ------
    QuestionError
        When there is no support, or a name is unknown.
    """
    who = names(actors)
    if isinstance(cases, Durations):
        if present == "while_present" or basis or names(institutions):
            raise QuestionError(
                tr("A table of times says since when there was support, not on what basis, by whom, or until when."),
                tr("Ask this of case data with support spells."),
            )
        return _of_table(cases, who, needed, outcome, names(adjust), names(milestones), strata, cluster), _ever(who)
    if present == "since_start" or cases.support is None:
        return _of_cases(cases, locals(), None), _ever(who)
    ensure_actors(cases, who)
    chosen = {one: names(bases) for one, bases in (basis or {}).items()}
    ensure_spells(cases, who, chosen, names(institutions))
    there = with_presence(cases, who, basis=chosen, institutions=names(institutions))
    episodes = {
        one: tuple(Episode(f"present__{one}__{at}", f"present__{one}__{at}__end") for at in range(1, number + 1))
        for one, number in there.episodes.items()
    }
    dated = {name: nw.col(name) for spells in episodes.values() for one in spells for name in one if name is not None}
    return _of_cases(cases.with_(milestones=there.frame), locals(), dated), episodes


def _of_cases(cases: CaseData, given: Mapping[str, object], dated: Mapping[str, nw.Expr] | None) -> SupportData:
    asked = (
        "actors",
        "needed",
        "start",
        "outcome",
        "adjust",
        "milestones",
        "strata",
        "cluster",
        "basis",
        "institutions",
    )
    settings: dict[str, object] = {name: given[name] for name in asked}
    return support_data(cases, **settings, dated=dated)  # type: ignore[arg-type]


def _ever(actors: tuple[str, ...]) -> Episodes:
    return {one: (Episode(one),) for one in actors}


def _of_table(
    times: Durations,
    actors: tuple[str, ...],
    needed: Needed,
    outcome: Names,
    adjust: tuple[str, ...],
    milestones: tuple[str, ...],
    strata: Names,
    cluster: str | None,
) -> SupportData:
    """Return the histories of a table in which each actor and milestone is a column of days since the start."""
    if times.several_rows:
        raise QuestionError(
            tr("Here a unit has several rows; support is asked of one row per unit, with the day it started."),
            tr("For rows that are split already ask cox_regression with cluster."),
        )
    for one in (*actors, *milestones):
        if one not in times.numeric_attributes:
            raise QuestionError(
                tr("'{name}' is no column of days of this table.", name=one), suggestion(one, times.numeric_attributes)
            )
    _ensure_needed(actors, needed, times)
    spells = spells_of(times, start="", wanted=names(outcome))
    formula = None
    if adjust:
        known = tuple(one for one in spells.levels if one not in actors)
        formula = read_formula(" + ".join(adjust), known=known, numeric=spells.numeric_attributes)
    if cluster is None and times.sampling.cluster:
        cluster = "cluster"
    histories = histories_of(
        spells,
        days={one: nw.col(one) for one in (*actors, *milestones)},
        covariates=formula.covariates if formula else (),
        categorical=formula.categorical if formula else frozenset(),
        strata=names(strata),
        cluster=cluster,
    )
    return SupportData(
        histories=histories,
        spells=spells,
        formula=formula,
        design=Design(np.empty((len(histories.pattern_units), 0)), (), ()),
        actors=actors,
        needed=needed,
        milestones=milestones,
        cluster=cluster,
    )


def _ensure_needed(actors: tuple[str, ...], needed: Needed, times: Durations) -> None:
    """Refuse to ask of nobody, and of a number of actors that cannot be.

    Raises
    ------
    QuestionError
        With what there is.
    """
    if not actors:
        raise QuestionError(tr("No actor was named."), suggestion("", times.numeric_attributes))
    if needed not in ("all", "any") and not (isinstance(needed, int) and 1 <= needed <= len(actors)):
        raise QuestionError(
            tr(
                "'needed' is {given}; of {n} actors it can be all, any, or a number from 1 to {n}.",
                given=str(needed),
                n=len(actors),
            ),
        )
