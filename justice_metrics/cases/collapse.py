"""Several rows of one unit become one: which value stands where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from ..base.levels import MISSING_LEVELS


def collapsed(
    frame: nw.LazyFrame[Any], names: Sequence[str], *aggregates: nw.Expr, **named: nw.Expr
) -> nw.LazyFrame[Any]:
    """Return one row per ``unit_id``: columns with one value each, and what else is aggregated.

    Of values that differ the smallest recorded one stands, in every engine alike. A kind of missing stands only where
    no row has a value, however it sorts: "not_available" comes before "urban".
    """
    schema = frame.collect_schema()
    texts = [one for one in names if schema[one] == nw.String]
    known = {f"known__{one}": nw.when(~nw.col(one).is_in(list(MISSING_LEVELS))).then(nw.col(one)) for one in texts}
    wide = frame.with_columns(**known) if known else frame
    values = [nw.col(one).min() for one in (*names, *known)]
    made = wide.group_by("unit_id").agg(*values, *aggregates, **named)
    settled = {one: nw.coalesce(nw.col(f"known__{one}"), nw.col(one)) for one in texts}
    return made.with_columns(**settled).drop(*known) if known else made
