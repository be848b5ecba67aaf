"""Conviction rates on each of their denominators, and how cases ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.language import Label, Language, Readable, tr
from ...base.levels import PENDING
from ...base.provenance import unit_words
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names
from ...cases.casedata import CaseData, CountingUnit
from ...reduce.risk import classes
from ...reduce.strata import convicted, reached_or_passed
from ..boxes import (
    Restrictions,
    convicted_restrictions,
    ended_among,
    ending_levels,
    reached_restrictions,
    together,
)
from ..declared import FEW_UNITS, Share, ensure_level, few_units_note, outcome_labels
from ..recorded import ensure_mapped, silence_notes
from ..shown import (
    among_shown,
    draw_shares,
    group_of,
    hidden,
    known,
    limits_words,
    lowest_and_highest,
    numbers,
    of_words,
    strata_of,
    whole,
    words_of,
    written,
)
from .rates_tables import RateCells, rates_table, shares_table
from .shown_shares import Interval, Shares, limits_of, method_words, share_notes, shares_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Denominators that are units, not stages: the links of the mapping tell which cases belong to one of them.
UNITS: Final[tuple[CountingUnit, ...]] = ("case", "victim", "accused")


@dataclass(frozen=True, eq=False, kw_only=True)
class ConvictionRates(Result):
    """Share of cases convicted, side by side on several denominators.

    Tables
    ------
    main
        One row per stratum and denominator: ``per, numerator, denominator, pending, estimate, conf_low, conf_high``.
    """

    question: ClassVar[str] = "conviction_rates"

    per_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return each rate with its numbers; by groups, the lowest and the highest per denominator."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say each rate with its numbers, and nothing of a hidden one."""
        main = shown.main
        if not strata_of(main):
            return tuple(one for row in range(len(main)) if (one := _rate_words(main, row)) is not None)
        denominators = list(main.labels["per"])
        return tuple(one for per in denominators if (one := _range_words(main, per)) is not None)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the rates with their intervals, numerator and denominator beside each."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the rates that are shown; a hidden one says so."""
        return draw_shares(
            shown.main,
            "per",
            tr("convicted, share of the cases that reached the stage"),
            of_words(shown.main, "numerator", "denominator", language),
            ax=ax,
            language=language,
        )


def _rate_words(main: Table, row: int) -> Readable | None:
    share, low, high, n, all_ = (
        numbers(main, one)[row] for one in ("estimate", "conf_low", "conf_high", "numerator", "denominator")
    )
    if not known(n, all_) or all_ == 0:
        return None
    per = str(main["per"][row])
    values = {
        "denominator": whole(all_),
        "numerator": whole(n),
        "share": Share(share, 2),
        "limits": limits_words(low, high),
    }
    if per in UNITS:
        return tr(
            "Of {denominator} units counted as {unit}, {numerator} have a case that ended in conviction: {share}"
            "{limits}.",
            unit=unit_words(per),
            **values,
        )
    return tr(
        "Of {denominator} cases that reached {per}, {numerator} ended in conviction: {share}{limits}.",
        per=words_of(main, "per", per),
        **values,
    )


def _range_words(main: Table, per: str) -> Readable | None:
    """Say the lowest and the highest rate of groups that are large enough, per one denominator."""
    share, n, of = (numbers(main, one) for one in ("estimate", "numerator", "denominator"))
    there = np.array([one == per for one in main["per"].tolist()])
    some_hidden = bool((hidden(main, "estimate") & there).any())
    found = lowest_and_highest(share, there & (of >= FEW_UNITS))
    if found is None:
        few = tr(
            "Per {per}: fewer than two groups have {few} cases or more; no comparison.",
            per=words_of(main, "per", per),
            few=FEW_UNITS,
        )
        return None if some_hidden else few
    low, high = found
    compared = tr(
        "Per {per}: from {low} ({group_low}, {n_low} of {of_low}) to {high} ({group_high}, {n_high} of "
        "{of_high}), among groups of {few} cases or more.",
        per=words_of(main, "per", per),
        low=Share(share[low]),
        group_low=group_of(main, low),
        n_low=whole(n[low]),
        of_low=whole(of[low]),
        high=Share(share[high]),
        group_high=group_of(main, high),
        n_high=whole(n[high]),
        of_high=whole(of[high]),
        few=FEW_UNITS,
    )
    return among_shown(compared, some_hidden=some_hidden)


