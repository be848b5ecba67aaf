"""Rates of a population by year, place, age and sex, also as if all groups had the same ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import numpy as np

from ...base.cells import CellOf
from ...base.errors import QuestionError, suggestion
from ...base.language import Label, Language, Readable, Setting, format_number, tr, trn
from ...base.levels import ALL, LEVEL_WORDS
from ...base.provenance import LeftOut
from ...base.result import Definition, Result, context_of
from ...base.types import Floats, Names, names
from ...cases.calendar import date_of
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.population_file import Population, read_population, who_weights
from ...estimate.age_standardise import Rate, poisson_rate
from ...figures.dots import dots
from ...reduce.population import Events, case_events, table_events
from ..declared import LEFT_OUT_WORDS, ensure_level, sampling_notes, shown_limits
from ..shown import among_shown, any_hidden, group_names, group_of, numbers, undefined_words, written
from .population_cells import PeopleCells, people_cells
from .population_tables import Asked, rates_table, scaled, tables_by_age

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PER: Final = 100_000
# A group with fewer events than this says little.
_FEW: Final = 10
# Of more groups than this only the lowest and the highest rate are said.
_MOST_SAID: Final = 3


class _Number:
    """A rate that a message prints."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def text(self, language: Language = "en") -> str:
        """Return it with one decimal."""
        return format_number(self.value, language, decimals=1)


@dataclass(frozen=True, eq=False, kw_only=True)
class PopulationRates(Result):
    """Events per 100,000 people and year.

    Tables
    ------
    main
        One row per group: ``numerator``, ``people`` (person-years), ``estimate`` per ``per_people`` with exact Poisson
        limits.
    ages, standardised, indirect
        With ``age``: the rates by age; the rates with the ages of the standard; observed over expected (SMR).
    """

    question: ClassVar[str] = "population_rates"

    counted_words: Readable
    per_people: int
    whole: Rate
    whole_counts: tuple[float, float]
    groups_known: tuple[int, int]

    def findings(self) -> tuple[Readable, ...]:
        """Return the rate of all groups together, or of those that have both numbers."""
        events, people = self.whole_counts
        if not people > 0:
            return ()
        limits: Readable = Label("")
        if np.isfinite(self.whole.conf_low[0]):
            low, high = _Number(self.whole.conf_low[0]), _Number(self.whole.conf_high[0])
            limits = tr(" (interval {low} to {high})", low=low, high=high)
        values = {
            "counted": self.counted_words,
            "n": round(events),
            "people": round(people),
            "rate": _Number(self.whole.estimate[0]),
            "per": self.per_people,
            "limits": limits,
        }
        known, groups = self.groups_known
        if known < groups:
            return (
                tr(
                    "{counted}, in the {known} of {groups} groups that have both numbers: {n} in {people} "
                    "person-years, {rate} per {per} people and year{limits}.",
                    known=known,
                    groups=groups,
                    **values,
                ),
            )
        return (tr("{counted}: {n} in {people} person-years, {rate} per {per} people and year{limits}.", **values),)

    def context(self) -> Mapping[str, object]:
        """Return what is counted, and of how many people the rate is told."""
        return {"counted": self.counted_words, "per": self.per_people}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the rate of each group that is shown; of many only the lowest and the highest."""
        main, words = shown.main, context_of(shown)
        rate, events, people = (numbers(main, one) for one in ("estimate", "numerator", "people"))
        rows = np.flatnonzero(np.isfinite(rate) & np.isfinite(events) & np.isfinite(people))
        if len(rows) > _MOST_SAID:
            rows = rows[[int(np.argmin(rate[rows])), int(np.argmax(rate[rows]))]]
        said = tuple(
            tr(
                "{counted}, {group}: {n} in {people} person-years, {rate} per {per} people and year.",
                counted=words["counted"],
                group=group_of(main, row) or LEVEL_WORDS[ALL],
                n=round(events[row]),
                people=round(people[row]),
                rate=_Number(rate[row]),
                per=words["per"],
            )
            for row in rows.tolist()
        )
        return tuple(among_shown(one, some_hidden=any_hidden(main, "numerator")) for one in said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the rates with their intervals; those with the same ages where they were asked for."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the rates that are shown; those with the same ages where they were asked for, and may be shown."""
        table, per = shown.tables.get("standardised", shown.main), context_of(shown)["per"]
        words = tr("per {per} people and year", per=per)
        if "standardised" in shown.tables:
            words = tr("per {per} people and year, with the ages of the standard", per=per)
        return dots(
            labels=group_names(table, language) or [tr("all").text(language)] * len(table),
            estimate=numbers(table, "estimate"),
            conf_low=numbers(table, "conf_low"),
            conf_high=numbers(table, "conf_high"),
            annotations=written(table, "numerator", language),
            annotation_label=cls._counted(shown).text(language),
            undefined_label=undefined_words(table, "estimate", language, tr("not available")),
            x_label=words.text(language),
            percent=False,
            number=lambda value: format_number(value, language, decimals=0 if float(value).is_integer() else 1),
            ax=ax,
        )

    @staticmethod
    def _counted(shown: Result) -> Readable:
        found = context_of(shown)["counted"]
        return found if isinstance(found, Readable) else Label(str(found))


