"""Rules on ids and rows: missing, repeated, the same in another spelling, and files that a program cut off."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from .rule import ALWAYS, FLOWS, Counted, Facts, Probe, Rule, Subject

# Rows at which spreadsheets end, with and without the header.
CUT_OFF_ROWS: Final = frozenset({16_383, 16_384, 65_535, 65_536, 1_048_575, 1_048_576})


def _without_id(subject: Subject, _: Facts) -> list[Counted]:
    return _of_rows(subject, subject.cases.intake.without_id)


def _repeated_ids(subject: Subject, _: Facts) -> list[Counted]:
    return _of_rows(subject, subject.cases.intake.repeated_ids)


def _repeated_rows(subject: Subject, _: Facts) -> list[Counted]:
    return _of_rows(subject, subject.cases.intake.repeated_rows)


def _of_rows(subject: Subject, n: int) -> list[Counted]:
    """Count rows of a file in which a row is a unit; in an event log ids repeat by nature."""
    return [Counted("", None, n, subject.cases.intake.rows)] if subject.cases.intake.one_row_per_unit else []


def _cut_off(subject: Subject, _: Facts) -> list[Counted]:
    rows = subject.cases.intake.rows
    return [Counted("", None, rows if rows in CUT_OFF_ROWS else 0, rows)]


def _other_number(subject: Subject, _: Facts) -> list[Counted]:
    rows, official = subject.cases.intake.rows, subject.cases.intake.official_rows
    return [] if official is None else [Counted("", None, abs(rows - official), max(rows, official))]


def _similar(subject: Subject) -> list[Probe]:
    """Count the surplus: of several spellings of one id, all but one; all of them are listed."""
    if subject.alike is None:
        return [Probe(mask=~ALWAYS)]
    several = ~nw.col("first__alike").is_null()
    return [Probe(mask=several & (nw.col("unit_id") != nw.col("first__alike")), listed=several)]


ID_RULES: Final = (
    Rule(
        id="missing_ids",
        severity="error",
        sentence=tr("A row has no id"),
        remedy=tr("Enter the id. Rows without one are left out of everything."),
        touches=("attrition", "conviction_rates", *FLOWS),
        counts="rows",
        counted=_without_id,
    ),
    Rule(
        id="repeated_ids",
        severity="error",
        sentence=tr("A row has an id that stands in an earlier row with other content"),
        remedy=tr(
            "See whether the rows are one case entered twice, or several victims or accused of one case. In the "
            "second case set 'unit' and 'id' in the mapping accordingly. Only the first row is used."
        ),
        touches=("attrition", "conviction_rates", *FLOWS),
        counts="rows",
        counted=_repeated_ids,
    ),
    Rule(
        id="repeated_rows",
        severity="warning",
        sentence=tr("A row repeats another row to the letter"),
        remedy=tr("Delete the copy. It is used once only."),
        touches=("attrition", "conviction_rates", *FLOWS),
        counts="rows",
        counted=_repeated_rows,
    ),
    Rule(
        id="similar_ids",
        severity="warning",
        sentence=tr("The id is that of another case in another spelling (capitals, spaces, marks, leading zeros)"),
        remedy=tr(
            "See whether it is one case entered twice. If so, keep one row; until then it counts more than once."
        ),
        touches=("attrition", "conviction_rates", *FLOWS),
        probes=_similar,
        needs=("alike",),
    ),
    Rule(
        id="file_cut_off",
        severity="warning",
        sentence=tr("The file has exactly as many rows as a spreadsheet can hold"),
        remedy=tr(
            "Compare the number of rows with the register: the rest was probably cut off when the file was exported."
        ),
        touches=("attrition", "conviction_rates", *FLOWS),
        counts="rows",
        counted=_cut_off,
    ),
    Rule(
        id="rows_differ_from_total",
        severity="warning",
        sentence=tr("The file has more or fewer rows than the official total says"),
        remedy=tr(
            "Ask for the missing rows, or find those that are too many: copies, test entries, another period. The "
            "number is the difference."
        ),
        touches=("attrition", "conviction_rates", *FLOWS),
        counts="rows",
        counted=_other_number,
    ),
)
