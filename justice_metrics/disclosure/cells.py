"""What an outsider knows of counts without seeing them: which are parts of which, and which add up to which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy import sparse

from ..base.cells import Box
from ..base.types import Counts, Flags, Floats
from .unlisted import unlisted

# A level that no table names: whoever has none of the levels that are known has this one.
_OTHER: Final = "\0"
_YES_NO: Final = frozenset(("yes", "no"))
_ROUNDS: Final = 5
_TIMES_MORE: Final = 4
_NEAR: Final = 1e-9
_HIGHEST: Final = 4
# Of overlapping sets of levels, so many are looked at one by one.
_MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Cells, what is left between them, and the sums that hold: M numbers, E equations.

    Attributes
    ----------
    boxes : tuple of Box or None
        (M,) None for what is left of a whole without its parts, where it is no box.
    values : array of float, shape (M,)
    real : array of bool, shape (M,)
        It is a cell of a table, or a row without a unit that is left out of one. The others can be computed where
        enough of the cells are shown.
    left : array of bool, shape (M,)
        It is a number of units that are in one cell and not in others: small ones point to persons, as in a cell.
    whole : array of bool, shape (M,)
        The cell holds all units of one that it is a part of, and need not.
    group : array of float, shape (M,)
        The smallest number of units among which it is counted: of a cell that it is a part of.
    height : array of int, shape (M,)
        0 for a cell without parts; totals stand high, and are worth more.
    equations : sparse array, shape (E, M)
        Each row times the true numbers is zero.
    """

    boxes: tuple[Box | None, ...]
    values: Floats
    real: Flags
    left: Flags
    whole: Flags
    group: Floats
    height: Counts
    equations: sparse.csr_array


def system_of(boxes: Sequence[Box], values: Sequence[float]) -> System:
    """Find every sum and every inclusion among cells of one population.

    A sum is taken to hold where it holds of the true numbers: an outsider may guess it, and is right. Cells with equal
    boxes and unequal values were counted after leaving units out; the smaller ones are taken for parts of the larger.

    Parameters
    ----------
    boxes : sequence of Box, length N
    values : sequence of float, length N

    Returns
    -------
    System
    """
    shown = list(dict.fromkeys(boxes))
    numbers: dict[Box, list[float]] = {one: [] for one in shown}
    for one, value in zip(boxes, values, strict=True):
        numbers[one].append(float(value))
    largest = {one: max(several) for one, several in numbers.items()}
    shadows = _overlaps(largest)
    shadows |= _contexts([*shown, *shadows], largest | shadows)
    none = dict.fromkeys(unlisted(shown, largest | shadows), 0.0)
    if none:
        shadows |= _contexts([*shown, *shadows, *none], largest | shadows | none)
    left = _complements([*shown, *shadows, *none], largest | shadows | none)
    made = _Builder(boxes, values, shadows, none, left)
    return made.system()


def joined(first: System, second: System, sums: Sequence[Mapping[int, int]] = ()) -> System:
    """Put two systems beside each other, with sums of their numbers that are known to be zero.

    Parameters
    ----------
    first, second : System
    sums : sequence of mapping of int to int
        Place in the joined system to sign. One that does not hold of the true numbers is no knowledge.
    """
    values = np.concatenate([first.values, second.values])
    held = [one for one in sums if abs(sum(sign * values[place] for place, sign in one.items())) < _NEAR]
    rows = [row for row, one in enumerate(held) for _ in one]
    places = [place for one in held for place in one]
    signs = [float(sign) for one in held for sign in one.values()]
    known = sparse.csr_array((signs, (rows, places)), shape=(len(held), len(values)))
    beside = sparse.block_diag([first.equations, second.equations], format="csr")
    return System(
        boxes=(*first.boxes, *second.boxes),
        values=values,
        real=np.concatenate([first.real, second.real]),
        left=np.concatenate([first.left, second.left]),
        whole=np.concatenate([first.whole, second.whole]),
        group=np.concatenate([first.group, second.group]),
        height=np.concatenate([first.height, second.height]),
        equations=sparse.csr_array(sparse.vstack([beside, known], format="csr")),
    )


