"""The auditor of a site: a clean one passes, and every place where a hidden number can turn up is found."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import justice_metrics as jm
from justice_metrics.disclosure.audit import audit
from justice_metrics.disclosure.audit.report import AuditReport
from justice_metrics.disclosure.audit.site.check import check_site, earlier_editions, is_site
from justice_metrics.publish.folder import write_folder
from justice_metrics.publish.site.build import build_observatory
from tests.disclosure.attacks.site_data import POLICY, in_full
from tests.disclosure.attacks.test_site_worlds import IN_2023, ORDER, world

NAME = "Marisol Quispe Fernández"  # frequent names drawn by chance
FEW = IN_2023["scarce"]
FIGURE = "demand-offence"
Change = Callable[[bytes], bytes]
DAY = "2024-06-30"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every file of a small site of one figure, its pictures too."""
    folder = tmp_path_factory.mktemp("made") / "site"
    release = jm.release(world(IN_2023), POLICY)
    build_observatory(release, folder, title="Made", institution="Nobody", languages=("en",), hide=ORDER)
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def without_manifest(files: dict[str, bytes]) -> dict[str, bytes]:
    return {one: data for one, data in files.items() if one != "manifest.json"}


def changed(files: dict[str, bytes], folder: Path, changes: Sequence[tuple[str, Change]]) -> AuditReport:
    """Write the site again with some files changed, and look through it."""
    made = without_manifest(files)
    for name, change in changes:
        new = change(made[name])
        assert new != made[name]
        made[name] = new
    return check_site(write_folder(made, folder / "site"), canaries=[NAME])


def kinds(report: AuditReport, name: str) -> set[str]:
    return {one.kind for one in report.findings if one.where == name}


def test_a_built_site_passes(files: dict[str, bytes], tmp_path: Path) -> None:
    made = without_manifest(files)
    folder = write_folder(made, tmp_path / "site")
    assert is_site(folder)
    report = audit(folder, canaries=[NAME])
    assert report.passed, [one.text() for one in report.findings]
    assert not report.notices, [one.text() for one in report.notices]
    assert report.files == len(files)
    assert report.hidden > 0


def in_cube(data: bytes) -> bytes:
    text = data.decode()
    start = text.index("{", text.index("]=")) if text.startswith("window") else 0
    cube = json.loads(text[start:].rstrip().rstrip(";"))
    table = next(one for one in cube["tables"] if one["statuses"] and one["period"] == "year")
    table["numbers"][int(next(iter(table["statuses"])))] = FEW
    return (text[:start] + json.dumps(cube) + (";\n" if start else "\n")).encode()


def in_chart(data: bytes) -> bytes:
    text = data.decode()
    start = text.index("]=") + 2
    spec = json.loads(text[start : text.rindex(";")])
    next(one for one in spec["datasets"]["numbers"] if one["status"] == "suppressed")["n"] = FEW
    return (text[:start] + json.dumps(spec) + ";\n").encode()


def in_figure(data: bytes) -> bytes:
    figure = json.loads(data)
    row = next(one for one in figure["table"]["rows"] if one.get("count__status") == "suppressed")
    row["count"] = FEW
    return json.dumps(figure).encode()


