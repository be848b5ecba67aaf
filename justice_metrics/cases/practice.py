"""What was coded of practice: the columns of a checklist's items, typed, and days counted from a stage of the case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from ..base.errors import MappingError, ProcedureError, suggestion
from ..base.language import tr
from ..base.levels import NOT_APPLICABLE
from .checklist import Checklist, Item
from .checklist_file import read_checklist
from .conversions.text import normalise
from .days import EXACTNESS
from .mappings.mapping import CaseMapping
from .mappings.practice import CODED, CODED_DAY, CODED_MISSING, NOT_DOCUMENTED
from .procedure import Procedure
from .typed import Typing


def checklist_of(mapping: CaseMapping) -> Checklist | None:
    """Return the checklist that a mapping names: a shipped id, or a file beside the mapping."""
    if mapping.practice is None:
        return None
    named = mapping.practice.checklist
    return read_checklist(mapping.path(named) if named.endswith(".toml") else named)


def ensure_items(mapping: CaseMapping, checklist: Checklist) -> None:
    """Refuse columns of items that the checklist does not have, or that do not say what their item asks.

    Raises
    ------
    MappingError
        With what comes nearest.
    """
    if mapping.practice is None:
        return
    for name, spec in mapping.practice.items.items():
        where = f"practice.items.{name}"
        if name not in checklist.ids:
            raise MappingError(
                tr("{key} in {source}: '{item}' is not an item of the checklist '{checklist}'.", key=where,
                   source=mapping.source, item=name, checklist=checklist.id),
                suggestion(name, checklist.ids, [(one.id, one.text) for one in checklist.items]),
            )  # fmt: skip
        if spec.column is None and checklist.item(name).kind != "days":
            raise MappingError(
                tr("{key} in {source}: a date alone does not tell the answer.", key=where, source=mapping.source),
                tr("Name the column with the answer in 'column'."),
            )


def type_practice(typing: Typing) -> tuple[str, ...]:
    """Type the items that a table holds, and return the columns that were made."""
    mapping = typing.mapping
    checklist = checklist_of(mapping)
    if mapping.practice is None or checklist is None:
        return ()
    answers = mapping.practice.answers()
    made: list[str] = []
    for name, spec in mapping.practice.items.items():
        where = f"practice.items.{name}"
        if spec.column is not None and checklist.item(name).kind == "answer":
            typing.answer(spec.column, name=f"{CODED}{name}", where=where, answers=answers)
            made.append(f"{CODED}{name}")
        elif spec.column is not None:
            made += _number(typing, spec.column, name, where)
        if spec.date is not None:
            typing.described_day(spec.date, name=f"{CODED_DAY}{name}", where=f"{where}.date")
            made.append(f"{CODED_DAY}{name}")
    return tuple(made)


def _number(typing: Typing, column: str, item: str, where: str) -> list[str]:
    """Type a number, and say apart where the item does not apply: a gap alone would mean that nobody wrote it down."""
    source, part = typing.source, typing.mapping.practice
    answers = part.answers() if part is not None else {}
    said = {text: one for text, one in answers.items() if one in {NOT_APPLICABLE, NOT_DOCUMENTED}}
    column = source.need(column, where=where)
    typing.number(column, name=f"{CODED}{item}", missing=said)
    if source.family(column) == "number":
        return [f"{CODED}{item}"]
    not_applying = {
        normalise(text) for text, one in {**typing.mapping.missing, **said}.items() if one == NOT_APPLICABLE
    }
    texts, _ = source.distinct(column)
    found = {text: NOT_APPLICABLE for text in texts if normalise(str(text)) in not_applying}
    if not found:
        return [f"{CODED}{item}"]
    source.add_lookup(f"{CODED_MISSING}{item}", column, found, nw.String)
    return [f"{CODED}{item}", f"{CODED_MISSING}{item}"]


def with_practice_days(
    milestones: nw.LazyFrame[Any],
    mapping: CaseMapping,
    checklist: Checklist,
    procedure: Procedure,
    dated: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Return milestones with the days of items that were coded by their date, and no date after the cut-off.

    A day that is known to the month or the year only counts no days: the item is not documented then.
    """
    if mapping.practice is None:
        return milestones
    there = set(milestones.collect_schema().names())
    counted: dict[str, nw.Expr] = {}
    for name, spec in mapping.practice.items.items():
        item = checklist.item(name)
        if spec.column is not None or spec.date is None:
            continue
        start = _start(item, procedure, dated)
        days = nw.col(f"{CODED_DAY}{name}") - nw.col(f"first__{start}")
        for exactness in (f"{EXACTNESS}{CODED_DAY}{name}", f"exact__{start}"):
            if exactness in there:
                exact = (nw.col(exactness).is_null() | (nw.col(exactness) == "day")).fill_null(value=True)
                days = nw.when(exact).then(days)
        counted[f"{CODED}{name}"] = days.cast(nw.Float64)
    return milestones.with_columns(**counted) if counted else milestones


def _start(item: Item, procedure: Procedure, dated: Sequence[str]) -> str:
    """Return the dated column from which the days of an item are counted."""
    try:
        states = procedure.resolve(item.since)
    except ProcedureError as error:
        raise MappingError(
            tr("The item '{item}' counts days from '{state}': {problem}", item=item.id, state=item.since,
               problem=error.problem),
            error.remedy,
        ) from None  # fmt: skip
    found = [one for one in (item.since, *states) if one in dated]
    if not found:
        raise MappingError(
            tr("The item '{item}' counts days from '{state}', of which the data have no date.", item=item.id,
               state=item.since),
            tr("Name the date of '{state}' in [dates], or name a column with the days in 'column'.", state=item.since),
        )  # fmt: skip
    return found[0]
