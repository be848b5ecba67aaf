"""The published Mexican table of victims as a site: its own files say what was published, to the digit."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.disclosure.audit import audit
from justice_metrics.study.observatory.run import BuiltObservatory, run_observatory
from tests.real.test_sesnsp import FEMINICIDES
from tests.study.observatory.conftest import HELP
from tests.study.test_publish import KEY, PASSPORT

pytestmark = pytest.mark.needs_data

SHAPES = Path(__file__).parents[1] / "publish" / "site" / "mexico_states.geojson"
UNKNOWN = '{ "No especificado" = "not_recorded", "No identificado" = "not_recorded" }'
MAPPING = """
[data]
file = "{file}"
kind = "counts"
language = "es"

[counts]
unit = "victim"
period = {{ year = "n_year", month = "n_month" }}
repeated = "add"

[counts.keys]
state = "nombre_estado"
offence = "tipo_de_delito"
sex = {{ column = "genero", labels = {unknown} }}
age = {{ column = "rango_de_edad", labels = {unknown} }}

[counts.quantities]
victims = {{ column = "n_victimas", label = {{ en = "victims", es = "víctimas" }} }}
"""
SETTINGS = """
[observatory]
title = { es = "Víctimas", en = "Victims" }
institution = "Example office"
policy = "policy.toml"
passport = "passport.toml"
secret = "env:JUSTICE_METRICS_TEST_KEY"

[sources]
counts = "mexico.toml"

[territory]
shapes = "mexico_states.geojson"
key = "state"

[filters]
by = ["offence", "state", "sex", "age"]
combine = [["offence", "state"], ["offence", "sex", "age"]]

[figures]
hide = ["people-age"]

[help]
file = "help.toml"
"""
POLICY = """
[already_public]
source = "Secretariado Ejecutivo"
reason = "published every month, number by number"
legal_basis = "transparency law"
"""


@pytest.fixture(scope="module")
def built(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> BuiltObservatory:
    folder = tmp_path_factory.mktemp("mexico")
    file = shared_data / "mexico_sesnsp" / "victims_state_month_sex_age.csv.bz2"
    written = {
        "mexico.toml": MAPPING.format(file=file.as_posix(), unknown=UNKNOWN),
        "observatory.toml": SETTINGS,
        "policy.toml": POLICY,
        "passport.toml": PASSPORT,
        "help.toml": HELP,
    }
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(SHAPES, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUSTICE_METRICS_TEST_KEY", KEY)
        return run_observatory(folder / "observatory.toml")


def record(built: BuiltObservatory, name: str) -> Any:
    return json.loads((built.folder / name).read_text(encoding="utf-8"))


def cube_rows(built: BuiltObservatory, period: str, by: list[str]) -> list[dict[str, Any]]:
    """The rows of a table of the cube, as a filter of the site reads them."""
    cube = record(built, "data/cube-victims.json")
    levels = {one["id"]: [level["id"] for level in one["levels"]] for one in cube["dimensions"]}
    (table,) = [one for one in cube["tables"] if (one["period"], one["by"]) == (period, by)]
    columns = zip(("period", *by), table["columns"], strict=True)
    read = {name: [levels[name][place] for place in places] for name, places in columns}
    return [dict(zip((*read, "n"), row, strict=True)) for row in zip(*read.values(), table["numbers"], strict=True)]


def test_feminicides_are_those_published(built: BuiltObservatory) -> None:
    tables = record(built, "release/results.json")["results"][0]["tables"]
    rows = [one for one in tables["year_by_offence"]["rows"] if one["offence"] == "Feminicidio"]
    assert [one["count"] for one in rows] == FEMINICIDES
    shown = cube_rows(built, "year", ["offence"])
    assert [one["n"] for one in shown if one["offence"] == "Feminicidio"] == FEMINICIDES
    by_state = cube_rows(built, "year", ["offence", "state"])
    of_2023 = [one["n"] for one in by_state if (one["offence"], one["period"]) == ("Feminicidio", "2023")]
    assert (len(of_2023), sum(of_2023)) == (32, 851)


def test_the_year_that_is_not_over_is_compared_with_its_months(built: BuiltObservatory) -> None:
    rows = record(built, "release/results.json")["results"][0]["tables"]["to_date_by_offence"]["rows"]
    last = [one for one in rows if one["offence"] == "Feminicidio"][-1]
    assert (last["period"], last["count"], last["before"], last["maturity"]) == ("2025", 338, 437, "provisional")
    assert "2025" in (built.folder / "index.html").read_text(encoding="utf-8")


def test_unknown_is_one_level_and_all_states_are_on_the_map(built: BuiltObservatory) -> None:
    assert {one["sex"] for one in cube_rows(built, "year", ["sex"])} == {"Hombre", "Mujer", "not_recorded"}
    assert len({one["state"] for one in cube_rows(built, "year", ["state"])}) == 32


def test_the_audit_finds_nothing(built: BuiltObservatory) -> None:
    assert built.new
    assert audit(built.folder).passed


def test_the_first_page_is_small(built: BuiltObservatory) -> None:
    """Everything that it loads by itself, packed as a web server packs it; downloads are links."""
    page = (built.folder / "index.html").read_text(encoding="utf-8")
    named = set(re.findall(r'(?:src|href|data-[a-z]+)="([^"#:]+\.(?:js|css|svg|png))"', page))
    loaded = named - set(re.findall(r'<a [^>]*href="([^"#]+)"', page))
    whole = [page.encode(), *((built.folder / one).read_bytes() for one in loaded)]
    assert sum(len(gzip.compress(one)) for one in whole) < 500_000
