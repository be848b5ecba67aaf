"""What holds for every table of times: parts add up, copies count, units of time and early records change nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.result import Result
from justice_metrics.cases.durations import Durations
from justice_metrics.reduce.risk import risk_table_of

EXAMPLES = settings(max_examples=15)
# each example asks an engine many times
FEW = settings(max_examples=3)

Row = tuple[int, int, str, str]  # days, ending (0 open, 1, 2), office, court


rows_of_offices = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 2), st.sampled_from("ab"), st.sampled_from("xyz")),
    min_size=4,
    max_size=25,
).map(lambda rows: [(1, 1, "a", "x"), (2, 1, "b", "y"), (3, 2, "a", "y"), (4, 2, "b", "x"), *rows])


def spells(rows: list[Row], **more: Any) -> Durations:
    names = {name: name for name in ("frequency", "weight", "cluster", "entry", "id") if name in more}
    days, end, office, court = map(list, zip(*rows, strict=True))
    table = pd.DataFrame({"days": days, "end": end, "office": office, "court": court, **more})
    called = {text: name for text, name in {"1": "one", "2": "two"}.items() if int(text) in end}
    return jm.durations(table, days="days", ending="end", outcomes=called, **names)


def curves(times: Durations, **given: Any) -> list[Result]:
    return [
        jm.open_share(times, by="office", **given),
        jm.cumulative_incidence(times, by="office", **given),
        jm.time_to(times, by="office", outcome="one", **given),
        jm.restricted_means(times, by="office", horizon_days=5, **given),
    ]


def numbers(answers: list[Result], *, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Return all columns of all tables, but those named."""
    return {
        f"{answer.question} {name} {column}": values.tolist()
        for answer in answers
        for name, table in answer.tables.items()
        for column, values in table.values.items()
        if column not in but
    }


