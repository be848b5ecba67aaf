"""The effect of support in sentences with absolute numbers, and what its data cannot tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ...base.language import Language, Readable, format_number, tr, trn
from ...base.result import Table
from ..declared import Points, Share
from .strategies import Strategies, period_words

# Differences that a next study may be planned for, in shares; the largest that these data would miss are told.
PLANNED: Final = (0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005)
# Below this half width of an interval, numbers of 100 cases would be rounded to too few digits.
FINE: Final = 0.04
# Fewer cases with the outcome than this under a strategy carry no difference.
FEW_EVENTS: Final = 10


def base_of(half_width: float, difference: float) -> int:
    """Return among how many cases a difference is told: 100, or 1,000 where that would be too coarse.

    Examples
    --------
    >>> base_of(0.07, 0.09), base_of(0.012, 0.03), base_of(0.07, 0.004)
    (100, 1000, 1000)
    """
    return 1_000 if half_width < FINE or abs(difference) < 0.005 else 100


class More:
    """A difference of shares as cases of so many: "9 more", "2 fewer"."""

    __slots__ = ("base", "value")

    def __init__(self, value: float, base: int) -> None:
        self.value, self.base = float(value), base

    def text(self, language: Language = "en") -> str:
        """Return the number with its direction."""
        if not math.isfinite(self.value):
            return "–"
        n = round(abs(self.value) * self.base)
        if n == 0:
            return tr("none more and none fewer").text(language)
        return (tr("{n} more", n=n) if self.value > 0 else tr("{n} fewer", n=n)).text(language)


class Between:
    """An interval of a difference as cases of so many: "2 to 16", or "2 fewer to 16 more"."""

    __slots__ = ("base", "high", "low")

    def __init__(self, low: float, high: float, base: int) -> None:
        self.low, self.high, self.base = float(low), float(high), base

    def text(self, language: Language = "en") -> str:
        """Return both limits; their direction is said where it is not that of the difference."""
        low, high = (round(one * self.base) for one in (self.low, self.high))
        if low > 0 or high < 0:
            near, far = sorted((abs(low), abs(high)))
            return tr("{low} to {high}", low=near, high=far).text(language)
        return tr("{low} to {high}", low=More(self.low, self.base), high=More(self.high, self.base)).text(language)


class Of:
    """A share as cases of so many, "71"."""

    __slots__ = ("base", "value")

    def __init__(self, value: float, base: int) -> None:
        self.value, self.base = float(value), base

    def text(self, language: Language = "en") -> str:
        """Return the number; a share that is not 0 is not written as 0."""
        n = self.value * self.base
        return format_number(n, language, decimals=1 if 0 < n < 0.95 else 0)


def both_of(one: float, other: float, base: int) -> tuple[Of, Of]:
    """Return two shares as cases of so many; the second gives way where whole numbers would not add up."""
    first = round(one * base)
    rest = first - round((one - other) * base)
    adds_up = round(other * base) == rest or min(one, other) * base < 0.95 or rest < 1
    return Of(one, base), Of(other if adds_up else rest / base, base)


def sentences(main: Table, strategies: Strategies, words: Any) -> tuple[Readable, ...]:
    """Return two sentences per outcome and horizon: the difference, and what stands behind it."""
    return tuple(one for row in range(len(main)) for one in (effect(main, row, strategies, words), basis(main, row)))


def effect(main: Table, row: int, strategies: Strategies, words: Any) -> Readable:
    """Return one difference in absolute numbers, with its interval."""
    difference, low, high = (float(main[one][row]) for one in ("estimate", "conf_low", "conf_high"))
    told = {
        "within": strategies.within,
        "outcome": words[str(main["outcome"][row])],
        "period": period_words(int(main["days"][row])),
    }
    if not math.isfinite(difference):
        return tr("How many come to {outcome} within {period} cannot be told under both strategies.",
                  outcome=told["outcome"], period=told["period"])  # fmt: skip
    known = math.isfinite(low) and math.isfinite(high)
    base = base_of((high - low) / 2 if known else abs(difference), difference)
    told |= {"base": base, "more": More(difference, base)}
    told["one"], told["other"] = both_of(main["incidence_started"][row], main["incidence_not_started"][row], base)
    if not known:
        return tr(
            "Of {base} cases supported within {within} days, {more} come to {outcome} within {period} ({one} instead "
            "of {other} if support does not start by then). No interval can be given.",
            **told,
        )
    return tr(
        "Of {base} cases supported within {within} days, {more} come to {outcome} within {period} "
        "(interval {interval}): {one} instead of {other} if support does not start by then.",
        interval=Between(low, high, base),
        **told,
    )


def basis(main: Table, row: int) -> Readable:
    """Return on how many cases a difference rests, what such data could show, and whether it is conclusive."""
    low, high, least = (float(main[one][row]) for one in ("conf_low", "conf_high", "detectable"))
    events = {"one": int(main["events_started"][row]), "other": int(main["events_not_started"][row])}
    if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(least)):
        return tr("Cases that came to it: {one} under the first strategy and {other} under the second.", **events)
    base = base_of((high - low) / 2, float(main["estimate"][row]))
    told = {"base": base, "least": Of(least, base), **events}
    if low <= 0 <= high:
        return tr(
            "Inconclusive: neither {low} nor {high} of {base} can be ruled out, so support may add, take away or "
            "change nothing. Cases that came to it: {one} and {other} under the two strategies; such data would "
            "probably show a difference of {least} of {base}, not a smaller one.",
            low=More(low, base),
            high=More(high, base),
            **told,
        )
    return tr(
        "The interval does not include zero. Cases that came to it: {one} and {other} under the two strategies; such "
        "data would probably show a difference of {least} of {base}, not a smaller one.",
        **told,
    )


def next_study(main: Table, row: int, units: int) -> tuple[Readable, ...]:
    """Return how many files a study of the same kind needs to show smaller differences than these data can.

    The error shrinks with the root of the number of files, so n files that can show d show d / 2 when they are four
    times as many; courts are taken to grow in number with them.
    """
    least = float(main["detectable"][row])
    smaller = [one for one in PLANNED if one < least][:2] if math.isfinite(least) else []
    if not smaller:
        return ()
    wanted = [tr("{n} files for {points}", n=files_needed(units, least, one), points=_points(one)) for one in smaller]
    return (
        tr(
            "A study of this kind needs about {wanted} (with 80 % certainty, and courts in proportion); this one has "
            "{units}.",
            wanted=_or(wanted),
            units=units,
        ),
    )


def files_needed(units: int, detectable: float, difference: float) -> int:
    """Return how many files show a difference, when ``units`` of them show ``detectable``; two digits of it.

    Examples
    --------
    >>> files_needed(1_200, 0.08, 0.04)
    4800
    """
    n = units * (detectable / difference) ** 2
    step = 10 ** max(math.floor(math.log10(n)) - 1, 0)
    return int(math.ceil(n / step - 1e-9) * step)


def doubts(
    strategies: Strategies,
    *,
    simulated: bool,
    undated: int,
    units: int,
    alone: tuple[int, int],
    few_events: bool,
) -> tuple[Readable, ...]:
    """Return what a reader must know before believing the difference."""
    notes: list[Readable] = []
    if not strategies.adjust:
        notes.append(
            tr(
                "Nothing was adjusted for: cases that are supported early may differ from others in everything that "
                "decides how they end, and the difference shows that too. Do not read it as the effect of support; "
                "name in 'adjust' what attracts support and decides the outcome."
            )
        )
    else:
        notes.append(
            tr(
                "The weights make both strategies alike in what was adjusted for ({adjust}) and in nothing else; what "
                "no file records (the will of the victim, the evidence) stays.",
                adjust=list(strategies.compared_at),
            )
        )
    notes.append(
        tr(
            "What happens on the way is allowed for by: {milestones}. Another event that attracts support and hastens "
            "the outcome biases the difference.",
            milestones=list(strategies.milestones),
        )
        if strategies.milestones
        else tr(
            "No milestone was named. A step of the procedure that attracts support and hastens the outcome, such as "
            "the accusation, biases the difference; name it in 'milestones'."
        )
    )
    notes += _on_clusters(strategies)
    if undated:
        notes.append(
            trn(
                "{n} case ({share}) was supported and no date says since when: it is left out, which biases the "
                "difference where dates are missing for a reason. Ask for the sensitivity to it.",
                "{n} cases ({share}) were supported and no date says since when: they are left out, which biases the "
                "difference where dates are missing for a reason. Ask for the sensitivity to it.",
                undated,
                share=Share(undated / max(units + undated, 1)),
            )
        )
    kinds, cases = alone
    if kinds:
        notes.append(
            trn(
                "No overlap: in {n} kind of case by the adjusted attributes ({cases} cases) support started in all or "
                "in none within {days} days. What it would have done otherwise is read from other kinds by the model.",
                "No overlap: in {n} kinds of cases by the adjusted attributes ({cases} cases) support started in all "
                "or in none within {days} days. What it would have done otherwise is read from other kinds by the "
                "model.",
                kinds,
                cases=cases,
                days=strategies.within,
            )
        )
    if few_events:
        notes.append(
            tr(
                "Under one of the strategies fewer than {few} cases came to an outcome: its difference and interval "
                "are rough.",
                few=FEW_EVENTS,
            )
        )
    if simulated:
        notes.append(
            tr("The cases are simulated, and so is the effect in them; nothing is learnt here about a country.")
        )
    notes.append(
        tr("Which actors a study means is its own choice; it is not known which three the study of 2018 meant.")
    )
    return tuple(notes)


def _on_clusters(strategies: Strategies) -> list[Readable]:
    if strategies.cluster is None:
        return [
            tr(
                "No cluster was named: the interval takes cases as independent, which cases of one court are not, and "
                "is too short."
            )
        ]
    if strategies.clusters < 20:
        return [
            tr(
                "Only {n} clusters ({cluster}): the interval comes from resamples that are each given an error of "
                "their own (studentised), and is wide for that.",
                n=strategies.clusters,
                cluster=strategies.cluster,
            )
        ]
    return [tr("The interval allows for {n} clusters ({cluster}).", n=strategies.clusters, cluster=strategies.cluster)]


def _points(share: float) -> Readable:
    points = share * 100
    if round(points, 6) % 1 == 0:
        return trn("a difference of {n} percentage point", "a difference of {n} percentage points", round(points))
    return tr("a difference of {n} percentage points", n=Points(share, signed=False))


def _or(parts: Sequence[Readable]) -> Readable:
    return parts[0] if len(parts) == 1 else tr("{one} or {other}", one=parts[0], other=parts[1])


def any_few(main: Table) -> bool:
    """Whether under a strategy too few cases came to one of the outcomes for a steady difference."""
    events = np.concatenate([main["events_started"], main["events_not_started"]])
    return bool((events < FEW_EVENTS).any())
