"""The sample folder: simulated case files, mappings, studies and a page that says what is true in them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any, Final

from ..base.errors import OutputError
from ..base.language import LANGUAGES, Language, tr
from . import counts, kit_summary, observatory, perceptions, study_kit, summary
from .bolivia_shapes import bolivia_shapes
from .extracts import CHILD_HEADINGS, COHORT, NATIONAL, child_tables, closed_tribunal_files, dirty_copy, draw
from .register import HEADINGS, SUPPORT_HEADINGS, Table

_TEXTS: Final = (
    "README.md",
    "study.toml",
    "study_closed.toml",
    "study_national.toml",
    "bolivia_mapping.toml",
    "bolivia_xlsx_mapping.toml",
    "bolivia_dirty_mapping.toml",
    "bolivia_closed_mapping.toml",
    "bolivia_national_mapping.toml",
    "bolivia_counts_mapping.toml",
    "bolivia_survey.toml",
    "study_attention.toml",
    "bolivia_calendar.csv",
    "policy.toml",
    "passport.toml",
    "bolivia_observatory.toml",
    "bolivia_help.toml",
    "bolivia_observatory_mapping.toml",
    "bolivia_accused_mapping.toml",
    "bolivia_alerts_mapping.toml",
)
_FIRST_LINE: Final = "# Simulated Bolivian case files"
_FILE_DATE: Final = dt.datetime(2018, 4, 30)  # a workbook carries the day of its making: always this one


def write_sample(folder: str | Path, *, language: Language = "es") -> Path:
    """Write the sample data, mappings and studies into a folder: all of it, or nothing.

    Parameters
    ----------
    folder : path
        A new or empty folder, or one that holds an earlier sample: its sample files are then replaced, and whatever
        else is there (a report) stays.
    language : {"es", "en"}
        Language that comes first in the reports of the sample studies. The data are in Spanish, as Bolivian files are.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        When the folder holds something else, or cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as place:
    ...     sorted(path.name for path in write_sample(pathlib.Path(place) / "demo").iterdir())[:3]
    ['README.md', 'bolivia_calendar.csv', 'bolivia_cases.csv']
    """
    target = Path(folder)
    _check_free(target)
    contents = sample_files(language=language)
    beside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for name, content in contents.items():
            (beside / name).write_bytes(content)
        _put_in_place(beside, target)
    except OSError as error:
        raise OutputError(
            tr(
                "The sample cannot be written to {folder}: {reason}.",
                folder=str(target),
                reason=error.strerror or type(error).__name__,
            ),
            tr("Choose a folder in which you may write, on a disk with 10 MB of free space."),
        ) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return target


def sample_files(*, language: Language = "es") -> dict[str, bytes]:
    r"""Return every file of the sample by its name, without writing anything.

    Examples
    --------
    >>> sample_files()["bolivia_cases.csv"][:3]  # the mark by which spreadsheets know UTF-8
    b'\xef\xbb\xbf'
    """
    cohort, national = draw(COHORT), draw(NATIONAL)
    closed, closed_support = closed_tribunal_files(cohort)
    children = child_tables(cohort.cases, COHORT.cutoff)
    kit, survey = study_kit.study_kit(cohort, children), perceptions.survey_table()
    facts = summary.facts(cohort, closed, national) | summary.child_facts(children) | kit_summary.kit_facts(kit, cohort)
    facts |= observatory.facts()
    first = [language, *(other for other in LANGUAGES if other != language)]
    facts["languages"] = "[" + ", ".join(f'"{one}"' for one in first) + "]"
    written = {
        "bolivia_cases.csv": _csv(cohort.cases, HEADINGS),
        "bolivia_cases.xlsx": _xlsx(cohort.cases, HEADINGS, sheet="Casos"),
        "bolivia_support.csv": _csv(cohort.support, SUPPORT_HEADINGS),
        "bolivia_cases_dirty.csv": _csv(dirty_copy(cohort), HEADINGS),
        "bolivia_closed.csv": _csv(closed, HEADINGS),
        "bolivia_closed_support.csv": _csv(closed_support, SUPPORT_HEADINGS),
        "bolivia_counts.csv": counts.counts_csv(),
        "bolivia_frame.csv": _csv(kit.sample.frame),
        study_kit.LOG_FILE: _csv(kit.sample.log),
        "bolivia_perceptions.csv": _csv(survey, perceptions.HEADINGS),
        "bolivia_national.parquet": _parquet(national.cases),
        "bolivia_national_support.parquet": _parquet(national.support),
        "bolivia_departments.geojson": bolivia_shapes().encode(),
        **_of_observatory(),
    }
    for file, answers in ((study_kit.CODED_FILE, kit.coded), (study_kit.AGAIN_FILE, kit.again)):
        written[file] = study_kit.workbook(kit.plan, answers, COHORT.cutoff)
    once = study_kit.mapping(kit.plan, (study_kit.CODED_FILE,), COHORT.cutoff, log=study_kit.LOG_FILE)
    twice = study_kit.mapping(kit.plan, (study_kit.CODED_FILE, study_kit.AGAIN_FILE), COHORT.cutoff)
    written |= {"bolivia_coded_mapping.toml": once.encode(), "bolivia_codings_mapping.toml": twice.encode()}
    for name, table in children.items():
        written[f"bolivia_{name}.csv"] = _csv(table, CHILD_HEADINGS[name])
    for name in _TEXTS:
        text = files(__package__).joinpath("texts", name).read_text(encoding="utf-8")
        written[name] = Template(text).substitute(facts).encode()
    return written


@cache
def _of_observatory() -> Mapping[str, bytes]:
    """Return the tables of the demonstration site, made once: twenty thousand cases take their time."""
    made = observatory.sources()
    return MappingProxyType(
        {
            "bolivia_observatory.parquet": _parquet(made.cases),
            "bolivia_accused.parquet": _parquet(made.accused),
            "bolivia_alerts.csv": _csv(made.alerts),
            "bolivia_population.csv": _csv(made.people),
        }
    )


def _check_free(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(
            tr("{folder} is a file, not a folder.", folder=str(target)),
            tr("Name a folder that does not exist yet."),
        )
    n = sum(1 for _ in target.iterdir())
    page = target / "README.md"
    if n and not (page.is_file() and page.read_text(encoding="utf-8", errors="replace").startswith(_FIRST_LINE)):
        raise OutputError(
            tr("The folder {folder} holds {n} other files or folders, and they are kept.", folder=str(target), n=n),
            tr("Name a new or empty folder, or one with an earlier sample."),
        )


def _put_in_place(beside: Path, target: Path) -> None:
    """Make the folder appear as a whole; over an earlier sample, file by file, each as a whole."""
    if target.exists() and not any(target.iterdir()):
        target.rmdir()  # not every system replaces an empty folder
    if not target.exists():
        beside.chmod(0o755)  # a temporary folder is private, the sample need not be
        beside.replace(target)
        return
    for path in sorted(beside.iterdir()):
        path.replace(target / path.name)


def _cell(value: Any) -> str:
    if isinstance(value, dt.date):
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
    return "" if value is None else str(value)


def _csv(table: Table, headings: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """Write a table as a Spanish spreadsheet saves it: semicolons, day first, UTF-8 with a mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(headings.get(name, name) for name in table)
    writer.writerows([_cell(value) for value in row] for row in zip(*table.values(), strict=True))
    return text.getvalue().encode("utf-8-sig")


