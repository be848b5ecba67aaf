"""One figure of a study, drawn again by itself: the number is that of the report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..base.errors import QuestionError
from ..base.language import Language, tr
from ..figures.style import FigureFormat
from ..publish.drawing import drawn_as
from .asking import Steps, asked, read_data, reading
from .plan import Study, read_study

_NUMBER: Final = re.compile(r"([1-9]\d{0,3})([a-z]?)")


def study_figure(
    path: str | Path, number: str, kinds: Sequence[FigureFormat], *, language: Language | None = None
) -> dict[FigureFormat, bytes]:
    """Draw one figure of a study from its data; no other question is asked.

    Parameters
    ----------
    path : path
        The study file.
    number : str
        As under the figure in the report: "3", or "3b" where an answer has several.
    kinds : sequence of {"svg", "png", "pdf"}
        Formats of the file.
    language : {"en", "es"}, optional
        Language of the words in it; the first of the study by default.

    Returns
    -------
    dict of str to bytes
        The figure in each format, at the size at which it is printed on a sheet of A4. It is internal, and says so.

    Raises
    ------
    QuestionError
        When the study has no such figure.
    JusticeMetricsError
        When study, mapping or data cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from justice_metrics.simulate.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as place:
    ...     figure = study_figure(write_sample(place + "/demo") / "study.toml", "1", ["svg"], language="en")["svg"]
    >>> b"INTERNAL" in figure
    True
    """
    study = read_study(path)
    place, letter = _place(number, study)
    planned = study.questions[place - 1]
    # Only what this question needs is read.
    alone = replace(study, questions=(planned,))
    steps = Steps(None, 0)
    result = asked(planned, place, read_data(alone, steps)[reading(planned)], steps)
    views: list[str | None] = [None, *result.views]
    chosen = ord(letter or "a") - ord("a")
    if chosen >= len(views):
        last = f"{place}{chr(ord('a') + len(views) - 1)}" if len(views) > 1 else str(place)
        raise QuestionError(
            tr("There is no figure {number} in this study.", number=f"'{number}'"),
            tr("The last one of question {place} is {last}.", place=place, last=last),
        )
    return drawn_as(result, kinds, view=views[chosen], language=language or study.languages[0])


def _place(number: str, study: Study) -> tuple[int, str]:
    read = _NUMBER.fullmatch(number.strip().lower())
    if read is None or int(read[1]) > len(study.questions):
        raise QuestionError(
            tr("There is no figure {number} in this study.", number=f"'{number[:20]}'"),
            tr(
                "Give a number from 1 to {last}, as under the figure in the report, such as 1 or 1b.",
                last=len(study.questions),
            ),
        )
    return int(read[1]), read[2]
