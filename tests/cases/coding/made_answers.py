"""Answers to a coding plan by a rule that a reader can follow: every question is answered in some case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeAlias

from justice_metrics.cases.coding.plan import CodedField, CodedTable, CodingPlan

Answer: TypeAlias = str | float | dt.date | None

CUTOFF = dt.date(2018, 4, 30)
_FIRST = dt.date(2015, 1, 5)


def made_answers(plan: CodingPlan, n: int = 6) -> dict[str, list[Mapping[str, Answer]]]:
    """Return answers for ``n`` cases, with one or two rows of each child table for all but the last."""
    made: dict[str, list[Mapping[str, Answer]]] = {}
    for table in plan.tables:
        rows: list[Mapping[str, Answer]] = []
        for case in range(n):
            many = 1 if not table.repeats else 0 if case == n - 1 else 1 + case % 2
            rows += [_row(plan, table, case, turn) for turn in range(many)]
        made[table.id] = rows
    return made


def _row(plan: CodingPlan, table: CodedTable, case: int, turn: int) -> Mapping[str, Answer]:
    row: dict[str, Answer] = {}
    for place, one in enumerate(table.fields):
        if one.kind == "id":
            row[one.name] = f"CASE-{case:03}"
        elif one.source.endswith(".member"):
            row[one.name] = float(turn + 1)
        elif one.required or one.source.endswith(".precision") or (case + place) % 3:
            needed = row.get(one.requires) if one.requires is not None else "answered"
            if needed not in {None, "no", "not_applicable", "not_documented", "pending"}:
                row[one.name] = _answer(one, case, place)
    if row.get("status") != "suspended" and "reason" in row:
        row["reason"] = None
    return row


def _answer(one: CodedField, case: int, place: int) -> Answer:
    if one.kind == "date":
        day = _FIRST + dt.timedelta(days=7 * place + 30 * case)
        return day.replace(day=1) if case == 2 and one.name.endswith("_date") else day
    if one.kind == "number":
        return float(max(one.low or 0, 1) + case)
    if one.kind == "level":
        ids = [id for id, _ in one.levels]
        if one.source.endswith(".precision"):
            return "month" if case == 2 else "day"
        return "not_available" if one.missing and case == 1 else ids[(case + place) % len(ids)]
    return f"Texto {case % 2}"
