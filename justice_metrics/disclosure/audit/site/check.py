"""The list of an output checker for a whole site: its pages, its data, and every earlier edition that it keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ....base.language import tr, trn
from ..canaries import Canaries
from ..check import LOOKS, together, words_in
from ..contents.pages import Told, look_at_page
from ..contents.tables import look_at_json
from ..inventory import KINDS, take_inventory
from ..report import AuditReport, Finding
from .figures import (
    Shown,
    figure_shown,
    look_at_chart,
    look_at_csv_of,
    look_at_cube,
    look_at_figure,
    look_at_sheet_of,
    payload,
    unread,
    with_words,
)
from .pages import drawn_texts, look_at_style, looked_at
from .record import Record, read_record

RECORD: Final = "release"
RELEASES: Final = "releases"
_KINDS: Final = (*KINDS, ".css", ".js", ".jsonld", ".xml")
_INDEX: Final = "index.html"
_CUBE: Final = "cube-"
_HELP: Final = "help.html"
_LAST: Final = 2


@dataclass(slots=True)
class Edition:
    """One release of a site: the latest at its root, or an earlier one under its day.

    Attributes
    ----------
    prefix : str
        Beginning of the names of its files.
    record : Record
    digest : str
        Of the record: files that are the same in two editions of one record are looked at once.
    figures : dict of str to Shown
        What each figure may show.
    """

    prefix: str
    record: Record
    digest: str
    figures: dict[str, Shown] = field(default_factory=dict)


def is_site(folder: Path) -> bool:
    """Return whether a folder is a built site: pages with the record of a release below them."""
    return (folder / _INDEX).is_file() and (folder / RECORD).is_dir()


def earlier_editions(folder: Path) -> list[Path]:
    """Return the folders of the records of earlier releases that a site keeps, the oldest first.

    Parameters
    ----------
    folder : Path
        Of the site.
    """
    latest = _digest_of(folder / RECORD / "results.json")
    kept = sorted((folder / RELEASES).glob(f"*/{RECORD}/results.json"))
    return [one.parent for one in kept if _digest_of(one) != latest]


def check_site(folder: Path, *, canaries: Sequence[str] = ()) -> AuditReport:
    """Go through every file of a site.

    Parameters
    ----------
    folder : Path
    canaries : sequence of str
        Names and ids that must be in no byte of it.

    Returns
    -------
    AuditReport
        Findings for a number that the record of its release does not show, a hidden one that turns up, a page that
        runs something of its own or asks elsewhere for anything; and all that `check_release` looks for.

    Raises
    ------
    ReadError
        When there is no such folder.
    """
    inventory = take_inventory(folder, _KINDS)
    found = list(inventory.findings)
    editions, broken = _editions(inventory.files)
    found += broken
    words = Canaries(canaries)
    seen: set[tuple[str, str, str]] = set()
    for name, path in sorted(inventory.files.items(), key=lambda one: (_turn(one[0]), one[0])):
        data = path.read_bytes()
        edition = _edition_of(name, editions)
        rest = name.removeprefix(_prefix(name))
        # pages of two editions have the same names and lead to their own files
        key = (hashlib.sha256(data).hexdigest(), "" if edition is None else edition.digest, rest)
        again = key in seen
        seen.add(key)
        if edition is not None and (not again or _turn(name) < _LAST):
            found += _data(name, rest, data, edition)
        if not again:
            found += together(name, _looks(rest, data))
            found += _pages(name, rest, data, edition, folder)
            found += words_in(name, data, words)
    return AuditReport(
        findings=tuple(one for one in found if one.kind != "notice"),
        notices=tuple(one for one in found if one.kind == "notice"),
        files=len(inventory.files),
    )


def _editions(files: Mapping[str, Path]) -> tuple[list[Edition], list[Finding]]:
    """Read the record of each edition, the root's last, so that the longest beginning is found first."""
    made: list[Edition] = []
    broken: list[Finding] = []
    for prefix in sorted({_prefix(name) for name in files}, key=len, reverse=True):
        results = files.get(f"{prefix}{RECORD}/results.json")
        try:
            record = None if results is None else read_record(results.parent)
        except (OSError, ValueError, KeyError, TypeError):
            record = None
        if record is not None and results is not None:
            made.append(Edition(prefix, record, _digest_of(results)))
        else:
            broken.append(
                Finding("file", tr("The record of the release is missing or cannot be read."), f"{prefix}{RECORD}")
            )
    return made, broken


def _prefix(name: str) -> str:
    parts = name.split("/")
    return f"{RELEASES}/{parts[1]}/" if parts[0] == RELEASES and len(parts) > 2 else ""


