from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.cells import Box, CurveCounts, box
from justice_metrics.disclosure.curves import JOINED, Asked, Coarse, Totals, coarsened
from justice_metrics.disclosure.held_back import Rule

RULE = Rule(minimum=10, at_risk=10)
NAN = float("nan")


def curve(events: Any, censored: Any, *, days: Any = None, strata: tuple[Box, ...] | None = None) -> CurveCounts:
    events, censored = np.asarray(events), np.asarray(censored)
    g, k, n = events.shape
    entered = np.zeros((g, n + 1), int)
    entered[:, 0] = events.sum(axis=(1, 2)) + censored.sum(axis=1)
    names = tuple("abc"[:k])
    return CurveCounts(
        strata=strata or tuple(box({"sex": str(one)}) for one in range(g)),
        endings=names,
        ending_boxes=tuple(box({"ending since start": one}) for one in names),
        days=np.concatenate([[-1], np.arange(n) if days is None else days]).astype(np.int32),
        entered=entered,
        events=np.concatenate([np.zeros((g, k, 1), int), events], axis=2),
        censored=np.concatenate([np.zeros((g, 1), int), censored], axis=1),
    )


def told(one: CurveCounts) -> list[Totals]:
    return [
        Totals(
            entered=float(one.entered[g].sum()),
            endings=tuple(float(x) for x in one.events[g].sum(axis=1)),
            pending=float(one.censored[g].sum()),
        )
        for g in range(len(one.strata))
    ]


def alone(one: CurveCounts, totals: list[Totals] | None = None, rule: Rule = RULE) -> Coarse:
    return coarsened([Asked(one, totals or told(one))], rule)[0]


def test_steps_come_together_by_hand() -> None:
    # 4 events on each of 10 days of 30: told once 10 have come together, on days 60, 150, 240
    events = np.zeros((1, 1, 300), int)
    events[0, 0, np.arange(10) * 30 + 1] = 4
    censored = np.zeros((1, 300), int)
    censored[0, 299] = 60
    made = alone(curve(events, censored)).counts
    steps = dict(zip(made.days.tolist(), made.events[0, 0].tolist(), strict=True))
    assert {day: n for day, n in steps.items() if n} == {90: 12, 180: 12, 270: 16}
    assert made.entered[0].sum() == 100
    assert made.censored[0].sum() == 60


def test_the_tail_is_cut_where_few_are_left_and_they_are_censored_there() -> None:
    events = np.zeros((1, 1, 300), int)
    events[0, 0, [10, 280]] = [40, 20]
    censored = np.zeros((1, 300), int)
    censored[0, 100] = 40
    made = alone(curve(events, censored)).counts
    assert made.days[-1] < 280
    assert made.events[0, 0].sum() == 40
    assert made.events[0].sum() + made.censored[0].sum() == made.entered[0].sum() == 100


def test_hidden_endings_go_together() -> None:
    events = np.zeros((1, 3, 200), int)
    events[0, 0, 20], events[0, 1, 40], events[0, 2, 50] = 60, 6, 7
    censored = np.zeros((1, 200), int)
    censored[0, 199] = 50
    one = curve(events, censored)
    made = alone(one, [Totals(entered=123.0, endings=(60.0, NAN, NAN), pending=50.0)]).counts
    assert made.endings == ("a", "b", "c", JOINED)
    assert np.isnan(made.events[0, 1:3]).all()
    assert made.events[0, 3].sum() == 13
    assert dict(made.ending_boxes[3]) == {"ending since start": frozenset({"a", "b", "c"})}


@pytest.mark.parametrize(
    "total",
    [
        Totals(entered=NAN, endings=(60.0, 6.0, 7.0), pending=50.0),
        Totals(entered=123.0, endings=(60.0, NAN, 7.0), pending=50.0),
        Totals(entered=123.0, endings=(60.0, NAN, NAN), pending=58.0),
    ],
)
def test_a_stratum_whose_totals_would_be_told_is_hidden(total: Totals) -> None:
    events = np.zeros((1, 3, 200), int)
    events[0, 0, 20], events[0, 1, 40], events[0, 2, 50] = 60, 6, 7
    censored = np.zeros((1, 200), int)
    censored[0, 199] = 50
    made = alone(curve(events, censored), [total])
    assert made.hidden == 1
    assert made.counts.entered.sum() == 0
    assert not np.nan_to_num(made.counts.events).any()


def test_a_curve_of_all_tells_no_more_than_its_groups() -> None:
    """By day 30 group 0 tells 15, and group 1 holds 3 back: all together may not tell 18."""
    events = np.zeros((2, 1, 200), int)
    events[0, 0, 10], events[1, 0, [10, 100]] = 15, [3, 20]
    censored = np.zeros((2, 200), int)
    censored[:, 199] = 50
    groups = curve(events, censored)
    every = curve(events.sum(axis=0, keepdims=True), censored.sum(axis=0, keepdims=True), strata=(box({}),))
    apart, together = coarsened([Asked(groups, told(groups)), Asked(every, told(every))], RULE)
    assert alone(every).counts.events[0, 0].cumsum()[list(alone(every).counts.days).index(30)] == 18
    at = list(together.counts.days).index(30)
    assert together.counts.events[0, 0, : at + 1].sum() == 15
    assert together.counts.events.sum() == apart.counts.events.sum() == 38


