"""From any frame to the canonical ones: wide tables, event logs and stage tables become milestones and events."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError, ProcedureError
from ..base.language import tr, trn
from ..base.provenance import LeftOut, Provenance
from ..base.types import FrameLibrary
from ..base.version import __version__
from .calendar import date_of, day_number
from .checklist import Checklist
from .children import child_tables, support_spells
from .collapse import collapsed
from .eventlog import event_rows, milestones_of_events, stage_rows
from .intake import Conversion, Intake, Sampling
from .mappings.mapping import CaseMapping, read_mapping
from .mappings.parts import DISENGAGED, ENGAGED, LEFT_DAY, RELIANCE_STATUS
from .practice import checklist_of, ensure_items, type_practice, with_practice_days
from .procedure import Procedure
from .procedure_file import read_procedure
from .readers.database_url import source_name
from .readers.frames import Embedded, Source, ensure_together
from .sampled import SampledFiles, add_sampled, sampled_files
from .standing import outcome_rank
from .typed import Typing, ensure_ids
from .units.joined import Columns, tied, units_of
from .wide import wide_milestones

# Derived once and kept, milestones take about 200 bytes a unit; larger data are derived again for each question.
_MOST_KEPT_ROWS: Final = 5_000_000
# So many rows are derived in less time than it takes to plan how.
_FEW_ROWS: Final = 20_000
# Endings after the cut-off that may be slips; from so many on, and beyond this share, the cut-off is wrong.
_SLIPS: Final = 10
_SHARE_OF_SLIPS: Final = 0.01
_EARLIEST_YEAR: Final = 1900
# Larger weights are no weights: "infinite" and "not a number" are among them.
_LARGEST_AMOUNT: Final = 1e15
_FUTURE_YEARS: Final = 5


class Canonical(NamedTuple):
    """Every field of :class:`CaseData`."""

    milestones: nw.LazyFrame[Any]
    events: nw.LazyFrame[Any]
    support: nw.LazyFrame[Any] | None
    links: nw.LazyFrame[Any] | None
    children: Mapping[str, nw.LazyFrame[Any]]
    procedure: Procedure
    cutoff_day: int
    unit: Any
    sampling: Sampling
    dated_states: tuple[str, ...]
    seen_states: tuple[str, ...]
    dated_roles: tuple[str, ...]
    attributes: tuple[str, ...]
    numeric_attributes: tuple[str, ...]
    date_attributes: tuple[str, ...]
    actors: tuple[str, ...]
    years: tuple[int, int]
    intake: Intake
    provenance: Provenance
    frame_library: FrameLibrary
    members_merged: bool
    joined: nw.LazyFrame[Any] | None
    checklist: Checklist | None


class Parts(NamedTuple):
    """What the three forms of a file have in common once they are typed."""

    milestones: nw.LazyFrame[Any]
    events: nw.LazyFrame[Any]
    dated_states: tuple[str, ...]
    seen_states: tuple[str, ...]
    dated_roles: tuple[str, ...]
    numeric: tuple[str, ...]
    conversions: tuple[Conversion, ...]
    rows: int
    repeated_rows: int
    without_id: int = 0


def as_mapping(mapping: Any) -> CaseMapping:
    """Take a mapping as a model, a dictionary or a path."""
    if isinstance(mapping, CaseMapping):
        return mapping
    return CaseMapping.from_dict(mapping) if isinstance(mapping, dict) else read_mapping(mapping)


def procedure_of(mapping: CaseMapping) -> Procedure:
    """Return the procedure that a mapping names: a shipped id, or a file beside the mapping."""
    named = mapping.cases.procedure
    return read_procedure(mapping.path(named) if named.endswith(".toml") else named)


def from_frames(
    frame: Any,
    mapping: Any,
    *,
    support: Any = None,
    children: Mapping[str, Any] | None = None,
    embedded: Embedded | None = None,
    source: str = "frame",
) -> Canonical:
    """Bring frames into canonical form; see :meth:`CaseData.from_frame`."""
    mapping = as_mapping(mapping)
    procedure = procedure_of(mapping)
    _check_states(mapping, procedure)
    checklist = checklist_of(mapping)
    if checklist is not None:
        ensure_items(mapping, checklist)
    embedded = embedded or Embedded()
    tables = list(frame) if isinstance(frame, list | tuple) else [frame]
    sources = [Source(one, embedded, name=_table_name(place, len(tables))) for place, one in enumerate(tables)]
    build = {"wide": _wide, "events": _events, "stages": _stages}[mapping.data.kind]
    sampled = sampled_files(mapping)
    parts = build(sources, mapping, procedure, sampled)
    sampling = _sampling(mapping, sampled)
    milestones = parts.milestones.with_columns(outcome_rank=outcome_rank(procedure))
    if checklist is not None:
        dated = (*parts.dated_states, *parts.dated_roles)
        milestones = with_practice_days(milestones, mapping, checklist, procedure, dated)
    if mapping.data.kind == "wide":
        # One date per act: a verdict that was set aside leaves no trace.
        milestones = milestones.with_columns(set_aside=nw.lit(0, dtype=nw.Int64))
    if mapping.cases.sampling.at is not None:
        milestones = milestones.with_columns(entry_day=nw.lit(day_number(mapping.cases.sampling.at), dtype=nw.Int32))
    if all(one.is_embedded for one in sources) and parts.rows <= _MOST_KEPT_ROWS:
        milestones = embedded.kept(milestones)
    cutoff_day = day_number(mapping.cases.cutoff)
    units, years, intake = _taken_in(parts, milestones, mapping, procedure, sampling, cutoff_day)
    spells, actors, more = (
        support_spells(support, mapping, embedded) if mapping.support and support is not None else (None, (), ())
    )
    if spells is not None:
        ensure_together(milestones, spells, name="support")
    hanging = child_tables(children or {}, tables[0], mapping, milestones, embedded, procedure=procedure)
    of_children = tuple(each for one in hanging.values() for each in one.conversions)
    intake = replace(
        intake,
        conversions=(*intake.conversions, *more, *of_children),
        children=tuple(one.intake for one in hanging.values()),
    )
    whole = tied(
        milestones,
        events=parts.events,
        support=spells,
        hanging={name: one.frame for name, one in hanging.items()},
        columns=Columns.of(
            procedure,
            attributes=tuple(mapping.attributes),
            dated=parts.dated_states,
            roles=parts.dated_roles,
            seen=parts.seen_states,
        ),
        start=procedure.start,
        kept=embedded.kept if all(one.is_embedded for one in sources) else _as_it_is,
    )
    milestones, spells = whole.milestones, whole.support
    if whole.joining.joined:
        units = units_of(milestones, sampling)
    intake = replace(intake, joining=whole.joining)
    links = list(mapping.cases.links)
    return Canonical(
        milestones=milestones,
        events=whole.events,
        support=spells,
        children=MappingProxyType(dict(whole.hanging)),
        links=milestones.select("unit_id", *[f"link__{name}" for name in links]) if links else None,
        procedure=procedure,
        cutoff_day=cutoff_day,
        unit=mapping.cases.unit,
        sampling=sampling,
        dated_states=parts.dated_states,
        seen_states=parts.seen_states,
        dated_roles=parts.dated_roles,
        attributes=tuple(one for one in mapping.attributes if one not in mapping.date_attributes),
        numeric_attributes=parts.numeric,
        date_attributes=mapping.date_attributes,
        actors=actors,
        years=years,
        intake=intake,
        provenance=Provenance(
            source=", ".join(source_name(one) for one in mapping.data.file) or source,
            fingerprint=_fingerprint(sources, units, procedure.id, cutoff_day),
            unit=mapping.cases.unit,
            units_in=units,
            cutoff=date_of(cutoff_day),
            sampling=mapping.cases.sampling.frame,
            procedure=procedure.id,
            simulated=mapping.data.simulated,
            version=__version__,
        ).leave_out(LeftOut(tr("joined into another case, with which they count"), whole.joining.joined)),
        frame_library=sources[0].library,
        members_merged=bool(whole.joining.joined + whole.joining.split),
        joined=whole.leading,
        checklist=checklist,
    )


def _as_it_is(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Leave a frame to its own engine."""
    return frame


