"""A label that many cells of one case hold may name a person: it is in no message and in no proposal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import MappingError
from justice_metrics.cases.proposals.propose import propose_mapping

TOLD = "Declaración de la niña Marta Flores"


def log() -> pd.DataFrame:
    rows = [(f"c{n}", "Denuncia", f"{1 + n:02d}/03/2016") for n in range(20)]
    rows += [(f"c{n}", "Informe", f"{1 + n:02d}/04/2016") for n in range(20)]
    rows += [("c1", TOLD, f"{1 + n:02d}/05/2016") for n in range(12)]
    rows += [("c1", TOLD.upper(), f"{1 + n:02d}/06/2016") for n in range(12)]
    return pd.DataFrame(rows, columns=["Expediente", "Actuación", "Fecha"])


MAPPING: dict[str, Any] = {
    "data": {"kind": "events", "date_order": "dmy"},
    "cases": {"id": "Expediente", "procedure": "bolivia", "cutoff": "2018-12-31"},
    "events": {"state": {"column": "Actuación", "labels": {"Denuncia": "complaint"}}, "date": "Fecha"},
}


def test_in_no_message() -> None:
    with pytest.raises(MappingError) as refused:
        jm.CaseData.from_frame(log(), MAPPING)
    told = str(refused.value)
    assert "Marta" not in told.title()
    assert "Informe" in told  # twenty cases have it
    assert "24" in told


def test_in_no_message_of_a_child_table() -> None:
    cases = pd.DataFrame({"id": [f"c{n}" for n in range(20)], "day": ["2016-03-01"] * 20})
    hearings = pd.DataFrame({"id": ["c1"] * 12, "set": ["2016-04-01"] * 12, "became": [TOLD] * 12})
    mapping = {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-31"},
        "dates": {"complaint": "day"},
        "hearings": {"file": "x.csv", "scheduled": "set", "status": {"column": "became", "labels": {"a": "held"}}},
    }
    with pytest.raises(MappingError) as refused:
        jm.CaseData.from_frame(cases, mapping, children={"hearings": hearings})
    assert "Marta" not in str(refused.value)


def test_in_no_proposal(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log().to_csv(path, index=False)
    proposal = propose_mapping(path)
    text = proposal.toml("en")
    assert "Marta" not in text.title()
    assert "Informe" in text
    assert any(label.casefold() == TOLD.casefold() for _, _, label, _ in proposal.rare_labels())
