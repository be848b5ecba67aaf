"""Files and folders written as a whole: the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from ..base.errors import OutputError
from ..base.language import tr, trn
from .lock import writing_alone
from .names import checked_names

MANIFEST: Final = "manifest.json"
RELEASE: Final = "release.json"
"""What says of a folder that it is a public release."""
_NUMBERED: Final = "[0-9][0-9][0-9]"
_FORMAT: Final = "justice_metrics folder 1"
_NEW, _OLD = "justice_metrics-new-", "justice_metrics-old-"
# What file managers and office programs leave behind; it is nobody's work.
_LITTER: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def write_file(path: str | Path, data: bytes) -> Path:
    """Write one file as a whole: after a crash there is the old one or the new one.

    Parameters
    ----------
    path : str or Path
        Where; the folder must exist. A new file is readable for its owner only, because what the library
        writes is internal; a file that is replaced keeps its permissions.
    data : bytes
        What.

    Returns
    -------
    Path
        The path as it was given.

    Raises
    ------
    OutputError
        When it cannot be written; what was there before is still there.
    """
    target = Path(os.path.realpath(path))
    with explained(target.name):
        _require_parent(target)
        _refuse_releases(target)
        if target.exists() and not target.is_file():
            raise OutputError(
                tr("'{name}' is a folder, not a file.", name=target.name), tr("Give the name of a file in it.")
            )
        with writing_alone(target):
            for stale in target.parent.glob(_pattern(target, _NEW)):
                stale.unlink()
            replace_file(target, data, _mode(target, 0o600))
    return Path(path)


def write_folder(files: Mapping[str, bytes], folder: str | Path, *, public: bool = False) -> Path:
    """Write a folder as a whole, with a manifest: complete, or not at all.

    The files are written into a hidden folder beside, which then takes the place of the old one. When the
    process is killed the old folder is there, or the new one; in the instant between the two renames the old
    one has a hidden name beside, and the next call puts it back before it does anything else. Remains of
    earlier crashes are removed then too.

    Parameters
    ----------
    files : mapping of str to bytes
        Name relative to the folder ("/" for a folder inside) and content.
    folder : str or Path
        Where; the folder around it must exist. A new folder is open to its owner only; one that is replaced
        keeps its permissions.
    public : bool
        Let everybody read it, as a web server must.

    Returns
    -------
    Path
        The path as it was given.

    Raises
    ------
    OutputError
        When it cannot be written, another run is writing it, or it holds files that the library did not write or
        that were changed since: these are nobody's to delete. What was there before is still there.
    """
    names = checked_names(files, reserved=MANIFEST)
    target = Path(os.path.realpath(folder))
    with explained(target.name):
        _require_parent(target)
        _refuse_releases(target)
        with writing_alone(target):
            _recover(target)
            _refuse_strangers(target)
            new = Path(tempfile.mkdtemp(prefix=f".{target.name}.{_NEW}", dir=target.parent))
            try:
                build_folder(new, {name: files[name] for name in names}, _mode(target / MANIFEST, 0o600))
                new.chmod(_mode(target, 0o700))
                if public:
                    open_folder(new)
                _swap(new, target)
            except BaseException:
                shutil.rmtree(new, ignore_errors=True)
                raise
            for replaced in target.parent.glob(_pattern(target, _OLD)):
                shutil.rmtree(replaced, ignore_errors=True)  # the next call removes what resists
    return Path(folder)


def _refuse_releases(target: Path) -> None:
    """Refuse a place in the folder of the releases: what is in it is public, and nobody changes it any more."""
    for place in (target, *target.parents):
        if any(all((one / name).is_file() for name in (RELEASE, MANIFEST)) for one in (place, *place.glob(_NUMBERED))):
            raise OutputError(
                tr(
                    "'{name}' lies in a public release, or where the releases are; these stay as they are.",
                    name=target.name,
                ),
                tr("Name a file or a folder elsewhere."),
            )


def manifest_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of a folder: name, size and SHA-256 of each file, in order of name."""
    entries = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    return (json.dumps({"format": _FORMAT, "files": entries}, indent=2, ensure_ascii=False) + "\n").encode()


def strangers(folder: str | Path) -> tuple[str, ...] | None:
    """List the files in a folder that are not as the library wrote them.

    Parameters
    ----------
    folder : str or Path
        A folder that exists.

    Returns
    -------
    tuple of str, or None
        Names of files that the manifest does not list or that were changed since; None when there are files and no
        manifest of ours.
    """
    folder = Path(folder)
    found = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if (path.is_symlink() or not path.is_dir()) and not _is_litter(path.name)
    }
    if not found:
        return ()
    manifest = found.pop(MANIFEST, None)
    listed = None if manifest is None else _listed(manifest)
    if listed is None:
        return None
    return tuple(
        name
        for name, path in found.items()
        if path.is_symlink() or not path.is_file() or listed.get(name) != _digest(path)
    )


