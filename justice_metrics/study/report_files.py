"""The files that people read of a release: reports, tables and figures, in the formats that a study names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..base.errors import QuestionError
from ..base.language import Language, Message, Readable, tr
from ..base.result import Published, Result
from ..figures.style import FigureFormat
from ..publish.document import Document, Outgoing, document
from ..publish.drawing import drawn
from ..publish.passport import Passport
from ..publish.report import rendered
from ..publish.tables import csv_bytes, result_bytes
from .asking import Steps
from .plan import Study

LANGUAGE_WORDS: Final[Mapping[Language, Message]] = {"en": tr("English"), "es": tr("Spanish")}
_FIGURES: Final[tuple[FigureFormat, ...]] = ("png", "svg")
_WORKBOOKS: Final = ("xlsx", "dta")


def report_files(
    release: Outgoing,
    study: Study,
    *,
    names: Sequence[str],
    steps: Steps,
    passport: Passport | None = None,
    changes: Sequence[Readable] = (),
) -> dict[str, bytes]:
    """Return reports, tables and figures of a release, the first report as ``index.html`` too.

    Parameters
    ----------
    release : Outgoing
        Internal or public.
    study : Study
        Its languages, formats and template.
    names : sequence of str
        What each answer is called in names of files.
    steps : Steps
        Told of each language.
    passport : Passport, optional
        Of a public release.
    changes : sequence of Readable
        What changed since the release before.
    """
    files: dict[str, bytes] = {}
    for one in study.languages:
        steps.next(tr("Writing the report: {language}", language=LANGUAGE_WORDS.get(one, one)))
        files |= _reports(release, study, one, passport, changes)
    first = f"report.{study.languages[0]}.html"
    if first in files:
        files["index.html"] = files[first]
    return {**files, **_single_files(release, study, names)}


def _reports(
    release: Outgoing,
    study: Study,
    language: Language,
    passport: Passport | None,
    changes: Sequence[Readable],
) -> dict[str, bytes]:
    """Return the report in one language, in each of the formats for reading."""

    def made(*pictures: FigureFormat) -> Document:
        return document(
            release,
            language=language,
            study=study.source,
            passport=passport.rows(language) if passport is not None else (),
            changes=changes,
            pictures=pictures,
        )

    files: dict[str, bytes] = {}
    if "html" in study.formats:
        files[f"report.{language}.html"] = rendered(made("svg")).encode()
    if "docx" in study.formats:
        from ..publish.word import word_of

        files[f"report.{language}.docx"] = word_of(made("png"), template=study.template)
    if "pdf" in study.formats:
        from ..publish.pdf import pdf_of

        files[f"report.{language}.pdf"] = pdf_of(made("svg"))
    return files


def _single_files(release: Outgoing, study: Study, names: Sequence[str]) -> dict[str, bytes]:
    """Return the files of each result besides the report; a naive table has no file without its warning."""
    first = study.languages[0]
    files: dict[str, bytes] = {}
    for number, (name, result) in enumerate(zip(names, release.results, strict=True), start=1):
        stem = f"{number:02d}_{name}"
        if "csv" in study.formats:
            for each, table in result.tables.items():
                if table.warning is None:
                    files[f"tables/{stem}.{each}.csv"] = csv_bytes(table, language=first)
        for kind in _WORKBOOKS:
            if kind in study.formats:
                files[f"tables/{stem}.{kind}"] = result_bytes(result, f".{kind}", language=first)
        files |= _figures(stem, result, [one for one in _FIGURES if one in study.formats], study.languages)
    return files


def _figures(
    stem: str, result: Result, kinds: Sequence[FigureFormat], languages: Sequence[Language]
) -> dict[str, bytes]:
    """Draw the answer, and its further views with their names; of a published one what may be published."""
    views = result.asked.views if isinstance(result, Published) else result.views
    shown: dict[str | None, str] = {None: stem, **{view: f"{stem}.{view}" for view in views}}
    files: dict[str, bytes] = {}
    for kind in kinds:
        for language in languages:
            for view, name in shown.items():
                try:
                    files[f"figures/{name}.{language}.{kind}"] = drawn(result, kind, view=view, language=language)
                except QuestionError:
                    if not isinstance(result, Published):
                        raise
    return files
