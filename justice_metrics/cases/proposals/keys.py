"""Which column of an unknown file is what: the id, the dates of stages, the outcome, the attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from .columns import ColumnLook
from .section_words import DATES_OF_SECTIONS, DESIGN, STATUS_OF_RELIANCE, UNITS
from .states import KnownStates
from .words import (
    ATTRIBUTES,
    EVENT_WORDS,
    ID_WORDS,
    NOTIFIED_WORDS,
    ORDER_WORDS,
    OUTCOME_DATES,
    OUTCOME_WORDS,
    STAGE_DATES,
    says,
)

ProposedKind: TypeAlias = Literal["wide", "events", "stages"]
Keys: TypeAlias = dict[str, tuple[str, float]]

# What every event log in XES calls its columns.
_XES: Final = {
    "case:concept:name": "cases.id",
    "concept:name": "events.state",
    "time:timestamp": "events.date",
    "event:number": "events.order",
}


def column_keys(columns: tuple[ColumnLook, ...], kind: ProposedKind, known: KnownStates) -> Keys:
    """Return the key of the mapping and the confidence of every column that one was found for.

    Parameters
    ----------
    columns : tuple of ColumnLook
        All columns of the file.
    kind : {"wide", "events"}
        As ``kind_of`` says.
    known : KnownStates
        The states and roles that name the dates.
    """
    return _events_keys(columns) if kind == "events" else _wide_keys(columns, known)


def unit_of(words: tuple[str, ...]) -> str | None:
    """Return whose number an id is, by its name; None for a case, or where the name does not say."""
    return next((unit for unit, phrases in UNITS if any(says(words, one) for one in phrases)), None)


def kind_of(columns: tuple[ColumnLook, ...]) -> ProposedKind:
    """Take a file for an event log when its ids repeat, a column names events and hardly any column is a date."""
    if _is_xes(columns):
        return "events"
    if any(one.is_unique and is_id(one) for one in columns):
        return "wide"
    repeated = [one for one in columns if is_id(one) and one.n_distinct <= 0.8 * one.n_filled]
    n_dates = sum(one.is_date and one.share_filled > 0.5 for one in columns)
    states = [one for one in columns if _event_state(one)]
    return "events" if repeated and states and 1 <= n_dates <= 2 else "wide"


def _is_xes(columns: tuple[ColumnLook, ...]) -> bool:
    return {one.name for one in columns} >= set(_XES)


SELDOM_FILLED: Final = 0.1


def is_id(look: ColumnLook) -> bool:
    """Whether a column is called as ids are, and nearly every row has one."""
    return not look.is_date and look.share_filled >= 0.9 and named(look, ID_WORDS) > 0 and not _of_events(look)


def _of_events(look: ColumnLook) -> bool:
    return any(says(look.words, one) for one in ("event", "evento", "seq", "actuac", "hearing", "audienc"))


def _event_state(look: ColumnLook) -> bool:
    return not look.is_date and bool(look.labels) and named(look, EVENT_WORDS) > 0 and look.share_filled > 0.5


def id_of(columns: Iterable[ColumnLook]) -> tuple[ColumnLook | None, float]:
    """Return the column that is most probably the id of the unit; one without a repeat goes first."""
    best: tuple[float, ColumnLook] | None = None
    for one in columns:
        if one.is_date or one.share_filled < 0.9 or _of_events(one):
            continue
        name, distinct = named(one, ID_WORDS), one.n_distinct / max(one.n_filled, 1)
        unique = 0.3 if one.is_unique else 0.0
        score = 0.4 * name + 0.3 * distinct + unique if name else unique
        if score > 0 and (best is None or score > best[0]):
            best = (score, one)
    return (best[1], best[0]) if best else (None, 0.0)


def named(look: ColumnLook, phrases: Iterable[str]) -> float:
    """Return how well a column's name fits phrases that are written in falling order of weight."""
    listed = tuple(phrases)
    for place, phrase in enumerate(listed):
        if says(look.words, phrase):
            return 1.0 - 0.4 * place / len(listed)
    return 0.0


def _wide_keys(columns: tuple[ColumnLook, ...], known: KnownStates) -> Keys:
    """Return the key and the confidence of every column that a wide mapping can use."""
    taken: Keys = {}
    id_column, score = id_of(columns)
    if id_column is not None:
        taken[id_column.name] = ("cases.id", score)
    status = next((one for one in columns if _is_status_of_reliance(one) and one.name not in taken), None)
    if status is not None:
        taken[status.name] = ("reliance.status", 0.85)
    outcome, score = outcome_of([one for one in columns if one.name not in taken], known)
    if outcome is not None:
        taken[outcome.name] = ("outcome.column", score)
    take_best(taken, (_date_key(one, known) for one in columns if one.is_date and one.name not in taken))
    take_design(taken, columns)
    take_attributes(taken, columns)
    return taken


def _is_status_of_reliance(look: ColumnLook) -> bool:
    return not look.is_date and 0 < len(look.labels) <= 6 and named(look, STATUS_OF_RELIANCE) > 0


