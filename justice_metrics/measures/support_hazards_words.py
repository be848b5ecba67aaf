"""Hazard ratios of support in words: names of models, levels and orders, sentences, doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ..base.language import Language, Message, Readable, tr, trn
from ..base.result import Table
from ..cases.attributes import actor_words
from ..estimate.limits import normal_quantile
from ..reduce.patterns import HOLDS
from ..reduce.support_states import BEFORE, BESIDE, NOBODY, OTHER_ORDER, TOGETHER
from .declared import FEW_UNITS, PValue
from .formula_words import FormulaWords
from .regression_clusters import errors_exist, independent
from .regression_tables import FEW_CLUSTERS, FEW_EVENTS, MOST_SENTENCES, Ratio
from .support_hazard_models import FIRST, LEAST_ENDINGS, NUMBER, ORDER, SET, Asked, Line, Model, Told

MODEL_WORDS: Final[Mapping[str, Message]] = {
    "set": tr("whether enough actors support"),
    "number": tr("how many actors support"),
    "which": tr("which actor supports, all in one model"),
    "first": tr("which actor came first"),
    "order": tr("the order in which actors came"),
    "combination": tr("each actor, and the set beyond its parts"),
}
# The same for columns of a table, where room is scarce.
SHORT_WORDS: Final[Mapping[str, Message]] = {
    "set": tr("set"),
    "number": tr("number"),
    "which": tr("each actor"),
    "first": tr("who came first"),
    "order": tr("order"),
    "combination": tr("set beyond its parts"),
}
READING_WORDS: Final[Mapping[str, Message]] = {
    "association": tr("association"),
    "direct": tr("direct effect at best"),
}
TEST_WORDS: Final[Mapping[str, Message]] = {
    "no_difference": tr("support makes no difference (Wald)"),
    "all_alike": tr("all levels of support have one ratio (Wald)"),
    "order_alike": tr("the order in which the same actors came makes no difference (Wald)"),
    "beyond_parts": tr("the set is no more than the product of its parts (Wald)"),
    "proportional_hazards": tr("one ratio holds for all time"),
}
SCALE_WORDS: Final[Mapping[str, Message]] = {
    "multiplicative": tr("as a ratio (1: the parts multiply)"),
    "additive": tr("as an excess over the sum of the parts (0: the parts add up)"),
}
ALL_TERMS: Final = tr("all terms")
_FACTOR_WORDS: Final[Mapping[str, Message]] = {
    NUMBER: tr("number of actors"),
    FIRST: tr("who came first"),
    ORDER: tr("order of arrival"),
}
# Below this a test is told to the reader.
DOUBTFUL: Final = 0.05


class Chain:
    """Names one after another, such as the actors in the order in which they came."""

    __slots__ = ("between", "parts")

    def __init__(self, parts: Sequence[Readable], between: str) -> None:
        self.parts, self.between = tuple(parts), between

    def text(self, language: Language = "en") -> str:
        """Return the names in the reader's language."""
        return self.between.join(one.text(language) for one in self.parts)

    def __str__(self) -> str:
        return self.text()


def term_of(model: Model, line: Line) -> str:
    """Return the name of what a line is about, as tables have it."""
    names = {NUMBER: "number", FIRST: "first", ORDER: "order", SET: "together" if _combined(model) else "set"}
    return names.get(line.factor) or model.asked.data.actors[int(line.factor.rpartition("_")[2])]


def term_words_of(model: Model, line: Line) -> Readable:
    """Return the words of what a line is about."""
    if line.factor in _FACTOR_WORDS:
        return _FACTOR_WORDS[line.factor]
    if line.factor != SET:
        return actor_words(term_of(model, line))
    return tr("the set, beyond its parts") if _combined(model) else set_words(model.asked)


def short_term(model: Model, line: Line) -> Readable:
    """Return the same for a table, in which a set is not listed over and over."""
    several = line.factor == SET and not _combined(model) and len(model.asked.data.actors) > 1
    return tr("the set") if several else term_words_of(model, line)


def set_words(asked: Asked) -> Readable:
    """Return the words of the set that a case needs to count as supported."""
    who = [actor_words(one) for one in asked.data.actors]
    if len(who) == 1:
        return who[0]
    if asked.needed == len(who):
        return tr("all of: {actors}", actors=who)
    if asked.needed == 1:
        return tr("any of: {actors}", actors=who)
    return tr("at least {n} of: {actors}", n=asked.needed, actors=who)


def level_words_of(level: str, present: str = "since_start") -> Readable:
    """Return the words of a level of support."""
    while_there = present == "while_present"
    fixed: dict[str, Readable] = {
        HOLDS[0]: tr("not there") if while_there else tr("not yet"),
        HOLDS[1]: tr("there") if while_there else tr("once it had started"),
        NOBODY: tr("nobody yet"),
        TOGETHER: tr("several on one day"),
        OTHER_ORDER: tr("another one (rare ones together)"),
    }
    if level in fixed:
        return fixed[level]
    low, range_, high = level.rstrip("+").partition("-")
    if low.isdigit():
        if level.endswith("+"):
            return tr("{n} actors or more", n=int(low))
        if range_:
            if level == "0-1":
                return tr("none or one actor")
            return tr("{low} to {high} actors", low=int(low), high=int(high))
        return tr("none") if low == "0" else trn("{n} actor", "{n} actors", int(low))
    steps = [Chain([actor_words(one) for one in step.split(BESIDE)], " + ") for step in level.split(BEFORE)]
    return Chain(steps, " → ")


