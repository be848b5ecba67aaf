"""Linkage of a large simulated world: precision, recall, time, and how honest the model is about itself."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy.stats import binom

from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases.linkage.compare import compare
from justice_metrics.cases.linkage.linked import LinkedRegisters, link_registers
from justice_metrics.cases.linkage.plan import read_plan
from justice_metrics.cases.linkage.prepare import prepare
from justice_metrics.estimate.linkage_review import reviewed_precision, reviewed_recall
from justice_metrics.measures.quality.linkage_sensitivity import linkage_sensitivity
from justice_metrics.reduce.linked import GROUPS, group_pairs, pair_counts
from justice_metrics.simulate.people_names import MEN, SURNAMES, WOMEN
from justice_metrics.simulate.registers import REGISTERS, World, registers, write_registers
from tests.register_cases import plan, table

pytestmark = pytest.mark.prove
pytest.importorskip("splink", reason="splink is not installed")

THRESHOLDS = (0.8, 0.9, 0.95)


class Large(NamedTuple):
    world: World
    linked: LinkedRegisters
    seconds: float
    mapping: Any
    person: np.ndarray


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    world = registers(100_000, seed=1)
    plan = write_registers(world, tmp_path_factory.mktemp("registers"))
    began = time.perf_counter()
    linked = link_registers(plan)
    seconds = time.perf_counter() - began
    person = np.concatenate([world.truth(one)[0] for one in REGISTERS])
    return Large(world, linked, seconds, plan.parent / "linked_cases.toml", person)


def shares(large: Large, threshold: float) -> tuple[float, float]:
    """Return true precision and recall of the accepted pairs."""
    pairs, person = large.linked.pairs, large.person
    true = person[pairs.left] == person[pairs.right]
    accepted = pairs.probability >= threshold
    sizes = np.bincount(person)
    return float(true[accepted].mean()), float(true[accepted].sum() / (sizes * (sizes - 1) // 2).sum())


def test_a_hundred_thousand_records_in_two_minutes(large: Large) -> None:
    sys.stderr.write(f"simulated: {large.world.n} records linked in {large.seconds:.1f} s\n")
    assert large.world.n > 98_000
    assert large.seconds < 120


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_precision_and_recall(large: Large, threshold: float) -> None:
    precision, recall = shares(large, threshold)
    sys.stderr.write(f"simulated: threshold {threshold}: precision {precision:.4f}, recall {recall:.4f}\n")
    assert precision >= 0.99
    assert recall >= 0.9


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_persons_are_as_sure_as_pairs(large: Large, threshold: float) -> None:
    """Chains of links join few that are strangers: pairs that the persons imply, counted whole."""
    found = large.linked.persons(threshold)
    of_person, of_both = np.bincount(found), np.unique(found * np.int64(1 << 32) + large.person, return_counts=True)[1]
    implied, true = (int((one * (one - 1) // 2).sum()) for one in (of_person, of_both))
    sys.stderr.write(f"simulated: threshold {threshold}: persons' pairs {true / implied:.4f} true\n")
    assert true / implied >= 0.99


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_the_model_is_honest_about_itself(large: Large, threshold: float) -> None:
    """Its own precision lies within half a point of the true one; its recall knows of the compared pairs only."""
    counted = pair_counts(large.linked, threshold)
    precision, recall = shares(large, threshold)
    assert counted.expected_true / counted.accepted == pytest.approx(precision, abs=0.005)
    assert recall - 0.01 < counted.expected_true / counted.expected_all < recall + 0.035


def test_rates_of_linked_cases_are_near_the_truth(large: Large) -> None:
    """The true shares of complaints that were charged and judged lie within two points at every threshold."""
    answer = linkage_sensitivity(large.linked, large.mapping, of=("charge", "trial"))
    cases = large.world.truth("police")[1]
    for rate, register in (("charge/complaint", "prosecutor"), ("trial/complaint", "court")):
        truth = float(np.isin(cases, large.world.truth(register)[1]).mean())
        found = answer.main["estimate"][answer.main["rate"] == rate].astype(float)
        sys.stderr.write(f"simulated: {rate}: true {truth:.4f}, linked {np.round(found, 4)}\n")
        np.testing.assert_allclose(found, truth, atol=0.02)


def test_one_surname_is_missed_more_often(large: Large) -> None:
    """The bias that the groups are there to show: records of people with one surname are linked less."""
    pairs, person = large.linked.pairs, large.person
    single = np.concatenate([one.one_surname for one in large.linked.registers])
    accepted = pairs.probability >= 0.95
    true = accepted & (person[pairs.left] == person[pairs.right])
    recall = []
    for group in (single, ~single):
        sizes = np.bincount(person[group])
        inside = true & group[pairs.left] & group[pairs.right]
        recall.append(inside.sum() / (sizes * (sizes - 1) // 2).sum())
    sys.stderr.write(f"simulated: recall with one surname {recall[0]:.4f}, with two {recall[1]:.4f}\n")
    assert recall[0] < recall[1]
    # In this world the model sees the same, but only of pairs that were compared: what it tells is the least.
    every, two = np.bincount(person), np.bincount(person[~single], minlength=int(person.max()) + 1)
    total = (every * (every - 1) // 2 - two * (two - 1) // 2).sum()
    either = single[pairs.left] | single[pairs.right]
    for threshold in THRESHOLDS:
        counted = group_pairs(large.linked, threshold)
        missed = dict(zip(GROUPS, 1 - counted.expected_accepted / counted.expected_all, strict=True))
        assert missed["one_surname"] > missed["two_surnames"]
        found = either & (pairs.probability >= threshold) & (person[pairs.left] == person[pairs.right])
        truly = 1 - found.sum() / total
        sys.stderr.write(f"simulated: missed with one surname {truly:.4f}, by the model {missed['one_surname']:.4f}\n")
        assert missed["one_surname"] < truly


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("kind", ["precision", "recall"])
def test_intervals_of_a_review_hold_their_level(level: float, kind: str) -> None:
    """Five hundred reviews of bands with known shares; at least the level, up to the Monte Carlo error."""
    rng = np.random.default_rng(7)
    pairs = np.array([900, 300, 250, 150, 200, 700, 9_000])
    share = np.array([0.03, 0.25, 0.6, 0.85, 0.93, 0.97, 0.999])
    accepted = np.array([False] * 4 + [True] * 3)
    looked_at = np.full(7, 60)
    judge = reviewed_precision if kind == "precision" else reviewed_recall
    inside = np.where(accepted, pairs, 0)
    truth = (inside @ share) / (inside.sum() if kind == "precision" else pairs @ share)
    replicates = 500
    held = 0
    for _ in range(replicates):
        found = judge(pairs, looked_at, rng.binomial(looked_at, share), accepted, level)
        held += found.conf_low <= truth <= found.conf_high
    sys.stderr.write(f"{kind} at {level}: coverage {held / replicates:.3f}\n")
    assert held >= binom.ppf(0.005, replicates, level)


def test_registers_of_different_persons_are_refused() -> None:
    """Four hundred records, and no two of them alike."""
    rows = [
        (f"P{one}", WOMEN[one % 90], SURNAMES[one], None, f"19{40 + one % 60}-02-{1 + one % 27:02d}", None)
        for one in range(200)
    ]
    court = [
        (f"C{one}", MEN[one % 50], f"{SURNAMES[one][::-1]}k", None, f"20{one % 20:02d}-08-{1 + one % 27:02d}", None)
        for one in range(200)
    ]
    with pytest.raises(CaseDataError, match="too few persons") as caught:
        compare(plan(), prepare(plan(), {"police": table(rows), "court": table(court)}))
    assert "Quispe" not in str(caught.value)


def test_the_same_registers_give_the_same_links(tmp_path: Path) -> None:
    described = read_plan(write_registers(registers(8_000, seed=2), tmp_path))
    held = prepare(described)
    one, other = compare(described, held), compare(described, held)
    np.testing.assert_array_equal(one.left, other.left)
    np.testing.assert_array_equal(one.right, other.right)
    np.testing.assert_allclose(one.probability, other.probability, rtol=1e-9)


@pytest.mark.spark
def test_spark_finds_the_same_pairs(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Chance agreement is drawn anew by each engine, so probabilities differ in the second decimal."""
    world = registers(1_500, seed=3)
    plan = read_plan(write_registers(world, tmp_path_factory.mktemp("registers")))
    held = prepare(plan)
    here = compare(plan, held)
    there = compare(
        plan.model_copy(update={"linkage": plan.linkage.model_copy(update={"engine": "spark"})}), held, spark=spark
    )
    one, other = (
        {
            pair
            for pair, share in zip(zip(each.left, each.right, strict=True), each.probability, strict=True)
            if share > 0.9
        }
        for each in (here, there)
    )
    assert len(one & other) >= 0.98 * len(one | other)
