"""justice-metrics sampling log, bounds: what a field team sees, and what it is told when the log is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.sampled_cases import coded_frame, log_frame

MAPPING = """
[data]
file = "cases.csv"
language = "{language}"
[cases]
id = "id"
procedure = "bolivia"
cutoff = 2018-04-30
[cases.sampling]
log = {log}
[dates]
complaint = "reported"
[outcome]
column = "end"
date = "ended"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log_frame().to_csv(tmp_path / "sampling_log.csv", index=False)
    coded_frame(log_frame()).to_csv(tmp_path / "cases.csv", index=False)
    (tmp_path / "mapping.toml").write_text(MAPPING.format(language="en", log='"sampling_log.csv"'), encoding="utf-8")
    return tmp_path


def test_the_log(shell: Run, folder: Path) -> None:
    found = shell("sampling", "log", str(folder / "sampling_log.csv"), "--by", "stratum")
    assert found.code == 0
    assert "north" in found.out


def test_the_weights_are_personal(shell: Run, folder: Path) -> None:
    found = shell("sampling", "log", str(folder / "sampling_log.csv"), "--weights", str(folder), "--quiet")
    assert found.code == 0
    path = folder / "PERSONAL_DATA_weights.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[:2] == ["file,stratum,cluster,cluster_probability,drawn_weight,weight", "N1-00,north,N1,0.5,4.0,5.0"]
    assert len(lines) == 43
    assert "N1-00" not in found.out + found.err


def test_the_bounds(shell: Run, folder: Path) -> None:
    found = shell("sampling", "bounds", str(folder / "mapping.toml"), "--of", "convicted", "--language", "en")
    assert found.code == 0
    assert "if all did" in found.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["log", "nowhere.csv"], "There is no file"),
        (["log", "{folder}/cases.csv"], "no column 'status'"),
        (["log", "{folder}/sampling_log.csv", "--weights", "{folder}/nowhere"], "There is no folder"),
        (["bounds", "{folder}/mapping.toml", "--of", "charge"], "The data say nothing of"),
    ],
)
def test_asked_wrongly(shell: Run, folder: Path, words: list[str], told: str) -> None:
    found = shell("sampling", *[one.format(folder=folder) for one in words])
    assert found.code == 1
    assert told in " ".join(found.err.split())
    assert "Traceback" not in found.err


def test_a_log_that_does_not_fit_the_cases(shell: Run, folder: Path) -> None:
    frame = log_frame()
    frame.loc[0, "status"] = "lost"
    frame.to_csv(folder / "sampling_log.csv", index=False)
    found = shell("check", str(folder / "mapping.toml"))
    assert found.code == 1
    assert "1 file of the data is not 'coded' by the sampling log 'sampling_log.csv'" in " ".join(found.err.split())
    assert "N1-00" not in found.err
