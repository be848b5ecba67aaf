"""Weights of coded files raised for files that were drawn and not coded."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats


class ClassTotals(NamedTuple):
    """What was drawn in each class, and what became of it."""

    weight: Floats  # (C,) weights of all files that were drawn
    known: Floats  # (C,) of those that were read, in scope or not
    eligible: Floats  # (C,) of those that are in scope
    coded: Floats  # (C,)
    n_coded: Counts  # (C,) coded files


class Factors(NamedTuple):
    """By how much the weights of each class are raised; NaN where nothing was read, or nothing coded."""

    unknown: Floats  # (C,) for files of which nobody knows whether they are in scope
    uncoded: Floats  # (C,) for files in scope that were not coded
    whole: Floats  # (C,) both; 1 where there is nothing to stand for


def factors(totals: ClassTotals) -> Factors:
    """By how much the weights of the coded files of each class are raised.

    Parameters
    ----------
    totals : ClassTotals

    Returns
    -------
    Factors
        With W all weights of a class, K those of files that were read, S of those in scope and C of those coded: W / K,
        S / C, and their product. The coded files of a class then stand for W S / K, its files in scope as far as can be
        told.

    References
    ----------
    Valliant, Dever and Kreuter (2018), *Practical Tools for Designing and Weighting Survey Samples*, 2nd edition,
    chapter 13.
    """
    w, k, s, c, _ = totals
    with np.errstate(divide="ignore", invalid="ignore"):
        unknown = np.where(k > 0, w / k, np.nan)
        uncoded = np.where(c > 0, s / c, np.nan)
        whole = np.where((w > k) | (s > c), unknown * uncoded, 1.0)
    return Factors(unknown, uncoded, whole)


def totals_of(classes: Counts, weight: Floats, known: Flags, eligible: Flags, coded: Flags, n: Counts) -> ClassTotals:
    """Add up what was drawn in each class; rows (R,), each of ``n`` files of one weight."""
    size = int(classes.max(initial=-1)) + 1

    def added(chosen: Flags) -> Floats:
        return np.bincount(classes, weights=weight * n * chosen, minlength=size).astype(np.float64)

    every = np.ones(len(classes), np.bool_)
    files = np.bincount(classes, weights=n * coded, minlength=size)
    return ClassTotals(added(every), added(known), added(eligible), added(coded), np.rint(files).astype(np.int64))


def pooled(totals: ClassTotals, parent: Counts, *, least: int, most: float) -> Counts:
    """Put classes together that are too small to stand for the files that they lost.

    Parameters
    ----------
    totals : ClassTotals
    parent : (C,)
        Classes of one parent are put together first, those of others only where that is not enough.
    least : int
        Coded files that a class needs which has uncoded ones to stand for.
    most : float
        By how much weights are raised at the most.

    Returns
    -------
    (C,)
        New number of each class, from 0 on in the order of the old ones.

    Notes
    -----
    Within a parent all classes that fail are put together; while they still fail, the class of the parent whose weights
    are raised most joins them, because it lost files most as they did. The same is then done once more over all.
    """
    step = _merged(totals, np.arange(len(parent)), parent, least, most)
    return _merged(totals, step, np.zeros_like(parent), least, most)


def _merged(totals: ClassTotals, classes: Counts, parent: Counts, least: int, most: float) -> Counts:
    """Put classes that fail together within each parent; ``classes`` says what was put together before."""
    made = classes.copy()
    for one in np.unique(parent):
        inside = np.unique(made[parent == one])
        sums = _together(totals, made)
        bad = _fails(sums, least, most)[inside]
        if not bad.any():
            continue
        pool, rest = inside[bad], inside[~bad]
        raised = factors(sums).whole
        # the largest factor first; of equal ones the first class
        waiting = [int(each) for each in rest[np.argsort(-raised[rest], kind="stable")]]
        while waiting and _fails(_one(sums, pool), least, most)[0]:
            pool = np.append(pool, waiting.pop(0))
        made[np.isin(made, pool)] = pool.min()
    return np.unique(made, return_inverse=True)[1].astype(np.int64)


def _together(totals: ClassTotals, classes: Counts) -> ClassTotals:
    size = len(classes)
    return ClassTotals._make(np.bincount(classes, weights=one, minlength=size) for one in totals)


def _one(totals: ClassTotals, chosen: Counts) -> ClassTotals:
    return ClassTotals._make(one[chosen].sum(keepdims=True) for one in totals)


def _fails(totals: ClassTotals, least: int, most: float) -> Flags:
    """Whether a class has files to stand for, and too few coded ones to do it."""
    raised = factors(totals).whole
    something = (totals.weight > totals.known) | (totals.eligible > totals.coded)
    return something & ((totals.n_coded < least) | ~(raised <= most))
