"""T1: a percentage beside the number of cases gives the small number away that was hidden."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.computed import counts_behind
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import hiding, made, shares, small, write_release

PARTS = {"north": (3, 41), "south": (8, 321), "east": (120, 400), "west": (49, 650), "all": (180, 1412)}


def test_one_decimal_gives_every_count_among_up_to_a_thousand_cases() -> None:
    for whole in (7, 41, 321, 999):
        for part in range(whole + 1):
            assert counts_behind(round(part / whole, 3), 1, np.array([whole])) == [(part, whole)]


def test_it_succeeds_where_only_the_count_was_hidden(tmp_path: Path) -> None:
    forgotten = hiding(shares(PARTS), small, derived=False)
    found = audit(write_release(tmp_path / "naive", [made(main=forgotten)]))
    assert "can be recovered exactly" in words(found)


def test_it_fails_on_ours(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", made(main=shares(PARTS)))
    assert release.report.passed, words(release.report)
    rows = {row["office"]: row for row in release.rows()}
    assert rows["north"]["numerator"] is None
    assert rows["north"]["estimate"] is None
    # what is shown beside it is not blocked
    assert rows["east"]["estimate"] == 0.3
