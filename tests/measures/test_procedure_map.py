"""A procedure as tables, sentences, Mermaid text and a drawing, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.measures.procedure_map import layers_of, procedure_map

SHIPPED = ("bolivia", "guatemala", "common_law")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "procedures.md"


@pytest.mark.parametrize("id", SHIPPED)
def test_tables_have_a_row_for_every_state_move_and_limit(id: str) -> None:
    procedure = read_procedure(id)
    shown = procedure_map(procedure)
    assert list(shown.tables) == ["main", "moves", "limits"]
    assert shown.to_frame()["state"].tolist() == list(procedure.ids)
    moves = shown.to_frame("moves")
    assert set(zip(moves["from_state"], moves["to_state"], strict=True)) == {
        (before, after) for before, afters in procedure.edges.items() for after in afters
    }
    assert shown.to_frame("limits")["amount"].tolist() == [one.amount for one in procedure.limits]


def test_it_takes_an_id_a_path_or_a_procedure(tmp_path: Path) -> None:
    path = tmp_path / "chile.toml"
    path.write_text(example_of_the_docs(), encoding="utf-8")
    assert procedure_map(path).procedure.id == "chile"
    assert procedure_map(str(path)).provenance.procedure == "chile"
    bolivia = read_procedure("bolivia")
    assert procedure_map(bolivia).procedure is bolivia
    assert procedure_map("bolivia").provenance.cutoff == bolivia.valid_from
    with pytest.raises(SettingsError, match="Did you mean 'guatemala'"):
        procedure_map("guatemal")


def test_limits_are_read_in_words() -> None:
    headings, rows = procedure_map("bolivia").tables["limits"].display("es")
    shown = next(row for row in rows if row[0].startswith("etapa preparatoria, desde"))
    assert len(headings) == len(shown) == 11
    assert shown[1] == "imputación formal"
    assert shown[3] == "acusación, sobreseimiento, salida alternativa, procedimiento abreviado"
    assert shown[4] == "6"
    assert shown[7] == "CPP 134; SC 1036/2002-R; SCP 1666/2012"
    (prescribed,) = [row for row in rows if row[6] == "pena máxima de 6 años o más"]
    assert prescribed[1] == prescribed[3] == "–"
    assert prescribed[4] == "96"


def test_findings_of_bolivia() -> None:
    said = [one.text("en") for one in procedure_map("bolivia").findings()]
    assert said[0] == "The procedure has 10 stages and 13 ways of ending."
    assert said[1] == "It is in force from 30 Oct 2014."
    assert said[2] == (
        "The road of a case: complaint → formal charge → accusation → preparation of the trial → oral trial → "
        "verdict → final verdict."
    )
    assert said[3] == "A case can be reopened after: rejected, dismissed, archived."
    assert said[4] == "A verdict can be annulled and the trial held again, after: restricted appeal."
    assert said[5] == "A case and its clocks stand still in: default (accused absent)."
    limits = read_procedure("bolivia").limits
    measurable = sum(bool(one.from_states and one.to) for one in limits)
    assert said[6].startswith(f"{len(limits)} legal time limits; {measurable} can be measured")


def test_an_old_law_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "chile.toml"
    text = example_of_the_docs().replace("valid_from = 2005-06-16", "valid_from = 2005-06-16\nvalid_to = 2010-01-31")
    path.write_text(text, encoding="utf-8")
    assert "It was in force from 16 Jun 2005 to 31 Jan 2010." in procedure_map(path).summary()


def test_a_reader_is_told_which_limits_await_verification() -> None:
    (note,) = procedure_map("bolivia").notes
    remembered = sum(one.certainty == "from_memory" for one in read_procedure("bolivia").limits)
    assert note.text().startswith(f"{remembered} limits were written from memory")
    assert procedure_map("common_law").notes == ()


def test_a_summary_speaks_of_no_cases() -> None:
    said = procedure_map("common_law").summary("en")
    assert "Source: Pattern of stages" in said
    assert "cut-off" not in said
    assert "units" not in said


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("language", ["en", "es"])
def test_mermaid_holds_every_state_and_every_move(id: str, language: str) -> None:
    procedure = read_procedure(id)
    text = procedure_map(procedure).mermaid(language)
    assert text.startswith("flowchart TD\n")
    nodes = dict(re.findall(r'^    s_(\w+)[(\[{/]+"(.*)"', text, flags=re.MULTILINE))
    assert nodes == {one.id: one.label.text(language) for one in procedure.states}
    arrows = re.findall(r"^    s_(\w+) --> s_(\w+)$", text, flags=re.MULTILINE)
    assert set(arrows) == {(before, after) for before, afters in procedure.edges.items() for after in afters}


def test_mermaid_survives_quotation_marks(tmp_path: Path) -> None:
    path = tmp_path / "chile.toml"
    text = example_of_the_docs().replace('en = "formal charge"', "en = 'the \"charge\"'")
    path.write_text(text, encoding="utf-8")
    assert 's_formalised["the #quot;charge#quot;"]' in procedure_map(path).mermaid()


@pytest.mark.parametrize("id", SHIPPED)
def test_layers_go_down_the_road_and_never_leave_a_state_out(id: str) -> None:
    procedure = read_procedure(id)
    layers = layers_of(procedure)
    assert set(layers) == set(procedure.ids)
    assert layers[procedure.start] == 0
    steps = [layers[one.id] for one in procedure.funnel if one.id in layers]
    assert steps == sorted(set(steps))
    assert all(layers[one] > 0 for one in procedure.ids if one != procedure.start)


def test_an_ending_stands_below_the_first_state_that_leads_to_it() -> None:
    layers = layers_of(read_procedure("bolivia"))
    assert layers["complaint"] < layers["rejected"] < layers["preliminary"]
    assert layers["charged"] < layers["dismissed"] < layers["accusation"]
    assert layers["trial"] < layers["default"] < layers["convicted"] < layers["appeal"]


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_drawing_holds_the_words_of_every_state(id: str, language: str) -> None:
    shown = procedure_map(id)
    axes = shown.plot(language=language)
    # words are broken into lines, at a hyphen too
    drawn = {re.sub(r"\s", "", text.get_text()) for text in axes.texts}
    assert {re.sub(r"\s", "", one.label.text(language)) for one in shown.procedure.states} <= drawn


def test_the_example_of_the_docs_is_a_whole_valid_file(tmp_path: Path) -> None:
    path = tmp_path / "chile.toml"
    path.write_text(example_of_the_docs(), encoding="utf-8")
    chile = read_procedure(path)
    said = re.search(r"\[step\.id for step in chile\.funnel\]\n# (.*)\n", DOCS.read_text(encoding="utf-8"))
    assert said is not None
    assert str([step.id for step in chile.funnel]) == said[1]
    assert chile.endpoint("conviction") == ("convicted",)


def test_the_code_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chile.toml").write_text(example_of_the_docs(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, DOCS.name, "exec"), names)
    assert (tmp_path / "procedure.schema.json").stat().st_size > 1000


def example_of_the_docs() -> str:
    found = re.search(r"<!-- example: chile\.toml -->\n```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]
