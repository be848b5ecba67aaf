"""Texts to numbers: what the point and the comma mean is declared or found out from the whole column, never guessed."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ...base.errors import CaseDataError
from ...base.language import tr, trn
from .text import NO_CODES, CountsOf, Texts, looking_like, part_missing, shapes

DecimalMark: TypeAlias = Literal[",", "."]
NumberKind: TypeAlias = Literal["integer", "number"]

# Beyond this, whole numbers are no longer exact as floating point, and no count or age comes near it.
_LARGEST: Final = 2**53

_NUMBER: Final = re.compile(r"^([+-]?)(\d[\d.,]*)$")
# How programs write down a typed number.
_TYPED: Final = re.compile(r"^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$")
_SPACED: Final = re.compile(r"(?<=\d)[ '’](?=\d{3}(?:\D|$))")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLookup:
    """How the distinct texts of a column become numbers.

    Attributes
    ----------
    column : str
        Name of the column.
    values : mapping of str to int, float or None
        The numbers; None for a text that stands for missing or cannot be read. Never shown.
    decimal : {",", "."} or None
        Decimal mark declared or found out; None when no value has one.
    n_values, n_missing : int
        Cells that say something; cells that are blank or hold a code for missing.
    missing_codes : mapping of str to int
        The latter by kind of missing.
    unreadable : tuple of str
        Texts that are no number. Never shown.
    n_unreadable : int
        Cells that cannot be read.
    looks : tuple of (str, int)
        How those look (digits as 9), most frequent first.
    """

    column: str
    values: Mapping[str, int | float | None] = field(repr=False)
    decimal: DecimalMark | None
    n_values: int
    n_missing: int
    missing_codes: Mapping[str, int]
    unreadable: tuple[str, ...] = field(repr=False)
    n_unreadable: int
    looks: tuple[tuple[str, int], ...] = ()


def number_lookup(
    texts: Texts,
    counts: CountsOf,
    *,
    column: str,
    kind: NumberKind = "integer",
    decimal: DecimalMark | None = None,
    missing: Mapping[str, str] = NO_CODES,
    written: Mapping[str, bool] | None = None,
) -> NumberLookup:
    """Find out how the texts of one column become numbers.

    Parameters
    ----------
    texts : iterable of str or None
        Distinct texts of the column.
    counts : iterable of int
        Cells with each text.
    column : str
        Name of the column, for messages.
    kind : {"integer", "number"}
        With "integer" a value with a fraction cannot be read.
    decimal : {",", "."}, optional
        Decimal mark. Without it the whole column decides.
    missing : mapping of str to str
        Codes that stand for missing.
    written : mapping of str to bool, optional
        For a column of a file that types its numbers: the texts in it with a point or comma that somebody wrote as
        text, and whether a typed number looks the same. All others are typed: their point is the decimal mark, and
        says nothing about the texts.

    Raises
    ------
    CaseDataError
        When values such as "1.000" could be one or one thousand and no other value says which, or values say both.

    Examples
    --------
    >>> number_lookup(["1.234,5", "1.000"], [1, 1], column="Monto", kind="number").values["1.000"]
    1000
    """
    present = part_missing(texts, counts, missing)
    plain = {text: _plain(text) for text, _ in present.values}
    by_hand = present.values if written is None else tuple(one for one in present.values if one[0] in written)
    mark = decimal or _mark_of(by_hand, plain, column)
    if written is not None and mark == ",":
        _refuse_alike([one for one in by_hand if written[one[0]]], plain, column)
    values: dict[str, int | float | None] = dict.fromkeys(present.levels)
    unreadable: list[tuple[str, int]] = []
    for text, count in present.values:
        is_typed = written is not None and text not in written and _TYPED.match(text) is not None
        values[text] = number = _sound(float(text), kind) if is_typed else _number(plain[text], mark, kind)
        if number is None:
            unreadable.append((text, count))
    return NumberLookup(
        column=column,
        values=MappingProxyType(values),
        decimal=mark,
        n_values=present.n_values,
        n_missing=present.n_missing,
        missing_codes=present.missing_codes,
        unreadable=tuple(text for text, _ in unreadable),
        n_unreadable=sum(count for _, count in unreadable),
        looks=shapes(unreadable),
    )


def is_plain_number(text: str) -> bool:
    """Return whether a text is a number as programs write it, such as a code: "3", "-1", "0.5".

    Examples
    --------
    >>> is_plain_number("97"), is_plain_number("97 or more"), is_plain_number(".a")
    (True, False, False)
    """
    return _TYPED.match(text.strip()) is not None


def unreadable_numbers(found: NumberLookup, *, row: int | None = None) -> CaseDataError:
    """Build the error for numbers that cannot be read: how many, how they look, never what they say.

    Parameters
    ----------
    found : NumberLookup
        A lookup with unreadable texts.
    row : int, optional
        Number of the first such row.
    """
    return CaseDataError(
        trn(
            "{n} value of {total} in the column '{column}' cannot be read as a number{where}{looks}.",
            "{n} values of {total} in the column '{column}' cannot be read as numbers{where}{looks}.",
            found.n_unreadable,
            total=found.n_values,
            column=found.column,
            where=tr(" (the first in row {row})", row=row) if row is not None else "",
            looks=looking_like(found.looks),
        ),
        tr(
            'Correct the cells, name their code in [missing], give the column type = "text", or set '
            'faults = "count" in [data] to count them as missing.'
        ),
    )


def band_levels(bands: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the bands that begin at ``bands``, in their order, the one below the first included.

    Examples
    --------
    >>> band_levels([0, 6, 12, 18])
    ('<0', '0-5', '6-11', '12-17', '18+')
    """
    inner = [str(low) if after - low == 1 else f"{low}-{after - 1}" for low, after in pairwise(bands)]
    return (f"<{bands[0]}", *inner, f"{bands[-1]}+")


