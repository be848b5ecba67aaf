"""The mapping file is checked whole, and every message names key, what was found and what is allowed."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.cases.mappings.mapping import CaseMapping, mapping_schema, read_mapping
from justice_metrics.cases.procedure_file import read_procedure

MAPPING = """
[data]
file = "casos.xlsx"
sheet = "Casos"
kind = "wide"
date_order = "dmy"
language = "es"

[cases]
unit = "victim"
id = "N° de caso"
procedure = "bolivia"
cutoff = 2018-04-30
sampling = { frame = "registered", weight = "peso", stratum = "distrito", cluster = "juzgado" }

[dates]
complaint = "Fecha de denuncia"
charged = { column = "Fecha imputación", notified = "Fecha notificación" }

[outcome]
column = "Forma de conclusión"
date = "Fecha de conclusión"
labels = { "Rechazo de denuncia" = "rejected", "Sentencia condenatoria" = "convicted", "En trámite" = "pending" }

[attributes]
offence = { column = "Delito", crosswalk = "delitos.csv" }
age_at_fact = { column = "Edad", type = "integer" }

[support]
file = "apoyo.csv"
id = "N° de caso"
actor = { column = "Tipo", labels = { "Abogado DNA" = "lawyer", "Psicóloga" = "psychologist" } }
start = "Desde"
end = "Hasta"
basis = "Respaldo"

