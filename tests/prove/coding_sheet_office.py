"""Steers LibreOffice from its own Python: types answers into a coding sheet and asks which cells break their checks.

Read by ``test_coding_sheet.py``; it takes a job as JSON on standard input and answers as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]

_WAIT = 60.0
_PIPE = "justice_metrics_coding_sheet"


def setting(name: str, value: Any) -> Any:
    one = PropertyValue()
    one.Name, one.Value = name, value
    return one


def connected() -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + _WAIT
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={_PIPE};urp;StarOffice.ComponentContext")
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def invalid(sheet: Any) -> bool:
    """Return whether any cell of a sheet breaks its check."""
    found = bool(sheet.showInvalid())
    sheet.clearArrows()
    return found


def kinds(document: Any, job: dict[str, Any]) -> dict[str, list[str]]:
    """Return the kind of check of each column, from the cells of the third row, and how it is written."""
    found = {}
    for name, columns in job["sheets"].items():
        sheet = document.Sheets.getByName(name)
        checks = [sheet.getCellByPosition(place, 2).Validation for place in range(columns)]
        found[name] = [f"{one.Type.value} {one.getFormula1()} {one.getFormula2()}" for one in checks]
    return found


def answered(document: Any, job: dict[str, Any]) -> dict[str, Any]:
    sheets = {name: document.Sheets.getByName(name) for name in job["sheets"]}
    said: dict[str, Any] = {"clean": {name: invalid(one) for name, one in sheets.items()}, "broken": {}}
    for one in job["typed"]:
        cell = sheets[one["sheet"]].getCellByPosition(one["column"], one["row"])
        kind, text, value = cell.Type.value, cell.String, cell.Value
        if isinstance(one["value"], str):
            cell.String = one["value"]
        else:
            cell.Value = one["value"]
        said["broken"][one["what"]] = invalid(sheets[one["sheet"]])
        if kind == "VALUE":
            cell.Value = value
        else:
            cell.String = text
    said["after"] = {name: invalid(one) for name, one in sheets.items()}
    return said


def main() -> None:
    job = json.loads(sys.stdin.read())
    office = subprocess.Popen(
        [
            "soffice",
            "--headless",
            "--norestore",
            f"--accept=pipe,name={_PIPE};urp;",
            f"-env:UserInstallation={job['profile']}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        context = connected()
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        document = desktop.loadComponentFromURL(job["workbook"], "_blank", 0, (setting("Hidden", True),))
        document.calculateAll()
        said = answered(document, job)
        said["kinds"] = kinds(document, job)
        for kind, place in job["save"].items():
            document.storeToURL(place, (setting("FilterName", kind),))
        document.close(True)
        said["saved"] = {}
        for kind, place in job["save"].items():
            again = desktop.loadComponentFromURL(place, "_blank", 0, (setting("Hidden", True),))
            said["saved"][kind] = kinds(again, job)
            again.close(True)
        desktop.terminate()
    finally:
        try:
            office.wait(timeout=20)
        except subprocess.TimeoutExpired:
            office.kill()
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
