"""Earlier releases: what was hidden stays hidden, what was told is known, and a small change is a small count."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from justice_metrics.base.cells import Box, Count, box
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import Decisions, protect
from justice_metrics.disclosure.published import ProtectedCells, PublishedCell

SAME, LATER = "case of one", "case of two"
POLICY = DisclosurePolicy(zeros="structural", hundred_percent="show", sensitive=())


def count(value: float, **levels: str) -> Count:
    return Count(box(levels), value, ("main", "n", 0))


TABLE = [count(200), count(4, office="a"), count(70, office="b"), count(126, office="c")]


def told(decided: Decisions, cells: list[Count], population: str = SAME) -> list[str]:
    return [decided.of(population, one).rule for one in cells]


def cells(mode: str = "suppress", population: str = SAME, **values: float | None) -> ProtectedCells:
    made = [PublishedCell(population, box({"office": name}), False, value) for name, value in values.items()]
    return ProtectedCells(cells=tuple(made), mode=mode)


def test_what_was_hidden_stays_hidden_and_its_partner_with_it() -> None:
    first = protect({SAME: TABLE}, POLICY)
    hidden = [one.units for one in first.cells.cells if one.value is None]
    # the second release asks for another table, of which alone nothing would be hidden
    again = [count(200), count(70, office="b")]
    second = protect({SAME: again}, POLICY, [first.cells])
    assert told(second, again)[1] == ("previous" if again[1].box in hidden else "")
    whole = protect({SAME: TABLE}, POLICY, [first.cells])
    assert {one.units for one in whole.cells.cells if one.value is None} == set(hidden)


def test_what_was_told_cannot_protect_any_more() -> None:
    # alone, the 70 would be hidden beside the 4; they were published before, so it is another cell
    assert told(protect({SAME: TABLE}, POLICY), TABLE) == ["", "minimum", "linked", ""]
    found = protect({SAME: TABLE}, POLICY, [cells(b=70)])
    assert told(found, TABLE) == ["", "minimum", "", "linked"]


def test_what_was_told_is_known_also_where_it_is_not_told_again() -> None:
    now = [count(200), count(126, office="c")]
    assert told(protect({SAME: now}, POLICY), now) == ["", ""]
    found = protect({SAME: now}, POLICY, [cells(b=70)])
    # 200 - 126 - 70 = 4
    assert sorted(told(found, now)) == ["", "linked"]


def test_a_small_change_of_later_data_is_hidden() -> None:
    now = [count(73, office="b"), count(126, office="c"), count(90, office="d")]
    before = cells(population=SAME, b=70, c=126, d=70)
    assert told(protect({LATER: now}, POLICY, [before]), now, LATER) == ["previous", "", ""]


def test_a_change_of_rounded_numbers_tells_nothing_of_single_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADE_SECRET", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    rounding = DisclosurePolicy(mode="round", secret="env:MADE_SECRET", sensitive=())
    now = [count(73, office="b")]
    found = protect({LATER: now}, rounding, [cells("round", b=70)])
    assert told(found, now, LATER) == ["rounded"]
    # what was rounded once and is asked exactly now: one of the two readings is known already
    exact = protect({SAME: now}, POLICY, [cells("round", b=70)])
    assert told(exact, now) == [""]


def test_hidden_before_and_other_data_now() -> None:
    now = [count(73, office="b")]
    assert told(protect({LATER: now}, POLICY, [cells(b=None)]), now, LATER) == [""]


OFFICES, ENDINGS = "abcd", "xyz"


def crossed(numbers: list[list[int]]) -> list[Count]:
    """A table of offices by endings with all its sums."""
    raw = np.array(numbers)
    made = [count(float(raw.sum()))]
    made += [count(float(n), office=one) for one, n in zip(OFFICES, raw.sum(axis=1), strict=True)]
    made += [count(float(n), ending=one) for one, n in zip(ENDINGS, raw.sum(axis=0), strict=True)]
    made += [
        count(float(raw[row, place]), office=one, ending=other)
        for row, one in enumerate(OFFICES)
        for place, other in enumerate(ENDINGS)
    ]
    return made


def ranges(several: list[Decisions], cells: list[Count], changed: str) -> dict[Box, tuple[float, float]]:
    """What is known of each cell of the unchanged offices by all releases; of the changed one each has its own."""
    inner = [(office, ending) for office in OFFICES for ending in ENDINGS]
    size = len(inner)

    def members(one: Count, release: int) -> list[int]:
        levels = {name: set(inside) for name, inside in one.box}
        found = []
        for place, (office, ending) in enumerate(inner):
            if office in levels.get("office", {office}) and ending in levels.get("ending", {ending}):
                found.append(place + size * (release if office == changed else 0))
        return found

    left, right = [], []
    for release, decided in enumerate(several):
        told = {one.units: one.value for one in decided.cells.cells}
        for one in cells:
            value = told[one.box]
            if value is not None:
                left.append([float(place in members(one, release)) for place in range(size * len(several))])
                right.append(value)
    found = {}
    for place, (office, ending) in enumerate(inner):
        if office != changed:
            cost = [float(one == place) for one in range(size * len(several))]
            ends = [linprog([sign * c for c in cost], A_eq=left, b_eq=right).fun * sign for sign in (1, -1)]
            found[box({"office": office, "ending": ending})] = (round(ends[0], 6), round(ends[1], 6))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_one_case_more_opens_no_cell_of_the_offices_where_nothing_changed(seed: int) -> None:
    draw = np.random.default_rng(seed)
    numbers = draw.integers(2, 25, (4, 3)).tolist()
    first_cells = crossed(numbers)
    numbers[3][seed % 3] += 1
    later_cells = crossed(numbers)
    first = protect({SAME: first_cells}, POLICY)
    later = protect({LATER: later_cells}, POLICY, [first.cells])
    was, now = ({one.units for one in made.cells.cells if one.value is None} for made in (first, later))
    assert {one for one in was if ("office", frozenset("d")) not in one and dict(one).get("office")} <= now
    for units, (low, high) in ranges([first, later], later_cells, "d").items():
        true = next(one.value for one in later_cells if one.box == units)
        if units in now and true < POLICY.minimum:
            assert low <= max(true - POLICY.protection, 0)
            assert high >= true + POLICY.protection


def test_a_group_that_changed_by_much_is_decided_anew() -> None:
    before = [count(200), count(70, office="b"), count(130, office="c"), count(40, office="b", ending="x")]
    made = [PublishedCell(SAME, one.box, False, None if one.value == 40 else one.value) for one in before]
    told_before = ProtectedCells(cells=tuple(made))
    few = [count(203), count(73, office="b"), count(130, office="c"), count(42, office="b", ending="x")]
    assert told(protect({LATER: few}, POLICY, [told_before]), few, LATER)[3] == "previous"
    many = [count(250), count(120, office="b"), count(130, office="c"), count(60, office="b", ending="x")]
    assert told(protect({LATER: many}, POLICY, [told_before]), many, LATER)[3] == ""


def test_a_table_that_is_not_asked_again_is_known_of_groups_that_stay_the_same() -> None:
    before = [
        PublishedCell(SAME, box({"office": "b", "court": one}), False, n) for one, n in (("1", 30.0), ("2", 36.0))
    ]
    before.append(PublishedCell(SAME, box({"office": "b"}), False, 70.0))
    now = [count(200), count(70, office="b"), count(130, office="c")]
    now += [count(n, office="b", court=one) for one, n in (("3", 4.0),)]
    found = protect({LATER: now}, POLICY, [ProtectedCells(cells=tuple(before))])
    # 70 - 30 - 36 = 4: what was told of the other courts leaves nothing to protect the third one but its office
    assert told(found, now, LATER)[3] == "minimum"
    assert told(found, now, LATER)[1] != "" or (LATER, now[3].box) in found.limited


def test_what_was_told_and_did_not_change_is_told_again_where_something_else_can_go() -> None:
    now = [count(130), count(4, office="a"), count(40, office="b"), count(86, office="c")]
    assert told(protect({LATER: now}, POLICY), now, LATER) == ["", "minimum", "linked", ""]
    # the 40 is in an earlier release, of cases that came to 40 more since then
    found = protect({LATER: now}, POLICY, [cells(b=40, c=46)])
    assert told(found, now, LATER) == ["", "minimum", "", "linked"]
