"""A first mapping for an unknown file: guesses from column names and contents, each with how sure it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from ..base.language import Language, Readable, format_share, tr
from .calendar import date_of, day_number
from .conversion import DateOrder, normalise
from .conversion_labels import FEWEST_TO_SHOW
from .procedure import Procedure
from .procedure_file import read_procedure, shipped_procedures
from .propose_columns import ColumnLook, look_at, nothing_to_map
from .propose_words import (
    ATTRIBUTES,
    EVENT_WORDS,
    ID_WORDS,
    NOTIFIED_WORDS,
    ORDER_WORDS,
    OUTCOME_DATES,
    OUTCOME_WORDS,
    PLACES,
    PROCEDURE_WORDS,
    STAGE_DATES,
    STANDARD_LABELS,
    Meaning,
    meaning_of_label,
    says,
)

ProposedKind: TypeAlias = Literal["wide", "events"]

# From here on a guess needs no CHECK mark beside it.
SURE: Final = 0.8

_STANDARD: Final = {normalise(one): one for one in STANDARD_LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What one column probably is.

    Attributes
    ----------
    column : str
        Name in the file.
    key : str
        Where the mapping takes it, such as "dates.complaint"; empty when nothing was recognised.
    confidence : float
        From 0 to 1.
    look : ColumnLook
        How the column looks.
    """

    column: str
    key: str
    confidence: float
    look: ColumnLook = field(repr=False)

    @property
    def sure(self) -> bool:
        """Whether no check is asked for."""
        return self.confidence >= SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGuess:
    """What one outcome label probably means.

    Attributes
    ----------
    label : str
        As it may be written into the mapping.
    n : int
        Cells that hold it.
    state : str or None
        Id of the state, "pending", or None when its words are not known.
    sure : bool
        Whether no check is asked for.
    """

    label: str
    n: int
    state: str | None
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed mapping for one file, to be corrected by hand.

    Attributes
    ----------
    file : str
        Name of the file.
    kind : {"wide", "events"}
        One row per unit, or one row per event.
    language : {"en", "es"}
        Language of the file.
    n_rows : int
        Rows below the header.
    guesses : tuple of Guess
        One per column, in the order of the file.
    labels : tuple of LabelGuess
        For the outcome column, or the state column of an event log.
    rare_labels, rare_cells : int
        Labels that too few cells hold to be printed, and those cells.
    date_order : {"dmy", "mdy", "ymd"} or None
        Found out from all dates of the file.
    ambiguous_dates : int
        Date columns that do not settle the order themselves.
    cutoff : datetime.date or None
        Latest date in the file that is not in the future.
    later_dates : int
        Different days after that one.
    procedure : str or None
        Shipped procedure that the words of the file speak for.
    missing : mapping of str to str
        Usual codes for missing that occur.
    sheet, other_sheets
        For a workbook.
    """

    file: str
    kind: ProposedKind
    language: Language
    n_rows: int
    guesses: tuple[Guess, ...]
    labels: tuple[LabelGuess, ...] = field(default=(), repr=False)
    rare_labels: int = 0
    rare_cells: int = 0
    date_order: DateOrder | None = None
    ambiguous_dates: int = 0
    cutoff: dt.date | None = None
    later_dates: int = 0
    procedure: str | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()

    def at(self, key: str) -> Guess | None:
        """Return the guess for a key of the mapping."""
        return next((one for one in self.guesses if one.key == key), None)

    def under(self, section: str) -> tuple[Guess, ...]:
        """Return the guesses for a section of the mapping."""
        return tuple(one for one in self.guesses if one.key.startswith(section + "."))

    def headings(self, language: Language = "en") -> list[str]:
        """Return the headings of ``rows``."""
        words = (tr("column"), tr("looks like"), tr("filled"), tr("proposed as"), tr("confidence"))
        return [one.text(language) for one in words]

    def rows(self, language: Language = "en") -> list[list[str]]:
        """Return the guesses for reading: names and shares only, nothing that a cell says."""
        return [
            [
                one.column,
                looks_like(one.look).text(language),
                format_share(one.look.share_filled, language, decimals=0),
                one.key or "–",
                format_share(one.confidence, language, decimals=0) if one.key else "–",
            ]
            for one in self.guesses
        ]

    def toml(self, language: Language | None = None, *, file: str | None = None) -> str:
        """Return the text of a mapping file; CHECK and FILL IN mark what a person must decide.

        Parameters
        ----------
        language : {"en", "es"}, optional
            Language of the comments; that of the file by default.
        file : str, optional
            How the mapping names the file, where it will not lie beside it.
        """
        from .propose_toml import mapping_text

        return mapping_text(self, language or self.language, file or self.file)


def propose_mapping(
    path: str | Path, *, language: Language | None = None, sheet: str | None = None, today: dt.date | None = None
) -> Proposal:
    """Propose a mapping for a csv, xlsx or parquet file.

    Parameters
    ----------
    path : path
        The file.
    language : {"en", "es"}, optional
        Language of the file; found out from the names of its columns.
    sheet : str, optional
        For a workbook; the fullest sheet by default.
    today : datetime.date, optional
        Dates after it are no candidates for the cut-off; the current day by default.

    Returns
    -------
    Proposal
        Guesses with their confidence, and the text of a mapping.

    Raises
    ------
    ReadError
        When the file cannot be read or has fewer than two columns.
    """
    path = Path(path)
    seen = look_at(path, sheet=sheet)
    if len(seen.columns) < 2:
        raise nothing_to_map(path.name)
    procedure = _procedure_of(seen.columns)
    rules = read_procedure(procedure or shipped_procedures()[0])
    kind = _kind_of(seen.columns)
    taken = _events_keys(seen.columns) if kind == "events" else _wide_keys(seen.columns, rules)
    guesses = tuple(
        Guess(column=one.name, key=taken[one.name][0], confidence=taken[one.name][1], look=one)
        if one.name in taken
        else Guess(column=one.name, key="", confidence=0.0, look=one)
        for one in seen.columns
    )
    labelled = next((one for one in guesses if one.key in {"outcome.column", "events.state"}), None)
    labels, rare = _labels_of(labelled.look, rules) if labelled else ((), Counter[str]())
    dated = [one.look for one in guesses if one.look.is_date]
    days = {day for one in guesses if _tells_progress(one) for day in one.look.days}
    latest, later = _latest(days, today or dt.date.today())
    return Proposal(
        file=path.name,
        kind=kind,
        language=language or _language_of(seen.columns),
        n_rows=seen.n_rows,
        guesses=guesses,
        labels=labels,
        rare_labels=len(rare),
        rare_cells=sum(rare.values()),
        date_order=_order_of(dated),
        ambiguous_dates=sum(one.ambiguous for one in dated),
        cutoff=latest,
        later_dates=later,
        procedure=procedure,
        missing={code: level for one in seen.columns for code, level in one.missing_codes.items()},
        sheet=seen.sheet,
        other_sheets=seen.other_sheets,
    )


def looks_like(look: ColumnLook) -> Readable:
    """Return in words what a column holds, without saying what."""
    if look.n_filled == 0:
        return tr("nothing (blank)")
    if look.is_date:
        return tr("dates, of two possible orders") if look.ambiguous else tr("dates")
    if look.share_numbers > 0.9:
        return tr("whole numbers, all different") if look.is_unique else tr("whole numbers")
    if look.is_unique:
        return tr("texts, all different")
    return tr("texts, {n} different", n=look.n_distinct)


def _kind_of(columns: tuple[ColumnLook, ...]) -> ProposedKind:
    """Take a file for an event log when its ids repeat, a column names events and hardly any column is a date."""
    if any(one.is_unique and _is_id(one) for one in columns):
        return "wide"
    repeated = [one for one in columns if _is_id(one) and one.n_distinct <= 0.8 * one.n_filled]
    n_dates = sum(one.is_date and one.share_filled > 0.5 for one in columns)
    states = [one for one in columns if _event_state(one)]
    return "events" if repeated and states and 1 <= n_dates <= 2 else "wide"


def _is_id(look: ColumnLook) -> bool:
    return not look.is_date and look.share_filled >= 0.9 and _named(look, ID_WORDS) > 0 and not _of_events(look)


def _of_events(look: ColumnLook) -> bool:
    return any(says(look.words, one) for one in ("event", "evento", "seq", "actuac", "hearing", "audienc"))


def _event_state(look: ColumnLook) -> bool:
    return not look.is_date and bool(look.labels) and _named(look, EVENT_WORDS) > 0 and look.share_filled > 0.5


def _id_of(columns: tuple[ColumnLook, ...]) -> tuple[ColumnLook | None, float]:
    """Return the column that is most probably the id of the unit; one without a repeat goes first."""
    best: tuple[float, ColumnLook] | None = None
    for one in columns:
        if one.is_date or one.share_filled < 0.9 or _of_events(one):
            continue
        name, distinct = _named(one, ID_WORDS), one.n_distinct / max(one.n_filled, 1)
        unique = 0.3 if one.is_unique else 0.0
        score = 0.4 * name + 0.3 * distinct + unique if name else unique
        if score > 0 and (best is None or score > best[0]):
            best = (score, one)
    return (best[1], best[0]) if best else (None, 0.0)


def _named(look: ColumnLook, phrases: Iterable[str]) -> float:
    """Return how well a column's name fits phrases that are written in falling order of weight."""
    listed = tuple(phrases)
    for place, phrase in enumerate(listed):
        if says(look.words, phrase):
            return 1.0 - 0.4 * place / len(listed)
    return 0.0


