"""The commands coder-agreement and adjudicate: from two codings to the adjudicated file, and wrong input."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

from justice_metrics.cli import agreement
from justice_metrics.cli.options import Options

MAPPING = """
[data]
file = "one.csv"
[cases]
id = "id"
procedure = "bolivia"
cutoff = 2018-04-30
[dates]
complaint = "day"
[attributes]
offence = "offence"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("codings")
    for name, other in (("one", "theft"), ("two", "assault")):
        lines = [f"secret{n},2016-03-{n % 28 + 1:02d},{('rape', 'theft', other)[n % 3]}" for n in range(30)]
        (made / f"{name}.csv").write_text("\n".join(["id,day,offence", *lines]), encoding="utf-8")
    (made / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return made


def run(*words: str | Path) -> Result:
    app = typer.Typer()
    agreement.add(app, Options("en"))
    return CliRunner().invoke(app, [*map(str, words), "--language", "en"])


def test_from_two_codings_to_one(folder: Path) -> None:
    codings = folder / "mapping.toml", folder / "two.csv"
    listed = folder / "PERSONAL_DATA_list.xlsx"
    found = run("coder-agreement", *codings, "--disagreements", listed)
    assert found.exit_code == 0, found.output
    assert "10 disagreements were written to PERSONAL_DATA_list.xlsx" in " ".join(found.output.split())
    assert "secret" not in found.output
    to = folder / "PERSONAL_DATA_made"
    refused = run("adjudicate", *codings, "--decisions", listed, "--to", to)
    assert refused.exit_code != 0
    assert "10 of 10 disagreements have no decision" in refused.output
    book = openpyxl.load_workbook(listed)
    assert book.active is not None
    for row in range(2, 12):
        book.active.cell(row, 7).value = "second"
    book.save(listed)
    done = run("adjudicate", *codings, "--decisions", listed, "--to", to)
    assert done.exit_code == 0, done.output
    assert "10 disagreements were decided" in " ".join(done.output.split())
    assert "secret" not in done.output
    assert (to / "one.csv").read_text("utf-8-sig").splitlines() == (folder / "two.csv").read_text().splitlines()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("coder-agreement", "mapping.toml"), "No case was coded twice"),
        (("coder-agreement", "mapping.toml", "none.csv"), "There is no file 'none.csv'"),
        (("coder-agreement", "mapping.toml", "two.csv", "--disagreements", "list.xlsx"), "personal data"),
        (("coder-agreement", "mapping.toml", "one.csv"), "The same coding is given twice"),
        (("coder-agreement", "mapping.toml", "mapping.toml"), "The same coding is given twice"),
        (("adjudicate", "mapping.toml", "one.csv", "--decisions", "none.xlsx"), "The same coding is given twice"),
        (("adjudicate", "mapping.toml", "two.csv", "--decisions", "none.xlsx"), "There is no file 'none.xlsx'"),
        (("adjudicate", "mapping.toml", "--decisions", "none.xlsx"), "no column of coders"),
    ],
)
def test_wrong_input_is_told(folder: Path, words: tuple[str, ...], told: str) -> None:
    found = run(*[folder / one if "." in one else one for one in words])
    assert found.exit_code == 1
    assert told in " ".join(found.output.split())
    assert "Traceback" not in found.output
