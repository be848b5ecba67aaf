"""Text files: what can be found out is found out, what cannot is refused with a number and a remedy."""

from __future__ import annotations

import bz2
import contextlib
import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.files import read_text_table
from justice_metrics.cases.readers.text_table import TextTable

DATA = Path(__file__).parents[4] / "shared" / "data"
SAMPLE = Path(__file__).parents[3] / "sample_data"


def write(folder: Path, content: str | bytes, name: str = "casos.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def cells(read: TextTable) -> list[list[str | None]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in read.table.columns), strict=True)]


def refusal(path: Path, **settings: Any) -> str:
    with pytest.raises(ReadError) as error:
        read_text_table(path, **settings)
    return error.value.text()


TEXT = "Caso;Forma de conclusión;Año\n1;En trámite;2018\n2;Extinción – ñandú;\n"
CELLS = [["1", "En trámite", "2018"], ["2", "Extinción – ñandú", None]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    read = read_text_table(write(tmp_path, TEXT, encoding=encoding))
    assert read.columns == ("Caso", "Forma de conclusión", "Año")
    assert cells(read) == CELLS
    assert read.separator == ";"
    assert read.encoding == encoding


def test_windows_text_is_said_to_be_so(tmp_path: Path) -> None:
    notes = [note.text() for note in read_text_table(write(tmp_path, TEXT, encoding="cp1252")).notes]
    assert len(notes) == 1
    assert "Windows-1252" in notes[0]


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_other_code_pages_are_not_taken_for_windows(tmp_path: Path, encoding: str) -> None:
    text = TEXT.replace("–", "-") + "3;imputación formal, apelación;1\n"
    path = write(tmp_path, text, encoding=encoding)
    assert encoding in refusal(path)
    assert cells(read_text_table(path, encoding=encoding))[0] == CELLS[0]


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
@pytest.mark.parametrize("words", ["IMPUTACIÓN PEÑA", "LÓPEZ", "GARCÍA", "IMPUTACIÓN NIÑA"])
def test_other_code_pages_in_capitals(tmp_path: Path, encoding: str, words: str) -> None:
    text = "CUD;FIN\n" + "".join(f"A-{n};{words}\n" for n in range(3))
    assert encoding in refusal(write(tmp_path, text, encoding=encoding))
    assert cells(read_text_table(write(tmp_path, text, encoding="cp1252")))[0] == ["A-0", words]


def test_capitals_with_small_accents_are_windows(tmp_path: Path) -> None:
    text = "CUD;FIN\nA-1;SáNCHEZ PEñA JOSé\nA-2;GÜEMES Ñ. D´ORO\n"
    assert cells(read_text_table(write(tmp_path, text, encoding="cp1252")))[0][1] == "SáNCHEZ PEñA JOSé"


def test_files_of_two_encodings_that_were_pasted_together(tmp_path: Path) -> None:
    one = "CUD;Nombre\n" + "".join(f"A-{n};Peña Núñez José\n" for n in range(20))
    two = "".join(f"B-{n};Peña Núñez José\n" for n in range(30))
    read = read_text_table(write(tmp_path, one.encode() + two.encode("cp1252")))
    assert {row[1] for row in cells(read)} == {"Peña Núñez José"}
    assert "20 lines of the file are UTF-8 and 30 are not" in read.notes[0].text()
    assert "broken" not in " ".join(note.text() for note in read.notes)
    # bad bytes in a few lines are damage
    assert "UTF-8" in refusal(write(tmp_path, one.encode().replace(b"A-7;Pe", b"A-7;Pe\xe1", 1)))


@pytest.mark.parametrize("codec", ["rot13", "hex", "base64"])
def test_what_is_no_encoding(tmp_path: Path, codec: str) -> None:
    assert "no encoding of texts" in refusal(write(tmp_path, TEXT), encoding=codec)


def test_a_declared_encoding_that_does_not_fit_names_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b\n1;2\n3;acción\n", encoding="cp1252")
    assert "line 3" in refusal(path, encoding="utf-8")
    assert "utf-8" in refusal(path, encoding="utf-8")
    declared_with_mark = read_text_table(write(tmp_path, TEXT, "m.csv", "utf-8-sig"), encoding="utf-8")
    assert declared_with_mark.columns[0] == "Caso"


def test_bytes_that_fit_nothing_name_the_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(write(tmp_path, b"a;b\n1;\x81\xff\n"))


def test_letters_that_were_broken_before_are_counted(tmp_path: Path) -> None:
    broken = TEXT.encode().decode("latin-1")
    notes = [note.text() for note in read_text_table(write(tmp_path, broken)).notes]
    assert any(note.startswith("6 letters were broken") for note in notes), notes


def test_nul_bytes_are_damage(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, b"a;b\n1;2\n3;\x004\n" + b"5;6\n" * 50))
    assert "1 NUL byte" in message


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_are_found_out(tmp_path: Path, separator: str, newline: str) -> None:
    rows = [["Caso", "Fecha", "Monto"], ["1", "01/02/2018", '1.234,5; o "más" | menos'], ["2", "", "x\ty"]]
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=separator, lineterminator=newline).writerows(rows)
    read = read_text_table(write(tmp_path, made.getvalue()))
    assert read.separator == separator
    assert cells(read) == [["1", "01/02/2018", '1.234,5; o "más" | menos'], ["2", None, "x\ty"]]