def alike(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> None:
    assert list(one) == list(other)
    for name, values in one.items():
        if values and isinstance(values[0], float):
            assert values == pytest.approx(other[name], rel=1e-9, abs=1e-9, nan_ok=True), name
        else:
            assert values == other[name], name


COUNTS = ("at_risk", "events", "censored", "numerator", "denominator")


@given(rows_of_offices)
@EXAMPLES
def test_endings_and_open_cases_are_all_cases(rows: list[Row]) -> None:
    answer = jm.cumulative_incidence(spells(rows), by="office")
    still = jm.open_share(spells(rows), by="office")
    assert answer.curves.incidence.sum(axis=1) + still.curve.survival == pytest.approx(
        np.ones(still.curve.survival.shape)
    )
    means = jm.restricted_means(spells(rows), by="office", horizon_days=5).main
    for office in "ab":
        days = means["estimate"][means["office"] == office].astype(float)
        assert np.isnan(days).all() or days.sum() == pytest.approx(5)


@given(rows_of_offices)
@EXAMPLES
def test_offices_merged_are_all_cases(rows: list[Row]) -> None:
    apart = [spells([row for row in rows if row[2] == office]) for office in "ab"]
    whole = risk_table_of(spells(rows))
    total = reduce(add, [risk_table_of(one) for one in apart])
    assert total.days.tolist() == whole.days.tolist()
    assert total.events.tolist() == whole.events.tolist()
    merged = [(days, end, "all", court) for days, end, _, court in rows]
    one = numbers([jm.open_share(spells(merged), by="office")], but=("office",))
    alike(one, numbers([jm.open_share(spells(rows))]))


@given(rows_of_offices)
@EXAMPLES
def test_a_frequency_of_two_is_the_row_twice(rows: list[Row]) -> None:
    doubled, twice = spells(rows, frequency=[2] * len(rows)), spells([*rows, *rows])
    alike(numbers(curves(doubled)), numbers(curves(twice)))
    tests = [[jm.curve_tests(one, by="office", strata="court")] for one in (doubled, twice)]
    alike(numbers(tests[0]), numbers(tests[1]))
    robust = [curves(one, variance="infinitesimal_jackknife") for one in (doubled, twice)]
    alike(numbers(robust[0]), numbers(robust[1]))


@given(rows_of_offices, st.sampled_from([0.5, 3.0]))
@EXAMPLES
def test_the_scale_of_weights_does_not_matter(rows: list[Row], factor: float) -> None:
    weight = [1 + place % 3 for place in range(len(rows))]
    one = curves(spells(rows, weight=[float(w) for w in weight]))
    other = curves(spells(rows, weight=[w * factor for w in weight]))
    alike(numbers(one, but=COUNTS), numbers(other, but=COUNTS))


@given(rows_of_offices)
@EXAMPLES
def test_robust_errors_of_independent_cases_are_those_of_the_formula(rows: list[Row]) -> None:
    for formula, robust in zip(
        curves(spells(rows), variance="greenwood"),
        curves(spells(rows), variance="infinitesimal_jackknife"),
        strict=True,
    ):
        if "std_error" in formula.main.values:
            # at the end of a curve that reaches 0 Greenwood's sum is infinite, and nothing moves it
            one, other = (table["std_error"].astype(float) for table in (formula.main, robust.main))
            known = np.isfinite(one)
            assert one[known] == pytest.approx(other[known], rel=1e-6, abs=1e-7)


@given(rows_of_offices)
@EXAMPLES
def test_one_ending_is_what_is_not_open(rows: list[Row]) -> None:
    one = spells([(days, min(end, 1), office, court) for days, end, office, court in rows])
    ended, still = jm.cumulative_incidence(one, by="office").main, jm.open_share(one, by="office").main
    assert ended["estimate"] == pytest.approx(1 - still["estimate"])
    open_still = still["estimate"] > 0
    assert ended["std_error"][open_still] == pytest.approx(still["std_error"][open_still], abs=1e-9)


@given(rows_of_offices)
@EXAMPLES
def test_days_may_be_counted_in_sevenths_of_a_week(rows: list[Row]) -> None:
    weeks = spells([(days * 7, end, office, court) for days, end, office, court in rows])
    days = ("days", "estimate", "std_error", "conf_low", "conf_high")
    for short, long in zip(curves(spells(rows))[:2], curves(weeks)[:2], strict=True):
        assert (short.main["days"] * 7).tolist() == long.main["days"].tolist()
        for column in days[1:]:
            np.testing.assert_allclose(short.main[column], long.main[column], rtol=1e-9)
    short_mean = jm.restricted_means(spells(rows), horizon_days=5).main
    long_mean = jm.restricted_means(weeks, horizon_days=35).main
    for column in days[1:]:
        np.testing.assert_allclose(short_mean[column].astype(float) * 7, long_mean[column].astype(float), atol=1e-9)
    alike(numbers([jm.curve_tests(spells(rows), by="office")]), numbers([jm.curve_tests(weeks, by="office")]))


@given(rows_of_offices, st.sampled_from([None, "infinitesimal_jackknife"]))
@EXAMPLES
def test_a_record_that_ends_before_anything_happens_changes_nothing(rows: list[Row], variance: Any) -> None:
    early: Row = (0, 0, "a", "x")
    one = curves(spells(rows), variance=variance)[:2]
    other = curves(spells([early, *rows]), variance=variance)[:2]
    for short, long in zip(one, other, strict=True):
        later = long.main["days"] > 0
        for column in ("estimate", "std_error", "conf_low", "conf_high", "at_risk"):
            np.testing.assert_allclose(
                short.main[column].astype(float), long.main[column][later].astype(float), atol=1e-9
            )


@given(rows_of_offices, st.integers(1, 8))
@EXAMPLES
def test_rows_split_at_a_day_change_nothing(rows: list[Row], at: int) -> None:
    pieces: list[Row] = []
    entry, unit = [], []
    for number, (days, end, office, court) in enumerate(rows):
        if days > at:
            pieces += [(at, 0, office, court), (days, end, office, court)]
            entry += [-1, at]
            unit += [number, number]
        else:
            pieces.append((days, end, office, court))
            entry.append(-1)
            unit.append(number)
    split = spells(pieces, entry=entry, id=unit)
    for whole, parts in zip(curves(spells(rows))[:2], curves(split)[:2], strict=True):
        left = parts.main["days"].tolist()
        kept = [
            place
            for place, row in enumerate(zip(parts.main["office"], left, strict=True))
            if row in set(zip(whole.main["office"], whole.main["days"].tolist(), strict=True))
        ]
        for column in ("estimate", "std_error", "at_risk"):
            np.testing.assert_allclose(
                parts.main[column][kept].astype(float), whole.main[column].astype(float), atol=1e-9
            )
    robust = [jm.open_share(one, variance="infinitesimal_jackknife", limits="plain") for one in (spells(rows), split)]
    days = sorted({row[0] for row in rows})
    first, second = (one.at(days)["std_error"].astype(float) for one in robust)
    np.testing.assert_allclose(first, second, atol=1e-9)


@given(rows_of_offices)
@EXAMPLES
def test_the_order_of_rows_and_groups_does_not_matter(rows: list[Row]) -> None:
    alike(numbers(curves(spells(rows))), numbers(curves(spells(rows[::-1]))))
    renamed = [(days, end, {"a": "b", "b": "a"}[office], court) for days, end, office, court in rows]
    one, other = (jm.curve_tests(spells(some), by="office").main for some in (rows, renamed))
    assert one["statistic"] == pytest.approx(other["statistic"], nan_ok=True)


@given(rows_of_offices)
@FEW
def test_engine_and_memory_answer_alike(rows: list[Row]) -> None:
    times = spells(rows, cluster=[row[3] for row in rows])
    engine = replace(times, memory=None, stored=None, parent=None, memo={})
    for one, other in zip(curves(times), curves(engine), strict=True):
        for name, table in one.tables.items():
            for column, values in table.values.items():
                held = other.tables[name].values[column]
                assert np.array_equal(values, held, equal_nan=values.dtype.kind == "f"), (one.question, name, column)
