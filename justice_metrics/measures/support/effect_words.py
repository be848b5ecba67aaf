"""The effect of support in sentences with absolute numbers, and what its data cannot tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.language import Language, Readable, Setting, format_number, tr, trn
from ...base.table import Table
from ..declared import Points, PValue, Share
from .strategies import Said, Strategies, period_words

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


class Limit(More):
    """A limit of a difference as cases of so many: one that is not nothing is not rounded to nothing."""

    __slots__ = ()

    def text(self, language: Language = "en") -> str:
        """Return the number with its direction, with as many digits as it takes."""
        if not math.isfinite(self.value):
            return "–"
        n = self.size
        if n == 0:
            return tr("no difference").text(language)
        told = Digits(n)
        return (tr("{n} more", n=told) if self.value > 0 else tr("{n} fewer", n=told)).text(language)

    @property
    def size(self) -> float:
        """The number without its direction; 0 where it is nothing but an error of arithmetic."""
        n = abs(self.value) * self.base
        return n if n > 1e-9 else 0.0


class Digits:
    """A number as a whole one, or with the first digit that is not 0."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def text(self, language: Language = "en") -> str:
        """Return it in the reader's language."""
        n = self.value
        decimals = 0 if n == 0 or round(n) else min(math.ceil(-math.log10(n)), 9)
        return format_number(n, language, decimals=decimals)


class Between:
    """An interval of a difference as cases of so many: "2 to 16", or "2 fewer to 16 more"."""

    __slots__ = ("base", "high", "low")

    def __init__(self, low: float, high: float, base: int) -> None:
        self.low, self.high, self.base = float(low), float(high), base

    def text(self, language: Language = "en") -> str:
        """Return both limits; their direction is said where it is not that of the difference."""
        low, high = Limit(self.low, self.base), Limit(self.high, self.base)
        if self.low > 0 or self.high < 0:
            near, far = sorted((low.size, high.size))
            return tr("{low} to {high}", low=Digits(near), high=Digits(far)).text(language)
        return tr("{low} to {high}", low=low, high=high).text(language)


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


class Together(NamedTuple):
    """One comparison among all of a question.

    Attributes
    ----------
    p : float
        Holm's p value.
    n : int
        Comparisons with a p value.
    level : float
        Confidence level of the intervals.
    """

    p: float
    n: int
    level: float

    @property
    def chance(self) -> bool:
        """Whether the difference may be chance once all comparisons are taken together."""
        return self.n > 1 and self.p > 1 - self.level


def together_of(ratios: Table, level: float) -> tuple[Together, ...]:
    """Return each row of a table with p values among all of them."""
    n = int(np.isfinite(ratios["p_holm"]).sum())
    return tuple(Together(float(one), n, level) for one in ratios["p_holm"])


def sentences(main: Table, strategies: Said, words: Any, together: Sequence[Together]) -> tuple[Readable, ...]:
    """Return two sentences per outcome and horizon: the difference, and what stands behind it."""
    adjusted = strategies.adjusted
    return tuple(
        one
        for row, among in enumerate(together)
        for one in (effect(main, row, strategies, words), basis(main, row, adjusted=adjusted, together=among))
    )


def shown_sentences(
    main: Table, strategies: Said, words: Mapping[str, Readable], together: Sequence[Together]
) -> tuple[Readable, ...]:
    """Return the same of what is published: nothing of a row whose difference or whose cases are hidden."""
    said: list[Readable] = []
    events = ("events_started", "events_supported", "events_not_started")
    for row in range(len(main)):
        if not math.isfinite(float(main["estimate"][row])):
            continue
        said.append(effect(main, row, strategies, words))
        if all(math.isfinite(float(main[one][row])) for one in events):
            among = together[row] if together else None
            said.append(basis(main, row, adjusted=strategies.adjusted, together=among))
    return tuple(said)


def untold(main: Table, reason: Readable, words: Any) -> tuple[Readable, ...]:
    """Return that nothing can be told and why, and for each outcome and horizon the cases that came to it."""
    return (
        cannot_tell(reason),
        *(
            tr(
                "Cases that came to {outcome} within {period}: {one} under the first strategy ({supported} of them "
                "with support) and {other} under the second.",
                outcome=words[str(main["outcome"][row])],
                period=period_words(int(main["days"][row])),
                **_cases(main, row),
            )
            for row in range(len(main))
        ),
    )


def cannot_tell(reason: Readable) -> Readable:
    """Return that these files cannot tell what goes with support, and why."""
    return tr("These files cannot tell how cases end with support in time. {reason}.", reason=reason)


