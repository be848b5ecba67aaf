"""Change of practice between two rounds of a study: each item and domain before and after, and the difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import LANGUAGES, Label, Language, Readable, Setting, format_number, format_tick, tr
from ...base.levels import ALL, MISSING_LEVELS, naturally
from ...base.provenance import LeftOut
from ...base.result import Definition, Result, context_of
from ...base.table import Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...figures.dots import dots
from ...reduce.practice import checklist_of, coded_items, narrowed
from ..declared import Points, Share, ensure_level
from ..rates.shown_shares import by_design, contrast_notes, limits_of
from ..shown import group_names, known, numbers, strata_of, undefined_words, words_of, written
from .cells import ties_of
from .change_tables import Rounds, change_table, domain_change_table
from .counted import groups_of, judged_shares, places_of, same_as_condition, units_of_change
from .said import backwards_note

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class PracticeChange(Result):
    """How much more or less often each practice was kept in the later round.

    Tables
    ------
    main
        One row per stratum and item: met and judged in each round, both shares, and their difference (``estimate``,
        ``conf_low``, ``conf_high``) in percentage points.
    domains
        The same for each domain, and for all items together.
    """

    question: ClassVar[str] = "practice_change"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"domains": tr("Change by domain")})

    rounds: tuple[str, str]

    def context(self) -> Mapping[str, object]:
        """Return the names of the rounds."""
        return {"before": Label(self.rounds[0]), "after": Label(self.rounds[1])}

    def findings(self) -> tuple[Readable, ...]:
        """Return the change of all items together, and how many items changed beyond doubt."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the same as far as it is shown; nothing by groups."""
        domains, main, words = shown.tables.get("domains"), shown.main, context_of(shown)
        if strata_of(main) or domains is None:
            return ()
        said: list[Readable] = []
        one, other, points, low, high = (
            numbers(domains, name)[0] for name in ("before", "after", "estimate", "conf_low", "conf_high")
        )
        if known(one, other, points, low, high):
            said.append(
                tr(
                    "Items of practice met: {one} in {before} and {other} in {after}, {points} percentage points "
                    "({low} to {high}).",
                    one=Share(one),
                    other=Share(other),
                    points=Points(points),
                    low=Points(low),
                    high=Points(high),
                    **words,
                )
            )
        lows, highs = numbers(main, "conf_low"), numbers(main, "conf_high")
        if len(lows) and np.isfinite(lows).all():
            said.append(
                tr(
                    "Of {k} items, each looked at by itself, met more often in {after}: {more}; less often: {less}. If "
                    "nothing had changed, about {expected} of them would seem to have, by chance alone.",
                    k=len(main),
                    more=int((lows > 0).sum()),
                    less=int((highs < 0).sum()),
                    expected=Label(_by_chance(main)),
                    **words,
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences of the items against no change; by groups, that of each domain."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences that are shown; a hidden one says so."""
        key = "domains" if strata_of(shown.main) else "main"
        return _drawn(shown, shown.tables[key], ax, language)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences of the domains."""
        return self.draw_of(self, view, ax, language=language)

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences of the domains that are shown."""
        return _drawn(shown, shown.tables[view], ax, language)


def _by_chance(main: Table) -> Mapping[Language, str]:
    """Return how many items would seem to have changed if none had, in the writing of each language."""
    (of,) = (one.of for one in main.columns if one.name == "conf_low")
    level = 0.95 if of is None or of.level is None else of.level
    return {one: format_number(len(main) * (1 - level), one, decimals=1) for one in LANGUAGES}


def _drawn(shown: Result, table: Table, ax: Axes | None, language: Language) -> Axes:
    words = context_of(shown)
    key = "item" if "item" in table.values else "domain"
    groups = group_names(table, language)
    if groups is None and key == "item":
        groups = [words_of(table, "domain", one).text(language) for one in table["domain"]]
    pairs = zip(
        written(table, "before", language, as_share=True), written(table, "after", language, as_share=True), strict=True
    )
    return dots(
        labels=[words_of(table, key, one).text(language) for one in table[key]],
        groups=groups,
        estimate=numbers(table, "estimate") * 100,
        conf_low=numbers(table, "conf_low") * 100,
        conf_high=numbers(table, "conf_high") * 100,
        annotations=[f"{one} → {other}" for one, other in pairs],
        annotation_label=tr("{before} → {after}", **words).text(language),
        undefined_label=undefined_words(table, "estimate", language, tr("nothing to judge")),
        x_label=tr("change from {before} to {after} in percentage points", **words).text(language),
        percent=False,
        number=lambda points: format_tick(points, language),
        reference=0.0,
        ax=ax,
    )


def practice_change(
    cases: CaseData,
    *,
    round: str,
    before: str | None = None,
    after: str | None = None,
    by: Names = (),
    items: Names = (),
    domains: Names = (),
    confidence_level: float = 0.95,
) -> PracticeChange:
    """How much more or less often each practice was kept in one round of a study than in another.

    Parameters
    ----------
    cases : CaseData
        Cases of both rounds, with a section [practice] in the mapping; :func:`two_rounds` puts two sets together.
    round : str
        Attribute that tells the rounds apart.
    before, after : str, optional
        Its levels that are compared; where there are two only, they are taken in their order.
    by : str or tuple of str
        Attributes that split the cases.
    items, domains : str or tuple of str
        Items or domains of the checklist; all that were coded by default.
    confidence_level : float
        Level of each interval.

    Returns
    -------
    PracticeChange

    Raises
    ------
    QuestionError
        When no practice was coded, or the rounds cannot be told.

    Notes
    -----
    Shares are those of :func:`practice`: met among the cases to which an item applies and whose file tells. An item has
    Newcombe's hybrid score interval [1]_, a domain one by linearisation with cases as sampling units; with weights or
    clusters both are linearised. Neither allows for the part of all files that was drawn (no finite population
    correction): two rounds tell how the system works, and not of the files of two years only. Nothing is adjusted for:
    cases of the rounds may differ in kind, and files may tell more in the later one, which changes the share too.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
       Medicine, 17, 873-890.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> from justice_metrics.measures.practice.change import practice_change
    >>> frame = pd.DataFrame({"id": range(8), "day": "2016-01-05", "round": ["1"] * 4 + ["2"] * 4,
    ...                       "room": ["sí", "no", "no", "no", "sí", "sí", "sí", "no"]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "day"}, "attributes": {"round": "round"},
    ...     "practice": {"checklist": "child_sexual_assault", "items": {"child_friendly_space": "room"}},
    ... })
    >>> practice_change(cases, round="round").main["estimate"].tolist()
    [0.5]
    """
    by = names(by)
    ensure_level(confidence_level)
    asked = coded_items(cases, names(items), names(domains))
    split = (*by, cases.stratum_column(round))
    checklist, coded = checklist_of(cases), narrowed(cases, asked, split)
    judged = judged_shares(coded, asked, by=split, confidence_level=confidence_level, finite=False)
    share = judged.items
    levels = _levels(round, share.strata.levels, before, after)
    rounds = Rounds.of(share.strata, levels)
    limits = limits_of(cases, "wilson", confidence_level)
    inside = [place for place, level in enumerate(share.strata.levels) if level[-1] in levels]
    same = same_as_condition(asked, share)
    groups = groups_of(share.strata)
    others = int(judged.units.sum() - judged.units[inside].sum())
    tables = {
        "main": units_of_change(
            change_table(share, rounds, asked, checklist, limits),
            judged,
            rounds,
            [[one] for one in range(len(asked))],
        ),
        "domains": units_of_change(
            domain_change_table(share, judged.domains, rounds, asked, checklist, confidence_level),
            judged,
            rounds,
            places_of(asked, list(judged.domains)),
        ),
    }
    return PracticeChange(
        heading=tr("Change of attention from {before} to {after}", before=Label(levels[0]), after=Label(levels[1])),
        tables=tables,
        definition=Definition(
            answers=tr("How much more or less often was each practice kept in the later round?"),
            numerator=tr("cases in which the item was met"),
            denominator=tr("cases of the round to which the item applies and whose file tells whether it was met"),
            basis="cohort",
            pending=tr("as their files told on the day of review; open cases may still come to meet an item"),
            method=tr("Differences and ratios with intervals of the sampling design, by linearisation.")
            if by_design(cases)
            else tr("Differences with Newcombe's hybrid score intervals; those of domains by linearisation."),
        ),
        provenance=cases.provenance.add(
            "practice_change",
            checklist=checklist.id,
            round=round,
            before=levels[0],
            after=levels[1],
            by=by,
            items=tuple(one.id for one in asked),
            confidence_level=confidence_level,
        ).leave_out(LeftOut(tr("of another round, or of none that is recorded"), others)),
        notes=(
            *contrast_notes(cases, share.cells, inside, untold=_untold(tables.values())),
            *backwards_note(coded, asked),
            tr(
                "Each interval stands for its item alone: where nothing changed, about one item in {n} would seem to.",
                n=Setting(int(1 / (1 - confidence_level) + 0.5)),
            ),
            tr(
                "Not adjusted: cases of the two rounds may differ in kind, and files that tell more change the share "
                "too. Look at what is not documented in each round."
            ),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        ties=ties_of(
            asked,
            [groups[place] for place in inside],
            {name: [flags_[place] for place in inside] for name, flags_ in same.items()},
        ),
        rounds=levels,
    )


def _untold(tables: Iterable[Table]) -> bool:
    """Whether a difference that is known has no limits."""
    return any(bool((np.isfinite(one["estimate"]) & np.isnan(one["conf_low"])).any()) for one in tables)


def _levels(name: str, levels: Sequence[tuple[str, ...]], before: str | None, after: str | None) -> tuple[str, str]:
    """Return the two rounds that are compared.

    Raises
    ------
    QuestionError
        When one is not there, both are the same, or there are more than two to choose from.
    """
    known_levels = sorted({one[-1] for one in levels} - {*MISSING_LEVELS, ALL}, key=naturally)
    for one in (before, after):
        if one is not None and one not in known_levels:
            raise QuestionError(
                tr("'{level}' is not a level of '{by}'.", level=one, by=name), suggestion(one, tuple(known_levels))
            )
    rest = [one for one in known_levels if one not in {before, after}]
    open_ends = (before is None) + (after is None)
    if len(rest) < open_ends or before == after is not None or (open_ends and len(rest) > open_ends):
        raise QuestionError(
            tr("'{name}' has {n} levels; two are compared.", name=name, n=len(known_levels)),
            tr("Name the two rounds in 'before' and 'after': there are {levels}.", levels=known_levels),
        )
    first = before if before is not None else rest[0]
    return first, after if after is not None else rest[-1]
