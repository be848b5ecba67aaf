"""Which files the numbers of a study come from, and a fingerprint of them that only the holder of a key can make."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..cases.readers.database_url import is_database
from ..publish.secure_side import keyed_digest
from .described import Described

_KEYS: Final = frozenset({"file", "codebook", "form", "crosswalk"})


def input_files(about: Described) -> tuple[Path, ...]:
    """Return the files that a mapping names, each once; a database is none."""
    named = dict.fromkeys(_named(about.mapping.model_dump()))
    return tuple(path for one in named if not is_database(one) for path in _inside(about.mapping.path(one)))


def input_digest(about: Described, key: bytes) -> str:
    """Return the keyed fingerprint of everything that a mapping reads: of the contents, not of names and places.

    Parameters
    ----------
    about : Described
    key : bytes
        Whoever has it can show that two releases come from the same files; nobody else can test a guess about them.
    """
    return keyed_digest(key, b"input", *(_digest(path) for path in input_files(about)))


def _named(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in _KEYS and value:
                yield from (value,) if isinstance(value, str) else value
            else:
                yield from _named(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for one in part:
            yield from _named(one)


def _inside(path: Path) -> Iterator[Path]:
    """Yield a file, or the files of a folder of parquet pieces; what is missing is told by the reader."""
    if path.is_dir():
        yield from sorted(one for one in path.rglob("*") if one.is_file())
    elif path.is_file():
        yield path


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
