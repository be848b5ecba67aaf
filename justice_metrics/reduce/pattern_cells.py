"""Covariate patterns and the rows that have them: what the reduction of a regression is, however it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.types import Counts, Values
from ..estimate.rows import Rows
from ..tables import Strata
from .formula import Covariate

MissingLevels: TypeAlias = Literal["level", "leave_out"]

COVARIATE_MISSING: Final = "covariate_missing"
# A column of whole numbers within this range is coded by its distance from the smallest.
WIDEST: Final = 4_000_000
LARGEST_KEY: Final = 2**62


class Patterns(NamedTuple):
    """Distinct covariate patterns, and the rows that have them.

    Attributes
    ----------
    covariates : mapping of str to Covariate
        Each over the same P patterns, which stand in the order of their values.
    n : (P,)
        Rows with the pattern, with their frequencies.
    units : (P,)
        The same, but a unit whose time was split is counted once, with the pattern that it began with.
    rows : Rows, C cells
        In the order of pattern, stratum, cluster, entry, exit, code and weight.
    strata : Strata, G of them
        Baseline strata.
    clusters : int
        How many clusters there are; 0 when rows count as independent.
    left_out : mapping of str to int
        Rows left out, by reason.
    seen : mapping of str to (int, int)
        Of each time-varying covariate: units ever at risk without it, and with it.
    """

    covariates: Mapping[str, Covariate]
    n: Counts
    units: Counts
    rows: Rows
    strata: Strata
    clusters: int
    left_out: Mapping[str, int]
    seen: Mapping[str, tuple[int, int]] = MappingProxyType({})


def ensure_some(n: Counts) -> None:
    """Refuse a regression of nobody."""
    if not len(n):
        raise QuestionError(
            tr("No unit is left for a regression."),
            tr("Look at which covariates are not recorded, and at the dates: justice-metrics check."),
        )


def level_text(value: Any) -> str:
    """Return a level as text; a whole number as one."""
    return value if isinstance(value, str) else f"{float(value):g}"


def renumbered(codes: Counts) -> tuple[Counts, Counts]:
    """Return codes without gaps, and which codes there are."""
    there = np.flatnonzero(np.bincount(codes))
    places = np.zeros(int(there[-1]) + 1, np.int64)
    places[there] = np.arange(len(there))
    return places[codes], there


def covariate_of(codes: Counts, distinct: Values, *, by_level: bool) -> Covariate:
    """Return a covariate over patterns; of its levels, those that occur."""
    if not by_level:
        return Covariate(distinct[codes].astype(np.float64), None)
    made, there = renumbered(codes)
    return Covariate(made, tuple(level_text(one) for one in distinct[there]))


def numbers_of(collected: nw.DataFrame[Any], name: str) -> Values:
    """Return a column of numbers, a missing one as NaN."""
    column: Any = collected.get_column(name).to_arrow()
    values: Values = np.asarray(
        column.to_numpy(zero_copy_only=False)
        if hasattr(column, "type") and not hasattr(column, "chunks")
        else column.to_numpy()
    )
    return values if values.dtype.kind in "iuf" else values.astype(np.float64)