def _wide_keys(columns: tuple[ColumnLook, ...], rules: Procedure) -> dict[str, tuple[str, float]]:
    """Return the key and the confidence of every column that a wide mapping can use."""
    taken: dict[str, tuple[str, float]] = {}
    id_column, score = _id_of(columns)
    if id_column is not None:
        taken[id_column.name] = ("cases.id", score)
    outcome, score = _outcome_of([one for one in columns if one.name not in taken])
    if outcome is not None:
        taken[outcome.name] = ("outcome.column", score)
    _take_best(taken, (_date_key(one, rules) for one in columns if one.is_date and one.name not in taken))
    _take_attributes(taken, columns)
    return taken


def _events_keys(columns: tuple[ColumnLook, ...]) -> dict[str, tuple[str, float]]:
    """Return the key and the confidence of every column that an event log's mapping can use."""
    taken: dict[str, tuple[str, float]] = {}
    id_column, score = _id_of(columns)
    if id_column is not None:
        taken[id_column.name] = ("cases.id", min(score + 0.5, 1.0))  # that ids repeat is right here
    state = max((one for one in columns if _event_state(one)), key=lambda one: _named(one, EVENT_WORDS))
    taken[state.name] = ("events.state", 0.9 * _named(state, EVENT_WORDS))
    dates = [one for one in columns if one.is_date and one.name not in taken]
    date = max(dates, key=lambda one: (one.share_filled * one.share_dates, -columns.index(one)))
    taken[date.name] = ("events.date", date.share_dates if len(dates) == 1 else 0.7)
    order = next((one for one in columns if one.name not in taken and _named(one, ORDER_WORDS) > 0), None)
    if order is not None:
        taken[order.name] = ("events.order", 0.85)
    _take_attributes(taken, columns)
    return taken


