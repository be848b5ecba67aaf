"""Checklists of practice: the shipped one, what holds a checklist together, and what a file may not say."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import QuestionError, SettingsError
from justice_metrics.base.language import Label
from justice_metrics.cases.checklist import Checklist, Domain, Item
from justice_metrics.cases.checklist_file import ChecklistFile, checklist_schema, read_checklist, shipped_checklists
from justice_metrics.cases.procedure_file import read_procedure

ITEM = Item(id="heard", domain="word", text=Label("heard"), label=Label("heard"), source="norm", certainty="seen")
WORD = Domain("word", Label("word"))


def made(*items: Item, domains: tuple[Domain, ...] = (WORD,)) -> Checklist:
    return Checklist(id="own", title=Label("own"), source="norm", domains=domains, items=items)


class TestShipped:
    checklist = read_checklist("child_sexual_assault")

    def test_it_is_found_by_its_id(self) -> None:
        assert shipped_checklists() == ("child_sexual_assault",)
        assert self.checklist.id == "child_sexual_assault"

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_every_word_is_there_in_both_languages(self, language: Any) -> None:
        said = [one.text.text(language) for one in self.checklist.items]
        said += [one.label.text(language) for one in (*self.checklist.items, *self.checklist.domains)]
        other = [one.text.text("en" if language == "es" else "es") for one in self.checklist.items]
        assert all(said)
        assert not set(said[: len(other)]) & set(other)

    def test_every_item_names_its_source_and_how_certain_it_is(self) -> None:
        assert all(len(one.source) > 10 for one in self.checklist.items)
        assert {one.certainty for one in self.checklist.items} == {"seen", "from_memory"}

    def test_days_count_from_a_stage_that_every_shipped_procedure_has(self) -> None:
        for name in ("bolivia", "guatemala", "common_law"):
            procedure = read_procedure(name)
            assert all(procedure.resolve(one.since) for one in self.checklist.items if one.kind == "days")

    def test_what_must_not_happen_is_met_by_no(self) -> None:
        against = {one.id for one in self.checklist.items if one.met == "no"}
        assert against == {"contact_with_accused", "conciliation_offered", "evidence_asked_of_victim"}


class TestChecklist:
    def test_items_stand_in_the_order_of_their_domains(self) -> None:
        other = Domain("care", Label("care"))
        checklist = made(ITEM, replace(ITEM, id="cared", domain="care"), domains=(other, WORD))
        assert checklist.ids == ("cared", "heard")
        assert [one.id for one in checklist.items_of("word")] == ["heard"]

    def test_an_item_is_found_by_its_id_or_not_at_all(self) -> None:
        assert made(ITEM).item("heard") is ITEM
        with pytest.raises(QuestionError, match=r"'herd' is not an item.*\nDid you mean 'heard'"):
            made(ITEM).item("herd")
        with pytest.raises(QuestionError, match=r"'words' is not a domain"):
            made(ITEM).items_of("words")

    @pytest.mark.parametrize(
        ("items", "message"),
        [
            ((ITEM, ITEM), "'heard' stands in the checklist twice"),
            ((replace(ITEM, domain="wrd"),), "domain 'wrd', which is not there"),
            ((replace(ITEM, applies_if={"seen": ("yes",)}),), "no other item answered with yes or no"),
            ((replace(ITEM, applies_if={"heard": ("yes",)}),), "no other item answered with yes or no"),
        ],
    )
    def test_what_does_not_hold_together_is_refused(self, items: tuple[Item, ...], message: str) -> None:
        with pytest.raises(SettingsError, match=message):
            made(*items)

    def test_conditions_do_not_follow_from_one_another(self) -> None:
        one = replace(ITEM, id="one", applies_if={"heard": ("yes",)})
        two = replace(ITEM, id="two", applies_if={"one": ("yes",)})
        with pytest.raises(SettingsError, match="which applies by another answer itself"):
            made(ITEM, one, two)


class TestFile:
    def data(self, **item: Any) -> dict[str, Any]:
        named: dict[str, Any] = {"id": "heard", "domain": "word", "text": {"en": "Heard"}, "source": "norm"}
        return {
            "checklist": {"id": "own", "title": {"en": "Own"}, "source": "norm"},
            "domain": [{"id": "word", "label": {"en": "word"}}],
            "item": [{**named, "certainty": "seen", **item}],
        }

    def text(self, tmp_path: Path, **item: Any) -> Path:
        entries = [f"{key} = {_toml(value)}" for key, value in self.data(**item)["item"][0].items()]
        head = '[checklist]\nid = "own"\ntitle = { en = "Own" }\nsource = "norm"\n'
        body = '[[domain]]\nid = "word"\nlabel = { en = "word" }\n[[item]]\n' + "\n".join(entries)
        path = tmp_path / "own.toml"
        path.write_text(head + body, encoding="utf-8")
        return path

    def test_a_file_of_ones_own_is_read_by_its_path(self, tmp_path: Path) -> None:
        found = read_checklist(self.text(tmp_path, kind="number", at_most=1))
        assert (found.item("heard").at_most, found.item("heard").label.text("es")) == (1, "Heard")

    @pytest.mark.parametrize(
        ("item", "message"),
        [
            ({"at_most": 2}, "belong to kind"),
            ({"kind": "number"}, "a number needs"),
            ({"kind": "number", "at_most": 1, "met": "yes"}, "'met' belongs to kind"),
            ({"kind": "days"}, "days need 'at_most'"),
            ({"kind": "number", "at_most": 1, "since": "charge"}, "'since' belongs to kind"),
            ({"kind": "number", "at_most": 1, "at_least": 2}, "'at_most' lies below 'at_least'"),
            ({"applies_to": {"language": "quechua"}}, "a condition is also told in words"),
            ({"applies": {"en": "some"}, "applies_if": {"other": "perhaps"}}, "yes or no"),
            ({"kind": "answr"}, "did you mean 'answer'"),
            ({"certainty": "sure"}, "allowed are"),
            ({"colour": "red"}, "not a known key"),
            ({"id": "a__b"}, "item.1.id"),
        ],
    )
    def test_what_a_file_may_not_say(self, tmp_path: Path, item: dict[str, Any], message: str) -> None:
        with pytest.raises(SettingsError, match=message):
            read_checklist(self.text(tmp_path, **item))

    def test_a_checklist_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="Did you mean 'child_sexual_assault'"):
            read_checklist("child_sexual_asault")
        with pytest.raises(SettingsError, match=r"There is no file 'none.toml'"):
            read_checklist(tmp_path / "none.toml")

    def test_the_name_of_the_file_stands_before_what_does_not_hold_together(self, tmp_path: Path) -> None:
        path = self.text(tmp_path, applies={"en": "some"}, applies_if={"other": "yes"})
        with pytest.raises(SettingsError, match=r"^own.toml: The item 'heard'"):
            read_checklist(path)

    def test_the_schema_knows_the_keys_of_the_shipped_file(self) -> None:
        schema = checklist_schema()
        text = files("justice_metrics.cases").joinpath("checklists", "child_sexual_assault.toml").read_text("utf-8")
        keys = {key for one in tomllib.loads(text)["item"] for key in one}
        assert keys <= set(schema["$defs"]["ItemEntry"]["properties"])
        assert ChecklistFile.model_validate(tomllib.loads(text))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value)
