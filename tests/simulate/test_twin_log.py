"""The sampling log of a simulated twin: the twin is read with it, whatever the number of a file is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.read import read_cases
from justice_metrics.simulate.twin import TWIN_LOG, twin_tables


@pytest.mark.parametrize("ids", [{"id": "No"}, {"id": ["Court", "No"]}, {"id": "No", "number": "Expediente"}])
def test_the_twin_is_read_with_its_log(ids: dict[str, Any], tmp_path: Path) -> None:
    log: dict[str, Any] = {"file": "log.csv"}
    if "number" in ids:
        log["id"] = ids["number"]
    mapping = CaseMapping.from_dict(
        {
            "data": {"file": "cases.csv", "date_order": "dmy", "simulated": True},
            "cases": {"id": ids["id"], "procedure": "bolivia", "cutoff": "2018-04-30", "sampling": {"log": log}},
            "dates": {"complaint": "Denuncia"},
            "outcome": {"column": "Forma", "labels": {"Rechazo": "rejected", "En trámite": "pending"}},
        },
        folder=tmp_path,
    )
    tables = twin_tables(mapping, read_procedure("bolivia"), levels={}, units=40)
    (tmp_path / "cases.csv").write_bytes(tables[""].csv_bytes())
    (tmp_path / "log.csv").write_bytes(tables[TWIN_LOG].csv_bytes())
    cases = read_cases(mapping=mapping)
    assert cases.n_units == 40
    assert cases.sampling.weighted
    assert len(tables[TWIN_LOG]) == 44
