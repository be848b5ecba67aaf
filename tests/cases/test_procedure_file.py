"""Procedure files: the shipped ones say what the law says, and a wrong file is met with key, finding and remedy."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from justice_metrics.base.errors import JusticeMetricsError, ProcedureError, SettingsError
from justice_metrics.cases.procedure_file import procedure_schema, read_procedure, shipped_procedures

SMALL = """
[procedure]
id = "small"
title = { en = "Small", es = "Pequeño" }
valid_from = 2000-01-01
source = "invented"

[[state]]
id = "reported"
kind = "start"
role = "complaint"
label = { en = "reported", es = "denunciado" }

[[state]]
id = "charged"
kind = "stage"
role = "charge"
label = { en = "charged" }

[[state]]
id = "convicted"
kind = "outcome"
class = "conviction"
role = "verdict"
label = { en = "convicted", es = "condenado" }

[[move]]
from = "reported"
to = "charged"

[[move]]
from = ["reported", "charged"]
to = ["convicted"]

[[limit]]
id = "charge"
label = { en = "charge" }
from = "reported"
to = ["charged"]
amount = 10
unit = "working_days"
article = "art. 1"
certainty = "from_memory"

[calendar]
country = "BO"
"""


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str, name: str = "mine.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def test_three_procedures_are_shipped_and_each_holds_together() -> None:
    assert shipped_procedures() == ("bolivia", "common_law", "guatemala")
    for id in shipped_procedures():
        made = read_procedure(id)
        assert made.id == id
        assert set(made.roles) == {"complaint", "charge", "prosecution", "trial", "verdict", "final_verdict"}
        assert len({one.id for one in made.funnel}) == len(made.funnel)
        assert made.funnel[0].states == (made.start,)
        assert made.funnel[-1].id == "final_verdict"


@pytest.mark.parametrize("id", ["bolivia", "guatemala", "common_law"])
def test_every_label_of_a_shipped_procedure_is_in_both_languages(id: str) -> None:
    made = read_procedure(id)
    labels = [made.title, *(one.label for one in made.states), *(one.label for one in made.limits)]
    labels += [one.condition for one in made.limits if one.condition]
    for label in labels:
        assert label.text("en") != label.text("es"), label
    words = [one.label.text(language) for language in ("en", "es") for one in made.states]
    # two states with the same words could not be told apart in a table
    assert len(set(words)) == 2 * len(made.states)


def test_bolivia_has_the_states_of_the_code() -> None:
    bolivia = read_procedure("bolivia")
    assert bolivia.valid_from == dt.date(2014, 10, 30)
    assert bolivia.country == "BO"
    assert [one.id for one in bolivia.funnel] == [
        "complaint",
        "charged",
        "accusation",
        "trial_preparation",
        "trial",
        "verdict",
        "final_verdict",
    ]
    assert bolivia.endpoint("verdict") == ("convicted", "acquitted", "final_conviction", "final_acquittal")
    assert bolivia.endpoint("extinction") == ("extinguished_preparatory", "extinguished_maximum", "prescribed")
    assert {one: bolivia.class_of(one) for one in bolivia.outcomes} == {
        "convicted": "conviction",
        "acquitted": "acquittal",
        "final_conviction": "conviction",
        "final_acquittal": "acquittal",
        "rejected": "rejection",
        "dismissed": "dismissal",
        "alternative_exit": "alternative_exit",
        "extinguished_preparatory": "extinction",
        "extinguished_maximum": "extinction",
        "prescribed": "extinction",
        "withdrawn": "withdrawal",
        "archived": "other",
        "transferred": "transfer",
    }
    assert [one.id for one in bolivia.states if one.reopens] == ["rejected", "dismissed", "archived"]


def test_bolivia_allows_a_new_trial_and_a_reopening() -> None:
    bolivia = read_procedure("bolivia")
    assert "trial" in bolivia.edges["appeal"]
    assert "appeal" in bolivia.edges["cassation"]
    assert bolivia.edges["rejected"] == ("preliminary",)
    assert "prescribed" in bolivia.edges["cassation"]
    assert bolivia.required_before("trial") == (
        "complaint",
        "preliminary",
        "charged",
        "accusation",
        "trial_preparation",
    )


@pytest.mark.parametrize(
    ("id", "amount", "unit", "article", "breach", "certainty"),
    [
        ("police_investigation", 20, "working_days", "CPP 300 (Ley 586)", "none", "from_memory"),
        (
            "preparatory_stage",
            6,
            "months",
            "CPP 134; SC 1036/2002-R; SCP 1666/2012",
            "extinction_after_summons",
            "seen",
        ),
        ("conclusion_after_summons", 5, "working_days", "CPP 134", "extinction_after_summons", "seen"),
        ("whole_process", 36, "months", "CPP 133", "extinction_on_motion", "from_memory"),
        ("prescription_8_years", 96, "months", "CPP 29", "extinction_on_motion", "from_memory"),
        ("charge_of_detained", 24, "hours", "CPP 303", "not_written", "seen"),
        ("trial_date", 45, "working_days", "CPP 343 (2014 text)", "not_written", "from_memory"),
        ("restricted_appeal", 15, "working_days", "CPP 408", "not_written", "from_memory"),
        ("evidence_gathered_348", 8, "working_days", "Ley 348 art. 94", "not_written", "from_memory"),
    ],
)
def test_limits_of_bolivia(id: str, amount: int, unit: str, article: str, breach: str, certainty: str) -> None:
    limit = next(one for one in read_procedure("bolivia").limits if one.id == id)
    assert (limit.amount, limit.unit, limit.article, limit.breach, limit.certainty) == (
        amount,
        unit,
        article,
        breach,
        certainty,
    )


def test_the_six_months_run_from_the_notice_of_the_charge() -> None:
    limit = next(one for one in read_procedure("bolivia").limits if one.id == "preparatory_stage")
    assert limit.from_states == ("charged",)
    assert limit.counted_from == "notified"
    assert limit.measurable


def test_no_limit_of_guatemala_runs_before_a_person_is_tied_to_the_case() -> None:
    guatemala = read_procedure("guatemala")
    before = {"investigation", "arrest_warrant"}
    assert not any(before & set(one.from_states) for one in guatemala.limits)
    assert guatemala.resolve("charge") == ("processing_order",)


def test_common_law_goes_back_from_a_failed_trial_and_from_the_roll() -> None:
    common = read_procedure("common_law")
    assert common.resolve("complaint") == ("report",)
    assert "trial" in common.edges["mistrial"]
    assert common.edges["struck_off"] == ("first_court",)
    assert common.endpoint("conviction") == ("convicted", "convicted_lesser", "final_conviction")
    assert common.country is None


def test_an_unknown_procedure_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="Did you mean 'bolivia'"):
        read_procedure("boliva")
    with pytest.raises(SettingsError, match=r"no file 'boliva\.toml'"):
        read_procedure("boliva.toml")


def test_a_file_of_ones_own(write) -> None:
    made = read_procedure(write(SMALL))
    assert made.edges == {"reported": ("charged", "convicted"), "charged": ("convicted",)}
    assert made.label("charged").text("es") == "charged"
    assert made.label("convicted").text("es") == "condenado"
    assert made.limits[0].measurable
    assert made.country == "BO"
    assert str(read_procedure(str(write(SMALL)))) == str(made)


def test_a_file_with_a_byte_order_mark(write) -> None:
    assert read_procedure(write("\ufeff" + SMALL)).id == "small"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "stage"', 'kind = "stag"', r"'state\.2\.kind' is 'stag'.*did you mean 'stage'"),
        ('role = "charge"', 'rol = "charge"', r"'state\.2\.rol' is not a known key; did you mean 'role'"),
        ('class = "conviction"', 'class = "convicted"', r"'state\.3\.class' is 'convicted'.*did you mean 'conviction'"),
        ('class = "conviction"\n', "", "mine.toml: The outcome 'convicted' has no class"),
        ('to = "charged"', 'to = "chargd"', "'chargd', which is no state.\nDid you mean 'charged'"),
        ("amount = 10", "amount = 0", r"'limit\.1\.amount' is 0"),
        ("amount = 10", "amount = 1.5", r"'limit\.1\.amount' is 1.5"),
        ("valid_from = 2000-01-01", "valid_from = 2000-01-01\nvalid_to = 1999-01-01", "before it begins"),
        ("valid_from = 2000-01-01\n", "", r"'procedure\.valid_from' is missing"),
        ('id = "charged"', 'id = "Formal charge"', r"'state\.2\.id' is 'Formal charge'"),
        ('country = "BO"', 'country = "Bolivia"', r"'calendar\.country' is 'Bolivia'"),
        ('id = "small"', "id = small", "is not valid TOML"),
    ],
)
def test_a_wrong_file_says_where_and_what(write, old: str, new: str, message: str) -> None:
    assert old in SMALL
    with pytest.raises(JusticeMetricsError, match=message):
        read_procedure(write(SMALL.replace(old, new, 1)))


def test_the_file_is_named_in_both_kinds_of_error(write) -> None:
    with pytest.raises(ProcedureError) as caught:
        read_procedure(write(SMALL.replace('class = "conviction"\n', ""), "chile.toml"))
    assert caught.value.text("en").startswith("chile.toml: ")
    assert "Give it one of" in caught.value.text("en")


def test_not_a_toml_file_at_all(tmp_path: Path) -> None:
    path = tmp_path / "procedure.toml"
    path.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_procedure(path)
    with pytest.raises(SettingsError, match="not a file that can be read"):
        read_procedure(tmp_path / "..")


def test_the_schema_has_the_keys_that_the_file_has() -> None:
    schema = procedure_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert set(schema["properties"]) == {"procedure", "state", "move", "limit", "calendar"}
    assert {"from", "to"} == set(schema["$defs"]["MoveEntry"]["properties"])
    assert "class" in schema["$defs"]["StateEntry"]["properties"]
    assert schema["$defs"]["MoveEntry"]["properties"]["from"]["anyOf"][0]["type"] == "string"
