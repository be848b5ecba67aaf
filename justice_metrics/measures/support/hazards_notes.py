"""The doubts with which hazard ratios of support must be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...base.language import Readable, tr
from ...cases.attributes import actor_words
from ...reduce.histories import NEVER
from ..declared import FEW_UNITS, PValue
from ..formula_words import FormulaWords
from ..regression_clusters import errors_exist, independent
from ..regression_tables import FEW_CLUSTERS, FEW_EVENTS
from .hazard_contrasts import clusters_needed, joint_tests
from .hazard_models import Told
from .hazard_states import LEAST_ENDINGS, Asked
from .hazards_words import FACTOR_WORDS, MODEL_WORDS, TESTED_WORDS, level_words_of, term_words_of


def notes_of(asked: Asked, found: Sequence[Told], words: Mapping[str, Readable]) -> tuple[Readable, ...]:
    """Return the doubts with which hazard ratios of support must be read."""
    notes: list[Readable] = [
        tr(
            "A hazard ratio is not the effect of support: it compares paces among cases still open, a mixed group that "
            "support itself may change. How many more cases reach an outcome is told by support_effect."
        ),
        *_reading_notes(asked),
        tr("Which actors a study means is its own choice; it is not known which three the study of 2018 meant."),
    ]
    if asked.present == "while_present":
        notes.append(
            tr(
                "Support counts while it lasts, and on the day after its last one; counted later, it also counts so "
                "much longer. Where it ends because the case is "
                "about to end, the ratio shows that too: read it beside support that counts ever since its start."
            )
        )
    if len({one.model.lag_days for one in found}) > 1:
        notes.append(
            tr(
                "Rows of later days count support only so many days after it started: where a start is put on file "
                "late, or an ending in sight brings support about, the ratio changes with the delay."
            )
        )
    absent = [actor_words(one) for one in asked.data.actors if not _ever_there(asked, one)]
    if absent:
        notes.append(
            tr(
                "Never there while a case was open: {actors}. No ratio tells of them, and a set that needs them is "
                "complete in no case.",
                actors=absent,
            )
        )
    notes += _merged_notes(found, words)
    there = dict.fromkeys((one.outcome, one.model.name) for one in found)
    notes += [
        tr(
            "{outcome}: in which order the actors came is not told: no two orders of the same actors have {least} "
            "endings behind them.",
            outcome=words[outcome],
            least=LEAST_ENDINGS,
        )
        for outcome, name in there
        if name == "first" and (outcome, "order") not in there
    ]
    notes += _undated_notes(found)
    notes += _cluster_notes(found)
    notes += _fit_notes(found, words)
    if found and found[0].model.states.histories.units < FEW_UNITS:
        notes.append(tr("Rests on {n} units only, which tells little.", n=found[0].model.states.histories.units))
    return tuple({one.text(): one for one in notes}.values())


def _ever_there(asked: Asked, actor: str) -> bool:
    """Whether an actor supported any case on a day on which it was open; one without a date may have."""
    cells = asked.data.histories
    starts = [cells.days[one.start] for one in asked.episodes[actor]]
    return any(bool(((day != NEVER) & (day < cells.exit)).any()) for day in starts)


def _reading_notes(asked: Asked) -> list[Readable]:
    stages = [asked.stages[one] for one in asked.data.milestones]
    made: list[Readable] = []
    if stages:
        made.append(
            tr(
                "Cases are compared at the same milestones ({stages}). What support does by bringing them about is "
                "taken out: the ratio is at best a direct effect, not the whole one. Without them it would hold that "
                "part, and also whatever drew support to the case.",
                stages=stages,
            )
        )
    else:
        made.append(
            tr(
                "No milestone is taken into account: where a stage such as the accusation draws support to a case and "
                "hastens its ending, the ratio shows that too. Name it with milestones; what is left is then a direct "
                "effect at best."
            )
        )
    if asked.adjust:
        made.append(
            tr(
                "An association, compared at the same {terms}: cases that receive support differ from others also in "
                "what no file records.",
                terms=FormulaWords(asked.adjust),
            )
        )
    else:
        made.append(
            tr("An association between cases that differ in everything else: nothing is adjusted for. Name covariates "
               "with adjust.")
        )  # fmt: skip
    return made


def _merged_notes(found: Sequence[Told], words: Mapping[str, Readable]) -> list[Readable]:
    made: list[Readable] = []
    for one in found:
        if one.model.lag_days != found[0].model.lag_days:
            continue
        for factor, levels in one.model.shown.items():
            merged = sum(level != shown for level, shown in levels.items())
            if merged:
                made.append(
                    tr(
                        "{outcome}, {term}: {n} of {all} levels have fewer than {least} endings or a neighbour with so "
                        "few; they are shown together.",
                        outcome=words[one.outcome],
                        term=FACTOR_WORDS[factor],
                        n=merged,
                        all=len(levels),
                        least=LEAST_ENDINGS,
                    )
                )
        made += [
            tr(
                "{outcome}, {term}: no case came to it before anybody supported it, so levels are compared "
                "with this one: {level}.",
                outcome=words[one.outcome],
                term=FACTOR_WORDS[line.factor],
                level=level_words_of(line.level),
            )
            for line in one.model.lines[1:]
            if line.level == line.reference and line.factor in FACTOR_WORDS
        ]
    return made


def _undated_notes(found: Sequence[Told]) -> list[Readable]:
    lost = {one.model.name: one.model.undated for one in found if one.model.undated}
    return [
        tr("{model}: {n} supported cases are left out because no date says since when.", model=MODEL_WORDS[name], n=n)
        for name, n in lost.items()
    ]


def _cluster_notes(found: Sequence[Told]) -> list[Readable]:
    if not found:
        return []
    made = found[0].model.made
    notes: list[Readable] = []
    if made.spells.sampling.weighted:
        notes.append(tr("Weighted by the sampling weights; the intervals are robust and allow for unequal weights."))
    if made.cluster == "unit_id":
        return [*notes, tr("Intervals are robust: they allow for the rows of one unit belonging together.")]
    notes += [
        tr(
            "Intervals are robust by cluster: they allow for cases of one cluster being alike. Clusters: {n}.",
            n=independent(made),
        )
    ]
    if errors_exist(made) and independent(made) < FEW_CLUSTERS:
        notes.append(
            tr(
                "Intervals and p values allow for the small number of clusters (Student's t, F); where few of them "
                "hold a level, an interval can still come out too narrow."
            )
        )
    return notes


def _fit_notes(found: Sequence[Told], words: Mapping[str, Readable]) -> list[Readable]:
    """Say of each ending whether its searches settled, and of its largest model whether it rests on enough."""
    notes: list[Readable] = []
    largest: dict[str, Told] = {}
    for one in found:
        if one.fit is None:
            continue
        if not one.fit.converged:
            notes.append(
                tr("{outcome}: the search for the ratios did not settle; do not use them.", outcome=words[one.outcome])
            )
        known = largest.setdefault(one.outcome, one)
        if len(one.model.made.design.columns) > len(known.model.made.design.columns):
            largest[one.outcome] = one
    for one in largest.values():
        made, p = one.model.made, len(one.model.made.design.columns)
        if not errors_exist(made):
            notes.append(
                tr(
                    "No interval and no p value is given: {n} independent clusters or cases for {p} coefficients say "
                    "nothing of how far the ratios may be off.",
                    n=independent(made),
                    p=p,
                )
            )
        if one.fit is not None and one.fit.events < FEW_EVENTS * p:
            notes.append(
                tr(
                    "{outcome}: {events} endings for {p} coefficients; with fewer than {few} for each, ratios are "
                    "unsteady and intervals too short.",
                    outcome=words[one.outcome],
                    events=one.fit.events,
                    p=p,
                    few=FEW_EVENTS,
                )
            )
    return notes


def level_notes(found: Sequence[Told], words: Mapping[str, Readable]) -> tuple[Readable, ...]:
    """Say of which levels no ratio or no interval can be given."""
    notes: list[Readable] = []
    for one in found:
        if one.one is None or one.model.lag_days != found[0].model.lag_days:
            continue
        without: list[Readable] = []
        alone: list[Readable] = []
        lost: list[Readable] = []
        few: list[Readable] = []
        for line in one.model.lines:
            if line.level == line.reference or not line.cases:
                continue
            named = tr(
                "{term}: {level}",
                term=term_words_of(one.model, line),
                level=level_words_of(line.level, one.model.asked.present),
            )
            if line.place is None:
                lost.append(named)
            elif one.one.unsteady[line.place]:
                without.append(named)
            elif np.isnan(one.one.estimate[line.place]):
                lost.append(named)
            elif one.rare(line):
                few.append(named)
            elif one.one.withheld is not None and one.one.withheld[line.place] and errors_exist(one.model.made):
                alone.append(named)
        if without:
            notes.append(
                tr(
                    "{outcome}: no ratio can be given for {levels}: no ending, or nothing but endings, on one side.",
                    outcome=words[one.outcome],
                    levels=without,
                )
            )
        if lost:
            notes.append(
                tr(
                    "{outcome}: no ratio can be told for: {terms}; other terms determine it.",
                    outcome=words[one.outcome],
                    terms=lost,
                )
            )
        if few:
            notes.append(
                tr(
                    "{outcome}: no interval for {levels}, and no part in the joint tests: fewer than {least} endings.",
                    outcome=words[one.outcome],
                    levels=few,
                    least=LEAST_ENDINGS,
                )
            )
        if alone:
            notes.append(
                tr(
                    "{outcome}: no interval for {levels}: the cases on one side of the comparison are of one cluster, "
                    "or only one case.",
                    outcome=words[one.outcome],
                    levels=alone,
                )
            )
    return tuple({one.text(): one for one in notes}.values())


def test_notes(found: Sequence[Told], words: Mapping[str, Readable]) -> tuple[Readable, ...]:
    """Say which joint tests are not given because they rest on too few clusters, and on how many tests there are."""
    notes: list[Readable] = []
    given = 0
    for one in found:
        if one.model.lag_days != found[0].model.lag_days:
            continue
        for name, test in joint_tests(one):
            given += bool(np.isfinite(test.p_value))
            if test.withheld:
                notes.append(
                    tr(
                        "{outcome}, by {model}: not tested whether {test}: that takes {terms} contrasts at once, and "
                        "so at least {needed} clusters; there are {n}.",
                        outcome=words[one.outcome],
                        model=MODEL_WORDS[one.model.name],
                        test=TESTED_WORDS[name],
                        terms=test.terms,
                        needed=clusters_needed(test.terms),
                        n=test.clusters,
                    )
                )
    if given > 1:
        notes.append(
            tr(
                "The table of tests holds {n} joint tests of support at the first lag, not corrected for their number: "
                "where support does nothing at all, about one in twenty still falls below 0.05.",
                n=given,
            )
        )
    return tuple(notes)


def proportional_note(name: str, p_value: float, of: Readable) -> Readable:
    """Say that a ratio changes over time."""
    return tr(
        "{outcome}, by {model}: the ratio is not the same over time (p {p}); the figure given is a mean over the time "
        "observed.",
        outcome=of,
        model=MODEL_WORDS[name],
        p=PValue(p_value),
    )
