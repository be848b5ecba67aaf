"""The files with which coding begins: workbook, survey form, and the mappings that read both back without edits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from ...base.errors import OutputError, QuestionError
from ...base.language import LANGUAGES, Language, tr, trn
from ..checklist import Checklist
from ..checklist_file import read_checklist
from ..private_file import placed
from ..procedure import Procedure
from ..procedure_file import read_procedure
from .form_mapping import form_mapping_text
from .mapping_text import mapping_text
from .plan import CASE_TABLE, CodingPlan
from .planning import coding_plan
from .workbook import sheet_columns, workbook_bytes
from .xlsform import xlsform_bytes

WORKBOOK: Final = "coding_sheet.xlsx"
MAPPING: Final = "mapping.toml"
FORM: Final = "form.xlsx"
FORM_MAPPING: Final = "form_mapping.toml"
# What an export of the form is called in its mapping.
FORM_EXPORT: Final = "form_export.xlsx"
_MOST_CODERS: Final = 50


class _Named(NamedTuple):
    """A procedure or checklist: how the mapping names it, and the text of its file where it is the user's own."""

    name: str
    own: bytes | None


def write_template(
    procedure: str | Path,
    folder: str | Path,
    *,
    checklist: str | Path | None = None,
    language: Language = "en",
    cutoff: dt.date | None = None,
    coders: int = 1,
) -> tuple[Path, ...]:
    """Write the files with which the coding of case files begins.

    Parameters
    ----------
    procedure : str or Path
        A procedure that comes with the library, such as ``"bolivia"``, or a file of your own.
    folder : str or Path
        Where; it is made if it is not there.
    checklist : str or Path, optional
        The checklist of practice whose items are asked too: one that comes with the library, such as
        ``"child_sexual_assault"``, or a file of your own.
    language : {"en", "es"}
        Of headings, answers and instructions.
    cutoff : datetime.date, optional
        Last day on which the files are complete; today by default. The cells refuse later dates, and the mappings
        follow open cases until then.
    coders : int
        How many people code the same files independently of one another; from two on each gets a workbook of their own.

    Returns
    -------
    tuple of Path
        ``coding_sheet.xlsx`` (or ``coding_sheet_C1.xlsx`` and so on) with ``mapping.toml``, which reads it back, and
        ``form.xlsx`` (an XLSForm) with ``form_mapping.toml``, which reads its export ``form_export.xlsx``; beside them
        copies of a procedure and a checklist of your own. In the order in which they were written.

    Raises
    ------
    QuestionError
        When the number of coders is none.
    ProcedureError, SettingsError
        When the procedure or the checklist cannot be read.
    OutputError
        When the folder holds one of these files already: somebody may have filled it in.

    Examples
    --------
    >>> import tempfile, datetime, justice_metrics as jm
    >>> from justice_metrics.cases.coding.template import write_template
    >>> with tempfile.TemporaryDirectory() as place:
    ...     made = write_template("bolivia", place + "/study", language="es", cutoff=datetime.date(2018, 4, 30))
    ...     [path.name for path in made]
    ['coding_sheet.xlsx', 'mapping.toml', 'form.xlsx', 'form_mapping.toml']
    """
    if not 1 <= coders <= _MOST_CODERS:
        raise QuestionError(
            tr("A study has 1 to {most} coders, not {n}.", most=_MOST_CODERS, n=coders),
            tr("Give the number of people who code the same files independently."),
        )
    if language not in LANGUAGES:
        raise QuestionError(
            tr("'{language}' is no language of the coding sheet.", language=language),
            tr("There are: {listed}.", listed=", ".join(LANGUAGES)),
        )
    read = read_procedure(procedure)
    items = None if checklist is None else read_checklist(checklist)
    by_name = (_named(procedure, "procedure.toml"), None if checklist is None else _named(checklist, "checklist.toml"))
    files = dict(_files(read, items, by_name, language=language, cutoff=cutoff or dt.date.today(), coders=coders))
    target = Path(folder)
    _ensure_free(target, list(files))
    try:
        target.mkdir(parents=False, exist_ok=True)
    except OSError:
        raise OutputError(
            tr("The folder '{name}' could not be made.", name=target.name),
            tr("Make the folder around it first, or look at its rights."),
        ) from None
    for name, content in files.items():
        with placed(target / name) as beside:
            beside.write_bytes(content)
    return tuple(target / name for name in files)


