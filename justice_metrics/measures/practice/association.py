"""Practice and the progress of cases: what followed where an item had been met on entering a stage, an association."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Message, Readable, Setting, format_tick, tr, trn
from ...base.provenance import LeftOut
from ...base.result import Definition, Result, context_of
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.checklist import Item
from ...figures.dots import dots
from ...reduce.practice import checklist_of, coded_items
from ...reduce.practice_entry import entry_counts, followed, placed_items
from ..declared import FEW_UNITS, Points, Share, ensure_level
from ..rates.shown_shares import by_design, contrast_notes, limits_of, points_words
from ..shown import among_shown, any_hidden, known, numbers, undefined_words, whole, words_of, written
from .association_tables import PARTS, SIDES, Counted, association_table, counted, units_of_association
from .said import backwards_note
from .units import plain_counts, units_counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A comparison without more than this part of the cases may show who wrote "no" rather than what followed.
_MANY: Final = 0.1

_LEFT_OUT: Final[Mapping[str, Message]] = {
    "never_entered": tr("never reached the stage from which time is counted"),
    "undated": tr("no date for the stage, or for what followed"),
    "too_late": tr("entered the stage too late to be followed so long"),
    "there_already": tr("had come so far already on the day of entering the stage"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class PracticeAssociation(Result):
    """What followed in cases in which a practice had been kept on entering a stage, beside those in which it had not.

    Tables
    ------
    main
        One row per item: cases with the item met and not met on entering the stage, how many of each came to the
        endpoint in time, both shares, and their difference (``estimate``, ``conf_low``, ``conf_high``) in percentage
        points; ``unknown`` is how many cases do not tell how the item stood on that day.
    """

    question: ClassVar[str] = "practice_association"

    stage: Readable
    aim: Readable
    within_days: int

    def context(self) -> Mapping[str, object]:
        """Return the words of the stage and of the endpoint, and the days."""
        return {"stage": self.stage, "aim": self.aim, "days": Setting(self.within_days)}

    def findings(self) -> tuple[Readable, ...]:
        """Return how many items go with progress, the one that does most, and that this is no effect."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the same as far as it is shown."""
        main, words = shown.main, context_of(shown)
        points, low, high = (numbers(main, one) for one in ("estimate", "conf_low", "conf_high"))
        enough = (units_counted(main, PARTS[1]) >= FEW_UNITS) & (units_counted(main, PARTS[3]) >= FEW_UNITS)
        rows = np.flatnonzero(enough & np.isfinite(points))
        if not len(rows):
            return ()
        row = int(rows[np.argmax(np.abs(points[rows]))])
        if not (np.isfinite(low[rows]) & np.isfinite(high[rows])).all():
            # nobody can say then which differences are more than chance: not as many as none
            return ()
        beyond = int(((low[rows] > 0) | (high[rows] < 0)).sum())
        counted_said = trn(
            "Of {n} item with enough cases on both sides, with a difference beyond what chance alone would show: "
            "{beyond}. An association, not the effect of the practice.",
            "Of {n} items with enough cases on both sides, with a difference beyond what chance alone would show in "
            "one item: {beyond}. An association, not the effect of the practice.",
            len(rows),
            beyond=beyond,
        )
        share, other = (numbers(main, one)[row] for one in ("met", "not_met"))
        n, m = (plain_counts(main, one)[row] for one in (PARTS[1], PARTS[3]))
        if not beyond or not known(n, m):
            return (counted_said,)
        said = tr(
            "The largest of these differences goes with: {item}. Of {n} cases in which it had been met on entering "
            "{stage}, {share} came to {aim} within {days} days; of {m} in which it had not, {other}: {points} "
            "percentage points{limits}. This is an association among these cases, not the effect of the practice.",
            item=words_of(main, "item", main["item"][row]),
            n=whole(n),
            share=Share(share),
            m=whole(m),
            other=Share(other),
            points=Points(points[row]),
            limits=points_words(low[row], high[row]),
            **words,
        )
        return (counted_said, among_shown(said, some_hidden=any_hidden(main, "estimate")))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the difference that goes with each item against no difference."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the differences that are shown; a hidden one says so."""
        main, words = shown.main, context_of(shown)
        pairs = zip(*(written(main, one, language, as_share=True) for one in ("met", "not_met")), strict=True)
        return dots(
            labels=[words_of(main, "item", one).text(language) for one in main["item"]],
            groups=[words_of(main, "domain", one).text(language) for one in main["domain"]],
            estimate=numbers(main, "estimate") * 100,
            conf_low=numbers(main, "conf_low") * 100,
            conf_high=numbers(main, "conf_high") * 100,
            annotations=[f"{one} · {other}" for one, other in pairs],
            annotation_label=tr("met · not met").text(language),
            undefined_label=undefined_words(main, "estimate", language, tr("nothing to compare")),
            x_label=tr(
                "difference of the shares that came to {aim} within {days} days of {stage}, in percentage points "
                "(association)",
                **words,
            ).text(language),
            percent=False,
            number=lambda points: format_tick(points, language),
            reference=0.0,
            ax=ax,
        )


