"""T11: two releases, or two overlapping tables, differ by a few cases."""

from __future__ import annotations

from pathlib import Path

from justice_metrics.disclosure.audit import audit
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import counts, made, write_release

FIRST = {("2019",): 131, ("2020",): 240, ("2021",): 118, ("all",): 489}
LATE = {("2019",): 134, ("2020",): 240, ("2021",): 160, ("all",): 534}


def test_late_cases_show_between_two_releases(tmp_path: Path) -> None:
    first = write_release(tmp_path / "1", [made("a", main=counts(FIRST, ["year"]))])
    second = write_release(tmp_path / "2", [made("b", main=counts(LATE, ["year"]))])
    assert audit(first).passed
    assert "which shows the cases that came late" in words(audit(second, [first]))


def test_they_do_not_on_ours(tmp_path: Path) -> None:
    first = ours(tmp_path / "1", made("a", main=counts(FIRST, ["year"])))
    second = ours(tmp_path / "2", made("b", main=counts(LATE, ["year"])), before=[first])
    assert second.report.passed, words(second.report)
    assert second.report.earlier == 1
    shown = {row["year"]: row["n"] for row in second.rows()}
    assert shown.get("2019") in (None, 131)
    assert any(one is not None for one in shown.values())


def test_what_was_hidden_stays_hidden_in_another_table_of_the_same_data(tmp_path: Path) -> None:
    by_office = {("north",): 4, ("south",): 36, ("east",): 80, ("all",): 120}
    first = ours(tmp_path / "1", made("a", main=counts(by_office, ["office"])))
    naive = write_release(
        tmp_path / "naive", [made("a", main=counts({("north",): 4, ("all",): 120}, ["office"]), units=120)]
    )
    assert not audit(naive, [first.folder]).passed
    second = ours(
        tmp_path / "2",
        made("a", main=counts({("south",): 36, ("east",): 80, ("all",): 120}, ["office"])),
        before=[first],
    )
    assert second.report.passed, words(second.report)


def test_all_less_all_but_one_group(tmp_path: Path) -> None:
    """A table of all and one without a small group; a district inside a region; the year inside the year to date."""
    whole = made(main=counts({("all",): 240}, ["office"]))
    without = made(main=counts({("all",): 233}, ["office"], fixed={"relationship": ("known", "unknown")}), units=240)
    naive = write_release(tmp_path / "naive", [whole, without])
    assert "follows as a difference" in words(audit(naive))
    release = ours(tmp_path / "ours", whole, without)
    assert release.report.passed, words(release.report)


def test_nested_areas(tmp_path: Path) -> None:
    region = made(main=counts({("all",): 88}, ["x"], fixed={"district": ("a", "b", "c")}), units=900)
    inside = made(main=counts({("all",): 85}, ["x"], fixed={"district": ("a", "b")}), units=900)
    assert "follows as a difference" in words(audit(write_release(tmp_path / "naive", [region, inside])))
    release = ours(tmp_path / "ours", region, inside)
    assert release.report.passed, words(release.report)
