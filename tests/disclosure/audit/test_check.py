from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import os
import time
import zipfile
import zlib
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import ReadError
from justice_metrics.disclosure.audit import audit, check_release
from justice_metrics.disclosure.audit.canaries import _AT_ONCE, Canaries, read_canaries, spellings
from justice_metrics.disclosure.audit.contents.office import look_at_office
from justice_metrics.disclosure.audit.contents.pages import look_at_page
from justice_metrics.disclosure.audit.contents.pictures import look_at_pdf, look_at_png
from justice_metrics.disclosure.audit.contents.tables import look_at_csv, look_at_json, look_at_notebook
from justice_metrics.disclosure.audit.layers import layers, png_chunks
from justice_metrics.publish.folder import write_folder
from tests.disclosure.audit.made_release import counts, made, write_release

# frequent names drawn by chance; nobody is meant
PERSON = "Marisol Quispe Fernández"
CASE = "LPZ-2017-00431"


def release(folder: Path, **files: bytes) -> Path:
    return write_release(
        folder / "release",
        [made(main=counts({("north",): 44, ("south",): 93, ("all",): 137}, ["office"]))],
        files={name.replace("__", "/").replace("_dot_", "."): data for name, data in files.items()},
    )


def kinds(told: object) -> set[str]:
    return {kind for kind, _ in told}  # type: ignore[attr-defined]


