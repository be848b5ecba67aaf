"""Exports of KoboToolbox and ODK: the same answers, whichever of their many ways they were exported in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from justice_metrics.base.errors import JusticeMetricsError
from justice_metrics.cases.readers.apart import READERS
from justice_metrics.cases.readers.survey import MainTable, read_survey
from justice_metrics.cases.readers.survey_choices import from_summary, split_parents
from justice_metrics.cases.readers.survey_form import SurveyForm, chosen, read_form
from justice_metrics.cases.readers.survey_links import looks_like_survey
from justice_metrics.cases.readers.survey_names import columns_called, private_columns
from justice_metrics.cases.readers.text_table import TextTable

SURVEY = [
    ["type", "name", "label::Español (es)", "label::English (en)"],
    ["start", "start", None, None],
    ["text", "cud", "Código único (CUD)", "Unique code"],
    ["begin_group", "hechos", "Hechos", "Facts"],
    ["date", "fecha_denuncia", "Fecha de denuncia", "Date of complaint"],
    ["select_one sino", "menor", "¿Es menor?", "Is a minor?"],
    ["select_multiple tipos", "violencia", "Tipos de violencia", "Kinds of violence"],
    ["geopoint", "lugar", "Lugar", "Place"],
    ["image", "imagen", "Imagen", "Photo"],
    ["end_group", None, None, None],
    ["begin_repeat", "audiencias", "Audiencias", "Hearings"],
    ["date", "fecha_audiencia", "Fecha de audiencia", "Date of hearing"],
    ["select_one estado", "resultado", "Resultado", "Result"],
    ["end_repeat", None, None, None],
]
CHOICES = [
    ["list_name", "name", "label::Español (es)", "label::English (en)"],
    ["sino", "1", "Sí", "Yes"],
    ["sino", "2", "No", "No"],
    ["tipos", "fisica", "Física (golpes)", "Physical (blows)"],
    ["tipos", "sexual", "Sexual", "Sexual"],
    ["tipos", "otra", "Otra violencia sexual", "Other"],
    ["estado", "hecha", "Realizada", "Held"],
    ["estado", "susp", "Suspendida", "Suspended"],
]
LABELS = {row[1]: row[2] for row in [*SURVEY, *CHOICES] if row[1] and row[2]}
NAMES = ("cud", "fecha_denuncia", "menor", "violencia")
# case, date, minor, kinds of violence
CASES: list[tuple[str, str, str, tuple[str, ...] | None]] = [
    ("A-1", "2018-04-30", "1", ("fisica", "sexual")),
    ("A-2", "2018-05-02", "2", ("otra",)),
    ("A-3", "2018-05-03", "", None),
]
MEANT = [
    {"cud": "A-1", "fecha_denuncia": "2018-04-30", "menor": "Sí", "violencia": "Física (golpes); Sexual"},
    {"cud": "A-2", "fecha_denuncia": "2018-05-02", "menor": "No", "violencia": "Otra violencia sexual"},
    {"cud": "A-3", "fecha_denuncia": "2018-05-03", "menor": None, "violencia": None},
]


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workbooks are parsed here: the child process has tests of its own."""

    def here(reader: str, path: Path, **options: Any) -> TextTable:
        module, _, function = READERS[reader].partition(":")
        return getattr(import_module(module), function)(path, **options)  # type: ignore[no-any-return]

    def together(reader: str, path: Path, **options: Any) -> tuple[TextTable, ...]:
        module, _, function = READERS[reader].partition(":")
        return getattr(import_module(module), function)(path, **options)  # type: ignore[no-any-return]

    monkeypatch.setattr("justice_metrics.cases.readers.workbook.read_apart", here)
    monkeypatch.setattr("justice_metrics.cases.readers.workbook.read_all_apart", together)


