"""Values of settings that a question would refuse whatever the cases are: told when the study is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..base.errors import QuestionError, suggestion
from ..base.language import Message, tr
from ..base.types import names

# Questions whose horizons must lie after the period within which support starts, and the setting that holds them.
_AFTER_GRACE: Final[Mapping[str, str]] = {
    "support_effect": "horizon_days",
    "support_sensitivity": "horizon_days",
    "reliance_by_support": "days",
}
_LEAST: Final[Mapping[str, int]] = {"resamples": 2, "imputations": 2, "window_days": 1}


def wrong_values(ask: str, settings: Mapping[str, Any]) -> Iterator[Message]:
    """Tell what is wrong with the values of a question's settings, as far as no case is needed for it.

    Parameters
    ----------
    ask : str
        The question.
    settings : mapping of str to object
        All its settings, the defaults included, of the right types.
    """
    yield from _numbers(settings)
    yield from _horizons(ask, settings)
    if ask == "support_hazards":
        yield from _names("model", settings, _models())
    if ask == "support_sensitivity":
        yield from _names("analyses", settings, _analyses())
    if ask == "study_size":
        yield from _shares(settings)


def _numbers(settings: Mapping[str, Any]) -> Iterator[Message]:
    """Days count from 0 on, and a level is a share."""
    for name, value in settings.items():
        for one in value if isinstance(value, Sequence) and not isinstance(value, str) else (value,):
            if not isinstance(one, int | float):
                continue
            least = _LEAST.get(name, 0 if name == "days" or name.endswith("_days") else None)
            if least is not None and one < least:
                yield tr("'{key}' is {given}; it must be at least {least}.", key=name, given=str(one), least=least)
            if name == "confidence_level" and not 0 < one < 1:
                yield tr("'{key}' is {given}; write 95 % as 0.95.", key=name, given=str(one))


def _horizons(ask: str, settings: Mapping[str, Any]) -> Iterator[Message]:
    key, within = _AFTER_GRACE.get(ask), settings.get("started_within_days")
    if key is None or within is None:
        return
    given = settings[key]
    early = [one for one in (given if isinstance(given, Sequence) else (given,)) if 0 <= one <= within]
    if early:
        yield tr(
            "'{key}' is {given}; it must lie after the {days} days within which support starts (started_within_days).",
            key=key,
            given=str(min(early)),
            days=within,
        )


def _names(key: str, settings: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Message]:
    for one in names(settings[key]):
        if one not in known:
            yield tr("'{key}': there is no '{given}' here. {remedy}", key=key, given=one, remedy=suggestion(one, known))


def _shares(settings: Mapping[str, Any]) -> Iterator[Message]:
    from ..measures.study_size_checks import ensure_shares

    given = settings["difference"]
    for one in given if isinstance(given, Sequence) else (given,):
        if one == 0 or not -1 < one < 1:
            yield tr("'{key}' is {given}; write five percentage points as 0.05.", key="difference", given=str(one))
    for name in ("baseline", "supported_share", "icc", "support_icc", "effective_share", "power"):
        try:
            ensure_shares(**{name: settings[name]})
        except QuestionError as error:
            yield error.problem


def _models() -> tuple[str, ...]:
    from ..measures.support.hazard_states import MODELS

    return tuple(MODELS)


def _analyses() -> tuple[str, ...]:
    from ..measures.support.sensitivity_checks import ANALYSES

    return ANALYSES
