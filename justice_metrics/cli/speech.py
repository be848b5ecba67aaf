"""In which language the shell speaks before any file has been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..base.language import LANGUAGES, Language, Message

# The usual order in which programs look for the language of their messages.
_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def spoken_language(words: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language asked for on the command line, else that of the environment, else English.

    Examples
    --------
    >>> spoken_language(["rates", "--language", "es"], {}), spoken_language([], {"LANG": "es_BO.UTF-8"})
    ('es', 'es')
    """
    return asked_language(words) or _of_environment(environment)


def asked_language(words: Sequence[str]) -> Language | None:
    """Return the language that the words of a command ask for, if they do."""
    for place, word in enumerate(words):
        if word in {"--language", "-l"}:
            value = words[place + 1] if place + 1 < len(words) else ""
        elif word.startswith("--language="):
            value = word.removeprefix("--language=")
        else:
            continue
        return next((one for one in LANGUAGES if one == value), None)
    return None


def _of_environment(environment: Mapping[str, str]) -> Language:
    set_to = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return "es" if set_to.lower().startswith("es") else "en"


class Words:
    """Gives the text of messages in one language, for help texts that are made before a command runs."""

    def __init__(self, language: Language, asked: Language | None = None) -> None:
        self.language = language
        # what the user asked for goes before what a file says
        self.asked = asked

    def __call__(self, message: Message) -> str:
        """Return the text."""
        return message.text(self.language)
