"""Every notebook runs as a reader runs it, shows nothing that it must not, and prints what its text says of it."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ipykernel", reason="ipykernel is not installed, so no notebook can run")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed, so no notebook can run")
nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed, so no notebook can be read")

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SECONDS = 120

# Neither "and/or", 31/12/9999 or </td>, nor what follows "https:", is a path of a machine.
ABSOLUTE = re.compile(r"(?<![\w<:/.*])/(?:[\w.+-]+/)+[\w.+-]+|\b[A-Za-z]:\\\w|\\\\\w+\\\w|file://")
# The dirty copy writes the same number with other marks between its parts, or with none.
CASE_NUMBER = re.compile(r"\bSIM(?:[^\w<>]|_){0,3}[A-Z]{2,3}(?:[^\w<>]|_){0,3}\d", re.IGNORECASE)
PERCENTAGE = re.compile(r"\d\s*(%|per ?cent|por ciento)")

# What the text of a notebook takes for granted of the numbers below it.
SAID = {
    "01_performance_assessment.ipynb": (
        "0 errors",
        "57 rules were looked at. Found: 9 errors",
        "half of the cases had come to any way of ending",
        "so no median can be given",
        "half of the cases had come to verdict",
        "Sampling: closed files only; open cases are missing by design.",
        "The sample holds closed files only",
        "Do not use it",
        "This is an association among these cases, not the effect of support.",
        "28 were running at the cut-off",
        "of 88 clocks 53 were kept and 35 missed, 0 were running at the cut-off",
        "Files drawn: 352; found: 334",
        "60 files were coded twice",
        "if none of the missing ones did",
        "Least documented: complaint taken in private",
        "met more often in 2016-2017: 8; less often: 0",
        "below 0.7; differences between groups on this scale are blurred by it",
        "internal",
    ),
    "02_support_actors.ipynb": (
        "Do not use it",
        "Of 1,000 cases supported within 90 days",
        "more would come to verdict within 2 years",
        "The interval does not include zero, and the difference stands",
        "of 1,000 cases with a verdict by day 730, by simulation",
        "Inconclusive: neither",
        "A study of this kind needs about",
        "To show a difference of 5.0 percentage points",
        "It is not the effect of support on the outcome",
        "De 1.000 casos",
    ),
    "03_rates_and_flows.ipynb": (
        "292 to 11,312, 2.58",
        "30,924 to 990,405, 3.12",
        "(same cases)",
        "same period, not the same cases",
        "Dark figure: 92.9",
        "235.1",
        "-8,394",
        "not available",
        "hidden",
        "a theoretical figure: not how long cases took",
        "Above the 95 % limits of the funnel",
        "No change of the level was found",
        "gave more than one statement",
    ),
    "04_your_own_data.ipynb": (
        "CHECK: what a row counts",
        '"Suspendida" = "suspended"',
        "it is not printed",
        'judges = { column = "Jueces", per = "office" }',
        "clearance rate",
        "COMPLETAR",
    ),
    "05_from_lifelines.ipynb": (
        "1200 exploded rows",
        "none of them is exact",
        "about 25 are expected to come to verdict",
        "lifelines",
    ),
}
# A notebook shows its results; how many figures it has at least.
FIGURES = {
    "01_performance_assessment.ipynb": 14,
    "02_support_actors.ipynb": 6,
    "03_rates_and_flows.ipynb": 4,
    "04_your_own_data.ipynb": 1,
    "05_from_lifelines.ipynb": 4,
}


def cells(notebook: Any, kind: str) -> list[Any]:
    return [one for one in notebook.cells if one.cell_type == kind]


def texts(cell: Any) -> list[str]:
    """What a cell shows in words: everything but the drawings."""
    shown: list[str] = []
    for output in cell.get("outputs", ()):
        shown += [output.text] if output.output_type == "stream" else []
        shown += [text for kind, text in output.get("data", {}).items() if not kind.startswith("image/")]
    return shown


def has_drawing(cell: Any) -> bool:
    return any("image/png" in one.get("data", {}) for one in cell.outputs)


def run(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the notebook as it is after all its cells ran, in a kernel that knows nothing of this machine's user."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
    kernel = {
        **os.environ,
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        "PYTHONWARNINGS": "default",
    }
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=kernel)  # the error of a cell is the error of the test
    return notebook


def difference_on_the_landmark(code: list[Any]) -> float:
    """The difference that the notebook shows for the national extract, in percentage points."""
    shown = next("\n".join(texts(cell)) for cell in code if cell.source.startswith("national = "))
    return float(re.findall(r"difference ([+−][\d.]+) percentage points", shown)[0].replace("−", "-"))


def true_difference() -> float:
    page = (ROOT / "sample_data" / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"\| difference in percentage points, (?:usual|late) \| ([\d.]+) \|", page)
    assert len(found) == 2
    return max(float(one) for one in found)


def test_there_is_a_notebook() -> None:
    assert [one.name for one in NOTEBOOKS] == sorted(SAID)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda one: one.stem)
def test_it_is_stored_without_results(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in cells(notebook, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata.language_info) == {"name"}, "the version of somebody's Python"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda one: one.stem)
def test_its_text_says_simulated_first_and_states_no_percentage(path: Path) -> None:
    prose = [one.source for one in cells(nbformat.read(path, as_version=4), "markdown")]
    assert "SIMULATED" in prose[0]
    assert any("Resumen en español" in one and "SIMULADO" in one for one in prose)
    assert [found.group() for one in prose for found in PERCENTAGE.finditer(one)] == []


@pytest.mark.filterwarnings("ignore:Proactor event loop:RuntimeWarning")  # Windows: the kernel's sockets need a helper
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda one: one.stem)
def test_it_runs_and_shows_what_it_says(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # one test, because the run is what costs: workers in parallel would each run it again
    notebook = run(path, tmp_path, monkeypatch)
    code = cells(notebook, "code")
    words = "\n".join(text for cell in code for text in texts(cell))

    complaints = [one.text for cell in code for one in cell.outputs if one.get("name") == "stderr"]
    assert complaints == []

    assert ABSOLUTE.findall(words) == []
    for place in (ROOT, Path.home(), Path(tempfile.gettempdir())):
        if place != Path(place.anchor):
            assert str(place) not in words
    assert CASE_NUMBER.findall(words) == []

    drawn = [cell for cell in code if has_drawing(cell)]
    assert len(drawn) >= FIGURES[path.name]
    for cell in drawn:
        # the map of a procedure draws a law and no data
        assert "procedure_map" in cell.source or "Simulated data" in "\n".join(texts(cell)), cell.source

    missing = [said for said in SAID[path.name] if said not in words]
    assert missing == []
    if path.stem == "01_performance_assessment":
        assert difference_on_the_landmark(code) > true_difference() > 0, "section 6 explains why it is larger"


def test_paths_and_case_numbers_would_be_seen() -> None:
    for text in ("see /data/casos.csv", "<td>/var/x/report.html</td>", r"C:\data", "file://x", "'/srv/a'"):
        assert ABSOLUTE.search(text), text
    for text in ("31/12/9999", "</td></tr>", "and/or", "https://example.org/a/b", "59 / 1,200", "../sample_data/x.csv"):
        assert not ABSOLUTE.search(text), text
    for file in ("bolivia_cases.csv", "bolivia_cases_dirty.csv", "bolivia_closed.csv"):
        rows = (ROOT / "sample_data" / file).read_text(encoding="utf-8-sig").splitlines()[1:]
        assert [row.split(";")[0] for row in rows if not CASE_NUMBER.search(row.split(";")[0])] == []
    assert not CASE_NUMBER.search("SIMULATED data, 1,200 cases; simulated 2014")
    assert PERCENTAGE.search("58.9 %")
    assert PERCENTAGE.search("ten of 100 per cent")
