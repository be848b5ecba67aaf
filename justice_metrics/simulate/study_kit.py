"""The files of a simulated case-file study: frame, sampling log, coding sheets, survey, and how they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..cases.calendar import day_number
from ..cases.coding.plan import CASE_TABLE, CodingPlan
from .coding import CODERS, Answers, coded_answers
from .drawn_files import Drawn, drawn_files
from .extracts import COHORT, Extract
from .practice import Practice, practice_of
from .register import Table
from .second_coder import coded_again

PROCEDURE: Final = "bolivia"
CHECKLIST: Final = "child_sexual_assault"
CODED_FILE, AGAIN_FILE = "bolivia_coded.xlsx", "bolivia_coded_again.xlsx"
LOG_FILE: Final = "bolivia_sampling_log.csv"
_ABOUT: Final = {
    1: "# The drawn files as the team coded them; weights, strata and clusters come from the sampling log.",
    2: "# The same files with those that were coded a second time: for the agreement of the coders.",
}
_SIMULATED: Final = "# The case files are simulated; no real person, case or court record stands behind them."


class StudyKit(NamedTuple):
    """Everything that a team has when its files are coded.

    Attributes
    ----------
    plan : CodingPlan
        What was asked of each file.
    sample : Drawn
        The frame, and what became of the files that were drawn from it.
    practice : Practice
        How the victims of the whole register were treated: the truth behind the sample.
    coded, again : dict
        What the first coder wrote down, and the second one of some of the files.
    """

    plan: CodingPlan
    sample: Drawn
    practice: Practice
    coded: Answers
    again: Answers


def study_kit(cohort: Extract, children: Mapping[str, Table], cutoff: dt.date = COHORT.cutoff) -> StudyKit:
    """Draw, search and code files of a simulated register.

    Examples
    --------
    >>> from justice_metrics.simulate.extracts import child_tables, draw
    >>> cohort = draw(COHORT)
    >>> kit = study_kit(cohort, child_tables(cohort.cases, COHORT.cutoff))
    >>> len(kit.sample.log["file"]), len(kit.coded["case"]["case_id"]), len(kit.again["case"]["case_id"])
    (352, 315, 60)
    """
    plan = _plan()
    sample = drawn_files(cohort.cases)
    practice = practice_of(cohort.cases, cohort.support, children, day_number(cutoff))
    coded = coded_answers(plan, sample.coded, cohort.cases, cohort.support, children, practice)
    return StudyKit(plan, sample, practice, coded, coded_again(plan, coded, cutoff))


def _plan() -> CodingPlan:
    from ..cases.checklist_file import read_checklist
    from ..cases.coding.planning import coding_plan
    from ..cases.procedure_file import read_procedure

    return coding_plan(read_procedure(PROCEDURE), read_checklist(CHECKLIST))


def workbook(plan: CodingPlan, answers: Answers, cutoff: dt.date) -> bytes:
    """Write answers into the coding sheet of a plan; each row of each table says who coded it."""
    from ..cases.coding.workbook import workbook_bytes

    case = answers[CASE_TABLE]
    coder = dict(zip(case["case_id"], case["coder"], strict=True))
    rows: dict[str, list[dict[str, Any]]] = {}
    for table, values in answers.items():
        told = {**values, "coder": [coder[number] for number in values["case_id"]]}
        rows[table] = [dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]
    return workbook_bytes(plan, language="es", cutoff=cutoff, coders=CODERS, answers=rows)


def mapping(plan: CodingPlan, files: Sequence[str], cutoff: dt.date, *, log: str | None = None) -> str:
    """Write the mapping of coding sheets, one per coder, with the sampling log that goes with them."""
    from ..cases.coding.template import sheet_mapping_text

    text = sheet_mapping_text(
        plan, list(files), language="es", procedure=PROCEDURE, checklist=CHECKLIST, cutoff=cutoff, simulated=True
    )
    text = text if log is None else text.replace(_FRAME, f'{_FRAME}, log = "{log}"', 1)
    return "\n".join((_ABOUT[len(files)], _SIMULATED, text))


_FRAME: Final = 'frame = "registered"'
