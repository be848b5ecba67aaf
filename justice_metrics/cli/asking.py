"""What a person decides about a proposed mapping, asked one thing after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import typer

from ..base.errors import JusticeMetricsError, nearest
from ..base.language import Readable, tr
from .shell import Shell

if TYPE_CHECKING:
    from ..cases.procedure import Procedure
    from ..cases.proposals.counts import CountProposal
    from ..cases.proposals.proposal import Guess, LabelGuess, LabelGuesses
    from ..cases.proposals.propose import Proposal

_LEAVE: Final = "-"


def ask_about(
    proposal: Proposal | CountProposal, shell: Shell, again: Callable[[str], Proposal | CountProposal]
) -> Proposal | CountProposal:
    """Ask a person what a proposal leaves unclear.

    Parameters
    ----------
    proposal : Proposal or CountProposal
    shell : Shell
        Speaks the language of the person. Questions go beside the output.
    again : callable
        Makes the proposal again for the procedure that was chosen, whose states the labels then stand for.

    Returns
    -------
    Proposal or CountProposal
        With the answers in it; what was answered carries no mark.
    """
    from ..cases.proposals.counts import CountProposal

    _tell(shell, tr("Enter takes what stands in brackets; {leave} leaves a thing open.", leave=_LEAVE))
    if isinstance(proposal, CountProposal):
        return _about_counts(proposal, shell)
    if not proposal.named:
        proposal = _about_procedure(proposal, shell, again)
        if isinstance(proposal, CountProposal):
            return proposal
    return _about_cases(proposal, shell)


def _about_procedure(
    proposal: Proposal, shell: Shell, again: Callable[[str], Proposal | CountProposal]
) -> Proposal | CountProposal:
    from ..cases.procedure_file import read_procedure, shipped_procedures

    shipped = shipped_procedures()
    while True:
        question = tr("Procedure ({shipped}, or a file of your own)", shipped=", ".join(shipped))
        said = _asked(shell, question, proposal.procedure or shipped[0])
        said = said.casefold() if said.casefold() in shipped else said
        try:
            read_procedure(said if said in shipped else Path(said))
        except JusticeMetricsError as error:
            shell.tell(error)
            continue
        return again(said)


def _about_cases(proposal: Proposal, shell: Shell) -> Proposal:
    from ..cases.mappings.parts import Frame, Unit
    from ..cases.procedure_file import read_procedure, shipped_procedures

    unit = _one_of(shell, tr("What a row counts"), get_args(Unit), proposal.unit)
    order = proposal.date_order
    if order is None and proposal.ambiguous_dates:
        question = tr("Order of day and month, which the dates do not tell")
        order = next(one for one in ("dmy", "mdy") if one == _one_of(shell, question, ("dmy", "mdy"), None))
    cutoff = _day(shell, tr("Last day on which the data are complete"), proposal.cutoff)
    frames = tuple(one for one in get_args(Frame) if one != "prevalent")
    frame = _one_of(shell, tr("How the cases came into the file"), frames, proposal.frame or "registered")
    named = proposal.procedure or shipped_procedures()[0]
    rules = read_procedure(named if named in shipped_procedures() else Path(named))
    return replace(
        proposal,
        unit=unit,
        date_order=order,
        cutoff=cutoff,
        frame=frame,
        decided=frozenset({"cases.unit", "cases.cutoff", "cases.sampling"}),
        guesses=_columns(proposal.guesses, "", rules, shell),
        tables=tuple(
            replace(one, guesses=_columns(one.guesses, f"{one.section}.", rules, shell)) for one in proposal.tables
        ),
    )


def _about_counts(proposal: CountProposal, shell: Shell) -> CountProposal:
    from ..cases.counts.mapping import CountUnit
    from ..cases.mappings.parts import Unit

    units = (*get_args(Unit), *(one for one in get_args(CountUnit) if isinstance(one, str)))
    unit = _one_of(shell, tr("What is counted"), tuple(dict.fromkeys((*units, "offence"))), proposal.unit)
    return replace(proposal, unit=unit, decided=frozenset({"counts.unit"}))


def _columns(guesses: Sequence[Guess], section: str, rules: Procedure, shell: Shell) -> tuple[Guess, ...]:
    """Ask about the columns that are unsure, and about what their labels mean."""
    from ..cases.proposals.proposal import looks_like

    answered = []
    for one in guesses:
        guess = one
        if guess.key and not guess.sure:
            key = guess.key if guess.key.startswith(("cases.", "attributes.")) else section + guess.key
            question = tr(
                "'{column}' ({look}): is it {key}?", column=guess.column, look=looks_like(guess.look), key=key
            )
            yes, no = shell.text(tr("yes")), shell.text(tr("no"))
            said = _one_of(shell, question, (yes, no), yes)
            kept = replace(guess, confidence=1.0)
            guess = kept if said == yes else replace(guess, key="", confidence=0.0, labels=None)
        if guess.labels is not None:
            of_states = guess.key in {"outcome.column", "events.state"}
            known = ("pending", *rules.ids) if of_states else _meanings(section + guess.key)
            guess = replace(guess, labels=_labels(guess.labels, guess.column, known, shell))
        answered.append(guess)
    return tuple(answered)


def _meanings(key: str) -> tuple[str, ...]:
    from ..cases.proposals.section_words import SECTION_LABELS

    return tuple(word for word, _ in SECTION_LABELS[key])


def _labels(labels: LabelGuesses, column: str, known: Sequence[str], shell: Shell) -> LabelGuesses:
    """Ask what the unclear labels of a column stand for, and what becomes of all others."""
    unclear = [one for one in labels.labels if not one.sure]
    if labels.otherwise is not None:
        unclear = [one for one in unclear if one.state is not None]
    if unclear:
        _tell(
            shell,
            tr("What the labels of '{column}' stand for; there are: {known}", column=column, known=", ".join(known)),
        )
    answered = {one.label: _label(one, known, shell) for one in unclear}
    made = replace(labels, labels=tuple(answered.get(one.label, one) for one in labels.labels))
    if made.otherwise is None and (made.rare or any(one.state is None for one in made.labels)):
        question = tr("And every other label ({n} rows)", n=_others(made))
        said = _one_of(shell, question, (*known, _LEAVE), labels.rest or _LEAVE)
        made = replace(made, otherwise=None if said == _LEAVE else said)
    return made


def _others(labels: LabelGuesses) -> int:
    return sum(one.n for one in labels.labels if one.state is None) + labels.rare_cells


def _label(label: LabelGuess, known: Sequence[str], shell: Shell) -> LabelGuess:
    question = tr("'{label}' ({n} rows)", label=label.label, n=label.n)
    said = _one_of(shell, question, (*known, _LEAVE), label.state or _LEAVE, listed=False)
    return replace(label, state=None if said == _LEAVE else said, sure=said != _LEAVE)


def _one_of(shell: Shell, question: Readable, known: Sequence[str], default: str | None, *, listed: bool = True) -> str:
    """Ask until the answer is one of those known."""
    while True:
        text = f"{shell.text(question)} ({', '.join(known)})" if listed else shell.text(question)
        said = _asked(shell, text, default)
        if said.casefold() in known:
            return said.casefold()
        match = nearest(said, known)
        _tell(
            shell,
            tr("Did you mean '{match}'? There are: {listed}.", match=match, listed=", ".join(known))
            if match
            else tr("There are: {listed}.", listed=", ".join(known)),
        )


def _day(shell: Shell, question: Readable, default: dt.date | None) -> dt.date:
    while True:
        said = _asked(shell, question, default.isoformat() if default is not None else None)
        try:
            return dt.date.fromisoformat(said)
        except ValueError:
            _tell(shell, tr("A day is written as 2018-04-30."))


def _asked(shell: Shell, question: Readable | str, default: str | None) -> str:
    text = question if isinstance(question, str) else shell.text(question)
    try:
        return str(typer.prompt(text, default=default, err=True)).strip()
    except typer.Abort:  # the end of the input, or a person who has had enough
        raise KeyboardInterrupt from None


def _tell(shell: Shell, message: Readable) -> None:
    shell.tell(message)
