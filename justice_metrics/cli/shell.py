"""What every command does alike: language, progress, errors as messages, results on the screen and into files."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import typer

from ..base.errors import JusticeMetricsError
from ..base.language import LANGUAGES, Language, Message, Readable, tr
from ..publish.inert import plain_lines

if TYPE_CHECKING:
    from rich.console import Console

    from ..base.result import Result

FAULT, INTERRUPTED = 1, 130
_DEBUG: Final = "JUSTICE_METRICS_DEBUG"
_FULL: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
# Piped output has no width of its own.
_PIPED_WIDTH: Final = 120


class Shell:
    """One command while it runs; as a context it turns every error into a message and an exit code.

    Parameters
    ----------
    spoken : {"en", "es"}
        Language of the messages until a file says otherwise.
    language : {"en", "es"}, optional
        Language that the user asked for.
    quiet, json : bool
        As on the command line.
    out : sequence of Path
        Files to write.
    """

    def __init__(
        self,
        spoken: Language,
        *,
        language: str | None = None,
        quiet: bool = False,
        json: bool = False,
        out: Sequence[Path] = (),
    ) -> None:
        self._asked: Language | None = next((one for one in LANGUAGES if one == language), None)
        self.language: Language = self._asked or spoken
        self.quiet = quiet
        self.json = json
        self.out = tuple(out)

    def __enter__(self) -> Self:
        """Begin; the files that will be written must have an ending that can be written."""
        try:
            self._check_out()
        except JusticeMetricsError as error:
            self._fail(error.text(self.language))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell what went wrong, without a row and without a traceback, and stop with the code for it."""
        if error is None or isinstance(error, typer.Exit | SystemExit | BrokenPipeError) or _is_usage(error):
            return
        if os.environ.get(_DEBUG):
            traceback.print_exception(kind, error, trace)
        if isinstance(error, KeyboardInterrupt):
            self.tell(tr("Interrupted; nothing was changed."))
            raise typer.Exit(INTERRUPTED) from None
        if not isinstance(error, Exception):
            return
        self._fail(explained(error).text(self.language))

    def settle(self, language: Language) -> None:
        """Speak the language of the file, unless the user asked for one."""
        self.language = self._asked or language

    def text(self, message: Readable) -> str:
        """Return a message in the language of the command."""
        return message.text(self.language)

    def tell(self, message: Readable) -> None:
        """Write a message beside the output."""
        typer.echo(plain_lines(self.text(message)), err=True)

    def say(self, message: Readable) -> None:
        """Write a line of the output; nothing when the command is quiet or its output is for a machine."""
        if not self.quiet and not self.json:
            typer.echo(plain_lines(self.text(message)))

    @property
    def screen(self) -> Console:
        """The screen for output."""
        return screen(stderr=False)

    @contextmanager
    def working(self, message: Message) -> Iterator[None]:
        """Show that something takes its time."""
        shown = screen(stderr=True)
        if self.quiet or self.json or not shown.is_terminal:
            yield
            return
        with shown.status(self.text(message)):
            yield

    def give(self, *results: Result) -> None:
        """Write results into the files asked for, then onto the screen, or all of them for a machine."""
        from .screen import show

        self._write(results[0])
        if self.json:
            from ..publish.record import json_bytes

            typer.echo(json_bytes(results, self.language).decode().rstrip("\n"))
        elif not (self.quiet and self.out):
            show(results, self.screen, self.language)
        for path in self.out:
            if not self.quiet:
                self.tell(tr("Written: {path}", path=str(path)))

    def give_record(self, record: dict[str, Any]) -> None:
        """Write what a machine is to read of a command that answers no question."""
        typer.echo(json.dumps(record, ensure_ascii=False, indent=2))

    def _write(self, result: Result) -> None:
        from ..publish.tables import write_table

        for path in self.out:
            write_table(result, path, language=self.language)

    def _check_out(self) -> None:
        if not self.out:
            return
        from ..base.errors import OutputError
        from ..publish.tables import SUFFIXES

        for path in self.out:
            if path.suffix.lower() not in SUFFIXES:
                raise OutputError(
                    tr("'{name}' cannot be written: its ending says no known format.", name=path.name),
                    tr("The name must end in one of: {known}.", known=SUFFIXES),
                )

    def _fail(self, text: str) -> None:
        typer.echo(plain_lines(tr("Error: {text}", text=text).text(self.language)), err=True)
        raise typer.Exit(FAULT) from None


def explained(error: Exception) -> Readable:
    """Return what to tell of an error; an unexpected one is named by its type only, because its text may hold a row."""
    if isinstance(error, JusticeMetricsError):
        return error
    if isinstance(error, OSError):
        name = Path(str(error.filename)).name if error.filename else "–"
        if error.errno in _FULL:
            return tr("The disk is full. Free some space and run the same command again.")
        if isinstance(error, PermissionError):
            return tr("'{name}': permission denied. Choose a file or folder that you may use.", name=name)
        return tr("'{name}': {reason}.", name=name, reason=error.strerror or type(error).__name__)
    if isinstance(error, MemoryError):
        return tr("There is not enough memory for these data on this machine.")
    return tr(
        "Something went wrong that should not ({kind}). Nothing was changed. Please report it; with the environment "
        "variable "
        "{variable}=1 the same command shows where it happened.",
        kind=type(error).__name__,
        variable=_DEBUG,
    )


def screen(*, stderr: bool) -> Console:
    """Return the screen; what is not a terminal gets a fixed width, so that a file is the same everywhere."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal and not os.environ.get("COLUMNS"):
        made.width = _PIPED_WIDTH
    return made


def _is_usage(error: BaseException) -> bool:
    """Whether the command line itself was wrong: the parser tells that by itself."""
    return hasattr(error, "exit_code") and hasattr(error, "show")


def wrong_usage(message: str) -> None:
    """Stop because of the words of the command line."""
    sys.stderr.write(message + "\n")
    raise typer.Exit(2)
