"""Numbers that may be missing in different ways: sums, ratios and differences carry the reason on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.language import tr
from justice_metrics.base.quantities import STATUS_WORDS, STATUSES, differences, quantity, ratio, sums
from justice_metrics.base.table import Column, Table

KINDS = ["", "under_review", "not_applicable", "pending", "not_available", "suppressed"]


def test_a_true_zero_is_a_number_and_each_kind_of_missing_stays_itself():
    six = quantity([0, 7, 0, 0, 0, 0], KINDS)
    assert six.words() == KINDS
    assert six.known.tolist() == [True, True, False, False, False, False]
    assert six.values[0] == 0


def test_every_status_has_words_of_its_own():
    for language in ("en", "es"):
        words = [STATUS_WORDS[one].text(language) for one in STATUSES if one]
        assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("statuses", "total", "said"),
    [
        (["", ""], 5.0, ""),
        (["", "under_review"], 5.0, "under_review"),
        (["", "not_applicable"], 2.0, ""),
        (["not_applicable", "not_applicable"], None, "not_applicable"),
        (["", "pending"], None, "pending"),
        (["pending", "not_available"], None, "not_available"),
        (["not_available", "suppressed"], None, "suppressed"),
        (["not_applicable", "under_review"], 3.0, "under_review"),
    ],
)
def test_a_sum_is_as_sure_as_its_least_sure_part(statuses, total, said):
    added = sums(quantity([2, 3], statuses), np.zeros(2, np.int64), 1)
    assert added.words() == [said]
    assert (added.values[0] == total) if total is not None else np.isnan(added.values[0])


def test_a_group_without_parts_is_not_available():
    assert sums(quantity([1]), np.array([0]), 2).words() == ["", "not_available"]


def test_nothing_over_nothing_is_not_defined_and_missing_stays_missing():
    over = ratio(
        quantity([0, 3, 3, 0, 0], ["", "", "", "suppressed", ""]),
        quantity([0, 0, 0, 0, 5], ["", "", "pending", "", ""]),
    )
    assert over.words() == ["not_defined", "not_defined", "pending", "suppressed", ""]
    assert over.values[-1] == 0
    assert np.isnan(over.values[:-1]).all()


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(KINDS)), min_size=1, max_size=12), st.integers(0, 12))
def test_sums_do_not_depend_on_how_the_parts_are_split(parts, cut):
    values = quantity([one for one, _ in parts], [kind for _, kind in parts])
    whole = sums(values, np.zeros(len(parts), np.int64), 1)
    groups = (np.arange(len(parts)) >= cut).astype(np.int64)
    halves = sums(values, groups, 2)
    present = [place for place in (0, 1) if (groups == place).any()]
    again = sums(type(values)(halves.values[present], halves.status[present]), np.zeros(len(present), np.int64), 1)
    assert again.words() == whole.words()
    np.testing.assert_array_equal(again.values, whole.values)


@given(st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_a_difference_is_missing_where_either_side_is(one, other):
    gap = differences(quantity([5], [one]), quantity([3], [other]))
    both_known = {one, other} <= {"", "under_review"}
    assert gap.known.tolist() == [both_known]
    assert gap.values[0] == 2 or not both_known


def test_a_table_shows_the_words_in_place_of_the_number_and_beside_one_under_review():
    table = Table(
        (Column("n", tr("units"), "units", "count", "count"),),
        {"n": [3.0, 0.0, np.nan, np.nan]},
        statuses={"n": ["under_review", "", "suppressed", "not_applicable"]},
    )
    assert table.display("en")[1] == [["3 (under review)"], ["0"], ["hidden"], ["not applicable"]]
    assert table.display("es")[1][3] == [STATUS_WORDS["not_applicable"].text("es")]
    assert table.frame_columns()["n__status"].tolist() == ["under_review", "", "suppressed", "not_applicable"]


def test_a_table_without_a_status_has_no_column_for_it():
    plain = Table((Column("n", tr("units"), "units", "count", "count"),), {"n": [3.0]}, statuses={"n": [""]})
    assert list(plain.frame_columns()) == ["n"]


@pytest.mark.parametrize("statuses", [{"m": [""]}, {"n": ["", ""]}, {"n": ["lost"]}])
def test_statuses_must_fit_the_table(statuses):
    with pytest.raises(TypeError):
        Table((Column("n", tr("units"), "units", "count", "count"),), {"n": [3.0]}, statuses=statuses)


def test_a_change_has_a_sign_and_is_no_points():
    column = Column("change", tr("units"), "change", "estimate", "difference")
    assert Table((column,), {"change": [0.043, -0.351, 0.0]}).display("en")[1] == [
        ["+4.3\xa0%"],
        ["-35.1\xa0%"],
        ["0.0\xa0%"],
    ]
