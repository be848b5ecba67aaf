"""T4: a percentage with its interval, both at one decimal, gives the part and the whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from justice_metrics.disclosure.audit import audit
from justice_metrics.estimate.proportion import wilson
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import hiding, made, shares, write_release


def pairs(share: float, low: float, high: float) -> list[tuple[int, int]]:
    """Return every part and whole up to 400 whose share and Wilson limits print like these."""
    whole = np.repeat(np.arange(1, 401), 401)
    part = np.tile(np.arange(401), 400)
    part, whole = part[part <= whole], whole[part <= whole]
    found = wilson(part, whole, 0.95)
    fits = np.ones(len(part), bool)
    for printed, computed in ((share, found.estimate), (low, found.conf_low), (high, found.conf_high)):
        fits &= np.round(computed, 3) == printed
    return list(zip(part[fits].tolist(), whole[fits].tolist(), strict=True))


def test_it_succeeds_on_three_in_forty_one() -> None:
    found = wilson(np.array([3]), np.array([41]), 0.95)
    assert pairs(*(round(float(one[0]), 3) for one in found)) == [(3, 41)]


def test_the_auditor_carries_it_out(tmp_path: Path) -> None:
    parts = {"north": (3, 41), "south": (80, 321)}
    naive = hiding(shares(parts, limits=True), lambda _, value: value in (3, 41), derived=False)
    found = audit(write_release(tmp_path / "naive", [made(main=naive, units=900)]))
    assert "can be recovered exactly" in words(found)


def test_it_fails_on_ours(tmp_path: Path) -> None:
    parts = {"north": (3, 41), "south": (80, 321), "east": (60, 190), "all": (143, 552)}
    release = ours(tmp_path / "ours", made(main=shares(parts, limits=True)))
    assert release.report.passed, words(release.report)
    for row in release.rows():
        if row["numerator"] is None or row["denominator"] is None:
            assert row["estimate"] is row["conf_low"] is row["conf_high"] is None
    assert any(row["conf_low"] is not None for row in release.rows())
