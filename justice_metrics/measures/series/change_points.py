"""Change points: whether the level of a row of periods changed, and from which period on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr, trn
from ...base.result import Protected, Result
from ...base.table import Column, Table, Unit
from ...base.types import Counts, Flags, Floats, Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...estimate.change_points import (
    Residuals,
    rate_residuals,
    share_residuals,
    strongest_change,
)
from ...figures.control import changing_levels
from ...reduce.grouped import refuse_many
from ..declared import PValue, Share, ensure_level, group_words, levels_words, strata_columns
from ..published_days import ensure_published_follow_up
from .control_chart import LEAST_PERIODS, ensure_unweighted, without_intervals
from .count_series import asked_series
from .series import Series, seasons_of
from .trends import Rate, asked_settings, axis_words, estimate_column, largest, number_of, undefined

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Orders that a row is compared with; a smaller p value than one over as many cannot be told.
_DRAWS: Final = 4_999
_MOST_GROUPS: Final = 100
# Complete periods of each season from which on seasons are allowed for.
_LEAST_YEARS: Final = 3
_SERIAL: Final = 2.0


class _Tested(NamedTuple):
    """One stretch of a row, and its strongest change."""

    group: int
    kept: Counts  # periods of the stretch
    place: int  # first period of the new level, among all periods
    first: int
    last: int
    p_value: float
    found: bool
    even: bool  # an even rise or fall fits as well as a break


@dataclass(frozen=True, eq=False, kw_only=True)
class ChangePoints(Result):
    """Whether and when the level of a row changed.

    Tables
    ------
    main
        One row per stretch that was looked at: the period from which the new level may begin (``period``, with the
        likely ``earliest`` and ``latest``), the levels ``before`` and ``after``, the corrected ``p_value``, and whether
        it counts as a change (``found``). ``shape`` is "even" where an even rise or fall fits as well as a break.
    levels
        The level of each stretch between the changes that were found.
    """

    question: ClassVar[str] = "change_points"

    series: Series
    found: tuple[tuple[int, int, int, int], ...]

    def rebuild(self, protected: Protected) -> Result:
        """Return the answer as it may be published, where its days of follow-up are usual ones."""
        ensure_published_follow_up(self.provenance)
        return super().rebuild(protected)

    def findings(self) -> tuple[Readable, ...]:
        """Return the changes that were found."""
        main, series = self.main, self.series
        write = Share if series.is_share else Rate
        said: list[Readable] = []
        for row in np.flatnonzero(main["found"] == "yes"):
            levels = [str(main[one][row]) for one in series.strata.names]
            if main["shape"][row] == "even":
                said.append(
                    tr(
                        "{group}: the level did not stay the same ({before} before {period}, {after} from then on; "
                        "corrected p {p}), but an even rise or fall fits as well as a break: no place is shown.",
                        group=levels_words(levels) if levels else [tr("all")],
                        before=write(float(main["before"][row])),
                        after=write(float(main["after"][row])),
                        period=period_words(str(main["period"][row])),
                        p=PValue(float(main["p_value"][row]), equals=True),
                    )
                )
                continue
            said.append(
                tr(
                    "{group}: the level changed from {before} to {after}, from {period} on (likely between {earliest} "
                    "and {latest}); corrected p {p}.",
                    group=levels_words(levels) if levels else [tr("all")],
                    before=write(float(main["before"][row])),
                    after=write(float(main["after"][row])),
                    period=period_words(str(main["period"][row])),
                    earliest=period_words(str(main["earliest"][row])),
                    latest=period_words(str(main["latest"][row])),
                    p=PValue(float(main["p_value"][row]), equals=True),
                )
            )
        return tuple(said) or (tr("No change of the level was found that chance would not make as well."),)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the periods with the levels that were found."""
        series, kept = self.series, largest(self.series)
        return changing_levels(
            periods=[period_words(one).text(language) for one in series.periods.labels],
            estimate=np.where(series.complete, series.estimate.values, np.nan)[kept],
            levels=self._levels()[kept],
            ranges=[(kept.index(g), first, last) for g, _, first, last in self.found if g in kept],
            groups=[group_words(series.strata, language)[g] for g in kept] if len(series.strata) > 1 else ("",),
            x_label=axis_words(series, kept).text(language),
            y_label=series.scale_words.text(language),
            labels=[tr("level").text(language), tr("where the change may lie").text(language)],
            number=number_of(series, language),
            shares=series.is_share,
            ax=ax,
        )

    def _levels(self) -> Floats:
        """Return the level of each complete period, shape (G, P)."""
        series = self.series
        size = len(series.periods.labels)
        levels = np.full(series.seen.shape, np.nan)
        for g in range(len(series.strata)):
            cuts = sorted(place for group, place, _, _ in self.found if group == g)
            for start, stop in zip((0, *cuts), (*cuts, size), strict=True):
                part = np.arange(start, stop)
                kept = part[series.complete[g, part]]
                levels[g, kept] = _pooled(series, g, kept)
        return levels


