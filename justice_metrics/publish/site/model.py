"""What a site is made of: pages of figures over protected tables, and cubes of protected counts that filters read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, get_args

from ...base.language import Language, Readable
from ...base.result import Definition, Published
from ...base.table import Table

if TYPE_CHECKING:
    import altair as alt

PageName: TypeAlias = Literal["start", "demand", "response", "territory", "people", "alerts", "data", "help"]
PAGES: Final[tuple[PageName, ...]] = get_args(PageName)


class Chart(Protocol):
    """Draws a table of protected numbers in one language; a hidden number is drawn as hidden, never as zero."""

    def __call__(self, figure: Figure, *, language: Language, look: Look) -> alt.TopLevelMixin | None:
        """Return the chart, or None where nothing of it may be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a site looks.

    Attributes
    ----------
    colour : str
        Main colour as ``#rrggbb``; everything else follows from it.
    logo : bytes, optional
        A png or svg, written into the site as a file.
    logo_words : Readable, optional
        What the logo shows, for those who do not see it.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> jm.Look(colour="#5b2a6e").logo is None
    True
    """

    colour: str = "#1b4d6b"
    logo: bytes | None = None
    logo_words: Readable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One value of a dimension: its id in the data, and its words.

    Attributes
    ----------
    id : str
    words : Readable
    provisional : bool
        Whether it is a period that is not over in the data.
    """

    id: str
    words: Readable
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """What a filter chooses from: period, offence, territory, sex, age.

    Attributes
    ----------
    id : str
        Name of the attribute, ``period`` for the period.
    words : Readable
    levels : tuple of Level
        In the order in which they are offered.
    ordered : bool
        Whether the levels have an order of their own, such as ages; all others stand by their words or their size.
    """

    id: str
    words: Readable
    levels: tuple[Level, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeTable:
    """Protected counts by some of the dimensions of a cube, summed over the others.

    Attributes
    ----------
    period : {"month", "quarter", "year", "to_date"}
        Kind of period of its rows. ``to_date`` counts, of each year, the months that the last year has.
    by : tuple of str
        Dimensions besides the period, in the order of the ids of a row; none for the whole.
    rows : mapping of tuple of str to (float or None, str)
        For the period and the ids: the number and "", or None and the status of the cell ("suppressed" …). What is not
        listed is not published, which is not the same as zero.
    """

    period: Literal["month", "quarter", "year", "to_date"]
    by: tuple[str, ...]
    rows: Mapping[tuple[str, ...], tuple[float | None, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """All counts of one population that filters may show; all of them were protected together.

    Attributes
    ----------
    id : str
    unit : str
        What is counted: complaint, case, victim, accused …
    dimensions : tuple of Dimension
    tables : tuple of CubeTable
        A selection of dimensions that no table has is not published.
    """

    id: str
    unit: str
    dimensions: tuple[Dimension, ...]
    tables: tuple[CubeTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a site with everything that a reader needs to use it.

    Attributes
    ----------
    id : str
        Part of its address and of the names of its files: it stays the same from release to release.
    page : str
        On which page it stands.
    title : Readable
    reads : Readable
        One sentence that says what to read.
    table : Table
        The protected numbers behind it: shown beside it, and downloaded.
    definition : Definition
    unit : str
        What is counted.
    cutoff : date
        Day to which the data are complete.
    chart : Chart, optional
        None where a table says it all.
    notes : tuple of Readable
    provisional : Readable, optional
        Why its last numbers will still change.
    hidden : int
        Cells of the table that are hidden.
    cube, by : str, optional
        The cube that its numbers come from and the dimension that it shows, where filters apply to it.
    simulated : bool
    answer : Published, optional
        The answer that its table is one of.
    further : tuple of Table
        Other tables of the answer that stand below the first one.
    """

    id: str
    page: PageName
    title: Readable
    reads: Readable
    table: Table
    definition: Definition
    unit: str
    cutoff: dt.date
    chart: Chart | None = None
    notes: tuple[Readable, ...] = ()
    provisional: Readable | None = None
    hidden: int = 0
    cube: str | None = None
    by: str | None = None
    simulated: bool = False
    answer: Published | None = None
    further: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A whole site, ready to be written.

    Attributes
    ----------
    title, institution : Readable
    published_on : date
        Name of the release in addresses.
    languages : tuple of str
        The first one is at the root.
    figures : tuple of Figure
    cubes : tuple of Cube
    look : Look
    texts : mapping of str to Readable
        Words of the user's above the figures of a page, by page.
    help : mapping
        What the help page shows (see the help file).
    contact, licence, citation : Readable, optional
    """

    title: Readable
    institution: Readable
    published_on: dt.date
    languages: tuple[Language, ...]
    figures: tuple[Figure, ...]
    cubes: tuple[Cube, ...] = ()
    look: Look = field(default_factory=Look)
    texts: Mapping[str, Readable] = field(default_factory=lambda: MappingProxyType({}))
    help: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    contact: Readable | None = None
    licence: Readable | None = None
    citation: Readable | None = None

    def on(self, page: PageName) -> Sequence[Figure]:
        """Return the figures of a page, in their order."""
        return tuple(one for one in self.figures if one.page == page)
