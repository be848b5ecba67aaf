"""What holds for every set of cases, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.curves import aalen_johansen
from justice_metrics.estimate.risk import at_risk
from justice_metrics.reduce.grouped import grouped_counts
from justice_metrics.reduce.risk import classes, risk_table
from justice_metrics.reduce.stages import stage_counts, stage_counts_at_ages
from justice_metrics.reduce.strata import outcome_counts
from justice_metrics.tables import RiskTable, StageCounts, StratumTable
from tests.made_cases import wide

DAY = st.one_of(st.none(), st.integers(0, 60))
ROW = st.fixed_dictionaries(
    {
        "complaint": st.one_of(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), DAY),
        "charged": DAY,
        "accusation": DAY,
        "outcome": st.sampled_from(("pending", "pending", "convicted", "acquitted", "rejected", "withdrawn")),
        "ended": st.one_of(st.none(), st.integers(0, 80)),
        "sex": st.sampled_from(("f", "m", None)),
        "entry": st.one_of(st.none(), st.integers(0, 50)),
        "frequency": st.integers(1, 3),
    }
)
# One case whose time can be told, so that there is a question to answer.
SURE: dict[str, Any] = {
    "complaint": 0, "charged": 9, "accusation": None, "outcome": "rejected", "ended": 33,
    "sex": "f", "entry": None, "frequency": 1,
}  # fmt: skip
CUTOFF = 60


def few_slips(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether so few endings come after the cut-off that they are taken for slips; with ten the data are refused."""
    return sum(row["frequency"] for row in rows if (row["ended"] or 0) > CUTOFF) < 10


CASES = st.lists(ROW, min_size=1, max_size=12).filter(few_slips).map(lambda rows: [SURE, *rows])


def polars_frame(frame: pd.DataFrame) -> Any:
    """Polars where it is installed: it counts a dozen rows soonest."""
    try:
        import polars
    except ImportError:
        return frame
    return polars.from_pandas(frame).lazy()


def cases_of(rows: Sequence[dict[str, Any]], *, frequency: bool = True, entry: bool = False) -> CaseData:
    left = [name for name, kept in (("frequency", frequency), ("entry", entry)) if not kept]
    numbered = [{"id": f"{n}", **{k: v for k, v in row.items() if k not in left}} for n, row in enumerate(rows)]
    return wide(numbered, cutoff=CUTOFF, frame=polars_frame)


def part(cases: CaseData, kept: nw.Expr) -> CaseData:
    return cases.with_(milestones=cases.milestones.filter(kept))


def risk(cases: CaseData, by: tuple[str, ...] = ("sex",)) -> RiskTable:
    outcomes = {"verdict": cases.resolve("verdict"), "rejection": cases.resolve("rejection")}
    return risk_table(cases, start="complaint", outcomes=outcomes, by=by)


def cells(table: RiskTable | StageCounts | StratumTable) -> dict[str, Any]:
    """Return everything that a table says, sparse, so that two tables with other strata or days compare."""
    said: dict[str, Any] = {}
    arrays: dict[str, Any]
    if isinstance(table, RiskTable):
        arrays = {f"event {name}": table.events[:, place] for place, name in enumerate(table.outcomes)}
        arrays |= {"censored": table.censored, "entered": table.entered}
        columns = table.days.tolist()
    elif isinstance(table, StageCounts):
        arrays = {f"furthest {name}": table.furthest[:, :, place] for place, name in enumerate(table.endings)}
        arrays |= {"recorded": table.recorded}
        columns = list(table.steps)
    else:
        arrays, columns = {"counts": table.counts}, list(table.cells)
    for name, array in arrays.items():
        for level, row in zip(table.strata.levels, array, strict=True):
            said |= {(name, level, column): n for column, n in zip(columns, row.tolist(), strict=True) if n}
    for reason, counts in table.left_out.items():
        said |= {(reason, level): n for level, n in zip(table.strata.levels, counts.tolist(), strict=True) if n}
    return said


