"""Tables on victims who take part: on chosen days, day by day, and how they stand at the cut-off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ..base.cells import CellOf, Of
from ..base.language import Message, tr
from ..base.levels import LEVEL_WORDS, NOT_RECORDED
from ..base.table import Column, Table
from ..base.types import Floats, Tallies
from ..estimate.clustered_share import clustered_share
from ..estimate.curves import Incidence
from ..estimate.proportion import Share, wilson
from ..estimate.risk import last_observed_days
from ..estimate.steps import at_days
from ..reduce.reliance import LEFT, OpenCounts, StatusCounts, regrouped
from ..tables import Strata
from .curve_estimates import survival_of, watched
from .curve_tables import curve_columns, day_rows
from .curve_times import Times
from .declared import interval_columns, strata_columns

AMONG_WORDS: Final[Mapping[str, Message]] = {
    "all": tr("all cases: who had not left by then, or by the end of the case"),
    "open": tr("cases still open then"),
}
STATUS_AMONG_WORDS: Final[Mapping[str, Message]] = {"all": tr("all cases"), "open": tr("cases open at the cut-off")}
STATUS_WORDS: Final[Mapping[str, Message]] = {
    "engaged": tr("took part to the end of the case, or still does"),
    "disengaged": tr("stopped taking part"),
    NOT_RECORDED: LEVEL_WORDS[NOT_RECORDED],
}


def engaged_of(times: Times, curves: Incidence) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the share who had not left, its standard error and its limits, (G, T) each."""
    if LEFT not in times.table.outcomes:
        whole = np.ones((len(times.table.strata), len(times.table.days)))
        nothing = np.full_like(whole, np.nan)
        return whole, nothing, nothing, nothing
    place = times.table.outcomes.index(LEFT)
    return (
        1 - curves.incidence[:, place],
        curves.std_error[:, place],
        1 - curves.conf_high[:, place],
        1 - curves.conf_low[:, place],
    )


def _among(start: str, *, gone: bool = False) -> CellOf:
    """Declare all cases of which it is told, or those open on the day of the row; or who of them had left by then."""
    told = {f"taking part is told since {start}": ("yes",)}
    still = {f"open {{days}} days after {start}, taking part told": ("yes",)}
    if gone:
        told |= {f"left within {{days}} days of {start}": ("yes",)}
        still |= {f"takes part {{days}} days after {start}": ("no",)}
    return CellOf(each={"among": {"all": told, "open": still}})


def days_table(
    times: Times,
    curves: Incidence,
    still: OpenCounts,
    days: Sequence[int],
    *,
    start: str,
    level: float,
    weighted: bool,
) -> Table:
    """Return the share still engaged on each day, among all cases and among those open then."""
    strata, h = times.table.strata, len(days)
    g = len(strata)
    # One last ending after others were lost to sight does not stand for all of them, for ever.
    unseen = times.table.censored.sum(axis=1) > 0
    beyond = np.asarray(days)[None, :] > last_observed_days(times.table.days, times.at_risk)[:, None]
    seen = watched(times, survival_of(times), days) & ~(unseen[:, None] & beyond)
    engaged = [
        np.where(seen, at_days(times.table.days, one, list(days), before=before), np.nan)
        for one, before in zip(engaged_of(times, curves), (1.0, 0.0, 1.0, 1.0), strict=True)
    ]
    open_, there, share = open_shares(still, strata, level=level, weighted=weighted)
    left = times.table.events[:, times.table.outcomes.index(LEFT)] if LEFT in times.table.outcomes else None
    gone = np.zeros((g, h)) if left is None else at_days(times.table.days, left.cumsum(axis=1), list(days), before=0.0)
    # one of the two shares is read from a curve, so that no count gives it back
    of = Of(inputs=("left",))
    columns = (
        *strata_columns(strata.names),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("among", tr("among"), "text", "key", "key"),
        Column("denominator", tr("cases"), "units", "count", "count", cell=_among(start)),
        Column(
            "left", tr("of them seen to have left by then"), "units", "count", "count", cell=_among(start, gone=True)
        ),
        Column("estimate", tr("share still engaged"), "share", "estimate", "mean", of=of),
        Column("conf_low", tr("lower limit"), "share", "interval", "mean", of=of),
        Column("conf_high", tr("upper limit"), "share", "interval", "mean", of=of),
    )

    def both(one: Tallies, other: Tallies) -> Any:
        return np.stack([one, other], axis=2).ravel()

    values = {
        **strata.columns(2 * h),
        "days": np.tile(np.repeat(np.array(days), 2), g),
        "among": ["all", "open"] * (g * h),
        "denominator": both(np.repeat(times.n_units[:, None], h, axis=1), open_),
        "left": both(gone, open_ - there),
        "estimate": both(engaged[0], share.estimate),
        "conf_low": both(engaged[2], share.conf_low),
        "conf_high": both(engaged[3], share.conf_high),
    }
    return Table(columns, values, labels={"among": AMONG_WORDS}, title=tr("Victims still engaged"))


