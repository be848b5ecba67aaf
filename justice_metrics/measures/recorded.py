"""What to do with a stage or an ending of which the data say nothing: nobody counts it as 0."""

from __future__ import annotations

from collections.abc import Sequence

from ..base.errors import QuestionError
from ..base.language import Readable, tr
from ..cases.casedata import CaseData
from ..reduce.recorded_states import speaks_of


def unmapped(cases: CaseData, words: Sequence[str]) -> tuple[str, ...]:
    """Return the words of which the mapping names neither a date nor a label.

    An event log shows only what happened: there a word that nobody came to may be a true 0 (see :func:`silence_notes`).
    """
    if not cases.intake.one_row_per_unit:
        return ()
    return tuple(one for one in words if not speaks_of(cases, one))


def ensure_mapped(cases: CaseData, words: Sequence[str]) -> None:
    """Refuse a question about what the data say nothing of.

    Raises
    ------
    QuestionError
        With what to map.
    """
    unknown = unmapped(cases, words)
    if unknown:
        raise QuestionError(
            tr("The data say nothing of: {states}.", states=[cases.procedure.label(one) for one in unknown]),
            tr("Map a date or a label of the outcome to it; what no column names is unknown, not 0."),
        )


def silence_notes(cases: CaseData, words: Sequence[str]) -> tuple[Readable, ...]:
    """Say of which words an event log has no event: its 0 holds only where the log records such events."""
    if cases.intake.one_row_per_unit:
        return ()
    silent = [cases.procedure.label(one) for one in words if not speaks_of(cases, one)]
    return (
        (tr("No event of the file is one of these; their 0 holds only if it records them: {states}.", states=silent),)
        if silent
        else ()
    )
