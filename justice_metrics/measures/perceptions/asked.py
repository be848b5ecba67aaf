"""What every question about perceptions does alike: who is asked, words of items and groups, notes."""

from __future__ import annotations

from typing import Final

from ...base.errors import QuestionError
from ...base.language import Readable, Setting, tr, trn
from ...base.table import Column
from ...base.types import Flags, Tallies
from ...cases.attributes import CANONICAL_ATTRIBUTES, attribute_words
from ...cases.surveys.parts import Item
from ...cases.surveys.survey import Survey
from ..rates.shown_shares import FEW_CLUSTERS

# With fewer people a group is no group to speak of, and is compared with nothing.
FEW_PEOPLE: Final = Setting(10)


def ensure_survey(survey: object) -> None:
    """Refuse what is no survey, such as case files.

    Raises
    ------
    QuestionError
        With the kind of thing that was given.
    """
    if not isinstance(survey, Survey):
        raise QuestionError(
            tr("This question is asked of a survey, and was given a {kind}.", kind=type(survey).__name__),
            tr("Read one with jm.read_survey, or make it of a frame with jm.Survey.from_frame."),
        )


def group_columns(by: tuple[str, ...]) -> tuple[Column, ...]:
    """Declare the columns that split the people."""
    return tuple(Column(name, group_words(name), "text", "stratum", "stratum") for name in by)


def group_words(name: str) -> Readable:
    """Return the words of a kind of group; a year of the complaint, or the victim's sex, is none of a person asked."""
    own = {
        "round": tr("round of the survey"),
        "population": tr("population"),
        "role": tr("role"),
        "sex": tr("sex"),
        "year": tr("year"),
    }
    if name in own:
        return own[name]
    return attribute_words(name) if name in CANONICAL_ATTRIBUTES else tr("{name}", name=name)


def level_labels(survey: Survey, by: tuple[str, ...]) -> dict[str, dict[str, Readable]]:
    """Return what levels of groups are called, for the labels of a table."""
    return {name: dict(survey.group_words[name]) for name in by if survey.group_words.get(name)}


def item_labels(items: tuple[Item, ...]) -> dict[str, Readable]:
    """Return the words of items; those that are turned for their scale say so."""
    return {one.id: one.text for one in items}


def people_notes(survey: Survey, people: Tallies) -> tuple[Readable, ...]:
    """Return what the sample of people does to an answer."""
    notes: list[Readable] = [
        tr("Those who answered may think otherwise than those who were not reached or did not want to answer.")
    ]
    few = int((people < FEW_PEOPLE).sum())
    if few and len(people) > 1:
        notes.append(
            trn(
                "{n} group has fewer than {few} people: do not rank it, nor show it where its members are known.",
                "{n} groups have fewer than {few} people: do not rank them, nor show them where their members are "
                "known.",
                few,
                few=FEW_PEOPLE,
            )
        )
    if survey.design.weight is not None:
        notes.append(tr("Weighted by the sampling weights, and the intervals allow for them."))
    clusters = clusters_of(survey)
    if clusters:
        notes.append(
            trn(
                "People of one cluster are alike, so the intervals take clusters as drawn, not people: there is {n}.",
                "People of one cluster are alike, so the intervals take clusters as drawn, not people: there are {n}.",
                clusters,
            )
        )
        if clusters < FEW_CLUSTERS:
            notes.append(tr("With fewer than {few} clusters, intervals come out too short.", few=FEW_CLUSTERS))
    if not survey.design.declared:
        notes.append(
            tr(
                "Intervals take people as a random sample of a much larger group. Where nearly all of a small group "
                "answered, its own opinion is known better than they say."
            )
        )
    return tuple(notes)


def clusters_of(survey: Survey, within: Flags | None = None) -> int:
    """Return how many clusters of the design hold people who answered, or those of a group; 0 without clusters."""
    design = survey.design
    if design.cluster is None:
        return 0
    strata = [""] * len(design.cluster) if design.stratum is None else design.stratum.tolist()
    inside = [True] * len(strata) if within is None else within.tolist()
    every = zip(strata, design.cluster.tolist(), inside, strict=True)
    return len({(stratum, cluster) for stratum, cluster, here in every if here})
