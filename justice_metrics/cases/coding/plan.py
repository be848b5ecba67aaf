"""What is asked of a case file: the coding plan, from which workbook, survey form, mapping and codebook are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from ...base.errors import QuestionError, suggestion
from ...base.language import LANGUAGES, Label, Message, tr
from ..procedure import Procedure

if TYPE_CHECKING:
    from ..checklist import Checklist

FieldKind: TypeAlias = Literal["id", "date", "level", "number", "text"]
Level: TypeAlias = tuple[str, Label]
Named = TypeVar("Named")

CASE_TABLE: Final = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedField:
    """One question: a column of a coding sheet.

    Attributes
    ----------
    name : str
        Short name, unique in its table.
    text : Label
        The question, or the head of its column; unique in its table too, in each language.
    kind : {"id", "date", "level", "number", "text"}
        What an answer is.
    source : str
        Key of the mapping that it feeds, such as ``dates.charged.notified`` or ``practice.items.interpreter``.
    also : tuple of str
        Further keys that it feeds.
    levels : tuple of (str, Label)
        For a level: the answers to choose from, without "no data".
    required : bool
        Whether each row needs an answer.
    missing : bool
        For a level: whether "no data" (``CodingPlan.no_data``) may be answered too.
    hint : Label, optional
        How it is to be answered.
    low, high : float, optional
        For a number: least and greatest value.
    whole : bool
        For a number: whether it has no decimals.
    group : str
        Id of its group within the table; "" in a table without groups.
    requires : str, optional
        Name of the question in the same table that must be answered where this one is.
    not_before : str, optional
        For a date: name of the question in the same table whose date cannot come after this one.
    after_cutoff : bool
        For a date: whether it may lie after the cut-off.
    own_list : bool
        For a text: whether the team keeps a list of the texts that it uses.
    """

    name: str
    text: Label
    kind: FieldKind
    source: str
    also: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    required: bool = False
    missing: bool = False
    hint: Label | None = None
    low: float | None = None
    high: float | None = None
    whole: bool = True
    group: str = ""
    requires: str | None = None
    not_before: str | None = None
    after_cutoff: bool = False
    own_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedTable:
    """One table of a coding sheet.

    Attributes
    ----------
    id : str
        ``case``, or the section of the mapping that a child table feeds.
    text : Label
        Name of its sheet; at most 31 characters in each language.
    about : Label
        What one row is.
    fields : tuple of CodedField
        In the order in which they are asked; the first is the case's id.
    groups : tuple of (str, Label)
        Groups of questions, in order; empty in a small table.
    repeats : bool
        Whether a case can have several rows.
    """

    id: str
    text: Label
    about: Label
    fields: tuple[CodedField, ...]
    groups: tuple[Level, ...] = ()
    repeats: bool = False

    def field(self, name: str) -> CodedField:
        """Return one question.

        Raises
        ------
        QuestionError
            When the table has no such question.
        """
        return named(name, {one.name: one for one in self.fields})

    def exactness(self, field: CodedField) -> CodedField | None:
        """Return the question that says how exact a date is, where one is asked."""
        return next((one for one in self.fields if one.source == f"{field.source}.precision"), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class CodingPlan:
    """Everything that is asked of a case file.

    Attributes
    ----------
    procedure : Procedure
        Whose stages are dated and whose outcomes can be answered.
    checklist : Checklist, optional
        Whose items are asked in the table of the cases.
    tables : tuple of CodedTable
        The table of the cases first.
    no_data : Label
        The answer "no data", for questions that may have it.
    instructions : tuple of Label
        How a sheet is filled in, with places for words of the sheet at hand; the first is a title.
    words : mapping of str to Label
        Words of the sheets themselves.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> plan = jm.coding_plan(jm.read_procedure("bolivia"))
    >>> [table.id for table in plan.tables]
    ['case', 'accused', 'support', 'statements', 'hearings', 'measures', 'sentences', 'reparation']
    >>> plan.table("case").field("charged_notified").source
    'dates.charged.notified'
    """

    procedure: Procedure
    checklist: Checklist | None
    tables: tuple[CodedTable, ...]
    no_data: Label
    instructions: tuple[Label, ...] = ()
    words: Mapping[str, Label] = field(default_factory=dict)

    def table(self, id: str) -> CodedTable:
        """Return one table.

        Raises
        ------
        QuestionError
            When there is no such table.
        """
        return named(id, {one.id: one for one in self.tables})

    @property
    def fields(self) -> Iterator[tuple[CodedTable, CodedField]]:
        """Every question with its table."""
        return ((table, one) for table in self.tables for one in table.fields)

    @cached_property
    def start(self) -> CodedField:
        """The question for the date on which cases begin."""
        return next(one for _, one in self.fields if one.source == f"dates.{self.procedure.start}")


def capital(words: Label | Message) -> Label:
    """Return words with a capital at their beginning, in each language.

    Examples
    --------
    >>> str(capital(Label("formal charge")))
    'Formal charge'
    """
    return changed(words, lambda text: text[:1].upper() + text[1:])


def changed(words: Label | Message, change: Callable[[str], str]) -> Label:
    """Return words changed in each language."""
    return Label({one: change(words.text(one)) for one in LANGUAGES})


def filled(pattern: Label, what: Label | Message) -> Label:
    """Return a pattern with words in its place ``{what}``, in each language."""
    return Label({one: pattern.text(one).format(what=what.text(one)) for one in LANGUAGES})


def named(name: str, known: Mapping[str, Named]) -> Named:
    """Return what is known by a name, or raise a QuestionError that says what comes nearest."""
    if name not in known:
        raise QuestionError(tr("The coding plan has no '{name}'.", name=name), suggestion(name, tuple(known)))
    return known[name]
