"""The penalty of a Cox model as an option."""

from __future__ import annotations

from tests.cli.conftest import Files, Run

ASKED = ["--formula", "department", "--outcome", "conviction"]


def test_firth_and_ridge_are_asked_for_by_option(files: Files, shell: Run) -> None:
    plain, firth, ridge = (
        shell("regression", files.mapping, *ASKED, *more) for more in ([], ["--penalty", "firth"], ["--penalty", "5"])
    )
    assert [one.code for one in (plain, firth, ridge)] == [0, 0, 0]
    assert len({plain.out, firth.out, ridge.out}) == 3


def test_what_is_no_penalty_is_refused(files: Files, shell: Run) -> None:
    answer = shell("regression", files.mapping, *ASKED, "--penalty", "lasso")
    assert answer.code == 1
    assert "--penalty firth" in answer.err


def test_another_model_takes_none(files: Files, shell: Run) -> None:
    answer = shell("regression", files.mapping, *ASKED, "--model", "subdistribution", "--penalty", "1")
    assert answer.code == 1
    assert "Only a Cox model" in answer.err
