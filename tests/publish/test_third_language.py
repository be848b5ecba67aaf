"""A catalogue beside the others is a further language: nothing else is to be written for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import justice_metrics

PACKAGE = Path(justice_metrics.__file__).parent
CATALOGUE = """
msgid ""
msgstr ""
"Language: pt\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Key findings"
msgstr "Principais achados"

msgid "What the numbers mean"
msgstr "O que os números significam"

msgid "INTERNAL: not for publication"
msgstr "INTERNO: não publicar"

msgid "not recorded"
msgstr "não registrado"
"""
PROGRAM = """
from pydantic import TypeAdapter
from justice_metrics.base.language import LANGUAGES, Language, format_date, format_number
from justice_metrics.base.result import Definition
from justice_metrics.disclosure.release import internal
from justice_metrics.publish.files import release_files
import datetime
from tests.publish.answers import provenance, rates

assert LANGUAGES == ("en", "es", "gn", "pt"), LANGUAGES
assert TypeAdapter(Language).validate_python("pt") == "pt"
release = internal(rates(provenance=provenance(units_in=1321)))
files = release_files(release, stems=["1"], languages=["pt", "gn"], formats=["html", "svg"])
page = files["report.pt.html"].decode()
assert '<html lang="pt">' in page
for said in ("Principais achados", "O que os números significam", "INTERNO: não publicar", "não registrado", "1.321",
             "30 abr"):
    assert said in page, said
assert "Contents" in page  # a sentence that is not translated stays English
assert "não publicar".encode() in files["figures/1.pt.svg"]
# nobody has recorded the customs of this one, so numbers and days are written as in English
assert format_number(1234.5, "gn", decimals=1) in {"1,234.5", "1.234,5"}
assert format_date(datetime.date(2018, 4, 30), "gn")
assert '<html lang="gn">' in files["report.gn.html"].decode()
from justice_metrics.cli.options import known_language
assert known_language("pt") == "pt"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the package with two catalogues more."""
    shutil.copytree(
        PACKAGE, tmp_path / "justice_metrics", ignore=shutil.ignore_patterns("__pycache__", "*.csv", "*.parquet")
    )
    tests = Path(__file__).parent
    (tmp_path / "tests" / "publish").mkdir(parents=True)
    shutil.copy(tests / "answers.py", tmp_path / "tests" / "publish")
    locale = tmp_path / "justice_metrics" / "base" / "locale"
    locale.joinpath("pt.po").write_text(CATALOGUE, encoding="utf-8")
    locale.joinpath("gn.po").write_text(CATALOGUE.replace("Language: pt", "Language: gn"), encoding="utf-8")
    return tmp_path


def test_a_third_language_by_adding_a_catalogue(checkout: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=checkout, env={"PYTHONPATH": str(checkout), "MPLBACKEND": "Agg"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
