"""Everything that can be asked about the quality of case files, as one report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...base.errors import QuestionError
from ...base.language import Message, tr
from ...base.result import Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ..flows.nowcast import nowcast
from .check import check
from .coding_drift import coding_drift
from .completeness import completeness
from .date_heaping import date_heaping
from .registration_delay import registration_delay

# The attribute by which offices are told apart, the first that the cases have.
_OFFICES = ("court", "office", "municipality", "department")
# Names of the day on which a case was written into the register.
_REGISTERED = ("registered_day", "registration_day", "registered", "registered_on")


def quality_assessment(cases: CaseData, *, by: Names | None = None) -> tuple[Result, ...]:
    """All about the quality of case files: rules, completeness, drift of coding, heaps of dates, late registration.

    Parameters
    ----------
    cases : CaseData
        Read with ``faults = "count"``, so that unreadable cells and repeated ids are counted too.
    by : str or tuple of str, optional
        What tells offices apart; by default the first of court, office, municipality and department that the cases
        have.

    Returns
    -------
    tuple of Result
        What these cases can be asked, the check first; its notes say what they could not be asked, and why.

    Raises
    ------
    QuestionError
        When ``by`` is no attribute of the cases.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> [one.question for one in jm.quality_assessment(jm.sample_cases())]
    ['check', 'completeness', 'coding_drift', 'date_heaping']
    """
    offices = names(by) if by is not None else tuple(one for one in _OFFICES if one in cases.attributes)[:1]
    for one in offices:
        cases.stratum_column(one)
    registered = next((one for one in _REGISTERED if one in cases.date_attributes), None)
    asked: list[Callable[[], Result]] = [
        lambda: completeness(cases, by=offices),
        lambda: coding_drift(cases, by=offices),
        lambda: date_heaping(cases),
    ]
    if registered is not None:
        asked.append(lambda: registration_delay(cases, recorded=registered, by=offices))
        asked.append(lambda: nowcast(cases, recorded=registered))
    answers: list[Result] = []
    silent: list[Message] = []
    for ask in asked:
        try:
            answers.append(ask())
        except QuestionError as error:
            silent.append(tr("Not asked: {problem}", problem=error.problem))
    whole = check(cases)
    return (replace(whole, notes=(*whole.notes, *silent)), *answers)
