"""Adjudication: on which cells two codings of a file differ, and what became of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from ...base.errors import QuestionError
from ...base.language import Language, Readable, tr, trn
from ...base.provenance import LeftOut, Provenance
from ...base.result import Definition, Result
from ...base.version import __version__
from ...cases.adjudication.adjudicated import adjudicated_rows, ensure_sheet_holds
from ...cases.adjudication.adjudicated_folder import write_adjudicated
from ...cases.adjudication.coded_tables import TwoCodings, two_codings
from ...cases.adjudication.compared import Compared, compared
from ...cases.adjudication.decision_sheet import read_decisions, write_decisions
from ...cases.mappings.mapping import CaseMapping
from ..declared import Share
from ..rates.known_words import ensure_known
from .adjudication_tables import adjudication_table, disagreement_table, drawn_shares, most_often

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Mapped: TypeAlias = CaseMapping | dict[str, Any] | str | Path
Undecided: TypeAlias = Literal["refuse", "first"]

_DAY: Final = re.compile(r"[12]\d{3}-\d{2}-\d{2}")


@dataclass(frozen=True, eq=False, kw_only=True)
class Disagreements(Result):
    """On how many cells two codings of the same files differ; the cells themselves leave in a private file only.

    Tables
    ------
    main
        One row per table and column on which codings differ: cells compared, cells that differ, their share with
        limits.
    """

    question: ClassVar[str] = "disagreements"

    codings: TwoCodings = field(repr=False)
    compared: Compared = field(repr=False)

    def findings(self) -> tuple[Readable, ...]:
        """Return how many cells differ, and in which columns most do."""
        cells, n = sum(self.compared.compared.values()), len(self.compared.found)
        if not n:
            return (tr("The codings of {n} files do not differ in any cell.", n=len(self.codings.both)),)
        return (
            trn(
                "{cells} cells of {n} file that was coded twice were compared; {differ} differ ({share}).",
                "{cells} cells of {n} files that were coded twice were compared; {differ} differ ({share}).",
                len(self.codings.both),
                cells=cells,
                differ=n,
                share=Share(n / cells),
            ),
            *most_often(self.main),
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share of cells that differ, column by column."""
        return drawn_shares(self.main, tr("share that differs"), ax, language)

    def write(self, path: str | Path, *, language: Language = "en") -> Path:
        """Write every disagreement to a workbook in which somebody decides: personal data.

        Parameters
        ----------
        path : path
            An xlsx file whose name begins with ``PERSONAL_DATA_``.
        language : {"en", "es"}
            Of its headings.

        Raises
        ------
        OutputError
            When the name does not say what it holds, there is such a file, or it cannot be written.
        """
        ensure_known(language, Language)
        return write_decisions(Path(path), self.compared.found, language=language)


