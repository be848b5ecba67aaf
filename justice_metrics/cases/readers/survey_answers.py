"""A column for every name of a mapping: found in the export, put together, its answers written as labels or codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ...base.errors import MappingError
from ...base.language import Message, tr, trn
from ...base.types import Flags
from ..conversions.text import normalise
from .survey_choices import BETWEEN, from_split, from_summary, split_columns, split_parents
from .survey_form import Question, SurveyForm
from .survey_names import SEPARATORS, columns_called, last_part
from .text_table import TextTable, cells_of_labels

if TYPE_CHECKING:
    import pyarrow as pa

_MULTIPLE = "select_multiple"
_VERSION = frozenset({"__version__", "_version_", "formversion"})


class _Answers(NamedTuple):
    """The cells of one question."""

    cells: pa.ChunkedArray
    labels: Mapping[str, str]
    notes: tuple[Message, ...] = ()


def with_answers(
    read: TextTable,
    names: Sequence[str] | None,
    form: SurveyForm | None,
    *,
    language: str,
    codes: bool | Sequence[str],
) -> TextTable:
    """Return a table with a column of each name that it has in any spelling.

    Parameters
    ----------
    read : TextTable
    names : sequence of str, optional
        Columns that a mapping names; without them the columns stay as they are.
    form : SurveyForm, optional
    language : str
        Language of the labels.
    codes : bool or sequence of str
        Whether cells keep the names of choices.

    Raises
    ------
    MappingError
        When a name could be several columns that are filled in the same rows.
    """
    table, notes = read.table, list(read.notes)
    labels, values = dict(read.column_labels), dict(read.value_labels)
    for name in names or ():
        question = form.called(name) if form is not None else None
        answers = _answers(read, name, question, form, language, as_codes=codes is True or (name in (codes or ())))
        if answers is None:
            continue
        place = _place(table, name, columns_called(name, read.columns, form))
        table = (
            table.append_column(name, answers.cells) if place is None else table.set_column(place, name, answers.cells)
        )
        notes += answers.notes
        if answers.labels:
            values[name] = dict(answers.labels)
        if question is not None:
            labels[name] = question.label(language)
    for column in read.columns if form is not None and names is None else ():
        question = form.called(column) if form is not None else None
        if question is not None:
            labels[column] = question.label(language)
    return replace(read, table=table, notes=tuple(notes), column_labels=labels, value_labels=values)


def _place(table: pa.Table, name: str, columns: Sequence[str]) -> int | None:
    """Return the column whose place a name takes: its own, or the question's under a label that differs by capitals.

    Engines tell "offence" and "Offence" not apart.
    """
    alike = [one for one in columns if one.casefold() == name.casefold()]
    found = [name] if name in table.column_names else [one for one in alike if one in table.column_names]
    return table.column_names.index(found[0]) if found else None


def _answers(
    read: TextTable, name: str, question: Question | None, form: SurveyForm | None, language: str, *, as_codes: bool
) -> _Answers | None:
    """Return the cells of a name; None when the export has nothing of that name."""
    columns = columns_called(name, read.columns, form)
    if question is None or question.kind == _MULTIPLE:
        several = _several(read, name, question, columns, language, as_codes=as_codes)
        if several is not None:
            return several
    if not columns:
        return _one_choice(read, name, form)
    cells, notes = _together(read, name, columns)
    if question is None or not question.choices:
        return _Answers(cells, {}, notes)
    if question.kind == _MULTIPLE:
        return _from_summary(cells, name, question, language, as_codes=as_codes, notes=notes)
    labels = question.choice_labels(language)
    return _Answers(_of_one(cells, question, labels, as_codes=as_codes), labels, notes)


def _together(read: TextTable, name: str, columns: Sequence[str]) -> tuple[pa.ChunkedArray, tuple[Message, ...]]:
    """Return one column of several that are the same question in different versions of the form."""
    import pyarrow.compute as pc

    first, *others = (read.table.column(one) for one in columns)
    if not others:
        return first, ()
    _ensure_moved(read, name, {one: [one] for one in columns})
    note = tr(
        "'{name}' stands in {n} columns, of several versions of the form; they were put together.",
        name=name,
        n=len(columns),
    )
    return pc.coalesce(first, *others), (note,)


def _ensure_moved(read: TextTable, name: str, questions: Mapping[str, Sequence[str]]) -> None:
    """Refuse columns of one name that may be two questions, such as the age of the victim and that of the accused.

    One question that was moved to another group fills one of them in each version of the form; that no row fills both
    shows nothing, as forms pass over questions.
    """
    import numpy as np

    if len(questions) < 2:
        return
    filled = [_filled(read, columns) for columns in questions.values()]
    version = next((one for one in read.columns if last_part(one).casefold() in _VERSION), None)
    if version is not None:
        texts = read.table.column(version).to_pylist()
        held = [{texts[row] for row in np.flatnonzero(one)} for one in filled]
        if None not in set().union(*held) and sum(map(len, held)) == len(set().union(*held)) and all(held):
            return
    raise MappingError(
        tr(
            "'{name}' could be {n} columns of '{source}': {listed}.",
            name=name,
            n=len(questions),
            source=read.source,
            listed=", ".join([*questions][:5]),
        ),
        tr("Name the column with its groups, as it stands in the file."),
    )


def _filled(read: TextTable, columns: Sequence[str]) -> Flags:
    """Return in which rows one of several columns holds anything."""
    import numpy as np

    filled: Flags = np.logical_or.reduce([np.asarray(read.table.column(one).is_valid()) for one in columns])
    return filled


def _by_parent(choices: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the columns of 0 and 1 by what the question before the choice is called."""
    found: dict[str, list[str]] = {}
    for choice, columns in choices.items():
        for one in columns:
            found.setdefault(one.removesuffix(choice).rstrip(" /-:.|>~_"), []).append(one)
    return found


