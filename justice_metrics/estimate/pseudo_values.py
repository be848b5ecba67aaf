"""What each case says about an incidence on a day, also a case that was open when observation ended.

A regression of who had ended by a day needs an answer of every case. For one that was censored before, its pseudo-value
stands in: what the incidence of its group would tell of it.
"""

from __future__ import annotations

import numpy as np

from ..base.types import Floats
from .robust import cluster_influence
from .robust_paths import row_weights
from .rows import Rows


def pseudo_incidence(rows: Rows, day: int, *, groups: int | None = None, outcomes: int | None = None) -> Floats:
    """Return the pseudo-value of each cell for the Aalen-Johansen incidence of every outcome by a day.

    Parameters
    ----------
    rows : Rows
        ``stratum`` is the group, for which incidences are told; ``pattern`` and ``cluster`` are not read.
    day : int
        Incidence up to and with this day.
    groups, outcomes : int, optional
        G and K, when some may be absent from these rows.

    Returns
    -------
    (C, K)
        Their weighted mean in a group is its incidence. Where nobody was censored by the day it is 1 for a case that
        had ended so and 0 for one that had not; otherwise it may lie outside 0 and 1.

    Notes
    -----
    F + W D, with F the incidence of the group, D its derivative by the weight of one row, and W the weight of the
    group: the infinitesimal jackknife. A regression of them is unbiased when censoring has nothing to do with the
    covariates inside a group; its sandwich error is slightly too large.

    References
    ----------
    Andersen, Klein and Rosthøj (2003), Biometrika, 90, 15-27.
    Jacobsen and Martinussen (2016), Scandinavian Journal of Statistics, 43, 845-862.

    Examples
    --------
    A verdict on day 1, a case that was open when it was seen last on day 2, and one that was open on day 9:

    >>> import numpy as np
    >>> exit = np.array([1, 2, 9], dtype=np.int32)
    >>> rows = Rows(exit * 0 - 1, exit, np.array([1, 0, 0]), exit * 0 + 1, None, exit * 0, exit * 0, None)
    >>> pseudo_incidence(rows, 5).ravel().round(9) + 0.0
    array([1., 0., 0.])
    """
    apart = rows._replace(cluster=None)
    found = cluster_influence(apart, "incidence", [day], groups=groups, outcomes=outcomes)
    weight = row_weights(rows)
    group = np.bincount(rows.stratum, weights=rows.n * weight, minlength=len(found.estimate))
    with np.errstate(divide="ignore", invalid="ignore"):
        own = found.sums[:, :, 0] / weight[:, None]
    return np.asarray(found.estimate[rows.stratum, :, 0] + group[rows.stratum, None] * np.nan_to_num(own))
