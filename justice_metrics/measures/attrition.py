"""Attrition: how far cases come, where and why they are lost, and how many are still on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.language import Language, Readable, format_number, format_share, tr
from ..base.levels import PENDING
from ..base.result import Definition, Result
from ..base.table import Column, Table
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..estimate.proportion import wilson
from ..figures.funnel import funnel
from ..figures.stage_flow import stage_flow
from ..reduce.stages import funnel_steps, stage_counts, stage_counts_at_ages
from ..tables import StageCounts
from .declared import (
    FEW_UNITS,
    Share,
    ensure_level,
    few_units_note,
    group_words,
    interval_columns,
    left_out_of,
    levels_words,
    outcome_labels,
    sampling_notes,
    shown_limits,
    strata_columns,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Endings that are not a loss: the court decided.
DECIDED: Final = frozenset({"conviction", "acquittal"})
_DAYS_A_MONTH: Final = 365.25 / 12


@dataclass(frozen=True, eq=False, kw_only=True)
class Attrition(Result):
    """How far cases come through the procedure.

    Tables
    ------
    main
        One row per stratum and step: ``stage, reached, recorded, lost, pending, denominator``; ``estimate`` is the
        share of
        all units that reached the step, with Wilson limits; ``stage_share`` the share lost at the step among those that
        reached it, ``cumulative_share`` the share of all that did not reach it.
    reasons
        One row per stratum, step and way of ending: ``n``, share of those that reached the step, share of all.
    ages
        One row per stratum, age and step: share that reached the step by that age, among units old enough.
    """

    question: ClassVar[str] = "attrition"

    counts: StageCounts
    step_words: Mapping[str, Readable]
    ending_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return the shares reached, the step that loses most, the pending, for all units together."""
        totals = self.counts.furthest.sum(axis=0)
        total, last = float(totals.sum()), len(self.counts.steps) - 1
        reached = totals.sum(axis=1)[::-1].cumsum()[::-1]
        parts = [
            tr(
                "{n} ({share}) reached {step}",
                n=round(float(reached[place])),
                share=Share(reached[place] / total, 2),
                step=self.step_words[self.counts.steps[place]],
            )
            for place in range(1, last + 1)
        ]
        shown = tr("Of {total} cases, {parts}.", total=round(total), parts=parts)
        lost = self._lost(totals)
        where = int(lost.argmax())
        said = {
            "step": self.step_words[self.counts.steps[where]],
            "n": round(float(lost[where])),
            "reached": round(float(reached[where])),
            "share": Share(lost[where] / reached[where]),
        }
        if lost.sum() == 0:
            worst = tr("No case was lost.")
        elif where == last:
            worst = tr(
                "The largest loss was after the last step, {step}: {n} of the {reached} that had come so far "
                "({share}).",
                **said,
            )
        else:
            worst = tr(
                "The largest loss was between {step} and the next step: {n} of the {reached} that had "
                "come so far ({share}).",
                **said,
            )
        pending = float(totals[:, self.counts.endings.index(PENDING)].sum())
        open_cases = tr(
            "{n} of {total} ({share}) were still pending at the cut-off; they are not counted as lost.",
            n=round(pending),
            total=round(total),
            share=Share(pending / total),
        )
        return (*self._between_groups(), shown, worst, open_cases)

    def _between_groups(self) -> tuple[Readable, ...]:
        """Return the lowest and the highest share that reached a verdict, or the last step, of groups large enough."""
        if len(self.counts.strata) < 2:
            return ()
        steps = self.counts.steps
        place = steps.index("verdict") if "verdict" in steps else len(steps) - 1
        reached, total = (np.asarray(self.counts.reached[:, one], dtype=np.float64) for one in (place, 0))
        rows = np.flatnonzero(total >= FEW_UNITS)
        if len(rows) < 2:
            return (tr("Fewer than two groups have {few} units or more; no comparison.", few=FEW_UNITS),)
        order = rows[np.argsort(reached[rows] / total[rows], kind="stable")]
        low, high = int(order[0]), int(order[-1])
        groups = self.counts.strata.levels
        return (
            tr(
                "Reached {step}: from {low} ({group_low}) to {high} ({group_high}) of all cases, among groups of {few} "
                "units or more.",
                step=self.step_words[steps[place]],
                low=Share(reached[low] / total[low]),
                group_low=levels_words(groups[low]),
                high=Share(reached[high] / total[high]),
                group_high=levels_words(groups[high]),
                few=FEW_UNITS,
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the funnel, with n and share on each bar; by groups, one series each."""
        reached = np.asarray(self.counts.reached, dtype=np.float64)
        total = reached[:, :1]
        share = np.divide(reached, total, out=np.full_like(reached, np.nan), where=total > 0)
        words = [self.step_words[one].text(language) for one in self.counts.steps]
        labels = [
            [
                f"{format_number(round(n), language)} ({format_share(one, language)})"
                for n, one in zip(*rows, strict=True)
            ]
            for rows in zip(reached, share, strict=True)
        ]
        if len(self.counts.strata) == 1 and not self.counts.strata.names:
            return funnel(stages=words, values=reached[0], shares=share[0], bar_labels=labels[0], ax=ax)
        return funnel(
            stages=words,
            values=reached,
            shares=share,
            bar_labels=labels,
            groups=group_words(self.counts.strata, language),
            ax=ax,
        )

    def plot_flow(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the flow: from each step to the next one, to each way of ending, and to pending; all strata together."""
        totals = self.counts.furthest.sum(axis=0)
        endings = [one for one in self.counts.endings if one != PENDING]
        places = [self.counts.endings.index(one) for one in endings]
        return stage_flow(
            stages=[self.step_words[one].text(language) for one in self.counts.steps],
            reached=totals.sum(axis=1)[::-1].cumsum()[::-1],
            lost=totals[:, places],
            pending=totals[:, self.counts.endings.index(PENDING)],
            outcome_labels=[self.ending_words[one].text(language) for one in endings],
            pending_label=self.ending_words[PENDING].text(language),
            number=lambda n: format_number(round(n), language),
            ax=ax,
        )

    def _lost(self, totals: np.ndarray) -> np.ndarray:
        kept = [place for place, one in enumerate(self.counts.endings) if one not in DECIDED and one != PENDING]
        lost: np.ndarray = totals[..., kept].sum(axis=-1)
        return lost


def attrition(
    cases: CaseData,
    *,
    by: Names = (),
    age_months: Sequence[int] = (12, 24, 36),
    confidence_level: float = 0.95,
) -> Attrition:
    """Share of cases that reach each step of the procedure, and where and why the others are lost.

    The same cases are followed (cohort). A case reached a step when its own record or that of a later step says so.
    Cases that are open at the cut-off are shown as pending at the step they have reached, never as lost.

    Parameters
    ----------
    cases : CaseData
    by : str or tuple of str
        Attributes that split the cases; ``year`` is the year of the start.
    age_months : sequence of int
        Ages, in months since the start, at which cohorts are compared fairly: only cases that could be watched so long.
    confidence_level : float
        Level of the Wilson score intervals.

    Returns
    -------
    Attrition
        Tables ``main``, ``reasons`` and ``ages``.

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
    >>> cases = jm.sample_cases()
    >>> print(jm.attrition(cases).findings()[1].text())  # doctest: +ELLIPSIS
    The largest loss was between complaint and the next step: 707 of the 1,200 ...
    """
    by = names(by)
    ensure_level(confidence_level)
    counts = stage_counts(cases, by=by).trimmed()
    at_ages = (
        stage_counts_at_ages(cases, days=[round(months * _DAYS_A_MONTH) for months in age_months], by=by)
        if age_months
        else ()
    )
    aged = dict(zip(age_months, at_ages, strict=True))
    steps: dict[str, Readable] = {step.id: step.label for step in funnel_steps(cases)}
    words = outcome_labels(cases, counts.endings)
    tables = {
        "main": _main(counts, steps, confidence_level, cases),
        "reasons": _reasons(counts, steps, words),
    }
    if aged:
        tables["ages"] = _ages(aged, steps, confidence_level, weighted=cases.sampling.weighted)
    return Attrition(
        heading=tr("Case attrition: how far cases come"),
        tables=tables,
        definition=Definition(
            answers=tr("Of all cases, how many reached each step, and where and why were the others lost?"),
            numerator=tr("cases whose record shows the step or a later one"),
            denominator=tr("all cases in the data"),
            basis="cohort",
            pending=tr("counted at the step they have reached, neither as lost nor as having gone on"),
            method=tr("Shares with Wilson score intervals (Wilson 1927)."),
        ),
        provenance=cases.provenance.add(
            "attrition", by=by, age_months=tuple(age_months), confidence_level=confidence_level
        ),
        notes=(*sampling_notes(cases), *_age_notes(aged), *few_units_note(counts.strata, counts.reached[:, 0])),
        frame_library=cases.frame_library,
        counts=counts,
        step_words=steps,
        ending_words=words,
    )


def _main(counts: StageCounts, steps: Mapping[str, Readable], level: float, cases: CaseData) -> Table:
    g, s = len(counts.strata), len(counts.steps)
    reached = counts.reached
    total = np.repeat(reached[:, :1], s, axis=1)
    lost_places = [place for place, one in enumerate(counts.endings) if one not in DECIDED and one != PENDING]
    lost = counts.furthest[:, :, lost_places].sum(axis=2)
    pending = counts.furthest[:, :, counts.endings.index(PENDING)]
    share = wilson(reached.ravel(), total.ravel(), level)
    with np.errstate(invalid="ignore", divide="ignore"):
        stage_share = (lost / reached).ravel()
        cumulative = 1 - (reached / total).ravel()
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=cases.sampling.weighted)
    columns = (
        *strata_columns(counts.strata.names),
        Column("stage", tr("step"), "text", "key", "key"),
        Column("reached", tr("reached it"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        *interval_columns(decimals=2),
        Column("recorded", tr("with a record of their own"), "units", "count", "count"),
        Column("lost", tr("lost at it"), "units", "count", "count"),
        Column("pending", tr("pending at it"), "units", "count", "count"),
        Column("stage_share", tr("lost at it, of those that reached it"), "share", "estimate", "share"),
        Column("cumulative_share", tr("did not reach it, of all"), "share", "estimate", "share"),
    )
    values = {
        **counts.strata.columns(s),
        "stage": list(counts.steps) * g,
        "reached": reached.ravel(),
        "denominator": total.ravel(),
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
        "recorded": counts.recorded.ravel(),
        "lost": lost.ravel(),
        "pending": pending.ravel(),
        "stage_share": stage_share,
        "cumulative_share": cumulative,
    }
    return Table(columns, values, labels={"stage": steps}, title=tr("Steps of the procedure"))


def _reasons(counts: StageCounts, steps: Mapping[str, Readable], words: Mapping[str, Readable]) -> Table:
    g, s, k = counts.furthest.shape
    n = counts.furthest.ravel()
    reached = np.repeat(counts.reached.ravel(), k)
    total = np.repeat(counts.reached[:, 0], s * k)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_step, of_all = n / reached, n / total
    kept = n > 0
    strata = {name: np.array(column, dtype=object)[kept] for name, column in counts.strata.columns(s * k).items()}
    columns = (
        *strata_columns(counts.strata.names),
        Column("stage", tr("furthest step"), "text", "key", "key"),
        Column("outcome", tr("ended by"), "text", "key", "key"),
        Column("numerator", tr("cases"), "units", "count", "count"),
        Column("denominator", tr("of those that reached the step"), "units", "count", "count"),
        Column("estimate", tr("share of those that reached the step"), "share", "estimate", "share"),
        Column("cumulative_share", tr("share of all cases"), "share", "estimate", "share"),
    )
    values = {
        **strata,
        "stage": np.array([one for one in counts.steps for _ in range(k)] * g, dtype=object)[kept],
        "outcome": np.array(list(counts.endings) * (g * s), dtype=object)[kept],
        "numerator": n[kept],
        "denominator": reached[kept],
        "estimate": of_step[kept],
        "cumulative_share": of_all[kept],
    }
    return Table(columns, values, labels={"stage": steps, "outcome": words}, title=tr("Where and how cases ended"))


def _ages(aged: Mapping[int, StageCounts], steps: Mapping[str, Readable], level: float, *, weighted: bool) -> Table:
    rows: dict[str, list[object]] = {}
    first = next(iter(aged.values()))
    for months, counts in aged.items():
        s = len(counts.steps)
        reached = counts.reached
        total = np.repeat(reached[:, :1], s, axis=1)
        share = wilson(reached.ravel(), total.ravel(), level)
        low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
        part = {
            **counts.strata.columns(s),
            "months": [months] * reached.size,
            "stage": list(counts.steps) * len(counts.strata),
            "numerator": reached.ravel().tolist(),
            "denominator": total.ravel().tolist(),
            "estimate": share.estimate.tolist(),
            "conf_low": low.tolist(),
            "conf_high": high.tolist(),
        }
        for name, column in part.items():
            rows.setdefault(name, []).extend(column)
    columns = (
        *strata_columns(first.strata.names),
        Column("months", tr("age in months"), "number", "key", "key", 0),
        Column("stage", tr("step"), "text", "key", "key"),
        Column("numerator", tr("reached it by that age"), "units", "count", "count"),
        Column("denominator", tr("of those old enough"), "units", "count", "count"),
        *interval_columns(),
    )
    return Table(
        columns, rows, labels={"stage": steps}, title=tr("At a fixed age, so that young and old cohorts compare fairly")
    )


def _age_notes(aged: Mapping[int, StageCounts]) -> list[Readable]:
    return [
        tr("At {months} months: {n} left out ({reason}).", months=months, n=one.n, reason=one.reason)
        for months, counts in aged.items()
        for one in left_out_of(counts.left_out)
    ]
