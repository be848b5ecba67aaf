"""From the mapping that a command names to its cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..base.language import tr
from .shell import Shell

if TYPE_CHECKING:
    from ..cases.casedata import CaseData


def cases_of(shell: Shell, mapping: Path, *, faults: Literal["refuse", "count"] | None = None) -> CaseData:
    """Read the cases that a mapping describes, and speak its language from here on."""
    from ..cases.mapping import read_mapping
    from ..cases.read import read_cases

    described = read_mapping(mapping)
    shell.settle(described.data.language)
    files = tuple(Path(one).name for one in described.data.file)
    with shell.working(tr("Reading the case files: {files}", files=files)):
        return read_cases(mapping=described, faults=faults)
