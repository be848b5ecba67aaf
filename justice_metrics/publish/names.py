"""Names of files that every system takes and that lead nowhere else."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from ..base.errors import OutputError
from ..base.language import tr

_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
_PART = re.compile(r"[^\x00-\x1f\x7f<>:\"/\\|?*]{1,120}")


def file_stem(words: str) -> str:
    """Return a file name, without suffix, for words that come from the data.

    Parameters
    ----------
    words : str
        Any text: the name of an office, the heading of a result.

    Returns
    -------
    str
        Lower-case ASCII letters, digits and ``-``. Where this loses something, a digest of the words follows,
        so that two offices do not share a file.

    Examples
    --------
    >>> file_stem("attrition")
    'attrition'
    >>> file_stem("../../Juzgado 1.º")
    'juzgado-1-o-d8ba879b'
    """
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-")
    if stem and stem == words and stem not in _DEVICES:
        return stem
    digest = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{stem}-{digest}" if stem else digest


def checked_names(names: Iterable[str], *, reserved: str) -> tuple[str, ...]:
    """Return the names of files in a folder, "/" between folder and file, when all of them are harmless.

    Parameters
    ----------
    names : iterable of str
        Names relative to the folder.
    reserved : str
        A name that is not free.

    Raises
    ------
    OutputError
        When a name leads out of the folder, is not allowed on some system, or stands twice but for capitals.
    """
    checked = tuple(names)
    seen = {reserved.casefold()}
    for name in checked:
        key = unicodedata.normalize("NFC", name).casefold()
        if not all(_harmless(part) for part in name.split("/")) or key in seen:
            raise OutputError(
                tr("'{name}' cannot be the name of a file in a report folder.", name=ascii(name)[1:41]),
                tr("Use letters, digits, '-', '_' and '.', each name once."),
            )
        seen.add(key)
    return checked


def _harmless(part: str) -> bool:
    return (
        _PART.fullmatch(part) is not None
        and not part.endswith((".", " "))
        and not part.startswith(" ")
        and part.split(".", maxsplit=1)[0].lower() not in _DEVICES
    )
