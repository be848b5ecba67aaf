"""Tables as Stata files: read back by another reader, with every label."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.language import Label, tr
from justice_metrics.base.table import Column, Table
from justice_metrics.publish.labelled import stata_bytes
from tests.publish.answers import ESTIMATE, NUMERATOR, rates_table

TITLE = tr("Conviction rates by court")


def test_numbers_ids_and_labels_come_back(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed")
    path = tmp_path / "rates.dta"
    path.write_bytes(stata_bytes(rates_table(["First", "Second"]), title=TITLE, language="es"))
    read, about = pyreadstat.read_dta(str(path))
    assert read["court"].tolist() == ["First", "Second"]
    assert read["stage"].tolist() == [1.0, 2.0]
    assert about.variable_value_labels["stage"] == {1: "denuncia", 2: "juicio"}
    assert read["numerator"].tolist() == [0.0, 1.0]
    assert read["estimate"].isna().tolist() == [True, False]
    assert read["estimate"][1] == 1 / 101
    assert about.column_names_to_labels["denominator"] == tr("cases").text("es") != "cases"
    assert about.file_label.startswith("INTERNO: no publicar · ")


def test_a_hidden_number_is_missing_and_says_why() -> None:
    table = Table(
        (NUMERATOR, ESTIMATE),
        {"numerator": np.array([np.nan, 12.0]), "estimate": np.array([np.nan, 0.5])},
        statuses={"numerator": ("suppressed", ""), "estimate": ("suppressed", "")},
    )
    read = pd.read_stata(io.BytesIO(stata_bytes(table, title=TITLE, audience="public")))
    assert read["numerator"].isna().tolist() == [True, False]
    assert list(read["numerator__status"].astype(object).fillna("")) == ["hidden", ""]
    with pd.read_stata(io.BytesIO(stata_bytes(table, title=TITLE, audience="public")), iterator=True) as reader:
        assert reader.data_label.startswith("PUBLIC RELEASE")


def test_names_that_stata_does_not_take_and_days() -> None:
    columns = (
        Column("año de la denuncia en el registro", Label("x" * 200), "text", "stratum", "stratum"),
        Column("by", Label("day"), "text", "key", "key"),
    )
    values = {columns[0].name: np.array(["2018", None], dtype=object), "by": np.array(["2018-04-30", "NaT"], "M8[D]")}
    data = stata_bytes(Table(columns, values), title=TITLE)
    read = pd.read_stata(io.BytesIO(data))
    first, second = read.columns
    assert len(first) <= 32
    assert first.isascii()
    assert second == "c_by"
    assert read[second][0] == pd.Timestamp("2018-04-30")
    assert pd.isna(read[second][1])
    assert read[first].tolist() == ["2018", ""]
    assert data == stata_bytes(Table(columns, values), title=TITLE)


def test_a_table_without_rows() -> None:
    read = pd.read_stata(io.BytesIO(stata_bytes(rates_table([]), title=TITLE)))
    assert len(read) == 0
    assert "estimate" in read


def test_the_same_words_for_two_ids_stay_apart() -> None:
    stage = Column("stage", tr("stage"), "text", "key", "key")
    labels = {"stage": {"a": Label("same"), "b": Label("same")}}
    table = Table((stage,), {"stage": np.array(["b", "a", "unknown"], dtype=object)}, labels=labels)
    read = pd.read_stata(io.BytesIO(stata_bytes(table, title=TITLE)), convert_categoricals=False)
    assert read["stage"].tolist() == [1, 2, 3]
