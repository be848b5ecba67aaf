"""Tables for programs: labels nobody uses, indexes, statistics, outputs of notebooks, formulas in texts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from ....base.language import tr
from .pages import Told

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s?%?")


def look_at_csv(data: bytes) -> Iterator[Told]:
    """Yield what a spreadsheet would carry out instead of showing it."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        yield "unreadable", tr("It cannot be read as what its name says.")
        return
    if any(one.startswith(_FORMULA) and not _NUMBER.fullmatch(one.strip()) for row in rows for one in row):
        yield "active", tr("texts that a spreadsheet takes for formulas")


def look_at_json(data: bytes) -> Iterator[Told]:
    """Yield what is wrong with a file for programs."""
    try:
        json.loads(data)
    except ValueError:
        yield "unreadable", tr("It cannot be read as what its name says.")


def look_at_notebook(data: bytes) -> Iterator[Told]:
    """Yield outputs and metadata of a notebook: they hold what was on the screen when it was saved."""
    try:
        book: Any = json.loads(data)
        cells = book["cells"]
    except (ValueError, KeyError, TypeError):
        yield "unreadable", tr("It cannot be read as what its name says.")
        return
    if any(cell.get("outputs") or cell.get("attachments") for cell in cells):
        yield "hidden_part", tr("outputs of a notebook")
    if any(cell.get("execution_count") or cell.get("metadata") for cell in cells):
        yield "notice", tr("metadata of a notebook")


def look_at_parquet(data: bytes) -> Iterator[Told]:
    """Yield labels without a row, an index, metadata of other programs and column statistics of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data), read_dictionary=None)
        table = file.read()
    except (pa.ArrowException, OSError):
        yield "unreadable", tr("It cannot be read as what its name says.")
        return
    for column in table.itercolumns():
        for chunk in column.chunks:
            if isinstance(chunk, pa.DictionaryArray) and len(chunk.indices.unique().drop_null()) < len(
                chunk.dictionary
            ):
                yield "hidden_part", tr("labels that no row has any more")
    kept = file.schema_arrow.metadata or {}
    if b"pandas" in kept:
        yield "metadata", tr("metadata that tell '{what}'", what="pandas")
    if any(name.startswith("__index_level") for name in table.column_names):
        yield "hidden_part", tr("an index: the numbers of rows that were left out")
    groups = (file.metadata.row_group(one) for one in range(file.metadata.num_row_groups))
    if any(group.column(one).statistics is not None for group in groups for one in range(group.num_columns)):
        yield "notice", tr("smallest and largest values of columns")
