"""Two extracts of one register: what is new, late, vanished or told anew, and what it does to what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Language, Message, Readable, format_number, format_share, tr, trn
from ...base.provenance import unit_words
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...figures.dots import dots
from ...reduce.extracts import Extracts, extracts_of
from ..declared import Points, Share, sampling_notes
from .extracts_effect import SHOWN, STEPS, Effect, Figure, effect_of, effect_table
from .extracts_tables import (
    CHANGES,
    Changes,
    appeared_table,
    attributes_table,
    changes_of,
    changes_table,
    dates_table,
    outcomes_table,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Where fewer units of one extract are in the other, the two are perhaps no extracts of one register.
_FEW_IN_BOTH: Final = 0.5
# Less than this is shown as 0.0 points.
_NO_POINT: Final = 0.0005


@dataclass(frozen=True, eq=False, kw_only=True)
class ExtractComparison(Result):
    """What became of the cases between two extracts of one register; counts only, never an id.

    Tables
    ------
    main
        One row per stratum and change: ``change, of, n, denominator, share``.
    outcomes
        For the units in both: ``earlier, later, change, n, denominator, share``.
    dates, attributes
        For the units in both: one row per date (how many moved, by how many days) and per attribute.
    appeared
        Columns and levels that only one extract has.
    effect, effect_days
        One row per indicator and step from the earlier extract to the later one.
    """

    question: ClassVar[str] = "compare_extracts"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({"changes": tr("What became of the cases")})

    changes: Changes
    effect: Effect

    def findings(self) -> tuple[Readable, ...]:
        """Return what became of the cases, and what it did to the figures that were published."""
        return (*self._cases_told(), *self._effect_told())

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw each share as published, of the same day by the later extract, and by the later extract as it is.

        Parameters
        ----------
        ax : Axes, optional
        language : {"en", "es"}

        Returns
        -------
        Axes
        """
        steps = list(STEPS)
        rows = [(name, step, one[steps.index(step)]) for name, one in self.effect.shares.items() for step in SHOWN]
        words = {
            "earlier": tr("as published"),
            "late": tr("same day, later extract"),
            "new": tr("later extract"),
        }
        nothing = np.full(len(rows), np.nan)
        return dots(
            labels=[words[step].text(language) for _, step, _ in rows],
            groups=[self.effect.words[name].text(language) for name, _, _ in rows],
            estimate=[one.estimate for _, _, one in rows],
            conf_low=nothing,
            conf_high=nothing,
            annotations=[
                f"{format_number(round(one.numerator), language)} / {format_number(round(one.denominator), language)}"
                for _, _, one in rows
            ],
            x_label=tr("share").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:  # noqa: ARG002
        """Draw how many cases each change befell, all groups together."""
        found = self.changes
        rows = [one for one in found.n if one != "in_both"]
        share = [found.total(one) / found.of(one) if found.of(one) else np.nan for one in rows]
        nothing = np.full(len(rows), np.nan)
        return dots(
            labels=[CHANGES[one].text(language) for one in rows],
            estimate=share,
            conf_low=nothing,
            conf_high=nothing,
            annotations=[
                f"{format_number(found.total(one), language)} / {format_number(found.of(one), language)}"
                for one in rows
            ],
            x_label=tr("share").text(language),
            number=lambda value: format_share(value, language, decimals=0),
            ax=ax,
        )

    def _cases_told(self) -> tuple[Message, ...]:
        found = self.changes
        late = sum(found.total(one) for one in ("late", "missed") if one in found.n)
        return (
            tr(
                "Of {n} units of the earlier extract, no longer in the later one: {vanished} ({share}); joined into "
                "another case since: {joined}; id written in another way: {respelled}.",
                n=found.of("vanished"),
                vanished=found.total("vanished"),
                share=_part(found.total("vanished"), found.of("vanished")),
                joined=found.total("joined"),
                respelled=found.total("respelled"),
            ),
            tr(
                "Of {n} units of the later extract, begun after the earlier cut-off: {new}; begun before it, but not "
                "in the earlier extract: {late} ({share}).",
                n=found.of("new"),
                new=found.total("new"),
                late=late,
                share=_part(late, found.of("late")),
            ),
            tr(
                "Of {n} units in both: ending told in another way {reclassified}, reopened or ending taken back "
                "{reopened}, ended before the earlier cut-off but registered so only later {late}, a date changed "
                "{dates}, an attribute changed {attributes}.",
                n=found.total("in_both"),
                reclassified=found.total("reclassified"),
                reopened=found.total("reopened") + found.total("ended_anew"),
                late=found.total("ended_late"),
                dates=found.total("dates_changed"),
                attributes=found.total("attributes_changed"),
            ),
        )

    def _effect_told(self) -> tuple[Message, ...]:
        said = []
        for name, figures in self.effect.shares.items():
            one = dict(zip(STEPS, figures, strict=True))
            if not np.isfinite(one["earlier"].estimate) or not np.isfinite(one["late"].estimate):
                continue
            if one["earlier"] == one["vanished"] == one["revised"] == one["late"]:
                said.append(
                    tr(
                        "{indicator}: {published} as published, and the same by the later extract of the same day; "
                        "{later} by the later extract as it is.",
                        indicator=self.effect.words[name],
                        published=Share(one["earlier"].estimate, 2),
                        later=Share(one["new"].estimate, 2),
                    )
                )
                continue
            said.append(
                tr(
                    "{indicator}: {published} as published; {same_day} of the same day by the later extract (cases "
                    "that vanished {vanished} points, cases told anew {revised}, cases registered late {late}); "
                    "{later} by the later extract as it is.",
                    indicator=self.effect.words[name],
                    published=Share(one["earlier"].estimate, 2),
                    same_day=Share(one["late"].estimate, 2),
                    vanished=_step(one["vanished"], one["earlier"]),
                    revised=_step(one["revised"], one["vanished"]),
                    late=_step(one["late"], one["revised"]),
                    later=Share(one["new"].estimate, 2),
                )
            )
        return tuple(said)


def compare_extracts(
    earlier: CaseData, later: CaseData, *, by: Names = (), registered: str | None = None
) -> ExtractComparison:
    """What became of the cases between two extracts of one register, and what that does to what was published.

    Units are found again by their id, or by its only other spelling if they begin on the same day. Those added had
    begun after the earlier cut-off (new) or before it (late). Of those in both, every outcome, date and attribute is
    compared. Then each figure that was published is asked again while one extract becomes the other, one kind of change
    at a time: without the cases that vanished; with what the later extract tells of the same cases and the same day;
    with those registered late; then followed to the later cut-off; then with new cases. The differences of the steps
    add up to the whole.

    Parameters
    ----------
    earlier, later : CaseData
        The same unit and the same procedure.
    by : str or tuple of str
        Attributes that split the table of changes, such as the office: units in both and vanished ones by what the
        earlier extract tells, added ones by the later.
    registered : str, optional
        A date attribute with the day of registration. Then added units that say of themselves that they were registered
        by the earlier cut-off are told apart: the earlier extract missed them.

    Returns
    -------
    ExtractComparison

    Raises
    ------
    QuestionError
        When the two count different units, follow different procedures or stand the wrong way round, or a name is none.
    CaseDataError
        When no id of the one stands in the other.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.cases.cut import cut_at
    >>> cases = jm.sample_cases()
    >>> found = jm.compare_extracts(cut_at(cases, cases.cutoff_day - 200), cases)
    >>> found.changes.total("vanished"), found.changes.total("reclassified")
    (0, 0)
    """
    by = names(by)
    for name in by:
        earlier.stratum_column(name)
        later.stratum_column(name)
    if registered is not None and registered not in later.date_attributes:
        raise QuestionError(
            tr("'{name}' is not a date attribute of the later extract.", name=registered),
            suggestion(registered, later.date_attributes)
            if later.date_attributes
            else tr("Give the day of registration as an attribute with type = 'date' in the mapping."),
        )
    two = extracts_of(earlier, later, by=by)
    changes, effect = changes_of(two, by=by, registered=registered), effect_of(two)
    unit = unit_words(later.unit)
    return ExtractComparison(
        heading=tr("Two extracts of one register"),
        tables={
            "main": changes_table(changes, by),
            "outcomes": outcomes_table(two),
            "dates": dates_table(two),
            "attributes": attributes_table(two),
            "appeared": appeared_table(two),
            "effect": effect_table(effect.shares, effect.words, days=False),
            "effect_days": effect_table(effect.days, effect.words, days=True),
        },
        definition=Definition(
            answers=tr("What became of the cases between two extracts, and what does it do to what was published?"),
            numerator=tr("units ({unit}) that the change befell", unit=unit),
            denominator=tr("units of the earlier extract, of the later one, or of both, as each row says"),
            basis="snapshot",
            pending=tr("compared like all others; an ending dated after the earlier cut-off is no revision"),
            method=tr(
                "Same cut-off: in the later extract what is dated after the earlier cut-off has not happened yet. "
                "Steps in the order in which they stand; another order would share out the same difference otherwise."
            ),
        ),
        provenance=later.provenance.add(
            "compare_extracts",
            earlier=earlier.provenance.source,
            earlier_cutoff=str(earlier.cutoff),
            by=by,
            registered=registered,
        ),
        notes=(*sampling_notes(later), *_notes(two, changes)),
        frame_library=later.frame_library,
        changes=changes,
        effect=effect,
    )


def _notes(two: Extracts, changes: Changes) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    share = changes.total("in_both") / max(changes.of("vanished"), 1)
    if share < _FEW_IN_BOTH:
        notes.append(
            tr(
                "Only {share} of the earlier extract is found again: perhaps the ids were given anew, or the two are "
                "not of one register.",
                share=Share(share),
            )
        )
    if two.pairs.doubtful:
        notes.append(
            trn(
                "{n} unit of the earlier extract has its id in another spelling in the later one, but begins there on "
                "another day: counted as vanished and as added.",
                "{n} units of the earlier extract have their ids in another spelling in the later one, but begin there "
                "on another day: counted as vanished and as added.",
                two.pairs.doubtful,
            )
        )
    stood = int(two.earlier.amount[two.stood].sum())
    if stood:
        notes.append(
            trn(
                "{n} unit had ended in the earlier extract, and by the later one it is open or ended anew since: it "
                "counts as ended on the earlier day, for no date says that it was open then.",
                "{n} units had ended in the earlier extract, and by the later one they are open or ended anew since: "
                "they count as ended on the earlier day, for no date says that they were open then.",
                stood,
            )
        )
    moved, undated = _moved(two), changes.total("start_undated")
    if moved or undated:
        notes.append(
            tr(
                "Units that begin after the earlier cut-off by the later extract, but are in the earlier one: {moved}; "
                "units added without a date of the start: {undated}. In the figures both come with the last step.",
                moved=moved,
                undated=undated,
            )
        )
    return tuple(notes)


def _moved(two: Extracts) -> int:
    """Return how many units in both begin after the earlier cut-off by the later extract."""
    with np.errstate(invalid="ignore"):
        moved = two.begun[two.right] > two.cutoff_day
    return int(two.earlier.amount[two.left[moved]].sum())


def _part(n: int, base: int) -> Share:
    return Share(n / max(base, 1))


def _step(after: Figure, before: Figure) -> Points:
    change = after.estimate - before.estimate
    # no sign before a zero
    return Points(0.0 if abs(change) < _NO_POINT else change)
