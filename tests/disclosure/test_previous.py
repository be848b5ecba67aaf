"""Earlier releases: what was hidden stays hidden, what was told is known, and a small change is a small count."""

from __future__ import annotations

import pytest

from justice_metrics.base.cells import Count, box
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
