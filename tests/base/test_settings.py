"""Files that users write: every wrong key at once, each with what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from justice_metrics.base.errors import SettingsError
from justice_metrics.base.language import tr
from justice_metrics.base.settings import ReadableError, read_toml, validated


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Literal["en", "es"] = "en"
    from_states: list[str] = Field(default_factory=list, alias="from")


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    level: float = 0.95
    part: Part | None = None
    parts: list[Part] = []

    @field_validator("level")
    @classmethod
    def _is_a_share(cls, level: float) -> float:
        if not 0 < level < 1:
            raise ReadableError(tr("Shares lie between 0 and 1."))
        return level


class Listed(BaseModel):
    several: Annotated[tuple[Part, ...], Field(min_length=2, max_length=3)]
    apart: bool = False
    most: Annotated[float, Field(gt=0, le=1)] = 1

    @model_validator(mode="after")
    def _check_one(self) -> Listed:
        if self.apart:
            raise ReadableError(tr("One of them."))
        return self


def wrong(data: dict[str, Any]) -> SettingsError:
    with pytest.raises(SettingsError) as error:
        validated(Whole, data, source="study.toml")
    return error.value


def test_what_is_right_is_kept() -> None:
    made = validated(Whole, {"title": "x", "parts": [{"from": ["a"]}]}, source="study.toml")
    assert made.parts[0].from_states == ["a"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"title": "x", "titl": "y"}, "'titl' is not a known key; did you mean 'title'?"),
        ({"title": "x", "zzz": 1}, "'zzz' is not a known key; known are title, level, part, parts."),
        ({}, "'title' is missing."),
        (
            {"title": "x", "part": {"language": "ess"}},
            "'part.language' is 'ess'; allowed are 'en', 'es'; did you mean 'es'?",
        ),
        ({"title": "x", "part": {"language": "quechua"}}, "'part.language' is 'quechua'; allowed are 'en', 'es'."),
        ({"title": "x", "parts": [{}, {"form": ["a"]}]}, "'parts.2.form' is not a known key; did you mean 'from'?"),
        ({"title": "x", "level": 95}, "'level': Shares lie between 0 and 1."),
        ({"title": 7}, "'title' is 7; text in quotes is expected."),
    ],
)  # fmt: skip
def test_one_fault(data: dict[str, Any], expected: str) -> None:
    error = wrong(data)
    assert expected in str(error)
    assert str(error).startswith("study.toml has 1 problem:")
    assert error.remedy is not None


def test_all_faults_at_once() -> None:
    error = wrong({"titl": "y", "level": 95, "part": {"language": "ess"}})
    assert str(error).startswith("study.toml has 4 problems:")
    assert str(error).count("\n  - ") == 4


def test_a_flood_of_faults_is_cut() -> None:
    error = wrong({f"key{n}": n for n in range(20)})
    assert "21 problems" in str(error)
    assert str(error).count("\n  - ") == 9
    assert str(error).splitlines()[9] == "  - … and 13 more"


def test_what_only_follows_from_another_fault_is_not_told() -> None:
    with pytest.raises(SettingsError) as told:
        validated(Listed, {"several": [{"languag": "en"}, {"language": "e"}]}, source="study.toml")
    assert str(told.value).startswith("study.toml has 2 problems:")
    assert "several.1.languag" in str(told.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"several": [{}]}, "'several' needs 2 entries or more and has 1."),
        ({"several": [{}] * 4}, "'several' may have 3 entries at most and has 4."),
        ({"several": [{}, {}], "most": 0}, "'most' is 0; more than 0 is expected."),
        ({"several": [{}, {}], "most": 2}, "'most' is 2; 1 or less is expected."),
        ({"several": {"a": {}}}, "'several' is a table of keys and values; a list is expected."),
        ({"several": [{"language": [["en"]]}, {}]}, "'several.1.language' is a list; allowed are 'en', 'es'."),
        ({"several": [{}, {}], "apart": True}, "\n  - One of them."),
    ],
)
def test_no_fault_is_told_in_the_words_of_a_program(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(SettingsError) as told:
        validated(Listed, given, source="study.toml")
    assert expected in str(told.value)
    assert "[{" not in str(told.value)


def test_faults_can_be_read_in_spanish() -> None:
    error = wrong({"titl": "y", "level": 95})
    assert "no es una clave conocida" in error.text("es")
    assert "entre 0 y 1" in error.text("es")


class TestFiles:
    def test_a_mark_at_the_beginning_does_no_harm(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_bytes(b"\xef\xbb\xbf" + 'title = "denuncia ñ"'.encode())
        assert read_toml(path) == {"title": "denuncia ñ"}

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b'title = "denuncia \xf1"', "'a.toml' is not UTF-8 text."),
            (b"title = denuncia", "'a.toml' is not valid TOML: "),
            (b'title = "a"\ntitle = "b"', "'a.toml' is not valid TOML: "),
        ],
    )
    def test_wrong_content(self, tmp_path: Path, content: bytes, problem: str) -> None:
        path = tmp_path / "a.toml"
        path.write_bytes(content)
        with pytest.raises(SettingsError) as error:
            read_toml(path)
        assert str(error.value).startswith(problem)
        assert error.value.remedy is not None

    @pytest.mark.parametrize("content", [b"Caso;Fecha\n1;2018-04-30\n", b"PK\x03\x04\xff"])
    def test_data_in_place_of_their_mapping(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "casos.csv"
        path.write_bytes(content)
        with pytest.raises(SettingsError, match="justice-metrics init casos.csv"):
            read_toml(path)
        (tmp_path / "casos_mapping.toml").touch()
        with pytest.raises(SettingsError, match="'casos_mapping.toml' beside it"):
            read_toml(path)

    def test_the_line_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_text('title = "a"\nlevel = \n', encoding="utf-8")
        with pytest.raises(SettingsError, match="line 2"):
            read_toml(path)

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"There is no file 'b\.toml'") as error:
            read_toml(tmp_path / "b.toml")
        assert f"Looked in the folder '{tmp_path.name}'" in str(error.value)
        assert str(tmp_path.parent) not in str(error.value)

    @pytest.mark.parametrize("name", [".", "x" * 5_000, "a\0b"])
    def test_no_name_of_a_file(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(SettingsError, match="is not a file that can be read") as error:
            read_toml(tmp_path / name)
        assert len(str(error.value)) < 200
        assert error.value.remedy is not None
