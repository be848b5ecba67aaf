"""The attacker: recovers hidden counts from what a release and the earlier ones publish."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ...base.language import Message, tr, trn
from . import words
from .bounds import BEYOND, Enough, Row, System, attacked
from .classes import none_or_all
from .computed import linear_rows, misfits, worlds
from .curve import counts_of_curves, small_steps
from .reading import Cell, Derived, Key, Place, Publication, Rules
from .relations import Bounds, complete_dimensions, families, listed_levels, named_levels, sums, unlisted
from .report import Finding
from .still import unchanged

_NEAR: Final = 1e-3
_UNKNOWN: Final[Mapping[Key, float]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Recovered:
    """What an outsider knows of the counts of a release.

    Attributes
    ----------
    bounds : dict of Key to (float, float)
        Of each count that was attacked; those that are safe may be wider.
    findings : list of Finding
    notices : list of Finding
        Counts that are known too well because of totals that the policy declares to be known anyway.
    """

    bounds: dict[Key, Bounds]
    findings: list[Finding]
    notices: list[Finding] = field(default_factory=list)


def recovered(
    publication: Publication, earlier: Sequence[Publication] = (), *, truth: Mapping[Key, float] = _UNKNOWN
) -> Recovered:
    """Attack a release, given what earlier ones published.

    Parameters
    ----------
    publication : Publication
    earlier : sequence of Publication
        In their order.
    truth : mapping of Key to float, optional
        True counts, for the checker on the secure side: the attack does not use them, but the promise is then measured
        to each side of the true count.
    """
    rules = publication.rules
    cells = _all_known(publication, earlier, truth)
    findings = [*_shown(publication, cells), *_changes(publication, earlier), *none_or_all(publication.cells, rules)]
    findings += [
        _finding("step", *where, words.small_step, n)
        for where, n in Counter(
            (one.result, one.table) for one in small_steps(publication.curves, rules.minimum)
        ).items()
    ]
    releases = (publication, *earlier)
    told = _telling([one for each in releases for one in each.derived], cells, findings)

    missing = unlisted([row for one in releases for row in one.rows], cells)

    def enough(key: Key, low: float, high: float) -> bool:
        if key in missing and key not in cells and not truth:
            # a row that is not there has no case, or is hidden; the truth would tell which
            return low <= _NEAR or kept(rules, low, high)
        return kept(rules, low, high, truth.get(key)) if key in cells else not _small(rules, low, high)

    known = _bounded(cells, releases, told, enough, truth)
    if known is None and publication.curves:
        # up to which day each step of a curve tells is guessed from its middle
        cells = _all_known(publication, earlier, truth, curves=False)
        known = _bounded(cells, releases, told, enough, truth)
    if known is None:
        findings.append(Finding("contradiction", tr("No counts of cases fit all that is published at once.")))
        return Recovered({}, findings)
    system, bounds = known
    failed = [
        key
        for key, (low, high) in bounds.items()
        # an outsider who takes a list for complete that is not believes to know, and is wrong
        if not enough(key, low, high) and low - 0.5 <= truth.get(key, low) <= high + 0.5
    ]
    anyway = _known_anyway(failed, cells, system, enough)
    homes = {**{key: Cell(hidden=[_home(cells[one])]) for key, one in missing.items()}, **cells}
    findings += _narrow(homes, {key: bounds[key] for key in failed if key not in anyway})
    findings += _leftover(homes, [key for key in failed if key not in anyway])
    notices = [Finding("notice", words.known_anyway(len(anyway)))] if anyway else []
    return Recovered(bounds, findings, notices)


def _bounded(
    cells: Mapping[Key, Cell],
    releases: Sequence[Publication],
    told: Sequence[Derived],
    enough: Enough,
    truth: Mapping[Key, float],
) -> tuple[System, dict[Key, Bounds]] | None:
    """Return how narrowly all that is published bounds each count; None where nothing fits it.

    An outsider first believes all sums that a release seems to keep, and that nothing changed since the last one in a
    group that is as large as it was, then only that what a table lists is all there is, and gives that up too where it
    leads nowhere.
    """
    for beliefs in (("lists", "ties", "still"), ("lists", "ties"), ("lists",), ()):
        system = _system(cells, releases, told, truth, beliefs)
        targets = _targets(cells, system, releases[0].rules)
        bounds = attacked(system, targets, enough)
        if bounds is None:
            continue
        tighter = _enumerated(told, {**system.bounds, **bounds})
        if tighter:
            system.bounds.update(tighter)
            bounds = attacked(system, targets, enough) or bounds
        return system, bounds
    return None


def kept(rules: Rules, low: float, high: float, truth: float | None = None) -> bool:
    """Whether what is known of a count is as wide as the policy promises.

    In suppression mode half the width is promised to each side of a small count, as far as nought allows, and the whole
    width somewhere around a count that is hidden for the sake of others. The auditor does not know the true count, so
    without it is asked whether there is one for which the promise would be kept. In rounding mode as many whole
    numbers as the base must come into question.

    Examples
    --------
    >>> kept(Rules(protection=5), 0, 11), kept(Rules(protection=5), 3, 11), kept(Rules(mode="round", base=5), 10, 14)
    (True, False, True)
    """
    least, most = math.ceil(low - _NEAR), math.floor(high + _NEAR)
    if rules.mode == "round":
        return most - least + 1 >= rules.base
    if truth is not None and truth < rules.minimum:
        return least <= max(truth - rules.protection, 0) and most >= truth + rules.protection
    if least <= 0:
        return most >= rules.protection + (rules.zeros == "structural")
    return most - least >= 2 * rules.protection


def _all_known(
    publication: Publication, earlier: Sequence[Publication], truth: Iterable[Key], *, curves: bool = True
) -> dict[Key, Cell]:
    """Return what is known of each cell by this release and those before it, of the same data.

    Of the true counts only their names are taken: an outsider knows that there are groups which are not listed.
    """
    known = {key: Cell(list(cell.shown), list(cell.hidden), cell.exact) for key, cell in publication.cells.items()}
    if publication.rules.mode == "suppress" and curves:
        drawn = [row for one in (publication, *earlier) for row in one.curves]
        for key, value, place in counts_of_curves(drawn):
            known.setdefault(key, Cell()).shown.append((value, place))
    for one in earlier:
        for key, cell in one.cells.items():
            mine = known.setdefault(key, Cell())
            mine.shown += [(value, place._replace(result=-place.result)) for value, place in cell.shown]
            mine.exact |= cell.exact
            if not mine.shown and not mine.hidden:
                mine.hidden += [place._replace(result=-place.result) for place in cell.hidden]
    for key in truth:
        known.setdefault(key, Cell(hidden=[Place(0, "left out", "", 0)]))
    return known


def _shown(publication: Publication, cells: Mapping[Key, Cell]) -> Iterable[Finding]:
    """Yield what needs no computation: small counts shown, counts hidden here and shown there, two values of one."""
    rules = publication.rules
    small: Counter[tuple[int, str]] = Counter()
    both: Counter[tuple[int, str]] = Counter()
    two: Counter[tuple[int, str]] = Counter()
    unrounded: Counter[tuple[int, str]] = Counter()
    for key, cell in cells.items():
        mine = publication.cells.get(key)
        place = next(iter((*(one for _, one in cell.shown), *cell.hidden)), None)
        if mine is None or place is None:
            continue
        where = (abs(place.result), place.table)
        values = {value for value, _ in cell.shown}
        if cell.hidden and any(one.result > 0 for _, one in cell.shown):
            both[where] += 1
        if len(values) > 1:
            two[where] += 1
        if not cell.exact and any(_is_small(rules, value) for value in values):
            small[where] += 1
        if rules.mode == "round" and not cell.exact and any(value % rules.base for value in values):
            unrounded[where] += 1
    for found, kind, said in (
        (small, "small", words.small_shown),
        (both, "shown", words.shown_elsewhere),
        (two, "differs", words.two_values),
    ):
        yield from (_finding(kind, *where, said, n) for where, n in found.items())
    yield from (_finding("unrounded", *where, words.not_rounded, n) for where, n in unrounded.items())


def _is_small(rules: Rules, value: float) -> bool:
    # rounded, a count below the minimum has been hidden, and one above it may stand as the multiple below
    return 0 < value + (rules.base - 1 if rules.mode == "round" else 0) < rules.minimum and value > 0


def _changes(publication: Publication, earlier: Sequence[Publication]) -> Iterable[Finding]:
    """Yield counts that changed so little since an earlier release that the difference is a small count itself."""
    if publication.rules.mode == "round":
        return
    few: Counter[tuple[int, str]] = Counter()
    for one in earlier:
        before = {_across(key): cell for key, cell in one.cells.items()}
        for key, cell in publication.cells.items():
            old = before.get(_across(key))
            if old is None or key in one.cells or cell.exact or not cell.shown or not old.shown:
                continue
            if 0 < abs(cell.shown[0][0] - old.shown[0][0]) < publication.rules.minimum:
                few[cell.shown[0][1].result, cell.shown[0][1].table] += 1
    yield from (_finding("release", *where, words.changed_little, n) for where, n in few.items())


def _across(key: Key) -> Key:
    """Return a cell as it is called in every extract of the data: the unit stays, the fingerprint does not."""
    return key._replace(population=key.population.partition(" of ")[0])


def _telling(numbers: Sequence[Derived], cells: Mapping[Key, Cell], findings: list[Finding]) -> list[Derived]:
    """Return the numbers that tell more than the published counts do; those that should follow from them are found."""
    shown = {key: cell.shown[0][0] for key, cell in cells.items() if cell.shown}
    wrong = misfits(numbers, shown)
    tally = Counter((one.place.result, one.place.table) for one in wrong)
    findings += [_finding("computed", *where, words.not_following, n) for where, n in tally.items()]
    return [*wrong, *(one for one in numbers if any(key in cells and key not in shown for key in one.inputs))]


def _system(
    cells: Mapping[Key, Cell],
    releases: Sequence[Publication],
    told: Sequence[Derived],
    truth: Mapping[Key, float],
    beliefs: Sequence[str],
) -> System:
    """Put together what is published: each count, how they add up, what computed numbers tell.

    Of what an outsider may believe, that is left out which the true counts do not keep.
    """
    bounds = {key: _first_sight(cell, releases[0].rules) for key, cell in cells.items()}
    listed = listed_levels([row for one in releases for row in one.rows])
    for dimension, levels in named_levels(truth).items():
        if dimension in listed:
            listed[dimension] |= levels
    right = bounds | {key: (truth[key], truth[key]) for key in bounds if key in truth}
    complete = complete_dimensions(families(cells), listed, right) if "lists" in beliefs else set()
    system = System(bounds)
    system.add_sums(sums({**cells, **unlisted([row for one in releases for row in one.rows], cells)}, complete))
    if "ties" in beliefs:
        system.rows += [Row(tie, 0.0, 0.0) for one in releases for tie in one.ties if _can_be(tie, right)]
    if "still" in beliefs:
        system.rows += [one for one in unchanged(releases[0], releases[1:]) if _can_be(one.terms, right)]
    system.rows += linear_rows(told)
    return system


def _can_be(tie: Sequence[tuple[Key, float]], bounds: Mapping[Key, Bounds]) -> bool:
    """Whether a signed sum of counts can be 0: one that the data do not keep is nothing that an outsider knows."""
    if not all(key in bounds for key, _ in tie):
        return False
    ends = [sorted((sign * bounds[key][0], sign * bounds[key][1])) for key, sign in tie]
    return sum(low for low, _ in ends) <= 0 <= sum(high for _, high in ends)


def _first_sight(cell: Cell, rules: Rules) -> Bounds:
    """Return what one cell tells by itself; each number that is shown of it narrows it down."""
    low, high = 0.0, BEYOND
    for value, _ in cell.shown:
        if rules.mode == "suppress" or cell.exact or value == 0:
            return value, value
        low = max(low, value - rules.base + 1, float(rules.minimum))
        high = min(high, value + rules.base - 1)
    return low, max(low, high)


def _known_anyway(keys: Sequence[Key], cells: Mapping[Key, Cell], system: System, enough: Enough) -> set[Key]:
    """Return what declared totals and earlier releases tell already, so that no release of today could protect it."""
    anyway = {
        key: system.bounds[key]
        for key, cell in cells.items()
        if cell.exact or any(place.result < 0 for _, place in cell.shown)
    }
    if not anyway or not keys:
        return set()
    relations = [one for one in system.rows if one.low == one.high == 0]
    alone = System({key: anyway.get(key, (0.0, BEYOND)) for key in system.bounds}, relations)
    bounds = attacked(alone, keys, enough) or {}
    return {key for key, (low, high) in bounds.items() if not enough(key, low, high)}


def _targets(cells: Mapping[Key, Cell], system: System, rules: Rules) -> list[Key]:
    """Return what an outsider is after: hidden counts, rounded ones, and the small ones between published ones."""
    hidden = [
        key
        for key, cell in cells.items()
        if not cell.exact and (not cell.shown or (rules.mode == "round" and cell.shown[0][0] != 0))
    ]
    return hidden + [key for key in system.bounds if key not in cells]


def _small(rules: Rules, low: float, high: float) -> bool:
    """Whether a count that no table shows is known to be small, and known too well."""
    least, most = math.ceil(low - _NEAR), math.floor(high + _NEAR)
    return least > 0 and most < rules.minimum and not kept(rules, low, high)


def _enumerated(numbers: Sequence[Derived], bounds: Mapping[Key, Bounds]) -> dict[Key, Bounds]:
    """Return the counts that are known more narrowly after all whole numbers behind each computed one were tried."""
    tighter: dict[Key, Bounds] = {}
    for one in numbers:
        found = worlds(one, [bounds[key] for key in one.inputs])
        for key, (low, high) in zip(one.inputs, found or (), strict=bool(found)):
            old = tighter.get(key, bounds[key])
            new = (max(low, old[0]), min(high, old[1]))
            if new[0] <= new[1] and new[1] - new[0] < old[1] - old[0] - 0.5:
                tighter[key] = new
    return tighter


def _narrow(cells: Mapping[Key, Cell], failed: Mapping[Key, Bounds]) -> Iterable[Finding]:
    exact: Counter[tuple[int, str]] = Counter()
    near: Counter[tuple[int, str]] = Counter()
    for key, (low, high) in failed.items():
        if key in cells:
            place = _home(cells[key])
            (exact if high - low < 0.5 else near)[abs(place.result), place.table] += 1
    yield from (_finding("exact", *where, words.recovered_exactly, n) for where, n in exact.items())
    yield from (_finding("bounded", *where, words.told_narrowly, n) for where, n in near.items())


def _home(cell: Cell) -> Place:
    return cell.hidden[0] if cell.hidden else cell.shown[0][1]


def _leftover(cells: Mapping[Key, Cell], failed: Sequence[Key]) -> Iterable[Finding]:
    """Yield small counts that no table shows and that follow from those that are shown."""
    dimensions = Counter(tuple(sorted(name for name, _ in key.box)) for key in failed if key not in cells)
    for names, n in dimensions.items():
        yield Finding(
            "difference",
            trn(
                "{n} small count follows as a difference between published counts, by: {by}.",
                "{n} small counts follow as differences between published counts, by: {by}.",
                n,
                by=names,
            ),
        )


def _finding(kind: str, result: int, table: str, said: Callable[[int], Message], n: int) -> Finding:
    return Finding(kind, said(n), f"{abs(result)}/{table}")
