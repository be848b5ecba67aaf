"""The settings of an observatory, checked whole before anything runs: files, figures, attributes, words."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ...base.errors import JusticeMetricsError, SettingsError, suggestion
from ...base.language import Language, Message, Readable, tr, trn
from ...base.settings import read_toml, validated
from ...cases.attributes import suggested
from ...cases.corrections.plan import read_plan
from ...cases.counts.mapping import CountMapping
from ...cases.mappings.mapping import CaseMapping
from ...publish.site.model import Look
from ..described import Described, described
from ..plan import Publishing, Study
from ..planned import Lines, planned, whole
from .file import ObservatoryFile
from .help_file import read_help
from .logo import logo_bytes
from .standard import ALERTS, FIGURES, STATUS, Source, Standard, combinations_of, filters_of, standard_questions
from .words import ensure_translated, readable

_KINDS: Final[Mapping[Source, str]] = MappingProxyType(
    {"cases": "cases", "accused": "cases", "counts": "counts", "alerts": "counts"}
)
_WANTED: Final = MappingProxyType({"cases": tr("case files"), "counts": tr("a table of counts")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """The map of a site.

    Attributes
    ----------
    shapes : Path, optional
        GeoJSON of the places.
    key : str
        Attribute that it shows.
    code : str
        Property of the GeoJSON that says what the data call a place.
    """

    shapes: Path | None
    key: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observatory:
    """An observatory that can be built: every key, file and word of its settings was looked up.

    Attributes
    ----------
    study : Study
        Its questions, data, title, languages and secure side; ``folder`` is the site.
    standards : tuple of Standard
        What each question of the study is for, in the same order.
    institution : Readable
    published_on : date, optional
        Name of the release; the cut-off of the data where the file does not say.
    territory : Territory
    hidden : tuple of str
        Figures that the site does not have.
    look : Look
    texts : mapping of str to Readable
        Words of the institution's own above the figures of a page.
    help : mapping
        What the help page shows.
    digest : str
        SHA-256 of everything but the data that the site is made of.
    address : str, optional
        Where the site stands, for feed, catalogues and embed codes.
    """

    study: Study
    standards: tuple[Standard, ...]
    institution: Readable
    published_on: dt.date | None
    territory: Territory
    hidden: tuple[str, ...]
    look: Look
    texts: Mapping[str, Readable]
    help: Mapping[str, Any]
    digest: str
    address: str | None = None

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages of the site, the first one at its root."""
        return self.study.languages


def read_observatory(path: str | Path) -> Observatory:
    """Read the settings of an observatory and check them whole, with the mappings and files that they name.

    Parameters
    ----------
    path : path
        A TOML file; the names of files and folders in it are relative to its folder.

    Returns
    -------
    Observatory

    Raises
    ------
    SettingsError
        When the file or one that it names is missing, or something in it is wrong: every wrong key, with what is
        allowed.

    Examples
    --------
    >>> from justice_metrics.study.observatory.plan import read_observatory
    >>> read_observatory("sample_data/bolivia_observatory.toml").languages
    ('es', 'en')
    """
    path = Path(path)
    file = validated(ObservatoryFile, read_toml(path), source=path.name)
    ensure_translated(file, file.observatory.language, source=path.name)
    beside = path.parent
    helped = read_help(beside / file.help.file, languages=file.observatory.language)
    data = _sources(file, beside)
    problems = [*_missing_files(file, beside), *_unknown_figures(file), *_unknown_attributes(file, data)]
    problems += [*_wrong_alerts(data), *_wrong_units(file, data)]
    if problems:
        raise _all_wrong(problems, path.name)
    logo = None if file.look.logo is None else logo_bytes(beside / file.look.logo)
    standards = standard_questions(file, data)
    return Observatory(
        study=_study(file, path, data, standards),
        standards=standards,
        institution=readable(file.observatory.institution),
        published_on=file.observatory.published_on,
        territory=Territory(
            shapes=None if file.territory.shapes is None else beside / file.territory.shapes,
            key=file.territory.key,
            code=file.territory.code,
        ),
        hidden=file.figures.hide,
        look=Look(colour=file.look.colour, logo=logo, logo_words=readable(file.look.logo_words)),
        texts=MappingProxyType({page: readable(words) for page, words in file.texts.items()}),
        help=MappingProxyType(dict(helped)),
        digest=_digest(file, beside),
        address=file.observatory.address,
    )


