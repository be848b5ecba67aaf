"""Pairs of records with their probability of being one person, by Splink on DuckDB or Spark.

Nothing that Splink says on its way goes anywhere: its messages, tables and charts hold names.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.errors import CaseDataError, MissingExtraError, QuestionError
from ...base.language import tr
from ...base.types import Counts, Floats
from .model import TRAINING, blocking, comparisons
from .plan import LinkagePlan
from .prepare import Prepared, row_starts
from .twins import like_twins

# Above this many random pairs chance agreement is known well enough for twelve registers of a country.
_RANDOM_PAIRS: Final = 2e6
_TRAINING_PAIRS: Final = 1e6
# Fewer records, or fewer pairs of one person, do not show how often clerks write one person in two ways.
_FEWEST_RECORDS: Final = 200
_FEWEST_PAIRS: Final = 30
# Pairs that weigh this many bits less than the lowest that is kept still help to find out how many true ones there are.
_SPARE_BITS: Final = 4.0
# No threshold accepts pairs that may be twins; a person can look at them.
_TWINS: Final = 0.49


class Pairs(NamedTuple):
    """Pairs of records, numbered through all registers, the smaller number first; shapes (pairs,).

    Attributes
    ----------
    left, right : array of int
        Row numbers; ``left < right``.
    probability : array of float
        That the two are one person.
    expected : float
        Number of true pairs among all that were compared, by the model.
    twins : int
        Pairs of at least one half that agree as twins do; their probability was taken down below one half.
    """

    left: Counts
    right: Counts
    probability: Floats
    expected: float
    twins: int = 0


def compare(plan: LinkagePlan, registers: tuple[Prepared, ...], *, spark: Any = None) -> Pairs:
    """Compare the records of all registers, between and within them.

    Match weights follow Fellegi and Sunter (1969): chance agreement from random pairs, with less weight for frequent
    names; agreement among true pairs by the EM algorithm (Winkler 1988); the number of true pairs so that it equals the
    sum of the probabilities.

    Parameters
    ----------
    plan : LinkagePlan
    registers : tuple of Prepared
    spark : SparkSession, optional
        For ``engine = "spark"``; by default the one that is active, or a local one.

    Returns
    -------
    Pairs
        Those that reach the lowest probability of the linkage file.

    Raises
    ------
    MissingExtraError
        When Splink or the engine is not installed.
    CaseDataError
        When the registers share too little to learn anything from.

    References
    ----------
    .. [1] Fellegi, I. P. and Sunter, A. B. (1969). Journal of the American Statistical Association, 64, 1183-1210.
    .. [2] Winkler, W. E. (1988). Using the EM algorithm for weight computation in the Fellegi-Sunter model of record
       linkage. Proceedings of the Section on Survey Research Methods, American Statistical Association, 667-671.
    """
    if sum(one.n for one in registers) < _FEWEST_RECORDS:
        raise _too_little()
    with _quiet():
        try:
            with tempfile.TemporaryDirectory(prefix="linkage-") as folder:
                api = _spark_api(spark) if plan.linkage.engine == "spark" else _duckdb_api(Path(folder))
                try:
                    return _compared(plan, registers, api)
                finally:
                    # A session of the user's lives on: the tables in it hold names.
                    api.delete_tables_created_by_splink_from_db()
        except (CaseDataError, MissingExtraError, QuestionError):
            raise
        except Exception:  # noqa: BLE001
            # An engine's message quotes its tables, and those hold names: nothing of it is passed on.
            raise CaseDataError(
                tr("The registers could not be compared: the engine stopped."),
                tr("Look at the memory and the disk, and try with fewer records; its message is not shown."),
            ) from None


def _compared(plan: LinkagePlan, registers: tuple[Prepared, ...], api: Any) -> Pairs:
    from splink import Linker, SettingsCreator, block_on

    held = [one for one in ("sex", "place", "document") if sum(one in reg.part.columns for reg in registers) > 1]
    tables = [api.register(one.keys, dataset_display_name=one.part.name) for one in registers]
    n = sum(one.n for one in registers)
    # A start, as if every other record had one partner; it is settled when all pairs are weighed.
    random_match = 1 / max(n, 10)
    settings = SettingsCreator(
        link_type="link_and_dedupe",
        comparisons=[*comparisons(held)],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in blocking(held)],
        probability_two_random_records_match=random_match,
        retain_matching_columns=False,
    )
    linker = Linker(tables, settings, log_level=None, validate_settings=False)
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=plan.linkage.seed)
    for rule in TRAINING:
        _learn(linker, block_on(*rule))
    lowest = float(np.log2(plan.linkage.lowest / (1 - plan.linkage.lowest)))
    found: Any = linker.inference.predict(threshold_match_weight=lowest - _SPARE_BITS, warning_mode="never")
    table = found.as_pyarrow_table()
    left, right = (_numbered(table, side, registers) for side in ("l", "r"))
    probability, expected = _settled(_array(table, "match_weight"), random_match, n * (n - 1) / 2)
    if expected < _FEWEST_PAIRS:
        raise _too_little()
    kept = probability >= plan.linkage.lowest
    left, right, probability = np.minimum(left, right)[kept], np.maximum(left, right)[kept], probability[kept]
    order = np.lexsort((right, left))
    left, right, probability = left[order], right[order], probability[order]
    twins = (probability >= 0.5) & like_twins(left, right, registers)
    expected -= float((probability[twins] - _TWINS).sum())
    return Pairs(left, right, np.where(twins, _TWINS, probability), expected, int(twins.sum()))


def _settled(weight: Floats, random_match: float, n_pairs: float) -> tuple[Floats, float]:
    """Move all weights by one constant, so that the expected number of true pairs is the sum of the probabilities.

    Parameters
    ----------
    weight : array of float, shape (pairs,)
        Match weights in bits, with the odds of a random pair in them.
    random_match : float
        The probability of a random pair that they were made with.
    n_pairs : float
        All pairs there are; those that were not compared count as different persons.
    """
    evidence = weight - np.log2(random_match / (1 - random_match))
    share = random_match
    probability = np.zeros_like(weight)
    for _ in range(100):
        probability = 1 / (1 + np.exp2(-np.clip(evidence + np.log2(share / (1 - share)), -200, 200)))
        told = float(probability.sum()) / n_pairs
        if told <= 0 or abs(told - share) < 1e-9 * share:
            break
        share = told
    return probability, float(probability.sum())


def _numbered(table: Any, side: str, registers: tuple[Prepared, ...]) -> Counts:
    """Return row numbers through all registers. Which register stands left is the engine's affair: each row says it."""
    import pyarrow.compute as pc

    names = table.column(f"source_dataset_{side}")
    starts = row_starts(registers)
    begin = np.zeros(table.num_rows, dtype=np.int64)
    for place, one in enumerate(registers):
        begin[np.asarray(pc.equal(names, one.part.name).combine_chunks())] = starts[place]
    rows: Counts = begin + _array(table, f"unique_id_{side}").astype(np.int64)
    return rows


