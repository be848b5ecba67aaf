"""The log of the Italian road fines, written as XES, gives the cases that the csv file gives, cell by cell."""

from __future__ import annotations

import csv
import gzip
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

import justice_metrics as jm
from justice_metrics.base.settings import read_toml

pytestmark = [pytest.mark.prove, pytest.mark.needs_data]

HERE = Path(__file__).parents[1] / "real" / "italy"
EVENT = '<string key="concept:name" value={0}/><date key="time:timestamp" value="{1}T00:00:00.000+02:00"/>'


def test_the_same_cases_from_xes_and_from_csv(shared_data: Path, tmp_path: Path) -> None:
    with (
        gzip.open(shared_data / "italy_road_fines" / "events.csv.gz", "rt", encoding="utf-8", newline="") as lines,
        gzip.open(tmp_path / "log.xes.gz", "wt", encoding="utf-8") as log,
    ):
        log.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xmlns="http://www.xes-standard.org/">\n')
        for case, rows in groupby(csv.DictReader(lines), key=lambda row: row["case_id"]):
            log.write(f'<trace><string key="concept:name" value={quoteattr(case)}/>\n')
            for row in rows:
                vehicle = f'<string key="vehicleClass" value={quoteattr(row["vehicleClass"])}/>' * bool(
                    row["vehicleClass"]
                )
                log.write(f"<event>{EVENT.format(quoteattr(row['activity']), row['timestamp'])}{vehicle}</event>\n")
            log.write("</trace>\n")
        log.write("</log>\n")
    described = read_toml(HERE / "mapping.toml")
    state = {**described["events"]["state"], "column": "concept:name"}
    described |= {
        "data": {"file": str(tmp_path / "log.xes.gz"), "kind": "events"},
        "cases": {**described["cases"], "id": "case:concept:name"},
        "events": {"date": "time:timestamp", "order": "event:number", "state": state},
    }
    from_xes = jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=HERE))
    from_csv = jm.read_cases(mapping=HERE / "mapping.toml")
    assert from_xes.n_units == 150_370
    one, other = (cases.milestones.collect().to_arrow().sort_by("unit_id") for cases in (from_xes, from_csv))
    assert one.column_names == other.column_names
    assert [name for name in one.column_names if one[name].to_pylist() != other[name].to_pylist()] == []
