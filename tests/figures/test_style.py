"""The house style: a palette for every reader, files equal byte for byte, nothing left behind in the session."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from justice_metrics.figures.counts import bars, lines
from justice_metrics.figures.curves import stacked_incidence
from justice_metrics.figures.dots import dots
from justice_metrics.figures.flow import funnel, procedure_graph, stage_flow
from justice_metrics.figures.style import figure_bytes, house_style, mark, new_axes, save_figure

FORMATS = ("png", "svg", "pdf")
WORDS = 'tasa <b>&"cuota"</b> de $100$ --> 1'

# Red, green and blue light as seen without red- or green-sensitive cones (Machado, Oliveira and Fernandes 2009).
VISION = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}


def lab(colour: str, vision: str) -> np.ndarray[Any, Any]:
    """CIE Lab of a colour as one kind of eye sees it."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    light = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    light = np.clip(VISION[vision] @ light, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ light
    scaled = xyz / np.array([0.9505, 1, 1.089])
    f = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_are_told_apart_by_every_eye(vision: str) -> None:
    seen = [lab(mark(i).colour, vision) for i in range(9)]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 25


def test_neighbours_differ_in_grey() -> None:
    lightness = [lab(mark(i).colour, "normal")[0] for i in range(9)]
    assert np.abs(np.diff(lightness)).min() > 15


def test_marks_differ_in_everything_but_colour_too() -> None:
    marks = [mark(i) for i in range(9)]
    for part in ("colour", "hatch", "dash", "marker"):
        assert len({getattr(one, part) for one in marks}) == 9
    assert len({mark(i) for i in range(81)}) == 81


