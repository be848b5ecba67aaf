"""How long the stages last, counting the cases that are still in them, and by which move they are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.errors import QuestionError
from ..base.language import LANGUAGES, Language, Message, Readable, format_number, format_share, tr, trn
from ..base.result import Definition, Protected, Result
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..cases.procedure import Procedure
from ..figures.process_flow import Stage, Step, process_flow
from ..reduce.spells import spell_table
from ..tables import SpellTable
from .declared import days_words, ensure_level, few_units_note, group_words
from .stay_tables import main_table, moves_table, naive_table
from .stay_words import draw_stays, said_of
from .stays import Stay, stay_in
from .visits import (
    ensure_stages,
    ensure_visits,
    state_words,
    units_of,
    visits_notes,
    visits_provenance,
    without_counts,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TWO_YEARS: Final = 730
# A move that fewer make is not drawn by itself.
_WORTH_DRAWING: Final = 0.005
_MOST_DRAWN: Final = 7


@dataclass(frozen=True, eq=False, kw_only=True)
class StageDurations(Result):
    """How long cases stay in each stage, those counted that are still in it.

    Tables
    ------
    main
        One row per stratum and stage: ``denominator`` visits, ``numerator`` of them left, ``censored`` still there;
        ``estimate`` the median stay in days with its limits, the quartiles, and the mean stay within the horizon.
    moves
        One row per stratum and move: how many made it, the share of all visits that leave by it, and the days by which
        half of these moves were made.
    naive
        Mean days of the visits that were left only, with the reason not to use it.
    """

    question: ClassVar[str] = "stage_durations"

    table: SpellTable
    stays: tuple[Stay, ...]
    procedure: Procedure
    horizon_days: int
    words: Mapping[str, Readable]
    shown: tuple[int, ...]

    def rebuild(self, protected: Protected) -> Result:
        """Return the answer as it may be published: days and rounded shares, and no count of visits."""
        return without_counts(super().rebuild(protected))

    def findings(self) -> tuple[Readable, ...]:
        """Return the median stay in each stage, or between which groups it lies."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the same from what is shown."""
        return tuple(sentence for _, sentence in said_of(shown.main))

    def headline(self) -> Readable | None:
        """Return the sentence on the stage that takes longest."""
        said = said_of(self.main)
        return max(said, key=lambda one: one[0])[1] if said else None

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the median stay in each stage with its limits, and how many came, left and are still there."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the same from what is shown."""
        return draw_stays(shown.main, ax, language)

    def map(self, ax: Axes | None = None, *, group: int | str = 0, language: Language = "en") -> Axes:
        """Draw the procedure as it was walked: stages from top to bottom, each move with its number, share and wait.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a figure of its own otherwise.
        group : int or str
            Which stratum, counted from 0, or its name.
        language : {"en", "es"}

        Returns
        -------
        Axes

        Raises
        ------
        QuestionError
            When there is no such group.
        """
        group = self._place(group)
        came = [
            one for one in self.stays if one.entered[group] > 0 and (one.left[group] > 0 or one.state in self.shown)
        ]
        at = {one.state: place for place, one in enumerate(came)}
        outcomes = {i for i, one in enumerate(self.table.states) if one in self.procedure.outcomes}
        name = group_words(self.table.strata, language)[group] if self.table.strata.names else None
        return process_flow(
            stages=[
                Stage(
                    self.table.states[one.state],
                    self.words[self.table.states[one.state]].text(language),
                    _box_lines(one, group, ended=one.state in outcomes, language=language),
                    one.state in outcomes,
                )
                for one in came
            ],
            steps=[step for one in came for step in self._steps(one, group, at, outcomes, language)],
            headings=[
                words.text(language)
                for words in (tr("came next"), tr("cases"), tr("share that leaves so"), tr("half within"))
            ],
            onward_label=tr("to another stage").text(language),
            end_label=tr("to an ending").text(language),
            back_label=tr("back to an earlier one").text(language),
            title=name,
            ax=ax,
        )

    def _place(self, group: int | str) -> int:
        """Return the position of a group that is given by position or by name."""
        known = [" · ".join(level) for level in self.table.strata.levels]
        said = {word: place for language in LANGUAGES for place, word in enumerate(self._said_groups(language))}
        if isinstance(group, str) and group in {*known, *said}:
            return known.index(group) if group in known else said[group]
        if isinstance(group, int) and 0 <= group < len(known):
            return group
        raise QuestionError(
            tr("There is no group {group} here.", group=f"'{group}'"),
            tr("There are: {known}.", known=known) if self.table.strata.names else tr("All cases are one group: 0."),
        )

    def _said_groups(self, language: Language) -> list[str]:
        return group_words(self.table.strata, language) if self.table.strata.names else []

    def _steps(
        self, stay: Stay, group: int, at: Mapping[int, int], outcomes: set[int], language: Language
    ) -> list[Step]:
        """Return the moves out of one state: onward ones first, then endings, each by size; rare ones together."""
        order = sorted(
            (k for k in range(len(stay.targets)) if stay.moved[group, k] > 0),
            key=lambda k: (int(stay.targets[k]) in outcomes, -float(stay.moved[group, k])),
        )
        large = sorted(order, key=lambda k: -float(stay.moved[group, k]))[:_MOST_DRAWN]
        kept = [k for k in order if k in large and stay.moved[group, k] >= _WORTH_DRAWING * stay.entered[group]]
        rest = [k for k in order if k not in kept]
        if len(rest) == 1:
            kept, rest = order, []
        source = self.table.states[stay.state]
        steps = []
        for k in kept:
            target = int(stay.targets[k])
            back = target in at and at[target] <= at[stay.state]
            steps.append(
                Step(
                    source,
                    self.table.states[target],
                    self.words[self.table.states[target]].text(language),
                    float(stay.moved[group, k]),
                    _cells(stay.moved[group, k], stay.share[group, k], stay.wait[group, k], language),
                    "back" if back else "end" if target in outcomes else "on",
                )
            )
        if rest:
            n, share = float(stay.moved[group, rest].sum()), float(stay.share[group, rest].sum())
            words = tr("other moves").text(language)
            steps.append(Step(source, "", words, n, _cells(n, share, np.nan, language), "end"))
        return steps


