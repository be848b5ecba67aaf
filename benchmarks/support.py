"""Time and memory of the support effect: 200,000 cases, 30 covariate patterns, 200 resamples of 100 courts.

``python benchmarks/support.py`` simulates the cases, compares the two strategies and draws the courts again, each time
in a fresh process and twice with one seed: the answers must be the same to the last bit. It measures the kernel, which
starts from arrays; reading a file is measured by ``main_job.py``. With ``--check`` the exit code tells whether the
limits were kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
WALL_LIMIT: Final = 60.0  # seconds
MEMORY_LIMIT: Final = 2048.0  # MiB
NEVER: Final = 2**30
TIMINGS: Final = ("usual", "even", "late")


def simulate(asked: argparse.Namespace) -> Any:
    """Return cases whose severity, court and two milestones bring support, and endings."""
    import numpy as np

    sys.path.insert(0, str(HERE.parent))
    from justice_metrics.estimate.followed import Followed

    random = np.random.default_rng(20180430)
    n = asked.cases
    pattern = random.integers(0, asked.patterns, n)
    design = random.normal(size=(asked.patterns, 6))
    court = random.integers(0, asked.courts, n)
    risk = design[pattern] @ np.array([0.4, -0.3, 0.2, 0.1, 0.0, 0.0]) + random.normal(0, 0.3, asked.courts)[court]
    milestones = random.exponential(400 * np.exp(-0.2 * risk[:, None]), (n, asked.milestones)).astype(np.int64)
    quicker = (milestones < 90).sum(axis=1) * 0.5 if asked.milestones else 0.0
    start = random.exponential(200 * np.exp(-0.5 * risk - quicker)).astype(np.int64)
    endings = np.stack([random.exponential(days * np.exp(-0.3 * risk * sign)) for days, sign in ENDINGS], axis=1)
    cutoff = random.integers(200, 1500, n)
    last = endings.min(axis=1)
    code = np.where(last <= cutoff, endings.argmin(axis=1) + 1, 0)
    end = np.minimum(last, cutoff).astype(np.int64)
    return (
        Followed(
            end,
            code,
            np.where(start <= end, start, NEVER),
            np.where(milestones <= end[:, None], milestones, NEVER),
            pattern,
            court,
            np.ones(n),
        ),
        design,
    )


ENDINGS: Final = ((1500.0, 1.0), (900.0, -1.0), (2500.0, 0.0))


def once(asked: argparse.Namespace) -> dict[str, Any]:
    """Be the fresh process: compare, resample, and tell what it took."""
    followed, design = simulate(asked)
    from justice_metrics.estimate.emulation import Strategy, emulate
    from justice_metrics.estimate.emulation_resamples import intervals, resample

    words: dict[str, Any] = {"outcomes": len(ENDINGS), "horizons": (365, 730)}
    strategy = Strategy(asked.within, asked.timing, truncate=asked.truncate)
    held, begin = memory("VmRSS"), time.perf_counter()
    found = emulate(followed, design, strategy, **words)
    middle = time.perf_counter()
    drawn = resample(followed, design, strategy, **words, resamples=asked.resamples, seed=1)
    limits = intervals(found, drawn)
    end = time.perf_counter()
    bits = b"".join(part.tobytes() for part in (*drawn.values, found.difference, limits.difference.low))
    return {
        "estimate": middle - begin,
        "resamples": end - middle,
        "wall": end - begin,
        "held": held,
        "peak": memory("VmHWM"),
        "digest": hashlib.sha256(bits).hexdigest(),
        "difference": found.difference[0, -1],
        "low": limits.difference.low[0, -1],
        "high": limits.difference.high[0, -1],
    }


def memory(line: str) -> float:
    """Resident memory of this process, MiB: ``VmRSS`` now, ``VmHWM`` at its peak; NaN where it is not told."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    found = [one for one in status.read_text(encoding="ascii").splitlines() if one.startswith(line)]
    return float(found[0].split()[1]) / 1024


def main() -> int:
    """Read the command line, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=lambda text: int(float(text)), default=200_000)
    parser.add_argument("--patterns", type=int, default=30, help="distinct combinations of covariates")
    parser.add_argument("--milestones", type=int, default=2, help="0 to 3")
    parser.add_argument("--courts", type=int, default=100, help="with fewer than 20 the interval is studentised")
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--within", type=int, default=90, help="days of the grace period")
    parser.add_argument("--timing", choices=TIMINGS, default="usual")
    parser.add_argument("--truncate", type=float, help="percentile at which weights are cut")
    parser.add_argument("--runs", type=int, default=2, help="fresh processes, all with the same seed")
    parser.add_argument("--check", action="store_true", help="fail when the limits are not kept")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(once(asked)))
        return 0
    runs = []
    for _ in range(max(asked.runs, 1)):
        words = [sys.executable, str(Path(__file__).resolve()), *sys.argv[1:], "--once"]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout.splitlines()[-1]))
        print(
            f"{asked.cases:>11,} cases  {asked.resamples:>6,} resamples  estimate {runs[-1]['estimate']:7.2f} s  "
            f"resamples {runs[-1]['resamples']:8.2f} s  peak {runs[-1]['peak']:8.0f} MiB",
            flush=True,
        )
    same = len({one["digest"] for one in runs}) == 1
    wall = statistics.median(one["wall"] for one in runs)
    peak = max(one["peak"] for one in runs)
    last = runs[-1]
    print(f"difference at the last horizon {last['difference']:.4f} ({last['low']:.4f} to {last['high']:.4f})")
    print(f"median {wall:.2f} s, peak {peak:.0f} MiB; " + ("the same bits each time" if same else "NOT the same bits"))
    kept = same and wall <= WALL_LIMIT and not peak > MEMORY_LIMIT
    return 0 if kept or not asked.check else 1


if __name__ == "__main__":
    sys.exit(main())
