"""Case data from linked registers: each register a stage table, joined by the case that its records belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...base.errors import MappingError, suggestion
from ...base.language import tr
from .. import canonical
from ..casedata import CaseData
from ..mappings.mapping import CaseMapping
from .linked import LinkedRegisters


def linked_cases(
    linked: LinkedRegisters, mapping: CaseMapping | str | Path | Mapping[str, Any], *, threshold: float
) -> CaseData:
    """Make case data of linked registers, at one threshold.

    Parameters
    ----------
    linked : LinkedRegisters
    mapping : CaseMapping, path or dict
        A mapping of stage tables in which ``file`` is the name of a register and the id is ``linked_case``. It can
        name day, sex and place of a record, and the columns that the linkage file lets pass (``keep``).
    threshold : float
        Probability from which a pair counts as one person.

    Returns
    -------
    CaseData
        One unit per record of the first register. Records of others that belong to no case of it are left out.

    Raises
    ------
    MappingError
        When the mapping is no mapping of stage tables, names a register that is not there, or a column that stays
        behind.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> linked = jm.link_registers("linkage.toml")  # doctest: +SKIP
    >>> cases = jm.linked_cases(linked, "linked_cases.toml", threshold=0.9)  # doctest: +SKIP
    """
    described = canonical.as_mapping(mapping if not isinstance(mapping, Mapping) else dict(mapping))
    if described.data.kind != "stages":
        raise MappingError(
            tr("Linked registers are stage tables, and this mapping is one of another kind."),
            tr("Write kind = 'stages' and one [[stages]] per register, with its name as 'file'."),
        )
    asked = [_register(one.file) for one in described.stages]
    support = _register(described.support.file) if described.support is not None else ""
    for name in (*asked, *([support] if support else [])):
        if name not in linked.names:
            raise MappingError(
                tr("The mapping names the register '{name}', which was not linked.", name=name),
                suggestion(name, linked.names),
            )
    for place, name in enumerate(asked):
        _ensure_kept(linked, name, [column for column, _ in described.columns(place)])
    if support:
        _ensure_kept(linked, support, [column for column, _ in described.support_columns()])
    frames = {one: linked.frame(one, threshold) for one in {*asked, *([support] if support else [])}}
    made = canonical.from_frames(
        [frames[one] for one in asked],
        described,
        support=frames[support] if support else None,
        source=linked.provenance.source,
    )
    return CaseData(
        **made._replace(
            provenance=canonical.named(made.provenance, linked.provenance.source), frame_library="pandas"
        )._asdict()
    )


def _register(file: str | Sequence[str] | None) -> str:
    """Return the name of the register that stands where a mapping names a file."""
    return (file or "") if isinstance(file, str | None) else next(iter(file), "")


def _ensure_kept(linked: LinkedRegisters, name: str, columns: Sequence[str]) -> None:
    """Refuse columns of a register that do not go into case data."""
    held = linked.registers[linked.names.index(name)]
    for column in columns:
        if column in held.table.column_names and column not in held.part.kept:
            raise MappingError(
                tr(
                    "The column '{column}' of the register '{name}' stays behind: it is none of those that the linkage "
                    "file lets pass.",
                    column=column,
                    name=name,
                ),
                tr("If it tells nobody who somebody is, name it under keep = [...] of this register."),
            )
