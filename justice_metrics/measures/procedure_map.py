"""A procedure drawn and told: its stages, outcomes, moves and legal limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, cast

from ..base.cells import BaseCounts
from ..base.language import Language, Message, Readable, tr, trn
from ..base.provenance import Provenance
from ..base.result import Definition, Result, context_of
from ..base.table import Column, Table
from ..base.version import __version__
from ..cases.procedure import Limit, Procedure
from ..cases.procedure_file import read_procedure
from ..cases.procedure_parts import (
    BREACHES,
    CERTAINTIES,
    COUNTED_FROM,
    KINDS,
    OUTCOME_CLASSES,
    ROLES,
    TIME_UNITS,
)
from ..figures.flow import procedure_graph
from .guards import as_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_YES: Final = tr("yes")
_NO: Final = tr("no")

# How each kind looks in Mermaid: opening and closing bracket of the node.
_SHAPES: Final = {"start": ("([", "])"), "stage": ("[", "]"), "suspended": ("[/", "/]"), "outcome": ("{{", "}}")}


@dataclass(frozen=True, eq=False, kw_only=True)
class ProcedureMap(Result):
    """A procedure as tables, as a drawing and in sentences.

    Tables: ``main`` has one row per state, ``moves`` one per move, ``limits`` one per legal limit.

    Attributes
    ----------
    procedure : Procedure
        What is shown.
    """

    question: ClassVar[str] = "procedure_map"

    procedure: Procedure

    def findings(self) -> tuple[Readable, ...]:
        """Return what a reader must know of the procedure, in sentences."""
        shown = self.procedure
        return (
            tr(
                "The procedure has {stages} and {outcomes}.",
                stages=trn("{n} stage", "{n} stages", len(shown.stages)),
                outcomes=trn("{n} way of ending", "{n} ways of ending", len(shown.outcomes)),
            ),
            _validity(shown),
            tr("The road of a case: {road}.", road=_Joined([one.label for one in shown.funnel], " → ")),
            *_ways_back(shown),
            *_said_of_limits(shown.limits),
        )

    def summary(self, language: Language = "en") -> str:
        """Return the findings and the source as plain text; a procedure holds no cases, so nothing is counted."""
        lines = [self.heading.text(language), ""]
        lines += [one.text(language) for one in self.findings()]
        lines += ["", tr("Source: {source}", source=self.procedure.source).text(language)]
        lines += [tr("Note: {note}", note=one).text(language) for one in self.notes]
        return "\n".join(lines)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the states in layers, from the start downwards, with the moves as arrows.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a figure of its own otherwise.
        language : {"en", "es"}
            Language of the words.

        Returns
        -------
        Axes
            The drawing.
        """
        return self.plot_of(self, ax, language=language)

    def context(self) -> Mapping[str, object]:
        """Return the sentences, and in which layer each state stands: no case is counted here."""
        return {"said": tuple(as_label(one) for one in self.findings()), "layers": dict(layers_of(self.procedure))}

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return what a reader must know of the procedure, in sentences."""
        return cast("tuple[Readable, ...]", context_of(shown)["said"])

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the states in layers, from the start downwards, with the moves as arrows."""
        main, moves = shown.main, shown.tables["moves"]
        layers = cast("Mapping[str, int]", context_of(shown)["layers"])
        return procedure_graph(
            states=main["state"].tolist(),
            labels=[main.labels["state"][one].text(language) for one in main["state"]],
            kinds=main["kind"].tolist(),
            layers=[layers[one] for one in main["state"]],
            moves=list(zip(moves["from_state"].tolist(), moves["to_state"].tolist(), strict=True)),
            kind_labels={kind: words.text(language) for kind, words in KINDS.items()},
            back_label=tr("back to an earlier state").text(language),
            title=shown.heading.text(language),
            ax=ax,
        )

    def base_counts(self) -> BaseCounts:
        """Return no count: a procedure holds no cases."""
        return BaseCounts(population="", counts=())

    def mermaid(self, language: Language = "en") -> str:
        """Return the graph as Mermaid text, which wikis and code hosts draw.

        Parameters
        ----------
        language : {"en", "es"}
            Language of the words.

        Returns
        -------
        str
            A flowchart from the start downwards.

        Examples
        --------
        >>> import justice_metrics as jm
        >>> jm.procedure_map("bolivia").mermaid().splitlines()[1].strip()
        's_complaint(["complaint"])'
        """
        lines = ["flowchart TD"]
        for state in self.procedure.states:
            opening, closing = _SHAPES[state.kind]
            words = state.label.text(language).replace('"', "#quot;")
            # a prefix, because Mermaid keeps words such as "default" and "end" for itself
            lines.append(f'    s_{state.id}{opening}"{words}"{closing}')
        for before, afters in self.procedure.edges.items():
            lines += [f"    s_{before} --> s_{after}" for after in afters]
        lines.append("    classDef outcome stroke-width:2px")
        lines.append("    class " + ",".join(f"s_{one}" for one in self.procedure.outcomes) + " outcome")
        return "\n".join(lines) + "\n"


