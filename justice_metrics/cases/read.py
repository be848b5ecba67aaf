"""From files to case data: read everything as text, type it by the mapping, hand it to the embedded engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ..base.errors import ReadError
from ..base.language import Message, tr
from . import canonical
from .casedata import CaseData, counted_as
from .corrections.applied import corrected, ensure_decided
from .corrections.cells import read_cells, tables_with_cells
from .corrections.plan import CorrectionPlan, as_plan, read_plan
from .mappings.children import child_dates
from .mappings.mapping import CaseMapping, DateColumn
from .readers.files import is_parquet, read_text_tables
from .readers.frames import Embedded, with_day_numbers
from .readers.parquet import open_parquet, parquet_files
from .readers.text_table import TextTable


def read_cases(
    path: str | Path | Sequence[str | Path] | None = None,
    *,
    mapping: CaseMapping | str | Path | dict[str, Any],
    faults: Literal["refuse", "count"] | None = None,
    corrections: CorrectionPlan | str | Path | dict[str, Any] | None = None,
) -> CaseData:
    """Read case files as a mapping describes them.

    Parameters
    ----------
    path : path or sequence of paths, optional
        The data; by default the files that the mapping names, beside it. For stage tables, one per table.
    mapping : CaseMapping, path or dict
        Which column is what; see ``docs/mapping.md``.
    faults : {"refuse", "count"}, optional
        What to do with unreadable values and repeated ids: refuse them, or count them and go on; by default as the
        mapping says.
    corrections : CorrectionPlan, path or dict, optional
        What was decided on broken rules; see ``docs/corrections.md``. By default the plan that the mapping names.

    Returns
    -------
    CaseData

    Raises
    ------
    SettingsError
        When the mapping is wrong.
    ReadError
        When a file is missing, empty, or not what it claims to be.
    MappingError, CaseDataError
        When mapping and data do not fit each other, or the data cannot be used.

    Examples
    --------
    >>> import tempfile, justice_metrics as jm
    >>> from justice_metrics.simulate.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     demo = write_sample(folder + "/demo")
    ...     jm.read_cases(demo / "bolivia_cases.csv", mapping=demo / "bolivia_mapping.toml").n_units
    1200
    """
    described = canonical.as_mapping(mapping)
    plan = _plan(described, corrections)
    wanted = faults or described.data.faults
    # With a plan, faults are counted first; those on which it does not decide are refused then.
    described = described.with_faults("count" if plan is not None else wanted)
    embedded = Embedded()
    tables, source = _tables(path, described, embedded)
    notes = _reading_notes(tables)
    cells = read_cells(plan.cells_file) if plan is not None and plan.cells_file is not None else ()
    tables, changed, already = tables_with_cells(tables, _ids(described, tables), cells)
    own = {name: table for name, table in tables.items() if name not in {"support", *described.children}}
    made = canonical.from_frames(
        list(own.values()) if described.data.kind == "stages" else own[""],
        described,
        support=tables.get("support"),
        children={name: table for name, table in tables.items() if name in described.children},
        embedded=embedded,
        source=source,
    )
    made = made._replace(
        provenance=canonical.named(made.provenance, source),
        frame_library="pandas",
        intake=replace(made.intake, notes=notes),
    )
    cases = CaseData(**made._asdict())
    if plan is None:
        return counted_as(cases, described)
    if wanted == "refuse":
        ensure_decided(cases, plan)
    done = corrected(cases, plan, cells=changed, already=already, refuse=wanted == "refuse")
    return counted_as(done, described)


def _plan(mapping: CaseMapping, given: CorrectionPlan | str | Path | dict[str, Any] | None) -> CorrectionPlan | None:
    if given is not None:
        return as_plan(given)
    return read_plan(mapping.path(mapping.data.corrections)) if mapping.data.corrections is not None else None


def _tables(
    path: str | Path | Sequence[str | Path] | None, described: CaseMapping, embedded: Embedded
) -> tuple[dict[str, Any], str]:
    """Return every table that a mapping needs by its name, and the names of the files of the cases.

    The table of the cases has the name ""; stage tables have that of their file, all others that of their section.
    """
    if described.data.kind == "stages":
        files = _listed(path) or [one.file for one in described.stages]
        tables: dict[str, Any] = {}
        for place, (one, stage) in enumerate(zip(files, described.stages, strict=False)):
            name = _name(one) if _name(one) not in tables else f"{_name(one)} ({place + 1})"
            tables[name] = _table(
                one,
                described,
                embedded,
                sheet=stage.sheet,
                dates=_dates(described, place),
                needed=_needed(described, place),
            )
    else:
        files = _listed(path) or list(described.data.file)
        if not files:
            raise ReadError(
                tr("The mapping names no data file."), tr("Set 'file' in [data], or name the file in the call.")
            )
        tables = {
            "": _table(
                files,
                described,
                embedded,
                sheet=described.data.sheet,
                dates=_dates(described),
                needed=_needed(described),
            )
        }
    spells = described.support
    if spells is not None and spells.file:
        dates = [one for one in (spells.start, spells.end, spells.recorded) if one is not None]
        tables["support"] = _table(spells.file, described, embedded, sheet=spells.sheet, dates=dates, other_hand=True)
    for name, part in described.children.items():
        if part.apart:
            # A sheet without a file is one of the workbook with the cases.
            tables[name] = _table(
                part.file or (files if described.data.kind != "stages" else described.stages[0].file),
                described,
                embedded,
                sheet=part.sheet,
                dates=child_dates(name, part),
                other_hand=bool(part.file),
            )
    return tables, ", ".join(_name(one) for one in files)


def _ids(mapping: CaseMapping, tables: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the columns of the id of each table."""
    own = [name for name in tables if name not in {"support", *mapping.children}]
    ids = {name: mapping.stage_id(place) if mapping.stages else mapping.cases.id for place, name in enumerate(own)}
    if mapping.support is not None:
        ids["support"] = mapping.support.id
    return {**ids, **{name: mapping.child_id(name) for name in mapping.children}}