def test_decimal_commas_are_not_separators(tmp_path: Path) -> None:
    rows = "\n".join(f"{n};1,{n};2,{n}" for n in range(30))
    read = read_text_table(write(tmp_path, "id;uno;dos\n" + rows))
    assert (read.separator, read.n_rows) == (";", 30)


def test_declared_separator_and_the_line_of_excel(tmp_path: Path) -> None:
    assert read_text_table(write(tmp_path, "sep=;\na,x;b\n1;2\n")).columns == ("a,x", "b")
    assert read_text_table(write(tmp_path, "a:b\n1:2\n"), separator=":").columns == ("a", "b")
    assert "does not part" in refusal(write(tmp_path, "a:b\n1:2\n"), separator="^")
    assert "no comma, semicolon, tab or bar" in refusal(write(tmp_path, "a:b\n1:2\n"))


def test_titles_above_the_header_are_left_out(tmp_path: Path) -> None:
    text = "Ministerio Público;;\n\nReporte de casos\nCaso;Fecha;Fin\n1;a;b\n2;c;d\n"
    read = read_text_table(write(tmp_path, text))
    assert read.columns == ("Caso", "Fecha", "Fin")
    assert read.n_rows == 2
    assert any("3 lines above the header" in note.text() or "4 lines" in note.text() for note in read.notes)


def test_quoted_line_breaks_and_quotes(tmp_path: Path) -> None:
    read = read_text_table(write(tmp_path, 'id,"nota\nlarga"\n1,"uno\ndos"\n2,"dice ""sí"""\n3,5" de largo\n'))
    assert read.columns == ("id", "nota larga")
    assert cells(read) == [["1", "uno\ndos"], ["2", 'dice "sí"'], ["3", '5" de largo']]


def test_blank_cells_are_null_and_codes_stay(tmp_path: Path) -> None:
    read = read_text_table(write(tmp_path, "id,office\n01, NA \n02,\u00a0\n03,null\n,,\n".replace(",,", ",")))
    assert cells(read) == [["01", "NA"], ["02", None], ["03", "null"]]
    assert any("1 blank row" in note.text() for note in read.notes)


def test_the_guard_against_formulas_is_taken_off(tmp_path: Path) -> None:
    read = read_text_table(write(tmp_path, "id,texto\n1,'=1+1\n2,'cita'\n3,'@x\n"))
    assert [row[1] for row in cells(read)] == ["=1+1", "'cita'", "@x"]


