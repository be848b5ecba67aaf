"""Numbers as a reader meets them: in two ways of writing thousands and decimals, as percentages, cut to few digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"(\d(?:[\d.,\u00a0\u202f]*\d)?)(\s?%)?")
_DIGITS: Final = re.compile(r"\d+")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:(?P<mark>[.,\u00a0\u202f])\d{3})(?:(?P=mark)\d{3})*")
_DECIMALS: Final = 4
_HUNDRED: Final = ("share", "change")


class Token(NamedTuple):
    """A number in a text: what it may stand for, and whether it is a percentage."""

    values: tuple[str, ...]
    percent: bool


@dataclass(frozen=True, eq=False)
class Written:
    """Numbers that may stand in a text.

    Attributes
    ----------
    plain : frozenset of str
        As numbers with nine digits.
    percent : frozenset of str
        The same for percentages.
    """

    plain: frozenset[str]
    percent: frozenset[str]

    @classmethod
    def of(cls, numbers: Iterable[tuple[str, float]], texts: Iterable[str]) -> Written:
        """Put numbers, each with the unit of its column, and texts together."""
        plain: set[str] = set()
        percent: set[str] = set()
        for unit, value in set(numbers):
            plain |= shown_as(value)
            if unit in _HUNDRED:
                percent |= shown_as(100 * value)
            elif unit == "points":
                plain |= shown_as(100 * value)
        for text in texts:
            plain |= {f"{float(one):.9g}" for one in _DIGITS.findall(text) if len(one) <= 15}
            for token in in_text(text):
                (percent if token.percent else plain).update(token.values)
        return cls(frozenset(plain), frozenset(percent))

    @classmethod
    def together(cls, several: Iterable[Written]) -> Written:
        """Put several together."""
        every = list(several)
        return cls(frozenset().union(*(one.plain for one in every)), frozenset().union(*(one.percent for one in every)))

    def strange(self, text: str) -> int:
        """Return how many numbers of a text are none of these."""
        return sum(not (self.percent if one.percent else self.plain).intersection(one.values) for one in in_text(text))


def shown_as(value: float) -> set[str]:
    """Return a number as it may be written: as it is, and with fewer decimals; a sign is written apart.

    Examples
    --------
    >>> sorted(shown_as(0.0253)), shown_as(-12.0)
    (['0', '0.025', '0.0253', '0.03'], {'12'})
    """
    number = abs(value)
    made = {f"{number:.9g}"}
    if number != int(number):
        made |= {f"{float(f'{number:.{decimals}f}'):.9g}" for decimals in range(_DECIMALS + 1)}
        # halves are rounded up in print and to even by the machine
        made |= {f"{float(f'{number + 1e-9:.{decimals}f}'):.9g}" for decimals in range(_DECIMALS + 1)}
    return made


def in_text(text: str) -> Iterator[Token]:
    """Yield the numbers of a text, each with all that it may stand for in one language or the other.

    Examples
    --------
    >>> [(one.values, one.percent) for one in in_text("1.234 (2,5 %)")]
    [(('1.234', '1234'), False), (('2.5',), True)]
    """
    for digits, percent in _TOKEN.findall(text):
        yield Token(tuple(sorted(_values(digits))), bool(percent))


def _values(digits: str) -> set[str]:
    bare = re.sub(r"[\u00a0\u202f]", "", digits)
    found: set[str] = set()
    if _THOUSANDS.fullmatch(digits):
        found.add(re.sub(r"\D", "", digits))
    for thousands, decimal in ((".", ","), (",", ".")):
        text = bare.replace(thousands, "").replace(decimal, ".")
        if _grouped(bare.partition(decimal)[0], thousands) and text.count(".") <= 1:
            found.add(text)
    # a date or a range that is no number: each part by itself
    parts = found or set(_DIGITS.findall(bare))
    return {f"{float(one):.9g}" for one in parts}


def _grouped(whole: str, mark: str) -> bool:
    groups = whole.split(mark)
    return len(groups) == 1 or (0 < len(groups[0]) <= 3 and all(len(one) == 3 for one in groups[1:]))
