"""Words in the reader's language: messages with values, labels, numbers and dates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, runtime_checkable


def _languages() -> tuple[str, ...]:
    """Return English, which the sentences are written in, and every language of which there is a catalogue."""
    found = sorted(one.name for one in files("justice_metrics.base").joinpath("locale").iterdir())
    return ("en", *(name.removesuffix(".po") for name in found if name.endswith(".po")))


LANGUAGES: Final = _languages()
if TYPE_CHECKING:
    Language: TypeAlias = str
else:
    # The catalogues decide which languages there are: what a settings file may name is checked against them.
    Language = Literal[LANGUAGES]


@runtime_checkable
class Readable(Protocol):
    """Anything that can be read in each language of the library."""

    def text(self, language: Language = "en") -> str:
        """Return the words in ``language``."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with values, kept apart until the reader's language is known.

    Values that are messages or labels themselves are translated too; integers get the
    thousands mark of the language.
    """

    singular: str
    values: tuple[tuple[str, object], ...] = ()
    plural: str | None = None
    n: int | None = None

    def text(self, language: Language = "en") -> str:
        """Return the sentence in ``language``; English where a translation is missing."""
        forms = catalogue(language).get(self.singular, (self.singular, self.plural or self.singular))
        template = forms[0] if self.plural is None or self.n == 1 else forms[-1]
        shown = {name: _shown(value, language) for name, value in self.values}
        return template.format(**shown) if shown else template

    def __str__(self) -> str:
        return self.text("en")


class Setting(int):
    """A whole number that says nothing of cases (a limit, an age, a day asked for), so it may be published in a note.

    Examples
    --------
    >>> str(tr("Watched for {days} days", days=Setting(1095)))
    'Watched for 1,095 days'
    """

    __slots__ = ()


def tr(singular: str, /, **values: object) -> Message:
    """Mark a sentence for translation and attach its values.

    Examples
    --------
    >>> str(tr("{n} cases have no date", n=1200))
    '1,200 cases have no date'
    """
    return Message(singular, tuple(values.items()))


def trn(singular: str, plural: str, n: int, /, **values: object) -> Message:
    """Mark a sentence that has a singular and a plural; ``n`` is a value too.

    Examples
    --------
    >>> str(trn("{n} case", "{n} cases", 1)), str(trn("{n} case", "{n} cases", 2))
    ('1 case', '2 cases')
    """
    return Message(singular, (("n", n), *values.items()), plural, n)


class Label:
    """Words that a TOML file gives in one or several languages, as ``{ en = "...", es = "..." }``."""

    __slots__ = ("_words",)

    def __init__(self, words: Mapping[str, str] | str) -> None:
        self._words = {"en": words} if isinstance(words, str) else dict(words)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which there are words; only "en" where one plain text stands for all."""
        return tuple(self._words)

    def text(self, language: Language = "en") -> str:
        """Return the words in ``language``, else in English, else in whichever language there is."""
        return self._words.get(language) or self._words.get("en") or next(iter(self._words.values()), "")

    def __str__(self) -> str:
        return self.text("en")

    def __repr__(self) -> str:
        return f"Label({self._words!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Label) and self._words == other._words

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._words.items())))


def tells_of_cases(words: object) -> bool:
    """Whether words hold a number that is not declared to be a setting: such a note is not published.

    Examples
    --------
    >>> tells_of_cases(tr("{n} left out", n=3)), tells_of_cases(tr("After {days} days", days=Setting(90)))
    (True, False)
    """
    if isinstance(words, Message):
        return any(tells_of_cases(value) for _, value in words.values)
    if isinstance(words, list | tuple):
        return any(tells_of_cases(one) for one in words)
    return not isinstance(words, str | Label | Setting | dt.date | bool | None)


@cache
def catalogue(language: Language) -> Mapping[str, tuple[str, ...]]:
    """Return the translations of one language, message id to its forms; English is the message ids themselves."""
    if language == "en":
        return {}
    from babel.messages.pofile import read_po

    with files("justice_metrics.base").joinpath(f"locale/{language}.po").open("rb") as po:
        entries = read_po(po, locale=_customs(language))
    forms: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if not entry.id or entry.fuzzy:
            continue
        msgid = entry.id[0] if isinstance(entry.id, list | tuple) else entry.id
        strings = entry.string if isinstance(entry.string, list | tuple) else (entry.string,)
        if all(strings):
            forms[msgid] = tuple(str(one) for one in strings)
    return forms


@cache
def _customs(language: Language) -> str:
    """Return whose customs of numbers and dates a language follows; English ones where its own are not recorded."""
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return "en"
    return language


def format_number(value: float, language: Language = "en", *, decimals: int = 0) -> str:
    """Format a number by the customs of the language; "–" where it is not defined.

    Examples
    --------
    >>> format_number(1234.5, "en", decimals=1), format_number(1234.5, "es", decimals=1)
    ('1,234.5', '1.234,5')
    """
    from babel.numbers import format_decimal

    if not math.isfinite(value):
        return "–"
    pattern = "#,##0" if decimals == 0 else "#,##0." + "0" * decimals
    return str(format_decimal(value, format=pattern, locale=_customs(language)))


def format_tick(value: float, language: Language = "en") -> str:
    """Format the number of a tick with as many decimals as it has, so that no label says another number.

    Examples
    --------
    >>> [format_tick(one, "es") for one in (-2.5, 0.0, 1000.0)]
    ['−2,5', '0', '1.000']
    """
    decimals = len(f"{value:.10g}".partition(".")[2]) if abs(value) >= 1e-4 else 0
    return format_number(value, language, decimals=decimals).replace("-", "\N{MINUS SIGN}")


def format_share(value: float, language: Language = "en", *, decimals: int = 1) -> str:
    """Format a share between 0 and 1 as a percentage, with the space that the language writes.

    Examples
    --------
    >>> format_share(0.0249, "en", decimals=2)
    '2.49\xa0%'
    """
    return "–" if not math.isfinite(value) else format_number(value * 100, language, decimals=decimals) + "\u00a0%"


def format_date(day: dt.date, language: Language = "en") -> str:
    """Format a date in words, so that nobody takes the day for the month.

    Examples
    --------
    >>> import datetime
    >>> format_date(datetime.date(2018, 4, 30), "es")
    '30 abr 2018'
    """
    from babel.dates import format_date as babel_date

    return str(babel_date(day, format="d MMM y", locale=_customs(language)))


def _shown(value: object, language: Language) -> object:
    if isinstance(value, Readable):
        return value.text(language)
    if isinstance(value, int) and not isinstance(value, bool):
        return _Integer(value, language)
    if isinstance(value, dt.date):
        return format_date(value, language)
    if isinstance(value, list | tuple):
        return ", ".join(format(_shown(item, language)) for item in value)
    return value


class _Integer(int):
    """An integer that prints with the thousands mark of its language when a template names it plainly."""

    language: Language

    def __new__(cls, value: int, language: Language) -> _Integer:
        made = super().__new__(cls, value)
        made.language = language
        return made

    def __format__(self, spec: str) -> str:
        return format_number(int(self), self.language) if not spec else format(int(self), spec)
