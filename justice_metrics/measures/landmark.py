"""Support read on a landmark day, outcome afterwards: an association among cases still open then, never an effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import numpy as np

from ..base.cells import CellOf, Of
from ..base.errors import QuestionError
from ..base.language import Language, Readable, Setting, format_number, format_share, tr, trn
from ..base.provenance import LeftOut
from ..base.result import Definition, Result, context_of
from ..base.table import Column, Table
from ..base.types import Counts, Days, Floats, Names, names
from ..cases.attributes import actor_words
from ..cases.casedata import CaseData
from ..estimate.curves import Incidence, aalen_johansen
from ..estimate.limits import normal_quantile
from ..estimate.proportion import detectable_difference
from ..estimate.resampling import bootstrap_incidence, cluster_draws, percentile_interval
from ..estimate.risk import at_risk
from ..estimate.steps import at_days
from ..figures.curves import step_curves
from ..figures.dots import dots
from ..reduce.landmark import LandmarkCounts, ever_supported_counts, landmark_counts
from .declared import (
    LEFT_OUT_WORDS,
    Points,
    Share,
    endpoints,
    ensure_actors,
    ensure_level,
    outcome_labels,
    sampling_notes,
)
from .shown import known, numbers, of_words, undefined_words, words_of, written
from .support.naive import naive_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Below this a percentile interval over clusters is known to be too narrow.
FEW_CLUSTERS: Final = 20

# With this probability a difference of the size called detectable would be shown.
POWER: Final = 0.8

ARM_WORDS: Final = {"all_actors": tr("all actors had started"), "not_all": tr("not all actors had started")}


@dataclass(frozen=True, eq=False, kw_only=True)
class LandmarkAssociation(Result):
    """What followed in cases that had all actors by the landmark, beside those that had not.

    Tables
    ------
    main
        One row per arm and outcome: cases open on the landmark, outcomes up to the horizon, cumulative incidence.
    difference
        One row per outcome: difference in percentage points with its interval, and the smallest difference that the
        data
        could show.
    by_actors
        One row per number of actors started by the landmark and outcome.
    naive
        Share with the outcome by number of actors *ever*, with the reason not to use it.
    """

    question: ClassVar[str] = "landmark_association"

    days: Days
    curves: Incidence
    still_open: Floats
    landmark_days: int
    horizon_days: int
    outcome_words: Mapping[str, Readable]
    clusters: int

    def context(self) -> Mapping[str, object]:
        """Return the settings that sentences need besides the tables."""
        return {"landmark": Setting(self.landmark_days), "horizon": Setting(self.horizon_days)}

    def findings(self) -> tuple[Readable, ...]:
        """Return both incidences, the difference with its interval, and what the data could have shown."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the same from what is shown; nothing of an outcome of which a number is hidden."""
        main, difference, settings = shown.main, shown.tables.get("difference"), context_of(shown)
        said: list[Readable] = []
        for row in range(0 if difference is None else len(difference)):
            if difference is None:
                continue
            outcome = str(difference["outcome"][row])
            one, other = (
                int(np.flatnonzero((main["outcome"] == outcome) & (main["arm"] == arm))[0]) for arm in ARM_WORDS
            )
            if "at_risk" not in main.values:
                said += _published_words(main, difference, row, (one, other), settings)
                continue
            counts = [float(main[name][place]) for name in ("at_risk", "events") for place in (one, other)]
            if not known(*counts):
                continue
            said.append(
                tr(
                    "Of {n} cases open on day {landmark}, {outcome} by day {horizon}: {one} where all actors had "
                    "started by then ({events_one} of {open_one} cases), {other} where not ({events_other} of "
                    "{open_other}), counting for cases observed a shorter time; difference {difference} percentage "
                    "points (interval {low} to {high}). This is an association among these cases, not the effect of "
                    "support.",
                    n=round(counts[0] + counts[1]),
                    outcome=words_of(difference, "outcome", outcome),
                    one=Share(main["estimate"][one]),
                    events_one=round(counts[2]),
                    open_one=round(counts[0]),
                    other=Share(main["estimate"][other]),
                    events_other=round(counts[3]),
                    open_other=round(counts[1]),
                    difference=Points(difference["estimate"][row]),
                    low=Points(difference["conf_low"][row]),
                    high=Points(difference["conf_high"][row]),
                    **settings,
                )
            )
            said.append(_verdict_on(difference, row))
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the cumulative incidence of the first outcome in both arms, from the landmark on."""
        last = self.horizon_days - self.landmark_days
        upto = int(np.searchsorted(self.days, last, side="right"))
        ticks = list(range(0, last + 1, next((one for one in (30, 60, 90, 180, 365) if last / one <= 6), 730)))
        words = self.outcome_words[str(self.main["outcome"][0])]
        return step_curves(
            days=self.days[:upto],
            estimate=self.curves.incidence[:, 0, :upto],
            conf_low=self.curves.conf_low[:, 0, :upto],
            conf_high=self.curves.conf_high[:, 0, :upto],
            groups=[one.text(language) for one in ARM_WORDS.values()],
            at_risk_days=ticks,
            at_risk=at_days(self.days, self.still_open, ticks, before=0.0),
            at_risk_label=tr("still open and observed").text(language),
            x_label=tr("days since the landmark (day {landmark} after the start)", landmark=self.landmark_days).text(
                language
            ),
            y_label=tr("share that ended by: {outcome}", outcome=words).text(language),
            number=lambda n: format_number(round(n), language),
            percent=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares of both arms at the horizon; the curves between are not published."""
        main = shown.main
        several = len(set(main["outcome"].tolist())) > 1
        arms = [ARM_WORDS[str(one)].text(language) for one in main["arm"]]
        outcomes = [words_of(main, "outcome", one).text(language) for one in main["outcome"]]
        order = np.argsort([list(dict.fromkeys(outcomes)).index(one) for one in outcomes], kind="stable")
        inside = "at_risk" not in main.values
        beside = written(main, "events", language) if inside else of_words(main, "events", "at_risk", language)
        undefined = undefined_words(main, "estimate", language)
        return dots(
            labels=[arms[row] for row in order],
            groups=[outcomes[row] for row in order] if several else None,
            estimate=numbers(main, "estimate")[order],
            conf_low=numbers(main, "conf_low")[order],
            conf_high=numbers(main, "conf_high")[order],
            annotations=[beside[row] for row in order],
            undefined_label=[undefined[row] for row in order],
            x_label=tr("cumulative incidence").text(language)
            if several
            else tr("share that ended by: {outcome}", outcome=words_of(main, "outcome", main["outcome"][0])).text(
                language
            ),
            number=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )


