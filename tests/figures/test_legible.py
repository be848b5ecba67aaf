"""Every figure with the longest words and the most groups that it must bear."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from justice_metrics.figures.counts import bars, lines
from justice_metrics.figures.curves import stacked_incidence, step_curves
from justice_metrics.figures.dots import dots
from justice_metrics.figures.flow import funnel, procedure_graph, stage_flow

STAGES = [
    "Denuncia",
    "Etapa preliminar",
    "Imputación formal",
    "Acusación",
    "Preparación del juicio oral y público",
    "Juicio",
    "Sentencia de primera instancia",
    "Sentencia ejecutoriada",
]
OUTCOMES = [
    "Rechazo",
    "Sentencia condenatoria",
    "Sobreseimiento",
    "Salida alternativa",
    "Extinción por duración máxima del proceso",
    "Sentencia absolutoria",
    "Desistimiento",
    "Remisión a otra jurisdicción",
    "Otra",
]
GROUPS = [
    "La Paz",
    "Santa Cruz",
    "Cochabamba",
    "Oruro",
    "Potosí",
    "Chuquisaca",
    "Tarija",
    "Beni",
    "Violación de infante, niña, niño o adolescente",
]
TITLE = (
    "Cuántas causas llegan a cada etapa del proceso penal ordinario, y por qué forma de conclusión se pierden las demás"
)
Draw = Callable[..., Axes]


def a_funnel(groups: int, **more: Any) -> Axes:
    reached = np.array([20_000, 19_800, 6_600, 3_100, 2_900, 2_300, 1_900, 498])
    values = np.array([reached // (g + 1) for g in range(groups)])
    shares = values / values[:, :1]
    words = [
        [f"{n:,} ({100 * s:.1f} %)" for n, s in zip(*row, strict=True)] for row in zip(values, shares, strict=True)
    ]
    names = GROUPS[:groups] if groups > 1 else None
    return funnel(stages=STAGES, values=values, shares=shares, bar_labels=words, groups=names, **more)


def a_stream(**more: Any) -> Axes:
    lost = np.full((len(STAGES), len(OUTCOMES)), 9.0)
    lost[1] = [5_000, 0, 1_000, 4_000, 900, 3, 1_200, 80, 1]
    lost[2, 3] = np.nan
    reached = [20_000, 19_800, 6_600, 3_100, 2_900, 2_300, 1_900, 498]
    pending = [119, 1_016, 3_400, 119, 519, 319, 1_321, 417]
    return stage_flow(
        stages=STAGES,
        reached=reached,
        lost=lost,
        pending=pending,
        outcome_labels=OUTCOMES,
        pending_label="En trámite a la fecha de corte",
        **more,
    )


def a_stack(**more: Any) -> Axes:
    days = np.arange(1, 300) * 5.0
    incidence = np.outer([0.42, 0.12, 0.1, 0.08, 0.05, 0.03, 0.02, 0.01, 0.004], 1 - np.exp(-days / 400))
    ticks = np.arange(0, 1501, 100.0)
    return stacked_incidence(
        days=days,
        incidence=incidence,
        labels=OUTCOMES,
        open_label="En trámite",
        at_risk_days=ticks,
        at_risk=np.round(20_000 * np.exp(-ticks / 700)),
        at_risk_label="Casos en trámite y en observación",
        x_label="Días desde la denuncia",
        y_label="Proporción de los casos que han terminado de cada forma",
        **more,
    )


def some_curves(groups: int, **more: Any) -> Axes:
    days = np.arange(1, 300) * 5.0
    estimate = np.array([np.exp(-days / (400 + 10 * g)) for g in range(groups)])
    estimate[-1, 150:] = np.nan
    ticks = np.arange(0, 1501, 100.0)
    return step_curves(
        days=days,
        estimate=estimate,
        conf_low=estimate * 0.94,
        conf_high=np.minimum(estimate * 1.05, 1),
        groups=GROUPS[-groups:],
        at_risk_days=ticks,
        at_risk=np.array([np.round(20_000 * np.exp(-ticks / (400 + g))) for g in range(groups)]),
        at_risk_label="Casos en trámite y en observación al comienzo del día",
        x_label="Días desde la denuncia",
        y_label="Proporción de casos en trámite",
        start=1.0,
        marks=[277.0] * groups,
        **more,
    )


def some_dots(**more: Any) -> Axes:
    per = ["por denuncia", "por acusación", "por sentencia de primera instancia dictada en juicio oral"]
    n = len(per) * len(GROUPS)
    estimate = np.linspace(0, 1, n)
    estimate[4] = np.nan
    return dots(
        labels=GROUPS * len(per),
        groups=[one for one in per for _ in GROUPS],
        estimate=estimate,
        conf_low=np.maximum(estimate - 0.1, 0),
        conf_high=np.minimum(estimate + 0.1, 1),
        annotations=[f"{0 if np.isnan(e) else round(300 * e):,} de 12,300 casos con sentencia" for e in estimate],
        annotation_label="Condenas entre los casos que llegaron a la etapa",
        reference=0.52,
        reference_label="todos los departamentos: 52 %",
        undefined_label="ningún caso llegó a esta etapa",
        x_label="Proporción de casos con sentencia condenatoria",
        **more,
    )


def some_bars(groups: int, bins: int, **more: Any) -> Axes:
    counts = np.arange(groups * bins).reshape(groups, bins) * 1_037 + 12
    names = ["Con resolución", "En trámite a la fecha de corte", "Extinción por duración máxima del proceso"]
    return bars(
        bins=[f"{b} a {b + 1} años" for b in range(bins)],
        counts=counts,
        groups=names[:groups],
        x_label="Edad del caso",
        y_label="Casos",
        **more,
    )


def some_lines(**more: Any) -> Axes:
    years = np.arange(1998, 2025)
    counts = np.array([np.linspace(100 * g, 4_000 + 20 * g, len(years)) for g in range(len(GROUPS))])
    return lines(x=years, counts=counts, groups=GROUPS, x_label="Año", y_label="Casos", **more)


def several(one: str | list[str]) -> list[str]:
    return one if isinstance(one, list) else [one]


def a_map(procedure: str, language: str, **more: Any) -> Axes:
    told = tomllib.loads(
        files("justice_metrics.cases").joinpath(f"procedures/{procedure}.toml").read_text(encoding="utf-8")
    )
    states = [one["id"] for one in told["state"]]
    moves = [(a, b) for move in told["move"] for a in several(move["from"]) for b in several(move["to"])]
    return procedure_graph(
        states=states,
        labels=[one["label"][language] for one in told["state"]],
        kinds=[one["kind"] for one in told["state"]],
        layers=list(range(len(states))),
        moves=moves,
        kind_labels={"start": "inicio", "stage": "etapa", "suspended": "suspendido", "outcome": "forma de conclusión"},
        back_label="vuelve a un estado anterior",
        **more,
    )


DRAWINGS: dict[str, Callable[..., Axes]] = {
    "funnel": lambda **more: a_funnel(1, **more),
    "funnels, two": lambda **more: a_funnel(2, **more),
    "funnels, five": lambda **more: a_funnel(5, **more),
    "funnels, nine": lambda **more: a_funnel(9, **more),
    "stream": a_stream,
    "stack": a_stack,
    "curve": lambda **more: some_curves(1, **more),
    "curves, nine": lambda **more: some_curves(9, **more),
    "dots": some_dots,
    "bars": lambda **more: some_bars(2, 6, **more),
    "bars, narrow": lambda **more: some_bars(3, 14, **more),
    "bars, too many": lambda **more: some_bars(3, 40, **more),
    "lines": some_lines,
    "bolivia": lambda **more: a_map("bolivia", "es", **more),
    "guatemala": lambda **more: a_map("guatemala", "es", **more),
    "common law": lambda **more: a_map("common_law", "en", **more),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_words_lie_inside_the_page_and_apart(name: str, assert_legible: Callable[..., None]) -> None:
    assert_legible(DRAWINGS[name]())


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_long_title_too_and_its_dollar_signs_are_dollar_signs(
    name: str, assert_legible: Callable[..., None], words_of: Callable[[Axes], list[Text]]
) -> None:
    axes = DRAWINGS[name](title=TITLE)
    assert_legible(axes)
    words = words_of(axes)
    assert TITLE in [text.get_text().replace("\n", " ") for text in words]
    assert not [text.get_text() for text in words if text.get_parse_math()]


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_callers_axes_are_used_and_the_other_axes_are_left_alone(name: str) -> None:
    figure = Figure(figsize=(16, 9))
    mine, other = figure.subplots(1, 2)
    before = other.get_position().bounds
    assert DRAWINGS[name](ax=mine) is mine
    assert not other.has_data()
    assert other.get_position().bounds == before
    assert mine.has_data() or mine.texts


@pytest.mark.parametrize("size", [(3.0, 4.0), (9.0, 3.0)])
@pytest.mark.parametrize("name", ["stream", "bolivia", "guatemala", "common law"])
def test_a_drawing_laid_out_in_points_shrinks_as_a_whole(
    name: str, size: tuple[float, float], assert_legible: Callable[..., None]
) -> None:
    figure = Figure(figsize=size, dpi=300)
    assert_legible(DRAWINGS[name](ax=figure.add_subplot()), own=False)
