"""The columns of a simulated twin: texts, and of a column that is made of others its parts."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ..cases.mappings.columns import MadeColumn
from ..cases.private_file import inert


class WithMade(Protocol):
    """A mapping, of case files or of counts."""

    @property
    def made(self) -> Mapping[str, MadeColumn]:
        """Its columns that are made of others."""
        ...


class Texts:
    """One row of a twin: the first text that is put into a column stays."""

    def __init__(self, made: Mapping[str, MadeColumn]) -> None:
        self._made = made
        self._cells: dict[str, str] = {}
        self._whole: dict[str, str] = {}

    @property
    def cells(self) -> Mapping[str, str]:
        """What stands in each column of the file."""
        return self._cells

    def get(self, column: str) -> str:
        """Return what was put into a column, "" where nothing was."""
        return self._whole.get(column, "")

    def put(self, column: str, text: str) -> None:
        """Put a text into a column of the file, or into the parts that the column is made of."""
        self._whole[column] = text
        made = self._made.get(column)
        if made is None:
            self._cells[column] = text
        elif made.columns is not None:
            first, *others = made.columns
            self.put(first, text)
            for one in others:
                self.put(one, "")
        elif made.column is not None:
            first_place = made.first or 1
            width = (made.last or first_place - 1 + len(text)) - first_place + 1
            code = "0" * (first_place - 1) + text.rjust(width, "0")[:width]
            self.put(made.column, code.ljust(made.pad or 0, "0"))

    def put_once(self, column: str, text: str) -> None:
        """Put a text into a column unless something stands there: two keys of a mapping can name one column."""
        if column not in self._whole:
            self.put(column, text)

    def put_date(self, column: str, day: int | None, text: str) -> None:
        """Put a date into a column, or its year, month and day into theirs."""
        made = self._made.get(column)
        if made is None or made.year is None:
            self.put_once(column, text)
            return
        date = dt.date(1970, 1, 1) + dt.timedelta(days=day) if day is not None else None
        for part, number in (
            (made.year, date.year if date else None),
            (made.month, date.month if date else None),
            (made.day, date.day if date else None),
        ):
            if part is not None:
                self.put_once(part, "" if number is None else str(number))

    def copied(self) -> dict[str, str]:
        """Return what was put so far."""
        return dict(self._whole)

    def fill(self, texts: Mapping[str, str]) -> None:
        """Put the texts of another row where nothing stands."""
        for column, text in texts.items():
            self.put_once(column, text)


class TwinTable:
    """One table of a twin."""

    def __init__(self, mapping: WithMade | None = None) -> None:
        self._made = mapping.made if mapping is not None else {}
        self._rows: list[Texts] = []
        self._needed: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, ids: Sequence[str], id: str) -> Texts:
        """Begin a row of one case; of an id in several columns each holds the whole."""
        made = Texts(self._made)
        for column in ids:
            made.put(column, id)
        self._rows.append(made)
        return made

    def drop(self) -> None:
        """Take back the row that was begun last."""
        self._rows.pop()

    def need(self, columns: Iterable[str]) -> None:
        """Have these columns in the file even when no row says anything in them."""
        self._needed |= dict.fromkeys(columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns, in the order in which they were first filled."""
        found = dict(self._needed)
        for row in self._rows:
            found |= dict.fromkeys(row.cells)
        return tuple(found)

    def csv_bytes(self) -> bytes:
        """Return it as a csv file."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        columns = self.columns
        writer.writerow([inert(one) for one in columns])
        writer.writerows([inert(row.cells.get(one, "")) for one in columns] for row in self._rows)
        return text.getvalue().encode("utf-8-sig")
