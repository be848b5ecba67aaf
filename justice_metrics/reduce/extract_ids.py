"""The ids of two extracts of one register: which of them are of one unit, also where one is written in another way."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats


class Pairs(NamedTuple):
    """Which units stand in both extracts.

    Attributes
    ----------
    place : array, shape (n_earlier,)
        Place of each unit of the earlier extract in the later one; -1 where it is gone.
    respelled : array, shape (n_earlier,)
        Whether its id is written in another way there.
    doubtful : int
        Units whose id has one other spelling there, of a unit that begins on another day; not taken for the same.
    """

    place: Counts
    respelled: Flags
    doubtful: int = 0


def paired(earlier: Sequence[str], later: Sequence[str], starts: tuple[Floats, Floats] | None = None) -> Pairs:
    """Find each unit of one list of ids in another: by the very id, else by its only other spelling.

    Another spelling counts when no third id of either list shares it, found again or not, and when the two do not begin
    on different days.

    Parameters
    ----------
    earlier, later : sequence of str
        Ids, each once.
    starts : tuple of array, optional
        Day on which each unit of the one and of the other begins; NaN without a date.

    Examples
    --------
    >>> found = paired(["A-1", "B-007", "C"], ["a 1", "B-7", "D"])
    >>> found.place.tolist(), found.respelled.tolist()
    ([0, 1, -1], [True, True, False])
    """
    places = {one: at for at, one in enumerate(later)}
    place = np.array([places.get(one, -1) for one in earlier], dtype=np.int64)
    respelled = np.zeros(len(earlier), dtype=np.bool_)
    doubtful: set[int] = set()
    unclear: set[int] = set()
    for spelling in (bare_spelling, without_zeros):
        taken = np.zeros(len(later), dtype=np.bool_)
        taken[place[place >= 0]] = True
        ours, theirs = _open(earlier, place >= 0, spelling), _open(later, taken, spelling)
        shared = ours.keys() & theirs.keys() - {""}
        rivals = _rivals(earlier, shared, spelling) | _rivals(later, shared, spelling) if shared else set()
        for key in shared:
            at, there = ours[key], theirs[key]
            if key in rivals:
                unclear.add(at)
            if at in unclear:
                continue
            if starts is not None and _differ(starts[0][at], starts[1][there]):
                doubtful.add(at)
                continue
            place[at], respelled[at] = there, True
    return Pairs(place, respelled, len(doubtful - set(np.flatnonzero(respelled).tolist())))


def bare_spelling(text: str) -> str:
    """Return an id without capitals, accents, spaces and marks; one dash stays where two numbers would run together.

    Examples
    --------
    >>> bare_spelling("Lp-12/ 2016"), bare_spelling("1-12/2016"), bare_spelling("11-2/2016")
    ('lp12-2016', '1-12-2016', '11-2-2016')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one if one.isalnum() else "-" for one in plain if not unicodedata.combining(one))
    return re.sub(r"-+", "", re.sub(r"(?<=\d)-+(?=\d)", "\n", letters)).replace("\n", "-")


def without_zeros(text: str) -> str:
    """Return an id without capitals and without the zeros that fill its numbers up; its marks stay, as one dash each.

    Examples
    --------
    >>> without_zeros("LP 0012/2016")
    'lp-12-2016'
    """
    plain = re.sub(r"[^0-9a-z]+", "-", unicodedata.normalize("NFKD", text.casefold()))
    return re.sub(r"(?<!\d)0+(?=\d)", "", plain).strip("-")


def _open(ids: Sequence[str], found: Flags, spelling: Callable[[str], str]) -> dict[str, int]:
    """Return the places of the ids that are not found yet, by their spelling."""
    return {spelling(ids[at]): at for at in np.flatnonzero(~found).tolist()}


def _rivals(ids: Sequence[str], keys: Collection[str], spelling: Callable[[str], str]) -> set[str]:
    """Return those of ``keys`` that are the spelling of several ids."""
    times = Counter(key for key in map(spelling, ids) if key in keys)
    return {key for key, n in times.items() if n > 1}


def _differ(one: float, other: float) -> bool:
    return not (np.isnan(one) or np.isnan(other)) and one != other
