"""A table of the population: columns, ages and numbers."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases import population_file as module
from justice_metrics.cases.population_file import (
    WHO_STANDARD,
    banded,
    highest_age,
    lowest_age,
    read_population,
    who_weights,
)


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_spanish_headings_and_marks(tmp_path: Path) -> None:
    path = written(tmp_path, "Año;Departamento;Población\n2019;Potosí;1.000\n2019;Beni;12.345.678\n", "cp1252")
    found = read_population(path, wanted=("departamento",))
    assert found.people.tolist() == [1_000, 12_345_678]
    assert found.levels["year"] == ("2019", "2019")
    assert found.levels["departamento"] == ("Potosí", "Beni")
    assert found.source == "people.csv"


def test_a_thousand_or_one(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match="1.000"):
        read_population(written(tmp_path, "a,population\nx,1.000\n"), wanted=())


def test_no_number_and_less_than_nobody(tmp_path: Path) -> None:
    with pytest.raises(CaseDataError, match="2 cells"):
        read_population(written(tmp_path, "a,population\nx,\ny,-4\nz,7\n"), wanted=())


def test_ages() -> None:
    assert [lowest_age(one) for one in ("5 a 9", "80 y más", "80 and over", "10–14", "x")] == [5, 80, 80, 10, None]
    assert [highest_age(one) for one in ("5 a 9", "80 y más", "12 años")] == [9, None, 12]
    assert banded(["3", "99", "urban"], ["0-4", "5-9"]) == ("0-4", "not_recorded", "not_recorded")


def test_the_standard_of_the_who_adds_up() -> None:
    """The published percentages add up to a little more than 100, for rounding."""
    assert sum(WHO_STANDARD) == pytest.approx(100, abs=0.05)
    np.testing.assert_allclose(who_weights(["0-4", "5-84", "85+"]), [8.86, sum(WHO_STANDARD[1:17]), 0.635])


def test_people_who_have_two_rows_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("year,sex,population\n2016,f,100\n2016,m,90\n2016,f,100\n", encoding="utf-8")
    with pytest.raises(CaseDataError, match="1 row of 'people.csv' is about people who have a row already"):
        read_population(file, wanted=("sex",))
