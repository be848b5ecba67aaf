"""From statements of the victim to counts: how many each unit has on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from ..base.types import Tallies
from ..cases.casedata import CaseData
from ..tables import Strata
from .child_spells import rows_by_cutoff
from .grouped import grouped_counts, summed


class StatementCounts(NamedTuple):
    """Units by stratum, number of statements and whether one was recorded.

    Attributes
    ----------
    strata : Strata, G of them
    n : (G, 2, most + 1)
        Units without (0) and with (1) a recorded statement, by number of statements 0 … most; the last holds more too.
    statements : (G, 2)
        Statements of those units.
    """

    strata: Strata
    n: Tallies
    statements: Tallies


def with_statements(cases: CaseData) -> nw.LazyFrame[Any]:
    """Return the milestones with ``own__n``, statements so far, and ``own__recorded``, 1 where one was recorded.

    Raises
    ------
    QuestionError
        When the data have no statements.
    """
    recorded = (nw.col("recorded") == "yes").fill_null(False).cast(nw.Int64)
    per_unit = (
        rows_by_cutoff(cases, "statements")
        .select("unit_id", own__recorded=recorded)
        .group_by("unit_id")
        .agg(own__n=nw.len(), own__recorded=nw.col("own__recorded").max())
    )
    joined = cases.milestones.join(per_unit, on="unit_id", how="left")
    return joined.with_columns(own__n=nw.col("own__n").fill_null(0), own__recorded=nw.col("own__recorded").fill_null(0))


def statement_counts(cases: CaseData, *, most: int, by: Sequence[str] = ()) -> StatementCounts:
    """Count units by the number of their statements, units without any among them.

    Raises
    ------
    QuestionError
        When the data have no statements.
    """
    frame = with_statements(cases)
    keys = {"statements": nw.col("own__n"), "recorded": nw.col("own__recorded")}
    found = grouped_counts(cases, by=by, keys=keys, frame=frame)
    g, wide = len(found.strata), most + 1
    number = found.keys["statements"]
    cell = (found.stratum * 2 + found.keys["recorded"]) * wide + number.clip(max=most)
    return StatementCounts(
        strata=found.strata,
        n=summed(cell, found.n, g * 2 * wide).reshape(g, 2, wide),
        statements=summed(found.stratum * 2 + found.keys["recorded"], found.n * number, g * 2).reshape(g, 2),
    )
