from __future__ import annotations

import numpy as np

from justice_metrics.disclosure.rounded import on_days


def test_few_days_are_not_rounded_to_none() -> None:
    np.testing.assert_array_equal(on_days(np.array([0.0, 0.3, 3.0, 20.0])), [0, 1, 3, 20])


def test_limits_are_rounded_outwards() -> None:
    days = np.array([2.4, 30.0, 400.0])
    np.testing.assert_array_equal(on_days(days, "conf_low"), [2, 28, 390])
    np.testing.assert_array_equal(on_days(days, "conf_high"), [3, 35, 420])
