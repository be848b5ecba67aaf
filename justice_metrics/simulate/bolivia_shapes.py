"""Shapes of the nine departments of Bolivia, drawn by hand for the sample: recognisable, and no survey of any border.

Borders are drawn once, each from corner to corner, and a department is a walk along them: neighbours share every point.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Final

from .places import CODES

Point = tuple[float, float]

# Where three areas meet: departments, or departments and what is around the country. Longitude, latitude.
_CORNERS: Final[dict[str, Point]] = {
    "heath": (-68.68, -12.50),  # Pando, La Paz, Peru
    "villa_bella": (-65.38, -10.40),  # Pando, Beni, Brazil
    "madidi": (-67.30, -12.00),  # Pando, La Paz, Beni
    "cotacajes": (-66.80, -15.80),  # La Paz, Beni, Cochabamba
    "ichilo": (-64.70, -16.55),  # Beni, Cochabamba, Santa Cruz
    "itenez": (-61.85, -13.50),  # Beni, Santa Cruz, Brazil
    "altiplano": (-67.00, -17.50),  # La Paz, Oruro, Cochabamba
    "mauri": (-69.10, -18.05),  # La Paz, Oruro, Chile
    "bombo": (-66.35, -18.00),  # Oruro, Cochabamba, Potosí
    "coipasa": (-68.60, -20.02),  # Oruro, Potosí, Chile
    "caine": (-65.30, -18.30),  # Cochabamba, Potosí, Chuquisaca
    "mizque": (-64.60, -18.50),  # Cochabamba, Chuquisaca, Santa Cruz
    "camblaya": (-65.35, -21.15),  # Potosí, Chuquisaca, Tarija
    "yavi": (-65.15, -22.10),  # Potosí, Tarija, Argentina
    "chaco_north": (-62.25, -20.52),  # Santa Cruz, Chuquisaca, Paraguay
    "chaco_south": (-62.28, -21.05),  # Chuquisaca, Tarija, Paraguay
}

# Border from corner to corner, with the points between them.
# fmt: off
_BORDERS: Final[dict[tuple[str, str], tuple[Point, ...]]] = {
    ("heath", "villa_bella"): (
        (-68.98, -11.95), (-69.57, -10.95), (-69.15, -10.95), (-68.75, -11.02), (-68.62, -11.13), (-68.28, -11.00),
        (-68.05, -10.70), (-67.72, -10.70), (-67.55, -10.48), (-67.30, -10.38), (-67.05, -10.25), (-66.65, -9.92),
        (-66.30, -9.82), (-65.80, -9.76), (-65.40, -9.70), (-65.32, -9.95), (-65.28, -10.20),
    ),
    ("villa_bella", "itenez"): (
        (-65.40, -10.72), (-65.33, -10.90), (-65.40, -11.25), (-65.20, -11.50), (-65.18, -11.75), (-65.05, -12.00),
        (-64.80, -12.10), (-64.48, -12.40), (-64.25, -12.48), (-63.95, -12.52), (-63.65, -12.45), (-63.20, -12.65),
        (-62.95, -12.85), (-62.75, -13.00), (-62.45, -13.10), (-62.15, -13.15), (-62.00, -13.40),
    ),
    ("itenez", "chaco_north"): (
        (-61.50, -13.52), (-61.10, -13.50), (-60.95, -13.62), (-60.65, -13.72), (-60.42, -13.92), (-60.46, -14.25),
        (-60.28, -14.60), (-60.25, -15.10), (-60.57, -15.10), (-60.22, -15.50), (-60.18, -16.26), (-58.42, -16.30),
        (-58.46, -16.70), (-58.38, -17.05), (-58.28, -17.28), (-57.98, -17.50), (-57.75, -17.56), (-57.70, -17.85),
        (-57.50, -18.20), (-57.72, -18.55), (-57.78, -18.92), (-58.13, -19.75), (-57.86, -19.98), (-58.16, -20.16),
        (-58.17, -19.85), (-59.10, -19.32), (-60.00, -19.28), (-60.60, -19.45), (-61.75, -19.65), (-62.00, -20.05),
    ),
    ("chaco_north", "chaco_south"): ((-62.30, -20.80),),
    ("chaco_south", "yavi"): (
        (-62.42, -21.60), (-62.65, -22.24), (-62.80, -22.00), (-63.30, -22.00), (-63.95, -22.00), (-64.05, -22.25),
        (-64.33, -22.87), (-64.42, -22.65), (-64.58, -22.38), (-64.75, -22.20), (-64.95, -22.08),
    ),
    ("yavi", "coipasa"): (
        (-65.55, -22.10), (-65.78, -22.11), (-65.92, -21.93), (-66.23, -21.79), (-66.36, -22.11), (-66.75, -22.25),
        (-66.80, -22.43), (-67.03, -22.53), (-67.18, -22.82), (-67.60, -22.88), (-67.87, -22.83), (-67.90, -22.30),
        (-68.05, -21.98), (-68.10, -21.50), (-68.20, -21.30), (-68.42, -20.95), (-68.55, -20.90), (-68.48, -20.63),
        (-68.75, -20.42), (-68.78, -20.20),
    ),
    ("coipasa", "mauri"): ((-68.53, -19.83), (-68.69, -19.70), (-68.45, -19.43), (-68.90, -19.05), (-68.98, -18.60)),
    ("mauri", "heath"): (
        (-69.32, -17.93), (-69.48, -17.62), (-69.65, -17.28), (-69.20, -16.75), (-69.02, -16.55), (-69.05, -16.22),
        (-68.85, -16.30), (-69.10, -15.95), (-69.28, -15.55), (-69.42, -15.40), (-69.28, -15.22), (-69.38, -14.95),
        (-69.23, -14.58), (-68.98, -14.42), (-68.87, -14.18), (-69.03, -13.65), (-68.98, -13.20), (-68.97, -12.87),
        (-68.76, -12.72),
    ),
    ("heath", "madidi"): ((-68.25, -12.35), (-67.95, -12.15), (-67.60, -12.18)),
    ("madidi", "villa_bella"): (
        (-67.05, -11.75), (-66.75, -11.40), (-66.40, -11.20), (-66.08, -11.00), (-65.85, -10.80), (-65.70, -10.50),
    ),
    ("madidi", "cotacajes"): (
        (-67.02, -12.45), (-66.98, -12.90), (-67.20, -13.40), (-67.45, -13.90), (-67.55, -14.40), (-67.42, -14.80),
        (-67.12, -15.15), (-67.05, -15.50),
    ),
    ("cotacajes", "ichilo"): (
        (-66.30, -15.62), (-65.95, -15.85), (-65.60, -16.15), (-65.35, -16.42), (-65.05, -16.30), (-64.85, -16.45),
    ),
    ("ichilo", "itenez"): (
        (-64.55, -16.15), (-64.15, -15.92), (-63.70, -15.85), (-63.45, -15.45), (-63.05, -15.15), (-62.95, -14.70),
        (-62.55, -14.35), (-62.10, -14.15), (-61.92, -13.85),
    ),
    ("cotacajes", "altiplano"): ((-66.60, -16.15), (-66.72, -16.55), (-66.62, -16.90), (-66.95, -17.15)),
    ("altiplano", "mauri"): (
        (-67.35, -17.62), (-67.70, -17.42), (-68.05, -17.60), (-68.40, -17.68), (-68.62, -17.92), (-68.90, -17.95),
    ),
    ("altiplano", "bombo"): ((-66.78, -17.62), (-66.55, -17.70), (-66.50, -17.92)),
    ("bombo", "coipasa"): (
        (-66.55, -18.35), (-66.75, -18.60), (-66.52, -18.95), (-66.62, -19.30), (-66.95, -19.58), (-67.30, -19.62),
        (-67.62, -19.88), (-68.05, -19.78), (-68.30, -19.98),
    ),
    ("bombo", "caine"): ((-66.05, -17.85), (-65.85, -18.02), (-65.60, -18.10)),
    ("caine", "mizque"): ((-65.05, -18.22), (-64.82, -18.35)),
    ("ichilo", "mizque"): ((-64.42, -16.95), (-64.30, -17.30), (-64.52, -17.65), (-64.32, -18.00), (-64.62, -18.20)),
    ("caine", "camblaya"): (
        (-65.48, -18.70), (-65.52, -19.02), (-65.30, -19.35), (-64.98, -19.60), (-65.08, -19.95), (-65.35, -20.20),
        (-65.48, -20.65),
    ),
    ("camblaya", "yavi"): ((-65.18, -21.40), (-65.28, -21.78)),
    ("camblaya", "chaco_south"): (
        (-65.00, -21.00), (-64.75, -20.82), (-64.42, -20.98), (-64.10, -20.88), (-63.85, -21.02), (-63.20, -21.03),
    ),
    ("mizque", "chaco_north"): (
        (-64.38, -18.85), (-64.20, -19.15), (-63.85, -19.38), (-63.72, -19.75), (-63.82, -20.10), (-63.60, -20.40),
        (-63.15, -20.48),
    ),
}
# fmt: on

# Each department as a walk from corner to corner, with its own land to the left, as GeoJSON asks.
_WALKS: Final[dict[str, tuple[str, ...]]] = {
    "Pando": ("heath", "madidi", "villa_bella", "heath"),
    "Beni": ("madidi", "cotacajes", "ichilo", "itenez", "villa_bella", "madidi"),
    "La Paz": ("heath", "mauri", "altiplano", "cotacajes", "madidi", "heath"),
    "Cochabamba": ("cotacajes", "altiplano", "bombo", "caine", "mizque", "ichilo", "cotacajes"),
    "Santa Cruz": ("ichilo", "mizque", "chaco_north", "itenez", "ichilo"),
    "Oruro": ("mauri", "coipasa", "bombo", "altiplano", "mauri"),
    "Potosí": ("bombo", "coipasa", "yavi", "camblaya", "caine", "bombo"),
    "Chuquisaca": ("caine", "camblaya", "chaco_south", "chaco_north", "mizque", "caine"),
    "Tarija": ("camblaya", "yavi", "chaco_south", "camblaya"),
}


def bolivia_shapes() -> str:
    """Return the departments as GeoJSON: properties ``code`` and ``name``, degrees with two decimals.

    Examples
    --------
    >>> import json
    >>> made = json.loads(bolivia_shapes())
    >>> len(made["features"]), made["features"][0]["properties"]
    (9, {'code': 'LPZ', 'name': 'La Paz'})
    """
    features = ",\n".join(json.dumps(_feature(name), ensure_ascii=False) for name in CODES)
    about = (
        "Drawn by hand for the sample of justice-metrics. The outlines are simplified and show no official border.",
        "Public domain (CC0 1.0). / Dibujo propio para la muestra, simplificado; dominio público (CC0 1.0).",
    )
    head = f'"type": "FeatureCollection",\n"description": {json.dumps(" ".join(about), ensure_ascii=False)},\n'
    licence = '"license": "CC0-1.0",\n'
    return f'{{\n{head}{licence}"features": [\n{features}\n]\n}}\n'


def _feature(name: str) -> dict[str, object]:
    walk = _WALKS[name]
    ring: list[Point] = [_CORNERS[walk[0]]]
    for start, end in pairwise(walk):
        between = _BORDERS[start, end] if (start, end) in _BORDERS else _BORDERS[end, start][::-1]
        ring += [*between, _CORNERS[end]]
    return {
        "type": "Feature",
        "properties": {"code": CODES[name], "name": name},
        "geometry": {"type": "Polygon", "coordinates": [[list(point) for point in ring]]},
    }
