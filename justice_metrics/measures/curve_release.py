"""Curves as they are published: their counts for the disclosure gate, and the same answer from what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ..base.cells import BaseCounts, Box, Count, CurveCounts, box
from ..base.errors import QuestionError
from ..base.language import LANGUAGES, Label, Language, Readable, format_number, tr
from ..base.result import Protected, Published, Result
from ..base.table import Table
from ..base.types import Days, Flags, Floats, Tallies
from ..cases.casedata import CaseData
from ..cases.durations import ANY_EXIT, OTHER_ENDING, Durations
from ..estimate.curves import Incidence, KaplanMeier, aalen_johansen
from ..estimate.limits import Limits, pointwise
from ..estimate.risk import at_risk
from ..estimate.steps import at_days
from ..reduce.risk import Endings, classes
from ..tables import RiskTable, Strata
from .curve_estimates import incidence_of, open_share_of, robust_errors
from .curve_tables import marked_days
from .curve_times import Times
from .declared import endpoints, levels_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The gate's name for the endings of a group that were too few to be shown one by one.
JOINED: Final = "joined"
JOINED_WORDS: Final = tr("endings that few cases had, together")
PENDING: Final = "pending"
# Cases without a usable date stand in the published curve as seen on its first day only, where they are so few that it
# changes nothing: then no difference from the number of all cases tells how many they are.
_MOST_FOLDED: Final = 30
_MOST_FOLDED_SHARE: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class CurveCells:
    """In which words the counts of a curve are told to the gate, so that equal cells of several answers are linked.

    Attributes
    ----------
    start : str
        What time runs from; empty where all cases begin there.
    dimension : str
        Of which the endings are levels.
    levels : mapping of str to tuple of str
        The levels of each ending.
    units : mapping of str to tuple of str
        What else restricts the units.
    """

    start: str
    dimension: str
    levels: Mapping[str, tuple[str, ...]]
    units: Mapping[str, tuple[str, ...]]

    def together(self) -> CurveCells:
        """Return the cells of a curve of any ending."""
        return replace(self, levels={ANY_EXIT: tuple(one for its in self.levels.values() for one in its)})

    def renamed(self, question: str) -> CurveCells:
        """Return the cells of a question whose units or endings are not those of other curves."""
        return replace(self, start=f"{question}: {self.start}", dimension=f"{question}: {self.dimension}")


def curve_cells(
    cases: CaseData | Durations,
    table: RiskTable,
    *,
    start: str,
    wanted: Sequence[str],
    endings: Endings = "standing",
    given_days: int = -1,
) -> CurveCells:
    """Name the counts of a curve.

    Endings are classes of outcomes, or several classes together, wherever they can be: then the convictions of a curve
    of verdicts are the convictions of a curve of all classes.
    """
    told = table.outcomes
    dimension = f"ending since {start}" + (", first" if endings == "first" else "")
    own: dict[str, tuple[str, ...]] = {one: (one,) for one in told}
    units = {} if given_days < 0 else {f"open {given_days} days after {start}": ("yes",)}
    if isinstance(cases, Durations):
        if wanted:
            dimension = f"{dimension}: {' | '.join(told)}"
        return CurveCells(start="", dimension=dimension, levels=own, units=units)
    begun = "" if cases.resolve(start) == (cases.procedure.start,) else f"recorded: {start}"
    levels = _classes_of(cases, told, wanted)
    if levels is None:
        levels, dimension = own, f"{dimension}: {' | '.join(told)}"
    elif not begun and endings == "standing" and given_days < 0 and _as_they_stand(cases, table, levels):
        dimension = "ending"
    return CurveCells(start=begun, dimension=dimension, levels=levels, units=units)


def _as_they_stand(cases: CaseData, table: RiskTable, levels: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the endings of the curve are those as which all cases stand: no verdict was set aside, none lacks a date.

    Then the convictions of the curve are the convictions of every other table.
    """
    if not table.outcomes or table.weighted or any(np.asarray(one).any() for one in table.left_out.values()):
        return False
    states = {
        name: tuple(state for one in its for state in classes(cases).get(one, ())) for name, its in levels.items()
    }
    stand = cases.milestones.select(
        **{name: cases.stands(its).cast(nw.Int64).sum() for name, its in states.items() if name in table.outcomes}
    ).collect()
    told = {name: int(table.events[:, place].sum()) for place, name in enumerate(table.outcomes)}
    return all(int(stand[name][0] or 0) == n for name, n in told.items())


