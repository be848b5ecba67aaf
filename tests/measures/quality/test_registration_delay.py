"""Registration delay: the truth is found although recent cases are seen only when quick."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.measures.quality.registration_delay import RegistrationDelay, registration_delay

MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "day"},
    "attributes": {"entered": {"column": "entered", "type": "date"}, "office": "office"},
}


def cases_of(frame: pd.DataFrame) -> jm.CaseData:
    return jm.CaseData.from_frame(frame, MAPPING)


@pytest.fixture(scope="module")
def answer() -> RegistrationDelay:
    """Office A registers with a mean delay of 20 days, B of 60; what comes after the cut-off is not in the file."""
    rng = np.random.default_rng(2)
    n = 4_000
    office = rng.choice(["A", "B"], n)
    day = np.datetime64("2016-01-01") + rng.integers(0, 850, n).astype("timedelta64[D]")
    wait = rng.exponential(np.where(office == "A", 20, 60)).astype(int).astype("timedelta64[D]")
    frame = pd.DataFrame({"id": range(n), "day": day, "entered": day + wait, "office": office})
    seen = frame[frame["entered"] <= "2018-04-30"]
    return registration_delay(cases_of(seen), recorded="entered", by="office", longest_days=360)


class TestTruth:
    @pytest.mark.parametrize(("office", "mean"), [("A", 20), ("B", 60)])
    def test_share_by_day_allows_for_what_is_not_seen_yet(
        self, answer: RegistrationDelay, office: str, mean: int
    ) -> None:
        found = answer.to_frame("delays").set_index(["office", "day"])
        for day in (7, 30, 90):
            truth = 1 - np.exp(-(day + 1) / mean)
            assert found.loc[(office, day), "estimate"] == pytest.approx(truth, abs=0.03)

    def test_the_naive_share_of_recent_periods_is_too_good_and_not_given(self, answer: RegistrationDelay) -> None:
        main = answer.to_frame()
        mine = main[main["office"] == "B"].set_index("period")
        old, recent = mine.loc["2016-Q1"], mine.loc["2018-Q1"]
        assert recent["soon"] / recent["n"] > old["conf_high"]
        assert np.isnan(recent["estimate"])
        assert (recent["state"], recent["estimate__status"]) == ("immature", "pending")
        assert old["state"] == "complete"

    def test_findings_and_figure(self, answer: RegistrationDelay) -> None:
        told = " ".join(one.text() for one in answer.findings())
        assert "Within 30 days B registers" in told
        assert "trimestre" in answer.plot(language="es").get_xlabel()


class TestByHand:
    def test_counts_and_median(self) -> None:
        frame = pd.DataFrame(
            {
                "id": range(6),
                "day": ["2016-01-10"] * 6,
                "entered": ["2016-01-10", "2016-01-12", "2016-01-20", "2016-03-10", None, "2016-01-01"],
                "office": "A",
            }
        )
        made = registration_delay(cases_of(frame), recorded="entered", within_days=7, longest_days=60, period="year")
        row = made.to_frame().iloc[0]
        assert (row["n"], row["soon"], row["median"], row["state"]) == (4, 2, 2, "few")
        assert [one.n for one in made.provenance.left_out] == [1, 1]


class TestEdges:
    @pytest.mark.parametrize(
        "settings",
        [
            {"recorded": "complaint"},
            {"recorded": "enterd"},
            {"recorded": "entered", "within_days": 90, "longest_days": 30},
            {"recorded": "entered", "by": "ofice"},
        ],
    )
    def test_wrong_settings_are_refused(self, settings: dict[str, Any]) -> None:
        frame = pd.DataFrame({"id": ["a"], "day": ["2016-01-10"], "entered": ["2016-01-12"], "office": ["A"]})
        with pytest.raises(QuestionError):
            registration_delay(cases_of(frame), **settings)

    def test_no_case_with_both_dates_is_refused(self) -> None:
        frame = pd.DataFrame({"id": ["a"], "day": ["2016-01-10"], "entered": ["2016-01-02"], "office": ["A"]})
        with pytest.raises(QuestionError, match="No case has both dates"):
            registration_delay(cases_of(frame), recorded="entered")
