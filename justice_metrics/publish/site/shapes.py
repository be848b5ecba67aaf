"""The areas of a map, ready to be drawn: on a plane where areas keep their size, with shared borders, in few points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.types import Floats
from .borders import Ring, borders_of, ring_area
from .geojson import Area, Degrees, areas_of, read_areas, spelling

SIDE: Final = 1000.0
"""The longer side of a map, in its own units."""

_GRID: Final = 10  # a point of the grid is a tenth of a unit
_FINEST: Final = 1.0  # square units: about a quarter of a pixel in a picture 500 pixels wide
_MOST_POINTS: Final = 12_000
_POINTS_EACH: Final = 12
_SPECK: Final = 6.0  # square units: islands and lakes smaller than this are left out
_DOT: Final = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])


class Shape(NamedTuple):
    """One area as it is drawn.

    Attributes
    ----------
    code : str
        By which the data know it.
    name : str
        What a reader calls it.
    short : str
        Stands where the name does not fit; may be empty.
    polygons : tuple of tuple of array, shape (P, 2)
        Outline and holes in units of the map, y downwards; the last point is the first one. Outlines turn one way,
        holes the other.
    """

    code: str
    name: str
    short: str
    polygons: tuple[tuple[Floats, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shapes:
    """The areas of a map.

    Attributes
    ----------
    shapes : tuple of Shape
        In the order of the file.
    width, height : float
        Size of the map in its own units; the longer side is `SIDE`.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> made = jm.read_shapes("sample_data/bolivia_departments.geojson", code="code")
    >>> [one.code for one in made.shapes][:2], round(made.height)
    (['LPZ', 'SCZ'], 1000)
    """

    shapes: tuple[Shape, ...]
    width: float
    height: float

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def by_spelling(self) -> Mapping[str, int]:
        """The place of each shape by the spelling of its code."""
        return MappingProxyType({spelling(one.code): place for place, one in enumerate(self.shapes)})


def read_shapes(path: str | Path, *, code: str = "name") -> Shapes:
    """Read the areas of a map from a GeoJSON file.

    Parameters
    ----------
    path : path
        A FeatureCollection of Polygons and MultiPolygons in longitude and latitude (WGS84).
    code : str
        Property by which the data know an area; accents, capitals and zeros before a number do not matter.

    Returns
    -------
    Shapes

    Raises
    ------
    ReadError
        When the file cannot be read, holds something else than areas, or an area has no code or that of another.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> shapes = jm.read_shapes("sample_data/bolivia_departments.geojson", code="name")
    >>> len(shapes), shapes.shapes[0].name
    (9, 'La Paz')
    """
    return drawn(read_areas(path, code=code))


def shapes_of(geojson: str, *, code: str = "name", name: str = "GeoJSON") -> Shapes:
    """Return the areas of a map from the text of a GeoJSON file; see `read_shapes`.

    Examples
    --------
    >>> square = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}'
    >>> one = '{"type": "Feature", "properties": {"name": "Centro"}, "geometry": ' + square + "}"
    >>> made = shapes_of('{"type": "FeatureCollection", "features": [' + one + "]}")
    >>> made.shapes[0].code, round(made.width), round(made.height)
    ('Centro', 1000, 1000)
    """
    return drawn(areas_of(geojson, code=code, name=name))


def drawn(areas: Sequence[Area]) -> Shapes:
    """Draw areas on a plane in few points.

    The projection is Lambert's azimuthal equal-area one around the middle of the map, so that a large class is a large
    area. Points are put on a grid, borders that neighbours share are found and simplified once (`borders`), as far as
    some thousand points need. Islands and lakes of a few pixels go, but each area keeps its largest part.

    Parameters
    ----------
    areas : sequence of Area
    """
    planes = equal_area([ring for area in areas for polygon in area.polygons for ring in polygon])
    low = np.min([plane.min(axis=0) for plane in planes], axis=0)
    size = np.max([plane.max(axis=0) for plane in planes], axis=0) - low
    scale = SIDE / max(float(size.max()), 1e-12)
    simple = iter(_simplified([_on_grid((plane - low) * scale) for plane in planes], len(areas)))
    shapes = []
    for area in areas:
        polygons = [[next(simple) for _ in polygon] for polygon in area.polygons]
        shapes.append(Shape(area.code, area.name, area.short, _kept(polygons)))
    width, height = (size * scale).tolist()
    return Shapes(shapes=tuple(shapes), width=width, height=height)


def equal_area(rings: Sequence[Degrees]) -> list[Floats]:
    """Project rings by Lambert's azimuthal equal-area projection around their common middle [1]_.

    ``x = k cos(lat) sin(lon - lon0)``, ``y = -k (cos(lat0) sin(lat) - sin(lat0) cos(lat) cos(lon - lon0))`` with
    ``k = sqrt(2 / (1 + sin(lat0) sin(lat) + cos(lat0) cos(lat) cos(lon - lon0)))``; y points downwards.

    Parameters
    ----------
    rings : sequence of array, shape (P, 2)
        Longitude and latitude in degrees; a map may lie on both sides of the 180th meridian.

    Returns
    -------
    list of array, shape (P, 2)
        In radii of the earth.

    References
    ----------
    .. [1] Snyder, J. P. (1987). Map Projections: A Working Manual. U.S. Geological Survey Professional Paper 1395.

    Examples
    --------
    >>> square = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    >>> equal_area([square])[0].round(4).tolist()
    [[-0.0175, 0.0175], [0.0175, 0.0175], [0.0175, -0.0175], [-0.0175, -0.0175]]
    """
    points = np.radians(np.concatenate(rings))
    lon, lat = points.T
    middle = np.arctan2(np.sin(lon).mean(), np.cos(lon).mean())
    apart = _turned(lon - middle)
    middle += (apart.min() + apart.max()) / 2
    lon = _turned(lon - middle)
    lat0 = (lat.min() + lat.max()) / 2
    towards = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon)
    k = np.sqrt(2 / np.maximum(1 + towards, 1e-9))
    x = k * np.cos(lat) * np.sin(lon)
    y = -k * (np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon))
    ends = np.cumsum([len(ring) for ring in rings])[:-1]
    return [np.asarray(one, np.float64) for one in np.split(np.stack([x, y], axis=1), ends)]


def _turned(angles: Floats) -> Floats:
    """Return angles between half a turn back and half a turn on."""
    return np.asarray((angles + np.pi) % (2 * np.pi) - np.pi, np.float64)


def _on_grid(plane: Floats) -> Ring:
    ring = np.rint(plane * _GRID).astype(np.int64)
    differs = np.asarray((ring != np.roll(ring, 1, axis=0)).any(axis=1), np.bool_)
    return np.asarray(ring[differs] if differs.any() else ring[:1], np.int64)


class _Simple(NamedTuple):
    """A ring in units of the map, and whether it shares no border with another."""

    ring: Floats
    alone: bool

    @property
    def size(self) -> float:
        return abs(ring_area(self.ring))


def _simplified(rings: Sequence[Ring], areas: int) -> list[_Simple]:
    """Return the rings with few points; one that is smaller than the grid is a dot."""
    whole = [place for place, ring in enumerate(rings) if len(ring) >= 3 and ring_area(ring) != 0]
    cut = borders_of([rings[place] for place in whole])
    matters = np.concatenate([one.areas for one in cut.borders]) if cut.borders else np.zeros(0)
    smallest, most = 2 * _FINEST * _GRID**2, max(_MOST_POINTS, _POINTS_EACH * areas)
    while int(np.isfinite(matters[matters > smallest]).sum()) > most:
        smallest *= 2
    used = cut.used()
    found = [_Simple(_dot(ring), alone=True) for ring in rings]
    for place, ring, walk in zip(whole, cut.rings(smallest), cut.walks, strict=True):
        found[place] = _Simple(ring / _GRID, all(used[border] == 1 for border, _ in walk))
    return found


def _dot(ring: Ring) -> Floats:
    return np.asarray(ring[:1] / _GRID + _DOT, np.float64)


def _kept(polygons: Sequence[Sequence[_Simple]]) -> tuple[tuple[Floats, ...], ...]:
    """Return the polygons of an area that can be seen; what shares a border stays, and so does the largest."""
    largest = max(polygons, key=lambda polygon: polygon[0].size)
    return tuple(
        (
            _closed(polygon[0], outline=True),
            *(_closed(hole, outline=False) for hole in polygon[1:] if hole.size >= _SPECK or not hole.alone),
        )
        for polygon in polygons
        if polygon is largest or polygon[0].size >= _SPECK or not polygon[0].alone
    )


def _closed(one: _Simple, *, outline: bool) -> Floats:
    ring = one.ring if (ring_area(one.ring) > 0) == outline else one.ring[::-1]
    return np.concatenate([ring, ring[:1]])
