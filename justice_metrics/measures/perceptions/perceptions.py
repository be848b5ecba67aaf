"""Perceptions: what officials and users answered, statement by statement, and where they stand on each scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, cast

import numpy as np

from ...base.language import Label, Language, Message, Readable, Setting, format_share, format_tick, tr, trn
from ...base.result import Definition, Result, context_of
from ...base.table import Table
from ...base.types import Names, names
from ...cases.surveys.survey import Survey
from ...figures.dots import dots
from ...figures.likert import likert
from ...reduce.perceptions import NestedGroups, people_of
from ..declared import Share, ensure_level
from ..rates.known_words import ensure_known
from ..records.hearings_tables import Average
from ..shown import (
    HIDDEN,
    among_shown,
    draw_shares,
    group_names,
    hidden,
    known,
    limits_words,
    lowest_and_highest,
    numbers,
    of_words,
    strata_of,
    undefined_words,
    whole,
    words_of,
    written,
)
from .asked import FEW_PEOPLE, ensure_survey, people_notes
from .behind import rows_of, with_item_points, with_scale_points
from .estimates import Interval, MeanInterval, item_numbers, scale_numbers
from .tables import answer_table, item_table, scale_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_METHODS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "wilson": tr("shares with Wilson score intervals"),
        "clopper_pearson": tr("shares with exact intervals (Clopper and Pearson 1934)"),
        "jeffreys": tr("shares with Jeffreys intervals (Brown, Cai and DasGupta 2001)"),
        "student": tr("means with Student's intervals"),
        "bootstrap": tr("means with intervals from drawing people again (BCa, Efron 1987)"),
    }
)
# More bars than this are no figure any more.
_MOST_BARS: Final = 40


@dataclass(frozen=True, eq=False, kw_only=True)
class Perceptions(Result):
    """What people answered.

    Tables
    ------
    main
        One row per group and statement: ``numerator`` who agree, ``denominator`` who chose any point, the share with
        its limits, the mean point, who stands in the middle (``neither``) and who disagrees with their shares, and how
        many do not know, gave no answer, or were not concerned; these last are never published.
    answers
        One row per group, statement and point: how many chose it, of those who chose any. Of groups it is not
        published.
    scales
        One row per group and scale: people with a score, mean with limits, standard deviation, median with limits, and
        people who answered too few of its statements. Reversed statements are turned.
    """

    question: ClassVar[str] = "perceptions"
    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {
            "": (tr("people who disagree, do neither, or agree"), tr("people who chose any point")),
            "points": (tr("people at each point"), tr("people who chose any point")),
            "agreement": (tr("people who agree"), tr("people who chose any point")),
            "scales": (tr("scores, added up"), tr("people with a score")),
        }
    )

    @property
    def views(self) -> Mapping[str, Readable]:  # type: ignore[override]
        """The share that agrees with its limits; every point; where there are scales, their means."""
        scales = {"scales": tr("Mean scores")} if "scales" in self.tables else {}
        return {"agreement": tr("Who agrees"), "points": tr("How people answered"), **scales}

    def findings(self) -> tuple[Readable, ...]:
        """Return what most and fewest people agree with, and where they stand on each scale."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say what most and fewest agree with, and the scales, as far as they are shown."""
        scales = shown.tables.get("scales")
        if strata_of(shown.main):
            return () if scales is None else _scales_by_group(scales)
        return (*_most_and_fewest(shown.main), *(() if scales is None else _scales(scales)))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw who disagrees and who agrees as bars around the middle; of very many groups the mean scores."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw who disagrees, stands in the middle and agrees; a statement with a hidden number says so."""
        if len(shown.main) > _MOST_BARS and "scales" in shown.tables:
            return _drawn_scales(shown.tables["scales"], language, ax)
        return _drawn_opinions(shown, language, ax)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw who agrees (``agreement``) or mean scores (``scales``) with limits, or every point (``points``)."""
        return cast("Axes", self.draw_of(self, view, ax, language=language))

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw who agrees, the points, or the mean scores, as far as they are shown; points of groups are not."""
        if view == "scales":
            if "scales" not in shown.tables:
                return None
            return _drawn_scales(shown.tables["scales"], language, ax)
        if view == "points":
            return _drawn_answers(shown, language, ax) if "answers" in shown.tables else None
        beside = of_words(shown.main, "numerator", "denominator", language)
        return draw_shares(shown.main, "item", tr("share that agrees"), beside, ax=ax, language=language)

    def context(self) -> Mapping[str, object]:
        """Return the words of the points, from the lowest to the highest."""
        words = self.tables["answers"].labels.get("answer", {})
        return {"points": tuple(words.values())}


