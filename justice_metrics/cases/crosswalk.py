"""Crosswalks: from the offences of a country to groups of an observatory and to the international classification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from ..base.errors import SettingsError
from ..base.language import Label, Message, Readable, tr
from .fact_tables import certainty_of, names_of, own_rows, shipped_rows, words_of
from .procedure_parts import Certainty
from .sentence_ranges import plain_name

Fit: TypeAlias = Literal["whole", "doubtful", "mixed", "none"]
FITS: Final[tuple[Fit, ...]] = get_args(Fit)

CROSSWALK_COLUMNS: Final = (
    *("offence", "label_en", "label_es", "names", "article"),
    *("group", "iccs", "fit", "certainty", "source"),
)
_NEEDED: Final = ("offence", "group", "iccs", "fit", "certainty")
_SHIPPED: Final[Mapping[str, str]] = MappingProxyType({"BO": "bolivia.csv", "GT": "guatemala.csv", "MX": "mexico.csv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkRow:
    """Where one national offence belongs.

    Attributes
    ----------
    offence : str
        Id of the offence.
    label : Label
    names : tuple of str
        How files write it, each as :func:`plain_name` makes it.
    article : str
    group : str
        Group of an observatory.
    iccs : str
        Code of the international classification; "" where none fits.
    fit : {"whole", "doubtful", "mixed", "none"}
        Whether all of the offence falls under the code; whether that is disputable; whether it holds acts of several
        codes, so that only a level above fits; whether no code fits.
    certainty : {"seen", "from_memory"}
        Whether somebody read the offence in a document, or it awaits being looked up.
    source : str
    """

    offence: str
    label: Label
    names: tuple[str, ...]
    article: str
    group: str
    iccs: str
    fit: Fit
    certainty: Certainty
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code of the international classification of crime, with how sure it is and where it was read."""

    code: str
    label: Label
    certainty: Certainty
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialRow:
    """A row of an official table.

    Attributes
    ----------
    row, framework : str
    kind : {"survey", "recorded", "prosecuted", "convicted"}
        A survey ratio can never be made of case files.
    iccs : str
        Code of the offences that it counts; "" for all.
    label : Label
    unit : str
        Unit that it counts; "" where it counts offences or victims, as the data do.
    certainty : {"seen", "from_memory"}
        Whether the row was read in a document.
    source : str
    """

    row: str
    framework: str
    kind: str
    iccs: str
    label: Label
    unit: str
    certainty: Certainty
    source: str


class Crosswalk:
    """The crosswalk of a country or of a user's file.

    Parameters
    ----------
    rows : sequence of CrosswalkRow
    source : str
        Name of the file.

    Raises
    ------
    SettingsError
        When one name belongs to two offences.
    """

    __slots__ = ("_by_name", "rows", "source")

    def __init__(self, rows: Sequence[CrosswalkRow], source: str) -> None:
        by_name: dict[str, CrosswalkRow] = {}
        for row in rows:
            for name in row.names:
                other = by_name.setdefault(name, row)
                if other is not row:
                    raise SettingsError(
                        tr("{file}: the name '{name}' belongs to two offences.", file=source, name=name),
                        tr("Give each offence names of its own."),
                    )
        self.rows: Final = tuple(rows)
        self.source: Final = source
        self._by_name: Final = MappingProxyType(by_name)

    def row_of(self, offence: str) -> CrosswalkRow | None:
        """Return the row of an offence as a file writes it; None where there is none."""
        return self._by_name.get(plain_name(offence))


