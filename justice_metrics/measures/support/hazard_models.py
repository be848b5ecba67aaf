"""Hazard models of support that changes in time: one regression per ending, and what stands behind each ratio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from ...base.types import Counts, Floats
from ...estimate.cox import ChiSquared, CoxFit, chi_squared
from ...estimate.cox_proportional import proportional_hazards_test
from ...estimate.cox_robust import robust_covariance
from ...reduce.support_states import orders_to_compare, relevelled
from ..regression_clusters import with_errors_that_hold
from ..regression_fits import fitted
from ..regression_model import Coefficients, Prepared, Ties, coefficients_of
from .hazard_states import (
    FIRST,
    LEAST_ENDINGS,
    ORDER,
    Asked,
    States,
    endings_at,
    ever_states,
    levels_shown,
    prepared_states,
    states_of,
)


class Line(NamedTuple):
    """One level of support in a model.

    Attributes
    ----------
    factor, level, reference : str
    place : int or None
        Which coefficient; None for the reference level, and for a level of which nothing can be told.
    cases : int
        Cases that were ever at risk at this level.
    """

    factor: str
    level: str
    reference: str
    place: int | None
    cases: int


class Model(NamedTuple):
    """A model of support on the data, before any outcome is looked at.

    Attributes
    ----------
    asked : Asked
    name : str
    lag_days : int
    states : States
    made : Prepared
    lines : tuple of Line
    shown : mapping of str to mapping
        As what the levels of a factor are shown.
    undated : int
        Cases left out because no date says since when they were supported.
    """

    asked: Asked
    name: str
    lag_days: int
    states: States
    made: Prepared
    lines: tuple[Line, ...]
    shown: Mapping[str, Mapping[str, str]]
    undated: int

    @property
    def places(self) -> list[int]:
        """Places of the coefficients of support."""
        return [one.place for one in self.lines if one.place is not None]


class FitSummary(NamedTuple):
    """What is kept of a fit; its risk sets are as large as the data."""

    log_likelihood_null: float
    log_likelihood: float
    events: int
    converged: bool


class Told(NamedTuple):
    """A model of one outcome.

    Attributes
    ----------
    model : Model
    outcome : str
    code : int
    fit : FitSummary or None
        None where no covariate differs between cases.
    one : Coefficients or None
    covariance : (p, p)
        On which errors rest.
    events : (L,)
        Endings behind each line.
    proportional : ChiSquared
        That the ratios of support do not change over time; not tested at later lags.
    """

    model: Model
    outcome: str
    code: int
    fit: FitSummary | None
    one: Coefficients | None
    covariance: Floats
    events: Counts
    proportional: ChiSquared

    def of(self, line: Line, what: Literal["estimate", "std_error", "model_error"]) -> float:
        """Return a number of the coefficient of a line; NaN where there is none."""
        return float("nan") if self.one is None or line.place is None else float(getattr(self.one, what)[line.place])

    @property
    def places(self) -> list[int]:
        """Places of the coefficients of support."""
        return self.model.places

    def rare(self, line: Line) -> bool:
        """Whether a level is one that could be merged with no other, with too few endings for an interval."""
        return _rare(self.model, line, self.events)


def all_told(
    asked: Asked, parts: Sequence[str], lag_days: Sequence[int], codes: Sequence[int], *, ties: Ties
) -> list[Told]:
    """Fit every ending by every model at every lag, in this order; rare levels are those of the first lag.

    Where no two orders of the same actors occur often enough, there is no model of the order.
    """
    states = {(part, lag): states_of(asked, part, lag) for part in parts for lag in lag_days}
    found = []
    for code in codes:
        for part in parts:
            first, _ = states[part, lag_days[0]]
            shown, references = levels_shown(first, code)
            if part == "order" and not orders_to_compare(list(dict.fromkeys(shown[ORDER].values()))):
                continue
            for lag in lag_days:
                own, undated = states[part, lag]
                model = model_of(asked, part, lag, own, shown, references, undated)
                found.append(told(model, code, ties, tested=lag == lag_days[0]))
    return found


def naive_told(asked: Asked, parts: Sequence[str], code: int, *, ties: Ties) -> list[Told]:
    """Fit an ending by support ever received, as a fixed property of a case: what must not be done."""
    found = []
    for part in parts:
        own = ever_states(asked, part)
        shown, references = levels_shown(own, code)
        found.append(told(model_of(asked, part, 0, own, shown, references), code, ties))
    return found


def model_of(
    asked: Asked,
    name: str,
    lag_days: int,
    states: States,
    shown: Mapping[str, Mapping[str, str]] | None = None,
    references: Mapping[str, str] | None = None,
    undated: int = 0,
) -> Model:
    """Return the model of states of support.

    Parameters
    ----------
    asked, name, lag_days, states
    shown : mapping of str to mapping, optional
        As what the levels of a factor are shown, rare ones merged.
    references : mapping of str to str, optional
        The level with which others are compared; by default the first one.
    undated : int
        Cases that no date tells the states of.
    """
    merged = {
        factor: relevelled(one, shown[factor]) if shown and factor in shown else one
        for factor, one in states.factors.items()
    }
    states = states._replace(factors=merged)
    chosen = {factor: (references or {}).get(factor, (one.levels or ("",))[0]) for factor, one in merged.items()}
    made = prepared_states(asked, states, chosen)
    return Model(asked, name, lag_days, states, made, _lines(states, made, chosen), shown or {}, undated)


def told(model: Model, code: int, ties: Ties, *, tested: bool = False) -> Told:
    """Fit the hazard of one ending; ``tested``: also whether its ratios hold for all time.

    Raises
    ------
    QuestionError
        When no case came to it.
    """
    made, outcome = model.made, model.made.spells.outcomes[code - 1]
    events = np.array([int(_behind(model.states, one, code)) for one in model.lines], dtype=np.int64)
    untested = chi_squared(float("nan"), 0)
    if not made.design.columns:
        return Told(model, outcome, code, None, None, np.empty((0, 0)), events, untested)
    fit = fitted(made, code, ties=ties)
    covariance = robust_covariance(fit).covariance
    one = coefficients_of(made, code, fit.coefficients, covariance, fit.covariance, fit.separated)
    one = with_errors_that_hold(made, one)
    rare = [line.place for line in model.lines if line.place is not None and _rare(model, line, events)]
    if one.withheld is not None:
        withheld, error = one.withheld.copy(), one.std_error.copy()
        withheld[rare], error[rare] = True, np.nan
        one = replace(one, withheld=withheld, std_error=error)
        covariance = np.where(withheld[:, None] | withheld[None], np.nan, covariance)
    return Told(
        model=model,
        outcome=outcome,
        code=code,
        fit=FitSummary(fit.log_likelihood_null, fit.log_likelihood, fit.events, fit.converged),
        one=one,
        covariance=covariance,
        events=events,
        proportional=_holds_for_all_time(model, fit, one) if tested else untested,
    )


def _holds_for_all_time(model: Model, fit: CoxFit, one: Coefficients) -> ChiSquared:
    places = model.places
    steady = not one.unsteady.any() and bool(np.isfinite(one.estimate[places]).all())
    # under sampling weights the statistic would grow with their scale
    if not places or not steady or model.made.spells.sampling.weighted:
        return chi_squared(float("nan"), 0)
    found = proportional_hazards_test(fit, terms=[places])
    return chi_squared(float(found.statistic[0]), int(found.degrees_of_freedom[0]))


def _lines(states: States, made: Prepared, references: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the levels of support, reference levels too, in the order of the model."""
    at = {(one.term, one.level): place for place, one in enumerate(made.design.columns)}
    lines = []
    for factor, one in states.factors.items():
        for code, level in enumerate(one.levels or ()):
            there = np.zeros(len(states.histories.n), np.bool_)
            there[states.made.cell[one.values == code]] = True
            cases = int(states.histories.n[there].sum())
            lines.append(Line(factor, level, references[factor], at.get((factor, level)), cases))
    return tuple(lines)


def _rare(model: Model, line: Line, events: Counts) -> bool:
    rare = int(events[model.lines.index(line)]) < LEAST_ENDINGS
    return rare and line.factor in {FIRST, ORDER} and line.level != line.reference


def _behind(states: States, line: Line, code: int) -> int:
    one = states.factors[line.factor]
    return endings_at(states, one, (one.levels or ()).index(line.level), code)