def _sources(file: ObservatoryFile, beside: Path) -> dict[Source, Described]:
    """Read the mapping of each source, and refuse one of another kind of data."""
    found: dict[Source, Described] = {}
    for source, kind in _KINDS.items():
        name = getattr(file.sources, source)
        if name is None:
            continue
        about = described(beside / name)
        if about.kind != kind:
            raise SettingsError(
                tr("'sources.{source}' is no mapping of {wanted}.", source=source, wanted=_WANTED[kind]),
                tr("Name another mapping there; '{name}' describes something else.", name=name),
            )
        found[source] = about
    return found


def _missing_files(file: ObservatoryFile, beside: Path) -> Iterator[Message]:
    given = {
        "observatory.policy": file.observatory.policy,
        "observatory.passport": file.observatory.passport,
        "response.calendar": file.response.calendar,
        "territory.shapes": file.territory.shapes,
        "territory.population": file.territory.population,
        "look.logo": file.look.logo,
    }
    for key, name in given.items():
        if name is not None and not (beside / name).is_file():
            yield tr("'{key}': there is no file '{name}' beside these settings.", key=key, name=name)


def _unknown_figures(file: ObservatoryFile) -> Iterator[Message]:
    for one in file.figures.hide:
        if one not in FIGURES:
            yield tr("'figures.hide': there is no figure '{name}'. {remedy}", name=one, remedy=suggestion(one, FIGURES))


def _unknown_attributes(file: ObservatoryFile, data: Mapping[Source, Described]) -> Iterator[Message]:
    """Look up what filters choose by and the map shows in the source of the complaints."""
    about = data["cases"] if "cases" in data else data["counts"]
    filters = filters_of(file, about)
    named = {
        "filters.by": filters,
        "filters.combine": tuple(one for each in combinations_of(file, about) for one in each),
    }
    if file.territory.shapes is not None or file.territory.population is not None:
        named["territory.key"] = (file.territory.key,)
    if file.demand.fact is not None and "cases" in data and file.demand.fact not in about.dates:
        yield tr(
            "'demand.fact': '{name}' is no date attribute in {mapping}.", name=file.demand.fact, mapping=about.source
        )
    for key, words in named.items():
        for word in dict.fromkeys(words):
            if word == "year":
                yield tr("'{key}': the year is a period, which every reader can choose; leave it out.", key=key)
            elif word not in about.attributes:
                reason = tr("'{name}' is not an attribute in {mapping}.", name=word, mapping=about.source)
                remedy = suggested(word, about.attributes, *about.own)
                yield tr("'{key}': {reason} {remedy}", key=key, reason=reason, remedy=remedy)
            elif word in about.numeric:
                yield tr(
                    "'{key}': '{name}' holds plain numbers; give it bands in {mapping}, such as bands = [0, 12, 18].",
                    key=key,
                    name=word,
                    mapping=about.source,
                )
            elif key == "filters.combine" and word not in filters:
                yield tr("'{key}': '{name}' is not among those of 'filters.by'.", key=key, name=word)


def _wrong_alerts(data: Mapping[Source, Described]) -> Iterator[Message]:
    """Alerts are one quantity: of three that add up, a hidden one could be computed from the two others."""
    about = data.get("alerts")
    if about is None or not isinstance(about.mapping, CountMapping):
        return
    counted = tuple(about.mapping.counts.quantities)
    if counted != (ALERTS,):
        yield tr(
            "'sources.alerts': {mapping} counts {listed}; it must count '{wanted}' only, with how they stand in a key "
            "'{key}', since active and solved alerts add up to those issued.",
            mapping=about.source,
            listed=counted,
            wanted=ALERTS,
            key=STATUS,
        )


