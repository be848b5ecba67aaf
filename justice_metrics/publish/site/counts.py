"""Figures of counts by period: the whole, the months, and one for each attribute that splits them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.errors import OutputError
from ...base.language import Language, Readable, format_number, format_share, tr
from ...base.levels import LEVEL_WORDS, MISSING_LEVELS
from ...base.provenance import unit_words
from ...base.quantities import SUPPRESSED
from ...base.result import Published, context_of
from ...base.table import Table
from ...cases.periods import period_words
from ...measures.counted.tables import PROVISIONAL, CountedTable, counted_tables
from ..names import file_stem
from .model import Figure, PageName

ALERTS: Final = ("issued", "active", "solved")
"""What a table of alerts counts, by the names of its quantities."""
_YEARS: Final = 5
_TOLD: Final = 3

# Where the figure of an attribute stands, and how it is called in addresses.
_PLACES: Final[Mapping[str, tuple[PageName, str]]] = MappingProxyType(
    {
        "offence": ("demand", "offence"),
        "complaint_source": ("demand", "source"),
        "department": ("territory", "department"),
        "state": ("territory", "department"),
        "municipality": ("territory", "municipality"),
        "sex": ("people", "sex"),
        "age_group": ("people", "age"),
        "age": ("people", "age"),
        "relationship": ("people", "relationship"),
        "indigenous": ("people", "indigenous"),
        "disability": ("people", "disability"),
        "area": ("people", "area"),
    }
)

_REGISTERED: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "case": tr("registered cases"),
        "complaint": tr("registered complaints"),
        "victim": tr("registered victims"),
        "accused": tr("registered accused"),
    }
)

SHOWN_ONLY: Final = tr("The numbers that are shown are compared; a hidden one may be larger or smaller.")


class Population(NamedTuple):
    """Whom the counts of an answer are about: the cube, how addresses of its figures begin, a page of its own."""

    cube: str
    prefix: str
    page: PageName | None = None


@dataclass(frozen=True, slots=True)
class Capital:
    """Words with a capital at their beginning."""

    words: Readable

    def text(self, language: Language = "en") -> str:
        """Return the words in ``language``."""
        said = self.words.text(language)
        return said[:1].upper() + said[1:]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as the customs of the reader write it."""

    value: float

    def text(self, language: Language = "en") -> str:
        """Return the number in ``language``."""
        return format_number(self.value, language)


@dataclass(frozen=True, slots=True)
class Counted:
    """A group and the number of it."""

    words: Readable
    n: float
    decimals: int = 0

    def text(self, language: Language = "en") -> str:
        """Return it in ``language``."""
        return f"{self.words.text(language)} ({format_number(self.n, language, decimals=self.decimals)})"


@dataclass(frozen=True, slots=True)
class CountedShare:
    """A group, how many there are of it, and what share that is."""

    words: Readable
    n: float
    share: float

    def text(self, language: Language = "en") -> str:
        """Return it in ``language``."""
        return f"{self.words.text(language)} {format_number(self.n, language)} ({format_share(self.share, language)})"


def population_of(answer: Published) -> Population:
    """Return whom the counts of an answer are about.

    Parameters
    ----------
    answer : Published
        One of ``case_counts``.
    """
    whose = answer.provenance
    of = str(dict(whose.settings).get("of") or "")
    if of in ALERTS:
        return Population("alerts", "alerts", "alerts")
    if whose.unit == "accused":
        return Population("accused", "accused")
    return Population(file_stem(of or whose.unit), "")


class Kept(NamedTuple):
    """A table of counts, what it holds, and the answer that it is of."""

    answer: Published
    found: CountedTable

    @property
    def table(self) -> Table:
        """The table itself; what the library calls the sex of the victim is that of the accused in counts of these."""
        table = self.answer.tables[self.found.name]
        if self.answer.provenance.unit != "accused" or "sex" not in table.values:
            return table
        columns = [
            replace(one, meaning=tr("sex of the accused")) if one.name == "sex" else one for one in table.columns
        ]
        return Table(
            columns,
            table.values,
            labels=table.labels,
            statuses=table.statuses,
            sparse=table.sparse,
        )


