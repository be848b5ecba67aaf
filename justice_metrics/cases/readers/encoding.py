"""Bytes to text: what a file really is, what it is compressed with, and in which code page it was written."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

from ...base.errors import ReadError
from ...base.language import Message, tr, trn

# A text file is held in memory while it is read; what is larger belongs in parquet.
_MOST_BYTES: Final = 4 << 30
_CHUNK: Final = 1 << 24
_WORDS_LOOKED_AT: Final = 1 << 20
# So many lines of another encoding are a part of the file, not some damaged bytes.
_FEWEST_LINES: Final = 10
# Tables are packed to a tenth or a twentieth; what unpacks to more than this, beyond a small file, is a bomb.
_SMALL: Final = 100 << 20
_MOST_RATIO: Final = 250
# Bytes at the end of a gzip stream that say what it must come to.
_SUMS: Final = 8

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# What the first bytes of files say that only pretend to be text.
_SIGNATURES: Final = (
    (b"PK\x03\x04", tr("a zip archive or a workbook (xlsx)")),
    (b"\xd0\xcf\x11\xe0", tr("an old or password-protected workbook (xls)")),
    (b"PAR1", tr("a parquet file")),
    (b"%PDF", tr("a PDF document")),
    (b"SQLite format 3", tr("a database file")),
    (b"$FL2", tr("an SPSS file")),
    (b"<stata_dta>", tr("a Stata file")),
    (b"\x89PNG", tr("a picture")),
    (b"\xff\xd8\xff", tr("a picture")),
    (b"7z\xbc\xaf", tr("a compressed archive")),
    (b"Rar!", tr("a compressed archive")),
)
_MARKUP: Final = re.compile(rb"^\s*(?:<!doctype|<html|<table|<\?xml|<head|<meta)", re.IGNORECASE)
_JSON: Final = re.compile(rb'^\s*(?:\{\s*"|\[\s*[\{\[])')

# UTF-8 that was read as Windows-1252 and saved again ("Ã³"), and letters that were lost for good.
_TWICE: Final = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\ufffd")
# Signs that stand inside words only when another code page was taken for Windows-1252.
_FOREIGN: Final = re.compile(
    r"(?<=[^\W\d_])[¢£¤¥¦¨¬®¯±²³´µ¶·¸¹»¼½¾‚„†‡ˆ‰‹›˜™\u00a0¡](?=[a-z])"
    # and among capitals, where also small letters are signs that Spanish and English words do not have there
    r"|(?<=[A-Z])[¢£¤¥¦¬®¯±²³µ¶¸¹¼½¾‚„†‡ˆ‰‹›˜™¡](?=[A-Z])"
    r"|(?<=[A-Z])[àâãäåæçèêëìîïðòôõöøùûýþÿƒÖ](?=[A-Z]|\b)"
)
_ACCENTED: Final = re.compile(r"[áéíóúñüÁÉÍÓÚÑÜºª°]")


class Decoded(NamedTuple):
    """A text, the encoding it was written in, and what a reader must know about that."""

    text: str
    encoding: str
    notes: tuple[Message, ...]


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, inflated where it is compressed, and never more than memory should hold."""
    with path.open("rb") as file:
        head = file.read(3)
        file.seek(0)
        if head[:2] == b"\x1f\x8b":
            chunks = _gunzipped(file)
        elif head == b"BZh":
            chunks = _bunzipped(file)
        else:
            chunks = _chunks(file)
        parts: list[bytes] = []
        total = 0
        most = max(_SMALL, _MOST_RATIO * path.stat().st_size)
        try:
            for chunk in chunks:
                total += len(chunk)
                if total > most:
                    raise ReadError(
                        tr("'{name}' unpacks to more than {n} times its size.", name=path.name, n=_MOST_RATIO),
                        tr("Unpack it and look at what it holds."),
                    )
                if total > _MOST_BYTES:
                    raise ReadError(
                        tr("'{name}' holds more than {most} GiB of text.", name=path.name, most=_MOST_BYTES >> 30),
                        tr("Convert it to parquet, or pass a DuckDB relation of it."),
                    )
                parts.append(chunk)
        except (EOFError, OSError, zlib.error):
            raise ReadError(
                tr("'{name}' is compressed and damaged: it ends too early or does not add up.", name=path.name),
                tr("Copy or download the file again."),
            ) from None
    return b"".join(parts)


