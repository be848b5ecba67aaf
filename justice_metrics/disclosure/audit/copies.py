"""The same tables in other formats: each must hold the published numbers and no other."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ...base.language import tr, trn
from .reading import RESULTS
from .report import Finding

_TABLES: Final = "tables/"
_SHEET_CELL: Final = re.compile(r"<c ([^>]*)>(?:<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>")
_TEXT_CELL: Final = re.compile(r"\bt=\"(?:s|str|b|e|inlineStr)\"")
_CLOSE: Final = 1e-9


def compare_copies(files: Mapping[str, Path], results: Any) -> Iterator[Finding]:
    """Yield the tables that are not the published ones.

    Parameters
    ----------
    files : mapping of str to Path
        Of the release, by name.
    results : object
        Content of ``results.json``.
    """
    tables = [table for one in results["results"] for table in one["tables"].values()]
    allowed = _numbers(results)
    for name, path in files.items():
        if not name.startswith(_TABLES):
            continue
        if path.suffix.lower() == ".csv":
            yield from _csv(name, path, tables)
        elif path.suffix.lower() == ".xlsx":
            strange = sum(not _near(one, allowed) for one in sheet_numbers(path.read_bytes()))
            if strange:
                yield Finding(
                    "copy",
                    trn(
                        "{n} number in it is not in {results}.",
                        "{n} numbers in it are not in {results}.",
                        strange,
                        results=RESULTS,
                    ),
                    name,
                )


def _csv(name: str, path: Path, tables: list[dict[str, Any]]) -> Iterator[Finding]:
    try:
        head, *rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error, ValueError):
        return
    alike = [one for one in tables if set(head) >= {column["name"] for column in one["columns"]}]
    if not any(_same(head, rows, one) for one in alike):
        yield Finding("copy", tr("It is none of the tables in {results}.", results=RESULTS), name)


def _same(head: list[str], rows: list[list[str]], table: dict[str, Any]) -> bool:
    if len(rows) != len(table["rows"]):
        return False
    for column in table["columns"]:
        place = head.index(column["name"])
        for row, published in zip(rows, table["rows"], strict=True):
            value = published[column["name"]]
            if isinstance(value, bool) or not isinstance(value, int | float | None):
                continue
            number = _number(row[place])
            if (number is None) != (value is None) or (
                number is not None
                and value is not None
                and not math.isclose(number, value, rel_tol=1e-9, abs_tol=_CLOSE)
            ):
                return False
    return True


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _numbers(results: Any) -> set[float]:
    """Return every number that the results publish, as a table may show it: as it is, and a share in points."""
    found: set[float] = set()
    waiting = [results]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, int | float) and not isinstance(one, bool):
            found |= {_rounded(float(one)), _rounded(100 * float(one))}
    return found


def _near(number: float, allowed: set[float]) -> bool:
    return _rounded(number) in allowed


def _rounded(number: float) -> float:
    return 0.0 if number == 0 else float(f"{number:.9g}")


def sheet_numbers(data: bytes) -> Iterator[float]:
    """Yield the numbers in the cells of a workbook, hidden sheets and rows among them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sheets = [
                archive.read(one).decode("utf-8", "replace")
                for one in archive.namelist()
                if one.startswith("xl/worksheets/") and one.endswith(".xml")
            ]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return
    for sheet, times in Counter(sheets).items():
        for attributes, text in _SHEET_CELL.findall(sheet) * times:
            number = None if _TEXT_CELL.search(attributes) else _number(text)
            if number is not None:
                yield number
