"""Numbers that may be missing in six different ways, kept apart from the reader to the report.

A table of counts that an office sends holds numbers, zeros that mean zero, and cells that hold no number for a reason:
the office does not know it, the thing does not exist there, the figure is withheld, the period is not over. Another
figure is there, but under review. Sums and ratios carry the reason on, so that none of them ever turns into a zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .language import Message, tr
from .levels import LEVEL_WORDS, NOT_APPLICABLE, NOT_AVAILABLE, PENDING, UNDER_REVIEW
from .types import Counts, Flags, Floats

Statuses: TypeAlias = NDArray[np.uint8]

SUPPRESSED: Final = "suppressed"
NOT_DEFINED: Final = "not_defined"

# The place is the code. What comes later tells more against a sum: one withheld part makes the whole withheld.
STATUSES: Final = ("", UNDER_REVIEW, NOT_APPLICABLE, PENDING, NOT_AVAILABLE, SUPPRESSED, NOT_DEFINED)

STATUS_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        UNDER_REVIEW: LEVEL_WORDS[UNDER_REVIEW],
        NOT_APPLICABLE: LEVEL_WORDS[NOT_APPLICABLE],
        PENDING: LEVEL_WORDS[PENDING],
        NOT_AVAILABLE: LEVEL_WORDS[NOT_AVAILABLE],
        SUPPRESSED: tr("hidden"),
        NOT_DEFINED: tr("not defined"),
    }
)

_CODE: Final[Mapping[str, int]] = MappingProxyType({name: code for code, name in enumerate(STATUSES)})


class Quantity(NamedTuple):
    """Numbers with what is known about each.

    Attributes
    ----------
    values : array of float, any shape
        NaN where there is no number.
    status : array of uint8, the same shape
        Place in ``STATUSES``: 0 for a plain number, a true zero among them; ``under_review`` mostly has a number too.
    """

    values: Floats
    status: Statuses

    @property
    def known(self) -> Flags:
        """Where there is a number, under review or not."""
        return np.asarray(~np.isnan(self.values), np.bool_)

    def words(self) -> list[str]:
        """Return the id of each status, "" for a plain number; for the ``statuses`` of a result's table."""
        return [STATUSES[code] for code in self.status.ravel()]


def quantity(values: Sequence[float] | Floats | Counts, status: Sequence[str] | None = None) -> Quantity:
    """Make a quantity of numbers and, where there are any, the ids of their statuses.

    A missing number without a reason is not available.

    Examples
    --------
    >>> quantity([3, 0, float("nan")]).words()
    ['', '', 'not_available']
    """
    array = np.array(values, np.float64)
    codes = np.zeros(array.shape, np.uint8)
    if status is not None:
        codes = np.array([_CODE[one] for one in status], np.uint8).reshape(array.shape)
    array[codes > _CODE[UNDER_REVIEW]] = np.nan
    codes[np.isnan(array) & (codes == 0)] = _CODE[NOT_AVAILABLE]
    return Quantity(array, codes)


def sums(parts: Quantity, groups: Counts, n: int) -> Quantity:
    """Return the sum of the parts of each group.

    What does not apply adds nothing, unless it is all there is. Any other missing part makes the sum missing for the
    same reason; a part under review leaves the sum under review. A group without parts is not available.

    Parameters
    ----------
    parts : Quantity, shape (R,)
    groups : array of int, shape (R,)
        Group of each part, from 0 to ``n`` - 1.
    n : int

    Returns
    -------
    Quantity, shape (n,)

    Examples
    --------
    >>> parts = quantity([3, 4, 0, 0], ["", "suppressed", "", "not_applicable"])
    >>> sums(parts, np.array([0, 0, 1, 1]), 2)
    Quantity(values=array([nan,  0.]), status=array([5, 0], dtype=uint8))
    """
    nap = _CODE[NOT_APPLICABLE]
    applies = parts.status != nap
    worst = np.zeros(n, np.uint8)
    np.maximum.at(worst, groups[applies], parts.status[applies])
    total: Floats = np.bincount(groups, weights=np.where(parts.known, parts.values, 0.0), minlength=n).astype(
        np.float64
    )
    some = np.bincount(groups[applies], minlength=n) > 0
    any_part = np.bincount(groups, minlength=n) > 0
    worst[~some] = np.where(any_part[~some], nap, _CODE[NOT_AVAILABLE])
    # A figure under review can be held back until the review is over.
    held_back = np.bincount(groups[applies & ~parts.known], minlength=n) > 0
    total[held_back | (worst > _CODE[UNDER_REVIEW])] = np.nan
    return Quantity(total, worst)


def both(one: Quantity, other: Quantity) -> Statuses:
    """Return the status of something made of two numbers: the one that tells more against it."""
    status: Statuses = np.maximum(one.status, other.status)
    return status


def same_cells(one: Quantity, other: Quantity) -> tuple[Quantity, Quantity]:
    """Return both of two numbers that are set against each other as not applicable where either is.

    Added up as they are, the one would be a sum over fewer offices or months than the other.

    Examples
    --------
    >>> verdicts, cases = quantity([3, 0], ["", "not_applicable"]), quantity([10, 90])
    >>> [one.words() for one in same_cells(verdicts, cases)]
    [['', 'not_applicable'], ['', 'not_applicable']]
    """
    nap = _CODE[NOT_APPLICABLE]
    none = (one.status == nap) | (other.status == nap)
    first, second = (
        Quantity(np.where(none, np.nan, each.values), np.where(none, np.uint8(nap), each.status))
        for each in (one, other)
    )
    return first, second


def ratio(numerator: Quantity, denominator: Quantity, scale: float = 1.0) -> Quantity:
    """Return ``scale`` times numerator over denominator; over 0 it is not defined.

    Examples
    --------
    >>> ratio(quantity([10, 5, 0]), quantity([20, 0, 4])).words()
    ['', 'not_defined', '']
    """
    status = both(numerator, denominator)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = scale * numerator.values / denominator.values
    zero = (denominator.values == 0) & numerator.known
    status = np.where(zero, np.uint8(_CODE[NOT_DEFINED]), status).astype(np.uint8)
    values = np.where(status > _CODE[UNDER_REVIEW], np.nan, values)
    return Quantity(values, status)


def differences(one: Quantity, other: Quantity) -> Quantity:
    """Return one less the other, missing where either is."""
    status = both(one, other)
    return Quantity(np.where(status > _CODE[UNDER_REVIEW], np.nan, one.values - other.values), status)
