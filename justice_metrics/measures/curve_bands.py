"""Simultaneous bands of the curves that answers show: over which days they hold, and for whom there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Readable, tr, trn
from ..base.table import Column, Table
from ..base.types import Floats, Tallies
from ..estimate.bands import SimultaneousBand, days_with, equal_precision, equal_precision_incidence, hall_wellner
from ..estimate.limits import Limits
from .curve_times import Times
from .declared import strata_columns

BandKind: TypeAlias = Literal["hall-wellner", "equal-precision"]
BandDays: TypeAlias = Sequence[int]

BAND_WORDS: Final = {"hall-wellner": tr("Hall-Wellner band"), "equal-precision": tr("equal-precision band")}


class CurveBand(NamedTuple):
    """Limits that hold on all days of a range at once; NaN outside it."""

    kind: BandKind
    conf_low: Floats  # (G, Q, T)
    conf_high: Floats  # (G, Q, T)
    estimate: Floats  # (G, Q, T)
    missing: int  # curves without a band, because too little happened


def open_band(
    times: Times,
    survival: Floats,
    kind: BandKind,
    *,
    confidence_level: float,
    limits: Limits,
    band_days: BandDays | None = None,
) -> CurveBand:
    """Return a band of the share still open, survival being of shape (G, T).

    Raises
    ------
    QuestionError
        Under weights or clusters, and for a range that is none.
    """
    _ensure_band(times, kind, band_days)
    events = times.table.events.sum(axis=1)
    first, last = _range(times, events, band_days)
    common: dict[str, Any] = {"confidence_level": confidence_level, "limits": limits}

    def one(group: int) -> SimultaneousBand:
        given: dict[str, Any] = {"first_day": float(first[group]), "last_day": float(last[group]), **common}
        chosen = slice(group, group + 1)
        data = (times.table.days, events[chosen], times.at_risk[chosen])
        if kind == "equal-precision":
            return equal_precision(*data, **given)
        return hall_wellner(*data, units=times.table.units[chosen], **given)

    low = np.full(survival.shape, np.nan)
    high = low.copy()
    for group in np.flatnonzero(np.isfinite(first)):
        band = one(int(group))
        low[group], high[group] = band.conf_low[0], band.conf_high[0]
    return _made(kind, low[:, None], high[:, None], survival[:, None])


def incidence_band(
    times: Times,
    incidence: Floats,
    kind: BandKind,
    *,
    confidence_level: float,
    limits: Limits,
    band_days: BandDays | None = None,
) -> CurveBand:
    """Return a band of each cumulative incidence, by simulation (Lin 1997); incidence is of shape (G, K, T).

    Raises
    ------
    QuestionError
        For a Hall-Wellner band, under weights or clusters, and for a range that is none.
    """
    _ensure_band(times, kind, band_days)
    if kind == "hall-wellner":
        raise QuestionError(
            tr("A Hall-Wellner band holds for the share still open only; endings that compete have no such band."),
            tr('Ask for band = "equal-precision".'),
        )
    exposed = np.broadcast_to(times.at_risk[:, None], times.table.events.shape)
    first, last = _range(times, times.table.events, band_days, exposed)
    found = equal_precision_incidence(
        times.table.days,
        times.table.events,
        times.at_risk,
        first_day=np.where(np.isfinite(first), first, np.inf),
        last_day=np.where(np.isfinite(last), last, -np.inf),
        confidence_level=confidence_level,
        variance="counting_process" if times.variance == "counting_process" else "greenwood",
        limits=limits,
    )
    return _made(kind, found.conf_low, found.conf_high, incidence)


def band_table(
    times: Times, band: CurveBand, *, keys: Mapping[str, Sequence[str]], labels: Mapping[str, Readable]
) -> Table:
    """Return one row per group, curve and day of the range on which a unit of the group left.

    Parameters
    ----------
    times : Times
    band : CurveBand
    keys : mapping of str to sequence of str, Q of them
        At most one, as for :func:`justice_metrics.measures.curve_tables.day_rows`.
    labels : mapping of str to words
    """
    g, q, t = band.estimate.shape
    moved = (times.table.events.sum(axis=1) + times.table.censored) > 0
    kept = (np.isfinite(band.conf_low) & moved[:, None]).ravel()
    declared = (
        *strata_columns(times.table.strata.names),
        *(Column(name, tr("ending"), "text", "key", "key") for name in keys),
        Column("days", tr("day"), "days", "key", "key"),
        Column("estimate", tr("estimate"), "share", "estimate", "probability"),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
    )
    strata = times.table.strata.columns(q * t)
    values: dict[str, Any] = {
        **{name: np.array(column, dtype=object)[kept] for name, column in strata.items()},
        **{
            name: np.array([one for one in given for _ in range(t)] * g, dtype=object)[kept]
            for name, given in keys.items()
        },
        "days": np.tile(times.table.days, g * q)[kept],
        "estimate": band.estimate.ravel()[kept],
        "conf_low": band.conf_low.ravel()[kept],
        "conf_high": band.conf_high.ravel()[kept],
    }
    return Table(
        declared,
        values,
        labels=dict.fromkeys(keys, labels),
        title=tr(
            "{band}: a whole curve lies within it from the first to the last day listed, not only day by day",
            band=BAND_WORDS[band.kind],
        ),
        guard="internal",
    )


def band_notes(band: CurveBand | None) -> tuple[Readable, ...]:
    """Return how many curves have no band."""
    if band is None or not band.missing:
        return ()
    return (
        trn(
            "{n} curve has no simultaneous band: too few cases ended, or too few were still open.",
            "{n} curves have no simultaneous band: too few cases ended, or too few were still open.",
            band.missing,
        ),
    )


def drawn_band(band: CurveBand | None, place: int = 0) -> dict[str, Any]:
    """Return what a drawing of curves is given of the band of one curve per group."""
    if band is None:
        return {}
    return {"band_low": band.conf_low[:, place], "band_high": band.conf_high[:, place]}


def _made(kind: BandKind, low: Floats, high: Floats, estimate: Floats) -> CurveBand:
    missing = int((~np.isfinite(low).any(axis=-1)).sum())
    return CurveBand(kind, low, high, estimate, missing)


def _ensure_band(times: Times, kind: str, band_days: BandDays | None) -> None:
    if kind not in BAND_WORDS:
        raise QuestionError(
            tr("'{band}' is no simultaneous band.", band=kind), tr("There are: {known}.", known=list(BAND_WORDS))
        )
    if times.rows is not None:
        raise QuestionError(
            tr("A simultaneous band takes cases as independent and of equal weight, and here they are not."),
            tr(
                'Ask without the band; where there are clusters but no weights, name variance = "greenwood" (as a '
                "command: --variance greenwood) to set them aside."
            ),
        )
    if band_days is not None and (len(band_days) != 2 or not 0 <= band_days[0] < band_days[1]):
        raise QuestionError(
            tr("The range of a band is a first and a later last day; {days} was given.", days=list(band_days)),
            tr("Write it as band_days = [90, 730]."),
        )


def _range(
    times: Times, events: Tallies, band_days: BandDays | None, at_risk: Tallies | None = None
) -> tuple[Floats, Floats]:
    """Return the first and last day of each band, NaN without one: the range asked for, where enough happened in it."""
    fit = days_with(times.table.days, events, times.at_risk if at_risk is None else at_risk)
    first, last = fit[..., 0], fit[..., 1]
    if band_days is None:
        return first, last
    there = np.isfinite(first) & (first <= band_days[1]) & (last >= band_days[0])
    return (
        np.where(there, np.maximum(first, band_days[0]), np.nan),
        np.where(there, np.minimum(last, band_days[1]), np.nan),
    )
