"""The sections of a mapping that tie units to one another: members of a case, cases joined, cases split off."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from ...base.language import tr
from ...base.settings import ReadableError
from .children import ChildPart
from .parts import AttributeSpec, DateSpec, Name, Names, OutcomePart


class MembersPart(ChildPart):
    """[victims], [accused] or [charges]: one row per member of a case, when a row of the data is a case.

    Attributes
    ----------
    member : str or list of str, optional
        Column or columns that tell the members of one case apart, such as the number of the accused.
    outcome : table, optional
        With what the case ended for this member, and when; without it, every member ended as the case did.
    attributes : mapping of str to str or table
        What describes the member; one of the case's that has the same name gives way.
    """

    member: Names | None = None
    outcome: OutcomePart | None = None
    attributes: Mapping[Name, AttributeSpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _tells_apart(self) -> MembersPart:
        if self.member is None:
            raise ReadableError(tr("'member' is needed: the column that tells the members of one case apart"))
        for name, one in self.attributes.items():
            if one.type == "date" or not name.isidentifier():
                raise ReadableError(
                    tr("'{name}' cannot be an attribute of a member: no dates, a plain name", name=name)
                )
        return self


class JoinedPart(ChildPart):
    """[joined]: cases that were joined into another one and go on in its file (acumulación).

    Attributes
    ----------
    into : str or list of str
        Column or columns with the id of the case into which this one was joined.
    date : str or table, optional
        The day of the joining.
    """

    into: Names | None = None
    date: DateSpec | None = None


class SplitPart(ChildPart):
    """[split]: cases that were split off from another one and got a file of their own (desglose).

    Attributes
    ----------
    origin : str or list of str
        Column or columns with the id of the case from which this one was split off.
    date : str or table, optional
        The day of the splitting.
    """

    origin: Names | None = None
    date: DateSpec | None = None
