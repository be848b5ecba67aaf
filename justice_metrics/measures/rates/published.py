"""Provenance of answers that rest on published figures, or on a survey, and on no case file."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.language import Message, tr, trn
from ...base.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProvenance(Provenance):
    """Of figures that were handed over as published."""

    def lines(self) -> tuple[Message, ...]:
        """Return what a reader must know."""
        return (tr("No case was counted: the figures were handed over as they were published."),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyProvenance(Provenance):
    """Of the answers of a sample of people."""

    def lines(self) -> tuple[Message, ...]:
        """Return what a reader must know."""
        said = [trn("{n} person answered the survey.", "{n} people answered the survey.", self.units_in)]
        said += [
            trn("Left out: {n} unit: {reason}.", "Left out: {n} units: {reason}.", one.n, reason=one.reason)
            for one in self.left_out
        ]
        return tuple(said)