def _chunks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _gunzipped(file: IO[bytes]) -> Iterator[bytes]:
    yield from _chunks(gzip.GzipFile(fileobj=file))
    # Zeros behind the last stream are passed over as padding; they may be what a bad copy left of a further one.
    file.seek(-min(file.seek(0, io.SEEK_END), _SUMS), io.SEEK_END)
    if not any(file.read()):
        raise EOFError


def _bunzipped(file: IO[bytes]) -> Iterator[bytes]:
    """Inflate every stream of a bz2 file; what stands behind one is another, or damage."""
    inflate = bz2.BZ2Decompressor()
    waiting = b""
    while True:
        if inflate.eof:
            waiting = inflate.unused_data or file.read(_CHUNK)
            if not waiting:
                return
            inflate = bz2.BZ2Decompressor()
        elif inflate.needs_input and not waiting:
            waiting = file.read(_CHUNK)
            if not waiting:
                raise EOFError
        chunk = inflate.decompress(waiting, _CHUNK)
        waiting = b""
        if chunk:
            yield chunk


def refuse_other_kinds(raw: bytes, name: str) -> None:
    """Refuse what only bears the name of a text file.

    Raises
    ------
    ReadError
        With what the file is by its content.
    """
    found = next((kind for start, kind in _SIGNATURES if raw.startswith(start)), None)
    if found is None and _MARKUP.match(raw[:2000]):
        found = tr("a web page or XML (some systems export that under the name of a spreadsheet)")
    if found is None and _JSON.match(raw[:2000]):
        found = tr("JSON")
    if found is not None:
        raise ReadError(
            tr("'{name}' is not a csv file: by its content it is {kind}.", name=name, kind=found),
            tr("Open it in the program that made it and save it as csv (UTF-8) or xlsx."),
        )


