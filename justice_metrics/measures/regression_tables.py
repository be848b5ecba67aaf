"""From coefficients to tables, notes and sentences that a programme officer can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.language import Label, Language, Message, Readable, Setting, format_number, tr
from ..base.levels import LEVEL_WORDS
from ..base.provenance import LeftOut
from ..base.table import Column, Table
from ..base.types import Counts
from ..cases.attributes import CANONICAL_ATTRIBUTES, actor_words
from ..cases.durations import LEFT_OUT
from ..reduce.design import DesignColumn
from ..reduce.patterns import COVARIATE_MISSING, HOLDS
from .declared import LEFT_OUT_WORDS, PValue
from .regression_clusters import beside, errors_exist, independent
from .regression_guards import endings_cell, units_cell
from .regression_model import Coefficients, Prepared

# With fewer endings for each coefficient, estimates are unsteady and intervals too short.
FEW_EVENTS: Final = 10
# With fewer clusters, intervals that allow for them come out too narrow.
FEW_CLUSTERS: Final = 40
# So many ratios have a sentence, those on fewer endings of their level have none; the tables hold all.
MOST_SENTENCES: Final = 12
FEW_ENDINGS: Final = 5
# Below this a test of proportional hazards is told to the reader.
DOUBTFUL: Final = 0.05


# How a ratio is read: beside the reference level, for each further unit of a number, once support had started.
Reading: TypeAlias = Literal["level", "number", "started"]
Terms: TypeAlias = Mapping[tuple[str, str], Reading]


class _Row:
    """One line of a table: a coefficient, or the reference level of a term."""

    __slots__ = ("column", "level", "place", "reference")

    def __init__(self, column: DesignColumn, place: int | None, level: str) -> None:
        self.column, self.place, self.level, self.reference = column, place, level, column.reference


def _lines(made: Prepared) -> list[_Row]:
    """Return the coefficients in the order of the formula, before each term of levels its reference."""
    rows: list[_Row] = []
    begun: set[str] = set()
    for place, column in enumerate(made.design.columns):
        alone = len(column.at) == 1 and column.covariates == (column.at[0][0],)
        if alone and column.term not in begun:
            rows.append(_Row(column, None, column.reference))
        begun.add(column.term)
        rows.append(_Row(column, place, column.level))
    return rows


def ratio_table(
    made: Prepared, fitted: Sequence[Coefficients], words: Mapping[str, Readable], *, confidence_level: float,
    what: Readable,
) -> Table:  # fmt: skip
    """Return one row per outcome, term and level, reference levels too, on the scale of ratios."""
    lines = _lines(made)
    columns: dict[str, list[object]] = {name: [] for name in _RATIO}
    for one in fitted:
        low, high = (np.exp(limit) for limit in one.interval(confidence_level))
        events = made.events(made.spells.outcomes.index(one.outcome) + 1)
        for line in lines:
            if line.place is None:
                at = [(line.column.at[0][0], made.references[line.column.at[0][0]])]
                numbers = (made.units_at(at), int(events[made.where(at)].sum()), 1.0, np.nan, np.nan)
            else:
                p = line.place
                numbers = (int(one.units[p]), int(one.events[p]), float(np.exp(one.estimate[p])), low[p], high[p])
            keys = (one.outcome, line.column.term, line.level, line.reference, "ratio")
            for name, value in zip(_RATIO, (*keys, *numbers), strict=True):
                columns[name].append(value)
    declared = (
        *_keys(),
        Column("at_risk", rows_word(made), "units", "count", "count", cell=units_cell(made)),
        Column("events", tr("came to it"), "units", "count", "count", cell=endings_cell(made)),
        Column("estimate", what, "number", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
    )
    return Table(declared, columns, labels=labels_of(made, words), title=tr("Ratios by term and level"))


def log_table(
    made: Prepared, fitted: Sequence[Coefficients], words: Mapping[str, Readable], *, confidence_level: float
) -> Table:
    """Return one row per outcome and coefficient on the log scale, with its error, test and interval."""
    from scipy.stats import norm

    columns: dict[str, list[object]] = {name: [] for name in _LOG}
    for one in fitted:
        with np.errstate(invalid="ignore", divide="ignore"):
            statistic = one.estimate / one.std_error
        p_value = 2 * norm.sf(np.abs(statistic))
        if one.p_value is not None:
            # a p value of a likelihood ratio does not belong to estimate / error
            statistic, p_value = np.full_like(statistic, np.nan), one.p_value
        low, high = one.interval(confidence_level)
        for at, column in enumerate(made.design.columns):
            numbers = (
                one.estimate[at],
                one.std_error[at],
                low[at],
                high[at],
                one.model_error[at],
                statistic[at],
                p_value[at],
            )
            keys = (one.outcome, column.term, column.level, column.reference, "log")
            for name, value in zip(_LOG, (*keys, *numbers), strict=True):
                columns[name].append(value)
    declared = (
        *_keys(),
        Column("estimate", tr("coefficient (log ratio)"), "number", "estimate", "difference", 4),
        Column("std_error", tr("standard error"), "number", "interval", "std_error", 4),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 4),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 4),
        Column("std_error_model", tr("standard error of the model"), "number", "interval", "std_error", 4),
        Column("statistic", tr("z statistic"), "number", "estimate", "interval", 2),
        Column("p_value", tr("p value"), "number", "estimate", "interval", 4),
    )
    return Table(declared, columns, labels=labels_of(made, words), title=tr("Coefficients"))


_KEYS: Final = ("outcome", "term", "level", "reference", "scale")
_RATIO: Final = (*_KEYS, "at_risk", "events", "estimate", "conf_low", "conf_high")
_LOG: Final = (*_KEYS, "estimate", "std_error", "conf_low", "conf_high", "std_error_model", "statistic", "p_value")


def _keys() -> tuple[Column, ...]:
    return (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("term", tr("term"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("reference", tr("compared with"), "text", "key", "key"),
        Column("scale", tr("scale"), "text", "key", "key"),
    )


def table_of_tests(
    rows: Sequence[tuple[str, str, str, float, int, float]], made: Prepared, words: Mapping[str, Readable]
) -> Table:
    """Return tests: outcome, name, term ("" for all), statistic, degrees of freedom, p value."""
    declared = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("test", tr("test"), "text", "key", "key"),
        Column("term", tr("term"), "text", "key", "key"),
        Column("statistic", tr("chi-squared"), "number", "estimate", "interval", 3),
        Column("degrees_of_freedom", tr("degrees of freedom"), "number", "estimate", "key", 0),
        Column("p_value", tr("p value"), "number", "estimate", "interval", 4),
    )
    values = {one.name: [row[place] for row in rows] for place, one in enumerate(declared)}
    labels = {**labels_of(made, words), "test": TEST_WORDS}
    labels["term"] = {**labels["term"], "": tr("all terms")}
    return Table(declared, values, labels=labels, title=tr("Tests"))


TEST_WORDS: Final[Mapping[str, Message]] = {
    "likelihood_ratio": tr("no term matters: likelihood ratio"),
    "wald": tr("no term matters: Wald"),
    "score": tr("no term matters: score"),
    "proportional_hazards": tr("one ratio holds for all time"),
}


def labels_of(made: Prepared, words: Mapping[str, Readable]) -> dict[str, Mapping[str, Readable]]:
    """Return the words of the keys of a table."""
    terms = {one.term: term_words(made, one) for one in made.design.columns}
    return {
        "outcome": words,
        "term": terms,
        "level": {**LEVEL_WORDS, **_HOLDS_WORDS, "": tr("each further unit")},
        "reference": {**LEVEL_WORDS, **_HOLDS_WORDS, "": tr("one unit less")},
        "scale": {"ratio": tr("ratio"), "log": tr("logarithm of the ratio")},
    }


_HOLDS_WORDS: Final[Mapping[str, Message]] = {HOLDS[0]: tr("not yet"), HOLDS[1]: tr("once it had started")}


def level_words(level: str) -> Readable:
    """Return the words of a level."""
    return LEVEL_WORDS.get(level) or _HOLDS_WORDS.get(level) or Label(level)


def rows_word(made: Prepared) -> Readable:
    """Return what is counted: units, or rows where a unit has several."""
    return tr("rows (a unit may have several)") if made.spells.several_rows else tr("units")


def term_words(made: Prepared, column: DesignColumn) -> Readable:
    """Return the words of a term: those of its attributes, or the term as it was written."""
    if not column.covariates or column.term.count(":") + 1 != len(column.covariates):
        return Label(column.term)
    parts = [covariate_words(made, one) for one in column.covariates]
    return parts[0] if len(parts) == 1 else tr("{terms} together", terms=parts)


def covariate_words(made: Prepared, name: str) -> Readable:
    """Return the words of a covariate."""
    if name in made.time_varying:
        return tr("supported by: {actor}", actor=actor_words(name))
    return CANONICAL_ATTRIBUTES.get(name) or Label(name)


# ----------------------------------------------------------------------------------------------------- notes and words


def regression_notes(
    made: Prepared, fitted: Sequence[Coefficients], words: Mapping[str, Readable], *, firth: bool = False
) -> tuple[Readable, ...]:
    """Return the doubts that every regression must be read with; ``firth``: the question takes that penalty."""
    notes: list[Readable] = []
    if made.time_varying:
        notes.append(
            tr(
                "Support counts from the day after it started, so that no case is called supported for having lasted. "
                "It is still an association, not the effect of support: cases that receive it differ from others."
            )
        )
    notes += _robust_notes(made)
    dropped = [term_level(made, one) for one in made.design.dropped]
    if dropped:
        notes.append(
            tr("Left out of the model, because it is constant or other terms determine it: {terms}.", terms=dropped)
        )
    notes += _withheld_notes(made, fitted)
    notes += _interaction_notes(made)
    alone = [(place, one) for place, one in enumerate(made.design.columns) if len(one.factors) == 1]
    few = [
        one.events[place] < FEW_ENDINGS and bool(np.isfinite(one.estimate[place]))
        for one in fitted
        for place, column in alone
        if column.at
    ]
    if len(alone) > MOST_SENTENCES or any(few):
        notes.append(
            tr(
                "Sentences tell at most {most} ratios of an outcome, and none of a level with fewer than {few} "
                "endings; the table holds all.",
                most=Setting(MOST_SENTENCES),
                few=Setting(FEW_ENDINGS),
            )
        )
    for one in fitted:
        of: Readable = words[one.outcome]
        lost = [
            term_level(made, column)
            for column, value, flag in zip(made.design.columns, one.estimate, one.unsteady, strict=True)
            if np.isnan(value) and not flag
        ]
        if lost:
            notes.append(
                tr("{outcome}: no ratio can be told for: {terms}; other terms determine it.", outcome=of, terms=lost)
            )
        notes += _separated_notes(made, one, of, firth=firth)
        events = int(made.events(made.spells.outcomes.index(one.outcome) + 1).sum())
        p = len(made.design.columns)
        if p and events < FEW_EVENTS * p:
            notes.append(
                tr(
                    "{outcome}: {events} endings for {p} coefficients; with fewer than {few} for each, ratios are "
                    "unsteady and intervals too short.",
                    outcome=of,
                    events=events,
                    p=p,
                    few=FEW_EVENTS,
                )
            )
    return tuple(notes)


def _separated_notes(made: Prepared, one: Coefficients, of: Readable, *, firth: bool) -> list[Readable]:
    """Say which ratios grow without end, and what the question at hand can do about it."""
    far = [column for column, flag in zip(made.design.columns, one.unsteady, strict=True) if flag]
    notes: list[Readable] = []
    levels = [term_level(made, column) for column in far if column.level]
    if levels:
        notes.append(
            tr(
                "{outcome}: no ratio can be given for {terms}: no ending, or nothing but endings, on one side. "
                "Merge levels.",
                outcome=of,
                terms=levels,
            )
        )
    numbers = [term_level(made, column) for column in far if not column.level]
    if numbers:
        notes.append(
            tr(
                "{outcome}: no ratio can be given for {terms}: the endings fall to its highest or to its lowest values "
                "alone. Leave it out, or tell it apart by fewer, wider levels.",
                outcome=of,
                terms=numbers,
            )
        )
    if far and firth:
        notes.append(tr('{outcome}: penalty="firth" keeps such ratios finite.', outcome=of))
    return notes


def _robust_notes(made: Prepared) -> list[Readable]:
    notes: list[Readable] = []
    if made.spells.sampling.weighted:
        notes.append(tr("Weighted by the sampling weights; the intervals are robust and allow for unequal weights."))
        notes.append(
            tr(
                "With sampling weights it is not tested whether one ratio holds for all time: that test takes a weight "
                "for a number of cases."
            )
        )
    if not made.robust:
        return notes
    if made.cluster is None:
        if not made.spells.sampling.weighted:
            notes.append(tr("Intervals are robust: they hold also where the model is not quite right, case by case."))
        return notes
    if made.cluster == "unit_id":
        return [*notes, tr("Intervals are robust: they allow for the rows of one unit belonging together.")]
    n = made.patterns.clusters
    notes.append(
        tr("Intervals are robust by cluster: they allow for cases of one cluster being alike. Clusters: {n}.", n=n)
    )
    if errors_exist(made) and n < FEW_CLUSTERS:
        notes.append(tr("With so few clusters such an interval comes out too narrow."))
    return notes


def _withheld_notes(made: Prepared, fitted: Sequence[Coefficients]) -> list[Readable]:
    withheld = [one.withheld for one in fitted if one.withheld is not None]
    if not any(one.any() for one in withheld):
        return []
    p = len(made.design.columns)
    if not errors_exist(made):
        return [
            tr(
                "No interval and no p value is given: {n} independent clusters or cases for {p} coefficients say "
                "nothing of how far the ratios may be off.",
                n=independent(made),
                p=p,
            )
        ]
    alone = [term_level(made, made.design.columns[place]) for place in np.flatnonzero(np.any(withheld, axis=0))]
    return [
        tr(
            "No interval for {terms}: the cases on one side of the comparison are of one cluster, or only one case, "
            "which does not show how much such cases differ.",
            terms=alone,
        )
    ]


def _interaction_notes(made: Prepared) -> list[Readable]:
    shown = {
        one.term: (term_words(made, one), [_factor_words(made, factor) for factor in beside(made, one)])
        for one in made.design.columns
        if beside(made, one)
    }
    return [
        tr(
            "The ratio of {term} is that at the reference level, or at the value 0, of {others}, with which it "
            "interacts: read it together with the ratios of the interaction, never alone.",
            term=term,
            others=others,
        )
        for term, others in shown.values()
    ]


def _factor_words(made: Prepared, factor: str) -> Readable:
    return covariate_words(made, factor) if factor in made.patterns.covariates else Label(factor)


def term_level(made: Prepared, column: DesignColumn) -> Readable:
    """Return term and level of a coefficient for a sentence."""
    words = term_words(made, column)
    if not column.level:
        return words
    return tr("{term}: {level}", term=words, level=level_words(column.level))


def left_out_words(left_out: Mapping[str, int]) -> tuple[LeftOut, ...]:
    """Return rows left out of a regression, by reason."""
    reasons = {**LEFT_OUT_WORDS, COVARIATE_MISSING: tr("a covariate of the formula is not recorded")}
    order = (*LEFT_OUT, COVARIATE_MISSING)
    return tuple(LeftOut(reasons[name], left_out[name]) for name in order if name in left_out)


def told_terms(made: Prepared) -> dict[tuple[str, str], Reading]:
    """Return how the ratio of each term and level is read in a sentence.

    The coefficients of a curve (a spline, a polynomial), of interactions and of what interacts have no reading one by
    one, and are not there.
    """
    return {
        (one.term, one.level): "started" if one.term in made.time_varying else "level" if one.at else "number"
        for one in made.design.columns
        if len(one.covariates) == 1 and len(one.factors) == 1 and not beside(made, one)
    }


def pace_sentences(table: Table, terms: Terms, outcome: str, of: Readable) -> list[Readable]:
    """Return a sentence per hazard ratio of one outcome."""
    said: list[Readable] = []
    for reading, values in _told_ratios(table, terms, outcome, of):
        verdict = _verdict(values, tr("Faster."), tr("Slower."), tr("faster or slower"))
        if reading == "started":
            said.append(
                tr(
                    "{term}, once it had started, beside cases without it on the same day: {outcome} at {ratio} times "
                    "the pace (interval {low} to {high}); {events} of {units} came to it. {verdict}",
                    verdict=verdict,
                    **values,
                )
            )
        elif reading == "level":
            said.append(
                tr(
                    "{term}, {level} beside {reference}: {outcome} at {ratio} times the pace (interval {low} to "
                    "{high}); {events} of {units} came to it. {verdict}",
                    verdict=verdict,
                    **values,
                )
            )
        else:
            said.append(
                tr(
                    "{term}: each further unit goes with {outcome} at {ratio} times the pace (interval {low} to "
                    "{high}). {verdict}",
                    verdict=verdict,
                    **values,
                )
            )
    return said


def most_telling(table: Table, terms: Terms, outcome: str, of: Readable) -> int:
    """Return the place, among the sentences on the ratios of an outcome, of the one least likely to be none.

    That is the log ratio farthest from 0 in widths of its interval; 0 where no ratio has an interval.
    """
    far = []
    for _, values in _told_ratios(table, terms, outcome, of):
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio, low, high = np.log([values[one].value for one in ("ratio", "low", "high")])
        far.append(abs(ratio) / (high - low) if np.isfinite(high - low) and high > low else 0.0)
    return int(np.argmax(far)) if far else 0


def share_sentences(table: Table, terms: Terms, outcome: str, of: Readable) -> list[Readable]:
    """Return a sentence per subdistribution hazard ratio of one outcome: above 1, more cases come to it."""
    said: list[Readable] = []
    for reading, values in _told_ratios(table, terms, outcome, of):
        verdict = _verdict(values, tr("More come to it."), tr("Fewer come to it."), tr("more or fewer"))
        if reading == "level":
            said.append(
                tr(
                    "{term}, {level} beside {reference}: share that comes to {outcome}, as a subdistribution hazard "
                    "ratio, {ratio} (interval {low} to {high}); {events} of {units} came to it. {verdict}",
                    verdict=verdict,
                    **values,
                )
            )
        else:
            said.append(
                tr(
                    "{term}: with each further unit, share that comes to {outcome}, as a subdistribution hazard ratio, "
                    "{ratio} (interval {low} to {high}). {verdict}",
                    verdict=verdict,
                    **values,
                )
            )
    return said


def _told_ratios(table: Table, terms: Terms, outcome: str, of: Readable) -> Iterator[tuple[Reading, dict[str, Any]]]:
    """Yield each ratio that can be told in a sentence of its own, with its words and numbers."""
    told = 0
    for row in range(len(table)):
        term, level = str(table["term"][row]), str(table["level"][row])
        reading = terms.get((term, level))
        ratio, low, high, events, units = (
            float(table[name][row]) for name in ("estimate", "conf_low", "conf_high", "events", "at_risk")
        )
        if reading is None or str(table["outcome"][row]) != outcome or not np.isfinite(ratio):
            continue
        values: dict[str, Any] = {
            "term": table.labels["term"][term],
            "outcome": of,
            "ratio": Ratio(ratio),
            "low": Ratio(low),
            "high": Ratio(high),
        }
        if told == MOST_SENTENCES:
            return
        if reading != "number":
            # a hidden number of cases is none of many
            if not (events >= FEW_ENDINGS and np.isfinite(units)):
                continue
            values |= {"events": int(events), "units": int(units)}
        told += 1
        if reading == "level":
            values |= {"level": level_words(level), "reference": level_words(str(table["reference"][row]))}
        yield reading, values


def _verdict(values: Mapping[str, Any], above: Readable, below: Readable, either: Readable) -> Readable:
    low, high = values["low"].value, values["high"].value
    if not (np.isfinite(low) and np.isfinite(high)):
        return tr("No interval can be given.")
    if low <= 1 <= high:
        return tr("The data do not settle whether that is {either}.", either=either)
    return above if low > 1 else below


class Ratio:
    """A ratio that a message prints with as many digits as it has to say."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def text(self, language: Language = "en") -> str:
        """Return the number."""
        if not np.isfinite(self.value):
            return "–"
        decimals = 0 if self.value >= 100 else 1 if self.value >= 10 else 2 if self.value >= 0.1 else 3
        return format_number(self.value, language, decimals=decimals)


