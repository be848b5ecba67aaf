"""Reparation: ordered in how many convictions, paid or not, and how much of the money."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from justice_metrics.measures.records.reparation import Reparation, reparation
from tests.outcome_cases import hanging, row

LABELS = {"final": "final_conviction", "acquitted": "acquitted", "rejected": "rejected"}
UNITS: list[dict[str, Any]] = [
    {"id": "a", "complaint": 0, "court": "x", "outcome": "final", "ended": 300},
    {"id": "b", "complaint": 0, "court": "x", "outcome": "final", "ended": 300},
    {"id": "c", "complaint": 0, "court": "x", "outcome": "final", "ended": 300},
    {"id": "d", "complaint": 0, "court": "y", "outcome": "final", "ended": 300},
    {"id": "e", "complaint": 0, "court": "y", "outcome": "acquitted", "ended": 300},
    {"id": "f", "complaint": 0, "court": "y"},
]
# id, ordered on, amount, paid on, amount paid
ORDERS = [
    ("a", 300, 1_000, 400, 1_000),
    ("b", 300, 3_000, 500, 1_200),
    ("c", 300, 2_000, None, None),
    ("c", 300, None, 450, 700),
    ("f", 300, 4_000, 600, None),
    ("f", 300, 500.10, None, 500.10),
]


@pytest.fixture(scope="module")
def answer() -> Reparation:
    return reparation(hanging(UNITS, "reparation", ORDERS, labels=LABELS))


def test_ordered_in_how_many(answer: Reparation) -> None:
    convicted = row(answer.main, per="conviction")
    assert (convicted["numerator"], convicted["denominator"]) == (3, 4)
    every = row(answer.main, per="complaint")
    assert (every["numerator"], every["denominator"]) == (4, 6)


def test_paid_or_not(answer: Reparation) -> None:
    pay = answer.tables["payment"]
    assert {str(one): int(n) for one, n in zip(pay["status"], pay["numerator"], strict=True)} == {
        "in_full": 2,
        "in_part": 1,
        "nothing": 1,
        "untold": 2,
    }


def test_the_share_of_the_money_is_one_of_totals(answer: Reparation) -> None:
    money = row(answer.tables["amounts"])
    # 1,000 and 1,200 and 500.10 of 1,000, 3,000, 2,000 and 500.10; a mean of shares would be 0.6
    assert (money["numerator"], money["denominator"]) == (5, 4)
    assert money["ordered_total"] == pytest.approx(6_500.10)
    assert money["paid_total"] == pytest.approx(2_700.10)
    assert money["share_paid"] == pytest.approx(2_700.10 / 6_500.10)
    assert money["share_low"] < money["share_paid"] < money["share_high"]
    assert (money["estimate"], money["lower_quartile"], money["upper_quartile"]) == (2_000, 1_000, 3_000)


def test_time_to_a_payment(answer: Reparation) -> None:
    # paid after 100, 200, 150 and 300 days; one has none in 700 days; one has an amount and no day
    days = row(answer.tables["paid"])
    assert (days["denominator"], days["numerator"], days["censored"]) == (5, 4, 1)
    assert days["estimate"] == 200
    left_out = {str(one.reason): one.n for one in answer.provenance.left_out}
    assert left_out == {
        "ended, but no date says when": 1,
        "orders without a known amount (out of the amounts only)": 1,
    }


def test_sentences_and_figures(answer: Reparation) -> None:
    said = [str(one).replace("\N{NO-BREAK SPACE}", " ") for one in answer.findings()]
    assert said[0].startswith("Reparation was ordered in 3 of 4 cases with a conviction (75.0 %")
    assert said[1] == "Of 6 orders, 2 are paid in full, 1 in part, 1 show no payment; of 2 it cannot be told."
    assert said[2] == "Of the money ordered, 41.5 % is paid."
    assert answer.plot(language="es").lines[0].get_xdata().tolist() == pytest.approx([2 / 6, 1 / 6, 1 / 6, 2 / 6])
    assert answer.draw("paid", language="es").lines[0].get_ydata()[-1] == pytest.approx(0.8)


def test_by_court_adds_up(answer: Reparation) -> None:
    split = reparation(hanging(UNITS, "reparation", ORDERS, labels=LABELS), by="court")
    assert split.main["numerator"].sum() == answer.main["numerator"].sum()
    assert split.tables["payment"]["numerator"].sum() == len(ORDERS)
    assert split.tables["amounts"]["paid_total"].sum() == pytest.approx(2_700.10)
    assert split.findings() == ()


def test_no_amount_known_is_not_defined() -> None:
    units = [{"id": "a", "complaint": 0, "outcome": "final", "ended": 300}]
    found = reparation(hanging(units, "reparation", [("a", 300, None, None, None)], labels=LABELS))
    money = found.tables["amounts"]
    assert np.isnan(row(money)["share_paid"])
    assert money.statuses["share_paid"] == ("not_defined",)
    assert found.summary("es")


def test_a_conviction_that_was_set_aside_is_none() -> None:
    units = [{"id": "a", "complaint": 0, "outcome": "acquitted", "ended": 300, "verdict": 200}]
    found = reparation(hanging(units, "reparation", [("a", 200, 10, None, None)], labels=LABELS))
    assert row(found.main, per="conviction")["denominator"] == 0


def test_what_no_file_can_hold_is_unknown() -> None:
    units = [{"id": "a", "complaint": 0}, {"id": "b", "complaint": 0}]
    orders = [("a", 10, 1e17, 20, 5.0), ("a", 10, float("nan"), None, None), ("b", 10, 5.0, 20, float("inf"))]
    found = reparation(hanging(units, "reparation", orders))
    pay = found.tables["payment"]
    assert {str(one): int(n) for one, n in zip(pay["status"], pay["numerator"], strict=True)} == {
        "in_full": 0,
        "in_part": 0,
        "nothing": 1,
        "untold": 2,
    }
    assert row(found.tables["amounts"])["numerator"] == 1


def test_what_is_paid_beyond_an_order_pays_no_other() -> None:
    orders = [
        ("a", 300, 100, 400, 300),
        ("b", 300, 200, None, None),
        ("c", 300, 50, 400, 50),
        ("d", 300, 100, 400, 100),
    ]
    found = reparation(hanging(UNITS, "reparation", orders, labels=LABELS))
    money = row(found.tables["amounts"])
    assert (money["ordered_total"], money["paid_total"], money["paid_beyond"]) == (450, 250, 200)
    assert money["share_paid"] == pytest.approx(250 / 450)
    assert str(found.findings()[2]).replace("\N{NO-BREAK SPACE}", " ") == "Of the money ordered, 55.6 % is paid."
    assert any(str(one).startswith("200.00 was paid beyond") for one in found.notes)
