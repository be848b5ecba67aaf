"""What is said of practice rests on cases: neither sums of weights nor items of a few cases pass as them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.measures.practice.association import PracticeAssociation, practice_association
from justice_metrics.measures.practice.change import practice_change
from justice_metrics.measures.practice.practice import Practice, practice
from justice_metrics.measures.practice.units import units_counted

CHECKLIST = jm.read_checklist("child_sexual_assault")
ANSWERS = tuple(one.id for one in CHECKLIST.items if one.kind == "answer" and not (one.applies_to or one.applies_if))


def read(frame: pd.DataFrame, items: tuple[str, ...], **sampling: Any) -> jm.CaseData:
    cases = {"sampling": {"frame": "registered", **sampling}} if sampling else {}
    return jm.CaseData.from_frame(
        frame.assign(id=range(len(frame)), day="2014-01-05", charged="2014-03-05"),
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30", **cases},
            "dates": {"complaint": "day", "charge": "charged", "trial": "tried"},
            "attributes": {"office": "office"},
            "practice": {"checklist": "child_sexual_assault", "items": {one: one for one in items}},
        },
    )


@pytest.fixture(scope="module")
def few() -> jm.CaseData:
    """46 cases that weigh 10 each; four had their rights explained, of which three came to trial."""
    drawn = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "tried": ["2014-09-01"] * 3 + [None] + ["2014-09-01"] * 8 + [None] * 34,
            "w": 10.0,
            "office": ["x"] * 40 + ["y"] * 6,
            "rights_explained": ["sí"] * 4 + ["no"] * 42,
            "private_complaint": drawn.choice(["sí", "no"], 46),
        }
    )
    return read(frame, ("rights_explained", "private_complaint"), weight="w")


@pytest.fixture(scope="module")
def followed(few: jm.CaseData) -> PracticeAssociation:
    return practice_association(few, to="trial")


def test_four_cases_are_not_forty(followed: PracticeAssociation) -> None:
    assert followed.main["met_denominator"][0] == 40
    # one side has four cases, and of the other item no side has thirty
    assert followed.findings() == ()


def test_a_difference_is_at_most_a_hundred_points(followed: PracticeAssociation) -> None:
    low, high = followed.main["conf_low"][0], followed.main["conf_high"][0]
    assert -0.2 < low < 0
    assert followed.main["estimate"][0] < high < 1


def test_weighted_shares_are_said_without_counts(few: jm.CaseData) -> None:
    found = practice(few)
    said = [one.text() for one in found.findings()]
    assert said[0].startswith("Items of practice met: 30.4")
    assert not any("460" in one or "920" in one for one in said)
    assert any(one.startswith("Met least: ") for one in said)


def test_groups_of_few_cases_are_not_ranked(few: jm.CaseData) -> None:
    found = practice(few, by="office")
    assert found.findings() == ()
    assert any("1 group rests on fewer than 30 units" in one.text() for one in found.notes)


@pytest.fixture(scope="module", params=[None, 8.0])
def offices(request: pytest.FixtureRequest) -> Practice:
    """Two offices of 100 cases and two of five, which have as many items as many cases."""
    drawn = np.random.default_rng(4)
    office = np.repeat(list("ABCD"), [100, 100, 5, 5])
    alike = drawn.beta(2, 2, len(office))
    answers = {one: np.where(drawn.random(len(office)) < alike, "sí", "no") for one in ANSWERS}
    frame = pd.DataFrame({"office": office, "tried": None, "w": request.param or 1.0, **answers})
    return practice(read(frame, ANSWERS, **({"weight": "w"} if request.param else {})), by="office")


def test_five_cases_of_many_items_are_five_cases(offices: Practice) -> None:
    (said,) = offices.findings()
    assert "(C)" not in said.text()
    assert "(D)" not in said.text()
    assert "judged in 30 cases or more" in said.text()
    assert any("2 groups rest on fewer than 30 units" in one.text() for one in offices.notes)


def test_cases_of_another_round_are_counted_without_their_weights() -> None:
    frame = pd.DataFrame({"office": list("abc") * 10, "tried": None, "w": 2.5, "rights_explained": ["sí", "no"] * 15})
    found = practice_change(read(frame, ("rights_explained",), weight="w"), round="office", before="a", after="b")
    assert [one.n for one in found.provenance.left_out] == [10]


def test_of_what_is_published_cases_are_counted_too() -> None:
    """Three offices, of which the third has 20 cases that weigh 50."""
    n = 140
    told = np.where(np.arange(n) % 5 < 2, "sí", "no")
    told[120:] = ["sí"] * 12 + ["no"] * 8
    frame = pd.DataFrame(
        {"office": ["x"] * 60 + ["y"] * 60 + ["z"] * 20, "tried": None, "w": 2.5, "rights_explained": told}
    )
    found = practice(read(frame, ("rights_explained",), weight="w"), by="office")
    (shown,) = jm.release([found], jm.DisclosurePolicy(minimum=3, protection=1)).results
    assert units_counted(shown.main, "denominator")[0] == units_counted(found.main, "denominator")[0] == 60
    for one in (found, shown):
        (said,) = one.findings()
        assert "(x)" in said.text()
        assert "(z)" not in said.text()
