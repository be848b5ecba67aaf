"""Text that does nothing but be read: no controls, no formulas, no paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from ..base.language import Language, Readable, format_date, tr

# Controls, marks that turn the direction of writing, and code points that XML cannot hold.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN: Final = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
# The full-width signs too: some spreadsheets read them as the plain ones.
_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?\s?%?")
_ROOTED: Final = re.compile(r"[\\/~]|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*://")


def plain(text: str, *, longest: int | None = None) -> str:
    r"""Return text without controls and marks of writing direction, on one line.

    Parameters
    ----------
    text : str
        Anything, as from a user's file.
    longest : int, optional
        Number of characters after which the text is cut, with "…".

    Examples
    --------
    >>> plain("Juzgado\n1\u202e"), plain("Juzgado", longest=4)
    ('Juzgado 1', 'Juz…')
    """
    shown = _UNSEEN.sub("", _CONTROL.sub(" ", text))
    return shown if longest is None or len(shown) <= longest else shown[: longest - 1] + "…"


def plain_lines(text: str) -> str:
    r"""Return text of several lines without controls and marks of writing direction: a terminal obeys nothing in it.

    Examples
    --------
    >>> plain_lines("Juzgado \x1b[31m1\nAbierto")
    'Juzgado  [31m1\nAbierto'
    """
    return "\n".join(plain(line) for line in text.split("\n"))


def csv_text(text: str) -> str:
    """Return text that a spreadsheet takes for text: one that could be a formula gets a ``'`` in front.

    Numbers written as text stay as they are.

    Examples
    --------
    >>> csv_text("=1+1"), csv_text("-3.5"), csv_text("Juzgado")
    ("'=1+1", '-3.5', 'Juzgado')
    """
    shown = plain(text)
    risky = text.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA)
    return "'" + shown if risky and not _NUMBER.fullmatch(shown.strip()) else shown


def without_folder(text: str) -> str:
    r"""Return the last part of a path or address, and other text as it is.

    Examples
    --------
    >>> without_folder("/home/someone/cases.csv"), without_folder("C:\\data\\cases.csv"), without_folder("1/2")
    ('cases.csv', 'cases.csv', '1/2')
    """
    return re.split(r"[\\/]", text.rstrip("\\/"))[-1] if _ROOTED.match(text) else text


def setting_text(value: object, language: Language = "en") -> str:
    """Return the value of a setting as a reader sees it, without folders, hosts and user names.

    Examples
    --------
    >>> setting_text((365, 730)), setting_text(None), setting_text("/home/someone/cases.csv")
    ('365, 730', '–', 'cases.csv')
    """
    import datetime as dt

    if value is None or value in ((), []):
        return "–"
    if isinstance(value, bool):
        return (tr("yes") if value else tr("no")).text(language)
    if isinstance(value, PurePath):
        return value.name
    if isinstance(value, str):
        return plain(without_folder(value), longest=200)
    if isinstance(value, Readable):
        return plain(value.text(language), longest=200)
    if isinstance(value, dt.date):
        return format_date(value, language)
    if isinstance(value, Mapping):
        pairs = (f"{setting_text(key, language)}: {setting_text(one, language)}" for key, one in value.items())
        return plain("; ".join(pairs), longest=400)
    if isinstance(value, list | tuple | set | frozenset):
        shown = [setting_text(one, language) for one in value]
        return plain(", ".join(sorted(shown) if isinstance(value, set | frozenset) else shown), longest=400)
    if isinstance(value, int | float):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    # Anything else could print an address in memory or a row: its type says enough.
    return type(value).__name__
