"""Rows of official tables that case files can fill, and those that they cannot, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError, suggestion
from ...base.language import Label, Language, Message, Readable, format_number, tr, trn
from ...base.provenance import unit_words
from ...base.quantities import Quantity, quantity
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Flags, Floats
from ...cases.casedata import CaseData
from ...cases.crosswalk import Code, CrosswalkRow, OfficialRow, iccs_codes, official_rows, read_crosswalk
from ...cases.periods import periods_of
from ...figures.counts import bars
from ...reduce.cohorts import DayCounts, arrival_counts
from ..declared import sampling_notes
from ..shown import HIDDEN, numbers, tell_hidden, words_of
from .crosswalk import CERTAINTY_WORDS, OWN_READING
from .series import ARRIVAL_WORDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KIND_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "recorded": tr("recorded: {what}"),
        "prosecuted": tr("persons prosecuted: {what}"),
        "convicted": tr("persons convicted: {what}"),
    }
)
_ALL_OFFENCES: Final = tr("all offences in the data")
_STAGES: Final[Mapping[str, str]] = MappingProxyType({"prosecuted": "prosecution", "convicted": "conviction"})
# Offences and victims are counted by different columns of the questionnaire; accused and charges are neither.
_OFFENCE_UNITS: Final = ("complaint", "case")

SURVEY_ONLY: Final = tr(
    "a ratio of a survey of victims: neither its numerator nor its denominator is in any case file, and complaints "
    "must never stand in for them"
)
REASON_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "": tr("–"),
        "survey": SURVEY_ONLY,
        "given": tr("handed over from a survey, not checked here"),
        "not_persons": tr("counts persons accused, and these data count another unit"),
        "not_offences": tr("counts offences or victims, and these data count another unit"),
        "not_dated": tr("the stage has no date in these data"),
        "in_part": tr("other offences of these data may hold such acts too: at least so many"),
        "only_mixed": tr("only offences that hold acts of several codes, or are disputable, may belong here"),
        "none": tr("no offence of these data belongs here"),
    }
)


@dataclass(frozen=True, eq=False, kw_only=True)
class OfficialTables(Result):
    """What these data give to the tables of the UN, and what they cannot give.

    Tables
    ------
    main
        One row per row of an official table and year: ``value``, ``possible`` (further units whose offence may belong
        there), and ``reason`` where the value is missing or no whole.
    sources
        One row per row of an official table: where it was read, and how sure that is.
    """

    question: ClassVar[str] = "official_tables"

    words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return how many rows are filled, and which cannot be."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return how many rows are filled with numbers that are shown, and which cannot be."""
        main = shown.main
        known = np.isfinite(numbers(main, "value")) | np.isfinite(numbers(main, "share"))
        filled = {str(one) for one in main["row"][known]}
        every = {str(one) for one in main["row"]}
        said: list[Readable] = [
            tr(
                "{n} of {all} rows of official tables can be filled from what was handed over.",
                n=len(filled),
                all=len(every),
            )
        ]
        empty = sorted({str(one) for one in main["row"][main["reason"] == "survey"]})
        if empty:
            said.append(
                tr(
                    "These need a survey of victims and stay empty: {rows}.",
                    rows=[_framework_words(one) for one in sorted({cls._framework(shown, one) for one in empty})],
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the numbers that were recorded, all years together; survey ratios are never drawn beside them."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the numbers that were recorded and are shown, all years together."""
        main = shown.main
        value = numbers(main, "value")
        # of codes only those that no other drawn one holds, so that nothing is drawn twice
        rows = [one for one in dict.fromkeys(main["row"].tolist()) if one.startswith("cts_recorded")]
        known = [one for one in rows if np.isfinite(value[main["row"] == one]).any()]
        leaves = [one for one in known if not any(other != one and other.startswith(one) for other in known)]
        totals = [float(np.nansum(value[main["row"] == one])) for one in leaves]
        axes = bars(
            bins=[words_of(main, "row", one).text(language) for one in leaves] or [REASON_WORDS["none"].text(language)],
            counts=totals or [np.nan],
            x_label=tr("row of the official table").text(language),
            y_label=tr("number, all years").text(language),
            number=lambda n: format_number(round(n), language) if np.isfinite(n) else HIDDEN.text(language),
            ax=ax,
        )
        return tell_hidden(axes, main, "value", language=language)

    @staticmethod
    def _framework(shown: Result, row: str) -> str:
        main = shown.main
        return str(main["framework"][main["row"].tolist().index(row)])


def _framework_words(framework: str) -> Readable:
    """Return what a reader calls an official table: the goals of the UN have another name in each language."""
    kind, _, number = framework.partition(" ")
    return tr("SDG {number}", number=number) if kind == "SDG" else Label(framework)


def official_tables(
    cases: CaseData,
    *,
    attribute: str = "offence",
    country: str | None = None,
    table: str | Path | None = None,
    survey: Mapping[str, float] | None = None,
) -> OfficialTables:
    """Fill the rows of SDG 16.3.1, 5.2.1, 5.2.2 and of the UN-CTS that these data can give, by year.

    Offences and victims are counted by the year of the complaint, persons prosecuted and convicted by the year in which
    that happened. A row counts one unit: data that count another one leave it empty.

    Parameters
    ----------
    cases : CaseData
    attribute : str
        Attribute that names the offence.
    country : str, optional
        ISO 3166 code; that of the procedure by default.
    table : str or Path, optional
        A crosswalk of the user's own.
    survey : mapping of str to float, optional
        Shares from a survey of victims, by row: ``{"sdg_16_3_1_sexual": 0.17}``.

    Returns
    -------
    OfficialTables

    Raises
    ------
    QuestionError, SettingsError
        When there is no such attribute, row or crosswalk, or a share is none.

    References
    ----------
    United Nations, metadata of the SDG indicators 16.3.1, 5.2.1 and 5.2.2; UNODC, Survey on Crime Trends and the
    Operations of Criminal Justice Systems (UN-CTS).

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.official_tables(jm.sample_cases())
    >>> set(answer.main["reason"][answer.main["row"] == "sdg_5_2_1"].tolist())
    {'survey'}
    """
    if attribute not in cases.attributes:
        raise QuestionError(
            tr("These cases have no attribute '{name}' that names the offence.", name=attribute),
            tr("Name its column in the [attributes] section of the mapping, or say which attribute it is."),
        )
    rows = official_rows()
    given = _given(survey or {}, rows)
    walk = read_crosswalk(table, country or cases.procedure.country)
    counted = {kind: _counted(cases, kind, attribute) for kind in ("recorded", "prosecuted", "convicted")}
    lines: list[_Line] = []
    for row in rows:
        if row.kind == "survey":
            lines.append(_survey_line(row, given))
        else:
            lines += _lines(row, counted[row.kind], walk.row_of, cases)
    codes = iccs_codes()
    words = {row.row: _words(row, codes, cases) for row in rows}
    left_out = {name: n for day_counts, _ in counted.values() if day_counts for name, n in day_counts.left_out.items()}
    return OfficialTables(
        heading=tr("Rows of official tables that these data can fill"),
        tables={"main": _main(lines, words, attribute), "sources": _sources(rows, words)},
        definition=Definition(
            answers=tr("What can these data give to official tables, and what not?"),
            numerator=tr("units of these data whose offence belongs to the code of the row as a whole"),
            denominator=tr("none: these are counts; the ratios of surveys are left to surveys"),
            basis="flow",
            pending=tr("counted like all others in the year of their complaint"),
        ),
        provenance=cases.provenance.add(
            "official_tables",
            attribute=attribute,
            country=country or cases.procedure.country,
            table=None if table is None else Path(table).name,
            survey=tuple(given.items()),
        ),
        notes=(*sampling_notes(cases, design_used=True), *_notes(cases, left_out)),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        words=words,
    )


class _Line(NamedTuple):
    row: OfficialRow
    period: str
    value: float
    status: str
    possible: float
    reason: str
    sure: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()


def _given(survey: Mapping[str, float], rows: Sequence[OfficialRow]) -> dict[str, float]:
    """Return the shares of a survey, checked.

    Raises
    ------
    QuestionError
        When a row is not one of a survey, or a share is none.
    """
    known = tuple(row.row for row in rows if row.kind == "survey")
    for name, share in survey.items():
        if name not in known:
            raise QuestionError(tr("'{name}' is no row that a survey fills.", name=name), suggestion(name, known))
        if not 0 <= share <= 1:
            raise QuestionError(
                tr("The share of '{name}' does not lie between 0 and 1: {share}.", name=name, share=share),
                tr("Write 17 % as 0.17."),
            )
    return {name: float(share) for name, share in survey.items()}


def _survey_line(row: OfficialRow, given: Mapping[str, float]) -> _Line:
    if row.row in given:
        return _Line(row, "", given[row.row], "", np.nan, "given")
    return _Line(row, "", np.nan, "not_available", np.nan, "survey")


def _counted(cases: CaseData, kind: str, attribute: str) -> tuple[DayCounts | None, str]:
    """Return units by offence and day for one kind of row, or why they cannot be told."""
    if kind == "recorded":
        if cases.unit not in (*_OFFENCE_UNITS, "victim"):
            return None, "not_offences"
        states: tuple[str, ...] = (cases.procedure.start,)
    else:
        if cases.unit != "accused":
            return None, "not_persons"
        states = cases.resolve(_STAGES[kind])
    counts = arrival_counts(cases, states=states, by=(attribute,))
    return (counts, "") if len(counts.day) else (None, "not_dated")


def _lines(
    row: OfficialRow,
    counted: tuple[DayCounts | None, str],
    row_of: Callable[[str], CrosswalkRow | None],
    cases: CaseData,
) -> list[_Line]:
    counts, why = counted
    if counts is None:
        return [_Line(row, "", np.nan, "not_available", np.nan, why)]
    found = [row_of(levels[0]) for levels in counts.strata.levels]
    sure, maybe = _belonging(row, found)
    if not (sure | maybe).any():
        # a file of sexual offences says nothing of homicides, so this is no zero
        return [_Line(row, "", np.nan, "not_available", np.nan, "none")]
    labels = np.array(periods_of(counts.day.astype(np.int32), "year").labels)
    last = int(max(labels.tolist())) if row.kind == "recorded" else cases.cutoff.year
    lines, names = [], [levels[0] for levels in counts.strata.levels]
    for year in map(str, range(int(min(labels.tolist())), last + 1)):
        here = labels == year
        value, possible = (_sum(counts, here & flags[counts.stratum]) for flags in (sure, maybe))
        offences = [tuple(np.array(names, dtype=object)[flags].tolist()) for flags in (sure, maybe)]
        lines.append(_line(row, year, value, possible)._replace(sure=offences[0], maybe=offences[1]))
    return lines


def _line(row: OfficialRow, year: str, value: float, possible: float) -> _Line:
    """Return one year of a row: a zero only where nothing else may belong there."""
    if value == 0 and possible > 0:
        return _Line(row, year, np.nan, "not_available", possible, "only_mixed")
    return _Line(row, year, value, "", possible, "in_part" if possible > 0 else "")


def _belonging(row: OfficialRow, found: Sequence[CrosswalkRow | None]) -> tuple[Flags, Flags]:
    """Return which offences belong to the row's code as a whole, and which others may hold such acts."""
    sure = np.zeros(len(found), np.bool_)
    maybe = np.zeros(len(found), np.bool_)
    for place, one in enumerate(found):
        if one is None:
            # a name that nobody has placed may be anything
            sure[place], maybe[place] = not row.iccs, bool(row.iccs)
        elif not row.iccs:
            sure[place] = True
        elif one.iccs.startswith(row.iccs):
            sure[place] = one.fit == "whole" or (one.fit == "mixed" and one.iccs == row.iccs)
            maybe[place] = not sure[place]
        elif one.fit == "mixed":
            # violence in the family holds blows, threats and sexual acts: it may belong to each code of harm
            maybe[place] = row.iccs[:2] in {"02", "03"}
        elif one.fit == "doubtful":
            maybe[place] = row.iccs.startswith(one.iccs)
    return sure, maybe


def _sum(counts: DayCounts, kept: Flags) -> float:
    return float(np.asarray(counts.n)[kept].sum())


def _words(row: OfficialRow, codes: Mapping[str, Code], cases: CaseData) -> Readable:
    if row.kind == "survey":
        return row.label
    what: Readable = _ALL_OFFENCES
    if row.iccs:
        code = codes[row.iccs]
        what = Label({one: f"{row.iccs} {code.label.text(one)}" for one in ("en", "es")})
    if row.kind == "recorded":
        return tr("recorded ({unit}): {what}", unit=unit_words(cases.unit), what=what)
    return Message(_KIND_WORDS[row.kind].singular, (("what", what),))


def _units(lines: Sequence[_Line], attribute: str, *, sure: bool) -> CellOf:
    """Say which units each row counts: those of some offences, by the year of their complaint, or of what followed."""
    each: dict[str, dict[str, tuple[str, ...]]] = {}
    for one in lines:
        offences = one.sure if sure else one.maybe
        kind = {} if one.row.kind == "recorded" else {"counted as": (one.row.kind,)}
        each[one.row.row] = {attribute: offences or ("none of the row",), **kind}
    recorded = all(one.row.kind in {"recorded", "survey"} for one in lines if one.period)
    return CellOf(each={"row": each}, keys={"period": "year" if recorded else "counted_year"})


def _main(lines: Sequence[_Line], words: Mapping[str, Readable], attribute: str) -> Table:
    columns = (
        Column("framework", tr("table"), "text", "key", "key"),
        Column("row", tr("row"), "text", "key", "key"),
        Column("period", tr("year"), "text", "key", "key"),
        Column("value", tr("number"), "units", "count", "count", cell=_units(lines, attribute, sure=True)),
        Column("share", tr("share"), "share", "estimate", "setting"),
        Column(
            "possible",
            tr("others that may belong there"),
            "units",
            "count",
            "count",
            cell=_units(lines, attribute, sure=False),
        ),
        Column("reason", tr("reason or reserve"), "text", "key", "text", of=Of(inputs=("value", "possible"))),
    )
    surveys = np.array([one.row.kind == "survey" for one in lines])
    numbers = _quantity(lines, ~surveys)
    shares = _quantity(lines, surveys)
    values = {
        "framework": [one.row.framework for one in lines],
        "row": [one.row.row for one in lines],
        "period": [one.period for one in lines],
        "value": numbers.values,
        "share": shares.values,
        "possible": np.array([one.possible for one in lines], np.float64),
        "reason": [one.reason for one in lines],
    }
    frameworks = {one.row.framework: _framework_words(one.row.framework) for one in lines}
    labels: dict[str, Mapping[str, Readable]] = {
        "framework": frameworks,
        "row": words,
        "reason": REASON_WORDS,
        "period": {"": tr("–")},
    }
    possible = ["not_applicable" if np.isnan(one.possible) else "" for one in lines]
    statuses = {"value": numbers.words(), "share": shares.words(), "possible": possible}
    return Table(columns, values, labels=labels, statuses=statuses, title=tr("Rows of official tables"))


def _quantity(lines: Sequence[_Line], kept: Flags) -> Quantity:
    """Return the values of some lines; for the others the column does not apply."""
    values: Floats = np.array([one.value for one in lines], np.float64)
    status = [one.status if own else "not_applicable" for one, own in zip(lines, kept, strict=True)]
    return quantity(np.where(kept, values, np.nan), status)


def _sources(rows: Sequence[OfficialRow], words: Mapping[str, Readable]) -> Table:
    columns = (
        Column("framework", tr("table"), "text", "key", "key"),
        Column("row", tr("row"), "text", "key", "key"),
        Column("certainty", tr("how sure the row is"), "text", "key", "text"),
        Column("source", tr("checked against"), "text", "key", "text"),
    )
    values = {
        "framework": [row.framework for row in rows],
        "row": [row.row for row in rows],
        "certainty": [row.certainty for row in rows],
        "source": [row.source for row in rows],
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "framework": {row.framework: _framework_words(row.framework) for row in rows},
        "row": words,
        "certainty": CERTAINTY_WORDS,
    }
    return Table(columns, values, labels=labels, title=tr("Where the rows were read"), guard="words")


def _notes(cases: CaseData, left_out: Mapping[str, int]) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        OWN_READING,
        tr(
            "The UN-CTS asks what was recorded in a whole country. These are the units of this file, by the rules by "
            "which it was made."
        ),
    ]
    if (cases.cutoff.month, cases.cutoff.day) != (12, 31):
        notes.append(tr("The year of the cut-off ({cutoff}) is not complete.", cutoff=cases.cutoff))
    for name, n in left_out.items():
        notes.append(
            trn(
                "{n} unit is in no year: {reason}.",
                "{n} units are in no year: {reason}.",
                n,
                reason=ARRIVAL_WORDS[name],
            )
        )
    return tuple(notes)
