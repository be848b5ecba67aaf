"""One result as a file: table, workbook, page or figure, by the ending of the name."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from ..base.errors import OutputError, QuestionError, suggestion
from ..base.language import Language, tr
from ..base.result import Result
from ..base.table import Table
from ..figures.style import FigureFormat
from .audience import audience_of
from .drawing import drawn
from .folder import write_file
from .inert import csv_text
from .labelled import stata_bytes
from .record import json_bytes
from .report import result_page
from .workbook import workbook_bytes

FIGURES: Final = (".png", ".svg", ".pdf")
SUFFIXES: Final = (".csv", ".xlsx", ".dta", ".html", ".json", *FIGURES)


def write_table(result: Result, path: str | Path, *, table: str = "main", language: Language = "en") -> Path:
    """Write a result as a file; the ending of the name decides what it is.

    Parameters
    ----------
    result : Result
        Any answer of the library. What is written says for whom it is where it can.
    path : str or Path
        ``.csv`` one table, for a program; ``.dta`` one for Stata, with labels; ``.xlsx`` all tables with the meaning of
        their columns; ``.html`` a page with figure, tables and definition; ``.json`` all of it for a program;
        ``.png``, ``.svg``, ``.pdf`` the figure.
    table : str
        Which table; for ``.xlsx`` the one that comes first.
    language : {"en", "es"}
        Language of the words in it.

    Returns
    -------
    Path
        The path as it was given.

    Raises
    ------
    OutputError
        When the ending is not known or the file cannot be written; what was there before is still there.
    QuestionError
        When the result has no such table.
    """
    return write_file(path, result_bytes(result, Path(path).suffix, table=table, language=language))


def result_bytes(result: Result, suffix: str, *, table: str = "main", language: Language = "en") -> bytes:
    """Return a result as the bytes of a file; parameters as in `write_table`, which writes them.

    Parameters
    ----------
    result : Result
        Any answer of the library.
    suffix : str
        ``.csv``, ``.xlsx``, ``.dta``, ``.html``, ``.json``, ``.png``, ``.svg`` or ``.pdf``.
    table : str
        Which table; for ``.xlsx`` the one that comes first.
    language : {"en", "es"}
        Language of the words in it.

    Returns
    -------
    bytes
        The same result gives the same bytes.
    """
    kind = suffix.lower()
    if kind not in SUFFIXES:
        raise OutputError(
            tr("A result cannot be written as '{suffix}'.", suffix=suffix or "-"),
            tr("The name must end in one of: {known}.", known=SUFFIXES),
        )
    if table not in result.tables:
        raise QuestionError(
            tr("This result has no table '{table}'.", table=table), suggestion(table, tuple(result.tables))
        )
    if kind == ".csv":
        return csv_bytes(result.tables[table], language=language)
    if kind == ".dta":
        one = result.tables[table]
        return stata_bytes(one, title=one.title or result.heading, audience=audience_of(result), language=language)
    if kind == ".xlsx":
        return workbook_bytes(result, table=table, language=language)
    if kind == ".html":
        return result_page(result, language=language).encode("utf-8")
    if kind == ".json":
        return json_bytes([result], language)
    return drawn(result, cast("FigureFormat", kind[1:]), language=language)


def csv_bytes(table: Table, *, language: Language = "en") -> bytes:
    """Return a table as the bytes of a csv file that a program and a spreadsheet read alike.

    Parameters
    ----------
    table : Table
        Written with the names of its columns and full precision; shares and differences of shares as they are, so that
        0.01 is one per cent or one percentage point. Beside a column of ids stands ``<name>_label`` with
        their words; beside numbers that are missing in different ways or under review, ``<name>__status`` says how.
    language : {"en", "es"}
        Language of the labels.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, comma, dates as 2018-04-30, an empty cell where a number is not defined. Text that
        a spreadsheet would take for a formula has a ``'`` in front.
    """
    columns: list[list[str]] = []
    for column in table.columns:
        values = table[column.name]
        columns.append([csv_text(column.name), *(_csv_cell(value) for value in values)])
        words = table.labels.get(column.name)
        if words and f"{column.name}_label" not in table.values:
            labels = ("" if words.get(value) is None else csv_text(words[value].text(language)) for value in values)
            columns.append([csv_text(f"{column.name}_label"), *labels])
        if any(table.statuses.get(column.name, ())):
            columns.append([csv_text(f"{column.name}__status"), *table.statuses[column.name]])
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows(zip(*columns, strict=True))
    return file.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.astype("datetime64[D]").item() if isinstance(value, np.datetime64) else value.item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return csv_text(str(value))
