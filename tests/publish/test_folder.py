from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import OutputError
from justice_metrics.publish import folder as module
from justice_metrics.publish.folder import strangers, write_file, write_folder
from justice_metrics.publish.lock import writing_alone

FIRST = {"report.html": b"<p>first</p>", "figures/1.svg": b"<svg/>"}
SECOND = {"report.html": b"<p>second</p>"}


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def test_a_folder_is_written_with_its_manifest(tmp_path: Path) -> None:
    target = tmp_path / "report"
    assert write_folder(FIRST, target) == target
    assert content(target) == FIRST
    manifest = json.loads((target / "manifest.json").read_text())
    assert [one["name"] for one in manifest["files"]] == ["figures/1.svg", "report.html"]
    assert manifest["files"][1]["sha256"] == hashlib.sha256(FIRST["report.html"]).hexdigest()
    assert manifest["files"][1]["bytes"] == len(FIRST["report.html"])
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_the_new_folder_replaces_the_old_one_whole(tmp_path: Path) -> None:
    write_folder(FIRST, tmp_path / "report")
    write_folder(SECOND, str(tmp_path / "report"))
    assert content(tmp_path / "report") == SECOND
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    write_folder(FIRST, tmp_path / "report")
    assert content(tmp_path / "report") == FIRST


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (write_folder(FIRST, tmp_path / name) / "manifest.json" for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="permissions of the owner, group and others")
def test_a_new_folder_is_for_its_owner_and_an_opened_one_stays_open(tmp_path: Path) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    assert stat.S_IMODE(target.stat().st_mode) == 0o700
    assert stat.S_IMODE((target / "report.html").stat().st_mode) == 0o600
    target.chmod(0o750)
    (target / "manifest.json").chmod(0o640)
    write_folder(SECOND, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert stat.S_IMODE((target / "report.html").stat().st_mode) == 0o640


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.docx").write_bytes(b"years of work")
    with pytest.raises(OutputError, match="did not write"):
        write_folder(FIRST, tmp_path / "thesis")
    assert content(tmp_path / "thesis") == {"chapter.docx": b"years of work"}


@pytest.mark.parametrize("manifest", ["", "{}", '{"format": "other"}', '{"format": "justice_metrics folder 1"}', "[]"])
def test_a_manifest_of_somebody_else_does_not_help(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    (tmp_path / "index.html").write_text("site")
    with pytest.raises(OutputError, match="did not write"):
        write_folder(FIRST, tmp_path)


@pytest.mark.parametrize("name", ["notes.docx", "report.html", "figures/mine.svg"])
def test_a_file_added_or_edited_by_hand_is_never_deleted(tmp_path: Path, name: str) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    (target / name).write_bytes(b"edited")
    before = content(target)
    with pytest.raises(OutputError, match=name):
        write_folder(SECOND, target)
    assert content(target) == before
    assert strangers(target) == (name,)


def test_a_link_put_into_the_folder_is_not_followed(tmp_path: Path) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    (target / "link").symlink_to(tmp_path)
    with pytest.raises(OutputError, match="link"):
        write_folder(SECOND, target)


def test_litter_of_file_managers_does_not_hinder(tmp_path: Path) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    (target / ".DS_Store").write_bytes(b"x")
    (target / "~$report.docx").write_bytes(b"x")
    assert strangers(target) == ()
    write_folder(SECOND, target)
    assert content(target) == SECOND


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        write_folder(FIRST, tmp_path / "report")
    assert (tmp_path / "report").read_text() == "mine"


def test_the_folder_around_must_exist(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="There is no folder 'nowhere'"):
        write_folder(FIRST, tmp_path / "nowhere" / "report")
    with pytest.raises(OutputError, match="There is no folder 'nowhere'"):
        write_file(tmp_path / "nowhere" / "table.csv", b"x")
    assert not list(tmp_path.iterdir())


def test_a_link_to_a_folder_keeps_being_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / "disk" / "real", target_is_directory=True)
    write_folder(FIRST, tmp_path / "report")
    assert (tmp_path / "report").is_symlink()
    assert content(tmp_path / "disk" / "real") == FIRST


class Stop(BaseException):
    """What a person does by Ctrl-C, at a chosen moment."""


def breaking(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: BaseException, *, after: int = 0) -> None:
    """Let ``owner.name`` raise from its call number ``after`` on, once."""
    real, calls = getattr(owner, name), iter(range(10_000))

    def broken(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == after:
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, broken)


MOMENTS = [
    (module.os, "fsync", 0),
    (module.os, "fsync", 1),
    (module.os, "fsync", 2),
    (module.tempfile, "mkdtemp", 0),
    (module.Path, "rename", 0),
    (module.Path, "rename", 1),
]


@pytest.mark.parametrize(("owner", "name", "after"), MOMENTS)
@pytest.mark.parametrize("error", [Stop(), OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EIO, "I/O")])
def test_whatever_breaks_in_the_middle_the_old_folder_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, after: int, error: BaseException
) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    with monkeypatch.context() as patch:
        breaking(patch, owner, name, error, after=after)
        with pytest.raises((Stop, OutputError)):
            write_folder({**SECOND, "b": b"b"}, target)
    assert content(target) == FIRST
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize(("owner", "name", "after"), MOMENTS[:-1])
def test_whatever_breaks_in_a_first_run_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, after: int
) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, owner, name, OSError(errno.ENOSPC, "No space left on device"), after=after)
        with pytest.raises(OutputError, match="disk is full"):
            write_folder({**SECOND, "b": b"b"}, tmp_path / "report")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_disk_that_is_really_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    monkeypatch.setattr(module, "_write", lambda handle, data: module.Path("/dev/full").write_bytes(data))
    with pytest.raises(OutputError) as caught:
        write_folder(SECOND, target)
    assert "disk is full" in caught.value.text("en")
    assert str(tmp_path) not in caught.value.text("en")
    assert content(target) == FIRST


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_place_where_one_may_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    breaking(monkeypatch, module.os, "open", OSError(number, os.strerror(number)))
    with pytest.raises(OutputError, match="permission denied"):
        write_folder(FIRST, tmp_path / "report")
    assert not list(tmp_path.iterdir())


