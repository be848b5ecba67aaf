"""Arrest warrants: open, executed, overtaken, by hand and against R."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.measures.records.warrants import warrants
from tests.made_cases import wide
from tests.outcome_cases import hanging, row

REFERENCE = Path(__file__).parents[2] / "reference"
LABELS = {"rejected": "rejected", "final": "final_conviction"}
UNITS: list[dict[str, Any]] = [
    {"id": "a", "complaint": 0, "court": "x"},
    {"id": "b", "complaint": 0, "court": "x"},
    {"id": "c", "complaint": 0, "court": "x", "outcome": "rejected", "ended": 300},
    {"id": "d", "complaint": 0, "court": "y", "outcome": "rejected", "ended": 300},
    {"id": "e", "complaint": 0, "court": "y", "outcome": "final", "ended": 300},
    {"id": "f", "complaint": 0, "court": "y", "outcome": "rejected", "ended": 300},
]
ISSUED = [
    ("a", 100, 150),
    ("b", 100, None),
    ("c", 100, None),  # overtaken on day 300
    ("d", 400, None),  # issued after the case had ended: open
    ("e", 100, None),  # a conviction leaves it to be executed
    ("f", 100, 350),  # executed, though the case had ended
    ("f", None, 350),
]


def test_how_they_stand_by_hand() -> None:
    answer = warrants(hanging(UNITS, "warrants", ISSUED, labels=LABELS))
    assert {str(one): int(n) for one, n in zip(answer.main["status"], answer.main["numerator"], strict=True)} == {
        "open": 3,
        "executed": 3,
        "case_ended": 1,
    }
    assert set(answer.main["denominator"].tolist()) == {7}
    days = row(answer.tables["executed"])
    assert (days["denominator"], days["numerator"], days["otherwise"], days["censored"]) == (6, 2, 1, 3)
    # one of six after 50 days; one case ends on day 200 of its warrant; one of four after 250 days
    within = answer.tables["within"]
    assert row(within, days=90)["estimate"] == pytest.approx(1 / 6)
    assert row(within, days=365)["estimate"] == pytest.approx(1 / 6 + 5 / 6 * 4 / 5 * 1 / 4)
    assert {str(one.reason): one.n for one in answer.provenance.left_out} == {"no date for the start": 1}
    assert "3 of 7 warrants are open at the cut-off" in str(answer.findings()[0])
    assert answer.plot(language="es").lines[0].get_ydata()[-1] == pytest.approx(1 / 3)


def test_open_ones_by_age() -> None:
    # open for 900, 600, 900, 366 and 365 days; one open warrant has no day of issue, and the others are not open
    issued = [*ISSUED, ("a", None, None), ("a", 634, None), ("a", 635, None)]
    age = warrants(hanging(UNITS, "warrants", issued, labels=LABELS)).tables["age"]
    # 365 days are a year: they end the first band
    assert age["numerator"].tolist() == [1, 2, 2, 0]
    assert set(age["denominator"].tolist()) == {5}


def test_by_court_adds_up() -> None:
    split = warrants(hanging(UNITS, "warrants", ISSUED, labels=LABELS), by="court").main
    assert row(split, court="x", status="executed")["numerator"] == 1
    assert row(split, court="y", status="open")["numerator"] == 2
    assert split["numerator"].sum() == len(ISSUED)


def test_against_r() -> None:
    with (REFERENCE / "outcomes_times.csv").open(encoding="utf-8") as lines:
        times = [(int(one["days"]), int(one["code"])) for one in csv.DictReader(lines)]
    units, issued = [], []
    for at, (days, code) in enumerate(times):
        ended = {"outcome": "rejected", "ended": 1_000} if code == 2 else {}
        units.append({"id": f"u{at}", "complaint": 0, **ended})
        issued.append((f"u{at}", 1_000 - days, 1_000 if code == 1 else None))
    answer = warrants(hanging(units, "warrants", issued, labels=LABELS), horizon_days=(90, 180, 365))
    with (REFERENCE / "outcomes_expected.csv").open(encoding="utf-8") as lines:
        expected = [one for one in csv.DictReader(lines) if one["what"] == "executed"]
    assert len(expected) == 3
    for one in expected:
        found = row(answer.tables["within"], days=int(float(one["at"])))
        for name in ("estimate", "conf_low", "conf_high"):
            assert found[name] == pytest.approx(float(one[name]), abs=1e-9)


def test_rows_of_one_unit_are_not_independent() -> None:
    units = [{"id": f"u{at}", "complaint": 0} for at in range(8)]
    once = [(f"u{at}", 100, 150 + at if at % 2 else None) for at in range(8)]
    single = warrants(hanging(units, "warrants", once))
    double = warrants(hanging(units, "warrants", once * 2))
    share, twice = (row(one.tables["within"], days=90) for one in (single, double))
    assert twice["estimate"] == share["estimate"] == 0.5
    # each warrant written twice says no more than once
    assert twice["conf_low"] == pytest.approx(share["conf_low"], abs=1e-9)
    assert any("8 units have more than one row" in str(one) for one in double.notes)


def test_none_executed_and_none_dated() -> None:
    units = [{"id": "a", "complaint": 0}, {"id": "b", "complaint": 0}]
    none = warrants(hanging(units, "warrants", [("a", 100, None), ("b", 200, None)]))
    assert row(none.tables["within"], days=365)["estimate"] == 0
    assert row(none.main, status="open")["estimate"] == 1
    undated = warrants(hanging(units, "warrants", [("a", None, None)]))
    assert np.isnan(row(undated.tables["within"], days=365)["estimate"])
    assert undated.tables["within"].statuses["estimate"] == ("not_available",) * 4
    assert row(undated.main, status="open")["numerator"] == 1


def test_what_is_refused() -> None:
    with pytest.raises(QuestionError, match="without a table"):
        warrants(wide(UNITS, labels=LABELS))
