"""The effect of support asked from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Files, Run

ASKED = ["--actor", "lawyer", "--actor", "psychologist", "--needed", "any", "--resamples", "50"]


@pytest.fixture
def supported(files: Files) -> Files:
    """Sixty cases in six courts; two thirds of them meet a lawyer or a psychologist in the first weeks."""
    lines = files.data.read_text(encoding="utf-8").splitlines()
    files.data.write_text(
        "\n".join([lines[0], *(f"{line[:-1]}{place % 6}" for place, line in enumerate(lines[1:]))]) + "\n",
        encoding="utf-8",
    )
    spells = ["id,actor,start"]
    for line in lines[1:]:
        name, reported = line.split(",")[:2]
        number = int(name[-3:])
        if number % 3:
            day = f"{reported[:8]}28"
            spells.append(f"{name},{'lawyer' if number % 2 else 'psychologist'},{max(day, reported)}")
    (files.folder / "support.csv").write_text("\n".join(spells) + "\n", encoding="utf-8")
    return files


def test_an_answer_with_its_doubts(supported: Files, shell: Run) -> None:
    answer = shell("support", supported.mapping, *ASKED, "--outcome", "verdict", "--adjust", "department")
    assert answer.code == 0, answer.err
    assert "Of 100 cases supported within 90 days" in answer.out
    assert "Why not this figure" in answer.out
    # The answer stands first, and the figures that mislead stand nowhere.
    assert answer.out.index("Of 100 cases supported") < answer.out.index("─") < answer.out.index("╭")
    assert "Further tables (ratios, strategies, curves, flow" in " ".join(answer.out.split())
    assert not any(sign in answer.out[answer.out.index("╭") :] for sign in "%┃━")
    assert "No milestone was named" in answer.out
    assert "INTERNAL" in answer.out


def test_several_outcomes_horizons_and_courts(supported: Files, shell: Run) -> None:
    given = ["--outcome", "conviction", "--outcome", "rejection", "--horizon-days", "120", "--horizon-days", "365"]
    answer = shell("support", supported.mapping, *ASKED, *given, "--cluster", "court", "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["results"][0]["question"] == "support_effect"
    assert "studentised" in answer.out


def test_files_are_written(supported: Files, shell: Run) -> None:
    figure, table = supported.folder / "effect.png", supported.folder / "effect.csv"
    answer = shell(
        "support", supported.mapping, *ASKED, "--outcome", "verdict", "--timing", "even", "-o", str(figure),
        "-o", str(table), "-q",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert answer.out == ""
    assert Path(figure).stat().st_size > 1_000
    assert "events_not_started" in table.read_text(encoding="utf-8-sig")


def test_the_same_seed_gives_the_same_answer(supported: Files, shell: Run) -> None:
    asked = ["support", supported.mapping, *ASKED, "--outcome", "verdict", "--json"]
    one, two, other = (shell(*asked, "--seed", seed) for seed in ("3", "3", "4"))
    assert one.out == two.out
    assert one.out != other.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--needed", "most"], "Write --needed all"),
        (["--needed", "3"], "of 2 actors"),
        (["--horizon-days", "60"], "must lie after the 90 days"),
        (["--adjust", "colour"], "colour"),
        (["--milestone", "moon"], "'moon' is not a stage"),
        (["--cluster", "department"], "There are 2 clusters only"),
    ],
)
def test_what_makes_no_sense_is_refused(supported: Files, shell: Run, given: list[str], said: str) -> None:
    answer = shell("support", supported.mapping, *ASKED, *given)
    assert answer.code == 1
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_spanish(supported: Files, shell: Run) -> None:
    answer = shell("support", supported.mapping, *ASKED, "--outcome", "verdict", "--language", "es")
    assert answer.code == 0, answer.err
    assert "sentencia" in answer.out
