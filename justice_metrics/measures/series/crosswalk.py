"""The offences of case files or counts in groups of an observatory and in codes of the international classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np

from ...base.cells import CellOf
from ...base.errors import QuestionError
from ...base.language import Label, Language, Message, Readable, format_number, tr, trn
from ...base.levels import MISSING_LEVELS
from ...base.result import Definition, Result
from ...base.table import Column, Table
from ...base.types import Counts, Tallies
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.crosswalk import Crosswalk, CrosswalkRow, group_words, iccs_codes, read_crosswalk
from ...figures.counts import bars
from ...reduce.count_sums import added
from ...reduce.strata import flag_counts
from ..boxes import Restrictions
from ..declared import Share, sampling_notes, strata_columns
from ..shown import HIDDEN, any_hidden, numbers, tell_hidden, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNMATCHED: Final = "not_matched"
FIT_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "whole": tr("all of the offence"),
        "doubtful": tr("disputable"),
        "mixed": tr("acts of several codes: a level above"),
        "none": tr("no code fits"),
        UNMATCHED: tr("not in the crosswalk"),
    }
)
CERTAINTY_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {"seen": tr("read in a document"), "from_memory": tr("from memory, to be checked"), "": tr("–")}
)
OWN_READING: Final = tr(
    "Which code an offence belongs to is this library's reading of the offence: no official table of correspondence "
    "was seen. Have it checked before figures are sent to an international body."
)


class Offences(NamedTuple):
    """Offences as the data write them, with their row of the crosswalk and their units; cells without a number.

    ``gaps`` are those cells by offence. An offence with some has no number of units.
    """

    levels: tuple[str, ...]
    rows: tuple[CrosswalkRow | None, ...]
    units: Tallies
    unknown: int = 0
    gaps: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class CrosswalkAnswer(Result):
    """The offences of the data, each with its group and code.

    Tables
    ------
    main
        One row per offence as the data write it: ``units``, ``article``, ``group``, ``iccs``, ``fit`` (how well), and
        how sure the offence (``certainty``) and the code (``code_certainty``) are, with the source.
    groups
        Units of each group.
    codes
        Units of each code, levels above not added up; those that fit as a whole apart from those that may.
    """

    question: ClassVar[str] = "crosswalk"

    words: Mapping[str, Readable]

    def findings(self) -> tuple[Readable, ...]:
        """Return how many units were placed, and how many not."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return how many units were placed, and how many not, where all of them are shown."""
        main = shown.main
        units = numbers(main, "units")
        if any_hidden(main, "units"):
            return ()
        total = float(units.sum())
        if not np.isfinite(total):
            return (tr("Some offences have no number of units, so no share of all is told."),)
        if total <= 0:
            return (tr("No unit has an offence."),)
        said: list[Readable] = []
        for fit, words in FIT_WORDS.items():
            n = float(units[main["fit"] == fit].sum())
            if n > 0:
                said.append(
                    tr(
                        "{n} of {all} units ({share}): {fit}.",
                        n=round(n),
                        all=round(total),
                        share=Share(n / total),
                        fit=words,
                    )
                )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the units of each group."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the units of each group that is shown."""
        groups = shown.tables["groups"]
        units = numbers(groups, "units")
        known = np.isfinite(units)
        names = [str(one) for one, told in zip(groups["group"], known, strict=True) if told]
        axes = bars(
            bins=[words_of(groups, "group", one).text(language) for one in names] or [HIDDEN.text(language)],
            counts=units[known] if names else [np.nan],
            x_label=tr("group of offences").text(language),
            y_label=tr("cases").text(language),
            number=lambda n: format_number(round(n), language) if np.isfinite(n) else HIDDEN.text(language),
            ax=ax,
        )
        return tell_hidden(axes, groups, "units", language=language)


