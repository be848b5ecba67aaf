"""Answers of several imputed data sets as one, by Rubin's rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from ..base.types import Floats

# Below this share of missing information the degrees of freedom of Rubin are as good as infinite.
_LEAST_SHARE = 1e-4


class Pooled(NamedTuple):
    """One answer from M.

    Attributes
    ----------
    estimate, std_error : (...)
    conf_low, conf_high : (...)
        With Student's t.
    df : (...)
        Degrees of freedom of Barnard and Rubin.
    within, between : (...)
        Mean variance of the M answers, and variance among them.
    missing_share : (...)
        Share of the variance that is due to what is missing, ``(1 + 1/M) between / total``.
    missing_information : (...)
        Fraction of missing information, which allows for the finite number of imputations.
    """

    estimate: Floats
    std_error: Floats
    conf_low: Floats
    conf_high: Floats
    df: Floats
    within: Floats
    between: Floats
    missing_share: Floats
    missing_information: Floats


def pooled(
    estimates: Floats, variances: Floats, *, complete_df: float = np.inf, confidence_level: float = 0.95
) -> Pooled:
    """Pool the answers of M imputed data sets.

    Parameters
    ----------
    estimates, variances : (M, ...)
        Answer and its variance in each completed data set; M of 2 or more.
    complete_df : float
        Degrees of freedom that the answer would have were nothing missing: clusters less 1, or cases less parameters.
    confidence_level : float

    Returns
    -------
    Pooled

    Notes
    -----
    Estimate q = mean of q_m; within U = mean of the variances; between B = variance of q_m with M - 1; total
    T = U + (1 + 1/M) B. With l = (1 + 1/M) B / T the degrees of freedom are ``1 / (1/a + 1/b)``, ``a = (M - 1) / l^2``,
    ``b = c (c + 1)(1 - l) / (c + 3)`` with c those of the complete data; l is taken as 1e-4 at least. Fraction of
    missing information: ``(r + 2 / (df + 3)) / (r + 1)``, r = l / (1 - l).

    References
    ----------
    Rubin (1987), *Multiple Imputation for Nonresponse in Surveys*; Barnard and Rubin (1999), Biometrika, 86, 948-955.

    Examples
    --------
    >>> one = pooled(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0]))
    >>> float(one.estimate), float(one.std_error.round(4)), float(one.df.round(4))
    (2.0, 1.5275, 6.125)
    """
    many = len(estimates)
    middle, within = estimates.mean(axis=0), variances.mean(axis=0)
    between = estimates.var(axis=0, ddof=1) if many > 1 else np.full_like(middle, np.nan)
    added = (1 + 1 / many) * between
    total = within + added
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.asarray(added / total)
        bounded = np.where(np.isnan(share), share, np.maximum(share, _LEAST_SHARE))
        old = (many - 1) / bounded**2
        if np.isinf(complete_df):
            df = old
        else:
            observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - bounded)
            df = old * observed / (old + observed)
        odds = np.asarray(added / within)
        information = (odds + 2 / (df + 3)) / (odds + 1)
        reach = stdtrit(df, (1 + confidence_level) / 2) * np.sqrt(total)
    return Pooled(
        middle, np.sqrt(total), middle - reach, middle + reach, df, within, between, share, np.asarray(information)
    )
