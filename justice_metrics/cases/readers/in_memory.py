"""Frames that are in memory: as Arrow tables, and with columns that are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import narwhals.stable.v2 as nw

if TYPE_CHECKING:
    import pyarrow as pa

# Above this a float cannot tell whole numbers apart.
LARGEST_WHOLE: Final = 2.0**53


def to_arrow(frame: nw.DataFrame[Any]) -> pa.Table:
    """Return an in-memory frame as Arrow; a column that mixes types, as spreadsheets do, becomes texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {}
    for name in frame.columns:
        series = frame.get_column(name)
        try:
            column = series.to_arrow()
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            column = pa.array([_text(value) for value in series.to_list()], pa.string())
        # A moment belongs to the day that the clocks of its own zone showed.
        zoned = pa.types.is_timestamp(column.type) and column.type.tz is not None
        columns[str(name)] = pc.local_timestamp(column) if zoned else column
    return pa.table(columns)


def _text(value: Any) -> str | None:
    """Return one cell as text; what is not equal to itself is missing (NaN, NaT)."""
    if value is None or value != value:  # noqa: PLR0124
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def appended(table: pa.Table, name: str, column: str, lookup: Mapping[str, Any], dtype: Any) -> pa.Table:
    """Return a table with one more column: the value that ``lookup`` has for each text of ``column``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    arrow_type = {nw.Int32: pa.int32(), nw.Int64: pa.int64(), nw.Float64: pa.float64(), nw.String: pa.string()}[dtype]
    texts = table[column]
    if pa.types.is_floating(texts.type):
        whole = pc.and_(pc.equal(texts, pc.floor(texts)), pc.less(pc.abs(texts), LARGEST_WHOLE))
        as_whole = pc.if_else(whole, texts, None).cast(pa.int64()).cast(pa.string())
        texts = pc.coalesce(as_whole, texts.cast(pa.string()))
    coded = pc.dictionary_encode(texts.cast(pa.string())).combine_chunks()
    values = pa.array([lookup.get(text) for text in coded.dictionary.to_pylist()], arrow_type)
    made = values.take(coded.indices) if len(values) else pa.nulls(table.num_rows, arrow_type)
    return table.append_column(name, made)