def landmark_association(
    cases: CaseData,
    *,
    actors: Names,
    landmark_days: int = 180,
    horizon_days: int = 730,
    outcome: Names = "verdict",
    start: str = "complaint",
    cluster: str | None = None,
    resamples: int = 2_000,
    seed: int = 1,
    confidence_level: float = 0.95,
) -> LandmarkAssociation:
    """Compare what followed in cases that all actors supported by a landmark day, among cases still open then.

    Support is read on the landmark day, so that no case is called supported because it lived long enough to meet a
    supporter (immortal time). What remains is an *association*: cases that receive support differ from others, and
    those
    that met it later count as not supported. The effect of support is another question.

    Parameters
    ----------
    cases : CaseData
        With support spells.
    actors : str or tuple of str
        The actors who together make a case "supported". Nobody knows which three the 2018 study meant.
    landmark_days : int
        Day since the start on which support is read and from which follow-up runs; an actor who started by then
        counts, also
        if the spell had ended.
    horizon_days : int
        Day since the start up to which outcomes are compared.
    outcome : str or tuple of str
        Endpoints; any other ending competes with them.
    start : str
        Stage or role from whose first day both are counted.
    cluster : str, optional
        Attribute whose levels are resampled as a whole (courts); that of the sampling design by default. Without any,
        cases count as independent.
    resamples : int
        Bootstrap resamples of clusters.
    seed : int
        The same seed gives the same interval.
    confidence_level : float

    Returns
    -------
    LandmarkAssociation

    Raises
    ------
    QuestionError
        When there are no support spells, an actor is unknown, the days do not rise, or no case was open on the
        landmark.

    References
    ----------
    .. [1] Anderson, J. R., Cain, K. C. and Gelber, R. D. (1983). Analysis of survival by tumor response. Journal of
       Clinical Oncology, 1, 710-719.
    .. [2] Suissa, S. (2008). Immortal time bias in pharmacoepidemiology. American Journal of Epidemiology, 167,
    492-499.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> three = ("lawyer", "psychologist", "social_worker")
    >>> answer = jm.landmark_association(jm.sample_cases(), actors=three, resamples=200)
    >>> list(answer.tables)
    ['main', 'difference', 'by_actors', 'naive']
    """
    actors, wanted = names(actors), names(outcome)
    ensure_level(confidence_level)
    _check(cases, actors, landmark_days, horizon_days)
    if cluster is None and cases.sampling.cluster:
        cluster = "cluster"
    outcomes = endpoints(cases, wanted)
    counts = landmark_counts(
        cases, start=start, outcomes=outcomes, actors=actors, landmark_days=landmark_days, cluster=cluster
    )
    if counts.entered.sum() == 0:
        raise QuestionError(
            tr("No case was open and observed on day {landmark}.", landmark=landmark_days),
            tr("Choose an earlier landmark."),
        )
    arms = _arms(counts)
    days, horizon = counts.days, horizon_days - landmark_days
    risk = at_risk(arms.events.sum(axis=0), arms.censored.sum(axis=0), arms.entered.sum(axis=0))
    curves = aalen_johansen(arms.events.sum(axis=0), risk, confidence_level=confidence_level)
    low, high, spread = _interval(
        arms, curves, horizon, clustered=cluster is not None, resamples=resamples, seed=seed, level=confidence_level
    )
    words = outcome_labels(cases, (*wanted, "other_ending"))
    n_clusters = len(counts.clusters) if cluster else 0
    cells = _cells(actors, start, landmark_days, horizon_days, wanted)
    return LandmarkAssociation(
        heading=tr("Support on day {landmark} and what followed (association)", landmark=Setting(landmark_days)),
        tables={
            "main": _arm_table(arms, curves, horizon, wanted, words, cells),
            "difference": _difference_table(
                arms, curves, horizon, wanted, words, (low, high, spread), confidence_level, cells
            ),
            "by_actors": _by_actors(counts, horizon, wanted, words, confidence_level, cells),
            "naive": _naive(cases, outcomes, actors, wanted, words, confidence_level),
        },
        definition=Definition(
            answers=tr(
                "Among cases still open on day {landmark}, did those in which {actors} had all started go further?",
                landmark=Setting(landmark_days),
                actors=[actor_words(one) for one in actors],
            ),
            numerator=tr(
                "cases with the outcome between day {landmark} and day {horizon}",
                landmark=Setting(landmark_days),
                horizon=Setting(horizon_days),
            ),
            denominator=tr("cases open and observed on day {landmark}, in each arm", landmark=Setting(landmark_days)),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored; any other ending competes"),
            method=tr(
                "Aalen-Johansen from the landmark; interval of the difference by a bootstrap of clusters "
                "(expanded percentiles), or from Greenwood-type variances without clusters. Landmark "
                "analysis: Anderson, Cain and Gelber (1983)."
            ),
        ),
        provenance=cases.provenance.add(
            "landmark_association",
            actors=actors,
            landmark_days=landmark_days,
            horizon_days=horizon_days,
            outcome=wanted,
            start=start,
            cluster=cluster,
            resamples=resamples,
            seed=seed,
            confidence_level=confidence_level,
        ).leave_out(*[LeftOut(_left_out_words(name), n) for name, n in counts.left_out.items()]),
        notes=(*_notes(n_clusters, cluster), *sampling_notes(cases, weights_used=False)),
        frame_library=cases.frame_library,
        days=days,
        curves=curves,
        still_open=_still_open(arms),
        landmark_days=landmark_days,
        horizon_days=horizon_days,
        outcome_words=words,
        clusters=n_clusters,
    )


