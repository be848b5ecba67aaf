"""What today's pending cases will come to: expected verdicts within a year, with an interval for the number itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from ..base.errors import QuestionError
from ..base.language import LANGUAGES, Label, Language, Readable, Setting, tr, trn
from ..base.levels import PENDING
from ..base.result import Definition, Result
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..cases.durations import ANY_EXIT, OTHER_ENDING, Durations
from ..estimate.forecast import (
    Hazards,
    daily_hazards,
    expected_among,
    resampled_expected,
    with_constant_tail,
)
from ..estimate.resampling import cluster_draws
from ..estimate.risk import at_risk
from ..reduce.patterns import Patterns
from ..reduce.risk import risk_table_of
from ..tables import RiskTable
from .curve_release import curve_cells
from .declared import (
    Share,
    ensure_level,
    ensure_some,
    outcome_labels,
    sampling_notes,
    spells_of,
    time_provenance,
)
from .forecast_tables import StratumForecast, ages_table, main_table, pending_cells
from .forecast_tail import times_for_tail, with_modelled_tail
from .forecast_words import draw_forecast, forecast_findings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Tail: TypeAlias = Literal["refuse", "constant", "weibull", "log-normal", "log-logistic"]

# The mean hazard that a constant tail goes on with is that of so many last days.
_WINDOW: Final = 365
_MOST_CLUSTERS: Final = 100_000
_FEW_CLUSTERS: Final = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class ExpectedEndings(Result):
    """How many of the pending cases are expected to end, and how, within a horizon from the cut-off.

    Tables
    ------
    main
        One row per stratum and outcome, ``pending`` (still open at the end) last: ``denominator`` pending cases that
        can be told of, ``not_told`` those too old to, ``estimate`` the expected number, ``std_error`` of it, and
        ``conf_low, conf_high``, between which the number itself will lie.
    ages
        The same by age of the case at the cut-off, without an interval, with the mean days still open in the horizon.
    """

    question: ClassVar[str] = "expected_endings"

    within_days: int
    confidence_level: float

    def context(self) -> Mapping[str, object]:
        """Return the settings that sentences need besides the tables."""
        level = Share(self.confidence_level, 0 if (100 * self.confidence_level) % 1 < 1e-9 else 1)
        return {
            "days": Setting(self.within_days),
            "level": Label({one: level.text(one) for one in LANGUAGES}),
            "weighted": self.weighted,
        }

    def findings(self) -> tuple[Readable, ...]:
        """Return the expected number of the first outcome, and of how many nothing can be said.

        By groups, those with the most pending cases are named; groups of which nothing can be told are left out.
        """
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the same from what is shown."""
        return forecast_findings(shown)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw expected endings by age of the case; by strata, the first outcome with its interval for each."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the same from what is shown."""
        return draw_forecast(shown, ax, language)