def perceptions(
    survey: Survey,
    *,
    by: Names = (),
    items: Names = (),
    scales: Names = (),
    interval: Interval = "wilson",
    mean_interval: MeanInterval = "student",
    confidence_level: float = 0.95,
    draws: int = 4_000,
    seed: int = 2018,
) -> Perceptions:
    """What people answered: who agrees with each statement, how answers spread, and where groups stand on each scale.

    Parameters
    ----------
    survey : Survey
    by : str or tuple of str
        Groups that split the people, such as ``role``; ``round`` where the survey has rounds.
    items : str or tuple of str
        Statements; all by default.
    scales : str or tuple of str
        Scales; all by default.
    interval : {"wilson", "clopper_pearson", "jeffreys"}
        Limits of shares. Wilson's hold their level on average also in small groups; the exact ones never fall below it.
        With weights, strata or clusters the design makes the limits.
    mean_interval : {"student", "bootstrap"}
        Limits of mean scores: Student's, or from drawing people again (BCa), which never leave the scale.
    confidence_level : float
    draws, seed : int
        Of the latter.

    Returns
    -------
    Perceptions

    Raises
    ------
    QuestionError
        When a word names nothing, or too many groups are made.

    Notes
    -----
    Shares are of those who chose a point: "do not know", no answer and "not applicable" are counted beside them, in no
    share. A score is the mean of a person's answers to the statements of a scale, reversed ones turned, from 1 to the
    number of points; who answered fewer of them than the survey file asks for has none. The median and its limits come
    from order statistics. With a sampling design neither they nor the standard deviation are told.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Journal of the American Statistical Association, 22, 209-212.
    .. [2] Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association, 82,
       171-185.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"heard": [4, 5, 2, 3, 5, 4], "fair": [4, 4, 1, 2, 5, None]})
    >>> points = [{"en": one} for one in ("not at all", "little", "neither", "rather", "fully")]
    >>> survey = jm.Survey.from_frame(frame, {
    ...     "survey": {}, "answers": {"agreement": {"points": points}}, "scales": {"trust": {"text": {"en": "Trust"}}},
    ...     "items": {name: {"text": {"en": name}, "scale": "trust"} for name in ("heard", "fair")}})
    >>> answer = jm.perceptions(survey)
    >>> answer.main["numerator"].tolist(), answer.main["denominator"].tolist()
    ([4, 3], [6, 5])
    """
    ensure_survey(survey)
    ensure_level(confidence_level)
    ensure_known(interval, Interval)
    ensure_known(mean_interval, MeanInterval)
    by = survey.ensure_groups(by)
    chosen, measured = survey.chosen_items(items), survey.chosen_scales(scales)
    people = people_of(survey, by)
    found = [item_numbers(survey, one, people, interval=interval, level=confidence_level) for one in chosen]
    scored = [
        scale_numbers(survey, one, people, interval=mean_interval, level=confidence_level, draws=draws, seed=seed)
        for one in measured
    ]
    formula = "" if survey.design.declared else interval
    tables: dict[str, Table] = {
        "main": with_item_points(
            item_table(survey, chosen, people, found, formula=formula, level=confidence_level),
            survey,
            chosen,
            {"mean": rows_of(people)},
        ),
        "answers": answer_table(survey, chosen, people, found),
    }
    if measured:
        scores = scale_table(survey, measured, people, scored)
        tables["scales"] = with_scale_points(scores, survey, measured, {"mean": rows_of(people)})
    return Perceptions(
        heading=tr("Perceptions of officials and users") if survey.title is None else survey.title,
        tables=tables,
        definition=Definition(
            answers=tr("What do the people asked think, and where do groups of them stand?"),
            numerator=tr("people who agree with the statement"),
            denominator=tr("people who chose a point of the scale of answers"),
            basis="snapshot",
            pending=tr("does not arise: people were asked what they think"),
            method=_method(survey, interval, mean_interval),
        ),
        provenance=survey.provenance.add(
            "perceptions", by=by, items=names(items), scales=names(scales), interval=interval,
            mean_interval=mean_interval, confidence_level=confidence_level,
        ),
        notes=people_notes(survey, np.bincount(people.group, minlength=len(people.strata))),
        frame_library=survey.frame_library,
        nests=NestedGroups(survey),
    )  # fmt: skip


