"""Tables of times: one risk table, bit for bit, from every engine, from memory, and from pieces added up."""

from __future__ import annotations

from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.reduce.risk import risk_table_of
from justice_metrics.tables import RiskTable
from tests.conftest import Engine, typed

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

WORDS = ("pending", "conviction", "acquittal", "rejection")
N = 1_200


def whole_numbers() -> pd.DataFrame:
    """Days, endings and offices as whole numbers without a gap: what is counted in memory without an engine."""
    random = np.random.default_rng(7)
    days = random.integers(0, 60, N).astype(np.int32)
    entry = np.where(random.random(N) < 0.2, days - random.integers(0, 30, N), -1).astype(np.int32)
    return pd.DataFrame(
        {
            "days": days,
            "ending": random.integers(0, 4, N).astype(np.int8),
            "office": random.integers(1, 13, N).astype(np.int16),
            "girl": random.integers(0, 2, N).astype(np.int64),
            "entry": entry,
            "copies": random.integers(1, 4, N).astype(np.int64),
            "weight": np.round(1 + random.random(N) * 3, 2),
        }
    )


def with_gaps() -> pd.DataFrame:
    """The same in words, with gaps in every column, an entry behind the exit, and a time that runs backwards."""
    table = whole_numbers()
    random = np.random.default_rng(8)
    made = pd.DataFrame(
        {
            "days": [
                None if gap else int(day) for day, gap in zip(table["days"], random.random(N) < 0.05, strict=True)
            ],
            "ending": [
                None if gap else WORDS[code] for code, gap in zip(table["ending"], random.random(N) < 0.05, strict=True)
            ],
            "office": [
                None if gap else f"Court {code}"
                for code, gap in zip(table["office"], random.random(N) < 0.1, strict=True)
            ],
            "girl": [None if gap else int(one) for one, gap in zip(table["girl"], random.random(N) < 0.1, strict=True)],
            "entry": [None if one < 0 else int(one) for one in table["entry"]],
            "copies": table["copies"],
            "weight": table["weight"],
        }
    )
    made.loc[5, "days"] = -3
    return made


def words() -> pd.DataFrame:
    """Endings and courts in words, gaps among the attributes alone."""
    gaps, table = with_gaps(), whole_numbers()
    return gaps.assign(days=table["days"], ending=[WORDS[code] for code in table["ending"]], entry=table["entry"])


def odd_types() -> pd.DataFrame:
    """Narrow and unsigned numbers, endings below zero."""
    table = whole_numbers()
    return table.assign(
        days=table["days"].astype(np.uint16),
        ending=(table["ending"] - 2).astype(np.int16),
        office=table["office"].astype(np.uint32),
        girl=table["girl"].astype(np.int8) - np.int8(1),
    )


TABLES = {"whole numbers": whole_numbers, "odd types": odd_types, "words": words, "with gaps": with_gaps}
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "delayed entry": {"entry": "entry"},
    "frequencies": {"frequency": "copies"},
    "entry and frequencies": {"entry": "entry", "frequency": "copies"},
    "weights": {"weight": "weight"},
    "all": {"entry": "entry", "frequency": "copies", "weight": "weight"},
}


def handed(engine: Engine, table: pd.DataFrame) -> Any:
    """The table in the engine; Spark has no unsigned numbers, so there they are signed."""
    unsigned = [name for name in table if table[name].dtype.kind == "u"] if engine.name == "pyspark" else []
    return engine.frame(table.astype(dict.fromkeys(unsigned, np.int64)))


def asked(data: Any, option: str, by: tuple[str, ...]) -> RiskTable:
    times = jm.durations(data, days="days", ending="ending", by=("office", "girl"), **OPTIONS[option])
    return risk_table_of(times, by=by)


def differences(one: RiskTable, other: RiskTable) -> list[str]:
    """Name every part of the table that is not equal to the bit."""
    plain = ("outcomes", "weighted")
    arrays = ("days", "events", "censored", "entered")
    found = [name for name in plain if getattr(one, name) != getattr(other, name)]
    found += ["strata"] * (one.strata.names != other.strata.names or one.strata.levels != other.strata.levels)
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in arrays}
    pairs |= {name: (one.left_out.get(name), other.left_out.get(name)) for name in {*one.left_out, *other.left_out}}
    for name, (left, right) in pairs.items():
        if left is None or right is None or left.dtype != right.dtype or not np.array_equal(left, right):
            found.append(name)
    return found


