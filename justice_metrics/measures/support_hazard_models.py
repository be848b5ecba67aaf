"""Hazard models of support that changes in time: from histories to a regression, and what stands behind a ratio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.language import Readable
from ..base.types import Counts, Flags, Floats
from ..estimate.cox import ChiSquared, CoxFit, chi_squared, inverse
from ..estimate.cox_proportional import proportional_hazards_test
from ..estimate.cox_robust import robust_covariance
from ..reduce.design import designs_of, reference_of
from ..reduce.formula import Covariate, read_formula
from ..reduce.histories import NEVER, UNDATED, Histories
from ..reduce.patterns import Patterns
from ..reduce.support_states import (
    BEFORE,
    BESIDE,
    OTHER_ORDER,
    Episode,
    SupportRows,
    by_unit,
    complete,
    each_actor,
    how_many,
    merged_down,
    order_of_arrival,
    rare_together,
    relevelled,
    support_rows,
    who_came_first,
)
from .regression_clusters import with_errors_that_hold
from .regression_fits import fitted
from .regression_model import Coefficients, Prepared, Ties, coefficients_of
from .support_data import SupportData

Present: TypeAlias = Literal["since_start", "while_present"]
# What a user asks for, and the models that answer it.
MODELS: Final[Mapping[str, tuple[str, ...]]] = {
    "set": ("set",),
    "number": ("number",),
    "which": ("which",),
    "order": ("first", "order"),
    "combination": ("combination",),
}
# A number or an order of actors with fewer endings is no level of its own.
LEAST_ENDINGS: Final = 5
MOST_ACTORS_COUNTED: Final = 3
SET: Final = "support__set"
NUMBER: Final = "support__number"
FIRST: Final = "support__first"
ORDER: Final = "support__order"
_MILESTONE: Final = "milestone__"


def factor_of(place: int) -> str:
    """Return the name of an actor among the covariates of a model; an actor's own may be no name for a formula."""
    return f"support__actor_{place}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Asked:
    """What support is looked at, and how.

    Attributes
    ----------
    data : SupportData
    episodes : mapping of str to tuple of Episode
        When each actor was there.
    present : {"since_start", "while_present"}
    adjust : str
        Terms of the formula besides support, "" for none.
    stages : mapping of str to Readable
        Words of the milestones.
    """

    data: SupportData
    episodes: Mapping[str, tuple[Episode, ...]]
    present: Present
    adjust: str
    stages: Mapping[str, Readable] = field(default_factory=dict)

    @property
    def needed(self) -> int:
        """How many actors make the set complete."""
        return needed_of(self.data)


def needed_of(data: SupportData) -> int:
    """Return how many actors make the set complete."""
    return {"all": len(data.actors), "any": 1}.get(data.needed, 0) if isinstance(data.needed, str) else data.needed


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


class States(NamedTuple):
    """Levels of support by row, and the histories that the rows are made of."""

    histories: Histories
    made: SupportRows
    factors: Mapping[str, Covariate]


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
    if one.withheld is not None:
        covariance = np.where(one.withheld[:, None] | one.withheld[None], np.nan, covariance)
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


def states_of(asked: Asked, name: str, lag_days: int) -> tuple[States, int]:
    """Return the states of support that a model looks at, and how many cases no date tells them of."""
    data, actors = asked.data, asked.data.actors
    cells, episodes = data.histories, asked.episodes
    one_date = name == "set" and asked.present == "since_start"
    if one_date:
        # of several actors a missing date need not matter: the set may be complete, or never be, without it
        cells = cells._replace(days={**cells.days, SET: data.start()})
        known, episodes = cells.days[SET] != UNDATED, {SET: (Episode(SET),)}
    else:
        known = np.all([cells.days[one] != UNDATED for one in actors], axis=0)
    undated, cells = int(cells.n[~known].sum()), cells.where(known)
    if cells.cluster is None:
        cells = by_unit(cells)
    made = support_rows(cells, episodes, data.milestones, lag_days=lag_days)
    most = min(len(actors), MOST_ACTORS_COUNTED)
    factors: dict[str, Covariate] = {}
    if name == "number":
        factors[NUMBER] = how_many(made, most)
    elif name == "first":
        factors[FIRST] = who_came_first(made, actors)
    elif name == "order":
        factors[ORDER] = order_of_arrival(made, actors)
    if name in {"which", "combination"}:
        factors |= {factor_of(place): each_actor(made, place) for place in range(len(actors))}
    if name in {"set", "combination"}:
        factors[SET] = complete(made, 1 if one_date else asked.needed)
    # by now the factors say what is needed of it
    nothing = np.empty((0, len(made.cell)), np.int64)
    return States(cells, made._replace(present=nothing.astype(np.bool_), since=nothing), factors), undated


def ever_states(asked: Asked, name: str) -> States:
    """Return support as a fixed property of a case: whoever was ever supported, from the first day on. It is wrong."""
    data, cells = asked.data, asked.data.histories
    days = np.stack([cells.days[one] for one in data.actors])
    cells = cells.where((days != UNDATED).all(axis=0))
    if cells.cluster is None:
        cells = by_unit(cells)
    number = np.sum([cells.days[one] != NEVER for one in data.actors], axis=0)
    made = support_rows(cells, {}, ())
    if name == "number":
        most = min(len(data.actors), MOST_ACTORS_COUNTED)
        levels = (*map(str, range(most)), f"{most}+" if len(data.actors) > most else str(most))
        return States(cells, made, {NUMBER: Covariate(np.minimum(number, most), levels)})
    return States(cells, made, {SET: Covariate((number >= asked.needed).astype(np.int64), ("not_yet", "started"))})


