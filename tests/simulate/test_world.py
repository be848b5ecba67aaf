"""The simulation against closed forms, and what no case may do."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.simulate.bolivia import ACTORS, bolivian_world
from justice_metrics.simulate.draws import generator
from justice_metrics.simulate.extracts import Extract
from justice_metrics.simulate.hazards import Actor, Confounding, Move, Steps, World, constant
from justice_metrics.simulate.run import STILL_THERE, Cases, Run, Strategy
from justice_metrics.simulate.world import simulate

N = 60_000


def cases(n: int = N, days: int = 400) -> Cases:
    zero = np.zeros(n)
    return Cases(np.zeros(n, np.int32), np.full(n, days, np.int32), np.zeros(n, np.int64), zero, zero, zero)


def share_before(run: Run, day: int, *states: str) -> float:
    first = run.first_day(*states)
    return float(((first >= 0) & (first < day)).mean())


def near(probability: float, n: int = N) -> pytest.approx:
    return pytest.approx(probability, abs=4 * np.sqrt(probability * (1 - probability) / n))


def two_ways(*, forward: bool = False, **given: object) -> World:
    moves = (
        Move(origin="open", target="verdict", rate=Steps((0, 100), (0.004, 0.001)), forward=forward),
        Move(origin="open", target="lost", rate=constant(0.002), since_complaint=Steps((0, 50), (0, 1))),
    )
    return World(start="open", moves=moves, verdicts=("verdict",), closed=("verdict", "lost"), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [20, 50, 75, 100, 250, 400])
def test_the_share_still_open_is_the_exponential_of_the_cumulated_hazards(day: int) -> None:
    run = simulate(two_ways(), cases(), generator(day))
    cumulated = 0.004 * min(day, 100) + 0.001 * max(day - 100, 0) + 0.002 * max(day - 50, 0)
    assert 1 - share_before(run, day, "verdict", "lost") == near(np.exp(-cumulated))


def test_competing_exits_share_cases_in_proportion_to_their_hazards() -> None:
    moves = tuple(Move(origin="open", target=to, rate=constant(rate)) for to, rate in (("a", 0.3), ("b", 0.1)))
    world = World(start="open", moves=moves, verdicts=("a",), closed=("a", "b"))
    run = simulate(world, cases(days=300), generator(7))
    assert share_before(run, 301, "a") == near(0.75)
    assert share_before(run, 301, "a") + share_before(run, 301, "b") == 1


def test_the_clock_of_a_stage_starts_at_its_entry() -> None:
    world = World(
        start="first",
        moves=(
            Move(origin="first", target="second", rate=constant(0.05)),
            Move(origin="second", target="third", rate=Steps((0, 30), (0, 0.1))),
        ),
        verdicts=("third",),
        closed=("third",),
    )
    run = simulate(world, cases(10_000), generator(8))
    second, third = run.first_day("second"), run.first_day("third")
    reached = third >= 0
    assert (third[reached] - second[reached]).min() >= 29  # 30 days of 24 hours touch 30 or 31 days of the calendar
    assert (third[reached] - second[reached]).mean() == pytest.approx(40, abs=0.5)


@pytest.mark.parametrize("effect", [1.0, 2.5])
def test_support_multiplies_the_hazard_from_the_day_it_is_there(effect: float) -> None:
    base, arrival, day = 0.002, 0.01, 300
    world = World(
        start="open",
        moves=(Move(origin="open", target="verdict", rate=constant(base), forward=True),),
        verdicts=("verdict",),
        closed=("verdict",),
        actors=(Actor(name="lawyer", arrival=constant(arrival)),),
        effect=effect,
    )
    run = simulate(world, cases(), generator(9))
    # not yet supported and open, plus supported on some day u and open since: the integral over u
    alone, together = base + arrival, effect * base
    expected = np.exp(-alone * day) + arrival / (alone - together) * (np.exp(-together * day) - np.exp(-alone * day))
    assert 1 - share_before(run, day, "verdict") == near(expected)


def test_the_effect_needs_all_actors_and_touches_forward_moves_only() -> None:
    here, never = Actor(name="here", arrival=constant(1e6)), Actor(name="never", arrival=constant(0.0))
    day = 60
    for actors, factor in (((here,), 3.0), ((here, never), 1.0)):
        run = simulate(two_ways(forward=True, actors=actors, effect=3.0), cases(), generator(10))
        assert 1 - share_before(run, day, "verdict", "lost") == near(np.exp(-factor * 0.004 * day - 0.002 * 10))


def test_spells_last_as_long_as_actors_stay() -> None:
    actor = Actor(name="lawyer", arrival=constant(1e6), leaving=0.02)
    world = World(start="open", moves=(Move(origin="open", target="end", rate=constant(1e-9)),), verdicts=("end",),
                  closed=("end",), actors=(actor,))  # fmt: skip
    run = simulate(world, cases(20_000, days=1000), generator(11))
    first_ends = run.support.end_day[np.unique(run.support.unit, return_index=True)[1]]
    assert first_ends.mean() == pytest.approx(50 - 0.5, abs=4 * 50 / np.sqrt(20_000))


def test_confounding_and_court_multiply_hazards() -> None:
    world = two_ways(forward=True, confounding=Confounding(severity_on_moves=0.8, tier_on_moves=0.4))
    severe = cases()._replace(severity=np.ones(N), tier=np.zeros(N), frailty=np.full(N, 0.1))
    run = simulate(world, severe, generator(12))
    factor = np.exp(0.8 * 0.5 - 0.4 * 0.5 + 0.1)
    assert 1 - share_before(run, 40, "verdict") == near(np.exp(-factor * 0.004 * 40))


def test_a_milestone_brings_actors_in() -> None:
    moves = (
        Move(origin="open", target="accused", rate=constant(1e6)),
        Move(origin="accused", target="end", rate=constant(0)),
    )
    actor = Actor(name="lawyer", arrival=constant(0.005))
    world = World(start="open", moves=moves, verdicts=("end",), closed=("end",), actors=(actor,), milestone="accused",
                  milestone_arrivals=3.0)  # fmt: skip
    run = simulate(world, cases(), generator(13))
    started = run.all_started_day()
    assert 1 - ((started >= 0) & (started < 100)).mean() == near(np.exp(-3 * 0.005 * 100))


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    one, same, other = (simulate(bolivian_world(), cases(500), generator(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one.events, same.events, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(one.support, same.support, strict=True))
    assert not np.array_equal(one.events.day, other.events.day)


def test_no_cases_give_no_events() -> None:
    run = simulate(bolivian_world(), cases(0), generator(1))
    assert run.events.unit.size == run.support.unit.size == run.first_day("charged").size == 0


def test_a_case_seen_for_no_day_is_only_registered() -> None:
    run = simulate(bolivian_world(), cases(5)._replace(last_day=np.full(5, -1, np.int32)), generator(1))
    assert run.events.state.tolist() == [run.states.index("complaint")] * 5


def test_every_move_is_one_of_the_bolivian_procedure(national: Extract) -> None:
    run, edges = national.run, read_procedure("bolivia").edges
    same_case = run.events.unit[1:] == run.events.unit[:-1]
    pairs = np.unique(np.stack([run.events.state[:-1], run.events.state[1:]], axis=1)[same_case], axis=0)
    made = {(run.states[a], run.states[b]) for a, b in pairs}
    assert {(a, b) for a, b in made if b not in edges[a]} == set()
    assert made == {(move.origin, move.target) for move in bolivian_world().moves}  # rare ones too
    assert set(run.states) <= set(read_procedure("bolivia").ids)


def test_stages_repeat_by_reopening_and_retrial(national: Extract) -> None:
    run = national.run
    visits = np.zeros((run.cases.n, len(run.states)), dtype=np.int64)
    np.add.at(visits, (run.events.unit, run.events.state), 1)
    often = {state: int((visits[:, i] > 1).sum()) for i, state in enumerate(run.states)}
    assert often["preliminary"] > 100
    assert often["rejected"] > 100
    assert often["trial"] > 10


def test_events_are_numbered_in_time_and_inside_the_observation(national: Extract) -> None:
    run = national.run
    same_case = run.events.unit[1:] == run.events.unit[:-1]
    assert (np.diff(run.events.seq)[same_case] == 1).all()
    assert (run.events.seq[1:][~same_case] == 0).all()
    assert (np.diff(run.events.day)[same_case] >= 0).all()
    assert (run.events.day <= run.cases.last_day[run.events.unit]).all()
    assert (run.events.day >= run.cases.complaint_day[run.events.unit]).all()


def test_support_lies_between_complaint_and_closure(cohort: Extract) -> None:
    run, closed = cohort.run, {bolivian_world().states.index(state) for state in bolivian_world().closed}
    history: dict[int, list[tuple[int, bool]]] = {}
    for unit, day, state in zip(run.events.unit, run.events.day, run.events.state, strict=True):
        history.setdefault(int(unit), []).append((int(day), int(state) in closed))
    for unit, _, start, end in zip(*run.support, strict=True):
        steps = history[int(unit)]
        last = int(run.cases.last_day[unit])
        until = last if end == STILL_THERE else int(end)
        assert steps[0][0] <= start <= until <= last
        spans = [
            (day, steps[i + 1][0] if i + 1 < len(steps) else last + 1) for i, (day, shut) in enumerate(steps) if shut
        ]
        assert not any(start < after and until > shut for shut, after in spans), "a spell runs on in a closed case"
        if end == STILL_THERE:
            assert not steps[-1][1]


def test_hazards_are_recovered_from_counts_and_time_at_risk() -> None:
    run = simulate(bolivian_world().with_effect(1.0), cases(40_000, days=700), generator(14))
    charged, rejected, entered = (run.first_day(state) for state in ("charged", "rejected", "preliminary"))
    move = next(move for move in bolivian_world().moves if (move.origin, move.target) == ("preliminary", "charged"))
    left = np.where(charged < 0, 10**6, charged)
    left = np.minimum(left, np.where(rejected < 0, 10**6, rejected))  # the first stay: reopened cases count no more
    stay = (np.minimum(left, 700) - entered)[entered >= 0]
    ended = ((left == charged) & (charged >= 0))[entered >= 0]
    factor = np.exp(
        -0.5 * (bolivian_world().confounding.severity_on_moves + bolivian_world().confounding.tier_on_moves)
    )
    for first, after, rate in zip(move.rate.starts[:4], move.rate.starts[1:5], move.rate.values, strict=False):
        time = np.clip(stay + 0.5, first, after) - first  # a day of leaving is half a day of staying
        happened = (ended & (stay >= first) & (stay < after)).sum()
        found = happened / time.sum()
        assert found == pytest.approx(rate * factor, rel=4 / np.sqrt(happened) + 0.02)


def test_strategies_do_to_support_what_they_say() -> None:
    world, many = bolivian_world(), cases(4000, days=500)
    started = simulate(world, many, generator(15), strategy=Strategy("start", 90, 30))
    held = simulate(world, many, generator(15), strategy=Strategy("defer", 90))
    shut = [started.first_day(state) for state in world.closed]
    open_at_90 = ~np.any([(day >= 0) & (day <= 90) for day in shut], axis=0)
    assert open_at_90.sum() > 1000
    assert (started.all_started_day()[open_at_90] >= 0).all()
    assert started.all_started_day()[open_at_90].max() <= 90
    complete = held.all_started_day()
    assert complete[complete >= 0].min() >= 90
    assert (complete >= 0).sum() > 100
    assert len(ACTORS) == 3