def _xlsx(table: Table, headings: dict[str, str], *, sheet: str) -> bytes:
    """Write a table as a workbook with real date cells."""
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    book.set_properties({"title": "Casos simulados", "comments": "Datos simulados", "created": _FILE_DATE})
    page, day, bold = (
        book.add_worksheet(sheet),
        book.add_format({"num_format": "dd/mm/yyyy"}),
        book.add_format({"bold": 1}),
    )
    for column, (name, values) in enumerate(table.items()):
        page.write_string(0, column, headings[name], bold)
        for row, value in enumerate(values, start=1):
            if isinstance(value, dt.date):
                page.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), day)
            elif isinstance(value, int):
                page.write_number(row, column, value)
            elif value is not None:
                page.write_string(row, column, value)
    page.set_column(0, len(table) - 1, 18)
    page.freeze_panes(1, 1)
    book.close()
    return held.getvalue()


def _parquet(table: Table) -> bytes:
    """Write a table with texts, whole numbers and real dates; the same options everywhere."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {int: pa.int32(), dt.date: pa.date32(), str: pa.string()}
    columns = {
        name: pa.array(values, type=kinds[next(type(value) for value in values if value is not None)])
        for name, values in table.items()
    }
    held = io.BytesIO()
    pq.write_table(pa.table(columns), held, compression="zstd", compression_level=9, version="2.6", store_schema=False)
    return held.getvalue()
