"""The section [data]: what may stand together, and what a thousands mark says of decimals."""

from __future__ import annotations

from typing import Any

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.cases.mappings.mapping import CaseMapping


def data(**keys: Any) -> CaseMapping:
    return CaseMapping.from_dict(
        {
            "data": keys,
            "cases": {"id": "No", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "dates": {"complaint": "Fecha"},
        }
    )


@pytest.mark.parametrize(("thousands", "decimal"), [(".", ","), (",", "."), (" ", None), ("'", None)])
def test_the_mark_of_thousands_tells_the_decimal_one(thousands: str, decimal: str | None) -> None:
    assert data(thousands=thousands).data.decimal == decimal


def test_one_sheet_or_several() -> None:
    assert data().data.sheet == ()
    assert data(sheet="2017").data.sheet == ("2017",)
    assert data(sheet=["2016", "2017"], absent="Edad").data.sheet == ("2016", "2017")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"header": False, "header_row": 3}, "there is no header"),
        ({"header_row": 0}, "header_row"),
        ({"thousands": ".", "decimal": "."}, "cannot be the decimal mark and part thousands"),
        ({"thousands": "_"}, "thousands"),
        ({"renamed": {"a": "b", "b": "c"}}, "'b' is an old name and a new one"),
    ],
)
def test_what_cannot_stand_together(keys: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        data(**keys)