def practice_association(
    cases: CaseData,
    *,
    at: str = "charge",
    to: str = "verdict",
    within_days: int = 730,
    items: Names = (),
    domains: Names = (),
    confidence_level: float = 0.95,
) -> PracticeAssociation:
    """Compare what followed in cases in which a practice had been kept on entering a stage, and had not.

    An association, not the effect of the practice: cases that are treated well differ from others in their gravity,
    their office and the people who support the victim.

    Parameters
    ----------
    cases : CaseData
        With a section [practice] in the mapping.
    at : str
        Stage or role: how an item stood is read on the day on which a case entered it.
    to : str
        Stage, role or endpoint that counts as progress.
    within_days : int
        Days after entering within which it counts. Cases that entered later than so many days before the cut-off are
        left out, so that all are followed alike.
    items, domains : str or tuple of str
        Items or domains of the checklist; by default all of which the data can tell how they stood on that day.
    confidence_level : float
        Level of each interval.

    Returns
    -------
    PracticeAssociation

    Raises
    ------
    QuestionError, ProcedureError
        When no practice was coded, no item can be placed before the stage, or nobody is followed so long.

    Notes
    -----
    A file tells of its whole life. A practice that is read off the whole file is earned by lasting: a case rejected in
    a month has no time for a second interview, nor for an interpreter. So an item counts only as it stood on the day of
    entering the stage: answers with a date, days counted from a date, and items that the checklist declares ``settled``
    by then. An answer dated later had not been given. Days compare only cases whose days had run out by then, on both
    sides: quick cases could else be met and never unmet. Whether an item *applies* must not rest on what came later
    either: answers that apply by the answer to another item are not used, and days are used without asking whether they
    apply, so what had not been done in time counts so whether it was done later or never.

    Differences have Newcombe's hybrid score intervals [1]_, linearised ones with weights or clusters. Nothing is
    adjusted for.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in
       Medicine, 17, 873-890.
    .. [2] Suissa, S. (2008). Immortal time bias in pharmacoepidemiology. American Journal of Epidemiology, 167,
       492-499.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> from justice_metrics.measures.practice.association import practice_association
    >>> frame = pd.DataFrame({"id": range(4), "day": "2014-01-05", "charged": "2014-03-05",
    ...                       "trial": ["2014-09-01", None, "2014-09-01", None],
    ...                       "told": ["sí", "sí", "no", "no"]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "day", "charge": "charged", "trial": "trial"},
    ...     "practice": {"checklist": "child_sexual_assault", "items": {"rights_explained": "told"}},
    ... })
    >>> found = practice_association(cases, to="trial").main
    >>> found["met"].tolist(), found["not_met"].tolist()
    ([0.5], [0.5])
    """
    ensure_level(confidence_level)
    checklist, asked = checklist_of(cases), coded_items(cases, names(items), names(domains))
    placed = placed_items(cases, asked, at)
    _ensure_placed(names(items), placed, at)
    group = followed(cases, at=at, to=to, within_days=_ensure_days(within_days))
    limits = limits_of(cases, "wilson", confidence_level)
    counts = entry_counts(group.cases, placed, at, design=by_design(cases))
    found = counted(counts, limits)
    which = f"{within_days} days from {at} to {to}"
    main = association_table(found, placed, checklist, limits, which, at)
    stage, aim = cases.procedure.label(at), cases.procedure.label(to)
    other = len(asked) - len(placed)
    return PracticeAssociation(
        heading=tr("Practice and what followed (association)"),
        tables={"main": units_of_association(main, counts) if cases.sampling.weighted else main},
        definition=Definition(
            answers=tr(
                "Did cases in which a practice had been kept on entering {stage} come to {aim} more often?",
                stage=stage,
                aim=aim,
            ),
            numerator=tr("cases that came to {aim} within {days} days", aim=aim, days=Setting(within_days)),
            denominator=tr("cases that entered {stage}, with the item met by then and not met", stage=stage),
            basis="cohort",
            pending=tr("only cases that could be followed so long; those without the endpoint count as not there"),
            method=tr("Differences and ratios with intervals of the sampling design, by linearisation.")
            if not limits.interval
            else tr("Differences with Newcombe's hybrid score intervals."),
        ),
        provenance=cases.provenance.add(
            "practice_association",
            checklist=checklist.id,
            at=at,
            to=to,
            within_days=within_days,
            items=tuple(one.id for one in placed),
            confidence_level=confidence_level,
        ).leave_out(*[LeftOut(_LEFT_OUT[name], n) for name, n in group.left_out.items()]),
        notes=(
            tr(
                "An association, not an effect: cases that are treated well differ from others in gravity, office and "
                "support, and those that took longer to enter the stage had more days for it. Nothing here allows for "
                "that."
            ),
            *contrast_notes(
                cases,
                counts.cells,
                SIDES,
                untold=bool((np.isfinite(main["estimate"]) & np.isnan(main["conf_low"])).any()),
            ),
            *(
                (
                    trn(
                        "{n} item is left out: the file does not tell whether it was met before that day.",
                        "{n} items are left out: the file does not tell whether they were met before that day.",
                        Setting(other),
                    ),
                )
                if other
                else ()
            ),
            *_silence(found, placed),
            *backwards_note(group.cases, placed),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        stage=stage,
        aim=aim,
        within_days=within_days,
    )


def _silence(found: Sequence[Counted], items: Sequence[Item]) -> tuple[Message, ...]:
    """Say so where many cases drop out of some comparison, because the file does not tell; of days, others drop out."""
    answers = [one for one, item in zip(found, items, strict=True) if item.kind != "days"]
    many = sum(one.unknown > _MANY * (one.unknown + one.numbers[1] + one.numbers[3]) for one in answers)
    if not many:
        return ()
    return (
        trn(
            "Of {n} item more than one case in ten does not tell how it stood on that day. A 'no' has no day: where it "
            "is written mostly in files that lived long, the difference shows that and nothing else.",
            "Of {n} items more than one case in ten does not tell how they stood on that day. A 'no' has no day: where "
            "it is written mostly in files that lived long, the difference shows that and nothing else.",
            Setting(int(many)),
        ),
    )


def _ensure_days(days: int) -> int:
    if days < 1:
        raise QuestionError(tr("'within_days' is {days}; it is at least 1.", days=days), tr("Write 730 for two years."))
    return days


def _ensure_placed(wanted: Sequence[str], placed: Sequence[Item], at: str) -> None:
    """Refuse items of which nobody knows whether they came before the stage.

    Raises
    ------
    QuestionError
        With the first of them.
    """
    ids = [one.id for one in placed]
    missing = [one for one in wanted if one not in ids]
    remedy = tr(
        "Name the day on which it was done as 'date' in [practice.items] of the mapping, or say 'settled' in the "
        "checklist where the first contact settles it."
    )
    if missing:
        raise QuestionError(
            tr("Whether '{item}' was met before '{at}' cannot be told: it has no date.", item=missing[0], at=at), remedy
        )
    if not ids:
        raise QuestionError(tr("Of no item can be told whether it was met before '{at}'.", at=at), remedy)
