"""Publish a study: through the disclosure gate into a new numbered release, checked before anybody can see it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ..base.errors import DisclosureError, SettingsError
from ..base.language import Label, Language, Readable, tr, trn
from ..base.result import Result
from ..base.version import __version__
from ..cases.linkage.pseudonyms import read_secret
from ..disclosure.audit import audit, truth_of
from ..disclosure.audit.report import Finding
from ..disclosure.boxes import boxes_record, public_cells
from ..disclosure.clauses import Clause, Listed, Numbered
from ..disclosure.policy import DisclosurePolicy, read_policy
from ..disclosure.release import Release, release
from ..measures.asked import told_by_themselves
from ..publish.changes import changes_between
from ..publish.inert import without_folder
from ..publish.passport import Passport, read_passport
from ..publish.record import as_json
from ..publish.releases import StoredRelease, add_release, publishing_alone, releases
from ..publish.revisions import revision_lines
from ..publish.secure_side import SecureSide, json_text, keyed_digest
from ..publish.software import software_record
from .asking import Progress, Steps, asked, read_data, reading, readings
from .inputs import canaries_of, input_digest
from .known import CELLS, cells_record, dossier_name, enter_releases, known_cells, known_folders, queries_so_far
from .overlap import ensure_same_or_apart
from .plan import Study, read_study
from .replication import replication_files
from .report_files import report_files

RESULTS: Final = "results.json"
_FORMAT: Final = "justice_metrics release 1"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStudy:
    """What a publication came to.

    Attributes
    ----------
    stored : StoredRelease
        The release on the disk.
    new : bool
        Whether it was made now; a study that would publish the same again gets no new number.
    lines : tuple of Readable
        What was hidden, what was left out, what changed; no number of cases.
    """

    stored: StoredRelease
    new: bool
    lines: tuple[Readable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What everything that leaves a study goes through: policy, passport, key, and what is known already.

    Attributes
    ----------
    policy : DisclosurePolicy
    passport : Passport
    secure : SecureSide
    key : bytes
    stored : tuple of StoredRelease
        Earlier releases, oldest first.
    """

    policy: DisclosurePolicy
    passport: Passport
    secure: SecureSide
    key: bytes
    stored: tuple[StoredRelease, ...]


def publish_study(
    path: str | Path,
    *,
    policy: str | Path | None = None,
    language: Language | None = None,
    progress: Progress | None = None,
) -> PublishedStudy:
    """Answer the questions of a study, protect the answers together, and publish them as a new numbered release.

    Parameters
    ----------
    path : path
        The study file; ``[study] policy`` and ``[publish] passport`` are needed.
    policy : path, optional
        Disclosure policy in place of the one that the study names.
    language : {"en", "es"}, optional
        Write the reports in this language only.
    progress : callable, optional
        Called with the step, the number of steps and a message before each step.

    Returns
    -------
    PublishedStudy

    Raises
    ------
    JusticeMetricsError
        When study, policy, passport or data cannot be used, the audit finds a number that can be computed, or the
        folder cannot be written; the release before is then still the latest one.

    Notes
    -----
    Answers are protected together, and what was published before counts as known. Everything is written on the secure
    side first and attacked there by ``audit``; only then does it get a number in the public folder, and at last the
    pointer ``latest.json`` is replaced.

    Examples
    --------
    >>> import tempfile, justice_metrics as jm
    >>> from justice_metrics.simulate.sample import write_sample
    >>> about = '[study]', 'title = "Endings"', 'mapping = "bolivia_mapping.toml"', 'policy = "policy.toml"'
    >>> more = '[[question]]', 'ask = "outcome_shares"', '[output]', 'formats = "csv"', '[publish]'
    >>> with tempfile.TemporaryDirectory() as place:
    ...     study = write_sample(place + "/demo") / "endings.toml"
    ...     _ = study.write_text(chr(10).join((*about, *more, 'passport = "passport.toml"')), encoding="utf-8")
    ...     first, again = jm.publish_study(study), jm.publish_study(study)
    ...     (first.stored.number, first.new, again.stored.number, again.new)
    (1, True, 1, False)
    """
    study = read_study(path)
    if language is not None:
        study = replace(study, languages=(language,))
    rules, passport = rules_of(study, policy)
    public = study.publishing.folder
    with publishing_alone(public):
        gate = opened(study, rules, passport)
        steps = Steps(progress, len(readings(study)) + len(study.questions) + len(study.languages) + 4)
        results, canaries = answers(study, gate, steps)
        steps.next(tr("Protecting small numbers"))
        made = protected(results, study, gate)
        record = as_json(made.results, "en")
        identity = _identity(study, gate, made, record)
        if gate.stored and gate.stored[-1].record("release.json")["identity"] == identity:
            return PublishedStudy(stored=gate.stored[-1], new=False)
        return _published(study, gate, made, record, identity, canaries, steps)


