"""The form behind a survey: questions, groups and choices of an XLSForm, with their labels in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ...base.errors import ReadError
from ...base.language import tr
from ..conversions.text import normalise
from .text_table import TextTable, missing_file
from .workbook import read_workbook_tables, sheets_with_data

# Answers of these kinds are places, recordings, or marks of a device or person that no question of justice asks for.
PRIVATE_KINDS: Final = frozenset(
    "geopoint geotrace geoshape image photo audio video file background-audio start-geopoint background-geopoint audit "
    "deviceid subscriberid simserial phonenumber username email".split()
)
_LANGUAGES: Final = {"es": ("(es", "espa", "spanish", "castell"), "en": ("(en", "english", "ingl")}
_PLAIN: Final = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form.

    Attributes
    ----------
    name : str
        Its name in the XML.
    kind : str
        First word of its type: text, date, select_one, select_multiple.
    groups : tuple of str
        Names of the groups and repeats around it, the outermost first.
    labels : mapping of str to str
        Its label in each language; "" where the form names none.
    group_labels : tuple of mapping
        Labels of the groups.
    choices : mapping of str to mapping
        For a select: the labels of each choice, by its name.
    """

    name: str
    kind: str
    groups: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    group_labels: tuple[Mapping[str, str], ...] = ()
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def label(self, language: str) -> str:
        """Return the label in a language, or what comes nearest to it."""
        return chosen(self.labels, language) or self.name

    def choice_labels(self, language: str) -> dict[str, str]:
        """Return the label of every choice, by its name."""
        return {name: chosen(labels, language) or name for name, labels in self.choices.items()}

    def spellings(self) -> list[tuple[str, ...]]:
        """Return every way in which the header of an export may call the question: the parts of its path."""
        ways = [(self.name,), *[(*self.groups[place:], self.name) for place in range(len(self.groups))]]
        for language, label in self.labels.items():
            around = tuple(
                labels.get(language) or chosen(labels, language) or name
                for labels, name in zip(self.group_labels, self.groups, strict=True)
            )
            ways += [(label,), *[(*around[place:], label) for place in range(len(around))]]
        return ways


@dataclass(frozen=True)
class SurveyForm:
    """A form: its questions in their order.

    Attributes
    ----------
    questions : tuple of Question
    """

    questions: tuple[Question, ...] = ()

    def called(self, name: str) -> Question | None:
        """Return the question of a name, path or label; None where there is none or several have that label."""
        if name in self._by_name:
            return self._by_name[name]
        found = self._by_label.get(normalise(name), [])
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_name(self) -> Mapping[str, Question]:
        named = {"/".join((*one.groups, one.name)): one for one in reversed(self.questions)}
        return {**named, **{one.name: one for one in reversed(self.questions)}}

    @cached_property
    def _by_label(self) -> Mapping[str, list[Question]]:
        found: dict[str, list[Question]] = {}
        for one in self.questions:
            for label in {normalise(label) for label in one.labels.values()}:
                found.setdefault(label, []).append(one)
        return found


def chosen(labels: Mapping[str, str], language: str) -> str:
    """Return the label in a language of ours, else the one without a language, else the first.

    Examples
    --------
    >>> chosen({"English (en)": "Date", "Español (es)": "Fecha"}, "es"), chosen({"": "Fecha"}, "en")
    ('Fecha', 'Fecha')
    """
    marks = _LANGUAGES.get(language, ())
    for called, label in labels.items():
        if label and any(mark in called.casefold() for mark in marks):
            return label
    return labels.get(_PLAIN) or next((label for label in labels.values() if label), "")


def read_form(path: Path) -> SurveyForm:
    """Read an XLSForm: the sheets ``survey`` and ``choices``.

    Raises
    ------
    ReadError
        When the file is no workbook, or has no such sheet or columns.
    """
    if not path.is_file():
        raise missing_file(path)
    sheets = {normalise(name): name for name, _ in sheets_with_data(path)}
    if "survey" not in sheets:
        raise _no_form(path.name)
    named = [sheets[one] for one in ("survey", "choices") if one in sheets]
    read = read_workbook_tables(path, sheets=named, may_be_empty=named[1:], header=True)
    rows = _rows(read[sheets["survey"]])
    if not rows or "type" not in rows[0] or "name" not in rows[0]:
        raise _no_form(path.name)
    lists: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in _rows(read[sheets["choices"]]) if "choices" in sheets else []:
        listed = row.get("list_name") or row.get("list name")
        if listed and row.get("name"):
            lists.setdefault(str(listed), {})[str(row["name"])] = _labels(row)
    return SurveyForm(tuple(_questions(rows, lists)))


def _questions(
    rows: Iterable[Mapping[str, str | None]], lists: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> list[Question]:
    found: list[Question] = []
    groups: list[tuple[str, Mapping[str, str]]] = []
    for row in rows:
        words = (row.get("type") or "").replace("_group", " group").replace("_repeat", " repeat").split()
        name = row.get("name") or ""
        if not words:
            continue
        if words[0] in {"begin", "end"} and words[-1] in {"group", "repeat"}:
            if words[0] == "begin":
                groups.append((name, _labels(row)))
            elif groups:
                groups.pop()
            continue
        kind = words[0] if words[0] != "select" else f"select_{words[1]}" if len(words) > 1 else "select"
        listed = next((one for one in words[1:] if one in lists), "")
        if name:
            found.append(
                Question(
                    name=name,
                    kind=kind,
                    groups=tuple(one for one, _ in groups),
                    labels=_labels(row),
                    group_labels=tuple(labels for _, labels in groups),
                    choices=lists.get(listed, {}),
                )
            )
    return found


def _labels(row: Mapping[str, str | None]) -> dict[str, str]:
    labels = {}
    for column, text in row.items():
        word, _, language = column.partition(":")
        if word.strip() == "label" and text:
            labels[language.lstrip(": ").strip()] = " ".join(text.split())
    return labels


def _rows(read: TextTable) -> list[dict[str, Any]]:
    lower = {name: name if name.casefold().startswith("label") else name.casefold() for name in read.columns}
    table = read.table.rename_columns(
        [_unique(lower[name], place, lower.values()) for place, name in enumerate(read.columns)]
    )
    return [dict(row) for row in table.to_pylist()]


def _unique(name: str, place: int, names: Iterable[str]) -> str:
    return name if list(names).count(name) == 1 else f"{name} {place}"


def _no_form(name: str) -> ReadError:
    return ReadError(
        tr("'{name}' is no XLSForm: it needs a sheet 'survey' with the columns 'type' and 'name'.", name=name),
        tr("Download the form itself, not its data, or take 'form' out of [data]."),
    )
