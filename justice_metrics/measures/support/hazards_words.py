"""Hazard ratios of support in words: names of models, levels and orders, sentences, doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np

from ...base.language import Label, Language, Message, Readable, Setting, format_number, tr, trn
from ...base.table import Table
from ...cases.attributes import actor_words
from ...reduce.patterns import HOLDS
from ...reduce.support_states import BEFORE, BESIDE, NOBODY, OTHER_ORDER, TOGETHER
from ..declared import PValue
from ..regression_clusters import independent
from ..regression_tables import MOST_SENTENCES, Ratio
from .hazard_contrasts import reach
from .hazard_models import Line, Model, Told
from .hazard_states import FIRST, NUMBER, ORDER, SET, Asked

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
    "no_difference": tr("support makes no difference (F)"),
    "all_alike": tr("all levels of support have one ratio (F)"),
    "order_alike": tr("the order in which the same actors came makes no difference (F)"),
    "beyond_parts": tr("the set is no more than the product of its parts (F)"),
    "proportional_hazards": tr("one ratio holds for all time"),
}
# The same after "whether".
TESTED_WORDS: Final[Mapping[str, Message]] = {
    "no_difference": tr("support makes a difference"),
    "all_alike": tr("the levels of support differ"),
    "order_alike": tr("the order in which the same actors came makes a difference"),
    "beyond_parts": tr("the set is more or less than its parts"),
}
SCALE_WORDS: Final[Mapping[str, Message]] = {
    "multiplicative": tr("as a ratio (1: the parts multiply)"),
    "additive": tr("as an excess over the sum of the parts (0: the parts add up)"),
}
ALL_TERMS: Final = tr("all terms")
FACTOR_WORDS: Final[Mapping[str, Message]] = {
    NUMBER: tr("number of actors"),
    FIRST: tr("who came first"),
    ORDER: tr("order of arrival"),
}
# Below this a test is told to the reader.
DOUBTFUL: Final = 0.05
# With so many digits at most is a ratio told from 1.
MOST_DIGITS: Final = 6


class Chain(Label):
    """Names one after another, such as the actors in the order in which they came."""

    __slots__ = ("between", "parts")

    def __init__(self, parts: Sequence[Readable], between: str) -> None:
        self.parts, self.between = tuple(parts), between
        super().__init__(between.join(str(one) for one in self.parts))

    def text(self, language: Language = "en") -> str:
        """Return the names in the reader's language."""
        return self.between.join(one.text(language) for one in self.parts)


# By model, term and level: who is compared, and with whom.
LineWords: TypeAlias = Mapping[tuple[str, str, str], tuple[Readable, Readable]]


class Limit(Ratio):
    """A ratio with as many digits as tell it from 1."""

    __slots__ = ()

    def text(self, language: Language = "en") -> str:
        """Return the number; a limit of 1.003 is not printed as 1.00 beside a sentence that it lies above 1."""
        decimals = 2
        while decimals < MOST_DIGITS and self.value != 1 and round(self.value, decimals) == 1:
            decimals += 1
        return super().text(language) if decimals == 2 else format_number(self.value, language, decimals=decimals)


def term_of(model: Model, line: Line) -> str:
    """Return the name of what a line is about, as tables have it."""
    names = {NUMBER: "number", FIRST: "first", ORDER: "order", SET: "together" if _combined(model) else "set"}
    return names.get(line.factor) or model.asked.data.actors[int(line.factor.rpartition("_")[2])]


def term_words_of(model: Model, line: Line) -> Readable:
    """Return the words of what a line is about."""
    if line.factor in FACTOR_WORDS:
        return FACTOR_WORDS[line.factor]
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
    return tr("at least {n} of: {actors}", n=Setting(asked.needed), actors=who)


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
            return tr("{n} actors or more", n=Setting(low))
        if range_:
            if level == "0-1":
                return tr("none or one actor")
            return tr("{low} to {high} actors", low=Setting(low), high=Setting(high))
        return tr("none") if low == "0" else trn("{n} actor", "{n} actors", Setting(low))
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
    first = found[0].model
    last = len(first.made.spells.outcomes)
    for one in found:
        model = one.model
        if model.lag_days != first.lag_days or (one.code == last and model.name != first.name):
            continue
        if model.name == "order":
            said += _on_order(one, tests, words[one.outcome])
            continue
        z = reach(model, confidence_level)
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
        "ratio": Limit(float(np.exp(estimate))),
        "low": Limit(low),
        "high": Limit(high),
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


def line_words(found: Sequence[Told]) -> LineWords:
    """Return of each row that has a sentence, by model, term and level, who is compared with whom."""
    return {
        (one.model.name, term_of(one.model, line), line.level): (_who(one.model, line), _without(one.model, line))
        for one in found
        if one.model.name != "order"
        for line in one.model.lines
        if line.level != line.reference and not _combined(one.model)
    }


def shown_sentences(main: Table, lines: LineWords, outcome: str, of: Readable) -> list[Readable]:
    """Return a sentence per ratio of an ending that is published with the cases behind it, at the first lag."""
    said: list[Readable] = []
    first = int(main["lag_days"][0]) if len(main) else 0
    for row in range(len(main)):
        words = lines.get((str(main["model"][row]), str(main["term"][row]), str(main["level"][row])))
        if words is None or str(main["outcome"][row]) != outcome or int(main["lag_days"][row]) != first:
            continue
        ratio, low, high, events, cases = (
            float(main[name][row]) for name in ("estimate", "conf_low", "conf_high", "events", "at_risk")
        )
        if not np.isfinite([ratio, low, high, events, cases]).all():
            continue
        said.append(
            tr(
                "{who}: {outcome} at {ratio} times the pace, on the same day, of cases {without} (interval {low} to "
                "{high}); {events} of {cases} came to it then. {verdict}",
                who=words[0],
                without=words[1],
                outcome=of,
                ratio=Limit(ratio),
                low=Limit(low),
                high=Limit(high),
                events=int(events),
                cases=int(cases),
                verdict=_verdict(low, high),
            )
        )
    return said[:MOST_SENTENCES]


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
            told: dict[str, Readable | int] = {
                "outcome": of, "p": PValue(p_value), "n": independent(one.model.made)
            }  # fmt: skip
            if p_value < DOUBTFUL:
                return [
                    tr(
                        "Order of arrival: {outcome} goes with the order in which the same actors came (p {p}, from "
                        "{n} clusters or cases; one test of several, and not what the order brings about).",
                        **told,
                    )
                ]
            return [
                tr(
                    "Order of arrival: inconclusive; the data do not settle whether {outcome} goes with the order in "
                    "which the same actors came (p {p}, from {n} clusters or cases).",
                    **told,
                )
            ]
    return []


def _verdict(low: float, high: float) -> Readable:
    if low <= 1 <= high:
        return tr("Inconclusive: the data do not settle whether that is faster or slower.")
    return tr("Faster.") if low > 1 else tr("Slower.")


def _verdict_on_parts(low: float, high: float) -> Readable:
    if low <= 1 <= high:
        return tr("Inconclusive: the data do not settle whether the set is more or less than its parts.")
    return tr("More than its parts.") if low > 1 else tr("Less than its parts.")
