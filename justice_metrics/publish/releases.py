"""Releases on the disk: numbered folders that nobody changes any more, and one small pointer to the latest.

A release folder is built under a hidden name, takes its number in one rename, and becomes the latest one when the
pointer is replaced, which is one rename too. Whoever follows the pointer sees the old complete release or the new one.
A release that has its number was checked before, so a run that died between the two renames is finished by the next.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..base.errors import OutputError
from ..base.language import tr
from .folder import MANIFEST, build_folder, explained, manifest_bytes, replace_file, strangers, sync_folder
from .lock import writing_alone
from .names import checked_names

POINTER: Final = "latest.json"
_FORMAT: Final = "justice_metrics release pointer 1"
_NUMBERED: Final = re.compile(r"\d{3,6}")
_NEW: Final = ".justice_metrics-new-"


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """One numbered release as it lies on the disk.

    Attributes
    ----------
    number : int
        From 1.
    folder : Path
    digest : str
        SHA-256 of its manifest, which holds the digest of every file.
    """

    number: int
    folder: Path
    digest: str

    def record(self, name: str) -> Any:
        """Return the content of one of its JSON files."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@contextmanager
def publishing_alone(public: Path) -> Iterator[None]:
    """Hold the right to add releases to a public folder; what a killed run had begun is finished or removed first.

    Parameters
    ----------
    public : Path
        The folder of the releases; it is made where there is none, and the folder around it must exist.

    Raises
    ------
    OutputError
        When another run is publishing there, a release was changed since it was published, or the folder holds what
        the library did not write.
    """
    with explained(public.name):
        if not public.parent.is_dir():
            raise OutputError(
                tr("There is no folder '{folder}' to write '{name}' in.", folder=public.parent.name, name=public.name),
                tr("Make the folder first, or name another place."),
            )
        if public.is_symlink() or (public.exists() and not public.is_dir()):
            raise OutputError(
                tr("'{name}' is not a folder.", name=public.name), tr("Name the folder of the releases itself.")
            )
        with writing_alone(public):
            public.mkdir(mode=0o755, exist_ok=True)
            _recover(public)
            yield


def releases(public: str | Path) -> tuple[StoredRelease, ...]:
    """Return every release of a public folder, oldest first, each as it was when it was published.

    Parameters
    ----------
    public : path
        The folder of the releases; none yet where it does not exist.

    Raises
    ------
    OutputError
        When a release is missing or was changed since, or something else lies in the folder: releases are frozen.
    """
    public = Path(public)
    if not public.is_dir():
        return ()
    found: list[StoredRelease] = []
    foreign: list[str] = []
    for path in sorted(public.iterdir(), key=lambda one: (len(one.name), one.name)):
        if path.name == POINTER or path.name.startswith("."):
            continue
        if not path.is_dir() or path.is_symlink() or not _NUMBERED.fullmatch(path.name):
            foreign.append(path.name)
            continue
        found.append(_stored(path))
    if foreign:
        raise OutputError(
            tr("The folder of the releases holds what the library did not write: {listed}.", listed=tuple(foreign[:3])),
            tr("Move it elsewhere; the releases themselves are as they were."),
        )
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise OutputError(
            tr("Of the releases up to number {n} some are missing.", n=found[-1].number),
            tr("Put them back: what was published once stays known, and the next release depends on it."),
        )
    return tuple(found)


def latest(public: str | Path) -> StoredRelease | None:
    """Return the release that the pointer names; None before the first one.

    Raises
    ------
    OutputError
        When the pointer or its release is not as it was written.
    """
    public = Path(public)
    try:
        text = (public / POINTER).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    name, digest = _pointed(text)
    stored = _stored(public / name) if _NUMBERED.fullmatch(name) else None
    if stored is None or stored.digest != digest:
        raise OutputError(
            tr("'{name}' is not as the library wrote it.", name=POINTER),
            tr("Put back the one that was published; the releases themselves are as they were."),
        )
    return stored


def _pointed(text: str) -> tuple[str, str]:
    """Return the folder that a pointer names and the digest of its manifest; nothing where it is no pointer."""
    try:
        content = json.loads(text)
        return (str(content["folder"]), str(content["manifest_sha256"])) if content["format"] == _FORMAT else ("", "")
    except (ValueError, KeyError, TypeError):
        return "", ""


def add_release(public: Path, files: Mapping[str, bytes]) -> StoredRelease:
    """Publish a release: a new numbered folder with a manifest, complete or not at all, and then the pointer.

    Parameters
    ----------
    public : Path
        The folder of the releases, held by ``publishing_alone``.
    files : mapping of str to bytes
        Name relative to the release ("/" for a folder inside) and content.

    Returns
    -------
    StoredRelease

    Raises
    ------
    OutputError
        When it cannot be written; the release before is still the latest one.
    """
    names = checked_names(files, reserved=MANIFEST)
    with explained(public.name):
        number = len(releases(public)) + 1
        target = public / f"{number:03d}"
        new = Path(tempfile.mkdtemp(prefix=f".{target.name}{_NEW}", dir=public))
        try:
            build_folder(new, {name: files[name] for name in names}, 0o444)
            _freeze(new)
            new.rename(target)
        except BaseException:
            _remove(new)
            raise
        sync_folder(public)
        stored = _stored(target)
        _point(public, stored)
    return stored


def next_number(public: Path) -> int:
    """Return the number that the next release of a folder will have."""
    return len(releases(public)) + 1


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of the manifest that a folder of these files will have."""
    return hashlib.sha256(manifest_bytes(files)).hexdigest()


def _recover(public: Path) -> None:
    """Finish what a killed run had published already, and remove what it had begun."""
    for begun in public.glob(f".*{_NEW}*"):
        _remove(begun)
    stored = releases(public)
    if stored and (not (public / POINTER).exists() or latest(public) != stored[-1]):
        _point(public, stored[-1])


def _stored(folder: Path) -> StoredRelease:
    changed = strangers(folder) if folder.is_dir() else None
    if changed is None or changed or _missing(folder):
        raise OutputError(
            tr("Release {name} is not as it was published: a file was changed, added or taken away.", name=folder.name),
            tr("Put back what was published; a correction is a new release, which says what changed."),
        )
    return StoredRelease(int(folder.name), folder, hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest())


def _missing(folder: Path) -> bool:
    listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    return any(not (folder / one["name"]).is_file() for one in listed)


def _point(public: Path, stored: StoredRelease) -> None:
    content = {
        "format": _FORMAT,
        "release": stored.number,
        "folder": stored.folder.name,
        "manifest_sha256": stored.digest,
    }
    replace_file(public / POINTER, (json.dumps(content, indent=2) + "\n").encode(), 0o644)


def _freeze(folder: Path) -> None:
    """Take the right to write from everybody, and let everybody read: this folder is public."""
    for inside in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        inside.chmod(0o555)
    folder.chmod(0o555)


def _remove(folder: Path) -> None:
    """Remove a folder or a file that was begun; what is frozen in it is thawed first."""
    if not folder.is_dir():
        folder.unlink(missing_ok=True)
        return
    for path in (folder, *(inside for inside in folder.rglob("*") if inside.is_dir())):
        if os.access(path, os.W_OK | os.X_OK):
            continue
        path.chmod(0o700)
    shutil.rmtree(folder)
