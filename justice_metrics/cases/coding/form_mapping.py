"""The mapping that reads what KoboToolbox or ODK export of the form: made of the plan, like that of the workbook."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from ...base.language import Language
from .mapping_text import mapping_text
from .plan import CodingPlan
from .xlsform import form_names


def form_mapping_text(
    plan: CodingPlan,
    *,
    language: Language,
    procedure: str,
    checklist: str | None,
    cutoff: dt.date,
    file: str,
    form: str,
    export: Literal["kobo", "odk"] = "kobo",
) -> str:
    """Return the text of the mapping for an export of the form that :func:`~.xlsform.xlsform_bytes` writes.

    Parameters
    ----------
    plan : CodingPlan
    language : {"en", "es"}
        In which the labels of answers become levels of case data, whatever language was exported.
    procedure, checklist : str
        As the mapping names them: a shipped id, or a file beside it.
    cutoff : datetime.date
        Last day on which the files are complete.
    file, form : str
        The export as xlsx, and the form itself, both beside the mapping. With the form at hand an export may have
        names or labels, with groups before them or not.
    export : {"kobo", "odk"}

    Returns
    -------
    str
        Valid TOML. Rows of a repeat get the id of the case from their submission.
    """
    return mapping_text(
        plan,
        language=language,
        procedure=procedure,
        checklist=checklist,
        cutoff=cutoff,
        data={"file": file, "export": export, "form": form},
        columns=form_names(plan),
        sheets={table.id: table.id for table in plan.tables if table.repeats},
    )
