"""Indicators of stock and flow: what came in, what was resolved, what is waiting, as formulas on arrays.

Every function takes arrays of one shape (or that broadcast) and gives an array of that shape. A number that is missing
is NaN and stays NaN; a ratio over zero is NaN too: it is not defined, neither 0 nor infinite. Whoever wants the ratio
of several offices adds their counts up first; there is no function here that averages ratios.

References
----------
.. [1] European Commission for the Efficiency of Justice (2008). GOJUST guidelines on judicial statistics.
.. [2] NCSC (2005). CourTools, measures 2 to 4; State Court Guide to Statistical Reporting.
.. [3] North Carolina Administrative Office of the Courts. Court performance management system: aging case index.
"""

from __future__ import annotations

import numpy as np

from ..base.types import Floats


def over(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator over denominator, NaN over zero.

    Examples
    --------
    >>> over(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    top, bottom = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    found = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=found, where=bottom != 0)
    return found


def clearance_rate(outgoing: Floats, incoming: Floats) -> Floats:
    """Cases that went out for each that came in, in one period, not the same cases: outgoing / incoming [1]_, [2]_.

    Above 1 the stock shrinks. With ``outgoing`` the resolved cases alone this is the European clearance rate; with
    those placed on inactive status too it is that of CourTools, which parked cases can lift to 1.

    Examples
    --------
    >>> clearance_rate(np.array([35.0, 25.0]), np.array([50.0, 0.0])).tolist()
    [0.7, nan]
    """
    return over(outgoing, incoming)


def disposition_time(pending_end: Floats, resolved: Floats, days: Floats) -> Floats:
    """Days that the stock would last at the pace of the period: pending at end / resolved x days of the period [1]_.

    A theoretical time: how long cases took is another question, which no stock and flow can answer.

    Examples
    --------
    >>> disposition_time(np.array([358541.0]), np.array([584222.0]), np.array([365.0])).round(1).tolist()
    [224.0]
    """
    return over(np.asarray(pending_end) * np.asarray(days), resolved)


def case_turnover(resolved: Floats, pending_end: Floats) -> Floats:
    """How often the stock was turned over in the period: resolved / pending at end [1]_.

    Examples
    --------
    >>> case_turnover(np.array([30.0]), np.array([20.0])).tolist()
    [1.5]
    """
    return over(resolved, pending_end)


def congestion(pending_start: Floats, incoming: Floats, resolved: Floats) -> Floats:
    """Cases that had to be dealt with for each that was resolved: (pending at start + incoming) / resolved.

    Examples
    --------
    >>> congestion(np.array([40.0]), np.array([60.0]), np.array([50.0])).tolist()
    [2.0]
    """
    return over(np.asarray(pending_start) + np.asarray(incoming), resolved)


def total_backlog(pending_start: Floats, incoming: Floats, resolved: Floats) -> Floats:
    """Cases that were left when the period was over, by its flows: pending at start + incoming - resolved [1]_.

    Examples
    --------
    >>> total_backlog(np.array([40.0]), np.array([60.0]), np.array([50.0])).tolist()
    [50.0]
    """
    return np.asarray(pending_start + incoming - resolved, np.float64)


def residual(pending_start: Floats, incoming: Floats, outgoing: Floats, pending_end: Floats) -> Floats:
    """By how much the stock that is told differs from the one that the flows give; 0 where the identity holds.

    pending at end - (pending at start + incoming - outgoing). It is told and never put right: it says how far the
    figures can be trusted.

    Examples
    --------
    >>> residual(np.array([464765.0]), np.array([608228.0]), np.array([647526.0]), np.array([417073.0])).tolist()
    [-8394.0]
    """
    return np.asarray(pending_end - total_backlog(pending_start, incoming, outgoing), np.float64)


def aging_index(old_pending: Floats, pending_end: Floats, resolved_of_a_year: Floats) -> Floats:
    """Old pending cases against all the work of a year: old pending / (pending + resolved in the past year) [3]_.

    The share of pending cases that are old (``over(old_pending, pending_end)``) goes up in an office that resolves its
    young cases well; this index does not.

    Examples
    --------
    >>> aging_index(np.array([50.0]), np.array([1000.0]), np.array([500.0])).round(4).tolist()
    [0.0333]
    """
    return over(old_pending, np.asarray(pending_end) + np.asarray(resolved_of_a_year))


def past_year(flow: Floats, periods: int) -> Floats:
    """Return the sum of each period and those before it that make a year; NaN while fewer are known.

    Parameters
    ----------
    flow : array, shape (G, P)
        A flow by period, in order of time.
    periods : int
        How many periods make a year: 12 months, 4 quarters, 2 halves, 1 year.

    Returns
    -------
    array, shape (G, P)

    Examples
    --------
    >>> past_year(np.array([[1.0, 2.0, 3.0]]), 2).tolist()
    [[nan, 3.0, 5.0]]
    """
    flow = np.asarray(flow, np.float64)
    found = np.full(flow.shape, np.nan)
    for place in range(periods - 1, flow.shape[1]):
        found[:, place] = flow[:, place - periods + 1 : place + 1].sum(axis=1)
    return found


def change(now: Floats, before: Floats) -> Floats:
    """Relative change, (now - before) / before: 0.043 is 4.3 % more. Of shares a difference in points is meant instead.

    Examples
    --------
    >>> change(np.array([60199.0]), np.array([57741.0])).round(3).tolist()
    [0.043]
    """
    return over(np.asarray(now) - np.asarray(before), before)