def change_points(
    data: CaseData | CountData,
    *,
    outcome: str | None = None,
    quantity: str | None = None,
    per: str | None = None,
    share_of: str | None = None,
    start: str = "complaint",
    within_days: int = 365,
    period: Period = "quarter",
    by: Names = (),
    known_only: bool = False,
    level: float = 0.05,
    most: int = 3,
    shortest: int = 3,
    seasonal: bool = True,
    seed: int = 20180430,
) -> ChangePoints:
    """Whether and when the level of a share or rate changed, corrected for all the places that were looked at.

    The strongest change over all positions is compared with the strongest ones of the same periods in random order.
    Where it counts, the stretches before and after are looked at in turn. Each p value is multiplied by the number of
    stretches of its turn, over all groups. Only complete periods are used.

    Parameters
    ----------
    data : CaseData or CountData
        What is counted, as in :func:`trends`; so are the next settings.
    outcome, quantity, per, share_of : str, optional
        What is counted, and over what.
    start : str
        Stage or role from which cases are followed.
    within_days : int
        For how many days each case is followed.
    period : {"month", "quarter", "half_year", "year"}
        Length of a period.
    by : str or tuple of str
        Attributes or keys that split the data.
    known_only : bool
        Of a table of counts: add up those who reported.
    level : float
        Chance of finding any change in rows that have none.
    most : int
        Changes that are looked for in each group, at the most.
    shortest : int
        Periods that a level lasts at least.
    seasonal : bool
        Allow for seasons, where there are three complete periods of each.
    seed : int
        Of the random orders.

    Returns
    -------
    ChangePoints

    Raises
    ------
    QuestionError, ProcedureError
        As :func:`trends`; and when there are fewer than eight complete periods, or more than 100 groups.

    References
    ----------
    Hawkins (1977), Journal of the American Statistical Association, 72, 180-186.
    Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology, 9, 39.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.change_points(jm.sample_cases(), outcome="rejection", within_days=180)
    >>> str(answer.findings()[0])
    'No change of the level was found that chance would not make as well.'
    """
    by = names(by)
    ensure_level(1 - level)
    if most < 1 or shortest < 1:
        raise QuestionError(tr("'most' and 'shortest' are at least 1."))
    series = asked_series(
        data,
        outcome=outcome,
        quantity=quantity,
        per=per,
        share_of=share_of,
        start=start,
        within_days=within_days,
        period=period,
        by=by,
        known_only=known_only,
    )
    ensure_unweighted(series)
    # with more groups than these, so many orders cannot show a change that counts in spite of all the looks
    refuse_many(len(series.strata), by, _MOST_GROUPS)
    least = max(LEAST_PERIODS, 2 * shortest)
    enough = series.complete.sum(axis=1) >= least
    if not enough.any():
        raise QuestionError(
            tr(
                "{n} complete periods are too few to look for a change; at least {least} are needed.",
                n=int(series.complete.sum(axis=1).max(initial=0)),
                least=least,
            ),
            tr("Ask for shorter periods, a shorter time of follow-up, or a longer row."),
        )
    tested = _search(series, level=level, most=most, shortest=shortest, seasonal=seasonal, seed=seed, groups=enough)
    found = tuple((one.group, one.place, one.first, one.last) for one in tested if one.found)
    answer_tables = {"main": _main(series, tested)}
    answer = ChangePoints(
        heading=tr("Changes of the level: {what}", what=series.scale_words),
        tables=answer_tables,
        definition=series.definition,
        provenance=data.provenance.add(
            "change_points",
            **asked_settings(series, outcome, quantity, per, share_of, start, within_days),
            period=period,
            by=by,
            known_only=known_only,
            level=level,
            most=most,
            shortest=shortest,
            seasonal=seasonal,
            seed=seed,
        ).leave_out(*series.left_out),
        notes=(*without_intervals(series), *_notes(series, enough, found, level, seasonal=seasonal)),
        frame_library=data.frame_library,
        series=series,
        found=found,
    )
    return answer


