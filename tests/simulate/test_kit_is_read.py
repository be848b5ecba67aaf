"""The simulated study, taken in as a team would: what is found in the sample is what is true in the register."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.measures.sampling.bounds import lost_file_bounds
from justice_metrics.simulate import perceptions
from justice_metrics.simulate.drawn_files import in_scope
from justice_metrics.simulate.extracts import COHORT, Extract, child_tables
from justice_metrics.simulate.practice import CHANCES, met_share, second_round
from justice_metrics.simulate.study_kit import StudyKit, study_kit

SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def kit(cohort: Extract) -> StudyKit:
    return study_kit(cohort, child_tables(cohort.cases, COHORT.cutoff))


@pytest.fixture(scope="module")
def coded() -> jm.CaseData:
    return jm.read_cases(mapping=SAMPLE / "bolivia_coded_mapping.toml")


def test_the_workbook_reads_back_to_what_was_coded(kit: StudyKit, coded: jm.CaseData) -> None:
    given = kit.coded["case"]
    wanted = ["practice__victim_informed", "practice__statements_taken", "first__charged", "outcome", "language"]
    read = coded.milestones.select("unit_id", *wanted).collect().to_pandas().set_index("unit_id").loc[given["case_id"]]
    told = [None if one == "not_documented" else one for one in given["practice_victim_informed"]]
    assert [None if one != one else one for one in read["practice__victim_informed"]] == told  # noqa: PLR0124 (a gap)
    assert read["practice__statements_taken"].astype(int).tolist() == given["practice_statements_taken"]
    assert read["first__charged"].notna().tolist() == [day is not None for day in given["charged_date"]]
    assert (read["outcome"] == "rejected").tolist() == [one == "rejected" for one in given["outcome"]]
    assert coded.provenance.simulated


def test_intervals_of_the_sample_hold_the_truth_of_the_register(
    kit: StudyKit, cohort: Extract, coded: jm.CaseData
) -> None:
    scope = in_scope(cohort.cases)
    found = jm.practice(coded, items=tuple(CHANCES)).main
    truth = np.array([met_share(kit.practice, item, scope) for item in found["item"]])
    held = (np.array(found["conf_low"]) <= truth) & (truth <= np.array(found["conf_high"]))
    assert held.size == len(CHANCES)
    assert held.sum() >= held.size - 2  # one in twenty misses by chance
    change = jm.practice_change(coded, round="round", items=tuple(CHANCES)).main
    later = second_round(cohort.cases)
    differences = np.array(
        [
            met_share(kit.practice, item, scope & later) - met_share(kit.practice, item, scope & ~later)
            for item in change["item"]
        ]
    )
    held = (np.array(change["conf_low"]) <= differences) & (differences <= np.array(change["conf_high"]))
    assert held.sum() >= held.size - 2
    informed = list(change["item"]).index("victim_informed")
    assert change["conf_low"][informed] > 0, "the greatest change is found"


def test_bounds_for_lost_files_hold_the_share_among_all_that_were_drawn(
    cohort: Extract, kit: StudyKit, coded: jm.CaseData
) -> None:
    row = lost_file_bounds(coded, of="rejected").to_frame().set_index("missing").loc["not_coded"]
    place = kit.sample.place[in_scope(cohort.cases)[kit.sample.place]]
    weight = dict(zip(kit.sample.log["file"], kit.sample.log["weight"], strict=True))
    weights = np.array([weight[cohort.cases["numero_caso"][one]] for one in place])
    rejected = np.array([cohort.cases["forma_conclusion"][one] == "Rechazo de denuncia" for one in place])
    assert row["bound_low"] < weights @ rejected / weights.sum() < row["bound_high"]


def test_means_and_reliability_of_the_survey_are_near_their_truth() -> None:
    survey = jm.read_survey(mapping=SAMPLE / "bolivia_survey.toml")
    people = perceptions.everybody()
    scales = jm.perceptions(survey, by="round").to_frame("scales").set_index(["round", "scale"])
    consistency = jm.reliability(survey).to_frame().set_index("scale")
    for scale in perceptions.SCALES:
        for turn, when in enumerate(perceptions.ROUNDS):
            here = {group: number for (group, one), number in people.items() if one == turn}
            mean = sum(n * perceptions.scale_mean(scale, group, turn) for group, n in here.items()) / sum(here.values())
            # half of what separates people is the same in each scale, so that three means may miss together
            assert abs(scales.loc[(when, scale), "mean"] - mean) < 3 * scales.loc[(when, scale), "std_dev"] / 205**0.5
        row = consistency.loc[scale]
        assert row["conf_low"] < perceptions.true_alpha(scale, people) < row["conf_high"]
