"""What a report says, in one language and in order, before it becomes a page, a Word file or a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Protocol, TypeAlias

from ..base.errors import DisclosureError
from ..base.language import Language, Message, Readable, tr
from ..base.result import Result
from ..disclosure.released import InternalRelease, Release
from ..figures.style import FigureFormat
from .account import Setting, holds_cases, settings, sources
from .audience import LEADS, MARKS, Audience
from .checklist import Item, checklist
from .glossary import terms_in
from .inert import plain, without_folder
from .page import SIMULATED, WORDS
from .sections import Section, headings, section

Lines: TypeAlias = Sequence[tuple[Readable | str, Readable | str]]


class Outgoing(Protocol):
    """What a report is made from: results that go out together, internal or public."""

    @property
    def results(self) -> tuple[Result, ...]:
        """In the order in which they are shown."""
        ...

    @property
    def audience(self) -> str:
        """``internal`` or ``public``."""
        ...

    @property
    def title(self) -> Readable | None:
        """What it is about."""
        ...


LIMITS: Final = (
    tr("They tell of what was registered. Violence that nobody reported, and files that were lost, are in no number."),
    tr(
        "A difference between groups, offices or years is not by itself an effect of what they do: the cases differ, "
        "and so does the way in which they are written down."
    ),
    tr("A case that was open at the cut-off may still end in any way; it is counted as pending, and never as lost."),
    tr("The limits of an interval allow for chance. They do not allow for wrong or missing entries in the files."),
)


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """The finding of a section that tells most, for the front of the report; its number is that of the section."""

    number: int
    anchor: str
    heading: str
    finding: str
    caution: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method and the sections that use it."""

    text: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report in one language: every text is plain and ready to be shown.

    Attributes
    ----------
    language : str
    audience : {"internal", "public"}
    title, mark, lead : str
        What it is called, for whom it is, and what that means.
    simulated : str
        That the data are simulated; empty where they are not.
    facts : tuple of (str, str)
        What it is about, in a few lines.
    key_findings, sections, terms, methods : tuple
    limits : tuple of str
        What the numbers cannot say.
    hidden, changes : tuple of str
        What the disclosure gate hid, and what changed since the release before.
    passport : tuple of (str, str)
        Ethics, legal basis, access, contact.
    checklist : tuple of Item
    sources : tuple of tuples of (str, str)
    settings : tuple of Setting
    study : str
        Name of the study file; empty where there is none.
    """

    language: Language
    audience: Audience
    title: str
    mark: str
    lead: str
    simulated: str
    facts: tuple[tuple[str, str], ...]
    key_findings: tuple[KeyFinding, ...]
    sections: tuple[Section, ...]
    terms: tuple[tuple[str, str], ...]
    methods: tuple[Method, ...]
    limits: tuple[str, ...]
    hidden: tuple[str, ...]
    passport: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    checklist: tuple[Item, ...]
    sources: tuple[tuple[tuple[str, str], ...], ...]
    settings: tuple[Setting, ...]
    study: str

    def said(self, name: str) -> str:
        """Return one of the fixed words of a report in its language."""
        return plain(WORDS[name].text(self.language))


def document(
    release: Outgoing,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
    passport: Lines = (),
    changes: Sequence[Readable] = (),
    pictures: Sequence[FigureFormat] = ("svg",),
) -> Document:
    """Put a release into the words and the order of a report.

    Parameters
    ----------
    release : InternalRelease or Release
        What ``internal([...])`` or ``release([...])`` made from results.
    language : {"en", "es"}
        Language of the report.
    title : str or Readable, optional
        Title; that of the release where none is given.
    study : str or Path, optional
        Name of the study file.
    passport : sequence of (term, words)
        What a reader must know of how the data may be used.
    changes : sequence of Readable
        What changed since the release before.
    pictures : sequence of {"png", "svg", "pdf"}
        Formats in which the figures are drawn.

    Raises
    ------
    DisclosureError
        When something else than a release is given.
    """
    ensure_release(release)
    results: tuple[Result, ...] = release.results
    audience: Audience = "public" if release.audience == "public" else "internal"
    sections = tuple(
        section(result, number, language, heading=heading, pictures=pictures)
        for number, (result, heading) in enumerate(zip(results, headings(results, language), strict=True), start=1)
    )
    shown_title = _text(title or release.title or tr("Performance of criminal justice"), language)
    methods = _methods(results, language)
    words = "\n".join([shown_title, *(one.words for one in sections), *(one.text for one in methods)])
    told = tuple((_text(term, language), _text(said, language, longest=2_000)) for term, said in passport)
    return Document(
        language=language,
        audience=audience,
        title=shown_title,
        mark=MARKS[audience].text(language),
        lead=LEADS[audience].text(language),
        simulated=SIMULATED.text(language) if any(one.simulated for one in sections) else "",
        facts=tuple(_facts(results, language)),
        key_findings=tuple(_key_findings(sections, language)),
        sections=sections,
        terms=tuple((one.word.text(language), one.meaning.text(language)) for one in terms_in(words, language)),
        methods=methods,
        limits=tuple(one.text(language) for one in LIMITS),
        hidden=_hidden(release, language),
        passport=told,
        changes=tuple(plain(one.text(language)) for one in changes),
        checklist=checklist(results, audience, passport=bool(told), language=language),
        sources=tuple(tuple(one) for one in sources(results, language)),
        settings=tuple(settings(results, language)),
        study="" if study is None else plain(without_folder(str(study))),
    )


def ensure_release(given: object) -> None:
    """Refuse what is not a release: case data, frames and single results stay where they are.

    Raises
    ------
    DisclosureError
        With what to do.
    """
    if not isinstance(given, InternalRelease | Release):
        raise DisclosureError(
            tr("A report is made from a release, not from {kind}.", kind=type(given).__name__),
            tr("Put the results together first: internal([attrition(cases), ...])."),
        )


def _facts(results: Sequence[Result], language: Language) -> list[tuple[str, str]]:
    """Say in a few lines what the report is about, each kind of data once."""
    wanted = {WORDS[name].text(language) for name in ("source", "unit", "units", "cutoff", "sampling", "version")}
    # A procedure shown by itself holds no cases, so it says nothing of the data.
    several = sources([one for one in results if holds_cases(one)] or results, language)
    if len(several) == 1:
        return [pair for pair in several[0] if pair[0] in wanted]
    names = dict.fromkeys(words for one in several for term, words in one if term == WORDS["source"].text(language))
    return [(WORDS["source"].text(language), ", ".join(names))] if names else []


def _key_findings(sections: Sequence[Section], language: Language) -> list[KeyFinding]:
    # A question that is asked by groups too often begins with the same sentence; once is enough.
    first = {one.headline: one for one in reversed(sections) if one.headline}
    return [
        KeyFinding(
            one.number,
            one.anchor,
            one.heading,
            one.headline,
            tr("read with the notes of section {number}", number=one.number).text(language) if one.notes else "",
        )
        for one in sections
        if one.headline and first[one.headline] is one
    ]


def _methods(results: Sequence[Result], language: Language) -> tuple[Method, ...]:
    used: dict[str, list[str]] = {}
    for number, result in enumerate(results, start=1):
        if result.definition.method is not None:
            used.setdefault(plain(result.definition.method.text(language)), []).append(str(number))
    return tuple(Method(text, in_sections(where).text(language)) for text, where in used.items())


def in_sections(numbers: Sequence[str]) -> Message:
    """Say in which sections something stands."""
    if len(numbers) > 1:
        return tr("sections {listed}", listed=", ".join(numbers))
    return tr("section {listed}", listed=numbers[0])


def _hidden(release: Outgoing, language: Language) -> tuple[str, ...]:
    """Return what the gate hid, in its own safe sentences; an internal release hides nothing."""
    lines = release.ledger.lines() if isinstance(release, Release) else ()
    return tuple(plain(one.text(language)) for one in lines)


def _text(given: str | Readable, language: Language, *, longest: int = 300) -> str:
    return plain(given if isinstance(given, str) else given.text(language), longest=longest)
