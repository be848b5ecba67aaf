"""Exports of KoboToolbox and ODK: read so that the same mapping fits, whichever way they were exported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from .files import is_workbook, read_text_table, sheets_with_data
from .several import one_below_the_other
from .survey_answers import with_answers
from .survey_form import SurveyForm
from .survey_links import PARENT_KEY, is_repeat, latest, parent_rows, parent_sheet, taken, with_columns_of
from .survey_names import private_columns
from .text_table import TextTable, no_rows
from .workbook import read_workbook_tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NOT_APPROVED: Final = frozenset({"validation_status_not_approved", "not approved", "no aprobado", "rejected"})
_STATUS: Final = frozenset({"_validation_status", "ReviewState"})


class MainTable(NamedTuple):
    """The table on which others hang.

    Attributes
    ----------
    paths : tuple of Path
        Files of the export.
    sheet : str, optional
        Sheet with the cases; the submissions themselves without it.
    ids : tuple of str
        Columns of the id of a case, which the rows of the other tables get.
    """

    paths: tuple[Path, ...]
    sheet: str | None
    ids: tuple[str, ...]


class SurveyFiles:
    """Sheets of exports, each parsed once however many tables of a mapping need it."""

    def __init__(self) -> None:
        self._tables: dict[tuple[Path, str | None, str | None, str | None], TextTable] = {}
        self._sheets: dict[Path, tuple[str, ...]] = {}
        self._opened: set[Path] = set()

    def sheets(self, path: Path) -> tuple[str, ...]:
        """Return the names of the sheets with tables; none for a text file."""
        if path not in self._sheets:
            book = is_workbook(path) and path.is_file()
            self._sheets[path] = tuple(name for name, _ in sheets_with_data(path)) if book else ()
        return self._sheets[path]

    def table(self, path: Path, *, sheet: str | None, encoding: str | None, separator: str | None) -> TextTable:
        """Return a sheet, or a text file, as it stands there; a workbook is opened once for all its sheets."""
        book = is_workbook(path)
        if book and path not in self._opened and path.is_file():
            self._open(path)
        if book and sheet is None and len(self.sheets(path)) == 1:
            sheet = self.sheets(path)[0]
        key = (path, sheet, None if book else encoding, None if book else separator)
        if key not in self._tables:
            if book and sheet is not None:
                # a repeat that nobody filled in is not listed among the sheets that hold something
                read = read_workbook_tables(path, sheets=(sheet,), may_be_empty=(sheet,), header=True)[sheet]
            else:
                read = read_text_table(path, sheet=sheet, encoding=encoding, separator=separator, header=True)
            self._tables[key] = read
        return self._tables[key]

    def _open(self, path: Path) -> None:
        """Read every sheet of a workbook; if one is no table, each is read when it is asked for, and refused then."""
        self._opened.add(path)
        sheets = self.sheets(path)
        with suppress(ReadError):
            # a repeat that nobody filled in has a header and no rows
            found = read_workbook_tables(path, sheets=sheets, may_be_empty=sheets, header=True)
            self._tables |= {(path, name, None, None): read for name, read in found.items()}


class _Ancestor(NamedTuple):
    """A table above a repeat, and its row for each row of the repeat; -1 for none."""

    sheet: str | None
    read: TextTable
    rows: NDArray[np.int64]


def read_survey(
    paths: Sequence[Path],
    *,
    names: Collection[str] | None = None,
    sheet: str | None = None,
    main: MainTable | None = None,
    form: SurveyForm | None = None,
    language: str = "en",
    codes: bool | Sequence[str] = False,
    encoding: str | None = None,
    separator: str | None = None,
    renamed: Mapping[str, str] = MappingProxyType({}),
    absent: Collection[str] = (),
    files: SurveyFiles | None = None,
) -> TextTable:
    """Read the submissions of a survey, or the rows of one of its repeats.

    Parameters
    ----------
    paths : sequence of Path
        One or several exports, csv or xlsx; those of several form versions one below the other.
    names : collection of str, optional
        Columns that a mapping names, by name or label, with groups or without: the table gets a column of each.
    sheet : str, optional
        For a workbook, the repeat; the submissions without it.
    main : MainTable, optional
        For a repeat: where the ids of its rows come from.
    form : SurveyForm, optional
        The XLSForm, by which names and labels lead to each other.
    language : str
        Language of the labels that cells hold.
    codes : bool or sequence of str
        Whether cells keep the names of choices in place of their labels, in all columns or those named.
    encoding, separator : str, optional
        For a csv file where they cannot be found out.
    renamed, absent
        As for :func:`justice_metrics.cases.readers.files.read_text_tables`.
    files : SurveyFiles, optional
        What was parsed already for other tables of the same mapping.

    Returns
    -------
    TextTable
        Columns as in the file and those that ``names`` asks for; without places, recordings, and marks of devices and
        of who filled the form in, unless they are asked for.

    Raises
    ------
    ReadError
        When a file cannot be read, or a repeat does not hang on the table of the cases.
    MappingError
        When a name could be several columns that are filled in the same rows.
    """
    wanted = None if names is None else tuple(dict.fromkeys([*names, *renamed, *(main.ids if main else ())]))
    how = _How(wanted, form, language, codes, encoding, separator, files or SurveyFiles())
    exports = [_Export(path, how) for path in paths]
    tables = [one.table(sheet) for one in exports]
    if any(is_repeat(one) for one in tables):
        chains = [
            _chain_by_key(one, main, how) if PARENT_KEY in one.columns else _chain(export, one)
            for export, one in zip(exports, tables, strict=True)
        ]
        tables = _linked(tables, chains, wanted, main)
    else:
        found = latest(tables)
        tables = [_kept(one, mask) for one, mask in zip(tables, found.kept, strict=True)]
        tables[0] = _noted(tables[0], _by_place(found.by_place))
    needed = None if names is None else [one for one in names if any(one in table.columns for table in tables)]
    return one_below_the_other(tables, renamed=renamed, absent=absent, needed=needed)


class _How(NamedTuple):
    """How the files of one export are read."""

    names: tuple[str, ...] | None
    form: SurveyForm | None
    language: str
    codes: bool | Sequence[str]
    encoding: str | None
    separator: str | None
    files: SurveyFiles


class _Export:
    """The tables of one file, each read once."""

    def __init__(self, path: Path, how: _How) -> None:
        self._path = path
        self._how = how
        self._read: dict[str | None, TextTable] = {}

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets with tables; none for a text file."""
        return self._how.files.sheets(self._path)

    def main_sheet(self) -> str | None:
        """Return the sheet with the submissions: the first that is no repeat."""
        if len(self.sheets) < 2:
            return None
        return next((one for one in self.sheets if not is_repeat(self.table(one))), self.sheets[0])

    def table(self, sheet: str | None) -> TextTable:
        """Return a sheet, or the submissions: without what nobody asks for, with a column of every name."""
        name = self.main_sheet() if sheet is None and is_workbook(self._path) else sheet
        if name not in self._read:
            how = self._how
            read = how.files.table(self._path, sheet=name, encoding=how.encoding, separator=how.separator)
            if not read.n_rows and not is_repeat(read):
                raise no_rows(self._path.name, header=True)
            read = _cleared(_without_tags(read), how)
            self._read[name] = with_answers(read, how.names, how.form, language=how.language, codes=how.codes)
        return self._read[name]


