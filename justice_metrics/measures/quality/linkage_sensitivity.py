"""Linkage error carried to the indicators: the same rates from the same registers, linked at several thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, format_number, format_share, tr
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Names, names
from ...cases.linkage.linked import THRESHOLDS, LinkedRegisters
from ...cases.linkage.linked_cases import linked_cases
from ...figures.dots import dots
from ...reduce.linked import case_counts
from ..declared import Share, interval_columns
from ..rates.cohort_rates import CohortRates, cohort_rates

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class LinkageSensitivity(Result):
    """Rates at each threshold of the linkage, with the widest difference between them.

    Tables
    ------
    main
        One row per rate and threshold: ``rate, threshold, numerator, denominator, estimate, conf_low, conf_high``.
    spread
        One row per rate: lowest and highest estimate over the thresholds, and their difference.
    records
        One row per threshold and register: records in a case of the first register, those dated before it, those of
        persons without a case, and those of which a missing day leaves open which case is meant.
    """

    question: ClassVar[str] = "linkage_sensitivity"

    rate_words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return how far each rate moves, the widest first."""
        spread = self.tables["spread"]
        order = np.argsort(-np.nan_to_num(spread["difference"], nan=-1.0), kind="stable")
        return tuple(
            tr(
                "{rate}: {low} to {high} over the thresholds.",
                rate=self.rate_words[str(spread["rate"][row])],
                low=Share(spread["lowest"][row], 2),
                high=Share(spread["highest"][row], 2),
            )
            for row in order
            if np.isfinite(spread["difference"][row])
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw each rate at each threshold."""
        main = self.main
        return dots(
            labels=[_written(float(one), language) for one in main["threshold"]],
            groups=[self.rate_words[str(one)].text(language) for one in main["rate"]],
            estimate=main["estimate"],
            conf_low=main["conf_low"],
            conf_high=main["conf_high"],
            annotations=[
                f"{format_number(float(one), language)} / {format_number(float(base), language)}"
                for one, base in zip(main["numerator"], main["denominator"], strict=True)
            ],
            undefined_label=tr("not defined").text(language),
            x_label=tr("share of the cases that each rate names, by threshold").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


def linkage_sensitivity(
    linked: LinkedRegisters,
    mapping: str | Path | Mapping[str, Any],
    *,
    of: Names | None = None,
    per: Names = "complaint",
    thresholds: Sequence[float] = THRESHOLDS,
    confidence_level: float = 0.95,
) -> LinkageSensitivity:
    """How far the rates of linked registers move with the threshold of the linkage.

    A low threshold joins records of different persons, a high one leaves records of one person apart: both change who
    seems to have been charged or convicted. A rate that moves hangs on the linkage. One that does not may still be
    wrong: pairs without a common key are missed at every threshold, and wrong links above the highest stay in it.

    Parameters
    ----------
    linked : LinkedRegisters
        From ``link_registers``.
    mapping : path or dict
        Mapping of stage tables with the registers' names as files; see ``docs/linkage.md``.
    of, per : str or tuple of str
        Rates, as for ``cohort_rates``.
    thresholds : sequence of float
        Probabilities from which a pair counts as one person.
    confidence_level : float
        Level of the Wilson intervals, which know of chance only, not of wrong links.

    Returns
    -------
    LinkageSensitivity

    Raises
    ------
    QuestionError, MappingError
        When a threshold or a rate is none; when the mapping does not fit the registers.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> linked = jm.link_registers("linkage.toml")  # doctest: +SKIP
    >>> moved = jm.linkage_sensitivity(linked, "linked_cases.toml", of=("charge", "trial"))  # doctest: +SKIP
    >>> moved.to_frame("spread")  # doctest: +SKIP
    """
    if not thresholds:
        raise QuestionError(tr("No threshold was given."), tr("Usual ones are 0.8, 0.9 and 0.95."))
    answers = [
        cohort_rates(linked_cases(linked, mapping, threshold=one), of=of, per=per, confidence_level=confidence_level)
        for one in thresholds
    ]
    first = answers[0]
    main = _main_table(thresholds, answers, every=of is not None)
    return LinkageSensitivity(
        heading=tr("How far the rates hang on the linkage"),
        tables={
            "main": main,
            "spread": _spread_table(main),
            "records": _records_table(linked, thresholds),
        },
        definition=Definition(
            answers=tr("How far do the rates move when pairs of records are accepted from another threshold on?"),
            numerator=first.definition.numerator,
            denominator=first.definition.denominator,
            basis="cohort",
            pending=first.definition.pending,
            method=first.definition.method,
        ),
        provenance=first.provenance.add(
            "linkage_sensitivity",
            of=names(of),
            per=names(per),
            thresholds=tuple(thresholds),
            confidence_level=confidence_level,
        ),
        notes=(
            tr(
                "A record of another register that belongs to no case of the first one is left out. Links that no "
                "threshold finds are missed in every row, and wrong ones above the highest stay in every row: the "
                "spread is no range of error."
            ),
            *first.notes,
        ),
        frame_library=first.frame_library,
        rate_words=first.rate_words,
    )


def _main_table(thresholds: Sequence[float], answers: Sequence[CohortRates], *, every: bool) -> Table:
    """Lay the answers side by side; of rates that nobody asked for by name, those that never happen are left out."""
    n = len(answers[0].main)
    rate = np.tile(answers[0].main["rate"], len(answers))
    order = np.lexsort((np.arange(n * len(answers)) // n, np.tile(np.arange(n), len(answers))))
    columns = (
        Column("rate", tr("rate"), "text", "key", "key"),
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("numerator", tr("came to it"), "units", "count", "count"),
        Column("denominator", tr("reached it"), "units", "count", "count"),
        *interval_columns(decimals=2),
    )
    values = {"rate": rate[order], "threshold": np.repeat(np.array(thresholds, dtype=float), n)[order]}
    for name in ("numerator", "denominator", "estimate", "conf_low", "conf_high"):
        values[name] = np.concatenate([one.main[name] for one in answers])[order]
    happens = {one for one, n in zip(values["rate"], values["numerator"], strict=True) if n > 0}
    kept = np.array([every or one in happens for one in values["rate"]], dtype=np.bool_)
    values = {name: held[kept] for name, held in values.items()}
    return Table(
        columns, values, labels={"rate": answers[0].rate_words}, title=tr("Rates at each threshold"), guard="internal"
    )


def _spread_table(main: Table) -> Table:
    rates = list(dict.fromkeys(str(one) for one in main["rate"]))
    held = [main["estimate"][main["rate"] == one] for one in rates]
    low, high = (np.array([float(pick(one)) for one in held]) for pick in (np.min, np.max))
    columns = (
        Column("rate", tr("rate"), "text", "key", "key"),
        Column("lowest", tr("lowest"), "share", "estimate", "share", 2),
        Column("highest", tr("highest"), "share", "estimate", "share", 2),
        Column("difference", tr("difference"), "points", "estimate", "difference", 2),
    )
    values = {"rate": np.array(rates, dtype=object), "lowest": low, "highest": high, "difference": high - low}
    return Table(
        columns, values, labels={"rate": main.labels["rate"]}, title=tr("How far each rate moves"), guard="internal"
    )


def _records_table(linked: LinkedRegisters, thresholds: Sequence[float]) -> Table:
    counted = [case_counts(linked, one) for one in thresholds]
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("register", tr("register"), "text", "key", "key"),
        Column("in_case", tr("records in a case of the first register"), "units", "count", "count"),
        Column("before", tr("of them dated before it"), "units", "count", "count"),
        Column("alone", tr("records of persons without a case"), "units", "count", "count"),
        Column("unclear", tr("records whose case cannot be told"), "units", "count", "count"),
    )
    others = linked.names[1:]
    values = {
        "threshold": np.repeat(np.array(thresholds, dtype=float), len(others)),
        "register": np.array(list(others) * len(thresholds), dtype=object),
        **{
            name: np.concatenate([getattr(one, name) for one in counted])
            for name in ("in_case", "before", "alone", "unclear")
        },
    }
    return Table(columns, values, title=tr("What became of the records of the other registers"), guard="internal")


def _written(threshold: float, language: Language) -> str:
    return format_number(threshold, language, decimals=len(f"{threshold:g}".partition(".")[2]))
