"""Pseudonyms that only the holder of a secret can make again: HMAC (RFC 2104) with SHA-256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stat
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

from ...base.errors import QuestionError, SettingsError
from ...base.language import tr

# 100 bits: two ids of a country's register share a pseudonym with a chance below one in a billion.
_LETTERS: Final = 20
_FEWEST_BYTES: Final = 32
_FEWEST_DIFFERENT: Final = 12


def pseudonyms(
    ids: Iterable[str | None], *, secret: str | Path, purpose: str = "", project: str | Path | None = None
) -> list[str | None]:
    """Replace ids by pseudonyms that nobody without the secret can make, test or undo.

    A plain hash of a case number is no protection: whoever can list all case numbers can hash them all. Here every
    guess needs the secret. The same id gives the same pseudonym with the same secret and purpose, so that files of
    several offices can be joined; another purpose gives pseudonyms that cannot be joined with these.

    Parameters
    ----------
    ids : iterable of str or None
        Spaces at the ends make no difference; everything else does. Missing ids stay missing.
    secret : str or Path
        ``"env:NAME"`` for an environment variable, else a file outside the project that only its owner can read. It
        holds at least 32 random bytes, such as 64 hexadecimal digits.
    purpose : str
        What the pseudonyms are for, such as the name of a register.
    project : path, optional
        Folder of the project, in which the secret may not lie; by default the current one.

    Returns
    -------
    list of str or None
        Twenty letters and digits each, in the order of the ids.

    Raises
    ------
    SettingsError
        When the secret is missing, weak, in the project, or readable by others.
    QuestionError
        When the ids are not texts.

    Examples
    --------
    >>> import pathlib, secrets, tempfile, justice_metrics as jm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "secret")
    ...     file.touch(mode=0o600)
    ...     _ = file.write_text(secrets.token_hex(32))
    ...     first, again, other = jm.pseudonyms(["2017-00123", "2017-00123 ", "2017-00124"], secret=file)
    >>> first == again, first == other, len(first)
    (True, False, 20)
    """
    key = read_secret(secret, project=project)
    made: dict[str, str] = {}
    found: list[str | None] = []
    for one in ids:
        if one is None:
            found.append(None)
            continue
        if not isinstance(one, str):
            raise QuestionError(
                tr("An id is not a text."), tr("Read ids as texts, so that 007 and 7 stay different; then ask again.")
            )
        plain = unicodedata.normalize("NFC", one.strip())
        if plain not in made:
            made[plain] = _pseudonym(key, purpose, plain)
        found.append(made[plain])
    return found


def read_secret(secret: str | Path, *, project: str | Path | None = None) -> bytes:
    """Return the secret, or refuse one that protects nobody.

    Raises
    ------
    SettingsError
        When it is missing, weak, in the project, or readable by others. The secret is never shown.
    """
    if isinstance(secret, str) and secret.startswith("env:"):
        text = os.environ.get(secret[4:], "").strip().encode()
        if not text:
            raise SettingsError(
                tr("The environment variable '{name}' is not set.", name=secret[4:]),
                tr("Set it outside the project, to at least 32 random bytes."),
            )
        return _strong(text)
    path = Path(secret).expanduser()
    try:
        resolved = path.resolve(strict=True)
        rights = resolved.stat()
        text = resolved.read_bytes().strip()
    except OSError:
        raise SettingsError(
            tr("The file of the secret cannot be read."),
            tr("Make one outside the project, with at least 32 random bytes, that only its owner can read."),
        ) from None
    _ensure_outside(resolved, project)
    if os.name == "posix" and stat.S_IMODE(rights.st_mode) & 0o077:
        raise SettingsError(
            tr("Others than its owner may read the file of the secret."), tr("Take their rights away: chmod 600.")
        )
    return _strong(text)


def _pseudonym(key: bytes, purpose: str, text: str) -> str:
    # The length keeps ("ab", "c") and ("a", "bc") apart.
    message = f"{len(purpose)}:{purpose}:{text}".encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:_LETTERS]


def _strong(text: bytes) -> bytes:
    """Refuse what a person could guess: too short, too few different signs, or one piece over and over."""
    repeated = any(text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in (1, 2, 4, 8))
    ordered = sum(abs(one - other) <= 1 for one, other in pairwise(text))
    if len(text) < _FEWEST_BYTES or len(set(text)) < _FEWEST_DIFFERENT or repeated or ordered > len(text) // 2:
        raise SettingsError(
            tr("The secret is weak: a pseudonym made with it could be guessed."),
            tr('Make one with: python -c "import secrets; print(secrets.token_hex(32))"'),
        )
    return text


def _ensure_outside(path: Path, project: str | Path | None) -> None:
    """Refuse a secret that travels with the project: in its folder, or in any folder kept under version control."""
    folder = Path(project if project is not None else Path.cwd()).resolve()
    # Nobody's project is the whole home folder or the whole disk.
    within = folder in path.parents and (project is not None or folder not in (Path.home(), Path(folder.anchor)))
    versioned = any((one / ".git").exists() for one in path.parents)
    if within or versioned:
        raise SettingsError(
            tr("The file of the secret lies in the project, with which it could be passed on."),
            tr("Move it to a folder of your own outside the project, such as one in your home folder."),
        )