def procedure_map(procedure: Procedure | str | Path) -> ProcedureMap:
    """Show through which stages a case can go, how it can end, and in what time the law wants it done.

    Parameters
    ----------
    procedure : Procedure, str or Path
        A procedure (that of some cases is ``cases.procedure``), the id of a shipped one, or the path of a TOML file.

    Returns
    -------
    ProcedureMap
        Tables ``main`` (states), ``moves`` and ``limits``; ``plot()`` draws, ``mermaid()`` writes the graph.

    Raises
    ------
    SettingsError, ProcedureError
        When the file cannot be read as a procedure.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> shown = jm.procedure_map("bolivia")
    >>> [len(table) for table in shown.tables.values()]
    [24, 73, 30]
    """
    shown = procedure if isinstance(procedure, Procedure) else read_procedure(procedure)
    return ProcedureMap(
        heading=shown.title,
        tables={"main": _states(shown), "moves": _moves(shown), "limits": _limits(shown)},
        definition=Definition(
            answers=tr("Through which stages can a case go, how can it end, and in what time by law?"),
            numerator=tr("nothing is counted: the procedure is described, not cases"),
            denominator=tr("none"),
            basis="snapshot",
            pending=tr("does not apply"),
        ),
        provenance=Provenance(
            question=ProcedureMap.question,
            cutoff=shown.valid_from,
            procedure=shown.id,
            version=__version__,
        ),
        notes=_notes(shown),
        procedure=shown,
    )


def layers_of(procedure: Procedure) -> dict[str, int]:
    """Return how far down each state is drawn.

    Stages and verdicts stand in the order of the procedure. A suspension stands below the last stage of the road
    that leads to it, any other ending below the first state that does, where cases begin to be lost to it.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> layers = layers_of(jm.read_procedure("bolivia"))
    >>> layers["complaint"] < layers["rejected"] < layers["preliminary"] < layers["charged"]
    True
    """
    rank = {one.id: float(one.rank) for one in procedure.states}
    placed = {one: rank[one] for one in (*procedure.stages, *procedure.verdicts)}
    for state in procedure.ids:
        if state not in placed:
            before = [placed[one] for one, afters in procedure.edges.items() if state in afters and one in placed]
            on_road = [placed[one] for one in procedure.road if state in procedure.edges.get(one, ())]
            if state in procedure.suspended:
                placed[state] = max(on_road or before or [rank[state]]) + 0.5
            else:
                placed[state] = min(before or [rank[state]]) + 0.25
    layer = {place: number for number, place in enumerate(sorted(set(placed.values())))}
    return {state: layer[placed[state]] for state in procedure.ids}


class _Joined:
    """Words side by side."""

    def __init__(self, parts: Iterable[Readable], between: str = ", ") -> None:
        self._parts = tuple(parts)
        self._between = between

    def text(self, language: Language = "en") -> str:
        return self._between.join(one.text(language) for one in self._parts)


def _validity(shown: Procedure) -> Message:
    if shown.valid_to is None:
        return tr("It is in force from {valid_from}.", valid_from=shown.valid_from)
    return tr("It was in force from {valid_from} to {valid_to}.", valid_from=shown.valid_from, valid_to=shown.valid_to)


def _ways_back(shown: Procedure) -> list[Message]:
    said = []
    reopened = [one.label for one in shown.states if one.reopens]
    if reopened:
        said.append(tr("A case can be reopened after: {endings}.", endings=_Joined(reopened)))
    # from a verdict a case comes to stages such as the appeal, and from some of them back to a stage of the road
    returning = [
        shown.label(before)
        for before, afters in shown.edges.items()
        if before in set(shown.stages) - set(shown.road) and set(afters) & set(shown.road)
    ]
    if returning:
        said.append(
            tr("A verdict can be annulled and the trial held again, after: {stages}.", stages=_Joined(returning))
        )
    if shown.suspended:
        labels = [shown.label(one) for one in shown.suspended]
        said.append(tr("A case and its clocks stand still in: {states}.", states=_Joined(labels)))
    return said


def _said_of_limits(limits: Sequence[Limit]) -> list[Message]:
    if not limits:
        return [tr("The file holds no legal time limit.")]
    return [
        trn(
            "{n} legal time limit; {measurable} can be measured from the dates of the stages.",
            "{n} legal time limits; {measurable} can be measured from the dates of the stages.",
            len(limits),
            measurable=sum(one.measurable for one in limits),
        )
    ]


