"""Attrition: how far cases come, where and why they are lost, and how many are still on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.cells import CellOf, Of, Tie
from ..base.language import Language, Readable, Setting, format_number, format_share, tr
from ..base.levels import PENDING
from ..base.result import Definition, Result
from ..base.table import Column, Table
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..estimate.proportion import wilson
from ..figures.funnel import funnel
from ..figures.stage_flow import stage_flow
from ..reduce.stages import START_UNDATED, STEP_UNDATED, funnel_steps, stage_counts, stage_counts_at_ages
from ..tables import StageCounts, Strata
from .boxes import Restrictions, ending_levels, later_levels, tie, watched_levels
from .declared import (
    FEW_UNITS,
    Share,
    ensure_level,
    few_units_note,
    interval_columns,
    left_out_of,
    outcome_labels,
    sampling_notes,
    shown_limits,
    strata_columns,
)
from .places import own_record
from .shown import (
    HIDDEN,
    among_shown,
    any_hidden,
    group_names,
    group_of,
    hidden,
    known,
    lowest_and_highest,
    numbers,
    strata_of,
    whole,
    words_of,
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
    together
        With groups only: the same as ``main`` for all units.
    ages
        One row per stratum, age and step: share that reached the step by that age, among units old enough.
    """

    question: ClassVar[str] = "attrition"

    counts: StageCounts
    step_words: Mapping[str, Readable]
    ending_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return the shares reached, the step that loses most, the pending, for all units together."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the shares reached, the step that loses most, the pending; nothing of a hidden number."""
        table = shown.tables.get("together", shown.main)
        said = (_reached_words(table), _worst_words(table), _pending_words(table))
        return (*_between_groups(shown.main), *(one for one in said if one is not None))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the funnel, with n and share on each bar; by groups, one series each."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the funnel; a hidden number has no bar and says so."""
        main = shown.main
        steps = list(dict.fromkeys(str(one) for one in main["stage"]))
        reached, share = (numbers(main, one).reshape(-1, len(steps)) for one in ("reached", "estimate"))
        held_back = hidden(main, "reached").reshape(-1, len(steps))
        labels = [
            [
                HIDDEN.text(language)
                if mark
                else f"{format_number(round(n), language)} ({format_share(one, language)})"
                for n, one, mark in zip(*rows, strict=True)
            ]
            for rows in zip(reached, share, held_back, strict=True)
        ]
        words = [words_of(main, "stage", one).text(language) for one in steps]
        names = group_names(main, language)
        if names is None:
            return funnel(stages=words, values=reached[0], shares=share[0], bar_labels=labels[0], ax=ax)
        groups = names[:: len(steps)]
        return funnel(stages=words, values=reached, shares=share, bar_labels=labels, groups=groups, ax=ax)

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


def _reached_words(table: Table) -> Readable | None:
    """Say how many reached each step; None where a number is hidden."""
    reached = numbers(table, "reached")
    if not known(*reached):
        return None
    parts = [
        tr(
            "{n} ({share}) reached {step}",
            n=whole(reached[place]),
            share=Share(reached[place] / reached[0], 2),
            step=words_of(table, "stage", table["stage"][place]),
        )
        for place in range(1, len(reached))
    ]
    return tr("Of {total} cases, {parts}.", total=whole(reached[0]), parts=parts)


def _worst_words(table: Table) -> Readable | None:
    """Say at which step most were lost, of the numbers that are shown."""
    lost, reached = numbers(table, "lost"), numbers(table, "reached")
    both = np.isfinite(lost) & np.isfinite(reached)
    some_hidden = any_hidden(table, "lost", "reached")
    if not both.any() or (some_hidden and not lost[both].any()):
        return None
    if not lost[both].any():
        return tr("No case was lost.")
    where = int(np.where(both, lost, -1.0).argmax())
    said = {
        "step": words_of(table, "stage", table["stage"][where]),
        "n": whole(lost[where]),
        "reached": whole(reached[where]),
        "share": Share(lost[where] / reached[where]),
    }
    if where == len(table) - 1:
        worst = tr(
            "The largest loss was after the last step, {step}: {n} of the {reached} that had come so far ({share}).",
            **said,
        )
    else:
        worst = tr(
            "The largest loss was between {step} and the next step: {n} of the {reached} that had "
            "come so far ({share}).",
            **said,
        )
    return among_shown(worst, some_hidden=some_hidden)


