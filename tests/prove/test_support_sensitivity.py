"""How often the interval of an imputed support effect holds the truth, when dates of support are lost by the ending.

Studies of 2,000 cases in 30 courts in which support does nothing and severity and the court decide about it (world 2 of
:mod:`justice_metrics.simulate.effect_worlds`). In 60 % of the supported cases dismissed within five months, and in 15 %
of the others, the day of support is missing. Six imputations with 12 resamples of courts each. Rule: the mean is within
0.01 of the truth, and the interval is accepted when 95 % lies inside the exact 99 % binomial interval of the observed
coverage. What comes of leaving these cases out is printed beside it. The seed was chosen before the first run and
stays.

Observed with this seed, 1,000 studies: imputed, bias -0.0008, spread 0.0213, mean standard error 0.0221, coverage
95.8 % (99 % interval 93.9 to 97.3 %); left out, bias +0.0274, coverage 77.7 %.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.stats import binomtest

from justice_metrics.base.types import Counts, Floats
from justice_metrics.estimate.emulation import Strategy, emulate
from justice_metrics.estimate.emulation_resamples import intervals, resample
from justice_metrics.estimate.followed import NEVER, Followed
from justice_metrics.estimate.imputation import Starts, imputed_days
from justice_metrics.estimate.pooling import pooled
from justice_metrics.simulate.effect_studies import DISMISSAL, baseline, study
from justice_metrics.simulate.effect_worlds import CONFOUNDED

pytestmark = pytest.mark.prove

STUDIES, SEED = 1_000, 77
WITHIN, HORIZON, IMPUTATIONS, EACH = 180, 720, 6, 12


def compared(cases: Followed, resamples: int, seed: int) -> tuple[float, float, float, float]:
    """Difference in verdicts, its standard error and its limits."""
    design, strategy = baseline(), Strategy(WITHIN)
    found = emulate(cases, design, strategy, outcomes=2, horizons=[HORIZON])
    drawn = resample(
        cases, design, strategy, outcomes=2, horizons=[HORIZON], resamples=resamples, seed=seed, errors=False
    )
    limits = intervals(found, drawn).difference
    estimate, error, low, high = (float(one[0, 0]) for one in limits[:4])
    return estimate, error, low, high


def filled(cases: Followed, lost: np.ndarray, seed: int) -> Counts:
    """Imputed days of the lost ones, by attributes, ending and fifth of the time of ending."""
    latest = np.maximum(cases.exit - (cases.code > 0), 0)
    cuts = np.quantile(latest, [0.2, 0.4, 0.6, 0.8])
    age = np.searchsorted(cuts, latest)
    kinds, kind = np.unique(np.column_stack([cases.pattern, cases.code, age]), axis=0, return_inverse=True)
    typical = np.array([latest[age == one].mean() for one in range(5)]) / 365
    columns = np.column_stack(
        [baseline()[kinds[:, 0]], kinds[:, 1, None] == np.arange(1, 3), typical[kinds[:, 2]]]
    ).astype(np.float64)
    known = Starts(latest[~lost], cases.start[~lost], kind.ravel()[~lost], cases.mass[~lost], cases.cluster[~lost])
    return imputed_days(known, columns, kind.ravel()[lost], latest[lost], imputations=IMPUTATIONS, seed=seed)


def examine(number: int) -> tuple[float, bool, float, float, bool]:
    """Complete cases: estimate, truth held; imputed: estimate, standard error, truth held."""
    rng = np.random.default_rng((SEED, number))
    recorded = study(CONFOUNDED, rng)
    cases = recorded.followed()
    early = (recorded.code == DISMISSAL) & (recorded.exit < 150)
    lost = (cases.start < NEVER) & (rng.random(len(cases.start)) < np.where(early, 0.6, 0.15))
    complete = Followed(*(None if one is None else one[~lost] for one in cases))
    without = compared(complete, IMPUTATIONS * EACH, number)
    answers = []
    for place, days in enumerate(filled(cases, lost, number)):
        start = cases.start.copy()
        start[lost] = days
        answers.append(compared(cases._replace(start=start), EACH, number * 100 + place)[:2])
    estimates, errors = np.array(answers).T
    pool = pooled(estimates, errors**2, complete_df=CONFOUNDED.courts - 1)
    held = bool(pool.conf_low <= 0 <= pool.conf_high)
    return without[0], without[2] <= 0 <= without[3], float(pool.estimate), float(pool.std_error), held


def reported(found: Floats) -> tuple[float, bool]:
    """Print what was found; return the bias of the imputed difference and whether its coverage is accepted."""
    complete, held_complete, imputed, error, held = found.T
    limits = binomtest(int(held.sum()), len(held)).proportion_ci(0.99, method="exact")
    sys.stdout.write(
        f"{len(found)} studies: left out, bias {complete.mean():+.4f}, coverage {held_complete.mean():.1%}; imputed, "
        f"bias {imputed.mean():+.4f}, spread {imputed.std(ddof=1):.4f}, mean standard error {error.mean():.4f}, "
        f"coverage {held.mean():.1%} ({limits.low:.1%} to {limits.high:.1%})\n"
    )
    return float(imputed.mean()), bool(limits.low <= 0.95 <= limits.high)


def test_an_imputed_difference_holds_the_truth() -> None:
    found = np.array([examine(number) for number in range(STUDIES)], dtype=np.float64)
    bias, accepted = reported(found)
    assert abs(bias) < 0.01
    assert accepted
    assert found[:, 0].mean() > 0.015  # what leaving them out does