@dataclass(frozen=True, eq=False, kw_only=True)
class Adjudication(Result):
    """What became of the disagreements of two codings; numbers only.

    Tables
    ------
    main
        One row per table and column on which codings differed: how often the first was right, the second, neither, and
        how many are not decided.
    """

    question: ClassVar[str] = "adjudicate"

    files: tuple[Path, ...] = field(repr=False)

    def findings(self) -> tuple[Readable, ...]:
        """Return how many were decided, and how."""
        first, second, other, undecided = (
            int(self.main[name].sum()) for name in ("first", "second", "other", "undecided")
        )
        decided = first + second + other
        said: list[Readable] = [
            trn(
                "{n} disagreement was decided: for the first coding {first}, for the second {second}, for another "
                "value {other}.",
                "{n} disagreements were decided: for the first coding {first}, for the second {second}, for another "
                "value {other}.",
                decided,
                first=first,
                second=second,
                other=other,
            )
        ]
        if undecided:
            said.append(
                trn(
                    "{n} is not decided; the first coding stands there.",
                    "{n} are not decided; the first coding stands there.",
                    undecided,
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw how often neither coding was right, or the second, column by column."""
        return drawn_shares(self.main, tr("share in which the first coding was not right"), ax, language)


def disagreements(first: Mapped, second: Mapped | None = None) -> Disagreements:
    """On which cells two codings of the same files differ; ``write`` lists them for adjudication.

    Parameters
    ----------
    first : CaseMapping, dict or path
        Mapping of the first coding; of both where one table holds them (``coder`` in [cases]).
    second : CaseMapping, dict or path, optional
        Mapping of the second coding, or its data file, which the first mapping then describes too.

    Returns
    -------
    Disagreements

    Raises
    ------
    SettingsError, ReadError, MappingError, CaseDataError
        When the codings cannot be read or compared, or no case was coded twice.

    Notes
    -----
    Every column that the mapping names is compared, in the table of the cases and in those that hang on them. Cells
    differ when they mean something else by the mapping: two spellings of a label, a date or a number do not. Rows of a
    case in a table that hangs on it are compared whatever their order; where the codings have different numbers of
    them, the rows are one disagreement. With more than two coders the first two by name are compared.

    Examples
    --------
    >>> import tempfile, pathlib, justice_metrics as jm
    >>> from justice_metrics.measures.quality.adjudication import disagreements
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "coded.csv").write_text("case,coder,day,kin\\na,x,2016-01-05,father\\na,y,2016-01-05,uncle\\n")
    >>> mapping = jm.CaseMapping.from_dict({
    ...     "data": {"file": "coded.csv"}, "dates": {"complaint": "day"}, "attributes": {"relationship": "kin"},
    ...     "cases": {"id": "case", "coder": "coder", "procedure": "bolivia", "cutoff": "2018-04-30"}}, folder=folder)
    >>> answer = disagreements(mapping)
    >>> answer.main["column"].tolist(), answer.main["differ"].tolist()
    (['kin'], [1])
    """
    codings = two_codings(first, second)
    found = compared(codings)
    return Disagreements(
        heading=tr("Disagreements of two codings"),
        tables={"main": disagreement_table(found)},
        definition=Definition(
            answers=tr("In which cells do two codings of the same files differ?"),
            numerator=tr("cells that mean something else in the second coding"),
            denominator=tr("cells that both codings have"),
            basis="snapshot",
            pending=tr("not looked at: cells are compared as they were written"),
            method=tr("Share with Wilson limits."),
        ),
        provenance=_provenance(codings, "disagreements"),
        notes=_notes(codings),
        codings=codings,
        compared=found,
    )


def adjudicate(
    decisions: str | Path,
    first: Mapped,
    second: Mapped | None = None,
    *,
    to: str | Path,
    undecided: Undecided = "refuse",
    language: Language = "en",
) -> Adjudication:
    """Make the adjudicated file: one coding of each case, as it was decided, in the shape of the coded file.

    Parameters
    ----------
    decisions : path
        The list that ``disagreements(…).write`` wrote, filled in.
    first, second : CaseMapping, dict or path
        The same codings as for the list.
    to : path
        A new folder whose name begins with ``PERSONAL_DATA_``. It gets the data under the names that they have, a copy
        of the mapping that reads them, and the log of the decisions; only its owner may look into it.
    undecided : {"refuse", "first"}
        What becomes of disagreements without a decision: nothing is written, or the first coding stands.
    language : {"en", "es"}
        Of the log, and of the word that stands for the coder of adjudicated cases.

    Returns
    -------
    Adjudication
        How many were decided in which way; no content of a file.

    Raises
    ------
    SettingsError, ReadError, MappingError, CaseDataError
        When codings or list cannot be read, do not belong together, or disagreements are not decided; when new values
        are such that the mapping or the coding sheet would refuse them.
    OutputError
        When the folder is there already, or cannot be written.

    Examples
    --------
    See ``docs/coder_agreement.md``, which goes through it with a small file.
    """
    ensure_known(undecided, Undecided)
    ensure_known(language, Language)
    codings = two_codings(first, second)
    found = compared(codings)
    decided = read_decisions(Path(decisions), found.found) if found.found else {}
    open_ones = len(found.found) - len(decided)
    if open_ones and undecided == "refuse":
        raise QuestionError(
            trn(
                "{n} of {total} disagreements has no decision.",
                "{n} of {total} disagreements have no decision.",
                open_ones,
                total=len(found.found),
            ),
            tr('Decide on each; or let the first coding stand there: undecided = "first" (--undecided first).'),
        )
    rows = adjudicated_rows(codings, decided, language=language)
    ensure_sheet_holds(codings, rows)
    files = write_adjudicated(Path(to), codings, rows, found.found, decided, language=language)
    people = {one.by.strip().casefold() for one in decided.values() if one.by.strip()}
    notes = [
        *_notes(codings),
        *([tr("{n} people decided.", n=len(people))] if len(people) > 1 else []),
        *_decided_on([one.on for one in decided.values()]),
    ]
    return Adjudication(
        heading=tr("Adjudication of two codings"),
        tables={"main": adjudication_table(found, decided)},
        definition=Definition(
            answers=tr("What became of the cells in which two codings differed?"),
            numerator=tr("cells by what was decided"),
            denominator=tr("cells in which the codings differ"),
            basis="snapshot",
            pending=tr("not looked at: cells are compared as they were written"),
            method=tr("A person compared both codings with the file and decided."),
        ),
        provenance=_provenance(codings, "adjudicate", undecided=undecided),
        notes=tuple(notes),
        files=files,
    )


def _decided_on(written: Sequence[str]) -> tuple[Readable, ...]:
    """Return from when to when was decided, as far as days were written down."""
    days = sorted(one for one in map(_day, set(written)) if one is not None)
    if not days:
        return ()
    if days[0] == days[-1]:
        return (tr("Decided on {day}.", day=days[0]),)
    return (tr("Decided from {first} to {last}.", first=days[0], last=days[-1]),)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:  # a day that no calendar has
        return None


def _provenance(codings: TwoCodings, asked: str, **settings: Any) -> Provenance:
    mapping = codings.mapping
    source = ", ".join(dict.fromkeys(side.tables[""].source for side in (codings.first, codings.second)))
    n = len(codings.both)
    shape = repr((codings.first.tables[""].columns, len(codings.first.cases), n, mapping.cases.procedure))
    only = [len(side.cases) - n for side in (codings.first, codings.second)]
    return (
        Provenance(
            source=source,
            fingerprint=hashlib.sha256(shape.encode()).hexdigest()[:16],
            unit=mapping.cases.unit,
            units_in=len({*codings.first.cases, *codings.second.cases}),
            cutoff=mapping.cases.cutoff,
            sampling=mapping.cases.sampling.frame,
            procedure=mapping.cases.procedure,
            simulated=mapping.data.simulated,
            version=__version__,
        )
        .add(asked, **settings)
        .leave_out(
            LeftOut(tr("coded once, in the first coding only"), only[0]),
            LeftOut(tr("coded once, in the second coding only"), only[1]),
        )
    )


def _notes(codings: TwoCodings) -> tuple[Readable, ...]:
    if not codings.further:
        return ()
    return (
        trn(
            "{n} further coding of a file is not looked at: the first two by the coders' names are.",
            "{n} further codings of a file are not looked at: the first two by the coders' names are.",
            codings.further,
        ),
    )
