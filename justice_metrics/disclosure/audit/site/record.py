"""The record of a release, arranged so that every number of a site can be looked up in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from ..reading import RESULTS
from .written import Written, in_text, shown_as

# Columns that rows are looked up by; whether a period is over follows from the period.
_KEYS: Final = {"stratum", "key"}
_FOLLOWING: Final = {"maturity"}
_STATUS: Final = "__status"
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
Row: TypeAlias = Mapping[str, Any]


def plainly(value: Any) -> str:
    """Return a value as it is compared: numbers with nine digits, whether they are written as text or not.

    Examples
    --------
    >>> plainly(271.0), plainly("271"), plainly(None), plainly("2024-03")
    ('271', '271', '', '2024-03')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = value.removeprefix("'").strip()
        return f"{float(text):.9g}" if _NUMBER.fullmatch(text) else text
    return str(value) if isinstance(value, bool) else f"{value + 0.0:.9g}"


@dataclass(frozen=True, eq=False)
class Told:
    """One table of the record.

    Attributes
    ----------
    name : str
    unit : str
        What its answer counts.
    columns : tuple of str
    keys : tuple of str
        Those by which a row is looked up.
    units : mapping of str to str
        Of each column: units, share, points, change, days, number or text.
    rows : sequence of mapping
    """

    name: str
    unit: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    units: Mapping[str, str]
    rows: Sequence[Row]

    @cached_property
    def compared(self) -> frozenset[tuple[str, ...]]:
        """Every row as it is compared, its columns by name."""
        return frozenset(compared(self.rows, self.columns))

    @cached_property
    def by_key(self) -> Mapping[frozenset[str], list[Row]]:
        """Rows by the levels that name them."""
        found: dict[frozenset[str], list[Row]] = {}
        for row in self.rows:
            found.setdefault(frozenset(plainly(row[one]) for one in self.keys), []).append(row)
        return found

    def parts(self, row: Row) -> Iterator[tuple[str, float]]:
        """Yield each shown count of a row as a share of the largest: what a bar of its parts is labelled with."""
        counts = [value for unit, value in self.numbers(row) if unit == "units"]
        if len(counts) > 2 and max(counts) > 0:
            yield from (("share", value / max(counts)) for value in counts)

    def numbers(self, row: Row) -> Iterator[tuple[str, float]]:
        """Yield the numbers of a row with the unit of their column."""
        for name in self.columns:
            value = row[name]
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield self.units[name], float(value)


@dataclass(frozen=True, eq=False)
class Answer:
    """One answer of the record.

    Attributes
    ----------
    tables : tuple of Told
    words : str
        All that it says of itself.
    """

    tables: tuple[Told, ...]
    words: str

    @cached_property
    def written(self) -> Written:
        """Every way in which a reader may meet its numbers."""
        return Written.of(
            (each for table in self.tables for row in table.rows for each in (*table.numbers(row), *table.parts(row))),
            (self.words, *(text for table in self.tables for text in _texts(table))),
        )


@dataclass(frozen=True, eq=False)
class Record:
    """All that a release publishes.

    Attributes
    ----------
    answers : tuple of Answer
    """

    answers: tuple[Answer, ...]

    @cached_property
    def counted(self) -> Mapping[tuple[str, frozenset[str], str], frozenset[tuple[str, ...]]]:
        """Of counts by period: by unit, names and kind of period, the rows as they are compared."""
        found: dict[tuple[str, frozenset[str], str], set[tuple[str, ...]]] = {}
        for answer in self.answers:
            for table in answer.tables:
                if not {"period", "count"} <= set(table.columns):
                    continue
                names = sorted({*table.keys} - {"period"})
                rows = {
                    (plainly(row["period"]), *(plainly(row[one]) for one in names), plainly(row["count"]))
                    for row in table.rows
                }
                for kind in _kinds(table):
                    found.setdefault((table.unit, frozenset(names), kind), set()).update(rows)
        return {key: frozenset(rows) for key, rows in found.items()}

    @cached_property
    def everything(self) -> Written:
        """Every way in which a reader may meet any number of it."""
        return Written.together(one.written for one in self.answers)


def read_record(folder: Path) -> Record:
    """Read the record of a release.

    Parameters
    ----------
    folder : Path
        It holds ``results.json``.

    Raises
    ------
    OSError, ValueError, KeyError, TypeError
        When it is not there or not what the library writes.
    """
    content = json.loads((folder / RESULTS).read_bytes())
    return Record(tuple(_answer(one) for one in content["results"]))


def compared(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield rows as they are compared: the columns by name, without what is said beside a number."""
    names = sorted(one for one in columns if not one.endswith(_STATUS))
    for row in rows:
        yield tuple(plainly(row[one]) for one in names)


def _answer(result: Mapping[str, Any]) -> Answer:
    tables = tuple(
        Told(
            name=name,
            unit=str(result["provenance"]["unit"]),
            columns=tuple(one["name"] for one in table["columns"]),
            keys=tuple(
                one["name"] for one in table["columns"] if one["role"] in _KEYS and one["name"] not in _FOLLOWING
            ),
            units={one["name"]: one["unit"] for one in table["columns"]},
            rows=table["rows"],
        )
        for name, table in result["tables"].items()
    )
    said = {name: one for name, one in result.items() if name != "tables"}
    titles = [[table["title"], [one["meaning"] for one in table["columns"]]] for table in result["tables"].values()]
    return Answer(tables, json.dumps([said, titles], ensure_ascii=False))


def _texts(table: Told) -> Iterator[str]:
    named = [one for one in table.columns if table.units[one] == "text" or one in table.keys]
    seen = {str(row[one]) for one in named for row in table.rows}
    yield from seen


def _kinds(table: Told) -> tuple[str, ...]:
    """Return which kinds of period a table may be counted by: its name says it, or its periods do."""
    named = table.name.partition("_by_")[0]
    return (named,) if named != "main" else ("year", "quarter", "month", "to_date")


__all__ = ["Answer", "Record", "Row", "Told", "Written", "compared", "in_text", "plainly", "read_record", "shown_as"]
