from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from justice_metrics.cli import audit as group
from justice_metrics.cli.options import Options
from tests.disclosure.audit.made_release import counts, hiding, made, small, write_release

VALUES = {("north",): 4, ("south",): 93, ("all",): 97}


def run(*words: Any, language: Any = "en") -> Result:
    app = typer.Typer()
    group.add(app, Options(language))
    return CliRunner().invoke(app, [str(one) for one in words])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("releases")
    table = counts(VALUES, ["office"])
    larger = counts({("north",): 44, ("south",): 93, ("all",): 137}, ["office"])
    return {
        "safe": write_release(folder / "safe", [made("b", main=larger)]),
        "naive": write_release(folder / "naive", [made("a", main=hiding(table, small))]),
        "earlier": write_release(folder / "earlier", [made("c", main=counts({("north",): 41}, ["office"]), units=134)]),
    }


def test_a_safe_release_passes(folders: dict[str, Path]) -> None:
    found = run(folders["safe"])
    assert found.exit_code == 0
    assert "Nothing was found that may not leave." in found.stdout


def test_an_unsafe_one_ends_with_a_fault_and_tells_no_count(folders: dict[str, Path]) -> None:
    found = run(folders["naive"])
    assert found.exit_code == 1
    assert "- 1/main: 1 hidden or rounded count can be recovered exactly." in found.stdout
    assert "97" not in found.stdout


def test_earlier_releases_are_known(folders: dict[str, Path]) -> None:
    found = run(folders["safe"], "--previous", folders["earlier"])
    assert found.exit_code == 1
    assert "1 earlier release was taken as known." in found.stdout


def test_for_a_program(folders: dict[str, Path]) -> None:
    told = json.loads(run(folders["naive"], "--json").stdout)
    assert told["passed"] is False
    assert [one["kind"] for one in told["findings"]] == ["exact"]
    assert told["hidden"] == 1


def test_canaries_come_from_a_file(folders: dict[str, Path], tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("south\n", encoding="utf-8")
    found = run(folders["safe"], "--canary", words)
    assert found.exit_code == 1
    assert "word that must not leave" in found.stdout
    assert "south" not in found.stdout


def test_true_counts_tell_which_guesses_are_wrong(tmp_path: Path) -> None:
    # the east has cases too, and is not listed: who takes the list for complete computes a wrong number
    told = counts({("north",): 44, ("south",): 3, ("west",): 50, ("all",): 130}, ["office"])
    folder = write_release(tmp_path / "one", [made("d", main=hiding(told, small))])
    assert run(folder).exit_code == 1
    whose = json.loads((folder / "results.json").read_text())["results"][0]["provenance"]
    levels = {"north": 44, "south": 3, "west": 50, "east": 33}
    listed: list[dict[str, Any]] = [{"units": {}, "count": 130}]
    listed += [{"units": {"office": [name]}, "count": n} for name, n in levels.items()]
    of = f"{whose['unit']} of {whose['fingerprint']}"
    dossier = tmp_path / "dossier.json"
    dossier.write_text(json.dumps({"results": [{"population": of, "counts": listed}]}), encoding="utf-8")
    assert run(folder, "--dossier", dossier).exit_code == 0


def test_wrong_input_is_explained(folders: dict[str, Path], tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("abc\n")
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Muñoz Peña\n".encode("latin-1"))
    nothing = tmp_path / "nothing.json"
    nothing.write_text("{}")
    for words, told in (
        ((folders["safe"], "--dossier", latin), "is no dossier of a release"),
        ((folders["safe"], "--dossier", nothing), "holds no counts"),
        ((tmp_path / "nowhere",), "There is no folder 'nowhere'."),
        ((tmp_path,), "There is no 'results.json' in this folder."),
        ((folders["safe"], "--canary", empty), "holds no word of four characters or more"),
        ((folders["safe"], "--canary", latin), "is not written in UTF-8"),
        ((folders["safe"], "--canary", tmp_path / "none.txt"), "none.txt"),
    ):
        found = run(*words)
        assert found.exit_code == 1
        assert told in found.output
    assert run().exit_code == 2
