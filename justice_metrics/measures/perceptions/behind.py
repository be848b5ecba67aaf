"""Which answers stand behind a mean, so that the disclosure gate can tell what it would give away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from ...base.cells import Count, box
from ...base.table import Table
from ...base.types import Flags, Floats
from ...cases.surveys.parts import Item, Scale
from ...cases.surveys.survey import Survey
from ...disclosure.points import POINT, READ, STATEMENT
from ...reduce.perceptions import People
from ..boxes import Restrictions
from ..guards import guarded
from .compared import Sides

# The people of each row of groups: what tells them apart, and who they are.
Rows: TypeAlias = Sequence[tuple[Restrictions, Flags]]


def rows_of(people: People) -> Rows:
    """Return the people of each group."""
    names = people.strata.names
    return [
        ({name: (level,) for name, level in zip(names, levels, strict=True)}, people.within(place))
        for place, levels in enumerate(people.strata.levels)
    ]


def sides_rows(sides: Sides, between: str) -> Mapping[str, Rows]:
    """Return the people on each side of each pair, by the ending of the columns that tell of them."""
    found: dict[str, Rows] = {}
    for ending, which in (("_before", "before"), ("", "after")):
        found[ending] = [
            (
                {
                    **dict(zip(sides.strata.names, ((one,) for one in sides.strata.levels[pair.stratum]), strict=True)),
                    between: (getattr(pair, which),),
                },
                inside,
            )
            for pair, inside in zip(sides.pairs, getattr(sides, which), strict=True)
        ]
    return found


def with_item_points(table: Table, survey: Survey, items: Sequence[Item], by_column: Mapping[str, Rows]) -> Table:
    """Return a table of statements that says how many chose each point behind its means.

    Parameters
    ----------
    table : Table
        One row per group and item.
    survey : Survey
    items : sequence of Item
    by_column : mapping of str to rows
        The people behind each column of means.
    """
    answers = np.where(survey.answers >= 1, survey.answers, np.nan).astype(np.float64)
    place = {one.id: position for position, one in enumerate(survey.items)}
    cells = [
        cell
        for column, rows in by_column.items()
        for row, (group, inside) in enumerate(rows)
        for position, one in enumerate(items)
        for cell in _points(
            survey, one, answers[inside, place[one.id]], group, ("", column, row * len(items) + position)
        )
    ]
    return guarded(table, table.guard, [*table.cells, *cells])


def with_scale_points(table: Table, survey: Survey, scales: Sequence[Scale], by_column: Mapping[str, Rows]) -> Table:
    """Return a table of scales that says how many chose each point, turned, behind its mean scores.

    Parameters
    ----------
    table : Table
        One row per group and scale.
    survey : Survey
    scales : sequence of Scale
    by_column : mapping of str to rows
        The people behind each column of means; who has no score does not count.
    """
    cells: list[Count] = []
    for position, scale in enumerate(scales):
        items, scored = survey.items_of(scale), ~np.isnan(survey.scores(scale))
        turned = survey.turned(items)
        for column, rows in by_column.items():
            for row, (group, inside) in enumerate(rows):
                where = ("", column, row * len(scales) + position)
                within = {**group, f"scored_{scale.id}": ("yes",)}
                for place, one in enumerate(items):
                    cells += _points(survey, one, turned[inside & scored, place], within, where, turned=True)
    return guarded(table, table.guard, [*table.cells, *cells])


def with_complete_points(table: Table, survey: Survey, scales: Sequence[Scale], column: str, rows: Rows) -> Table:
    """Return a table of the statements of scales, among those who answered all of a scale, with what is behind."""
    cells: list[Count] = []
    place = 0
    for group, inside in rows:
        for scale in scales:
            items = survey.items_of(scale)
            turned = survey.turned(items)
            complete = inside & ~np.isnan(turned).any(axis=1)
            within = {**group, f"complete_{scale.id}": ("yes",)}
            for position, one in enumerate(items):
                where = ("", column, place)
                cells += _points(survey, one, turned[complete, position], within, where, turned=True)
                place += 1
    return guarded(table, table.guard, [*table.cells, *cells])


def _points(
    survey: Survey,
    item: Item,
    answers: Floats,
    group: Restrictions,
    place: tuple[str, str, int],
    *,
    turned: bool = False,
) -> Iterator[Count]:
    """Yield how many chose each point of a statement; turned ones are counted as they stand in a score."""
    k = survey.points(item)
    read = {point: name for name, those in survey.answer_sets[item.answers].classes().items() for point in those}
    found = np.bincount(answers[~np.isnan(answers)].astype(np.int64), minlength=k + 1)
    named = f"{item.id}, turned" if turned else item.id
    for point in range(1, k + 1):
        chosen = k + 1 - point if turned and item.reversed else point
        units = {"unit": (f"answer to {item.id}",), STATEMENT: (named,), POINT: (str(point),), READ: (read[chosen],)}
        yield Count(box({**group, **units}), float(found[point]), place, events=True)