def not_proportional(made: Prepared, tests: Sequence[tuple[str, float]], of: Readable) -> tuple[Readable, ...]:
    """Warn of terms whose ratio changes over time, by the test of proportional hazards."""
    shaky = [(term, p) for term, p in tests if np.isfinite(p) and p < DOUBTFUL]
    if not shaky:
        return ()
    by_term = {one.term: term_words(made, one) for one in made.design.columns}
    listed = [tr("{term} (p {p})", term=by_term.get(term, Label(term)), p=PValue(p)) for term, p in shaky]
    return (
        tr(
            "{outcome}: the ratio is not the same over time for {terms}; the figure given is a mean over the time "
            "observed. Look at plot_diagnostics(), or give the term a baseline of its own (strata).",
            outcome=of,
            terms=listed,
        ),
    )


class ForestRows(NamedTuple):
    """What a forest plot shows of one outcome, in words."""

    rows: Counts
    labels: list[str]
    groups: list[str]
    reference: list[bool]
    ratios: list[str]


def forest_rows(table: Table, outcome: str, language: Language) -> ForestRows:
    """Return what a forest plot shows of one outcome."""
    rows = np.flatnonzero(table["outcome"].astype(str) == outcome)
    made = ForestRows(rows, [], [], [], [])
    for row in rows:
        term, level, reference = (str(table[name][row]) for name in ("term", "level", "reference"))
        words = table.labels["term"].get(term)
        made.groups.append(words.text(language) if words else term)
        named = table.labels["level"].get(level)
        made.labels.append(named.text(language) if named else level)
        made.reference.append(level == reference != "")
        ratio, low, high = (Ratio(float(table[name][row])) for name in ("estimate", "conf_low", "conf_high"))
        if made.reference[-1]:
            made.ratios.append(tr("1 (reference)").text(language))
        elif not np.isfinite(ratio.value):
            made.ratios.append("–")
        else:
            limits = f" ({low.text(language)} – {high.text(language)})" if np.isfinite(low.value) else ""
            made.ratios.append(ratio.text(language) + limits)
    return made
