"""Statements of the victim: how often she or he had to tell it, and whether a recorded statement spared others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Label, Language, Readable, tr, trn
from ...base.provenance import LeftOut, unit_words
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...estimate.proportion import wilson
from ...figures.counts import bars
from ...reduce.child_spells import later_rows
from ...reduce.statements import StatementCounts, statement_counts, with_statements
from ..boxes import Restrictions
from ..declared import (
    Share,
    ensure_level,
    few_units_note,
    interval_columns,
    levels_words,
    shown_limits,
    strata_columns,
)
from ..rates.shown_shares import Limits, Shares, limits_of, method_words, share_notes, shares_of
from ..shown import counts_in, group_names, known, limits_words, numbers, strata_of, tell_hidden, whole
from .child_shares import LATER
from .hearings_tables import Average, undefined

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AMONG: Final = ("all", "not_recorded_statement", "recorded_statement")


@dataclass(frozen=True, eq=False, kw_only=True)
class RepeatedStatements(Result):
    """How often victims gave a statement.

    Tables
    ------
    main
        One row per stratum and group of victims (all with a statement, those without and with a recorded one): how many
        gave more than one, and statements per victim.
    distribution
        One row per stratum and number of statements, victims without any among them.
    """

    question: ClassVar[str] = "repeated_statements"

    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {"": (tr("victims, by the number of their statements on record"), tr("all victims, those without one too"))}
    )

    def findings(self) -> tuple[Readable, ...]:
        """Return the share that gave more than one, all together and by whether one was recorded."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the share that gave more than one, as far as it is shown."""
        main = shown.main
        strata = strata_of(main)
        columns = ("numerator", "denominator", "estimate", "conf_low", "conf_high", "average")
        said: list[Readable] = []
        for row, (n, every, share, low, high, average) in enumerate(
            zip(*(numbers(main, one) for one in columns), strict=True)
        ):
            among = str(main["among"][row])
            if not known(n, every, average) or not every or (strata and among != "all"):
                continue
            said.append(
                tr(
                    "{group}{repeated} of {n} victims gave more than one statement ({share}"
                    "{limits}); {average} statements per victim.",
                    group=_group_words(among, [str(main[one][row]) for one in strata]),
                    repeated=whole(n),
                    n=whole(every),
                    share=Share(share),
                    limits=limits_words(low, high, inside=True),
                    average=Average(average),
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw victims by the number of their statements, groups side by side."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw victims by the number of their statements, groups side by side; a hidden number says so."""
        table = shown.tables["distribution"]
        bins = list(dict.fromkeys(str(one) for one in table["statements"]))
        names = group_names(table, language)
        groups = list(dict.fromkeys(names)) if names else [""]
        axes = bars(
            bins=bins,
            counts=numbers(table, "numerator").reshape(len(groups), len(bins)),
            groups=groups,
            x_label=tr("statements on record").text(language),
            y_label=tr("victims").text(language),
            number=counts_in(language),
            ax=ax,
        )
        return tell_hidden(axes, table, "numerator", language=language)


def repeated_statements(
    cases: CaseData, *, by: Names = (), most: int = 5, confidence_level: float = 0.95
) -> RepeatedStatements:
    """How many statements each victim gave, and how many gave more than one.

    Each further statement makes the victim tell it again; a statement that is recorded once can spare the others.

    Parameters
    ----------
    cases : CaseData
        With a table of statements (section [statements] of the mapping).
    by : str or tuple of str
        Attributes that split the cases.
    most : int
        From how many statements on victims are counted together.
    confidence_level : float
        Level of the Wilson score intervals.

    Returns
    -------
    RepeatedStatements

    Raises
    ------
    QuestionError
        When the cases come without statements, or a word names nothing.

    Notes
    -----
    A victim without a row has no statement on record, which is not the same as having given none; shares are among
    those with at least one. What was given after the cut-off does not count, and cases that are still open may bring
    further statements. A statement of which the file does
    not say whether it was recorded counts as not recorded. That victims with a recorded statement give fewer does not
    say that the record was the reason.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
       American Statistical Association, 22, 209-212.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.measures.records.statements import repeated_statements
    >>> answer = repeated_statements(jm.sample_cases())
    >>> answer.main["numerator"].tolist(), answer.main["denominator"].tolist()
    ([541, 409, 132], [1158, 702, 456])
    """
    by = names(by)
    ensure_level(confidence_level)
    if most < 2:
        raise QuestionError(
            tr("'most' is {most}; at least two numbers of statements are told apart.", most=most),
            tr("Write 5 to count victims with five statements and more together."),
        )
    counted = statement_counts(cases, most=most, by=by)
    frame = with_statements(cases)
    share = shares_of(cases.with_(milestones=frame), _among(), by=by, confidence_level=confidence_level)
    units = counted.n.sum(axis=(1, 2))
    strays = cases.strays("statements")
    return RepeatedStatements(
        heading=tr("Statements of the victim"),
        tables={
            "main": _repeated_table(counted, share, most, limits_of(cases, "wilson", confidence_level)),
            "distribution": _distribution_table(counted, most, confidence_level, weighted=cases.sampling.weighted),
        },
        definition=Definition(
            answers=tr("How many victims had to give more than one statement?"),
            numerator=tr("victims with more than one statement on record"),
            denominator=tr("victims with at least one statement on record"),
            basis="cohort",
            pending=tr("counted with the statements given so far; open cases may bring more"),
            method=method_words(cases, "wilson"),
        ),
        provenance=cases.provenance.add(
            "repeated_statements", by=by, most=most, confidence_level=confidence_level
        ).leave_out(
            LeftOut(tr("rows that belong to no unit of the data"), strays),
            LeftOut(LATER, later_rows(cases, "statements").begun),
        ),
        notes=(
            *share_notes(cases, share),
            *few_units_note(counted.strata, units),
            *_unit_note(cases),
            *_none_note(float(counted.n[:, :, 0].sum()), float(units.sum())),
            tr("That victims with a recorded statement give fewer does not say that the recording was the reason."),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
    )


def _among() -> dict[str, tuple[nw.Expr, nw.Expr]]:
    """Return, for each group of victims, those with more than one statement and those with any."""
    some, repeated, recorded = nw.col("own__n") > 0, nw.col("own__n") > 1, nw.col("own__recorded") == 1
    return {
        "all": (repeated, some),
        "not_recorded_statement": (repeated & ~recorded, some & ~recorded),
        "recorded_statement": (repeated & recorded, some & recorded),
    }


def _repeated_table(counted: StatementCounts, share: Shares, most: int, limits: Limits) -> Table:
    g = len(counted.strata)
    some, repeated = share.denominator.ravel(), share.numerator.ravel()
    given = np.stack([counted.statements.sum(axis=1), counted.statements[:, 0], counted.statements[:, 1]], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        average = np.where(some > 0, given.ravel() / some, np.nan)
    numbers_ = _numbers(most)
    recorded: dict[str, Restrictions] = {
        "all": {},
        "not_recorded_statement": {"statement recorded": ("no",)},
        "recorded_statement": {"statement recorded": ("yes",)},
    }
    # from how many statements on victims count
    counts = [
        CellOf(each={"among": {one: {**of, f"statements_{most}": numbers_[fewest:]} for one, of in recorded.items()}})
        for fewest in range(3)
    ]
    # beside their distribution, the sum would tell the few victims with many statements to one or two
    given_by = CellOf(fixed={"unit": ("statement",)}, each={"among": recorded}, internal=True)
    columns = (
        *strata_columns(counted.strata.names),
        Column("among", tr("among"), "text", "key", "key"),
        Column("numerator", tr("more than one statement"), "units", "count", "count", cell=counts[2]),
        Column("denominator", tr("at least one statement"), "units", "count", "count", cell=counts[1]),
        *interval_columns(of=("numerator", "denominator"), level=limits.level, interval=limits.interval),
        Column(
            "average",
            tr("statements per victim"),
            "number",
            "estimate",
            "share",
            2,
            of=Of(inputs=("given", "denominator"), formula="ratio"),
        ),
        Column("given", tr("statements"), "units", "count", "count", cell=given_by),
    )
    values: dict[str, Any] = {
        **counted.strata.columns(len(_AMONG)),
        "among": list(_AMONG) * g,
        "numerator": repeated,
        "denominator": some,
        "estimate": share.estimate.ravel(),
        "conf_low": share.conf_low.ravel(),
        "conf_high": share.conf_high.ravel(),
        "average": average,
        "given": given.ravel(),
    }
    none = undefined(some)
    words: dict[str, Readable] = {
        "all": tr("all with a statement"),
        "not_recorded_statement": tr("none of them recorded"),
        "recorded_statement": tr("one of them recorded"),
    }
    return Table(
        columns,
        values,
        labels={"among": words},
        title=tr("Victims who gave more than one statement"),
        statuses={"estimate": none, "average": none},
    )


def _numbers(most: int) -> tuple[str, ...]:
    """Return the numbers of statements that are told apart."""
    return (*map(str, range(most)), f"{most}+")


def _distribution_table(counted: StatementCounts, most: int, level: float, *, weighted: bool) -> Table:
    n = counted.n.sum(axis=1)
    total = np.repeat(n.sum(axis=1), most + 1)
    share = wilson(n.ravel(), total, level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    columns = (
        *strata_columns(counted.strata.names),
        Column("statements", tr("statements on record"), "text", "key", "key"),
        Column(
            "numerator",
            tr("victims"),
            "units",
            "count",
            "count",
            cell=CellOf(keys={"statements": f"statements_{most}"}),
        ),
        Column("denominator", tr("all victims"), "units", "count", "count", cell=CellOf()),
        *interval_columns(of=("numerator", "denominator"), level=level, interval="" if weighted else "wilson"),
    )
    values: dict[str, Any] = {
        **counted.strata.columns(most + 1),
        "statements": list(_numbers(most)) * len(counted.strata),
        "numerator": n.ravel(),
        "denominator": total,
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
    }
    return Table(columns, values, title=tr("Statements per victim"), statuses={"estimate": undefined(total)})


def _group_words(among: str, levels: list[str]) -> Readable:
    if levels:
        return tr("{groups}: ", groups=levels_words(levels))
    if among == "recorded_statement":
        return tr("With a recorded statement: ")
    return tr("Without a recorded statement: ") if among == "not_recorded_statement" else Label("")


def _unit_note(cases: CaseData) -> tuple[Readable, ...]:
    if cases.unit == "victim":
        return ()
    return (
        tr(
            "Counted per {unit}: where several victims belong to one, their statements count together.",
            unit=unit_words(cases.unit),
        ),
    )


def _none_note(without: float, every: float) -> tuple[Readable, ...]:
    if not without:
        return ()
    return (
        trn(
            "{n} victim of {all} has no statement on record, and stands in no share.",
            "{n} victims of {all} have no statement on record, and stand in no share.",
            round(without),
            all=round(every),
        ),
    )
