from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from justice_metrics.base.errors import DisclosureError
from justice_metrics.base.language import tr
from justice_metrics.base.provenance import Provenance
from justice_metrics.base.result import Definition, Result
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.release import InternalRelease, Release, internal

COLUMN = Column("numerator", tr("cases"), "units", "count", "count")


class Answer(Result):
    question = "answer"

    def findings(self) -> tuple[Any, ...]:
        return (tr("One."),)

    def plot(self, ax: Any = None, *, language: Any = "en") -> Any:
        raise NotImplementedError


def answer(table: Table | None = None) -> Answer:
    return Answer(
        heading=tr("Answer"),
        tables={"main": table or Table((COLUMN,), {"numerator": np.array([3])})},
        definition=Definition(
            answers=tr("What?"), numerator=tr("a"), denominator=tr("b"), basis="cohort", pending=tr("counted")
        ),
        provenance=Provenance(cutoff=dt.date(2018, 4, 30)),
    )


def test_results_become_an_internal_release_in_their_order() -> None:
    first, second = answer(), answer()
    release = internal([first, second], title="Two answers")
    assert release.results == (first, second)
    assert release.audience == "internal"
    assert release.title is not None
    assert release.title.text("es") == "Two answers"
    assert len(release) == 2


def test_one_result_alone_is_enough() -> None:
    only = answer()
    assert internal(only).results == (only,)


def test_a_release_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        internal(answer()).title = tr("Another")  # type: ignore[misc]


def test_an_internal_release_hides_nothing_and_has_no_ledger() -> None:
    assert isinstance(internal(answer()), InternalRelease)
    assert not hasattr(internal(answer()), "ledger")


def test_what_did_not_come_through_the_gate_is_no_public_release() -> None:
    with pytest.raises(DisclosureError, match="came through the disclosure gate"):
        Release(results=(answer(),), policy=None, ledger=None, cells=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "personal",
    [
        pa.table({"name": ["Ana Quispe"], "age": [9]}),
        {"name": ["Ana Quispe"]},
        "Ana Quispe",
        iter([]),
        None,
    ],
)
def test_rows_are_refused_and_never_shown(personal: Any) -> None:
    for given in (personal, [personal], [answer(), personal]):
        with pytest.raises(DisclosureError) as caught:
            internal(given)
        assert "Quispe" not in str(caught.value)
        assert type(personal).__name__ in str(caught.value)


def test_nothing_is_not_a_release() -> None:
    with pytest.raises(DisclosureError, match="without results"):
        internal([])


def test_a_kind_outside_the_closed_set_is_refused() -> None:
    column = Column("numerator", tr("cases"), "units", "count", "count")
    object.__setattr__(column, "kind", "microdata")
    with pytest.raises(DisclosureError, match="numerator"):
        internal(answer(Table((column,), {"numerator": np.array([3])})))


def test_a_table_of_another_type_is_refused() -> None:
    class Rows(Table):
        rows = "persons"

    with pytest.raises(DisclosureError, match="Rows"):
        internal(answer(Rows((COLUMN,), {"numerator": np.array([3])})))
