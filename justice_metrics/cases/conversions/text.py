"""What every conversion of a text column needs: one spelling of a text, and the codes for missing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from ...base.language import Message, tr
from ...base.levels import NOT_RECORDED

Texts = Iterable[str | None]
CountsOf = Iterable[int]

NO_CODES: Final[Mapping[str, str]] = MappingProxyType({})

_SPACES: Final = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Return the spelling by which texts are compared: no accents, no capitals, single spaces.

    Examples
    --------
    >>> normalise("  Sentencia   CONDENATORIA (apelación) ")
    'sentencia condenatoria (apelacion)'
    """
    if text.isascii():  # nothing to take apart; most texts, in a fifth of the time
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _SPACES.sub(" ", bare).strip()


class Present(NamedTuple):
    """The distinct texts of a column, parted into those that say something and those that stand for missing.

    Attributes
    ----------
    values : tuple of (str, int)
        Texts as they stand in the file, with their counts.
    levels : mapping of str to str
        Texts that stand for missing, with the kind of missing.
    missing_codes : mapping of str to int
        Cells of each kind of missing; cells that are null or blank are "not_recorded".
    """

    values: tuple[tuple[str, int], ...]
    levels: Mapping[str, str]
    missing_codes: Mapping[str, int]

    @property
    def n_values(self) -> int:
        """Cells that say something."""
        return sum(n for _, n in self.values)

    @property
    def n_missing(self) -> int:
        """Cells that say nothing."""
        return sum(self.missing_codes.values())


def part_missing(texts: Texts, counts: CountsOf, missing: Mapping[str, str]) -> Present:
    """Part the distinct texts of a column from the codes that stand for missing."""
    codes = {normalise(code): level for code, level in missing.items()}
    values: list[tuple[str, int]] = []
    levels: dict[str, str] = {}
    tally: Counter[str] = Counter()
    for text, count in zip(texts, counts, strict=True):
        bare = "" if text is None else normalise(text)
        level = codes.get(bare) if bare else NOT_RECORDED
        if level is None:
            values.append((str(text), int(count)))
            continue
        tally[level] += int(count)
        if text is not None:
            levels[text] = level
    return Present(tuple(values), MappingProxyType(levels), MappingProxyType(dict(tally)))


# How a text looks that is no number and no date.
WORDS: Final = "…"


def shapes(values: Sequence[tuple[str, int]], *, most: int = 3) -> tuple[tuple[str, int], ...]:
    """Return how texts look, never what they say: digits as 9; anything with letters is only "text".

    Examples
    --------
    >>> shapes([("31/12/16", 4), ("01/02/17", 1), ("no consta", 2)])
    (('99/99/99', 5), ('…', 2))
    """
    tally: Counter[str] = Counter()
    for text, count in values:
        bare = _SPACES.sub(" ", text.strip())
        plain = len(bare) <= 24 and all(one.isdigit() or one in " -/.,:+'" for one in bare)
        tally[re.sub(r"\d", "9", bare) if plain else WORDS] += count
    return tuple(sorted(tally.items(), key=lambda one: (-one[1], one[0]))[:most])


def looking_like(looks: Sequence[tuple[str, int]]) -> Message | str:
    """Return the end of a sentence that says how texts look, as ``shapes`` tells it; nothing where there is none.

    Examples
    --------
    >>> str(looking_like([("99/99/99", 5), ("…", 2)])), str(looking_like([("…", 2)]))
    ('; they look like 99/99/99, …', '; they hold letters or other signs')
    """
    if not looks:
        return ""
    if all(look == WORDS for look, _ in looks):
        return tr("; they hold letters or other signs")
    return tr("; they look like {looks}", looks=", ".join(look for look, _ in looks))