[missing]
"S/D" = "not_available"
"N/C" = "not_applicable"
"""


def raw(**changes: Any) -> dict[str, Any]:
    """Return the mapping above with keys like ``data__kind`` changed; None deletes."""
    data = tomllib.loads(MAPPING)
    for path, value in changes.items():
        *sections, key = path.split("__")
        place = data
        for section in sections:
            place = place.setdefault(section, {})
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value
    return data


def refusal(data: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as error:
        CaseMapping.from_dict(data, source="mapping.toml")
    return error.value.text()


def test_the_published_shape_is_read(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mapping.toml")
    assert mapping.data.file == ("casos.xlsx",)
    assert mapping.cases.id == ("N° de caso",)
    assert mapping.cases.cutoff == dt.date(2018, 4, 30)
    assert mapping.dates["complaint"].column == "Fecha de denuncia"
    assert mapping.dates["charged"].notified == "Fecha notificación"
    assert mapping.outcome is not None
    assert mapping.outcome.date is not None
    assert mapping.attributes["age_at_fact"].type == "integer"
    assert (mapping.folder, mapping.source) == (tmp_path, "mapping.toml")
    assert mapping.path("apoyo.csv") == tmp_path / "apoyo.csv"
    assert mapping.data.faults == "refuse"
    assert not mapping.data.simulated


def test_columns_and_states_are_listed_with_their_keys() -> None:
    mapping = CaseMapping.from_dict(raw())
    assert ("Fecha notificación", "dates.charged") in mapping.columns()
    assert ("juzgado", "cases.sampling.cluster") in mapping.columns()
    assert ("Tipo", "support.actor") in mapping.support_columns()
    assert set(dict(mapping.states())) == {"complaint", "charged", "rejected", "convicted"}


def test_every_wrong_key_is_named_at_once() -> None:
    data = raw(data__date_order="dym", outcome__lables={}, cases__id=None, attributes__sex={"colum": "Sexo"})
    message = refusal(data)
    assert "mapping.toml has 5 problems" in message
    assert "'data.date_order' is 'dym'; allowed are 'dmy', 'mdy', 'ymd'; did you mean 'ymd'?" in message
    assert "'outcome.lables' is not a known key; did you mean 'labels'?" in message
    assert "'cases.id' is missing" in message
    assert "did you mean 'column'?" in message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data__kind": "counts"}, "read_counts"),
        ({"data__kind": "events"}, "[events]"),
        ({"data__kind": "stages"}, "[[stages]]"),
        ({"events": {"state": "a", "date": "b"}}, "belongs to kind = 'events'"),
        ({"stages": [{"state": "charged"}]}, "belongs to kind = 'stages'"),
        ({"dates": None, "outcome": None}, "needs [dates], [outcome] or both"),
        ({"cases__cutoff": 20180430}, "2018-04-30"),
        ({"cases__cutoff": dt.datetime(2018, 4, 30, 12)}, "2018-04-30"),
        ({"cases__cutoff": "30/04/2018"}, "cases.cutoff"),
        ({"cases__id": []}, "cases.id"),
        ({"cases__sampling": {"frame": "prevalent"}}, "'at'"),
        ({"cases__sampling": {"frame": "registered", "at": dt.date(2018, 1, 1)}}, "prevalent"),
        ({"cases__sampling__frame": "closed"}, "closed_only"),
        ({"data__encoding": "utf-99"}, "not an encoding"),
        ({"data__separator": ";;"}, "data.separator"),
        ({"data__faults": "ignore"}, "'refuse', 'count'"),
        ({"outcome__labels": {"En Trámite": "pending", "en tramite": "rejected"}}, "stands there twice"),
        ({"outcome__labels": {" ": "pending"}}, "blank"),
        ({"outcome__ignore": ["en tramite"]}, "'ignore'"),
        ({"attributes__outcome": "x"}, "cannot name an attribute"),
        ({"attributes__first__charged": "x"}, "cannot name an attribute"),
        ({"attributes": {"Tipo penal": "x"}}, "cannot name an attribute"),
        ({"attributes__sex": {"column": "x", "labels": {"F": "f"}, "bands": [1]}}, "exclude one another"),
        ({"attributes__sex": {"column": "x", "labels": {"F": "f"}, "type": "integer"}}, "for texts"),
        ({"attributes__age": {"column": "x", "bands": [6, 0]}}, "rising order"),
        ({"attributes__sex": {"column": "x", "table": 0}}, "kind = 'stages'"),
        ({"missing": {"S/D": "unknown"}}, "not_available"),
        ({"data__colour": "red"}, "not a known key"),
        ({"colour": 1}, "not a known key"),
    ],
)
def test_refusals_say_what_is_allowed(changes: dict[str, Any], said: str) -> None:
    if "attributes__first__charged" in changes:
        changes = {"attributes": {"first__charged": "x"}}
    assert said in refusal(raw(**changes))


def test_event_log_and_stage_tables() -> None:
    events = CaseMapping.from_dict(
        {
            "data": {"file": "log.csv", "kind": "events", "faults": "count", "simulated": True},
            "cases": {"id": ["court", "case"], "procedure": "bolivia", "cutoff": "2020-01-31", "frequency": "n"},
            "events": {
                "state": {"column": "act", "labels": {"Denuncia": "complaint"}, "ignore": ["nota"]},
                "date": "day",
            },
        }
    )
    assert ("day", "events.date") in events.columns()
    assert [column for column, key in events.columns() if key == "cases.id"] == ["court", "case"]

    stages = CaseMapping.from_dict(
        {
            "data": {"kind": "stages"},
            "cases": {"id": "person", "procedure": "common_law", "cutoff": dt.date(2019, 12, 2)},
            "stages": [
                {"file": "intake.csv", "state": "complaint", "date": "received"},
                {"file": "end.csv", "id": "pid", "outcome": {"column": "how", "date": "day", "otherwise": "dismissed"}},
            ],
            "attributes": {
                "sex": "gender",
                "court": {"column": "court", "table": 1},
                "age": {"column": "a", "table": "complaint"},
            },
        }
    )
    assert stages.stage_id(0) == ("person",)
    assert stages.stage_id(1) == ("pid",)
    assert (stages.stage_number("sex"), stages.stage_number("court"), stages.stage_number("age")) == (0, 1, 0)
    assert dict(stages.columns(1)) == {
        "pid": "cases.id",
        "court": "attributes.court",
        "how": "stages.2.outcome",
        "day": "stages.2.outcome.date",
    }
    assert ("dismissed", "stages.2.outcome.otherwise") in stages.states()


def test_a_stage_table_must_exist_and_say_something() -> None:
    data = {
        "data": {"kind": "stages"},
        "cases": {"id": "p", "procedure": "x", "cutoff": dt.date(2019, 1, 1)},
        "stages": [{"file": "a.csv", "state": "complaint"}],
    }
    unknown = copy.deepcopy(data) | {"attributes": {"sex": {"column": "s", "table": 3}}}
    assert "no stage table '3'" in refusal(unknown)
    silent = copy.deepcopy(data) | {"stages": [{"file": "a.csv"}]}
    assert "'state', 'outcome' or both" in refusal(silent)


def test_a_mapping_does_not_change() -> None:
    mapping = CaseMapping.from_dict(raw())
    with pytest.raises(Exception, match="frozen"):
        mapping.data.kind = "events"


def test_a_mapping_with_other_faults_stays_in_its_folder() -> None:
    mapping = CaseMapping.from_dict(raw(), folder="some/where", source="m.toml")
    counting = mapping.with_faults("count")
    assert (mapping.data.faults, counting.data.faults) == ("refuse", "count")
    assert (counting.folder, counting.source) == (mapping.folder, "m.toml")


def test_the_schema_knows_both_ways_to_name_a_column() -> None:
    schema = mapping_schema()
    dates = schema["properties"]["dates"]["additionalProperties"]
    assert {"type": "string"} in dates["anyOf"]
    assert schema["additionalProperties"] is False
    assert "folder" not in schema["properties"]


# The mapping of a table of counts is another thing; it has tests of its own.
OF_CASES = sorted(
    path.name
    for path in (Path(__file__).parents[3] / "sample_data").glob("*mapping.toml")
    if path.name not in {"bolivia_counts_mapping.toml", "bolivia_alerts_mapping.toml"}
)


@pytest.mark.parametrize("name", OF_CASES)
def test_sample_mappings_hold(name: str) -> None:
    mapping = read_mapping(Path(__file__).parents[3] / "sample_data" / name)
    assert mapping.data.simulated
    assert all(mapping.path(file).is_file() for file in mapping.data.file)


@pytest.mark.parametrize("name", ["wide.toml", "events.toml", "stages.toml", "children.toml", "columns.toml"])
def test_the_examples_of_the_documentation_hold(name: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
    example = text.split(f"<!-- example: {name} -->\n```toml\n")[1].split("```")[0]
    mapping = CaseMapping.from_dict(tomllib.loads(example), source=name)
    procedure = read_procedure(mapping.cases.procedure)
    assert all(procedure.resolve(state) for state, _ in mapping.states())


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
    schema = mapping_schema()
    keys = set(schema["properties"]) | {key for part in schema["$defs"].values() for key in part["properties"]}
    told_by_example = {"institution", "recorded", "state"}
    assert sorted(key for key in keys - told_by_example if key not in text) == []


class TestReliance:
    def mapping(self, **reliance: Any) -> CaseMapping:
        cases = {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"}
        return CaseMapping.from_dict({"cases": cases, "dates": {"complaint": "since"}, "reliance": reliance})

    def test_one_of_the_two_is_enough(self) -> None:
        assert self.mapping(left="gone").reliance is not None
        both = self.mapping(left="gone", status={"column": "still", "labels": {"sí": "engaged", "no": "disengaged"}})
        assert {("gone", "reliance.left"), ("still", "reliance.status")} <= set(both.columns())

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({}, "'left', 'status' or both"),
            ({"status": {"column": "still", "labels": {"sí": "yes"}}}, "'yes' is no status"),
            ({"status": {"column": "still", "otherwise": "gone"}}, "'gone' is no status"),
            ({"left": "gone", "stayed": "x"}, "stayed"),
        ],
    )
    def test_refusals(self, given: dict[str, Any], words: str) -> None:
        with pytest.raises(SettingsError, match=words):
            self.mapping(**given)

    def test_no_attribute_takes_its_name(self) -> None:
        cases = {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"}
        with pytest.raises(SettingsError, match="cannot name an attribute"):
            CaseMapping.from_dict(
                {"cases": cases, "dates": {"complaint": "d"}, "attributes": {"reliance__status": "x"}}
            )

    def test_schema(self) -> None:
        assert {"left", "status"} == set(mapping_schema()["$defs"]["ReliancePart"]["properties"])


def test_a_survey_is_told_apart() -> None:
    with pytest.raises(SettingsError, match="describes a survey, not cases") as caught:
        CaseMapping.from_dict({"survey": {}, "answers": {}, "items": {}})
    assert "perception-differences" in caught.value.text()
