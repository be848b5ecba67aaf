"""States that are moved between: by hand in fractions, and what holds for all spells."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.types import Counts, Floats
from justice_metrics.estimate.curves import aalen_johansen
from justice_metrics.estimate.multistate import Moves, Spells, counted, initial_share, intensities, occupation
from justice_metrics.estimate.multistate_variance import jackknife, jackknife_intensities
from justice_metrics.estimate.risk import at_risk

J = 4
F = Fraction


class Visit(NamedTuple):
    unit: int
    state: int
    to: int
    entry: int
    exit: int
    n: int = 1
    weight: float = 1.0
    group: int = 0


def spells(visits: list[Visit], *, weighted: bool = False, cluster: Counts | None = None) -> Spells:
    table = np.array([one[:6] for one in visits], np.int64).reshape(-1, 6)
    return Spells(
        group=np.array([one.group for one in visits], np.int64),
        state=table[:, 1],
        to=table[:, 2],
        entry=table[:, 3].astype(np.int32),
        exit=table[:, 4].astype(np.int32),
        n=table[:, 5],
        weight=np.array([one.weight for one in visits]) if weighted else None,
        unit=table[:, 0],
        cluster=cluster,
    )


def moves(visits: list[Visit], *, groups: int = 1, states: int = J) -> Moves:
    return counted(spells(visits), groups=groups, states=states)


# --------------------------------------------------------------------------------------------------------- by hand

# Investigation (0), trial (1), closed (2): the first is closed and reopened, the third is seen up to day 5 only.
BY_HAND = [
    *(Visit(1, 0, 2, -1, 2), Visit(1, 2, 0, 2, 4), Visit(1, 0, -1, 4, 9)),
    *(Visit(2, 0, 1, -1, 4), Visit(2, 1, 2, 4, 6), Visit(2, 2, -1, 6, 9)),
    Visit(3, 0, -1, -1, 5),
    *(Visit(4, 0, 1, -1, 6), Visit(4, 1, -1, 6, 9)),
]


class TestByHand:
    # day 2: 1 of 4 closed; day 4: 1 of 3 to trial, the closed one reopened; day 6: of two open ones (1 and 4) one goes
    # to trial, the one in trial is closed.
    DAYS = [2, 4, 6]
    PROBABILITY = [
        [F(3, 4), F(1, 4) + F(3, 4) * F(2, 3), F(3, 4) * F(1, 2)],
        [F(0), F(3, 4) * F(1, 3), F(3, 4) * F(1, 2)],
        [F(1, 4), F(0), F(1, 4)],
    ]

    def test_risk_sets(self) -> None:
        found = moves(BY_HAND, states=3)
        assert found.days.tolist() == self.DAYS
        assert found.at_risk[0].tolist() == [[4, 3, 2], [0, 0, 1], [0, 1, 0]]
        assert found.started.tolist() == [[4, 0, 0]]

    def test_probabilities(self) -> None:
        found = occupation(moves(BY_HAND, states=3), horizon=9)
        assert np.allclose(found.probability[0], np.array(self.PROBABILITY, dtype=float), rtol=1e-14)

    def test_expected_days(self) -> None:
        lengths = [F(2), F(2), F(1)]  # from day 2, from day 4, from day 6 up to day 7
        later = [sum(p * d for p, d in zip(row, lengths, strict=True)) for row in self.PROBABILITY]
        spent = [2 + later[0], later[1], later[2]]
        found = occupation(moves(BY_HAND, states=3), horizon=7)
        assert np.allclose(found.expected[0], [float(one) for one in spent], rtol=1e-14)
        assert sum(spent) == 7

    def test_greenwood_variance_of_two_days(self) -> None:
        # day 2: p0 is binomial, 3/4 of 4; day 4: of 3 in state 0 one goes to trial, and the closed one surely back
        variance = F(3, 4) * F(1, 4) / 4
        in_trial = F(1, 3) ** 2 * variance + F(3, 4) ** 2 * F(1, 3) * F(2, 3) / 3
        found = occupation(moves(BY_HAND, states=3), horizon=9)
        assert np.isclose(found.std_error[0, 0, 0] ** 2, float(variance), rtol=1e-13)
        assert np.isclose(found.std_error[0, 1, 1] ** 2, float(in_trial), rtol=1e-13)
        assert found.std_error[0, 2, 1] == 0

    def test_jackknife_of_two_days(self) -> None:
        # the pull of each of the four on the share in trial after day 4, 3/4 × 1/3: closing one moves 3/4, going 1/3
        closed = [F(-1, 4) * F(3, 4), *[F(1, 4) * F(1, 4)] * 3]  # of the share open, 1/4 each less their own move
        going = [F(0), F(1, 3) * F(2, 3), F(-1, 3) * F(1, 3), F(-1, 3) * F(1, 3)]
        pulls = [F(1, 3) * a + F(3, 4) * b for a, b in zip(closed, going, strict=True)]
        found = jackknife(spells(BY_HAND), moves(BY_HAND, states=3), np.array([4]), horizon=9)
        assert np.isclose(found.std_error[0, 1, 0] ** 2, float(sum(one**2 for one in pulls)), rtol=1e-13)

    def test_intensities(self) -> None:
        found = moves(BY_HAND, states=3)
        pairs = list(zip(found.source.tolist(), found.target.tolist(), strict=True))
        assert pairs == [(0, 1), (0, 2), (1, 2), (2, 0)]
        greenwood, counting = intensities(found), intensities(found, variance="counting_process")
        assert np.allclose(greenwood.cumulative[0, 0], [0, 1 / 3, 1 / 3 + 1 / 2])
        assert np.isclose(greenwood.std_error[0, 0, 1] ** 2, float(F(1 * 2, 27)))
        assert np.isclose(counting.std_error[0, 0, 1] ** 2, float(F(1, 9)))
        pulled = jackknife_intensities(spells(BY_HAND), found, np.array([4]))
        assert np.isclose(pulled[0, 0, 0] ** 2, float(F(2, 9) ** 2 + 2 * F(1, 9) ** 2))

    def test_transitions_from_a_later_day(self) -> None:
        found = occupation(moves(BY_HAND, states=3), horizon=9, initial=np.array([[0.0, 1.0, 0.0]]), after=4)
        assert found.probability[0].tolist() == [[0, 0, 0], [1, 1, 0], [0, 0, 1]]
        assert found.expected[0].tolist() == [0, 2, 3]


# --------------------------------------------------------------------------------------------------------- at the edges


class TestEdges:
    def test_nobody_moves(self) -> None:
        still = [Visit(i, i % 2, -1, -1, 5) for i in range(4)]
        found = moves(still)
        assert found.events.shape == (1, 0, 0)
        assert occupation(found, horizon=4).expected.tolist() == [[2, 2, 0, 0]]
        pulled = jackknife(spells(still), found, np.array([3]), horizon=4)
        assert np.allclose(pulled.std_error[0, :2, 0] ** 2, 0.25 / 4)
        assert np.isclose(pulled.expected_error[0, 0], 4 * np.sqrt(0.25 / 4))

    def test_no_visit_at_all(self) -> None:
        found = moves([], groups=2)
        assert np.isnan(initial_share(found)).all()
        known = np.tile(np.eye(J)[0], (2, 1))
        assert occupation(found, horizon=9, initial=known).expected[:, 0].tolist() == [9, 9]

    def test_all_on_one_day(self) -> None:
        visits = [Visit(i, 0, 1 + i % 3, -1, 0) for i in range(9)]
        found = occupation(moves(visits), horizon=10)
        assert np.allclose(found.probability[0, :, 0], [0, 1 / 3, 1 / 3, 1 / 3])
        assert np.allclose(found.std_error[0, :, 0], [0, *[np.sqrt(2 / 9 / 9)] * 3])
        assert found.expected[0, 0] == 0

    def test_ten_thousand_ties_a_day(self) -> None:
        visits = [Visit(0, 0, 1, -1, 3, 10_000), Visit(1, 0, 2, -1, 3, 30_000), Visit(2, 0, -1, -1, 3, 60_000)]
        found = occupation(moves(visits), horizon=10)
        assert np.allclose(found.probability[0, :, 0], [0.6, 0.1, 0.3, 0])
        assert np.isclose(found.std_error[0, 1, 0], np.sqrt(0.1 * 0.9 / 100_000))

    def test_an_entry_on_the_day_is_at_risk_from_the_next(self) -> None:
        visits = [Visit(0, 0, 1, -1, 3), Visit(1, 0, 1, 3, 6), Visit(2, 0, -1, 2, 6)]
        assert moves(visits).at_risk[0, 0].tolist() == [2, 2]

    def test_a_group_without_a_move(self) -> None:
        visits = [Visit(0, 0, 1, -1, 3), Visit(1, 0, -1, -1, 6, group=1)]
        found = occupation(moves(visits, groups=2), horizon=6)
        assert found.probability[:, 0, 0].tolist() == [0, 1]
        assert found.std_error[1].tolist() == [[0]] * J


# ---------------------------------------------------------------------------------------------------------- for all


@st.composite
def histories(draw: st.DrawFn) -> list[Visit]:
    """Units that walk between four states, the last of them for good, and enter late or are lost."""
    made: list[Visit] = []
    for unit in range(draw(st.integers(1, 8))):
        state, day = draw(st.integers(0, 1)), -1
        weight = draw(st.sampled_from((0.5, 1.0, 2.25)))
        n = draw(st.integers(1, 3))
        group = draw(st.integers(0, 1))
        for _ in range(draw(st.integers(1, 4))):
            leaving = max(day, -1) + draw(st.integers(1, 5))
            to = draw(st.sampled_from([-1, *(one for one in range(J) if one != state)]))
            made.append(Visit(unit, state, to, day, leaving, n, weight, group))
            if to in (-1, J - 1):
                break
            state, day = to, leaving
    # somebody is observed from the start in each group
    return [*made, Visit(98, 0, 1, -1, 3), Visit(99, 0, -1, -1, 30, group=1)]


@given(histories())
def test_probabilities_and_expected_days_add_up(visits: list[Visit]) -> None:
    found = occupation(moves(visits, groups=2), horizon=12)
    assert np.allclose(found.probability.sum(axis=1), 1)
    assert (found.probability >= -1e-12).all()
    assert np.allclose(found.expected.sum(axis=1), 12)


@given(histories())
def test_groups_stand_by_themselves(visits: list[Visit]) -> None:
    both = occupation(moves(visits, groups=2), horizon=12)
    for group in (0, 1):
        alone = occupation(moves([one._replace(group=0) for one in visits if one.group == group]), horizon=12)
        assert np.allclose(both.expected[group], alone.expected[0])
        assert np.allclose(both.expected_error[group], alone.expected_error[0])


@given(histories())
def test_a_number_is_the_visit_so_often(visits: list[Visit]) -> None:
    often = [one._replace(unit=100 * one.unit + k, n=1) for one in visits for k in range(one.n)]
    days = np.array([2, 5, 9])
    found, again = (jackknife(spells(rows), moves(rows, groups=2), days, horizon=11) for rows in (visits, often))
    for one, two in zip(found, again, strict=True):
        assert np.allclose(one, two, atol=1e-12)
    curve, twin = (occupation(moves(rows, groups=2), horizon=11) for rows in (visits, often))
    assert np.array_equal(curve.std_error, twin.std_error)


@given(histories(), st.integers(0, 4))
def test_splitting_a_visit_changes_nothing(visits: list[Visit], cut: int) -> None:
    split: list[Visit] = []
    for one in visits:
        middle = one.entry + 1 + cut
        if one.entry < middle < one.exit:
            split += [one._replace(to=one.state, exit=middle), one._replace(entry=middle)]
        else:
            split.append(one)
    days = np.array([3, 8])
    found, again = (jackknife(spells(rows), moves(rows, groups=2), days, horizon=11) for rows in (visits, split))
    for one_array, two in zip(found, again, strict=True):
        assert np.allclose(one_array, two, atol=1e-12)


@given(histories())
@settings(max_examples=50)
def test_the_jackknife_is_the_slope_of_the_weights(visits: list[Visit]) -> None:
    """Every unit is given a little more weight, and the change of the estimate compared with its pull."""
    day, horizon, step = 6, 9, 1e-5
    single = [one._replace(n=1, group=0) for one in visits]
    base = spells(single, weighted=True)

    def estimate(weight: Floats) -> tuple[Floats, Floats]:
        made = counted(base._replace(weight=weight), groups=1, states=J)
        found = jackknife(base._replace(weight=weight), made, np.array([day]), horizon=horizon)
        return found.probability[0, :, 0], found.expected[0]

    squares = [np.zeros(J), np.zeros(J)]
    assert base.weight is not None
    assert base.unit is not None
    for unit in np.unique(base.unit):
        mine = base.unit == unit
        more, less = (estimate(base.weight * np.where(mine, 1 + sign * step, 1)) for sign in (1, -1))
        for place in (0, 1):
            squares[place] += ((more[place] - less[place]) / (2 * step)) ** 2
    found = jackknife(base, counted(base, groups=1, states=J), np.array([day]), horizon=horizon)
    assert np.allclose(found.std_error[0, :, 0] ** 2, squares[0], rtol=1e-5, atol=1e-8)
    assert np.allclose(found.expected_error[0] ** 2, squares[1], rtol=1e-5, atol=1e-7)


@given(histories())
def test_clusters_of_one_unit_each_are_the_units(visits: list[Visit]) -> None:
    single = [one._replace(n=1) for one in visits]
    plain = spells(single)
    clustered = plain._replace(cluster=plain.unit, unit=None)
    found, again = (
        jackknife(one, counted(one, groups=2, states=J), np.array([4]), horizon=9) for one in (plain, clustered)
    )
    assert np.allclose(found.std_error, again.std_error)
    assert np.allclose(found.expected_error, again.expected_error)


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(1, 8), st.integers(0, 3)), min_size=1, max_size=12))
def test_one_state_left_by_endings_is_aalen_johansen(rows: list[tuple[int, int, int]]) -> None:
    visits = [Visit(i, 0, to or -1, entry, entry + stay) for i, (entry, stay, to) in enumerate(rows)]
    visits.append(Visit(99, 0, 1, -1, 3))
    found = moves(visits)
    days = np.arange(14)
    events, censored, entered = np.zeros((1, 3, 14), np.int64), np.zeros((1, 14), np.int64), np.zeros((1, 14), np.int64)
    for one in visits:
        if one.to > 0:
            events[0, one.to - 1, one.exit] += 1
        else:
            censored[0, one.exit] += 1
        if one.entry >= 0:
            entered[0, one.entry] += 1
    curves = aalen_johansen(events, at_risk(events, censored, entered))
    known = np.eye(J)[[0]]
    curve = occupation(found, horizon=9, initial=known)
    at = np.searchsorted(days, found.days)
    assert np.allclose(curve.probability[0, 1:], curves.incidence[0][:, at], atol=1e-12)
    assert np.allclose(curve.std_error[0, 1:], curves.std_error[0][:, at], atol=1e-10)


@pytest.mark.parametrize("sizes", [(7,), (1, 6), (2, 3, 2)])
def test_pieces_of_any_size_give_the_same(sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    from justice_metrics.estimate import multistate_variance

    whole = jackknife(spells(BY_HAND), moves(BY_HAND, states=3), np.arange(9), horizon=8)
    monkeypatch.setattr(multistate_variance, "_PIECE", 30 * sizes[0])
    cut = jackknife(spells(BY_HAND), moves(BY_HAND, states=3), np.arange(9), horizon=8)
    for one, two in zip(whole, cut, strict=True):
        assert np.allclose(one, two, atol=1e-14)