def populations(answers: Sequence[Published]) -> dict[Population, tuple[Kept, ...]]:
    """Put the tables of all answers of ``case_counts`` together, by whom they are about.

    Parameters
    ----------
    answers : sequence of Published
        One population may be asked about twice: months of the whole, years of combinations.

    Returns
    -------
    dict of Population to tuple of Kept
        Of two tables of the same counts the first one.
    """
    kept: dict[Population, dict[tuple[str, frozenset[str]], Kept]] = {}
    for answer in answers:
        if answer.provenance.question == "case_counts":
            mine = kept.setdefault(population_of(answer), {})
            for one in counted_tables(answer):
                mine.setdefault((one.period, frozenset(one.by)), Kept(answer, one))
    return {whom: tuple(found.values()) for whom, found in kept.items()}


def count_figures(whom: Population, kept: Sequence[Kept]) -> Iterator[Figure]:
    """Make the figures of the counts of one population.

    Parameters
    ----------
    whom : Population
        Cases, accused, or what a table of alerts counts.
    kept : sequence of Kept
        Its tables.

    Yields
    ------
    Figure
        The year to date, the months, and one for each attribute that splits the counts by itself.
    """
    tables = {(one.found.period, one.found.by): one for one in kept}
    if whom.page is not None:
        # the longest row of numbers that there is: months, else years
        longest = next((tables[one, ()] for one in ("month", "quarter", "year") if (one, ()) in tables), None)
        if longest is not None:
            yield _figure(longest, whom, f"{whom.prefix}-counts", whom.page, Capital(things_of(longest.answer)))
    if not whom.prefix and ("to_date", ()) in tables:
        yield _figure(tables["to_date", ()], whom, "start-headline", "start", tr("This year to date"))
    if not whom.prefix and ("month", ()) in tables:
        yield _figure(tables["month", ()], whom, "demand-month", "demand", tr("Month by month"))
    for (period, by), one in tables.items():
        if period == "year" and len(by) == 1:
            yield _by_attribute(one, whom, tables.get(("to_date", by)))


def level_words(table: Table, column: str, level: str) -> Readable:
    """Return the words of a level of a column."""
    return table.labels.get(column, {}).get(level) or LEVEL_WORDS.get(level) or tr("{name}", name=level)


def span_words(year: str, months: int) -> Readable:
    """Return the words for the first months of a year.

    Examples
    --------
    >>> str(span_words("2018", 4)), str(span_words("2017", 12))
    ('Jan 2018 to Apr 2018', '2017')
    """
    if months >= 12:
        return tr("{name}", name=year)
    first, last = period_words(f"{year}-01"), period_words(f"{year}-{months:02d}")
    return first if months == 1 else tr("{first} to {last}", first=first, last=last)


def cut_rows(table: Table, kept: Sequence[int]) -> Table:
    """Return some rows of a table, in their order; everything else as it is."""
    places = np.array(kept, dtype=np.int64)
    return Table(
        table.columns,
        {name: array[places] for name, array in table.values.items()},
        labels=table.labels,
        title=table.title,
        statuses={name: [marks[one] for one in kept] for name, marks in table.statuses.items()},
        sparse=table.sparse,
    )


def hidden_cells(table: Table) -> int:
    """Return how many numbers of a table are hidden."""
    return sum(one == SUPPRESSED for marks in table.statuses.values() for one in marks)


def _by_attribute(kept: Kept, whom: Population, to_date: Kept | None) -> Figure:
    (name,) = kept.found.by
    page, short = _PLACES.get(name, ("people", file_stem(name)))
    identity = f"{whom.prefix}-{short}" if whom.prefix else f"{page}-{short}"
    column = next(one for one in kept.table.columns if one.name == name)
    title = Capital(tr("{what}, by {dimension}", what=things_of(kept.answer), dimension=column.meaning))
    made = _figure(kept, whom, identity, whom.page or ("people" if whom.prefix else page), title)
    return replace(made, further=() if to_date is None else (_last_year(to_date.table),), by=name)


def _figure(kept: Kept, whom: Population, identity: str, page: PageName, title: Readable) -> Figure:
    answer, found = kept
    table = _last_years(kept.table) if found.period in {"year", "to_date"} else kept.table
    return Figure(
        id=identity,
        page=page,
        title=title,
        reads=_reads(answer, table, found),
        table=table,
        definition=answer.definition,
        unit=answer.provenance.unit,
        cutoff=cutoff_of(answer),
        # the same months of each year may be compared, so the note on a year of which there is a part says nothing here
        notes=() if found.period == "to_date" else answer.notes,
        provisional=_provisional(table, answer),
        hidden=hidden_cells(table),
        cube=whom.cube,
        simulated=answer.provenance.simulated,
        answer=answer,
    )


