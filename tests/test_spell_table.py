"""The table of visits: checked when it is born, and additive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from justice_metrics.tables import SpellTable, Strata


def table(
    rows: list[tuple[int, int, int, int, int, int, int]], *, levels: tuple[str, ...] = ("f",), **given: Any
) -> SpellTable:
    """Make a table from (stratum, from, to, since, entry, exit, n)."""
    columns = np.array(rows, np.int64).reshape(-1, 7).T
    stratum, source, to, since, entry, leaving, n = columns
    made: dict[str, Any] = {
        "strata": Strata(("sex",), tuple((one,) for one in levels)),
        "states": ("complaint", "trial", "convicted"),
        "stratum": stratum,
        "from_state": source,
        "to_state": to,
        "evening": to,
        "since": since,
        "entry": entry,
        "exit": leaving,
        "late": np.zeros(len(n), bool),
        "n": n,
        "left_out": {"start_undated": np.ones(len(levels), np.int64)},
    }
    return SpellTable(**{**made, **given})


ROWS = [(0, 0, 1, 0, -1, 5, 3), (0, 1, -1, 5, 5, 9, 3)]


def test_units_and_what_is_left_out() -> None:
    made = table(ROWS)
    assert made.units.tolist() == [3]
    assert made.trimmed().states == ("complaint", "trial")
    assert made.trimmed().to_state.tolist() == [1, -1]
    with pytest.raises(ValueError, match="read-only"):
        made.n[0] = 4


def test_tables_add_up() -> None:
    women = table(ROWS)
    men = table([(0, 0, 1, 0, -1, 5, 2)], levels=("m",))
    both = women + men + women
    assert both.strata.levels == (("f",), ("m",))
    assert both.units.tolist() == [6, 2]
    assert both.n.tolist() == [6, 6, 2]
    assert both.left_out["start_undated"].tolist() == [2, 1]


def test_weights_are_kept_apart() -> None:
    light, heavy = (table(ROWS, weight=np.full(2, weight)) for weight in (0.5, 2.0))
    both = light + heavy
    assert both.n.tolist() == [3, 3, 3, 3]
    assert both.tally.sum() == 2 * 3 * 2.5
    with pytest.raises(ValueError, match="different states or weights"):
        light + table(ROWS)


def test_linked_tables_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="link the visits"):
        table(ROWS, unit=np.array([0, 0])) + table(ROWS)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"n": np.array([1])}, "shape"),
        ({"to_state": np.array([3, -1])}, "not there"),
        ({"from_state": np.array([-1, 0])}, "not there"),
        ({"exit": np.array([-2, 9])}, "ends before it begins"),
        ({"since": np.array([-1, 5])}, "ends before it begins"),
        ({"left_out": {"start_undated": np.array([1, 2])}}, "shape"),
    ],
)
def test_a_table_that_cannot_be_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        table(ROWS, **given)
