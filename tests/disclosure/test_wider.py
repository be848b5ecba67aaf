"""Limits that allow for clusters: from shown counts and one coarse factor, so no hidden count follows from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from justice_metrics.base.cells import Of
from justice_metrics.base.language import tr
from justice_metrics.base.table import Column
from justice_metrics.disclosure.formulas import WIDER, computed
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.release import release
from justice_metrics.estimate.clustered_share import clustered_share
from tests.disclosure.gate_answers import answer, count, share, stratum

POLICY = DisclosurePolicy(zeros="structural")
PAIR = ("numerator", "denominator")


def limit(name: str, *inputs: str, kind: Any = "interval") -> Column:
    of = Of(inputs=inputs or PAIR, level=0.95)
    return Column(name, tr("limit"), "share", "interval", kind, of=of)


def by_office(*clusters: tuple[list[int], list[int]]) -> Any:
    """Cases by office, each with those of its clusters that have it, and limits by the clusters."""
    columns = (
        stratum("office"),
        count("numerator", fixed={"ending": ("conviction",)}),
        count("denominator"),
        share(),
        limit("conf_low"),
        limit("conf_high"),
    )
    rows = []
    for place, (y, n) in enumerate(clusters):
        told = clustered_share(np.array(y), np.array(n), np.zeros(len(y), np.int64), groups=1)
        low, high = float(told.conf_low[0]), float(told.conf_high[0])
        rows.append([f"o{place}", sum(y), sum(n), sum(y) / sum(n), low, high])
    return answer(*columns, rows=rows, units=sum(sum(n) for _, n in clusters))


def pairs(k: int, of: int = 120) -> tuple[list[int], list[int]]:
    """24 of 120 victims; ``k`` complaints with two of them."""
    return [2] * k + [1] * (24 - 2 * k) + [0] * (of - 24), [2] * k + [1] * (of - 2 * k)


def test_the_number_of_convicted_siblings_does_not_follow_from_an_interval() -> None:
    raw = [by_office(pairs(k)) for k in (2, 3, 4)]
    assert len({one.main["conf_low"][0] for one in raw}) == 3
    shown = [release([one], POLICY).results[0].main for one in raw]
    assert len({(one["conf_low"][0], one["conf_high"][0]) for one in shown}) == 1
    for table, one in zip(shown, raw, strict=True):
        # never narrower than it was, and said by a formula that everybody can repeat
        assert table["conf_low"][0] <= one.main["conf_low"][0] + 1e-9
        low = next(column for column in table.columns if column.name == "conf_low")
        assert low.of is not None
        assert low.of.formula.startswith("wilson_low_wider_")
        again = computed(low.of.formula, [np.array([24.0]), np.array([120.0])], level=0.95)
        assert again[0] == table["conf_low"][0]


def test_no_interval_is_narrower_than_that_of_the_clusters() -> None:
    courts = ([20, 5, 9, 30], [60, 50, 40, 50])
    raw = by_office(courts, ([11, 14, 12], [40, 41, 39]))
    made = release([raw], POLICY).results[0]
    assert (made.main["conf_low"] <= raw.main["conf_low"] + 1e-9).all()
    assert (made.main["conf_high"] >= raw.main["conf_high"] - 1e-9).all()
    (note,) = [one.text() for one in made.notes if "wider by the factor" in one.text()]
    assert any(f"{one:.2f}" in note for one in WIDER)


def test_rounded_counts_have_limits_of_rounded_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADE_SECRET", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    policy = DisclosurePolicy(mode="round", zeros="structural", secret="env:MADE_SECRET")
    offices = ([20, 5, 9, 30], [60, 50, 40, 53]), ([21, 25, 9, 31], [90, 80, 40, 64])
    table = release([by_office(*offices)], policy).results[0].main
    (n, d), low = (float(table[one][0]) for one in PAIR), float(table["conf_low"][0])
    assert n % 5 == d % 5 == 0
    assert 0 < low < n / d


def test_doubts_that_no_formula_gives_are_held_back() -> None:
    columns = (stratum("office"), count("numerator", fixed={"ending": ("a",)}), count("denominator"))
    more = (limit("std_error", kind="std_error"), limit("p_value", kind="probability"), limit("low", "numerator"))
    raw = answer(*columns, *more, rows=[["a", 20, 60, 0.051, 0.0123, 11.7], ["b", 40, 80, 0.061, 0.5, 12.3]], units=140)
    table = release([raw], POLICY).results[0].main
    assert np.isfinite(table["numerator"]).all()
    assert all(np.isnan(table[one.name]).all() for one in more)


def test_limits_of_a_difference_are_wider_too() -> None:
    inputs = (*PAIR, "reference_numerator", "reference_denominator", "is_reference")
    columns = (
        stratum("office"),
        *(count(one, fixed={"of": (one,)}) for one in inputs[:4]),
        Column("is_reference", tr("itself"), "number", "key", "setting", 0),
        share("estimate", "share_difference", *inputs),
        limit("conf_low", *inputs),
    )
    numbers = [np.array([one]) for one in (40.0, 100.0, 60.0, 200.0, 0.0)]
    plain, wide = (float(computed(f"share_difference_{one}", numbers, level=0.95)[0]) for one in ("low", "low_wider_2"))
    assert wide < plain
    middle = 0.4 - 0.3
    raw = answer(*columns, rows=[["a", 40, 100, 60, 200, 0, middle, middle - 1.9 * (middle - plain)]], units=300)
    table = release([raw], POLICY).results[0].main
    assert table["conf_low"][0] == pytest.approx(wide)
