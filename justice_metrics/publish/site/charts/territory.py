"""A map of classes: darker is more, hatched is hidden, white is without a number; the legend says it in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ....base.language import Language
from ....cases.conversions.labels import FEWEST_TO_SHOW
from ..model import Figure, Look
from ..scanlines import place_of_name, strokes
from ..shapes import Shapes
from ..territories import HIDDEN, NO_NUMBER, OnMap, on_map
from .framed import NUMBERS, altair, framed
from .map_key import ONCE, STEPS, TITLE, MapKey, key_layers, map_key, ramp
from .pictures import NARROW
from .rows import Row, capital
from .theme import SMALL, SOFT

if TYPE_CHECKING:
    import altair as alt

SHAPES: Final = "shapes"
STROKES: Final = "strokes"
NAMES: Final = "names"

_WIDE: Final = 520  # pixels from which on the legend stands beside the map
_LEGEND: Final = 216
_TALLEST: Final = 470
_LETTER: Final = 6.4  # pixels, on average
_CAPITAL: Final = 8.0
_APART: Final = 16.0  # units of the map between two strokes
_NAME: Final = 38.0  # units of the map: height of a name on a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Choropleth:
    """A map of protected counts or rates in classes.

    Attributes
    ----------
    shapes : Shapes
    place : str
        Column of the territory.
    value : str
        Column of the counts or rates.
    people : str, optional
        Column of the cases that a rate is told of.
    at : mapping of str to str
        Column to id, where the table has several rows for an area; without it, the last complete period.
    minimum : int
        The fewest cases in a class.
    """

    shapes: Shapes
    place: str
    value: str
    people: str | None = None
    at: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    minimum: int = FEWEST_TO_SHOW

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.LayerChart | None:
        """Draw the map, or nothing where too few areas have a number for a class.

        Raises
        ------
        SettingsError
            When the data have a territory that the map has not.
        """
        shown = on_map(
            self.shapes,
            figure.table,
            place=self.place,
            value=self.value,
            people=self.people,
            at=self.at,
            cutoff=figure.cutoff,
            minimum=self.minimum,
        )
        if not shown.classes:
            return None
        key = map_key(shown, self._title(figure, shown, language), language, look)
        rows = _rows(shown, language)
        made = framed(
            _layers(self.shapes, key),
            rows,
            figure,
            kind="map",
            language=language,
            height=round(_map_height(self.shapes)) + 14 + key.height,
        )
        drawing = _drawing(self.shapes)
        made.datasets = {
            NUMBERS: rows,
            STEPS: key.steps,
            ONCE: [{}],
            SHAPES: [
                {"type": "Feature", "level": a, "geometry": b} for a, b in zip(shown.levels, drawing.areas, strict=True)
            ],
            STROKES: [
                {"type": "Feature", "level": a, "geometry": b}
                for a, b in zip(shown.levels, drawing.strokes, strict=True)
            ],
            NAMES: [{"level": a, **b} for a, b in zip(shown.levels, drawing.names, strict=True)],
        }
        made.usermeta = {**made.usermeta, "colours": [ramp(look, n) for n in range(1, 6)]}
        return made

    def _title(self, figure: Figure, shown: OnMap, language: Language) -> str:
        column = next(one for one in figure.table.columns if one.name == self.value)
        words = capital(column.meaning.text(language))
        return words if shown.period is None else f"{words}, {shown.period.text(language)}"


class _Drawing(NamedTuple):
    """The parts of a map for Vega, area by area: geometries, strokes, and where the name stands."""

    areas: list[dict[str, Any]]
    strokes: list[dict[str, Any]]
    names: list[dict[str, Any]]


@lru_cache(maxsize=4)
def _drawing(shapes: Shapes) -> _Drawing:
    """Return what is the same in every picture of a map; asked for once for each figure and language."""
    areas, hatches, names = [], [], []
    for shape in shapes.shapes:
        rounded = [[ring.round(1).tolist() for ring in polygon] for polygon in shape.polygons]
        areas.append({"type": "MultiPolygon", "coordinates": rounded})
        rings = [ring for polygon in shape.polygons for ring in polygon]
        lines = [one.round(1).tolist() for one in strokes(rings, _APART)]
        hatches.append({"type": "MultiLineString", "coordinates": lines})
        found = place_of_name(rings, tall=_NAME)
        names.append(
            {"x": round(found.x, 1), "y": round(found.y, 1), "room": round(found.room, 1), "short": shape.short}
        )
    return _Drawing(areas, hatches, names)


def _rows(shown: OnMap, language: Language) -> list[Row]:
    """Return a row for each area: its class as a number, never the number itself."""
    words = {one.id: one.words.text(language) for one in shown.steps}
    period = "" if shown.period is None else shown.period.text(language)
    return [
        {
            "period": period,
            "level": level,
            "label": capital(name.text(language)),
            "series": "now",
            "n": float(step) if step.isdecimal() else None,
            "text": words[step],
            "status": {HIDDEN: "suppressed", NO_NUMBER: "not_available"}.get(step, ""),
        }
        for level, name, step in zip(shown.levels, shown.names, shown.of, strict=True)
    ]


def _map_height(shapes: Shapes) -> float:
    """Return how tall the map is on a phone, in pixels."""
    return min((NARROW - 12) * shapes.height / shapes.width, _TALLEST)


def _layers(shapes: Shapes, key: MapKey) -> list[alt.Chart]:
    alt = altair()
    parts = _parameters(alt, shapes, key)
    plane = alt.Projection(
        type="identity", scale=alt.ExprRef("map_scale"), translate=alt.ExprRef("[map_left, map_top]")
    )
    words = ["label", "n", "status"]
    said = "datum.label + ': ' + datum.text"

    def of(name: str) -> Any:
        """Return a chart of one part of the map; each area knows its step and its colour."""
        known = alt.LookupData(data=alt.NamedData(name=NUMBERS), key="level", fields=words)
        steps = alt.LookupData(data=alt.NamedData(name=STEPS), key="step", fields=["text", "colour", "ink"])
        step = f"isValid(datum.n) ? '' + datum.n : datum.status == 'suppressed' ? '{HIDDEN}' : '{NO_NUMBER}'"
        return (
            alt.Chart(alt.NamedData(name=name))
            .transform_lookup(lookup="level", from_=known)
            .transform_calculate(step=step)
            .transform_lookup(lookup="step", from_=steps)
            .transform_calculate(said=said)
            # also of what lies on top of an area, which a pointer meets first
            .encode(tooltip=alt.Tooltip("said:N", title=" "))
        )

    areas = of(SHAPES).mark_geoshape(stroke=SOFT, strokeWidth=0.8)
    areas = areas.encode(
        fill=alt.Fill("colour:N", scale=None, legend=None), description=alt.value(alt.ExprRef(said))
    ).properties(projection=plane)
    hatch = (
        of(STROKES)
        .mark_geoshape(filled=False, stroke=SOFT, strokeWidth=1, aria=False)
        .transform_filter(f"datum.step == '{HIDDEN}'")
        .properties(projection=plane)
    )
    return [areas.add_params(*parts), hatch, *_names(alt, of(NAMES)), *key_layers(key)]


def _parameters(alt: Any, shapes: Shapes, key: MapKey) -> list[Any]:
    """Return where map and legend stand, for any width: beside one another, or the legend below."""
    tall = round(_map_height(shapes))
    w, h = round(shapes.width, 1), round(shapes.height, 1)
    wide = f"width >= {_WIDE}"
    beside, below = f"min((width - {_LEGEND + 28}) / {w}, height / {h})", f"min(width / {w}, {tall} / {h})"
    said = {
        "map_scale": f"{wide} ? {beside} : {below}",
        "map_left": f"{wide} ? 0 : (width - map_scale * {w}) / 2",
        "map_top": f"{wide} ? (height - map_scale * {h}) / 2 : 0",
        "key_left": f"{wide} ? map_scale * {w} + 28 : 0",
        "key_top": f"{wide} ? max(0, (height - {key.height}) / 2) : map_scale * {h} + 14",
    }
    return [alt.param(name=TITLE, value=key.title), *(alt.param(name=name, expr=each) for name, each in said.items())]


def _names(alt: Any, base: Any) -> list[Any]:
    """Return the names of areas, or short ones, where there is room; with an edge in the colour of the area."""
    room = "datum.room * map_scale - 4"
    long, short = (
        f"{room} >= length({name}) * {each}" for name, each in (("datum.label", _LETTER), ("datum.short", _CAPITAL))
    )
    base = base.transform_calculate(
        px="map_left + datum.x * map_scale",
        py="map_top + datum.y * map_scale",
        fits=f"datum.label && {long} ? datum.label : datum.label && {short} ? datum.short : ''",
    ).transform_filter("datum.fits != ''")
    where = {name: alt.value(alt.ExprRef(f"datum.p{name}")) for name in ("x", "y")}
    edge = {"strokeWidth": 3, "strokeJoin": "round"}
    return [
        base.mark_text(fontSize=SMALL, aria=False, **edge).encode(
            **where, text="fits:N", stroke=alt.Stroke("colour:N", scale=None), fill=alt.Fill("colour:N", scale=None)
        ),
        base.mark_text(fontSize=SMALL, aria=False).encode(**where, text="fits:N", fill=alt.Fill("ink:N", scale=None)),
    ]
