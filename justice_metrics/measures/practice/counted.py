"""Shares of items and of domains with their limits, and how they hang together, for the disclosure gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...base.levels import ALL
from ...base.table import Table
from ...base.types import Tallies
from ...cases.casedata import CaseData
from ...cases.checklist import Item
from ...estimate.survey import DesignCells, DesignShare, linearised_share
from ...reduce.practice_counts import practice_counts
from ...tables import Strata
from ..boxes import Restrictions
from ..guards import with_units_behind
from ..rates.shown_shares import Interval, Shares, by_design, shares_from
from .change_tables import Rounds
from .tables import NOT_APPLYING, UNDOCUMENTED, UNKNOWN


class Judged(NamedTuple):
    """Shares of K items in G groups, and of domains.

    Attributes
    ----------
    items : Shares
        (G, K); ``also`` has, under "<way> <item>", the units that are not documented, to which it does not apply, or of
        which nobody knows whether it does.
    domains : mapping of str to (DesignCells, DesignShare)
        ``all`` items first.
    behind : mapping of str to array, shape (G, K)
        Where cases have weights: how many are in each way, whatever they weigh; else empty.
    units : array, shape (G,)
        Cases, whatever they weigh.
    """

    items: Shares
    domains: Mapping[str, tuple[DesignCells, DesignShare]]
    behind: Mapping[str, Tallies]
    units: Tallies


def judged_shares(
    cases: CaseData,
    items: Sequence[Item],
    *,
    by: Sequence[str],
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
    finite: bool = True,
) -> Judged:
    """Return the share met of each item and of each domain; ``finite`` as in :func:`practice_counts`."""
    counts = practice_counts(cases, items, by=by, design=by_design(cases), finite=finite)
    met = counts.ways["met"]
    also = {
        f"{what} {one.id}": counts.ways[way][:, place]
        for what, way in (
            (UNDOCUMENTED, "not documented"),
            (NOT_APPLYING, "not applicable"),
            (UNKNOWN, "not known whether it applies"),
        )
        for place, one in enumerate(items)
    }
    shares = shares_from(
        counts.strata, met, met + counts.ways["not met"], counts.cells, interval, confidence_level,
        units=counts.units, also=also,
    )  # fmt: skip
    domains = {name: (cells, linearised_share(cells, confidence_level)) for name, cells in counts.domains.items()}
    every = np.sum(list(counts.unweighted.values()), axis=0)
    return Judged(shares, domains, counts.unweighted if cases.sampling.weighted else {}, every[:, 0])


def places_of(items: Sequence[Item], domains: Sequence[str]) -> list[list[int]]:
    """Return the places of the items of each domain."""
    return [[place for place, one in enumerate(items) if name in {ALL, one.domain}] for name in domains]


def units_of_items(table: Table, judged: Judged) -> Table:
    """Return the table of items with the units behind its weighted shares."""
    if not judged.behind:
        return table
    met, unmet, silent = (judged.behind[way] for way in ("met", "not met", "not documented"))
    counts = {"numerator": met, "denominator": met + unmet, UNDOCUMENTED: silent, "applicable": met + unmet + silent}
    counts |= {NOT_APPLYING: judged.behind["not applicable"], UNKNOWN: judged.behind["not known whether it applies"]}
    return with_units_behind(table, {name: one.ravel() for name, one in counts.items()})


def units_of_domains(table: Table, judged: Judged, items: Sequence[Item]) -> Table:
    """Return the table of domains with the items of units behind its weighted shares."""
    if not judged.behind:
        return table
    inside = places_of(items, list(judged.domains))
    met, unmet, silent = (
        np.stack([judged.behind[way][:, places].sum(axis=1) for places in inside], axis=1).ravel()
        for way in ("met", "not met", "not documented")
    )
    counts = {"numerator": met, "denominator": met + unmet, UNDOCUMENTED: silent, "applicable": met + unmet + silent}
    return with_units_behind(table, counts)


def units_of_change(table: Table, judged: Judged, rounds: Rounds, inside: Sequence[Sequence[int]]) -> Table:
    """Return a table of change with the units behind its weighted shares; ``inside`` are the items of each row."""
    if not judged.behind:
        return table
    counts: dict[str, Tallies] = {}
    for name, ways in (("numerator", ("met",)), ("denominator", ("met", "not met"))):
        each = np.sum([judged.behind[way] for way in ways], axis=0)
        taken = rounds.taken(np.stack([each[:, places].sum(axis=1) for places in inside], axis=1))
        counts |= {f"before_{name}": taken[0].ravel(), f"after_{name}": taken[1].ravel()}
    return with_units_behind(table, counts)


def groups_of(strata: Strata) -> list[Restrictions]:
    """Return the restrictions of each stratum."""
    return [{name: (level,) for name, level in zip(strata.names, levels, strict=True)} for levels in strata.levels]


def same_as_condition(items: Sequence[Item], share: Shares) -> dict[str, list[bool]]:
    """Return where an item does not apply to just the units in which the one that it depends on was answered otherwise.

    Whoever reads the checklist can compute one number from the other then.
    """
    place = {one.id: position for position, one in enumerate(items)}
    found: dict[str, list[bool]] = {}
    for one in items:
        if len(one.applies_if) != 1 or one.applies_to:
            continue
        ((other, answers),) = one.applies_if.items()
        if other not in place or len(answers) != 1:
            continue
        met, judged = share.numerator[:, place[other]], share.denominator[:, place[other]]
        without = judged - met if items[place[other]].met in answers else met
        apart = share.also[f"{NOT_APPLYING} {one.id}"] - share.also[f"{NOT_APPLYING} {other}"]
        found[one.id] = np.isclose(apart, without).tolist()
    return found
