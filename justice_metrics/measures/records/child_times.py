"""Times of rows that hang on the cases (until a warrant is executed, a detention ends): what their questions share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr
from ...base.provenance import LeftOut
from ...base.table import Column, Table
from ...base.types import Floats, Tallies
from ...cases.casedata import CaseData
from ...cases.durations import ANY_EXIT, Durations
from ...estimate.risk import last_observed_days
from ...estimate.steps import Quantiles, at_days, incidence_quantiles, quantiles
from ...figures.curves import step_curves
from ...reduce.risk import risk_table_of
from ...tables import RiskTable
from ..curve_estimates import incidence_of, open_after, open_share_of, seen_only, survival_of, watched
from ..curve_tables import axis_words, limits_words
from ..curve_times import Times, times_of
from ..declared import (
    Share,
    days_words,
    group_words,
    interval_columns,
    left_out_of,
    strata_columns,
)
from ..shown import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HORIZONS: Final = (90, 180, 365, 730)
_QUARTERS: Final = (0.25, 0.5, 0.75)
# A share by each day with its limits, (G, T) each.
Curves: TypeAlias = tuple[Floats, Floats, Floats]


class Waits(NamedTuple):
    """How long rows take to one of their endings, those counted that have not come to it.

    Attributes
    ----------
    table : RiskTable
        Rows by stratum; its endings are those of the rows.
    times : Times or None
        What the curves were estimated from; None where time can be told of no row.
    reached, conf_low, conf_high : (G, T)
        Share that has come to the ending by each day of ``times``.
    days : Table
        One row per stratum: how many came there, ended otherwise and are still running; quartiles in days.
    within : Table
        One row per stratum and horizon: the share that had come there.
    left_out : tuple of LeftOut
    notes : tuple of Readable
    """

    table: RiskTable
    times: Times | None
    reached: Floats
    conf_low: Floats
    conf_high: Floats
    days: Table
    within: Table
    left_out: tuple[LeftOut, ...]
    notes: tuple[Readable, ...]


def ensure_horizons(horizon_days: Sequence[int]) -> tuple[int, ...]:
    """Return the horizons, rising and each once.

    Raises
    ------
    QuestionError
        Without any, or with one that is not above 0.
    """
    found = tuple(sorted(set(horizon_days)))
    if not found or found[0] <= 0:
        raise QuestionError(
            tr("Days are counted from the start; there is none below 0, and a horizon lies after it."),
            tr("Write two years as 730."),
        )
    return found


def waits_of(
    spells: Durations,
    cases: CaseData,
    *,
    outcome: str | None,
    by: Sequence[str],
    horizon_days: Sequence[int],
    confidence_level: float,
    title: Readable,
    came: Readable,
    reached: Readable,
    otherwise: Readable | None,
    what: str,
) -> Waits:
    """Estimate how long rows take to an ending.

    Parameters
    ----------
    spells : Durations
    cases : CaseData
        What the question was asked of.
    outcome : str or None
        The ending asked for; None for any of them.
    by, horizon_days, confidence_level
    title : Readable
        What the tables are called.
    came, reached : Readable
        What those are that came to the ending, and their share by a day.
    otherwise : Readable or None
        What those are that ended in another way, where there is one.
    what : str
        Which rows these are, for the disclosure gate: the same name for the same rows.
    """
    wanted = outcome or ANY_EXIT
    counted = risk_table_of(spells, by=by)
    asked = spells.told_apart((wanted,))
    times: Times | None = None
    g = len(counted.strata)
    share, low, high, quarters = np.zeros((g, 0)), np.zeros((g, 0)), np.zeros((g, 0)), np.full((3, g, 3), np.nan)
    if counted.entered.sum() > 0:
        times = times_of(asked, cases, by=by, variance="infinitesimal_jackknife" if spells.several_rows else None)
        if times.table.strata.levels != counted.strata.levels:
            raise TypeError("the strata of the curves are not those of the counts")
        (share, low, high), found = _read(times, wanted, confidence_level)
        quarters = np.array(found)
    return Waits(
        table=counted,
        times=times,
        reached=share,
        conf_low=low,
        conf_high=high,
        days=_days_table(counted, outcome, quarters, title, came, otherwise, what),
        within=_within_table(counted, outcome, times, (share, low, high), horizon_days, title, reached, what),
        left_out=left_out_of(counted.left_out),
        notes=() if times is None else times.notes,
    )


def draw_waits(
    waits: Waits,
    *,
    start_words: Readable,
    y_label: Readable,
    confidence_level: float,
    language: Language,
    ax: Axes | None,
) -> Axes:
    """Draw the share that has come to the ending by each day, with the number still running below.

    Raises
    ------
    QuestionError
        When time can be told of no row.
    """
    times = waits.times
    if times is None:
        raise QuestionError(tr("There is no time to draw."), tr("The note says of how many rows no time can be told."))
    still = survival_of(times)
    words = axis_words(times.table, start_words, language)
    words["at_risk_label"] = tr("still running and observed").text(language)
    return step_curves(
        estimate=seen_only(times, waits.reached, still),
        conf_low=seen_only(times, waits.conf_low, still),
        conf_high=seen_only(times, waits.conf_high, still),
        limits_label=limits_words(confidence_level, groups=len(times.table.strata), band=False, language=language),
        groups=group_words(times.table.strata, language),
        y_label=y_label.text(language),
        ax=ax,
        **words,
    )


def share_at(waits: Waits, group: int, horizon: int) -> float:
    """Return the share that had come to the ending by a day; NaN where the group was not watched so long."""
    rows = waits.within
    place = np.flatnonzero(rows["days"].astype(np.int64) == horizon)
    return float(rows["estimate"][place[group]])


def within_words(rows: Table, *, on_the_day: bool = True) -> list[Readable]:
    """Return the shares by chosen days in words, as far as they are shown.

    Parameters
    ----------
    rows : Table
        The table ``within`` of an answer without groups.
    on_the_day : bool
        Whether day 0 is called the same day.
    """
    share, days = numbers(rows, "estimate"), numbers(rows, "days")
    return [
        tr("{share} on the same day", share=Share(one))
        if on_the_day and not day
        else tr("{share} within {days} days", share=Share(one), days=int(day))
        for one, day in zip(share, days, strict=True)
        if np.isfinite(one)
    ]


def median_words(waits: Waits, group: int) -> Readable:
    """Return the median in words; "not reached" where it was not."""
    return days_words(float(waits.days["estimate"][group]))


def _read(times: Times, outcome: str, level: float) -> tuple[Curves, Quantiles]:
    """Return the share that has come to the ending with its limits, and its quartiles in days."""
    days = times.table.days
    if outcome == ANY_EXIT:
        open_ = open_share_of(times, confidence_level=level)
        found = quantiles(
            days,
            open_.survival,
            open_.conf_low,
            open_.conf_high,
            _QUARTERS,
            last_days=last_observed_days(days, times.at_risk),
        )
        return (1 - open_.survival, 1 - open_.conf_high, 1 - open_.conf_low), found
    if outcome not in times.table.outcomes:
        somebody = np.asarray((times.at_risk > 0).any(axis=1))
        nothing = np.where(somebody[:, None], 0.0, np.nan) * np.ones(times.at_risk.shape)
        curves = nothing, np.full_like(nothing, np.nan), np.full_like(nothing, np.nan)
    else:
        place = times.table.outcomes.index(outcome)
        found_curves = incidence_of(times, confidence_level=level)
        curves = (
            found_curves.incidence[:, place],
            found_curves.conf_low[:, place],
            found_curves.conf_high[:, place],
        )
    return curves, incidence_quantiles(days, *curves, _QUARTERS)


def _days_table(
    table: RiskTable,
    outcome: str | None,
    quarters: Floats,
    title: Readable,
    came: Readable,
    otherwise: Readable | None,
    what: str,
) -> Table:
    events = table.events.sum(axis=2)
    ways = [place for place, name in enumerate(table.outcomes) if outcome is None or name == outcome]
    arrived = events[:, ways].sum(axis=1)
    of = Of(inputs=("numerator", "denominator"))

    def ended(how: str) -> CellOf:
        # where all came to it, both of the others are 0: what two leave over is told together, or not at all
        return CellOf(fixed={**_rows(what), "ended by": (how,)}, internal=how != "came" and otherwise is not None)

    columns = [
        *strata_columns(table.strata.names),
        Column(
            "denominator", tr("with a time that can be told"), "units", "count", "count", cell=CellOf(fixed=_rows(what))
        ),
        Column("numerator", came, "units", "count", "count", cell=ended("came")),
        Column("censored", tr("still running at the cut-off"), "units", "count", "count", cell=ended("running")),
        Column("lower_quartile", tr("a quarter by day"), "days", "estimate", "quantile", of=of),
        Column("estimate", tr("half by day"), "days", "estimate", "quantile", of=of),
        Column("conf_low", tr("lower limit"), "days", "interval", "quantile", of=of),
        Column("conf_high", tr("upper limit"), "days", "interval", "quantile", of=of),
        Column("upper_quartile", tr("three quarters by day"), "days", "estimate", "quantile", of=of),
    ]
    values: dict[str, Any] = {
        **table.strata.columns(1),
        "denominator": table.entered.sum(axis=1),
        "numerator": arrived,
        "censored": table.censored.sum(axis=1),
        "lower_quartile": quarters[0, :, 0],
        "estimate": quarters[0, :, 1],
        "conf_low": quarters[1, :, 1],
        "conf_high": quarters[2, :, 1],
        "upper_quartile": quarters[0, :, 2],
    }
    if otherwise is not None:
        place = len(table.strata.names) + 2
        columns.insert(place, Column("otherwise", otherwise, "units", "count", "count", cell=ended("otherwise")))
        values["otherwise"] = events.sum(axis=1) - arrived
    ordered = {one.name: values[one.name] for one in columns}
    return Table(columns, ordered, title=title)


def _rows(what: str) -> dict[str, tuple[str, ...]]:
    return {"unit": (f"{what} with a time",)}


def _within_table(
    table: RiskTable,
    outcome: str | None,
    times: Times | None,
    curves: Curves,
    horizon_days: Sequence[int],
    title: Readable,
    reached: Readable,
    what: str,
) -> Table:
    strata, h = table.strata, len(horizon_days)
    ways = [place for place, name in enumerate(table.outcomes) if outcome is None or name == outcome]
    arrived = np.stack(
        [table.events[:, ways][:, :, table.days <= day].sum(axis=(1, 2)) for day in horizon_days], axis=1
    )
    # other days asked for are another dimension
    days = [str(one) for one in horizon_days]
    asked = f"{what} by day {'_'.join(days)}"
    until = {day: tuple(days[: place + 1]) for place, day in enumerate(days)}
    after = {day: (*days[place + 1 :], "later") for place, day in enumerate(days)}
    came = CellOf(fixed={**_rows(what), "ended by": ("came",)}, sets={"days": (asked, until)})
    running = CellOf(fixed=_rows(what), sets={"days": (f"{asked}, watched", after)})
    of = Of(inputs=("numerator", "at_risk"))
    if times is None:
        still: Tallies = np.zeros((len(strata), h), np.int64)
        read = [np.full((len(strata), h), np.nan)] * 3
    else:
        still = open_after(times.table, list(horizon_days))
        seen = watched(times, survival_of(times), horizon_days)
        read = [np.where(seen, at_days(times.table.days, one, horizon_days, before=0.0), np.nan) for one in curves]
    columns = (
        *strata_columns(strata.names),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("at_risk", tr("still running and observed"), "units", "count", "count", cell=running),
        Column("estimate", reached, "share", "estimate", "mean", of=of),
        *(replace(one, kind="mean", of=of) for one in interval_columns()[1:]),
        Column("numerator", tr("had come to it by then"), "units", "count", "count", cell=came),
    )
    values: dict[str, Any] = {
        **strata.columns(h),
        "days": list(horizon_days) * len(strata),
        "at_risk": still.ravel(),
        "estimate": read[0].ravel(),
        "conf_low": read[1].ravel(),
        "conf_high": read[2].ravel(),
        "numerator": arrived.ravel(),
    }
    unseen = ["" if np.isfinite(one) else "not_available" for one in values["estimate"]]
    return Table(columns, values, title=tr("{title}: by chosen days", title=title), statuses={"estimate": unseen})
