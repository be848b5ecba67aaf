"""T3: the percentages of one breakdown, without any count, tell how many cases there are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import made, shares

PARTS = (61, 37, 28, 11)


def candidates(printed: list[float]) -> list[int]:
    """Return the wholes up to 400 in which each printed percentage is that of a whole number."""
    wholes = np.arange(10, 400)
    fits = np.ones(len(wholes), bool)
    for one in printed:
        fits &= np.abs(np.round(one * wholes) / wholes - one) <= 0.0005
    return [int(one) for one in wholes[fits]]


def test_it_succeeds_on_four_percentages() -> None:
    found = candidates([round(one / sum(PARTS), 3) for one in PARTS])
    assert sum(PARTS) in found
    assert len(found) < 12


def test_it_has_nothing_to_start_from_on_ours(tmp_path: Path) -> None:
    offices = {"north": (1, 6), "south": (2, 7), "east": (2, 5), "west": (1, 8), "all": (6, 26)}
    release = ours(tmp_path / "ours", made(main=shares(offices)))
    assert release.report.passed, words(release.report)
    for row in release.rows():
        assert row["estimate"] is None or (row["numerator"] is not None and row["denominator"] is not None)
    assert all(row["estimate"] is None for row in release.rows())
