"""Made answers, written as a release folder without a gate: what the attacks must succeed on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from justice_metrics.base.cells import CellOf, Of
from justice_metrics.base.language import tr
from justice_metrics.base.provenance import Provenance
from justice_metrics.base.result import Definition, Result
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.boxes import boxes_record
from justice_metrics.publish.record import as_json

POLICY = {"mode": "suppress", "minimum": 10, "protection": 5, "base": 5, "zeros": "protect"}


class Made(Result):
    question = "made"

    def findings(self) -> tuple[Any, ...]:
        return ()

    def plot(self, ax: Any = None, *, language: Any = "en") -> Any:
        raise NotImplementedError


def made(fingerprint: str = "a", units: int = 0, **tables: Table) -> Made:
    """Return an answer of some tables; the first one is its main table."""
    main, *others = tables.values()
    whole = next((one.value for one in main.counts("main") if not one.box and not one.events), 0)
    return Made(
        heading=tr("Made"),
        tables={"main": main, **dict(zip(list(tables)[1:], others, strict=True))},
        definition=Definition(
            answers=tr("What?"), numerator=tr("a"), denominator=tr("b"), basis="cohort", pending=tr("counted")
        ),
        provenance=Provenance(question="made", unit="case", fingerprint=fingerprint, units_in=units or int(whole)),
    )


def counts(
    values: Mapping[tuple[str, ...], int], names: Sequence[str], *, fixed: Mapping[str, tuple[str, ...]] | None = None
) -> Table:
    """Return a table of counts by some groups, "all" among their levels."""
    columns = (
        *(Column(one, tr("group"), "text", "stratum", "stratum") for one in names),
        Column("n", tr("cases"), "units", "count", "count", cell=CellOf(fixed=fixed or {})),
    )
    keys = list(values)
    data = {name: np.array([key[place] for key in keys], dtype=object) for place, name in enumerate(names)}
    return Table(columns, {**data, "n": np.array([float(values[key]) for key in keys])})


def shares(parts: Mapping[str, tuple[int, int]], by: str = "office", *, limits: bool = False) -> Table:
    """Return a table of convictions among cases by office, with the share and, where asked for, its Wilson limits."""
    two = ("numerator", "denominator")
    columns = [
        Column(by, tr("group"), "text", "stratum", "stratum"),
        Column("numerator", tr("convicted"), "units", "count", "count", cell=CellOf(fixed={"ending": ("conviction",)})),
        Column("denominator", tr("cases"), "units", "count", "count", cell=CellOf()),
        Column("estimate", tr("share"), "share", "estimate", "share", of=Of(inputs=two, formula="share")),
    ]
    n, d = (np.array([float(one[place]) for one in parts.values()]) for place in (0, 1))
    values: dict[str, Any] = {by: np.array(list(parts), dtype=object), "numerator": n, "denominator": d}
    values["estimate"] = n / d
    if limits:
        from justice_metrics.estimate.proportion import wilson

        found = wilson(n, d, 0.95)
        for name, side in (("conf_low", "wilson_low"), ("conf_high", "wilson_high")):
            values[name] = getattr(found, name)
            columns.append(
                Column(name, tr(name), "share", "interval", "interval", of=Of(inputs=two, formula=side, level=0.95))
            )
    return Table(columns, values)


def hiding(table: Table, hidden: Callable[[str, float], bool], *, derived: bool = True) -> Table:
    """Return a table without the counts that a rule names, and without what is computed from them unless forgotten."""
    values = {
        name: np.array(array, dtype=object if array.dtype == object else float) for name, array in table.values.items()
    }
    statuses: dict[str, list[str]] = {}
    gone: dict[str, np.ndarray] = {}
    for column in table.columns:
        if column.cell is not None:
            gone[column.name] = np.array([hidden(column.name, one) for one in table[column.name]])
    for column in table.columns:
        if column.of is not None and derived:
            gone[column.name] = np.any([gone[one] for one in column.of.inputs], axis=0)
    for name, where in gone.items():
        values[name][where] = np.nan
        statuses[name] = ["suppressed" if one else "" for one in where]
    return Table(table.columns, values, labels=table.labels, statuses=statuses, guard=table.guard)


def small(_: str, value: float) -> bool:
    """Whether a count is below ten: primary suppression and nothing else."""
    return 0 < value < 10


def write_release(
    folder: Path,
    results: Sequence[Result],
    *,
    policy: Mapping[str, Any] | None = None,
    exact: Sequence[Any] | frozenset[Any] = (),
    ties: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Path:
    """Write answers as they are, as a release folder with a manifest."""
    from justice_metrics.publish.folder import write_folder

    content = {
        "results.json": as_json(results, "en"),
        "boxes.json": boxes_record(results, exact=exact, ties=ties or {}),
        "release.json": {"policy": {**POLICY, **(policy or {})}},
    }
    written = {name: json.dumps(one).encode() for name, one in content.items()}
    return write_folder({**written, **(files or {})}, folder)
