"""Keyed pseudonyms, and the secrets that are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import MappingError, QuestionError, SettingsError
from justice_metrics.cases.linkage.pseudonym_file import write_pseudonymised
from justice_metrics.cases.linkage.pseudonyms import pseudonyms, read_secret

SECRET = "q7Zk2mW9xR4tV8bN1cY6uP3sD5fG0hJa"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "secret"
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_text(SECRET + "\n", encoding="ascii")
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


@pytest.mark.usefixtures("project")
def test_a_pseudonym_is_the_hmac_of_purpose_and_id(secret: Path) -> None:
    digest = hmac.new(SECRET.encode(), b"6:police:2017-00123", hashlib.sha256).digest()
    expected = base64.b32encode(digest).decode().lower()[:20]
    assert pseudonyms(["2017-00123"], secret=secret, purpose="police") == [expected]


@pytest.mark.usefixtures("project")
def test_one_id_one_pseudonym_another_purpose_another(secret: Path) -> None:
    one, again, other, missing = pseudonyms(["007", " 007 ", "7", None], secret=secret)
    assert one == again
    assert one != other
    assert missing is None
    assert pseudonyms(["007"], secret=secret, purpose="court") != [one]
    # ("ab", "c") and ("a", "bc") are not the same
    assert pseudonyms(["c"], secret=secret, purpose="ab") != pseudonyms(["bc"], secret=secret, purpose="a")


@given(ids=st.lists(st.text(max_size=20), max_size=20))
def test_different_ids_have_different_pseudonyms(ids: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSEUDONYM_SECRET", SECRET)
        made = pseudonyms(ids, secret="env:PSEUDONYM_SECRET")
    assert all(one is not None and len(one) == 20 for one in made)
    assert len(set(made)) <= len(set(ids))
    stripped = {one.strip() for one in ids}
    assert len(set(made)) >= len({one.casefold() for one in stripped})


def test_an_id_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYM_SECRET", SECRET)
    with pytest.raises(QuestionError, match="not a text"):
        pseudonyms([7], secret="env:PSEUDONYM_SECRET")  # type: ignore[list-item]


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "a" * 64,
        "abcd" * 16,
        "justice1" * 8,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "0123456789" * 5,
        "password password password password",
        SECRET[:31],
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(weak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYM_SECRET", weak)
    with pytest.raises(SettingsError, match="weak") as caught:
        pseudonyms(["x"], secret="env:PSEUDONYM_SECRET")
    assert weak not in str(caught.value)


def test_hexadecimal_digits_of_a_generator_are_strong_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [hashlib.sha256(str(one).encode()).hexdigest() for one in range(300)]
    for one in made:
        monkeypatch.setenv("PSEUDONYM_SECRET", one)
        assert read_secret("env:PSEUDONYM_SECRET") == one.encode()


@pytest.mark.usefixtures("project")
def test_a_secret_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PSEUDONYM_SECRET", raising=False)
    with pytest.raises(SettingsError, match="'PSEUDONYM_SECRET' is not set"):
        read_secret("env:PSEUDONYM_SECRET")
    with pytest.raises(SettingsError, match="cannot be read") as caught:
        read_secret(tmp_path / "nowhere")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.usefixtures("project")
def test_others_may_not_read_the_secret(secret: Path) -> None:
    secret.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_secret(secret)


def test_the_secret_may_not_lie_in_the_project(secret: Path, project: Path) -> None:
    inside = project / "deep" / "secret"
    inside.parent.mkdir()
    secret.rename(inside)
    with pytest.raises(SettingsError, match="in the project"):
        read_secret(inside)
    # Nor behind a link out of it, nor in a folder that is named as the project.
    link = project.parent / "link"
    link.symlink_to(inside)
    with pytest.raises(SettingsError, match="in the project"):
        read_secret(link)
    inside.rename(secret)
    assert read_secret(secret) == SECRET.encode()
    with pytest.raises(SettingsError, match="in the project"):
        read_secret(secret, project=secret.parent)


@pytest.mark.usefixtures("project")
def test_the_secret_may_not_be_under_version_control(secret: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(SettingsError, match="in the project"):
        read_secret(secret)


def test_a_copy_of_a_file_without_ids_and_names(secret: Path, project: Path) -> None:
    source = project / "cases.csv"
    source.write_text("CUD,Nombres,Delito\n17-01,Rosario,Estupro\n17-02,Elena,=1+1\n", encoding="utf-8")
    path = write_pseudonymised(source, project, column="CUD", secret=secret, purpose="police", drop="Nombres")
    assert path.name == "PERSONAL_DATA_pseudonyms_cases.csv"
    assert path.stat().st_mode & 0o077 == 0
    written = path.read_text(encoding="utf-8-sig")
    assert written.splitlines()[0] == "CUD,Delito"
    assert "Rosario" not in written
    assert "17-01" not in written
    assert pseudonyms(["17-01"], secret=secret, purpose="police")[0] in written
    assert "'=1+1" in written
    with pytest.raises(MappingError, match="'CUID'"):
        write_pseudonymised(source, project, column="CUID", secret=secret)
