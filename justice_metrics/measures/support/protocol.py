"""The question as a target trial, and a checklist of what the analysis did: both filled from the call.

The elements of the protocol are those of Hernán and Robins (2016), American Journal of Epidemiology, 183, 758-764; the
fields of the checklist follow the topics of STROBE and RECORD, in words of our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...base.language import Label, Language, Readable, format_number, tr, trn
from ...base.provenance import SAMPLING_WORDS, Provenance, unit_words
from ...base.table import Column, Table
from ..declared import Share
from .strategies import Strategies, period_words

BY_AUTHOR: Final = tr("for the author to state: no data can tell it")


@dataclass(frozen=True, kw_only=True)
class Emulated:
    """What the protocol and the checklist must know of an analysis.

    Attributes
    ----------
    strategies : Strategies
    outcomes : tuple of Readable
    units : int
        Cases in the emulation.
    provenance : Provenance
    undated : int
    events : sequence of (int, int)
        Cases with the first outcome at the last horizon under both strategies.
    largest_weight : float
    effective : (float, float)
        Effective numbers of cases under both strategies at the end of the grace period.
    worst_before, worst_after : float
        Largest standardised difference between the strategies at the end of the grace period.
    left : (int, int)
        Cases of both strategies that departed from them.
    both : int
        Cases that ended in the grace period without support and count under both strategies.
    """

    strategies: Strategies
    outcomes: tuple[Readable, ...]
    units: int
    provenance: Provenance
    undated: int
    events: tuple[int, int]
    largest_weight: float
    effective: tuple[float, float]
    worst_before: float
    worst_after: float
    left: tuple[int, int]
    both: int


def protocol_table(of: Emulated) -> Table:
    """Return one row per element: what the trial would do, and what the analysis of files does in its place."""
    elements = _elements(of)
    columns = (
        Column("element", tr("element"), "text", "key", "key"),
        Column("target_trial", tr("the trial that would answer the question"), "text", "key", "text"),
        Column("emulation", tr("its emulation with these files"), "text", "key", "text"),
    )
    return text_table(columns, elements, title=tr("The question as a target trial"))


def checklist_table(of: Emulated) -> Table:
    """Return one row per topic of STROBE and RECORD, with what this analysis did about it."""
    columns = (
        Column("topic", tr("topic"), "text", "key", "key"),
        Column("item", tr("item of STROBE or RECORD"), "text", "key", "text"),
        Column("here", tr("in this analysis"), "text", "key", "text"),
    )
    return text_table(columns, _topics(of), title=tr("Checklist of the report, filled from the analysis"))


def text_table(columns: Sequence[Column], rows: Sequence[Sequence[Readable]], *, title: Readable) -> Table:
    """Return a table of words, which a frame holds in English and a page in the reader's language."""
    by_column = list(zip(*rows, strict=True))
    values = {one.name: [str(cell) for cell in cells] for one, cells in zip(columns, by_column, strict=True)}
    labels: dict[str, Mapping[str, Readable]] = {
        one.name: {str(cell): cell for cell in cells} for one, cells in zip(columns, by_column, strict=True)
    }
    return Table(columns, values, labels=labels, title=title)


def _elements(of: Emulated) -> tuple[tuple[Readable, Readable, Readable], ...]:
    asked, unit = of.strategies, unit_words(of.provenance.unit)
    return (
        (
            tr("who is eligible"),
            tr("every {unit} from {start} on, not yet ended", unit=unit, start=asked.start),
            tr(
                "{n} of {total} units of the file; {out} left out, with reasons (table of the flow)",
                n=of.units,
                total=of.provenance.units_in,
                out=max(of.provenance.units_in - of.units, 0),
            ),
        ),
        (
            tr("strategies compared"),
            tr(
                "first: support by {support} starts within {days} days, {when}; second: it does not start within "
                "{days} days, and may start later",
                support=asked.support,
                days=asked.within,
                when=asked.when,
            ),
            tr(
                "the same, read from the first day of each actor's support, whether or not it lasted{lag}{spells}",
                lag=_lag(asked),
                spells=_spells(asked),
            ),
        ),
        (
            tr("assignment"),
            tr("by lot on day 0, known to everybody"),
            tr(
                "each case is followed under both strategies until it departs from one; weights make those that "
                "remain like all cases in {adjust}",
                adjust=_measured(asked),
            ),
        ),
        (
            tr("day 0"),
            tr("the day of {start}, on which eligibility, assignment and follow-up begin", start=asked.start),
            tr("the same day; support before it counts as support on day 0"),
        ),
        (
            tr("end of follow-up"),
            tr("the outcome, any other ending, or {period}", period=period_words(asked.horizons[-1])),
            tr("the same, or the cut-off; a case that departs from a strategy is followed under the other only"),
        ),
        (
            tr("outcomes"),
            tr("{outcomes}; any other ending competes with them", outcomes=list(of.outcomes)),
            tr("the same, by the dates and endings in the file"),
        ),
        (
            tr("what is estimated"),
            tr(
                "difference between the strategies in the share of cases that have come to the outcome after "
                "{periods}, over all eligible cases, whatever happens later",
                periods=[period_words(one) for one in asked.horizons],
            ),
            tr("the same difference, as if every case had kept to its strategy"),
        ),
        (
            tr("analysis"),
            tr("cumulative incidence with competing endings (Aalen-Johansen) in both arms"),
            _analysis(asked),
        ),
        (
            tr("assumptions"),
            tr("none beyond the lot, if nobody departs and nobody is lost"),
            tr(
                "nothing else than {adjust} both attracts support and decides the outcome; every kind of case can "
                "have support within {days} days and can be without; the cut-off comes independently of the outcome; "
                "the dates are right",
                adjust=_measured(asked),
                days=asked.within,
            ),
        ),
    )


