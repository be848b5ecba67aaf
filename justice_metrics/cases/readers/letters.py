"""Texts of statistics files whose letters do not fit: each one is read again by itself, and what was done is counted.

A Stata or SPSS file says in which encoding it is written, or its version implies it, and real files do not keep to
that: labels from one computer stand beside answers from another. Where a file cannot be read as it says as a whole, it
is read byte by byte, and every text is then taken as UTF-8, else as Windows-1252.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...base.language import Message, trn

# UTF-8 that was taken for Windows-1252: "Ã³" for "ó".
_TWICE = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
LOST = "\ufffd"


@dataclass(slots=True)
class Letters:
    """Puts texts right and keeps account of it.

    Parameters
    ----------
    as_bytes : bool
        Whether texts come as one letter per byte, because they do not fit the encoding that the file declares.
    encoding : str, optional
        Encoding that the user declares; it is then used for every text.
    mended, lost : int
        Texts that were not in the encoding of the file and could be read; letters that could not.
    """

    as_bytes: bool = False
    encoding: str | None = None
    mended: int = 0
    lost: int = 0

    def right(self, text: str, cells: int = 1) -> str:
        """Return a text as it was meant.

        Parameters
        ----------
        text : str
        cells : int
            How many cells hold it.

        Examples
        --------
        >>> Letters(as_bytes=True).right("Imputaci\\xf3n"), Letters(as_bytes=True).right("Imputaci\\xc3\\xb3n")
        ('Imputación', 'Imputación')
        >>> Letters().right("Imputaci\\u00c3\\u00b3n")
        'Imputación'
        """
        if text.isascii():
            return text
        if self.as_bytes:
            meant, foreign = self._decoded(text.encode("latin-1", "replace"))
        else:
            meant = _once(text)
            foreign = meant != text
        self.mended += cells if foreign else 0
        self.lost += cells * meant.count(LOST)
        return meant

    def _decoded(self, raw: bytes) -> tuple[str, bool]:
        """Return bytes as text, and whether they were something else than the encoding that the others have."""
        if self.encoding is not None:
            return raw.decode(self.encoding, "replace"), False
        try:
            return raw.decode("utf-8"), False
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and error.start > 0:  # cut in the middle of a letter
                return raw[: error.start].decode("utf-8"), True
        partly = raw.decode("utf-8", "ignore")
        if not partly.isascii():  # UTF-8 with a damaged letter
            return raw.decode("utf-8", "replace"), True
        try:
            return raw.decode("cp1252"), True
        except UnicodeDecodeError:
            return raw.decode("cp1252", "replace"), True

    def notes(self) -> tuple[Message, ...]:
        """Say how many texts were put right and how many letters were lost."""
        found: list[Message] = []
        if self.mended:
            found.append(
                trn(
                    "{n} text or label was not in the encoding of the file and was read letter by letter.",
                    "{n} texts or labels were not in the encoding of the file and were read letter by letter.",
                    self.mended,
                )
            )
        if self.lost:
            found.append(
                trn(
                    "{n} letter was broken before the file came here (such as 'Ã³' for 'ó').",
                    "{n} letters were broken before the file came here (such as 'Ã³' for 'ó').",
                    self.lost,
                )
            )
        return tuple(found)


def _once(text: str) -> str:
    """Undo one reading of UTF-8 as Windows-1252, where the whole text speaks for it."""
    if not _TWICE.search(text):
        return text
    for codec in ("cp1252", "latin-1"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return text