def _array(table: Any, name: str) -> Any:
    return np.asarray(table.column(name).combine_chunks())


def _learn(linker: Any, rule: Any) -> None:
    """Learn how often true pairs agree, among pairs that agree in the keys of ``rule``."""
    from splink.internals.exceptions import SplinkException

    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=_TRAINING_PAIRS
        )
    except (SplinkException, ValueError, ZeroDivisionError):
        raise _too_little() from None


def _too_little() -> CaseDataError:
    return CaseDataError(
        tr(
            "The registers share too few persons to learn from how their clerks write: {n} records and {pairs} pairs "
            "of one person are needed at least.",
            n=_FEWEST_RECORDS,
            pairs=_FEWEST_PAIRS,
        ),
        tr("Look at the columns that the linkage file names, and at the years that each register covers."),
    )


def _duckdb_api(folder: Path) -> Any:
    try:
        import duckdb
        from splink import DuckDBAPI
    except ImportError:
        raise MissingExtraError.named("splink", "linkage") from None
    # What does not fit into memory goes to a private folder that is deleted, never beside the data.
    connection = duckdb.connect(config={"temp_directory": str(folder)})
    connection.execute("SET enable_progress_bar = false")
    return DuckDBAPI(connection)


def _spark_api(session: Any) -> Any:
    try:
        from pyspark.sql import SparkSession
        from splink import SparkAPI
    except ImportError:
        raise MissingExtraError.named("splink", "linkage,spark") from None
    active = session or SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    api: Any = SparkAPI
    return api(spark_session=active, break_lineage_method="persist", register_udfs_automatically=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Splink while it works, whatever the caller's logging says: it quotes conditions and values."""
    logger = logging.getLogger("splink")
    before, handlers = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.propagate = handlers
