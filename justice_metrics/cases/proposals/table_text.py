"""The text of what hangs on the cases in a proposed mapping: stage tables, support, child tables, reliance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...base.language import tr
from ..mappings.children import CHILD_COLUMNS, CHILDREN
from .columns import Given
from .proposal import Guess, Guesses, TableGuess
from .toml_lines import Lines, quoted


def stage_lines(proposal: Guesses, lines: Lines) -> Iterator[str]:
    """Yield a section [[stages]] for each stage table."""
    for table in proposal.stages():
        yield from ("", "[[stages]]", lines.files(table.files))
        if table.sheet is not None:
            yield lines.sheet(table.files, table.sheet)
        column, date = table.at("outcome.column"), table.at("date")
        if table.state is not None:
            text = f"state = {quoted(table.state)}"
            yield text if table.sure else lines.line(text, tr("CHECK"))
        elif column is None:
            yield lines.line('state = "?"', tr("FILL IN: the stage that a row of this table stands for"))
        if date is not None:
            yield lines.doubt(f"date = {quoted(date.column)}", date)
        elif table.state is not None or column is None:
            yield lines.line('# date = "?"', tr("FILL IN: the column with its date"))
        if column is not None:
            yield from ("", "[stages.outcome]", lines.doubt(f"column = {quoted(column.column)}", column))
            when = table.at("outcome.date")
            if when is not None:
                yield lines.doubt(f"date = {quoted(when.column)}", when)
            yield from _label_section(column, "stages.outcome.labels", lines)


def section_lines(proposal: Guesses, lines: Lines) -> Iterator[str]:
    """Yield the sections of reliance, support and the tables that hang on the cases."""
    yield from _reliance(proposal, lines)
    for table in proposal.tables:
        if table.section == "support":
            yield from _support(table, lines)
        elif table.section in CHILDREN:
            yield from _child(proposal, table, lines)
    for section in CHILDREN:
        found = proposal.under(section)
        if found:
            yield from ("", f"[{section}]")
            yield from (lines.doubt(f"{one.key.split('.')[1]} = {quoted(one.column)}", one) for one in found)


def _reliance(proposal: Guesses, lines: Lines) -> Iterator[str]:
    left, status = proposal.at("reliance.left"), proposal.at("reliance.status")
    if left is None and status is None:
        return
    yield from ("", lines.line("[reliance]", tr("whether the victim still takes part, and since when not")))
    if left is not None:
        yield lines.doubt(f"left = {quoted(left.column)}", left)
    if status is not None:
        yield from ("", "[reliance.status]", lines.doubt(f"column = {quoted(status.column)}", status))
        yield from _label_section(status, "reliance.status.labels", lines)


def _support(table: TableGuess, lines: Lines) -> Iterator[str]:
    yield from ("", "[support]", lines.files(table.files))
    if table.sheet is not None:
        yield lines.sheet(table.files, table.sheet)
    yield lines.key(table.at("id"), "id", tr("FILL IN: the column with the number of the case"))
    yield from _plain_keys(table, ("start", "end", "institution", "basis", "recorded"), lines)
    if table.at("start") is None:
        yield lines.line('start = "?"', tr("FILL IN: the column with its date"))
    actor = table.at("actor")
    if actor is not None:
        yield from ("", "[support.actor]", lines.doubt(f"column = {quoted(actor.column)}", actor))
        yield from _label_section(actor, "support.actor.labels", lines)


def _child(proposal: Guesses, table: TableGuess, lines: Lines) -> Iterator[str]:
    yield from ("", f"[{table.section}]")
    if not _same_book(proposal.files, table.files):
        yield lines.files(table.files)
    if table.sheet is not None:
        yield lines.sheet(table.files, table.sheet)
    of_cases, own = proposal.at("cases.id"), table.at("id")
    if own is None or of_cases is None or own.column != of_cases.column:
        yield lines.key(own, "id", tr("FILL IN: the column with the number of the case"))
    columns = CHILD_COLUMNS[table.section]
    keys = [one.key for one in columns if one.kind != "label"]
    yield from _plain_keys(table, ["years", *keys], lines)
    for one in columns:
        guess = table.at(one.key)
        if one.kind == "label" and guess is not None:
            section = f"{table.section}.{one.key}"
            yield from ("", f"[{section}]", lines.doubt(f"column = {quoted(guess.column)}", guess))
            yield from _label_section(guess, f"{section}.labels", lines)


def _same_book(one: Sequence[Given], other: Sequence[Given]) -> bool:
    return tuple(one) == tuple(other)


def _plain_keys(table: TableGuess, keys: Sequence[str], lines: Lines) -> Iterator[str]:
    for key in keys:
        guess = table.at(key)
        if guess is not None:
            yield lines.doubt(f"{key} = {quoted(guess.column)}", guess)


def _label_section(guess: Guess, section: str, lines: Lines) -> Iterator[str]:
    if guess.labels is None:
        return
    yield from lines.label_keys(guess.labels)
    yield from ("", f"[{section}]")
    yield from lines.labels(guess.labels)
