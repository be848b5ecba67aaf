"""How many actors a file ever recorded, dated or not: what a naive table is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts
from ..cases.casedata import CaseData
from .grouped import grouped_counts, summed
from .risk import with_endings
from .support import with_support


def ever_recorded_counts(
    cases: CaseData,
    *,
    outcomes: Mapping[str, tuple[str, ...]],
    actors: Sequence[str],
    basis: Mapping[str, Sequence[str]] | None = None,
    institutions: Sequence[str] = (),
) -> tuple[Counts, Counts]:
    """Count units by number of actors with any support spell: all, and those with each ending.

    Parameters
    ----------
    cases : CaseData
        With support spells.
    outcomes : mapping of str to states
        Endings that do not overlap; any other one is the last.
    actors, basis, institutions
        As for :func:`justice_metrics.reduce.support.with_support`.

    Returns
    -------
    (A,), (A, K)
        For 0 to A - 1 actors: units, and units with each of the K endings.
    """
    frame = with_endings(
        with_support(cases, actors, basis=basis, institutions=institutions), cases, outcomes, endings="standing"
    )
    number: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for one in actors:
        there = ~nw.col(f"support__{one}").is_null() | (nw.col(f"support__{one}__undated") == 1)
        number = number + nw.when(there).then(nw.lit(1)).otherwise(nw.lit(0))
    grouped = grouped_counts(cases, keys={"actors": number, "code": nw.col("time__code")}, frame=frame)
    a, k = len(actors) + 1, len(outcomes) + 1
    table = np.asarray(
        summed(grouped.keys["actors"] * (k + 1) + grouped.keys["code"], grouped.units, a * (k + 1))
    ).reshape(a, k + 1)
    return table.sum(axis=1), table[:, 1:]
