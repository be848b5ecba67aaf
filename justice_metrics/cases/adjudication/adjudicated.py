"""The rows that were decided: the coded files in their own shape, one coding of each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from ...base.errors import CaseDataError
from ...base.language import Language, tr, trn
from ..readers.text_table import TextTable
from .coded_tables import Coding, TwoCodings
from .compared import WHOLE_ROWS, Disagreement
from .decision_sheet import Decision
from .meaning import answers_of, as_read

Row: TypeAlias = dict[str, str | None]
_JOINT = "|"


def adjudicated_rows(
    codings: TwoCodings, decisions: Mapping[Disagreement, Decision], *, language: Language
) -> dict[str, list[Row]]:
    """Return the rows of each table as they were decided.

    Cases that were coded once stay as they are, and where nothing was decided the first coding stands. The column of
    coders, where there is one, says "adjudicated" of the cases that were coded twice.

    Raises
    ------
    CaseDataError
        When a new value cannot be read by the mapping.
    """
    values = _values(codings, decisions)
    cells = {
        (one.table, one.places[0], one.column): values[one] if decision.decision == "other" else _decided(decision)
        for one, decision in decisions.items()
    }
    taken = frozenset(
        (one.table, one.case)
        for one, decision in decisions.items()
        if one.column == WHOLE_ROWS and decision.decision == "second"
    )
    known = codings.first.rows[""]
    made: dict[str, list[Row]] = {}
    for name, table in codings.first.tables.items():
        rows = _rows_of(codings.first, name, [case for case in codings.first.rows[name] if (name, case) not in taken])
        for place, row in rows:
            row.update({column: cells[name, place, column] for column in row if (name, place, column) in cells})
        if name in codings.second.tables:
            more = [case for case in codings.second.rows[name] if case not in known or (name, case) in taken]
            rows += _rows_of(codings.second, name, more)
        made[name] = [{column: row.get(column) for column in table.columns} for _, row in rows]
    _mark(codings, made, tr("adjudicated").text(language))
    return made


def _decided(decision: Decision) -> str | None:
    return decision.of.second if decision.decision == "second" else decision.of.first


def _rows_of(coding: Coding, name: str, cases: Sequence[str]) -> list[tuple[int, Row]]:
    """Return the rows of some cases, each with its place in the table."""
    table: TextTable = coding.tables[name]
    columns = {column: table.table.column(column).to_pylist() for column in table.columns}
    places = [place for case in cases for place in coding.rows[name][case]]
    return [(place, {column: texts[place] for column, texts in columns.items()}) for place in places]


def _mark(codings: TwoCodings, made: Mapping[str, list[Row]], word: str) -> None:
    both = frozenset(codings.both)
    for name, rows in made.items():
        ids = codings.ids(name)
        for row in rows:
            if codings.coder in row and _JOINT.join(row[one] or "" for one in ids) in both:
                row[codings.coder] = word


def _values(codings: TwoCodings, decisions: Mapping[Disagreement, Decision]) -> dict[Disagreement, str | None]:
    """Return the new values as they are written; one that the mapping could not read is refused."""
    answers = answers_of(codings.mapping)
    made: dict[Disagreement, str | None] = {}
    wrong: list[Disagreement] = []
    for one, decision in decisions.items():
        if decision.decision != "other":
            continue
        made[one] = None
        if decision.value is not None:
            others = codings.first.tables[one.table].distinct(one.column)[0]
            made[one] = as_read(answers[one.table][one.column], decision.value, others, codings.mapping)
            wrong += [one] if made[one] is None else []
    if wrong:
        raise CaseDataError(
            trn(
                "{n} new value cannot be read by the mapping (column '{column}').",
                "{n} new values cannot be read by the mapping (the first in the column '{column}').",
                len(wrong),
                column=wrong[0].column,
            ),
            tr("Nothing was written. Write it as the coders do: a label of the list, a date, a number."),
        )
    return made