def _require_parent(target: Path) -> None:
    if not target.parent.is_dir():
        raise OutputError(
            tr("There is no folder '{folder}' to write '{name}' in.", folder=target.parent.name, name=target.name),
            tr("Make the folder first, or name another place."),
        )


def _refuse_strangers(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(
            tr("'{name}' is a file; a report is a folder.", name=target.name),
            tr("Move the file away, or name another folder."),
        )
    foreign = strangers(target)
    if foreign is None:
        raise OutputError(
            tr("The folder '{name}' holds files that justice_metrics did not write.", name=target.name),
            tr("Name an empty or a new folder; nothing was changed in this one."),
        )
    if foreign:
        raise OutputError(
            trn(
                "The folder '{name}' holds {n} file added or changed since it was written: {listed}.",
                "The folder '{name}' holds {n} files added or changed since it was written: {listed}.",
                len(foreign),
                name=target.name,
                listed=(*foreign[:3], *(("…",) if len(foreign) > 3 else ())),
            ),
            tr("Move them elsewhere, or write to another folder; nothing was changed in this one."),
        )


def recover_folder(folder: Path) -> None:
    """Put a folder back that a killed run had moved aside, and remove what it had begun, before somebody reads it."""
    with explained(folder.name):
        _require_parent(folder)
        with writing_alone(folder):
            _recover(folder)


def open_folder(folder: Path) -> None:
    """Let everybody read what is in a folder, and its owner write."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _recover(target: Path) -> None:
    """Put back what a killed run had moved aside, and remove what it had begun."""
    aside = sorted(target.parent.glob(_pattern(target, _OLD)))
    if aside and not target.exists():
        aside[0].rename(target)
    for begun in target.parent.glob(_pattern(target, _NEW)):
        shutil.rmtree(begun)


def build_folder(folder: Path, files: Mapping[str, bytes], mode: int) -> None:
    """Write files and their manifest into an empty folder, each down to the disk.

    Parameters
    ----------
    folder : Path
        It is there, and nothing is in it.
    files : mapping of str to bytes
        Names that ``checked_names`` let pass.
    mode : int
        Rights of each file once it is complete.
    """
    for name, data in {**files, MANIFEST: manifest_bytes(files)}.items():
        path = folder.joinpath(*name.split("/"))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), data)
        path.chmod(mode)
    for inside in {folder, *(path for path in folder.rglob("*") if path.is_dir())}:
        sync_folder(inside)


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
        sync_folder(target.parent)
        return
    aside = new.with_name(new.name.replace(_NEW, _OLD))
    try:
        target.rename(aside)
        new.rename(target)
    except BaseException:
        if aside.exists() and not target.exists():
            aside.rename(target)
        raise
    sync_folder(target.parent)


def replace_file(target: Path, data: bytes, mode: int) -> None:
    """Put a complete file in the place of another one, or of none, with the rights given."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.{_NEW}", dir=target.parent)
    try:
        _write(handle, data)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _write(handle: int, data: bytes) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written down to the disk."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network drives refuse it; the rename itself has been made
            os.fsync(handle)
    finally:
        os.close(handle)


def _mode(existing: Path, otherwise: int) -> int:
    return stat.S_IMODE(existing.stat().st_mode) if existing.exists() else otherwise


def _pattern(target: Path, mark: str) -> str:
    escaped = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in target.name)
    return f".{escaped}.{mark}*"


def _is_litter(name: str) -> bool:
    return name.casefold() in _LITTER or name.startswith(("~$", ".~lock."))


def _listed(manifest: Path) -> dict[str, str] | None:
    try:
        content: Any = json.loads(manifest.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            return None
        return {str(one["name"]): str(one["sha256"]) for one in content["files"]}
    except (ValueError, KeyError, TypeError):
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what the system says into what is wrong and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}:
            raise OutputError(
                tr("The disk is full: '{name}' was not written.", name=name),
                tr("Free some space and run the same command again; what was there before is still there."),
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise OutputError(
                tr("'{name}' cannot be written here: permission denied.", name=name),
                tr(
                    "Close it if it is open in another program, or name a folder in which you may write; "
                    "what was there before is still there."
                ),
            ) from error
        raise OutputError(
            tr("'{name}' was not written: {reason}.", name=name, reason=error.strerror or type(error).__name__),
            tr("What was there before is still there."),
        ) from error
