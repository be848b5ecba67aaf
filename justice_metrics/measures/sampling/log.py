"""The sampling log: what became of the files that were drawn, and for how many the coded ones stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from ...base.language import Language, Readable, Setting, format_number, format_share, tr, trn
from ...base.provenance import Provenance
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names
from ...base.version import __version__
from ...cases.casedata import CaseData
from ...cases.intake import FILE_STATUSES
from ...cases.sampling_weights import LEAST_CODED, MOST_RAISED, ResponseClasses
from ...figures.dots import dots
from ...figures.funnel import funnel
from ...figures.standing_bars import standing_bars
from ..declared import FEW_UNITS, Share
from ..regression_tables import Ratio
from ..shown import (
    HIDDEN,
    among_shown,
    any_hidden,
    group_names,
    group_of,
    hidden,
    known,
    lowest_and_highest,
    numbers,
    of_words,
    strata_of,
    undefined_words,
    whole,
    words_of,
)
from .log_rows import DrawnRows, drawn_rows
from .log_tables import STATUS_WORDS, class_table, rates_table, status_table, steps_table, weights_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Funnels of more groups than this are too small to be read.
_MOST_FUNNELS: Final = 6
# In the order in which a reader looks for them: what was reached first, what is still ahead last.
_BAR_ORDER: Final = ("coded", "eligible", "not_eligible", "sealed", "lost", "found", "drawn")
_AHEAD: Final = (_BAR_ORDER.index("found"), _BAR_ORDER.index("drawn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProvenance(Provenance):
    """Of a sampling log, which tells of files and of nothing that stands in them."""

    def lines(self) -> tuple[Readable, ...]:  # type: ignore[override]
        """Return what a reader must know."""
        return (trn("{n} file was drawn.", "{n} files were drawn.", self.units_in),)


@dataclass(frozen=True, eq=False, kw_only=True)
class SamplingLog(Result):
    """What became of the files that were drawn.

    Tables
    ------
    main
        One row per group and step (drawn, found, read, eligible, coded): ``n`` files that came so far, ``denominator``
        drawn, ``estimate`` their share, ``before`` those of the step before and ``of_before`` the share of them.
    statuses
        One row per group and status, as the log has it.
    rates
        One row per group: ``response_low`` takes every unread file as in scope, ``response_high`` none, ``response`` as
        many as of those that were read.
    weights
        Stays inside. Per group: sums of the weights before and after they were raised, the weighted response rate, the
        largest factor, and the number of files of one weight that tell as much (``effective``).
    classes
        Stays inside. How the weights of each class were raised; only where the log itself was read.
    """

    question: ClassVar[str] = "sampling_log"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"became": tr("What became of the drawn files")})
    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {"became": (tr("files by what became of them last"), tr("files that were drawn"))}
    )

    def findings(self) -> tuple[Readable, ...]:
        """Return how many files came how far, the response rate, and for how many the coded files stand."""
        return (*self.findings_of(self), *self._stands_for())

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say how many files came how far and the response rate, as far as it is shown."""
        if strata_of(shown.main):
            return _by_groups(shown.main)
        return (*_steps(shown.main), *_ends(shown.tables["statuses"]), *_response(shown.tables["rates"]))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how many of the drawn files came to each step; of many groups, the share that was coded."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how many came to each step; a hidden number has no bar and says so."""
        main = shown.main
        steps = list(dict.fromkeys(str(one) for one in main["step"]))
        names = group_names(main, language)
        if names is not None and len(names) > _MOST_FUNNELS * len(steps):
            return _coded_shares(main, names, len(steps), ax, language)
        n, share = (numbers(main, one).reshape(-1, len(steps)) for one in ("n", "estimate"))
        marks = hidden(main, "n").reshape(-1, len(steps))
        labels = [
            [
                HIDDEN.text(language)
                if mark
                else f"{format_number(round(one), language)} ({format_share(part, language, decimals=0)})"
                for one, part, mark in zip(*rows, strict=True)
            ]
            for rows in zip(n, share, marks, strict=True)
        ]
        words = [words_of(main, "step", one).text(language) for one in steps]
        if names is None:
            return funnel(stages=words, values=n[0], shares=share[0], bar_labels=labels[0], ax=ax)
        return funnel(stages=words, values=n, shares=share, bar_labels=labels, groups=names[:: len(steps)], ax=ax)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw what became of the files, one bar per group."""
        drawn = self.draw_of(self, view, ax, language=language)
        return drawn if drawn is not None else super().draw(view, ax, language=language)

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw what became of the files; not where a number is hidden, as the others would tell it."""
        table = shown.tables["statuses"]
        if view != "became" or any_hidden(table, "n"):
            return None
        counts = numbers(table, "n").reshape(-1, len(FILE_STATUSES))
        order = [FILE_STATUSES.index(one) for one in _BAR_ORDER]
        there = [place for place, one in enumerate(order) if counts[:, one].any()]
        names = group_names(table, language)
        return standing_bars(
            labels=[tr("files").text(language)] if names is None else names[:: len(FILE_STATUSES)],
            parts=[STATUS_WORDS[_BAR_ORDER[place]].text(language) for place in there],
            counts=counts[:, [order[place] for place in there]],
            open_parts=[position for position, place in enumerate(there) if place in _AHEAD],
            x_label=tr("share of the files that were drawn").text(language),
            number=lambda one: format_number(round(one), language),
            percent=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )

    def _stands_for(self) -> tuple[Readable, ...]:
        if strata_of(self.main):
            return ()
        table = self.tables["weights"]
        coded, stands, effective, most = (
            float(table[one][0]) for one in ("coded", "stands_for", "effective", "raised_most")
        )
        if not known(stands, effective, most) or not coded:
            return ()
        told = {"stands": whole(stands), "most": Ratio(most)}
        said: list[Readable] = [
            tr("The coded files stand for {stands} files in scope; weights were raised by {most} at the most.", **told)
        ]
        if round(effective) < round(coded):
            said.append(
                tr(
                    "As weights differ, the {coded} coded files tell as much as {effective} of one weight.",
                    coded=whole(coded),
                    effective=whole(effective),
                )
            )
        return tuple(said)


