"""What R answers on states that are moved between: survfit (infinitesimal jackknife) and etm (Greenwood)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from justice_metrics.estimate.multistate import Moves, Spells, counted, initial_share, intensities, occupation
from justice_metrics.estimate.multistate_variance import jackknife
from tests.estimate.conftest import read_rows


@cache
def spells_of(data: str, group: str) -> tuple[Spells, Moves]:
    rows = [one for one in read_rows("multistate_spells") if (one["data"], one["group"]) == (data, group)]
    column = {name: np.array([float(one[name]) for one in rows]) for name in rows[0] if name not in ("data", "group")}
    whole = {name: column[name].astype(np.int64) for name in ("state", "to", "entry", "exit", "unit")}
    states = int(max(whole["state"].max(), whole["to"].max())) + 1
    spells = Spells(
        np.zeros(len(rows), np.int64),
        *(whole[one] for one in ("state", "to", "entry", "exit")),
        n=np.ones(len(rows), np.int64),
        weight=None if (column["weight"] == 1).all() else column["weight"],
        unit=whole["unit"],
    )
    return spells, counted(spells, groups=1, states=states)


def expected(name: str) -> list[tuple[str, ...]]:
    """Return the data and groups of a reference file, each once."""
    key = "group" if name != "transition" else "after"
    return list(dict.fromkeys((row["data"], row[key]) for row in read_rows(f"multistate_{name}")))


def near(ours: float, theirs: str, *, digits: int) -> bool:
    """R prints what rounding leaves of a variance of 0."""
    return bool(np.isclose(ours, float(theirs), rtol=5 * 10.0**-digits / 10, atol=2e-9 if digits < 8 else 1e-12))


def last_before(moves: Moves, day: float) -> int:
    return int(np.searchsorted(moves.days, day, side="right")) - 1


@pytest.mark.parametrize(("data", "group"), expected("expected"))
def test_occupation_as_survfit(data: str, group: str) -> None:
    spells, moves = spells_of(data, group)
    rows = [r for r in read_rows("multistate_expected") if (r["data"], r["group"]) == (data, group)]
    days = sorted({int(r["day"]) for r in rows})
    curve = occupation(moves, horizon=days[-1])
    found = jackknife(spells, moves, np.array(days), horizon=days[-1])
    assert len(rows) == len(days) * moves.at_risk.shape[1]
    for row in rows:
        state, at = int(row["state"]), days.index(int(row["day"]))
        assert near(found.probability[0, state, at], row["probability"], digits=8), row
        assert near(curve.probability[0, state, last_before(moves, days[at])], row["probability"], digits=8), row
        assert near(found.std_error[0, state, at], row["ij_error"], digits=6), row


@pytest.mark.parametrize(("data", "group"), expected("means"))
def test_expected_days_as_survfit(data: str, group: str) -> None:
    spells, moves = spells_of(data, group)
    rows = [r for r in read_rows("multistate_means") if (r["data"], r["group"]) == (data, group)]
    horizon = float(rows[0]["horizon"])
    found = jackknife(spells, moves, np.array([horizon]), horizon=horizon)
    curve = occupation(moves, horizon=horizon)
    assert np.isclose(found.expected.sum(), horizon)
    for row in rows:
        state = int(row["state"])
        assert near(found.expected[0, state], row["expected"], digits=8), row
        assert near(curve.expected[0, state], row["expected"], digits=8), row
        assert near(found.expected_error[0, state], row["ij_error"], digits=6), row


@pytest.mark.parametrize(("data", "group"), expected("intensity"))
def test_cumulative_intensities_as_survfit(data: str, group: str) -> None:
    _, moves = spells_of(data, group)
    rows = [r for r in read_rows("multistate_intensity") if (r["data"], r["group"]) == (data, group)]
    pairs = list(zip(moves.source.tolist(), moves.target.tolist(), strict=True))
    assert {(int(r["from"]), int(r["to"])) for r in rows} == set(pairs)
    found = intensities(moves).cumulative
    for row in rows:
        place = pairs.index((int(row["from"]), int(row["to"])))
        assert near(found[0, place, last_before(moves, float(row["day"]))], row["cumulative"], digits=8), row


@pytest.mark.parametrize(("data", "after"), expected("transition"))
def test_transition_probabilities_as_etm(data: str, after: str) -> None:
    group = "F" if data == "mgus2" else "all"
    _, moves = spells_of(data, group)
    rows = [r for r in read_rows("multistate_transition") if (r["data"], r["after"]) == (data, after)]
    j = moves.at_risk.shape[1]
    for source in {int(r["from"]) for r in rows}:
        found = occupation(moves, horizon=1, initial=np.eye(j)[[source]], after=int(after))
        for row in [r for r in rows if int(r["from"]) == source]:
            at = last_before(moves, float(row["day"]))
            assert near(found.probability[0, int(row["to"]), at], row["probability"], digits=8), row
            assert near(found.std_error[0, int(row["to"]), at], row["greenwood_error"], digits=6), row


def test_the_start_is_observed() -> None:
    _, moves = spells_of("sir", "all")
    assert 0 < initial_share(moves)[0, 1] < 1
