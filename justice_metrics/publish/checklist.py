"""What a reader of figures on justice must be told, item by item, and where the report says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ..base.language import Language, Message, tr
from ..base.result import Result
from .account import holds_cases
from .audience import Audience

_Told = Callable[[Result], bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One item: what must be told, and where it stands, or that it is missing."""

    what: str
    where: str
    missing: bool = False


def _limits(result: Result) -> bool:
    return any(column.role == "interval" for table in result.tables.values() for column in table.columns)


_ITEMS: Final[tuple[tuple[Message, _Told], ...]] = (
    (tr("The question, numerator and denominator of every figure"), lambda one: bool(str(one.definition.numerator))),
    (tr("What is counted: complaint, case, victim, accused or charge"), lambda one: bool(one.provenance.unit)),
    (tr("Whether the same cases are followed or a period is counted"), lambda one: bool(one.definition.basis)),
    (tr("What was done with cases that are still open"), lambda one: bool(str(one.definition.pending))),
    (tr("The day to which the data are complete"), lambda one: one.provenance.cutoff is not None),
    (tr("How the files were drawn"), lambda one: one.provenance.sampling != "undeclared"),
    (tr("How each number was computed, with its source"), lambda one: one.definition.method is not None),
    (tr("How far chance reaches: limits beside the estimates"), _limits),
)


def checklist(
    results: Sequence[Result], audience: Audience, *, passport: bool, language: Language = "en"
) -> tuple[Item, ...]:
    """Return the list with what the results of a report say, and what they do not.

    Parameters
    ----------
    results : sequence of Result
        The results of the report, in order; a procedure that is shown by itself holds no cases and is not asked.
    audience : {"internal", "public"}
        For whom the report is.
    passport : bool
        Whether it holds a passport.
    language : {"en", "es"}
        Language of the report.
    """
    asked = [(number, one) for number, one in enumerate(results, start=1) if holds_cases(one)]
    items = [_item(what, [(number, told(one)) for number, one in asked], language) for what, told in _ITEMS]
    kept_apart = any(table.warning is not None for one in results for table in one.tables.values())
    items += [
        Item(
            tr("Whether misleading figures that are often asked for are in the report").text(language),
            (tr("in boxes of their own, with the reason") if kept_apart else tr("there is none in it")).text(language),
        ),
        Item(
            tr("Whether small numbers are protected").text(language),
            (tr("protected") if audience == "public" else tr("not protected: for internal use only")).text(language),
        ),
        Item(
            tr("Ethics approval, legal basis, access and contact").text(language),
            (tr("in the passport") if passport else tr("missing: the study names no passport")).text(language),
            missing=not passport and audience == "public",
        ),
    ]
    return tuple(items)


def _item(what: Message, told: Sequence[tuple[int, bool]], language: Language) -> Item:
    without = [str(number) for number, there in told if not there]
    if not told or len(without) == len(told):
        return Item(what.text(language), tr("nowhere in this report").text(language), missing=True)
    words = tr("in every section but {listed}", listed=", ".join(without)) if without else tr("in every section")
    return Item(what.text(language), words.text(language))
