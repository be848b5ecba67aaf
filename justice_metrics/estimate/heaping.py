"""Dates that pile up: how often dates fall on days that people write when they do not know the day."""

from __future__ import annotations

import numpy as np

from ..base.types import Counts, Floats, Tallies

SIGNS = ("new_year", "first_of_month", "fifteenth", "round_days", "one_weekday", "one_day")
"""1 January; the first and the 15th of a month; days 5, 10, ... 30; the busiest day of the week; the busiest day."""

# Five days of work: a register with offices closed at weekends has a fifth of its dates on each.
_WORKING_DAYS = 5


def signs_of(days: Counts, n: Tallies, first: int, last: int) -> tuple[Tallies, Floats]:
    """Count the dates of a period that bear each sign, and the share that the calendar gives it.

    Parameters
    ----------
    days : (D,)
        Distinct days, as days since 1 January 1970.
    n : (D,)
        Dates on each.
    first, last : int
        First and last day of the period; what lies outside is not counted.

    Returns
    -------
    counted : (6,)
        Dates that bear each of ``SIGNS``.
    usual : (6,)
        Share of the days of the period that bear it; for the busiest weekday a fifth, for the busiest day one over the
        days of work. Zero where the period holds no such day.

    Examples
    --------
    Ten dates on 1 January 2017 and one on the 2nd:

    >>> import numpy as np
    >>> counted, usual = signs_of(np.array([17167, 17168]), np.array([10, 1]), 17167, 17531)
    >>> counted, usual.round(3)
    (array([10, 10,  0,  0, 10, 10]), array([0.003, 0.033, 0.033, 0.195, 0.2  , 0.004]))
    """
    inside = (days >= first) & (days <= last)
    days, n = days[inside], n[inside]
    calendar = np.arange(first, last + 1)
    marked = _marks(days)
    counted = [int(n[one].sum()) for one in marked]
    usual = [float(one.mean()) if len(calendar) else 0.0 for one in _marks(calendar)]
    weekday = np.bincount((days + 3) % 7, weights=n, minlength=7)
    counted += [int(weekday.max()), int(n.max(initial=0))]
    usual += [1 / _WORKING_DAYS, min(1.0, 7 / (_WORKING_DAYS * max(len(calendar), 1)))]
    return np.array(counted, np.int64), np.array(usual, np.float64)


def bundle_sizes(days: Counts, n: Tallies, first: int, last: int) -> Floats:
    """How many dates stand for one, since hearings are set in bundles: told by the days that do not bear the sign.

    Parameters
    ----------
    days, n, first, last
        As in :func:`signs_of`.

    Returns
    -------
    (6,)
        For each of ``SIGNS``: the mean number of dates on the day of a date, less what dates that fall singly would
        have, but at least 1. A heap itself does not count: it lies on days that bear the sign.

    Notes
    -----
    sum n^2 / sum n - (sum n - 1) / D over the days without the sign, with D the days of work among them. Dates in
    bundles of b on days drawn at random have b on average, and the variance of a count of them is b times that of
    single dates.

    Examples
    --------
    Five hearings on each of twenty days of 2017:

    >>> import numpy as np
    >>> bundle_sizes(np.arange(17170, 17520, 17)[:20], np.full(20, 5), 17167, 17531)[0].round(1)
    np.float64(4.6)
    """
    inside = (days >= first) & (days <= last)
    days, n = days[inside], np.asarray(n[inside], np.float64)
    calendar = np.arange(first, last + 1)
    weekday = (days + 3) % 7
    busiest = int(np.bincount(weekday, weights=n, minlength=7).argmax())
    marks, of_calendar = _marks(days), _marks(calendar)
    # heaps on the first and the 15th of the months are no bundles of hearings
    apart = marks[1] | marks[2] | (np.arange(len(days)) == (n.argmax() if len(n) else -1))
    there = [*marks, weekday == busiest, apart]
    usual = [float(one.mean()) for one in (*of_calendar, of_calendar[1] | of_calendar[2])]
    usual.insert(len(of_calendar), 1 / _WORKING_DAYS)
    sizes = []
    for bears, share in zip(there, usual, strict=True):
        rest = n[~bears]
        work = max(len(calendar) * _WORKING_DAYS / 7 * (1 - share), 1.0)
        single = (rest.sum() - 1) / work
        sizes.append(max(1.0, float((rest**2).sum() / rest.sum() - single)) if rest.sum() else 1.0)
    return np.array(sizes)


def _marks(days: Counts) -> list[Tallies]:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day = (dates - months).astype(np.int64) + 1
    january = months.astype(np.int64) % 12 == 0
    return [(day == 1) & january, day == 1, day == 15, day % 5 == 0]


def chance_of_so_many(counted: Tallies, n: Tallies, usual: Floats) -> Floats:
    """Chance that so many dates or more bear a sign, if each bore it by the calendar alone.

    Parameters
    ----------
    counted, n : (...)
        Dates with the sign, and all dates; or bundles of them, then no whole numbers.
    usual : (...)
        Share that bears it by the calendar.

    Returns
    -------
    (...)
        Upper tail of the binomial distribution; 1 where none bears it, NaN without dates or where it cannot occur.

    Examples
    --------
    >>> import numpy as np
    >>> chance_of_so_many(np.array([3]), np.array([10]), np.array([0.1])).round(4)
    array([0.0702])
    """
    from scipy.special import betainc

    k, size, p = np.broadcast_arrays(
        np.asarray(counted, np.float64), np.asarray(n, np.float64), np.asarray(usual, np.float64)
    )
    some = k > 0
    tail = betainc(np.where(some, k, 1.0), np.where(some, size - k + 1, 1.0), p)
    found: Floats = np.where((size > 0) & (p > 0), np.where(some, tail, 1.0), np.nan)
    return found