def reduced(cases: CaseData, by: tuple[str, ...] = ("sex",)) -> list[Any]:
    """Return every table of the cases."""
    (aged,) = stage_counts_at_ages(cases, days=(20,), by=by)
    return [risk(cases, by), stage_counts(cases, by=by), aged, outcome_counts(cases, by=by)]


def all_cells(cases: CaseData, by: tuple[str, ...] = ("sex",)) -> list[dict[str, Any]]:
    return [cells(one) for one in reduced(cases, by)]


@settings(max_examples=15)
@given(rows=CASES, split=st.integers(0, 13))
def test_parts_add_up_to_the_whole(rows: list[dict[str, Any]], split: int) -> None:
    cases = cases_of(rows)
    first = nw.col("unit_id").is_in([f"{n}" for n in range(split)])
    one, two = part(cases, first), part(cases, ~first)
    for whole, left, right in zip(reduced(cases), reduced(one), reduced(two), strict=True):
        added = left + right
        assert cells(added) == cells(whole)
        assert added.strata.levels == whole.strata.levels
        if isinstance(whole, RiskTable):
            assert (added.days.tolist(), added.outcomes) == (whole.days.tolist(), whole.outcomes)
            assert np.array_equal(added.events, whole.events)


@settings(max_examples=8)
@given(rows=CASES, order=st.randoms(use_true_random=False))
def test_order_and_repetition_of_rows_change_nothing(rows: list[dict[str, Any]], order: Any) -> None:
    told = all_cells(cases_of(rows))
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert all_cells(cases_of(shuffled)) == told
    repeated = [{**row, "frequency": 1} for row in rows for _ in range(row["frequency"])]
    assert all_cells(cases_of(repeated, frequency=False)) == told


@settings(max_examples=8)
@given(rows=CASES)
def test_groups_pool_and_may_be_renamed(rows: list[dict[str, Any]]) -> None:
    cases = cases_of(rows)
    for split, pooled in zip(all_cells(cases), all_cells(cases, by=()), strict=True):
        merged: dict[Any, Any] = {}
        for key, n in split.items():
            place = (key[0], (), *key[2:])
            merged[place] = merged.get(place, 0) + n
        assert merged == pooled
    names = {"f": "zeta", "m": "alpha", None: None}
    renamed = cases_of([{**row, "sex": names[row["sex"]]} for row in rows])
    levels = {"f": "zeta", "m": "alpha", "not_recorded": "not_recorded"}
    for split, other in zip(all_cells(cases), all_cells(renamed), strict=True):
        assert {(key[0], (levels[key[1][0]],), *key[2:]): n for key, n in split.items()} == other


@settings(max_examples=15)
@given(rows=CASES)
def test_every_unit_is_somewhere(rows: list[dict[str, Any]]) -> None:
    cases = cases_of(rows)
    total = sum(row["frequency"] for row in rows)
    table = risk(cases)
    assert table.units.sum() + sum(one.sum() for one in table.left_out.values()) == total == cases.n_units

    counts = stage_counts(cases, by=("sex",))
    reached = counts.reached
    assert (np.diff(reached, axis=1) <= 0).all()
    assert (counts.recorded <= reached).all()
    # At each step: those that go on, those that ended there in any way, those pending there.
    going_on = np.concatenate([reached[:, 1:], np.zeros((len(reached), 1), dtype=np.int64)], axis=1)
    assert np.array_equal(going_on + counts.furthest.sum(axis=2), reached)
    assert reached[:, 0].sum() == total
    (aged,) = stage_counts_at_ages(cases, days=(20,), by=("sex",))
    assert aged.reached[:, 0].sum() + sum(one.sum() for one in aged.left_out.values()) == total
    assert outcome_counts(cases).counts[:, 1:].sum() == total


