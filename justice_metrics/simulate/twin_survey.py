"""A simulated twin of a survey: the same columns under the same survey file, every answer drawn by lot."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..cases.surveys.mapping import GroupColumn, SurveyMapping
from .draws import generator
from .twin_columns import TwinTable

_PEOPLE: Final = 120
_MADE_UP: Final = ("A", "B", "C")
_AGES: Final = (18, 70)


def twin_survey(mapping: SurveyMapping, *, seed: int = 1) -> TwinTable:
    """Invent the answers of a survey that a survey file can read.

    Parameters
    ----------
    mapping : SurveyMapping
    seed : int

    Returns
    -------
    TwinTable
        120 people; every text as such. Answers, groups and items have nothing to do with one another.
    """
    rng = generator(seed)
    table = TwinTable()
    part = mapping.survey
    for person in range(_PEOPLE):
        row = table.row((), "")
        for place, column in enumerate(part.id or ()):
            row.put_once(column, f"SIM-{person + 1:04d}" if place == 0 else "1")
        for group in mapping.group_columns().values():
            row.put_once(group.column, _level(group, rng))
        for name, item in mapping.items.items():
            points = len(mapping.answers[mapping.answers_of(name)].points)
            row.put_once(item.column or name, str(int(rng.integers(1, points + 1))))
        for design, text in ((part.weight, "1"), (part.stratum, "A"), (part.cluster, _MADE_UP[person % 3])):
            if design is not None:
                row.put_once(design, text)
    return table


def _level(group: GroupColumn, rng: np.random.Generator) -> str:
    if group.bands:
        return str(int(rng.integers(*_AGES)))
    known = tuple(group.labels) or tuple(group.words) or _MADE_UP
    return known[int(rng.integers(len(known)))]
