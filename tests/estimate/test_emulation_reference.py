"""The emulation against R: glm() for the starts, survfit() of clones written out day by day (make_emulation.R)."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.emulation import ARMS, NEVER, Followed, Strategy, emulate
from tests.estimate.conftest import read_rows

SETS = {"heart": (30, [0, 1], 10, 365), "drawn": (20, [0, 1, 3, 4, 6, 7, 10, 12, 14], 7, 60)}


def cases_of(name):
    rows = read_rows(f"emulation_cases_{name}")

    def column(key):
        return np.array([float(row[key] or NEVER) for row in rows])

    n = len(rows)
    milestones = np.stack([column("m1"), column("m2")], axis=1).astype(np.int64)
    days = [column(key).astype(np.int64) for key in ("exit", "code", "start")]
    return (
        Followed(*days, milestones, np.arange(n), column("cluster").astype(np.int64), column("weight")),
        np.stack([column("x1"), column("x2")], axis=1),
    )


@pytest.fixture(scope="module")
def expected():
    return read_rows("emulation_expected")


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("timing", ["usual", "even", "late"])
def test_curves_are_those_of_r(name, timing, expected):
    g, firsts, window, last = SETS[name]
    followed, design = cases_of(name)
    found = emulate(followed, design, Strategy(g, timing, window), outcomes=int(followed.code.max()), horizons=[last])
    assert found.model.firsts.tolist() == firsts
    read = 0
    for row in expected:
        if (row["set"], row["timing"]) == (name, timing):
            arm, day = ARMS.index(row["arm"]), int(row["day"])
            own = (
                found.weighted_at_risk[arm, day]
                if row["quantity"] == "at_risk"
                else found.incidence[arm, int(row["code"]) - 1, day]
            )
            assert own == pytest.approx(float(row["value"]), rel=1e-8, abs=1e-11)
            read += 1
    assert read == 13 * 2 * (1 + followed.code.max())


@pytest.mark.parametrize("name", SETS)
def test_the_start_model_is_that_of_r(name, expected):
    followed, design = cases_of(name)
    model = emulate(followed, design, Strategy(SETS[name][0]), outcomes=int(followed.code.max()), horizons=[9]).model
    theirs = [float(row["value"]) for row in expected if (row["set"], row["quantity"]) == (name, "coefficient")]
    np.testing.assert_allclose(model.coefficients[: len(theirs)], theirs, rtol=1e-8)
    # nobody in the transplant data has a milestone
    assert (model.coefficients[len(theirs) :] == 0).all()
    assert len(theirs) == (2 if name == "heart" else 4)
