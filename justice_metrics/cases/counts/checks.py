"""What cannot be in a table of counts: negative numbers, periods that overlap, endings out of nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from ...base.errors import CaseDataError
from ...base.language import Readable, tr, trn
from ...base.levels import LEVEL_WORDS, NOT_AVAILABLE
from ...base.quantities import STATUSES, Quantity
from ...base.types import Counts, Flags, Floats
from ..calendar import day_number
from ..conversions.conversion import normalise
from ..mappings.parts import Faults
from .gathering import Where, groups_of
from .mapping import OFFICE, CountMapping
from .quantities import INCOMING
from .rows import CountRows, Key

# What people call the row that adds up the others.
_TOTALS: Final = frozenset(
    (
        *("total", "totales", "total general", "total nacional", "subtotal", "suma", "gran total", "grand total"),
        *("totals", "nacional", "national", "todos los juzgados", "todas las oficinas", "all offices", "all courts"),
    )
)
# So many numbers must be the sum of all others, and be so large together, before chance is ruled out.
_SUMS_AT_LEAST, _SUM_OF_SUMS_AT_LEAST = 2, 20
_NAMED: Final = 3


def checked(data: CountRows, where: Where, *, faults: Faults) -> CountRows:
    """Refuse what cannot be, or count it and take it as not available.

    Raises
    ------
    CaseDataError
        For negative numbers, overlapping periods, periods after the cut-off and cases resolved where there were none.
    """
    data = _without_negative(data, where, faults)
    _ensure_periods(data, where)
    data = _without_hidden_totals(data, faults)
    data = _within_cutoff(data, where, faults)
    data = _out_of_nothing(data, where, faults)
    _ensure_constant(data, where)
    return replace(data, notes=(*data.notes, *_remarks(data)))


def ensure_totals(keys: Mapping[str, Key]) -> None:
    """Refuse a level that adds up the others: its rows would be counted twice.

    Raises
    ------
    CaseDataError
        With the level's name.
    """
    for name, key in keys.items():
        found = next((level for level in key.levels if normalise(level) in _TOTALS), None)
        if found is not None and len(key.levels) > 1:
            spec = "office" if name == OFFICE else name
            raise CaseDataError(
                tr("'{level}' in the column of '{name}' looks like the sum of the other rows.", level=found, name=name),
                tr(
                    'Leave these rows out: {spec} = {{ column = "…", ignore = ["{level}"] }}. If it is a name, give it '
                    "another one with 'labels'.",
                    spec=spec,
                    level=found,
                ),
            )


def _without_hidden_totals(data: CountRows, faults: Faults) -> CountRows:
    """Find a level whose every number is the sum of all others: a row of totals under another name.

    Raises
    ------
    CaseDataError
        With the level's name, unless faults are counted; then a note tells of it.
    """
    for name, key in data.keys.items():
        if len(key.levels) < _NAMED:
            continue
        others = [one.codes for other, one in data.keys.items() if other != name]
        group = groups_of([data.first_day, data.last_day, *others])[0]
        held = {one: numbers for one, numbers in data.quantities.items() if data.over_time.get(one) == "add"}
        level = _sum_of_the_others(key, group, [numbers.values for numbers in held.values()])
        if level is None:
            continue
        problem = tr(
            "Every number of '{level}' in the column of '{name}' is the sum of all others, as in a row of totals.",
            level=LEVEL_WORDS.get(level) or level,
            name=name,
        )
        if faults == "count":
            data = replace(data, notes=(*data.notes, problem))
            continue
        raise CaseDataError(
            problem,
            tr(
                'Leave these rows out: {spec} = {{ column = "…", ignore = ["{level}"] }}. If it is a name all the '
                "same, set faults = 'count' in [data].",
                spec="office" if name == OFFICE else name,
                level="" if level in LEVEL_WORDS else level,
            ),
        )
    return data


def _sum_of_the_others(key: Key, group: Counts, columns: Sequence[Floats]) -> str | None:
    """Return the level whose every number is half of all numbers of its group, of three levels or more."""
    levels = len(key.levels)
    same, looked_at, size = np.zeros(levels), np.zeros(levels), np.zeros(levels)
    several = np.bincount(group)[group] >= _NAMED
    for values in columns:
        known = ~np.isnan(values)
        whole = np.bincount(group[~known], minlength=int(group.max()) + 1)[group] == 0
        total = np.bincount(group, weights=np.where(known, values, 0.0))[group]
        told = known & whole & several
        same += np.bincount(key.codes[told & (2 * values == total)], minlength=levels)
        looked_at += np.bincount(key.codes[told], minlength=levels)
        size += np.bincount(key.codes[told], weights=values[told], minlength=levels)
    found = (same == looked_at) & (looked_at >= _SUMS_AT_LEAST) & (size >= _SUM_OF_SUMS_AT_LEAST)
    return key.levels[int(np.flatnonzero(found)[0])] if found.any() else None


def ensure_offices(blocks: Sequence[tuple[str, Mapping[str, Key]]], mapping: CountMapping) -> None:
    """Refuse an office that stands in one of several tables only, unless offices may change.

    Raises
    ------
    CaseDataError
        With how many, and the names of the first ones.
    """
    part = mapping.counts
    if len(blocks) < 2 or part.office is None or part.changing_offices:
        return
    there = []
    for name, keys in blocks:
        levels = [keys[OFFICE].levels[one] for one in np.unique(keys[OFFICE].codes)]
        there.append((name, {normalise(level): level for level in levels}))
    for name, offices in there:
        for other, others in there:
            alone = [level for bare, level in offices.items() if bare not in others]
            back = [level for bare, level in others.items() if bare not in offices]
            if alone:
                raise CaseDataError(
                    trn(
                        "{n} office stands in '{name}' and not in '{other}': {listed}{back}.",
                        "{n} offices stand in '{name}' and not in '{other}': {listed}{back}.",
                        len(alone),
                        name=name,
                        other=other,
                        listed=_listed(alone),
                        # one office under two names is found by both of them
                        back=tr("; only in '{other}': {listed}", other=other, listed=_listed(back)) if back else "",
                    ),
                    tr(
                        "If it is one office under two names, give them one with 'labels' of the office. If offices "
                        "opened or closed, set changing_offices = true in [counts]."
                    ),
                )


def _listed(offices: Sequence[str]) -> str:
    return ", ".join(offices[:_NAMED]) + (" …" if len(offices) > _NAMED else "")


def _without_negative(data: CountRows, where: Where, faults: Faults) -> CountRows:
    """Refuse numbers below zero."""
    below = {name: one.values < 0 for name, one in data.quantities.items()}
    wrong = {name: rows for name, rows in below.items() if rows.any()}
    if not wrong:
        return data
    if faults == "refuse":
        name, rows = next(iter(wrong.items()))
        raise CaseDataError(
            trn(
                "{n} number of '{name}' is below zero{where}.",
                "{n} numbers of '{name}' are below zero{where}.",
                int(rows.sum()),
                name=name,
                where=where(rows),
            ),
            tr('Correct the cells, or set faults = "count" in [data] to take them as not available.'),
        )
    n = sum(int(rows.sum()) for rows in wrong.values())
    note = trn(
        "{n} number below zero is taken as not available.", "{n} numbers below zero are taken as not available.", n
    )
    return replace(_blanked(data, wrong), notes=(*data.notes, note))


def _ensure_periods(data: CountRows, where: Where) -> None:
    """Refuse periods of one office and breakdown that overlap, as the months and their year in one table do."""
    # Where every row has a cell for them, one look is enough for all quantities.
    whole = [name for name in data.quantities if name not in data.given][:1]
    for name in [*whole, *data.given]:
        rows = np.flatnonzero(data.given_in(name))
        if not rows.size:
            continue
        first, last = data.first_day[rows], data.last_day[rows]
        who = groups_of([one.codes[rows] for one in data.keys.values()] or [first * 0])[0]
        order = np.lexsort((last, first, who))
        follows = (who[order][1:] == who[order][:-1]) & (first[order][1:] <= last[order][:-1])
        if follows.any():
            overlapping = np.zeros(data.rows, np.bool_)
            overlapping[rows[order[1:][follows]]] = True
            raise CaseDataError(
                trn(
                    "{n} row has a period that overlaps another one of the same office and breakdown{where}.",
                    "{n} rows have periods that overlap others of the same office and breakdown{where}.",
                    int(follows.sum()),
                    where=where(overlapping),
                ),
                tr("Keep the months or the year that they make up, not both."),
            )


def _within_cutoff(data: CountRows, where: Where, faults: Faults) -> CountRows:
    """Refuse periods that begin after the day to which the table is complete."""
    after = data.first_day > day_number(data.cutoff)
    if not after.any():
        return data
    if faults == "refuse" or bool(after.all()):
        raise CaseDataError(
            trn(
                "{n} row has a period that begins after the cut-off of {cutoff}{where}.",
                "{n} rows have periods that begin after the cut-off of {cutoff}{where}.",
                int(after.sum()),
                cutoff=data.cutoff,
                where=where(after),
            ),
            tr("Correct 'cutoff' in [counts], or the periods."),
        )
    note = trn(
        "{n} row with a period after the cut-off was left out.",
        "{n} rows with periods after the cut-off were left out.",
        int(after.sum()),
    )
    return replace(data.selected(~after), notes=(*data.notes, note))


def _out_of_nothing(data: CountRows, where: Where, faults: Faults) -> CountRows:
    """Refuse cases resolved where none were pending and none came in."""
    parts = [name for name in INCOMING if data.has(name)]
    if not data.has("resolved") or not data.has("pending_start") or not parts:
        return data
    none = np.ones(data.rows, np.bool_)
    for name in ("pending_start", "pending_inactive_start", *parts):
        if data.has(name):
            none &= data.quantities[name].values == 0
    wrong = none & (data.quantities["resolved"].values > 0)
    if not wrong.any():
        return data
    n = int(wrong.sum())
    if faults == "refuse":
        raise CaseDataError(
            trn(
                "{n} row has cases resolved, though none were pending and none came in{where}.",
                "{n} rows have cases resolved, though none were pending and none came in{where}.",
                n,
                where=where(wrong),
            ),
            tr('Correct the rows, or set faults = "count" in [data] to take these resolved cases as not available.'),
        )
    note = trn(
        "{n} row has cases resolved, though none were pending and none came in; they are taken as not available.",
        "{n} rows have cases resolved, though none were pending and none came in; they are taken as not available.",
        n,
    )
    return replace(_blanked(data, {"resolved": wrong}), notes=(*data.notes, note))


def _ensure_constant(data: CountRows, where: Where) -> None:
    """Refuse a figure per office that is not the same on all rows of its office and period."""
    for name, keys in data.per.items():
        if not data.has(name):
            continue
        rows = np.flatnonzero(data.quantities[name].known & data.given_in(name))
        if not rows.size:
            continue
        columns = [data.key(key).codes[rows] for key in keys] + [data.first_day[rows], data.last_day[rows]]
        group, leader = groups_of(columns)
        values = data.quantities[name].values[rows]
        differs = values != values[leader][group]
        if differs.any():
            wrong = np.zeros(data.rows, np.bool_)
            wrong[rows[differs]] = True
            raise CaseDataError(
                trn(
                    "{n} row gives another figure of '{name}' than an earlier one of its {keys} and period{where}.",
                    "{n} rows give other figures of '{name}' than earlier ones of their {keys} and period{where}.",
                    int(differs.sum()),
                    name=name,
                    keys=", ".join(keys),
                    where=where(wrong),
                ),
                tr("A figure that is split by the other keys too is mapped without 'per'."),
            )


def _remarks(data: CountRows) -> list[Readable]:
    """Return what a reader of the numbers must know."""
    notes: list[Readable] = []
    parts = [name for name in INCOMING if data.has(name)]
    if data.has("resolved") and not parts:
        notes.append(tr("The table counts resolved cases and none that came in: a clearance rate cannot be told."))
    elif data.has("resolved"):
        # what came in by other ways may well not apply
        main = data.quantities[parts[0]]
        lone = int((data.quantities["resolved"].known & ~main.known & data.given_in("resolved")).sum())
        if lone:
            notes.append(
                trn(
                    "{n} row has resolved cases and no number of those that came in.",
                    "{n} rows have resolved cases and no number of those that came in.",
                    lone,
                )
            )
    late = int((data.last_day > day_number(data.cutoff)).sum())
    if late:
        notes.append(
            trn(
                "{n} row has a period that ends after the cut-off: its figures are provisional.",
                "{n} rows have periods that end after the cut-off: their figures are provisional.",
                late,
            )
        )
    return notes


def _blanked(data: CountRows, wrong: Mapping[str, Flags]) -> CountRows:
    """Return the table with some cells taken as not available."""
    quantities = dict(data.quantities)
    for name, rows in wrong.items():
        one = quantities[name]
        status = np.where(rows, np.uint8(STATUSES.index(NOT_AVAILABLE)), one.status).astype(np.uint8)
        quantities[name] = Quantity(np.where(rows, np.nan, one.values), status)
    return replace(data, quantities=MappingProxyType(quantities))
