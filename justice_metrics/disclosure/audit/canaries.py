"""Words that must be nowhere in a release: names and ids seeded by the checker, paths of machines, traces of errors."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
import urllib.parse
from collections.abc import Iterable, Sequence
from re import Pattern
from typing import Final

_SHORTEST: Final = 4
_ENCODINGS: Final = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "cp850")

# What tells of the machine or of an error rather than of justice.
TRACES: Final = (
    ("path", re.compile(rb"/(?:home|Users|root|tmp|var/folders|private/var)/[\w.~-]+|[A-Za-z]:\\\\?Users\\")),
    ("path", re.compile(rb"\x00?/\x00h\x00o\x00m\x00e\x00/\x00")),
    ("log", re.compile(rb"Traceback \(most recent call last\)")),
)


def spellings(word: str) -> set[bytes]:
    """Return the ways in which a word can lie in a file that was already unpacked and decoded.

    Parameters
    ----------
    word : str
        A name or an id, of at least four characters: shorter ones are found everywhere.
    """
    if len(word) < _SHORTEST:
        return set()
    bare = "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))
    escaped = json.dumps(word)[1:-1]
    forms = {word, bare, unicodedata.normalize("NFD", word), html.escape(word), escaped}
    forms |= {
        urllib.parse.quote(word),
        urllib.parse.quote_plus(word),
        word.encode("ascii", "xmlcharrefreplace").decode(),
    }
    # bytes know the capitals of plain letters only
    forms |= {made for form in (word, bare) for made in (form.upper(), form.lower())}
    found = set()
    for form in forms:
        for encoding in _ENCODINGS:
            try:
                found.add(form.encode(encoding))
            except UnicodeEncodeError:
                continue
    # A short blob is not decoded, so the word is looked for as the blob itself: at each of the three offsets.
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + word.encode())
        found.add(whole[(shift * 8 + 5) // 6 : len(whole) // 4 * 4 - 4])
    found.add(word.encode().hex().encode())
    return {one for one in found if len(one) >= _SHORTEST}


def pattern_of(words: Iterable[str]) -> Pattern[bytes] | None:
    """Return the pattern of all spellings of some words, capitals and small letters alike; None without words."""
    forms = sorted({form for word in words for form in spellings(word.strip())}, key=len, reverse=True)
    return re.compile(b"|".join(re.escape(one) for one in forms), re.IGNORECASE) if forms else None


def read_canaries(text: str) -> Sequence[str]:
    """Return the words of a file that lists them, one in each line."""
    return tuple(line.strip() for line in text.splitlines() if len(line.strip()) >= _SHORTEST)
