"""Weights of coded files raised for files that were drawn and not coded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from ..base.errors import CaseDataError, QuestionError
from ..base.language import tr, trn
from ..base.types import Counts, Flags, Floats
from .intake import FILE_STATUSES, FileGroup, FileLog
from .sampling_log import LoggedFiles

# Within what files count as alike when weights are raised for those that were not coded.
ResponseClasses: TypeAlias = Literal["cluster", "stratum", "none"]

# A class with fewer coded files, or whose weights would be raised by more, is put together with others.
LEAST_CODED: Final = 5
MOST_RAISED: Final = 3.0


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


@dataclass(frozen=True, eq=False, kw_only=True)
class Adjusted:
    """Weights raised for the files that were not coded.

    Attributes
    ----------
    classes : array of int, shape (R,)
        In which class each file counts.
    names : tuple of str
        (C,) what each class is made of.
    totals : ClassTotals
    factor : array of float, shape (R,)
        By which the weights of the coded files of the same class are raised.
    pooled : int
        How many clusters or strata were too small to stand alone.
    across : int
        How many strata stand for one another, because one of them has too few coded files.
    """

    classes: Counts = field(repr=False)
    names: tuple[tuple[str, ...], ...] = field(repr=False)
    totals: ClassTotals = field(repr=False)
    factor: Floats = field(repr=False)
    pooled: int
    across: int


def adjusted_weights(files: LoggedFiles, classes: ResponseClasses = "cluster") -> Adjusted:
    """Raise the weights of the coded files so that they stand for the others of their class too.

    Parameters
    ----------
    files : LoggedFiles
    classes : {"cluster", "stratum", "none"}
        Within what files that were lost or sealed are taken to be like those that were coded. Classes with few coded
        files are put together, see :func:`justice_metrics.cases.sampling_weights.pooled`.

    Raises
    ------
    QuestionError
        When there is no such way.
    CaseDataError
        When no file was coded.
    """
    classes_of(classes)
    coded = files.has("coded")
    n = len(coded)
    if not coded.any():
        raise CaseDataError(
            trn(
                "No file of the sampling log is coded: there is {n} drawn.",
                "No file of the sampling log is coded: there are {n} drawn.",
                n,
            ),
            tr("Write 'coded' in the column 'status' of the files that were coded."),
        )
    stratum, cluster = files.stratum or ("",) * n, files.cluster or ("",) * n
    pairs: dict[str, list[tuple[str, ...]]] = {
        "cluster": list(zip(stratum, cluster, strict=True)),
        "stratum": [(one,) for one in stratum],
        "none": [()] * n,
    }
    names = pairs[classes]
    levels = sorted(set(names))
    place = {one: position for position, one in enumerate(levels)}
    own = np.array([place[one] for one in names], np.int64)
    read, eligible = files.any_of("not_eligible", "eligible", "coded"), files.any_of("eligible", "coded")
    one_each = np.ones(n, np.int64)
    parent = np.unique([one[0] if one else "" for one in levels], return_inverse=True)[1].astype(np.int64)
    first = totals_of(own, files.weight, read, eligible, coded, one_each)
    new = pooled(first, parent if classes == "cluster" else np.zeros_like(parent), least=LEAST_CODED, most=MOST_RAISED)
    made = new[own]
    totals = totals_of(made, files.weight, read, eligible, coded, one_each)
    members: list[list[tuple[str, ...]]] = [[] for _ in range(int(new.max()) + 1)]
    for level, number in zip(levels, new.tolist(), strict=True):
        members[number].append(level)
    return Adjusted(
        classes=made,
        names=tuple(one[0] if len(one) == 1 else () for one in members),
        totals=totals,
        factor=factors(totals).whole[made],
        pooled=sum(len(one) for one in members if len(one) > 1),
        across=sum(n for n in (len({level[:1] for level in one}) for one in members) if n > 1),
    )


def classes_of(word: str) -> ResponseClasses:
    """Return a way to form classes of files by its name.

    Raises
    ------
    QuestionError
        When there is none of that name.
    """
    known: tuple[ResponseClasses, ...] = get_args(ResponseClasses)
    for one in known:
        if one == word:
            return one
    raise QuestionError(
        tr("'{word}' is no way to form classes of files.", word=word), tr("There are: {known}.", known=list(known))
    )


def file_log(files: LoggedFiles, adjusted: Adjusted, *, finite: bool = True) -> FileLog:
    """Return what a log tells of all its files together, without their numbers.

    Parameters
    ----------
    files : LoggedFiles
    adjusted : Adjusted
    finite : bool
        Whether errors are those of a draw without replacement: else the chances of the clusters are not told on.
    """
    n = len(files.file)
    stratum, cluster = files.stratum or ("",) * n, files.cluster or ("",) * n
    keys = zip(
        stratum,
        cluster,
        files.status.tolist(),
        files.weight.tolist(),
        files.chance.tolist(),
        adjusted.factor.tolist(),
        strict=True,
    )
    # a number that is none is not equal to itself: its text is
    counted = Counter((*key[:4], repr(key[4]), key[5]) for key in keys)
    groups = (
        FileGroup(
            stratum=one[0],
            cluster=one[1],
            status=FILE_STATUSES[one[2]],
            weight=one[3],
            chance=float(one[4]) if finite else float("nan"),
            factor=one[5],
            n=number,
        )
        for one, number in counted.items()
    )
    return FileLog(groups=tuple(groups), source=files.source, pooled=adjusted.pooled, across=adjusted.across)


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
