"""What is refused, and what is told, when a table of times is taken in: its names, its numbers, its units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError
from ..base.language import Message, Readable, tr, trn
from ..base.levels import PENDING
from .durations import ANY_EXIT, OTHER_ENDING
from .memory import LARGEST
from .readers.frames import Source

# Columns that answers by group have beside the columns of the groups.
RESULT_COLUMNS: Final = frozenset(
    {
        "at_risk", "censored", "conf_high", "conf_low", "days", "denominator", "estimate", "events", "expected",
        "not_told", "numerator", "observed", "outcome", "restricted_mean_days", "scale", "share", "std_error",
    }
)  # fmt: skip
# What answers call units that have not come to an outcome, or to no outcome that was asked for.
_NO_OUTCOMES: Final = frozenset({PENDING, "open", OTHER_ENDING, ANY_EXIT})


class Facts(NamedTuple):
    """What one look at the columns of numbers tells.

    Attributes
    ----------
    n : int
        Rows, times their frequency.
    unusable : bool
        Whether a weight is missing or 0, or a frequency is missing, so that their rows are left out.
    """

    n: int
    unusable: bool


def ensure_groups(named: Iterable[str], design: Mapping[str, str | None]) -> None:
    """Refuse columns to split by whose names answers or the design give to other columns.

    Raises
    ------
    MappingError
    """
    for name in named:
        taken = name in RESULT_COLUMNS or name.startswith("time__") or (design.get(name) or name) != name
        if taken:
            raise MappingError(
                tr("Answers have a column of their own that is called '{name}', so it cannot name groups.", name=name),
                tr("Rename the column before handing the table over."),
            )


def ensure_outcomes(named: Iterable[str], column: str) -> None:
    """Refuse outcomes whose names answers give to units that have none.

    Raises
    ------
    MappingError
    """
    for name in named:
        if name in _NO_OUTCOMES:
            raise MappingError(
                tr(
                    "'{name}' cannot name an ending of '{column}': answers call so what has not ended, or has ended "
                    "in any way.",
                    name=name,
                    column=column,
                ),
                tr(
                    "If it stands for cases that are still open, write pending = '{name}'; else rename it with "
                    "outcomes.",
                    name=name,
                ),
            )


def facts_of(
    source: Source, times: Iterable[str], frequency: str | None, weight: str | None, *, counted: int | None
) -> Facts:
    """Look at the columns of numbers once, and refuse what cannot be counted.

    Parameters
    ----------
    source : Source
    times : iterable of str
        Columns of times that are not known to be whole numbers of a fair size.
    frequency, weight : str or None
    counted : int or None
        How many rows there are, where it is known: then times and frequencies were looked at already.

    Raises
    ------
    CaseDataError
        With the number of values that are too large, no whole numbers, or below 0.
    """
    whole = [] if counted is not None else [*times, *([frequency] if frequency is not None else [])]
    told = [*whole, *([weight] if weight is not None else [])]
    for column in told:
        _ensure_numbers(source, column, time=column not in (frequency, weight))
    if counted is not None and not told:
        return Facts(counted, unusable=False)
    sums: dict[str, nw.Expr] = {}
    for place, column in enumerate(told):
        number = source.number(column).cast(nw.Float64)
        if column == weight and place >= len(whole):
            sums[f"large__{place}"] = (number == float("inf")) | (number == float("-inf"))
            sums["weight__missing"] = number.is_null()
            sums["weight__zero"] = number == 0
        else:
            sums[f"large__{place}"] = (number >= LARGEST) | (number <= -LARGEST)
            if source.has_fractions(column):
                sums[f"broken__{place}"] = number != number.floor()
        if column in (frequency, weight):
            sums[f"below__{place}"] = number < 0
        if column == frequency:
            sums["frequency__missing"] = number.is_null()
    flags = {name: expr.fill_null(False).cast(nw.Int64) for name, expr in sums.items()}
    count = nw.lit(1) if frequency is None else source.number(frequency).cast(nw.Float64).fill_null(1.0)
    kept = source.columns[:1] if not told and frequency is None else [*told, *([frequency] if frequency else [])]
    frame = source.lazy(*dict.fromkeys(kept)).select(**flags, n=count.cast(nw.Float64), rows=nw.lit(1))
    collected = frame.select(*[nw.col(name).sum() for name in (*flags, "n", "rows")]).collect()
    found = {name: collected.get_column(name).to_list()[0] or 0 for name in (*flags, "n", "rows")}
    for place, column in enumerate(told):
        _refuse(int(found[f"large__{place}"]), _too_large, column)
        _refuse(int(found.get(f"broken__{place}", 0)), _broken, column)
        _refuse(int(found.get(f"below__{place}", 0)), _below, column)
    unusable = any(found.get(name) for name in ("weight__missing", "weight__zero", "frequency__missing"))
    return Facts(int(found["n"]) if counted is None else counted, unusable=bool(unusable))


def _ensure_numbers(source: Source, column: str, *, time: bool) -> None:
    if source.family(column) != "number":
        counted = tr("Count the time from the start in whole units first; jm.read_cases reads dates.")
        raise CaseDataError(
            tr("The column '{column}' holds no numbers.", column=column),
            counted if time else tr("Hand over a column of numbers."),
        )


def _refuse(n: int, words: Any, column: str) -> None:
    if n:
        raise CaseDataError(*words(n, column))


def _too_large(n: int, column: str) -> tuple[Message, Message]:
    return (
        trn(
            "{n} value of '{column}' is infinite or too large to be counted.",
            "{n} values of '{column}' are infinite or too large to be counted.",
            n,
            column=column,
        ),
        tr("Leave the cell empty where a value is not known, and count long times in a larger unit."),
    )


def _broken(n: int, column: str) -> tuple[Message, Message]:
    return (
        trn(
            "{n} value of '{column}' is no whole number.",
            "{n} values of '{column}' are no whole numbers.",
            n,
            column=column,
        ),
        tr("Count in a smaller unit of time (days for months), so that every time is whole."),
    )


def _below(n: int, column: str) -> tuple[Message, Message]:
    return (
        trn(
            "{n} value of '{column}' is below 0.",
            "{n} values of '{column}' are below 0.",
            n,
            column=column,
        ),
        tr("A weight or a number of rows is 0 or more; leave the cell empty where it is not known."),
    )


def n_missing(source: Source, column: str) -> int:
    """Return in how many rows a column says nothing."""
    gaps = source.number(column).is_null() if source.family(column) == "number" else nw.col(column).is_null()
    frame = source.lazy(column).select(gap=gaps.cast(nw.Int64))
    return int(frame.select(nw.col("gap").sum()).collect()["gap"][0] or 0)


class Units(NamedTuple):
    """How many units there are in how many rows."""

    n: int
    rows: int


def units_of(frame: nw.LazyFrame[Any], id: str, *, repeated: bool) -> Units:
    """Count distinct units, and refuse rows of one unit that do not follow one another.

    Parameters
    ----------
    frame : LazyFrame
        The frame of a :class:`Durations` with ``unit_id``.
    id : str
        The column's own name, for messages.
    repeated : bool
        Whether ``frequency`` says how many units a row stands for.

    Raises
    ------
    CaseDataError
        With the number of units whose rows overlap, or that go on after an ending, or of rows without an id.
    """
    kept = nw.col("time__left_out") == 0
    number = nw.col("frequency").cast(nw.Int64) if repeated else nw.lit(1)
    narrow = frame.select(
        unit=nw.col("unit_id"),
        n=number,
        since=nw.when(kept).then(nw.col("time__entry").cast(nw.Int64)),
        until=nw.when(kept).then(nw.col("time__days").cast(nw.Int64)),
        ended=nw.when(kept).then((nw.col("time__code") > 0).cast(nw.Int64)).otherwise(nw.lit(0)),
    )
    timed = nw.when(nw.col("since").is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    per_unit = narrow.with_columns(timed=timed).group_by("unit").agg(*[
        nw.col("n").max().alias("n"), nw.col("n").sum().alias("rows"), nw.col("timed").sum().alias("timed")
    ])  # fmt: skip
    nowhere = nw.when(nw.col("unit").is_null()).then(nw.col("rows")).otherwise(nw.lit(0))
    sums = [nw.col(name).sum() for name in ("n", "rows", "nowhere")]
    totals = per_unit.with_columns(nowhere=nowhere).select(*sums, nw.col("timed").max()).collect()
    _refuse(int(totals["nowhere"][0] or 0), _without_id, id)
    if int(totals["timed"][0] or 0) > 1:
        _ensure_in_turn(narrow, id)
    return Units(int(totals["n"][0] or 0), int(totals["rows"][0] or 0))


def _ensure_in_turn(narrow: nw.LazyFrame[Any], id: str) -> None:
    """Refuse rows of one unit that overlap, or that go on after an ending; rows that are left out have no times."""
    order = ["since", "until"]
    before = narrow.filter(~nw.col("since").is_null()).with_columns(
        before=nw.col("until").shift(1).over("unit", order_by=order),
        ended_before=nw.col("ended").shift(1).over("unit", order_by=order),
    )
    told = before.group_by("unit").agg(
        overlap=(nw.col("since") < nw.col("before")).fill_null(False).cast(nw.Int64).max(),
        after=nw.col("ended_before").fill_null(0).max(),
    )
    collected = told.select(nw.col("overlap").sum(), nw.col("after").sum()).collect()
    _refuse(int(collected["overlap"][0] or 0), _overlapping, id)
    _refuse(int(collected["after"][0] or 0), _going_on, id)


def _without_id(n: int, column: str) -> tuple[Message, Message]:
    return (
        trn("{n} row has no id in '{column}'.", "{n} rows have no id in '{column}'.", n, column=column),
        tr("Give every row the id of its unit."),
    )


def _overlapping(n: int, column: str) -> tuple[Message, Message]:
    return (
        trn(
            "{n} unit of '{column}' has rows that overlap in time.",
            "{n} units of '{column}' have rows that overlap in time.",
            n,
            column=column,
        ),
        tr(
            "A row is at risk on the days entry < day <= days: let each row of a unit begin on the day on which the "
            "one before it ends."
        ),
    )


def _going_on(n: int, column: str) -> tuple[Message, Message]:
    return (
        trn(
            "{n} unit of '{column}' has rows after the one in which it ended.",
            "{n} units of '{column}' have rows after the one in which they ended.",
            n,
            column=column,
        ),
        tr("Only the last row of a unit may hold an ending; the rows before it hold the value for open cases."),
    )


def rows_remark(units: Units) -> Readable:
    """Say that units have several rows, and what that means where things are counted."""
    return tr(
        "{units} units have {rows} rows. Shares and times hold for units; where units or cases are counted here, rows "
        "are, and a row that goes on in the next row of its unit counts as still open on its last day.",
        units=units.n,
        rows=units.rows,
    )


def cluster_remark(n: int, column: str) -> Readable:
    """Say that rows lack a cluster, and what is done with them."""
    return trn(
        "{n} row has no value in '{column}': such rows are taken together as one cluster.",
        "{n} rows have no value in '{column}': they are taken together as one cluster, which can make intervals "
        "too wide or too narrow.",
        n,
        column=column,
    )
