"""Answers of a coding plan as KoboToolbox exports them: the submissions on one sheet, each repeat on another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import xlsxwriter

from justice_metrics.base.language import Label, Language
from justice_metrics.cases.coding.plan import CodedField, CodedTable, CodingPlan
from justice_metrics.cases.coding.xlsform import NO_DATA, form_labels, form_names

Answer: TypeAlias = str | float | dt.date | None
Rows: TypeAlias = Sequence[Mapping[str, Answer]]


def write_export(
    path: Path, plan: CodingPlan, answers: Mapping[str, Rows], *, labels: Language | None, groups: bool
) -> Path:
    """Write answers as an export with labels in a language, or with names; with groups before the names, or without.

    A row of a repeat hangs on the first submission of its case, or on the one that ``_parent`` numbers.
    """
    names, words = form_names(plan), form_labels(plan)
    with xlsxwriter.Workbook(path) as book:
        for table in plan.tables:
            asked = [one for one in table.fields if (table.id, one.name) in names]
            head = [_head(table, one, names[table.id, one.name], words, labels, groups=groups) for one in asked]
            sheet = book.add_worksheet(table.id if table.repeats else "coding_sheet")
            cases = [row["case_id"] for row in answers["case"]]
            more = ["_index", "_parent_table_name", "_parent_index"] if table.repeats else ["_id", "_uuid", "_index"]
            for column, text in enumerate([*head, *more]):
                sheet.write_string(0, column, text)
            for number, row in enumerate(answers.get(table.id, ()), start=1):
                cells = [_cell(plan, one, row.get(one.name), labels) for one in asked]
                if table.repeats:
                    cells += [str(number), "coding_sheet", str(row.get("_parent", cases.index(row["case_id"]) + 1))]
                else:
                    cells += [str(1000 + number), f"uuid-{number}", str(number)]
                for column, text in enumerate(cells):
                    if text:
                        sheet.write_string(number, column, text)
    return path


def _head(
    table: CodedTable, one: CodedField, name: str, words: Mapping[str, Label], labels: Language | None, *, groups: bool
) -> str:
    said = name if labels is None else words[name].text(labels)
    if one.source.endswith(".member"):
        said = name  # what is computed has no label
    if not groups:
        return said
    if table.repeats:
        return f"{table.id if labels is None else table.text.text(labels)}/{said}"
    group = f"group_{one.group}" if labels is None else dict(table.groups)[one.group].text(labels)
    return f"{group}/{said}"


def _cell(plan: CodingPlan, one: CodedField, answer: Answer, labels: Language | None) -> str:
    if answer is None:
        return ""
    if isinstance(answer, dt.date):
        return answer.isoformat()
    if one.kind != "level":
        return f"{answer:g}" if isinstance(answer, float | int) else answer
    if answer == "not_available":
        return NO_DATA if labels is None else plan.no_data.text(labels)
    return str(answer) if labels is None else dict(one.levels)[str(answer)].text(labels)
