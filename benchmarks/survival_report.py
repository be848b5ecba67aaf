"""From runs to a page: medians, ratios to the quickest peer, whether answers agree, targets, and the growth drawn."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

US: Final = "justice_metrics"
ALONE: Final = "estimates alone"
FLOORS: Final = ("scan by DuckDB", "scan by Polars")
SET: Final = ("km", "aj", "logrank", "gray", "means")
WORDS: Final = {
    "km": "Kaplan-Meier with errors",
    "aj": "Aalen-Johansen with errors, 4 endings",
    "logrank": "log-rank",
    "gray": "Gray, 4 endings",
    "aj_gray": "Aalen-Johansen and Gray in one call",
    "means": "restricted means",
    "curves": "**all curves and tests**",
    "cox": "Cox, Efron, 10 covariates",
    "cox_robust": "the same, robust errors",
    "cox_entry": "the same, delayed entry",
    "finegray": "Fine-Gray, 10 covariates",
    "finegray_crr": "Fine-Gray by crr",
    "scan": "bare scan, 3 columns",
    "scan_cox": "bare scan, 12 columns",
}
# what a peer answers by a task of another name serves these, too
ALSO: Final = {"finegray": ("finegray", "finegray_crr")}
CLOSE: Final = 1e-6


class NothingToDrawError(Exception):
    """No size was measured twice."""


class Figure(NamedTuple):
    """The runs of one task in one place."""

    contender: str
    task: str
    size: int
    input: str
    runs: int
    wall: float  # medians; NaN when it did not finish
    low: float
    high: float
    cpu: float
    peak: float
    held: float
    answer: Mapping[str, float]
    failed: str


class Target(NamedTuple):
    """What is asked of us."""

    words: str
    value: float  # NaN when it was not measured
    limit: float
    at_least: bool

    @property
    def kept(self) -> bool:
        """Whether it is met."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def summarise(measured: Mapping[Any, tuple[list[dict[str, Any]], str]]) -> list[Figure]:
    """Return the medians."""
    figures = []
    for job, (runs, gave_up) in measured.items():
        good = [one for one in runs if "failed" not in one]
        failed = gave_up if not good else ""
        if not good and not failed:
            continue

        def middle(name: str, good: list[dict[str, Any]] = good) -> float:
            return statistics.median(one[name] for one in good) if good else math.nan

        walls = [one["wall"] for one in good] or [math.nan]
        figures.append(
            Figure(
                contender=job.contender,
                task=job.task,
                size=job.size,
                input=job.input,
                runs=len(good),
                wall=middle("wall"),
                low=min(walls),
                high=max(walls),
                cpu=middle("cpu"),
                peak=middle("peak"),
                held=middle("held"),
                answer=good[-1]["answer"] if good else {},
                failed=failed,
            )
        )
    return figures


def find(figures: Iterable[Figure], task: str, size: int, kind: str, contender: str = US) -> Figure | None:
    """Return one contender's figure if it finished."""
    return next(
        (
            one
            for one in figures
            if (one.contender, one.task, one.size, one.input) == (contender, task, size, kind) and one.runs
        ),
        None,
    )


def quickest(figures: Iterable[Figure], task: str, size: int, kind: str, *, floor: bool = False) -> Figure | None:
    """Return the peer (or the floor) with the shortest wall time."""
    able = [
        one
        for one in figures
        if one.task in ALSO.get(task, (task,)) and (one.size, one.input) == (size, kind) and one.runs
        and (one.contender in FLOORS if floor else not mine(one))
    ]  # fmt: skip
    return min(able, key=lambda one: one.wall, default=None)


def mine(figure: Figure) -> bool:
    """Whether it is no peer's."""
    return figure.contender in (US, "estimates alone", *FLOORS)


def peers_sum(figures: list[Figure], size: int, kind: str) -> tuple[float, str]:
    """Return the shortest way to the whole set by any mixture of peers, and which mixture that is.

    A task that no peer finished counts nothing, which favours them; the words then name it.
    """
    asked = {one.task for one in figures if not mine(one) and (one.size, one.input) == (size, kind)}
    if not asked >= set(SET):
        return math.nan, "not all of them were asked"
    best = {task: quickest(figures, task, size, kind) for task in SET}
    both = quickest(figures, "aj_gray", size, kind)
    apart = [best["aj"], best["gray"]]
    if both and (best["gray"] is None or both.wall < sum(one.wall for one in apart if one)):
        best.update(aj=both, gray=None)
    used = [(task, one) for task, one in best.items() if one]
    words = ", ".join(f"{task} {one.contender} {seconds(one.wall)}" for task, one in used)
    lacking = [task for task in SET if best[task] is None and not (task == "gray" and best["aj"] is both)]
    words += f"; no peer finished {', '.join(lacking)}" if lacking else ""
    return (sum(one.wall for _, one in used) if used else math.nan), words


