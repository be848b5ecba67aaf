"""What stands behind the coefficients of a regression: the cells that must be large before it may be published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import numpy as np

from ..base.cells import CellOf, Count
from ..base.table import Table
from ..reduce.patterns import HOLDS
from .guards import Restrictions, among, ending_of, guarded, hidden_counts, not_ended_by
from .published_days import tell_single_cases
from .regression_model import Prepared

# "Each further unit" of a number restricts nothing: all units are behind it.
_NUMBER: Final = ""


def units_cell(made: Prepared) -> CellOf:
    """Return which units the column ``at_risk`` of a table by term and level counts."""
    return CellOf(fixed=whole(made), each={"level": _levels(made, ever=True)}, events=made.spells.several_rows)


def endings_cell(made: Prepared) -> CellOf:
    """Return which units the column ``events`` of a table by outcome, term and level counts."""
    outcomes = {one: ending_of(one, made.spells.outcomes) for one in made.spells.outcomes}
    return CellOf(
        fixed=whole(made),
        each={"level": _levels(made, ever=False), "outcome": outcomes},
        events=made.spells.several_rows,
    )


def all_units_cell(made: Prepared) -> CellOf:
    """Return which units a table counts that has no row by level."""
    return CellOf(fixed=whole(made), events=made.spells.several_rows)


def standardised_cell(made: Prepared) -> CellOf:
    """Return which units a table of standardised shares counts by level."""
    # its terms are covariates by their own names, which those of a formula need not be
    return CellOf(fixed=whole(made), keys={"level": "{term}"}, events=made.spells.several_rows)


def all_endings_cell(made: Prepared) -> CellOf:
    """Return which units a table by outcome counts that came to it."""
    outcomes = {one: ending_of(one, made.spells.outcomes) for one in made.spells.outcomes}
    return CellOf(fixed=whole(made), each={"outcome": outcomes}, events=made.spells.several_rows)


def whole(made: Prepared) -> Restrictions:
    """Return the restriction that holds for all units of a regression."""
    numbers = sorted(name for name, one in made.patterns.covariates.items() if one.levels is None)
    outcomes = [one for one in made.spells.outcomes if one != "other_ending"]
    return among(made.spells.provenance, made.units, "timed", str(made.spells.start_words), outcomes, numbers)


def cells_behind(made: Prepared, outcomes: Sequence[str]) -> tuple[Count, ...]:
    """Return the counts that must be large enough: units, endings and the rest of every cell that is compared.

    Those of every level and every combination of levels that an interaction compares, reference levels too; of a
    saturated model, which has as many parameters as kinds of units and so tells the numbers of each kind, those of
    every kind.

    Parameters
    ----------
    made : Prepared
    outcomes : sequence of str
        Those that are modelled.
    """
    fixed = whole(made)
    counted: list[tuple[Restrictions, float]] = []
    for at, units in _compared(made):
        where = {**fixed, **_named(made, at, ever=False)}
        patterns = made.where(at)
        if any(name in made.time_varying for name, _ in at):
            # of all that ever had a level, those that had it on their last day
            left = made.patterns.rows.code >= 0
            last = float(made.patterns.rows.n[left & patterns[made.patterns.rows.pattern]].sum())
        else:
            last = units
        # all units were once without what holds from a day on: that restricts nothing
        counted.append((fixed if units == made.units else {**fixed, **_named(made, at, ever=True)}, units))
        for outcome in outcomes:
            events = float(made.events(made.spells.outcomes.index(outcome) + 1)[patterns].sum())
            counted += [
                ({**where, **ending_of(outcome, made.spells.outcomes)}, events),
                ({**where, **not_ended_by(outcome, made.spells.outcomes)}, last - events),
            ]
    return hidden_counts(counted, events=made.spells.several_rows)


def saturated(made: Prepared) -> bool:
    """Whether a model has as many parameters, the base line counted as one, as there are kinds of units."""
    kinds = len(np.unique(made.design.matrix, axis=0))
    return kinds <= len(made.design.columns) + 1


def _compared(made: Prepared) -> Iterator[tuple[tuple[tuple[str, int], ...], float]]:
    """Yield the cells that coefficients compare, as levels that units have, with their units."""
    yield (), float(made.units)
    seen: set[tuple[tuple[str, int], ...]] = {()}
    for column in made.design.columns:
        levels = [range(len(made.patterns.covariates[name].levels or ())) for name, _ in column.at]
        for codes in product(*levels):
            at = tuple(zip((name for name, _ in column.at), codes, strict=True))
            if at not in seen:
                seen.add(at)
                yield at, float(made.units_at(at))
    if saturated(made):
        named = [name for name, one in made.patterns.covariates.items() if one.levels is not None]
        for pattern in range(len(made.patterns.n)):
            at = tuple((name, int(made.patterns.covariates[name].values[pattern])) for name in named)
            if at not in seen:
                seen.add(at)
                yield at, float(made.units_at(at))


def _named(made: Prepared, at: Sequence[tuple[str, int]], *, ever: bool) -> Restrictions:
    """Return levels as restrictions; of what changes in time, who ever had it or who had it at the end."""
    found: dict[str, tuple[str, ...]] = {}
    for name, code in at:
        level = (made.patterns.covariates[name].levels or HOLDS)[code]
        if name not in made.time_varying:
            found[name] = (level,)
        elif ever:
            found[f"ever {level}:{name}"] = ("yes",)
        else:
            found[f"at the end:{name}"] = (level,)
    return found


def _levels(made: Prepared, *, ever: bool) -> Mapping[str, Restrictions]:
    """Return what each level of a table restricts; a level of several terms by the name of its row's term."""
    found: dict[str, Restrictions] = {_NUMBER: {}}
    for column in made.design.columns:
        if not column.at:
            continue
        own = [(column.level, column.at)]
        if len(column.at) == 1:
            name = column.at[0][0]
            own.append((column.reference, ((name, made.references[name]),)))
        for level, at in own:
            restricts = _named(made, at, ever=ever)
            if ever and made.units_at(at) == made.units:
                restricts = {}
            known = found.setdefault(level, restricts)
            if known != restricts:
                held = {f"ever {level}:{{term}}": ("yes",)} if ever else {"at the end:{term}": (level,)}
                found[level] = held if level in HOLDS else {"{term}": (level,)}
    return found


# Steps of a base line, residuals, predictions for single cases, and curves as observed do not leave the room.
_INTERNAL: Final = frozenset(
    {"baseline", "predicted", "residuals", "curve", "curves", "models", "calibration", "pending"}
)


def with_guards(tables: Mapping[str, Table], made: Prepared, outcomes: Sequence[str]) -> dict[str, Table]:
    """Return the tables of a regression with what the disclosure gate must know of them."""
    cells = cells_behind(made, outcomes)
    return {
        name: guarded(one, "internal")
        if name in _INTERNAL or ("days" in one.values and tell_single_cases(one["days"].tolist()))
        else guarded(one, "model", cells)
        for name, one in tables.items()
    }
