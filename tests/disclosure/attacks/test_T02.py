"""T2: exact percentages beside rounded numbers of cases: rounding the whole alone is useless."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.computed import counts_behind
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import hiding, made, shares, small, write_release

PARTS = {"north": (13, 47), "south": (38, 121), "east": (122, 403), "west": (49, 652), "all": (222, 1223)}


def test_a_percentage_of_a_rounded_whole_has_one_part() -> None:
    known = 0
    for whole in range(20, 200):
        rounded = 5 * round(whole / 5)
        wholes = np.arange(rounded - 2, rounded + 3)
        known += len({part for part, _ in counts_behind(round(3 / whole, 3), 1, wholes)}) == 1
    assert known / 180 > 0.9


def test_it_succeeds_where_percentages_were_computed_before_rounding(tmp_path: Path) -> None:
    exact = shares(PARTS)
    values = {name: np.array(column) for name, column in exact.values.items()}
    for name in ("numerator", "denominator"):
        values[name] = 5.0 * np.round(values[name] / 5)
    naive = type(exact)(exact.columns, values)
    found = audit(write_release(tmp_path / "naive", [made(main=naive)], policy={"mode": "round"}))
    assert "do not follow from the published counts" in words(found)
    assert "can be recovered exactly" in words(found)


def test_it_fails_on_ours(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", made(main=shares(PARTS)), mode="round")
    assert release.report.passed, words(release.report)
    for row in release.rows():
        assert row["denominator"] % 5 == 0
        if row["estimate"] is not None:
            assert row["estimate"] == row["numerator"] / row["denominator"]
    assert any(
        row["estimate"] not in (None, PARTS[row["office"]][0] / PARTS[row["office"]][1]) for row in release.rows()
    )


def test_hiding_small_parts_beside_rounded_wholes_is_not_enough(tmp_path: Path) -> None:
    parts = {"north": (3, 45), "south": (40, 120), "all": (43, 165)}
    naive = hiding(shares(parts), small, derived=False)
    found = audit(write_release(tmp_path / "naive", [made(main=naive)], policy={"mode": "round"}))
    assert not found.passed
