"""Parquet stays where it is: a file, a folder or a pattern becomes one lazy relation."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.calendar import date_of
from justice_metrics.cases.read import read_cases
from justice_metrics.cases.readers.files import is_parquet, open_parquet, parquet_files

TABLE = pa.table({"id": ["a", "b"], "n": [1, 2]})


def write(path: Path, table: pa.Table = TABLE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    return path


def refusal(path: Path | list[Path]) -> str:
    with pytest.raises(ReadError) as error:
        open_parquet(path)
    return error.value.text()


def test_one_file_stays_a_relation_after_its_connection_is_out_of_sight(tmp_path: Path) -> None:
    relation = open_parquet(write(tmp_path / "casos.parquet"))
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    assert sorted(relation.fetchall()) == [("a", 1), ("b", 2)]


def test_folders_patterns_and_lists(tmp_path: Path) -> None:
    one, two = write(tmp_path / "p" / "1.parquet"), write(tmp_path / "p" / "deep" / "2.parquet")
    assert parquet_files(tmp_path / "p") == (one, two)
    assert parquet_files(tmp_path / "p" / "*.parquet") == (one,)
    assert parquet_files([one, two]) == (one, two)
    assert len(open_parquet(tmp_path / "p").fetchall()) == 4


def test_signs_in_a_name_are_no_pattern(tmp_path: Path) -> None:
    odd = write(tmp_path / "casos [2018].parquet")
    write(tmp_path / "casos 2.parquet", pa.table({"id": ["x"], "n": [9]}))
    assert len(open_parquet(odd).fetchall()) == 2


def test_a_shared_connection_can_join(tmp_path: Path) -> None:
    connection = duckdb.connect()
    left = open_parquet(write(tmp_path / "a.parquet"), connection=connection)
    right = open_parquet(write(tmp_path / "b.parquet"), connection=connection)
    assert len(left.join(right, "id").fetchall()) == 2


def test_refusals(tmp_path: Path) -> None:
    whole = write(tmp_path / "casos.parquet")
    assert "Did you mean 'casos.parquet'?" in refusal(tmp_path / "caso.parquet")
    assert "stands for no parquet file" in refusal(tmp_path / "*.pq")
    (tmp_path / "texto.parquet").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "is not" in refusal(tmp_path / "texto.parquet")
    (tmp_path / "nada.parquet").write_bytes(b"")
    assert "is empty" in refusal(tmp_path / "nada.parquet")
    (tmp_path / "corto.parquet").write_bytes(whole.read_bytes()[:-30])
    assert "not complete" in refusal(tmp_path / "corto.parquet")
    (tmp_path / "roto.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    assert "cannot be read as parquet" in refusal(tmp_path / "roto.parquet")
    assert "a header and no rows" in refusal(write(tmp_path / "cero.parquet", TABLE.slice(0, 0)))
    other = write(tmp_path / "otro.parquet", pa.table({"id": ["z"], "m": ["w"]}))
    assert "differ in their columns" in refusal([whole, other])


def test_names(tmp_path: Path) -> None:
    assert is_parquet("a.PARQUET")
    assert not is_parquet("a.csv")
    assert not is_parquet(tmp_path)
    write(tmp_path / "x.parquet")
    assert is_parquet(tmp_path)


@pytest.mark.parametrize("clock", ["UTC", "Asia/Tokyo", "America/La_Paz"])
@pytest.mark.parametrize(("zone", "day"), [("America/La_Paz", 13), ("UTC", 14)])
def test_the_day_of_a_moment_hangs_on_the_file_and_on_no_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: str, zone: str, day: int
) -> None:
    monkeypatch.setenv("TZ", clock)
    time.tzset()
    moment = dt.datetime(2018, 1, 14, 2, 0, tzinfo=dt.UTC)
    table = pa.table({"id": ["a"], "when": pa.array([moment], pa.timestamp("us", tz=zone))})
    pq.write_table(table, tmp_path / "one.parquet")
    mapping = {
        "data": {"file": "one.parquet"},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-06-01"},
        "dates": {"complaint": "when"},
    }
    cases = read_cases(tmp_path / "one.parquet", mapping=mapping)
    found = cases.milestones.select("first__complaint").collect().get_column("first__complaint")[0]
    assert date_of(int(found)) == dt.date(2018, 1, day)
    monkeypatch.undo()
    time.tzset()


def test_moments_of_two_time_zones_are_refused(tmp_path: Path) -> None:
    moment = dt.datetime(2018, 1, 14, 2, 0, tzinfo=dt.UTC)
    zones = {
        name: pa.array([moment], pa.timestamp("us", tz=zone)) for name, zone in (("a", "UTC"), ("b", "Asia/Tokyo"))
    }
    pq.write_table(pa.table(zones), tmp_path / "two.parquet")
    with pytest.raises(ReadError, match="2 time zones"):
        open_parquet([tmp_path / "two.parquet"])
