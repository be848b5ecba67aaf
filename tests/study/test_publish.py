"""A study is published: through the gate and the audit into a numbered release, or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from justice_metrics.base.errors import DisclosureError, JusticeMetricsError, OutputError, SettingsError
from justice_metrics.base.language import tr
from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.report import Finding
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.publish.releases import releases
from justice_metrics.publish.secure_side import SecureSide
from justice_metrics.study.known import known_cells
from justice_metrics.study.plan import read_study
from justice_metrics.study.publish import PublishedStudy, publish_study
from justice_metrics.study.query import query_study
from justice_metrics.study.replication import replication_files
from justice_metrics.study.run import run_study
from tests.cli.conftest import Files, rows

KEY = hashlib.sha256(b"a key for tests").hexdigest()
PASSPORT = "\n".join(
    f'{name} = "{name} said"'
    for name in (
        "responsible",
        "ethics_approval",
        "legal_basis",
        "data_agreement",
        "retention",
        "access",
        "contact",
    )
)
STUDY = """
[study]
title = "Sixty cases"                # by somebody who is named nowhere else
mapping = "mapping.toml"
policy = "policy.toml"

[[question]]
ask = "outcome_shares"

[[question]]
ask = "outcome_shares"
by = "department"

[output]
formats = ["csv"]