def _files(
    procedure: Procedure,
    checklist: Checklist | None,
    by_name: tuple[_Named, _Named | None],
    *,
    language: Language,
    cutoff: dt.date,
    coders: int,
) -> Iterator[tuple[str, bytes]]:
    """Yield every file with its name."""
    plan = coding_plan(procedure, checklist)
    codes = tuple(f"C{number}" for number in range(1, coders + 1)) if coders > 1 else ()
    books = [f"coding_sheet_{one}.xlsx" for one in codes] or [WORKBOOK]
    for place, name in enumerate(books):
        yield name, workbook_bytes(plan, language=language, cutoff=cutoff, coders=codes[place : place + 1])
    named, items = by_name[0].name, None if by_name[1] is None else by_name[1].name
    text = sheet_mapping_text(plan, books, language=language, procedure=named, checklist=items, cutoff=cutoff)
    yield MAPPING, text.encode()
    yield FORM, xlsform_bytes(plan, language, cutoff)
    text = form_mapping_text(
        plan, language=language, procedure=named, checklist=items, cutoff=cutoff, file=FORM_EXPORT, form=FORM
    )
    yield FORM_MAPPING, text.encode()
    for one, name in zip(by_name, ("procedure.toml", "checklist.toml"), strict=True):
        if one is not None and one.own is not None:
            yield name, one.own


def sheet_mapping_text(
    plan: CodingPlan,
    files: list[str],
    *,
    language: Language,
    procedure: str,
    checklist: str | None,
    cutoff: dt.date,
    simulated: bool = False,
) -> str:
    """Return the text of the mapping that reads filled workbooks of a plan.

    Parameters
    ----------
    plan : CodingPlan
    files : list of str
        Names of the workbooks, beside the mapping.
    language : {"en", "es"}
        Of the workbooks.
    procedure, checklist : str
        As the mapping names them: a shipped id, or a file beside it.
    cutoff : datetime.date
        Last day on which the files are complete.
    simulated : bool
        Whether the cases are made up.

    Returns
    -------
    str
        Valid TOML.
    """
    sheets = {table.id: table.text.text(language) for table in plan.tables}
    return mapping_text(
        plan,
        language=language,
        procedure=procedure,
        checklist=checklist,
        cutoff=cutoff,
        data={
            "file": files[0] if len(files) == 1 else files,
            "sheet": sheets[CASE_TABLE],
            "date_order": "dmy",
            "coding_sheet": True,
            **({"simulated": True} if simulated else {}),
        },
        columns=sheet_columns(plan, language),
        sheets=sheets,
    )


def _named(given: str | Path, name: str) -> _Named:
    """Return how a mapping beside the copy of a file names it; what comes with the library needs no copy."""
    path = Path(given)
    if path.suffix.casefold() != ".toml" and len(path.parts) == 1:
        return _Named(str(given), None)
    return _Named(name, path.read_bytes())


def _ensure_free(folder: Path, names: list[str]) -> None:
    """Refuse to replace a sheet: hours of coding may be in it."""
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise OutputError(
            trn(
                "The folder '{folder}' holds {n} file of a coding sheet already ({name}); it may be filled in.",
                "The folder '{folder}' holds {n} files of a coding sheet already ({name}, …); they may be filled in.",
                len(there),
                folder=folder.name,
                name=there[0],
            ),
            tr("Name another folder, or move these files away first."),
        )
