"""A first mapping for an unknown file: guesses from column names and contents, each with how sure it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...base.errors import MappingError
from ...base.language import Language, tr, trn
from ..calendar import date_of, day_number
from ..conversions.conversion import DateOrder, normalise
from ..conversions.labels import FEWEST_TO_SHOW
from ..procedure import Procedure
from ..procedure_file import read_procedure, shipped_procedures
from .columns import ColumnLook, look_at, nothing_to_map
from .keys import column_keys, kind_of
from .mapping_text import mapping_text
from .proposal import Guess, Guesses, LabelGuess
from .words import LANGUAGE_WORDS, PLACES, PROCEDURE_WORDS, STANDARD_LABELS, Meaning, meaning_of_label, says

# A column of a table of counts that says when; whole names, for a year is also that of an age.
_PERIOD_WORDS: Final = tuple("ano! year! mes! month! periodo! period! trimestre! quarter! semestre! gestion!".split())
# Share of numbers above which a column holds numbers.
_NUMBERS: Final = 0.9

_STANDARD: Final = {normalise(one): one for one in STANDARD_LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(Guesses):
    """A proposed mapping for one file, to be corrected by hand."""

    def toml(self, language: Language | None = None, *, file: str | None = None) -> str:
        """Return the text of a mapping file; CHECK and FILL IN mark what a person must decide.

        Parameters
        ----------
        language : {"en", "es"}, optional
            Language of the comments; that of the file by default.
        file : str, optional
            How the mapping names the file, where it will not lie beside it.
        """
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
    MappingError
        When it looks like a table of counts, which has a mapping of another kind.
    """
    path = Path(path)
    seen = look_at(path, sheet=sheet)
    if len(seen.columns) < 2:
        raise nothing_to_map(path.name)
    procedure = _procedure_of(seen.columns)
    rules = read_procedure(procedure or shipped_procedures()[0])
    kind = kind_of(seen.columns)
    taken = column_keys(seen.columns, kind, rules)
    guesses = tuple(
        Guess(column=one.name, key=taken[one.name][0], confidence=taken[one.name][1], look=one)
        if one.name in taken
        else Guess(column=one.name, key="", confidence=0.0, look=one)
        for one in seen.columns
    )
    if _looks_like_counts(guesses):
        raise _table_of_counts(path.name, guesses)
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


def _looks_like_counts(guesses: tuple[Guess, ...]) -> bool:
    """Whether the columns are numbers by period, and none is an id, a date or an outcome of a case."""
    if any(one.key and not one.key.startswith("attributes.") and one.key != "cases.id" for one in guesses):
        return False
    if any(one.look.is_date for one in guesses):
        return False
    of_period = [one for one in guesses if any(says(one.look.words, phrase) for phrase in _PERIOD_WORDS)]
    return bool(of_period) and len(_numbers(guesses)) >= 1


def _numbers(guesses: tuple[Guess, ...]) -> list[Guess]:
    """Return the columns of whole numbers that are no periods."""
    return [
        one
        for one in guesses
        if one.look.share_numbers > _NUMBERS and not any(says(one.look.words, phrase) for phrase in _PERIOD_WORDS)
    ]


def _table_of_counts(name: str, guesses: tuple[Guess, ...]) -> MappingError:
    """Build the error for a table of counts, which has a mapping of its own."""
    return MappingError(
        trn(
            "'{name}' looks like a table of counts: {n} column of numbers by period, and no date or outcome of a case.",
            "'{name}' looks like a table of counts: {n} columns of numbers by period, and no date or outcome of a "
            "case.",
            len(_numbers(guesses)),
            name=name,
        ),
        tr(
            'Its mapping is written by hand: kind = "counts" in [data]; in [counts] the columns of office and '
            "period; in [counts.quantities] those of the numbers. docs/counts.md shows one, and justice-metrics "
            "sample writes one (bolivia_counts_mapping.toml)."
        ),
    )


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
    words = [word for one in columns for word in one.words]
    found = {language: sum(word in known for word in words) for language, known in LANGUAGE_WORDS.items()}
    return "es" if found["es"] > found["en"] else "en"
