"""Tables of counts in canonical form: what an office or a ministry sends when it sends no case files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ...base.language import format_date
from ...base.provenance import unit_words
from .frames import from_frames
from .rows import CountRows


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class CountData(CountRows):
    """A table of counts by office, period and whatever else splits it.

    Make one with :func:`justice_metrics.read_counts` from files or with :meth:`from_frame` from a frame.

    Attributes
    ----------
    rows : int
        R below.
    keys : mapping of str to Key
        Columns that split the counts; ``office`` is the office.
    first_day, last_day : array of int, shape (R,)
        The period of each row, both days included, as days since 1 January 1970.
    quantities : mapping of str to Quantity, shape (R,)
        The numbers, each with what is known about it.
    given : mapping of str to array of bool, shape (R,)
        The rows that have a cell for the quantity at all; not there, where every row has one.
    words : mapping of str to Readable
        What a reader calls each quantity.
    unit : str
        What is counted.
    units : mapping of str to str
        The unit of a quantity that counts something else.
    over_time : mapping of str to {"add", "first", "last", "mean"}
        How the whole of a period is made of its parts.
    per : mapping of str to tuple of str
        The keys that a figure belongs to, where it is repeated over the others.
    offices : str or None
        The key that is the office.
    cutoff : datetime.date
        Day to which the table is complete.
    notes : tuple of Readable
        What was met while the table was read.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> table = pd.DataFrame({"Año": [2018, 2019], "Ingresos": [534170, 533827], "Resueltos": [584222, "NA"]})
    >>> counts = jm.CountData.from_frame(table, {
    ...     "counts": {"period": "Año", "quantities": {"incoming": "Ingresos", "resolved": "Resueltos"}},
    ...     "missing": {"NA": "not_available"},
    ... })
    >>> counts.quantities["resolved"].words()
    ['', 'not_available']
    """

    @classmethod
    def taken(cls, rows: CountRows) -> CountData:
        """Return rows as the table that questions are asked of."""
        return cls(**{one.name: getattr(rows, one.name) for one in fields(rows)})

    @classmethod
    def from_frame(cls, frame: Any, mapping: Any) -> CountData:
        """Take a table of counts from a frame of the user's engine.

        Parameters
        ----------
        frame : pandas or Polars frame, Arrow table, DuckDB relation, PySpark frame, ibis table
            One row per office, period and breakdown; in a long table, and per quantity. A list of frames is read as
            several files are.
        mapping : CountMapping, dict or path
            Which column is what; see ``docs/counts.md``.

        Returns
        -------
        CountData

        Raises
        ------
        SettingsError
            When the mapping is wrong.
        MappingError, CaseDataError
            When mapping and table do not fit each other, or the numbers cannot be.

        Examples
        --------
        >>> import pandas as pd, justice_metrics as jm
        >>> table = pd.DataFrame({"Month": ["2019-01", "2019-02"], "New": [12, 9]})
        >>> jm.CountData.from_frame(table, {"counts": {"period": "Month", "quantities": {"new": "New"}}}).native_period
        'month'
        """
        return cls.taken(from_frames(frame, mapping))

    def __repr__(self) -> str:
        words = unit_words(self.unit).text()
        names = ", ".join(self.quantities)
        return f"CountData({self.rows:,} rows counting {words}: {names}; cut-off {format_date(self.cutoff)})"

    def _repr_html_(self) -> str:
        import html

        return "".join(f"<p>{html.escape(line)}</p>" for line in self.describe().splitlines())
