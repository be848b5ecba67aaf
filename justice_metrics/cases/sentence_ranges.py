"""Legal ranges of sentences by offence, and legal limits of preventive detention, from csv files."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..base.errors import SettingsError
from ..base.language import Label, Readable, tr
from .calendar import day_number
from .fact_tables import certainty_of, names_of, own_rows, shipped_rows, words_of
from .procedure_parts import Certainty

RANGE_COLUMNS: Final = (
    *("offence", "label_en", "label_es", "names", "minimum_months", "maximum_months"),
    *("article", "valid_from", "valid_to", "certainty", "source"),
)
_NEEDED: Final = ("offence", "minimum_months", "maximum_months", "article", "certainty")
_SHIPPED: Final[Mapping[str, str]] = {"BO": "bolivia.csv"}
_OF_A_LAW: Final = re.compile(r"\b(?:ley|law|decreto)\s+\d+(?:[-/]\d+)?\b", re.IGNORECASE)
_LONG_AGO, _FAR_OFF = -(2**30), 2**30
# Words of a bracket that only says where the law has the offence: "(art. 308 bis)", "(CP 252)", "(Ley 348)".
_CITING: Final = frozenset(
    {
        *("art", "arts", "articulo", "articulos", "article", "articles", "cp", "cpf", "codigo", "penal", "code"),
        *("ley", "law", "decreto", "inc", "inciso", "num", "numeral", "del", "de", "la", "bis", "ter", "quater"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRange:
    """What the law allows for one offence, in one span of time.

    Attributes
    ----------
    offence : str
        Id of the offence.
    label : Label
    names : tuple of str
        How files write it, each as :func:`plain_name` makes it.
    minimum_months, maximum_months : float
        Both are inside the range.
    article : str
    first_day, last_day : int
        Facts of these days fall under it.
    certainty : {"seen", "from_memory"}
        Whether somebody read it in a document, or it awaits being looked up.
    """

    offence: str
    label: Label
    names: tuple[str, ...]
    minimum_months: float
    maximum_months: float
    article: str
    first_day: int
    last_day: int
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class DetentionLimit:
    """How many months of preventive detention the law allows before a stage of the procedure is reached.

    Attributes
    ----------
    until : str
        Stage or role that has to come before the months run out.
    months : int
    label : Readable
    article : str
    first_day, last_day : int
        Detentions that begin on these days fall under it.
    certainty : {"seen", "from_memory"}
    exceptions : Label or None
        Offences to which it does not apply.
    exempt : tuple of str
        How files write them, each as :func:`plain_name` makes it.
    """

    until: str
    months: int
    label: Readable
    article: str
    first_day: int
    last_day: int
    certainty: Certainty
    exceptions: Label | None = None
    exempt: tuple[str, ...] = ()

    def exempts(self, offence: str) -> bool | None:
        """Return whether an offence is one of the exceptions; None where its name holds one of them and more.

        Examples
        --------
        >>> [detention_limits("BO")[0].exempts(one) for one in ("Feminicidio", "Estupro", "Feminicidio (tentativa)")]
        [True, False, None]
        """
        name = plain_name(offence)
        if name in self.exempt:
            return True
        return None if any(f" {one} " in f" {name} " for one in self.exempt) else False


def plain_name(text: str) -> str:
    """Return an offence as it is compared: without accents, capitals, marks, and brackets that only cite an article.

    Any other bracket is part of the name: an attempt is not the offence, and what is done to a child is another one.

    Examples
    --------
    >>> plain_name("Violación de infante, niña, niño o adolescente (art. 308 bis)")
    'violacion de infante nina nino o adolescente'
    >>> plain_name("Homicidio (tentativa)")
    'homicidio tentativa'
    """
    return _words(re.sub(r"\([^()]*\)", _unless_citing, text))


def _words(text: str) -> str:
    """Return the words of a text without accents, capitals and marks."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one if one.isalnum() else " " for one in bare if not unicodedata.combining(one))
    return " ".join(letters.split())


def _unless_citing(bracket: re.Match[str]) -> str:
    """Return what stands in a bracket, or nothing where it only cites one article."""
    words = _words(_OF_A_LAW.sub(" ", bracket.group())).split()
    numbers = [one for one in words if one[0].isdigit()]
    # Two numbers may be an article and that of attempts: "(arts. 251 y 8)".
    cites = len(numbers) <= 1 and all(one in _CITING or one in numbers or len(one) == 1 for one in words)
    return " " if cites else f" {bracket.group()[1:-1]} "


