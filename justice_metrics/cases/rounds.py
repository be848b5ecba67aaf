"""Two sets of case files become one, with an attribute that tells the rounds of a study apart."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.version import __version__
from .casedata import CaseData
from .intake import FileLog
from .mappings.mapping import RESERVED
from .readers.frames import Embedded


def two_rounds(
    before: CaseData, after: CaseData, *, names: tuple[str, str] = ("1", "2"), attribute: str = "round"
) -> CaseData:
    """Put the case files of two rounds of a study together, with an attribute that says of which round each is.

    Parameters
    ----------
    before, after : CaseData
        The same unit, procedure and checklist.
    names : (str, str)
        Levels of the attribute, such as the years of the rounds: first the earlier one.
    attribute : str
        Name of the new attribute.

    Returns
    -------
    CaseData
        Units, stages, endings, practice and the attributes that both have; no tables that hang on the cases. Where the
        samples have weights or clusters, each round is a stratum of its own: it was drawn by itself. Its cut-off is the
        later one, so questions about time are better asked of each round by itself.

    Raises
    ------
    QuestionError
        When the two do not go together, or the attribute is there already.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.cases.rounds import two_rounds
    >>> cases = jm.sample_cases()
    >>> both = two_rounds(cases, cases, names=("2016", "2018"))
    >>> both.n_units, "round" in both.attributes
    (2400, True)
    """
    _ensure_alike(before, after, names, attribute)
    embedded = Embedded()
    design = before.sampling.weighted or before.sampling.cluster
    milestones = _stacked(before.milestones, after.milestones, names, embedded, attribute, stratum=design)
    events = _stacked(before.events, after.events, names, embedded, None, stratum=False)
    shared = tuple(one for one in before.attributes if one in after.attributes)
    columns = milestones.collect_schema().names()
    seen = tuple(one for one in before.procedure.ids if f"seen__{one}" in columns)
    known = f"{before.provenance.fingerprint} {after.provenance.fingerprint} {names}"
    sources = dict.fromkeys((before.provenance.source, after.provenance.source))
    return replace(
        before,
        milestones=milestones,
        events=events,
        support=None,
        links=None,
        children={},
        joined=None,
        actors=(),
        cutoff_day=max(before.cutoff_day, after.cutoff_day),
        dated_states=tuple(one for one in before.procedure.ids if f"first__{one}" in columns),
        seen_states=seen,
        dated_roles=tuple(dict.fromkeys((*before.dated_roles, *after.dated_roles))),
        attributes=(*shared, attribute),
        numeric_attributes=tuple(one for one in before.numeric_attributes if one in shared),
        date_attributes=tuple(one for one in before.date_attributes if one in after.date_attributes),
        years=(min(before.years[0], after.years[0]), max(before.years[1], after.years[1])),
        sampling=replace(
            before.sampling, stratum=before.sampling.stratum or design, log=_both_logs(before, after, names)
        ),
        provenance=replace(
            before.provenance,
            source=", ".join(sources),
            fingerprint=hashlib.sha256(known.encode()).hexdigest()[:16],
            units_in=before.provenance.units_in + after.provenance.units_in,
            left_out=(*before.provenance.left_out, *after.provenance.left_out),
            cutoff=max(before.cutoff, after.cutoff),
            simulated=before.provenance.simulated or after.provenance.simulated,
            version=__version__,
        ),
    )


def _stacked(
    before: nw.LazyFrame[Any],
    after: nw.LazyFrame[Any],
    names: tuple[str, str],
    embedded: Embedded,
    attribute: str | None,
    *,
    stratum: bool,
) -> nw.LazyFrame[Any]:
    """Return the rows of both; a column that one of them does not have is empty there."""
    parts = []
    for frame, name in zip((before, after), names, strict=True):
        made: dict[str, nw.Expr] = {"unit_id": nw.concat_str([nw.lit(name), nw.col("unit_id")], separator="|")}
        if attribute is not None:
            made[attribute] = nw.lit(name)
        if stratum:
            there = "stratum" in frame.collect_schema().names()
            own = [nw.col("stratum").fill_null("")] if there else []
            made["stratum"] = nw.concat_str([nw.lit(name), *own], separator="|")
        parts.append(frame.with_columns(**made).collect(backend="pyarrow"))
    return embedded.table(nw.concat(parts, how="diagonal").to_native())


def _both_logs(before: CaseData, after: CaseData, names: tuple[str, str]) -> FileLog | None:
    """Return the sampling logs of both rounds as one; None unless both have one.

    Chances are not told on: two rounds are compared, and a comparison is about more than the files of two frames.
    """
    one, other = before.sampling.log, after.sampling.log
    if one is None or other is None:
        return None
    groups = tuple(
        replace(each, stratum=f"{name}|{each.stratum}" if cases.sampling.stratum else name, chance=float("nan"))
        for cases, log, name in ((before, one, names[0]), (after, other, names[1]))
        for each in log.groups
    )
    return FileLog(
        groups=groups,
        source=", ".join(dict.fromkeys((one.source, other.source))),
        pooled=one.pooled + other.pooled,
        across=one.across + other.across,
    )


def _ensure_alike(before: CaseData, after: CaseData, names: tuple[str, str], attribute: str) -> None:
    one, other = before.checklist, after.checklist
    same = (
        before.procedure.id == after.procedure.id
        and before.unit == after.unit
        and (one.id if one else "") == (other.id if other else "")
        and (before.sampling.weighted, before.sampling.cluster, before.sampling.repeated)
        == (after.sampling.weighted, after.sampling.cluster, after.sampling.repeated)
    )
    if not same:
        raise QuestionError(
            tr("The two rounds differ in procedure, unit, checklist or kind of sample: they cannot stand in one set."),
            tr("Read both with the same procedure, unit and checklist; weights and clusters in both or in neither."),
        )
    if names[0] == names[1] or not all(names):
        raise QuestionError(tr("Both rounds have the same name."), tr("Name each, such as by its year."))
    if attribute in {*before.attributes, *after.attributes, *RESERVED} or not attribute.isidentifier():
        raise QuestionError(
            tr("'{name}' cannot name the attribute of the rounds: it is taken, or is no plain name.", name=attribute),
            tr("Choose another name."),
        )
