"""Tests of levels of support against one another, with the errors that the intervals rest on.

A robust covariance of C clusters is a sum of C terms: with q ratios tested at once the Wald statistic W is far from
chi-squared unless q is far below C. So it is read as F = W (C - q) / (C q) with q and C - q degrees of freedom, and a
single ratio by Student's t with C - 1, its error times sqrt(C / (C - 1)): for q = 1 both are one test.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...base.types import Floats
from ...estimate.cox import inverse
from ...reduce.support_states import orders_to_compare
from ..regression_clusters import independent
from .hazard_models import Model, Told
from .hazard_states import ORDER, SET


class Joint(NamedTuple):
    """A test of several ratios at once.

    Attributes
    ----------
    wald : float
        W, as of the robust covariance; NaN where there is none.
    terms : int
        q, how many contrasts are tested.
    clusters : int
        C, clusters (units, where each is by itself).
    f_statistic, p_value : float
        NaN where the test is not given.
    withheld : bool
        Too few clusters for so many contrasts.
    """

    wald: float
    terms: int
    clusters: int
    f_statistic: float
    p_value: float
    withheld: bool

    @property
    def residual(self) -> float:
        """C - q; NaN where the test is not given."""
        return float(self.clusters - self.terms) if np.isfinite(self.f_statistic) else float("nan")


def clusters_needed(terms: int) -> int:
    """Clusters that a test of so many contrasts asks for."""
    return 2 * terms + 5


def reach(model: Model, confidence_level: float) -> float:
    """Return how many standard errors a limit lies from the log ratio: Student's t for few clusters; NaN for one."""
    from scipy.stats import t as student

    clusters = independent(model.made)
    if clusters < 2:
        return float("nan")
    return float(student.isf((1 - confidence_level) / 2, clusters - 1) * np.sqrt(clusters / (clusters - 1)))


def single_test(model: Model, estimate: float, error: float) -> tuple[float, float]:
    """Return Student's t of a log ratio, and its two-sided p value."""
    from scipy.stats import t as student

    clusters = independent(model.made)
    if clusters < 2 or not error > 0:
        return float("nan"), float("nan")
    statistic = estimate / (error * np.sqrt(clusters / (clusters - 1)))
    return float(statistic), float(2 * student.sf(abs(statistic), clusters - 1))


def joint_tests(one: Told) -> list[tuple[str, Joint]]:
    """Return the tests of several ratios that a model allows, by name."""
    tests = [("no_difference", no_difference(one))]
    if one.model.name == "combination":
        tests.append(("beyond_parts", beyond_parts(one)))
    elif one.model.name == "order":
        tests.append(("order_alike", order_alike(one)))
    elif len(one.places) > 1:
        tests.append(("all_alike", all_alike(one)))
    return tests


def no_difference(one: Told) -> Joint:
    """Test that no level of support differs from none; levels with too few endings are left out."""
    return _wald(one, np.eye(len(one.places))[_tested(one)])


def all_alike(one: Told) -> Joint:
    """Test that all levels of support have one ratio: whether it matters who came, or how many more.

    Where others are not compared with cases without support, it is not tested.
    """
    size = len(one.places)
    if any(line.reference != (one.model.states.factors[line.factor].levels or ("",))[0] for line in one.model.lines):
        return _wald(one, np.empty((0, size)))
    of_each = np.eye(size)[_tested(one)]
    return _wald(one, of_each[:-1] - of_each[1:])


def order_alike(one: Told) -> Joint:
    """Test that it does not matter in which order the same actors came."""
    place = {line.level: line.place for line in one.model.lines if line.factor == ORDER and not one.rare(line)}
    rows = []
    for levels in orders_to_compare(list(place)):
        for other in levels[1:]:
            row = np.zeros(len(one.places))
            for level, sign in ((levels[0], 1), (other, -1)):
                at = place[level]
                if at is not None:  # the reference level has a log ratio of 0
                    row[one.places.index(at)] = sign
            rows.append(row)
    return _wald(one, np.array(rows).reshape(-1, len(one.places)))


def beyond_parts(one: Told) -> Joint:
    """Test that the set does no more than the product of its parts."""
    place = next((line.place for line in one.model.lines if line.factor == SET and line.place is not None), None)
    contrast = np.array([[float(at == place) for at in one.places]]).reshape(-1, len(one.places))
    return _wald(one, contrast if place is not None else contrast[:0])


def _tested(one: Told) -> list[int]:
    """Return which of the coefficients of support a joint test is about."""
    rare = {line.place for line in one.model.lines if one.rare(line)}
    return [at for at, place in enumerate(one.places) if place not in rare]


def _wald(one: Told, contrast: Floats) -> Joint:
    nan, terms, clusters = float("nan"), len(contrast), independent(one.model.made)
    if one.one is None or not terms:
        return Joint(nan, 0, clusters, nan, nan, False)
    b, variance = one.one.estimate[one.places], one.covariance[np.ix_(one.places, one.places)]
    used = (contrast != 0).any(axis=0)
    contrast, b, variance = contrast[:, used], b[used], variance[np.ix_(used, used)]
    value, spread = contrast @ b, contrast @ variance @ contrast.T
    if not (np.isfinite(value).all() and np.isfinite(spread).all()):
        return Joint(nan, terms, clusters, nan, nan, False)
    return read(float(value @ inverse(spread) @ value), terms, clusters)


def read(wald: float, terms: int, clusters: int) -> Joint:
    """Return a Wald statistic of a robust covariance as an F test, or withheld.

    Examples
    --------
    >>> [round(one, 4) for one in read(12.0, 3, 30)[3:5]]
    [3.6, 0.0262]
    >>> read(12.0, 3, 10).withheld
    True
    """
    from scipy.stats import f

    if not np.isfinite(wald) or clusters < clusters_needed(terms):
        return Joint(wald, terms, clusters, float("nan"), float("nan"), bool(np.isfinite(wald)))
    statistic = wald * (clusters - terms) / (clusters * terms)
    return Joint(wald, terms, clusters, statistic, float(f.sf(statistic, terms, clusters - terms)), False)
