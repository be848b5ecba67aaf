"""The row of periods that a question names, from case files or from a table of counts."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...base.cells import CellOf
from ...base.errors import QuestionError
from ...base.language import Readable, tr, trn
from ...base.levels import NOT_APPLICABLE
from ...base.quantities import STATUSES, Quantity
from ...base.result import Definition
from ...base.types import Flags, Floats
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import PERIODS, Period, Periods, periods_of
from ...reduce.count_sums import added, paired
from ...tables import CountTable
from .series import Series, arrival_series, cohort_series, ensure_few, flow_definition

_NAP: Final = STATUSES.index(NOT_APPLICABLE)


def asked_series(
    data: CaseData | CountData,
    *,
    outcome: str | None,
    quantity: str | None,
    per: str | None,
    share_of: str | None,
    start: str,
    within_days: int,
    period: Period,
    by: tuple[str, ...],
    known_only: bool = False,
) -> Series:
    """Make the row of periods that a question asks for.

    Raises
    ------
    QuestionError, ProcedureError
        When the settings do not go with the data, or a word names nothing.
    """
    if period not in PERIODS:
        raise QuestionError(
            tr("'{period}' is no period.", period=period), tr("There are: {known}.", known=list(PERIODS))
        )
    if isinstance(data, CountData):
        if outcome is not None or quantity is None:
            raise QuestionError(
                tr("A table of counts has quantities, not outcomes."),
                tr("Say which one with quantity, and with share_of or per what it is set against."),
            )
        return counted_series(
            data, quantity=quantity, per=per, share_of=share_of, period=period, by=by, known_only=known_only
        )
    if per is not None or share_of is not None:
        raise QuestionError(
            tr("'per' and 'share_of' are asked of a table of counts."),
            tr("Of case files, ask for an outcome, or for a quantity without them."),
        )
    if quantity is not None and outcome is not None:
        raise QuestionError(tr("Ask for an outcome or for a quantity, not for both."))
    if quantity is not None:
        return arrival_series(data, quantity=quantity, period=period, by=by)
    return cohort_series(
        data, outcome=outcome or "conviction", start=start, within_days=within_days, period=period, by=by
    )


def counted_series(
    data: CountData,
    *,
    quantity: str,
    per: str | None,
    share_of: str | None,
    period: Period,
    by: tuple[str, ...],
    known_only: bool = False,
) -> Series:
    """Make the row of periods of one quantity, set against another one or against days.

    Raises
    ------
    QuestionError
        When the data lack a quantity, both kinds of denominator are given, or a part is larger than its whole.
    """
    if per is not None and share_of is not None:
        raise QuestionError(tr("Give 'per' or 'share_of', not both."))
    other = share_of or per
    wanted = tuple(dict.fromkeys(data.need(one) for one in (quantity, other) if one is not None))
    alone = _alone(data, wanted) if known_only else np.zeros(data.rows, np.bool_)
    both, none = paired(data, wanted[:1], wanted[1:]) if len(wanted) > 1 else (data, 0)
    table = added(both.selected(~alone), by=by, period=period, quantities=wanted, known_only=known_only)
    ensure_few(len(table.labels))
    periods = Periods(table.first_day, table.last_day, table.labels)
    numerator = table.quantity(quantity)
    words = data.label(quantity)
    seen = np.broadcast_to(table.seen_days / table.days, numerator.values.shape).astype(np.float64)
    denominator, scale_words, definition = _against(data, table, periods, words, per, share_of)
    if share_of is not None:
        _ensure_part(numerator, denominator, words, data.label(share_of))
    # a sum over the rows that hold both numbers is another one than the sum of all that were told
    apart = f", where {' and '.join(wanted)} are told" if len(wanted) > 1 and (none or alone.any()) else ""
    cells = {
        name: CellOf(fixed={"unit": (f"{word}{apart}",)}, keys={"period": f"{period}_of_it"})
        for name, word in (("numerator", wanted[0]), ("denominator", share_of and data.need(share_of)))
        if word
    }
    cells["units"] = cells.get("denominator", cells["numerator"])
    return Series(
        strata=table.strata,
        periods=periods,
        period=period,
        numerator=numerator,
        denominator=denominator,
        units=denominator if share_of is not None else numerator,
        seen=seen,
        is_share=share_of is not None,
        scale_words=scale_words,
        definition=definition,
        cells=cells,
        notes=(*data.notes, *_unknown_note(table, wanted, int(alone.sum()), known_only=known_only), *_none_note(none)),
    )


def _alone(data: CountData, wanted: tuple[str, ...]) -> Flags:
    """Return the rows in which one number is known and the other, though it has a cell, is not, shape (R,).

    Those who report one of two numbers only would enter one side of their ratio.
    """
    if len(wanted) < 2:
        return np.zeros(data.rows, np.bool_)
    given = np.logical_and(*(data.given_in(one) for one in wanted))
    known = [data.quantities[one].known for one in wanted]
    nap = [data.quantities[one].status == _NAP for one in wanted]
    return np.asarray(given & (known[0] != known[1]) & ~nap[0] & ~nap[1], np.bool_)


def _unknown_note(table: CountTable, wanted: tuple[str, ...], alone: int, *, known_only: bool) -> tuple[Readable, ...]:
    """Say how many cells hold no number, and what that does to the sums."""
    n = int(sum(table.unknown[one].sum() for one in wanted)) + alone
    if not n:
        return ()
    if known_only:
        return (
            tr(
                "Sums of those who reported: {n} cells hold no number. Where others report than before, the sums "
                "change too.",
                n=n,
            ),
        )
    return (
        trn(
            "{n} cell holds no number: sums that it belongs to are missing.",
            "{n} cells hold no number: sums that they belong to are missing.",
            n,
        ),
    )


def _none_note(n: int) -> tuple[Readable, ...]:
    if not n:
        return ()
    return (
        trn(
            "{n} row of the table is in neither number of a ratio: one of the two does not apply there.",
            "{n} rows of the table are in neither number of a ratio: one of the two does not apply there.",
            n,
        ),
    )


def _against(
    data: CountData, table: CountTable, periods: Periods, words: Readable, per: str | None, share_of: str | None
) -> tuple[Quantity, Readable, Definition]:
    """Return what the quantity is divided by, the words of the result, and what it means."""
    shape = (len(table.strata), len(table.labels))
    if share_of is not None:
        whole = data.label(share_of)
        return (
            table.quantity(share_of),
            tr("{part}, share of: {whole}", part=words, whole=whole),
            _ratio_of(words, whole),
        )
    if per is None:
        days = np.broadcast_to(table.seen_days / 30.0, shape).astype(np.float64)
        return _known(days), tr("{what}, per 30 days", what=words), flow_definition(words)
    base = table.quantity(per)
    if per != "population":
        return base, tr("{what}, per: {per}", what=words, per=data.label(per)), _ratio_of(words, data.label(per))
    year_days = periods_of(periods.first_day, "year").days
    part = np.broadcast_to(table.seen_days / year_days, shape)
    return (
        Quantity(base.values * part / 100_000, base.status),
        tr("{what}, per 100,000 inhabitants and year", what=words),
        _ratio_of(words, data.label(per)),
    )


def _ratio_of(words: Readable, whole: Readable) -> Definition:
    return Definition(
        answers=tr("How does one number of a period stand to another?"),
        numerator=tr("counted in the period: {what}", what=words),
        denominator=whole,
        basis="flow",
        pending=tr("not the same cases from period to period; a period that the cut-off cuts is marked"),
    )


def _ensure_part(part: Quantity, whole: Quantity, words: Readable, whole_words: Readable) -> None:
    """Refuse a share whose part is larger than its whole.

    Raises
    ------
    QuestionError
        With the number of periods in which it is.
    """
    both = part.known & whole.known
    n = int((np.where(both, part.values, 0) > np.where(both, whole.values, 0)).sum())
    if n:
        raise QuestionError(
            tr(
                "'{part}' is larger than '{whole}' in {n} periods, so it is no part of it.",
                part=words,
                whole=whole_words,
                n=n,
            ),
            tr("Set it against the other number with per: a ratio of a period may be larger than one."),
        )


def _known(values: Floats) -> Quantity:
    return Quantity(values, np.zeros(values.shape, np.uint8))