def named(provenance: Provenance, source: str) -> Provenance:
    """Return the provenance with the name of the files read, without their folders."""
    return replace(provenance, source=source)


def _wide(sources: Sequence[Source], mapping: CaseMapping, procedure: Procedure, sampled: SampledFiles | None) -> Parts:
    source, typing = sources[0], Typing(sources[0], mapping)
    rows, repeated, without = _one_row_per_id(source, mapping)
    typing.id(mapping.cases.id, name="unit_id", where="cases.id")
    numeric = _describe(typing, mapping, tuple(mapping.attributes))
    _design(typing, mapping, sampled, mapping.cases.id)
    _reliance(typing, mapping)
    type_practice(typing)
    made = wide_milestones(typing, mapping, procedure, few_rows=rows <= _FEW_ROWS)
    return Parts(
        *made,
        numeric=numeric,
        conversions=tuple(typing.conversions),
        rows=rows,
        repeated_rows=repeated,
        without_id=without,
    )


def _events(
    sources: Sequence[Source], mapping: CaseMapping, procedure: Procedure, sampled: SampledFiles | None
) -> Parts:
    typing = Typing(sources[0], mapping)
    typing.id(mapping.cases.id, name="unit_id", where="cases.id")
    numeric = _describe(typing, mapping, tuple(mapping.attributes))
    designed = _design(typing, mapping, sampled, mapping.cases.id)
    relied = (*_reliance(typing, mapping), *type_practice(typing))
    long, ordered = event_rows(typing, mapping, procedure)
    rows, without = _rows_with_ids(sources[0], mapping)
    described = (*mapping.attributes, *designed, *relied, *typing.exactness)
    cutoff_day = day_number(mapping.cases.cutoff)
    made = milestones_of_events(long, procedure, described=described, ordered=ordered, cutoff_day=cutoff_day)
    return Parts(
        *made,
        numeric=numeric,
        conversions=tuple(typing.conversions),
        rows=rows,
        repeated_rows=0,
        without_id=without,
    )


