"""Comparing offices fairly: the same follow-up, the same mix of cases, and what chance alone would do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from ...base.cells import BaseCounts, Count, box
from ...base.errors import QuestionError
from ...base.language import Language, Readable, Setting, format_number, format_share, tr
from ...base.provenance import LeftOut
from ...base.result import Definition, Protected, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...figures.dots import dots
from ...figures.funnel_plot import funnel_plot
from ...figures.rank_plot import rank_plot
from ...reduce.offices import OfficeCounts, office_counts, office_sums
from ..boxes import Restrictions, watched_levels
from ..declared import LEFT_OUT_WORDS, Share, ensure_level, sampling_notes
from ..published_days import ensure_published_follow_up
from ..recorded import ensure_mapped
from ..shown import among_shown, any_hidden, numbers, of_words, undefined_words
from ..untold_endings import untold_note
from .answer import LEVELS, OfficeAnswer, answered
from .said import differ_words, office_notes
from .tables import Units, office_tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Spread: TypeAlias = Literal["additive", "multiplicative", "none"]

_TWO_YEARS: Final = 730
_ABOVE: Final = tr("Above the 95 % limits of the funnel")
_BELOW: Final = tr("Below the 95 % limits of the funnel")
_OFFICE_WORDS: Final = {"office_not_recorded": tr("not said at which office")}


@dataclass(frozen=True, eq=False, kw_only=True)
class OfficeComparison(Result):
    """Offices side by side, none of them ranked by chance.

    Tables
    ------
    main
        One row per office, in the order of their names: ``cases, numerator, estimate`` with Wilson limits; ``position``
        in the funnel; ``pooled``, the share after partial pooling; ``rank`` with its interval, for offices of
        ``minimum`` cases or more.
    funnel
        What the funnel plot draws: ``size, value`` and the limits of each office.
    spread
        How much offices differ beyond chance.
    indirect, direct, kinds
        With ``adjust``: observed over expected; shares with one mix of cases for all; the kinds of case.
    """

    question: ClassVar[str] = "compare_offices"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {"ranks": tr("Ranks of the offices, with their intervals")}
    )

    answer: OfficeAnswer
    outcome_words: Readable
    per_words: Readable
    within_days: int | None
    minimum: int
    units: Units

    def base_counts(self) -> BaseCounts:
        """Return every count, also those of all offices: both the offices and the kinds of case add up to them."""
        found = super().base_counts()
        totals = zip(self.units, (self.answer.total_cases, self.answer.total_outcomes), strict=True)
        more = [Count(box(dict(one)), float(n), ("all offices", "", place)) for place, (one, n) in enumerate(totals)]
        return replace(found, counts=(*found.counts, *more))

    def rebuild(self, protected: Protected) -> Result:
        """Return the answer as it may be published, where its days of follow-up are usual ones."""
        ensure_published_follow_up(self.provenance)
        return super().rebuild(protected)

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of all offices, who lies outside the funnel, how much they differ, and what ranks tell."""
        one = self.answer
        said: list[Readable] = [self._overall()]
        above, below = one.outside(high=True), one.outside(high=False)
        said.append(
            tr(
                "Above the 95 % limits of the funnel: {above} of {n} offices; below them: {below}. If no office were "
                "special, at most {chance} would lie outside.",
                above=above,
                below=below,
                chance=math.ceil(round(one.expected_outside, 6)),
                n=one.placed,
            )
        )
        said += differ_words(one)
        if one.ranked >= 2 and one.typical_ranks is not None:
            low, high = one.typical_ranks
            said.append(
                tr(
                    "The office in the middle of the ranks could have any rank from {low} to {high} of {n}.",
                    low=low,
                    high=high,
                    n=one.ranked,
                )
            )
        return tuple(said)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return how many of the offices that are shown lie outside the funnel, and which."""
        main = shown.main
        office = next(one.name for one in main.columns if one.role == "stratum")
        placed = [str(one) for one in main["position"]]
        seen = sum(one not in {"", "not_placed"} for one in placed)
        if not seen:
            return ()
        said: list[Readable] = []
        for side, words in (("above", _ABOVE), ("below", _BELOW)):
            names = [str(one) for one, place in zip(main[office], placed, strict=True) if place.startswith(side)]
            if names:
                said.append(tr("{where}: {offices}.", where=words, offices=names))
        some_hidden = any_hidden(main, "cases", "numerator")
        if not said:
            said.append(tr("No office lies outside the limits of the funnel."))
        return tuple(among_shown(one, some_hidden=some_hidden) for one in said)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of each office that is shown, with its interval."""
        main = shown.main
        office = next(one.name for one in main.columns if one.role == "stratum")
        return dots(
            labels=[str(one) for one in main[office]],
            estimate=numbers(main, "estimate"),
            conf_low=numbers(main, "conf_low"),
            conf_high=numbers(main, "conf_high"),
            annotations=of_words(main, "numerator", "cases", language),
            undefined_label=undefined_words(main, "estimate", language),
            x_label=tr("share").text(language),
            percent=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )

    def headline(self) -> Readable:
        """Return who lies outside the funnel: what the question asks."""
        return self.findings()[1]

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the funnel: each office over its size, between the limits that chance allows."""
        one, adjusted = self.answer, self.answer.adjusted
        return funnel_plot(
            size=one.size,
            value=one.value,
            names=list(one.offices),
            outside=one.is_outside.tolist(),
            limit_size=one.curve_size,
            limits=[
                (
                    tr("{level} limits", level=format_share(level, language, decimals=0 if level == 0.95 else 1)).text(
                        language
                    ),
                    *curve,
                )
                for level, curve in zip(LEVELS, one.curves, strict=True)
            ],
            target=1.0 if adjusted else one.overall,
            target_label=(tr("as expected") if adjusted else tr("all offices")).text(language),
            x_label=(tr("cases, as they count after the adjustment") if adjusted else tr("cases")).text(language),
            y_label=self._value_words(adjusted=adjusted).text(language),
            number=lambda n: format_number(n, language),
            write=(lambda v: format_number(v, language, decimals=1))
            if adjusted
            else (lambda v: format_share(v, language, decimals=0)),
            percent=not adjusted,
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw the ranks with their intervals.

        Parameters
        ----------
        view : {"ranks"}
        ax : Axes, optional
        language : {"en", "es"}
        """
        one = self.answer
        rows = one.ranked_places
        return rank_plot(
            names=[one.offices[row] for row in rows],
            rank=one.rank[rows],
            conf_low=one.rank_low[rows],
            conf_high=one.rank_high[rows],
            annotations=[format_share(float(one.pooled[row]), language) for row in rows],
            annotation_label=tr("partially pooled share").text(language),
            x_label=tr("rank (1 is the highest share), with its interval").text(language),
            y_label=tr("offices").text(language),
            number=lambda n: format_number(n, language),
            ax=ax,
        )

    def _overall(self) -> Readable:
        one = self.answer
        if self.within_days is None:
            return tr(
                "{per}: {n} in {offices} offices; {outcome}: {k} ({share}).",
                per=self.per_words,
                n=one.total_cases,
                offices=one.placed,
                outcome=self.outcome_words,
                k=one.total_outcomes,
                share=Share(one.overall),
            )
        return tr(
            "Of {n} cases in {offices} offices that were followed for {days} days, {k} came to: {outcome} ({share}).",
            n=one.total_cases,
            offices=one.placed,
            days=self.within_days,
            k=one.total_outcomes,
            outcome=self.outcome_words,
            share=Share(one.overall),
        )

    def _value_words(self, *, adjusted: bool) -> Readable:
        if adjusted:
            return tr("observed over expected: {outcome}", outcome=self.outcome_words)
        if self.within_days is None:
            return tr("{outcome}, share of: {per}", outcome=self.outcome_words, per=self.per_words)
        return tr("{outcome} within {days} days, share", outcome=self.outcome_words, days=self.within_days)


