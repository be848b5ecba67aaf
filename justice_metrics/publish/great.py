"""A table of a result in the look of great_tables: for a notebook, and for who styles it further."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from ..base.errors import MissingExtraError
from ..base.language import Language, Readable
from ..base.table import Table
from .audience import COLOURS, MARKS, Audience
from .inert import plain
from .sections import LONGEST_CELL, table_view


def great_table(table: Table, *, title: Readable, audience: Audience = "internal", language: Language = "en") -> Any:
    """Return a table as a ``great_tables.GT``, whose methods style it further.

    Parameters
    ----------
    table : Table
        Shown as a report shows it: words for ids, percentages, both limits in one cell, the word for a hidden number.
    title : Readable
        What it shows.
    audience : {"internal", "public"}
        For whom it is; stands under the title.
    language : {"en", "es"}
        Language of the words.

    Raises
    ------
    MissingExtraError
        When great_tables is not installed.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> funnel = jm.attrition(jm.sample_cases())
    >>> made = great_table(funnel.main, title=funnel.heading)
    >>> "complaint" in made.as_raw_html()
    True
    """
    try:
        import great_tables
    except ImportError:
        raise MissingExtraError.named("great_tables", "documents") from None
    import narwhals.stable.v2 as nw

    view = table_view(table, number="1", title=plain(title.text(language), longest=300), language=language)
    # Two columns may have the same words as their heading, so each is called by its place.
    names = [f"column_{place}" for place in range(len(view.headings))]
    cells = {name: [row.cells[place].text for row in view.rows] for place, name in enumerate(names)}
    made: Any = great_tables.GT(nw.from_dict(cells, backend="pandas").to_native(), id="table")
    # A plain text of a heading is read on: {{ }} as units of measurement, unescaped, and a note as Markdown.
    inert = _inert(great_tables)
    made = made.tab_header(title=inert(view.title), subtitle=inert(MARKS[audience].text(language)))
    made = made.cols_label({name: inert(cell.text) for name, cell in zip(names, view.headings, strict=True)})
    right = [name for name, cell in zip(names, view.headings, strict=True) if cell.number]
    left = [name for name in names if name not in right]
    made = made.cols_align("right", columns=right) if right else made
    made = made.cols_align("left", columns=left) if left else made
    made = made.tab_options(heading_align="left", heading_subtitle_font_weight="bold", table_font_size="13px")
    for words in (view.warning, view.foot):
        made = made.tab_source_note(inert(words)) if words else made
    return made


def _inert(great_tables: Any) -> Callable[[str], Any]:
    """Return how a text becomes one of great_tables that is shown as it is."""
    return lambda text: great_tables.html(html.escape(plain(text, longest=LONGEST_CELL)))


def table_page(table: Table, *, title: Readable, audience: Audience = "internal", language: Language = "en") -> bytes:
    """Return a table as the bytes of an HTML page in the look of great_tables; nothing in it can run or load.

    Parameters
    ----------
    table, title, audience, language
        As in `great_table`.
    """
    made = great_table(table, title=title, audience=audience, language=language)
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    words = html.escape(plain(title.text(language), longest=300))
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{words} – {html.escape(MARKS[audience].text(language))}</title>\n"
        f'</head>\n<body>\n<main style="border-top: 4px solid {COLOURS[audience]}">\n<h1 hidden>{words}</h1>\n'
        f"{made.as_raw_html()}\n</main>\n</body>\n</html>\n"
    ).encode()
