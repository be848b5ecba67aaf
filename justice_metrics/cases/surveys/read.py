"""Surveys from files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...base.errors import ReadError
from ...base.language import tr
from ..readers import survey as exports
from ..readers.files import read_text_tables
from .mapping import SurveyMapping
from .survey import Survey
from .typed import Given, as_survey_mapping, needed_columns, survey_parts


def read_survey(
    path: str | Path | Sequence[str | Path] | None = None, *, mapping: SurveyMapping | Mapping[str, Any] | str | Path
) -> Survey:
    """Read a survey of officials or users as a survey file describes it.

    Parameters
    ----------
    path : path or sequence of paths, optional
        The answers, one row per person and round; by default what the survey file names, beside it.
    mapping : SurveyMapping, path or dict
        Which column is what; see ``docs/perceptions.md``.

    Returns
    -------
    Survey

    Raises
    ------
    SettingsError
        When the survey file is wrong.
    ReadError
        When a file is missing, empty, or not what it claims to be.
    MappingError, CaseDataError
        When a column is missing, answers are not known, ids repeat within a round, or weights are no weights.

    Examples
    --------
    >>> import tempfile, pathlib, justice_metrics as jm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "survey.csv"
    ...     _ = file.write_text("P1;Cargo\\nDe acuerdo;Fiscal\\nNo sabe;Juez\\n", encoding="utf-8")
    ...     survey = jm.read_survey(file, mapping={
    ...         "survey": {"language": "es"}, "groups": {"role": "Cargo"},
    ...         "answers": {"agreement": {"points": [
    ...             {"en": "disagree", "es": "En desacuerdo"}, {"en": "agree", "es": "De acuerdo"}],
    ...             "dont_know": "No sabe"}},
    ...         "items": {"P1": {"text": {"en": "Victims are heard", "es": "Se escucha a las víctimas"}}}})
    >>> survey
    Survey(2 people, 1 item)
    """
    described = as_survey_mapping(mapping)
    part = described.survey
    folder = described.folder if path is None else Path()
    given = part.file if path is None else [path] if isinstance(path, str | Path) else list(path)
    if not given:
        raise ReadError(
            tr("The survey file names no file of answers."), tr("Set 'file' in [survey], or name the file in the call.")
        )
    paths = [folder / one for one in given]
    if part.export is not None:
        needed = list(dict.fromkeys(column for column, _ in described.columns()))
        sheet = part.sheet[0] if part.sheet else None
        read = exports.read_survey(
            paths, names=needed, sheet=sheet, language=part.language, encoding=part.encoding, separator=part.separator
        )
    else:
        read = read_text_tables(
            paths,
            sheet=part.sheet or None,
            encoding=part.encoding,
            separator=part.separator,
            header_row=part.header_row,
            needed={column for column, _ in described.columns()},
        )
    columns = {name: read.table.column(name).to_pylist() for name in needed_columns(described, read.columns)}
    given_columns = Given(columns, read.n_rows, read.source, "pandas", tuple(read.notes))
    return Survey(**survey_parts(described, given_columns))
