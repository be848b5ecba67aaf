"""What a release says other than the one before: every revised figure, with the size of the revision."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from ..base.language import Language, Readable, Setting, format_share, tr, trn
from .inert import csv_text

Kind: TypeAlias = Literal["revised", "shown now", "hidden now"]
_HEADINGS: Final = ("question", "section", "table", "row", "column", "kind", "before", "now", "difference", "relative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One published figure that is not what it was in the release before.

    Attributes
    ----------
    question : str
    section : int
        Place of the answer in the new release, from 1.
    table : str
    row : str
        What the row is about: its groups and keys.
    column : str
    kind : {"revised", "shown now", "hidden now"}
    before, now : float or None
        As they were published; None for one that is not shown.
    """

    question: str
    section: int
    table: str
    row: str
    column: str
    kind: Kind
    before: float | None
    now: float | None

    @property
    def difference(self) -> float | None:
        """Size of the revision, now less before."""
        return None if self.before is None or self.now is None else self.now - self.before

    @property
    def relative(self) -> float | None:
        """Size of the revision in parts of what was published before."""
        return None if self.difference is None or not self.before else self.difference / self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLog:
    """Every figure of a release that is not what it was in the one before.

    Attributes
    ----------
    against : int or None
        Number of the release before; None for the first one.
    changes : tuple of Change
    same : int
        Figures that are as they were.
    added, gone : int
        Figures that only one of the two releases has.
    """

    against: int | None
    changes: tuple[Change, ...] = ()
    same: int = 0
    added: int = 0
    gone: int = 0

    def lines(self) -> tuple[Readable, ...]:
        """Return what a reader must know, one sentence each."""
        if self.against is None:
            return (tr("This is the first release of this study."),)
        revised = [one for one in self.changes if one.kind == "revised"]
        largest = max((abs(one.relative) for one in revised if one.relative is not None), default=None)
        told: list[Readable] = [
            trn(
                "{n} figure is not what it was in release {before}; {same} are.",
                "{n} figures are not what they were in release {before}; {same} are.",
                len(revised),
                before=Setting(self.against),
                same=self.same,
            )
        ]
        if largest is not None:
            told.append(tr("The largest revision is {share} of what was published.", share=_Part(largest)))
        hidden = len(self.changes) - len(revised)
        if hidden:
            told.append(
                trn(
                    "{n} figure is shown in one of the two releases and hidden in the other.",
                    "{n} figures are shown in one of the two releases and hidden in the other.",
                    hidden,
                )
            )
        return tuple(told)

    def to_record(self) -> dict[str, Any]:
        """Return it for a JSON file."""
        return {
            "against": self.against,
            "same": self.same,
            "added": self.added,
            "gone": self.gone,
            "changes": [dict(zip(_HEADINGS, _cells(one), strict=True)) for one in self.changes],
        }

    def csv_bytes(self) -> bytes:
        """Return it as a csv file for a spreadsheet."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_HEADINGS)
        writer.writerows(
            ["" if cell is None else csv_text(cell) if isinstance(cell, str) else repr(cell) for cell in _cells(one)]
            for one in self.changes
        )
        return text.getvalue().encode("utf-8-sig")


def changes_between(before: Mapping[str, Any] | None, now: Mapping[str, Any], against: int | None) -> ChangeLog:
    """Compare two releases by what was published of them.

    Parameters
    ----------
    before, now : mapping
        Content of ``results.json`` of each; nothing before the first release.
    against : int or None
        Number of the release before.

    Returns
    -------
    ChangeLog
        Answers are matched by question and settings, rows by their groups and keys. A figure that one of the two
        releases does not have at all is counted and not listed.
    """
    if before is None:
        return ChangeLog(against=None)
    old, new = _figures(before), _figures(now)
    changes = tuple(
        Change(
            question=json.loads(key[0])[0],
            section=section,
            table=key[1],
            row=key[2],
            column=key[3],
            kind="shown now" if old[key][1] is None else "hidden now" if value is None else "revised",
            before=old[key][1],
            now=value,
        )
        for key, (section, value) in new.items()
        if key in old and old[key][1] != value
    )
    return ChangeLog(
        against=against,
        changes=changes,
        same=sum(key in old and old[key][1] == value for key, (_, value) in new.items()),
        added=sum(key not in old for key in new),
        gone=sum(key not in new for key in old),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of one, in the reader's language."""

    value: float

    def text(self, language: Language = "en") -> str:
        return format_share(self.value, language)


_Key: TypeAlias = tuple[str, str, str, str]


def _figures(record: Mapping[str, Any]) -> dict[_Key, tuple[int, float | None]]:
    """Return every figure of a release by what it is: section and value."""
    found: dict[_Key, tuple[int, float | None]] = {}
    times: dict[str, int] = {}
    for section, result in enumerate(record["results"], start=1):
        asked = json.dumps([result["question"], result["provenance"]["settings"]], ensure_ascii=False, sort_keys=True)
        times[asked] = times.get(asked, 0) + 1
        name = json.dumps([result["question"], asked, times[asked]], ensure_ascii=False)
        for table, content in result["tables"].items():
            for row, column, value in _cells_of(content):
                found[name, table, row, column] = (section, value)
    return found


def _cells_of(table: Mapping[str, Any]) -> Iterator[tuple[str, str, float | None]]:
    keys = [one["name"] for one in table["columns"] if one["role"] in {"stratum", "key"}]
    shown = [one["name"] for one in table["columns"] if one["role"] not in {"stratum", "key"}]
    seen: dict[str, int] = {}
    for row in table["rows"]:
        words = " · ".join(str(row[one]) for one in keys)
        seen[words] = seen.get(words, 0) + 1
        told = words if seen[words] == 1 else f"{words} ({seen[words]})"
        for column in shown:
            value = row[column]
            if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
                yield told, column, value


def _cells(one: Change) -> Sequence[Any]:
    return (
        one.question,
        one.section,
        one.table,
        one.row,
        one.column,
        one.kind,
        one.before,
        one.now,
        one.difference,
        one.relative,
    )
