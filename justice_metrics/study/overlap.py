"""Mappings of one study that hold some of the same cases: what one has more than the other could be subtracted."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Final

from ..base.errors import DisclosureError
from ..base.language import tr
from ..cases.casedata import CaseData
from ..cases.mappings.mapping import CaseMapping
from ..cases.read import read_cases
from .asking import Data, Reading
from .plan import Study

_SEVERAL: Final = 2


def ensure_same_or_apart(study: Study, data: Mapping[Reading, Data]) -> None:
    """Refuse to publish answers from two mappings that have some cases in common and others not.

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
