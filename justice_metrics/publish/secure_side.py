"""The secure side of a study: raw counts for the checker, the register of releases and queries, the key."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..base.errors import OutputError
from ..base.language import tr
from .folder import build_folder, explained, replace_file

_KEY: Final = "key"
_WHICH_KEY: Final = "which_key"
_REGISTER: Final = "register.json"
_FORMAT: Final = "justice_metrics register 1"
_STAGED: Final = ".staged-"


@dataclass(frozen=True, slots=True)
class SecureSide:
    """A folder that only its owner may enter; nothing in it is ever written into a public folder.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @classmethod
    def opened(cls, folder: Path) -> SecureSide:
        """Open the secure side of a study, and make it where there is none.

        Raises
        ------
        OutputError
            When others than its owner may enter it, or it cannot be made.
        """
        with explained(folder.name):
            if not folder.parent.is_dir():
                raise OutputError(
                    tr(
                        "There is no folder '{folder}' to write '{name}' in.",
                        folder=folder.parent.name,
                        name=folder.name,
                    ),
                    tr("Make the folder first, or name another place."),
                )
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                raise OutputError(tr("'{name}' is not a folder.", name=folder.name), tr("Name a folder of its own."))
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
                raise OutputError(
                    tr("Others than its owner may enter the folder '{name}' of the secure side.", name=folder.name),
                    tr("Take their rights away: chmod 700."),
                )
            # what a killed run had begun holds numbers too
            for begun in folder.glob(f"{_STAGED}*"):
                shutil.rmtree(begun)
        return cls(folder)

    def key(self) -> bytes:
        """Return the key of this study's fingerprints; one is made at the first call."""
        path = self.folder / _KEY
        if not path.exists():
            self.keep(_KEY, f"{secrets.token_hex(32)}\n".encode())
        with explained(_KEY):
            return path.read_bytes().strip()

    def ensure_same_key(self, key: bytes) -> None:
        """Refuse another key than that of the first release: with it the same data would pass for other data.

        Raises
        ------
        OutputError
        """
        found, path = keyed_digest(key, b"which key"), self.folder / _WHICH_KEY
        if not path.exists():
            self.keep(_WHICH_KEY, f"{found}\n".encode())
        elif path.read_text(encoding="ascii", errors="replace").strip() != found:
            raise OutputError(
                tr("The key of the fingerprints is not the one with which this study was published before."),
                tr("Use the key that was used then: by it the same data are known again."),
            )

    def keep(self, name: str, data: bytes) -> None:
        """Write a file of the secure side as a whole, for its owner only."""
        path = self.folder.joinpath(*name.split("/"))
        with explained(path.name):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            replace_file(path, data, 0o600)

    def keep_record(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a JSON file of the secure side."""
        self.keep(name, json_text(content))

    def entries(self) -> list[dict[str, Any]]:
        """Return the register: every release and query, oldest first.

        Raises
        ------
        OutputError
            When it is not as the library wrote it: what was published before must be known.
        """
        path = self.folder / _REGISTER
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = content["entries"] if content["format"] == _FORMAT else None
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, list):
            raise OutputError(
                tr("The register of the releases ('{name}') is not as the library wrote it.", name=_REGISTER),
                tr("Put back a copy: what was published before must be known before anything else is."),
            )
        return found

    def enter(self, entry: Mapping[str, Any]) -> None:
        """Add a release or a query to the register."""
        self.keep_record(_REGISTER, {"format": _FORMAT, "entries": [*self.entries(), dict(entry)]})

    def holds(self, name: str) -> bool:
        """Whether there is such a file on the secure side."""
        return self.folder.joinpath(*name.split("/")).is_file()

    def record(self, name: str) -> Any:
        """Return the content of a JSON file of the secure side."""
        with explained(name):
            return json.loads(self.folder.joinpath(*name.split("/")).read_text(encoding="utf-8"))

    def keep_folder(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Keep files together in a folder of the secure side: all of them, or none."""
        target = self.folder.joinpath(*name.split("/"))
        with self.staged(files) as folder, explained(name):
            target.parent.mkdir(mode=0o700, exist_ok=True)
            if target.exists():
                # a killed run kept it, and died before the register knew of it
                shutil.rmtree(target)
            folder.rename(target)
        return target

    @contextmanager
    def staged(self, files: Mapping[str, bytes]) -> Iterator[Path]:
        """Give the files of a release in a folder of the secure side, as they will lie in the public one."""
        with explained(self.folder.name):
            folder = Path(tempfile.mkdtemp(prefix=_STAGED, dir=self.folder))
            try:
                build_folder(folder, files, 0o600)
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def json_text(content: Mapping[str, Any]) -> bytes:
    """Return the bytes of a JSON file, the same for the same content."""
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def keyed_digest(key: bytes, *parts: bytes) -> str:
    """Return a fingerprint that nobody without the key can make or test: HMAC-SHA-256 of parts, 32 hexadecimal digits.

    Examples
    --------
    >>> keyed_digest(b"k", b"a", b"bc") == keyed_digest(b"k", b"ab", b"c")
    False
    """
    made = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        made.update(len(part).to_bytes(8, "big"))
        made.update(part)
    return made.hexdigest()[:32]