def _search(
    series: Series, *, level: float, most: int, shortest: int, seasonal: bool, seed: int, groups: Flags
) -> list[_Tested]:
    """Look at each row, then at the stretches on both sides of each change that counts."""
    rng = np.random.default_rng(seed)
    tested: list[_Tested] = []
    turn = [(g, np.flatnonzero(series.complete[g])) for g in np.flatnonzero(groups).tolist()]
    while turn:
        following = []
        for g, kept in turn:
            change = strongest_change(
                _residuals(series, g, kept, seasonal=seasonal), shortest=shortest, draws=_DRAWS, rng=rng
            )
            if change is None:
                continue
            p_value = min(1.0, change.p_value * len(turn))
            already = sum(one.found for one in tested if one.group == g)
            found = p_value <= level and already < most
            place = int(kept[change.place])
            # where an even rise or fall fits as well, the break may lie anywhere, and its parts are no levels
            likely = (shortest, len(kept) - shortest) if change.even else (change.first, change.last)
            first, last = (int(kept[one]) for one in likely)
            tested.append(_Tested(g, kept, place, first, last, p_value, found, change.even))
            if found and not change.even:
                following += [(g, kept[: change.place]), (g, kept[change.place :])]
        turn = [(g, kept) for g, kept in following if len(kept) >= 2 * shortest]
    return tested


def _residuals(series: Series, g: int, kept: Counts, *, seasonal: bool) -> Residuals:
    y, n = series.numerator.values[g, kept], series.denominator.values[g, kept]
    used = np.zeros(series.seen.shape[1], np.bool_)
    used[kept] = True
    seasons = seasons_of(series, used, least=_LEAST_YEARS) if seasonal else None
    return (share_residuals if series.is_share else rate_residuals)(y, n, None if seasons is None else seasons[kept])


def _pooled(series: Series, g: int, kept: Counts) -> float:
    """Return the share or rate of some periods together: sums over sums, never a mean of shares."""
    n = float(series.denominator.values[g, kept].sum())
    return float(series.numerator.values[g, kept].sum()) / n if n > 0 else float("nan")


