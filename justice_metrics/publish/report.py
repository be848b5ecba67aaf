"""The report of a release: one file that stands alone, as a page, a Word file or a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from ..base.errors import OutputError
from ..base.language import Language, Readable, tr
from ..base.result import Result
from .account import settings, sources
from .audience import audience_of
from .document import Document, Lines, Outgoing, document
from .folder import write_file
from .page import page
from .sections import section


def write_report(
    release: Outgoing,
    path: str | Path,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
) -> Path:
    """Write the report of a release as one file: a page, a Word file that can be edited, or a PDF.

    Parameters
    ----------
    release : InternalRelease or Release
        What ``internal([...])`` or ``release([...])`` made from results.
    path : str or Path
        Where; ends in ``.html``, ``.docx`` or ``.pdf``. The last two need ``justice-metrics[documents]``.
    language : {"en", "es"}
        Language of the report, or any other of which there is a catalogue.
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
    MissingExtraError
        When the extra for Word and PDF is not installed.

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
    from .pdf import pdf_of
    from .word import word_of

    kind = Path(path).suffix.lower()
    if kind not in {".html", ".htm", ".docx", ".pdf"}:
        raise OutputError(
            tr("A report is written as .html, .docx or .pdf, not as '{suffix}'.", suffix=Path(path).suffix),
            tr("Give a name such as report.html."),
        )
    made = document(
        release, language=language, title=title, study=study, pictures=("png",) if kind == ".docx" else ("svg",)
    )
    data = word_of(made) if kind == ".docx" else pdf_of(made) if kind == ".pdf" else rendered(made).encode("utf-8")
    return write_file(path, data)


def report_bytes(
    release: Outgoing,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
    passport: Lines = (),
    changes: Sequence[Readable] = (),
) -> bytes:
    """Return the report of a release as the bytes of an HTML file; the same release gives the same bytes.

    Parameters
    ----------
    release : InternalRelease or Release
        What ``internal([...])`` or ``release([...])`` made from results.
    language : {"en", "es"}
        Language of the report.
    title : str or Readable, optional
        Title; that of the release where none is given.
    study : str or Path, optional
        Name of the study file.
    passport : sequence of (term, words)
        What a reader must know of how the data may be used.
    changes : sequence of Readable
        What changed since the release before.

    Raises
    ------
    DisclosureError
        When something else than a release is given.
    """
    return render(release, language=language, title=title, study=study, passport=passport, changes=changes).encode(
        "utf-8"
    )


def render(
    release: Outgoing,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
    passport: Lines = (),
    changes: Sequence[Readable] = (),
) -> str:
    """Return the report of a release as an HTML document; parameters as in `report_bytes`."""
    return rendered(document(release, language=language, title=title, study=study, passport=passport, changes=changes))


def rendered(made: Document) -> str:
    """Return a report as an HTML document that stands alone.

    Parameters
    ----------
    made : Document
        With figures as svg.
    """
    return page(
        "report.html.j2",
        language=made.language,
        title=made.title,
        simulated=bool(made.simulated),
        audience=made.audience,
        made=made,
    )


def result_page(result: Result, *, language: Language = "en") -> str:
    """Return one result as a small HTML document of its own.

    Parameters
    ----------
    result : Result
        Any answer of the library, or what is published of it; the page says for whom it is.
    language : {"en", "es"}
        Language of the page.
    """
    one = section(result, 1, language)
    return page(
        "result.html.j2",
        language=language,
        title=one.heading,
        simulated=one.simulated,
        audience=audience_of(result),
        one=one,
        sources=sources((result,), language),
        settings=settings((result,), language),
    )
