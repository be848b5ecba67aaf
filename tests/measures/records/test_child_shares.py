"""What is said of the sampling of rows: no two notes say the opposite of each other."""

from __future__ import annotations

from typing import Any

import pytest

from justice_metrics.measures.records.detention import detention
from justice_metrics.measures.records.sentences import sentences
from tests.outcome_cases import hanging

UNITS: list[dict[str, Any]] = [{"id": f"u{i}", "complaint": 0} for i in range(8)]
HELD = [(f"u{i}", 100, 200 + i) for i in range(8)]
TOLD = [(f"u{i}", 300, "x", 180 + 10 * i, "enforced", 310 + i) for i in range(8)]


def said(answer: Any) -> str:
    return " ".join(str(one) for one in answer.notes)


@pytest.mark.parametrize("weighted", [True, False])
def test_shares_medians_and_times_are_told_apart(*, weighted: bool) -> None:
    more: list[dict[str, Any]] = [
        {"weight": 1.0 + i % 2, "cluster": f"c{i % 4}"} if weighted else {"cluster": f"c{i % 4}"} for i in range(8)
    ]
    units = [{**one, **two} for one, two in zip(UNITS, more, strict=True)]
    held, told = detention(hanging(units, "detention", HELD)), sentences(hanging(units, "sentences", TOLD))
    # the median of a time has limits, that of a length under weights has none
    assert "medians" not in said(held)
    assert ("no interval is shown" in said(held)) == weighted
    assert ("Intervals of shares of detentions take them as independent" in said(held)) != weighted
    assert ("medians of their lengths or amounts, are weighted" in said(told)) == weighted
    assert ("Intervals of shares and medians of sentences" in said(told)) != weighted
