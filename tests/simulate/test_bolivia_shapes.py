"""The hand-drawn departments: whole, in degrees, and sharing every border with their neighbours."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import pytest

from justice_metrics.simulate.bolivia_shapes import bolivia_shapes
from justice_metrics.simulate.places import CODES

# Land in thousands of square kilometres, as school books give it: a drawing within 8 % of it is recognised.
_LAND = {
    "La Paz": 134,
    "Santa Cruz": 371,
    "Cochabamba": 56,
    "Chuquisaca": 52,
    "Oruro": 54,
    "Potosí": 118,
    "Tarija": 38,
    "Beni": 214,
    "Pando": 64,
}


@pytest.fixture(scope="module")
def rings() -> dict[str, list[tuple[float, float]]]:
    made = json.loads(bolivia_shapes())
    return {
        one["properties"]["name"]: [tuple(point) for point in one["geometry"]["coordinates"][0]]
        for one in made["features"]
    }


def test_each_department_is_there_once_with_the_code_of_the_data() -> None:
    made = json.loads(bolivia_shapes())
    assert {one["properties"]["name"]: one["properties"]["code"] for one in made["features"]} == CODES
    assert made["license"] == "CC0-1.0"
    assert "CC0" in made["description"]


def test_rings_are_closed_and_in_degrees_with_two_decimals(rings: dict[str, list[tuple[float, float]]]) -> None:
    for ring in rings.values():
        assert ring[0] == ring[-1]
        assert len(set(ring)) == len(ring) - 1
        assert all(-70 < x < -57 and -23 < y < -9 and x == round(x, 2) and y == round(y, 2) for x, y in ring)


def test_a_border_inside_the_country_is_walked_once_by_each_neighbour(
    rings: dict[str, list[tuple[float, float]]],
) -> None:
    steps = Counter(step for ring in rings.values() for step in pairwise(ring))
    assert set(steps.values()) == {1}
    outside = {step for step in steps if step[::-1] not in steps}
    # what is left without a neighbour is one closed walk around the country
    follow = dict(outside)
    at = start = next(iter(follow))
    for _ in follow:
        at = follow[at]
    assert at == start
    assert len(follow) == len(outside)


def test_the_land_is_about_as_large_as_it_is(rings: dict[str, list[tuple[float, float]]]) -> None:
    import numpy as np

    for name, ring in rings.items():
        x, y = np.array(ring).T
        degrees = float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
        land = degrees * 110.6 * 111.3 * np.cos(np.radians(y.mean())) / 1000
        assert land == pytest.approx(_LAND[name], rel=0.08)
