"""Chains of rates, the dark figure, two shares side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.estimate.proportion import wilson
from justice_metrics.estimate.share_contrasts import newcombe_difference


class TestChain:
    def test_counts_that_follow_one_another_have_the_error_of_the_whole(self) -> None:
        steps = [
            {"name": "recorded", "numerator": 145, "denominator": 1000},
            {"name": "charged", "numerator": 11, "denominator": 145},
        ]
        found, alone = jm.rate_chain(steps), jm.rate_chain([{"name": "all", "numerator": 11, "denominator": 1000}])
        assert found.main["conf_low"][1] == pytest.approx(alone.main["conf_low"][0], rel=1e-9)
        assert found.main["share_low"][1] == wilson(np.array([11]), np.array([145])).conf_low[0]

    def test_limits_of_what_is_lost_are_those_of_what_passes(self) -> None:
        found = jm.rate_chain([{"name": "a", "share": 0.3, "std_error": 0.02}, {"name": "b", "share": 0.5, "low": 0.4,
                                                                                  "high": 0.6}])  # fmt: skip
        main, lost = found.main, found.tables["lost"]
        np.testing.assert_allclose(lost["conf_low"], 1 - main["conf_high"])
        np.testing.assert_allclose(main["estimate"] + lost["estimate"], 1)
        assert (main["conf_low"] < main["estimate"]).all()

    def test_published_limits_come_back_for_one_step(self) -> None:
        found = jm.rate_chain([{"name": "a", "share": 0.5, "low": 0.4, "high": 0.6}]).main
        assert (found["conf_low"][0], found["conf_high"][0]) == (pytest.approx(0.4), pytest.approx(0.6))

    def test_a_step_without_an_error_gives_no_interval_to_what_follows(self) -> None:
        found = jm.rate_chain(
            [{"name": "a", "share": 0.5, "std_error": 0.01}, {"name": "b", "share": 0.5}, {"name": "c", "share": 0.5}]
        )
        assert np.isfinite(found.main["conf_low"][0])
        assert np.isnan(found.main["conf_low"][1:]).all()
        assert any("No error is known of: b, c" in str(one) for one in found.notes)

    @pytest.mark.parametrize(
        ("steps", "said"),
        [
            ([], "at least one step"),
            ([{"name": "a", "share": 0.5}, {"name": "a", "share": 0.5}], "a name of its own"),
            ([{"name": "a", "share": 10.4}], "no share between 0 and 1"),
            ([{"name": "a", "share": 0.5, "low": 0.6, "high": 0.7}], "within its limits"),
            ([{"name": "a"}], "needs a share"),
            ([{"name": "a", "share": 0.1, "numerator": 1, "denominator": 10}], "not both"),
            ([{"name": "a", "numerator": 11, "denominator": 10}], "no share between 0 and 1"),
            ([{"name": "a", "share": "10 %"}], "is no number"),
            ([{"name": "a", "shore": 0.1}], "has no 'shore'"),
        ],
    )
    def test_wrong_steps(self, steps: list[dict[str, Any]], said: str) -> None:
        with pytest.raises(QuestionError, match=said):
            jm.rate_chain(steps)


class TestDarkFigure:
    def test_with_its_doubt(self) -> None:
        found = jm.dark_figure(
            reported={"share": 0.104, "low": 0.100, "high": 0.108}, opened={"numerator": 680, "denominator": 1000}
        )
        last = len(found.main) - 1
        assert found.main["estimate"][last] == pytest.approx(1 - 0.104 * 0.68)
        assert found.main["conf_low"][last] < found.main["estimate"][last] < found.main["conf_high"][last]
        assert "were not reported, or no file was opened" in str(found.findings()[0])
        assert "−" not in found.summary()

    def test_reporting_alone(self) -> None:
        assert jm.dark_figure(reported=0.25).main["estimate"].tolist() == [0.75]

    def test_it_says_that_nothing_was_counted(self) -> None:
        assert "as they were published" in jm.dark_figure(reported=0.25).summary()


class TestShareChange:
    def test_with_counts(self) -> None:
        found = jm.share_change(before=(48, 80), after=(56, 70)).main
        known = newcombe_difference(*(np.array([one]) for one in (56, 70, 48, 80)))
        assert (found["estimate"][0], found["conf_low"][0]) == (pytest.approx(0.2), known.conf_low[0])

    def test_from_nothing(self) -> None:
        found = jm.share_change(before=0.0, after=0.1).main
        assert found.statuses["change"] == ("not_defined",)

    @pytest.mark.parametrize("wrong", [83.0, (1, 0), (3, 2), (1, 2, 3)])
    def test_no_shares(self, wrong: Any) -> None:
        with pytest.raises(QuestionError):
            jm.share_change(before=wrong, after=0.5)


class TestNothing:
    def test_nothing_over_nothing_is_not_defined_nor_is_what_follows(self) -> None:
        steps = [{"name": "a", "numerator": 0, "denominator": 10}, {"name": "b", "numerator": 0, "denominator": 0},
                 {"name": "c", "share": 0.5}]  # fmt: skip
        answer = jm.rate_chain(steps)
        assert answer.main.statuses["share"] == ("", "not_defined", "")
        assert answer.main.statuses["estimate"] == ("", "not_defined", "not_defined")
        assert answer.tables["lost"].statuses["estimate"] == ("", "not_defined", "not_defined")
        assert len(answer.findings()) == 1
        assert any("Nobody came to: b" in str(one) for one in answer.notes)
        answer.plot()

    def test_limits_that_were_handed_over_are_not_called_unknown(self) -> None:
        answer = jm.dark_figure(reported={"share": 0.0, "low": 0.0, "high": 0.01}, opened=0.68)
        notes = [str(one) for one in answer.notes]
        assert any("Limits at 0 or 100 % tell no error: reported" in one for one in notes)
        assert not any("No error is known of" in one and "reported" in one for one in notes)
        assert any("No error is known of: file opened" in one for one in notes)
