"""A plan applied to case data: what was dropped and accepted, checked against what was decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any, Final

import narwhals.stable.v2 as nw

from ...base.errors import CaseDataError, QuestionError, suggestion
from ...base.language import tr, trn
from ...base.provenance import Correction
from ..canonical import ensure_cutoff
from ..casedata import CaseData
from ..rules.examine import RULES, Verdict, examine, rule_named
from ..rules.masks import sure
from ..rules.offending import breaking_ids, lists_units
from ..rules.subject import Subject
from .cells import Cell
from .plan import CorrectionPlan, Decision

# What a file is refused for when no plan decides on it: cells, rows and ids that no reading can use.
REFUSED: Final = (
    *("unreadable_dates", "unreadable_numbers", "unmatched_labels", "missing_ids", "repeated_ids"),
    "rows_of_no_case",
)


def corrected(
    cases: CaseData,
    plan: CorrectionPlan,
    *,
    changed: Sequence[Cell] = (),
    already: Sequence[Cell] = (),
    listed: Mapping[str, frozenset[str]] | None = None,
    refuse: bool = True,
) -> CaseData:
    """Return case data as a plan decides, with every decision counted in its provenance.

    All findings are looked up in the data as they were read, after corrected cells and before anything is dropped, so
    the order of the decisions does not matter. A unit that two decisions drop is counted with the first.

    Parameters
    ----------
    cases : CaseData
    plan : CorrectionPlan
    changed, already : sequence of Cell
        Corrections made while the files were read, and those that were made in the data already.
    listed : mapping of str to frozenset of str, optional
        Units that each rule was broken by when the plan was made; without it only their number is compared.
    refuse : bool
        Whether to stop where a decision is outgrown; otherwise it is not carried out, and told.

    Raises
    ------
    CaseDataError
        When more findings break a rule than the plan decides on, or nothing is left.
    QuestionError
        When a rule does not say which units break it, so that none can be dropped, or does not look at the detail of a
        decision.
    """
    decided = plan.decisions("accept", "drop", "correct")
    _ensure_looked_at(cases, decided)
    rules = [rule_named(one) for one in dict.fromkeys(one.rule for one in decided)]
    found = {one.rule.id: one for one in examine(cases, rules=rules).verdicts} if rules else {}
    mended = {one.rule: _n_mended(one.rule, (*changed, *already)) for one in plan.decisions("correct")}
    # what was corrected counts as a finding too: else a correction that makes new faults would go unseen
    now = [_n(found[one.rule], one) + mended.get(one.rule, 0) for one in decided]
    strangers = [
        0 if listed is None or not n else _strangers(cases, one, listed) for one, n in zip(decided, now, strict=True)
    ]
    outgrown = [one for one in zip(decided, now, strangers, strict=True) if one[1] > one[0].n or one[2]]
    if outgrown and refuse:
        one, n, new = outgrown[0]
        raise _not_decided_on(one, new, plan.source) if new else _outgrown(one, n, mended.get(one.rule, 0), plan.source)
    standing = [(one, n) for one, n, new in zip(decided, now, strangers, strict=True) if n <= one.n and not new]
    kept, gone, dropped = _dropped(cases, tuple(one for one, _ in standing if one.do == "drop"))
    told = [_told("accepted", one, n) for one, n in standing if one.do == "accept"]
    told += [_told("outgrown", one, n) for one, n, _ in outgrown]
    told += [_told("corrected", one, _n_of(one.rule, changed)) for one in plan.decisions("correct")]
    told += [_told("already", one, _n_of(one.rule, already)) for one in plan.decisions("correct")]
    if gone and gone >= cases.n_units:
        raise CaseDataError(
            tr("'{plan}' drops every case.", plan=plan.source), tr("Look at the decisions that say drop.")
        )
    provenance = replace(
        cases.provenance,
        units_in=cases.n_units - gone,
        corrections=(*cases.provenance.corrections, *(one for one in (*told, *dropped) if one.n)),
        plan=plan.source,
    )
    return kept.with_(provenance=provenance)


def ensure_decided(cases: CaseData, plan: CorrectionPlan) -> None:
    """Refuse faults for which a file without a plan would be refused, and on which the plan does not decide.

    Raises
    ------
    CaseDataError
        With the rule and the number.
    """
    settled = {one.rule for one in plan.decisions("accept")}
    if "date_after_cutoff" not in {one.rule for one in plan.decisions("accept", "drop")}:
        day = nw.col("outcome_day")
        amount = nw.col("frequency") if cases.sampling.repeated else nw.lit(1)
        ended = cases.milestones.select(n=((~day.is_null()).cast(nw.Int64) * amount).sum()).collect()
        ensure_cutoff(int(ended.get_column("n")[0] or 0), cases.intake.ended_after_cutoff, cases.cutoff_day)
    for one in examine(cases, rules=[rule_named(word) for word in REFUSED]).verdicts:
        if one.broken and one.rule.id not in settled:
            raise CaseDataError(
                trn(
                    "'{plan}' does not settle {n} finding of the rule '{rule}': {sentence}.",
                    "'{plan}' does not settle {n} findings of the rule '{rule}': {sentence}.",
                    one.n,
                    plan=plan.source,
                    rule=one.rule.id,
                    sentence=one.rule.sentence,
                ),
                tr(
                    'Correct the cells in the file of corrections, or set do = "accept" with a reason: they then count '
                    "as missing."
                ),
            )


def _n(found: Verdict, decision: Decision) -> int:
    """Return how often a rule is broken now, where the decision looks."""
    if decision.detail is None:
        return found.n
    return next((one.n for one in found.parts if one.key == decision.detail), 0)


def _told(action: Any, decision: Decision, n: int) -> Correction:
    rule = rule_named(decision.rule)
    return Correction(action=action, what=rule.sentence, n=n, rule=rule.id, reason=decision.reason)


def decided_cells(plan: CorrectionPlan, cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return the corrections of cells; each must belong to a rule on which the plan decides "correct".

    Raises
    ------
    CaseDataError
        When some do not.
    """
    wanted = {one.rule for one in plan.decisions("correct")}
    astray = [one.rule for one in cells if one.rule not in wanted]
    if astray:
        # a text of the file that is no rule is not repeated
        known = [one.id for one in RULES if one.id in set(astray)]
        raise CaseDataError(
            trn(
                "{n} correction of a cell belongs to no rule on which '{plan}' decides \"correct\".",
                "{n} corrections of cells belong to no rule on which '{plan}' decides \"correct\".",
                len(astray),
                plan=plan.source,
            ),
            tr(
                'Set do = "correct" with a reason for these rules, or empty the column of these rows: {rules}.',
                rules=known,
            )
            if known
            else tr("Write the id of the rule beside each correction, as the check shows it."),
        )
    return cells


