"""The replication package of a release: what somebody else needs to run the study, and a simulated twin of the data."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..base.errors import SettingsError
from ..base.language import Language, Readable, tr
from ..base.result import Result
from ..base.settings import read_toml
from ..base.version import __version__
from ..cases.counts.mapping import CountMapping
from ..cases.mappings.mapping import CaseMapping
from ..cases.procedure_file import shipped_procedures
from ..cases.surveys.mapping import SurveyMapping
from ..disclosure.policy import DisclosurePolicy
from ..publish.inert import csv_text, without_folder
from ..publish.names import file_stem
from ..publish.software import software_record
from ..publish.toml_text import toml_text
from ..simulate.twin import TWIN_LOG, Levels, twin_tables
from ..simulate.twin_counts import twin_counts
from ..simulate.twin_survey import twin_survey
from .described import Described
from .inputs import input_files
from .plan import Study
from .questions import FILE_SETTINGS

_UNITS: Final = 300
_MOST_UNITS: Final = 2_000
# A calendar or a population has one or two columns in common with case files, such as the department.
_TOO_ALIKE: Final = 3
_LONGEST_LINE: Final = 100_000
# How the user's own files are written; those of the twin are written in one way.
_OF_FILES: Final = (
    *("file", "sheet", "table", "query", "encoding", "separator", "header", "header_row", "renamed", "absent"),
    *("time_zone", "export", "form", "codebook", "codes", "official_rows", "extracted", "corrections", "faults"),
)
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.toml")
_TAKEN: Final = ("study.toml", "policy.toml")
_OF_TABLES: Final = ("file", "sheet", "table", "query")


@dataclass(frozen=True, slots=True)
class _Package:
    """What the parts of a package share: which files were enclosed, and what each mapping is called in it."""

    study: Study
    enclosed: Mapping[str, Path]
    names: Mapping[str, str]


def replication_files(study: Study, policy: DisclosurePolicy, results: tuple[Result, ...]) -> dict[str, bytes]:
    """Return the files of a replication package, by name.

    Parameters
    ----------
    study : Study
    policy : DisclosurePolicy
    results : tuple of Result
        As they are published: the twin takes numbers of cases from these and from nothing else.

    Returns
    -------
    dict of str to bytes
        Study, mappings, procedures and policy without remarks and places; software by version; what each column of the
        data and of the results is; a simulated twin of each table of the data.
    """
    package = _Package(
        study,
        {path.name: path for path in study.publishing.enclosed},
        _mapping_names(study),
    )
    made: dict[str, bytes] = {"study.toml": _toml(_study(package)), "policy.toml": _toml(_policy(policy))}
    for name, about in study.data.items():
        made |= _mapping_files(package, name, about, results)
    made = {**_enclosed(package), **made}
    made["columns_of_data.csv"] = _columns_of_data(study)
    made["columns_of_results.csv"] = _columns_of_results(results, study.languages)
    made["software.txt"] = _software()
    made["README.md"] = _readme(study, sorted(made))
    return made


def _ensure_no_cases(name: str, path: Path, study: Study) -> None:
    """Refuse to enclose a file that has columns of the case files: rows of cases are in it, with or without ids.

    Raises
    ------
    SettingsError
    """
    mine = _headings(path)
    for about in study.data.values():
        if isinstance(about.mapping, CaseMapping):
            for one in input_files(about):
                if path.resolve() == one.resolve() or len(mine & _headings(one)) >= _TOO_ALIKE:
                    raise SettingsError(
                        tr("The file '{name}' that is to be enclosed has the columns of the case files.", name=name),
                        tr("Leave it out of 'enclose' in [publish]: rows of cases are never published."),
                    )


def _headings(path: Path) -> set[str]:
    """Return the words of the first line of a text file."""
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE)
    return {one.strip(' "\t').casefold() for one in re.split(r"[,;\t|]", first.decode("utf-8", "ignore").strip())} - {
        ""
    }


def _enclosed(package: _Package) -> dict[str, bytes]:
    """Return the user's own files that are to be in the package."""
    found = {}
    for name, path in package.enclosed.items():
        try:
            found[name] = path.read_bytes()
            _ensure_no_cases(name, path, package.study)
        except OSError:
            raise SettingsError(
                tr("There is no file '{name}'.", name=name), tr("Correct 'enclose' in [publish] of the study.")
            ) from None
    return found


