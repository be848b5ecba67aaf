"""Perceptions of groups and of rounds compared: on which statements and scales they differ, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Label, Language, Readable, format_number, format_tick, tr, trn
from ...base.levels import MISSING_LEVELS, naturally
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Names, names
from ...cases.conversions.labels import FEWEST_TO_SHOW
from ...cases.surveys.rounds import put_together
from ...cases.surveys.survey import Survey
from ...figures.dots import dots
from ...reduce.perceptions import NestedGroups, people_of
from ..declared import Share, ensure_level
from ..rates.shown_shares import FEW_CLUSTERS, few_on_a_side
from ..records.hearings_tables import Average
from ..shown import hidden, known, numbers, strata_of, undefined_words, words_of
from .asked import clusters_of, ensure_survey, people_notes
from .behind import sides_rows, with_item_points, with_scale_points
from .compared import Sides, adjusted, item_differences, scale_differences, sides_of
from .compared_tables import height_table, item_table, scale_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Answer = TypeVar("Answer", bound="PerceptionDifferences")

ROUND: Final = "round"
_MOST_TOLD: Final = 3
_MOST_SCALES: Final = 6
_LEVEL: Final = 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class PerceptionDifferences(Result):
    """Groups of people set side by side.

    Tables
    ------
    main
        One row per stratum, pair of groups and statement: who agrees in the group that is compared with (``before``)
        and in the other one (``after``), the difference in percentage points with its limits.
    heights
        The same rows: mean points, the chance that somebody of the latter chose a higher point, the p value that
        answers lie equally high, and the one adjusted for all rows of this table and of ``scales``.
    scales
        Mean scores, their difference with its limits, and the same tests.
    """

    question: ClassVar[str] = "perception_differences"
    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {
            "": (tr("people who agree"), tr("people who chose any point")),
            "scales": (tr("scores, added up"), tr("people with a score")),
        }
    )

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """Where there are scales, the differences of their means."""
        return {"scales": tr("Differences in mean scores")} if "scales" in self.tables else {}

    def findings(self) -> tuple[Readable, ...]:
        """Return the differences of the scales, and on how many statements groups differ beyond chance."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the differences that are shown."""
        scales = shown.tables.get("scales")
        told = () if scales is None or strata_of(scales) else _scales(scales)
        heights = shown.tables.get("heights")
        return (*told, *(() if heights is None else _beyond_chance(heights)))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences in agreement with their limits."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences that are shown; a hidden one says so."""
        return _drawn(
            shown.main, "item", tr("difference in the share that agrees, percentage points"), 100.0, language, ax
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences of the mean scores (``scales``)."""
        return cast("Axes", self.draw_of(self, view, ax, language=language))

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:  # noqa: ARG003
        """Draw the differences of the mean scores that are shown."""
        if "scales" not in shown.tables:
            return None
        return _drawn(shown.tables["scales"], "scale", tr("difference of the mean scores"), 1.0, language, ax)


@dataclass(frozen=True, eq=False, kw_only=True)
class PerceptionChange(PerceptionDifferences):
    """What changed between rounds: ``before`` is the earlier round, ``after`` the later one."""

    question: ClassVar[str] = "perception_change"


def perception_differences(
    survey: Survey,
    *,
    between: str,
    reference: str | None = None,
    by: Names = (),
    items: Names = (),
    scales: Names = (),
    confidence_level: float = 0.95,
) -> PerceptionDifferences:
    """Compare groups of people: on which statements and scales they differ, and by how much.

    Parameters
    ----------
    survey : Survey
    between : str
        The groups to compare, such as ``role``.
    reference : str, optional
        The group with which each other one is compared; by default the one with most people.
    by : str or tuple of str
        Further groups within each of which the comparison is made.
    items, scales : str or tuple of str
        All by default.
    confidence_level : float

    Returns
    -------
    PerceptionDifferences

    Raises
    ------
    QuestionError
        When a word names nothing, or there is nothing to compare.

    Notes
    -----
    Shares: Newcombe's hybrid score limits. Whether answers lie higher is asked of all points, not of the share that
    agrees: ``effect`` is the chance that somebody of the group stands higher than somebody of the reference, equal ones
    counted half (50 % is no difference), with the p value of Brunner and Munzel. Means: Welch's limits and p value.
    Where all of a group gave one answer, no error can be told from it: then there are no limits of means, and p values
    are those of permutations of the people (with a sampling design there is none). ``p_adjusted`` is Holm's, over
    statements and scales together. With a sampling design limits and p values are linearised, those of statements for
    the mean point, and there is no ``effect``.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Statistics in Medicine, 17, 873-890.
    .. [2] Brunner, E. and Munzel, U. (2000). The nonparametric Behrens-Fisher problem. Biometrical Journal, 42, 17-25.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"heard": [4, 5, 2, 3, 5, 4, 1, 2], "role": ["judge", "user"] * 4})
    >>> survey = jm.Survey.from_frame(frame, {
    ...     "survey": {}, "groups": {"role": "role"}, "items": {"heard": {"text": {"en": "Victims are heard"}}},
    ...     "answers": {"agreement": {"points": [{"en": one} for one in ("1 no", "2", "3", "4", "5 yes")]}}})
    >>> jm.perception_differences(survey, between="role", reference="judge").main["estimate"].tolist()
    [0.0]
    """
    ensure_survey(survey)
    (between,) = survey.ensure_groups(between)
    counts = _sizes(survey, between)
    if reference is None and counts:
        reference = max(counts, key=lambda one: counts[one])
    if reference is not None and reference not in counts:
        raise QuestionError(
            tr("'{level}' is no level of '{group}'.", level=reference, group=between),
            suggestion(reference, tuple(one for one, n in counts.items() if n >= FEWEST_TO_SHOW)),
        )
    pairs = [(str(reference), one) for one in counts if one != reference]
    return _answer(
        PerceptionDifferences, survey, between, pairs, by, items, scales, confidence_level, reference=reference
    )


def perception_change(
    survey: Survey,
    later: Survey | None = None,
    *,
    by: Names = (),
    items: Names = (),
    scales: Names = (),
    confidence_level: float = 0.95,
) -> PerceptionChange:
    """Compare the rounds of a survey: what changed, and by how much.

    Parameters
    ----------
    survey : Survey
        With the rounds that ``round`` in the survey file tells apart; or the earlier round.
    later : Survey, optional
        The later round, read with the same items. To publish both, read them as one survey instead: the gate then knows
        that they are the same people.
    by : str or tuple of str
        Groups within each of which rounds are compared.
    items, scales : str or tuple of str
        All by default.
    confidence_level : float

    Returns
    -------
    PerceptionChange
        Each round against the one before; of three and more also the last against the first.

    Raises
    ------
    QuestionError, CaseDataError
        When a word names nothing, or there are no two rounds.

    Notes
    -----
    As :func:`perception_differences`. Rounds are taken as independent samples. Where the same people were asked again,
    limits come out too wide: a note says how many ids stand in both.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"heard": [2, 1, 2, 1, 2, 2, 2, 1], "year": [2016] * 4 + [2018] * 4})
    >>> survey = jm.Survey.from_frame(frame, {
    ...     "survey": {"round": "year"}, "items": {"heard": {"text": {"en": "Victims are heard"}}},
    ...     "answers": {"yes_no": {"points": [{"en": "no"}, {"en": "yes"}]}}})
    >>> jm.perception_change(survey).main["estimate"].tolist()
    [0.25]
    """
    ensure_survey(survey)
    if later is not None:
        ensure_survey(later)
        survey = put_together(survey, later, ("first", "second"))
    rounds = survey.rounds
    if len(rounds) < 2:
        raise QuestionError(
            tr("This survey tells no two rounds apart."),
            tr("Name the column of the rounds as 'round' in [survey], or hand over both rounds as two surveys."),
        )
    pairs = [*pairwise(rounds), *([(rounds[0], rounds[-1])] if len(rounds) > 2 else [])]
    return _answer(PerceptionChange, survey, ROUND, pairs, by, items, scales, confidence_level)


def _sizes(survey: Survey, between: str) -> dict[str, int]:
    levels, n = np.unique([str(one) for one in survey.groups[between]], return_counts=True)
    found = dict(zip(levels.tolist(), n.tolist(), strict=True))
    return {one: found[one] for one in sorted(found, key=naturally) if one not in MISSING_LEVELS}


def _answer(
    kind: type[Answer],
    survey: Survey,
    between: str,
    pairs: Sequence[tuple[str, str]],
    by: Names,
    items: Names,
    scales: Names,
    level: float,
    **settings: object,
) -> Answer:
    ensure_level(level)
    by = tuple(one for one in survey.ensure_groups(by) if one != between)
    if not pairs:
        raise QuestionError(
            tr("Everybody is of one group of '{group}': there is nothing to compare.", group=between),
            tr("Compare groups of another kind."),
        )
    chosen, measured = survey.chosen_items(items), survey.chosen_scales(scales)
    people = people_of(survey, by)
    sides = sides_of(survey, people, between, pairs)
    compared = [item_differences(survey, one, sides, level=level) for one in chosen]
    scored = [scale_differences(survey, one, sides, level=level) for one in measured]
    of_items, of_scales = adjusted(compared, scored)
    behind = {f"mean{ending}": rows for ending, rows in sides_rows(sides, between).items()}
    tables: dict[str, Table] = {
        "main": item_table(survey, chosen, sides, compared, between=between, level=level),
        "heights": with_item_points(
            height_table(survey, chosen, sides, compared, of_items, between=between), survey, chosen, behind
        ),
    }
    if measured:
        scores = scale_table(survey, measured, sides, scored, of_scales, between=between)
        tables["scales"] = with_scale_points(scores, survey, measured, behind)
    change = between == ROUND
    return kind(
        heading=tr("Change of perceptions") if change else tr("Perceptions of groups compared"),
        tables=tables,
        definition=Definition(
            answers=tr("What changed between the rounds?") if change else tr("On what do groups of people differ?"),
            numerator=tr("people who agree with the statement"),
            denominator=tr("people who chose a point of the scale of answers"),
            basis="snapshot",
            pending=tr("does not arise: people were asked what they think"),
            method=_method(survey),
        ),
        provenance=survey.provenance.add(
            kind.question, **({} if change else {"between": between, **settings}), by=by, items=names(items),
            scales=names(scales), confidence_level=level,
        ),
        notes=(
            *people_notes(survey, np.array([len(np.flatnonzero(one)) for one in (*sides.before, *sides.after)])),
            *_clusters_note(survey, sides),
            *_panel_note(survey, between),
            tr("That people answer otherwise than before does not say why: more than one thing changed meanwhile.")
            if change
            else tr("That groups answer differently does not say why: they differ in more than what tells them apart."),
        ),
        frame_library=survey.frame_library,
        nests=NestedGroups(survey),
    )  # fmt: skip


def _method(survey: Survey) -> Readable:
    if survey.design.declared:
        return tr(
            "Differences, limits and p values of the sampling design, by linearisation (Binder 1983); Holm (1979)."
        )
    return tr(
        "Shares: Newcombe (1998); answers on all points: Brunner and Munzel (2000); means: Welch (1947); p values "
        "adjusted by Holm (1979)."
    )


def _clusters_note(survey: Survey, sides: Sides) -> tuple[Readable, ...]:
    """Say that people on one side come from few clusters, where all together come from many."""
    every = clusters_of(survey)
    fewest = min((clusters_of(survey, one) for one in (*sides.before, *sides.after) if one.any()), default=every)
    return (few_on_a_side(),) if fewest < FEW_CLUSTERS <= every else ()


def _panel_note(survey: Survey, between: str) -> tuple[Readable, ...]:
    """Return that people were asked again, where ids tell it."""
    if survey.people is None or between != ROUND:
        return ()
    _, rounds = np.unique(survey.people.astype(str), return_counts=True)
    again = int((rounds > 1).sum())
    if not again:
        return ()
    return (
        trn(
            "{n} person was asked in several rounds; rounds are taken as independent, so limits are rather too wide.",
            "{n} people were asked in several rounds; rounds are taken as independent, so limits are rather too wide.",
            again,
        ),
    )


def _scales(table: Table) -> tuple[Readable, ...]:
    """Tell each difference of mean scores that is shown, whatever chance says of it: limits do."""
    before, after, difference, low, high = (
        numbers(table, one) for one in ("mean_before", "mean", "estimate", "conf_low", "conf_high")
    )
    decimals = 2 if "people" in table.values else 1
    rows = [row for row in range(len(table)) if known(before[row], after[row], difference[row])]
    said: list[Readable] = [
        tr(
            "{scale}: mean score {before} ({group_before}), {after} ({group_after}); difference {difference}{limits}.",
            scale=words_of(table, "scale", table["scale"][row]),
            before=Average(before[row], decimals),
            group_before=words_of(table, "before", table["before"][row]),
            after=Average(after[row], decimals),
            group_after=words_of(table, "after", table["after"][row]),
            difference=_Signed(difference[row]),
            limits=tr(" (interval {low} to {high})", low=_Signed(low[row]), high=_Signed(high[row]))
            if known(low[row], high[row])
            else Label(""),
        )
        for row in rows[:_MOST_SCALES]
    ]
    more = len(rows) - _MOST_SCALES
    if more > 0:
        said.append(
            trn(
                "{n} further difference of mean scores stands in the table.",
                "{n} further differences of mean scores stand in the table.",
                more,
            )
        )
    return tuple(said)


def _beyond_chance(heights: Table) -> tuple[Readable, ...]:
    """Tell the statements on which one group stands higher beyond chance, with all comparisons allowed for."""
    p, before, after = (numbers(heights, one) for one in ("p_adjusted", "mean_before", "mean"))
    held_back = hidden(heights, "p_adjusted") | hidden(heights, "mean")
    untested = int((np.isnan(p) & ~held_back & (np.abs(after - before) > 0)).sum())
    rows = np.flatnonzero(p < _LEVEL).tolist()
    # the least likely first; of equally unlikely ones those that lie farther apart
    rows.sort(key=lambda row: (p[row], -abs(after[row] - before[row])))
    said: list[Readable] = [_higher(heights, row) for row in rows[:_MOST_TOLD]]
    more = len(rows) - _MOST_TOLD
    if more > 0:
        said.append(
            trn(
                "On {n} further statement groups differ beyond chance.",
                "On {n} further statements groups differ beyond chance.",
                more,
            )
        )
    if untested:
        said.append(
            trn(
                "On {n} statement groups differ, and no test could be made: too few answered, or of too few clusters, "
                "or all alike.",
                "On {n} statements groups differ, and no test could be made: too few answered, or of too few clusters, "
                "or all alike.",
                untested,
            )
        )
    if not said and not held_back.any() and np.isfinite(p).any():
        said.append(tr("On no statement do groups differ more than chance explains, with all comparisons allowed for."))
    return tuple(said)


def _higher(heights: Table, row: int) -> Readable:
    """Say how often somebody of one group stands higher; by a sampling design, by how much the mean point differs."""
    item = words_of(heights, "item", heights["item"][row])
    after, before = (words_of(heights, one, heights[one][row]) for one in ("after", "before"))
    effect = numbers(heights, "effect")[row]
    if known(effect):
        return tr(
            "'{item}': somebody of {after} stands higher than somebody of {before} in {share} of all pairs, equal "
            "answers counted half{group}.",
            item=item,
            after=after,
            before=before,
            share=Share(effect, 0),
            group=_within(heights, row),
        )
    return tr(
        "'{item}': mean point {difference} ({after} compared with {before}{group}).",
        item=item,
        after=after,
        before=before,
        difference=_Signed(numbers(heights, "mean")[row] - numbers(heights, "mean_before")[row]),
        group=_within(heights, row),
    )


def _within(table: Table, row: int) -> Readable:
    groups = [words_of(table, one, table[one][row]) for one in strata_of(table)]
    return tr("; {groups}", groups=groups) if groups else Label("")


class _Signed:
    """A difference of scores with its sign."""

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def text(self, language: Language = "en") -> str:
        """Return it with two decimals."""
        sign = "\N{MINUS SIGN}" if self.value < 0 else "+" if self.value > 0 else ""
        return sign + format_number(abs(self.value), language, decimals=2)


def _drawn(table: Table, key: str, x_label: Readable, times: float, language: Language, ax: Axes | None) -> Axes:
    """Draw differences, under the heading of the groups that are compared."""
    strata = strata_of(table)

    def heading(row: int) -> str:
        of = [words_of(table, one, table[one][row]).text(language) for one in strata]
        two = tr(
            "{after}\u00a0–\u00a0{before}",
            after=words_of(table, "after", table["after"][row]),
            before=words_of(table, "before", table["before"][row]),
        )
        return " · ".join([*of, two.text(language)])

    return dots(
        labels=[words_of(table, key, one).text(language) for one in table[key]],
        groups=[heading(row) for row in range(len(table))],
        estimate=numbers(table, "estimate") * times,
        conf_low=numbers(table, "conf_low") * times,
        conf_high=numbers(table, "conf_high") * times,
        reference=0,
        reference_label=tr("no difference").text(language),
        undefined_label=undefined_words(table, "estimate", language),
        x_label=x_label.text(language),
        percent=False,
        number=lambda one: format_tick(one, language),
        ax=ax,
    )
