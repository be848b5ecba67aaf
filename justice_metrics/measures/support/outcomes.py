"""What came of the cases that got so far, by support before it: conviction given a verdict, and the like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast

import narwhals.stable.v2 as nw
import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, format_share, tr
from ...base.provenance import LeftOut
from ...base.result import Definition, Result, context_of
from ...base.types import Flags, Names, names
from ...cases.casedata import CaseData
from ...figures.dots import dots
from ...reduce.histories import NEVER, UNDATED, Needed
from ...reduce.strata import convicted
from ..declared import ensure_level, outcome_labels, sampling_notes, spells_of
from ..formula_words import FormulaWords
from .data import SupportData, support_data_of, supported
from .enough import missing_notes
from .outcome_guards import cells_behind, reached_set, with_guards
from .outcome_words import (
    conditional_said,
    counts_said,
    difference_said,
    few_note,
    heading_of,
    pending_note,
    question_of,
    shown_difference,
    time_said,
)
from .point_figures import axis_number, likeness_drawn, overlap_drawn, ratios_drawn
from .point_tables import (
    arms_table,
    balance_table,
    differences_table,
    overlap_table,
    ratios_table,
)
from .points import (
    ESTIMATOR_WORDS,
    Compared,
    Likeness,
    compared,
    doubts,
    likeness,
    point_cells,
)
from .strategies import actor_set

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Whether a case came to the outcome, kept beside the days: day 0 says that it did.
_HELD: Final = "outcome__held"
_PENDING: Final = "outcome__pending"


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportOutcomes(Result):
    """Outcome of the cases that reached a stage, with support complete before it and without.

    Tables
    ------
    main
        One row per estimator: share with the outcome had all cases been supported before, had none been, difference.
    ratios
        Risk ratio and odds ratio of the same shares.
    arms
        Cases, outcomes, effective numbers, weights and probabilities of support of both groups.
    balance
        Means of what was adjusted for in both groups, before weighting and after it.
    overlap
        How the probabilities of support are spread.
    """

    question: ClassVar[str] = "support_outcomes"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {
            "ratios": tr("Ratios of the same shares"),
            "balance": tr("Likeness of both groups, before weighting and after it"),
            "overlap": tr("Overlap of both groups"),
        }
    )

    answer: Compared
    alike: Likeness | None
    support_words: Readable
    reached_words: Readable
    outcome_words: Readable
    supported_by: int | None  # None: by the day on which the stage was reached
    adjust: tuple[str, ...]
    level: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.alike is None:  # without a model of support there is nothing to see of it
            object.__setattr__(self, "views", MappingProxyType({"ratios": self.views["ratios"]}))

    def findings(self) -> tuple[Readable, ...]:
        """Return the counts, the difference with its interval, and of which cases alone it speaks."""
        units, came = self.answer.units, self.answer.with_outcome
        counts = counts_said(units, came, self.support_words, self.reached_words, self.outcome_words, self.supported_by)
        told = difference_said(self.answer, alike=self.alike is not None, adjust=self.adjust, level=self.level)
        days = self.tables["arms"]["median_days"]
        timed = (time_said(days, self.reached_words),) if self.supported_by is None and np.isfinite(days).all() else ()
        return (counts, *told, *timed, conditional_said(self.reached_words, self.outcome_words))

    def headline(self) -> Readable | None:
        """Return the difference with its interval, and of which cases alone it speaks: no count without both."""
        told = difference_said(self.answer, alike=self.alike is not None, adjust=self.adjust, level=self.level)
        conditional = conditional_said(self.reached_words, self.outcome_words)
        return tr("{sentence} {reading}", sentence=told[0], reading=conditional)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the difference by each way of making the groups alike."""
        return self.plot_of(self, ax, language=language)

    def context(self) -> Mapping[str, object]:
        """Return what sentences and drawings name: the stage, the outcome, what was adjusted for."""
        adjust = tuple(FormulaWords(one) for one in self.adjust) if self.alike is not None else ()
        return {
            "reached": self.reached_words,
            "outcome": self.outcome_words,
            "adjust": adjust,
            "best": self.answer.best,
            "level": self.level,
        }

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the difference with its interval, and of which cases alone it speaks."""
        context = context_of(shown)
        told = shown_difference(shown.main, context)
        reached, outcome = cast(Readable, context["reached"]), cast(Readable, context["outcome"])
        return (*told, conditional_said(reached, outcome)) if told else ()

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the difference by each way of making the groups alike."""
        main, reached = shown.main, cast(Readable, context_of(shown)["reached"])
        return dots(
            labels=[ESTIMATOR_WORDS[str(one)].text(language) for one in main["estimator"]],
            estimate=main["estimate"] * 100,
            conf_low=main["conf_low"] * 100,
            conf_high=main["conf_high"] * 100,
            annotations=[
                f"{format_share(one, language, decimals=0)} / {format_share(other, language, decimals=0)}"
                for one, other in zip(main["share_supported"], main["share_not"], strict=True)
            ],
            annotation_label=tr("supported / not").text(language),
            reference=0.0,
            percent=False,
            number=lambda one: axis_number(one, language, decimals=1),
            undefined_label=tr("not defined").text(language),
            x_label=tr("difference in percentage points, among cases that reached: {reached}", reached=reached).text(
                language
            ),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the ratios, the likeness of both groups, or the overlap of their probabilities of support."""
        if view == "ratios" or self.alike is None:
            return ratios_drawn(self.tables["ratios"], ax, language)
        draw = likeness_drawn if view == "balance" else overlap_drawn
        return draw(self.alike, ax, language)


def support_outcomes(
    cases: CaseData,
    *,
    actors: Names,
    needed: Needed = "all",
    among: str = "verdict",
    outcome: str = "conviction",
    supported_by: Literal["among"] | int = "among",
    start: str = "complaint",
    adjust: Names = (),
    cluster: str | None = None,
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
    truncate: float | None = None,
    confidence_level: float = 0.95,
) -> SupportOutcomes:
    """Compare an outcome between cases that reached a stage with support complete before it and those without.

    By default: conviction given a verdict. The answer is conditional on having come so far. Support may also decide
    which cases do, so it is not the effect of support on the outcome; that is what :func:`support_effect` asks.

    Parameters
    ----------
    cases : CaseData
        With dated support spells.
    actors : str or tuple of str
        The actors who together make a case "supported". Nobody knows which three the 2018 study meant.
    needed : {"all", "any"} or int
        How many of them.
    among : str
        Stage, role or endpoint that cases must have reached, on a known day.
    outcome : str
        What is compared; a conviction that was set aside is none. Cases without it so far count as without it.
    supported_by : {"among"} or int
        Support must have been complete before the day on which ``among`` was reached. The longer that takes, the
        likelier a case has met its supporters by then. With a number, support is read on that day since the start,
        among cases that reached ``among`` after it; the others are left out and counted.
    start : str
        Stage or role from whose first day days are counted.
    adjust : str or tuple of str
        What cases are made alike in: attributes known at the start, or terms such as ``bs(age_at_fact, df=3)``.
    cluster : str, optional
        Attribute whose groups (courts) are alike inside; that of the sampling design by default.
    basis : mapping of str to str or tuple of str, optional
        Which bases of a spell count for an actor, such as ``{"prosecutor": "hearing"}``.
    institutions : str or tuple of str
        Spells of these institutions only.
    truncate : float, optional
        Quantile, such as 0.99, at which stabilised weights are cut.
    confidence_level : float

    Returns
    -------
    SupportOutcomes
        Tables ``main``, ``ratios``, ``arms``, and with ``adjust`` also ``balance`` and ``overlap``.

    Raises
    ------
    QuestionError
        When there are no support spells, a word names nothing, or no case reached ``among``.

    Notes
    -----
    Logistic models of the outcome and of support; standardised shares, inverse probability weighting that adds up to
    each group (Hájek), and both together. Errors are those of all equations solved together, over clusters where there
    are any (times C / (C - 1), Student's limits with C - 1 degrees of freedom).

    References
    ----------
    .. [1] Bang, H. and Robins, J. M. (2005). Doubly robust estimation in missing data and causal inference models.
       Biometrics, 61, 962-973.
    .. [2] Hernán, M. A. and Robins, J. M. (2020). Causal Inference: What If, chapters 12 and 13.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.support_outcomes(jm.sample_cases(), actors="lawyer", adjust=("offence",))
    >>> [str(one) for one in answer.main["estimator"]]
    ['as_they_are', 'standardised', 'weighted', 'doubly_robust']
    """
    who, terms = names(actors), names(adjust)
    ensure_level(confidence_level)
    _ensure_settings(supported_by, truncate)
    known = supported(cases, who, needed, basis=basis, institutions=institutions)
    spells = spells_of(known, start=start, wanted=(among,))
    begin = cases.first_day(cases.resolve(start))
    came = _came_to(cases, outcome)
    data = support_data_of(
        spells,
        actors=who,
        needed=needed,
        adjust=terms,
        cluster=cluster,
        dated={
            _HELD: nw.when(came).then(begin),
            _PENDING: nw.when(nw.col("outcome").is_null() & ~came).then(begin),
        },
    )
    reached = data.where(data.histories.code == 1)
    after = reached if isinstance(supported_by, str) else reached.where(reached.histories.exit > supported_by)
    kept = after.dated()
    words = outcome_labels(cases, (among, outcome))
    if not kept.histories.units:
        raise QuestionError(
            tr("No case reached: {reached}, on a known day that can be used.", reached=words[among]),
            tr("Choose another stage or an earlier day, or look at the dates: justice-metrics check."),
        )
    held = kept.histories.days[_HELD] != NEVER
    cells = point_cells(kept, _exposed(kept, supported_by), held.astype(np.float64))
    answer = compared(cells, kept.design.matrix, truncate=truncate, level=confidence_level)
    alike = likeness(answer, kept)
    pending = int(kept.histories.n[kept.histories.days[_PENDING] != NEVER].sum())
    fixed = reached_set(cases.provenance, who, needed, among, supported_by, str(spells.start_words))
    counts = cells_behind(kept, answer, fixed, outcome)
    tables = {
        "main": differences_table(answer, confidence_level, tr("Difference between both groups")),
        "ratios": ratios_table(answer),
        "arms": arms_table(
            answer, alike, kept.histories.exit, tr("median days until: {reached}", reached=words[among])
        ),
    }
    if alike is not None:
        tables |= {"balance": balance_table(alike), "overlap": overlap_table(alike)}
    tables = with_guards(tables, counts)
    support = actor_set(who, needed)
    return SupportOutcomes(
        heading=heading_of(words[among], words[outcome], supported_by),
        tables=tables,
        definition=Definition(
            answers=question_of(support, words[among], words[outcome], supported_by),
            numerator=tr("cases with the outcome: {outcome}", outcome=words[outcome]),
            denominator=tr("cases that reached {reached} on a known day, by support before it", reached=words[among]),
            basis="cohort",
            pending=tr("counted as without the outcome so far; cases that have not reached the stage are not in it"),
            method=tr(
                "Logistic models of outcome and support: standardisation, inverse probability weighting, and both "
                "together (Bang and Robins 2005); errors of all equations together, by cluster where there is one."
            ),
        ),
        provenance=cases.provenance.add(
            "support_outcomes",
            actors=who,
            needed=needed,
            among=among,
            outcome=outcome,
            supported_by=supported_by,
            start=start,
            adjust=terms,
            cluster=data.cluster,
            truncate=truncate,
            confidence_level=confidence_level,
        ).leave_out(
            *after.left_out(),
            *_left_out(tr("did not reach: {reached}", reached=words[among]), data, reached),
            *_left_out(tr("reached it by the day on which support is read"), reached, after),
        ),
        notes=(
            tr(
                "Conditional on having reached {reached}: no answer about cases that were lost before, and not the "
                "effect of support. For that ask support_effect.",
                reached=words[among],
            ),
            *few_note(answer),
            *doubts(answer, alike, cluster=data.cluster, truncate=truncate),
            *pending_note(pending),
            *missing_notes(kept.histories),
            *sampling_notes(cases, design_used=True),
        ),
        frame_library=cases.frame_library,
        answer=answer,
        alike=alike,
        support_words=support,
        reached_words=words[among],
        outcome_words=words[outcome],
        supported_by=None if isinstance(supported_by, str) else supported_by,
        adjust=terms,
        level=confidence_level,
    )


def _ensure_settings(supported_by: Literal["among"] | int, truncate: float | None) -> None:
    whole = isinstance(supported_by, int) and not isinstance(supported_by, bool) and supported_by >= 0
    if supported_by != "among" and not whole:
        raise QuestionError(
            tr("Support can be complete by 'among' or by a number of days, not by '{given}'.", given=supported_by),
            tr("Write a whole number of days from 0 on, such as supported_by=90."),
        )
    if truncate is not None and not 0.5 <= truncate < 1:
        raise QuestionError(
            tr("Weights cannot be cut at the quantile {given}.", given=truncate), tr("Write for instance 0.99.")
        )


def _came_to(cases: CaseData, outcome: str) -> nw.Expr:
    """Return whether a case came to the outcome: a verdict that holds, another ending as it stands, or a stage."""
    states = cases.resolve(outcome)
    if not set(states) <= set(cases.procedure.outcomes):
        return cases.reached(states)
    if set(states) <= set(cases.procedure.verdicts):
        return convicted(cases, states)
    return cases.stands(states)


def _exposed(data: SupportData, supported_by: Literal["among"] | int) -> Flags:
    """Return which cells had support complete before the day on which they reached the stage, or by a fixed day."""
    since = data.start()
    told = (since != NEVER) & (since != UNDATED)
    before = since < data.histories.exit if isinstance(supported_by, str) else since <= supported_by
    return np.asarray(told & before)


def _left_out(reason: Readable, before: SupportData, after: SupportData) -> tuple[LeftOut, ...]:
    """Return how many cases one step of the choice of cases left out, if any."""
    n = before.histories.units - after.histories.units
    return (LeftOut(reason, n),) if n else ()
