"""The parts of a data dictionary: tables, variables, codes, and the ways in which a value can be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, TypeVar

from ...base.errors import QuestionError, suggestion
from ...base.language import Language, Readable, tr, trn
from ...base.levels import (
    LEVEL_WORDS,
    MISSING_LEVELS,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    NOT_RECORDED,
    PENDING,
    UNDER_REVIEW,
)
from ...base.quantities import NOT_DEFINED, STATUS_WORDS, SUPPRESSED

Named = TypeVar("Named")
# A day is a whole number in case data.
DAYS: Final = tr("days since 1970-01-01")
BLANK: Final = tr("A blank day, number or ending is one that is not recorded, or has not come.")

VariableKind: TypeAlias = Literal["id", "day", "level", "number", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a cell may hold, and what it stands for.

    Attributes
    ----------
    id : str
        As it stands in case data.
    text : Readable
    missing : bool
        Whether it says that nothing is known.
    written : tuple of str
        Texts of the user's file that become it.
    """

    id: str
    text: Readable
    missing: bool = False
    written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One column of a table of case data.

    Attributes
    ----------
    name : str
        Canonical name.
    text : Readable
        What it says.
    kind : {"id", "day", "level", "number", "text"}
        A day is a whole number, counted from 1970-01-01.
    codes : tuple of Code
        Levels and codes of missing; the library's own levels and those that the user named.
    open : bool
        Whether texts of the file that no label names stand as they are beside the codes.
    columns : tuple of str
        Columns of the user's file that it is made of.
    note : Readable, optional
        Where it comes from, or what else a reader must know.
    """

    name: str
    text: Readable
    kind: VariableKind
    codes: tuple[Code, ...] = ()
    open: bool = False
    columns: tuple[str, ...] = ()
    note: Readable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedTable:
    """One table of case data: the cases, the events, or what hangs on the cases.

    Attributes
    ----------
    id : str
    text : Readable
    source : str
        File or sheet that it is read from; "" without a mapping.
    variables : tuple of Variable
    """

    id: str
    text: Readable
    source: str = ""
    variables: tuple[Variable, ...]

    def variable(self, name: str) -> Variable:
        """Return a variable by its name.

        Raises
        ------
        QuestionError
            When the table has none of that name.
        """
        return _named(name, {one.name: one for one in self.variables})


@dataclass(frozen=True, slots=True)
class MissingCode:
    """One way in which a value can be missing, the same in every table.

    Attributes
    ----------
    id : str
    text, meaning, where : Readable
        Its word, when it is used, and where it can stand.
    """

    id: str
    text: Readable
    meaning: Readable
    where: Readable


@dataclass(frozen=True, kw_only=True, eq=False)
class DataDictionary:
    """What case data hold: every table, variable and code with its words in each language, and no case.

    Make one with :func:`justice_metrics.data_dictionary`; :func:`justice_metrics.write_dictionary` writes it as a
    workbook or as a DDI codebook.

    Attributes
    ----------
    id : str
        Short name: that of the procedure.
    title : Readable
    unit : Readable
        What one row of the cases counts.
    procedure, law : Readable and str
        Title of the procedure and the laws that it was taken from.
    checklist : Readable, optional
        Title of the checklist of practice.
    tables : tuple of DescribedTable
    """

    id: str
    title: Readable
    unit: Readable
    procedure: Readable
    law: str
    checklist: Readable | None = None
    tables: tuple[DescribedTable, ...]

    def table(self, id: str) -> DescribedTable:
        """Return a table by its id.

        Raises
        ------
        QuestionError
            When there is none.
        """
        return _named(id, {one.id: one for one in self.tables})

    @property
    def n_variables(self) -> int:
        """How many variables all tables have."""
        return sum(len(one.variables) for one in self.tables)

    def describe(self, language: Language = "en") -> str:
        """Return what is described, a line for each table."""
        told = [
            trn("{table} ({id}): {n} variable", "{table} ({id}): {n} variables", len(one.variables), table=one.text,
                id=one.id)
            for one in self.tables
        ]  # fmt: skip
        return "\n".join(one.text(language) for one in (self.title, *told))

    def record(self, language: Language = "en") -> dict[str, Any]:
        """Return everything for a program, with the words of one language."""
        return {
            "id": self.id,
            "title": self.title.text(language),
            "unit": self.unit.text(language),
            "procedure": self.procedure.text(language),
            "law": self.law,
            "checklist": None if self.checklist is None else self.checklist.text(language),
            "tables": [
                {
                    "id": table.id,
                    "text": table.text.text(language),
                    "source": table.source,
                    "variables": [_record(one, language) for one in table.variables],
                }
                for table in self.tables
            ],
        }

    def __repr__(self) -> str:
        return f"DataDictionary({self.id}, {len(self.tables)} tables, {self.n_variables} variables)"


_CELLS: Final = tr("cells of case files and of tables of counts")
_COUNTS: Final = tr("tables of counts")

# In the order in which they tell of a value: first what the file may say, then what only an answer says.
MISSING_CODES: Final = (
    MissingCode(
        NOT_RECORDED,
        LEVEL_WORDS[NOT_RECORDED],
        tr("The cell is blank: nobody wrote anything down."),
        tr("cells of case files; in tables of counts a blank is not available"),
    ),
    MissingCode(
        NOT_AVAILABLE,
        LEVEL_WORDS[NOT_AVAILABLE],
        tr("Somebody wrote that it is not known, or that the file does not say it."),
        _CELLS,
    ),
    MissingCode(
        NOT_APPLICABLE,
        LEVEL_WORDS[NOT_APPLICABLE],
        tr("The question does not arise here, such as the age of an accused who is a legal person."),
        _CELLS,
    ),
    MissingCode(
        UNDER_REVIEW,
        LEVEL_WORDS[UNDER_REVIEW],
        tr("It is being checked and may change; in tables of counts there is mostly a number too."),
        _CELLS,
    ),
    MissingCode(
        PENDING,
        LEVEL_WORDS[PENDING],
        tr("It has not come yet: the case is open on the cut-off, the period is not over."),
        tr("the ending of a case, where it is no gap but how the case stands; tables of counts"),
    ),
    MissingCode(SUPPRESSED, STATUS_WORDS[SUPPRESSED], tr("Somebody withheld the number."), _COUNTS),
    MissingCode(
        NOT_DEFINED,
        STATUS_WORDS[NOT_DEFINED],
        tr("There is nothing to divide by."),
        tr("ratios in answers, never cells"),
    ),
)


def missing_codes() -> tuple[Code, ...]:
    """Return the codes of missing that a level of a case may have besides its own."""
    return tuple(Code(id=one, text=LEVEL_WORDS[one], missing=True) for one in MISSING_LEVELS)


def _named(name: str, known: Mapping[str, Named]) -> Named:
    if name not in known:
        raise QuestionError(tr("The data dictionary has no '{name}'.", name=name), suggestion(name, tuple(known)))
    return known[name]


def _record(one: Variable, language: Language) -> dict[str, Any]:
    codes = [
        {"id": code.id, "text": code.text.text(language), "missing": code.missing, "written": list(code.written)}
        for code in one.codes
    ]
    return {
        "name": one.name,
        "text": one.text.text(language),
        "kind": one.kind,
        "codes": codes,
        "open": one.open,
        "columns": list(one.columns),
        "note": None if one.note is None else one.note.text(language),
    }
