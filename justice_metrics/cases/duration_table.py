"""From a table that holds times and endings already, as statisticians keep them, to :class:`Durations`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError, suggestion
from ..base.language import Label, Message, tr, trn
from ..base.levels import NOT_RECORDED, PENDING, naturally
from ..base.provenance import Provenance
from ..base.types import Names, names
from ..base.version import __version__
from .casedata import CountingUnit
from .durations import LEFT_OUT, Durations, Plain
from .intake import Intake, Sampling
from .memory import Memory
from .readers_frames import Embedded, Source
from .readers_parquet import open_parquet, parquet_files
from .stored import Stored

# Endings are a handful of words; a column with more values than this is another column.
_MOST_ENDINGS: Final = 50
# Above this a float cannot tell whole numbers apart.
_LARGEST_WHOLE: Final = 2.0**53


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
) -> Durations:
    """Take a table that holds times and endings already, as statisticians keep them.

    Parameters
    ----------
    data : frame or path
        A pandas or Polars frame, Arrow table, DuckDB relation, PySpark frame, ibis table, or a parquet file. One row
        per unit, or several (see ``id``).
    days : str
        Column with the time from the start to the ending or to the last day observed, whole numbers from 0 on.
        Any unit of time serves, as long as it is whole.
    ending : str
        Column that says how it ended.
    pending : str or int, optional
        The value of ``ending`` for those still open; by default 0 (or false) in a column of numbers, ``pending`` in a
        column of texts. An empty cell says nothing: such rows are left out, and counted.
    outcomes : mapping of str to str, optional
        Names for values of ``ending``: ``{"1": "verdict", "2": "rejection"}``.
    entry : str, optional
        Column with the time from which on a unit was observed: at risk on the days entry < day <= days. Empty or
        negative is from the start.
    id : str, optional
        Column that tells units apart when a unit has several rows (time-varying covariates).
    frequency, weight, cluster : str, optional
        Columns with the number of identical rows, the sampling weight, and the cluster.
    by : str or sequence of str, optional
        Columns that may split the units or explain the times; by default all others.
    unit : {"complaint", "case", "victim", "accused", "charge"}
        What a row is.

    Returns
    -------
    Durations

    Raises
    ------
    MappingError
        When a column is not there.
    CaseDataError
        When times are not whole, or no row tells a time.

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
    used = {days, ending, entry, frequency, weight, id}
    others = [one for one in source.columns if one not in used] if by is None else list(names(by))
    for name in others:
        source.need(name, where="durations")
    memory = None if is_path or weight is not None else Memory.of(native, days, ending, entry, frequency)
    stored = Stored.of(files, days, ending, entry, frequency) if is_path and weight is None else None
    quick = memory.endings() if memory is not None else stored.endings() if stored is not None else None
    values = _values(source, ending) if quick is None else quick
    if len(values) > _MOST_ENDINGS:
        raise CaseDataError(
            tr("The column '{column}' has {n} different endings.", column=ending, n=len(values)),
            tr(
                "Name the column that says how a unit ended; at most {most} endings are told apart.",
                most=_MOST_ENDINGS,
            ),
        )
    open_value, named = _named(values, pending, outcomes, ending)
    if memory is None and stored is None:
        _ensure_whole(source, [one for one in (days, entry, frequency) if one is not None])
    held = memory if memory is not None else stored
    n = held.n_units if held is not None else _n_units(source, frequency)
    if n == 0:
        raise CaseDataError(tr("There is no row in the data."), tr("Check that the right table was handed over."))
    shape = repr((source.columns, n, days, ending))
    levels = {name: _level(source, name) for name in others}
    plain_levels = {name: _plain_level(source, name) for name in others}
    told = {name: name for name in others}
    if cluster is not None:
        told["cluster"] = cluster
        # the column itself need not be among those that split
        levels["cluster"] = plain_levels["cluster"] = nw.col("cluster")
    return Durations(
        opened=partial(_canonical, source, days, ending, entry, [open_value, *named], design, others),
        outcomes=tuple(named.values()),
        outcome_words={name: Label(name) for name in named.values()},
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
        plain=Plain(
            days=nw.col("time__days"),
            ending=nw.col("time__ending"),
            entry=None if entry is None else nw.col("time__given"),
            levels=plain_levels,
            code_of={open_value: 0, **{value: place for place, value in enumerate(named, start=1)}},
        ),
        memory=None if memory is None else memory.coded([open_value, *named]).named(told),
        stored=None if stored is None else stored.coded([open_value, *named]).named(told),
        intake=Intake(rows=n),
        provenance=Provenance(
            source=Path(data).name if is_path else "frame",
            fingerprint=hashlib.sha256(shape.encode()).hexdigest()[:16],
            unit=unit,
            units_in=n,
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


def _named(
    values: list[Any], pending: str | int | None, outcomes: Mapping[str, str] | None, column: str
) -> tuple[Any, dict[Any, str]]:
    """Return the value of the open ones, and the outcome of every other value."""
    as_text = bool(values) and isinstance(values[0], str)
    flags = as_text and set(values) <= {"true", "false"}
    wanted: Any = pending if pending is not None else ("false" if flags else PENDING if as_text else 0)
    if as_text:
        wanted = str(wanted).lower() if flags else str(wanted)
    elif not isinstance(wanted, int):
        raise _unknown_value(str(wanted), values, column)
    if pending is not None and wanted not in values:
        raise _unknown_value(str(pending), values, column)
    by_text = {str(one): one for one in values if one != wanted}
    named = {one: ("ended" if flags else text) for text, one in by_text.items()}
    for text, name in (outcomes or {}).items():
        if str(text) not in by_text:
            raise _unknown_value(str(text), values, column)
        named[by_text[str(text)]] = name
    if len(set(named.values())) < len(named):
        raise MappingError(
            tr("Two endings of '{column}' have one name.", column=column),
            tr("Give every ending a name of its own, or give them one value in the data."),
        )
    return wanted, named


def _unknown_value(value: str, values: list[Any], column: str) -> MappingError:
    problem: Message = tr("'{value}' is no value of the column '{column}'.", value=value, column=column)
    return MappingError(problem, suggestion(value, tuple(map(str, values))))


def _canonical(
    source: Source,
    days: str,
    ending: str,
    entry: str | None,
    values: Sequence[Any],
    design: Mapping[str, str | None],
    others: list[str],
) -> nw.LazyFrame[Any]:
    """Return the lazy frame of a :class:`Durations`."""
    how = source.number(ending) if source.family(ending) == "number" else nw.col(ending).cast(nw.String)
    source.add("time__ending", how)
    code: nw.Expr = nw.lit(None, dtype=nw.Int64)
    for place, value in enumerate(values):
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
        made["frequency"] = _whole(source, design["frequency"]).fill_null(0)
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
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for name, broken in reversed(reasons.items()):
        why = nw.when(broken.fill_null(False)).then(nw.lit(LEFT_OUT.index(name) + 1)).otherwise(why)
    return frame.with_columns(time__left_out=why).with_columns(time__code=nw.col("time__code").fill_null(0))


def _ensure_whole(source: Source, columns: list[str]) -> None:
    for column in columns:
        if source.family(column) != "number":
            raise CaseDataError(
                tr("The column '{column}' holds no numbers.", column=column),
                tr("Count the time from the start in whole units first; jm.read_cases reads dates."),
            )
        if not source.has_fractions(column):
            continue
        number = source.number(column)
        frame = source.lazy(column).select(whole=number == number.floor())
        n = int(frame.filter(~nw.col("whole")).select(n=nw.len()).collect()["n"][0])
        if n:
            raise CaseDataError(
                trn(
                    "{n} value of '{column}' is no whole number.",
                    "{n} values of '{column}' are no whole numbers.",
                    n,
                    column=column,
                ),
                tr("Count in a smaller unit of time (days for months), so that every time is whole."),
            )


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


def _n_units(source: Source, frequency: str | None) -> int:
    kept = source.columns[:1] if frequency is None else (frequency,)
    count = nw.len() if frequency is None else source.number(frequency).sum()
    return int(source.lazy(*kept).select(n=count).collect()["n"][0] or 0)
