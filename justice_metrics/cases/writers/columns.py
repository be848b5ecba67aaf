"""What a column of texts is for a program that knows numbers, days and codes: only what comes back as the same text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from ..readers.labelled_cells import number_text
from ..readers.text_table import TextTable

Kind: TypeAlias = Literal["number", "date", "text"]

# Statistics programs take larger numbers for missing.
_LARGEST: Final = 8e307
_DATE: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_NUMBER: Final = re.compile(r"^-?(\d+(\.\d+)?(e[+-]\d+)?)$")
_LETTER: Final = re.compile(r"^\.[a-z]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenColumn:
    """One column as a program holds it.

    Attributes
    ----------
    name : str
    kind : {"number", "date", "text"}
        What its codes are.
    code_of : mapping of str to str
        The code of each text that a cell holds; texts that are not there are codes themselves.
    """

    name: str
    kind: Kind
    code_of: Mapping[str, str]

    def code(self, text: str) -> str:
        """Return the code of a cell."""
        return self.code_of.get(text, text)


def coded(read: TextTable, column: str) -> WrittenColumn:
    """Return a column as codes: those of its labels where it has any.

    Letters that Stata declares missing (``.a``) are numbers here; who cannot hold them looks for them.
    """
    cells = read.cell_of_code(column)
    code_of = {cell: code for code, cell in cells.items()}
    texts = [text for text in read.distinct(column)[0] if text is not None]
    if cells:
        # codes without a label stand in brackets where they look like a label
        code_of |= {
            text: text[1:-1]
            for text in (*texts, *read.user_missing.get(column, ()))
            if text not in code_of and text.startswith("[") and text.endswith("]") and text[1:-1] in code_of
        }
    codes = [code_of.get(text, text) for text in texts]
    codes += [*cells, *[code_of.get(text, text) for text in read.user_missing.get(column, ())]]
    return WrittenColumn(name=column, kind=kind_of(codes), code_of=code_of)


def shown(read: TextTable, column: str) -> WrittenColumn:
    """Return a column as its cells show it."""
    texts = [text for text in read.distinct(column)[0] if text is not None]
    kind = kind_of(texts)
    return WrittenColumn(name=column, kind="text" if any(map(_LETTER.match, texts)) else kind, code_of={})


def kind_of(texts: Iterable[str]) -> Kind:
    """Return what texts are, if each of them comes back as it was; a code such as 007 is a text.

    Examples
    --------
    >>> kind_of(["1", "-2.5"]), kind_of(["2019-03-05"]), kind_of(["007"]), kind_of([])
    ('number', 'date', 'text', 'text')
    """
    some = list(texts)
    if some and all(_is_number(one) or _LETTER.match(one) for one in some):
        return "number"
    return "date" if some and all(map(_is_date, some)) else "text"


def is_letter(text: str) -> bool:
    """Whether a code is one of Stata's letters for missing, such as ``.a``."""
    return _LETTER.match(text) is not None


def _is_number(text: str) -> bool:
    if not _NUMBER.match(text):
        return False
    value = float(text)
    return abs(value) < _LARGEST and number_text(value) == text


def _is_date(text: str) -> bool:
    if not _DATE.match(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
