"""Which files the numbers of a study come from, and a fingerprint of them that only the holder of a key can make."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..cases.casedata import CaseData
from ..cases.readers.database_url import is_database
from ..cases.surveys.survey import Survey
from ..publish.secure_side import keyed_digest
from .asking import Data
from .described import Described

_CANARIES: Final = 20
_LOOKED_AT: Final = 100_000
_TELLING: Final = re.compile(r"(?=.*\d)(?=.*[^\d.,\s]).{7,}")
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


def canaries_of(data: Data) -> tuple[str, ...]:
    """Return some ids of case files or of people, for an auditor to look for in what is published.

    Parameters
    ----------
    data : CaseData, CountData or Survey
        A table of counts has no ids.

    Returns
    -------
    tuple of str
        Spread over the file; only ids that cannot be a number or a word by chance. They are never shown.
    """
    if isinstance(data, CaseData):
        ids = data.milestones.select("unit_id").head(_LOOKED_AT).collect()["unit_id"].to_list()
    elif isinstance(data, Survey) and data.people is not None:
        ids = data.people[:_LOOKED_AT].tolist()
    else:
        return ()
    telling = sorted({str(one) for one in ids if _TELLING.search(str(one))})
    return tuple(telling[:: max(1, len(telling) // _CANARIES)][:_CANARIES])


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
