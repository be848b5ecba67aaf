"""Hazard ratios of support in simulated worlds of which the truth is known, asked of case files as a user would."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.hazards import SupportHazards, support_hazards
from justice_metrics.simulate.effect_files import files
from justice_metrics.simulate.effect_studies import Recorded, study
from justice_metrics.simulate.effect_worlds import (
    ACTORS,
    CONFOUNDED,
    EFFECTIVE,
    MEDIATED,
    MILESTONE,
    RANDOM,
    EffectWorld,
)
from tests.effect_figures import dated_cox

WORLDS: dict[str, EffectWorld] = {
    "random": RANDOM, "confounded": CONFOUNDED, "effective": EFFECTIVE, "milestone": MILESTONE, "mediated": MEDIATED
}  # fmt: skip
# One large study for each world. That forty small ones have the right mean is tested where the worlds are.
LARGE: dict[str, Any] = {"cases": 20_000, "courts": 200}


@cache
def recorded(world: str) -> Recorded:
    return study(WORLDS[world].but(**LARGE), np.random.default_rng(20_261_122))


@cache
def cases(world: str) -> CaseData:
    made = files(recorded(world))
    return CaseData.from_frame(pd.DataFrame(made.cases), dict(made.mapping), support=pd.DataFrame(made.support))


@cache
def asked(
    world: str, *, adjusted: bool = True, milestones: tuple[str, ...] = (), number: bool = False
) -> SupportHazards:
    return support_hazards(
        cases(world),
        actors=ACTORS,
        needed="any",
        model=("set", "number") if number else "set",
        outcome=("verdict", "dismissal"),
        adjust=("severity", "tier") if adjusted else (),
        milestones=milestones,
        strata="court" if adjusted else (),
        cluster="court",
        lag_days=(0,),
    )


def log_ratio(answer: SupportHazards, outcome: str = "verdict") -> float:
    own = answer.tables["coefficients"]
    at = (own["model"] == "set") & (own["outcome"] == outcome)
    return float(own["estimate"][at][0])


def off(answer: SupportHazards, truth: float = 1.0, outcome: str = "verdict") -> float:
    """Return how far a ratio lies from the truth, in its own errors, which must be small."""
    own = answer.tables["coefficients"]
    error = float(own["std_error"][(own["model"] == "set") & (own["outcome"] == outcome)][0])
    assert error < 0.04
    return abs(log_ratio(answer, outcome) - float(np.log(truth))) / error


def naive(answer: SupportHazards, column: str, outcome: str = "verdict") -> float:
    own = answer.tables["naive"]
    at = (own["model"] == "set") & (own["outcome"] == outcome) & (own["level"] == "started")
    return float(np.log(own[column][at][0]))


@pytest.mark.parametrize("world", ["random", "milestone"])
@pytest.mark.parametrize("milestones", [(), ("accusation",)])
def test_it_is_the_model_on_rows_split_by_other_code(world: str, milestones: tuple[str, ...]) -> None:
    answer = asked(world, milestones=milestones)
    for code, outcome in enumerate(("verdict", "dismissal"), start=1):
        other = dated_cox(recorded(world), milestone=bool(milestones), by_court=True, outcome=code)
        assert log_ratio(answer, outcome) == pytest.approx(float(other.coefficients[0]), rel=1e-8, abs=1e-10)


class TestWhereSupportDoesNothing:
    def test_the_dated_ratio_is_1_and_the_naive_one_is_not(self) -> None:
        answer = asked("random", number=True)
        assert off(answer) < 3
        assert off(answer, outcome="dismissal") < 3
        assert naive(answer, "estimate") < -0.8  # as if support made verdicts slow …
        assert naive(answer, "odds_ratio") > 0.8  # … and likely

    def test_no_number_of_actors_does_anything(self) -> None:
        frame = asked("random", number=True).to_frame()
        own = frame[(frame["model"] == "number") & (frame["outcome"] == "verdict")]
        assert own["level"].tolist() == ["0", "1", "2", "3"]
        assert np.abs(np.log(own["estimate"])).max() < 0.15
        tests = asked("random", number=True).to_frame("tests")
        assert (tests[tests["test"] == "no_difference"]["p_value"] > 0.01).all()

    def test_cases_that_draw_support_differ_until_they_are_made_alike(self) -> None:
        assert log_ratio(asked("confounded", adjusted=False)) > 0.15
        assert off(asked("confounded")) < 3

    def test_a_stage_that_draws_support_and_hastens_the_verdict(self) -> None:
        without, with_it = asked("milestone"), asked("milestone", milestones=("accusation",))
        assert log_ratio(without) > 0.15
        assert off(with_it) < 3
        assert any("No milestone is taken into account" in one.text() for one in without.notes)


def test_support_that_hastens_the_verdict_is_found() -> None:
    answer = asked("effective")
    assert off(answer, 1.5) < 3
    assert off(answer, outcome="dismissal") < 3
    assert naive(answer, "estimate") < 0  # of the wrong sign
    assert "Faster." in answer.findings()[1].text()


def test_support_that_brings_the_accusation_about_has_no_direct_effect() -> None:
    """At the same accusation nothing is left of an effect that passes through it all: the answer must say so."""
    answer = asked("mediated", milestones=("accusation",))
    assert off(answer) < 3
    assert log_ratio(asked("mediated")) > 0.3
    assert set(answer.main["reading"].tolist()) == {"direct"}
    headline = answer.headline()
    assert headline is not None
    assert "direct effect at best" in headline.text()