def band_of(value: float, bands: Sequence[int]) -> str:
    """Return the name of the band that a value falls in; a band holds its first value, not the next one's.

    Examples
    --------
    >>> band_of(5.9, [0, 6, 12, 18]), band_of(18, [0, 6, 12, 18])
    ('0-5', '18+')
    """
    return band_levels(bands)[bisect_right(bands, value)]


def _plain(text: str) -> str:
    """Return the text with spaces and apostrophes between groups of three digits taken out."""
    bare = " ".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-")
    return _SPACED.sub("", bare)


def _mark_of(values: tuple[tuple[str, int], ...], plain: Mapping[str, str], column: str) -> DecimalMark | None:
    """Find out from the whole column which mark is the decimal one."""
    says: dict[str, int] = {",": 0, ".": 0}
    open_ones = 0
    for text, count in values:
        mark = _says(plain[text])
        if mark == "either":
            open_ones += count
        elif mark is not None:
            says[mark] += count
    if says[","] and says["."]:
        raise CaseDataError(
            tr(
                "The numbers in the column '{column}' contradict each other: in {comma} the comma can only be the "
                "decimal mark, in {point} the point.",
                column=column,
                comma=says[","],
                point=says["."],
            ),
            tr('Say which is right: decimal = "," or decimal = "." in [data]; the others then count as unreadable.'),
        )
    if says[","] or says["."]:
        return "," if says[","] else "."
    if open_ones:
        raise CaseDataError(
            trn(
                "{n} number in the column '{column}' looks like 9.999 or 9,999: thousands or a fraction.",
                "{n} numbers in the column '{column}' look like 9.999 or 9,999: thousands or fractions.",
                open_ones,
                column=column,
            ),
            tr(
                'If 9.999 is some ten thousand, set decimal = "," in [data]; if it is some ten, decimal = ".". For '
                "9,999 it is the other way round."
            ),
        )
    return None


def _refuse_alike(values: Sequence[tuple[str, int]], plain: Mapping[str, str], column: str) -> None:
    """Refuse texts that mean another number than the typed ones that look the same."""
    alike = sum(count for text, count in values if _number(plain[text], ",", "number") is not None)
    if alike:
        raise CaseDataError(
            trn(
                "{n} cell in the column '{column}' looks like 9.999; such cells are typed numbers with a fraction, or "
                "texts in which the point parts thousands.",
                "{n} cells in the column '{column}' look like 9.999; some are typed numbers with a fraction, others "
                "texts in which the point parts thousands.",
                alike,
                column=column,
            ),
            tr("Turn the texts in the column into numbers where the file was made."),
        )


def _says(bare: str) -> Literal[",", ".", "either"] | None:
    """Return which decimal mark a text speaks for."""
    found = _NUMBER.match(bare)
    if found is None:
        return None
    digits = found[2]
    marks = [one for one in digits if one in ".,"]
    if not marks:
        return None
    last, other = (",", ".") if marks[-1] == "," else (".", ",")
    if _read(digits, last) is None:  # not even a number that way: several of one mark are thousands
        return _as_mark(other) if _read(digits, other) is not None else None
    return _as_mark(last) if _read(digits, other) is None else "either"


def _as_mark(mark: str) -> DecimalMark:
    return "," if mark == "," else "."


def _read(digits: str, decimal: str) -> tuple[str, str] | None:
    """Part digits into whole and fraction by one decimal mark; None when the other mark does not part thousands."""
    thousands = "." if decimal == "," else ","
    whole, _, fraction = digits.partition(decimal)
    if decimal in fraction or thousands in fraction or digits.endswith(decimal):
        return None
    if thousands in whole:
        first, *groups = whole.split(thousands)
        if not 1 <= len(first) <= 3 or first.startswith("0") or any(len(group) != 3 for group in groups):
            return None
    return whole.replace(thousands, ""), fraction


def _number(bare: str, mark: DecimalMark | None, kind: NumberKind) -> int | float | None:
    found = _NUMBER.match(bare)
    parts = _read(found[2], mark or ".") if found else None
    if found is None or parts is None:
        return None
    whole, fraction = parts
    if not fraction.strip("0"):
        number: int | float | None = int(whole) if int(whole) <= _LARGEST else None
    elif kind == "integer":
        return None
    else:
        number = _sound(float(f"{whole}.{fraction}"), kind)
    return -number if number is not None and found[1] == "-" else number


def _sound(number: float, kind: NumberKind) -> int | float | None:
    """Return a number of the kind; None for a fraction where whole ones are asked for, and for what is too large."""
    if abs(number) > _LARGEST:
        return None
    if number.is_integer():
        return int(number)
    return number if kind == "number" else None
