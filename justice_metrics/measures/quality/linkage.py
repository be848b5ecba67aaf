"""How well registers were linked: precision, recall, and whose links are missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Message, Readable, format_number, format_share, tr, trn
from ...base.result import Definition, Result
from ...base.table import Table
from ...cases.linkage.linked import THRESHOLDS, LinkedRegisters
from ...cases.linkage.review import BANDS, Reviewed, read_review
from ...figures.dots import dots
from ...reduce.linked import PairCounts, pair_counts
from ..declared import Share, ensure_level
from .linkage_tables import BASES, FAULTS, GROUP_WORDS, found_table, main_table, missed_table, pairs_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A person with more records than this is more likely several persons in a chain of slips.
_MANY_RECORDS: Final = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class LinkageError(Result):
    """How sure the links are at each threshold, and whose are missed; counts only, no name and no id.

    Tables
    ------
    main
        One row per threshold, measure (precision, recall) and basis (model, review): ``numerator, denominator,
        estimate, conf_low, conf_high``.
    found
        One row per threshold and register, at the middle threshold also one per group of the first register's
        records: how many are found there (``numerator, denominator, estimate, conf_low, conf_high``), and how many by
        the probabilities (``expected``).
    missed
        One row per threshold and group of pairs: the share of the pairs of one person that is not accepted, by the
        model (``numerator, denominator, estimate``), of the pairs that were compared and kept: the least that is
        missed. A pair is of the lesser group when one of its records is.
    pairs
        One row per threshold: pairs accepted, pairs that only a third record links, persons, records of the largest.
    """

    question: ClassVar[str] = "linkage_error"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"found": tr("Found in each register, by group")})

    def findings(self) -> tuple[Readable, ...]:
        """Return precision and recall at each threshold, and the group that is found less."""
        main = self.main
        said: list[Readable] = []
        for threshold in dict.fromkeys(main["threshold"].tolist()):
            rows = {
                (str(main["measure"][row]), str(main["basis"][row])): float(main["estimate"][row])
                for row in range(len(main))
                if main["threshold"][row] == threshold
            }
            basis = "review" if np.isfinite(rows.get(("precision", "review"), np.nan)) else "model"
            said.append(
                tr(
                    "Threshold {threshold}: {precision} of the accepted pairs are one person, and {recall} of the "
                    "compared pairs of one person are accepted ({basis}).",
                    threshold=_Plain(threshold),
                    precision=Share(rows["precision", basis]),
                    recall=Share(rows["recall", basis]),
                    basis=BASES[basis],
                )
            )
        return (*said, *self._missed())

    def _missed(self) -> tuple[Readable, ...]:
        """Say how differently the groups are linked and found, at the middle threshold."""
        table = self.tables["found"]
        middle = self._middle()
        share = {
            (str(table["register"][row]), str(table["group"][row])): float(table["estimate"][row])
            for row in range(len(table))
            if table["threshold"][row] == middle
        }
        missed, held = self.tables["missed"], {}
        for row in range(len(missed)):
            if missed["threshold"][row] == middle:
                held[str(missed["group"][row])] = float(missed["estimate"][row])
        first: tuple[Readable, ...] = ()
        if np.isfinite(held["one_surname"]) and np.isfinite(held["two_surnames"]):
            first = (
                tr(
                    "Missed at {threshold} among the pairs that were compared, by the model: {one} of those in which "
                    "one surname is recorded, {two} of those with two. Pairs without a common key are not in it, and "
                    "more of them have one surname: it is the least that is missed, and no comparison of the two.",
                    threshold=_Plain(middle),
                    one=Share(held["one_surname"]),
                    two=Share(held["two_surnames"]),
                ),
            )
        return first + tuple(
            tr(
                "Found in {register} at {threshold}: {one} of the records with one surname, {two} of those with two. "
                "The difference can be real or missed links.",
                register=register,
                threshold=_Plain(middle),
                one=Share(share[register, "one_surname"]),
                two=Share(share[register, "two_surnames"]),
            )
            for register in dict.fromkeys(one for one, _ in share)
            if np.isfinite(share[register, "one_surname"]) and np.isfinite(share[register, "two_surnames"])
        )

    def _middle(self) -> float:
        """Return the threshold at which groups are compared."""
        thresholds = list(dict.fromkeys(self.main["threshold"].tolist()))
        return float(thresholds[len(thresholds) // 2])

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the wrong and the missed links at each threshold."""
        main = self.main
        shown = [row for row in range(len(main)) if np.isfinite(main["estimate"][row])]
        shown.sort(key=lambda row: str(main["measure"][row]) != "precision")
        # What is lacking to 100 % tells more than two shares that both lie near it.
        lacking = {name: 1 - main[name][shown].astype(float) for name in ("estimate", "conf_low", "conf_high")}
        return dots(
            labels=[
                f"{_Plain(main['threshold'][row]).text(language)}, {BASES[str(main['basis'][row])].text(language)}"
                for row in shown
            ],
            groups=[FAULTS[str(main["measure"][row])].text(language) for row in shown],
            estimate=lacking["estimate"],
            conf_low=lacking["conf_high"],
            conf_high=lacking["conf_low"],
            annotations=[format_share(one, language, decimals=2) for one in lacking["estimate"]],
            x_label=tr("share of pairs").text(language),
            number=lambda share: format_share(share, language, decimals=1),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw who is found in each register, by group, at the middle threshold."""
        if view != "found":
            return super().draw(view, ax, language=language)
        table, middle = self.tables["found"], self._middle()
        shown = [row for row in range(len(table)) if table["threshold"][row] == middle]
        return dots(
            labels=[GROUP_WORDS[str(table["group"][row])].text(language) for row in shown],
            groups=[str(table["register"][row]) for row in shown],
            **_points(table, shown, language),
            undefined_label=tr("not defined").text(language),
            x_label=tr("share of the records of the first register that are found there").text(language),
            ax=ax,
        )


def linkage_error(
    linked: LinkedRegisters,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    review: str | Path | None = None,
    confidence_level: float = 0.95,
) -> LinkageError:
    """How well registers were linked: how many links are wrong, how many are missed, and whose.

    Parameters
    ----------
    linked : LinkedRegisters
        From ``link_registers``.
    thresholds : sequence of float
        Probabilities from which a pair counts as one person.
    review : path, optional
        The sample of ``write_review`` on which a person has decided; without it, the model judges itself.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    LinkageError

    Raises
    ------
    QuestionError, ReadError
        When a threshold is none; when the review cannot be read.

    References
    ----------
    .. [1] Harron, K. et al. (2017). Challenges in administrative data linkage for research. Big Data & Society, 4(2).

    Examples
    --------
    >>> import justice_metrics as jm
    >>> linked = jm.link_registers("linkage.toml")  # doctest: +SKIP
    >>> print(jm.linkage_error(linked).summary())  # doctest: +SKIP
    """
    ensure_level(confidence_level)
    if not thresholds:
        raise QuestionError(tr("No threshold was given."), tr("Usual ones are 0.8, 0.9 and 0.95."))
    reviewed = read_review(linked, review) if review is not None else None
    counted = [pair_counts(linked, one) for one in thresholds]
    return LinkageError(
        heading=tr("How well the registers were linked"),
        tables={
            "main": main_table(thresholds, counted, reviewed, confidence_level),
            "found": found_table(linked, thresholds, confidence_level),
            "missed": missed_table(linked, thresholds),
            "pairs": pairs_table(thresholds, counted),
        },
        definition=Definition(
            answers=tr("How many of the links between the registers are wrong, how many are missed, and whose?"),
            numerator=tr("pairs of one person among the accepted; accepted pairs among those of one person"),
            denominator=tr("accepted pairs; pairs of one person among all that were compared"),
            basis="snapshot",
            pending=tr("linked like all others"),
            method=tr(
                "Match weights of Fellegi and Sunter, learnt without examples by Splink; the model judges itself "
                "unless a person has looked at a sample of pairs. Pairs that share no key were never compared, and "
                "are in neither number."
            ),
        ),
        provenance=linked.provenance.add(
            "linkage_error",
            thresholds=tuple(thresholds),
            reviewed=int(reviewed.looked_at.sum()) if reviewed is not None else 0,
            confidence_level=confidence_level,
        ),
        notes=(*linked.notes, *_notes(thresholds, counted, reviewed)),
    )


def _notes(
    thresholds: Sequence[float], counted: Sequence[PairCounts], reviewed: Reviewed | None
) -> tuple[Message, ...]:
    notes: list[Message] = []
    most = max(one.largest for one in counted)
    if most > _MANY_RECORDS:
        notes.append(
            tr(
                "One person has {n} records at the lowest threshold: look whether a chain of slips joined several.",
                n=most,
            )
        )
    if reviewed is None:
        notes.append(
            tr(
                "Nobody has looked at pairs yet: the model judges itself, and can be wrong about both numbers. Write a "
                "sample with write_review, in a shell with --review."
            )
        )
    else:
        looked_at = int(reviewed.looked_at.sum())
        notes.append(
            trn(
                "{n} pair was looked at; the numbers are those of all pairs that it stands for.",
                "{n} pairs were looked at; the numbers are those of all pairs that they stand for.",
                looked_at,
            )
        )
        if reviewed.unsure:
            notes.append(
                trn(
                    "{n} pair of the sample is not decided on and is left out.",
                    "{n} pairs of the sample are not decided on and are left out.",
                    reviewed.unsure,
                )
            )
        unknown = [one for one in thresholds if not any(abs(one - edge) < 1e-9 for edge in BANDS)]
        if unknown:
            notes.append(
                tr(
                    "The sample judges the thresholds {edges} only.",
                    edges=", ".join(f"{edge:g}" for edge in BANDS if 0.5 <= edge < 1),
                )
            )
    return tuple(notes)


def _points(table: Table, rows: Sequence[int], language: Language) -> dict[str, Any]:
    return {
        **{name: table[name][list(rows)].astype(float) for name in ("estimate", "conf_low", "conf_high")},
        "annotations": [
            f"{format_number(round(float(table['numerator'][row])), language)} / "
            f"{format_number(round(float(table['denominator'][row])), language)}"
            for row in rows
        ],
        "number": lambda share: format_share(share, language, decimals=0),
    }


class _Plain:
    """A threshold as it is written: as many decimals as it has."""

    def __init__(self, value: float) -> None:
        self._value = float(value)

    def text(self, language: Language = "en") -> str:
        decimals = len(f"{self._value:g}".partition(".")[2])
        return format_number(self._value, language, decimals=decimals)
