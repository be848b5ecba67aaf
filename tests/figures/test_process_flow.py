"""What the walked procedure shows: assertions on the drawn things."""

from __future__ import annotations

from justice_metrics.figures.process_flow import Stage, Step, process_flow
from justice_metrics.figures.style import new_axes

STAGES = [
    Stage("inquiry", "inquiry", ("came: 100",)),
    Stage("charge", "formal charge", ("came: 60",)),
    Stage("trial", "trial", ("came: 40",)),
    Stage("closed", "closed $ for now", ("came: 30",), ended=True),
]
STEPS = [
    Step("inquiry", "charge", "formal charge", 50, ("50", "50 %", "90 days")),
    Step("inquiry", "trial", "trial", 10, ("10", "10 %", "30 days")),
    Step("inquiry", "closed", "closed $ for now", 30, ("30", "30 %", "–"), "end"),
    Step("charge", "trial", "trial", 30, ("30", "50 %", "200 days")),
    Step("closed", "inquiry", "inquiry", 3, ("3", "10 %", "400 days"), "back"),
]


def draw(**given):  # type: ignore[no-untyped-def]
    return process_flow(
        stages=STAGES, steps=STEPS, headings=("came next", "cases", "share", "half within"), onward_label="goes on",
        end_label="ends", back_label="goes back", **given,
    )  # fmt: skip


def test_a_box_for_each_stage_from_top_to_bottom() -> None:
    boxes = {one.get_gid(): one.get_y() for one in draw().patches if one.get_gid()}
    assert list(boxes) == [f"state-{one.state}" for one in STAGES]
    assert list(boxes.values()) == sorted(boxes.values())


def test_every_move_is_written_with_its_numbers() -> None:
    words = [text.get_text() for text in draw().texts]
    for step in STEPS:
        assert step.label in words
        assert set(step.cells) <= set(words)
    assert {"goes on", "ends", "goes back"} <= set(words)


def test_lines_are_as_thick_as_their_numbers() -> None:
    beside = [line.get_linewidth() for line in draw().lines if line.get_xdata()[0] != line.get_xdata()[1]]
    assert beside[0] / beside[1] > 1
    widths = sorted(beside, reverse=True)
    assert widths[0] == 9.0


def test_only_what_occurs_is_in_the_key() -> None:
    axes = process_flow(
        stages=STAGES[:2], steps=STEPS[:1], headings=("next", "a", "b", "c"), onward_label="goes on", end_label="ends",
        back_label="goes back",
    )  # fmt: skip
    words = [text.get_text() for text in axes.texts]
    assert "goes on" in words
    assert "goes back" not in words


def test_on_a_caller_s_axes() -> None:
    ax = new_axes(5, 5)
    assert draw(ax=ax, title="La Paz") is ax


def test_no_move_at_all() -> None:
    axes = process_flow(
        stages=STAGES[:1], steps=[], headings=("next", "a", "b", "c"), onward_label="", end_label="", back_label=""
    )
    assert "inquiry" in [text.get_text() for text in axes.texts]
