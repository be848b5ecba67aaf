"""What curves are estimated from: counts, and folded rows where the sampling asks for a robust variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Readable, tr, trn
from ..base.types import Counts, Flags, Tallies
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.limits import Limits
from ..estimate.risk import DUST, at_risk
from ..estimate.rows import Rows
from ..reduce.patterns import patterns_of
from ..reduce.risk import Endings, risk_table_of
from ..tables import RiskTable
from .declared import ensure_some

CurveVariance: TypeAlias = Literal["greenwood", "counting_process", "infinitesimal_jackknife"]

# Below this a variance over clusters is known to come out too small.
FEW_CLUSTERS: Final = 20

VARIANCE_WORDS: Final = {
    "greenwood": tr("variance of Greenwood type"),
    "counting_process": tr("variance of the counting process"),
    "infinitesimal_jackknife": tr("robust variance (infinitesimal jackknife)"),
}
LIMITS_WORDS: Final = {
    "log-log": tr("log-log limits"),
    "log": tr("limits on the log scale"),
    "plain": tr("plain limits"),
    "arcsine": tr("arcsine limits"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Times:
    """What curves are estimated from, and how sure they can be.

    Attributes
    ----------
    table : RiskTable
        Without the endings that no unit had.
    at_risk : array, shape (G, T)
    variance : {"greenwood", "counting_process", "infinitesimal_jackknife"}
    rows : Rows or None
        For the robust variance: folded rows, ``stratum`` and ``code`` as in the table.
    clusters : array of int, shape (G,), or None
        Clusters in each group, where the variance is robust by cluster.
    given_days : int
        Units are followed from this day on, those that were open and observed then or came into observation later;
        -1 is from the start.
    notes : tuple of Readable
    """

    table: RiskTable
    at_risk: Tallies
    variance: CurveVariance
    rows: Rows | None
    clusters: Counts | None
    given_days: int
    notes: tuple[Readable, ...]

    @property
    def n_units(self) -> Tallies:
        """Units in each group, each counted once whatever its sampling weight is; shape (G,)."""
        if self.rows is None or self.rows.weight is None:
            return self.table.units
        return np.bincount(self.rows.stratum, weights=self.rows.n, minlength=len(self.table.strata)).astype(np.int64)

    @property
    def unsure(self) -> Flags:
        """Groups whose variance cannot be known, because they lie in one cluster; shape (G,)."""
        if self.clusters is None:
            return np.zeros(len(self.table.strata), np.bool_)
        flags: Flags = self.clusters < 2
        return flags


def times_of(
    spells: Durations,
    cases: CaseData | Durations,
    *,
    by: Sequence[str],
    variance: CurveVariance | None = None,
    cluster: str | None = None,
    given_days: int | None = None,
    with_rows: bool = False,
) -> Times:
    """Reduce times to what curves need.

    Parameters
    ----------
    spells : Durations
    cases : CaseData or Durations
        What the question was asked of.
    by : sequence of str
    variance : {"greenwood", "counting_process", "infinitesimal_jackknife"}, optional
        By default Greenwood's for independent cases of equal weight, else the infinitesimal jackknife.
    cluster : str, optional
        Attribute whose groups are not independent inside; by default the cluster of the sampling.
    given_days : int, optional
        Day after which units are followed; those that had left by then are not in the table.
    with_rows : bool
        Fold rows whatever the variance is.

    Raises
    ------
    QuestionError
        When no unit can answer, or the variance does not go with the weights.
    """
    table = risk_table_of(spells, by=by).trimmed()
    ensure_some(table, cases)
    chosen = _chosen(spells, variance, cluster)
    by_cluster = _cluster_of(spells, cluster)
    rows: Rows | None = None
    robust = chosen == "infinitesimal_jackknife"
    if robust or with_rows:
        # groups made of clusters lie within one each, whatever else splits them
        rows = _rows(spells, table, by, None if by_cluster in by else by_cluster)
    start = -1
    if given_days is not None:
        table, start = lasting(table, given_days), given_days
        rows = None if rows is None else _lasting_rows(rows, given_days)
    clusters = None
    notes: tuple[Readable, ...] = ()
    if rows is not None and robust:
        if rows.cluster is not None:
            clusters = _clusters(rows, len(table.strata))
        if by_cluster in by or (clusters is not None and len(clusters) > 1 and int(clusters.max(initial=0)) < 2):
            # Each group is a court: what can be told is how sure the figures of these courts are.
            rows, clusters = rows._replace(cluster=None), None
            notes = (
                tr(
                    "Each group lies within one cluster: its interval takes its cases as independent, and speaks "
                    "of that cluster only."
                ),
            )
        notes += _robust_notes(spells, rows, clusters)
    elif spells.sampling.cluster:
        notes = (tr("Intervals take cases as independent, which cases of one cluster are not."),)
    risk = at_risk(table.events, table.censored, table.entered)
    if not bool((risk > 0).any()):
        raise QuestionError(
            tr("No case was observed as open after {days} days.", days=max(start, 0)), tr("Ask for fewer days.")
        )
    return Times(
        table=table, at_risk=risk, variance=chosen, rows=rows, clusters=clusters, given_days=start, notes=notes
    )


def lasting(table: RiskTable, day: int) -> RiskTable:
    """Return the table of those who were open and observed after ``day``, or came into observation later.

    Parameters
    ----------
    table : RiskTable
    day : int
        From -1 on, which changes nothing.

    Returns
    -------
    RiskTable
        On the same clock; who was there enters on ``day``.
    """
    if day < 0:
        return table
    after = table.days > day
    exits = (table.events.sum(axis=1) + table.censored)[:, after].sum(axis=1)
    there = exits - table.entered[:, after].sum(axis=1)
    if np.issubdtype(there.dtype, np.floating):
        there = np.where(np.abs(there) <= DUST * exits, 0.0, there)
    none = np.zeros_like(there)
    return replace(
        table,
        days=np.concatenate([[day], table.days[after]]).astype(np.int32),
        events=np.concatenate(
            [np.repeat(none[:, None, None], len(table.outcomes), axis=1), table.events[:, :, after]], axis=2
        ),
        censored=np.concatenate([none[:, None], table.censored[:, after]], axis=1),
        entered=np.concatenate([there[:, None], table.entered[:, after]], axis=1),
    )


def conditional(said: Readable, given_days: int) -> Readable:
    """Return a sentence with the condition under which it holds, where there is one."""
    if given_days < 0:
        return said
    return tr("Of the cases still open after {given} days: {said}", given=given_days, said=said)


def method_words(times: Times, limits: Limits) -> Readable:
    """Return which variance and limits a curve has, for its definition."""
    return tr("{variance}, {limits}", variance=VARIANCE_WORDS[times.variance], limits=LIMITS_WORDS[limits])


def reopening_notes(
    cases: CaseData | Durations, *, given_days: int | None, endings: Endings = "standing"
) -> tuple[Readable, ...]:
    """Return what reopened cases do to a curve, where cases can be reopened and count as they stand."""
    if isinstance(cases, Durations) or endings == "first":
        return ()
    if not any(cases.procedure.state(one).reopens for one in cases.procedure.outcomes if one in cases.dated_states):
        return ()
    notes: list[Readable] = [
        tr("A case that was closed and reopened counts as open throughout; it ended as it stands at the cut-off.")
    ]
    if given_days is not None:
        notes.append(
            tr(
                "So which cases were still open after {n} days is told by what happened later too. Where a question "
                'takes endings = "first", it is told by what was known then.',
                n=given_days,
            )
        )
    return tuple(notes)


def ensure_curve(given_days: int | None, limits: str) -> None:
    """Refuse a negative day, and limits that do not exist.

    Raises
    ------
    QuestionError
        With the day, or the limits that there are.
    """
    if limits not in LIMITS_WORDS:
        raise QuestionError(
            tr("'{limits}' is no scale of limits.", limits=limits), tr("There are: {known}.", known=list(LIMITS_WORDS))
        )
    if given_days is not None and given_days < 0:
        raise QuestionError(
            tr("given_days is {days}; days are counted from 0 on.", days=given_days),
            tr("Leave it out to follow all cases from the start."),
        )


def _chosen(spells: Durations, variance: CurveVariance | None, cluster: str | None) -> CurveVariance:
    weighted = spells.sampling.weighted
    if variance is None:
        alone = not weighted and cluster is None and not spells.sampling.cluster
        return "greenwood" if alone else "infinitesimal_jackknife"
    if variance not in VARIANCE_WORDS:
        raise QuestionError(
            tr("'{variance}' is no variance of a curve.", variance=variance),
            tr("There are: {known}.", known=list(VARIANCE_WORDS)),
        )
    if weighted and variance != "infinitesimal_jackknife":
        raise QuestionError(
            tr(
                "The variance '{variance}' takes every case as one, and these have sampling weights.", variance=variance
            ),
            tr("Leave the variance out: the robust one (infinitesimal_jackknife) is taken."),
        )
    if cluster is not None and variance != "infinitesimal_jackknife":
        raise QuestionError(
            tr("The variance '{variance}' takes cases as independent, and a cluster was named.", variance=variance),
            tr("Leave out the one or the other."),
        )
    return variance


def _cluster_of(spells: Durations, cluster: str | None) -> str | None:
    if cluster is not None:
        spells.level(cluster)
        return cluster
    if spells.sampling.cluster:
        return "cluster"
    return "unit_id" if spells.several_rows else None


def _rows(spells: Durations, table: RiskTable, by: Sequence[str], cluster: str | None) -> Rows:
    """Return folded rows with the groups and endings of the table."""
    found = patterns_of(spells, covariates=(), categorical=frozenset(), strata=by, cluster=cluster)
    codes = [table.outcomes.index(one) + 1 if one in table.outcomes else 0 for one in spells.outcomes]
    code_of = np.array([0, *codes], dtype=np.int64)
    group_of = np.array([table.strata.levels.index(level) for level in found.strata.levels], dtype=np.int64)
    return found.rows._replace(code=code_of[found.rows.code], stratum=group_of[found.rows.stratum])


def _lasting_rows(rows: Rows, day: int) -> Rows:
    kept = rows.exit > day
    return Rows(
        entry=np.maximum(rows.entry[kept], np.int32(day)),
        exit=rows.exit[kept],
        code=rows.code[kept],
        n=rows.n[kept],
        weight=None if rows.weight is None else rows.weight[kept],
        stratum=rows.stratum[kept],
        pattern=rows.pattern[kept],
        cluster=None if rows.cluster is None else rows.cluster[kept],
    )


def _clusters(rows: Rows, groups: int) -> Counts:
    """Return the number of clusters in each group."""
    cluster = np.zeros_like(rows.stratum) if rows.cluster is None else rows.cluster
    pairs = np.unique(np.stack([rows.stratum, cluster]), axis=1)
    return np.bincount(pairs[0], minlength=groups).astype(np.int64)


def _robust_notes(spells: Durations, rows: Rows, clusters: Counts | None) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    if rows.weight is not None:
        notes.append(tr("Weighted by the sampling weights; the intervals are robust and allow for unequal weights."))
    if clusters is None or rows.cluster is None:
        return tuple(notes)
    n = len(np.unique(rows.cluster))
    if spells.several_rows and not spells.sampling.cluster:
        notes.append(tr("Intervals are robust: they allow for the rows of one unit belonging together."))
        return tuple(notes)
    notes.append(
        tr("Intervals are robust by cluster: they allow for cases of one cluster being alike. Clusters: {n}.", n=n)
    )
    alone = int((clusters == 1).sum())
    few = int(((clusters > 1) & (clusters < FEW_CLUSTERS)).sum())
    if alone:
        notes.append(
            trn(
                "{n} group lies within one cluster, so that no interval can be given for it.",
                "{n} groups lie within one cluster each, so that no interval can be given for them.",
                alone,
            )
        )
    if few and len(clusters) == 1:
        notes.append(tr("With so few clusters such an interval tends to be too narrow."))
    elif few:
        notes.append(
            trn(
                "{n} group rests on fewer than {few} clusters: its interval tends to be too narrow.",
                "{n} groups rest on fewer than {few} clusters: their intervals tend to be too narrow.",
                few,
                few=FEW_CLUSTERS,
            )
        )
    return tuple(notes)
