"""Run a study: read the cases, ask the questions, write the report folder, complete or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..base.errors import OutputError
from ..base.language import Language, tr
from ..disclosure.release import internal
from ..publish.folder import write_folder
from .asking import Progress, Steps, asked, read_data, reading, readings
from .plan import Study, read_study
from .report_files import report_files

__all__ = ["Progress", "run_study", "study_files"]


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
    >>> about = '[study]', 'title = "How far cases come"', 'mapping = "bolivia_mapping.toml"'
    >>> question = "[[question]]", 'ask = "attrition"'
    >>> with tempfile.TemporaryDirectory() as place:
    ...     study = write_sample(place + "/demo") / "attrition.toml"
    ...     _ = study.write_text(chr(10).join((*about, *question)), encoding="utf-8")
    ...     (run_study(study) / "index.html").exists()
    True
    """
    study = read_study(path)
    if language is not None:
        study = replace(study, languages=(language,))
    target = Path(folder) if folder is not None else study.folder
    _ensure_place(target)
    _ensure_apart(target, study)
    return write_folder(study_files(study, progress=progress), target)


def study_files(study: Study, *, progress: Progress | None = None) -> dict[str, bytes]:
    """Answer the questions of a study and return every file of its report; the same study gives the same bytes."""
    steps = Steps(progress, len(readings(study)) + len(study.questions) + len(study.languages) + 1)
    data = read_data(study, steps)
    results = [asked(one, number, data[reading(one)], steps) for number, one in enumerate(study.questions, start=1)]
    names = tuple(one.question.ask for one in study.questions)
    files = report_files(internal(results, title=study.title), study, names=names, steps=steps)
    steps.next(tr("Writing the report folder"))
    return files


def _ensure_apart(target: Path, study: Study) -> None:
    """Refuse the folder of the releases and the secure side, also where they are named on the command line."""
    place = target.resolve()
    for other in (study.publishing.folder.resolve(), study.publishing.secure.resolve()):
        if place.is_relative_to(other) or other.is_relative_to(place):
            raise OutputError(
                tr("The report is internal, and '{folder}' is for what is published.", folder=other.name),
                tr("Name a file or a folder elsewhere."),
            )


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
