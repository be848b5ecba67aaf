"""Settings files: read whole, checked whole, and every error names file, key, what was found and what is allowed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from .errors import SettingsError, nearest
from .language import Message, tr, trn

if TYPE_CHECKING:
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)
else:
    Model = TypeVar("Model")

# More than this at once is noise: the first ones are usually the cause of the others.
_MOST_PROBLEMS = 8
# Files that people name in place of the mapping.
_DATA_ENDINGS = frozenset(
    (".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".gz", ".dta", ".sav", ".zsav", ".parquet", ".xes")
)


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    SettingsError
        When the file is missing, is not UTF-8 text, or is not TOML; the line is named.
    """
    path = Path(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError(
            tr("There is no file '{name}'.", name=path.name),
            tr("Looked in the folder '{folder}'.", folder=path.parent.name or "."),
        ) from None
    except UnicodeDecodeError:
        raise _of_data(path) or SettingsError(
            tr("'{name}' is not UTF-8 text.", name=path.name), tr("Save it as UTF-8 and try again.")
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise _of_data(path) or SettingsError(
            tr("'{name}' is not valid TOML: {reason}.", name=path.name, reason=str(error)),
            tr("Texts stand in double quotes, dates as 2018-04-30, and a key appears once."),
        ) from None
    except (OSError, ValueError):
        # A folder, a file of somebody else's, or a text that is no name of a file at all.
        raise SettingsError(
            tr("'{name}' is not a file that can be read.", name=path.name[:60]), tr("Name a TOML file.")
        ) from None


def _of_data(path: Path) -> SettingsError | None:
    """Build the error for a file of data given in place of its mapping; None for another file."""
    if path.suffix.lower() not in _DATA_ENDINGS:
        return None
    mapping = path.with_name(f"{path.name.split('.')[0]}_mapping.toml")
    return SettingsError(
        tr("'{name}' is a file of data; what is asked for here is a TOML file, such as its mapping.", name=path.name),
        tr("There is '{mapping}' beside it: name that one.", mapping=mapping.name)
        if mapping.is_file()
        else tr("Have its mapping proposed: justice-metrics init {name}", name=path.name),
    )


def validated(model: type[Model], data: Mapping[str, Any], *, source: str) -> Model:
    """Check ``data`` against a settings model.

    Raises
    ------
    SettingsError
        One error for the whole file: for each problem the key, what was found, what is allowed and the nearest match.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        problems = [_problem(model, one) for one in _told(error.errors(include_url=False))]
        shown = problems[:_MOST_PROBLEMS]
        if len(problems) > _MOST_PROBLEMS:
            more = len(problems) - _MOST_PROBLEMS
            shown.append(trn("… and {n} more", "… and {n} more", more))
        raise SettingsError(
            trn(
                "{source} has {n} problem: {problems}",
                "{source} has {n} problems: {problems}",
                len(problems),
                source=source,
                problems=_Lines(shown),
            ),
            tr("Correct the file and run the same command again."),
        ) from None


# What the checker calls in English, by the beginning of its kind of error.
_WANTED: Final = (
    ("int_", tr("a whole number")),
    ("float_", tr("a number")),
    ("string_type", tr("text in quotes")),
    ("bool_", tr("true or false")),
    ("list_type", tr("a list")),
    ("tuple_type", tr("a list")),
    ("date_", tr("a day such as 2018-04-30")),
    ("dict_type", tr("a table of keys and values")),
    ("model_type", tr("a table of keys and values")),
)


class _Lines:
    """Messages one below the other."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages

    def text(self, language: Any = "en") -> str:
        return "".join("\n  - " + one.text(language) for one in self._messages)


def _told(errors: Sequence[Any]) -> list[Any]:
    """Return the errors without those that only follow from others: a list is too short when its entries are wrong."""
    return [
        one
        for one in errors
        if one["type"] != "too_short"
        or not any(other is not one and other["loc"][: len(one["loc"])] == one["loc"] for other in errors)
    ]


def _problem(model: Any, error: Mapping[str, Any]) -> Message:
    # The checker also names its own inner steps, which stand in no file.
    inner = ("function-", "tagged-", "json-or-python", "chain[", "is-instance")
    where = [part for part in error["loc"] if not (isinstance(part, str) and part.startswith(inner))]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = _keys_at(model, where[:-1])
        match = nearest(str(where[-1]), known)
        if match:
            return tr("'{key}' is not a known key; did you mean '{match}'?", key=key, match=match)
        return tr("'{key}' is not a known key; known are {known}.", key=key, known=", ".join(known))
    if kind == "missing":
        return tr("'{key}' is missing.", key=key)
    found = _found(error.get("input"))
    if kind in {"literal_error", "enum"}:
        allowed = str(context.get("expected", ""))
        options = [one.strip(" '") for one in allowed.replace(" or ", ", ").split(",")]
        match = nearest(str(error.get("input")), options)
        allowed = ", ".join(f"'{one}'" for one in options)
        if match:
            return tr(
                "'{key}' is {found}; allowed are {allowed}; did you mean '{match}'?",
                key=key,
                found=found,
                allowed=allowed,
                match=match,
            )
        return tr("'{key}' is {found}; allowed are {allowed}.", key=key, found=found, allowed=allowed)
    if kind == "is_instance_of" and context.get("class") == "Sequence":
        return tr("'{key}' is {found}; write it as a list: {key} = [{found}].", key=key, found=found)
    if kind == "value_error" and isinstance(context.get("error"), ReadableError):
        reason: Message = context["error"].message
        return tr("'{key}': {reason}", key=key, reason=reason) if key else reason
    if kind in {"too_short", "too_long"}:
        told = {"key": key, "n": context.get("actual_length", 0)}
        if kind == "too_short":
            return tr("'{key}' needs {least} entries or more and has {n}.", least=context["min_length"], **told)
        return tr("'{key}' may have {most} entries at most and has {n}.", most=context["max_length"], **told)
    wanted = _bound(context) or next((words for begins, words in _WANTED if kind.startswith(begins)), None)
    if wanted is not None:
        return tr("'{key}' is {found}; {wanted} is expected.", key=key, found=found, wanted=wanted)
    return tr("'{key}' is {found}: {reason}.", key=key, found=found, reason=str(error["msg"]))


class ReadableError(ValueError):
    """Raised inside a model's own checks, so that the reason can be read in each language."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def _bound(context: Mapping[str, Any]) -> Message | None:
    """Return which numbers are allowed where one is too large or too small; None for another fault."""
    name = next((one for one in ("gt", "ge", "lt", "le") if isinstance(context.get(one), int | float)), None)
    if name is None:
        return None
    n = f"{context[name]:g}"
    bounds = {
        "gt": tr("more than {n}", n=n),
        "ge": tr("{n} or more", n=n),
        "lt": tr("less than {n}", n=n),
        "le": tr("{n} or less", n=n),
    }
    return bounds[name]


def _found(given: Any) -> object:
    """Return what was found, as the reader wrote it; of lists and tables of tables only what they are."""
    if isinstance(given, Mapping):
        return tr("a table of keys and values")
    if isinstance(given, list | tuple) and any(isinstance(one, Mapping | list | tuple) for one in given):
        return tr("a list")
    return repr(given)[:60]


def _keys_at(model: Any, where: list[Any]) -> list[str]:
    """Return the keys that a model knows at a place inside it, aliases as the file writes them."""
    for part in where:
        if isinstance(part, int) or not hasattr(model, "model_fields"):
            continue
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        model = _model_inside(field.annotation) if field is not None else model
    fields = getattr(model, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _model_inside(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in get_args(annotation):
        found = _model_inside(inner)
        if found is not None:
            return found
    return None
