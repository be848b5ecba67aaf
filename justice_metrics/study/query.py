"""Answer one query of the press: one table, through the same policy, register and audit as a release."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ..base.errors import OutputError, SettingsError, suggestion
from ..base.language import Language, Readable, tr
from ..base.result import Published
from ..disclosure.boxes import public_cells
from ..disclosure.release import Release
from ..publish.folder import write_file
from ..publish.inert import csv_text
from ..publish.releases import publishing_alone
from ..publish.sections import UNLISTED_WORDS
from ..publish.secure_side import json_text
from ..publish.tables import csv_bytes, result_bytes
from .asking import Steps
from .known import CELLS, cells_record, queries_so_far, query_dossier, query_name
from .plan import Study, read_study
from .planned import planned
from .publish import Gate, answers, checked, citation, dossier_of, opened, protected, record_files, rules_of, told_of

QUERY_SUFFIXES: Final = (".csv", ".xlsx", ".html", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredQuery:
    """What a query came to.

    Attributes
    ----------
    result : Published
        The answer as it may be published, with its citation among the notes.
    number : int
        Its number in the register of the secure side.
    lines : tuple of Readable
        What was hidden; no number of cases.
    """

    result: Published
    number: int
    lines: tuple[Readable, ...] = ()


def query_study(
    path: str | Path,
    question: Mapping[str, Any],
    *,
    out: Sequence[str | Path] = (),
    policy: str | Path | None = None,
    language: Language | None = None,
) -> AnsweredQuery:
    """Answer one question of a study so that the answer may be published.

    Parameters
    ----------
    path : path
        The study file; ``[study] policy`` and ``[publish] passport`` are needed.
    question : mapping
        As in ``[[question]]`` of the study: ``ask``, and the settings of the question.
    out : sequence of path
        Files to write: ``.csv`` one table with definition, cut-off and citation below it; ``.xlsx``, ``.html`` and
        ``.json`` with the same beside it.
    policy : path, optional
        Disclosure policy in place of the one that the study names.
    language : {"en", "es"}, optional
        By default the first one of the study.

    Returns
    -------
    AnsweredQuery

    Raises
    ------
    JusticeMetricsError
        When study, question, policy or data cannot be used, nothing of the answer may be published, or the audit finds
        a number that can be computed.

    Notes
    -----
    Earlier releases and answers count as known. The answer is entered in the register before any file is written, so
    that later ones allow for it whatever happens then.

    Examples
    --------
    >>> import tempfile, justice_metrics as jm
    >>> from justice_metrics.simulate.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as place:
    ...     study = write_sample(place + "/demo") / "study.toml"
    ...     answer = jm.query_study(study, {"ask": "outcome_shares"}, language="en").result
    >>> str(answer.heading)
    'How cases stand at the cut-off'
    """
    study = read_study(path)
    _ensure_suffixes(out)
    one = planned(
        _plain(question),
        1,
        mapping=_mapping_of(question, study),
        data=study.data,
        folder=study.path.parent,
        source=study.source,
    )
    study = replace(study, questions=(one,))
    rules, passport = rules_of(study, policy)
    told = language or study.languages[0]
    with publishing_alone(study.publishing.folder):
        gate = opened(study, rules, passport)
        results, canaries = answers(study, gate, Steps(None, 0))
        made = protected(results, study, gate)
        cited = passport.of_release(None, citation(study, passport, made.results, None))
        shown = made.results[0]
        files = record_files(study, gate, made, cited, asked=_asked(question))
        files |= {f"tables/{name}.csv": csv_bytes(table, language=told) for name, table in shown.tables.items()}
        checked(files, gate, made, canaries)
        number = _entered(gate, made, files, question)
    note = tr("How to cite: {citation} (query {n})", citation=cited.citation, n=number)
    answer = AnsweredQuery(result=replace(shown, notes=(*shown.notes, note)), number=number, lines=told_of(made))
    for each in out:
        write_file(each, query_bytes(answer.result, Path(each).suffix.lower(), told))
    return answer


def query_bytes(result: Published, suffix: str, language: Language) -> bytes:
    """Return the answer to a query as a file: the table, and what it must not travel without.

    Parameters
    ----------
    result : Published
    suffix : str
        One of ``QUERY_SUFFIXES``.
    language : {"en", "es"}
    """
    if suffix != ".csv":
        return result_bytes(result, suffix, language=language)
    definition = result.definition
    lines: list[Readable] = [
        result.heading,
        definition.answers,
        tr("Numerator: {what}", what=definition.numerator),
        tr("Denominator: {what}", what=definition.denominator),
        tr("Pending cases: {what}", what=definition.pending),
        *result.provenance.lines(),
        *(tr("Note: {note}", note=one) for one in result.notes),
        tr("An empty cell with the status 'suppressed' is hidden by the rules of confidentiality."),
        *((UNLISTED_WORDS,) if result.main.sparse else ()),
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([])
    writer.writerows([csv_text(one.text(language))] for one in lines)
    return csv_bytes(result.main, language=language) + text.getvalue().encode()


def _entered(gate: Gate, made: Release, files: Mapping[str, bytes], question: Mapping[str, Any]) -> int:
    """Keep what was answered and enter it in the register; the same answer again is known already."""
    record = cells_record(public_cells(made.cells, made.results))
    for entry in gate.secure.entries():
        if entry["kind"] != "query" or gate.secure.record(f"{entry['folder']}/{CELLS}") != record:
            continue
        if gate.secure.record(query_dossier(entry["number"])).get("cells") == made.cells.to_record():
            return int(entry["number"])
    number = queries_so_far(gate.secure) + 1
    folder = query_name(number)
    gate.secure.keep_folder(folder, files)
    gate.secure.keep(query_dossier(number), json_text(dossier_of(made)))
    gate.secure.enter(
        {"kind": "query", "number": number, "after": len(gate.stored), "folder": folder, "asked": _asked(question)}
    )
    return number


def _plain(question: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in question.items() if name != "mapping"}


def _mapping_of(question: Mapping[str, Any], study: Study) -> str:
    """Return the mapping of a query: the study's own, or another one that the study names."""
    known = tuple(study.data)
    named = str(question.get("mapping", known[0]))
    if named not in known:
        raise SettingsError(
            tr("{source} names no mapping '{name}'.", source=study.source, name=named), suggestion(named, known)
        )
    return named


def _asked(question: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in sorted(question.items())}


def _ensure_suffixes(out: Sequence[str | Path]) -> None:
    for each in out:
        if Path(each).suffix.lower() not in QUERY_SUFFIXES:
            raise OutputError(
                tr("'{name}' cannot be written: its ending says no known format.", name=Path(each).name),
                tr("The name must end in one of: {known}.", known=QUERY_SUFFIXES),
            )
        if Path(each).exists():
            raise OutputError(
                tr("'{name}' is there already, and an answer that was given stays as it is.", name=Path(each).name),
                tr("Name another file."),
            )
