"""Twins: what a family shares is not evidence three times."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from justice_metrics.cases.linkage.plan import read_plan
from justice_metrics.cases.linkage.prepare import prepare
from justice_metrics.cases.linkage.twins import like_twins, names_meet
from tests.register_cases import plan, table

BORN = ("Quispe", "Mamani", "2004-05-03", "2016-01-10")


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("maria elena", "elena", True),
        ("m", "maria", True),
        ("rosmeri", "rosmary", False),
        ("rosmeri", "rosmeli", True),
        ("marisol", "marsol", True),
        ("marsol", "marisol", True),
        ("ana", "eva", False),
        ("juan", "juana", True),
        ("juana", "rosa", False),
        (None, "rosa", True),
    ],
)
def test_names_that_can_be_those_of_one_person(one: str | None, other: str | None, meet: bool) -> None:
    assert names_meet(one, other) is meet


def test_which_pairs_agree_as_twins_do() -> None:
    police = [("P1", "Juana", *BORN), ("P2", "Rosa", *BORN), ("P3", "Elena", "Quispe", None, *BORN[2:])]
    court = [("C1", "Juana María", *BORN), ("C2", "Elena", *BORN[:2], "2005-05-03", None), ("C3", None, *BORN)]
    held = prepare(plan(), {"police": table(police), "court": table(court)})
    left, right = np.array([0, 0, 1, 1, 1, 2, 1]), np.array([1, 3, 3, 4, 5, 3, 2])
    # Juana and Rosa; Rosa and Juana María; not with another day, one surname, or a given name that is missing
    assert like_twins(left, right, held).tolist() == [True, False, True, False, False, False, False]


def test_one_document_is_one_person() -> None:
    described = plan().model_dump()
    for one in described["registers"]:
        one["document"] = "document"
    rows = [("P1", "Juana", *BORN), ("P2", "Rosa", *BORN)]
    tables = {}
    for name, documents in (("police", ["1234567", "7654321"]), ("court", ["1234567", "1111117"])):
        tables[name] = table(rows).append_column("document", pa.array(documents))
    held = prepare(read_plan(described), tables)
    assert like_twins(np.array([0, 1]), np.array([3, 2]), held).tolist() == [True, True]
    turned = {**tables, "court": tables["court"].set_column(6, "document", pa.array(["7654321", "1234567"]))}
    held = prepare(read_plan(described), turned)
    assert like_twins(np.array([0, 1]), np.array([3, 2]), held).tolist() == [False, False]
    # but not with two complements of one number
    told_apart = {one: tables[one].set_column(6, "document", pa.array([f"1234567-1{one[0]}"] * 2)) for one in tables}
    held = prepare(read_plan(described), told_apart)
    assert like_twins(np.array([0, 1]), np.array([3, 2]), held).tolist() == [True, True]
