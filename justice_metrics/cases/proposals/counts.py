"""A first mapping for a table of counts: when, where, what splits the counts, and which columns are the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...base.errors import MappingError
from ...base.language import Language, tr
from ..conversions.numbers import DecimalMark
from ..conversions.text import normalise
from ..counts.columns import says_when
from ..counts.mapping import OFFICE
from ..counts.quantities import LEVELS
from ..mappings.mapping import RESERVED
from .columns import ColumnLook, LookedAt
from .count_guesses import CountGuesses, QuantityGuess
from .count_text import counts_text
from .count_words import (
    CODES,
    COUNT_CODES,
    GENERIC,
    INDICATORS,
    KEYS,
    OFFICES,
    PARTS,
    QUANTITIES,
    TOTALS,
    UNITS_COUNTED,
    YEARS,
)
from .date_parts import dates_in_parts
from .keys import is_id, named
from .proposal import Guess
from .words import ATTRIBUTES, says, words_of

_NUMBERS: Final = 0.6
_PERIODS: Final = 0.9
_FEW_PERIODS: Final = 0.5
_MOST_INDICATORS: Final = 60
_MOST_KEY_LABELS: Final = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CountProposal(CountGuesses):
    """A proposed mapping of a table of counts, to be corrected by hand."""

    def toml(self, language: Language | None = None, *, folder: Path | None = None) -> str:
        """Return the text of a mapping file; CHECK and FILL IN mark what a person must decide."""
        return counts_text(self, language or self.language, folder)


def looks_like_counts(table: LookedAt) -> bool:
    """Whether a table holds numbers by period, and no case of its own."""
    columns = table.columns
    if any(is_id(one) and one.n_distinct > 0.8 * one.n_filled and not _is_number(one) for one in columns):
        return False
    if any(one.is_date and not _periodic(one) for one in columns):
        return False
    if dates_in_parts(columns):
        return False
    if _turned(columns):
        return True
    return bool(_period_of(columns)) and bool(_numbers(columns, _period_of(columns)))


def propose_counts(table: LookedAt, language: Language) -> CountProposal:
    """Propose the mapping of a table of counts.

    Raises
    ------
    MappingError
        When its periods stand beside one another: no mapping can read that.
    """
    columns = table.columns
    period = _period_of(columns)
    if not period:
        n = len(_turned(columns))
        raise MappingError(
            tr("The periods stand beside one another: {n} columns are years, months or quarters.", n=n),
            tr(
                "Turn the table first, so that each row is one period and each column one quantity: in a "
                "spreadsheet by unpivoting, in pandas by melt."
            ),
        )
    of_period = {column for key, column in period if key != "length"}
    numbers = _numbers(columns, period)
    indicator = _indicator(columns, numbers)
    office = _office_of(columns, of_period | {one.name for one in numbers} | {indicator.name if indicator else ""})
    taken = of_period | {one.name for one in numbers}
    taken |= {one.name for one in (office, indicator) if one is not None}
    free = [one for one in columns if one.name not in taken and not one.is_date]
    keys, same = _keys_of(table, office, free)
    by = [*sorted(of_period), *([office.name] if office is not None else []), *(column for _, column in keys)]
    if indicator is not None:
        by.append(indicator.name)
        quantities = _unique(_quantity(text, words_of(text)) for text, _ in indicator.labels)
    else:
        quantities = _unique(_quantity(one.name, one.words) for one in numbers)
        if office is not None:
            at = [*sorted(of_period), office.name]
            quantities = tuple(one._replace(per_office=_per_office(table, one, at)) for one in quantities)
    told = {column: f"counts.keys.{name}" for name, column in keys}
    told |= {column: f"counts.period.{key}" for key, column in period if key != "length"}
    if indicator is not None:
        told |= {indicator.name: "counts.long.quantity", numbers[0].name: "counts.long.number"}
    else:
        told |= {one.column: f"counts.quantities.{one.name}" for one in quantities}
    if office is not None:
        told[office.name] = "counts.office"
    sure = {one.name for one in numbers if named(one, (*GENERIC, *_every_phrase())) > 0}
    return CountProposal(
        files=table.files,
        sheet=table.sheet,
        language=language,
        n_rows=table.n_rows,
        guesses=tuple(
            Guess(
                column=one.name,
                key=told.get(one.name, ""),
                confidence=0.0 if one.name not in told else 0.6 if one in numbers and one.name not in sure else 0.9,
                look=one,
            )
            for one in columns
        ),
        unit=_unit_of(numbers, indicator),
        period=period,
        quantities=quantities,
        long=(indicator.name, numbers[0].name) if indicator is not None else None,
        totals=_totals(office),
        repeated=_repeated(table, by),
        missing=_codes(table, numbers),
        same=same,
        decimal=_decimal(numbers),
        key_totals={
            one.name: total
            for one in columns
            if one.name in dict(keys).values() and (total := _totals(one)) is not None
        },
        other_sheets=table.other_sheets,
    )


# --------------------------------------------------------------------------------------------------------- periods


def _period_of(columns: Sequence[ColumnLook]) -> tuple[tuple[str, str], ...]:
    """Return the keys of the period: a year with its part, one column, or a date of which the length is told."""
    year = next((one for one in columns if named(one, YEARS) > 0 and _all(one, _is_year)), None)
    if year is not None:
        for key, phrases in PARTS:
            part = next((one for one in columns if named(one, phrases) > 0 and 0 < len(one.labels) <= 12), None)
            if part is not None:
                return ("year", year.name), (key, part.name)
        return (("year", year.name),)
    whole = next((one for one in columns if not one.is_date and _all(one, says_when)), None)
    if whole is not None:
        return (("column", whole.name),)
    date = next((one for one in columns if _periodic(one)), None)
    return (("column", date.name), ("length", _length(date))) if date is not None else ()


def _all(look: ColumnLook, fits: object) -> bool:
    held = sum(n for text, n in look.labels if callable(fits) and fits(text))
    return bool(look.labels) and held > _PERIODS * look.n_filled


def _is_year(text: str) -> bool:
    return text.strip().isdecimal() and 1900 <= int(text) <= 2100


def _periodic(look: ColumnLook) -> bool:
    """Whether dates stand for periods: few of them, on the same day of each."""
    return look.is_date and 1 < look.n_distinct <= _FEW_PERIODS * look.n_filled and len(_days_of_month(look)) <= 4


def _days_of_month(look: ColumnLook) -> set[int]:
    import datetime as dt

    return {(dt.date(1970, 1, 1) + dt.timedelta(days=day)).day for day in look.days}


def _length(look: ColumnLook) -> str:
    steps = [after - before for before, after in zip(look.days, look.days[1:], strict=False)]
    shortest = min(steps, default=365)
    return "month" if shortest < 40 else "quarter" if shortest < 100 else "half_year" if shortest < 200 else "year"


def _turned(columns: Sequence[ColumnLook]) -> list[ColumnLook]:
    """Return the columns that are periods themselves."""
    found = [one for one in columns if says_when(one.name) and one.share_decimals > _NUMBERS]
    return found if len(found) >= 3 else []


# --------------------------------------------------------------------------------------------- numbers, office, keys


def _numbers(columns: Sequence[ColumnLook], period: tuple[tuple[str, str], ...]) -> list[ColumnLook]:
    of_period = {column for _, column in period}
    whens = (*YEARS, *(phrase for _, phrases in PARTS for phrase in phrases))
    return [
        one
        for one in columns
        if one.name not in of_period
        and not one.is_date
        and one.n_filled
        and one.share_decimals > _NUMBERS
        and named(one, CODES) == 0
        and (_is_number_named(one) or (named(one, whens) == 0 and named(one, ("edad", "age.")) == 0))
    ]


def _is_number(look: ColumnLook) -> bool:
    """Whether a column that is called as ids are (cases, victims) is rather their number."""
    return _is_number_named(look) and named(look, CODES) == 0


def _is_number_named(look: ColumnLook) -> bool:
    return named(look, _every_phrase()) > 0 or named(look, GENERIC) > 0


def _every_phrase() -> tuple[str, ...]:
    return tuple(phrase for _, phrases in QUANTITIES for phrase in phrases)


def _indicator(columns: Sequence[ColumnLook], numbers: Sequence[ColumnLook]) -> ColumnLook | None:
    if len(numbers) != 1:
        return None
    fits = [one for one in columns if named(one, INDICATORS) > 0 and 0 < len(one.labels) <= _MOST_INDICATORS]
    # each stands there again and again: what stands there once may speak of a person
    return next((one for one in fits if 2 * one.n_distinct <= one.n_filled), None)


def _office_of(columns: Sequence[ColumnLook], taken: Iterable[str]) -> ColumnLook | None:
    held = set(taken)
    fits = [one for one in columns if one.name not in held and named(one, OFFICES) > 0 and one.share_numbers < _NUMBERS]
    return max(fits, key=lambda one: (named(one, OFFICES), one.n_distinct), default=None)


def _keys_of(
    table: LookedAt, office: ColumnLook | None, free: Sequence[ColumnLook]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Return names and columns of what splits the counts, and the columns that only say again what another says."""
    texts_first = sorted(free, key=lambda one: one.share_numbers > _NUMBERS)
    kept: list[ColumnLook] = []
    same: list[tuple[str, str]] = []
    for one in texts_first:
        if one.n_distinct < 2 or one.n_distinct > _MOST_KEY_LABELS:
            continue
        others = [*([office] if office is not None else []), *kept]
        twin = next((other for other in others if _say_the_same(table, one, other)), None)
        if twin is not None:
            same.append((one.name, twin.name))
        else:
            kept.append(one)
    names: dict[str, str] = {}
    for one in sorted(kept, key=lambda look: [column.name for column in table.columns].index(look.name)):
        name = next((word for word, phrases in (*KEYS, *ATTRIBUTES) if named(one, phrases) > 0), None)
        if name is None or name in names or name in {"court", OFFICE}:
            name = _slug(one.words, names)
        names[name] = one.name
    return tuple(names.items()), tuple(same)