def zipped(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return file.getvalue()


def test_a_clean_folder_passes(tmp_path: Path) -> None:
    page = b"<!doctype html><html><head><title>x</title></head><body><p>44 cases</p></body></html>"
    found = audit(release(tmp_path, report_dot_html=page), canaries=[PERSON, CASE])
    assert found.passed
    assert not found.notices
    assert (found.files, found.cells, found.hidden, found.earlier) == (5, 3, 0, 0)
    assert [one.text() for one in found.lines()][-1] == "Nothing was found that may not leave."


def test_every_file_is_declared_and_unchanged(tmp_path: Path) -> None:
    folder = release(tmp_path)
    (folder / "notes.txt").write_text("left behind")
    (folder / "boxes.json").write_text((folder / "boxes.json").read_text() + " ")
    (folder / "release.json").rename(folder / "gone.json")
    told = {(one.where, one.text().partition(": ")[2]) for one in check_release(folder).findings}
    assert ("notes.txt", "The manifest does not declare it.") in told
    assert ("boxes.json", "It was changed since the manifest was written.") in told
    assert ("release.json", "The manifest declares it, and it is not there.") in told
    assert ("gone.json", "The manifest does not declare it.") in told


def test_a_folder_without_a_manifest_declares_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert [one.where for one in check_release(tmp_path).findings] == ["manifest.json"]
    with pytest.raises(ReadError, match="There is no folder 'nowhere'"):
        check_release(tmp_path / "nowhere")
    with pytest.raises(ReadError, match=r"There is no 'results\.json'"):
        audit(tmp_path)


def test_links_hidden_files_and_unknown_kinds_are_refused(tmp_path: Path) -> None:
    folder = write_folder(
        {"data.rds": b"x", "tables/.cache.json": b"{}", "empty.txt": b"", "dossier_001.json": b"{}"}, tmp_path / "r"
    )
    (folder / "link.txt").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.txt")
    told = {one.where: one.text() for one in check_release(folder).findings}
    assert "Its kind is not one of those" in told["data.rds"]
    assert "a hidden file" in told["tables/.cache.json"]
    assert "empty" in told["empty.txt"]
    assert "secure side" in told["dossier_001.json"]
    assert "a link" in told["link.txt"]
    assert "no file" in told["pipe.txt"]


def test_a_canary_is_found_in_every_layer(tmp_path: Path) -> None:
    name = PERSON.encode()
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n" + zlib.compress(b"BT (" + name + b") Tj ET") + b"\nendstream\nendobj\n"
    inside = {
        "plain": name,
        "capitals": PERSON.upper().encode("latin-1"),
        "sixteen": PERSON.encode("utf-16-le"),
        "bare": b"marisol quispe fernandez",
        "escaped": json.dumps(PERSON).encode(),
        "in html": b"Marisol Quispe Fern&#225;ndez",
        "in an address": b"?q=Marisol%20Quispe%20Fern%C3%A1ndez",
        "hexadecimal": name.hex().encode(),
        "packed": gzip.compress(b"xx" + name),
        "archive": zipped(word__document_dot_xml=f"<w:t>{PERSON}</w:t>"),
        "archive in an archive": zipped(a=zipped(b=PERSON).hex()),
        "pdf": pdf,
        **{f"base64 {shift}": base64.b64encode(b"x" * shift + name + b"more of it") for shift in range(3)},
        "data address": b'<img src="data:image/svg+xml;base64,' + base64.b64encode(b"<svg>" + name + b"</svg>") + b'">',
    }
    looked_for = Canaries([PERSON])
    for what, data in inside.items():
        assert any(looked_for.in_layer(layer) for layer in layers(data)), what
    assert not any(looked_for.in_layer(layer) for layer in layers(b"Maria Quispe, Fernando " * 20))


def test_a_word_is_found_however_it_is_written(tmp_path: Path) -> None:
    """By html, addresses and scripts; with other hyphens, marks that nobody sees, tags between; packed in lines."""
    wrapped = base64.encodebytes(b"x" * 50 + PERSON.encode() + b"y" * 80)
    written = {
        "decimal": "".join(f"&#{ord(one)};" for one in PERSON),
        "hexadecimal": "".join(f"&#x{ord(one):x};" for one in PERSON),
        "percent": "".join(f"%{one:02X}" for one in PERSON.encode()),
        "script": "".join(f"\\x{ord(one):02x}" for one in PERSON),
        "json": "".join(f"\\u{ord(one):04x}" for one in PERSON),
        "hyphens": CASE.replace("-", "\u2011"),
        "soft hyphens": "\u00ad".join(PERSON),
        "no width": "\u200b".join(CASE),
        "full width": "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in CASE),
        "tags": f"<t>{PERSON[:7]}</t><t xml:space='preserve'>{PERSON[7:]}</t>",
        "spaces": CASE.replace("-", " "),
        "lines": wrapped.decode(),
        "spaced": " ".join(f"{one:02x}" for one in PERSON.encode()),
    }
    for what in (*written, "bz2", "utf-32", "name"):
        (tmp_path / what).mkdir()
    for what, text in written.items():
        folder = release(tmp_path / what, notes_dot_txt=f"before {text} after".encode())
        assert [one.kind for one in check_release(folder, canaries=[PERSON, CASE]).findings] == ["canary"], what
    for what, data in {"bz2": bz2.compress(PERSON.encode()), "utf-32": PERSON.encode("utf-32")}.items():
        folder = release(tmp_path / what, notes_dot_txt=data)
        assert "canary" in [one.kind for one in check_release(folder, canaries=[PERSON]).findings], what
    write_folder({f"{CASE}.txt": b"nothing"}, tmp_path / "name" / "r")
    assert "canary" in [one.kind for one in check_release(tmp_path / "name" / "r", canaries=[CASE]).findings]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_spelling_is_found_at_every_place_and_nothing_else(drawn: st.DataObject) -> None:
    """The search by windows against one that tries every spelling at every place."""
    words = drawn.draw(st.lists(st.text("abAñ-1 ", min_size=4, max_size=9).map(str.strip), max_size=4))
    forms = sorted({form for word in words for form in spellings(word)})
    parts = [st.binary(max_size=9), st.text("abAñ-1 ", max_size=9).map(str.encode)]
    parts += [st.sampled_from(forms)] if forms else []
    layer = b"".join(drawn.draw(st.lists(st.one_of(parts), max_size=6)))
    plain = {word for word in words if any(form.lower() in layer.lower() for form in spellings(word))}
    found = Canaries(words).in_layer(layer)
    assert found <= plain
    # words that share a spelling are told once
    assert bool(found) == bool(plain)


def test_a_word_across_two_pieces_of_a_large_file_is_found() -> None:
    looked_for = Canaries([CASE])
    for before in (_AT_ONCE - 9, _AT_ONCE - 1, _AT_ONCE):
        assert looked_for.in_layer(b"." * before + CASE.lower().encode() + b".") == {CASE}


def test_a_large_release_is_looked_through_in_a_moment() -> None:
    """Two hundred ids in ten million bytes: minutes with an expression of all spellings."""
    looked_for = Canaries(f"LPZ-{2010 + one % 9}-{one:05d}" for one in range(200))
    began = time.process_time()
    assert looked_for.in_layer(b"LPZ-2017-99999, 123.456 " * 420_000) == set()
    assert time.process_time() - began < 5


def test_a_found_canary_is_counted_and_never_repeated(tmp_path: Path) -> None:
    folder = release(tmp_path, notes_dot_txt=f"{PERSON} and {CASE} and {CASE}".encode())
    (found,) = check_release(folder, canaries=[PERSON, CASE, "abc"]).findings
    assert (found.kind, found.text()) == ("canary", "notes.txt: 2 words that must not leave are in it.")
    assert spellings("abc") == set()
    assert read_canaries(f"{PERSON}\n\n abc \n{CASE}\n") == (PERSON, CASE)


def test_folders_of_the_machine_and_logs_are_found(tmp_path: Path) -> None:
    folder = release(
        tmp_path,
        a_dot_txt=b"made from /home" + b"/someone/cases.csv",
        b_dot_txt=b"Traceback (most recent call last):\n",
        c_dot_txt=b"C:\\Users" + b"\\someone",
        d_dot_txt=b"see the homepage and /users in the address",
    )
    told = {one.where: one.text() for one in check_release(folder).findings}
    assert set(told) == {"a.txt", "b.txt", "c.txt"}
    assert "a folder of the machine" in told["a.txt"]
    assert "the log of an error" in told["b.txt"]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (b"<script>1</script>", "active"),
        (b"<p onclick='x()'>a</p>", "active"),
        (b"<a href='javascript:x()'>a</a>", "active"),
        (b"<img src='https://example.org/x.png'>", "remote"),
        (b"<link rel='stylesheet' href='//example.org/x.css'>", "remote"),
        (b"<style>@import 'x.css'</style>", "remote"),
        (b"<!-- 4 cases in north -->", "hidden_part"),
        (b"<td data-n='4'>hidden</td>", "hidden_part"),
        (b"<td style='display: none'>4</td>", "hidden_part"),
        (b"<td hidden>4</td>", "hidden_part"),
        (b"<meta name='author' content='someone'>", "metadata"),
        (b"<svg><metadata>2026-01-02</metadata></svg>", "metadata"),
    ],
)
def test_what_a_page_runs_fetches_or_hides(page: bytes, kind: str) -> None:
    assert kinds(look_at_page(page)) == {kind}


