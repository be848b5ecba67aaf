"""Areas from a user's GeoJSON file, checked before anything is drawn: what is not an area with a code is refused."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from ...base.errors import ReadError, suggestion
from ...base.language import tr
from ...base.types import Floats
from ...cases.conversions.text import normalise
from ..inert import plain

Degrees: TypeAlias = Floats
"""Longitude and latitude of the points of a ring, shape (P, 2); the first one is not repeated at the end."""

_LARGEST: Final = 100_000_000
_MOST_NAMED: Final = 5
# Names of an area stand under one of these in the files of statistical offices; the code is shown where none is there.
_NAMES: Final = ("name", "nombre", "nomgeo", "nom_ent", "name_es", "label", "shapename", "name_1", "adm1_es")
_SHORT_NAMES: Final = ("short", "abbr", "abbreviation", "abreviatura", "sigla", "code", "codigo")
_LONGEST_SHORT: Final = 4
_SHORT: Final = 3  # a code such as LPZ is not what a reader calls the place
_SAVE_AS: Final = tr("Save the areas as GeoJSON (RFC 7946, WGS84), with QGIS or mapshaper for example.")


class Area(NamedTuple):
    """One area of a map.

    Attributes
    ----------
    code : str
        By which the data know it.
    name : str
        What a reader calls it.
    short : str
        Up to four letters that stand where the name does not fit; empty where the file has none.
    polygons : tuple of tuple of array
        Each one an outline and the holes in it.
    """

    code: str
    name: str
    short: str
    polygons: tuple[tuple[Degrees, ...], ...]


def read_areas(path: str | Path, *, code: str) -> tuple[Area, ...]:
    """Read the areas of a GeoJSON file.

    Parameters
    ----------
    path : path
    code : str
        Property by which the data know an area.

    Raises
    ------
    ReadError
        When it is missing, too large or not text, and whenever `areas_of` refuses it.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise ReadError(
                tr("'{name}' is larger than {n} MB.", name=path.name, n=_LARGEST // 1_000_000),
                tr("Simplify the areas first, with mapshaper for example: a map needs some thousand points."),
            )
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ReadError(
            tr("There is no file '{name}'.", name=path.name),
            tr("Looked in the folder '{folder}'.", folder=path.parent.name or "."),
        ) from None
    except UnicodeDecodeError:
        raise ReadError(tr("'{name}' is not UTF-8 text.", name=path.name), _SAVE_AS) from None
    except (OSError, ValueError):
        raise ReadError(tr("'{name}' is not a file that can be read.", name=path.name[:60]), _SAVE_AS) from None
    return areas_of(text, code=code, name=path.name)


def areas_of(text: str, *, code: str, name: str = "GeoJSON") -> tuple[Area, ...]:
    """Return the areas of a GeoJSON text.

    Parameters
    ----------
    text : str
    code : str
        Property by which the data know an area.
    name : str
        What the text is called in messages.

    Returns
    -------
    tuple of Area
        In the order of the text. Outlines that are not closed are; heights, empty parts and repeated points are gone.

    Raises
    ------
    ReadError
        When it is not JSON or no collection of features, has no features, others than areas, coordinates that are
        not degrees, and areas without a code or with the code of another.
    """
    features = _features(text, name)
    _refuse_others(features, name)
    codes = _codes(features, code, name)
    outlines = [_polygons(one["geometry"]) for one in features]
    _refuse_metres(outlines, name)
    whole = [_whole(one or ()) for one in outlines]
    empty = sum(not one for one in whole)
    if empty:
        problem = tr("'{name}': {n} of {total} areas have no outline.", name=name, n=empty, total=len(whole))
        raise ReadError(problem, _SAVE_AS)
    return tuple(
        Area(key, _name(one["properties"], key), _short(one["properties"]), polygons)
        for key, one, polygons in zip(codes, features, whole, strict=True)
    )


def _features(text: str, name: str) -> list[dict[str, Any]]:
    problem = tr("'{name}' is not a collection of features as GeoJSON has it.", name=name)
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReadError(tr("'{name}' is not JSON (line {line}).", name=name, line=error.lineno), _SAVE_AS) from None
    except (RecursionError, ValueError):
        raise ReadError(problem, _SAVE_AS) from None
    features = given.get("features") if isinstance(given, dict) else None
    if not isinstance(features, list) or any(not isinstance(one, dict) for one in features):
        raise ReadError(problem, _SAVE_AS)
    if not features:
        raise ReadError(tr("'{name}' has no areas.", name=name), _SAVE_AS)
    return features


def _refuse_others(features: Sequence[Mapping[str, Any]], name: str) -> None:
    def is_area(geometry: object) -> bool:
        return isinstance(geometry, dict) and geometry.get("type") in {"Polygon", "MultiPolygon"}

    others = sum(not is_area(one.get("geometry")) for one in features)
    if others:
        raise ReadError(
            tr("'{name}': {n} of {total} features are not areas.", name=name, n=others, total=len(features)),
            tr("A map is drawn of features of the types Polygon and MultiPolygon: leave points and lines out."),
        )


def _codes(features: Sequence[Mapping[str, Any]], code: str, name: str) -> list[str]:
    """Return the code of each area; each has one, and none has that of another."""
    properties = [one.get("properties") or {} for one in features]
    codes = [_text(one.get(code)) if isinstance(one, dict) else "" for one in properties]
    without = sum(not one for one in codes)
    if without:
        known = tuple(sorted({str(key) for one in properties if isinstance(one, dict) for key in one}))
        raise ReadError(
            tr("'{name}': {n} of {total} areas have no '{code}'.", name=name, n=without, total=len(codes), code=code),
            suggestion(code, known) if code not in known else tr("Give each area its code, or name another property."),
        )
    twice = [one for one, n in Counter(map(spelling, codes)).items() if n > 1]
    if twice:
        named = [next(one for one in codes if spelling(one) == bare) for bare in twice[:_MOST_NAMED]]
        more = (*named, "…") if len(twice) > _MOST_NAMED else tuple(named)
        raise ReadError(
            tr("'{name}': {n} codes are there more than once: {codes}.", name=name, n=len(twice), codes=more),
            tr("Join the parts of an area to one MultiPolygon, or name a property that tells areas apart."),
        )
    return codes


def spelling(code: str) -> str:
    """Return the spelling by which codes are compared: no accents, no capitals, no zeros before a number.

    Examples
    --------
    >>> spelling("POTOSÍ"), spelling("01")
    ('potosi', '1')
    """
    bare = normalise(code)
    return bare.lstrip("0") or "0" if bare.isdecimal() else bare


def _text(value: object) -> str:
    if isinstance(value, str):
        return plain(value).strip()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) else str(value)


