"""Several tables: stages that cases reach, tables that hang on the cases, files of one shape."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from justice_metrics.cases.mappings.mapping import CaseMapping, read_mapping
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.proposals.propose import Proposal, propose_mapping
from justice_metrics.cases.proposals.states import KnownStates
from justice_metrics.cases.read import read_cases

SAMPLE = Path(__file__).parents[3] / "sample_data"
TODAY = dt.date(2026, 1, 1)
SECTIONS = ("hearings", "measures", "statements", "detention", "sentences", "warrants", "reparation")


def write(path: Path, header: list[str], rows: list[list[Any]]) -> Path:
    lines = [",".join(map(str, row)) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def proposed(*paths: Path, **settings: Any) -> Proposal:
    made = propose_mapping(paths, today=TODAY, **settings)
    assert isinstance(made, Proposal)
    return made


def mapping_of(made: Proposal, folder: Path) -> CaseMapping:
    return CaseMapping.from_dict(tomllib.loads(made.toml("en", folder=folder)), folder=folder)


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="no sample data")
def test_what_hangs_on_the_cases_is_found_as_its_mapping_says() -> None:
    files = [SAMPLE / "bolivia_cases.csv", *(SAMPLE / f"bolivia_{one}.csv" for one in ("support", *SECTIONS))]
    made = mapping_of(proposed(*files), SAMPLE)
    right = read_mapping(SAMPLE / "bolivia_mapping.toml")
    assert (made.support, made.reliance) == (right.support, right.reliance)
    for section in SECTIONS:
        assert getattr(made, section) == getattr(right, section), section


def stages(folder: Path) -> list[Path]:
    """Three tables of one office, of 40, 30 and 20 people."""
    day = dt.date(2019, 1, 1)
    return [
        write(
            folder / "verdicts.csv",
            ["person_id", "verdict_date", "outcome"],
            [[f"P{n}", day + dt.timedelta(200 + n), "Guilty" if n % 2 else "Not guilty"] for n in range(20)],
        ),
        write(
            folder / "charged.csv",
            ["person_id", "received", "event_date"],
            [[f"P{n}", day + dt.timedelta(n), day + dt.timedelta(90 + n)] for n in range(30)],
        ),
        write(
            folder / "intake.csv",
            ["person_id", "received", "sex"],
            [[f"P{n}", day + dt.timedelta(n), "F"] for n in range(40)],
        ),
    ]


def test_a_table_per_stage_whatever_their_order(tmp_path: Path) -> None:
    made = proposed(*stages(tmp_path), procedure="common_law")
    mapping = mapping_of(made, tmp_path)
    assert [(one.file, one.state) for one in mapping.stages] == [
        (("intake.csv",), "complaint"),
        (("charged.csv",), "charged"),
        (("verdicts.csv",), None),  # conviction or acquittal, as the outcome says
    ]
    assert [one.date.column for one in mapping.stages if one.date is not None] == ["received", "event_date"]
    assert mapping.stages[2].outcome is not None
    assert mapping.stages[2].outcome.date is not None
    assert mapping.stages[2].outcome.date.column == "verdict_date"
    assert mapping.stages[2].outcome.labels == {"Guilty": "convicted", "Not guilty": "acquitted"}
    cases = read_cases(mapping=mapping)
    assert cases.n_units == 40
    assert made.headings("en")[0] == "table"
    assert {row[0] for row in made.rows()} == {"intake.csv", "charged.csv", "verdicts.csv"}


def test_files_of_one_shape_are_one_table(tmp_path: Path) -> None:
    header = ["case_id", "report_date"]
    files = [
        write(tmp_path / f"{year}.csv", header, [[f"{year}-{n}", f"{year}-01-31"] for n in range(20)])
        for year in (2018, 2019)
    ]
    made = proposed(*files)
    mapping = mapping_of(made, tmp_path)
    assert (mapping.data.kind, mapping.data.file) == ("wide", ("2018.csv", "2019.csv"))
    assert made.n_rows == 40
    assert read_cases(mapping=mapping_of(proposed(*files, procedure="common_law"), tmp_path)).n_units == 40


def test_a_table_that_nothing_ties_to_the_cases_is_left_out(tmp_path: Path) -> None:
    cases = write(tmp_path / "cases.csv", ["case_id", "report_date"], [[n, "2018-01-31"] for n in range(20)])
    other = write(tmp_path / "codes.csv", ["code", "text"], [[1, "x"], [2, "y"]])
    made = proposed(cases, other)
    assert made.left_out == ("codes.csv",)
    assert "'codes.csv' shares no number of the case" in made.toml("en")


def test_the_sheets_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    with xlsxwriter.Workbook(path) as book:
        cases = book.add_worksheet("Casos")
        cases.write_row(0, 0, ["N° de caso", "Fecha de denuncia", "Delito", "Forma de conclusión"])
        for n in range(30):
            cases.write_row(n + 1, 0, [f"C{n}", f"{n % 28 + 1:02d}/03/2017", "Violación", "Rechazo de denuncia"])
        hearings = book.add_worksheet("Audiencias")
        hearings.write_row(0, 0, ["N° de caso", "Fecha señalada", "Resultado"])
        for n in range(12):
            hearings.write_row(n + 1, 0, [f"C{n}", "30/05/2017", "Suspendida"])
        book.add_worksheet("Listas").write_column(0, 0, ["código", "a", "b"])
    mapping = mapping_of(proposed(path), tmp_path)
    assert mapping.hearings is not None
    assert (mapping.hearings.file, mapping.hearings.sheet) == ((), "Audiencias")
    assert mapping.hearings.status is not None
    assert mapping.hearings.status.labels == {"Suspendida": "suspended"}
    assert len(read_cases(mapping=mapping).child("hearings").collect()) == 12


def test_longer_forms_of_a_label_are_matched_by_their_first_words(tmp_path: Path) -> None:
    ends = ["Convicted"] * 20 + ["Convicted - Fined"] * 12 + ["Convicted by jury"] * 3 + ["Stayed sine die"] * 11
    rows = [[n, "2018-01-31", end] for n, end in enumerate(ends)]
    path = write(tmp_path / "x.csv", ["case_id", "report_date", "disposition"], rows)
    made = proposed(path, procedure="common_law")
    outcome = mapping_of(made, tmp_path).outcome
    assert outcome is not None
    assert (outcome.match, outcome.labels) == ("start", {"Convicted": "convicted"})
    assert made.rare_labels() == ()
    assert '# "Stayed sine die" = ""' in made.toml("en")


def test_whole_labels_where_a_longer_form_means_something_else(tmp_path: Path) -> None:
    ends = ["Sentencia condenatoria"] * 12 + ["Sentencia condenatoria ejecutoriada"] * 12
    rows = [[n, "2018-01-31", end] for n, end in enumerate(ends)]
    made = proposed(write(tmp_path / "x.csv", ["caso", "fecha denuncia", "resultado"], rows), procedure="bolivia")
    outcome = mapping_of(made, tmp_path).outcome
    assert outcome is not None
    assert (outcome.match, len(outcome.labels)) == ("whole", 2)


def test_slips_far_after_all_other_dates_are_not_the_cutoff(tmp_path: Path) -> None:
    rows = [[n, dt.date(2018, 1, 1) + dt.timedelta(n % 300)] for n in range(1000)]
    rows[0][1] = dt.date(2021, 4, 22)
    made = proposed(write(tmp_path / "x.csv", ["case_id", "report_date"], rows))
    assert (made.cutoff, made.later_dates) == (dt.date(2018, 10, 27), 1)


def test_columns_of_the_sampling_design(tmp_path: Path) -> None:
    header = ["id_victima", "fecha_denuncia", "factor_expansion", "estrato", "conglomerado"]
    rows = [[n, "2018-01-31", 1.5 + n % 3, "urbano", f"c{n % 4}"] for n in range(20)]
    mapping = mapping_of(proposed(write(tmp_path / "x.csv", header, rows)), tmp_path)
    sampling = mapping.cases.sampling
    assert (sampling.weight, sampling.stratum, sampling.cluster) == ("factor_expansion", "estrato", "conglomerado")
    assert mapping.cases.unit == "victim"


@pytest.mark.parametrize(
    ("label", "state", "sure"),
    [
        ("Final conviction", "final_conviction", True),
        ("CONVICTED - fined", "convicted", True),
        ("Finding guilty", "convicted", True),  # not the acquittal, whose words are nearer
        ("FNG", "acquitted", True),
        ("Something else", None, False),
    ],
)
def test_labels_by_the_words_of_a_procedure(label: str, state: str | None, sure: bool) -> None:
    found = KnownStates(read_procedure("common_law"), own=True).of_label(label)
    assert (found.state, found.sure) == (state, sure)


def test_an_export_of_a_survey_with_a_repeat(tmp_path: Path) -> None:
    path = tmp_path / "kobo.xlsx"
    header = ["start", "CUD", "hechos/fecha_denuncia", "hechos/forma_conclusion", "_id", "_uuid", "_submission_time"]
    with xlsxwriter.Workbook(path) as book:
        cases = book.add_worksheet("Casos")
        cases.write_row(0, 0, [*header, "_index"])
        for n in range(20):
            day = f"2017-03-{n + 1:02d}"
            cases.write_row(n + 1, 0, [day, f"C-{n}", day, "Rechazo", 100 + n, f"u{n}", day, n + 1])
        hearings = book.add_worksheet("audiencias")
        hearings.write_row(0, 0, ["fecha_señalada", "resultado", "_index", "_parent_table_name", "_parent_index"])
        for n in range(60):
            hearings.write_row(n + 1, 0, ["2017-05-30", "Suspendida", n + 1, "Casos", n % 20 + 1])
    made = proposed(path, procedure="bolivia")
    mapping = mapping_of(made, tmp_path)
    assert mapping.data.export == "kobo"
    assert mapping.cases.id == ("CUD",)
    assert {state: one.column for state, one in mapping.dates.items()} == {"complaint": "hechos/fecha_denuncia"}
    assert mapping.hearings is not None
    assert mapping.hearings.sheet == "audiencias"
    cases_read = read_cases(mapping=mapping)
    assert cases_read.n_units == 20
    assert len(cases_read.child("hearings").collect()) == 60


def test_what_a_statistics_file_calls_its_columns(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "base.sav"
    frame = pandas.DataFrame(
        {
            "V1": [f"E{n}" for n in range(30)],
            "V2": [f"2017-03-{n % 28 + 1:02d}" for n in range(30)],
            "V3": [1.0 + n % 2 for n in range(30)],
        }
    )
    pyreadstat.write_sav(
        frame,
        path,
        column_labels=["Número de expediente", "Fecha de denuncia", "Forma de conclusión"],
        variable_value_labels={"V3": {1: "Rechazo de denuncia", 2: "En trámite"}},
    )
    made = proposed(path, procedure="bolivia")
    mapping = mapping_of(made, tmp_path)
    assert (mapping.cases.id, mapping.dates["complaint"].column) == (("V1",), "V2")
    assert mapping.outcome is not None
    assert mapping.outcome.labels == {"Rechazo de denuncia": "rejected", "En trámite": "pending"}
    assert made.rows()[0][0] == "V1 (Número de expediente)"


def test_dates_in_three_columns(tmp_path: Path) -> None:
    header = ["expediente", "ano_denuncia", "mes_denuncia", "dia_denuncia", "año emisión", "resultado"]
    rows = [[f"E{n}", 2017, n % 12 + 1, n % 28 + 1, 2018, "Sobreseimiento"] for n in range(40)]
    rows[3][3] = 31  # of April
    made = proposed(write(tmp_path / "x.csv", header, rows), procedure="bolivia")
    text = made.toml("en", folder=tmp_path)
    assert "[columns]" in text
    assert '# "mes_denuncia"' not in text
    mapping = mapping_of(made, tmp_path)
    assert mapping.dates["complaint"].column == "fecha denuncia"
    assert mapping.made["fecha denuncia"].parts == ("ano_denuncia", "mes_denuncia", "dia_denuncia")
    assert str(made.cutoff) == "2017-12-24"
    assert read_cases(mapping=mapping, faults="count").n_units == 40
