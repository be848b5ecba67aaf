"""Run a study: read the cases, ask the questions, write the report folder, complete or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

from ..base.errors import OutputError, QuestionError
from ..base.language import Language, Message, Readable, tr
from ..base.result import Result
from ..base.types import Names, names
from ..cases.attributes import attribute_words
from ..cases.casedata import CaseData
from ..cases.counts.data import CountData
from ..cases.counts.mapping import CountMapping
from ..cases.counts.reading import read_counts
from ..cases.read import read_cases
from ..disclosure.release import Release, internal
from ..figures.style import FigureFormat
from ..publish.drawing import drawn
from ..publish.folder import write_folder
from ..publish.report import report_bytes
from ..publish.tables import csv_bytes, result_bytes
from .plan import Study, read_study
from .planned import PlannedQuestion

Progress: TypeAlias = Callable[[int, int, Message], None]
_FIGURES: Final[tuple[FigureFormat, ...]] = ("png", "svg")


def run_study(
    path: str | Path,
    *,
    language: Language | None = None,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """Run a study file and write its report folder.

    Parameters
    ----------
    path : path
        The study file.
    language : {"en", "es"}, optional
        Write the report in this language only; by default in those that the study names.
    folder : path, optional
        Where the report goes, in place of the folder that the study names.
    progress : callable, optional
        Called with the step, the number of steps and a message before each step.

    Returns
    -------
    Path
        The report folder; ``index.html`` in it is the report in the first language.

    Raises
    ------
    JusticeMetricsError
        When study, mapping or data cannot be used, or the folder cannot be written; a report that was there before
        is still there.

    Examples
    --------
    >>> import tempfile
    >>> from justice_metrics.simulate.sample import write_sample
    >>> from justice_metrics.study.run import run_study
    >>> with tempfile.TemporaryDirectory() as place:
    ...     report = run_study(write_sample(place + "/demo") / "study.toml", language="en")
    ...     (report / "index.html").exists()
    True
    """
    study = read_study(path)
    if language is not None:
        study = replace(study, languages=(language,))
    target = Path(folder) if folder is not None else study.folder
    _ensure_place(target)
    return write_folder(study_files(study, progress=progress), target)


def study_files(study: Study, *, progress: Progress | None = None) -> dict[str, bytes]:
    """Answer the questions of a study and return every file of its report; the same study gives the same bytes."""
    steps = _Steps(progress, len(_readings(study)) + len(study.questions) + len(study.languages) + 1)
    data = _read(study, steps)
    results = [_asked(one, number, data[_reading(one)], steps) for number, one in enumerate(study.questions, start=1)]
    release = internal(results, title=study.title)
    files: dict[str, bytes] = {}
    for one in study.languages:
        steps.next(tr("Writing the report: {language}", language=LANGUAGE_WORDS.get(one, one)))
        if "html" in study.formats:
            files[f"report.{one}.html"] = report_bytes(release, language=one, study=study.source)
    steps.next(tr("Writing the report folder"))
    if "html" in study.formats:
        files["index.html"] = files[f"report.{study.languages[0]}.html"]
    return {**files, **_single_files(release, study)}


LANGUAGE_WORDS: Final[Mapping[Language, Message]] = {"en": tr("English"), "es": tr("Spanish")}


class _Steps:
    """Counts the steps of a run and tells of each one."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def next(self, message: Message) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total, message)


_Reading: TypeAlias = tuple[str, bool]


def _reading(planned: PlannedQuestion) -> _Reading:
    """Say in which way a question needs its cases read: by which mapping, faults counted or not."""
    return planned.mapping, planned.question.counting


def _readings(study: Study) -> list[_Reading]:
    return list(dict.fromkeys(_reading(one) for one in study.questions))


def _read(study: Study, steps: _Steps) -> dict[_Reading, CaseData | CountData]:
    """Read cases and tables of counts, once in each way that is needed."""
    found: dict[_Reading, CaseData | CountData] = {}
    for name, counting in _readings(study):
        about = study.data[name]
        if isinstance(about.mapping, CountMapping):
            steps.next(tr("Reading the table of counts: {files}", files=about.files))
            found[name, counting] = read_counts(mapping=about.mapping)
        else:
            steps.next(tr("Reading the case files: {files}", files=about.files))
            found[name, counting] = read_cases(
                mapping=about.mapping,
                faults="count" if counting else None,
                corrections=study.corrections.get(name),
            )
    return found


def _asked(planned: PlannedQuestion, number: int, data: CaseData | CountData, steps: _Steps) -> Result:
    ask = planned.question.ask
    steps.next(tr("Question {number}: {ask}", number=number, ask=ask))
    of_procedure = planned.question.of == "procedure"
    subject = data.procedure if of_procedure and isinstance(data, CaseData) else data
    try:
        result = planned.question.answer()(subject, **planned.settings)
    except QuestionError as error:
        problem = tr("Question {number} ({ask}): {problem}", number=number, ask=ask, problem=error.problem)
        raise QuestionError(problem, error.remedy) from error
    return replace(result, heading=planned.title or _heading(result, planned.settings.get("by")))


def _heading(result: Result, by: Names | None) -> Readable:
    """Say by what a result is split, so that two answers to one question are told apart in the contents."""
    if not names(by):
        return result.heading
    return tr("{heading}, by {groups}", heading=result.heading, groups=[attribute_words(one) for one in names(by)])


def _single_files(release: Release, study: Study) -> dict[str, bytes]:
    """Return the files of each result besides the report; a naive table has no file without its warning."""
    first = study.languages[0]
    files: dict[str, bytes] = {}
    for number, (planned, result) in enumerate(zip(study.questions, release.results, strict=True), start=1):
        stem = f"{number:02d}_{planned.question.ask}"
        if "csv" in study.formats:
            for name, table in result.tables.items():
                if table.warning is None:
                    files[f"tables/{stem}.{name}.csv"] = csv_bytes(table, language=first)
        if "xlsx" in study.formats:
            files[f"tables/{stem}.xlsx"] = result_bytes(result, ".xlsx", language=first)
        files |= _figures(stem, result, [one for one in _FIGURES if one in study.formats], study.languages)
    return files


def _figures(
    stem: str, result: Result, kinds: Sequence[FigureFormat], languages: Sequence[Language]
) -> dict[str, bytes]:
    """Draw the answer, and its further views with their names."""
    shown: dict[str | None, str] = {None: stem, **{view: f"{stem}.{view}" for view in result.views}}
    return {
        f"figures/{name}.{language}.{kind}": drawn(result, kind, view=view, language=language)
        for kind in kinds
        for language in languages
        for view, name in shown.items()
    }


def _ensure_place(target: Path) -> None:
    """Refuse early what could only fail at the end."""
    if not target.absolute().parent.is_dir():
        raise OutputError(
            tr(
                "There is no folder '{folder}' to write '{name}' in.",
                folder=target.absolute().parent.name,
                name=target.name,
            ),
            tr("Make the folder first, or name another place."),
        )
