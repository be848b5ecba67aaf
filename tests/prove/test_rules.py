"""The rules that look at other cases count alike in every engine, Spark among them, which takes long to plan them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.rules.test_every_rule import counted, related


@pytest.mark.prove
def test_every_engine_counts_alike(engine: Any) -> None:
    found = counted(engine.frame(related()))
    assert found == counted(related())
    assert [whole for whole, _ in found.values()][:3] == [(2, 4), (2, 321), (1, 321)]
