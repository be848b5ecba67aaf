"""Tables on a screen of any width: every cell is there, whole where it is a number."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from justice_metrics.cli.screen import fitted, widths_within
from tests.cli.conftest import Files, Run, rows

HEADINGS = ["department", "furthest step", "reached it", "share of those that ended", "interval"]
ROWS = [
    ["Chuquisaca", "preparation of the trial", "1,200", "100.0\xa0%", "99.68\xa0% – 100.00\xa0%"],
    ["La Paz", "extinguished, preparatory stage expired", "7", "0.6\xa0%", "–"],
]
NUMBERS = [False, False, True, True, True]


def shown(width: int) -> str:
    screen = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    screen.print(fitted(HEADINGS, ROWS, numbers=NUMBERS, width=width))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


@pytest.mark.parametrize("width", [*range(30, 130, 7), 200])
def test_nothing_is_cut(width: int) -> None:
    text = shown(width)
    assert max(map(len, text.splitlines())) <= width
    for number in ("1,200", "100.0 %", "0.6 %"):
        assert number in " ".join(text.split())
    for word in ("Chuquisaca", "preparation", "extinguished,", "department", "furthest", "ended", "interval"):
        assert word in text


def test_wide_enough_is_one_line_per_row() -> None:
    assert len([line for line in shown(200).splitlines() if line.strip()]) == 2 + len(ROWS)


def test_too_narrow_is_a_block_per_row() -> None:
    assert "department: Chuquisaca" in shown(40)


def test_widths_add_up() -> None:
    columns = [[head, *(row[place] for row in ROWS)] for place, head in enumerate(HEADINGS)]
    for width in range(20, 200):
        widths = widths_within(columns, numbers=NUMBERS, width=width)
        assert widths is None or sum(widths) + 3 * len(widths) <= width


def test_without_rows() -> None:
    assert widths_within([["step"], ["reached it"]], numbers=[False, True], width=80) == [4, 10]


def test_nothing_in_a_file_moves_the_terminal(files: Files, shell: Run) -> None:
    cells = rows()
    for row in cells:
        row[4] = "North\x1b]0;pwned\x07\x1b[31m" if row[4] == "North" else row[4]
    files.write_data(cells)
    commands = (("attrition", files.mapping, "--by", "department"), ("check", files.mapping), ("init", str(files.data)))
    for words in commands:
        answer = shell(*words)
        assert answer.code == 0
        assert "\x1b" not in answer.out + answer.err
        assert "\x07" not in answer.out + answer.err
