"""A small world as tables: what the library reads out of them is what was simulated."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.emulation import Strategy, emulate
from justice_metrics.measures.support.data import support_data
from justice_metrics.measures.support.effect import support_effect
from justice_metrics.simulate import effect_files
from justice_metrics.simulate.effect_files import files
from justice_metrics.simulate.effect_studies import baseline, study
from justice_metrics.simulate.effect_worlds import ACTORS, MILESTONE


@pytest.fixture(scope="module")
def recorded():
    return study(MILESTONE, np.random.default_rng(4))


@pytest.fixture(scope="module")
def read(recorded):
    made = files(recorded)
    return CaseData.from_frame(pd.DataFrame(made.cases), made.mapping, support=pd.DataFrame(made.support))


def test_the_emulation_of_what_was_read_is_that_of_what_was_simulated(recorded, read):
    data = support_data(
        read, actors=ACTORS, needed="any", adjust=("severity", "tier"), milestones="accusation", cluster="court"
    )
    assert data.histories.units == len(recorded.exit)
    asked = {"outcomes": 2, "horizons": (360, 720)}
    for strategy in (Strategy(180), Strategy(90, "late", 30)):
        through = emulate(data.followed(), data.design.matrix, strategy, **asked)
        direct = emulate(recorded.followed(), baseline(), strategy, **asked)
        np.testing.assert_allclose(through.at_horizons, direct.at_horizons, rtol=1e-8)
        np.testing.assert_allclose(through.model.std_errors, direct.model.std_errors, rtol=1e-6)


def test_the_question_gives_the_same_answer_and_keeps_the_naive_figure_apart(recorded, read):
    effect = support_effect(
        read,
        actors=ACTORS,
        needed="any",
        started_within_days=180,
        horizon_days=(720,),
        adjust=("severity", "tier"),
        milestones=("accusation",),
        cluster="court",
        resamples=20,
    )
    direct = emulate(recorded.followed(), baseline(), Strategy(180), outcomes=2, horizons=(720,))
    answer = effect.to_frame().set_index("outcome")["estimate"]
    assert answer[["verdict", "dismissal"]].tolist() == pytest.approx(direct.difference[:, 0].tolist(), rel=1e-8)
    naive = effect.to_frame("naive")
    verdicts = naive[naive["outcome"] == "verdict"]["estimate"].tolist()
    assert verdicts == sorted(verdicts)
    assert verdicts[-1] - verdicts[0] > 0.4  # in a world in which support does nothing
    assert abs(answer["verdict"]) < 0.06


def test_simulated_is_said(read):
    assert read.provenance.simulated


def test_examples():
    outcome = doctest.testmod(effect_files)
    assert outcome.attempted > 0
    assert outcome.failed == 0
