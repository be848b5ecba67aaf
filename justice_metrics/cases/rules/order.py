"""Rules on the order of acts: which stage can never be dated before which, by the graph of the procedure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw

from ...base.language import Message, tr
from ..procedure import Procedure
from ..procedure_graph import reachable
from .rule import ALWAYS, FLOWS, TIME, Probe, Rule, Subject, Tally, either, sure
from .spans import earliest_span

VERDICT: Final = "verdict"
FINAL_VERDICT: Final = "final_verdict"
_FEWEST_PAIRS: Final = 50
_NEARLY_ALL: Final = 0.9


class Pair(NamedTuple):
    """Two states or groups of states of which the first must have been come to first."""

    before: str
    after: str


def ordered_pairs(procedure: Procedure) -> tuple[Pair, ...]:
    """Return the pairs whose order is fixed, each with the one that must come first named first.

    A stage must come first when every road to the other one passes it, or when the case cannot come back to it.
    Suspensions and endings that are reopened are no roads. All verdicts count as one thing, and so do final
    verdicts; a trial before its verdict has a rule of its own.
    """
    steps = [one for one in procedure.road if procedure.state(one).funnel]
    pairs = [Pair(first, stage) for stage in procedure.stages for first in procedure.required_before(stage)]
    pairs += [
        Pair(first, second)
        for place, first in enumerate(steps)
        for second in steps[place + 1 :]
        if first not in followers(procedure, [second])
    ]
    verdicts = procedure.roles.get(VERDICT, ())
    if verdicts:
        trial = procedure.roles.get("trial", ())
        pairs += [
            Pair(one, VERDICT)
            for one in steps
            if one not in (procedure.start, *trial) and one not in followers(procedure, verdicts)
        ]
        pairs += [Pair(VERDICT, one) for one in after_verdict(procedure)]
        pairs += _among_appeals(procedure, verdicts)
        if FINAL_VERDICT in procedure.roles:
            pairs.append(Pair(VERDICT, FINAL_VERDICT))
    return tuple(dict.fromkeys(pairs))


def followers(procedure: Procedure, states: Sequence[str]) -> frozenset[str]:
    """Return what a case can come to after ``states`` without a suspension and without a further ending in between."""
    return reachable(procedure.edges, states, not_through={*procedure.suspended, *procedure.outcomes})


def after_verdict(procedure: Procedure) -> tuple[str, ...]:
    """Return the stages to which no road leads but through a verdict: appeal, cassation, execution."""
    if not procedure.verdicts:
        return ()
    before = reachable(procedure.edges, [procedure.start], not_through=procedure.verdicts)
    return tuple(one for one in procedure.stages if one not in before)


def _among_appeals(procedure: Procedure, verdicts: Sequence[str]) -> list[Pair]:
    late = after_verdict(procedure)
    return [
        Pair(first, second)
        for first in late
        for second in late
        if first != second and second not in reachable(procedure.edges, verdicts, not_through=[first])
    ]


def states_of(procedure: Procedure, name: str) -> tuple[str, ...]:
    """Return the states behind one side of a pair."""
    return procedure.roles.get(name, ()) if name in {VERDICT, FINAL_VERDICT} else (name,)


def _judged_again(subject: Subject, pair: Pair) -> bool:
    """Return whether the verdict may be a later one: a wide table holds the one that stands, not the one appealed."""
    procedure = subject.cases.procedure
    if pair.before != VERDICT or not subject.cases.intake.one_row_per_unit or pair.after not in procedure.stages:
        return False
    return bool(followers(procedure, [pair.after]).intersection(states_of(procedure, VERDICT)))


def _pair_probes(subject: Subject) -> list[Probe]:
    return _of_pairs(
        subject, [one for one in ordered_pairs(subject.cases.procedure) if not _judged_again(subject, one)]
    )


def _before_last_verdict(subject: Subject) -> list[Probe]:
    return _of_pairs(subject, [one for one in ordered_pairs(subject.cases.procedure) if _judged_again(subject, one)])


def _of_pairs(subject: Subject, pairs: Sequence[Pair]) -> list[Probe]:
    procedure = subject.cases.procedure
    probes = []
    for pair in pairs:
        first = subject.first_on(states_of(procedure, pair.before))
        second = subject.first_on(states_of(procedure, pair.after))
        if first is None or second is None:
            continue
        words = tr("{after} before {before}", after=subject.words(pair.after), before=subject.words(pair.before))
        mask, both = second.before(first), first.known & second.known
        probes.append(Probe(key=f"{pair.after}<{pair.before}", words=words, mask=mask, base=both))
    return probes


def _same_day(subject: Subject) -> list[Probe]:
    """Look at the pairs whose order is fixed: the same day is allowed, but not in nearly every case."""

    def nearly_all(tally: Tally) -> bool:
        return tally.base >= _FEWEST_PAIRS and tally.share >= _NEARLY_ALL

    procedure = subject.cases.procedure
    probes = []
    for pair in ordered_pairs(procedure):
        first = subject.first_on(states_of(procedure, pair.before))
        second = subject.first_on(states_of(procedure, pair.after))
        if first is None or second is None:
            continue
        words = tr("{before} and {after}", before=subject.words(pair.before), after=subject.words(pair.after))
        # two acts of one month are on one day only where the file says the days
        both, same = first.exact & second.exact, second.day == first.day
        probes.append(Probe(key=f"{pair.before}={pair.after}", words=words, mask=same, base=both, fires=nearly_all))
    return probes


def _verdict_before_trial(subject: Subject) -> list[Probe]:
    procedure = subject.cases.procedure
    trial, verdicts = procedure.roles.get("trial", ()), procedure.roles.get(VERDICT, procedure.verdicts)
    held, judged = subject.first_on(trial), subject.first_on(verdicts)
    if held is None or judged is None:
        return []
    # A verdict by another way, such as an abbreviated procedure, can be annulled and tried afterwards.
    others = [one for one in _ways_to(procedure, verdicts) if one not in trial]
    excused = either([sure(subject.cases.reached((one,))) for one in others]) if others else ~ALWAYS
    return [Probe(mask=judged.before(held) & ~excused, base=held.known & judged.known)]


def _ways_to(procedure: Procedure, verdicts: Sequence[str]) -> tuple[str, ...]:
    """Return the stages from which a first verdict is one move away."""
    late = after_verdict(procedure)
    return tuple(
        one for one in procedure.stages if one not in late and set(procedure.edges.get(one, ())).intersection(verdicts)
    )


def _ending_before_start(subject: Subject) -> list[Probe]:
    if subject.start not in subject.cases.dated_states:
        return []
    start = subject.span(subject.start)
    end = earliest_span([subject.span(one) for one in ("outcome", *subject.cases.dated_roles)]) or subject.ending
    return [Probe(mask=end.before(start), base=start.known & end.known)]


def _skipped(subject: Subject) -> list[Probe]:
    cases, procedure = subject.cases, subject.cases.procedure
    known = {*cases.dated_states, *cases.seen_states}
    probes = []
    for stage in procedure.stages:
        if stage not in known or stage == procedure.start or not procedure.state(stage).funnel:
            continue
        later = tuple(one for one in procedure.ids if one in known and stage in procedure.required_before(one))
        if later:
            beyond = sure(cases.reached(later)) & ~_by_side_road(subject, stage, later)
            probes.append(
                Probe(key=stage, words=subject.words(stage), mask=~sure(cases.reached((stage,))), base=beyond)
            )
    verdicts = procedure.roles.get(VERDICT, ())
    ways = _ways_to(procedure, verdicts)
    if len(ways) > 1 and known.issuperset(ways) and known.intersection(verdicts):
        words: Message = tr("{ways}, one of them", ways=[subject.words(one) for one in ways])
        probes.append(
            Probe(key=VERDICT, words=words, mask=~sure(cases.reached(ways)), base=sure(subject.stands_as(verdicts)))
        )
    return probes


def _unknown_way(subject: Subject) -> list[Probe]:
    """Look at verdicts of which no dated stage tells the way, where the data have no column for some of the ways."""
    cases, procedure = subject.cases, subject.cases.procedure
    known = {*cases.dated_states, *cases.seen_states}
    verdicts = procedure.roles.get(VERDICT, ())
    ways = _ways_to(procedure, verdicts)
    told = tuple(one for one in ways if one in known)
    if not told or len(told) == len(ways):
        return []
    return [Probe(mask=~sure(cases.reached(told)), base=sure(subject.stands_as(procedure.verdicts)))]


def _by_side_road(subject: Subject, stage: str, later: Sequence[str]) -> nw.Expr:
    """Return the units that went around ``stage``, as by an abbreviated procedure whose verdict was annulled."""
    cases, procedure = subject.cases, subject.cases.procedure
    around = reachable(
        procedure.edges, [procedure.start], not_through={stage, *procedure.suspended, *procedure.outcomes}
    )
    usual = {procedure.start, stage, *procedure.required_before(stage), *later}
    roads = [
        one
        for one in procedure.stages
        if one in around
        and one not in usual
        and one in {*cases.dated_states, *cases.seen_states}
        and set(later) & reachable(procedure.edges, [one], not_through={stage})
    ]
    return either([sure(cases.reached((one,))) for one in roads])


def _appeal_without_verdict(subject: Subject) -> list[Probe]:
    cases, procedure = subject.cases, subject.cases.procedure
    known = {*cases.dated_states, *cases.seen_states}
    judged = {*known, *cases.dated_roles}.intersection((*procedure.verdicts, VERDICT, FINAL_VERDICT))
    if not judged:
        return []
    without = ~sure(cases.reached(procedure.verdicts))
    return [
        Probe(key=one, words=subject.words(one), mask=without, base=sure(cases.reached((one,))))
        for one in after_verdict(procedure)
        if one in known
    ]


ORDER_RULES: Final = (
    Rule(
        id="dates_out_of_order",
        severity="error",
        sentence=tr("A stage is dated before a stage that must come first"),
        remedy=tr(
            "Compare both dates with the file: often day and month, or the dates of two stages, were swapped. The "
            "same day is allowed, and so is the same month or year where only that is known. If the law allows the "
            "order, add the move to the procedure file."
        ),
        touches=("attrition", *TIME),
        probes=_pair_probes,
    ),
    Rule(
        id="appeal_before_verdict",
        severity="note",
        sentence=tr("An appeal is dated before the verdict by which the case stands"),
        remedy=tr(
            "That is right where the appeal changed or repeated the verdict. Else compare both dates with the file. "
            "With one row per case only the last verdict is known; an event log keeps the first one too."
        ),
        touches=("time_to",),
        probes=_before_last_verdict,
    ),
    Rule(
        id="stages_on_one_day",
        severity="note",
        sentence=tr("In nearly all cases two stages that follow each other bear the same date"),
        remedy=tr("See whether one column was copied from the other. If so, no time between the two can be told."),
        touches=TIME,
        probes=_same_day,
        certain=False,
    ),
    Rule(
        id="verdict_before_trial",
        severity="error",
        sentence=tr("The verdict is dated before the trial"),
        remedy=tr(
            "Compare both dates with the sentence and the record of the trial. After an annulled verdict enter the "
            "new verdict too."
        ),
        touches=("attrition", *TIME),
        probes=_verdict_before_trial,
    ),
    Rule(
        id="ending_before_start",
        severity="error",
        sentence=tr("The case ended before it started, by its dates"),
        remedy=tr("Correct the date of the ending or that of the start. Until then the case has no duration."),
        touches=(*FLOWS, *TIME),
        probes=_ending_before_start,
    ),
    Rule(
        id="stage_skipped",
        severity="warning",
        sentence=tr("A later stage is recorded, but not a stage that every case passes before it"),
        remedy=tr(
            "Look for the missing act in the file and enter its date; the case counts as having reached the stage."
        ),
        touches=("attrition", "time_to"),
        probes=_skipped,
    ),
    Rule(
        id="verdict_way_unknown",
        severity="note",
        sentence=tr("The case has a verdict, but neither a date of trial nor any other stage that leads to a verdict"),
        remedy=tr(
            "Enter the date of the trial; or give the data a column for the other ways, such as an abbreviated "
            "procedure. Attrition counts such a case as tried, and the completeness of the trial date cannot be told."
        ),
        touches=("attrition", "time_to"),
        probes=_unknown_way,
    ),
    Rule(
        id="appeal_without_verdict",
        severity="warning",
        sentence=tr("A stage that follows a verdict is recorded, but no verdict"),
        remedy=tr("Enter the verdict that was appealed, with its date; without it the case counts as never judged."),
        touches=("attrition", "conviction_rates", "cumulative_incidence", "time_to"),
        probes=_appeal_without_verdict,
    ),
)
