from __future__ import annotations

import pytest

# drawn once for these tests; a real one lies outside the project
SECRET = "a3f19c07d2e845b6908b7c1d5e2f6a4470cd93be18f5620ab94e7d3c81f2065d"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", SECRET)
