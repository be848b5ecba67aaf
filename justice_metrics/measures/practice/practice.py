"""Quality of attention: how often each practice of a checklist was kept, and how often the file does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np

from ...base.language import Language, Readable, format_share, tr
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...figures.dots import dots
from ...reduce.practice import checklist_of, coded_items, narrowed
from ..declared import ensure_level, few_units_note
from ..rates.shown_shares import Interval, limits_of, method_words, share_notes
from ..shown import numbers, strata_of, undefined_words, words_of, written
from .cells import ties_of
from .counted import groups_of, judged_shares, same_as_condition, units_of_domains, units_of_items
from .drawn import counts_beside, domains_drawn
from .said import domain_limits_note, groups_said, items_said, overall_said, practice_notes, silence_said
from .tables import UNDOCUMENTED, domain_table, item_table, norms_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class Practice(Result):
    """How often each item of a checklist of practice was met.

    Tables
    ------
    main
        One row per stratum and item: ``numerator`` met, ``denominator`` applies and is documented, their share; how
        many files do not tell (``not_documented``), to how many the item applies (``applicable``), to how many not, and
        of how many nobody knows whether it does (``not_known_whether``).
    domains
        One row per stratum and domain, and one for all items: of the items that apply and are documented, the share
        met.
    norms
        One row per item: what is asked, when it is met, to which cases it applies, the norm that it comes from.
    """

    question: ClassVar[str] = "practice"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {"domains": tr("Practice by domain"), "not_documented": tr("What the files do not tell")}
    )
    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {
            "domains": (tr("items of practice that were met"), tr("items that apply and are documented")),
            "not_documented": (tr("cases whose file does not tell"), tr("cases to which the item applies")),
        }
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if strata_of(self.main):  # plot draws the domains then
            object.__setattr__(self, "views", MappingProxyType({"not_documented": self.views["not_documented"]}))

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of all items that was met, the items met least and most, and what files do not tell."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the same as far as it is shown; by groups, the lowest and the highest."""
        domains = shown.tables.get("domains")
        if strata_of(shown.main):
            return () if domains is None else groups_said(shown.main, domains)
        return (*(() if domains is None else overall_said(domains)), *items_said(shown.main), *silence_said(shown.main))

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share met of each item under its domain; by groups, that of each domain."""
        return cast("Axes", self.plot_of(self, ax, language=language))

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw what is shown; beside each item stand those met, those judged, and those that are not documented."""
        main = shown.main
        if strata_of(main):
            return domains_drawn(shown.tables["domains"], ax, language) if "domains" in shown.tables else None
        told = counts_beside(main, ("numerator", "denominator"), "estimate", language)
        counted = UNDOCUMENTED in main.values
        silent = (
            written(main, UNDOCUMENTED, language)
            if counted
            else written(main, "share_not_documented", language, as_share=True)
        )
        return dots(
            labels=[words_of(main, "item", one).text(language) for one in main["item"]],
            groups=[words_of(main, "domain", one).text(language) for one in main["domain"]],
            estimate=numbers(main, "estimate"),
            conf_low=numbers(main, "conf_low"),
            conf_high=numbers(main, "conf_high"),
            annotations=[f"{one}   · {other}" for one, other in zip(told, silent, strict=True)],
            annotation_label=(
                tr("met / judged · not documented") if counted else tr("share met · not documented")
            ).text(language),
            undefined_label=undefined_words(main, "estimate", language, tr("nothing to judge")),
            x_label=tr("share met, of the cases to which the item applies and whose file tells").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share met by domain, or what the files do not tell."""
        return cast("Axes", self.draw_of(self, view, ax, language=language))

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the share met by domain, or what the files do not tell, as far as it is shown."""
        silent = view == "not_documented"
        if strata_of(shown.main) or not silent:
            if "domains" not in shown.tables:
                return None
            return domains_drawn(shown.tables["domains"], ax, language, silent=silent)
        main = shown.main
        nothing = np.full(len(main), np.nan)
        return dots(
            labels=[words_of(main, "item", one).text(language) for one in main["item"]],
            groups=[words_of(main, "domain", one).text(language) for one in main["domain"]],
            estimate=numbers(main, "share_not_documented"),
            conf_low=nothing,
            conf_high=nothing,
            annotations=counts_beside(main, (UNDOCUMENTED, "applicable"), "share_not_documented", language),
            undefined_label=undefined_words(main, "share_not_documented", language, tr("applies to no case")),
            x_label=tr("share not documented, of those to which it applies").text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )


def practice(
    cases: CaseData,
    *,
    by: Names = (),
    items: Names = (),
    domains: Names = (),
    interval: Interval = "wilson",
    confidence_level: float = 0.95,
) -> Practice:
    """How often each practice of a checklist was kept in the cases to which it applies and whose file tells.

    What the file does not tell is neither met nor unmet: it stands apart, because a silent file may hide good practice
    and bad.

    Parameters
    ----------
    cases : CaseData
        With a section [practice] in the mapping.
    by : str or tuple of str
        Attributes that split the cases, such as the office, or ``year``.
    items, domains : str or tuple of str
        Items or domains of the checklist; all that were coded by default.
    interval : {"wilson", "clopper_pearson", "jeffreys"}
        For independent cases. With weights or clusters the design gives the interval.
    confidence_level : float
        Level of the intervals.

    Returns
    -------
    Practice

    Raises
    ------
    QuestionError
        When no practice was coded, or an item, domain or attribute is not there.

    Notes
    -----
    Where nothing was coded and the attribute or answer on which an item depends is not known either, nobody knows
    whether it applies: such a case is not among those to which it applies. Days that run backwards (an act dated before
    the day from which it is counted) are not judged; they stand with what is not documented.

    The share of an item is met / (met + not met). An item does not apply where the coder says so, or where a condition
    of the checklist does (``applies_to`` an attribute, ``applies_if`` the answer to another item); the condition goes
    before what was coded, so that all coders judge the same cases. The share of a domain is the sum of the items met
    over the sum of those that apply and are documented (the "overall percentage" of quality indicators [1]_): an item
    weighs as much as there are cases to judge it by. Items of one case go together, so its limits are linearised with
    cases, or clusters of the sampling, as sampling units, on the logit scale [2]_.

    References
    ----------
    .. [1] Reeves, D., Campbell, S. M., Adams, J., Shekelle, P. G., Kontopantelis, E. and Roland, M. O. (2007).
       Combining multiple indicators of clinical quality: an evaluation of different analytic approaches. Medical
       Care, 45, 489-496.
    .. [2] Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of
       positive counts estimated from survey data. Survey Methodology, 24, 193-201.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> from justice_metrics.measures.practice.practice import practice
    >>> frame = pd.DataFrame({"id": ["a", "b", "c", "d"], "day": ["2016-01-05"] * 4, "room": ["sí", "no", "sí", None]})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "day"},
    ...     "practice": {"checklist": "child_sexual_assault", "items": {"child_friendly_space": "room"}},
    ... })
    >>> main = practice(cases).main
    >>> main["numerator"].tolist(), main["denominator"].tolist(), main["not_documented"].tolist()
    ([2], [3], [1])
    """
    by = names(by)
    ensure_level(confidence_level)
    asked = coded_items(cases, names(items), names(domains))
    checklist, coded = checklist_of(cases), narrowed(cases, asked, by)
    judged = judged_shares(coded, asked, by=by, interval=interval, confidence_level=confidence_level)
    share, limits = judged.items, limits_of(cases, interval, confidence_level)
    return Practice(
        heading=tr("Quality of attention: {checklist}", checklist=checklist.title),
        tables={
            "main": units_of_items(item_table(share, asked, checklist, limits), judged),
            "domains": units_of_domains(domain_table(share, judged.domains, asked, checklist), judged, asked),
            "norms": norms_table(asked, checklist),
        },
        definition=Definition(
            answers=tr("How often was each practice kept, in the cases to which it applies and whose file tells?"),
            numerator=tr("cases in which the item was met"),
            denominator=tr("cases to which the item applies and whose file tells whether it was met"),
            basis="cohort",
            pending=tr("as their files told on the day of review; open cases may still come to meet an item"),
            method=tr(
                "{method} Domains: items of one case go together, so their limits are linearised over cases or "
                "clusters.",
                method=method_words(cases, interval),
            ),
        ),
        provenance=cases.provenance.add(
            "practice",
            checklist=checklist.id,
            items=tuple(one.id for one in asked),
            by=by,
            interval=interval,
            confidence_level=confidence_level,
        ),
        notes=(
            *share_notes(cases, share),
            *domain_limits_note(share),
            *few_units_note(share.strata, judged.units),
            *practice_notes(coded, asked, share),
        ),
        frame_library=cases.frame_library,
        weighted=cases.sampling.weighted,
        ties=ties_of(asked, groups_of(share.strata), same_as_condition(asked, share)),
    )