@pytest.mark.parametrize("turned", [False, True])
def test_endings_together_tell_no_more_than_each_whatever_was_asked_first(turned: bool) -> None:
    """By day 30 fifteen were rejected and three convicted: a curve of any ending may not tell eighteen."""
    events = np.zeros((1, 2, 200), int)
    events[0, 0, 10], events[0, 1, [10, 100]] = 15, [3, 20]
    censored = np.zeros((1, 200), int)
    censored[:, 199] = 50
    apart = curve(events, censored)
    levels = frozenset(level for one in apart.ending_boxes for _, its in one for level in its)
    dimension = next(name for one in apart.ending_boxes for name, _ in one)
    every = replace(
        curve(events.sum(axis=1, keepdims=True), censored), ending_boxes=(frozenset({(dimension, levels)}),)
    )
    asked = [Asked(every, told(every)), Asked(apart, told(apart))]
    made = coarsened(asked[::-1] if turned else asked, RULE)
    together = made[1 if turned else 0].counts
    at = list(together.days).index(30)
    assert together.events[0, 0, : at + 1].sum() == 15
    assert together.events.sum() == 38


@pytest.mark.parametrize("pending", [3, 9])
def test_few_pending_do_not_cost_a_group_its_curve(pending: int) -> None:
    events = np.zeros((1, 1, 200), int)
    events[0, 0, 10:160] = 2
    censored = np.zeros((1, 200), int)
    censored[0, 199] = pending
    one = curve(events, censored)
    made = alone(one, [Totals(entered=300.0 + pending, endings=(NAN,), pending=NAN)])
    assert made.hidden == 0
    told_of = np.nan_to_num(made.counts.events[0, 0]).sum()
    # those who are left hide who of them is pending
    assert 200 < told_of <= 300 + pending - 20
    assert made.counts.totals is not None
    assert np.isnan(made.counts.totals[0, 0])


@pytest.mark.parametrize(("left", "steps"), [(63.0, 13.0), (20.0, 0.0)])
def test_of_hidden_totals_twice_the_minimum_is_left(left: float, steps: float) -> None:
    events = np.zeros((1, 3, 200), int)
    events[0, 0, 20], events[0, 1, 40], events[0, 2, 50] = 60, 6, 7
    censored = np.zeros((1, 200), int)
    censored[0, 199] = left - 13
    made = alone(curve(events, censored), [Totals(entered=60 + left, endings=(60.0, NAN, NAN), pending=NAN)])
    assert made.counts.endings[-1] == JOINED
    assert np.nan_to_num(made.counts.events[0, -1]).sum() == steps
    assert np.nansum(made.counts.events[0, 0]) == 60


def test_no_time_and_nobody() -> None:
    assert coarsened([], RULE) == ()
    empty = curve(np.zeros((1, 1, 5), int), np.zeros((1, 5), int))
    assert alone(empty).hidden == 1


@st.composite
def curves(draw: st.DrawFn) -> CurveCounts:
    g, k, n = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 12))
    seed = np.random.default_rng(draw(st.integers(0, 10**6)))
    days = np.sort(seed.choice(400, n, replace=False))
    return curve(seed.poisson(draw(st.floats(0.2, 9)), (g, k, n)), seed.poisson(4, (g, n)), days=days)


@given(curves(), st.sampled_from([None, 5]))
@settings(max_examples=60, deadline=None)
def test_every_step_is_large_enough_and_everybody_is_told_of(one: CurveCounts, base: int | None) -> None:
    totals = told(one)
    if base:
        totals = [
            Totals(entered=base * round(x.entered / base), endings=tuple(base * round(e / base) for e in x.endings),
                   pending=base * round(x.pending / base))
            for x in totals
        ]  # fmt: skip
    totals = [
        Totals(entered=x.entered, endings=tuple(e if e == 0 or e >= 10 else NAN for e in x.endings), pending=x.pending)
        for x in totals
    ]
    made = alone(one, totals, Rule(minimum=10, at_risk=10, base=base)).counts
    events = np.nan_to_num(made.events)
    assert made.entered.sum(axis=1) == pytest.approx(events.sum(axis=(1, 2)) + made.censored.sum(axis=1))
    steps = events[events > 0]
    if base is None:
        assert (steps >= 10).all()
    else:
        assert (steps % base == 0).all()
    before = (
        np.cumsum(made.entered, axis=1)
        - np.cumsum(np.pad(events.sum(axis=1) + made.censored, ((0, 0), (1, 0))), axis=1)[:, :-1]
    )
    assert (before >= events.sum(axis=1) + made.censored - 1e-9).all()


@given(curves())
@settings(max_examples=60, deadline=None)
def test_all_together_never_tell_a_little_more_than_their_groups(one: CurveCounts) -> None:
    every = curve(
        one.events[:, :, 1:].sum(axis=0, keepdims=True),
        one.censored[:, 1:].sum(axis=0, keepdims=True),
        days=one.days[1:],
        strata=(box({}),),
    )
    asked = [Asked(one, told(one)), Asked(every, told(every))]
    groups, together = (made.counts for made in coarsened(asked, RULE))
    if not together.entered.sum() or not groups.entered.sum(axis=1).all():
        return
    for k in range(len(one.endings)):
        steps = together.events[0, k]
        assert (steps[steps > 0] >= 10).all()
        if not steps.any():
            continue
        last = int(np.flatnonzero(steps)[-1])
        of_groups = np.zeros(len(steps))
        of_groups[: groups.events.shape[2]] = groups.events[:, k].sum(axis=0)[: len(steps)]
        apart = (np.cumsum(steps) - np.cumsum(of_groups))[:last][steps[:last] > 0]
        assert ((apart <= 0) | (apart >= 10)).all()
