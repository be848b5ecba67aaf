"""The report as a PDF: tagged, without a day and a name, the same bytes from the same release."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import DisclosureError
from justice_metrics.disclosure.release import internal
from justice_metrics.publish.pdf import pdf_bytes
from justice_metrics.publish.report import write_report
from tests.publish.answers import naive_table, provenance, rates, rates_table
from tests.publish.test_malicious import inflated

pytest.importorskip("typst", reason="the extra [documents] is not installed")


def words(data: bytes, place: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    path = place / "report.pdf"
    path.write_bytes(data)
    shown = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True)
    return " ".join(shown.stdout.split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "INTERNAL: not for publication",
                "Table 1.1. Conviction rates by court",
                "Figure 1. Conviction rates by court",
                "Among: cases that reached the stage",
                "8 cases ended in conviction.",
                "Why not this figure",
                "Immortal time.",
                "Wilson 1927",
                "30 Apr 2018",
                "What these numbers cannot say",
                "1,321",
            ),
        ),
        ("es", ("INTERNO: no publicar", "Figura 1.", "Datos simulados: ningún caso es real.", "denuncia", "1.321")),
    ],
)
def test_everything_of_the_report_is_in_it(tmp_path: Path, language: Any, said: tuple[str, ...]) -> None:
    tables = {"main": rates_table(["First", "Second"]), "naive": naive_table()}
    result = rates(tables=tables, provenance=provenance(simulated=True))
    text = words(pdf_bytes(internal(result), language=language), tmp_path)
    assert [one for one in said if one not in text] == []
    assert text.count(said[0] if language == "es" else "INTERNAL: not for publication") >= 3


def test_it_is_tagged_and_says_its_language_and_title() -> None:
    data = inflated(pdf_bytes(internal(rates(), title="Performance"), language="es"))
    assert b"/StructTreeRoot" in data
    assert re.search(rb"/Lang ?\(es", data)
    assert b"/Title" in data
    assert b"/Alt" in data
    assert not re.search(rb"/(CreationDate|ModDate|Author)\b", data)


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    one = pdf_bytes(internal(rates()))
    assert one == write_report(internal(rates()), tmp_path / "report.PDF").read_bytes()


def test_only_a_release_becomes_a_report() -> None:
    with pytest.raises(DisclosureError, match="release"):
        pdf_bytes([rates()])  # type: ignore[arg-type]


def test_tables_of_no_row_of_many_and_of_long_words(tmp_path: Path) -> None:
    tables = {
        "main": rates_table([]),
        "more": rates_table([f"Court {n}" for n in range(121)]),
        "long": rates_table(["x" * 10_000]),
    }
    text = words(pdf_bytes(internal(rates(tables=tables))), tmp_path)
    assert "No rows." in text
    assert "Court 120" not in text
    assert "too long to be printed" in text