def _method(survey: Survey, interval: str, mean_interval: str) -> Readable:
    if survey.design.declared:
        return tr(
            "Shares and means with intervals of the sampling design, by linearisation (Binder 1983; Korn and Graubard "
            "1998)."
        )
    return tr("{shares}; {means}.", shares=_METHODS[interval], means=_METHODS[mean_interval])


def _most_and_fewest(main: Table) -> tuple[Readable, ...]:
    share, low, high, n = (numbers(main, one) for one in ("estimate", "conf_low", "conf_high", "denominator"))
    found = lowest_and_highest(share, n >= FEW_PEOPLE)
    if found is None:
        return ()
    least, most = found
    some_hidden = bool(hidden(main, "estimate").any())
    said = tr(
        "Agreement is highest with '{most}': {share}{limits}; lowest with '{least}': {least_share}{least_limits}.",
        most=words_of(main, "item", main["item"][most]),
        share=Share(share[most]),
        limits=limits_words(low[most], high[most]),
        least=words_of(main, "item", main["item"][least]),
        least_share=Share(share[least]),
        least_limits=limits_words(low[least], high[least]),
    )
    return (among_shown(said, some_hidden=some_hidden),)


def _scales(table: Table) -> tuple[Readable, ...]:
    mean, low, high, highest = (numbers(table, one) for one in ("mean", "conf_low", "conf_high", "highest"))
    return tuple(
        tr(
            "{scale}: mean score {mean}{limits} between 1 and {highest}{people}.",
            scale=words_of(table, "scale", table["scale"][row]),
            mean=score_words(table, mean[row]),
            limits=between_words(table, low[row], high[row]),
            highest=Setting(int(highest[row])),
            people=_from_people(table, row),
        )
        for row in range(len(table))
        if known(mean[row])
    )


def score_words(table: Table, score: float) -> Average:
    """Return a score for a sentence: with two decimals, or one where the gate has left no more."""
    return Average(score, 2 if "people" in table.values else 1)


def between_words(table: Table, low: float, high: float) -> Readable:
    """Return the limits of a score in words; nothing where they are not there, or hidden."""
    if not known(low, high):
        return Label("")
    return tr(" (interval {low} to {high})", low=score_words(table, low), high=score_words(table, high))


def _from_people(table: Table, row: int) -> Readable:
    """Return how many people have a score; the number itself never leaves."""
    if "people" not in table.values:
        return Label("")
    n = whole(numbers(table, "people")[row])
    return trn(", from {n} person", ", from {n} people", n)


def _scales_by_group(table: Table) -> tuple[Readable, ...]:
    mean = numbers(table, "mean")
    # where the number of people is not told, the gate has seen that there are enough
    n = numbers(table, "people") if "people" in table.values else np.full(len(table), np.inf)
    said: list[Readable] = []
    for scale in dict.fromkeys(table["scale"].tolist()):
        here = np.array([one == scale for one in table["scale"].tolist()])
        found = lowest_and_highest(mean, here & (n >= FEW_PEOPLE))
        if found is None:
            continue
        least, most = found
        sentence = tr(
            "{scale}: mean scores from {low} ({group_low}) to {high} ({group_high}), among groups with {few} people "
            "or more.",
            scale=words_of(table, "scale", scale),
            low=score_words(table, mean[least]),
            group_low=group_names_of(table, least),
            high=score_words(table, mean[most]),
            group_high=group_names_of(table, most),
            few=FEW_PEOPLE,
        )
        said.append(among_shown(sentence, some_hidden=bool((hidden(table, "mean") & here).any())))
    return tuple(said)


