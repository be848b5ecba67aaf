"""Mappings of one study that hold some of the same cases or people: what one has more could be subtracted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

from ..base.errors import DisclosureError
from ..base.language import tr
from ..cases.casedata import CaseData
from ..cases.mappings.mapping import CaseMapping
from ..cases.read import read_cases
from ..cases.surveys.mapping import SurveyMapping
from ..cases.surveys.read import read_survey
from ..cases.surveys.survey import Survey
from .asking import Data, Reading
from .plan import Study

_SEVERAL: Final = 2
# With fewer statements people who have no id are taken for one another by chance.
_ENOUGH_STATEMENTS: Final = 5


def ensure_same_or_apart(study: Study, data: Mapping[Reading, Data]) -> None:
    """Refuse to publish answers from two mappings that have some cases or people in common and others not.

    Parameters
    ----------
    study : Study
    data : mapping of (str, bool) to CaseData, CountData or Survey
        What was read for its questions; mappings of the study that none of them needs are read for their ids.

    Raises
    ------
    DisclosureError
        The gate protects the numbers of one set of cases together, and cannot know the difference of two sets.
    """
    _ensure_surveys(study, data)
    read = {name: one for (name, _), one in data.items() if isinstance(one, CaseData)}
    counted = {one.provenance.unit for one in read.values()}
    ids: dict[str, tuple[str, set[str]]] = {}
    for name, about in study.data.items():
        if not isinstance(about.mapping, CaseMapping):
            continue
        if len(study.data) < _SEVERAL or about.mapping.cases.unit not in counted:
            continue
        cases = read.get(name) or read_cases(mapping=about.mapping, corrections=study.corrections.get(name))
        ids[name] = cases.provenance.unit, _ids(cases)
    for (one, (unit, mine)), (other, (also, theirs)) in combinations(ids.items(), 2):
        if unit == also and mine != theirs and not mine.isdisjoint(theirs):
            raise DisclosureError(
                tr(
                    "{one} and {other} have some cases in common, and others not: what one has more can be subtracted.",
                    one=one,
                    other=other,
                ),
                tr("Ask all questions of one of them, and show its parts by an attribute."),
            )


def _ids(cases: CaseData) -> set[str]:
    return {str(one) for one in cases.milestones.select("unit_id").collect()["unit_id"].to_list()}


def _ensure_surveys(study: Study, data: Mapping[Reading, Data]) -> None:
    """Refuse two surveys of which one holds answers of the other, and not all of them.

    Raises
    ------
    DisclosureError
        With the names of both.
    """
    surveys = {name: one for (name, _), one in data.items() if isinstance(one, Survey)}
    if not surveys:
        return
    for name, about in study.data.items():
        if isinstance(about.mapping, SurveyMapping) and name not in surveys:
            surveys[name] = read_survey(mapping=about.mapping)
    for (one, mine), (other, theirs) in combinations(surveys.items(), 2):
        if _partly_alike(mine, theirs):
            raise DisclosureError(
                tr(
                    "{one} and {other} have answers of the same people in common, and others not: what one has more "
                    "can be subtracted.",
                    one=one,
                    other=other,
                ),
                tr("Ask all questions of one of them, and tell its parts apart by a group."),
            )


def _partly_alike(one: Survey, other: Survey) -> bool:
    """Whether two surveys share answered sheets, and one has sheets that the other has not.

    A sheet is told by the person's id and what was answered, so that the same people asked twice are two sheets.
    """
    theirs = {each.id for each in other.items}
    common = [each.id for each in one.items if each.id in theirs]
    if not common:
        return False
    first, second = _sheets(one, common), _sheets(other, common)
    shared = (first & second).total()
    if first == second or not shared:
        return False
    if one.people is not None and other.people is not None:
        return True
    # without ids the same answers may be those of two people
    return len(common) >= _ENOUGH_STATEMENTS and _SEVERAL * shared >= min(first.total(), second.total())


def _sheets(survey: Survey, items: Sequence[str]) -> Counter[tuple[str, ...]]:
    known = [one.id for one in survey.items]
    answers = survey.answers[:, [known.index(one) for one in items]].tolist()
    ids = [""] * len(answers) if survey.people is None else survey.people.tolist()
    return Counter((str(who), *map(str, row)) for who, row in zip(ids, answers, strict=True))