def population_rates(
    data: CaseData | CountData,
    *,
    population: str | Path | None = None,
    counted: str | None = None,
    by: Names = ("year",),
    age: str | None = None,
    standard: Literal["population", "who"] = "population",
    standard_file: str | Path | None = None,
    per_people: int = _PER,
    confidence_level: float = 0.95,
) -> PopulationRates:
    """Count events per 100,000 people and year, by year, place, age and sex.

    Parameters
    ----------
    data : CaseData or CountData
    population : path, optional
        A table of the population with a column ``population`` and one column for each of ``by`` and ``age``, called
        like the attribute, and ``year`` where it differs from year to year. A table of counts may have people of its
        own.
    counted : str, optional
        What is counted: a state or role of the procedure, by its first day (``complaint`` by default); in a table of
        counts a quantity (``new`` by default).
    by : str or tuple of str
        Groups: attributes, and ``year``, the calendar year in which it happened.
    age : str, optional
        Attribute that is the age. Rates are then also standardised for age.
    standard : {"population", "who"}
        Ages to standardise to: those of all people of ``population``, or of the WHO's world population.
    standard_file : path, optional
        Ages of one's own to standardise to: a file with the columns of ``age`` and ``population``.
    per_people : int
        People that a rate is told of.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    PopulationRates

    Raises
    ------
    QuestionError, ProcedureError, ReadError, MappingError, CaseDataError
        When a word names nothing, nobody says how many people there are, or their table cannot be read.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28, 437-442.
    .. [2] Fay, M. P. and Feuer, E. J. (1997). Confidence intervals for directly standardized rates. Statistics in
       Medicine, 16, 791-801.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> table = pd.DataFrame({"Year": [2018, 2019], "New": [30, 45], "People": [150_000, 150_000]})
    >>> counts = jm.CountData.from_frame(table, {"counts": {"period": "Year",
    ...     "quantities": {"new": "New", "population": "People"}}})
    >>> jm.population_rates(counts).main["estimate"].round(6).tolist()
    [20.0, 30.0]
    """
    ensure_level(confidence_level)
    by = names(by)
    if per_people < 1:
        raise QuestionError(tr("Rates are told of one person or more, not of {n}.", n=per_people))
    if age is None and (standard != "population" or standard_file is not None):
        raise QuestionError(
            tr("A standard is for ages, and no attribute is named as the age."), tr('Name it: age = "age_at_fact".')
        )
    if age is not None and age in by:
        raise QuestionError(
            tr("Rates are standardised for '{age}', so it cannot be a group as well.", age=age),
            tr("Leave it out of by; the table by age is there anyway."),
        )
    split = tuple(dict.fromkeys((*[one for one in by if one != "year"], *((age,) if age else ()))))
    people = None if population is None else read_population(population, wanted=split)
    if isinstance(data, CaseData):
        word = counted or "complaint"
        events = case_events(data, states=data.resolve(word), by=split)
        counted_words: Readable = data.procedure.label(word)
        weighted = data.sampling.weighted
        notes: tuple[Readable, ...] = (*sampling_notes(data), *_sample_note(data))
    else:
        word = data.need(counted or "new")
        events = table_events(data, counted=word, by=split)
        counted_words, notes, weighted = data.label(word), data.notes, False
    if people is None and events.people is None:
        raise QuestionError(
            tr("Nobody says how many people there are."),
            tr(
                "Name a file of the population, with a column 'population' and one for each of: {names}.",
                names=split or by,
            ),
        )
    cells = people_cells(events, people, by=by, split=split, age=age, complete=isinstance(data, CaseData))
    units = _units(data, word, events, cells, by, split, age)
    how = Asked(per_people, confidence_level, weighted, units)
    tables = {"main": rates_table(cells, how)}
    if age is not None:
        weights = _standard(standard, standard_file, cells, age)
        tables |= tables_by_age(cells, weights, age, how)
    known = cells.counts.known & cells.people.known
    whole_counts = (float(cells.counts.values[known].sum()), float(cells.people.values[known].sum()))
    settings: dict[str, object] = {"population": _named(population), "counted": word, "by": by, "age": age}
    settings |= {"standard": standard, "standard_file": _named(standard_file), "per_people": per_people}
    return PopulationRates(
        heading=tr("Rates of the population: {counted}", counted=counted_words),
        tables=tables,
        definition=_definition(counted_words, age),
        provenance=data.provenance.add("population_rates", **settings, confidence_level=confidence_level).leave_out(
            *[LeftOut(LEFT_OUT_WORDS[name], n) for name, n in events.left_out.items()]
        ),
        notes=(*notes, *_stop_note(events), *_notes(cells, people)),
        frame_library=data.frame_library,
        weighted=weighted,
        counted_words=counted_words,
        per_people=per_people,
        whole=_whole(whole_counts, per_people, confidence_level, weighted=weighted),
        whole_counts=whole_counts,
        groups_known=(int(known.sum()), len(known)),
    )


