"""When simulated victims stop taking part: by hand, and the hazards that the page of the sample states."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from justice_metrics.cases.calendar import day_number
from justice_metrics.simulate.draws import generator
from justice_metrics.simulate.extracts import COHORT, NATIONAL, Extract, draw
from justice_metrics.simulate.reliance import LEAVING_HAZARD, SUPPORTED_TIMES, left_days
from justice_metrics.simulate.run import STILL_THERE, Cases, Events, Run, Support

HORIZON = 20_000


def run_of(n: int, spells: list[tuple[int, int, int]]) -> Run:
    """Return cases of complaint day 0 and given spells of support (unit, first day, end)."""
    zeros = np.zeros(n)
    days = np.zeros(n, np.int32)
    unit, start, end = (np.array([one[i] for one in spells], np.int64) for i in range(3))
    return Run(
        states=("complaint",),
        actors=("lawyer",),
        cases=Cases(days, days + HORIZON, np.zeros(n, np.int64), zeros, zeros, zeros),
        events=Events(np.arange(n), np.zeros(n, np.int64), days, np.zeros(n, np.int64)),
        support=Support(unit, np.zeros(len(spells), np.int64), start.astype(np.int32), end.astype(np.int32)),
    )


def mark_of(total: float) -> float:
    """Return the uniform number whose victim leaves when the sum of hazards passes ``total``."""
    return -math.expm1(-total)


class TestByHand:
    def test_without_support(self) -> None:
        run = run_of(2, [])
        mark = np.array([mark_of(10.5 * LEAVING_HAZARD), mark_of(0)])
        assert left_days(mark, run, run.cases.last_day, np.zeros(2, np.bool_)).tolist() == [10, 0]

    def test_support_slows_it_down(self) -> None:
        """Five days alone, ten with two spells that overlap, then alone: 5 + 10 x 0.4 + 3.5."""
        run = run_of(1, [(0, 5, 12), (0, 8, 15)])
        mark = np.array([mark_of((5 + 10 * SUPPORTED_TIMES + 3.5) * LEAVING_HAZARD)])
        assert left_days(mark, run, run.cases.last_day, np.zeros(1, np.bool_)).tolist() == [18]

    def test_support_to_the_end(self) -> None:
        run = run_of(1, [(0, 5, STILL_THERE)])
        mark = np.array([mark_of((5 + 100.5 * SUPPORTED_TIMES) * LEAVING_HAZARD)])
        assert left_days(mark, run, run.cases.last_day, np.zeros(1, np.bool_)).tolist() == [105]

    def test_nobody_leaves_after_the_last_day(self) -> None:
        run = run_of(4, [(1, 0, 3)])
        mark = np.full(4, mark_of(10.5 * LEAVING_HAZARD))
        last = np.array([9, 10, 10, -1], np.int32)
        withdrew = np.array([False, False, False, False])
        assert left_days(mark, run, last, withdrew).tolist() == [-1, -1, 10, -1]

    def test_who_withdrew_left_on_that_day_at_the_latest(self) -> None:
        run = run_of(2, [])
        mark = np.array([mark_of(10.5 * LEAVING_HAZARD), mark_of(3.5 * LEAVING_HAZARD)])
        assert left_days(mark, run, np.array([6, 6], np.int32), np.array([True, True])).tolist() == [7, 3]

    def test_hazards_are_those_stated(self) -> None:
        n = 40_000
        run = run_of(n, [(unit, 0, STILL_THERE) for unit in range(n // 2)])
        left = left_days(generator(5).random(n), run, run.cases.last_day, np.zeros(n, np.bool_))
        for part, hazard in ((left[: n // 2], LEAVING_HAZARD * SUPPORTED_TIMES), (left[n // 2 :], LEAVING_HAZARD)):
            assert part.mean() + 0.5 == pytest.approx(1 / hazard, rel=0.03)


@pytest.fixture(scope="module", params=[COHORT, NATIONAL], ids=["cohort", "national"])
def extract(request: pytest.FixtureRequest) -> Extract:
    return draw(request.param)


class TestRegister:
    def test_who_left_has_a_day_and_nobody_else(self, extract: Extract) -> None:
        said, left = extract.cases["victima_sigue"], extract.cases["fecha_desvinculacion"]
        assert all((one == "no") == (day is not None) for one, day in zip(said, left, strict=True))
        assert set(said) == {"si", "no", "sin dato"}

    def test_days_lie_within_the_case(self, extract: Extract) -> None:
        table, last = extract.cases, extract.run.cases.last_day
        rows = zip(
            *(table[one] for one in ("fecha_desvinculacion", "fecha_denuncia", "fecha_conclusion")), last, strict=True
        )
        for left, complaint, ended, seen in rows:
            if left is not None:
                assert isinstance(left, dt.date)
                assert complaint <= left
                assert ended is None or left <= ended
                assert day_number(left) <= seen

    def test_who_withdrew_left(self, extract: Extract) -> None:
        rows = zip(extract.cases["forma_conclusion"], extract.cases["victima_sigue"], strict=True)
        assert not [said for how, said in rows if how == "Desistimiento" and said == "si"]