DRAWINGS: dict[str, Callable[[], Any]] = {
    "funnel": lambda: funnel(stages=[WORDS, "b"], values=[3, 1], shares=[1, 1 / 3], bar_labels=["3", "1"], title=WORDS),
    "flow": lambda: stage_flow(
        stages=[WORDS, "b"],
        reached=[9, 4],
        lost=[[3], [np.nan]],
        pending=[2, 1],
        outcome_labels=["x"],
        pending_label="p",
    ),
    "graph": lambda: procedure_graph(
        states=["a", "b", "c"],
        labels=[WORDS, "b", "c"],
        kinds=["start", "stage", "outcome"],
        layers=[0, 1, 2],
        moves=[("a", "b"), ("b", "a"), ("b", "c"), ("c", "a")],
    ),
    "stack": lambda: stacked_incidence(
        days=[1, 5],
        incidence=[[0.1, 0.3], [0.0, 0.2]],
        labels=[WORDS, "b"],
        open_label="o",
        at_risk_days=[0, 5],
        at_risk=[10, 9],
        at_risk_label="r",
        x_label="x",
        y_label="y",
    ),
    "dots": lambda: dots(
        labels=[WORDS, "b"], estimate=[0.1, np.nan], conf_low=[0, np.nan], conf_high=[0.3, np.nan], x_label="x"
    ),
    "bars": lambda: bars(bins=[WORDS, "b"], counts=[[3, 4], [1, 2]], groups=["g", "h"], x_label="x", y_label="y"),
    "lines": lambda: lines(x=[1, 2], counts=[3, 4], groups=[WORDS], x_label="x", y_label="y"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_same_figure_gives_the_same_bytes_whatever_the_session_likes(name: str) -> None:
    axes = DRAWINGS[name]()
    first = [figure_bytes(axes, one) for one in FORMATS]
    with matplotlib.rc_context(
        {"font.size": 17, "axes.facecolor": "black", "text.color": "red", "svg.fonttype": "path", "lines.linewidth": 9}
    ):
        again = [figure_bytes(DRAWINGS[name](), one) for one in FORMATS]
    assert [figure_bytes(axes, one) for one in FORMATS] == first
    assert again == first


PRINT_HASHES = """
import hashlib
from justice_metrics.figures.flow import procedure_graph
from justice_metrics.figures.counts import bars
from justice_metrics.figures.style import figure_bytes
graph = procedure_graph(
    states=list("abcd"), labels=list("abcd"), kinds=["start", "stage", "outcome", "outcome"], layers=[0, 1, 2, 2],
    moves=[("a", "b"), ("b", "a"), ("b", "c"), ("a", "c"), ("a", "d"), ("d", "b")])
counts = bars(bins=["á", "b"], counts=[[3, 4], [1, 2]], groups=["ñ", "h"], x_label="x", y_label="y")
for axes in (graph, counts):
    for form in ("png", "svg", "pdf"):
        print(hashlib.sha256(figure_bytes(axes, form)).hexdigest())
"""


def python(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_processes_write_the_same_bytes() -> None:
    first = python(PRINT_HASHES, PYTHONHASHSEED="1", TZ="UTC", SOURCE_DATE_EPOCH="1")
    assert len(first.split()) == 6
    assert python(PRINT_HASHES, PYTHONHASHSEED="2", TZ="America/La_Paz", LC_ALL="C") == first


def test_importing_the_figures_loads_no_matplotlib_and_drawing_no_pyplot() -> None:
    modules = "counts curves dots flow funnel graph graph_plan placing stage_flow style".split()
    code = "import sys\n" + "\n".join(f"import justice_metrics.figures.{one}" for one in modules)
    code += "\nprint('matplotlib' in sys.modules)\n" + PRINT_HASHES + "print('matplotlib.pyplot' in sys.modules)\n"
    answers = python(code).split()
    assert (answers[0], answers[-1]) == ("False", "False")


@pytest.mark.parametrize("name", DRAWINGS)
def test_words_of_an_svg_are_words_and_never_markup(name: str) -> None:
    root = ElementTree.fromstring(figure_bytes(DRAWINGS[name](), "svg"))
    words = " ".join("".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text"))
    assert WORDS.replace(" ", "") in words.replace(" ", "")
    assert not list(root.iter("{http://www.w3.org/2000/svg}b"))


@pytest.mark.parametrize("word", ["\x00bell\x07", "事件", "😀", "", "\n", "a\ud800b"])
def test_whatever_word_the_data_hold_is_drawn_without_a_warning(word: str) -> None:
    axes = (
        funnel(stages=[word], values=[1], shares=[1], bar_labels=["1"], title=word),
        bars(bins=[word, "b"], counts=[[1, 2], [3, 4]], groups=[word, "c"], x_label=word, y_label="y"),
        dots(labels=[word], estimate=[0.1], conf_low=[0], conf_high=[0.3], annotations=[word], x_label="x"),
    )
    for one in axes:
        ElementTree.fromstring(figure_bytes(one, "svg"))
        assert figure_bytes(one, "png").startswith(b"\x89PNG")
        assert figure_bytes(one, "pdf").startswith(b"%PDF")


def test_drawing_leaves_the_settings_of_the_session_alone() -> None:
    before = dict(matplotlib.rcParams)
    for draw in DRAWINGS.values():
        draw()
    with house_style():
        assert matplotlib.rcParams["text.parse_math"] is False
    assert dict(matplotlib.rcParams) == before


def test_axes_show_themselves_in_a_notebook() -> None:
    picture = new_axes(2, 1)._repr_png_()
    assert picture.startswith(b"\x89PNG")


def test_a_callers_figure_grows_to_hold_its_words() -> None:
    figure = Figure(figsize=(2, 2))
    funnel(stages=["a long name of a stage"], values=[3], shares=[1], bar_labels=["3 (100 %)"], ax=figure.add_subplot())
    page = ElementTree.fromstring(figure_bytes(figure, "svg"))
    assert float(page.attrib["width"].removesuffix("pt")) > 2 * 72


class TestSaving:
    def test_ending_or_formats_decide(self, tmp_path: Path) -> None:
        axes = new_axes(2, 1)
        assert save_figure(axes, tmp_path / "a.SVG") == (tmp_path / "a.svg",)
        assert save_figure(axes, tmp_path / "b.png", formats=["pdf", "svg"]) == (tmp_path / "b.pdf", tmp_path / "b.svg")
        assert save_figure(axes, str(tmp_path / "figure 1.2"), formats=["png"]) == (tmp_path / "figure 1.2.png",)
        assert sorted(one.name for one in tmp_path.iterdir()) == ["a.svg", "b.pdf", "b.svg", "figure 1.2.png"]
        assert (tmp_path / "b.pdf").read_bytes() == figure_bytes(axes, "pdf")

    @pytest.mark.parametrize("name", ["a", "a.jpg", "a.tar.gz"])
    def test_an_unknown_format_is_refused_before_anything_is_written(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="png, svg, pdf"):
            save_figure(new_axes(2, 1), tmp_path / name)
        with pytest.raises(ValueError, match="gif"):
            save_figure(new_axes(2, 1), tmp_path / name, formats=["png", "gif"])
        assert list(tmp_path.iterdir()) == []

    def test_a_file_is_there_whole_or_as_it_was(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "a.svg").write_text("before")
        whole = Path.write_bytes

        def half(path: Path, content: bytes) -> int:
            whole(path, content[: len(content) // 2])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", half)
        with pytest.raises(OSError, match="No space"):
            save_figure(new_axes(2, 1), tmp_path / "a.svg")
        assert [one.name for one in tmp_path.iterdir()] == ["a.svg"]
        assert (tmp_path / "a.svg").read_text() == "before"

    def test_no_date_is_written(self, tmp_path: Path) -> None:
        for file in save_figure(new_axes(2, 1), tmp_path / "a", formats=FORMATS):
            content = file.read_bytes()
            assert not any(word in content for word in (b"CreationDate", b"ModDate", b"dc:date"))
