"""Shapes ready to be drawn: equal areas, whole borders, the same picture whatever the file's order of points."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from justice_metrics.publish.site.borders import ring_area
from justice_metrics.publish.site.shapes import Shapes, equal_area, read_shapes, shapes_of
from justice_metrics.simulate.bolivia_shapes import bolivia_shapes

MEXICO = Path(__file__).parent / "mexico_states.geojson"


@pytest.fixture(scope="module")
def bolivia() -> Shapes:
    return shapes_of(bolivia_shapes())


def _of(rings: dict[str, list[list[list[float]]]]) -> Shapes:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": each}}
        for name, each in rings.items()
    ]
    return shapes_of(json.dumps({"type": "FeatureCollection", "features": features}))


def _square(x: float, y: float, side: float) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def test_the_sample_map_keeps_every_department_and_its_proportions(bolivia: Shapes) -> None:
    assert [one.code for one in bolivia.shapes][:2] == ["La Paz", "Santa Cruz"]
    assert [one.short for one in bolivia.shapes][:2] == ["LPZ", "SCZ"]
    assert bolivia.height == pytest.approx(1000)
    assert 850 < bolivia.width < 1000
    size = {one.name: ring_area(one.polygons[0][0]) for one in bolivia.shapes}
    assert size["Santa Cruz"] / size["Tarija"] == pytest.approx(371 / 38, rel=0.1)


def test_borders_inside_the_sample_map_are_walked_by_two(bolivia: Shapes) -> None:
    walked = Counter(
        step for one in bolivia.shapes for ring in one.polygons[0] for step in pairwise(map(tuple, ring.tolist()))
    )
    coast = {start: end for start, end in walked if (end, start) not in walked}
    assert set(walked.values()) == {1}
    at = next(iter(coast))
    seen = set()
    while at not in seen:
        seen.add(at)
        at = coast[at]
    assert len(seen) == len(coast)  # one closed coast: no gap anywhere inside


def test_outlines_turn_one_way_and_holes_the_other_whatever_the_file_says() -> None:
    hole = _square(0.4, 0.4, 0.2)
    for outline, inner in ((_square(0, 0, 1), hole), (_square(0, 0, 1)[::-1], hole), (_square(0, 0, 1), hole[::-1])):
        (polygon,) = _of({"a": [outline, inner]}).shapes[0].polygons
        assert ring_area(polygon[0]) > 0 > ring_area(polygon[1])
        assert (polygon[0][0] == polygon[0][-1]).all()


def test_the_projection_keeps_areas() -> None:
    cell = np.array([[0.0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]])
    places = [(-70.0, -20.0), (-60.0, -10.0), (-65.0, -15.0), (-58.0, -22.0)]
    for (_, lat), plane in zip(places, equal_area([cell + place for place in places]), strict=True):
        on_sphere = np.radians(0.5) * (np.sin(np.radians(lat + 0.5)) - np.sin(np.radians(lat)))
        assert abs(ring_area(plane)) == pytest.approx(on_sphere, rel=1e-3)


def test_a_map_across_the_180th_meridian_is_whole() -> None:
    both = _of({"west": [_square(179, -17, 1)], "east": [_square(-180, -17, 1)]})
    assert both.height == pytest.approx(500, rel=0.1)


def test_long_coasts_become_short_and_specks_go_but_no_area_does() -> None:
    turn = np.linspace(0, 2 * np.pi, 20_000)
    coast = np.stack([np.cos(turn), np.sin(turn)], axis=1) * (1 + 0.002 * np.sin(400 * turn))[:, None]
    geometry = {"type": "MultiPolygon", "coordinates": [[coast.tolist()], [_square(1.2, 0, 0.001)]]}
    tiny = {"type": "Polygon", "coordinates": [_square(1.4, 0, 1e-7)]}
    features = [
        {"type": "Feature", "properties": {"name": n}, "geometry": g} for n, g in (("a", geometry), ("b", tiny))
    ]
    made = shapes_of(json.dumps({"type": "FeatureCollection", "features": features}))
    assert len(made.shapes[0].polygons) == 1
    assert len(made.shapes[0].polygons[0][0]) < 2_000
    assert ring_area(made.shapes[1].polygons[0][0]) == pytest.approx(1.0)


def test_the_tile_map_of_the_tests_has_the_32_states() -> None:
    by_code, by_name = read_shapes(MEXICO, code="cve_ent"), read_shapes(MEXICO)
    assert [one.code for one in by_code.shapes] == [f"{one:02d}" for one in range(1, 33)]
    assert by_name.by_spelling["ciudad de mexico"] == 8
    assert {len(one.polygons[0][0]) for one in by_code.shapes} == {5}
