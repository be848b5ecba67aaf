"""Sentences on the effect of support: absolute numbers, both directions, and what a next study needs."""

from __future__ import annotations

from typing import Any

import pytest

from justice_metrics.base.language import tr
from justice_metrics.base.table import Column, Table
from justice_metrics.measures.support.effect_words import (
    Between,
    More,
    Of,
    Together,
    base_of,
    basis,
    doubts,
    effect,
    files_needed,
    next_study,
)
from justice_metrics.measures.support.strategies import Strategies, Timing, actor_set, period_words, starting_days

NAN = float("nan")
WORDS = {"verdict": tr("verdict")}


def strategies(**given: Any) -> Strategies:
    settings: dict[str, Any] = {
        "actors": ("lawyer", "psychologist"),
        "needed": "all",
        "within": 90,
        "horizons": (730,),
        "timing": "usual",
        "window": 30,
        "lag": 0,
        "start": tr("complaint"),
        "adjust": ("offence",),
        "milestones": (tr("accusation"),),
        "cluster": tr("court"),
        "clusters": 60,
        "truncate": None,
        "resamples": 500,
        "seed": 1,
        "level": 0.95,
        **given,
    }
    return Strategies(**settings)


def main(difference: float, low: float, high: float, *, one: float = 0.2, events: tuple[int, int] = (80, 300)) -> Table:
    values = {
        "outcome": ["verdict"],
        "days": [730],
        "incidence_started": [one],
        "incidence_not_started": [one - difference],
        "estimate": [difference],
        "conf_low": [low],
        "conf_high": [high],
        "events_started": [events[0]],
        "events_supported": [events[0] - 1],
        "events_not_started": [events[1]],
        "detectable": [(high - low) / 3.92 * 2.8],
    }
    return Table([Column(name, tr("x"), "number", "estimate", "difference") for name in values], values)


class TestEffect:
    def test_the_sentence_of_the_issue(self) -> None:
        said = effect(main(0.09, 0.02, 0.16), 0, strategies(), WORDS)
        assert str(said) == (
            "Of 100 cases supported within 90 days, 9 more would come to verdict within 2 years (interval 2 to 16): 20 "
            "instead of 11 if support did not start by then."
        )

    def test_a_narrow_interval_is_told_of_a_thousand(self) -> None:
        said = str(effect(main(0.031, 0.012, 0.05, one=0.071), 0, strategies(), WORDS))
        assert "Of 1,000 cases" in said
        assert "31 more" in said
        assert "(interval 12 to 50)" in said
        assert "71 instead of 40" in said

    def test_fewer_and_both_directions(self) -> None:
        said = str(effect(main(-0.05, -0.12, 0.02), 0, strategies(), WORDS))
        assert "5 fewer" in said
        assert "(interval 12 fewer to 2 more)" in said

    def test_both_limits_below_zero_have_the_direction_of_the_difference(self) -> None:
        assert Between(-0.16, -0.02, 100).text() == "2 to 16"

    def test_without_an_interval(self) -> None:
        said = str(effect(main(0.09, NAN, NAN), 0, strategies(), WORDS))
        assert "(no interval can be given)" in said
        assert "nan" not in said.lower()

    def test_both_shares_add_up_to_the_difference_as_they_are_written(self) -> None:
        said = str(effect(main(0.0137, -0.008, 0.036, one=0.0264), 0, strategies(), WORDS))
        assert "14 more" in said
        assert "26 instead of 12 " in said  # 26.4 and 12.7

    def test_without_adjustment_it_speaks_of_what_goes_together(self) -> None:
        said = str(effect(main(0.09, 0.02, 0.16), 0, strategies(adjust=(), milestones=()), WORDS))
        assert said.startswith(
            "In the files as they are, of 100 cases supported within 90 days, 9 more came to verdict"
        )
        assert "than of as many others (interval 2 to 16): 20 and 11" in said
        assert "if support" not in said
        assert "not what support does" in said

    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [
            (0.0004, 0.0904, "interval 0.04 to 9)"),
            (-0.0904, -0.0004, "interval 0.04 to 9)"),
            (-0.0004, 0.1, "interval 0.04 fewer to 10 more)"),
            (-0.1, 0.0, "interval 10 fewer to no difference)"),
        ],
    )
    def test_a_limit_that_is_not_nothing_is_not_rounded_to_it(self, low: float, high: float, words: str) -> None:
        of = main((low + high) / 2, low, high)
        said = str(effect(of, 0, strategies(), WORDS)) + str(basis(of, 0))
        assert words in said
        assert "none more" not in said

    def test_nothing_can_be_told(self) -> None:
        assert "cannot be told" in str(effect(main(NAN, NAN, NAN), 0, strategies(), WORDS))


