"""Lines of a proposed TOML file, with a mark at everything that a person must decide."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...base.language import Language, Message, tr, trn
from ..conversions.labels import FEWEST_TO_SHOW
from ..readers.database_url import is_database
from .columns import Given
from .proposal import Guess, LabelGuess, LabelGuesses


def listed(names: Sequence[str]) -> str:
    """Return names as a TOML list."""
    return f"[{', '.join(quoted(one) for one in names)}]"


class Lines:
    """Writes lines in one language.

    Parameters
    ----------
    language : {"en", "es"}
    folder : Path, optional
        Where the file will lie; names of other files start there.
    """

    def __init__(self, language: Language, folder: Path | None) -> None:
        self._language: Language = language
        self._folder = folder

    def line(self, text: str, remark: Message) -> str:
        """Return a line with a remark behind it."""
        return f"{text.ljust(36)} # {remark.text(self._language)}"

    def remark(self, remark: Message) -> str:
        """Return a line that says something to the reader only."""
        return f"# {remark.text(self._language)}"

    def doubt(self, text: str, guess: Guess) -> str:
        """Return the line of a guess, with a mark where it should be looked at."""
        if guess.look.n_filled == 0:
            return self.line(text, tr("CHECK: the column is blank"))
        if guess.key.startswith("attributes.") and 0 < guess.confidence < 0.5:
            return self.line(text, tr("CHECK: most cells are blank; if one holds for the rows below, fill it down"))
        return text if guess.sure else self.line(text, tr("CHECK"))

    def key(self, guess: Guess | None, key: str, otherwise: Message) -> str:
        """Return the line of a key that must be there."""
        if guess is None:
            return self.line(f'{key} = "?"', otherwise)
        return self.doubt(f"{key} = {quoted(guess.column)}", guess)

    def sheet(self, files: Sequence[Given], name: str) -> str:
        """Return the line that names the sheet of a workbook, or the table of a database."""
        return f"{'table' if any(is_database(one) for one in files) else 'sheet'} = {quoted(name)}"

    def sheets_taken(
        self,
        files: Sequence[Given],
        sheet: str | None,
        together: Sequence[str] = (),
        others: Sequence[str] = (),
        near: Sequence[str] = (),
    ) -> Iterator[str]:
        """Return the lines that name the sheet, or the sheets that are read one below the other.

        ``near`` are of the others those with nearly the same columns: the line by which they are read too.
        """
        if sheet is None:
            return
        named = f"sheet = {listed(together)}" if together else self.sheet(files, sheet)
        rest = ", ".join(quoted(name) for name in others)
        if together and rest:
            yield self.line(named, tr("CHECK: sheets with the same columns; there are also {others}", others=rest))
        elif together:
            yield self.line(named, tr("CHECK: sheets with the same columns, read one below the other"))
        elif rest:
            yield self.line(named, tr("CHECK: the fullest sheet; there are also {others}", others=rest))
        else:
            yield named
        if near:
            every = listed([*(together or [sheet]), *near])
            yield self.remark(
                tr(
                    "CHECK: the rows of sheets with nearly the same columns are not read: {others}. To read them all: "
                    "sheet = {every}, with [data.renamed] and absent where columns differ.",
                    others=", ".join(quoted(name) for name in near),
                    every=every,
                )
            )

    def files(self, files: Sequence[Given]) -> str:
        """Return the line that names the files."""
        names = [quoted(self.name(one)) for one in files]
        return f"file = {names[0]}" if len(names) == 1 else f"file = [{', '.join(names)}]"

    def name(self, path: Given) -> str:
        """Return the name of a file as the mapping writes it; the address of a database stays as it is."""
        if isinstance(path, str):
            return path
        if self._folder is None:
            return path.name
        try:
            return Path(os.path.relpath(path.absolute(), self._folder.absolute())).as_posix()
        except ValueError:  # another drive
            return path.absolute().as_posix()

    def label_keys(self, labels: LabelGuesses) -> Iterator[str]:
        """Yield the keys beside the labels: how they are matched, and what stands for the others."""
        if labels.match == "start":
            yield self.line('match = "start"', tr("the first words count: longer labels that begin so mean the same"))
        unknown = sum(one.n for one in labels.labels if one.state is None) + labels.rare_cells
        if labels.otherwise is not None:
            yield self.line(
                f"otherwise = {quoted(labels.otherwise)}",
                trn(
                    "CHECK: {n} row with any other label is taken so",
                    "CHECK: {n} rows with any other label are taken so",
                    unknown,
                ),
            )
        elif unknown and labels.rest is not None:
            yield self.line(
                f"# otherwise = {quoted(labels.rest)}",
                trn(
                    "FILL IN: {n} row has a label without a meaning below; with this line it counts so",
                    "FILL IN: {n} rows have a label without a meaning below; with this line they count so",
                    unknown,
                ),
            )

    def labels(self, labels: LabelGuesses) -> Iterator[str]:
        """Yield one line per label, and how many are not printed."""
        for one in labels.labels:
            yield self._label(one, known_otherwise=labels.otherwise is not None)
        if labels.rare and labels.otherwise is None:
            yield self.remark(
                trn(
                    "FILL IN by hand: {n} further label that fewer than {fewest} cases have ({rows} rows); "
                    "it is not printed.",
                    "FILL IN by hand: {n} further labels that fewer than {fewest} cases have ({rows} rows); "
                    "they are not printed.",
                    len(labels.rare),
                    fewest=FEWEST_TO_SHOW,
                    rows=labels.rare_cells,
                )
            )

    def _label(self, label: LabelGuess, *, known_otherwise: bool) -> str:
        if label.state is None:
            remark = tr("{n} rows", n=label.n) if known_otherwise else tr("FILL IN: {n} rows", n=label.n)
            return self.line(f'# {quoted(label.label)} = ""', remark)
        text = f"{quoted(label.label)} = {quoted(label.state)}"
        if label.n < FEWEST_TO_SHOW:
            return text if label.sure else self.line(text, tr("CHECK"))
        if label.sure:
            return self.line(text, tr("{n} rows", n=label.n))
        return self.line(text, tr("CHECK: {n} rows", n=label.n))


def quoted(text: str) -> str:
    """Return a text as a TOML string.

    Examples
    --------
    >>> print(quoted('the "first" case'))
    "the \\"first\\" case"
    """
    # JSON writes the same string, but for one sign that TOML does not allow bare
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