def effect(main: Table, row: int, strategies: Said, words: Any) -> Readable:
    """Return one difference in absolute numbers, with its interval: an effect only where something was adjusted for."""
    difference, low, high = (float(main[one][row]) for one in ("estimate", "conf_low", "conf_high"))
    told = {
        "within": Setting(strategies.within),
        "outcome": words[str(main["outcome"][row])],
        "period": period_words(int(main["days"][row])),
    }
    if not math.isfinite(difference):
        return tr("How many come to {outcome} within {period} cannot be told under both strategies.",
                  outcome=told["outcome"], period=told["period"])  # fmt: skip
    known = math.isfinite(low) and math.isfinite(high)
    base = base_of((high - low) / 2 if known else abs(difference), difference)
    excluded = known and not low <= 0 <= high
    told |= {"base": base, "more": (Limit if excluded else More)(difference, base)}
    told["one"], told["other"] = both_of(main["incidence_started"][row], main["incidence_not_started"][row], base)
    if known:
        told["interval"] = tr("interval {interval}", interval=Between(low, high, base))
    else:
        told["interval"] = tr("no interval can be given")
    if strategies.adjusted:
        return tr(
            "Of {base} cases supported within {within} days, {more} would come to {outcome} within {period} "
            "({interval}): {one} instead of {other} if support did not start by then.",
            **told,
        )
    return tr(
        "In the files as they are, of {base} cases supported within {within} days, {more} came to {outcome} within "
        "{period} than of as many others ({interval}): {one} and {other}. Nothing was adjusted for: this says what "
        "goes together, not what support does.",
        **told,
    )


def basis(main: Table, row: int, *, adjusted: bool = True, together: Together | None = None) -> Readable:
    """Return on how many cases a difference rests, what such data could show, and whether it is conclusive."""
    low, high, least = (float(main[one][row]) for one in ("conf_low", "conf_high", "detectable"))
    cases = tr(
        "Cases that came to it: {one} under the first strategy ({supported} of them with support) and {other} under "
        "the second.",
        **_cases(main, row),
    )
    if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(least)):
        return cases
    difference = float(main["estimate"][row])
    base = base_of((high - low) / 2, difference)
    verdict = _verdict(low, high, base, adjusted=adjusted, together=together)
    if low <= 0 <= high or least <= abs(difference):
        return tr(
            "{verdict} {cases} Such data would probably show a difference of {least} of {base}, not a smaller one.",
            verdict=verdict,
            cases=cases,
            base=base,
            least=Of(least, base),
        )
    return tr(
        "{verdict} {cases} Such data show a difference of {least} of {base} four times in five, and one as small as "
        "this less often.",
        verdict=verdict,
        cases=cases,
        base=base,
        least=Of(least, base),
    )


def _verdict(low: float, high: float, base: int, *, adjusted: bool, together: Together | None) -> Readable:
    if low <= 0 <= high:
        told: dict[str, object] = {"low": Limit(low, base), "high": Limit(high, base), "base": base}
        if adjusted:
            return tr(
                "Inconclusive: neither {low} nor {high} of {base} can be ruled out, so support may add, take away or "
                "change nothing.",
                **told,
            )
        return tr(
            "Inconclusive: neither {low} nor {high} of {base} can be ruled out, so supported cases may come to it "
            "more often, less often or as often as others.",
            **told,
        )
    if together is None or together.n < 2:
        return tr("The interval does not include zero.")
    return by_chance(together) or tr(
        "The interval does not include zero, and the difference stands when the {n} comparisons of this question are "
        "taken together (Holm).",
        n=together.n,
    )


def by_chance(together: Together) -> Readable | None:
    """Return that a difference whose own interval leaves out zero may be chance among so many; None where not so."""
    if not together.chance:
        return None
    return tr(
        "The interval by itself does not include zero, but with the {n} comparisons of this question taken together "
        "the difference may be chance (Holm, p {p}).",
        n=together.n,
        p=PValue(together.p, equals=True),
    )


def _cases(main: Table, row: int) -> dict[str, object]:
    columns = {"one": "events_started", "supported": "events_supported", "other": "events_not_started"}
    return {name: int(main[column][row]) for name, column in columns.items()}


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
                days=Setting(strategies.within),
            )
        )
    if few_events:
        notes.append(
            tr(
                "With support in time, or under the other strategy, fewer than {few} cases came to an outcome: its "
                "difference and interval are rough.",
                few=Setting(FEW_EVENTS),
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
    """Whether with support, or under the other strategy, too few cases came to one of the outcomes."""
    events = np.concatenate([main["events_supported"], main["events_not_started"]])
    return bool((events < FEW_EVENTS).any())
