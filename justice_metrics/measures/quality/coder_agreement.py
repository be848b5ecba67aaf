"""Coder agreement: whether two people who coded the same files independently say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Label, Language, Readable, tr, trn
from ...base.levels import LEVEL_WORDS, MISSING_LEVELS, PENDING
from ...base.provenance import LeftOut
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.coders import NAME_TWO, ONE_CODING
from ...cases.conversions.labels import FEWEST_TO_SHOW
from ...reduce.codings import OUTCOME, Codings, codings_of
from ...tables import in_order
from ..declared import FEW_UNITS, Share, ensure_level
from ..rates.known_words import ensure_known
from . import agreement_tables as table_of
from .agreement_shown import agreement_findings, draw_agreement, draw_differences
from .agreement_tables import Agreed, Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Where one label holds more than this, chance explains most agreement and kappa is low whatever the coders do.
_ONE_SIDED: Final = 0.9


@dataclass(frozen=True, eq=False, kw_only=True)
class CoderAgreement(Result):
    """How far two codings of the same files agree.

    Tables
    ------
    main
        One row per item with labels (attributes, items of practice, stages reached, how the unit stands): units coded
        twice, coded alike, missing in one or both, agreement (near labels in part) and that by chance, kappa with
        limits, the same where both recorded a value, Gwet's AC1 and Krippendorff's alpha with limits.
    differences
        One row per date and number: how many are the same, within 7 and 30, the mean difference and its limits,
        Krippendorff's alpha with limits.
    confusions
        Pairs of labels that stand for one another, with their number; no row of the files.
    """

    question: ClassVar[str] = "coder_agreement"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"differences": tr("Agreement on dates and numbers")})

    codings: Codings
    agreed: tuple[Agreed, ...]

    def findings(self) -> tuple[Readable, ...]:
        """Return the agreement in sentences, the least agreed items first."""
        return self.findings_of(self)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw kappa of every item with its limits, and the share coded alike beside it."""
        return draw_agreement(self, ax, language)

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of dates and numbers that are the same (``differences``)."""
        return draw_differences(self.tables[view], ax, language)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the sentences of an answer, complete or with cells hidden; see `Result.findings_of`."""
        return agreement_findings(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the items whose kappa is shown; see `Result.plot_of`."""
        return draw_agreement(shown, ax, language)


def coder_agreement(
    first: CaseData,
    second: CaseData | None = None,
    *,
    items: Names = (),
    ordered: Mapping[str, Sequence[str]] | Names = (),
    weighting: Literal["linear", "quadratic"] = "linear",
    interval: Interval = "asymptotic",
    confidence_level: float = 0.95,
    draws: int = 2_000,
    seed: int = 2018,
) -> CoderAgreement:
    """How far two people who coded the same files independently agree: share coded alike, kappa, dates in days.

    Parameters
    ----------
    first : CaseData
        The first coding. Without ``second`` it holds all: its mapping names the column of the coders (``coder`` in
        [cases]), or has it as the last column of ``id``.
    second : CaseData, optional
        The second coding, read with the same mapping from another file; ids say which files are the same.
    items : str or tuple of str
        Attributes, stages, ``outcome``, ``ending`` (its date), date attributes, ``practice__<item>``; all by default.
    ordered : str, tuple of str, or mapping of str to sequence of str
        Attributes whose levels have an order, such as age bands: near levels then count in part. A mapping gives the
        order; without it levels that begin with a number stand by its size, and words are refused: the alphabet is no
        order. Missing values are left out of these.
    weighting : {"linear", "quadratic"}
        How credit falls with the distance of ordered levels.
    interval : {"asymptotic", "bootstrap"}
        Limits of kappa and alpha: those of large samples (alpha: of leaving out one file after the other), or from
        drawing the files again; below some 50 files prefer the latter.
    confidence_level : float
    draws, seed : int
        Of the bootstrap; ``seed`` also of the lot that takes two codings of a file with more than two.

    Returns
    -------
    CoderAgreement

    Raises
    ------
    QuestionError
        When no file was coded twice, both codings are the same object, a word names no item of both codings, or the
        order of words is not given.

    Notes
    -----
    A missing value is a label of its own: that one coder found what the other did not is a disagreement, and that both
    found nothing an agreement. ``recorded`` is kappa among the files for which both found something. Kappa compares two
    codings of a file; AC1 and alpha take all there are, of any number of coders. Limits take files as independent.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement, 20, 37-46.
    Fleiss, Cohen and Everitt (1969), Psychological Bulletin, 72, 323-327.
    Gwet (2008), British Journal of Mathematical and Statistical Psychology, 61, 29-48.
    Hayes and Krippendorff (2007), Communication Methods and Measures, 1, 77-89.
    Bland and Altman (1986), Lancet, 327, 307-310.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> frame = pd.DataFrame({"case": ["a", "a", "b", "b", "c", "c"], "coder": ["x", "y"] * 3,
    ...     "day": "2016-01-05", "kin": ["father", "father", "stranger", "neighbour", "father", "father"]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "case", "coder": "coder", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "day"}, "attributes": {"relationship": "kin"}})
    >>> answer = jm.coder_agreement(cases, items="relationship")
    >>> answer.main["same"].tolist(), answer.main["n"].tolist()
    ([2], [3])
    """
    ensure_level(confidence_level)
    ensure_known(interval, Interval)
    ensure_known(weighting, Literal["linear", "quadratic"])
    if second is first:
        raise QuestionError(ONE_CODING, NAME_TWO)
    codings = codings_of(first, second, items=names(items), seed=seed)
    found = table_of.agreed_on(
        codings,
        ordered=_orders(ordered, codings),
        weighting=weighting,
        interval=interval,
        level=confidence_level,
        draws=draws,
        seed=seed,
    )
    words: dict[str, Readable] = {one: first.procedure.label(one) for one in first.procedure.outcomes}
    words[PENDING] = LEVEL_WORDS[PENDING]
    return CoderAgreement(
        heading=tr("Coder agreement"),
        tables={
            "main": table_of.main_table(found, confidence_level),
            "differences": table_of.differences_table(codings, confidence_level),
            "confusions": table_of.confusions_table(found, words),
        },
        definition=Definition(
            answers=tr("Do two people who code the same file say the same?"),
            numerator=tr("files on which both codings agree"),
            denominator=tr("files that were coded twice"),
            basis="snapshot",
            pending=tr("a label of its own"),
            method=tr("Cohen's kappa; its limits by the error of large samples (Fleiss, Cohen and Everitt 1969).")
            if interval == "asymptotic"
            else tr("Cohen's kappa; its limits from {draws} draws of the files.", draws=draws),
        ),
        provenance=first.provenance.add(
            "coder_agreement",
            items=names(items),
            ordered=tuple(_orders(ordered, codings)),
            weighting=weighting,
            interval=interval,
            confidence_level=confidence_level,
        ).leave_out(
            LeftOut(tr("coded once, in the first coding only"), codings.only_first),
            LeftOut(tr("coded once, in the second coding only"), codings.only_second),
        ),
        notes=(*_left_behind(first, second), *_notes(codings, found)),
        frame_library=first.frame_library,
        codings=codings,
        agreed=tuple(found),
    )


def _orders(ordered: Mapping[str, Sequence[str]] | Names, codings: Codings) -> dict[str, tuple[str, ...]]:
    """Return the levels of each ordered item, in their order; those of the data where none is given."""
    labels = {one.name for one in codings.items if one.kind == "label" and one.name != OUTCOME}
    asked = tuple(ordered) if isinstance(ordered, Mapping) else names(ordered)
    made = {}
    for name in asked:
        if name not in labels:
            raise QuestionError(
                tr("'{word}' is not an attribute with labels.", word=name), suggestion(name, tuple(sorted(labels)))
            )
        there = {*codings.first[name].tolist(), *codings.second[name].tolist()} - set(MISSING_LEVELS)
        given = tuple(ordered[name]) if isinstance(ordered, Mapping) else ()
        forgotten = len(there - set(given))
        if given and forgotten:
            raise QuestionError(
                trn(
                    "The order of '{name}' lacks {n} label of the files.",
                    "The order of '{name}' lacks {n} labels of the files.",
                    forgotten,
                    name=name,
                ),
                tr("Name every label, from the lowest to the highest."),
            )
        if not given and len(there) > 2 and not all(level[:1].isdigit() for level in there):
            raise QuestionError(
                tr("Labels of '{name}' do not begin with a number, so their order must be given.", name=name),
                tr("Name every label, from the lowest to the highest."),
            )
        made[name] = given or tuple(level for (level,) in in_order((one,) for one in there))
    return made


def _notes(codings: Codings, found: Sequence[Agreed]) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    if codings.n < FEW_UNITS:
        notes.append(
            trn(
                "Rests on {n} unit only, which tells little.", "Rests on {n} units only, which tells little.", codings.n
            )
        )
    if codings.coders > 2:
        notes.append(
            tr(
                "{n} people coded; each file stands in the first and the second coding by the order of their names, so "
                "the answer is of them as a group.",
                n=codings.coders,
            )
        )
    if codings.more:
        notes.append(
            trn(
                "{n} file was coded more than twice; for kappa two of its codings, drawn by lot, count, for AC1 and "
                "alpha all.",
                "{n} files were coded more than twice; for kappa two codings of each, drawn by lot, count, for AC1 "
                "and alpha all.",
                codings.more,
            )
        )
    notes += [
        tr("Order of the labels of '{what}': {levels}.", what=one.item.words, levels=_order_words(one))
        for one in found
        if one.weighting != "none" and len(one.levels) > 2
    ]
    if _the_same(codings):
        notes.append(
            tr(
                "Both codings say the same of every file, in all that was compared. Make sure that the files were "
                "coded twice, and that it is not one coding under two names."
            )
        )
    if any(_one_sided(one) for one in found):
        notes.append(
            tr(
                "Where one label holds more than {share} of the files, kappa is low even when the coders hardly ever "
                "differ: look at the share coded alike and at AC1 as well.",
                share=Share(_ONE_SIDED, 0),
            )
        )
    return (
        *notes,
        tr("Two coders can agree and both be wrong: this tells how reliable a coding is, not whether it is true."),
    )


def _left_behind(first: CaseData, second: CaseData | None) -> tuple[Readable, ...]:
    """Tell codings that a mapping holds beside the one that is compared with the other file."""
    if second is None:
        return ()
    further = sum(one.codings.n_units - one.n_units for one in (first, second) if one.codings is not None)
    if not further:
        return ()
    return (
        trn(
            "{n} coding is not compared: a mapping that was given as one coding holds those of several people, and of "
            "each file that of the first person by name counts. Give one mapping alone to compare the people in it.",
            "{n} codings are not compared: a mapping that was given as one coding holds those of several people, and "
            "of each file that of the first person by name counts. Give one mapping alone to compare the people in it.",
            further,
        ),
    )


def _the_same(codings: Codings) -> bool:
    """Return whether nothing differs at all."""
    pairs = [(codings.first[one.name], codings.second[one.name]) for one in codings.items]
    return all(
        bool(np.array_equal(one, two) if one.dtype == object else np.array_equal(one, two, equal_nan=True))
        for one, two in pairs
    )


def _order_words(one: Agreed) -> Label:
    """Return the levels in their order; those of few cells are not named."""
    held = one.table.sum(axis=0) + one.table.sum(axis=1)
    shown = (level if n >= FEWEST_TO_SHOW else "…" for level, n in zip(one.levels, held.tolist(), strict=True))
    return Label(" < ".join(shown))


def _one_sided(one: Agreed) -> bool:
    held = one.table.sum(axis=0) + one.table.sum(axis=1)
    n = int(held.sum())
    return bool(n and held.max() > _ONE_SIDED * n and len(one.levels) > 1)
