"""Where a number comes from: question, settings, data, what was left out, cut-off, version."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from .language import Message, Readable, tr, trn

SamplingFrame: TypeAlias = Literal["registered", "closed_only", "prevalent", "census", "counts", "survey", "undeclared"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Units that a number does not rest on, and why.

    Attributes
    ----------
    reason : Readable
        Why they were left out.
    n : int
        How many.
    """

    reason: Readable
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a correction plan did.

    Attributes
    ----------
    action : {"accepted", "corrected", "already", "dropped", "outgrown"}
        Taken for right as it is; changed; found corrected in the data already; left out of the data; not carried out,
        because more findings break the rule than were decided on.
    what : Readable
        The rule in words, or what was changed.
    n : int
        How many.
    rule : str
        Id of the rule; empty for corrected cells.
    reason : str
        As the plan gives it; shown by the check only.
    """

    action: Literal["accepted", "corrected", "already", "dropped", "outgrown"]
    what: Readable
    n: int
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Travels with the data and with every result made from them.

    Attributes
    ----------
    question : str
        Name of the question function; empty for the data themselves.
    settings : tuple of (name, value)
        The arguments of the question as they were understood.
    source : str
        Name of the file or kind of frame the data came from, without folder.
    fingerprint : str
        Digest of the data's shape (columns, types, number of units); it confirms no guess about a row.
    unit : str
        What is counted: complaint, case, victim, accused, charge.
    units_in : int
        How many units the data hold.
    left_out : tuple of LeftOut
        Units that the numbers do not rest on, with reasons.
    plan : str
        Name of the correction plan that was applied; empty without one.
    corrections : tuple of Correction
        What the plan did; units that it left out are in no number and not among ``units_in``.
    cutoff : datetime.date or None
        Last day on which the data are complete; None for a table of times, which has no calendar.
    sampling : str
        registered, closed_only, prevalent or census; counts for a table of counts, survey for people who were asked,
        undeclared for a table of times.
    procedure : str
        Id of the procedure.
    simulated : bool
        Whether the data say of themselves that they are simulated.
    version : str
        Version of the library.
    """

    question: str = ""
    settings: tuple[tuple[str, object], ...] = ()
    source: str = ""
    fingerprint: str = ""
    unit: str = "case"
    units_in: int = 0
    left_out: tuple[LeftOut, ...] = ()
    plan: str = ""
    corrections: tuple[Correction, ...] = ()
    cutoff: dt.date | None = None
    sampling: SamplingFrame = "registered"
    procedure: str = ""
    simulated: bool = False
    version: str = ""

    def add(self, question: str, /, **settings: object) -> Provenance:
        """Return the provenance of an answer to ``question``."""
        return replace(self, question=question, settings=tuple(settings.items()))

    def leave_out(self, *more: LeftOut) -> Provenance:
        """Return the provenance with further units left out; reasons without a unit are dropped."""
        return replace(self, left_out=(*self.left_out, *(one for one in more if one.n)))

    def lines(self) -> tuple[Message, ...]:
        """Return what a reader must know, one sentence each."""
        lines = [
            # the largest of its columns: a table of counts knows of units by what happened to them
            tr(
                "A table of counts, of {n} units or more, counted as: {unit}.",
                n=self.units_in,
                unit=unit_words(self.unit),
            )
            if self.sampling == "counts"
            else trn(
                "{n} unit in the data, counted as: {unit}.",
                "{n} units in the data, counted as: {unit}.",
                self.units_in,
                unit=unit_words(self.unit),
            ),
            SAMPLING_WORDS[self.sampling],
        ]
        if self.cutoff is not None:
            lines.insert(
                1, tr("Data complete to {cutoff} (cut-off); cases open on that day are pending.", cutoff=self.cutoff)
            )
        lines += [
            trn("Left out: {n} unit: {reason}.", "Left out: {n} units: {reason}.", one.n, reason=one.reason)
            for one in self.left_out
        ]
        lines += self.correction_lines()
        if self.simulated:
            lines.insert(0, tr("Simulated data: no case in it is real."))
        return tuple(lines)

    def correction_lines(self) -> tuple[Message, ...]:
        """Return what a correction plan did, one sentence each."""
        return tuple(
            tr("By the plan '{plan}': {what}: {n} {done}.", plan=self.plan, what=one.what, n=one.n, done=words)
            for one in self.corrections
            for words in (ACTION_WORDS[one.action],)
        )


ACTION_WORDS = {
    "accepted": tr("accepted as they are"),
    "corrected": tr("corrected"),
    "already": tr("found corrected in the data already"),
    "dropped": tr("left out"),
    "outgrown": tr("break the rule now, more than were decided on"),
}

UNIT_WORDS = {
    "complaint": tr("complaint"),
    "case": tr("case"),
    "victim": tr("victim"),
    "accused": tr("accused"),
    "charge": tr("charge (count)"),
    "offence": tr("offence"),
    "person": tr("person"),
}

SAMPLING_WORDS = {
    "registered": tr("Sampling: files drawn from all that were registered, open ones too."),
    "census": tr("Sampling: all files that were registered."),
    "closed_only": tr("Sampling: closed files only; open cases are missing by design."),
    "prevalent": tr("Sampling: files that were open on a day; those closed before are missing (delayed entry)."),
    "counts": tr("A table of counts, as offices sent it: it holds no single cases."),
    "survey": tr("Sampling: people who answered a survey; those who did not are missing."),
    "undeclared": tr("Sampling: not declared; a table of times was handed over as it is."),
}


def unit_words(unit: str) -> Readable:
    """Return the word for a counting unit."""
    return UNIT_WORDS.get(unit, tr("{unit}", unit=unit))
