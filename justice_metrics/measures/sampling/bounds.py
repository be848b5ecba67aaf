"""How far an answer can be off because of files that were lost or sealed: none of them had it, or all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Readable, format_share, tr, trn
from ...base.result import Definition, Result, context_of
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.intake import FileLog
from ...figures.dots import dots
from ...reduce.uncoded_files import UncodedFiles, by_the_draw, uncoded_files
from ..declared import Share, ensure_level, outcome_labels, sampling_notes
from ..recorded import ensure_mapped, silence_notes
from ..shown import (
    group_names,
    group_of,
    known,
    numbers,
    strata_of,
    undefined_words,
    whole,
    words_of,
    written,
)
from ..time_to import TimeTo, time_to
from .bounds_tables import MEDIAN, MISSING, Odds, bounds_table, median_table, read_at, timed_weights
from .log_rows import NAME_A_LOG, NO_LOG

if TYPE_CHECKING:
    from matplotlib.axes import Axes


# Sums of weights may differ by so much of themselves.
_DUST: Final = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class LostFileBounds(Result):
    """How far a share and a median can be off because of files that were not coded.

    Tables
    ------
    main
        One row per group and kind of missing file (``not_coded``: all that may be in scope; ``lost`` and ``sealed``
        alone, where the others are taken to be like the coded ones):
        ``numerator`` coded files that came to it of ``denominator``, ``files`` missing, ``estimate`` by the coded files
        alone, ``bound_low`` if none of the missing ones came to it, ``bound_high`` if all did; ``conf_low`` and
        ``conf_high`` reach beyond the bounds by the error of the draw.
    median
        Stays inside. The same for the days until half of all files came there, where time can be told: ``bound_low`` if
        the missing files had been there on the first day, ``bound_high`` if they never came.
    """

    question: ClassVar[str] = "lost_file_bounds"

    outcome_words: Readable

    def context(self) -> Mapping[str, object]:
        """Return the words of what the files came to."""
        return {"outcome": self.outcome_words}

    def findings(self) -> tuple[Readable, ...]:
        """Return the bounds for all files that were not coded, and for those that were lost."""
        return (*self.findings_of(self), *self._medians())

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the bounds that are shown."""
        main, outcome = shown.main, context_of(shown)["outcome"]
        share, low, high = (numbers(main, one) for one in ("estimate", "bound_low", "bound_high"))
        # numbers of files stay inside
        files = numbers(main, "files") if "files" in main.values else np.full(len(main), np.nan)
        said: list[Readable] = []
        grouped = bool(strata_of(main))
        for row in range(len(main)):
            # of several groups, what matters is all that is missing
            if grouped and main["missing"][row] != "not_coded":
                continue
            if not known(share[row], low[row], high[row]) or low[row] == high[row]:
                continue
            told: dict[str, object] = {
                "group": tr("{groups}: ", groups=group_of(main, row)) if grouped else "",
                "outcome": outcome,
                "what": words_of(main, "missing", main["missing"][row]),
                "share": Share(share[row]),
                "low": Share(low[row]),
                "high": Share(high[row]),
            }
            if known(files[row]):
                told["what"] = tr("{what} ({n})", what=told["what"], n=whole(files[row]))
            said.append(
                tr(
                    "{group}{what}: {share} of the coded files came to {outcome}; of all, {low} if none of the missing "
                    "ones did, {high} if all did.",
                    **told,
                )
                if main["missing"][row] == "not_coded"
                else tr(
                    "{group}{what}: of the coded files and these, {low} if none of these came to {outcome}, {high} if "
                    "all did, other missing files taken to be like the coded ones.",
                    **told,
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of the coded files, with a line from the lowest to the highest that it can be."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the bounds that are shown; a hidden one says so."""
        main, outcome = shown.main, context_of(shown)["outcome"]
        counted = "files" in main.values
        label = tr(
            "share that came to {outcome}: by the coded files (point); if none or all of the missing ones did (line)",
            outcome=outcome,
        )
        return dots(
            labels=[words_of(main, "missing", one).text(language) for one in main["missing"]],
            groups=group_names(main, language),
            estimate=numbers(main, "estimate"),
            conf_low=numbers(main, "bound_low"),
            conf_high=numbers(main, "bound_high"),
            annotations=written(main, "files", language) if counted else None,
            annotation_label=tr("missing files").text(language) if counted else None,
            undefined_label=undefined_words(main, "estimate", language),
            x_label=label.text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )

    def _medians(self) -> tuple[Readable, ...]:
        table = self.tables.get("median")
        if table is None or strata_of(table):
            return ()
        row = table["missing"].tolist().index("not_coded")
        days, low, high = (numbers(table, one)[row] for one in ("estimate", "bound_low", "bound_high"))
        if not known(days, low) or days == low == high:
            return ()
        told: dict[str, object] = {"days": whole(days), "low": whole(low), "outcome": self.outcome_words}
        if not known(high):
            return (
                tr(
                    "Half of the coded files came to {outcome} within {days} days; of all, half within {low} days at "
                    "the soonest, and perhaps never.",
                    **told,
                ),
            )
        return (
            tr(
                "Half of the coded files came to {outcome} within {days} days; of all, half within {low} to {high} "
                "days, whatever became of the missing ones.",
                high=whole(high),
                **told,
            ),
        )


def lost_file_bounds(
    cases: CaseData,
    *,
    of: str = "verdict",
    start: str = "complaint",
    by: Names = (),
    confidence_level: float = 0.95,
) -> LostFileBounds:
    """Worst and best case of a share and of a median time, for files that were drawn and not coded.

    Parameters
    ----------
    cases : CaseData
        Read with a sampling log (``log`` in [cases.sampling] of the mapping).
    of : str
        What the share is of: a stage that was reached, an ending, an outcome class, or ``verdict``.
    start : str
        Stage from whose first day time is counted, for the median.
    by : str or tuple of str
        ``stratum`` or ``cluster``; of a lost file nothing else is known.
    confidence_level : float
        Level of the limits around the bounds.

    Returns
    -------
    LostFileBounds

    Raises
    ------
    QuestionError, ProcedureError
        When the cases came without a log or count another unit than its files, or there is no such outcome or group.

    Notes
    -----
    Of all missing files together nothing is assumed, so the bounds are wide and cannot be narrower without assumptions:
    with weights w of the draw, coded files C and missing files M, the share lies between sum_C w y / sum_{C + M} w and
    (sum_C w y + sum_M w) / sum_{C + M} w [1]_. Every missing file is taken as in scope, which makes them widest. The
    limits treat the missing files as files that did not (or did) come there, in the design of the draw. Medians are
    bounded by quantiles of the coded files: the (p - m / 2)-th and the (p + m / 2)-th with p = 1/2 and m the missing
    files by coded one; coded files whose time cannot be told are missing there too.

    References
    ----------
    .. [1] Horowitz, J. L. and Manski, C. F. (1998). Censoring of outcomes and regressors due to survey nonresponse.
       Journal of Econometrics, 84, 37-58.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd, justice_metrics as jm
    >>> log = pd.DataFrame({"file": list("abcdef"), "weight": 2.0, "status": ["coded"] * 5 + ["lost"]})
    >>> ends = ["convicted"] * 2 + ["rejected"] * 3
    >>> coded = pd.DataFrame({"id": list("abcde"), "reported": "2016-01-05", "end": ends})
    >>> described = {
    ...     "cases": {
    ...         "id": "id", "procedure": "bolivia", "cutoff": "2018-04-30", "sampling": {"log": "sampling_log.csv"}
    ...     },
    ...     "dates": {"complaint": "reported"},
    ...     "outcome": {"column": "end"},
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log.to_csv(pathlib.Path(folder) / "sampling_log.csv", index=False)
    ...     cases = jm.CaseData.from_frame(coded, jm.CaseMapping.from_dict(described, folder=folder))
    >>> found = jm.lost_file_bounds(cases, of="convicted").main
    >>> [round(float(found[one][0]), 3) for one in ("bound_low", "estimate", "bound_high")]
    [0.333, 0.4, 0.5]
    """
    by = names(by)
    ensure_level(confidence_level)
    log = cases.sampling.log
    if log is None:
        raise QuestionError(NO_LOG, NAME_A_LOG)
    _ensure_groups(cases, by)
    states = cases.resolve(of)
    ensure_mapped(cases, (of,))
    drawn = by_the_draw(cases)
    share = (cases.reached(states), nw.lit(1))
    found = uncoded_files(drawn, log, share, tuple(MISSING.values()), by=by)
    words = outcome_labels(cases, (of,))[of]
    times, odds, why = _times(drawn, log, of, start, by, found)
    return LostFileBounds(
        heading=tr("What files that were lost could change: {outcome}", outcome=words),
        tables={
            "main": bounds_table(found, by, of, confidence_level),
            **({} if times is None else {"median": median_table(times, odds, found[0].strata, by)}),
        },
        definition=Definition(
            answers=tr("How far can the share that came to {outcome} be off because of missing files?", outcome=words),
            numerator=tr("files that came to {outcome} by the cut-off", outcome=words),
            denominator=tr("coded files, and the missing ones, by the weights of the draw"),
            basis="cohort",
            pending=tr("in the denominator, as not there so far"),
            method=tr(
                "Worst-case bounds (Horowitz and Manski 1998); limits around them by linearisation in the design of "
                "the draw."
            ),
        ),
        provenance=cases.provenance.add(
            "lost_file_bounds", of=of, start=start, by=by, confidence_level=confidence_level
        ),
        notes=(
            *sampling_notes(cases, design_used=True),
            *_notes(cases, log, found[0]),
            *why,
            *silence_notes(cases, (of,)),
        ),
        frame_library=cases.frame_library,
        weighted=True,
        outcome_words=words,
    )


def _ensure_groups(cases: CaseData, by: tuple[str, ...]) -> None:
    known_groups = tuple(one for one in ("stratum", "cluster") if cases.has(one))
    strange = [one for one in by if one not in known_groups]
    if strange:
        raise QuestionError(
            tr("Files that were not coded cannot be split by '{name}': nobody knows it of them.", name=strange[0]),
            tr("There are: {known}.", known=list(known_groups)) if known_groups else tr("Leave it out."),
        )


def _notes(cases: CaseData, log: FileLog, found: UncodedFiles) -> tuple[Readable, ...]:
    coded = sum(one.n for one in log.groups if one.status == "coded")
    notes: list[Readable] = [
        tr(
            "The share by the coded files takes the weights of the draw; other answers raise them for files that were "
            "not coded, and can differ a little."
        )
    ]
    gone = coded - cases.n_units
    if gone > 0:
        notes.append(
            trn(
                "{n} coded file is no longer in the data (left out or joined): it is in no number here.",
                "{n} coded files are no longer in the data (left out or joined): they are in no number here.",
                gone,
            )
        )
    nothing = int((found.coded == 0).sum())
    if nothing:
        notes.append(
            trn(
                "Of {n} group no file was coded: its share can be anything, from 0 to 100 %.",
                "Of {n} groups no file was coded: their shares can be anything, from 0 to 100 %.",
                nothing,
            )
        )
    return tuple(notes)


def _times(
    cases: CaseData, log: FileLog, of: str, start: str, by: tuple[str, ...], found: Sequence[UncodedFiles]
) -> tuple[TimeTo | None, Sequence[Odds], tuple[Readable, ...]]:
    """Return the days at which shares of the coded files came there, and where they are read; or why not."""
    try:
        first = time_to(cases, start=start, outcome=of, by=by, shares=[MEDIAN])
    except QuestionError as error:
        return None, (), (tr("No median is told: {why}", why=error.problem),)
    states = cases.resolve(start)
    # every file has its beginning, also where nobody wrote down the day
    reached = (nw.lit(1) if cases.procedure.start in states else cases.reached(states), nw.lit(1))
    whole = uncoded_files(cases, log, reached, tuple(MISSING.values()), by=by)[0].numerator
    timed = timed_weights(first, found[0].strata, by)
    untold = np.maximum(whole - timed, 0)
    odds = [Odds(timed, one.missing + untold) for one in found]
    wanted = sorted({one for kind in odds for bounds in read_at(kind) for one in bounds if 0 < one < 1} | {MEDIAN})
    notes = (
        tr(
            "Coded files whose time cannot be told count as missing in the bounds of the median: nobody knows whether "
            "they were quick."
        ),
    )
    return (
        time_to(cases, start=start, outcome=of, by=by, shares=wanted),
        odds,
        notes if (untold > _DUST * whole).any() else (),
    )