def sentence_ranges(path: str | Path | None, country: str | None) -> tuple[SentenceRange, ...]:
    """Return the legal ranges of a file, or those that are shipped for a country; none where there is neither.

    Parameters
    ----------
    path : str or Path, optional
        A csv file with the columns of ``RANGE_COLUMNS``; those that may be left out are the labels, the names, the
        first and last day, and the source. Months, not years.
    country : str or None
        ISO 3166 code, where no file is named.

    Raises
    ------
    SettingsError
        When the file is not there, a column is missing, or a line cannot be right; the line is named.

    Examples
    --------
    >>> [one.maximum_months for one in sentence_ranges(None, "BO") if one.offence == "femicide"]
    [360.0]
    """
    if path is None:
        shipped = _SHIPPED.get(country or "")
        if shipped is None:
            return ()
        source, rows = shipped, shipped_rows("ranges", shipped)
    else:
        source, rows = Path(path).name, own_rows(Path(path), needed=_NEEDED, known=RANGE_COLUMNS)
    found = tuple(_range(row, line, source) for line, row in enumerate(rows, start=2))
    _ensure_one_at_a_time(found, source)
    return found


def detention_limits(country: str | None) -> tuple[DetentionLimit, ...]:
    """Return the legal limits of preventive detention that are shipped for a country.

    Examples
    --------
    >>> [(one.until, one.months) for one in detention_limits("BO")]
    [('prosecution', 12), ('verdict', 24)]
    """
    return tuple(
        DetentionLimit(
            until=row["until"],
            months=int(row["months"]),
            label=words_of(row, "label", row["until"]),
            article=row["article"],
            first_day=_day(row, "valid_from", _LONG_AGO, line, "detention.csv"),
            last_day=_day(row, "valid_to", _FAR_OFF, line, "detention.csv"),
            certainty=certainty_of(row, line, "detention.csv"),
            exceptions=words_of(row, "except", "") if row["except_en"] else None,
            exempt=tuple(plain_name(one) for one in row["except_names"].split("|") if plain_name(one)),
        )
        for line, row in enumerate(shipped_rows("ranges", "detention.csv"), start=2)
        if row["country"] == country
    )


def range_of(ranges: Sequence[SentenceRange], offence: str, day: int | None) -> SentenceRange | None:
    """Return the range of an offence on a day; None where there is none, or no day says which of several it is."""
    name = plain_name(offence)
    known = [one for one in ranges if name in one.names]
    if day is None:
        return known[0] if len(known) == 1 else None
    return next((one for one in known if one.first_day <= day <= one.last_day), None)


def _range(row: Mapping[str, str], line: int, source: str) -> SentenceRange:
    low, high = (_months(row, name, line, source) for name in ("minimum_months", "maximum_months"))
    if high < low:
        raise SettingsError(
            tr("{file}, line {line}: the maximum is below the minimum.", file=source, line=line),
            tr("Write both in months, the smaller one first."),
        )
    label = words_of(row, "label", row["offence"])
    return SentenceRange(
        offence=row["offence"],
        label=label,
        names=tuple(dict.fromkeys(plain_name(one) for one in names_of(row, label) if plain_name(one))),
        minimum_months=low,
        maximum_months=high,
        article=row["article"],
        first_day=_day(row, "valid_from", _LONG_AGO, line, source),
        last_day=_day(row, "valid_to", _FAR_OFF, line, source),
        certainty=certainty_of(row, line, source),
    )


def _months(row: Mapping[str, str], name: str, line: int, source: str) -> float:
    try:
        value = float(row[name])
    except ValueError:
        value = -1.0
    if not 0 <= value < _FAR_OFF:
        raise SettingsError(
            tr("{file}, line {line}: '{column}' is no number of months.", file=source, line=line, column=name),
            tr("Write ten years as 120."),
        )
    return value


def _day(row: Mapping[str, str], name: str, otherwise: int, line: int, source: str) -> int:
    text = (row.get(name) or "").strip()
    if not text:
        return otherwise
    try:
        return day_number(dt.date.fromisoformat(text))
    except ValueError:
        raise SettingsError(
            tr("{file}, line {line}: '{column}' is no date.", file=source, line=line, column=name),
            tr("Write dates as 2018-04-30."),
        ) from None


def _ensure_one_at_a_time(ranges: Sequence[SentenceRange], source: str) -> None:
    """Refuse two ranges that one offence would have on one day.

    Raises
    ------
    SettingsError
    """
    for place, one in enumerate(ranges):
        for other in ranges[:place]:
            together = one.first_day <= other.last_day and other.first_day <= one.last_day
            if together and set(one.names) & set(other.names):
                raise SettingsError(
                    tr("{file}: '{offence}' has two ranges at one time.", file=source, offence=one.offence),
                    tr("Let the first one end (valid_to) before the second one begins (valid_from)."),
                )
