"""An observatory is built quarter by quarter: complete and checked, or as it was."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import (
    DisclosureError,
    JusticeMetricsError,
    OutputError,
    QuestionError,
    ReadError,
    SettingsError,
)
from justice_metrics.base.language import tr
from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.report import Finding
from justice_metrics.publish.site.build import site_files
from justice_metrics.study.observatory import files, run
from justice_metrics.study.observatory.difference import largest_first, site_changes
from justice_metrics.study.observatory.earlier import frozen_releases
from justice_metrics.study.observatory.run import BuiltObservatory, run_observatory
from tests.cli.conftest import Files
from tests.study.observatory.conftest import Place, written
from tests.study.test_publish import KEY, content, later

HIDDEN = (
    '[figures]\nhide = ["response-funnel", "response-ages", "response-convictions", "response-incidence", '
    '"response-limits", "response-flows"]\n[help]'
)

POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'\">"
)


def pages(_: Any, **given: Any) -> dict[str, bytes]:
    """Stand for the pages themselves, which have their own tests: their names and what they were made of."""
    day = given["published_on"]
    said = f"{given['title'].text('es')}, {len(given['earlier'])} before, against {given['changes'].against}"
    page = f"<!doctype html><html><head>{POLICY}<title>x</title></head><body><p>{said}</p></body></html>".encode()
    shared = {f"release/{name}": held for name, held in given["record"].items()}
    style = b"p{margin:0}"
    folder = hashlib.sha256(f"site.css\0{len(style)}\0".encode() + style).hexdigest()[:12]
    made = {"index.html": page, f"assets/{folder}/site.css": style, **shared}
    return made | {f"releases/{day}/{name}": held for name, held in {"index.html": page, **shared}.items()}


@pytest.fixture(scope="module", autouse=True)
def simple() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUSTICE_METRICS_TEST_KEY", KEY)
        patch.setattr(files, "site_files", pages)
        yield patch


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, BuiltObservatory]:
    place = written(tmp_path_factory.mktemp("first") / "here")
    place.write("[help]", HIDDEN)
    return place, run_observatory(place.settings)


@pytest.fixture
def copied(first: tuple[Place, BuiltObservatory], tmp_path: Path) -> Place:
    shutil.copytree(first[0].folder, tmp_path / "here")
    return Place(tmp_path / "here")


def more_cases(place: Place) -> None:
    Files(place.folder).write_data(later(3))


def dated(place: Place, day: str) -> None:
    place.write('institution = "', f'published_on = {day}\ninstitution = "')


class TestFirst:
    def test_what_is_there(self, first: tuple[Place, BuiltObservatory]) -> None:
        place, built = first
        assert (built.new, built.published_on, built.folder) == (True, dt.date(2018, 4, 30), place.site)
        found = content(place.site)
        assert set(found) >= {
            "index.html",
            "latest.json",
            "manifest.json",
            "release/results.json",
            "release/boxes.json",
            "release/cells.json",
            "release/changes.csv",
            "release/manifest.json",
            "releases/2018-04-30/index.html",
            "releases/2018-04-30/manifest.json",
            "releases/2018-04-30/release/release.json",
        }
        pointer = json.loads(found["latest.json"])
        assert (pointer["published_on"], pointer["folder"]) == ("2018-04-30", "releases/2018-04-30")
        (stored,) = frozen_releases(place.site).stored
        assert stored.digest == pointer["manifest_sha256"]
        assert stored.record("release.json")["passport"]["published_on"] == "2018-04-30"

    def test_everybody_may_read_the_site_and_nobody_the_secure_side(
        self, first: tuple[Place, BuiltObservatory]
    ) -> None:
        place, _ = first
        assert {stat.S_IMODE(one.stat().st_mode) for one in place.site.rglob("*") if one.is_file()} == {0o644}
        assert stat.S_IMODE((place.folder / "secure").stat().st_mode) == 0o700
        assert (place.folder / "secure" / "dossiers" / "001.json").is_file()

    def test_no_id_and_no_place_is_in_any_byte_and_the_audit_finds_nothing(
        self, first: tuple[Place, BuiltObservatory]
    ) -> None:
        place, _ = first
        whole = b"\n".join(content(place.site).values())
        for word in (b"CASE-0", str(place.folder).encode(), KEY.encode()):
            assert word not in whole
        assert audit(place.site).passed


class TestAgain:
    def test_nothing_new_changes_nothing(self, copied: Place, first: tuple[Place, BuiltObservatory]) -> None:
        before = content(copied.folder)
        again = run_observatory(copied.settings)
        assert (again.new, again.published_on) == (False, first[1].published_on)
        assert content(copied.folder) == before

    def test_two_places_give_the_same_bytes(self, first: tuple[Place, BuiltObservatory], tmp_path: Path) -> None:
        other = written(tmp_path / "other")
        other.write("[help]", HIDDEN)
        run_observatory(other.settings)
        assert content(other.site) == content(first[0].site)

    def test_later_data_are_a_new_release_and_the_first_one_stays(self, copied: Place) -> None:
        before = content(copied.site / "releases")
        more_cases(copied)
        dated(copied, "2018-07-15")
        built = run_observatory(copied.settings)
        assert (built.new, built.published_on) == (True, dt.date(2018, 7, 15))
        after = content(copied.site / "releases")
        assert {name: after[name] for name in before} == before
        assert json.loads((copied.site / "latest.json").read_text())["published_on"] == "2018-07-15"
        assert b"1 before, against 1" in (copied.site / "index.html").read_bytes()
        log = json.loads((copied.site / "release" / "changes.json").read_text())
        assert log["against"] == 1
        entries = json.loads((copied.folder / "secure" / "register.json").read_text())["entries"]
        assert [(one["kind"], one["number"]) for one in entries] == [("release", 1), ("release", 2)]
        found = site_changes(copied.site / "releases" / "2018-04-30", copied.site)
        assert len(found.changes) == len(log["changes"]) > 0
        sizes = [abs(one.relative or 0) for one in largest_first(found.changes)]
        assert sizes == sorted(sizes, reverse=True)
        again = audit(copied.site)
        assert (again.passed, again.earlier) == (True, 1)

    def test_what_was_published_is_known(self, copied: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        from justice_metrics.study import publish

        seen: list[int] = []
        real = publish.release

        def counted(*given: Any, **more: Any) -> Any:
            seen.append(len(more["previous"]))
            return real(*given, **more)

        monkeypatch.setattr(publish, "release", counted)
        run_observatory(copied.settings)
        assert seen == [1]


class TestRefused:
    """Whatever goes wrong, the folder of the site is as it was."""

    def refused(self, place: Place, kind: type[JusticeMetricsError], telling: str) -> str:
        before = content(place.site)
        with pytest.raises(kind, match=telling) as told:
            run_observatory(place.settings)
        assert content(place.site) == before
        assert not [one for one in place.folder.iterdir() if "justice_metrics-new" in one.name]
        return str(told.value)

    def test_other_data_on_the_same_day(self, copied: Place) -> None:
        more_cases(copied)
        told = self.refused(copied, SettingsError, "already, and it says something else")
        assert "published_on = 2018-05-01" in told

    def test_a_day_before_the_last_release(self, copied: Place) -> None:
        dated(copied, "2017-01-01")
        self.refused(copied, SettingsError, "There is a release of")

    def test_a_page_that_was_changed(self, copied: Place) -> None:
        (copied.site / "releases" / "2018-04-30" / "index.html").write_text("better", encoding="utf-8")
        self.refused(copied, OutputError, r"1 file was changed.*releases/2018-04-30/index\.html")

    def test_a_file_that_is_not_ours_or_is_gone(self, copied: Place) -> None:
        (copied.site / "robots.txt").write_text("", encoding="utf-8")
        (copied.site / "index.html").unlink()
        self.refused(copied, OutputError, "2 files were changed")

    def test_a_folder_of_somebody_else(self, place: Place) -> None:
        place.site.mkdir()
        (place.site / "thesis.txt").write_text("mine", encoding="utf-8")
        self.refused(place, OutputError, "did not write")

    def test_a_release_that_is_not_the_one_that_was_published(self, copied: Place) -> None:
        shutil.rmtree(copied.site)
        copied.site.mkdir()
        self.refused(copied, OutputError, "is not the one that was published")

    def test_an_objection_of_the_audit(self, copied: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        class Objection:
            passed = False
            findings = (Finding("bounds", tr("A hidden cell can be computed."), "1/main"),)

        more_cases(copied)
        dated(copied, "2018-07-15")
        monkeypatch.setattr("justice_metrics.study.publish.audit", lambda *_, **__: Objection())
        self.refused(copied, DisclosureError, "A hidden cell can be computed")

    def test_an_id_on_a_page(self, copied: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        more_cases(copied)
        dated(copied, "2018-07-15")
        leak = {"release/leak.txt": b"seen: CASE-000-0"}
        monkeypatch.setattr(files, "site_files", lambda *given, **more: {**pages(*given, **more), **leak})
        told = self.refused(copied, DisclosureError, "objection")
        assert "CASE-" not in told

    def test_a_disk_that_runs_full_at_the_end(self, copied: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: Any, **__: Any) -> None:
            raise OSError(28, "No space left on device")

        more_cases(copied)
        dated(copied, "2018-07-15")
        monkeypatch.setattr("justice_metrics.publish.folder._swap", full)
        self.refused(copied, OutputError, "disk is full")

    def test_a_place_that_is_not_on_the_map(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        """Told by the pages themselves, before any of them is written."""
        monkeypatch.setattr(files, "site_files", site_files)
        square = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
        area = {
            "type": "Feature",
            "properties": {"name": "North"},
            "geometry": {"type": "Polygon", "coordinates": square},
        }
        (place.folder / "map.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": [area]}), encoding="utf-8"
        )
        place.write("[filters]", '[territory]\nshapes = "map.geojson"\n[filters]')
        place.write("[help]", HIDDEN)
        self.refused(place, SettingsError, "on the map: South")

    def test_no_cases_at_all(self, copied: Place) -> None:
        Files(copied.folder).write_data([])
        self.refused(copied, ReadError, "a header and no rows")

    def test_a_question_that_the_data_cannot_answer_names_what_to_hide(
        self, copied: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def without_answer(*_: Any) -> None:
            words = {"number": 2, "ask": "outcome_shares", "problem": tr("No case can tell.")}
            raise QuestionError(tr("Question {number} ({ask}): {problem}", **words), tr("Map the column."))

        monkeypatch.setattr(run, "answers", without_answer)
        told = self.refused(copied, QuestionError, "No case can tell")
        assert "Map the column. Or have a site without it: hide = ['response-endings']" in told


def test_a_run_that_was_killed_between_two_names_is_finished(copied: Place) -> None:
    copied.site.rename(copied.folder / ".site.justice_metrics-old-x")
    again = run_observatory(copied.settings)
    assert not again.new
    assert (copied.site / "index.html").is_file()
