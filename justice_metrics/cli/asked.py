"""What a command was asked wrongly, in the words of its options rather than of the library's parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from ..base.errors import QuestionError
from ..base.language import Message

# Values of messages that name a parameter begin with this.
_ASKED: Final = "asked"
# Sentences about one setting, which name it as '{name}'.
_ABOUT: Final = ("'{name}' is {value}", "'{name}' names no value", "'{name}' is not above 0")


@contextmanager
def as_options(names: Mapping[str, str]) -> Iterator[None]:
    """Have questions that cannot be answered name options of the command in place of parameters.

    Parameters
    ----------
    names : mapping of str to str
        Option, or command, of each parameter and function whose name is not the option's own.

    Raises
    ------
    QuestionError
        The one that was raised, in other words.
    """
    try:
        yield
    except QuestionError as error:
        remedy = None if error.remedy is None else _in_options(error.remedy, names)
        raise QuestionError(_in_options(error.problem, names), remedy) from None


def _in_options(message: Message, names: Mapping[str, str]) -> Message:
    about = message.singular.startswith(_ABOUT)
    values = tuple(
        (
            key,
            names.get(str(value), option(str(value))) if key.startswith(_ASKED) or (about and key == "name") else value,
        )
        for key, value in message.values
    )
    return replace(message, values=values)


def option(name: str) -> str:
    """Return the option of a parameter: ``files_per_cluster`` is ``--files-per-cluster``."""
    return f"--{name.replace('_', '-')}"
