"""The adjudicated files on the disk: a private folder that the same mapping reads, and the log of the decisions."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...base.errors import MappingError, OutputError
from ...base.language import Language, tr
from ..mappings.mapping import CaseMapping
from ..private_file import PREFIX, inert, write_private
from ..readers.text_table import TextTable
from .adjudicated import Row
from .coded_tables import TwoCodings
from .compared import Disagreement
from .decision_sheet import DECISIONS, HEADINGS, Decision
from .meaning import Answers, answers_of

LOG_FILE: Final = f"{PREFIX}adjudication_log.csv"
LOG_COLUMNS: Final = ("table", "case", "row", "column", "first", "second", "decision", "value", "by", "on", "reason")
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
_TEXTS: Final = frozenset({".csv", ".txt", ".tsv"})
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN: Final = re.compile(r"-?\d{1,15}(?:\.\d+)?")


def write_adjudicated(
    folder: Path,
    codings: TwoCodings,
    rows: Mapping[str, list[Row]],
    found: Sequence[Disagreement],
    decisions: Mapping[Disagreement, Decision],
    *,
    language: Language = "en",
) -> tuple[Path, ...]:
    """Write the adjudicated files under the names that the coded ones have, the mapping beside them, and the log.

    Parameters
    ----------
    folder : Path
        A new folder whose name begins with ``PERSONAL_DATA_``; only its owner may look into it.
    codings : TwoCodings
    rows : mapping of str to list of dict
        Those of each table.
    found : sequence of Disagreement
    decisions : mapping of Disagreement to Decision
    language : {"en", "es"}
        Of the log.

    Returns
    -------
    tuple of Path
        The files, that of the cases first, then the mapping where it came from a file, the log last.

    Raises
    ------
    MappingError
        When the coded file is of a kind that is not written.
    OutputError
        When the folder is there already, its name does not say what it holds, or it cannot be written.
    """
    _ensure_private(folder)
    places = _places(codings)
    beside = folder.with_name(f".{os.getpid()}.part.{folder.name}")
    try:
        beside.mkdir(mode=0o700)
        names = [*_write_tables(beside, codings, rows, places), *_write_settings(beside, codings.mapping)]
        # spreadsheets of Spanish-speaking offices part cells by semicolons, as the list of the draw does
        separator = ";" if language == "es" else ","
        write_private(beside / LOG_FILE, _log_heads(language), _log(found, decisions, language), separator=separator)
        beside.rename(folder)
    except OSError:
        raise OutputError(
            tr("The folder '{name}' could not be written.", name=folder.name),
            tr("Look at the rights of the folder and at the room on the disk."),
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return tuple(folder / name for name in (*names, LOG_FILE))


def _ensure_private(folder: Path) -> None:
    if not folder.name.startswith(PREFIX):
        raise OutputError(
            tr("The adjudicated files hold personal data, and '{name}' does not say so.", name=folder.name),
            tr("Call it {name}.", name=f"{PREFIX}adjudicated"),
        )
    if folder.exists():
        raise OutputError(
            tr("There is a folder '{name}' already.", name=folder.name),
            tr("Give another name, or move it away."),
        )
    if not folder.parent.is_dir():
        raise OutputError(
            tr("There is no folder '{name}'.", name=folder.parent.name), tr("Make it first, on the secure side.")
        )


def _places(codings: TwoCodings) -> dict[str, dict[str, str]]:
    """Return for each file the tables in it, each with its sheet ("" in a text file)."""
    mapping = codings.mapping
    found: dict[str, dict[str, str]] = {}
    for name, table in codings.first.tables.items():
        part: Any = mapping.support if name == "support" else mapping.children.get(name)
        files = (part.file if part is not None else ()) or mapping.data.file
        kind = Path(files[0]).suffix.lower() if files else ""
        alone = len(files) == 1 or files == mapping.data.file
        if not alone or kind not in _WORKBOOKS | _TEXTS or mapping.data.export is not None:
            raise MappingError(
                tr("The table '{name}' is adjudicated as an xlsx or csv file only.", name=name or "cases"),
                tr("Save the coding as a workbook or csv file, and name it in a mapping of its own."),
            )
        if Path(files[0]).name != files[0]:
            raise MappingError(
                tr("The coded file lies elsewhere than its mapping: '{name}'.", name=Path(files[0]).name),
                tr("Put the mapping beside it, so that a copy of the mapping can read the adjudicated file."),
            )
        found.setdefault(files[0], {})[name] = codings.called(name) if table.sheet else ""
    return found


def _write_tables(
    folder: Path, codings: TwoCodings, rows: Mapping[str, list[Row]], places: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    answers = answers_of(codings.mapping)
    for file, sheets in places.items():
        path = folder / file
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        tables = {name: codings.first.tables[name] for name in sheets}
        if path.suffix.lower() in _WORKBOOKS:
            _write_workbook(path, tables, rows, sheets, answers, codings.mapping)
        else:
            name, table = next(iter(tables.items()))
            _write_text(path, table, rows[name], answers.get(name, {}), codings.mapping, is_main=name == "")
        yield file


def _write_workbook(
    path: Path,
    tables: Mapping[str, TextTable],
    rows: Mapping[str, list[Row]],
    sheets: Mapping[str, str],
    answers: Mapping[str, Mapping[str, Answers]],
    mapping: CaseMapping,
) -> None:
    import datetime as dt

    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, table in tables.items():
            sheet = book.add_worksheet(sheets[name] or None)
            top = _lines_above(mapping, is_main=name == "")
            sheet.freeze_panes(top, 1)
            for column, heading in enumerate(table.columns if top else ()):
                sheet.write_string(top - 1, column, heading, head)
            kinds = [answers.get(name, {}).get(one, Answers()).kind for one in table.columns]
            for line, row in enumerate(rows[name], start=top):
                for column, (heading, kind) in enumerate(zip(table.columns, kinds, strict=True)):
                    text = row[heading]
                    if text is None:
                        continue
                    if kind == "date" and _ISO.fullmatch(text):
                        sheet.write_datetime(line, column, dt.datetime.fromisoformat(text), day)
                    elif kind != "date" and _is_number(text, heading, table, kind):
                        sheet.write_number(line, column, float(text))
                    else:
                        sheet.write_string(line, column, text)


def _is_number(text: str, column: str, table: TextTable, kind: str) -> bool:
    """Return whether a text was a typed number in the workbook that was read, or is to be one."""
    if not _PLAIN.fullmatch(text) or (text.startswith("0") and text != "0" and "." not in text):
        return False
    if "." in text:
        # a fraction that somebody wrote as text keeps the mark that was written
        return text not in table.written_numbers.get(column, {text: False} if kind != "number" else {})
    return kind == "number"


def _lines_above(mapping: CaseMapping, *, is_main: bool) -> int:
    """Return how many lines stand above the first row: the header, and what is above it."""
    if not is_main:
        return 1
    return 0 if mapping.data.header is False else mapping.data.header_row or 1


def _write_text(
    path: Path,
    table: TextTable,
    rows: list[Row],
    answers: Mapping[str, Answers],
    mapping: CaseMapping,
    *,
    is_main: bool,
) -> None:
    encoding = (mapping.data.encoding if is_main else None) or "utf-8-sig"
    separator = (mapping.data.separator if is_main else None) or table.separator or ","
    comma = mapping.data.decimal == ","
    with path.open("w", encoding=encoding, newline="") as lines:
        writer = csv.writer(lines, delimiter=separator)
        top = _lines_above(mapping, is_main=is_main)
        for _ in range(top - 1):
            writer.writerow([])
        if top:
            writer.writerow([inert(one) for one in table.columns])
        for row in rows:
            texts = [row[column] or "" for column in table.columns]
            writer.writerow(
                [
                    inert(text.replace(".", ",") if comma and _decimal(text, answers.get(column)) else text)
                    for column, text in zip(table.columns, texts, strict=True)
                ]
            )


def _decimal(text: str, answers: Answers | None) -> bool:
    """Return whether a text is a fraction as a workbook writes it, which somebody decided on in one."""
    return answers is not None and answers.kind == "number" and "." in text and _PLAIN.fullmatch(text) is not None


def _write_settings(folder: Path, mapping: CaseMapping) -> Iterator[str]:
    """Copy the mapping, and what it names beside it, where it came from a file."""
    source = mapping.folder / mapping.source
    if not source.is_file():
        return
    (folder / mapping.source).write_text(_settings_text(source.read_text(encoding="utf-8"), mapping), encoding="utf-8")
    (folder / mapping.source).chmod(0o600)
    yield mapping.source
    for name in _named(mapping):
        if mapping.path(name).is_file() and not Path(name).is_absolute() and ".." not in Path(name).parts:
            (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            yield _copied(mapping.path(name), folder / name)


def _settings_text(text: str, mapping: CaseMapping) -> str:
    """Return the text of a mapping; where it names several files or sheets, of the first of them only."""
    several = {"file": mapping.data.file, "sheet": mapping.data.sheet}
    for key, names in several.items():
        listed = re.search(rf"^{key}\s*=\s*(\[[^\]]*\])", text, flags=re.MULTILINE)
        if len(names) > 1 and listed is not None:
            text = text[: listed.start(1)] + json.dumps(names[0], ensure_ascii=False) + text[listed.end(1) :]
    read = tomllib.loads(text).get("data", {})
    if any(len(names) > 1 and read.get(key) != names[0] for key, names in several.items()):
        raise MappingError(
            tr("The mapping names several files or sheets in a way that could not be changed to the first of them."),
            tr("Write 'file' and 'sheet' of [data] as a list on lines of their own."),
        )
    return text


def _copied(source: Path, target: Path) -> str:
    shutil.copyfile(source, target)
    target.chmod(0o600)
    return target.name


def _named(mapping: CaseMapping) -> Iterator[str]:
    """Yield the settings files that a mapping names."""
    if mapping.cases.procedure.endswith(".toml"):
        yield mapping.cases.procedure
    if mapping.practice is not None and mapping.practice.checklist.endswith(".toml"):
        yield mapping.practice.checklist
    if mapping.cases.sampling.log is not None:
        yield mapping.cases.sampling.log.file
    for one in mapping.attributes.values():
        if one.crosswalk is not None:
            yield one.crosswalk


def _log_heads(language: Language) -> Sequence[str]:
    """Return the heads of the log: short names for programs, or those of the list of disagreements."""
    if language == "en":
        return LOG_COLUMNS
    return [HEADINGS["why" if one == "reason" else one].text(language) for one in LOG_COLUMNS]


def _log(
    found: Sequence[Disagreement], decisions: Mapping[Disagreement, Decision], language: Language
) -> Iterable[Sequence[str]]:
    words = {one: one if language == "en" else word.text(language) for one, word in DECISIONS.items()}
    undecided = "undecided" if language == "en" else tr("not decided").text(language)
    for one in found:
        decision = decisions.get(one)
        yield (
            one.called,
            one.case,
            str(one.row) if one.row else "",
            one.column,
            one.first or "",
            one.second or "",
            words[decision.decision] if decision else undecided,
            (decision.value or "") if decision else "",
            decision.by if decision else "",
            decision.on if decision else "",
            decision.why if decision else "",
        )
