"""Time of a whole study of files: two coders' workbooks of 300 files by 250 fields each, from reading to the report.

``python benchmarks/study_kit.py --check`` ends with code 1 when it takes longer than promised. Each figure is the
median of fresh processes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

# nothing heavy up here: on Linux a child starts with the memory peak of the process that launched it
RUNS: Final = 3
FILES: Final = 300
FIELDS: Final = 250  # of the sheet of cases; the tables that hang on them come on top
WALL_LIMIT: Final = 20.0  # seconds, from the workbooks to the report
CODERS: Final = ("first", "second")
STEPS: Final = ("read", "agreement", "practice", "cases", "report")


def checklist_text(items: int) -> str:
    """Return a made checklist: each item takes two columns, its answer and its day."""
    words = ("Item {n} of the standard was kept", "Se cumplió el punto {n} del estándar")
    lines = ['[checklist]\nid = "made"\ntitle = { en = "Made items", es = "Puntos inventados" }\nsource = "made"']
    lines += [f'[[domain]]\nid = "d{one}"\nlabel = {{ en = "domain {one}", es = "ámbito {one}" }}' for one in range(8)]
    lines += [
        f'[[item]]\nid = "i{n}"\ndomain = "d{n % 8}"\nsource = "made"\ncertainty = "seen"\n'
        f'text = {{ en = "{words[0].format(n=n)}", es = "{words[1].format(n=n)}" }}'
        for n in range(items)
    ]
    return "\n\n".join(lines) + "\n"


def simulate(folder: Path) -> None:
    """Write both coders' workbooks with their mappings, and the checklist."""
    import datetime as dt

    import numpy as np

    import justice_metrics as jm
    from justice_metrics.cases.calendar import day_number
    from justice_metrics.cases.checklist_file import read_checklist
    from justice_metrics.cases.coding.planning import coding_plan
    from justice_metrics.simulate import study_kit
    from justice_metrics.simulate.coding import coded_answers
    from justice_metrics.simulate.extracts import COHORT, child_tables, draw
    from justice_metrics.simulate.practice import Practice, practice_of
    from justice_metrics.simulate.second_coder import coded_again

    procedure = jm.read_procedure("bolivia")
    without = len(coding_plan(procedure).table("case").fields)
    items = -(-(FIELDS - without) // 2)
    (folder / "checklist.toml").write_text(checklist_text(items), encoding="utf-8")
    plan = coding_plan(procedure, read_checklist(folder / "checklist.toml"))
    cohort, random = draw(COHORT), np.random.default_rng(20_261_123)
    children = child_tables(cohort.cases, COHORT.cutoff)
    register = len(cohort.cases["numero_caso"])
    told = {
        f"i{n}": random.choice(
            ["yes", "no", "not_documented", "not_applicable"], register, p=[0.5, 0.3, 0.15, 0.05]
        ).tolist()
        for n in range(items)
    }
    begun = np.array([day_number(day) for day in cohort.cases["fecha_denuncia"]])
    days = {name: np.where(np.array(answers) == "yes", begun, -1).astype(np.int32) for name, answers in told.items()}
    facts = practice_of(cohort.cases, cohort.support, children, day_number(COHORT.cutoff)).fact_day
    rows = np.sort(random.choice(register, FILES, replace=False))
    practice = Practice(told, told, days, facts)
    first = coded_answers(plan, rows, cohort.cases, cohort.support, children, practice)
    second = coded_again(plan, first, COHORT.cutoff, files=FILES)
    cutoff: dt.date = COHORT.cutoff
    for coder, answers in zip(CODERS, (first, second), strict=True):
        (folder / f"{coder}.xlsx").write_bytes(study_kit.workbook(plan, answers, cutoff))
        text = study_kit.mapping(plan, (f"{coder}.xlsx",), cutoff)
        text = text.replace(f'checklist = "{study_kit.CHECKLIST}"', 'checklist = "checklist.toml"')
        (folder / f"{coder}.toml").write_text(text, encoding="utf-8")


def inside(folder: Path) -> None:
    """Be the fresh process: read both codings, ask, write the report, print the seconds of each step."""
    from main_job import peak_memory

    marks: list[float] = [time.perf_counter()]
    cpu = time.process_time()
    import justice_metrics as jm

    def done() -> None:
        marks.append(time.perf_counter())

    first, second = (jm.read_cases(mapping=folder / f"{coder}.toml") for coder in CODERS)
    done()
    answers: list[Any] = [jm.coder_agreement(first, second)]
    done()
    answers += [
        jm.practice(first),
        jm.practice(first, by="department"),
        jm.practice(first, by="year"),
        jm.practice_change(first, round="round"),
    ]
    done()
    answers += [jm.check(first), jm.attrition(first), jm.time_to(first, outcome="any_exit"), jm.outcome_shares(first)]
    done()
    release = jm.internal(answers, title="Study of files")
    written = jm.write_report(release, folder / "report.html", language="es")
    done()
    steps = {name: end - begin for name, (begin, end) in zip(STEPS, pairwise(marks), strict=True)}
    fields = sum(1 for column in first.milestones.collect_schema().names() if column.startswith("practice"))
    print(
        json.dumps(
            {
                "wall": marks[-1] - marks[0],
                **steps,
                "cpu": time.process_time() - cpu,
                "peak": peak_memory(),
                "files": first.n_units,
                "columns": fields,
                "bytes": written.stat().st_size,
            }
        )
    )


def main() -> int:
    """Read the command line, measure, print, and compare with what is promised when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="fresh processes")
    parser.add_argument("--check", action="store_true", help="end with code 1 when the limit is missed")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--simulate", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.simulate:
        simulate(asked.simulate)
        return 0
    if asked.inside:
        inside(asked.inside)
        return 0
    with tempfile.TemporaryDirectory(prefix="justice-metrics-study-") as made:
        folder = Path(made)
        subprocess.run([sys.executable, __file__, "--simulate", str(folder)], check=True)
        command = [sys.executable, __file__, "--inside", str(folder)]
        runs = [
            json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
            for _ in range(asked.runs)
        ]
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(
        f"{middle['files']:.0f} files x {FIELDS} fields x {len(CODERS)} coders: "
        f"report of {middle['bytes'] / 1e6:.1f} MB"
    )
    for key in ("wall", *STEPS, "cpu"):
        values = [run[key] for run in runs]
        print(f"  {key:<9} {middle[key]:9.1f}  ({min(values):.1f}-{max(values):.1f}) s")
    print(f"  {'peak':<9} {middle['peak']:9.0f} MiB")
    kept = middle["wall"] <= WALL_LIMIT
    print(f"{'kept  ' if kept else 'MISSED'} wall s: {middle['wall']:.1f} (limit {WALL_LIMIT:g})")
    return 0 if kept or not asked.check else 1


if __name__ == "__main__":
    sys.exit(main())
