"""Outcomes beyond the verdict: the same in every engine, and as a plain loop over the rows tells it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from justice_metrics.measures.records.detention import detention
from justice_metrics.measures.records.reparation import reparation
from justice_metrics.measures.records.sentences import sentences
from justice_metrics.measures.records.warrants import warrants
from tests.made_cases import on
from tests.measures.records.test_detention import HELD
from tests.measures.records.test_detention import LABELS as ENDINGS
from tests.measures.records.test_detention import UNITS as HELD_UNITS
from tests.measures.records.test_sentences import TOLD, UNITS
from tests.outcome_cases import hanging, row

CUTOFF = 1_000
CONNECTION = duckdb.connect()


def contents(answer: Any) -> dict[str, list[Any]]:
    """Return every number of an answer as text, to the last bit."""
    return {
        f"{name}.{column}": [repr(one) for one in np.asarray(values).tolist()]
        for name, table in answer.tables.items()
        for column, values in table.values.items()
    }


def in_polars(frame: pd.DataFrame) -> Any:
    polars = pytest.importorskip("polars", reason="polars is not installed")
    return polars.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)).lazy()


def in_duckdb(frame: pd.DataFrame) -> Any:
    return CONNECTION.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


# Spark was tried by hand: the same bits, at half a minute for what takes the others a second.
@pytest.mark.parametrize("frame", [in_polars, in_duckdb])
def test_every_engine_gives_the_same_bits(frame: Any) -> None:
    issued = [("a", 100, 150), ("b", 100, None), ("d", 90, None), ("d", None, 400)]
    for question, rows, name, children, given in (
        (warrants, HELD_UNITS, "warrants", issued, {"labels": ENDINGS}),
        (detention, HELD_UNITS, "detention", HELD, {"labels": ENDINGS}),
        (sentences, UNITS, "sentences", TOLD, {}),
    ):
        here = question(hanging(rows, name, children, frame=frame, **given))
        assert contents(here) == contents(question(hanging(rows, name, children, **given)))


def later(date: dt.date, months: int) -> dt.date:
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    for day in range(date.day, 27, -1):
        try:
            return dt.date(year, month + 1, day)
        except ValueError:
            continue
    return dt.date(year, month + 1, date.day)


def judged(start: int, end: int | None, came: int | None, months: int) -> str:
    """Return how one detention stands to a limit, told day by day."""
    first, last = on(start), on(CUTOFF)
    assert first is not None
    assert last is not None
    limit = later(first, months)
    if came is not None and came < start:
        return "not_applicable"
    stops = [on(one) for one in (end, came) if one is not None and one <= CUTOFF]
    stop = min((one for one in stops if one is not None), default=None)
    if stop is not None and stop <= limit:
        return "kept" if last > limit else "ended_early"
    if (stop or last) > limit:
        return "over"
    return "running"


def test_the_limit_as_a_plain_loop_tells_it() -> None:
    draw = np.random.default_rng(20150101)
    n = 400
    start = draw.integers(0, CUTOFF, n)
    end = [int(one + draw.integers(0, 1_200)) if draw.random() < 0.6 else None for one in start]
    came = [int(one + draw.integers(-50, 1_200)) if draw.random() < 0.5 else None for one in start]
    came = [one if one is not None and one <= CUTOFF else None for one in came]
    units = [{"id": f"u{at}", "complaint": 0, "accusation": came[at]} for at in range(n)]
    held = [(f"u{at}", int(start[at]), end[at]) for at in range(n)]
    found = row(detention(hanging(units, "detention", held), limits={"prosecution": 12}).tables["limits"])
    expected = [judged(int(start[at]), end[at], came[at], 12) for at in range(n)]
    assert {name: expected.count(name) for name in ("over", "ended_early", "running", "not_applicable")} == {
        "over": found["numerator"],
        **{name: found[name] for name in ("ended_early", "running", "not_applicable")},
    }
    assert found["denominator"] == expected.count("over") + expected.count("kept")
    assert min(expected.count(name) for name in set(expected)) > 5


@pytest.mark.parametrize("weight", [0.5, 4.0])
def test_one_weight_for_all_changes_no_share(weight: float) -> None:
    units = [{"id": f"u{at}", "complaint": 0, "outcome": "final", "ended": 300} for at in range(6)]
    heavy = [{**one, "weight": weight} for one in units]
    issued = [(f"u{at}", 10 * at, 100 if at % 2 else None) for at in range(6)]
    orders = [(f"u{at}", 300, 100.0 * (at + 1), 400, 50.0) for at in range(6)]
    labels = {"final": "final_conviction"}
    for question, name, rows in ((warrants, "warrants", issued), (reparation, "reparation", orders)):
        plain, same = (question(hanging(one, name, rows, labels=labels)) for one in (units, heavy))
        assert same.main["estimate"].tolist() == pytest.approx(plain.main["estimate"].tolist())
        assert same.main["numerator"].tolist() == pytest.approx((plain.main["numerator"] * weight).tolist())
        assert np.isnan(same.main["conf_low"]).all()
        within = [one.tables["within"]["estimate"].tolist() for one in (plain, same)]
        assert within[1] == pytest.approx(within[0], nan_ok=True)
