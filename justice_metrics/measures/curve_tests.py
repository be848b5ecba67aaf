"""Can the data tell the groups apart? Tests of equal hazards and of equal cumulative incidences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Language, Readable, format_number, tr, trn
from ..base.levels import MISSING_LEVELS
from ..base.result import Definition, Result
from ..base.table import Table
from ..base.types import Counts, Names, names
from ..cases.casedata import CaseData
from ..cases.durations import ANY_EXIT, Durations
from ..figures.dots import dots
from ..reduce.risk import Endings, risk_table_of
from ..tables import RiskTable, Strata
from .compared_groups import (
    ADJUSTMENT_WORDS,
    ADJUSTMENTS,
    SCALE_WORDS,
    Adjustment,
    ComparedCells,
    CurveTest,
    Tested,
    arranged_counts,
    asked,
    main_table,
    observed_table,
    pairs_table,
    trend_table,
)
from .curve_release import curve_cells
from .declared import (
    PValue,
    ensure_level,
    ensure_some,
    few_units_note,
    group_words,
    outcome_labels,
    sampling_notes,
    spells_of,
    time_provenance,
)
from .shown import known, settings_of, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The chi-square distribution of a test is an approximation for more endings than this in each group.
FEW_EXPECTED: Final = 5
TEST_WORDS: Final = {
    "log-rank": tr("log-rank test (all days weigh alike)"),
    "g-rho": tr("G-rho family of Fleming and Harrington"),
    "gehan": tr("Gehan's test (days weigh by the number open)"),
    "tarone-ware": tr("Tarone and Ware's test (days weigh by the root of the number open)"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class CurveTests(Result):
    """Tests of whether groups differ in how and how fast their cases end.

    Tables
    ------
    main
        One row per ending and scale: ``events``, ``statistic, degrees, p_value, p_adjusted``. On the scale ``hazard``
        the rate among open cases is compared, on the scale ``incidence`` the share that ends so (Gray).
    observed
        One row per stratum, ending and scale: endings ``observed`` and ``expected`` if all groups were alike, and the
        ``std_error`` of their difference if they were.
    pairs
        One row per pair of groups, ending and scale, with p values adjusted for the number of pairs.
    trend
        With ``trend``: whether groups that stand later in order end earlier or later.
    """

    question: ClassVar[str] = "curve_tests"

    groups: Strata
    outcome_words: Mapping[str, Readable]
    confidence_level: float
    by_words: tuple[Readable, ...]

    def findings(self) -> tuple[Readable, ...]:
        """Say of each test, in plain words, whether the data tell the groups apart."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the same from what is shown."""
        main, trends = shown.main, shown.tables.get("trend")
        level: Any = settings_of(shown)["confidence_level"]
        said = [_said(main, row, level) for row in range(len(main)) if known(float(main["events"][row]))]
        if trends is not None:
            said += [_trend_said(trends, row, level) for row in range(len(trends))]
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw, by group, the endings observed against those expected if all groups were alike.

        Of the outcome asked for, or of a verdict where all endings are told apart. The points have no intervals: the
        test is of all groups at once, and intervals of single groups can say otherwise than it does.
        """
        table = self.tables["observed"]
        outcome = self._drawn()
        rows = (table["outcome"] == outcome) & (table["scale"] == "hazard")
        observed, expected = table["observed"][rows].astype(float), table["expected"][rows].astype(float)
        ratio = np.divide(observed, expected, out=np.full(len(observed), np.nan), where=expected > 0)
        unknown = np.full(len(ratio), np.nan)
        asked_of = (self.main["outcome"] == outcome) & (self.main["scale"] == "hazard")
        p = PValue(float(self.main["p_adjusted"][asked_of][0]), equals=True)
        return dots(
            labels=group_words(self.groups, language),
            estimate=ratio,
            conf_low=unknown,
            conf_high=unknown,
            annotations=[
                f"{format_number(one, language, decimals=0)} / {format_number(two, language, decimals=1)}"
                for one, two in zip(observed, expected, strict=True)
            ],
            annotation_label=tr("observed / expected").text(language),
            reference=1.0,
            reference_label=tr("all groups alike").text(language),
            x_label=tr(
                "endings observed, as a multiple of those expected if all groups were alike ({outcome}; test of all "
                "groups: adjusted p {p})",
                outcome=self.outcome_words[outcome],
                p=p,
            ).text(language),
            percent=False,
            number=lambda one: format_number(one, language, decimals=2),
            ax=ax,
        )

    def _drawn(self) -> str:
        """Return the outcome that is drawn: the one asked for, else a verdict, else any ending."""
        told = [str(one) for one in self.main["outcome"]]
        wanted: Any = dict(self.provenance.settings).get("outcome")
        wanted = (wanted,) if isinstance(wanted, str) else tuple(wanted or ())
        return next((one for one in (*wanted, "verdict", "conviction") if one in told), told[0])


def _trend_said(table: Table, row: int, level: float) -> Readable:
    p, score = float(table["p_adjusted"][row]), float(table["score"][row])
    told: dict[str, Any] = {
        "outcome": words_of(table, "outcome", table["outcome"][row]),
        "scale": SCALE_WORDS[str(table["scale"][row])],
        "p": PValue(p, equals=True),
    }
    if not np.isfinite(p):
        return tr("{outcome}, {scale}: no trend over the groups can be tested.", **told)
    if p >= 1 - level:
        return tr(
            "{outcome}, {scale}: the data show no trend over the groups in their order (p {p}). That is no proof "
            "that there is none.",
            **told,
        )
    if score > 0:
        return tr("{outcome}, {scale}: it rises over the groups in their order (p {p}).", **told)
    return tr("{outcome}, {scale}: it falls over the groups in their order (p {p}).", **told)


def _said(table: Table, row: int, level: float) -> Readable:
    p = float(table["p_adjusted"][row])
    told: dict[str, Any] = {
        "outcome": words_of(table, "outcome", table["outcome"][row]),
        "scale": SCALE_WORDS[str(table["scale"][row])],
        "p": PValue(p, equals=True),
        "n": int(table["events"][row]),
    }
    if not np.isfinite(p):
        return tr("{outcome}, {scale}: the groups cannot be compared, with {n} endings.", **told)
    if p < 1 - level:
        return tr(
            "{outcome}, {scale}: the data tell the groups apart (adjusted p {p}, {n} endings). How far apart "
            "they are is told by the curves, not by the test.",
            **told,
        )
    return tr(
        "{outcome}, {scale}: the data do not tell the groups apart (adjusted p {p}, {n} endings). That is no proof "
        "that they are alike.",
        **told,
    )


def curve_tests(
    cases: CaseData | Durations,
    *,
    by: Names,
    start: str = "complaint",
    outcome: Names | None = None,
    endings: Endings = "standing",
    test: CurveTest = "log-rank",
    rho: float = 0.0,
    gamma: float = 0.0,
    strata: Names = (),
    trend: bool = False,
    adjust: Adjustment = "holm",
    confidence_level: float = 0.95,
) -> CurveTests:
    """Test whether groups differ in how and how fast their cases end.

    Two questions are asked of each ending. Do the *rates among open cases* differ (log-rank family, cause-specific)?
    And do the *shares that end so* differ, when other endings compete (Gray)? A group may have the higher rate of
    verdicts and yet fewer verdicts.

    Parameters
    ----------
    cases : CaseData or Durations
    by : str or tuple of str
        Attributes whose groups are compared.
    start : str
        Stage or role from whose first day time runs.
    outcome : str or tuple of str, optional
        Endpoints to be told apart, as for :func:`cumulative_incidence`; ``any_exit`` asks for all endings together
        only.
    endings : {"standing", "first"}
        As for :func:`cumulative_incidence`.
    test : {"log-rank", "g-rho", "gehan", "tarone-ware"}
        Weights of the days in the tests of rates.
    rho, gamma : float
        With ``g-rho``: weights S(t−)^rho (1 − S(t−))^gamma; (1, 0) weighs early differences, (0, 1) late ones. Gray's
        test takes rho.
    strata : str or tuple of str
        Attributes within whose groups the comparison is made.
    trend : bool
        Also test for a trend over the groups in their order; groups whose attribute is not recorded stay out of it.
    adjust : {"holm", "benjamini-hochberg"}
        How p values are adjusted: over all tests of ``main``, and over the pairs of groups of each test.
    confidence_level : float
        One minus it is the level at which a finding says that the data tell groups apart.

    Returns
    -------
    CurveTests

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, there are fewer than two groups, or the weights do not go with the test.

    References
    ----------
    .. [1] Harrington, D. P. and Fleming, T. R. (1982). A class of rank test procedures for censored survival data.
       Biometrika, 69, 553-566.
    .. [2] Gray, R. J. (1988). A class of K-sample tests for comparing the cumulative incidence of a competing risk.
       Annals of Statistics, 16, 1141-1154.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.curve_tests(jm.sample_cases(), by="department", outcome="verdict")
    >>> answer.main["scale"].tolist()[:3]
    ['hazard', 'hazard', 'incidence']
    """
    by, wanted, within = names(by), names(outcome), names(strata)
    ensure_level(confidence_level)
    _check(by, within, test, rho, gamma, trend=trend, adjust=adjust)
    spells = spells_of(cases, start=start, wanted=wanted, endings=endings)
    # Each case counts once: the variance of a test does not know sampling weights.
    table = risk_table_of(spells.unweighted(), by=(*by, *within)).trimmed()
    ensure_some(table, cases)
    arranged = arranged_counts(table, len(by))
    if len(arranged.groups) < 2:
        raise QuestionError(
            tr("There is only one group of {by}; a test compares two or more.", by=list(by)),
            tr("Name another attribute."),
        )
    adjusted = ADJUSTMENTS[adjust]
    ask = asked(test, rho, gamma)
    tested = ask(arranged)
    words = {**outcome_labels(spells, arranged.outcomes), ANY_EXIT: tr("any ending")}
    named = curve_cells(cases, table, start=start, wanted=wanted, endings=endings)
    cells = ComparedCells(named.dimension, named.levels)
    tables = {
        "main": main_table(arranged, tested, adjusted, words, cells),
        "observed": observed_table(arranged, tested, words),
    }
    if len(arranged.groups) > 2:
        tables["pairs"] = pairs_table(arranged, ask, adjusted, words, cells)
    if trend:
        tables["trend"] = trend_table(arranged, ask, adjusted, words, cells)
    return CurveTests(
        heading=tr("Can the data tell the groups apart? Time from: {start}", start=spells.start_words),
        tables=tables,
        definition=Definition(
            answers=tr("Do the groups differ in how and how fast their cases end?"),
            numerator=tr("endings observed in each group"),
            denominator=tr("endings expected in it if all groups were alike, given who was open on each day"),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=tr(
                "Rates: {test}. Shares: Gray's test (1988). Endings of one day are counted at once, with the "
                "hypergeometric variance. P values {adjusted}.",
                test=TEST_WORDS[test],
                adjusted=ADJUSTMENT_WORDS[adjust],
            ),
        ),
        provenance=time_provenance(
            cases,
            table,
            "curve_tests",
            by=by,
            start=start,
            outcome=wanted or None,
            endings=endings,
            test=test,
            rho=rho,
            gamma=gamma,
            strata=within,
            trend=trend,
            adjust=adjust,
            confidence_level=confidence_level,
        ),
        notes=(
            *sampling_notes(cases, weights_used=False, design_used=True),
            *_notes(cases, tested),
            *(_unplaced_note(arranged.groups) if trend else ()),
            *few_units_note(arranged.groups, _units(table, len(by), arranged.groups)),
        ),
        frame_library=cases.frame_library,
        groups=arranged.groups,
        outcome_words=words,
        confidence_level=confidence_level,
        by_words=tuple(tr("{name}", name=one) for one in by),
    )


def _check(
    by: Sequence[str], within: Sequence[str], test: str, rho: float, gamma: float, *, trend: bool, adjust: str
) -> None:
    if not by:
        raise QuestionError(tr("A test compares groups, and none were named."), tr('Name an attribute: by="court".'))
    both = [one for one in by if one in within]
    if both:
        raise QuestionError(
            tr("'{name}' is to be compared and held alike at once.", name=both[0]), tr("Name it in one place only.")
        )
    for word, words in ((test, TEST_WORDS), (adjust, ADJUSTMENTS)):
        if word not in words:
            raise QuestionError(
                tr("'{word}' is not known here.", word=word), tr("There are: {known}.", known=list(words))
            )
    if rho < 0 or gamma < 0 or (test != "g-rho" and (rho or gamma)):
        raise QuestionError(
            tr("rho = {rho} and gamma = {gamma} do not go with this test.", rho=rho, gamma=gamma),
            tr('They are not negative, and belong to test="g-rho".'),
        )
    if trend and len(by) > 1:
        raise QuestionError(
            tr("A trend runs over the groups of one attribute, and {n} were named.", n=len(by)), tr("Name one.")
        )


def _units(table: RiskTable, n_by: int, groups: Strata) -> Counts:
    total = np.zeros(len(groups), np.int64)
    place = {level: at for at, level in enumerate(groups.levels)}
    for level, n in zip(table.strata.levels, table.units, strict=True):
        total[place[level[:n_by]]] += int(n)
    return total


def _unplaced_note(groups: Strata) -> tuple[Readable, ...]:
    n = sum(level[0] in MISSING_LEVELS for level in groups.levels)
    if not n:
        return ()
    return (
        trn(
            "{n} group whose attribute is not recorded has no place in the order; it stayed out of the trend.",
            "{n} groups whose attribute is not recorded have no place in the order; they stayed out of the trend.",
            n,
        ),
    )


def _notes(cases: CaseData | Durations, tested: Sequence[Tested]) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    if cases.sampling.cluster:
        notes.append(
            tr(
                "The tests take cases as independent, which cases of one cluster are not: p values come out too small. "
                "A regression with robust errors allows for clusters."
            )
        )
    few = [one for one in tested if one.scale == "hazard" and float(np.min(one.found.expected)) < FEW_EXPECTED]
    if few:
        notes.append(
            tr("In some groups fewer than {n} endings were expected: their p values are rough.", n=FEW_EXPECTED)
        )
    return tuple(notes)
