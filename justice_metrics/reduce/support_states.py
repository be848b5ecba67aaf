"""From histories to rows in which support does not change: how many actors, which of them, in what order they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags
from ..estimate.rows import Rows
from .formula import Covariate
from .histories import NEVER, UNDATED, Histories, split_at
from .patterns import HOLDS

# Several actors who came on one day are neither before nor after one another.
TOGETHER: Final = "together"
NOBODY: Final = "nobody"
OTHER_ORDER: Final = "other_order"
BEFORE: Final = " > "
BESIDE: Final = " + "


class Episode(NamedTuple):
    """The columns of days in which an actor was there.

    Attributes
    ----------
    start : str
        Name of the first day among the days of the histories.
    end : str or None
        Name of the last day; None: an actor who once started counts as there from then on.
    """

    start: str
    end: str | None = None


class SupportRows(NamedTuple):
    """Rows of a counting process in which support stays as it is.

    Attributes
    ----------
    rows : Rows, C' of them
        In the order of cells, the rows of a cell in the order of time.
    cell : (C',)
        Which cell of the histories a row is part of.
    present : (A, C') flags
        Whether each actor counts as supporting.
    since : (A, C')
        The day from which each counts first.
    reached : mapping of str to (C',) flags
        Whether each milestone was passed.
    """

    rows: Rows
    cell: Counts
    present: Flags
    since: Counts
    reached: Mapping[str, Flags]


def by_unit(histories: Histories) -> Histories:
    """Return histories with a cell and a cluster for every single case, as errors that hold case by case ask for."""
    place = np.repeat(np.arange(len(histories.n)), histories.n)
    one = histories.where(place)
    return one._replace(n=np.ones(len(place), np.int64), cluster=np.arange(len(place)), clusters=len(place))


def lagged(histories: Histories, episodes: Mapping[str, Sequence[Episode]], lag_days: int = 0) -> Histories:
    """Return histories in which support counts from some days after its first day to some days after its last.

    Support from before the start counts as that of day 0; what was over by then never counts. The last day belongs to
    the support: it counts still for what happens on the day after.
    """
    days = dict(histories.days)
    for spells in episodes.values():
        for one in spells:
            first = histories.days[one.start]
            known = (first != NEVER) & (first != UNDATED)
            if one.end is not None:
                last = np.where(histories.days[one.end] == UNDATED, NEVER, histories.days[one.end])
                first, known = np.where(known & (last < 0), NEVER, first), known & (last >= 0)
                days[one.end] = np.where(last == NEVER, NEVER, last + 1 + lag_days)
            days[one.start] = np.where(known, np.maximum(first, 0) + lag_days, first)
    return histories._replace(days=days)


def support_rows(
    histories: Histories,
    episodes: Mapping[str, Sequence[Episode]],
    milestones: Sequence[str] = (),
    *,
    lag_days: int = 0,
) -> SupportRows:
    """Cut the time of every case where an actor comes or goes, and after every milestone.

    Parameters
    ----------
    histories : Histories
        Without ``UNDATED`` days among those named.
    episodes : mapping of str to sequence of Episode, A of them
        When each actor was there; the episodes of an actor do not overlap.
    milestones : sequence of str
    lag_days : int
        Support counts so many days later than it is dated; milestones as they are.

    Returns
    -------
    SupportRows
        A state of a day holds from the day after: endings of a day come before everything else of it.

    Examples
    --------
    >>> from justice_metrics.tables import Strata
    >>> one, came = np.ones(1, np.int64), {"lawyer": np.array([4])}
    >>> case = Histories(-one, 9 * one, one, came, 0 * one, 0 * one, None, one, None, {}, Strata((), ((),)), 0, {})
    >>> made = support_rows(case, {"lawyer": [Episode("lawyer")]})
    >>> made.rows.entry.tolist(), made.rows.exit.tolist(), made.present.tolist()
    ([-1, 4], [4, 9], [[False, True]])
    """
    moved = lagged(histories, episodes, lag_days)
    cuts = [name for spells in episodes.values() for one in spells for name in one if name is not None]
    rows, held = split_at(moved, [*cuts, *milestones])
    # A cell's last row is the only one that does not go on.
    cell = np.concatenate([[0], np.cumsum(rows.code[:-1] != -1)]).astype(np.int64)[: len(rows.code)]
    present, since = np.zeros((len(episodes), len(cell)), np.bool_), np.full((len(episodes), len(cell)), NEVER)
    for place, spells in enumerate(episodes.values()):
        for one in spells:
            there = held[one.start] if one.end is None else held[one.start] & ~held[one.end]
            present[place] |= there
            since[place] = np.minimum(since[place], moved.days[one.start][cell])
    return SupportRows(rows, cell, present, since, {name: held[name] for name in milestones})


def complete(made: SupportRows, needed: int) -> Covariate:
    """Whether enough actors support, by row."""
    return Covariate((made.present.sum(axis=0) >= needed).astype(np.int64), HOLDS)


def each_actor(made: SupportRows, place: int) -> Covariate:
    """Whether one of the actors supports, by row."""
    return Covariate(made.present[place].astype(np.int64), HOLDS)


def how_many(made: SupportRows, most: int) -> Covariate:
    """How many actors support, by row: 0, 1, … with ``most`` and more as one level."""
    number = np.minimum(made.present.sum(axis=0), most)
    last = str(most) if most == len(made.present) else f"{most}+"
    return Covariate(number, (*(str(one) for one in range(most)), last))


def who_came_first(made: SupportRows, actors: Sequence[str]) -> Covariate:
    """Which actor came first, by row: nobody yet, one of them, or several on one day."""
    since = np.where(made.present, made.since, NEVER)
    first = since.min(axis=0)
    several = (since == first).sum(axis=0) > 1
    code = np.where(several, len(actors) + 1, since.argmin(axis=0) + 1)
    return occurring(Covariate(np.where(first == NEVER, 0, code), (NOBODY, *actors, TOGETHER)))


def order_of_arrival(made: SupportRows, actors: Sequence[str]) -> Covariate:
    """Who had come by now and in which order, by row; actors of one day stand beside one another."""
    since = np.where(made.present, made.since, NEVER)
    # 0 has not come; 1 and more: after how many others
    place = np.where(made.present, 1 + (since[None] < since[:, None]).sum(axis=1), 0)
    code = np.zeros(place.shape[1], np.int64)
    for one in place:
        code = code * (len(actors) + 1) + one
    distinct, at = np.unique(code, return_index=True)
    names = [_order(place[:, one], actors) for one in at]
    order = sorted(range(len(names)), key=lambda one: (names[one] != NOBODY, _length(names[one]), names[one]))
    if NOBODY not in names:
        names.append(NOBODY)
        order.insert(0, len(names) - 1)
    position = np.empty(len(names), np.int64)
    position[order] = np.arange(len(names))
    return Covariate(position[np.searchsorted(distinct, code)], tuple(names[one] for one in order))


def _order(place: Counts, actors: Sequence[str]) -> str:
    came = [step for step in np.unique(place).tolist() if step]
    steps = [BESIDE.join(one for one, at in zip(actors, place, strict=True) if at == step) for step in came]
    return BEFORE.join(steps) or NOBODY


def _length(name: str) -> int:
    return name.count(BEFORE) + name.count(BESIDE)


def occurring(covariate: Covariate) -> Covariate:
    """Return a covariate with the levels that occur, and the first one in any case."""
    levels = covariate.levels or ()
    there = np.zeros(len(levels), np.bool_)
    there[covariate.values] = True
    there[:1] = True
    code = np.cumsum(there) - 1
    return Covariate(code[covariate.values], tuple(one for one, kept in zip(levels, there, strict=True) if kept))


def relevelled(covariate: Covariate, shown: Mapping[str, str]) -> Covariate:
    """Return a covariate with some of its levels merged: the level as which each is shown."""
    levels = tuple(dict.fromkeys(shown.values()))
    place = np.array([levels.index(shown[one]) for one in covariate.levels or ()], dtype=np.int64)
    return Covariate(place[covariate.values], levels)


def merged_down(levels: Sequence[str], endings: Counts, least: int) -> dict[str, str]:
    """Merge numbers of actors with their neighbours while too few endings stand behind one of them.

    Parameters
    ----------
    levels : sequence of str, L of them
        As of :func:`how_many`.
    endings : (L,)
        Behind each level.
    least : int
        Endings that a level needs; two levels stay in any case.

    Returns
    -------
    dict
        As what each level is shown.

    Examples
    --------
    >>> merged_down(["0", "1", "2", "3"], np.array([90, 30, 8, 1]), 5)
    {'0': '0', '1': '1', '2': '2+', '3': '2+'}
    >>> merged_down(["0", "1", "2", "3"], np.array([0, 8, 12, 55]), 5)
    {'0': '0-1', '1': '0-1', '2': '2', '3': '3'}
    """
    parts, behind = [[one] for one in levels], [int(one) for one in endings]
    while len(parts) > 2 and min(behind) < least:
        # the highest sparse level goes together with the one below it, the lowest with the one above
        sparse = max(place for place, number in enumerate(behind) if number < least)
        low = max(sparse - 1, 0)
        parts[low : low + 2] = [parts[low] + parts[low + 1]]
        behind[low : low + 2] = [sum(behind[low : low + 2])]
    shown: dict[str, str] = {}
    for part in parts:
        least_of, most_of = part[0].rstrip("+"), part[-1]
        name = part[0] if len(part) == 1 else f"{least_of}+" if part is parts[-1] else f"{least_of}-{most_of}"
        shown |= dict.fromkeys(part, name)
    return shown


def rare_together(levels: Sequence[str], endings: Counts, least: int, other: str = OTHER_ORDER) -> dict[str, str]:
    """Merge all levels with too few endings into one, unless it is one alone; the first level stays.

    Examples
    --------
    >>> rare_together(["nobody", "a", "b", "a > b", "b > a"], np.array([9, 8, 1, 7, 0]), 5)
    {'nobody': 'nobody', 'a': 'a', 'b': 'other_order', 'a > b': 'a > b', 'b > a': 'other_order'}
    """
    rare = [one for one, number in list(zip(levels, endings, strict=True))[1:] if number < least]
    shown = {one: one for one in levels}
    if len(rare) > 1:
        shown |= dict.fromkeys(rare, other)
    return shown


def orders_to_compare(levels: Sequence[str]) -> list[list[str]]:
    """Return the orders in which the same actors came, where there is more than one.

    Examples
    --------
    >>> orders_to_compare(["nobody", "a", "a > b", "b > a", "other_order"])
    [['a > b', 'b > a']]
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for level in levels:
        if level != OTHER_ORDER:
            found.setdefault(tuple(sorted(level.replace(BEFORE, BESIDE).split(BESIDE))), []).append(level)
    return [one for one in found.values() if len(one) > 1]
