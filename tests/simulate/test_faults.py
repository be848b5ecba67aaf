"""The dirty copy holds each fault as often as it says, and nothing else is changed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from justice_metrics.simulate.extracts import COHORT, Extract, dirty_copy
from justice_metrics.simulate.faults import COPIES, CUTOFF, FAULTS, PLANTED, rows_of
from justice_metrics.simulate.register import OUTCOMES, PENDING

Row = dict[str, Any]


@pytest.fixture(scope="module")
def clean(cohort: Extract) -> dict[str, Row]:
    return {row["numero_caso"]: row for row in rows_of(cohort.cases)}


@pytest.fixture(scope="module")
def dirty(cohort: Extract) -> list[Row]:
    return rows_of(dirty_copy(cohort))


@pytest.fixture(scope="module")
def changed(clean: dict[str, Row], dirty: list[Row]) -> list[tuple[Row, Row]]:
    """Return rows that differ from the clean register, with the clean row."""
    pairs = [(clean[row["numero_caso"]], row) for row in dirty if row["numero_caso"] in clean]
    return [(before, after) for before, after in pairs if before != after]


def where(changed: list[tuple[Row, Row]], *columns: str) -> list[tuple[Row, Row]]:
    return [(a, b) for a, b in changed if {c for c in a if a[c] != b[c]} == set(columns)]


def test_as_many_rows_are_changed_as_faults_are_planted(changed: list[tuple[Row, Row]]) -> None:
    assert len(changed) == sum(fault.rows for fault in FAULTS.values())


def test_copies_are_added_and_nothing_is_lost(clean: dict[str, Row], dirty: list[Row]) -> None:
    numbers = Counter(row["numero_caso"] for row in dirty)
    assert len(dirty) == COHORT.n + sum(n for n, _ in COPIES.values())
    assert sum(n - 1 for n in numbers.values()) == PLANTED["duplicate_row"] == 10
    assert set(clean) <= set(numbers)
    for number in [number for number, n in numbers.items() if n == 2]:
        one, other = (row for row in dirty if row["numero_caso"] == number)
        assert one == other
    foreign = [row for row in dirty if row["numero_caso"] not in clean]
    assert len(foreign) == PLANTED["same_case_other_format"] == 8

    def bare(number: str) -> str:
        return "".join(letter for letter in number.lower() if letter.isalnum())

    known = {bare(number): row for number, row in clean.items()}
    for row in foreign:
        assert {**row, "numero_caso": known[bare(row["numero_caso"])]["numero_caso"]} == known[bare(row["numero_caso"])]


def test_dates_are_spoiled_in_the_announced_way(changed: list[tuple[Row, Row]]) -> None:
    new = [after for _, after in changed]
    assert sum(row["fecha_denuncia"] == dt.date(1900, 1, 1) for row in new) == PLANTED["default_date_1900"]
    assert sum(row["fecha_acusacion"] == dt.date(9999, 12, 31) for row in new) == PLANTED["default_date_9999"]
    assert sum(row["fecha_denuncia"] is None for row in new) == PLANTED["complaint_missing"]
    texts = Counter(row["fecha_imputacion"] for row in new if isinstance(row["fecha_imputacion"], str))
    assert texts["30/02/2016"] + texts["31/11/2016"] == PLANTED["impossible_date"]
    assert texts["ene-16"] + texts["sep-17"] == PLANTED["month_only_date"]
    assert texts["S/D"] == PLANTED["missing_code_date"]
    real = [row for row in new if isinstance(row["fecha_imputacion"], dt.date)]
    assert sum(row["fecha_imputacion"] > CUTOFF for row in real) == PLANTED["future_date"]
    whole = [row for row in real if row["fecha_denuncia"] is not None]
    assert sum(row["fecha_imputacion"] < row["fecha_denuncia"] for row in whole) == PLANTED["charge_before_complaint"]
    accused = [row for row in real if row["fecha_acusacion"] is not None]
    assert (
        sum(row["fecha_acusacion"] < row["fecha_imputacion"] for row in accused) == PLANTED["accusation_before_charge"]
    )
    skipped = [row for row in new if row["fecha_acusacion"] is not None and row["fecha_imputacion"] is None]
    assert len(skipped) == PLANTED["stage_skipped"]
    tried = [row for row in new if row["fecha_juicio"] and row["fecha_sentencia"]]
    assert sum(row["fecha_sentencia"] < row["fecha_juicio"] for row in tried) == PLANTED["verdict_before_trial"]


def test_outcomes_are_spoiled_in_the_announced_way(changed: list[tuple[Row, Row]]) -> None:
    assert (
        sum(b["fecha_conclusion"] is None for _, b in where(changed, "fecha_conclusion"))
        == PLANTED["outcome_without_date"]
    )
    pending = [b for _, b in where(changed, "fecha_conclusion") if b["forma_conclusion"] == PENDING]
    assert len(pending) == PLANTED["pending_with_conclusion_date"]
    empty = [b for _, b in where(changed, "forma_conclusion") if b["forma_conclusion"] is None]
    assert len(empty) == PLANTED["date_without_outcome"]
    odd = [b for _, b in where(changed, "fecha_sentencia") if b["forma_conclusion"] == OUTCOMES["rejected"]]
    assert len(odd) == PLANTED["sentence_without_verdict"]


def test_texts_and_ages_are_spoiled_in_the_announced_way(changed: list[tuple[Row, Row]]) -> None:
    assert Counter(b["edad"] for _, b in where(changed, "edad")) == {-1: 3, 150: 3, 999: 3}
    spaced = [(c, a, b) for a, b in changed for c in a if isinstance(b[c], str) and b[c] != b[c].strip()]
    assert len(spaced) == PLANTED["outer_spaces"]
    assert all(a[c] == b[c].strip() for c, a, b in spaced)
    assert len({c for c, _, _ in spaced}) == 4
    words = [b["forma_conclusion"] for _, b in where(changed, "forma_conclusion") if b["forma_conclusion"]]
    respelled = [word for word in words if word == word.strip()]
    assert len(respelled) == PLANTED["label_variant"]
    assert len(set(respelled)) >= 8


def test_a_row_has_one_fault_at_most(changed: list[tuple[Row, Row]]) -> None:
    assert max(Counter(before["numero_caso"] for before, _ in changed).values()) == 1


def test_the_dirty_copy_leaves_the_clean_register_alone(cohort: Extract) -> None:
    before = [dict(row) for row in rows_of(cohort.cases)]
    dirty_copy(cohort)
    assert rows_of(cohort.cases) == before
    assert cohort.cases["forma_conclusion"].count(None) == 0
