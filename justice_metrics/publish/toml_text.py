"""Settings written as TOML again: keys and values only, so that nobody's remarks travel with them."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(content: Mapping[str, Any]) -> str:
    """Return settings as the text of a TOML file.

    Parameters
    ----------
    content : mapping
        As ``tomllib`` reads it: texts, numbers, days, lists and tables.

    Examples
    --------
    >>> print(toml_text({"study": {"title": "A", "n": [1, 2]}, "question": [{"ask": "attrition"}]}), end="")
    [study]
    title = "A"
    n = [1, 2]
    <BLANKLINE>
    [[question]]
    ask = "attrition"
    """
    return "\n".join(_lines(content, ())).strip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    later: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, Mapping) or _is_tables(value):
            later.append((name, value))
        else:
            yield f"{_key(name)} = {_value(value)}"
    for name, value in later:
        inside = (*path, name)
        dotted = ".".join(_key(one) for one in inside)
        for one in value if _is_tables(value) else (value,):
            yield ""
            yield f"[[{dotted}]]" if _is_tables(value) else f"[{dotted}]"
            yield from _lines(one, inside)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    # JSON and TOML quote alike, but for the one control that JSON lets pass
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return repr(value)
