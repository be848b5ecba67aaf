"""The section [practice]: what was coded becomes columns of the milestones, in every form of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, SettingsError
from justice_metrics.cases.cut import cut_at

FRAME = pd.DataFrame(
    {
        "id": list("abcdef"),
        "day": ["2016-01-05"] * 6,
        "room": ["Sí", "no", "NO APLICA", "", None, "No consta"],
        "times": ["1", "2", "no aplica", "", "3", "no consta"],
        "exam": ["2016-01-06", "2016-01-20", "", "2016-01-05", "", "2016-01-07"],
    }
)
ITEMS: dict[str, Any] = {
    "child_friendly_space": "room",
    "statements_taken": "times",
    "forensic_examination_days": {"date": "exam"},
}


def mapping(items: dict[str, Any] = ITEMS, **more: Any) -> dict[str, Any]:
    practice = {"checklist": "child_sexual_assault", "items": items, **more.pop("practice", {})}
    return {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
        "dates": {"complaint": "day"},
        "practice": practice,
        **more,
    }


def columns(cases: jm.CaseData) -> dict[str, list[Any]]:
    frame = cases.milestones.collect().sort("unit_id")
    return {name: frame.get_column(name).to_list() for name in frame.columns if name.startswith("practice")}


EXPECTED = {
    "practice__child_friendly_space": ["yes", "no", "not_applicable", None, None, None],
    "practice__statements_taken": [1, 2, None, None, 3, None],
    "practice_missing__statements_taken": [None, None, "not_applicable", None, None, None],
    "practice_day__forensic_examination_days": [16806, 16820, None, 16805, None, 16807],
    "practice__forensic_examination_days": [1, 15, None, 0, None, 2],
}


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_a_wide_table_of_several_libraries(library: str) -> None:
    made = {"pandas": lambda: FRAME, "polars": lambda: pl.from_pandas(FRAME), "duckdb": lambda: duckdb.from_df(FRAME)}
    cases = jm.CaseData.from_frame(made[library](), mapping())
    assert columns(cases) == EXPECTED
    assert cases.checklist is not None


def test_an_event_log_has_one_answer_per_case() -> None:
    rows = pd.concat([FRAME.assign(what="Denuncia"), FRAME.assign(what="Rechazo", room="", times="", exam="")])
    described = {
        **mapping(items={"child_friendly_space": "room", "statements_taken": "times"}),
        "data": {"kind": "events"},
        "events": {
            "date": "day",
            "state": {"column": "what", "labels": {"Denuncia": "complaint", "Rechazo": "rejected"}},
        },
    }
    del described["dates"]
    found = columns(jm.CaseData.from_frame(rows, described))
    assert found == {name: one for name, one in EXPECTED.items() if "forensic" not in name}


def test_linked_stage_tables_hold_it_in_the_first() -> None:
    described = {
        **mapping(),
        "data": {"kind": "stages"},
        "stages": [
            {"id": "id", "state": "complaint", "date": "day"},
            {"id": "id", "state": "charged", "date": "charged"},
        ],
    }
    del described["dates"]
    charged = pd.DataFrame({"id": ["a"], "charged": ["2016-03-01"]})
    assert columns(jm.CaseData.from_frame([FRAME, charged], described)) == EXPECTED


def test_labels_of_the_mapping_and_codes_for_missing() -> None:
    frame = FRAME.assign(room=["1", "0", "8", "9", "", "x"])
    cases = jm.CaseData.from_frame(
        frame,
        mapping(
            practice={"labels": {"1": "yes", "0": "no", "x": "not_documented"}},
            missing={"8": "not_applicable", "9": "not_available"},
        ),
    )
    assert columns(cases)["practice__child_friendly_space"] == ["yes", "no", "not_applicable", None, None, None]


def test_an_unknown_text_is_counted_and_not_printed() -> None:
    frame = FRAME.assign(room=["Pérez", "no", "sí", "", "", ""])
    with pytest.raises(MappingError, match=r"1 cell of 3 in the column 'room'.*practice.labels") as error:
        jm.CaseData.from_frame(frame, mapping())
    assert "Pérez" not in str(error.value)
    assert "[missing]" in str(error.value)
    counted = jm.CaseData.from_frame(frame, mapping(data={"faults": "count"}))
    assert columns(counted)["practice__child_friendly_space"][:3] == [None, "no", "yes"]


def test_a_number_that_is_none() -> None:
    with pytest.raises(CaseDataError, match="1 value of 5 in the column 'times' cannot be read as a number"):
        jm.CaseData.from_frame(FRAME.assign(times=["1", "2", "3", "dos", "3", ""]), mapping())


def test_days_from_a_date_that_is_known_to_the_month_only_are_not_documented() -> None:
    frame = FRAME.assign(exam=["2016-01-06", "2016-02", "", "", "", ""])
    found = columns(jm.CaseData.from_frame(frame, mapping()))
    assert found["practice__forensic_examination_days"] == [1, None, None, None, None, None]


def test_days_may_be_coded_as_a_number_beside_their_date() -> None:
    items = {"forensic_examination_days": {"column": "times", "date": "exam"}}
    found = columns(jm.CaseData.from_frame(FRAME, mapping(items=items)))
    assert found["practice__forensic_examination_days"] == EXPECTED["practice__statements_taken"]
    assert found["practice_day__forensic_examination_days"] == EXPECTED["practice_day__forensic_examination_days"]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"child_frendly_space": "room"}, "Did you mean 'child_friendly_space'"),
        ({"child_friendly_space": {"date": "exam"}}, "a date alone does not tell the answer"),
        ({"child_friendly_space": "rooom"}, r"'rooom' \(practice.items.child_friendly_space\)"),
    ],
)
def test_items_that_the_mapping_gets_wrong(items: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingError, match=message):
        jm.CaseData.from_frame(FRAME, mapping(items=items))


@pytest.mark.parametrize(
    ("practice", "message"),
    [
        ({"labels": {"x": "maybe"}}, "'maybe' is no answer"),
        ({"labels": {"x": "yes", "X ": "no"}}, "stands there twice"),
        ({"items": {}}, "practice.items"),
        ({"items": {"interpreter": {}}}, "an item needs 'column', 'date' or both"),
        ({"checklist": "no_such"}, "No checklist 'no_such'"),
    ],
)
def test_what_the_section_may_not_say(practice: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        jm.CaseData.from_frame(FRAME, mapping(practice=practice))


def test_days_need_the_date_that_they_count_from() -> None:
    described = {**mapping(), "dates": {"charge": "day"}}
    with pytest.raises(MappingError, match="of which the data have no date"):
        jm.CaseData.from_frame(FRAME, described)


def test_an_attribute_cannot_take_the_name_of_a_coded_item() -> None:
    with pytest.raises(SettingsError, match="cannot name an attribute"):
        jm.CaseData.from_frame(FRAME, mapping(attributes={"practice__room": "room"}))


def test_it_is_read_from_a_file_as_from_a_frame(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "cases.csv", index=False)
    own = tmp_path / "own.toml"
    own.write_text(
        '[checklist]\nid = "own"\ntitle = { en = "Own" }\nsource = "norm"\n[[domain]]\nid = "word"\n'
        'label = { en = "word" }\n[[item]]\nid = "room"\ndomain = "word"\ntext = { en = "Room" }\nsource = "norm"\n'
        'certainty = "seen"\n[[item]]\nid = "exam"\ndomain = "word"\nkind = "days"\nat_most = 3\n'
        'text = { en = "Days" }\nsource = "norm"\ncertainty = "seen"\n'
    )
    (tmp_path / "mapping.toml").write_text(
        '[data]\nfile = "cases.csv"\n[cases]\nid = "id"\nprocedure = "bolivia"\ncutoff = 2018-04-30\n[dates]\n'
        'complaint = "day"\n[practice]\nchecklist = "own.toml"\n[practice.items]\nroom = "room"\n'
        'exam = { date = "exam" }\n'
    )
    found = columns(jm.read_cases(mapping=tmp_path / "mapping.toml"))
    assert found["practice__room"] == EXPECTED["practice__child_friendly_space"]
    assert found["practice__exam"] == EXPECTED["practice__forensic_examination_days"]


def test_cases_cut_at_an_earlier_day_tell_nothing_of_practice() -> None:
    cases = jm.CaseData.from_frame(FRAME, mapping())
    assert cut_at(cases, cases.cutoff_day - 10).checklist is None
