"""Small case tables written as rows of days: a test says what happened to each unit, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from justice_metrics.cases.casedata import CaseData

ORIGIN = dt.date(2015, 1, 1)
STATES = (
    *("complaint", "preliminary", "charged", "accusation", "trial_preparation", "trial", "convicted", "acquitted"),
    *("appeal", "final_conviction", "final_acquittal", "rejected", "dismissed", "withdrawn", "archived"),
    *("verdict", "final_verdict", "report", "in_court"),
)
DESIGN = ("weight", "stratum", "cluster", "entry")
Row = Mapping[str, Any]

# Three short ways of ending, for what does not depend on the steps between.
TINY = """
[procedure]
id = "tiny"
title = { en = "Tiny procedure", es = "Procedimiento mínimo" }
valid_from = 2000-01-01
source = "made for tests"

[[state]]
id = "report"
kind = "start"
role = "complaint"
label = { en = "report", es = "denuncia" }

[[state]]
id = "in_court"
kind = "stage"
role = "prosecution"
label = { en = "court", es = "tribunal" }

[[state]]
id = "one"
kind = "outcome"
class = "rejection"
label = { en = "ending one", es = "fin uno" }

[[state]]
id = "two"
kind = "outcome"
class = "withdrawal"
label = { en = "ending two", es = "fin dos" }

[[move]]
from = "report"
to = ["in_court", "one", "two"]

[[move]]
from = "in_court"
to = ["one", "two"]
"""


def tiny(folder: Path) -> str:
    """Write the tiny procedure and return its path, as a mapping names it."""
    path = folder / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return str(path)


def on(day: int | None) -> dt.date | None:
    """Return the date of a day counted from 1 January 2015."""
    return None if day is None else ORIGIN + dt.timedelta(days=day)


def same(frame: pd.DataFrame) -> Any:
    return frame


def frame_of(rows: Sequence[Row], dates: Iterable[str] = ()) -> pd.DataFrame:
    """Return rows as a pandas frame; the columns in ``dates`` hold days and become dates."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    dated = {*dates, *STATES, "ended", "entry", "day", "start", "end", "left"}
    return pd.DataFrame(
        {name: [on(row.get(name)) if name in dated else row.get(name) for row in rows] for name in columns}
    )


def wide_mapping(columns: Sequence[str], *, cutoff: int = 1_000, **given: Any) -> dict[str, Any]:
    """Return the mapping of a frame whose columns carry the names of what they hold.

    ``given`` goes to [cases], ``sampling`` and the names of sections to where they belong.
    """
    sampling: dict[str, Any] = {name: name for name in DESIGN if name in columns}
    sampling |= given.pop("sampling", {})
    sections = {name: given.pop(name) for name in ("data", "missing", "support") if name in given}
    labels = given.pop("labels", {})
    types = given.pop("types", {})
    cases = {"id": "id", "procedure": "bolivia", "cutoff": on(cutoff), "sampling": sampling, **given}
    if "frequency" in columns:
        cases["frequency"] = "frequency"
    links = [name for name in ("case", "victim", "accused") if f"{name}_id" in columns]
    if links:
        cases["links"] = {name: f"{name}_id" for name in links}
    mapping: dict[str, Any] = {"cases": cases, "dates": {one: one for one in columns if one in STATES}, **sections}
    if "outcome" in columns:
        mapping["outcome"] = {"column": "outcome", "labels": labels}
        if "ended" in columns:
            mapping["outcome"]["date"] = "ended"
    relied = {"left": "left", "status": "still"}
    if set(relied.values()) & set(columns):
        mapping["reliance"] = {key: column for key, column in relied.items() if column in columns}
    known = {"id", "outcome", "ended", "frequency", *STATES, *DESIGN, *(f"{name}_id" for name in links)}
    known |= set(relied.values())
    mapping["attributes"] = {
        one: {"column": one, "type": types[one]} if one in types else one for one in columns if one not in known
    }
    return mapping


SUPPORT = {"id": "id", "actor": "actor", "start": "start", "end": "end"}


def wide(
    rows: Sequence[Row],
    *,
    frame: Callable[[pd.DataFrame], Any] = same,
    support: Sequence[tuple[str, str, int | None, int | None]] | None = None,
    **given: Any,
) -> CaseData:
    """Return case data from one row per unit; ``support`` holds (id, actor, first day, last day)."""
    table = frame_of(rows)
    if support is None:
        return CaseData.from_frame(frame(table), wide_mapping(list(table.columns), **given))
    spells = frame_of([dict(zip(("id", "actor", "start", "end"), one, strict=True)) for one in support])
    mapping = wide_mapping(list(table.columns), support=SUPPORT, **given)
    return CaseData.from_frame(frame(table), mapping, support=frame(spells))


def log(
    events: Sequence[tuple[Any, ...]],
    *,
    frame: Callable[[pd.DataFrame], Any] = same,
    cutoff: int = 1_000,
    procedure: str = "bolivia",
    **more: Any,
) -> CaseData:
    """Return case data from events (id, state, day) or (id, state, day, order)."""
    names = ("id", "state", "day", "order")[: len(events[0])]
    table = frame_of([dict(zip(names, one, strict=True)) for one in events])
    mapping = {
        "data": {"kind": "events", **more.pop("data", {})},
        "cases": {"id": "id", "procedure": procedure, "cutoff": on(cutoff), **more},
        "events": {"state": "state", "date": "day", **({"order": "order"} if "order" in names else {})},
    }
    return CaseData.from_frame(frame(table), mapping)


def milestones(cases: CaseData) -> dict[str, dict[str, Any]]:
    """Return the milestones by unit, for tests that look at one."""
    rows = cases.milestones.collect().to_arrow().to_pylist()
    return {str(row["unit_id"]): row for row in rows}
