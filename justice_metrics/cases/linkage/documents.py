"""Identity documents: their number, and what tells two persons with one number apart."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..conversions.text import normalise

_WORDS: Final = re.compile(
    r"^(?:(?:c\.? ?i|d\.? ?n\.? ?i|d\.? ?p\.? ?i|cedula|carnet|doc|documento|numero|nro|num|no|n)\b[.:°º# ]*)+"
)
# Letters that begin a number (a passport), the number, one digit and one letter (a Bolivian complement), and the place.
_DOCUMENT: Final = re.compile(
    r"(?P<series>[a-z]{0,3})[ .-]*(?P<number>\d[\d ./-]*?\d)(?:[ -]+(?P<complement>\d[a-z]))?"
    r"[ .-]*(?P<place>[a-z]{2,4})?\.?"
)


class Document(NamedTuple):
    """Keys of an identity document; None for what is not written.

    Attributes
    ----------
    number : str or None
        The number, with the letters that begin it; for a code of letters and digits the whole.
    complement : str or None
        What tells two persons with one number apart, such as 1A.
    place : str or None
        Where it was issued, such as LP.
    """

    number: str | None = None
    complement: str | None = None
    place: str | None = None


def document_of(text: str) -> Document:
    """Make the keys of a document; separators, and what it is called, are written or left out at will.

    Examples
    --------
    >>> document_of("C.I. 1.234.567-1A LP")
    Document(number='1234567', complement='1a', place='lp')
    >>> document_of("AB123456").number, document_of("0123456").number, document_of("S/N").number
    ('ab123456', '123456', None)
    """
    plain = _WORDS.sub("", normalise(text)).strip()
    found = _DOCUMENT.fullmatch(plain)
    if found is None:
        # a code such as the Mexican CURP
        whole = "".join(one for one in plain if one.isalnum())
        return Document(whole if _tells(whole) else None)
    digits = "".join(one for one in found["number"] if one.isdecimal()).lstrip("0")
    if not _tells(digits):
        return Document()
    return Document(found["series"] + digits, found["complement"], found["place"])


def _tells(text: str) -> bool:
    """Return whether a number tells anybody apart: four digits and more, not all the same."""
    digits = [one for one in text if one.isdecimal()]
    return len(digits) >= 4 and len(set(digits)) > 1
