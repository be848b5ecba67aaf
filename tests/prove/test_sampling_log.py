"""Files lost where verdicts are rare: raised weights put it right, limits hold what they promise, bounds hold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from justice_metrics.base.types import Counts, Flags, Floats
from justice_metrics.cases.intake import FILE_STATUSES
from justice_metrics.cases.sampling_log import LoggedFiles
from justice_metrics.cases.sampling_weights import adjusted_weights
from justice_metrics.estimate.missing_bounds import share_bounds
from justice_metrics.estimate.selection import brewer, inclusion_probabilities
from justice_metrics.estimate.survey import DesignCells, linearised_share
from justice_metrics.estimate.survey_cells import DrawnUnits, without_replacement
from justice_metrics.simulate.stations import REPORTS, STATIONS, station_sizes

pytestmark = pytest.mark.prove

DRAWS = 1_200
CODED, LOST, OUT = (FILE_STATUSES.index(one) for one in ("coded", "lost", "not_eligible"))


class Register(NamedTuple):
    """Every file of the Gauteng frame, made up."""

    station: Counts  # (N,)
    in_scope: Flags  # (N,)
    verdict: Flags  # (N,)
    lost: Floats  # (S,) chance of a file of each station to be lost


def register() -> Register:
    """One file in ten is out of scope; where verdicts are rare, files are lost more often."""
    rng = np.random.default_rng(11)
    sizes = station_sizes()
    share = rng.beta(3, 9, STATIONS)
    station = np.repeat(np.arange(STATIONS), sizes)
    in_scope = rng.random(REPORTS) < 0.9
    return Register(station, in_scope, rng.random(REPORTS) < share[station], np.clip(0.6 - 1.6 * share, 0.02, 0.6))


class Drawn(NamedTuple):
    """What one study found."""

    plain: float  # by the weights of the draw
    raised: float
    corrected: tuple[float, float]  # limits
    replaced: tuple[float, float]
    bounds: tuple[float, float]
    outer: tuple[float, float]  # limits around the bounds


def study(made: Register, stations: int, files: int, rng: np.random.Generator) -> Drawn:
    sizes = np.bincount(made.station, minlength=STATIONS)
    chances = inclusion_probabilities(sizes.astype(np.float64), stations)
    taken = np.flatnonzero(brewer(chances, rng.random(STATIONS)))
    first = np.cumsum(sizes) - sizes
    rows = np.concatenate([first[one] + rng.permutation(sizes[one])[:files] for one in taken])
    station = made.station[rows]
    chance = chances[station]
    weight = 1 / (chance * np.minimum(files / sizes[station], 1))
    status = np.where(rng.random(len(rows)) < made.lost[station], LOST, np.where(made.in_scope[rows], CODED, OUT))
    log = LoggedFiles(
        file=("",) * len(rows), status=status, weight=weight, stratum=(), cluster=tuple(map(str, station.tolist())),
        chance=chance, columns={}, source="",
    )  # fmt: skip
    coded, missing = status == CODED, status == LOST
    y = made.verdict[rows].astype(np.int64)
    raised = weight * adjusted_weights(log).factor
    cells = without_replacement(_units(station, chance, raised, y, coded), 1)
    one, other = linearised_share(cells), linearised_share(cells._replace(stages=None))
    low, high = share_bounds(weight @ (y * coded), weight @ coded, weight @ missing)
    # lost files are taken as in scope, without a verdict or with one
    both = coded | missing
    worst = [
        linearised_share(without_replacement(_units(station, chance, weight, np.where(missing, had, y), both), 1))
        for had in (0, 1)
    ]
    return Drawn(
        float(weight @ (y * coded) / (weight @ coded)),
        float(one.estimate[0]),
        (float(one.conf_low[0]), float(one.conf_high[0])),
        (float(other.conf_low[0]), float(other.conf_high[0])),
        (float(low), float(high)),
        (float(worst[0].conf_low[0]), float(worst[1].conf_high[0])),
    )


def _units(station: Counts, chance: Floats, weight: Floats, y: Counts, there: Flags) -> DrawnUnits:
    one = np.ones(int(there.sum()), np.int64)
    zero = np.zeros_like(one)
    return DrawnUnits(zero, zero, station[there], chance[there], weight[there], y[there], one, one)


@pytest.mark.parametrize(("stations", "files"), [(70, 30), (30, 20)])
def test_files_lost_where_verdicts_are_rare(stations: int, files: int) -> None:
    made, rng = register(), np.random.default_rng(stations)
    truth = float(made.verdict[made.in_scope].mean())
    found = [study(made, stations, files, rng) for _ in range(DRAWS)]
    raised, plain = (np.array([getattr(one, name) for one in found]) for name in ("raised", "plain"))
    error = raised.std() / np.sqrt(DRAWS)
    bias, naive = raised.mean() - truth, plain.mean() - truth
    held, wide = (
        float(np.mean([low <= truth <= high for low, high in (getattr(one, name) for one in found)]))
        for name in ("corrected", "replaced")
    )
    widths = [np.mean([np.subtract(*getattr(one, name)[::-1]) for one in found]) for name in ("corrected", "replaced")]
    inside = np.mean([one.bounds[0] <= truth <= one.bounds[1] for one in found])
    within = np.mean([one.outer[0] <= truth <= one.outer[1] for one in found])
    # a ratio of two totals has a small bias of its own
    assert abs(bias) < 3.5 * error + 0.0005
    assert naive > 0.015
    assert 0.935 <= held <= 0.975
    assert wide >= held
    assert widths[0] < 0.95 * widths[1]
    # the bounds are those of the sample: the limits around them hold the truth
    assert inside >= 0.97
    assert within >= 0.999


# size of three courts, and of the many others; courts drawn, files in each, how alike the files of a court are
FEW = {
    "eight": (1_000, 60, 60, 8, 30, 0.15),
    "six": (2_500, 150, 40, 6, 60, 0.2),
    "large": (1_500, 150, 30, 6, 100, 0.2),
}


@pytest.mark.parametrize("design", FEW)
def test_few_courts_by_lot_beside_certain_ones(design: str) -> None:
    """Limits hold the truth though most of the files lie in courts that were certain to be drawn."""
    large, small, others, courts, files, alike = FEW[design]
    sizes = np.array([large] * 3 + [small] * others)
    chances = inclusion_probabilities(sizes.astype(np.float64), courts)
    assert int((chances >= 1).sum()) == 3
    rng = np.random.default_rng(courts * files)
    held, plain = [], []
    for _ in range(DRAWS):
        share = rng.beta(0.3 * (1 - alike) / alike, 0.7 * (1 - alike) / alike, len(sizes))
        there = rng.binomial(sizes, share)
        taken = np.flatnonzero(brewer(chances, rng.random(len(sizes))))
        n = np.minimum(sizes[taken], files)
        y = rng.hypergeometric(there[taken], sizes[taken] - there[taken], n)
        zero = np.zeros(len(taken), np.int64)
        weight = sizes[taken] / n / chances[taken]
        drawn = DrawnUnits(zero, zero, taken, chances[taken], weight, y, n, n)
        cells = without_replacement(drawn, 1)
        truth = there.sum() / sizes.sum()
        for cells_as, hits in ((cells, held), (_all_direct(cells), plain)):
            found = linearised_share(cells_as)
            hits.append(bool(found.conf_low[0] <= truth <= found.conf_high[0]))
    # three to five courts by lot are few; with the degrees of freedom of all files limits hold it more seldom
    assert np.mean(held) > 0.9
    assert np.mean(held) > np.mean(plain) + 0.015


def _all_direct(cells: DesignCells) -> DesignCells:
    """Take every sampling unit for one of the same kind."""
    if cells.stages is None:
        return cells
    return cells._replace(stages=cells.stages._replace(direct=np.ones_like(cells.stages.direct)))
