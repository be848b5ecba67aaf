"""Pseudonyms that only the holder of a secret can make again: HMAC (RFC 2104) with SHA-256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
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
_FEWEST_DIFFERENT: Final = 12
_HEX: Final = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
# 43 signs of base64 hold 32 bytes, as 64 hexadecimal digits do
_FEWEST_DIGITS: Final = 64
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{43,}={0,2}")
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890")


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
        Spaces at the ends make no difference; everything else does. Missing and blank ids are missing.
    secret : str or Path
        ``"env:NAME"`` for an environment variable, else a file outside the project that only its owner can read. It
        holds at least 32 random bytes, written as 64 hexadecimal digits or 43 signs of base64.
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
        When the ids or the purpose are not texts, or the ids are one text.

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
    if isinstance(ids, str):
        raise QuestionError(
            tr("The ids are one text, not a list of texts."), tr("Put a single id into a list: [id]; then ask again.")
        )
    if not isinstance(purpose, str):
        raise QuestionError(tr("The purpose is not a text."), tr("Name it, such as the register: purpose='police'."))
    return keyed(ids, read_secret(secret, project=project), purpose)


def keyed(ids: Iterable[str | None], key: bytes, purpose: str) -> list[str | None]:
    """Return the pseudonyms of ids with a secret that was read already.

    Raises
    ------
    QuestionError
        When an id is not a text.
    """
    # a word typed on another system can have its accents as signs of their own
    purpose = unicodedata.normalize("NFC", purpose.strip())
    made: dict[str, str] = {}
    found: list[str | None] = []
    for one in ids:
        if one is None or one != one:  # noqa: PLR0124 (what a frame holds in place of a missing text)
            found.append(None)
            continue
        if not isinstance(one, str):
            raise QuestionError(
                tr("An id is not a text."), tr("Read ids as texts, so that 007 and 7 stay different; then ask again.")
            )
        plain = unicodedata.normalize("NFC", one.strip())
        if not plain:
            # else all blank ids of a file would be one person
            found.append(None)
            continue
        if plain not in made:
            made[plain] = _pseudonym(key, purpose, plain)
        found.append(made[plain])
    return found


def read_secret(secret: str | Path, *, project: str | Path | None = None, beside: Iterable[str | Path] = ()) -> bytes:
    """Return the secret, or refuse one that protects nobody.

    Parameters
    ----------
    secret, project : str or path
        As for ``pseudonyms``.
    beside : iterable of path
        Folders of the data and of what is written: the secret may lie in none of them either.

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
    _ensure_outside(resolved, project, beside)
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
    """Refuse what a person could guess: only digits or signs as a generator writes them, without pieces that recur."""
    if _HEX.fullmatch(text):
        random = len(text) >= _FEWEST_DIGITS and not _recurs(text, 8)
    else:
        random = _BASE64.fullmatch(text) is not None and _is_mixed(text.rstrip(b"=")) and not _recurs(text.lower(), 5)
    ordered = sum(abs(one - other) <= 1 for one, other in pairwise(text))
    if not random or len(set(text)) < _FEWEST_DIFFERENT or ordered > len(text) // 2 or _is_typed(text):
        raise SettingsError(
            tr("The secret is weak: a pseudonym made with it could be guessed."),
            tr('Make one with: python -c "import secrets; print(secrets.token_hex(32))"'),
        )
    return text


def _recurs(text: bytes, size: int) -> bool:
    """Return whether a piece of a length stands twice in a text, which chance brings about once in 100,000 secrets."""
    pieces = [text[at : at + size] for at in range(len(text) - size + 1)]
    return len(set(pieces)) < len(pieces)


def _is_mixed(text: bytes) -> bool:
    """Return whether small and capital letters and digits alternate as by chance: 64 % of neighbours differ in kind.

    In words, also those with capitals and a year behind, few do; a random text has less than a third once in 30,000.
    """
    kinds = [(one >= 97) + 2 * (65 <= one <= 90) for one in text]
    return sum(one != other for one, other in pairwise(kinds)) * 3 >= len(text)


def _is_typed(text: bytes) -> bool:
    """Return whether six signs stand side by side as they do on a keyboard, in the alphabet or in counting."""
    plain = text.decode().lower()
    return any(row[at : at + 6] in plain for line in _ROWS for row in (line, line[::-1]) for at in range(len(line) - 5))


def _ensure_outside(path: Path, project: str | Path | None, beside: Iterable[str | Path]) -> None:
    """Refuse a secret that travels with the project: in or above its folders, or in one under version control."""
    # nobody's project is the whole home folder or the whole disk
    wide = (Path.home(), Path(path.anchor))
    here = Path(project if project is not None else Path.cwd()).resolve()
    within = here in path.parents and (project is not None or here not in wide)
    for folder in (Path(one).resolve() for one in beside):
        within |= path.parent == folder or (folder in path.parents and folder not in wide)
        # whoever passes on the folder of the secret passes on the data below it
        within |= path.parent in folder.parents and path.parent not in wide
    versioned = any((one / ".git").exists() for one in path.parents)
    if within or versioned:
        raise SettingsError(
            tr("The file of the secret lies in the project, with which it could be passed on."),
            tr("Move it to a folder of your own outside the project, such as one in your home folder."),
        )
