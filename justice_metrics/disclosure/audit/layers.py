"""Every layer of a file: archives and streams unpacked, blobs decoded, so that nothing hides behind a format."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import html
import io
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

_DEEPEST: Final = 4
# What a bomb would unpack to is not looked through; it is told as something that cannot be looked through.
MOST_BYTES: Final = 400_000_000
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
# as mail and drawings have it
_WRAPPED: Final = re.compile(rb"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{40,}[ \t]*\r?\n[ \t]*)+[A-Za-z0-9+/]*={0,2}")
_SPACED_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}[ :,]\s?){12,}(?:[0-9a-fA-F]{2})?")
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_ESCAPE: Final = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")
# what nobody sees, hyphens of all kinds, and spaces of all kinds
_UNSEEN: Final = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_HYPHENS: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_SPACES: Final = re.compile(r"\s+")
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_ZLIB_STARTS: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


_LAST: Final = 0x10FFFF
_HALVES: Final = (0xD800, 0xDFFF)


class TooLargeError(Exception):
    """A file unpacks to more than can be looked through."""


def layers(data: bytes, *, depth: int = 0) -> Iterator[bytes]:
    """Yield a file and all that can be unpacked or decoded from it.

    Parameters
    ----------
    data : bytes
        Zip archives (docx, xlsx), gzip, streams of a PDF, compressed text of a PNG, base64 and hexadecimal blobs.
    depth : int
        How often it was unpacked already.

    Raises
    ------
    TooLargeError
        When an archive unpacks to more than 400 MB.
    """
    yield data
    if depth >= _DEEPEST:
        return
    for inner in _unpacked(data):
        if len(inner) > MOST_BYTES:
            raise TooLargeError
        yield from layers(inner, depth=depth + 1)


def as_read(data: bytes) -> Iterator[bytes]:
    """Yield a text as a person reads it: without tags, escapes, marks that nobody sees and kinds of hyphens.

    Parameters
    ----------
    data : bytes
        One layer of a file; what is no text in UTF-8 has no such form.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    plain = _ESCAPE.sub(_escaped, text) if "\\" in text else text
    plain = html.unescape(plain) if "&" in plain else plain
    plain = urllib.parse.unquote(plain) if "%" in plain else plain
    untagged = _TAG.sub("", plain) if "<" in plain else plain
    for one in dict.fromkeys((plain, untagged)):
        seen = one
        if not one.isascii():
            seen = _HYPHENS.sub("-", _UNSEEN.sub("", unicodedata.normalize("NFKC", one)))
        if seen != text:
            yield seen.encode("utf-8", "replace")
    if " " in text or "\n" in text:
        # spaces where an id has hyphens, and hyphens left out at the end of a line
        yield _SPACES.sub("-", seen).encode("utf-8", "replace")


def _escaped(found: re.Match[str]) -> str:
    code = int(next(one for one in found.groups() if one is not None), 16)
    # halves of a pair are left as they are
    return found.group() if code > _LAST or _HALVES[0] <= code <= _HALVES[1] else chr(code)


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"PK":
        yield from _members(data)
    elif data[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                yield packed.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            return
    elif data[:3] == b"BZh":
        try:
            yield bz2.BZ2Decompressor().decompress(data, MOST_BYTES + 1)
        except (OSError, EOFError):
            return
    elif data[:4] == b"%PDF":
        yield from (made for one in _STREAM.finditer(data) if (made := inflated(one.group(1))) is not None)
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield from (body for kind, body in png_chunks(data) if kind not in {b"IDAT", b"PLTE"})
        for kind, body in png_chunks(data):
            if kind in {b"zTXt", b"iTXt"}:
                yield from _inflated_parts(body)
    else:
        yield from _decoded(data)


def _members(data: bytes) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
                raise TooLargeError
            yield archive.comment
            for one in archive.infolist():
                yield one.filename.encode() + b"\n" + one.comment + one.extra
                with archive.open(one) as member:
                    yield member.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error):
        return


def inflated(data: bytes) -> bytes | None:
    """Return what a zlib stream holds, or None where it is none."""
    try:
        return zlib.decompressobj().decompress(data, MOST_BYTES + 1)
    except zlib.error:
        return None


def _inflated_parts(data: bytes) -> Iterator[bytes]:
    for start in _ZLIB_STARTS:
        place = data.find(start)
        if place >= 0 and (made := inflated(data[place:])) is not None:
            yield made


def _decoded(data: bytes) -> Iterator[bytes]:
    """Yield what long runs of base64 or hexadecimal digits stand for."""
    for found in _BASE64.finditer(data):
        blob = found.group().rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
        try:
            yield base64.b64decode(blob[: len(blob) // 4 * 4] + _rest(blob))
        except binascii.Error:
            continue
    for found in _WRAPPED.finditer(data):
        blob = re.sub(rb"\s+", b"", found.group()).rstrip(b"=")
        yield base64.b64decode(blob[: len(blob) // 4 * 4] + _rest(blob))
    for found in _HEX.finditer(data):
        yield bytes.fromhex(found.group().decode())
    for found in _SPACED_HEX.finditer(data):
        digits = re.sub(rb"[^0-9a-fA-F]", b"", found.group())
        yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def _rest(blob: bytes) -> bytes:
    left = blob[len(blob) // 4 * 4 :]
    return left + b"=" * (4 - len(left)) if len(left) > 1 else b""


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each chunk of a PNG; what follows its end as a chunk of kind ``b"more"``."""
    place = 8
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        yield kind, data[place + 8 : place + 8 + size]
        place += 12 + size
        if kind == b"IEND":
            break
    if place < len(data):
        yield b"more", data[place:]