def read_crosswalk(path: str | Path | None, country: str | None) -> Crosswalk:
    """Return the crosswalk of a file, or the one that is shipped for a country.

    Parameters
    ----------
    path : str or Path, optional
        A csv file with the columns of ``CROSSWALK_COLUMNS``; names are parted by ``|``.
    country : str or None
        ISO 3166 code (BO, GT, MX), where no file is named.

    Raises
    ------
    SettingsError
        When there is no such file or country, a column is missing, or a line cannot be right; the line is named.

    Examples
    --------
    >>> read_crosswalk(None, "GT").row_of("Violación").iccs
    '03011'
    """
    if path is not None:
        source = Path(path).name
        rows = own_rows(Path(path), needed=_NEEDED, known=CROSSWALK_COLUMNS)
    else:
        shipped = _SHIPPED.get(country or "")
        if shipped is None:
            raise SettingsError(
                tr("There is no crosswalk of offences for '{country}'.", country=country)
                if country
                else tr("No country is named, and these data do not say of which country their offences are."),
                tr(
                    "Say 'country' (--country): there are crosswalks for {known}. For another country, name a csv "
                    "file in 'table' (--table).",
                    known=", ".join(_SHIPPED),
                ),
            )
        source, rows = shipped, shipped_rows("crosswalks", shipped)
    return Crosswalk([_row(row, line, source) for line, row in enumerate(rows, start=2)], source)


def iccs_codes() -> dict[str, Code]:
    """Return the codes of the international classification that the crosswalks use, by code.

    Examples
    --------
    >>> str(iccs_codes()["0301"].label)
    'sexual violence'
    """
    return {
        row["code"]: Code(
            code=row["code"],
            label=words_of(row),
            certainty=certainty_of(row, line, "iccs.csv"),
            source=row["source"],
        )
        for line, row in enumerate(shipped_rows("crosswalks", "iccs.csv"), start=2)
    }


def group_words() -> dict[str, Label]:
    """Return the words of the observatory groups.

    Examples
    --------
    >>> group_words()["femicide"].text("es")
    'feminicidio'
    """
    return {row["group"]: words_of(row) for row in shipped_rows("crosswalks", "groups.csv")}


def official_rows() -> tuple[OfficialRow, ...]:
    """Return the rows of official tables that the library knows.

    Examples
    --------
    >>> [one.row for one in official_rows() if one.framework.startswith("SDG 5")]
    ['sdg_5_2_1', 'sdg_5_2_2']
    """
    return tuple(
        OfficialRow(
            row=row["row"],
            framework=row["framework"],
            kind=row["kind"],
            iccs=row["iccs"],
            label=words_of(row),
            unit=row["unit"],
            certainty=certainty_of(row, line, "official_rows.csv"),
            source=row["source"],
        )
        for line, row in enumerate(shipped_rows("crosswalks", "official_rows.csv"), start=2)
    )


def _row(row: Mapping[str, str], line: int, source: str) -> CrosswalkRow:
    fit = next((one for one in FITS if one == row["fit"]), None)
    code = row["iccs"].strip()
    if fit is None:
        raise _wrong(line, source, tr("the fit is not known"), tr("There are: {known}.", known=list(FITS)))
    if not row["offence"].strip():
        raise _wrong(line, source, tr("the offence is empty"), tr("Give each offence a short id."))
    # two digits more on each level but the last ones, and always digits: a spreadsheet drops the zero at the beginning
    if (code == "") != (fit == "none") or (code and not (code.isdecimal() and code.startswith("0"))):
        raise _wrong(
            line,
            source,
            tr("the code of the international classification cannot be right"),
            tr("Codes begin with 0, such as 03011; a spreadsheet drops it. Where none fits, leave it empty: fit none."),
        )
    label = words_of(row)
    return CrosswalkRow(
        offence=row["offence"],
        label=label if label.text() else Label(row["offence"].replace("_", " ")),
        names=tuple(dict.fromkeys(plain_name(one) for one in names_of(row, label) if plain_name(one))),
        article=row.get("article") or "",
        group=row["group"],
        iccs=code,
        fit=fit,
        certainty=certainty_of(row, line, source),
        source=row.get("source") or "",
    )


def _wrong(line: int, source: str, problem: Readable, remedy: Message) -> SettingsError:
    return SettingsError(tr("{file}, line {line}: {problem}.", file=source, line=line, problem=problem), remedy)