def _take_attributes(taken: dict[str, tuple[str, float]], columns: tuple[ColumnLook, ...]) -> None:
    free = [one for one in columns if one.name not in taken and not one.is_date and one.n_filled]
    guesses = []
    for one in free:
        for attribute, phrases in ATTRIBUTES:
            fit = _named(one, phrases)
            if attribute == "age_at_fact" and not _plausible_ages(one):
                continue
            if fit > 0 and not (one.is_unique and one.n_filled > 20):
                guesses.append((one.name, f"attributes.{attribute}", 0.95 if fit > 0.7 else 0.7))
                break
    _take_best(taken, guesses)


def _plausible_ages(look: ColumnLook) -> bool:
    """Tell ages from years and durations that carry the same word."""
    if look.share_numbers <= 0.9:
        return bool(look.labels)
    digits = [(text.strip(), n) for text, n in look.labels]
    return bool(digits) and sum(n for text, n in digits if len(text) <= 3) > 0.9 * look.n_filled


def _take_best(taken: dict[str, tuple[str, float]], guesses: Iterable[tuple[str, str, float]]) -> None:
    """Give each key to the surest of the columns that want it; the first one where they are equally sure."""
    wanted = sorted(enumerate(one for one in guesses if one[1]), key=lambda one: (-one[1][2], one[0]))
    keys = {key for key, _ in taken.values()}
    for _, (name, key, confidence) in wanted:
        if key not in keys:
            keys.add(key)
            taken[name] = (key, confidence)


