"""The report of a release as a Word file: what a study's authors go on writing in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any, Final

from ..base.errors import MissingExtraError, OutputError
from ..base.language import Language, Readable, tr
from .audience import COLOURS
from .document import Document, Lines, Outgoing, document
from .sections import FigureView, Section, TableView, column_widths
from .word_parts import (
    LINE,
    LONG_LINE,
    bookmarked,
    contents_field,
    data_table,
    described,
    field,
    letter_size,
    link,
    repacked,
    tell_language,
)

_WIDEST: Final = 6.5  # inches: the text column of an A4 sheet with margins of 22 mm
_SMALLEST: Final = 6.5
"""Points: a table whose letters would be smaller gets a sheet that lies on its side."""
_TEMPLATE: Final = ".docx"
_UNSEEN: Final = ("/thumbnail", "/customXml", "/extended-properties", "/custom-properties")


def word_bytes(
    release: Outgoing,
    *,
    language: Language = "en",
    title: str | Readable | None = None,
    study: str | PurePath | None = None,
    passport: Lines = (),
    changes: Sequence[Readable] = (),
    template: Path | None = None,
) -> bytes:
    """Return the report of a release as the bytes of a Word file; the same release gives the same bytes.

    Parameters
    ----------
    release : InternalRelease or Release
        What ``internal([...])`` or ``release([...])`` made from results.
    language : {"en", "es"}
        Language of the report.
    title, study, passport, changes
        As in `report_bytes`.
    template : Path, optional
        A Word file of the user's own: its styles (Title, Heading 1 and 2, Caption, List Bullet …), its margins and
        what stands in it are kept, and the report follows.

    Returns
    -------
    bytes
        Headings, captions and tables are Word's own, so that they can be edited, restyled and listed; figures have
        words for who cannot see them; the head of every sheet says for whom the report is.

    Raises
    ------
    MissingExtraError
        When python-docx is not installed.
    OutputError
        When the template cannot be used.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> data = word_bytes(jm.internal([jm.attrition(jm.sample_cases())]))
    >>> data[:2]
    b'PK'
    """
    made = document(
        release, language=language, title=title, study=study, passport=passport, changes=changes, pictures=("png",)
    )
    return word_of(made, template=template)


def word_of(made: Document, *, template: Path | None = None) -> bytes:
    """Return a report as the bytes of a Word file.

    Parameters
    ----------
    made : Document
        With figures as png.
    template : Path, optional
        As in `word_bytes`.
    """
    writer = _Writer(_opened(template), made, own_page=template is None)
    writer.front()
    for one in made.sections:
        writer.section(one)
    writer.end()
    _bare(writer.book)
    file = io.BytesIO()
    writer.book.save(file)
    return repacked(file.getvalue())


def _opened(template: Path | None) -> Any:
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
    except ImportError:
        raise MissingExtraError.named("docx", "documents") from None
    if template is None:
        return docx.Document()
    remedy = tr("Name a Word file that ends in .docx, without macros, such as one saved from an empty document.")
    if template.suffix.lower() != _TEMPLATE:
        raise OutputError(tr("The template '{name}' is not a .docx file.", name=template.name), remedy)
    try:
        book = docx.Document(str(template))
    except (PackageNotFoundError, OSError, KeyError, ValueError):
        raise OutputError(
            tr("The template '{name}' cannot be opened as a Word file.", name=template.name), remedy
        ) from None
    held = [part for part in book.part.package.iter_parts() if "vba" in str(part.partname).lower()]
    loads = [one for one in book.part.rels.values() if one.is_external and not one.reltype.endswith("/hyperlink")]
    if held or loads:
        raise OutputError(
            tr("The template '{name}' holds macros, or loads something from elsewhere.", name=template.name), remedy
        )
    return book


def _bare(book: Any) -> None:
    """Take out what travels with a document unseen: a picture of an earlier state, parts and properties of others."""
    for holder in (book.part.package, book.part):
        for name, one in tuple(holder.rels.items()):
            if one.reltype.endswith(_UNSEEN):
                del holder.rels[name]


class _Writer:
    """Writes one report into a Word document, part by part."""

    def __init__(self, book: Any, made: Document, *, own_page: bool) -> None:
        self.book = book
        self._made = made
        self._anchors = 0
        self._known = {one.name: one for one in book.styles}
        self._colour = COLOURS[made.audience].removeprefix("#")
        self._about()
        self._own_page = own_page
        if own_page:
            self._page()
        self._styles()
        self._marks()

    def front(self) -> None:
        """Write title, mark, what the report is about, contents and key findings."""
        made = self._made
        self._text(made.title, "Title")
        self._coloured(made.mark, bold=True)
        if made.simulated:
            self._text(made.simulated, bold=True)
        self._pairs(made.facts)
        self._coloured(made.lead)
        self._heading(made.said("contents"), 1, listed=False)
        contents_field(self.book, self._listed(), self._style("TOC 1"))
        if made.key_findings:
            self._heading(made.said("key_findings"), 1)
            for one in made.key_findings:
                line = self._text("", "List Bullet")
                link(line, one.anchor, f"{one.number}  {one.heading}")
                line.add_run(f": {one.finding}" + (f" ({one.caution})" if one.caution else ""))

    def section(self, one: Section) -> None:
        """Write one result: findings, figures, definition, notes, tables, what it rests on."""
        made = self._made
        self._heading(f"{one.number}  {one.heading}", 1, anchor=one.anchor)
        self._text(one.answers, "Subtitle")
        for finding in one.findings:
            self._text(finding)
        for figure in one.figures:
            self._figure(figure)
        self._heading(made.said("definition"), 2)
        self._pairs(one.definition)
        self._bullets(made.said("notes"), one.notes)
        self._table(one.main)
        if one.further:
            self._heading(made.said("further"), 2)
            for view in one.further:
                self._table(view)
        self._bullets(made.said("base"), one.base)
        if one.naive:
            self._heading(made.said("naive"), 2)
            self._text(made.said("naive_lead"))
            for view in one.naive:
                self._text(view.warning, bold=True)
                self._table(view)

    def end(self) -> None:
        """Write what stands after the sections."""
        made = self._made
        if made.terms:
            self._heading(made.said("glossary"), 1, anchor="glossary")
            self._pairs(made.terms)
        if made.methods:
            self._heading(made.said("methods"), 1, anchor="methods")
            for one in made.methods:
                self._text(f"{one.text} ({one.where})", "List Bullet")
        for name, lines in (("limits", made.limits), ("hidden", made.hidden), ("changes", made.changes)):
            self._bullets(made.said(name), lines, level=1, anchor=name)
        if made.passport:
            self._heading(made.said("passport"), 1, anchor="passport")
            self._pairs(made.passport)
        self._heading(made.said("checklist"), 1, anchor="checklist")
        self._pairs([(item.what, item.where) for item in made.checklist])
        self._heading(made.said("provenance"), 1, anchor="provenance")
        for source in made.sources:
            self._pairs(source)
        if made.study:
            self._pairs([(made.said("study"), made.study)])
        heads = [made.said(name) for name in ("section", "question", "setting", "value")]
        rows = [(str(one.section), one.question, one.name or made.said("none"), one.value) for one in made.settings]
        self._text(made.said("settings"), "Caption", keep=True)
        text = [False] * len(heads)
        widths = column_widths(heads, rows, text)
        data_table(self.book, heads, rows, numbers=text, widths=widths, title=made.said("settings"))

    def _listed(self) -> list[tuple[str, str]]:
        made = self._made
        ends = [name for name in ("limits", "hidden", "changes", "passport") if getattr(made, name)]
        first = [name for name, there in (("glossary", made.terms), ("methods", made.methods)) if there]
        return [(one.anchor, f"{one.number}  {one.heading}") for one in made.sections] + [
            (name, made.said(name)) for name in (*first, *ends, "checklist", "provenance")
        ]

    def _about(self) -> None:
        """Say what the file is; nobody's name and no day goes along."""
        import datetime as dt

        made, about = self._made, self.book.core_properties
        for name in ("author", "last_modified_by", "comments", "category", "content_status", "identifier", "version"):
            setattr(about, name, "")
        about.title, about.subject, about.keywords, about.language = made.title[:250], made.mark, "", made.language
        about.revision = 1
        # The file says that it was made on this day, whenever it is made: two runs give the same bytes.
        about.created = about.modified = about.last_printed = dt.datetime(2000, 1, 1)

    def _page(self) -> None:
        from docx.shared import Mm

        for part in self.book.sections:
            part.page_width, part.page_height = Mm(210), Mm(297)
            part.left_margin = part.right_margin = part.top_margin = part.bottom_margin = Mm(22)

    def _turned(self, *, lying: bool) -> None:
        """Go on on a new sheet that lies on its side, or stands again."""
        from docx.enum.section import WD_ORIENT
        from docx.shared import Mm

        part = self.book.add_section()
        part.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
        part.page_width, part.page_height = (Mm(297), Mm(210)) if lying else (Mm(210), Mm(297))

    def _styles(self) -> None:
        tell_language(self.book, self._made.language)

    def _marks(self) -> None:
        """Say on every sheet for whom the report is, that data are simulated, and which page it is."""
        for part in self.book.sections:
            part.header.is_linked_to_previous = part.footer.is_linked_to_previous = False
            for head in (part.header, *((part.first_page_header,) if part.different_first_page_header_footer else ())):
                line = head.paragraphs[0] if not head.paragraphs[0].text else head.add_paragraph()
                self._paint(line.add_run(self._made.mark), bold=True)
                line.alignment = 1
            foot = part.footer.paragraphs[0] if not part.footer.paragraphs[0].text else part.footer.add_paragraph()
            foot.add_run(f"{self._made.simulated}   " if self._made.simulated else "")
            field(foot, "PAGE")
            foot.alignment = 2

    def _style(self, name: str) -> Any:
        """Return a style of the document; its ordinary one where a template does not have it."""
        return self._known.get(name)

    def _text(self, text: str, style: str = "Normal", *, bold: bool = False, keep: bool = False) -> Any:
        line = self.book.add_paragraph(style=self._style(style))
        if text:
            line.add_run(text).bold = bold or None
        line.paragraph_format.keep_with_next = keep or None
        return line

    def _coloured(self, text: str, *, bold: bool = False) -> None:
        self._paint(self._text("").add_run(text), bold=bold)

    def _paint(self, run: Any, *, bold: bool) -> None:
        from docx.shared import RGBColor

        run.bold = bold
        run.font.color.rgb = RGBColor.from_string(self._colour)

    def _heading(self, text: str, level: int, *, anchor: str | None = None, listed: bool = True) -> None:
        line = self._text("", f"Heading {level}" if listed else "TOC Heading")
        if anchor is None:
            line.add_run(text)
            return
        self._anchors += 1
        bookmarked(line, anchor, text, number=self._anchors)

    def _bullets(self, heading: str, lines: Sequence[str], *, level: int = 2, anchor: str | None = None) -> None:
        if not lines:
            return
        self._heading(heading, level, anchor=anchor)
        for one in lines:
            self._text(one, "List Bullet")

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        for term, words in pairs:
            line = self._text("")
            line.paragraph_format.space_after = 40_000  # about 3 points
            line.add_run(f"{term}: ").bold = True
            line.add_run(words)

    def _figure(self, figure: FigureView) -> None:
        from docx.shared import Inches

        line = self._text("", keep=True)
        shown = line.add_run().add_picture(io.BytesIO(figure.data["png"]))
        widest = Inches(_WIDEST)
        if shown.width > widest:
            shown.height = int(shown.height * widest / shown.width)
            shown.width = widest
        described(shown, figure.alt, figure.title)
        self._text(f"{self._made.said('figure')} {figure.number}. {figure.title}", "Caption", keep=bool(figure.counted))
        for term, words in figure.counted:
            self._text(f"{term}: {words}").paragraph_format.space_after = 0
        self._text("")

    def _table(self, view: TableView) -> None:
        made = self._made
        title = f"{made.said('table')} {view.number}. {view.title}"
        aside = self._own_page and view.on_paper and bool(view.rows) and letter_size(view.widths, LINE) < _SMALLEST
        if aside:
            self._turned(lying=True)
        self._text(title, "Caption", keep=True)
        if not view.rows or not view.on_paper:
            self._text(
                made.said("not_printed" if view.rows else "no_rows") if view.rows or not view.partial else view.foot
            )
            return
        data_table(
            self.book,
            [cell.text for cell in view.headings],
            [[cell.text for cell in row.cells] for row in view.rows],
            numbers=[cell.number for cell in view.headings],
            widths=view.widths,
            title=title,
            line=LONG_LINE if aside else LINE,
        )
        self._text(view.foot)
        if aside:
            self._turned(lying=False)
