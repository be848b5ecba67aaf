"""Releases on the disk: numbered, frozen, and only ever the old complete one or the new complete one."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from justice_metrics.base.errors import OutputError
from justice_metrics.publish.folder import strangers
from justice_metrics.publish.releases import (
    POINTER,
    add_release,
    digest_of,
    latest,
    next_number,
    publishing_alone,
    releases,
)

FILES = {"index.html": b"<p>one</p>", "tables/01.csv": b"a,b\n1,2\n"}


def published(public: Path, *contents: dict[str, bytes]) -> None:
    for files in contents:
        with publishing_alone(public):
            add_release(public, files)


def thawed(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700)


def test_a_release_gets_the_next_number_and_the_pointer(tmp_path: Path) -> None:
    public = tmp_path / "public"
    assert releases(public) == ()
    assert latest(public) is None
    assert next_number(public) == 1
    published(public, FILES, {"index.html": b"<p>two</p>"})
    first, second = releases(public)
    assert (first.number, first.folder.name, second.folder.name) == (1, "001", "002")
    assert latest(public) == second
    assert json.loads((public / POINTER).read_text()) == {
        "format": "justice_metrics release pointer 1",
        "release": 2,
        "folder": "002",
        "manifest_sha256": digest_of({"index.html": b"<p>two</p>"}),
    }
    assert (first.folder / "tables" / "01.csv").read_bytes() == FILES["tables/01.csv"]


def test_a_release_is_frozen_and_readable_by_all(tmp_path: Path) -> None:
    published(tmp_path / "public", FILES)
    folder = tmp_path / "public" / "001"
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert rights == {"001": 0o555, "tables": 0o555, "index.html": 0o444, "01.csv": 0o444, "manifest.json": 0o444}
    assert stat.S_IMODE((folder.parent / POINTER).stat().st_mode) == 0o644


@pytest.mark.parametrize("harm", ["changed", "added", "removed", "taken away"])
def test_a_release_that_was_changed_is_told_and_nothing_is_added(tmp_path: Path, harm: str) -> None:
    public = tmp_path / "public"
    published(public, FILES, {"index.html": b"<p>two</p>"})
    folder = public / "001"
    thawed(folder)
    if harm == "changed":
        (folder / "index.html").write_bytes(b"<p>other</p>")
    elif harm == "added":
        (folder / "more.csv").write_bytes(b"")
    elif harm == "removed":
        (folder / "tables" / "01.csv").unlink()
    else:
        folder.rename(tmp_path / "elsewhere")
    with pytest.raises(OutputError), publishing_alone(public):
        add_release(public, FILES)
    assert sorted(one.name for one in public.iterdir() if one.is_dir()) == (
        ["002"] if harm == "taken away" else ["001", "002"]
    )


def test_what_the_library_did_not_write_is_told(tmp_path: Path) -> None:
    public = tmp_path / "public"
    published(public, FILES)
    (public / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"), publishing_alone(public):
        pass
    (public / "notes.txt").unlink()
    (public / POINTER).write_text("{}", encoding="utf-8")
    with pytest.raises(OutputError, match="is not as the library wrote it"), publishing_alone(public):
        pass


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    public = tmp_path / "public"
    with publishing_alone(public):
        with pytest.raises(OutputError, match="Another run is writing"), publishing_alone(public):
            pass
        add_release(public, FILES)
    assert len(releases(public)) == 1


def test_a_run_that_died_before_the_pointer_is_finished_by_the_next(tmp_path: Path) -> None:
    public = tmp_path / "public"
    published(public, FILES, {"index.html": b"<p>two</p>"})
    pointer = json.loads((public / POINTER).read_text()) | {
        "release": 1,
        "folder": "001",
        "manifest_sha256": releases(public)[0].digest,
    }
    (public / POINTER).write_text(json.dumps(pointer), encoding="utf-8")
    (public / ".003.justice_metrics-new-x").mkdir()
    (public / f".{POINTER}.justice_metrics-new-y").write_bytes(b"half")
    with publishing_alone(public):
        assert latest(public) == releases(public)[-1]
    assert sorted(one.name for one in public.iterdir()) == ["001", "002", POINTER]


def test_a_full_disk_leaves_the_old_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = tmp_path / "public"
    published(public, FILES)
    before = (public / POINTER).read_bytes()

    def full(handle: int, data: bytes) -> None:
        os.close(handle)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("justice_metrics.publish.folder._write", full)
    with pytest.raises(OutputError, match="The disk is full"):
        published(public, FILES)
    assert [one.name for one in public.iterdir()] in ([POINTER, "001"], ["001", POINTER])
    assert (public / POINTER).read_bytes() == before


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = tmp_path / "public"
    published(public, FILES)

    def denied(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    # nothing is denied to root, as whom tests may run
    monkeypatch.setattr("justice_metrics.publish.releases.tempfile.mkdtemp", denied)
    with pytest.raises(OutputError, match="permission denied"):
        published(public, FILES)
    assert latest(public) == releases(public)[-1]
    assert len(releases(public)) == 1


PUBLISHING = """
import sys
from pathlib import Path
from justice_metrics.publish.releases import add_release, publishing_alone
public, number = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
with publishing_alone(public):
    add_release(public, {f"tables/{place}.csv": bytes([number]) * 20_000 for place in range(20)})
"""


def test_a_run_killed_at_any_moment_leaves_the_old_or_the_new_release(tmp_path: Path) -> None:
    public = tmp_path / "public"
    published(public, FILES)
    moments = random.Random(3)
    for number in range(5):
        before = latest(public)
        run = subprocess.Popen(
            [sys.executable, "-c", PUBLISHING, str(public), str(number)], stdout=subprocess.PIPE, text=True
        )
        with run:
            assert run.stdout is not None
            run.stdout.readline()
            time.sleep(moments.uniform(0, 0.06))
            run.kill()
        seen = latest(public)
        assert before is not None
        assert seen is not None
        # what an earlier run had written whole is finished first, so the pointer can move by two
        assert seen.number >= before.number
        assert seen in releases(public)
        assert strangers(seen.folder) == ()
    published(public, FILES)
    assert latest(public) == releases(public)[-1]
