"""Who supports victims, and from when: first support by actor and by number of actors, and what the file says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...estimate.curves import Incidence
from ...estimate.risk import at_risk
from ...figures.curves import step_curves
from ...reduce.first_support import STARTED, FirstSupport, first_support, present_counts, spell_cells
from ..curve_estimates import incidence_of, seen_only, survival_of
from ..curve_tables import axis_words, limits_words
from ..curve_times import FEW_CLUSTERS, Times
from ..declared import Share, days_words, ensure_level, few_units_note, group_words, levels_words, sampling_notes
from ..reliance_words import interval_words
from ..shown import group_of, known, strata_of, words_of
from .data import support_data
from .presence_tables import (
    NAME,
    NUMBER,
    actors_table,
    days_table,
    present_table,
    spells_table,
    support_words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The day after whose start a spell counts as recorded afterwards, as in the check of case files.
LATE_DAYS: Final = 30
# From this share on, starts without a date decide who looks supported.
_MANY_UNDATED: Final = 0.1


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportPresence(Result):
    """Who supports victims, and from when.

    Tables
    ------
    main
        One row per stratum, actor (and number of actors) and day: the share of cases in which support had started by
        then, with the ending of the case as a competitor.
    actors
        Cases in which each actor started before the ending, only afterwards, never, or without a date.
    present
        In how many of the cases in which an actor had started he or she was still there at the end.
    spells
        Spells by actor, institution and basis: share without a date, delays, share recorded afterwards.
    """

    question: ClassVar[str] = "support_presence"

    times: Times
    curves: Incidence
    days: tuple[int, ...]
    items: tuple[str, ...]
    start_words: Readable
    confidence_level: float

    def findings(self) -> tuple[Readable, ...]:
        """Return, for each actor, how many cases had one by the last day but one, and when half of them came."""
        main, actors, h = self.main, self.tables["actors"], len(self.days)
        words, said = support_words(self.items), []
        for group, levels in enumerate(self.times.table.strata.levels):
            told_of = np.flatnonzero(np.isfinite(main["estimate"][group * h : (group + 1) * h]))
            if not len(told_of):
                continue
            # The last day but one, or the last one before it to which anybody was followed.
            before = told_of[told_of <= max(h - 2, 0)]
            place = int(before[-1] if len(before) else told_of[0])
            row = group * h + place
            who: Readable = words[levels[-1]]
            if levels[:-1]:
                who = tr("{groups}, {who}", groups=levels_words(levels[:-1]), who=who)
            told: dict[str, object] = {
                "who": who,
                "share": Share(main["estimate"][row]),
                "interval": interval_words(main["conf_low"][row], main["conf_high"][row]),
                "day": self.days[place],
            }
            median = float(actors["median_days"][group])
            when = (
                tr("half were there from the first day")
                if median == 0
                else tr("half came within {median}", median=days_words(median))
            )
            if np.isfinite(median):
                said.append(
                    tr(
                        "{who}: in {share} of cases by day {day} {interval}; of those that came, {when}.",
                        when=when,
                        **told,
                    )
                )
            else:
                said.append(tr("{who}: in {share} of cases by day {day} {interval}.", **told))
        return tuple(said)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return, for each actor, how many cases had one by the last day but one, among the numbers that are shown."""
        main = shown.main
        last: dict[tuple[str, ...], list[int]] = {}
        for row in range(len(main)):
            if known(*(main[name][row] for name in ("estimate", "conf_low", "conf_high", "numerator"))):
                whose = (*(str(main[name][row]) for name in strata_of(main)), str(main[NAME][row]))
                last.setdefault(whose, []).append(row)
        said = []
        for whose, rows in last.items():
            row = rows[-2] if len(rows) > 1 else rows[0]
            who: Readable = words_of(main, NAME, whose[-1])
            if whose[:-1]:
                who = tr("{groups}, {who}", groups=group_of(main, row), who=who)
            said.append(
                tr(
                    "{who}: in {share} of cases by day {day} {interval}.",
                    who=who,
                    share=Share(float(main["estimate"][row])),
                    day=int(main["days"][row]),
                    interval=interval_words(main["conf_low"][row], main["conf_high"][row]),
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of cases in which each actor had started, over days."""
        table, times = self.times.table, self.times
        words, survival = support_words(self.items), survival_of(self.times)
        single = len(table.strata.names) == 1
        groups = (
            [words[level[-1]].text(language) for level in table.strata.levels]
            if single
            else [
                " · ".join([*one.split(" · ")[:-1], words[level[-1]].text(language)])
                for one, level in zip(group_words(table.strata, language), table.strata.levels, strict=True)
            ]
        )
        shape = (len(table.strata), len(table.days))
        shown = [np.zeros(shape)] * 3
        if STARTED in table.outcomes:
            place = table.outcomes.index(STARTED)
            shown = [one[:, place] for one in (self.curves.incidence, self.curves.conf_low, self.curves.conf_high)]
        axis = axis_words(table, self.start_words, language)
        axis["at_risk_label"] = tr("open, observed and not yet supported").text(language)
        drawn = [seen_only(times, one, survival) for one in shown]
        return step_curves(
            estimate=drawn[0],
            conf_low=drawn[1],
            conf_high=drawn[2],
            groups=groups,
            y_label=tr("share of cases in which support had started").text(language),
            limits_label=limits_words(self.confidence_level, groups=len(groups), band=False, language=language),
            ax=ax,
            **axis,
        )


def support_presence(
    cases: CaseData,
    *,
    actors: Names = (),
    by: Names = (),
    start: str = "complaint",
    horizon_days: Sequence[int] = (30, 90, 180, 365),
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
    cluster: str | None = None,
    confidence_level: float = 0.95,
) -> SupportPresence:
    """Who supports victims and from when: share of cases in which each actor, and so many actors, had started.

    A case that ends early cannot meet an actor who comes later, so the ending of the case competes with the start of
    support, and no share is taken of those that lasted. Support that starts on the day of the ending did not precede
    it.

    Parameters
    ----------
    cases : CaseData
        With support spells.
    actors : str or tuple of str
        All of them by default.
    by : str or tuple of str
        Attributes that split the cases.
    start : str
        Stage or role from whose first day time runs. Support before it counts as there on day 0.
    horizon_days : sequence of int
        Days since the start, rising.
    basis : mapping of str to str or tuple of str, optional
        Which bases of a spell count for an actor. A prosecutor is named in every case; present is one who is active:
        ``{"prosecutor": ("hearing", "request")}``.
    institutions : str or tuple of str
        Spells of these institutions only.
    cluster : str, optional
        Attribute whose groups are alike inside, such as court; by default the cluster of the sampling.
    confidence_level : float

    Returns
    -------
    SupportPresence

    Raises
    ------
    QuestionError
        When there are no support spells, a name is unknown, or the days do not rise.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
       on censored observations. Scandinavian Journal of Statistics, 5, 141-150.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.support.presence import support_presence
    >>> answer = support_presence(jm.sample_cases(), actors=("lawyer", "psychologist"), horizon_days=(90, 365))
    >>> answer.main["support_by"].tolist()[::2]
    ['lawyer', 'psychologist', 'at_least_1', 'at_least_2']
    """
    by, days = names(by), tuple(horizon_days)
    who = names(actors) or cases.actors
    ensure_level(confidence_level)
    if not days or min(days) < 0 or any(later <= one for one, later in pairwise(days)):
        raise QuestionError(
            tr("The days ({days}) must rise from 0 on.", days=list(days)),
            tr("Write half a year and a year as 180, 365."),
        )
    chosen = {one: names(given) for one, given in (basis or {}).items()}
    data = support_data(
        cases,
        actors=who,
        needed="any",
        start=start,
        outcome=(),
        strata=by,
        cluster=cluster,
        basis=basis,
        institutions=institutions,
    )
    cells = data.histories
    since = {one: cells.started((one,)) for one in who}
    if len(who) > 1:
        since |= {f"{NUMBER}{k}": cells.started(who, k) for k in range(1, len(who) + 1)}
    found = first_support(cells, since, name=NAME)
    clusters = None
    if found.rows.cluster is not None:
        pairs = np.unique(np.stack([found.rows.stratum, found.rows.cluster]), axis=1)
        clusters = np.bincount(pairs[0], minlength=len(found.table.strata)).astype(np.int64)
    robust = cells.cluster is not None or cells.weight is not None
    table = found.table.trimmed()
    places = [table.outcomes.index(one) + 1 if one in table.outcomes else 0 for one in found.table.outcomes]
    codes = np.array([0, *places], np.int64)
    times = Times(
        table=table,
        at_risk=at_risk(table.events, table.censored, table.entered),
        variance="infinitesimal_jackknife" if robust else "greenwood",
        rows=found.rows._replace(code=codes[found.rows.code]) if robust else None,
        clusters=clusters,
        given_days=-1,
        notes=_cluster_notes(None if clusters is None else int(clusters.max(initial=0))),
    )
    curves = incidence_of(times, confidence_level=confidence_level)
    settings: dict[str, Any] = {"start": start, "basis": chosen, "institutions": names(institutions)}
    return SupportPresence(
        heading=tr("Who supports victims, and from when"),
        tables={
            "main": days_table(times, curves, days, tuple(since)),
            "actors": actors_table(found, tuple(since)),
            "present": present_table(present_counts(cases, who, **settings), who),
            "spells": spells_table(spell_cells(cases, who, **settings), who, late_days=LATE_DAYS),
        },
        definition=Definition(
            answers=tr(
                "In how many cases had each actor started, by a day since: {start}?", start=data.spells.start_words
            ),
            numerator=tr("cases in which support had started by then, before the case ended"),
            denominator=tr("all cases, those that ended early too"),
            basis="cohort",
            pending=tr("observed up to the cut-off, then censored"),
            method=tr("Aalen-Johansen, the start of support and the ending of the case competing."),
        ),
        provenance=cases.provenance.add(
            "support_presence",
            actors=who,
            by=by,
            horizon_days=days,
            cluster=cluster,
            confidence_level=confidence_level,
            **settings,
        ).leave_out(*data.dated().left_out()),
        notes=(
            *sampling_notes(cases, design_used=True),
            *times.notes,
            *few_units_note(table.strata, times.n_units),
            *_notes(who, chosen, found),
        ),
        frame_library=cases.frame_library,
        times=times,
        curves=curves,
        days=days,
        items=tuple(since),
        start_words=data.spells.start_words,
        confidence_level=confidence_level,
    )


def _cluster_notes(clusters: int | None) -> tuple[Readable, ...]:
    if clusters is None:
        return ()
    notes: list[Readable] = [
        tr(
            "Intervals are robust by cluster: they allow for cases of one cluster being alike. Clusters: {n}.",
            n=clusters,
        )
    ]
    if clusters < FEW_CLUSTERS:
        notes.append(tr("With so few clusters such an interval tends to be too narrow."))
    return tuple(notes)


def _notes(actors: Sequence[str], basis: Mapping[str, Sequence[str]], found: FirstSupport) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr(
            "What no file records did not happen here: cases that ended early have thin files, so support in them is "
            "under-recorded more than in others."
        )
    ]
    share = float(np.max(found.undated / np.maximum(found.units, 1), initial=0.0))
    if share >= _MANY_UNDATED:
        notes.append(
            tr(
                "In up to {share} of the cases a start has no date. They are left out of the curve concerned.",
                share=Share(share),
            )
        )
    if "prosecutor" in actors and "prosecutor" not in basis:
        notes.append(
            tr("A prosecutor is named in every case. To count one who is active, name the bases that count (basis).")
        )
    return tuple(notes)
