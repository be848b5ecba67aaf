"""Coding drift: whether labels mean the same from year to year and from office to office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Label, Language, Readable, format_number, format_share, tr, trn
from ...base.result import Definition, Result
from ...base.types import Floats, Names, names
from ...cases.attributes import attribute_words
from ...cases.casedata import CaseData
from ...cases.periods import Period, period_words
from ...cases.unclear_labels import says_nothing
from ...estimate.multiplicity import benjamini_hochberg, holm
from ...figures.control import period_rows
from ...figures.shades import shades
from ...reduce.count_sums import PERIOD_WORDS
from ...reduce.label_counts import RARER, Labelled, label_counts
from ..declared import FEW_UNITS, Points, PValue, Share, ensure_level, group_words, levels_words, sampling_notes
from ..flows.sources import ensure_period
from ..rates.known_words import ensure_known
from . import drift_tables as table_of
from .belonging import belonging_notes
from .completeness_tables import mean_start
from .drift_comparisons import (
    CHANGED,
    FEW,
    GONE,
    NEW,
    REPLACED,
    Comparison,
    Correction,
    LabelRow,
    between_groups,
    over_time,
    together,
)
from .drift_tables import Growth, label_words, shown_strata

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FalseAlarms: TypeAlias = Literal["holm", "benjamini_hochberg"]

_CORRECTIONS: Final[Mapping[str, Correction]] = MappingProxyType(
    {"holm": holm, "benjamini_hochberg": benjamini_hochberg}
)
_LEVEL: Final = 0.05
_MOST_TOLD: Final = 5
_MOST_LINES: Final = 6
_MOST_GROUPS: Final = 12
# The stability index at which a cell of the figure is darkest.
_DARKEST: Final = 1.0
_GROWS: Final = 0.02


@dataclass(frozen=True, eq=False, kw_only=True)
class CodingDrift(Result):
    """How the use of labels changes.

    Tables
    ------
    main
        One row per group, attribute and pair of periods: the stability index ``estimate``, what chance alone stays
        below, the index ``beyond`` what chance makes on average, the corrected p value of a chi-square test, the label
        that moved most, new and gone labels, ``state``.
    labels
        One row per label and period: its share with limits, its change, ``state`` (new, gone, moved).
    groups
        One row per group and attribute, beside all other groups; only where groups were asked for.
    growth
        Trend of labels such as "other" and "unknown".
    """

    question: ClassVar[str] = "coding_drift"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {"labels": tr("Shares of the labels of the attribute that changed most")}
    )

    counted: Labelled
    comparisons: tuple[Comparison, ...]
    label_rows: tuple[LabelRow, ...]
    of_groups: tuple[Comparison, ...]
    growth: tuple[Growth, ...]
    period_word: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return where labels are used differently, most first."""
        found = [one for one in self.comparisons if one.state in {CHANGED, REPLACED}]
        everything = len(shown_strata(self.counted)) - 1
        # one change shows in the whole and in its groups: the whole tells it
        told = {(one.field, one.before, one.after) for one in found if one.group == everything}
        found = [one for one in found if one.group == everything or (one.field, one.before, one.after) not in told]
        # a replaced list of labels first: courts and towns change with the cases that come
        found.sort(key=lambda one: (one.group != everything, one.state != REPLACED, -one.stability))
        looked = sum(one.state != FEW for one in self.comparisons)
        said: list[Readable] = [
            tr(
                "{looked} comparisons of one period with another were made; in {n} labels are used differently beyond "
                "chance.",
                looked=looked,
                n=sum(one.state in {CHANGED, REPLACED} for one in self.comparisons),
            )
        ]
        said += [self._told(one) for one in found[:_MOST_TOLD]]
        return (*said, *self._told_groups(), *self._told_growth())

    def headline(self) -> Readable | None:
        """Return the largest change, where there is one."""
        found = self.findings()
        return found[1] if len(found) > 1 else found[0]

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the stability index of each attribute and period, shaded where labels changed beyond chance."""
        everything = len(shown_strata(self.counted)) - 1
        labels = self.counted.periods.labels
        index = np.full((len(self.counted.fields), len(labels)), np.nan)
        changed, few = np.zeros(index.shape, np.bool_), np.zeros(index.shape, np.bool_)
        for one in self.comparisons:
            consecutive = not self._whole_span(one)
            if one.group == everything and consecutive:
                index[one.field, one.after] = one.stability
                changed[one.field, one.after] = one.state in {CHANGED, REPLACED}
                few[one.field, one.after] = one.state == FEW
        return self._shades(
            index[:, 1:],
            changed[:, 1:],
            few[:, 1:],
            [period_words(one).text(language) for one in labels[1:]],
            tr("{period} of the start, compared with the one before", period=self.period_word),
            language,
            ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw the shares of the labels of the attribute that changed most (``labels``)."""
        everything = len(shown_strata(self.counted)) - 1
        mine = [one for one in self.comparisons if one.group == everything and np.isfinite(one.stability)]
        sure = [one for one in mine if one.state in {CHANGED, REPLACED}] or mine
        field = max(sure, key=lambda one: one.stability).field if sure else 0
        one = self.counted.fields[field]
        n = together(self.counted)[field][everything]  # (P, L)
        if not n.size:
            return self.plot(ax, language=language)
        kept = sorted(np.argsort(-n.sum(axis=0), kind="stable")[:_MOST_LINES].tolist())
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (n / n.sum(axis=1, keepdims=True)).T[kept]
        nothing = np.full(share.shape, np.nan)
        axis = tr("{period} of the start", period=self.period_word)
        if len(kept) < n.shape[1]:
            axis = tr("{axis}; the {n} most frequent of {all} labels", axis=axis, n=len(kept), all=n.shape[1])
        enough = np.broadcast_to(n.sum(axis=1) >= FEW_UNITS, share.shape)
        return period_rows(
            periods=[period_words(label).text(language) for label in self.counted.periods.labels],
            estimate=share,
            conf_low=nothing,
            conf_high=nothing,
            complete=enough,
            waiting=np.zeros(share.shape[1], np.bool_),
            groups=[label_words(one.labels[place]).text(language) for place in kept],
            x_label=axis.text(language),
            y_label=tr("share of the labels of: {what}", what=attribute_words(one.field)).text(language),
            immature_label=tr("fewer than {few} units", few=FEW_UNITS).text(language),
            waiting_label="",
            number=lambda value: format_share(value, language, decimals=0),
            ax=ax,
        )

    def _whole_span(self, one: Comparison) -> bool:
        """Whether a comparison is that of the last period with the first, with others between them."""
        totals = together(self.counted)[one.field][one.group].sum(axis=1)
        return bool((totals[one.before + 1 : one.after] > 0).any())

    def _shades(
        self,
        index: Floats,
        changed: np.ndarray,
        few: np.ndarray,
        columns: Sequence[str],
        words: Readable,
        language: Language,
        ax: Axes | None,
    ) -> Axes:
        strength = np.where(np.isnan(index), np.nan, np.where(changed, 0.15 + 0.85 * index / _DARKEST, 0.0))
        return shades(
            rows=[attribute_words(one.field).text(language) for one in self.counted.fields],
            columns=columns,
            texts=[
                ["–" if np.isnan(one) else format_number(one, language, decimals=2) for one in row] for row in index
            ],
            strength=strength,
            faint=few,
            x_label=tr("stability index, by {axis}; shaded: different beyond chance", axis=words).text(language),
            faint_label=tr("in brackets: fewer than {few} units", few=FEW_UNITS).text(language),
            ax=ax,
        )

    def _told(self, one: Comparison) -> Readable:
        field = self.counted.fields[one.field]
        n = together(self.counted)[one.field][one.group]
        before, after = n[one.before], n[one.after]
        labels = self.counted.periods.labels
        values = {
            "what": attribute_words(field.field),
            "group": levels_words(shown_strata(self.counted).levels[one.group]) or [tr("all")],
            "before": period_words(labels[one.before]),
            "after": period_words(labels[one.after]),
            "label": label_words(field.labels[one.moved]),
            "one": Share(float(before[one.moved] / before.sum())),
            "two": Share(float(after[one.moved] / after.sum())),
            "index": _Decimals(one.beyond),
            "p": PValue(one.p_value, equals=True),
        }
        said: Readable = tr(
            "{what} ({group}), {after} compared with {before}: labels are used differently (index {index} beyond "
            "chance, corrected p {p}). Most of all '{label}': from {one} to {two}.",
            **values,
        )
        mine = [
            row
            for row in self.label_rows
            if (row.group, row.field, row.period) == (one.group, one.field, one.after) and row.state in {NEW, GONE}
        ]
        if one.state != REPLACED or not mine:
            return said
        return tr(
            "{said} New: {new}. No longer used: {gone}. Perhaps the list of labels changed: ask the office, and map "
            "old and new labels to the same words.",
            said=said,
            new=[label_words(field.labels[row.label]) for row in mine if row.state == NEW] or [tr("none")],
            gone=[label_words(field.labels[row.label]) for row in mine if row.state == GONE] or [tr("none")],
        )

    def _told_groups(self) -> tuple[Readable, ...]:
        found = sorted(
            (one for one in self.of_groups if one.state in {CHANGED, REPLACED}), key=lambda one: -one.stability
        )
        return tuple(
            tr(
                "{group} labels {what} otherwise than all others (index {index} beyond chance, corrected p {p}): "
                "'{label}' {points} points. Its cases may differ, or its coding.",
                group=levels_words(self.counted.strata.levels[one.group]),
                what=attribute_words(self.counted.fields[one.field].field),
                index=_Decimals(one.beyond),
                p=PValue(one.p_value, equals=True),
                label=label_words(self.counted.fields[one.field].labels[one.moved]),
                points=Points(one.points),
            )
            for one in found[:_MOST_TOLD]
        )

    def _told_growth(self) -> tuple[Readable, ...]:
        everything = len(shown_strata(self.counted)) - 1
        return tuple(
            tr(
                "{what}: labels that say nothing ({labels}) grow, from {one} to {two} of the labels (corrected p {p}).",
                what=attribute_words(self.counted.fields[one.field].field),
                labels=[Label(label) for label in one.labels],
                one=Share(float(one.shares[one.first])),
                two=Share(float(one.shares[one.last])),
                p=PValue(one.p_value, equals=True),
            )
            for one in self.growth
            if one.group == everything
            and one.slope > 0
            and one.p_value < _LEVEL
            and one.shares[one.last] - one.shares[one.first] >= _GROWS
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CodingDriftOfGroups(CodingDrift):
    """Coding drift that also compares groups, such as offices."""

    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {**CodingDrift.views, "groups": tr("Are labels used as in all other groups?")}
    )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw one of the views; ``groups`` shows the largest ones."""
        if view != "groups":
            return CodingDrift.draw(self, view, ax, language=language)
        size = self.counted.fields[0].n.sum(axis=(1, 2))
        kept = sorted(np.argsort(-size, kind="stable")[:_MOST_GROUPS].tolist())
        column = {group: place for place, group in enumerate(kept)}
        index = np.full((len(self.counted.fields), len(kept)), np.nan)
        changed, few = np.zeros(index.shape, np.bool_), np.zeros(index.shape, np.bool_)
        for one in self.of_groups:
            if one.group in column:
                at = (one.field, column[one.group])
                index[at], changed[at], few[at] = one.stability, one.state in {CHANGED, REPLACED}, one.state == FEW
        words = group_words(self.counted.strata, language)
        axis: Readable = tr("group, compared with all others")
        if len(kept) < len(words):
            axis = tr("{axis}; the {n} largest of {all} groups", axis=axis, n=len(kept), all=len(words))
        return self._shades(index, changed, few, [words[group] for group in kept], axis, language, ax)


class _Decimals:
    """A number with two decimals that a message prints in the reader's language."""

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        return format_number(self.value, language, decimals=2)


