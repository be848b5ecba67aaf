"""The gate against two attackers that know nothing of how it works: 500 random sets of linked tables in each mode."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.disclosure.audit.attack import recovered
from justice_metrics.disclosure.audit.reading import Cell, Key, Place, Publication, rules_of
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import protect
from tests.disclosure.outsider import POPULATION, Tables, linked_tables, random_policy, too_narrow

pytestmark = pytest.mark.prove

SETS = 500
SECRET = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADE_SECRET", SECRET)


def audited(tables: Tables, policy: DisclosurePolicy) -> list[str]:
    """Return what the auditor finds in the published numbers."""
    decided = protect({POPULATION: tables.counts()}, policy)
    keys = [Key(POPULATION, False, one.box) for one in tables.counts()]
    cells: dict[Key, Cell] = {}
    for place, (key, one) in enumerate(zip(keys, tables.counts(), strict=True)):
        value, where = decided.of(POPULATION, one).value, Place(1, "main", "n", place)
        cells[key] = Cell(hidden=[where]) if np.isnan(value) else Cell(shown=[(value, where)])
    limited = {Key(POPULATION, False, one) for _, one in decided.limited}
    rules = rules_of(policy.to_record())
    truth = {key: one.value for key, one in zip(keys, tables.counts(), strict=True)}
    found = recovered(Publication(rules, cells, [], [], [tuple(keys)], [], []), truth=truth)
    return [] if limited else [one.kind for one in found.findings]


@pytest.mark.parametrize("sparse_rows", [False, True])
@pytest.mark.parametrize("mode", ["suppress", "round"])
def test_an_outsider_who_knows_all_sums_learns_too_little(mode: str, sparse_rows: bool) -> None:
    narrow = []
    for seed in range(SETS):
        draw = np.random.default_rng(seed)
        tables = linked_tables(draw, sparse_rows=sparse_rows)
        narrow += [(seed, rule) for rule in too_narrow(tables, random_policy(draw, mode))]
    assert narrow == []


@pytest.mark.parametrize("sparse_rows", [False, True])
@pytest.mark.parametrize("mode", ["suppress", "round"])
def test_the_auditor_finds_nothing(mode: str, sparse_rows: bool) -> None:
    found = []
    for seed in range(10_000, 10_000 + SETS):
        draw = np.random.default_rng(seed)
        tables = linked_tables(draw, sparse_rows=sparse_rows)
        found += [(seed, kind) for kind in audited(tables, random_policy(draw, mode))]
    assert found == []
