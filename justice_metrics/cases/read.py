"""From files to case data: read everything as text, type it by the mapping, hand it to the embedded engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ..base.errors import JusticeMetricsError
from ..base.language import Message, tr
from ..base.provenance import Provenance
from . import canonical
from .casedata import CaseData, counted_as, with_codings
from .coders import one_coding_each
from .coding.plan import CodingPlan
from .coding.planning import coding_plan
from .coding.slips import Slip, slips_error, slips_in, told
from .corrections.applied import corrected, decided_cells, ensure_decided
from .corrections.cells import read_cells, tables_with_cells
from .corrections.plan import CorrectionPlan, as_plan, ensure_made_for, read_plan
from .given_tables import given_tables
from .mappings.children import CHILDREN
from .mappings.mapping import CaseMapping
from .practice import checklist_of
from .readers.frames import Embedded
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
        The data, or the address of a database; by default what the mapping names, beside it. For stage tables, one per
        table.
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
    if plan is not None:
        ensure_made_for(plan, described.source)
    wanted = faults or described.data.faults
    # With a plan, faults are counted first; those on which it does not decide are refused then.
    described = described.with_faults("count" if plan is not None else wanted)
    embedded = Embedded()
    tables, source = given_tables(path, described, embedded)
    notes = _reading_notes(tables)
    personal = read_cells(plan.cells_file) if plan is not None and plan.cells_file is not None else None
    cells = decided_cells(plan, personal.cells) if plan is not None and personal is not None else ()
    tables, changed, already = tables_with_cells(tables, _ids(described, tables), cells)
    asked = _asked(described)
    slips = _slips(tables, described, asked, refuse=plan is None and wanted == "refuse")

    def read(given: Mapping[str, Any], mapping: CaseMapping) -> CaseData:
        return CaseData(**_canonical(given, mapping, embedded, source)._asdict())

    try:
        each = one_coding_each(tables, described)
        cases = with_codings(read(each.tables, described), each, tables, read)
    except JusticeMetricsError as stopped:
        # what is wrong in the sheet's own words comes first: it may be what stopped the reading
        error = slips_error(slips, described.source, beyond=stopped)
        raise stopped if error is None else error from None
    notes = (*notes, *_plan_notes(plan, cases.provenance))
    cases = cases.with_(intake=replace(cases.intake, notes=notes, slips=told(slips), optional=_optional(asked)))
    if plan is None:
        return counted_as(cases, described)
    if wanted == "refuse":
        ensure_decided(cases, plan)
    listed = None if personal is None else personal.listed
    done = corrected(cases, plan, changed=changed, already=already, listed=listed, refuse=wanted == "refuse")
    return counted_as(done, described)


def _canonical(tables: Mapping[str, Any], mapping: CaseMapping, embedded: Embedded, source: str) -> canonical.Canonical:
    """Return what tables hold in canonical form; those of the cases are all that no section names."""
    own = {name: table for name, table in tables.items() if name not in {"support", *CHILDREN}}
    made = canonical.from_frames(
        list(own.values()) if mapping.data.kind == "stages" else own[""],
        mapping,
        support=tables.get("support"),
        children={name: table for name, table in tables.items() if name in mapping.children},
        embedded=embedded,
        source=source,
    )
    return made._replace(provenance=canonical.named(made.provenance, source), frame_library="pandas")


def _asked(mapping: CaseMapping) -> CodingPlan | None:
    """Return what a coding sheet asks; None where the data are none."""
    if not mapping.data.coding_sheet:
        return None
    return coding_plan(canonical.procedure_of(mapping), checklist_of(mapping))


def _optional(asked: CodingPlan | None) -> tuple[str, ...]:
    sources = () if asked is None else (one.source for _, one in asked.fields if not one.required)
    return tuple(one.removeprefix("attributes.") for one in sources if one.startswith("attributes."))


def _slips(
    tables: Mapping[str, Any], mapping: CaseMapping, asked: CodingPlan | None, *, refuse: bool
) -> tuple[Slip, ...]:
    """Return what is wrong in the cells of a coding sheet, or refuse them."""
    if asked is None:
        return ()
    slips = slips_in(tables, mapping, asked)
    error = slips_error(slips, mapping.source)
    if error is not None and refuse:
        raise error
    return slips


def _plan(mapping: CaseMapping, given: CorrectionPlan | str | Path | dict[str, Any] | None) -> CorrectionPlan | None:
    if given is not None:
        return as_plan(given)
    return read_plan(mapping.path(mapping.data.corrections)) if mapping.data.corrections is not None else None


def _plan_notes(plan: CorrectionPlan | None, provenance: Provenance) -> tuple[Message, ...]:
    """Tell when a plan was made for other data, and when it does not say which units it drops."""
    if plan is None:
        return ()
    notes = []
    if plan.plan.units not in {None, provenance.units_in}:
        notes.append(
            tr(
                "The plan '{plan}' was made when there were {then} units; there are {n} now.",
                plan=plan.source,
                then=plan.plan.units,
                n=provenance.units_in,
            )
        )
    if plan.cells_file is None and plan.decisions("drop"):
        notes.append(
            tr(
                "The plan '{plan}' drops units and names no file of cells: whether they are those that were decided on "
                "cannot be seen, only that there are not more.",
                plan=plan.source,
            )
        )
    return tuple(notes)


def _ids(mapping: CaseMapping, tables: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the columns of the id of each table."""
    own = [name for name in tables if name not in {"support", *mapping.children}]
    ids = {name: mapping.stage_id(place) if mapping.stages else mapping.cases.id for place, name in enumerate(own)}
    if mapping.support is not None:
        ids["support"] = mapping.support.id
    return {**ids, **{name: mapping.child_id(name) for name in mapping.children}}


def _reading_notes(tables: Mapping[str, Any]) -> tuple[Message, ...]:
    """Return what was found out while the files were read, of other tables than the cases with the name of the file."""
    return tuple(
        note if name == "" else tr("{name}: {note}", name=table.source, note=note)
        for name, table in tables.items()
        if isinstance(table, TextTable)
        for note in table.notes
    )