def _several(
    read: TextTable,
    name: str,
    question: Question | None,
    columns: Sequence[str],
    language: str,
    *,
    as_codes: bool,
) -> _Answers | None:
    """Return the cells of a question with several answers from its columns of 0 and 1; None when it has none."""
    parents = [*columns, *split_parents(name, read.columns)]
    if question is not None:
        for way in question.spellings():
            parents += [parent for parent in split_parents(way[-1], read.columns) if parent not in parents]
    choices = split_columns(read.table, list(dict.fromkeys(parents)))
    if not choices or (columns and not _one_question(read, columns, choices, known=question is not None)):
        return None
    asked = _by_parent(choices)
    if question is not None and len(asked) > 1:
        own = {normalise(sign.join(way)) for way in question.spellings() for sign in SEPARATORS}
        if mine := [one for parent, several in asked.items() if normalise(parent) in own for one in several]:
            choices = {
                choice: kept for choice, several in choices.items() if (kept := [*filter(mine.__contains__, several)])
            }
            asked = {name: mine}
    _ensure_moved(read, name, asked)
    cells = {} if question is None else _choice_cells(question, language, as_codes=as_codes)
    if question is not None:
        order = {cell: place for place, cell in enumerate(dict.fromkeys(cells.values()))}
        choices = dict(sorted(choices.items(), key=lambda one: order.get(cells.get(one[0], ""), len(order))))
    unlike = _unlike(read, columns, choices)
    notes = (
        trn(
            "In {n} row '{name}' says other choices in its one column than in those of 0 and 1; those were taken.",
            "In {n} rows '{name}' says other choices in its one column than in those of 0 and 1; those were taken.",
            unlike,
            name=name,
        ),
    )
    return _Answers(_chunked(from_split(read.table, choices, cells)), {}, notes if unlike else ())


def _unlike(read: TextTable, columns: Sequence[str], choices: Mapping[str, Sequence[str]]) -> int:
    """Count the rows in which the column with all choices says others than the columns of 0 and 1.

    Only where it can be taken apart into what the header calls the choices; labels beside names are not compared.
    """
    import pyarrow.compute as pc

    if not columns:
        return 0
    together = pc.coalesce(*(read.table.column(one) for one in columns))
    known = {normalise(one): one for one in choices}
    summary, _ = from_summary(together, known, {one: one for one in choices})
    split = from_split(read.table, choices, {})
    n = 0
    for said, taken in zip(summary.to_pylist(), split.to_pylist(), strict=True):
        if said is not None and (heard := set(said.split(BETWEEN))) <= set(choices):
            n += heard != set(taken.split(BETWEEN) if taken is not None else ())
    return n


