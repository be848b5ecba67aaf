"""Registration delay: the truth is found although recent cases are seen only when quick."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.estimate.proportion import wilson
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
        assert "Groups differ beyond chance (p < 0.001): within 30 days B registers" in told
        assert "trimestre" in answer.plot(language="es").get_xlabel()


class TestGroups:
    """Offices with the same delays: neither a young one nor one of many is called quick."""

    @staticmethod
    def offices(first: dict[str, str], n: int, seed: int, mean: float = 90) -> jm.CaseData:
        rng = np.random.default_rng(seed)
        parts = []
        for office, begin in first.items():
            span = (np.datetime64("2018-04-30") - np.datetime64(begin)).astype(int) + 1
            day = np.datetime64(begin) + rng.integers(0, span, n).astype("timedelta64[D]")
            wait = rng.exponential(mean, n).astype(int).astype("timedelta64[D]")
            parts.append(pd.DataFrame({"day": day, "entered": day + wait, "office": office}))
        frame = pd.concat(parts, ignore_index=True)
        return cases_of(frame[frame["entered"] <= "2018-04-30"].assign(id=lambda one: range(len(one))))

    def test_an_office_that_opened_lately_has_no_shares_and_no_rank(self) -> None:
        cases = self.offices({"old": "2015-06-01", "young": "2018-03-01"}, 800, 3)
        made = registration_delay(cases, recorded="entered", by="office")
        delays = made.to_frame("delays").set_index("office")
        assert delays.loc["young", ["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
        assert set(delays.loc["young", "estimate__status"]) == {"pending"}
        at_30 = delays[delays["day"] == 30].loc["old"]
        assert at_30["conf_low"] < 1 - np.exp(-31 / 90) < at_30["conf_high"]
        assert not any("young" in one.text() for one in made.findings())
        assert any("1 group has too few cases that started 365 days" in one.text() for one in made.notes)

    def test_a_file_shorter_than_the_longest_delay_has_no_shares(self) -> None:
        made = registration_delay(self.offices({"A": "2017-09-01"}, 300, 3), recorded="entered")
        assert made.to_frame("delays")["estimate"].isna().all()

    def test_offices_that_are_alike_are_not_ranked(self) -> None:
        first = {f"office {one}": "2016-01-01" for one in range(10)}
        told = [
            " ".join(one.text() for one in registration_delay(cases, recorded="entered", by="office").findings())
            for cases in (self.offices(first, 80, seed, 40) for seed in range(3))
        ]
        assert all("do not differ beyond chance" in one for one in told)
        assert not any("registers" in one for one in told)

    def test_limits_of_cases_that_are_all_old_are_plain_ones(self) -> None:
        frame = pd.DataFrame(
            {"id": range(40), "day": "2016-01-10", "entered": ["2016-01-12"] * 10 + ["2016-02-25"] * 30, "office": "A"}
        )
        row = registration_delay(cases_of(frame), recorded="entered").to_frame("delays").query("day == 30").iloc[0]
        known = wilson(np.array([10]), np.array([40]))
        assert row[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx([one[0] for one in known])


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
