"""Cubes: all protected counts of one population, as the filters of a site read them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...base.language import Language, Readable
from ...base.levels import MISSING_LEVELS, naturally
from ...base.provenance import unit_words
from ...base.table import Table
from ...cases.periods import period_words
from ...disclosure.released import Release
from ...measures.counted.tables import PROVISIONAL
from ..inert import plain
from .counts import Kept, Population, level_words, populations
from .model import Cube, CubeTable, Dimension, Level
from .turned import ORDERED

PERIOD: Final = "period"


def cubes_of(release: Release) -> tuple[Cube, ...]:
    """Return one cube for each population that the answers of ``case_counts`` of a release are about.

    Parameters
    ----------
    release : Release
        What is in the cubes was protected in it, with everything else that it holds; what no table of it holds is not
        published.
    """
    return tuple(_cube(whom, kept) for whom, kept in populations(release.results).items())


def cube_record(cube: Cube, languages: Sequence[Language]) -> dict[str, Any]:
    """Return a cube for JSON.

    Parameters
    ----------
    cube : Cube
    languages : sequence of str
        In which its words are given.

    Returns
    -------
    dict
        ``id``, ``unit``, ``words`` (of the unit), ``dimensions`` (``id``, ``words``, ``ordered`` where its levels have
        an order of their own, ``levels`` with ``id``, ``words``, and ``missing`` or ``provisional`` where they are; the
        first is the period) and ``tables`` (``period``, ``by``, ``columns``, ``numbers``, ``statuses``). The columns
        are the places of the periods among the levels of the period, then the places of the levels in the order of
        ``by``; the numbers are null where there is none; the statuses are by the place of the row. Columns, and not
        rows, because they are a third as large once they are packed.
    """
    places = {one.id: {level.id: at for at, level in enumerate(one.levels)} for one in cube.dimensions}
    return {
        "id": cube.id,
        "unit": cube.unit,
        "words": _said(unit_words(cube.unit), languages),
        "dimensions": [
            {
                "id": one.id,
                "words": _said(one.words, languages),
                **({"ordered": True} if one.ordered else {}),
                "levels": [
                    {
                        "id": level.id,
                        "words": _said(level.words, languages),
                        **({"missing": True} if level.id in MISSING_LEVELS else {}),
                        **({"provisional": True} if level.provisional else {}),
                    }
                    for level in one.levels
                ],
            }
            for one in cube.dimensions
        ],
        "tables": [_columns(table, places) for table in cube.tables],
    }


def cube_json(cube: Cube, languages: Sequence[Language]) -> str:
    """Return a cube as JSON text."""
    return json.dumps(cube_record(cube, languages), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _columns(table: CubeTable, places: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    keys = (PERIOD, *table.by)
    return {
        "period": table.period,
        "by": list(table.by),
        "columns": [[places[name][ids[at]] for ids in table.rows] for at, name in enumerate(keys)],
        "numbers": [_whole(number) for number, _ in table.rows.values()],
        "statuses": {str(row): status for row, (_, status) in enumerate(table.rows.values()) if status},
    }


def _cube(whom: Population, kept: Sequence[Kept]) -> Cube:
    names = dict.fromkeys(name for one in kept for name in one.found.by)
    return Cube(
        id=whom.cube,
        unit=kept[0].answer.provenance.unit,
        dimensions=(
            _periods([one.table for one in kept]),
            *(_dimension(name, [one.table for one in kept if name in one.found.by]) for name in names),
        ),
        tables=tuple(
            CubeTable(period=one.found.period, by=one.found.by, rows=_rows(one.table, one.found.by)) for one in kept
        ),
    )


def _periods(tables: Sequence[Table]) -> Dimension:
    pairs = {
        (str(one), maturity)
        for table in tables
        for one, maturity in zip(table[PERIOD].tolist(), table["maturity"].tolist(), strict=True)
    }
    open_ones = {one for one, maturity in pairs if maturity == PROVISIONAL}
    column = next(one for one in tables[0].columns if one.name == PERIOD)
    found = sorted({one for one, _ in pairs})
    levels = tuple(Level(id=one, words=period_words(one), provisional=one in open_ones) for one in found)
    return Dimension(id=PERIOD, words=column.meaning, levels=levels, ordered=True)


def _dimension(name: str, tables: Sequence[Table]) -> Dimension:
    levels: dict[str, Readable] = {}
    for table in tables:
        for one in table[name].tolist():
            levels.setdefault(str(one), level_words(table, name, str(one)))
    column = next(one for one in tables[0].columns if one.name == name)
    return Dimension(
        id=name,
        words=column.meaning,
        levels=tuple(Level(id=one, words=levels[one]) for one in sorted(levels, key=naturally)),
        ordered=name in ORDERED,
    )


def _rows(table: Table, by: Sequence[str]) -> dict[tuple[str, ...], tuple[float | None, str]]:
    marks = table.statuses.get("count", ("",) * len(table))
    ids = [[str(one) for one in table[name].tolist()] for name in (PERIOD, *by)]
    return {
        tuple(key): (None if math.isnan(number) else number, mark)
        for key, number, mark in zip(zip(*ids, strict=True), table["count"].tolist(), marks, strict=True)
    }


def _whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and float(number).is_integer() else number


def _said(words: Readable, languages: Sequence[Language]) -> dict[str, str]:
    return {one: plain(words.text(one)) for one in languages}