def sampling_log(log: CaseData | Any, *, by: Names = (), classes: ResponseClasses = "cluster") -> SamplingLog:
    """What became of the files that were drawn: how far they came, response rates, and the weights that follow.

    Parameters
    ----------
    log : path, frame or CaseData
        The list that the draw made with its column ``status`` filled in; or cases that were read with such a log.
    by : str or tuple of str
        Columns of the log that split the files: ``stratum``, ``cluster``, or a further one of the log itself.
    classes : {"cluster", "stratum", "none"}
        Within what files that were not coded are taken to be like those that were, when weights are raised. Cases bring
        the classes of their mapping.

    Returns
    -------
    SamplingLog

    Raises
    ------
    ReadError, MappingError, CaseDataError
        When the log cannot be read, or says what cannot be.
    QuestionError
        When cases came without a log, or files cannot be split so.

    Notes
    -----
    A status is the last thing that happened to a file: ``drawn`` (not searched yet), ``found`` (not read yet),
    ``lost``, ``sealed`` (access refused), ``not_eligible`` (read, out of scope), ``eligible`` (in scope, not coded),
    ``coded``.

    The response rate is that of [1]_, with files in place of people: coded files among those in scope, where as many of
    the unread files are in scope as of those that were read (RR3). It lies between RR1, which takes all unread files as
    in scope, and RR5, which takes none. Weights are raised within classes in two steps [2]_, so that files that were
    read stand for those that were not, and coded ones for all in scope. Classes with fewer than 5 coded files, or whose
    weights would be raised by more than 3, are put together with others of their stratum, or of others where that is
    not enough.

    References
    ----------
    .. [1] American Association for Public Opinion Research (2023). Standard definitions, 10th edition.
    .. [2] Valliant, R., Dever, J. A. and Kreuter, F. (2018). Practical tools for designing and weighting survey
       samples, 2nd edition, chapter 13.

    Examples
    --------
    >>> import pandas as pd
    >>> from justice_metrics.measures.sampling.log import sampling_log
    >>> log = pd.DataFrame({"status": ["coded"] * 6 + ["lost"] * 2 + ["not eligible"] * 2, "weight": 5.0})
    >>> answer = sampling_log(log)
    >>> answer.main["n"].tolist(), answer.tables["weights"]["stands_for"].round(1).tolist()
    ([10, 8, 8, 6, 6], [37.5])
    """
    by = names(by)
    rows = drawn_rows(log, by, classes)
    return SamplingLog(
        heading=tr("What became of the files that were drawn"),
        tables={
            "main": steps_table(rows),
            "statuses": status_table(rows),
            "rates": rates_table(rows),
            "weights": weights_table(rows),
            **({} if rows.adjusted is None else {"classes": class_table(rows.adjusted)}),
        },
        definition=Definition(
            answers=tr("How many of the files that were drawn could be found, read and coded?"),
            numerator=tr("files that came to each step"),
            denominator=tr("files that were drawn"),
            basis="snapshot",
            pending=tr("files that nobody has searched or read yet are among those that were not read"),
            method=tr(
                "Response rates as for surveys of people (AAPOR 2023: RR1, RR3, RR5); weights raised within classes "
                "for unread files and for uncoded ones in scope (Valliant, Dever and Kreuter 2018)."
            ),
        ),
        provenance=LogProvenance(
            source=rows.source,
            fingerprint=rows.fingerprint,
            units_in=int(rows.n.sum()),
            sampling="undeclared",
            version=__version__,
        ).add("sampling_log", by=by, classes=None if isinstance(log, CaseData) else classes),
        notes=_notes(rows),
        frame_library=rows.library,
    )


