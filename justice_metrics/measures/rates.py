"""Conviction rates on each of their denominators, and how cases ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from ..base.language import Label, Language, Readable, format_number, format_share, tr
from ..base.levels import PENDING
from ..base.result import Column, Definition, Result, Table
from ..base.types import Names, Tallies, names
from ..cases.casedata import CaseData
from ..estimate.proportion import wilson
from ..figures.dots import dots
from ..reduce.strata import convicted, flag_counts, outcome_counts, reached_or_passed
from ..tables import StratumTable
from .declared import (
    FEW_UNITS,
    Share,
    ensure_level,
    few_units_note,
    interval_columns,
    levels_words,
    outcome_labels,
    sampling_notes,
    shown_limits,
    strata_columns,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
            return tuple(
                tr(
                    "Of {denominator} cases that reached {per}, {numerator} ended in conviction: {share} "
                    "(interval {low} to {high}).",
                    denominator=round(float(main["denominator"][row])),
                    per=self.per_words[str(main["per"][row])],
                    numerator=round(float(main["numerator"][row])),
                    share=Share(main["estimate"][row], 2),
                    low=Share(main["conf_low"][row]),
                    high=Share(main["conf_high"][row]),
                )
                for row in range(len(main))
                if main["denominator"][row] > 0
            )
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
    confidence_level: float = 0.95,
) -> ConvictionRates:
    """Share of cases that ended in conviction, among cases that reached each of ``per``.

    Every denominator is a rate of its own with its own label; none is "the" conviction rate. The same cases are
    followed (cohort); cases still open count in the denominator as not convicted so far.

    Parameters
    ----------
    cases : CaseData
    per : str or tuple of str
        Denominators: stage ids or roles (complaint, charge, prosecution, trial, verdict, final_verdict).
    by : str or tuple of str
        Attributes that split the cases.
    outcome : str
        What counts as a conviction: ``conviction`` (first or final, unless it was set aside), or the id of a state
        such as ``final_conviction``.
    confidence_level : float
        Level of the Wilson score intervals.

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
    is_convicted = convicted(cases, cases.resolve(outcome))
    flags: dict[str, nw.Expr] = {}
    for word in denominators:
        reached = reached_or_passed(cases, word)
        flags[f"reached {word}"] = reached
        flags[f"convicted {word}"] = reached & is_convicted
        # Convicted and under appeal is convicted so far: numerator and pending have no case in common.
        flags[f"pending {word}"] = reached & nw.col("outcome").is_null() & ~is_convicted
    table = flag_counts(cases, flags, by=by)
    words = {one: cases.procedure.label(one) for one in denominators}
    return ConvictionRates(
        heading=tr("Conviction rates, each on its denominator"),
        tables={"main": _rates_table(table, denominators, words, confidence_level, weighted=cases.sampling.weighted)},
        definition=Definition(
            answers=tr("Of the cases that reached a stage, how many ended in conviction?"),
            numerator=tr("cases that ended in: {outcome}", outcome=cases.procedure.label(outcome)),
            denominator=tr(
                "cases that reached the stage that each rate names; the rates are not comparable with one another"
            ),
            basis="cohort",
            pending=tr("in the denominator, as not convicted so far; their number stands beside each rate"),
            method=tr("Shares with Wilson score intervals (Wilson 1927)."),
        ),
        provenance=cases.provenance.add(
            "conviction_rates", per=denominators, by=by, outcome=outcome, confidence_level=confidence_level
        ),
        notes=(
            *sampling_notes(cases),
            *few_units_note(table.strata, table.count("units")),
            *_verdict_note(denominators),
            *_unseen_notes(cases, denominators),
        ),
        frame_library=cases.frame_library,
        per_words=words,
    )


def outcome_shares(cases: CaseData, *, by: Names = (), confidence_level: float = 0.95) -> OutcomeShares:
    """How cases stand at the cut-off: share of each way of ending among all cases, and among those that ended.

    Parameters
    ----------
    cases : CaseData
    by : str or tuple of str
        Attributes that split the cases.
    confidence_level : float
        Level of the Wilson score intervals, for the shares among all cases.

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
    table = outcome_counts(cases, by=by)
    kept = [one for one in table.cells[1:] if table.count(one).any() or one == PENDING]
    words = outcome_labels(cases, kept)
    return OutcomeShares(
        heading=tr("How cases stand at the cut-off"),
        tables={"main": _shares_table(table, kept, words, confidence_level, weighted=cases.sampling.weighted)},
        definition=Definition(
            answers=tr("How had the cases ended by the cut-off, and how many were pending?"),
            numerator=tr("cases that stood so at the cut-off"),
            denominator=tr("all cases in the data; beside it, those that had ended"),
            basis="snapshot",
            pending=tr("a level of their own; left out of the shares of those that ended"),
            method=tr("Shares with Wilson score intervals (Wilson 1927)."),
        ),
        provenance=cases.provenance.add("outcome_shares", by=by, confidence_level=confidence_level),
        notes=(
            *sampling_notes(cases),
            *few_units_note(table.strata, table.count("units")),
            tr("Shares of those that ended favour quick endings while many cases are open."),
        ),
        frame_library=cases.frame_library,
        outcome_words=words,
    )


def _rates_table(
    table: StratumTable, per: tuple[str, ...], words: Mapping[str, Readable], level: float, *, weighted: bool
) -> Table:
    g, p = len(table.strata), len(per)

    def pick(what: str) -> Tallies:
        return np.stack([table.count(f"{what} {one}") for one in per], axis=1).ravel()

    numerator, denominator = pick("convicted"), pick("reached")
    share = wilson(numerator, denominator, level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    columns = (
        *strata_columns(table.strata.names),
        Column("per", tr("per"), "text", "key", "key"),
        Column("numerator", tr("convicted"), "units", "count", "count"),
        Column("denominator", tr("reached it"), "units", "count", "count"),
        Column("pending", tr("of them pending"), "units", "count", "count"),
        *interval_columns(decimals=2),
    )
    values = {
        **table.strata.columns(p),
        "per": list(per) * g,
        "numerator": numerator,
        "denominator": denominator,
        "pending": pick("pending"),
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
    }
    return Table(columns, values, labels={"per": words}, title=tr("Conviction rates"))


def _shares_table(
    table: StratumTable, kept: list[str], words: Mapping[str, Readable], level: float, *, weighted: bool
) -> Table:
    g, k = len(table.strata), len(kept)
    counts = np.stack([table.count(one) for one in kept], axis=1)
    total = np.repeat(table.count("units"), k)
    ended = table.count("units") - table.count(PENDING)
    share = wilson(counts.ravel(), total, level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_ended = counts / ended[:, None]
    of_ended[:, kept.index(PENDING)] = np.nan
    columns = (
        *strata_columns(table.strata.names),
        Column("outcome", tr("outcome"), "text", "key", "key"),
        Column("numerator", tr("cases"), "units", "count", "count"),
        Column("denominator", tr("of all"), "units", "count", "count"),
        *interval_columns(),
        Column("ended", tr("ended in any way"), "units", "count", "count"),
        Column("share_of_ended", tr("share of those that ended"), "share", "estimate", "share", 2),
    )
    values = {
        **table.strata.columns(k),
        "outcome": kept * g,
        "numerator": counts.ravel(),
        "denominator": total,
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
        "ended": np.repeat(ended, k),
        "share_of_ended": of_ended.ravel(),
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("Outcomes and pending cases"))


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
