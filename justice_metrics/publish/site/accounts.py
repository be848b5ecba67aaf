"""How the numbers of a site came about: sources, settings, methods, what is hidden, terms."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.language import Language, Readable, tr, trn
from ...disclosure.released import Release
from ..account import Setting, settings, sources
from ..document import LIMITS
from ..glossary import terms_in
from ..inert import plain
from ..sections import UNLISTED_WORDS
from .model import Figure, Site
from .words import WORDS


@dataclass(frozen=True, slots=True)
class Method:
    """How some of the figures were computed."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the page of data and definitions tells besides the figures, in one language.

    Attributes
    ----------
    sources : tuple of tuples of (str, str)
    settings : tuple of Setting
    methods : tuple of Method
    limits : tuple of str
        What the numbers cannot say.
    remarks, hidden : tuple of str
        What the rules of the disclosure gate are, and all that it hid.
    public_already : bool
        Whether nothing was hidden here, because it was published before.
    by_figure : tuple of (str, str)
        Figures of which numbers are hidden, and how many.
    terms : tuple of (str, str)
    """

    sources: tuple[tuple[tuple[str, str], ...], ...]
    settings: tuple[Setting, ...]
    methods: tuple[Method, ...]
    limits: tuple[str, ...]
    remarks: tuple[str, ...]
    hidden: tuple[str, ...]
    public_already: bool
    by_figure: tuple[tuple[str, str], ...]
    terms: tuple[tuple[str, str], ...]


def account(release: Release, site: Site, language: Language) -> Account:
    """Tell how the numbers of a site came about.

    Parameters
    ----------
    release : Release
    site : Site
    language : str
    """
    methods = dict.fromkeys(
        plain(one.definition.method.text(language)) for one in release.results if one.definition.method is not None
    )
    said = [
        part.text(language)
        for one in site.figures
        for part in (one.title, one.reads, one.definition.answers, one.definition.pending, one.definition.numerator)
    ]
    terms = terms_in("\n".join([*said, *methods]), language)
    return Account(
        sources=tuple(tuple(one) for one in sources(release.results, language)),
        settings=tuple(settings(release.results, language)),
        methods=tuple(Method(one) for one in methods),
        limits=tuple(one.text(language) for one in LIMITS),
        remarks=tuple(plain(one.text(language)) for one in release.ledger.remarks),
        public_already=release.policy.already_public is not None,
        by_figure=tuple(
            (plain(one.title.text(language)), hidden_words(one).text(language))
            for one in site.figures
            if one.hidden or one.table.sparse
        ),
        hidden=tuple(plain(one.text(language)) for one in release.ledger.lines()),
        terms=tuple((one.word.text(language), one.meaning.text(language)) for one in terms),
    )


def hidden_words(figure: Figure) -> Readable:
    """Say how many numbers of the table of a figure are hidden."""
    said: Readable = WORDS["hidden_none"]
    if figure.hidden:
        said = trn("{n} number of this table is hidden.", "{n} numbers of this table are hidden.", figure.hidden)
    if not figure.table.sparse:
        return said
    return tr("{sentence} {more}", sentence=said, more=UNLISTED_WORDS) if figure.hidden else UNLISTED_WORDS
