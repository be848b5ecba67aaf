"""Keyed pseudonyms, and the secrets that are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import OutputError, QuestionError, ReadError, SettingsError
from justice_metrics.cases.linkage.pseudonym_file import left_in, write_pseudonymised
from justice_metrics.cases.linkage.pseudonyms import pseudonyms, read_secret

SECRET = "8f3b0c61d97e24a5f01c7d3e6b92a84850de17f6c3ab94271e6d0f58b3c92a7d"


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
    stripped = [one.strip() for one in ids]
    assert all((one is None) == (text == "") for one, text in zip(made, stripped, strict=True))
    assert all(len(one) == 20 for one in made if one is not None)
    assert len(set(made)) <= len(set(ids))
    assert len(set(made)) >= len({one.casefold() for one in stripped})


def test_an_id_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYM_SECRET", SECRET)
    with pytest.raises(QuestionError, match="not a text"):
        pseudonyms([7], secret="env:PSEUDONYM_SECRET")  # type: ignore[list-item]
    with pytest.raises(QuestionError, match="one text"):
        pseudonyms("2017-1", secret="env:PSEUDONYM_SECRET")
    with pytest.raises(QuestionError, match="purpose"):
        pseudonyms(["2017-1"], secret="env:PSEUDONYM_SECRET", purpose=None)  # type: ignore[arg-type]


def test_blank_ids_are_missing_and_not_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYM_SECRET", SECRET)
    assert pseudonyms(["", "  ", None], secret="env:PSEUDONYM_SECRET") == [None, None, None]
    assert pseudonyms([float("nan")], secret="env:PSEUDONYM_SECRET") == [None]  # type: ignore[list-item]


def test_a_purpose_is_the_same_on_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYM_SECRET", SECRET)
    composed, apart = "polic\u00eda", "polici\u0301a"
    made = [pseudonyms(["2017-1"], secret="env:PSEUDONYM_SECRET", purpose=one) for one in (composed, apart)]
    assert made[0] == made[1]


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
        SECRET[:62],
        SECRET[:44],
        SECRET[:32] * 2,
        SECRET[:26] * 3,
        "1234567890qwertyuiopasdfghjklzxcvbnm",
        "1234567890qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM",
        "the quick brown fox jumps over the lazy dog",
        "ministeriopublico2024ministeriopublico2024",
        "MinisterioPublicoDelEstadoPlurinacionalDeBolivia2024",
        "PASSWORDpassword12345PASSWORDpassword12345X",
        "31415926535897932384626433832795028841971693993751058209749445923078",
        "contraseña de la fiscalía, muy larga y muy difícil de adivinar",
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(weak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYM_SECRET", weak)
    with pytest.raises(SettingsError, match="weak") as caught:
        pseudonyms(["x"], secret="env:PSEUDONYM_SECRET")
    assert weak not in str(caught.value)


def test_what_a_generator_writes_is_strong_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    random = [hashlib.sha256(str(one).encode()) for one in range(300)]
    made = [one.hexdigest() for one in random] + [one.hexdigest().upper() for one in random]
    made += [base64.b64encode(one.digest()).decode() for one in random]
    made += [base64.urlsafe_b64encode(one.digest()).decode().rstrip("=") for one in random]
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


def test_the_secret_may_not_lie_with_the_data(secret: Path, project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "study"
    (elsewhere / "data").mkdir(parents=True)
    (elsewhere / "out").mkdir()
    source = elsewhere / "data" / "cases.csv"
    source.write_text("CUD,Delito\n17-01,A\n17-02,B\n", encoding="utf-8")

    def write(folder: Path) -> Path:
        return write_pseudonymised(source, folder, column="CUD", secret=secret)

    # beside the file, below it, and in a folder that holds the data; beside the copy
    for place in (elsewhere / "data", elsewhere / "data" / "keys", elsewhere, elsewhere / "out"):
        place.mkdir(exist_ok=True)
        secret = secret.rename(place / "secret")
        with pytest.raises(SettingsError, match="in the project"):
            write(elsewhere / "out")
    assert not list((elsewhere / "out").glob("*.csv"))
    secret = secret.rename(tmp_path / "keys" / "secret")
    assert write(project).exists()


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
    assert str(pseudonyms(["17-01"], secret=secret, purpose="police")[0]) in written
    assert "'=1+1" in written
    path.unlink()
    with pytest.raises(ReadError, match=r"(?s)'cases.csv' has no column 'CUID'.*Did you mean 'CUD'"):
        write_pseudonymised(source, project, column="CUID", secret=secret)


def test_every_file_has_a_copy_of_its_own(secret: Path, project: Path) -> None:
    sources = [project / "casos.2016.csv", project / "casos.2017.csv", project / "casos.tsv"]
    for one in sources:
        one.write_text(f"CUD\tA\n{one.name}-1\tx\n{one.name}-2\ty\n", encoding="utf-8")
    written = {write_pseudonymised(one, project, column="CUD", secret=secret).name for one in sources}
    assert written == {f"PERSONAL_DATA_pseudonyms_casos.{one}.csv" for one in ("2016", "2017", "tsv")}
    # nor is a copy replaced without a word
    before = (project / "PERSONAL_DATA_pseudonyms_casos.2016.csv").read_bytes()
    with pytest.raises(OutputError, match="already"):
        write_pseudonymised(sources[0], project, column="CUD", secret=secret)
    assert (project / "PERSONAL_DATA_pseudonyms_casos.2016.csv").read_bytes() == before


def test_the_order_of_a_copy_does_not_tell_who_is_who(secret: Path, project: Path) -> None:
    source = project / "cases.csv"
    ids = [f"17-{one:02d}" for one in range(30)]
    source.write_text("Delito,CUD\n" + "".join(f"D{one},{one}\n" for one in ids), encoding="utf-8")
    path = write_pseudonymised(source, project, column="CUD", secret=secret)
    rows = [line.split(",") for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]]
    made = [row[1] for row in rows]
    assert made == sorted(made)
    expected = dict(zip(pseudonyms(ids, secret=secret), [f"D{one}" for one in ids], strict=True))
    assert {row[1]: row[0] for row in rows} == expected
    assert made != pseudonyms(ids, secret=secret)


def test_columns_that_say_who_somebody_is_are_told(tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    copy.write_text(
        "Nombre del caso,Ap. Paterno,F_Nacimiento,Delito,Municipio,Fecha\nx,Rojas,y,z,u,v\n", encoding="utf-8-sig"
    )
    (note,) = left_in(copy, column="Nombre del caso")
    assert "2 columns" in note.text()
    assert "Ap. Paterno, F_Nacimiento" in note.text()
    assert "Rojas" not in note.text()
    copy.write_text("CUD,Delito,Municipio,Fecha de denuncia\n1,2,3,4\n", encoding="utf-8-sig")
    assert left_in(copy, column="CUD") == ()
