"""From the mapping that a command names to its cases, or to its table of counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ..base.errors import QuestionError
from ..base.language import LANGUAGES, tr
from .shell import Shell

if TYPE_CHECKING:
    from ..cases.casedata import CaseData
    from ..cases.counts.data import CountData

# The commands that read with data_of.
OF_COUNTS: Final = (
    *("counts", "flows", "ratios", "effectiveness", "parts", "changes", "offices", "population-rates"),
    *("trends", "control-chart", "change-points", "crosswalk"),
)


def cases_of(
    shell: Shell,
    mapping: Path,
    *,
    faults: Literal["refuse", "count"] | None = None,
    corrections: Path | None = None,
) -> CaseData:
    """Read the cases that a mapping describes, and speak its language from here on."""
    from ..cases.counts.mapping import section_of_counts

    section = section_of_counts(mapping)
    if section is not None:
        raise _no_cases(shell, mapping, section)
    return _read_cases(shell, mapping, faults, corrections)


def data_of(shell: Shell, mapping: Path) -> CaseData | CountData:
    """Read the cases or the table of counts that a mapping describes, and speak its language from here on."""
    from ..cases.counts.mapping import read_count_mapping, section_of_counts
    from ..cases.counts.reading import read_counts
    from ..cases.readers.database_url import source_name

    if section_of_counts(mapping) is None:
        return _read_cases(shell, mapping, None)
    described = read_count_mapping(mapping)
    shell.settle(described.data.language)
    files = tuple(source_name(one) for one in described.data.file)
    with shell.working(tr("Reading the table of counts: {files}", files=files)):
        return read_counts(mapping=described)


def _read_cases(
    shell: Shell, mapping: Path, faults: Literal["refuse", "count"] | None, corrections: Path | None = None
) -> CaseData:
    from ..cases.mappings.mapping import read_mapping
    from ..cases.read import read_cases
    from ..cases.readers.database_url import source_name

    described = read_mapping(mapping)
    shell.settle(described.data.language)
    files = tuple(source_name(one) for one in described.data.file)
    with shell.working(tr("Reading the case files: {files}", files=files)):
        return read_cases(mapping=described, faults=faults, corrections=corrections)


def _no_cases(shell: Shell, mapping: Path, section: Mapping[str, Any]) -> QuestionError:
    """Say that a table of counts serves where cases are needed in no way, and which commands take one."""
    spoken = next((one for one in LANGUAGES if one == section.get("language")), None)
    if spoken is not None:
        shell.settle(spoken)
    return QuestionError(
        tr("'{name}' describes a table of counts; this command follows cases and needs case files.", name=mapping.name),
        tr("These commands take a table of counts: {commands}.", commands=", ".join(OF_COUNTS)),
    )
