"""A reader in a process of its own: tables and errors come over whole, and whatever it does becomes a message."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from justice_metrics.base.errors import MissingExtraError, ReadError
from justice_metrics.base.language import tr, trn
from justice_metrics.cases.readers import apart, crossing
from justice_metrics.cases.readers.apart import read_apart
from justice_metrics.cases.readers.text_table import TextTable

# Readers that a child imports from a folder of the test's own.
READERS = """
import os, signal, subprocess, sys, time
from pathlib import Path
import numpy as np
import pyarrow as pa
from justice_metrics.base.errors import ReadError
from justice_metrics.base.language import tr, trn
from justice_metrics.cases.readers.text_table import TextTable

def whole(path, *, sheet, words):
    print("Ana Flores"); print("Ana Flores", file=sys.stderr)
    os.write(1, b"Ana Flores")
    table = pa.table({"id": pa.array(["1", None], pa.string())})
    numbers = np.array([4, 9])
    notes = (trn("{n} blank row was left out.", "{n} blank rows were left out.", 4), tr("{a}", a=tr("{b}", b=1)))
    return TextTable(table=table, source=path.name, n_rows=2, first_row=4, numbers=numbers, sheet=sheet,
                     notes=notes, encoding=repr(words), separator=os.environ.get("A_SECRET", "not told"))

def refuses(path):
    raise ReadError(trn("{n} letter in {where}", "{n} letters in {where}", 1200, where=tr("the book")), tr("Do it."))

def crashes(path):
    os.kill(os.getpid(), signal.SIGSEGV)

def hangs(path):
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(path).with_name("pid").symlink_to(str(grandchild.pid))
    time.sleep(60)

def fills(path):
    return bytearray(2 << 30)

def fails(path):
    raise RuntimeError("Ana Flores")

def writes(path):
    Path(path).with_name("written").write_text("Ana Flores")
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "readers_of_a_test.py").write_text(READERS)
    monkeypatch.syspath_prepend(tmp_path / "lib")
    path = tmp_path / "casos.bin"
    path.write_bytes(b"x")
    return path


def refusal(name: str, path: Path, **limits: float) -> ReadError:
    with pytest.raises(ReadError) as error:
        read_apart(f"readers_of_a_test:{name}", path, **limits)  # type: ignore[arg-type]
    return error.value


def test_a_table_comes_over_whole_and_no_secret_goes_there(
    file: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "s3cret")
    # a notebook may find the library only because it lies in the folder where it works
    monkeypatch.setattr(sys, "path", ["", *(one for one in sys.path if Path(one) != Path(__file__).parents[3])])
    read = read_apart("readers_of_a_test:whole", file, sheet="Año", words=("a", None, {"b": 1}))
    assert read.table.to_pydict() == {"id": ["1", None]}
    assert (read.source, read.n_rows, read.first_row, read.sheet) == ("casos.bin", 2, 4, "Año")
    assert read.numbers is not None
    assert read.numbers.tolist() == [4, 9]
    assert read.notes == (
        trn("{n} blank row was left out.", "{n} blank rows were left out.", 4),
        tr("{a}", a=tr("{b}", b=1)),
    )
    assert read.encoding == "('a', None, {'b': 1})"
    assert read.separator == "not told"
    assert capfd.readouterr() == ("", "")  # what the reader printed went nowhere


def test_an_error_comes_over_in_both_languages(file: Path) -> None:
    error = refusal("refuses", file)
    assert error.problem == trn("{n} letter in {where}", "{n} letters in {where}", 1200, where=tr("the book"))
    assert error.text() == "1,200 letters in the book\nDo it."


@pytest.mark.parametrize("name", ["crashes", "fails", "writes"])
def test_a_reader_that_breaks_down_is_a_message_without_content(file: Path, name: str) -> None:
    error = refusal(name, file)
    assert "'casos.bin' is damaged" in error.text()
    assert "save it again" in error.text()
    assert "Flores" not in error.text()
    assert error.__cause__ is None
    assert not (file.with_name("written").exists() and file.with_name("written").read_bytes())