def decoded(raw: bytes, declared: str | None, name: str) -> Decoded:
    """Return the text: by its byte order mark, as declared, as strict UTF-8, else as Windows-1252 if that makes words.

    Raises
    ------
    ReadError
        When none of these fits, or the bytes are damaged; with the first line that does not fit.
    """
    bom = next((codec for mark, codec in _BOMS if raw.startswith(mark)), None)
    if bom is not None and declared is None:
        return _strictly(raw, bom, name, declared=False)
    if declared is not None:
        if not getattr(codecs.lookup(declared), "_is_text_encoding", True):
            raise ReadError(
                tr("'{codec}' is no encoding of texts.", codec=declared),
                tr("Correct 'encoding' in [data], or leave it out to have it found out."),
            )
        codec = "utf-8-sig" if bom == "utf-8-sig" and codecs.lookup(declared).name == "utf-8" else declared
        return _strictly(raw, codec, name, declared=True)
    nuls = raw.count(b"\x00")
    if nuls:
        return _with_nuls(raw, nuls, name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _by_lines(raw) or _windows(raw, name)
    return Decoded(text, "utf-8", _broken_letters(text))


def _strictly(raw: bytes, codec: str, name: str, *, declared: bool) -> Decoded:
    try:
        text = raw.decode(codec)
    except UnicodeError as error:
        place = raw.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise ReadError(
            tr(
                "'{name}' is not text in the encoding {codec}: line {place} does not fit.",
                name=name,
                codec=codec,
                place=place,
            ),
            tr("Correct 'encoding' in [data], or leave it out to have it found out.")
            if declared
            else tr("Save the file again as UTF-8."),
        ) from None
    if "\x00" in text:
        raise _nul_error(text.count("\x00"), name)
    return Decoded(text, codecs.lookup(codec).name, _broken_letters(text))


def _with_nuls(raw: bytes, nuls: int, name: str) -> Decoded:
    """Take a text full of NUL bytes for UTF-16 without its mark, a few NULs for damage."""
    sample = raw[: 1 << 16]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 3 >= len(sample) // 2 and min(even, odd) * 20 <= max(even, odd):
        return _strictly(raw, "utf-16-le" if odd > even else "utf-16-be", name, declared=False)
    raise _nul_error(nuls, name)


def _nul_error(nuls: int, name: str) -> ReadError:
    return ReadError(
        trn(
            "'{name}' holds {n} NUL byte: it is damaged or not a text file.",
            "'{name}' holds {n} NUL bytes: it is damaged or not a text file.",
            nuls,
            name=name,
        ),
        tr("Export the file again, as csv (UTF-8) or xlsx."),
    )


def _by_lines(raw: bytes) -> Decoded | None:
    """Read files that were glued together, some UTF-8 and some Windows-1252, each line by its own.

    None where there are not several of both: a few bad bytes are damage, a few good ones are letters broken before.
    """
    lines = raw.splitlines(keepends=True)
    texts: list[str] = []
    n_utf8 = n_windows = 0
    for line in lines:
        try:
            texts.append(line.decode("utf-8"))
            n_utf8 += not line.isascii()
        except UnicodeDecodeError:
            try:
                texts.append(line.decode("cp1252"))
            except UnicodeDecodeError:
                return None
            n_windows += 1
    if min(n_utf8, n_windows) < _FEWEST_LINES:
        return None
    text = "".join(texts)
    if _is_foreign(text):
        return None
    note = tr(
        "{utf8} lines of the file are UTF-8 and {windows} are not, and were read as Windows-1252: files were pasted "
        "together. Look at an accented word in each part.",
        utf8=n_utf8,
        windows=n_windows,
    )
    return Decoded(text, "utf-8 / cp1252", (note, *_broken_letters(text)))


def _is_foreign(text: str) -> int:
    """Return how many signs stand inside words, if there are more of them than accented letters; else 0."""
    sample = text[:_WORDS_LOOKED_AT] + text[-_WORDS_LOOKED_AT:] if len(text) > 2 * _WORDS_LOOKED_AT else text
    foreign, accented = len(_FOREIGN.findall(sample)), len(_ACCENTED.findall(sample))
    return foreign if foreign > accented else 0


def _windows(raw: bytes, name: str) -> Decoded:
    """Read as Windows-1252, unless the words that come out are not words."""
    remedy = tr(
        "Open the file in the program that made it and save it as UTF-8, or declare encoding in [data] "
        '("cp1252" for Windows, "cp850" for older systems, "mac_roman" for older Macintosh).'
    )
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        place = raw.count(b"\n", 0, error.start) + 1
        raise ReadError(
            tr("'{name}' is neither UTF-8 nor Windows-1252 text; line {place} fits neither.", name=name, place=place),
            remedy,
        ) from None
    foreign = _is_foreign(text)
    if foreign:
        raise ReadError(
            trn(
                "'{name}' is not UTF-8, and read as Windows-1252 it has {n} sign inside a word.",
                "'{name}' is not UTF-8, and read as Windows-1252 it has {n} signs inside words.",
                foreign,
                name=name,
            ),
            remedy,
        )
    note = tr("The file is not UTF-8 and was read as Windows-1252; look at an accented word to be sure.")
    return Decoded(text, "cp1252", (note, *_broken_letters(text)))


def _broken_letters(text: str) -> tuple[Message, ...]:
    if not any(mark in text for mark in "ÃÂ\ufffd"):
        return ()
    broken = sum(1 for _ in _TWICE.finditer(text))
    if not broken:
        return ()
    return (
        trn(
            "{n} letter was broken before the file came here (such as 'Ã³' for 'ó').",
            "{n} letters were broken before the file came here (such as 'Ã³' for 'ó').",
            broken,
        ),
    )
