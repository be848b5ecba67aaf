"""What cases that have lasted so long may still expect: curves from several landmarks on, each begun anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..base.cells import BaseCounts
from ..base.errors import QuestionError
from ..base.language import Language, Readable, tr, trn
from ..base.result import Definition, Result
from ..base.table import Column, Table
from ..base.types import Counts, Floats
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.curves import Incidence
from ..estimate.limits import Limits
from ..estimate.risk import at_risk, last_observed_days
from ..estimate.rows import Rows
from ..figures.curves import step_curves
from ..reduce.risk import Endings
from ..tables import RiskTable, Strata
from .curve_estimates import incidence_of, seen_only, watched
from .curve_tables import YEAR, axis_words, chosen_rows, curve_columns, day_rows, limits_words, marked_days
from .curve_times import CurveVariance, Times, ensure_curve, method_words, times_of
from .declared import Share, ensure_level, few_units_note, sampling_notes, spells_of, time_provenance

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LANDMARK = "landmark_days"


@dataclass(frozen=True, eq=False, kw_only=True)
class LandmarkCurves(Result):
    """Cumulative incidence of an outcome after each of several landmarks, among the cases open and observed on it.

    Tables
    ------
    main
        One row per landmark and number of days after it: ``at_risk`` then, ``estimate, std_error, conf_low, conf_high``
        of the outcome.
    curve
        One row per landmark and day after it on which a case left.
    """

    question: ClassVar[str] = "landmark_curves"

    times: Times
    curves: Incidence
    landmarks: tuple[int, ...]
    outcome_words: Readable
    start_words: Readable
    confidence_level: float

    @property
    def table(self) -> RiskTable:
        """The counts after each landmark, one stratum each."""
        return self.times.table

    def base_counts(self) -> BaseCounts:
        """Refuse to be published: curves of the same cases that begin on several days give single days away.

        Raises
        ------
        QuestionError
        """
        raise QuestionError(
            tr("Curves of the same cases, begun anew on several days, would give away what happened on single days."),
            tr("Publish one curve of these cases."),
        )

    def findings(self) -> tuple[Readable, ...]:
        """Return, for each landmark, the share that came to the outcome within a year after it."""
        main = self.main
        said: list[Readable] = []
        for place, landmark in enumerate(self.landmarks):
            rows = np.flatnonzero((main[LANDMARK] == landmark) & np.isfinite(main["estimate"].astype(float)))
            if not len(rows):
                continue
            early = rows[main["days"][rows] <= YEAR]
            row = early[-1] if len(early) else rows[0]
            share = Share(main["estimate"][row])
            said.append(
                trn(
                    "Of {n} case open {landmark} days after {start}, {share} came to {outcome} within the next {days} "
                    "days (interval {low} to {high}).",
                    "Of {n} cases open {landmark} days after {start}, {share} came to {outcome} within the next {days} "
                    "days (interval {low} to {high}).",
                    int(self.times.n_units[place]),
                    landmark=landmark,
                    start=self.start_words,
                    share=tr("{share} (weighted)", share=share) if self.table.weighted else share,
                    outcome=self.outcome_words,
                    days=int(main["days"][row]),
                    low=Share(main["conf_low"][row]),
                    high=Share(main["conf_high"][row]),
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw one curve per landmark, each from its landmark on, with the number still open below."""
        words = axis_words(self.table, self.start_words, language)
        words["x_label"] = tr("days since the landmark").text(language)
        drawn = [
            seen_only(self.times, array[:, 0], self.curves.survival)
            for array in (self.curves.incidence, self.curves.conf_low, self.curves.conf_high)
        ]
        return step_curves(
            estimate=drawn[0],
            conf_low=drawn[1],
            conf_high=drawn[2],
            groups=[tr("open on day {n}", n=one).text(language) for one in self.landmarks],
            y_label=tr("share that came to: {outcome}", outcome=self.outcome_words).text(language),
            limits_label=limits_words(self.confidence_level, groups=len(self.landmarks), band=False, language=language),
            ax=ax,
            **words,
        )


