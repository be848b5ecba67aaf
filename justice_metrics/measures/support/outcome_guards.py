"""What stands behind a comparison of supported and other cases at one point: the cells that must be large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

import numpy as np

from ...base.cells import Count
from ...base.provenance import Provenance
from ...base.table import Table
from ...base.types import Counts, Flags
from ...reduce.histories import Needed
from ..guards import Restrictions, among, guarded, hidden_counts
from .data import SupportData
from .points import Compared

_MODELS: Final = frozenset({"main", "ratios"})
_SUPPORTED: Final = ("yes", "no")


def reached_set(
    whose: Provenance, actors: Sequence[str], needed: Needed, reached: str, by: object, start: str
) -> Restrictions:
    """Return the restriction that holds for all cases of a comparison; it names when support is read."""
    # never all cases of the data: those that did not reach the stage are no part of it
    return among(whose, -1, "reached, support dated", actors, needed, reached, by, start)


def cells_behind(data: SupportData, of: Compared, fixed: Restrictions, outcome: str) -> tuple[Count, ...]:
    """Return the counts that must be large enough: both groups with and without the outcome, whole and by level."""
    cells = of.cells
    dimension = f"supported before: {', '.join(fixed)}"
    counted: list[tuple[Restrictions, float]] = [(fixed, float(cells.n.sum()))]
    levels = [({}, np.ones(len(cells.n), np.bool_)), *levels_of(data, cells.pattern)]
    for at, who in levels:
        for side, arm in zip(_SUPPORTED, cells.arms, strict=True):
            own: Restrictions = {**fixed, **at, dimension: (side,)}
            units = float(cells.n[who & arm].sum())
            came = float(cells.n[who & arm & (cells.outcome == 1)].sum())
            counted += [
                (own, units),
                ({**own, f"with the outcome:{outcome}": ("yes",)}, came),
                ({**own, f"with the outcome:{outcome}": ("no",)}, units - came),
            ]
    return hidden_counts(counted)


def levels_of(data: SupportData, pattern: Counts) -> list[tuple[Restrictions, Flags]]:
    """Return the levels, and combinations of them, at which cases are made alike, with the cells that have them."""
    covariates = data.histories.covariates
    found: dict[tuple[tuple[str, int], ...], tuple[Restrictions, Flags]] = {}
    for column in data.design.columns:
        names = [name for name, _ in column.at]
        for codes in product(*(range(len(covariates[name].levels or ())) for name in names)):
            at = tuple(zip(names, codes, strict=True))
            who = np.ones(len(pattern), np.bool_)
            for name, code in at:
                who &= covariates[name].values[pattern] == code
            if at:
                found[at] = ({name: ((covariates[name].levels or ())[code],) for name, code in at}, who)
    return list(found.values())


def with_guards(tables: Mapping[str, Table], cells: Sequence[Count]) -> dict[str, Table]:
    """Return the tables of a comparison with what the disclosure gate must know of them."""
    return {
        name: guarded(one, "model", cells) if name in _MODELS else guarded(one, "internal")
        for name, one in tables.items()
    }
