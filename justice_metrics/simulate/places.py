"""Courts of the simulated country: real place names, courts by number, no court's real record."""

from __future__ import annotations

from typing import Final, NamedTuple


class Court(NamedTuple):
    """One court: where it sits, and its share of the department's cases."""

    department: str
    municipality: str
    name: str
    capital: bool  # departmental capital or El Alto: the better staffed tier
    share: float


class _Seat(NamedTuple):
    municipality: str
    courts: int
    share: float  # of the department's cases, all courts of the seat together
    capital: bool = False


_SEATS: Final[dict[str, tuple[_Seat, ...]]] = {
    "La Paz": (
        _Seat("La Paz", 6, 0.42, capital=True),
        _Seat("El Alto", 5, 0.38, capital=True),
        _Seat("Viacha", 1, 0.07),
        _Seat("Achacachi", 1, 0.06),
        _Seat("Caranavi", 1, 0.07),
    ),
    "Santa Cruz": (
        _Seat("Santa Cruz de la Sierra", 7, 0.66, capital=True),
        _Seat("Montero", 2, 0.16),
        _Seat("Warnes", 1, 0.07),
        _Seat("Camiri", 1, 0.06),
        _Seat("San Ignacio de Velasco", 1, 0.05),
    ),
    "Cochabamba": (
        _Seat("Cochabamba", 5, 0.60, capital=True),
        _Seat("Quillacollo", 2, 0.18),
        _Seat("Sacaba", 1, 0.13),
        _Seat("Punata", 1, 0.09),
    ),
    "Chuquisaca": (
        _Seat("Sucre", 3, 0.70, capital=True),
        _Seat("Monteagudo", 1, 0.16),
        _Seat("Camargo", 1, 0.14),
    ),
    "Oruro": (_Seat("Oruro", 3, 0.74, capital=True), _Seat("Challapata", 1, 0.13), _Seat("Huanuni", 1, 0.13)),
    "Potosí": (
        _Seat("Potosí", 2, 0.52, capital=True),
        _Seat("Llallagua", 1, 0.18),
        _Seat("Uyuni", 1, 0.14),
        _Seat("Villazón", 1, 0.16),
    ),
    "Tarija": (_Seat("Tarija", 2, 0.60, capital=True), _Seat("Yacuiba", 1, 0.26), _Seat("Bermejo", 1, 0.14)),
    "Beni": (_Seat("Trinidad", 2, 0.52, capital=True), _Seat("Riberalta", 1, 0.29), _Seat("Guayaramerín", 1, 0.19)),
    "Pando": (_Seat("Cobija", 1, 0.80, capital=True), _Seat("Puerto Rico", 1, 0.20)),
}

CODES: Final[dict[str, str]] = {
    "La Paz": "LPZ",
    "Santa Cruz": "SCZ",
    "Cochabamba": "CBB",
    "Chuquisaca": "CHQ",
    "Oruro": "ORU",
    "Potosí": "POT",
    "Tarija": "TJA",
    "Beni": "BEN",
    "Pando": "PAN",
}


def courts(departments: tuple[str, ...] = tuple(CODES)) -> tuple[Court, ...]:
    """Return the courts of some departments, or all sixty.

    Examples
    --------
    >>> len(courts()), courts(("Pando",))[0].name
    (60, 'Tribunal de Sentencia N° 1 de Cobija')
    """
    return tuple(
        Court(
            department,
            seat.municipality,
            f"Tribunal de Sentencia N° {number} de {seat.municipality}",
            seat.capital,
            seat.share / seat.courts,
        )
        for department in departments
        for seat in _SEATS[department]
        for number in range(1, seat.courts + 1)
    )
