"""What people answered in a survey: points on items, groups, and the scales that items make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Message, Readable, tr, trn
from ...base.levels import MISSING_LEVELS, naturally
from ...base.provenance import Provenance
from ...base.types import Counts, Floats, FrameLibrary, Names, Values, names
from .parts import AnswerSet, Item, PeopleDesign, Scale

if TYPE_CHECKING:
    from .mapping import SurveyMapping


@dataclass(frozen=True, eq=False, kw_only=True)
class Survey:
    """Answers of officials and users: one row per person and round.

    Make one with :func:`justice_metrics.read_survey`, or :meth:`from_frame` from a frame. It holds personal data:
    printing it shows how many people answered how many items, never a row.

    Attributes
    ----------
    items : tuple of Item
    scales : mapping of str to Scale
    answer_sets : mapping of str to AnswerSet
    answers : array of int, shape (N, J)
        Points from 1 on; codes of ``parts`` from 0 down where there is none.
    groups : mapping of str to array, shape (N,)
        Level of each person, ``round`` among them where rounds are told apart; "not_recorded" where the file is blank.
    group_words : mapping of str to mapping
        What levels are called, where they are not their own name.
    design : PeopleDesign
    provenance : Provenance
    notes : tuple of Message
        What reading put right.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> jm.Survey.from_frame(pd.DataFrame({"heard": ["yes", "no", None], "job": ["judge", "user", "user"]}), {
    ...     "survey": {}, "answers": {"yes_no": {"points": [{"en": "no"}, {"en": "yes"}]}},
    ...     "items": {"heard": {"text": {"en": "Victims are heard"}}}, "groups": {"role": "job"}})
    Survey(3 people, 1 item)
    """

    items: tuple[Item, ...]
    scales: Mapping[str, Scale]
    answer_sets: Mapping[str, AnswerSet]
    answers: Counts = field(repr=False)
    groups: Mapping[str, Values] = field(repr=False)
    group_words: Mapping[str, Mapping[str, Readable]] = field(default_factory=dict, repr=False)
    design: PeopleDesign = PeopleDesign()
    people: Values | None = field(default=None, repr=False)  # (N,) ids, where there are any
    title: Readable | None = None
    provenance: Provenance
    notes: tuple[Message, ...] = ()
    frame_library: FrameLibrary = "pandas"

    @classmethod
    def from_frame(cls, frame: Any, mapping: SurveyMapping | Mapping[str, Any] | str) -> Survey:
        """Take answers from a frame, one row per person and round.

        Parameters
        ----------
        frame : pandas or Polars frame, Arrow table, or another that narwhals knows
        mapping : SurveyMapping, dict or path
            Which column is what; the shape of a survey file without ``file``.

        Raises
        ------
        SettingsError, MappingError, CaseDataError
            When the mapping is wrong, a column is missing, an answer is not known, or an id repeats.

        Examples
        --------
        >>> import pandas as pd, justice_metrics as jm
        >>> jm.Survey.from_frame(pd.DataFrame({"q1": [1, 2, 2], "q2": ["no", "yes", None]}), {
        ...     "survey": {}, "answers": {"yes_no": {"points": [{"en": "no"}, {"en": "yes"}]}},
        ...     "items": {"q1": {"text": {"en": "heard"}}, "q2": {"text": {"en": "told"}}}})
        Survey(3 people, 2 items)
        """
        from .typed import parts_of_frame

        return cls(**parts_of_frame(frame, mapping))

    def __len__(self) -> int:
        return len(self.answers)

    def __repr__(self) -> str:
        said = [
            trn("{n} person", "{n} people", len(self)),
            trn("{n} item", "{n} items", len(self.items)),
            *([trn("{n} scale", "{n} scales", len(self.scales))] if self.scales else []),
            *([trn("{n} round", "{n} rounds", len(self.rounds))] if "round" in self.groups else []),
        ]
        return f"Survey({', '.join(map(str, said))})"

    @property
    def rounds(self) -> tuple[str, ...]:
        """The rounds that are told apart, in their order."""
        if "round" not in self.groups:
            return ()
        return tuple(sorted({str(one) for one in self.groups["round"]} - set(MISSING_LEVELS), key=naturally))

    def chosen_items(self, wanted: Names) -> tuple[Item, ...]:
        """Return the items of some names, all where none is named.

        Raises
        ------
        QuestionError
            When there is no such item.
        """
        known = {one.id: one for one in self.items}
        return tuple(known[one] for one in self._known(names(wanted), tuple(known), tr("item")) or known)

    def chosen_scales(self, wanted: Names) -> tuple[Scale, ...]:
        """Return the scales of some names, all where none is named.

        Raises
        ------
        QuestionError
            When there is no such scale.
        """
        return tuple(
            self.scales[one] for one in self._known(names(wanted), tuple(self.scales), tr("scale")) or self.scales
        )

    def ensure_groups(self, wanted: Names) -> tuple[str, ...]:
        """Return the names of groups.

        Raises
        ------
        QuestionError
            When people are not told apart by one of them.
        """
        return self._known(names(wanted), tuple(self.groups), tr("group"))

    def points(self, item: Item) -> int:
        """Return from how many points people chose at an item."""
        return len(self.answer_sets[item.answers].points)

    def turned(self, items: tuple[Item, ...]) -> Floats:
        """Return the points of some items with reversed ones turned, (N, J); NaN where none was chosen."""
        place = {one.id: position for position, one in enumerate(self.items)}
        made = self.answers[:, [place[one.id] for one in items]].astype(np.float64)
        made[made < 1] = np.nan
        for column, one in enumerate(items):
            if one.reversed:
                made[:, column] = self.points(one) + 1 - made[:, column]
        return made

    def items_of(self, scale: Scale) -> tuple[Item, ...]:
        """Return the items of a scale."""
        return tuple(one for one in self.items if one.id in scale.items)

    def scores(self, scale: Scale) -> Floats:
        """Return each person's score: the mean of the items answered, NaN where too few were; shape (N,)."""
        made = self.turned(self.items_of(scale))
        told = ~np.isnan(made)
        n = told.sum(axis=1)
        # as many as the share asks for, and a half that rounding made is none
        enough = n >= np.maximum(np.ceil(scale.answered * made.shape[1] - 1e-9), 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(enough, np.where(told, made, 0.0).sum(axis=1) / n, np.nan), np.float64)

    def _known(self, wanted: tuple[str, ...], known: tuple[str, ...], what: Readable) -> tuple[str, ...]:
        for one in wanted:
            if one not in known:
                raise QuestionError(
                    tr("This survey has no {what} '{name}'.", what=what, name=one), suggestion(one, known)
                )
        return wanted
