"""Robust (sandwich) variance of a Cox model, by row or by cluster, in time linear in the cells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .cox import ChiSquared, CoxFit, CoxModel, CoxPoint, chi_squared, evaluate, inverse, spread_matrix
from .cox_residuals import cell_scores, increments
from .risk_sums import observed

# Cells whose residuals are held at once.
CHUNK = 16_384


class RobustCovariance(NamedTuple):
    """Variance that holds when rows of a cluster depend on one another, or when the model is only an approximation.

    Attributes
    ----------
    covariance : (p, p)
        Of the coefficients; NaN for columns that are not estimable.
    wald_test, score_test : ChiSquared
        Of all coefficients being 0, with this variance.
    clusters : int
        Independent units: clusters, or rows (sum of n) when there are none. With fewer than about 100 clusters normal
        limits are too short: take Student's t with ``clusters - 1`` degrees of freedom. Below 40 no limits are good.
    """

    covariance: Floats
    wald_test: ChiSquared
    score_test: ChiSquared
    clusters: int


def robust_covariance(fit: CoxFit, cluster: Counts | None = None) -> RobustCovariance:
    """Sandwich variance of the coefficients.

    Parameters
    ----------
    fit : CoxFit
        A fit; with sampling weights this is the variance to use.
    cluster : (C,), optional
        Instead of the clusters of the rows. Rows of one unit, and units of one court, belong to one cluster. Without
        clusters every row, each of the ``n`` of a cell too, is independent.

    Returns
    -------
    RobustCovariance

    Notes
    -----
    V (sum over clusters of u u') V with V the inverse information and u = sum over the rows of the cluster of w times
    their score residual (Lin and Wei). Those residuals are exact under Efron's rule, delayed entry and strata: equal to
    R ``coxph(robust = TRUE, cluster =)``, whose cost grows with the square of the tied rows; here it is cells x p^2.
    The score test takes its variance at b = 0.

    References
    ----------
    Lin and Wei (1989), Journal of the American Statistical Association, 84, 1074-1078.
    Binder (1992), Biometrika, 79, 139-147.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)
    >>> fit = cox(rows, np.array([[0.0], [1.0]]))
    >>> robust_covariance(fit).clusters, bool(robust_covariance(fit).covariance > 0)
    (4, True)
    """
    model, size = fit.model, len(fit.coefficients)
    label, clusters = cluster_labels(model, model.rows.cluster if cluster is None else cluster)
    variance = inverse(fit.point.information)
    meat = squared_scores(model, fit.point, label)
    scaled = variance @ meat @ variance
    b = fit.point.coefficients
    null = evaluate(model, np.zeros_like(b))
    return RobustCovariance(
        covariance=spread_matrix(model, scaled, size),
        wald_test=chi_squared(float(b @ inverse(scaled) @ b), len(b)),
        score_test=chi_squared(float(null.score @ inverse(squared_scores(model, null, label)) @ null.score), len(b)),
        clusters=clusters,
    )


def squared_scores(model: CoxModel, point: CoxPoint, label: Counts | None) -> Floats:
    """(q, q): sum over clusters (labels (C,) of the kept cells) or rows of the squared sums of weighted scores."""
    sets, made = model.sets, increments(model, point)
    columns = len(model.columns)
    total = np.zeros((columns, columns))
    groups = 0 if label is None else int(label.max(initial=-1)) + 1
    sums = np.zeros((columns, groups))
    amount = sets.weight * (np.sqrt(sets.n) if label is None else sets.n)  # n rows apart, or n rows together
    for start in range(0, len(sets.pattern), CHUNK):
        cells = slice(start, start + CHUNK)
        scores = cell_scores(model, point, made, cells)
        scores *= amount[cells, None]
        if label is None:
            total += scores.T @ scores
        else:
            for column in range(columns):
                sums[column] += np.bincount(label[cells], scores[:, column], groups)
    return total if label is None else sums @ sums.T


def cluster_labels(model: CoxModel, cluster: Counts | None) -> tuple[Counts | None, int]:
    """Clusters numbered from 0 for the cells that are ever at risk, and how many independent units there are in all."""
    rows = model.rows
    alive = observed(rows)
    if cluster is None:
        return None, int(rows.n[alive].sum())
    cluster = np.asarray(cluster, dtype=np.int64)
    if cluster.min(initial=0) < 0 or cluster.max(initial=0) > 4 * len(cluster) + 1024:
        cluster = np.unique(cluster, return_inverse=True)[1].astype(np.int64)
    return cluster[model.sets.kept], int(np.count_nonzero(np.bincount(cluster[alive])))
