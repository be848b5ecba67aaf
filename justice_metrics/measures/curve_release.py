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
from ..base.types import Counts, Days, Flags, Floats, Tallies
from ..cases.casedata import CaseData
from ..cases.durations import ANY_EXIT, OTHER_ENDING, Durations
from ..estimate.curves import Incidence, KaplanMeier, aalen_johansen
from ..estimate.limits import Limits, pointwise
from ..estimate.risk import at_risk
from ..estimate.steps import at_days
from ..reduce.risk import Endings, classes
from ..reduce.stages import funnel_steps
from ..reduce.strata import reached_or_passed
from ..tables import RiskTable, Strata
from .boxes import reached_restrictions
from .curve_estimates import incidence_of, open_share_of, robust_errors
from .curve_steps import EXTREMES, Bounds, around, placed, steps_of
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

    @property
    def everybody(self) -> bool:
        """Whether all cases are in the curve."""
        return not self.start and not self.units

    def renamed(self, question: str) -> CurveCells:
        """Return the cells of a question whose endings are not those of other curves."""
        return replace(self, dimension=f"{question}: {self.dimension}")


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
    recorded = _recorded(cases, table, start) if begun else {}
    return CurveCells(start="" if recorded else begun, dimension=dimension, levels=levels, units={**recorded, **units})


