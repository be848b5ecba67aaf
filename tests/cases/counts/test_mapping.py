"""The mapping of a table of counts: what it takes, and what it says when something is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import justice_metrics as jm
from justice_metrics.base.errors import JusticeMetricsError, MappingError, SettingsError
from justice_metrics.cases.counts.mapping import CountMapping, as_count_mapping, counts_schema

COUNTS: dict[str, Any] = {"period": "Year", "office": "Court", "quantities": {"new": "New"}}


def refusal(**counts: Any) -> str:
    with pytest.raises(JusticeMetricsError) as found:
        CountMapping.from_dict({"counts": {**COUNTS, **counts}})
    return str(found.value)


def test_known_quantities_need_no_words_and_know_how_they_add_up() -> None:
    mapping = CountMapping.from_dict(
        {"counts": {**COUNTS, "quantities": {"new": "N", "pending_start": "P", "pending_end": "E", "judges": "J"}}}
    )
    assert mapping.over_time() == {"new": "add", "pending_start": "first", "pending_end": "last", "judges": "mean"}
    assert [one.text() for one in mapping.words().values()][:2] == ["new", "pending at the start"]


def test_a_quantity_of_the_users_own_is_called_what_the_mapping_says() -> None:
    own = {"column": "R", "label": {"en": "referrals", "es": "remisiones"}, "unit": "accused", "over_time": "last"}
    mapping = CountMapping.from_dict({"counts": {**COUNTS, "quantities": {"referrals": own}}})
    assert mapping.words()["referrals"].text("es") == "remisiones"
    assert mapping.over_time()["referrals"] == "last"


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"quantities": {"resolvd": "R"}}, "Did you mean 'resolved'?"),
        ({"quantities": {"resueltos": "R"}}, "needs a label"),
        ({"quantities": {"pending end": "R"}}, "letters, digits and underscores"),
        ({"quantities": {"estimate": {"column": "R", "label": "x"}}}, "the results use themselves"),
        ({"quantities": {}}, "counts.quantities"),
        ({"quantities": {"new": "N", "judges": {"column": "J", "per": "ofice"}}}, "no key 'ofice'"),
        ({"keys": {"office": "Court"}}, "'office' in [counts]"),
        ({"keys": {"new": "N"}}, "is a key and a quantity"),
        ({"period": {"start": "A"}}, "'start' and 'end'"),
        ({"period": {"month": "M"}}, "a period is one column"),
        ({"period": {"year": "Y", "month": "M", "quarter": "Q"}}, "a period is one column"),
        ({"period": {"year": "Y", "length": "month"}}, "'length' belongs to a period in one column"),
        ({"unit": "persons"}, "counts.unit"),
        ({"cutoff": 2018}, "the cut-off is a day"),
        ({"qantities": {}}, "did you mean 'quantities'?"),
    ],
)
def test_a_wrong_key_is_told(counts: dict[str, Any], says: str) -> None:
    assert says in refusal(**counts)


def test_an_unknown_code_and_an_unknown_encoding_are_told() -> None:
    with pytest.raises(SettingsError, match="not_available"):
        CountMapping.from_dict({"counts": COUNTS, "missing": {"NA": "not_avalable"}})
    with pytest.raises(SettingsError, match="'latinos' is not an encoding"):
        CountMapping.from_dict({"counts": COUNTS, "data": {"encoding": "latinos"}})


def test_the_mapping_of_case_files_is_not_taken(tmp_path: Path) -> None:
    cases = {"cases": {"id": "No", "procedure": "bolivia", "cutoff": "2018-04-30"}, "dates": {"complaint": "D"}}
    for given in (cases, jm.CaseMapping.from_dict(cases)):
        with pytest.raises(MappingError, match="describes case files"):
            as_count_mapping(given)
    file = tmp_path / "mapping.toml"
    file.write_text('[cases]\nid = "No"\nprocedure = "bolivia"\ncutoff = 2018-04-30\n', encoding="utf-8")
    with pytest.raises(MappingError, match=r"'mapping.toml' describes case files"):
        as_count_mapping(file)


def test_the_schema_names_every_section() -> None:
    assert set(counts_schema()["properties"]) == {"data", "counts", "missing", "columns"}
