"""What a duration model says in sentences, and the doubts it must be read with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..base.language import Readable, tr
from ..base.table import Table
from ..estimate.parametric import Fit
from .duration_model_tables import DISTRIBUTION_WORDS
from .regression_model import Prepared
from .regression_tables import Ratio, Reading, Terms, level_words


def model_notes(
    made: Prepared, fits: Mapping[str, Fit | None], *, any_exit: bool, asked: int, horizon: int, of: Readable
) -> tuple[Readable, ...]:
    """Return the doubts that a duration model must be read with."""
    notes: list[Readable] = []
    if not any_exit:
        notes.append(
            tr(
                "Other endings are taken as the end of observation: these are times to {outcome} in a world in which "
                "nothing else ends a case, which no data can check. Shares are told by cumulative_incidence.",
                outcome=of,
            )
        )
    lost = [DISTRIBUTION_WORDS[name] for name, one in fits.items() if one is None or not one.converged]
    if lost:
        notes.append(tr("No maximum of the likelihood was found for: {names}.", names=lost))
    if made.spells.sampling.weighted:
        notes.append(tr("Under sampling weights AIC and BIC are not defined, and none is shown."))
    if horizon < asked:
        notes.append(
            tr("No case was watched for {asked} days; day {days} is taken instead.", asked=asked, days=horizon)
        )
    notes.append(
        tr(
            "A distribution goes on where the data end; what it says there rests on its shape alone. Look at "
            "plot_calibration()."
        )
    )
    return tuple(notes)


def model_sentences(
    made: Prepared,
    main: Table,
    fits: Mapping[str, Fit | None],
    distribution: str,
    of: Readable,
    *,
    weighted: bool,
) -> tuple[Readable, ...]:
    """Return what the model rests on, which distribution describes best, and a sentence per ratio."""
    said: list[Readable] = [
        tr(
            "{units} units, of which {events} came to {outcome}.",
            units=made.units,
            events=int(made.events(1).sum()),
            outcome=of,
        )
    ]
    usable = {name: one for name, one in fits.items() if one is not None and one.converged}
    if len(usable) > 1 and not weighted:
        best = min(usable, key=lambda name: usable[name].aic)
        behind = usable[distribution].aic - usable[best].aic
        values = {"best": DISTRIBUTION_WORDS[best], "n": len(usable)}
        if best == distribution:
            said.append(
                tr("Of {n} distributions the one used here ({best}) describes these times best (AIC).", **values)
            )
        else:
            said.append(
                tr(
                    "Of {n} distributions {best} describes these times best; the one used here ({used}) is {aic} "
                    "points of AIC behind it.",
                    used=DISTRIBUTION_WORDS[distribution],
                    aic=Ratio(behind),
                    **values,
                )
            )
    return (*said, *ratio_sentences(told_ratios(made), main))


def told_ratios(made: Prepared) -> dict[tuple[str, str], Reading]:
    """Return how the ratio of each term and level is read: all but those of interactions."""
    return {
        (one.term, one.level): "level" if one.at else "number" for one in made.design.columns if not one.term.count(":")
    }


def ratio_sentences(terms: Terms, main: Table) -> Sequence[Readable]:
    """Return a sentence per ratio of times."""
    said: list[Readable] = []
    for row in range(len(main)):
        term, level = str(main["term"][row]), str(main["level"][row])
        reading = terms.get((term, level))
        ratio, low, high = (float(main[name][row]) for name in ("estimate", "conf_low", "conf_high"))
        if reading is None or not np.isfinite(low):
            continue
        if low <= 1 <= high:
            verdict: Readable = tr("The data do not settle whether that is longer or shorter.")
        else:
            verdict = tr("Longer.") if low > 1 else tr("Shorter.")
        values = {
            "term": main.labels["term"][term],
            "ratio": Ratio(ratio),
            "low": Ratio(low),
            "high": Ratio(high),
            "verdict": verdict,
        }
        if reading == "level":
            said.append(
                tr(
                    "{term}, {level} beside {reference}: {ratio} times as long (interval {low} to {high}). {verdict}",
                    level=level_words(level),
                    reference=level_words(str(main["reference"][row])),
                    **values,
                )
            )
        else:
            said.append(
                tr(
                    "{term}: each further unit goes with {ratio} times as long (interval {low} to {high}). {verdict}",
                    **values,
                )
            )
    return said
