"""A first mapping for unknown files: guesses from names and contents, each with how sure it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...base.language import Language
from ..calendar import date_of, day_number
from ..conversions.conversion import DateOrder, normalise
from ..procedure_file import read_procedure, shipped_procedures
from ..readers.database_url import is_database
from ..readers.survey import MainTable
from .columns import ColumnLook, Given, LookedAt, look_at, nothing_to_map
from .counts import CountProposal, looks_like_counts, propose_counts
from .date_parts import MadeDate, with_made_dates
from .keys import ProposedKind, column_keys, kind_of, unit_of
from .labels import section_labels, state_labels
from .mapping_text import mapping_text
from .proposal import Guess, Guesses, LabelGuesses, TableGuess
from .sheet_shapes import MOST_SHEETS
from .states import KnownStates
from .tables import section_of, shared_id, sorted_tables, stage_tables
from .words import LANGUAGE_WORDS, PLACES, PROCEDURE_WORDS, says

# Keys of columns whose labels are listed.
_LABELLED = ("outcome.column", "events.state", "reliance.status")
# Such a share of all dates, so many days after the others, are slips.
_MOST_STRAGGLERS = 0.002
_FAR_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(Guesses):
    """A proposed mapping of case files, to be corrected by hand."""

    def toml(self, language: Language | None = None, *, folder: Path | None = None) -> str:
        """Return the text of a mapping file; CHECK and FILL IN mark what a person must decide.

        Parameters
        ----------
        language : {"en", "es"}, optional
            Language of the comments; that of the file by default.
        folder : Path, optional
            Where the mapping will lie, if not beside the data.
        """
        return mapping_text(self, language or self.language, folder)


def propose_mapping(
    path: str | Path | Sequence[str | Path],
    *,
    language: Language | None = None,
    sheet: str | None = None,
    procedure: str | Path | None = None,
    folder: Path | None = None,
    today: dt.date | None = None,
) -> Proposal | CountProposal:
    """Propose a mapping for files of any known kind.

    Parameters
    ----------
    path : path, address of a database, or sequence of paths
        One file with the cases; or several: files of one shape, a table per stage, tables that hang on the cases.
    language : {"en", "es"}, optional
        Language of the files; found out from the names of their columns.
    sheet : str, optional
        For a workbook; the fullest sheet by default, and the others are looked at for tables that hang on the cases.
        For a database the table.
    procedure : str or path, optional
        Shipped id, or a file of the user's own, whose words then name the states; found out otherwise.
    folder : Path, optional
        Where the address of a database starts, which is the folder of the mapping; the current folder by default.
    today : datetime.date, optional
        Dates after it are no candidates for the cut-off; the current day by default.

    Returns
    -------
    Proposal or CountProposal
        Guesses with their confidence, and the text of a mapping: of case files, or of a table of counts.

    Raises
    ------
    ReadError
        When a file cannot be read or has fewer than two columns.
    ProcedureError, SettingsError
        When the procedure that was named cannot be read.
    """
    several = [path] if isinstance(path, str | Path) else path
    seen = _looked_at([str(one) if is_database(one) else Path(one) for one in several], sheet, folder)
    if any(len(one.columns) < 2 for one in seen):
        raise nothing_to_map(next(one.name for one in seen if len(one.columns) < 2))
    every = tuple(column for one in seen for column in one.columns)
    told = str(procedure) if procedure is not None else _procedure_of(every)
    own = procedure is not None and str(procedure) not in shipped_procedures()
    known = KnownStates(read_procedure(told or shipped_procedures()[0]), own=own)
    spoken = language or _language_of(every)
    parted = sorted_tables(seen) if len(seen) > 1 else None
    of_cases = parted.of_cases if parted is not None else tuple(seen)
    if len(seen) == 1 and looks_like_counts(seen[0]):
        return propose_counts(_one_sheet(seen[0]), spoken)
    sections = list(parted.sections) if parted is not None else []
    id_column = shared_id(of_cases) if len(of_cases) > 1 else None
    left_out: tuple[str, ...] = ()
    made: tuple[MadeDate, ...] = ()
    guesses: tuple[Guess, ...] = ()
    kind: ProposedKind = "stages"
    files: tuple[Given, ...] = ()
    others: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    header_row = sheet_taken = None
    export = next((one.export for one in of_cases), None)
    if id_column is not None:
        tables = [*stage_tables(of_cases, id_column, known), *sections]
    else:
        fullest = max(of_cases, key=lambda one: one.n_rows)
        left_out = tuple(one.name for one in of_cases if one is not fullest)
        main, made = with_made_dates(fullest)
        kind = kind_of(main.columns)
        guesses = _guesses_of(main, kind, known)
        hanging, others = _sections_in_sheets(main, guesses)
        tables, sheet_taken, files = [*sections, *hanging], main.sheet if main.export is None else None, main.files
        header_row = main.header_row
        sheets, near = main.sheets, tuple(one for one in main.near_sheets if one in others)
    proposal = Proposal(
        files=files,
        kind=kind,
        language=spoken,
        n_rows=max(one.n_rows for one in of_cases),
        guesses=guesses,
        tables=tuple(tables),
        procedure=told,
        named=procedure is not None,
        missing={code: level for one in every for code, level in one.missing_codes.items()},
        sheet=sheet_taken,
        export=export,
        other_sheets=others,
        sheets=sheets,
        near_sheets=near,
        header_row=header_row,
        left_out=left_out,
        made=tuple(one for one in made if any(guess.key and guess.column == one.name for guess in guesses)),
    )
    return _with_days(proposal, seen, today or dt.date.today())


def _looked_at(given: Sequence[Given], sheet: str | None, folder: Path | None) -> list[LookedAt]:
    """Look at the files; those of one shape are one table."""
    seen = [look_at(one, sheet=sheet, folder=folder) for one in given]
    shapes: dict[frozenset[str], list[Path]] = {}
    for one in seen:
        paths = [file for file in one.files if isinstance(file, Path)]
        shapes.setdefault(frozenset(column.name for column in one.columns), []).extend(paths)
    if len(shapes) == len(seen):
        return seen
    return [look_at(files, sheet=sheet) for files in shapes.values()]


def _one_sheet(table: LookedAt) -> LookedAt:
    """Return a table as its first sheet tells of it: a table of counts is one sheet."""
    if not table.sheets:
        return table
    left = tuple(one for one in table.sheets if one != table.sheet)
    alone = look_at([one for one in table.files if isinstance(one, Path)], sheet=table.sheet)
    return replace(alone, other_sheets=(*left, *table.other_sheets))


def _guesses_of(main: LookedAt, kind: ProposedKind, known: KnownStates) -> tuple[Guess, ...]:
    keys = column_keys(main.columns, kind, known)
    id_column = next((name for name, (key, _) in keys.items() if key == "cases.id"), None)
    guesses = []
    for one in main.columns:
        key, confidence = keys.get(one.name, ("", 0.0))
        held = main.of_units(one, id_column) if key in _LABELLED else one
        guesses.append(_guess(held, key, confidence, known))
    return tuple(guesses)


def _guess(look: ColumnLook, key: str, confidence: float, known: KnownStates) -> Guess:
    labels: LabelGuesses | None = None
    if key in {"outcome.column", "events.state"}:
        labels = state_labels(look, known)
    elif key == "reliance.status":
        labels = section_labels(look, key)
    return Guess(column=look.name, key=key, confidence=confidence, look=look, labels=labels)


def _sections_in_sheets(main: LookedAt, guesses: Sequence[Guess]) -> tuple[list[TableGuess], tuple[str, ...]]:
    """Look for tables that hang on the cases in the other sheets of their workbook."""
    found: dict[str, TableGuess] = {}
    others = main.other_sheets
    id_column = next((one.column for one in guesses if one.key == "cases.id"), None)
    if id_column is None:
        return [], others
    for name in others[:MOST_SHEETS]:
        paths = tuple(one for one in main.files if isinstance(one, Path))
        above = MainTable(paths, main.sheet, (id_column,)) if main.export is not None else None
        section = section_of(look_at(paths[0], sheet=name, main=above))
        if section is not None:
            found.setdefault(section.section, section)
    taken = {one.sheet for one in found.values()}
    return list(found.values()), tuple(name for name in others if name not in taken)


def _with_days(proposal: Proposal, seen: Sequence[LookedAt], today: dt.date) -> Proposal:
    """Add what the dates tell: their order, the latest one; and whose number the id is."""
    dated = [one for table in seen for one in table.columns if one.is_date]
    days: Counter[int] = Counter()
    for section, one in proposal.every():
        if _tells_progress(section, one):
            days.update(dict(zip(one.look.days, one.look.day_counts, strict=True)))
    past = _without_stragglers({day: n for day, n in sorted(days.items()) if day <= day_number(today)})
    id_column = proposal.at("cases.id")
    unit = unit_of(id_column.look.words) if id_column is not None else None
    if unit is None and proposal.at("attributes.relationship") is not None:
        unit = "victim"  # who is related to the accused
    return replace(
        proposal,
        date_order=_order_of(dated),
        ambiguous_dates=sum(one.ambiguous for one in dated),
        cutoff=date_of(past[-1]) if past else None,
        later_dates=len(days) - len(past),
        unit=unit or "case",
    )


def _without_stragglers(counts: Mapping[int, int]) -> list[int]:
    """Leave out the last days where hardly a cell holds them, weeks after all others: they are slips."""
    days = list(counts)
    kept, after = len(days), 0
    for place in range(len(days) - 1, 0, -1):
        after += counts[days[place]]
        if after > _MOST_STRAGGLERS * sum(counts.values()):
            break
        if days[place] - days[place - 1] > _FAR_DAYS:
            kept = place
    return days[:kept]


def _order_of(dates: Iterable[ColumnLook]) -> DateOrder | None:
    """Return the order on which the columns that settle it agree."""
    orders = {one.order for one in dates if one.order is not None}
    # year first is no vote: such dates are read whatever the order of the others
    votes = orders - {"ymd"}
    if len(votes) > 1:
        return None
    return next(iter(votes or orders), None)


def _tells_progress(section: str, guess: Guess) -> bool:
    if section not in {"", "stages."}:
        return False
    return guess.key == "date" or guess.key.startswith(("dates.", "notified.", "outcome.date", "events.date"))


def _procedure_of(columns: Sequence[ColumnLook]) -> str | None:
    """Return the shipped procedure that names and places speak for, if one clearly does."""
    votes: Counter[str] = Counter()
    for procedure, phrases in PROCEDURE_WORDS.items():
        votes[procedure] += sum(any(says(one.words, phrase) for one in columns) for phrase in phrases)
    for procedure, places in PLACES.items():
        found = {normalise(text) for one in columns for text, _ in one.labels} & places
        votes[procedure] += 2 * min(len(found), 3)
    (first, most), (_, second) = votes.most_common(2)
    return first if most >= 2 and most > second else None


def _language_of(columns: Sequence[ColumnLook]) -> Language:
    words = [word for one in columns for word in one.words]
    found = {language: sum(word in known for word in words) for language, known in LANGUAGE_WORDS.items()}
    return "es" if found["es"] > found["en"] else "en"