def seconds(value: float) -> str:
    """Write a time with three digits."""
    return "–" if math.isnan(value) else f"{value:.3g}" if value >= 0.01 else f"{value:.4f}"


def times(value: float) -> str:
    """Write a ratio."""
    return "–" if math.isnan(value) else f"{value:.1f}×" if value < 20 else f"{value:.0f}×"


# ---------------------------------------------------------------------------------------------------------------- page


def page(figures: list[Figure]) -> str:
    """Return the whole page."""
    sizes = sorted({one.size for one in figures})
    lines = [
        "# Speed of the time questions",
        "",
        "Written by `python benchmarks/survival.py --report`. Simulated cases: exit days 1 to 3000, five offices, four",
        "endings and about 6 % pending, ten covariates (3,072 possible patterns). Each figure is the median of",
        "fresh processes, loaded and warmed up before the clock starts. *In memory*: one pandas frame of whole",
        "numbers built before the clock starts. *From the file*: the same cases from one parquet file, reading",
        f"included. Seconds are wall time on {os.cpu_count()} processors; the long table has CPU time and peak memory.",
        "",
        "*Our question* is the public function with all it tells: curves with limits and milestones, every pair of",
        "groups tested and p values adjusted; regressions with tests of proportional hazards, concordance, baselines",
        "and predictions. *Estimates alone* is the reduction and the estimators, which is what the peers give: it",
        "compares like with like. Ratios stand in that order.",
        "",
        *targets_lines(figures),
    ]
    for size in sizes:
        lines += ["", f"## {size:,} cases", ""]
        for kind, words in (("memory", "in memory"), ("parquet", "from the file")):
            lines += versus_lines(figures, size, kind, words)
    lines += agreement_lines(figures)
    lines += ["", "## Every figure", "", *long_table(figures)]
    return "\n".join(lines) + "\n"


def versus_lines(figures: list[Figure], size: int, kind: str, words: str) -> list[str]:
    """Return one table: we against the quickest peer, task by task."""
    rows = []
    for task in WORDS:
        if task.startswith("scan"):
            floor = quickest(figures, task, size, kind, floor=True)
            if floor:
                rows.append(f"| {WORDS[task]} | | | {floor.contender} {seconds(floor.wall)} | |")
            continue
        own = [find(figures, task, size, kind, contender) for contender in (US, ALONE)]
        if own == [None, None]:
            continue
        if task == "curves":
            time, theirs = peers_sum(figures, size, kind)
            theirs = f"{seconds(time)}: {theirs}"
        else:
            peer = quickest(figures, task, size, kind)
            time, theirs = (
                (peer.wall, f"{peer.contender} {seconds(peer.wall)}") if peer else (math.nan, "none finished")
            )
        ratios = ", ".join(times(time / one.wall) if one else "–" for one in own)
        rows.append(
            f"| {WORDS[task]} | {' | '.join(seconds(one.wall) if one else '–' for one in own)} | {theirs} | {ratios} |"
        )
    if not rows:
        return []
    head = f"| {words} | our question, s | estimates alone, s | quickest peer, s | ratios |"
    return [head, "|---|---|---|---|---|", *rows, ""]


def targets(figures: list[Figure]) -> list[Target]:
    """Return the targets with what was measured."""

    def ratio(task: str, size: int, contender: str) -> float:
        own, peer = find(figures, task, size, "memory", contender), quickest(figures, task, size, "memory")
        return peer.wall / own.wall if own and peer else math.nan

    def whole(size: int) -> float:
        own = find(figures, "curves", size, "memory")
        return peers_sum(figures, size, "memory")[0] / own.wall if own else math.nan

    def of(task: str, size: int, field: str, contender: str) -> float:
        own = find(figures, task, size, "parquet", contender)
        return float(getattr(own, field)) if own else math.nan

    def against_scan(size: int, contender: str) -> float:
        floor = quickest(figures, "scan", size, "parquet", floor=True)
        return of("curves", size, "wall", contender) / floor.wall if floor else math.nan

    million, ten, hundred = 10**6, 10**7, 10**8
    growth = of("cox_robust", ten, "wall", ALONE) / of("cox_robust", million, "wall", ALONE)
    return [
        Target("curves and tests against the peers' sum, 1e6, memory", whole(million), 8, at_least=True),
        Target("curves and tests against the peers' sum, 1e7, memory", whole(ten), 30, at_least=True),
        Target("curves and tests against the quicker bare scan, 1e7, file", against_scan(ten, US), 3, at_least=False),
        Target("Cox fit against the quickest peer, 1e6, memory", ratio("cox", million, ALONE), 10, at_least=True),
        Target(
            "Fine-Gray fit against the quickest peer, 1e6, memory", ratio("finegray", million, ALONE), 20, at_least=True
        ),
        Target("Cox with robust errors, 1e7 against 1e6 cases, file", growth, 12, at_least=False),
        Target("Cox fit, 1e7, file, seconds", of("cox", ten, "wall", ALONE), 2, at_least=False),
        Target("Cox fit, 1e7, file, peak MiB", of("cox", ten, "peak", ALONE), 1024, at_least=False),
        Target("curves and tests, 1e8, file, peak MiB", of("curves", hundred, "peak", US), 8192, at_least=False),
    ]


