"""How the counts of a release hang together: whose units are among whose, told from their boxes alone.

Of the counts that differ in one dimension only, the levels fall into pieces: those that are in exactly the same of the
counts. Each count is the sum of its pieces, and no piece is negative; that is all that an outsider can know of them,
and it holds subsets, remainders, complements and totals alike.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple, TypeAlias

from ...base.cells import Box
from .reading import Key

# All units of a dimension that have none of the levels named anywhere.
ELSEWHERE: Final = "\0elsewhere"
# A column that names one set of levels only is no list of which a row could be missing.
_FEWEST_SETS: Final = 2
_MOST_SHADOWS: Final = 20_000

Bounds: TypeAlias = tuple[float, float]
Levels: TypeAlias = frozenset[str]
# Population, whether events are counted, and the name of the dimension.
Dimension: TypeAlias = tuple[str, bool, str]


class Sum(NamedTuple):
    """One count as the sum of others."""

    whole: Key
    parts: tuple[Key, ...]


class Family(NamedTuple):
    """Counts that differ in one dimension only.

    Attributes
    ----------
    population : str
    events : bool
    rest : Box
        What all of them share.
    dimension : str
    sets : tuple of frozenset of str
        The levels of each one.
    whole : bool
        The count of all levels together is there too.
    """

    population: str
    events: bool
    rest: Box
    dimension: str
    sets: tuple[Levels, ...]
    whole: bool

    def key(self, levels: Levels | None) -> Key:
        """Return the cell of some levels; of all units where none are given."""
        box = self.rest if levels is None else self.rest | {(self.dimension, levels)}
        return Key(self.population, self.events, box)


def families(keys: Iterable[Key]) -> list[Family]:
    """Put together the counts that differ in one dimension only."""
    known = set(keys)
    found: dict[tuple[str, bool, Box, str], list[Levels]] = defaultdict(list)
    for key in known:
        for restriction in key.box:
            dimension, levels = restriction
            found[key.population, key.events, key.box - {restriction}, dimension].append(levels)
    made = []
    for (population, events, rest, dimension), sets in found.items():
        whole = Key(population, events, rest) in known
        if whole or len(sets) > 1:
            ordered = tuple(sorted(sets, key=lambda one: (len(one), sorted(one))))
            made.append(Family(population, events, rest, dimension, ordered, whole))
    return made


def pieces(family: Family) -> dict[Levels, list[int]]:
    """Return the pieces into which the levels of a family fall, each with the places of the sets that hold it."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, levels in enumerate(family.sets):
        for level in levels:
            holders[level].append(place)
    together: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for level, places in holders.items():
        together[tuple(places)].append(level)
    return {frozenset(levels): list(places) for places, levels in together.items()}


def named_levels(keys: Iterable[Key]) -> dict[Dimension, set[str]]:
    """Return every level that some count names, for each dimension."""
    found: dict[Dimension, set[str]] = defaultdict(set)
    for key in keys:
        for dimension, levels in key.box:
            found[key.population, key.events, dimension] |= levels
    return found


def listed_levels(rows: Iterable[tuple[Key, ...]]) -> dict[Dimension, set[str]]:
    """Return the levels that some column lists row by row, each once, for each dimension.

    A reader takes a table that lists the departments for a list of all departments; a number of convictions alone tells
    nothing of how many other endings there are.
    """
    found: dict[Dimension, set[str]] = defaultdict(set)
    for keys in rows:
        seen: dict[Dimension, set[Levels]] = defaultdict(set)
        for key in keys:
            for dimension, levels in key.box:
                seen[key.population, key.events, dimension].add(levels)
        for dimension_key, sets in seen.items():
            levels = frozenset().union(*sets)
            # steps that hold all later ones are no list of what there is
            if len(sets) > 1 and len(levels) == sum(len(one) for one in sets):
                found[dimension_key].update(levels)
    return found


def unlisted(rows: Iterable[tuple[Key, ...]], known: Collection[Key]) -> dict[Key, Key]:
    """Return the combinations of levels for which a column has no row, each with a cell of the column.

    A table that leaves out rows without a case does not list each stage with each ending. That the pairs which are
    missing exist as well, everybody knows: each is a part of its stage and of its ending.

    Parameters
    ----------
    rows : iterable of tuple of Key
        The cells of each column, row by row.
    known : collection of Key
        Published cells. What is missing is looked at where wholes of it in two dimensions are among them.
    """
    there = set(known)
    broader: dict[tuple[Key, str], list[Levels]] = defaultdict(list)
    alone: dict[Dimension, set[Levels]] = defaultdict(set)
    for key in there:
        for name, levels in key.box:
            if len(key.box) == 1:
                alone[key.population, key.events, name].add(levels)
            if len(levels) > 1:
                broader[key._replace(box=key.box - {(name, levels)}), name].append(levels)
    found: dict[Key, Key] = {}
    for keys in rows:
        crossed: dict[Key, list[Key]] = defaultdict(list)
        for key in keys:
            # cells that are restricted in the same dimensions, whatever the levels
            crossed[key._replace(box=frozenset((name, frozenset[str]()) for name, _ in key.box))].append(key)
        for several in crossed.values():
            for key in _missing(several, alone, there):
                wholes = [
                    key._replace(box=key.box - {one}) in there
                    or any(one[1] < levels for levels in broader[key._replace(box=key.box - {one}), one[0]])
                    for one in key.box
                ]
                if sum(wholes) > 1 and len(found) < _MOST_SHADOWS:
                    found[key] = several[-1]
    return found