def _say_the_same(table: LookedAt, one: ColumnLook, other: ColumnLook) -> bool:
    if one.n_distinct != other.n_distinct or one.n_filled != other.n_filled:
        return False
    return table.n_distinct([one.name, other.name]) == max(one.n_distinct, 1) + (one.n_filled < one.n_rows)


def _slug(words: Sequence[str], taken: Iterable[str]) -> str:
    name = "_".join(words) or "column"
    name = name if name.isidentifier() and name not in RESERVED else f"{name}_" if name.isidentifier() else f"c_{name}"
    held = set(taken)
    return next(one for one in (name, *(f"{name}_{n}" for n in range(2, 1000))) if one not in held)


def _quantity(column: str, words: tuple[str, ...]) -> QuantityGuess:
    for name, phrases in QUANTITIES:
        if any(says(words, one) for one in phrases):
            return QuantityGuess(name, column, known=True)
    bare = tuple(one for one in words if one not in {"n", "num", "no", "total", "cantidad", "numero", "number"})
    return QuantityGuess(_slug(bare or words, ()), column, known=False)


def _unique(quantities: Iterable[QuantityGuess]) -> tuple[QuantityGuess, ...]:
    """Give each quantity a name of its own; the second one of a known name is the user's own."""
    found: dict[str, QuantityGuess] = {}
    for one in quantities:
        if one.name in found:
            name = _slug(words_of(one.column), found)
            found[name] = QuantityGuess(name, one.column, known=False)
        else:
            found[one.name] = one
    return tuple(found.values())


