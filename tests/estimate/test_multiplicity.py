"""Adjusted p values by hand and against R's p.adjust."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.estimate.multiplicity import benjamini_hochberg, holm
from tests.estimate.curve_counts import answers, equal

families = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@pytest.mark.parametrize("method", [holm, benjamini_hochberg])
def test_equals_p_adjust(method):
    rows = answers("adjusted")
    ours = method([float(row["p"] or "nan") for row in rows])
    assert all(equal(value, row[method.__name__]) for value, row in zip(ours, rows, strict=True))
    assert [bool(np.isnan(value)) for value in ours] == [not row["p"] for row in rows]


def test_by_hand():
    # sorted .01 .02 .04: Holm 3(.01), max(.03, 2(.02)), max(.04, .04); BH 3(.01), min(3/2(.02), .04), .04
    np.testing.assert_allclose(holm([0.04, 0.01, 0.02]), [0.04, 0.03, 0.04], rtol=1e-14)
    np.testing.assert_allclose(benjamini_hochberg([0.04, 0.01, 0.02]), [0.04, 0.03, 0.03], rtol=1e-14)


def test_nothing_and_nothing_but_missing():
    for method in (holm, benjamini_hochberg):
        assert method([]).shape == (0,)
        assert np.isnan(method([np.nan, np.nan])).all()
        np.testing.assert_array_equal(method([np.nan, 0.3]), [np.nan, 0.3])  # one test is no family


@given(families, st.randoms())
def test_order_does_not_matter_and_adjusting_only_raises(p_values, random):
    for method in (holm, benjamini_hochberg):
        once = method(p_values)
        assert (once >= np.asarray(p_values)).all()
        assert (once <= 1).all()
        order = random.sample(range(len(p_values)), len(p_values))
        np.testing.assert_allclose(method([p_values[i] for i in order]), once[order], rtol=1e-14)
    assert (holm(p_values) >= benjamini_hochberg(p_values) - 1e-15).all()
