"""What a page shows of one result, in one language, before it becomes HTML."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..base.errors import QuestionError
from ..base.language import Label, Language, Message, Readable, tr, trn
from ..base.provenance import unit_words
from ..base.quantities import STATUS_WORDS, SUPPRESSED
from ..base.result import Published, Result
from ..base.table import Column, Table
from ..figures.style import FigureFormat
from .account import holds_cases
from .drawing import drawn_as
from .inert import plain
from .page import WORDS

SHORT_TABLE: Final = 20
"""Rows up to which a table is kept on one sheet of paper."""
LONG_TABLE: Final = 60
"""Rows after which a table scrolls on the screen, and is shut until a reader opens it."""
PRINTED_TABLE: Final = 300
"""Rows after which a table is not printed, and a further one is not on the page: it would fill what nobody reads."""
PAPER_TABLE: Final = 120
"""Rows after which a table is not in a Word file or a PDF: three pages of it are enough for anybody."""
LONGEST_MAIN: Final = 1_000
"""Rows after which a main table makes way for a shorter one of its result."""
LONGEST_CELL: Final = 600
_WIDE, _VERY_WIDE = 8, 11
_WIDE_LETTERS, _VERY_WIDE_LETTERS, _MOST_LETTERS = 100, 130, 150
_BETWEEN: Final = 3
_NARROWEST, _WIDEST, _SENTENCE, _ROOM = 5, 28, 70, 2

BASIS_WORDS: Final = {
    "cohort": tr("cohort: the same cases are followed"),
    "flow": tr("flow: what came in and went out in a period, which are not the same cases"),
    "snapshot": tr("snapshot: the state of things on one day"),
}


HIDDEN_WORDS: Final = tr(
    "not shown by the rules of confidentiality, because the number is small, or because a small one could be computed "
    "from it"
)
NOTHING_SHOWN: Final = tr("No result of this question may be shown by the rules of the release; ask for larger groups.")
UNLISTED_WORDS: Final = tr(
    "Rows of which no number may be shown are not listed, nor are rows without any case; a row that is missing may be "
    "either."
)


def column_widths(headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[bool]) -> tuple[int, ...]:
    """Return how much of a line each column of a table takes on paper, in letters.

    Parameters
    ----------
    headings : sequence of str
        One per column.
    rows : sequence of sequences of str
        The cells.
    numbers : sequence of bool
        Which columns hold numbers: these are not broken into lines, words are.

    Examples
    --------
    >>> column_widths(["court", "share"], [["of the first district", "12.5 % – 33.1 %"]], [False, True])
    (12, 17)
    """
    widths = []
    for place, heading in enumerate(headings):
        cells = [row[place] for row in rows[:PRINTED_TABLE]]
        longest = max((len(word) for text in (heading, *cells) for word in text.split()), default=0)
        usual = sorted(map(len, cells))[int(0.95 * (len(cells) - 1))] if cells else 0
        wanted = min(usual, _WIDEST) if numbers[place] else min(usual // 2, _SENTENCE)
        widths.append(max(min(longest, _WIDEST), wanted, _NARROWEST) + _ROOM)
    return tuple(widths)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, and what the page must know of it."""

    text: str
    number: bool = False
    head: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``opens`` when another group begins with it."""

    cells: tuple[Cell, ...]
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table as it is shown.

    Attributes
    ----------
    anchor, number, title : str
        Its place in the page.
    headings : tuple of Cell
        One per column.
    rows : tuple of Row
        All of them.
    warning : str
        For a naive table, the reason not to use it.
    foot : str
        What stands below it, such as the rule by which cells of it are hidden.
    partial : bool
        Whether rows of it may be missing because they may not be shown.
    """

    anchor: str
    number: str
    title: str
    headings: tuple[Cell, ...]
    rows: tuple[Row, ...]
    warning: str = ""
    foot: str = ""
    partial: bool = False

    @property
    def grouped(self) -> bool:
        """Whether its rows come in groups."""
        return any(row.opens for row in self.rows)

    @property
    def long(self) -> bool:
        """Whether it scrolls on the screen and is shut until it is asked for."""
        return len(self.rows) > LONG_TABLE

    @property
    def short(self) -> bool:
        """Whether it is kept on one sheet of paper."""
        return len(self.rows) <= SHORT_TABLE

    @property
    def printed(self) -> bool:
        """Whether it is printed."""
        return len(self.rows) <= PRINTED_TABLE

    @property
    def on_paper(self) -> bool:
        """Whether a Word file and a PDF hold it; there it cannot be shut."""
        return len(self.rows) <= PAPER_TABLE

    @property
    def width(self) -> str:
        """Class of its type size: by its columns, and by the letters of a line that cannot be broken further."""
        columns = len(self.headings)
        letters = sum(self._narrowest(place) + _BETWEEN for place in range(columns))
        if letters >= _MOST_LETTERS:
            return "very-wide widest"
        if columns >= _VERY_WIDE or letters >= _VERY_WIDE_LETTERS:
            return "very-wide"
        return "wide" if columns >= _WIDE or letters >= _WIDE_LETTERS else ""

    def _narrowest(self, place: int) -> int:
        heading = self.headings[place]
        cells = [row.cells[place].text for row in self.rows]
        words = [word for text in (heading.text, *([] if heading.number else cells)) for word in text.split()]
        return min(max(map(len, (*words, *(cells if heading.number else ()))), default=0), _WIDEST)

    @property
    def widths(self) -> tuple[int, ...]:
        """How much of a line each column takes on paper, in letters."""
        return column_widths(
            [cell.text for cell in self.headings],
            [[cell.text for cell in row.cells] for row in self.rows],
            [cell.number for cell in self.headings],
        )

    @property
    def size(self) -> Message:
        """How many rows it has."""
        if self.partial:
            return trn("{n} row is shown", "{n} rows are shown", len(self.rows))
        return trn("{n} row", "{n} rows", len(self.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """A figure as it is shown.

    Attributes
    ----------
    number, title : str
        Its place in the page, and what it shows.
    data : mapping of str to bytes
        The picture in each format that was asked for.
    alt : str
        Words for who cannot see it.
    counted : tuple of (str, str)
        What is counted in it, and among what: no figure travels without its denominator.
    """

    number: str
    title: str
    data: Mapping[FigureFormat, bytes]
    alt: str
    counted: tuple[tuple[str, str], ...] = ()

    @property
    def picture(self) -> str:
        """The picture as an address that a page holds itself."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.data["svg"]).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One result as a section of a page; every text is in the page's language.

    Attributes
    ----------
    number : int
        Place in the report, from 1.
    headline : str
        The finding for the front of a report; empty where nothing was found.
    figures : tuple of FigureView
        The figure of the answer, then its further views.
    definition : tuple of (str, str)
        Term and words.
    base : tuple of str
        What the figures rest on: units, cut-off, sampling, what was left out.
    main : TableView
        The table that answers the question.
    further, naive : tuple of TableView
        The other tables; the naive ones stand in a box of their own.
    """

    number: int
    heading: str
    answers: str
    headline: str
    findings: tuple[str, ...]
    figures: tuple[FigureView, ...]
    definition: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    base: tuple[str, ...]
    main: TableView
    further: tuple[TableView, ...]
    naive: tuple[TableView, ...]
    simulated: bool

    @property
    def anchor(self) -> str:
        """Where a link to the section leads."""
        return f"section-{self.number}"

    @property
    def words(self) -> str:
        """Everything that is said in the section but for the rows of its tables, for the glossary."""
        tables = (self.main, *self.further, *self.naive)
        shown = [self.heading, self.answers, *self.findings, *self.notes, *self.base]
        shown += [part for pair in self.definition for part in pair]
        shown += [part for one in tables for part in (one.title, one.warning, *(cell.text for cell in one.headings))]
        return "\n".join(shown)


def section(
    result: Result,
    number: int,
    language: Language,
    *,
    heading: str | None = None,
    pictures: Sequence[FigureFormat] = ("svg",),
) -> Section:
    """Put a result into the words and order of a page.

    Parameters
    ----------
    result : Result
        Any answer of the library.
    number : int
        Place in the report, from 1.
    language : {"en", "es"}
        Language of the page.
    heading : str, optional
        Heading of the section, where that of the result is not enough.
    pictures : sequence of {"png", "svg", "pdf"}
        Formats in which its figures are drawn.
    """
    heading = plain(result.heading.text(language)) if heading is None else heading
    said = result.findings() or ((NOTHING_SHOWN,) if estimates_hidden(result) else ())
    findings = tuple(_capital(plain(one.text(language))) for one in said)
    headline = result.headline()
    shown, left_out = _shown_tables(result)
    views = [
        table_view(
            table,
            number=f"{number}.{place}",
            title=heading if name == "main" else _named(name),
            language=language,
            public=isinstance(result, Published),
        )
        for place, (name, table) in enumerate(shown, start=1)
    ]
    return Section(
        number=number,
        heading=heading,
        answers=plain(result.definition.answers.text(language)),
        headline="" if headline is None else _capital(plain(headline.text(language))),
        findings=findings,
        figures=_figures(result, number, heading, findings, language, pictures),
        definition=definition_pairs(result, language),
        notes=tuple(plain(one.text(language)) for one in (*result.notes, *left_out)),
        # A procedure holds no cases: unit, cut-off and sampling would say nothing true of it.
        base=tuple(plain(one.text(language)) for one in result.provenance.lines()[int(result.provenance.simulated) :])
        if holds_cases(result)
        else (),
        main=views[0],
        further=tuple(one for one in views[1:] if not one.warning),
        naive=tuple(one for one in views[1:] if one.warning),
        simulated=result.provenance.simulated,
    )


def _figures(
    result: Result,
    number: int,
    heading: str,
    findings: tuple[str, ...],
    language: Language,
    pictures: Sequence[FigureFormat],
) -> tuple[FigureView, ...]:
    """Draw the answer and its further views; numbered 3 where there is one, 3a, 3b … where there are several."""
    wanted: list[tuple[str | None, str, tuple[str, ...]]] = [(None, heading, findings[:3])]
    wanted += [(view, plain(title.text(language)), ()) for view, title in result.views.items()]
    shown = [
        (view, title, said, data)
        for view, title, said in wanted
        if not (view is None and estimates_hidden(result))
        if (data := _pictures(result, view, language, pictures)) is not None
    ]
    letters = [""] if len(shown) == 1 else [chr(ord("a") + place) for place in range(len(shown))]
    return tuple(
        FigureView(
            number=f"{number}{letter}",
            title=title,
            data=data,
            alt=plain(
                tr("Figure: {heading} {findings}", heading=f"{title}.", findings=" ".join(said)).text(language).strip(),
                longest=600,
            ),
            counted=tuple(_counted(result, view, language)),
        )
        for letter, (view, title, said, data) in zip(letters, shown, strict=True)
    )


def _counted(result: Result, view: str | None, language: Language) -> list[tuple[str, str]]:
    """Say under a figure what it counts and among what; of a further view that does not tell, only the unit."""
    if not holds_cases(result):
        return []
    asked = result.asked if isinstance(result, Published) else type(result)
    numerator, denominator = asked.pictured.get(view or "", (None, None))
    if view is None and numerator is None:
        numerator, denominator = result.definition.numerator, result.definition.denominator
    pairs = [(WORDS["counted"], numerator or unit_words(result.provenance.unit)), (WORDS["among"], denominator)]
    said = [(term.text(language), plain(words.text(language))) for term, words in pairs if words is not None]
    return [*said, *([hidden_pair(language)] if any(map(hides, result.tables.values())) else [])]


def _pictures(
    result: Result, view: str | None, language: Language, pictures: Sequence[FigureFormat]
) -> Mapping[FigureFormat, bytes] | None:
    """Draw one figure; None where a published answer has none that may leave."""
    try:
        return drawn_as(result, pictures, view=view, language=language, marked=False)
    except QuestionError:
        if isinstance(result, Published):
            return None
        raise


def headings(results: Sequence[Result], language: Language) -> list[str]:
    """Return one heading per result; where two results have the same, the groups that split them are named.

    Parameters
    ----------
    results : sequence of Result
        The results of a page, in order.
    language : {"en", "es"}
        Language of the page.
    """
    plainly = [plain(one.heading.text(language)) for one in results]
    return [
        heading if plainly.count(heading) == 1 else heading + _split_by(result, language)
        for heading, result in zip(plainly, results, strict=True)
    ]


def _split_by(result: Result, language: Language) -> str:
    groups = [column.meaning.text(language) for column in result.main.columns if column.role == "stratum"]
    return plain(tr(", by {groups}", groups=tuple(groups)).text(language)) if groups else ""


def table_view(table: Table, *, number: str, title: str, language: Language, public: bool = False) -> TableView:
    """Put a table into cells.

    Parameters
    ----------
    table : Table
        What is shown; all of it.
    number : str
        Number of the table in the page.
    title : str
        Its title, where the table has none of its own.
    language : {"en", "es"}
        Language of the page.
    public : bool
        Whether the disclosure gate has passed it, so that rows of it may be missing.
    """
    headings, rows = table.display(language)
    columns = shown_columns(table)
    numbers = [column.unit != "text" for column in columns]
    heads = _leading_keys(columns)
    first = [row[0] if row else "" for row in rows]
    secret = STATUS_WORDS[SUPPRESSED].text(language) if hides(table) else None
    grouped = heads > 1 and len(set(first)) < len(first)
    partial = public and table.sparse
    return TableView(
        anchor=f"table-{number.replace('.', '-')}",
        number=number,
        title=plain(table.title.text(language)) if table.title else title,
        headings=tuple(
            Cell(_capital(plain(text, longest=LONGEST_CELL)), is_number)
            for text, is_number in zip(headings, numbers, strict=True)
        ),
        rows=tuple(
            Row(
                tuple(
                    Cell(plain(text, longest=LONGEST_CELL), numbers[place], place < heads, text == secret)
                    for place, text in enumerate(row)
                ),
                opens=grouped and at > 0 and first[at] != first[at - 1],
            )
            for at, row in enumerate(rows)
        ),
        warning=plain(table.warning.text(language)) if table.warning else "",
        foot=" ".join(_foot(table, language, partial=partial)),
        partial=partial,
    )


def _foot(table: Table, language: Language, *, partial: bool) -> list[str]:
    said = [": ".join(hidden_pair(language)) + "."] if hides(table) else []
    return [*said, UNLISTED_WORDS.text(language)] if partial else said


def hidden_pair(language: Language) -> tuple[str, str]:
    """Return the word that stands for a hidden number, and what it means."""
    return _capital(STATUS_WORDS[SUPPRESSED].text(language)), HIDDEN_WORDS.text(language)


def estimates_hidden(result: Result) -> bool:
    """Whether an answer that is published shows none of its estimates: a drawing of them would be empty."""
    if not isinstance(result, Published):
        return False
    main = result.main
    marks = [main.statuses.get(one.name, ("",)) for one in main.columns if one.role == "estimate"]
    return bool(marks) and len(main) > 0 and all(set(one) == {SUPPRESSED} for one in marks)


def hides(table: Table) -> bool:
    """Whether a number of a table is hidden."""
    return any(SUPPRESSED in statuses for statuses in table.statuses.values())


def shown_columns(table: Table) -> list[Column]:
    """Return the columns of a table as ``display`` shows them: both limits of an interval are one."""
    names = {column.name for column in table.columns}
    return [column for column in table.columns if not (column.name == "conf_high" and "conf_low" in names)]


def _leading_keys(columns: Sequence[Column]) -> int:
    """Count the columns at the left that say what a row is about."""
    for place, column in enumerate(columns):
        if column.role not in {"stratum", "key"}:
            return place
    return 0


def _shown_tables(result: Result) -> tuple[list[tuple[str, Table]], tuple[Readable, ...]]:
    """Return the tables of a page, and words for those that are too long for it.

    A curve day by day is read by nobody on a page, and makes it many times as large. So a long further table stays
    away, and a main table of thousands of rows makes way for a shorter one that says the same at chosen places.
    """
    tables = _naive_last(result)
    left = [name for name, table in tables if name != "main" and not table.warning and len(table) > PRINTED_TABLE]
    short = [name for name, table in tables if name not in {"main", *left} and not table.warning]
    if len(result.main) > LONGEST_MAIN and short:
        left.insert(0, "main")
    words = tuple(_not_here(result, name) for name in left)
    return [one for one in tables if one[0] not in left], words


def _not_here(result: Result, name: str) -> Readable:
    """Say where a table is that a page does not have: csv files of the command line hold the main one only."""
    table = result.tables[name]
    title = table.title or (result.heading if name == "main" else Label(_named(name)))
    if name == "main":
        return tr(
            "The table “{title}” has {n} rows and is not on this page: the command of the question writes it with "
            "--out FILE.csv, a study with csv among its formats.",
            title=title,
            n=len(table),
        )
    return tr(
        "The table “{title}” has {n} rows and is not on this page: the command of the question writes it with --out "
        "FILE.xlsx, a study with csv or xlsx among its formats.",
        title=title,
        n=len(table),
    )


def _naive_last(result: Result) -> list[tuple[str, Table]]:
    return sorted(result.tables.items(), key=lambda item: item[1].warning is not None)


def _named(name: str) -> str:
    return _capital(name.replace("_", " "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def definition_pairs(result: Result, language: Language) -> tuple[tuple[str, str], ...]:
    """Return what the numbers of an answer mean, as pairs of term and words."""
    definition = result.definition
    rows: list[tuple[Readable, Readable]] = [
        (tr("Numerator"), definition.numerator),
        (tr("Denominator"), definition.denominator),
    ]
    # a plan counts no unit and follows nobody
    if holds_cases(result):
        rows += [(tr("Unit"), unit_words(result.provenance.unit)), (tr("Basis"), BASIS_WORDS[definition.basis])]
    rows.append((tr("Pending cases"), definition.pending))
    rows += [(tr("Method"), definition.method)] if definition.method else []
    return tuple((term.text(language), plain(words.text(language))) for term, words in rows)