def _wrong_units(file: ObservatoryFile, data: Mapping[Source, Described]) -> Iterator[Message]:
    """Tell what is counted where it cannot be what the page says: accused who are none, one of several numbers."""
    accused, counts, wanted = data.get("accused"), data.get("counts"), file.sources.quantity
    if accused is not None and isinstance(accused.mapping, CaseMapping) and accused.mapping.cases.unit != "accused":
        yield tr(
            "'sources.accused': a row of {mapping} is no accused; write unit = 'accused' in it.", mapping=accused.source
        )
    if counts is None or not isinstance(counts.mapping, CountMapping):
        if wanted is not None:
            yield tr("'sources.quantity': there is no table of counts, which 'sources.counts' would name.")
        return
    known = tuple(counts.mapping.counts.quantities)
    if wanted is not None and wanted not in known:
        yield tr("'sources.quantity': '{name}' is not counted. {remedy}", name=wanted, remedy=suggestion(wanted, known))
    if wanted is None and "cases" not in data and len(known) > 1:
        yield tr("'sources.quantity' is missing: {mapping} counts {listed}.", mapping=counts.source, listed=known)


def _study(file: ObservatoryFile, path: Path, data: Mapping[Source, Described], standards: Sequence[Standard]) -> Study:
    """Return the study that an observatory is, for everything that asks, protects and publishes one."""
    given, beside = file.observatory, path.parent
    names = {source: str(getattr(file.sources, source)) for source in data}
    known = {names[source]: about for source, about in data.items()}
    questions, problems = [], []
    for number, one in enumerate(standards, start=1):
        table = {"ask": one.ask, "mapping": names[one.source], **one.settings}
        try:
            questions.append(
                planned(table, number, mapping=names[one.source], data=known, folder=beside, source=path.name)
            )
        except JusticeMetricsError as error:
            problems.append(whole(error))
    if problems:
        raise _all_wrong(problems, path.name)
    plan = file.sources.corrections
    return Study(
        source=path.name,
        title=readable(given.title),
        languages=given.language,
        questions=tuple(questions),
        data=MappingProxyType(known),
        folder=beside / given.folder,
        formats=(),
        publishing=_publishing(file, path),
        path=path,
        corrections={} if plan is None else {names["cases"]: read_plan(beside / plan)},
    )


def _publishing(file: ObservatoryFile, path: Path) -> Publishing:
    """Look up where the site goes, and refuse places that would mix what is public with what is not.

    Raises
    ------
    SettingsError
        When the site holds the secure side or these settings, or the other way round.
    """
    given, beside = file.observatory, path.parent
    site, secure, own = ((beside / one).resolve() for one in (given.folder, given.secure, "."))
    if site.is_relative_to(secure) or secure.is_relative_to(site) or own.is_relative_to(site):
        raise SettingsError(
            tr("{source}: what is published must lie by itself, and not around or in anything else.", source=path.name),
            tr("Name two folders side by side, such as folder = 'site' and secure = 'secure' in [observatory]."),
        )
    secret = given.secret
    return Publishing(
        policy=beside / given.policy,
        passport=beside / given.passport,
        folder=beside / given.folder,
        secure=beside / given.secure,
        secret=secret if secret is None or secret.startswith("env:") else beside / secret,
    )


def _all_wrong(problems: Sequence[Message], source: str) -> SettingsError:
    return SettingsError(
        trn(
            "{source} has {n} problem: {problems}",
            "{source} has {n} problems: {problems}",
            len(problems),
            source=source,
            problems=Lines(problems),
        ),
        tr("Correct the file and run the same command again."),
    )


def _digest(file: ObservatoryFile, beside: Path) -> str:
    """Return what tells two sites of the same data apart: settings, and the files that are shown as they are."""
    made = hashlib.sha256(file.model_copy(update={"observatory": _undated(file)}).model_dump_json().encode())
    for name in (file.help.file, file.territory.shapes, file.territory.population, file.look.logo):
        held = b"" if name is None else (beside / name).read_bytes()
        made.update(hashlib.sha256(held).digest())
    return made.hexdigest()


def _undated(file: ObservatoryFile) -> Any:
    """Return the first section without the day of the release, which is no part of what it says."""
    return file.observatory.model_copy(update={"published_on": None, "folder": "", "secure": "", "secret": None})
