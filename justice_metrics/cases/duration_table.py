"""From a table that holds times and endings already, as statisticians keep them, to :class:`Durations`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, get_args

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError, suggestion
from ..base.language import Label, Readable, tr
from ..base.levels import NOT_RECORDED, naturally
from ..base.provenance import Provenance
from ..base.types import Names, names
from ..base.version import __version__
from .casedata import CountingUnit
from .duration_checks import (
    Units,
    cluster_remark,
    ensure_groups,
    facts_of,
    n_missing,
    rows_remark,
    units_of,
)
from .duration_endings import named_endings
from .durations import LEFT_OUT, Durations, Plain, TimeUnit
from .intake import Intake, Sampling
from .memory import Memory
from .readers.frames import Embedded, Source
from .readers.parquet import open_parquet, parquet_files
from .stored import Stored

# How the columns of the design are called in the frame; a cluster is an attribute too.
_DESIGN: Final = ("frequency", "weight", "unit_id")


def durations(
    data: Any,
    *,
    days: str,
    ending: str,
    pending: str | int | None = None,
    outcomes: Mapping[str, str] | None = None,
    entry: str | None = None,
    id: str | None = None,
    frequency: str | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    by: Names | None = None,
    unit: CountingUnit = "case",
    time_unit: TimeUnit = "days",
) -> Durations:
    """Take a table that holds times and endings already, as statisticians keep them.

    Parameters
    ----------
    data : frame or path
        A pandas or Polars frame, Arrow table, DuckDB relation, PySpark frame, ibis table, or a parquet file. One row
        per unit, or several (see ``id``).
    days : str
        Column with the time from the start to the ending or to the last day observed, whole numbers from 0 on.
        Any unit of time serves, as long as it is whole; see ``time_unit``.
    ending : str
        Column that says how it ended.
    pending : str or int, optional
        The value of ``ending`` for those still open; by default 0 (or false) in a column of numbers, ``pending`` in a
        column of texts. An empty cell says nothing: such rows are left out, and counted. Where no row is open and this
        was not given, every answer notes it.
    outcomes : mapping of str to str, optional
        Names for values of ``ending``: ``{"1": "verdict", "2": "rejection"}``.
    entry : str, optional
        Column with the time from which on a unit was observed: at risk on the days entry < day <= days. Empty or
        negative is from the start.
    id : str, optional
        Column that tells units apart when a unit has several rows (time-varying covariates). The rows of a unit must
        not overlap, and only its last may hold an ending. Answers count rows: one that goes on in the next row of
        its unit counts as ``censored`` on its last day.
    frequency, weight, cluster : str, optional
        Columns with the number of identical rows, the sampling weight, and the cluster. Rows whose weight or frequency
        is missing, or whose weight is 0, are left out, and counted; rows without a cluster are one cluster together.
    by : str or sequence of str, optional
        Columns that may split the units or explain the times; by default all others.
    unit : {"complaint", "case", "victim", "accused", "charge"}
        What a row is.
    time_unit : {"days", "weeks", "months", "years"}
        In what ``days`` and ``entry`` are counted. Answers call every unit of time days; with another than days each
        of them notes how to read it.

    Returns
    -------
    Durations

    Raises
    ------
    MappingError
        When a column is not there, or a name has another use in answers.
    CaseDataError
        When times are not whole, a weight or a frequency is below 0, or the rows of one unit overlap or go on after
        its ending.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> table = pd.DataFrame({"months": [3, 8, 8, 12], "end": [1, 0, 2, 1], "office": ["a", "b", "a", "b"]})
    >>> times = jm.durations(table, days="months", ending="end", outcomes={"1": "verdict", "2": "rejection"})
    >>> times
    Durations(4 rows counted as case, endings verdict, rejection)
    >>> jm.cumulative_incidence(times).at(days=[8])["estimate"].round(3)
    array([0.25, 0.25])
    """
    embedded = Embedded()
    is_path = isinstance(data, str | Path)
    files = parquet_files([Path(data)]) if is_path else ()
    native: Any = open_parquet(files, connection=embedded.connection) if is_path else data
    source = Source(native, embedded, name="the data")
    design = {"frequency": frequency, "weight": weight, "cluster": cluster, "unit_id": id}
    for name in (days, ending, entry, *design.values()):
        if name is not None:
            source.need(name, where="durations")
    _ensure_unit(time_unit)
    # a column that is called as a column of the design is called here cannot be had beside it
    used = {days, ending, entry, frequency, weight, id, *(name for name in _DESIGN if design[name])}
    others = [one for one in source.columns if one not in used] if by is None else list(names(by))
    for name in others:
        source.need(name, where="durations")
    if by is not None:
        ensure_groups(others, design)
    memory = None if is_path or weight is not None else Memory.of(native, days, ending, entry, frequency)
    stored = Stored.of(files, days, ending, entry, frequency) if is_path and weight is None else None
    quick = memory.endings() if memory is not None else stored.endings() if stored is not None else None
    endings = named_endings(_values(source, ending) if quick is None else quick, pending, outcomes, ending)
    if endings.blank:
        stored = None
    held = memory if memory is not None else stored
    times = [one for one in (days, entry) if one is not None]
    facts = facts_of(source, times, frequency, weight, counted=None if held is None else held.n_units)
    n = facts.n
    if n == 0:
        raise CaseDataError(tr("There is no row in the data."), tr("Check that the right table was handed over."))
    alone = 0 if cluster is None else n_missing(source, cluster)
    shape = repr((source.columns, n, days, ending))
    levels = {name: _level(source, name) for name in others}
    plain_levels = {name: _plain_level(source, name) for name in others}
    told = {name: name for name in others}
    if cluster is not None:
        told["cluster"] = cluster
        # the column itself need not be among those that split
        levels["cluster"] = plain_levels["cluster"] = nw.col("cluster")
    opened = partial(_canonical, source, days, ending, entry, endings.code_of, design, others)
    units = Units(n, n) if id is None else units_of(opened(), id, repeated=frequency is not None)
    remarks = (
        *([_unit_remark(time_unit)] if time_unit != "days" else []),
        *endings.remarks,
        *([rows_remark(units)] if units.rows > units.n else []),
        *([cluster_remark(alone, str(cluster))] if alone else []),
    )
    return Durations(
        opened=opened,
        outcomes=endings.outcomes,
        outcome_words={name: Label(name) for name in endings.outcomes},
        start_words=tr("start of the time"),
        levels=levels,
        attributes=tuple(others),
        numeric_attributes=tuple(name for name in others if source.family(name) == "number"),
        sampling=Sampling(
            frame="undeclared",
            weighted=weight is not None,
            repeated=frequency is not None,
            cluster=cluster is not None,
            delayed_entry=entry is not None,
        ),
        several_rows=id is not None,
        time_unit=time_unit,
        remarks=remarks,
        # the canonical frame knows of rows that cannot be used for their weight or frequency
        plain=None
        if facts.unusable
        else Plain(
            days=nw.col("time__days"),
            ending=nw.col("time__ending"),
            entry=None if entry is None else nw.col("time__given"),
            levels=plain_levels,
            code_of=endings.code_of,
        ),
        memory=None if memory is None else memory.coded(endings.code_of).named(told),
        stored=None if stored is None else stored.coded(endings.code_of).named(told),
        intake=Intake(rows=units.rows),
        provenance=Provenance(
            source=Path(data).name if is_path else "frame",
            fingerprint=hashlib.sha256(shape.encode()).hexdigest()[:16],
            unit=unit,
            units_in=units.n,
            sampling="undeclared",
            version=__version__,
        ),
        frame_library=source.library,
    )


def _values(source: Source, ending: str) -> list[Any]:
    """Return the distinct values of the endings, in the order in which people count."""
    if source.family(ending) == "number":
        frame = source.lazy(ending).select(value=source.number(ending)).drop_nulls()
    else:
        frame = source.lazy(ending).select(value=nw.col(ending).cast(nw.String)).drop_nulls()
    found = frame.group_by("value").agg(nw.len().alias("n")).collect().get_column("value").to_list()
    if found and isinstance(found[0], str):
        return sorted(found, key=naturally)
    broken = sum(float(one) != int(one) for one in found)
    if broken:
        raise CaseDataError(
            tr("The column '{column}' has {n} endings that are no whole number.", column=ending, n=broken),
            tr("Code endings as whole numbers or as words."),
        )
    return sorted(int(one) for one in found)


def _ensure_unit(time_unit: str) -> None:
    if time_unit not in get_args(TimeUnit):
        raise MappingError(
            tr("'{name}' is no unit of time.", name=time_unit), suggestion(time_unit, get_args(TimeUnit))
        )


def _unit_remark(time_unit: TimeUnit) -> Readable:
    words = {"weeks": tr("weeks"), "months": tr("months"), "years": tr("years")}
    return tr(
        "Times are counted in {unit} here: where a sentence or heading says days, read {unit}.", unit=words[time_unit]
    )


def _canonical(
    source: Source,
    days: str,
    ending: str,
    entry: str | None,
    code_of: Mapping[Any, int],
    design: Mapping[str, str | None],
    others: list[str],
) -> nw.LazyFrame[Any]:
    """Return the lazy frame of a :class:`Durations`."""
    how = source.number(ending) if source.family(ending) == "number" else nw.col(ending).cast(nw.String)
    source.add("time__ending", how)
    code: nw.Expr = nw.lit(None, dtype=nw.Int64)
    for value, place in code_of.items():
        code = nw.when(nw.col("time__ending") == value).then(nw.lit(place)).otherwise(code)
    since: nw.Expr = nw.lit(-1, dtype=nw.Int64)
    if entry is not None:
        source.add("time__given", _whole(source, entry))
        given = nw.col("time__given").fill_null(-1)
        since = nw.when(given < 0).then(nw.lit(-1)).otherwise(given)
    made = {
        "time__days": _whole(source, days),
        **{name: nw.col(column) for name, column in design.items() if column is not None},
    }
    if design["cluster"] is not None:
        made["cluster"] = _level(source, design["cluster"])
    if design["frequency"] is not None:
        made["frequency"] = _whole(source, design["frequency"])
    if design["weight"] is not None:
        made["weight"] = source.number(design["weight"])
    for name, expr in made.items():
        source.add(name, expr)
    frame = source.lazy(*[one for one in others if one not in made]).with_columns(time__code=code, time__entry=since)
    lasted = nw.col("time__days")
    reasons = {
        "days_missing": lasted.is_null(),
        "ending_missing": nw.col("time__code").is_null(),
        "end_before_start": lasted < 0,
        "entry_after_end": (nw.col("time__entry") >= lasted) & (nw.col("time__entry") >= 0),
    }
    if design["weight"] is not None:
        reasons |= {"weight_missing": nw.col("weight").is_null(), "weight_zero": nw.col("weight") == 0}
    if design["frequency"] is not None:
        reasons["frequency_missing"] = nw.col("frequency").is_null()
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for name, broken in reversed(reasons.items()):
        why = nw.when(broken.fill_null(False)).then(nw.lit(LEFT_OUT.index(name) + 1)).otherwise(why)
    # a row that stands for nobody knows how many is left out as one
    filled = {"frequency": nw.col("frequency").fill_null(1)} if design["frequency"] is not None else {}
    frame = frame.with_columns(time__left_out=why)
    return frame.with_columns(time__code=nw.col("time__code").fill_null(0), **filled)


def _whole(source: Source, column: str) -> nw.Expr:
    """Return a column of whole numbers, whatever its type is."""
    return source.number(column).cast(nw.Int64) if source.has_fractions(column) else nw.col(column)


def _plain_level(source: Source, name: str) -> nw.Expr:
    """Return an attribute as it lies there, where texts can be made of it after the count."""
    if source.family(name) == "number" and not source.has_fractions(name):
        return nw.col(name)
    return nw.col(name) if source.is_text(name) else _level(source, name)


def _level(source: Source, name: str) -> nw.Expr:
    """Return an attribute as text, as :meth:`CaseData.level` does."""
    if source.family(name) == "number":
        return source.number(name).floor().cast(nw.Int64).cast(nw.String).fill_null(NOT_RECORDED)
    return nw.col(name).cast(nw.String).fill_null(NOT_RECORDED)
