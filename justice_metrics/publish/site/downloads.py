"""Every number of a site as a file: csv, workbook, JSON and picture of each figure, and the data dictionary."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, format_number, tr
from ...base.provenance import Provenance, unit_words
from ...base.result import Definition, Published, Result
from ...base.table import Column, Table
from ..drawing import drawn_as
from ..inert import plain
from ..sections import estimates_hidden
from ..tables import csv_bytes
from ..workbook import ROLE_WORDS, UNIT_WORDS, workbook_bytes
from .charts.pictures import NARROW, png_of, spec_of, svg
from .model import Figure, Look, Site
from .turned import spanned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DICTIONARY: Final = "dictionary"


class Shown(Result):
    """One table of an answer with its sentence: what a workbook of a figure holds."""

    def findings(self) -> tuple[Readable, ...]:
        """Return the sentence that says what to read."""
        return self.findings_of(self)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Refuse: the picture of a figure is a chart."""
        raise QuestionError(tr("This answer has no figure that may be published."), tr("Show its table."))

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the sentence that says what to read."""
        words = shown.words if isinstance(shown, Published) else {}
        return tuple(one for one in words.values() if isinstance(one, Readable))


def suffix_of(language: Language, languages: Sequence[Language]) -> str:
    """Return what stands in the names of the files of a language: nothing for the first one.

    Examples
    --------
    >>> suffix_of("es", ("es", "en")), suffix_of("en", ("es", "en"))
    ('', '.en')
    """
    return "" if language == languages[0] else f".{language}"


def figure_files(figure: Figure, site: Site) -> dict[str, bytes]:
    """Return all files of a figure, by their names below ``data``.

    Parameters
    ----------
    figure : Figure
    site : Site
        In its languages; the JSON file holds all of them.

    Returns
    -------
    dict of str to bytes
        ``<id>.csv``, ``.xlsx``, ``.svg``, ``.png`` and, with a chart, ``.chart.js``, each for each language; and
        ``<id>.json``.
    """
    files = {f"{figure.id}.json": _json(figure_record(figure, site))}
    for language in site.languages:
        stem = figure.id + suffix_of(language, site.languages)
        files[f"{stem}.csv"] = local_csv(spanned(figure, figure.table), language)
        files[f"{stem}.xlsx"] = workbook_bytes(as_answer(figure), language=language, audience="public")
        files |= {f"{stem}.{kind}": data for kind, data in pictures_of(figure, site.look, language).items()}
    return files


def local_csv(table: Table, language: Language) -> bytes:
    """Return a table as csv as a spreadsheet of the language's readers opens it.

    Parameters
    ----------
    table : Table
    language : str

    Returns
    -------
    bytes
        As `csv_bytes`, whole numbers without a decimal; where the decimal mark is a comma, numbers have one and cells
        are parted by ";".
    """
    written = csv_bytes(table, language=language)
    comma = format_number(0.5, language, decimals=1).startswith("0,")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    numbers = {one.name for one in table.columns if one.unit != "text"}
    heads = rows[0]
    local = [
        [
            cell.removesuffix(".0").replace(".", "," if comma else ".") if name in numbers else cell
            for name, cell in zip(heads, row, strict=True)
        ]
        for row in rows[1:]
    ]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";" if comma else ",", lineterminator="\r\n").writerows([heads, *local])
    return text.getvalue().encode("utf-8-sig")


def pictures_of(figure: Figure, look: Look, language: Language) -> dict[str, bytes]:
    """Return the picture of a figure: of its chart, else as the answer itself draws it; none where none may be shown.

    Parameters
    ----------
    figure : Figure
    look : Look
    language : str

    Returns
    -------
    dict of str to bytes
        ``svg`` and ``png``; with a chart ``narrow.svg`` for a phone, and ``chart.js`` for the script that draws it.
    """
    chart = None if figure.chart is None else figure.chart(figure, language=language, look=look)
    if chart is not None:
        spec = spec_of(chart)
        drawn = svg(spec, language=language)
        return {
            "svg": drawn.encode("utf-8"),
            "narrow.svg": svg(spec, language=language, width=NARROW).encode("utf-8"),
            "png": png_of(drawn),
            "chart.js": script("charts", figure.id, spec),
        }
    if figure.chart is not None or figure.answer is None or figure.by is not None or estimates_hidden(figure.answer):
        return {}
    view = "months" if figure.id == "demand-month" and "months" in figure.answer.views else None
    try:
        made = drawn_as(figure.answer, ("svg", "png"), view=view, language=language, audience="public")
    except QuestionError:
        return {}
    return {str(kind): data for kind, data in made.items()}


def script(kind: str, name: str, content: object) -> bytes:
    """Return a classic script that hands something over: a page that was opened from a disk cannot fetch a file.

    Parameters
    ----------
    kind : {"charts", "cubes", "words"}
    name : str
        Of what is handed over.
    content : object
        For JSON.
    """
    # no "<" in it: it stays harmless also where somebody puts it into a page
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    key = json.dumps(name)
    return (
        f"window.justiceMetrics=window.justiceMetrics||{{}};(window.justiceMetrics.{kind}="
        f"window.justiceMetrics.{kind}||{{}})[{key}]={text};\n"
    ).encode()


def as_answer(figure: Figure) -> Published:
    """Return a figure as an answer of its tables: what a workbook of it holds."""
    whole = figure.answer
    provenance = (
        whole.provenance
        if whole is not None
        else Provenance(unit=figure.unit, cutoff=figure.cutoff, simulated=figure.simulated)
    )
    return Published(
        heading=figure.title,
        tables={"main": figure.table, **{f"further {n}": one for n, one in enumerate(figure.further, start=1)}},
        definition=figure.definition,
        provenance=provenance,
        notes=figure.notes,
        asked=Shown,
        words=MappingProxyType(
            {"reads": figure.reads, **({"provisional": figure.provisional} if figure.provisional else {})}
        ),
    )


def figure_record(figure: Figure, site: Site) -> dict[str, Any]:
    """Return a figure for JSON, its words in every language of the site."""

    def said(words: Readable | None) -> dict[str, str] | None:
        return None if words is None else {one: plain(words.text(one)) for one in site.languages}

    return {
        "id": figure.id,
        "page": figure.page,
        "published_on": site.published_on.isoformat(),
        "cutoff": figure.cutoff.isoformat(),
        "simulated": figure.simulated,
        "institution": said(site.institution),
        "title": said(figure.title),
        "reads": said(figure.reads),
        "provisional": said(figure.provisional),
        "unit": said(unit_words(figure.unit)),
        "definition": _definition(figure.definition, said),
        "notes": [said(one) for one in figure.notes],
        "hidden": figure.hidden,
        "table": _table(figure.table, said),
        "further": [_table(one, said) for one in figure.further],
    }


def dictionary(figures: Sequence[Figure], language: Language) -> Published:
    """Return the data dictionary: what each column of each file means.

    Parameters
    ----------
    figures : sequence of Figure
    language : str
        Of the words in it.
    """
    rows = [row for figure in figures for row in _columns_of(figure, language)]
    heads = (
        ("file", tr("file")),
        ("column", tr("column")),
        ("meaning", tr("meaning")),
        ("unit", tr("unit")),
        ("role", tr("role")),
        ("values", tr("values")),
    )
    columns = [Column(name, words, "text", "key", "text") for name, words in heads]
    values = {name: np.array([row[at] for row in rows], dtype=object) for at, (name, _) in enumerate(heads)}
    table = Table(columns, values, guard="words")
    no_one = figures[0].definition
    return Published(
        heading=tr("Data dictionary"),
        tables={"main": table},
        definition=no_one,
        provenance=Provenance(
            unit=figures[0].unit, cutoff=figures[0].cutoff, simulated=any(one.simulated for one in figures)
        ),
        asked=Shown,
    )


def _columns_of(figure: Figure, language: Language) -> Iterator[tuple[str, ...]]:
    for column in figure.table.columns:
        words = figure.table.labels.get(column.name, {})
        values = "; ".join(f"{key} = {plain(word.text(language))}" for key, word in words.items())
        yield (
            figure.id,
            column.name,
            plain(column.meaning.text(language)),
            UNIT_WORDS[column.unit].text(language),
            ROLE_WORDS[column.role].text(language),
            plain(values, longest=2_000),
        )


def _definition(definition: Definition, said: Any) -> dict[str, Any]:
    return {
        "answers": said(definition.answers),
        "numerator": said(definition.numerator),
        "denominator": said(definition.denominator),
        "basis": definition.basis,
        "pending": said(definition.pending),
        "method": said(definition.method),
    }


def _table(table: Table, said: Any) -> dict[str, Any]:
    columns = table.frame_columns()
    rows = zip(*([_plain(one) for one in array.tolist()] for array in columns.values()), strict=True)
    return {
        "title": said(table.title),
        "columns": [
            {"name": one.name, "meaning": said(one.meaning), "unit": one.unit, "role": one.role}
            for one in table.columns
        ],
        "labels": {
            name: {key: said(word) for key, word in words.items()} for name, words in table.labels.items() if words
        },
        "rows": [dict(zip(columns, row, strict=True)) for row in rows],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() else value
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
