"""From a mapping, or from a procedure with its checklist, to the data dictionary of the case data that they make."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ...base.errors import QuestionError, SettingsError
from ...base.language import Language, Readable, tr
from ...base.provenance import unit_words
from ...base.settings import read_toml
from ..canonical import procedure_of
from ..casedata import CHILD_WORDS
from ..checklist import Checklist
from ..checklist_file import read_checklist
from ..coding.mapping_text import mapping_text
from ..coding.planning import coding_plan
from ..mappings.mapping import CaseMapping, read_mapping
from ..practice import checklist_of, ensure_items
from ..procedure import Procedure
from ..procedure_file import read_procedure
from ..readers.database_url import source_name
from .case_tables import case_variables, event_variables
from .hanging_tables import child_variables, support_variables
from .parts import DataDictionary, DescribedTable, Variable
from .words import Words

# A mapping needs a cut-off; that of a dictionary without data is shown nowhere.
_NO_CUTOFF: Final = dt.date(2000, 1, 1)


def data_dictionary(
    described: CaseMapping | Procedure | str | Path,
    *,
    checklist: Checklist | str | Path | None = None,
    answered: Language = "es",
) -> DataDictionary:
    """Describe what case data hold: tables, variables, codes and ways of missing, in every language; reads no case.

    Parameters
    ----------
    described : CaseMapping, Procedure, str or Path
        A mapping, or the path of one: the case data that it makes, with the columns and texts of the files. Or a
        procedure, its shipped id or its file: the case data that the coding sheet of that country makes.
    checklist : Checklist, str or Path, optional
        With a procedure: the checklist of practice that is coded with it. A mapping names its own.
    answered : {"en", "es"}
        With a procedure: the language in which coders answer; labels of answers become levels.

    Returns
    -------
    DataDictionary
        :func:`justice_metrics.write_dictionary` writes it as a workbook or as a DDI codebook.

    Raises
    ------
    QuestionError
        When a checklist is given beside a mapping.
    SettingsError, MappingError
        When a file is missing or does not hold together.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> dictionary = jm.data_dictionary("bolivia", checklist="child_sexual_assault")
    >>> dictionary.table("cases").variable("outcome").codes[-1].id
    'pending'
    """
    given = read_described(described)
    if isinstance(given, CaseMapping):
        if checklist is not None:
            raise QuestionError(
                tr("A mapping names its own checklist of practice in its section [practice]."),
                tr("Leave 'checklist' out, or describe a procedure."),
            )
        procedure, listed = procedure_of(given), checklist_of(given)
        if listed is not None:
            ensure_items(given, listed)
        return _of_mapping(given, procedure, listed)
    listed = checklist if isinstance(checklist, Checklist | None) else read_checklist(checklist)
    return _of_procedure(given, listed, answered)


def read_described(described: CaseMapping | Procedure | str | Path) -> CaseMapping | Procedure:
    """Return the mapping or the procedure that is described: a TOML file without [procedure] is a mapping.

    Raises
    ------
    SettingsError
        When a file is missing, is not TOML, does not hold together, or describes a survey.
    """
    if isinstance(described, CaseMapping | Procedure):
        return described
    path = Path(described)
    if path.suffix.casefold() == ".toml":
        sections = read_toml(path)
        if "survey" in sections and "cases" not in sections:
            raise SettingsError(
                tr("'{source}' describes a survey, not cases.", source=path.name),
                tr("A dictionary is made of a mapping of cases or of a procedure; a survey file tells its own words."),
            )
        if "procedure" not in sections:
            return read_mapping(path)
    return read_procedure(described)


def _of_procedure(procedure: Procedure, checklist: Checklist | None, answered: Language) -> DataDictionary:
    """Describe what the coding sheet of a country makes: the mapping that reads it says so."""
    plan = coding_plan(procedure, checklist)
    text = mapping_text(
        plan,
        language=answered,
        procedure=procedure.id,
        checklist=None if checklist is None else checklist.id,
        cutoff=_NO_CUTOFF,
        data={"sheet": plan.tables[0].text.text(answered)},
        columns={(table.id, one.name): one.text.text(answered) for table, one in plan.fields},
        sheets={table.id: table.text.text(answered) for table in plan.tables},
    )
    mapping = CaseMapping.from_dict(tomllib.loads(text))
    made = tuple(_tables(mapping, procedure, checklist, Words(plan, answered)))
    return DataDictionary(
        id=procedure.id,
        title=tr("Data dictionary: {what}", what=procedure.title),
        unit=unit_words(mapping.cases.unit),
        procedure=procedure.title,
        law=procedure.source,
        checklist=None if checklist is None else checklist.title,
        tables=made,
    )


def _of_mapping(mapping: CaseMapping, procedure: Procedure, checklist: Checklist | None) -> DataDictionary:
    plan = coding_plan(procedure, checklist)
    return DataDictionary(
        id=Path(mapping.source).stem,
        title=tr("Data dictionary: {what}", what=mapping.source),
        unit=unit_words(mapping.cases.unit),
        procedure=procedure.title,
        law=procedure.source,
        checklist=None if checklist is None else checklist.title,
        tables=tuple(_tables(mapping, procedure, checklist, Words(plan))),
    )


def _tables(
    mapping: CaseMapping, procedure: Procedure, checklist: Checklist | None, words: Words
) -> Iterator[DescribedTable]:
    """Yield every table that the mapping makes."""
    stages = [name for one in mapping.stages for name in one.file]
    first = stages or [*mapping.data.file]
    sheets = mapping.data.sheet
    yield _table("cases", tr("cases"), first, sheets, case_variables(mapping, procedure, checklist, words))
    yield _table("events", tr("events"), first, sheets, event_variables(mapping, procedure))
    if mapping.support is not None:
        spells = mapping.support
        named = [spells.sheet] if spells.sheet else []
        yield _table("support", tr("support"), spells.file or first, named, support_variables(mapping, words))
    for name, part in mapping.children.items():
        # without a table of its own it stands in the columns of the cases
        named = [part.sheet] if part.sheet else [] if part.apart else [*sheets]
        variables = child_variables(name, part, mapping, procedure, words)
        yield _table(name, CHILD_WORDS[name], part.file or first, named, variables)


def _table(
    id: str, text: Readable, files: Iterable[str], sheets: Iterable[str], variables: tuple[Variable, ...]
) -> DescribedTable:
    """Return a table with the names of its files and sheets, without folders and hosts."""
    source = ", ".join(source_name(one) for one in files)
    within = ", ".join(sheets)
    return DescribedTable(
        id=id, text=text, source=" · ".join(one for one in (source, within) if one), variables=variables
    )
