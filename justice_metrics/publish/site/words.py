"""The fixed words of a site: pages, buttons, what stands at each figure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ...base.language import Language, Readable, tr
from ...base.quantities import STATUS_WORDS
from ..page import WORDS as REPORT_WORDS
from .charts.locale import vega_locale
from .counts import SHOWN_ONLY
from .model import PageName
from .territories import HIDDEN, NO_NUMBER, STEP_WORDS

TITLES: Final[Mapping[PageName, Readable]] = MappingProxyType(
    {
        "start": tr("Start"),
        "demand": tr("Demand"),
        "response": tr("Response"),
        "territory": tr("Territory"),
        "people": tr("People"),
        "alerts": tr("Alerts"),
        "data": tr("Data and definitions"),
        "help": tr("Get help"),
    }
)
"""Names of the pages, in the navigation and as their headings."""

LEADS: Final[Mapping[PageName, Readable]] = MappingProxyType(
    {
        "start": tr("How much violence is reported, and what the justice system makes of it."),
        "demand": tr("What is reported: which offences, when, and how the complaint arrives."),
        "response": tr("What becomes of the cases: how far they come, how they end, how long it takes."),
        "territory": tr("Where it is reported."),
        "people": tr("Who suffers the violence, and who is accused of it."),
        "alerts": tr("Alerts for missing persons: issued, active, solved."),
        "data": tr("Every number for download, what it means, how it was counted, and what is hidden."),
        "help": tr("Where to call, where to go, what can be checked."),
    }
)

FOR_SCRIPTS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "not_published": tr("not published in this combination"),
        "all_levels": tr("all"),
        "period": tr("period"),
        "copied": tr("Copied"),
        "shown_now": tr("Shown now"),
        "to_date": tr("The months to date of each year"),
        "year": tr("By calendar year"),
        "month": tr("By month"),
        "quarter": tr("By quarter"),
        "unchanged": tr("This figure does not follow what you chose."),
        "copy_link": tr("Copy the link to what is shown"),
        "missing_figures": tr("Not published in this combination: {n} of {total} figures.", n="{n}", total="{total}"),
        "published_by": tr("This figure is published by: {choices}.", choices="{choices}"),
        # patterns: a script puts the values in
        "most": tr("{period}, most of all: {listed}.", period="{period}", listed="{listed}"),
        "one_period": tr("{period}: {n}.", period="{period}", n="{n}"),
        "open_period": tr("{period} (provisional)", period="{period}"),
        "span": tr("{first} to {last}", first="{first}", last="{last}"),
        "class": tr("{low} to {high}", low="{low}", high="{high}"),
        "shown_only": SHOWN_ONLY,
        "map_hidden": STEP_WORDS[HIDDEN],
        "map_no_number": STEP_WORDS[NO_NUMBER],
    }
)
"""What scripts say besides."""

WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        **{
            name: REPORT_WORDS[name]
            for name in ("simulated", "skip", "no_rows", "not_printed", "glossary", "limits", "notes")
        },
        **{
            name: REPORT_WORDS[name]
            for name in ("methods", "provenance", "table", "unit", "cutoff", "counted", "among")
        },
        **{name: REPORT_WORDS[name] for name in ("question", "setting", "value", "settings", "none", "section")},
        "pages": tr("Pages"),
        "languages": tr("Languages"),
        "language": tr("Language"),
        "leave": tr("Leave this page"),
        "leave_about": tr("Leaves for a harmless page at once. Pressing Esc three times does the same."),
        "leave_history": tr(
            "This page may stay in the history of your browser. Delete it if somebody else looks there."
        ),
        "published": tr("Published"),
        "release": tr("Release"),
        "provisional": tr("Provisional"),
        "frozen": tr("This is a frozen release. The latest one may differ."),
        "latest": tr("To the latest release"),
        "cite": tr("How to cite"),
        "contact": tr("Contact"),
        "licence": tr("Licence"),
        "protected": tr("Small numbers are hidden to protect persons. A hidden number is not zero."),
        "filters": tr("Choose what is shown"),
        "reset": tr("Show everything again"),
        "no_script": tr("Without scripts there are no filters. Every figure and table is shown all the same."),
        "numbers": tr("The numbers as a table"),
        "about": tr("What the numbers mean"),
        "downloads": tr("Download"),
        "permalink": tr("Link to this figure"),
        "frozen_link": tr("Link to this figure as it was published on this day"),
        "embed": tr("Embed this figure"),
        "embed_about": tr(
            "Copy these words into your page; the address is that of the folder in which this site stands."
        ),
        "copy": tr("Copy"),
        "picture_hidden": tr("No picture of this may be shown; the table says what may be."),
        "headlines": tr("At a glance"),
        "changes": tr("What changed since the last release"),
        "all_changes": tr("Every change, as a file"),
        "more": tr("More"),
        "no_figures": tr("There are no figures on this page in this release."),
        "files": tr("Files"),
        "figure": tr("Figure"),
        "everything": tr("Everything together"),
        "dictionary": tr("Data dictionary"),
        "dictionary_about": tr("What each column of the files means."),
        "column": tr("Column"),
        "meaning": tr("Meaning"),
        "unit_of": tr("Unit"),
        "rules": tr("Counting rules"),
        "hiding": tr("What is hidden, and why"),
        "revisions": tr("Revisions"),
        "releases": tr("All releases"),
        "cubes": tr("Counts that the filters read"),
        "metadata": tr("Description of the data for catalogues"),
        "feed": tr("News feed"),
        "hotlines": tr("Call"),
        "free": tr("free of charge"),
        "hours": tr("Hours"),
        "report": tr("Where to report"),
        "register": tr("Check the register of offenders"),
        "alerts_help": tr("Missing persons"),
        "services": tr("Services near you"),
        "open_page": tr("Open the page"),
        "address": tr("Address"),
        "no_help": tr(
            "No services have been entered for this site yet. In an emergency call the police of your country."
        ),
        "hidden_none": tr("No number of this table is hidden."),
        "source": tr("Data"),
        "of_all": tr("Definition"),
    }
)
"""What the templates name; everything in it is translated."""


def said_words(language: Language) -> dict[str, str]:
    """Return every fixed word of a site in one language, the words of statuses and the months, for scripts."""
    statuses = {f"status_{name}": words for name, words in STATUS_WORDS.items()}
    pages = {f"page_{name}": words for name, words in TITLES.items()}
    names = vega_locale(language)["time"]["months"]
    months = {f"month_{number:02d}": str(name) for number, name in enumerate(names, start=1)}
    said = {name: words.text(language) for name, words in {**WORDS, **statuses, **pages, **FOR_SCRIPTS}.items()}
    return {**said, **months}
