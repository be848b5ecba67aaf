"""Where the cases are t days after the start: the probability of each stage and ending, and the days spent in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Language, Readable, format_number, format_share, tr
from ..base.result import Definition, Protected, Result
from ..base.table import Table
from ..base.types import Floats, Names, names, several
from ..cases.casedata import CaseData
from ..estimate.limits import Limits
from ..estimate.multistate import Moves, counted, occupation
from ..figures.stacked_areas import stacked_areas
from ..reduce.spells import spell_table
from ..tables import SpellTable
from .declared import (
    ensure_level,
    few_units_note,
    group_words,
)
from .mean_days import short_note
from .occupancy_tables import (
    Estimated,
    OccupancyVariance,
    StageCells,
    expected_table,
    probability_table,
    shares_at,
    stage_cells,
    watched,
)
from .occupancy_words import draw_days, occupancy_findings
from .published_days import ensure_published_days
from .visits import (
    ensure_stages,
    ensure_visits,
    last_days,
    spells_of_table,
    state_words,
    units_of,
    visits_notes,
    visits_provenance,
    without_counts,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CHOSEN: Final = (180, 365, 730, 1_095)
_TWO_YEARS: Final = 730
_POINTS_DRAWN: Final = 300
_TICK_STEPS: Final = (30, 60, 90, 180, 365, 730, 1_095, 1_825)


@dataclass(frozen=True, eq=False, kw_only=True)
class StageOccupancy(Result):
    """Probability of standing in each stage, or of having ended in each way, by days since the start.

    Tables
    ------
    main
        One row per stratum, state and chosen day: ``at_risk`` cases still observed after the day and ``numerator`` of
        them in the state; ``estimate, std_error, conf_low, conf_high`` of the probability.
    expected
        Days that a case spends in each state within ``horizon_days`` of the start, on average over all cases.
    """

    question: ClassVar[str] = "stage_occupancy"

    table: SpellTable
    estimated: Estimated
    horizon_days: int
    words: Mapping[str, Readable]
    ended: tuple[bool, ...]
    start_words: Readable
    cells: StageCells

    def at(self, days: Sequence[int] | int) -> Table:
        """Return the probabilities at given days since the start.

        Parameters
        ----------
        days : sequence of int
        """
        days = several(days)
        _ensure_days(days, None)
        return probability_table(self.table, self.estimated, days, self.words, self.cells)

    def context(self) -> Mapping[str, object]:
        """Return what sentences need besides the tables."""
        stages = [one for one, ended in zip(self.table.states, self.ended, strict=True) if not ended]
        return {"start": self.start_words, "stages": " ".join(stages)}

    def rebuild(self, protected: Protected) -> Result:
        """Return the answer as it may be published: days and rounded shares, and no count of visits.

        Raises
        ------
        QuestionError
            When it is asked of days so close together that they tell on which day single cases moved on.
        """
        ensure_published_days(self.main["days"].tolist())
        return without_counts(super().rebuild(protected))

    def findings(self) -> tuple[Readable, ...]:
        """Return where the cases are after each chosen day, and in which stage they spend the time."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the same from what is shown."""
        return occupancy_findings(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw where the cases are on the chosen days; a whole curve of each stage is not published."""
        return draw_days(shown, ax, language)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how the cases are spread over stages and endings by each day, one panel per group."""
        last = int(np.nanmax(last_days(self.table)))
        days = np.unique(np.linspace(0, last, min(last + 1, _POINTS_DRAWN)).astype(np.int64))
        step = next((one for one in _TICK_STEPS if last / one <= (6 if len(self.table.strata) == 1 else 4)), 3_650)
        shares = shares_at(self.estimated, days)
        shares = np.where(watched(self.table, days)[:, None, :], shares, np.nan)
        return stacked_areas(
            days=days,
            shares=shares,
            labels=[self.words[one].text(language) for one in self.table.states],
            ended=self.ended,
            groups=group_words(self.table.strata, language) if self.table.strata.names else [""],
            ticks=list(range(0, last + 1, step)),
            x_label=tr("days since: {start}", start=self.start_words).text(language),
            y_label=tr("share of cases").text(language),
            open_label=tr("open, in the stage").text(language),
            ended_label=tr("ended by").text(language),
            rest_labels=(tr("other stages").text(language), tr("other endings").text(language)),
            number=lambda n: format_number(round(n), language),
            percent=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )


def stage_occupancy(
    cases: CaseData,
    *,
    start: str = "complaint",
    by: Names = (),
    days: Sequence[int] | None = None,
    horizon_days: int | None = None,
    cluster: str | None = None,
    variance: OccupancyVariance = "greenwood",
    limits: Limits = "log-log",
    confidence_level: float = 0.95,
) -> StageOccupancy:
    """Where the cases are t days after the start: in which stage, or how they have ended.

    Aalen-Johansen on the whole graph of the procedure, reopening and retrial included: p(t) is the product of one
    transition matrix per day, each estimated from the cases open and observed in each state on that day.

    Parameters
    ----------
    cases : CaseData
    start : str
        Stage or role from whose first day time runs, in days.
    by : str or tuple of str
        Attributes that split the cases.
    days : sequence of int, optional
        Days since the start to tell of; 180, 365, 730 and 1,095 by default, as far as the data reach.
    horizon_days : int, optional
        Days over which the time in each stage is added up; by default 730, or as far as every group was watched.
    cluster : str, optional
        Attribute whose levels (courts) are the independent units of the jackknife.
    variance : {"greenwood", "infinitesimal_jackknife"}
        Greenwood takes the process as Markov (what comes next depends on the stage and the day only) and cases as
        independent and unweighted. The jackknife holds without the first, takes clusters and sampling weights, and
        needs a row per visit in memory.
    limits : {"log-log", "log", "plain"}
        Scale of the pointwise limits of the probabilities. Those of the expected days are plain, cut at 0 and the
        horizon.
    confidence_level : float

    Returns
    -------
    StageOccupancy

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, a day is negative, or the visits of no case can be told.

    Notes
    -----
    A case is in the state that it came to last. Several states on one day count by where the case stood in the
    evening; a case that ended stays where it ended until it is reopened.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
       on censored observations. Scandinavian Journal of Statistics, 5, 141-150.
    .. [2] Datta, S. and Satten, G. A. (2001). Validity of the Aalen-Johansen estimators of stage occupation
       probabilities without the Markov assumption. Statistics and Probability Letters, 55, 403-411.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> found = jm.stage_occupancy(jm.sample_cases(), days=(365,))
    >>> round(float(found.main["estimate"].sum()), 6)
    1.0
    """
    ensure_stages(cases)
    by = names(by)
    ensure_level(confidence_level)
    _ensure_days(days, horizon_days)
    if cluster is not None and variance == "greenwood":
        raise QuestionError(
            tr("Greenwood's variance takes cases as independent; it knows no clusters."),
            tr('Ask with variance = "infinitesimal_jackknife".'),
        )
    linked = variance == "infinitesimal_jackknife"
    table = spell_table(cases, start=start, by=by, linked=linked, cluster=cluster)
    ensure_visits(table, cases)
    table = table.trimmed()
    spells = spells_of_table(table)
    moves = counted(spells, groups=len(table.strata), states=len(table.states))
    initial = _fixed_start(cases, start, table, moves)
    last = last_days(table)
    chosen = tuple(days) if days is not None else _chosen(last)
    horizon = horizon_days if horizon_days is not None else int(min(_TWO_YEARS, np.nanmin(last)))
    curve = occupation(moves, horizon=horizon, initial=initial, errors=variance == "greenwood")
    words, start_words = state_words(cases, table.states), cases.procedure.label(start)
    estimated = Estimated(spells, moves, curve, initial, variance, limits, confidence_level)
    cells = stage_cells(start, table, first=cases.resolve(start) == (cases.procedure.start,))
    return StageOccupancy(
        heading=tr("Where the cases are, by days from: {start}", start=start_words),
        tables={
            "main": probability_table(table, estimated, chosen, words, cells),
            "expected": expected_table(table, estimated, horizon, words, cells),
        },
        definition=_definition(start_words, variance),
        provenance=visits_provenance(
            cases,
            table,
            "stage_occupancy",
            start=start,
            by=by,
            days=chosen,
            horizon_days=horizon,
            cluster=cluster,
            variance=variance,
            limits=limits,
            confidence_level=confidence_level,
        ),
        notes=(
            *visits_notes(cases, table, robust=linked, clustered=cluster is not None),
            *few_units_note(table.strata, units_of(table)),
            *_unseen_days(table, chosen),
            *short_note(np.where(watched(table, [horizon])[:, 0], 0.0, np.nan), horizon),
        ),
        frame_library=cases.frame_library,
        table=table,
        estimated=estimated,
        horizon_days=horizon,
        words=words,
        ended=tuple(one in cases.procedure.outcomes for one in table.states),
        start_words=start_words,
        cells=cells,
        weighted=cases.sampling.weighted,
    )


def _definition(start_words: Readable, variance: OccupancyVariance) -> Definition:
    method = (
        tr(
            "Aalen-Johansen estimator on all moves between the states, Greenwood-type variance (Aalen and "
            "Johansen 1978)."
        )
        if variance == "greenwood"
        else tr(
            "Aalen-Johansen estimator on all moves between the states, infinitesimal-jackknife variance, which does "
            "not take the process as Markov (Aalen and Johansen 1978; Datta and Satten 2001)."
        )
    )
    return Definition(
        answers=tr(
            "In which stage are the cases, or how have they ended, by each day since {start}?", start=start_words
        ),
        numerator=tr("cases that stand in the state after the day, weighted for those no longer observed"),
        denominator=tr("all cases that reached: {start}", start=start_words),
        basis="cohort",
        pending=tr("counted in the stage in which they are, up to the cut-off, then censored"),
        method=method,
    )


def _ensure_days(days: Sequence[int] | None, horizon_days: int | None) -> None:
    given = [*(days or ()), *([horizon_days] if horizon_days is not None else [])]
    if any(one < 0 for one in given) or (days is not None and not len(days)) or horizon_days == 0:
        raise QuestionError(
            tr("Days are counted from the start; there is none below 0, and a horizon lies after it."),
            tr("Write two years as 730."),
        )


def _fixed_start(cases: CaseData, start: str, table: SpellTable, moves: Moves) -> Floats | None:
    """Return the initial state where all start in one; None where their shares are to be estimated."""
    begin = [one for one in cases.resolve(start) if one in table.states]
    j = len(table.states)
    if len(begin) == 1:
        return np.tile(np.eye(j)[table.states.index(begin[0])], (len(table.strata), 1))
    if bool((moves.started.sum(axis=1) > 0).all()):
        return None
    raise QuestionError(
        tr(
            "No case was observed from the start, so nobody knows in which of the states they began: {states}.",
            states=[cases.procedure.label(one) for one in begin],
        ),
        tr("Ask with one of them as the start."),
    )


def _unseen_days(table: SpellTable, chosen: Sequence[int]) -> tuple[Readable, ...]:
    """Say of which days nothing is told, because no case was watched so long."""
    seen = watched(table, chosen)
    beyond = [day for place, day in enumerate(chosen) if not seen[:, place].any()]
    if not beyond:
        return ()
    return (tr("No case was observed for {days} days, so nothing is said of them.", days=beyond),)


def _chosen(last: Floats) -> tuple[int, ...]:
    reach = int(np.nanmax(last))
    return tuple(day for day in _CHOSEN if day <= reach) or (reach,)
