"""The files that people read of a release: reports, tables and figures, in the formats that a study names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..base.language import Language, Message, Readable, tr
from ..publish.document import Outgoing
from ..publish.files import release_files
from ..publish.passport import Passport
from .asking import Steps
from .plan import Study

LANGUAGE_WORDS: Final[Mapping[Language, Message]] = {"en": tr("English"), "es": tr("Spanish")}
_REPORTS: Final = ("html", "docx", "pdf")


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
    stems = [f"{number:02d}_{name}" for number, name in enumerate(names, start=1)]
    reports = [one for one in study.formats if one in _REPORTS]
    files: dict[str, bytes] = {}
    for one in study.languages:
        steps.next(tr("Writing the report: {language}", language=LANGUAGE_WORDS.get(one, one)))
        files |= release_files(
            release,
            stems=stems,
            languages=(one,),
            formats=reports,
            study=study.source,
            passport=passport.pairs() if passport is not None else (),
            changes=changes,
            template=study.template,
        )
    others = [one for one in study.formats if one not in _REPORTS]
    files |= release_files(release, stems=stems, languages=study.languages, formats=others)
    first = f"report.{study.languages[0]}.html"
    return {**files, "index.html": files[first]} if first in files else files