def landmark_curves(
    cases: CaseData | Durations,
    *,
    landmark_days: Sequence[int] = (0, 180, 365, 730),
    outcome: str = "verdict",
    start: str = "complaint",
    endings: Endings = "first",
    variance: CurveVariance | None = None,
    limits: Limits = "log-log",
    cluster: str | None = None,
    confidence_level: float = 0.95,
) -> LandmarkCurves:
    """Share that came to an outcome within so many more days, among the cases still open on each landmark.

    The older a case is, the less its past says of its future: these curves tell the victim of a case that has lasted a
    year what became of cases that had lasted as long. On each landmark only cases that were open *and under
    observation* are taken, and days count anew from there.

    Parameters
    ----------
    cases : CaseData or Durations
    landmark_days : sequence of int
        Days since the start, rising.
    outcome : str
        Endpoint; every other ending competes with it.
    start : str
        Stage or role from whose first day the landmarks are counted.
    endings : {"first", "standing"}
        With ``first`` whether a case was open on a landmark, and how it ended, is told by its first ending, as it was
        known then. With ``standing`` a case that was closed and reopened later counts as open.
    variance : {"greenwood", "counting_process", "infinitesimal_jackknife"}, optional
        Greenwood's by default, and the robust one where there are sampling weights or clusters.
    limits : {"log-log", "log", "plain", "arcsine"}
        Scale of the pointwise limits.
    cluster : str, optional
        Attribute whose groups are not independent inside, such as court; by default the cluster of the sampling.
    confidence_level : float

    Returns
    -------
    LandmarkCurves
        The curves of two landmarks share cases; no test compares them.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, the landmarks do not rise, or no case was open on the first of them.

    References
    ----------
    .. [1] van Houwelingen, H. C. (2007). Dynamic prediction by landmarking in event history analysis. Scandinavian
       Journal of Statistics, 34, 70-85.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.landmark_curves(jm.sample_cases(), landmark_days=(0, 365))
    >>> sorted(set(answer.main["landmark_days"].tolist()))
    [0, 365]
    """
    landmarks = asked = tuple(landmark_days)
    if isinstance(cases, Durations) and cases.several_rows:
        raise QuestionError(
            tr(
                "These times have several rows for one unit; on a landmark only the row that holds it would be taken, "
                "and each later change of row would count as no longer observed."
            ),
            tr("Hand over one row per unit."),
        )
    ensure_level(confidence_level)
    ensure_curve(None, limits)
    if not landmarks or any(one < 0 for one in landmarks) or any(np.diff(landmarks) <= 0):
        raise QuestionError(
            tr(
                "The landmarks are {days}; they are days from 0 on, each later than the one before.",
                days=list(landmarks),
            ),
            tr("Write them as landmark_days = [0, 180, 365]."),
        )
    spells = spells_of(cases, start=start, wanted=(outcome,), endings=endings)
    whole = times_of(spells, cases, by=(), variance=variance, cluster=cluster, with_rows=True)
    times, landmarks = _restarted(whole, landmarks)
    found = incidence_of(times, confidence_level=confidence_level, limits=limits)
    curves = _of_outcome(found, times.table, outcome)
    main = _at(times, curves, found.survival, landmarks)
    words, start_words = spells.label(outcome), spells.start_words
    return LandmarkCurves(
        heading=tr("What cases still open came to: {outcome}", outcome=words),
        tables={
            "main": main,
            "curve": _days(times, curves, landmarks, outcome),
        },
        definition=Definition(
            answers=tr(
                "Of the cases open on each landmark, what share came to {outcome} within so many more days?",
                outcome=words,
            ),
            numerator=tr("cases that came to {outcome} by the day", outcome=words),
            denominator=tr(
                "cases open and observed on the landmark, of those that reached: {start}", start=start_words
            ),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored; any other ending competes"),
            method=tr(
                "Aalen-Johansen estimator from each landmark on (van Houwelingen 2007); {how}.",
                how=method_words(times, limits),
            ),
        ),
        provenance=time_provenance(
            cases,
            whole.table,
            "landmark_curves",
            landmark_days=landmarks,
            outcome=outcome,
            start=start,
            endings=endings,
            variance=times.variance,
            limits=limits,
            cluster=cluster,
            confidence_level=confidence_level,
        ),
        notes=(
            *sampling_notes(cases, design_used=True),
            *whole.notes,
            *_landmark_notes(asked, landmarks, main),
            *few_units_note(times.table.strata, times.n_units),
        ),
        frame_library=cases.frame_library,
        times=times,
        curves=curves,
        landmarks=landmarks,
        outcome_words=words,
        start_words=start_words,
        confidence_level=confidence_level,
    )


def _restarted(whole: Times, landmarks: Sequence[int]) -> tuple[Times, tuple[int, ...]]:
    """Return one group per landmark on which anybody was open and observed, days counted from it."""
    if whole.rows is None:
        raise TypeError("landmarks need rows")
    rows = whole.rows
    there = [np.flatnonzero((rows.exit > one) & (rows.entry <= one)) for one in landmarks]
    kept = [place for place, cells in enumerate(there) if len(cells)]
    if not kept:
        raise QuestionError(
            tr("No case was open and observed on day {landmark}.", landmark=landmarks[0]),
            tr("Choose an earlier landmark."),
        )
    cells = np.concatenate([there[place] for place in kept])
    group = np.repeat(np.arange(len(kept)), [len(there[place]) for place in kept])
    exits = rows.exit[cells] - np.array(landmarks, dtype=np.int32)[kept][group]
    made = Rows(
        entry=np.full(len(cells), -1, dtype=np.int32),
        exit=exits.astype(np.int32),
        code=rows.code[cells],
        n=rows.n[cells],
        weight=None if rows.weight is None else rows.weight[cells],
        stratum=group,
        pattern=rows.pattern[cells],
        cluster=None if rows.cluster is None else rows.cluster[cells],
    )
    chosen = tuple(landmarks[place] for place in kept)
    table = _table(made, whole.table, chosen)
    robust = whole.variance == "infinitesimal_jackknife"
    times = Times(
        table=table,
        at_risk=at_risk(table.events, table.censored, table.entered),
        variance=whole.variance,
        rows=made if robust else None,
        clusters=None,
        given_days=-1,
        notes=whole.notes,
    )
    return times, chosen


