"""Forty studies of each small world: the honest estimates recover the truth that the naive figures miss.

Support started within 180 days against not; differences of incidence at 720 days. The thresholds were set before the
estimators were written.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from justice_metrics.base.types import Floats
from justice_metrics.estimate.emulation import Emulation, Strategy, emulate
from justice_metrics.estimate.followed import Followed
from justice_metrics.simulate.effect_studies import Recorded, baseline, study
from justice_metrics.simulate.effect_worlds import (
    CONFOUNDED,
    EFFECTIVE,
    MEDIATED,
    MILESTONE,
    RANDOM,
    UNDER_RECORDED,
    EffectWorld,
)
from tests.effect_figures import dated_cox, naive_figures, silent_supported
from tests.effect_truths import HORIZON, NOTHING, TRUTHS, WINDOW, WITHIN

REPLICATES = 40
ODDS, HAZARD = "log odds ratio, closed", "log hazard ratio, ever"
USUAL, LATE = Strategy(WITHIN), Strategy(WITHIN, "late", WINDOW)
LOG_EFFECT = np.log(1.5)


class Found(NamedTuple):
    """Means over studies."""

    naive: dict[str, float]
    dated: Floats  # (3,) log hazard ratio of a verdict: without the milestone, with it; of a dismissal
    emulated: dict[str, Floats]  # (2,) difference in verdicts and dismissals, by way of weighting


def studies(world: EffectWorld) -> list[Recorded]:
    rng = np.random.default_rng(2018)
    return [study(world, rng) for _ in range(REPLICATES)]


def emulation(followed: Followed, design: Floats, strategy: Strategy = USUAL) -> Emulation:
    return emulate(followed, design, strategy, outcomes=2, horizons=(HORIZON,))


def difference(followed: Followed, design: Floats, strategy: Strategy = USUAL) -> Floats:
    return emulation(followed, design, strategy).difference[:, 0]


@cache
def found(world: EffectWorld) -> Found:
    naive, dated, emulated = [], [], []
    for recorded in studies(world):
        naive.append(naive_figures(recorded))
        fits = (
            dated_cox(recorded, by_court=True),
            dated_cox(recorded, by_court=True, milestone=True),
            dated_cox(recorded, outcome=2),
        )
        dated.append([fit.coefficients[0] for fit in fits])
        whole, plain = recorded.followed(), recorded.followed(milestone=False)
        usual = emulation(whole, baseline())
        emulated.append(
            {
                "usual": usual.difference[:, 0],
                "late": difference(whole, baseline(), LATE),
                "no milestone": difference(plain, baseline()),
                "no severity": difference(whole, baseline()[:, 1:]),
                "not weighted": usual.unweighted_at_horizons[0, :, 0] - usual.unweighted_at_horizons[1, :, 0],
            }
        )
    return Found(
        {name: float(np.mean([one[name] for one in naive])) for name in naive[0]},
        np.mean(dated, axis=0),
        {name: np.mean([one[name] for one in emulated], axis=0) for name in emulated[0]},
    )


def test_world_1_support_by_chance_that_does_nothing():
    here = found(RANDOM)
    assert abs(here.dated[0]) < 0.06
    assert here.naive[HAZARD] < -0.8
    assert here.naive[ODDS] > 1.0
    assert np.abs(here.emulated["usual"]).max() < 0.02
    assert np.abs(here.emulated["late"]).max() < 0.02


def test_world_2_the_severe_are_supported_and_support_does_nothing():
    here = found(CONFOUNDED)
    assert abs(here.dated[0]) < 0.06
    assert abs(here.dated[2]) < 0.06
    assert np.abs(here.emulated["usual"]).max() < 0.02
    assert np.abs(here.emulated["late"]).max() < 0.02
    assert here.emulated["not weighted"][0] > 0.03
    assert here.emulated["no severity"][0] > 0.02
    assert here.naive[HAZARD] < -0.8
    assert here.naive[ODDS] > 1.0


def test_world_3_support_works():
    here = found(EFFECTIVE)
    assert here.dated[0] == pytest.approx(LOG_EFFECT, abs=0.06)
    assert here.emulated["late"][0] == pytest.approx(0.0364, abs=0.02)
    for timing in ("usual", "late"):
        assert here.emulated[timing] == pytest.approx(TRUTHS[EFFECTIVE, timing], abs=0.02)
    assert here.emulated["usual"][0] > 0.02  # it is not nought, either
    assert here.naive[HAZARD] < 0  # the wrong sign
    assert here.naive["incidence of verdicts"] > 0.2  # six times the truth
    assert here.emulated["not weighted"][0] > 0.07


def test_world_4_the_accusation_attracts_support_and_hastens_the_verdict():
    here = found(MILESTONE)
    assert here.dated[0] > 0.15
    assert abs(here.dated[1]) < 0.06
    assert np.abs(here.emulated["usual"]).max() < 0.02
    assert here.emulated["no milestone"][0] > here.emulated["usual"][0] + 0.01
    assert here.naive[HAZARD] < -0.8
    assert here.naive[ODDS] > 1.0


def test_world_5_the_total_effect_and_the_direct_one():
    here = found(MEDIATED)
    assert here.emulated["usual"] == pytest.approx(TRUTHS[MEDIATED, "usual"], abs=0.02)
    assert here.emulated["usual"][0] > 0.02
    assert abs(here.dated[1]) < 0.06  # with the accusation in the model nothing is left: the direct effect is none
    assert here.dated[0] > 0.3  # without it, what the accusation attracts is taken for an effect
    assert here.naive[HAZARD] < -0.5
    assert here.naive["incidence of verdicts"] > 0.2


def test_world_6_what_the_files_do_not_tell():
    """Support does nothing; the estimate says that it does; the truth lies between the two extremes."""
    here = found(UNDER_RECORDED)
    assert here.dated[2] < -0.1  # supported files seem to be dismissed less often
    assert 0.01 < here.emulated["usual"][0] < 0.03
    assert here.emulated["usual"][1] < -0.015
    rng = np.random.default_rng(6)
    others = (silent_supported(one, rng, 1.0) for one in studies(UNDER_RECORDED)[: REPLICATES // 2])
    extremes = [difference(one.followed(), baseline()) for one in others]
    opposite = np.mean(extremes, axis=0)
    assert opposite[0] < NOTHING[0] < here.emulated["usual"][0]
    assert opposite[1] > NOTHING[1] > here.emulated["usual"][1]
    assert here.naive[HAZARD] < -0.8
    assert here.naive[ODDS] > 1.0
