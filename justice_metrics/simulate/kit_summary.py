"""What the page of the sample says in numbers of the simulated study: sample, practice, coders, survey."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..cases.checklist import Checklist
from ..cases.coding.plan import CASE_TABLE
from . import drawn_files, perceptions, practice, second_coder
from .extracts import Extract
from .study_kit import StudyKit

_STATUSES: Final = ("coded", "lost", "sealed", "not_eligible", "eligible")
_DEPARTMENTS: Final = tuple(practice.DEPARTMENT_SHIFT)


def kit_facts(kit: StudyKit, cohort: Extract) -> dict[str, str]:
    """Return every number that the page says of the study, as text."""
    log = kit.sample.log
    return {
        "kit_courts": str(len(kit.sample.frame["cluster"])),
        "kit_courts_drawn": str(len(set(log["cluster"]))),
        "kit_files_per_court": str(drawn_files.FILES_PER_COURT),
        "kit_drawn": str(len(log["file"])),
        **{f"kit_{status}": str(log["status"].count(status)) for status in _STATUSES},
        "kit_questions": str(sum(len(table.fields) for table in kit.plan.tables)),
        "kit_again": str(len(kit.again[CASE_TABLE]["case_id"])),
        "kit_practice": _practice_lines(kit, cohort),
        **{
            f"kit_{name}": f"{100 * share:.0f}"
            for name, share in (
                ("lost_rejected", drawn_files.LOST_REJECTED),
                ("lost_others", drawn_files.LOST_OTHERS),
                ("sealed_chance", drawn_files.SEALED),
                ("not_eligible_chance", drawn_files.NOT_ELIGIBLE),
                ("court_shift", practice.COURT_SHIFT),
                *((f"shift_{number}", -practice.DEPARTMENT_SHIFT[one]) for number, one in enumerate(_DEPARTMENTS)),
                ("at_once", practice.EXAMINED_AT_ONCE),
                ("turned", second_coder.TURNED),
                ("not_found", second_coder.NOT_FOUND),
                ("taken_for_no", second_coder.TAKEN_FOR_NO),
                ("other_level", second_coder.OTHER_LEVEL),
                ("other_ending", second_coder.OTHER_ENDING),
                ("other_number", second_coder.OTHER_NUMBER),
                ("other_day", second_coder.OTHER_DAY),
                ("no_day", second_coder.NO_DAY),
                ("missed_row", second_coder.MISSED_ROW),
                ("do_not_know", perceptions.DO_NOT_KNOW_SHARE),
                ("no_answer", perceptions.NO_ANSWER_SHARE),
            )
        },
        "kit_per_day": f"{practice.EXAMINED_PER_DAY:g}",
        "kit_thin": f"{practice.THIN_FILES:g}",
        **_survey_facts(),
    }


def _practice_lines(kit: StudyKit, cohort: Extract) -> str:
    """Return a row per drawn item: what was chosen, and what came out in the whole register, round by round."""
    later = practice.second_round(cohort.cases)
    checklist = kit.plan.checklist
    lines = []
    for item, chosen in practice.CHANCES.items():
        said = f"`{item}`: {_words(checklist, item)}"
        first, second = (100 * practice.met_share(kit.practice, item, among) for among in (~later, later))
        lines.append(
            f"| {said} | {100 * chosen.met:.0f} % | {100 * chosen.change:+.0f} | {100 * chosen.silent:.0f} % "
            f"| {first:.1f} % | {second:.1f} % |"
        )
    return "\n".join(lines)


def _words(checklist: Checklist | None, item: str) -> str:
    return "" if checklist is None else checklist.item(item).label.text("en")


def _survey_facts() -> dict[str, str]:
    everybody = perceptions.everybody()
    facts = {"kit_asked": str(int(sum(everybody.values())))}
    for place, scale in enumerate(perceptions.SCALES):
        facts[f"kit_{scale}_change"] = f"{perceptions.CHANGE[place]:g}"
        facts[f"kit_{scale}_alpha"] = f"{perceptions.true_alpha(scale, everybody):.2f}"
        for turn in range(2):
            people = [(group, number) for (group, when), number in everybody.items() if when == turn]
            means = np.array([perceptions.scale_mean(scale, group, turn) for group, _ in people])
            facts[f"kit_{scale}_mean_{turn}"] = (
                f"{means @ np.array([n for _, n in people]) / sum(n for _, n in people):.2f}"
            )
    return facts