[publish]
passport = "passport.toml"
secret = "env:JUSTICE_METRICS_TEST_KEY"
"""


def made(folder: Path, n: int = 60) -> Path:
    """Write case files, mapping, policy, passport and study into a folder."""
    files = Files(folder)
    folder.mkdir(exist_ok=True)
    files.write_data(rows(n))
    files.write_mapping()
    (folder / "support.csv").write_text("id,actor,start\nCASE-001,lawyer,2015-02-01\n", encoding="utf-8")
    (folder / "policy.toml").write_text("minimum = 10\n", encoding="utf-8")
    (folder / "passport.toml").write_text(PASSPORT, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def later(copies: int) -> list[list[str]]:
    """The same cases, and as many again that were registered late."""
    return [[f"{row[0]}-{copy}", *row[1:]] for copy in range(copies) for row in rows(60)]


def content(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


class Place(NamedTuple):
    """A study that was published once; nobody changes it."""

    study: Path
    done: PublishedStudy

    def copied(self, folder: Path) -> Path:
        """Copy the study with its releases, for a test that goes on from there."""
        shutil.copytree(self.study.parent, folder / "copy")
        return folder / "copy" / "study.toml"


@pytest.fixture(scope="module")
def keyed() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUSTICE_METRICS_TEST_KEY", KEY)
        yield patch


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, keyed: Any) -> Place:
    study = made(tmp_path_factory.mktemp("published") / "study")
    return Place(study, publish_study(study))


@pytest.fixture
def study(place: Place, tmp_path: Path) -> Path:
    return place.copied(tmp_path)


class TestRelease:
    def test_the_first_release(self, place: Place) -> None:
        assert (place.done.new, place.done.stored.number) == (True, 1)
        found = content(place.done.stored.folder)
        assert {name for name in found if not name.startswith("replication/")} == {
            "boxes.json",
            "cells.json",
            "changes.csv",
            "changes.json",
            "manifest.json",
            "release.json",
            "results.json",
            "tables/01_outcome_shares.main.csv",
            "tables/02_outcome_shares.main.csv",
        }
        record = json.loads(found["release.json"])
        assert (record["release"], record["audience"]) == (1, "public")
        assert record["policy"]["minimum"] == 10
        assert record["passport"]["contact"]["en"] == "contact said"
        assert record["cutoffs"] == ["2018-04-30"]
        assert "Release 1" in record["citation"]["en"]
        assert "justice-metrics" in record["software"]["packages"]

    def test_small_numbers_are_hidden_and_the_audit_finds_none(self, place: Place) -> None:
        cells = json.loads((place.done.stored.folder / "cells.json").read_text(encoding="utf-8"))["cells"]["cells"]
        shown = [one["value"] for one in cells]
        assert any(one is None for one in shown)
        assert not [one for one in shown if one is not None and 0 < one < 10]
        assert audit(place.done.stored.folder).passed

    def test_the_raw_counts_stay_on_the_secure_side(self, place: Place) -> None:
        secure = place.study.parent / "secure"
        assert sorted(one.name for one in secure.iterdir()) == ["dossiers", "register.json", "which_key"]
        assert stat.S_IMODE(secure.stat().st_mode) == 0o700
        dossier = secure / "dossiers" / "001.json"
        assert stat.S_IMODE(dossier.stat().st_mode) == 0o600
        assert '"count": 5.0' in dossier.read_text(encoding="utf-8")  # South, acquitted
        entry = json.loads((secure / "register.json").read_text(encoding="utf-8"))["entries"][0]
        assert (entry["kind"], entry["number"]) == ("release", 1)
        assert entry["manifest_sha256"] == place.done.stored.digest

    def test_no_id_no_place_no_remark_and_no_plain_fingerprint(self, place: Place) -> None:
        whole = b"\n".join(content(place.done.stored.folder).values())
        for word in (b"CASE-0", str(place.study.parent).encode(), b"named nowhere else", KEY.encode()):
            assert word not in whole
        from justice_metrics.cases.read import read_cases

        plain = read_cases(mapping=place.study.parent / "mapping.toml").provenance.fingerprint
        assert plain.encode() not in whole

    def test_two_runs_give_the_same_bytes(self, place: Place, tmp_path: Path) -> None:
        other = publish_study(made(tmp_path / "study"))
        assert content(other.stored.folder) == content(place.done.stored.folder)
        assert other.stored.digest == place.done.stored.digest

    def test_nothing_new_gets_no_number(self, study: Path) -> None:
        again = publish_study(study)
        assert (again.new, again.stored.number) == (False, 1)
        assert sorted(one.name for one in (study.parent / "public").iterdir()) == ["001", "latest.json"]

    def test_later_data_are_a_new_release_with_a_change_log(self, study: Path, place: Place) -> None:
        Files(study.parent).write_data(later(3))
        done = publish_study(study)
        assert (done.new, done.stored.number) == (True, 2)
        log = json.loads((done.stored.folder / "changes.json").read_text(encoding="utf-8"))
        assert log["against"] == 1
        of_all = [one for one in log["changes"] if one["section"] == 1 and one["kind"] == "revised"]
        assert {(one["before"], one["now"], one["difference"]) for one in of_all} >= {(15.0, 45.0, 30.0)}
        assert content(study.parent / "public" / "001") == content(place.done.stored.folder)
        pointer = json.loads((study.parent / "public" / "latest.json").read_text(encoding="utf-8"))
        assert (pointer["release"], pointer["manifest_sha256"]) == (2, done.stored.digest)
        assert audit(done.stored.folder, [study.parent / "public" / "001"]).passed

    def test_run_stays_internal(self, study: Path) -> None:
        report = run_study(study, folder=study.parent / "report")
        assert report.name == "report"
        assert len(list((study.parent / "public").iterdir())) == 2

    def test_groups_that_are_not_listed_are_known_on_the_secure_side_only(self, study: Path) -> None:
        """A court of one case: its name is in no byte, and the next release knows that its cells were hidden."""
        data = [*rows(59), [*rows(60)[-1][:-2], "Court of the girl Anahí", "1"]]
        Files(study.parent).write_data([[f"{row[0]}-{n}", *row[1:]] for n in range(3) for row in data[: 60 - (n > 0)]])
        done = publish_study(study)
        assert not [name for name, held in content(done.stored.folder).items() if b"Anah" in held]
        secure = SecureSide.opened(study.parent / "secure")
        known = known_cells(releases(study.parent / "public"), secure)
        assert any("Anahí" in str(one.units) and one.value is None for one in known[-1].cells)


class TestReplication:
    def test_the_package_runs_by_itself_on_simulated_cases(self, place: Place, tmp_path: Path) -> None:
        package = tmp_path / "package"
        shutil.copytree(place.done.stored.folder / "replication", package)
        package.chmod(0o700)
        report = run_study(package / "study.toml", folder=tmp_path / "report")
        assert (report / "tables" / "02_outcome_shares.main.csv").exists()
        twin = (package / "mapping.csv").read_text(encoding="utf-8-sig").splitlines()
        assert twin[0].split(",") == ["id", "department", "court", "reported", "how", "ended"]
        assert len(twin) == 61  # as many as are published
        assert {line.split(",")[1] for line in twin[1:]} == {"North", "South"}

    def test_what_is_enclosed_and_what_is_lacking(self, tmp_path: Path, keyed: Any) -> None:
        path = made(tmp_path / "study")
        (tmp_path / "days.csv").write_text("start,end\n2016-01-01,2016-01-10\n", encoding="utf-8")
        limits = f'[[question]]\nask = "time_limits"\ncalendar = "{tmp_path}/days.csv"\n[output]'
        path.write_text(STUDY.replace("[output]", limits), encoding="utf-8")
        package = replication_files(read_study(path), DisclosurePolicy(), ())
        assert tomllib.loads(package["study.toml"].decode())["question"][2]["calendar"] == "days.csv"
        assert "Not enclosed, and needed to run: days.csv." in package["README.md"].decode()
        path.write_text(path.read_text(encoding="utf-8") + 'enclose = "../days.csv"\n', encoding="utf-8")
        package = replication_files(read_study(path), DisclosurePolicy(), ())
        assert package["days.csv"].startswith(b"start,end")
        assert "Not enclosed" not in package["README.md"].decode()
        (tmp_path / "days.csv").unlink()
        path.write_text(STUDY + 'enclose = "../days.csv"\n', encoding="utf-8")
        with pytest.raises(SettingsError, match=r"There is no file 'days\.csv'"):
            replication_files(read_study(path), DisclosurePolicy(), ())

    def test_rows_of_cases_are_not_enclosed(self, tmp_path: Path) -> None:
        """A calendar that is the case file without its ids."""
        path = made(tmp_path / "study")
        lines = (path.parent / "cases.csv").read_text(encoding="utf-8").splitlines()
        (path.parent / "days.csv").write_text("\n".join(one.partition(",")[2] for one in lines), encoding="utf-8")
        for name in ("days.csv", "cases.csv"):
            path.write_text(f'{STUDY}enclose = "{name}"\n', encoding="utf-8")
            with pytest.raises(SettingsError, match="columns of the case files"):
                replication_files(read_study(path), DisclosurePolicy(), ())

    def test_an_address_of_a_database_stays_inside(self, tmp_path: Path) -> None:
        path = made(tmp_path / "study")
        mapping = path.parent / "mapping.toml"
        text = mapping.read_text(encoding="utf-8").replace(
            'file = "cases.csv"', 'file = "postgresql://register.example.org/cases"\ntable = "secret_table"'
        )
        mapping.write_text(f"# a remark\n{text}", encoding="utf-8")
        package = replication_files(read_study(path), DisclosurePolicy(), ())
        whole = b"\n".join(package.values())
        for word in (b"register.example.org", b"secret_table", b"a remark"):
            assert word not in whole
        assert tomllib.loads(package["mapping.toml"].decode())["data"]["file"] == "mapping.csv"

    def test_what_each_column_is(self, place: Place) -> None:
        package = place.done.stored.folder / "replication"
        data = (package / "columns_of_data.csv").read_text(encoding="utf-8-sig")
        assert "mapping.toml,,reported,dates.complaint" in data
        results = (package / "columns_of_results.csv").read_text(encoding="utf-8-sig")
        assert "1,outcome_shares,main," in results
        assert "justice-metrics==" in (package / "software.txt").read_text(encoding="utf-8")


class TestRefused:
    @pytest.mark.parametrize(("key", "telling"), [("policy", "no disclosure policy"), ("passport", "no passport")])
    def test_without_policy_or_passport(self, tmp_path: Path, key: str, telling: str) -> None:
        path = made(tmp_path / "study")
        path.write_text(
            "\n".join(line for line in STUDY.splitlines() if not line.startswith(f"{key} =")), encoding="utf-8"
        )
        with pytest.raises(SettingsError, match=telling):
            publish_study(path)
        assert not (path.parent / "public").exists()

    def test_a_passport_that_says_nothing(self, tmp_path: Path) -> None:
        path = made(tmp_path / "study")
        (path.parent / "passport.toml").write_text(PASSPORT.replace("access said", " "), encoding="utf-8")
        with pytest.raises(SettingsError, match=r"'access'.*write so and why"):
            publish_study(path)

    def test_an_objection_of_the_audit_publishes_nothing(self, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Objection:
            passed = False
            findings = (Finding("bounds", tr("A hidden cell can be computed."), "1/main"),)

        Files(study.parent).write_data(later(3))
        before = content(study.parent)
        monkeypatch.setattr("justice_metrics.study.publish.audit", lambda *_, **__: Objection())
        with pytest.raises(DisclosureError, match=r"1 objection.*A hidden cell can be computed"):
            publish_study(study)
        assert content(study.parent) == before

    def test_an_id_in_any_byte_publishes_nothing(self, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from justice_metrics.study import publish as module

        Files(study.parent).write_data(later(3))
        real = module.report_files
        leak = {"tables/leak.txt": b"seen: CASE-000-0"}
        monkeypatch.setattr(module, "report_files", lambda *args, **more: {**real(*args, **more), **leak})
        with pytest.raises(DisclosureError) as told:
            publish_study(study)
        assert "CASE-" not in str(told.value)
        assert len(list((study.parent / "public").iterdir())) == 2

    def test_two_files_with_some_cases_in_common(self, study: Path) -> None:
        """All cases less those without one office: the office, subtracted."""
        folder = study.parent
        both = (folder / "mapping.toml").read_text(encoding="utf-8")
        (folder / "less.toml").write_text(both.replace("cases.csv", "less.csv"), encoding="utf-8")
        lines = (folder / "cases.csv").read_text(encoding="utf-8").splitlines()
        (folder / "less.csv").write_text("\n".join(lines[:50]), encoding="utf-8")
        question = '[[question]]\nask = "attrition"\nmapping = "less.toml"\n[output]'
        plain = study.read_text(encoding="utf-8")
        study.write_text(plain.replace("[output]", question), encoding="utf-8")
        for ask in (
            lambda: publish_study(study),
            lambda: query_study(study, {"ask": "attrition", "mapping": "less.toml"}),
        ):
            with pytest.raises(DisclosureError, match="can be subtracted"):
                ask()
        (folder / "less.csv").write_text("\n".join(lines), encoding="utf-8")
        assert query_study(study, {"ask": "outcome_shares", "mapping": "less.toml"}).number == 1

    def test_another_key(self, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JUSTICE_METRICS_TEST_KEY", hashlib.sha256(b"another").hexdigest())
        with pytest.raises(OutputError, match="not the one with which"):
            publish_study(study)

    def test_a_release_that_the_register_does_not_know_so(self, study: Path) -> None:
        register = study.parent / "secure" / "register.json"
        text = json.loads(register.read_text(encoding="utf-8"))
        text["entries"][0]["manifest_sha256"] = "0" * 64
        register.write_text(json.dumps(text), encoding="utf-8")
        with pytest.raises(OutputError, match="is not the one that was published"):
            publish_study(study)
        register.write_text("{}", encoding="utf-8")
        with pytest.raises(OutputError, match="register"):
            publish_study(study)

    def test_a_secure_side_that_others_may_enter(self, study: Path) -> None:
        (study.parent / "secure").chmod(0o755)
        with pytest.raises(OutputError, match="chmod 700"):
            publish_study(study)


class TestQuery:
    def test_a_table_with_what_it_must_not_travel_without(self, study: Path) -> None:
        out = study.parent / "t.csv"
        done = query_study(study, {"ask": "outcome_shares", "by": ["court"]}, out=[out])
        text = out.read_text(encoding="utf-8-sig")
        table, below = text.split("\n\n") if "\n\n" in text else text.split("\r\n\r\n")
        assert table.splitlines()[0].startswith("court,")
        for words in ("Numerator:", "Denominator:", "cut-off", "How to cite: responsible said. Sixty cases"):
            assert words in below
        assert done.number == 1
        register = json.loads((study.parent / "secure" / "register.json").read_text(encoding="utf-8"))["entries"]
        assert [(one["kind"], one["number"]) for one in register] == [("release", 1), ("query", 1)]
        assert register[1]["asked"] == {"ask": "outcome_shares", "by": "['court']"}
        assert not list((study.parent / "public").glob("*/t.csv"))
        assert "(query 1)" in below
        # an answer that was given stays: another one does not take its place
        with pytest.raises(OutputError, match="is there already"):
            query_study(study, {"ask": "outcome_shares"}, out=[out])
        assert out.read_text(encoding="utf-8-sig") == text

    def test_the_same_answer_again_is_known(self, study: Path) -> None:
        asked = {"ask": "outcome_shares", "by": ["department"]}
        first, again = query_study(study, asked), query_study(study, asked)
        assert (first.number, again.number) == (1, 1)

    def test_an_answer_says_what_the_release_says(self, study: Path, place: Place) -> None:
        answer = query_study(study, {"ask": "outcome_shares", "by": ["department"]}).result
        cells = json.loads((place.done.stored.folder / "results.json").read_text(encoding="utf-8"))["results"][1]
        published = {(row["department"], row["outcome"]): row["numerator"] for row in cells["tables"]["main"]["rows"]}
        asked = answer.to_frame().set_index(["department", "outcome"])["numerator"].dropna().to_dict()
        assert asked == {key: value for key, value in published.items() if value is not None}

    def test_what_was_answered_is_known_to_the_next_release(self, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        query_study(study, {"ask": "outcome_shares", "by": ["court"]})
        from justice_metrics.study import publish as module

        seen: list[int] = []
        real = module.release
        monkeypatch.setattr(
            module, "release", lambda *args, **more: seen.append(len(more["previous"])) or real(*args, **more)
        )
        publish_study(study)
        assert seen == [2]

    @pytest.mark.parametrize(
        ("asked", "out", "telling"),
        [
            ({"ask": "outcome_share"}, "t.csv", "Did you mean 'outcome_shares'"),
            ({"ask": "outcome_shares", "by": ["departement"]}, "t.csv", "Did you mean 'department'"),
            ({"ask": "outcome_shares", "mapping": "other.toml"}, "t.csv", "names no mapping 'other.toml'"),
            ({"ask": "outcome_shares"}, "t.png", "its ending says no known format"),
        ],
    )
    def test_a_wrong_one(self, study: Path, asked: dict[str, Any], out: str, telling: str) -> None:
        with pytest.raises(JusticeMetricsError, match=telling):
            query_study(study, asked, out=[study.parent / out])
        assert not (study.parent / out).exists()
