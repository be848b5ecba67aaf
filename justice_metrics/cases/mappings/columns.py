"""The section [columns]: columns that are made of others, before anything is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from ...base.language import tr
from ...base.settings import ReadableError
from .parts import Name, Part


class MadeColumn(Part):
    """A column that the file does not have, and what it is made of: in one of three ways.

    Attributes
    ----------
    year, month, day : str, optional
        Columns with the parts of a date, which becomes one text in ISO order. Without a day the date is known to the
        month, without a month to the year.
    column : str, optional
        Column with a code of which a part is wanted.
    first, last : int, optional
        In the file ``from`` and ``to``: the first and the last place of that part, counted from 1.
    pad : int, optional
        How many digits the whole code has; zeros that a spreadsheet took from its front are put back.
    columns : tuple of str
        Columns whose texts are joined; blank ones are passed over.
    join : str
        What stands between them.

    Examples
    --------
    >>> MadeColumn.model_validate({"column": "DEPTO_MCPIO", "from": 1, "to": 2, "pad": 4}).parts
    ('DEPTO_MCPIO',)
    """

    year: Name | None = None
    month: Name | None = None
    day: Name | None = None
    column: Name | None = None
    first: Annotated[int, Field(ge=1)] | None = Field(default=None, alias="from")
    last: Annotated[int, Field(ge=1)] | None = Field(default=None, alias="to")
    pad: Annotated[int, Field(ge=1, le=40)] | None = None
    columns: tuple[Name, ...] | None = None
    join: str = " "

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that it is made of."""
        if self.columns is not None:
            return self.columns
        return tuple(one for one in (self.column, self.year, self.month, self.day) if one is not None)

    @model_validator(mode="after")
    def _one_way(self) -> MadeColumn:
        dated = self.year is not None or self.month is not None or self.day is not None
        several = self.columns is not None
        if dated + (self.column is not None) + several != 1 or (several and len(self.parts) < 2):
            raise ReadableError(
                tr("a column is made of 'year', 'month' and 'day', of a part of one 'column', or of several 'columns'")
            )
        if dated and (self.year is None or (self.day is not None and self.month is None)):
            raise ReadableError(tr("a date needs 'year'; and 'day' needs 'month'"))
        cut = self.first is not None or self.last is not None or self.pad is not None
        if cut != (self.column is not None):
            raise ReadableError(tr("'from', 'to' and 'pad' belong to 'column', which needs one of them"))
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ReadableError(tr("'to' comes before 'from'"))
        if self.pad is not None and (self.last or self.first or 0) > self.pad:
            raise ReadableError(tr("'from' and 'to' lie beyond the {pad} digits of 'pad'", pad=self.pad))
        if self.columns is None and "join" in self.model_fields_set:
            raise ReadableError(tr("'join' belongs to 'columns'"))
        return self


def with_parts(named: Iterable[tuple[str, str]], made: Mapping[str, MadeColumn]) -> tuple[tuple[str, str], ...]:
    """Return the columns that a table must have for those that are named: of a made one, its parts.

    Parameters
    ----------
    named : iterable of (column, key)
        Columns with the key of the mapping that names them.
    made : mapping of str to MadeColumn
    """
    found: dict[tuple[str, str], None] = {}
    for column, key in named:
        if column not in made:
            found[column, key] = None
            continue
        others = {name: one for name, one in made.items() if name != column}
        parts = with_parts([(part, f"columns.{column}") for part in made[column].parts], others)
        found |= dict.fromkeys(parts)
    return tuple(found)
