"""The response rate and the effective size: by hand, and at their edges."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.estimate.response import kish_size, response_rate


class TestRates:
    def test_aapor(self) -> None:
        # 100 drawn, 80 read, 64 of them in scope, 60 coded: e = 0.8, so 16 of the 20 unread ones are in scope
        assert response_rate(np.array(60), np.array(64), np.array(80), np.array(100)) == pytest.approx(60 / 80)

    def test_it_lies_between_its_limits(self) -> None:
        c, s, r, d = (np.array([one]) for one in (50, 60, 75, 120))
        found = response_rate(c, s, r, d)[0]
        assert 50 / (120 - 75 + 60) < found < 50 / 60

    def test_nothing_read_or_nothing_in_scope(self) -> None:
        assert np.isnan(response_rate(np.array([0, 0]), np.array([0, 0]), np.array([0, 5]), np.array([9, 9]))).all()


class TestKish:
    def test_equal_weights_cost_nothing(self) -> None:
        assert kish_size(np.array([2.5]), np.array([40])) == pytest.approx(40)

    def test_nobody(self) -> None:
        assert kish_size(np.zeros(0), np.zeros(0, int)) == 0
