"""What stands behind hazard ratios of support: the cells that must be large before they may be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.cells import CellOf, Count
from ...base.table import Table
from ...cases.attributes import actor_words
from ...reduce.patterns import HOLDS
from ..guards import Restrictions, among, ending_of, guarded, hidden_counts, not_ended_by
from .hazard_models import Line, Model, Told
from .hazard_states import NUMBER, SET
from .hazards_words import set_words, term_of

_ROW: Final = "model, term, level, lag_days"


def all_cases(model: Model) -> Restrictions:
    """Return the restriction that holds for all cases of a model."""
    data = model.asked.data
    numbers = sorted(name for name, one in data.histories.covariates.items() if one.levels is None)
    outcomes = [one for one in data.outcomes if one != "other_ending"]
    # a set can be dated where one of its actors is not
    dated = "the set" if model.name == "set" else "each actor"
    settings = (data.actors, data.needed, str(data.spells.start_words), outcomes, numbers, model.asked.present, dated)
    return among(data.spells.provenance, model.states.histories.units, "support dated", *settings)


def at_level(found: Sequence[Told]) -> CellOf:
    """Return which cases were ever open at the level of a row."""
    return CellOf(
        each={_ROW: {_row(one.model, line): _at_risk(one, line, _lags(found)) for one, line in _lines(found)}}
    )


def came_at_level(found: Sequence[Told]) -> CellOf:
    """Return which cases came to the outcome of a row while they were at its level."""
    outcomes = found[0].model.asked.data.outcomes
    rows = {_row(one.model, line): _ended(one, line, _lags(found)) for one, line in _lines(found)}
    return CellOf(each={_ROW: rows, "outcome": {one: ending_of(one, outcomes) for one in outcomes}})


def cells_behind(found: Sequence[Told]) -> tuple[Count, ...]:
    """Return the counts that must be large enough: cases and endings at every level, and of what is adjusted for."""
    counted: list[tuple[Restrictions, float]] = []
    for one in found:
        outcomes, fixed = one.model.asked.data.outcomes, all_cases(one.model)
        cells = one.model.states.histories
        ended = cells.n[cells.code == one.code].sum()
        came, other = ending_of(one.outcome, outcomes), not_ended_by(one.outcome, outcomes)
        counted += [({**fixed, **came}, float(ended)), ({**fixed, **other}, float(cells.units - ended))]
        for at, line in enumerate(one.model.lines):
            events, there = float(one.events[at]), _ended(one, line, _lags(found))
            rest = f"{_row(one.model, line)}, of {_asked(one.model)}: came to {one.outcome} there"
            at_risk = _at_risk(one, line, _lags(found))
            counted += [
                (at_risk, float(line.cases)),
                ({**there, **came}, events),
                ({**at_risk, rest: ("no",)}, float(line.cases) - events),
            ]
        counted += _adjusted(one, fixed)
    return hidden_counts(counted)


def with_guards(tables: Mapping[str, Table], cells: Sequence[Count]) -> dict[str, Table]:
    """Return the tables of hazard ratios with what the disclosure gate must know of them."""
    return {name: one if one.warning is not None else guarded(one, "model", cells) for name, one in tables.items()}


def _adjusted(one: Told, fixed: Restrictions) -> list[tuple[Restrictions, float]]:
    """Return cases and endings at every level of what is adjusted for."""
    counted: list[tuple[Restrictions, float]] = []
    cells, outcomes = one.model.states.histories, one.model.asked.data.outcomes
    came, other = ending_of(one.outcome, outcomes), not_ended_by(one.outcome, outcomes)
    for name, covariate in cells.covariates.items():
        values = np.asarray(covariate.values)[cells.pattern]
        for code, level in enumerate(covariate.levels or ()):
            units = cells.n[values == code].sum()
            ended = cells.n[(values == code) & (cells.code == one.code)].sum()
            own = {**fixed, name: (level,)}
            counted += [(own, float(units)), ({**own, **came}, float(ended)), ({**own, **other}, float(units - ended))]
    return counted


def _at_risk(one: Told, line: Line, lags: Sequence[int]) -> Restrictions:
    """Return who was ever open at a level.

    All cases at most were so before support; of one supporter, or one set, those whose case went on for longer than
    the lag after it started: with a longer lag they are some of those with a shorter one.
    """
    model = one.model
    fixed = all_cases(model)
    if line.cases == model.states.histories.units:
        return fixed
    if _goes_on(model, line) and line.level != HOLDS[0]:
        return {**fixed, _delays(model, line, lags): tuple(str(lag) for lag in lags if lag >= model.lag_days)}
    return {**fixed, f"ever {line.level} of {term_of(model, line)}, {_asked(model, lag=True)}": ("yes",)}


def _ended(one: Told, line: Line, lags: Sequence[int]) -> Restrictions:
    """Return whose case ended at a level."""
    model = one.model
    if _goes_on(model, line):
        later = tuple(str(lag) for lag in lags if lag >= model.lag_days)
        before = (*(str(lag) for lag in lags if lag < model.lag_days), "no")
        levels = before if line.level == HOLDS[0] else later
        return {**all_cases(model), _delays(model, line, lags): levels}
    return {
        **_at_risk(one, line, lags),
        f"at the end, of {term_of(model, line)}, {_asked(model, lag=True)}": (line.level,),
    }


def _goes_on(model: Model, line: Line) -> bool:
    """Whether a level, once there, stays: then delays are parts of one whole."""
    told = {line.level, line.reference} <= set(HOLDS) or _is_the_set(model, line)
    return model.asked.present == "since_start" and told


def _is_the_set(model: Model, line: Line) -> bool:
    """Whether a number of actors is all of them, where all of them are the set: the same cases in other words."""
    every = len(model.asked.data.actors)
    return line.factor == NUMBER and line.level == str(every) and model.asked.needed == every


def _delays(model: Model, line: Line, lags: Sequence[int]) -> str:
    days = ", ".join(str(one) for one in lags)
    asked = model.asked
    who = set_words(asked) if line.factor in {SET, NUMBER} else actor_words(term_of(model, line))
    return f"days with support by {who} before the end (from {days}), from {asked.data.spells.start_words}"


def _lines(found: Sequence[Told]) -> list[tuple[Told, Line]]:
    return [(one, line) for one in found for line in one.model.lines]


def _lags(found: Sequence[Told]) -> list[int]:
    return sorted({one.model.lag_days for one in found})


def _row(model: Model, line: Line) -> str:
    return f"{model.name}, {term_of(model, line)}, {line.level}, {model.lag_days}"


def _asked(model: Model, *, lag: bool = False) -> str:
    asked = model.asked
    # levels are merged where few cases have them, so they are those of one model and one delay
    own = f", {model.name}, {model.lag_days} days later" if lag else ""
    needed = f"{set_words(asked)}" if model.name == "set" else ", ".join(asked.data.actors)
    return f"{needed}, {asked.present}, from {asked.data.spells.start_words}{own}"
