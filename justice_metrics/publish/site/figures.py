"""Which figure of a site comes from which answer: page, address, title, and the sentence that says what to read."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from ...base.errors import OutputError, suggestion
from ...base.language import Readable, tr
from ...base.levels import MISSING_LEVELS, PENDING
from ...base.result import Published
from ...base.table import Table
from ...disclosure.released import Release
from .counts import Counted, CountedShare, count_figures, cutoff_of, hidden_cells, level_words, populations
from .model import Chart, Figure, PageName


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Where the figure of a question stands.

    Attributes
    ----------
    id : str
        Its address.
    page : str
    title : Readable
    columns : tuple of str
        Those of the main table that a page shows; all of them where none is named. Its files have all of them.
    further : tuple of str
        Other tables of the answer that stand below.
    """

    id: str
    page: PageName
    title: Readable
    columns: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


PLANNED: Final[Mapping[str, Planned]] = MappingProxyType(
    {
        "registration_delay": Planned(
            id="demand-delay", page="demand", title=tr("Days from the fact to the complaint")
        ),
        "attrition": Planned(
            id="response-funnel",
            page="response",
            title=tr("How far cases come"),
            columns=("stage", "reached", "estimate", "lost", "pending", "stage_share"),
            further=("reasons",),
        ),
        "outcome_shares": Planned(
            id="response-endings",
            page="response",
            title=tr("How cases end"),
            columns=("outcome", "numerator", "estimate", "conf_low", "conf_high", "share_of_ended"),
        ),
        "open_share": Planned(
            id="response-open",
            page="response",
            title=tr("Share of cases that are unresolved, by time since the complaint"),
            columns=("days", "estimate", "conf_low", "conf_high", "at_risk"),
            further=("milestones",),
        ),
        "case_ages": Planned(id="response-ages", page="response", title=tr("Age of cases: ended and pending")),
        "conviction_rates": Planned(
            id="response-convictions", page="response", title=tr("Conviction rates, each on its denominator")
        ),
        "cumulative_incidence": Planned(
            id="response-incidence",
            page="response",
            title=tr("How long it takes until a case ends, and how it ends"),
            columns=("outcome", "days", "estimate", "conf_low", "conf_high", "at_risk"),
            further=("milestones",),
        ),
        "case_flows": Planned(
            id="response-flows",
            page="response",
            title=tr("Cases that came in, were resolved, and are pending"),
            further=("to_date", "backlog"),
        ),
        "time_limits": Planned(
            id="response-limits",
            page="response",
            title=tr("Time limits of the law: kept and missed"),
            columns=("limit", "length", "clocks", "kept", "missed", "running", "cannot_be_told", "estimate", "at_most"),
        ),
        "population_rates": Planned(
            id="territory-rate", page="territory", title=tr("Cases per 100,000 inhabitants, by place")
        ),
    }
)

_TOLD: Final = 3

# In which order they stand on their pages; what is not listed comes after these, in the order of the answers.
_ORDER: Final = (
    "start-headline",
    "demand-month",
    "demand-offence",
    "demand-source",
    "demand-delay",
    "response-funnel",
    "response-endings",
    "response-convictions",
    "response-open",
    "response-ages",
    "response-incidence",
    "response-flows",
    "response-limits",
    "territory-department",
    "territory-rate",
    "territory-municipality",
    "people-sex",
    "people-age",
    "people-relationship",
    "people-indigenous",
    "people-disability",
    "people-area",
)


def figures_of(
    release: Release, *, charts: Mapping[str, Chart] | None = None, hide: Sequence[str] = ()
) -> tuple[Figure, ...]:
    """Make the figures of a release.

    Parameters
    ----------
    release : Release
        Its answers; one that has no place on a site is left out, and is in the downloads only.
    charts : mapping of str to Chart, optional
        By figure.
    hide : sequence of str
        Figures that are not shown.

    Returns
    -------
    tuple of Figure
        In the order of their pages.

    Raises
    ------
    OutputError
        When two answers would make the same figure, or ``hide`` names none that there is or could be.
    """
    found: dict[str, Figure] = {}
    for one in _all(release):
        if one.id in found:
            raise OutputError(
                tr("Two answers of the release make the same figure: '{figure}'.", figure=one.id),
                tr("Ask each question once; counts of several things need different units or quantities."),
            )
        found[one.id] = one
    known = {*found, *_ORDER, *(one.id for one in PLANNED.values())}
    for name in hide:
        if name not in known:
            raise OutputError(
                tr("There is no figure '{figure}' to hide.", figure=name), suggestion(name, tuple(sorted(known)))
            )
    place = {name: at for at, name in enumerate(_ORDER)}
    shown = sorted((one for one in found.values() if one.id not in hide), key=lambda one: place.get(one.id, len(place)))
    drawn = charts or {}
    return tuple(replace(one, chart=drawn.get(one.id)) for one in shown)


