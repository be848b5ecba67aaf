"""The map as a chart: what is drawn, in which colours, and that no number travels with it."""

from __future__ import annotations

import datetime as dt
import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.base.language import Label
from justice_metrics.base.result import Definition
from justice_metrics.base.table import Column, Table
from justice_metrics.publish.site.charts.map_key import ramp
from justice_metrics.publish.site.charts.pictures import spec_of, svg
from justice_metrics.publish.site.charts.territory import Choropleth
from justice_metrics.publish.site.charts.theme import contrast
from justice_metrics.publish.site.model import Figure, Look
from justice_metrics.publish.site.shapes import Shapes, shapes_of
from justice_metrics.simulate.bolivia_shapes import bolivia_shapes

pytest.importorskip("altair", reason="altair is not installed (extra portal)")
pytest.importorskip("vl_convert", reason="vl-convert-python is not installed (extra portal)")

COUNTS = {"La Paz": 2111.0, "Santa Cruz": 1857, "Cochabamba": 993, "Oruro": 233, "Potosí": 257, "Beni": float("nan")}


@pytest.fixture(scope="module")
def bolivia() -> Shapes:
    return shapes_of(bolivia_shapes())


def figure(counts: dict[str, float]) -> Figure:
    columns = (
        Column("department", Label("department"), "text", "stratum", "stratum"),
        Column("count", Label({"en": "complaints", "es": "denuncias"}), "units", "count", "count"),
    )
    values = np.array(list(counts.values()), np.float64)
    statuses = ["suppressed" if np.isnan(one) else "" for one in values]
    words = Label("…")
    return Figure(
        id="territory-department",
        page="territory",
        title=Label("Complaints by department"),
        reads=Label("The darker, the more."),
        table=Table(columns, {"department": list(counts), "count": values}, statuses={"count": statuses}),
        definition=Definition(answers=words, numerator=words, denominator=words, basis="flow", pending=words),
        unit="case",
        cutoff=dt.date(2025, 6, 30),
    )


@pytest.fixture(scope="module")
def spec(bolivia: Shapes) -> dict[str, Any]:
    made = Choropleth(shapes=bolivia, place="department", value="count")(figure(COUNTS), language="en", look=Look())
    assert made is not None
    return spec_of(made)


@pytest.fixture(scope="module")
def picture(spec: dict[str, Any]) -> str:
    return svg(spec, language="en")


def test_every_area_says_its_name_and_its_class(picture: str) -> None:
    said = re.findall(r'aria-label="([^"]+: [^"]+)"', picture)
    assert "La Paz: 500 to 2,999" in said
    assert "Beni: hidden to protect persons" in said
    assert "Pando: no number published" in said
    assert sum(": " in one for one in said) >= 9


def test_only_the_hidden_area_is_hatched(spec: dict[str, Any], bolivia: Shapes) -> None:
    shown = svg(spec, language="en")
    rows = [{**one, "status": "", "n": 0.0} if one["level"] == "Beni" else one for one in spec["datasets"]["numbers"]]
    without = svg({**spec, "datasets": {**spec["datasets"], "numbers": rows}}, language="en")
    assert shown.count("<path") > without.count("<path")
    assert [one["level"] for one in spec["datasets"]["numbers"] if one["status"] == "suppressed"] == ["Beni"]
    assert {one["level"] for one in spec["datasets"]["strokes"]} == {one.code for one in bolivia.shapes}


def test_classes_are_drawn_and_no_number_travels(spec: dict[str, Any]) -> None:
    text = json.dumps({name: rows for name, rows in spec["datasets"].items() if name in {"numbers", "steps"}})
    assert not re.search("2111|1857|993|233|257", text)
    assert {one["n"] for one in spec["datasets"]["numbers"]} <= {0.0, 1.0, 2.0, 3.0, 4.0, None}


@pytest.mark.parametrize("colour", ["#1b4d6b", "#ffee00", "#000000", "#7a1f3d", "#ffffff"])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_classes_differ_in_lightness(colour: str, n: int) -> None:
    colours = ramp(Look(colour=colour), n)
    against_white = [contrast(one, "#ffffff") for one in colours]
    assert len(colours) == n
    assert all(b / a > 1.25 for a, b in pairwise(against_white))
    assert against_white[0] > 1.2  # no class is the white of an area without a number
    names = [max(contrast(one, "#ffffff"), contrast(one, "#1a1a1a")) for one in colours]
    assert min(names) >= 4.0  # the names themselves are told in the table too


def test_names_of_areas_can_be_read_on_their_class(spec: dict[str, Any]) -> None:
    for step in spec["datasets"]["steps"]:
        assert contrast(step["colour"], step["ink"]) >= 4.5


@pytest.mark.parametrize("width", [340, 720])
def test_everything_lies_inside_the_picture_at_both_widths(spec: dict[str, Any], width: int) -> None:
    drawn = svg(spec, language="en", width=width)
    size = re.search(r'<svg[^>]*width="([\d.]+)"', drawn)
    assert size is not None
    assert float(size.group(1)) <= width + 1
    corners = [
        (float(x), float(y))
        for path in re.findall(r'aria-roledescription="geoshape"[^>]*d="([^"]+)"', drawn)
        or re.findall(r' d="(M[^"]{200,})"', drawn)
        for x, y in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", path)
    ]
    assert len(corners) > 100
    assert all(-1 <= x <= width + 1 for x, _ in corners)


def test_too_few_numbers_draw_nothing(bolivia: Shapes) -> None:
    draw = Choropleth(shapes=bolivia, place="department", value="count")
    assert draw(figure({"La Paz": 50.0, "Beni": float("nan")}), language="en", look=Look()) is None


def test_a_territory_that_is_not_on_the_map_is_refused(bolivia: Shapes) -> None:
    draw = Choropleth(shapes=bolivia, place="department", value="count")
    with pytest.raises(SettingsError, match="Atacama"):
        draw(figure({**COUNTS, "Atacama": 30.0}), language="en", look=Look())


def test_the_same_map_gives_the_same_bytes_in_each_language(bolivia: Shapes, picture: str) -> None:
    draw = Choropleth(shapes=bolivia, place="department", value="count")
    again = draw(figure(COUNTS), language="en", look=Look())
    assert again is not None
    assert svg(spec_of(again), language="en") == picture
    spanish = draw(figure(COUNTS), language="es", look=Look())
    assert spanish is not None
    assert "500 a 2.999" in svg(spec_of(spanish), language="es")
