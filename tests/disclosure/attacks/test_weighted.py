"""Weighted shares of practice: hidden items from the domain, single courts as fractions, gaps that say 0 or 100 %."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result
from justice_metrics.base.table import Table
from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.computed import counts_behind
from justice_metrics.disclosure.guarded import numbers
from tests.disclosure.attacks.ours import ours, words
from tests.disclosure.audit.made_release import write_release

# two items of the protection of victims that all files have, and one that few met; and one of another domain
ITEMS = {"legal_representation": "a", "support_person": "b", "rights_explained": "c", "victim_informed": "d"}
POLICY: dict[str, Any] = {"minimum": 5, "protection": 3}


def coded() -> jm.CaseData:
    """Three courts of 16, 90 and 120 files; in each of them all files weigh the same."""
    rows = [
        {
            "court": court,
            "w": weight,
            "a": "sí" if place % 2 else "no",
            "b": "sí" if place % 3 else "no",
            "c": "sí" if place < met else "no",
            "d": "sí" if place % 5 < 3 else "no",
        }
        for court, n, weight, met in (("one", 16, "2.5", 7), ("two", 90, "3", 3), ("three", 120, "4", 60))
        for place in range(n)
    ]
    frame = pd.DataFrame(rows)
    return jm.CaseData.from_frame(
        frame.assign(id=range(len(frame)), day="2016-01-05"),
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30", "sampling": {"weight": "w"}},
            "dates": {"complaint": "day"},
            "attributes": {"court": "court"},
            "practice": {"checklist": "child_sexual_assault", "items": ITEMS},
        },
    )


def forgetful(result: Result, minimum: int) -> Result:
    """Return the answer as each share would leave that is guarded by its own units alone, with three digits."""
    tables = dict(result.tables)
    for name in ("main", "domains"):
        table = result.tables[name]
        units = {one.place[1:]: one.value for one in table.cells}
        few = np.array(
            [
                min(units["numerator", row], units["denominator", row] - units["numerator", row]) < minimum
                for row in range(len(table))
            ]
        )
        values: dict[str, Any] = dict(table.values)
        statuses = {one: list(said) for one, said in table.statuses.items()}
        for column in table.columns:
            gone = np.ones(len(table), bool) if column.cell is not None else few
            if column.kind in {"count", "share", "interval"}:
                raw = np.round(numbers(table, column.name), 3)
                # a limit that was not there was not marked
                mark = gone & (np.isfinite(raw) | (column.kind != "interval"))
                values[column.name] = np.where(gone, np.nan, raw)
                statuses[column.name] = ["suppressed" if one else "" for one in mark]
        columns = [replace(one, of=replace(one.of, formula="")) if one.of else one for one in table.columns]
        tables[name] = Table(columns, values, labels=table.labels, statuses=statuses)
    return replace(result, tables=tables)


def row_of(table: Table, **keys: str) -> int:
    return next(row for row in range(len(table)) if all(table[name][row] == one for name, one in keys.items()))


def share(table: Table, **keys: str) -> float:
    try:
        return float(numbers(table, "estimate")[row_of(table, **keys)])
    except StopIteration:
        return float("nan")


def third_item(result: Result, court: str, files: int) -> float:
    """Return how many met the hidden item, from the share of all items and of the three that are shown."""
    others = [share(result.main, court=court, item=one) for one in ITEMS if one != "rights_explained"]
    return files * (4 * share(result.tables["domains"], court=court, domain="all") - sum(others))


@pytest.fixture(scope="module")
def asked() -> Any:
    return jm.practice(coded(), by="court")


def test_without_the_gate_the_item_follows_from_its_domain(asked: Any) -> None:
    told = forgetful(asked, 5)
    assert np.isnan(share(told.main, court="two", item="rights_explained"))
    assert third_item(told, "two", 90) == pytest.approx(3, abs=0.5)


def test_without_the_gate_a_court_of_one_weight_tells_its_files(asked: Any) -> None:
    told = forgetful(asked, 5)
    found = counts_behind(share(told.main, court="one", item="rights_explained"), 1, np.arange(12.0, 17))
    assert found == [(7, 16)]


def test_the_auditor_finds_shares_whose_counts_are_hidden_and_gaps_that_tell(asked: Any, tmp_path: Path) -> None:
    folder = write_release(tmp_path / "forgetful", [forgetful(asked, 5)], policy={"mode": "suppress", **POLICY})
    kinds = {one.kind for one in audit(folder).findings}
    assert "computed" in kinds
    one_mind = jm.practice(coded(), by="court", items=("rights_explained",))
    table = one_mind.main
    blank = Table(
        table.columns,
        {one.name: np.full(len(table), np.nan) if one.role not in {"stratum", "key"} else table[one.name]
         for one in table.columns},
        statuses={one.name: ["suppressed"] * len(table) for one in table.columns
                  if one.role not in {"stratum", "key", "interval"}},
    )  # fmt: skip
    folder = write_release(
        tmp_path / "gaps", [replace(one_mind, tables={"main": blank})], policy={"mode": "suppress", **POLICY}
    )
    assert "gap" in {one.kind for one in audit(folder).findings}


@pytest.mark.parametrize("policy", [POLICY, {"minimum": 10, "protection": 5}])
def test_through_the_gate_none_of_it_is_told(asked: Any, tmp_path: Path, policy: dict[str, Any]) -> None:
    release = ours(tmp_path / "ours", asked, jm.practice(coded()), **policy)
    assert release.report.passed, words(release.report)
    shown = release.released.results[0]
    assert np.isnan(third_item(shown, "two", 90))
    assert np.isnan(share(shown.main, court="one", item="rights_explained"))
    for result in release.released.results:
        for table in (result.main, result.tables.get("domains")):
            if table is None:
                continue
            inputs = ("numerator_unweighted", "denominator_unweighted")
            rests = np.any([np.isnan(numbers(table, one)) for one in inputs], axis=0)
            assert (np.isnan(numbers(table, "estimate")) >= rests).all()
            for side in ("conf_low", "conf_high"):
                marked = np.array([one == "suppressed" for one in table.statuses.get(side, [""] * len(table))])
                assert marked[rests].all()


def test_in_suppression_mode_shares_leave_that_give_nothing_away(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", jm.practice(coded()), **POLICY)
    assert release.report.passed, words(release.report)
    main = release.released.results[0].main
    # sums of weights: 7 of 16 files at 2.5, 3 of 90 at 3, 60 of 120 at 4
    assert share(main, item="rights_explained") == pytest.approx(round((17.5 + 9 + 240) / (40 + 270 + 480), 2))
    assert main["numerator_unweighted"][row_of(main, item="rights_explained")] == 70


def test_in_rounding_mode_no_weighted_share_leaves(tmp_path: Path) -> None:
    release = ours(tmp_path / "ours", jm.practice(coded()), mode="round", minimum=5, base=3)
    assert release.report.passed, words(release.report)
    main = release.released.results[0].main
    assert np.isnan(numbers(main, "estimate")).all()
    assert np.isnan(numbers(main, "conf_low")).all()
    # the units are rounded as those of an answer without weights
    assert np.isfinite(numbers(main, "not_documented_unweighted")).all()
