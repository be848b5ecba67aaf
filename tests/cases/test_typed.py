"""Typing columns by the mapping: what is made of a column is never mistaken for the column itself."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import justice_metrics as jm

MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "complaint"},
    "missing": {"S/D": "not_available"},
}


def cases_of(frame: pd.DataFrame, attributes: dict[str, Any]) -> jm.CaseData:
    """Return case data with some attributes."""
    return jm.CaseData.from_frame(frame, {**MAPPING, "attributes": attributes})


@pytest.fixture
def frame() -> pd.DataFrame:
    """Return three cases whose columns have the names of attributes."""
    return pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "complaint": ["2016-01-05", "2016-02-01", "2016-03-01"],
            "year": ["2016", "2015", "S/D"],
            "court": ["Primero", "S/D", "SEGUNDO"],
            "place": ["x", "y", "y"],
        }
    )


def test_attribute_called_like_its_column_is_the_typed_one(frame: pd.DataFrame) -> None:
    attributes = {
        "year": {"column": "year", "type": "integer"},
        "court": {"column": "court", "labels": {"Primero": "first", "Segundo": "second"}},
    }
    made = cases_of(frame, attributes).milestones.collect().sort("unit_id")
    assert made.get_column("year").to_list() == [2016, 2015, None]
    assert made.get_column("court").to_list() == ["first", "not_available", "second"]


def test_attributes_that_exchange_their_columns_names(frame: pd.DataFrame) -> None:
    made = cases_of(frame, {"court": "place", "place": "court"}).milestones.collect().sort("unit_id")
    assert made.get_column("court").to_list() == ["x", "y", "y"]
    assert made.get_column("place").to_list() == ["Primero", "not_available", "SEGUNDO"]
