"""Pairs that agree as twins do: in all that a family shares, and not in the given name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...base.types import Counts, Flags
from .prepare import Prepared


def like_twins(left: Counts, right: Counts, registers: Sequence[Prepared]) -> Flags:
    """Return which pairs may be twins: both surnames and the day of birth agree, no given name does.

    Brothers and sisters share surnames, household and, as twins, the day of birth. A model that takes agreements for
    independent counts that three times, which outweighs a given name that contradicts. Where an identity document
    agrees it is one person after all.

    Parameters
    ----------
    left, right : array of int, shape (pairs,)
        Row numbers through all registers.
    registers : sequence of Prepared

    Returns
    -------
    array of bool, shape (pairs,)
    """
    surnames, birth, document, extra = (
        _codes(registers, one) for one in ("surnames_sound", "birth", "document", "document_extra")
    )
    # two complements of one number tell two persons apart
    two = (extra[left] != extra[right]) & (extra[left] >= 0) & (extra[right] >= 0)
    one_document = _agree(document, left, right) & ~two
    found: Flags = _agree(surnames, left, right) & _agree(birth, left, right) & ~one_document
    given = [text for one in registers for text in one.keys.column("given_sound").to_pylist()]
    for place in np.flatnonzero(found):
        found[place] = not names_meet(given[left[place]], given[right[place]])
    return found


def names_meet(one: str | None, other: str | None) -> bool:
    """Return whether two given names, by sound, can be those of one person.

    They can where one is missing, a word stands in both, one word is the beginning of another (an initial, a short
    form), or two words of five letters and more differ in one.

    Examples
    --------
    >>> names_meet("maria elena", "elena"), names_meet("m", "maria"), names_meet("juana", "rosa")
    (True, True, False)
    """
    if one is None or other is None:
        return True
    return any(_near(first, second) for first in one.split() for second in other.split())


def _near(one: str, other: str) -> bool:
    if one.startswith(other) or other.startswith(one):
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[same + 1 :] == other[same + 1 :] or one[same + 1 :] == other[same:] or one[same:] == other[same + 1 :]


def _codes(registers: Sequence[Prepared], name: str) -> Counts:
    """Return a number for each distinct text of a key through all registers; -1 for a missing one."""
    import pyarrow as pa

    every = pa.chunked_array([chunk for one in registers for chunk in one.keys.column(name).chunks], pa.string())
    codes = every.combine_chunks().dictionary_encode().indices.fill_null(-1)
    return np.asarray(codes).astype(np.int64)


def _agree(codes: Counts, left: Counts, right: Counts) -> Flags:
    agree: Flags = (codes[left] == codes[right]) & (codes[left] >= 0)
    return agree
