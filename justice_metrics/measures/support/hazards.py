"""Whether open cases come to an ending at another pace once they are supported: hazard models with support in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, cast

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Language, Readable, format_number, tr
from ...base.provenance import LeftOut
from ...base.result import Definition, Result, context_of
from ...base.table import Table
from ...base.types import Names, names
from ...cases.attributes import attribute_words
from ...cases.casedata import CaseData
from ...cases.durations import Durations
from ...figures.forest import forest
from ...reduce.histories import Needed
from ...reduce.pattern_cells import COVARIATE_MISSING
from ..declared import LEFT_OUT_WORDS, ensure_level, outcome_labels, sampling_notes
from ..regression_fits import method_words, pace_axis
from ..regression_model import Ties
from ..shown import written
from ..subdistribution import known_outcome
from .hazard_models import Model, all_told, naive_told
from .hazard_states import MODELS, Asked, Present
from .hazards_data import hazard_data
from .hazards_guards import at_level, came_at_level, cells_behind, with_guards
from .hazards_notes import level_notes, notes_of, proportional_note, test_notes
from .hazards_tables import (
    coefficient_table,
    combination_table,
    combined,
    main_table,
    naive_table,
    table_of_tests,
)
from .hazards_words import DOUBTFUL, Limit, LineWords, line_words, sentences, set_words, shown_sentences

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# In these models each actor is a term of its own, with nobody but itself to be compared with.
_BY_ACTOR: Final = frozenset({"which", "combination"})


@dataclass(frozen=True, eq=False, kw_only=True)
class SupportHazards(Result):
    """At what pace supported cases come to each ending, beside cases that were still without support on the same day.

    Tables
    ------
    main
        One row per ending, model, lag and level of support, reference levels too: cases that were ever open at the
        level, endings at it, hazard ratio with its interval, and the smallest ratio that data of this size would
        probably show. ``reading`` says what the ratio is at best.
    coefficients
        The same on the logarithmic scale, with robust and model errors and p values.
    tests
        That support makes no difference, that all its levels are alike, that one ratio holds for all time.
    combination
        With that model: the set beyond its parts, as a ratio and as an excess (RERI).
    naive
        Ratios by support *ever* received, with the reason not to use them.
    """

    question: ClassVar[str] = "support_hazards"

    outcomes: tuple[str, ...]
    outcome_words: Mapping[str, Readable]
    who: Readable
    units: int
    events: Mapping[str, int]
    direct: bool
    sentences: tuple[Readable, ...]
    lines: LineWords

    def findings(self) -> tuple[Readable, ...]:
        """Return how many cases and endings the ratios rest on, what they are, and one sentence per ratio."""
        first = self.outcomes[0]
        base = tr(
            "{units} cases, of which {events} came to {outcome}. Support counts from the day after it started; the "
            "pace is that among cases still open.",
            units=self.units,
            events=self.events[first],
            outcome=self.outcome_words[first],
        )
        return (base, *self.sentences, self._reading())

    def headline(self) -> Readable | None:
        """Return the sentence on the first ratio, and what it is not."""
        if not self.sentences:
            return super().headline()
        return tr("{sentence} {reading}", sentence=self.sentences[0], reading=self._reading())

    def _reading(self) -> Readable:
        if self.direct:
            return tr("At the same milestones, so this is a direct effect at best, and not the effect of support.")
        return tr("This is an association among these cases, not the effect of support.")

    def plot(self, ax: Axes | None = None, *, outcome: str | None = None, language: Language = "en") -> Axes:
        """Draw the ratios of one ending, by default the first, as a forest plot; later starts below the first model.

        Parameters
        ----------
        ax : Axes, optional
        outcome : str, optional
        language : {"en", "es"}
        """
        chosen = known_outcome(outcome, self.outcomes)
        return ratios_of_support(self.main, self.who, chosen, self.outcome_words[chosen], language, ax)

    def context(self) -> Mapping[str, object]:
        """Return what ratios are of, in words, and what they are not."""
        first = self.outcomes[0]
        return {
            "who": self.who,
            "outcome": first,
            "words": self.outcome_words[first],
            "lines": self.lines,
            "reading": self._reading(),
        }

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return one sentence per ratio of the first ending, and what they are not."""
        context = context_of(shown)
        lines, words = cast(LineWords, context["lines"]), cast(Readable, context["words"])
        said = shown_sentences(shown.main, lines, str(context["outcome"]), words)
        return (*said, cast(Readable, context["reading"])) if said else ()

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the ratios of the first ending as a forest plot."""
        context = context_of(shown)
        if not np.isfinite(shown.main["conf_low"].astype(np.float64)).any():
            return None
        who, of = cast(Readable, context["who"]), cast(Readable, context["words"])
        return ratios_of_support(shown.main, who, str(context["outcome"]), of, language, ax)


def ratios_of_support(
    table: Table, who: Readable, chosen: str, of: Readable, language: Language, ax: Axes | None
) -> Axes:
    """Draw the ratios of one ending as a forest plot; ``who`` supports, and ``of`` is the ending in words."""
    rows = _drawn(table, chosen)
    groups, labels = zip(*(_named(table, who, row, language) for row in rows), strict=True)
    estimate, low, high = (table[name][rows].astype(np.float64) for name in ("estimate", "conf_low", "conf_high"))
    reference = [str(table["level"][row]) == str(table["reference"][row]) for row in rows]
    ratios = [_shown(*one, language) for one in zip(estimate, low, high, reference, strict=True)]

    def counts(name: str) -> list[str]:
        every = written(table, name, language)
        return [every[row] for row in rows]

    _, less, more = (one.text(language) for one in pace_axis(of))
    what = tr("pace towards: {outcome} (hazard ratio, not the effect)", outcome=of)
    return forest(
        labels=labels,
        groups=groups,
        reference=reference,
        estimate=estimate,
        conf_low=low,
        conf_high=high,
        columns=[
            (tr("cases").text(language), counts("at_risk")),
            (tr("came to it").text(language), counts("events")),
            (tr("ratio (interval)").text(language), ratios),
        ],
        x_label=what.text(language),
        less_label=less,
        more_label=more,
        number=lambda value: format_number(value, language, decimals=len(f"{value:g}".partition(".")[2])),
        ax=ax,
    )


def _drawn(table: Table, outcome: str) -> list[int]:
    """Return the rows that are drawn: all of the first lag, and of later ones those of the first model."""
    first, leading = int(table["lag_days"][0]), str(table["model"][0])
    kept: list[tuple[int, tuple[str, str, str]]] = []
    for row in np.flatnonzero(table["outcome"].astype(str) == outcome).tolist():
        model, term, level = (str(table[name][row]) for name in ("model", "term", "level"))
        reference = level == str(table["reference"][row])
        later = int(table["lag_days"][row]) != first
        if (later and (model != leading or reference)) or (reference and model in _BY_ACTOR):
            continue
        kept.append((row, (model, term, level)))
    # rows of later starts stand with the level that they belong to
    order = list(dict.fromkeys(what for _, what in kept))
    return [row for row, _ in sorted(kept, key=lambda one: order.index(one[1]))]


def _named(table: Table, who: Readable, row: int, language: Language) -> tuple[str, str]:
    """Return under what heading a row stands, and its name."""
    words = {name: table.labels[name][str(table[name][row])].text(language) for name in ("model", "term", "level")}
    lag, first = int(table["lag_days"][row]), int(table["lag_days"][0])
    by_actor = str(table["model"][row]) in _BY_ACTOR
    label = words["term"] if by_actor else words["level"]
    if lag != first:
        label = tr("{level}, counted {n} days later", level=label, n=lag).text(language)
    if str(table["term"][row]) == "set":
        words["term"] = who.text(language)
    return (words["model"] if by_actor else words["term"]), label


def support_hazards(
    cases: CaseData | Durations,
    *,
    actors: Names,
    needed: Needed = "all",
    model: Names = "set",
    outcome: Names = "verdict",
    start: str = "complaint",
    adjust: Names = (),
    milestones: Names = (),
    strata: Names = (),
    cluster: str | None = None,
    lag_days: Sequence[int] = (0, 30, 60),
    present: Present = "since_start",
    basis: Mapping[str, Names] | None = None,
    institutions: Names = (),
    ties: Ties = "efron",
    confidence_level: float = 0.95,
) -> SupportHazards:
    """Compare the pace of supported cases with that of cases still without support, day by day, for every ending.

    Support enters as what changes in time: a case counts as not supported up to and on the day on which support starts,
    and as supported after it, so that no case is called supported for having lived long enough to meet a supporter.
    One hazard model per ending, the others censored on their day.

    A hazard ratio is **not** the effect of support. It compares cases that are still open, who are a mixed group; how
    many more cases reach a verdict is told by ``support_effect``.

    Parameters
    ----------
    cases : CaseData or Durations
        With support spells. In a table of times, actors and milestones are columns of days since the start, empty for
        never.
    actors : str or tuple of str
        The actors who are looked at. Nobody knows which three the 2018 study meant.
    needed : {"all", "any"} or int
        How many of them make a case "supported", in the models ``set`` and ``combination``.
    model : {"set", "number", "which", "order", "combination"} or several of them
        How support is told apart. ``set``: whether enough of the actors support. ``number``: 0, 1, 2, 3 or more of
        them, without assuming that each adds the same. ``which``: every actor, all in one model. ``order``: who came
        first, and in which order. ``combination``: every actor, and whether all of them together are more than their
        parts, as a ratio and as an excess.
    outcome : str or tuple of str
        Endings told apart; any other one is modelled too.
    start : str
        Stage or role from whose first day time runs.
    adjust : str or tuple of str
        What cases are compared at: attributes, or terms of a formula such as ``bs(age_at_fact, df=3)``.
    milestones : str or tuple of str
        Stages, such as ``accusation``, at which cases are compared too: from the day after it, each changes the pace.
        What support does by bringing a milestone about is then taken out.
    strata : str or tuple of str
        Attributes whose groups (courts) have a baseline of their own.
    cluster : str, optional
        Attribute whose cases are alike inside (court): errors allow for it; that of the sampling design by default. In
        any case errors are robust, unit by unit without a cluster.
    lag_days : sequence of int
        Support counts so many days after it started, and after day 0 where it was there before; one set of rows each.
        With ``while_present`` it counts so many days longer too: what counts on a day is who was there so many days
        before it. Ratios that change with the delay point to
        support that was put on file late, or that an ending in sight brought about.
    present : {"since_start", "while_present"}
        Whether an actor counts ever since the first start, or only while one of the spells lasts.
    basis : mapping of str to (str or tuple of str), optional
        Bases of a spell that count for an actor: what makes a prosecutor, who is named in every case, present.
    institutions : str or tuple of str
        Institutions whose spells count; all by default.
    ties : {"efron", "breslow"}
        What endings of one day are set against.
    confidence_level : float

    Returns
    -------
    SupportHazards

    Raises
    ------
    QuestionError, ProcedureError
        When there are no support spells, a name is unknown, or no case came to an ending that was asked for.

    Notes
    -----
    Cox's model on rows cut at the days on which support or a milestone changes; errors are those of Lin and Wei by
    cluster, withheld where there are too few clusters. Of C clusters (units, without a cluster), limits and p values of
    a ratio are those of Student's t with C - 1 degrees of freedom, the error times sqrt(C / (C - 1)); a joint test of q
    contrasts is F = W (C - q) / (C q) with q and C - q, W being Wald's statistic, and is not given when C < 2 q + 5.
    Numbers and orders of actors with fewer than 10 endings are merged, for each ending by itself; one that can be
    merged with no other has no interval and no part in the tests. The excess of the set over its parts (RERI) is
    exp(sum b + c) - 1 - sum (exp(b) - 1), with b of the actors and c of the set, its variance by the delta method.

    References
    ----------
    .. [1] Crowley, J. and Hu, M. (1977). Covariance analysis of heart transplant survival data. Journal of the American
       Statistical Association, 72, 27-36.
    .. [2] Suissa, S. (2008). Immortal time bias in pharmacoepidemiology. American Journal of Epidemiology, 167,
       492-499.
    .. [3] Hernan, M. A. (2010). The hazards of hazard ratios. Epidemiology, 21, 13-15.
    .. [4] Hosmer, D. W. and Lemeshow, S. (1992). Confidence interval estimation of interaction. Epidemiology, 3,
       452-456.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.support.hazards import support_hazards
    >>> found = support_hazards(jm.sample_cases(), actors=("lawyer", "psychologist"), model=("set", "number"))
    >>> list(found.tables)
    ['main', 'coefficients', 'tests', 'naive']
    """
    ensure_level(confidence_level)
    wanted, lags, endings = _models(model, needed, names(actors)), _lags(lag_days), names(outcome)
    if not endings:
        raise QuestionError(tr("No ending was named."), tr("Name one, such as outcome=verdict."))
    if present == "while_present" and "order" in wanted:
        raise QuestionError(
            tr("The order in which actors came does not end with their support."),
            tr('Ask for the order with present="since_start".'),
        )
    data, episodes = hazard_data(
        cases, actors=actors, needed=needed, present=present, outcome=outcome, start=start, adjust=adjust,
        milestones=milestones, strata=strata, cluster=cluster, basis=basis, institutions=institutions,
    )  # fmt: skip
    last = len(data.outcomes)
    other = bool((data.histories.code == last).any())
    codes = (*range(1, last), *((last,) if other else ()))
    asked = Asked(
        data=data,
        episodes=episodes,
        present=present,
        adjust=data.formula.text if data.formula else "",
        stages={
            one: attribute_words(one) if isinstance(cases, Durations) else cases.procedure.label(one)
            for one in data.milestones
        },
    )
    parts = [part for one in wanted for part in MODELS[one]]
    found = all_told(asked, parts, lags, codes, ties=ties)
    wrongly = ("set", "number") if "number" in wanted else ("set",)
    naive = [one for code in range(1, last) for one in naive_told(asked, wrongly, code, ties=ties)]
    words = outcome_labels(data.spells, data.outcomes)
    both = combined(found, confidence_level=confidence_level)
    tests = table_of_tests(found, words)
    shaky = (tests["test"] == "proportional_hazards") & (tests["p_value"].astype(np.float64) < DOUBTFUL)
    first = found[0].model
    return SupportHazards(
        heading=tr("Pace towards {outcome} once supported", outcome=words[endings[0]]),
        tables=with_guards(
            {
                "main": main_table(
                    found,
                    words,
                    direct=bool(data.milestones),
                    confidence_level=confidence_level,
                    cells=(at_level(found), came_at_level(found)),
                ),
                "coefficients": coefficient_table(found, words, confidence_level=confidence_level),
                "tests": tests,
                **({"combination": combination_table(both, words)} if both else {}),
                "naive": naive_table(naive, words, confidence_level=confidence_level),
            },
            cells_behind(found),
        ),
        definition=_definition(asked, ties, words[endings[0]]),
        provenance=data.spells.provenance.add(
            "support_hazards",
            actors=names(actors),
            needed=needed,
            model=wanted,
            outcome=endings,
            start=start,
            adjust=names(adjust),
            milestones=names(milestones),
            strata=names(strata),
            cluster=cluster,
            lag_days=lags,
            present=present,
            basis={one: names(bases) for one, bases in (basis or {}).items()},
            institutions=names(institutions),
            ties=ties,
            confidence_level=confidence_level,
        ).leave_out(*_left_out(asked, first)),
        notes=(
            *sampling_notes(data.spells, design_used=True),
            *notes_of(asked, found, words),
            *level_notes(found, words),
            *test_notes(found, words),
            *(
                proportional_note(
                    str(tests["model"][row]), float(tests["p_value"][row]), words[str(tests["outcome"][row])]
                )
                for row in np.flatnonzero(shaky)
            ),
        ),
        frame_library=data.spells.frame_library,
        outcomes=tuple(data.outcomes[code - 1] for code in codes),
        outcome_words=words,
        who=set_words(asked),
        units=first.states.histories.units,
        events={data.outcomes[code - 1]: _events(first, code) for code in codes},
        direct=bool(data.milestones),
        sentences=tuple(sentences(found, words, tests, confidence_level)),
        lines=line_words(found),
    )


def _models(model: Names, needed: Needed, actors: tuple[str, ...]) -> tuple[str, ...]:
    """Return the models that were asked for.

    Raises
    ------
    QuestionError
        When one is unknown, or says nothing of these actors.
    """
    wanted = tuple(dict.fromkeys(names(model)))
    if not wanted:
        raise QuestionError(tr("No model was named."), suggestion("", tuple(MODELS)))
    for one in wanted:
        if one not in MODELS:
            raise QuestionError(
                tr("There is no model '{model}' of support.", model=one), suggestion(one, tuple(MODELS))
            )
        if one in {"order", "combination"} and len(actors) < 2:
            raise QuestionError(tr("The model '{model}' tells several actors apart.", model=one),
                                tr("Name at least two actors."))  # fmt: skip
    if "combination" in wanted and needed not in ("all", len(actors)):
        raise QuestionError(
            tr("Whether the set is more than its parts is asked of all actors together."),
            tr('Leave out the argument needed, or write needed="all".'),
        )
    return wanted


def _lags(days: Sequence[int]) -> tuple[int, ...]:
    """Return the lags, each once.

    Raises
    ------
    QuestionError
        When there is none, or one is no whole number of days from 0 on.
    """
    for one in days:
        if isinstance(one, bool) or one != int(one) or one < 0:
            raise QuestionError(tr("A lag of {day} days is no whole number of days from 0 on.", day=str(one)),
                                tr("Give days such as 0, 30 and 60."))  # fmt: skip
    if not days:
        raise QuestionError(tr("No lag was given."), tr("Give days such as 0, 30 and 60."))
    return tuple(dict.fromkeys(int(one) for one in days))


def _events(model: Model, code: int) -> int:
    cells = model.states.histories
    return int(cells.n[cells.code == code].sum())


def _definition(asked: Asked, ties: Ties, of: Readable) -> Definition:
    return Definition(
        answers=tr("Do open cases come to {outcome} at another pace once supported by {set}?", outcome=of,
                   set=set_words(asked)),
        numerator=tr("cases that came to the ending, on their day"),
        denominator=tr("cases still open and observed on that day, by whether support had started before it"),
        basis="cohort",
        pending=tr("observed as open up to the cut-off, then censored; for each ending, the others censor"),
        method=method_words(ties, robust=True),
    )  # fmt: skip


def _left_out(asked: Asked, model: Model) -> list[LeftOut]:
    words = {**LEFT_OUT_WORDS, COVARIATE_MISSING: tr("a covariate is not recorded")}
    found = [LeftOut(words[name], n) for name, n in asked.data.histories.left_out.items()]
    if model.undated:
        found.append(LeftOut(tr("supported, but no date says since when"), model.undated))
    return found


def _shown(ratio: float, low: float, high: float, reference: bool, language: Language) -> str:
    """Return a ratio with its interval, as it is written beside the drawing."""
    if reference:
        return tr("1 (reference)").text(language)
    if not np.isfinite(ratio):
        return "–"
    limits = f" ({Limit(low).text(language)} – {Limit(high).text(language)})" if np.isfinite(low) else ""
    return Limit(ratio).text(language) + limits
