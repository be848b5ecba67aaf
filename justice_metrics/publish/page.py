"""Self-contained HTML: one template engine that escapes everything, one style sheet, one security policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import jinja2
from markupsafe import Markup

from ..base.language import Language, Readable, tr
from .audience import COLOURS, LEADS, MARKS, Audience
from .inert import plain

SIMULATED: Final = tr("Simulated data: no case in it is real.")

WORDS: Final = MappingProxyType(
    {
        "simulated": SIMULATED,
        "skip": tr("Skip to the content"),
        "key_findings": tr("Key findings"),
        "contents": tr("Contents"),
        "section": tr("Section"),
        "figure": tr("Figure"),
        "table": tr("Table"),
        "definition": tr("What the numbers mean"),
        "notes": tr("Read with care"),
        "base": tr("What the numbers rest on"),
        "further": tr("Further tables"),
        "naive": tr("Why not this figure"),
        "naive_lead": tr(
            "The table below is often asked for and misleads. It stands here so that the difference can be seen; "
            "do not quote it."
        ),
        "no_rows": tr("No rows."),
        "not_printed": tr("This table is too long to be printed; it stands in full in the electronic version."),
        "glossary": tr("Terms used"),
        "methods": tr("Methods and references"),
        "methods_lead": tr("How each number was computed, and the source of the method."),
        "provenance": tr("Where the numbers come from"),
        "source": tr("Data"),
        "fingerprint": tr("Fingerprint of the data's shape"),
        "unit": tr("Counted unit"),
        "units": tr("Units in the data"),
        "cutoff": tr("Cut-off"),
        "sampling": tr("Sampling"),
        "procedure": tr("Procedure"),
        "corrections": tr("Corrections"),
        "version": tr("Made with"),
        "study": tr("Study file"),
        "sections": tr("Sections"),
        "settings": tr("Settings of each question"),
        "question": tr("Question"),
        "setting": tr("Setting"),
        "value": tr("Value"),
        "none": tr("none"),
        "among": tr("Among"),
        "counted": tr("Counted"),
        "hidden": tr("What was hidden"),
        "limits": tr("What these numbers cannot say"),
        "passport": tr("Passport of the release"),
        "changes": tr("Changes since the release before"),
        "checklist": tr("Checklist of what a reader must be told"),
    }
)


def page(
    template: str, *, language: Language, title: str, simulated: bool, audience: Audience = "internal", **content: Any
) -> str:
    """Fill a template; everything that comes in is escaped.

    Parameters
    ----------
    template : str
        Name of a file in ``templates``.
    language : {"en", "es"}
        Language of the page.
    title : str
        Title of the document.
    simulated : bool
        Whether the page must say that its data are simulated.
    audience : {"internal", "public"}
        For whom the page is; it says so on the screen and on every sheet.
    **content
        What the template names; a name that it uses and that is missing is an error.

    Returns
    -------
    str
        A whole HTML document that loads nothing from anywhere.
    """
    style = _style(language, audience, simulated=simulated)
    return (
        environment(language)
        .get_template(template)
        .render(
            language=language,
            title=title,
            simulated=simulated,
            style=Markup(style),  # noqa: S704 - our own file, nothing of the user's in it
            policy=security_policy(style),
            words=WORDS,
            audience=audience,
            mark=MARKS[audience],
            lead=LEADS[audience],
            **content,
        )
    )


def security_policy(style: str) -> str:
    """Return the policy that lets a page use its own style sheet and its own pictures, and nothing else.

    Parameters
    ----------
    style : str
        The text between the ``style`` tags.

    Examples
    --------
    >>> security_policy("p {}").split("; ")[:2]
    ["default-src 'none'", 'img-src data:']
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def environment(language: Language) -> jinja2.Environment:
    """Return a template engine that escapes everything, knows no missing names and speaks one language.

    Parameters
    ----------
    language : {"en", "es"}
        Messages that a template shows are read in it.
    """

    def shown(value: Any) -> Any:
        if isinstance(value, str):
            return value if isinstance(value, Markup) else plain(value)
        return plain(value.text(language)) if isinstance(value, Readable) else value

    return jinja2.Environment(
        loader=jinja2.PackageLoader("justice_metrics.publish", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _style(language: Language, audience: Audience, *, simulated: bool) -> str:
    marks = {"%MARK%": MARKS[audience].text(language), "%SIMULATED%": SIMULATED.text(language) if simulated else ""}
    style = _sheet().replace("%COLOUR%", COLOURS[audience])
    for place, mark in marks.items():
        style = style.replace(place, _css_text(mark))
    return style


@cache
def _sheet() -> str:
    return files("justice_metrics.publish").joinpath("templates/page.css").read_text(encoding="utf-8")


def _css_text(text: str) -> str:
    return "".join(
        letter if letter.isalnum() or letter in " :.,-" else f"\\{ord(letter):06x}" for letter in plain(text)
    )
