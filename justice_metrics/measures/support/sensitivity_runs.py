"""Row by row through the sensitivity of a support effect: one thing changed at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from ...base.language import Readable, tr, trn
from ...base.table import Table
from ...estimate.emulation import NoStartsError
from ...estimate.followed import Followed
from .data import SupportData
from .missing import FEWEST_WITHIN, imputed, unrecorded, with_unrecorded
from .sensitivity_tables import (
    ANALYSIS_WORDS,
    FEW_BEFORE,
    READINGS,
    TIMING_VARIANTS,
    Row,
    bounds_table,
    controls_table,
    imputation_table,
    variant_words,
)
from .strategies import actor_set
from .variants import Asked, BeyondFollowUpError, Compared, at_landmark, compared, half_day, other_outcome

# Percentiles at which weights are cut, and shares of unrecorded support that are supposed.
CUTS: Final = (99.0, 95.0)
SHARES: Final = (0.1, 0.25, 0.5, 1.0)
TIMINGS: Final = ("even", "late")


@dataclass(frozen=True)
class Plan:
    """What is to be changed, one thing at a time."""

    analyses: tuple[str, ...]
    grace: tuple[int, ...]
    lags: tuple[int, ...]
    landmarks: tuple[int, ...]
    control_outcome: str | None
    control_actors: tuple[str, ...]
    imputations: int

    def graces(self, within: int, horizon: int) -> tuple[int, ...]:
        """Return other periods of grace that end before the horizon."""
        return tuple(one for one in self.grace if one != within and one < horizon)

    def later(self, within: int) -> tuple[int, ...]:
        """Return lags within the period of grace."""
        return tuple(one for one in self.lags if 0 < one < within)

    def before(self, horizon: int) -> tuple[int, ...]:
        """Return landmarks before the horizon."""
        return tuple(one for one in self.landmarks if one < horizon)

    def left_out(self, within: int, horizon: int) -> list[Readable]:
        """Return which variants cannot be run, and why."""
        notes: list[Readable] = []
        grace, lags, landmarks = (
            [one for one in given if name in self.analyses and not one < end]
            for name, given, end in (
                ("grace", self.grace, horizon),
                ("lag", self.lags, max(within, 1)),
                ("landmark", self.landmarks, horizon),
            )
        )
        if grace:
            notes.append(
                trn(
                    "Not run, because a period of grace must end before the horizon (day {horizon}): {days} days.",
                    "Not run, because periods of grace must end before the horizon (day {horizon}): {days} days.",
                    len(grace),
                    days=grace,
                    horizon=horizon,
                )
            )
        if lags:
            notes.append(
                trn(
                    "Not run, because support that counts so much later could hardly count within the {within} days of "
                    "grace: a lag of {days} days.",
                    "Not run, because support that counts so much later could hardly count within the {within} days of "
                    "grace: lags of {days} days.",
                    len(lags),
                    days=lags,
                    within=within,
                )
            )
        if landmarks:
            notes.append(
                trn(
                    "Not run, because a landmark must lie before the horizon (day {horizon}): day {days}.",
                    "Not run, because landmarks must lie before the horizon (day {horizon}): days {days}.",
                    len(landmarks),
                    days=landmarks,
                    horizon=horizon,
                )
            )
        return notes

    def steps(self, data: SupportData, within: int, horizon: int, resamples: int) -> int:
        """Return how many resamples there will be at most."""
        asked = self.analyses
        rows = 1 + ("negative_outcome" in asked) + ("negative_exposure" in asked)
        rows += len(self.graces(within, horizon)) * ("grace" in asked) + len(self.later(within)) * ("lag" in asked)
        rows += len(TIMINGS) * ("timing" in asked) + len(CUTS) * ("truncation" in asked)
        rows += len(self.before(horizon)) * ("landmark" in asked) + len(SHARES) * ("under_recording" in asked)
        each = max(FEWEST_WITHIN, round(resamples / self.imputations))
        return rows * resamples + each * self.imputations * ("missing_dates" in asked and data.undated > 0)


class Variants:
    """Rows, tables and notes as they are found, analysis by analysis."""

    def __init__(
        self,
        asked: Asked,
        plan: Plan,
        dated: SupportData,
        followed: Followed,
        main: Compared,
        words: Callable[[str], Readable],
    ) -> None:
        self.asked, self.plan, self.dated, self.followed, self.main = asked, plan, dated, followed, main
        self.words = words
        self.rows = [Row("main", "main", variant_words("main", np.nan, within=asked.within), main)]
        self.tables: dict[str, Table] = {}
        self.notes: list[Readable] = plan.left_out(asked.within, asked.horizon)
        self.lacks: dict[str, tuple[Readable, list[Readable]]] = {}
        self._say_lack("main", self.rows[0].words, main)

    def run(self) -> None:
        """Go through the analyses in the order in which they are told."""
        for name in ("grace", "lag", "timing", "truncation", "missing_dates", "under_recording", "landmark"):
            if name in self.plan.analyses:
                getattr(self, f"_{name}")()
        self._controls()
        self.notes += [
            tr("{why}: no interval can be given for {which}.", why=why, which=which)
            for why, which in self.lacks.values()
        ]

    def _grace(self) -> None:
        for days in self.plan.graces(self.asked.within, self.asked.horizon):
            strategy = self.asked.strategy._replace(within_days=days)
            self._add("grace", days, partial(compared, self.followed, self.asked, strategy=strategy))

    def _lag(self) -> None:
        for days in self.plan.later(self.asked.within):
            late = self.dated.followed(lag_days=days)
            self._add("lag", days, partial(compared, late, self.asked))

    def _timing(self) -> None:
        for timing in TIMINGS:
            strategy = self.asked.strategy._replace(timing=timing, window_days=min(30, self.asked.within + 1))
            self._add(
                "timing", np.nan, partial(compared, self.followed, self.asked, strategy=strategy), name=timing,
                words=TIMING_VARIANTS[timing],
            )  # fmt: skip

    def _truncation(self) -> None:
        for percentile in CUTS:
            strategy = self.asked.strategy._replace(truncate=percentile)
            self._add("truncation", percentile, partial(compared, self.followed, self.asked, strategy=strategy))

    def _landmark(self) -> None:
        for days in self.plan.before(self.asked.horizon):
            self._add("landmark", days, partial(at_landmark, self.asked, self.followed, days))

    def _missing_dates(self) -> None:
        undated = self.asked.data.undated
        if not undated:
            self.notes.append(tr("No case was supported without a date, so none had to be imputed."))
            return
        words = variant_words("missing_dates", np.nan, within=0)
        try:
            pool, units, started, basis = imputed(self.asked, self.plan.imputations)
        except (NoStartsError, BeyondFollowUpError) as error:
            self._not_run("missing_dates", words, error)
            return
        nothing = float("nan")
        filled = Compared(
            float(pool.estimate), float(pool.std_error), float(pool.conf_low), float(pool.conf_high),
            (nothing, nothing), nothing, nothing, nothing, (nothing, nothing, nothing), units, started, 0,
            basis,
        )  # fmt: skip
        self.rows.append(Row("missing_dates", "missing_dates", words, filled))
        self._say_lack("missing_dates", words, filled)
        self.tables["imputation"] = imputation_table(self.main, filled, pool, undated)

    def _under_recording(self) -> None:
        cells = self.dated.histories
        early = int(cells.n[unrecorded(self.dated, self.asked.within)].sum())
        if not early:
            self.notes.append(
                tr(
                    "No case ended otherwise within {days} days without support, so none can have lost its record.",
                    days=self.asked.within,
                )
            )
            return
        found = [(0.0, 0, self.main)]
        for share in SHARES:
            cases = with_unrecorded(self.asked, self.dated, self.followed, share)
            made = self._add("under_recording", share, partial(compared, cases, self.asked))
            if made is not None:
                found.append((share, round(share * early), made))
        self.tables["bounds"] = bounds_table(found)

    def _controls(self) -> None:
        wanted, name, who = self.plan.analyses, self.plan.control_outcome, self.plan.control_actors
        before = len(self.rows)
        if "negative_outcome" in wanted and name is not None:
            cases = other_outcome(self.dated, name, self.followed)
            # by the end nearly all have come to it, under either strategy: how soon they do is what may differ
            day = min(half_day(cases), self.asked.horizon)
            asked = replace(self.asked, horizon=day)
            words = tr("{stage}, by day {day}", stage=self.words(name), day=day)
            self._add("negative_outcome", np.nan, partial(compared, cases, asked), name=name, words=words)
        elif "negative_outcome" in wanted:
            self.notes.append(
                tr(
                    "No outcome was named that support cannot have brought about (control_outcome), so whether cases "
                    "with and without support differ beforehand was not tried on one."
                )
            )
        if "negative_exposure" in wanted and who:
            self._add(
                "negative_exposure", np.nan, partial(compared, self._with_actors(who), self.asked), name="any",
                words=actor_set(who, "any"),
            )  # fmt: skip
        elif "negative_exposure" in wanted:
            self.notes.append(
                tr("No actor was named who cannot act on the outcome (control_actors), so this was not tried on one.")
            )
        if len(self.rows) > before:
            self.tables["controls"] = controls_table(self.rows[before:])

    def _with_actors(self, who: tuple[str, ...]) -> Followed:
        """Return the cases with the start of other actors."""
        other = SupportData(**{**self.asked.data.__dict__, "actors": who, "needed": "any"})
        return other.dated().followed()

    def _add(
        self,
        analysis: str,
        value: float,
        make: Callable[[], Compared],
        *,
        name: str | None = None,
        words: Readable | None = None,
    ) -> Compared | None:
        words = variant_words(analysis, value, within=self.asked.within) if words is None else words
        try:
            found = make()
        except (NoStartsError, BeyondFollowUpError) as error:
            self._not_run(analysis, words, error)
            return None
        self.rows.append(Row(analysis, f"{analysis}_{name or f'{value:g}'}", words, found))
        self._say_lack(analysis, words, found)
        return found

    def _not_run(self, analysis: str, words: Readable, error: Exception) -> None:
        what = {"analysis": ANALYSIS_WORDS[analysis], "variant": words}
        if isinstance(error, BeyondFollowUpError):
            said = tr(
                "{analysis} ({variant}): not run, because nobody in one of the two groups is followed beyond day "
                "{last}.",
                last=error.last,
                **what,
            )
        elif analysis == "landmark":
            said = tr("{analysis} ({variant}): not run, because one of the two groups has no case.", **what)
        else:
            said = tr("{analysis} ({variant}): nobody starts in time, so nothing can be compared.", **what)
        self.notes.append(said)

    def _say_lack(self, analysis: str, words: Readable, found: Compared) -> None:
        lack = found.basis.lack
        # of a control that few cases had before, a sentence of its own tells
        if lack is not None and not (READINGS[analysis] == "null" and found.basis.starters.cases < FEW_BEFORE):
            row = tr("{analysis} ({variant})", analysis=ANALYSIS_WORDS[analysis], variant=words)
            self.lacks.setdefault(lack.text(), (lack, []))[1].append(row)
