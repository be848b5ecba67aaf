"""Provenance, notes and words as they may be published: no number of cases but protected ones, no place on a disk."""

from __future__ import annotations

import datetime as dt
import hmac
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import PurePath
from typing import Any, Final

from ..base.cells import Count
from ..base.language import Label, Message, Readable, Setting, tells_of_cases, tr
from ..base.provenance import LeftOut, Provenance, unit_words
from ..base.result import Definition
from ..cases.periods import PeriodWords
from .guarded import Decided

_PLAIN: Final = (str, bool, int, float, dt.date, type(None))
# Digits of a fingerprint that was made with a key; plain ones are shorter.
_KEYED: Final = 32
_SLASHES: Final = ("/", "\\")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicProvenance(Provenance):
    """Where a published number comes from.

    Attributes
    ----------
    units_hidden : bool
        The number of units in the data is held back; ``units_in`` is then 0.
    corrected : bool
        A correction plan was applied to the data.
    fewest : int
        Units left out are listed from this number on.
    """

    units_hidden: bool = False
    corrected: bool = False
    fewest: int = 10

    def lines(self) -> tuple[Message, ...]:
        """Return what a reader must know, one sentence each."""
        # named, because a dataclass with slots does not know super() without arguments
        lines = list(Provenance.lines(self))
        if self.units_hidden:
            held_back = tr(
                "The number of units in the data is held back; counted as: {unit}.", unit=unit_words(self.unit)
            )
            lines = [held_back if tells_of_cases(one) and dict(one.values).get("n") == 0 else one for one in lines]
        if self.corrected:
            lines.append(tr("A correction plan was applied to the data."))
        if self.left_out:
            lines.append(tr("Fewer than {n} units left out for one reason are not listed.", n=Setting(self.fewest)))
        return tuple(lines)


def units_hidden(whose: Provenance) -> bool:
    """Whether the number of units in the data is held back, so that ``units_in`` is no number."""
    return isinstance(whose, PublicProvenance) and whose.units_hidden


def public_provenance(
    whose: Provenance,
    *,
    decide: Callable[[Count], Decided],
    counts: Mapping[tuple[str, int], Count],
    minimum: int,
    key: bytes,
) -> Provenance:
    """Return a provenance with protected numbers and without places on a disk.

    Parameters
    ----------
    whose : Provenance
    decide : callable
        A count to what may be shown of it.
    counts : mapping of (str, int) to Count
        Those of the provenance, by name and place.
    minimum : int
        The smallest count that is shown.
    key : bytes
        Of the fingerprint; empty where counts are exact, so that it confirms nothing that is not told.
    """
    units = counts.get(("units_in", 0))
    shown = decide(units).value if units is not None else math.nan
    hidden = math.isnan(shown)
    left_out = []
    for place, one in enumerate(whose.left_out):
        count = counts.get(("left_out", place))
        n = decide(count).value if count is not None else math.nan
        if n > 0 and not tells_of_cases(one.reason):
            left_out.append(LeftOut(one.reason, round(n)))
    safe: dict[str, Any] = {
        "settings": tuple((name, _setting(value)) for name, value in whose.settings),
        "source": "",
        "fingerprint": keyed(whose.fingerprint, key),
        "units_in": 0 if hidden else round(shown),
        "left_out": tuple(left_out),
        "plan": "",
        "corrections": (),
    }
    if type(whose) is not Provenance and not hidden:
        return replace(whose, **safe)
    given = {one.name: getattr(whose, one.name) for one in fields(Provenance)} | safe
    return PublicProvenance(
        **given, units_hidden=hidden, corrected=bool(whose.plan or whose.corrections), fewest=minimum
    )


def provenance_in_full(whose: Provenance) -> Provenance:
    """Return the provenance of counts that are public already: nothing of a disk in it, and all of its numbers.

    Parameters
    ----------
    whose : Provenance
    """
    settings = tuple((name, _setting(value)) for name, value in whose.settings)
    return replace(whose, settings=settings, source=PurePath(whose.source.replace("\\", "/")).name, plan="")


def keyed(fingerprint: str, key: bytes) -> str:
    """Return a fingerprint that nobody can check a guess against who has not the key."""
    if not key or not fingerprint:
        return fingerprint
    return hmac.new(key, f"fingerprint {fingerprint}".encode(), "sha256").hexdigest()[:_KEYED]


def printed_fingerprint(whose: Provenance) -> str:
    """Return the fingerprint as a file shows it: a published one only if it was made with a key.

    A plain one is a digest of the columns and of the number of units, so whoever tries numbers one after the other
    finds that of the units, also where it is held back.
    """
    if isinstance(whose, PublicProvenance) and len(whose.fingerprint) < _KEYED:
        return ""
    return whose.fingerprint


def public_notes(notes: tuple[Readable, ...]) -> tuple[Readable, ...]:
    """Return the notes that tell no number of cases."""
    return tuple(one for one in notes if not tells_of_cases(one))


def definition_tells(definition: Definition) -> bool:
    """Whether a definition holds a number of cases."""
    said = (definition.answers, definition.numerator, definition.denominator, definition.pending, definition.method)
    return any(tells_of_cases(one) for one in said)


def words_tell(words: object) -> bool:
    """Whether the context of an answer holds more than words and settings, such as an array of numbers."""
    if isinstance(words, Mapping):
        return any(words_tell(one) for pair in words.items() for one in pair)
    if isinstance(words, tuple | list | set | frozenset):
        return any(words_tell(one) for one in words)
    if isinstance(words, Message):
        return tells_of_cases(words)
    return not isinstance(words, (*_PLAIN, Label, PeriodWords))


def _setting(value: object) -> object:
    """Return a setting as it may be published: a file by its name, things by what they are."""
    if isinstance(value, PurePath):
        return value.name
    if isinstance(value, str):
        return PurePath(value.replace("\\", "/")).name if any(one in value for one in _SLASHES) else value
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping):
        return {str(name): _setting(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_setting(one) for one in value)
    return type(value).__name__