def _mapping_names(study: Study) -> dict[str, str]:
    """Return what each mapping is called in the package: as it is called, where that says no folder and stands once."""
    found: dict[str, str] = {}
    for name in study.data:
        own = Path(name).name
        plain = _PLAIN.fullmatch(own) is not None and own not in found.values() and own not in _TAKEN
        found[name] = own if plain else f"{file_stem(name)}.toml"
    return found


def _study(package: _Package) -> dict[str, Any]:
    """Return the study file as it runs on the twin."""
    raw = read_toml(package.study.path)
    part = {name: value for name, value in raw["study"].items() if name != "corrections"}
    part |= {"mapping": package.names[part["mapping"]], "policy": "policy.toml"}
    questions = []
    for one in raw["question"]:
        question = {name: _without_folders(value) if name in FILE_SETTINGS else value for name, value in one.items()}
        if "mapping" in question:
            question["mapping"] = package.names[question["mapping"]]
        questions.append(question)
    output = {name: value for name, value in raw.get("output", {}).items() if name == "formats"}
    return {"study": part, "question": questions, **({"output": output} if output else {})}


def _without_folders(value: Any) -> Any:
    """Return names of files as they lie in the package, side by side."""
    if isinstance(value, list | tuple):
        return [_without_folders(one) for one in value]
    return Path(value).name if isinstance(value, str) else value


def _policy(policy: DisclosurePolicy) -> dict[str, Any]:
    return {name: value for name, value in policy.to_record().items() if value not in (None, [], {}, ())}


def _mapping_files(package: _Package, name: str, about: Described, results: tuple[Result, ...]) -> dict[str, bytes]:
    """Return a mapping as it reads the twin, with its procedure and the tables of the twin."""
    stem = package.names[name].removesuffix(".toml")
    raw = read_toml(package.study.path.parent / name)
    raw["data"] = {key: value for key, value in raw.get("data", {}).items() if key not in _OF_FILES}
    raw["data"]["simulated"] = True
    made: dict[str, bytes] = {}
    if isinstance(about.mapping, CountMapping):
        file = f"{stem}.csv"
        made[file] = twin_counts(about.mapping).csv_bytes()
        raw["data"]["file"] = file
        for one in (raw["counts"].get("office"), *raw["counts"].get("keys", {}).values()):
            _without_crosswalk(one)
        return {package.names[name]: _toml(raw), **made}
    if isinstance(about.mapping, SurveyMapping):
        raw["survey"] = {key: value for key, value in raw["survey"].items() if key not in _OF_FILES}
        raw["survey"] |= {"simulated": True, "file": f"{stem}.csv"}
        del raw["data"]
        return {package.names[name]: _toml(raw), f"{stem}.csv": twin_survey(about.mapping).csv_bytes()}
    mapping, procedure = about.mapping, about.procedure
    if procedure is None:
        return {}
    units, levels = _published(results, mapping)
    for table, twin in twin_tables(mapping, procedure, levels=levels, units=units).items():
        file = f"{stem}.{file_stem(table)}.csv" if table else f"{stem}.csv"
        made[file] = twin.csv_bytes()
        section = _log_of(raw) if table == TWIN_LOG else _section_of(raw, table)
        for key in _OF_TABLES:
            section.pop(key, None)
        section["file"] = file
    for one in raw.get("attributes", {}).values():
        _without_crosswalk(one)
    return {**_procedure(mapping, raw), package.names[name]: _toml(raw), **made}


def _section_of(raw: dict[str, Any], table: str) -> dict[str, Any]:
    """Return the section of a mapping that names a table."""
    if table.startswith("stage "):
        stages: list[dict[str, Any]] = raw["stages"]
        return stages[int(table.removeprefix("stage ")) - 1]
    section: dict[str, Any] = raw[table] if table else raw["data"]
    return section