def _topics(of: Emulated) -> tuple[tuple[Readable, Readable, Readable], ...]:
    asked, from_ = of.strategies, of.provenance
    return (
        (tr("design, named in the title"), _item("STROBE 1, 4"), tr(
            "cohort of case files, emulating a trial of two strategies (cloning, censoring, weighting)")),
        (tr("data source, region, years"), _item("STROBE 5, RECORD 1.1-1.2"), tr(
            "source: {source}; data complete to {cutoff}; procedure: {procedure}; region and institutions: {author}",
            source=from_.source or "–", cutoff=from_.cutoff or "–", procedure=from_.procedure or "–",
            author=BY_AUTHOR)),
        (tr("linkage of files"), _item("RECORD 1.3, 12.3"), tr(
            "support spells joined to cases by the id of the unit; other linkage: {author}", author=BY_AUTHOR)),
        (tr("who is included"), _item("STROBE 6, RECORD 6.1"), tr(
            "{n} of {total} units of the file, counted as: {unit}; {sampling}", n=of.units, total=from_.units_in,
            unit=unit_words(from_.unit), sampling=_sampling(from_))),
        (tr("exposure and outcomes"), _item("STROBE 7, RECORD 7.1"), tr(
            "exposure: {support}, started within {days} days of {start}; outcomes: {outcomes}, by the procedure's "
            "list of endings", support=asked.support, days=asked.within, start=asked.start,
            outcomes=list(of.outcomes))),
        (tr("confounders"), _item("STROBE 7, 16a"), tr(
            "on day 0: {adjust}; on the way: {milestones}; why these: {author}",
            adjust=list(asked.compared_at) or tr("none"), milestones=list(asked.milestones) or tr("none"),
            author=BY_AUTHOR)),
        (tr("sources of bias"), _item("STROBE 9"), tr(
            "immortal time: no case is grouped by its future; departure from a strategy: weights; support recorded "
            "late or on the day of an event: {lag}; not removed: causes that no file records",
            lag=_lagged(asked))),
        (tr("study size"), _item("STROBE 10"), tr(
            "all units of the file; the smallest difference that such data would show stands beside every effect")),
        (tr("quantities in groups"), _item("STROBE 11"), tr(
            "numbers enter by the formula {adjust}; days are whole days", adjust=list(asked.compared_at) or "–")),
        (tr("statistical methods"), _item("STROBE 12a-b, 12e"), _analysis(asked)),
        (tr("missing data"), _item("STROBE 12c"), tr(
            "an attribute not recorded is a level of its own; {n} cases supported without a date are left out",
            n=of.undated)),
        (tr("loss to follow-up"), _item("STROBE 12d"), tr(
            "open cases are censored at the cut-off; the cut-off is taken to come independently of the outcome")),
        (tr("sensitivity"), _item("STROBE 12e, 17"), tr(
            "in the tables: other timings of the first strategy, truncated weights, before weighting; elsewhere: "
            "landmark, other days of grace, lagged support, E-value, negative controls")),
        (tr("flow of cases"), _item("STROBE 13, RECORD 13.1"), tr(
            "table of the flow; {one} cases departed from the first strategy, {other} from the second; {both} ended "
            "within {days} days without support and count under both",
            one=of.left[0], other=of.left[1], both=of.both, days=asked.within)),
        (tr("likeness of the groups"), _item("STROBE 14"), tr(
            "largest standardised difference between the strategies on day {days}: {before} before weighting, {after} "
            "after", days=asked.within, before=_Two(of.worst_before), after=_Two(of.worst_after))),
        (tr("weights"), _item("STROBE 12a"), tr(
            "largest weight {largest}; effective numbers of cases {one} and {other} of {n}; {cut}",
            largest=_Two(of.largest_weight, 1), one=round(of.effective[0]), other=round(of.effective[1]),
            n=of.units, cut=_cut(asked))),
        (tr("numbers of outcomes"), _item("STROBE 15"), tr(
            "{outcome}: {one} cases under the first strategy and {other} under the second",
            outcome=of.outcomes[0], one=of.events[0], other=of.events[1])),
        (tr("effects, crude and adjusted"), _item("STROBE 16a"), tr(
            "adjusted: main table; before weighting: its own table, marked; ever supported: its own table, marked, "
            "not to be used")),
        (tr("absolute and relative"), _item("STROBE 16c"), tr(
            "shares under both strategies, their difference and their ratio")),
        (tr("several outcomes"), _item("STROBE 12a"), tr(
            "p values are adjusted for the number of outcomes and horizons (Holm); intervals are not")),
        (tr("limits of the study"), _item("STROBE 19"), tr(
            "in the notes of the answer; direction and size of what was not measured: E-value and tipping point")),
        (tr("to whom it applies"), _item("STROBE 21"), BY_AUTHOR),
        (tr("registered protocol, funding, access to data"), _item("STROBE 22, RECORD 22.1"), BY_AUTHOR),
        (tr("code"), _item("RECORD 22.1"), tr(
            "justice_metrics {version}, seed {seed}; the settings stand with the answer", version=from_.version,
            seed=f"{asked.seed}")),
        (tr("privacy of victims"), _item("–"), tr(
            "tables hold counts only; small counts are hidden when a release is made, not here")),
    )  # fmt: skip


