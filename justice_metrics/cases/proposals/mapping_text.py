"""The text of a proposed mapping: valid TOML, with a mark at everything that a person must decide."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ...base.language import Language, Message, tr, trn
from ..conversions.labels import FEWEST_TO_SHOW
from ..procedure_file import shipped_procedures
from .proposal import Guess, Guesses, LabelGuess


def mapping_text(proposal: Guesses, language: Language, file: str) -> str:
    """Return the text of ``mapping.toml`` for a proposal about a file that the mapping calls ``file``."""
    return "\n".join(_Writer(proposal, language, file).lines()) + "\n"


class _Writer:
    """Writes one proposal in one language."""

    def __init__(self, proposal: Guesses, language: Language, file: str) -> None:
        self._proposal = proposal
        self._file = file
        self._language: Language = language

    def lines(self) -> Iterator[str]:
        yield from self._opening()
        yield from self._data()
        yield from self._cases()
        if self._proposal.kind == "events":
            yield from self._events()
        else:
            yield from self._dates()
            yield from self._outcome()
        yield from self._attributes()
        yield from self._missing()
        yield from self._left_over()

    def _opening(self) -> Iterator[str]:
        yield self._remark(
            tr("Proposed from the names and the looks of the columns of '{file}'.", file=self._proposal.file)
        )
        yield self._remark(
            tr("Read every line. CHECK marks a guess; FILL IN marks what no file can tell. Then delete these marks.")
        )

    def _data(self) -> Iterator[str]:
        one = self._proposal
        yield from ("", "[data]", f"file = {quoted(self._file)}")
        if one.sheet is not None:
            others = ", ".join(quoted(name) for name in one.other_sheets)
            yield (
                self._line(
                    f"sheet = {quoted(one.sheet)}",
                    tr("CHECK: the fullest sheet; there are also {others}", others=others),
                )
                if others
                else f"sheet = {quoted(one.sheet)}"
            )
        yield self._line(
            f'kind = "{one.kind}"',
            tr("CHECK: ids repeat, so each row is taken for an event")
            if one.kind == "events"
            else tr("one row per unit"),
        )
        if one.date_order in {"dmy", "mdy"}:
            yield self._line(f'date_order = "{one.date_order}"', tr("found out from the dates of the file"))
        elif one.ambiguous_dates:
            yield self._line(
                '# date_order = "dmy"',
                tr('FILL IN: dd/mm/yyyy is "dmy", mm/dd/yyyy is "mdy"; the dates of the file do not tell which'),
            )
        yield f'language = "{one.language}"'

    def _cases(self) -> Iterator[str]:
        one = self._proposal
        yield from ("", "[cases]")
        yield self._line('unit = "case"', tr("CHECK: what a row counts: complaint, case, victim, accused or charge"))
        yield from self._id()
        shipped = ", ".join(shipped_procedures())
        if one.procedure is None:
            yield self._line(
                f"procedure = {quoted(shipped_procedures()[0])}",
                tr(
                    "FILL IN: nothing in the file says which; there are {shipped}, or a file of your own",
                    shipped=shipped,
                ),
            )
        else:
            yield self._line(
                f"procedure = {quoted(one.procedure)}",
                tr("CHECK: there are {shipped}, or a file of your own", shipped=shipped),
            )
        yield from self._cutoff()
        yield from self._sampling()

    def _id(self) -> Iterator[str]:
        found = self._proposal.at("cases.id")
        repeated = found.look.n_filled - found.look.n_distinct if found is not None else 0
        if found is None or not repeated or self._proposal.kind == "events":
            yield self._key(found, "id", tr("FILL IN: the column with the number of the case"))
            return
        yield self._line(
            f"id = {quoted(found.column)}",
            trn("CHECK: {n} row repeats an id", "CHECK: {n} rows repeat an id", repeated),
        )

    def _cutoff(self) -> Iterator[str]:
        one = self._proposal
        if one.cutoff is None:
            yield self._line(
                "# cutoff = 2018-04-30", tr("FILL IN: the last day on which the data are complete; the file shows none")
            )
            return
        yield self._line(
            f"cutoff = {one.cutoff.isoformat()}",
            tr("CHECK: the latest date in the file; ask on which day the extract was made"),
        )
        if one.later_dates:
            yield self._remark(
                trn("{n} later day lies in the future.", "{n} later days lie in the future.", one.later_dates)
            )

    def _sampling(self) -> Iterator[str]:
        one = self._proposal
        court = one.at("attributes.court")
        cluster = f", cluster = {quoted(court.column)}" if court is not None else ""
        closed = (
            bool(one.labels)
            and not any(label.state in {None, "pending"} for label in one.labels)
            and not one.rare_labels
        )
        outcome = one.at("outcome.column")
        if closed and outcome is not None and outcome.look.share_filled == 1.0:
            yield self._line(
                f'sampling = {{ frame = "closed_only"{cluster} }}',
                tr("CHECK: no case in the file is open; if open cases were left out, this must stay"),
            )
            return
        yield self._line(
            f'sampling = {{ frame = "registered"{cluster} }}',
            tr("CHECK: registered, closed_only, prevalent (open on a day) or census"),
        )

    def _dates(self) -> Iterator[str]:
        one = self._proposal
        yield from ("", "[dates]")
        dates, notified = one.under("dates"), {guess.key[9:]: guess for guess in one.under("notified")}
        for guess in dates:
            state = guess.key[6:]
            notice = notified.pop(state, None)
            value = (
                f"{{ column = {quoted(guess.column)}, notified = {quoted(notice.column)} }}"
                if notice is not None
                else quoted(guess.column)
            )
            yield self._doubt(f"{state} = {value}", guess)
        if not dates and one.at("outcome.column") is None:
            yield self._line('complaint = "?"', tr("FILL IN: the column with the date of the complaint"))
        for guess in one.guesses:
            if guess.look.is_date and (
                not guess.key or (guess.key.startswith("notified.") and guess.key[9:] in notified)
            ):
                yield self._line(f"# ? = {quoted(guess.column)}", tr("dates; of no stage that was recognised"))

    def _outcome(self) -> Iterator[str]:
        one = self._proposal
        column, date = one.at("outcome.column"), one.at("outcome.date")
        if column is None:
            yield from (
                "",
                self._remark(tr("No column was recognised that says how the cases ended; if there is one:")),
            )
            yield from ("# [outcome]", '# column = "?"')
            if date is not None:
                yield f"# date = {quoted(date.column)}"
            return
        yield from ("", "[outcome]")
        yield self._doubt(f"column = {quoted(column.column)}", column)
        if date is not None:
            yield self._doubt(f"date = {quoted(date.column)}", date)
        if column.look.share_filled < 1.0:
            yield self._remark(tr("CHECK: a row without an outcome is taken for an open case"))
        yield from ("", "[outcome.labels]")
        yield from self._labels()

    def _events(self) -> Iterator[str]:
        one = self._proposal
        yield from ("", "[events]")
        yield self._key(one.at("events.date"), "date", tr("FILL IN: the column with the date of the event"))
        order = one.at("events.order")
        if order is not None:
            yield self._doubt(f"order = {quoted(order.column)}", order)
        state = one.at("events.state")
        yield from ("", "[events.state]")
        yield self._key(state, "column", tr("FILL IN: the column that names the event"))
        yield self._remark(tr('Labels that are no stage or outcome go into: ignore = ["…"]'))
        yield from ("", "[events.state.labels]")
        yield from self._labels()

    def _labels(self) -> Iterator[str]:
        one = self._proposal
        for label in one.labels:
            yield self._label(label)
        if one.rare_labels:
            yield self._remark(
                trn(
                    "FILL IN by hand: {n} further label that fewer than {fewest} rows have ({rows} rows); "
                    "it is not printed.",
                    "FILL IN by hand: {n} further labels that fewer than {fewest} rows have ({rows} rows); "
                    "they are not printed.",
                    one.rare_labels,
                    fewest=FEWEST_TO_SHOW,
                    rows=one.rare_cells,
                )
            )

    def _label(self, label: LabelGuess) -> str:
        if label.state is None:
            return self._line(f'# {quoted(label.label)} = ""', tr("FILL IN: {n} rows", n=label.n))
        text = f"{quoted(label.label)} = {quoted(label.state)}"
        if label.n < FEWEST_TO_SHOW:
            return text if label.sure else self._line(text, tr("CHECK"))
        if label.sure:
            return self._line(text, tr("{n} rows", n=label.n))
        return self._line(text, tr("CHECK: {n} rows", n=label.n))

    def _attributes(self) -> Iterator[str]:
        found = self._proposal.under("attributes")
        if not found:
            return
        yield from ("", "[attributes]")
        for guess in found:
            name = guess.key[11:]
            if name == "age_at_fact" and guess.look.share_numbers > 0.9:
                value = f'{{ column = {quoted(guess.column)}, type = "integer" }}'
            else:
                value = quoted(guess.column)
            yield self._doubt(f"{name} = {value}", guess)

    def _missing(self) -> Iterator[str]:
        if not self._proposal.missing:
            return
        yield from ("", "[missing]")
        for code, level in sorted(self._proposal.missing.items()):
            yield self._line(f"{quoted(code)} = {quoted(level)}", tr("CHECK"))

    def _left_over(self) -> Iterator[str]:
        unused = [one.column for one in self._proposal.guesses if not one.key and not one.look.is_date]
        if not unused:
            return
        yield from (
            "",
            self._remark(tr("Columns that were not recognised; one that splits the cases is an attribute:")),
        )
        yield from (f"# {quoted(name)}" for name in unused)

    def _key(self, guess: Guess | None, key: str, otherwise: Message) -> str:
        if guess is None:
            return self._line(f'{key} = "?"', otherwise)
        return self._doubt(f"{key} = {quoted(guess.column)}", guess)

    def _doubt(self, text: str, guess: Guess) -> str:
        if guess.look.n_filled == 0:
            return self._line(text, tr("CHECK: the column is blank"))
        return text if guess.sure else self._line(text, tr("CHECK"))

    def _line(self, text: str, remark: Message) -> str:
        return f"{text.ljust(36)} # {remark.text(self._language)}"

    def _remark(self, remark: Message) -> str:
        return f"# {remark.text(self._language)}"


def quoted(text: str) -> str:
    """Return a text as a TOML string.

    Examples
    --------
    >>> print(quoted('the "first" case'))
    "the \\"first\\" case"
    """
    # JSON writes the same string, but for one sign that TOML does not allow bare
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