def test_a_page_that_only_shows_is_left_alone() -> None:
    page = b"<a href='https://example.org'>source</a><td data-sort='name'>4</td><img src='data:image/png;base64,AA=='>"
    assert not list(look_at_page(page))


def test_what_a_workbook_hides() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    shown, hidden = book.add_worksheet("a"), book.add_worksheet("b")
    hidden.hide()
    shown.set_row(3, None, None, {"hidden": True})
    shown.write_comment(0, 0, "only 4 cases")
    shown.write_formula(1, 1, "=1+1")
    book.set_properties({"author": PERSON})
    book.close()
    told = [(kind, words.text()) for kind, words in look_at_office(file.getvalue())]
    assert {kind for kind, _ in told} == {"hidden_part", "active", "metadata"}
    assert {words for _, words in told} >= {"a hidden sheet", "hidden rows or columns", "comments", "formulas"}
    assert not any(PERSON in words for _, words in told)


def test_what_a_word_file_hides() -> None:
    data = zipped(
        word__document_dot_xml="<w:r><w:rPr><w:vanish/></w:rPr><w:t>4</w:t></w:r><w:del w:id='1'/>",
        word__comments_dot_xml="<w:comments/>",
        docProps__core_dot_xml="<dc:creator>someone</dc:creator><cp:lastModifiedBy></cp:lastModifiedBy>",
        word___rels__document_dot_xml_dot_rels='<Relationship Target="h" TargetMode="External" Type="a/image"/>',
    )
    assert kinds(look_at_office(data)) == {"hidden_part", "metadata", "remote"}
    assert kinds(look_at_office(b"no archive")) == {"unreadable"}
    ours = zipped(
        docProps__core_dot_xml="<dc:creator>justice_metrics</dc:creator>", word__document_dot_xml="<w:t>4</w:t>"
    )
    assert not list(look_at_office(ours))