def counted_by_hand(table: pd.DataFrame, option: str) -> RiskTable:
    """Count rows one by one, in plain Python; whole numbers without a gap, by office."""
    chosen = OPTIONS[option]
    rows = [
        (str(row.office), int(row.ending), int(row.days), max(int(row.entry), -1) if "entry" in chosen else -1,
         int(row.copies) if "frequency" in chosen else 1)
        for row in table.itertuples()
    ]  # fmt: skip
    kept = [row for row in rows if row[3] < row[2] or row[3] < 0]
    offices = sorted({row[0] for row in rows}, key=int)
    days = sorted({row[2] for row in kept} | {row[3] for row in kept})
    events = np.zeros((len(offices), 4, len(days)), np.int64)
    entered = np.zeros((len(offices), len(days)), np.int64)
    late = np.zeros(len(offices), np.int64)
    for office, ending, day, entry, n in rows:
        place = offices.index(office)
        if entry >= day and entry >= 0:
            late[place] += n
            continue
        events[place, ending, days.index(day)] += n
        entered[place, days.index(entry)] += n
    made = asked(table, option, ("office",))
    return RiskTable(
        strata=type(made.strata)(("office",), tuple((one,) for one in offices)),
        outcomes=("1", "2", "3"),
        days=np.array(days, dtype=np.int32),
        events=events[:, 1:],
        censored=events[:, 0],
        entered=entered,
        left_out={"entry_after_end": late} if late.any() else {},
    )


@pytest.mark.parametrize("option", ["plain", "delayed entry", "frequencies", "entry and frequencies"])
def test_a_count_by_hand(engine: Engine, option: str) -> None:
    table = whole_numbers()
    assert differences(asked(handed(engine, table), option, ("office",)), counted_by_hand(table, option)) == []


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("shape", TABLES)
def test_same_bits(engine: Engine, shape: str, option: str) -> None:
    table = TABLES[shape]()
    # the slow start of a question on Spark is not paid for breakdowns that add nothing
    for by in ((), ("office",), ("girl", "office")) if option == "plain" else (("girl", "office"),):
        assert differences(asked(table, option, by), asked(handed(engine, table), option, by)) == []


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("shape", TABLES)
def test_same_bits_from_a_file(tmp_path: Path, shape: str, option: str) -> None:
    table = TABLES[shape]()
    import pyarrow.parquet as pq

    pq.write_table(typed(table), tmp_path / "times.parquet", row_group_size=257)
    for by in ((), ("office",), ("girl", "office")):
        assert differences(asked(table, option, by), asked(tmp_path / "times.parquet", option, by)) == []


@pytest.mark.parametrize("option", ["plain", "entry and frequencies", "weights"])
@pytest.mark.parametrize("shape", TABLES)
def test_tables_of_pieces_add_up(engine: Engine, shape: str, option: str) -> None:
    table = TABLES[shape]()
    pieces = [table.iloc[start : start + 701].reset_index(drop=True) for start in range(0, len(table), 701)]
    whole = asked(table, option, ("office",))
    total = reduce(add, [asked(handed(engine, one), option, ("office",)) for one in pieces])
    if option == "weights":
        # Weights are added up in the order of their values, piece by piece: the last bit is not that of the whole.
        assert whole.days.tolist() == total.days.tolist()
        for name in ("events", "censored", "entered"):
            np.testing.assert_allclose(getattr(whole, name), getattr(total, name), rtol=1e-13)
        return
    assert differences(whole, total) == []


def test_answers_are_the_same(engine: Engine) -> None:
    table = with_gaps()
    answers = [
        jm.cumulative_incidence(jm.durations(one, days="days", ending="ending", entry="entry"), by="office")
        for one in (table, handed(engine, table))
    ]
    for name, main in answers[0].tables.items():
        for column, values in main.values.items():
            held = answers[1].tables[name].values[column]
            assert values.dtype == held.dtype
            assert np.array_equal(values, held, equal_nan=values.dtype.kind == "f")
    assert answers[0].summary("es") == answers[1].summary("es")