def rules_of(study: Study, policy: str | Path | None) -> tuple[DisclosurePolicy, Passport]:
    """Read the policy and the passport of a study; nothing leaves the room without either.

    Raises
    ------
    SettingsError
        When one is missing or wrong.
    """
    named = Path(policy) if policy is not None else study.publishing.policy
    if named is None:
        raise SettingsError(
            tr("{source} names no disclosure policy, so nothing of it can be published.", source=study.source),
            tr("Write policy = 'policy.toml' in [study]; the sample study has one to start from."),
        )
    if study.publishing.passport is None:
        raise SettingsError(
            tr("{source} names no passport, so nothing of it can be published.", source=study.source),
            tr(
                "Write passport = 'passport.toml' in [publish]: ethics approval, legal basis, data agreement, "
                "retention, access, contact; the sample study has one to start from."
            ),
        )
    return read_policy(named), read_passport(study.publishing.passport)


def opened(study: Study, policy: DisclosurePolicy, passport: Passport) -> Gate:
    """Open the secure side, and look up what was published before; the public folder must be held."""
    return opened_after(releases(study.publishing.folder), study, policy, passport)


def opened_after(stored: tuple[StoredRelease, ...], study: Study, policy: DisclosurePolicy, passport: Passport) -> Gate:
    """Open the secure side of a study whose earlier releases were looked up already."""
    secure = SecureSide.opened(study.publishing.secure)
    enter_releases(stored, secure)
    given = study.publishing.secret
    key = secure.key() if given is None else read_secret(given, project=study.path.resolve().parent)
    secure.ensure_same_key(key)
    return Gate(policy=policy, passport=passport, secure=secure, key=key, stored=stored)


def answers(study: Study, gate: Gate, steps: Steps) -> tuple[list[Result], tuple[str, ...]]:
    """Answer the questions; where the data come from is said by a fingerprint that only the key can make.

    Returns
    -------
    results : list of Result
    canaries : tuple of str
        Some ids of the case files, which must be in no byte of what is published.
    """
    data = read_data(study, steps)
    ensure_same_or_apart(study, data)
    inputs = {name: input_digest(about, gate.key) for name, about in study.data.items()}
    results: list[Result] = []
    for number, one in enumerate(study.questions, start=1):
        result = asked(one, number, data[reading(one)], steps)
        whose = result.provenance
        # the plain one is a digest of columns and rows, and a number of rows can be guessed
        found = keyed_digest(gate.key, inputs[one.mapping].encode(), whose.fingerprint.encode())
        results.append(replace(result, provenance=replace(whose, fingerprint=found)))
    return told_by_themselves(results), tuple(dict.fromkeys(one for each in data.values() for one in canaries_of(each)))


def protected(results: Sequence[Result], study: Study, gate: Gate) -> Release:
    """Let results through the gate, with everything known that was published before."""
    return release(list(results), gate.policy, previous=known_cells(gate.stored, gate.secure), title=study.title)