def coding_drift(
    cases: CaseData,
    *,
    fields: Names = (),
    by: Names = (),
    period: Period = "year",
    unclear: Names = (),
    least_index: float = 0.1,
    false_alarms: FalseAlarms = "holm",
    confidence_level: float = 0.95,
) -> CodingDrift:
    """Whether labels are used as in the period before, and in each group as in all others.

    A share of convictions by offence says little when the offence was coded by another list in the year before. Each
    attribute is compared from period to period: new labels, vanished ones, and those whose share jumped.

    Parameters
    ----------
    cases : CaseData
    fields : str or tuple of str
        Attributes with labels; all by default.
    by : str or tuple of str
        Attributes that split the cases, such as the office or court: each is compared with all others, and its periods
        with each other.
    period : {"month", "quarter", "half_year", "year"}
        Of the start of the case.
    unclear : str or tuple of str
        Labels that say nothing, such as "Otro"; by default they are told by their words.
    least_index : float
        Stability index, less what chance makes on average, below which a difference is called little, however sure it
        is.
    false_alarms : {"holm", "benjamini_hochberg"}
        How p values are corrected for the number of comparisons: so that at most one time in twenty anything is
        reported where nothing changed, or so that at most one report in twenty is false.
    confidence_level : float
        Of the shares.

    Returns
    -------
    CodingDrift

    Raises
    ------
    QuestionError
        When a word names no attribute with labels.

    Notes
    -----
    Missing values are left out (see ``completeness``). Labels of fewer than ten cases are put together and not named.
    "Different" asks for both: a corrected p value below 0.05 and an index that is ``least_index`` or more above what
    chance makes of so many labels. A new or vanished label is one whose absence chance hardly explains. Units count as
    independent: where several belong to one case and are alike, differences are found too often. Labels of attributes
    that belong to one group each, such as municipalities to departments, are not compared between groups.

    References
    ----------
    Siddiqi (2006), *Credit Risk Scorecards*, chapter 6.
    Yurdakul and Naranjo (2020), Journal of Risk Model Validation, 14(4), 89-100.
    Holm (1979), Scandinavian Journal of Statistics, 6, 65-70.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> str(jm.coding_drift(jm.sample_cases(), fields="complaint_source").findings()[0])
    '4 comparisons of one period with another were made; in 0 labels are used differently beyond chance.'
    """
    by = names(by)
    ensure_level(confidence_level)
    ensure_period(period)
    ensure_known(false_alarms, FalseAlarms)
    if not least_index >= 0:
        raise QuestionError(tr("'{name}' cannot be below 0.", name="least_index"))
    counted = label_counts(cases, fields=names(fields), by=by, period=period)
    correct = _CORRECTIONS[false_alarms]
    comparisons, rows = over_time(counted, correct=correct, level=_LEVEL, least_index=least_index)
    of_groups = between_groups(counted, correct=correct, level=_LEVEL, least_index=least_index)
    nothing = [_saying_nothing(one.labels, names(unclear)) for one in counted.fields]
    growth = table_of.growth_of(counted, together(counted), nothing, _years(counted), confidence_level)
    tables = {
        "main": table_of.time_table(counted, comparisons),
        "labels": table_of.labels_table(counted, rows, confidence_level),
        **({"groups": table_of.groups_table(counted, of_groups)} if by else {}),
        "growth": table_of.growth_table(counted, growth),
    }
    kind = CodingDriftOfGroups if by else CodingDrift
    return kind(
        heading=tr("Coding drift: are labels used alike over time?"),
        tables=tables,
        definition=Definition(
            answers=tr("Do labels mean the same from period to period, and from group to group?"),
            numerator=tr("cases with a label"),
            denominator=tr("cases of the period that have any label of the attribute"),
            basis="snapshot",
            pending=tr("looked at like all others; to be open is no fault"),
            method=tr(
                "Population stability index; Pearson's chi-square test with rare labels put together; p values "
                "corrected for the number of comparisons."
            ),
        ),
        provenance=cases.provenance.add(
            "coding_drift",
            fields=names(fields),
            by=by,
            period=period,
            unclear=names(unclear),
            least_index=least_index,
            false_alarms=false_alarms,
            confidence_level=confidence_level,
        ),
        notes=_notes(cases, counted, comparisons),
        frame_library=cases.frame_library,
        counted=counted,
        comparisons=tuple(comparisons),
        label_rows=tuple(rows),
        of_groups=tuple(of_groups),
        growth=tuple(growth),
        period_word=PERIOD_WORDS[period],
    )


