"""The text of a proposed mapping of a table of counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...base.language import Language, tr, trn
from ..readers.database_url import source_name
from .count_guesses import CountGuesses, QuantityGuess
from .toml_lines import Lines, quoted


def counts_text(proposal: CountGuesses, language: Language, folder: Path | None) -> str:
    """Return the text of a mapping file that will lie in ``folder``; beside the data without it."""
    return "\n".join(_lines(proposal, Lines(language, folder))) + "\n"


def _lines(one: CountGuesses, lines: Lines) -> Iterator[str]:
    names = ", ".join(source_name(path) for path in one.files)
    yield lines.remark(tr("Proposed from the names and the looks of the columns of '{file}'.", file=names))
    yield lines.remark(
        tr("Read every line. CHECK marks a guess; FILL IN marks what no file can tell. Then delete these marks.")
    )
    yield from ("", "[data]", lines.line('kind = "counts"', tr("a table of counts: docs/counts.md")))
    yield lines.files(one.files)
    yield from lines.sheets_taken(one.files, one.sheet, others=one.other_sheets)
    if one.decimal is not None:
        mark = {",": ".", ".": ","}[one.decimal]
        yield lines.line(
            f"decimal = {quoted(one.decimal)}",
            tr("CHECK: numbers like 9{mark}999 are taken for nine thousand and more, not for nine", mark=mark),
        )
    yield f'language = "{one.language}"'
    yield from ("", "[counts]")
    unit = f"unit = {quoted(one.unit)}"
    yield (
        unit
        if "counts.unit" in one.decided
        else lines.line(unit, tr("CHECK: what is counted: complaint, case, victim, accused, charge or offence"))
    )
    office = next((guess for guess in one.guesses if guess.key == "counts.office"), None)
    if office is not None:
        column = quoted(office.column)
        value = column if one.totals is None else f"{{ column = {column}, ignore = [{quoted(one.totals)}] }}"
        yield lines.doubt(f"office = {value}", office)
    parts = ", ".join(f"{key} = {quoted(column)}" for key, column in one.period)
    plain = len(one.period) == 1 and one.period[0][0] == "column"
    period = f"period = {quoted(one.period[0][1])}" if plain else f"period = {{ {parts} }}"
    guessed = any(key == "length" for key, _ in one.period)
    yield lines.line(period, tr("CHECK")) if guessed else period
    if one.repeated:
        yield lines.line(
            'repeated = "add"',
            trn(
                "CHECK: {n} row stands beside another one of the same period and breakdown; they are added",
                "CHECK: {n} rows stand beside another one of the same period and breakdown; they are added",
                one.repeated,
            ),
        )
    keys = [guess for guess in one.guesses if guess.key.startswith("counts.keys.")]
    if keys:
        yield from ("", "[counts.keys]")
        yield from (lines.doubt(f"{guess.key[12:]} = {_key(guess.column, one)}", guess) for guess in keys)
    yield from ("", "[counts.quantities]")
    yield from (_quantity(quantity, one, lines) for quantity in one.quantities)
    if one.long is not None:
        yield from ("", "[counts.long]", f"quantity = {quoted(one.long[0])}", f"number = {quoted(one.long[1])}")
    if one.missing:
        yield from ("", "[missing]")
        yield from (lines.line(f"{quoted(code)} = {quoted(meaning)}", tr("CHECK")) for code, meaning in one.missing)
    if one.same:
        yield ""
    for column, other in one.same:
        yield lines.remark(tr("'{column}' says again what '{other}' says.", column=column, other=other))
    said = {column for column, _ in one.same}
    unused = [guess.column for guess in one.guesses if not guess.key and guess.column not in said]
    if unused:
        yield from ("", lines.remark(tr("Columns that were not recognised; one that splits the counts is a key:")))
        yield from (f"# {quoted(name)}" for name in unused)


def _key(column: str, one: CountGuesses) -> str:
    total = one.key_totals.get(column)
    return quoted(column) if total is None else f"{{ column = {quoted(column)}, ignore = [{quoted(total)}] }}"


def _quantity(quantity: QuantityGuess, one: CountGuesses, lines: Lines) -> str:
    parts = [f"column = {quoted(quantity.column)}"]
    if not quantity.known:
        parts.append(f"label = {quoted(quantity.name.replace('_', ' '))}")
    if quantity.per_office:
        parts.append('per = "office"')
    value = quoted(quantity.column) if len(parts) == 1 else f"{{ {', '.join(parts)} }}"
    text = f"{quantity.name} = {value}"
    guess = next((guess for guess in one.guesses if guess.column == quantity.column), None)
    if quantity.per_office:
        return lines.line(text, tr("CHECK: stands again on each row of an office, and is counted once"))
    if not quantity.known:
        return lines.line(text, tr("CHECK: a quantity of your own; say what readers are to call it"))
    return lines.doubt(text, guess) if guess is not None else text
