"""Completeness: how much of what should be in the files is there, by field, office and year, and whether it grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.language import Language, Readable, Setting, format_number, format_share, tr, trn
from ...base.levels import ALL
from ...base.result import Definition, Result
from ...base.table import Table
from ...base.types import Flags, Floats, Names, names
from ...cases.attributes import attribute_words
from ...cases.casedata import CaseData
from ...cases.periods import Period, period_words
from ...figures.control import period_rows
from ...figures.shades import shades
from ...reduce.completeness import recorded_counts
from ...reduce.count_sums import PERIOD_WORDS
from ..declared import (
    FEW_UNITS,
    Points,
    PValue,
    Share,
    ensure_level,
    group_words,
    levels_words,
    outcome_labels,
    sampling_notes,
)
from ..flows.sources import ensure_period
from . import completeness_tables as table_of
from .belonging import belonging_notes
from .check_guards import attribute_ties, sets_of_fields
from .completeness_shown import least_recorded, recorded_shades
from .completeness_tables import COMPLETE, FEW, Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# More of these are not told in sentences; the tables have them all.
_MOST_TOLD: Final = 3
_WELL: Final = 0.95
# A difference between endings that is worth a sentence, in shares.
_REMARKABLE: Final = 0.05
_LEVEL: Final = 0.05
_MOST_LINES: Final = 6
_FEW_PERIODS: Final = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class Completeness(Result):
    """How completely dates and attributes are recorded.

    Tables
    ------
    main
        One row per group and period of the start: ``units``, ``recorded`` of ``denominator`` values, the share with
        limits, ``state`` (complete, few, provisional).
    fields
        One row per group and field, with the kinds of missing.
    periods
        One row per group, field and period.
    trend
        Change of the share per year with limits, for all fields together (``all``) and for each; p values corrected for
        their number.
    outcomes
        One row per field and way of ending: the share recorded, its difference from all other units. An association.
    """

    question: ClassVar[str] = "completeness"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {
            "trend": tr("How completely files are recorded, by period of the start"),
            "outcomes": tr("Is more missing where cases ended in some way? An association, no cause"),
        }
    )

    shown: Shown
    period_word: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return how much is recorded, what is not, whether it grows, and where it differs."""
        return (*self._whole(), *self._poorest(), *self._growth(), *self._groups(), *self._endings())

    def headline(self) -> Readable | None:
        """Return whether record keeping changes, where that can be told; else how much is recorded."""
        return next(iter((*self._growth()[:1], *self._whole())), None)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share recorded of each field by period of the start, all groups together."""
        table, last = self.tables["periods"], len(self.shown.strata) - 1
        shape = (len(self.shown.strata), len(self.shown.found.fields), -1)
        share, state = (table[name].reshape(shape)[last] for name in ("estimate", "state"))
        return self._shades(
            [words.text(language) for words in table_of.field_words(self.shown.found.fields).values()],
            [period_words(one).text(language) for one in self.shown.found.periods.labels],
            share.astype(float),
            state == FEW,
            tr("share recorded, by {period} of the start", period=self.period_word),
            language,
            ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw one of the further views: ``trend``, ``outcomes`` and, where groups were asked for, ``groups``."""
        if view == "trend":
            return self._lines(language, ax)
        table = self.tables["outcomes"]
        endings = list(dict.fromkeys(table["outcome"].tolist()))
        fields = tuple(dict.fromkeys(table["column"].tolist()))
        shape = (len(fields), len(endings))
        return self._shades(
            [table.labels["column"][one].text(language) for one in fields],
            [table.labels["outcome"][one].text(language) for one in endings],
            table["share"].astype(float).reshape(shape),
            (table["state"] == FEW).reshape(shape),
            tr("share recorded, by how the case stands"),
            language,
            ax,
        )

    def context(self) -> Mapping[str, object]:
        """Return what the periods are."""
        return {"period": self.period_word}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return what is recorded least often, among what is shown."""
        return least_recorded(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the share recorded of each field by period of the start, all groups together."""
        return recorded_shades(shown, ax, language)

    def _shades(
        self,
        rows: Sequence[str],
        columns: Sequence[str],
        share: Floats,
        few: Flags,
        x_label: Readable,
        language: Language,
        ax: Axes | None,
    ) -> Axes:
        def text(one: float) -> str:
            if not np.isfinite(one):
                return "–"
            decimals = 1 if 0.995 <= one < 1 else 0
            return format_number(np.floor(one * 1000) / 10 if decimals else one * 100, language, decimals=decimals)

        return shades(
            rows=rows,
            columns=columns,
            texts=[[text(one) for one in row] for row in share],
            strength=np.sqrt(1 - share),
            faint=few,
            x_label=tr("{what} (%)", what=x_label).text(language),
            faint_label=tr("in brackets: fewer than {few} units", few=Setting(FEW_UNITS)).text(language),
            ax=ax,
        )

    def _lines(self, language: Language, ax: Axes | None) -> Axes:
        shape = self.shown.units.shape
        size = self.shown.units.sum(axis=1)
        kept = sorted(np.argsort(-size, kind="stable")[:_MOST_LINES].tolist())
        middle, low, high = (
            self.main[name].astype(float).reshape(shape)[kept] for name in ("estimate", "conf_low", "conf_high")
        )
        axis = tr("{period} of the start", period=self.period_word)
        if len(kept) < shape[0]:
            axis = tr("{axis}; the {n} largest of {all} groups", axis=axis, n=len(kept), all=shape[0])
        return period_rows(
            periods=[period_words(one).text(language) for one in self.shown.found.periods.labels],
            estimate=middle,
            conf_low=low,
            conf_high=high,
            complete=self.main["state"].reshape(shape)[kept] == COMPLETE,
            waiting=np.zeros(shape[1], np.bool_),
            groups=[group_words(self.shown.strata, language)[g] for g in kept] if shape[0] > 1 else ("",),
            x_label=axis.text(language),
            y_label=tr("share of all values that is recorded").text(language),
            immature_label=tr("few units, or a period that is not over").text(language),
            waiting_label="",
            number=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )

    def _whole(self) -> tuple[Readable, ...]:
        recorded, due = (int(one[-1][self.shown.found.sure].sum()) for one in self.shown.totals)
        if due == 0:
            return (tr("Nothing is due to be recorded in these data."),)
        return (
            tr(
                "Of {base} dates and attributes that should be recorded, {n} are ({share}).",
                base=due,
                n=recorded,
                share=Share(recorded / due),
            ),
        )

    def _poorest(self) -> tuple[Readable, ...]:
        recorded, due = (one[-1] for one in self.shown.totals)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(due >= FEW_UNITS, recorded / due, np.nan)
        poor = [f for f in np.argsort(np.nan_to_num(share, nan=2.0), kind="stable") if share[f] < _WELL][:_MOST_TOLD]
        if not poor:
            return ()
        parts = [
            tr("{what}: {n} of {base}", what=self.shown.found.fields[f].words, n=int(recorded[f]), base=int(due[f]))
            for f in poor
        ]
        return (tr("Least often recorded: {parts}.", parts=parts),)

    def _growth(self) -> tuple[Readable, ...]:
        """Tell the trend of all fields together, then the single ones that chance does not explain."""
        trend, f = self.tables["trend"], len(self.shown.found.fields) + 1
        base = (len(self.shown.strata) - 1) * f
        if not np.isfinite(float(trend["conf_low"][base])):
            return ()
        sure = float(trend["p_value"][base]) < _LEVEL
        values = {
            "first": period_words(str(trend["first_period"][base])),
            "last": period_words(str(trend["last_period"][base])),
            "one": Share(float(trend["first_share"][base])),
            "two": Share(float(trend["last_share"][base])),
            "change": Points(round(float(trend["estimate"][base]), 3) + 0.0),
            "low": Points(round(float(trend["conf_low"][base]), 3) + 0.0),
            "high": Points(round(float(trend["conf_high"][base]), 3) + 0.0),
        }
        said: list[Readable] = [
            tr(
                "Record keeping became better: {one} of the values of {first} are recorded and {two} of those of "
                "{last}, {change} points a year ({low} to {high}).",
                **values,
            )
            if sure and float(trend["estimate"][base]) > 0
            else tr(
                "Record keeping became worse: {one} of the values of {first} are recorded and {two} of those of "
                "{last}, {change} points a year ({low} to {high}).",
                **values,
            )
            if sure
            else tr(
                "Record keeping did not change more than chance may: {one} of the values of {first} are recorded and "
                "{two} of those of {last}, {change} points a year ({low} to {high}).",
                **values,
            )
        ]
        rows = [base + one for one in range(1, f) if float(trend["p_value"][base + one]) < _LEVEL]
        rows.sort(key=lambda row: -abs(float(trend["estimate"][row])))
        said += [
            tr(
                "{what}: {change} points a year, from {one} to {two} (corrected p {p}).",
                what=trend.labels["column"][str(trend["column"][row])],
                change=Points(round(float(trend["estimate"][row]), 3) + 0.0),
                one=Share(float(trend["first_share"][row])),
                two=Share(float(trend["last_share"][row])),
                p=PValue(float(trend["p_value"][row]), equals=True),
            )
            for row in rows[:_MOST_TOLD]
        ]
        return tuple(said)

    def _groups(self) -> tuple[Readable, ...]:
        if len(self.shown.strata) < 3:
            return ()
        y, x = (self.shown.whole[name][:-1].sum(axis=1) for name in "yx")
        units = self.shown.units[:-1].sum(axis=1)
        large = np.flatnonzero((units >= FEW_UNITS) & (x > 0))
        if len(large) < 2:
            return ()
        share = y[large] / x[large]
        low, high = int(large[share.argmin()]), int(large[share.argmax()])
        return (
            tr(
                "Between groups with {few} units or more the share recorded lies between {low} ({one}) and {high} "
                "({two}).",
                few=Setting(FEW_UNITS),
                low=Share(float(share.min())),
                one=levels_words(self.shown.strata.levels[low]),
                high=Share(float(share.max())),
                two=levels_words(self.shown.strata.levels[high]),
            ),
        )

    def _endings(self) -> tuple[Readable, ...]:
        table = self.tables["outcomes"]
        gap = np.nan_to_num(table["estimate"].astype(float))
        sure = table["p_value"].astype(float) < _LEVEL
        rows = np.flatnonzero(sure & (gap < -_REMARKABLE) & (table["denominator"].astype(float) >= FEW_UNITS))
        rows = rows[np.argsort(gap[rows], kind="stable")][:_MOST_TOLD]
        return tuple(
            tr(
                "{what} is recorded in {share} of the cases that stand as {outcome}, {points} points less than in all "
                "others: a breakdown by it leaves such cases out more often. This is an association; why it is so "
                "the files do not say.",
                what=table.labels["column"][str(table["column"][row])],
                share=Share(float(table["share"][row])),
                outcome=table.labels["outcome"][str(table["outcome"][row])],
                points=Points(-float(gap[row]), signed=False),
            )
            for row in rows
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CompletenessOfGroups(Completeness):
    """Completeness that also compares groups, such as offices."""

    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {**Completeness.views, "groups": tr("How completely dates and attributes are recorded, by group")}
    )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw one of the views; ``groups`` shows the largest ones, and all together."""
        if view != "groups":
            return Completeness.draw(self, view, ax, language=language)
        table, most = self.tables["fields"], 12
        shape = (len(self.shown.strata), len(self.shown.found.fields))
        size = self.shown.units.sum(axis=1)
        kept = sorted(np.argsort(-size, kind="stable")[:most].tolist())
        share = table["estimate"].astype(float).reshape(shape)[kept].T
        few = (table["state"] == FEW).reshape(shape)[kept].T
        words = tr("share recorded")
        if len(kept) < shape[0]:
            words = tr("{axis}; the {n} largest of {all} groups", axis=words, n=len(kept), all=shape[0])
        return self._shades(
            [one.text(language) for one in table_of.field_words(self.shown.found.fields).values()],
            [group_words(self.shown.strata, language)[g] for g in kept],
            share,
            few,
            words,
            language,
            ax,
        )


def completeness(
    cases: CaseData,
    *,
    fields: Names = (),
    by: Names = (),
    period: Period = "year",
    confidence_level: float = 0.95,
) -> Completeness:
    """How much of what should be in the files is there, by field, group and period, and whether it grows.

    Better record keeping is one of the things that programmes work for, so its trend is an indicator of its own: the
    change per year of the share of values that are recorded, with limits.

    Parameters
    ----------
    cases : CaseData
    fields : str or tuple of str
        Dates (a stage, ``ending``, a date attribute) and attributes to look at; all by default.
    by : str or tuple of str
        Attributes that split the cases, such as the office or court. They are not looked at themselves.
    period : {"month", "quarter", "half_year", "year"}
        Of the start of the case.
    confidence_level : float

    Returns
    -------
    Completeness

    Raises
    ------
    QuestionError
        When a word names neither a date nor an attribute.

    Notes
    -----
    The date of a stage is due where the case came there or beyond, that of the ending where it ended, an attribute
    always unless it is marked as not applicable. Where nothing but the date itself says that a case came to a stage,
    its share is not given and is not part of the whole. A trend takes each period at the mean start of its cases.
    Limits of one field are Wilson's; those of all fields together allow for the values of a case going together (ratio
    of totals over cases; Wilson's for as many independent values as tell the same). Trends of single fields are tested
    after Cochran and Armitage. Where periods stray from a line by more than chance between cases, the residuals tell of
    chance (Student's distribution). All p values of a table are corrected after Holm. Cases count as independent of one
    another.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association, 22, 209-212.
    Armitage (1955), Biometrics, 11, 375-386.
    Cochran (1977), *Sampling Techniques*, section 6.4.
    Korn and Graubard (1998), Survey Methodology, 24, 193-201.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.completeness(jm.sample_cases(), fields=("sex", "age_at_fact"))
    >>> [f"{share:.3f}" for share in answer.tables["fields"]["estimate"]]
    ['0.982', '0.975']
    """
    by = names(by)
    ensure_level(confidence_level)
    ensure_period(period)
    found = recorded_counts(cases, fields=names(fields), by=by, period=period)
    sets = sets_of_fields(cases, found)
    shown = table_of.shown(
        found,
        sets,
        cutoff=cases.cutoff_day,
        level=confidence_level,
        period=period,
    )
    tables: dict[str, Table] = {
        "main": table_of.main_table(shown),
        "fields": table_of.fields_table(shown),
        "periods": table_of.periods_table(shown),
        "trend": table_of.trend_table(shown),
        "outcomes": table_of.outcomes_table(shown, outcome_labels(cases, found.outcomes)),
    }
    kind = CompletenessOfGroups if by else Completeness
    return kind(
        heading=tr("Completeness of the files"),
        tables=tables,
        definition=Definition(
            answers=tr("How much of what should be recorded is there, and does record keeping become better?"),
            numerator=tr("dates and attributes that are recorded"),
            denominator=tr(
                "dates of stages that the case came to, of its ending where it ended, and attributes that apply to it"
            ),
            basis="snapshot",
            pending=tr("looked at like all others; to be open is no fault"),
            method=tr(
                "Wilson limits for single fields; for all together, limits of a ratio of totals over cases; trends per "
                "year, p values corrected after Holm."
            ),
        ),
        provenance=cases.provenance.add(
            "completeness", fields=names(fields), by=by, period=period, confidence_level=confidence_level
        ),
        notes=(*_notes(shown), *belonging_notes(cases), *sampling_notes(cases, weights_used=False)),
        frame_library=cases.frame_library,
        ties=attribute_ties(sets, shown.groups),
        shown=shown,
        period_word=PERIOD_WORDS[period],
    )


def _notes(shown: Shown) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr(
            "A value that is there may still be wrong; the rules of the check look at that. Files of recent cases may "
            "still be completed, so a fall in the last periods can end by itself: compare two extracts to see."
        )
    ]
    untold = [one.words for one, told in zip(shown.found.fields, shown.found.sure, strict=True) if not told]
    if untold:
        notes.append(
            tr(
                "Of {fields} nothing but the date itself says that the case came there: whether it is missing cannot "
                "be told, and it is not among the values that should be recorded.",
                fields=untold,
            )
        )
    doubt = shown.found.doubtful.sum(axis=0)
    if doubt.any():
        notes.append(
            tr(
                "Cases that came further without the date, perhaps by another road, are not counted as lacking it: "
                "{parts}. Questions such as attrition count them as having come there.",
                parts=[
                    tr("{what}: {n}", what=one.words, n=int(n))
                    for one, n in zip(shown.found.fields, doubt, strict=True)
                    if n
                ],
            )
        )
    if shown.found.strata.names:
        notes.append(
            tr(
                "{fields}: splits the units, and is not among the values that should be recorded.",
                fields=[attribute_words(one) for one in shown.found.strata.names],
            )
        )
    undated = int(shown.found.units[:, -1].sum())
    if undated:
        notes.append(
            trn(
                "{n} unit has no usable date of its start: it counts in the fields, and in no period.",
                "{n} units have no usable date of their start: they count in the fields, and in no period.",
                undated,
            )
        )
    there = int((shown.units[-1] > 0).sum())
    if 1 < there < _FEW_PERIODS:
        notes.append(
            tr(
                "There are {n} periods only: they hardly tell a trend from periods that merely differ, since it is "
                "unknown by how much periods differ without one.",
                n=there,
            )
        )
    small = [level for level, n in zip(shown.strata.levels, shown.units.sum(axis=1), strict=True) if n < FEW_UNITS]
    small = [level for level in small if level != (ALL,) * len(level)]
    if small:
        notes.append(
            trn(
                "{n} group rests on fewer than {few} units; do not rank it.",
                "{n} groups rest on fewer than {few} units; do not rank them.",
                len(small),
                few=Setting(FEW_UNITS),
            )
        )
    return tuple(notes)