def take_design(taken: Keys, columns: Iterable[ColumnLook]) -> None:
    """Give the columns of the sampling design their keys."""
    free = [one for one in columns if one.name not in taken and not one.is_date and one.n_filled]
    guesses = []
    for one in free:
        for key, phrases in DESIGN:
            numbers = key in {"cases.sampling.weight", "cases.frequency"}
            if named(one, phrases) > 0 and (not numbers or one.share_numbers > 0.9 or one.share_decimals > 0.9):
                guesses.append((one.name, key, 0.7))
                break
    take_best(taken, guesses)


def _events_keys(columns: tuple[ColumnLook, ...]) -> dict[str, tuple[str, float]]:
    """Return the key and the confidence of every column that an event log's mapping can use."""
    taken: dict[str, tuple[str, float]] = {}
    if _is_xes(columns):
        taken |= {name: (key, 0.99) for name, key in _XES.items()}
        take_attributes(taken, columns)
        return taken
    id_column, score = id_of(columns)
    if id_column is not None:
        taken[id_column.name] = ("cases.id", min(score + 0.5, 1.0))  # that ids repeat is right here
    state = max((one for one in columns if _event_state(one)), key=lambda one: named(one, EVENT_WORDS))
    taken[state.name] = ("events.state", 0.9 * named(state, EVENT_WORDS))
    dates = [one for one in columns if one.is_date and one.name not in taken]
    date = max(dates, key=lambda one: (one.share_filled * one.share_dates, -columns.index(one)))
    taken[date.name] = ("events.date", date.share_dates if len(dates) == 1 else 0.7)
    order = next((one for one in columns if one.name not in taken and named(one, ORDER_WORDS) > 0), None)
    if order is not None:
        taken[order.name] = ("events.order", 0.85)
    take_attributes(taken, columns)
    return taken


def take_attributes(taken: Keys, columns: tuple[ColumnLook, ...]) -> None:
    """Give the columns that describe a unit their names."""
    free = [one for one in columns if one.name not in taken and not one.is_date and one.n_filled]
    guesses = []
    for one in free:
        for attribute, phrases in ATTRIBUTES:
            fit = named(one, phrases)
            if attribute == "age_at_fact" and not _plausible_ages(one):
                continue
            if fit > 0 and not (one.is_unique and one.n_filled > 20):
                # of a column that is blank nearly everywhere the name is no proof: the value may hold for rows below
                held = one.share_filled >= SELDOM_FILLED
                guesses.append(
                    (one.name, f"attributes.{attribute}", 0.95 if fit > 0.7 and held else 0.7 if held else 0.4)
                )
                break
    take_best(taken, guesses)


def _plausible_ages(look: ColumnLook) -> bool:
    """Tell ages from years and durations that carry the same word."""
    if look.share_numbers <= 0.9:
        return bool(look.labels)
    digits = [(text.strip(), n) for text, n in look.labels]
    return bool(digits) and sum(n for text, n in digits if len(text) <= 3) > 0.9 * look.n_filled


def take_best(taken: dict[str, tuple[str, float]], guesses: Iterable[tuple[str, str, float]]) -> None:
    """Give each key to the surest of the columns that want it; the first one where they are equally sure."""
    wanted = sorted(enumerate(one for one in guesses if one[1]), key=lambda one: (-one[1][2], one[0]))
    keys = {key for key, _ in taken.values()}
    for _, (name, key, confidence) in wanted:
        if key not in keys:
            keys.add(key)
            taken[name] = (key, confidence)


def section_date(look: ColumnLook) -> str | None:
    """Return the key of a date that belongs to a section of its own, or is the day of the fact."""
    key = next((key for key, phrases in DATES_OF_SECTIONS if named(look, phrases) > 0), None)
    told = key == "attributes.fact_day" and any(says(look.words, one) for one in ("denunc", "regist", "report"))
    return None if told else key


def _date_key(look: ColumnLook, known: KnownStates) -> tuple[str, str, float]:
    """Return what a date column is: the date of a stage or of the outcome, a notification, or nothing known."""
    content = look.share_dates if look.n_filled else 0.5
    section = section_date(look)
    if section is not None:
        return look.name, section, content * 0.85
    # the complaint of the fact is a complaint
    state, sure = known.of_words(tuple(one for one in look.words if one not in {"hecho", "hechos"}))
    if state is not None:
        kind = "notified" if any(says(look.words, one) for one in NOTIFIED_WORDS) else "dates"
        return look.name, f"{kind}.{state}", content * (0.95 if sure else 0.6)
    if any(says(look.words, one) for phrases, _ in STAGE_DATES for one in phrases):
        return look.name, "", 0.0
    if named(look, OUTCOME_DATES) > 0:
        return look.name, "outcome.date", content * 0.9
    return look.name, "", 0.0


def outcome_of(columns: Iterable[ColumnLook], known: KnownStates) -> tuple[ColumnLook | None, float]:
    """Return the column whose name and labels speak of how cases end."""
    best: tuple[float, ColumnLook] | None = None
    for one in columns:
        if one.is_date or not one.labels or one.share_numbers > 0.5:
            continue
        told = sum(n for text, n in one.labels if known.of_label(text).state is not None) / max(one.n_filled, 1)
        score = 0.5 * named(one, OUTCOME_WORDS) + 0.5 * told
        if score > 0.4 and (best is None or score > best[0]):
            best = (score, one)
    return (best[1], best[0]) if best else (None, 0.0)
