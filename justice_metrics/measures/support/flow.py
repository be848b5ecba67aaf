"""From the file to both strategies: who was left out, who departed when, who ended, who is still open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ...base.language import Readable, tr
from ...base.provenance import LeftOut
from ...base.table import Column, Table
from ...base.types import Counts, Flags
from .runs import Part, kept, started_in_time
from .strategies import Strategies

MONTH: Final = 30


def flow_table(
    part: Part, units_in: int, left_out: tuple[LeftOut, ...], strategies: Strategies, words: Mapping[str, Readable]
) -> Table:
    """Return one row per step, with the cases under each strategy; cases are unweighted."""
    steps: list[tuple[str, Readable, Counts]] = [("file", tr("units in the file"), _both(units_in))]
    steps += [
        (f"left_out_{place}", tr("left out: {reason}", reason=one.reason), _both(one.n))
        for place, one in enumerate(one for one in left_out if one.n)
    ]
    cells, n = part.followed, part.data.histories.n
    steps.append(("followed", tr("followed under each strategy (clones)"), _both(int(n.sum()))))
    departed = departures(part, strategies.within)
    for first, last in months(strategies.within):
        words_of = tr("departed from the strategy on days {first} to {last}", first=first, last=last)
        steps.append((f"departed_{first}", words_of, departed[:, first : last + 1].sum(axis=1)))
    keep, grace = kept(part), strategies.within
    early = cells.exit <= grace
    ended, either = (cells.code > 0) & early, keep.all(axis=0)
    horizon = strategies.horizons[-1]
    beyond = keep & ~early
    steps += [
        ("ended_in_grace", tr("ended within {days} days", days=grace), _sum(keep & ended, n)),
        ("in_both", tr("of them without support, so counted under both"), _both(int(n[either & ended].sum()))),
        ("open_in_grace", tr("open at the cut-off within {days} days", days=grace),
         _sum(keep & early & (cells.code == 0), n)),
        ("beyond", tr("followed beyond {days} days", days=grace), _sum(beyond, n)),
    ]  # fmt: skip
    within = cells.exit <= horizon
    for code, name in enumerate(part.data.outcomes, start=1):
        came = tr("of them by day {day}: {outcome}", day=horizon, outcome=words[name])
        steps.append((f"ended_{name}", came, _sum(beyond & within & (cells.code == code), n)))
    unseen = within & (cells.code == 0)
    steps += [
        ("unseen", tr("of them open at the cut-off before day {day}", day=horizon), _sum(beyond & unseen, n)),
        ("open", tr("of them still open after day {day}", day=horizon), _sum(beyond & ~within, n)),
    ]
    one, other = strategies.arms.values()
    columns = (
        Column("step", tr("step of the flow"), "text", "key", "key"),
        Column("started", one, "units", "count", "count"),
        Column("not_started", other, "units", "count", "count"),
    )
    values = {
        "step": [name for name, _, _ in steps],
        "started": [int(counts[0]) for _, _, counts in steps],
        "not_started": [int(counts[1]) for _, _, counts in steps],
    }
    labels = {"step": {name: said for name, said, _ in steps}}
    return Table(columns, values, labels=labels, title=tr("Flow of cases and their clones"))


def months(within: int) -> list[tuple[int, int]]:
    """Return the days of grace in stretches of 30 days, day 0 in the first.

    Examples
    --------
    >>> months(75), months(0)
    ([(0, 30), (31, 60), (61, 75)], [(0, 0)])
    """
    lasts = [*range(MONTH, within, MONTH), within]
    return list(zip([0, *(one + 1 for one in lasts[:-1])], lasts, strict=True))


def departures(part: Part, within: int) -> Counts:
    """Return the cases that depart from each strategy at the end of each day of grace, unweighted; (2, g + 1)."""
    cells, n = part.followed, part.data.histories.n
    started = started_in_time(part, within)
    waited = ~started & (cells.exit > within)
    found = np.zeros((2, within + 1), np.int64)
    found[0, within] = n[waited].sum()
    found[1] = np.bincount(np.maximum(cells.start[started], 0), weights=n[started], minlength=within + 1)
    return found


def ended_under_both(part: Part, within: int) -> int:
    """Return the cases that ended within the grace period without support."""
    ended = (part.followed.code > 0) & (part.followed.exit <= within)
    return int(part.data.histories.n[kept(part).all(axis=0) & ended].sum())


def _both(n: int) -> Counts:
    return np.array([n, n], dtype=np.int64)


def _sum(who: Flags, n: Counts) -> Counts:
    return np.asarray((who * n).sum(axis=1), dtype=np.int64)