def test_a_read_only_folder(closed_folder: Path) -> None:
    with pytest.raises(OutputError, match="permission denied"):
        write_folder(FIRST, closed_folder / "report")
    with pytest.raises(OutputError, match="permission denied"):
        write_file(closed_folder / "table.csv", b"x")


def test_a_second_run_at_the_same_moment_is_told_so(tmp_path: Path) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    with writing_alone(target):
        with pytest.raises(OutputError, match="Another run"):
            write_folder(SECOND, target)
        with pytest.raises(OutputError, match="Another run"):
            write_folder(SECOND, str(target))
    with writing_alone(tmp_path / "table.csv"), pytest.raises(OutputError, match="Another run"):
        write_file(tmp_path / "table.csv", b"x")
    assert content(target) == FIRST
    write_folder(SECOND, target)
    assert content(target) == SECOND


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    assert write_file(path, b"one") == path
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
    write_file(str(path), b"two")
    assert path.read_bytes() == b"two"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(("owner", "name"), [(module.os, "fsync"), (module.Path, "replace"), (module.Path, "chmod")])
@pytest.mark.parametrize("error", [Stop(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: BaseException
) -> None:
    path = write_file(tmp_path / "table.csv", b"old")
    with monkeypatch.context() as patch:
        breaking(patch, owner, name, error)
        with pytest.raises((Stop, OutputError)):
            write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["table.csv"]


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        write_file(tmp_path, b"x")


def test_remains_of_a_crash_are_removed_and_other_hidden_files_are_not(tmp_path: Path) -> None:
    stale = tmp_path / ".report.justice_metrics-new-abc"
    stale.mkdir()
    (stale / "report.html").write_text("half")
    other = tmp_path / ".report2.justice_metrics-new-abc"
    other.mkdir()
    write_folder(FIRST, tmp_path / "report")
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "report"]


def test_a_folder_moved_aside_by_a_killed_run_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = write_folder(FIRST, tmp_path / "report")
    target.rename(tmp_path / ".report.justice_metrics-old-abc")
    breaking(monkeypatch, module.tempfile, "mkdtemp", OSError(errno.ENOSPC, "full"))
    with pytest.raises(OutputError):
        write_folder(SECOND, target)
    assert content(target) == FIRST
    write_folder(SECOND, target)
    assert content(target) == SECOND
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


WRITER = """
import sys
from justice_metrics.publish.folder import write_folder
for turn in range(1_000_000):
    write_folder({f"{n}.txt": str(turn).encode() * 20_000 for n in range(6)}, sys.argv[1])
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "report")], cwd=Path.cwd())
    yield process
    process.kill()
    process.wait()


def complete(folder: Path) -> bool:
    return strangers(folder) == () and len(content(folder)) == 6 and len(set(content(folder).values())) == 1


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("moment", range(10))
def test_killed_at_any_moment_the_old_or_the_new_one_is_there(
    tmp_path: Path, moment: int, writer: subprocess.Popen[bytes]
) -> None:
    target = tmp_path / "report"
    give_up = time.monotonic() + 60
    while not (target / "manifest.json").exists():
        assert time.monotonic() < give_up
        time.sleep(0.01)
    time.sleep(random.Random(moment).uniform(0, 0.15))
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    if target.exists():
        assert complete(target)
    else:
        assert [complete(aside) for aside in tmp_path.glob(".report.justice_metrics-old-*")] == [True]
    write_folder(FIRST, target)
    assert content(target) == FIRST
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_nothing_is_written_among_the_releases(tmp_path: Path) -> None:
    release = tmp_path / "public" / "001"
    release.parent.mkdir()
    write_folder({"release.json": b"{}", "report.html": b"published"}, release)
    before = content(release)
    for place in (release, release / "inside", tmp_path / "public", tmp_path / "public" / "internal"):
        with pytest.raises(OutputError, match="public release"):
            write_folder({"report.html": b"raw"}, place)
    for file in (release / "report.html", release / "new.html", tmp_path / "public" / "table.csv"):
        with pytest.raises(OutputError, match="public release"):
            write_file(file, b"raw")
    assert content(release) == before
    write_folder({"report.html": b"raw"}, tmp_path / "report")