def _saying_nothing(labels: Sequence[str], given: Sequence[str]) -> list[int]:
    return [
        place for place, one in enumerate(labels) if one != RARER and (one in given if given else says_nothing(one))
    ]


def _years(found: Labelled) -> Floats:
    """Return when the units of each period started on average, for each group and for all together."""
    days, units = found.start_days, found.fields[0].n.sum(axis=2) + found.fields[0].missing
    if len(found.strata) > 1:
        days, units = (np.concatenate([one, one.sum(axis=0, keepdims=True)]) for one in (days, units))
    return mean_start(days, units, found.periods)


def _notes(cases: CaseData, counted: Labelled, comparisons: Sequence[Comparison]) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr(
            "A difference can be a true change of the cases that come, another list of labels, or another habit of "
            "those who code; the numbers alone do not tell which. Look at what changed in the office at that time."
        )
    ]
    few = sum(one.state == FEW for one in comparisons)
    if few:
        notes.append(
            trn(
                "{n} comparison rests on fewer than {few} units and was not tested.",
                "{n} comparisons rest on fewer than {few} units and were not tested.",
                few,
                few=FEW_UNITS,
            )
        )
    undated = max((one.undated for one in counted.fields), default=0)
    if undated:
        notes.append(
            trn(
                "{n} unit has no usable date of its start and is in no period.",
                "{n} units have no usable date of their start and are in no period.",
                undated,
            )
        )
    return (*notes, *belonging_notes(cases), *sampling_notes(cases, weights_used=False))
