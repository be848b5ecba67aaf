"""A release folder as an outsider reads it: which counts there are, and what is shown of each or computed from it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...base.cells import Box
from ...base.errors import ReadError
from ...base.language import tr
from ..boxes import FORMAT, read_box

RESULTS: Final = "results.json"
BOXES: Final = "boxes.json"
RELEASE: Final = "release.json"


class Rules(NamedTuple):
    """What the policy of a release promises.

    Attributes
    ----------
    mode : {"suppress", "round"}
    minimum : int
        Smallest count that is shown.
    protection : int
        Half-width of what may be known of a hidden count.
    base : int
        Of the rounding.
    zeros : {"protect", "structural"}
    hundred_percent : {"protect", "show"}
    small_group : float
        From how many units on it may be told that none or all of them have something.
    sensitive : tuple of str
        Attributes of victims.
    """

    mode: str = "suppress"
    minimum: int = 10
    protection: int = 5
    base: int = 5
    zeros: str = "protect"
    hundred_percent: str = "protect"
    small_group: float = 100.0
    sensitive: tuple[str, ...] = ()


class Key(NamedTuple):
    """One cell: the same units have the same key, wherever they are counted."""

    population: str
    events: bool
    box: Box


class Place(NamedTuple):
    """Where a number stands: number of the result, table, column, row."""

    result: int
    table: str
    column: str
    row: int


@dataclass(slots=True)
class Cell:
    """What is published of one cell.

    Attributes
    ----------
    shown : list of (float, Place)
        Each number that is shown of it.
    hidden : list of Place
        Where it is hidden.
    exact : bool
        The policy declares that it is known anyway.
    """

    shown: list[tuple[float, Place]] = field(default_factory=list)
    hidden: list[Place] = field(default_factory=list)
    exact: bool = False


class Derived(NamedTuple):
    """A published number that was computed from counts."""

    value: float
    formula: str
    level: float | None
    inputs: tuple[Key, ...]
    place: Place


class CurveRow(NamedTuple):
    """One row of a published curve: its group, its ending, the day and the numbers on it.

    Attributes
    ----------
    population : str
    asked : str
        From when time runs and of whom: curves that are asked alike count the same cases.
    result : int
    table : str
    group, key : tuple of (str, str)
        Names of columns with their level.
    days : float
    numbers : mapping of str to float
    """

    population: str
    asked: str
    result: int
    table: str
    group: tuple[tuple[str, str], ...]
    key: tuple[tuple[str, str], ...]
    days: float
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Publication:
    """All that is read from a release folder.

    Attributes
    ----------
    rules : Rules
    cells : dict of Key to Cell
    derived : list of Derived
    curves : list of CurveRow
    rows : list of tuple of Key
        The cells of each column of counts, in the order of its rows: they show which levels a breakdown lists.
    unread : list of (int, str)
        Result and table of which the numbers are not said to count anything.
    ties : list of tuple of (Key, float)
        Signed sums of counts that are 0.
    """

    rules: Rules
    cells: dict[Key, Cell]
    derived: list[Derived]
    curves: list[CurveRow]
    rows: list[tuple[Key, ...]]
    unread: list[tuple[int, str]]
    ties: list[tuple[tuple[Key, float], ...]]


def read_publication(folder: Path) -> Publication:
    """Read what a release folder publishes of counts.

    Parameters
    ----------
    folder : Path
        It holds ``results.json``, ``boxes.json`` and ``release.json``.

    Raises
    ------
    ReadError
        When one of them is missing or is not what it should be.
    """
    results, boxes, release = (_loaded(folder, name) for name in (RESULTS, BOXES, RELEASE))
    if not isinstance(boxes, dict) or boxes.get("format") != FORMAT:
        raise _strange(BOXES)
    try:
        made = Publication(rules_of(release["policy"]), {}, [], [], [], [], [])
        for number, (result, said) in enumerate(zip(results["results"], boxes["results"], strict=True), start=1):
            _read_result(made, number, result, said)
        for whose, tie in boxes.get("ties", ()):
            made.ties.append(
                tuple((Key(str(whose), bool(events), read_box(box)), float(sign)) for box, events, sign in tie)
            )
        for whose, box in boxes["exact"]:
            for events in (False, True):
                key = Key(str(whose), events, read_box(box))
                if key in made.cells:
                    made.cells[key].exact = True
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _strange(BOXES) from error
    return made


def rules_of(policy: Mapping[str, Any]) -> Rules:
    """Return the rules that a policy file names; those that it does not name as they are by default."""
    plain = Rules()._asdict()
    named = {name: type(default)(policy[name]) for name, default in plain.items() if policy.get(name) is not None}
    found = Rules(**{**plain, **named})
    return found if "small_group" in named else found._replace(small_group=10.0 * found.minimum)


def _loaded(folder: Path, name: str) -> Any:
    try:
        return json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ReadError(
            tr("There is no '{name}' in this folder.", name=name),
            tr("Name the folder of one release, such as public/001."),
        ) from error
    except ValueError as error:
        raise _strange(name) from error


def _strange(name: str) -> ReadError:
    return ReadError(
        tr("'{name}' is not what the library writes.", name=name),
        tr("Publish the study again; the files of a release are not edited by hand."),
    )


def _read_result(made: Publication, number: int, result: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    whose = said["population"]
    base = result.get("provenance", {})
    _count(made, Key(whose, False, frozenset()), base.get("units"), Place(number, "provenance", "units_in", 0))
    for row, (one, box) in enumerate(zip(base.get("left_out", ()), said.get("left_out", ()), strict=False)):
        _count(made, Key(whose, False, read_box(box)), one.get("n"), Place(number, "provenance", "left_out", row))
    for name, table in said["tables"].items():
        rows = result["tables"][name]["rows"]
        columns = table["columns"]
        keys = _counts(made, whose, Place(number, name, "", 0), columns, rows)
        made.derived.extend(_derived(Place(number, name, "", 0), columns, rows, keys))
        if table["guard"] == "curve":
            made.curves.extend(_curve(whose, _asked(base), Place(number, name, "", 0), columns, rows))
        if table["guard"] == "counts" and not keys:
            made.unread.append((number, name))


def _counts(
    made: Publication, whose: str, at: Place, columns: Mapping[str, Any], rows: list[dict[str, Any]]
) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for name, column in columns.items():
        if "boxes" not in column:
            continue
        boxes = [read_box(one) for one in column["boxes"]]
        # another unit than the data's own is no part of a count of these
        keys = [Key(whose, bool(column.get("events")) or any(name == "unit" for name, _ in one), one) for one in boxes]
        if len(keys) != len(rows):
            raise ValueError(name)
        found[name] = keys
        made.rows.append(tuple(keys))
        for place, (key, row) in enumerate(zip(keys, rows, strict=True)):
            status = row.get(f"{name}__status", "")
            value = row[name]
            # a number that is missing for a reason of the data is not hidden: there is none
            if value is None and status != "suppressed":
                continue
            _count(made, key, value, at._replace(column=name, row=place))
    return found


def _count(made: Publication, key: Key, value: float | None, place: Place) -> None:
    if value is None and place.table == "provenance":
        return
    cell = made.cells.setdefault(key, Cell())
    if value is None or not math.isfinite(value):
        cell.hidden.append(place)
    else:
        cell.shown.append((float(value), place))


def _derived(
    at: Place, columns: Mapping[str, Any], rows: list[dict[str, Any]], keys: Mapping[str, list[Key]]
) -> Iterator[Derived]:
    for name, column in columns.items():
        of = column.get("of")
        if of is None or not of["formula"] or of["rows"] != "own" or not all(one in keys for one in of["inputs"]):
            continue
        for place, row in enumerate(rows):
            if isinstance(row[name], int | float):
                inputs = tuple(keys[one][place] for one in of["inputs"])
                yield Derived(float(row[name]), of["formula"], of["level"], inputs, at._replace(column=name, row=place))


def _asked(provenance: Mapping[str, Any]) -> str:
    settings = provenance.get("settings", {})
    return " | ".join(str(settings.get(one, "–")) for one in ("start", "given_days", "endings"))


def _curve(
    whose: str, asked: str, at: Place, columns: Mapping[str, Any], rows: list[dict[str, Any]]
) -> Iterator[CurveRow]:
    strata = [one for one, column in columns.items() if column["role"] == "stratum"]
    keys = [one for one, column in columns.items() if column["role"] == "key" and one != "days"]
    numbers = [one for one, column in columns.items() if column["role"] in {"count", "estimate", "interval"}]
    for row in rows:
        if isinstance(row.get("days"), int | float):
            yield CurveRow(
                whose,
                asked,
                at.result,
                at.table,
                tuple((one, str(row[one])) for one in strata),
                tuple((one, str(row[one])) for one in keys),
                float(row["days"]),
                {one: float(row[one]) for one in numbers if isinstance(row.get(one), int | float)},
            )