def cutoff_of(answer: Published) -> dt.date:
    """Return the day to which the data of an answer are complete.

    Raises
    ------
    OutputError
        When they have none: a figure without it may not be published.
    """
    if answer.provenance.cutoff is None:
        raise OutputError(
            tr("'{heading}' has no cut-off.", heading=answer.heading),
            tr("A site says of every figure until when its data are complete: declare the cut-off in the mapping."),
        )
    return answer.provenance.cutoff


def things_of(answer: Published) -> Readable:
    """Return what an answer of ``case_counts`` counts, in the plural."""
    if dict(answer.provenance.settings).get("of") is None and answer.provenance.sampling != "counts":
        return _REGISTERED.get(answer.provenance.unit, _REGISTERED["case"])
    words = context_of(answer).get("what")
    return words if isinstance(words, Readable) else unit_words(answer.provenance.unit)


def _reads(answer: Published, table: Table, found: CountedTable) -> Readable:
    """Say in one sentence what to read: the largest groups of the last whole year, or the answer's own sentence."""
    said = answer.headline() if found.period != "month" else None
    if not found.by:
        return said or _last_period(table)
    rows = _last_whole_year(table)
    (name,) = found.by
    # who is not known is told in the table; a sentence is about those who are
    rows = [one for one in rows if str(table[name][one]) not in MISSING_LEVELS] or rows
    numbers = [(float(table["count"][one]), one) for one in rows if np.isfinite(table["count"][one])]
    if not numbers:
        return tr("No number of the last whole year may be shown.")
    largest = sorted(numbers, key=lambda pair: (-pair[0], pair[1]))[:_TOLD]
    listed = [Counted(level_words(table, name, str(table[name][row])), n) for n, row in largest]
    sentence = tr("{period}, most of all: {listed}.", period=period_words(str(table["period"][rows[0]])), listed=listed)
    return tr("{sentence} {more}", sentence=sentence, more=SHOWN_ONLY) if len(numbers) < len(rows) else sentence


def _last_period(table: Table) -> Readable:
    """Say the last period that is over, beside the same one of the year before."""
    numbers = {
        str(one): float(n)
        for one, state, n in zip(table["period"], table["maturity"], table["count"], strict=True)
        if state != PROVISIONAL and math.isfinite(n)
    }
    if not numbers:
        return tr("No number of a whole period may be shown.")
    last = max(numbers)
    before = f"{int(last[:4]) - 1}{last[4:]}"
    told = {"period": period_words(last), "n": Number(numbers[last])}
    if before not in numbers:
        return tr("{period}: {n}.", **told)
    return tr("{period}: {n}; {before}: {m}.", **told, before=period_words(before), m=Number(numbers[before]))


def _last_whole_year(table: Table) -> list[int]:
    """Return the rows of the last year that is over; of the last one where none is."""
    whole = {one for one, state in zip(table["period"], table["maturity"], strict=True) if state != PROVISIONAL}
    last = max(whole or set(table["period"].tolist()), default="")
    return [row for row, one in enumerate(table["period"].tolist()) if one == last]


def _provisional(table: Table, answer: Published) -> Readable | None:
    """Say which of its periods is not over."""
    open_periods = [one for one, state in zip(table["period"], table["maturity"], strict=True) if state == PROVISIONAL]
    if not open_periods:
        return None
    return tr(
        "Provisional: {period} is not over in the data, which are complete to {cutoff}; its numbers will still change.",
        period=period_words(str(max(open_periods))),
        cutoff=cutoff_of(answer),
    )


def _last_years(table: Table) -> Table:
    years = sorted(set(table["period"].tolist()))[-_YEARS:]
    return cut_rows(table, [place for place, one in enumerate(table["period"].tolist()) if one in years])


def _last_year(table: Table) -> Table:
    periods = table["period"].tolist()
    last = max(periods, default="")
    return cut_rows(table, [place for place, one in enumerate(periods) if one == last])
