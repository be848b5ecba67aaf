"""Numbers that rest on hidden counts though no formula says how: weighted shares, their limits, means of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.optimize import linprog

from ...base.language import trn
from ..boxes import read_box
from .attack import kept
from .bounds import BEYOND
from .computed import half_unit
from .reading import Key, Place, Publication
from .report import Finding

_SUPPRESSED: Final = "suppressed"
_ANSWERED: Final = "answer to "


class Mean(NamedTuple):
    """A published mean of points: how many answered, how it is printed, and where it stands."""

    answered: Key
    value: float
    place: Place


def resting(record: Mapping[str, Any], boxes: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield numbers that are shown though a count behind them is hidden, and gaps that say why they are gaps.

    Parameters
    ----------
    record, boxes : mapping
        ``results.json`` and ``boxes.json`` of a release.
    """
    shown: Counter[str] = Counter()
    gaps: Counter[str] = Counter()
    for number, (result, said) in enumerate(zip(record["results"], boxes["results"], strict=True), start=1):
        for name, table in said["tables"].items():
            where = f"{number}/{name}"
            for column, of in _computed(table["columns"]):
                for row in result["tables"][name]["rows"]:
                    if not any(
                        row.get(one) is None and row.get(f"{one}__status") == _SUPPRESSED for one in of["inputs"]
                    ):
                        continue
                    # the text of a hidden number is empty
                    shown[where] += row[column] not in (None, "") and not of["formula"]
                    gaps[where] += row[column] is None and row.get(f"{column}__status", "") != _SUPPRESSED
    for where, n in shown.items():
        if n:
            words = trn(
                "{n} number is shown though a count that it rests on is hidden.",
                "{n} numbers are shown though a count that they rest on is hidden.",
                n,
            )
            yield Finding("computed", words, where)
    for where, n in gaps.items():
        if n:
            words = trn(
                "{n} gap beside a hidden count is not marked as hidden, so it tells why there is no number.",
                "{n} gaps beside a hidden count are not marked as hidden, so they tell why there is no number.",
                n,
            )
            yield Finding("gap", words, where)


def _computed(columns: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the columns that are computed from counts of their own row."""
    for name, column in columns.items():
        of = column.get("of")
        if of is None or of["rows"] != "own" or column["role"] not in {"estimate", "interval"}:
            continue
        if of["inputs"] and all(one in columns for one in of["inputs"]):
            yield name, of


def telling_means(publication: Publication, record: Mapping[str, Any], boxes: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield means of points that tell how many people chose one of them.

    Of each mean alone, with what is published of its answers: how many answered, how many are in each class.
    """
    if publication.rules.mode == "round":
        # how many answered is not known there
        return
    points = _points(publication)
    found: Counter[str] = Counter()
    for mean in _means(record, boxes):
        levels = points.get((mean.answered.population, _statement(mean.answered)), frozenset())
        known = publication.cells.get(mean.answered)
        if known is None or not known.shown or len(levels) < 2:
            continue
        if _too_narrow(publication, mean, sorted(map(int, levels)), known.shown[0][0]):
            found[f"{mean.place.result}/{mean.place.table}"] += 1
    for where, n in found.items():
        words = trn(
            "{n} mean of points tells how many people chose one of them.",
            "{n} means of points tell how many people chose one of them.",
            n,
        )
        yield Finding("mean", words, where)


def _means(record: Mapping[str, Any], boxes: Mapping[str, Any]) -> Iterator[Mean]:
    for number, (result, said) in enumerate(zip(record["results"], boxes["results"], strict=True), start=1):
        for name, table in said["tables"].items():
            columns = table["columns"]
            for column, of in _computed(columns):
                answered = f"denominator{column.removeprefix('mean')}"
                if not column.startswith("mean") or answered not in of["inputs"] or "boxes" not in columns[answered]:
                    continue
                for row, values in enumerate(result["tables"][name]["rows"]):
                    key = Key(said["population"], True, read_box(columns[answered]["boxes"][row]))
                    if values[column] is not None and _statement(key):
                        yield Mean(key, float(values[column]), Place(number, name, column, row))


def _statement(key: Key) -> str:
    units = next((sorted(levels) for name, levels in key.box if name == "unit"), [""])
    return units[0].removeprefix(_ANSWERED) if units[0].startswith(_ANSWERED) else ""


def _points(publication: Publication) -> dict[tuple[str, str], frozenset[str]]:
    """Return from which points people chose, statement by statement, as the boxes tell."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for key in publication.cells:
        statement = _statement(key)
        for name, levels in key.box:
            if statement and name == f"answer_{statement}" and all(one.isdigit() for one in levels):
                whose = (key.population, statement)
                found[whose] = found.get(whose, frozenset()) | levels
    return found


def _too_narrow(publication: Publication, mean: Mean, points: list[int], answered: float) -> bool:
    """Whether the mean, with the classes that are shown of the same people, bounds a point that is not shown."""
    dimension = f"answer_{_statement(mean.answered)}"
    equal, sums = [[1.0] * len(points)], [answered]
    shown: set[int] = set()
    for key, cell in publication.cells.items():
        levels = dict(key.box).get(dimension)
        same = key.population == mean.answered.population and key.events
        if levels is None or not cell.shown or not same or key.box - {(dimension, levels)} != mean.answered.box:
            continue
        inside = [float(str(one) in levels) for one in points]
        equal.append(inside)
        sums.append(cell.shown[0][0])
        shown |= {place for place, one in enumerate(inside) if one and len(levels) == 1}
    off = half_unit(mean.value)
    least = [[-float(one) for one in points], [float(one) for one in points]]
    reach = [-answered * (mean.value - off), answered * (mean.value + off)]
    for place in range(len(points)):
        if place in shown:
            continue
        cost = np.eye(len(points))[place]
        ends = [linprog(sign * cost, A_ub=least, b_ub=reach, A_eq=equal, b_eq=sums) for sign in (1, -1)]
        if any(one.status != 0 for one in ends):
            # nothing fits: another finding says so
            return False
        low, high = (float(one.fun or 0.0) for one in ends)
        if not kept(publication.rules, low, min(-high, BEYOND)):
            return True
    return False