def compare_offices(
    data: CaseData | CountData,
    *,
    outcome: str = "verdict",
    per: str = "complaint",
    office: str | None = None,
    within_days: int | None = None,
    adjust: Names = (),
    minimum: int = 30,
    overdispersion: Spread = "additive",
    draws: int = 2000,
    seed: int = 1,
    confidence_level: float = 0.95,
) -> OfficeComparison:
    """Tell which offices differ from the others by more than chance, their mix of cases allowed for.

    Case files are all followed for the same time: younger ones are left out, also when they ended already. The funnel
    asks of each office whether chance explains its share; partial pooling says what to believe of it as one of many;
    rank intervals say how little a league table would. Small offices are shown and never ranked.

    Parameters
    ----------
    data : CaseData or CountData
    outcome : str
        What is compared: a state, role or outcome class of the procedure; in a table of counts, a quantity.
    per : str
        Stage from which cases are followed; in a table of counts, the quantity of which ``outcome`` is a part.
    office : str, optional
        Attribute that is the office; ``court``, or in a table of counts its office.
    within_days : int, optional
        Days within which the outcome counts, 730 by default; a table of counts knows no follow-up.
    adjust : str or tuple of str
        Attributes in which offices may differ by no doing of theirs, such as offence or year.
    minimum : int
        Cases from which on an office is ranked.
    overdispersion : {"additive", "multiplicative", "none"}
        How the limits allow for offices that all differ a little: true shares that vary, a larger variance, or not.
    draws, seed : int
        Draws for the rank intervals, and the seed that makes them the same again.
    confidence_level : float
        Level of the intervals; the limits of the funnel are those of 95 % and 99.8 %.

    Returns
    -------
    OfficeComparison

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, or nothing that the data tell of; when fewer than two offices have cases, or the
        outcome is no part of ``per``.

    References
    ----------
    .. [1] Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine,
       24, 1185-1202.
    .. [2] Goldstein, H. and Spiegelhalter, D. J. (1996). League tables and their limitations. Journal of the Royal
       Statistical Society A, 159, 385-443.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.compare_offices(jm.sample_cases(), outcome="verdict", within_days=730, adjust="offence")
    >>> bool((found.main["rank_low"][found.main["cases"] < 30] > 0).any())
    False
    """
    ensure_level(confidence_level)
    adjust = names(adjust)
    _ensure_sizes(minimum, draws)
    if isinstance(data, CountData):
        office, within = office or data.offices or "office", None
        counted = _of_table(data, office, adjust, outcome, per, within_days)
        units = _units_of_table(counted, outcome, per)
        outcome_words, per_words = data.label(data.need(outcome)), data.label(data.need(per))
        notes: tuple[Readable, ...] = data.notes
    else:
        office, within = office or "court", _TWO_YEARS if within_days is None else within_days
        ensure_mapped(data, (outcome, per))
        counted = _of_cases(data, office, adjust, outcome, per, within)
        units = _units_of_cases(data, counted, outcome, per, within)
        outcome_words, per_words = data.procedure.label(outcome), data.procedure.label(per)
        notes = sampling_notes(data, weights_used=False, design_used=True)
    if int((counted.trials.sum(axis=1) > 0).sum()) < 2:
        raise QuestionError(
            tr("Fewer than two offices have cases to compare."),
            tr("Name the attribute that is the office, or a shorter time of follow-up."),
        )
    answer = answered(
        counted,
        minimum=minimum,
        overdispersion=overdispersion,
        draws=draws,
        seed=seed,
        confidence_level=confidence_level,
    )
    settings: dict[str, object] = {
        "outcome": outcome,
        "per": per,
        "office": office,
        "within_days": within,
        "adjust": adjust,
    }
    settings |= {"minimum": minimum, "overdispersion": overdispersion, "draws": draws, "seed": seed}
    settings |= {"confidence_level": confidence_level}
    return OfficeComparison(
        heading=tr("Offices compared: {outcome}", outcome=outcome_words),
        tables=office_tables(answer, office, units, confidence_level),
        definition=_definition(outcome_words, per_words, within),
        provenance=data.provenance.add("compare_offices", **settings).leave_out(
            *[LeftOut({**LEFT_OUT_WORDS, **_OFFICE_WORDS}[name], n) for name, n in counted.left_out.items()]
        ),
        notes=(
            *notes,
            *untold_note(answer.total_outcomes, answer.total_cases, counted.left_out.get("end_undated", 0)),
            *office_notes(answer, minimum, within),
        ),
        frame_library=data.frame_library,
        answer=answer,
        outcome_words=outcome_words,
        per_words=per_words,
        within_days=within,
        minimum=minimum,
        units=units.at(office, answer),
    )


