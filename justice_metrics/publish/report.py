"""The report of a release: one HTML file that stands alone, for the screen and for paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..base.errors import DisclosureError, OutputError
from ..base.language import Language, Readable, tr
from ..base.result import Result
from ..disclosure.release import Release
from .account import settings, sources
from .folder import write_file
from .glossary import terms_in
from .inert import plain, without_folder
from .page import WORDS, page
from .sections import Section, headings, section


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """The finding of a section that tells most, for the front of the report."""

    anchor: str
    heading: str
    finding: str
    caution: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method and the sections that use it."""

    text: str
    where: str


def write_report(
    release: Release,
    path: str | Path,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
) -> Path:
    """Write the report of a release as one HTML file.

    Parameters
    ----------
    release : Release
        What ``internal([...])`` made from results.
    path : str or Path
        Where; ends in ``.html``.
    language : {"en", "es"}
        Language of the report.
    title : str or Readable, optional
        Title; that of the release where none is given.
    study : str or Path, optional
        Name of the study file, for the account of where the figures come from.

    Returns
    -------
    Path
        The path as it was given.

    Raises
    ------
    DisclosureError
        When something else than a release is given.
    OutputError
        When the file cannot be written; what was there before is still there.

    Examples
    --------
    >>> import tempfile
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = jm.write_report(jm.internal([jm.attrition(cases)]), folder + "/report.html", language="es")
    ...     '<html lang="es">' in path.read_text(encoding="utf-8")
    True
    """
    if Path(path).suffix.lower() not in {".html", ".htm"}:
        raise OutputError(
            tr("A report is written as .html, not as '{suffix}'.", suffix=Path(path).suffix),
            tr("Give a name such as report.html."),
        )
    return write_file(path, report_bytes(release, language=language, title=title, study=study))


def report_bytes(
    release: Release,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
) -> bytes:
    """Return the report of a release as the bytes of an HTML file; the same release gives the same bytes.

    Parameters
    ----------
    release : Release
        What ``internal([...])`` made from results.
    language : {"en", "es"}
        Language of the report.
    title : str or Readable, optional
        Title; that of the release where none is given.
    study : str or Path, optional
        Name of the study file.

    Raises
    ------
    DisclosureError
        When something else than a release is given.
    """
    return render(release, language=language, title=title, study=study).encode("utf-8")


def render(
    release: Release,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
) -> str:
    """Return the report of a release as an HTML document; parameters as in `report_bytes`."""
    if not isinstance(release, Release):
        raise DisclosureError(
            tr("A report is made from a release, not from {kind}.", kind=type(release).__name__),
            tr("Put the results together first: internal([attrition(cases), ...])."),
        )
    results = release.results
    sections = [
        section(result, number, language, heading=heading)
        for number, (result, heading) in enumerate(zip(results, headings(results, language), strict=True), start=1)
    ]
    shown_title = _text(title or release.title or tr("Performance of criminal justice"), language)
    methods = _methods(results, language)
    words = "\n".join([shown_title, *(one.words for one in sections), *(one.text for one in methods)])
    return page(
        "report.html.j2",
        language=language,
        title=shown_title,
        simulated=any(one.simulated for one in sections),
        facts=_facts(results, language),
        key_findings=_key_findings(sections, language),
        sections=sections,
        terms=terms_in(words, language),
        methods=methods,
        sources=sources(results, language),
        settings=settings(results, language),
        study="" if study is None else plain(without_folder(str(study))),
    )


def result_page(result: Result, *, language: Language = "en") -> str:
    """Return one result as a small HTML document of its own.

    Parameters
    ----------
    result : Result
        Any answer of the library; the page is internal like every output of it.
    language : {"en", "es"}
        Language of the page.
    """
    one = section(result, 1, language)
    return page(
        "result.html.j2",
        language=language,
        title=one.heading,
        simulated=one.simulated,
        one=one,
        sources=sources((result,), language),
        settings=settings((result,), language),
    )


def _facts(results: Sequence[Result], language: Language) -> list[tuple[str, str]]:
    """Say in a few lines what the report is about, each kind of data once."""
    wanted = {WORDS[name].text(language) for name in ("source", "unit", "units", "cutoff", "sampling", "version")}
    # A procedure shown by itself holds no cases, so it says nothing of the data.
    several = sources([one for one in results if one.provenance.units_in] or results, language)
    if len(several) == 1:
        return [pair for pair in several[0] if pair[0] in wanted]
    names = dict.fromkeys(words for one in several for term, words in one if term == WORDS["source"].text(language))
    return [(WORDS["source"].text(language), ", ".join(names))] if names else []


def _key_findings(sections: Sequence[Section], language: Language) -> list[KeyFinding]:
    return [
        KeyFinding(
            one.anchor,
            one.heading,
            one.headline,
            tr("read with the notes of section {number}", number=one.number).text(language) if one.notes else "",
        )
        for one in sections
        if one.headline
    ]


def _methods(results: Sequence[Result], language: Language) -> list[Method]:
    used: dict[str, list[str]] = {}
    for number, result in enumerate(results, start=1):
        if result.definition.method is not None:
            used.setdefault(plain(result.definition.method.text(language)), []).append(str(number))
    return [
        Method(
            text,
            (
                tr("sections {listed}", listed=", ".join(where))
                if len(where) > 1
                else tr("section {listed}", listed=where[0])
            ).text(language),
        )
        for text, where in used.items()
    ]


def _text(given: str | Readable, language: Language) -> str:
    return plain(given if isinstance(given, str) else given.text(language), longest=300)