def _notes(shown: Procedure) -> tuple[Readable, ...]:
    unverified = sum(one.certainty == "from_memory" for one in shown.limits)
    if not unverified:
        return ()
    return (
        trn(
            "{n} limit was written from memory; verify it against the law in force before relying on it.",
            "{n} limits were written from memory; verify them against the law in force before relying on them.",
            unverified,
        ),
    )


# ------------------------------------------------------------------------------------------------------------- tables


def _states(shown: Procedure) -> Table:
    in_funnel = {state for step in shown.funnel for state in step.states}
    return Table(
        (
            _key("state", tr("state")),
            _text("word", tr("word in a mapping")),
            _text("kind", tr("kind")),
            _text("role", tr("role")),
            _text("outcome_class", tr("class of the outcome")),
            _text("reopens", tr("can be reopened")),
            _text("in_funnel", tr("step of the funnel")),
        ),
        {
            "state": [one.id for one in shown.states],
            # mappings and commands take the id, whatever the language of the words
            "word": [one.id for one in shown.states],
            "kind": [one.kind for one in shown.states],
            "role": [one.role for one in shown.states],
            "outcome_class": [one.outcome_class for one in shown.states],
            "reopens": [_yes_or_no(one.reopens) for one in shown.states],
            "in_funnel": [_yes_or_no(one.id in in_funnel) for one in shown.states],
        },
        labels={
            "state": _words_of(shown),
            "kind": KINDS,
            "role": ROLES,
            "outcome_class": OUTCOME_CLASSES,
            "reopens": {"yes": _YES, "no": _NO},
            "in_funnel": {"yes": _YES, "no": _NO},
        },
        title=tr("Stages and ways of ending"),
        guard="words",
    )


def _moves(shown: Procedure) -> Table:
    pairs = [(before, after) for before, afters in shown.edges.items() for after in afters]
    return Table(
        (_key("from_state", tr("from")), _key("to_state", tr("to"))),
        {"from_state": [one for one, _ in pairs], "to_state": [one for _, one in pairs]},
        labels={"from_state": _words_of(shown), "to_state": _words_of(shown)},
        title=tr("Moves"),
        guard="words",
    )


def _limits(shown: Procedure) -> Table:
    limits = shown.limits
    return Table(
        (
            _key("limit", tr("legal limit")),
            _text("from_state", tr("from")),
            _text("counted_from", tr("counted from")),
            _text("to_state", tr("to")),
            Column("amount", tr("length"), unit="number", role="key", kind="key", decimals=0),
            _text("unit", tr("unit of time")),
            _text("condition", tr("applies to")),
            _text("article", tr("article")),
            _text("breach", tr("when missed")),
            _text("certainty", tr("certainty")),
            _text("measurable", tr("measurable from dates")),
        ),
        {
            "limit": [one.id for one in limits],
            "from_state": [_ids(one.from_states) for one in limits],
            "counted_from": [one.counted_from for one in limits],
            "to_state": [_ids(one.to) for one in limits],
            "amount": [one.amount for one in limits],
            "unit": [one.unit for one in limits],
            "condition": [one.condition and one.condition.text("en") for one in limits],
            "article": [one.article for one in limits],
            "breach": [one.breach for one in limits],
            "certainty": [one.certainty for one in limits],
            "measurable": [_yes_or_no(one.measurable) for one in limits],
        },
        labels={
            "limit": {one.id: one.label for one in limits},
            "from_state": {_ids(one.from_states) or "": _labels(shown, one.from_states) for one in limits},
            "counted_from": COUNTED_FROM,
            "to_state": {_ids(one.to) or "": _labels(shown, one.to) for one in limits},
            "unit": TIME_UNITS,
            "condition": {one.condition.text("en"): one.condition for one in limits if one.condition},
            "breach": BREACHES,
            "certainty": CERTAINTIES,
            "measurable": {"yes": _YES, "no": _NO},
        },
        title=tr("Legal time limits"),
        guard="words",
    )


def _key(name: str, meaning: Message) -> Column:
    return Column(name, meaning, unit="text", role="key", kind="key")


def _text(name: str, meaning: Message) -> Column:
    return Column(name, meaning, unit="text", role="key", kind="text")


def _words_of(shown: Procedure) -> dict[str, Readable]:
    return {one.id: one.label for one in shown.states}


def _ids(states: tuple[str, ...]) -> str | None:
    return ", ".join(states) or None


def _labels(shown: Procedure, states: tuple[str, ...]) -> Readable:
    return _Joined(shown.label(one) for one in states)


def _yes_or_no(given: bool) -> str:
    return "yes" if given else "no"
