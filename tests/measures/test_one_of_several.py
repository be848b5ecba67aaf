"""One day where several may be asked for, and a group by its name."""

from __future__ import annotations

import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError


@pytest.mark.parametrize("question", [jm.open_share, jm.cumulative_incidence, jm.stage_occupancy])
def test_one_day(question: object) -> None:
    answer = question(jm.sample_cases())  # type: ignore[operator]
    assert set(answer.at(days=180)["days"].tolist()) == {180}
    assert answer.at(180)["estimate"].tolist() == answer.at((180,))["estimate"].tolist()


def test_a_group_of_the_map_is_named_or_counted() -> None:
    answer = jm.stage_durations(jm.sample_cases(), by="department")
    place = answer.table.strata.levels.index(("La Paz",))
    words = [[text.get_text() for text in answer.map(group=one).texts] for one in ("La Paz", place)]
    assert words[0] == words[1]
    for wrong in ("Lima", 9, -1):
        with pytest.raises(QuestionError, match="no group"):
            answer.map(group=wrong)
