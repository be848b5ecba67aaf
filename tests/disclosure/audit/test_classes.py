from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.reading import Rules, rules_of
from tests.disclosure.audit.made_release import counts, made, write_release

NAMES = ("office", "ending")
# none of the 40 cases of the north ended in conviction, all 60 of the east did; the south has several of both
NONE = {("north", "x"): 0, ("north", "y"): 40, ("north", "all"): 40}
LARGE = {("south", "x"): 250, ("south", "y"): 90, ("south", "all"): 340}
TOTALS = {("all", "x"): 250, ("all", "y"): 130, ("all", "all"): 380}


def kinds(folder: Path, values: dict[tuple[str, ...], int], names: Any = NAMES, **policy: Any) -> set[str]:
    folder.mkdir(exist_ok=True)
    found = audit(write_release(folder / "release", [made(main=counts(values, names))], policy=policy))
    return {one.kind for one in found.findings}


def test_none_of_a_small_group_is_found(tmp_path: Path) -> None:
    assert kinds(tmp_path, NONE | LARGE | TOTALS) == {"class"}


@pytest.mark.parametrize(
    "policy", [{"small_group": 40}, {"zeros": "structural", "hundred_percent": "show"}, {"minimum": 4}]
)
def test_where_the_policy_shows_it_it_is_shown(tmp_path: Path, policy: dict[str, Any]) -> None:
    assert kinds(tmp_path, NONE | LARGE | TOTALS, **policy) == set()


def test_all_of_a_small_group_is_found(tmp_path: Path) -> None:
    assert kinds(tmp_path, NONE | LARGE | TOTALS, zeros="structural") == {"class"}


def test_all_of_a_group_of_victims_is_found_however_large_it_is(tmp_path: Path) -> None:
    values = {key: 10 * one for key, one in (NONE | LARGE | TOTALS).items()}
    assert kinds(tmp_path / "a", values) == set()
    assert kinds(tmp_path / "b", values, ("age_group", "ending"), sensitive=["age"]) == {"class"}
    values = {**values, ("north", "x"): 10, ("north", "y"): 390, ("all", "x"): 2510, ("all", "y"): 1290}
    assert kinds(tmp_path / "c", values, ("age_group", "ending"), sensitive=["age"]) == set()


def test_none_of_a_large_group_is_none_of_its_small_parts(tmp_path: Path) -> None:
    """None of 400 cases ended in one of two ways: so none ended in the second of them, which 30 elsewhere did."""
    from justice_metrics.base.cells import CellOf
    from justice_metrics.base.language import tr
    from justice_metrics.base.table import Column, Table

    ways = {"both": ("x", "y"), "one": ("x",), "other": ("y",)}
    values = {("north", "both"): 0, ("north", "other"): 0, ("all", "other"): 30, ("all", "both"): 900}
    columns = (
        Column("office", tr("group"), "text", "stratum", "stratum"),
        Column("way", tr("ending"), "text", "key", "key"),
        Column("n", tr("cases"), "units", "count", "count", cell=CellOf(sets={"way": ("ending", ways)})),
    )
    table = Table(
        columns,
        {
            "office": [one for one, _ in values],
            "way": [one for _, one in values],
            "n": [float(one) for one in values.values()],
        },
    )
    assert audit(write_release(tmp_path / "release", [made(main=table, units=2000)])).passed


def test_none_of_none_is_no_news(tmp_path: Path) -> None:
    values = {("north", "x"): 0, ("north", "y"): 0, ("north", "all"): 0}
    totals = {("all", "x"): 250, ("all", "y"): 90, ("all", "all"): 340}
    assert kinds(tmp_path, values | LARGE | totals, hundred_percent="show") == set()


def test_rules_are_read_from_the_record_of_a_policy() -> None:
    assert rules_of({"minimum": 7, "mode": "round", "small_group": None, "other": 1}) == Rules(
        mode="round", minimum=7, small_group=70.0
    )
    assert rules_of({"sensitive": ["age"]}).sensitive == ("age",)
