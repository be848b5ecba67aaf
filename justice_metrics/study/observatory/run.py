"""Build an observatory: ask, protect together, make the site, attack it, and only then put it where it is seen."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...base.errors import MissingExtraError, QuestionError, SettingsError
from ...base.language import Readable, tr
from ...disclosure.policy import read_policy
from ...disclosure.release import Release
from ...publish.changes import ChangeLog, changes_between
from ...publish.folder import recover_folder, write_folder
from ...publish.lock import writing_alone
from ...publish.passport import Passport, read_passport
from ...publish.record import as_json
from ...publish.site.shapes import read_shapes
from ..asking import Progress, Steps, readings
from ..known import dossier_name, enter_releases
from ..publish import (
    RESULTS,
    Gate,
    answers,
    checked,
    dossier_of,
    opened_after,
    protected,
    seen_of,
    told_of,
)
from .earlier import Frozen, frozen_releases
from .files import files_of_site
from .plan import Observatory, read_observatory


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltObservatory:
    """What a build came to.

    Attributes
    ----------
    folder : Path
        The site; ``index.html`` in it is its first page.
    published_on : date
        The release that it shows.
    new : bool
        Whether it was made now; a build that would publish the same again changes nothing.
    lines : tuple of Readable
        What was hidden, what was left out, what changed; no number of cases.
    """

    folder: Path
    published_on: dt.date
    new: bool
    lines: tuple[Readable, ...] = ()


def run_observatory(path: str | Path, *, progress: Progress | None = None) -> BuiltObservatory:
    """Build the site of an observatory from its settings file: complete and checked, or not at all.

    Parameters
    ----------
    path : path
        ``observatory.toml``.
    progress : callable, optional
        Called with the step, the number of steps and a message before each step.

    Returns
    -------
    BuiltObservatory

    Raises
    ------
    JusticeMetricsError
        When settings, data, map or words cannot be used, the audit finds a number that can be computed, or the folder
        cannot be written; the site is then as it was.

    Notes
    -----
    All answers go through one gate, and what earlier releases of the site show counts as known. The site is written on
    the secure side first and attacked there; only then does it take the place of the one before, in one rename.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> built = jm.run_observatory("sample_data/bolivia_observatory.toml")  # doctest: +SKIP
    >>> built.published_on  # doctest: +SKIP
    datetime.date(2021, 12, 31)
    """
    ensure_charts()
    plan = read_observatory(path)
    policy = read_policy(_named(plan.study.publishing.policy))
    passport = read_passport(_named(plan.study.publishing.passport))
    shapes = None if plan.territory.shapes is None else read_shapes(plan.territory.shapes, code=plan.territory.code)
    site = plan.study.folder
    recover_folder(site)
    with writing_alone(site.with_name(f"{site.name}.build")):
        frozen = frozen_releases(site)
        gate = opened_after(frozen.stored, plan.study, policy, passport)
        steps = Steps(progress, len(readings(plan.study)) + len(plan.study.questions) + 4)
        asked, canaries = _answers(plan, gate, steps)
        steps.next(tr("Protecting small numbers"))
        made = protected(asked, plan.study, gate)
        day = _day(plan, passport, made)
        gate = replace(gate, passport=replace(passport, published_on=day))
        results = as_json(made.results, "en")
        identity = _identity(plan, gate, made, results)
        if _is_there(frozen, day, identity):
            return BuiltObservatory(folder=site, published_on=day, new=False)
        steps.next(tr("Making the pages"))
        log = _changes(frozen, results)
        files = files_of_site(plan, gate, made, log, shapes, frozen=frozen, identity=identity, results=results)
        steps.next(tr("Attacking the release, as an outsider would"))
        # the site holds its earlier releases itself
        checked(files, replace(gate, stored=()), made, canaries)
        steps.next(tr("Writing the site"))
        gate.secure.keep_record(dossier_name(len(frozen.stored) + 1), dossier_of(made))
        write_folder(files, site, public=True)
        enter_releases(frozen_releases(site).stored, gate.secure)
    return BuiltObservatory(folder=site, published_on=day, new=True, lines=(*told_of(made), *log.lines()))


def ensure_charts() -> None:
    """Refuse at once what would fail at the end: charts need packages that not everybody has.

    Raises
    ------
    MissingExtraError
    """
    for package in ("altair", "vl_convert"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError.named(package, "portal")


def _answers(plan: Observatory, gate: Gate, steps: Steps) -> Any:
    """Ask the standard questions; one that these data cannot answer can be left out by its figures.

    Raises
    ------
    QuestionError
        With the figures that would have to be hidden.
    """
    try:
        return answers(plan.study, gate, steps)
    except QuestionError as error:
        number = dict(error.problem.values).get("number")
        figures = plan.standards[number - 1].figures if isinstance(number, int) else ()
        if not figures:
            raise
        remedy = tr("Or have a site without it: hide = {figures} in [figures].", figures=str([*figures]))
        both = remedy if error.remedy is None else tr("{problem} {remedy}", problem=error.remedy, remedy=remedy)
        raise QuestionError(error.problem, both) from error


def _day(plan: Observatory, passport: Passport, made: Release) -> dt.date:
    """Return the name of the release: what the settings say, else the passport, else the cut-off of the data."""
    cutoffs = [one.provenance.cutoff for one in made.results if one.provenance.cutoff is not None]
    day = plan.published_on or passport.published_on or max(cutoffs, default=None)
    if day is None:
        raise SettingsError(
            tr("{source} does not say when it is published, and its data have no cut-off.", source=plan.study.source),
            tr("Write published_on = 2026-07-15 in [observatory]."),
        )
    return day


def _is_there(frozen: Frozen, day: dt.date, identity: str) -> bool:
    """Whether the last release says the same under the same day.

    Raises
    ------
    SettingsError
        When there is a release of that day or a later one that says something else: releases are frozen.
    """
    if not frozen.dates or day > frozen.dates[-1]:
        return False
    last = frozen.stored[-1].record("release.json")
    if day == frozen.dates[-1] and last["identity"] == identity:
        return True
    raise SettingsError(
        tr("There is a release of {day} already, and it says something else.", day=frozen.dates[-1]),
        tr("A release is never changed; write a later day, such as published_on = {day}.", day=_next(frozen)),
    )


def _next(frozen: Frozen) -> str:
    return (frozen.dates[-1] + dt.timedelta(days=1)).isoformat()


def _changes(frozen: Frozen, now: Mapping[str, Any]) -> ChangeLog:
    if not frozen.stored:
        return changes_between(None, now, None)
    last = frozen.stored[-1]
    return changes_between(last.record(RESULTS), now, last.number)


def _identity(plan: Observatory, gate: Gate, made: Release, results: Mapping[str, Any]) -> str:
    """Return a digest of all that a reader of the site can see, but for its day and what it changed."""
    # another version of the library is no news
    told = [
        {**one, "provenance": {name: value for name, value in one["provenance"].items() if name != "version"}}
        for one in results["results"]
    ]
    seen = {**seen_of(plan.study, gate, made, {**results, "results": told}), "settings": plan.digest}
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _named(path: Path | None) -> Path:
    if path is None:
        raise SettingsError(tr("Nothing is published without a policy and a passport."))
    return path