def _log_of(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the table of a mapping that names its sampling log."""
    sampling: dict[str, Any] = raw["cases"]["sampling"]
    if not isinstance(sampling["log"], dict):
        sampling["log"] = {}
    log: dict[str, Any] = sampling["log"]
    return log


def _without_crosswalk(column: Any) -> None:
    """Leave out the user's table of words: the twin has the words of the results already."""
    if isinstance(column, dict):
        column.pop("crosswalk", None)


def _procedure(mapping: CaseMapping, raw: dict[str, Any]) -> dict[str, bytes]:
    """Return the procedure of a mapping; one of the user's own is named by its file."""
    named = mapping.cases.procedure
    if named in shipped_procedures():
        return {
            f"procedures/{named}.toml": files("justice_metrics.cases").joinpath(f"procedures/{named}.toml").read_bytes()
        }
    file = f"procedures/{file_stem(Path(named).stem)}.toml"
    raw["cases"] = {**raw["cases"], "procedure": file}
    return {file: _toml(read_toml(mapping.path(named)))}


def _published(results: tuple[Result, ...], mapping: CaseMapping) -> tuple[int, Levels]:
    """Return how many cases are published, and of each level of an attribute."""
    units, levels = 0, dict[str, dict[str, float]]()
    for result in results:
        if result.provenance.unit != mapping.cases.unit:
            continue
        for name, table in result.tables.items():
            for one in table.counts(name):
                if np.isnan(one.value) or one.events:
                    continue
                if not one.box:
                    units = max(units, int(one.value))
                elif len(one.box) == 1:
                    (dimension, inside) = next(iter(one.box))
                    if dimension in mapping.attributes and len(inside) == 1:
                        levels.setdefault(dimension, {})[next(iter(inside))] = one.value
    return min(units or _UNITS, _MOST_UNITS), levels


def _columns_of_data(study: Study) -> bytes:
    """Return which column of which table stands for what, by the mappings."""
    rows: list[tuple[str, ...]] = []
    for name, about in study.data.items():
        source = without_folder(name)
        if isinstance(about.mapping, CountMapping):
            counts = about.mapping.counts
            named = [(one.column, key) for key, one in counts.key_columns().items()]
            named += [(column, "period") for column in counts.period.columns()]
            named += [(one.column, f"quantities.{key}") for key, one in counts.quantities.items()]
            rows += [(source, "", column, key) for column, key in named]
            continue
        if isinstance(about.mapping, SurveyMapping):
            rows += [(source, "", column, key) for column, key in about.mapping.columns()]
            continue
        rows += [(source, table, column, key) for table, column, key in _mapped(about.mapping)]
    return _csv(("mapping", "table", "column", "stands_for"), rows)


def _mapped(mapping: CaseMapping) -> Iterator[tuple[str, str, str]]:
    for stage in range(max(len(mapping.stages), 1)):
        for column, key in mapping.columns(stage):
            yield f"stage {stage + 1}" if mapping.stages else "", column, key
    for column, key in mapping.support_columns():
        yield "support", column, key
    for name in mapping.children:
        for column, key in mapping.child_columns(name):
            yield name, column, key


def _columns_of_results(results: tuple[Result, ...], languages: tuple[Language, ...]) -> bytes:
    """Return what each published column means, for the data dictionary."""
    rows = [
        (
            str(number),
            result.provenance.question or result.question,
            name,
            column.name,
            column.unit,
            column.role,
            *(column.meaning.text(language) for language in languages),
        )
        for number, result in enumerate(results, start=1)
        for name, table in result.tables.items()
        for column in table.columns
    ]
    return _csv(
        ("section", "question", "table", "column", "unit", "role", *(f"meaning_{one}" for one in languages)), rows
    )


def _csv(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([csv_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _software() -> bytes:
    """Return the lock of the environment, as installers read it."""
    record = software_record()
    lines = [f"# python {record['python']}", *(f"{name}=={version}" for name, version in record["packages"].items())]
    return ("\n".join(lines) + "\n").encode()


def _readme(study: Study, listed: list[str]) -> bytes:
    """Say what the package is, in each language of the study."""
    told: list[str] = []
    lacking = sorted(
        {
            Path(value).name
            for one in study.questions
            for key, value in one.settings.items()
            if key in FILE_SETTINGS and isinstance(value, str | Path) and Path(value).name not in listed
        }
    )
    lines: list[Readable] = [
        tr("Simulated data: no case in it is real."),
        tr(
            "The data beside this file are a simulated twin: the columns of the real case files under the same "
            "mapping, made from the mapping and the published numbers and from no row. The study runs on them; "
            "its figures are not those of the release."
        ),
        tr("Run it with justice_metrics {version}: justice-metrics run study.toml", version=__version__),
        tr(
            "The packages by version are in {name}; what each column is stands in {tables}.",
            name="software.txt",
            tables=("columns_of_data.csv", "columns_of_results.csv"),
        ),
    ]
    if lacking:
        lines.append(tr("Not enclosed, and needed to run: {listed}.", listed=lacking))
    for language in study.languages:
        told += [f"# {study.title.text(language)}", *(one.text(language) for one in lines)]
    return ("\n\n".join(told) + "\n").encode()


def _toml(content: Mapping[str, Any]) -> bytes:
    return toml_text(content).encode()
