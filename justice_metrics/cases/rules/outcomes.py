"""Rules on endings: without a date, with a date but open, several at once, contradicted by a stage or a verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..attributes import attribute_words
from ..conversions.text import normalise
from .masks import one_of
from .named_days import reopening_of
from .order import followers
from .rule import FLOWS, TIME, Counted, Facts, Probe, Rule, Subject, Tally, either, sure

SAID_NOTHING: Final = 0
SAID_OPEN: Final = 1
SAID_ENDED: Final = 2
_STATUS: Final = re.compile(r"^(case_)?(status|state|estado|situacion|situation)(_|$)")
_SAYS_OPEN: Final = re.compile(r"^(open|pending|ongoing|abiert|pendiente|en (tramite|curso|proceso)|activ[oae]\b)")
_SAYS_CLOSED: Final = re.compile(r"^(closed|concluded|finished|cerrad|concluid|terminad|finaliz)")


def _said(subject: Subject, value: int) -> nw.Expr | None:
    return sure(nw.col("conclusion_said") == value) if "conclusion_said" in subject.columns else None


def _without_date(subject: Subject) -> list[Probe]:
    # A stand-in date is reported by its own rule.
    return [Probe(mask=nw.col("outcome_day").is_null(), base=~subject.pending)]


def _pending_with_date(subject: Subject) -> list[Probe]:
    said = _said(subject, SAID_OPEN)
    if said is None or "conclusion_day" not in subject.columns:
        return []
    return [Probe(mask=~subject.on("conclusion").is_null(), base=said)]


def _date_without_outcome(subject: Subject) -> list[Probe]:
    said = _said(subject, SAID_NOTHING)
    if said is None or "conclusion_day" not in subject.columns:
        return []
    return [Probe(mask=said, base=~subject.on("conclusion").is_null())]


def _blank(subject: Subject) -> list[Probe]:
    """Look at blank outcomes only where others say "pending" in so many words."""
    blank, pending = _said(subject, SAID_NOTHING), _said(subject, SAID_OPEN)
    if blank is None or pending is None:
        return []
    undated = subject.on("conclusion").is_null() if "conclusion_day" in subject.columns else nw.lit(value=True)

    def others_say_pending(tally: Tally) -> bool:
        return tally.n > 0 and tally.extra["pending"] > 0

    return [Probe(mask=blank & undated, extra={"pending": pending}, fires=others_say_pending)]


def _several(subject: Subject) -> list[Probe]:
    """Look for two endings of different classes of which neither can follow the other in the order of their dates."""
    procedure = subject.cases.procedure
    dated = [one for one in procedure.outcomes if one in subject.cases.dated_states]
    conflicts = []
    for place, one in enumerate(dated):
        for two in dated[place + 1 :]:
            if procedure.class_of(one) == procedure.class_of(two):
                continue
            day_one, day_two = subject.span(one), subject.span(two)
            conflict = day_one.known & day_two.known
            if two in followers(procedure, [one]):
                conflict = conflict & sure(day_two.before(day_one))
            if one in followers(procedure, [two]):
                conflict = conflict & sure(day_one.before(day_two))
            conflicts.append(conflict)
    if not conflicts:
        return []
    return [Probe(mask=either(conflicts), base=sure(subject.cases.reached(procedure.outcomes)))]


def _stage_after(subject: Subject) -> list[Probe]:
    procedure = subject.cases.procedure
    probes = []
    for outcome in procedure.outcomes:
        if outcome not in subject.cases.dated_states or procedure.state(outcome).role == "verdict":
            continue
        possible = followers(procedure, [outcome])
        # Stages before a verdict are compared with verdicts by the rule on the order of dates.
        covered = procedure.road if outcome in procedure.verdicts else ()
        later = [one for one in subject.stages if one not in possible and one not in covered]
        ended = subject.span(outcome)
        hit = either([sure(ended.before(subject.span(one))) for one in later])
        if later:
            probes.append(Probe(key=outcome, words=subject.words(outcome), mask=hit, base=ended.known))
    return probes


def _went_on(subject: Subject) -> list[Probe]:
    """Look for acts after an ending that can be reopened; a status that says the case is open is a marker too."""
    says_open = either([said for _, said in _levels_that_say(subject, _SAYS_OPEN)])
    return [replace(one, mask=sure(one.mask) & ~says_open) for one in _acts_after(subject)]


def _acts_after(subject: Subject) -> list[Probe]:
    """Look for acts after an ending by which, as the file says, the case still stands, and that can be reopened."""
    said = _said(subject, SAID_ENDED)
    procedure = subject.cases.procedure
    if said is None:
        return []
    reopened = reopening_of(subject.cases)
    unmarked = nw.col(reopened).is_null() if reopened else nw.lit(value=True)
    probes = []
    for outcome in procedure.outcomes:
        possible = followers(procedure, [outcome]) if procedure.state(outcome).reopens else frozenset()
        later = [one for one in subject.stages if one in possible]
        if not later:
            continue
        hit = either([sure(subject.span("outcome").before(subject.span(one))) for one in later]) & unmarked
        base = said & subject.stands_as([outcome]) & _after_start(subject)
        probes.append(Probe(key=outcome, words=subject.words(outcome), mask=hit, base=base))
    return probes


def _after_start(subject: Subject) -> nw.Expr:
    """Return the units whose ending is dated on or after their start: an earlier one has a rule of its own."""
    ended = subject.span("outcome")
    if subject.start not in subject.cases.dated_states:
        return ended.known
    return ended.known & ~sure(ended.before(subject.span(subject.start)))


def _levels_that_say(subject: Subject, words: re.Pattern[str]) -> list[tuple[str, nw.Expr]]:
    """Return, for each attribute that is a status by its name, the units whose level begins with one of ``words``."""
    texts = [one for one in subject.cases.attributes if one not in subject.cases.numeric_attributes]
    found = []
    for name in (one for one in texts if _STATUS.search(one)):
        levels = subject.cases.milestones.select(name).drop_nulls().unique().collect().get_column(name).to_list()
        said = sorted(str(one) for one in levels if words.search(normalise(str(one))))
        found.append((name, one_of(nw.col(name), said)))
    return found


def _open_but_ended(subject: Subject) -> list[Probe]:
    """Look at endings that leave nothing open: after a verdict that can be appealed the case goes on."""
    procedure = subject.cases.procedure
    goes_on = [one for one in procedure.roles.get("verdict", ()) if procedure.edges.get(one)]
    ended = ~subject.pending & ~subject.stands_as(goes_on)
    return [
        Probe(key=name, words=attribute_words(name), mask=ended, base=said)
        for name, said in _levels_that_say(subject, _SAYS_OPEN)
    ]


def _closed_but_pending(subject: Subject) -> list[Probe]:
    return [
        Probe(key=name, words=attribute_words(name), mask=subject.pending, base=said)
        for name, said in _levels_that_say(subject, _SAYS_CLOSED)
    ]


def _verdict_date_without_verdict(subject: Subject) -> list[Probe]:
    procedure = subject.cases.procedure
    possible = followers(procedure, procedure.verdicts) if procedure.verdicts else frozenset()
    excused = [one for one in procedure.outcomes if one in possible or one in procedure.verdicts]
    return [
        Probe(
            key=role,
            words=subject.words(role),
            mask=~subject.pending & ~subject.stands_as(excused),
            base=~subject.on(role).is_null(),
        )
        for role in subject.cases.dated_roles
        if set(procedure.resolve(role)) <= set(procedure.verdicts)
    ]


def _two_days(subject: Subject) -> list[Probe]:
    """Compare the date of conclusion with the date of the verdict that it is, where a file has both."""
    if "conclusion_day" not in subject.columns:
        return []
    procedure = subject.cases.procedure
    probes = []
    for role in subject.cases.dated_roles:
        conclusion, own = subject.span("conclusion"), subject.span(role)
        stands = subject.stands_as(procedure.resolve(role))
        differ = conclusion.before(own) | own.before(conclusion)
        base = stands & conclusion.known & own.known
        probes.append(Probe(key=role, words=subject.words(role), mask=differ, base=base))
    return probes


def _open_in_closed(subject: Subject) -> list[Probe]:
    if subject.cases.sampling.frame != "closed_only":
        return []
    return [Probe(mask=subject.pending)]


def _entry_after_end(subject: Subject) -> list[Probe]:
    if not subject.cases.sampling.delayed_entry:
        return []
    entry = nw.col("entry_day")
    end = nw.when(subject.pending).then(nw.lit(subject.cases.cutoff_day)).otherwise(subject.span("outcome").last)
    return [Probe(mask=entry >= end, base=~entry.is_null() & ~end.is_null())]


def _unmatched(subject: Subject, _: Facts) -> list[Counted]:
    found = (one for one in subject.cases.intake.conversions if one.target == "label")
    return [Counted(one.column, None, one.unreadable, one.n) for one in found]


OUTCOME_RULES: Final = (
    Rule(
        id="outcome_without_date",
        severity="error",
        sentence=tr("The case has ended, but no date says when"),
        remedy=tr("Enter the date of the ending. Until then the case is left out wherever time is told."),
        touches=TIME,
        probes=_without_date,
    ),
    Rule(
        id="pending_with_conclusion_date",
        severity="warning",
        sentence=tr("The case is marked as pending, but has a date of conclusion"),
        remedy=tr("Enter how the case ended, or empty the date. Until then the case counts as pending."),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        probes=_pending_with_date,
    ),
    Rule(
        id="date_without_outcome",
        severity="warning",
        sentence=tr("The case has a date of conclusion, but its outcome is empty or not understood"),
        remedy=tr("Enter the outcome, or add its label to the mapping. Until then the case counts as pending."),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        probes=_date_without_outcome,
    ),
    Rule(
        id="outcome_blank",
        severity="note",
        sentence=tr("The outcome is empty, although other cases are marked as pending"),
        remedy=tr("See whether these cases are pending or their outcome was never entered. They count as pending."),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        probes=_blank,
        certain=False,
    ),
    Rule(
        id="several_outcomes",
        severity="warning",
        sentence=tr("The case has two endings that exclude each other"),
        remedy=tr(
            "Keep the ending that stands. If the case was reopened in between, check the order of the dates. If these "
            "are the endings of several accused or charges of one case, count accused or charges instead."
        ),
        touches=("attrition", "conviction_rates", *TIME),
        probes=_several,
    ),
    Rule(
        id="stage_after_outcome",
        severity="warning",
        sentence=tr("A stage is dated after an ending that the law does not let come back to it"),
        remedy=tr(
            "Enter the reopening, correct the date, or correct the ending. If the law does allow it, add the move to "
            "the procedure file."
        ),
        touches=("attrition", *TIME),
        probes=_stage_after,
    ),
    Rule(
        id="reopened_without_marker",
        severity="warning",
        sentence=tr("An act is dated after an ending that can be reopened, but the case still stands as ended by it"),
        remedy=tr(
            "If the case was reopened, enter how it stands now (pending, or its later ending). Else correct the date. "
            "Until then it counts as ended."
        ),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        probes=_went_on,
    ),
    Rule(
        id="open_status_with_outcome",
        severity="warning",
        sentence=tr("The status says that the case is open, but it has an outcome"),
        remedy=tr("Correct the status or the outcome; the outcome counts."),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        probes=_open_but_ended,
    ),
    Rule(
        id="closed_status_without_outcome",
        severity="warning",
        sentence=tr("The status says that the case is closed, but it has no outcome"),
        remedy=tr("Enter the outcome and its date. Until then the case counts as pending."),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        probes=_closed_but_pending,
    ),
    Rule(
        id="verdict_date_without_verdict",
        severity="error",
        sentence=tr("The case has a date of verdict, but ended in a way that cannot follow a verdict"),
        remedy=tr("Correct the outcome, or empty the date of the verdict."),
        touches=("attrition", "conviction_rates", *TIME),
        probes=_verdict_date_without_verdict,
    ),
    Rule(
        id="ending_dates_differ",
        severity="warning",
        sentence=tr("The date of conclusion differs from the date of the verdict by which the case ended"),
        remedy=tr(
            "Decide which date is right, or say which act each column means. The date of conclusion is used for the "
            "ending."
        ),
        touches=TIME,
        probes=_two_days,
    ),
    Rule(
        id="unmatched_labels",
        severity="error",
        sentence=tr("A cell of a column of outcomes, events or actors holds a label that the mapping does not know"),
        remedy=tr(
            "Add the label to the mapping. Until then the cell counts as empty, so an ended case counts as pending."
        ),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        counts="cells",
        counted=_unmatched,
    ),
    Rule(
        id="open_in_closed_files",
        severity="warning",
        sentence=tr("The data are said to hold closed files only, but the case is pending"),
        remedy=tr("Correct the outcome, or the sampling frame in [cases] of the mapping."),
        touches=("attrition", "conviction_rates", *TIME),
        probes=_open_in_closed,
    ),
    Rule(
        id="observed_after_ending",
        severity="warning",
        sentence=tr("The case was observed only from the day of its ending on, or later"),
        remedy=tr("Correct the day from which the case was observed. Such a case tells nothing about time."),
        touches=TIME,
        probes=_entry_after_end,
    ),
)