def group_names_of(table: Table, row: int) -> list[Readable]:
    """Return the words of a row's group, with those that the survey file gives its levels."""
    return [words_of(table, one, table[one][row]) for one in strata_of(table)]


def _drawn_scales(table: Table, language: Language, ax: Axes | None) -> Axes:
    """Draw mean scores; of several groups scale by scale, so that those who are compared stand beside one another."""
    told = "people" in table.values
    scales = [words_of(table, "scale", one).text(language) for one in table["scale"]]
    groups = group_names(table, language)
    order = list(range(len(table)))
    if groups is not None:
        listed = list(dict.fromkeys(table["scale"].tolist()))
        order.sort(key=lambda row: listed.index(table["scale"][row]))
    mean, low, high = (numbers(table, one)[order] for one in ("mean", "conf_low", "conf_high"))
    n = written(table, "people", language) if told else []
    undefined = undefined_words(table, "mean", language)
    return dots(
        labels=[(scales if groups is None else groups)[row] for row in order],
        groups=None if groups is None else [scales[row] for row in order],
        estimate=mean,
        conf_low=low,
        conf_high=high,
        annotations=[n[row] for row in order] if told else None,
        annotation_label=tr("people with a score").text(language) if told else None,
        undefined_label=[undefined[row] for row in order],
        x_label=tr("mean score").text(language),
        percent=False,
        number=lambda one: format_tick(one, language),
        ax=ax,
    )


def _drawn_opinions(shown: Result, language: Language, ax: Axes | None) -> Axes:
    """Draw three classes of opinions, or two where no answer has a middle."""
    main = shown.main
    classes = {
        "share_disagree": tr("disagree"),
        "share_neither": tr("neither agree nor disagree"),
        "estimate": tr("agree"),
    }
    if not (numbers(main, "share_neither") > 0).any() and not hidden(main, "share_neither").any():
        del classes["share_neither"]
    return likert(
        labels=[words_of(main, "item", one).text(language) for one in main["item"]],
        points=[one.text(language) for one in classes.values()],
        shares=np.stack([numbers(main, one) for one in classes], axis=1),
        groups=group_names(main, language),
        annotations=written(main, "denominator", language),
        annotation_label=tr("answered").text(language),
        undefined_label=_why_not(
            [any(marks) for marks in zip(*(hidden(main, one) for one in classes), strict=True)], language
        ),
        percent=lambda one: format_share(one, language, decimals=0),
        x_label=tr("share of those who answered").text(language),
        ax=ax,
    )


def _why_not(marks: Sequence[bool], language: Language) -> list[str]:
    """Return what each row says of which nothing is drawn."""
    return [HIDDEN.text(language) if one else tr("not defined").text(language) for one in marks]


def _drawn_answers(shown: Result, language: Language, ax: Axes | None) -> Axes:
    """Draw the answers; of statements with different numbers of points those with the most frequent number."""
    table = shown.tables["answers"]
    strata = strata_of(table)
    keys = list(zip(*(table[one].tolist() for one in (*strata, "item")), strict=True))
    rows: dict[tuple[object, ...], list[int]] = {}
    for place, key in enumerate(keys):
        rows.setdefault(key, []).append(place)
    k = max((len(one) for one in rows.values()), key=[len(one) for one in rows.values()].count)
    drawn = [one for one in rows.values() if len(one) == k]
    share = numbers(table, "estimate")
    first = np.array([one[0] for one in drawn])
    groups = group_names(table, language)
    said: Sequence[Readable] = context_of(shown).get("points", ())  # type: ignore[assignment]
    points = [one.text(language) for one in said] if len(said) == k else [str(one) for one in range(1, k + 1)]
    marks = [any(hidden(table, "estimate")[one]) for one in drawn]
    n = written(table, "denominator", language)
    return likert(
        labels=[words_of(table, "item", table["item"][one]).text(language) for one in first],
        points=points,
        shares=np.array([share[one] for one in drawn], np.float64),
        groups=None if groups is None else [groups[one] for one in first],
        annotations=[n[one] for one in first],
        annotation_label=tr("answered").text(language),
        undefined_label=_why_not(marks, language),
        percent=lambda one: format_share(one, language, decimals=0),
        x_label=tr("share of those who answered").text(language),
        ax=ax,
    )
