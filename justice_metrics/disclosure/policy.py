"""The disclosure policy: what is too small to be published, and how it is hidden; declared in a file of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..base.cells import Box
from ..base.errors import SettingsError, suggestion
from ..base.language import Message, Setting, tr
from ..base.settings import read_toml, validated
from ..cases.linkage.pseudonyms import read_secret
from .already_public import AlreadyPublic

Mode: TypeAlias = Literal["suppress", "round"]
Zeros: TypeAlias = Literal["protect", "structural"]
Whole: TypeAlias = Literal["protect", "show"]

# Attributes of the victim in a mapping: a small number of such cases points to a child, so it is never exact.
OF_VICTIMS: Final = (
    "sex",
    "gender",
    "age",
    "age_at_fact",
    "age_group",
    "indigenous",
    "ethnicity",
    "language",
    "nationality",
    "disability",
    "relationship",
    "religion",
)

# How the dimensions of items of practice begin.
_OF_ITEMS: Final = "practice:"
# Words in the name of an attribute, in either language, that make it one of the victim: a mapping names them freely.
_OF_PERSONS: Final = frozenset(
    "sex sexo gender genero age ages edad edades etario etaria indigenous indigena ethnic ethnicity etnia etnico "
    "etnica language idioma lengua nationality nacionalidad disability disabled discapacidad discapacitada "
    "discapacitado relationship relation relacion parentesco vinculo kinship religion child children nino nina ninez "
    "adolescente nna victim victims victima victimas orientacion orientation".split()
)
_MOST_BY: Final = 2

# Official totals by the name that a policy gives them, and which units they count.
INDICATORS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "cases_total": {},
        "complaints_total": {},
        "convictions_total": {"ending": ("conviction",)},
        "acquittals_total": {"ending": ("acquittal",)},
        "verdicts_total": {"ending": ("conviction", "acquittal")},
    }
)
_OF_PROCEDURE: Final = ("ending", "ending_state", "furthest")
_DEFAULT_PLACE: Final = "env:JUSTICE_METRICS_SECRET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """An official total that is published elsewhere anyway, so that hiding it would protect nobody.

    Attributes
    ----------
    indicator : str
        ``convictions_total``, ``acquittals_total``, ``verdicts_total``, ``complaints_total``, ``cases_total``, or a
        column of an answer: ``conviction_rates.numerator``.
    reason, legal_basis : str
        Why it may be exact, and by which rule; both are published.
    by : tuple of str
        Dimensions by which it is published elsewhere as well, such as the year.
    where : mapping of str to tuple of str
        Only these levels, such as one offence.
    """

    indicator: str
    reason: str
    legal_basis: str
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self, units: Box, column: str = "") -> bool:
        """Return whether the total is the count of these units, shown in a column of a question."""
        restricted = dict(units)
        of_indicator = INDICATORS.get(self.indicator)
        if of_indicator is None and self.indicator != column:
            return False
        for name, levels in (of_indicator or {}).items():
            if restricted.pop(name, None) != frozenset(levels):
                return False
        for name, levels in self.where.items():
            if not restricted.pop(name, frozenset(("",))) <= frozenset(levels):
                return False
        # what a column of an answer counts in any case is how far the cases came and how they ended
        return set(restricted) <= {*self.by, *(() if of_indicator is not None else _OF_PROCEDURE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionMade:
    """An output that leaves against its guard, because a person decided so; counts are no such output.

    Attributes
    ----------
    name : str
        ``<question>`` or ``<question>.<table>``.
    reason : str
        Published.
    who : str
        Who decided; stays on the secure side.
    """

    name: str
    reason: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePolicy:
    """What may not be published, and how it is hidden.

    Attributes
    ----------
    mode : {"suppress", "round"}
        Hide small cells and as many others as keep them hidden, or hide small cells and round all others.
    minimum : int
        The smallest number of units that is shown.
    protection : int
        What an outsider may know of a hidden cell (suppress): never a narrower range than this on both sides.
    base : int
        Counts are multiples of it (round).
    zeros : {"protect", "structural"}
        Whether a zero is hidden as a small number is, or shown as something that cannot be.
    hundred_percent : {"protect", "show"}
        Whether a part that is all of its whole is hidden.
    small_group : int, optional
        Zeros and wholes are hidden in groups of fewer units than this; by default ten times the minimum.
    minimum_at_risk : int, optional
        Where a curve is cut; by default the minimum.
    sensitive : tuple of str
        Further attributes of victims than those that are known by their names in English or Spanish (sex, age,
        relationship …): counts by them are never exact, and "none" and "all" by them are never shown, however large
        the group.
    exact : tuple of Exact
        Official totals that may be exact.
    exceptions : tuple of ExceptionMade
        Outputs that leave against their guard.
    already_public : AlreadyPublic, optional
        The release holds tables of counts that somebody has published number by number before: nothing is hidden.
        Answers of case files and of surveys are refused then.
    secret : str
        Where the key of the rounding is: ``env:NAME`` or a file outside the project; never published.

    Raises
    ------
    SettingsError
        When a number protects nobody, or an official total is told by an attribute of victims or by more than two
        attributes at once.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> policy = jm.DisclosurePolicy(minimum=10)
    >>> policy.protection, policy.mode
    (5, 'suppress')
    """

    mode: Mode = "suppress"
    minimum: int = 10
    protection: int = 5
    base: int = 5
    zeros: Zeros = "protect"
    hundred_percent: Whole = "protect"
    small_group: int | None = None
    minimum_at_risk: int | None = None
    sensitive: tuple[str, ...] = OF_VICTIMS
    exact: tuple[Exact, ...] = ()
    exceptions: tuple[ExceptionMade, ...] = ()
    already_public: AlreadyPublic | None = None
    secret: str = field(default=_DEFAULT_PLACE, repr=False)

    def __post_init__(self) -> None:
        least = {"minimum": 3, "protection": 1, "base": 3, "minimum_at_risk": 3, "small_group": 1}
        for name, smallest in least.items():
            found = getattr(self, name)
            if found is not None and (not isinstance(found, int) or isinstance(found, bool) or found < smallest):
                raise SettingsError(
                    tr("'{name}' of the disclosure policy is {found}.", name=name, found=repr(found)),
                    tr("It is a whole number from {smallest} on.", smallest=smallest),
                )
        for name, allowed in (
            ("mode", ("suppress", "round")),
            ("zeros", ("protect", "structural")),
            ("hundred_percent", ("protect", "show")),
        ):
            if getattr(self, name) not in allowed:
                raise SettingsError(
                    tr("'{name}' of the disclosure policy is {found}.", name=name, found=repr(getattr(self, name))),
                    suggestion(str(getattr(self, name)), allowed),
                )
        for one in self.exact:
            _ensure_official(one, self)

    @property
    def at_risk(self) -> int:
        """How many must be at risk for a curve to go on."""
        return self.minimum if self.minimum_at_risk is None else self.minimum_at_risk

    @property
    def group(self) -> int:
        """How large a group must be for a zero or a whole in it to be shown."""
        return 10 * self.minimum if self.small_group is None else self.small_group

    def is_sensitive(self, dimension: str) -> bool:
        """Return whether a dimension is an attribute of victims, in classes or not."""
        named = _plain(dimension)
        # what became of an item of practice is nothing of a victim, also where the item's name speaks of children
        of_item = named.startswith(_OF_ITEMS)
        if not of_item and set(re.split(r"[_\W]+", named.partition(" ")[0])) & _OF_PERSONS:
            return True
        known = map(_plain, (*OF_VICTIMS, *self.sensitive))
        return any(named == one or named.startswith((f"{one}_", f"{one}:")) for one in known)

    def is_exact(self, units: Box, column: str = "") -> bool:
        """Return whether a count is an official total.

        Parameters
        ----------
        units : Box
            Which units it counts.
        column : str
            Where it stands: ``<question>.<column>``.
        """
        if any(self.is_sensitive(name) for name, _ in units):
            return False
        return any(one.holds(units, column) for one in self.exact)

    def remarks(self) -> tuple[Message, ...]:
        """Say what protects less than the default, and what is exact in any case: published with a release."""
        if self.already_public is not None:
            return (self.already_public.words(),)
        usual = DisclosurePolicy()
        numbers = ("minimum", "protection", "base") if self.mode == "round" else ("minimum", "protection")
        given = {name: (getattr(self, name), getattr(usual, name)) for name in numbers}
        given |= {"small_group": (self.group, usual.group), "minimum_at_risk": (self.at_risk, usual.at_risk)}
        weaker: list[Message] = [
            tr("{name} = {given} (usually {usual})", name=name, given=Setting(one), usual=Setting(other))
            for name, (one, other) in given.items()
            if one < other
        ]
        weaker += [
            tr("{name} = {given} (usually {usual})", name=name, given=getattr(self, name), usual="protect")
            for name in ("zeros", "hundred_percent")
            if getattr(self, name) != "protect"
        ]
        found = [tr("These rules protect less than the usual ones: {listed}.", listed=weaker)] if weaker else []
        found += [
            tr(
                "Exact in any case: {indicator}; why: {reason}; legal basis: {basis}.",
                indicator=", ".join((one.indicator, *one.by, *one.where)),
                reason=one.reason,
                basis=one.legal_basis,
            )
            for one in self.exact
        ]
        return tuple(found)

    def excepted(self, question: str, table: str = "main") -> ExceptionMade | None:
        """Return the exception that lets a table leave against its guard, or None."""
        return next((one for one in self.exceptions if one.name in {question, f"{question}.{table}"}), None)

    def key(self, project: str | Path | None = None) -> bytes:
        """Return the key of the rounding.

        Raises
        ------
        SettingsError
            When the secret is missing, weak, in the project, or readable by others.
        """
        return read_secret(self.secret or _DEFAULT_PLACE, project=project)

    def to_record(self) -> dict[str, Any]:
        """Return the policy for a public record: neither the secret nor who made an exception."""
        return {
            "mode": self.mode,
            "minimum": self.minimum,
            "protection": self.protection,
            "base": self.base,
            "zeros": self.zeros,
            "hundred_percent": self.hundred_percent,
            "small_group": self.group,
            "minimum_at_risk": self.at_risk,
            "sensitive": list(dict.fromkeys((*OF_VICTIMS, *self.sensitive))),
            "exact": [
                {
                    "indicator": one.indicator,
                    "by": list(one.by),
                    "where": {name: list(levels) for name, levels in sorted(one.where.items())},
                    "reason": one.reason,
                    "legal_basis": one.legal_basis,
                }
                for one in self.exact
            ],
            "exceptions": [{"name": one.name, "reason": one.reason} for one in self.exceptions],
            **({} if self.already_public is None else {"already_public": self.already_public.to_record()}),
        }


def read_policy(path: str | Path) -> DisclosurePolicy:
    """Read a policy from its file.

    Parameters
    ----------
    path : str or Path
        A TOML file: see ``docs/disclosure.md``.

    Returns
    -------
    DisclosurePolicy

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong.

    Examples
    --------
    >>> import pathlib, tempfile, justice_metrics as jm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "policy.toml")
    ...     _ = file.write_text("minimum = 12")
    ...     policy = jm.read_policy(file)
    >>> policy.minimum
    12
    """
    path = Path(path)
    given = validated(_PolicyFile, read_toml(path), source=path.name)
    plain = given.model_dump(exclude={"exact", "exception", "already_public"}, exclude_none=True)
    return DisclosurePolicy(
        **plain,
        exact=tuple(Exact(**one.model_dump()) for one in given.exact),
        exceptions=tuple(ExceptionMade(**one.model_dump()) for one in given.exception),
        already_public=None if given.already_public is None else AlreadyPublic(**given.already_public.model_dump()),
    )


def policy_schema() -> dict[str, Any]:
    """Return the JSON schema of a disclosure policy, for editors that complete and check TOML."""
    return _PolicyFile.model_json_schema()


def _ensure_official(one: Exact, policy: DisclosurePolicy) -> None:
    """Refuse an official total that nobody can find, that has no reason, or that is told by a victim's attribute."""
    if one.indicator not in INDICATORS and "." not in one.indicator:
        raise SettingsError(
            tr("The disclosure policy names the official total '{indicator}'.", indicator=one.indicator),
            suggestion(one.indicator, (*INDICATORS, "<question>.<column>")),
        )
    personal = [name for name in (*one.by, *one.where) if policy.is_sensitive(name)]
    if personal:
        raise SettingsError(
            tr(
                "The disclosure policy makes '{indicator}' exact by '{name}', an attribute of victims.",
                indicator=one.indicator,
                name=personal[0],
            ),
            tr("Counts by attributes of victims are never exact; leave it out."),
        )
    if len({*one.by, *one.where}) > _MOST_BY:
        raise SettingsError(
            tr("The disclosure policy makes '{indicator}' exact by many attributes at once.", indicator=one.indicator),
            tr("Official totals are exact by two attributes at most; by more they tell of single cases."),
        )
    if not one.reason.strip() or not one.legal_basis.strip():
        raise SettingsError(
            tr("The official total '{indicator}' has no reason or no legal basis.", indicator=one.indicator),
            tr("Say where it is published and by which rule."),
        )


