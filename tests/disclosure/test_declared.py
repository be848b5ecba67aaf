from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from justice_metrics.base.cells import CellOf, Count, Of, box
from justice_metrics.base.language import tr
from justice_metrics.base.provenance import Provenance
from justice_metrics.base.result import Definition, Result
from justice_metrics.base.table import Column, Table
from tests.disclosure.declared import check_boxes, check_declared

STAGES = {"a": ("a", "b"), "b": ("b",)}


class Answer(Result):
    question = "answer"

    def findings(self) -> tuple[Any, ...]:
        return ()

    def plot(self, ax: Any = None, *, language: Any = "en") -> Any:
        raise NotImplementedError


def answer(*, second: float = 0.4, **changed: Any) -> Answer:
    columns = {
        "stage": Column("stage", tr("step"), "text", "key", "key"),
        "n": Column("n", tr("n"), "units", "count", "count", cell=CellOf(sets={"stage": ("furthest", STAGES)})),
        "d": Column("d", tr("d"), "units", "count", "count", cell=CellOf()),
        "share": Column("share", tr("share"), "share", "estimate", "share", of=Of(inputs=("n", "d"), formula="share")),
    }
    columns |= changed
    values = {"stage": ["a", "b"], "n": [10, 4], "d": [10, 10], "share": [1, second]}
    return Answer(
        heading=tr("Answer"),
        tables={"main": Table(tuple(columns.values()), values)},
        definition=Definition(
            answers=tr("What?"), numerator=tr("a"), denominator=tr("b"), basis="cohort", pending=tr("counted")
        ),
        provenance=Provenance(units_in=10),
    )


def test_a_declared_table_passes() -> None:
    check_declared(answer())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n": Column("n", tr("n"), "units", "count", "count")}, "neither cell"),
        ({"share": Column("share", tr("s"), "share", "estimate", "share", of=Of(inputs=("x",)))}, "no columns"),
        ({"n": Column("n", tr("n"), "units", "count", "count", cell=CellOf())}, "same units"),
        ({"n": Column("n", tr("n"), "units", "count", "count", cell=CellOf(keys={"step": "x"}))}, "no columns"),
    ],
)
def test_what_is_missing_or_contradicts_is_found(changed: dict[str, Column], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_declared(answer(**changed))


def test_a_formula_that_does_not_give_the_column_back_is_found() -> None:
    with pytest.raises(AssertionError, match="main.share"):
        check_declared(answer(second=0.41))


def test_levels_that_share_units_are_found() -> None:
    def count(n: int, **restricted: str) -> Count:
        return Count(box(restricted), n, ("main", "n", 0))

    check_boxes([count(10), count(4, actor="lawyer"), count(6, actor="none")])
    with pytest.raises(AssertionError, match="no partition"):
        check_boxes([count(10), count(8, actor="lawyer"), count(6, actor="psychologist")])
    with pytest.raises(AssertionError, match="is among"):
        check_boxes([count(10), count(11, actor="lawyer")])


def test_rows_that_are_not_listed_must_be_declared() -> None:
    columns = (
        Column("sex", tr("sex"), "text", "stratum", "stratum"),
        Column("stage", tr("step"), "text", "key", "key"),
        Column("n", tr("n"), "units", "count", "count", cell=CellOf(keys={"stage": "furthest"})),
    )
    values = {"sex": ["f", "f", "m"], "stage": ["a", "b", "a"], "n": np.array([1, 2, 3])}
    made = answer()
    with pytest.raises(AssertionError, match="sparse=True"):
        check_declared(
            Answer(
                heading=made.heading,
                tables={"main": Table(columns, values)},
                definition=made.definition,
                provenance=made.provenance,
            )
        )
