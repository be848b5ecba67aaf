"""Reliability of scales: whether the statements of a scale say the same, and which of them does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, cast

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Label, Language, Readable, Setting, format_tick, tr, trn
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Floats, Names, Values, names
from ...cases.surveys.parts import Scale
from ...cases.surveys.survey import Survey
from ...estimate.reliability import Alpha, ItemStatistics, OneFactor, cronbach_alpha, item_statistics, one_factor
from ...figures.dots import dots
from ...reduce.perceptions import NestedGroups, People, people_of
from ...tables import Strata
from ..declared import ensure_level
from ..records.hearings_tables import Average
from ..shown import group_names, known, numbers, strata_of, undefined_words, whole, words_of, written
from .asked import ensure_survey, group_columns, level_labels
from .behind import rows_of, with_complete_points
from .perceptions import group_names_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Below this a scale is better not used to tell groups apart; a custom, no law.
DOUBTFUL: Final = 0.7
# A statement that goes so little with the others measures something else.
_APART: Final = 0.2
# Fewer people than this, and the coefficients themselves are uncertain.
_FEW: Final = Setting(30)


class Measured(NamedTuple):
    """One scale in one group of people."""

    people: int
    alpha: Alpha
    factor: OneFactor
    items: ItemStatistics


@dataclass(frozen=True, eq=False, kw_only=True)
class Reliability(Result):
    """How far the statements of each scale say the same.

    Tables
    ------
    main
        One row per group and scale: statements, people who answered all of them, ``alpha`` with its limits, ``omega``,
        mean correlation of two statements.
    items
        One row per group, scale and statement: mean point and standard deviation, correlation with the rest of the
        scale, alpha without it, loading on the one factor. Reversed statements are turned.
    """

    question: ClassVar[str] = "reliability"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"items": tr("How each statement goes with its scale")})
    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {"items": (tr("correlation of a statement with the rest of its scale"), tr("people who answered all of it"))}
    )

    def findings(self) -> tuple[Readable, ...]:
        """Return the reliability of each scale, and the statements that do not go with theirs."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the reliability that is shown, and the statements that do not go with their scale."""
        items = shown.tables.get("items")
        return (*_scales(shown.main), *(() if items is None else _apart(items)))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw alpha of each scale with its limits."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw alpha where it is shown; a hidden one says so."""
        main = shown.main
        told = "people" in main.values
        return dots(
            labels=[words_of(main, "scale", one).text(language) for one in main["scale"]],
            groups=group_names(main, language),
            estimate=numbers(main, "alpha"),
            conf_low=numbers(main, "conf_low"),
            conf_high=numbers(main, "conf_high"),
            annotations=written(main, "people", language) if told else None,
            annotation_label=tr("answered all").text(language) if told else None,
            undefined_label=undefined_words(main, "alpha", language),
            reference=DOUBTFUL,
            reference_label=tr("below {limit}: doubtful", limit=Average(DOUBTFUL, 1)).text(language),
            x_label=tr("reliability (Cronbach's alpha)").text(language),
            percent=False,
            number=lambda one: format_tick(one, language),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how each statement goes with the rest of its scale (``items``)."""
        return cast("Axes", self.draw_of(self, view, ax, language=language))

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:  # noqa: ARG003
        """Draw how each statement goes with the rest of its scale, as far as it is shown."""
        table = shown.tables.get("items")
        if table is None:
            return None
        nowhere = np.full(len(table), np.nan)
        groups = group_names(table, language) or [""] * len(table)
        scales = [words_of(table, "scale", one).text(language) for one in table["scale"]]
        return dots(
            labels=[words_of(table, "item", one).text(language) for one in table["item"]],
            groups=[" · ".join(filter(None, pair)) for pair in zip(groups, scales, strict=True)],
            estimate=numbers(table, "rest_correlation"),
            conf_low=nowhere,
            conf_high=nowhere,
            undefined_label=undefined_words(table, "rest_correlation", language),
            reference=_APART,
            reference_label=tr("below {limit}: measures something else", limit=Average(_APART, 1)).text(language),
            x_label=tr("correlation with the rest of the scale").text(language),
            percent=False,
            number=lambda one: format_tick(one, language),
            ax=ax,
        )


def reliability(survey: Survey, *, scales: Names = (), by: Names = (), confidence_level: float = 0.95) -> Reliability:
    """How far the statements of each scale say the same: alpha, omega, and what each statement does.

    Parameters
    ----------
    survey : Survey
        With scales.
    scales : str or tuple of str
        All by default.
    by : str or tuple of str
        Groups in each of which the scales are judged by themselves.
    confidence_level : float

    Returns
    -------
    Reliability

    Raises
    ------
    QuestionError
        When the survey has no scales, or a word names nothing.

    Notes
    -----
    People who answered all statements of a scale; reversed statements are turned first. Cronbach's alpha is a lower
    bound of the reliability where errors are independent; its limits are Feldt's. Omega total comes from one factor
    fitted by minimum residuals, and does not need statements of equal weight. Neither says that a scale measures what
    its name says. Sampling weights are not used: reliability is a property of the questions. Nor are clusters: where
    people of one court think alike, limits are too narrow, and so they are where nearly all choose one end of the
    points.

    References
    ----------
    .. [1] Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16, 297-334.
    .. [2] Feldt, L. S. (1965). Psychometrika, 30, 357-370.
    .. [3] McDonald, R. P. (1999). Test Theory: A Unified Treatment. Erlbaum.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"a": [1, 2, 4, 5, 3], "b": [2, 2, 5, 4, 3], "c": [5, 4, 2, 1, 3]})
    >>> points = [{"en": str(one)} for one in range(1, 6)]
    >>> survey = jm.Survey.from_frame(frame, {
    ...     "survey": {}, "answers": {"agreement": {"points": points}}, "scales": {"trust": {"text": {"en": "Trust"}}},
    ...     "items": {name: {"text": {"en": name}, "scale": "trust", "reversed": name == "c"} for name in "abc"}})
    >>> round(float(jm.reliability(survey).main["alpha"][0]), 3)
    0.963
    """
    ensure_survey(survey)
    ensure_level(confidence_level)
    by = survey.ensure_groups(by)
    chosen = survey.chosen_scales(scales)
    if not chosen:
        raise QuestionError(
            tr("This survey has no scales."),
            tr("Put statements that measure one thing into a scale: [scales.<name>], and 'scale' of each item."),
        )
    people = people_of(survey, by)
    found = [
        [_measured(survey, one, people, place, confidence_level) for one in chosen]
        for place in range(len(people.strata))
    ]
    return Reliability(
        heading=tr("Reliability of the scales"),
        tables={
            "main": _main_table(survey, chosen, people.strata, found),
            "items": with_complete_points(
                _items_table(survey, chosen, people.strata, found), survey, chosen, "mean", rows_of(people)
            ),
        },
        definition=Definition(
            answers=tr("Do the statements of a scale say the same?"),
            numerator=tr("what the statements of the scale have in common"),
            denominator=tr("all that people's scores differ by, among those who answered all statements"),
            basis="snapshot",
            pending=tr("does not arise: people were asked what they think"),
            method=tr(
                "Cronbach's alpha (1951) with the limits of Feldt (1965); omega total of one factor by minimum "
                "residuals (McDonald 1999)."
            ),
        ),
        provenance=survey.provenance.add("reliability", scales=names(scales), by=by, confidence_level=confidence_level),
        notes=_notes(survey, chosen, found),
        frame_library=survey.frame_library,
        nests=NestedGroups(survey),
    )


def _measured(survey: Survey, scale: Scale, people: People, place: int, level: float) -> Measured:
    answers = survey.turned(survey.items_of(scale))[people.within(place)]
    whole_ones = answers[~np.isnan(answers).any(axis=1)]
    return Measured(
        len(whole_ones), cronbach_alpha(whole_ones, level), one_factor(whole_ones), item_statistics(whole_ones)
    )


def _main_table(survey: Survey, scales: Sequence[Scale], strata: Strata, found: Sequence[Sequence[Measured]]) -> Table:
    of = Of(inputs=("people",))
    every = [one for row in found for one in row]

    def number(name: str, words: Readable, role: Any = "estimate") -> Column:
        return Column(name, words, "number", role, "mean", 2, of=of)

    columns = (
        *group_columns(strata.names),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("items", tr("statements of the scale"), "number", "estimate", "setting", 0),
        Column("people", tr("answered all"), "units", "count", "count", cell=_complete(scales)),
        number("alpha", tr("Cronbach's alpha")),
        number("conf_low", tr("lower limit"), "interval"),
        number("conf_high", tr("upper limit"), "interval"),
        number("omega", tr("omega total")),
        number("mean_correlation", tr("mean correlation of two statements")),
    )
    values: dict[str, Any] = {
        **strata.columns(len(scales)),
        "scale": _objects([one.id for one in scales] * len(strata)),
        "items": np.array([len(one.items) for one in scales] * len(strata), np.float64),
        "people": np.array([one.people for one in every], np.int64),
        "alpha": _numbers([one.alpha.estimate for one in every]),
        "conf_low": _numbers([one.alpha.conf_low for one in every]),
        "conf_high": _numbers([one.alpha.conf_high for one in every]),
        "omega": _numbers([one.factor.omega for one in every]),
        "mean_correlation": _numbers([one.alpha.mean_correlation for one in every]),
    }
    labels = {**level_labels(survey, strata.names), "scale": {one.id: one.text for one in scales}}
    statuses = {name: _undefined(values[name]) for name in ("alpha", "omega")}
    return Table(columns, values, labels=labels, title=tr("Reliability of the scales"), statuses=statuses)


def _items_table(survey: Survey, scales: Sequence[Scale], strata: Strata, found: Sequence[Sequence[Measured]]) -> Table:
    of = Of(inputs=("people",))
    rows = [
        (one, scale, place)
        for row in found
        for one, scale in zip(row, scales, strict=True)
        for place in range(len(scale.items))
    ]
    each = sum(len(one.items) for one in scales)

    def number(name: str, words: Readable) -> Column:
        return Column(name, words, "number", "estimate", "mean", 2, of=of)

    columns = (
        *group_columns(strata.names),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("item", tr("statement"), "text", "key", "key"),
        Column("reversed", tr("turned round"), "text", "key", "key"),
        Column("people", tr("answered all"), "units", "count", "count", cell=_complete(scales)),
        number("mean", tr("mean point, turned")),
        number("std_dev", tr("standard deviation")),
        number("rest_correlation", tr("correlation with the rest of the scale")),
        number("alpha_if_dropped", tr("alpha without it")),
        number("loading", tr("loading on the one factor")),
    )
    turned = {one.id for one in survey.items if one.reversed}
    values: dict[str, Any] = {
        **strata.columns(each),
        "scale": _objects([scale.id for _, scale, _ in rows]),
        "item": _objects([scale.items[place] for _, scale, place in rows]),
        "reversed": _objects(["yes" if scale.items[place] in turned else "no" for _, scale, place in rows]),
        "people": np.array([one.people for one, _, _ in rows], np.int64),
        **{
            name: _numbers([getattr(one.items, name)[place] for one, _, place in rows])
            for name in ("mean", "std_dev", "rest_correlation", "alpha_if_dropped")
        },
        "loading": _numbers([one.factor.loading[place] for one, _, place in rows]),
    }
    labels: dict[str, dict[str, Readable]] = {
        **level_labels(survey, strata.names),
        "scale": {one.id: one.text for one in scales},
        "item": {one.id: one.text for one in survey.items},
        "reversed": {"yes": tr("yes"), "no": tr("no")},
    }
    return Table(columns, values, labels=labels, title=tr("The statements of the scales"))


def _complete(scales: Sequence[Scale]) -> CellOf:
    """Declare who answered all statements of a scale; the number never leaves, as so few did not."""
    return CellOf(sets={"scale": ("complete_{scale}", {one.id: ("yes",) for one in scales})}, internal=True)


def _scales(main: Table) -> tuple[Readable, ...]:
    alpha, low, high, omega = (numbers(main, one) for one in ("alpha", "conf_low", "conf_high", "omega"))
    said: list[Readable] = []
    for row in range(len(main)):
        if not known(alpha[row], low[row], high[row]):
            continue
        said.append(
            tr(
                "{scale}{group}: alpha {alpha} (interval {low} to {high}){omega}{people}.",
                scale=words_of(main, "scale", main["scale"][row]),
                group=_group(main, row),
                alpha=Average(alpha[row]),
                low=Average(low[row]),
                high=Average(high[row]),
                omega=tr(", omega {omega}", omega=Average(omega[row])) if known(omega[row]) else Label(""),
                people=_people(main, row),
            )
        )
        if alpha[row] < DOUBTFUL:
            said.append(
                tr(
                    "{scale}{group}: below {limit}; differences between groups on this scale are blurred by it.",
                    scale=words_of(main, "scale", main["scale"][row]),
                    group=_group(main, row),
                    limit=Average(DOUBTFUL, 1),
                )
            )
    return tuple(said)


def _apart(table: Table) -> tuple[Readable, ...]:
    """Name the statements that go against the rest of their scale, or hardly with it."""
    rest = numbers(table, "rest_correlation")
    return tuple(_told_apart(table, row, float(rest[row])) for row in np.flatnonzero(rest < _APART).tolist())


def _told_apart(table: Table, row: int, rest: float) -> Readable:
    item, group = words_of(table, "item", table["item"][row]), _group(table, row)
    if rest < 0:
        return tr(
            "'{item}'{group} goes against the rest of its scale (correlation {rest}): look whether it should be turned "
            "round.",
            item=item,
            group=group,
            rest=Average(rest),
        )
    return tr(
        "'{item}'{group} hardly goes with the rest of its scale (correlation {rest}): it measures something else.",
        item=item,
        group=group,
        rest=Average(rest),
    )


def _group(table: Table, row: int) -> Readable:
    if not strata_of(table):
        return Label("")
    return tr(" ({groups})", groups=group_names_of(table, row))


def _people(main: Table, row: int) -> Readable:
    if "people" not in main.values:
        return Label("")
    return trn(", from {n} person", ", from {n} people", whole(numbers(main, "people")[row]))


def _notes(survey: Survey, scales: Sequence[Scale], found: Sequence[Sequence[Measured]]) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr("A reliable scale measures something steadily; whether that is what its name says, no coefficient tells.")
    ]
    few = sum(one.people < _FEW for row in found for one in row)
    if few:
        notes.append(
            trn(
                "{n} scale in a group rests on fewer than {few} people who answered all of it.",
                "{n} scales in groups rest on fewer than {few} people who answered all of them.",
                few,
                few=_FEW,
            )
        )
    if any(len(one.items) == 2 for one in scales):
        notes.append(tr("Two statements have one correlation only, so no factor is fitted to them."))
    if survey.design.weight is not None:
        notes.append(tr("Sampling weights are not used here."))
    if survey.design.cluster is not None:
        notes.append(
            tr("The limits of alpha take people as drawn one by one: where clusters were drawn, they are too narrow.")
        )
    return tuple(notes)


def _undefined(values: Floats) -> list[str]:
    return ["" if np.isfinite(one) else "not_defined" for one in values.tolist()]


def _numbers(values: Sequence[float]) -> Floats:
    return np.array(list(values), np.float64)


def _objects(texts: Sequence[str]) -> Values:
    return np.array([*texts, None], dtype=object)[:-1]
