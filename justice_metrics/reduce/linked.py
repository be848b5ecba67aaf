"""From linked registers to counts: pairs, persons, and who of the first register is found in the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats
from ..cases.linkage.linked import ALONE, UNCLEAR, LinkedRegisters

# Groups of records that are linked less easily, each with the group it is compared with.
GROUPS = ("all", "two_surnames", "one_surname", "birth_to_the_day", "birth_coarse")


class PairCounts(NamedTuple):
    """Pairs at one threshold.

    Attributes
    ----------
    accepted : int
        Pairs that count as one person.
    expected_true : float
        Sum of their probabilities: how many of them are, by the model.
    expected_all : float
        How many true pairs there are among all that were compared, by the model.
    implied : int
        Pairs that are one person only because both are linked with a third record.
    persons, largest : int
        Persons, and records of the one with most.
    """

    accepted: int
    expected_true: float
    expected_all: float
    implied: int
    persons: int
    largest: int


class Found(NamedTuple):
    """Records of the first register that are found in another, by group; shapes (groups, registers - 1).

    Attributes
    ----------
    records : array of int, shape (groups,)
        Records of the first register in each group.
    found : array of int
        Those whose person has a record in the other register.
    expected : array of float
        How many have one by the probabilities of their own pairs, at no threshold.
    """

    records: Counts
    found: Counts
    expected: Floats


def pair_counts(linked: LinkedRegisters, threshold: float) -> PairCounts:
    """Count pairs and persons at a threshold."""
    kept = linked.accepted(threshold)
    sizes = np.bincount(linked.persons(threshold))
    together = int((sizes * (sizes - 1) // 2).sum())
    accepted = int(kept.sum())
    return PairCounts(
        accepted,
        float(linked.pairs.probability[kept].sum()),
        linked.pairs.expected,
        together - accepted,
        int((sizes > 0).sum()),
        int(sizes.max(initial=0)),
    )


def found_in(linked: LinkedRegisters, threshold: float) -> Found:
    """Count who of the first register is found in each other one, by the groups of ``GROUPS``."""
    n_main = linked.registers[0].n
    others = len(linked.registers) - 1
    person, groups = linked.persons(threshold), _groups(linked)
    there = np.zeros((n_main, others), dtype=np.bool_)
    for place in range(others):
        held = np.zeros(int(person.max(initial=0)) + 1, dtype=np.bool_)
        held[person[linked.register == place + 1]] = True
        there[:, place] = held[person[:n_main]]
    return Found(groups.sum(axis=1), groups @ there.astype(np.int64), groups.astype(np.float64) @ _likely(linked))


class GroupPairs(NamedTuple):
    """Pairs by group, as the model sees them; shapes (groups,).

    Attributes
    ----------
    accepted : array of int
        Pairs that count as one person.
    expected_accepted, expected_all : array of float
        Sums of the probabilities of the accepted pairs, and of all that were kept.
    """

    accepted: Counts
    expected_accepted: Floats
    expected_all: Floats


def group_pairs(linked: LinkedRegisters, threshold: float) -> GroupPairs:
    """Count pairs by the groups of ``GROUPS``; a pair is of a lesser group when one of its records is.

    So one pair of records with one surname and with two counts under one surname.
    """
    pairs = linked.pairs
    single, coarse = (
        np.concatenate([getattr(one, name) for one in linked.registers]) for name in ("one_surname", "coarse_birth")
    )
    single, coarse = (one[pairs.left] | one[pairs.right] for one in (single, coarse))
    groups = np.array([np.ones_like(single), ~single, single, ~coarse, coarse])
    kept = linked.accepted(threshold)
    return GroupPairs(
        (groups & kept).sum(axis=1).astype(np.int64),
        groups.astype(np.float64) @ np.where(kept, pairs.probability, 0.0),
        groups.astype(np.float64) @ pairs.probability,
    )


class CaseCounts(NamedTuple):
    """What became of the records of the other registers; shapes (registers - 1,).

    Attributes
    ----------
    in_case : array of int
        Records that belong to a case of the first register.
    before : array of int
        Of them, those dated before it.
    alone : array of int
        Records of persons without such a case.
    unclear : array of int
        Records of persons with several, where a missing day leaves open which.
    """

    in_case: Counts
    before: Counts
    alone: Counts
    unclear: Counts


def case_counts(linked: LinkedRegisters, threshold: float) -> CaseCounts:
    """Count the records of each other register by the case that they belong to."""
    found = linked.cases(threshold)
    registers = len(linked.registers)

    def by_register(which: Flags) -> Counts:
        return np.bincount(linked.register[which], minlength=registers)[1:].astype(np.int64)

    return CaseCounts(
        by_register(found.case >= 0),
        by_register(found.before),
        by_register(found.case == ALONE),
        by_register(found.case == UNCLEAR),
    )


def _groups(linked: LinkedRegisters) -> Counts:
    """Return which record of the first register is in which group; shape (groups, records)."""
    first = linked.registers[0]
    flags: tuple[Flags, ...] = (
        np.ones(first.n, dtype=np.bool_),
        ~first.one_surname,
        first.one_surname,
        ~first.coarse_birth,
        first.coarse_birth,
    )
    return np.array(flags, dtype=np.int64)


def _likely(linked: LinkedRegisters) -> Floats:
    """Return the probability that each record of the first register has a partner; shape (records, registers - 1).

    One less the product of (1 - p) over its own pairs with the register.
    """
    n_main = linked.registers[0].n
    pairs = linked.pairs
    # The smaller row number stands left, and the first register has the smallest ones.
    mine = (pairs.left < n_main) & (pairs.right >= n_main)
    other = linked.register[pairs.right[mine]] - 1
    without = np.zeros((n_main, len(linked.registers) - 1))
    np.add.at(without, (pairs.left[mine], other), np.log1p(-np.minimum(pairs.probability[mine], 1 - 1e-12)))
    return np.asarray(-np.expm1(without))