def _without_tags(read: TextTable) -> TextTable:
    """Leave out rows of tags ("#date") below the header."""
    import numpy as np

    n = 0
    for row in read.table.slice(0, 3).to_pylist():
        filled = [one for one in row.values() if one is not None]
        if not all(one.startswith("#") for one in filled):
            break
        n += 1
    return taken(read, np.arange(n, read.table.num_rows)) if n else read


def _cleared(read: TextTable, how: _How) -> TextTable:
    """Leave out places, recordings and marks of devices; count submissions that were not approved."""
    private = private_columns(read.columns, how.form, keep=how.names or ())
    notes = list(read.notes)
    if private:
        notes.append(
            trn(
                "{n} column with places, recordings, or marks of a device or of who filled the form in was left out.",
                "{n} columns with places, recordings, or marks of a device or of who filled the form in were left out.",
                len(private),
            )
        )
    for status in (one for one in read.columns if one in _STATUS):
        texts, counts = read.distinct(status)
        n = sum(n for text, n in zip(texts, counts, strict=True) if text and text.casefold() in _NOT_APPROVED)
        if n and not is_repeat(read):
            notes.append(
                trn(
                    "{n} submission is marked as not approved; it was read like the others.",
                    "{n} submissions are marked as not approved; they were read like the others.",
                    n,
                )
            )
    return replace(read, table=read.table.drop_columns(private), notes=tuple(notes))