def _strangers(cases: CaseData, decision: Decision, listed: Mapping[str, frozenset[str]]) -> int:
    """Return how many units break a rule and were not among those that were decided on."""
    rule = rule_named(decision.rule)
    if decision.do == "correct" or not lists_units(rule, Subject(cases)):
        return 0
    return len(set(breaking_ids(cases, rule.id)) - listed.get(rule.id, frozenset()))


def _not_decided_on(decision: Decision, n: int, source: str) -> CaseDataError:
    return CaseDataError(
        trn(
            "{n} unit breaks the rule '{rule}' that was not there when '{plan}' decided on it.",
            "{n} units break the rule '{rule}' that were not there when '{plan}' decided on it.",
            n,
            rule=decision.rule,
            plan=source,
        ),
        tr(
            "Look at them (check --ids), then add their ids beside the rule in the file of cells and set n; or make "
            "another plan."
        ),
    )


def _n_of(rule: str, cells: Sequence[Cell]) -> int:
    return sum(one.rule == rule for one in cells)


def _n_mended(rule: str, cells: Sequence[Cell]) -> int:
    """Return how many findings of a rule were corrected: units where it counts units, else cells."""
    mine = [one for one in cells if one.rule == rule]
    return len({one.unit_id for one in mine}) if rule_named(rule).counts == "units" else len(mine)


def _outgrown(decision: Decision, n: int, mended: int, source: str) -> CaseDataError:
    if mended:
        return CaseDataError(
            tr(
                "'{plan}' decides on {decided} findings of the rule '{rule}': {mended} are corrected, and {n} break it "
                "still or anew.",
                plan=source,
                decided=decision.n,
                rule=decision.rule,
                mended=mended,
                n=n - mended,
            ),
            tr("Look at the corrections, and at what the check finds with this plan (check --corrections)."),
        )
    return CaseDataError(
        tr(
            "'{plan}' decides on {decided} findings of the rule '{rule}', and there are {n} now.",
            plan=source,
            decided=decision.n,
            rule=decision.rule,
            n=n,
        ),
        tr("Check the data again, look at the new ones, and set n = {n} in the plan.", n=n),
    )


