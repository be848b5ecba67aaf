"""The revised figures of a release in words: what was published, what is published now, and what lies behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..base.language import Language, Readable, Setting, format_number, format_share, tr
from ..base.levels import LEVEL_WORDS
from ..base.result import Result
from ..base.table import Column, Table
from .changes import Change, ChangeLog

LISTED: Final = 30
"""How many revised figures a report lists; the file has all of them."""
_FILE: Final = "changes.csv"


def revision_lines(
    log: ChangeLog, results: Sequence[Result], *, before: Mapping[str, Any] | None, now: Mapping[str, Any]
) -> tuple[Readable, ...]:
    """Return what a reader must know of what changed since the release before.

    Parameters
    ----------
    log : ChangeLog
    results : sequence of Result
        What is published now, in the order of its sections.
    before, now : mapping
        Content of ``results.json`` of each release; None before the first one.

    Returns
    -------
    tuple of Readable
        The sentences of the log, whether the data grew, and the counts and estimates that were revised, by the names
        that they have in the report.
    """
    lines = list(log.lines())
    if before is None or log.against is None:
        return tuple(lines)
    old, new = _units(before), _units(now)
    if old is not None and new is not None and old != new:
        lines.append(
            tr(
                "The data are others than those of release {before}: {n} units, and {old} then.",
                before=Setting(log.against),
                n=new,
                old=old,
            )
        )
    if log.changes:
        lines.append(tr("Every change is in the file {file}.", file=_FILE))
    told = [line for one in log.changes if (line := _line(one, results)) is not None]
    return (*lines, *told[:LISTED])


def _units(record: Mapping[str, Any]) -> int | None:
    """Return how many units the data have; None where that is hidden, or differs between the answers."""
    found = {one["provenance"].get("units") for one in record["results"]} - {0}
    (only,) = found if len(found) == 1 else (None,)
    return only


def _line(one: Change, results: Sequence[Result]) -> Readable | None:
    if one.kind != "revised" or one.before is None or one.now is None:
        return None
    result = results[one.section - 1]
    table = result.tables.get(one.table)
    column = next((each for each in table.columns if each.name == one.column), None) if table is not None else None
    if table is None or column is None or column.role not in {"count", "estimate"}:
        return None
    return tr(
        "Section {section}, {table}: {row}: {column}: {now}; {before} before.",
        section=Setting(one.section),
        table=table.title if table.title is not None else result.heading,
        row=_Row(table, one.row),
        column=column.meaning,
        now=_Figure(one.now, column),
        before=_Figure(one.before, column),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """Groups and keys of a row in the words of its table."""

    table: Table
    ids: str

    def text(self, language: Language = "en") -> str:
        known: dict[str, Readable] = {**LEVEL_WORDS}
        for labels in self.table.labels.values():
            known |= labels
        return ", ".join(known[one].text(language) if one in known else one for one in self.ids.split(" · "))


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure as its table shows it."""

    value: float
    column: Column

    def text(self, language: Language = "en") -> str:
        if self.column.unit in {"share", "change"}:
            return format_share(self.value, language, decimals=self.column.decimals)
        scale = 100 if self.column.unit == "points" else 1
        whole = self.column.unit in {"units", "days"} and float(self.value).is_integer()
        return format_number(self.value * scale, language, decimals=0 if whole else self.column.decimals)
