"""A table of the population that the user supplies: how many people of each age, sex, place and year there are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ..base.errors import CaseDataError, MappingError, QuestionError, suggestion
from ..base.language import tr, trn
from ..base.levels import NOT_RECORDED
from ..base.types import Counts, Floats
from .conversions.numbers import number_lookup
from .conversions.text import normalise
from .readers.files import read_text_table
from .readers.text_table import TextTable

# What a column may be called besides the name of the attribute.
_NUMBERS: Final = ("population", "poblacion", "weight", "peso")
_YEARS: Final = ("year", "ano", "gestion")
# "0-4", "5 a 9", "80+", "80 y mas", "17"
_BAND: Final = re.compile(r"^(\d+)\s*(?:(?:-|–|a|to)\s*(\d+)|(\+|y\s+m[aá]s|and\s+over))?(?:\s*(?:years|años|anos))?$")

# Percent of the world population by five years of age, 85 and more together: Ahmad et al. (2001), Age
# standardization of rates: a new WHO standard, GPE Discussion Paper 31, World Health Organization.
WHO_STANDARD: Final = (
    *(8.86, 8.69, 8.60, 8.47, 8.22, 7.93, 7.61, 7.15, 6.59, 6.04, 5.37, 4.55, 3.72, 2.96, 2.21, 1.52, 0.91),
    0.635,
)


class Population(NamedTuple):
    """People by whatever the file splits them by.

    Attributes
    ----------
    levels : mapping of str to tuple of str, (R,)
        The level of each row, by column; ``year`` is the year.
    people : array of float, shape (R,)
    source : str
        Name of the file, without folder.
    """

    levels: Mapping[str, tuple[str, ...]]
    people: Floats
    source: str


def read_population(path: str | Path, *, wanted: Sequence[str]) -> Population:
    """Read a table of the population.

    Parameters
    ----------
    path : path
        A csv, tsv or xlsx file with a column ``population``, one column for each of ``wanted`` and, where it holds
        several years, ``year`` (Spanish headings are known too: poblacion, gestion). Ages are bands such as 0-4, 5-9
        and 80+.
    wanted : sequence of str
        Attributes by which people are told apart. Other columns are added up over.

    Returns
    -------
    Population

    Raises
    ------
    ReadError, MappingError, CaseDataError
        When the file cannot be read, a column is missing, or a number is none.
    """
    read = read_text_table(path)
    columns = {normalise(one): one for one in read.columns}
    number = next((columns[one] for one in _NUMBERS if one in columns), None)
    if number is None:
        raise MappingError(
            tr("The file '{name}' has no column '{column}'.", name=read.source, column=_NUMBERS[0]),
            tr("It has: {columns}.", columns=list(read.columns)),
        )
    levels: dict[str, tuple[str, ...]] = {}
    for name in wanted:
        column = columns.get(normalise(name)) or (_year_column(columns) if name == "year" else None)
        if column is None:
            raise MappingError(
                tr("The file '{name}' has no column '{column}'.", name=read.source, column=name),
                suggestion(name, tuple(read.columns)),
            )
        levels[name] = _cells(read, column)
    _ensure_once(read, number)
    year = _year_column(columns)
    if year is not None and "year" not in levels:
        levels["year"] = _cells(read, year)
    return Population(MappingProxyType(levels), _people(read, number), read.source)


def lowest_age(band: str) -> int | None:
    """Return the age at which a band begins; None when it is no band of ages.

    Examples
    --------
    >>> lowest_age("15-19"), lowest_age("80+"), lowest_age("17"), lowest_age("urban")
    (15, 80, 17, None)
    """
    found = _BAND.match(band.strip().lower())
    return int(found[1]) if found else None


def highest_age(band: str) -> int | None:
    """Return the last age of a band; None when it has no end, or is no band of ages.

    Examples
    --------
    >>> highest_age("15-19"), highest_age("80+"), highest_age("17")
    (19, None, 17)
    """
    found = _BAND.match(band.strip().lower())
    if not found or found[3]:
        return None
    return int(found[2]) if found[2] else int(found[1])


def banded(levels: Sequence[str], bands: Sequence[str]) -> tuple[str, ...]:
    """Put ages in whole years into bands; what is no age, or in no band, is not recorded. Bands stay what they are.

    Examples
    --------
    >>> banded(["17", "83", "0-17", "not_recorded"], ["0-17", "18+"])
    ('0-17', '18+', '0-17', 'not_recorded')
    """
    limits = [(lowest_age(band), highest_age(band), band) for band in bands]
    found = []
    for level in levels:
        age = int(level) if level.isdecimal() else None
        within = (
            band
            for low, high, band in limits
            if age is not None and low is not None and low <= age <= (age if high is None else high)
        )
        found.append(level if level in bands else next(within, NOT_RECORDED))
    return tuple(found)


def who_weights(bands: Sequence[str]) -> Floats:
    """Return how much of the WHO's standard population each band of ages holds, (A,).

    Raises
    ------
    QuestionError
        When a band is not made of whole groups of five years, from 85 on of all.

    Examples
    --------
    >>> who_weights(["0-14", "15+"]).round(2).tolist()
    [26.15, 73.88]
    """
    weights = []
    for band in bands:
        low, high = lowest_age(band), highest_age(band)
        last = 5 * len(WHO_STANDARD) if high is None else high + 1
        if low is None or low % 5 or last % 5 or low > 85 or (high is not None and high >= 85):
            raise QuestionError(
                tr("The WHO standard knows ages by five years, to 85 and more: not '{band}'.", band=band),
                tr("Use bands such as 0-4, 5-9 and 85+, or a standard of your own."),
            )
        weights.append(sum(WHO_STANDARD[low // 5 : last // 5]))
    return np.array(weights)


def _ensure_once(read: TextTable, number: str) -> None:
    """Refuse people who have two rows: alike in every column but their number, they would be counted twice."""
    rows = list(zip(*(_cells(read, one) for one in read.columns if one != number), strict=True))
    again = len(rows) - len(set(rows))
    if again:
        raise CaseDataError(
            trn(
                "{n} row of '{name}' is about people who have a row already.",
                "{n} rows of '{name}' are about people who have a row already.",
                again,
                name=read.source,
            ),
            tr("Leave one row for each year, place, sex and age."),
        )


def _year_column(columns: Mapping[str, str]) -> str | None:
    return next((columns[one] for one in _YEARS if one in columns), None)


def _cells(read: TextTable, column: str) -> tuple[str, ...]:
    return tuple(NOT_RECORDED if one is None else str(one) for one in read.table.column(column).to_pylist())


def _people(read: TextTable, column: str) -> Floats:
    texts, counts = read.distinct(column)
    plain = tr("Write plain digits, without a mark for thousands.")
    try:
        lookup = number_lookup(texts, counts, column=column, kind="number")
    except CaseDataError as error:
        raise CaseDataError(
            tr(
                "The column '{column}' of '{name}' holds numbers such as 1.000, a thousand or one.",
                column=column,
                name=read.source,
            ),
            plain,
        ) from error
    numbers = [lookup.values.get(one) if one is not None else None for one in read.table.column(column).to_pylist()]
    found = np.array([np.nan if one is None else float(one) for one in numbers])
    wrong = int((np.isnan(found) | (found < 0)).sum())
    if wrong:
        raise CaseDataError(
            tr(
                "The column '{column}' of '{name}' holds {n} cells that are no number of people.",
                column=column,
                name=read.source,
                n=wrong,
            ),
            plain,
        )
    return found


def year_numbers(population: Population) -> Counts | None:
    """Return the year of each row, (R,); None where the file has no years.

    Raises
    ------
    CaseDataError
        When a year is none.
    """
    years = population.levels.get("year")
    if years is None:
        return None
    wrong = sum(not one.isdecimal() for one in years)
    if wrong:
        raise CaseDataError(
            tr("The file '{name}' has {n} rows without a year.", name=population.source, n=wrong),
            tr("Write years as 2019."),
        )
    return np.array([int(one) for one in years], np.int64)
