"""How many endings a published curve tells of, step by step: what readers do with a ruler and a picture of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from ...base.cells import box
from ...base.types import Floats
from .reading import CurveRow, Key, Place

_NEAR: Final = 0.5
_GRID: Final = 30
_Levels: TypeAlias = tuple[tuple[str, str], ...]


class Step(NamedTuple):
    """Endings between two published days of a curve, as they follow from its heights."""

    result: int
    table: str
    events: float


def events_of_survival(open_share: Floats, at_risk: Floats) -> Floats:
    """Return the endings of each step of a curve of the share still open.

    Parameters
    ----------
    open_share : array of float, shape (D,)
        After each day.
    at_risk : array of float, shape (D,)
        Open and observed just before each day.

    Returns
    -------
    array of float, shape (D,)
        ``at_risk * (1 - S(t) / S(t-))``: the product-limit formula solved for the endings.

    Examples
    --------
    >>> events_of_survival(np.array([0.9, 0.72]), np.array([10.0, 5.0]))
    array([1., 1.])
    """
    before = np.concatenate(([1.0], open_share[:-1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(at_risk * (1 - open_share / before), np.float64)


def events_of_incidence(incidence: Floats, at_risk: Floats) -> Floats:
    """Return the endings of each kind in each step of curves of cumulative incidence.

    Parameters
    ----------
    incidence : array of float, shape (K, D)
    at_risk : array of float, shape (D,)

    Returns
    -------
    array of float, shape (K, D)
        ``at_risk * (F(t) - F(t-)) / S(t-)``, where S is what all the curves leave over.
    """
    before = np.concatenate((np.zeros((len(incidence), 1)), incidence[:, :-1]), axis=1)
    still = 1 - before.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(at_risk * (incidence - before) / still, np.float64)


def steps(rows: Sequence[CurveRow]) -> list[Step]:
    """Return the endings of each step of every published curve, told from its heights and the number at risk."""
    curves: dict[tuple[int, str, _Levels], dict[_Levels, list[CurveRow]]] = defaultdict(dict)
    for row in rows:
        curves[row.result, row.table, row.group].setdefault(row.key, []).append(row)
    found = []
    for (result, table, _), endings in curves.items():
        drawn = {key: sorted(many, key=lambda one: one.days) for key, many in endings.items()}
        days = {tuple(one.days for one in many) for many in drawn.values()}
        if len(days) != 1 or not all({"estimate", "at_risk"} <= set(one.numbers) for m in drawn.values() for one in m):
            continue
        heights = np.array([[one.numbers["estimate"] for one in many] for many in drawn.values()])
        at_risk = np.array([one.numbers["at_risk"] for one in next(iter(drawn.values()))])
        falling = len(heights) == 1 and heights[0, 0] >= heights[0, -1] and heights[0, 0] > 0
        events = events_of_survival(heights[0], at_risk)[None] if falling else events_of_incidence(heights, at_risk)
        found += [Step(result, table, float(one)) for one in events.ravel() if np.isfinite(one)]
    return found


def small_steps(rows: Sequence[CurveRow], minimum: int) -> list[Step]:
    """Return the steps in which so few ended that they should have waited for more of them."""
    return [one for one in steps(rows) if _NEAR < one.events < minimum - _NEAR]


def counts_of_curves(rows: Sequence[CurveRow]) -> list[tuple[Key, float, Place]]:
    """Return how many had ended by each day on which a curve tells, as counts like those of tables.

    A curve of all cases and one of a group tell of the others by their difference, day by day; so do curves of other
    questions about the same cases. Told like this they are attacked together.

    Parameters
    ----------
    rows : sequence of CurveRow
        Of all curves of a release, and of those before it.

    Returns
    -------
    list of (Key, float, Place)
        The dimension of time holds all days up to the one that is told.
    """
    series: dict[tuple[str, str, int, str, _Levels, _Levels], list[CurveRow]] = defaultdict(list)
    for row in rows:
        if row.table == "main" and "events" in row.numbers:
            series[row.population, row.asked, row.result, row.table, row.group, row.key].append(row)
    told = {whose: _told_by(sorted(many, key=lambda one: one.days)) for whose, many in series.items()}
    days = {day for several in told.values() for day, _ in several}
    found = []
    for (population, asked, result, table, group, key), several in told.items():
        levels = {name: level for name, level in group if level != "all"}
        levels |= {f"{name} by {asked}": level for name, level in key}
        for day, come in several:
            until = tuple(str(one) for one in sorted(days) if one <= day)
            found.append(
                (
                    Key(population, False, box({**levels, f"day by {asked}": until})),
                    come,
                    Place(result, table, "events", 0),
                )
            )
    return found


def _told_by(rows: Sequence[CurveRow]) -> list[tuple[int, float]]:
    """Return the days by which a curve tells of all that happened, and how many had ended by then.

    What was held back stands in the middle of the days over which it came together; each middle gives the end of its
    days away, as the end before it is known.
    """
    found, before, come = [], -1, 0.0
    for row in rows:
        events = row.numbers["events"]
        if events <= 0:
            continue
        ends = [2 * int(row.days) - before - 1, 2 * int(row.days) - before]
        before = next((one for one in ends if one % _GRID == 0), ends[-1])
        come += events
        found.append((max(before, int(row.days)), come))
    return found
