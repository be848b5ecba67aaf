"""Conviction rates on each of their denominators, and how cases ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.language import Label, Language, Readable, format_number, format_share, tr
from ...base.levels import PENDING
from ...base.provenance import unit_words
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData, CountingUnit
from ...figures.dots import dots
from ...reduce.risk import classes
from ...reduce.strata import convicted, reached_or_passed
from ..declared import (
    FEW_UNITS,
    Share,
    ensure_level,
    few_units_note,
    levels_words,
    outcome_labels,
)
from ..recorded import ensure_mapped, silence_notes
from .rates_tables import rates_table, shares_table
from .shown_shares import Interval, Shares, method_words, share_notes, shares_of

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
        main = self.main
        strata = [one.name for one in main.columns if one.role == "stratum"]
        if not strata:
            return tuple(self._finding(row) for row in range(len(main)) if main["denominator"][row] > 0)
        said: list[Readable] = []
        for per, words in self.per_words.items():
            rows = np.flatnonzero((main["per"] == per) & (main["denominator"].astype(float) >= FEW_UNITS))
            if len(rows) < 2:
                said.append(
                    tr(
                        "Per {per}: fewer than two groups have {few} cases or more; no comparison.",
                        per=words,
                        few=FEW_UNITS,
                    )
                )
                continue
            order = rows[np.argsort(main["estimate"][rows].astype(float), kind="stable")]
            low, high = int(order[0]), int(order[-1])
            said.append(
                tr(
                    "Per {per}: from {low} ({group_low}, {n_low} of {of_low}) to {high} ({group_high}, {n_high} of "
                    "{of_high}), among groups of {few} cases or more.",
                    per=words,
                    low=Share(main["estimate"][low]),
                    group_low=levels_words([str(main[one][low]) for one in strata]),
                    n_low=round(float(main["numerator"][low])),
                    of_low=round(float(main["denominator"][low])),
                    high=Share(main["estimate"][high]),
                    group_high=levels_words([str(main[one][high]) for one in strata]),
                    n_high=round(float(main["numerator"][high])),
                    of_high=round(float(main["denominator"][high])),
                    few=FEW_UNITS,
                )
            )
        return tuple(said)

    def _finding(self, row: int) -> Readable:
        main = self.main
        per = str(main["per"][row])
        values = {
            "denominator": round(float(main["denominator"][row])),
            "numerator": round(float(main["numerator"][row])),
            "share": Share(main["estimate"][row], 2),
            "low": Share(main["conf_low"][row]),
            "high": Share(main["conf_high"][row]),
        }
        if per in UNITS:
            return tr(
                "Of {denominator} units counted as {unit}, {numerator} have a case that ended in conviction: {share} "
                "(interval {low} to {high}).",
                unit=unit_words(per),
                **values,
            )
        return tr(
            "Of {denominator} cases that reached {per}, {numerator} ended in conviction: {share} "
            "(interval {low} to {high}).",
            per=self.per_words[per],
            **values,
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the rates with their intervals, numerator and denominator beside each."""
        main = self.main
        strata = [one.name for one in main.columns if one.role == "stratum"]
        per = [self.per_words[str(one)].text(language) for one in main["per"]]
        _, rows = main.display(language)
        return dots(
            labels=per,
            groups=[" · ".join(row[: len(strata)]) for row in rows] if strata else None,
            estimate=main["estimate"].astype(float),
            conf_low=main["conf_low"].astype(float),
            conf_high=main["conf_high"].astype(float),
            annotations=[
                f"{format_number(float(one), language)} / {format_number(float(all_), language)}"
                for one, all_ in zip(main["numerator"], main["denominator"], strict=True)
            ],
            undefined_label=tr("not defined").text(language),
            x_label=tr("convicted, share of the cases that reached the stage").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


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
        main = self.main
        if any(one.role == "stratum" for one in main.columns):
            return ()
        return tuple(
            tr(
                "{outcome}: {n} of {all} cases ({share}){rest}.",
                outcome=self.outcome_words[str(main["outcome"][row])],
                n=round(float(main["numerator"][row])),
                all=round(float(main["denominator"][row])),
                share=Share(main["estimate"][row]),
                rest=Label("")
                if main["outcome"][row] == PENDING
                else tr("; {share} of those that ended", share=Share(main["share_of_ended"][row])),
            )
            for row in range(len(main))
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of each outcome among all cases."""
        main = self.main
        strata = [one.name for one in main.columns if one.role == "stratum"]
        _, rows = main.display(language)
        words = [self.outcome_words[str(one)].text(language) for one in main["outcome"]]
        groups = [" · ".join(row[: len(strata)]) for row in rows] if strata else None
        return dots(
            labels=words,
            groups=groups,
            estimate=main["estimate"].astype(float),
            conf_low=main["conf_low"].astype(float),
            conf_high=main["conf_high"].astype(float),
            annotations=[format_number(float(one), language) for one in main["numerator"]],
            undefined_label=tr("not defined").text(language),
            x_label=tr("share of all cases").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


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
        tables={"main": rates_table(found, denominators, words)},
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
            *few_units_note(first.strata, first.units),
            *_verdict_note(denominators),
            *silence_notes(cases, (outcome,)),
            *_unseen_notes(cases, tuple(one for one in denominators if one not in UNITS)),
        ),
        frame_library=cases.frame_library,
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
        tables={"main": shares_table(found, [list(flags).index(one) for one in kept], kept, words)},
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
            *few_units_note(found.strata, found.units),
            tr("Shares of those that ended favour quick endings while many cases are open."),
        ),
        frame_library=cases.frame_library,
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
    return shares_of(cases, shares, by=by, also=pending, interval=interval, confidence_level=level)


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