def _published(
    study: Study,
    gate: Gate,
    made: Release,
    record: Mapping[str, Any],
    identity: str,
    canaries: Sequence[str],
    steps: Steps,
) -> PublishedStudy:
    """Write the files of a release, check them on the secure side, and only then put them in public."""
    number = len(gate.stored) + 1
    before = gate.stored[-1] if gate.stored else None
    known = before.record(RESULTS) if before else None
    log = changes_between(known, record, before.number if before else None)
    changes = revision_lines(log, made.results, before=known, now=record)
    passport = gate.passport.of_release(number, citation(study, gate.passport, made.results, number))
    names = [one.provenance.question or one.question for one in made.results]
    files = report_files(made, study, names=names, steps=steps, passport=passport, changes=changes)
    steps.next(tr("Making the replication package"))
    files |= {f"replication/{name}": data for name, data in replication_files(study, gate.policy, made.results).items()}
    files |= {"changes.json": json_text(log.to_record()), "changes.csv": log.csv_bytes()}
    files |= record_files(study, gate, made, passport, identity=identity, changed_figures=len(log.changes))
    steps.next(tr("Attacking the release, as an outsider would"))
    checked(files, gate, made, canaries)
    steps.next(tr("Writing the release"))
    gate.secure.keep_record(dossier_name(number), dossier_of(made))
    stored = add_release(study.publishing.folder, files)
    enter_releases((*gate.stored, stored), gate.secure)
    return PublishedStudy(stored=stored, new=True, lines=(*told_of(made), *log.lines()))


def dossier_of(made: Release) -> dict[str, Any]:
    """Return what is kept on the secure side: raw counts, every cell, and who let what leave against its guard."""
    exceptions = [{"name": one.name, "reason": one.reason, "who": one.who} for one in made.policy.exceptions]
    return {
        "policy": made.policy.to_record(),
        "exceptions": exceptions,
        **made.dossier(),
        "cells": made.cells.to_record(),
    }


def told_of(made: Release) -> tuple[Readable, ...]:
    """Say in a few lines what a release holds back; its ledger says it table by table."""
    hidden = sum(n for one in made.ledger.entries for _, n in one.rules)
    refused = [
        tr("{heading}: not published, because {reason}.", heading=one.heading, reason=Clause(one.reason))
        for one in made.refused
    ]
    told: tuple[Readable, ...] = (*made.ledger.remarks, *refused)
    if not hidden:
        return told
    summary = trn(
        "{n} number is hidden, in {tables}.",
        "{n} numbers are hidden, in {tables}.",
        hidden,
        tables=trn("{n} table", "{n} tables", sum(bool(one.rules) for one in made.ledger.entries)),
    )
    return (*told, summary)


def checked(files: Mapping[str, bytes], gate: Gate, made: Release, canaries: Sequence[str]) -> None:
    """Attack a release as an outsider would who has the earlier ones too; the raw counts only measure how near it came.

    Raises
    ------
    DisclosureError
        When a hidden number can be computed, or a file holds what may not leave; nothing is published then.
    """
    with gate.secure.staged(files) as folder:
        found = audit(
            folder,
            previous=known_folders(gate.stored, gate.secure),
            canaries=canaries,
            truth=truth_of(made.dossier()),
        )
    if found.passed:
        return
    raise DisclosureError(
        trn(
            "The release was not published: the audit has {n} objection. {listed}",
            "The release was not published: the audit has {n} objections. {listed}",
            len(found.findings),
            listed=Listed([_objection(one, made) for one in found.findings[:_SHOWN]]),
        ),
        tr("Leave out the question or the group that it names, or make the policy stricter; nothing was changed."),
    )


