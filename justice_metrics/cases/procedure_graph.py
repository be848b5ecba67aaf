"""Walking a procedure: which states can be reached from which, and past which every case must come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from .procedure_parts import Move

Edges: TypeAlias = Mapping[str, tuple[str, ...]]


def edges_of(moves: Iterable[Move]) -> Edges:
    """Return the states that can follow each state, in the order of the moves and without repeats."""
    following: dict[str, dict[str, None]] = {}
    for move in moves:
        following.setdefault(move.from_state, {}).update(dict.fromkeys(move.to))
    return MappingProxyType({state: tuple(to) for state, to in following.items()})


def reversed_edges(edges: Edges) -> Edges:
    """Return the states that can come before each state."""
    return edges_of(Move(after, (before,)) for before, afters in edges.items() for after in afters)


def reachable(edges: Edges, origins: Iterable[str], *, not_through: Collection[str] = ()) -> frozenset[str]:
    """Return every state that can be reached from ``origins``, which are among them.

    A state in ``not_through`` is reached but not left again; an origin always is left.

    Examples
    --------
    >>> sorted(reachable({"a": ("b",), "b": ("c",)}, ["a"], not_through={"b"}))
    ['a', 'b']
    """
    found = set(origins)
    open_ends = list(found)
    while open_ends:
        for following in edges.get(open_ends.pop(), ()):
            if following not in found:
                found.add(following)
                if following not in not_through:
                    open_ends.append(following)
    return frozenset(found)


def rising(edges: Edges, origin: str, rank: Mapping[str, int], *, not_through: Collection[str] = ()) -> frozenset[str]:
    """Return every state that can be reached from ``origin`` by moves that never go back in rank."""
    forward = {
        state: tuple(one for one in afters if rank[one] > rank[state])
        for state, afters in edges.items()
        if state not in not_through
    }
    return reachable(forward, [origin])


def required_before(edges: Edges, origin: str, state: str, *, not_through: Collection[str] = ()) -> frozenset[str]:
    """Return the states that every road from ``origin`` to ``state`` passes (its dominators), without itself.

    Roads through ``not_through`` do not count. Empty when there is no road at all.

    Examples
    --------
    >>> sorted(required_before({"a": ("b",), "b": ("c", "d"), "c": ("e",), "d": ("e",)}, "a", "e"))
    ['a', 'b']
    """
    roads = reachable(edges, [origin], not_through=not_through)
    if state not in roads or state == origin:
        return frozenset()
    passable = roads - frozenset(not_through) - {state, origin}
    needed = {one for one in passable if state not in reachable(edges, [origin], not_through={*not_through, one})}
    return frozenset({origin, *needed})
