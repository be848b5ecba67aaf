"""Where two codings of a case do not say the same: cell by cell, or rows as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from ...base.errors import MappingError
from .coded_tables import Coding, TwoCodings
from .meaning import Meaning, answers_of, meaning_of

# Stands for a column where the codings do not have the same number of rows: all of a case are decided on together.
WHOLE_ROWS: Final = "*"
Texts: TypeAlias = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One cell, or the rows of one table, on which two codings of a case differ; printing it shows no content.

    Attributes
    ----------
    table : str
        "" for the cases, else the name of the section.
    called : str
        How the coders know that table.
    case : str
        Id of the case.
    row : int
        Which of the case's rows in the first coding, from 1; 0 for all.
    column : str
        The column; ``WHOLE_ROWS`` where the codings have different numbers of rows.
    first, second : str or None
        What they hold; None for blank.
    places : (int, int)
        Places of the row in the tables of the two codings; (-1, -1) for all.
    """

    table: str
    called: str
    case: str = field(repr=False)
    row: int
    column: str
    first: str | None = field(repr=False)
    second: str | None = field(repr=False)
    places: tuple[int, int] = field(repr=False)


class Compared(NamedTuple):
    """How much was compared, and what differs.

    Attributes
    ----------
    compared : mapping of (str, str) to int
        Cells of each table and column that both codings have.
    found : tuple of Disagreement
        In the order of the tables, the cases, the rows and the columns.
    """

    compared: Mapping[tuple[str, str], int]
    found: tuple[Disagreement, ...]

    def __repr__(self) -> str:
        return f"Compared({len(self.found)} disagreements)"


def compared(codings: TwoCodings) -> Compared:
    """Compare two codings of the same cases.

    Cells are compared by what they mean, in the columns that the mapping names. Rows of a case that are the same in
    both codings belong together, whatever their order; of the others, the first belongs to the first, and so on, if
    there are as many; else all rows of the case in that table are one disagreement.

    Raises
    ------
    MappingError
        When the second coding lacks a column of the first.
    CaseDataError
        When the order of dates cannot be told.
    """
    cells: Counter[tuple[str, str]] = Counter()
    found: list[Disagreement] = []
    for name, answers in answers_of(codings.mapping).items():
        if name not in codings.first.tables or name not in codings.second.tables:
            continue
        sides = codings.first.tables[name], codings.second.tables[name]
        columns = [one for one in sides[0].columns if one in answers]
        for one in columns:
            if one not in sides[1].columns:
                raise MappingError.unknown_column(one, sides[1].columns, where=sides[1].source)
        first, second = ({column: side.table.column(column).to_pylist() for column in columns} for side in sides)
        meanings = {
            column: meaning_of(answers[column], [*first[column], *second[column]], codings.mapping, column=column)
            for column in columns
        }
        table = _Table(name, codings.called(name), columns, first, second, meanings)
        for case in codings.both:
            left, right = (_rows(side, name, case) for side in (codings.first, codings.second))
            found += table.differences(case, left, right, cells)
    return Compared(dict(cells), tuple(found))


def _rows(coding: Coding, table: str, case: str) -> list[int]:
    return list(coding.rows[table].get(case, ()))


class _Table(NamedTuple):
    """The columns of one table in both codings."""

    name: str
    called: str
    columns: list[str]
    one: Texts
    two: Texts
    meanings: Mapping[str, Meaning]

    def differences(
        self, case: str, left: list[int], right: list[int], cells: Counter[tuple[str, str]]
    ) -> list[Disagreement]:
        """Return what differs in the rows of one case, and count the cells that were compared."""
        numbers = {place: number for number, place in enumerate(left, start=1)}
        if self.name:
            cells[self.name, WHOLE_ROWS] += 1
        if len(left) != 1 or len(right) != 1:
            left, right, same = self._without_the_same(left, right)
            cells.update({(self.name, column): same for column in self.columns} if same else {})
        if len(left) != len(right):
            return [
                Disagreement(
                    table=self.name,
                    called=self.called,
                    case=case,
                    row=0,
                    column=WHOLE_ROWS,
                    first=self._written(self.one, left),
                    second=self._written(self.two, right),
                    places=(-1, -1),
                )
            ]
        cells.update({(self.name, column): len(left) for column in self.columns} if left else {})
        return [
            Disagreement(
                table=self.name,
                called=self.called,
                case=case,
                row=numbers[a],
                column=column,
                first=self.one[column][a],
                second=self.two[column][b],
                places=(a, b),
            )
            for a, b in zip(left, right, strict=True)
            for column in self.columns
            if self.one[column][a] != self.two[column][b]
            and self.meanings[column](self.one[column][a]) != self.meanings[column](self.two[column][b])
        ]

    def _without_the_same(self, left: list[int], right: list[int]) -> tuple[list[int], list[int], int]:
        """Return the rows that have no twin in the other coding, and how many have one."""
        of_right: dict[Hashable, list[int]] = {}
        for place in right:
            of_right.setdefault(self._said(self.two, place), []).append(place)
        alone = []
        for place in left:
            twins = of_right.get(self._said(self.one, place))
            if twins:
                twins.pop(0)
            else:
                alone.append(place)
        others = sorted(place for twins in of_right.values() for place in twins)
        return alone, others, len(left) - len(alone)

    def _said(self, texts: Texts, place: int) -> Hashable:
        return tuple(self.meanings[column](texts[column][place]) for column in self.columns)

    def _written(self, texts: Texts, places: Sequence[int]) -> str | None:
        """Return rows as one text, for the person who decides."""
        rows = ["; ".join(texts[column][place] or "–" for column in self.columns) for place in places]
        return " | ".join(rows) or None