def _classes_of(cases: CaseData, told: Sequence[str], wanted: Sequence[str]) -> dict[str, tuple[str, ...]] | None:
    """Return the outcome classes that make up each ending; None where one of them is no whole class."""
    known = classes(cases)
    if not wanted:
        return {one: (one,) for one in told}
    found: dict[str, tuple[str, ...]] = {}
    for name, states in endpoints(cases, wanted).items():
        made = tuple(one for one, its in known.items() if set(its) <= set(states))
        if {state for one in made for state in known[one]} != set(states):
            return None
        found[name] = made
    rest = tuple(one for one in (*known, OTHER_ENDING) if not any(one in its for its in found.values()))
    return {**found, OTHER_ENDING: rest}


def curve_base_counts(result: Result, times: Times, cells: CurveCells, table: str = "main") -> BaseCounts:
    """Return the counts of an answer that is read from a curve: sizes, endings, and what happened on which day.

    Parameters
    ----------
    result : Result
    times : Times
    cells : CurveCells
    table : str
        The table that shows the curve.
    """
    held = Result.base_counts(result)
    if times.table.weighted:
        return replace(held, weighted=True)
    counts, boxes = _with_untold(times, cells)
    found: list[Count] = []
    for group, whose in enumerate(boxes):
        sizes = {"entered": (whose, counts.entered[group].sum())}
        sizes |= {
            name: (whose | one, counts.events[group, place].sum())
            for place, (name, one) in enumerate(zip(counts.endings, counts.ending_boxes, strict=True))
        }
        sizes[PENDING] = (whose | box({cells.dimension: PENDING}), counts.censored[group].sum())
        found += [Count(where, float(value), (f"curve:{table}", name, group)) for name, (where, value) in sizes.items()]
    return replace(held, counts=(*held.counts, *found), curves={table: counts})


def _with_untold(times: Times, cells: CurveCells) -> tuple[CurveCounts, tuple[Box, ...]]:
    """Return the curve with the cases whose time cannot be told, where they are few; and the box of each group."""
    table = times.table
    # a risk table says after which day somebody entered, the gate is told before which one
    entered = np.zeros_like(table.entered)
    entered[:, 1:] = table.entered[:, :-1]
    days, events, censored = table.days, table.events, table.censored.copy()
    if len(days) > 1 and not events[..., 0].any() and not censored[:, 0].any():
        days, events, censored, entered = days[1:], events[..., 1:], censored[:, 1:].copy(), entered[:, 1:].copy()
    n = entered.sum(axis=1)
    untold = np.zeros_like(n)
    if times.given_days < 0:
        untold = untold + sum(
            (np.asarray(one) for reason, one in table.left_out.items() if reason != "not_started"), np.zeros_like(n)
        )
    folded = (untold < _MOST_FOLDED) & (untold <= _MOST_FOLDED_SHARE * n)
    entered[:, 0] += np.where(folded, untold, 0)
    censored[:, 0] += np.where(folded, untold, 0)
    boxes = []
    for place, levels in enumerate(table.strata.levels):
        held: dict[str, Any] = dict(zip(table.strata.names, levels, strict=True))
        if cells.start:
            held[cells.start] = "yes"
        if not folded[place]:
            held[f"time told: {cells.dimension}"] = "yes"
        boxes.append(box({**held, **cells.units}))
    counts = CurveCounts(
        strata=tuple(boxes),
        endings=table.outcomes,
        ending_boxes=tuple(box({cells.dimension: cells.levels[one]}) for one in table.outcomes),
        days=days,
        entered=entered,
        events=events,
        censored=censored,
    )
    return counts, tuple(boxes)