def all_kept(figures: list[Figure]) -> bool:
    """Whether every target that was measured is met."""
    return all(one.kept for one in targets(figures) if not math.isnan(one.value))


def targets_lines(figures: list[Figure]) -> list[str]:
    """Return the targets as a table; those that were not measured are left out."""
    rows = [
        f"| {one.words} | {'≥' if one.at_least else '≤'} {one.limit:g} | {one.value:.3g} | "
        f"{'yes' if one.kept else '**no**'} |"
        for one in targets(figures)
        if not math.isnan(one.value)
    ]
    return ["| target | limit | measured | kept |", "|---|---|---|---|", *rows] if rows else []


def agreement_lines(figures: list[Figure]) -> list[str]:
    """Return how far the others' answers lie from ours, where they differ by more than rounding."""
    compared, apart = 0, []
    for one in figures:
        if mine(one) or one.input != "memory":
            continue
        task = next((task for task, names in ALSO.items() if one.task in names), one.task)
        own = next((found for who in (US, ALONE) if (found := find(figures, task, one.size, "memory", who))), None)
        for name in sorted(one.answer.keys() & own.answer.keys()) if own else ():
            compared += 1
            gap = abs(one.answer[name] / own.answer[name] - 1) if own else math.nan
            if not gap <= CLOSE:
                apart.append(f"| {one.contender} | {WORDS[one.task]} | {one.size:,} | {name} | {gap:.1e} |")
    lines = ["", "## The same answers", "", f"{compared} numbers of others were compared with ours."]
    if apart:
        head = "| | task | cases | number | relative difference |"
        lines += [f"These differ by more than {CLOSE:g}:", "", head, "|---|---|---|---|---|", *apart]
    return lines


def long_table(figures: list[Figure]) -> list[str]:
    """Return every figure."""
    rows = [
        f"| {one.contender} | {WORDS[one.task]} | {one.size:,} | {one.input} | "
        + (
            f"{seconds(one.wall)} ({seconds(one.low)}–{seconds(one.high)}) | {seconds(one.cpu)} | {one.peak:.0f} "
            f"({one.held:.0f}) | {one.runs} |"
            if one.runs
            else f"did not finish: {one.failed} | | | |"
        )
        for one in sorted(figures, key=lambda one: (one.size, list(WORDS).index(one.task), one.input, one.wall))
    ]
    return [
        "| | task | cases | input | wall s, median (range) | CPU s | peak MiB (before the clock) | runs |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]


# ---------------------------------------------------------------------------------------------------------------- draw


def draw(figures: list[Figure], path: Path) -> None:
    """Draw how the times grow, both axes logarithmic; what is drawn again from the same runs is the same file."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    sizes = sorted({one.size for one in figures})
    ours = {
        "curves and tests": ("curves", "C0"),
        "Cox, 10 covariates": ("cox", "C1"),
        "Cox, robust errors": ("cox_robust", "C2"),
        "Fine-Gray": ("finegray", "C3"),
    }
    with mpl.rc_context({"svg.hashsalt": "justice_metrics", "font.size": 9}):
        frame, axes = plt.subplots(figsize=(7, 4.6), layout="constrained")
        drawn = 0
        for words, (task, colour) in ours.items():
            who = US if task == "curves" else ALONE
            own = [(size, one.wall) for size in sizes if (one := find(figures, task, size, "parquet", who))]
            if task == "curves":
                peers = [(size, peers_sum(figures, size, "memory")[0]) for size in sizes]
            else:
                quick = [(size, quickest(figures, task, size, "memory")) for size in sizes]
                peers = [(size, one.wall) for size, one in quick if one]
            peers = [pair for pair in peers if not math.isnan(pair[1])]
            if own:
                axes.plot(*zip(*own, strict=True), "o-", color=colour, label=f"{words}, we, from the file")
            if peers:
                axes.plot(*zip(*peers, strict=True), "s--", color=colour, alpha=0.6, label=f"{words}, quickest peers")
            drawn = max(drawn, len(own), len(peers))
        floor = [(size, one.wall) for size in sizes if (one := quickest(figures, "scan", size, "parquet", floor=True))]
        if floor:
            axes.plot(*zip(*floor, strict=True), ":", color="0.4", label="bare scan of the three columns")
        if drawn < 2:
            plt.close(frame)
            raise NothingToDrawError
        axes.set(xscale="log", yscale="log", xlabel="cases", ylabel="seconds, median")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7, frameon=False)
        frame.savefig(path, metadata={"Date": None})
        plt.close(frame)
