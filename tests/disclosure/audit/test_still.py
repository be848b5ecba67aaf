"""Two extracts: a cell of a group that is as large as it was is the same cell."""

from __future__ import annotations

from justice_metrics.base.cells import box
from justice_metrics.disclosure.audit.attack import recovered
from justice_metrics.disclosure.audit.reading import Cell, Key, Place, Publication, Rules
from justice_metrics.disclosure.audit.still import unchanged

PLACE = Place(1, "main", "n", 0)


def key(population: str, **levels: str) -> Key:
    return Key(population, False, box(levels))


def publication(population: str, **values: int | None) -> Publication:
    """Numbers of an office "a", of its endings x, y, z and of all; None where one is hidden."""
    names = {
        "all": key(population),
        "a": key(population, office="a"),
        **{one: key(population, office="a", ending=one) for one in "xyz"},
    }
    shown = {one: [] if n is None else [(float(n), PLACE)] for one, n in values.items()}
    cells = {names[one]: Cell(told, [] if told else [PLACE]) for one, told in shown.items()}
    endings = tuple(names[one] for one in "xyz")
    return Publication(Rules(), cells, [], [], [endings], [], [])


def test_cells_of_a_group_that_did_not_change_are_recovered_from_both() -> None:
    first = publication("case of one", all=300, a=40, x=None, y=None, z=20)
    later = publication("case of two", all=301, a=40, x=None, y=16, z=None)
    assert {one.terms[0][0].box for one in unchanged(later, [first])} == {
        one.box for one in later.cells if dict(one.box)
    }
    alone, both = recovered(later), recovered(later, [first])
    x = key("case of two", office="a", ending="x")
    assert alone.bounds.get(x, (0, 24))[1] - alone.bounds.get(x, (0, 24))[0] >= 20
    # 40 - 16 - 20
    assert [round(one) for one in both.bounds[x]] == [4, 4]
    assert any(one.kind == "exact" for one in both.findings)


def test_a_group_whose_cells_moved_tells_nothing_of_the_others() -> None:
    first = publication("case of one", all=300, a=60, x=None, y=None, z=40)
    later = publication("case of two", all=300, a=60, x=None, y=16, z=25)
    assert list(unchanged(later, [first])) == []


def test_of_another_unit_nothing_is_known() -> None:
    first = publication("victim of one", all=300, a=40, x=None, y=None, z=20)
    assert list(unchanged(publication("case of two", all=300, a=40, x=None, y=16, z=None), [first])) == []