def stage_durations(
    cases: CaseData,
    *,
    start: str = "complaint",
    by: Names = (),
    horizon_days: int = _TWO_YEARS,
    confidence_level: float = 0.95,
) -> StageDurations:
    """How long each stage lasts, and by which move it is left, counting the cases that are still in it.

    Each stage runs on its own clock, from the day on which a case comes to it; a case that is still there at the
    cut-off has stayed at least so long. A mean over the visits that are over would leave out the long ones.

    Parameters
    ----------
    cases : CaseData
    start : str
        Stage or role from which visits are looked at; what came before it does not count.
    by : str or tuple of str
        Attributes that split the cases.
    horizon_days : int
        Days of a stay up to which the mean is taken (a restricted mean).
    confidence_level : float
        Level of the limits of the median, read from the log-log limits of the curve.

    Returns
    -------
    StageDurations
        ``plot()`` draws the medians, ``map()`` the procedure as it was walked.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, or the visits of no case can be told.

    Notes
    -----
    Kaplan-Meier per stage; the share that leaves by a move is its Aalen-Johansen incidence at the end of the
    observation, and the wait before it the day on which half of that incidence is reached. Several states on one day
    are stays of 0 days. A case that comes to a stage again counts again; visits are taken as independent.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the
       American Statistical Association, 53, 457-481.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.stage_durations(jm.sample_cases())
    >>> found.main["state"][:2].tolist()
    ['complaint', 'preliminary']
    """
    ensure_stages(cases)
    by = names(by)
    ensure_level(confidence_level)
    if horizon_days <= 0:
        raise QuestionError(
            tr("Days are counted from the start; there is none below 0, and a horizon lies after it."),
            tr("Write two years as 730."),
        )
    table = spell_table(cases, start=start, by=by)
    ensure_visits(table, cases)
    table = table.trimmed()
    stays = tuple(
        stay_in(table, state, horizon_days, confidence_level) for state in np.unique(table.from_state).tolist()
    )
    procedure = cases.procedure
    lasting = {*procedure.stages, *procedure.suspended}
    goes_on = {one.state for one in stays if one.left.any() and table.states[one.state] in procedure.verdicts}
    shown = tuple(one.state for one in stays if table.states[one.state] in lasting or one.state in goes_on)
    words = state_words(cases, table.states)
    again = _again(table)
    return StageDurations(
        heading=tr("How long the stages last"),
        tables={
            "main": main_table(
                table, [one for one in stays if one.state in shown], words, start, horizon_days, confidence_level
            ),
            "moves": moves_table(table, stays, words, start),
            "naive": naive_table(table, [one for one in stays if one.state in shown], words),
        },
        definition=Definition(
            answers=tr("How long do cases stay in each stage, and what comes next?"),
            numerator=tr("visits that had ended by the day"),
            denominator=tr("all visits to the stage"),
            basis="cohort",
            pending=tr("a case that is still in the stage at the cut-off has stayed at least so long (censored)"),
            method=tr(
                "Kaplan-Meier estimator per stage on its own clock, quantiles with limits from the log-log band; "
                "shares of moves by the Aalen-Johansen estimator (Kaplan and Meier 1958; Aalen and Johansen 1978)."
            ),
        ),
        provenance=visits_provenance(
            cases,
            table,
            "stage_durations",
            start=start,
            by=by,
            horizon_days=horizon_days,
            confidence_level=confidence_level,
        ),
        notes=(
            *visits_notes(cases, table, robust=False, clustered=False),
            *few_units_note(table.strata, units_of(table)),
            *again,
        ),
        frame_library=cases.frame_library,
        table=table,
        stays=stays,
        procedure=procedure,
        horizon_days=horizon_days,
        words=words,
        shown=shown,
        weighted=cases.sampling.weighted,
    )


def _again(table: SpellTable) -> tuple[Message, ...]:
    """Tell when cases come to a stage more than once: their visits are not independent."""
    back = (table.to_state >= 0) & (table.to_state < table.from_state)
    n = int(table.n[back].sum())
    if not n:
        return ()
    return (
        trn(
            "{n} move went back to an earlier state; a case that comes to a stage again counts again, and the "
            "intervals take its visits as independent.",
            "{n} moves went back to an earlier state; a case that comes to a stage again counts again, and the "
            "intervals take its visits as independent.",
            n,
        ),
    )


def _box_lines(stay: Stay, group: int, *, ended: bool, language: Language) -> tuple[str, ...]:
    came = tr("came: {n}", n=format_number(round(float(stay.entered[group])), language))
    still = tr("still there: {n}", n=format_number(round(float(stay.still[group])), language))
    median = tr("median stay: {days}", days=days_words(stay.quarters[group, 1]))
    return tuple(one.text(language) for one in ((came, still) if ended else (came, median, still)))


def _cells(n: float, share: float, wait: float, language: Language) -> tuple[str, ...]:
    days = days_words(wait).text(language) if np.isfinite(wait) else "–"
    return format_number(round(float(n)), language), format_share(float(share), language, decimals=0), days