def _notes(rows: DrawnRows) -> tuple[Readable, ...]:
    ahead, uncoded = int(rows.n[rows.has("drawn", "found")].sum()), int(rows.n[~rows.has("coded")].sum())
    notes: list[Readable] = []
    if ahead:
        notes.append(
            trn(
                "{n} file is still to be searched or read: rates and weights will change.",
                "{n} files are still to be searched or read: rates and weights will change.",
                ahead,
            )
        )
    if uncoded:
        notes.append(
            tr(
                "Raised weights take the files that were not coded to be like the coded ones of their class. Where "
                "lost files differ, no weight puts it right; bounds for lost files tell how far an answer can be off."
            )
        )
    if rows.pooled:
        notes.append(
            trn(
                "{n} class has fewer than {least} coded files, or weights raised by more than {most}: put together "
                "with others.",
                "{n} classes were put together, because some have fewer than {least} coded files, or weights raised by "
                "more than {most}.",
                rows.pooled,
                least=Setting(LEAST_CODED),
                most=Setting(int(MOST_RAISED)),
            )
        )
    if rows.unnumbered:
        notes.append(
            trn(
                "{n} coded file has no number in the column 'file': no case can be found for it.",
                "{n} coded files have no number in the column 'file': no cases can be found for them.",
                rows.unnumbered,
            )
        )
    if rows.across:
        notes.append(
            tr(
                "{n} strata stand for one another, because one of them has too few coded files: nothing is known of "
                "that one by itself.",
                n=rows.across,
            )
        )
    far = int(rows.n[rows.has("coded") & (rows.factor > MOST_RAISED)].sum())
    if far:
        notes.append(
            trn(
                "The weight of {n} coded file is raised by more than {most}: there was nothing left to put it together "
                "with.",
                "The weights of {n} coded files are raised by more than {most}: there was nothing left to put them "
                "together with.",
                far,
                most=Setting(int(MOST_RAISED)),
            )
        )
    return tuple(notes)


def _coded_shares(main: Table, names: list[str], steps: int, ax: Axes | None, language: Language) -> Axes:
    """Draw the share that was coded, one row per group: the last step of each."""
    last = np.arange(steps - 1, len(main), steps)
    nowhere = np.full(len(last), np.nan)
    beside, missing = of_words(main, "n", "denominator", language), undefined_words(main, "estimate", language)
    return dots(
        labels=names[::steps],
        estimate=numbers(main, "estimate")[last],
        conf_low=nowhere,
        conf_high=nowhere,
        annotations=[beside[one] for one in last],
        undefined_label=[missing[one] for one in last],
        x_label=tr("coded, share of the files that were drawn").text(language),
        number=lambda share: format_share(share, language, decimals=0),
        ax=ax,
    )


def _steps(main: Table) -> tuple[Readable, ...]:
    n = dict(zip(main["step"].tolist(), numbers(main, "n").tolist(), strict=True))
    if not known(*n.values()):
        return ()
    return (
        tr(
            "Files drawn: {drawn}; found: {found} ({share}); read: {read}; of these in scope: {eligible}; coded: "
            "{coded}.",
            **{step: whole(number) for step, number in n.items()},
            share=Share(n["found"] / n["drawn"]),
        ),
    )


def _ends(statuses: Table) -> tuple[Readable, ...]:
    n = dict(zip(statuses["status"].tolist(), numbers(statuses, "n").tolist(), strict=True))
    told = [one for one in ("lost", "sealed", "not_eligible", "eligible", "found", "drawn") if n[one] > 0]
    if not told or any_hidden(statuses, "n"):
        return ()
    parts = [tr("{what} {n}", what=STATUS_WORDS[one], n=whole(n[one])) for one in told]
    return (tr("Not coded: {parts}.", parts=parts),)


def _response(rates: Table) -> tuple[Readable, ...]:
    low, rate, high = (float(numbers(rates, one)[0]) for one in ("response_low", "response", "response_high"))
    if not known(low, rate, high):
        return ()
    if np.isclose(low, high):
        return (tr("Response rate: {rate} of the files in scope were coded.", rate=Share(rate)),)
    return (
        tr(
            "Response rate: {rate} of the files in scope were coded; from {low} to {high}, as all of the unread files "
            "are in scope or none.",
            rate=Share(rate),
            low=Share(low),
            high=Share(high),
        ),
    )


def _by_groups(main: Table) -> tuple[Readable, ...]:
    share, drawn = numbers(main, "estimate"), numbers(main, "denominator")
    coded = np.array([one == "coded" for one in main["step"].tolist()])
    found = lowest_and_highest(share, coded & (drawn >= FEW_UNITS))
    some_hidden = bool((hidden(main, "estimate") & coded).any())
    if found is None:
        few = tr("Fewer than two groups have {few} drawn files or more; no comparison.", few=FEW_UNITS)
        return () if some_hidden else (few,)
    low, high = found
    compared = tr(
        "Coded, of the files that were drawn: from {low} ({group_low}) to {high} ({group_high}), among groups with "
        "{few} files or more.",
        low=Share(share[low]),
        group_low=group_of(main, low),
        high=Share(share[high]),
        group_high=group_of(main, high),
        few=FEW_UNITS,
    )
    return (among_shown(compared, some_hidden=some_hidden),)