def _published_words(
    main: Table, difference: Table, row: int, arms: tuple[int, int], settings: Mapping[str, object]
) -> list[Readable]:
    """Say the shares of both arms without the cases that were open then; nothing where one is hidden."""
    shares = [float(main["estimate"][place]) for place in arms]
    if not known(*shares, difference["estimate"][row], difference["conf_low"][row], difference["conf_high"][row]):
        return []
    said = tr(
        "Of the cases open on day {landmark}, {outcome} by day {horizon}: {one} where all actors had started by then, "
        "{other} where not, counting for cases observed a shorter time; difference {difference} percentage points "
        "(interval {low} to {high}). This is an association among these cases, not the effect of support.",
        outcome=words_of(difference, "outcome", difference["outcome"][row]),
        one=Share(shares[0], 0),
        other=Share(shares[1], 0),
        difference=Points(difference["estimate"][row]),
        low=Points(difference["conf_low"][row]),
        high=Points(difference["conf_high"][row]),
        **settings,
    )
    return [said, _verdict_on(difference, row)]


def _verdict_on(difference: Table, row: int) -> Readable:
    low, high, least = (float(difference[one][row]) for one in ("conf_low", "conf_high", "detectable"))
    shown = tr("{points}", points=Points(least, signed=False)) if np.isfinite(least) else tr("none that is possible")
    if not (np.isfinite(low) and np.isfinite(high)):
        return tr("No interval can be given: one side has no case or no outcome.")
    if low <= 0 <= high:
        return tr(
            "Inconclusive: the interval reaches from less to more. Data of this size would probably "
            "show a difference of {least} percentage points or more.",
            least=shown,
        )
    return tr(
        "The interval does not include zero. Data of this size would probably show a difference of "
        "{least} percentage points or more.",
        least=shown,
    )


