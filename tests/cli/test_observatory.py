"""justice-metrics observatory build, preview, diff: what a person meets, and what a scheduler is told."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from justice_metrics.cli import observatory
from justice_metrics.cli.options import Options
from justice_metrics.study.observatory import files
from justice_metrics.study.observatory.preview import LOOPBACK, preview_server
from tests.cli.conftest import Files, Run
from tests.study.observatory.conftest import Place, written
from tests.study.observatory.test_run import HIDDEN, dated, pages
from tests.study.test_publish import KEY, later

Asked = Callable[..., Result]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("JUSTICE_METRICS_TEST_KEY", KEY)
    monkeypatch.setattr(files, "site_files", pages)
    made = written(tmp_path / "here")
    made.write("[help]", HIDDEN)
    return made


@pytest.fixture
def asked() -> Asked:
    app = typer.Typer()
    observatory.add(app, Options("en"))

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, ["observatory", *words])

    return call


def test_a_quarter_and_the_next(asked: Asked, place: Place) -> None:
    settings = str(place.settings)
    first = asked("build", settings, "--language", "en")
    assert (first.exit_code, first.stderr) == (0, "")
    assert "The release of 30 Apr 2018 is built:" in first.stdout
    assert "numbers are hidden" in first.stdout
    again = asked("build", settings, "--language", "es")
    assert again.exit_code == observatory.NOTHING_NEW == 3
    Files(place.folder).write_data(later(3))
    refused = asked("build", settings, "--language", "en")
    assert refused.exit_code == 1
    assert "There is a release of 30 Apr 2018 already" in refused.stderr
    dated(place, "2018-07-15")
    second = asked("build", settings, "--json")
    told = json.loads(second.stdout)
    assert (second.exit_code, told["new"], told["published_on"]) == (0, True, "2018-07-15")
    quiet = asked("build", settings, "--quiet")
    assert (quiet.exit_code, quiet.stdout.strip()) == (3, str(place.site / "index.html"))
    out = place.folder / "revisions.csv"
    found = asked(
        "diff", str(place.site / "releases" / "2018-04-30"), str(place.site), "--out", str(out), "--language", "en"
    )
    assert found.exit_code == 0
    assert "figures differ" in found.stdout
    assert "200.0" in found.stdout  # sixty cases became a hundred and eighty
    assert out.read_text(encoding="utf-8-sig").startswith("question,section,table,row,column,kind,before,now")
    record = json.loads(asked("diff", str(place.site), str(place.site), "--json").stdout)
    assert (record["changes"], record["added"]) == ([], 0)


@pytest.mark.parametrize(
    ("words", "code", "telling"),
    [
        (("build", "nowhere.toml"), 1, "There is no file 'nowhere.toml'"),
        (("build",), 2, "SETTINGS"),
        (("preview", "nowhere"), 1, "is no site"),
        (("diff", "nowhere", "nowhere"), 1, "is no release"),
        (("biuld",), 2, "biuld"),
    ],
)
def test_wrong_words(asked: Asked, words: tuple[str, ...], code: int, telling: str) -> None:
    answer = asked(*words)
    assert answer.exit_code == code
    assert telling in answer.stderr
    assert "Traceback" not in answer.output


class TestPreview:
    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[Any]:
        site = tmp_path / "site"
        (site / "data").mkdir(parents=True)
        (site / "index.html").write_text("<p>here</p>", encoding="utf-8")
        (tmp_path / "secret.txt").write_text("not for anybody", encoding="utf-8")
        with preview_server(site) as made:
            thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            yield made
            made.shutdown()
            thread.join()

    def get(self, server: Any, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{server.server_address[1]}{path}") as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, ""

    def test_it_serves_this_machine_and_this_folder_only(self, server: Any) -> None:
        assert server.server_address[0] == "127.0.0.1"
        assert self.get(server, "/") == (200, "<p>here</p>")
        assert self.get(server, "/data/")[0] == 404
        assert self.get(server, "/../secret.txt")[0] == 404
        assert self.get(server, "/%2e%2e/secret.txt")[0] == 404

    def test_a_port_that_is_taken(self, asked: Asked, server: Any, tmp_path: Path) -> None:
        answer = asked("preview", str(tmp_path / "site"), "--port", str(server.server_address[1]))
        assert answer.exit_code == 1
        assert "cannot be used" in answer.stderr


@pytest.mark.parametrize(("name", "key"), [("observatory", "sources"), ("help", "hotline")])
def test_schemas_for_an_editor(shell: Run, name: str, key: str) -> None:
    answer = shell("schema", name)
    assert answer.code == 0
    assert key in json.loads(answer.out)["properties"]
