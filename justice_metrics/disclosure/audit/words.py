"""The sentences of the attacker."""

from __future__ import annotations

from ...base.language import Message, trn


def small_shown(n: int) -> Message:
    """Say that small counts are shown."""
    return trn("{n} count below the minimum is shown.", "{n} counts below the minimum are shown.", n)


def shown_elsewhere(n: int) -> Message:
    """Say that hidden counts are shown in another place."""
    return trn(
        "{n} count is hidden in one place and shown in another.",
        "{n} counts are hidden in one place and shown in another.",
        n,
    )


def two_values(n: int) -> Message:
    """Say that one count has two values."""
    return trn("{n} count is shown with two different values.", "{n} counts are shown with two different values.", n)


def not_rounded(n: int) -> Message:
    """Say that counts were not rounded."""
    return trn("{n} count is not rounded to the base.", "{n} counts are not rounded to the base.", n)


def not_following(n: int) -> Message:
    """Say that numbers were computed from other counts than the published ones."""
    return trn(
        "{n} computed number does not follow from the published counts, so it tells of others.",
        "{n} computed numbers do not follow from the published counts, so they tell of others.",
        n,
    )


def recovered_exactly(n: int) -> Message:
    """Say that hidden counts follow from the others."""
    return trn(
        "{n} hidden or rounded count can be recovered exactly.",
        "{n} hidden or rounded counts can be recovered exactly.",
        n,
    )


def told_narrowly(n: int) -> Message:
    """Say that hidden counts are known too well."""
    return trn(
        "{n} hidden or rounded count can be told more narrowly than the policy promises.",
        "{n} hidden or rounded counts can be told more narrowly than the policy promises.",
        n,
    )


def changed_little(n: int) -> Message:
    """Say that a later release shows late cases."""
    return trn(
        "{n} count changed since an earlier release by less than the minimum, which shows the cases that came late.",
        "{n} counts changed since an earlier release by less than the minimum, which shows the cases that came late.",
        n,
    )


def small_step(n: int) -> Message:
    """Say that a curve shows single endings."""
    return trn(
        "{n} step of a curve tells of fewer endings than the minimum.",
        "{n} steps of a curve tell of fewer endings than the minimum.",
        n,
    )


def known_anyway(n: int) -> Message:
    """Say that counts are known through declared totals and earlier releases."""
    return trn(
        "{n} count is known too well from declared totals or earlier releases; nothing published now can change that.",
        "{n} counts are known too well from declared totals or earlier releases; nothing published now can change "
        "that.",
        n,
    )


def none_or_all(n: int) -> Message:
    """Say that tables tell of each member of a group."""
    return trn(
        "{n} count tells that none or all of a small group have something.",
        "{n} counts tell that none or all of a small group have something.",
        n,
    )