def _check(cases: CaseData, actors: Sequence[str], landmark_days: int, horizon_days: int) -> None:
    if cases.support is None:
        raise QuestionError(
            tr("These cases have no support spells."),
            tr("Name the file of support spells in the mapping's [support] section."),
        )
    if not actors:
        raise QuestionError(tr("No actor was named."), tr("There are: {actors}.", actors=", ".join(cases.actors)))
    ensure_actors(cases, actors)
    if not 0 <= landmark_days < horizon_days:
        raise QuestionError(
            tr(
                "The landmark (day {landmark}) must lie before the horizon (day {horizon}).",
                landmark=landmark_days,
                horizon=horizon_days,
            )
        )


def _arms(counts: LandmarkCounts) -> LandmarkCounts:
    """Return the counts with two arms on the second axis: all actors, not all."""

    def two(array: Counts) -> Counts:
        return np.stack([array[:, -1], array[:, :-1].sum(axis=1)], axis=1)

    return counts._replace(events=two(counts.events), censored=two(counts.censored), entered=two(counts.entered))


def _still_open(arms: LandmarkCounts) -> Floats:
    """Return the cases open and observed after each day, shape (2, T)."""
    exits = arms.events.sum(axis=(0, 2)) + arms.censored.sum(axis=0)
    return np.asarray(arms.entered.sum(axis=0).cumsum(axis=1) - exits.cumsum(axis=1), dtype=np.float64)


def _interval(
    arms: LandmarkCounts, curves: Incidence, horizon: int, *, clustered: bool, resamples: int, seed: int, level: float
) -> tuple[Floats, Floats, Floats]:
    """Return limits of the difference and its standard deviation, each of shape (K,)."""
    estimate, error = (_at(arms, one, horizon) for one in (curves.incidence, curves.std_error))
    analytic = np.sqrt((error**2).sum(axis=0))
    if not clustered:
        difference, reach = estimate[0] - estimate[1], normal_quantile(level) * analytic
        return difference - reach, difference + reach, analytic
    draws = cluster_draws(len(arms.clusters), resamples, seed)
    reached = bootstrap_incidence(arms.events, arms.censored, arms.entered, arms.days, horizon, draws)
    differences = reached[:, 0] - reached[:, 1]
    found = percentile_interval(differences, level, units=len(arms.clusters))
    told = np.isfinite(found.conf_low)
    spread = np.where(told, np.nanstd(np.where(told, differences, 0), axis=0, ddof=1), np.nan)
    return found.conf_low, found.conf_high, spread


def _at(counts: LandmarkCounts, values: Floats, horizon: int) -> Floats:
    """Return the values at the horizon, shape (A, K); NaN for an arm without a case: the share of nobody is not 0 %."""
    there = counts.entered.sum(axis=(0, 2)) > 0
    found = at_days(counts.days, values, [horizon], before=0.0)[..., 0]
    return np.where(there[:, None], found, np.nan)


