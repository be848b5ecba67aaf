"""A simulated twin of case files: the same columns under the same mapping, and not one row of the real ones.

Everything in it is made from the mapping, the procedure and what is published of the cases: how many there are, and how
they divide by an attribute. No row of the case files is ever looked at, so that nothing of a case can be in it. Times
between stages, numbers and everything else are invented: a program runs on the twin, a finding does not come out of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from ..cases.mappings.children import CHILD_COLUMNS, TIES, ChildPart
from ..cases.mappings.columns import MadeColumn
from ..cases.mappings.mapping import AttributeColumn, CaseMapping, DateColumn, LabelColumn, OutcomePart
from ..cases.mappings.parts import ENGAGED, StagePart, SupportPart
from ..cases.procedure import Procedure
from .draws import generator
from .twin_columns import Texts, TwinTable

# Published counts of cases by attribute and level.
Levels: TypeAlias = Mapping[str, Mapping[str, float]]
_YEARS: Final = 4
_MEAN_DAYS: Final = 120.0
_SUPPORTED: Final = 0.6
_MADE_UP: Final = tuple("ABCDEFGH")
# Name of the sampling log of a twin, which no section of a mapping can have.
TWIN_LOG: Final = "sampling-log"
_LOST: Final = 10


@dataclass(frozen=True, slots=True)
class _Life:
    """One invented case: where it came, on which days, and with what it ended."""

    id: str
    complaint: int
    visits: Mapping[str, int]
    ending: str | None
    ending_day: int | None


@dataclass(slots=True)
class _Draw:
    """What the drawing of a twin knows."""

    mapping: CaseMapping
    procedure: Procedure
    levels: Levels
    rng: np.random.Generator
    cutoff: int
    paths: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def one_of(self, words: Sequence[str], weights: Sequence[float] | None = None) -> str:
        if weights is None or sum(weights) <= 0:
            return words[int(self.rng.random() * len(words))]
        edges = np.cumsum(np.asarray(weights, dtype=float))
        return words[int(np.searchsorted(edges, self.rng.random() * edges[-1], side="right"))]

    def days(self, mean: float = _MEAN_DAYS) -> int:
        return 1 + int(-mean * np.log1p(-self.rng.random()))


def twin_tables(
    mapping: CaseMapping, procedure: Procedure, *, levels: Levels, units: int, seed: int = 1
) -> dict[str, TwinTable]:
    """Invent case files that a mapping can read.

    Parameters
    ----------
    mapping : CaseMapping
        Which columns there are, and what their labels stand for.
    procedure : Procedure
    levels : mapping of str to mapping of str to float
        How many cases are published of each level of an attribute; made-up levels stand for an attribute without.
    units : int
        How many cases to invent.
    seed : int

    Returns
    -------
    dict of str to TwinTable
        The table of the cases under "", stage tables under "stage 1", "stage 2" …, others under the name of their
        section, a sampling log under ``TWIN_LOG``; every value as a text.
    """
    draw = _Draw(mapping, procedure, levels, generator(seed), (mapping.cases.cutoff - dt.date(1970, 1, 1)).days)
    draw.paths = _paths(draw)
    lives = [_life(draw, number) for number in range(1, units + 1)]
    tables: dict[str, TwinTable] = {}
    if mapping.data.kind == "stages":
        for number, stage in enumerate(mapping.stages):
            tables[f"stage {number + 1}"] = _stage_table(draw, lives, number, stage)
    elif mapping.data.kind == "events":
        tables[""] = _event_table(draw, lives)
    else:
        tables[""] = _wide_table(draw, lives)
    if mapping.support is not None and mapping.support.apart:
        tables["support"] = _support_table(draw, lives, mapping.support)
    for name, part in mapping.children.items():
        if part.apart:
            tables[name] = _child_table(draw, lives, name, part)
    if mapping.cases.sampling.log is not None:
        tables[TWIN_LOG] = _log_table(draw, lives)
    return tables


# ------------------------------------------------------------------------------------------------ lives


def _paths(draw: _Draw) -> dict[str, tuple[str, ...]]:
    """Return the shortest way from the start to each state that the mapping can tell of."""
    rules = draw.procedure
    following: dict[str, list[str]] = {}
    for move in rules.moves:
        following.setdefault(move.from_state, []).extend(move.to)
    found: dict[str, tuple[str, ...]] = {rules.start: (rules.start,)}
    queue = [rules.start]
    while queue:
        state = queue.pop(0)
        # a case that was closed is not opened again here; after a verdict it goes on to the final one
        if state in rules.outcomes and rules.state(state).role is None:
            continue
        for after in following.get(state, ()):
            if after not in found:
                found[after] = (*found[state], after)
                queue.append(after)
    named = {state for word, _ in draw.mapping.states() for state in _resolved(rules, word)}
    return {state: way for state, way in found.items() if state in named or not named}


def _resolved(rules: Procedure, word: str) -> tuple[str, ...]:
    return rules.resolve(word)


def _life(draw: _Draw, number: int) -> _Life:
    """Invent one case: it goes the shortest way to a state that was drawn, as far as it comes before the cut-off."""
    rules = draw.procedure
    target = draw.one_of(tuple(draw.paths)) if draw.paths else rules.start
    complaint = draw.cutoff - 1 - int(draw.rng.random() * _YEARS * 365)
    day, visits = complaint, {}
    ending: tuple[str, int] | None = None
    for state in draw.paths.get(target, (rules.start,)):
        if day > draw.cutoff:
            break
        visits[state] = day
        ending = (state, day) if state in rules.outcomes else None
        day += draw.days()
    return _Life(
        id=f"TWIN-{number:06d}",
        complaint=complaint,
        visits=visits,
        ending=ending[0] if ending else None,
        ending_day=ending[1] if ending else None,
    )


# --------------------------------------------------------------------------------------------- main tables


def _wide_table(draw: _Draw, lives: Sequence[_Life]) -> TwinTable:
    table = TwinTable(draw.mapping)
    for life in lives:
        row = table.row(draw.mapping.cases.id, life.id)
        _common(draw, row, life)
        for word, column in draw.mapping.dates.items():
            days = [life.visits[one] for one in _resolved(draw.procedure, word) if one in life.visits]
            _dated(draw, row, column, min(days) if days else None)
        _outcome(draw, row, draw.mapping.outcome, life)
        if draw.mapping.support is not None and not draw.mapping.support.apart:
            _support_row(draw, row, life, draw.mapping.support)
        for name, part in draw.mapping.children.items():
            if not part.apart:
                _child_row(draw, row, life, name, part, 1)
    return table


def _event_table(draw: _Draw, lives: Sequence[_Life]) -> TwinTable:
    table, events = TwinTable(draw.mapping), draw.mapping.events
    if events is None:
        return table
    for life in lives:
        kept: dict[str, str] | None = None
        for place, (state, day) in enumerate(life.visits.items(), start=1):
            row = table.row(draw.mapping.cases.id, life.id)
            if kept is None:
                _common(draw, row, life)
                kept = row.copied()
            else:
                row.fill(kept)
            row.put(events.state.column, _label_of(draw, events.state, state))
            _dated(draw, row, events.date, day)
            if events.order:
                row.put(events.order, str(place))
    return table


def _stage_table(draw: _Draw, lives: Sequence[_Life], number: int, stage: StagePart) -> TwinTable:
    table = TwinTable(draw.mapping)
    states = _resolved(draw.procedure, stage.state) if stage.state else ()
    for life in lives:
        days = [life.visits[one] for one in states if one in life.visits]
        if not days and number and stage.state:
            continue
        row = table.row(draw.mapping.stage_id(number), life.id)
        _common(draw, row, life, stage=number)
        _dated(draw, row, stage.date, min(days) if days else None)
        _outcome(draw, row, stage.outcome, life)
    return table


def _common(draw: _Draw, row: Texts, life: _Life, stage: int = 0) -> None:
    """Write what describes a case, whatever the shape of the table."""
    if stage == 0:
        _design(draw, row, life)
    mapping = draw.mapping
    for name, one in mapping.attributes.items():
        if not mapping.stages or mapping.stage_number(name) == stage:
            row.put(one.column, _attribute(draw, name, one, life, row))


def _design(draw: _Draw, row: Texts, life: _Life) -> None:
    """Write how a case came into the file; an attribute may stand in a column of these."""
    mapping = draw.mapping
    cases, sampling = mapping.cases, mapping.cases.sampling
    for column, text in (
        (cases.frequency, "1"),
        (sampling.weight, "1"),
        (sampling.stratum, draw.one_of(_MADE_UP[:2])),
        (sampling.cluster, draw.one_of(_MADE_UP)),
    ):
        if column is not None:
            row.put_once(column, text)
    for column in sampling.log.id or () if sampling.log is not None else ():
        row.put_once(column, life.id)
    _dated(draw, row, sampling.entry, life.complaint)
    if mapping.reliance is not None:
        _dated(draw, row, mapping.reliance.left, None)
        if mapping.reliance.status is not None:
            row.put_once(mapping.reliance.status.column, _label_of(draw, mapping.reliance.status, ENGAGED))
    for unit, columns in cases.links.items():
        for column in columns:
            row.put_once(column, f"{unit}-{life.id}")


def _outcome(draw: _Draw, row: Texts, outcome: OutcomePart | None, life: _Life) -> None:
    if outcome is None:
        return
    row.put_once(outcome.column, _label_of(draw, outcome, life.ending or "pending"))
    _dated(draw, row, outcome.date, life.ending_day)


@dataclass(frozen=True, slots=True)
class _PlainColumns:
    """A table of which no column is made of others."""

    made: Mapping[str, MadeColumn] = field(default_factory=dict)


def _log_table(draw: _Draw, lives: Sequence[_Life]) -> TwinTable:
    """Invent a log in which every case was drawn and coded, and some other files were lost."""
    table, log = TwinTable(_PlainColumns()), draw.mapping.cases.sampling.log
    columns = draw.mapping.stage_id(0) if draw.mapping.stages else draw.mapping.cases.id
    parts = len(log.id if log is not None and log.id is not None else columns)
    for place, life in enumerate(lives):
        told = [("|".join([life.id] * parts), "coded")] + [("", "lost")] * (place % _LOST == 0)
        court = draw.one_of(_MADE_UP)
        for number, status in told:
            row = table.row((), "")
            stratum = "1" if court in _MADE_UP[: len(_MADE_UP) // 2] else "2"
            cells = (("stratum", stratum), ("cluster", court), ("file", number), ("cluster_probability", "0.5"))
            for column, text in (*cells, ("weight", "4"), ("status", status)):
                row.put(column, text)
    return table


# ------------------------------------------------------------------------------------------ hanging tables


def _support_table(draw: _Draw, lives: Sequence[_Life], part: SupportPart) -> TwinTable:
    table = TwinTable(draw.mapping)
    for life in lives:
        for actor in tuple(part.actor.labels) or _MADE_UP[:3]:
            if draw.rng.random() < _SUPPORTED:
                _support_row(draw, table.row(part.id, life.id), life, part, actor)
    return table


def _support_row(draw: _Draw, row: Texts, life: _Life, part: SupportPart, actor: str = "") -> None:
    last = life.ending_day if life.ending_day is not None else draw.cutoff
    start = min(life.complaint + draw.days(30), last)
    end = start + draw.days(200)
    row.put_once(part.actor.column, actor or draw.one_of(tuple(part.actor.labels) or _MADE_UP))
    for column in (part.institution, part.basis):
        if column is not None:
            row.put_once(column, draw.one_of(_MADE_UP))
    _dated(draw, row, part.start, start)
    _dated(draw, row, part.end, end if end <= last else None)
    _dated(draw, row, part.recorded, start)


def _child_table(draw: _Draw, lives: Sequence[_Life], name: str, part: ChildPart) -> TwinTable:
    """Invent one or two rows for most cases; of cases joined or split one that is not in the register."""
    table = TwinTable(draw.mapping)
    table.need(column for column, _ in draw.mapping.child_columns(name))
    if name in TIES and lives:
        row = table.row(draw.mapping.child_id(name), "TWIN-000000")
        for column in getattr(part, "into", None) or getattr(part, "origin", None) or ():
            row.put(column, lives[0].id)
        _child_row(draw, row, lives[0], name, part, 1)
    if name in TIES:
        return table
    members = any(one.kind == "id" for one in CHILD_COLUMNS[name])
    for life in lives:
        for place in range(1, 2 + members + int(draw.rng.random() * 2)):
            _child_row(draw, table.row(draw.mapping.child_id(name), life.id), life, name, part, place)
    return table


def _child_row(draw: _Draw, row: Texts, life: _Life, name: str, part: ChildPart, place: int) -> None:
    day: int | None = life.complaint
    keys = dict.fromkeys((*(one.key for one in CHILD_COLUMNS[name]), *(("years",) if name == "sentences" else ())))
    words = {one.key: one.words for one in CHILD_COLUMNS[name]}
    for key in keys:
        given = getattr(part, key, None)
        if isinstance(given, OutcomePart):
            _outcome(draw, row, given, life)
        elif isinstance(given, DateColumn):
            day = None if day is None else day + draw.days(60)
            day = day if day is not None and day <= draw.cutoff else None
            _dated(draw, row, given, day)
        elif isinstance(given, LabelColumn):
            row.put_once(given.column, draw.one_of(tuple(given.labels) or words[key] or _MADE_UP))
        elif isinstance(given, tuple):
            for column in given:
                row.put_once(column, str(place))
        elif isinstance(given, str):
            row.put_once(given, str(1 + int(draw.rng.random() * 9)))
        elif given is not None:
            row.put_once(given.column, draw.one_of(tuple(given.labels) or _MADE_UP))
    for attribute, one in getattr(part, "attributes", {}).items():
        row.put(one.column, _attribute(draw, attribute, one, life, row))


# ------------------------------------------------------------------------------------------------ values


def _attribute(draw: _Draw, name: str, one: AttributeColumn, life: _Life, row: Texts) -> str:
    if row.get(one.column):
        return row.get(one.column)
    if one.type == "date":
        return draw_date(draw, one.order, life.complaint - draw.days())
    if one.type != "text" or one.bands:
        first, last = (one.bands[0], one.bands[-1] + 5) if one.bands else (1, 17)
        return str(first + int(draw.rng.random() * (last - first + 1)))
    published = {level: n for level, n in draw.levels.get(name, {}).items() if n > 0}
    if published:
        level = draw.one_of(tuple(published), tuple(published.values()))
        return next((label for label, meaning in one.labels.items() if meaning == level), level)
    return draw.one_of(tuple(one.labels) or _MADE_UP)


def _label_of(draw: _Draw, given: LabelColumn, state: str) -> str:
    """Return a label that stands for a state, or for a role that it plays; blank where there is none."""
    if not given.labels:
        return "" if state == "pending" else state
    for label, meaning in given.labels.items():
        if meaning == state:
            return label
    if state in draw.procedure.ids:
        role = draw.procedure.state(state).role
        for label, meaning in given.labels.items():
            if role is not None and meaning == role:
                return label
    return ""


def _dated(draw: _Draw, row: Texts, column: DateColumn | None, day: int | None) -> None:
    if column is None:
        return
    row.put_date(column.column, day, draw_date(draw, column.order, day))
    if column.notified:
        row.put_date(column.notified, day, draw_date(draw, column.order, day))
    if column.precision:
        row.put_once(column.precision, "" if day is None else "day")


def draw_date(draw: _Draw, order: str | None, day: int | None) -> str:
    """Return a day as the file writes it."""
    if day is None:
        return ""
    written = order or draw.mapping.data.date_order
    if written is not None and written.startswith("excel"):
        return str(day + (25569 if written == "excel_1900" else 24107))
    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    if written == "dmy":
        return f"{date:%d/%m/%Y}"
    return f"{date:%m/%d/%Y}" if written == "mdy" else date.isoformat()
