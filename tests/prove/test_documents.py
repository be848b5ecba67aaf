"""Word files and PDFs of whole studies are opened by other programs: LibreOffice and poppler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import justice_metrics as jm
from justice_metrics.disclosure.release import internal
from justice_metrics.publish.pdf import pdf_bytes
from justice_metrics.publish.word import word_bytes
from tests.publish.test_malicious import hostile_result

pytestmark = pytest.mark.prove


def needed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def words(pdf: Path) -> str:
    shown = subprocess.run([needed("pdftotext"), str(pdf), "-"], capture_output=True, check=True, text=True)
    return " ".join(shown.stdout.split())


def opened(data: bytes, place: Path) -> Path:
    """Let LibreOffice open a Word file and print it, with a profile of its own."""
    (place / "report.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
    command = [needed("soffice"), profile, "--headless", "--convert-to", "pdf", "--outdir", str(place)]
    subprocess.run([*command, str(place / "report.docx")], check=True, capture_output=True, timeout=180)
    return place / "report.pdf"


@pytest.fixture(scope="module")
def release() -> jm.Release:
    cases = jm.sample_cases()
    rates = jm.conviction_rates(cases, per=("complaint", "charge"), by="department")
    return internal([jm.attrition(cases), rates, jm.cumulative_incidence(cases)], title="Report 2018")


@pytest.mark.parametrize("language", ["en", "es"])
def test_libreoffice_opens_the_word_file(release: jm.Release, tmp_path: Path, language: str) -> None:
    text = words(opened(word_bytes(release, language=language), tmp_path))
    mark, table = {
        "en": ("INTERNAL: not for publication", "Table 2.1. Conviction rates"),
        "es": ("INTERNO: no publicar", "Tabla 2.1. Tasas de condena"),
    }[language]
    assert text.count(mark) > 5  # on every sheet
    assert table in text
    assert "Error:" not in text  # what LibreOffice writes in place of a field that it cannot read


def test_libreoffice_opens_a_file_of_hostile_words(tmp_path: Path) -> None:
    text = words(opened(word_bytes(internal([hostile_result()])), tmp_path))
    assert "alert(1)" in text


@pytest.mark.parametrize("language", ["en", "es"])
def test_poppler_opens_and_draws_the_pdf(release: jm.Release, tmp_path: Path, language: str) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf_bytes(release, language=language))
    about = subprocess.run(
        [needed("pdfinfo"), str(tmp_path / "report.pdf")], capture_output=True, check=True, text=True
    ).stdout
    assert "Tagged:          yes" in about
    assert "CreationDate" not in about
    assert "JavaScript:      no" in about
    assert "Report 2018" in words(tmp_path / "report.pdf")
    subprocess.run(
        [needed("pdftoppm"), "-r", "30", "-png", str(tmp_path / "report.pdf"), str(tmp_path / "sheet")], check=True
    )
    drawn = sorted(tmp_path.glob("sheet-*.png"))
    assert len(drawn) > 5
    assert all(len(one.read_bytes()) > 1_000 for one in drawn)
