"""The bridge to other survival libraries: times as the counted frame that lifelines and statsmodels take."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.result import Result
from ..base.types import Counts, FrameLibrary, Names, Tallies, Values, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..reduce.patterns import patterns_of
from ..reduce.risk import Endings
from ..tables import RiskTable
from .declared import spells_of

RowsOf: TypeAlias = Literal["weighted", "exploded"]

_MOST_ROWS: Final = 1_000_000
# Names of the frame, which an attribute must not have.
_OWN: Final = ("entry", "duration", "ending", "ended", "n", "weight")


class _Cells(NamedTuple):
    strata: dict[str, Values]
    entry: Counts
    duration: Counts
    code: Counts
    n: Tallies
    weight: Values | None
    outcomes: tuple[str, ...]
    library: FrameLibrary


def survival_frame(
    cases_or_result: CaseData | Durations | Result,
    *,
    rows: RowsOf = "weighted",
    outcome: Names = "any_exit",
    start: str = "complaint",
    by: Names = (),
    endings: Endings = "standing",
    most_rows: int = _MOST_ROWS,
) -> Any:
    """Times and endings as a frame for lifelines and statsmodels: counted, without ids and dates.

    Parameters
    ----------
    cases_or_result : CaseData, Durations or Result
        An answer about time that holds its table of counts (``cumulative_incidence``, ``time_to``) hands over what it
        rests on; its strata and endings are then those of the question.
    rows : {"weighted", "exploded"}
        One row per kind of unit with its number ``n``, or every unit a row of its own.
    outcome : str or tuple of str
        Endings told apart; every other one is ``other_ending``.
    start : str
        Stage or role from whose first day time runs.
    by : str or tuple of str
        Attributes to bring along, as levels.
    endings : {"standing", "first"}
        Whether a case that was closed and reopened ended when it was first closed.
    most_rows : int
        More exploded rows than this are refused.

    Returns
    -------
    frame
        Of the library that the cases came in. Columns: the attributes; ``entry`` (at risk from the day after it; -1 is
        from the start); ``duration`` in days; ``ending`` (the outcome, or ``pending``); ``ended`` (0 open, 1, 2, … in
        the order of ``outcome``); ``n``; ``weight`` where the cases have sampling weights. It holds counts of a few
        units and is not safe to publish.

    Raises
    ------
    QuestionError
        When an answer holds no times, or under delayed entry (ask the cases themselves); when there are too many rows.

    Notes
    -----
    What takes what, ``f`` being the frame:

    - lifelines ``KaplanMeierFitter().fit(f.duration, f.ended > 0, entry=f.entry, weights=f.n)``;
    - lifelines ``CoxTimeVaryingFitter`` on exploded rows with an id column of your own, ``start_col="entry"`` and
      ``stop_col="duration"``; ``CoxPHFitter`` takes ``weights_col="n"`` on counted rows, but its ties are then those
      of weights, not those of rows;
    - statsmodels ``SurvfuncRight(f.duration, f.ended > 0, freq_weights=f.n)`` and, on exploded rows, ``PHReg``.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> frame = jm.survival_frame(jm.sample_cases(), outcome="verdict", by="department")
    >>> list(frame.columns)
    ['department', 'entry', 'duration', 'ending', 'ended', 'n']
    >>> int(frame["n"].sum())
    1200
    """
    if rows not in get_args(RowsOf):
        raise QuestionError(
            tr("'{word}' is not known here.", word=rows), tr("There are: {known}.", known=list(get_args(RowsOf)))
        )
    if isinstance(cases_or_result, Result):
        cells = _of_result(cases_or_result)
    else:
        cells = _of_cases(cases_or_result, names(outcome), start, names(by), endings)
    words = np.array(["pending", *cells.outcomes], dtype=object)
    columns: dict[str, Values] = {
        **cells.strata,
        "entry": cells.entry,
        "duration": cells.duration,
        "ending": words[cells.code],
        "ended": cells.code,
    }
    if rows == "exploded":
        times = _whole(cells.n)
        total = int(times.sum())
        if total > most_rows:
            raise QuestionError(
                tr("Exploded, these are {n} rows; at most {most} are made.", n=total, most=most_rows),
                tr('Take the counted rows (rows="weighted"), or raise most_rows.'),
            )
        columns = {name: np.repeat(values, times) for name, values in columns.items()}
        if cells.weight is not None:
            columns["weight"] = np.repeat(cells.weight, times)
    else:
        columns["n"] = cells.n
        if cells.weight is not None:
            columns["weight"] = cells.weight
    return _framed(columns, cells.library)


def _of_cases(
    cases: CaseData | Durations, wanted: tuple[str, ...], start: str, by: tuple[str, ...], endings: Endings
) -> _Cells:
    for one in by:
        if one in _OWN:
            raise QuestionError(tr("'{name}' is the name of a column that the frame has already.", name=one))
    spells = spells_of(cases, start=start, wanted=wanted, endings=endings)
    found = patterns_of(spells, covariates=by, categorical=frozenset(by))
    held = found.rows
    strata = {}
    for name in by:
        codes, levels = found.covariates[name]
        strata[name] = np.array(levels, dtype=object)[codes[held.pattern]]
    return _Cells(
        strata,
        held.entry.astype(np.int64),
        held.exit.astype(np.int64),
        held.code,
        held.n,
        held.weight,
        spells.outcomes,
        spells.frame_library,
    )


def _of_result(result: Result) -> _Cells:
    table = getattr(result, "table", None)
    if not isinstance(table, RiskTable):
        raise QuestionError(
            tr("This answer holds no times that could be handed over."),
            tr("Hand over the cases themselves, or an answer of cumulative_incidence or time_to."),
        )
    if bool(table.entered[:, table.days >= 0].any()):
        raise QuestionError(
            tr("With delayed entry an answer no longer knows who entered when and left when."),
            tr("Hand over the cases themselves."),
        )
    exits = np.concatenate([table.censored[:, None], table.events], axis=1)
    group, code, place = np.nonzero(exits)
    strata = {name: np.array(table.strata.column(name), dtype=object)[group] for name in table.strata.names}
    return _Cells(
        strata,
        np.full(len(group), -1, dtype=np.int64),
        table.days[place].astype(np.int64),
        code.astype(np.int64),
        exits[group, code, place],
        None,
        table.outcomes,
        result.frame_library,
    )


def _whole(n: Tallies) -> Counts:
    whole = np.round(n).astype(np.int64)
    if not np.allclose(whole, n):
        raise QuestionError(
            tr("Sums of sampling weights are no numbers of rows."), tr('Take the counted rows (rows="weighted").')
        )
    return whole


def _framed(columns: dict[str, Values], library: FrameLibrary) -> Any:
    import narwhals.stable.v2 as nw

    made = {name: array.tolist() if array.dtype == object else array.copy() for name, array in columns.items()}
    return nw.from_dict(made, backend=library).to_native()