def _objection(one: Finding, made: Release) -> Readable:
    """Return an objection of the audit with the section and the table as the report calls them."""
    place, _, table = one.where.partition("/")
    if not place.isdigit() or not 1 <= int(place) <= len(made.results):
        return one
    result = made.results[int(place) - 1]
    found = result.tables.get(table)
    where: dict[str, Readable] = {
        "heading": Numbered(int(place), result.heading),
        "table": result.heading if found is None or found.title is None else found.title,
    }
    return tr("{heading}, table '{table}': {what}", **where, what=one.words)


def citation(study: Study, passport: Passport, results: Sequence[Result], number: int | None) -> Label:
    """Return how a release, or one table of it, is to be cited."""
    cutoff = max((one.provenance.cutoff for one in results if one.provenance.cutoff is not None), default=None)
    texts = {}
    for language in study.languages:
        parts = [passport.responsible, study.title]
        parts += [tr("Release {number}", number=number)] if number is not None else []
        parts += [tr("Data to {cutoff}", cutoff=cutoff)] if cutoff is not None else []
        told = ". ".join(one.text(language).rstrip(".") for one in parts)
        texts[language] = f"{told}. justice_metrics {__version__}."
    return Label(texts)


def record_files(study: Study, gate: Gate, made: Release, passport: Passport, **more: Any) -> dict[str, bytes]:
    """Return the files of a release that programs read: numbers, what each counts, where they come from."""
    return {
        **cell_files(study, gate, made, passport, **more),
        RESULTS: json_text(as_json(made.results, "en")),
    }


def cell_files(study: Study, gate: Gate, made: Release, passport: Passport, **more: Any) -> dict[str, bytes]:
    """Return the files of a release that programs read, but for the numbers themselves."""
    return {
        CELLS: json_text(cells_record(public_cells(made.cells, made.results))),
        "boxes.json": json_text(boxes_record(made.results, exact=made.exact, ties=made.ties)),
        "release.json": json_text({**_record(study, gate, made, passport), **more}),
    }


def _record(study: Study, gate: Gate, made: Release, passport: Passport) -> dict[str, Any]:
    """Return where a release comes from: no folder, no host, no user, and no clock."""
    return {
        "format": _FORMAT,
        "release": passport.number,
        "audience": "public",
        "title": _texts(study.title, study.languages),
        "languages": list(study.languages),
        "formats": list(study.formats),
        "citation": _texts(passport.citation, study.languages) if passport.citation is not None else None,
        "cutoffs": sorted({one.provenance.cutoff.isoformat() for one in made.results if one.provenance.cutoff}),
        "simulated": any(one.provenance.simulated for one in made.results),
        "inputs": {without_folder(name): input_digest(about, gate.key) for name, about in sorted(study.data.items())},
        "study": {"file": study.source, "sha256": hashlib.sha256(study.path.read_bytes()).hexdigest()},
        "seeds": sorted({value for one in made.results for name, value in one.provenance.settings if name == "seed"}),
        "policy": gate.policy.to_record(),
        "passport": passport.to_record(),
        "ledger": made.ledger.to_record(),
        "earlier": [{"release": one.number, "manifest_sha256": one.digest} for one in gate.stored],
        "queries_before": queries_so_far(gate.secure),
        "software": software_record(),
    }


def _identity(study: Study, gate: Gate, made: Release, record: Mapping[str, Any]) -> str:
    """Return a digest of everything that a reader of a release can see, but for its number and what it changed."""
    seen = {**seen_of(study, gate, made, record), "software": software_record()}
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def seen_of(study: Study, gate: Gate, made: Release, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that a reader of a release can see, but for its number, what it changed and the software."""
    return {
        "title": _texts(study.title, study.languages),
        "languages": list(study.languages),
        "formats": list(study.formats),
        "policy": gate.policy.to_record(),
        "passport": gate.passport.to_record(),
        "results": record,
        "cells": made.cells.to_record(),
        "ledger": made.ledger.to_record(),
    }


def _texts(said: Readable, languages: Iterable[Language]) -> dict[str, str]:
    return {one: said.text(one) for one in languages}
