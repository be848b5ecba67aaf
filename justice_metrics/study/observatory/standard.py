"""The standard questions of an observatory: what is asked of each source, and which figures stand on the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from ...base.errors import JusticeMetricsError
from ...cases.counts.mapping import CountMapping
from ...cases.procedure import Procedure
from ..described import Described
from .file import ObservatoryFile

Source: TypeAlias = Literal["cases", "counts", "accused", "alerts"]
# Shown on the pages of people and of demand where the data have them, besides what filters choose by.
_SHOWN: Final = ("complaint_source", "relationship", "indigenous", "disability", "area", "municipality")
_FILTERS: Final = ("offence", "sex", "age_group", "age_at_fact")
_OF_ACCUSED: Final[tuple[str, ...]] = ("sex", "age_group", "age")
_PER: Final = ("complaint", "charge", "prosecution", "verdict")
# A table of counts tells stock and flow when it has these.
_INCOMING: Final = frozenset({"new", "incoming"})
_STANDING: Final = frozenset({"pending_start", "pending_end"})

ALERTS: Final = "issued"
"""What a table of alerts counts."""
STATUS: Final = "status"
"""The key that says how an alert stands: active, solved."""

COUNTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "offence": "demand-offence",
        "complaint_source": "demand-source",
        "sex": "people-sex",
        "age_group": "people-age",
        "age_at_fact": "people-age",
        "relationship": "people-relationship",
        "indigenous": "people-indigenous",
        "disability": "people-disability",
        "area": "people-area",
        "municipality": "territory-municipality",
    }
)
"""The figure of each attribute by which complaints are counted."""
_ALWAYS: Final = ("start-headline", "demand-month")
FIGURES: Final = tuple(
    dict.fromkeys(
        (
            *_ALWAYS,
            *COUNTED.values(),
            "demand-delay",
            "response-funnel",
            "response-endings",
            "response-ages",
            "response-convictions",
            "response-incidence",
            "response-flows",
            "response-limits",
            "territory-department",
            "territory-rate",
            "accused-sex",
            "accused-age",
            "alerts-counts",
            "alerts-status",
            "alerts-department",
        )
    )
)
"""Every figure that a site can have, by the id that stays the same from release to release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One standard question.

    Attributes
    ----------
    ask : str
        The question, as in a study file.
    source : {"cases", "counts", "accused", "alerts"}
        Of what it is asked.
    figures : tuple of str
        Figures that stand on the answer; where all of them are hidden it is not asked.
    settings : mapping of str to object
    """

    ask: str
    source: Source
    figures: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


def standard_questions(file: ObservatoryFile, data: Mapping[Source, Described]) -> tuple[Standard, ...]:
    """Return what is asked of the sources of an observatory, without what only hidden figures need.

    Parameters
    ----------
    file : ObservatoryFile
    data : mapping of str to Described
        The sources that there are.
    """
    hidden = set(file.figures.hide)
    return tuple(one for one in _all(file, data) if not hidden.issuperset(one.figures))


def filters_of(file: ObservatoryFile, about: Described) -> tuple[str, ...]:
    """Return what a reader may choose by: what the file names, or what every observatory has and the data know."""
    if file.filters.by is not None:
        return tuple(dict.fromkeys(file.filters.by))
    wanted = ("offence", file.territory.key, *_FILTERS[1:])
    return tuple(one for one in dict.fromkeys(wanted) if one in _groups(about))


def combinations_of(file: ObservatoryFile, about: Described) -> tuple[tuple[str, ...], ...]:
    """Return what a reader may choose by together: what the file names, or everything with everything."""
    if file.filters.combine != "all":
        return file.filters.combine
    by = filters_of(file, about)
    return tuple(one for size in range(2, len(by) + 1) for one in combinations(by, size))


def _all(file: ObservatoryFile, data: Mapping[Source, Described]) -> Iterator[Standard]:
    main: Source = "cases" if "cases" in data else "counts"
    yield from _counted(file, data[main], main)
    if "cases" in data:
        yield from _response(file, data["cases"])
    yield from _flows(data)
    yield from _rates(file, data[main], main)
    if "accused" in data:
        by = tuple(one for one in _OF_ACCUSED if one in _groups(data["accused"]))
        yield Standard(
            ask="case_counts",
            source="accused",
            figures=("accused-sex", "accused-age"),
            settings={"by": by, "period": ["year", "to_date"]},
        )
    if "alerts" in data:
        yield from _alerts(data["alerts"], file.territory.key)


def _counted(file: ObservatoryFile, about: Described, main: Source) -> Iterator[Standard]:
    """Complaints by what filters choose from, month by month; everything else, and combinations, year by year."""
    own: dict[str, Any] = {} if main == "cases" else {"of": file.sources.quantity or next(iter(_quantities(about)), "")}
    own |= {} if file.filters.years is None else {"years": file.filters.years}
    by = filters_of(file, about)
    others = tuple(one for one in (*_SHOWN, file.territory.key) if one in _groups(about) and one not in by)
    others = tuple(one for one in others if not {COUNTED.get(one)} & set(file.figures.hide))
    combine = [*([one] for one in others), *(list(one) for one in combinations_of(file, about))]
    yield Standard(
        ask="case_counts",
        source=main,
        figures=(*_ALWAYS, *_figures((*by, *others), file.territory.key)),
        settings={**own, "by": by, "combine": combine},
    )


def _response(file: ObservatoryFile, about: Described) -> Iterator[Standard]:
    """What becomes of the cases; of what the procedure has."""
    procedure = about.procedure
    yield Standard(ask="attrition", source="cases", figures=("response-funnel",), settings={"age_months": []})
    yield Standard(ask="outcome_shares", source="cases", figures=("response-endings",))
    yield Standard(ask="case_ages", source="cases", figures=("response-ages",))
    per = [one for one in _PER if procedure is not None and _known(one, procedure)]
    yield Standard(ask="conviction_rates", source="cases", figures=("response-convictions",), settings={"per": per})
    yield Standard(ask="cumulative_incidence", source="cases", figures=("response-incidence",))
    if procedure is not None and procedure.limits:
        calendar = {} if file.response.calendar is None else {"calendar": file.response.calendar}
        yield Standard(ask="time_limits", source="cases", figures=("response-limits",), settings=calendar)
    if file.demand.fact is not None:
        yield Standard(
            ask="registration_delay",
            source="cases",
            figures=("demand-delay",),
            settings={"start": file.demand.fact, "recorded": "complaint", "period": "year"},
        )


def _flows(data: Mapping[Source, Described]) -> Iterator[Standard]:
    """Stock and flow: of the table of counts where it tells them, else of the case files."""
    there = set(_quantities(data["counts"])) if "counts" in data else set()
    if there & _INCOMING and there & _STANDING and "resolved" in there:
        # one office that is silent would leave the country without a number
        yield Standard(ask="case_flows", source="counts", figures=("response-flows",), settings={"complete_only": True})
    elif "cases" in data:
        yield Standard(ask="case_flows", source="cases", figures=("response-flows",))


def _rates(file: ObservatoryFile, about: Described, main: Source) -> Iterator[Standard]:
    if file.territory.population is None:
        return
    settings: dict[str, Any] = {"population": file.territory.population, "by": [file.territory.key, "year"]}
    if main == "counts":
        settings["counted"] = file.sources.quantity or next(iter(_quantities(about)), None)
    yield Standard(ask="population_rates", source=main, figures=("territory-rate",), settings=settings)


def _alerts(about: Described, key: str) -> Iterator[Standard]:
    """Alerts by how they stand, month by month; by place, of which a month has few, year by year."""
    there = _groups(about)
    by = (STATUS,) if STATUS in there else ()
    combine = [[key], *([[*by, key]] if by else [])] if key in there else []
    yield Standard(
        ask="case_counts",
        source="alerts",
        figures=("alerts-counts", "alerts-status", "alerts-department"),
        settings={"of": ALERTS, "by": by, "combine": combine},
    )


def _quantities(about: Described) -> Sequence[str]:
    return tuple(about.mapping.counts.quantities) if isinstance(about.mapping, CountMapping) else ()


def _groups(about: Described) -> tuple[str, ...]:
    """Return what can split the units: plain numbers, such as an age without bands, cannot."""
    return tuple(one for one in about.attributes if one not in about.numeric)


def _figures(by: Sequence[str], key: str) -> tuple[str, ...]:
    known = {**COUNTED, key: "territory-department"}
    return tuple(dict.fromkeys(known[one] for one in by if one in known))


def _known(word: str, procedure: Procedure) -> bool:
    try:
        procedure.endpoint(word)
    except JusticeMetricsError:
        return False
    return True
