"""The disclosure policy: what it says without a file, what it refuses, what is published of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from justice_metrics.base.cells import box
from justice_metrics.base.errors import SettingsError
from justice_metrics.base.language import tells_of_cases
from justice_metrics.disclosure.policy import DisclosurePolicy, Exact, policy_schema, read_policy
from justice_metrics.disclosure.release import release
from tests.disclosure.gate_answers import by_sex

FILE = """
mode = "round"
minimum = 8
zeros = "structural"
secret = "env:OF_THE_MINISTRY"

[[exact]]
indicator = "convictions_total"
by = "year"
reason = "published yearly by the Ministry"
legal_basis = "art. 4"

[[exact]]
indicator = "cases_total"
where = { offence = "femicide" }
reason = "published yearly by the Ministry"
legal_basis = "art. 4"

[[exception]]
name = "regression.main"
reason = "asked for by the court"
who = "the data owner"
"""


@pytest.fixture
def policy(tmp_path: Path) -> DisclosurePolicy:
    file = tmp_path / "policy.toml"
    file.write_text(FILE, encoding="utf-8")
    return read_policy(file)


def test_defaults() -> None:
    policy = DisclosurePolicy()
    assert (policy.mode, policy.minimum, policy.protection, policy.base) == ("suppress", 10, 5, 5)
    assert (policy.zeros, policy.hundred_percent, policy.at_risk, policy.group) == ("protect", "protect", 10, 100)


def test_a_file_is_read(policy: DisclosurePolicy) -> None:
    assert (policy.mode, policy.minimum, policy.base, policy.zeros) == ("round", 8, 5, "structural")
    assert policy.excepted("regression") is not None
    assert policy.excepted("regression", "other") is None
    assert policy.at_risk == 8


def test_official_totals_are_found_by_what_they_count(policy: DisclosurePolicy) -> None:
    convicted = {"ending": "conviction"}
    assert policy.is_exact(box(convicted))
    assert policy.is_exact(box(convicted | {"year": "2016"}))
    assert not policy.is_exact(box(convicted | {"department": "Oruro"}))
    assert not policy.is_exact(box({"ending": "acquittal"}))
    assert not policy.is_exact(box({}))
    assert policy.is_exact(box({"offence": "femicide"}))
    assert not policy.is_exact(box({"offence": "rape"}))
    assert not policy.is_exact(box(convicted | {"sex": "f"}))


def test_a_column_of_an_answer_is_an_official_total() -> None:
    one = Exact(indicator="rates.numerator", reason="yearbook", legal_basis="art. 4", by=("department",))
    policy = DisclosurePolicy(exact=(one,))
    assert policy.is_exact(box({"ending": "conviction", "department": "Oruro"}), "rates.numerator")
    assert not policy.is_exact(box({"ending": "conviction", "court": "3"}), "rates.numerator")
    assert not policy.is_exact(box({"ending": "conviction"}), "rates.denominator")


def test_attributes_of_victims_are_known_by_name() -> None:
    policy = DisclosurePolicy()
    assert all(map(policy.is_sensitive, ("sex", "age_at_fact", "age_at_fact_class", "victim_origin", "disability")))
    assert not any(map(policy.is_sensitive, ("department", "year", "agency", "offence")))
    # what was done for victims is nothing of them
    assert not any(map(policy.is_sensitive, ("practice:victim_informed", "practice:child_friendly_space")))


@pytest.mark.parametrize(
    "name",
    ["sexo", "Sex", "edad", "grupo_edad", "child_age", "Niña", "parentesco", "relación", "discapacidad", "etnia_madre"],
)
def test_a_mapping_names_attributes_of_victims_in_either_language(name: str) -> None:
    assert DisclosurePolicy(sensitive=()).is_sensitive(name)
    with pytest.raises(SettingsError, match="attribute of victims"):
        DisclosurePolicy(exact=(Exact(indicator="cases_total", reason="x", legal_basis="y", by=(name,)),))


def test_the_list_of_attributes_of_victims_gets_longer_and_never_shorter() -> None:
    policy = DisclosurePolicy(sensitive=("zone",))
    assert all(map(policy.is_sensitive, ("zone", "zone_class", "sex")))
    assert set(policy.to_record()["sensitive"]) > set(DisclosurePolicy(sensitive=()).to_record()["sensitive"])


def test_an_official_total_is_exact_by_two_attributes_at_most() -> None:
    by = ("municipality", "court", "month")
    told = {"indicator": "convictions_total", "reason": "x", "legal_basis": "y"}
    with pytest.raises(SettingsError, match="many attributes"):
        DisclosurePolicy(exact=(Exact(**told, by=by),))  # type: ignore[arg-type]
    assert DisclosurePolicy(exact=(Exact(**told, by=by[:2]),)).exact  # type: ignore[arg-type]


def test_a_policy_says_what_it_protects_less_than_usual() -> None:
    assert DisclosurePolicy().remarks() == DisclosurePolicy(minimum=20, small_group=300).remarks() == ()
    weak = DisclosurePolicy(minimum=3, protection=1, zeros="structural", hundred_percent="show", small_group=1)
    (said,) = weak.remarks()
    for part in ("minimum = 3 (usually 10)", "protection = 1", "small_group = 1", "zeros = structural", "= show"):
        assert part in said.text()
    assert not tells_of_cases(said)
    told = Exact(indicator="convictions_total", reason="yearbook", legal_basis="art. 4", by=("year",))
    (said,) = DisclosurePolicy(exact=(told,)).remarks()
    assert "convictions_total, year" in said.text()
    assert said in release(by_sex(56, 60), DisclosurePolicy(exact=(told,))).ledger.lines()


def test_the_record_holds_neither_secret_nor_names(policy: DisclosurePolicy) -> None:
    record = json.dumps(policy.to_record())
    assert "OF_THE_MINISTRY" not in record + repr(policy)
    assert "data owner" not in record
    assert "asked for by the court" in record
    assert policy.to_record()["exact"][1]["where"] == {"offence": ["femicide"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mode = "hide"', "suppress"),
        ("minimum = 1", "minimum"),
        ("minimum = true", "minimum"),
        ("minimun = 10", "did you mean 'minimum'"),
        ('[[exact]]\nindicator = "convictions_total"\nreason = "x"', "legal_basis"),
        ('[[exact]]\nindicator = "conviction_total"\nreason = "x"\nlegal_basis = "y"', "convictions_total"),
        ('[[exact]]\nindicator = "cases_total"\nby = "sex"\nreason = "x"\nlegal_basis = "y"', "attribute of victims"),
        ('[[exact]]\nindicator = "cases_total"\nreason = " "\nlegal_basis = "y"', "no reason"),
        ('[[exception]]\nname = "x"\nreason = "y"', "who"),
    ],
)
def test_what_protects_nobody_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read_policy(file)


def test_a_policy_made_in_code_is_checked_as_well() -> None:
    for wrong in ({"minimum": 2}, {"protection": 0}, {"base": 2.5}, {"mode": "hide"}, {"minimum_at_risk": 1}):
        with pytest.raises(SettingsError):
            DisclosurePolicy(**wrong)


def test_rounding_needs_a_secret_that_cannot_be_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUSTICE_METRICS_SECRET", raising=False)
    with pytest.raises(SettingsError, match="JUSTICE_METRICS_SECRET"):
        DisclosurePolicy(mode="round").key()
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", "password" * 8)
    with pytest.raises(SettingsError, match="weak"):
        DisclosurePolicy(mode="round").key()


def test_the_schema_knows_each_key() -> None:
    assert {"mode", "minimum", "exact", "exception", "small_group"} <= set(policy_schema()["properties"])