def _pending_words(table: Table) -> Readable | None:
    pending, total = float(numbers(table, "pending").sum()), float(numbers(table, "reached")[0])
    if not known(pending, total):
        return None
    return tr(
        "{n} of {total} ({share}) were still pending at the cut-off; they are not counted as lost.",
        n=whole(pending),
        total=whole(total),
        share=Share(pending / total),
    )


def _between_groups(main: Table) -> tuple[Readable, ...]:
    """Return the lowest and the highest share that reached a verdict, or the last step, of groups large enough."""
    steps = list(dict.fromkeys(str(one) for one in main["stage"]))
    if not strata_of(main) or len(main) < 2 * len(steps):
        return ()
    step = "verdict" if "verdict" in steps else steps[-1]
    share, total = numbers(main, "estimate"), numbers(main, "denominator")
    there = np.array([one == step for one in main["stage"].tolist()])
    found = lowest_and_highest(share, there & (total >= FEW_UNITS))
    some_hidden = bool((hidden(main, "estimate") & there).any())
    if found is None:
        few = tr("Fewer than two groups have {few} units or more; no comparison.", few=FEW_UNITS)
        return () if some_hidden else (few,)
    low, high = found
    compared = tr(
        "Reached {step}: from {low} ({group_low}) to {high} ({group_high}) of all cases, among groups of {few} "
        "units or more.",
        step=words_of(main, "stage", step),
        low=Share(share[low]),
        group_low=group_of(main, low),
        high=Share(share[high]),
        group_high=group_of(main, high),
        few=FEW_UNITS,
    )
    return (among_shown(compared, some_hidden=some_hidden),)


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
    if by:
        tables["together"] = _main(_all_together(counts), steps, confidence_level, cases)
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
        weighted=cases.sampling.weighted,
        ties=(*_ties(counts, cases), *(_ties(_all_together(counts), cases) if by else ())),
        counts=counts,
        step_words=steps,
        ending_words=words,
    )


def _all_together(counts: StageCounts) -> StageCounts:
    """Return the counts of all strata together."""
    return StageCounts(
        strata=Strata((), ((),)),
        steps=counts.steps,
        endings=counts.endings,
        furthest=counts.furthest.sum(axis=0, keepdims=True),
        recorded=counts.recorded.sum(axis=0, keepdims=True),
        left_out={},
    )


