"""The simulated survey: the same everywhere, and what is called its truth is what the answers tend to."""

from __future__ import annotations

import math

import numpy as np
import pytest

from justice_metrics.simulate.perceptions import (
    ANSWERS,
    CUTS,
    DO_NOT_KNOW,
    GROUPS,
    HEADINGS,
    ITEMS,
    NO_ANSWER,
    ROUNDS,
    SCALES,
    agreeing,
    answer_shares,
    everybody,
    scale_mean,
    steps_of,
    survey_table,
    true_alpha,
)
from justice_metrics.simulate.register import Table


@pytest.fixture(scope="module")
def table() -> Table:
    return survey_table()


def test_the_same_every_time_with_one_row_per_person(table: Table) -> None:
    assert survey_table() == table
    assert list(table) == list(HEADINGS)
    assert len(set(table["cuestionario"])) == len(table["cuestionario"]) == sum(everybody().values())
    asked = list(zip(table["grupo"], table["ronda"], strict=True))
    for (group, turn), number in everybody().items():
        assert asked.count((group, ROUNDS[turn])) == number
    assert min(everybody().values()) < 10, "one group is so small that its answers point to people"


def test_answers_are_words_of_the_questionnaire_and_some_are_missing(table: Table) -> None:
    words = {word for item in ITEMS for word in table[item]}
    assert words == {*ANSWERS, DO_NOT_KNOW, NO_ANSWER}
    cells = [word for item in ITEMS for word in table[item]]
    assert cells.count(NO_ANSWER) / len(cells) == pytest.approx(0.02, abs=0.006)


def test_shares_of_answers_are_those_of_the_truth(table: Table) -> None:
    for item in ITEMS:
        steps = steps_of(table[item])
        there = steps > 0
        chance = np.array(
            [
                agreeing(item, group, ROUNDS.index(turn))
                for group, turn in zip(table["grupo"], table["ronda"], strict=True)
            ]
        )[there]
        z = ((steps[there] >= 4).sum() - chance.sum()) / math.sqrt((chance * (1 - chance)).sum())
        assert abs(z) < 3.5, item
        assert answer_shares(item, "Fiscal", 1).sum() == pytest.approx(1)


def test_an_item_that_nobody_leans_on_is_cut_by_the_normal_distribution() -> None:
    # prosecutors stand at 0 on promptness in the first round, and P14 is 0.1 easier than its cuts
    written = answer_shares("P14", "Fiscal", 0)
    first = 0.5 * (1 + math.erf((CUTS[0] - 0.1) / math.sqrt(2)))
    assert written[0] == pytest.approx(first)
    # P15 is reversed: those who find things prompt disagree with it
    assert answer_shares("P15", "Juez/a", 0)[0] > answer_shares("P15", "Madre, padre o cuidador/a", 0)[0]


def test_reliability_is_that_of_many_people() -> None:
    rng = np.random.default_rng(3)
    n = 60_000
    one = {("Fiscal", 0): 1.0, ("Adolescente", 1): 3.0}
    for place, scale in enumerate(SCALES):
        adolescent = rng.random(n) < 0.75
        middle = np.where(
            adolescent,
            GROUPS["Adolescente"].standing[place] + (0.10, 0.50, 0.0)[place],
            GROUPS["Fiscal"].standing[place],
        )
        factor = middle + rng.standard_normal(n)
        felt = np.array(
            [
                item.ease + item.loading * factor + math.sqrt(1 - item.loading**2) * rng.standard_normal(n)
                for item in ITEMS.values()
                if item.scale == scale
            ]
        )
        covariance = np.cov(np.searchsorted(np.array(CUTS), felt))
        alpha = 5 / 4 * (1 - np.trace(covariance) / covariance.sum())
        assert true_alpha(scale, one) == pytest.approx(alpha, abs=0.006)
    assert [round(true_alpha(scale, everybody()), 2) for scale in SCALES] == [0.85, 0.81, 0.67]


def test_the_change_is_known() -> None:
    change = {scale: scale_mean(scale, "Policía", 1) - scale_mean(scale, "Policía", 0) for scale in SCALES}
    assert change["treatment"] > 0.2
    assert 0 < change["trust"] < 0.2
    assert change["promptness"] == 0
