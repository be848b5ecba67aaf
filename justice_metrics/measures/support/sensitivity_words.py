"""What the sensitivity of a support effect says, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.language import Language, Readable, format_number, tr, trn
from ...base.table import Table
from ...base.types import Values
from ...estimate.unmeasured import tipping_effect
from ..declared import Points, Share
from .sensitivity_tables import ANALYSIS_WORDS, READINGS, Row, control_verdict
from .strategies import period_words
from .variants import Compared

# Rows that ask the same, or so nearly that their differences may be told in one range.
_ALIKE: Final = frozenset({"grace", "lag", "timing", "truncation", "missing_dates"})
# How much more common the unmeasured cause of the sentence is in cases with support.
TYPICAL: Final = 0.2


def findings_of(
    rows: Sequence[Row],
    tables: Mapping[str, Table],
    *,
    within: int,
    horizon: int,
    outcome: Readable,
    support: Readable,
) -> tuple[Readable, ...]:
    """Return the sentences, from the main difference to the controls."""
    main = rows[0].found
    why = main.basis.lack
    if why is not None:
        told = tr("Main analysis: the cases cannot tell the difference. {why}.", why=why)
        return (told, *_landmarks(rows, horizon), *(_control(one) for one in rows if READINGS[one.analysis] == "null"))
    said = [_main(main, within, horizon, outcome, support)]
    said += _range(rows, main)
    said += _landmarks(rows, horizon)
    said += _imputed(rows, tables)
    said += _bounds(tables, main)
    said += _strengths(tables, outcome)
    said += _tipping(tables, main, outcome)
    said += [_control(one) for one in rows if READINGS[one.analysis] == "null"]
    return tuple(said)


class Times:
    """A factor, with one decimal."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def text(self, language: Language = "en") -> str:
        """Return it by the customs of the language."""
        return format_number(self.value, language, decimals=1)


def _main(main: Compared, within: int, horizon: int, outcome: Readable, support: Readable) -> Readable:
    told: dict[str, object] = {
        "outcome": outcome,
        "period": period_words(horizon),
        "support": support,
        "within": within,
        "difference": _points(main.estimate),
    }
    if not _bounded(main):
        return tr(
            "Main analysis: {outcome} within {period} if support ({support}) starts within {within} days, less the "
            "same if it does not: {difference} percentage points; no interval can be given.",
            **told,
        )
    return tr(
        "Main analysis: {outcome} within {period} if support ({support}) starts within {within} days, less the same if "
        "it does not: {difference} percentage points (interval {low} to {high}).",
        low=_points(main.low),
        high=_points(main.high),
        **told,
    )


def _range(rows: Sequence[Row], main: Compared) -> list[Readable]:
    """Tell how far the difference moves over all rows that ask much the same."""
    alike = [one for one in rows[1:] if one.analysis in _ALIKE]
    alike = [one for one in alike if np.isfinite(one.found.estimate)]
    if not alike or not np.isfinite(main.estimate):
        return []
    values = [one.found.estimate for one in alike]
    told: dict[str, object] = {
        "n": len(alike),
        "low": _points(min(values)),
        "high": _points(max(values)),
    }
    said: list[Readable] = [
        tr("With one thing changed (1 way), the difference is {low} points.", low=told["low"])
        if len(alike) == 1
        else tr(
            "With one thing changed at a time ({n} ways), the difference lies between {low} and {high} points.", **told
        )
    ]
    if not _bounded(main):
        return said
    zero = main.low <= 0 <= main.high
    bounded = [one for one in alike if _bounded(one.found)]
    if not bounded:
        return said
    turned = [one for one in alike if _bounded(one.found) and (one.found.low <= 0 <= one.found.high) != zero]
    which = [tr("{analysis}, {variant}", analysis=ANALYSIS_WORDS[one.analysis], variant=one.words) for one in turned]
    if not turned:
        said.append(
            tr("All of these intervals include zero, as that of the main analysis does.")
            if zero
            else tr("All of these intervals keep zero out, as that of the main analysis does.")
        )
    elif zero:
        said.append(tr("The interval keeps zero out, other than in the main analysis, with: {which}.", which=which))
    else:
        said.append(tr("The interval reaches zero, other than in the main analysis, with: {which}.", which=which))
    return said


def _landmarks(rows: Sequence[Row], horizon: int) -> list[Readable]:
    return [
        tr(
            "Another question, an association among {n} cases open on a day ({variant}): {difference} points "
            "(interval {low} to {high}) by day {horizon}. It is of other cases, those still open then, and of another "
            "exposure, support by that day with all that comes later counted as none: its number can lie on either "
            "side of the main difference.",
            n=one.found.units,
            variant=one.words,
            difference=_points(one.found.estimate),
            low=_points(one.found.low),
            high=_points(one.found.high),
            horizon=horizon,
        )
        for one in rows
        if one.analysis == "landmark" and _bounded(one.found)
    ]


def _imputed(rows: Sequence[Row], tables: Mapping[str, Table]) -> list[Readable]:
    found = [one.found for one in rows if one.analysis == "missing_dates"]
    if not found or "imputation" not in tables or not _bounded(found[0]):
        return []
    table = tables["imputation"]
    missing = int(table["cases"][-1]) - int(table["cases"][0])
    return [
        trn(
            "{n} case was supported on an unknown day. With its date imputed, the difference is {difference} points "
            "(interval {low} to {high}) instead of {left_out} with the case left out.",
            "{n} cases were supported on unknown days. With their dates imputed, the difference is {difference} points "
            "(interval {low} to {high}) instead of {left_out} with these cases left out.",
            missing,
            difference=Points(found[0].estimate),
            low=Points(found[0].low),
            high=Points(found[0].high),
            left_out=_points(float(table["estimate"][0])),
        )
    ]


