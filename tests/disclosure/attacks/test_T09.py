"""T9: a table with margins in which only the small cells are hidden gives many of them back exactly."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from justice_metrics.disclosure.audit import audit
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, hiding, made, small, write_release

NAMES = ("office", "offence", "ending")


def cube(seed: int, *shape: int) -> dict[tuple[str, ...], int]:
    """Return counts with all their margins, most of them small, as in a register of many offices."""
    cells = np.random.default_rng(seed).negative_binomial(1.0, 0.06, shape)
    return {
        tuple(one if isinstance(one, str) else f"level {one}" for one in place): int(
            cells[tuple(slice(None) if one == "all" else one for one in place)].sum()
        )
        for place in itertools.product(*([*range(size), "all"] for size in shape))
    }


@pytest.mark.parametrize("shape", [(4, 3), (5, 3, 2)])
def test_it_succeeds_where_only_small_cells_are_hidden_and_fails_on_ours(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    exact = 0
    for seed in range(3):
        values = cube(seed, *shape)
        answer = made(main=counts(values, NAMES[: len(shape)]), units=values[("all",) * len(shape)])
        naive = made(main=hiding(answer.main, small), units=answer.provenance.units_in)
        found = audit(write_release(tmp_path / f"naive {seed}", [naive]))
        exact += "can be recovered exactly" in words(found)
        release = ours(tmp_path / f"ours {seed}", answer)
        assert release.report.passed, words(release.report)
        assert release.report.hidden < release.report.cells
    assert exact
