"""The clerical sample: written, decided on, read back."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from justice_metrics.base.errors import OutputError, QuestionError, ReadError
from justice_metrics.cases.linkage.linked import LinkedRegisters
from justice_metrics.cases.linkage.review import BANDS, read_review, write_review
from tests.register_cases import PAIRS, by_hand


@pytest.fixture(scope="module")
def linked() -> LinkedRegisters:
    return by_hand(PAIRS)


def filled(path: Path, decisions: dict[frozenset[str], str]) -> Path:
    """Write decisions into the file, as a person would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        for row in rows:
            row["same_person"] = decisions.get(frozenset((row["id_a"], row["id_b"])), "")
            writer.writerow(row)
    return path


def test_pairs_stand_side_by_side_without_their_probability(linked: LinkedRegisters, tmp_path: Path) -> None:
    path = write_review(linked, tmp_path, pairs=7)
    assert path.name == "PERSONAL_DATA_pairs_to_review.csv"
    assert path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7
    assert {"given_names_a", "given_names_b", "same_person"} <= set(rows[0])
    assert not any("0.9" in cell for row in rows for cell in row.values())
    assert all(row["same_person"] == "" for row in rows)


def test_small_bands_are_looked_at_whole(linked: LinkedRegisters, tmp_path: Path) -> None:
    """Four of seven pairs, and three bands besides the fullest have one or two: each is in the sample."""
    with write_review(linked, tmp_path, pairs=4).open(encoding="utf-8-sig", newline="") as file:
        drawn = {frozenset((row["id_a"], row["id_b"])) for row in csv.DictReader(file)}
    assert {frozenset(("P3", "C3")), frozenset(("P4", "C4"))} <= drawn


def test_the_same_seed_draws_the_same_pairs(linked: LinkedRegisters, tmp_path: Path) -> None:
    def drawn(seed: int) -> bytes:
        path = write_review(linked, tmp_path, pairs=5, seed=seed)
        written = path.read_bytes()
        path.unlink()
        return written

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_a_sample_that_is_there_is_not_replaced(linked: LinkedRegisters, tmp_path: Path) -> None:
    path = filled(write_review(linked, tmp_path, pairs=7), {frozenset(("P1", "P2")): "yes"})
    before = path.read_bytes()
    with pytest.raises(OutputError, match="already"):
        write_review(linked, tmp_path, pairs=7, seed=2)
    assert path.read_bytes() == before


def test_a_pair_that_stands_there_twice_counts_once(linked: LinkedRegisters, tmp_path: Path) -> None:
    path = filled(write_review(linked, tmp_path, pairs=7), {frozenset(("P1", "P2")): "yes"})
    once = read_review(linked, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    said = next(one for one in lines if one.endswith(",yes"))
    path.write_text("\n".join([*lines, *[said] * 50]) + "\n", encoding="utf-8")
    twice = read_review(linked, path)
    assert twice.looked_at.tolist() == once.looked_at.tolist()
    assert twice.same.sum() == 1
    path.write_text("\n".join([*lines, said.removesuffix("yes") + "no"]) + "\n", encoding="utf-8")
    with pytest.raises(ReadError, match="in two ways"):
        read_review(linked, path)


def test_decisions_are_counted_by_band(linked: LinkedRegisters, tmp_path: Path) -> None:
    path = filled(
        write_review(linked, tmp_path, pairs=7),
        {frozenset(("P1", "P2")): "Sí", frozenset(("P3", "C3")): "no", frozenset(("P4", "C4")): "N"},
    )
    found = read_review(linked, path)
    at = {low: place for place, low in enumerate(BANDS[:-1])}
    assert found.pairs[at[0.99]] == 3
    assert (found.looked_at[at[0.99]], found.same[at[0.99]]) == (1, 1)
    assert (found.looked_at[at[0.8]], found.same[at[0.8]]) == (1, 0)
    assert (found.looked_at[at[0.01]], found.same[at[0.01]]) == (1, 0)
    assert found.unsure == 4


def test_a_file_without_decisions_or_columns_is_refused(linked: LinkedRegisters, tmp_path: Path) -> None:
    path = write_review(linked, tmp_path, pairs=7)
    with pytest.raises(ReadError, match="decided on") as caught:
        read_review(linked, path)
    assert "Quispe" not in str(caught.value)
    other = tmp_path / "other.csv"
    other.write_text("pair,id_a\n1,x\n", encoding="utf-8")
    with pytest.raises(ReadError, match="register_a"):
        read_review(linked, other)
    path.unlink()
    with pytest.raises(QuestionError):
        write_review(linked, tmp_path, pairs=0)
