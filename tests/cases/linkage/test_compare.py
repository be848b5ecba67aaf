"""Pairs by Splink on a small simulated world; the large one is in tests/prove."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from justice_metrics.base.errors import CaseDataError, MissingExtraError
from justice_metrics.cases.linkage import compare as compared
from justice_metrics.cases.linkage.compare import Pairs, compare
from justice_metrics.cases.linkage.plan import LinkagePlan, read_plan
from justice_metrics.cases.linkage.prepare import Prepared, prepare
from justice_metrics.simulate.registers import REGISTERS, World, registers, write_registers
from tests.register_cases import COURT, POLICE, plan, table

pytest.importorskip("splink", reason="splink is not installed")


class Linked(NamedTuple):
    world: World
    plan: LinkagePlan
    prepared: tuple[Prepared, ...]
    pairs: Pairs
    said: str


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Linked:
    world = registers(1_300, seed=11)
    described = read_plan(write_registers(world, tmp_path_factory.mktemp("registers")))
    held = prepare(described)
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    ear = Ear()
    logging.getLogger().addHandler(ear)
    logging.getLogger("splink").addHandler(ear)
    before = logging.getLogger("splink").level
    try:
        # A user who logs everything still gets no word of it.
        logging.getLogger("splink").setLevel(1)
        pairs = compare(described, held)
    finally:
        logging.getLogger().removeHandler(ear)
        logging.getLogger("splink").removeHandler(ear)
        logging.getLogger("splink").setLevel(before)
    return Linked(world, described, held, pairs, "\n".join(lines))


def persons(world: World) -> np.ndarray:
    return np.concatenate([world.truth(one)[0] for one in REGISTERS])


def test_most_links_are_found_and_hardly_one_is_wrong(linked: Linked) -> None:
    person = persons(linked.world)
    sizes = np.bincount(person)
    true = person[linked.pairs.left] == person[linked.pairs.right]
    accepted = linked.pairs.probability >= 0.9
    assert true[accepted].mean() >= 0.99
    assert true[accepted].sum() / (sizes * (sizes - 1) // 2).sum() >= 0.9


def test_the_probabilities_add_up_to_the_true_pairs(linked: Linked) -> None:
    person = persons(linked.world)
    true = person[linked.pairs.left] == person[linked.pairs.right]
    assert linked.pairs.expected == pytest.approx(true.sum(), rel=0.05)


def test_pairs_are_numbered_by_register_whatever_stands_left(linked: Linked) -> None:
    """The engine puts registers left and right as it likes; row numbers follow the linkage file."""
    left, right = linked.pairs.left, linked.pairs.right
    assert np.all(left < right)
    starts = np.cumsum([0, *(one.n for one in linked.prepared)])
    # Every pair of registers occurs, also those whose alphabetical order is the other way round.
    of = np.searchsorted(starts, np.stack([left, right]), side="right") - 1
    assert {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)} <= set(zip(*of.tolist(), strict=True))


def test_the_order_of_the_registers_changes_nothing(linked: Linked) -> None:
    turned = linked.plan.model_copy(update={"registers": linked.plan.registers[::-1]}).beside(Path())
    again = compare(turned, linked.prepared[::-1])

    def named(pairs: Pairs, held: tuple[Prepared, ...]) -> dict[frozenset[tuple[str, int]], float]:
        starts = np.cumsum([0, *(one.n for one in held)])
        rows = [(held[at].part.name, row) for at in range(len(held)) for row in range(held[at].n)]
        assert len(rows) == starts[-1]
        return {
            frozenset((rows[one], rows[other])): share
            for one, other, share in zip(pairs.left, pairs.right, pairs.probability, strict=True)
        }

    one, other = named(linked.pairs, linked.prepared), named(again, linked.prepared[::-1])
    certain = {pair for pair, share in one.items() if share > 0.97}
    assert len(certain) > 800
    assert {pair for pair in certain if other.get(pair, 0) > 0.9} == certain


def test_nothing_is_said_on_the_way(linked: Linked, capsys: pytest.CaptureFixture[str]) -> None:
    assert linked.said == ""
    assert capsys.readouterr() == ("", "")


def test_the_engines_own_message_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compared, "_FEWEST_RECORDS", 1)

    def fail(*_: Any) -> Pairs:
        raise RuntimeError("Conversion Error: María Quispe")

    monkeypatch.setattr(compared, "_compared", fail)
    with pytest.raises(CaseDataError, match="could not be compared") as caught:
        compare(plan(), prepare(plan(), {"police": table(POLICE), "court": table(COURT)}))
    assert "Quispe" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_too_few_records_are_refused() -> None:
    with pytest.raises(CaseDataError, match="too few persons"):
        compare(plan(), prepare(plan(), {"police": table(POLICE), "court": table(COURT)}))


def test_without_splink_the_line_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compared, "_FEWEST_RECORDS", 1)
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(MissingExtraError, match=r"justice-metrics\[linkage\]"):
        compare(plan(), prepare(plan(), {"police": table(POLICE), "court": table(COURT)}))


def test_settled_weights_by_hand() -> None:
    """One hundred pairs of which ten are sure and ninety surely not: the share must come out as ten in all pairs."""
    weight = np.array([40.0] * 10 + [-40.0] * 90)
    probability, expected = compared._settled(weight, 0.001, 1_000.0)
    assert expected == pytest.approx(10, rel=1e-6)
    np.testing.assert_allclose(probability[:10], 1, atol=1e-6)
    # An even piece of evidence is worth the odds of a random pair.
    odds = np.log2(0.001 / 0.999)
    alone, _ = compared._settled(np.append(weight, odds), 0.001, 1_000.0)
    assert alone[-1] == pytest.approx(0.01, rel=0.01)
