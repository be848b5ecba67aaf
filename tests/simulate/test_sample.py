"""The sample folder: the same everywhere, whole or not there, and what the repository holds."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from justice_metrics.base.errors import OutputError
from justice_metrics.cases.mappings.mapping import read_mapping
from justice_metrics.simulate import sample
from justice_metrics.simulate.extracts import Extract
from justice_metrics.simulate.faults import PLANTED
from justice_metrics.simulate.register import HEADINGS, SUPPORT_HEADINGS
from justice_metrics.simulate.sample import sample_files, write_sample

COMMITTED = Path(__file__).parents[2] / "sample_data"
MAPPINGS = ("bolivia", "bolivia_xlsx", "bolivia_dirty", "bolivia_closed", "bolivia_national")


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return sample_files()


@pytest.fixture
def at_hand(made: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files as they were made once: where it is the writing that is tested."""
    monkeypatch.setattr(sample, "sample_files", lambda language="es": made)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("sample") / "demo")


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book}


def cells(content: bytes) -> list[list[object]]:
    return sheets(content)["Casos"]


def table(content: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(content))


def test_two_writings_are_equal_to_the_byte(made: dict[str, bytes], folder: Path) -> None:
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made


def test_the_repository_holds_what_the_package_writes(made: dict[str, bytes]) -> None:
    kept = {path.name: path.read_bytes() for path in COMMITTED.iterdir() if path.is_file()}
    assert set(kept) == set(made)
    for name, content in made.items():
        if name.endswith(".parquet"):  # the file says which library wrote it
            assert table(kept[name]).equals(table(content)), name
        elif name.endswith(".xlsx"):
            assert sheets(kept[name]) == sheets(content), name
        else:
            assert kept[name] == content, name


def test_sizes_stay_small(made: dict[str, bytes]) -> None:
    assert max(len(content) for content in made.values()) < 3_000_000
    assert sum(len(content) for name, content in made.items() if name.endswith(".parquet")) < 2_000_000


