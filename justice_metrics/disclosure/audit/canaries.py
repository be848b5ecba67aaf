"""Words that must be nowhere in a release: names and ids seeded by the checker, paths of machines, traces of errors."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

_SHORTEST: Final = 4
_WIDTHS: Final = (4, 8)
_BITS: Final = 18
_AT_ONCE: Final = 1 << 22
# odd multipliers of a multiplicative hash (the golden ratio of the range)
_SPREAD: Final = {32: np.uint32(2654435769), 64: np.uint64(11400714819323198485)}
_ENCODINGS: Final = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp850")

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


class Canaries:
    """Some words in all their spellings, looked for in one go.

    Parameters
    ----------
    words : iterable of str
        Names and ids.
    """

    def __init__(self, words: Iterable[str]) -> None:
        forms: dict[bytes, str] = {}
        for word in words:
            for form in spellings(word.strip()):
                forms.setdefault(form.lower(), word)
        # Each form is found by its last bytes: beginnings, such as the year of an id, are shared by many.
        self._ends = {width: _Ends(width, forms) for width in _WIDTHS}

    def __bool__(self) -> bool:
        return any(one.by_end for one in self._ends.values())

    def in_layer(self, layer: bytes) -> set[str]:
        """Return the words that are in a layer of a file, capitals and small letters alike."""
        lowered = layer.lower()
        return set().union(*(one.words(lowered) for one in self._ends.values()))


class _Ends:
    """The forms that are at least so many bytes long and shorter than the next width, by their last bytes."""

    def __init__(self, width: int, forms: Mapping[bytes, str]) -> None:
        self.width = width
        longer = next((one for one in sorted(_WIDTHS) if one > width), None)
        self.by_end: dict[int, list[tuple[bytes, str]]] = {}
        for form, word in forms.items():
            if len(form) >= width and (longer is None or len(form) < longer):
                self.by_end.setdefault(int.from_bytes(form[-width:], "little"), []).append((form, word))
        self.kind = np.dtype(f"<u{width}")
        self.ends = np.array(sorted(self.by_end), self.kind)
        # one look into a small table tells most places apart from every end
        self.maybe = np.zeros(1 << _BITS, np.bool_)
        self.maybe[_short(self.ends)] = True

    def words(self, layer: bytes) -> set[str]:
        found: set[str] = set()
        if not self.by_end or len(layer) < self.width:
            return found
        for start in range(0, len(layer), _AT_ONCE):
            piece = layer[start : start + _AT_ONCE + self.width - 1]
            # read at each of the offsets, a piece gives the window that begins at every byte
            for offset in range(self.width):
                n = (len(piece) - offset) // self.width
                windows = np.frombuffer(piece, self.kind, n, offset) if n > 0 else self.ends[:0]
                near = np.flatnonzero(self.maybe[_short(windows)])
                near = near[np.isin(windows[near], self.ends)] if len(near) else near
                for place in near.tolist():
                    end = start + offset + (place + 1) * self.width
                    for form, word in self.by_end[int(windows[place])]:
                        if word not in found and layer.endswith(form, 0, end):
                            found.add(word)
        return found


def _short(windows: Any) -> Any:
    """Return few bits of each window, all of its bytes among them."""
    bits = windows.dtype.itemsize * 8
    return (windows * _SPREAD[bits]) >> windows.dtype.type(bits - _BITS)


def read_canaries(text: str) -> Sequence[str]:
    """Return the words of a file that lists them, one in each line."""
    return tuple(line.strip() for line in text.splitlines() if len(line.strip()) >= _SHORTEST)