def _plain(name: str) -> str:
    """Return a name in small letters without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(one))


def _as_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


_Word: TypeAlias = Annotated[str, Field(min_length=1)]
_Words: TypeAlias = Annotated[tuple[_Word, ...], BeforeValidator(_as_several, json_schema_input_type=str | list[str])]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ExactPart(_Part):
    """[[exact]]: an official total that is published elsewhere."""

    indicator: _Word
    reason: _Word
    legal_basis: _Word
    by: _Words = ()
    where: dict[_Word, _Words] = Field(default_factory=dict)


class _ExceptionPart(_Part):
    """[[exception]]: an output that leaves against its guard."""

    name: _Word
    reason: _Word
    who: _Word


class _AlreadyPublicPart(_Part):
    """[already_public]: tables of counts that were published number by number before."""

    source: _Word
    reason: _Word
    legal_basis: _Word


class _PolicyFile(_Part):
    """A disclosure policy."""

    mode: Mode = "suppress"
    minimum: Annotated[int, Field(ge=3, strict=True)] = 10
    protection: Annotated[int, Field(ge=1, strict=True)] = 5
    base: Annotated[int, Field(ge=3, strict=True)] = 5
    zeros: Zeros = "protect"
    hundred_percent: Whole = "protect"
    small_group: Annotated[int, Field(ge=1, strict=True)] | None = None
    minimum_at_risk: Annotated[int, Field(ge=3, strict=True)] | None = None
    sensitive: _Words = OF_VICTIMS
    secret: _Word | None = None
    exact: tuple[_ExactPart, ...] = ()
    exception: tuple[_ExceptionPart, ...] = ()
    already_public: _AlreadyPublicPart | None = None