def _main(series: Series, tested: list[_Tested]) -> Table:
    unit: Unit = "points" if series.is_share else "change"
    difference = tr("difference, percentage points") if series.is_share else tr("change")
    columns = (
        *strata_columns(series.strata.names),
        Column("period", tr("new level from"), "text", "key", "key"),
        Column("earliest", tr("likely from"), "text", "key", "key"),
        Column("latest", tr("likely to"), "text", "key", "key"),
        estimate_column(series, "before", tr("level before")),
        estimate_column(series, "after", tr("level after")),
        Column("difference", difference, unit, "estimate", "difference"),
        Column("p_value", tr("corrected p value"), "number", "estimate", "probability", 4),
        Column("found", tr("counts as a change"), "text", "key", "key"),
        Column("shape", tr("shape"), "text", "key", "key"),
    )
    labels = series.periods.labels
    before = np.array([_pooled(series, one.group, one.kept[one.kept < one.place]) for one in tested], np.float64)
    after = np.array([_pooled(series, one.group, one.kept[one.kept >= one.place]) for one in tested], np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.where(before > 0, after / before - 1, np.nan)
    words = {one: period_words(one) for one in labels}
    values: dict[str, Any] = {
        **{name: [series.strata.column(name)[one.group] for one in tested] for name in series.strata.names},
        "period": [labels[one.place] for one in tested],
        "earliest": [labels[one.first] for one in tested],
        "latest": [labels[one.last] for one in tested],
        "before": before,
        "after": after,
        "difference": after - before if series.is_share else relative,
        "p_value": np.array([one.p_value for one in tested], np.float64),
        "found": ["yes" if one.found else "no" for one in tested],
        "shape": ["even" if one.even else "break" for one in tested],
    }
    known: dict[str, Mapping[str, Readable]] = {
        "found": {"yes": tr("yes"), "no": tr("no")},
        "shape": {"even": tr("even rise or fall fits as well"), "break": tr("a break fits better")},
        "period": words,
        "earliest": words,
        "latest": words,
    }
    statuses = {"difference": undefined(np.asarray(values["difference"], np.float64))}
    return Table(columns, values, labels=known, statuses=statuses, title=tr("Strongest changes"))


def _notes(
    series: Series,
    enough: Flags,
    found: tuple[tuple[int, int, int, int], ...],
    level: float,
    *,
    seasonal: bool,
) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr(
            "In rows without a change and of independent periods, one is found with a chance of {level}, whatever the "
            "number of places and groups. Rows that change little or late are often missed.",
            level=Share(level),
        )
    ]
    if found:
        notes.append(tr("The place was chosen because the difference is largest there, so its size is exaggerated."))
    if (left := int((~enough).sum())) > 0:
        notes.append(
            trn(
                "{n} group has too few complete periods and was not looked at.",
                "{n} groups have too few complete periods and were not looked at.",
                left,
            )
        )
    size = float(series.complete.sum(axis=1).max(initial=1))
    cuts = {g: [one[1] for one in found if one[0] == g] for g in np.flatnonzero(enough).tolist()}
    lasting = {g: _lasting(series, g, places, seasonal=seasonal) for g, places in cuts.items()}
    if any(one > _SERIAL / np.sqrt(size) for one in lasting.values()):
        notes.append(tr("Good and bad periods follow one another in rows: such series show changes too easily."))
    if found:
        notes.append(
            tr(
                "The p value takes periods as independent of one another. What is left of neighbouring periods once "
                "the levels are taken out has a correlation of up to {r}; it cannot be told well from so few. In rows "
                "with a correlation of 0.6 and no change, one is found in three of ten.",
                r=Rate(max(lasting[g] for g in cuts if cuts[g])),
            )
        )
    return tuple(notes)


def _lasting(series: Series, g: int, cuts: list[int], *, seasonal: bool) -> float:
    """Return the correlation of neighbouring periods of a group once the levels that were found are taken out."""
    kept = np.flatnonzero(series.complete[g])
    left = _residuals(series, g, kept, seasonal=seasonal)
    scale = np.sqrt(left.weight)
    for places in np.split(np.arange(len(kept)), np.searchsorted(kept, sorted(cuts))):
        excess, weight = left.excess[places], left.weight[places]
        if weight.sum() > 0:
            left.excess[places] = excess - weight * excess.sum() / weight.sum()
    z = np.divide(left.excess, scale, out=np.zeros(len(scale)), where=scale > 0)
    whole = float((z**2).sum())
    return float((z[1:] * z[:-1]).sum() / whole) if whole > 0 else 0.0
