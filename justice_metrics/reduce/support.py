"""From support spells to units: since when each actor supports a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import narwhals.stable.v2 as nw

from ..cases.casedata import CaseData


def with_support(
    cases: CaseData,
    actors: Sequence[str],
    *,
    basis: Mapping[str, Sequence[str]] | None = None,
    institutions: Sequence[str] = (),
) -> nw.LazyFrame[Any]:
    """Return the milestones with the first day on which each actor supported the unit.

    Parameters
    ----------
    cases : CaseData
        With support spells.
    actors : sequence of str
        Each gets a column ``support__<actor>``, null when the actor never came or no date says when, and
        ``support__<actor>__undated``, which is 1 where spells are there and none has a start.
    basis : mapping of str to sequence of str, optional
        Which bases of a spell (appearance, report, hearing, request) count for an actor: a prosecutor is named in every
        case, and is present only where something was done. Actors that are not named count whatever the basis.
    institutions : sequence of str
        Spells of these institutions only; all by default. An actor's first spell counts, from whichever of them.
    """
    if cases.support is None:
        raise TypeError("these cases have no support spells")
    day = nw.col("start_day")
    made: dict[str, nw.Expr] = {}
    for one in actors:
        counts = spell_counts(one, (basis or {}).get(one, ()), institutions)
        made[f"support__{one}"] = nw.when(counts).then(day)
        made[f"support__{one}__undated"] = nw.when(counts).then(nw.when(day.is_null()).then(nw.lit(1)).otherwise(0))
    first = (
        cases.support.select("unit_id", **made).group_by("unit_id").agg(*[nw.col(name).min() for name in made])
    )  # an undated flag is least where any spell has a date
    joined = cases.milestones.join(first, on="unit_id", how="left")
    return joined.with_columns(*[nw.col(f"support__{one}__undated").fill_null(0) for one in actors])


def actors_started(actors: Sequence[str], *, by_day: nw.Expr) -> nw.Expr:
    """Return how many of the actors had started by a day; a spell that had ended counts, one undated does not."""
    number: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for one in actors:
        there = (nw.col(f"support__{one}") <= by_day).fill_null(False)
        number = number + nw.when(there).then(nw.lit(1)).otherwise(nw.lit(0))
    return number


def spell_counts(actor: str, basis: Sequence[str] = (), institutions: Sequence[str] = ()) -> nw.Expr:
    """Return whether a spell is one of an actor, on one of the bases and by one of the institutions that count."""
    own = (nw.col("actor") == actor).fill_null(False)
    return own & _among("basis", basis) & _among("institution", institutions)


def _among(column: str, allowed: Sequence[str]) -> nw.Expr:
    """Return whether a text is one of those allowed; without any, everything is."""
    if not allowed:
        return nw.lit(value=True)
    return reduce(or_, [nw.col(column) == one for one in allowed]).fill_null(False)
