"""Two thousand damaged files: each is read or refused in words, in time, in little memory; bombs are refused at once.

What is not looked at here is whether a damaged file is read *rightly* where nothing could tell: a letter that became
another letter. Where something could tell, it must have: what an archive holds is protected by sums, so a workbook
whose bytes were changed is either refused or read as if they had not been.

Observed with these seeds: 2,000 copies, none crashed or hung; slowest 3.1 s (on a busy machine), largest child 578 MiB.

=====================  ======  ====  =======
damaged                copies  read  refused
=====================  ======  ====  =======
.sav                   400     145   255
.dta                   400     154   246
.xlsx                  150     4     146
.xlsx, packed again    200     127   73
.csv                   250     48    202
.toml                  200     5     195
.xls                   150     37    113
.ods                   50      2     48
.ods, packed again     50      32    18
.xes                   150     8     142
=====================  ======  ====  =======
"""

from __future__ import annotations

import random
import resource
import struct
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import justice_metrics as jm
from justice_metrics.base.errors import JusticeMetricsError
from justice_metrics.cases.readers.files import read_text_table
from justice_metrics.cases.readers.text_table import TextTable
from tests.cases.readers.fixtures.books import ods, statistics, table, xls, xlsx
from tests.cases.readers.fixtures.rows import ROWS
from tests.cases.readers.fixtures.texts import lines

pytestmark = pytest.mark.prove

MOST_SECONDS = 10.0
MOST_MEMORY = 1 << 30
# Words that stand in the files and may stand in no message.
SECRETS = ("A-12", "ñandú", "Sentencia condenatoria")

