"""What stands behind a difference between two strategies: the cells that must be large before it may be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...base.cells import CellOf, Count
from ...base.provenance import Provenance
from ...base.table import Table
from ..guards import Restrictions, among, guarded, hidden_counts
from .data import SupportData
from .effect_tables import Lines
from .outcome_guards import levels_of
from .runs import Part, kept, started_in_time
from .strategies import ARMS, Strategies

# What is shown of an effect; all else tells of single cases: the heaviest one, the one that departed last.
_MODELS: Final = frozenset({"main", "ratios"})


def all_cases(of: SupportData, whose: Provenance, units: int) -> Restrictions:
    """Return the restriction that holds for all cases of a question about support."""
    numbers = sorted(name for name, one in of.histories.covariates.items() if one.levels is None)
    outcomes = [one for one in of.outcomes if one != "other_ending"]
    settings = (of.actors, of.needed, str(of.spells.start_words), outcomes, numbers)
    return among(whose, units, "support dated", *settings)


def support_dimension(strategies: Strategies) -> str:
    """Return the dimension that says whether support started in time."""
    sort = (*strategies.bases, *strategies.institutions, f"lag {strategies.lag}" if strategies.lag else "")
    more = "".join(f", {one}" for one in sort if one)
    who = f"{', '.join(strategies.actors)}: {strategies.needed}{more}"
    return f"supported within {strategies.within} days of {strategies.start} ({who})"


def came_cell(strategies: Strategies, fixed: Restrictions, arm: str, outcome: str = "{outcome}") -> CellOf:
    """Return which cases came to the outcome of a row by its day under a strategy, or (``supported``) with support."""
    dimension = support_dimension(strategies)
    own = {f"{dimension}: kept, {'started' if arm == 'supported' else arm}": ("yes",)}
    if arm == "supported":
        own[dimension] = ("yes",)
    return CellOf(fixed={**fixed, **own}, sets={"days": (_by_day(strategies, outcome), _until(strategies))})


def cells_behind(parts: Sequence[Part], lines: Lines, strategies: Strategies, fixed: Restrictions) -> tuple[Count, ...]:
    """Return the counts that must be large enough: both strategies, who was supported, every level that is compared.

    Parameters
    ----------
    parts : sequence of Part
    lines : Lines
        Differences, with the cases behind them.
    strategies : Strategies
    fixed : mapping
        What holds for all cases.
    """
    dimension = support_dimension(strategies)
    in_time: Restrictions = {**fixed, dimension: ("yes",)}
    part = parts[0]
    n = part.data.histories.n
    started = started_in_time(part, strategies.within)
    counted: list[tuple[Restrictions, float]] = [(fixed, float(n.sum())), (in_time, float(n[started].sum()))]
    counted.append(({**fixed, dimension: ("no",)}, float(n[~started].sum())))
    until = _until(strategies)
    for arm, name in enumerate(ARMS):
        own = {**fixed, f"{dimension}: kept, {name}": ("yes",)}
        keeps = float(n[kept(part)[arm]].sum())
        counted.append((own, keeps))
        for row, outcome in enumerate(lines.outcome):
            day, came = str(int(lines.days[row])), float(lines.events[arm, row])
            levels = until[day]
            counted.append(({**own, _by_day(strategies, outcome): levels}, came))
            counted.append(({**own, _by_day(strategies, outcome): _after(levels, until)}, keeps - came))
    for row, outcome in enumerate(lines.outcome):
        levels = until[str(int(lines.days[row]))]
        own = {**in_time, f"{dimension}: kept, started": ("yes",)}
        counted.append(({**own, _by_day(strategies, outcome): levels}, float(lines.supported[row])))
    for at, who in levels_of(part.data, part.followed.pattern):
        for side, flags in (("yes", started), ("no", ~started)):
            counted.append(({**fixed, **at, dimension: (side,)}, float(n[who & flags].sum())))
    return hidden_counts(counted)


def with_guards(tables: Mapping[str, Table], cells: Sequence[Count]) -> dict[str, Table]:
    """Return the tables of an effect with what the disclosure gate must know of them."""
    return {
        name: guarded(one, "model", cells) if name in _MODELS else guarded(one, "internal")
        for name, one in tables.items()
    }


def _by_day(strategies: Strategies, outcome: str) -> str:
    days = ", ".join(str(one) for one in strategies.horizons)
    return f"came to {outcome} by day (of {days})"


def _until(strategies: Strategies) -> dict[str, tuple[str, ...]]:
    days = [str(one) for one in strategies.horizons]
    return {day: tuple(days[: place + 1]) for place, day in enumerate(days)}


def _after(levels: tuple[str, ...], until: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    last = max(until.values(), key=len)
    return (*last[len(levels) :], "later or never")
