"""Counts by period and combination: sums over either come to the same, whatever is summed first."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import QuestionError
from justice_metrics.base.quantities import STATUSES, Quantity
from justice_metrics.cases.counts.data import CountData
from justice_metrics.reduce import period_counts
from justice_metrics.reduce.count_sums import added
from justice_metrics.reduce.period_counts import (
    PeriodCounts,
    counted_rows,
    in_groups,
    in_longer,
    summed_over,
)
from justice_metrics.tables import Strata


def made(values: np.ndarray, status: np.ndarray | None = None, **more: object) -> PeriodCounts:
    levels = tuple(itertools.product("ab", "xyz"))
    codes = np.zeros(values.shape, np.uint8) if status is None else status
    return PeriodCounts(Strata(("one", "two"), levels), "month", 600, Quantity(values, codes), **more)  # type: ignore[arg-type]


NUMBERS = st.lists(st.integers(0, 50), min_size=6 * 14, max_size=6 * 14)


@given(NUMBERS, st.lists(st.sampled_from([0, 0, 0, 1, 2, 4]), min_size=6 * 14, max_size=6 * 14))
@settings(max_examples=30, deadline=None)
def test_sums_over_levels_and_over_months_come_to_the_same(numbers: list[int], codes: list[int]) -> None:
    status = np.array(codes, np.uint8).reshape(6, 14)
    values = np.where(status > 1, np.nan, np.array(numbers, float).reshape(6, 14))
    counts = made(values, status)
    first = in_longer(summed_over(counts, ("two",)), "year").number
    second = summed_over(in_longer(counts, "year"), ("two",)).number
    np.testing.assert_array_equal(first.values, second.values)
    np.testing.assert_array_equal(first.status, second.status)
    whole = summed_over(counts, ()).number
    np.testing.assert_array_equal(summed_over(summed_over(counts, ("one",)), ()).number.values, whole.values)


def test_names_are_put_into_another_order() -> None:
    counts = made(np.arange(6 * 2, dtype=float).reshape(6, 2))
    turned = summed_over(counts, ("two", "one"))
    assert turned.strata.levels == tuple(itertools.product("xyz", "ab"))
    assert turned.number.values[:, 0].tolist() == [0, 6, 2, 8, 4, 10]


def test_a_stock_is_that_of_the_last_or_the_first_month_in_a_year() -> None:
    values = np.arange(14, dtype=float)[None, :].repeat(6, axis=0)  # January 2020 to February 2021
    assert in_longer(made(values, over_time="last"), "year").number.values[0].tolist() == [11, 13]
    assert in_longer(made(values, over_time="first"), "year").number.values[0].tolist() == [0, 12]
    group = np.array([0, 0, *[-1] * 10, 1, 1])
    assert in_groups(made(values, over_time="last"), group, 2).values[0].tolist() == [1, 13]
    assert in_groups(made(values), group, 2).values[0].tolist() == [1, 25]


def table(rows: list[tuple[str, str, str, object]], **more: object) -> CountData:
    frame = pd.DataFrame(rows, columns=["Month", "office", "kind", "n"])
    quantities = {"n": {"column": "n", "label": "things", **more}}
    keys = {"kind": "kind", "place": "office"}
    mapping = {"counts": {"period": "Month", "keys": keys, "quantities": quantities}}
    return CountData.from_frame(frame, {**mapping, "missing": {"S/D": "not_available"}})


ROWS = [
    ("2023-01", "A", "x", 3),
    ("2023-01", "A", "y", 4),
    ("2023-01", "B", "x", 5),
    ("2023-02", "A", "x", 1),
    ("2023-03", "B", "y", "S/D"),
    ("2023-03", "A", "x", 2),
]


def test_rows_of_a_table_are_added_up_and_an_absent_row_counted_nothing() -> None:
    found = counted_rows(table(ROWS), quantity="n", combinations=((), ("kind",), ("kind", "place")))
    whole, kinds, both = (found.finest[one].number for one in ((), ("kind",), ("kind", "place")))
    np.testing.assert_array_equal(whole.values, [[12, 1, np.nan]])
    np.testing.assert_array_equal(kinds.values, [[8, 1, 2], [4, 0, np.nan]])
    assert found.finest["kind", "place"].strata.levels == (("x", "A"), ("x", "B"), ("y", "A"), ("y", "B"))
    np.testing.assert_array_equal(both.values, [[3, 1, 2], [5, 0, 0], [4, 0, 0], [0, 0, np.nan]])
    assert [STATUSES[one] for one in both.status[3]] == ["", "", "not_available"]


def test_they_are_the_sums_that_other_questions_make() -> None:
    data = table(ROWS)
    found = counted_rows(data, quantity="n", combinations=(("kind",),)).finest[("kind",)]
    again = added(data, by="kind", quantities="n").quantity("n")
    there = again.status == 0
    np.testing.assert_array_equal(found.number.values[there], again.values[there])


def test_rows_of_more_than_a_year_are_refused() -> None:
    frame = pd.DataFrame({"a": ["2020-01-01"], "b": ["2021-12-31"], "n": [3]})
    period = {"start": "a", "end": "b"}
    data = CountData.from_frame(
        frame, {"counts": {"period": period, "quantities": {"n": {"column": "n", "label": "n"}}}}
    )
    with pytest.raises(QuestionError, match="more than one calendar year"):
        counted_rows(data, quantity="n", combinations=((),))


def test_more_combinations_than_anybody_reads_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(period_counts, "MOST_COMBINATIONS", 3)
    assert counted_rows(table(ROWS), quantity="n", combinations=(("kind",),)).finest
    with pytest.raises(QuestionError, match="makes 4 groups; at most 3"):
        counted_rows(table(ROWS), quantity="n", combinations=(("kind", "place"),))
