"""From the mapping that a command names to its cases, or to its table of counts."""

from __future__ import annotations

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
    *("flows", "ratios", "effectiveness", "parts", "changes", "offices", "population-rates"),
    *("trends", "control-chart", "change-points", "crosswalk"),
)


def cases_of(shell: Shell, mapping: Path, *, faults: Literal["refuse", "count"] | None = None) -> CaseData:
    """Read the cases that a mapping describes, and speak its language from here on."""
    from ..cases.mapping import read_mapping
    from ..cases.read import read_cases

    _refuse_counts(shell, mapping)
    described = read_mapping(mapping)
    shell.settle(described.data.language)
    files = tuple(Path(one).name for one in described.data.file)
    with shell.working(tr("Reading the case files: {files}", files=files)):
        return read_cases(mapping=described, faults=faults)


def data_of(shell: Shell, mapping: Path) -> CaseData | CountData:
    """Read the cases or the table of counts that a mapping describes, and speak its language from here on."""
    if _section_of_counts(mapping) is None:
        return cases_of(shell, mapping)
    from ..cases.counts.mapping import read_count_mapping
    from ..cases.counts.reading import read_counts

    described = read_count_mapping(mapping)
    shell.settle(described.data.language)
    files = tuple(Path(one).name for one in described.data.file)
    with shell.working(tr("Reading the table of counts: {files}", files=files)):
        return read_counts(mapping=described)


def _section_of_counts(mapping: Path) -> dict[str, Any] | None:
    """Return the section [data] of the mapping of a table of counts; None for any other mapping."""
    from ..base.settings import read_toml

    data = read_toml(mapping).get("data")
    return data if isinstance(data, dict) and data.get("kind") == "counts" else None


def _refuse_counts(shell: Shell, mapping: Path) -> None:
    """Refuse the mapping of a table of counts where cases are needed, and name the commands that take one."""
    data = _section_of_counts(mapping)
    if data is None:
        return
    spoken = next((one for one in LANGUAGES if one == data.get("language")), None)
    if spoken is not None:
        shell.settle(spoken)
    raise QuestionError(
        tr("'{name}' describes a table of counts; this command follows cases and needs case files.", name=mapping.name),
        tr("These commands take a table of counts: {commands}.", commands=", ".join(OF_COUNTS)),
    )
