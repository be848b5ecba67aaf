"""T7: cells and margins rounded by themselves: the sums between them narrow the counts down."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from justice_metrics.disclosure.audit.bounds import System, attacked
from justice_metrics.disclosure.audit.reading import Key
from justice_metrics.disclosure.audit.relations import complete_dimensions, families, listed_levels, sums
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, made

NAMES = ("office", "offence")


def table(cells: np.ndarray) -> dict[tuple[str, ...], int]:
    """Return a square table with its margins."""
    return {
        tuple(str(one) for one in place): int(cells[tuple(slice(None) if one == "all" else one for one in place)].sum())
        for place in itertools.product(*([*range(size), "all"] for size in cells.shape))
    }


def windows(values: dict[tuple[str, ...], int], base: int = 5) -> list[int]:
    """Return how many whole numbers each rounded cell can be, given all the others rounded to the nearest multiple."""
    from justice_metrics.base.cells import box

    keys = {place: Key("p", False, box(dict(zip(NAMES, place, strict=True)))) for place in values}
    rounded = {place: base * round(one / base) for place, one in values.items()}
    bounds = {keys[place]: (max(one - base // 2, 0.0), one + base // 2) for place, one in rounded.items()}
    listed = listed_levels([tuple(keys.values())])
    system = System(dict(bounds))
    system.add_sums(sums(keys.values(), complete_dimensions(families(keys.values()), listed, bounds)))
    found = attacked(system, list(keys.values()), lambda key, low, high: False)
    assert found is not None
    return [int(np.floor(high + 1e-3) - np.ceil(low - 1e-3)) + 1 for low, high in found.values()]


def test_it_succeeds_on_rounding_to_the_nearest() -> None:
    narrow = 0
    for seed in range(3):
        cells = np.random.default_rng(seed).integers(3, 40, (3, 3))
        narrow += any(one < 5 for one in windows(table(cells)))
    assert narrow


def test_it_fails_on_ours(tmp_path: Path) -> None:
    for seed in range(3):
        cells = np.random.default_rng(seed).integers(3, 40, (3, 3))
        release = ours(tmp_path / str(seed), made(main=counts(table(cells), NAMES)), mode="round")
        assert release.report.passed, words(release.report)
        assert any(row["n"] is not None for row in release.rows())
