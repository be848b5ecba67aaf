"""Protected tables made by hand, with hidden cells, and figures of them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from justice_metrics.base.language import Label, tr
from justice_metrics.base.result import Definition
from justice_metrics.base.table import Column, Table
from justice_metrics.publish.site.model import Figure, Look

LOOK = Look()
_DEFINITION = Definition(
    answers=tr("How many?"), numerator=tr("cases"), denominator=tr("cases"), basis="flow", pending=tr("counted")
)

COLUMNS = {
    "offence": Column("offence", tr("offence"), "text", "stratum", "stratum"),
    "period": Column("period", tr("period"), "text", "key", "key"),
    "maturity": Column("maturity", tr("state"), "text", "key", "key"),
    "state": Column("state", tr("state"), "text", "key", "key"),
    "stage": Column("stage", tr("step"), "text", "key", "key"),
    "outcome": Column("outcome", tr("outcome"), "text", "key", "key"),
    "age_band": Column("age_band", tr("age in years"), "text", "key", "key"),
    "status": Column("status", tr("status"), "text", "key", "key"),
    "limit": Column("limit", tr("legal limit"), "text", "key", "key"),
    "length": Column("length", tr("length"), "text", "key", "key"),
    "days": Column("days", tr("day"), "days", "key", "key"),
    "estimate": Column("estimate", tr("share"), "share", "estimate", "share"),
    "conf_low": Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
    "conf_high": Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
}


def table(**columns: Sequence[Any]) -> Table:
    """Make a table; None in a column of numbers is a hidden cell, and a column that is not known is a count."""
    declared, values, statuses = [], {}, {}
    for name, given in columns.items():
        declared.append(COLUMNS.get(name) or Column(name, tr("complaints"), "units", "count", "count"))
        if any(one is None for one in given):
            statuses[name] = ["suppressed" if one is None else "" for one in given]
        values[name] = [math.nan if one is None else one for one in given]
    return Table(declared, values, statuses=statuses)


def figure(of: Table, **more: Any) -> Figure:
    """Make a figure of a table."""
    plain: Mapping[str, Any] = {
        "id": "demand-made",
        "page": "demand",
        "title": Label({"en": "Complaints", "es": "Denuncias"}),
        "reads": Label({"en": "More than before", "es": "Más que antes"}),
        "definition": _DEFINITION,
        "unit": "complaint",
        "cutoff": dt.date(2025, 6, 30),
    }
    return Figure(table=of, **{**plain, **more})


def rows(spec: Mapping[str, Any], **wanted: str) -> list[dict[str, Any]]:
    """Return the rows of a chart that have these values."""
    return [one for one in spec["datasets"]["numbers"] if all(one[name] == value for name, value in wanted.items())]
