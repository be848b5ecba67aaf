"""Episodes of support: spells that touch or overlap are one, the same from every engine and as told by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.hazards_data import hazard_data
from justice_metrics.reduce.histories import NEVER, Histories
from tests.conftest import Engine
from tests.made_cases import frame_of, wide_mapping

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

N = 60
ACTORS = ("lawyer", "psychologist")


def same(frame: pd.DataFrame) -> Any:
    return frame


def spells() -> list[dict[str, Any]]:
    """Return spells that overlap, touch, follow one another, end before they begin, have no end or no beginning."""
    random = np.random.default_rng(4)
    made = []
    for _ in range(5 * N):
        start = None if random.random() < 0.05 else int(random.integers(0, 100))
        length = int(random.integers(-3, 12))
        made.append(
            {
                "id": f"u{int(random.integers(0, N)):02d}",
                "actor": str(random.choice(ACTORS)),
                "start": start,
                "end": None if start is None or random.random() < 0.1 else start + length,
                "basis": str(random.choice(["report", "hearing", "request"])),
                "where": str(random.choice(["here", "there"])),
            }
        )
    return made


def cases(frame: Any = same) -> CaseData:
    rows = frame_of([{"id": f"u{place:02d}", "complaint": 0} for place in range(N)])
    columns = {"id": "id", "actor": "actor", "start": "start", "end": "end", "basis": "basis", "institution": "where"}
    mapping = wide_mapping(list(rows.columns), support=columns, cutoff=200)
    return CaseData.from_frame(frame(rows), mapping, support=frame(frame_of(spells())))


def reduced(of: CaseData, **given: Any) -> Histories:
    asked: dict[str, Any] = {
        "needed": "any", "outcome": "verdict", "start": "complaint", "adjust": (), "milestones": (), "strata": (),
        "cluster": None, "basis": None, "institutions": (), **given,
    }  # fmt: skip
    return hazard_data(of, actors=ACTORS, present="while_present", **asked)[0].histories


@cache
def reference() -> Histories:
    return reduced(cases())


def test_episodes_are_the_same_bits(engine: Engine) -> None:
    found, known = reduced(cases(engine.frame)), reference()
    assert found.days.keys() == known.days.keys()
    for name, days in found.days.items():
        np.testing.assert_array_equal(days, known.days[name], err_msg=name)
    np.testing.assert_array_equal(found.n, known.n)


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({}, lambda one: True),
        ({"institutions": "here"}, lambda one: one["where"] == "here"),
        (
            {"basis": {"lawyer": ("report", "hearing")}},
            lambda one: one["actor"] != "lawyer" or one["basis"] in {"report", "hearing"},
        ),
    ],
)
def test_episodes_day_by_day(given: dict[str, Any], counts: Any) -> None:
    """Days on which an actor was there, added up over all cases, spell by spell and by episodes."""
    there: dict[str, dict[str, set[int]]] = {one: {} for one in ACTORS}
    for one in spells():
        if one["start"] is None or not counts(one):
            continue
        last = 300 if one["end"] is None else max(one["end"], one["start"])
        there[one["actor"]].setdefault(one["id"], set()).update(range(one["start"], last + 1))
    found = reduced(cases(), **given)
    for actor in ACTORS:
        days: list[list[int]] = []
        for cell, number in enumerate(found.n.tolist()):
            own: list[int] = []
            place = 1
            while (start := f"present__{actor}__{place}") in found.days:
                first, last = int(found.days[start][cell]), int(found.days[f"{start}__end"][cell])
                if first != NEVER:
                    assert not own or first > max(own) + 1  # episodes that touch would be one
                    own += range(first, (300 if last == NEVER else last) + 1)
                place += 1
            days += [own] * number
        known = sorted(sorted(one) for one in there[actor].values())
        assert sorted(one for one in days if one) == known
