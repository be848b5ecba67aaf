"""The answer to what starting support in time does: its tables, sentences and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, cast

import numpy as np

from ...base.language import Language, Readable, Setting, tr
from ...base.result import Definition, Result, context_of
from ...base.types import Counts
from ...cases.casedata import CaseData
from ...estimate.emulation import Strategy
from ..declared import outcome_labels, sampling_notes
from .balance import Likeness, balance_table, likeness_of
from .data import SupportData
from .effect_figures import Drawn, balance_figure, curves_figure, forest_figure, overlap_figure, weights_figure
from .effect_guards import all_cases, came_cell, cells_behind, with_guards
from .effect_tables import (
    CAME,
    Timed,
    curves_table,
    joined,
    main_table,
    overlap_table,
    ratios_table,
    strategies_table,
    truncation_table,
    unweighted_table,
    weights_table,
)
from .effect_words import (
    any_few,
    by_chance,
    cannot_tell,
    doubts,
    effect,
    next_study,
    sentences,
    shown_sentences,
    together_of,
    untold,
)
from .enough import followed_notes, missing_notes, starter_notes, why_not
from .flow import departures, ended_under_both, flow_table
from .naive import naive_table
from .protocol import Emulated, checklist_table, protocol_table
from .runs import Part, cut, lines_of, overlap_counts, unweighted, without_overlap
from .strategies import Said, Strategies, period_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VIEWS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "curves": tr("Both strategies day by day"),
        "love": tr("Likeness of the cases that keep to each strategy"),
        "overlap": tr("How likely support in time was, by the model"),
        "weights": tr("Weights under both strategies"),
    }
)


# Where weighted cases are worth fewer than these, single files move the figures.
FEW_EFFECTIVE: Final = 100


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportEffect(Result):
    """How cases would end if support started in time, and if it did not.

    Tables
    ------
    main
        One row per outcome and horizon: share under both strategies, difference with its interval, ratio, cases that
        came to it under each strategy (and how many of the first had support), smallest difference that the data could
        show. No limit where too few cases were supported in time.
    ratios
        Ratios with their limits, standard errors of the differences, p values (Holm) for all comparisons.
    curves
        Shares under both strategies, day by day.
    strategies
        The same differences when support starts on other days of the period, with their errors.
    balance
        What was adjusted for, among cases that keep to each strategy: before and after weighting, on the way.
    weights, overlap, truncation
        How the weights are spread, how likely support was, and what is left when the largest weights are cut.
    flow
        From the file to both strategies.
    protocol, checklist
        The question as a target trial, and what the analysis did by the topics of STROBE and RECORD.
    unweighted, naive
        What would be found without weights, and by counting who was ever supported; with the reason not to use them.
    """

    question: ClassVar[str] = "support_effect"
    strategies: Strategies
    outcome_words: Mapping[str, Readable]
    units: int
    parts: tuple[Part, ...]
    likeness: Likeness

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """Further figures: what was adjusted for is compared only where something was."""
        return {name: title for name, title in VIEWS.items() if name != "love" or self.likeness.attribute}

    def findings(self) -> tuple[Readable, ...]:
        """Return each difference in absolute numbers, what it rests on, and what a next study needs."""
        main = self.main
        reason = why_not(self.parts[0].starters, self.strategies.within)
        if reason is not None:
            return untold(main, reason, self.outcome_words)
        together = together_of(self.tables["ratios"], self.strategies.level)
        said = list(sentences(main, self.strategies.said, self.outcome_words, together))
        row = self._leading_row()
        if main["conf_low"][row] <= 0 <= main["conf_high"][row]:
            said[2 * row + 2 : 2 * row + 2] = next_study(main, row, self.units)
        return tuple(said)

    def headline(self) -> Readable:
        """Return the difference of the first outcome at the last horizon, called inconclusive where it is.

        Where too few cases were supported in time, it says that nothing can be told, and why.
        """
        main, row = self.main, self._leading_row()
        reason = why_not(self.parts[0].starters, self.strategies.within)
        if reason is not None:
            return cannot_tell(reason)
        said = effect(main, row, self.strategies.said, self.outcome_words)
        if main["conf_low"][row] <= 0 <= main["conf_high"][row]:
            if not self.strategies.adjusted:
                return tr("{said} Inconclusive.", said=said)
            return tr("{said} Inconclusive: support may add, take away or change nothing.", said=said)
        excluded = bool(main["conf_low"][row] > 0 or main["conf_high"][row] < 0)
        chance = by_chance(together_of(self.tables["ratios"], self.strategies.level)[row]) if excluded else None
        return said if chance is None else tr("{said} {chance}", said=said, chance=chance)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the difference of each outcome at each horizon, with its interval."""
        return forest_figure(self.main, self.outcome_words, language, ax)

    def context(self) -> Mapping[str, object]:
        """Return the strategies and the words of the outcomes, and whether a difference may be told."""
        enough = self.parts[0].starters.enough
        return {"asked": self.strategies.said, "words": self.outcome_words, "enough": enough}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return each difference in absolute numbers and what it rests on, as far as that is shown."""
        context = context_of(shown)
        if not context["enough"]:
            return (tr("These files cannot tell how cases end with support in time."),)
        said, words = cast(Said, context["asked"]), cast("Mapping[str, Readable]", context["words"])
        together = together_of(shown.tables["ratios"], said.level) if "ratios" in shown.tables else ()
        return shown_sentences(shown.main, said, words, together)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the difference of each outcome at each horizon, with its interval."""
        if not np.isfinite(shown.main["estimate"].astype(np.float64)).any():
            return None
        words = cast("Mapping[str, Readable]", context_of(shown)["words"])
        return forest_figure(shown.main, words, language, ax)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the curves, the balance, the overlap or the weights.

        Parameters
        ----------
        view : {"curves", "love", "overlap", "weights"}
        ax : Axes, optional
        language : {"en", "es"}
        """
        figure = {
            "curves": curves_figure,
            "love": balance_figure,
            "overlap": overlap_figure,
            "weights": weights_figure,
        }[view]
        return figure(self._drawn(), language, ax)

    def _drawn(self) -> Drawn:
        return Drawn(self.tables, self.strategies, self.outcome_words, self.parts, self.likeness)

    def _leading_row(self) -> int:
        """Return the row of the first outcome at the last horizon."""
        first = self.main["outcome"] == self.main["outcome"][0]
        return int(np.flatnonzero(first)[-1])


def answer_of(
    cases: CaseData,
    parts: list[Part],
    whole: SupportData,
    strategies: Strategies,
    strategy: Strategy,
    wanted: tuple[str, ...],
    by_timing: list[Timed],
    ever: tuple[Counts, list[tuple[tuple[str, ...], Counts]]],
    settings: Mapping[str, object],
) -> SupportEffect:
    """Return the answer with all its tables.

    Parameters
    ----------
    cases : CaseData
    parts : list of Part
        The emulations, the one with the first outcome first.
    whole : SupportData
        As it was before cases without a date were left out.
    strategies, strategy : Strategies, Strategy
        In words, and for the kernel.
    wanted : tuple of str
        Outcomes in the order of the question.
    by_timing : list of Timed
    ever : (counts, list of (outcomes, counts))
        For the naive table.
    settings : mapping of str to object
    """
    first = parts[0]
    words = outcome_labels(cases, (*wanted, "other_ending"))
    lines = joined([lines_of(part) for part in parts], wanted)
    likeness = likeness_of(first, strategy)
    left_out = whole.left_out()
    units = first.data.histories.units
    provenance = cases.provenance.add("support_effect", **settings).leave_out(*left_out)
    fixed = all_cases(first.data, cases.provenance, units)
    main = main_table(lines, strategies, words, came={one: came_cell(strategies, fixed, one) for one in CAME})
    weights = first.emulation.weights
    before, after = likeness.worst
    departed = departures(first, strategies.within).sum(axis=1)
    row = int(np.flatnonzero(np.array(lines.outcome) == wanted[0])[-1])
    emulated = Emulated(
        strategies=strategies,
        outcomes=tuple(words[one] for one in wanted),
        units=units,
        provenance=provenance,
        undated=whole.undated,
        events=(int(lines.events[0, row]), int(lines.events[1, row])),
        largest_weight=float(np.nanmax(weights.largest)),
        effective=(float(weights.effective[0]), float(weights.effective[1])),
        worst_before=before,
        worst_after=after,
        left=(int(departed[0]), int(departed[1])),
        both=ended_under_both(first, strategies.within),
    )
    curves = {name: part.emulation.incidence[:, place] for part in parts for place, name in enumerate(part.outcomes)}
    level = strategies.level
    return SupportEffect(
        heading=tr(
            "Support within {days} days and how cases end: {support}",
            days=Setting(strategies.within),
            support=strategies.support,
        ),
        tables=with_guards(
            {
                "main": main,
                "ratios": ratios_table(lines, strategies, words),
                "strategies": strategies_table(by_timing, strategies, words),
                "curves": curves_table(first.emulation.days, {one: curves[one] for one in wanted}, strategies, words),
                "flow": flow_table(first, cases.n_units, left_out, strategies, words),
                "balance": balance_table(likeness),
                "weights": weights_table(weights, strategies),
                "overlap": overlap_table(*overlap_counts(first, strategies.within)),
                "truncation": truncation_table(cut(parts, wanted, strategy), lines, strategies, words),
                "protocol": protocol_table(emulated),
                "checklist": checklist_table(emulated),
                "unweighted": unweighted_table(lines, unweighted(parts, wanted), strategies, words),
                "naive": naive_table(*ever, words, level),
            },
            cells_behind(parts, lines, strategies, fixed),
        ),
        definition=_definition(strategies, [words[one] for one in wanted]),
        provenance=provenance,
        notes=(
            *starter_notes(first.starters, strategies.within),
            *doubts(
                strategies,
                simulated=cases.provenance.simulated,
                undated=whole.undated,
                units=units,
                alone=without_overlap(first, strategies.within),
                few_events=any_few(main),
            ),
            *followed_notes(first.followed_to, strategies.arms),
            *_on_heavy_weights(weights.effective[0], weights.largest[0]),
            *missing_notes(whole.histories),
            *_on_weights(cases),
            *sampling_notes(cases, design_used=True),
        ),
        frame_library=cases.frame_library,
        strategies=strategies,
        outcome_words=words,
        units=units,
        parts=tuple(parts),
        likeness=likeness,
    )


def _on_heavy_weights(effective: float, largest: float) -> tuple[Readable, ...]:
    """Say how few cases the started strategy is worth, where single files can move the answer."""
    if effective >= FEW_EFFECTIVE:
        return ()
    return (
        tr(
            "After weighting, the cases that keep to the first strategy tell as much as {n} cases of one weight, and "
            "the heaviest counts {largest} times: single files move the figures.",
            n=round(effective),
            largest=round(largest),
        ),
    )


def _on_weights(cases: CaseData) -> tuple[Readable, ...]:
    if not cases.sampling.weighted:
        return ()
    return (
        tr(
            "Every file counts with its sampling weight in the shares and their differences; where numbers of cases "
            "are told, they are files."
        ),
    )


def _definition(strategies: Strategies, outcomes: Sequence[Readable]) -> Definition:
    return Definition(
        answers=tr(
            "How would cases end if support by {support} started within {days} days of {start}, and how if it did not?",
            support=strategies.support,
            days=Setting(strategies.within),
            start=strategies.start,
        ),
        numerator=tr(
            "cases that came to {outcomes} within {periods} under a strategy, weighted",
            outcomes=list(outcomes),
            periods=[period_words(one) for one in strategies.horizons],
        ),
        denominator=tr("all cases, each under both strategies, weighted while it keeps to them"),
        basis="cohort",
        pending=tr("observed as open up to the cut-off, then censored; any other ending competes"),
        method=tr(
            "Emulation of a trial by cloning, censoring and weighting (Hernán and Robins 2016; Maringe et al. 2020), "
            "support starting {when}; Aalen-Johansen; interval from resamples of clusters with everything repeated.",
            when=strategies.when,
        ),
    )