def shown_of(figure: Figure) -> Table:
    """Return the table of a figure with the columns that a page shows; its files have all of them."""
    columns = next((one.columns for one in PLANNED.values() if one.id == figure.id), ())
    return only_columns(figure.table, columns)


def only_columns(table: Table, names: Sequence[str]) -> Table:
    """Return a table with some of its columns, and without what the gate needed to know of the others."""
    kept = [one for one in table.columns if not names or one.name in names]
    names = [one.name for one in kept]
    return Table(
        kept,
        {one: table[one] for one in names},
        labels={name: words for name, words in table.labels.items() if name in names},
        title=table.title,
        statuses={name: marks for name, marks in table.statuses.items() if name in names},
        sparse=table.sparse,
    )


def _all(release: Release) -> Iterator[Figure]:
    for whom, kept in populations(release.results).items():
        yield from count_figures(whom, kept)
    for answer in release.results:
        plan = PLANNED.get(answer.provenance.question)
        if plan is not None:
            yield _planned(answer, plan)


def _planned(answer: Published, plan: Planned) -> Figure:
    table = answer.main
    return Figure(
        id=plan.id,
        page=plan.page,
        title=plan.title,
        reads=_reads(answer) or answer.headline() or answer.definition.answers,
        table=table,
        definition=answer.definition,
        unit=answer.provenance.unit,
        cutoff=cutoff_of(answer),
        notes=answer.notes,
        hidden=hidden_cells(table),
        simulated=answer.provenance.simulated,
        answer=answer,
        further=tuple(answer.tables[name] for name in plan.further if name in answer.tables),
    )


def last_whole_year(table: Table, cutoff: dt.date) -> str:
    """Return the last year of a table by year that is over; the last one where none is.

    Parameters
    ----------
    table : Table
        With years in a column of that name.
    cutoff : date
        Day to which the data are complete.
    """
    years = sorted({int(one) for one in table["year"].tolist()})
    over = [one for one in years if dt.date(one, 12, 31) <= cutoff]
    return str((over or years)[-1])


def _reads(answer: Published) -> Readable | None:
    """Say what to read, for an answer whose own sentence is about something else, or that has none."""
    reading = {"case_ages": _ages, "population_rates": _rates, "registration_delay": _last_told}.get(
        answer.provenance.question
    )
    return None if reading is None else reading(answer)


def _ages(answer: Published) -> Readable | None:
    """Say how old the pending cases are."""
    table = answer.main
    rows = [
        (level_words(table, "age_band", str(band)), float(n), float(share))
        for outcome, band, n, share in zip(
            table["outcome"], table["age_band"], table["numerator"], table["estimate"], strict=True
        )
        if outcome == PENDING and math.isfinite(n) and math.isfinite(share)
    ]
    if not rows:
        return None
    return tr("Pending cases by age: {listed}.", listed=[CountedShare(*one) for one in rows])


def _rates(answer: Published) -> Readable | None:
    """Say where the rates of the last whole year are highest."""
    table = answer.main
    places = [one.name for one in table.columns if one.role == "stratum" and one.name != "year"]
    if len(places) != 1 or "year" not in table.values or not len(table):
        return None
    (place,) = places
    year = last_whole_year(table, cutoff_of(answer))
    rows = [
        (-float(rate), str(level))
        for level, one, rate in zip(table[place], table["year"], table["estimate"], strict=True)
        if str(one) == year and math.isfinite(rate) and str(level) not in MISSING_LEVELS
    ]
    if not rows:
        return None
    listed = [Counted(level_words(table, place, level), -rate, 1) for rate, level in sorted(rows)[:_TOLD]]
    return tr("{period}, most of all: {listed}.", period=tr("{name}", name=year), listed=listed)


def _last_told(answer: Published) -> Readable | None:
    """Return the last finding: the one about the latest period."""
    return next(reversed(answer.findings()), None)
