"""Days some months later, as laws count months."""

from __future__ import annotations

import numpy as np

from ..base.types import Counts


def months_later(days: Counts, months: int) -> Counts:
    """Return the day with the same number some months later, or the last of that month where there is none.

    Parameters
    ----------
    days : (N,)
        Whole days since 1 January 1970.
    months : int
        From 0 on.

    Returns
    -------
    (N,)
        Whole days since 1 January 1970: 31 January plus one month is 28 February, or 29 in a leap year.

    Examples
    --------
    >>> import numpy as np
    >>> at = np.array(["2020-01-31", "2019-01-31"], "datetime64[D]").astype(np.int64)
    >>> months_later(at, 1).astype("datetime64[D]").tolist()
    [datetime.date(2020, 2, 29), datetime.date(2019, 2, 28)]
    """
    dates = np.asarray(days, np.int64).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    later = month + np.timedelta64(months, "M")
    past_first = (dates - month.astype("datetime64[D]")).astype(np.int64)
    last = ((later + np.timedelta64(1, "M")).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(
        np.int64
    ) - 1
    found: Counts = later.astype("datetime64[D]").astype(np.int64) + np.minimum(past_first, last)
    return found
