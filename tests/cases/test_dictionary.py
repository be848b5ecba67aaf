"""The data dictionary: it tells of every column that case data have, and of each code that stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from justice_metrics.base.errors import OutputError, QuestionError, SettingsError
from justice_metrics.base.language import LANGUAGES
from justice_metrics.base.levels import MISSING_LEVELS
from justice_metrics.base.quantities import STATUSES
from justice_metrics.cases.attributes import CANONICAL_ATTRIBUTES
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.dictionary.case_tables import band_names
from justice_metrics.cases.dictionary.described import data_dictionary
from justice_metrics.cases.dictionary.parts import MISSING_CODES, DataDictionary
from justice_metrics.cases.dictionary.written import dictionary_bytes, write_dictionary
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.procedure_file import read_procedure, shipped_procedures
from justice_metrics.cases.read import read_cases
from justice_metrics.cases.readers.ddi import read_ddi, with_ddi
from justice_metrics.cases.readers.delimited import read_delimited

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
# What the rules of the check look at, and columns that only undated records and gaps bring.
INTERNAL = ("conclusion_said", "conclusion_day", "seen__", "practice_missing__")
DDI = "{ddi:codebook:2_5}"
# The parts of each element in the order of DDI-Codebook 2.5, as far as they are written.
ORDER = {
    "codeBook": ("docDscr", "stdyDscr", "fileDscr", "dataDscr"),
    "docDscr": ("citation",),
    "stdyDscr": ("citation", "stdyInfo"),
    "citation": ("titlStmt", "prodStmt"),
    "titlStmt": ("titl", "parTitl"),
    "prodStmt": ("software",),
    "stdyInfo": ("abstract", "sumDscr"),
    "sumDscr": ("anlyUnit",),
    "fileDscr": ("fileTxt",),
    "fileTxt": ("fileName", "fileCont", "dimensns", "dataMsng"),
    "dimensns": ("varQnty",),
    "dataDscr": ("var",),
    "var": ("labl", "txt", "catgry", "derivation", "varFormat"),
    "catgry": ("catValu", "labl", "txt"),
    "derivation": ("drvdesc",),
}
# What may stand there several times; everything else once at most.
REPEATED = {
    *("fileDscr", "var", "catgry", "labl", "txt", "parTitl", "abstract", "anlyUnit"),
}
CLOSED = {
    ("var", "intrvl"): {"contin", "discrete"},
    ("var", "representationType"): {"text", "numeric", "code", "datetime", "other"},
    ("var", "temporal"): {"Y", "N"},
    ("var", "wgt"): {"wgt", "not-wgt"},
    ("catgry", "missing"): {"Y", "N"},
    ("varFormat", "type"): {"numeric", "character"},
}


@pytest.fixture(scope="module")
def sample() -> CaseData:
    return read_cases(mapping=SAMPLE / "bolivia_mapping.toml")


@pytest.fixture(scope="module")
def whole() -> DataDictionary:
    return data_dictionary("bolivia", checklist="child_sexual_assault")


@pytest.fixture(scope="module")
def written(whole: DataDictionary) -> ET.Element:
    return ET.fromstring(dictionary_bytes(whole, "codebook.xml", language="es"))


def elements(root: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    for one in root.iter():
        yield one.tag.removeprefix(DDI), one


# -------------------------------------------------------------------------------------------------- what it tells


def test_every_column_of_the_sample_is_described_and_nothing_else(sample: CaseData) -> None:
    dictionary = data_dictionary(SAMPLE / "bolivia_mapping.toml")
    tables = {"cases": sample.milestones, "events": sample.events, "support": sample.support}
    for name, frame in {**tables, **sample.children}.items():
        assert frame is not None
        there = [one for one in frame.collect_schema().names() if not one.startswith(INTERNAL)]
        assert sorted(one.name for one in dictionary.table(name).variables) == sorted(there)


def test_every_level_of_a_label_column_is_a_code(sample: CaseData) -> None:
    dictionary = data_dictionary(SAMPLE / "bolivia_mapping.toml")
    for table, column in (
        ("cases", "outcome"),
        ("cases", "reliance__status"),
        ("support", "actor"),
        ("hearings", "status"),
    ):
        frame = {"cases": sample.milestones, "support": sample.support}.get(table)
        frame = sample.children[table] if frame is None else frame
        held = set(frame.select(column).collect().get_column(column).drop_nulls().to_list())
        assert held <= {one.id for one in dictionary.table(table).variable(column).codes}


def test_a_mapping_by_hand() -> None:
    mapping = CaseMapping.from_dict(
        {
            "data": {"file": "/somewhere/private/casos.csv", "language": "es"},
            "cases": {"id": ["Juzgado", "N°"], "unit": "victim", "procedure": "bolivia", "cutoff": "2018-04-30",
                      "sampling": {"weight": "peso", "cluster": "Juzgado"}},
            "dates": {"complaint": "Denuncia", "verdict": "Sentencia"},
            "outcome": {"column": "Salida", "date": "Fecha", "labels": {"Condena": "convicted", "Abierta": "pending"}},
            "attributes": {"age_at_fact": {"column": "Edad", "bands": [0, 6, 18]}, "sex": "Sexo", "score": "Puntaje",
                           "fact_day": {"column": "Hecho", "type": "date"}},
            "missing": {"S/D": "not_available", "N/C": "not_applicable"},
        }
    )  # fmt: skip
    cases = data_dictionary(mapping).table("cases")
    assert cases.source == "casos.csv"
    assert [one.name for one in cases.variables] == [
        *("unit_id", "age_at_fact", "sex", "score", "fact_day", "first__complaint", "first__convicted"),
        *("first__acquitted", "first__verdict", "outcome", "outcome_day", "outcome_rank", "set_aside"),
        *("weight", "cluster"),
    ]
    age = cases.variable("age_at_fact")
    assert [one.id for one in age.codes] == ["0-5", "6-17", "18+", *MISSING_LEVELS]
    assert not age.open
    sex = cases.variable("sex")
    assert sex.kind == "text"
    assert sex.open
    assert {one.id: one.written for one in sex.codes if one.written} == {
        "not_available": ("S/D",),
        "not_applicable": ("N/C",),
    }
    assert all(one.missing for one in sex.codes)
    outcome = {one.id: one for one in cases.variable("outcome").codes}
    assert outcome["convicted"].written == ("Condena",)
    assert outcome["pending"].written == ("Abierta",)
    assert not outcome["pending"].missing
    assert cases.variable("first__convicted").columns == ("Sentencia", "Fecha")
    assert cases.variable("unit_id").columns == ("Juzgado", "N°")
    assert cases.variable("fact_day").kind == "day"
    assert str(cases.variable("score").text) == "score"


def test_bands() -> None:
    assert band_names([]) == []
    assert band_names([0, 1, 6]) == ["0", "1-5", "6+"]


def test_every_procedure_is_described_with_its_states() -> None:
    for id in shipped_procedures():
        procedure = read_procedure(id)
        dictionary = data_dictionary(procedure)
        assert [one.id for one in dictionary.table("events").variable("state").codes] == list(procedure.ids)
        endings = [one.id for one in dictionary.table("cases").variable("outcome").codes]
        assert endings == [*procedure.outcomes, "pending"]
        assert dictionary.checklist is None


def test_canonical_attributes_have_their_words_and_gaps(whole: DataDictionary) -> None:
    cases = whole.table("cases")
    described = {one.name for one in cases.variables}
    assert set(CANONICAL_ATTRIBUTES) - described == {"year"}  # that of the complaint's day
    for name in ("sex", "court", "language"):
        one = cases.variable(name)
        assert one.text is CANONICAL_ATTRIBUTES[name]
        assert tuple(code.id for code in one.codes if code.missing) == MISSING_LEVELS
    assert [str(code.text) for code in cases.variable("sex").codes[:2]] == ["Female", "Male"]
    assert [code.id for code in cases.variable("sex").codes[:2]] == ["Femenino", "Masculino"]


def test_items_of_practice_say_when_they_are_met_and_where_that_is_written(whole: DataDictionary) -> None:
    checklist = read_checklist("child_sexual_assault")
    cases = whole.table("cases")
    for item in checklist.items:
        one = cases.variable(f"practice__{item.id}")
        assert one.note is not None
        assert item.source in one.note.text("en")
        if item.kind == "answer":
            assert [code.id for code in one.codes] == ["yes", "no", "not_applicable", "not_documented"]
            assert [code.id for code in one.codes if code.missing] == ["not_documented"]


def test_each_way_of_missing_is_told_once() -> None:
    ids = [one.id for one in MISSING_CODES]
    assert len(set(ids)) == len(ids)
    assert set(ids) == {*MISSING_LEVELS, *STATUSES[1:]}


def test_words_are_there_in_every_language(whole: DataDictionary) -> None:
    for table in whole.tables:
        for one in table.variables:
            for language in LANGUAGES:
                assert one.text.text(language)
                assert all(code.text.text(language) for code in one.codes)
        names = [one.name for one in table.variables]
        assert len(set(names)) == len(names)


# -------------------------------------------------------------------------------------------------------- as DDI


def test_the_codebook_has_the_structure_of_ddi(written: ET.Element) -> None:
    assert written.tag == f"{DDI}codeBook"
    assert written.get("version") == "2.5"
    for name, one in elements(written):
        children = [child.tag.removeprefix(DDI) for child in one]
        allowed = ORDER.get(name, ())
        assert set(children) <= set(allowed), name
        assert children == sorted(children, key=allowed.index), name
        assert all(children.count(child) == 1 for child in set(children) - REPEATED), name
        for attribute, value in one.attrib.items():
            assert value in CLOSED.get((name, attribute), {value})
        assert children or name in ORDER or (one.text or "").strip() or name == "varFormat", name


def test_ids_are_unique_and_variables_name_their_file(written: ET.Element) -> None:
    ids = [one.get("ID") for _, one in elements(written) if one.get("ID")]
    assert len(set(ids)) == len(ids)
    files = {one.get("ID") for name, one in elements(written) if name == "fileDscr"}
    variables = [one for name, one in elements(written) if name == "var"]
    assert {one.get("files") for one in variables} == files
    assert all(one.get("name") for one in variables)


def test_labels_stand_there_in_each_language_the_first_one_first(written: ET.Element) -> None:
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for name, one in elements(written):
        if name in {"var", "catgry"}:
            said = [child.get(language) for child in one if child.tag == f"{DDI}labl"]
            assert said == ["es", "en"]


def test_our_own_reader_reads_it_back(whole: DataDictionary, tmp_path: Path) -> None:
    path = write_dictionary(whole, tmp_path / "codebook.xml", language="en")
    read = read_ddi(path)
    rows = [row for row in read.table.to_pylist() if row["column"] == "practice__interpreter"]
    values = {row["code"]: row["text"] for row in rows if row["kind"] == "value"}
    assert values == {"yes": "yes", "no": "no", "not_applicable": "not applicable", "not_documented": "not documented"}
    assert [row["code"] for row in rows if row["kind"] == "missing"] == ["not_documented"]
    (tmp_path / "cases.csv").write_text(
        "unit_id,outcome,sex\na,convicted,Femenino\nb,,not_available\n", encoding="utf-8"
    )
    table = with_ddi(read_delimited(tmp_path / "cases.csv", separator=","), read)
    assert table.table.column("outcome").to_pylist() == ["convicted", None]
    assert table.column_labels["outcome"] == "how the case stands at the cut-off"
    assert "not available" in table.user_missing["sex"]


def test_signs_that_xml_cannot_hold_are_left_out(tmp_path: Path) -> None:
    mapping = CaseMapping.from_dict(
        {
            "cases": {"id": "N <&>\x0b", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "dates": {"complaint": "Fecha"},
            "attributes": {"año": {"column": "A", "labels": {"<b>": "=1+1"}}},
        }
    )
    dictionary = data_dictionary(mapping)
    root = ET.fromstring(dictionary_bytes(dictionary, "codebook.xml"))
    assert {one.get("name") for name, one in elements(root) if name == "var"} >= {"unit_id", "año"}
    path = write_dictionary(dictionary, tmp_path / "dictionary.xlsx")
    cells = [one for row in openpyxl.load_workbook(path)["Codes"].iter_rows() for one in row]
    assert any(one.value == "=1+1" and one.data_type == "s" for one in cells)


# --------------------------------------------------------------------------------------------------- as a workbook


def test_the_workbook_tells_it_in_both_languages(whole: DataDictionary, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_dictionary(whole, tmp_path / "dictionary.xlsx", language="en"))
    assert book.sheetnames == ["About", "Tables", "Variables", "Codes", "Missing"]
    variables = list(book["Variables"].iter_rows(values_only=True))
    assert variables[0][:4] == ("table", "variable", "meaning (en)", "meaning (es)")
    assert len(variables) == 1 + whole.n_variables
    assert ("cases", "sex", "sex of the victim", "sexo de la víctima") in [row[:4] for row in variables]
    codes = list(book["Codes"].iter_rows(values_only=True))
    n_codes = sum(len(one.codes) for table in whole.tables for one in table.variables)
    assert len(codes) == 1 + n_codes
    assert ("cases", "outcome", "rejected", "rejected", "rechazo") in [row[:5] for row in codes]
    assert len(list(book["Missing"].iter_rows())) == 1 + len(MISSING_CODES)
    assert all(sheet.freeze_panes == "A2" for sheet in book)


def test_the_same_dictionary_gives_the_same_bytes(whole: DataDictionary) -> None:
    for name in ("a.xlsx", "a.xml"):
        assert dictionary_bytes(whole, name) == dictionary_bytes(whole, name)


# ---------------------------------------------------------------------------------------------------- wrong input


def test_another_ending_is_refused(whole: DataDictionary, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.xlsx, \.xml"):
        write_dictionary(whole, tmp_path / "dictionary.csv")
    with pytest.raises(OutputError, match="no folder"):
        write_dictionary(whole, tmp_path / "nowhere" / "dictionary.xml")


def test_a_checklist_beside_a_mapping_is_refused() -> None:
    with pytest.raises(QuestionError, match="names its own"):
        data_dictionary(SAMPLE / "bolivia_mapping.toml", checklist="child_sexual_assault")


def test_what_is_no_mapping_and_no_procedure_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Did you mean 'bolivia'"):
        data_dictionary("boliva")
    with pytest.raises(SettingsError, match="no file"):
        data_dictionary(tmp_path / "mapping.toml")
    (tmp_path / "study.toml").write_text("[study]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="'cases' is missing"):
        data_dictionary(tmp_path / "study.toml")


def test_a_table_or_variable_that_is_not_there_is_told(whole: DataDictionary) -> None:
    with pytest.raises(QuestionError, match="Did you mean 'hearings'"):
        whole.table("hearing")
    with pytest.raises(QuestionError, match="Did you mean 'outcome'"):
        whole.table("cases").variable("outcom")
    assert repr(whole).startswith("DataDictionary(bolivia, 10 tables, ")
    assert "cases (cases): " in whole.describe()
