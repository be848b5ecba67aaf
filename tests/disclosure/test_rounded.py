from __future__ import annotations

import numpy as np

from justice_metrics.base.cells import Count
from justice_metrics.base.language import Label
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.guarded import Asked
from justice_metrics.disclosure.models import guarded_model
from justice_metrics.disclosure.protect import Decision
from justice_metrics.disclosure.rounded import on_days


def test_few_days_are_not_rounded_to_none() -> None:
    np.testing.assert_array_equal(on_days(np.array([0.0, 0.3, 3.0, 20.0])), [0, 1, 3, 20])


def test_limits_are_rounded_outwards() -> None:
    days = np.array([2.4, 30.0, 400.0])
    np.testing.assert_array_equal(on_days(days, "conf_low"), [2, 28, 390])
    np.testing.assert_array_equal(on_days(days, "conf_high"), [3, 35, 420])


def test_a_limit_keeps_its_side_of_no_difference() -> None:
    table = Table(
        (Column("conf_high", Label("upper limit"), "number", "interval", "interval"),),
        {"conf_high": [0.9977, 1.003, 0.94, 1.0]},
        guard="model",
        cells=(Count(frozenset(), 50.0, ("", "", 0)),),
    )
    asked = Asked(decide=lambda one: Decision(one.value, ""), large_enough=lambda one: True, minimum=10, rounding=False)
    made = guarded_model(table, asked).table
    assert made is not None
    np.testing.assert_allclose(made["conf_high"].astype(float), [0.998, 1.003, 0.94, 1.0])
