"""The terms of the field, in words for a reader who is not a statistician."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..base.language import Language, Message, Readable, tr


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it means in the outputs of the library.

    Attributes
    ----------
    word : Message
        The term.
    meaning : Message
        One or two sentences.
    also : tuple of Message
        Other forms under which it stands in a text.
    """

    word: Message
    meaning: Message
    also: tuple[Message, ...] = ()


GLOSSARY: Final = (
    Term(
        tr("unit"),
        tr("What is counted: complaint, case, victim, accused or charge. Numbers of different units do not compare."),
    ),
    Term(tr("stage"), tr("A step of the procedure that a case passes through, such as the formal charge.")),
    Term(
        tr("outcome"),
        tr("The way in which a case ended, such as conviction, rejection or withdrawal."),
        (tr("ending"),),
    ),
    Term(
        tr("attrition"),
        tr("The loss of cases on the way from the complaint to the final verdict, stage by stage."),
        (tr("lost cases"),),
    ),
    Term(tr("stage share"), tr("Of the cases that reached a stage, the share that went no further.")),
    Term(tr("cumulative share"), tr("Of all complaints, the share that did not reach a stage.")),
    Term(tr("rejection"), tr("The prosecutor closes the complaint without a formal charge."), (tr("rejected"),)),
    Term(
        tr("dismissal"),
        tr("The case ends after the formal charge, without a trial, because the evidence does not carry it."),
        (tr("dismissed"),),
    ),
    Term(tr("withdrawal"), tr("The case ends because the complaint is withdrawn."), (tr("withdrawn"),)),
    Term(
        tr("alternative exit"),
        tr("The case ends by an agreement or a condition that the law allows in place of a trial."),
    ),
    Term(
        tr("extinction"),
        tr("The case ends because a legal time limit has run out."),
        (tr("prescribed"), tr("extinguished")),
    ),
    Term(
        tr("pending"),
        tr("Open at the cut-off. Such a case has not failed and has not succeeded: how it will end is not known."),
        (tr("open cases"),),
    ),
    Term(
        tr("cut-off"),
        tr("The last day on which the data are complete. What happened later is not in the numbers."),
    ),
    Term(
        tr("cohort"),
        tr("The same cases are followed from one stage to their end. Young cohorts have had less time."),
    ),
    Term(
        tr("flow"),
        tr("What came in and what went out in a period. They are not the same cases."),
        (tr("flows"),),
    ),
    Term(
        tr("conviction rate"),
        tr("Convicted cases divided by a named denominator, the same cases being followed."),
        (tr("conviction rates"),),
    ),
    Term(
        tr("conviction ratio"),
        tr("Convictions of a period divided by prosecutions of the same period. They are not the same cases."),
    ),
    Term(tr("clearance rate"), tr("Cases resolved in a period divided by cases that came in.")),
    Term(
        tr("disposition time"),
        tr("Pending at the end of a period divided by resolved in it, times its days. It is not an observed duration."),
    ),
    Term(
        tr("delayed entry"),
        tr("A case is observed only from a later day. Until that day it is not counted among those at risk."),
    ),
    Term(tr("at risk"), tr("Open and under observation just before a day.")),
    Term(
        tr("cumulative incidence"),
        tr("The probability of having ended in a given way by a given day, with the other endings taken into account."),
    ),
    Term(
        tr("restricted mean time"),
        tr("The average number of days in a state, counted up to a horizon and no further."),
    ),
    Term(tr("stage occupation"), tr("The probability of being in each stage on a given day.")),
    Term(
        tr("median"),
        tr("The day by which half have got there. It is not defined while fewer than half have."),
    ),
    Term(
        tr("interval"),
        tr("The range of values that the data are compatible with, at the stated level of confidence."),
        (tr("confidence interval"),),
    ),
    Term(
        tr("support actor"),
        tr("Someone who supports the victim, such as a lawyer, a psychologist or a social worker."),
        (tr("support"),),
    ),
    Term(
        tr("landmark"),
        tr(
            "A day on which it is read who had support, among the cases still open. What is then seen is an "
            "association, not the effect of the support."
        ),
    ),
    Term(
        tr("association"),
        tr("Two things occur together. That one causes the other does not follow."),
    ),
    Term(
        tr("immortal time"),
        tr(
            "Time that a case had to live through before it could get support. Counted as supported time it makes any "
            "support look good."
        ),
    ),
    Term(tr("risk difference"), tr("The share in one group minus the share in the other, in percentage points.")),
    Term(tr("risk ratio"), tr("The share in one group divided by the share in the other.")),
    Term(
        tr("standardisation"),
        tr("Averaging each group to one and the same population, so that their make-up does not matter."),
        (tr("standardised"),),
    ),
    Term(
        tr("bootstrap"),
        tr("An interval found by drawing the cases, or whole courts, again and again."),
    ),
    Term(
        tr("strategy"),
        tr(
            "A rule for what is done with a case, such as support within 90 days. Two strategies are compared as if "
            "all cases had followed the one, and then all the other."
        ),
        (tr("strategies"),),
    ),
    Term(
        tr("emulation"),
        tr(
            "Arranging recorded cases as a trial would have arranged them, had it been held. It shows the same as the "
            "trial only if nothing that matters was left unrecorded."
        ),
        (tr("target trial"),),
    ),
    Term(
        tr("clone"),
        tr("A copy of a case for each strategy, watched only for as long as the case keeps to that strategy."),
        (tr("cloning"),),
    ),
    Term(
        tr("weight"),
        tr(
            "How many cases a case speaks for: itself and others like it that are not seen. A very large weight makes "
            "one case decide the answer."
        ),
    ),
    Term(
        tr("effective number of cases"),
        tr("With how many cases of equal weight the weighted ones tell as much. Far below their number: be careful."),
        (tr("effective number"), tr("effective numbers")),
    ),
    Term(
        tr("grace period"),
        tr("The days from the complaint within which support must begin to count as given in time."),
        (tr("period of grace"), tr("periods of grace"), tr("days of grace")),
    ),
    Term(
        tr("overlap"),
        tr("Among cases of the same kind some had support and some had none, so that they can be compared."),
    ),
    Term(
        tr("cluster"),
        tr("Cases that belong together and are alike, such as those of one court. Intervals are wider for it."),
    ),
    Term(
        tr("hazard ratio"),
        tr(
            "The pace at which open cases of one group come to an outcome, divided by that in the other. 2 is twice "
            "the pace, not twice as many cases."
        ),
        (tr("hazard ratios"), tr("times the pace")),
    ),
    Term(
        tr("milestone"),
        tr("A step on the way, such as the formal charge, whose day is taken into account where it is known."),
    ),
    Term(
        tr("E-value"),
        tr(
            "How strongly something unrecorded would have to go with both support and outcome to explain the whole "
            "difference. 1: nothing at all is needed for it."
        ),
        (tr("E-values"),),
    ),
    Term(
        tr("Holm"),
        tr("A correction for many comparisons at once: of twenty, one stands out by chance. It makes p values larger."),
    ),
    Term(
        tr("not recorded"),
        tr("The file does not say. It is shown as a level of its own; its share is a finding about the files."),
    ),
)


def terms_in(text: str, language: Language = "en") -> tuple[Term, ...]:
    """Return the terms that occur in a text, in alphabetical order of the language.

    Parameters
    ----------
    text : str
        What a reader sees.
    language : {"en", "es"}
        Language of the text and of the order.

    Examples
    --------
    >>> [str(term.word) for term in terms_in("Of 321 complaints 8 are pending at the cut-off.")]
    ['cut-off', 'pending']
    """
    seen = text.casefold()
    found = [term for term in GLOSSARY if any(_stands(word, seen, language) for word in (term.word, *term.also))]
    return tuple(sorted(found, key=lambda term: _sorting(term.word.text(language))))


def _stands(word: Readable, text: str, language: Language) -> bool:
    sought = word.text(language).casefold()
    # "weight" is in "weights", but the Spanish "valor E" is not in "valor esperado".
    end = r"(?!\w)" if len(sought.split()[-1]) == 1 else ""
    return re.search(r"(?<!\w)" + re.escape(sought) + end, text) is not None


def _sorting(word: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKD", word.casefold()).encode("ascii", "ignore").decode()
