"""Small cases with the tables that hang on them, written as rows of days counted from 1 January 2015."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from justice_metrics.cases.casedata import CaseData
from tests.made_cases import Row, frame_of, same, wide_mapping

SECTIONS: Mapping[str, Mapping[str, Any]] = {
    "sentences": {
        "id": "id",
        "date": "day",
        "offence": "offence",
        "months": "months",
        "enforced": "enforced_day",
        "status": {
            "column": "status",
            "labels": {one: one for one in ("enforced", "suspended", "not_enforced", "under_appeal")},
        },
    },
    "detention": {"id": "id", "start": "start", "end": "end"},
    "warrants": {"id": "id", "issued": "issued", "executed": "executed"},
    "reparation": {
        "id": "id",
        "ordered": "day",
        "ordered_amount": "amount",
        "paid": "paid_day",
        "paid_amount": "paid",
    },
}
DATES = ("day", "enforced_day", "issued", "executed", "paid_day", "start", "end")
COLUMNS: Mapping[str, Sequence[str]] = {
    "sentences": ("id", "day", "offence", "months", "status", "enforced_day"),
    "detention": ("id", "start", "end"),
    "warrants": ("id", "issued", "executed"),
    "reparation": ("id", "day", "amount", "paid_day", "paid"),
}


def hanging(
    rows: Sequence[Row],
    name: str,
    children: Sequence[Sequence[Any]],
    *,
    frame: Callable[[pd.DataFrame], Any] = same,
    **given: Any,
) -> CaseData:
    """Return case data with one child table; its rows hold the values of ``COLUMNS`` in that order."""
    table = frame_of(rows)
    hung = frame_of([dict(zip(COLUMNS[name], one, strict=True)) for one in children], DATES)
    for column in {"amount", "paid", "months"} & set(hung.columns):
        hung[column] = hung[column].astype("float64")
    mapping = {**wide_mapping(list(table.columns), **given), name: dict(SECTIONS[name])}
    return CaseData.from_frame(frame(table), mapping, children={name: frame(hung)})


def row(table: Any, **wanted: Any) -> dict[str, Any]:
    """Return the one row of a result's table that matches."""
    columns = {name: list(table[name]) for name in table.values}
    found = [at for at in range(len(table)) if all(columns[key][at] == word for key, word in wanted.items())]
    assert len(found) == 1, wanted
    return {name: values[found[0]] for name, values in columns.items()}