def in_workbook(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet1"):
                part = part.replace(b"</row>", b'<c r="Z9"><v>4321</v></c></row>', 1)
            new.writestr(name, part)
    return made.getvalue()


def replaced(pattern: str, by: str) -> Change:
    return lambda data: re.sub(pattern, by, data.decode(), count=1, flags=re.DOTALL).encode()


WHERE: dict[str, tuple[str, Change, str]] = {
    "cube as json": ("data/cube-case.json", in_cube, "shown"),
    "cube as script": ("data/cube-case.js", in_cube, "shown"),
    "data of a chart": (f"data/{FIGURE}.chart.js", in_chart, "shown"),
    "text of a chart": (f"data/{FIGURE}.chart.js", replaced('"text":"hidden"', f'"text":"{FEW}"'), "copy"),
    "file of a figure": (f"data/{FIGURE}.json", in_figure, "copy"),
    "sentence of a figure": (f"data/{FIGURE}.json", replaced('("reads": {\n +"en": ")', r"\g<1>Scarce: 4. "), "copy"),
    "csv": (f"data/{FIGURE}.csv", replaced(r",,suppressed", f",{FEW},"), "copy"),
    "workbook": (f"data/{FIGURE}.xlsx", in_workbook, "copy"),
    "text of a picture": (f"data/{FIGURE}.svg", replaced("</svg>", f"<text>{FEW}</text></svg>"), "copy"),
    "what is read out": (f"data/{FIGURE}.svg", replaced("</svg>", '<g aria-label="Scarce: 4"></g></svg>'), "copy"),
    "table of a page": ("demand.html", replaced('(<td class="number[^>]*>)[^<]*<', rf"\g<1>{FEW}<"), "copy"),
    "sentence of a page": ("demand.html", replaced("(<p class=.reads.[^>]*>)", r"\g<1>Scarce: 4. "), "copy"),
    "attribute of a page": ("people.html", replaced("<main ", f'<main data-few="{FEW}" '), "hidden_part"),
    "comment of a page": ("response.html", replaced("</main>", f"<!-- {FEW} --></main>"), "hidden_part"),
}


def in_edition(files: dict[str, bytes], name: str) -> str:
    """Return the name that a file has in the edition that is kept: a second change of it goes there."""
    day = next(one.split("/")[1] for one in files if one.startswith("releases/"))
    return f"releases/{day}/{name}"


@pytest.fixture(scope="module")
def with_numbers(
    files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> tuple[AuditReport, dict[str, str]]:
    """A site with a hidden number in all of these places, and the file of each."""
    names: dict[str, str] = {}
    for place, (name, _, _) in WHERE.items():
        names[place] = in_edition(files, name) if name in names.values() else name
    changes = [(names[place], change) for place, (_, change, _) in WHERE.items()]
    return changed(files, tmp_path_factory.mktemp("numbers"), changes), names


@pytest.mark.parametrize("place", WHERE)
def test_a_hidden_number_is_found_wherever_it_turns_up(
    place: str, with_numbers: tuple[AuditReport, dict[str, str]]
) -> None:
    report, names = with_numbers
    assert WHERE[place][2] in kinds(report, names[place])


ASKS: dict[str, tuple[str, Change, str]] = {
    "script in the page": ("index.html", replaced("</main>", "<script>alert(1)</script></main>"), "active"),
    "script from elsewhere": (
        "index.html",
        replaced("</main>", '<script src="//x.org/a.js"></script></main>'),
        "remote",
    ),
    "picture from elsewhere": ("demand.html", replaced("</main>", '<img src="https://x.org/a.png"></main>'), "remote"),
    "style from elsewhere": (
        "response.html",
        replaced("</head>", '<link href="https://x.org/a.css"></head>'),
        "remote",
    ),
    "frame": ("territory.html", replaced("</main>", '<iframe src="a.html"></iframe></main>'), "active"),
    "attribute that runs": ("people.html", replaced("<main ", '<main onclick="go()" '), "active"),
    "style of its own": ("alerts.html", replaced("<main ", '<main style="color:red" '), "active"),
    "no policy": ("data.html", replaced("<meta http-equiv[^>]*>", ""), "remote"),
    "policy that lets scripts in": (
        "index.html",
        replaced("script-src ", "script-src &#39;unsafe-inline&#39; "),
        "remote",
    ),
    "name of a person": ("help.html", replaced("</main>", f"<p>{NAME}</p></main>"), "canary"),
    "program instead of data": (f"data/{FIGURE}.chart.js", lambda data: data + b"fetch('https://x.org')", "active"),
}


@pytest.fixture(scope="module")
def asking(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> AuditReport:
    """A site of which each page asks for something else."""
    return changed(files, tmp_path_factory.mktemp("asking"), [(name, change) for name, change, _ in ASKS.values()])


@pytest.mark.parametrize("what", ASKS)
def test_what_a_page_may_not_run_or_ask_for(what: str, asking: AuditReport) -> None:
    name, _, kind = ASKS[what]
    assert kind in kinds(asking, name)


def test_scripts_and_links(files: dict[str, bytes], tmp_path: Path) -> None:
    """Changed scripts are known by the name of their folder; a link to elsewhere is for a person to look at."""
    style = next(one for one in files if one.endswith("site.css"))
    link = replaced("</main>", '<a href="https://example.org/">x</a></main>')
    changes = [(style, lambda data: data + b"\n"), ("index.html", link), ("help.html", link)]
    report = changed(files, tmp_path, changes)
    assert [(one.kind, one.where) for one in report.findings] == [("active", str(Path(style).parent))]
    assert [one.where for one in report.notices] == ["index.html"]


def test_an_earlier_edition_counts_as_known(files: dict[str, bytes], tmp_path: Path) -> None:
    """And is judged by its own record."""
    made = without_manifest(files)
    day = next(one.split("/")[1] for one in made if one.startswith("releases/"))
    older = {one.replace(day, "2020-01-01"): data for one, data in made.items() if one.startswith("releases/")}
    record = "releases/2020-01-01/release/results.json"
    older[record] = older[record].replace(b'"version"', b' "version"')
    folder = write_folder({**made, **older}, tmp_path / "site")
    assert [one.parent.name for one in earlier_editions(folder)] == ["2020-01-01"]
    report = audit(folder)
    assert report.passed, [one.text() for one in report.findings]
    assert report.earlier == 1


def test_an_edition_without_its_record_is_found(files: dict[str, bytes], tmp_path: Path) -> None:
    made = without_manifest(files)
    kept = {one: data for one, data in made.items() if not re.match("releases/.*/release/", one)}
    report = check_site(write_folder(kept, tmp_path / "site"))
    assert [one.kind for one in report.findings] == ["file"]


def test_what_was_published_before_is_not_attacked(tmp_path: Path) -> None:
    release = in_full(world(IN_2023))
    folder = tmp_path / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("justice_metrics.publish.site.downloads.pictures_of", lambda *_: {})
        build_observatory(release, folder, title="Made", institution="Nobody", languages=("en",))
    report = audit(folder)
    assert report.passed, [one.text() for one in report.findings]
    assert "published before by: nobody" in report.notices[0].text()
    record = folder / "release" / "results.json"
    record.write_text(record.read_text().replace('"sampling": "counts"', '"sampling": "registered"'))
    assert "file" in {one.kind for one in audit(folder).findings if one.where == "results.json"}
