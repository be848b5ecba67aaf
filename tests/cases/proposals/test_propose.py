"""The proposed mapping is valid, right where it is sure, marked where it is not, and shows nothing that a cell says."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.mappings.mapping import CaseMapping, read_mapping
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.proposals.mapping_text import quoted
from justice_metrics.cases.proposals.propose import Proposal, propose_mapping
from justice_metrics.cases.proposals.words import STANDARD_LABELS, meaning_of_label

SAMPLE = Path(__file__).parents[3] / "sample_data"
TODAY = dt.date(2026, 1, 1)


def write(path: Path, header: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *rows])
    return path


def valid(proposal: Proposal, **settings: Any) -> CaseMapping:
    return CaseMapping.from_dict(tomllib.loads(proposal.toml(**settings)))


HEADER = [
    "N° de caso",
    "Nombre de la víctima",
    "Fecha de denuncia",
    "Fecha de imputación",
    "Estado del caso",
    "Fecha de cierre",
]


def people(n: int = 60) -> list[list[Any]]:
    ends = (
        ["Rechazo de denuncia"] * 30
        + ["En trámite"] * 20
        + ["Sentencia absolutoria"] * 4
        + ["Cerrado por Ana Quispe"] * 6
    )
    return [
        [
            f"LPZ-{number:04d}",
            f"Juana Mamani {number}",
            f"{number % 28 + 1:02d}/03/2017",
            "S/D",
            ends[number],
            "15/04/2018",
        ]
        for number in range(n)
    ]


def test_a_small_spanish_file(tmp_path: Path) -> None:
    proposal = propose_mapping(write(tmp_path / "casos.csv", HEADER, people()), today=TODAY)
    mapping = valid(proposal)
    assert mapping.data.kind == "wide"
    assert mapping.data.date_order == "dmy"
    assert mapping.data.language == "es"
    assert mapping.cases.id == ("N° de caso",)
    assert mapping.cases.cutoff == dt.date(2018, 4, 15)
    assert mapping.dates["complaint"].column == "Fecha de denuncia"
    assert mapping.outcome is not None
    assert mapping.outcome.labels["Rechazo de denuncia"] == "rejected"
    assert mapping.outcome.labels["En trámite"] == "pending"
    # few cells hold it, but it is word for word a label that the law knows
    assert mapping.outcome.labels["Sentencia absolutoria"] == "acquitted"
    assert mapping.missing == {"S/D": "not_available"}
    assert proposal.rare_labels() == (("", "Estado del caso", "Cerrado por Ana Quispe", 6),)


def test_nothing_that_a_cell_says_is_shown(tmp_path: Path) -> None:
    proposal = propose_mapping(write(tmp_path / "casos.csv", HEADER, people()), today=TODAY)
    shown = [proposal.toml("en"), proposal.toml("es"), repr(proposal), str(proposal.guesses[0].look)]
    shown += [cell for row in proposal.rows("es") for cell in row]
    for text in shown:
        assert "Mamani" not in text
        assert "Quispe" not in text
        assert "LPZ" not in text
    assert "1 further label" in proposal.toml("en")
    assert "(6 rows)" in proposal.toml("en")


def test_the_preview_says_how_columns_look(tmp_path: Path) -> None:
    proposal = propose_mapping(write(tmp_path / "casos.csv", HEADER, people()), today=TODAY)
    assert proposal.headings() == ["column", "looks like", "filled", "proposed as", "confidence"]
    rows = {row[0]: row for row in proposal.rows()}
    assert rows["N° de caso"][1:4] == ["texts, all different", "100\u00a0%", "cases.id"]
    assert rows["Fecha de imputación"][1:3] == ["nothing (blank)", "0\u00a0%"]
    assert rows["Nombre de la víctima"][3:] == ["–", "–"]


def test_what_no_file_can_tell_is_to_be_filled_in(tmp_path: Path) -> None:
    rows = [[f"{n}", f"0{n % 9 + 1}/0{n % 5 + 1}/2017", "x" * (n % 3 + 1)] for n in range(30)]
    text = propose_mapping(write(tmp_path / "x.csv", ["Caso", "Fecha denuncia", "Zzz"], rows), today=TODAY).toml("en")
    assert "FILL IN: nothing in the file says which" in text  # the procedure
    assert '# date_order = "dmy"' in text  # no date settles it
    assert "No column was recognised that says how the cases ended" in text
    assert "CHECK: the latest date in the file" in text
    CaseMapping.from_dict(tomllib.loads(text))


def test_without_any_date_only_the_cutoff_is_missing(tmp_path: Path) -> None:
    rows = [[f"{n}", "Rechazo"] for n in range(30)]
    text = propose_mapping(write(tmp_path / "x.csv", ["Caso", "Resultado"], rows), today=TODAY).toml("en")
    assert "FILL IN: the last day on which the data are complete" in text
    CaseMapping.from_dict(tomllib.loads(text.replace("# cutoff", "cutoff")))


def test_future_dates_do_not_become_the_cutoff(tmp_path: Path) -> None:
    rows = people()
    rows[3][5] = "22/04/2109"
    proposal = propose_mapping(write(tmp_path / "casos.csv", HEADER, rows), today=TODAY)
    assert proposal.cutoff == dt.date(2018, 4, 15)
    assert "1 later day lies in the future" in proposal.toml("en")


def test_closed_files_only_are_noticed(tmp_path: Path) -> None:
    rows = [[*row[:4], "Sobreseimiento", row[5]] for row in people()]
    proposal = propose_mapping(write(tmp_path / "casos.csv", HEADER, rows), today=TODAY)
    assert valid(proposal).cases.sampling.frame == "closed_only"
    assert "CHECK: no case in the file is open" in proposal.toml("en")


def test_repeated_ids_are_to_be_checked(tmp_path: Path) -> None:
    rows = people()
    rows[1][0] = rows[0][0]
    text = propose_mapping(write(tmp_path / "casos.csv", HEADER, rows), today=TODAY).toml("en")
    assert "CHECK: 1 row repeats an id" in text


def test_an_event_log(tmp_path: Path) -> None:
    acts = ["Denuncia", "Imputación formal", "Acusación", "Sentencia condenatoria", "Nota interna"]
    rows = [
        [f"C{case:03d}", act, f"{place + 13}/05/2018", place] for case in range(30) for place, act in enumerate(acts)
    ]
    path = write(tmp_path / "log.csv", ["Expediente", "Actuación", "Fecha", "Orden"], rows)
    proposal = propose_mapping(path, today=TODAY)
    mapping = valid(proposal)
    assert proposal.kind == "events"
    assert mapping.events is not None
    assert mapping.events.state.column == "Actuación"
    assert mapping.events.order == "Orden"
    assert mapping.events.state.labels == {
        "Denuncia": "complaint",
        "Imputación formal": "charged",
        "Acusación": "accusation",
        "Sentencia condenatoria": "convicted",
    }
    assert '# "Nota interna" = ""' in proposal.toml("en")


def test_a_notification_goes_with_its_act(tmp_path: Path) -> None:
    header = ["NUREJ", "fecha_denuncia", "fecha_imputacion", "fechaNotificacionImputacion", "Fecha nacimiento"]
    rows = [[str(n), "2017-01-31", "2017-02-01", "2017-02-03", "2001-01-01"] for n in range(12)]
    mapping = valid(propose_mapping(write(tmp_path / "x.csv", header, rows), today=TODAY))
    assert mapping.dates["charged"].column == "fecha_imputacion"
    assert mapping.dates["charged"].notified == "fechaNotificacionImputacion"
    assert set(mapping.dates) == {"complaint", "charged"}  # a birthday is no stage
    assert mapping.cases.cutoff == dt.date(2017, 2, 3)


def test_hostile_names_stay_valid_toml(tmp_path: Path) -> None:
    header = ['Caso "A"\\', "Fecha\nde denuncia", "# [cases]", "é\u007f", "Fecha de denuncia"]
    rows = [[str(n), "2017-01-31", str(n), "x", "2017-01-30"] for n in range(12)]
    proposal = propose_mapping(write(tmp_path / "x.csv", header, rows), today=TODAY)
    assert valid(proposal, folder=tmp_path.parent).data.file == (f"{tmp_path.name}/x.csv",)
    for name in header:
        assert tomllib.loads(f"x = {quoted(name)}")["x"] == name


def test_the_fullest_sheet_is_taken_and_said(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    with xlsxwriter.Workbook(path) as book:
        lists = book.add_worksheet("Listas")
        lists.write_row(0, 0, ["código", "texto"])
        lists.write_row(1, 0, [1, "x"])
        cases = book.add_worksheet("Casos")
        for number, row in enumerate([HEADER, *people()]):
            cases.write_row(number, 0, row)
    proposal = propose_mapping(path, today=TODAY)
    assert valid(proposal).data.sheet == ("Casos",)
    assert 'CHECK: the fullest sheet; there are also "Listas"' in proposal.toml("en")
    assert propose_mapping(path, sheet="Listas", today=TODAY).sheet == "Listas"


def test_typed_parquet(tmp_path: Path) -> None:
    path = tmp_path / "cases.parquet"
    days = [dt.date(2019, 1, 1 + n % 28) for n in range(40)]
    table = {
        "case_id": list(range(40)),
        "report_date": days,
        "disposition": ["Convicted"] * 25 + [None] * 15,
        'odd"name': days,
    }
    pq.write_table(pa.table(table), path)
    mapping = valid(propose_mapping(path, today=TODAY))
    assert mapping.cases.id == ("case_id",)
    assert mapping.dates["complaint"].column == "report_date"
    assert mapping.outcome is not None
    assert mapping.outcome.labels == {"Convicted": "convicted"}
    assert mapping.data.language == "en"


def test_a_single_column_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(ReadError, match="fewer than two columns"):
        propose_mapping(path)


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("SENTENCIA CONDENATORIA EJECUTORIADA", "final_conviction"),
        ("Sentencia absolutoria ejecutoriada", "final_acquittal"),
        ("sentencia condenatoria", "convicted"),
        ("Absuelto / sentencia absolutoria", "acquitted"),
        ("Not guilty", "acquitted"),
        ("Plea of guilty", "convicted"),
        ("Rechazo de denuncia", "rejected"),
        ("Requerimiento de sobreseimiento", "dismissed"),
        ("Extinción de la acción (etapa preparatoria)", "extinguished_preparatory"),
        ("Extinción por duración máxima del proceso", "extinguished_maximum"),
        ("Suspensión condicional del proceso", "alternative_exit"),
        ("Desistimiento de la víctima", "withdrawn"),
        ("Retiro de denuncia", "withdrawn"),
        ("Procedimiento abreviado", "convicted"),
        ("Caso en trámite", "pending"),
        ("Declinatoria", "transferred"),
        ("Prescripción", "prescribed"),
    ],
)
def test_what_labels_mean_in_bolivia(label: str, state: str) -> None:
    meaning = meaning_of_label(label)
    assert meaning is not None
    known = (*read_procedure("bolivia").ids, "pending")
    assert next(one for one in meaning.states if one in known) == state


def test_every_standard_label_is_understood() -> None:
    assert [label for label in STANDARD_LABELS if meaning_of_label(label) is None] == []


@pytest.mark.parametrize(
    "name", ["bolivia_cases.csv", "bolivia_cases.xlsx", "bolivia_closed.csv", "bolivia_national.parquet"]
)
def test_sample_files_are_recognised_as_their_mappings_say(name: str) -> None:
    path = SAMPLE / name
    if not path.is_file():
        pytest.skip("no sample data")
    written = {
        "bolivia_cases.csv": "bolivia_mapping.toml",
        "bolivia_cases.xlsx": "bolivia_xlsx_mapping.toml",
        "bolivia_closed.csv": "bolivia_closed_mapping.toml",
        "bolivia_national.parquet": "bolivia_national_mapping.toml",
    }
    right, proposed = read_mapping(SAMPLE / written[name]), valid(propose_mapping(path, today=TODAY))
    assert proposed.cases.id == right.cases.id
    assert proposed.cases.procedure == right.cases.procedure
    assert {one: spec.column for one, spec in proposed.dates.items()} == {
        one: spec.column for one, spec in right.dates.items()
    }
    assert proposed.outcome is not None
    assert right.outcome is not None
    assert proposed.outcome.column == right.outcome.column
    assert proposed.outcome.date == right.outcome.date
    assert proposed.outcome.labels.items() <= right.outcome.labels.items()
    own = {"victim_engaged"}  # an attribute of this file only
    expected = {one: spec.column for one, spec in right.attributes.items() if one not in own}
    assert {one: spec.column for one, spec in proposed.attributes.items()} == expected


def test_the_day_of_the_fact_and_the_complaint_of_the_fact(tmp_path: Path) -> None:
    header = ["CUD", "Fecha del hecho", "Fecha de denuncia del hecho"]
    rows = [[f"C{n}", "2017-01-31", f"2017-02-{n % 28 + 1:02d}"] for n in range(12)]
    mapping = valid(propose_mapping(write(tmp_path / "x.csv", header, rows), today=TODAY))
    assert {state: one.column for state, one in mapping.dates.items()} == {"complaint": "Fecha de denuncia del hecho"}
    assert mapping.attributes["fact_day"].column == "Fecha del hecho"
    assert mapping.date_attributes == ("fact_day",)


def workbook(path: Path, **sheets: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_sheets_of_one_shape_are_read_together(tmp_path: Path) -> None:
    """One sheet a year: all years are taken, and a year with other columns is named with the line that reads it too."""
    people_of = {year: [[f"{year}-{row[0]}", *row[1:]] for row in people()] for year in (2018, 2019, 2020)}
    other = [HEADER[0], HEADER[1], *HEADER[2:-1], "Otro nombre"]
    years = {f"y{year}": [HEADER, *rows] for year, rows in people_of.items()}
    path = workbook(tmp_path / "a.xlsx", **years, y2021=[other, *people_of[2018]], Listas=[["a", "b"], ["1", "2"]])
    proposal = propose_mapping(path, today=TODAY)
    mapping = valid(proposal)
    assert mapping.data.sheet == ("y2018", "y2019", "y2020")
    assert proposal.n_rows == 3 * len(people())
    assert 'sheet = ["y2018", "y2019", "y2020", "y2021"], with [data.renamed]' in proposal.toml("en")


def test_an_age_with_a_declared_gap_is_a_number(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    import pandas as pd

    rows = 60
    frame = pd.DataFrame(
        {
            "id": [f"c{n}" for n in range(rows)],
            "fecha_denuncia": [dt.date(2019, 1, 1 + n % 28) for n in range(rows)],
            "edad": [999.0 if n % 3 else float(15 + n % 30) for n in range(rows)],
        }
    )
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={"edad": {999.0: "No sabe"}},
        missing_ranges={"edad": [999.0]},
        column_labels={"edad": "Edad de la víctima"},
    )
    age = valid(propose_mapping(path, today=TODAY)).attributes["age_at_fact"]
    assert age.type == "integer"


def test_a_row_of_groups_above_the_header(tmp_path: Path) -> None:
    groups = ["VÍCTIMA", *[""] * (len(HEADER) - 2), "PROCESO"]
    path = workbook(tmp_path / "a.xlsx", Casos=[groups, HEADER, *people()])
    proposal = propose_mapping(path, today=TODAY)
    mapping = valid(proposal)
    assert mapping.data.header_row == 2
    assert [one.column for one in proposal.guesses] == HEADER
    assert proposal.n_rows == len(people())


def test_an_attribute_that_is_blank_in_most_rows_is_marked(tmp_path: Path) -> None:
    rows = [[*row, "La Paz" if place % 20 == 0 else ""] for place, row in enumerate(people())]
    path = write(tmp_path / "x.csv", [*HEADER, "Departamento"], rows)
    assert "CHECK: most cells are blank" in propose_mapping(path, today=TODAY).toml("en")
