"""Case files of a few rows, and the command line run inside the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

HEAD = ("id", "reported", "ended", "how", "department", "court")
LABELS = {"Rejected": "rejected", "Guilty": "convicted", "Not guilty": "acquitted", "Open": "pending"}


def rows(n: int = 60) -> list[list[str]]:
    """Cases with a known ending each, by a rule that a reader can follow."""
    made = []
    for number in range(n):
        reported = dt.date(2015, 1, 1) + dt.timedelta(days=11 * number)
        how = list(LABELS)[number % 4]
        ended = "" if how == "Open" else (reported + dt.timedelta(days=100 + 7 * (number % 5))).isoformat()
        made.append([f"CASE-{number:03}", reported.isoformat(), ended, how, "North" if number % 3 else "South", "1"])
    return made


MAPPING = """
[data]
file = "cases.csv"
language = "{language}"

[cases]
id = "id"
procedure = "bolivia"
cutoff = {cutoff}

[dates]
complaint = "{complaint}"

[outcome]
column = "how"
date = "ended"
labels = {{ {labels} }}

[attributes]
department = "department"
court = "court"

[support]
file = "support.csv"
id = "id"
actor = "actor"
start = "start"
"""


class Files(NamedTuple):
    """A folder with case files and their mapping."""

    folder: Path

    @property
    def mapping(self) -> str:
        return str(self.folder / "mapping.toml")

    @property
    def data(self) -> Path:
        return self.folder / "cases.csv"

    def write_data(self, cells: list[list[str]], head: tuple[str, ...] = HEAD) -> None:
        lines = [",".join(row) for row in [list(head), *cells]]
        self.data.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def write_mapping(
        self,
        *,
        complaint: str = "reported",
        cutoff: str = "2018-04-30",
        language: str = "en",
        labels: dict[str, str] | None = None,
    ) -> None:
        pairs = ", ".join(f'"{label}" = "{state}"' for label, state in (labels or LABELS).items())
        text = MAPPING.format(complaint=complaint, cutoff=cutoff, language=language, labels=pairs)
        Path(self.mapping).write_text(text, encoding="utf-8")

    def write_study(
        self, questions: str = '[[question]]\nask = "outcome_shares"\n', study: str = "", output: str = ""
    ) -> str:
        path = self.folder / "study.toml"
        head = f'[study]\ntitle = "Sixty cases"\nmapping = "mapping.toml"\n{study}\n'
        path.write_text(f"{head}\n{questions}\n[output]\n{output}\n", encoding="utf-8")
        return str(path)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path)
    made.write_data(rows())
    made.write_mapping()
    spells = [f"CASE-{number:03},{'lawyer' if number % 2 else 'psychologist'},2015-02-01" for number in range(60)]
    (tmp_path / "support.csv").write_text("\n".join(["id,actor,start", *spells]) + "\n", encoding="utf-8")
    return made


class Answer(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    from justice_metrics.cli.app import main

    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "JUSTICE_METRICS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("COLUMNS", "120")

    def run(*words: str) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(words))
        seen = capsys.readouterr()
        return Answer(int(left.value.code or 0), seen.out, seen.err)

    return run
