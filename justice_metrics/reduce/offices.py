"""From case files, or from a table of counts, to outcomes and cases of each office by kind of case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.levels import NOT_APPLICABLE, NOT_AVAILABLE, NOT_RECORDED, PENDING, UNDER_REVIEW, naturally
from ..base.quantities import STATUSES, Quantity, both, same_cells, sums
from ..base.types import Counts, Flags, Names
from ..cases.casedata import CaseData
from ..cases.counts.data import CountData
from ..tables import Strata, in_order
from .count_sums import added
from .grouped import grouped_counts
from .risk import timed, with_endings

# Offices times kinds of case: more cells than this are a mistake.
_MOST_CELLS: Final = 200_000
_NAP: Final = STATUSES.index(NOT_APPLICABLE)
_REVIEW: Final = STATUSES.index(UNDER_REVIEW)
_REASONS: Final = ("not_started", "start_undated", "too_young", "end_undated", "end_before_start")


class OfficeCounts(NamedTuple):
    """Outcomes and cases of each office.

    Attributes
    ----------
    offices : tuple of str, I of them
        In a reader's order.
    kinds : Strata, S of them
        Kinds of case; one kind when nothing is adjusted for.
    successes, trials : array of int, shape (I, S)
    status : tuple of str, I of them
        Why an office has no numbers, "" where it has.
    left_out : mapping of str to int
        Units by reason.
    silent : int
        Offices of which some periods hold no numbers.
    """

    offices: tuple[str, ...]
    kinds: Strata
    successes: Counts
    trials: Counts
    status: tuple[str, ...]
    left_out: Mapping[str, int]
    silent: int = 0


def office_counts(
    cases: CaseData,
    *,
    office: str,
    adjust: Sequence[str],
    start: str,
    states: tuple[str, ...],
    within_days: int,
) -> OfficeCounts:
    """Count the cases that were followed for ``within_days`` or more, and those that came to ``states`` by then.

    A case that came to them on day ``within_days`` itself counts. A younger case counts nowhere, also when it came to
    them already: it could not yet have taken long.
    """
    begin = cases.resolve(start)
    frame = timed(with_endings(cases.milestones, cases, {"asked": states}, endings="standing"), cases, start=begin)
    first, came = nw.col("time__begin"), nw.col("time__code") == 1
    reasons = (
        ~nw.col("time__started"),
        first.is_null(),
        first + within_days > cases.cutoff_day,
        came & nw.col("time__end").is_null(),
        came & (nw.col("time__days") < 0),
    )
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for place, broken in reversed(list(enumerate(reasons, start=1))):
        why = nw.when(broken.fill_null(False)).then(nw.lit(place)).otherwise(why)
    in_time = came & (nw.col("time__days") <= within_days).fill_null(False)
    grouped = grouped_counts(
        cases,
        by=(office, *adjust),
        keys={"why": why, "came": in_time},
        frame=frame,
        most_strata=_MOST_CELLS,
    )
    named = np.array([level[0] != NOT_RECORDED for level in grouped.strata.levels], np.bool_)[grouped.stratum]
    reason, units = grouped.keys["why"], grouped.units
    left_out = {name: int(units[named & (reason == at)].sum()) for at, name in enumerate(_REASONS, start=1)}
    left_out["office_not_recorded"] = int(units[~named].sum())
    kept = named & (reason == 0)
    offices, kinds, row, column = _places(grouped.strata.levels, adjust)
    shape = (len(offices), len(kinds))
    trials, successes = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    place = grouped.stratum[kept]
    np.add.at(trials, (row[place], column[place]), units[kept])
    np.add.at(successes, (row[place], column[place]), np.where(grouped.keys["came"][kept] == 1, units[kept], 0))
    return OfficeCounts(offices, kinds, successes, trials, ("",) * len(offices), left_out)


def office_sums(data: CountData, *, office: str, adjust: Sequence[str], outcome: str, per: str) -> OfficeCounts:
    """Add up two quantities of a table of counts by office and kind of case.

    Raises
    ------
    QuestionError
        When one of them is a stock and the other a flow, and when the first is no part of the second.
    """
    # Told apart by all keys first: where the outcome does not apply, its cases are no part of the comparison.
    rest = [name for name in data.keys if name not in {office, *adjust}]
    table = added(data, by=(office, *adjust, *rest), quantities=(outcome, per))
    cells = table.quantity(data.need(outcome)), table.quantity(data.need(per))
    done, of, silent = _over_periods(data, (data.need(outcome), data.need(per)), cells, table.rows)
    levels = [level[: 1 + len(adjust)] for level in table.strata.levels]
    offices, kinds, row, column = _places(levels, adjust)
    named = row >= 0
    row, column, silent = row[named], column[named], silent[named]
    code = both(done, of)[named]
    applies = (done.status[named] != _NAP) & (of.status[named] != _NAP)
    worst, no_part = np.zeros(len(offices), np.uint8), np.ones(len(offices), np.bool_)
    # what is under review is a number, unless it is held back until the review is over
    told = (code == _REVIEW) & (done.known & of.known)[named]
    np.maximum.at(worst, row[applies], np.where(told, 0, code)[applies])
    no_part[row[applies]] = False
    worst[no_part] = _NAP
    trials, successes = (np.zeros((len(offices), len(kinds)), np.int64) for _ in range(2))
    for array, quantity in ((trials, of), (successes, done)):
        whole = np.rint(np.nan_to_num(quantity.values[named])).astype(np.int64)
        np.add.at(array, (row[applies], column[applies]), whole[applies])
    trials[worst > 0], successes[worst > 0] = 0, 0
    _ensure_part(successes, trials, outcome, per)
    left_out = {"office_not_recorded": int(np.nansum(of.values[~named]))}
    gaps = len(np.unique(row[silent]))
    return OfficeCounts(offices, kinds, successes, trials, tuple(STATUSES[one] for one in worst), left_out, gaps)


def _ensure_part(successes: Counts, trials: Counts, outcome: str, per: str) -> None:
    beyond = int((successes > trials).sum())
    if beyond:
        raise QuestionError(
            tr(
                "In {n} groups '{outcome}' is larger than '{per}', so it is no part of it.",
                n=beyond,
                outcome=outcome,
                per=per,
            ),
            tr("Compare a part with its whole, such as conviction per verdict; for ratios of flows, ask case_flows."),
        )


def _over_periods(
    data: CountData, asked: tuple[str, str], cells: tuple[Quantity, Quantity], rows: Counts
) -> tuple[Quantity, Quantity, Flags]:
    """Make one pair of numbers of those of all periods, and say of which strata some periods were silent.

    Flows add up over the periods in which both are there: a period of which an office sent nothing, or one figure of
    the two, says nothing of its share, and one in which either does not apply is no part of it. A figure that is
    withheld is small, so leaving its period out would make the share too high: that withholds the whole. Of stocks the
    last period counts.
    """
    ways = {data.over_time[name] == "add" for name in asked}
    g, periods = cells[0].values.shape
    if len(ways) > 1 and periods > 1:
        raise QuestionError(
            tr(
                "One of {names} is a flow and the other a stock, and the table has {n} periods.",
                names=list(dict.fromkeys(asked)),
                n=periods,
            ),
            tr("Compare two flows or two stocks, or hand over a table of one period."),
        )
    cells = same_cells(*cells)
    if True not in ways:
        last = [Quantity(one.values[:, -1], one.status[:, -1]) for one in cells]
        return last[0], last[1], np.zeros(g, np.bool_)
    code, known = both(*cells), cells[0].known & cells[1].known
    unsaid = np.isin(code, [STATUSES.index(NOT_AVAILABLE), STATUSES.index(PENDING)]) | ((code == _REVIEW) & ~known)
    told = (rows > 0) & ~unsaid
    # a stratum that was silent all the time keeps its gaps, which tell why it has no numbers
    left = told.any(axis=1, keepdims=True)
    kept = ((rows > 0) & (told | ~left)).ravel()
    group = np.repeat(np.arange(g), periods)[kept]
    found = [sums(Quantity(one.values.ravel()[kept], one.status.ravel()[kept]), group, g) for one in cells]
    return found[0], found[1], np.asarray(((rows > 0) & unsaid & left).any(axis=1), np.bool_)


def _places(levels: Sequence[tuple[str, ...]], adjust: Names) -> tuple[tuple[str, ...], Strata, Counts, Counts]:
    """Return offices and kinds in a reader's order, and the place of each stratum among both."""
    offices = tuple(sorted({level[0] for level in levels} - {NOT_RECORDED}, key=naturally))
    kinds = in_order({level[1:] for level in levels})
    where = {name: place for place, name in enumerate(offices)}
    which = {kind: place for place, kind in enumerate(kinds)}
    row = np.array([where.get(level[0], -1) for level in levels], np.int64)
    column = np.array([which[level[1:]] for level in levels], np.int64)
    return offices, Strata(tuple(adjust), kinds), row, column
