"""The mapping that reads filled coding sheets back: made of the plan, so that nobody has to edit it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from ...base.language import Language, tr
from ...base.levels import NOT_AVAILABLE
from ..mappings.children import CHILD_COLUMNS
from .plan import CASE_TABLE, CodedField, CodingPlan

# Column of each question, by table and name of the question.
Columns: TypeAlias = Mapping[tuple[str, str], str]
Value: TypeAlias = str | bool | dt.date | Sequence[str] | Mapping[str, Any]

_WIDTH: Final = 118
# Keys whose texts stand for ids, besides the label columns of child tables; of all others the text stays as it is.
_LABELLED: Final = frozenset({"outcome", "reliance.status", "support.actor", "accused.outcome"})


def mapping_text(
    plan: CodingPlan,
    *,
    language: Language,
    procedure: str,
    checklist: str | None,
    cutoff: dt.date,
    data: Mapping[str, Value],
    columns: Columns,
    sheets: Mapping[str, str],
) -> str:
    """Return the text of the mapping for sheets that were made of a plan.

    Parameters
    ----------
    plan : CodingPlan
    language : {"en", "es"}
        In which the answers are written.
    procedure, checklist : str
        As the mapping names them: a shipped id, or a file beside it.
    cutoff : datetime.date
        Last day on which the files are complete.
    data : mapping of str to str
        What stands in [data]: file, and how it is to be read.
    columns : mapping of (str, str) to str
        Column of each question, by table and name; a question without a column is left out. A child table whose id has
        none is tied to the cases by its reader.
    sheets : mapping of str to str
        Sheet of each child table.

    Returns
    -------
    str
        Valid TOML.
    """
    cases: dict[str, Value] = {
        "unit": "case",
        "procedure": procedure,
        "cutoff": cutoff,
        "sampling": {"frame": "registered"},
    }
    found: dict[str, Any] = {
        "data": {**data, "language": language},
        "cases": cases,
        "dates": {},
        "outcome": {},
        "attributes": {},
    }
    if checklist is not None and plan.checklist is not None:
        found["practice"] = {"checklist": checklist}
    for table in plan.tables:
        if table.id != CASE_TABLE:
            found[table.id] = {"sheet": sheets[table.id]}
        for field in table.fields:
            column = columns.get((table.id, field.name))
            if column is not None:
                for source in (field.source, *field.also):
                    _put(found, plan, field, source, column, language)
    if "id" not in found["support"]:
        found["support"]["id"] = cases["id"]  # the one section that must name it
    if "practice" in found:
        found["practice"]["labels"] = _answers(plan, language)
    found["missing"] = {plan.no_data.text(language): NOT_AVAILABLE}
    return "\n".join(_lines(found, language)) + "\n"


def _put(
    found: dict[str, Any], plan: CodingPlan, field: CodedField, source: str, column: str, language: Language
) -> None:
    """Put a column where its key stands; a key below another one turns the name of a column into a table."""
    *sections, key = source.split(".")
    place = found
    for section in sections:
        inner = place.setdefault(section, {})
        if not isinstance(inner, dict):
            inner = place[section] = {"column": inner}
        place = inner
    value = _value(plan, field, source, column, language)
    earlier = place.get(key)
    if isinstance(earlier, dict):
        earlier.update(value if isinstance(value, dict) else {"column": value})
    else:
        place[key] = value


def _value(plan: CodingPlan, field: CodedField, source: str, column: str, language: Language) -> Any:
    """Return what a key says of its column: the name alone, or what its texts stand for, or how it is read."""
    labels = {label.text(language): id for id, label in field.levels}
    if source in _LABELLED or _is_label(source) or source in _conditions(plan):
        return {"column": column, "labels": labels}
    if ".".join(source.split(".")[-2:-1]) == "attributes" and field.kind in {"date", "number"}:
        return {"column": column, "type": field.kind if not field.whole or field.kind == "date" else "integer"}
    return column


def _is_label(source: str) -> bool:
    """Return whether a key of a child table takes labels to ids."""
    section, _, key = source.partition(".")
    return any(one.key == key and one.kind == "label" for one in CHILD_COLUMNS.get(section, ()))


def _conditions(plan: CodingPlan) -> frozenset[str]:
    """Return the keys of the attributes by which an item of the checklist applies: it names their ids."""
    items = () if plan.checklist is None else plan.checklist.items
    return frozenset(f"attributes.{name}" for item in items for name in item.applies_to)


def _answers(plan: CodingPlan, language: Language) -> dict[str, str]:
    """Return the texts of the answers to practice items."""
    asked = (one for _, one in plan.fields if one.source.startswith("practice.items.") and one.levels)
    return {label.text(language): id for one in asked for id, label in one.levels}


def _lines(found: Mapping[str, Any], language: Language) -> Iterator[str]:
    for remark in (
        tr("Reads the coding sheets that were written together with this file; nothing here needs to be edited."),
        tr("The cut-off is the last day on which the files are complete: open cases are followed until then."),
    ):
        yield f"# {remark.text(language)}"
    for section, content in found.items():
        if content:
            yield from _section((section,), content)


def _section(path: tuple[str, ...], content: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table; what does not fit into a line becomes a table of its own, behind the other keys."""
    yield ""
    yield f"[{'.'.join(_key(one) for one in path)}]"
    later = []
    for key, value in content.items():
        line = f"{_key(key)} = {_toml(value)}"
        if isinstance(value, dict) and len(line) > _WIDTH:
            later.append((key, value))
        else:
            yield line
    for key, value in later:
        yield from _section((*path, key), value)


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").replace("-", "").isalnum() else _toml(key)


def _toml(value: Any) -> str:
    if isinstance(value, str):
        # JSON writes the same string, but for one sign that TOML does not allow bare
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_toml(one)}' for key, one in value.items())} }}"
    return f"[{', '.join(_toml(one) for one in value)}]"