def _stages(
    sources: Sequence[Source], mapping: CaseMapping, procedure: Procedure, sampled: SampledFiles | None
) -> Parts:
    if len(sources) != len(mapping.stages):
        raise MappingError(
            tr(
                "The mapping describes {n} stage tables, and {given} were handed over.",
                n=len(mapping.stages),
                given=len(sources),
            )
        )
    longs: list[nw.LazyFrame[Any]] = []
    described: list[nw.LazyFrame[Any]] = []
    conversions: list[Conversion] = []
    numeric: list[str] = []
    rows = without = 0
    for place, source in enumerate(sources):
        typing = Typing(source, mapping)
        typing.id(mapping.stage_id(place), name="unit_id", where=f"stages.{place + 1}.id")
        mine = tuple(name for name in mapping.attributes if mapping.stage_number(name) == place)
        numeric += _describe(typing, mapping, mine)
        if place == 0:
            designed = _design(typing, mapping, sampled, mapping.stage_id(0))
            mine = (*mine, *designed, *_reliance(typing, mapping), *type_practice(typing))
        mine = (*mine, *typing.exactness)
        longs += stage_rows(typing, mapping.stages[place], place, procedure)
        ensure_together(longs[0], longs[-1], name=source.name)
        counted = _rows_with_ids(source, mapping)
        rows, without = rows + counted[0], without + counted[1]
        if mine:
            described.append(collapsed(source.lazy().select("unit_id", *mine), mine))
        conversions += typing.conversions
    long = nw.concat(longs, how="vertical")
    cutoff_day = day_number(mapping.cases.cutoff)
    made = milestones_of_events(long, procedure, described=(), ordered=False, cutoff_day=cutoff_day)
    milestones = made[0]
    for one in described:
        milestones = milestones.join(one, on="unit_id", how="left")
    return Parts(
        milestones,
        *made[1:],
        numeric=tuple(numeric),
        conversions=tuple(conversions),
        rows=rows,
        repeated_rows=0,
        without_id=without,
    )


def _rows_with_ids(source: Source, mapping: CaseMapping) -> tuple[int, int]:
    """Return the rows of a table with several rows per unit, and those without an id, which are refused or counted."""
    no_id = nw.col("unit_id").is_null().cast(nw.Int64)
    found = source.lazy().select(rows=nw.len(), without=no_id.sum()).collect()
    rows, without = (int(found.get_column(one)[0] or 0) for one in ("rows", "without"))
    if rows:
        ensure_ids(rows, without, 0, counting=mapping.data.faults == "count", unit=mapping.cases.unit)
    return rows, without


def _describe(typing: Typing, mapping: CaseMapping, names: Sequence[str]) -> tuple[str, ...]:
    """Type the attributes of a table and return those that are numbers."""
    numeric = [name for name in names if typing.attribute(mapping.attributes[name], name=name)]
    for unit, columns in mapping.cases.links.items():
        if all(one in typing.source.columns for one in columns):
            typing.id(columns, name=f"link__{unit}", where=f"cases.links.{unit}")
    return tuple(numeric)


