"""Whole numbers in memory, columns as they lie there, and the canonical frame: three counts, one answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.durations import Durations
from justice_metrics.reduce.risk import risk_table_of
from justice_metrics.tables import RiskTable

# each example asks an engine
FEW_EXAMPLES = 15


def differences(one: RiskTable, other: RiskTable) -> list[str]:
    """Name every part that is not equal to the bit."""
    found = ["strata"] * (one.strata.levels != other.strata.levels)
    found += ["outcomes"] * (one.outcomes != other.outcomes) + ["weighted"] * (one.weighted != other.weighted)
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in ("days", "events", "censored", "entered")}
    pairs |= {name: (one.left_out.get(name), other.left_out.get(name)) for name in {*one.left_out, *other.left_out}}
    for name, (left, right) in pairs.items():
        if left is None or right is None or left.dtype != right.dtype or not np.array_equal(left, right):
            found.append(name)
    return found


def engine_only(spells: Durations) -> Durations:
    """Return times that nothing but an engine can count, and that remember no count."""
    return replace(spells, memory=None, stored=None, parent=None, memo={})


def three_ways(spells: Durations, by: tuple[str, ...]) -> dict[str, RiskTable]:
    """Count in memory if it can be, in the engine by the plain columns, and in the engine by the canonical frame."""
    return {
        "memory": risk_table_of(spells, by=by),
        "plain": risk_table_of(engine_only(spells), by=by),
        "canonical": risk_table_of(replace(engine_only(spells), plain=None), by=by),
    }


LEVELS: dict[str, Any] = {
    "text": st.sampled_from(["a", "b", "10", "9", ""]),
    "text with gaps": st.sampled_from(["a", "b", None]),
    "text with a level of gaps": st.sampled_from(["a", "not_recorded", None]),
    "numbers": st.integers(-3, 12),
    "categories": st.sampled_from(["x", "y"]),
    "flags": st.booleans(),
    "numbers with gaps": st.sampled_from([1, 2, None]),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, str]]:
    n = draw(st.integers(1, 30))
    many = {"min_size": n, "max_size": n}
    kind = draw(st.sampled_from(sorted(LEVELS)))
    gap = draw(st.booleans())
    days = st.integers(-1 if gap else 0, 9)
    columns: dict[str, Any] = {
        "days": draw(st.lists(st.none() | days if gap else days, **many)),
        "end": draw(st.lists(st.none() | st.integers(0, 3) if gap else st.integers(0, 3), **many)),
        "group": draw(st.lists(LEVELS[kind], **many)),
        "second": draw(st.lists(st.integers(0, 2), **many)),
    }
    used: dict[str, str] = {}
    if draw(st.booleans()):
        columns["entry"] = draw(st.lists(st.integers(-2, 11), **many))
        used["entry"] = "entry"
    if draw(st.booleans()):
        columns["copies"] = draw(st.lists(st.integers(0, 3), **many))
        columns["copies"][0] = 1
        used["frequency"] = "copies"
    if draw(st.booleans()):
        columns["w"] = draw(st.lists(st.sampled_from([0.5, 1.25, 3.1]), **many))
        used["weight"] = "w"
    columns["days"][0], columns["end"][0] = 3, 1
    table = pd.DataFrame({name: pd.Series(values, dtype=_type(name, values)) for name, values in columns.items()})
    if kind == "categories":
        table["group"] = pd.Categorical(table["group"], categories=["y", "unused", "x"])
    return table, used


def _type(name: str, values: list[Any]) -> Any:
    if name in ("days", "end") and None in values:
        return "Int64"
    if name == "group" and any(isinstance(one, int) and not isinstance(one, bool) for one in values):
        return "Int64" if None in values else "int16"
    return None


@given(tables(), st.sampled_from([(), ("group",), ("second", "group")]))
@settings(max_examples=FEW_EXAMPLES)
def test_three_counts_are_one(made: tuple[pd.DataFrame, dict[str, str]], by: tuple[str, ...]) -> None:
    table, used = made
    counted = three_ways(jm.durations(table, days="days", ending="end", by=("group", "second"), **used), by)
    assert differences(counted["plain"], counted["memory"]) == []
    assert differences(counted["plain"], counted["canonical"]) == []


@given(tables())
@settings(max_examples=FEW_EXAMPLES)
def test_polars_in_memory_is_pandas(made: tuple[pd.DataFrame, dict[str, str]]) -> None:
    table, used = made
    one, other = (
        risk_table_of(jm.durations(frame, days="days", ending="end", by="group", **used), by=("group",))
        for frame in (table, pl.from_pandas(table))
    )
    assert differences(one, other) == []


@given(tables())
@settings(max_examples=FEW_EXAMPLES)
def test_endings_told_apart_are_the_same_counts(made: tuple[pd.DataFrame, dict[str, str]]) -> None:
    table, used = made
    spells = jm.durations(table, days="days", ending="end", by="group", **used).told_apart(("1",))
    counted = three_ways(spells, ("group",))
    assert counted["memory"].outcomes == ("1", "other_ending")
    assert differences(counted["plain"], counted["memory"]) == []
    assert differences(counted["plain"], counted["canonical"]) == []


def test_by_hand() -> None:
    table = pd.DataFrame({"days": [5, 5, 9, 2, 4], "end": [1, 0, 2, 1, 1], "entry": [-1, 3, 3, 2, -7]})
    for counted in three_ways(jm.durations(table, days="days", ending="end", entry="entry"), ()).values():
        assert counted.days.tolist() == [-1, 3, 4, 5, 9]
        assert counted.events[0].tolist() == [[0, 0, 1, 1, 0], [0, 0, 0, 0, 1]]
        assert counted.censored[0].tolist() == [0, 0, 0, 1, 0]
        assert counted.entered[0].tolist() == [2, 2, 0, 0, 0]
        assert {name: n.tolist() for name, n in counted.left_out.items()} == {"entry_after_end": [1]}


def test_a_stratum_that_is_left_out_whole_stays_a_stratum() -> None:
    table = pd.DataFrame({"days": [5, 5], "end": [1, 1], "entry": [-1, 8], "office": ["a", "b"]})
    for counted in three_ways(jm.durations(table, days="days", ending="end", entry="entry"), ("office",)).values():
        assert counted.strata.levels == (("a",), ("b",))
        assert counted.units.tolist() == [1, 0]


def test_too_many_strata_are_refused() -> None:
    table = pd.DataFrame({"days": [1] * 1_200, "end": [1] * 1_200, "number": range(1_200)})
    spells = jm.durations(table, days="days", ending="end")
    for one in (spells, engine_only(spells)):
        with pytest.raises(QuestionError, match="makes 1,200 groups"):
            risk_table_of(one, by=("number",))


def test_long_times_and_many_groups_leave_the_memory() -> None:
    # a day for each second of a year: counting in memory would need more places than there are rows by far
    table = pd.DataFrame({"days": [31_536_000, 5], "end": [1, 0], "office": [1, 2]})
    counted = three_ways(jm.durations(table, days="days", ending="end"), ("office",))
    assert differences(counted["memory"], counted["plain"]) == []
    assert counted["memory"].days.tolist() == [-1, 5, 31_536_000]
