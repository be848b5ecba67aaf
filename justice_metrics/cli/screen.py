"""Results on a screen: findings and what the numbers mean, then tables that keep every word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..base.language import Language, tr
from ..publish.audience import MARKS, audience_of
from ..publish.inert import plain_lines

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from ..base.result import Result
    from ..base.table import Table

SIMULATED: Final = tr("Simulated data: no case in it is real.")
MOST_ROWS: Final = 60
# In place of a main table with one row per day, what a reader looks up.
INSTEAD_OF_MAIN: Final = "milestones"
# Catalogues, which say the same of all data, and what an analyst looks up once the answer is read.
TO_FILES_ONLY: Final = frozenset(
    {("check", "rules"), ("support_sensitivity", "tipping")}
    | {("support_effect", one) for one in ("balance", "checklist", "curves", "flow", "overlap", "protocol", "ratios")}
    | {("support_effect", one) for one in ("strategies", "truncation", "weights")}
)
_PADDING, _LONGEST_WORD = 3, 24


def harmless(words: str, *, style: str = "") -> Text:
    """Return words for the screen; what a file smuggled in, such as an escape sequence, does nothing."""
    from rich.text import Text

    return Text(plain_lines(words), style=style)


def show(results: Sequence[Result], screen: Console, language: Language) -> None:
    """Show results one below the other, with what a reader must know of them."""
    for mark in dict.fromkeys(MARKS[audience_of(one)] for one in results):
        screen.print(harmless(mark.text(language), style="bold reverse"))
    if any(one.provenance.simulated for one in results):
        screen.print(harmless(SIMULATED.text(language), style="bold"))
    for one in results:
        _show_one(one, screen, language)


def _show_one(result: Result, screen: Console, language: Language) -> None:
    screen.print()
    screen.print(harmless(result.heading.text(language), style="bold"))
    screen.print()
    # The answer first; its heading stands above already.
    screen.print(harmless(result.summary(language).partition("\n\n")[2]))
    screen.print()
    for name, table in shown_tables(result):
        if table.title is not None and name != "main":
            screen.print(harmless(table.title.text(language), style="italic"))
        screen.print(table_on_screen(table, language, screen.width))
        if len(table) > MOST_ROWS:
            more = tr("… and {n} more rows; write them all with --out FILE.csv or FILE.xlsx", n=len(table) - MOST_ROWS)
            screen.print(harmless(more.text(language)))
    left = tables_left(result)
    if left:
        screen.print(
            harmless(tr("Further tables ({listed}): write them with --out FILE.xlsx", listed=left).text(language))
        )
    for table in result.tables.values():
        if table.warning is not None:
            screen.print()
            screen.print(naive_box(table, language))


def shown_tables(result: Result) -> list[tuple[str, Table]]:
    """Return the tables that a screen shows: no naive ones, and of the long ones only the main one."""
    first = INSTEAD_OF_MAIN if INSTEAD_OF_MAIN in result.tables else "main"
    return [
        (name, table)
        for name, table in result.tables.items()
        if name == first or (name != "main" and table.warning is None and _fits(result, name, table))
    ]


def _fits(result: Result, name: str, table: Table) -> bool:
    return len(table) <= MOST_ROWS and (result.question, name) not in TO_FILES_ONLY


def tables_left(result: Result) -> list[str]:
    """Return the names of the tables that only a file shows."""
    shown = {name for name, _ in shown_tables(result)}
    return [name for name, table in result.tables.items() if name not in shown and table.warning is None]


def naive_box(table: Table, language: Language) -> RenderableType:
    """Return the reason not to use a naive figure, in a box, and where it is written; never the figure itself.

    What stands last on a screen is what is seen, and it must not be the number that misleads.
    """
    from rich.panel import Panel

    warning = table.warning.text(language) if table.warning else ""
    where = tr("The table is written with --out FILE.xlsx.").text(language)
    title = tr("Why not this figure: {title}", title=table.title or tr("naive figure")).text(language)
    return Panel(harmless(f"{warning}\n{where}", style="bold"), title=harmless(title), title_align="left")


def table_on_screen(table: Table, language: Language, width: int) -> RenderableType:
    """Return a table as wide as it needs to be; where there is no room for columns, one block per row."""
    from ..publish.sections import shown_columns

    headings, rows = table.display(language)
    return fitted(headings, rows[:MOST_ROWS], numbers=[one.unit != "text" for one in shown_columns(table)], width=width)


def fitted(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[bool], width: int
) -> RenderableType:
    """Return cells as columns, numbers right aligned, or as blocks when the columns do not fit."""
    from rich import box
    from rich.table import Table as Grid

    columns = [[head, *(row[place] for row in rows)] for place, head in enumerate(headings)]
    widths = widths_within(columns, numbers=numbers, width=width)
    if widths is None:
        return _blocks(headings, rows)
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for head, number, room in zip(headings, numbers, widths, strict=True):
        grid.add_column(
            harmless(head), justify="right" if number else "left", overflow="fold", width=room, vertical="top"
        )
    for row in rows:
        grid.add_row(*(harmless(cell) for cell in row))
    return grid


def widths_within(columns: Sequence[Sequence[str]], *, numbers: Sequence[bool], width: int) -> list[int] | None:
    """Return a width for each column, heading first in it, so that all fit; None when they cannot.

    The widest columns give way first, and none becomes narrower than its numbers or its longest word. The library that
    draws the table cuts cells where such limits do not add up, so it is given widths that do.

    Examples
    --------
    >>> widths_within([["step", "formal charge"], ["reached it", "396"]], numbers=[False, True], width=20)
    [7, 7]
    """
    least = [_least_width(head, cells, number=number) for (head, *cells), number in zip(columns, numbers, strict=True)]
    widths = [max(one, *map(len, cells)) for one, cells in zip(least, columns, strict=True)]
    room = width - _PADDING * len(columns)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda place: (widths[place] > least[place], widths[place]))
        widths[widest] -= 1
    return widths


def _least_width(heading: str, cells: Sequence[str], *, number: bool) -> int:
    longest = max((len(cell) if number else _longest_word(cell) for cell in cells), default=0)
    return max(longest, _longest_word(heading))


def _longest_word(text: str) -> int:
    return min(max((len(word) for word in text.split()), default=0), _LONGEST_WORD)


def _blocks(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> RenderableType:
    from rich.console import Group

    blocks = []
    for row in rows:
        lines = "\n".join(f"{heading}: {cell}" for heading, cell in zip(headings, row, strict=True))
        blocks.append(harmless(lines + "\n"))
    return Group(*blocks)