def _chain(export: _Export, read: TextTable) -> list[_Ancestor]:
    """Return the tables above a repeat in the same file, the nearest first."""
    import numpy as np

    found: list[_Ancestor] = []
    rows = np.arange(read.table.num_rows)
    seen: set[str | None] = {read.sheet}
    while is_repeat(read):
        sheet = parent_sheet(read, export.sheets) or export.main_sheet()
        if sheet in seen:  # a sheet that names itself, or one below it
            break
        seen.add(sheet)
        parent = export.table(sheet)
        above = np.append(parent_rows(read, parent), [-1])
        rows = above[rows]
        found.append(_Ancestor(sheet, parent, rows))
        read = parent
    return found


def _chain_by_key(read: TextTable, main: MainTable | None, how: _How) -> list[_Ancestor]:
    """Return the submissions on which the rows of a file of repeats hang, by the key in each row."""
    if main is None:
        return []
    submissions = one_below_the_other([_Export(path, how).table(main.sheet) for path in main.paths])
    return [_Ancestor(main.sheet, submissions, parent_rows(read, submissions))]


def _linked(
    tables: Sequence[TextTable], chains: Sequence[list[_Ancestor]], names: Sequence[str] | None, main: MainTable | None
) -> list[TextTable]:
    """Put the columns of their ancestors beside the rows of repeats; rows of submissions that were left out go too."""
    import numpy as np

    kept = latest([chain[-1].read if chain else one for one, chain in zip(tables, chains, strict=True)]).kept
    made = []
    for read, chain, mask in zip(tables, chains, kept, strict=True):
        # a row without a submission stays: whoever reads the table says what that means
        stays = np.append(mask, [True])[chain[-1].rows] if chain else mask
        rows = np.flatnonzero(stays)
        read = _noted(taken(read, rows), _repeated(len(stays) - len(rows)))
        for ancestor in chain:
            over = _ids_from(ancestor, main)
            columns = ancestor.read.columns if names is None else names
            read = with_columns_of(read, ancestor.read, ancestor.rows[rows], columns=columns, over=over)
        if chain and main is not None and not any(_ids_from(one, main) for one in chain):
            raise _hangs_elsewhere(read, main)
        made.append(read)
    return made


def _ids_from(ancestor: _Ancestor, main: MainTable | None) -> tuple[str, ...]:
    """Return the ids that an ancestor gives to the rows below it: those of the cases, if it is their table."""
    if main is None or (main.sheet is not None and ancestor.sheet != main.sheet):
        return ()
    return () if main.sheet is None and is_repeat(ancestor.read) else main.ids


def _hangs_elsewhere(read: TextTable, main: MainTable) -> ReadError:
    return ReadError(
        tr(
            "The rows of '{sheet}' do not hang on those of '{main}'.",
            sheet=read.sheet or read.source,
            main=main.sheet or "",
        ),
        tr('Name the columns of the id in the section itself: id = "…"; or count another unit in [cases].'),
    )


def _kept(read: TextTable, mask: NDArray[np.bool_]) -> TextTable:
    import numpy as np

    rows = np.flatnonzero(mask)
    return _noted(taken(read, rows), _sent_again(len(mask) - len(rows)))


def _noted(read: TextTable, note: Message | None) -> TextTable:
    return read if note is None else replace(read, notes=(*read.notes, note))


def _sent_again(n: int) -> Message | None:
    if not n:
        return None
    return trn(
        "{n} submission stands there again (edited or sent twice); the last of each was kept.",
        "{n} submissions stand there again (edited or sent twice); the last of each was kept.",
        n,
    )


def _by_place(n: int) -> Message | None:
    if not n:
        return None
    return trn(
        "{n} submission was left out for one that stands further down, as it cannot be read which was sent last.",
        "{n} submissions were left out for others that stand further down, as it cannot be read which was sent last.",
        n,
    )


def _repeated(n: int) -> Message | None:
    if not n:
        return None
    return trn(
        "{n} row belongs to a submission that was sent again and was left out with it.",
        "{n} rows belong to submissions that were sent again and were left out with them.",
        n,
    )
