"""Answers made by hand for tests of the gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from justice_metrics.base.cells import BaseCounts, CellOf, Count, Of
from justice_metrics.base.language import Label, Readable, tr
from justice_metrics.base.provenance import LeftOut, Provenance
from justice_metrics.base.result import Definition, Result
from justice_metrics.base.table import Column, Table

LATER = {"start": ("start", "charge", "verdict"), "charge": ("charge", "verdict"), "verdict": ("verdict",)}


class Answer(Result):
    question = "answer"

    def findings(self) -> tuple[Any, ...]:
        return ()

    def plot(self, ax: Any = None, *, language: Any = "en") -> Any:
        raise NotImplementedError


class Weighted(Answer):
    def base_counts(self) -> BaseCounts:
        found = Result.base_counts(self)
        return BaseCounts(population=found.population, counts=found.counts, weighted=True)


def count(name: str = "numerator", **cell: Any) -> Column:
    return Column(name, tr("cases"), "units", "count", "count", cell=CellOf(**cell))


def stratum(name: str) -> Column:
    return Column(name, Label(name), "text", "stratum", "stratum")


def key(name: str) -> Column:
    return Column(name, Label(name), "text", "key", "key")


def share(name: str = "estimate", formula: str = "share", *inputs: str) -> Column:
    of = Of(inputs=inputs or ("numerator", "denominator"), formula=formula, level=0.95)
    return Column(name, tr("share"), "share", "estimate", "share", of=of)


def table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], **more: Any) -> Table:
    values = {one.name: np.array([row[place] for row in rows]) for place, one in enumerate(columns)}
    return Table(tuple(columns), values, **more)


def answer(
    *columns: Column,
    rows: Sequence[Sequence[Any]] = (),
    units: int = 1000,
    tables: dict[str, Table] | None = None,
    notes: Sequence[Readable] = (),
    left_out: Sequence[LeftOut] = (),
    kind: type[Answer] = Answer,
    heading: Readable | None = None,
    answers: Readable | None = None,
    provenance: Provenance | None = None,
    **more: Any,
) -> Answer:
    return kind(
        heading=heading or tr("Answer"),
        tables=tables or {"main": table(columns, rows, **more)},
        definition=Definition(
            answers=answers or tr("What?"),
            numerator=tr("a"),
            denominator=tr("b"),
            basis="cohort",
            pending=tr("counted"),
        ),
        provenance=provenance
        or Provenance(question="answer", fingerprint="f", units_in=units, left_out=tuple(left_out)),
        notes=tuple(notes),
    )


def by_sex(small: int = 4, large: int = 56) -> Answer:
    """Cases by sex, among them those convicted."""
    columns = (
        stratum("sex"),
        count("numerator", fixed={"ending": ("conviction",)}),
        count("denominator"),
        share(),
        share("conf_low", "wilson_low"),
    )
    shares = [(20, 60), (24, 80)]
    rows = [[name, n, d, n / d, _low(n, d)] for name, (n, d) in zip(("female", "male"), shares, strict=True)]
    rows[0][1:] = [small, small + large, small / (small + large), _low(small, small + large)]
    return answer(*columns, rows=rows, units=140)


def _low(n: int, d: int) -> float:
    from justice_metrics.disclosure.formulas import computed

    return float(computed("wilson_low", [np.array([n]), np.array([d])], level=0.95)[0])


def behind(*values: float) -> tuple[Count, ...]:
    """Counts behind a model."""
    return tuple(
        Count(frozenset({("arm", frozenset({str(place)}))}), value, ("", "", place))
        for place, value in enumerate(values)
    )