def _edition_of(name: str, editions: Sequence[Edition]) -> Edition | None:
    prefix = _prefix(name)
    return next((one for one in editions if one.prefix == prefix), None)


def _turn(name: str) -> int:
    """Return when a file is read: that of a figure first, its chart then, and last what is judged by them."""
    if "/data/" not in f"/{name}":
        return _LAST
    return 0 if name.endswith(".json") else 1 if name.endswith(".chart.js") else _LAST


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _looks(rest: str, data: bytes) -> Iterator[Told]:
    """Yield what the list of an output checker has for each kind of file; pages are looked at by themselves."""
    suffix = Path(rest).suffix.lower()
    if suffix == ".css":
        yield from look_at_style(data)
    elif suffix == ".jsonld":
        yield from look_at_json(data)
    elif suffix == ".svg":
        yield from look_at_page(data)
    elif suffix != ".html" and suffix in LOOKS:
        yield from LOOKS[suffix](data)


def _data(name: str, rest: str, data: bytes, edition: Edition) -> Iterator[Finding]:
    """Yield what is wrong with a file of data."""
    folder, _, file = rest.rpartition("/")
    if folder != "data":
        return
    stem = file.partition(".")[0]
    shown = edition.figures.get(stem)
    suffix = Path(file).suffix.lower()
    try:
        if suffix == ".json":
            yield from _own_file(name, stem, json.loads(data), edition)
        elif suffix == ".js":
            yield from _script(name, stem, data, edition)
        elif suffix == ".csv":
            yield from look_at_csv_of(data, edition.record, name)
        elif suffix == ".xlsx":
            yield from look_at_sheet_of(data, shown, edition.record, name)
        elif suffix == ".svg":
            yield from _texts(name, drawn_texts(data), shown, edition)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        yield unread(name)


def _own_file(name: str, stem: str, content: Any, edition: Edition) -> Iterator[Finding]:
    if stem.startswith(_CUBE):
        yield from look_at_cube(content, edition.record, name)
        return
    shown = figure_shown(content, edition.record)
    edition.figures[stem] = shown
    yield from look_at_figure(content, edition.record, shown, name)


def _script(name: str, stem: str, data: bytes, edition: Edition) -> Iterator[Finding]:
    found = payload(data)
    if found is None:
        yield Finding("active", tr("It is a program, and not data that are handed over."), name)
        return
    kind, _, content = found
    if kind == "cubes":
        yield from look_at_cube(content, edition.record, name)
    elif kind == "charts":
        shown = with_words(content, edition.figures.get(stem) or Shown(edition.record.answers))
        edition.figures[stem] = shown
        yield from look_at_chart(content, shown, name)


def _pages(name: str, rest: str, data: bytes, edition: Edition | None, folder: Path) -> Iterator[Finding]:
    """Yield what is wrong with a page, or with a script that is no data."""
    suffix = Path(rest).suffix.lower()
    if suffix == ".js" and not rest.startswith(("data/", "assets/")):
        yield Finding("active", tr("It is a program, and not data that are handed over."), name)
    if rest.startswith("assets/"):
        yield from _assets(name, folder)
    if suffix != ".html":
        return
    page = looked_at(data, help=Path(rest).name == _HELP)
    yield from together(name, iter(page.found))
    if page.links:
        words = trn("{n} link leads to another place.", "{n} links lead to another place.", page.links)
        yield Finding("notice", words, name)
    if edition is not None:
        for figure, said in page.said.items():
            yield from _texts(name, said, edition.figures.get(figure), edition)


def _assets(name: str, folder: Path) -> Iterator[Finding]:
    """Yield that scripts and styles are not those that the name of their folder tells; asked once for each folder."""
    parent = folder / Path(name).parent
    files = sorted(one for one in parent.iterdir() if one.is_file())
    if files[0].name != Path(name).name:
        return
    digest = hashlib.sha256()
    for one in files:
        content = one.read_bytes()
        digest.update(f"{one.name}\0{len(content)}\0".encode() + content)
    if not digest.hexdigest().startswith(parent.name):
        yield Finding("active", tr("Scripts or styles in it were changed."), Path(name).parent.as_posix())


def _texts(name: str, said: Sequence[str], shown: Shown | None, edition: Edition) -> Iterator[Finding]:
    allowed = edition.record.everything if shown is None or not shown.answers else shown.written
    strange = sum(allowed.strange(one) for one in said)
    if strange:
        words = trn(
            "{n} number in it is not in {results}.",
            "{n} numbers in it are not in {results}.",
            strange,
            results="results.json",
        )
        yield Finding("copy", words, name)
