"""What a ministry and an organisation would print stays printable, and the auditor counts it as known."""

from __future__ import annotations

from pathlib import Path

from justice_metrics.disclosure.policy import Exact
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import made, shares

PUBLISHED = {"reason": "published every year by the Ministry", "legal_basis": "law of statistics"}
EIGHT = {"north": (3, 121), "south": (5, 200), "all": (8, 321)}


def test_forty_nine_convictions_need_no_exception(tmp_path: Path) -> None:
    parts = {"north": (22, 310), "south": (27, 290), "all": (49, 600)}
    release = ours(tmp_path / "ours", made(main=shares(parts, limits=True)))
    assert release.report.passed, words(release.report)
    assert release.report.hidden == 0
    assert {row["office"]: row["numerator"] for row in release.rows()}["all"] == 49


def test_eight_in_321_is_hidden_unless_it_is_declared(tmp_path: Path) -> None:
    plain = ours(tmp_path / "plain", made(main=shares(EIGHT)))
    assert plain.report.passed, words(plain.report)
    assert {row["office"]: row["numerator"] for row in plain.rows()}["all"] is None
    declared = (
        Exact(indicator="convictions_total", **PUBLISHED),
        Exact(indicator="cases_total", **PUBLISHED),
    )
    release = ours(tmp_path / "declared", made(main=shares(EIGHT)), exact=declared)
    assert release.report.passed, words(release.report)
    rows = {row["office"]: row for row in release.rows()}
    assert (rows["all"]["numerator"], rows["all"]["denominator"]) == (8, 321)
    assert rows["all"]["estimate"] == 8 / 321
    # the offices behind it stay hidden
    assert rows["north"]["numerator"] is None
    assert rows["south"]["numerator"] is None
    assert [one.kind for one in release.report.notices] == ["notice"]
    assert "from declared totals" in release.report.notices[0].text()


def test_a_declared_total_is_known_to_the_attacker(tmp_path: Path) -> None:
    """One office of two is all that is left beside it, so it may not be shown."""
    parts = {"north": (3, 121), "south": (46, 200), "all": (49, 321)}
    declared = (Exact(indicator="convictions_total", **PUBLISHED),)
    release = ours(tmp_path / "ours", made(main=shares(parts)), exact=declared)
    assert release.report.passed, words(release.report)
    rows = {row["office"]: row["numerator"] for row in release.rows()}
    assert rows["all"] == 49
    assert rows["north"] is None
    assert rows["south"] is None
