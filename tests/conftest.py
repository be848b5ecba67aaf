"""What all tests share: profiles of hypothesis, skips that count, samples drawn once, one frame in every engine."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator, Iterator
from functools import cache, wraps
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings

import justice_metrics as jm

CI = "JUSTICE_METRICS_CI"
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# A slow machine is no fault of a property, so nothing is timed; CI draws the same examples in every run. Properties
# that name no number of examples are tried on few of them here, and on many when `make prove` asks for it.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("prove", settings.get_profile("default"), max_examples=300)
settings.load_profile(os.environ.get("JUSTICE_METRICS_EXAMPLES") or ("ci" if os.environ.get(CI) == "1" else "default"))


# Thousands of modules, samples and frames stay alive until the end; to walk over them every 700 new objects takes a
# tenth of the time of all tests.
gc.set_threshold(50_000, 20, 50)


# ------------------------------------------------------------------------------------------------------------- skips


def unexcused(report: pytest.TestReport | pytest.CollectReport, *, needs_data: bool = False) -> str:
    """Return why a test of ours was skipped where no skip is allowed; empty when all is well."""
    if os.environ.get(CI) != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return ""
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if needs_data and not SHARED_DATA.is_dir():
        return ""
    return f"{CI}=1, and this was not tested: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    why = unexcused(report, needs_data=item.get_closest_marker("needs_data") is not None)
    if why:
        report.outcome, report.longrepr = "failed", why
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    why = unexcused(report)
    if why:
        report.outcome, report.longrepr = "failed", why
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one worker run all that needs Spark: it starts slowly, and is quick only when it has run for a while.

    Marks cannot ask for that: xdist 3.8 reads groups from an attribute that pytest 9.2 no longer has.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class SparkApart(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "spark" if "spark" in nodeid else nodeid

    return SparkApart(config, log)


@pytest.fixture
def closed_folder(tmp_path: Path) -> Path:
    """A folder in which this user may not write; the superuser, who may write everywhere else, not below /sys."""
    superuser = hasattr(os, "geteuid") and os.geteuid() == 0
    closed = Path("/sys/kernel") if superuser else tmp_path / "closed"
    closed.mkdir(mode=0o500, exist_ok=True)
    return closed


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data sets beside the repository; they do not travel with it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public data sets are not beside the repository")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def samples_drawn_once() -> Iterator[None]:
    """Let tests and examples share each sample: case data never change, and drawing them takes a second."""
    draw = cache(jm.sample_cases)

    @wraps(jm.sample_cases)
    def sample_cases(which: Any = "registered", **world: float) -> jm.CaseData:
        return draw(which, **world)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jm, "sample_cases", sample_cases)
        yield


# ----------------------------------------------------------------------------------------------------------- engines


class Engine(NamedTuple):
    """A dataframe engine: its name, and how a pandas frame becomes a frame of its own.

    ``frame`` keeps texts, whole numbers (gaps among them are nulls) and dates what they are.
    """

    name: str
    frame: Callable[[pd.DataFrame], Any]


def typed(frame: pd.DataFrame) -> pa.Table:
    """Return a pandas frame as an Arrow table: days as dates, whole numbers with gaps as whole numbers."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_floating(field.type) and all(one is None or one.is_integer() for one in column.to_pylist()):
            column = column.cast(pa.int64())
        elif pa.types.is_timestamp(field.type):
            column = column.cast(pa.date32())
        elif pa.types.is_large_string(field.type) or pa.types.is_null(field.type):
            column = column.cast(pa.string())
        table = table.set_column(place, field.name, column)
    return table


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A local Spark of one thread, without its web page."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    # The session outlives a forgotten environment of the shell: the home of another Spark is none of ours.
    builder = sql.SparkSession.builder.master("local[1]").appName("justice-metrics-tests")
    for key, value in {
        "spark.driver.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        # a thousand rows are counted sooner than a program for them is compiled
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        # nor does what runs for minutes only pay back a compiler that optimises, or a collector with threads
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # noqa: BLE001  (without Java it is an error of pyspark's own, with a new name per version)
        pytest.skip(f"Spark does not start; is Java installed? ({type(error).__name__})")
    yield session
    session.stop()


@pytest.fixture(
    scope="session", params=["pandas", "polars", "duckdb", pytest.param("pyspark", marks=pytest.mark.spark)]
)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    return Engine(request.param, frame_maker(request.param, request))


def frame_maker(name: str, request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    """Return how a pandas frame becomes a frame of the engine."""
    if name == "pandas":
        return lambda frame: frame
    if name == "polars":
        polars = pytest.importorskip("polars", reason="polars is not installed")
        return lambda frame: polars.from_arrow(typed(frame)).lazy()
    if name == "duckdb":
        import duckdb

        connection = duckdb.connect()
        return lambda frame: connection.from_arrow(typed(frame))
    session = request.getfixturevalue("spark")
    return lambda frame: session.createDataFrame(typed(frame))