@settings(max_examples=8)
@given(rows=CASES)
def test_what_a_reader_is_shown_adds_up(rows: list[dict[str, Any]]) -> None:
    cases = cases_of(rows)
    main = jm.attrition(cases, by="sex", age_months=()).main
    by_key = {key: main[key].tolist() for key in ("sex", "stage", "reached", "lost", "pending")}
    reasons = jm.attrition(cases, by="sex", age_months=()).tables["reasons"]
    ended = list(zip(*[reasons[key].tolist() for key in ("sex", "stage", "outcome", "numerator")], strict=True))
    steps = list(dict.fromkeys(by_key["stage"]))
    for place, (sex, stage, reached) in enumerate(zip(by_key["sex"], by_key["stage"], by_key["reached"], strict=True)):
        decided = sum(n for s, g, how, n in ended if (s, g) == (sex, stage) and how in ("conviction", "acquittal"))
        moved_on = 0 if stage == steps[-1] else by_key["reached"][place + 1]
        assert by_key["lost"][place] + by_key["pending"][place] + decided + moved_on == reached

    answer = jm.cumulative_incidence(cases, by="sex")
    curves = answer.curves
    # of a group that time can be told of nobody in, no share is told
    told = np.where(answer.table.units[:, None] > 0, 1.0, np.nan)
    everybody = np.broadcast_to(told, curves.survival.shape)
    assert curves.incidence.sum(axis=1) + curves.survival == pytest.approx(everybody, nan_ok=True)
    left_out = sum(one.n for one in answer.provenance.left_out)
    assert answer.table.units.sum() + left_out == answer.provenance.units_in


@settings(max_examples=8)
@given(rows=CASES, entry=st.integers(0, 40))
def test_late_entry_changes_no_risk_set_after_it(rows: list[dict[str, Any]], entry: int) -> None:
    """Cases that were watched from the day ``entry`` on tell of later days what all of them tell."""
    dated = [row for row in rows if row["complaint"] is not None]
    full = risk(cases_of(dated), by=())
    late = risk(cases_of([{**row, "entry": row["complaint"] + entry} for row in dated], entry=True), by=())
    sets = [dict(zip(one.days.tolist(), at_risk(one.events, one.censored, one.entered)[0].tolist(), strict=True))
            for one in (full, late)]  # fmt: skip
    later = [day for day in sets[0] if day > entry]
    assert [sets[0][day] for day in later] == [sets[1][day] for day in later]
    assert full.units.sum() == late.units.sum() + late.left_out.get("entry_after_end", np.zeros(1)).sum()


@settings(max_examples=8)
@given(rows=CASES)
def test_an_ending_that_a_group_lacks_is_zero_there(rows: list[dict[str, Any]]) -> None:
    cases = cases_of(rows)
    table = risk_table(cases, start="complaint", outcomes=None, by=("sex",))
    assert table.outcomes == (*classes(cases), "other_ending")
    table = table.trimmed()
    assert table.events.shape == (len(table.strata), len(table.outcomes), len(table.days))
    for place in range(len(table.outcomes)):
        assert table.events[:, place].any()
    curves = aalen_johansen(table.events, at_risk(table.events, table.censored, table.entered))
    never = ~table.events.any(axis=2)
    assert (curves.incidence[never] == 0).all()


class TestStrata:
    def test_nobody_at_all_in_a_question_without_groups(self) -> None:
        cases = cases_of([SURE])
        none = part(cases, nw.col("unit_id") == "nobody")
        grouped = grouped_counts(none, keys={"one": nw.lit(1)})
        assert grouped.strata.levels == ((),)
        assert len(grouped.n) == 0

    def test_groups_are_sorted_and_distinct(self) -> None:
        rows = [{**SURE, "sex": sex} for sex in ("m", None, "f", "m")]
        assert outcome_counts(cases_of(rows), by=("sex",)).strata.levels == (("f",), ("m",), ("not_recorded",))


def test_sums_of_weights_do_not_depend_on_the_order_of_rows() -> None:
    rows = [{**SURE, "ended": 20 + n % 7, "weight": 1 + n * 0.1, "sex": "fm"[n % 2]} for n in range(40)]
    told = [
        risk(cases_of(order)).events.tobytes()
        for order in (rows, rows[::-1], sorted(rows, key=lambda row: row["weight"] % 0.7))
    ]
    assert told[0] == told[1] == told[2]
