"""From the mapping that a command names to its cases, or to its table of counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..base.language import tr
from .shell import Shell

if TYPE_CHECKING:
    from ..cases.casedata import CaseData
    from ..cases.counts.data import CountData


def cases_of(shell: Shell, mapping: Path, *, faults: Literal["refuse", "count"] | None = None) -> CaseData:
    """Read the cases that a mapping describes, and speak its language from here on."""
    from ..cases.mapping import read_mapping
    from ..cases.read import read_cases

    described = read_mapping(mapping)
    shell.settle(described.data.language)
    files = tuple(Path(one).name for one in described.data.file)
    with shell.working(tr("Reading the case files: {files}", files=files)):
        return read_cases(mapping=described, faults=faults)


def data_of(shell: Shell, mapping: Path) -> CaseData | CountData:
    """Read the cases or the table of counts that a mapping describes, and speak its language from here on."""
    from ..base.settings import read_toml

    data = read_toml(mapping).get("data")
    if not isinstance(data, dict) or data.get("kind") != "counts":
        return cases_of(shell, mapping)
    from ..cases.counts.mapping import read_count_mapping
    from ..cases.counts.reading import read_counts

    described = read_count_mapping(mapping)
    shell.settle(described.data.language)
    files = tuple(Path(one).name for one in described.data.file)
    with shell.working(tr("Reading the table of counts: {files}", files=files)):
        return read_counts(mapping=described)