def _one_question(
    read: TextTable, columns: Sequence[str], choices: Mapping[str, Sequence[str]], *, known: bool
) -> bool:
    """Return whether a column and those of 0 and 1 are one question: where one is blank, so are the others.

    Some exports leave the columns of 0 and 1 blank although there is an answer; then its own column is read.
    """
    import pyarrow.compute as pc

    answered = pc.is_valid(read.table.column(columns[0]))
    for column in columns[1:]:
        answered = pc.or_(answered, pc.is_valid(read.table.column(column)))
    parts = [pc.is_valid(read.table.column(one)) for several in choices.values() for one in several]
    split = parts[0]
    for part in parts[1:]:
        split = pc.or_(split, part)
    lost = pc.any(pc.and_(answered, pc.invert(split))).as_py()
    return not lost and (known or not pc.any(pc.and_(split, pc.invert(answered))).as_py())


def _choice_cells(question: Question, language: str, *, as_codes: bool) -> dict[str, str]:
    """Return what stands in a cell for each choice, by its name and by its labels in every language."""
    labels = question.choice_labels(language)
    cells = {name: name if as_codes else label for name, label in labels.items()}
    for name, spoken in question.choices.items():
        for label in spoken.values():
            cells.setdefault(label, cells[name])
    return cells


def _from_summary(
    column: pa.ChunkedArray,
    name: str,
    question: Question,
    language: str,
    *,
    as_codes: bool,
    notes: tuple[Message, ...],
) -> _Answers:
    labels = question.choice_labels(language)
    cells = {one: one if as_codes else label for one, label in labels.items()}
    spoken = {normalise(one): one for one in question.choices}
    for one, said in question.choices.items():
        for label in said.values():
            spoken.setdefault(normalise(label), one)
    texts, unclear = from_summary(column, spoken, cells)
    if unclear:
        notes = (
            *notes,
            trn(
                "{n} cell of '{name}' holds choices that the form does not have, or that can be read in two ways; it "
                "was left as it is.",
                "{n} cells of '{name}' hold choices that the form does not have, or that can be read in two ways; they "
                "were left as they are.",
                unclear,
                name=name,
            ),
        )
    return _Answers(_chunked(texts), {}, notes)


def _of_one(
    column: pa.ChunkedArray, question: Question, labels: Mapping[str, str], *, as_codes: bool
) -> pa.ChunkedArray:
    """Return the cells of a question with one answer: its label, or its name, whichever of them the file holds."""
    import pyarrow.compute as pc

    texts = [one for one in pc.unique(column).to_pylist() if one is not None]
    by_name = {normalise(one): one for one in question.choices}
    by_label: dict[str, str] = {}
    for one, said in question.choices.items():
        for label in said.values():
            by_label.setdefault(normalise(label), one)
    # a form whose labels are the numbers of other choices: what all cells are, they all are
    first, second = (by_name, by_label) if all(normalise(one) in by_name for one in texts) else (by_label, by_name)
    cells = {one: one for one in labels} if as_codes else cells_of_labels(labels)
    meant = {text: first.get(normalise(text)) or second.get(normalise(text)) for text in texts}
    return _mapped(column, {text: cells[one] if one is not None else text for text, one in meant.items()})


def _one_choice(read: TextTable, name: str, form: SurveyForm | None) -> _Answers | None:
    """Return 0 and 1 for one choice of a question of which only the column with all choices was exported."""
    for separator in SEPARATORS if form is not None else ():
        before, _, choice = name.rpartition(separator)
        question = form.called(before) if form is not None and before else None
        if question is None or question.kind != _MULTIPLE:
            continue
        cells = _choice_cells(question, "en", as_codes=True)
        columns = columns_called(before, read.columns, form)
        if choice in cells and columns:
            together, notes = _together(read, before, columns)
            read_as = _from_summary(together, before, question, "en", as_codes=True, notes=notes)
            texts = [one for one in read_as.cells.unique().to_pylist() if one is not None]
            taken = {one: "1" if cells[choice] in one.split(BETWEEN) else "0" for one in texts}
            return _Answers(_mapped(read_as.cells, taken), {}, read_as.notes)
    return None


def _mapped(column: pa.ChunkedArray, cells: Mapping[str, str]) -> pa.ChunkedArray:
    import pyarrow as pa

    return _chunked(pa.array([None if one is None else cells[one] for one in column.to_pylist()], pa.string()))


def _chunked(array: pa.Array) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([array])
