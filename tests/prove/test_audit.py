"""Random sets of linked tables through the gate, attacked by the auditor with the true counts at hand."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from justice_metrics.disclosure.audit import truth_of
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, hiding, made, small

pytestmark = pytest.mark.prove

SETS = int(os.environ.get("JUSTICE_METRICS_SETS", "250"))
SECRET = "a3f19c07d2e845b6908b7c1d5e2f6a4470cd93be18f5620ab94e7d3c81f2065d"


def linked_tables(seed: int) -> list[Any]:
    """Return two to four tables of the same cases by different attributes, some of some cases only."""
    chance = np.random.default_rng(seed)
    n = int(chance.integers(40, 1500))
    sizes = {name: int(chance.integers(2, 6)) for name in ("office", "offence", "year", "sex")}
    cases = {name: chance.choice(k, n, p=chance.dirichlet(np.full(k, 0.7))) for name, k in sizes.items()}
    ending = chance.random(n) < chance.uniform(0.05, 0.5)
    answers = []
    for _ in range(int(chance.integers(2, 5))):
        by = list(chance.permutation(list(sizes))[: int(chance.integers(1, 4))])
        fixed: dict[str, tuple[str, ...]] = {}
        kept = np.ones(n, bool)
        if chance.random() < 0.4:
            fixed, kept = {"ending": ("conviction",)}, ending
        values = {}
        for place in itertools.product(*([*range(sizes[one]), "all"] for one in by)):
            chosen = kept.copy()
            for name, level in zip(by, place, strict=True):
                if level != "all":
                    chosen &= cases[name] == level
            values[tuple(str(one) for one in place)] = int(chosen.sum())
        answers.append(made(main=counts(values, by, fixed=fixed), units=n))
    return answers


@pytest.mark.parametrize("mode", ["suppress", "round"])
def test_no_hidden_count_is_known_too_well(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", SECRET)
    hidden = shown = 0
    for seed in range(SETS):
        release = ours(tmp_path / f"set-{seed}", *linked_tables(seed), mode=mode)
        assert release.report.passed, f"set {seed}: {words(release.report)}"
        # rows of which all is hidden are in no published table: the auditor gets their names with the true counts
        told = release.report.cells - release.report.hidden
        shown += told
        hidden += len(truth_of(release.released.dossier())) - told
    assert hidden > SETS
    assert shown > SETS


def test_hiding_small_cells_alone_is_not_enough(tmp_path: Path) -> None:
    """The same sets, without the gate: most of them give hidden counts back."""
    from justice_metrics.disclosure.audit import audit
    from tests.disclosure.audit.made_release import write_release

    broken = 0
    for seed in range(20):
        naive = [made(main=hiding(one.main, small), units=one.provenance.units_in) for one in linked_tables(seed)]
        broken += not audit(write_release(tmp_path / str(seed), naive)).passed
    assert broken > 15
