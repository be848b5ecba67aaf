"""T6: rounding that is drawn anew at each release is averaged away."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from justice_metrics.disclosure.audit import audit
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, made, write_release

VALUES = {("north",): 17, ("south",): 38, ("east",): 121, ("all",): 176}


def drawn(values: dict[tuple[str, ...], int], seed: int, base: int = 5) -> dict[tuple[str, ...], int]:
    """Round each count up or down by chance, without bias."""
    chance = np.random.default_rng(seed)
    return {key: base * (one // base + int(chance.random() < one % base / base)) for key, one in values.items()}


def test_it_succeeds_on_fifty_draws() -> None:
    draws = [drawn(VALUES, seed) for seed in range(50)]
    assert {key: round(np.mean([one[key] for one in draws])) for key in VALUES} == VALUES


def test_the_auditor_sees_two_draws(tmp_path: Path) -> None:
    first, second = (
        write_release(
            tmp_path / str(seed), [made(main=counts(drawn(VALUES, seed), ["office"]))], policy={"mode": "round"}
        )
        for seed in (1, 3)
    )
    assert "with two different values" in words(audit(second, [first]))


def test_ours_is_the_same_in_every_release_and_every_table(tmp_path: Path) -> None:
    shown = []
    for turn in range(3):
        # the same cells stand in another table each time, among other cells
        values = VALUES if turn != 1 else {**VALUES, ("west",): 60 + turn, ("all",): 236 + turn}
        release = ours(tmp_path / str(turn), made(main=counts(values, ["office"]), fingerprint=str(turn)), mode="round")
        assert release.report.passed, words(release.report)
        shown.append({row["office"]: row["n"] for row in release.rows()})
    assert {one["north"] for one in shown} == {shown[0]["north"]}
    assert {one["south"] for one in shown} == {shown[0]["south"]}
    assert all(one % 5 == 0 for one in shown[0].values())
