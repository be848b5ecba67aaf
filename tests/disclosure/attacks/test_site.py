"""The attacks of the gate, against the JSON of a built site: filters, periods, columns and releases subtracted.

Each of them first finds small counts in a site of the same numbers where only the small counts are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd
import pytest

import justice_metrics as jm
from tests.disclosure.attacks.site_data import (
    POLICY,
    TO_DATE,
    Atoms,
    Cell,
    Outsider,
    Rest,
    answer,
    cells_of_cubes,
    columns_of_figures,
    counted,
    in_full,
    numbers,
    site,
)

Said = list[Cell | Rest]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return numbers()


@pytest.fixture(scope="module")
def truth(rows: pd.DataFrame) -> Mapping[tuple[str, str, str], int]:
    return {(month, place, offence): n for month, place, offence, n in rows.itertuples(index=False)}


@pytest.fixture(scope="module")
def first(rows: pd.DataFrame) -> jm.Release:
    return jm.release(answer(rows), POLICY)


@pytest.fixture(scope="module")
def built(first: jm.Release) -> Said:
    """What the site says that the gate let out."""
    files = site(first)
    return [*cells_of_cubes(files), *columns_of_figures(files)]


@pytest.fixture(scope="module")
def careless(rows: pd.DataFrame) -> Said:
    """What a site says that leaves small counts out, and nothing else."""
    return left_out(rows)


def left_out(rows: pd.DataFrame) -> Said:
    files = site(in_full(answer(rows)))
    cells = [one._replace(value=None) if 0 < (one.value or 0) < 10 else one for one in cells_of_cubes(files)]
    return [*cells, *columns_of_figures(files)]


def kept(said: Said, *kinds: str) -> Said:
    return [one for one in said if one.kind in kinds]


def hidden(said: Said) -> set[Atoms]:
    return {one.atoms for one in said if isinstance(one, Cell) and one.value is None}


def found_out(said: Said, targets: set[Atoms], truth: Mapping[tuple[str, str, str], int]) -> int:
    """Count the small numbers of which less is left open than the policy promises."""
    outsider = Outsider(said)
    n = 0
    for units in targets:
        low, high = outsider.bounds(units)
        number = sum(truth[one] for one in units)
        assert low - 1e-6 <= number <= high + 1e-6
        promised = low <= max(number - POLICY.protection, 0) + 1e-6 and high >= number + POLICY.protection - 1e-6
        n += (number < POLICY.minimum and not promised) or high - low < 2 * POLICY.protection - 1e-6
    return n


@pytest.mark.parametrize(
    "kinds",
    [("year",), ("month",), ("month", "to_date"), ("month", "year"), ("to_date", "before"), ("to_date", "estimate")],
    ids="+".join,
)
def test_two_filters_subtracted(
    kinds: tuple[str, ...], built: Said, careless: Said, truth: Mapping[tuple[str, str, str], int]
) -> None:
    """Parts against their whole, months against years and years to date, this year's columns against last year's."""
    known = kept(careless, *kinds)
    assert found_out(known, hidden(known), truth) > 0
    shown = kept(built, *kinds)
    assert found_out(shown, hidden(shown), truth) == 0


def test_everything_that_the_site_says_at_once(
    built: Said, careless: Said, truth: Mapping[tuple[str, str, str], int]
) -> None:
    """Every filter, period and column, and every number that either site hides."""
    assert len(hidden(built)) > 40
    assert found_out(built, hidden(built) | hidden(careless), truth) == 0


def test_the_rest_of_a_year_that_is_no_table(built: Said, careless: Said, truth: Mapping) -> None:  # type: ignore[type-arg]
    """A year less its months to date is a count that nobody asked for."""
    rest = {
        frozenset(one for one in cell.atoms if int(one[0][5:]) > TO_DATE)
        for cell in careless
        if isinstance(cell, Cell) and cell.kind == "year" and any(int(one[0][5:]) > TO_DATE for one in cell.atoms)
    }
    few = {one for one in rest if 0 < sum(truth[unit] for unit in one) < POLICY.minimum}
    assert few
    assert found_out(built, few, truth) == 0


def test_a_hidden_cell_has_no_number_in_any_column(built: Said, careless: Said) -> None:
    """Also not as the number of the year before."""
    told = {one.parts[0][0] for one in built if isinstance(one, Rest) and one.kind == "before"}
    anyway = {one.parts[0][0] for one in careless if isinstance(one, Rest) and one.kind == "before"}
    assert anyway & hidden(careless)
    assert not told & hidden(built)


def by_year(rows: pd.DataFrame) -> jm.Result:
    return jm.case_counts(counted(rows, ["place", "offence"]), by=("place", "offence"), period=("year",))


def test_two_releases_subtracted(rows: pd.DataFrame) -> None:
    """Three cases that were registered late in one place are the difference of two sites."""
    first = jm.release(by_year(rows), POLICY)
    later = rows.copy()
    late = (later["month"] == "2023-11") & (later["place"] == "North") & (later["offence"] == "common")
    later.loc[late, "n"] += 3
    again = by_year(later)

    def few(release: jm.Release) -> int:
        before = {one[:2]: one.value for one in cells_of_cubes(site(first))}
        now = {one[:2]: one.value for one in cells_of_cubes(site(release, day=dt.date(2024, 10, 1)))}
        pairs = [(before[one], value) for one, value in now.items() if one in before]
        return sum(then is not None and n is not None and 0 < abs(n - then) < 10 for then, n in pairs)

    assert few(jm.release(again, POLICY)) > 0
    assert few(jm.release(again, POLICY, previous=[first.cells])) == 0