def crosswalk(
    data: CaseData | CountData,
    *,
    attribute: str = "offence",
    quantity: str = "new",
    country: str | None = None,
    table: str | Path | None = None,
) -> CrosswalkAnswer:
    """In which group of an observatory, and under which code of the international classification, offences fall.

    Parameters
    ----------
    data : CaseData or CountData
    attribute : str
        Attribute (or key of the counts) that names the offence.
    quantity : str
        Of counts: the quantity that is added up.
    country : str, optional
        ISO 3166 code; that of the procedure by default. Crosswalks are shipped for BO, GT and MX.
    table : str or Path, optional
        A csv file of the user's own in place of the one that is shipped.

    Returns
    -------
    CrosswalkAnswer

    Raises
    ------
    QuestionError, SettingsError
        When there is no such attribute, or no crosswalk.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.crosswalk(jm.sample_cases())
    >>> sorted(set(answer.main["iccs"].tolist()))
    ['03011', '030113', '030121']
    """
    walk = read_crosswalk(table, country or country_of(data))
    found = offences_of(data, walk, attribute=attribute, quantity=quantity)
    codes = iccs_codes()
    words: dict[str, Readable] = {**group_words(), UNMATCHED: FIT_WORDS[UNMATCHED]}
    words |= {row.group: Label(row.group.replace("_", " ")) for row in walk.rows if row.group not in words}
    words |= {
        one: Label({"en": f"{one} {code.label}", "es": f"{one} {code.label.text('es')}"}) for one, code in codes.items()
    }
    unit = {"unit": (data.need(quantity),)} if isinstance(data, CountData) else {}
    return CrosswalkAnswer(
        heading=tr("Offences in groups and in codes of the international classification"),
        tables={
            "main": _main(found, attribute, words, unit),
            "groups": _groups(found, attribute, words, unit),
            "codes": _codes(found, attribute, words, unit),
        },
        definition=Definition(
            answers=tr("Where do the offences of these data belong?"),
            numerator=tr("units by the offence that the data give"),
            denominator=tr("all units in the data"),
            basis="snapshot",
            pending=tr("counted like all others"),
        ),
        provenance=data.provenance.add(
            "crosswalk",
            attribute=attribute,
            country=country or country_of(data),
            table=None if table is None else Path(table).name,
            **({"quantity": quantity} if isinstance(data, CountData) else {}),
        ),
        notes=(
            *(sampling_notes(data, design_used=True) if isinstance(data, CaseData) else data.notes),
            *crosswalk_notes(found),
        ),
        frame_library=data.frame_library,
        weighted=isinstance(data, CaseData) and data.sampling.weighted,
        words=words,
    )


def country_of(data: CaseData | CountData) -> str | None:
    """Return the country of the procedure, where there is one."""
    return data.procedure.country if isinstance(data, CaseData) else None


def offences_of(data: CaseData | CountData, walk: Crosswalk, *, attribute: str, quantity: str) -> Offences:
    """Return the offences of the data with their units and rows of the crosswalk.

    Raises
    ------
    QuestionError
        When there is no such attribute or quantity.
    """
    if isinstance(data, CountData):
        counted = added(data, by=attribute, quantities=quantity, known_only=True)
        known = counted.quantity(quantity)
        gaps = tuple(int(one) for one in counted.unknown[quantity].sum(axis=1))
        units: Tallies = np.where(known.known, known.values, 0.0).sum(axis=1)
        units = np.where(np.array(gaps) > 0, np.nan, units)
        levels = tuple(counted.strata.column(attribute))
        unknown = sum(gaps)
    else:
        if attribute not in data.attributes:
            raise QuestionError(
                tr("These cases have no attribute '{name}' that names the offence.", name=attribute),
                tr("Name its column in the [attributes] section of the mapping, or say which attribute it is."),
            )
        table = flag_counts(data, {}, by=(attribute,))
        units, levels, unknown = table.count("units"), tuple(table.strata.column(attribute)), 0
        gaps = ()
    return Offences(levels, tuple(walk.row_of(one) for one in levels), units, unknown, gaps)


def crosswalk_notes(found: Offences) -> tuple[Readable, ...]:
    """Return what a reader of a crosswalk must know."""
    notes: list[Readable] = [OWN_READING]
    if found.unknown:
        notes.append(
            trn(
                "{n} cell of the table holds no number, so its offence, group and code have none.",
                "{n} cells of the table hold no number, so their offences, groups and codes have none.",
                found.unknown,
            )
        )
    codes = iccs_codes()
    memory = sum(
        row is not None
        and (row.certainty == "from_memory" or (row.iccs in codes and codes[row.iccs].certainty == "from_memory"))
        for row in found.rows
    )
    if memory:
        notes.append(
            trn(
                "{n} of the offences found here was written down from memory.",
                "{n} of the offences found here were written down from memory.",
                int(memory),
            )
        )
    named = [row is None and level not in MISSING_LEVELS for level, row in zip(found.levels, found.rows, strict=True)]
    if any(named):
        notes.append(
            trn(
                "{n} name of an offence is not in the crosswalk. Add it to a csv file of your own, and name it.",
                "{n} names of offences are not in the crosswalk. Add them to a csv file of your own, and name it.",
                sum(named),
            )
        )
    return tuple(notes)