def test_what_pictures_and_printed_pages_hide() -> None:
    import matplotlib.figure

    file = io.BytesIO()
    matplotlib.figure.Figure().savefig(file, format="png")
    clean = file.getvalue()
    assert not list(look_at_png(clean))
    text = b"tEXtComment\x00only 4 cases"
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    assert kinds(look_at_png(clean[:33] + chunk + clean[33:])) == {"metadata"}
    assert kinds(look_at_png(clean + b"more")) == {"hidden_part"}
    assert [kind for kind, _ in png_chunks(clean)][-1] == b"IEND"
    assert kinds(look_at_pdf(b"%PDF-1.7 /Author (someone) /EmbeddedFile /JavaScript")) == {
        "metadata",
        "hidden_part",
        "active",
    }
    assert not list(look_at_pdf(b"%PDF-1.7 /Title (Report) /Producer (Typst)"))
    assert kinds(look_at_png(b"GIF")) == kinds(look_at_pdf(b"GIF")) == {"unreadable"}


def test_what_tables_for_programs_hide() -> None:
    assert kinds(look_at_csv(b"a,b\r\n=1+1,2\r\n")) == {"active"}
    assert not list(look_at_csv("a,b\r\n'=1+1,-2.5\r\n".encode("utf-8-sig")))
    assert kinds(look_at_csv(b"\xff\xfe\x00")) == {"unreadable"}
    assert kinds(look_at_json(b"{")) == {"unreadable"}
    book = {"cells": [{"outputs": [{"text": "4"}], "execution_count": 3, "metadata": {}}]}
    assert kinds(look_at_notebook(json.dumps(book).encode())) == {"hidden_part", "notice"}
    assert not list(look_at_notebook(b'{"cells": [{"outputs": [], "metadata": {}}]}'))


def test_a_copy_of_a_table_holds_the_published_numbers_and_no_other(tmp_path: Path) -> None:
    head = "office,n\r\n"
    right, wrong = head + "north,44\r\nsouth,93\r\nall,137\r\n", head + "north,45\r\nsouth,92\r\nall,137\r\n"
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, value in enumerate((44, 93, 137, 4)):
        sheet.write_number(row, 0, value)
    book.close()
    folder = release(
        tmp_path,
        tables__right_dot_csv=right.encode(),
        tables__wrong_dot_csv=wrong.encode(),
        tables__book_dot_xlsx=file.getvalue(),
    )
    told = {one.where: one.text() for one in check_release(folder).findings if one.kind == "copy"}
    assert set(told) == {"tables/wrong.csv", "tables/book.xlsx"}
    assert "1 number in it is not in results.json" in told["tables/book.xlsx"]