class _Lattice:
    """Which boxes lie in which: K boxes."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes
        self.dims = [dict(one) for one in boxes]
        pairs = self._pairs()
        size = (len(boxes), len(boxes))
        inside = sparse.csr_array((np.ones(len(pairs), np.int32), (pairs[:, 0], pairs[:, 1])), shape=size)
        through = (inside @ inside).astype(bool)
        direct = inside.astype(bool) > through.multiply(inside.astype(bool))
        self.direct, self.inside = sparse.csc_array(direct), sparse.csc_array(inside)
        for one in (self.direct, self.inside):
            one.sort_indices()

    def _pairs(self) -> Counts:
        """Return the pairs (part, whole), shape (P, 2)."""
        groups: dict[frozenset[str], list[int]] = defaultdict(list)
        for place, one in enumerate(self.dims):
            groups[frozenset(one)].append(place)
        found = [np.zeros((0, 2), np.int64)]
        for inner, parts in groups.items():
            for outer, wholes in groups.items():
                if outer <= inner:
                    found.append(self._pairs_of(parts, wholes, outer, inner == outer))
        return np.concatenate(found)

    def _pairs_of(self, parts: list[int], wholes: list[int], names: frozenset[str], alike: bool) -> Counts:
        fits = np.ones((len(parts), len(wholes)), bool)
        for name in names:
            sets = list(dict.fromkeys(self.dims[one][name] for one in (*parts, *wholes)))
            code = {one: place for place, one in enumerate(sets)}
            within = np.array([[one <= other for other in sets] for one in sets])
            first = [code[self.dims[one][name]] for one in parts]
            second = [code[self.dims[one][name]] for one in wholes]
            fits &= within[np.ix_(first, second)]
        if alike:
            np.fill_diagonal(fits, val=False)
        rows, columns = np.nonzero(fits)
        return np.stack([np.array(parts)[rows], np.array(wholes)[columns]], axis=1)

    def parts(self, whole: int, *, all_within: bool = False) -> list[int]:
        """Return the largest boxes within one, or all."""
        held = self.inside if all_within else self.direct
        return [int(one) for one in held.indices[held.indptr[whole] : held.indptr[whole + 1]]]

    def families(self, whole: int) -> Iterator[tuple[frozenset[str], list[int]]]:
        """Yield sets of parts of a box that no unit is in twice, with the dimensions that tell them apart."""
        for names, parts in self._by_dimensions(whole, self.parts(whole)).items():
            if self._is_cross(parts, names):
                yield names, parts
            else:
                within = self._by_dimensions(whole, self.parts(whole, all_within=True))[names]
                for family in self._apart(parts, within, names):
                    yield names, family

    def _by_dimensions(self, whole: int, parts: list[int]) -> dict[frozenset[str], list[int]]:
        """Return parts of a box by the dimensions in which they are narrower."""
        found: dict[frozenset[str], list[int]] = defaultdict(list)
        outer = self.dims[whole]
        for one in parts:
            found[frozenset(n for n, levels in self.dims[one].items() if outer.get(n) != levels)].append(one)
        return found

    def _apart(self, parts: list[int], within: list[int], names: frozenset[str]) -> Iterator[list[int]]:
        """Yield, for each of some overlapping parts, a set with it of which no unit is in two, as full as may be."""
        seen: set[tuple[int, ...]] = set()
        larger = sorted(within, key=lambda one: -_size(self.boxes[one]))[:_MOST]
        for start in parts[:_MOST]:
            taken = [start]
            for one in larger:
                if all(self._are_apart(one, other, names) for other in taken):
                    taken.append(one)
            key = tuple(sorted(taken))
            if key not in seen:
                seen.add(key)
                yield taken

    def _is_cross(self, parts: list[int], names: frozenset[str]) -> bool:
        """Return whether levels of each dimension are apart, so that boxes are."""
        for name in names:
            sets = {self.dims[one][name] for one in parts}
            if sum(map(len, sets)) != len(frozenset().union(*sets)):
                return False
        return True

    def fills(
        self, whole: int, family: list[int], names: frozenset[str], universe: Mapping[str, frozenset[str]]
    ) -> bool:
        """Return whether the parts have all levels that are known, in all combinations."""
        combinations = 1
        for name in names:
            sets = {self.dims[one][name] for one in family}
            inside = frozenset().union(*sets)
            if self.dims[whole].get(name, universe[name]) - inside - {_OTHER}:
                return False
            combinations *= len(sets)
        return len(family) == combinations

    def _are_apart(self, one: int, other: int, names: Iterable[str]) -> bool:
        return any(not self.dims[one][name] & self.dims[other][name] for name in names)

    def heights(self, n: int) -> Counts:
        """Return how many boxes lie in one another below each, among the first n."""
        found = np.zeros(len(self.boxes), np.int64)
        order = sorted(range(len(self.boxes)), key=lambda one: (-len(self.dims[one]), _size(self.boxes[one])))
        for _ in range(_HIGHEST):
            for one in order:
                below = [int(found[part]) for part in self.parts(one) if part < n]
                found[one] = min(1 + max(below), _HIGHEST) if below else 0
        return found


def _in_order(one: Box) -> list[tuple[str, frozenset[str]]]:
    """Return the restrictions of a box in an order that is the same in each run."""
    return sorted(one, key=lambda pair: pair[0])


def _size(one: Box) -> int:
    return sum(len(levels) for _, levels in one)


def _contexts(boxes: Sequence[Box], values: Mapping[Box, float]) -> dict[Box, float]:
    """Return boxes that are in no table, of which two tables show parts, or one shows all: they add up to them."""
    known = dict(values)
    universe = _universe(boxes)
    made: dict[Box, float] = {}
    if frozenset() not in known:
        made[frozenset()] = 0.0
    for _ in range(_ROUNDS):
        families: dict[Box, dict[str, dict[Box, float]]] = defaultdict(lambda: defaultdict(dict))
        for one, value in known.items():
            for pair in _in_order(one):
                families[one - {pair}][pair[0]][one] = value
        found = {
            context: max(_total(name, parts) for name, parts in by_dim.items())
            for context, by_dim in families.items()
            if context not in known
            and (
                sum(len(parts) > 1 for parts in by_dim.values()) > 1
                or any(_is_full(name, parts, universe) for name, parts in by_dim.items())
            )
        }
        if not found or len(made) > _TIMES_MORE * (len(values) + _MOST):
            break
        made |= found
        known |= found
    if frozenset() in made:
        made[frozenset()] = max([made[frozenset()], *known.values()], default=0.0)
    return made


def _is_full(name: str, parts: Iterable[Box], universe: Mapping[str, frozenset[str]]) -> bool:
    """Return whether parts that differ in one dimension have all levels of it that are known, several of them."""
    levels = frozenset().union(*(dict(one)[name] for one in parts))
    return len(levels) > 1 and not universe[name] - levels - {_OTHER}


def _overlaps(values: Mapping[Box, float]) -> dict[Box, float]:
    """Return what two sets of levels have in common, where the set of all their levels is a cell as well."""
    families: dict[tuple[Box, str], dict[frozenset[str], float]] = defaultdict(dict)
    for one, value in values.items():
        for name, levels in _in_order(one):
            families[(one - {(name, levels)}, name)][levels] = value
    made: dict[Box, float] = {}
    for (context, name), sets in families.items():
        known = dict(sets)
        several = [levels for levels in sets if len(levels) > 1]
        for place, first in enumerate(several):
            for second in several[:place]:
                both, whole = first & second, first | second
                if both and both not in {first, second} and both not in known and whole in known:
                    known[both] = known[first] + known[second] - known[whole]
                    if known[both] >= 0:
                        made[context | {(name, both)}] = known[both]
    return made


def _total(name: str, parts: Mapping[Box, float]) -> float:
    """Return the units in parts that differ in one dimension, each unit once."""
    inside: set[str] = set()
    total = 0.0
    for one in sorted(parts, key=lambda one: (-parts[one], _size(one))):
        levels = dict(one)[name]
        if not inside & levels:
            inside |= levels
            total += parts[one]
    return total


def _complements(boxes: Sequence[Box], values: Mapping[Box, float]) -> dict[Box, float]:
    """Return what is left of wholes without their parts, where it is a box: all that have other levels."""
    lattice = _Lattice(boxes)
    universe = _universe(boxes)
    known = frozenset(boxes)
    found: dict[Box, float] = {}
    for place, whole in enumerate(boxes):
        for names, family in lattice.families(place):
            rest = values[whole] - sum(values[boxes[one]] for one in family)
            if len(names) > 1 or rest < -_NEAR:
                continue
            (name,) = names
            inside = frozenset().union(*(lattice.dims[one][name] for one in family))
            others = dict(whole).get(name, universe[name]) - inside
            other = frozenset({*((n, levels) for n, levels in whole if n != name), (name, others)})
            # of levels that are listed elsewhere and not here nobody knows that there are none
            if other not in known and (others - {_OTHER} or (others and rest > _NEAR)):
                found.setdefault(other, rest)
    return found


def _universe(boxes: Iterable[Box]) -> dict[str, frozenset[str]]:
    """Return all levels of each dimension, and the one that nobody names where there may be more."""
    levels: dict[str, set[str]] = defaultdict(set)
    for one in boxes:
        for name, inside in one:
            levels[name] |= inside
    return {name: _YES_NO if known <= _YES_NO else frozenset({*known, _OTHER}) for name, known in levels.items()}


class _Builder:
    """Puts the equations together: of cells with one box and several values each is a number of its own."""

    def __init__(
        self,
        boxes: Sequence[Box],
        values: Sequence[float],
        shadows: Mapping[Box, float],
        none: Mapping[Box, float],
        left: Mapping[Box, float],
    ) -> None:
        self.boxes: list[Box | None] = [*boxes, *shadows, *none, *left]
        self.values = [*map(float, values), *shadows.values(), *none.values(), *left.values()]
        self.n = len(boxes)
        self.none = none
        self.left = [False] * (len(self.values) - len(left)) + [True] * len(left)
        self.whole = [False] * len(self.values)
        self.variants: dict[Box, list[int]] = defaultdict(list)
        for place, one in enumerate(self.boxes):
            if one is not None:
                self.variants[one].append(place)
        for places in self.variants.values():
            places.sort(key=lambda place: self.values[place])
        self.equations: dict[tuple[int, tuple[int, ...]], int | None] = {}

    def system(self) -> System:
        """Return the system of all that was found."""
        several = list(self.variants)
        lattice, universe = _Lattice(several), _universe(several)
        for places in self.variants.values():
            for smaller, larger in pairwise(places):
                self._add(larger, [smaller])
        for place, whole in enumerate(several):
            for names, family in lattice.families(place):
                parts = [self.variants[several[one]] for one in family]
                self._add_family(self.variants[whole], parts, names, lattice.fills(place, family, names, universe))
        height = lattice.heights(len(several))
        of_box = {one: int(height[place]) for place, one in enumerate(several)}
        return System(
            boxes=tuple(self.boxes),
            values=np.array(self.values),
            real=np.array([place < self.n or one in self.none for place, one in enumerate(self.boxes)], np.bool_),
            left=np.array(self.left),
            whole=np.array(self.whole),
            group=self._groups(),
            height=np.array([0 if one is None else of_box[one] for one in self.boxes], np.int64),
            equations=self._matrix(),
        )

    def _add_family(self, wholes: list[int], parts: list[list[int]], names: frozenset[str], full: bool) -> None:
        for place, whole in enumerate(wholes):
            # what was counted after leaving units out was left out of the parts as well
            for aligned in (
                tuple(one[min(place, len(one) - 1)] for one in parts),
                tuple(one[max(len(one) - len(wholes) + place, 0)] for one in parts),
            ):
                taken: list[int] = []
                total = 0.0
                for one in sorted(aligned, key=lambda one: -self.values[one]):
                    if total + self.values[one] <= self.values[whole] + _NEAR:
                        taken.append(one)
                        total += self.values[one]
                self._add(whole, taken, told_by=names, full=full and len(taken) == len(parts))

    def _add(self, whole: int, parts: list[int], *, told_by: frozenset[str] = frozenset(), full: bool = False) -> None:
        key = (whole, tuple(sorted(parts)))
        if not parts or key in self.equations:
            return
        rest = self.values[whole] - sum(self.values[one] for one in parts)
        if rest < _NEAR:
            filled = [one for one in parts if self.values[one] > _NEAR]
            if len(filled) == 1 and len(told_by) == 1 and (len(parts) > 1):
                self.whole[filled[0]] = filled[0] < self.n
            if full:
                self.equations[key] = None
                return
        self.equations[key] = len(self.values)
        self.boxes.append(None)
        self.values.append(max(rest, 0.0))
        self.left.append(True)
        self.whole.append(False)

    def _groups(self) -> Floats:
        """Return the smallest whole of each number, of those with any unit; its own where it is part of nothing."""
        values = np.array(self.values)
        pairs = [(whole, one) for whole, parts in self.equations for one in parts if values[whole] > _NEAR]
        wholes, parts = np.array(pairs, np.int64).reshape(-1, 2).T
        found = np.full(len(values), np.inf)
        np.minimum.at(found, parts, values[wholes])
        return np.where(np.isinf(found), values, found)

    def _matrix(self) -> sparse.csr_array:
        rows: list[int] = []
        columns: list[int] = []
        numbers: list[float] = []
        for place, ((whole, parts), rest) in enumerate(self.equations.items()):
            members = [whole, *parts, *(() if rest is None else (rest,))]
            rows += [place] * len(members)
            columns += members
            numbers += [1.0] + [-1.0] * (len(members) - 1)
        return sparse.csr_array((numbers, (rows, columns)), shape=(len(self.equations), len(self.values)))
