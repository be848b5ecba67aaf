"""The tables of a change of practice: both rounds side by side, and the difference in percentage points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.levels import ALL
from ...base.table import Column, Table
from ...base.types import Counts, Tallies
from ...cases.checklist import Checklist, Item
from ...estimate.share_contrasts import Contrast, newcombe_difference
from ...estimate.survey import DesignCells, DesignShare
from ...estimate.survey_contrasts import linearised_difference
from ...tables import Strata
from ..declared import strata_columns
from ..rates.shown_shares import Limits, Shares
from ..records.hearings_tables import undefined
from .cells import JUDGED, MET, dimension, domain_restrictions
from .tables import DOMAIN, ITEM, domain_words, item_words


class Rounds(NamedTuple):
    """Where the two rounds of each stratum lie among the groups that were counted.

    Attributes
    ----------
    strata : Strata, G of them
        Without the round.
    name : str
        The attribute that tells the rounds apart.
    levels : (str, str)
    places : array of int, shape (2, G)
        Group of the earlier and of the later round; -1 where the stratum has none.
    """

    strata: Strata
    name: str
    levels: tuple[str, str]
    places: Counts

    @classmethod
    def of(cls, strata: Strata, levels: tuple[str, str]) -> Rounds:
        """Find the rounds of each stratum; a stratum without either is left out."""
        place = {one: position for position, one in enumerate(strata.levels)}
        kept = tuple(dict.fromkeys(one[:-1] for one in strata.levels if one[-1] in levels))
        places = [[place.get((*one, level), -1) for one in kept] for level in levels]
        return cls(Strata(strata.names[:-1], kept), strata.names[-1], levels, np.array(places, np.int64))

    def taken(self, counts: Tallies) -> Tallies:
        """Return counts of the two rounds, (2, G, ...); 0 where a stratum has no such round."""
        found = counts[np.maximum(self.places, 0)]
        missing = (self.places < 0).reshape(*self.places.shape, *[1] * (found.ndim - 2))
        return np.where(missing, 0, found)

    def difference(self, cells: DesignCells, confidence_level: float) -> Contrast:
        """Return the difference of each stratum with the error of the design; NaN without both rounds."""
        found = np.full((3, len(self.strata)), np.nan)
        for stratum, (before, after) in enumerate(self.places.T.tolist()):
            if before >= 0 and after >= 0:
                contrast = linearised_difference(cells, before, confidence_level)
                found[:, stratum] = [one[after] for one in contrast]
        return Contrast(*found)


def change_table(share: Shares, rounds: Rounds, items: Sequence[Item], checklist: Checklist, limits: Limits) -> Table:
    """Return one row per stratum and item."""
    met, judged = rounds.taken(share.numerator), rounds.taken(share.denominator)
    if share.cells:
        found = [rounds.difference(one, limits.level) for one in share.cells]
        difference = Contrast(*(np.stack([one[part] for one in found], axis=1).ravel() for part in range(3)))
    else:
        difference = newcombe_difference(
            met[1].ravel(), judged[1].ravel(), met[0].ravel(), judged[0].ravel(), limits.level
        )
    restrictions: dict[str, dict[str, Mapping[str, tuple[str, ...]]]] = {
        name: {one.id: {dimension(one.id): levels} for one in items}
        for name, levels in (("numerator", MET), ("denominator", JUDGED))
    }
    keys: dict[str, Any] = {"domain": [one.domain for one in items], "item": [one.id for one in items]}
    columns = (DOMAIN, ITEM, *_columns(rounds, "item", restrictions, limits, events=False))
    return _table(
        rounds, columns, keys, met, judged, difference,
        labels={"domain": domain_words(checklist, items), "item": item_words(items)},
        title=tr("Change of practice, item by item"),
    )  # fmt: skip


def domain_change_table(
    share: Shares,
    domains: Mapping[str, tuple[DesignCells, DesignShare]],
    rounds: Rounds,
    items: Sequence[Item],
    checklist: Checklist,
    confidence_level: float,
) -> Table:
    """Return one row per stratum and domain, all items together first."""
    inside = [[place for place, one in enumerate(items) if name in {ALL, one.domain}] for name in domains]

    def summed(counts: Tallies) -> Tallies:
        return rounds.taken(np.stack([counts[:, places].sum(axis=1) for places in inside], axis=1))

    found = [rounds.difference(one, confidence_level) for one, _ in domains.values()]
    difference = Contrast(*(np.stack([one[part] for one in found], axis=1).ravel() for part in range(3)))
    restrictions = {
        name: domain_restrictions(items, levels) for name, levels in (("numerator", MET), ("denominator", JUDGED))
    }
    columns = (DOMAIN, *_columns(rounds, "domain", restrictions, Limits("", confidence_level), events=True))
    return _table(
        rounds, columns, {"domain": list(domains)}, summed(share.numerator), summed(share.denominator), difference,
        labels={"domain": domain_words(checklist, items)},
        title=tr("Change of practice by domain"),
    )  # fmt: skip


def _columns(
    rounds: Rounds,
    key: str,
    restrictions: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]],
    limits: Limits,
    *,
    events: bool,
) -> tuple[Column, ...]:
    words: dict[str, tuple[Readable, Readable]] = {
        "before": (tr("met before"), tr("judged before")),
        "after": (tr("met after"), tr("judged after")),
    }
    made: list[Column] = []
    for name, level in zip(("before", "after"), rounds.levels, strict=True):
        for part, says in zip(("numerator", "denominator"), words[name], strict=True):
            cell = CellOf(fixed={rounds.name: (level,)}, each={key: restrictions[part]}, events=events)
            made.append(Column(f"{name}_{part}", says, "units", "count", "count", cell=cell))
        share = Of(inputs=(f"{name}_numerator", f"{name}_denominator"), formula="share")
        says = tr("share met before") if name == "before" else tr("share met after")
        made.append(Column(name, says, "share", "estimate", "share", of=share))
    inputs = ("after_numerator", "after_denominator", "before_numerator", "before_denominator")

    def of(formula: str, *, limit: bool = False) -> Of:
        return Of(inputs=inputs, formula="" if limit and not limits.interval else formula, level=limits.level)

    made += [
        Column(
            "estimate",
            tr("difference, percentage points"),
            "points",
            "estimate",
            "difference",
            of=of("share_difference"),
        ),
        Column(
            "conf_low", tr("lower limit"), "points", "interval", "interval", of=of("share_difference_low", limit=True)
        ),
        Column(
            "conf_high", tr("upper limit"), "points", "interval", "interval", of=of("share_difference_high", limit=True)
        ),
    ]
    return tuple(made)


def _table(
    rounds: Rounds,
    columns: tuple[Column, ...],
    keys: Mapping[str, Sequence[str]],
    met: Tallies,
    judged: Tallies,
    difference: Contrast,
    *,
    labels: Mapping[str, Mapping[str, Readable]],
    title: Readable,
) -> Table:
    g, k = len(rounds.strata), met.shape[2]
    values: dict[str, Any] = {
        **rounds.strata.columns(k),
        **{name: list(several) * g for name, several in keys.items()},
    }
    statuses = {}
    for place, name in enumerate(("before", "after")):
        n, d = met[place].ravel(), judged[place].ravel()
        values |= {f"{name}_numerator": n, f"{name}_denominator": d}
        values[name] = np.where(d > 0, n / np.where(d > 0, d, 1), np.nan)
        statuses[name] = undefined(d)
    statuses["estimate"] = [one or other for one, other in zip(statuses["before"], statuses["after"], strict=True)]
    values |= difference._asdict()
    return Table(
        (*strata_columns(rounds.strata.names), *columns), values, labels=labels, title=title, statuses=statuses
    )
