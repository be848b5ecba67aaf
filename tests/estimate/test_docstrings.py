"""The examples in the docstrings of the formulas are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["curves", "limits", "proportion", "resampling", "risk", "steps"])
def test_examples(name):
    outcome = doctest.testmod(importlib.import_module(f"justice_metrics.estimate.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