@dataclass(frozen=True, eq=False, kw_only=True)
class CoarseCurve:
    """A curve as the gate gave it back.

    Attributes
    ----------
    times : Times
        On a coarse grid of days, without the groups whose curve may not be shown.
    joined : array of bool, shape (G, K)
        Endings of a group that stand among those told together.
    told_from : array, shape (G, K)
        Day from which on an ending of a group is told: before it nobody knows when the first ones came.
    hidden : int
        Groups that are not shown.
    wider : float
        By how much intervals are wider than those of independent cases; NaN where none can be given.
    alone : tuple of str or None
        The one group that is left of several.
    """

    times: Times
    joined: Flags
    told_from: Floats
    hidden: int
    wider: float
    alone: tuple[str, ...] | None

    @property
    def untold(self) -> Flags:
        """Whether nothing is told of an ending of a group by a day, (G, K, T): not by itself, or not yet."""
        early = self.times.table.days < self.told_from[:, :, None]
        flags: Flags = self.joined[:, :, None] | early
        return flags

    def only(self, outcome: str) -> CoarseCurve:
        """Return the groups in which an ending is told by itself.

        Raises
        ------
        QuestionError
            When it is in none.
        """
        table = self.times.table
        kept = np.zeros(0, np.intp)
        if outcome in table.outcomes:
            kept = np.flatnonzero(~self.joined[:, table.outcomes.index(outcome)])
        if not len(kept):
            raise QuestionError(
                tr("In each group too few cases ended so for a curve that may be published."),
                tr("Ask of larger groups."),
            )
        strata = Strata(table.strata.names, tuple(table.strata.levels[place] for place in kept))
        less = replace(
            table,
            strata=strata,
            events=table.events[kept],
            censored=table.censored[kept],
            entered=table.entered[kept],
        )
        return replace(
            self,
            times=replace(self.times, table=less, at_risk=self.times.at_risk[kept]),
            joined=self.joined[kept],
            told_from=self.told_from[kept],
            hidden=self.hidden + len(table.strata) - len(kept),
            alone=strata.levels[0] if len(kept) == 1 and strata.names else None,
        )

    def limits_of(
        self, estimate: Floats, std_error: Floats, *, confidence_level: float, limits: Limits
    ) -> tuple[Floats, Floats, Floats]:
        """Return standard errors and limits of shares on the coarse curve, allowing for clusters."""
        wider = std_error * self.wider
        found = pointwise(estimate, wider, confidence_level=confidence_level, limits=limits)
        return wider, found.conf_low, found.conf_high

    def incidence(self, *, confidence_level: float, limits: Limits) -> Incidence:
        """Return the cumulative incidences of the coarse curve, those that are not told one by one as NaN."""
        found = incidence_of(self.times, confidence_level=confidence_level, limits=limits)
        if self.wider != 1:
            told = self.limits_of(found.incidence, found.std_error, confidence_level=confidence_level, limits=limits)
            found = Incidence(found.survival, found.incidence, *told)
        return Incidence(found.survival, *(np.where(self.untold, np.nan, one) for one in found[1:]))

    def open_share(self, *, confidence_level: float, limits: Limits) -> KaplanMeier:
        """Return the share still open of the coarse curve."""
        found = open_share_of(self.times, confidence_level=confidence_level, limits=limits)
        if self.wider == 1:
            return found
        told = self.limits_of(found.survival, found.std_error, confidence_level=confidence_level, limits=limits)
        return KaplanMeier(found.survival, *told)

    def words(self, known: Mapping[str, Readable]) -> dict[str, Readable]:
        """Return the words of the endings, and of those that are told together."""
        return {**known, JOINED: JOINED_WORDS}


def coarse_curve(times: Times, protected: Protected, table: str = "main") -> CoarseCurve:
    """Return what a curve is estimated from once more, from what the gate gave back and nothing else.

    Raises
    ------
    QuestionError
        When no curve is left, or it rests on sampling weights.
    """
    if times.table.weighted:
        raise QuestionError(
            tr("A curve that rests on sampling weights cannot be computed again from counts of cases."),
            tr("Leave it out of the release; counts and shares of the same cases may be published."),
        )
    shown = protected.curves.get(table)
    there = np.zeros(0, bool) if shown is None else np.nansum(shown.entered, axis=1) > 0
    if shown is None or not there.any():
        raise QuestionError(
            tr("Each group has too few cases for a curve that may be published."), tr("Ask of larger groups.")
        )
    kept = np.flatnonzero(there)
    events = np.asarray(shown.events)[kept]
    joined = np.isnan(events.astype(float)).any(axis=2)
    # an ending that is told in no group has no curve of its own
    told = np.flatnonzero(~joined.all(axis=0))
    # nobody's endings had to be put together
    told = told[[shown.endings[place] != JOINED or bool(events[:, place].any()) for place in told]]
    joined |= (np.array(shown.endings) == JOINED) & ~events.any(axis=2)
    strata = times.table.strata
    before = min(max(times.given_days, -1), int(shown.days[0]) - 1)
    coarse = _in_the_middle(
        RiskTable(
            strata=Strata(strata.names, tuple(strata.levels[place] for place in kept)),
            outcomes=tuple(shown.endings[place] for place in told),
            days=np.concatenate([[before], shown.days]).astype(np.int32),
            events=_with_a_day(np.nan_to_num(events.astype(float))[:, told], first=True),
            censored=_with_a_day(np.asarray(shown.censored)[kept], first=True),
            entered=_with_a_day(np.asarray(shown.entered)[kept], first=False),
            left_out={},
        )
    )
    made = Times(
        table=coarse,
        at_risk=at_risk(coarse.events, coarse.censored, coarse.entered),
        variance="greenwood" if times.rows is not None else times.variance,
        rows=None,
        clusters=None,
        given_days=times.given_days,
        notes=(),
    )
    if bool((made.at_risk < 0).any()):
        raise QuestionError(
            tr("The cases came under observation on so different days that their curve cannot be told in steps."),
            tr("Publish counts of these cases."),
        )
    alone = coarse.strata.levels[0] if len(kept) == 1 and strata.names else None
    return CoarseCurve(
        times=made,
        joined=joined[:, told],
        told_from=_first_days(shown.days, np.nan_to_num(events.astype(float))[:, told]),
        hidden=len(strata) - len(kept),
        wider=_wider(times),
        alone=alone,
    )


