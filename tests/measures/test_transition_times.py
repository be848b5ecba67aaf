"""From one stage to another that the case had been in before."""

from __future__ import annotations

import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.measures.transition_times import transition_times
from tests.made_cases import log, wide

LAST = 500
# Both were tried, appealed and tried again, after 70 and 90 days; the third waits since 150 days.
EVENTS = [
    *(("a", "complaint", 0), ("a", "trial", 50), ("a", "convicted", 60), ("a", "appeal", 80), ("a", "trial", 150)),
    *(("b", "complaint", 0), ("b", "trial", 40), ("b", "acquitted", 60), ("b", "appeal", 70), ("b", "trial", 160)),
    *(("c", "complaint", 0), ("c", "trial", 300), ("c", "convicted", 310), ("c", "appeal", 350)),
]


def test_the_trial_that_is_held_again() -> None:
    cases = log(EVENTS, cutoff=LAST)
    found = transition_times(cases, start="appeal", outcome="trial", shares=(0.3, 0.5))
    assert found.main["estimate"].tolist() == [70, 90]
    assert found.main["numerator"].tolist() == [2, 2]
    assert found.main["denominator"].tolist() == [3, 3]
    # the first day in a stage at all lies before the appeal
    assert jm.time_to(cases, start="trial", outcome="appeal", shares=(0.5,)).main["estimate"].tolist() == [30]


def test_stages_that_are_visited_once_are_as_before() -> None:
    cases = wide(
        [{"id": i, "complaint": 0, "charged": 20 + i, "accusation": 60 + 3 * i} for i in range(9)], cutoff=LAST
    )
    found = transition_times(cases, start="charged", outcome="accusation", by=())
    plain = jm.time_to(cases, start="charged", outcome="accusation")
    assert found.main["estimate"].tolist() == plain.main["estimate"].tolist()


def test_from_a_stage_to_itself_is_refused() -> None:
    with pytest.raises(QuestionError, match="overlap"):
        transition_times(log(EVENTS, cutoff=LAST), start="trial", outcome="trial")
