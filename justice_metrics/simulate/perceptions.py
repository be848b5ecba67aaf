"""A simulated survey of officials and users of the system: what they would answer, with its truth.

Each scale is one factor: a person stands somewhere on it, an item follows that standing with a known loading, and
the answer is the step of five into which the item falls. So the share of each answer and the reliability of each
scale are known exactly, by a normal distribution function and by quadrature over the factor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .draws import generator, happens, levels, normal
from .register import Table

SEED: Final = 2_018_15
ROUNDS: Final = ("2016", "2018")
ANSWERS: Final = (
    "Muy en desacuerdo",
    "En desacuerdo",
    "Ni de acuerdo ni en desacuerdo",
    "De acuerdo",
    "Muy de acuerdo",
)
DO_NOT_KNOW, NO_ANSWER = "No sabe", "No responde"
DO_NOT_KNOW_SHARE: Final = 0.03
NO_ANSWER_SHARE: Final = 0.02
OFFICIALS, USERS = "Personal del sistema", "Personas usuarias"
# Where an item that nobody leans on either way is cut into five answers, in standard deviations.
CUTS: Final = (-1.25, -0.35, 0.35, 1.25)


class Group(NamedTuple):
    """One group of people: how many are asked in each round, and where they stand on each scale in the first."""

    population: str
    asked: tuple[int, int]
    standing: tuple[float, float, float]


class Item(NamedTuple):
    """One item: its scale, how strongly it follows the factor, how easily people agree, whether it is turned round."""

    scale: str
    loading: float
    ease: float = 0.0
    reversed: bool = False


SCALES: Final = ("trust", "treatment", "promptness")
GROUPS: Final[Mapping[str, Group]] = MappingProxyType(
    {
        "Juez/a": Group(OFFICIALS, (8, 7), (0.6, 0.5, 0.2)),
        "Fiscal": Group(OFFICIALS, (22, 24), (0.4, 0.4, 0.0)),
        "Policía": Group(OFFICIALS, (30, 28), (0.3, 0.3, 0.1)),
        "Abogado/a de la DNA": Group(OFFICIALS, (20, 21), (-0.1, 0.0, -0.4)),
        "Psicólogo/a": Group(OFFICIALS, (16, 17), (-0.2, -0.2, -0.4)),
        "Trabajador/a social": Group(OFFICIALS, (15, 14), (-0.2, -0.1, -0.4)),
        "Madre, padre o cuidador/a": Group(USERS, (70, 74), (-0.6, -0.4, -0.8)),
        "Adolescente": Group(USERS, (24, 22), (-0.7, -0.5, -0.7)),
    }
)
# What the second round adds to where everybody stands on each scale.
CHANGE: Final = (0.10, 0.50, 0.0)
ITEMS: Final[Mapping[str, Item]] = MappingProxyType(
    {
        "P01": Item("trust", 0.80),
        "P02": Item("trust", 0.75, 0.2),
        "P03": Item("trust", 0.70, -0.1, reversed=True),
        "P04": Item("trust", 0.75, -0.2),
        "P05": Item("trust", 0.65, 0.3),
        "P06": Item("treatment", 0.75, 0.2),
        "P07": Item("treatment", 0.70),
        "P08": Item("treatment", 0.70, -0.2, reversed=True),
        "P09": Item("treatment", 0.65, -0.1),
        "P10": Item("treatment", 0.60, 0.1),
        "P11": Item("promptness", 0.60, -0.2),
        "P12": Item("promptness", 0.55, -0.4, reversed=True),
        "P13": Item("promptness", 0.60, -0.1),
        "P14": Item("promptness", 0.50, 0.1),
        "P15": Item("promptness", 0.45, -0.3, reversed=True),
    }
)
HEADINGS: Final[dict[str, str]] = {
    "cuestionario": "Cuestionario",
    "ronda": "Ronda",
    "poblacion": "Población",
    "grupo": "Grupo",
    "departamento": "Departamento",
    **{item: item for item in ITEMS},
}
_DEPARTMENTS: Final = {"La Paz": 0.56, "Santa Cruz": 0.20, "Cochabamba": 0.16, "Chuquisaca": 0.08}
_COMMON: Final = 0.5  # share of a scale's variance that the three have in common
_NODES: Final = 80


def survey_table() -> Table:
    """Draw the answers: one row per person and round; nobody is asked twice.

    Examples
    --------
    >>> table = survey_table()
    >>> len(table["P01"]), table["grupo"][0], len(set(table["cuestionario"]))
    (412, 'Juez/a', 412)
    """
    rng = generator(SEED)
    asked = [(turn, name) for turn in range(2) for name, group in GROUPS.items() for _ in range(group.asked[turn])]
    n = len(asked)
    common = normal(rng, n)
    table: Table = {
        "cuestionario": [f"SIM-E{number:03d}" for number in range(1, n + 1)],
        "ronda": [ROUNDS[turn] for turn, _ in asked],
        "poblacion": [GROUPS[name].population for _, name in asked],
        "grupo": [name for _, name in asked],
        "departamento": [tuple(_DEPARTMENTS)[one] for one in levels(rng, np.array(tuple(_DEPARTMENTS.values())), n)],
    }
    standing: dict[str, Floats] = {}
    for place, scale in enumerate(SCALES):
        own = np.array([GROUPS[name].standing[place] + turn * CHANGE[place] for turn, name in asked])
        standing[scale] = own + math.sqrt(_COMMON) * common + math.sqrt(1 - _COMMON) * normal(rng, n)
    for name, item in ITEMS.items():
        felt = item.ease + item.loading * standing[item.scale] + math.sqrt(1 - item.loading**2) * normal(rng, n)
        step = np.searchsorted(np.array(CUTS), felt)
        written = [ANSWERS[4 - one if item.reversed else one] for one in step]
        unsure, silent = happens(rng, DO_NOT_KNOW_SHARE, n), happens(rng, NO_ANSWER_SHARE, n)
        table[name] = [
            NO_ANSWER if quiet else DO_NOT_KNOW if lost else one
            for one, lost, quiet in zip(written, unsure, silent, strict=True)
        ]
    return {column: table[column] for column in HEADINGS}


def answer_shares(item: str, group: str, turn: int) -> Floats:
    """Return the true share of each of the five answers as they are written, among those who answer; shape (5,)."""
    chosen = ITEMS[item]
    middle = chosen.ease + chosen.loading * _standing(chosen.scale, group, turn)
    shares = np.diff([0.0, *(_below(cut - middle) for cut in CUTS), 1.0])
    return shares[::-1] if chosen.reversed else shares


def agreeing(item: str, group: str, turn: int) -> float:
    """Return the true share of those who agree or agree very much, among those who answer."""
    return float(answer_shares(item, group, turn)[3:].sum())


def scale_mean(scale: str, group: str, turn: int) -> float:
    """Return the true mean of a scale: of its items from 1 to 5, those that are reversed turned back."""
    means = []
    for name, item in ITEMS.items():
        if item.scale == scale:
            mean = float(answer_shares(name, group, turn) @ np.arange(1, 6))
            means.append(6 - mean if item.reversed else mean)
    return sum(means) / len(means)


def true_alpha(scale: str, people: Mapping[tuple[str, int], float]) -> float:
    """Return Cronbach's alpha of a scale in a population that is made up of groups and rounds.

    Parameters
    ----------
    scale : str
    people : mapping of (group, turn) to number
        How many people of each; they weigh as such.

    Notes
    -----
    Given the factor the items are independent, so their covariances are those of their means given the factor: a
    quadrature in one dimension. alpha = k / (k - 1) (1 - sum of variances / variance of the sum).
    """
    at, weight = np.polynomial.hermite_e.hermegauss(_NODES)
    weight = weight / weight.sum()
    items = [one for one in ITEMS.values() if one.scale == scale]
    steps = np.arange(1, 6)
    n = sum(people.values())
    first, second, crossed = np.zeros(len(items)), np.zeros(len(items)), np.zeros((len(items), len(items)))
    for (group, turn), number in people.items():
        factor = _standing(scale, group, turn) + at
        given = np.array([_steps_given(item, factor) for item in items])  # (items, nodes, 5)
        mean = given @ steps
        share = number / n
        first += share * (mean @ weight)
        second += share * ((given @ steps**2) @ weight)
        crossed += share * (mean * weight) @ mean.T
    covariance = crossed - np.outer(first, first)
    variance = second - first**2
    np.fill_diagonal(covariance, variance)
    k = len(items)
    return k / (k - 1) * (1 - float(variance.sum() / covariance.sum()))


def everybody() -> dict[tuple[str, int], float]:
    """Return how many people of each group were asked in each round."""
    return {(name, turn): float(group.asked[turn]) for name, group in GROUPS.items() for turn in range(2)}


def _standing(scale: str, group: str, turn: int) -> float:
    place = SCALES.index(scale)
    return GROUPS[group].standing[place] + turn * CHANGE[place]


def _steps_given(item: Item, factor: Floats) -> Floats:
    """Return the chance of each answer, turned back where the item is reversed, given the factor; shape (n, 5)."""
    spread = math.sqrt(1 - item.loading**2)
    below = [[_below((cut - item.ease - item.loading * one) / spread) for cut in CUTS] for one in factor.tolist()]
    edges = np.hstack([np.zeros((factor.size, 1)), np.array(below), np.ones((factor.size, 1))])
    return np.diff(edges, axis=1)


def _below(value: float) -> float:
    return 0.5 * math.erfc(-value / math.sqrt(2))


def steps_of(words: list[str]) -> Counts:
    """Return answers as 1 to 5, and 0 where there is none."""
    number = {word: step for step, word in enumerate(ANSWERS, start=1)}
    return np.array([number.get(word, 0) for word in words], dtype=np.int64)
