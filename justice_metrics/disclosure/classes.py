"""Classes of a map: protected rates in a few steps, each of which holds enough areas and enough people."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats

HIDDEN: Final = -1
_FEWEST_AREAS: Final = 2
_ROOM: Final = 4  # a limit may lie beside its quantile by this part of the areas of a class


class Classes(NamedTuple):
    """Areas in classes.

    Attributes
    ----------
    breaks : array of float, shape (C + 1,)
        Rounded limits of the classes, rising; none where no class can be made.
    of : array of int, shape (A,)
        Class of each area, from 0; ``HIDDEN`` for one of which nothing is shown.
    """

    breaks: Floats
    of: Counts


def map_classes(
    rates: Floats, people: Floats, *, minimum: int, wanted: int = 5, fewest_areas: int = _FEWEST_AREAS
) -> Classes:
    """Put protected rates into classes, so that a map tells steps and never a value.

    Parameters
    ----------
    rates : array of float, shape (A,)
        As they are published: NaN where a rate is hidden.
    people : array of float, shape (A,)
        What the rates are told of: cases or people, as published; NaN where they are hidden.
    minimum : int
        The fewest of them in a class.
    wanted : int
        How many classes at most.
    fewest_areas : int
        The fewest areas in a class: one alone would be told by its own rate.

    Returns
    -------
    Classes
        Limits are round numbers, made of published rates alone.

    Examples
    --------
    >>> import numpy as np
    >>> found = map_classes(np.array([0.11, 0.13, 0.32, np.nan, 0.38]), np.full(5, 50.0), minimum=10, wanted=2)
    >>> found.breaks.tolist(), found.of.tolist()
    ([0.1, 0.2, 0.4], [0, 0, 1, -1, 1])
    """
    rates, people = np.asarray(rates, np.float64), np.asarray(people, np.float64)
    shown = np.asarray(np.isfinite(rates) & np.isfinite(people), np.bool_)
    nowhere = Classes(np.zeros(0), np.full(len(rates), HIDDEN, np.int64))
    if not _enough(shown, people, minimum, fewest_areas):
        return nowhere
    for classes in range(wanted, 0, -1):
        breaks = _breaks(np.sort(rates[shown]), classes)
        place = np.clip(np.searchsorted(breaks, rates, side="right") - 1, 0, len(breaks) - 2)
        of = np.where(shown, place, HIDDEN).astype(np.int64)
        if all(_enough(of == one, people, minimum, fewest_areas) for one in range(len(breaks) - 1)):
            return Classes(breaks, of)
    return nowhere


def _enough(members: Flags, people: Floats, minimum: int, fewest_areas: int) -> bool:
    return int(members.sum()) >= fewest_areas and float(np.nansum(people[members])) >= minimum


def _breaks(rates: Floats, classes: int) -> Floats:
    """Return round limits of classes of about as many areas each; ``rates`` rise.

    Between two neighbouring rates any number parts them: the roundest one is taken, and of the places near the quantile
    the one with the roundest number. So a few large cities do not push all other areas into one class.
    """
    inner: list[float] = []
    far = len(rates) // (_ROOM * classes)
    beside = sorted(range(-far, far + 1), key=abs)
    for one in range(1, classes):
        middle = round(len(rates) * one / classes)
        near = [middle + place for place in beside if 0 < middle + place < len(rates)]
        found = [_roundest(float(rates[place - 1]), float(rates[place])) for place in near]
        inner.append(max(found, key=lambda each: each.step).limit if found else np.nan)
    limits = np.unique([one for one in inner if np.isfinite(one)])
    low, high = float(rates[0]), float(rates[-1])
    span = high - low or abs(high) or 1.0
    first = _step(float(limits[0]) - low if len(limits) and limits[0] > low else span)
    last = _step(high - float(limits[-1]) if len(limits) and limits[-1] < high else span)
    ends = [np.floor(low / first) * first, np.floor(high / last) * last + last]
    return np.unique(np.round([*ends, *[one for one in limits if ends[0] < one < ends[1]]], 12))


class _Limit(NamedTuple):
    limit: float
    step: float


def _roundest(low: float, high: float) -> _Limit:
    """Return the number above ``low`` and not above ``high`` that is a multiple of the largest round step."""
    if not high > low:
        return _Limit(float("nan"), 0.0)
    step = _step(max(abs(low), abs(high)) * 10)
    while True:
        limit = float(np.round(np.floor(high / step + 1e-9) * step, 12))
        if limit > low or step < (high - low) / 10:
            return _Limit(limit, step)
        step = _step(step * 0.999)


def _step(width: float) -> float:
    """Return a round number no larger than a width: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(width))
    return float(max(one for one in (1.0, 2.0, 5.0) if one * power <= width * (1 + 1e-12)) * power)
