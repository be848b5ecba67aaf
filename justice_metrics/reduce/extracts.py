"""Two extracts of one register, unit by unit: which units stand in both, and what is told differently; masks only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import CaseDataError, QuestionError
from ..base.language import tr, trn
from ..base.levels import MISSING_LEVELS, PENDING
from ..base.provenance import unit_words
from ..base.types import Counts, Flags, Floats, Values
from ..cases.casedata import CaseData
from ..cases.cut import cut_at
from ..cases.readers.frames import Embedded
from ..cases.rules.named_days import reopening_of
from .extract_ids import Pairs, paired

# How a unit that stands in both extracts went on or was told anew.
OUTCOME_CHANGES: Final = (
    *("still_pending", "same_ending", "ended_since", "ended_undated", "ended_late"),
    *("reopened", "ended_anew", "reclassified"),
)

# The column of milestones that holds the day of the ending.
ENDING: Final = "outcome_day"


@dataclass(frozen=True, eq=False, kw_only=True)
class Side:
    """One extract in memory, one place per unit.

    Attributes
    ----------
    cases : CaseData
        The extract itself.
    frame : narwhals DataFrame
        Its milestones.
    ids : list of str
        (n,)
    amount : array, shape (n,)
        How many units each row stands for.
    """

    cases: CaseData
    frame: nw.DataFrame[Any]
    ids: list[str]
    amount: Counts

    @classmethod
    def of(cls, cases: CaseData, *, by: Sequence[str] = ()) -> Side:
        """Collect the milestones of an extract, with the levels of ``by``."""
        levels = {f"by__{name}": cases.level(name) for name in by}
        frame = cases.milestones.with_columns(**levels) if levels else cases.milestones
        made = frame.collect()
        ids = [str(one) for one in made.get_column("unit_id").to_list()]
        if cases.sampling.repeated:
            amount = made.get_column("frequency").to_numpy().astype(np.int64)
        else:
            amount = np.ones(len(ids), np.int64)
        return cls(cases=cases, frame=made, ids=ids, amount=amount)

    def __len__(self) -> int:
        return len(self.ids)

    def numbers(self, column: str) -> Floats:
        """Return a column of days or numbers, shape (n,); NaN where there is none."""
        values = self.frame.get_column(column).cast(nw.Float64).to_list()
        return np.array([np.nan if one is None else one for one in values], dtype=np.float64)

    def texts(self, column: str) -> Values:
        """Return a column of texts, shape (n,); None where there is none."""
        return np.array([*self.frame.get_column(column).to_list(), None], dtype=object)[:-1]

    def only(self, keep: Flags) -> CaseData:
        """Return the case data of some of the units: milestones, without what hangs on them."""
        rows = self.frame.filter([bool(one) for one in keep])
        rows = rows.drop([one for one in rows.columns if one.startswith("by__")])
        return replace(
            self.cases,
            milestones=Embedded().table(rows.to_arrow()),
            support=None,
            children={},
            provenance=replace(self.cases.provenance, units_in=int(self.amount[keep].sum())),
        )


class Extracts(NamedTuple):
    """Two extracts side by side.

    Attributes
    ----------
    earlier, later : Side
    then : Side
        The later extract as its own dates tell of the cut-off of the earlier one, and as the earlier extract tells of
        cases that were reopened since.
    pairs : Pairs
    added : array, shape (n_later,)
        Whether a unit of the later extract is not in the earlier one.
    begun : array, shape (n_later,)
        Day on which each unit of the later extract began; NaN without a date.
    joined : array, shape (n_earlier,)
        Whether a unit of the earlier extract counts with another one in the later.
    stood : array, shape (n_earlier,)
        Whether a unit had ended by the earlier extract, and nothing in the later one says how it stood on that day.
    """

    earlier: Side
    later: Side
    then: Side
    pairs: Pairs
    added: Flags
    begun: Floats
    joined: Flags
    stood: Flags

    @property
    def cutoff_day(self) -> int:
        """The cut-off of the earlier extract."""
        return self.earlier.cases.cutoff_day

    @property
    def left(self) -> Counts:
        """Places, in the earlier extract, of the units that stand in both."""
        found: Counts = np.flatnonzero(self.pairs.place >= 0)
        return found

    @property
    def right(self) -> Counts:
        """Their places in the later extract."""
        return self.pairs.place[self.left]


def extracts_of(earlier: CaseData, later: CaseData, *, by: Sequence[str] = ()) -> Extracts:
    """Read two extracts and find the units that stand in both.

    Raises
    ------
    QuestionError
        When the two count different units, follow different procedures, or are handed over the wrong way round.
    CaseDataError
        When no id of the one stands in the other, or a row stands for more or fewer units in the other.
    """
    _ensure_comparable(earlier, later)
    then = Side.of(cut_at(later, earlier.cutoff_day))
    first, second = Side.of(earlier, by=by), Side.of(later, by=by)
    start = f"first__{later.procedure.start}"
    started, begun = (
        one.numbers(start) if start in one.frame.columns else np.full(len(one), np.nan) for one in (first, second)
    )
    pairs = paired(first.ids, second.ids, (started, begun))
    if len(first) and len(second) and not (pairs.place >= 0).any():
        raise CaseDataError(
            tr("No id of the earlier extract stands in the later one."),
            tr("Compare how ids are written in both, and see that both come from the same register."),
        )
    _ensure_same_amounts(first, second, pairs)
    added = np.ones(len(second), dtype=np.bool_)
    added[pairs.place[pairs.place >= 0]] = False
    gone = _joined_since(later)
    joined = np.array([one in gone for one in first.ids], dtype=np.bool_) & (pairs.place < 0)
    stood = _reopened_since(first, second, then, pairs)
    return Extracts(first, second, _as_it_stood(then, first, stood, pairs, second), pairs, added, begun, joined, stood)


def _reopened_since(first: Side, second: Side, then: Side, pairs: Pairs) -> Flags:
    """Return which units of the earlier extract had ended there, and have no ending on that day by the later one.

    A table with one row per unit tells the last ending only. Where that is gone or came later, the unit was reopened in
    between or the ending was taken back; where a date says that it was reopened by the earlier cut-off, it was open.
    """
    stood = np.zeros(len(first), dtype=np.bool_)
    if not (second.cases.intake.one_row_per_unit or second.cases.members_merged):
        return stood
    cutoff_day = first.cases.cutoff_day
    open_then = {one for one, ends in zip(then.ids, _filled(then.texts("outcome")), strict=True) if not ends}
    left = np.flatnonzero(pairs.place >= 0)
    right = pairs.place[left]
    before, after = first.texts("outcome")[left], second.texts("outcome")[right]
    with np.errstate(invalid="ignore"):
        since = second.numbers(ENDING)[right] > cutoff_day
    gone = _filled(before) & (~_filled(after) | ((before != after) & since))
    again = reopening_of(second.cases)
    if again is not None:
        with np.errstate(invalid="ignore"):
            gone &= ~(second.numbers(again)[right] <= cutoff_day)
    gone &= np.array([second.ids[at] in open_then for at in right], dtype=np.bool_)
    stood[left[gone]] = True
    return stood


def _as_it_stood(then: Side, first: Side, stood: Flags, pairs: Pairs, second: Side) -> Side:
    """Return the later extract on the earlier day, with the endings by which units stood there by the earlier one."""
    if not stood.any():
        return then
    places = {one: at for at, one in enumerate(then.ids)}
    at = np.array([places[second.ids[place]] for place in pairs.place[stood]], dtype=np.int64)
    procedure = then.cases.procedure
    endings = {*procedure.outcomes, *(role for role in then.cases.dated_roles if _is_ending(then.cases, role))}
    names = ["outcome", ENDING, "outcome_rank", *(f"{kind}__{one}" for kind in ("first", "seen") for one in endings)]
    frame = then.frame
    for name in names:
        if name in frame.columns and name in first.frame.columns:
            now, was = frame.get_column(name), first.frame.get_column(name).to_list()
            values = now.to_list()
            for place, old in zip(at.tolist(), np.flatnonzero(stood).tolist(), strict=True):
                values[place] = was[old]
            frame = frame.with_columns(
                nw.new_series(name, values, dtype=now.dtype, backend=nw.get_native_namespace(frame))
            )
    return replace(then, frame=frame)


def _is_ending(cases: CaseData, role: str) -> bool:
    return bool(set(cases.procedure.resolve(role)) & set(cases.procedure.outcomes))


def _joined_since(later: CaseData) -> frozenset[str]:
    """Return the ids of the cases that count with another one in the later extract."""
    if later.joined is None:
        return frozenset()
    return frozenset(str(one) for one in later.joined.select("unit_id").collect().get_column("unit_id").to_list())


def outcome_changes(two: Extracts) -> Mapping[str, Flags]:
    """Return, for each kind of change of the outcome, which of the units in both extracts it befell; each has one.

    An ending that the later extract dates up to the earlier cut-off was there already and came into the register late.
    """
    before = two.earlier.texts("outcome")[two.left]
    after = two.later.texts("outcome")[two.right]
    day = two.later.numbers("outcome_day")[two.right]
    ended, ends = _filled(before), _filled(after)
    with np.errstate(invalid="ignore"):
        since = day > two.cutoff_day
        late = day <= two.cutoff_day
    same = before == after
    return {
        "still_pending": ~ended & ~ends,
        "same_ending": ended & ends & same,
        "ended_since": ~ended & ends & since,
        "ended_undated": ~ended & ends & np.isnan(day),
        "ended_late": ~ended & ends & late,
        "reopened": ended & ~ends,
        "ended_anew": ended & ends & ~same & since,
        "reclassified": ended & ends & ~same & ~since,
    }


class Moves(NamedTuple):
    """What became of one date or attribute in the units that stand in both extracts, shape (m,) each."""

    both: Flags
    changed: Flags
    filled: Flags  # entered since, though it was due: by a date, on or before the earlier cut-off
    since: Flags  # a date after the earlier cut-off, which the earlier extract could not hold
    blanked: Flags
    shift: Floats  # days, later less earlier; NaN where one is missing


def day_moves(two: Extracts, column: str) -> Moves:
    """Compare a column of days."""
    before = two.earlier.numbers(column)[two.left]
    after = two.later.numbers(column)[two.right]
    known, knows = ~np.isnan(before), ~np.isnan(after)
    with np.errstate(invalid="ignore"):
        since = ~known & (after > two.cutoff_day)
    both = known & knows
    return Moves(both, both & (before != after), ~known & knows & ~since, since, known & ~knows, after - before)


def level_moves(two: Extracts, name: str, *, numeric: bool) -> Moves:
    """Compare an attribute; the kinds of missing are all the same here."""
    if numeric:
        moved = day_moves(two, name)
        return moved._replace(filled=moved.filled | moved.since, since=np.zeros(len(moved.both), np.bool_))
    before, after = two.earlier.texts(name)[two.left], two.later.texts(name)[two.right]
    known, knows = _recorded(before), _recorded(after)
    both = known & knows
    none = np.zeros(len(both), np.bool_)
    return Moves(both, both & (before != after), ~known & knows, none, known & ~knows, np.full(len(both), np.nan))


def standing(side: Side) -> Values:
    """Return how each unit stands, ``pending`` where it is open, shape (n,)."""
    outcome = side.texts("outcome")
    outcome[~_filled(outcome)] = PENDING
    return outcome


def shared_days(two: Extracts) -> tuple[str, ...]:
    """Return the columns of days that both extracts have: stages, the ending whichever it was, date attributes."""
    there, cases = set(two.later.frame.columns), two.earlier.cases
    stages = [one for one in cases.dated_states if one not in cases.procedure.outcomes]
    days = [*[f"first__{one}" for one in (*stages, *cases.dated_roles)], ENDING, *cases.date_attributes]
    return tuple(one for one in days if one in there and one in two.earlier.frame.columns)


def shared_attributes(two: Extracts) -> tuple[str, ...]:
    """Return the attributes that both extracts have, as numbers or as texts in both."""
    first, second = two.earlier.cases, two.later.cases
    return tuple(
        one
        for one in first.attributes
        if one in second.attributes and (one in first.numeric_attributes) == (one in second.numeric_attributes)
    )


def _filled(texts: Values) -> Flags:
    return np.array([one is not None for one in texts], dtype=np.bool_)


def _recorded(texts: Values) -> Flags:
    return np.array([one is not None and one not in MISSING_LEVELS for one in texts], dtype=np.bool_)


def _ensure_same_amounts(first: Side, second: Side, pairs: Pairs) -> None:
    """Refuse rows that stand for more or fewer units in the later extract: which of them changed, nobody can say."""
    left = np.flatnonzero(pairs.place >= 0)
    n = int((first.amount[left] != second.amount[pairs.place[left]]).sum())
    if n:
        raise CaseDataError(
            trn(
                "{n} row stands for more or fewer units in the later extract than in the earlier one.",
                "{n} rows stand for more or fewer units in the later extract than in the earlier one.",
                n,
            ),
            tr("Compare extracts with one row per unit, or such in which 'frequency' stays the same."),
        )


def _ensure_comparable(earlier: CaseData, later: CaseData) -> None:
    if earlier.unit != later.unit:
        raise QuestionError(
            tr(
                "One extract counts {one}, the other {other}.",
                one=unit_words(earlier.unit),
                other=unit_words(later.unit),
            ),
            tr("Read both with the same 'unit', or change one with to_unit."),
        )
    if earlier.procedure.id != later.procedure.id:
        raise QuestionError(
            tr(
                "One extract follows the procedure {one}, the other {other}.",
                one=earlier.procedure.id,
                other=later.procedure.id,
            ),
            tr("Name the same procedure in both mappings."),
        )
    if earlier.cutoff_day > later.cutoff_day:
        raise QuestionError(
            tr(
                "The first extract ends on {one}, after the second one ({other}).",
                one=earlier.cutoff,
                other=later.cutoff,
            ),
            tr("Hand over the earlier extract first."),
        )
