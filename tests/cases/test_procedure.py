"""A procedure holds together or says what does not; words of the user become states."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import ProcedureError
from justice_metrics.base.language import Label
from justice_metrics.cases.procedure import OUTCOME_CLASSES, ROLES, Limit, Move, Procedure, State
from justice_metrics.cases.procedure_graph import reachable, required_before, reversed_edges

STATES = (
    State(id="reported", kind="start", label=Label("reported"), role="complaint"),
    State(id="police", kind="stage", label=Label("police"), funnel=False),
    State(id="charged", kind="stage", label=Label({"en": "charged", "es": "imputado"}), role="charge"),
    State(id="trial", kind="stage", label=Label("trial"), role="trial"),
    State(id="convicted", kind="outcome", label=Label("convicted"), role="verdict", outcome_class="conviction"),
    State(id="acquitted", kind="outcome", label=Label("acquitted"), role="verdict", outcome_class="acquittal"),
    State(id="appeal", kind="stage", label=Label("appeal")),
    State(id="final", kind="outcome", label=Label("final"), role="final_verdict", outcome_class="conviction"),
    State(id="prison", kind="stage", label=Label("prison")),
    State(id="rejected", kind="outcome", label=Label("rejected"), outcome_class="rejection", reopens=True),
    State(id="absent", kind="suspended", label=Label("absent")),
)
MOVES = (
    Move("reported", ("police", "rejected")),
    Move("police", ("charged", "rejected")),
    Move("rejected", ("police",)),
    Move("charged", ("trial", "absent")),
    Move("absent", ("trial",)),
    Move("trial", ("convicted", "acquitted", "absent")),
    Move("convicted", ("appeal", "final")),
    Move("acquitted", ("appeal",)),
    Move("appeal", ("trial", "final")),
    Move("final", ("prison",)),
)
LIMIT = Limit(
    id="six_months",
    label=Label("six months"),
    from_states=("charged",),
    to=("trial",),
    amount=6,
    unit="months",
    article="1",
    certainty="seen",
)


LONELY = State(id="lonely", kind="stage", label=Label("lonely"))


def procedure(**changes: Any) -> Procedure:
    parts: dict[str, Any] = {
        "id": "small",
        "title": Label("A small procedure"),
        "valid_from": dt.date(2000, 1, 1),
        "source": "invented",
        "states": STATES,
        "moves": MOVES,
        "limits": (LIMIT,),
    }
    return Procedure(**{**parts, **changes})


def with_state(which: str, **changes: Any) -> tuple[State, ...]:
    return tuple(replace(one, **changes) if one.id == which else one for one in STATES)


def without_moves(*states: str) -> tuple[Move, ...]:
    return tuple(one for one in MOVES if one.from_state not in states)


# ------------------------------------------------------------------------------------------------ what it answers


def test_stages_and_outcomes_stand_in_the_order_of_the_file() -> None:
    made = procedure()
    assert made.start == "reported"
    assert made.stages == ("reported", "police", "charged", "trial", "appeal", "prison")
    assert made.outcomes == ("convicted", "acquitted", "final", "rejected")
    assert made.suspended == ("absent",)
    assert [one.rank for one in made.states] == list(range(len(STATES)))
    assert made.state("trial").rank == made.ids.index("trial")


def test_a_word_is_a_state_or_a_role() -> None:
    made = procedure()
    assert made.resolve("appeal") == ("appeal",)
    assert made.resolve("complaint") == ("reported",)
    assert made.resolve("trial") == ("trial",)
    assert made.resolve("verdict") == ("convicted", "acquitted")
    assert made.resolve("final_verdict") == ("final",)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("sentencia", "'verdict' (sentencia)"), ("Sobreseimiento", "'dismissal' ("), ("VERDICT ", "'verdict' (")],
)
def test_a_word_for_readers_is_told_its_id(word: str, meant: str) -> None:
    from justice_metrics.cases.canonical import procedure_of
    from justice_metrics.cases.mappings.mapping import read_mapping

    bolivia = procedure_of(read_mapping("sample_data/bolivia_mapping.toml"))
    with pytest.raises(ProcedureError) as raised:
        bolivia.endpoint(word)
    assert f"Did you mean {meant}" in raised.value.text()
    assert "There are" not in raised.value.text()


def test_what_there_is_is_listed_once() -> None:
    with pytest.raises(ProcedureError) as raised:
        procedure().endpoint("xyzzy")
    listed = raised.value.text().split("There are: ")[1].rstrip(".").split(", ")
    assert len(listed) == len(set(listed))


def test_endpoints() -> None:
    made = procedure()
    assert made.endpoint("verdict") == ("convicted", "acquitted", "final")
    assert made.endpoint("final_verdict") == ("final",)
    assert made.endpoint("conviction") == ("convicted", "final")
    assert made.endpoint("rejection") == ("rejected",)
    assert made.endpoint("any_exit") == made.outcomes
    assert made.endpoint("acquitted") == ("acquitted",)
    assert made.endpoint("charge") == ("charged",)


def test_an_unknown_word_is_met_with_the_nearest_one() -> None:
    made = procedure()
    with pytest.raises(ProcedureError, match="Did you mean 'charged'"):
        made.resolve("chargd")
    with pytest.raises(ProcedureError, match="Did you mean 'conviction'"):
        made.endpoint("convictoin")
    with pytest.raises(ProcedureError, match="Did you mean 'trial'"):
        made.state("trail")
    with pytest.raises(ProcedureError, match="not a stage"):
        made.label("nothing like it")


def test_a_role_that_nobody_plays_is_said_so() -> None:
    with pytest.raises(ProcedureError, match="plays the role 'prosecution'"):
        procedure().resolve("prosecution")
    with pytest.raises(ProcedureError, match="has the class 'transfer'"):
        procedure().endpoint("transfer")


def test_labels_in_both_languages_for_states_roles_classes_and_levels() -> None:
    made = procedure()
    assert made.label("charged").text("es") == "imputado"
    assert made.label("final_verdict").text() == "final verdict"
    assert made.label("conviction").text() == "conviction"
    assert made.label("pending").text() == "pending"
    assert made.label("any_exit").text() == "any way of ending"


def test_class_of_a_state() -> None:
    assert procedure().class_of("final") == "conviction"
    assert procedure().class_of("trial") is None


def test_the_funnel_is_the_road_to_the_verdict_and_then_the_verdicts() -> None:
    made = procedure()
    assert made.road == ("reported", "police", "charged", "trial")
    assert [(one.id, one.states, one.rank) for one in made.funnel] == [
        ("reported", ("reported",), 0),
        ("charged", ("charged",), 1),
        ("trial", ("trial",), 2),
        ("verdict", ("convicted", "acquitted", "final"), 3),
        ("final_verdict", ("final",), 4),
    ]
    assert made.aftermath == ("prison",)


def test_a_procedure_without_verdicts_has_a_funnel_of_its_stages() -> None:
    made = procedure(
        states=(
            State(id="fine", kind="start", label=Label("fine")),
            State(id="sent", kind="stage", label=Label("sent")),
            State(id="paid", kind="outcome", label=Label("paid"), outcome_class="other"),
        ),
        moves=(Move("fine", ("sent", "paid")), Move("sent", ("paid",))),
        limits=(),
    )
    assert [one.id for one in made.funnel] == ["fine", "sent"]
    assert made.roles == {}


def test_what_must_come_before() -> None:
    made = procedure()
    # the suspension and the annulled verdict are ways round a stage; they excuse nothing on the first way there
    assert made.required_before("trial") == ("reported", "police", "charged")
    assert made.required_before("convicted") == ("reported", "police", "charged", "trial")
    assert made.required_before("rejected") == ("reported",)
    assert made.required_before("reported") == ()
    assert made.required_before("final") == ()


def test_a_procedure_prints_as_a_size_and_not_as_a_page() -> None:
    assert repr(procedure()) == "Procedure('small', stages: 6, outcomes: 4, limits: 1, valid from 2000-01-01)"


def test_every_role_and_class_has_words() -> None:
    assert set(ROLES) == {"complaint", "charge", "prosecution", "trial", "verdict", "final_verdict"}
    assert len(OUTCOME_CLASSES) == 9
    assert all(one.text("en") for one in (*ROLES.values(), *OUTCOME_CLASSES.values()))


def test_a_limit_is_measurable_when_both_ends_are_states() -> None:
    assert LIMIT.measurable
    assert not replace(LIMIT, to=()).measurable
    assert not replace(LIMIT, from_states=()).measurable


# --------------------------------------------------------------------------------------------------- what is refused

FAULTY: list[tuple[str, dict[str, Any], str]] = [
    ("unknown state in a move", {"moves": (*MOVES, Move("trial", ("aquitted",)))}, "names 'aquitted'.*\n.*'acquitted'"),
    ("a move from nowhere", {"moves": (*MOVES, Move("trail", ("acquitted",)))}, "'trail', which is no state"),
    ("a move to nowhere", {"moves": (*MOVES, Move("trial", ()))}, "from 'trial' leads nowhere"),
    ("unreachable stage", {"states": (*STATES, LONELY)}, "No case can ever reach 'lonely'"),
    (
        "unreachable outcome",
        {"moves": (*without_moves("trial"), Move("trial", ("convicted", "absent")))},
        "No case can ever reach 'acquitted' from 'reported'",
    ),
    (
        "outcome without class",
        {"states": with_state("rejected", outcome_class=None)},
        "outcome 'rejected' has no class",
    ),
    ("class on a stage", {"states": with_state("charged", outcome_class="conviction")}, "'charged' is not an outcome"),
    ("reopening stage", {"states": with_state("charged", reopens=True)}, "'charged' is not an outcome"),
    ("two starts", {"states": with_state("police", kind="start")}, "2 states are the start: reported, police"),
    ("no start", {"states": with_state("reported", kind="stage")}, "No state is the start"),
    ("role twice", {"states": with_state("police", role="charge")}, "role 'charge' is played by 2"),
    ("verdict on a stage", {"states": with_state("police", role="verdict")}, "role verdict but is not an outcome"),
    ("charge on an outcome", {"states": with_state("rejected", role="prosecution")}, "prosecution but is not a stage"),
    ("state twice", {"states": (*STATES, STATES[1])}, "state 'police' is given 2 times"),
    ("limit twice", {"limits": (LIMIT, LIMIT)}, "limit 'six_months' is given 2 times"),
    ("limit from nowhere", {"limits": (replace(LIMIT, from_states=("charge",)),)}, "names 'charge'.*\n.*'charged'"),
    ("limit to nowhere", {"limits": (replace(LIMIT, to=("tral",)),)}, "names 'tral'.*\n.*'trial'"),
    ("limit without length", {"limits": (replace(LIMIT, amount=0),)}, "'six_months' is 0 long"),
    (
        "limit that ends before it begins",
        {"limits": (replace(LIMIT, valid_from=dt.date(2001, 1, 1), valid_to=dt.date(2000, 1, 1)),)},
        "'six_months' ends",
    ),
    ("ends before it begins", {"valid_to": dt.date(1999, 12, 31)}, "'small' ends .31 Dec 1999. before"),
    (
        "dead end",
        {
            "moves": (
                *without_moves("trial", "absent"),
                Move("trial", ("convicted", "acquitted")),
                Move("absent", ("absent",)),
            )
        },
        "comes to 'absent' can never reach an outcome",
    ),
    (
        "an ending that goes on",
        {"states": with_state("rejected", reopens=False)},
        "'rejected' ends a case, yet moves lead",
    ),
    ("reopens without a way", {"moves": without_moves("rejected")}, "'rejected' reopens, but no move"),
    (
        "stages out of order",
        {"states": (STATES[0], STATES[2], STATES[1], *STATES[3:])},
        "'charged' stands before .*police",
    ),
    (
        "outcome before its stages",
        {"states": (STATES[0], STATES[9], *STATES[1:9], STATES[10])},
        "outcome 'rejected' stands before .*police",
    ),
    (
        "a role as a name",
        {"states": with_state("charged", id="prosecution")},
        "'prosecution' has a name with a meaning",
    ),
    ("a level as a name", {"states": with_state("absent", id="pending")}, "'pending' has a name with a meaning"),
    (
        "a class as the name of one of several",
        {"states": with_state("final", id="conviction")},
        "'conviction' has a name",
    ),
    (
        "no outcome",
        {
            "states": STATES[:4],
            "moves": (Move("reported", ("police",)), Move("police", ("charged",)), Move("charged", ("trial",))),
            "limits": (),
        },
        "No state is an outcome",
    ),
]


@pytest.mark.parametrize(("changes", "message"), [one[1:] for one in FAULTY], ids=[one[0] for one in FAULTY])
def test_what_does_not_hold_together_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ProcedureError, match=message):
        procedure(**changes)


def test_all_faults_are_said_at_once() -> None:
    with pytest.raises(ProcedureError) as caught:
        procedure(
            states=with_state("rejected", outcome_class=None),
            moves=(*MOVES, Move("trial", ())),
            valid_to=dt.date(1999, 1, 1),
        )
    said = caught.value.text("en")
    assert "3 faults" in said
    assert "no class" in said
    assert "leads nowhere" in said
    assert "ends" in said


def test_a_class_may_name_the_only_outcome_that_has_it() -> None:
    states = (*STATES, State(id="transfer", kind="outcome", label=Label("moved"), outcome_class="transfer"))
    made = procedure(states=states, moves=(*MOVES, Move("police", ("transfer",))))
    assert made.endpoint("transfer") == ("transfer",)


def test_several_moves_from_one_state_add_up_without_repeats() -> None:
    made = procedure(moves=(*MOVES, Move("charged", ("trial", "rejected"))))
    assert made.edges["charged"] == ("trial", "absent", "rejected")


# --------------------------------------------------------------------------------------------------------- the graph

graphs = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=4, unique=True).map(tuple), max_size=6
)


@given(graphs)
def test_what_is_reached_forwards_reaches_back(edges: dict[str, tuple[str, ...]]) -> None:
    back = reversed_edges(edges)
    for state in "bcdef":
        assert (state in reachable(edges, ["a"])) == ("a" in reachable(back, [state]))


@given(graphs, st.sampled_from("bcdef"))
def test_a_required_state_stands_on_every_simple_path(edges: dict[str, tuple[str, ...]], goal: str) -> None:
    paths = list(simple_paths(edges, ("a",), goal))
    on_all = set.intersection(*map(set, paths)) - {goal} if paths else set()
    assert required_before(edges, "a", goal) == on_all


def simple_paths(edges: dict[str, tuple[str, ...]], so_far: tuple[str, ...], goal: str) -> Any:
    for following in edges.get(so_far[-1], ()):
        if following == goal:
            yield (*so_far, goal)
        elif following not in so_far:
            yield from simple_paths(edges, (*so_far, following), goal)
