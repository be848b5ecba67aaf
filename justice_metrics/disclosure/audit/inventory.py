"""Every file of a release folder: declared in the manifest, of a known kind, and nothing beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...base.errors import ReadError
from ...base.language import tr
from .report import Finding

MANIFEST: Final = "manifest.json"
KINDS: Final = (".csv", ".docx", ".dta", ".html", ".json", ".md", ".pdf", ".png", ".svg", ".toml", ".txt", ".xlsx")
_LARGEST: Final = 100_000_000
# Parts of the secure side have these in their names; they hold raw counts or personal data.
_SECURE: Final = ("personal_data_", "dossier", "secret", "exceptions", "register_of_releases")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The files of a folder that can be looked into, by name, and what was found on the way.

    Attributes
    ----------
    files : mapping of str to Path
    findings : tuple of Finding
    """

    files: Mapping[str, Path]
    findings: tuple[Finding, ...]


def take_inventory(folder: Path, kinds: Sequence[str] = KINDS) -> Inventory:
    """List the files of a release folder and compare them with its manifest.

    Parameters
    ----------
    folder : Path
    kinds : sequence of str
        Endings of the names that may be in it.

    Raises
    ------
    ReadError
        When there is no such folder.
    """
    if not folder.is_dir():
        raise ReadError(
            tr("There is no folder '{name}'.", name=folder.name),
            tr("Name the folder of one release, such as public/001."),
        )
    files: dict[str, Path] = {}
    findings: list[Finding] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            findings.append(Finding("file", tr("It is a link to somewhere else."), name))
        elif path.is_file():
            files[name] = path
            findings += _kind(name, path, kinds)
        elif not path.is_dir():
            findings.append(Finding("file", tr("It is no file."), name))
    findings += _declared(folder, files)
    return Inventory(files, tuple(findings))


def _kind(name: str, path: Path, kinds: Sequence[str]) -> Iterator[Finding]:
    if any(part.startswith((".", "~")) for part in Path(name).parts):
        yield Finding("file", tr("It is a hidden file."), name)
    elif path.suffix.lower() not in kinds:
        yield Finding(
            "file",
            tr("Its kind is not one of those that a release holds: {known}.", known=tuple(one[1:] for one in kinds)),
            name,
        )
    if any(mark in path.name.lower() for mark in _SECURE):
        yield Finding("file", tr("By its name it belongs on the secure side."), name)
    size = path.stat().st_size
    if size == 0 or size > _LARGEST:
        yield Finding("file", tr("It is empty.") if size == 0 else tr("It is too large to be looked through."), name)


def _declared(folder: Path, files: Mapping[str, Path]) -> Iterator[Finding]:
    listed = _manifest(folder)
    if listed is None:
        yield Finding("file", tr("It is missing or cannot be read, so no file is declared."), MANIFEST)
        return
    for name, path in files.items():
        if name == MANIFEST:
            continue
        if name not in listed:
            yield Finding("file", tr("The manifest does not declare it."), name)
            continue
        size, digest = listed[name]
        if path.stat().st_size != size or _digest(path) != digest:
            yield Finding("file", tr("It was changed since the manifest was written."), name)
    for name in listed:
        if name not in files:
            yield Finding("file", tr("The manifest declares it, and it is not there."), name)


def _manifest(folder: Path) -> dict[str, tuple[int, str]] | None:
    try:
        content: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {str(one["name"]): (int(one["bytes"]), str(one["sha256"])) for one in content["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