class _Cells(NamedTuple):
    """In which words the cases open on the landmark are told to the gate, by actors and by what came of them."""

    actors: str
    ending: str
    arms: Mapping[str, tuple[str, ...]]

    def by_arm(self, *, ended: bool) -> CellOf:
        """Return the cases of the row's arm, or those of them with the row's outcome.

        How many were open on a day is what curves hold back until enough have come together: it stays inside.
        """
        keys = {"outcome": self.ending} if ended else {}
        return CellOf(sets={"arm": (self.actors, self.arms)}, keys=keys, internal=not ended)

    def by_actors(self, *, ended: bool) -> CellOf:
        """Return the cases with the row's number of actors, or those of them with the row's outcome."""
        keys = {"actors": self.actors} | ({"outcome": self.ending} if ended else {})
        return CellOf(keys=keys, internal=not ended)

    def of_arm(self, arm: str) -> CellOf:
        """Return the cases of one arm with the row's outcome."""
        return CellOf(fixed={self.actors: self.arms[arm]}, keys={"outcome": self.ending})


def _cells(actors: Sequence[str], start: str, landmark_days: int, horizon_days: int, wanted: Sequence[str]) -> _Cells:
    on = f"of {' + '.join(sorted(actors))} by day {landmark_days} after {start}, if open then"
    numbers_below = tuple(str(one) for one in range(len(actors)))
    return _Cells(
        actors=on,
        ending=f"ended by day {horizon_days} as {' or '.join(wanted)}, of those open on day {landmark_days}",
        arms={"all_actors": (str(len(actors)),), "not_all": numbers_below},
    )


def _share_columns() -> tuple[Column, ...]:
    """Declare a share that came to an outcome; it is read from a curve, so no count gives it back."""
    of = Of(inputs=("events",))
    return (
        Column("estimate", tr("cumulative incidence"), "share", "estimate", "mean", of=of),
        Column("conf_low", tr("lower limit"), "share", "interval", "mean", of=of),
        Column("conf_high", tr("upper limit"), "share", "interval", "mean", of=of),
    )


def _arm_table(
    arms: LandmarkCounts,
    curves: Incidence,
    horizon: int,
    wanted: tuple[str, ...],
    words: Mapping[str, Readable],
    cells: _Cells,
) -> Table:
    k = len(wanted)

    def at(values: Floats) -> Floats:
        return _at(arms, values[:, :k], horizon).ravel()

    within = arms.days <= horizon
    open_then, ended = cells.by_arm(ended=False), cells.by_arm(ended=True)
    columns = (
        Column("arm", tr("on the landmark"), "text", "key", "key"),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("at_risk", tr("cases open then"), "units", "count", "count", cell=open_then),
        Column("events", tr("with the outcome up to the horizon"), "units", "count", "count", cell=ended),
        *_share_columns(),
    )
    values = {
        "arm": [arm for arm in ARM_WORDS for _ in wanted],
        "outcome": list(wanted) * 2,
        "at_risk": np.repeat(arms.entered.sum(axis=(0, 2)), k),
        "events": arms.events.sum(axis=0)[:, :k][..., within].sum(axis=-1).ravel(),
        "estimate": at(curves.incidence),
        "conf_low": at(curves.conf_low),
        "conf_high": at(curves.conf_high),
    }
    return Table(columns, values, labels={"arm": ARM_WORDS, "outcome": words}, title=tr("Both arms"))