def _table(rows: Rows, whole: RiskTable, landmarks: Sequence[int]) -> RiskTable:
    """Count rows that all begin on day -1."""
    g, k = len(landmarks), len(whole.outcomes)
    days = np.unique(np.append(rows.exit, -1)).astype(np.int32)
    number: Any = rows.n if rows.weight is None else rows.n * rows.weight
    place = (rows.stratum * (k + 1) + rows.code) * len(days) + np.searchsorted(days, rows.exit)
    total = np.bincount(place, weights=number, minlength=g * (k + 1) * len(days)).reshape(g, k + 1, len(days))
    exits: Counts | Floats = total if rows.weight is not None else total.astype(np.int64)
    entered = np.zeros((g, len(days)), exits.dtype)
    entered[:, 0] = exits.sum(axis=(1, 2))
    return RiskTable(
        strata=Strata((LANDMARK,), tuple((str(one),) for one in landmarks)),
        outcomes=whole.outcomes,
        days=days,
        events=exits[:, 1:],
        censored=exits[:, 0],
        entered=entered,
        left_out={},
        weighted=rows.weight is not None,
    )


def _of_outcome(curves: Incidence, table: RiskTable, outcome: str) -> Incidence:
    """Return the curves of one outcome; an outcome that nobody came to is 0 throughout."""
    if outcome in table.outcomes:
        place = table.outcomes.index(outcome)
        return Incidence(curves.survival, *(array[:, place : place + 1] for array in curves[1:]))
    nothing = np.zeros((len(table.strata), 1, len(table.days)))
    return Incidence(curves.survival, nothing, nothing, nothing * np.nan, nothing * np.nan)


def _columns(curves: Incidence) -> dict[str, Floats]:
    return {
        "estimate": curves.incidence,
        "std_error": curves.std_error,
        "conf_low": curves.conf_low,
        "conf_high": curves.conf_high,
    }


def _at(times: Times, curves: Incidence, survival: Floats, landmarks: Sequence[int]) -> Table:
    days = _days_after(times, survival)
    made = chosen_rows(
        times.table,
        days,
        {name: (array, 0.0) for name, array in _columns(curves).items()},
        watched(times, survival, days),
        keys={},
        columns=curve_columns(tr("share that came to it")),
        labels={},
        title=tr("Within so many days after each landmark"),
    )
    return _numbered(made, landmarks)


def _days_after(times: Times, survival: Floats) -> list[int]:
    """Return the marked days, and before them the last one on which every landmark's cases were still watched."""
    days = marked_days(times.table, -1)
    short = ~watched(times, survival, days[:1])[:, 0]
    last = last_observed_days(times.table.days, times.at_risk)[short]
    shortest = int(np.min(last[last > 0], initial=days[0]))
    return days if shortest == days[0] else [shortest, *days]


def _landmark_notes(asked: Sequence[int], landmarks: Sequence[int], main: Table) -> tuple[Readable, ...]:
    """Name the landmarks on which no case was open, and those after which none was watched long enough."""
    notes: list[Readable] = []
    nobody = [one for one in asked if one not in landmarks]
    if nobody:
        notes.append(tr("No case was open and observed on these landmarks, so they are left out: {days}.", days=nobody))
    known = np.isfinite(main["estimate"].astype(float))
    untold = [one for one in landmarks if not known[main[LANDMARK] == one].any()]
    if untold:
        notes.append(
            tr(
                "After these landmarks no case was watched long enough to tell anything: {days}.",
                days=untold,
            )
        )
    return tuple(notes)


def _days(times: Times, curves: Incidence, landmarks: Sequence[int], outcome: str) -> Table:
    there = outcome in times.table.outcomes
    place = times.table.outcomes.index(outcome) if there else 0
    events = times.table.events[:, place : place + 1] if there else np.zeros(curves.incidence.shape, np.int64)
    made = day_rows(
        times.table,
        times.at_risk,
        events,
        _columns(curves),
        keys={},
        columns=curve_columns(tr("share that came to it")),
        labels={},
        title=tr("Day by day after each landmark"),
    )
    return _numbered(made, landmarks)


def _numbered(table: Table, landmarks: Sequence[int]) -> Table:
    """Return the table with its landmarks as days: they are no group of cases."""
    known = {str(one): one for one in landmarks}
    columns = (Column(LANDMARK, tr("open on day"), "days", "key", "key"), *table.columns[1:])
    values: dict[str, Any] = dict(table.values)
    values[LANDMARK] = np.array([known[str(one)] for one in table[LANDMARK]], dtype=np.int64)
    return Table(columns, values, labels=table.labels, title=table.title)
