"""All about quality as one report: what is asked, what is not, and that nobody is named who was not asked for."""

from __future__ import annotations

import json

import pandas as pd

import justice_metrics as jm
from justice_metrics.publish.record import json_bytes

MAPPING = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-01-01"},
    "dates": {"complaint": "day"},
    "attributes": {"court": "court", "offence": "offence"},
}


def cases(courts: list[str | None]) -> jm.CaseData:
    n = len(courts)
    frame = pd.DataFrame(
        {
            "id": [f"c{one}" for one in range(n)],
            "day": [f"201{6 + one % 2}-0{1 + one % 9}-11" for one in range(n)],
            "court": courts,
            "offence": ["Violación" if one % 3 else "Abuso sexual" for one in range(n)],
        }
    )
    return jm.CaseData.from_frame(frame, MAPPING)


def test_an_office_of_a_few_cases_is_not_named_unasked() -> None:
    data = cases(["Primero"] * 40 + ["Segundo"] * 9 + ["Rosa Choque"] + [None] * 3)
    answers = jm.quality_assessment(data)
    assert [one.question for one in answers] == ["check", "completeness", "coding_drift", "date_heaping"]
    record = json_bytes(answers, "es").decode()
    assert "Rosa Choque" not in record
    assert "Segundo" not in record
    assert "Primero" in record
    groups = {row["court"] for row in json.loads(record)["results"][1]["tables"]["main"]["rows"]}
    assert "few_together" in groups


def test_who_asks_by_name_gets_the_names() -> None:
    data = cases(["Primero"] * 40 + ["Segundo"] * 9)
    assert "Segundo" in json_bytes(jm.quality_assessment(data, by="court"), "en").decode()


def test_what_follows_from_the_office_is_no_other_way_of_coding() -> None:
    n = 240
    frame = pd.DataFrame(
        {
            "id": [f"c{one}" for one in range(n)],
            "day": [f"201{6 + one % 2}-0{1 + one % 9}-11" for one in range(n)],
            "court": [f"Juzgado {one % 4}" for one in range(n)],
            "municipality": [("El Alto", "La Paz", "La Paz", "Viacha")[one % 4] for one in range(n)],
            # one office calls everything "Otro"
            "offence": ["Otro" if one % 4 == 0 else ("Violación", "Abuso", "Estupro")[one % 3] for one in range(n)],
        }
    )
    mapping = {**MAPPING, "attributes": {one: one for one in ("court", "municipality", "offence")}}
    compared = jm.coding_drift(jm.CaseData.from_frame(frame, mapping), by="court").tables["groups"]
    assert set(compared["column"]) == {"offence"}