def open_shares(still: OpenCounts, strata: Strata, *, level: float, weighted: bool) -> tuple[Tallies, Tallies, Share]:
    """Return cases open, victims engaged among them, and the share with limits; (G, H) in the order of ``strata``."""
    own, at = regrouped(still.strata, strata.names)
    order = [own.levels.index(one) if one in own.levels else -1 for one in strata.levels]
    shares, counts = [], []
    for place in range(still.open.shape[1]):
        n, y = still.open[:, place], still.engaged[:, place]
        if still.strata.names != strata.names:
            share = clustered_share(y, n, at, groups=len(own), confidence_level=level)
        else:
            share = wilson(y, n, level)
        if weighted and still.strata.names == strata.names:
            share = Share(share.estimate, *(np.full(len(own), np.nan),) * 2)
        shares.append(share)
        counts.append([np.bincount(at, weights=one, minlength=len(own)) for one in (n, y)])
    open_, there = (np.stack([one[i] for one in counts], axis=1)[order] for i in range(2))
    parts = [np.stack([np.asarray(one[i]) for one in shares], axis=1)[order] for i in range(3)]
    return open_, there, Share(*parts)


def curve_table(times: Times, curves: Incidence) -> Table:
    """Return the share who had not left, day by day."""
    engaged = engaged_of(times, curves)
    places = [times.table.outcomes.index(LEFT)] if LEFT in times.table.outcomes else []
    events = times.table.events[:, places].sum(axis=1, keepdims=True)
    names = ("estimate", "std_error", "conf_low", "conf_high")
    made = day_rows(
        times.table,
        times.at_risk,
        events,
        {name: one[:, None] for name, one in zip(names, engaged, strict=True)},
        keys={},
        columns=curve_columns(tr("share who had not left")),
        labels={},
        title=tr("Victims who had not left, day by day"),
    )
    # what is published of it stands in the main table
    return Table(made.columns, made.values, labels=made.labels, title=made.title, guard="internal")


def status_table(found: StatusCounts, by: Sequence[str], *, level: float, weighted: bool) -> Table:
    """Return how victims stand at the cut-off, with the share among those of whom it is known."""
    strata, at = regrouped(found.strata, by)
    g = len(strata)
    counts = np.stack(
        [np.bincount(at, weights=found.counts[:, a, k], minlength=g) for a in range(2) for k in range(3)], axis=1
    ).reshape(g, 2, 3)
    shares = []
    for a in range(2):
        known = found.counts[:, a, :2].sum(axis=1)
        for k in range(2):
            if found.strata.names != tuple(by):
                share = clustered_share(found.counts[:, a, k], known, at, groups=g, confidence_level=level)
            else:
                share = wilson(found.counts[:, a, k], known, level)
                if weighted:
                    share = Share(share.estimate, *(np.full(g, np.nan),) * 2)
            shares.append(np.stack(share, axis=1))
        shares.append(np.full((g, 3), np.nan))
    limits = np.stack(shares, axis=1).reshape(g, 2, 3, 3)
    taking_part = "takes part at the cut-off"
    among: dict[str, dict[str, tuple[str, ...]]] = {"all": {}, "open": {"open at the cut-off": ("yes",)}}
    standing = CellOf(each={"among": among}, keys={"status": taking_part})
    known_of = CellOf(each={"among": among}, fixed={taking_part: ("engaged", "disengaged")})
    columns = (
        *strata_columns(strata.names),
        Column("among", tr("among"), "text", "key", "key"),
        Column("status", tr("the victim"), "text", "key", "key"),
        Column("numerator", tr("cases"), "units", "count", "count", cell=standing),
        Column("denominator", tr("of those of whom it is known"), "units", "count", "count", cell=known_of),
        *interval_columns(
            of=("numerator", "denominator"),
            level=level,
            interval="" if weighted or found.strata.names != tuple(by) else "wilson",
        ),
    )
    known = np.repeat(counts[:, :, :2].sum(axis=2)[:, :, None], 3, axis=2)
    values = {
        **strata.columns(6),
        "among": [one for _ in range(g) for one in ("all", "open") for _ in range(3)],
        "status": list(STATUS_WORDS) * (2 * g),
        "numerator": counts.ravel(),
        "denominator": known.ravel(),
        **{name: limits[..., place].ravel() for place, name in enumerate(("estimate", "conf_low", "conf_high"))},
    }
    labels = {"among": STATUS_AMONG_WORDS, "status": STATUS_WORDS}
    return Table(columns, values, labels=labels, title=tr("How victims stand at the cut-off"))
