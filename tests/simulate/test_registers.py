"""Four simulated registers: the same on every platform, with the faults that they say, and the truth."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from justice_metrics.cases.linkage.births import birth_of
from justice_metrics.cases.linkage.names import given_names, surnames
from justice_metrics.simulate.registers import HEADERS, REGISTERS, World, record_id, registers, write_registers


@pytest.fixture(scope="module")
def world() -> World:
    return registers(6_000, seed=5)


def test_about_as_many_records_as_asked_for(world: World) -> None:
    assert 5_600 < world.n < 6_400
    assert len(world.records["police"]) > len(world.records["prosecutor"]) > len(world.records["court"])


def test_the_same_seed_gives_the_same_registers() -> None:
    assert registers(400, seed=9).records == registers(400, seed=9).records
    assert registers(400, seed=9).records != registers(400, seed=8).records


def test_one_person_in_twenty_has_a_second_case(world: World) -> None:
    persons, cases = world.truth("police")
    assert len(set(cases.tolist())) == len(cases)
    assert np.mean(np.bincount(persons) == 2) == pytest.approx(0.05, abs=0.015)
    for register in REGISTERS[1:]:
        assert set(world.truth(register)[1].tolist()) <= set(cases.tolist())


def test_the_faults_are_there_at_their_rates(world: World) -> None:
    people = world.people
    rows = [one for register in REGISTERS for one in world.records[register]]
    with_second = [one for one in rows if people.second[one.person]]
    missing = np.mean([one.written.second == "" for one in with_second])
    assert missing == pytest.approx(0.08, abs=0.015)
    swapped = np.mean(
        [
            surnames(one.written.first).first_sound == surnames(people.second[one.person]).first_sound
            and people.first[one.person] != people.second[one.person]
            for one in with_second
        ]
    )
    assert 0.015 < swapped < 0.06
    january = np.mean([one.written.birth.startswith("01/01/") for one in rows])
    assert 0.02 < january < 0.045
    assert any(one.written.given.startswith(("Ma.", "MA.")) for one in rows)
    assert any("de Quiroga" in one.written.second for one in rows)
    assert all(one.written.birth or one.written.age or one.written.given for one in rows)


def test_without_faults_every_record_says_the_truth() -> None:
    clean = registers(500, faults=0.0)
    for register in REGISTERS:
        for one in clean.records[register]:
            who = clean.people
            assert (one.written.given, one.written.first, one.written.second) == (
                who.given[one.person],
                who.first[one.person],
                who.second[one.person],
            )
            assert one.written.birth == _written(int(who.birth[one.person]))


def test_faults_mostly_leave_keys_alike(world: World) -> None:
    rows = [one for register in REGISTERS for one in world.records[register]]
    same = np.mean(
        [given_names(one.written.given).first == given_names(world.people.given[one.person]).first for one in rows]
    )
    assert 0.9 < same < 1


def test_files_with_a_linkage_file_and_a_mapping(tmp_path: Path) -> None:
    small = registers(120, seed=2)
    plan = write_registers(small, tmp_path / "registers")
    for register in REGISTERS:
        with (plan.parent / f"{register}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert tuple(rows[0]) == HEADERS[register]
        assert len(rows) - 1 == len(small.records[register])
        assert rows[1][0] == record_id(register, 0)
    assert "simulated = true" in plan.read_text(encoding="utf-8")
    assert (plan.parent / "linked_cases.toml").is_file()


def test_ids_tell_nothing_of_other_registers() -> None:
    assert len({record_id("police", one) for one in range(5_000)}) == 5_000
    assert record_id("police", 7)[3:] == record_id("court", 7)[3:]


def _written(day: int) -> str:
    found = birth_of(day)
    text = found.day or f"{found.year}-01-01"
    year, month, date = text.split("-")
    return f"{date}/{month}/{year}"
