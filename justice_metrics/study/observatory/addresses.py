"""Addresses of pages in an observatory's settings: encrypted ones only, with nothing in them that could end a link."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field

from ...base.language import tr
from ...base.settings import ReadableError

_ADDRESS: Final = re.compile(r"https://[^\s\"'<>\\]+")


def _encrypted(given: str) -> str:
    if not _ADDRESS.fullmatch(given):
        raise ReadableError(tr("'{given}' is no address of a page; it must begin with https://", given=given[:60]))
    return given


Address: TypeAlias = Annotated[str, Field(max_length=500), AfterValidator(_encrypted)]