def _ties(counts: StageCounts, cases: CaseData) -> tuple[Tie, ...]:
    """Return what an outsider knows of the steps: who does not come to the next one is lost, pending or was decided.

    Nobody is convicted or acquitted before a verdict, so these sums have fewer members than their boxes tell.
    """
    lost = tuple(one for one in ending_levels(cases) if one not in DECIDED)
    later = later_levels(counts.steps)
    decided = [one for one in counts.endings if one in DECIDED]
    places = [counts.endings.index(one) for one in decided]
    some = np.flatnonzero(counts.furthest[:, :, places].sum(axis=(0, 2)))
    verdict = int(some[0]) if len(some) else len(counts.steps)
    made: list[Tie] = []
    for levels in counts.strata.levels:
        group: Restrictions = {name: (one,) for name, one in zip(counts.strata.names, levels, strict=True)}
        stays: list[list[Restrictions]] = []
        for at, step in enumerate(counts.steps):
            there: Restrictions = {**group, "furthest": (step,)}
            left: list[Restrictions] = [{**there, "ending": lost}, {**there, "ending": (PENDING,)}]
            # listed or not: that nobody was acquitted here is no common knowledge
            ended = [{**there, "ending": (one,)} for one in decided if at >= verdict]
            onward = [{**group, "furthest": later[one]} for one in counts.steps[at + 1 : at + 2]]
            made.append(tie([{**group, "furthest": later[step]}], [*onward, *left, *ended]))
            stays.append(left)
        if 0 < verdict < len(counts.steps):
            endings: list[Restrictions] = [{**group, "ending": (one,)} for one in decided]
            rest = [one for left in stays[verdict:] for one in left]
            made.append(tie([{**group, "furthest": later[counts.steps[verdict]]}], [*endings, *rest]))
    return tuple(made)


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
    came = {"stage": ("furthest", later_levels(counts.steps))}
    # of a step where nobody lacks a record of his own, those recorded are those that reached it
    lacking = (counts.recorded.sum(axis=0) < reached.sum(axis=0)).tolist()
    own = {
        step: own_record(step, came["stage"][1][step], all_of_them=not lacks)
        for step, lacks in zip(counts.steps, lacking, strict=True)
    }
    at_it = {"stage": "furthest"}
    lost_levels = tuple(one for one in ending_levels(cases) if one not in DECIDED)
    of_all = ("reached", "denominator")
    interval = "" if cases.sampling.weighted else "wilson"
    columns = (
        *strata_columns(counts.strata.names),
        Column("stage", tr("step"), "text", "key", "key"),
        Column("reached", tr("reached it"), "units", "count", "count", cell=CellOf(sets=came)),
        Column("denominator", tr("of"), "units", "count", "count", cell=CellOf()),
        *interval_columns(decimals=2, of=of_all, level=level, interval=interval),
        Column(
            "recorded",
            tr("with a record of their own"),
            "units",
            "count",
            "count",
            cell=CellOf(each={"stage": own}),
        ),
        Column(
            "lost",
            tr("lost at it"),
            "units",
            "count",
            "count",
            cell=CellOf(keys=at_it, fixed={"ending": lost_levels}),
        ),
        Column(
            "pending",
            tr("pending at it"),
            "units",
            "count",
            "count",
            cell=CellOf(keys=at_it, fixed={"ending": (PENDING,)}),
        ),
        Column(
            "stage_share",
            tr("lost at it, of those that reached it"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("lost", "reached"), formula="share"),
        ),
        Column(
            "cumulative_share",
            tr("did not reach it, of all"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=of_all, formula="complement"),
        ),
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
        Column(
            "numerator",
            tr("cases"),
            "units",
            "count",
            "count",
            cell=CellOf(keys={"stage": "furthest", "outcome": "ending"}),
        ),
        Column(
            "denominator",
            tr("of those that reached the step"),
            "units",
            "count",
            "count",
            cell=CellOf(sets={"stage": ("furthest", later_levels(counts.steps))}),
        ),
        Column(
            "estimate",
            tr("share of those that reached the step"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="share"),
        ),
        Column("all", tr("of all cases"), "units", "count", "count", cell=CellOf()),
        Column(
            "cumulative_share",
            tr("share of all cases"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "all"), formula="share"),
        ),
    )
    values = {
        **strata,
        "stage": np.array([one for one in counts.steps for _ in range(k)] * g, dtype=object)[kept],
        "outcome": np.array(list(counts.endings) * (g * s), dtype=object)[kept],
        "numerator": n[kept],
        "denominator": reached[kept],
        "estimate": of_step[kept],
        "all": total[kept],
        "cumulative_share": of_all[kept],
    }
    return Table(
        columns,
        values,
        labels={"stage": steps, "outcome": words},
        title=tr("Where and how cases ended"),
        sparse=True,
    )


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
    came = later_levels(first.steps)
    limits = {months: round(months * _DAYS_A_MONTH) for months in aged}
    watched = {
        "months": {
            str(months): {"watched_days": watched_levels(days, tuple(limits.values()))}
            for months, days in limits.items()
        }
    }
    # the start and the furthest step have a date, so that it can be told at what age it was reached
    undated = {one for counts in aged.values() for one, n in counts.left_out.items() if np.any(n)}
    placed = {
        dimension: ("yes",)
        for reason, dimension in ((START_UNDATED, "dated:start"), (STEP_UNDATED, "dated:furthest"))
        if reason in undated
    }
    columns = (
        *strata_columns(first.strata.names),
        Column("months", tr("age in months"), "number", "key", "key", 0),
        Column("stage", tr("step"), "text", "key", "key"),
        Column(
            "numerator",
            tr("reached it by that age"),
            "units",
            "count",
            "count",
            cell=CellOf(sets={"stage": ("furthest_by_{months}m", came)}, each=watched, fixed=placed),
        ),
        Column(
            "denominator", tr("of those old enough"), "units", "count", "count", cell=CellOf(each=watched, fixed=placed)
        ),
        *interval_columns(of=("numerator", "denominator"), level=level, interval="" if weighted else "wilson"),
    )
    return Table(
        columns, rows, labels={"stage": steps}, title=tr("At a fixed age, so that young and old cohorts compare fairly")
    )


def _age_notes(aged: Mapping[int, StageCounts]) -> list[Readable]:
    return [
        tr("At {months} months: {n} left out ({reason}).", months=Setting(months), n=one.n, reason=one.reason)
        for months, counts in aged.items()
        for one in left_out_of(counts.left_out)
    ]