def levels_shown(states: States, code: int) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Return as what the levels of numbers and orders are shown, and with which of them others are compared.

    Levels with few endings behind them are merged. Where no case came to the ending before anybody supported it, ratios
    to that level would grow without end: the level with most endings takes its place.
    """
    merge = {NUMBER: merged_down, FIRST: rare_together, ORDER: rare_together}
    shown, references = {}, {}
    for factor, one in states.factors.items():
        if factor not in merge:
            continue
        levels = one.levels or ()
        behind = np.array([_endings(states, one, level, code) for level in range(len(levels))])
        shown[factor] = merge[factor](levels, behind, LEAST_ENDINGS)
        total: dict[str, int] = {}
        for level, number in zip(levels, behind.tolist(), strict=True):
            total[shown[factor][level]] = total.get(shown[factor][level], 0) + number
        first = next(iter(total))
        # a mixture of rare orders is nothing to compare with, as long as there is anything else
        most = max(total, key=lambda level: (level != OTHER_ORDER) * total[level])
        references[factor] = first if total[first] else most
    return shown, references


def prepared_states(asked: Asked, states: States, references: Mapping[str, str]) -> Prepared:
    """Return what a regression needs: baseline patterns crossed with the states of support and milestones."""
    data, cells, rows = asked.data, states.histories, states.made.rows
    added = {**states.factors}
    for place, flags in enumerate(states.made.reached.values()):
        added[f"{_MILESTONE}{place}"] = Covariate(flags.astype(np.int64), ("not_yet", "started"))
    pattern, first = _crossed(rows.pattern, list(added.values()))
    covariates = {name: Covariate(one.values[first], one.levels) for name, one in added.items()}
    base = rows.pattern[first]
    covariates |= {name: Covariate(one.values[base], one.levels) for name, one in cells.covariates.items()}
    begins = np.concatenate([[True], np.diff(states.made.cell) > 0])[: len(rows.n)]
    n, units = (
        np.bincount(pattern[of], weights=rows.n[of], minlength=len(first)).astype(np.int64)
        for of in (np.ones(len(begins), np.bool_), begins)
    )
    formula = read_formula(
        " + ".join((*added, *([asked.adjust] if asked.adjust else []))),
        known=tuple(dict.fromkeys((*added, *data.spells.levels))),
        numeric=data.spells.numeric_attributes,
    )
    chosen = {**{name: (one.levels or ("",))[0] for name, one in added.items()}, **references}
    design = designs_of(formula, covariates, n, references=chosen, units=units)[0]
    asked_for = {**chosen, **formula.references}
    return Prepared(
        spells=data.spells,
        formula=formula,
        patterns=Patterns(
            covariates, n, units, rows._replace(pattern=pattern), cells.strata, cells.clusters, cells.left_out
        ),
        design=design,
        references={name: reference_of(name, covariates[name], units, asked_for) for name in formula.categorical},
        offset=None,
        robust=True,
        cluster=data.cluster or "unit_id",
        time_varying=(),
    )


def no_difference(one: Told) -> ChiSquared:
    """Test that no level of support differs from none, with the errors that the intervals rest on (Wald)."""
    return _wald(one, np.eye(len(one.places)))


def all_alike(one: Told) -> ChiSquared:
    """Test that all levels of support have one ratio: whether it matters who came, or how many more.

    Where others are not compared with cases without support, it is not tested.
    """
    size = len(one.places)
    if any(line.reference != (one.model.states.factors[line.factor].levels or ("",))[0] for line in one.model.lines):
        return chi_squared(float("nan"), 0)
    return _wald(one, (np.eye(size) - np.roll(np.eye(size), 1, axis=1))[:-1])


def order_alike(one: Told) -> ChiSquared:
    """Test that it does not matter in which order the same actors came."""
    place = {line.level: line.place for line in one.model.lines if line.factor == ORDER}
    rows = []
    for levels in orders_to_compare(list(place)):
        for other in levels[1:]:
            row = np.zeros(len(one.places))
            for level, sign in ((levels[0], 1), (other, -1)):
                at = place[level]
                if at is not None:  # the reference level has a log ratio of 0
                    row[one.places.index(at)] = sign
            rows.append(row)
    return _wald(one, np.array(rows).reshape(-1, len(one.places)))


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


def beyond_parts(one: Told) -> ChiSquared:
    """Test that the set does no more than the product of its parts."""
    place = next((line.place for line in one.model.lines if line.factor == SET and line.place is not None), None)
    contrast = np.array([[float(at == place) for at in one.places]]).reshape(-1, len(one.places))
    return _wald(one, contrast if place is not None else contrast[:0])


def _wald(one: Told, contrast: Floats) -> ChiSquared:
    if one.one is None or not len(contrast):
        return chi_squared(float("nan"), 0)
    b, variance = one.one.estimate[one.places], one.covariance[np.ix_(one.places, one.places)]
    value, spread = contrast @ b, contrast @ variance @ contrast.T
    if not (np.isfinite(value).all() and np.isfinite(spread).all()):
        return chi_squared(float("nan"), len(contrast))
    return chi_squared(float(value @ inverse(spread) @ value), len(contrast))


def _crossed(pattern: Counts, factors: Sequence[Covariate]) -> tuple[Counts, Counts]:
    """Number the combinations of a baseline pattern and levels; also return a row of each."""
    key = pattern.astype(np.int64)
    for one in factors:
        key = key * max(len(one.levels or ()), 1) + one.values
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    return number.astype(np.int64), first


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


def _behind(states: States, line: Line, code: int) -> int:
    one = states.factors[line.factor]
    return _endings(states, one, (one.levels or ()).index(line.level), code)


def _endings(states: States, one: Covariate, level: int, code: int) -> int:
    rows = states.made.rows
    there: Flags = (one.values == level) & (rows.code == code)
    return int(rows.n[there].sum())
