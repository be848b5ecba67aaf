"""Counts that hang together though no box says so: equal ones, and those of groups that lie in one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final

from ..base.cells import Box, Count, Signed, Tie

_PERIODS: Final = ("month", "quarter", "half_year")
# What each of many items that are judged in the same units became: two items were met in as many by chance. Where one
# follows from another, or items add up to a domain, the answer says so itself (its ties).
_ITEM: Final = "practice:"
_ITEMS: Final = "item became"
_JUDGED: Final = frozenset({"met", "not met", "not documented"})


def alike(counts: Sequence[Count], groups: AbstractSet[str], minimum: int) -> tuple[Tie, ...]:
    """Return a tie between any two counts that are equal, of the same group, and not known to be of different units.

    An outsider who reads that 105 cases came to the trial in one table takes the 105 that began a trial in another one
    for the same cases, whether the two answers say so or not. Taken for one cell, both are shown or both hidden. Where
    they are equal by chance only, a little more is hidden than needed.

    Parameters
    ----------
    counts : sequence of Count
        All counts of one population.
    groups : set of str
        Dimensions that split the units into the groups of tables: counts of different groups are not compared.
    minimum : int
        Smaller counts are hidden in any case.

    Examples
    --------
    >>> from justice_metrics.base.cells import box
    >>> one = Count(box({"ending": "trial"}), 105, ("a", "n", 0))
    >>> other = Count(box({"stays": "trial"}), 105, ("b", "n", 0))
    >>> len(alike([one, other], {"department"}, 10))
    1
    """
    found: dict[tuple[Box, float], dict[tuple[Box, bool], None]] = {}
    for one in counts:
        if one.value >= minimum:
            group = frozenset(part for part in one.box if part[0] in groups)
            found.setdefault((group, one.value), {})[one.box, one.events] = None
    return tuple((Signed(*one, 1), Signed(*other, -1)) for cells in found.values() for one, other in _neighbours(cells))


def _neighbours(cells: Iterable[tuple[Box, bool]]) -> Iterator[tuple[tuple[Box, bool], tuple[Box, bool]]]:
    """Yield cells two by two, so that all that may be of the same units, unknown to their boxes, hang together."""
    classes: list[list[tuple[Box, bool]]] = []
    for one in cells:
        fitting = next((those for those in classes if not any(_known(one[0], other[0]) for other in those)), None)
        if fitting is None:
            classes.append([one])
        else:
            fitting.append(one)
    for those in classes:
        yield from pairwise(those)


def _known(one: Box, other: Box) -> bool:
    """Whether the boxes themselves tell how two counts hang together: of different units, or one inside the other.

    What is counted (stays, hearings) makes no difference here: a stay that each case has once tells its cases.
    """
    first, second = (dict(part for part in box if part[0] != "unit") for box in (one, other))
    apart = any(name in first and not first[name] & levels for name, levels in second.items())
    return apart or _inside(first, second) or _inside(second, first) or _by_chance(first, second)


def _by_chance(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    """Whether two counts tell what became of different items of practice, or one of them of a whole domain.

    To how many units an item applies is no chance: items with one condition apply to the same units.
    """
    items = [{name: levels for name, levels in box.items() if name.startswith(_ITEM)} for box in (one, other)]
    domain = any(_ITEMS in box for box in (one, other))
    if domain or not all(items) or items[0].keys() == items[1].keys():
        return domain
    return any(levels < _JUDGED for each in items for levels in each.values())


def _inside(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    return all(name in one and one[name] <= levels for name, levels in other.items())


def nested(counts: Sequence[Count], nests: Mapping[str, Mapping[str, Mapping[str, str]]]) -> tuple[Tie, ...]:
    """Return the sums of groups that lie in another group: the courts of a department come to the department.

    Parameters
    ----------
    counts : sequence of Count
        All counts of one population.
    nests : mapping
        ``{"court": {"department": {"Juzgado 1": "Oruro", ...}}}``.

    Examples
    --------
    >>> from justice_metrics.base.cells import box
    >>> counts = [Count(box({"department": "Oruro"}), 46, ("a", "n", 0))]
    >>> counts += [Count(box({"court": one}), n, ("b", "n", 0)) for one, n in (("1", 38), ("2", 8))]
    >>> [len(one) for one in nested(counts, {"court": {"department": {"1": "Oruro", "2": "Oruro"}}})]
    [3]
    """
    values = {(one.events, one.box): one.value for one in counts}
    found: list[Tie] = []
    for inner, outers in nests.items():
        for outer, levels in outers.items():
            members: dict[tuple[bool, Box], dict[Box, float]] = {}
            for (events, inside), value in values.items():
                if (whole := _whole(inside, inner, outer, levels)) is not None and (events, whole) in values:
                    members.setdefault((events, whole), {})[inside] = value
            for (events, whole), parts in members.items():
                if sum(parts.values()) == values[events, whole]:
                    found.append((Signed(whole, events, 1), *(Signed(one, events, -1) for one in parts)))
    return tuple(found)


def _whole(inside: Box, inner: str, outer: str, levels: Mapping[str, str]) -> Box | None:
    """Return the box of the outer group in which a box lies, all else being equal."""
    parts = dict(inside)
    if outer in parts or len(parts.get(inner, ())) != 1:
        return None
    (level,) = parts.pop(inner)
    if level not in levels:
        return None
    return frozenset((*parts.items(), (outer, frozenset({levels[level]}))))


def periods(counts: Sequence[Count]) -> dict[str, dict[str, dict[str, str]]]:
    """Return the months and quarters that boxes name, with the quarter and the year in which each lies.

    Parameters
    ----------
    counts : sequence of Count
        All counts of one population; a dimension of months is called "month" or ends in "_month".

    Examples
    --------
    >>> from justice_metrics.base.cells import box
    >>> periods([Count(box({"month": "2015-08"}), 16, ("a", "n", 0))])
    {'month': {'half_year': {'2015-08': '2015-H2'}, 'quarter': {'2015-08': '2015-Q3'}, 'year': {'2015-08': '2015'}}}
    """
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name, levels in {part for one in counts for part in one.box}:
        period = next((one for one in _PERIODS if name == one or name.endswith(f"_{one}")), None)
        if period is None:
            continue
        start = name.removesuffix(period)
        for level in levels:
            for outer, whole in _larger(level):
                found.setdefault(name, {}).setdefault(f"{start}{outer}", {})[level] = whole
    return {name: dict(sorted(outers.items())) for name, outers in sorted(found.items())}


def _larger(level: str) -> Iterator[tuple[str, str]]:
    """Yield the quarter, the half year and the year in which a shorter period lies."""
    if (dated := re.fullmatch(r"(\d{4})-(?:(Q|H)(\d)|(\d{2}))", level)) is None:
        return
    year, letter, part, month = dated.groups()
    quarter = (int(month) + 2) // 3 if month else int(part) if letter == "Q" else None
    if month:
        yield "quarter", f"{year}-Q{quarter}"
    if quarter is not None:
        yield "half_year", f"{year}-H{(quarter + 1) // 2}"
    yield "year", year
