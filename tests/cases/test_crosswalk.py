"""Crosswalks: what is shipped, how names are found, and files that cannot be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.cases.crosswalk import (
    CROSSWALK_COLUMNS,
    group_words,
    iccs_codes,
    official_rows,
    read_crosswalk,
)

COUNTRIES = ("BO", "GT", "MX")


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_is_shipped_holds_together(country: str) -> None:
    walk, codes, groups = read_crosswalk(None, country), iccs_codes(), group_words()
    for row in walk.rows:
        assert row.group in groups
        assert row.iccs in codes or (row.iccs == "" and row.fit == "none")
        # what somebody has read says where
        assert bool(row.source) == (row.certainty == "seen")
        assert row.label.text("es") != row.offence
    assert len({row.offence for row in walk.rows}) == len(walk.rows)


def test_codes_and_rows_say_where_they_were_read() -> None:
    for code in iccs_codes().values():
        assert bool(code.source) == (code.certainty == "seen")
    for row in official_rows():
        assert bool(row.source) == (row.certainty == "seen")
        assert row.iccs in iccs_codes() or row.iccs == ""
        assert row.kind in {"survey", "recorded", "prosecuted", "convicted"}


@pytest.mark.parametrize(
    ("country", "name", "code"),
    [
        ("BO", "Violación (art. 308)", "03011"),
        ("BO", "VIOLACIÓN DE INFANTE, NIÑA, NIÑO O ADOLESCENTE (ART. 308 BIS)", "030113"),
        ("BO", "abuso  sexual", "030121"),
        ("BO", "Feminicidio", "0101"),
        ("BO", "Homicidio (tentativa)", "0102"),
        ("BO", "Feminicidio (tentativa)", "0102"),
        ("BO", "Violación (INNA)", "030113"),
        ("GT", "Agresión sexual", "03012"),
        ("GT", "Violencia contra la mujer, psicológica", "0208"),
        ("GT", "Violencia económica", ""),
        ("MX", "Violación equiparada", "03011"),
        ("MX", "Homicidio doloso", "0101"),
    ],
)
def test_names_as_files_write_them(country: str, name: str, code: str) -> None:
    row = read_crosswalk(None, country).row_of(name)
    assert row is not None
    assert row.iccs == code


def test_an_offence_that_holds_several_acts_is_put_on_a_level_above_only() -> None:
    row = read_crosswalk(None, "BO").row_of("Violencia familiar o doméstica")
    assert row is not None
    assert (row.iccs, row.fit) == ("02", "mixed")


def test_a_name_that_is_not_there() -> None:
    assert read_crosswalk(None, "BO").row_of("Hurto") is None


def test_no_country() -> None:
    for country in (None, "XX"):
        with pytest.raises(SettingsError, match="BO, GT, MX"):
            read_crosswalk(None, country)


def written(folder: Path, *rows: str) -> Path:
    path = folder / "own.csv"
    path.write_text("\n".join((",".join(CROSSWALK_COLUMNS), *rows)), encoding="utf-8")
    return path


def test_a_file_of_the_user(tmp_path: Path) -> None:
    path = written(tmp_path, "theft,theft,hurto,hurto|robo simple,CP 326,other,05,whole,from_memory,")
    row = read_crosswalk(path, "BO").row_of("Robo simple")
    assert row is not None
    assert (row.iccs, row.group, row.label.text("es")) == ("05", "other", "hurto")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("rape,,,,,rape,3011,whole,seen,x", "line 2: the code of the international classification cannot be right"),
        ("rape,,,,,rape,,whole,seen,x", "line 2: the code"),
        ("rape,,,,,rape,03011,none,seen,x", "line 2: the code"),
        ("rape,,,,,rape,03011,perhaps,seen,x", "line 2: the fit is not known"),
        ("rape,,,,,rape,03011,whole,sure,x", "line 2: the certainty is not known"),
        (",,,,,rape,03011,whole,seen,x", "line 2: the offence is empty"),
    ],
)
def test_lines_that_cannot_be_right(tmp_path: Path, row: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        read_crosswalk(written(tmp_path, row), None)


def test_one_name_for_two_offences(tmp_path: Path) -> None:
    path = written(tmp_path, "a,,,same,,g,01,whole,seen,x", "b,,,same,,g,02,whole,seen,x")
    with pytest.raises(SettingsError, match="the name 'same' belongs to two offences"):
        read_crosswalk(path, None)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no file 'nowhere\.csv'"):
        read_crosswalk(tmp_path / "nowhere.csv", None)
    with pytest.raises(SettingsError, match="is not a file"):
        read_crosswalk(tmp_path, None)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="has no column: offence"):
        read_crosswalk(tmp_path / "other.csv", None)


def test_a_table_as_a_spanish_spreadsheet_saves_it(tmp_path: Path) -> None:
    text = "offence;names;group;iccs;fit;certainty\nrape;Violación;rape;03011;whole;seen\n"
    (tmp_path / "latin.csv").write_bytes(text.encode("cp1252"))
    assert read_crosswalk(tmp_path / "latin.csv", None).row_of("VIOLACION").iccs == "03011"


def test_an_attempt_that_no_row_names_is_not_matched() -> None:
    assert read_crosswalk(None, "GT").row_of("Homicidio (tentativa)") is None


def test_without_a_country_the_way_to_name_one_is_told() -> None:
    with pytest.raises(SettingsError, match="No country is named") as met:
        read_crosswalk(None, None)
    assert "--country" in str(met.value.remedy)
    with pytest.raises(SettingsError, match="for 'PE'"):
        read_crosswalk(None, "PE")
