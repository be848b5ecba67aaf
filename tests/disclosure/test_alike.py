"""Counts that may be of the same units are shown together or hidden together."""

from __future__ import annotations

from justice_metrics.base.cells import Count, box
from justice_metrics.disclosure.alike import alike, nested, periods
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import protect


def count(value: float, name: str = "a", **restrictions: str) -> Count:
    return Count(box(restrictions), value, (name, "n", 0))


def test_equal_counts_of_one_group_hang_together() -> None:
    counts = [count(30, ending="trial"), count(30, stays="trial"), count(30, began="trial"), count(31, went="on")]
    ties = alike(counts, {"department"}, 10)
    assert [[part.sign for part in tie] for tie in ties] == [[1, -1], [1, -1]]
    assert {part.box for tie in ties for part in tie} == {one.box for one in counts[:3]}


def test_other_groups_small_counts_and_other_units_do_not() -> None:
    counts = [
        count(30, department="Oruro", ending="trial"),
        count(30, department="Beni", stays="trial"),
        count(9, ending="verdict"),
        count(9, stays="verdict"),
        count(50, ending="rejection"),
        count(50, ending="dismissal"),
    ]
    assert alike(counts, {"department"}, 10) == ()


def test_what_another_table_would_give_away_is_hidden_there_too() -> None:
    """Of 172 accused 167 have a record of their own; another answer counts the 167 in words of its own."""
    reached, recorded = count(172, furthest="accusation"), count(167, furthest="accusation", recorded="yes")
    elsewhere = count(167, "b", dated="accusation")
    counts = [count(1200), reached, recorded, elsewhere]
    assert not protect({"p": counts}, DisclosurePolicy()).of("p", elsewhere).rule
    decided = protect({"p": counts}, DisclosurePolicy(), ties={"p": alike(counts, set(), 10)})
    shown = {one.value for one in counts if decided.of("p", one).value == one.value}
    assert shown in ({1200, 172}, {1200, 167}, {1200})


def test_a_month_is_not_what_its_quarter_leaves() -> None:
    """July 13, August 16, the third quarter 32: September had 3."""
    months = [count(n, month=f"2015-0{one}") for one, n in ((7, 13), (8, 16), (9, 3))]
    quarter = count(32, "b", quarter="2015-Q3")
    counts = [*months, quarter, count(132, "c", year="2015")]
    ties = nested(counts, periods(counts))
    assert [len(tie) for tie in ties] == [4]
    decided = protect({"p": counts}, DisclosurePolicy(), ties={"p": ties})
    shown = {one.value for one in (*months, quarter) if decided.of("p", one).value == one.value}
    assert 3 not in shown
    assert not {13, 16, 32} <= shown


def test_periods_of_an_event_lie_in_periods_of_the_same_event() -> None:
    counts = [count(20, verdict_quarter="2015-Q3"), count(30, half_year="2015-H1"), count(5, ending="2015-Q3")]
    assert periods(counts) == {
        "half_year": {"year": {"2015-H1": "2015"}},
        "verdict_quarter": {"verdict_half_year": {"2015-Q3": "2015-H2"}, "verdict_year": {"2015-Q3": "2015"}},
    }