def _date_key(look: ColumnLook, rules: Procedure) -> tuple[str, str, float]:
    """Return what a date column is: the date of a stage or of the outcome, a notification, or nothing known."""
    content = look.share_dates if look.n_filled else 0.5
    known = (*rules.ids, *rules.roles)
    for phrases, meaning in STAGE_DATES:
        if any(says(look.words, one) for one in phrases):
            state = next((one for one in meaning.states if one in known), None)
            if state is None:
                return look.name, "", 0.0
            section = "notified" if any(says(look.words, one) for one in NOTIFIED_WORDS) else "dates"
            return look.name, f"{section}.{state}", content * (0.95 if meaning.sure else 0.6)
    if _named(look, OUTCOME_DATES) > 0:
        return look.name, "outcome.date", content * 0.9
    return look.name, "", 0.0


def _outcome_of(columns: list[ColumnLook]) -> tuple[ColumnLook | None, float]:
    """Return the column whose name and labels speak of how cases end."""
    best: tuple[float, ColumnLook] | None = None
    for one in columns:
        if one.is_date or not one.labels or one.share_numbers > 0.5:
            continue
        known = sum(n for text, n in one.labels if meaning_of_label(text) is not None) / max(one.n_filled, 1)
        score = 0.5 * _named(one, OUTCOME_WORDS) + 0.5 * known
        if score > 0.4 and (best is None or score > best[0]):
            best = (score, one)
    return (best[1], best[0]) if best else (None, 0.0)


def _labels_of(look: ColumnLook, rules: Procedure) -> tuple[tuple[LabelGuess, ...], Counter[str]]:
    """Return what the labels mean, and those that too few cells hold to be shown.

    A rare label is shown only when it is, word for word, one that the law knows.
    """
    spellings: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for text, n in look.labels:
        spellings[normalise(text)] += n
        shown.setdefault(normalise(text), " ".join(text.split()))
    guesses: list[LabelGuess] = []
    rare: Counter[str] = Counter()
    for bare, n in sorted(spellings.items(), key=lambda one: (-one[1], one[0])):
        if n < FEWEST_TO_SHOW and bare not in _STANDARD:
            rare[bare] = n
            continue
        label = shown[bare] if n >= FEWEST_TO_SHOW else _STANDARD[bare]
        meaning = meaning_of_label(label)
        state = _state_of(meaning, rules) if meaning else None
        guesses.append(LabelGuess(label=label, n=n, state=state, sure=meaning is not None and meaning.sure))
    return tuple(guesses), rare


def _state_of(meaning: Meaning, rules: Procedure) -> str | None:
    found = next((one for one in meaning.states if one == "pending" or one in rules.ids), None)
    if found is None and meaning.outcome_class is not None:
        found = next((one for one in rules.outcomes if rules.class_of(one) == meaning.outcome_class), None)
    return found


def _order_of(dates: Iterable[ColumnLook]) -> DateOrder | None:
    """Return the order on which the columns that settle it agree."""
    orders = {one.order for one in dates if one.order is not None}
    # year first is no vote: such dates are read whatever the order of the others
    votes = orders - {"ymd"}
    if len(votes) > 1:
        return None
    return next(iter(votes or orders), None)


def _tells_progress(guess: Guess) -> bool:
    return guess.key.startswith(("dates.", "notified.", "outcome.date", "events.date"))


def _latest(days: set[int], today: dt.date) -> tuple[dt.date | None, int]:
    past = [day for day in days if day <= day_number(today)]
    return (date_of(max(past)) if past else None), len(days) - len(past)


def _procedure_of(columns: tuple[ColumnLook, ...]) -> str | None:
    """Return the shipped procedure that names and places speak for, if one clearly does."""
    votes: Counter[str] = Counter()
    for procedure, phrases in PROCEDURE_WORDS.items():
        votes[procedure] += sum(any(says(one.words, phrase) for one in columns) for phrase in phrases)
    for procedure, places in PLACES.items():
        found = {normalise(text) for one in columns for text, _ in one.labels} & places
        votes[procedure] += 2 * min(len(found), 3)
    (first, most), (_, second) = votes.most_common(2)
    return first if most >= 2 and most > second else None


def _language_of(columns: tuple[ColumnLook, ...]) -> Language:
    spanish = ("fecha", "caso", "delito", "juzgado", "edad", "sexo", "departamento", "forma", "estado", "municipio")
    english = ("date", "case", "offence", "offense", "court", "age", "gender", "state", "event", "outcome", "id")
    words = [word for one in columns for word in one.words]
    return "es" if sum(one in spanish for one in words) > sum(one in english for one in words) else "en"
