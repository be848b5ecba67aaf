"""Four published files go from a proposal to a finished mapping with at most five changed values.

A changed value is a value that a person types or a line that a person uncomments; the procedure named on the command
line counts as one too. Each finished mapping then gives figures that others published or counted.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import justice_metrics as jm
from justice_metrics.cases.proposals.propose import propose_mapping
from justice_metrics.reduce.count_sums import added

pytestmark = pytest.mark.needs_data

HERE = Path(__file__).parent
MOST_CHANGES = 5


class Corrected:
    """A proposed mapping, corrected line by line as a person would, with the number of changed values."""

    def __init__(self, files: list[Path], *, procedure: Path | None = None) -> None:
        self.text = propose_mapping(files, procedure=procedure).toml("en", folder=HERE)
        self.changes = 0 if procedure is None else 1

    def set(self, key: str, value: str) -> Corrected:
        """Write another value behind a key that stands there once."""
        self.text, n = re.subn(rf"(?m)^{key} = \S+", f"{key} = {value}", self.text)
        assert n == 1, f"{key} stands there {n} times"
        self.changes += 1
        return self

    def uncomment(self, key: str) -> Corrected:
        """Take the mark of a comment away from a line."""
        self.text, n = re.subn(rf"(?m)^# ({key} = )", r"\1", self.text)
        assert n == 1, f"{key} is commented out {n} times"
        self.changes += 1
        return self

    def add(self, section: str, line: str) -> Corrected:
        """Write a line of one's own into a section."""
        self.text, n = re.subn(rf"(?m)^(\[{section}\])$", rf"\1\n{line}", self.text)
        assert n == 1
        self.changes += 1
        return self

    def settings(self) -> dict[str, Any]:
        """Return the finished mapping; no more was changed than may be."""
        assert self.changes <= MOST_CHANGES
        return tomllib.loads(self.text)

    def cases(self) -> jm.CaseData:
        return jm.read_cases(mapping=jm.CaseMapping.from_dict(self.settings(), folder=HERE))


def test_india(shared_data: Path) -> None:
    corrected = Corrected([shared_data / "india_pocso" / "cases.csv.gz"], procedure=HERE / "india" / "procedure.toml")
    cases = corrected.set("cutoff", "2020-03-31").uncomment("otherwise").cases()
    assert corrected.changes == 3
    table = jm.outcome_shares(cases, by="department").main
    rows = list(zip(table["department"], table["outcome"], table["denominator"], table["share_of_ended"], strict=True))
    # Chart 4.2 of the report: acquitted and convicted, of the cases disposed of
    acquitted = {state: round(100 * share, 2) for state, outcome, _, share in rows if outcome == "acquittal"}
    convicted = {state: round(100 * share, 2) for state, outcome, _, share in rows if outcome == "conviction"}
    assert acquitted == {"Assam": 58.98, "Delhi": 55.50, "Haryana": 63.48}
    assert convicted == {"Assam": 14.19, "Delhi": 16.58, "Haryana": 30.38}
    assert {state: n for state, outcome, n, _ in rows if outcome == "pending"} == {
        "Assam": 5_786,
        "Delhi": 9_366,
        "Haryana": 4_631,
    }


def test_cook_county(shared_data: Path) -> None:
    tables = ("dispositions", "initiation", "intake", "sentencing")  # as a folder lists them
    corrected = Corrected(
        [shared_data / "us_cook_2019" / f"{one}.csv.gz" for one in tables], procedure=HERE / "cook" / "procedure.toml"
    )
    cases = corrected.set("cutoff", "2019-11-28").add("data", 'faults = "count"').cases()
    assert corrected.changes == 3
    assert cases.n_units == 36_190
    recorded = {
        state: len(cases.milestones.filter(cases.reached((state,))).select("unit_id").collect())
        for state in ("received", "initiated", "disposed", "sentenced")
    }
    assert recorded == {"received": 36_190, "initiated": 28_886, "disposed": 11_322, "sentenced": 4_112}


def test_italy(shared_data: Path) -> None:
    log = shared_data / "italy_road_fines" / "events.csv.gz"
    corrected = Corrected([log], procedure=HERE / "italy" / "procedure.toml")
    cases = corrected.cases()
    assert corrected.changes == 1
    assert (cases.n_units, cases.intake.rows) == (150_370, 561_470)
    reached = {"sent": 103_987, "penalty_added": 79_860, "paid": 69_715, "collection": 59_013, "judge_appeal": 555}
    for state, n in reached.items():
        assert len(cases.milestones.filter(cases.reached((state,))).select("unit_id").collect()) == n


def test_mexico(shared_data: Path) -> None:
    corrected = Corrected([shared_data / "mexico_sesnsp" / "victims_state_month_sex_age.csv.bz2"])
    counts = jm.read_counts(
        [shared_data / "mexico_sesnsp" / "victims_state_month_sex_age.csv.bz2"], mapping=corrected.settings()
    )
    assert corrected.changes == 0
    table = added(counts, by="offence", period="year")
    place = table.strata.column("offence").index("Feminicidio")
    published = [428, 647, 768, 920, 970, 976, 1021, 983, 851, 852, 338]
    assert table.quantity("victimas").values[place].tolist() == published
