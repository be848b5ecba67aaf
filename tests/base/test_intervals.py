"""How intervals are said: their level once, and one limit where the other was not reached."""

from __future__ import annotations

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.language import tr
from justice_metrics.base.table import Column, Table, Unit

NAN = float("nan")


@pytest.mark.parametrize(
    ("unit", "cells"), [("days", ["244 – not reached", "–", "3 – 9"]), ("number", ["–", "–", "3 – 9"])]
)
def test_an_upper_limit_that_was_not_reached_leaves_the_lower_one(unit: Unit, cells: list[str]) -> None:
    columns = [Column(f"conf_{edge}", tr("limit"), unit, "interval", "interval", 0) for edge in ("low", "high")]
    table = Table(columns, {"conf_low": [244.0, NAN, 3.0], "conf_high": [NAN, NAN, 9.0]})
    assert [row[0] for row in table.display()[1]] == cells


def test_the_level_is_said_once() -> None:
    spells = jm.durations(pd.DataFrame({"days": [3, 5, 8], "end": [1, 0, 1]}), days="days", ending="end")
    assert jm.open_share(spells).summary().count("95\u00a0% interval") == 1
    assert jm.open_share(spells, confidence_level=0.995).summary().count("99.5\u00a0% interval") == 1
