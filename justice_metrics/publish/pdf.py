"""The report of a release as a PDF: for print, and for who is sent one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path, PurePath
from typing import Any, Final

from ..base.errors import MissingExtraError, OutputError
from ..base.language import Language, Readable, tr
from .audience import COLOURS
from .document import Document, Lines, Outgoing, document
from .page import WORDS
from .sections import FigureView, Section, TableView, column_widths

_LONGEST_WORD: Final = 28


def pdf_bytes(
    release: Outgoing,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
    passport: Lines = (),
    changes: Sequence[Readable] = (),
) -> bytes:
    """Return the report of a release as the bytes of a PDF; the same release gives the same bytes.

    Parameters
    ----------
    release : InternalRelease or Release
        What ``internal([...])`` or ``release([...])`` made from results.
    language : {"en", "es"}
        Language of the report.
    title, study, passport, changes
        As in `report_bytes`.

    Returns
    -------
    bytes
        Tagged, so that it can be read aloud; figures are drawings, not pictures of them, with words for who cannot see
        them. It holds no day on which it was made and no name of who made it.

    Raises
    ------
    MissingExtraError
        When typst is not installed.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> pdf_bytes(jm.internal([jm.attrition(jm.sample_cases())]))[:5]
    b'%PDF-'
    """
    return pdf_of(document(release, language=language, title=title, study=study, passport=passport, changes=changes))


def pdf_of(made: Document) -> bytes:
    """Return a report as the bytes of a PDF.

    Parameters
    ----------
    made : Document
        With figures as svg.
    """
    try:
        import typst
    except ImportError:
        raise MissingExtraError.named("typst", "documents") from None
    pictures: dict[str, bytes] = {}
    data = json.dumps(_data(made, pictures), ensure_ascii=False).encode()
    sheet = files("justice_metrics.publish").joinpath("templates/report.typ").read_bytes()
    compiled: Any = typst.compile  # its own types do not know that several files may be given
    try:
        # Only the fonts that come along are used, so that two machines set the same lines.
        return bytes(
            compiled(
                {"main.typ": sheet, "data.json": data, **pictures},
                font_paths=[_fonts()],
                ignore_system_fonts=True,
                timestamp=0,
            )
        )
    except typst.TypstError as error:
        raise OutputError(
            tr("The report could not be set as a PDF."), tr("Write it as html or docx, and print that.")
        ) from error


def _fonts() -> str:
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")


def _data(made: Document, pictures: dict[str, bytes]) -> dict[str, Any]:
    """Return a report as plain lists and texts, and put its figures beside it."""
    return {
        "language": made.language.partition("_")[0],
        "title": made.title,
        "mark": made.mark,
        "lead": made.lead,
        "colour": COLOURS[made.audience],
        "simulated": made.simulated,
        "words": {name: made.said(name) for name in WORDS},
        "facts": made.facts,
        "key_findings": [
            {"heading": f"{one.number}  {one.heading}", "finding": one.finding, "caution": one.caution}
            for one in made.key_findings
        ],
        "sections": [_section(one, pictures, made.said("table")) for one in made.sections],
        "terms": made.terms,
        "methods": [{"text": one.text, "where": one.where} for one in made.methods],
        "limits": made.limits,
        "hidden": made.hidden,
        "changes": made.changes,
        "passport": made.passport,
        "checklist": [(one.what, one.where) for one in made.checklist],
        "sources": made.sources,
        "study": made.study,
        "settings": _settings(made),
    }


def _section(one: Section, pictures: dict[str, bytes], word: str) -> dict[str, Any]:
    return {
        "number": one.number,
        "heading": one.heading,
        "answers": one.answers,
        "findings": one.findings,
        "figures": [_figure(figure, pictures) for figure in one.figures],
        "definition": one.definition,
        "notes": one.notes,
        "base": one.base,
        "main": _table(one.main, word),
        "further": [_table(view, word) for view in one.further],
        "naive": [_table(view, word) for view in one.naive],
    }


def _figure(figure: FigureView, pictures: dict[str, bytes]) -> dict[str, Any]:
    name = f"figure-{figure.number}.svg"
    pictures[name] = figure.data["svg"]
    return {
        "file": name,
        "number": figure.number,
        "title": figure.title,
        "alt": figure.alt,
        "counted": figure.counted,
    }


def _table(view: TableView, word: str) -> dict[str, Any]:
    rows = [[_breakable(cell.text) for cell in row.cells] for row in view.rows] if view.on_paper else [[""]]
    headings = [_breakable(cell.text) for cell in view.headings]
    return {
        "title": f"{word} {view.number}. {view.title}",
        "headings": headings,
        "numbers": [cell.number for cell in view.headings],
        "rows": rows if view.rows else [],
        "widths": view.widths,
        "printed": view.on_paper,
        "partial": view.partial,
        "warning": view.warning,
        "foot": view.foot,
    }


def _settings(made: Document) -> dict[str, Any]:
    headings = [made.said(name) for name in ("section", "question", "setting", "value")]
    rows = [
        [str(one.section), one.question, one.name or made.said("none"), _breakable(one.value)] for one in made.settings
    ]
    return {
        "title": made.said("settings"),
        "headings": headings,
        "numbers": [False] * len(headings),
        "rows": rows,
        "widths": column_widths(headings, rows, [False] * len(headings)),
        "printed": True,
        "partial": False,
        "warning": "",
        "foot": "",
    }


def _breakable(text: str) -> str:
    """Return text in which a very long word may be broken: a line that cannot be would run over the edge."""
    return " ".join(
        word if len(word) <= _LONGEST_WORD else "\u200b".join(word[at : at + 12] for at in range(0, len(word), 12))
        for word in text.split(" ")
    )
