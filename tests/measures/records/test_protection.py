"""Protection measures: coverage, time to the order with open requests counted, breach; by hand and on the sample."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.records.protection import ProtectionMeasures, protection_measures

DAY0 = dt.date(2016, 1, 1)
CUTOFF = 500


def on(day: int | None) -> dt.date | None:
    return None if day is None else DAY0 + dt.timedelta(days=day)


# case, kind, asked for, ordered, lifted, breached
ROWS = [
    ("a", "away", 0, 0, 100, None),  # the same day; lifted, not breached
    ("b", "away", 0, 10, None, 70),  # breached 60 days after the order
    ("b", "guard", 20, None, None, None),  # still not ordered at the cut-off
    ("c", "away", 5, None, None, None),  # the case was rejected on day 45, before any order
    ("d", "guard", 0, 30, None, None),
]


def made(rows: Sequence[tuple[Any, ...]] = ROWS, **columns: Sequence[Any]) -> CaseData:
    table = pd.DataFrame(
        {
            "id": list("abcdef"),
            "reported": [on(0)] * 6,
            "how": [None, None, "rejected", None, None, None],
            "ended": [None, None, on(45), None, None, None],
            **columns,
        }
    )
    names = ["id", "kind", "asked", "given", "lifted", "broken"]
    child = pd.DataFrame([(one, kind, *map(on, days)) for one, kind, *days in rows], columns=names)
    mapping: dict[str, Any] = {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": on(CUTOFF)},
        "dates": {"complaint": "reported"},
        "outcome": {"column": "how", "date": "ended"},
        "attributes": {"town": "town"} if "town" in columns else {},
        "measures": {"kind": "kind", "requested": "asked", "ordered": "given", "end": "lifted", "breached": "broken"},
    }
    if "frequency" in columns:
        mapping["cases"]["frequency"] = "frequency"
    return CaseData.from_frame(table, mapping, children={"measures": child})


@pytest.fixture(scope="module")
def answer() -> ProtectionMeasures:
    return protection_measures(made(), horizon_days=(0, 10, 30, 400), breach_horizon_days=(60,))


def shares(answer: ProtectionMeasures, **keys: str) -> dict[str, tuple[int, int]]:
    main = answer.main
    return {
        str(main["per"][row]): (int(main["numerator"][row]), int(main["denominator"][row]))
        for row in range(len(main))
        if all(main[name][row] == level for name, level in keys.items())
    }


class TestByHand:
    def test_shares_of_cases(self, answer: ProtectionMeasures) -> None:
        assert shares(answer) == {
            "requested": (4, 6), "ordered": (3, 6), "ordered_of_requested": (3, 4), "breached": (1, 3),
        }  # fmt: skip
        assert answer.main["estimate"][1] == 0.5
        assert answer.main["conf_low"][1] == wilson(np.array([3]), np.array([6])).conf_low[0]

    def test_time_to_the_order(self, answer: ProtectionMeasures) -> None:
        """Five requests: orders on days 0, 10 and 30, one case ended on day 40 without, one still open on day 480."""
        found = answer.tables["ordered"]
        told = [int(found[name][0]) for name in ("denominator", "numerator", "otherwise", "censored")]
        assert told == [5, 3, 1, 1]
        assert answer.tables["within"]["estimate"].tolist() == pytest.approx([1 / 5, 2 / 5, 3 / 5, 3 / 5])
        assert found["estimate"][0] == 30

    def test_breach_competes_with_lifting(self, answer: ProtectionMeasures) -> None:
        found = answer.tables["breached"]
        assert [int(found[name][0]) for name in ("denominator", "numerator", "otherwise", "censored")] == [3, 1, 1, 1]
        assert answer.tables["breached_within"]["estimate"][0] == pytest.approx(float(Fraction(1, 3)))

    def test_kinds(self, answer: ProtectionMeasures) -> None:
        found = answer.tables["kinds"]
        rows = zip(found["measure"].tolist(), found["numerator"].tolist(), found["denominator"].tolist(), strict=True)
        assert set(rows) == {("away", 2, 3), ("guard", 1, 2)}

    def test_sentences(self, answer: ProtectionMeasures) -> None:
        said = answer.summary().replace("\N{NO-BREAK SPACE}", " ")
        assert "ordered, of all cases (coverage): 3 of 6 (50.0 %" in said
        assert "20.0 % on the same day" in said
        assert "after: 30 days" in said

    def test_groups(self) -> None:
        found = protection_measures(made(town=list("xxyyzz")), by="town")
        assert shares(found, town="x")["ordered"] == (2, 2)
        assert shares(found, town="z") == {
            "requested": (0, 2), "ordered": (0, 2), "ordered_of_requested": (0, 0), "breached": (0, 0),
        }  # fmt: skip
        undefined = found.main.statuses["estimate"]
        assert [undefined[row] for row in range(len(found.main)) if found.main["town"][row] == "z"][2:] == [
            "not_defined", "not_defined",
        ]  # fmt: skip

    def test_a_frequency_is_that_many_cases(self) -> None:
        found = protection_measures(made(frequency=[3] * 6))
        assert shares(found)["ordered"] == (9, 18)
        assert found.tables["ordered"]["denominator"][0] == 15


class TestEdges:
    def test_a_breach_without_an_order_was_ordered(self) -> None:
        """Nothing can be breached that was not ordered; of such a row only the time is unknown."""
        found = protection_measures(made([("a", "x", 0, None, None, 9)]))
        assert shares(found)["breached"] == (1, 1)
        assert found.tables["breached"]["denominator"].sum() == 0

    def test_nothing_asked_for_but_kinds(self) -> None:
        found = protection_measures(made([("a", "x", None, None, None, None)]))
        assert shares(found)["requested"] == (1, 6)
        assert found.views == {}
        assert found.plot(language="es") is not None

    def test_wrong_calls(self) -> None:
        with pytest.raises(QuestionError, match="without a table of protection measures"):
            protection_measures(made().with_(children={}))
        with pytest.raises(QuestionError, match="horizon"):
            protection_measures(made(), horizon_days=(-1,))
        with pytest.raises(QuestionError, match="horizon"):
            protection_measures(made(), horizon_days=())

    def test_the_same_day_alone(self) -> None:
        assert protection_measures(made(), horizon_days=(0,)).tables["within"]["days"].tolist() == [0]

    def test_views_are_drawn(self, answer: ProtectionMeasures) -> None:
        assert set(answer.views) == {"ordered", "breached"}
        for view in answer.views:
            assert answer.draw(view, language="es") is not None


def test_the_sample_gives_what_was_put_into_it() -> None:
    """What was chosen for the simulation lies inside 99.9 % intervals."""
    from justice_metrics.simulate.attention import BREACH_HAZARD, MEASURE_REQUESTED, ORDER_HAZARDS, ORDERED_AT_ONCE

    found = protection_measures(
        jm.sample_cases(), horizon_days=(0, 7), breach_horizon_days=(90, 179), confidence_level=0.999
    )
    within, breached = found.tables["within"], found.tables["breached_within"]
    at_once, week = (1 - (1 - ORDERED_AT_ONCE) * np.exp(-ORDER_HAZARDS[0] * day) for day in (0, 7))
    told = [(within, 0, at_once), (within, 1, week)]
    told += [(breached, row, 1 - np.exp(-BREACH_HAZARD * day)) for row, day in enumerate((90, 179))]
    told += [(found.main, 0, MEASURE_REQUESTED)]
    for table, row, truth in told:
        assert table["conf_low"][row] < truth < table["conf_high"][row]