def _missing(listed: Sequence[Key], alone: Mapping[Dimension, set[Levels]], known: Container[Key]) -> Iterator[Key]:
    """Yield the combinations that are not among what is known, of levels that some cells or a breakdown list."""
    one = listed[0]
    names = sorted(name for name, _ in one.box)
    sets = []
    for name in names:
        crossed = _in_order({dict(each.box)[name] for each in listed})
        # of sets that share levels nobody can say which row is missing, and one set alone is no list
        if len(crossed) < _FEWEST_SETS or sum(map(len, crossed)) > len(frozenset().union(*crossed)):
            return
        for levels in _in_order(alone.get((one.population, one.events, name), ())):
            if not levels & frozenset().union(*crossed):
                crossed.append(levels)
        sets.append(crossed)
    if len(names) > 1 and math.prod(map(len, sets)) <= _MOST_SHADOWS:
        for chosen in product(*sets):
            key = one._replace(box=frozenset(zip(names, chosen, strict=True)))
            if key not in known:
                yield key


def _in_order(sets: Iterable[Levels]) -> list[Levels]:
    return sorted(sets, key=lambda one: (len(one), sorted(one)))


def complete_dimensions(
    every: Iterable[Family], listed: Mapping[Dimension, set[str]], bounds: Mapping[Key, Bounds]
) -> set[Dimension]:
    """Return the dimensions of which the release lists all levels, as far as an outsider can tell.

    Parameters
    ----------
    every : iterable of Family
    listed : mapping
        Levels that are listed row by row.
    bounds : mapping of Key to (float, float)
        What is known of each count at first sight.

    Returns
    -------
    set of (population, events, dimension)
        Those where the listed levels never make more or fewer than the whole does, wherever all of them are shown.
    """
    refuted: set[Dimension] = set()
    for family in every:
        about = (family.population, family.events, family.dimension)
        levels = listed.get(about, set())
        if not family.whole or about in refuted or len(levels) < 2:
            continue
        single = [one for one in family.sets if len(one) == 1]
        if set().union(*single) != levels:
            continue
        known = [bounds[family.key(one)] for one in single]
        low, high = sum(one for one, _ in known), sum(one for _, one in known)
        whole_low, whole_high = bounds[family.key(None)]
        if low > whole_high or high < whole_low:
            refuted.add(about)
    named = named_levels(bounds)
    return {about for about, levels in listed.items() if levels >= named[about] and about not in refuted}


def sums(keys: Iterable[Key], complete: Container[Dimension], *, rounds: int = 2) -> list[Sum]:
    """Return every count as the sum of its pieces, in each family to which it belongs.

    Pieces that no table shows are counts as well: what two published counts leave over is as good as published. They
    are put into families once more in the second round.
    """
    known = set(keys)
    shown = len(known)
    named = named_levels(known)
    made: dict[tuple[Key, frozenset[Key]], Sum] = {}
    for _ in range(rounds):
        added: set[Key] = set()
        for family in families(known):
            for one in _sums_of(family, complete, named):
                parts = frozenset(one.parts)
                if parts == {one.whole}:
                    continue
                made.setdefault((one.whole, parts), one)
                added |= parts - known
        if not added or len(known) + len(added) > shown + _MOST_SHADOWS:
            break
        known |= added
    return list(made.values())


def _sums_of(family: Family, complete: Container[Dimension], named: Mapping[Dimension, set[str]]) -> list[Sum]:
    about = (family.population, family.events, family.dimension)
    parts = pieces(family)
    of_set: list[list[Key]] = [[] for _ in family.sets]
    for levels, places in parts.items():
        key = family.key(levels)
        for place in places:
            of_set[place].append(key)
    made = [Sum(family.key(levels), tuple(of_set[place])) for place, levels in enumerate(family.sets)]
    if family.whole:
        covered = frozenset().union(*parts)
        rest = frozenset(named[about]) - covered
        if about not in complete:
            rest |= {ELSEWHERE} - covered
        every = [family.key(levels) for levels in parts]
        made.append(Sum(family.key(None), (*every, *([family.key(rest)] if rest else []))))
    return made
