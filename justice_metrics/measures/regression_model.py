"""What all regressions share: from a formula to covariate patterns, from coefficients to tables, notes and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import tr
from ..base.types import Counts, Flags, Floats, Names, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.limits import normal_quantile
from ..reduce.design import Design, DesignColumn, designs_of, reference_of
from ..reduce.formula import Covariate, Formula, read_formula, unknown_reference
from ..reduce.patterns import HOLDS, MissingLevels, Patterns, patterns_of
from ..reduce.risk import Endings
from ..reduce.support import with_support
from .declared import ensure_actors, spells_of

Ties: TypeAlias = Literal["efron", "breslow"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Prepared:
    """A formula on the data: what a kernel needs, and what the tables say beside its numbers.

    Attributes
    ----------
    spells : Durations
    formula : Formula
    patterns : Patterns
    design : Design
    references : mapping of str to int
        Place of the reference level of each covariate that is told apart by level.
    offset : (P,) or None
    robust : bool
        Whether errors allow for weights or clusters.
    cluster : str or None
    time_varying : tuple of str
        Actors whose support splits a unit's time.
    """

    spells: Durations
    formula: Formula
    patterns: Patterns
    design: Design
    references: Mapping[str, int]
    offset: Floats | None
    robust: bool
    cluster: str | None
    time_varying: tuple[str, ...]

    @property
    def units(self) -> int:
        """How many units the regression rests on; rows where a unit has several."""
        return int(self.patterns.units.sum())

    def events(self, code: int) -> Counts:
        """Return the endings of each pattern by one outcome, shape (P,)."""
        rows = self.patterns.rows
        ended = rows.code == code
        return np.bincount(rows.pattern[ended], weights=rows.n[ended], minlength=len(self.patterns.n)).astype(np.int64)

    def units_at(self, at: Sequence[tuple[str, int]]) -> int:
        """Return the units that have all of some levels, or came to have one that holds from a day on."""
        if len(at) == 1 and at[0][0] in self.patterns.seen:
            level = (self.patterns.covariates[at[0][0]].levels or HOLDS)[at[0][1]]
            return self.patterns.seen[at[0][0]][HOLDS.index(level)]
        return int(self.patterns.units[self.where(at)].sum())

    def where(self, at: Sequence[tuple[str, int]]) -> Flags:
        """Return which patterns have all of some levels, shape (P,)."""
        flags = np.ones(len(self.patterns.n), np.bool_)
        for name, code in at:
            flags &= self.patterns.covariates[name].values == code
        return flags

    def at_reference(self) -> Mapping[str, Covariate]:
        """Return one pattern: reference levels, and the mean over units of every number."""
        n, made = self.patterns.units, {}
        for name, covariate in self.patterns.covariates.items():
            if covariate.levels is None:
                mean = np.array([float(n @ covariate.values / n.sum())])
                made[name] = Covariate(mean, None)
            else:
                made[name] = Covariate(np.array([self.references[name]]), covariate.levels)
        return made

    def with_level(self, name: str, code: int) -> Mapping[str, Covariate]:
        """Return the patterns as they are, but all with one level of a covariate."""
        own = self.patterns.covariates[name]
        return {**self.patterns.covariates, name: Covariate(np.full(len(own.values), code), own.levels)}

    def matrices(self, others: Sequence[Mapping[str, Covariate]]) -> list[Floats]:
        """Return the design of other patterns, coded like those of the fit."""
        asked = {name: self.patterns.covariates[name].levels or () for name in self.references}
        chosen = {name: asked[name][place] for name, place in self.references.items()}
        made = designs_of(
            self.formula,
            self.patterns.covariates,
            self.patterns.n,
            references=chosen,
            others=list(others),
            units=self.patterns.units,
        )
        return [one.matrix for one in made[1:]]


def prepared(
    cases: CaseData | Durations,
    *,
    formula: str,
    start: str,
    outcome: Names,
    endings: Endings,
    strata: Names = (),
    cluster: str | None = None,
    robust: bool | None = None,
    offset: str | None = None,
    references: Mapping[str, str] | None = None,
    missing: MissingLevels = "level",
    time_varying: Names = (),
) -> Prepared:
    """Reduce cases to what a regression needs.

    Raises
    ------
    QuestionError
        When the formula cannot be read, a name is unknown, or no unit is left.
    """
    actors = names(time_varying)
    spells = spells_of(_with_actors(cases, actors), start=start, wanted=names(outcome), endings=endings)
    known = tuple(dict.fromkeys((*spells.levels, *actors)))
    read = read_formula(formula, known=known, numeric=tuple(set(spells.numeric_attributes) - set(actors)))
    idle = [one for one in actors if one not in read.names]
    if idle:
        raise QuestionError(
            tr("'{name}' is named as time-varying, but the formula does not use it.", name=idle[0]),
            tr("Write it into the formula: {formula} + {name}.", formula=read.text, name=idle[0]),
        )
    complaint = unknown_reference(references or {}, read)
    if complaint is not None:
        raise QuestionError(complaint, suggestion("", tuple(sorted(read.categorical))))
    if offset is not None and offset not in spells.numeric_attributes:
        raise QuestionError(
            tr("The offset '{name}' is no number of these data.", name=offset),
            suggestion(offset, spells.numeric_attributes),
        )
    robust, chosen = _robust(spells, cluster, robust, split=bool(actors))
    wanted = (*read.covariates, *(() if offset is None or offset in read.names else (offset,)))
    patterns = patterns_of(
        spells,
        covariates=wanted,
        categorical=read.categorical,
        strata=names(strata),
        cluster=chosen,
        time_varying={one: nw.col(f"support__{one}") - nw.col("time__begin") for one in actors},
        missing=missing,
    )
    given = {one: HOLDS[0] for one in actors if HOLDS[0] in (patterns.covariates[one].levels or ())}
    design = designs_of(
        read, patterns.covariates, patterns.n, references={**given, **(references or {})}, units=patterns.units
    )[0]
    if not design.columns:
        raise QuestionError(
            tr("No covariate of the formula differs between the units."),
            tr("Name covariates with at least two levels or values."),
        )
    return Prepared(
        spells=spells,
        formula=read,
        patterns=patterns,
        design=design,
        references=_reference_places(read, patterns, given, references),
        offset=None if offset is None else patterns.covariates[offset].values.astype(np.float64),
        robust=robust,
        cluster=chosen,
        time_varying=actors,
    )


def _with_actors(cases: CaseData | Durations, actors: Sequence[str]) -> CaseData | Durations:
    """Return the cases with the first day of support by each actor."""
    if not actors:
        return cases
    if isinstance(cases, Durations) or cases.support is None:
        raise QuestionError(
            tr("These data have no support spells."),
            tr("A table of times takes several rows per unit instead: name the column that tells units apart (id)."),
        )
    ensure_actors(cases, actors)
    return cases.with_(milestones=with_support(cases, actors))


def _robust(spells: Durations, cluster: str | None, robust: bool | None, *, split: bool) -> tuple[bool, str | None]:
    """Return whether errors are robust, and whose rows belong together: weights and clusters ask for it."""
    sampling = spells.sampling
    wanted = bool(robust) if robust is not None else sampling.weighted or sampling.cluster or cluster is not None
    if robust is False and (sampling.weighted or cluster is not None):
        raise QuestionError(
            tr("With sampling weights or a cluster, only robust errors hold."), tr("Leave out the argument robust.")
        )
    if not wanted:
        return False, None
    if cluster is not None:
        spells.level(cluster)
        return True, cluster
    if sampling.cluster:
        return True, "cluster"
    return True, "unit_id" if spells.several_rows or split else None


def _reference_places(
    formula: Formula, patterns: Patterns, given: Mapping[str, str], references: Mapping[str, str] | None
) -> dict[str, int]:
    asked = {**given, **formula.references, **(references or {})}
    return {name: reference_of(name, patterns.covariates[name], patterns.units, asked) for name in formula.categorical}


@dataclass(frozen=True, eq=False, kw_only=True)
class Coefficients:
    """Log ratios of one outcome with the errors that its intervals rest on.

    Attributes
    ----------
    outcome : str
    estimate, std_error, model_error : (p,)
        NaN where a coefficient cannot be told; ``model_error`` takes rows as independent and unweighted.
    units, events : (p,)
        Of the patterns that a coefficient speaks of.
    unsteady : (p,) flags
        Grows without end: a level without an ending, or with nothing but endings.
    limits : pair of (p,), optional
        Limits that do not follow from the error: those of a profile likelihood.
    p_value : (p,), optional
        The same of the p value.
    withheld : (p,) flags, optional
        Where a robust error would be none, for lack of clusters: no interval and no p value.
    """

    outcome: str
    estimate: Floats
    std_error: Floats
    model_error: Floats
    units: Counts
    events: Counts
    unsteady: Flags
    limits: tuple[Floats, Floats] | None = None
    p_value: Floats | None = None
    withheld: Flags | None = None

    def interval(self, confidence_level: float) -> tuple[Floats, Floats]:
        """Return the limits of the log ratios."""
        if self.limits is not None:
            return self.limits
        half = normal_quantile(confidence_level) * self.std_error
        return self.estimate - half, self.estimate + half


def coefficients_of(
    made: Prepared, code: int, estimate: Floats, covariance: Floats, model: Floats, unsteady: Flags
) -> Coefficients:
    """Return the coefficients of an outcome with the numbers that stand behind each."""
    events = made.events(code)
    where = [made.where(column.at) for column in made.design.columns]
    with np.errstate(invalid="ignore"):
        errors = [np.sqrt(np.diag(one)) for one in (covariance, model)]
    return Coefficients(
        outcome=made.spells.outcomes[code - 1],
        estimate=np.where(unsteady, np.nan, estimate),
        std_error=np.where(unsteady, np.nan, errors[0]),
        model_error=np.where(unsteady, np.nan, errors[1]),
        units=np.array([made.units_at(column.at) for column in made.design.columns], dtype=np.int64),
        events=np.array([int(events[one].sum()) for one in where], dtype=np.int64),
        unsteady=unsteady,
    )


def groups_of_columns(columns: Sequence[DesignColumn]) -> dict[str, list[int]]:
    """Return the places of the coefficients of each term."""
    found: dict[str, list[int]] = {}
    for place, one in enumerate(columns):
        found.setdefault(one.term, []).append(place)
    return found