def test_ragged_rows_are_refused_with_their_number_and_the_first_line(tmp_path: Path) -> None:
    text = "a,b,c\n" + "1,2,3\n" * 500 + '"x\ny",2\n' + "1,2,3\n" * 20 + "1,2,3,4\n"
    message = refusal(write(tmp_path, text))
    assert "2 rows of 'casos.csv' do not have 3 cells" in message
    assert "ends in line 503" in message


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, 'a,b\n1,2\n1,"abierto\n' + "3,4\n" * 200))
    assert "never closed" in message
    assert "line 3" in message


def test_two_stray_quotation_marks_do_not_swallow_the_rows_between(tmp_path: Path) -> None:
    message = refusal(write(tmp_path, 'a,b\n1,"abierto\n3,4\n5,"otra vez\n7,8\n'))
    assert "line 2" in message


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    assert "is empty" in refusal(write(tmp_path, content))


@pytest.mark.parametrize("content", ["a,b\n", "a,b", "a,b\n,\n,\n", "a,b\n\n\n"])
def test_a_header_only(tmp_path: Path, content: str) -> None:
    assert "a header and no rows" in refusal(write(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "password"),
        (b"PAR1rest", "parquet"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"  <table><tr><td>1</td></tr></table>", "web page"),
        (b'{"cases": [1]}', "JSON"),
        (b'[{"id": 1}]', "JSON"),
        (b"\x89PNG\r\n", "picture"),
    ],
)
def test_what_is_no_csv_is_called_by_its_kind(tmp_path: Path, content: bytes, kind: str) -> None:
    message = refusal(write(tmp_path, content))
    assert "is not a csv file" in message
    assert kind in message


def test_prose_is_no_table(tmp_path: Path) -> None:
    assert "is not a table" in refusal(write(tmp_path, "Estimado colega\nle escribo por el caso\nsaludos\n"))


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, TEXT)
    assert "Did you mean 'casos.csv'?" in refusal(tmp_path / "caso.csv")
    assert "folder does not exist" in refusal(tmp_path / "nowhere" / "caso.csv")
    assert "is a folder" in refusal(tmp_path)
    assert str(tmp_path) not in refusal(tmp_path / "caso.csv")


def test_unknown_kinds_and_databases(tmp_path: Path) -> None:
    assert "'.mdb'" in refusal(write(tmp_path, b"x", "casos.mdb"))
    assert "parquet" in refusal(write(tmp_path, b"x", "casos.parquet"))
    assert "A database cannot be named here" in refusal(Path("postgres://host/base"))


def test_compressed_files(tmp_path: Path) -> None:
    assert cells(read_text_table(write(tmp_path, gzip.compress(TEXT.encode()), "casos.csv.gz"))) == CELLS
    assert cells(read_text_table(write(tmp_path, bz2.compress(TEXT.encode()), "casos.csv.bz2"))) == CELLS
    # compressed under a plain name is still read: the content decides
    assert cells(read_text_table(write(tmp_path, gzip.compress(TEXT.encode()), "otro.csv"))) == CELLS
    cut = gzip.compress(TEXT.encode() * 1000)[:-20]
    assert "damaged" in refusal(write(tmp_path, cut, "cortado.csv.gz"))


def test_compressed_files_of_several_streams(tmp_path: Path) -> None:
    begin, rest = b"id;f\n" + b"1;a\n" * 100, b"2;b\n" * 200
    for ending, squeeze in (("bz2", bz2.compress), ("gz", gzip.compress)):
        first, second = squeeze(begin), squeeze(rest)
        name = f"casos.csv.{ending}"
        assert read_text_table(write(tmp_path, first + second, name)).n_rows == 300
        damaged = bytearray(second)
        damaged[1] ^= 0x10
        for tail in (bytes(damaged), second[:-1], bytes(len(second)), b"BZ"):
            assert "compressed and damaged" in refusal(write(tmp_path, first + tail, name)), (ending, tail[:4])


def test_a_compressed_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("justice_metrics.cases.readers.encoding._MOST_BYTES", 1 << 20)
    path = write(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * (1 << 19)), "bomba.csv.gz")
    assert "GiB of text" in refusal(path)


