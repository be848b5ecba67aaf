"""The rows that were decided: the coded files in their own shape, one coding of each case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import pyarrow as pa

from ...base.errors import CaseDataError
from ...base.language import Language, tr, trn
from ..canonical import procedure_of
from ..coding.planning import coding_plan
from ..coding.slips import Lines, slips_in, told
from ..practice import checklist_of
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


def ensure_sheet_holds(codings: TwoCodings, rows: Mapping[str, list[Row]]) -> None:
    """Refuse rows that a coding sheet, where the files are one, would refuse: nobody could read them back.

    Raises
    ------
    CaseDataError
        With the number of cells in each column.
    """
    mapping = codings.mapping
    if not mapping.data.coding_sheet:
        return
    tables = {
        name: replace(
            table,
            table=pa.table({one: pa.array([row[one] for row in rows[name]], pa.string()) for one in table.columns}),
            n_rows=len(rows[name]),
            numbers=None,
            files=(),
        )
        for name, table in codings.first.tables.items()
    }
    asked = coding_plan(procedure_of(mapping), checklist_of(mapping))
    # the rows stand in no file yet
    wrong = [replace(one, rows=()) for one in slips_in(tables, mapping, asked) if not one.lacking]
    if wrong:
        raise CaseDataError(
            trn(
                "As decided, the coding sheet would have {n} thing to correct:{listed}",
                "As decided, the coding sheet would have {n} things to correct:{listed}",
                len(wrong),
                listed=Lines(told(wrong)),
            ),
            tr("Nothing was written. Correct the new values in the list of decisions, or the cells in the workbooks."),
        )


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
        columns = Counter(one.column for one in wrong)
        raise CaseDataError(
            trn(
                "{n} new value cannot be read by the mapping ({columns}).",
                "{n} new values cannot be read by the mapping ({columns}).",
                len(wrong),
                columns=", ".join(f"{column}: {n}" for column, n in columns.items()),
            ),
            tr("Nothing was written. Write it as the coders do: a label of the list, a date, a number."),
        )
    return made