def _combined(model: Model) -> bool:
    return model.name == "combination"


# ----------------------------------------------------------------------------------------------------------- sentences


def sentences(
    found: Sequence[Told], words: Mapping[str, Readable], tests: Table, confidence_level: float
) -> list[Readable]:
    """Return a sentence per ratio at the first lag, at most twelve per ending; on orders, what their test says.

    Of the ending that was not asked for only the first model speaks.
    """
    said: list[Readable] = []
    first, z = found[0].model, normal_quantile(confidence_level)
    last = len(first.made.spells.outcomes)
    for one in found:
        model = one.model
        if model.lag_days != first.lag_days or (one.code == last and model.name != first.name):
            continue
        if model.name == "order":
            said += _on_order(one, tests, words[one.outcome])
            continue
        told = [
            _sentence(one, at, line, words[one.outcome], z)
            for at, line in enumerate(model.lines)
            if line.level != line.reference
            and np.isfinite(one.of(line, "estimate"))
            and not (_combined(model) and line.factor != SET)
        ]
        said += told[:MOST_SENTENCES]
    return said


def _sentence(one: Told, at: int, line: Line, of: Readable, z: float) -> Readable:
    estimate, error = one.of(line, "estimate"), one.of(line, "std_error")
    low, high = np.exp([estimate - z * error, estimate + z * error]).tolist()
    values = {
        "who": _who(one.model, line),
        "without": _without(one.model, line),
        "outcome": of,
        "ratio": Ratio(float(np.exp(estimate))),
        "low": Ratio(low),
        "high": Ratio(high),
        "events": int(one.events[at]),
        "cases": line.cases,
    }
    known = bool(np.isfinite(low) and np.isfinite(high))
    if line.factor == SET and _combined(one.model):
        if not known:
            return tr("The set beyond its parts: {outcome} at {ratio} times what the actors' ratios multiply to; no "
                      "interval can be given.", **values)  # fmt: skip
        return tr(
            "The set beyond its parts: {outcome} at {ratio} times what the actors' ratios multiply to (interval {low} "
            "to {high}). {verdict}",
            verdict=_verdict_on_parts(low, high),
            **values,
        )
    if not known:
        return tr(
            "{who}: {outcome} at {ratio} times the pace, on the same day, of cases {without}; {events} of {cases} came "
            "to it then. No interval can be given.",
            **values,
        )
    return tr(
        "{who}: {outcome} at {ratio} times the pace, on the same day, of cases {without} (interval {low} to {high}); "
        "{events} of {cases} came to it then. {verdict}",
        verdict=_verdict(low, high),
        **values,
    )


def _who(model: Model, line: Line) -> Readable:
    level = level_words_of(line.level, model.asked.present)
    if line.factor == NUMBER:
        return tr("Supported by {level}", level=level)
    if line.factor == FIRST:
        return tr("First to come: {level}", level=level)
    return tr("Supported by {who}", who=term_words_of(model, line))


def _without(model: Model, line: Line) -> Readable:
    """Return the words of those with whom a level is compared."""
    reference = level_words_of(line.reference, model.asked.present)
    if line.factor == NUMBER:
        return tr("with {level}", level=reference)
    if line.factor == FIRST:
        if line.reference == NOBODY:
            return tr("to which nobody had come yet")
        return tr("to which {actor} came first", actor=reference)
    return tr("without it") if model.name == "set" else tr("without it and otherwise with the same actors")


def _on_order(one: Told, tests: Table, of: Readable) -> list[Readable]:
    for row in range(len(tests)):
        keys = tuple(str(tests[name][row]) for name in ("outcome", "model", "test"))
        p_value = float(tests["p_value"][row])
        if keys == (one.outcome, "order", "order_alike") and int(tests["lag_days"][row]) == one.model.lag_days:
            if not np.isfinite(p_value):
                return []
            if p_value < DOUBTFUL:
                return [tr("Order of arrival: {outcome} goes with the order in which the same actors came (p {p}).",
                           outcome=of, p=PValue(p_value))]  # fmt: skip
            return [tr("Order of arrival: inconclusive; the data do not settle whether {outcome} goes with the order "
                       "in which the same actors came (p {p}).", outcome=of, p=PValue(p_value))]  # fmt: skip
    return []


def _verdict(low: float, high: float) -> Readable:
    if low <= 1 <= high:
        return tr("Inconclusive: the data do not settle whether that is faster or slower.")
    return tr("Faster.") if low > 1 else tr("Slower.")


def _verdict_on_parts(low: float, high: float) -> Readable:
    if low <= 1 <= high:
        return tr("Inconclusive: the data do not settle whether the set is more or less than its parts.")
    return tr("More than its parts.") if low > 1 else tr("Less than its parts.")


# --------------------------------------------------------------------------------------------------------------- notes


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
                "Support counts while it lasts, and on the day after its last one. Where it ends because the case is "
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
                        term=_FACTOR_WORDS[factor],
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
                term=_FACTOR_WORDS[line.factor],
                level=level_words_of(line.level),
            )
            for line in one.model.lines[1:]
            if line.level == line.reference and line.factor in _FACTOR_WORDS
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
        notes.append(tr("With so few clusters such an interval comes out too narrow."))
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


def proportional_note(name: str, p_value: float, of: Readable) -> Readable:
    """Say that a ratio changes over time."""
    return tr(
        "{outcome}, by {model}: the ratio is not the same over time (p {p}); the figure given is a mean over the time "
        "observed.",
        outcome=of,
        model=MODEL_WORDS[name],
        p=PValue(p_value),
    )
