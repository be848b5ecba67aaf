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
from ...base.levels import ALL, LEVEL_WORDS
from ...base.result import Column, Definition, Result, Table
from ...cases.linkage.linked import THRESHOLDS, LinkedRegisters
from ...cases.linkage.review import BANDS, Reviewed, read_review
from ...estimate.linkage_review import Judged, reviewed_precision, reviewed_recall
from ...estimate.proportion import wilson
from ...figures.dots import dots
from ...reduce.linked import GROUPS, found_in, pair_counts
from ..declared import Share, ensure_level, interval_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUP_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "all": LEVEL_WORDS[ALL],
        "two_surnames": tr("two surnames recorded"),
        "one_surname": tr("one surname recorded, or none"),
        "birth_to_the_day": tr("date of birth recorded to the day"),
        "birth_coarse": tr("date of birth not recorded to the day"),
    }
)
MEASURES: Final[Mapping[str, Readable]] = MappingProxyType(
    {"precision": tr("accepted pairs that are one person"), "recall": tr("pairs of one person that are accepted")}
)
FAULTS: Final[Mapping[str, Readable]] = MappingProxyType(
    {"precision": tr("wrong links, of the accepted pairs"), "recall": tr("missed links, of the pairs of one person")}
)
BASES: Final[Mapping[str, Readable]] = MappingProxyType(
    {"model": tr("by the model"), "review": tr("by the pairs that a person looked at")}
)
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
                    "pairs of one person are accepted ({basis}).",
                    threshold=_Plain(threshold),
                    precision=Share(rows["precision", basis]),
                    recall=Share(rows["recall", basis]),
                    basis=BASES[basis],
                )
            )
        return (*said, *self._missed())

    def _missed(self) -> tuple[Readable, ...]:
        """Say how differently the groups are found, at the middle threshold."""
        table = self.tables["found"]
        middle = self._middle()
        share = {
            (str(table["register"][row]), str(table["group"][row])): float(table["estimate"][row])
            for row in range(len(table))
            if table["threshold"][row] == middle
        }
        return tuple(
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
            "main": _main_table(thresholds, counted, reviewed, confidence_level),
            "found": _found_table(linked, thresholds, confidence_level),
            "pairs": _pairs_table(thresholds, counted),
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


def _main_table(
    thresholds: Sequence[float], counted: Sequence[Any], reviewed: Reviewed | None, confidence_level: float
) -> Table:
    rows: list[tuple[float, str, str, float, float, Judged]] = []
    for threshold, found in zip(thresholds, counted, strict=True):
        true = found.expected_true
        for measure, base in (("precision", float(found.accepted)), ("recall", found.expected_all)):
            share = true / base if base > 0 else np.nan
            rows.append((threshold, measure, "model", true, base, Judged(share, np.nan, np.nan)))
        if reviewed is None:
            continue
        inside = reviewed.low >= threshold - 1e-9
        known = any(abs(threshold - one) < 1e-9 for one in BANDS)
        for measure, judge in (("precision", reviewed_precision), ("recall", reviewed_recall)):
            judged = (
                judge(reviewed.pairs, reviewed.looked_at, reviewed.same, inside, confidence_level)
                if known
                else Judged(np.nan, np.nan, np.nan)
            )
            # Numbers of pairs that the sample stands for, so that they make the share.
            base = float(reviewed.pairs[inside].sum() if measure == "precision" else reviewed.expected_same.sum())
            same = judged.estimate * base
            rows.append((threshold, measure, "review", same, base, judged))
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("measure", tr("measure"), "text", "key", "key"),
        Column("basis", tr("judged"), "text", "key", "key"),
        Column("numerator", tr("pairs that fit"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        *interval_columns(decimals=2),
    )
    values = {
        "threshold": np.array([one[0] for one in rows]),
        "measure": np.array([one[1] for one in rows], dtype=object),
        "basis": np.array([one[2] for one in rows], dtype=object),
        "numerator": np.rint(np.nan_to_num([one[3] for one in rows])).astype(np.int64),
        "denominator": np.rint(np.nan_to_num([one[4] for one in rows])).astype(np.int64),
        "estimate": np.array([one[5].estimate for one in rows]),
        "conf_low": np.array([one[5].conf_low for one in rows]),
        "conf_high": np.array([one[5].conf_high for one in rows]),
    }
    return Table(columns, values, labels={"measure": MEASURES, "basis": BASES}, title=tr("Wrong and missed links"))


def _found_table(linked: LinkedRegisters, thresholds: Sequence[float], confidence_level: float) -> Table:
    others = linked.names[1:]
    found = [found_in(linked, one) for one in thresholds]
    shape = (len(thresholds), len(others), len(GROUPS))
    numerator = np.array([one.found.T for one in found]).reshape(shape)
    expected = np.array([one.expected.T for one in found]).reshape(shape)
    denominator = np.broadcast_to(np.array([one.records for one in found])[:, None, :], shape)
    shares = wilson(numerator.ravel(), denominator.ravel(), confidence_level)
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("register", tr("register"), "text", "key", "key"),
        Column("group", tr("group"), "text", "key", "key"),
        Column("numerator", tr("found there"), "units", "count", "count"),
        Column("denominator", tr("records of the first register"), "units", "count", "count"),
        *interval_columns(decimals=1),
        Column("expected", tr("found, by the probabilities"), "share", "estimate", "share"),
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        by_model = expected.ravel() / denominator.ravel()
    values = {
        "threshold": np.repeat(np.array(thresholds, dtype=float), shape[1] * shape[2]),
        "register": np.array([one for one in others for _ in GROUPS] * shape[0], dtype=object),
        "group": np.array(list(GROUPS) * (shape[0] * shape[1]), dtype=object),
        "numerator": numerator.ravel(),
        "denominator": denominator.ravel(),
        "estimate": shares.estimate,
        "conf_low": shares.conf_low,
        "conf_high": shares.conf_high,
        "expected": by_model,
    }
    # The groups at one threshold are enough to see whose links are missed; all together stand at each.
    shown = (values["group"] == ALL) | (values["threshold"] == thresholds[len(thresholds) // 2])
    values = {name: held[shown] for name, held in values.items()}
    return Table(columns, values, labels={"group": GROUP_WORDS}, title=tr("Who is found in each register"))


def _pairs_table(thresholds: Sequence[float], counted: Sequence[Any]) -> Table:
    columns = (
        Column("threshold", tr("threshold"), "number", "key", "key", 2),
        Column("accepted", tr("accepted pairs"), "units", "count", "count"),
        Column("implied", tr("pairs that only a third record links"), "units", "count", "count"),
        Column("persons", tr("persons"), "units", "count", "count"),
        Column("largest", tr("records of the person with most"), "units", "count", "count"),
    )
    values = {
        "threshold": np.array(thresholds, dtype=float),
        **{
            name: np.array([getattr(one, name) for one in counted], dtype=np.int64)
            for name in ("accepted", "implied", "persons", "largest")
        },
    }
    return Table(columns, values, title=tr("Pairs and persons"))


def _notes(thresholds: Sequence[float], counted: Sequence[Any], reviewed: Reviewed | None) -> tuple[Message, ...]:
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
                "sample with write_review."
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
