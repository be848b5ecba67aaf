"""The cells of a column of a filled coding sheet as arrays: whether they say something, days, numbers and levels."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ..calendar import day_number
from ..conversions.text import normalise

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

# The reader writes a typed date so, with the time of day behind it where there is one.
_ISO: Final = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?: \d{2}:\d{2}:\d{2})?$")


class Answered:
    """The answers to one question, row by row.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Texts as the reader wrote them down; null where a cell is blank.
    missing : collection of str
        Texts that stand for "no data", normalised: they are no answer.
    """

    def __init__(self, column: pa.ChunkedArray, missing: Collection[str] = ()) -> None:
        import numpy as np

        encoded = column.combine_chunks().dictionary_encode()
        self._texts: list[str] = encoded.dictionary.to_pylist()
        self._codes: NDArray[np.int64] = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        self._missing = frozenset(missing)

    @cached_property
    def blank(self) -> NDArray[np.bool_]:
        """Whether a cell holds nothing at all."""
        return self._codes < 0

    @cached_property
    def filled(self) -> NDArray[np.bool_]:
        """Whether a cell holds an answer: it is not blank, and does not say "no data"."""
        return self.each(lambda text: normalise(text) not in self._missing)

    @cached_property
    def days(self) -> NDArray[np.float64]:
        """The day of each typed date; NaN for whatever else stands there."""
        return self._numbers(_day)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """Each number; NaN for whatever else stands there."""
        return self._numbers(_number)

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        """A number for each text, the same where the texts are the same; −1 for a blank cell."""
        return self._codes

    @property
    def texts(self) -> list[str]:
        """The text of each number of ``keys``."""
        return self._texts

    def each(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Return for each cell whether something holds of its text; False for a blank one."""
        import numpy as np

        of_text = np.array([*(holds(one) for one in self._texts), False], dtype=np.bool_)
        return of_text[self._codes]

    def levels(self, labels: Mapping[str, str]) -> NDArray[Any]:
        """Return the id of the level that each cell names; "" where it names none.

        Parameters
        ----------
        labels : mapping of str to str
            Id of each label; capitals, accents and spaces make no difference.
        """
        import numpy as np

        bare = {normalise(label): id for label, id in labels.items()}
        return np.array([*(bare.get(normalise(one), "") for one in self._texts), ""], dtype=object)[self._codes]

    def _numbers(self, of: Callable[[str], float]) -> NDArray[np.float64]:
        import numpy as np

        return np.array([*map(of, self._texts), np.nan], dtype=np.float64)[self._codes]


def _day(text: str) -> float:
    found = _ISO.match(text)
    try:
        return float("nan") if found is None else day_number(dt.date(*map(int, found.groups())))
    except ValueError:
        return float("nan")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
