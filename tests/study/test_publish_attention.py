"""A study of attention is published to its end; two surveys of the same people are not published together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import DisclosureError
from justice_metrics.study.publish import PublishedStudy, publish_study
from tests.study.test_publish import KEY, PASSPORT

MAPPING = """
[data]
file = "{file}"
language = "es"
[cases]
id = "id"
{cases}
procedure = "bolivia"
cutoff = 2018-12-31
[dates]
complaint = "day"
[attributes]
department = "department"
round = "round"
[practice]
checklist = "child_sexual_assault"
[practice.items]
child_friendly_space = "room"
rights_explained = "told"
"""
SURVEY = """
[survey]
file = "{file}"
id = "id"
round = "round"
[answers.agreement]
points = [{{ en = "1" }}, {{ en = "2" }}, {{ en = "3" }}, {{ en = "4" }}, {{ en = "5" }}]
[groups]
population = "population"
[scales.trust]
text = {{ en = "Trust" }}
[items.P01]
text = {{ en = "They are heard" }}
scale = "trust"
[items.P02]
text = {{ en = "They are believed" }}
scale = "trust"
"""
STUDY = """
[study]
title = "Attention"
mapping = "coded.toml"
policy = "policy.toml"
[output]
formats = ["html"]
[publish]
passport = "passport.toml"
secret = "env:JUSTICE_METRICS_TEST_KEY"
"""
ASKED = (
    'ask = "coder_agreement"\nmapping = "codings.toml"',
    'ask = "practice"',
    'ask = "practice"\nby = "department"',
    'ask = "practice_change"\nround = "round"',
    'ask = "perceptions"\nmapping = "survey.toml"',
    'ask = "perceptions"\nmapping = "survey.toml"\nby = "population"',
    'ask = "reliability"\nmapping = "survey.toml"',
    'ask = "perception_change"\nmapping = "survey.toml"',
)


def written(folder: Path, *questions: str) -> Path:
    files = [
        [f"F{n}", "2016-01-05", "North" if n % 3 else "South", str(2016 + n % 2), ("sí", "no", "")[n % 7 % 3],
         ("sí", "no")[n % 5 < 2], ("2.5", "4")[n % 2]]
        for n in range(180)
    ]  # fmt: skip
    head = "id,day,department,round,room,told,w"
    _table(folder / "coded.csv", head, files)
    again = [[*one, coder] for one in files for coder in ("A", "B")]
    for one in again[1::8]:
        one[5] = "no"
    _table(folder / "codings.csv", f"{head},coder", again)
    people = [
        [f"P{n}", str(2016 + n % 2), ("judge", "user")[n % 3 > 0], str(1 + n % 5), str(1 + (n + n // 7) % 5)]
        for n in range(240)
    ]
    for name, some in (("survey", people), ("fewer", people[2:])):
        _table(folder / f"{name}.csv", "id,round,population,P01,P02", some)
        (folder / f"{name}.toml").write_text(SURVEY.format(file=f"{name}.csv"), encoding="utf-8")
    for name, cases in (("coded", 'sampling = { weight = "w" }'), ("codings", 'coder = "coder"')):
        (folder / f"{name}.toml").write_text(MAPPING.format(file=f"{name}.csv", cases=cases), encoding="utf-8")
    (folder / "policy.toml").write_text("minimum = 10\n", encoding="utf-8")
    (folder / "passport.toml").write_text(PASSPORT, encoding="utf-8")
    asked = "".join(f"[[question]]\n{one}\n" for one in questions)
    (folder / "study.toml").write_text(STUDY.replace("[output]", f"{asked}[output]"), encoding="utf-8")
    return folder / "study.toml"


def _table(path: Path, head: str, rows: list[list[str]]) -> None:
    path.write_text("\n".join([head, *(",".join(one) for one in rows)]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def keyed() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUSTICE_METRICS_TEST_KEY", KEY)
        yield


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> PublishedStudy:
    return publish_study(written(tmp_path_factory.mktemp("attention"), *ASKED))


def test_all_questions_of_the_study_kit_are_published(done: PublishedStudy) -> None:
    made = json.loads((done.stored.folder / "results.json").read_text(encoding="utf-8"))
    asked = [one.split('"')[1] for one in ASKED]
    assert [one["question"] for one in made["results"]] == asked


def test_the_agreement_of_coders_is_told_without_its_counts(done: PublishedStudy) -> None:
    made = json.loads((done.stored.folder / "results.json").read_text(encoding="utf-8"))
    (row,) = (one for one in made["results"][0]["tables"]["main"]["rows"] if "rights_explained" in one["item"])
    assert row["estimate"] is not None
    assert "either" not in row


def test_two_surveys_of_the_same_people_are_not_published_together(tmp_path: Path) -> None:
    """The survey without two of its people: what they answered is the difference."""
    both = ('ask = "perceptions"\nmapping = "survey.toml"', 'ask = "perceptions"\nmapping = "fewer.toml"')
    with pytest.raises(DisclosureError, match="of the same people in common"):
        publish_study(written(tmp_path, *both))
