"""The simulated sample: it comes from its frame with the chances that it states, and every file has a fate."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from justice_metrics.cases.sampling_list import DRAWN_COLUMNS
from justice_metrics.simulate.drawn_files import (
    COURTS_DRAWN,
    FILES_PER_COURT,
    Drawn,
    drawn_files,
    fates,
    in_scope,
)
from justice_metrics.simulate.extracts import Extract
from justice_metrics.simulate.register import OUTCOMES


@pytest.fixture(scope="module")
def sample(cohort: Extract) -> Drawn:
    return drawn_files(cohort.cases)


def test_the_frame_is_the_register(cohort: Extract, sample: Drawn) -> None:
    counted = Counter(zip(cohort.cases["departamento"], cohort.cases["juzgado"], strict=True))
    frame = zip(sample.frame["stratum"], sample.frame["cluster"], sample.frame["files"], strict=True)
    assert {(stratum, cluster): files for stratum, cluster, files in frame} == counted


def test_as_many_courts_and_files_are_drawn_as_was_planned(cohort: Extract, sample: Drawn) -> None:
    log = sample.log
    assert tuple(log) == DRAWN_COLUMNS
    assert len(set(log["file"])) == len(log["file"]) == sample.place.size
    pairs = Counter(zip(log["stratum"], log["cluster"], strict=True))
    assert Counter(stratum for stratum, _ in pairs) == COURTS_DRAWN
    sizes = dict(zip(log["cluster"], log["files_in_cluster"], strict=True))
    assert all(number == min(FILES_PER_COURT, sizes[court]) for (_, court), number in pairs.items())
    assert [cohort.cases["numero_caso"][row] for row in sample.place] == log["file"]
    assert [cohort.cases["juzgado"][row] for row in sample.place] == log["cluster"]


def test_chances_are_those_of_the_design_and_weights_give_the_register_back(sample: Drawn) -> None:
    log = {name: np.array(values) for name, values in sample.log.items()}
    for stratum, courts in COURTS_DRAWN.items():
        here = log["stratum"] == stratum
        files = sum(n for n, one in zip(sample.frame["files"], sample.frame["stratum"], strict=True) if one == stratum)
        assert log["cluster_probability"][here] == pytest.approx(courts * log["files_in_cluster"][here] / files)
        # a sample of equal numbers from courts drawn by size weighs itself, so the files are given back exactly
        assert log["weight"][here].sum() == pytest.approx(files)
    product = log["cluster_probability"].astype(float) * log["file_probability"].astype(float)
    assert log["weight"].astype(float) == pytest.approx(1 / product)
    assert log["cluster_probability"].max() < 1


def test_more_files_of_rejected_complaints_are_lost(cohort: Extract, sample: Drawn) -> None:
    fate = np.array(fates(cohort.cases))
    rejected = np.array(cohort.cases["forma_conclusion"]) == OUTCOMES["rejected"]
    assert (fate[rejected] == "lost").mean() > 1.5 * (fate[~rejected] == "lost").mean() > 0
    assert (fate == "not_eligible").sum() <= (~in_scope(cohort.cases)).sum() < 40
    assert sample.log["status"] == fate[sample.place].tolist()
    assert set(sample.log["status"]) == {"coded", "lost", "sealed", "not_eligible", "eligible"}
    assert 280 <= sample.coded.size <= 320
