"""Sampling weights of a unit made of members: the weight share method."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw

from ...base.errors import CaseDataError, QuestionError, suggestion
from ...base.language import Message, tr, trn
from ...base.provenance import unit_words
from ..intake import ALL_MEMBERS, Sampling

# Columns that stand beside a unit's own only while its weight is made.
_MADE: Final = ("weight__most", "weight__sum", "amount__sum", "members__least", "members__most")


def members_told(sampling: Sampling, unit: str, attributes: tuple[str, ...]) -> str:
    """Return where the number of members of a unit stands: an attribute, or ``all`` where the data hold every one.

    Raises
    ------
    QuestionError
        When the mapping does not say it, or names no number among the attributes.
    """
    told = sampling.members_of(unit)
    if told is None:
        raise QuestionError(
            tr(
                "With sampling weights nobody can say how many of the unit {unit} there are, unless the number of "
                "members of each is known, in the sample or not.",
                unit=unit_words(unit),
            ),
            tr(
                'Set members = "all" in [cases.sampling] if the data hold every member of each; else name the '
                'attribute that holds their number: members.{word} = "…".',
                word=unit,
            ),
        )
    if told != ALL_MEMBERS and told not in attributes:
        raise QuestionError(
            tr("'{name}' is no attribute that holds a number.", name=told), suggestion(told, attributes)
        )
    return told


def with_shares(frame: nw.LazyFrame[Any], sampling: Sampling, told: str) -> tuple[nw.LazyFrame[Any], list[nw.Expr]]:
    """Add what each member gives to the weight of its unit, and return how the members of a unit are added up.

    Parameters
    ----------
    frame : lazy frame
        One row per member, or per several alike.
    sampling : Sampling
    told : str
        As :func:`members_told` returns it.
    """
    amount = nw.col("frequency") if sampling.repeated else nw.lit(1)
    frame = frame.with_columns(amount__sum=amount, weight__sum=nw.col("weight") * amount)
    added = [
        nw.col("weight").min(),
        nw.col("weight").max().alias("weight__most"),
        nw.col("weight__sum").sum(),
        nw.col("amount__sum").sum(),
    ]
    if told != ALL_MEMBERS:
        added += [nw.col(told).min().alias("members__least"), nw.col(told).max().alias("members__most")]
    return frame, added


def shared_weights(made: nw.LazyFrame[Any], told: str) -> tuple[nw.LazyFrame[Any], int]:
    r"""Return units with their weights, and how many of them have members that are not in the data.

    .. math:: w_i = \frac{1}{L_i} \sum_{j \in s_i} w_j

    over the sampled members :math:`s_i` of a unit, by the number :math:`L_i` of all its members, sampled or not.

    Raises
    ------
    CaseDataError
        When the number of members is not told, is told in several ways, or is smaller than that of the members in the
        data.

    References
    ----------
    .. [1] Lavallée, P. (2007). Indirect Sampling. Springer, chapter 2: the generalised weight share method.
    """
    held = nw.col("amount__sum")
    # equal weights stay what they are to the last digit
    equal = nw.when(nw.col("weight") == nw.col("weight__most")).then(nw.col("weight"))
    mean = equal.otherwise(nw.col("weight__sum") / held)
    if told == ALL_MEMBERS:
        return made.with_columns(weight=mean).drop(*_MADE[:3]), 0
    members = nw.col("members__least")
    counted = made.select(
        unclear=(members.is_null() | (members != nw.col("members__most"))).cast(nw.Int64).sum(),
        fewer=(members < held).fill_null(value=False).cast(nw.Int64).sum(),
        partly=(members > held).fill_null(value=False).cast(nw.Int64).sum(),
    ).collect()
    unclear, fewer, partly = (int(counted.get_column(one)[0] or 0) for one in ("unclear", "fewer", "partly"))
    if unclear or fewer:
        raise _unclear(unclear, told) if unclear else _fewer(fewer, told)
    weight = nw.when(members == held).then(mean).otherwise(nw.col("weight__sum") / members)
    return made.with_columns(weight=weight).drop(*_MADE), partly


def _unclear(n: int, told: str) -> CaseDataError:
    return CaseDataError(
        trn(
            "{n} unit has no number of members in '{attribute}', or its members have different ones.",
            "{n} units have no number of members in '{attribute}', or their members have different ones.",
            n,
            attribute=told,
        ),
        _remedy(told),
    )


def _fewer(n: int, told: str) -> CaseDataError:
    return CaseDataError(
        trn(
            "{n} unit has more members in the data than '{attribute}' says.",
            "{n} units have more members in the data than '{attribute}' says.",
            n,
            attribute=told,
        ),
        _remedy(told),
    )


def _remedy(told: str) -> Message:
    return tr(
        "Correct '{attribute}': how many members the unit has in all, the same number for each of them.", attribute=told
    )
