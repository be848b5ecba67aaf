"""What the auditor found: lines that name places and numbers of cells, and never a number of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...base.language import Language, Message, Readable, tr, trn


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that may not leave, or that a person must look at.

    Attributes
    ----------
    kind : str
        What sort of thing: bounded, shown, differs, small, step, release, file, hidden_part, metadata, canary, ...
    words : Readable
        In a sentence.
    where : str
        File, or result and table.
    """

    kind: str
    words: Readable
    where: str = ""

    def text(self, language: Language = "en") -> str:
        """Return the place and the sentence in one language."""
        return f"{self.where}: {self.words.text(language)}" if self.where else self.words.text(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What the audit of a release folder found.

    Attributes
    ----------
    findings : tuple of Finding
        What may not leave as it is.
    notices : tuple of Finding
        What a person must look at: the machine cannot tell whether it may leave.
    files : int
        How many files were looked through.
    cells : int
        How many different counts the tables publish or hide.
    hidden : int
        How many of them are hidden.
    earlier : int
        How many earlier releases were taken as known.
    """

    findings: tuple[Finding, ...] = ()
    notices: tuple[Finding, ...] = ()
    files: int = 0
    cells: int = 0
    hidden: int = 0
    earlier: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing was found that may not leave."""
        return not self.findings

    def lines(self) -> tuple[Message, ...]:
        """Return what was looked at and how it ended, one sentence each."""
        looked = [trn("{n} file was looked through.", "{n} files were looked through.", self.files)]
        if self.cells:
            looked.append(
                trn(
                    "{n} count of the tables was attacked, {hidden} of them hidden.",
                    "{n} counts of the tables were attacked, {hidden} of them hidden.",
                    self.cells,
                    hidden=self.hidden,
                )
            )
        if self.earlier:
            looked.append(
                trn(
                    "{n} earlier release was taken as known.",
                    "{n} earlier releases were taken as known.",
                    self.earlier,
                )
            )
        if self.passed:
            looked.append(tr("Nothing was found that may not leave."))
        else:
            looked.append(
                trn(
                    "{n} thing was found that may not leave.",
                    "{n} things were found that may not leave.",
                    len(self.findings),
                )
            )
        return tuple(looked)

    def to_record(self, language: Language = "en") -> dict[str, Any]:
        """Return the report for a program."""
        return {
            "passed": self.passed,
            "files": self.files,
            "cells": self.cells,
            "hidden": self.hidden,
            "earlier": self.earlier,
            **{
                name: [{"kind": one.kind, "where": one.where, "words": one.words.text(language)} for one in some]
                for name, some in (("findings", self.findings), ("notices", self.notices))
            },
        }
