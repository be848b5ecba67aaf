"""The simulated practice: what the tables know is taken from them, the rest follows its chances."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.simulate.attention import closed_days, days_of
from justice_metrics.simulate.extracts import COHORT, Extract, child_tables
from justice_metrics.simulate.practice import (
    CHANCES,
    NOT_DOCUMENTED,
    TIMED,
    WRONGS,
    Practice,
    kept_chance,
    met_share,
    practice_of,
    second_round,
)
from justice_metrics.simulate.register import OUTCOMES, Table


@pytest.fixture(scope="module")
def children(cohort: Extract) -> dict[str, Table]:
    return child_tables(cohort.cases, COHORT.cutoff)


@pytest.fixture(scope="module")
def practice(cohort: Extract, children: dict[str, Table]) -> Practice:
    return practice_of(cohort.cases, cohort.support, children, day_number(COHORT.cutoff))


def test_every_item_of_the_shipped_checklist_is_answered_in_its_own_way(practice: Practice) -> None:
    checklist = read_checklist("child_sexual_assault")
    assert set(practice.told) == set(practice.done) == set(checklist.ids)
    assert {one.id for one in checklist.items if one.kind == "answer" and one.met == "no"} == set(WRONGS)
    for one in checklist.items:
        kinds = {type(value) for value in practice.told[one.id]}
        assert kinds <= ({str} if one.kind == "answer" else {int, type(None)}), one.id


def test_the_same_every_time_and_nothing_given_is_changed(cohort: Extract, children: dict[str, Table]) -> None:
    before = copy.deepcopy((cohort.cases, cohort.support, children))
    first = practice_of(cohort.cases, cohort.support, children, day_number(COHORT.cutoff))
    again = practice_of(cohort.cases, cohort.support, children, day_number(COHORT.cutoff))
    assert (first.done, first.told) == (again.done, again.told)
    assert all((first.act_day[item] == again.act_day[item]).all() for item in first.act_day)
    assert (cohort.cases, cohort.support, children) == before


def test_items_that_the_tables_answer_agree_with_them(
    cohort: Extract, children: dict[str, Table], practice: Practice
) -> None:
    numbers = cohort.cases["numero_caso"]
    heard = children["statements"]["numero_caso"]
    assert practice.done["statements_taken"][:50] == [heard.count(number) for number in numbers[:50]]
    ordered = {
        number
        for number, day in zip(children["measures"]["numero_caso"], children["measures"]["resolucion"], strict=True)
        if day
    }
    assert [one == "yes" for one in practice.done["protection_ordered"]] == [number in ordered for number in numbers]
    recorded = np.array(practice.done["recorded_interview"])
    friendly = np.array(practice.done["child_friendly_space"])
    assert (friendly[recorded == "yes"] == "yes").all()
    days = practice.done["protection_days"]
    assert all((one is None) == (number not in ordered) for one, number in zip(days, numbers, strict=True))


def test_standards_are_kept_as_often_as_was_chosen(cohort: Extract, practice: Practice) -> None:
    everybody = np.ones(len(cohort.cases["numero_caso"]), dtype=bool)
    for item in set(CHANCES) - {"child_friendly_space"}:
        applies = np.isin(practice.done[item], ("yes", "no"))
        chance = kept_chance(item, cohort.cases)[applies]
        expected, spread = chance.mean(), math.sqrt((chance * (1 - chance)).sum()) / applies.sum()
        assert abs(met_share(practice, item, everybody, told=False) - expected) < 3.7 * spread, item


def test_the_second_round_differs_by_the_change_that_was_chosen(cohort: Extract) -> None:
    later = second_round(cohort.cases)
    assert later.mean() == pytest.approx(0.5, abs=0.05)
    for item in ("victim_informed", "support_person"):
        chance = kept_chance(item, cohort.cases)
        same = np.array(cohort.cases["juzgado"]) == "Tribunal de Sentencia N° 1 de La Paz"
        difference = chance[same & later].mean() - chance[same & ~later].mean()
        assert difference == pytest.approx(CHANCES[item].change)


def test_thin_files_tell_less_and_practice_does_not_move_the_case(cohort: Extract, practice: Practice) -> None:
    rejected = np.array(cohort.cases["forma_conclusion"]) == OUTCOMES["rejected"]
    silent = np.array(practice.told["victim_informed"]) == NOT_DOCUMENTED
    assert silent[rejected].mean() > 1.5 * silent[~rejected].mean()
    done = [met_share(practice, "victim_informed", among, told=False) for among in (rejected, ~rejected)]
    assert abs(done[0] - done[1]) < 0.08


def test_acts_are_dated_while_the_case_is_open(cohort: Extract, practice: Practice) -> None:
    complaint, end = days_of(cohort.cases["fecha_denuncia"]), closed_days(cohort.cases, day_number(COHORT.cutoff))
    settled = {one.id for one in read_checklist("child_sexual_assault").items if one.settled}
    yes_or_no = {item for item in practice.told if item not in TIMED and item != "statements_taken"}
    assert set(practice.act_day) == yes_or_no - settled
    for item, day in practice.act_day.items():
        there = day >= 0
        assert (np.array(practice.told[item])[there] == "yes").all()
        assert (day[there] >= complaint[there]).all(), item
        # doctors and those who support go on after a complaint is rejected or a verdict is given
        if item not in {"forensic_examination", "legal_representation", "child_defender"}:
            assert (day[there] <= end[there]).all(), item
    waits = practice.told["forensic_examination_days"]
    day = practice.act_day["forensic_examination"]
    assert [one is None for one in waits] == (day < 0).tolist()
    assert [one for one in waits if one is not None] == (day - complaint)[day >= 0].tolist()


def test_where_an_item_does_not_apply_it_is_not_asked(cohort: Extract, practice: Practice) -> None:
    charged = [day is not None for day in cohort.cases["fecha_imputacion"]]
    assert [one != "not_applicable" for one in practice.told["anticipated_evidence"]] == charged