def _reliance(typing: Typing, mapping: CaseMapping) -> tuple[str, ...]:
    """Type what a table says of the victim's taking part, and return the columns that hold it.

    Of several rows of a unit the first day stands, and "disengaged" before "engaged".
    """
    spec = mapping.reliance
    if spec is None:
        return ()
    made: list[str] = []
    if spec.left is not None:
        typing.described_day(spec.left, name=LEFT_DAY, where="reliance.left")
        made.append(LEFT_DAY)
    if spec.status is not None:
        typing.label(spec.status, name=RELIANCE_STATUS, where="reliance.status", known=(ENGAGED, DISENGAGED))
        made.append(RELIANCE_STATUS)
    return tuple(made)


def _design(typing: Typing, mapping: CaseMapping, sampled: SampledFiles | None, ids: Sequence[str]) -> tuple[str, ...]:
    """Type the columns of the sampling design, or take them from the sampling log, and return their names."""
    typing.design()
    if sampled is not None:
        add_sampled(typing.source, mapping, sampled, ids)
    sampling = mapping.cases.sampling
    named = {
        "weight": sampling.weight,
        "frequency": mapping.cases.frequency,
        "stratum": sampling.stratum,
        "cluster": sampling.cluster,
        "entry_day": sampling.entry,
    }
    links = [f"link__{name}" for name in mapping.cases.links]
    of_log = () if sampled is None else sampled.design
    return (*[name for name, column in named.items() if column is not None], *of_log, *links)


def _one_row_per_id(source: Source, mapping: CaseMapping) -> tuple[int, int, int]:
    """Return rows, rows that repeat another and rows without an id; in counting mode the first row of each id stays."""
    columns = [source.need(one, where="cases.id") for one in mapping.cases.id]
    parts = [source.as_text(one) for one in columns]
    joined = parts[0] if len(parts) == 1 else nw.concat_str(parts, separator="|")
    found = (
        source.lazy(*columns)
        .select(id=joined)
        .select(rows=nw.len(), without=nw.col("id").is_null().cast(nw.Int64).sum(), ids=nw.col("id").n_unique())
        .collect()
    )
    rows, without, ids = (int(found.get_column(one)[0] or 0) for one in ("rows", "without", "ids"))
    # n_unique counts "no id" as one more id.
    repeated = rows - without - (ids - (without > 0))
    counting = mapping.data.faults == "count"
    ensure_ids(rows, without, repeated, counting=counting, unit=mapping.cases.unit)
    twins = source.repeated_rows() if counting else 0
    if counting and (repeated or without):
        source.keep_first(columns)
    return rows, twins, without


def _taken_in(
    parts: Parts,
    milestones: nw.LazyFrame[Any],
    mapping: CaseMapping,
    procedure: Procedure,
    sampling: Sampling,
    cutoff_day: int,
) -> tuple[int, tuple[int, int], Intake]:
    """Look once at the whole: how many units, whether any starts before the cut-off."""
    dated = procedure.start in parts.dated_states
    count = nw.col("frequency").sum() if sampling.repeated else nw.len()
    looked: dict[str, nw.Expr] = {"units": count, "rows": nw.len()}
    if dated:
        day = nw.col(f"first__{procedure.start}")
        looked |= {"first": day.min(), "last": day.max(), "dated": (~day.is_null()).cast(nw.Int64).sum()}
    design = [name for name, there in (("frequency", sampling.repeated), ("weight", sampling.weighted)) if there]
    looked |= {f"bad_{name}": (~_is_amount(name)).cast(nw.Int64).sum() for name in design}
    end = nw.col("outcome_day")
    # a row stands for as many endings as units
    amount = nw.col("frequency") if sampling.repeated else nw.lit(1)
    looked |= {
        "ended": ((~end.is_null()).cast(nw.Int64) * amount).sum(),
        "late": ((end > cutoff_day).fill_null(False).cast(nw.Int64) * amount).sum(),
    }
    found = milestones.select(**looked).collect()
    units, rows = (int(found.get_column(one)[0] or 0) for one in ("units", "rows"))
    if rows == 0:
        raise CaseDataError(tr("There is no case in the data."), tr("Check that the right file and sheet were named."))
    for name in design:
        _ensure_amounts(int(found.get_column(f"bad_{name}")[0] or 0), name)
    ended, late = (int(found.get_column(one)[0] or 0) for one in ("ended", "late"))
    if mapping.data.faults == "refuse":
        ensure_cutoff(ended, late, cutoff_day)
    first, last = (found.get_column(one)[0] if dated else None for one in ("first", "last"))
    if dated and not int(found.get_column("dated")[0] or 0):
        raise CaseDataError(
            tr(
                "No case has a date for '{state}': all {n} are missing.", state=procedure.label(procedure.start), n=rows
            ),
            tr("Check the column that the mapping names under [dates], and its date order."),
        )
    if first is not None and int(first) > cutoff_day:
        raise CaseDataError(
            tr("The cut-off {cutoff} lies before the first case.", cutoff=date_of(cutoff_day)),
            tr("Set 'cutoff' in [cases] to the last day on which the data are complete."),
        )
    gone = parts.rows - rows if mapping.data.kind == "wide" else 0
    repeated_ids = gone - parts.repeated_rows - parts.without_id
    return (
        units,
        _years(first, last, cutoff_day),
        Intake(
            rows=parts.rows,
            one_row_per_unit=mapping.data.kind == "wide",
            without_id=parts.without_id,
            repeated_rows=parts.repeated_rows,
            repeated_ids=max(repeated_ids, 0),
            ended_after_cutoff=late,
            official_rows=mapping.data.official_rows,
            extracted_day=None if mapping.data.extracted is None else day_number(mapping.data.extracted),
            conversions=parts.conversions,
        ),
    )


