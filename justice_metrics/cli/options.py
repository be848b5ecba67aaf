"""The words of the command line that all commands share, with their help in one language."""

from __future__ import annotations

from typing import Any, Final

import typer

from ..base.language import LANGUAGES, Language, tr
from .speech import Words

MAPPING_EXAMPLE: Final = "sample_data/bolivia_mapping.toml"


class Options:
    """Makes arguments and options whose help is in the language of the user.

    Parameters
    ----------
    language : {"en", "es"}
    asked : {"en", "es"}, optional
        Language that the words of the command ask for, before or after its name.
    """

    def __init__(self, language: Language, asked: Language | None = None) -> None:
        self.words = Words(language, asked)

    def panel(self) -> str:
        """Return the heading over the options that every command has."""
        return self.words(tr("Common options"))

    def mapping(self) -> Any:
        """Return the argument MAPPING."""
        return typer.Argument(
            ...,
            metavar="MAPPING",
            show_default=False,
            help=self.words(
                tr("The mapping file (toml) that describes the case files. Make one with: justice-metrics init FILE")
            ),
        )

    def by(self) -> Any:
        """Return the option --by."""
        return typer.Option(
            [],
            "--by",
            metavar="NAME",
            show_default=False,
            help=self.words(
                tr(
                    "Show each group by itself: an attribute of the mapping such as department or offence, or year. "
                    "May be given more than once."
                )
            ),
        )

    def level(self) -> Any:
        """Return the option --confidence-level."""
        return typer.Option(
            0.95, "--confidence-level", min=0.5, max=0.9999, help=self.words(tr("Level of the intervals."))
        )

    def start(self) -> Any:
        """Return the option --start."""
        return typer.Option(
            "complaint",
            "--start",
            metavar="STAGE",
            help=self.words(
                tr(
                    "Stage from whose first day time is counted: complaint, charge, prosecution, trial, or a stage of "
                    "the procedure."
                )
            ),
        )

    def variance(self) -> Any:
        """Return the option --variance."""
        return typer.Option(
            None,
            "--variance",
            metavar="NAME",
            show_default=False,
            help=self.words(
                tr(
                    "Variance of the intervals: greenwood, counting_process or infinitesimal_jackknife (robust). "
                    "Otherwise what the sampling asks for."
                )
            ),
        )

    def limits(self, default: str = "log-log") -> Any:
        """Return the option --limits."""
        return typer.Option(
            default,
            "--limits",
            metavar="NAME",
            help=self.words(tr("Scale of the intervals: log-log, log, plain or arcsine.")),
        )

    def band(self) -> Any:
        """Return the option --band."""
        return typer.Option(
            None,
            "--band",
            metavar="NAME",
            show_default=False,
            help=self.words(
                tr(
                    "Also give limits that hold for a whole curve at once: equal-precision, or hall-wellner for the "
                    "share still open."
                )
            ),
        )

    def given_days(self) -> Any:
        """Return the option --given-days."""
        return typer.Option(
            None,
            "--given-days",
            metavar="N",
            min=0,
            show_default=False,
            help=self.words(tr("Of the cases only that were still open after N days.")),
        )

    def cluster(self) -> Any:
        """Return the option --cluster."""
        return typer.Option(
            None,
            "--cluster",
            metavar="NAME",
            show_default=False,
            help=self.words(tr("Attribute whose groups are alike inside, such as court: intervals then allow for it.")),
        )

    def language(self) -> Any:
        """Return the option --language."""
        return typer.Option(
            None,
            "--language",
            "-l",
            metavar="|".join(LANGUAGES),
            show_default=False,
            help=self.words(tr("Language of the output: en (English) or es (Spanish). Otherwise that of the file.")),
            rich_help_panel=self.panel(),
            callback=known_language,
        )

    def quiet(self) -> Any:
        """Return the option --quiet."""
        return typer.Option(
            False,
            "--quiet",
            "-q",
            help=self.words(tr("Show no progress and no remarks; with --out, show nothing but errors.")),
            rich_help_panel=self.panel(),
        )

    def json(self) -> Any:
        """Return the option --json."""
        return typer.Option(
            False,
            "--json",
            help=self.words(tr("Write the answer for a program instead of a person.")),
            rich_help_panel=self.panel(),
        )

    def out(self) -> Any:
        """Return the option --out."""
        return typer.Option(
            [],
            "--out",
            "-o",
            metavar="FILE",
            show_default=False,
            help=self.words(
                tr(
                    "Write the answer into a file too; its ending decides: csv, xlsx (tables), png, svg, pdf "
                    "(figure), html (page). May be given more than once."
                )
            ),
            rich_help_panel=self.panel(),
        )


def known_language(value: str | None) -> str | None:
    """Check the language that was asked for."""
    if value is not None and value not in LANGUAGES:
        words = (
            tr("There is no language '{language}' here.", language=value),
            tr("There are: {known}.", known=LANGUAGES),
        )
        raise typer.BadParameter(" ".join(map(str, words)))
    return value
