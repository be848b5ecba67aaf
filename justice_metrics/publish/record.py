"""Results for a program: JSON with column names, full precision, and what a number must not travel without."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..base.language import Language
from ..disclosure.safe import printed_fingerprint, units_hidden
from .audience import audience_of
from .inert import setting_text

if TYPE_CHECKING:
    from ..base.result import Result
    from ..base.table import Table


def as_json(results: Sequence[Result], language: Language) -> dict[str, Any]:
    """Return results as plain lists, texts and numbers; a number that is not defined is null."""
    return {
        "audience": "public" if results and all(audience_of(one) == "public" for one in results) else "internal",
        "simulated": any(one.provenance.simulated for one in results),
        "results": [_result(one, language) for one in results],
    }


def json_bytes(results: Sequence[Result], language: Language) -> bytes:
    """Return results as the bytes of a JSON file."""
    return (json.dumps(as_json(results, language), ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _result(result: Result, language: Language) -> dict[str, Any]:
    definition, provenance = result.definition, result.provenance
    return {
        "question": provenance.question or result.question,
        "heading": result.heading.text(language),
        "findings": [one.text(language) for one in result.findings()],
        "tables": {name: _table(table, language) for name, table in result.tables.items()},
        "definition": {
            "answers": definition.answers.text(language),
            "numerator": definition.numerator.text(language),
            "denominator": definition.denominator.text(language),
            "basis": definition.basis,
            "pending": definition.pending.text(language),
            "method": definition.method.text(language) if definition.method else None,
        },
        "notes": [one.text(language) for one in result.notes],
        "provenance": {
            "source": provenance.source,
            "fingerprint": printed_fingerprint(provenance),
            "unit": provenance.unit,
            "units": None if units_hidden(provenance) else provenance.units_in,
            "left_out": [{"reason": one.reason.text(language), "n": one.n} for one in provenance.left_out],
            "plan": provenance.plan or None,
            "corrections": [
                {"action": one.action, "what": one.what.text(language), "n": one.n} for one in provenance.corrections
            ],
            "cutoff": provenance.cutoff.isoformat() if provenance.cutoff else None,
            "sampling": provenance.sampling,
            "procedure": provenance.procedure,
            "settings": {name: setting_text(value, language) for name, value in provenance.settings},
            "version": provenance.version,
        },
    }


def _table(table: Table, language: Language) -> dict[str, Any]:
    columns = table.frame_columns()
    values = [[_plain(value) for value in array] for array in columns.values()]
    return {
        "title": table.title.text(language) if table.title else None,
        "warning": table.warning.text(language) if table.warning else None,
        "columns": [
            {"name": one.name, "meaning": one.meaning.text(language), "unit": one.unit, "role": one.role}
            for one in table.columns
        ],
        "rows": [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)],
    }


def _plain(value: Any) -> Any:
    made = value.item() if isinstance(value, np.generic) else value
    if isinstance(made, float) and not math.isfinite(made):
        return None
    return made if made is None or isinstance(made, bool | int | float | str) else str(made)
