"""The list of an output checker, gone through by a program: files, what is in them, words that must not be there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ...base.language import tr, trn
from .canaries import TRACES, Canaries
from .contents.office import look_at_office
from .contents.pages import Told, look_at_page
from .contents.pictures import look_at_pdf, look_at_png
from .contents.tables import look_at_csv, look_at_json, look_at_notebook, look_at_parquet
from .copies import compare_copies
from .inventory import take_inventory
from .layers import TooLargeError, as_read, layers
from .reading import RESULTS
from .report import AuditReport, Finding

LOOKS: Final[Mapping[str, Callable[[bytes], Iterator[Told]]]] = MappingProxyType(
    {
        ".html": look_at_page,
        ".svg": look_at_page,
        ".docx": look_at_office,
        ".xlsx": look_at_office,
        ".png": look_at_png,
        ".pdf": look_at_pdf,
        ".csv": look_at_csv,
        ".json": look_at_json,
        ".geojson": look_at_json,
        ".ipynb": look_at_notebook,
        ".parquet": look_at_parquet,
    }
)


def check_release(folder: str | Path, *, canaries: Sequence[str] = ()) -> AuditReport:
    """Go through the list of an output checker for a folder that is to be published.

    Parameters
    ----------
    folder : str or Path
        A release folder with its manifest.
    canaries : sequence of str
        Names and ids that must be in no byte of it, also not packed, encoded or escaped. They are never repeated in
        the report.

    Returns
    -------
    AuditReport
        ``findings`` for what may not leave, ``notices`` for what a person must look at.

    Raises
    ------
    ReadError
        When there is no such folder.
    """
    folder = Path(folder)
    inventory = take_inventory(folder)
    found = list(inventory.findings)
    words = Canaries(canaries)
    for name, path in inventory.files.items():
        data = path.read_bytes()
        look = LOOKS.get(path.suffix.lower())
        if look is not None:
            found += together(name, look(data))
        found += words_in(name, data, words)
    results = _results(inventory.files)
    if results is not None:
        found += compare_copies(inventory.files, results)
    return AuditReport(
        findings=tuple(one for one in found if one.kind != "notice"),
        notices=tuple(one for one in found if one.kind == "notice"),
        files=len(inventory.files),
    )


def together(name: str, told: Iterator[Told]) -> Iterator[Finding]:
    """Yield each thing once, however often a file has it."""
    for kind, words in dict.fromkeys(told):
        yield Finding(kind, words if kind == "unreadable" else tr("It holds {what}.", what=words), name)


def words_in(name: str, data: bytes, canaries: Canaries) -> Iterator[Finding]:
    """Yield that a file holds words that must be nowhere, without repeating them."""
    words, traces = canaries.in_layer(name.encode("utf-8", "replace")), set()
    try:
        for layer in layers(data):
            words |= canaries.in_layer(layer)
            if canaries:
                for read in as_read(layer):
                    words |= canaries.in_layer(read)
            traces |= {kind for kind, pattern in TRACES if pattern.search(layer)}
    except TooLargeError:
        yield Finding("unreadable", tr("It unpacks to more than can be looked through."), name)
    if words:
        yield Finding(
            "canary",
            trn("{n} word that must not leave is in it.", "{n} words that must not leave are in it.", len(words)),
            name,
        )
    if "path" in traces:
        yield Finding("trace", tr("It tells a folder of the machine on which it was made."), name)
    if "log" in traces:
        yield Finding("trace", tr("It holds the log of an error."), name)


def _results(files: Mapping[str, Path]) -> object | None:
    try:
        found = json.loads(files[RESULTS].read_bytes())
    except (KeyError, ValueError):
        return None
    return found if isinstance(found, dict) and "results" in found else None