def _analysis(asked: Strategies) -> Readable:
    return tr(
        "weights from a pooled logistic model of starting support per day ({adjust}; milestones on the way: "
        "{milestones}), {cut}; weighted Aalen-Johansen curves; {interval}",
        adjust=list(asked.compared_at) or tr("nothing adjusted for"),
        milestones=list(asked.milestones) or tr("none"),
        cut=_cut(asked),
        interval=_interval(asked),
    )


def _interval(asked: Strategies) -> Readable:
    level = Share(asked.level, 0 if round(asked.level * 100, 6) % 1 == 0 else 1)
    if asked.cluster is None:
        return tr("{level} interval from {n} resamples of cases, with the weights fitted anew in each",
                  level=level, n=asked.resamples)  # fmt: skip
    return tr(
        "{level} interval from {n} resamples of {clusters} clusters ({cluster}), with the weights fitted anew in each",
        level=level,
        n=asked.resamples,
        clusters=asked.clusters,
        cluster=asked.cluster,
    )


def _cut(asked: Strategies) -> Readable:
    if asked.truncate is None:
        return tr("weights not cut")
    return tr("weights cut at their {share} quantile", share=Share(asked.truncate))


def _measured(asked: Strategies) -> Readable:
    if not asked.adjust and not asked.milestones:
        return tr("nothing that is measured")
    return tr("{listed}", listed=[*asked.compared_at, *asked.milestones])


def _lag(asked: Strategies) -> Readable:
    return trn(", counted {n} day later", ", counted {n} days later", asked.lag) if asked.lag else Label("")


def _lagged(asked: Strategies) -> Readable:
    if asked.lag:
        return trn("support counts {n} day later", "support counts {n} days later", asked.lag)
    return tr("not lagged here; ask again with 'lag_days'")


def _spells(asked: Strategies) -> Readable:
    if asked.bases and asked.institutions:
        return tr("; only on the basis of: {bases}, and of these institutions: {names}",
                  bases=list(asked.bases), names=list(asked.institutions))  # fmt: skip
    if asked.bases:
        return tr("; only on the basis of: {names}", names=list(asked.bases))
    return tr("; only of: {names}", names=list(asked.institutions)) if asked.institutions else Label("")


def _sampling(provenance: Provenance) -> Readable:
    return SAMPLING_WORDS[provenance.sampling]


def _item(which: str) -> Readable:
    return Label(which)


class _Two:
    """A number with decimals of its own."""

    __slots__ = ("decimals", "value")

    def __init__(self, value: float, decimals: int = 2) -> None:
        self.value, self.decimals = float(value), decimals

    def text(self, language: Language = "en") -> str:
        return format_number(self.value, language, decimals=self.decimals)
