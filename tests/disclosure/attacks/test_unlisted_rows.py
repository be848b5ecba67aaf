"""A table lists the pairs that have cases; one pair is hidden, and the sums of all others tell it."""

from __future__ import annotations

from pathlib import Path

from justice_metrics.disclosure.audit import audit
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, made, write_release

NAMES = ("furthest", "ending")
LISTED = {
    ("charged", "rejection"): 1000,
    ("accusation", "extinction"): 18,
    ("trial", "extinction"): 300,
    ("trial", "conviction"): 400,
}
STAGES = {("charged", "all"): 1000, ("accusation", "all"): 18, ("trial", "all"): 700}
ENDINGS = {("all", "rejection"): 1000, ("all", "extinction"): 318, ("all", "conviction"): 400}
ALL = {("all", "all"): 1718, **STAGES, **ENDINGS, **LISTED}
HIDDEN = ("accusation", "extinction")


def test_the_auditor_carries_it_out_without_the_truth(tmp_path: Path) -> None:
    shown = counts({pair: n for pair, n in ALL.items() if pair != HIDDEN}, NAMES)
    found = audit(write_release(tmp_path / "naive", [made(main=shown)]))
    assert "can be recovered exactly" in words(found)


def test_a_pair_without_cases_is_no_finding(tmp_path: Path) -> None:
    gone = {("accusation", "all"), HIDDEN}
    shown = {pair: n for pair, n in ALL.items() if pair not in gone}
    shown |= {("all", "all"): 1700, ("all", "extinction"): 300}
    assert audit(write_release(tmp_path / "all", [made(main=counts(shown, NAMES))])).passed


def test_it_fails_on_ours(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", made(main=counts(ALL, NAMES)))
    assert release.report.passed, words(release.report)
    pairs = {(row["furthest"], row["ending"]): row["n"] for row in release.rows()}
    assert pairs.get(HIDDEN) is None
    assert audit(release.folder).passed
