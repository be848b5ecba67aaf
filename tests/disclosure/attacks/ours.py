"""What our gate makes of made answers, as the files that an outsider gets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from justice_metrics.base.result import Result
from justice_metrics.disclosure.audit import AuditReport, audit, truth_of
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.release import Release, release
from tests.disclosure.audit.made_release import write_release


class Ours(NamedTuple):
    """A release folder, what is in it and what the auditor says."""

    folder: Path
    released: Release
    published: dict[str, Any]
    report: AuditReport

    def rows(self, result: int = 0, table: str = "main") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.published["results"][result]["tables"][table]["rows"]
        return rows


def ours(
    folder: Path,
    *results: Result,
    before: Sequence[Ours] = (),
    **policy: Any,
) -> Ours:
    """Release answers by a policy, write what is published, and audit it against the true counts."""
    declared = DisclosurePolicy(**policy)
    made = release(list(results), declared, previous=[one.released.cells for one in before])
    written = write_release(
        folder, made.results, policy=declared.to_record(), exact=made.exact, ties=getattr(made, "ties", {})
    )
    report = audit(written, [one.folder for one in before], truth=truth_of(made.dossier()))
    return Ours(written, made, json.loads((written / "results.json").read_text()), report)


def words(found: AuditReport) -> str:
    return "\n".join(one.text() for one in found.findings)
