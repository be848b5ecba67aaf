"""Ask the questions of a study: read its data once in each way that is needed, and tell of each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from ..base.errors import QuestionError
from ..base.language import Message, Readable, tr
from ..base.result import Result
from ..base.types import Names, names
from ..cases.attributes import attribute_words
from ..cases.casedata import CaseData
from ..cases.counts.data import CountData
from ..cases.counts.mapping import CountMapping
from ..cases.counts.reading import read_counts
from ..cases.read import read_cases
from ..cases.surveys.mapping import SurveyMapping
from ..cases.surveys.read import read_survey
from ..cases.surveys.survey import Survey
from ..measures.asked import with_nests
from .plan import Study
from .planned import PlannedQuestion

Progress: TypeAlias = Callable[[int, int, Message], None]


class Steps:
    """Counts the steps of a run and tells of each one."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def next(self, message: Message) -> None:
        """Tell of the step that begins."""
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total, message)


Reading: TypeAlias = tuple[str, bool]
Data: TypeAlias = CaseData | CountData | Survey


def reading(planned: PlannedQuestion) -> Reading:
    """Say in which way a question needs its cases read: by which mapping, faults counted or not."""
    return planned.mapping, planned.question.counting


def readings(study: Study) -> list[Reading]:
    """Return each way in which the questions of a study need cases read, once."""
    return list(dict.fromkeys(reading(one) for one in study.questions))


def read_data(study: Study, steps: Steps) -> dict[Reading, Data]:
    """Read cases, tables of counts and surveys, once in each way that is needed."""
    found: dict[Reading, Data] = {}
    for name, counting in readings(study):
        about = study.data[name]
        if isinstance(about.mapping, CountMapping):
            steps.next(tr("Reading the table of counts: {files}", files=about.files))
            found[name, counting] = read_counts(mapping=about.mapping)
        elif isinstance(about.mapping, SurveyMapping):
            steps.next(tr("Reading the survey: {files}", files=about.files))
            found[name, counting] = read_survey(mapping=about.mapping)
        else:
            steps.next(tr("Reading the case files: {files}", files=about.files))
            found[name, counting] = read_cases(
                mapping=about.mapping,
                faults="count" if counting else None,
                corrections=study.corrections.get(name),
            )
    return found


def asked(planned: PlannedQuestion, number: int, data: Data, steps: Steps) -> Result:
    """Ask one question of its data.

    Raises
    ------
    QuestionError
        With the number of the question.
    """
    ask = planned.question.ask
    steps.next(tr("Question {number}: {ask}", number=number, ask=ask))
    of_procedure = planned.question.of == "procedure"
    subject = data.procedure if of_procedure and isinstance(data, CaseData) else data
    try:
        result = planned.question.answer()(subject, **planned.settings)
    except QuestionError as error:
        problem = tr("Question {number} ({ask}): {problem}", number=number, ask=ask, problem=error.problem)
        raise QuestionError(problem, error.remedy) from error
    return replace(with_nests(result, data), heading=planned.title or heading_of(result, planned.settings.get("by")))


def heading_of(result: Result, by: Names | None) -> Readable:
    """Say by what a result is split, so that two answers to one question are told apart in the contents."""
    if not names(by):
        return result.heading
    # as the answer calls them: groups of people who were asked are no attributes of cases
    own = {one.name: one.meaning for one in result.main.columns if one.role == "stratum"}
    groups = [own.get(one) or attribute_words(one) for one in names(by)]
    return tr("{heading}, by {groups}", heading=result.heading, groups=groups)
