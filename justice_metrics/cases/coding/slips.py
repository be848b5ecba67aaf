"""Slips in filled coding sheets: every cell is held against what was asked, and all that is wrong is told at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ...base.errors import CaseDataError, JusticeMetricsError
from ...base.language import Label, Language, Message, tr, trn
from ..calendar import date_of, day_number
from ..conversions.text import normalise
from ..mappings.mapping import CaseMapping
from ..readers.text_table import TextTable
from .answered import Answered
from .plan import CASE_TABLE, CodedField, CodedTable, CodingPlan
from .workbook_checks import FIRST_DAY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

# A longer list of rows is cut.
_ROWS_SHOWN: Final = 5
# Where more columns than these wait for answers, only their number is told.
_COLUMNS_SHOWN: Final = 5
# Numbers with signs in between, as a date is written: one that is no typed date does not exist, or is a text.
_LIKE_A_DATE: Final = re.compile(r"^\d{1,4}\s*[-/. ]\s*\d{1,2}\s*[-/. ]\s*\d{1,4}$")


@dataclass(frozen=True, slots=True)
class Slip:
    """One kind of mistake in one column of one sheet.

    Attributes
    ----------
    sheet, column : str
    n : int
        Cells or rows that hold it.
    rows : tuple of int
        The first of them, as a spreadsheet counts; none where they stand in no file.
    words : Message
        What is wrong, and what to do.
    lacking : bool
        Whether answers are only not there yet.
    file : str
        Name of the workbook, where several were read.
    """

    sheet: str
    column: str
    n: int
    rows: tuple[int, ...]
    words: Message
    lacking: bool = False
    file: str = ""

    @property
    def of_sheet(self) -> Message:
        """The sheet, with the workbook where there are several."""
        if self.file:
            return tr("'{file}', sheet '{sheet}'", file=self.file, sheet=self.sheet)
        return tr("Sheet '{sheet}'", sheet=self.sheet)

    @property
    def message(self) -> Message:
        """Where it is, what is wrong, and what to do; never what a cell says."""
        place = tr("{sheet}, column '{column}'", sheet=self.of_sheet, column=self.column)
        if not self.rows:
            return tr("{place}: {words}", place=place, words=self.words)
        listed = ", ".join(map(str, self.rows)) + (" …" if self.n > len(self.rows) else "")
        return trn("{place}, row {rows}: {words}", "{place}, rows {rows}: {words}", self.n, place=place, rows=listed,
                   words=self.words)  # fmt: skip


def slips_in(tables: Mapping[str, TextTable], mapping: CaseMapping, plan: CodingPlan) -> tuple[Slip, ...]:
    """Return what is wrong in filled coding sheets, sheet by sheet in the order of the columns.

    Parameters
    ----------
    tables : mapping of str to TextTable
        The table of the cases under "", each child table under its section.
    mapping : CaseMapping
        Whose cut-off and codes for missing hold.
    plan : CodingPlan
        What was asked.
    """
    cases = _Sheet(tables[""], plan.table(CASE_TABLE), mapping, plan)
    found = list(cases.slips(None))
    for table in plan.tables:
        read = tables.get(table.id)
        if table.id != CASE_TABLE and read is not None and read.n_rows:
            found += _Sheet(read, table, mapping, plan).slips(cases)
    return tuple(found)


def told(slips: Sequence[Slip]) -> tuple[Message, ...]:
    """Return what is said of slips, those that must be corrected first; of many empty columns only how many."""
    said = [one.message for one in slips if not one.lacking]
    for file, sheet in dict.fromkeys((one.file, one.sheet) for one in slips if one.lacking):
        lacking = [one for one in slips if one.lacking and (one.file, one.sheet) == (file, sheet)]
        if len(lacking) <= _COLUMNS_SHOWN:
            said += [one.message for one in lacking]
            continue
        words = tr(
            "{n} cells in {columns} columns need an answer and have none. They are yellow.",
            n=sum(one.n for one in lacking),
            columns=len(lacking),
        )
        said.append(tr("{place}: {words}", place=lacking[0].of_sheet, words=words))
    return tuple(said)


def slips_error(
    slips: Sequence[Slip], mapping: str, *, beyond: JusticeMetricsError | None = None
) -> CaseDataError | None:
    """Build the error that tells all slips; None where none must be corrected before the data can be used.

    Parameters
    ----------
    slips : sequence of Slip
        Answers that are only not there yet stop nothing, and are told elsewhere.
    mapping : str
        Name of the mapping file, for the command that goes on in spite of them.
    beyond : JusticeMetricsError, optional
        What stopped a reading that went on in spite of them.
    """
    wrong = [one for one in slips if not one.lacking]
    if not wrong:
        return None
    problem = trn(
        "The coding sheet has {n} thing to correct:{listed}",
        "The coding sheet has {n} things to correct:{listed}",
        len(wrong),
        listed=Lines(told(wrong)),
    )
    if beyond is not None:
        return CaseDataError(
            problem,
            tr(
                "Correct these cells first. Without them the data could not be read either: {problem}",
                problem=beyond.problem,
            ),
        )
    return CaseDataError(
        problem,
        tr(
            "Correct the cells in the workbook, where they are red or yellow, and save it. To see what the data are "
            "like without them: justice-metrics check {mapping}",
            mapping=mapping,
        ),
    )


@dataclass(frozen=True, slots=True)
class Lines:
    """Messages one below the other."""

    messages: tuple[Message, ...]

    def text(self, language: Language = "en") -> str:
        """Return one line for each, all in one language."""
        return "".join("\n  - " + one.text(language) for one in self.messages)


class _Sheet:
    """One filled sheet."""

    def __init__(self, read: TextTable, table: CodedTable, mapping: CaseMapping, plan: CodingPlan) -> None:
        self._read = read
        self._table = table
        self._plan = plan
        self._mapping = mapping
        self._language: Language = mapping.data.language
        self._cutoff = day_number(mapping.cases.cutoff)
        self._missing = frozenset(map(normalise, mapping.missing))
        self._made: dict[str, Answered] = {}

    def slips(self, cases: _Sheet | None) -> Iterator[Slip]:
        """Yield the slips of the sheet; ``cases`` is that of the cases, for one that hangs on it."""
        id = self._table.fields[0]
        yield from self._ids(id, cases)
        for field in self._table.fields[1:]:
            if self._there(field.name):
                yield from self._slips_of(field, id)

    def _slips_of(self, field: CodedField, id: CodedField) -> Iterator[Slip]:
        answers = self.answers(field.name)
        if field.kind == "level":
            yield from self._not_listed(field, answers)
        elif field.kind == "date":
            yield from self._dates(field, answers)
        elif field.kind == "number":
            yield from self._numbers(field, answers)
        if field.required:
            lacking = answers.blank & ~self.answers(id.name).blank
            yield from self._slip(
                field,
                lacking,
                lambda n: trn("{n} row has no answer. It is needed in every row.",
                              "{n} rows have no answer. It is needed in every row.", n),
                lacking=True,
            )  # fmt: skip
        if field.requires is not None and self._there(field.requires):
            yield from self._alone(field, answers, self._table.field(field.requires))

    # -------------------------------------------------------------------------------------------------- kinds of slips

    def _ids(self, id: CodedField, cases: _Sheet | None) -> Iterator[Slip]:
        """Yield rows without a case number, and numbers that stand twice or belong to no case."""
        import numpy as np

        answers = self.answers(id.name)
        yield from self._slip(
            id,
            answers.blank,
            lambda n: trn("{n} row has answers and no case number. Write the number, or delete the row.",
                          "{n} rows have answers and no case number. Write the numbers, or delete the rows.", n),
        )  # fmt: skip
        if cases is None:
            keys = self._keys_with_coder(answers)
            first = np.zeros(len(keys), dtype=np.bool_)
            first[np.unique(keys, return_index=True)[1]] = True
            yield from self._slip(
                id,
                ~first & ~answers.blank,
                lambda n: trn(
                    "{n} row repeats the case number of a row above it. Give each case one row, or correct the number.",
                    "{n} rows repeat the case number of a row above them. Give each case one row, or correct the "
                    "numbers.",
                    n,
                ),
            )
            return
        known = set(cases.answers(id.name).texts)
        yield from self._slip(
            id,
            answers.each(lambda text: text not in known),
            lambda n: trn(
                "{n} row belongs to no case of the sheet '{cases}'. Correct its number, or code the case there.",
                "{n} rows belong to no case of the sheet '{cases}'. Correct their numbers, or code the cases there.",
                n,
                cases=self._words(self._plan.table(CASE_TABLE).text),
            ),
        )

    def _keys_with_coder(self, answers: Answered) -> NDArray[np.int64]:
        """Return a number for each case, or for each coding of a case where the mapping says who coded it."""
        coder = self._mapping.cases.coder
        if coder is None or coder not in self._read.columns:
            return answers.keys
        by = Answered(self._read.table.column(coder))
        return answers.keys * (len(by.texts) + 1) + by.keys + 1

    def _not_listed(self, field: CodedField, answers: Answered) -> Iterator[Slip]:
        named = answers.levels(self._labels(field))
        yield from self._slip(
            field,
            (named == "") & answers.filled,
            lambda n: trn(
                "{n} cell holds an answer that is not on its list. Choose from the list of the cell.",
                "{n} cells hold answers that are not on their list. Choose from the list of the cell.",
                n,
            ),
        )

    def _dates(self, field: CodedField, answers: Answered) -> Iterator[Slip]:
        import numpy as np

        days = answers.days
        no_date = np.isnan(days) & answers.filled
        like = answers.each(lambda text: _LIKE_A_DATE.match(text) is not None and not _exists(text))
        yield from self._slip(
            field,
            no_date & like,
            lambda n: trn(
                "{n} cell holds a date that does not exist, such as 31 February. Look it up in the file.",
                "{n} cells hold dates that do not exist, such as 31 February. Look them up in the files.",
                n,
            ),
        )
        yield from self._slip(
            field,
            no_date & ~like,
            lambda n: trn(
                "{n} cell holds a text in place of a date. Type it again as a date: day/month/year.",
                "{n} cells hold texts in place of dates. Type them again as dates: day/month/year.",
                n,
            ),
        )
        yield from self._slip(
            field,
            days < day_number(FIRST_DAY),
            lambda n: trn(
                "{n} date lies before {first}. Look at its year.",
                "{n} dates lie before {first}. Look at their years.",
                n,
                first=FIRST_DAY,
            ),
        )
        if not field.after_cutoff:
            yield from self._slip(
                field,
                days > self._cutoff,
                lambda n: trn(
                    "{n} date lies after the cut-off {cutoff}. Correct it, or leave out what came later.",
                    "{n} dates lie after the cut-off {cutoff}. Correct them, or leave out what came later.",
                    n,
                    cutoff=date_of(self._cutoff),
                ),
            )
        if field.not_before is not None and self._there(field.not_before):
            before = self._table.field(field.not_before)
            yield from self._slip(
                field,
                days < self._not_later(field, self.answers(before.name).days),
                lambda n: trn(
                    "{n} date lies before the one in '{before}'. One of the two is wrong.",
                    "{n} dates lie before the ones in '{before}'. One of the two is wrong.",
                    n,
                    before=self._words(before.text),
                ),
            )

    def _not_later(self, field: CodedField, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the days before which a date cannot lie: of one known to the month or year, the beginning of it."""
        import numpy as np

        exact = self._table.exactness(field)
        if exact is None or not self._there(exact.name):
            return days
        known = self.answers(exact.name).levels(self._labels(exact))
        held = np.where(np.isnan(days), 0, days).astype("datetime64[D]")
        floors = {unit: held.astype(f"datetime64[{unit}]").astype("datetime64[D]").astype(np.float64) for unit in "MY"}
        floored = np.select([known == "month", known == "year"], [floors["M"], floors["Y"]], days)
        return np.where(np.isnan(days), np.nan, floored)

    def _numbers(self, field: CodedField, answers: Answered) -> Iterator[Slip]:
        import numpy as np

        numbers = answers.numbers
        yield from self._slip(
            field,
            np.isnan(numbers) & answers.filled,
            lambda n: trn(
                "{n} cell holds a text in place of a number. Type the number.",
                "{n} cells hold texts in place of numbers. Type the numbers.",
                n,
            ),
        )
        low = -np.inf if field.low is None else field.low
        high = np.inf if field.high is None else field.high
        outside = (numbers < low) | (numbers > high)
        if field.whole:
            outside |= ~np.isnan(numbers) & (numbers != np.floor(numbers))
        words = tr("from {low}", low=f"{low:g}")
        if field.high is not None:
            words = tr("from {low} to {high}", low=f"{low:g}", high=f"{high:g}")
        if field.whole:
            words = tr("{range}, without decimals", range=words)
        yield from self._slip(
            field,
            outside,
            lambda n: trn(
                "{n} number cannot be right; possible is {words}. Look it up in the file.",
                "{n} numbers cannot be right; possible is {words}. Look them up in the files.",
                n,
                words=words,
            ),
        )

    def _alone(self, field: CodedField, answers: Answered, other: CodedField) -> Iterator[Slip]:
        """Yield answers that stand where the question on which they rest has none, or says pending."""
        beside = self.answers(other.name)
        none = ~beside.filled
        if "pending" in dict(other.levels):
            none |= beside.levels(self._labels(other)) == "pending"
        yield from self._slip(
            field,
            answers.filled & none,
            lambda n: trn(
                "{n} answer stands where '{other}' has none, or is pending. Fill that in, or empty this cell.",
                "{n} answers stand where '{other}' has none, or is pending. Fill that in, or empty these cells.",
                n,
                other=self._words(other.text),
            ),
        )

    # ------------------------------------------------------------------------------------------------------- the cells

    def answers(self, name: str) -> Answered:
        """Return the answers to a question."""
        if name not in self._made:
            column = self._words(self._table.field(name).text)
            self._made[name] = Answered(self._read.table.column(column), self._missing)
        return self._made[name]

    def _there(self, name: str) -> bool:
        return self._words(self._table.field(name).text) in self._read.columns

    def _labels(self, field: CodedField) -> dict[str, str]:
        return {self._words(label): id for id, label in field.levels}

    def _words(self, words: Label) -> str:
        # the reader takes spaces at the ends and line breaks off a heading
        return " ".join(words.text(self._language).split())

    def _slip(
        self, field: CodedField, hit: Mask, words: Callable[[int], Message], *, lacking: bool = False
    ) -> Iterator[Slip]:
        import numpy as np

        sheet, column = self._words(self._table.text), self._words(field.text)
        begin = 0
        for file in self._read.files:
            n = len(file.numbers)
            places = np.flatnonzero(hit[begin : begin + n])
            rows = tuple(file.numbers[places[:_ROWS_SHOWN]].tolist())
            begin += n
            if len(places):
                yield Slip(sheet, column, len(places), rows, words(len(places)), lacking, file.source)
        places = np.flatnonzero(hit)
        if len(places) and not self._read.files:
            alone = len(self._mapping.data.file) < 2
            rows = tuple(self._read.row_number(int(one)) for one in places[:_ROWS_SHOWN]) if alone else ()
            yield Slip(sheet, column, len(places), rows, words(len(places)), lacking)


def _exists(text: str) -> bool:
    """Return whether numbers in the order of a date, year first or last, can be one."""
    parts = [int(one) for one in re.findall(r"\d+", text)]
    year, month, day = parts if parts[0] > 31 else (parts[2], parts[1], parts[0])
    try:
        dt.date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return False
    return True