def ensure_cutoff(ended: int, late: int, cutoff_day: int) -> None:
    """Refuse a cut-off that lies well before the end of the data: their later endings would count as ended then."""
    if late >= _SLIPS and late > _SHARE_OF_SLIPS * ended:
        raise CaseDataError(
            tr(
                "{late} of {ended} endings are dated after the cut-off {cutoff}: more than slips of the pen.",
                late=late,
                ended=ended,
                cutoff=date_of(cutoff_day),
            ),
            tr(
                "Set 'cutoff' to the last day on which the data are complete. To look at an earlier day, cut the data "
                "there first: blank every date and outcome after it."
            ),
        )


def _is_amount(name: str) -> nw.Expr:
    """Return whether a weight or a frequency is a number from 0 on; never null."""
    return ((nw.col(name) >= 0) & (nw.col(name) < _LARGEST_AMOUNT)).fill_null(False)


def _ensure_amounts(bad: int, name: str) -> None:
    """Refuse units of which nobody knows for how many they stand, whatever faults are counted."""
    if bad:
        raise CaseDataError(
            trn(
                "{n} unit has no '{name}', or one below 0.",
                "{n} units have no '{name}', or one below 0.",
                bad,
                name=name,
            ),
            tr("Every unit needs one; correct the column that the mapping names for it."),
        )


def _years(first: Any, last: Any, cutoff_day: int) -> tuple[int, int]:
    """Return the years to tell apart; default dates such as 1900 or 9999 do not make a year each."""
    cutoff = date_of(cutoff_day).year
    if first is None:
        return cutoff, cutoff
    return max(date_of(int(first)).year, _EARLIEST_YEAR), max(
        cutoff, min(date_of(int(last)).year, cutoff + _FUTURE_YEARS)
    )


def _sampling(mapping: CaseMapping, sampled: SampledFiles | None) -> Sampling:
    spec = mapping.cases.sampling
    of_log = () if sampled is None else sampled.design
    return Sampling(
        frame=spec.frame,
        weighted=spec.weight is not None or "weight" in of_log,
        repeated=mapping.cases.frequency is not None,
        stratum=spec.stratum is not None or "stratum" in of_log,
        cluster=spec.cluster is not None or "cluster" in of_log,
        delayed_entry=spec.entry is not None or spec.at is not None,
        members=spec.members_of_units,
        # several units of one file are no draw of their own
        log=sampled.log if sampled is not None and spec.log is not None and spec.log.id is None else None,
    )


def _check_states(mapping: CaseMapping, procedure: Procedure) -> None:
    for state, key in mapping.states():
        try:
            procedure.resolve(state)
        except ProcedureError as error:
            raise MappingError(
                tr("{key} in {source}: {problem}", key=key, source=mapping.source, problem=error.problem), error.remedy
            ) from None


def _fingerprint(sources: Sequence[Source], units: int, procedure: str, cutoff_day: int) -> str:
    shape = repr((tuple(one.columns for one in sources), units, procedure, cutoff_day))
    return hashlib.sha256(shape.encode()).hexdigest()[:16]


def _table_name(place: int, n: int) -> str:
    return "the data" if n == 1 else f"table {place + 1}"