def test_a_reader_that_never_ends_is_ended_with_its_children(file: Path) -> None:
    begun = time.monotonic()
    error = refusal("hangs", file, seconds=3.0)
    assert time.monotonic() - begun < 8
    assert "not read after 3 seconds" in error.text()
    pid = int(str(file.with_name("pid").readlink()))
    for _ in range(50):  # a killed process stands in the list until somebody has taken note of it
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().split(")")[-1].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the grandchild lives on")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit of memory")
def test_a_reader_that_fills_the_memory_is_told_so(file: Path) -> None:
    assert "more than 1,024 MiB of memory" in refusal("fills", file).text()


def test_a_program_that_is_no_python_is_not_started_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "no Python can be started" in refusal("whole", file).text()
    monkeypatch.delattr(sys, "frozen")
    elsewhere = [one for one in sys.path if "site-packages" not in one]
    monkeypatch.setattr(sys, "path", elsewhere)
    assert "no Python can be started" in refusal("whole", file).text()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert "no Python can be started" in refusal("whole", file).text()
    monkeypatch.setattr(sys, "executable", str(file))
    assert "no Python can be started" in refusal("whole", file).text()


def test_large_files_get_more_memory_and_time_but_not_without_end() -> None:
    assert (apart._memory_for(0), apart._seconds_for(0)) == (1 << 30, 9.0)
    assert apart._memory_for(24 << 20) == 1 << 30
    assert apart._memory_for(34 << 20) == (1 << 30) + 400 * (1 << 20)
    assert apart._memory_for(1 << 40) == 8 << 30
    assert apart._seconds_for(10 << 20) == 49.0
    assert apart._seconds_for(1 << 40) == 1800.0


def answer() -> bytes:
    table = pa.table({"id": pa.array(["uno", None, "dos"], pa.string())})
    return crossing.packed_table(TextTable(table=table, source="a", n_rows=3, numbers=np.array([2, 3, 5])))


def test_half_an_answer_is_none() -> None:
    whole = answer()
    assert crossing.unpacked(whole).table.num_rows == 3
    for length in range(len(whole)):
        with pytest.raises(crossing.BrokenAnswer):
            crossing.unpacked(whole[:length])


def test_several_tables_are_one_answer_and_half_of_it_is_none() -> None:
    tables = [TextTable(table=pa.table({"id": ["a"] * n}), source=f"sheet {n}", n_rows=n) for n in range(1, 4)]
    whole = crossing.packed_tables(tables)
    assert [(one.source, one.table.num_rows) for one in crossing.unpacked_tables(whole)] == [
        (one.source, one.n_rows) for one in tables
    ]
    for length in range(0, len(whole), 7):
        with pytest.raises(crossing.BrokenAnswer):
            crossing.unpacked_tables(whole[:length])
    assert len(crossing.unpacked_tables(crossing.packed_table(tables[0]))) == 1
    with pytest.raises(crossing.BrokenAnswer):
        crossing.unpacked_tables(crossing.packed_tables([]))


def test_the_table_of_an_answer_begins_where_arrow_likes_it() -> None:
    assert len(crossing.READY) % 16 == 0
    for letters in range(20):
        table = TextTable(table=pa.table({"id": pa.array(["a"], pa.string())}), source="a" * letters, n_rows=1)
        received = bytearray(crossing.READY + crossing.packed_table(table))
        del received[: len(crossing.READY)]
        column = crossing.unpacked(received).table["id"].chunk(0)
        assert all(one is None or one.address % 8 == 0 for one in column.buffers())


def test_an_answer_holds_texts_only_and_errors_of_ours_only() -> None:
    table = pa.table({"id": pa.array([1])})
    with pytest.raises(crossing.BrokenAnswer):
        crossing.unpacked(crossing.packed_table(TextTable(table=table, source="a", n_rows=1)))
    with pytest.raises(MissingExtraError, match="pyreadstat"):
        crossing.unpacked(crossing.packed_error(MissingExtraError.named("pyreadstat", "files")))
    with pytest.raises(ReadError, match="no"):
        crossing.unpacked(crossing.packed_error(ReadError(tr("no"))).replace(b'"ReadError"', b'"Any"'))
    with pytest.raises(MemoryError):
        crossing.unpacked(crossing.packed_breakdown("MemoryError"))
