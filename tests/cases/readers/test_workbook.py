"""Workbooks: typed cells come out as the text a person would write; archives are looked at before they are opened."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.files import read_text_table, sheets_with_data
from justice_metrics.cases.readers.text_table import TextTable
from justice_metrics.cases.readers.workbook import read_workbook_tables

SAMPLE = Path(__file__).parents[3] / "sample_data"

ROWS = [["Caso", "Fecha"], ["A-1", dt.date(2018, 4, 30)], ["A-2", None]]


def book(folder: Path, sheets: dict[str, list[list[Any]]], *, name: str = "casos.xlsx", **options: Any) -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "mm/dd/yy", **options}) as made:
        for sheet, rows in sheets.items():
            page = made.add_worksheet(sheet)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value is not None:
                        page.write(number, place, value)
    return path


def cells(read: TextTable) -> list[list[str | None]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in read.table.columns), strict=True)]


def refusal(path: Path, **settings: Any) -> str:
    with pytest.raises(ReadError) as error:
        read_text_table(path, **settings)
    return error.value.text()


@pytest.mark.usefixtures("in_process")
def test_cells_as_a_person_would_write_them(tmp_path: Path) -> None:
    row = [
        "  Ñandú ",
        7,
        7.5,
        1234567.0,
        True,
        dt.date(2018, 4, 30),
        dt.datetime(2018, 4, 30, 14, 5),
        "01",
        "30/04/2018",
        None,
    ]
    read = read_text_table(book(tmp_path, {"Casos": [[f"c{n}" for n in range(10)], row]}))
    assert cells(read) == [
        ["Ñandú", "7", "7.5", "1234567", "TRUE", "2018-04-30", "2018-04-30 14:05:00", "01", "30/04/2018", None]
    ]
    assert read.sheet == "Casos"


@pytest.mark.parametrize("since_1904", [False, True])
def test_both_day_counts_give_the_same_day(tmp_path: Path, since_1904: bool) -> None:
    path = book(tmp_path, {"Casos": ROWS}, date_1904=since_1904)
    assert cells(read_text_table(path)) == [["A-1", "2018-04-30"], ["A-2", None]]


@pytest.mark.usefixtures("in_process")
def test_titles_blank_rows_and_blank_columns(tmp_path: Path) -> None:
    rows = [["Reporte de casos"], [], ["Caso", None, "Fin", "Fin"], ["1", None, "x", "y"], [], ["2", None, "z", None]]
    read = read_text_table(book(tmp_path, {"Casos": rows}))
    assert read.columns == ("Caso", "Fin", "Fin (2)")
    assert cells(read) == [["1", "x", "y"], ["2", "z", None]]
    assert read.first_row_with("Fin", ["x"]) == 4
    assert read.first_row_with("Fin", ["z"]) == 6
    notes = " ".join(note.text() for note in read.notes)
    assert "2 lines above the header" in notes
    assert "1 blank row" in notes


@pytest.mark.usefixtures("in_process")
def test_the_sheet_is_named_or_the_only_one(tmp_path: Path) -> None:
    several = book(tmp_path, {"Portada": [["Informe"]], "Casos": ROWS, "Listas": [["a", "b"], [1, 2]]})
    message = refusal(several)
    assert "2 sheets with tables: 'Casos', 'Listas'" in message
    assert 'sheet = "Casos"' in message
    assert read_text_table(several, sheet="Listas").columns == ("a", "b")
    assert "Did you mean 'Casos'?" in refusal(several, sheet="Caso")
    assert "has a header and no rows" in refusal(several, sheet="Portada") or "is empty" in refusal(
        several, sheet="Portada"
    )
    assert sheets_with_data(several) == (("Casos", 5), ("Listas", 4))
    only = book(tmp_path, {"Portada": [["Informe"]], "Casos": ROWS}, name="uno.xlsx")
    assert read_text_table(only).sheet == "Casos"


@pytest.mark.usefixtures("in_process")
def test_empty_and_header_only(tmp_path: Path) -> None:
    assert "is empty" in refusal(book(tmp_path, {"Casos": []}))
    assert "a header and no rows" in refusal(book(tmp_path, {"Casos": [["Caso", "Fecha"]]}), sheet="Casos")
    (tmp_path / "nada.xlsx").write_bytes(b"")
    assert "is empty" in refusal(tmp_path / "nada.xlsx")


@pytest.mark.usefixtures("in_process")
def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    path.write_bytes(b"Caso;Fecha\n1;2\n")
    assert "give it the ending .csv" in refusal(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(500))
    assert "damaged" in refusal(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500))
    assert "has a password" in refusal(path)
    path.write_bytes(b"\xef\xbb\xbf\r\n<html><table><tr><td>Caso</td></tr></table></html>")
    assert "web page" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("casos.csv", "a,b")
    assert "not a workbook" in refusal(path)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_cut_workbook_is_damaged(tmp_path: Path, share: float) -> None:
    path = book(tmp_path, {"Casos": ROWS})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("seed", range(5))
def test_flipped_bytes_are_read_or_refused_but_never_crash(tmp_path: Path, seed: int) -> None:
    path = book(tmp_path, {"Casos": ROWS * 20})
    raw = bytearray(path.read_bytes())
    for step in range(6):
        raw[(seed * 997 + step * 7919) % len(raw)] ^= 1 << (seed + step) % 8
    path.write_bytes(bytes(raw))
    try:
        read = read_text_table(path)
    except ReadError as error:
        message = error.text()
    else:
        message = ""
        assert read.n_rows > 0
    assert "A-1" not in message


@pytest.mark.usefixtures("in_process")
def test_a_changed_byte_in_the_data_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    with zipfile.ZipFile(book(tmp_path, {"Casos": ROWS}, name="x.xlsx")) as whole, zipfile.ZipFile(path, "w") as stored:
        for name in whole.namelist():
            stored.writestr(name, whole.read(name))
    raw = path.read_bytes()
    assert read_text_table(path).n_rows == 2
    path.write_bytes(raw.replace(b"A-1", b"A-7"))
    assert "damaged" in refusal(path)


@pytest.mark.usefixtures("in_process")
class TestOtherSheetsInItsPlace:
    """A part that cannot be read is damage; nothing else is read in its place."""

    @staticmethod
    def changed(folder: Path, entry: str, old: bytes, new: bytes | None) -> Path:
        """Change one entry of a workbook with two tables; take it out for None."""
        rows = [["Caso", "Edad"], *([f"A-{row}", row] for row in range(30))]
        whole = book(folder, {"Casos": rows, "Copia": rows[:9]}, name="x.xlsx")
        path = folder / "casos.xlsx"
        with zipfile.ZipFile(whole) as given, zipfile.ZipFile(path, "w") as made:
            for name in given.namelist():
                held = given.read(name)
                if name != entry:
                    made.writestr(name, held)
                elif new is not None:
                    assert old in held
                    made.writestr(name, held.replace(old, new, 1))
        return path

    @pytest.mark.parametrize(
        ("entry", "old", "new"),
        [
            ("xl/worksheets/sheet1.xml", b't="s"><v>2<', b't="s"><v>999999<'),
            ("xl/worksheets/sheet1.xml", b'r="B20"><v>18<', b'r="B20" t="n"><v>abc<'),
            ("xl/worksheets/sheet1.xml", b'r="A20"', b'r="20A"'),
            ("xl/worksheets/sheet1.xml", b"", None),
            ("xl/_rels/workbook.xml.rels", b"sheet1.xml", b"sheetX.xml"),
        ],
    )
    def test_damaged_sheets(self, tmp_path: Path, entry: str, old: bytes, new: bytes | None) -> None:
        path = self.changed(tmp_path, entry, old, new)
        for sheet in (None, "Casos"):
            assert "is damaged" in refusal(path, sheet=sheet)
        with pytest.raises(ReadError, match="is damaged"):
            sheets_with_data(path)

    def test_charts_are_passed_over(self, tmp_path: Path) -> None:
        path = tmp_path / "casos.xlsx"
        with xlsxwriter.Workbook(path) as made:
            page = made.add_worksheet("Casos")
            for row, cells_of_row in enumerate([["Caso", "Edad"], ["A-1", 12], ["A-2", 9]]):
                page.write_row(row, 0, cells_of_row)
            chart = made.add_chart({"type": "line"})
            assert chart is not None
            chart.add_series({"values": "=Casos!$B$2:$B$3"})
            made.add_chartsheet("Figura").set_chart(chart)
        assert read_text_table(path).n_rows == 2

    def test_two_entries_of_one_name(self, tmp_path: Path) -> None:
        path = book(tmp_path, {"Casos": ROWS})
        with zipfile.ZipFile(path) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
            archive.writestr("xl/worksheets/sheet1.xml", sheet)
        assert "is damaged" in refusal(path)

    def test_two_workbooks_glued_together(self, tmp_path: Path) -> None:
        one = book(tmp_path, {"Casos": ROWS}, name="1.xlsx").read_bytes()
        two = book(tmp_path, {"Casos": ROWS[:2]}, name="2.xlsx").read_bytes()
        path = tmp_path / "casos.xlsx"
        path.write_bytes(one + two)
        assert "is damaged" in refusal(path)


@pytest.mark.usefixtures("in_process")
def test_ids_and_groups_that_became_dates_are_told(tmp_path: Path) -> None:
    day = dt.date(2018, 12, 10)
    rows = [["Caso", "Grupo", "Fecha", "Nota"], ["13/2018", "0-9", day, "x"], [day, day, "30/04/2018", day]]
    rows += [[f"{row}/2018", "13-17", "S/D", "no consta"] for row in range(14, 20)]
    notes = notes_of(read_text_table(book(tmp_path, {"Casos": rows})))
    assert "1 cell in the column 'Caso' holds a typed date, beside 7 texts with numbers that are no dates" in notes
    assert "1 cell in the column 'Grupo' holds a typed date, beside 7 texts" in notes
    assert "'Fecha'" not in notes
    assert "'Nota'" not in notes


@pytest.mark.usefixtures("in_process")
def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("Casos")
        for row, cells_of_row in enumerate([["Caso", "Edad"], ["A-1", 12], ["A-2", 9], ["A-3", 8]]):
            page.write_row(row, 0, cells_of_row)
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(3, None, None, {"hidden": True})
    read = read_text_table(path)
    assert read.n_rows == 3
    assert "2 rows of the workbook are hidden" in notes_of(read)


@pytest.mark.usefixtures("in_process")
def test_numbers_shown_with_zeros_are_told(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("Casos")
        zeros = made.add_format({"num_format": "00000"})
        other = made.add_format({"num_format": "#,##0.00"})
        page.write_row(0, 0, ["Caso", "Monto"])
        for row in range(1, 5):
            page.write_number(row, 0, row, zeros)
            page.write_number(row, 1, row, other)
        page.write_string(5, 0, "00005", zeros)
        page.write_blank(6, 0, None, zeros)
        page.write_number(6, 1, 1, other)
    read = read_text_table(path)
    assert read.table.column("Caso").to_pylist() == ["1", "2", "3", "4", "00005", None]
    assert "4 numbers of the workbook are shown with zeros in front" in notes_of(read)
    assert notes_of(read_text_table(book(tmp_path, {"Casos": ROWS}, name="otro.xlsx"))) == ""


@pytest.mark.usefixtures("in_process")
def test_a_bomb_that_declares_itself(tmp_path: Path) -> None:
    path = book(tmp_path, {"Casos": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(110 << 20))
    assert "more memory" in refusal(path)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = book(tmp_path, {"Casos": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(110 << 20))
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):  # the size that the archive declares
        entry = raw.rfind(
            mark, 0, raw.rfind(b"xl/media/zeros.bin") if mark == b"PK\x01\x02" else raw.find(b"xl/media/zeros.bin")
        )
        raw[entry + offset : entry + offset + 4] = struct.pack("<I", 1000)
    path.write_bytes(bytes(raw))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("xl/media/zeros.bin").file_size == 1000
    assert "more memory" in refusal(path)


@pytest.mark.usefixtures("in_process")
def test_too_many_entries(tmp_path: Path) -> None:
    path = book(tmp_path, {"Casos": ROWS})
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(5001):
            archive.writestr(f"xl/{number}", b"")
    assert "more memory" in refusal(path)


def test_the_sample_workbook() -> None:
    if not (SAMPLE / "bolivia_cases.xlsx").is_file():
        pytest.skip("no sample data")
    typed = read_text_table(SAMPLE / "bolivia_cases.xlsx", sheet="Casos")
    text = read_text_table(SAMPLE / "bolivia_cases.csv")
    assert typed.columns == text.columns
    assert typed.table.column("N° de caso") == text.table.column("N° de caso")


def notes_of(read: TextTable) -> str:
    return " ".join(note.text() for note in read.notes)


@pytest.mark.usefixtures("in_process")
def test_formulas_errors_and_merged_cells_are_told(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("Casos")
        page.write_row(0, 0, ["Caso", "Edad", "Nota"])
        for row in range(1, 5):
            page.write(row, 0, f"A-{row}")
            page.write_formula(row, 1, "=1+1", None, 10 + row)
        page.write_formula(5, 1, "=1/0", None, "#DIV/0!")
        page.write(5, 0, "A-5")
        page.write_formula(6, 1, "=A1", None, "")
        page.write(6, 0, "A-6")
        page.merge_range("C3:C5", "x")
    read = read_text_table(path)
    assert read.table.column("Edad").to_pylist() == ["11", "12", "13", "14", None, None]
    assert read.table.column("Nota").to_pylist() == [None, "x", None, None, None, None]
    notes = notes_of(read)
    assert "6 cells of the workbook hold formulas" in notes
    assert "1 formula has no value stored with it" in notes
    assert "1 cell of the workbook holds an error" in notes
    assert "1 group of merged cells" in notes
    assert notes_of(read_text_table(book(tmp_path, {"Casos": ROWS}))) == ""


@pytest.mark.usefixtures("in_process")
def test_hidden_sheets_are_passed_over_and_told(tmp_path: Path) -> None:
    path = tmp_path / "casos.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for name in ("Listas", "Casos"):
            page = made.add_worksheet(name)
            page.write_row(0, 0, ["a", "b"])
            page.write_row(1, 0, [1, 2])
            if name == "Listas":
                page.hide()
        page.activate()
    read = read_text_table(path)
    assert read.sheet == "Casos"
    assert notes_of(read) == "Hidden sheets with a table were left out: 'Listas'."
    assert notes_of(read_text_table(path, sheet="Listas")) == "The sheet 'Listas' is hidden in the workbook."
    assert sheets_with_data(path) == (("Casos", 4), ("Listas", 4))


@pytest.mark.usefixtures("in_process")
def test_long_numbers_lose_digits_and_days_may_count_from_1904(tmp_path: Path) -> None:
    rows = [["Caso", "Fin"], [201701230000012345, "x"], [7, "y"], ["201701230000012345", "z"]]
    notes = notes_of(read_text_table(book(tmp_path, {"Casos": rows}, date_1904=True)))
    assert "1 number has more than 15 digits" in notes
    assert "keep ids as text" in notes
    assert 'order = "excel_1904"' in notes


@pytest.mark.usefixtures("in_process")
def test_macros_and_links_are_left_alone(tmp_path: Path) -> None:
    path = book(tmp_path, {"Casos": ROWS})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    read = read_text_table(path)
    assert read.n_rows == 2
    assert notes_of(read) == "Macros and links to other files in the workbook were left alone."


@pytest.mark.usefixtures("in_process")
def test_formulas_of_an_open_document(tmp_path: Path) -> None:
    made = OpenDocumentSpreadsheet()
    page = Table(name="Casos")
    for row in (["Caso", "Edad"], ["A-1", 12], ["A-2", 7]):
        line = TableRow()
        for value in row:
            number = {"valuetype": "float", "value": value, "formula": "of:=1+1"} if isinstance(value, int) else {}
            cell = TableCell(**(number or {"valuetype": "string"}))
            cell.addElement(P(text=str(value)))
            line.addElement(cell)
        page.addElement(line)
    made.spreadsheet.addElement(page)
    made.save(str(tmp_path / "casos.ods"))
    read = read_text_table(tmp_path / "casos.ods")
    assert read.table.column("Edad").to_pylist() == ["12", "7"]
    assert "2 cells of the workbook hold formulas" in notes_of(read)


def test_several_sheets_are_read_at_once_and_some_may_have_no_rows(tmp_path: Path) -> None:
    path = book(tmp_path, {"Casos": ROWS, "Audiencias": [["Caso", "Estado"]]})
    read = read_workbook_tables(path, sheets=["Casos", "Audiencias"], may_be_empty=["Audiencias"])
    assert cells(read["Casos"]) == cells(read_text_table(path, sheet="Casos"))
    assert (read["Audiencias"].columns, read["Audiencias"].n_rows) == (("Caso", "Estado"), 0)
    with pytest.raises(ReadError, match="a header and no rows"):
        read_workbook_tables(path, sheets=["Casos", "Audiencias"])
    with pytest.raises(ReadError, match="Did you mean 'Casos'"):
        read_workbook_tables(path, sheets=["Caso"])
    with pytest.raises(ReadError, match="There is no file"):
        read_workbook_tables(tmp_path / "otro.xlsx", sheets=["Casos"])