def _per_office(table: LookedAt, quantity: QuantityGuess, at: list[str]) -> bool:
    """Whether a level stands again on each row of an office and period."""
    if quantity.name not in LEVELS:
        return False
    places = table.n_distinct(at)
    return places < table.n_rows and table.n_distinct([*at, quantity.column]) == places


def _repeated(table: LookedAt, by: list[str]) -> int:
    """Return how many rows of an office, period and breakdown have another row beside them."""
    return table.n_rows - table.n_distinct(by)


def _totals(office: ColumnLook | None) -> str | None:
    labels = office.labels if office is not None else ()
    return next((text for text, _ in labels if normalise(text) in TOTALS), None)


def _decimal(numbers: Sequence[ColumnLook]) -> DecimalMark | None:
    """Return the decimal mark by which numbers like 9.999 are whole, where all columns agree on one."""
    marks = {one.decimal for one in numbers if one.decimal is not None}
    return marks.pop() if len(marks) == 1 else None


def _unit_of(numbers: Sequence[ColumnLook], indicator: ColumnLook | None) -> str:
    words = [*(one.words for one in numbers), *([indicator.words] if indicator is not None else [])]
    for unit, phrases in UNITS_COUNTED:
        if any(says(one, phrase) for one in words for phrase in phrases):
            return unit
    return "case"


def _codes(table: LookedAt, numbers: Sequence[ColumnLook]) -> tuple[tuple[str, str], ...]:
    """Return the usual marks that stand in place of a number, as they are written there."""
    known = {normalise(code): (code, meaning) for code, meaning in COUNT_CODES}
    found: dict[str, str] = {}
    for one in numbers:
        found |= one.missing_codes
        if one.share_numbers > 0.999 and one.n_filled == one.n_rows:
            continue
        for text in table.texts(one.name):
            bare = normalise(text)
            if bare in known:
                code, meaning = known[bare]
                found[code] = meaning
            elif bare.endswith("(p)") and bare[:1].isdigit():
                found["(p)"] = "under_review"
    return tuple(sorted(found.items()))
