"""A bar on the screen for a question that takes its time; nothing where no person looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ticking(total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many steps were done since it was last told.

    Parameters
    ----------
    total : int
        How many steps there will be.
    shown : bool
        Whether to draw; even then only on a terminal, on standard error, without a word in any language.
    """
    if not shown:
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda steps: bar.advance(task, steps)


def _nothing(steps: int) -> None:
    pass
