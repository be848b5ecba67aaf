"""What all questions about support share: cases reduced to histories, with the covariates they are compared at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import numpy as np

from ...base.errors import QuestionError
from ...base.language import Readable, tr
from ...base.provenance import LeftOut
from ...base.types import Counts, Flags, Names, names
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...estimate.followed import Followed
from ...reduce.design import Design, designs_of
from ...reduce.formula import Formula, read_formula
from ...reduce.histories import UNDATED, Histories, Needed, histories_of
from ...reduce.pattern_cells import COVARIATE_MISSING
from ...reduce.risk import Endings
from ...reduce.support import with_support
from ..declared import LEFT_OUT_WORDS, ensure_actors, spells_of
from .spells_asked import ensure_spells


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportData:
    """Cases reduced for a question about support.

    Attributes
    ----------
    histories : Histories
        Days of every actor and milestone by name.
    spells : Durations
    formula : Formula or None
        None when nothing is adjusted for.
    design : Design
        Over the P patterns; no column when nothing is adjusted for.
    actors : tuple of str
    needed : {"all", "any"} or int
    milestones : tuple of str
    cluster : str or None
        Name of the attribute.
    undated_left_out : int
        Supported cases that were left out because nobody knows since when.
    outcomes : tuple of str
        Endings told apart; code k is ``outcomes[k - 1]``, the last is any other ending.
    """

    histories: Histories
    spells: Durations
    formula: Formula | None
    design: Design
    actors: tuple[str, ...]
    needed: Needed
    milestones: tuple[str, ...]
    cluster: str | None
    undated_left_out: int = 0

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Endings told apart, any other one last."""
        return self.spells.outcomes

    @property
    def outcome_words(self) -> Mapping[str, Readable]:
        """Words of the endings."""
        return {one: self.spells.label(one) for one in self.outcomes}

    def start(self, *, lag_days: int = 0, needed: Needed | None = None) -> Counts:
        """Return the day on which support was complete, (C,): ``NEVER``, ``UNDATED`` or a day since the start."""
        ensure_lag(lag_days)
        return self.histories.started(self.actors, self.needed if needed is None else needed, lag_days=lag_days)

    @property
    def undated(self) -> int:
        """Cases of which nobody knows since when they were supported."""
        return int(self.histories.n[self.start() == UNDATED].sum())

    def dated(self) -> SupportData:
        """Return the cases of which it is known since when they were supported; how many were not, is kept."""
        return replace(self.where(self.start() != UNDATED), undated_left_out=self.undated)

    def where(self, kept: Flags) -> SupportData:
        """Return some of the cells."""
        return replace(self, histories=self.histories.where(kept))

    def followed(self, *, lag_days: int = 0) -> Followed:
        """Return the cases as an emulation follows them; those without a date of support must have been left out.

        Raises
        ------
        QuestionError
            When cases are observed from a later day only, or support without a date is among them.
        """
        cells = self.histories
        late = int(cells.n[cells.entry >= 0].sum())
        if late:
            raise QuestionError(
                tr(
                    "{n} cases are observed only from a day after the start: whom they had met by then is "
                    "known of the survivors only.",
                    n=late,
                ),
                tr("Ask this of a cohort observed from the start, or use support_hazards, which allows for it."),
            )
        if self.spells.sampling.frame == "closed_only":
            raise QuestionError(
                tr(
                    "The sample holds closed files only: what would become of all cases under either strategy cannot "
                    "be told from those that have ended."
                ),
                tr(
                    "Ask this of the registered cases, open ones included (sampling in the mapping's [cases] section). "
                    "Of closed files, support_outcomes compares those that reached a verdict."
                ),
            )
        since = self.start(lag_days=lag_days)
        if (since == UNDATED).any():
            raise QuestionError(
                tr("Of {n} cases nobody knows since when they were supported.", n=self.undated),
                tr("Leave them out, or impute the dates."),
            )
        reached = [cells.days[one] for one in self.milestones]
        return Followed(
            exit=cells.exit,
            code=cells.code,
            start=np.maximum(since, 0),
            milestones=np.stack(reached, axis=1) if reached else np.empty((len(since), 0), np.int64),
            pattern=cells.pattern,
            cluster=cells.cluster,
            mass=cells.mass,
        )

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the units left out, by reason, those without a date of support among them."""
        words = {**LEFT_OUT_WORDS, COVARIATE_MISSING: tr("a covariate is not recorded")}
        found = [LeftOut(words[name], n) for name, n in self.histories.left_out.items()]
        undated = self.undated
        return (*found, *([LeftOut(tr("supported, but no date says since when"), undated)] if undated else []))


def ensure_lag(lag_days: object) -> None:
    """Refuse a lag that is no number of days from 0 on: support would count before it started, or a part of a day.

    Raises
    ------
    QuestionError
    """
    if isinstance(lag_days, bool | np.bool_) or not isinstance(lag_days, int | np.integer) or lag_days < 0:
        raise QuestionError(
            tr("Support cannot count {lag} days after it started.", lag=str(lag_days)),
            tr("Write a whole number of days from 0 on, such as lag_days=30."),
        )


def support_data(
    cases: CaseData,
    *,
    actors: Names,
    needed: Needed = "all",
    start: str = "complaint",
    outcome: Names = "verdict",
    adjust: Names = (),
    milestones: Names = (),
    strata: Names = (),
    cluster: str | None = None,
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
    endings: Endings = "standing",
    dated: Mapping[str, nw.Expr] | None = None,
) -> SupportData:
    """Reduce cases to histories: endings, days of support, milestones, covariates, court.

    Parameters
    ----------
    cases : CaseData
        With support spells.
    actors : str or tuple of str
        Those who together make a case "supported".
    needed : {"all", "any"} or int
        How many of them.
    start : str
        Stage or role from whose first day everything is counted.
    outcome : str or tuple of str
        Endings told apart; any other one is a competitor.
    adjust : str or tuple of str
        What cases are compared at: attributes, or terms of a formula such as ``bs(age_at_fact, df=3)``.
    milestones : str or tuple of str
        Stages that attract support and hasten the outcome, such as ``accusation``.
    strata : str or tuple of str
        Attributes whose groups have a baseline of their own.
    cluster : str, optional
        Attribute whose groups are alike inside; that of the sampling design by default.
    basis, institutions
        As for :func:`justice_metrics.reduce.support.with_support`.
    endings : {"standing", "first"}
    dated : mapping of str to expression, optional
        Further days that the histories keep: calendar days of the milestones' columns, null for never.

    Raises
    ------
    QuestionError
        When there are no support spells, or a name is unknown.
    """
    who, reached = names(actors), names(milestones)
    known = supported(cases, who, needed, basis=basis, institutions=institutions)
    spells = spells_of(known, start=start, wanted=names(outcome), endings=endings)
    days: dict[str, nw.Expr] = {}
    for one in reached:
        if one in who:
            raise QuestionError(tr("'{name}' is an actor and cannot be a milestone too.", name=one))
        days[one] = cases.first_day(cases.resolve(one))
    return support_data_of(
        spells,
        actors=who,
        needed=needed,
        adjust=adjust,
        milestones=reached,
        strata=strata,
        cluster=cluster,
        dated={**days, **(dated or {})},
    )


def supported(
    cases: CaseData,
    actors: Sequence[str],
    needed: Needed,
    *,
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
) -> CaseData:
    """Return the cases with the first day of support by each actor; arguments as for :func:`support_data`."""
    _check(cases, actors, needed)
    chosen = {one: names(bases) for one, bases in (basis or {}).items()}
    ensure_spells(cases, actors, chosen, names(institutions))
    return cases.with_(milestones=with_support(cases, actors, basis=chosen, institutions=names(institutions)))


def support_data_of(
    spells: Durations,
    *,
    actors: Sequence[str],
    needed: Needed = "all",
    adjust: Names = (),
    milestones: Sequence[str] = (),
    strata: Names = (),
    cluster: str | None = None,
    dated: Mapping[str, nw.Expr] | None = None,
) -> SupportData:
    """Reduce times made of :func:`supported` cases; milestones are among the names of ``dated``.

    Parameters
    ----------
    spells : Durations
        From whatever start to whatever endings.
    actors, needed, adjust, milestones, strata, cluster, dated
        As for :func:`support_data`.
    """
    if cluster is None and spells.sampling.cluster:
        cluster = "cluster"
    begin = nw.col("time__begin")
    days = {one: _support_day(one) for one in actors}
    days |= {one: (day - begin).cast(nw.Int64) for one, day in (dated or {}).items()}
    terms = names(adjust)
    numeric = spells.numeric_attributes
    formula = read_formula(" + ".join(terms), known=tuple(spells.levels), numeric=numeric) if terms else None
    histories = histories_of(
        spells,
        days=days,
        covariates=formula.covariates if formula else (),
        categorical=formula.categorical if formula else frozenset(),
        strata=names(strata),
        cluster=cluster,
    )
    return SupportData(
        histories=histories,
        spells=spells,
        formula=formula,
        design=_design(formula, histories),
        actors=tuple(actors),
        needed=needed,
        milestones=tuple(milestones),
        cluster=cluster,
    )


def _design(formula: Formula | None, histories: Histories) -> Design:
    n = histories.pattern_units
    if formula is None:
        return Design(np.empty((len(n), 0), np.float64), (), ())
    return designs_of(formula, histories.covariates, n)[0]


def _support_day(actor: str) -> nw.Expr:
    day = (nw.col(f"support__{actor}") - nw.col("time__begin")).cast(nw.Int64)
    undated = nw.col(f"support__{actor}__undated") == 1
    return nw.when(undated).then(nw.lit(UNDATED)).otherwise(day)


def _check(cases: CaseData, actors: Sequence[str], needed: Needed) -> None:
    if cases.support is None:
        raise QuestionError(
            tr("These cases have no support spells."),
            tr("Name the file of support spells in the mapping's [support] section."),
        )
    if not actors:
        raise QuestionError(tr("No actor was named."), tr("There are: {actors}.", actors=", ".join(cases.actors)))
    ensure_actors(cases, actors)
    if needed not in ("all", "any") and not (isinstance(needed, int) and 1 <= needed <= len(actors)):
        raise QuestionError(
            tr(
                "'needed' is {given}; of {n} actors it can be all, any, or a number from 1 to {n}.",
                given=str(needed),
                n=len(actors),
            ),
        )
