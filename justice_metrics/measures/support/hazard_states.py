"""Levels of support as covariates of a regression: states by row, rare levels merged, patterns crossed with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ...base.language import Readable
from ...base.types import Counts, Flags
from ...reduce.design import designs_of, reference_of
from ...reduce.formula import Covariate, read_formula
from ...reduce.histories import NEVER, UNDATED, Histories
from ...reduce.patterns import Patterns
from ...reduce.support_states import (
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
    support_rows,
    who_came_first,
)
from ..regression_model import Prepared
from .data import SupportData

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
LEAST_ENDINGS: Final = 10
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


class States(NamedTuple):
    """Levels of support by row, and the histories that the rows are made of."""

    histories: Histories
    made: SupportRows
    factors: Mapping[str, Covariate]


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
        behind = np.array([endings_at(states, one, level, code) for level in range(len(levels))])
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


def endings_at(states: States, one: Covariate, level: int, code: int) -> int:
    """Return the endings of one kind behind a level."""
    rows = states.made.rows
    there: Flags = (one.values == level) & (rows.code == code)
    return int(rows.n[there].sum())


def _crossed(pattern: Counts, factors: Sequence[Covariate]) -> tuple[Counts, Counts]:
    """Number the combinations of a baseline pattern and levels; also return a row of each."""
    key = pattern.astype(np.int64)
    for one in factors:
        key = key * max(len(one.levels or ()), 1) + one.values
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    return number.astype(np.int64), first