def test_csv_is_what_a_spanish_spreadsheet_saves(made: dict[str, bytes]) -> None:
    content = made["bolivia_cases.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    header, *body = rows(content)
    assert header == list(HEADINGS.values())
    assert {len(row) for row in body} == {len(header)}
    assert len(body) == 1200
    day = header.index("Fecha de denuncia")
    assert all(re.fullmatch(r"\d\d/\d\d/201[4-7]", row[day]) for row in body)
    assert rows(made["bolivia_support.csv"])[0] == list(SUPPORT_HEADINGS.values())


def test_the_workbook_says_the_same_with_real_dates_and_numbers(made: dict[str, bytes]) -> None:
    header, *body = cells(made["bolivia_cases.xlsx"])

    def written(value: object) -> str:
        return value.strftime("%d/%m/%Y") if isinstance(value, dt.datetime) else "" if value is None else str(value)

    assert [header, *[[written(value) for value in row] for row in body]] == rows(made["bolivia_cases.csv"])
    assert all(isinstance(row[header.index("Fecha de denuncia")], dt.datetime) for row in body)
    assert sum(isinstance(row[header.index("Edad")], int) for row in body) > 1100


def test_the_national_extract_has_real_dates(made: dict[str, bytes], national: Extract) -> None:
    cases, support = table(made["bolivia_national.parquet"]), table(made["bolivia_national_support.parquet"])
    assert cases.column_names == list(HEADINGS)
    assert cases.num_rows == 20_000
    assert all(cases.schema.field(name).type == pa.date32() for name in cases.column_names if name.startswith("fecha"))
    assert cases.schema.field("edad").type == pa.int32()
    assert support.column_names == list(SUPPORT_HEADINGS)
    assert cases.to_pydict() == national.cases


def test_the_dirty_copy_holds_the_spoiled_cells(made: dict[str, bytes]) -> None:
    header, *body = rows(made["bolivia_cases_dirty.csv"])
    charged = [row[header.index("Fecha de imputación")] for row in body]
    assert charged.count("S/D") == PLANTED["missing_code_date"]
    assert sum(row[header.index("Fecha de acusación")] == "31/12/9999" for row in body) == PLANTED["default_date_9999"]


@pytest.mark.parametrize("name", MAPPINGS)
def test_every_mapping_fits_its_files(name: str, folder: Path) -> None:
    mapping = read_mapping(folder / f"{name}_mapping.toml")
    assert mapping.data.simulated
    assert mapping.cases.unit == "victim"
    assert mapping.cases.procedure == "bolivia"
    known = set(HEADINGS if name == "bolivia_national" else HEADINGS.values())
    assert {column for column, _ in mapping.columns()} <= known
    assert len(mapping.columns()) >= len(known)  # every column is used
    for file in (*mapping.data.file, *(mapping.support.file if mapping.support else ())):
        assert (folder / file).is_file()
    spells = set(SUPPORT_HEADINGS if name == "bolivia_national" else SUPPORT_HEADINGS.values())
    assert {column for column, _ in mapping.support_columns()} <= spells


def test_the_coding_sheets_fit_their_mappings_and_the_log_goes_with_the_first(folder: Path) -> None:
    mappings = {name: read_mapping(folder / f"bolivia_{name}_mapping.toml") for name in ("coded", "codings")}
    files = []
    for mapping in mappings.values():
        assert mapping.data.simulated
        assert (mapping.cases.unit, mapping.cases.procedure, mapping.cases.coder) == (
            "case",
            "bolivia",
            "Codificador/a",
        )
        files.append(mapping.data.file)
    assert files[0] == files[1][:1]
    for file in files[1]:
        book = openpyxl.load_workbook(folder / file, read_only=True)
        headings = {cell.value for cell in next(book["Caso"].iter_rows())}
        assert {column for column, _ in mappings["codings"].columns()} <= headings
    log = mappings["coded"].cases.sampling.log
    assert log is not None
    assert (folder / log.file).is_file()
    assert mappings["codings"].cases.sampling.log is None


def test_closed_files_are_declared_as_such(folder: Path) -> None:
    frames = {name: read_mapping(folder / f"{name}_mapping.toml").cases.sampling.frame for name in MAPPINGS}
    assert {name for name, frame in frames.items() if frame == "closed_only"} == {"bolivia_closed"}


@pytest.mark.parametrize(("language", "order"), [("es", ["es", "en"]), ("en", ["en", "es"])])
def test_studies_name_files_that_are_there_and_start_with_the_language(language: str, order: list[str]) -> None:
    files = sample_files(language=language)  # type: ignore[arg-type]
    for name in ("study.toml", "study_closed.toml", "study_national.toml", "study_attention.toml"):
        study = tomllib.loads(files[name].decode())
        assert study["study"]["mapping"] in files
        assert study["study"]["language"] == order
        assert all("ask" in question for question in study["question"])


def test_the_page_counts_what_is_there_and_names_every_fault(made: dict[str, bytes]) -> None:
    page = made["README.md"].decode()
    assert "$" not in page
    assert "simulated" in page
    assert "simulado" in page
    for fault, count in PLANTED.items():
        assert re.search(rf"\| `{fault}`: .* \| {count} \|", page)
    closed = len(rows(made["bolivia_closed.csv"])) - 1
    assert f"the {closed} closed tribunal files" in page
    assert f"{len(rows(made['bolivia_support.csv'])) - 1:,}" in page
    judged = table(made["bolivia_national.parquet"])["fecha_sentencia"]
    assert f"{len(judged) - judged.null_count:,} with a verdict" in page
    assert set(re.findall(r"`([a-z_]+\.\w+)`", page)) <= set(made)


def test_the_page_tells_of_the_study_of_files(made: dict[str, bytes]) -> None:
    page = made["README.md"].decode()
    log = rows(made["bolivia_sampling_log.csv"])
    statuses = [row[-1] for row in log[1:]]
    assert f"{len(statuses)} files. What the" in page
    assert f"{statuses.count('coded')} coded, {statuses.count('lost')} lost" in page
    assert sum(int(row[2]) for row in rows(made["bolivia_frame.csv"])[1:]) == 1200
    assert f"answers of {len(rows(made['bolivia_perceptions.csv'])) - 1} officials and users" in page
    assert "none of it is taken from the study of 2018" in page
    assert "nada de ello proviene del estudio de 2018" in page


@pytest.mark.usefixtures("at_hand")
def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert (write_sample(str(tmp_path), language="en") / "study.toml").is_file()


def test_an_earlier_sample_is_renewed_and_a_report_beside_it_stays(tmp_path: Path, at_hand: dict[str, bytes]) -> None:
    target = write_sample(tmp_path / "demo")
    (target / "bolivia_cases.csv").write_bytes(b"half a fi")
    (target / "report").mkdir()
    (target / "report" / "report.html").write_text("mine", encoding="utf-8")
    write_sample(target)
    assert (target / "bolivia_cases.csv").read_bytes() == at_hand["bolivia_cases.csv"]
    assert (target / "report" / "report.html").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo"]


def test_a_folder_with_other_things_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Ours", encoding="utf-8")
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(OutputError, match="holds 2 other files"):
        write_sample(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "thesis.docx"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write_sample(tmp_path / "demo")


@pytest.mark.usefixtures("at_hand")
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "bolivia_national.parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_sample(tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("at_hand")
def test_a_name_below_a_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_sample(tmp_path / "data" / "demo")


def test_loading_the_room_loads_no_engine() -> None:
    code = (
        "import sys, justice_metrics.simulate.sample; "
        "print(sorted({'pandas', 'polars', 'pyarrow', 'xlsxwriter', 'scipy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