def _wider(times: Times) -> float:
    """Return by how much the robust intervals of an answer are wider than those of independent cases.

    One number for all groups, endings and days, the root of the mean ratio of the variances at the marked days, rounded
    up to a tenth: which clusters are large or unlike others cannot be read from it.
    """
    if times.rows is None:
        return 1.0
    if times.unsure.any():
        return float("nan")
    plain = aalen_johansen(times.table.events, times.at_risk).std_error
    days = marked_days(times.table, times.given_days)
    robust, simple = (
        np.nan_to_num(at_days(times.table.days, one, days, before=0.0)) ** 2
        for one in (robust_errors(times, "incidence"), plain)
    )
    total = float(simple.sum())
    ratio = float(robust.sum()) / total if total > 0 else float("nan")
    return max(1.0, float(np.ceil(10 * np.sqrt(ratio) - 1e-9)) / 10)


def _first_days(days: Days, events: Floats) -> Floats:
    """Return the first day on which an ending of a group is told, (G, K); -inf for one that nobody had."""
    there = events > 0
    return np.where(there.any(axis=2), days[there.argmax(axis=2)], -np.inf)


def _with_a_day(array: Tallies, *, first: bool) -> Tallies:
    """Return whole numbers by day with a day more: nothing on the new first one, or (who entered) on the last one."""
    none = np.zeros((*array.shape[:-1], 1))
    whole = np.round(np.concatenate([none, array] if first else [array, none], axis=-1))
    return whole.astype(np.int64)


def _in_the_middle(table: RiskTable) -> RiskTable:
    """Return the table with what was held back put into the middle of the days over which it came together.

    On the day on which it was given back all of it would come late, and every curve would run below the true one. Who
    is last seen on the last day stays there, since the tail that was cut off is among them.
    """
    g, k, t = table.events.shape
    series = np.concatenate([table.events.reshape(g * k, t), table.censored])
    # the first step of a group came together from the day on which the first of it came under observation
    begin = (table.entered > 0).argmax(axis=1)
    begins = np.concatenate([np.repeat(begin, k), begin])
    middles = np.zeros(series.shape, np.int64)
    for row, numbers in enumerate(series):
        given = np.flatnonzero(numbers)
        since = np.concatenate([begins[row : row + 1], given[:-1]])
        middles[row, given] = (table.days[since] + table.days[given] + 1) // 2
        if row >= g * k and len(given):
            middles[row, given[-1]] = table.days[given[-1]]
    days = np.union1d(table.days, middles[series > 0])
    moved = np.zeros((len(series), len(days)), np.int64)
    rows, places = np.nonzero(series)
    moved[rows, np.searchsorted(days, middles[rows, places])] = series[rows, places]
    entered = np.zeros((g, len(days)), np.int64)
    entered[:, np.searchsorted(days, table.days)] = table.entered
    return replace(
        table,
        days=days.astype(np.int32),
        events=moved[: g * k].reshape(g, k, -1),
        censored=moved[g * k :],
        entered=entered,
    )


def coarse_notes(curve: CoarseCurve) -> tuple[Readable, ...]:
    """Return what a reader of a published curve must know."""
    notes: list[Readable] = [
        tr(
            "Published curves go in steps: what happened is told when enough cases have come together, in the middle "
            "of the days over which they came; the last days are left out."
        )
    ]
    if curve.hidden:
        notes.append(tr("Groups with too few cases for a curve are not shown."))
    if curve.joined.any() or JOINED in curve.times.table.outcomes:
        notes.append(tr("Endings that few cases had are told together."))
    if np.isnan(curve.wider):
        notes.append(
            tr("An interval that allows for clusters cannot be computed from published counts; none is shown.")
        )
    elif curve.wider != 1:
        factor = Label({one: format_number(curve.wider, one, decimals=1) for one in LANGUAGES})
        notes.append(
            tr(
                "Intervals allow for cases of one cluster being alike: they are wider by the factor {factor}, which is "
                "one for the whole answer and rounded up.",
                factor=factor,
            )
        )
    return tuple(notes)


