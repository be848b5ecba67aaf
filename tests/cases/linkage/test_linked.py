"""Persons, cases and frames of registers whose links were made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest

from justice_metrics.base.errors import MappingError, OutputError, QuestionError, SettingsError
from justice_metrics.cases.linkage.linked import ALONE, UNCLEAR, LinkedRegisters
from justice_metrics.cases.linkage.linked_cases import linked_cases
from justice_metrics.cases.linkage.links_file import write_links
from justice_metrics.cases.linkage.plan import read_plan
from justice_metrics.cases.linkage.prepare import prepare
from justice_metrics.cases.linkage.pseudonyms import pseudonyms
from tests.register_cases import COURT, NAMES, PAIRS, POLICE, by_hand, mapping_file, table

SECRET = "8f3b0c61d97e24a5f01c7d3e6b92a84850de17f6c3ab94271e6d0f58b3c92a7d"


def test_persons_are_what_pairs_hold_together() -> None:
    linked = by_hand(PAIRS)
    strict, loose = linked.persons(0.95), linked.persons(0.8)
    # 0.95: María's records P1, P2 and C2; 0.8 adds C1, and joins Rosario and Charo.
    assert strict[0] == strict[1] == strict[5]
    assert strict[4] != strict[0]
    assert strict[2] != strict[6]
    assert loose[4] == loose[0]
    assert loose[2] == loose[6]
    assert len(set(loose.tolist())) == 4
    assert loose[3] != loose[7]


@pytest.mark.parametrize("threshold", [0.0, 0.49, 1.0, 1.5])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(QuestionError, match="threshold"):
        by_hand(PAIRS).persons(threshold)


def test_a_record_belongs_to_the_last_case_that_began_by_then() -> None:
    linked = by_hand(PAIRS)
    found = linked.cases(0.8).case
    assert found[:4].tolist() == [0, 1, 2, 3]
    # C1 of 2017 belongs to the case of 2016, C2 of 2019 to that of 2018; C3 has one case only, so its day is not asked.
    assert found[4:].tolist() == [0, 1, 2, ALONE]


def test_a_record_before_every_case_belongs_to_the_first() -> None:
    court = [("C1", "María", "Quispe", "Mamani", "2004-05-03", "2015-01-01")]
    linked = by_hand([(0, 1, 0.99), (0, 4, 0.99), (1, 4, 0.99)], court=court)
    found = linked.cases(0.9)
    assert found.case[4] == 0
    assert found.before.tolist() == [False] * 4 + [True]


def test_without_a_day_nobody_can_tell_which_of_several_cases() -> None:
    court = [("C1", "María", "Quispe", "Mamani", "2004-05-03", None)]
    linked = by_hand([(0, 1, 0.99), (0, 4, 0.99)], court=court)
    assert linked.cases(0.9).case[4] == UNCLEAR
    assert linked.frame("court", 0.9).num_rows == 0


def test_frames_hold_no_name_no_birth_and_no_id() -> None:
    linked = by_hand(PAIRS)
    police, court = linked.frame("police", 0.9), linked.frame("court", 0.9)
    assert police.column_names == court.column_names == ["day", "linked_case"]
    case_of = {row["day"]: row["linked_case"] for row in police.to_pylist()}
    assert sorted(case_of.values()) == ["0", "1", "2", "3"]
    # C1 belongs to P1 and C2 to P2
    assert {row["day"]: row["linked_case"] for row in court.to_pylist()} == {
        "2017-01-10": case_of["2016-01-10"],
        "2019-05-05": case_of["2018-03-01"],
    }


def test_the_number_of_a_case_is_not_its_place() -> None:
    many = [(f"P{one:02d}", "Ana", f"Rojas{one}", "Poma", None, f"2016-01-{one + 1:02d}") for one in range(28)]
    linked = by_hand([], police=many)
    frame = linked.frame("police", 0.9)
    numbers = [int(one) for one in frame.column("linked_case").to_pylist()]
    # rows stand in the order of the numbers, and neither is that of the register
    assert numbers == list(range(28))
    days = frame.column("day").to_pylist()
    assert days != sorted(days)
    assert sorted(days) == [row[5] for row in many]
    # the same registers give the same numbers; another court gives others, so one register does not tell them
    assert by_hand([], police=many).frame("police", 0.9).equals(frame)
    assert not by_hand([], police=many, court=COURT[:3]).frame("police", 0.9).equals(frame)


def test_only_what_the_linkage_file_lets_pass_crosses(tmp_path: Path) -> None:
    part = {"id": "id", "given_names": "given", "first_surname": "first", "date": "day"}
    police = table(POLICE).append_column("Madre", pa.array(["Rosa Quispe"] * 4))
    police = police.append_column("Delito", pa.array(["Estupro"] * 4))
    frames = {"police": police, "court": table(COURT)}

    def linked(**more: Any) -> LinkedRegisters:
        plan = {"registers": [{"name": "police", **part, **more}, {"name": "court", **part}]}
        held = prepare(read_plan(plan), frames)
        return replace(by_hand(PAIRS), registers=held)

    assert linked().frame("police", 0.9).column_names == ["day", "linked_case"]
    passed = linked(keep=["Delito"])
    assert passed.frame("police", 0.9).column_names == ["day", "Delito", "linked_case"]
    path = mapping_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + '\n[attributes]\nmother = "Madre"\n', encoding="utf-8")
    with pytest.raises(MappingError, match=r"(?s)'Madre' of the register 'police' stays behind.*keep"):
        linked_cases(passed, path, threshold=0.9)
    path.write_text(path.read_text(encoding="utf-8").replace("Madre", "Delito"), encoding="utf-8")
    assert linked_cases(passed, path, threshold=0.9).n_units == 4
    with pytest.raises(SettingsError, match="keep"):
        linked(keep=["first"])
    with pytest.raises(MappingError, match="'Delitos'"):
        linked(keep=["Delitos"])


def test_no_pair_is_no_link() -> None:
    linked = by_hand([])
    assert len(set(linked.persons(0.9).tolist())) == 8
    assert linked.cases(0.9).case[4:].tolist() == [ALONE] * 4


def test_it_prints_counts_only() -> None:
    shown = repr(by_hand(PAIRS))
    assert shown == "LinkedRegisters(police: 4, court: 4; 7 pairs)"


def test_case_data_of_linked_registers(tmp_path: Path) -> None:
    cases = linked_cases(by_hand(PAIRS), mapping_file(tmp_path), threshold=0.8)
    assert cases.n_units == 4
    trial = cases.milestones.select("unit_id", "first__trial").collect()
    by_id = dict(zip(trial["unit_id"].to_list(), trial["first__trial"].to_list(), strict=True))
    frame = by_hand(PAIRS).frame("police", 0.8)
    days = {row["day"]: by_id[row["linked_case"]] for row in frame.to_pylist()}
    assert days["2016-01-10"] is not None
    assert days["2016-01-10"] < days["2018-03-01"]
    assert days["2017-06-30"] is None


def test_case_data_ask_for_stage_tables_of_known_registers(tmp_path: Path) -> None:
    path = mapping_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"court"', '"courts"'), encoding="utf-8")
    with pytest.raises(MappingError, match=r"(?s)'courts'.*'court'"):
        linked_cases(by_hand(PAIRS), path, threshold=0.8)
    wide = {
        "data": {"kind": "wide"},
        "cases": {"unit": "case", "id": "linked_case", "procedure": "bolivia", "cutoff": "2021-12-31"},
        "dates": {"complaint": "day"},
    }
    with pytest.raises(MappingError, match="another kind"):
        linked_cases(by_hand(PAIRS), wide, threshold=0.8)


def rows_of(path: Path) -> list[dict[str, str]]:
    read = pyarrow.csv.read_csv(path)
    return [{name: str(value) for name, value in row.items()} for row in read.to_pylist()]


def test_links_are_written_for_the_secure_side(tmp_path: Path) -> None:
    path = write_links(by_hand(PAIRS), tmp_path, threshold=0.8)
    assert path.name == "PERSONAL_DATA_links.csv"
    assert path.stat().st_mode & 0o077 == 0
    rows = {row["id"]: row for row in rows_of(path)}
    assert rows["C1"]["case_id"] == "P1"
    assert rows["C2"]["case_id"] == "P2"
    assert rows["P1"]["person"] == rows["C2"]["person"] != rows["P4"]["person"]
    assert not any(name in path.read_text(encoding="utf-8") for name in NAMES)


def test_links_with_pseudonyms_hold_no_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_SECRET", SECRET)
    path = write_links(by_hand(PAIRS), tmp_path, threshold=0.8, secret="env:LINK_SECRET")
    rows = rows_of(path)
    assert not any(row["id"] in {"P1", "C1"} for row in rows)
    # Only whoever has the secret and the purpose can make the same pseudonym of an id.
    (expected,) = pseudonyms(["P1"], secret="env:LINK_SECRET", purpose="police")
    assert [row["register"] for row in rows if row["id"] == expected] == ["police"]


def test_the_order_of_links_does_not_tell_who_is_who(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_SECRET", SECRET)
    # a register in disorder, so that sorting by its own ids would show too
    linked = by_hand(PAIRS, police=[POLICE[1], POLICE[0], *POLICE[2:]])
    rows = rows_of(write_links(linked, tmp_path, threshold=0.8, secret="env:LINK_SECRET"))
    for register in ("police", "court"):
        ids = [row["id"] for row in rows if row["register"] == register]
        assert ids == sorted(ids)
    # persons are numbered as they come in that order, not by their place in the register
    assert list(dict.fromkeys(int(row["person"]) for row in rows)) == [1, 2, 3, 4]


def test_the_secret_of_links_does_not_lie_with_the_registers(tmp_path: Path) -> None:
    secret = tmp_path / "study" / "secret"
    secret.parent.mkdir()
    secret.touch(mode=0o600)
    secret.write_text(SECRET, encoding="ascii")
    out = tmp_path / "out"
    out.mkdir()
    linked = replace(by_hand(PAIRS), folders=(secret.parent,))
    with pytest.raises(SettingsError, match="in the project"):
        write_links(linked, out, secret=secret)
    with pytest.raises(SettingsError, match="in the project"):
        write_links(by_hand(PAIRS), secret.parent, secret=secret)
    assert list(out.iterdir()) == []


def test_links_are_not_written_with_a_weak_secret_or_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINK_SECRET", "secret")
    with pytest.raises(SettingsError):
        write_links(by_hand(PAIRS), tmp_path, secret="env:LINK_SECRET")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError):
        write_links(by_hand(PAIRS), tmp_path / "nowhere")


def test_the_case_of_a_record_does_not_hang_on_the_order_of_rows() -> None:
    """María's two cases exchanged in the register: her records go to the same days as before."""
    swapped = {0: 1, 1: 0}
    pairs = [(*sorted((swapped.get(a, a), swapped.get(b, b))), p) for a, b, p in PAIRS]
    turned = by_hand(pairs, police=[POLICE[1], POLICE[0], *POLICE[2:]])
    found = [swapped.get(int(one), int(one)) for one in turned.cases(0.8).case[4:]]
    assert found == by_hand(PAIRS).cases(0.8).case[4:].tolist()