def _name(properties: Mapping[str, Any], code: str) -> str:
    named = {normalise(str(key)): _text(value) for key, value in properties.items()}
    if not any(letter.isalpha() for letter in code) or len(code) <= _SHORT:
        return next((named[one] for one in _NAMES if named.get(one)), code)
    return code


def _short(properties: Mapping[str, Any]) -> str:
    named = {normalise(str(key)): _text(value) for key, value in properties.items()}
    found = (named[one] for one in _SHORT_NAMES if one in named)
    return next((one for one in found if one.isalpha() and len(one) <= _LONGEST_SHORT), "")


def _polygons(geometry: Mapping[str, Any]) -> tuple[tuple[Degrees, ...], ...] | None:
    """Return the rings of an area as they stand, or None where they are no lists of numbers."""
    given = geometry.get("coordinates")
    try:
        polygons = [given] if geometry["type"] == "Polygon" else list(given or ())
        return tuple(tuple(_ring(ring) for ring in polygon or ()) for polygon in polygons)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _ring(points: Any) -> Degrees:
    if any(isinstance(one, str | bool) for point in points for one in point[:2]):
        raise TypeError("a coordinate is a number")
    ring = np.array([[point[0], point[1]] for point in points], np.float64).reshape(-1, 2)
    repeated = (ring == np.roll(ring, 1, axis=0)).all(axis=1) if len(ring) > 1 else np.zeros(len(ring), np.bool_)
    return np.asarray(ring[~repeated], np.float64)


def _refuse_metres(areas: Sequence[tuple[tuple[Degrees, ...], ...] | None], name: str) -> None:
    def in_degrees(area: tuple[tuple[Degrees, ...], ...] | None) -> bool:
        return area is not None and all(
            bool((np.abs(ring) <= (180, 90)).all())
            for polygon in area
            for ring in polygon  # NaN is no degree
        )

    others = sum(not in_degrees(one) for one in areas)
    if others:
        raise _in_metres(others, len(areas), name)


def _in_metres(n: int, total: int, name: str) -> ReadError:
    problem = tr(
        "'{name}': {n} of {total} areas have coordinates that are not longitude and latitude.",
        name=name,
        n=n,
        total=total,
    )
    remedy = tr("Save it in WGS84 (EPSG:4326): longitude from -180 to 180, then latitude from -90 to 90.")
    return ReadError(problem, remedy)


def _whole(area: tuple[tuple[Degrees, ...], ...]) -> tuple[tuple[Degrees, ...], ...]:
    """Return the polygons that have an outline, with the holes that have one."""
    return tuple(
        tuple(ring for ring in polygon if len(ring) >= 3) for polygon in area if polygon and len(polygon[0]) >= 3
    )