def test_what_unpacks_to_a_multiple_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("justice_metrics.cases.readers.encoding._SMALL", 1 << 20)
    for squeeze in (gzip.compress, bz2.compress):
        path = write(tmp_path, squeeze(b"a,b\n" + b"1,2\n" * (1 << 19)), "bomba.csv.gz")
        assert "unpacks to more than 250 times its size" in refusal(path)


def test_a_cell_of_ten_megabytes(tmp_path: Path) -> None:
    long = "x" * (10 << 20)
    read = read_text_table(write(tmp_path, f'id,texto\n1,"{long}"\n2,corto\n'))
    assert [len(row[1] or "") for row in cells(read)] == [10 << 20, 5]


def test_an_unreadable_cell_in_row_70000_is_found(tmp_path: Path) -> None:
    rows = ["01/02/2018"] * 100_000
    rows[70_000 - 2] = "ayer"
    read = read_text_table(write(tmp_path, "id,fecha\n" + "".join(f"{n},{day}\n" for n, day in enumerate(rows))))
    assert read.first_row_with("fecha", ["ayer"]) == 70_000


TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufeff"), max_size=12)


@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=30),
    separator=st.sampled_from([",", ";", "\t", "|"]),
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_round_trip_of_any_text(tmp_path: Path, rows: list[tuple[str, ...]], separator: str) -> None:
    """What the csv module writes comes back, trimmed, blank as null; the guard of an export is undone."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "uno", "dos", "tres"), *((str(n), *row) for n, row in enumerate(rows))])
    read = read_text_table(write(tmp_path, made.getvalue()), separator=separator, encoding="utf-8")

    def tidy(text: str) -> str | None:
        guarded = len(text) > 1 and text[0] == "'" and text[1] in "=+-@"
        return (text[1:] if guarded else text).strip() or None

    expected = [[str(n), *map(tidy, row)] for n, row in enumerate(rows)]
    kept = [
        place for place in range(4) if place < 1 or any(row[place] for row in expected) or read.table.num_columns == 4
    ]
    assert cells(read) == [[row[place] for place in kept] for row in expected]


@given(content=st.binary(max_size=400))
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_break_the_reader(tmp_path: Path, content: bytes) -> None:
    """Any bytes are a table or a refusal that can be read; never another error."""
    path = write(tmp_path, content)
    with contextlib.suppress(ReadError):
        read = read_text_table(path)
        assert read.n_rows == read.table.num_rows > 0
        assert len(set(read.columns)) == len(read.columns)


@pytest.mark.parametrize(
    ("file", "rows", "columns"),
    [
        ("india_pocso/cases.csv.gz", 19_783, 35),
        ("italy_road_fines/events.csv.gz", 561_470, 15),
        ("us_cook_2019/intake.csv.gz", 36_190, 17),
        ("us_cook_2019/initiation.csv.gz", 73_029, 27),
        ("us_cook_2019/dispositions.csv.gz", 20_234, 30),
        ("us_cook_2019/sentencing.csv.gz", 4_329, 38),
    ],
)
@pytest.mark.needs_data
def test_public_files(file: str, rows: int, columns: int) -> None:
    path = DATA / file
    if not path.is_file():
        pytest.skip("the public data sets are not beside the repository")
    read = read_text_table(path)
    assert (read.n_rows, len(read.columns), read.separator, read.encoding) == (rows, columns, ",", "utf-8")


def test_sample_files() -> None:
    if not (SAMPLE / "bolivia_cases.csv").is_file():
        pytest.skip("no sample data")
    read = read_text_table(SAMPLE / "bolivia_cases.csv")
    assert (read.n_rows, read.separator, read.encoding) == (1200, ";", "utf-8-sig")
    assert read.columns[0] == "N° de caso"


DATA_ONLY = "A-101;03/04/2018;x\nA-102;13/04/2018;\nA-103;14/04/2018;x\nA-104;15/04/2018;x\n"


def test_a_file_without_a_header_is_not_read_as_if_it_had_one(tmp_path: Path) -> None:
    path = write(tmp_path, DATA_ONLY)
    message = refusal(path)
    assert "looks like data" in message
    assert "2 cells in it" in message
    assert "header = false" in message
    assert "101" not in message
    read = read_text_table(path, header=False)
    assert read.columns == ("column 1", "column 2", "column 3")
    assert (read.n_rows, read.first_row, read.notes) == (4, 1, ())
    assert cells(read)[0] == ["A-101", "03/04/2018", "x"]
    assert read_text_table(path, header=True).columns[0] == "A-101"


@pytest.mark.parametrize(
    "row",
    [
        "2017-{i};{name};{age};Rechazo",
        "{name};{sex};{age};Rechazo",
        "{i}{i};{name};{end}",
        "{name};{end};{age}",
    ],
)
def test_a_person_is_no_header(tmp_path: Path, row: str) -> None:
    rows = [
        row.format(i=100 + n, name=name, sex="FM"[n % 2], age=10 + n % 8, end=("Rechazo", "Condena")[n % 2])
        for n, name in enumerate(["Juana Quispe Mamani", "Ana Condori", "Rosa Choque"] * 10)
    ]
    told = refusal(write(tmp_path, "\n".join(rows) + "\n"))
    assert "looks like data, not like names of columns" in told
    assert "Juana" not in told
    assert read_text_table(write(tmp_path, "\n".join(rows) + "\n"), header=False).n_rows == 30


def test_boxes_and_answers_are_no_persons(tmp_path: Path) -> None:
    boxes = "Caso;Física;Sexual;Otro\n" + "".join(f"{n};Física;;{('Otro', 'nada')[n % 2]}\n" for n in range(9))
    assert read_text_table(write(tmp_path, boxes)).columns == ("Caso", "Física", "Sexual", "Otro")
    answers = "Caso;1;2;3\n" + "".join(f"A-{n};{1 + n % 5};{1 + n % 4};{1 + n % 3}\n" for n in range(9))
    assert read_text_table(write(tmp_path, answers)).columns == ("Caso", "1", "2", "3")


def test_years_and_numbers_of_questions_are_names(tmp_path: Path) -> None:
    text = "Juzgado;2016;2017;1;2\n" + "Único;1200;1300;4;5\n" * 5
    assert read_text_table(write(tmp_path, text)).columns == ("Juzgado", "2016", "2017", "1", "2")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_row_of_the_header_can_be_declared(tmp_path: Path, newline: str) -> None:
    lines = ["Reporte;de;casos", "x;y;z", "id;fin;nota", "1;a;b", "2;c;d", ""]
    path = write(tmp_path, newline.join(lines))
    assert read_text_table(path).columns == ("Reporte", "de", "casos")
    read = read_text_table(path, header_row=3)
    assert read.columns == ("id", "fin", "nota")
    assert (read.n_rows, read.first_row) == (2, 4)
    assert [note.text() for note in read.notes] == ["2 lines above the header were left out."]
    assert "no header in row 9" in refusal(path, header_row=9)
    assert read_text_table(path, header_row=1).columns == ("Reporte", "de", "casos")


def test_exports_that_were_cut_and_numbers_that_were_shortened(tmp_path: Path) -> None:
    text = "id;relato\n2,01712E+15;" + "ñ" * 255 + "\n7;" + "x" * 255 + "\n8;corto\n"
    notes = " ".join(note.text() for note in read_text_table(write(tmp_path, text)).notes)
    assert "2 cells in the column 'relato' are 255 letters long" in notes
    assert "1 number in the column 'id' was shortened" in notes
    assert "cut" not in str(read_text_table(write(tmp_path, text + "9;" + "x" * 256 + "\n")).notes)
    full = write(tmp_path, "a;b\n" + "1;2\n" * 65535)
    assert "65,536 rows" in read_text_table(full).notes[0].text()
