"""The tables of conviction rates and outcome shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, tr
from ...base.levels import PENDING
from ...base.table import Column, Table
from ...base.types import Floats, Tallies
from ...tables import Strata
from ..boxes import Restrictions
from ..declared import interval_columns, strata_columns
from .shown_shares import Limits, Shares


class RateCells(NamedTuple):
    """Which units a rate counts."""

    numerator: Restrictions
    denominator: Restrictions
    pending: Restrictions


def cells_of(key: str, cells: Mapping[str, RateCells]) -> tuple[CellOf, CellOf, CellOf]:
    """Return the declarations of numerator, denominator and pending of rows whose ``key`` names the rate."""
    numerator, denominator, pending = (
        CellOf(each={key: {word: one[place] for word, one in cells.items()}}) for place in range(3)
    )
    return numerator, denominator, pending


def rates_table(
    found: Sequence[tuple[tuple[str, ...], Shares]],
    per: tuple[str, ...],
    words: Mapping[str, Readable],
    cells: Mapping[str, RateCells],
    limits: Limits,
) -> Table:
    """Return one row per stratum and denominator."""
    counted, among, waiting = cells_of("per", cells)
    strata = found[0][1].strata
    for _, one in found[1:]:
        strata = strata.union(one.strata)
    columns = (
        *strata_columns(strata.names),
        Column("per", tr("per"), "text", "key", "key"),
        Column("numerator", tr("convicted"), "units", "count", "count", cell=counted),
        Column("denominator", tr("reached it"), "units", "count", "count", cell=among),
        Column("pending", tr("of them pending"), "units", "count", "count", cell=waiting),
        *interval_columns(decimals=2, of=("numerator", "denominator"), level=limits.level, interval=limits.interval),
    )
    values = {
        **strata.columns(len(per)),
        "per": list(per) * len(strata),
        "numerator": _placed(found, per, strata, lambda one, k, _: one.numerator[:, k]),
        "denominator": _placed(found, per, strata, lambda one, k, _: one.denominator[:, k]),
        "pending": _placed(found, per, strata, lambda one, _, word: one.also[word]),
        "estimate": _placed(found, per, strata, lambda one, k, _: one.estimate[:, k], missing=np.nan),
        "conf_low": _placed(found, per, strata, lambda one, k, _: one.conf_low[:, k], missing=np.nan),
        "conf_high": _placed(found, per, strata, lambda one, k, _: one.conf_high[:, k], missing=np.nan),
    }
    return Table(columns, values, labels={"per": words}, title=tr("Conviction rates"))


def _placed(
    found: Sequence[tuple[tuple[str, ...], Shares]],
    per: tuple[str, ...],
    strata: Strata,
    pick: Callable[[Shares, int, str], Tallies],
    *,
    missing: float = 0,
) -> Tallies:
    """Bring the answers of several units into one order: strata, and the denominators within each."""
    parts = [(word, one, pick(one, k, word)) for asked, one in found for k, word in enumerate(asked)]
    made = np.full((len(strata), len(per)), missing, np.result_type(*[part.dtype for _, _, part in parts]))
    for word, one, part in parts:
        made[one.strata.places_in(strata), per.index(word)] = part
    return made.ravel()


def shares_table(
    found: Shares,
    places: list[int],
    kept: list[str],
    words: Mapping[str, Readable],
    ended_levels: tuple[str, ...],
    limits: Limits,
) -> Table:
    """Return one row per stratum and way of ending, of those at ``places``."""
    g, k = len(found.strata), len(kept)
    counts = found.numerator[:, places]
    ended = found.units - found.numerator[:, places[kept.index(PENDING)]]
    with np.errstate(invalid="ignore", divide="ignore"):
        of_ended: Floats = counts / np.where(ended > 0, ended, np.nan)[:, None]
    of_ended[:, kept.index(PENDING)] = np.nan
    columns = (
        *strata_columns(found.strata.names),
        Column("outcome", tr("outcome"), "text", "key", "key"),
        Column("numerator", tr("cases"), "units", "count", "count", cell=CellOf(keys={"outcome": "ending"})),
        Column("denominator", tr("of all"), "units", "count", "count", cell=CellOf()),
        *interval_columns(of=("numerator", "denominator"), level=limits.level, interval=limits.interval),
        Column("ended", tr("ended in any way"), "units", "count", "count", cell=CellOf(fixed={"ending": ended_levels})),
        Column(
            "share_of_ended",
            tr("share of those that ended"),
            "share",
            "estimate",
            "share",
            2,
            of=Of(inputs=("numerator", "ended"), formula="share"),
        ),
    )
    values = {
        **found.strata.columns(k),
        "outcome": kept * g,
        "numerator": counts.ravel(),
        "denominator": np.repeat(found.units, k),
        "estimate": found.estimate[:, places].ravel(),
        "conf_low": found.conf_low[:, places].ravel(),
        "conf_high": found.conf_high[:, places].ravel(),
        "ended": np.repeat(ended, k),
        "share_of_ended": of_ended.ravel(),
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("Outcomes and pending cases"))
