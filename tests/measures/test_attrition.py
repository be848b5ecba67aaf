"""How far cases come, by hand: pending, skipped stages, ages, weights."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.table import Table
from tests.made_cases import log, wide

# Lost at once; pending when charged; dismissed; accused without a charge; convicted; young and pending.
SIX = [
    {"id": "a", "complaint": 0, "charged": None, "accusation": None, "outcome": "rejected", "ended": 50},
    {"id": "b", "complaint": 0, "charged": 30, "accusation": None, "outcome": "pending", "ended": None},
    {"id": "c", "complaint": 0, "charged": 20, "accusation": None, "outcome": "dismissed", "ended": 150},
    {"id": "d", "complaint": 0, "charged": None, "accusation": 90, "outcome": "pending", "ended": None},
    {"id": "e", "complaint": 0, "charged": 10, "accusation": 60, "outcome": "convicted", "ended": 200},
    {"id": "f", "complaint": 950, "charged": None, "accusation": None, "outcome": "pending", "ended": None},
]
STEPS = ["complaint", "charged", "accusation", "verdict", "final_verdict"]


def rows(table: Table, *columns: str) -> list[tuple[Any, ...]]:
    return list(zip(*[table[one].tolist() for one in columns], strict=True))


def test_steps_by_hand() -> None:
    main = jm.attrition(wide(SIX), age_months=()).main
    assert main["stage"].tolist() == STEPS
    assert main["reached"].tolist() == [6, 4, 2, 1, 0]
    assert main["denominator"].tolist() == [6] * 5
    assert main["recorded"].tolist() == [6, 3, 2, 1, 0]  # the accusation of "d" shows the charge that no one wrote down
    assert main["lost"].tolist() == [1, 1, 0, 0, 0]
    assert main["pending"].tolist() == [1, 1, 1, 0, 0]
    assert main["estimate"].tolist() == [float(one) for one in (1, Fraction(4, 6), Fraction(2, 6), Fraction(1, 6), 0)]
    assert main["stage_share"].tolist()[:4] == [float(one) for one in (Fraction(1, 6), Fraction(1, 4), 0, 0)]
    assert np.isnan(main["stage_share"][4])
    assert main["cumulative_share"] == pytest.approx(
        [float(one) for one in (0, Fraction(2, 6), Fraction(4, 6), Fraction(5, 6), 1)]
    )


def test_reasons_say_where_and_how() -> None:
    reasons = jm.attrition(wide(SIX), age_months=()).tables["reasons"]
    assert rows(reasons, "stage", "outcome", "numerator", "denominator") == [
        ("complaint", "rejection", 1, 6),
        ("complaint", "pending", 1, 6),
        ("charged", "dismissal", 1, 4),
        ("charged", "pending", 1, 4),
        ("accusation", "pending", 1, 2),
        ("verdict", "conviction", 1, 1),
    ]
    assert reasons["cumulative_share"].tolist() == [1 / 6] * 6


def test_at_a_fixed_age_young_cases_are_left_out_and_counted() -> None:
    answer = jm.attrition(wide(SIX), age_months=(3,))  # 91 days
    ages = answer.tables["ages"]
    assert rows(ages, "months", "stage", "numerator", "denominator") == [
        (3, "complaint", 5, 5),
        (3, "charged", 4, 5),
        (3, "accusation", 2, 5),
        (3, "verdict", 0, 5),
        (3, "final_verdict", 0, 5),
    ]
    assert "At 3 months: 1 left out (not old enough at the cut-off)." in [str(one) for one in answer.notes]


def test_the_last_day_of_an_age_belongs_to_it() -> None:
    cases = wide([{"id": "a", "complaint": 0, "charged": 91}, {"id": "b", "complaint": 0, "charged": 92}])
    assert jm.attrition(cases, age_months=(3,)).tables["ages"]["numerator"].tolist()[:2] == [2, 1]


def test_a_case_as_old_as_the_age_at_the_cutoff_counts() -> None:
    cases = wide([{"id": "a", "complaint": 909}, {"id": "b", "complaint": 910}], cutoff=1000)
    assert jm.attrition(cases, age_months=(3,)).tables["ages"]["denominator"].tolist()[0] == 1


def test_a_step_that_no_column_speaks_of_is_no_step() -> None:
    steps = jm.attrition(wide([{"id": "a", "complaint": 0, "trial": 50}])).main["stage"].tolist()
    assert steps == ["complaint", "trial"]


def test_reached_means_ever_visited() -> None:
    # convicted, annulled, tried again and still on trial: it reached a verdict, and is pending there
    cases = log([("a", "complaint", 0), ("a", "trial", 10), ("a", "convicted", 20), ("a", "trial", 30)])
    main = jm.attrition(cases, age_months=()).main
    assert dict(rows(main, "stage", "reached")) == {"complaint": 1, "trial": 1, "verdict": 1}
    assert dict(rows(main, "stage", "pending"))["verdict"] == 1


def test_by_groups_has_a_row_per_group_and_step() -> None:
    cases = wide([{**row, "sex": "f" if row["id"] in "abc" else None} for row in SIX])
    main = jm.attrition(cases, by="sex", age_months=()).main
    assert rows(main, "sex", "stage", "reached") == [
        *(("f", "complaint", 3), ("f", "charged", 2), ("f", "accusation", 0), ("f", "verdict", 0)),
        ("f", "final_verdict", 0),
        *(("not_recorded", "complaint", 3), ("not_recorded", "charged", 2), ("not_recorded", "accusation", 2)),
        *(("not_recorded", "verdict", 1), ("not_recorded", "final_verdict", 0)),
    ]


def test_weights_count_and_take_the_intervals_away() -> None:
    cases = wide([{**row, "weight": weight} for row, weight in zip(SIX, (1.5, 1, 1, 2.5, 1, 1), strict=True)])
    answer = jm.attrition(cases, age_months=(3,))
    assert answer.main["reached"].tolist() == [8.0, 5.5, 3.5, 1.0, 0.0]
    assert answer.main["estimate"].tolist()[:2] == [1.0, 5.5 / 8]
    for table in ("main", "ages"):
        assert np.isnan(answer.tables[table]["conf_low"]).all()
        assert np.isnan(answer.tables[table]["conf_high"]).all()
    assert any("Weighted by the sampling weights" in str(one) for one in answer.notes)


def test_a_frequency_is_so_many_rows() -> None:
    twice = [{**row, "frequency": 2} for row in SIX]
    one, two = jm.attrition(wide(twice)), jm.attrition(wide([*SIX, *[{**row, "id": row["id"] * 2} for row in SIX]]))
    assert one.main["reached"].tolist() == two.main["reached"].tolist() == [12, 8, 4, 2, 0]
    assert one.main["conf_low"].tolist() == two.main["conf_low"].tolist()
    assert one.provenance.units_in == two.provenance.units_in == 12


def test_findings_are_sentences_with_numbers() -> None:
    said = [str(one) for one in jm.attrition(wide(SIX)).findings()]
    assert "Of 6 cases, 4 (66.67\xa0%) reached formal charge, 2 (33.33\xa0%) reached accusation" in said[0]
    assert "1 of the 6 that had come so far (16.7\xa0%)" in said[1]
    assert said[-1] == "3 of 6 (50.0\xa0%) were still pending at the cut-off; they are not counted as lost."


def test_nobody_lost() -> None:
    said = [str(one) for one in jm.attrition(wide([{"id": "a", "complaint": 0, "charged": 3}])).findings()]
    assert "No case was lost." in said


@pytest.mark.parametrize("word", ["sexo", "unit_id", "outcome"])
def test_what_cannot_split_cases_is_refused(word: str) -> None:
    cases = wide([{"id": "a", "complaint": 0, "sex": "f"}])
    with pytest.raises(QuestionError, match=f"'{word}' is not an attribute") as error:
        jm.attrition(cases, by=word)
    assert error.value.remedy is not None


def test_too_many_groups_are_refused_without_naming_one() -> None:
    cases = wide([{"id": str(n), "complaint": 0, "town": f"town {n}"} for n in range(1_001)])
    with pytest.raises(QuestionError, match="makes 1,001 groups; at most 1,000") as error:
        jm.attrition(cases, by="town")
    assert "town 7" not in str(error.value)


def test_a_group_of_one_case_is_neither_best_nor_worst() -> None:
    rows = [
        {"id": f"c{n}", "day": "2016-01-01", "verdict": "2016-06-01" if n % 3 else None, "dept": "North"}
        for n in range(60)
    ]
    rows += [{"id": f"s{n}", "day": "2016-01-01", "verdict": None, "dept": "South"} for n in range(40)]
    rows += [{"id": "one", "day": "2016-01-01", "verdict": "2016-02-01", "dept": "Only"}]
    mapping = {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-01-01"},
        "dates": {"complaint": "day", "verdict": "verdict"},
        "attributes": {"department": "dept"},
    }
    frame = pd.DataFrame(rows)
    said = jm.attrition(jm.CaseData.from_frame(frame, mapping), by="department").findings()[0].text()
    said = said.replace("\N{NO-BREAK SPACE}", " ")
    assert "0.0 % (South) to 66.7 % (North)" in said
    assert "Only" not in said
    two = jm.CaseData.from_frame(frame[frame["dept"] != "South"], mapping)
    assert (
        jm.attrition(two, by="department").findings()[0].text()
        == "Fewer than two groups have 30 units or more; no comparison."
    )