def expected_endings(
    cases: CaseData | Durations,
    *,
    outcome: Names = "verdict",
    start: str = "complaint",
    within_days: int = 365,
    by: Names = (),
    tail: Tail = "refuse",
    cluster: str | None = None,
    resamples: int = 1000,
    seed: int = 1,
    confidence_level: float = 0.95,
) -> ExpectedEndings:
    """How many of the cases pending at the cut-off are expected to come to an outcome within the next days.

    A case that has been open for a days ends by outcome k within h more days with probability
    (F_k(a + h) − F_k(a)) / S(a), from the Aalen-Johansen curve of all cases. The expected number is the sum over the
    pending cases. The interval is one for the number that will be counted (a prediction interval): it adds the doubt
    about the curve and the chance in each case. It takes the future to go on as the past did at the same age.

    Parameters
    ----------
    cases : CaseData or Durations
    outcome : str or tuple of str
        Endpoints told apart; every other ending is one competitor. ``any_exit`` is any ending.
    start : str
        Stage or role from whose first day the age of a case runs.
    within_days : int
        Horizon, in days after the cut-off.
    by : str or tuple of str
        Attributes that split the cases; each group is told from its own past.
    tail : {"refuse", "constant", "weibull", "log-normal", "log-logistic"}
        What is said of cases so old that their horizon goes beyond the last day on which any case was watched: nothing,
        and they are counted apart; that the hazards of the last 365 watched days go on; or that they go on as a model
        of that shape has it, fitted to all times of the group (needs the extra ``[lifelines]``).
    cluster : str, optional
        Attribute whose groups are alike inside, such as court: the doubt about the curve then comes from drawing
        whole clusters again.
    resamples, seed : int
        Of that drawing.
    confidence_level : float
        Of the prediction interval.

    Returns
    -------
    ExpectedEndings

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, no case is pending, or time cannot be told of any case.
    MissingExtraError
        For a modelled tail, without lifelines.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.expected_endings(jm.sample_cases(), outcome="verdict")
    >>> answer.main["outcome"].tolist()
    ['verdict', 'other_ending', 'pending']
    """
    by, wanted = names(by), names(outcome)
    ensure_level(confidence_level)
    if within_days < 1:
        raise QuestionError(tr("The horizon is {days} days.", days=within_days), tr("Ask for a day or more."))
    if isinstance(cases, Durations) and cases.several_rows:
        raise QuestionError(
            tr("These times have several rows for one unit, so a row that ends open is not a pending unit."),
            tr("Hand over one row per unit."),
        )
    spells = spells_of(cases, start=start, wanted=wanted)
    table = risk_table_of(spells, by=by)
    ensure_some(table, cases)
    if not table.censored.any():
        raise QuestionError(
            tr("No case is pending, so there is nothing to expect."),
            tr("A sample of closed files has no pending cases; the question needs all registered cases."),
        )
    table = _shown(table, wanted)
    held = times_for_tail(spells, by) if tail not in {"refuse", "constant"} else None
    strata = [_stratum(table, place, within_days, tail, held) for place in range(len(table.strata))]
    clusters = 0
    if cluster is not None:
        apart = _shown(risk_table_of(spells, by=(*by, cluster), most_strata=_MOST_CLUSTERS), wanted)
        strata = [
            _over_clusters(one, apart, levels, within_days, tail, resamples, seed)
            for one, levels in zip(strata, table.strata.levels, strict=True)
        ]
        clusters = len({one[-1] for one in apart.strata.levels})
    words: dict[str, Readable] = {**outcome_labels(spells, table.outcomes), PENDING: tr("still open")}
    cells = pending_cells(curve_cells(cases, table, start=start, wanted=wanted), within_days, tail)
    return ExpectedEndings(
        heading=tr("What the pending cases are expected to come to within {days} days", days=Setting(within_days)),
        tables={
            "main": main_table(table, strata, confidence_level, words, cells),
            "ages": ages_table(table, strata, words, cells),
        },
        definition=Definition(
            answers=tr(
                "How many of the cases that were pending at the cut-off will have ended, and how, {days} days later?",
                days=Setting(within_days),
            ),
            numerator=tr("expected endings among the pending cases, given how long each has been open"),
            denominator=tr(
                "cases pending at the cut-off whose next {days} days can be told", days=Setting(within_days)
            ),
            basis="snapshot",
            pending=tr("they are what is asked about; how they will go on is read from all cases"),
            method=tr(
                "Conditional cumulative incidence from the Aalen-Johansen curve, added up over the ages of the pending "
                "cases; prediction interval on the logit scale from the variance of the curve (delta method, or "
                "clusters drawn again) and that of the number given the curve."
            ),
        ),
        provenance=time_provenance(
            cases,
            table,
            "expected_endings",
            outcome=wanted,
            start=start,
            within_days=within_days,
            by=by,
            tail=tail,
            cluster=cluster,
            resamples=resamples,
            seed=seed,
            confidence_level=confidence_level,
        ),
        notes=_notes(cases, strata, tail, cluster, clusters),
        frame_library=cases.frame_library,
        within_days=within_days,
        weighted=table.weighted,
        confidence_level=confidence_level,
    )


def _shown(table: RiskTable, wanted: Sequence[str]) -> RiskTable:
    """Return the table with the wanted outcomes, and the others only where any case had them or might."""
    if ANY_EXIT not in wanted:
        return table
    place = table.outcomes.index(OTHER_ENDING)
    if table.events[:, place].any():
        return table
    return RiskTable(
        strata=table.strata,
        outcomes=tuple(one for one in table.outcomes if one != OTHER_ENDING),
        days=table.days,
        events=np.delete(table.events, place, axis=1),
        censored=table.censored,
        entered=table.entered,
        left_out=table.left_out,
        weighted=table.weighted,
    )


