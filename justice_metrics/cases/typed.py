"""Typing the columns of one table by the mapping: texts become days, states, levels and numbers, each one counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import narwhals.stable.v2 as nw

from ..base.errors import CaseDataError, MappingError
from ..base.language import tr, trn
from ..base.levels import NOT_APPLICABLE, NOT_AVAILABLE
from .conversions.conversion import (
    day_lookup,
    label_lookup,
    level_lookup,
    normalise,
    number_lookup,
    precision_lookup,
    unmatched_error,
    unreadable_days,
    unreadable_numbers,
)
from .conversions.numbers import is_plain_number
from .conversions.swapped import Swapped, swapped_error
from .days import EXACTNESS
from .intake import Conversion
from .made_columns import make_columns
from .mappings.mapping import AttributeColumn, CaseMapping, DateColumn, LabelColumn
from .mappings.practice import NOT_DOCUMENTED
from .readers.files import read_crosswalk
from .readers.frames import Source


class Typing:
    """Types columns of a source and keeps account of what could not be typed.

    Parameters
    ----------
    source : Source
    mapping : CaseMapping

    Attributes
    ----------
    conversions : list of Conversion
    exactness : list of str
        Columns that say how exact a day is that describes a unit.
    """

    def __init__(self, source: Source, mapping: CaseMapping) -> None:
        self.source = source
        self.mapping = mapping
        self.conversions: list[Conversion] = []
        self.exactness: list[str] = []
        self._counting = mapping.data.faults == "count"
        self.conversions += make_columns(source, mapping)

    def _missing(self, column: str) -> dict[str, str]:
        """Return the texts that stand for missing in a column: those of the mapping before those of the file."""
        declared = dict.fromkeys(self.source.user_missing(column), NOT_AVAILABLE)
        # [missing] is about all columns: the 99 that means "not known" in one is a place in another, so a code that
        # hides behind a label is not meant.
        return declared | self._named_either_way(column, self.mapping.missing, by_code=False)

    def _named_either_way(self, column: str, named: Mapping[str, str], *, by_code: bool) -> dict[str, str]:
        """Return texts with what they stand for, those of a labelled column by its labels and, if wanted, its codes."""
        meant = {normalise(text): word for text, word in named.items()}
        both = dict(named)
        for code, cell in self.source.cell_of_code(column).items():
            label = self.source.value_labels(column)[code]
            for other in (cell, code, label) if by_code else (cell, label):
                word = meant.get(normalise(other))
                # what stands in the cell goes before another name for it
                for text in (cell, code) if word is not None else ():
                    if normalise(text) not in meant:
                        both.setdefault(text, word or "")
        return both

    def id(self, columns: Sequence[str], *, name: str, where: str) -> None:
        """Add an id made of one or several columns, as text."""
        parts = [self.source.as_text(self.source.need(one, where=where)) for one in columns]
        joined = parts[0] if len(parts) == 1 else nw.concat_str(parts, separator="|")
        self.source.add(name, joined)

    def day(self, spec: DateColumn, *, name: str, where: str, precision: str | None = None) -> bool:
        """Add the day number of a date column.

        Parameters
        ----------
        precision : str, optional
            Name for a column that says day, month or year of each date.

        Returns
        -------
        bool
            Whether that column was added: the dates are not all exact to the day, or a column says how exact they are.
        """
        column = self.source.need(spec.column, where=where)
        declared = precision is not None and self._exactness(spec.precision, name=precision, where=where)
        if self.source.family(column) == "date":
            self.source.add_date(name, column)
            return declared
        texts, counts = self.source.distinct(column)
        order = spec.order or self.mapping.data.date_order
        # A spreadsheet may hold day counts and texts in one column: each is read in its own way.
        text_order = self.mapping.data.date_order
        # An order declared for this very column says that somebody looked at its dates.
        # In a coding sheet every cell is held against what was asked; its dates were typed as dates.
        sure = spec.order in {"dmy", "mdy", "ymd"} or self.mapping.data.coding_sheet
        swapped = None if sure else self.source.swapped_dates(column)
        if swapped is not None:
            raise swapped_error(Swapped(*swapped[1:]), column=column, source=swapped[0])
        found = day_lookup(
            texts, counts, column=column, order=order, text_order=text_order, missing=self._missing(column), sure=sure
        )
        if found.n_unreadable and not self._counting:
            raise unreadable_days(found, row=self.source.first_row(column, found.unreadable))
        self.source.add_days(name, column, found)
        self.conversions.append(
            Conversion(
                column=column,
                target="day",
                n=found.n_values,
                unreadable=found.n_unreadable,
                missing=tuple(found.missing_codes.items()),
                coarse=found.n_month_only + found.n_year_only,
            )
        )
        if precision is None or declared or not found.n_month_only + found.n_year_only:
            return declared
        self.source.add_lookup(precision, column, found.precision, nw.String)
        return True

    def _exactness(self, column: str | None, *, name: str, where: str) -> bool:
        """Add what a column says of how exact dates are, where there is one; null where it is silent."""
        if column is None:
            return False
        texts, _ = self.source.distinct(self.source.need(column, where=where))
        self.source.add_lookup(name, column, precision_lookup(texts), nw.String)
        return True

    def described_day(self, spec: DateColumn, *, name: str, where: str) -> None:
        """Add a day that describes a unit, and beside it how exact it is where not all are exact to the day."""
        if self.day(spec, name=name, where=where, precision=f"{EXACTNESS}{name}"):
            self.exactness.append(f"{EXACTNESS}{name}")

    def label(
        self,
        spec: LabelColumn,
        *,
        name: str,
        where: str,
        known: Collection[str] = (),
        state: Callable[[str], str] | None = None,
    ) -> tuple[str, ...]:
        """Add the id that each label stands for and return the ids that occur.

        Parameters
        ----------
        known : collection of str
            For a column without labels: the ids that its texts may be.
        state : callable, optional
            For labels that name states or roles: the state that a word means.
        """
        column = self.source.need(spec.column, where=where)
        texts, counts = self.source.distinct(column)
        labels = spec.labels or {one: one for one in known}
        if not labels and spec.otherwise is None:
            labels = {text: text for text in texts}
        found = label_lookup(
            texts,
            counts,
            column=column,
            labels=self._named_either_way(column, labels, by_code=True),
            otherwise=spec.otherwise,
            match=spec.match,
            ignore=tuple(self._named_either_way(column, dict.fromkeys(spec.ignore, ""), by_code=True)),
            missing=self._missing(column),
        )
        if found.n_unmatched and not self._counting:
            raise unmatched_error(found, labels=labels, key=f"{where}.labels", units=self._units_of(column))
        states = {text: state(word) for text, word in found.states.items()} if state else found.states
        self.source.add_lookup(name, column, states, nw.String)
        self.conversions.append(
            Conversion(
                column=column,
                target="label",
                n=found.n_values,
                unreadable=found.n_unmatched,
                missing=tuple(found.missing_codes.items()),
            )
        )
        return tuple(dict.fromkeys(states.values()))

    def answer(self, column: str, *, name: str, where: str, answers: Mapping[str, str]) -> None:
        """Add the answer that each text stands for: yes, no or not applicable; null where the file does not tell.

        Raises
        ------
        MappingError
            When texts stand for no answer and faults are not counted.
        """
        column = self.source.need(column, where=where)
        texts, counts = self.source.distinct(column)
        found = label_lookup(
            texts,
            counts,
            column=column,
            labels=self._named_either_way(column, answers, by_code=True),
            missing=self._missing(column),
        )
        if found.n_unmatched and not self._counting:
            error = unmatched_error(found, labels=answers, key="practice.labels", units=self._units_of(column))
            raise MappingError(error.problem, tr("Add the labels to [practice.labels], or name them in [missing]."))
        told = {text: one for text, one in found.levels.items() if one == NOT_APPLICABLE}
        told |= {text: one for text, one in found.states.items() if one != NOT_DOCUMENTED}
        self.source.add_lookup(name, column, told, nw.String)
        self.conversions.append(
            Conversion(
                column=column,
                target="label",
                n=found.n_values,
                unreadable=found.n_unmatched,
                missing=tuple(found.missing_codes.items()),
            )
        )

    def _units_of(self, column: str) -> Mapping[str, int] | None:
        """Return how many units hold each text of a column; None where the rows have no id yet."""
        if "unit_id" not in self.source.lazy().collect_schema().names():
            return None
        held = self.source.lazy(column).select("unit_id", text=nw.col(column).cast(nw.String)).unique()
        found = held.group_by("text").agg(n=nw.len()).collect()
        pairs = zip(found.get_column("text").to_list(), found.get_column("n").to_list(), strict=True)
        return {str(text): int(n) for text, n in pairs if text is not None}

    def attribute(self, spec: AttributeColumn, *, name: str) -> bool:
        """Add an attribute; return whether it is a number."""
        column = self.source.need(spec.column, where=f"attributes.{name}")
        if spec.type == "date":
            day = DateColumn(column=column, order=spec.order)
            self.described_day(day, name=name, where=f"attributes.{name}")
            return False
        if spec.type != "text" and not spec.bands:
            self.number(column, name=name, kind=spec.type)
            return True
        labels = spec.labels
        if spec.crosswalk is not None:
            labels = read_crosswalk(self.mapping.path(spec.crosswalk))
        if spec.bands:
            self._refuse_labels(column, self._missing(column))
        texts, counts = self.source.distinct(column)
        # Texts of a column of numbers are our own, with a point before the decimals.
        numbers = self.source.family(column) == "number"
        found = level_lookup(
            texts,
            counts,
            column=column,
            labels=self._named_either_way(column, labels, by_code=True),
            bands=spec.bands,
            kind="number" if numbers or spec.type == "number" else "integer",
            decimal="." if numbers else self.mapping.data.decimal,
            missing=self._missing(column),
            written=self.source.written_numbers(column),
        )
        self.source.add_lookup(name, column, found.levels, nw.String)
        self.conversions.append(
            Conversion(
                column=column,
                target="attribute",
                n=found.n_values,
                unreadable=found.n_unreadable,
                missing=tuple(found.missing_codes.items()),
            )
        )
        return False

    def number(self, column: str, *, name: str, kind: str = "number", missing: Mapping[str, str] | None = None) -> None:
        """Add a numeric column; ``missing`` are texts that stand for missing in this column alone."""
        codes = self._missing(column) | dict(missing or {})
        dtype = nw.Int64 if kind == "integer" else nw.Float64
        if self.source.family(column) == "number":
            amount = self.source.number(column)
            # Engines round a number to a whole one in ways of their own; ages count completed years.
            self.source.add(name, (amount.floor() if kind == "integer" else amount).cast(dtype))
            return
        self._refuse_labels(column, codes)
        texts, counts = self.source.distinct(column)
        found = number_lookup(
            texts,
            counts,
            column=column,
            kind="integer" if kind == "integer" else "number",
            decimal=self.mapping.data.decimal,
            missing=codes,
            written=self.source.written_numbers(column),
        )
        if found.n_unreadable and not self._counting:
            raise unreadable_numbers(found, row=self.source.first_row(column, found.unreadable))
        self.source.add_lookup(name, column, found.values, dtype)
        self.conversions.append(
            Conversion(
                column=column,
                target="number",
                n=found.n_values,
                unreadable=found.n_unreadable,
                missing=tuple(found.missing_codes.items()),
            )
        )

    def _refuse_labels(self, column: str, codes: Mapping[str, str]) -> None:
        """Refuse a column of numbers some of which stand behind labels: the 0 of "younger than 1" is a number too.

        Nobody can say which labels mean their number, and which (99, "does not know") mean none; so they are no fault
        of the data to count.
        """
        missing = {normalise(text) for text in codes}
        hidden = {
            cell
            for code, cell in self.source.cell_of_code(column).items()
            if is_plain_number(code) and not is_plain_number(cell) and normalise(cell) not in missing
        }
        if not hidden:
            return
        n = sum(count for text, count in zip(*self.source.distinct(column), strict=True) if text in hidden)
        if n:
            raise CaseDataError(
                trn(
                    "{n} cell of '{column}' shows a label in place of its number, which is asked for here.",
                    "{n} cells of '{column}' show labels in place of their numbers, which are asked for here.",
                    n,
                    column=column,
                ),
                tr(
                    'Keep the codes of this column: codes = ["{column}"] in [data]; and name the labels that mean '
                    '"not known" in [missing].',
                    column=column,
                ),
            )

    def level(self, column: str | None, *, name: str, where: str) -> bool:
        """Add a column of texts as it is, where there is one; return whether there is."""
        if column is None:
            return False
        return not self.attribute(AttributeColumn(column=self.source.need(column, where=where)), name=name)

    def design(self) -> None:
        """Add the columns of the sampling design."""
        sampling, cases = self.mapping.cases.sampling, self.mapping.cases
        if sampling.weight is not None:
            self.number(self.source.need(sampling.weight, where="cases.sampling.weight"), name="weight")
        if cases.frequency is not None:
            self.number(self.source.need(cases.frequency, where="cases.frequency"), name="frequency", kind="integer")
        for name in ("stratum", "cluster"):
            self.level(getattr(sampling, name), name=name, where=f"cases.sampling.{name}")
        if sampling.entry is not None:
            self.day(sampling.entry, name="entry_day", where="cases.sampling.entry")


def ensure_ids(rows: int, without: int, repeated: int, *, counting: bool, unit: str) -> None:
    """Refuse rows without an id and ids that repeat, unless faults are only counted.

    Raises
    ------
    CaseDataError
        With how many.
    """
    if rows == 0:
        raise CaseDataError(tr("There is no case in the data."), tr("Check that the right file and sheet were named."))
    if counting:
        return
    remedy = tr(
        'Correct the file, or set faults = "count" in [data] to keep the first row of each id and count the rest.'
    )
    if without:
        raise CaseDataError(trn("{n} row has no id.", "{n} rows have no id.", without), remedy)
    if repeated:
        raise CaseDataError(
            trn(
                "{n} row has an id that stands in an earlier row.",
                "{n} rows have an id that stands in an earlier row.",
                repeated,
            ),
            tr(
                "One row is one {unit}. If the file counts something else, set 'unit' and 'id' accordingly. {more}",
                unit=unit,
                more=remedy,
            ),
        )