MAPPING = """
[data]
file = "casos.csv"
date_order = "dmy"
[cases]
unit = "victim"
id = ["Juzgado", "N° de caso"]
procedure = "bolivia"
cutoff = 2018-04-30
sampling = { frame = "registered", cluster = "Juzgado" }
[dates]
complaint = "Fecha de denuncia"
charged = { column = "Fecha de imputación", notified = "Fecha de notificación" }
[outcome]
column = "Forma de conclusión"
[outcome.labels]
"Rechazo de denuncia" = "rejected"
[attributes]
age_at_fact = { column = "Edad", bands = [0, 6, 12, 18] }
[missing]
"S/D" = "not_available"
"""

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0"><extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
{traces}</log>
"""
TRACE = """<trace><string key="concept:name" value="A-12{n}"/>
<event><string key="concept:name" value="Denuncia"/><date key="time:timestamp" value="2018-01-{n}T10:00:00Z"/></event>
<event><string key="concept:name" value="Rechazo"/><date key="time:timestamp" value="2018-03-{n}T10:00:00Z"/></event>
</trace>"""


# ------------------------------------------------------------------------------------------------------ mutations


def flip(raw: bytearray, draw: random.Random) -> None:
    for _ in range(draw.choice((1, 4, 32))):
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)


def overwrite(raw: bytearray, draw: random.Random) -> None:
    place, length = draw.randrange(len(raw)), draw.choice((1, 4, 200))
    raw[place : place + length] = draw.randbytes(min(length, len(raw) - place))


def extreme(raw: bytearray, draw: random.Random) -> None:
    """Put a number where a length, an offset or a count may stand."""
    value = draw.choice((0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
    place = draw.randrange(max(1, min(len(raw) - 4, draw.choice((200, 2000, len(raw))))))
    raw[place : place + 4] = struct.pack(draw.choice("<>") + "I", value)


def cut(raw: bytearray, draw: random.Random) -> None:
    del raw[draw.randrange(len(raw)) :]


def drop(raw: bytearray, draw: random.Random) -> None:
    place = draw.randrange(len(raw))
    del raw[place : place + draw.choice((1, 7, 300))]


def double(raw: bytearray, draw: random.Random) -> None:
    place, length = draw.randrange(len(raw)), draw.choice((1, 16, 500))
    raw[place:place] = raw[place : place + length] * draw.choice((1, 3, 50))


def blank(raw: bytearray, draw: random.Random) -> None:
    place, length = draw.randrange(len(raw)), draw.choice((4, 64, 1000))
    raw[place : place + length] = bytes(min(length, len(raw) - place))


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip,
    flip,
    overwrite,
    extreme,
    extreme,
    cut,
    drop,
    double,
    blank,
)


def mutated(raw: bytes, draw: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(draw.choice((1, 1, 2))):
        if changed:
            draw.choice(MUTATIONS)(changed, draw)
    return bytes(changed)


def mutated_inside(raw: bytes, draw: random.Random, folder: Path) -> bytes:
    """Change one file of an archive and pack it soundly again, so that the parser meets the change."""
    packed = folder / "inside.zip"
    packed.write_bytes(raw)
    with zipfile.ZipFile(packed) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    name = draw.choice([one for one in held if one.endswith(".xml") and held[one]])
    held[name] = mutated(held[name], draw)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in held.items():
            archive.writestr(one, content)
    return packed.read_bytes()


# --------------------------------------------------------------------------------------------------------- reading


def outcome_of(path: Path, read: Callable[[Path], Any]) -> tuple[Any, float]:
    """Read a file; return what came of it (None when it was refused in words) and the seconds that took."""
    begun = time.perf_counter()
    try:
        found = read(path)
    except JusticeMetricsError as error:
        found, refusal = None, error
    else:
        refusal = None
    seconds = time.perf_counter() - begun
    if refusal is not None:
        said = refusal.text() + refusal.text("es")
        assert refusal.remedy is not None, said
        assert not [one for one in SECRETS if one in said], "a message quotes a cell"
    return found, seconds


def proved(kind: str, n: int, folder: Path, original: bytes, *, inside: bool = False, sums: bool = False) -> None:
    """Read ``n`` damaged copies; with ``sums``, what is read must be what the sound file holds."""
    path = folder / f"casos{kind}"
    read: Callable[[Path], Any] = jm.read_mapping if kind == ".toml" else read_text_table
    path.write_bytes(original)
    whole = read(path)
    came: Counter[str] = Counter()
    slowest = 0.0
    for seed in range(n):
        draw = random.Random(f"{kind}{inside}{seed}")
        path.write_bytes(mutated_inside(original, draw, folder) if inside else mutated(original, draw))
        found, seconds = outcome_of(path, read)
        slowest = max(slowest, seconds)
        came["refused" if found is None else "read"] += 1
        if isinstance(found, TextTable):
            assert found.table.num_rows == found.n_rows
            assert found.n_rows > 0
            if sums:
                assert found.table.equals(whole.table), f"copy {seed} was read wrongly"
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    sys.stdout.write(
        f"\n{kind}{' (inside)' if inside else ''}: {n} damaged copies, {came['read']} read, {came['refused']} refused; "
        f"slowest {slowest:.1f} s; largest child {of_children >> 20} MiB, this process {mine >> 20} MiB"
    )
    assert slowest < MOST_SECONDS
    assert of_children <= MOST_MEMORY
    assert mine <= MOST_MEMORY
    assert came["refused"] > 0


def sound(kind: str, folder: Path) -> bytes:
    rows = [tuple(row) for _ in range(8) for row in ROWS]
    if kind == ".csv":
        return lines(rows=rows).encode()
    if kind == ".toml":
        return MAPPING.encode()
    if kind == ".xes":
        return LOG.format(traces="".join(TRACE.format(n=n) for n in range(10, 28))).encode()
    if kind == ".xlsx":
        xlsx(folder, {"Casos": table(rows)})
    elif kind == ".xls":
        xls(folder)
    elif kind == ".ods":
        ods(folder)
    else:
        statistics(folder, kind)
    return (folder / f"casos{kind}").read_bytes()


@pytest.mark.parametrize(
    ("kind", "n", "inside", "sums"),
    [
        (".sav", 400, False, False),
        (".dta", 400, False, False),
        (".xlsx", 150, False, True),
        (".xlsx", 200, True, False),
        (".csv", 250, False, False),
        (".toml", 200, False, False),
        (".xls", 150, False, False),
        (".ods", 50, False, True),
        (".ods", 50, True, False),
        (".xes", 150, False, False),
    ],
)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, kind: str, n: int, inside: bool, sums: bool) -> None:
    proved(kind, n, tmp_path, sound(kind, tmp_path), inside=inside, sums=sums)


# ----------------------------------------------------------------------------------------------------------- bombs


def packed(folder: Path, content: bytes, *, copies: int = 1) -> Path:
    """Return a workbook with further entries that hold ``content``."""
    path = folder / xlsx(folder, {"Casos": table()})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(copies):
            archive.writestr(f"xl/media/{number}.bin", content)
    return path


def lying(folder: Path) -> Path:
    """Half a gigabyte that declares itself as a thousand bytes."""
    path = packed(folder, bytes(512 << 20))
    raw = bytearray(path.read_bytes())
    name = b"xl/media/0.bin"
    for mark, offset, found in ((b"PK\x01\x02", 24, raw.rfind(name)), (b"PK\x03\x04", 22, raw.find(name))):
        entry = raw.rfind(mark, 0, found)
        raw[entry + offset : entry + offset + 4] = struct.pack("<I", 1000)
    path.write_bytes(bytes(raw))
    return path


def many(folder: Path) -> Path:
    path = folder / "casos.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"xl/{number}"), b"")
    return path


def far_away(folder: Path) -> Path:
    """A cell in the last corner of the sheet: seventeen thousand million cells lie between it and the table."""
    path = folder / "casos.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Casos")
        page.write_row(0, 0, ["a", "b"])
        page.write_row(1, 0, [1, 2])
        page.write(1_048_575, 16_383, "x")
    return path


def repeated(folder: Path) -> Path:
    """An open document that says of one row that it stands a million times, of its cell that it stands ten thousand."""
    ods(folder)
    path = folder / "casos.ods"
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    row = b'<table:table-row table:number-rows-repeated="1000000">'
    cell = b'<table:table-cell office:value-type="string" table:number-columns-repeated="10000">'
    many_rows = row + cell + b"<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    held["content.xml"] = held["content.xml"].replace(b"</table:table>", many_rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("made", "seconds"),
    [
        (lambda folder: packed(folder, bytes(600 << 20)), 2.0),
        (lambda folder: packed(folder, bytes(20 << 20), copies=60), 2.0),
        (lying, 2.0),
        (many, 2.0),
        (far_away, 10.0),
        (repeated, 10.0),
    ],
    ids=["one large entry", "many entries", "an entry that lies", "a long directory", "a cell far away", "repetition"],
)
def test_a_bomb_is_refused_in_no_time(tmp_path: Path, made: Callable[[Path], Path], seconds: float) -> None:
    path = made(tmp_path)
    found, took = outcome_of(path, read_text_table)
    sys.stdout.write(f"\n{path.stat().st_size >> 10} KiB, refused after {took:.2f} s")
    assert found is None
    assert took < seconds