def _of_cases(
    data: CaseData, office: str, adjust: tuple[str, ...], outcome: str, per: str, within_days: int
) -> OfficeCounts:
    if within_days < 1:
        raise QuestionError(tr("Cases are followed for a day or more, not for {n}.", n=within_days))
    states = data.resolve(outcome)
    if set(states) == set(data.resolve(per)):
        raise QuestionError(
            tr("Time runs from '{start}' and would end there too.", start=per),
            tr("Choose another start, or another outcome than '{outcome}'.", outcome=outcome),
        )
    return office_counts(data, office=office, adjust=adjust, start=per, states=states, within_days=within_days)


def _of_table(
    data: CountData, office: str, adjust: tuple[str, ...], outcome: str, per: str, within_days: int | None
) -> OfficeCounts:
    if within_days is not None:
        raise QuestionError(
            tr("A table of counts does not say how long each case was followed."),
            tr("Leave out within_days, or compare offices on case files."),
        )
    return office_sums(data, office=office, adjust=adjust, outcome=outcome, per=per)


def _units_of_cases(data: CaseData, counted: OfficeCounts, outcome: str, per: str, within_days: int) -> Units:
    """Return which cases are compared: where none has undated endings, those watched so long, as others count them."""
    lost = sum(counted.left_out[one] for one in ("end_undated", "end_before_start"))
    name = f"{within_days} days from {per}"
    if lost or set(data.resolve(per)) != {data.procedure.start}:
        followed: Restrictions = {f"followed {name} to {outcome}": ("yes",)}
    else:
        followed = {"watched_days": watched_levels(within_days), "dated:start": ("yes",)}
    return Units(followed, {**followed, f"{outcome} in {name}": ("yes",)})