def _main(found: Offences, attribute: str, words: Mapping[str, Readable], unit: Restrictions) -> Table:
    codes = iccs_codes()
    rows = found.rows
    columns = (
        *strata_columns((attribute,)),
        Column("units", tr("cases"), "units", "count", "count", cell=CellOf(fixed=unit)),
        Column("article", tr("article"), "text", "key", "text"),
        Column("group", tr("group of offences"), "text", "key", "key"),
        Column("iccs", tr("code (ICCS)"), "text", "key", "key"),
        Column("fit", tr("falls under it"), "text", "key", "key"),
        Column("certainty", tr("the offence"), "text", "key", "text"),
        Column("code_certainty", tr("the code"), "text", "key", "text"),
        Column("source", tr("source"), "text", "key", "text"),
    )
    values = {
        attribute: list(found.levels),
        "units": found.units,
        "article": [row.article if row else "" for row in rows],
        "group": [row.group if row else UNMATCHED for row in rows],
        "iccs": [row.iccs if row else "" for row in rows],
        "fit": [row.fit if row else UNMATCHED for row in rows],
        "certainty": [row.certainty if row else "" for row in rows],
        "code_certainty": [codes[row.iccs].certainty if row and row.iccs in codes else "" for row in rows],
        "source": [row.source if row else "" for row in rows],
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "group": words,
        "iccs": words,
        "fit": FIT_WORDS,
        "certainty": CERTAINTY_WORDS,
        "code_certainty": CERTAINTY_WORDS,
    }
    status = {"units": _status(found.units)}
    return Table(columns, values, labels=labels, title=tr("Offences as the data write them"), statuses=status)


def _status(units: Any) -> list[str]:
    """Return what stands in place of units that have no number."""
    return ["" if np.isfinite(one) else "not_available" for one in np.asarray(units, np.float64)]


def _of_offences(
    found: Offences, attribute: str, names: Sequence[str], unit: Restrictions
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return for each name which units it holds: those of its offences; of a name without any, nobody."""
    made: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in dict.fromkeys(names):
        levels = tuple(level for level, one in zip(found.levels, names, strict=True) if one == name)
        made[name] = {**unit, attribute: levels}
    return made


def _groups(found: Offences, attribute: str, words: Mapping[str, Readable], unit: Restrictions) -> Table:
    names = [row.group if row else UNMATCHED for row in found.rows]
    levels = [one for one in words if one in names]
    columns = (
        Column("group", tr("group of offences"), "text", "key", "key"),
        Column(
            "units",
            tr("cases"),
            "units",
            "count",
            "count",
            cell=CellOf(each={"group": _of_offences(found, attribute, names, unit)}),
        ),
    )
    values = {"group": levels, "units": np.array([_total(found, names, one) for one in levels])}
    status = {"units": _status(values["units"])}
    return Table(columns, values, labels={"group": words}, title=tr("By group"), statuses=status)


def _codes(found: Offences, attribute: str, words: Mapping[str, Readable], unit: Restrictions) -> Table:
    names = [row.iccs if row else "" for row in found.rows]
    levels = sorted({one for one in names if one})
    sure = ["" if row is None or row.fit != "whole" else row.iccs for row in found.rows]
    under = _of_offences(found, attribute, names, unit)
    nobody = {one: {**unit, attribute: ("none of the code as a whole",)} for one in levels}
    whole = nobody | _of_offences(found, attribute, sure, unit)
    columns = (
        Column("iccs", tr("code (ICCS)"), "text", "key", "key"),
        Column("units", tr("cases"), "units", "count", "count", cell=CellOf(each={"iccs": under})),
        Column("whole", tr("of them as a whole"), "units", "count", "count", cell=CellOf(each={"iccs": whole})),
    )
    values = {
        "iccs": levels,
        "units": np.array([_total(found, names, one) for one in levels]),
        "whole": np.array([_total(found, sure, one) for one in levels]),
    }
    status = {name: _status(values[name]) for name in ("units", "whole")}
    title = tr("By code, levels above not added up")
    return Table(columns, values, labels={"iccs": words}, title=title, statuses=status)


def _total(found: Offences, names: list[str], wanted: str) -> float:
    kept: Counts = np.flatnonzero(np.array([one == wanted for one in names]))
    return float(np.asarray(found.units)[kept].sum())
