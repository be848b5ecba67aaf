"""A formula in the reader's words: attributes by their names, everything else as it was written."""

from __future__ import annotations

import re
from typing import Final

from ..base.language import Label, Language
from ..cases.attributes import attribute_words

_NAME: Final = re.compile(r"\b[A-Za-z_]\w*\b(?!\s*\()")


class FormulaWords(Label):
    """The right side of a formula, for a heading: words like a label, though its attributes are translated."""

    __slots__ = ("formula",)

    def __init__(self, formula: str) -> None:
        super().__init__(formula)
        self.formula = formula

    def text(self, language: Language = "en") -> str:
        """Return the formula with the words of its attributes in ``language``."""
        return _NAME.sub(lambda found: attribute_words(found[0]).text(language), self.formula)