def _units(
    data: CaseData | CountData,
    word: str,
    events: Events,
    cells: PeopleCells,
    by: tuple[str, ...],
    split: tuple[str, ...],
    age: str | None,
) -> dict[str, CellOf]:
    """Say which units are counted by group, by group and age, and by group where the age is known."""
    start = isinstance(data, CaseData) and data.resolve(word) == (data.procedure.start,)
    fixed: dict[str, tuple[str, ...]] = {} if isinstance(data, CaseData) else {"unit": (word,)}
    keys: dict[str, str] = {}
    if not start and "year" in by:
        # the year is that of the event, not the one in which the case began
        fixed["year"], keys["year"] = (ALL,), f"{word}_year"
    elif "year" not in by and not (start and not cells.other_years and not any(events.left_out.values())):
        fixed[f"counted in years with people: {word}"] = ("yes",)
    given = {name: {one[place] for one in events.levels} for place, name in enumerate(split)}
    for place, name in enumerate(by):
        if name in given and not {one[place] for one in cells.strata.levels} <= given[name]:
            fixed[name], keys[name] = (ALL,), f"{name} in bands"
    found = {"groups": CellOf(fixed=fixed, keys=keys)}
    if age is not None:
        known = {**fixed, f"known in bands: {age}": ("yes",)}
        found["known age"] = CellOf(fixed=known, keys=keys)
        found["ages"] = CellOf(fixed={**known, age: (ALL,)}, keys={**keys, age: f"{age} in bands"})
    return found