def _recorded(cases: CaseData, table: RiskTable, start: str) -> dict[str, tuple[str, ...]]:
    """Return the restrictions of those with a record of the step at which they begin, as an attrition counts them.

    Where nobody lacks one these are all who reached it; where they are not the cases of the curve, nothing.
    """
    reached = reached_restrictions(cases, start)
    if set(reached) != {"furthest"} or table.weighted:
        return {}
    step = next(one for one in funnel_steps(cases) if one.id == reached["furthest"][0])
    n = cases.milestones.select(
        own=cases.reached(step.states).fill_null(False).cast(nw.Int64).sum(),
        all=reached_or_passed(cases, start).fill_null(False).cast(nw.Int64).sum(),
    ).collect()
    own, everybody = int(n["own"][0] or 0), int(n["all"][0] or 0)
    untold = sum(int(np.asarray(one).sum()) for reason, one in table.left_out.items() if reason != "not_started")
    if own != int(table.units.sum()) + untold:
        return {}
    return dict(reached) if own == everybody else {**reached, f"recorded:{step.id}": ("yes",)}


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
        Endings of a group that stand among those told together, or of which no step is told.
    told_from : array, shape (G, K)
        Day from which on an ending of a group is told: before it nobody knows when the first ones came.
    hidden : int
        Groups that are not shown.
    wider : float
        By how much intervals are wider than those of independent cases; NaN where none can be given.
    alone : tuple of str or None
        The one group that is left of several.
    totals : array, shape (G, K)
        How many ended so in all; NaN where it is hidden.
    elsewhere : tuple of Times
        The same with the steps where they can lie at the most unlike: limits hold for these too.
    """

    times: Times
    joined: Flags
    told_from: Floats
    hidden: int
    wider: float
    alone: tuple[str, ...] | None
    totals: Floats
    elsewhere: tuple[Times, ...]

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
        return replace(
            self,
            times=_groups_of(self.times, strata, kept),
            elsewhere=tuple(_groups_of(one, strata, kept) for one in self.elsewhere),
            totals=self.totals[kept],
            joined=self.joined[kept],
            told_from=self.told_from[kept],
            hidden=self.hidden + len(table.strata) - len(kept),
            alone=strata.levels[0] if len(kept) == 1 and strata.names else None,
        )

    def limits_of(self, estimate: Floats, std_error: Floats, *, confidence_level: float, limits: Limits) -> Bounds:
        """Return shares on the coarse curve with standard errors and limits that allow for clusters."""
        wider = std_error * self.wider
        found = pointwise(estimate, wider, confidence_level=confidence_level, limits=limits)
        return Bounds(estimate, wider, found.conf_low, found.conf_high)

    def incidence(self, *, confidence_level: float, limits: Limits, masked: bool = True) -> Incidence:
        """Return the cumulative incidences of the coarse curve, those that are not told one by one as NaN.

        Limits hold wherever the steps lie within the days over which they came together.
        """
        given: Any = {"confidence_level": confidence_level, "limits": limits}

        def of(times: Times) -> Bounds:
            one = incidence_of(times, **given)
            return self.limits_of(one.incidence, one.std_error, **given)

        survival = incidence_of(self.times, **given).survival
        found = around(of(self.times), [of(one) for one in self.elsewhere], confidence_level=confidence_level)
        if not masked:
            return Incidence(survival, *found)
        return Incidence(survival, *(np.where(self.untold, np.nan, one) for one in found))

    def open_share(self, *, confidence_level: float, limits: Limits) -> KaplanMeier:
        """Return the share still open of the coarse curve, with limits like those of `incidence`."""
        given: Any = {"confidence_level": confidence_level, "limits": limits}

        def of(times: Times) -> Bounds:
            one = open_share_of(times, **given)
            return self.limits_of(one.survival, one.std_error, **given)

        found = around(of(self.times), [of(one) for one in self.elsewhere], confidence_level=confidence_level)
        return KaplanMeier(*found)

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
    sums = np.nansum(events.astype(float), axis=2)
    totals = sums if shown.totals is None else np.asarray(shown.totals, np.float64)[kept]
    # some ended so, but none of their days is told: that is no zero
    joined |= (sums == 0) & ~(totals <= 0)
    # an ending that is told in no group has no curve of its own
    told = np.flatnonzero(~joined.all(axis=0))
    # nobody's endings had to be put together
    told = told[[shown.endings[place] != JOINED or bool(events[:, place].any()) for place in told]]
    joined |= (np.array(shown.endings) == JOINED) & ~events.any(axis=2)
    strata = times.table.strata
    before = min(max(times.given_days, -1), int(shown.days[0]) - 1)
    table_told = RiskTable(
        strata=Strata(strata.names, tuple(strata.levels[place] for place in kept)),
        outcomes=tuple(shown.endings[place] for place in told),
        days=np.concatenate([[before], shown.days]).astype(np.int32),
        events=_with_a_day(np.nan_to_num(events.astype(float))[:, told], first=True),
        censored=_with_a_day(np.asarray(shown.censored)[kept], first=True),
        entered=_with_a_day(np.asarray(shown.entered)[kept], first=False),
        left_out={},
    )
    # of endings told together nobody is told how many there are
    known = np.where(np.isnan(totals), np.inf, totals)[:, told]
    steps = steps_of(table_told, known, protected.minimum)
    made = _times_of(placed(steps, "middle", "middle"), times)
    coarse = made.table
    others = tuple(_times_of(placed(steps, *where), times) for where in EXTREMES)
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
        totals=totals[:, told],
        # who came under observation late cannot have left before
        elsewhere=tuple(one for one in others if bool((one.at_risk >= 0).all())),
    )


def _times_of(table: RiskTable, times: Times) -> Times:
    """Return what a curve is estimated from, of a table that is made of published counts."""
    return Times(
        table=table,
        at_risk=at_risk(table.events, table.censored, table.entered),
        variance="greenwood" if times.rows is not None else times.variance,
        rows=None,
        clusters=None,
        given_days=times.given_days,
        notes=(),
    )


def _groups_of(times: Times, strata: Strata, kept: Counts) -> Times:
    """Return some groups of a curve."""
    table = times.table
    less = replace(
        table, strata=strata, events=table.events[kept], censored=table.censored[kept], entered=table.entered[kept]
    )
    return replace(times, table=less, at_risk=times.at_risk[kept])


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


def coarse_notes(curve: CoarseCurve) -> tuple[Readable, ...]:
    """Return what a reader of a published curve must know."""
    notes: list[Readable] = [
        tr(
            "Published curves go in steps: what happened is told when enough cases have come together, in the middle "
            "of the days over which they came; the last days are left out. On a single day such a curve can be off by "
            "several points; intervals are wide enough for that."
        ),
        # said of every curve: whether there are any may not be told
        tr("Where few cases have no usable date, they stand in the curve as seen on its first days only."),
    ]
    if curve.hidden:
        notes.append(tr("Groups with too few cases for a curve are not shown."))
    if curve.joined.any() or JOINED in curve.times.table.outcomes:
        notes.append(
            tr("Endings that few cases had, or had early enough, are told together with others or not at all.")
        )
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
        return tuple(_of_group(self.alone, one) for one in self.answer.findings())

    def headline(self) -> Readable | None:
        """Return the finding that tells most, of what is published."""
        said = self.answer.headline()
        return said if said is None else _of_group(self.alone, said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw what is published of the answer."""
        drawn = self.answer.plot(ax, language=language)
        if self.alone is not None and not drawn.get_title():
            drawn.set_title(" · ".join(one.text(language) for one in levels_words(self.alone)), loc="left")
        return drawn

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw a further view of what is published."""
        return self.answer.draw(view, ax, language=language)


def _of_group(levels: Sequence[str] | None, said: Readable) -> Readable:
    """Return a sentence with the one group that is left, unless it names it already."""
    if levels is None:
        return said
    named = tr("{groups}: {said}", groups=levels_words(levels), said=Label(""))
    if said.text("en").startswith(named.text("en").rstrip()):
        return said
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