@dataclass(frozen=True, eq=False, kw_only=True)
class OutcomeShares(Result):
    """How cases stand at the cut-off: each way of ending, and pending.

    Tables
    ------
    main
        One row per stratum and outcome: ``numerator``; ``denominator`` all cases, ``estimate`` with Wilson limits;
        ``ended`` the cases that had ended, ``share_of_ended`` the share among them.
    """

    question: ClassVar[str] = "outcome_shares"

    outcome_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of each outcome among all cases and among those that ended."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the share of each outcome that is shown; nothing by groups."""
        main = shown.main
        if strata_of(main):
            return ()
        said: list[Readable] = []
        for row in range(len(main)):
            n, all_, share, rest = (
                numbers(main, one)[row] for one in ("numerator", "denominator", "estimate", "share_of_ended")
            )
            if not known(n, all_):
                continue
            of_ended = known(rest) or not hidden(main, "share_of_ended")[row]
            said.append(
                tr(
                    "{outcome}: {n} of {all} cases ({share}){rest}.",
                    outcome=words_of(main, "outcome", main["outcome"][row]),
                    n=whole(n),
                    all=whole(all_),
                    share=Share(share),
                    rest=tr("; {share} of those that ended", share=Share(rest))
                    if of_ended and main["outcome"][row] != PENDING
                    else Label(""),
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of each outcome among all cases."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares that are shown; a hidden one says so."""
        beside = written(shown.main, "numerator", language)
        return draw_shares(shown.main, "outcome", tr("share of all cases"), beside, ax=ax, language=language)


def conviction_rates(
    cases: CaseData,
    *,
    per: Names = ("complaint", "charge", "prosecution", "verdict"),
    by: Names = (),
    outcome: str = "conviction",
    principal: Names = ("conviction", "pending"),
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
) -> ConvictionRates:
    """Share of cases that ended in conviction, among cases that reached each of ``per``.

    Every denominator is a rate of its own with its own label; none is "the" conviction rate. The same cases are
    followed (cohort); cases still open count in the denominator as not convicted so far.

    Parameters
    ----------
    cases : CaseData
    per : str or tuple of str
        Denominators: stage ids or roles (complaint, charge, prosecution, trial, verdict, final_verdict), or units
        (case, victim, accused) that the mapping links the cases to.
    by : str or tuple of str
        Attributes that split the cases.
    outcome : str
        What counts as a conviction: ``conviction`` (first or final, unless it was set aside), or the id of a state
        such as ``final_conviction``.
    principal : str or tuple of str
        Per another unit: which ending stands for a unit whose cases ended differently (outcome classes and
        ``pending``, most telling first).
    interval : {"wilson", "clopper_pearson", "jeffreys"}
        For independent cases; with weights or clusters in the sampling, the design gives the interval.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    ConvictionRates

    Raises
    ------
    ProcedureError, QuestionError
        When a word names nothing.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
       American Statistical Association, 22, 209-212.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> rates = jm.conviction_rates(jm.sample_cases(), per=("complaint", "verdict"))
    >>> [str(one) for one in rates.main["per"]]
    ['complaint', 'verdict']
    """
    by, denominators = names(by), names(per)
    ensure_level(confidence_level)
    ensure_mapped(cases, (outcome,))
    found = [
        (asked, _rates_of(counted, asked, by=by, outcome=outcome, interval=interval, level=confidence_level))
        for counted, asked in _by_unit(cases, denominators, names(principal))
    ]
    words = {one: _per_words(cases, one) for one in denominators}
    first = found[0][1]
    return ConvictionRates(
        heading=tr("Conviction rates, each on its denominator"),
        tables={
            "main": rates_table(
                found,
                denominators,
                words,
                _rate_cells(cases, found, outcome),
                limits_of(cases, interval, confidence_level),
            )
        },
        definition=Definition(
            answers=tr("Of the cases that reached a stage, how many ended in conviction?"),
            numerator=tr("cases that ended in: {outcome}", outcome=cases.procedure.label(outcome)),
            denominator=tr(
                "cases that reached the stage that each rate names; the rates are not comparable with one another"
            ),
            basis="cohort",
            pending=tr("in the denominator, as not convicted so far; their number stands beside each rate"),
            method=method_words(cases, interval),
        ),
        provenance=cases.provenance.add(
            "conviction_rates",
            per=denominators,
            by=by,
            outcome=outcome,
            principal=names(principal),
            interval=interval,
            confidence_level=confidence_level,
        ),
        notes=(
            *share_notes(cases, first),
            *few_units_note(first.strata, first.behind[:, 0]),
            *_verdict_note(denominators),
            *silence_notes(cases, (outcome,)),
            *_unseen_notes(cases, tuple(one for one in denominators if one not in UNITS)),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        per_words=words,
    )


def outcome_shares(
    cases: CaseData, *, by: Names = (), interval: Interval = "wilson", confidence_level: float = 0.95
) -> OutcomeShares:
    """How cases stand at the cut-off: share of each way of ending among all cases, and among those that ended.

    Parameters
    ----------
    cases : CaseData
    by : str or tuple of str
        Attributes that split the cases.
    interval : {"wilson", "clopper_pearson", "jeffreys"}
        For independent cases; with weights or clusters in the sampling, the design gives the interval.
    confidence_level : float
        Level of the intervals, for the shares among all cases.

    Returns
    -------
    OutcomeShares

    Raises
    ------
    QuestionError
        When ``by`` names no attribute.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
       American Statistical Association, 22, 209-212.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> shares = jm.outcome_shares(jm.sample_cases())
    >>> round(float(shares.main["estimate"].sum()), 6)
    1.0
    """
    by = names(by)
    ensure_level(confidence_level)
    flags = {name: cases.stands(states) for name, states in classes(cases).items()}
    flags[PENDING] = nw.col("outcome").is_null()
    every = nw.lit(value=True)
    found = shares_of(
        cases,
        {name: (flag, every) for name, flag in flags.items()},
        by=by,
        interval=interval,
        confidence_level=confidence_level,
    )
    kept = [one for place, one in enumerate(flags) if found.numerator[:, place].any() or one == PENDING]
    words = outcome_labels(cases, kept)
    return OutcomeShares(
        heading=tr("How cases stand at the cut-off"),
        tables={
            "main": shares_table(
                found,
                [list(flags).index(one) for one in kept],
                kept,
                words,
                ending_levels(cases),
                limits_of(cases, interval, confidence_level),
            )
        },
        definition=Definition(
            answers=tr("How had the cases ended by the cut-off, and how many were pending?"),
            numerator=tr("cases that stood so at the cut-off"),
            denominator=tr("all cases in the data; beside it, those that had ended"),
            basis="snapshot",
            pending=tr("a level of their own; left out of the shares of those that ended"),
            method=method_words(cases, interval),
        ),
        provenance=cases.provenance.add("outcome_shares", by=by, interval=interval, confidence_level=confidence_level),
        notes=(
            *share_notes(cases, found),
            *few_units_note(found.strata, found.behind[:, 0]),
            tr("Shares of those that ended favour quick endings while many cases are open."),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        outcome_words=words,
    )


def _by_unit(
    cases: CaseData, per: tuple[str, ...], principal: tuple[str, ...]
) -> list[tuple[CaseData, tuple[str, ...]]]:
    """Return the cases with the denominators that are stages, and other units with those that are units."""
    stages = tuple(one for one in per if one not in UNITS)
    units = [
        (cases if one == cases.unit else cases.to_unit(one, principal=principal), (one,)) for one in UNITS if one in per
    ]
    return [*([(cases, stages)] if stages else []), *units]


def _per_words(cases: CaseData, word: str) -> Readable:
    if word in UNITS:
        return tr("{unit}, as the unit counted", unit=unit_words(word))
    return cases.procedure.label(word)


def _rates_of(
    cases: CaseData, per: tuple[str, ...], *, by: tuple[str, ...], outcome: str, interval: Interval, level: float
) -> Shares:
    is_convicted = convicted(cases, cases.resolve(outcome))
    shares, pending = {}, {}
    for word in per:
        reached = nw.lit(value=True) if word in UNITS else reached_or_passed(cases, word)
        shares[word] = (reached & is_convicted, reached)
        # Convicted and under appeal is convicted so far: numerator and pending have no case in common.
        pending[word] = reached & nw.col("outcome").is_null() & ~is_convicted
    pending |= {"convicted": is_convicted, "standing": cases.stands(cases.resolve(outcome))}
    return shares_of(cases, shares, by=by, also=pending, interval=interval, confidence_level=level)


def _rate_cells(cases: CaseData, found: list[tuple[tuple[str, ...], Shares]], outcome: str) -> dict[str, RateCells]:
    """Return which units the rates count, per denominator."""
    states = cases.resolve(outcome)
    cells: dict[str, RateCells] = {}
    for asked, one in found:
        standing = bool(np.allclose(one.also["convicted"], one.also["standing"]))
        were = convicted_restrictions(cases, outcome, states, standing=standing)
        waiting: Restrictions = {"ending": (PENDING,)}
        if not standing:
            waiting = {**waiting, f"convicted:{outcome}": ("no",)}
        for word in asked:
            if word in UNITS:
                unit: Restrictions = {} if word == cases.unit else {"unit": (word,)}
                cells[word] = RateCells(together(unit, were), unit, together(unit, waiting))
                continue
            reached = reached_restrictions(cases, word)
            cells[word] = RateCells(ended_among(cases, states, were, word), reached, together(reached, waiting))
    return cells


def _unseen_notes(cases: CaseData, per: tuple[str, ...]) -> list[Readable]:
    """Say of which stages the data know nothing, so that no rate per them is defined."""
    known = {*cases.dated_states, *cases.seen_states, *cases.dated_roles, *cases.procedure.outcomes}
    unseen = [one for one in per if one not in known and not known.intersection(cases.resolve(one))]
    return [
        tr("The data say nothing of: {stage}; no rate per it can be given.", stage=cases.procedure.label(one))
        for one in unseen
    ]


def _verdict_note(per: tuple[str, ...]) -> tuple[Readable, ...]:
    if "verdict" not in per and "final_verdict" not in per:
        return ()
    return (
        tr(
            "The rate per verdict is conditional on a verdict: most complaints never reach one, and it "
            "says nothing of them."
        ),
    )
