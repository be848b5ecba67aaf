"""With which software a release was made: this package and all it stands on, by version."""

from __future__ import annotations

import platform
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any, Final

from ..base.version import __version__

PACKAGE: Final = "justice-metrics"
# What the package itself needs, for a copy of it that was not installed.
CORE: Final = (
    *("babel", "duckdb", "formulaic", "holidays", "jinja2", "matplotlib", "narwhals", "numpy", "pandas", "pyarrow"),
    *("pydantic", "python-calamine", "rich", "scipy", "statsmodels", "typer", "xlsxwriter"),
)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# What the other formats of a report are made with; they are named where they are installed.
_EXTRAS: Final = ("python-docx", "typst", "great_tables", "pyreadstat")


def versions() -> dict[str, str]:
    """Return the version of every package that this one needs, directly or not, as they are installed here."""
    found = {PACKAGE: __version__}
    wanted = [*CORE, *_EXTRAS]
    while wanted:
        name = _plain(wanted.pop())
        if name in found:
            continue
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = installed.version
        wanted += _needed(installed)
    return dict(sorted(found.items()))


def software_record() -> dict[str, Any]:
    """Return language and packages by version; no name of a machine, a folder or a user."""
    return {"python": platform.python_version(), "packages": versions()}


def _needed(installed: Distribution) -> list[str]:
    """Return the packages that one needs in any case; those of its extras are not among them."""
    found = []
    for line in installed.requires or ():
        name = _NAME.match(line)
        if name is not None and "extra ==" not in line:
            found.append(name.group())
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