def book(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    with xlsxwriter.Workbook(path) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value not in {None, ""}:
                        page.write(number, place, value)
    return path


def text(path: Path, rows: Sequence[Sequence[Any]], *, separator: str = ";") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


@pytest.fixture(scope="module")
def form_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return book(tmp_path_factory.mktemp("form") / "form.xlsx", {"survey": SURVEY, "choices": CHOICES})


@pytest.fixture
def form(form_file: Path) -> SurveyForm:
    return read_form(form_file)


def export(*, labels: bool, groups: str | None, multi: str) -> list[list[str]]:
    """Make the rows of an export as KoboToolbox writes them."""

    def said(name: str) -> str:
        return str(LABELS[name]) if labels else name

    def head(name: str) -> str:
        grouped = groups is not None and name != "cud"
        return f"{said('hechos')}{groups}{said(name)}" if grouped else said(name)

    between = groups or "/"
    kinds = ["fisica", "sexual", "otra"]
    several = [head("violencia")] if multi != "details" else []
    several += [f"{head('violencia')}{between}{said(kind)}" for kind in kinds] if multi != "summary" else []
    rows = [
        [
            "start",
            said("cud"),
            head("fecha_denuncia"),
            head("menor"),
            *several,
            head("lugar"),
            "_lugar_latitude",
            "_lugar_longitude",
            head("imagen"),
            "_id",
            "_uuid",
            "_submission_time",
            "_index",
        ]
    ]
    for place, (case, day, minor, taken) in enumerate(CASES, start=1):
        cells = [" ".join(said(one) for one in taken or ())] if multi != "details" else []
        if multi != "summary":
            cells += [("" if taken is None else str(int(kind in taken))) for kind in kinds]
        shown = said({"1": "1", "2": "2"}[minor]) if minor else ""
        rows.append(
            [
                "2018-06-01T08:00:00.000-04:00",
                case,
                day,
                shown,
                *cells,
                "-16.5 -68.1 0 0",
                "-16.5",
                "-68.1",
                "a.jpg",
                str(100 + place),
                f"u{place}",
                "2018-06-01T12:00:00",
                str(place),
            ]
        )
    return rows


def rows_of(read: TextTable, names: Sequence[str]) -> list[dict[str, str | None]]:
    return read.table.select(list(names)).to_pylist()  # type: ignore[no-any-return]


def refusal(*given: Any, **options: Any) -> str:
    with pytest.raises(JusticeMetricsError) as error:
        read_survey(*given, **options)
    return error.value.text()


@pytest.mark.parametrize("multi", ["summary", "details", "both"])
@pytest.mark.parametrize("groups", [None, "/", " - ", "::", "."])
@pytest.mark.parametrize("labels", [False, True])
def test_every_style_gives_the_same_table(
    tmp_path: Path, form: SurveyForm, labels: bool, groups: str | None, multi: str
) -> None:
    path = text(tmp_path / "casos.csv", export(labels=labels, groups=groups, multi=multi))
    read = read_survey([path], names=NAMES, form=form, language="es")
    assert rows_of(read, NAMES) == MEANT
    assert not [one for one in read.columns if "lugar" in one.casefold() or "imagen" in one.casefold()]
    assert read.column_labels["fecha_denuncia"] == "Fecha de denuncia"
    assert read.value_labels["menor"] == {"1": "Sí", "2": "No"}
    # the same by the labels of the form
    spoken = ("Unique code", "Date of complaint", "¿Es menor?", "Tipos de violencia")
    read = read_survey([path], names=spoken, form=form, language="es")
    assert rows_of(read, spoken) == [dict(zip(spoken, row.values(), strict=True)) for row in MEANT]


def test_without_a_form_names_are_found_and_choices_put_together(tmp_path: Path) -> None:
    path = text(tmp_path / "casos.csv", export(labels=False, groups="/", multi="both"))
    read = read_survey([path], names=[*NAMES, "violencia/sexual"])
    assert [row["violencia"] for row in rows_of(read, NAMES)] == ["fisica; sexual", "otra", None]
    assert [row["violencia/sexual"] for row in rows_of(read, ["violencia/sexual"])] == ["1", "0", None]
    assert [row["menor"] for row in rows_of(read, NAMES)] == ["1", "2", None]
    assert read.separator == ";"


def test_codes_in_place_of_labels_and_one_choice_alone(tmp_path: Path, form: SurveyForm) -> None:
    for labels in (False, True):
        path = text(tmp_path / "casos.csv", export(labels=labels, groups="/", multi="summary"))
        names = (*NAMES, "violencia/sexual")
        read = read_survey([path], names=names, form=form, codes=True)
        assert [tuple(row.values())[2:] for row in rows_of(read, names)] == [
            ("1", "fisica; sexual", "1"),
            ("2", "otra", "0"),
            (None, None, None),
        ]
        assert [
            row["menor"] for row in rows_of(read_survey([path], names=names, form=form, codes=["menor"]), names)
        ] == [
            "1",
            "2",
            None,
        ]


def test_labels_that_hold_one_another_are_only_parted_in_one_way() -> None:
    import pyarrow as pa

    labels = {"a": "1", "a b": "2", "b": "3"}
    texts, unclear = from_summary(
        pa.chunked_array([["a b", "b", "b a", "c", None]]), labels, {"1": "A", "2": "AB", "3": "B"}
    )
    assert texts.to_pylist() == ["a b", "B", "A; B", "c", None]
    assert unclear == 2


def test_a_group_of_questions_with_0_and_1_is_not_one_question(tmp_path: Path) -> None:
    rows = [["caso", "menor", "menor/a", "menor/b"], ["1", "", "1", "0"], ["2", "x", "0", "0"]]
    read = read_survey([text(tmp_path / "casos.csv", rows)], names=["caso", "menor"])
    assert [row["menor"] for row in rows_of(read, ["menor"])] == [None, "x"]
    assert split_parents("menor", ["g/menor/a/b", "menor_a", "otro/menor"]) == ["g/menor"]


def test_an_answer_whose_columns_of_0_and_1_were_left_blank(tmp_path: Path, form: SurveyForm) -> None:
    rows = [["cud", "violencia", "violencia/fisica", "violencia/sexual"], ["A-1", "fisica sexual", "", ""]]
    path = text(tmp_path / "casos.csv", [*rows, ["A-2", "otra", "", ""]])
    read = read_survey([path], names=["violencia"], form=form, language="es")
    assert [row["violencia"] for row in rows_of(read, ["violencia"])] == [
        "Física (golpes); Sexual",
        "Otra violencia sexual",
    ]
    read = read_survey([path], names=["violencia"])
    assert [row["violencia"] for row in rows_of(read, ["violencia"])] == ["fisica sexual", "otra"]


def test_one_column_that_contradicts_those_of_0_and_1_is_told(tmp_path: Path) -> None:
    rows = [["caso", "tipo", "tipo/fisica", "tipo/sexual"], ["1", "fisica", "0", "1"], ["2", "sexual fisica", "1", "1"]]
    rows.append(["3", "sexual", "0", "0"])
    read = read_survey([text(tmp_path / "casos.csv", rows)], names=["tipo"])
    assert [row["tipo"] for row in rows_of(read, ["tipo"])] == ["sexual", "fisica; sexual", None]
    assert any("In 2 rows 'tipo' says other choices" in note.text() for note in read.notes)
    rows[1:] = rows[2:3]
    assert read_survey([text(tmp_path / "casos.csv", rows)], names=["tipo"]).notes == ()


def test_choices_that_begin_with_a_sign(tmp_path: Path) -> None:
    rows = [["caso", "edad::<5", "edad::+18 años", "edad::[otra]"], ["1", "1", "0", "1"]]
    read = read_survey([text(tmp_path / "casos.csv", rows)], names=["edad"])
    assert rows_of(read, ["edad"]) == [{"edad": "<5; [otra]"}]


def test_a_question_that_moved_between_versions_of_the_form(tmp_path: Path) -> None:
    rows = [["caso", "a/fecha", "b/fecha", "__version__"], ["1", "2018-01-01", "", "v1"], ["2", "", "2018-01-02", "v2"]]
    read = read_survey([text(tmp_path / "casos.csv", rows)], names=["caso", "fecha"])
    assert [row["fecha"] for row in rows_of(read, ["fecha"])] == ["2018-01-01", "2018-01-02"]
    assert "stands in 2 columns" in read.notes[-1].text()
    for changed in ([*rows, ["3", "2018-01-03", "2018-01-03", "v2"]], [*rows, ["3", "2018-01-03", "", ""]]):
        said = refusal([text(tmp_path / "casos.csv", changed)], names=["caso", "fecha"])
        assert "'fecha' could be 2 columns of 'casos.csv': a/fecha, b/fecha." in said
        assert "2018" not in said
    assert "a/fecha" in read_survey([tmp_path / "casos.csv"], names=["caso", "a/fecha"]).columns


@pytest.mark.parametrize("version", [[], ["__version__"]])
def test_two_questions_of_one_name_are_not_one(tmp_path: Path, version: list[str]) -> None:
    """No row fills both, as the form passes over one of them; the age of the accused is not that of the victim."""
    rows = [["caso", "victima/edad", "acusado/edad", *version], ["1", "12", "", *["v1"][: len(version)]]]
    rows += [["2", "", "45", *["v1"][: len(version)]]]
    said = refusal([text(tmp_path / "casos.csv", rows)], names=["caso", "edad"])
    assert "'edad' could be 2 columns of 'casos.csv': victima/edad, acusado/edad." in said


def test_two_questions_with_several_answers_of_one_name_are_not_one(tmp_path: Path, form: SurveyForm) -> None:
    head = ["caso", "victima/violencia/fisica", "victima/violencia/sexual", "acusado/violencia/fisica"]
    path = text(tmp_path / "casos.csv", [head, ["1", "1", "0", ""], ["2", "", "", "1"]])
    said = refusal([path], names=["violencia"])
    assert "victima/violencia, acusado/violencia" in said
    # the form knows where its own question stands
    path = text(
        tmp_path / "casos.csv", [[*head[:3], "hechos/violencia/sexual"], ["1", "1", "0", ""], ["2", "", "", "1"]]
    )
    read = read_survey([path], names=["violencia"], form=form, language="es")
    assert [row["violencia"] for row in rows_of(read, ["violencia"])] == [None, "Sexual"]


def test_files_of_two_versions_and_submissions_that_stand_twice(tmp_path: Path) -> None:
    head = ["cud", "fecha", "_id", "_uuid", "meta/rootUuid", "_submission_time"]
    one = text(
        tmp_path / "v1.csv",
        [
            head,
            ["A-1", "2018-01-01", "1", "u1", "", "2018-02-01T00:00:00"],
            ["A-2", "2018-01-02", "2", "u2", "", "2018-02-02T00:00:00"],
            ["A-3", "2018-01-03", "3", "u3", "", "2018-02-03T00:00:00"],
        ],
    )
    two = text(
        tmp_path / "v2.csv",
        [
            [*head, "distrito"],
            ["A-2", "2018-01-20", "2", "u9", "uuid:u2", "2018-02-02T00:00:00", "Sucre"],  # edited
            ["A-3", "2018-01-30", "3", "u8", "", "2018-02-03T00:00:00", ""],  # edited, by its number
            ["A-4", "2018-01-04", "4", "u4", "", "2018-02-04T00:00:00", ""],
            ["A-4", "2018-01-05", "5", "u4", "", "2018-02-05T00:00:00", ""],  # sent twice
        ],
    )
    names = ["cud", "fecha", "distrito"]
    read = read_survey([one, two], names=names, absent=["distrito"])
    assert rows_of(read, names) == [
        {"cud": "A-1", "fecha": "2018-01-01", "distrito": None},
        {"cud": "A-2", "fecha": "2018-01-20", "distrito": "Sucre"},
        {"cud": "A-3", "fecha": "2018-01-30", "distrito": None},
        {"cud": "A-4", "fecha": "2018-01-05", "distrito": None},
    ]
    said = " ".join(note.text() for note in read.notes)
    assert "2 submissions stand there again" in said
    assert "1 submission stands there again" in said
    assert "'distrito'" in refusal([one, two], names=names)
    old = text(tmp_path / "v0.csv", [["cud", "dia"], ["A-0", "2018-01-01"]])
    read = read_survey([old, one], names=["cud", "fecha"], renamed={"dia": "fecha"})
    assert rows_of(read, ["cud", "fecha"])[0] == {"cud": "A-0", "fecha": "2018-01-01"}


@pytest.mark.parametrize(
    ("earlier", "later", "other"),
    [
        ("9/7/2018 10:00", "10/7/2018 10:00", "13/7/2018 10:00"),
        ("7/9/2018 10:00", "7/10/2018 10:00", "7/13/2018 10:00"),
        ("2018-07-01T09:00:00", "2018-07-01 23:00:00", "2018-07-01"),
        ("1/7/18 9:00", "1/7/18 10:00", "13/7/18 8:00"),
        ("1/7/18 10:00 a. m.", "1/7/18 1:00 p. m.", "13/7/18 8:00 AM"),
        ("2018-07-02T02:00:00+00:00", "2018-07-01T23:00:00-04:00", "2018-07-01"),
        ("43282.9", "43283.1", "2018-07-01"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_submission_sent_last_is_kept(
    tmp_path: Path, earlier: str, later: str, other: str, *, turned: bool
) -> None:
    twice = [["A-1", "rechazo", "u1", earlier], ["A-1", "condena", "u1", later]]
    rows = [["cud", "salida", "_uuid", "_submission_time"], *(twice[::-1] if turned else twice)]
    rows.append(["A-2", "rechazo", "u2", other])
    read = read_survey([text(tmp_path / "casos.csv", rows)], names=["cud", "salida"])
    assert rows_of(read, ["salida"]) == [{"salida": "condena"}, {"salida": "rechazo"}]
    assert not any("which was sent last" in note.text() for note in read.notes)


def test_where_the_moment_cannot_be_read_the_place_decides_and_is_told(tmp_path: Path) -> None:
    rows = [["cud", "salida", "_uuid", "_submission_time"]]
    rows += [["A-1", "rechazo", "u1", "10/7/2018 9:00"], ["A-1", "condena", "u1", "9/8/2018 9:00"]]
    read = read_survey([text(tmp_path / "casos.csv", rows)], names=["cud", "salida"])
    assert rows_of(read, ["salida"]) == [{"salida": "condena"}]
    assert any("1 submission was left out for one that stands further down" in note.text() for note in read.notes)


def test_one_submission_whose_moment_is_written_in_two_ways(tmp_path: Path) -> None:
    head = ["cud", "_id", "_submission_time"]
    one = text(tmp_path / "a.csv", [head, ["A-1", "7", "2018-07-13T10:00:23"]])
    two = text(tmp_path / "b.csv", [head, ["A-1", "7", "13/7/2018 10:00"], ["A-2", "8", "13/7/2018 10:00"]])
    assert rows_of(read_survey([one, two], names=["cud"]), ["cud"]) == [{"cud": "A-1"}, {"cud": "A-2"}]


def test_two_servers_and_keys_that_are_missing(tmp_path: Path) -> None:
    head = ["cud", "_id", "_uuid", "_submission_time"]
    one = text(tmp_path / "a.csv", [head, ["A-1", "1", "n/a", "2018-02-01"], ["A-2", "2", "n/a", "2018-02-02"]])
    two = text(tmp_path / "b.csv", [head, ["B-1", "1", "", "2018-02-09"], ["B-2", "2", "", ""], ["B-3", "2", "", ""]])
    assert read_survey([one, two], names=["cud"]).n_rows == 5


def kobo_book(folder: Path) -> Path:
    main = [
        ["cud", "_id", "_uuid", "_submission_time", "_validation_status", "_index"],
        ["A-1", "11", "u1", "2018-02-01", "validation_status_approved", "1"],
        ["A-2", "12", "u2", "2018-02-02", "validation_status_not_approved", "2"],
        ["A-1", "13", "u1", "2018-02-03", "", "3"],
    ]
    victims = [
        ["nombre", "edad", "_index", "_parent_table_name", "_parent_index", "_submission__id"],
        ["v1", "10", "1", "Estudio de casos 2018: La Paz y otros", "1", "11"],
        ["v2", "11", "2", "Estudio de casos 2018: La Paz y otros", "2", "12"],
        ["v3", "12", "3", "Estudio de casos 2018: La Paz y otros", "2", "12"],
        ["v4", "13", "4", "Estudio de casos 2018: La Paz y otros", "3", "13"],
    ]
    hearings = [
        ["grupo/fecha", "_index", "_parent_table_name", "_parent_index", "_submission__id"],
        ["2018-03-01", "1", "victimas", "2", "12"],
        ["2018-03-02", "2", "victimas", "4", "13"],
        ["2018-03-03", "3", "victimas", "9", "99"],
    ]
    return book(
        folder / "kobo.xlsx", {"Estudio de casos 2018_ La Paz y": main, "victimas": victims, "audiencias": hearings}
    )


def test_repeats_find_their_submission(tmp_path: Path) -> None:
    path = kobo_book(tmp_path)
    read = read_survey([path], names=["cud"])
    assert rows_of(read, ["cud", "_id"]) == [{"cud": "A-2", "_id": "12"}, {"cud": "A-1", "_id": "13"}]
    assert "1 submission is marked as not approved" in " ".join(note.text() for note in read.notes)

    # victims as the unit: what was asked of the submission stands beside them
    read = read_survey([path], names=["cud", "edad"], sheet="victimas")
    assert rows_of(read, ["cud", "edad"]) == [
        {"cud": "A-2", "edad": "11"},
        {"cud": "A-2", "edad": "12"},
        {"cud": "A-1", "edad": "13"},
    ]
    assert "1 row belongs to a submission that was sent again" in " ".join(note.text() for note in read.notes)
    assert read.numbers is not None
    assert read.numbers.tolist() == [3, 4, 5]

    # hearings of victims, with the id of the submission, and with that of the victim
    main = MainTable((path,), None, ("cud",))
    read = read_survey([path], names=["fecha"], sheet="audiencias", main=main)
    assert rows_of(read, ["cud", "fecha"]) == [
        {"cud": "A-2", "fecha": "2018-03-01"},
        {"cud": "A-1", "fecha": "2018-03-02"},
        {"cud": None, "fecha": "2018-03-03"},
    ]
    read = read_survey(
        [path], names=["fecha"], sheet="audiencias", main=MainTable((path,), "victimas", ("cud", "_index"))
    )
    assert rows_of(read, ["cud", "_index"]) == [
        {"cud": "A-2", "_index": "2"},
        {"cud": "A-1", "_index": "4"},
        {"cud": None, "_index": None},
    ]
    said = refusal([path], names=["edad"], sheet="victimas", main=MainTable((path,), "audiencias", ("fecha",)))
    assert "rows of 'victimas' do not hang on those of 'audiencias'" in said


def test_a_row_of_another_parent_hangs_on_nothing(tmp_path: Path) -> None:
    main = [
        ["cud", "_id", "_uuid", "_submission_time", "_index"],
        ["A-1", "1", "u1", "", "1"],
        ["A-2", "2", "u2", "", "2"],
    ]
    hearings = [
        ["fecha", "_index", "_parent_table_name", "_parent_index"],
        ["2018-03-01", "1", "otra", "2"],
        ["2018-03-02", "2", "casos", "1"],
        ["2018-03-03", "3", "casos", "2"],
    ]
    path = book(tmp_path / "kobo.xlsx", {"casos": main, "audiencias": hearings})
    read = read_survey([path], names=["cud", "fecha"], sheet="audiencias", main=MainTable((path,), None, ("cud",)))
    assert [row["cud"] for row in rows_of(read, ["cud"])] == [None, "A-1", "A-2"]


def test_files_of_odk(tmp_path: Path) -> None:
    main = text(
        tmp_path / "casos.csv",
        [
            [
                "SubmissionDate",
                "hechos-cud",
                "hechos-lugar-Latitude",
                "hechos-lugar-Longitude",
                "DeviceID",
                "KEY",
                "ReviewState",
            ],
            ["2018-02-01", "A-1", "-16.5", "-68.1", "d", "uuid:1", "rejected"],
            ["2018-02-02", "A-2", "", "", "d", "uuid:2", ""],
        ],
        separator=",",
    )
    repeat = text(
        tmp_path / "casos-audiencias.csv",
        [
            ["fecha", "PARENT_KEY", "KEY"],
            ["2018-03-01", "uuid:2", "uuid:2/audiencias[1]"],
            ["2018-03-02", "uuid:1/victimas[1]", "uuid:1/victimas[1]/audiencias[1]"],
            ["2018-03-03", "uuid:9", "uuid:9/audiencias[1]"],
        ],
        separator=",",
    )
    read = read_survey([main], names=["cud"])
    assert not [one for one in read.columns if "lugar" in one or one == "DeviceID"]
    read = read_survey([repeat], names=["fecha"], main=MainTable((main,), None, ("cud",)))
    assert rows_of(read, ["cud", "fecha"]) == [
        {"cud": "A-2", "fecha": "2018-03-01"},
        {"cud": "A-1", "fecha": "2018-03-02"},
        {"cud": None, "fecha": "2018-03-03"},
    ]


def test_what_nobody_asks_for_is_left_out_unless_a_mapping_names_it(tmp_path: Path) -> None:
    rows = [
        ["cud", "username", "_submitted_by", "g/_sitio_latitude", "g/_sitio_longitude", "g/sitio", "voz", "voz_URL"]
    ]
    path = text(tmp_path / "casos.csv", [*rows, ["A-1", "u", "u", "1", "2", "1 2", "a.m4a", "x"]])
    read = read_survey([path])
    assert read.columns == ("cud",)
    assert read.notes[-1].text().startswith("7 columns with places")
    assert "_submitted_by" in read_survey([path], names=["cud", "_submitted_by"]).columns
    assert private_columns(["altitude", "latitude"], None) == []


def test_rows_of_tags_are_no_data(tmp_path: Path) -> None:
    path = text(tmp_path / "casos.csv", [["cud", "fecha"], ["#id", "#date"], ["A-1", "2018-01-01"]])
    read = read_survey([path], names=["cud"])
    assert rows_of(read, ["cud"]) == [{"cud": "A-1"}]
    assert read.first_row_with("cud", ["A-1"]) == 3


def test_forms(form: SurveyForm, tmp_path: Path) -> None:
    found = form.called("hechos/violencia")
    assert found is form.called("Kinds of violence")
    assert found is not None
    assert found.groups == ("hechos",)
    assert form.called("nada") is None
    assert chosen({"en": "Date", "Español": "Fecha"}, "es") == "Fecha"
    with pytest.raises(JusticeMetricsError, match="There is no file 'nada.xlsx'"):
        read_form(tmp_path / "nada.xlsx")
    with pytest.raises(JusticeMetricsError, match="no XLSForm"):
        read_form(book(tmp_path / "x.xlsx", {"casos": [["a", "b"], ["1", "2"]]}))
    with pytest.raises(JusticeMetricsError, match="no XLSForm"):
        read_form(book(tmp_path / "y.xlsx", {"survey": [["a", "b"], ["1", "2"]]}))
    twice = book(
        tmp_path / "z.xlsx",
        {"survey": [["Type", "Name", "label"], ["date", "a", "Fecha"], ["date", "b", "Fecha"], ["date", "c", "Día"]]},
    )
    # a label of two questions leads to neither
    assert columns_called("a", ["Fecha", "Día"], read_form(twice)) == []
    assert columns_called("c", ["Fecha", "Día"], read_form(twice)) == ["Día"]


def test_which_tables_look_like_an_export() -> None:
    assert looks_like_survey(["x", "_uuid", "_submission_time"])
    assert looks_like_survey(["SubmissionDate", "x", "KEY"])
    assert looks_like_survey(["x", "_parent_index"])
    assert not looks_like_survey(["caso", "fecha"])
