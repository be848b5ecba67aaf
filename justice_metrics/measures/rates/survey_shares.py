"""Shares from a survey of people, with its weights, strata and clusters, and the reporting rate of SDG 16.3.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Label, Language, Readable, format_share, tr, trn
from ...base.provenance import LeftOut
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...base.version import __version__
from ...estimate.survey import DesignShare, linearised_share
from ...figures.dots import dots
from ...reduce.survey_answers import Answers, SurveyCells, answers_of, design_of, survey_cells
from ..declared import FEW_UNITS, LEFT_OUT_WORDS, Share, ensure_level, interval_columns, strata_columns
from ..shown import group_names, hidden, known, numbers, strata_of, undefined_words, words_of, written
from .published import SurveyProvenance
from .shown_shares import FEW_CLUSTERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Asked(NamedTuple):
    """One share of a survey."""

    name: str
    words: Readable
    cells: SurveyCells
    share: DesignShare


@dataclass(frozen=True, eq=False, kw_only=True)
class SurveyShares(Result):
    """Weighted shares of a survey with the error of its design.

    Tables
    ------
    main
        One row per stratum and share: ``share`` (its name), ``people`` (answers that it rests on), ``numerator`` and
        ``denominator`` (weighted), ``estimate``, ``conf_low``, ``conf_high``, ``std_error``, ``degrees_of_freedom``,
        and ``said_yes`` (people, whatever they weigh).
    """

    question: ClassVar[str] = "survey_shares"

    share_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return each share with its interval; nothing by groups."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say each share that is shown, with its interval; nothing by groups."""
        main = shown.main
        if strata_of(main):
            return ()
        share, low, high, people = (numbers(main, one) for one in ("estimate", "conf_low", "conf_high", "people"))
        return tuple(
            tr(
                "{share_name}: {share} ({low} to {high}), from the answers of {people} people.",
                share_name=words_of(main, "share", main["share"][row]),
                share=Share(share[row]),
                low=Share(low[row]),
                high=Share(high[row]),
                people=int(people[row]),
            )
            for row in range(len(main))
            if known(people[row]) and not hidden(main, "estimate")[row]
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares with their intervals and the number of people beside each."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares that are shown; a hidden one says so."""
        main = shown.main
        return dots(
            labels=[words_of(main, "share", one).text(language) for one in main["share"]],
            groups=group_names(main, language),
            estimate=numbers(main, "estimate"),
            conf_low=numbers(main, "conf_low"),
            conf_high=numbers(main, "conf_high"),
            annotations=written(main, "people", language),
            annotation_label=tr("people in the base").text(language),
            undefined_label=undefined_words(main, "estimate", language),
            x_label=tr("weighted share").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class ReportingRate(SurveyShares):
    """Share of the victims of each form of violence who reported it (SDG 16.3.1)."""

    question: ClassVar[str] = "reporting_rate"


def survey_shares(
    frame: Any,
    *,
    of: str,
    among: str | None = None,
    by: Names = (),
    weight: str | None = None,
    stratum: str | None = None,
    cluster: str | None = None,
    yes: Names | None = None,
    confidence_level: float = 0.95,
) -> SurveyShares:
    """Weighted share of the people who said yes, with limits from the sampling design.

    Parameters
    ----------
    frame : frame or path
        One row per person: a pandas or Polars frame, an Arrow table, or a csv or xlsx file.
    of : str
        Column with the answer; yes and no, 1 and 0, true and false are understood.
    among : str, optional
        Column that says who is in the base, such as the victims of a year.
    by : str or tuple of str
        Columns that split the people.
    weight, stratum, cluster : str, optional
        Columns of the sampling design: whom a person stands for, stratum, and primary sampling unit.
    yes : str or tuple of str, optional
        Values that mean yes, where they are others; any other value is then a no.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    SurveyShares

    Raises
    ------
    MappingError
        When a column is not there.
    QuestionError, CaseDataError
        When answers are neither yes nor no, or weights are no weights.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
       International Statistical Review, 51, 279-292.
    .. [2] Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of
       positive counts estimated from survey data. Survey Methodology, 24, 193-201.

    Examples
    --------
    >>> import pandas as pd
    >>> import justice_metrics as jm
    >>> people = pd.DataFrame({"told": [1, 0, 0, 1, 0, 1], "weight": [10, 30, 20, 10, 10, 20]})
    >>> round(float(jm.survey_shares(people, of="told", weight="weight").main["estimate"][0]), 3)
    0.4
    """
    design = {"weight": weight, "stratum": stratum, "cluster": cluster}
    pairs = {of: (of, among)}
    answers, asked = _asked(frame, pairs, names(by), design, yes, confidence_level)
    return SurveyShares(
        heading=tr("Shares of a survey, with its design"),
        tables={"main": _table(asked, weighted=weight is not None)},
        definition=_definition(
            tr("Of the people in the base, what share said yes?"),
            tr("people who said yes to: {column}", column=of),
            tr("all people who answered") if among is None else tr("people who said yes to: {column}", column=among),
        ),
        provenance=_provenance(
            answers, asked, "survey_shares", of=of, among=among, by=names(by), **design, yes=_told(yes),
            confidence_level=confidence_level,
        ),
        notes=_notes(asked, design),
        frame_library=answers.library,
        share_words={one.name: one.words for one in asked},
    )  # fmt: skip


def reporting_rate(
    frame: Any,
    *,
    forms: Mapping[str, Sequence[str]],
    by: Names = (),
    weight: str | None = None,
    stratum: str | None = None,
    cluster: str | None = None,
    yes: Names | None = None,
    confidence_level: float = 0.95,
) -> ReportingRate:
    """Share of the victims of the past 12 months who reported it, for each form of violence by itself (SDG 16.3.1).

    Parameters
    ----------
    frame : frame or path
        One row per person asked, as in :func:`survey_shares`.
    forms : mapping of str to (victim, reported)
        For each form of violence (physical, sexual, psychological), the column that says who suffered it in the past
        12 months, and the column that says who reported it to the authorities.
    by : str or tuple of str
        Columns that split the people.
    weight, stratum, cluster : str, optional
        Columns of the sampling design.
    yes : str or tuple of str, optional
        Values that mean yes, where they are others.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    ReportingRate

    Raises
    ------
    QuestionError, MappingError, CaseDataError
        As :func:`survey_shares`.

    Examples
    --------
    >>> import pandas as pd
    >>> import justice_metrics as jm
    >>> people = pd.DataFrame({"hit": [1, 1, 1, 1, 0], "hit_told": [1, 0, 0, 0, None]})
    >>> jm.reporting_rate(people, forms={"physical": ("hit", "hit_told")}).main["estimate"].tolist()
    [0.25]
    """
    design = {"weight": weight, "stratum": stratum, "cluster": cluster}
    pairs = {name: _pair(name, columns) for name, columns in forms.items()}
    answers, asked = _asked(frame, pairs, names(by), design, yes, confidence_level)
    return ReportingRate(
        heading=tr("Reporting of violence by its victims (SDG 16.3.1)"),
        tables={"main": _table(asked, weighted=weight is not None)},
        definition=_definition(
            tr("Of the victims of the past 12 months, what share reported it, for each form of violence?"),
            tr("victims who reported it to the authorities or to a recognised mechanism"),
            tr("people who suffered that form of violence in the past 12 months"),
        ),
        provenance=_provenance(
            answers, asked, "reporting_rate", forms={name: tuple(one) for name, one in forms.items()}, by=names(by),
            **design, yes=_told(yes), confidence_level=confidence_level,
        ),
        notes=(
            *_notes(asked, design),
            tr(
                "A share of victims in a survey: complaints that an office counted must never be its numerator. Forms "
                "of violence are told apart, because one person may suffer several."
            ),
        ),
        frame_library=answers.library,
        share_words={one.name: one.words for one in asked},
    )  # fmt: skip


def _pair(name: str, columns: Sequence[str]) -> tuple[str, str]:
    if isinstance(columns, str) or len(columns) != 2:
        raise QuestionError(
            tr("The form '{name}' needs two columns: who suffered it, and who reported it.", name=name),
            tr('Write forms as {{ physical = ["suffered", "reported"] }}.'),
        )
    victim, reported = columns
    return reported, victim


def _told(yes: Names | None) -> tuple[str, ...] | None:
    return None if yes is None else names(yes)


def _asked(
    frame: Any,
    pairs: Mapping[str, tuple[str, str | None]],
    by: tuple[str, ...],
    design: Mapping[str, str | None],
    yes: Names | None,
    level: float,
) -> tuple[Answers, list[Asked]]:
    ensure_level(level)
    needed = [*by, *(one for pair in pairs.values() for one in pair), *design.values()]
    answers = answers_of(frame, [one for one in needed if one is not None])
    drawn = design_of(answers, design["weight"], design["stratum"], design["cluster"])
    asked = []
    for name, (of, among) in pairs.items():
        cells = survey_cells(answers, drawn, of=of, among=among, by=by, yes=_told(yes))
        asked.append(Asked(name, Label(name), cells, linearised_share(cells.cells, level)))
    return answers, asked


def _definition(answers: Readable, numerator: Readable, denominator: Readable) -> Definition:
    return Definition(
        answers=answers,
        numerator=numerator,
        denominator=denominator,
        basis="snapshot",
        pending=tr("does not arise: people were asked what had happened"),
        method=tr(
            "Weighted shares; variance by linearisation over sampling units within strata, drawn with replacement; "
            "limits on the logit scale with Student's quantiles (Binder 1983; Korn and Graubard 1998)."
        ),
    )


def _provenance(answers: Answers, asked: Sequence[Asked], question: str, **settings: object) -> SurveyProvenance:
    unusable = answers.rows - int(asked[0].cells.cells.copies.sum()) if settings["cluster"] is None else 0
    left = [LeftOut(LEFT_OUT_WORDS["weight_missing"], unusable)]
    for one in asked:
        left.append(LeftOut(tr("in the base, without an answer ({what})", what=one.words), one.cells.unanswered))
        left.append(LeftOut(tr("not said whether in the base ({what})", what=one.words), one.cells.outside_unknown))
    return SurveyProvenance(
        question=question,
        settings=tuple(settings.items()),
        source=answers.source,
        fingerprint=sha256(f"{answers.source} {answers.rows}".encode()).hexdigest()[:16],
        units_in=answers.rows,
        left_out=tuple(one for one in left if one.n),
        sampling="undeclared",
        version=__version__,
    )


def _notes(asked: Sequence[Asked], design: Mapping[str, str | None]) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    if design["weight"] is None:
        notes.append(tr("No weights are named: every person counts alike, which a drawn sample seldom allows."))
    if design["cluster"] is not None:
        n = len(asked[0].cells.cells.copies)
        if n < FEW_CLUSTERS:
            notes.append(tr("With fewer than {few} clusters, intervals come out too short.", few=FEW_CLUSTERS))
    few = sum(int((one.cells.people < FEW_UNITS).sum()) for one in asked)
    if few:
        notes.append(
            trn(
                "{n} share rests on fewer than {few} people.",
                "{n} shares rest on fewer than {few} people.",
                few,
                few=FEW_UNITS,
            )
        )
    lone = np.bincount(asked[0].cells.cells.stratum)
    if (lone == 1).any() and len(lone) > 1:
        notes.append(
            trn(
                "{n} stratum holds one sampling unit only; it is set against the mean of all.",
                "{n} strata hold one sampling unit only; it is set against the mean of all.",
                int((lone == 1).sum()),
            )
        )
    return tuple(notes)


def _table(asked: Sequence[Asked], *, weighted: bool) -> Table:
    by = asked[0].cells.strata.names

    def of(formula: str = "") -> Of:
        # what is weighted, and what rests on the design, is not computed from two numbers of people
        return Of(inputs=("said_yes", "people"), formula=formula)

    columns = (
        *strata_columns(by),
        Column("share", tr("share of"), "text", "key", "key"),
        Column("people", tr("people in the base"), "units", "count", "count", cell=CellOf(flags={"share": "asked"})),
        Column("numerator", tr("yes, weighted"), "units", "count", "count", of=of()),
        Column("denominator", tr("all, weighted"), "units", "count", "count", of=of()),
        Column("estimate", tr("share"), "share", "estimate", "share", of=of("" if weighted else "share")),
        *(replace(one, of=of()) for one in interval_columns()[1:]),
        Column("std_error", tr("standard error"), "share", "estimate", "std_error", 2, of=of()),
        Column("degrees_of_freedom", tr("degrees of freedom"), "number", "estimate", "count", 0, of=of()),
        Column(
            "said_yes",
            tr("people who said yes"),
            "units",
            "count",
            "count",
            cell=CellOf(flags={"share": "asked"}, keys={"share": "said_yes"}),
        ),
    )
    rows = [(level, one, place) for one in asked for place, level in enumerate(one.cells.strata.levels)]

    def total(one: Asked, place: int, part: str) -> float:
        values = getattr(one.cells.cells, part)
        return float(values[one.cells.cells.group == place].sum())

    values = {
        **{name: [level[position] for level, _, _ in rows] for position, name in enumerate(by)},
        "share": [one.name for _, one, _ in rows],
        "people": np.array([one.cells.people[place] for _, one, place in rows]),
        "numerator": np.array([total(one, place, "numerator") for _, one, place in rows]),
        "denominator": np.array([total(one, place, "denominator") for _, one, place in rows]),
        "estimate": np.array([one.share.estimate[place] for _, one, place in rows]),
        "conf_low": np.array([one.share.conf_low[place] for _, one, place in rows]),
        "conf_high": np.array([one.share.conf_high[place] for _, one, place in rows]),
        "std_error": np.array([one.share.std_error[place] for _, one, place in rows]),
        "degrees_of_freedom": np.array([float(one.share.degrees_of_freedom[place]) for _, one, place in rows]),
        "said_yes": np.array([one.cells.said_yes[place] for _, one, place in rows]),
    }
    return Table(columns, values, labels={"share": {one.name: one.words for one in asked}}, title=tr("Survey shares"))
