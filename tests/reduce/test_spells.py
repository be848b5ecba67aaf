"""Visits of states: what a log or a wide table says of one unit, and what holds whatever the units are."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pytest
from hypothesis import given, settings

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.reduce.spells import spell_table
from justice_metrics.tables import SpellTable
from tests.made_cases import log, wide
from tests.reduce.test_properties import CASES, CUTOFF, cases_of, part

LAST = 500
Visit = tuple[str, str, str, int, int, int, bool]


def visits(cases: CaseData, **given: Any) -> list[Visit]:
    """Return (state, next, state of the evening, since, entry, exit, late) of each cell, sorted; "-" is none."""
    table = spell_table(cases, **given)
    names = (*table.states, "-")
    columns = zip(
        *(
            getattr(table, one).tolist()
            for one in ("from_state", "to_state", "evening", "since", "entry", "exit", "late")
        ),
        strict=True,
    )
    made = [(names[a], names[b], names[c], *rest) for a, b, c, *rest in columns]
    return sorted(made, key=lambda one: (one[3], one[5], one[0]))  # type: ignore[arg-type,return-value]


def left_out(cases: CaseData, **given: Any) -> dict[str, int]:
    return {name: int(counts.sum()) for name, counts in spell_table(cases, **given).left_out.items()}


def one(*events: tuple[str, int | None], cutoff: int = LAST, **more: Any) -> CaseData:
    return log([("a", state, day) for state, day in events], cutoff=cutoff, **more)


class TestOneUnit:
    def test_a_road_to_the_end(self) -> None:
        cases = one(("complaint", 10), ("preliminary", 12), ("charged", 40), ("dismissed", 90))
        assert visits(cases) == [
            ("complaint", "preliminary", "preliminary", 0, -1, 2, False),
            ("preliminary", "charged", "charged", 2, 2, 30, False),
            ("charged", "dismissed", "dismissed", 30, 30, 80, False),
            ("dismissed", "-", "-", 80, 80, 490, False),
        ]

    def test_reopened(self) -> None:
        cases = one(("complaint", 0), ("rejected", 40), ("preliminary", 90), ("charged", 100))
        assert [row[:2] for row in visits(cases)] == [
            ("complaint", "rejected"), ("rejected", "preliminary"), ("preliminary", "charged"), ("charged", "-"),
        ]  # fmt: skip

    def test_annulled_and_tried_again(self) -> None:
        cases = one(
            ("complaint", 0), ("trial", 100), ("convicted", 110), ("appeal", 120), ("trial", 200), ("acquitted", 220),
            ("final_acquittal", 260),
        )  # fmt: skip
        found = visits(cases)
        assert [row[0] for row in found] == [
            "complaint", "trial", "convicted", "appeal", "trial", "acquitted", "final_acquittal",
        ]  # fmt: skip
        assert [row[3] for row in found] == [0, 100, 110, 120, 200, 220, 260]

    def test_several_states_on_one_day(self) -> None:
        cases = one(
            ("complaint", 0), ("preliminary", 0), ("charged", 30), ("accusation", 30), ("trial_preparation", 30)
        )
        assert visits(cases) == [
            ("complaint", "preliminary", "preliminary", 0, -1, 0, False),
            ("preliminary", "charged", "trial_preparation", 0, 0, 30, False),
            ("accusation", "trial_preparation", "trial_preparation", 30, 30, 30, False),
            ("charged", "accusation", "trial_preparation", 30, 30, 30, False),
            ("trial_preparation", "-", "-", 30, 30, 500, False),
        ]

    def test_the_order_of_the_log_goes_before_that_of_the_procedure(self) -> None:
        events = [("a", "complaint", 0, 1), ("a", "convicted", 50, 1), ("a", "appeal", 50, 2), ("a", "trial", 50, 3)]
        assert [row[0] for row in visits(log(events, cutoff=LAST))][-1] == "trial"
        unordered = log([row[:3] for row in events], cutoff=LAST)
        assert visits(unordered)[-1][0] == "appeal"

    def test_a_second_hearing_begins_no_new_visit(self) -> None:
        cases = one(("complaint", 0), ("trial", 50), ("trial", 60), ("trial", 80), ("convicted", 90))
        assert visits(cases)[1] == ("trial", "convicted", "convicted", 50, 50, 90, False)

    def test_what_cannot_follow_an_ending_changes_nothing(self) -> None:
        slip = one(("complaint", 0), ("withdrawn", 40), ("charged", 60), ("accusation", 70))
        assert [row[:2] for row in visits(slip)] == [("complaint", "withdrawn"), ("withdrawn", "-")]
        executed = one(("complaint", 0), ("convicted", 40), ("final_conviction", 60), ("execution", 61))
        assert visits(executed)[-1][:2] == ("final_conviction", "-")

    def test_stages_after_the_cutoff_are_plans(self) -> None:
        cases = one(("complaint", 0), ("charged", 40), ("trial", 600))
        assert visits(cases)[-1] == ("charged", "-", "-", 40, 40, 500, False)

    def test_time_from_another_stage(self) -> None:
        cases = one(("complaint", 0), ("charged", 40), ("accusation", 90))
        assert visits(cases, start="charge") == [
            ("charged", "accusation", "accusation", 0, -1, 50, False),
            ("accusation", "-", "-", 50, 50, 460, False),
        ]

    def test_a_wide_table_says_the_same(self) -> None:
        row = {"id": "a", "complaint": 0, "charged": 40, "accusation": 40, "outcome": "acquitted", "ended": 90}
        events = one(("complaint", 0), ("charged", 40), ("accusation", 40), ("acquitted", 90))
        assert visits(wide([row], cutoff=LAST)) == visits(events)

    def test_seen_late(self) -> None:
        row = {"id": "a", "complaint": 0, "charged": 40, "accusation": 80, "outcome": "pending", "entry": 60}
        assert visits(wide([row], cutoff=LAST)) == [
            ("charged", "accusation", "accusation", 40, 60, 80, True),
            ("accusation", "-", "-", 80, 80, 500, False),
        ]
        on_the_day = visits(wide([{**row, "entry": 40}], cutoff=LAST))
        assert on_the_day[0] == ("charged", "accusation", "accusation", 40, 40, 80, True)
        assert visits(wide([{**row, "entry": -5}], cutoff=LAST))[0][4:] == (-1, 40, False)


@pytest.mark.parametrize(
    ("reason", "events"),
    [
        ("start_undated", [("complaint", None), ("charged", 9)]),
        ("start_after_cutoff", [("complaint", 600)]),
        ("end_undated", [("complaint", 0), ("rejected", None)]),
        ("stage_undated", [("complaint", 0), ("charged", None), ("accusation", 40)]),
        ("end_after_cutoff", [("complaint", 0), ("rejected", 510)]),
        ("before_start", [("complaint", 50), ("charged", 9)]),
    ],
)
def test_left_out(reason: str, events: list[tuple[str, int | None]]) -> None:
    cases = log([*(("a", *event) for event in events), ("z", "complaint", 0)], cutoff=LAST)
    assert left_out(cases) == {reason: 1}
    assert spell_table(cases).units.tolist() == [1]


def test_left_out_of_wide_tables() -> None:
    both = {"complaint": 0, "outcome": "pending"}
    assert left_out(wide([{"id": "a", **both, "verdict": 30}], cutoff=LAST)) == {"verdict_untold": 1}
    assert left_out(wide([{"id": "a", **both, "rejected": 30}], cutoff=LAST)) == {"reopened_undated": 1}
    late = {"id": "a", "complaint": 0, "outcome": "rejected", "ended": 30, "entry": 30}
    assert left_out(wide([late, {**late, "id": "b", "entry": 29}], cutoff=LAST)) == {"entry_after_end": 1}
    assert left_out(wide([{"id": "a", "complaint": 0, "charged": None}, {"id": "b", "complaint": 0, "charged": 4}],
                         cutoff=LAST), start="charge") == {"not_started": 1}  # fmt: skip


def test_a_start_without_a_date_is_refused() -> None:
    with pytest.raises(QuestionError, match="No case has a date"):
        spell_table(wide([{"id": "a", "complaint": 0}], cutoff=LAST), start="trial")


def test_members_that_became_one_count_by_their_first_days() -> None:
    rows = [
        {"id": "1", "case_id": "x", "complaint": 0, "charged": 20, "outcome": "convicted", "ended": 90},
        {"id": "2", "case_id": "x", "complaint": 5, "charged": 10, "outcome": "pending", "ended": None},
    ]
    merged = wide(rows, cutoff=LAST).to_unit("case", principal=("conviction", "pending"))
    assert [row[:2] + row[3:4] for row in visits(merged)] == [
        ("complaint", "charged", 0), ("charged", "convicted", 10), ("convicted", "-", 90),
    ]  # fmt: skip


def test_linked_visits_and_clusters() -> None:
    rows = [
        {"id": i, "complaint": 0, "charged": 20 + i, "court": "ab"[i % 2], "sex": "fm"[i // 2 % 2], "frequency": 1 + i}
        for i in range(4)
    ]
    cases = wide(rows, cutoff=LAST)
    table = spell_table(cases, linked=True)
    assert table.unit is not None
    assert sorted(np.bincount(table.unit).tolist()) == [2, 2, 2, 2]
    assert table.n.sum() == 2 * (1 + 2 + 3 + 4)
    clustered = spell_table(cases, by=("sex",), cluster="court")
    assert clustered.cluster is not None
    assert len(set(clustered.cluster.tolist())) == 2
    assert clustered.strata.levels == (("f",), ("m",))
    assert clustered.units.tolist() == [3, 7]


# -------------------------------------------------------------------------------------------------------- properties


def cells(table: SpellTable) -> dict[Any, float]:
    said: dict[Any, float] = {}
    columns = (table.from_state, table.to_state, table.evening, table.since, table.entry, table.exit, table.late)
    for place, n in enumerate(table.n.tolist()):
        key = (table.strata.levels[table.stratum[place]], *(int(one[place]) for one in columns))
        said[key] = said.get(key, 0) + n
    for reason, counts in table.left_out.items():
        said |= {(level, reason): n for level, n in zip(table.strata.levels, counts.tolist(), strict=True) if n}
    return said


@given(CASES)
@settings(max_examples=10)
def test_every_unit_is_in_it_or_left_out_with_a_reason(rows: list[dict[str, Any]]) -> None:
    for entry in (False, True):
        cases = cases_of(rows, entry=entry)
        table = spell_table(cases, by=("sex",))
        out = sum(counts.sum() for counts in table.left_out.values())
        assert table.units.sum() + out == cases.n_units
        assert (table.entry <= table.exit).all()
        same_day = table.entry == table.exit
        assert (table.since[same_day] == table.exit[same_day]).all()


@given(CASES)
@settings(max_examples=10)
def test_parts_add_up(rows: list[dict[str, Any]]) -> None:
    cases = cases_of(rows)
    first = nw.col("unit_id").cast(nw.Int64) % 2 == 0
    whole = spell_table(cases, by=("sex",))
    assert cells(spell_table(part(cases, first), by=("sex",)) + spell_table(part(cases, ~first), by=("sex",))) == cells(
        whole
    )


@given(CASES)
@settings(max_examples=6)
def test_a_frequency_is_the_row_so_often(rows: list[dict[str, Any]]) -> None:
    often = [row for row in rows for _ in range(row["frequency"])]
    assert cells(spell_table(cases_of(rows))) == cells(spell_table(cases_of(often, frequency=False)))


def test_cutoff_of_the_properties() -> None:
    assert CUTOFF == 60
