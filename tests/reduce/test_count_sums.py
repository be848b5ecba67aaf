"""Sums of a table of counts: flows add up, stocks do not, and nothing missing turns into a zero."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import QuestionError
from justice_metrics.base.provenance import Provenance
from justice_metrics.base.quantities import STATUSES, Quantity, quantity, sums
from justice_metrics.cases.counts.data import CountData
from justice_metrics.cases.counts.gathering import groups_of
from justice_metrics.cases.counts.rows import Key
from justice_metrics.cases.periods import numbered
from justice_metrics.reduce.count_sums import added, paired
from justice_metrics.tables import CountTable

CODES = {"NA": "not_available", "NAP": "not_applicable", "NQ": "under_review", "*": "suppressed", "..": "pending"}
COLUMNS = {"pending_start": "S", "new": "N", "pending_end": "E", "judges": {"column": "J", "per": "office"}}


def table(rows: list[tuple[Any, ...]], **part: Any) -> CountData:
    frame = pd.DataFrame(rows, columns=["C", "O", "P", "S", "N", "E", "J"])
    counts = {"office": "C", "keys": {"offence": "O"}, "period": "P", "quantities": COLUMNS, **part}
    return CountData.from_frame(frame, {"counts": counts, "missing": CODES})


@pytest.fixture(scope="module")
def two_courts() -> CountData:
    """Two courts, two offences, January and February 2019; court a has 2 judges, then 4."""
    return table(
        [
            ("a", "x", "2019-01", 10, 3, 12, 2),
            ("a", "x", "2019-02", 12, 1, 11, 4),
            ("a", "y", "2019-01", 20, 5, 21, 2),
            ("a", "y", "2019-02", 21, 0, 19, 4),
            ("b", "x", "2019-01", 30, 7, 31, 1),
            ("b", "x", "2019-02", 31, 2, 30, 1),
        ]
    )


class TestOverTime:
    def test_the_whole(self, two_courts: CountData) -> None:
        found = added(two_courts, period="quarter")
        assert found.labels == ("2019-Q1",)
        assert found.quantity("new").values.tolist() == [[3 + 1 + 5 + 0 + 7 + 2]]
        assert found.quantity("pending_start").values.tolist() == [[10 + 20 + 30]]
        assert found.quantity("pending_end").values.tolist() == [[11 + 19 + 30]]
        # 31 days with two judges and 28 with four; the court's judges are not counted once for each offence
        assert found.quantity("judges").values == pytest.approx(np.array([[(31 * 2 + 28 * 4) / 59 + 1]]))
        assert found.rows.tolist() == [[6]]
        assert (found.days.tolist(), found.seen_days.tolist()) == ([90], [59])

    def test_by_office(self, two_courts: CountData) -> None:
        found = added(two_courts, by="office", quantities=("new", "judges"))
        assert found.strata.levels == (("a",), ("b",))
        assert found.labels == ("2019-01", "2019-02")
        assert found.quantity("new").values.tolist() == [[8, 1], [7, 2]]
        assert found.quantity("judges").values.tolist() == [[2, 4], [1, 1]]

    def test_judges_of_an_office_stand_in_every_offence_that_it_hears(self, two_courts: CountData) -> None:
        found = added(two_courts, by=("offence",), quantities="judges")
        assert found.quantity("judges").values.tolist() == [[3, 5], [2, 4]]

    def test_a_figure_for_the_year_stands_in_each_of_its_months(self) -> None:
        rows = [("2019-01", "New", 1), ("2019-02", "New", 2), ("2019", "People", 900)]
        frame = pd.DataFrame(rows, columns=["P", "W", "N"])
        part = {"period": "P", "quantities": {"new": "New", "population": "People"}}
        counts = CountData.from_frame(frame, {"counts": {**part, "long": {"quantity": "W", "number": "N"}}})
        found = added(counts, period="month")
        assert found.quantity("population").values[0].tolist() == [900] * 12
        assert found.quantity("new").values[0][:2].tolist() == [1, 2]
        assert found.quantity("new").words()[2:] == ["not_available"] * 10
        year = added(counts, period="year")
        assert year.quantity("population").values.tolist() == [[900]]
        # that there is a population of the year says not that the year is over
        assert (year.days.tolist(), year.seen_days.tolist()) == ([365], [59])
        with pytest.raises(QuestionError, match="periods of different lengths"):
            added(counts)

    def test_what_happened_within_a_row_is_not_made_up(self) -> None:
        counts = table([("a", "x", "2019", 10, 3, 12, 2)])
        with pytest.raises(QuestionError, match=r"1 row counts 'pending at the start' over a longer time .*\(month\)"):
            added(counts, period="month")
        assert added(counts, period="month", quantities="judges").quantity("judges").values[0].tolist() == [2] * 12


class TestMissing:
    @pytest.mark.parametrize(
        ("cells", "value", "word"),
        [
            ((3, 4), 7, ""),
            ((0, 0), 0, ""),
            ((3, "NAP"), 3, ""),
            (("NAP", "NAP"), None, "not_applicable"),
            ((3, "NA"), None, "not_available"),
            ((3, "*"), None, "suppressed"),
            ((3, ".."), None, "pending"),
            ((3, "NQ"), None, "under_review"),
            (("NA", "*"), None, "suppressed"),
        ],
    )
    def test_one_part_without_a_number(self, cells: tuple[Any, Any], value: float | None, word: str) -> None:
        counts = table([(court, "x", "2019", 0, cell, 0, 1) for court, cell in zip("ab", cells, strict=True)])
        found = added(counts).quantity("new")
        np.testing.assert_equal(found.values, [[np.nan if value is None else value]])
        assert found.words() == [word]

    def test_those_who_reported_can_be_added_up_alone(self) -> None:
        counts = table(
            [(court, "x", "2019", 0, cell, 0, 1) for court, cell in zip("abcd", (3, "NA", "NAP", 4), strict=True)]
        )
        found = added(counts, known_only=True)
        assert found.quantity("new").values.tolist() == [[7]]
        assert found.unknown["new"].tolist() == [[1]]
        assert added(counts).unknown["new"].tolist() == [[1]]

    def test_where_nobody_reported_the_reason_stays(self) -> None:
        counts = table([(court, "x", "2019", 0, "*", 0, 1) for court in "ab"])
        assert added(counts, known_only=True).quantity("new").words() == ["suppressed"]

    def test_a_stratum_without_a_row_is_not_zero(self, two_courts: CountData) -> None:
        found = added(two_courts.selected(two_courts.level("offence") == "x"), by=("office", "offence"))
        assert found.strata.levels == (("a", "x"), ("b", "x"))
        late = table([("a", "x", "2019-01", 0, 1, 0, 1), ("a", "y", "2019-02", 0, 1, 0, 1)])
        assert added(late, by="offence").quantity("new").words() == ["", "not_available", "not_available", ""]

    def test_a_court_that_sent_no_row_leaves_the_sum_open(self) -> None:
        rows = [("a", "x", "2019-01", 0, 1, 0, 1), ("a", "x", "2019-02", 0, 1, 0, 1), ("b", "x", "2019-01", 0, 5, 0, 1)]
        found = added(table(rows))
        assert found.quantity("new").values[0][0] == 6
        assert found.quantity("new").words() == ["", "not_available"]


def test_an_unknown_key_or_quantity_is_told(two_courts: CountData) -> None:
    with pytest.raises(QuestionError, match="Did you mean 'offence'"):
        added(two_courts, by="ofence")
    with pytest.raises(QuestionError, match="no quantity 'resolved'"):
        added(two_courts, quantities="resolved")


NUMBERS = st.one_of(st.integers(0, 50), st.sampled_from(("NA", "NAP", "*")))
CELLS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(1, 4), NUMBERS),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one[:3],
)


def counts_of(cells: list[tuple[Any, ...]]) -> CountData:
    """Make the rows without a reader, which a hundred examples would wait for."""
    courts, offences, months, new = zip(*cells, strict=True)
    period = numbered(np.array(months) + 587, "month")
    known = [isinstance(one, int) for one in new]
    values = [one if is_known else 0 for one, is_known in zip(new, known, strict=True)]
    status = ["" if is_known else CODES[one] for one, is_known in zip(new, known, strict=True)]
    return CountData(
        rows=len(cells),
        keys={
            "office": Key(np.array(["ab".index(one) for one in courts], np.int32), ("a", "b")),
            "offence": Key(np.array(["xy".index(one) for one in offences], np.int32), ("x", "y")),
        },
        first_day=period.first_day,
        last_day=period.last_day,
        quantities={
            "new": quantity(values, status),
            "pending_end": quantity(values, status),
            "judges": quantity(np.ones(len(cells))),
        },
        words={},
        over_time={"new": "add", "pending_end": "last", "judges": "mean"},
        per={"judges": ("office",)},
        offices="office",
        cutoff=dt.date(2019, 12, 31),
        provenance=Provenance(),
    )


@given(CELLS)
def test_sums_of_sums_are_the_sum(cells: list[tuple[Any, ...]]) -> None:
    counts = counts_of(cells)
    whole = added(counts, period="year", quantities="new").quantity("new")
    for by in ("office", "offence"):
        split = added(counts, by=by, period="year", quantities="new").quantity("new")
        flat = Quantity(split.values.ravel(), split.status.ravel())
        again = sums(flat, np.zeros(len(flat.values), np.int64), 1)
        np.testing.assert_equal(again.values, whole.values[0])
        np.testing.assert_array_equal(again.status, whole.status[0])


def worst_of(parts: list[Any]) -> str:
    """Say what a sum of these parts is: a number as text, or why there is none."""
    reasons = [one for one in parts if not isinstance(one, int) and one != "NAP"]
    if reasons:
        return "suppressed" if "*" in reasons else "not_available"
    if not [one for one in parts if isinstance(one, int)]:
        return "not_applicable" if parts else "not_available"
    return str(sum(one for one in parts if isinstance(one, int)))


@given(CELLS, st.sampled_from(("office", "offence")))
def test_flows_and_stocks_are_those_of_a_pencil(cells: list[tuple[Any, ...]], by: str) -> None:
    found = added(counts_of(cells), by=by, period="quarter")
    for stratum, (level,) in enumerate(found.strata.levels):
        for place in range(len(found.labels)):
            quarter = [
                one
                for one in cells
                if one[by == "offence"] == level and (one[2] - 1) // 3 == int(found.labels[place][-1]) - 1
            ]
            # of each court and offence the last month; a flow is all of them
            last = [
                max((one for one in quarter if one[:2] == owner), key=lambda one: one[2])[3]
                for owner in dict.fromkeys(one[:2] for one in quarter)
            ]
            for name, parts in (("new", [one[3] for one in quarter]), ("pending_end", last)):
                number = found.quantity(name)
                value, status = number.values[stratum, place], STATUSES[number.status[stratum, place]]
                assert (status or str(int(value))) == worst_of(parts)


@given(CELLS)
def test_tables_of_two_offices_add_up_to_the_table_of_both(cells: list[tuple[Any, ...]]) -> None:
    counts = counts_of(cells)
    of_a = counts.level("office") == "a"
    if of_a.all() or not of_a.any():
        return
    whole = added(counts, by="offence", period="year")
    parts = [added(counts.selected(rows), by="offence", period="year") for rows in (of_a, ~of_a)]
    both = parts[0] + parts[1]
    assert both.strata.levels == whole.strata.levels
    for name in whole.quantities:
        np.testing.assert_allclose(both.quantity(name).values, whole.quantity(name).values)
        np.testing.assert_array_equal(both.quantity(name).status, whole.quantity(name).status)
        np.testing.assert_array_equal(both.unknown[name], whole.unknown[name])
    np.testing.assert_array_equal(both.rows, whole.rows)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 10**9)), min_size=1))
def test_groups_are_those_of_python(rows: list[tuple[int, int]]) -> None:
    columns = [np.array(one) for one in zip(*rows, strict=True)]
    first: dict[tuple[int, int], int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row, place)
    group, leader = groups_of(columns)
    assert leader.tolist() == list(first.values())
    assert group.tolist() == [list(first).index(row) for row in rows]


def test_a_table_of_counts_is_checked_and_cannot_be_written_to(two_courts: CountData) -> None:
    found = added(two_courts)
    with pytest.raises(ValueError, match="read-only"):
        found.quantity("new").values[0, 0] = 1
    fields = {name: getattr(found, name) for name in ("strata", "labels", "quantities", "unknown", "rows")}
    fields |= {name: getattr(found, name) for name in ("first_day", "last_day", "seen_first", "seen_last")}
    with pytest.raises(ValueError, match="periods overlap"):
        CountTable(**{**fields, "first_day": found.first_day[::-1]})
    with pytest.raises(ValueError, match="has the shape"):
        CountTable(**{**fields, "rows": found.rows[:, :1]})
    with pytest.raises(ValueError, match="do not add up"):
        _ = found + added(two_courts, period="quarter")


class TestPairs:
    """Two numbers that are set against each other are sums over the same cells."""

    def test_where_one_does_not_apply_neither_does(self) -> None:
        data = table([("a", "x", "2019-01", 10, 3, 12, 2), ("b", "x", "2019-01", 30, "NAP", 31, 1)])
        both, alone = paired(data, "new", "pending_end", "pending_start")
        assert alone == 1
        found = added(both)
        numbers = [found.quantity(one).values.tolist() for one in ("new", "pending_end", "pending_start")]
        assert numbers == [[[3]], [[12]], [[10]]]
        assert added(data).quantity("pending_end").values.tolist() == [[43]]

    @pytest.mark.parametrize("word", ["NA", "NQ", "*", "..", 4])
    def test_what_is_not_known_stays_unknown(self, word: Any) -> None:
        data = table([("a", "x", "2019-01", 10, 3, 12, 2), ("b", "x", "2019-01", 30, word, 31, 1)])
        assert paired(data, "new", "pending_end") == (data, 0)

    def test_a_side_of_several_applies_where_one_of_them_does(self) -> None:
        data = table([("a", "x", "2019-01", 10, 3, 12, 2), ("b", "x", "2019-01", 30, "NAP", 31, 1)])
        assert paired(data, ("new", "pending_start"), "pending_end")[1] == 0
