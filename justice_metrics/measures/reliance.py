"""Victims who still take part: by a day since the start, among all cases and among open ones, and at the cut-off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ..base.errors import QuestionError
from ..base.language import Language, Message, Readable, tr, trn
from ..base.provenance import LeftOut
from ..base.result import Definition, Result
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..estimate.curves import Incidence
from ..figures.curves import step_curves
from ..reduce.reliance import (
    by_name,
    leaving_durations,
    open_counts,
    status_counts,
    tells_when,
    tells_whether,
    unknown_counts,
)
from .curve_estimates import incidence_of, seen_only, survival_of
from .curve_tables import axis_words, limits_words
from .curve_times import Times, times_of
from .declared import (
    ensure_level,
    few_units_note,
    group_words,
    sampling_notes,
    time_provenance,
)
from .reliance_tables import curve_table, days_table, engaged_of, status_table
from .reliance_words import draw_reliance, reliance_findings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNKNOWN_WORDS: Final[Mapping[str, Message]] = {
    "left_undated": tr("the victim stopped taking part, but no date says when"),
    "not_recorded": tr("not recorded whether the victim takes part"),
}
# From this share on, victims of whom nothing is known decide the answer.
_MANY_UNKNOWN: Final = 0.1


@dataclass(frozen=True, eq=False, kw_only=True)
class Reliance(Result):
    """How many victims still take part.

    Tables
    ------
    main
        Two rows per stratum and day: the share who had not left by then (or by the end of the case) among all cases,
        and the share still taking part among the cases that were open then.
    curve
        The former, day by day.
    status
        How victims stand at the cut-off, in all cases and in open ones; not recorded is a level of its own, and shares
        are among those of whom it is known.
    """

    question: ClassVar[str] = "reliance"

    times: Times
    curves: Incidence
    days: tuple[int, ...]
    start_words: Readable
    confidence_level: float

    def findings(self) -> tuple[Readable, ...]:
        """Return, for each group and day, both shares; then how victims stand at the cut-off."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the same from what is shown."""
        return reliance_findings(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares on the chosen days; the whole curve is not published."""
        return draw_reliance(shown.main, ax, language)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of victims who had not left over days, with the cases still open and observed below."""
        table = self.times.table
        words = axis_words(table, self.start_words, language)
        words["at_risk_label"] = tr("open, engaged and observed").text(language)
        survival = survival_of(self.times)
        drawn = [seen_only(self.times, one, survival) for one in engaged_of(self.times, self.curves)]
        return step_curves(
            estimate=drawn[0],
            conf_low=drawn[2],
            conf_high=drawn[3],
            groups=group_words(table.strata, language) if table.strata.names else [""],
            y_label=tr("share of victims who had not left").text(language),
            start=1.0,
            limits_label=limits_words(self.confidence_level, groups=len(table.strata), band=False, language=language),
            ax=ax,
            **words,
        )


def reliance(
    cases: CaseData,
    *,
    by: Names = (),
    start: str = "complaint",
    days: Sequence[int] = (180, 365, 730),
    cluster: str | None = None,
    confidence_level: float = 0.95,
) -> Reliance:
    """Share of victims who still take part in their case by a day, an outcome of its own beside the verdict.

    Two questions look alike and differ: how many victims had stayed by then, of all (a case that ended with its victim
    counts as one who stayed), and how many take part in the cases that are still open then. Both stand side by side.

    Parameters
    ----------
    cases : CaseData
        With a [reliance] section in the mapping, which gives the day of leaving.
    by : str or tuple of str
        Attributes that split the cases.
    start : str
        Stage or role from whose first day time runs.
    days : sequence of int
        Days since the start.
    cluster : str, optional
        Attribute whose groups are alike inside, such as court; by default the cluster of the sampling.
    confidence_level : float

    Returns
    -------
    Reliance

    Raises
    ------
    QuestionError
        When the data do not say when victims stopped taking part, a word names nothing, or a day is negative.

    Notes
    -----
    Leaving competes with the end of the case (Aalen-Johansen); a victim who withdrew the complaint left on that day. Of
    the cases open on a day a plain share is taken, with Wilson limits, or limits that allow for clusters.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
       on censored observations. Scandinavian Journal of Statistics, 5, 141-150.
    .. [2] Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of
       positive counts estimated from survey data. Survey Methodology, 24, 193-201.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.reliance import reliance
    >>> answer = reliance(jm.sample_cases(), days=(180, 365))
    >>> answer.main["among"].tolist()
    ['all', 'open', 'all', 'open']
    """
    by = names(by)
    asked = tuple(days)
    ensure_level(confidence_level)
    ensure_reliance(cases, asked)
    spells = leaving_durations(cases, start=start)
    times = times_of(spells, cases, by=by, cluster=cluster)
    curves = incidence_of(times, confidence_level=confidence_level)
    chosen = cluster if cluster is not None else "cluster" if cases.sampling.cluster else None
    within = None if chosen in by else chosen
    weighted = cases.sampling.weighted
    still = open_counts(cases, start=start, days=asked, by=by, cluster=within)
    status = status_counts(cases, by=by, cluster=within)
    unknown = by_name(unknown_counts(cases))
    return Reliance(
        heading=tr("Victims who still take part"),
        tables={
            "main": days_table(times, curves, still, asked, start=start, level=confidence_level, weighted=weighted),
            "curve": curve_table(times, curves),
            "status": status_table(status, by, level=confidence_level, weighted=weighted),
        },
        definition=Definition(
            answers=tr(
                "How many victims still take part in their case by a day since: {start}?", start=spells.start_words
            ),
            numerator=tr("victims who had not stopped taking part by then"),
            denominator=tr(
                "all cases, in which one that ended with its victim counts as stayed; beside it, the cases still open "
                "then"
            ),
            basis="cohort",
            pending=tr("observed up to the cut-off, then censored"),
            method=tr(
                "Aalen-Johansen, leaving and the end of the case competing; shares of open cases with Wilson limits, "
                "or with limits that allow for clusters (Korn and Graubard 1998)."
            ),
        ),
        provenance=time_provenance(
            cases,
            times.table,
            "reliance",
            by=by,
            start=start,
            days=asked,
            cluster=cluster,
            confidence_level=confidence_level,
        ).leave_out(*unknown_left_out(unknown)),
        notes=(
            *sampling_notes(cases, design_used=True),
            *times.notes,
            *few_units_note(times.table.strata, times.n_units),
            *_notes(cases, unknown),
        ),
        frame_library=cases.frame_library,
        times=times,
        curves=curves,
        days=asked,
        start_words=spells.start_words,
        confidence_level=confidence_level,
        weighted=weighted,
    )


def ensure_reliance(cases: CaseData, days: Sequence[int]) -> None:
    """Refuse cases that do not say when victims left, and days that are none.

    Raises
    ------
    QuestionError
        With what is missing.
    """
    if not tells_when(cases):
        missing = (
            tr("The data say whether victims take part, and not since when they stopped.")
            if tells_whether(cases)
            else tr("The data do not say until when victims took part.")
        )
        raise QuestionError(
            missing, tr("Name the column with the day of leaving, or of the last contact, as 'left' under [reliance].")
        )
    if not days or min(days) < 0:
        raise QuestionError(tr("The days ({days}) must be 0 or later.", days=list(days)), tr("Write two years as 730."))


def unknown_left_out(unknown: Mapping[str, int]) -> tuple[LeftOut, ...]:
    """Return the units of which it is not known until when the victim took part."""
    return tuple(LeftOut(UNKNOWN_WORDS[name], n) for name, n in unknown.items())


def _notes(cases: CaseData, unknown: Mapping[str, int]) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr(
            "A day of leaving is that of the last sign of the victim in the file: one who left without a word left "
            "before."
        )
    ]
    n = sum(unknown.values())
    if n >= _MANY_UNKNOWN * max(cases.n_units, 1):
        notes.append(
            trn(
                "Of {n} case nobody knows until when the victim took part. It is left out of the shares; were all such "
                "victims gone, or none, they would differ by as many.",
                "Of {n} cases nobody knows until when the victim took part. They are left out of the shares; were all "
                "such victims gone, or none, they would differ by as many.",
                n,
            )
        )
    return tuple(notes)
