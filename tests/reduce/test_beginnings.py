"""A register that begins in the middle of a period holds a part of it."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.cases.periods import numbered
from justice_metrics.reduce.beginnings import Beginning, beginning, register_beginning
from tests.made_cases import wide


def test_a_day_of_many_cases_is_one_day() -> None:
    assert beginning(np.array([100, 100, 100, 104, 108])) == Beginning(100, 2 / 8, 108)
    assert beginning(np.array([7, 7])) == Beginning(7, 0.0, 7)
    assert beginning(np.zeros(0, np.int64)) is None


@pytest.mark.parametrize(
    ("day", "pace", "part"), [(0, 1.0, False), (6, 1.0, False), (7, 1.0, True), (30, 0.2, False), (31, 1.0, False)]
)
def test_days_without_a_case_that_are_no_chance(day: int, pace: float, part: bool) -> None:
    january = numbered(np.array([0]), "month")
    assert Beginning(day, pace, 99).inside(0, 30) is part
    assert Beginning(day, pace, 99).first_days(january).tolist() == [day if part else 0]


def test_of_cases() -> None:
    rows = [{"id": str(one), "complaint": 200 + 2 * one, "frequency": 3} for one in range(51)]
    # day 0 of these cases is 1 January 2015
    found = register_beginning(wide(rows, cutoff=400))
    assert found == Beginning(16_436 + 200, 50 / 100, 16_436 + 300)