def _bounds(tables: Mapping[str, Table], main: Compared) -> list[Readable]:
    if "bounds" not in tables or len(tables["bounds"]) < 2:
        return []
    table = tables["bounds"]
    shares, estimates = table["share"], table["estimate"]
    silent, every = int(table["cases"][-1]), _points(float(estimates[-1]))
    said: list[Readable] = [
        tr(
            "One case ended otherwise within the period of grace without a record of support. If it had support that "
            "left no trace, the difference would be {all} points.",
            all=every,
        )
        if silent == 1
        else tr(
            "{n} cases ended otherwise within the period of grace without a record of support. If {share} of them had "
            "support that left no trace, the difference would be {part} points; if all had, {all}. Of all cases, "
            "{recorded} have support recorded in time.",
            n=silent,
            recorded=Share(main.started / max(main.units, 1), 0),
            share=Share(float(shares[1]), 0),
            part=_points(float(estimates[1])),
            all=every,
        )
    ]
    turned = np.flatnonzero(np.sign(estimates) != np.sign(estimates[0]))
    if len(turned) and conclusive(main):
        at = int(turned[0])
        gone = np.interp(0, *_rising(estimates[at - 1 : at + 1], shares[at - 1 : at + 1]))
        said.append(tr("It would be gone if about {share} of them had.", share=Share(float(gone), 0)))
    return said


def _rising(x: Values, y: Values) -> tuple[Values, Values]:
    order = np.argsort(x)
    return x[order], y[order]


def _points(value: float) -> Points:
    """Return a difference without the sign of a rounded zero."""
    return Points(0.0 if abs(value) < 0.0005 else value)


def _strengths(tables: Mapping[str, Table], outcome: Readable) -> list[Readable]:
    if "e_values" not in tables:
        return []
    strength, limit = (float(tables["e_values"][one][0]) for one in ("e_value", "e_value_limit"))
    if not np.isfinite(strength):
        return []
    said: list[Readable] = [
        tr(
            "To explain the whole difference, an unmeasured cause would have to be {times} times as common with "
            "support as without, and make {outcome} {times} times as likely (or as unlikely), beyond everything that "
            "was adjusted for.",
            times=Times(strength),
            outcome=outcome,
        )
    ]
    if np.isfinite(limit):
        said.append(tr("For the interval to reach zero, {times} times in both would do.", times=Times(limit)))
    return said


def _tipping(tables: Mapping[str, Table], main: Compared, outcome: Readable) -> list[Readable]:
    if "tipping" not in tables:
        return _known(tables, main)
    limit = main.low if main.estimate >= 0 else main.high
    told = {"size": round(TYPICAL * 100), "outcome": outcome}
    whole = float(np.abs(tipping_effect(main.estimate, np.array([TYPICAL])))[0])
    if not np.isfinite(whole):
        said = tr(
            "A cause that is {size} points more common with support could not explain the difference, however strong.",
            size=told["size"],
        )
    else:
        said = tr(
            "A cause that is {size} points more common with support would bring the difference to zero if it moved the "
            "share with {outcome} by {whole} points, and its interval to zero already with {part}.",
            whole=Points(whole, signed=False),
            part=Points(abs(float(tipping_effect(limit, np.array([TYPICAL]))[0])), signed=False),
            **told,
        )
    return [said, *_known(tables, main)]


def _known(tables: Mapping[str, Table], main: Compared) -> list[Readable]:
    if "known_causes" not in tables:
        return []
    table = tables["known_causes"]
    change = np.abs(table["change"])
    if not np.isfinite(change).any():
        return []
    at = int(np.nanargmax(change))
    told = {
        "term": table.labels["term"][str(table["term"][at])],
        "main": _points(main.estimate),
        "estimate": _points(float(table["estimate"][at])),
    }
    if len(change) == 1:
        return [
            tr(
                "For comparison: {term} is all that was adjusted for. If it is left out of the adjustment, the "
                "difference is {estimate} instead of {main} points.",
                **told,
            )
        ]
    return [
        tr(
            "For comparison: of what was adjusted for, {term} matters most. If it alone is left out of the adjustment, "
            "the difference is {estimate} instead of {main} points.",
            **told,
        )
    ]


def _control(row: Row) -> Readable:
    found = row.found
    told: dict[str, object] = {
        "control": ANALYSIS_WORDS[row.analysis],
        "named": row.words,
        "difference": _points(found.estimate),
        "low": _points(found.low),
        "high": _points(found.high),
    }
    verdict = control_verdict(found)
    if verdict == "passed":
        return tr(
            "Negative control, {control} ({named}): {difference} points (interval {low} to {high}). Nothing is found "
            "where nothing should be; that speaks for the comparison, and proves nothing.",
            **told,
        )
    if verdict == "failed":
        return tr(
            "Negative control, {control} ({named}): {difference} points (interval {low} to {high}). Something is found "
            "where nothing should be: either support can bring this about after all, or cases with and without support "
            "differ in what was not adjusted for, and then the main difference is to be doubted.",
            **told,
        )
    if verdict == "weak":
        return tr(
            "Negative control, {control} ({named}): it tells little, because only {n} cases had support in time and "
            "before it.",
            n=found.basis.starters.cases,
            **{name: told[name] for name in ("control", "named")},
        )
    return tr("Negative control, {control} ({named}): it cannot be told.", control=told["control"], named=told["named"])


def conclusive(found: Compared) -> bool:
    """Return whether the interval keeps zero out."""
    return _bounded(found) and not found.low <= 0 <= found.high


def _bounded(found: Compared) -> bool:
    return bool(np.isfinite(found.low) and np.isfinite(found.high))
