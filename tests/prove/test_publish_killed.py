"""Publishing is killed at 200 random moments: only the old or the new complete release is ever visible.

The whole of ``publish_study`` runs in a process of its own, which is killed with a signal that nothing can catch: half
of the moments are spread over the whole run, half over its last part, in which the release is written. After each kill
an outsider follows the pointer, and must find a release that is complete, unchanged, and the old or the new one. At the
end of a round one run is left alone: it finishes or removes what the killed ones had begun, and publishes.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from justice_metrics.base.errors import OutputError
from justice_metrics.publish.folder import strangers
from justice_metrics.publish.releases import POINTER, add_release, latest, publishing_alone, releases
from justice_metrics.publish.secure_side import SecureSide
from tests.cli.conftest import Files
from tests.study.test_publish import KEY, later, made

KILLS = int(os.environ.get("JUSTICE_METRICS_KILLS", "200"))
ROUNDS = 10

# Loads everything once; each line that it is given is published by a process that is split off.
PUBLISHING = """
import os, sys, traceback
from justice_metrics.study import publish
import justice_metrics.cases.read, justice_metrics.measures.rates.convictions, scipy.optimize

def told(text):
    os.write(1, (text + "\\n").encode())

def ready(*given, real=publish.checked):
    real(*given)
    told("writing")

for line in sys.stdin:
    study = line.strip()
    child = os.fork()
    if child == 0:
        publish.checked = ready
        told(f"begun {os.getpid()}")
        try:
            publish.publish_study(study)
            told("done")
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(0)
    os.waitpid(child, 0)
    told("ended")
"""


class Publisher:
    """Publishes studies in processes that can be killed."""

    def __init__(self, errors: Path) -> None:
        self._place = errors
        self._errors = errors.open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHING],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "JUSTICE_METRICS_TEST_KEY": KEY},
        )

    def begin(self, study: Path) -> int:
        """Begin to publish, and return the process that does."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{study}\n")
        self._process.stdin.flush()
        word, _, process = self.line().partition(" ")
        assert word == "begun"
        return int(process)

    def line(self) -> str:
        """Return the next word that it says."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def rest(self) -> list[str]:
        """Wait for the end of the process, and return what else it said."""
        said: list[str] = []
        while (word := self.line()) not in {"ended", ""}:
            said.append(word)
        return said

    def told(self) -> str:
        """Return the end of what went wrong."""
        return self._place.read_text(encoding="utf-8")[-1500:]

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    made = Publisher(tmp_path / "errors.txt")
    yield made
    made.stop()


def varied(study: Path) -> None:
    """Give the study other data than those that were published last, so that there is something new to publish."""
    stored = releases(study.parent / "public")
    Files(study.parent).write_data(later(2 + 2 * (len(stored) % 2)))


def seen_by_outsider(public: Path) -> int:
    """Follow the pointer as a reader would, and count what is complete; 0 before the first release."""
    if not (public / POINTER).exists():
        return 0
    pointer = json.loads((public / POINTER).read_text(encoding="utf-8"))
    folder = public / pointer["folder"]
    assert strangers(folder) == ()
    manifest = (folder / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == pointer["manifest_sha256"]
    assert all((folder / one["name"]).is_file() for one in json.loads(manifest)["files"])
    return int(pointer["release"])


def timed(publisher: Publisher, study: Path) -> tuple[float, float]:
    """Publish without a kill, and return how long it took, and the writing of the release within it, in seconds."""
    varied(study)
    begun = time.perf_counter()
    publisher.begin(study)
    assert publisher.line() == "writing", publisher.told()
    written = time.perf_counter()
    assert publisher.rest() == ["done"], publisher.told()
    return time.perf_counter() - begun, time.perf_counter() - written


@pytest.mark.prove
def test_two_hundred_kills(tmp_path: Path, publisher: Publisher) -> None:
    moments = random.Random(7)
    ended: Counter[str] = Counter()
    for number in range(ROUNDS):
        study = made(tmp_path / f"study{number}")
        public = study.parent / "public"
        whole, writing = timed(publisher, study)
        for kill in range(KILLS // ROUNDS):
            varied(study)
            before, there = seen_by_outsider(public), len(releases(public))
            # a release that was written and not pointed at is complete; whoever publishes next points at it first
            assert there in {before, before + 1}
            process = publisher.begin(study)
            if kill % 2:
                assert publisher.line() == "writing", publisher.told()
            time.sleep(moments.uniform(0, 1.3 * (writing if kill % 2 else whole)))
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                ended["over before the kill"] += 1
            done = "done" in publisher.rest()
            after = seen_by_outsider(public)
            assert after in {before, there, there + 1}
            assert after == there + 1 or not done
            ended["new" if after > before else "old"] += 1
            ended["written and not pointed at"] += len(releases(public)) > after
        timed(publisher, study)
        stored = releases(public)
        assert latest(public) == stored[-1]
        secure = SecureSide.opened(study.parent / "secure")
        assert [one["number"] for one in secure.entries()] == [one.number for one in stored]
        assert not list(public.glob(".*"))
        assert not list(secure.folder.glob(".staged-*"))
    # both ends were met, or nothing was shown
    assert min(ended["old"], ended["new"]) >= KILLS // 10, ended


@pytest.mark.prove
def test_a_small_disk_that_runs_full_leaves_the_old_release(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk, and not on every machine")
    try:
        public = disk / "public"
        with publishing_alone(public):
            add_release(public, {"index.html": b"one"})
        with pytest.raises(OutputError, match="The disk is full"), publishing_alone(public):
            add_release(public, {"index.html": b"x" * 400_000})
        assert latest(public) == releases(public)[0]
        assert seen_by_outsider(public) == 1
        assert not list(public.glob(".*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