def marked(table: Table, curve: CoarseCurve, key: str = "outcome") -> Table:
    """Return a table of shares on the coarse curve with the cells marked as hidden that it does not tell."""
    names = curve.times.table.strata.names
    if any(name not in table.values for name in names):
        return table
    joined = _joined_rows(table, curve, key)
    hidden = joined
    if any(one.kind == "probability" and one.name == "estimate" for one in table.columns):
        hidden = np.isnan(table["estimate"].astype(float))
    if not hidden.any():
        return table
    if key in table.values:
        # a group none of whose endings were put together
        empty = joined & (table[key] == JOINED)
        kept, hidden, joined = ~empty, hidden[~empty], joined[~empty]
        table = Table(
            table.columns,
            {name: one[kept] for name, one in table.values.items()},
            labels=table.labels,
            title=table.title,
        )
    values: dict[str, Any] = dict(table.values)
    statuses = dict(table.statuses)
    for column in table.columns:
        if column.role in {"estimate", "interval"}:
            values[column.name] = np.where(joined, np.nan, table[column.name].astype(float))
            statuses[column.name] = tuple(np.where(hidden, "suppressed", "").tolist())
        if column.name == "events" and joined.any():
            values["events"] = np.where(joined, np.nan, table["events"].astype(float))
            statuses["events"] = tuple(np.where(joined, "suppressed", "").tolist())
    return Table(
        table.columns, values, labels=table.labels, title=table.title, statuses=statuses, guard="curve", sparse=True
    )


def _joined_rows(table: Table, curve: CoarseCurve, key: str) -> Flags:
    """Return the rows of endings that are told together with others."""
    flags = np.zeros(len(table), np.bool_)
    if key not in table.values:
        return flags
    strata, outcomes = curve.times.table.strata, curve.times.table.outcomes
    for group, place in zip(*np.nonzero(curve.joined), strict=True):
        rows = table[key] == outcomes[place]
        for name, level in zip(strata.names, strata.levels[group], strict=True):
            rows &= table[name] == level
        flags |= rows
    return flags


@dataclass(frozen=True, eq=False, kw_only=True)
class PublishedCurve(Published):
    """An answer about time as it may be published: computed again on a coarse grid, from protected counts alone.

    Attributes
    ----------
    answer : Result
        The answer of the same class on the coarse grid; it says and draws itself.
    alone : tuple of str or None
        The one group that is left of several.
    """

    question: ClassVar[str] = ""

    answer: Result
    alone: tuple[str, ...] | None = None

    def findings(self) -> tuple[Readable, ...]:
        """Return the answer in sentences, from what is published of it."""
        said = self.answer.findings()
        return said if self.alone is None else tuple(_of_group(self.alone, one) for one in said)

    def headline(self) -> Readable | None:
        """Return the finding that tells most, of what is published."""
        said = self.answer.headline()
        return said if said is None or self.alone is None else _of_group(self.alone, said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw what is published of the answer."""
        drawn = self.answer.plot(ax, language=language)
        if self.alone is not None and not drawn.get_title():
            drawn.set_title(" · ".join(one.text(language) for one in levels_words(self.alone)), loc="left")
        return drawn

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw a further view of what is published."""
        return self.answer.draw(view, ax, language=language)


def _of_group(levels: Sequence[str], said: Readable) -> Readable:
    return tr("{groups}: {said}", groups=levels_words(levels), said=said)


def published_curve(
    result: Result, protected: Protected, curve: CoarseCurve, tables: Mapping[str, Table], /, **fields: Any
) -> PublishedCurve:
    """Put the published form of an answer together.

    Parameters
    ----------
    result : Result
    protected : Protected
    curve : CoarseCurve
    tables : mapping of str to Table
        Those computed again; further ones that the gate protected by itself follow them.
    fields : of the answer's class
        What it holds besides, computed again too.
    """
    more = {
        name: one for name, one in protected.tables.items() if name not in tables and one.guard in {"counts", "words"}
    }
    shown: dict[str, Any] = {
        "tables": {**{name: marked(one, curve) for name, one in tables.items()}, **more},
        "provenance": protected.provenance,
        "notes": (*protected.notes, *coarse_notes(curve)),
    }
    answer = replace(result, **shown, **fields)
    return PublishedCurve(
        heading=result.heading,
        definition=result.definition,
        frame_library=result.frame_library,
        asked=type(result),
        answer=answer,
        alone=curve.alone,
        **shown,
    )
