"""One figure of a study, by the number that it has in the report."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from justice_metrics.base.errors import QuestionError
from justice_metrics.cli import figure
from justice_metrics.cli.options import Options
from justice_metrics.study.figure import study_figure
from tests.cli.conftest import Files

STUDY = '[[question]]\nask = "outcome_shares"\n[[question]]\nask = "time_to"\n'


def test_a_figure_by_its_number_in_the_language_of_the_study(files: Files) -> None:
    study = files.write_study(STUDY, 'language = ["es", "en"]')
    made = study_figure(study, "1", ("svg", "png"))
    assert "INTERNO: no publicar" in made["svg"].decode()
    assert made["png"].startswith(b"\x89PNG")
    assert made["svg"] == study_figure(study, " 1A ", ("svg",))["svg"]
    assert b"INTERNAL: not for publication" in study_figure(study, "1", ("svg",), language="en")["svg"]


def test_only_what_the_figure_needs_is_asked(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    from justice_metrics.study import figure as module

    ask = module.asked
    monkeypatch.setattr(
        module, "asked", lambda planned, number, *more: asked.append(number) or ask(planned, number, *more)
    )
    study_figure(files.write_study(STUDY), "2", ("svg",))
    assert asked == [2]


@pytest.mark.parametrize("number", ["0", "3", "2z", "../1"])
def test_a_figure_that_is_not_there(files: Files, number: str) -> None:
    with pytest.raises(QuestionError, match=r"no figure .*\n.*(from 1 to 2|is \d)"):
        study_figure(files.write_study(STUDY), number, ("svg",))


def command(*words: str) -> int:
    app = typer.Typer()
    app.callback()(lambda: None)
    figure.add(app, Options("en"))
    return int(app(list(words), standalone_mode=False) or 0)


def test_the_command_writes_each_file_or_none(
    files: Files, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = files.write_study(STUDY)
    one, other = files.folder / "one.svg", files.folder / "two.pdf"
    assert command("figure", str(study), "2", "--out", str(one), "--out", str(other)) == 0
    assert one.read_bytes().startswith(b"<?xml")
    assert other.read_bytes().startswith(b"%PDF")
    assert "INTERNAL" in capsys.readouterr().out
    monkeypatch.chdir(files.folder)
    assert command("figure", str(study), "1", "--quiet") == 0
    assert capsys.readouterr().out == "figure_1.svg\n"
    assert Path("figure_1.svg").exists()


@pytest.mark.parametrize(("number", "out"), [("1", "x.csv"), ("9", "x.svg"), ("1", "nowhere/x.svg")])
def test_a_wrong_call_is_told_and_nothing_is_written(
    files: Files, capsys: pytest.CaptureFixture[str], number: str, out: str
) -> None:
    study = files.write_study(STUDY)
    before = sorted(files.folder.rglob("*"))
    assert command("figure", str(study), number, "--out", str(files.folder / out)) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert sorted(files.folder.rglob("*")) == before
