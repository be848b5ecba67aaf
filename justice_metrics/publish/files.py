"""Every file of a release: reports, tables and figures, in the formats and languages that a study asks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Final, Literal, TypeAlias, get_args

from ..base.errors import OutputError, QuestionError
from ..base.language import Language, Readable, tr
from ..base.result import Published, Result
from ..figures.style import FigureFormat
from .audience import Audience
from .document import Document, Lines, Outgoing, document
from .drawing import drawn_as
from .labelled import stata_bytes
from .pdf import pdf_of
from .report import rendered
from .tables import csv_bytes
from .word import word_of
from .workbook import workbook_bytes

Format: TypeAlias = Literal["html", "docx", "pdf", "csv", "xlsx", "dta", "png", "svg"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
_REPORTS: Final = ("html", "docx", "pdf")


def release_files(
    release: Outgoing,
    *,
    stems: Sequence[str],
    languages: Sequence[Language],
    formats: Sequence[str],
    study: str | PurePath | None = None,
    passport: Lines = (),
    changes: Sequence[Readable] = (),
    template: Path | None = None,
) -> dict[str, bytes]:
    """Return every file of a release, by name; the same release gives the same bytes.

    Parameters
    ----------
    release : InternalRelease or Release
        What ``internal([...])`` or ``release([...])`` made from results.
    stems : sequence of str
        Beginning of the file names of each result, such as ``01_attrition``.
    languages : sequence of str
        Reports and figures are made in each; tables in the first.
    formats : sequence of str
        Reports: html, docx, pdf. Tables: csv, xlsx, dta. Figures: png, svg.
    study, passport, changes
        As in `report_bytes`.
    template : Path, optional
        Word file whose styles the docx takes.

    Returns
    -------
    dict of str to bytes
        ``report.<language>.<format>``, ``tables/<stem>.<table>.csv``, ``tables/<stem>.xlsx``,
        ``figures/<stem>.<language>.png`` … A naive table has no file of its own, without its warning.

    Raises
    ------
    DisclosureError
        When something else than a release is given.
    OutputError
        When a format is not known, or there is not one stem per result.
    MissingExtraError
        When the extra that a format needs is not installed.
    """
    _ensure(release, stems, formats)
    audience: Audience = "public" if release.audience == "public" else "internal"
    files: dict[str, bytes] = {}
    wanted = [one for one in _REPORTS if one in formats]
    drawings: list[FigureFormat] = ["svg"] if {"html", "pdf"} & set(wanted) else []
    pictures = (*drawings, "png") if "docx" in wanted else tuple(drawings)
    for language in languages if wanted else ():
        made = document(release, language=language, study=study, passport=passport, changes=changes, pictures=pictures)
        files |= {f"report.{language}.{kind}": _report(made, kind, template) for kind in wanted}
    known: tuple[FigureFormat, ...] = ("png", "svg")
    kinds = tuple(one for one in known if one in formats)
    for stem, result in zip(stems, release.results, strict=True):
        files |= _tables(result, stem, audience, languages[0], formats)
        if kinds:
            files |= _figures(result, stem, audience, languages, kinds)
    return files


def _ensure(release: Outgoing, stems: Sequence[str], formats: Sequence[str]) -> None:
    unknown = [one for one in formats if one not in FORMATS]
    if unknown:
        raise OutputError(
            tr("A result cannot be written as '{suffix}'.", suffix=unknown[0]),
            tr("The name must end in one of: {known}.", known=FORMATS),
        )
    if len(stems) != len(release.results):
        raise ValueError(f"{len(stems)} names of files for {len(release.results)} results")


def _report(made: Document, kind: str, template: Path | None) -> bytes:
    if kind == "docx":
        return word_of(made, template=template)
    return pdf_of(made) if kind == "pdf" else rendered(made).encode("utf-8")


def _tables(
    result: Result, stem: str, audience: Audience, language: Language, formats: Sequence[str]
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, table in result.tables.items():
        if table.warning is not None:
            continue
        if "csv" in formats:
            files[f"tables/{stem}.{name}.csv"] = csv_bytes(table, language=language)
        if "dta" in formats:
            title = table.title or result.heading
            files[f"tables/{stem}.{name}.dta"] = stata_bytes(table, title=title, audience=audience, language=language)
    if "xlsx" in formats:
        files[f"tables/{stem}.xlsx"] = workbook_bytes(result, language=language, audience=audience)
    return files


def _figures(
    result: Result, stem: str, audience: Audience, languages: Sequence[Language], kinds: Sequence[FigureFormat]
) -> dict[str, bytes]:
    """Draw the answer, and its further views with their names; a published answer may have none."""
    files: dict[str, bytes] = {}
    for view in (None, *result.views):
        name = stem if view is None else f"{stem}.{view}"
        for language in languages:
            try:
                pictures = drawn_as(result, kinds, view=view, language=language, audience=audience)
            except QuestionError:
                if not isinstance(result, Published):
                    raise
                continue
            files |= {f"figures/{name}.{language}.{kind}": data for kind, data in pictures.items()}
    return files