def _dropped(cases: CaseData, decisions: tuple[Decision, ...]) -> tuple[CaseData, int, list[Correction]]:
    """Return the cases without what is dropped, how many units went, and what went by which rule."""
    subject = Subject(cases)
    of_units = [one for one in decisions if rule_named(one.rule).counts == "units"]
    of_spells = [one for one in decisions if rule_named(one.rule).counts == "spells"]
    for one in decisions:
        if one not in of_units and one not in of_spells:
            raise _no_units(one.rule)
    kept, spells, units = cases, [0] * len(of_spells), [0] * len(of_units)
    frame = subject.support_frame()
    if of_spells and frame is not None and cases.support is not None:
        masks = [_mask(subject, one) for one in of_spells]
        spells = _first_hits(frame, masks, None)
        own = cases.support.collect_schema().names()
        kept = kept.with_(support=frame.filter(~reduce(or_, masks)).select(*own))
    if of_units:
        masks = [_mask(subject, one) for one in of_units]
        whole = subject.frame()
        units = _first_hits(whole, masks, "frequency" if cases.sampling.repeated else None)
        kept = kept.with_(**_without(kept, whole.filter(reduce(or_, masks)).select("unit_id")))
    numbers = zip((*of_spells, *of_units), (*spells, *units), strict=True)
    return kept, sum(units), [_told("dropped", one, n) for one, n in numbers]


def _mask(subject: Subject, decision: Decision) -> nw.Expr:
    """Return what a decision drops; never null."""
    rule = rule_named(decision.rule)
    probes = rule.probes(subject)
    if decision.detail is not None:
        probes = [one for one in probes if one.key == decision.detail]
    if not probes or not rule.certain:
        raise _no_units(rule.id)
    return sure(reduce(or_, [one.hit for one in probes]))


def _ensure_looked_at(cases: CaseData, decisions: Sequence[Decision]) -> None:
    """Refuse a decision on a detail at which its rule does not look: nothing would break it, whatever was decided."""
    for one in decisions:
        keys = [] if one.detail is None else [probe.key for probe in rule_named(one.rule).probes(Subject(cases))]
        if keys and one.detail not in keys:
            raise QuestionError(
                tr("The rule '{rule}' does not look at '{detail}'.", rule=one.rule, detail=one.detail or ""),
                suggestion(one.detail or "", tuple(keys)),
            )


def _no_units(rule: str) -> QuestionError:
    return QuestionError(
        tr("The rule '{rule}' names no units, so none can be dropped.", rule=rule),
        tr('Set do = "accept", or correct the cells.'),
    )


def _first_hits(frame: nw.LazyFrame[Any], masks: Sequence[nw.Expr], frequency: str | None) -> list[int]:
    """Count what each mask hits that none before it does."""
    amount = nw.col(frequency) if frequency else nw.lit(1)
    names = [f"drop__{place}" for place in range(len(masks))]
    # the masks become columns first: a rule can be a long expression
    flags = frame.select(**dict(zip(names, masks, strict=True)), amount=amount)
    counts: dict[str, nw.Expr] = {}
    for place, name in enumerate(names):
        fresh = nw.col(name)
        if place:
            fresh = fresh & ~reduce(or_, [nw.col(one) for one in names[:place]])
        counts[name] = (fresh.cast(nw.Int64) * nw.col("amount")).sum()
    found = flags.select(**counts).collect()
    return [int(found.get_column(name)[0] or 0) for name in names]


def _without(cases: CaseData, gone: nw.LazyFrame[Any]) -> dict[str, Any]:
    """Return every frame of the cases without the units that are gone."""

    def left(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return frame.join(gone, on="unit_id", how="anti")

    return {
        "milestones": left(cases.milestones),
        "events": left(cases.events),
        "support": None if cases.support is None else left(cases.support),
        "links": None if cases.links is None else left(cases.links),
        "children": {name: left(one) for name, one in cases.children.items()},
    }
