"""A user's GeoJSON: what is an area with a code is read, everything else is refused with numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import ReadError
from justice_metrics.publish.site.geojson import areas_of, read_areas, spelling

SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]


def feature(name: object = "Oruro", *, rings: Any = None, kind: str = "Polygon", **more: object) -> dict[str, Any]:
    coordinates = [SQUARE] if rings is None else rings
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"name": name, **more}, "geometry": geometry}


def text(*features: Any, **more: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more})


def refused(given: str, *, code: str = "name") -> ReadError:
    with pytest.raises(ReadError) as caught:
        areas_of(given, code=code, name="map.geojson")
    assert "map.geojson" in caught.value.problem.text()
    assert caught.value.remedy is not None
    return caught.value


def test_an_area_loses_its_closing_point_heights_and_repeated_points() -> None:
    ring = [[0, 0, 3800], [1, 0, 3700], [1, 0, 3700], [1, 1, 3600], [0, 0, 3800]]
    (area,) = areas_of(text(feature(rings=[ring])), code="name")
    assert area.polygons[0][0].tolist() == [[1, 0], [1, 1], [0, 0]]


def test_an_open_ring_is_the_same_as_a_closed_one() -> None:
    closed, still_open = areas_of(text(feature("a"), feature("b", rings=[SQUARE[:-1]])), code="name")
    assert {tuple(one) for one in closed.polygons[0][0].tolist()} == {
        tuple(one) for one in still_open.polygons[0][0].tolist()
    }


def test_islands_and_holes_are_kept_and_parts_without_an_outline_are_not() -> None:
    hole = [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4]]
    parts = [[SQUARE, hole], [[[5, 5], [6, 5], [6, 6]]], [], [[[7, 7]]]]
    (area,) = areas_of(text(feature(kind="MultiPolygon", rings=parts)), code="name")
    assert [len(polygon) for polygon in area.polygons] == [2, 1]


def test_numbers_are_codes_and_zeros_before_them_do_not_matter() -> None:
    areas = areas_of(
        text(feature("Sonora", cve=26), feature("Colima", cve=6.0), feature("Puebla", cve="21")), code="cve"
    )
    assert [one.code for one in areas] == ["26", "6", "21"]
    assert [one.name for one in areas] == ["Sonora", "Colima", "Puebla"]
    assert spelling("06") == spelling("6")
    assert spelling("000") == "0"


def test_short_names_come_from_a_property_of_four_letters_at_most() -> None:
    areas = areas_of(text(feature("Oruro", code="ORU"), feature("Beni", code="0801")), code="name")
    assert [one.short for one in areas] == ["ORU", ""]


@pytest.mark.parametrize(
    "given",
    ["[1, 2", "", "PK\x03\x04", "null", "[]", '{"type": "Topology", "objects": {}}', '{"features": 3}', "[" * 100_000],
)
def test_what_is_no_collection_of_features_is_refused(given: str) -> None:
    refused(given)


def test_no_features_are_refused() -> None:
    assert "no areas" in refused(text()).problem.text()


def test_points_lines_and_features_without_a_geometry_are_counted() -> None:
    others = [feature("a", kind="Point", rings=[0, 0]), {"type": "Feature", "properties": {}, "geometry": None}]
    assert "2 of 3" in refused(text(feature(), *others)).problem.text()


def test_a_property_that_is_not_there_is_told_with_those_that_are() -> None:
    error = refused(text(feature(cve="26")), code="cve_ent")
    assert "1 of 1" in error.problem.text()
    assert "'cve'" in str(error.remedy)


@pytest.mark.parametrize("empty", [None, "", "  ", True, ["a"], {"a": 1}, float("nan")])
def test_areas_without_a_code_are_counted(empty: object) -> None:
    assert "1 of 2" in refused(text(feature(), feature(empty))).problem.text()


def test_codes_that_differ_in_accents_only_are_the_same() -> None:
    error = refused(text(feature("Potosí"), feature("POTOSI"), feature("Beni")))
    assert "Potosí" in error.problem.text()
    assert "Beni" not in error.problem.text()


@pytest.mark.parametrize(
    "ring",
    [
        [[500_000, 8_000_000], [500_100, 8_000_000], [500_100, 8_000_100]],
        [[0, 91], [1, 91], [1, 92]],
        [[0, float("nan")], [1, 0], [1, 1]],
        [["0", "1"], ["2", "3"], ["4", "5"]],
        [[0], [1], [2]],
        [0, 1, 2],
        "abc",
        [[10**400, 0], [1, 0], [1, 1]],
    ],
)
def test_coordinates_that_are_not_degrees_are_refused(ring: Any) -> None:
    error = refused(text(feature("a"), feature("b", rings=[ring])))
    assert "1 of 2" in error.problem.text()
    assert "WGS84" in str(error.remedy)


def test_an_area_of_less_than_three_points_is_refused() -> None:
    assert "1 of 2" in refused(text(feature("a"), feature("b", rings=[[[0, 0], [1, 1], [0, 0]]]))).problem.text()


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.geojson").write_bytes("{'a': 'Potosí'}".encode("latin-1"))
    for name in ("absent.geojson", "latin.geojson", "."):
        with pytest.raises(ReadError) as caught:
            read_areas(tmp_path / name, code="name")
        assert str(tmp_path) not in caught.value.problem.text()


def test_names_hold_no_controls() -> None:
    (area,) = areas_of(text(feature("Oruro\u202e\n<script>")), code="name")
    assert area.code == "Oruro <script>"
