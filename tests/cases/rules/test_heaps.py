"""When dates on one day are more than chance."""

from __future__ import annotations

import pytest

from justice_metrics.cases.rules.heaps import heaped


@pytest.mark.parametrize(
    ("n", "base", "many"), [(2, 67, False), (4, 67, False), (5, 67, True), (9, 1000, False), (12, 1000, True)]
)
def test_on_one_day_of_the_year(n: int, base: int, many: bool) -> None:
    """Of 67 dates two on 1 January are many times the usual number, and still chance; of 1,000 three are usual."""
    assert heaped(n, base, usual=1 / 365.25) is many
