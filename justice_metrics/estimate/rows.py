"""Rows of a counting process, folded: what a table of counts per group and day cannot tell.

Regressions, robust and clustered variances need to know who entered when *and* left when, with which covariates. Rows
that are alike in all of it are one cell with a number.
"""

from __future__ import annotations

from typing import NamedTuple

from ..base.types import Counts, Days, Floats


class Rows(NamedTuple):
    """Cells of identical rows; each row is at risk on the days ``entry < day <= exit``.

    Attributes
    ----------
    entry, exit : (C,)
        Days; entry -1 is observed from the start.
    code : (C,)
        0 censored on ``exit``, 1..K ended by that outcome.
    n : (C,)
        Identical rows in the cell; n = 2 is the row twice.
    weight : (C,) or None
        Sampling weight of each of them.
    stratum : (C,)
        Baseline stratum or group, 0..G-1.
    pattern : (C,)
        Row of the design matrix.
    cluster : (C,) or None
        Rows of one cluster (a court, or one unit with several rows) are not independent; None: each row by itself.
    """

    entry: Days
    exit: Days
    code: Counts
    n: Counts
    weight: Floats | None
    stratum: Counts
    pattern: Counts
    cluster: Counts | None
