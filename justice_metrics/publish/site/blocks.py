"""One figure as a page shows it: words, picture, table, definition, files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...base.language import Language, Readable, format_date, format_number, format_share, tr
from ...base.provenance import unit_words
from ...base.quantities import STATUS_WORDS, SUPPRESSED
from ...base.result import context_of
from ...base.table import Table
from ...measures.counted.tables import PROVISIONAL
from ..inert import plain
from ..sections import TableView, definition_pairs, hidden_pair, table_view
from .accounts import hidden_words
from .counts import span_words, things_of
from .downloads import suffix_of
from .model import Figure, PageName, Site
from .turned import compared_table, period_of, shape_of, turned_table
from .words import WORDS

_OPEN_TABLE: Final = 12
"""Rows up to which a table is open from the beginning."""
_KINDS: Final = ("csv", "xlsx", "svg", "png", "json")


@dataclass(frozen=True, slots=True)
class File:
    """A file to be downloaded."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One figure in one language; addresses are still to be set in front.

    Attributes
    ----------
    id, title, reads, provisional, alt, cutoff : str
    page : str
    kinds : frozenset of str
        Files that it has.
    stem : str
        Beginning of their names.
    caption, definition : tuple of (str, str)
    notes : tuple of str
    table : TableView
    further : tuple of TableView
    open : bool
        Whether its table is open from the beginning.
    cube, by, turned, period : str
    """

    id: str
    page: PageName
    title: str
    reads: str
    provisional: str
    alt: str
    cutoff: str
    kinds: frozenset[str]
    stem: str
    caption: tuple[tuple[str, str], ...]
    definition: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    table: TableView
    further: tuple[TableView, ...]
    open: bool
    cube: str
    by: str
    turned: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A figure with its addresses, as seen from one page; all else is that of its block."""

    block: Block
    up: str
    address: str
    frozen: str
    embed: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.block, name)

    @property
    def picture(self) -> str:
        """Address of the picture; empty where there is none."""
        return self._file("svg") if "svg" in self.block.kinds else ""

    @property
    def narrow(self) -> str:
        """Address of the picture for a phone; empty where there is none."""
        return self._file("narrow.svg") if "narrow.svg" in self.block.kinds else ""

    @property
    def chart(self) -> str:
        """Address of the script of the chart; empty where there is none."""
        return self._file("chart.js") if "chart.js" in self.block.kinds else ""

    @property
    def files(self) -> list[File]:
        """What can be downloaded."""
        return [File(kind, self._file(kind)) for kind in _KINDS if kind in self.block.kinds]

    @property
    def size(self) -> Readable:
        """How many rows the table has."""
        return self.block.table.size

    def _file(self, kind: str) -> str:
        return f"{self.up}data/{self.block.id if kind == 'json' else self.block.stem}.{kind}"


def block(figure: Figure, site: Site, language: Language, kinds: frozenset[str]) -> Block:
    """Put a figure into the words of a page.

    Parameters
    ----------
    figure : Figure
    site : Site
    language : str
    kinds : frozenset of str
        Files that it has: csv, xlsx, json, svg, png, chart.js.
    """
    title, reads = _plain(figure.title, language), _sentence(_plain(figure.reads, language))
    table = table_of(turned_table(figure), figure.title, language)
    return Block(
        id=figure.id,
        page=figure.page,
        title=title,
        reads=reads,
        provisional="" if figure.provisional is None else _plain(figure.provisional, language),
        alt=plain(f"{title}. {reads}", longest=600),
        cutoff=format_date(figure.cutoff, language),
        kinds=kinds,
        stem=figure.id + suffix_of(language, site.languages),
        caption=tuple(_caption(figure, language)),
        definition=tuple(_definition(figure, language)),
        notes=tuple(_plain(one, language) for one in figure.notes),
        table=table,
        further=tuple(
            table_of(compared_table(one, figure), one.title or figure.title, language) for one in figure.further
        ),
        open=len(table.rows) <= _OPEN_TABLE,
        cube=figure.cube or "",
        by=figure.by or "",
        turned=shape_of(figure),
        period=period_of(figure),
    )


def table_of(table: Table, title: Readable, language: Language) -> TableView:
    """Return a table as a page shows it."""
    return table_view(table, number="0", title=_sentence(_plain(title, language)), language=language, public=True)


def cards(figures: Sequence[Figure], language: Language) -> list[dict[str, str]]:
    """Return the numbers that stand large on the first page: this year to date, the same months before, the change.

    Parameters
    ----------
    figures : sequence of Figure
    language : str
    """
    first = next((one for one in figures if one.id == "start-headline"), None)
    if first is None or not len(first.table) or first.answer is None:
        return []
    table, last = first.table, len(first.table) - 1
    year, months = str(table["period"][last]), int(str(context_of(first.answer).get("months", 12)))
    open_year = table["maturity"][last] == PROVISIONAL
    what = _sentence(_plain(things_of(first.answer), language))
    shown = [
        {
            "number": _number(table, "count", last, language),
            "what": f"{what}, {span_words(year, months).text(language)}",
            "mark": WORDS["provisional"].text(language) if open_year else "",
        },
        {
            "number": _number(table, "before", last, language),
            "what": f"{what}, {span_words(str(int(year) - 1), months).text(language)}",
            "mark": "",
        },
        {
            "number": _number(table, "estimate", last, language, change=True),
            "what": tr("change against the same months of the year before").text(language),
            "mark": "",
        },
    ]
    return [one for one in shown if one["number"]]


def caption_day(figures: Iterable[Figure], language: Language) -> str:
    """Return the days to which the data of some figures are complete."""
    return ", ".join(format_date(one, language) for one in sorted({one.cutoff for one in figures}))


def language_name(language: Language) -> str:
    """Return what a language calls itself.

    Examples
    --------
    >>> language_name("es"), language_name("en")
    ('Español', 'English')
    """
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(language).get_display_name(language) or language
    except (UnknownLocaleError, ValueError):
        return language
    return name[:1].upper() + name[1:]


def _number(table: Table, column: str, row: int, language: Language, *, change: bool = False) -> str:
    if column not in table.values:
        return ""
    value = float(table[column][row])
    if not math.isfinite(value):
        marks = table.statuses.get(column, ())
        return STATUS_WORDS[SUPPRESSED].text(language) if marks and marks[row] == SUPPRESSED else ""
    if not change:
        return format_number(value, language)
    return ("+" if value > 0 else "") + format_share(value, language).replace("-", "\N{MINUS SIGN}")


def _caption(figure: Figure, language: Language) -> list[tuple[str, str]]:
    definition = figure.definition
    pairs: list[tuple[Readable, str]] = [
        (WORDS["counted"], _plain(definition.numerator, language)),
        (WORDS["among"], _plain(definition.denominator, language)),
        (WORDS["unit"], _plain(unit_words(figure.unit), language)),
        (WORDS["cutoff"], format_date(figure.cutoff, language)),
    ]
    said = [(term.text(language), words) for term, words in pairs]
    return [*said, *([hidden_pair(language)] if figure.hidden else [])]


def _definition(figure: Figure, language: Language) -> list[tuple[str, str]]:
    own = definition_pairs(figure.answer, language) if figure.answer is not None else ()
    return [
        (WORDS["of_all"].text(language), _plain(figure.definition.answers, language)),
        *own,
        (WORDS["cutoff"].text(language), format_date(figure.cutoff, language)),
        (tr("Hidden").text(language), hidden_words(figure).text(language)),
    ]


def _plain(words: Readable, language: Language) -> str:
    return plain(words.text(language))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