def _difference_table(
    arms: LandmarkCounts,
    curves: Incidence,
    horizon: int,
    wanted: tuple[str, ...],
    words: Mapping[str, Readable],
    limits: tuple[Floats, Floats, Floats],
    level: float,
    cells: _Cells,
) -> Table:
    k = len(wanted)
    both = Of(inputs=("events_all_actors", "events_not_all"))
    share, error = (_at(arms, one[:, :k], horizon) for one in (curves.incidence, curves.std_error))
    n = arms.entered.sum(axis=(0, 2)).astype(np.float64)
    events = arms.events.sum(axis=0)[:, :k][..., arms.days <= horizon].sum(axis=-1)
    # Without an outcome in an arm its variance is 0 by the formula, and the interval would be far too narrow.
    told = (events > 0).all(axis=0) & (error > 0).all(axis=0)
    low, high, spread = (np.where(told, one[:k], np.nan) for one in limits)
    # What the interval of these data would probably exclude: their own error, with clusters and censoring in it.
    # Where they have none, that of independent cases of these numbers.
    plain = detectable_difference(n[0], n[1], events.sum(axis=0) / n.sum(), power=POWER, confidence_level=level)
    least = np.where(told, (normal_quantile(level) + normal_quantile(2 * POWER - 1)) * spread, plain)
    columns = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "mean", of=both),
        Column("conf_low", tr("lower limit"), "points", "interval", "mean", of=both),
        Column("conf_high", tr("upper limit"), "points", "interval", "mean", of=both),
        Column(
            "events_all_actors",
            tr("outcomes where all had started"),
            "units",
            "count",
            "count",
            cell=cells.of_arm("all_actors"),
        ),
        Column("events_not_all", tr("outcomes where not"), "units", "count", "count", cell=cells.of_arm("not_all")),
        Column("detectable", tr("smallest difference that the data could show"), "points", "estimate", "mean", of=both),
    )
    values = {
        "outcome": list(wanted),
        "estimate": share[0] - share[1],
        "conf_low": low,
        "conf_high": high,
        "events_all_actors": events[0],
        "events_not_all": events[1],
        "detectable": least,
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("Difference between the arms"))


def _by_actors(
    counts: LandmarkCounts,
    horizon: int,
    wanted: tuple[str, ...],
    words: Mapping[str, Readable],
    level: float,
    cells: _Cells,
) -> Table:
    events, censored, entered = (array.sum(axis=0) for array in (counts.events, counts.censored, counts.entered))
    curves = aalen_johansen(events, at_risk(events, censored, entered), confidence_level=level)
    a, k = events.shape[0], len(wanted)
    open_then, ended = cells.by_actors(ended=False), cells.by_actors(ended=True)

    def at(values: Floats) -> Floats:
        return _at(counts, values[:, :k], horizon).ravel()

    columns = (
        Column("actors", tr("actors started by the landmark"), "number", "key", "key", 0),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("at_risk", tr("cases open then"), "units", "count", "count", cell=open_then),
        Column("events", tr("with the outcome up to the horizon"), "units", "count", "count", cell=ended),
        *_share_columns(),
    )
    n = entered.sum(axis=1)
    values = {
        "actors": np.repeat(np.arange(a), k),
        "outcome": list(wanted) * a,
        "at_risk": np.repeat(n, k),
        "events": events[:, :k][..., counts.days <= horizon].sum(axis=-1).ravel(),
        "estimate": at(curves.incidence),
        "conf_low": at(curves.conf_low),
        "conf_high": at(curves.conf_high),
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("By number of actors on the landmark"))


def _naive(
    cases: CaseData,
    outcomes: Mapping[str, tuple[str, ...]],
    actors: tuple[str, ...],
    wanted: tuple[str, ...],
    words: Mapping[str, Readable],
    level: float,
) -> Table:
    units, ended = ever_supported_counts(cases, outcomes=outcomes, actors=actors)
    return naive_table(units, [(wanted, ended)], words, level)


def _left_out_words(name: str) -> Readable:
    if name == "closed_by_landmark":
        return tr("ended by the landmark")
    if name == "not_yet_observed":
        return tr("not yet observed on the landmark")
    if name == "too_young":
        return tr("not yet observed beyond the landmark")
    return LEFT_OUT_WORDS[name]


def _notes(clusters: int, cluster: str | None) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr(
            "An association, not an effect: cases that receive support differ from others in ways that "
            "no file records, and support that starts after the landmark counts as none."
        ),
        tr("Which actors a study means is its own choice; it is not known which three the study of 2018 meant."),
    ]
    if cluster is None:
        notes.append(
            tr("No cluster was named: the interval takes cases as independent, which cases of one court are not.")
        )
    else:
        notes.append(tr("The interval of the difference allows for clusters."))
    if cluster is not None and clusters < FEW_CLUSTERS:
        notes.append(
            trn(
                "Only {n} cluster: the interval over resampled clusters is rough.",
                "Only {n} clusters: the interval over resampled clusters is rough.",
                clusters,
            )
        )
    return tuple(notes)
