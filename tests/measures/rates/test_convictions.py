"""Conviction rates and outcome shares, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import ProcedureError, QuestionError
from justice_metrics.base.table import Table
from tests.made_cases import log, wide

# Convicted for good; convicted and under appeal; acquitted; rejected; pending on trial; convicted, then acquitted.
SIX = [
    *(("a", "complaint", 0), ("a", "charged", 10), ("a", "trial", 50), ("a", "convicted", 60)),
    ("a", "final_conviction", 90),
    *(("b", "complaint", 0), ("b", "trial", 50), ("b", "convicted", 70), ("b", "appeal", 80)),
    *(("c", "complaint", 0), ("c", "charged", 10), ("c", "trial", 50), ("c", "acquitted", 60)),
    *(("d", "complaint", 0), ("d", "rejected", 30)),
    *(("e", "complaint", 0), ("e", "charged", 10), ("e", "trial", 20)),
    *(("f", "complaint", 0), ("f", "charged", 10), ("f", "trial", 20), ("f", "convicted", 30), ("f", "trial", 60)),
    ("f", "acquitted", 70),
]


def row(table: Table, key: str, word: str) -> dict[str, Any]:
    place = table[key].tolist().index(word)
    return {one.name: table[one.name][place] for one in table.columns}


class TestConvictionRates:
    def test_each_denominator_by_hand(self) -> None:
        per = ("complaint", "charge", "trial", "verdict", "final_verdict")
        main = jm.conviction_rates(log(SIX), per=per).main
        found = {one: tuple(row(main, "per", one)[k] for k in ("numerator", "denominator", "pending")) for one in per}
        # nobody wrote down the charge of b, whose trial shows it; f was convicted once, and that was set aside
        assert found == {
            "complaint": (2, 6, 1),
            "charge": (2, 5, 1),
            "trial": (2, 5, 1),
            "verdict": (2, 4, 0),
            "final_verdict": (1, 1, 0),
        }
        assert main["estimate"].tolist() == [2 / 6, 2 / 5, 2 / 5, 2 / 4, 1.0]

    def test_convicted_and_pending_have_no_case_in_common(self) -> None:
        main = jm.conviction_rates(log(SIX)).main
        assert (main["numerator"] + main["pending"] <= main["denominator"]).all()

    def test_a_state_is_an_outcome_too(self) -> None:
        main = jm.conviction_rates(log(SIX), per="complaint", outcome="final_conviction").main
        assert (main["numerator"].tolist(), main["pending"].tolist()) == ([1], [2])

    def test_verdicts_that_only_a_role_dates(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "verdict": 100, "outcome": "convicted", "ended": 100},
            {"id": "b", "complaint": 0, "verdict": 120, "outcome": "pending", "ended": None},
            {"id": "c", "complaint": 0, "verdict": None, "outcome": "pending", "ended": None},
        ]
        main = jm.conviction_rates(wide(rows), per=("complaint", "verdict", "final_verdict")).main
        assert main["denominator"].tolist() == [3, 2, 0]
        assert main["numerator"].tolist() == [1, 1, 0]
        assert main["pending"].tolist() == [2, 1, 0]
        assert np.isnan(main["estimate"][2])

    def test_the_labels_of_denominators_differ(self) -> None:
        _, rows = jm.conviction_rates(log(SIX), per=("complaint", "verdict")).main.display("en")
        assert [one[0] for one in rows] == ["complaint", "verdict"]

    def test_the_rate_per_verdict_says_that_most_never_reach_one(self) -> None:
        notes = jm.conviction_rates(log(SIX), per="verdict").notes
        assert any("conditional on a verdict" in str(one) for one in notes)
        assert not any("conditional on" in str(one) for one in jm.conviction_rates(log(SIX), per="charge").notes)

    def test_weights(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "outcome": "convicted", "ended": 9, "weight": 2.5},
            {"id": "b", "complaint": 0, "outcome": "pending", "ended": None, "weight": 1.5},
        ]
        main = jm.conviction_rates(wide(rows), per="complaint").main
        assert (main["numerator"][0], main["denominator"][0], main["estimate"][0]) == (2.5, 4.0, 0.625)
        assert np.isnan([main["conf_low"][0], main["conf_high"][0]]).all()

    def test_words_that_name_nothing(self) -> None:
        with pytest.raises(ProcedureError, match="Did you mean 'complaint'"):
            jm.conviction_rates(log(SIX), per="complain")
        with pytest.raises(QuestionError, match="'court' is not an attribute"):
            jm.conviction_rates(log(SIX), by="court")


class TestOutcomeShares:
    def test_by_hand(self) -> None:
        main = jm.outcome_shares(log(SIX)).main
        assert main["outcome"].tolist() == ["conviction", "acquittal", "rejection", "pending"]
        assert main["numerator"].tolist() == [1, 2, 1, 2]
        assert main["denominator"].tolist() == [6] * 4
        assert main["ended"].tolist() == [4] * 4
        assert main["share_of_ended"].tolist()[:3] == [1 / 4, 2 / 4, 1 / 4]
        assert np.isnan(main["share_of_ended"][3])
        assert main["estimate"].sum() == pytest.approx(1)

    def test_nobody_pending_is_a_row_too(self) -> None:
        main = jm.outcome_shares(wide([{"id": "a", "complaint": 0, "outcome": "rejected", "ended": 1}])).main
        assert dict(zip(main["outcome"].tolist(), main["numerator"].tolist(), strict=True)) == {
            "rejection": 1,
            "pending": 0,
        }

    def test_nobody_ended(self) -> None:
        main = jm.outcome_shares(wide([{"id": "a", "complaint": 0, "outcome": "pending"}])).main
        assert main["outcome"].tolist() == ["pending"]
        assert np.isnan(main["share_of_ended"]).all()

    def test_weights(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "outcome": "convicted", "ended": 9, "weight": 2.5},
            {"id": "b", "complaint": 0, "outcome": "pending", "ended": None, "weight": 1.5},
        ]
        answer = jm.outcome_shares(wide(rows))
        assert answer.main["estimate"].tolist() == [0.625, 0.375]
        assert np.isnan(answer.main["conf_high"]).all()
        assert any("Weighted by the sampling weights" in str(one) for one in answer.notes)

    def test_a_level_that_a_group_lacks_is_zero(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "outcome": "rejected", "sex": "f"},
            {"id": "b", "complaint": 0, "outcome": "convicted", "sex": None},
        ]
        main = jm.outcome_shares(wide(rows), by="sex").main
        cells = zip(main["sex"].tolist(), main["outcome"].tolist(), main["numerator"].tolist(), strict=True)
        assert list(cells) == [
            *(("f", "conviction", 0), ("f", "rejection", 1), ("f", "pending", 0)),
            *(("not_recorded", "conviction", 1), ("not_recorded", "rejection", 0), ("not_recorded", "pending", 0)),
        ]


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
@pytest.mark.parametrize("question", ["attrition", "conviction_rates", "outcome_shares", "cumulative_incidence",
                                      "time_to"])  # fmt: skip
def test_a_level_is_a_share(question: str, level: float) -> None:
    with pytest.raises(QuestionError, match="does not lie between 0 and 1") as error:
        getattr(jm, question)(log(SIX), confidence_level=level)
    assert "Write 95 % as 0.95" in str(error.value)
