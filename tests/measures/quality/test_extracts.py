"""Two extracts of one register, made so that every kind of change stands in them once and can be counted by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.cut import cut_at
from justice_metrics.measures.quality.extracts import ExtractComparison, compare_extracts
from justice_metrics.measures.quality.extracts_effect import STEPS
from justice_metrics.measures.quality.extracts_tables import Changes, appeared_table, changes_of, changes_table
from justice_metrics.publish.record import as_json
from justice_metrics.reduce.extract_ids import paired
from justice_metrics.reduce.extracts import extracts_of, outcome_changes
from tests.made_cases import frame_of, log, on, wide, wide_mapping

Row = dict[str, Any]


def row(unit: str, complaint: int | None, outcome: str = "pending", ended: int | None = None, **more: Any) -> Row:
    made = {"id": unit, "complaint": complaint, "charged": None, "outcome": outcome, "ended": ended, "office": "north"}
    return {**made, **more}


# Cut-off 100.
EARLIER = [
    row("open", 0),
    row("closed", 0, "rejected", 50),
    row("gone", 0, "convicted", 60),
    row("ends since", 0),
    row("ended before", 0),
    row("reopened", 0, "rejected", 40),
    row("retold", 0, "rejected", 40),
    row("anew", 0, "rejected", 40),
    row("Spelt-1", 10, charged=20, office="south"),
    row("dated", 10, charged=30),
]
# Cut-off 200.
LATER = [
    row("open", 0),
    row("closed", 0, "rejected", 50),
    row("ends since", 0, "convicted", 150),
    row("ended before", 0, "convicted", 90),
    row("reopened", 0),
    row("retold", 0, "withdrawn", 40),
    row("anew", 0, "convicted", 180),
    row("spelt 1", 10, charged=20, office="centre"),
    row("dated", 10, charged=37),
    row("late", 80, "convicted", 95),
    row("young", 120),
    row("no start", None),
]


def wide_of(rows: list[Row], cutoff: int) -> CaseData:
    return wide(rows, cutoff=cutoff, frame=pl.from_pandas)


def changes(earlier: CaseData, later: CaseData, registered: str | None = None) -> Changes:
    return changes_of(extracts_of(earlier, later), by=(), registered=registered)


@pytest.fixture(scope="module")
def found() -> ExtractComparison:
    return compare_extracts(wide(EARLIER, cutoff=100), wide(LATER, cutoff=200))


def figure(found: ExtractComparison, indicator: str) -> dict[str, tuple[float, float]]:
    one = found.effect.shares[indicator]
    return {step: (each.numerator, each.denominator) for step, each in zip(STEPS, one, strict=True)}


class TestChanges:
    def test_each_change_is_counted_once(self, found: ExtractComparison) -> None:
        main = found.main
        counted = dict(zip(main["change"].tolist(), main["n"].tolist(), strict=True))
        assert counted == {
            "in_both": 9,
            "vanished": 1,
            "joined": 0,
            "respelled": 1,
            "new": 1,
            "late": 1,
            "start_undated": 1,
            "ended_since": 1,
            "ended_late": 1,
            "ended_undated": 0,
            "reopened": 1,
            "ended_anew": 1,
            "reclassified": 1,
            "dates_changed": 1,
            "dates_filled": 0,
            "dates_blanked": 0,
            "attributes_changed": 1,
            "attributes_filled": 0,
            "attributes_blanked": 0,
        }
        base = dict(zip(main["of"].tolist(), main["denominator"].tolist(), strict=True))
        assert base == {"earlier": 10, "later": 12, "in_both": 9}

    def test_the_outcomes_of_those_in_both_add_up(self, found: ExtractComparison) -> None:
        table = found.tables["outcomes"]
        assert table["n"].sum() == 9
        rows = {
            (one, other): (kind, n)
            for one, other, kind, n in zip(
                table["earlier"], table["later"], table["change"], table["n"].tolist(), strict=True
            )
        }
        assert rows["rejected", "withdrawn"] == ("reclassified", 1)
        assert rows["rejected", "pending"] == ("reopened", 1)
        assert rows["rejected", "convicted"] == ("ended_anew", 1)
        assert rows["rejected", "rejected"] == ("same_ending", 1)

    def test_dates_that_moved_say_by_how_much(self, found: ExtractComparison) -> None:
        table = found.tables["dates"]
        at = table["date"].tolist().index("first__charged")
        assert table["changed"][at] == 1
        assert table["later_by_now"][at] == 1
        assert table["median_days"][at] == 7
        assert table["denominator"][at] == 2

    def test_an_attribute_told_anew(self, found: ExtractComparison) -> None:
        table = found.tables["attributes"]
        assert (table["changed"].tolist(), table["denominator"].tolist()) == ([1], [9])

    def test_by_group_the_parts_add_up_to_the_whole(self, found: ExtractComparison) -> None:
        two = extracts_of(wide_of(EARLIER, 100), wide_of(LATER, 200), by=("office",))
        main = changes_table(changes_of(two, by=("office",), registered=None), ("office",))
        for change in set(found.main["change"]):
            whole = found.main["n"][found.main["change"] == change].sum()
            assert main["n"][main["change"] == change].sum() == whole
        south = (main["office"] == "south") & (main["change"] == "respelled")
        assert main["n"][south].tolist() == [1]

    def test_no_id_leaves(self, found: ExtractComparison) -> None:
        text = found.summary() + found.summary("es") + "".join(found.to_frame(one).to_csv() for one in found.tables)
        assert not any(one["id"] in text for one in LATER if one["id"] in {"gone", "Spelt-1", "spelt 1", "young"})

    def test_a_case_joined_since_has_not_vanished(self) -> None:
        rows = [{**one, "into": "open" if one["id"] == "dated" else None} for one in LATER]
        table = frame_of(rows)
        mapping = wide_mapping([one for one in table.columns if one != "into"], cutoff=200)
        later = CaseData.from_frame(table, {**mapping, "joined": {"into": "into"}})
        told = changes(wide_of(EARLIER, 100), later)
        assert (told.total("vanished"), told.total("joined"), told.total("in_both")) == (1, 1, 8)

    def test_those_the_earlier_extract_missed_are_told_apart(self) -> None:
        types = {"written": "date"}
        first = [{**one, "written": "2015-01-02"} for one in EARLIER]
        day = {"late": "2015-02-01", "young": "2015-05-05"}
        second = [{**one, "written": day.get(one["id"], "2015-01-02")} for one in LATER]
        told = changes(wide(first, cutoff=100, types=types), wide(second, cutoff=200, types=types), "written")
        assert (told.total("missed"), told.total("late")) == (1, 0)
        with pytest.raises(QuestionError, match="not a date attribute of the later extract"):
            compare_extracts(wide_of(EARLIER, 100), wide_of(LATER, 200), registered="written")

    def test_a_row_that_stands_for_several_counts_them(self, found: ExtractComparison) -> None:
        first = [{**one, "frequency": 2} for one in EARLIER]
        second = [{**one, "frequency": 2} for one in LATER]
        twice = changes(wide_of(first, 100), wide_of(second, 200))
        assert {one: twice.total(one) for one in twice.n} == {
            one: 2 * found.changes.total(one) for one in found.changes.n
        }

    def test_a_row_that_stands_for_more_than_before_is_refused(self) -> None:
        first = [row("a", 0, frequency=2), row("b", 0, frequency=2)]
        second = [row("a", 0, frequency=3), row("b", 0, frequency=2)]
        with pytest.raises(CaseDataError, match="1 row stands for more or fewer units"):
            compare_extracts(wide_of(first, 100), wide_of(second, 200))


class TestEffect:
    def test_each_step_changes_what_it_says(self, found: ExtractComparison) -> None:
        assert figure(found, "convicted complaint") == {
            "earlier": (1, 10),
            "vanished": (0, 9),
            # one had been convicted before, which was written down later; two convictions lie after the day
            "revised": (1, 9),
            "late": (2, 10),
            "followed": (4, 10),
            "new": (4, 12),
        }
        # the two that were ended then and reopened since were not open on that day
        assert figure(found, "pending")["late"] == (4, 10)

    @pytest.mark.parametrize(("again", "pending"), [(None, 1), (150, 1), (90, 2)])
    def test_a_case_reopened_since_was_ended_on_the_earlier_day(self, again: int | None, pending: int) -> None:
        """Unless a date says that it was open again by then."""
        day = on(again)
        first = [row("a", 0, "rejected", 50, reopened_day=None), row("b", 0, reopened_day=None)]
        second = [row("a", 0, reopened_day=day), row("b", 0, reopened_day=None)]
        types = {"reopened_day": "date"}
        found = compare_extracts(wide(first, cutoff=100, types=types), wide(second, cutoff=200, types=types))
        numbers = {step: one[0] for step, one in figure(found, "pending").items()}
        assert numbers == {"earlier": 1, "vanished": 1, "revised": pending, "late": pending, "followed": 2, "new": 2}
        assert found.changes.total("reopened") == 1
        assert sum("had ended in the earlier extract" in str(one) for one in found.notes) == 2 - pending

    def test_a_start_moved_over_the_cut_off_and_one_without_a_date_come_last(self) -> None:
        first = [row("a", 0), row("b", 0)]
        second = [row("a", 150, "convicted", 180), row("b", 0), row("c", None, "convicted", 180)]
        found = compare_extracts(wide_of(first, 100), wide_of(second, 200))
        assert {step: one[1] for step, one in figure(found, "convicted complaint").items()} == {
            "earlier": 2,
            "vanished": 2,
            "revised": 1,
            "late": 1,
            "followed": 1,
            "new": 3,
        }
        told = "in the earlier one: 1; units added without a date of the start: 1"
        assert any(told in str(one) for one in found.notes)

    def test_the_differences_add_up_to_the_whole(self, found: ExtractComparison) -> None:
        table = found.tables["effect"]
        for indicator in set(table["indicator"]):
            rows = table["indicator"] == indicator
            estimate, step = table["estimate"][rows], table["difference"][rows]
            if np.isfinite(estimate).all():
                assert np.nansum(step) == pytest.approx(estimate[-1] - estimate[0])

    def test_what_was_published_is_what_the_question_answers(self, found: ExtractComparison) -> None:
        rates = jm.conviction_rates(wide_of(EARLIER, 100), per="complaint").main
        assert found.effect.shares["convicted complaint"][0].estimate == rates["estimate"][0]

    def test_an_extract_beside_itself_changes_nothing(self) -> None:
        same = compare_extracts(wide_of(LATER, 200), wide_of(LATER, 200))
        changed = [one for one in same.changes.n if one != "in_both" and same.changes.total(one)]
        assert changed == []
        difference = same.tables["effect"]["difference"]
        assert np.nanmax(np.abs(difference)) == 0
        assert any("the same by the later extract" in str(one) for one in same.findings())

    def test_a_program_can_read_it(self, found: ExtractComparison) -> None:
        text = json.dumps(as_json([found], "es"), allow_nan=False)
        assert all(f'"{one}"' in text for one in found.tables)

    def test_it_is_drawn(self, found: ExtractComparison) -> None:
        assert np.size(found.plot().lines[0].get_xdata()) == 3 * len(found.effect.shares)
        assert np.size(found.draw("changes", language="es").lines[0].get_xdata()) == 18


class TestColumnsAndLevels:
    def test_a_column_and_a_level_that_only_one_has(self) -> None:
        first = [row(str(i), 0, office="old" if i < 12 else "kept", court="x") for i in range(20)]
        now = ["renamed"] * 12 + ["kept"] * 7 + ["only once"]
        second = [row(str(i), 0, office=one) for i, one in enumerate(now)]
        table = appeared_table(extracts_of(wide_of(first, 100), wide_of(second, 200)))
        columns = [table[one].tolist() for one in ("holds", "column", "level", "where", "n")]
        rows = set(zip(*columns, strict=True))
        assert rows == {
            ("attribute", "court", "", "earlier", 20),
            ("level", "office", "old", "earlier", 12),
            ("level", "office", "renamed", "later", 12),
            # fewer than ten hold it: it can speak of a person, and is not named
            ("level", "office", "rare", "later", 1),
        }


class TestCut:
    def test_an_event_log_is_followed_again(self) -> None:
        events = [("a", "complaint", 0), ("a", "rejected", 50), ("a", "charged", 150), ("b", "complaint", 120)]
        cases = log(events, cutoff=200)
        cut = cut_at(cases, cases.cutoff_day - 100)
        rows = {one["unit_id"]: one for one in cut.milestones.collect().to_arrow().to_pylist()}
        # open again today, but it was closed on that day
        assert (set(rows), rows["a"]["outcome"], rows["a"]["first__charged"]) == ({"a"}, "rejected", None)
        assert (cut.n_units, cut.cutoff_day) == (1, cases.cutoff_day - 100)
        whole = cut_at(cases, cases.cutoff_day)
        assert whole.milestones.sort("unit_id").collect().select("outcome", "first__charged").rows() == (
            cases.milestones.sort("unit_id").collect().select("outcome", "first__charged").rows()
        )

    def test_a_wide_table_forgets_what_came_later(self) -> None:
        cases = wide(
            [row("a", 0, "convicted", 150, charged=40), row("b", 120)],
            cutoff=200,
            support=[("a", "lawyer", 10, 130), ("a", "lawyer", 140, None)],
        )
        cut = cut_at(cases, cases.cutoff_day - 100)
        (one,) = cut.milestones.collect().to_arrow().to_pylist()
        assert (one["outcome"], one["outcome_day"], one["first__convicted"]) == (None, None, None)
        assert one["first__charged"] is not None
        assert cut.support is not None
        (spell,) = cut.support.collect().to_arrow().to_pylist()
        assert spell["end_day"] is None


class TestIds:
    def test_another_spelling_is_found_when_it_is_the_only_one(self) -> None:
        pairs = paired(["LP-1", "LP 001", "x"], ["lp1", "y"])
        assert pairs.place.tolist() == [0, -1, -1]
        assert paired(["A-1", "a 1"], ["a1"]).place.tolist() == [-1, -1]
        assert paired(["2016-001"], ["20161", "2016-1"]).place.tolist() == [1]

    def test_what_parts_two_numbers_tells_two_cases_apart(self) -> None:
        assert paired(["1-12/2016"], ["11-2/2016"]).place.tolist() == [-1]
        assert paired(["1-12/2016"], ["1 12 - 2016"]).respelled.tolist() == [True]

    def test_an_id_that_is_found_again_is_a_rival_too(self) -> None:
        # "A 1" may be that of "A-1", which stands in both
        assert paired(["A-1", "A 1"], ["A-1", "a1"]).place.tolist() == [0, -1]
        assert paired(["A/1"], ["a1", "A-1"]).place.tolist() == [-1]
        assert paired(["a1", "B-1", "b-01"], ["b1", "B-1"]).place.tolist() == [-1, 1, -1]

    def test_another_spelling_that_begins_on_another_day_is_another_case(self) -> None:
        days = (np.array([3.0, 5.0, np.nan]), np.array([3.0, 6.0, 7.0]))
        pairs = paired(["A-1", "B-1", "C-1"], ["a1", "b1", "c1"], days)
        assert (pairs.place.tolist(), pairs.doubtful) == ([0, -1, 2], 1)

    def test_vanished_cases_are_not_hidden_by_new_ones_whose_ids_look_alike(self) -> None:
        ids = [f"{court}-{number}/2016" for court in (1, 11) for number in range(1, 23)]
        gone = {"1-12/2016", "11-2/2016", "1-5/2016"}
        first = [row(one, 10) for one in ids if one != "11-22/2016"]
        second = [row(one, 10) for one in ids if one not in gone] + [row("1 - 5 / 2016", 70)]
        found = compare_extracts(wide_of(first, 100), wide_of(second, 200))
        wanted = {"vanished": 3, "respelled": 0, "dates_changed": 0, "late": 2}
        assert {one: found.changes.total(one) for one in wanted} == wanted
        assert sum("begins there on another day" in str(one) for one in found.notes) == 1

    def test_the_very_id_goes_before_another_spelling(self) -> None:
        assert paired(["a-1", "A1"], ["A1", "a-1"]).place.tolist() == [1, 0]

    def test_nothing_in_common_is_refused(self) -> None:
        with pytest.raises(CaseDataError, match="No id of the earlier extract"):
            compare_extracts(wide_of([row("p", 0)], 100), wide_of([row("q", 0)], 200))


class TestRefusals:
    def test_the_wrong_way_round(self) -> None:
        with pytest.raises(QuestionError, match="Hand over the earlier extract first"):
            compare_extracts(wide_of(LATER, 200), wide_of(EARLIER, 100))

    def test_another_unit(self) -> None:
        with pytest.raises(QuestionError, match="One extract counts"):
            compare_extracts(wide(EARLIER, cutoff=100, unit="victim"), wide_of(LATER, 200))

    def test_another_procedure(self) -> None:
        rows = [{"id": "p", "complaint": 0}]
        with pytest.raises(QuestionError, match="follows the procedure"):
            compare_extracts(wide(rows, cutoff=100), wide(rows, cutoff=200, procedure="common_law"))

    def test_no_such_attribute(self) -> None:
        with pytest.raises(QuestionError, match="Did you mean 'office'"):
            compare_extracts(wide_of(EARLIER, 100), wide_of(LATER, 200), by="ofice")


def test_the_number_of_changes_is_the_number_planted() -> None:
    """A register drawn at random, then changed by a known number of cases of each kind."""
    rng = np.random.default_rng(6)
    n = 400
    start = rng.integers(0, 90, n).tolist()
    rows = [row(f"c{i}", start[i], *(("rejected", 95) if i % 2 else ("pending", None))) for i in range(n)]
    later = [dict(one) for one in rows]
    order = rng.permutation(n)
    ended, opened = [i for i in order if i % 2], [i for i in order if i % 2 == 0]
    for i in ended[:17]:
        later[i].update(outcome="withdrawn")
    for i in ended[17:30]:
        later[i].update(outcome="pending", ended=None)
    for i in opened[:11]:
        later[i].update(outcome="convicted", ended=99)
    kept = [one for place, one in enumerate(later) if place not in set(opened[11:34])]
    kept += [row(f"late{i}", 50) for i in range(9)] + [row(f"new{i}", 150) for i in range(5)]
    found = changes(wide_of(rows, 100), wide_of(kept, 200))
    wanted = {"reclassified": 17, "reopened": 13, "ended_late": 11, "vanished": 23, "late": 9, "new": 5}
    assert {one: found.total(one) for one in wanted} == wanted


def test_every_outcome_has_one_change() -> None:
    two = extracts_of(wide_of(EARLIER, 100), wide_of(LATER, 200))
    together = np.sum([one.astype(int) for one in outcome_changes(two).values()], axis=0)
    assert together.tolist() == [1] * 9
