"""Shares of cases with the limits that their sampling allows: what every rate of a cohort stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ...base.language import Label, Message, Readable, Setting, tr, trn
from ...base.types import Floats, Tallies
from ...cases.casedata import CaseData
from ...estimate.proportion import Share, clopper_pearson, jeffreys, wilson
from ...estimate.survey import DesignCells, clusters_of, fewest_clusters, linearised_share
from ...reduce.design_counts import design_counts
from ...reduce.strata import flag_counts
from ...tables import Strata
from ..declared import Points, sampling_notes
from ..shown import known
from .known_words import ensure_known

Interval: TypeAlias = Literal["wilson", "clopper_pearson", "jeffreys"]

_FORMULAS: Final[Mapping[str, Callable[[Tallies, Tallies, float], Share]]] = {
    "wilson": wilson,
    "clopper_pearson": clopper_pearson,
    "jeffreys": jeffreys,
}
_METHODS: Final[Mapping[str, Message]] = {
    "wilson": tr("Shares with Wilson score intervals (Wilson 1927)."),
    "clopper_pearson": tr("Shares with exact intervals (Clopper and Pearson 1934)."),
    "jeffreys": tr("Shares with Jeffreys intervals (Brown, Cai and DasGupta 2001)."),
}
_DESIGN: Final = tr(
    "Shares with intervals of the sampling design, by linearisation on the logit scale (Binder 1983; Korn and "
    "Graubard 1998)."
)
# Below this number of clusters intervals that allow for them are known to come out too short.
FEW_CLUSTERS: Final = Setting(20)


class Shares(NamedTuple):
    """K shares in each of G groups, with what else was counted."""

    strata: Strata
    numerator: Tallies  # (G, K)
    denominator: Tallies  # (G, K)
    estimate: Floats  # (G, K)
    conf_low: Floats  # (G, K)
    conf_high: Floats  # (G, K)
    units: Tallies  # (G,) all cases of the group
    also: Mapping[str, Tallies]  # (G,) each
    cells: tuple[DesignCells, ...]  # (K,) where the design is used, else empty
    behind: Tallies  # (G, 1 + K) cases of the group, and of each denominator, whatever they weigh


def by_design(cases: CaseData) -> bool:
    """Whether intervals must allow for the sampling: weights or clusters are declared."""
    return cases.sampling.weighted or cases.sampling.cluster


def shares_of(
    cases: CaseData,
    shares: Mapping[str, tuple[nw.Expr, nw.Expr]],
    *,
    by: Sequence[str] = (),
    also: Mapping[str, nw.Expr] | None = None,
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
) -> Shares:
    """Count numerators and denominators, and give each share its interval.

    Parameters
    ----------
    cases : CaseData
    shares : mapping of str to (numerator, denominator)
        0/1 expressions; every unit of a numerator is one of its denominator.
    by : sequence of str
        Attributes that split the cases.
    also : mapping of str to expression, optional
        Further 0/1 flags to count.
    interval : {"wilson", "clopper_pearson", "jeffreys"}
        For independent cases. With weights or clusters the design gives the interval.
    confidence_level : float
    """
    ensure_known(interval, Interval)
    also = also or {}
    flags = {f"{part} {name}": expr for name, pair in shares.items() for part, expr in zip("yx", pair, strict=True)}
    table = flag_counts(cases, {**flags, **{f"also {name}": one for name, one in also.items()}}, by=by)
    y, x = (np.stack([table.count(f"{part} {name}") for name in shares], axis=1) for part in "yx")
    counted = {name: table.count(f"also {name}") for name in also}
    design = design_counts(cases, shares, by=by) if by_design(cases) else None
    cells = () if design is None else tuple(design.cells.values())
    units = table.count("units")
    found = shares_from(table.strata, y, x, cells, interval, confidence_level, units=units, also=counted)
    return found if design is None else found._replace(behind=design.behind)


def shares_from(
    strata: Strata,
    numerator: Tallies,
    denominator: Tallies,
    cells: tuple[DesignCells, ...],
    interval: Interval,
    confidence_level: float,
    *,
    units: Tallies,
    also: Mapping[str, Tallies],
) -> Shares:
    """Give shares that were counted, (G, K), their intervals: by the design where its cells are there."""
    ensure_known(interval, Interval)
    if not cells:
        share = _FORMULAS[interval](numerator, denominator, confidence_level)
    else:
        limits = [linearised_share(one, confidence_level) for one in cells]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = Share(
                numerator / np.where(denominator > 0, denominator, np.nan),
                np.stack([one.conf_low for one in limits], axis=1),
                np.stack([one.conf_high for one in limits], axis=1),
            )
    behind = np.concatenate([units[:, None], denominator], axis=1)
    return Shares(strata, numerator, denominator, *share, units, also, cells, behind)


class Limits(NamedTuple):
    """How the limits of shares are made: "" where it takes more than numerator and denominator."""

    interval: str
    level: float


def limits_of(cases: CaseData, interval: Interval, level: float) -> Limits:
    """Return how the limits of shares of these cases are made."""
    return Limits("" if by_design(cases) else interval, level)


def method_words(cases: CaseData, interval: Interval) -> Readable:
    """Return how the intervals were made."""
    return _DESIGN if by_design(cases) else _METHODS[interval]


def share_notes(cases: CaseData, shares: Shares) -> tuple[Readable, ...]:
    """Return what the sampling does to the shares and to their intervals."""
    notes = _sampled_notes(cases, shares.cells, None)
    if shares.cells and bool((np.isnan(shares.conf_low) & np.isfinite(shares.estimate)).any()):
        notes.append(
            tr(
                "No interval is given where a share is 0 or 100 %, or rests on fewer than three sampling units: "
                "nothing there tells how they differ."
            )
        )
    return tuple(notes)


def contrast_notes(
    cases: CaseData, cells: tuple[DesignCells, ...], sides: Sequence[int], *, untold: bool
) -> tuple[Readable, ...]:
    """Return what the sampling does to differences of shares and to their intervals.

    Parameters
    ----------
    cases : CaseData
    cells : tuple of DesignCells
        Of each share that is compared; empty where the design is not used.
    sides : sequence of int
        Groups that are compared.
    untold : bool
        Whether a difference that is known has no interval.
    """
    notes = _sampled_notes(cases, cells, [fewest_clusters(one, sides) for one in cells])
    if untold:
        notes.append(
            tr(
                "No interval is given where one side rests on too few sampling units (often fewer than three): nothing "
                "there tells how they differ."
            )
        )
    return tuple(notes)


def few_on_a_side() -> Message:
    """Say that one side of some comparison has few clusters; how few, the gate would have to decide."""
    return tr(
        "One side of a comparison has fewer than {few} clusters, however many the other has: its intervals come out "
        "too short.",
        few=FEW_CLUSTERS,
    )


def points_words(low: float, high: float) -> Readable:
    """Return the limits of a difference in words, in brackets; nothing where they are not there, or hidden."""
    if not known(low, high):
        return Label("")
    return tr(" ({low} to {high})", low=Points(low), high=Points(high))


def _sampled_notes(cases: CaseData, cells: tuple[DesignCells, ...], sides: Sequence[int] | None) -> list[Readable]:
    """Return what the sampling does; ``sides`` are the clusters of the smaller side of each contrast."""
    notes: list[Readable] = list(sampling_notes(cases, design_used=by_design(cases)))
    if cases.sampling.weighted:
        notes.append(tr("Weighted by the sampling weights, and the intervals allow for them."))
    if cases.sampling.log is not None:
        notes.append(
            tr(
                "The weights come from the sampling log: files that were lost, sealed or not coded are taken to be "
                "like the coded ones of their class. Bounds for lost files (lost_file_bounds) tell how far "
                "that may be wrong."
            )
        )
    if cells and cells[0].stages is not None:
        notes.append(
            tr(
                "The intervals allow for the part of all files that was drawn (finite population correction): they are "
                "about the files of the frame, and not about other years. With finite = false for the log in the "
                "mapping they are not corrected."
            )
        )
    if not cases.sampling.cluster or not cells:
        return notes
    n = clusters_of(cells[0])
    notes.append(
        trn(
            "Cases of one cluster are alike, so the intervals take clusters as drawn, not cases: there is {n}.",
            "Cases of one cluster are alike, so the intervals take clusters as drawn, not cases: there are {n}.",
            n,
        )
    )
    fewest = min((one for one in sides or () if one), default=n)
    if n < FEW_CLUSTERS:
        notes.append(tr("With fewer than {few} clusters, intervals come out too short.", few=FEW_CLUSTERS))
    elif fewest < FEW_CLUSTERS:
        notes.append(few_on_a_side())
    return notes
