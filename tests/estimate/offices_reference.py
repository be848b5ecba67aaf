"""What R says of the offices of tests/reference/make_offices.R."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from justice_metrics.base.types import Counts, Floats

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


@cache
def _expected() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "offices_expected.csv")


def said(data: str, quantity: str) -> Floats:
    """Return one quantity, in order."""
    table = _expected()
    rows = table[(table["data"] == data) & (table["quantity"] == quantity)]
    assert len(rows), (data, quantity)
    return rows["value"].to_numpy(np.float64)


def counts(data: str) -> tuple[Counts, Counts]:
    """Return outcomes and cases, offices by kinds of case."""
    rows = pd.read_csv(REFERENCE / "offices_rows.csv")
    rows = rows[rows["data"] == data]
    kinds = rows["kind"].nunique()
    return tuple(rows[one].to_numpy(np.int64).reshape(-1, kinds) for one in ("successes", "trials"))  # type: ignore[return-value]
