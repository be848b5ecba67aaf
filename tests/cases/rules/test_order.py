"""Which stage must come before which, read from the graph of a procedure."""

from __future__ import annotations

import pytest

from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.rules.order import Pair, after_verdict, followers, ordered_pairs

BOLIVIA = read_procedure("bolivia")


@pytest.mark.parametrize("name", ["bolivia", "guatemala", "common_law"])
class TestEveryShippedProcedure:
    def test_no_pair_contradicts_another(self, name: str) -> None:
        pairs = ordered_pairs(read_procedure(name))
        assert not {Pair(after, before) for before, after in pairs} & set(pairs)

    def test_the_start_comes_before_every_stage_of_the_road(self, name: str) -> None:
        procedure = read_procedure(name)
        first = {after for before, after in ordered_pairs(procedure) if before == procedure.start}
        assert first >= set(procedure.road) - {procedure.start}

    def test_a_verdict_comes_before_its_review(self, name: str) -> None:
        procedure = read_procedure(name)
        late = after_verdict(procedure)
        assert late
        assert {Pair("verdict", one) for one in late} <= set(ordered_pairs(procedure))


class TestBolivia:
    def test_charge_and_accusation(self) -> None:
        assert Pair("charged", "accusation") in ordered_pairs(BOLIVIA)

    def test_a_trial_can_follow_an_annulled_verdict(self) -> None:
        assert Pair("trial", "verdict") not in ordered_pairs(BOLIVIA)
        assert "trial" in followers(BOLIVIA, ["convicted"])

    def test_an_abbreviated_procedure_has_no_fixed_place(self) -> None:
        both = {"abbreviated", "accusation"}
        assert not [pair for pair in ordered_pairs(BOLIVIA) if set(pair) == both]

    def test_appeals(self) -> None:
        assert after_verdict(BOLIVIA) == ("appeal", "cassation", "execution")
        assert Pair("appeal", "cassation") in ordered_pairs(BOLIVIA)
        assert Pair("verdict", "final_verdict") in ordered_pairs(BOLIVIA)

    def test_a_rejection_can_be_reopened_and_a_withdrawal_cannot(self) -> None:
        assert "charged" in followers(BOLIVIA, ["rejected"])
        assert followers(BOLIVIA, ["withdrawn"]) == {"withdrawn"}

    def test_nothing_goes_through_a_second_ending(self) -> None:
        """After a verdict the file may be archived and reopened, but that is another story."""
        assert "preliminary" not in followers(BOLIVIA, ["convicted"])
