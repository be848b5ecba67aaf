"""The two simulated sets, drawn once for all tests of this room."""

from __future__ import annotations

import pytest

from justice_metrics.simulate.extracts import COHORT, NATIONAL, Extract, draw


@pytest.fixture(scope="session")
def cohort() -> Extract:
    return draw(COHORT)


@pytest.fixture(scope="session")
def national() -> Extract:
    return draw(NATIONAL)
