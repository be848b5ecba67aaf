"""Several tables at once: which of them are stages that cases reach, which hang on the cases, and by which id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ..conversions.text import normalise
from ..readers.database_url import source_name
from .columns import ColumnLook, LookedAt
from .keys import Keys, id_of, is_id, named, outcome_of, section_date, take_attributes, take_best
from .labels import section_labels, state_labels
from .proposal import Guess, LabelGuesses, TableGuess
from .section_words import SECTION_LABELS, SECTIONS, ColumnKind, SectionWords
from .states import KnownStates, StateGuess
from .words import DATE_WORDS, EVENT_WORDS, says, words_of

# A narrow table may be known by its columns alone.
_FEW_COLUMNS: Final = 10
_MOST_SECTION_LABELS: Final = 30


class Sorted(NamedTuple):
    """Tables by what they are.

    Attributes
    ----------
    of_cases : tuple of LookedAt
        Those with the cases: one, or one per stage.
    sections : tuple of TableGuess
        Those that hang on the cases.
    """

    of_cases: tuple[LookedAt, ...]
    sections: tuple[TableGuess, ...]


def sorted_tables(seen: Sequence[LookedAt]) -> Sorted:
    """Part the tables with the cases from those that hang on them."""
    of_cases: list[LookedAt] = []
    sections: dict[str, TableGuess] = {}
    for one in seen:
        found = section_of(one)
        if found is None or found.section in sections:
            of_cases.append(one)
        else:
            sections[found.section] = found
    if not of_cases:
        return Sorted(tuple(seen[:1]), tuple(one for one in sections.values() if one.files != seen[0].files))
    return Sorted(tuple(of_cases), tuple(sections.values()))


def section_of(table: LookedAt, among: Iterable[str] = SECTIONS) -> TableGuess | None:
    """Return what a table is that hangs on the cases; None for any other."""
    words = words_of(_stem(table))
    by_name = [one for one in among if any(says(words, phrase) for phrase in SECTIONS[one].names)]
    columns = [one for one in table.columns if len(table.columns) <= _FEW_COLUMNS]
    by_column = [one for one in among if any(named(column, SECTIONS[one].names) > 0 for column in columns)]
    for section in dict.fromkeys((*by_name, *by_column)):
        keys = _section_keys(table.columns, SECTIONS[section])
        found = {key for key, _ in keys.values()}
        if found & set(SECTIONS[section].needed) and "id" in found:
            return TableGuess(
                section=section,
                files=table.files,
                sheet=table.sheet,
                n_rows=table.n_rows,
                guesses=tuple(_section_guess(table, one, keys, section) for one in table.columns),
            )
    return None


def _section_guess(table: LookedAt, look: ColumnLook, keys: Keys, section: str) -> Guess:
    key, confidence = keys.get(look.name, ("", 0.0))
    whole = f"{section}.{key}"
    id_column = next((name for name, (one, _) in keys.items() if one == "id"), None)
    labels = section_labels(table.of_units(look, id_column), whole) if whole in SECTION_LABELS else None
    return Guess(column=look.name, key=key, confidence=confidence, look=look, labels=labels)


def _section_keys(columns: Sequence[ColumnLook], words: SectionWords) -> Keys:
    taken: Keys = {}
    id_column, _ = id_of([one for one in columns if named(one, ("id!", "id")) or is_id(one)])
    if id_column is not None:
        taken[id_column.name] = ("id", 0.9)
    for key in words.keys:
        fits = [one for one in columns if one.name not in taken and _is(one, key.kind) and named(one, key.phrases) > 0]
        if fits:
            best = max(fits, key=lambda one: named(one, key.phrases))
            taken[best.name] = (key.key, 0.85 if named(best, key.phrases) > 0.65 else 0.7)
    return taken


def _is(look: ColumnLook, kind: ColumnKind) -> bool:
    if kind == "date":
        return look.is_date
    if look.is_date:
        return False
    if kind == "number":
        return look.share_decimals > 0.9
    return kind == "text" or 0 < len(look.labels) <= _MOST_SECTION_LABELS


# ---------------------------------------------------------------------------------------------------------- stages


def shared_id(tables: Sequence[LookedAt]) -> str | None:
    """Return the column that ties the tables together: the one without repeats in one of them, else the fullest."""
    names = [
        one.name for one in tables[0].columns if all(one.name in {c.name for c in table.columns} for table in tables)
    ]
    best: tuple[tuple[bool, int], str] | None = None
    for name in names:
        looks = [next(one for one in table.columns if one.name == name) for table in tables]
        if not any(is_id(one) for one in looks) or any(one.is_date or one.share_filled < 0.9 for one in looks):
            continue
        rank = (any(one.is_unique for one in looks), max(one.n_distinct for one in looks))
        if best is None or rank > best[0]:
            best = (rank, name)
    return best[1] if best is not None else None


def stage_tables(tables: Sequence[LookedAt], id_column: str, known: KnownStates) -> tuple[TableGuess, ...]:
    """Return what each of several tables stands for; the one with most cases first, as each stage loses some."""
    ordered = sorted(tables, key=lambda one: -_column(one, id_column).n_distinct)
    made: list[TableGuess] = []
    before: set[str] = {id_column}
    attributes: set[str] = set()
    for place, table in enumerate(ordered):
        new = [one for one in table.columns if one.name not in before]
        state = known.of_table(_stem(table))
        taken: Keys = {id_column: ("cases.id", 0.9)}
        _take_stage(taken, new, state, known, _stem(table))
        if place == 0:
            fact = [
                (one.name, "attributes.fact_day", 0.85)
                for one in new
                if one.is_date and one.name not in taken and section_date(one) == "attributes.fact_day"
            ]
            take_best(taken, fact)
        take_attributes(taken, tuple(new))
        guesses = []
        for one in table.columns:
            key, confidence = taken.get(one.name, ("", 0.0))
            if key.startswith("attributes.") and key in attributes:
                key, confidence = "", 0.0
            attributes |= {key} if key.startswith("attributes.") else set()
            labels: LabelGuesses | None = None
            if key == "outcome.column":
                held = table.of_units(one, id_column)
                labels = state_labels(held, known, goes_on=place < len(ordered) - 1, of_stage=state.state)
                if not any(label.state for label in labels.labels):  # it says nothing that the table does not
                    key, confidence, labels = "", 0.0, None
            guesses.append(Guess(column=one.name, key=key, confidence=confidence, look=one, labels=labels))
        before |= {one.name for one in table.columns}
        made.append(
            TableGuess(
                section="stages",
                files=table.files,
                sheet=table.sheet,
                n_rows=table.n_rows,
                guesses=tuple(guesses),
                state=state.state,
                sure=state.sure,
            )
        )
    return tuple(made)


def _take_stage(taken: Keys, new: Sequence[ColumnLook], state: StateGuess, known: KnownStates, stem: str) -> None:
    """Find the outcome of a stage table, its date, and the date of the stage itself."""
    outcome, score = outcome_of([one for one in new if one.name not in taken], known)
    if outcome is not None:
        taken[outcome.name] = ("outcome.column", score)
    dates = [one for one in new if one.is_date and section_date(one) is None]
    fits = [(_stage_date(one, state, known, stem), one) for one in dates]
    best = max(fits, key=lambda one: (one[0], one[1].share_filled), default=(0.0, None))
    if best[1] is not None and best[0] > 0 and (state.state is not None or outcome is None):
        taken[best[1].name] = ("date", best[0])
    if outcome is None:
        return
    # A date that is called as the outcome is belongs to it.
    own = [(sum(word in outcome.words for word in one.words), fit, one) for fit, one in fits if one.name not in taken]
    shared, fit, when = max(own, key=lambda one: (one[0], one[1]), default=(0, 0.0, None))
    if when is not None and (shared or state.state is None) and fit > 0:
        taken[when.name] = ("outcome.date", 0.85 if shared else 0.7)


def _stage_date(look: ColumnLook, state: StateGuess, known: KnownStates, stem: str) -> float:
    """Return how surely a date is that of the stage which a table stands for."""
    words = [one for one in look.words if not any(says((one,), date) for date in DATE_WORDS)]
    meant = known.of_words(look.words)
    if meant.state is not None and state.state is not None:
        if set(known.rules.resolve(meant.state)) & set(known.rules.resolve(state.state)):
            return 0.95
        return 0.9 if _share_a_stem(words, words_of(stem)) else 0.0
    if not words or any(says(tuple(words), one) for one in EVENT_WORDS):
        return 0.85
    if _share_a_stem(words, words_of(stem)):
        return 0.9
    return 0.4 if meant.sure or meant.state is not None else 0.3


def _share_a_stem(words: Iterable[str], others: Iterable[str]) -> bool:
    return bool({one[:5] for one in words} & {one[:5] for one in others})


def _column(table: LookedAt, name: str) -> ColumnLook:
    return next(one for one in table.columns if one.name == name)


def _stem(table: LookedAt) -> str:
    """Return the name of the sheet or of the file, without its endings."""
    return normalise(table.sheet) if table.sheet is not None else source_name(table.files[0]).split(".")[0]
