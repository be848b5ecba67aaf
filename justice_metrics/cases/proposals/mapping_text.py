"""The text of a proposed mapping: valid TOML, with a mark at everything that a person must decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...base.language import Language, tr, trn
from ..procedure_file import shipped_procedures
from .proposal import Guess, Guesses
from .table_text import section_lines, stage_lines
from .toml_lines import Lines, quoted


def mapping_text(proposal: Guesses, language: Language, folder: Path | None) -> str:
    """Return the text of a mapping file that will lie in ``folder``; beside the data without it."""
    return "\n".join(_Writer(proposal, language, folder).lines()) + "\n"


class _Writer(Lines):
    """Writes one proposal in one language."""

    def __init__(self, proposal: Guesses, language: Language, folder: Path | None) -> None:
        super().__init__(language, folder)
        self._proposal = proposal

    def lines(self) -> Iterator[str]:
        yield from self._opening()
        yield from self._data()
        yield from self._cases()
        yield from self._made()
        if self._proposal.kind == "events":
            yield from self._events()
        elif self._proposal.kind == "stages":
            yield from stage_lines(self._proposal, self)
        else:
            yield from self._dates()
            yield from self._outcome()
        yield from self._attributes()
        yield from section_lines(self._proposal, self)
        yield from self._missing()
        yield from self._left_over()

    def _opening(self) -> Iterator[str]:
        yield self.remark(
            tr("Proposed from the names and the looks of the columns of '{file}'.", file=self._proposal.source)
        )
        yield self.remark(
            tr("Read every line. CHECK marks a guess; FILL IN marks what no file can tell. Then delete these marks.")
        )
        for name in self._proposal.left_out:
            yield self.remark(
                tr("CHECK: '{name}' shares no number of the case with the other tables and is left out.", name=name)
            )

    def _data(self) -> Iterator[str]:
        one = self._proposal
        yield from ("", "[data]")
        if one.files:
            yield self.files(one.files)
        if one.export is not None:
            yield self.line(f'export = "{one.export}"', tr("known by its columns"))
        yield from self.sheets_taken(one.files, one.sheet, one.sheets, one.other_sheets, one.near_sheets)
        if one.header_row is not None:
            yield self.line(f"header_row = {one.header_row}", tr("CHECK: the row above it names groups of columns"))
        kinds = {
            "wide": tr("one row per unit"),
            "events": tr("CHECK: ids repeat, so each row is taken for an event"),
            "stages": tr("CHECK: each table is taken for a stage that cases reach"),
        }
        yield self.line(f'kind = "{one.kind}"', kinds[one.kind])
        if one.date_order in {"dmy", "mdy"}:
            yield self.line(f'date_order = "{one.date_order}"', tr("found out from the dates of the file"))
        elif one.ambiguous_dates:
            yield self.line(
                '# date_order = "dmy"',
                tr('FILL IN: dd/mm/yyyy is "dmy", mm/dd/yyyy is "mdy"; the dates of the file do not tell which'),
            )
        yield f'language = "{one.language}"'

    def _cases(self) -> Iterator[str]:
        one = self._proposal
        yield from ("", "[cases]")
        yield self._said(
            "cases.unit",
            f"unit = {quoted(one.unit)}",
            self.line(
                f"unit = {quoted(one.unit)}", tr("CHECK: what a row counts: complaint, case, victim, accused or charge")
            ),
        )
        yield from self._id()
        shipped = ", ".join(shipped_procedures())
        if one.procedure is None:
            yield self.line(
                f"procedure = {quoted(shipped_procedures()[0])}",
                tr(
                    "FILL IN: nothing in the file says which; there are {shipped}, or a file of your own",
                    shipped=shipped,
                ),
            )
        elif one.named:
            yield f"procedure = {quoted(self._procedure(one.procedure))}"
        else:
            yield self.line(
                f"procedure = {quoted(one.procedure)}",
                tr("CHECK: there are {shipped}, or a file of your own", shipped=shipped),
            )
        yield from self._cutoff()
        yield from self._sampling()
        links = {unit: column for column, unit in one.other_ids() if unit != one.unit}
        if links:
            told = ", ".join(f"{unit} = {quoted(column)}" for unit, column in links.items())
            yield self.line(f"# links = {{ {told} }}", tr("ids of other units; with this line they can be counted too"))

    def _made(self) -> Iterator[str]:
        if self._proposal.made:
            yield from ("", "[columns]")
        for one in self._proposal.made:
            parts = f"year = {quoted(one.year)}, month = {quoted(one.month)}, day = {quoted(one.day)}"
            yield self.line(f"{quoted(one.name)} = {{ {parts} }}", tr("CHECK"))

    def _procedure(self, named: str) -> str:
        return named if named in shipped_procedures() else self.name(Path(named))

    def _said(self, key: str, plain: str, marked: str) -> str:
        """Return a line without its mark where a person has decided it."""
        return plain if key in self._proposal.decided else marked

    def _id(self) -> Iterator[str]:
        found = self._proposal.at("cases.id")
        repeated = found.look.n_filled - found.look.n_distinct if found is not None else 0
        if found is None or not repeated or self._proposal.kind != "wide":
            yield self.key(found, "id", tr("FILL IN: the column with the number of the case"))
            return
        yield self.line(
            f"id = {quoted(found.column)}",
            trn("CHECK: {n} row repeats an id", "CHECK: {n} rows repeat an id", repeated),
        )

    def _cutoff(self) -> Iterator[str]:
        one = self._proposal
        if one.cutoff is None:
            yield self.line(
                "# cutoff = 2018-04-30", tr("FILL IN: the last day on which the data are complete; the file shows none")
            )
            return
        text = f"cutoff = {one.cutoff.isoformat()}"
        yield self._said(
            "cases.cutoff",
            text,
            self.line(text, tr("CHECK: the latest date in the file; ask on which day the extract was made")),
        )
        if one.later_dates:
            yield self.remark(
                trn(
                    "{n} later day lies in the future or far from all others.",
                    "{n} later days lie in the future or far from all others.",
                    one.later_dates,
                )
            )

    def _sampling(self) -> Iterator[str]:
        one = self._proposal
        first = one.stages()[0].guesses if one.kind == "stages" else one.guesses
        court = next((guess for guess in first if guess.key == "attributes.court"), None)
        declared = one.at("cases.sampling.cluster") or court
        parts = [f"cluster = {quoted(declared.column)}"] if declared is not None else []
        for key in ("weight", "stratum", "entry"):
            found = one.at(f"cases.sampling.{key}")
            parts += [f"{key} = {quoted(found.column)}"] if found is not None else []
        frame = one.frame or ("closed_only" if self._only_closed() else "registered")
        text = f"sampling = {{ {', '.join([f'frame = {quoted(frame)}', *parts])} }}"
        remark = (
            tr("CHECK: no case in the file is open; if open cases were left out, this must stay")
            if frame == "closed_only"
            else tr("CHECK: registered, closed_only, prevalent (open on a day) or census")
        )
        yield self._said("cases.sampling", text, self.line(text, remark))
        frequency = one.at("cases.frequency")
        if frequency is not None:
            yield self.doubt(f"frequency = {quoted(frequency.column)}", frequency)

    def _only_closed(self) -> bool:
        outcome = self._proposal.at("outcome.column") if self._proposal.kind == "wide" else None
        if outcome is None or outcome.labels is None or outcome.look.share_filled < 1.0 or outcome.labels.rare:
            return False
        labels = outcome.labels.labels
        return bool(labels) and not any(one.state in {None, "pending"} for one in labels)

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
            yield self.doubt(f"{state} = {value}", guess)
        if not dates and one.at("outcome.column") is None:
            yield self.line('complaint = "?"', tr("FILL IN: the column with the date of the complaint"))
        for guess in one.guesses:
            if guess.look.is_date and (
                not guess.key or (guess.key.startswith("notified.") and guess.key[9:] in notified)
            ):
                yield self.line(f"# ? = {quoted(guess.column)}", tr("dates; of no stage that was recognised"))

    def _outcome(self) -> Iterator[str]:
        one = self._proposal
        column, date = one.at("outcome.column"), one.at("outcome.date")
        if column is None:
            yield from (
                "",
                self.remark(tr("No column was recognised that says how the cases ended; if there is one:")),
            )
            yield from ("# [outcome]", '# column = "?"')
            if date is not None:
                yield f"# date = {quoted(date.column)}"
            return
        yield from ("", "[outcome]")
        yield self.doubt(f"column = {quoted(column.column)}", column)
        if date is not None:
            yield self.doubt(f"date = {quoted(date.column)}", date)
        if column.look.share_filled < 1.0:
            yield self.remark(tr("CHECK: a row without an outcome is taken for an open case"))
        if column.labels is not None:
            yield from self.label_keys(column.labels)
            yield from ("", "[outcome.labels]")
            yield from self.labels(column.labels)

    def _events(self) -> Iterator[str]:
        one = self._proposal
        yield from ("", "[events]")
        yield self.key(one.at("events.date"), "date", tr("FILL IN: the column with the date of the event"))
        order = one.at("events.order")
        if order is not None:
            yield self.doubt(f"order = {quoted(order.column)}", order)
        state = one.at("events.state")
        yield from ("", "[events.state]")
        yield self.key(state, "column", tr("FILL IN: the column that names the event"))
        yield self.remark(tr('Labels that are no stage or outcome go into: ignore = ["…"]'))
        if state is not None and state.labels is not None:
            yield from self.label_keys(state.labels)
            yield from ("", "[events.state.labels]")
            yield from self.labels(state.labels)

    def _attributes(self) -> Iterator[str]:
        found = self._proposal.under("attributes")
        if not found:
            return
        yield from ("", "[attributes]")
        for guess in found:
            name = guess.key[11:]
            parts = [f"column = {quoted(guess.column)}"]
            if name == "age_at_fact" and guess.look.share_numbers > 0.9:
                parts.append('type = "integer"')
            elif name == "fact_day":
                parts.append('type = "date"')
            table = self._table_of(guess)
            parts += [f"table = {table}"] if table is not None else []
            value = quoted(guess.column) if len(parts) == 1 else f"{{ {', '.join(parts)} }}"
            yield self.doubt(f"{name} = {value}", guess)

    def _table_of(self, guess: Guess) -> str | None:
        """Return the stage table that holds an attribute, where it is not the first one."""
        for place, table in enumerate(self._proposal.stages()):
            if any(one is guess for one in table.guesses):
                return None if place == 0 else str(place)
        return None

    def _missing(self) -> Iterator[str]:
        if not self._proposal.missing:
            return
        yield from ("", "[missing]")
        for code, level in sorted(self._proposal.missing.items()):
            yield self.line(f"{quoted(code)} = {quoted(level)}", tr("CHECK"))

    def _left_over(self) -> Iterator[str]:
        used = {one.column for _, one in self._proposal.every() if one.key}
        used |= {part for one in self._proposal.made for part in one[1:]}
        guesses = (one for _, one in self._proposal.every())
        unused = [one.column for one in guesses if not one.key and not one.look.is_date and one.column not in used]
        if not unused:
            return
        yield from (
            "",
            self.remark(tr("Columns that were not recognised; one that splits the cases is an attribute:")),
        )
        yield from (f"# {quoted(name)}" for name in dict.fromkeys(unused))
