"""What crosses from a reading child process to its parent: a table as an Arrow stream, everything else as JSON.

The parent trusts the child no further than the file that the child reads. Nothing is unpickled, only tables of strings
come over, and every buffer is checked before it is used.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import accumulate, pairwise
from typing import Any, Final

from ...base import errors
from ...base.language import Message
from .text_table import TextTable

# What a child says first of all, so that one that could not even begin is told from one that broke down.
READY: Final = b"ready          \n"

_LENGTH: Final = struct.Struct(">Q")
# Arrow says on standard error when numbers do not begin where the processor likes them to: a table begins at a multiple
# of so many bytes, and READY is as long.
_STEP: Final = 16
_END: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"  # the last message of an Arrow stream
# Numbers of rows travel as a column of the table; no column of a file can be called so, as names are trimmed.
_NUMBERS: Final = " row numbers "
_NOT_THERE: Final = frozenset({"ImportError", "ModuleNotFoundError"})
_OUT_OF_MEMORY: Final = frozenset({"MemoryError", "ArrowMemoryError"})
# What stands in the table itself.
_APART: Final = frozenset({"table", "numbers"})


class BrokenAnswer(Exception):  # noqa: N818 (it is no error of the reader's, and nobody outside sees it)
    """What a child sent is no answer, or half of one.

    Parameters
    ----------
    kind : str
        Kind of what broke; never its text.
    """


def packed_table(read: TextTable) -> bytes:
    """Return a table with everything that was found out about it, as bytes."""
    import pyarrow as pa

    table = read.table
    if read.numbers is not None:
        table = table.append_column(_NUMBERS, pa.array(read.numbers, pa.int64()))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table, max_chunksize=1 << 16)
    kept = {one.name: plain(getattr(read, one.name)) for one in fields(read) if one.name not in _APART}
    return b"".join((*_headed({"read": kept}), sink.getvalue().to_pybytes()))


def packed_tables(reads: Sequence[TextTable]) -> bytes:
    """Return several tables as bytes, one behind the other."""
    parts = [packed_table(one) for one in reads]
    return b"".join((*_headed({"several": [len(one) for one in parts]}), *parts))


def packed_error(error: errors.JusticeMetricsError) -> bytes:
    """Return an error with its message ids and values, so that it can be told in each language."""
    told = {"class": type(error).__name__, "problem": plain(error.problem), "remedy": plain(error.remedy)}
    return b"".join(_headed({"error": told}))


def packed_breakdown(kind: str) -> bytes:
    """Return that the reader broke down, by the kind of exception; its text may hold a cell and stays behind."""
    return b"".join(_headed({"breakdown": kind}))


def unpacked(answer: bytes | bytearray) -> TextTable:
    """Return the table that a child sent, or raise the error that it sent.

    Raises
    ------
    JusticeMetricsError
        The error of the child.
    MemoryError
        When the child ran out of memory.
    ImportError
        When the child does not find what the library needs.
    BrokenAnswer
        When the child broke down, or its answer was cut short.
    """
    import pyarrow as pa

    try:
        head, start = _head(answer)
        if "breakdown" in head:
            kind = str(head["breakdown"])
            if kind in _OUT_OF_MEMORY:
                raise MemoryError
            if kind in _NOT_THERE:
                raise ImportError(kind)
            raise BrokenAnswer(kind)
        if "error" not in head:
            return _table(answer, start, head["read"])
        error = _error(head["error"])
    # Whatever a broken child sends, it is only found to be no answer.
    except (pa.ArrowException, struct.error, ValueError, LookupError, TypeError, AttributeError, OSError) as broken:
        raise BrokenAnswer(type(broken).__name__) from None
    raise error


def unpacked_tables(answer: bytes | bytearray) -> tuple[TextTable, ...]:
    """Return the tables that a child sent, one or several, or raise the error that it sent; see :func:`unpacked`."""
    try:
        head, start = _head(answer)
        if "several" not in head:
            return (unpacked(answer),)
        ends = list(accumulate(map(int, head["several"]), initial=start))
        if len(ends) < 2 or ends[-1] != len(answer):
            raise BrokenAnswer("EOFError")
        # each part is copied, so that its numbers begin where the processor likes them to
        parts = [bytes(answer[begin:end]) for begin, end in pairwise(ends)]
    except (struct.error, ValueError, LookupError, TypeError, AttributeError) as broken:
        raise BrokenAnswer(type(broken).__name__) from None
    return tuple(unpacked(one) for one in parts)


def _head(answer: bytes | bytearray) -> tuple[Mapping[str, Any], int]:
    """Return what an answer says of itself, and where that ends."""
    (length,) = _LENGTH.unpack_from(answer)
    return json.loads(bytes(answer[_LENGTH.size : _LENGTH.size + length])), _LENGTH.size + length


def _table(answer: bytes | bytearray, start: int, told: Mapping[str, Any]) -> TextTable:
    import pyarrow as pa

    if not answer.endswith(_END):  # Arrow takes a stream that was cut between two messages for a shorter table
        raise BrokenAnswer("EOFError")
    with pa.ipc.open_stream(pa.py_buffer(answer).slice(start)) as stream:
        table = stream.read_all()
    table.validate(full=True)
    numbers = None
    if _NUMBERS in table.column_names:
        numbers = table.column(_NUMBERS).to_numpy().astype("int64")
        table = table.drop_columns([_NUMBERS])
    if any(one.type != pa.string() for one in table.schema):
        raise BrokenAnswer("TypeError")
    return TextTable(table=table, numbers=numbers, **{name: whole(one) for name, one in told.items()})


def plain(value: Any) -> Any:
    """Return a value as JSON knows it; messages, tuples, mappings and days keep their kind.

    Examples
    --------
    >>> from justice_metrics.base.language import tr
    >>> whole(plain(tr("{n} rows", n=3))) == tr("{n} rows", n=3), whole(plain((1, "a")))
    (True, (1, 'a'))
    """
    if isinstance(value, Message):
        named = [[name, plain(one)] for name, one in value.values]
        return {"message": [value.singular, named, value.plural, value.n]}
    if isinstance(value, tuple | list):
        return {"tuple": [plain(one) for one in value]}
    if isinstance(value, Mapping):
        return {"mapping": [[plain(name), plain(one)] for name, one in value.items()]}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()[:10]}
    if value is None or isinstance(value, str | int | float):
        return value
    # A label or another thing that can be read in each language: in English, rather than not at all.
    return str(value)


def whole(value: Any) -> Any:
    """Return what :func:`plain` made JSON of."""
    if not isinstance(value, dict):
        return value
    ((kind, held),) = value.items()
    if kind == "message":
        singular, named, plural, n = held
        return Message(singular, tuple((name, whole(one)) for name, one in named), plural, n)
    if kind == "tuple":
        return tuple(whole(one) for one in held)
    if kind == "mapping":
        return {whole(name): whole(one) for name, one in held}
    return dt.date.fromisoformat(held)


def _headed(head: dict[str, Any]) -> tuple[bytes, ...]:
    text = json.dumps(head).encode()
    text += b" " * (-(_LENGTH.size + len(text)) % _STEP)
    return (_LENGTH.pack(len(text)), text)


def _error(told: Mapping[str, Any]) -> errors.JusticeMetricsError:
    kind = getattr(errors, told["class"], None)
    ours = kind if isinstance(kind, type) and issubclass(kind, errors.JusticeMetricsError) else errors.ReadError
    return ours(whole(told["problem"]), whole(told["remedy"]))
