"""From registers to keys, and the linkage file that says which column is what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError, ReadError, SettingsError
from justice_metrics.cases.linkage.plan import read_plan
from justice_metrics.cases.linkage.prepare import KEYS, NO_DAY, prepare
from tests.register_cases import COURT, NAMES, POLICE, plan, table


def test_keys_of_two_registers() -> None:
    police, court = prepare(plan(), {"police": table(POLICE), "court": table(COURT)})
    assert tuple(police.keys.column_names) == KEYS
    assert police.n == 4
    assert police.keys.column("given").to_pylist() == ["maria", "maria", "rosario", "juana"]
    assert court.keys.column("surnames_set").to_pylist()[:2] == ["mamani quispe", "mamani quispe"]
    assert police.keys.column("birth").to_pylist() == ["2004-05-03", "2004-05-03", None, None]
    assert police.keys.column("birth_year").to_pylist() == [2004, 2004, 2001, None]
    assert police.one_surname.tolist() == [False, False, True, False]
    assert police.coarse_birth.tolist() == [False, False, True, True]
    assert court.days[2] == NO_DAY


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_frames_of_each_library_give_the_same_keys(library: Any) -> None:
    rows = table(POLICE).to_pydict()
    found, _ = prepare(plan(), {"police": library(rows), "court": table(COURT)})
    assert found.keys.equals(prepare(plan(), {"police": table(POLICE), "court": table(COURT)})[0].keys)


def test_typed_dates_of_a_frame() -> None:
    frame = table(POLICE).to_pandas()
    frame["born"] = pd.to_datetime(frame["born"])
    found, _ = prepare(plan(), {"police": frame, "court": table(COURT)})
    assert found.keys.column("birth").to_pylist() == ["2004-05-03", "2004-05-03", None, None]


def test_files_beside_the_linkage_file(tmp_path: Path) -> None:
    table(POLICE).to_pandas().to_csv(tmp_path / "police.csv", index=False)
    pq.write_table(table(COURT), tmp_path / "court.parquet")
    part = 'id = "id"\ngiven_names = "given"\nsurnames = "first"\n'
    (tmp_path / "linkage.toml").write_text(
        f'[[registers]]\nname = "police"\nfile = "police.csv"\n{part}'
        f'[[registers]]\nname = "court"\nfile = "court.parquet"\n{part}',
        encoding="utf-8",
    )
    police, court = prepare(read_plan(tmp_path / "linkage.toml"))
    assert (police.n, court.n) == (4, 4)
    assert np.all(police.days == NO_DAY)


def test_it_prints_no_name() -> None:
    found = prepare(plan(), {"police": table(POLICE), "court": table(COURT)})
    assert not any(name.lower() in repr(found).lower() for name in NAMES)


def test_codes_for_missing_are_no_names() -> None:
    coded = read_plan({**plan().model_dump(), "missing": {"S/D": "not_available"}})
    rows = [("P1", "María", "Quispe", "s/d", "S/D", "2016-01-10"), *POLICE[1:]]
    found, _ = prepare(coded, {"police": table(rows), "court": table(COURT)})
    assert found.keys.column("surname_2").to_pylist()[0] is None
    assert found.keys.column("birth_year").to_pylist()[0] is None


@pytest.mark.parametrize(
    ("cells", "labels", "sexes"),
    [
        ("M H M h", {}, "fmfm"),  # mujer, hombre
        ("M F M f", {}, "mfmf"),
        ("M. Mujer Masculino F", {}, "mfmf"),
        ("M Hombre M Varón", {}, "-m-m"),
        ("M M M M", {}, "----"),
        ("M F H F", {}, "-fmf"),
        ("1 2 1 9", {"1": "m", "2": "f"}, "mfm-"),
        ("M H M F", {"M": "f"}, "fmff"),
    ],
)
def test_m_is_a_man_beside_f_and_a_woman_beside_h(cells: str, labels: dict[str, str], sexes: str) -> None:
    described = plan().model_dump()
    described["registers"][0].update(sex="sex", sex_labels=labels)
    police = table(POLICE).append_column("sex", pa.array(cells.split()))
    found, _ = prepare(read_plan(described), {"police": police, "court": table(COURT)})
    assert [one or "-" for one in found.keys.column("sex").to_pylist()] == list(sexes)
    told = [note.text() for note in found.notes if "neither woman nor man" in note.text()]
    assert [one.split()[0] for one in told] == ([str(sexes.count("-"))] if "-" in sexes else [])


@pytest.mark.parametrize(("which", "words"), [("blank", "1 records have no id"), ("twice", "1 repeat")])
def test_ids_must_be_there_and_differ(which: str, words: str) -> None:
    first = (None if which == "blank" else "P2", *POLICE[0][1:])
    with pytest.raises(CaseDataError, match=words) as caught:
        prepare(plan(), {"police": table([first, *POLICE[1:]]), "court": table(COURT)})
    assert not any(name in str(caught.value) for name in (*NAMES, "P2"))


@pytest.mark.parametrize("rows", [[], [("P1", None, None, None, None, None), ("P2", "Rosa", "N.N.", None, None, None)]])
def test_a_register_without_a_name_is_refused(rows: list[Any]) -> None:
    with pytest.raises(CaseDataError, match="No record of the register 'police'"):
        prepare(plan(), {"police": table(rows), "court": table(COURT)})


def test_a_missing_column_is_named_with_the_nearest() -> None:
    with pytest.raises(MappingError, match=r"(?s)'second'.*police\.second_surname"):
        prepare(plan(), {"police": table(POLICE).drop_columns(["second"]), "court": table(COURT)})


def test_a_frame_of_no_register_is_refused() -> None:
    with pytest.raises(QuestionError, match=r"(?s)'polices'.*Did you mean 'police'"):
        prepare(plan(), {"polices": table(POLICE)})


def test_a_register_without_file_or_frame_is_refused() -> None:
    with pytest.raises(ReadError, match="has no file"):
        prepare(plan(), {"police": table(POLICE)})


REGISTER = {"name": "a", "id": "id", "given_names": "given", "surnames": "first"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"surnames": None}, "surnames"),
        ({"first_surname": "x"}, "either 'surnames'"),
        ({"second_surname": "x"}, "needs 'first_surname'"),
        ({"age": "Edad"}, "'age' needs 'date'"),
        ({"sex_labels": {"1": "f"}}, "'sex_labels' needs 'sex'"),
        ({"name": "Police!"}, "name"),
        ({"given_name": "x"}, "did you mean 'given_names'"),
    ],
)
def test_what_a_linkage_file_may_not_say(change: dict[str, Any], words: str) -> None:
    part = {key: value for key, value in {**REGISTER, **change}.items() if value is not None}
    with pytest.raises(SettingsError, match=words):
        read_plan({"registers": [part, {**REGISTER, "name": "b"}]})


def test_registers_need_names_of_their_own_and_company() -> None:
    with pytest.raises(SettingsError, match="same name"):
        read_plan({"registers": [REGISTER, REGISTER]})
    with pytest.raises(SettingsError):
        read_plan({"registers": [REGISTER]})


def test_ages_as_people_write_them() -> None:
    described = plan().model_dump()
    described["registers"][0].update(birth_date=None, age="age")
    police = table(POLICE).append_column("age", pa.array(["12", "12.0", "12 años", "8 meses"]))
    found, _ = prepare(read_plan(described), {"police": police, "court": table(COURT)})
    assert found.keys.column("birth_year").to_pylist() == [2004, 2006, 2004, None]
    assert any("1 age of 'police' cannot be read as years" in note.text() for note in found.notes)
