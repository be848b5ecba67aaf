"""Two worlds that differ in hidden numbers alone make the same site, byte for byte.

So nothing in it can tell them apart: not the order of bars, a row that is there, the length of a line, a text that is
read out, a chart's own data or a workbook. Without the gate each of these tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd
import pytest

import justice_metrics as jm
from tests.disclosure.attacks.site_data import MONTHS, POLICY, counted, in_full, site

ORDER = ["start-headline", "demand-month"]
IN_2023 = {"scarce": 4, "seldom": 6}


def world(few: Mapping[str, int]) -> jm.Result:
    """Return counts of four offences, two of which are few."""
    often = [(month, "common", 30 + at % 7) for at, month in enumerate(MONTHS)]
    often += [(month, "other", 17 + at % 5) for at, month in enumerate(MONTHS)]
    rare = [(f"2023-{month:02d}", name, 1) for name, n in few.items() for month in range(12, 12 - n, -1)]
    nothing = [(month, name, 0) for name in few for month in MONTHS if (month, name, 1) not in rare]
    rows = pd.DataFrame([*often, *rare, *nothing], columns=["month", "offence", "n"])
    return jm.case_counts(counted(rows, ["offence"]), by=("offence",), period=("year", "to_date"))


def built(release: jm.Release) -> dict[str, bytes]:
    return site(release, pictures=True, hide=ORDER)


@pytest.fixture(scope="module")
def here() -> jm.Release:
    return jm.release(world(IN_2023), POLICY)


@pytest.fixture(scope="module")
def files(here: jm.Release) -> dict[str, bytes]:
    return built(here)


def test_the_two_worlds_are_one(files: dict[str, bytes]) -> None:
    swapped = dict(zip(IN_2023, reversed(IN_2023.values()), strict=True))
    there = jm.release(world(swapped), POLICY)
    one, other = files, built(there)
    assert "data/demand-offence.svg" in one
    assert [name for name, data in one.items() if data != other[name]] == []
    assert one.keys() == other.keys()


def test_without_the_gate_they_differ_everywhere() -> None:
    """Spec, table, csv, page and cube: with pictures it would be those, too."""
    swapped = dict(zip(IN_2023, reversed(IN_2023.values()), strict=True))
    one, other = (site(in_full(world(few)), hide=ORDER) for few in (IN_2023, swapped))
    differ = {name for name, data in one.items() if data != other[name]}
    assert {"data/demand-offence.json", "data/demand-offence.csv", "data/cube-case.json", "demand.html"} <= differ


def test_no_text_and_no_datum_of_a_picture_has_a_number_for_a_hidden_one(
    files: dict[str, bytes],
) -> None:
    """The bar of a hidden number is an empty box with a word in it."""
    script = files["data/demand-offence.chart.js"].decode()
    rows = json.loads(script[script.index("]=") + 2 : script.rindex(";")])["datasets"]["numbers"]
    held_back = [one for one in rows if one["level"] in IN_2023 and one["period"] == "2023"]
    assert {one["level"] for one in held_back} == set(IN_2023)
    assert all(one["n"] is None and not any(mark.isdigit() for mark in one["text"]) for one in held_back)
    picture = files["data/demand-offence.svg"].decode()
    assert not any(f"{name}: {n}" in picture or f">{n}<" in picture for name, n in IN_2023.items())