def _hazards(table: RiskTable, place: int, within_days: int, tail: Tail, held: Patterns | None) -> Hazards:
    risk = at_risk(table.events, table.censored, table.entered)[place]
    hazards = daily_hazards(table.days, table.events[place], risk)
    if tail == "refuse" or hazards.last_day < 0:
        return hazards
    if tail != "constant" and held is not None:
        return with_modelled_tail(hazards, held, table.strata.levels[place], within_days, tail)
    return with_constant_tail(hazards, within_days, window_days=_WINDOW)


def _stratum(table: RiskTable, place: int, within_days: int, tail: Tail, held: Patterns | None) -> StratumForecast:
    there = np.flatnonzero(table.censored[place] > 0)
    ages, pending = table.days[there], table.censored[place][there]
    found = expected_among(_hazards(table, place, within_days, tail, held), ages, pending, within_days)
    estimation = np.append(found.estimation_variance, found.any_estimation)
    chance = np.append(found.chance_variance, found.any_chance)
    return StratumForecast(ages, pending, found, estimation + chance, estimation)


def _over_clusters(
    one: StratumForecast,
    apart: RiskTable,
    levels: tuple[str, ...],
    within_days: int,
    tail: Tail,
    resamples: int,
    seed: int,
) -> StratumForecast:
    """Take the doubt about the curve from drawing clusters again, the pending cases staying what they are."""
    mine = [place for place, level in enumerate(apart.strata.levels) if level[:-1] == levels]
    risk = at_risk(apart.events, apart.censored, apart.entered)[mine]
    cells = np.concatenate([apart.events[mine], risk[:, None, :]], axis=1).astype(np.float64)
    if tail != "refuse":
        raise QuestionError(
            tr("A tail and a drawing of clusters do not go together here."),
            tr("Leave out one of: tail, cluster."),
        )
    told = one.found.told
    draws = cluster_draws(len(mine), resamples, seed).astype(np.float64)
    values = []
    for piece in np.array_split(draws, max(1, int(draws.shape[0] * cells[0].size / 4_000_000))):
        drawn = (piece @ cells.reshape(len(mine), -1)).reshape(len(piece), *cells.shape[1:])
        values.append(
            resampled_expected(apart.days, drawn[:, :-1], drawn[:, -1], one.ages[told], one.pending[told], within_days)
        )
    every = np.concatenate(values)
    every = np.column_stack([every, every.sum(axis=1)])
    usable = every[np.isfinite(every).all(axis=1)]
    spread = usable.var(axis=0, ddof=1) if len(usable) > 1 and len(mine) > 1 else np.full(every.shape[1], np.nan)
    if len(mine) > 1:
        # the variance over resamples of C clusters is too small by this factor
        spread = spread * len(mine) / (len(mine) - 1)
    return one._replace(variance=one.variance - one.estimation + spread, estimation=spread)


def _notes(
    cases: CaseData | Durations, strata: Sequence[StratumForecast], tail: Tail, cluster: str | None, clusters: int
) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        *sampling_notes(cases),
        tr(
            "The expectation takes the pending cases to go on as cases of the same age did in the past; a reform, a "
            "strike or a backlog that grows is not in it."
        ),
    ]
    if cases.sampling.weighted:
        notes.append(tr("The numbers of cases are sums of sampling weights, not numbers of files."))
    if isinstance(cases, Durations):
        notes.append(tr("Every row that ends open counts as pending."))
    if tail == "constant":
        notes.append(
            tr(
                "Beyond the last day on which a case was watched, the hazards of the {days} days before it are taken "
                "to go on. Nothing in the data says so.",
                days=Setting(_WINDOW),
            )
        )
    elif tail != "refuse":
        notes.append(
            tr(
                "Beyond the last day on which a case was watched, the hazards are those of a model ({name}) fitted to "
                "all times. The interval knows the doubt about its parameters, not that about its shape.",
                name=tail,
            )
        )
    if cluster is None:
        notes.append(
            tr("The interval takes cases as independent; a court that speeds up or stops moves all its cases together.")
        )
    else:
        notes.append(
            tr("The doubt about the curve allows for clusters; chance in the new endings is taken case by case.")
        )
        if clusters < _FEW_CLUSTERS:
            notes.append(
                trn(
                    "Only {n} cluster: the interval over resampled clusters is rough.",
                    "Only {n} clusters: the interval over resampled clusters is rough.",
                    clusters,
                )
            )
    if len(strata) > 1 and any(not one.found.told.any() for one in strata):
        notes.append(tr("In some groups no pending case can be told of: they were not watched long enough."))
    return tuple(notes)
