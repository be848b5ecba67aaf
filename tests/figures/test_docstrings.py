"""The examples in the docstrings of the figures are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["counts", "curves", "dots", "funnel", "graph", "placing", "stage_flow", "style"])
def test_examples(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.figures.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
