"""Time and memory of a statistics site: 927,360 rows of published counts, and twenty thousand simulated cases.

``python benchmarks/observatory.py --check`` ends with code 1 when a promise is missed. Each figure is the median of
fresh processes. The published counts (Mexico, SESNSP) lie beside the repository; without them only the second site is
built.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

# nothing heavy up here: on Linux a child starts with the memory peak of the process that launched it
RUNS: Final = 3
WALL_LIMIT: Final = 60.0  # seconds, the published counts
MEMORY_LIMIT: Final = 2048.0  # MiB
PAGE_LIMIT: Final = 500_000  # bytes of the first page with all that it loads, compressed
ROOT: Final = Path(__file__).resolve().parent.parent
COUNTS: Final = ROOT.parent / "shared" / "data" / "mexico_sesnsp" / "victims_state_month_sex_age.csv.bz2"
SHAPES: Final = ROOT / "tests" / "publish" / "site" / "mexico_states.geojson"
SIMULATED: Final = "bolivia_observatory.toml"
PUBLISHED: Final = "mexico_observatory.toml"

# the table spells it in two ways
UNKNOWN: Final = '{ "No especificado" = "not_recorded", "No identificado" = "not_recorded" }'
MAPPING: Final = """
[data]
file = "{file}"
kind = "counts"
language = "es"

[counts]
unit = "victim"
period = {{ year = "n_year", month = "n_month" }}
repeated = "add"

[counts.keys]
state = "nombre_estado"
offence = "tipo_de_delito"
sex = {{ column = "genero", labels = {unknown} }}
age = {{ column = "rango_de_edad", labels = {unknown} }}

[counts.quantities]
victims = {{ column = "n_victimas", label = {{ en = "victims", es = "víctimas" }} }}
"""
SETTINGS: Final = """
[observatory]
title = { es = "Víctimas", en = "Victims" }
institution = { es = "Ejemplo", en = "Example" }
policy = "mexico_policy.toml"
passport = "passport.toml"

[sources]
counts = "mexico.toml"
quantity = "victims"

[territory]
shapes = "mexico_states.geojson"
key = "state"

[filters]
by = ["offence", "state", "sex", "age"]
combine = "all"

[help]
file = "bolivia_help.toml"
"""
POLICY: Final = """
[already_public]
source = "Secretariado Ejecutivo del Sistema Nacional de Seguridad Pública"
reason = "published every month, number by number"
legal_basis = "transparency law"
"""


def prepare(folder: Path) -> list[str]:
    """Write the sample and, where the published counts are there, settings for them; return the settings files."""
    from justice_metrics.simulate.sample import write_sample

    write_sample(folder)
    if not COUNTS.exists():
        return [SIMULATED]
    (folder / "mexico.toml").write_text(MAPPING.format(file=COUNTS.as_posix(), unknown=UNKNOWN), encoding="utf-8")
    (folder / PUBLISHED).write_text(SETTINGS, encoding="utf-8")
    (folder / "mexico_policy.toml").write_text(POLICY, encoding="utf-8")
    shutil.copyfile(SHAPES, folder / "mexico_states.geojson")
    return [SIMULATED, PUBLISHED]


def inside(settings: Path) -> None:
    """Be the fresh process: build the site, print time, memory and size."""
    from main_job import peak_memory

    begun, cpu = time.perf_counter(), time.process_time()
    from justice_metrics.study.observatory.run import run_observatory

    run_observatory(settings)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    site = settings.parent / "site"
    files = [one for one in site.rglob("*") if one.is_file()]
    print(
        json.dumps(
            {
                "wall": wall,
                "cpu": cpu,
                "peak": peak_memory(),
                "first_page": first_page(site),
                "site": sum(one.stat().st_size for one in files),
                "files": len(files),
            }
        )
    )


def first_page(site: Path) -> int:
    """Return the bytes of the first page and of all that it loads, each compressed as a web server does."""
    page = site / "index.html"
    text = page.read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href|data-[a-z]+)="([^"#]+\.(?:js|css|svg|png))"', text)
    loaded = {one for one in named if "://" not in one}
    # of the two widths of a picture a reader loads one, and files to download are links, not part of the page
    links = set(re.findall(r'<a [^>]*href="([^"#]+)"', text))
    return sum(len(gzip.compress((site / one).read_bytes())) for one in loaded - links) + len(
        gzip.compress(page.read_bytes())
    )


def main() -> int:
    """Read the command line, measure, print, and compare with what is promised when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="fresh processes")
    parser.add_argument("--check", action="store_true", help="end with code 1 when a limit is missed")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        inside(asked.inside)
        return 0
    kept = True
    with tempfile.TemporaryDirectory(prefix="justice-metrics-site-") as made:
        folder = Path(made) / "sample"
        for settings in prepare(folder):
            runs = []
            for _ in range(asked.runs):
                for old in ("site", "secure"):
                    shutil.rmtree(folder / old, ignore_errors=True)
                command = [sys.executable, __file__, "--inside", str(folder / settings)]
                told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
                runs.append(json.loads(told.splitlines()[-1]))
            kept = _told(settings, runs) and kept
    return 0 if kept or not asked.check else 1


def _told(settings: str, runs: list[dict[str, float]]) -> bool:
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(f"{settings}: {middle['files']:.0f} files, {middle['site'] / 1e6:.1f} MB")
    for key, unit in (("wall", "s"), ("cpu", "s"), ("peak", "MiB")):
        values = [run[key] for run in runs]
        print(f"  {key:<5} {middle[key]:9.1f}  ({min(values):.1f}-{max(values):.1f}) {unit}")
    print(f"  first page with all that it loads, compressed: {middle['first_page'] / 1e3:.0f} kB")
    promises: list[tuple[str, float, float]] = [("first page, bytes", middle["first_page"], PAGE_LIMIT)]
    if settings == PUBLISHED:
        promises += [("wall, s", middle["wall"], WALL_LIMIT), ("peak, MiB", middle["peak"], MEMORY_LIMIT)]
    for name, found, limit in promises:
        print(f"{'kept  ' if found <= limit else 'MISSED'} {name}: {found:.1f} (limit {limit:g})")
    return all(found <= limit for _, found, limit in promises)


if __name__ == "__main__":
    sys.exit(main())
