"""Make a virtual environment from a lock file and install justice_metrics into it; the same on every system.

``python .ci/set_up.py study`` brings what a study needs, ``test`` adds the tools of the tests, ``pandas2`` makes a
second environment with lifelines and pandas 2. A second call with nothing changed returns at once. Only the standard
library is used, and nothing newer than Python 3.7, so that an old Python gets a message and not a syntax error.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
# what is asked for -> (folder of the environment, lock file)
KINDS = {
    "study": (".venv", "constraints.txt"),
    "test": (".venv", "constraints-test.txt"),
    "pandas2": (".venv-pandas2", "constraints-lifelines.txt"),
}
# an environment that holds the second serves the first as well: its lock names the same versions and more
CONTAINED_IN = {"study": "test"}


def main(words: list[str] | None = None) -> int:
    """Read the command line, and set up what is missing; the answer is the exit code."""
    parser = argparse.ArgumentParser(description="Set up justice_metrics from its lock files.")
    parser.add_argument("kind", choices=sorted(KINDS), help="what the environment is for")
    parser.add_argument("--environment", type=Path, help="folder to make the environment in (default: in the project)")
    parser.add_argument("--package", type=Path, help="install this wheel instead of the project's own folder")
    asked = parser.parse_args(words)
    trouble = wrong_python(tuple(sys.version_info[:2]))
    if trouble:
        print(trouble, file=sys.stderr)
        return 1
    folder, lock_name = KINDS[asked.kind]
    environment = (asked.environment or ROOT / folder).resolve()
    lock = ROOT / lock_name
    if asked.package is None and up_to_date(environment, asked.kind):
        return 0
    try:
        install(environment, lock, asked.package)
    except (subprocess.CalledProcessError, OSError) as failure:
        print(f"\nThe set-up stopped: {failure}\nMend that and give the same command again.", file=sys.stderr)
        return 1
    stamp(environment, asked.kind).write_text(fingerprint(environment, lock), encoding="utf-8")
    return 0


def wrong_python(version: tuple[int, ...]) -> str:
    """Say what to do when this Python is too old or cannot make environments; empty when it is fine."""
    wanted = ".".join(map(str, OLDEST))
    if version < OLDEST:
        found = ".".join(map(str, version))
        return (
            f"justice_metrics needs Python {wanted} or later; {sys.executable} is {found}.\n"
            f"Install a newer Python and name it, for example: make study PYTHON=python3.12"
        )
    if uv() is None:
        try:
            import ensurepip  # noqa: F401  # Debian and Ubuntu ship it apart
            import venv  # noqa: F401
        except ImportError:
            return (
                "This Python cannot make virtual environments: its module venv is missing.\n"
                "On Debian and Ubuntu install the package python3-venv; elsewhere use the installer of Python itself."
            )
    return ""


def uv() -> str | None:
    """Find uv, the quick installer, if there is one that runs; pip does the same work without it."""
    found = shutil.which("uv")
    if found is None:
        return None
    answer = subprocess.run([found, "--version"], capture_output=True, check=False)
    return found if answer.returncode == 0 else None


def python_of(environment: Path) -> Path:
    """Path of the interpreter inside an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp(environment: Path, kind: str) -> Path:
    """File that says which state of the lock was installed, written last."""
    return environment / f"set-up-{kind}.txt"


def fingerprint(environment: Path, lock: Path) -> str:
    """Digest of all that decides what is installed."""
    digest = hashlib.sha256()
    for part in (lock, ROOT / "pyproject.toml", environment / "pyvenv.cfg"):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def up_to_date(environment: Path, kind: str) -> bool:
    """Whether the environment was completed from the files as they stand now."""
    for held in (kind, CONTAINED_IN.get(kind, kind)):
        note = stamp(environment, held)
        if note.exists() and works(environment):
            return note.read_text(encoding="utf-8") == fingerprint(environment, ROOT / KINDS[held][1])
    return False


def works(environment: Path) -> bool:
    """Whether the environment's interpreter still runs; it does not after its Python was removed or moved."""
    try:
        version = subprocess.run(
            [str(python_of(environment)), "-c", f"import sys; sys.exit(sys.version_info < {OLDEST})"],
            check=False,
            capture_output=True,
        )
    except OSError:
        return False
    return version.returncode == 0


def install(environment: Path, lock: Path, package: Path | None) -> None:
    """Make the environment where needed, then install the lock with its hashes, then the package alone."""
    if environment.exists() and not works(environment):
        if any(environment.iterdir()) and not (environment / "pyvenv.cfg").exists():
            raise FileExistsError(f"{environment} is there already and is not a Python environment")
        shutil.rmtree(environment)
    count = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    target = ["-e", str(ROOT)] if package is None else [str(package)]
    quick = uv()
    for tool in ("uv", "pip") if quick else ("pip",):
        print(f"Installing {count} packages into {environment} ({tool}; a minute or two)", flush=True)
        try:
            pip = with_uv(str(quick), environment) if tool == "uv" else with_pip(environment)
            # two steps: with hashes required, a folder of the project would be refused
            run(*pip, "--require-hashes", "-r", str(lock))
            run(*pip, "--no-deps", *target)
        except subprocess.CalledProcessError:
            if tool == "pip":
                raise
            # the two read different settings for where to fetch from and whom to trust
            print("uv could not install them; trying pip.", flush=True)
        else:
            return


def with_uv(quick: str, environment: Path) -> list[str]:
    """Make the environment with uv and return the words that install into it."""
    if not environment.exists():
        run(quick, "venv", "--quiet", "--python", sys.executable, str(environment))
    return [quick, "pip", "install", "--quiet", "--python", str(python_of(environment))]


def with_pip(environment: Path) -> list[str]:
    """Make the environment with venv and return the words that install into it."""
    python = str(python_of(environment))
    if not environment.exists():
        run(sys.executable, "-m", "venv", str(environment))
    # an environment that uv made has no pip
    run(python, "-m", "ensurepip", "--default-pip", output=subprocess.DEVNULL)
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def run(*words: str, output: int | None = None) -> None:
    """Run one command of the set-up and stop when it fails."""
    subprocess.run(words, check=True, stdout=output, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
