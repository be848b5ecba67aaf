"""Whatever a file holds: the proposal is valid TOML, and shows no cell that could speak of a person."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.conversions.labels import FEWEST_TO_SHOW
from justice_metrics.cases.conversions.text import normalise
from justice_metrics.cases.counts.mapping import CountMapping
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.proposals.propose import propose_mapping

TODAY = dt.date(2026, 1, 1)
HEADERS = (
    *("N° de caso", "Fecha de denuncia", "Estado del caso", "Víctima sigue en el proceso", "Delito", "Edad", "Mes"),
    *("Tipo de actor", "Año", "Juzgado", "Desde", "Resultado", "event", "date", "", 'a "b"', "[x]", "Ingresadas"),
)
# Made of two parts so that no name of a column and no word of the library holds one.
SECRETS = st.integers(0, 40).map(lambda n: f"Zqx{n}w Kvjh{n}")
CELLS = st.one_of(
    SECRETS,
    st.dates(dt.date(2010, 1, 1), dt.date(2019, 1, 1)).map(dt.date.isoformat),
    st.integers(0, 3000).map(str),
    st.sampled_from(["", "si", "no", "S/D", "Rechazo", "Sentencia condenatoria", "*", "mar 2019", "01/02/2018"]),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(st.lists(st.sampled_from(HEADERS), min_size=2, max_size=7, unique=True))
    columns = []
    n = draw(st.integers(1, 40))
    for _ in header:
        few = draw(st.lists(CELLS, min_size=1, max_size=6))
        columns.append(draw(st.lists(st.sampled_from(few), min_size=n, max_size=n)))
    return header, [list(row) for row in zip(*columns, strict=True)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_valid_and_silent(table: tuple[list[str], list[list[str]]]) -> None:
    header, rows = table
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        with path.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, delimiter=";").writerows([header, *rows])
        try:
            made = propose_mapping(path, today=TODAY)
        except ReadError:  # nothing in it, or a header that could be data
            return
    text = made.toml("en")
    settings_read = tomllib.loads(text)
    model = CountMapping if made.kind == "counts" else CaseMapping
    if "cutoff" in settings_read.get("cases", settings_read):
        model.from_dict(settings_read)
    held = [normalise(cell) for row in rows for cell in row]
    shown = normalise(" ".join([text, repr(made), *(cell for row in made.rows() for cell in row)]))
    for secret in {one for one in held if one.startswith("zqx")}:
        assert secret not in shown or max(held.count(secret), 0) >= FEWEST_TO_SHOW


@pytest.mark.parametrize("cells", [["", "", ""], ["S/D", "S/D", "S/D"]])
def test_nothing_but_missing(cells: list[str], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [f"{n};{cell};{cell}" for n, cell in enumerate(cells)]
    path.write_text("\n".join(["Expediente;Fecha de denuncia;Resultado", *rows]), encoding="utf-8")
    text = propose_mapping(path, today=TODAY).toml("en")
    assert "CHECK: the column is blank" in text
    tomllib.loads(text)


def test_one_row(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Expediente;Fecha de denuncia;Resultado\nE1;2018-01-31;Ana Quispe se retractó\n", encoding="utf-8")
    made = propose_mapping(path, today=TODAY)
    assert "Quispe" not in made.toml("en") + repr(made)


@pytest.mark.parametrize("content", ["", "Expediente;Fecha de denuncia\n"])
def test_no_row(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReadError):
        propose_mapping(path)
