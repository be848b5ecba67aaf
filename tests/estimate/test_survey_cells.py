"""Shares from draws without replacement: by hand, against R's survey package, and against every draw there is."""

from __future__ import annotations

import csv
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.types import Counts, Floats, Values
from justice_metrics.estimate import survey
from justice_metrics.estimate.survey import DesignCells, linearised_share
from justice_metrics.estimate.survey_cells import DrawnUnits, without_replacement
from justice_metrics.estimate.survey_contrasts import (
    linearised_covariances,
    linearised_difference,
    linearised_ratio,
)

REFERENCE = Path(__file__).parent.parent / "reference"
GROUPS = ("charge", "complaint")


def table(name: str) -> dict[str, Values]:
    with (REFERENCE / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def numbered(texts: Values) -> Counts:
    return np.unique(texts, return_inverse=True)[1]


def drawn_as(design: str, *, together: bool) -> DrawnUnits:
    """The files that R was given, each in a row of its own, as the draw that the name says."""
    rows = table("fpc_rows.csv")
    chance, inside, weight = (rows[name].astype(float) for name in ("pi1", "pi2", "weight"))
    stratum, cluster = numbered(rows["stratum"]), numbered(rows["court"])
    here = np.full(len(weight), fill_value=True)
    if design == "two_stages":
        here = chance < 1
        chance = np.where(rows["stratum"] == "north", 1 / 3, 1 / 2)
        weight = 1 / (chance * inside)
    if design == "one_stage":
        north = rows["stratum"] == "north"
        weight = np.where(north, 130 / north.sum(), 90 / (~north).sum())
        chance, cluster = np.ones(len(weight)), np.zeros(len(weight), int)
    group = np.zeros(len(weight), int) if together else np.searchsorted(GROUPS, rows["group"])
    y, x = (rows[name].astype(int) for name in ("y", "base"))
    return DrawnUnits(*(one[here] for one in (group, stratum, cluster, chance, weight, y, x, np.ones_like(x))))


def as_replaced(cells: DesignCells) -> DesignCells:
    return cells._replace(stages=None)


@pytest.mark.parametrize("design", ["unequal", "two_stages", "one_stage", "replaced"])
def test_shares_and_differences_are_those_of_r(design: str) -> None:
    expected = table("fpc_shares.csv")
    here = expected["design"] == design
    whole, apart = (
        without_replacement(drawn_as("unequal" if design == "replaced" else design, together=one), 1 if one else 2)
        for one in (True, False)
    )
    if design == "replaced":
        whole, apart = as_replaced(whole), as_replaced(apart)
    shares = [linearised_share(whole), linearised_share(apart)]
    estimate = np.concatenate([one.estimate for one in shares])
    error = np.concatenate([one.std_error for one in shares])
    difference = linearised_difference(apart, 0)
    np.testing.assert_allclose(estimate, expected["estimate"][here][:3].astype(float), rtol=1e-10)
    np.testing.assert_allclose(error, expected["std_error"][here][:3].astype(float), rtol=1e-9)
    np.testing.assert_allclose(difference.estimate[1], float(expected["estimate"][here][3]), rtol=1e-9)
    np.testing.assert_allclose(
        linearised_covariances(apart, 0).error[1], float(expected["std_error"][here][3]), rtol=1e-8
    )
    # turned round it is as wide, and the ratio has limits too
    swapped = linearised_difference(apart._replace(group=1 - apart.group), 1)
    assert swapped.conf_high[0] - swapped.conf_low[0] == pytest.approx(difference.conf_high[1] - difference.conf_low[1])
    ratio = linearised_ratio(apart, 0)
    assert np.isfinite(np.log(ratio.conf_high / ratio.conf_low)).all()


class TestByHand:
    def test_two_of_four_courts_two_of_four_files(self) -> None:
        # totals 4 and 8 of 8 each: p = 3/4, scores -2/16 and 2/16, f = 1/2: 2 x 1/2 x 2 x (1/8)^2 between;
        # inside the first court 1/2 x 1/2 x 2/1 x ((1/4 x 4/16)^2 + ...): its files score 1/16 and -3/16
        one = np.ones(2, int)
        drawn = DrawnUnits(
            0 * one, 0 * one, np.arange(2), np.full(2, 0.5), np.full(2, 4.0), np.array([1, 2]), 2 * one, 2 * one
        )
        found = linearised_share(without_replacement(drawn, 1))
        between = 2 * (1 / 2) * ((1 / 8) ** 2 + (1 / 8) ** 2)
        inside = (1 / 2) * (1 / 2) * 2 * ((1 / 16 + 1 / 16) ** 2 + (3 / 16 - 1 / 16) ** 2)
        assert found.estimate[0] == 0.75
        assert found.std_error[0] ** 2 == pytest.approx(between + inside, rel=1e-12)

    def test_all_files_of_all_courts_have_no_error(self) -> None:
        one = np.ones(3, int)
        drawn = DrawnUnits(0 * one, 0 * one, np.arange(3), np.ones(3), np.ones(3), one, 4 * one, 4 * one)
        found = linearised_share(without_replacement(drawn, 1))
        assert (found.estimate[0], found.std_error[0]) == (0.25, 0.0)

    def test_files_drawn_directly_have_the_binomial_error_times_what_was_not_drawn(self) -> None:
        drawn = DrawnUnits(*(np.array([one]) for one in (0, 0, 0, 1.0, 4.0, 3, 10, 10)))
        found = linearised_share(without_replacement(drawn, 1))
        assert found.std_error[0] ** 2 == pytest.approx(0.75 * 0.3 * 0.7 / 9, rel=1e-12)

    def test_one_file_of_several_tells_no_spread_and_its_court_counts_as_replaced(self) -> None:
        one = np.ones(3, int)
        drawn = DrawnUnits(
            0 * one, 0 * one, np.arange(3), np.full(3, 0.5), np.full(3, 8.0), np.array([1, 0, 1]), one, one
        )
        cells = without_replacement(drawn, 1)
        assert linearised_share(cells).std_error[0] == linearised_share(as_replaced(cells)).std_error[0]

    def test_a_court_that_is_certain_is_a_stratum_of_its_files(self) -> None:
        drawn = DrawnUnits(
            np.zeros(3, int), np.zeros(3, int), np.arange(3), np.array([1.0, 0.5, 0.5]), np.array([2.0, 4, 4]),
            np.array([1, 1, 0]), np.array([2, 2, 2]), np.array([2, 2, 2]),
        )  # fmt: skip
        cells = without_replacement(drawn, 1)
        assert sorted(np.bincount(cells.stratum, weights=cells.copies).tolist()) == [2, 2]


class TestDegrees:
    @staticmethod
    def drawn(spread: list[int]) -> DesignCells:
        """Three certain courts of thirty files, and courts by lot with so many of ten files each."""
        lots = len(spread)
        y = np.array([15, 12, 18, *spread])
        n = np.array([30, 30, 30, *[10] * lots])
        chance = np.array([1.0, 1, 1, *[0.1] * lots])
        zero = np.zeros(3 + lots, int)
        weight = np.array([40.0] * 3 + [60.0] * lots)
        return without_replacement(DrawnUnits(zero, zero, np.arange(3 + lots), chance, weight, y, n, n), 1)

    def test_few_courts_by_lot_count_as_few(self) -> None:
        found = linearised_share(self.drawn([1, 9, 4]))
        # 90 files of certain courts less 3, and 3 courts less 1, which carry nearly all of the error
        assert found.degrees_of_freedom.tolist() == [2]

    def test_where_they_do_not_differ_the_files_tell(self) -> None:
        assert linearised_share(self.drawn([5, 5, 5])).degrees_of_freedom[0] > 20

    def test_never_more_than_sampling_units_less_strata(self) -> None:
        cells = self.drawn([5, 5, 5, 4])
        assert linearised_share(cells).degrees_of_freedom[0] <= 90 + 4 - 4

    def test_clusters_are_counted_and_not_their_files(self) -> None:
        cells = self.drawn([5, 4, 3])
        assert (survey.clusters_of(cells), survey.clusters_of(as_replaced(cells))) == (6, 93)


class TestEdges:
    def test_nobody(self) -> None:
        cells = without_replacement(DrawnUnits(*(np.zeros(0, kind) for kind in (int, int, int, float, float, int, int,
                                                                               int))), 1)  # fmt: skip
        assert np.isnan(linearised_share(cells).estimate[0])

    def test_units_in_no_denominator_stay_in_the_design(self) -> None:
        drawn = drawn_as("unequal", together=True)
        inside = DrawnUnits(*(one[drawn.denominator > 0] for one in drawn))
        found = [linearised_share(without_replacement(one, 1)).std_error[0] for one in (drawn, inside)]
        assert found[0] != found[1]


def every_draw(values: list[list[int]], courts: int, files: int) -> list[tuple[float, float]]:
    """Every draw of so many courts and of so many files in each: its mean by known totals, and its variance."""
    found = []
    n, m = len(values), len(values[0])
    for chosen in combinations(range(n), courts):
        for inside in product(combinations(range(m), files), repeat=courts):
            one = np.ones(courts, int)
            taken = np.array([sum(values[c][f] for f in fs) for c, fs in zip(chosen, inside, strict=True)])
            drawn = DrawnUnits(
                0 * one, 0 * one, np.arange(courts), np.full(courts, courts / n),
                np.full(courts, n / courts * m / files), taken, files * one, files * one,
            )  # fmt: skip
            share = linearised_share(without_replacement(drawn, 1))
            found.append((float(share.estimate[0]), float(share.std_error[0]) ** 2))
    return found


def test_the_variance_is_right_on_average_over_every_draw() -> None:
    # courts of one size: the share is a plain mean, and the two-stage variance formula is unbiased
    draws = every_draw([[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1]], courts=2, files=2)
    means, variances = np.array(draws).T
    assert means.mean() == pytest.approx(0.5)
    assert variances.mean() == pytest.approx(means.var(), rel=1e-9)


@st.composite
def samples(draw: st.DrawFn) -> DrawnUnits:
    n = draw(st.integers(2, 9))
    units = np.array(draw(st.lists(st.integers(2, 6), min_size=n, max_size=n)))
    y = np.array([draw(st.integers(0, int(one))) for one in units])
    chance = np.array(draw(st.lists(st.floats(0.05, 0.95), min_size=n, max_size=n)))
    inside: Floats = np.array(draw(st.lists(st.floats(0.1, 1.0), min_size=n, max_size=n)))
    zero = np.zeros(n, int)
    return DrawnUnits(zero, zero, np.arange(n), chance, 1 / (chance * inside), y, units, units)


@settings(max_examples=12, deadline=None)
@given(sample=samples())
def test_vanishing_chances_are_a_draw_with_replacement(sample: DrawnUnits) -> None:
    rare = sample._replace(chance=sample.chance * 1e-9)
    cells = without_replacement(rare, 1)
    one, other = linearised_share(cells), linearised_share(as_replaced(cells))
    np.testing.assert_allclose(one.std_error, other.std_error, rtol=1e-6, atol=1e-12)


@settings(max_examples=12, deadline=None)
@given(sample=samples())
def test_folded_rows_are_rows_apart(sample: DrawnUnits) -> None:
    parts: list[list[int]] = [[], []]
    for row, (y, n) in enumerate(zip(sample.numerator, sample.units, strict=True)):
        parts[0] += [row] * int(n)
        parts[1] += [1] * int(y) + [0] * int(n - y)
    rows = np.array(parts[0])
    one = np.ones(len(rows), int)
    apart = DrawnUnits(*(each[rows] for each in sample[:5]), np.array(parts[1]), one, one)
    folded, single = linearised_share(without_replacement(sample, 1)), linearised_share(without_replacement(apart, 1))
    np.testing.assert_allclose(folded.std_error, single.std_error, rtol=1e-9, atol=1e-12)
