"""The data of one figure of a site, in every format: each row is one of the record, and a hidden number is nowhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, Final

from ....base.language import tr, trn
from ..copies import sheet_numbers
from ..reading import RESULTS
from ..report import Finding
from .record import Answer, Record, Row, Told, Written, compared, plainly

_LABEL: Final = "_label"
_STATUS: Final = "__status"
_SUPPRESSED: Final = "suppressed"
_HELD_BACK: Final = ("n", "low", "high", "x0", "x1", "estimate", "value")
# What a legend says of itself besides its words.
_OF_LOOK: Final = frozenset({"step", "colour", "ink"})
# A workbook keeps fewer digits, so the ninth may be rounded the other way.
_ASIDE: Final = (1.0, 1 - 1e-9, 1 + 1e-9)
_COMMA: Final = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?")
_HANDED: Final = re.compile(
    r"window\.justiceMetrics=window\.justiceMetrics\|\|\{\};\(window\.justiceMetrics\.(charts|cubes|words)="
    r"window\.justiceMetrics\.\1\|\|\{\}\)\[(\"(?:[^\"\\]|\\.)*\")\]=(.*);\n?",
    re.DOTALL,
)


@dataclass(frozen=True, eq=False)
class Shown:
    """What a figure may show: the answers that its tables come from.

    Attributes
    ----------
    answers : tuple of Answer
    labels : str
        Words of its ids, as the file of the figure gives them.
    """

    answers: tuple[Answer, ...]
    labels: str = ""

    @cached_property
    def written(self) -> Written:
        """Every way in which a reader may meet its numbers."""
        return Written.together([*(one.written for one in self.answers), Written.of((), [self.labels])])

    def rows_of(self, said: frozenset[str]) -> list[tuple[Told, Row]]:
        """Return the rows of which all levels are said, those that most levels name."""
        found: list[tuple[Told, Row]] = []
        most = 0
        for answer in self.answers:
            for table in answer.tables:
                if len(table.keys) < most or not table.keys:
                    continue
                keys = map(frozenset, combinations(sorted(said), len(table.keys)))
                rows = [(table, row) for key in keys for row in table.by_key.get(key, ())]
                if rows and len(table.keys) > most:
                    found, most = [], len(table.keys)
                found += rows
        return found


def payload(data: bytes) -> tuple[str, str, Any] | None:
    """Return kind, name and content of a script that hands data over; None where it does anything else."""
    found = _HANDED.fullmatch(data.decode("utf-8", "replace"))
    if found is None:
        return None
    try:
        return found[1], json.loads(found[2]), json.loads(found[3])
    except ValueError:
        return None


def figure_shown(content: Mapping[str, Any], record: Record) -> Shown:
    """Return what a figure may show: the answers that hold the rows of its tables.

    Parameters
    ----------
    content : mapping
        Of ``data/<figure>.json``.
    record : Record
    """
    found: list[Answer] = []
    labels: list[Any] = []
    for table in (content["table"], *content.get("further", ())):
        names = [one["name"] for one in table["columns"]]
        rows = set(compared(table["rows"], names))
        labels += [table.get("labels", {}), _held_back(table["rows"])]
        best, most = None, -1
        for answer in record.answers:
            for told in answer.tables:
                if set(told.columns) == set(names) and (alike := len(rows & told.compared)) > most:
                    best, most = answer, alike
        if best is not None and best not in found:
            found.append(best)
    return Shown(tuple(found), json.dumps(labels, ensure_ascii=False))


def with_words(spec: Mapping[str, Any], shown: Shown) -> Shown:
    """Return what a figure may show together with what its chart says of it.

    That is how many of its numbers are hidden, and the classes of a map: round limits, and nobody's number.

    Parameters
    ----------
    spec : mapping
        Of a chart.
    shown : Shown
    """
    drawn = spec["datasets"].get("numbers", ())
    steps = [str(one.get("text", "")) for one in spec["datasets"].get("steps", ())] if _is_map(spec) else []
    hidden = sum(one.get("status") == _SUPPRESSED for one in drawn)
    return Shown(shown.answers, " | ".join((shown.labels, f"{hidden}", *steps)))


def _held_back(rows: Iterable[Row]) -> list[int]:
    """Return how many numbers of a table are hidden, in how many rows, and how many of each column."""
    marks = [[name for name, value in row.items() if value == _SUPPRESSED and name.endswith(_STATUS)] for row in rows]
    each = Counter(name for row in marks for name in row)
    return [sum(map(len, marks)), sum(map(bool, marks)), *each.values()]


def _is_map(spec: Mapping[str, Any]) -> bool:
    return bool(spec.get("usermeta", {}).get("chart") == "map")


def look_at_figure(content: Mapping[str, Any], record: Record, shown: Shown, name: str) -> Iterator[Finding]:
    """Yield rows of a figure's own file that are none of the record, and numbers in its words.

    Parameters
    ----------
    content : mapping
        Of ``data/<figure>.json``.
    record : Record
    shown : Shown
    name : str
        Of the file.
    """
    strange = 0
    for table in (content["table"], *content.get("further", ())):
        names = [one["name"] for one in table["columns"]]
        strange += _strange_rows(list(compared(table["rows"], names)), names, record)
    yield from _rows(strange, name)
    said = [content.get("title"), content.get("reads"), content.get("provisional")]
    yield from _numbers(shown.written.strange(json.dumps(said, ensure_ascii=False)), name)


def look_at_csv_of(data: bytes, record: Record, name: str) -> Iterator[Finding]:
    """Yield rows of a csv file that are none of the record."""
    try:
        text = data.decode("utf-8-sig")
        mark = ";" if ";" in text.partition("\n")[0] else ","
        head, *lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except (UnicodeDecodeError, csv.Error, ValueError):
        yield unread(name)
        return
    if mark == ";":
        lines = [[_with_point(cell) for cell in line] for line in lines]
    names = _columns_in(head, record)
    rows = [dict(zip(head, line, strict=False)) for line in lines if len(line) == len(head)]
    strange = len(lines) - len(rows) + _strange_rows(list(compared(rows, names)), names, record)
    yield from _rows(strange, name)
    labels = [row[one] for row in rows for one in head if one not in names and not one.endswith(_STATUS)]
    yield from _numbers(record.everything.strange(" | ".join(dict.fromkeys(labels))), name)


def look_at_sheet_of(data: bytes, shown: Shown | None, record: Record, name: str) -> Iterator[Finding]:
    """Yield numbers of a workbook that its figure has not."""
    allowed = record.everything if shown is None or not shown.answers else shown.written
    either = allowed.plain | allowed.percent
    written = ({f"{abs(one) * aside:.9g}" for aside in _ASIDE} for one in sheet_numbers(data))
    yield from _numbers(sum(not either.intersection(one) for one in written), name)


def look_at_chart(spec: Mapping[str, Any], shown: Shown, name: str) -> Iterator[Finding]:
    """Yield hidden numbers in the data of a chart, and numbers that are none of the rows that they stand for.

    Parameters
    ----------
    spec : mapping
        With ``datasets``, and perhaps data of its layers.
    shown : Shown
        What its figure may show.
    name : str
        Of the file.
    """
    allowed = shown.written
    hidden = strange = 0
    # a map shows classes, and never the numbers in them
    of_classes = _is_map(spec)
    for row in _data_rows(spec):
        if row.get("status") == _SUPPRESSED:
            hidden += any(_is_number(row.get(one)) for one in _HELD_BACK)
        if not of_classes:
            strange += _is_number(row.get("n")) and not _known(row, shown, allowed)
            strange += sum(
                _is_number(row.get(one)) and plainly(abs(row[one])) not in allowed.plain for one in ("low", "high")
            )
        said = (value for one, value in row.items() if isinstance(value, str) and one not in _OF_LOOK)
        strange += sum(map(allowed.strange, said))
    yield from _hidden(hidden, name)
    yield from _numbers(strange, name)


def look_at_cube(content: Mapping[str, Any], record: Record, name: str) -> Iterator[Finding]:
    """Yield counts of a cube that are none of the record.

    Parameters
    ----------
    content : mapping
        As the site writes it: dimensions with levels, tables with columns of places among them.
    record : Record
    name : str
        Of the file.
    """
    levels = {one["id"]: [plainly(level["id"]) for level in one["levels"]] for one in content["dimensions"]}
    strange = hidden = 0
    for table in content["tables"]:
        by = list(table["by"])
        known = record.counted.get((content["unit"], frozenset(by), table["period"]), frozenset())
        names = ("period", *by)
        ids = {one: [levels[one][at] for at in places] for one, places in zip(names, table["columns"], strict=True)}
        numbers = table["numbers"]
        asked = zip(*(ids[one] for one in ("period", *sorted(by))), map(plainly, numbers), strict=True)
        strange += sum(one not in known for one in asked)
        held_back = (int(row) for row, status in table["statuses"].items() if status == _SUPPRESSED)
        hidden += sum(numbers[row] is not None for row in held_back)
    yield from _rows(strange, name)
    yield from _hidden(hidden, name)


def _columns_in(head: Sequence[str], record: Record) -> list[str]:
    """Return the columns of the table of the record that a file repeats; what stands beside them is words."""
    named = {one for one in head if not one.endswith((_LABEL, _STATUS))}
    tables = (told.columns for answer in record.answers for told in answer.tables)
    return list(max((one for one in tables if named.issuperset(one)), key=len, default=sorted(named)))


def _with_point(cell: str) -> str:
    """Return a number with a decimal point, as programs write it; a text as it is."""
    return cell.replace(",", ".") if _COMMA.fullmatch(cell) else cell


def _strange_rows(rows: Sequence[tuple[str, ...]], names: Sequence[str], record: Record) -> int:
    """Count the rows that no table of the same columns has; of a table of words only, those that hold new numbers."""
    alike = [told for answer in record.answers for told in answer.tables if set(told.columns) == set(names)]
    if alike:
        known = frozenset().union(*(one.compared for one in alike))
        return sum(one not in known for one in rows)
    return sum(any(record.everything.strange(cell) for cell in one) for one in rows)


def _known(row: Row, shown: Shown, allowed: Written) -> bool:
    """Whether the number of a drawn row is one of the rows of the record that it stands for."""
    said = frozenset(plainly(one) for one in row.values() if isinstance(one, str))
    number = plainly(abs(row["n"]))
    rows = shown.rows_of(said) if row.get("period") or row.get("level") else []
    if not rows:
        return number in allowed.plain
    return any(number == plainly(abs(value)) for table, one in rows for _, value in table.numbers(one))


def _data_rows(spec: Any) -> Iterator[Row]:
    """Yield every row of data in a chart, wherever it stands."""
    for rows in spec.get("datasets", {}).values():
        yield from (one for one in rows if isinstance(one, dict))
    waiting: list[Any] = [one for name, one in spec.items() if name not in {"datasets", "config", "usermeta"}]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            values = one.get("values") if "values" in one and "name" not in one else None
            if isinstance(values, list):
                yield from (each for each in values if isinstance(each, dict))
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rows(n: int, name: str) -> Iterable[Finding]:
    if n:
        words = trn(
            "{n} row of it is none of the rows in {results}.",
            "{n} rows of it are none of the rows in {results}.",
            n,
            results=RESULTS,
        )
        yield Finding("copy", words, name)


def _numbers(n: int, name: str) -> Iterable[Finding]:
    if n:
        words = trn(
            "{n} number in it is not in {results}.", "{n} numbers in it are not in {results}.", n, results=RESULTS
        )
        yield Finding("copy", words, name)


def _hidden(n: int, name: str) -> Iterable[Finding]:
    if n:
        yield Finding("shown", trn("{n} hidden number is in it.", "{n} hidden numbers are in it.", n), name)


def unread(name: str) -> Finding:
    """Say that a file is not what the library writes."""
    return Finding("unreadable", tr("It cannot be read as what its name says."), name)
