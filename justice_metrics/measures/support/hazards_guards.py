"""What stands behind hazard ratios of support: the cells that must be large before they may be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.cells import CellOf, Count
from ...base.provenance import Provenance
from ...base.table import Table
from ..guards import Restrictions, among, ending_of, guarded, hidden_counts, not_ended_by
from .hazard_models import Told
from .hazards_words import set_words, term_of

_KEYS: Final = ("model", "term", "level", "lag_days")


def all_cases(found: Sequence[Told], whose: Provenance) -> Restrictions:
    """Return the restriction that holds for all cases of the question."""
    model = found[0].model
    data = model.asked.data
    numbers = sorted(name for name, one in data.histories.covariates.items() if one.levels is None)
    outcomes = [one for one in data.outcomes if one != "other_ending"]
    settings = (data.actors, data.needed, str(data.spells.start_words), outcomes, numbers, model.asked.present)
    return among(whose, model.states.histories.units, "support dated", *settings)


def at_level(found: Sequence[Told], fixed: Restrictions) -> CellOf:
    """Return which cases were ever open at the level of a row."""
    return CellOf(fixed=fixed, each={"level": _who_ever(found)})


def came_at_level(found: Sequence[Told], fixed: Restrictions) -> CellOf:
    """Return which cases came to the outcome of a row while they were at its level."""
    outcomes = found[0].model.asked.data.outcomes
    return CellOf(
        fixed=fixed,
        each={"level": _who_came(found), "outcome": {one: ending_of(one, outcomes) for one in outcomes}},
    )


def cells_behind(found: Sequence[Told], fixed: Restrictions) -> tuple[Count, ...]:
    """Return the counts that must be large enough: cases and endings at every level, and of what is adjusted for."""
    counted: list[tuple[Restrictions, float]] = []
    everybody = _everybody(found)
    for one in found:
        outcomes = one.model.asked.data.outcomes
        cells = one.model.states.histories
        ended = cells.n[cells.code == one.code].sum()
        came, other = ending_of(one.outcome, outcomes), not_ended_by(one.outcome, outcomes)
        counted += [({**fixed, **came}, float(ended)), ({**fixed, **other}, float(cells.units - ended))]
        for at, line in enumerate(one.model.lines):
            row = dict(
                zip(_KEYS, (one.model.name, term_of(one.model, line), line.level, one.model.lag_days), strict=True)
            )
            ever, there = _ever(found).format(**row), _there(found).format(**row)
            events = float(one.events[at])
            level: Restrictions = fixed if line.level in everybody else {**fixed, ever: ("yes",)}
            counted.append((level, float(line.cases)))
            counted.append(({**level, there: (line.level,), **came}, events))
            counted.append(({**level, f"{there}, came to {one.outcome}": ("no",)}, float(line.cases) - events))
    counted += _adjusted(found, fixed)
    return hidden_counts(counted)


def with_guards(tables: Mapping[str, Table], cells: Sequence[Count]) -> dict[str, Table]:
    """Return the tables of hazard ratios with what the disclosure gate must know of them."""
    return {name: one if one.warning is not None else guarded(one, "model", cells) for name, one in tables.items()}


def _adjusted(found: Sequence[Told], fixed: Restrictions) -> list[tuple[Restrictions, float]]:
    counted: list[tuple[Restrictions, float]] = []
    cells = found[0].model.states.histories
    for name, covariate in cells.covariates.items():
        if covariate.levels is None:
            continue
        values = np.asarray(covariate.values)[cells.pattern]
        for code, level in enumerate(covariate.levels):
            units = cells.n[values == code].sum()
            counted.append(({**fixed, name: (level,)}, float(units)))
            for one in found:
                if one.model is not found[0].model:
                    continue
                ended = cells.n[(values == code) & (cells.code == one.code)].sum()
                outcomes = one.model.asked.data.outcomes
                came, other = ending_of(one.outcome, outcomes), not_ended_by(one.outcome, outcomes)
                counted.append(({**fixed, name: (level,), **came}, float(ended)))
                counted.append(({**fixed, name: (level,), **other}, float(units - ended)))
    return counted


def _everybody(found: Sequence[Told]) -> frozenset[str]:
    """Return the levels at which all cases ever were, such as that of nobody yet: they restrict nothing."""
    lines = [(line, one.model.states.histories.units) for one in found for line in one.model.lines]
    some = {line.level for line, units in lines if line.cases != units}
    return frozenset(line.level for line, _ in lines) - some


def _who_ever(found: Sequence[Told]) -> Mapping[str, Restrictions]:
    everybody = _everybody(found)
    levels = {line.level for one in found for line in one.model.lines}
    return {one: {} if one in everybody else {_ever(found): ("yes",)} for one in sorted(levels)}


def _who_came(found: Sequence[Told]) -> Mapping[str, Restrictions]:
    return {level: {**ever, _there(found): (level,)} for level, ever in _who_ever(found).items()}


def _ever(found: Sequence[Told]) -> str:
    return f"ever {{level}} of {{term}} ({{model}}, {{lag_days}} days later; {_asked(found)})"


def _there(found: Sequence[Told]) -> str:
    return f"level of {{term}} at the end ({{model}}, {{lag_days}} days later; {_asked(found)})"


def _asked(found: Sequence[Told]) -> str:
    asked = found[0].model.asked
    return f"{set_words(asked)}, {asked.present}, {asked.data.spells.start_words}"
