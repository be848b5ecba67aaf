"""Answers made by hand, as a measure would make them, for the tests of what is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from justice_metrics.base.language import Label, Readable, tr, trn
from justice_metrics.base.provenance import LeftOut, Provenance
from justice_metrics.base.result import Definition, Result
from justice_metrics.base.table import Column, Table
from justice_metrics.figures.style import house_style, new_axes

COURT = Column("court", tr("court"), "text", "stratum", "stratum")
STAGE = Column("stage", tr("stage"), "text", "key", "key")
NUMERATOR = Column("numerator", tr("convicted"), "units", "count", "count")
DENOMINATOR = Column("denominator", tr("cases"), "units", "count", "count")
ESTIMATE = Column("estimate", tr("conviction rate"), "share", "estimate", "share")
LOW = Column("conf_low", tr("lower limit"), "share", "interval", "interval")
HIGH = Column("conf_high", tr("upper limit"), "share", "interval", "interval")
DAYS = Column("days", tr("days"), "days", "key", "key")

STAGES = {"complaint": Label({"en": "complaint", "es": "denuncia"}), "trial": Label({"en": "trial", "es": "juicio"})}


@dataclass(frozen=True, eq=False, kw_only=True)
class Rates(Result):
    """Conviction rates by court, of 321 case files."""

    question = "conviction_rates"
    said: tuple[Readable, ...] = ()

    def findings(self) -> tuple[Readable, ...]:
        return self.said

    def plot(self, ax: Any = None, *, language: Any = "en") -> Any:
        with house_style():
            axes = new_axes(6, 2.5) if ax is None else ax
            axes.barh(["1", "2", "3"], [1, 2, 3])
            axes.set_title(self.heading.text(language))
        return axes


def provenance(**changed: Any) -> Provenance:
    given: dict[str, Any] = {
        "question": "conviction_rates",
        "settings": (("per", ("complaint", "trial")), ("by", ("court",)), ("confidence_level", 0.95)),
        "source": "bolivia_cases.csv",
        "fingerprint": "9f1c-20d4",
        "unit": "victim",
        "units_in": 1321,
        "left_out": (LeftOut(tr("no complaint date"), 12),),
        "cutoff": dt.date(2018, 4, 30),
        "procedure": "bolivia",
        "version": "0.1.0",
    }
    return Provenance(**{**given, **changed})


def rates_table(courts: list[str], **given: Any) -> Table:
    n = len(courts)
    denominator = np.arange(n) + 100
    numerator = np.arange(n) % 7
    share = numerator / denominator
    return Table(
        (COURT, STAGE, NUMERATOR, DENOMINATOR, ESTIMATE, LOW, HIGH),
        {
            "court": np.array(courts, dtype=object),
            "stage": np.array((["complaint", "trial"] * n)[:n], dtype=object),
            "numerator": numerator,
            "denominator": denominator,
            "estimate": np.where(numerator > 0, share, np.nan),
            "conf_low": np.where(numerator > 0, share / 2, np.nan),
            "conf_high": np.where(numerator > 0, share * 1.5, np.nan),
        },
        labels={"stage": STAGES},
        **given,
    )


def rates(courts: list[str] | None = None, **changed: Any) -> Rates:
    """Make an answer; keywords replace its parts."""
    given: dict[str, Any] = {
        "heading": tr("Conviction rates by court"),
        "tables": {"main": rates_table(courts if courts is not None else ["First", "First", "not_recorded"])},
        "definition": Definition(
            answers=tr("Of the cases that reached a stage, how many ended in conviction?"),
            numerator=tr("cases that ended in conviction"),
            denominator=tr("cases that reached the stage"),
            basis="cohort",
            pending=tr("in the denominator; their end is not known"),
            method=tr("Share with Wilson's interval (Wilson 1927)."),
        ),
        "provenance": provenance(),
        "notes": (tr("Fewer than 10 convictions: the intervals are wide."),),
        "said": (trn("{n} case ended in conviction.", "{n} cases ended in conviction.", 8), tr("Second finding.")),
    }
    return Rates(**{**given, **changed})


def naive_table() -> Table:
    return rates_table(["Ever supported", "Never supported"], title=tr("Ever supported"), warning=tr("Immortal time."))


SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
HOSTILE = {
    "script": SCRIPT,
    "attribute": '" onmouseover="alert(1)" x="',
    "close": "</td></table></style></title>-->]]>",
    "jinja": "{{ 7 * 7 }}{% raw %}",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "full_width": "＝1+1",
    "path": "../../x",
    "address": "http://evil.example/a.png",
    "bidi": "Juzgado \u202eoremirp\u202c",
    "control": "a\x00b\x0bc\ud800",
    "long": "x" * 10_000,
}