class TestBasis:
    def test_inconclusive_in_words_and_both_directions(self) -> None:
        said = str(basis(main(0.05, -0.03, 0.13, events=(12, 40)), 0))
        assert said.startswith("Inconclusive: neither 3 fewer nor 13 more of 100 can be ruled out")
        assert "add, take away or change nothing" in said
        assert "12 under the first strategy (11 of them with support) and 40 under the second" in said
        assert "difference of 11 of 100" in said

    def test_conclusive(self) -> None:
        said = str(basis(main(0.09, 0.02, 0.16), 0))
        assert said.startswith("The interval does not include zero")
        assert "80 under the first strategy (79 of them with support) and 300 under the second" in said

    def test_one_of_several_comparisons_says_whether_it_stands_among_them(self) -> None:
        of = main(0.09, 0.02, 0.16)
        assert "may be chance (Holm, p = 0.060)" in str(basis(of, 0, together=Together(0.06, 3, 0.95)))
        assert "stands when the 3 comparisons" in str(basis(of, 0, together=Together(0.04, 3, 0.95)))
        assert "Holm" not in str(basis(of, 0, together=Together(0.04, 1, 0.95)))
        assert str(basis(main(0.05, -0.03, 0.13), 0, together=Together(0.9, 3, 0.95))).startswith("Inconclusive")

    def test_a_difference_smaller_than_what_the_data_show_safely(self) -> None:
        said = str(basis(main(0.05, 0.01, 0.09), 0))
        assert "show a difference of 6 of 100 four times in five, and one as small as this less often" in said

    def test_without_adjustment_nothing_is_said_of_what_support_does(self) -> None:
        said = str(basis(main(0.05, -0.03, 0.13), 0, adjusted=False))
        assert "support may" not in said
        assert "more often, less often or as often as others" in said

    def test_a_limit_of_zero_is_inconclusive(self) -> None:
        assert str(basis(main(0.05, 0.0, 0.1), 0)).startswith("Inconclusive")

    def test_without_an_interval_the_numbers_stay(self) -> None:
        assert "80 under the first strategy (79 of them with support) and 300" in str(basis(main(0.05, NAN, NAN), 0))


class TestNextStudy:
    def test_numbers_grow_with_the_square(self) -> None:
        # detectable 2.8 / 3.92 x 0.28 = 0.2: half of it needs four times the files
        (said,) = next_study(main(0.0, -0.14, 0.14), 0, 300)
        assert "1,200 files for a difference of 10 percentage points" in str(said)
        assert "4,800 files for a difference of 5 percentage points" in str(said)
        assert "has 300" in str(said)

    def test_nothing_to_plan_where_nothing_can_be_told(self) -> None:
        assert next_study(main(0.0, NAN, NAN), 0, 300) == ()

    def test_rounded_upwards_to_two_digits(self) -> None:
        assert files_needed(1_234, 0.05, 0.03) == 3_500  # 3,427.8


class TestWords:
    @pytest.mark.parametrize(
        ("days", "words"), [(730, "2 years"), (365, "1 year"), (1, "1 day"), (0, "0 days"), (400, "400 days")]
    )
    def test_periods(self, days: int, words: str) -> None:
        assert str(period_words(days)) == words

    def test_actor_sets(self) -> None:
        three = ("lawyer", "psychologist", "social_worker")
        assert str(actor_set(three, "all")) == str(actor_set(three, 3))
        assert str(actor_set(three, 2)) == "lawyer, psychologist, social worker (at least 2 of them)"
        assert str(actor_set(("lawyer",), "any")) == "lawyer"

    @pytest.mark.parametrize("timing", ["usual", "even", "late"])
    def test_every_timing_has_words(self, timing: Timing) -> None:
        assert "day" in str(starting_days(timing, 90, 30))

    def test_numbers_of_so_many(self) -> None:
        assert base_of(0.05, 0.02) == 100
        assert base_of(0.03, 0.02) == 1_000
        assert base_of(0.05, 0.001) == 1_000
        assert More(0.0001, 100).text() == "none more and none fewer"
        assert Of(0.004, 100).text() == "0.4"
        assert Of(0.004, 100).text("es") == "0,4"
        assert Of(0.0, 100).text() == "0"
        assert Of(0.0996, 100).text() == "10"


class TestDoubts:
    GIVEN = (("simulated", False), ("undated", 0), ("units", 100), ("alone", (0, 0)), ("few_events", False))

    def said(self, of: Strategies | None = None, **given: Any) -> str:
        return "\n".join(str(one) for one in doubts(of or strategies(), **{**dict(self.GIVEN), **given}))

    def test_what_the_weights_rest_on_is_named(self) -> None:
        assert "(offence) and in nothing else" in self.said()
        assert "accusation" in self.said()
        assert "60 clusters (court)" in self.said()

    def test_without_adjustment_the_note_is_strong(self) -> None:
        said = self.said(strategies(adjust=(), milestones=(), cluster=None, clusters=0))
        assert "Do not read it as the effect of support" in said
        assert "No milestone was named" in said
        assert "No cluster was named" in said

    def test_few_clusters_overlap_dates_and_simulation(self) -> None:
        said = self.said(strategies(clusters=12), simulated=True, undated=25, units=75, alone=(2, 14), few_events=True)
        assert "Only 12 clusters" in said
        assert "25 cases (25.0\u00a0%)" in said
        assert "No overlap: in 2 kinds of cases" in said
        assert "14 cases" in said
        assert "simulated" in said
        assert "fewer than 10 cases" in said
