"""Chains of rates: reported, of these opened, of these solved; and the dark figure that such a chain leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, TypeAlias

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Label, Language, Readable, format_share, tr
from ...base.quantities import NOT_DEFINED
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Floats
from ...base.version import __version__
from ...estimate.chain import Chain, chained, error_of_limits
from ...estimate.proportion import wilson
from ...figures.dots import dots
from ..declared import Share, ensure_level, interval_columns
from ..shown import words_of
from .published import PublishedProvenance

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Figure: TypeAlias = float | int | str
Step: TypeAlias = Mapping[str, Figure]

_FIELDS: Final = ("name", "label", "share", "numerator", "denominator", "std_error", "low", "high", "level")
REPORTED: Final = "reported"
OPENED: Final = "opened"
_LOST: Final[Mapping[str, Readable]] = {
    REPORTED: tr("not reported"),
    OPENED: tr("not reported, or no file opened"),
}


class Link(NamedTuple):
    """One step as it was understood."""

    name: str
    words: Readable
    share: float
    std_error: float
    low: float
    high: float


@dataclass(frozen=True, eq=False, kw_only=True)
class RateChain(Result):
    """What passes each step of a chain, and what is lost up to there.

    Tables
    ------
    main
        One row per step: ``share`` (of those that passed the step before), ``estimate`` (of all), ``conf_low``,
        ``conf_high``.
    lost
        The same steps: what did not come so far, of all, with its interval.
    """

    question: ClassVar[str] = "rate_chain"

    step_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return what passes each step."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say what passes each step: the shares were published before."""
        main = shown.main
        return tuple(
            tr(
                "{step}: {share} of those before; of all {passed}{limits}.",
                step=words_of(main, "step", main["step"][row]),
                share=Share(main["share"][row]),
                passed=Share(main["estimate"][row], 2),
                limits=_limits(main, row),
            )
            for row in range(len(main))
            if np.isfinite(main["estimate"][row])
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw what is left of all after each step."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw what is left of all after each step."""
        return _drawn(shown.main, tr("share of all that passed the step"), ax, language)


@dataclass(frozen=True, eq=False, kw_only=True)
class DarkFigure(RateChain):
    """What a chain of reporting and opening a file leaves unseen.

    Tables
    ------
    main
        One row per step: share of all offences that did not come so far, with its interval; the last row is the dark
        figure.
    passed
        The chain itself, as in :class:`RateChain`.
    """

    question: ClassVar[str] = "dark_figure"

    def findings(self) -> tuple[Readable, ...]:
        """Return the dark figure and its parts."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the dark figure and its parts: the shares were published before."""
        main, passed = shown.main, shown.tables["passed"]
        last = len(main) - 1
        if not np.isfinite(main["estimate"][last]):
            return ()
        return (
            tr(
                "Dark figure: {lost} of the offences were not reported, or no file was opened{limits}.",
                lost=Share(main["estimate"][last]),
                limits=_limits(main, last),
            ),
            *(
                tr(
                    "{step}: {share} of those before.",
                    step=words_of(passed, "step", passed["step"][row]),
                    share=Share(passed["share"][row]),
                )
                for row in range(len(passed))
            ),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of all offences that did not come so far."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of all offences that did not come so far."""
        return _drawn(shown.main, tr("share of all that did not come so far"), ax, language)


def rate_chain(steps: Sequence[Step], *, confidence_level: float = 0.95) -> RateChain:
    """Multiply published or estimated shares of a chain, and carry their doubt on.

    Parameters
    ----------
    steps : sequence of mappings
        One per step, in order. ``name``; then ``share``, or ``numerator`` and ``denominator``; for the doubt of a share
        ``std_error``, or ``low`` and ``high`` (limits as published; their ``level`` is 0.95 unless it says otherwise);
        ``label`` for a reader. A count brings its own doubt.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    RateChain

    Raises
    ------
    QuestionError
        When a share does not lie between 0 and 1, or a step cannot be read.

    Notes
    -----
    Steps count as independent, as they are when each is a share of those that passed the one before. A step without a
    known error gives no interval to what follows it.

    Examples
    --------
    Mexico 2020: 6.7 % of offences are reported and investigated, and 15.5 % of these are solved.

    >>> import justice_metrics as jm
    >>> chain = jm.rate_chain([{"name": "reported", "share": 0.067}, {"name": "solved", "share": 0.155}])
    >>> round(float(chain.main["estimate"][1]), 6)
    0.010385
    """
    ensure_level(confidence_level)
    links = _links(steps, confidence_level)
    found = _chained(links, confidence_level)
    return RateChain(
        heading=tr("Chain of rates"),
        tables={"main": _passed(links, found), "lost": _lost(links, found)},
        definition=_definition(tr("Of all at the beginning, how many pass every step?")),
        provenance=_provenance("rate_chain", links, confidence_level),
        notes=_notes(links),
        step_words={one.name: one.words for one in links},
    )


def dark_figure(
    *,
    reported: float | Mapping[str, Figure],
    opened: float | Mapping[str, Figure] | None = None,
    confidence_level: float = 0.95,
) -> DarkFigure:
    """Offences that were not reported or for which no file was opened, from the shares of a victim survey.

    100 % less (share reported x share of these in which a file was opened). Both come from a survey of victims;
    complaints that police or prosecutors counted never stand in for them.

    Parameters
    ----------
    reported : float or mapping
        Share of the offences that victims reported; with its doubt as in :func:`rate_chain`.
    opened : float or mapping, optional
        Share of those in which a file was opened.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    DarkFigure

    Examples
    --------
    Mexico 2023, from the national survey of victims:

    >>> import justice_metrics as jm
    >>> found = jm.dark_figure(reported=0.104, opened=0.68)
    >>> found.main.display()[1][-1][1]
    '92.9\\xa0%'
    """
    ensure_level(confidence_level)
    given = {REPORTED: (reported, tr("reported")), OPENED: (opened, tr("file opened"))}
    steps = [
        {"name": name, **(dict(one) if isinstance(one, Mapping) else {"share": one})}
        for name, (one, _) in given.items()
        if one is not None
    ]
    links = [
        one if "label" in step else one._replace(words=given[one.name][1])
        for one, step in zip(_links(steps, confidence_level), steps, strict=True)
    ]
    found = _chained(links, confidence_level)
    return DarkFigure(
        heading=tr("Dark figure: offences that never became a file"),
        tables={"main": _lost(links, found, _LOST), "passed": _passed(links, found)},
        definition=_definition(tr("What share of the offences did victims not report, or met no opened file?")),
        provenance=_provenance("dark_figure", links, confidence_level),
        notes=_notes(links),
        step_words={one.name: one.words for one in links},
    )


def _links(steps: Sequence[Step], level: float) -> list[Link]:
    links = [_link(step, place, level) for place, step in enumerate(steps, start=1)]
    if not links or len({one.name for one in links}) < len(links):
        raise QuestionError(
            tr("A chain needs at least one step, each with a name of its own."),
            tr('Write a step as {{ name = "reported", share = 0.104 }}.'),
        )
    return links


def _link(step: Step, place: int, level: float) -> Link:
    """Read one step, and refuse what is no share."""
    for key in step:
        if key not in _FIELDS:
            raise QuestionError(tr("Step {n} of the chain has no '{key}'.", n=place, key=key), suggestion(key, _FIELDS))
    name = str(step.get("name", place))
    words = Label(str(step.get("label", name)))
    number = {key: _number(step, key, place) for key in _FIELDS[2:] if key in step}
    counted = {"numerator", "denominator"} <= number.keys()
    if counted == ("share" in number):
        raise QuestionError(
            tr("Step {n} of the chain needs a share, or a numerator and a denominator, not both.", n=place),
            tr('Write a step as {{ name = "reported", share = 0.104 }}.'),
        )
    if counted:
        return _of_counts(name, words, number["numerator"], number["denominator"], level, place)
    share = number["share"]
    low, high = number.get("low", np.nan), number.get("high", np.nan)
    floor, ceiling = (0.0, 1.0) if np.isnan(low) or np.isnan(high) else (low, high)
    if not 0 <= floor <= share <= ceiling <= 1:
        raise _no_share(place)
    error = number.get("std_error", np.nan)
    if np.isnan(error) and np.isfinite(low) and np.isfinite(high):
        found = error_of_limits(np.array(share), np.array(low), np.array(high), number.get("level", 0.95))
        error = float(found)
    if np.isfinite(error) and np.isnan(low):
        alone = chained(np.array([share]), np.array([error]), level)
        low, high = float(alone.conf_low[0]), float(alone.conf_high[0])
    return Link(name, words, share, float(error), float(low), float(high))


def _of_counts(name: str, words: Readable, numerator: float, denominator: float, level: float, place: int) -> Link:
    if not 0 <= numerator <= denominator:
        raise _no_share(place)
    if denominator == 0:
        return Link(name, words, np.nan, np.nan, np.nan, np.nan)
    share = wilson(np.array([numerator]), np.array([denominator]), level)
    p = float(share.estimate[0])
    return Link(
        name, words, p, float(np.sqrt(p * (1 - p) / denominator)), float(share.conf_low[0]), float(share.conf_high[0])
    )


def _number(step: Step, key: str, place: int) -> float:
    value = step[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise QuestionError(
            tr("'{key}' in step {n} of the chain is no number.", key=key, n=place), tr("Write 10.4 % as 0.104.")
        )
    return float(value)


def _no_share(place: int) -> QuestionError:
    return QuestionError(
        tr("Step {n} of the chain is no share between 0 and 1 within its limits.", n=place),
        tr("Write 10.4 % as 0.104."),
    )


def _chained(links: Sequence[Link], level: float) -> Chain:
    return chained(np.array([one.share for one in links]), np.array([one.std_error for one in links]), level)


def _definition(answers: Readable) -> Definition:
    return Definition(
        answers=answers,
        numerator=tr("those that pass every step up to the one that a row names"),
        denominator=tr("all at the beginning of the chain"),
        basis="snapshot",
        pending=tr("as each published share took them"),
        method=tr("Product of shares; errors of independent steps added up by the delta method on the logit scale."),
    )


def _notes(links: Sequence[Link]) -> tuple[Readable, ...]:
    nobody = [one.words for one in links if np.isnan(one.share)]
    silent = [one for one in links if np.isnan(one.std_error) or one.share == 0]
    at_ends = [one.words for one in silent if np.isfinite(one.low) and np.isfinite(one.high)]
    unknown = [one.words for one in links if np.isnan(one.std_error) and np.isnan(one.low) and np.isfinite(one.share)]
    return (
        tr("The product holds if each share is one of those that passed the step before, in the same year and unit."),
        *([tr("No error is known of: {steps}; what follows has no interval.", steps=unknown)] if unknown else []),
        *(
            [tr("Limits at 0 or 100 % tell no error: {steps}; what follows has no interval.", steps=at_ends)]
            if at_ends
            else []
        ),
        *(
            [tr("Nobody came to: {steps}; its share, and what follows, is not defined.", steps=nobody)]
            if nobody
            else []
        ),
    )


def _provenance(question: str, links: Sequence[Link], level: float) -> PublishedProvenance:
    steps = tuple((one.name, one.share, one.std_error) for one in links)
    return PublishedProvenance(
        question=question,
        settings=(("steps", steps), ("confidence_level", level)),
        sampling="undeclared",
        version=__version__,
    )


def _limits(table: Table, row: int) -> Readable:
    """Return the interval of a row in words, or nothing where there is none."""
    low, high = float(table["conf_low"][row]), float(table["conf_high"][row])
    if not (np.isfinite(low) and np.isfinite(high)):
        return Label("")
    return tr(" (interval {low} to {high})", low=Share(low, 2), high=Share(high, 2))


def _passed(links: Sequence[Link], found: Chain) -> Table:
    columns = (
        Column("step", tr("step"), "text", "key", "key"),
        Column("share", tr("share of those before"), "share", "estimate", "setting"),
        Column("share_low", tr("its lower limit"), "share", "interval", "setting"),
        Column("share_high", tr("its upper limit"), "share", "interval", "setting"),
        *_given(interval_columns(decimals=2)),
    )
    values: dict[str, Any] = {
        "step": [one.name for one in links],
        "share": np.array([one.share for one in links]),
        "share_low": np.array([one.low for one in links]),
        "share_high": np.array([one.high for one in links]),
        "estimate": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
    }
    labels = {"step": {one.name: one.words for one in links}}
    statuses = {"share": _defined(values["share"]), "estimate": _defined(found.estimate)}
    return Table(columns, values, labels=labels, title=tr("What passes each step"), statuses=statuses, guard="words")


def _lost(links: Sequence[Link], found: Chain, words: Mapping[str, Readable] | None = None) -> Table:
    columns = (Column("step", tr("step"), "text", "key", "key"), *_given(interval_columns()))
    values = {
        "step": [one.name for one in links],
        "estimate": 1 - found.estimate,
        "conf_low": 1 - found.conf_high,
        "conf_high": 1 - found.conf_low,
    }
    lost = words or {one.name: tr("lost up to: {step}", step=one.words) for one in links}
    labels = {"step": lost}
    statuses = {"estimate": _defined(found.estimate)}
    return Table(
        columns, values, labels=labels, title=tr("What is lost up to each step"), statuses=statuses, guard="words"
    )


def _given(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Declare numbers that were handed over as published: they tell nothing of cases that is not known."""
    return tuple(replace(one, kind="setting") for one in columns)


def _defined(shares: Floats) -> list[str]:
    return [NOT_DEFINED if np.isnan(one) else "" for one in shares]


def _drawn(table: Table, x_label: Readable, ax: Axes | None, language: Language) -> Axes:
    _, rows = table.display(language)
    return dots(
        labels=[row[0] for row in rows],
        estimate=table["estimate"].astype(float),
        conf_low=table["conf_low"].astype(float),
        conf_high=table["conf_high"].astype(float),
        annotations=[format_share(float(one), language, decimals=1) for one in table["estimate"]],
        undefined_label=tr("not defined").text(language),
        x_label=x_label.text(language),
        number=lambda share: format_share(share, language, decimals=0),
        ax=ax,
    )