def _table(
    files: str | Path | Sequence[str | Path],
    mapping: CaseMapping,
    embedded: Embedded,
    *,
    sheet: str | Sequence[str] | None,
    dates: Sequence[DateColumn],
    other_hand: bool = False,
    needed: Sequence[str] | None = None,
) -> Any:
    """Return one table: parquet as a relation that is read where it is needed, everything else as texts.

    A file of support or hearings often comes from another hand: how it is written is found out. What [data] says of
    header and columns is said of the cases, whose columns are ``needed``.
    """
    paths = [mapping.path(str(one)) for one in ([files] if isinstance(files, str | Path) else files)]
    if all(is_parquet(one) for one in paths):
        relation = open_parquet(parquet_files(paths), connection=embedded.connection)
        return relation.to_arrow_table() if _text_dates(relation, dates) else with_day_numbers(relation)
    data = mapping.data
    encoding, separator = (None, None) if other_hand else (data.encoding, data.separator)
    if needed is None:
        return read_text_tables(paths, sheet=sheet, encoding=encoding, separator=separator, codes=data.codes)
    return read_text_tables(
        paths,
        sheet=sheet or None,
        encoding=encoding,
        separator=separator,
        header=data.header,
        header_row=data.header_row,
        codes=data.codes,
        renamed=data.renamed,
        absent=data.absent,
        needed=needed,
    )


def _needed(mapping: CaseMapping, stage: int = 0) -> list[str]:
    """Return the columns that the table of the cases, or a stage table, must have; made ones by their parts."""
    named = [column for column, _ in mapping.columns(stage)]
    if not mapping.stages:
        named += [
            column
            for name, part in mapping.children.items()
            if not part.apart
            for column, _ in mapping.child_columns(name)
        ]
    found: dict[str, None] = {}
    expanded: set[str] = set()
    while named:
        column = named.pop()
        if column in mapping.made and column not in expanded:
            expanded.add(column)
            named += mapping.made[column].parts
        else:
            found[column] = None
    return list(found)


def _reading_notes(tables: Mapping[str, Any]) -> tuple[Message, ...]:
    """Return what was found out while the files were read, of other tables than the cases with the name of the file."""
    return tuple(
        note if name == "" else tr("{name}: {note}", name=table.source, note=note)
        for name, table in tables.items()
        if isinstance(table, TextTable)
        for note in table.notes
    )


def _text_dates(relation: Any, dates: Sequence[DateColumn]) -> bool:
    """Whether a mapped date is a text, which only an in-memory table can read in every form."""
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    return any(types.get(one.column) == "VARCHAR" for one in dates)


def _dates(mapping: CaseMapping, stage: int = 0) -> list[DateColumn]:
    """Return the dates that the table of the cases, or a stage table, holds."""
    found = list(mapping.dates.values())
    found += [DateColumn(column=one.notified) for one in mapping.dates.values() if one.notified is not None]
    found += [mapping.outcome.date] if mapping.outcome is not None and mapping.outcome.date is not None else []
    found += [mapping.events.date] if mapping.events is not None else []
    if mapping.stages:
        one = mapping.stages[stage]
        found += [one.date] if one.date is not None else []
        found += [one.outcome.date] if one.outcome is not None and one.outcome.date is not None else []
    found += [DateColumn(column=mapping.attributes[one].column) for one in mapping.date_attributes]
    found += [date for name, part in mapping.children.items() if not part.apart for date in child_dates(name, part)]
    entry = mapping.cases.sampling.entry
    return found + ([entry] if entry is not None else [])


def _listed(path: str | Path | Sequence[str | Path] | None) -> list[Any]:
    if path is None:
        return []
    # A path of the caller's starts where the caller stands, not beside the mapping.
    return [Path(one).absolute() for one in ([path] if isinstance(path, str | Path) else path)]


def _name(given: Any) -> str:
    several = [given] if isinstance(given, str | Path) else list(given)
    return ", ".join(Path(one).name for one in several)