def _units_of_table(counted: OfficeCounts, outcome: str, per: str) -> Units:
    """Return which numbers of a table are compared: where some were left out, sums that nothing else shows."""
    gaps = counted.silent > 0 or any(counted.status)
    one, whole = (f"{word} of offices that told both" if gaps else word for word in (outcome, per))
    return Units({"unit": (whole,)}, {"unit": (one,)})


def _ensure_sizes(minimum: int, draws: int) -> None:
    if minimum < 1 or draws < 100:
        raise QuestionError(tr("An office is ranked from one case on or more, with 100 draws or more."))


def _definition(outcome: Readable, per: Readable, within_days: int | None) -> Definition:
    method = tr(
        "Wilson limits; exact binomial limits of the funnel, wider where all offices differ; partial pooling by a "
        "mixed logistic model; ranks by simulation from it (Spiegelhalter 2005; Goldstein and Spiegelhalter 1996)."
    )
    answers = tr("Which offices differ from the others by more than chance?")
    if within_days is None:
        return Definition(
            answers=answers,
            numerator=tr("counted in the table as: {outcome}", outcome=outcome),
            denominator=tr("counted in the table as: {per}; not always the same cases", per=per),
            basis="flow",
            pending=tr("as the table counts them"),
            method=method,
        )
    return Definition(
        answers=answers,
        numerator=tr("cases that came to: {outcome}, within {days} days", outcome=outcome, days=Setting(within_days)),
        denominator=tr(
            "cases that reached: {per}, {days} days or more before the cut-off", per=per, days=Setting(within_days)
        ),
        basis="cohort",
        pending=tr("in the denominator: every case is followed for the same time"),
        method=method,
    )
