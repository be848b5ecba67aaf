"""The passport of a release: complete, or the release is not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.base.language import Label
from justice_metrics.publish.passport import passport_schema, read_passport

KEYS = ("responsible", "ethics_approval", "legal_basis", "data_agreement", "retention", "access", "contact")


def written(folder: Path, *, without: str = "", more: str = "") -> Path:
    path = folder / "passport.toml"
    lines = [f'{one} = {{ en = "{one} in English", es = "{one} en español" }}' for one in KEYS if one != without]
    path.write_text("\n".join([*lines, more]) + "\n", encoding="utf-8")
    return path


def test_every_row_in_each_language(tmp_path: Path) -> None:
    passport = read_passport(written(tmp_path, more='published_on = 2024-05-01\nlicence = "CC BY 4.0"'))
    rows = dict(passport.of_release(3, Label("Institute. Release 3.")).rows("en"))
    assert rows["Release number"] == "3"
    assert rows["Published on"] == "1 May 2024"
    assert rows["Ethics approval"] == "ethics_approval in English"
    assert rows["How to cite"] == "Institute. Release 3."
    assert "legal_basis en español" in dict(passport.rows("es")).values()
    assert passport.to_record()["access"] == {"en": "access in English", "es": "access en español"}
    assert passport.to_record()["published_on"] == "2024-05-01"


@pytest.mark.parametrize("key", KEYS)
def test_nothing_may_be_left_out(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingsError, match=f"'{key}' is missing"):
        read_passport(written(tmp_path, without=key))


@pytest.mark.parametrize(
    ("more", "telling"),
    [
        ('licence = " "', "write so and why"),
        ('lisence = "x"', "did you mean 'licence'"),
        ("published_on = 3.5", "published_on"),
    ],
)
def test_a_wrong_key(tmp_path: Path, more: str, telling: str) -> None:
    with pytest.raises(SettingsError, match=telling):
        read_passport(written(tmp_path, more=more))


def test_malicious_words_are_one_plain_line(tmp_path: Path) -> None:
    passport = read_passport(written(tmp_path, without="contact", more='contact = "a\\u202eb\\nc"'))
    assert dict(passport.rows())["Contact"] == "ab c"


def test_the_schema_names_every_key() -> None:
    assert set(passport_schema()["required"]) == set(KEYS)
