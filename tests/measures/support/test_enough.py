"""Which differences rest on enough supported cases, and what is said of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.language import tr
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.support.enough import Starters, followed_notes, starter_notes, why_not
from tests.made_cases import wide
from tests.support_cases import ROWS, SPELLS, asked, made, many


def cut_down(kept: int) -> CaseData:
    """Return the 240 cases with support in so many of them."""
    rows, support = made()
    ended_early = {row["id"] for row in rows if row["outcome"] == "rejected" and row["ended"] < 60}
    able = list(dict.fromkeys(one for one, *_ in support if one not in ended_early))
    chosen = set(able[:kept])
    return wide(rows, support=[one for one in support if one[0] in chosen])


def words(of: Any) -> str:
    return "\n".join(str(one) for one in of)


class TestEffectOfFew:
    @pytest.mark.parametrize("kept", [1, 4, 19])
    def test_nothing_is_told_of_fewer_than_twenty_supported_cases(self, kept: int) -> None:
        answer = asked(cut_down(kept), adjust="area", resamples=60)
        for name in ("conf_low", "conf_high", "detectable"):
            assert np.isnan(answer.main[name]).all(), name
        for name in ("conf_low", "conf_high", "std_error", "p_value", "p_holm"):
            assert np.isnan(answer.tables["ratios"][name]).all(), name
        assert np.isnan(answer.tables["strategies"]["std_error"]).all()
        said, headline = words(answer.findings()), str(answer.headline())
        assert "cannot tell" in headline
        assert f"in {kept} case" in headline
        for claim in ("more would", "fewer would", "include zero", "Inconclusive", "files for"):
            assert claim not in said + headline
        assert "with support)" in said
        answer.plot()
        for view in answer.views:
            answer.draw(view)

    def test_cases_that_ended_unsupported_in_the_period_are_no_starters(self) -> None:
        answer = asked(cut_down(4), adjust="area")
        flow = answer.tables["flow"]
        beyond = dict(zip(flow["step"], flow["started"], strict=True))["beyond"]
        assert answer.parts[0].starters.cases == beyond == 4
        of_rejection = answer.main["outcome"] == "rejection"
        assert answer.main["events_started"][of_rejection][0] > answer.main["events_supported"][of_rejection][0]

    def test_from_twenty_on_with_a_note_below_fifty(self) -> None:
        answer = asked(cut_down(20), adjust="area", resamples=60)
        assert np.isfinite(answer.main["conf_low"]).any()
        assert "in 20 cases only" in words(answer.notes)

    def test_in_fewer_than_five_courts(self) -> None:
        rows, support = made()  # every third case is supported
        of_courts = [{**row, "court": f"court {int(row['id']) % 12}"} for row in rows]
        answer = asked(wide(of_courts, support=support), adjust="area", cluster="court")
        assert answer.parts[0].starters.cases >= 20
        assert np.isnan(answer.main["conf_low"]).all()
        assert "lie in 4 clusters" in str(answer.headline())

    def test_few_resamples_are_said(self) -> None:
        assert "Only 20 resamples" in words(asked(many(), adjust="area").notes)
        assert "resamples were drawn" not in words(asked(many(), adjust="area", resamples=50).notes)


class TestWhyNot:
    @pytest.mark.parametrize(
        ("starters", "said"),
        [
            (Starters(19, None, 500, 500), "in 19 cases only"),
            (Starters(40, 4, 500, 500), "lie in 4 clusters"),
            (Starters(40, 12, 474, 500), "resamples support started within 90 days in no case"),
        ],
    )
    def test_reasons(self, starters: Starters, said: str) -> None:
        assert not starters.enough
        assert said in str(why_not(starters, 90))
        assert "no interval" in words(starter_notes(starters, 90))

    def test_enough(self) -> None:
        assert Starters(20, 5, 475, 500).enough
        assert "In 25 resamples of 500" in words(starter_notes(Starters(20, 5, 475, 500), 90))
        assert starter_notes(Starters(50, None, 500, 500), 90) == ()


class TestHorizons:
    def test_beyond_all_follow_up_is_refused(self) -> None:
        with pytest.raises(QuestionError, match="Nobody is followed to day 1,001 under 'not within 30 days'") as found:
            asked(horizon_days=(365, 1_001))
        assert "up to 1,000" in str(found.value)

    def test_where_all_ended_there_is_nobody_to_follow(self) -> None:
        ended = wide([row for row in ROWS if row["outcome"] != "pending"], support=SPELLS)
        assert asked(ended, horizon_days=(5_000,)).main["incidence_started"].sum() == pytest.approx(1)

    def test_one_last_ending_is_not_all(self) -> None:
        """Under the first strategy the case seen longest ends; others were open when they were last seen."""
        rows = [{**row, "complaint": 700 if row["id"] == "a" else 0} for row in ROWS]
        rows[0] |= {"outcome": "pending", "ended": None}
        later = [(one, who, day + 700 if one == "a" else day, last) for one, who, day, last in SPELLS]
        with pytest.raises(QuestionError, match="Nobody is followed to day 365 under 'support within 30 days'"):
            asked(wide(rows, support=later))

    def test_victims_who_stay_are_not_told_beyond_the_last_one_seen(self) -> None:
        answer = jm.reliance(jm.sample_cases(), days=(365, 9_000))
        of_all = answer.main["among"] == "all"
        assert np.isfinite(answer.main["estimate"][of_all]).tolist() == [True, False]
        assert "9,000" not in words(answer.findings())

    def test_few_followed_are_said(self) -> None:
        arms = {"started": tr("supported"), "not_started": tr("not supported")}
        notes = followed_notes({365: (30, 40), 730: (3, -1)}, arms)
        assert words(notes).startswith("Only 3 cases are followed to day 730 under 'supported'")
        assert len(notes) == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"lag_days": -30}, "cannot count -30 days after"),
            ({"lag_days": 10.5}, r"cannot count 10\.5 days after"),
            ({"lag_days": True}, "cannot count True"),
            ({"started_within_days": 30.5}, r"30\.5 is no whole number"),
            ({"started_within_days": True}, "True is no whole number"),
            ({"horizon_days": (365.5,)}, r"365\.5 is no whole number"),
            ({"milestones": "verdict"}, "is an outcome that is asked about"),
            ({"milestones": "complaint"}, "is the start itself"),
        ],
    )
    def test_what_makes_no_sense(self, given: dict[str, Any], said: str) -> None:
        with pytest.raises(QuestionError, match=said):
            asked(**given)

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"lag_days": -1}, "cannot count -1 days"),
            ({"started_within_days": 90.5}, "no whole number"),
            ({"days": (365, 9_000)}, "Nobody is followed to day 9,000"),
        ],
    )
    def test_the_same_of_victims_who_stay(self, given: dict[str, Any], said: str) -> None:
        with pytest.raises(QuestionError, match=said):
            jm.reliance_by_support(jm.sample_cases(), actors="lawyer", resamples=5, **given)


class TestMissing:
    def test_a_level_that_is_not_known_is_said_to_stay(self) -> None:
        rows, support = made()
        for row in rows[:15]:
            row["area"] = None
        answer = asked(wide(rows, support=support), adjust="area")
        assert "Not known of 15 cases: urban or rural. They stay" in words(answer.notes)


def test_of_victims_too_few_supported_tell_nothing() -> None:
    answer = jm.reliance_by_support(
        jm.sample_cases(), actors=("lawyer", "psychologist", "social_worker"), needed="all",
        days=(365,), started_within_days=2, resamples=5,
    )  # fmt: skip
    assert answer.part.starters.cases < 20
    assert np.isnan(answer.main["conf_low"]).all()
    assert "cannot tell whether victims stay" in words(answer.findings())


def test_support_presence_tells_the_last_day_that_was_followed() -> None:
    answer = jm.support_presence(jm.sample_cases(), actors="lawyer", horizon_days=(365, 9_000, 20_000))
    assert "by day 365" in words(answer.findings())


def test_supported_cases_without_a_date_are_not_left_out_in_silence() -> None:
    # Only supported cases are left out for want of a date, so what remains has too few of them even by pure chance.
    few = Starters(200, 30, 500, 500, undated=10, supported=300)
    many = few._replace(undated=100)
    assert few.enough
    assert not many.enough
    assert why_not(few, 90) is None
    assert words((why_not(many, 90),)).startswith(
        "100 supported cases, 25.0\N{NO-BREAK SPACE}% of all that were supported"
    )
    assert "no interval, p value or number of files" in words(starter_notes(many, 90))