def _whole(counts: tuple[float, float], per: int, level: float, *, weighted: bool) -> Rate:
    """Return the rate of all together; without limits under weights, whose design they do not know."""
    rate = scaled(poisson_rate(np.array([counts[0]]), np.array([counts[1]]), level), per)
    low, high = shown_limits(rate.conf_low, rate.conf_high, weighted=weighted)
    return rate._replace(conf_low=low, conf_high=high)


def _named(path: str | Path | None) -> str | None:
    """Return the name of a file as a result may tell it, without its folder."""
    return None if path is None else Path(path).name


def _standard(standard: str, file: str | Path | None, cells: PeopleCells, age: str) -> Floats:
    if file is None:
        return who_weights(cells.ages) if standard == "who" else cells.standard
    found = read_population(file, wanted=(age,))
    weights = dict.fromkeys(cells.ages, 0.0)
    for band, n in zip(found.levels[age], found.people, strict=True):
        if band not in weights:
            raise QuestionError(
                tr("The standard has the ages '{band}', which the population does not have.", band=band),
                suggestion(band, cells.ages),
            )
        weights[band] += float(n)
    return np.array(list(weights.values()))


def _definition(counted: Readable, age: str | None) -> Definition:
    method = tr("Exact Poisson limits (Garwood 1936).")
    if age is not None:
        method = tr(
            "Exact Poisson limits (Garwood 1936); direct standardisation for age with gamma limits (Fay and Feuer "
            "1997)."
        )
    return Definition(
        answers=tr("How often does it happen among so many people in a year?"),
        numerator=tr("counted in the year of their dates: {counted}", counted=counted),
        denominator=tr("people of the population file, times the part of the year that the data cover"),
        basis="flow",
        pending=tr("counted like all others, in the year of their date"),
        method=method,
    )


def _sample_note(data: CaseData) -> tuple[Readable, ...]:
    if data.sampling.weighted or data.sampling.frame == "census":
        return ()
    return (tr("Unless the files are all there are, this is the rate of a sample without weights, too low for all."),)


def _stop_note(events: Events) -> tuple[Readable, ...]:
    if events.stops is None:
        return ()
    return (
        tr(
            "Nothing was registered after {day}: later people are not counted, since the register seems to stop there.",
            day=date_of(events.stops),
        ),
    )


def _notes(cells: PeopleCells, people: Population | None) -> list[Readable]:
    said: list[Readable] = [
        tr(
            "The rate is that of what was recorded; where more is reported or recorded, it is higher without more "
            "violence."
        )
    ]
    if cells.other_years:
        said.append(tr("{n} events lie in years of which the file has no population; they are left out.",
                       n=round(cells.other_years)))  # fmt: skip
    if cells.age_unknown:
        said.append(
            tr(
                "{n} events without a known age are in the plain rates, not in those by age.",
                n=round(cells.age_unknown),
            )
        )
    if cells.part_years:
        said.append(
            tr("The data cover a part of {years}; people count for that part of the year.",
               years=[str(one) for one in cells.part_years])
        )  # fmt: skip
    lost = int((~cells.people.known & cells.counts.known & (np.nan_to_num(cells.counts.values) > 0)).sum())
    if lost:
        said.append(
            trn(
                "{n} group has events, and the population does not say how many people it has.",
                "{n} groups have events, and the population does not say how many people they have.",
                lost,
            )
        )
    silent = int((~cells.counts.known).sum())
    if silent:
        said.append(
            trn(
                "{n} group did not report how many events it had; it is in no rate, and all together is without it.",
                "{n} groups did not report how many events they had; they are in no rate, and all together is without "
                "them.",
                silent,
            )
        )
    if people is not None and "year" not in people.levels:
        said.append(tr("The population file has no years: the same people count in each of them."))
    few = int((cells.counts.known & (np.nan_to_num(cells.counts.values) < _FEW)).sum())
    if few:
        said.append(
            trn(
                "{n} group has fewer than {few} events; its rate says little.",
                "{n} groups have fewer than {few} events; their rates say little.",
                few,
                few=Setting(_FEW),
            )
        )
    return said
