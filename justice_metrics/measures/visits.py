"""What the questions about the states of a procedure share: their words, what is left out, what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Message, Readable, tr, trn
from ..base.provenance import LeftOut, Provenance
from ..base.result import Result
from ..base.types import Counts, Floats
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.multistate import Spells
from ..tables import SpellTable
from .declared import AS_INDEPENDENT, LEFT_OUT_WORDS, NO_INTERVAL, Share, sampling_notes

NO_SPELLS_WORDS: Final[Mapping[str, Message]] = {
    **LEFT_OUT_WORDS,
    "stage_undated": tr("was in a stage that has no date"),
    "verdict_untold": tr("has the date of a verdict, but not which verdict it was"),
    "before_start": tr("has a stage before the start, by its dates"),
    "reopened_undated": tr("was closed and is no longer so; no date says since when"),
}
# From this share on, moves that the procedure does not know are told.
_WORTH_TELLING: Final = 0.01

_COUNTS_INSIDE: Final = tr(
    "How many cases came to a stage, left it and are still there is not published: together with other tables it would "
    "tell numbers that these hide. Shares are rounded so that nobody can read a number of cases from them."
)


def without_counts(shown: Result) -> Result:
    """Return a published answer about stages with the note that its counts stayed inside."""
    return replace(shown, notes=(*shown.notes, _COUNTS_INSIDE))


def ensure_stages(cases: CaseData | Durations) -> None:
    """Refuse a table of times: it says how long each unit took, not in which stages it was.

    Raises
    ------
    QuestionError
    """
    if isinstance(cases, Durations):
        raise QuestionError(
            tr("A table of times holds no dates, so in which stages its cases were is not known."),
            tr("Read the case files with a mapping: jm.read_cases."),
        )


def spells_of_table(table: SpellTable) -> Spells:
    """Return the visits as an estimator takes them: at least one day long, with the state of the evening as next."""
    kept = table.exit > table.entry
    optional = {name: getattr(table, name) for name in ("weight", "unit", "cluster")}
    return Spells(
        group=table.stratum[kept],
        state=table.from_state[kept],
        to=table.evening[kept],
        entry=table.entry[kept].astype(np.int32),
        exit=table.exit[kept].astype(np.int32),
        n=table.n[kept],
        **{name: None if held is None else held[kept] for name, held in optional.items()},
    )


def units_of(table: SpellTable) -> Counts:
    """Return the units of each stratum, each counted once whatever its sampling weight is, (G,)."""
    plain: Counts = replace(table, weight=None).units.astype(np.int64)
    return plain


def last_days(table: SpellTable) -> Floats:
    """Return the last day on which a unit of each stratum was under observation, (G,); NaN without units."""
    last = np.full(len(table.strata), np.nan)
    np.fmax.at(last, table.stratum, table.exit.astype(np.float64))
    return last


def visits_provenance(cases: CaseData, table: SpellTable, question: str, **settings: object) -> Provenance:
    """Return the provenance of an answer about states, with the units whose visits cannot be told."""
    return cases.provenance.add(question, **settings).leave_out(*_left_out(table))


def ensure_visits(table: SpellTable, cases: CaseData) -> None:
    """Refuse a question about states when the visits of no unit can be told.

    Raises
    ------
    QuestionError
        With the reasons and their numbers.
    """
    if len(table.n):
        return
    reasons = [tr("{n}: {reason}", n=one.n, reason=one.reason) for one in _left_out(table)]
    raise QuestionError(
        tr("Time cannot be told of any of the {n} units.", n=cases.n_units),
        tr("They were left out because: {reasons}.", reasons=reasons),
    )


def visits_notes(cases: CaseData, table: SpellTable, *, robust: bool, clustered: bool) -> tuple[Readable, ...]:
    """Return what a reader must know of the sampling and of moves that the procedure does not have.

    Parameters
    ----------
    cases : CaseData
    table : SpellTable
    robust : bool
        Whether the intervals hold under sampling weights.
    clustered : bool
        Whether they take clusters as independent, not cases.
    """
    notes: list[Readable] = list(sampling_notes(cases, design_used=True))
    if cases.sampling.weighted:
        allowed = tr("Weighted by the sampling weights; the intervals take the weights into account.")
        notes.append(allowed if robust else NO_INTERVAL)
    if cases.sampling.cluster and not clustered:
        notes.append(AS_INDEPENDENT)
    return (*notes, *_unknown_moves(cases, table))


def state_words(cases: CaseData, states: Sequence[str]) -> dict[str, Readable]:
    """Return the words of states."""
    return {one: cases.procedure.label(one) for one in states}


def _unknown_moves(cases: CaseData, table: SpellTable) -> tuple[Readable, ...]:
    known = {
        (table.states.index(before), table.states.index(after))
        for before, afters in cases.procedure.edges.items()
        for after in afters
        if before in table.states and after in table.states
    }
    moved = table.to_state >= 0
    strange = np.array(
        [pair not in known for pair in zip(table.from_state.tolist(), table.to_state.tolist(), strict=True)], dtype=bool
    )
    n, total = int(table.n[moved & strange].sum()), int(table.n[moved].sum())
    if not total or n / total < _WORTH_TELLING:
        return ()
    return (
        trn(
            "{n} move ({share} of all) is not one that the procedure has: a stage between was not recorded, or a date "
            "is wrong. It is counted as it stands.",
            "{n} moves ({share} of all) are not ones that the procedure has: stages between were not recorded, or "
            "dates are wrong. They are counted as they stand.",
            n,
            share=Share(n / total),
        ),
    )


def _left_out(table: SpellTable) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(NO_SPELLS_WORDS[name], int(counts.sum())) for name, counts in table.left_out.items())
