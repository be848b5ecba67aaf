"""Units that belong together: what tests that take them as independent make of them."""

from __future__ import annotations

from typing import Final

from ...base.language import Readable, tr
from ...cases.casedata import CaseData

# Several of these can belong to one case.
_MEMBERS: Final = frozenset({"victim", "accused", "charge"})


def belonging_notes(cases: CaseData) -> tuple[Readable, ...]:
    """Return a note where several units can belong to one case; declared clusters have a note of their own."""
    if cases.unit not in _MEMBERS or cases.sampling.cluster:
        return ()
    return (
        tr(
            "Units count as independent. Several of them can belong to one case and be alike; then limits are too "
            "short and differences are called sure too often. Count cases (to_unit) to see whether they remain."
        ),
    )
