"""A made table of counts, the sites that are built of it, and what an outsider reads from their JSON."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

import justice_metrics as jm
from justice_metrics.disclosure.already_public import AlreadyPublic
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.publish.site import downloads
from justice_metrics.publish.site.build import site_files

PLACES: Final = ("Centre", "East", "North", "South")
OFFENCES: Final = {"common": 30.0, "other": 17.0, "rare": 3.0, "scarce": 0.3, "seldom": 0.25}
MONTHS: Final = tuple(f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13))[:18]
TO_DATE: Final = 6
KNOWN: Final = AlreadyPublic(source="nobody", reason="an attack needs a site without protection", legal_basis="none")
POLICY: Final = DisclosurePolicy(zeros="structural")
Files = Mapping[str, bytes]
Atoms = frozenset[tuple[str, str, str]]


def counted(rows: pd.DataFrame, keys: Sequence[str]) -> jm.CountData:
    """Return a table of counts by month."""
    label = {"column": "n", "label": "cases"}
    keyed = {"period": "month", "unit": "case", "keys": {one: one for one in keys}, "quantities": {"cases": label}}
    return jm.CountData.from_frame(rows, {"counts": keyed})


def numbers(*, seed: int = 3) -> pd.DataFrame:
    """Return counts by month, place and offence, some of them small."""
    draw = np.random.default_rng(seed)
    rows = [
        (month, place, offence, int(draw.poisson(OFFENCES[offence] * (1 + 0.2 * PLACES.index(place)))))
        for month, place, offence in product(MONTHS, PLACES, OFFENCES)
    ]
    return pd.DataFrame(rows, columns=["month", "place", "offence", "n"])


def answer(rows: pd.DataFrame) -> jm.Result:
    """Return the counts that a site shows, for every filter."""
    data = counted(rows, ["place", "offence"])
    periods = ("month", "year", "to_date")
    return jm.case_counts(data, by=("place", "offence"), combine=[["place", "offence"]], period=periods)


def site(release: Any, *, day: dt.date = dt.date(2024, 7, 1), pictures: bool = False, **more: Any) -> dict[str, bytes]:
    """Build a site in one language, without pictures unless they are asked for."""
    import pytest

    with pytest.MonkeyPatch.context() as patch:
        if not pictures:
            patch.setattr(downloads, "pictures_of", lambda *_: {})
        return site_files(release, title="Made", institution="Nobody", published_on=day, languages=("en",), **more)


def in_full(result: jm.Result) -> Any:
    """Return a release that nothing protects."""
    return jm.release(result, DisclosurePolicy(already_public=KNOWN))


class Cell(NamedTuple):
    """What the JSON of a site says of some months, places and offences together; None: hidden."""

    kind: str
    atoms: Atoms
    value: float | None


def atoms(kind: str, period: str, named: Mapping[str, str]) -> Atoms:
    """Return the months, places and offences that a number counts."""
    months = [one for one in MONTHS if one.startswith(period)]
    if kind == "to_date":
        months = [one for one in months if int(one[5:]) <= TO_DATE]
    places = [named["place"]] if "place" in named else PLACES
    offences = [named["offence"]] if "offence" in named else tuple(OFFENCES)
    return frozenset(product(months, places, offences))


def cells_of_cubes(files: Files) -> Iterator[Cell]:
    """Yield what the cubes of a site say."""
    for name, data in files.items():
        if not re.fullmatch(r"data/cube-.*\.json", name):
            continue
        cube = json.loads(data)
        levels = {one["id"]: [level["id"] for level in one["levels"]] for one in cube["dimensions"]}
        for table in cube["tables"]:
            names = ("period", *table["by"])
            for *places, value in zip(*table["columns"], table["numbers"], strict=True):
                said = {name: levels[name][at] for name, at in zip(names, places, strict=True)}
                yield Cell(table["period"], atoms(table["period"], said["period"], said), value)


class Rest(NamedTuple):
    """What a table of months to date says besides its counts: that some counts, times a factor, are others."""

    kind: str
    parts: tuple[tuple[Atoms, float], ...]
    value: float


def columns_of_figures(files: Files) -> Iterator[Rest]:
    """Yield what the columns ``before`` and ``estimate`` of the figures of a site say."""
    for name, data in files.items():
        if not re.fullmatch(r"data/[a-z]+-[a-z]+\.json", name) or "cube" in name:
            continue
        figure = json.loads(data)
        for table in (figure["table"], *figure["further"]):
            if "before" not in {one["name"] for one in table["columns"]}:
                continue
            for row in table["rows"]:
                now = atoms("to_date", row["period"], row)
                then = atoms("to_date", str(int(row["period"]) - 1), row)
                if row["before"] is not None:
                    yield Rest("before", ((then, 1.0),), row["before"])
                if row["estimate"] is not None:
                    yield Rest("estimate", ((now, 1.0), (then, -1.0 - row["estimate"])), 0.0)


class Outsider:
    """Bounds numbers by linear programs, from what a site says; months, places and offences are her unknowns.

    Parameters
    ----------
    said : sequence of Cell or Rest
    """

    def __init__(self, said: Sequence[Cell | Rest]) -> None:
        self.places = {one: at for at, one in enumerate(product(MONTHS, PLACES, OFFENCES))}
        rows, columns, factors, self.sums = [], [], [], []
        for one in said:
            parts = ((one.atoms, 1.0),) if isinstance(one, Cell) else one.parts
            if one.value is None:
                continue
            for units, factor in parts:
                rows += [len(self.sums)] * len(units)
                columns += [self.places[unit] for unit in units]
                factors += [factor] * len(units)
            self.sums.append(one.value)
        shape = (len(self.sums), len(self.places))
        self.system = sparse.csr_matrix((factors, (rows, columns)), shape=shape)

    def bounds(self, units: Atoms) -> tuple[float, float]:
        """Return between which numbers she knows the number of some units to lie."""
        cost = np.zeros(len(self.places))
        cost[[self.places[one] for one in units]] = 1.0
        ends = [
            linprog(sign * cost, A_eq=self.system, b_eq=self.sums, bounds=(0, None), method="highs") for sign in (1, -1)
        ]
        assert ends[0].status == 0, "what the site says cannot all be true"
        return float(ends[0].fun), np.inf if ends[1].status == 3 else -float(ends[1].fun)
