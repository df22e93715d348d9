"""A contradiction is named by a smallest set of rules."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.allocation.small import allowed_plans, problems
from tests.core.allocation.test_solve_rules import few
from tgfair.core.allocation.conflicts import _relaxed, demands_of, explain_infeasible
from tgfair.core.allocation.problem import Applicant, Booth, Pin, Problem, Rules, Zone, checked
from tgfair.core.allocation.solve import ContradictoryError, solve
from tgfair.core.names import GROUP_NAMES

SQUARE = Problem(
    booths=(
        Booth("1", "A01", "A", power_w=500, row="r", position=1),
        Booth("2", "A02", "A", power_w=500, row="r", position=2),
        Booth("3", "A03", "A", power_w=500, row="r", position=3, blocked="Cây che"),
    ),
    zones=(Zone("A", "A", feed_w=700),),
    applicants=(
        Applicant("x", "HTX Xuân", power_w=400),
        Applicant("y", "Cơ sở Yên", power_w=400),
        Applicant("z", "Cơ sở Ất"),
    ),
)


def sentences(problem):
    return [demand.sentence for demand in explain_infeasible(problem)]


def test_nothing_is_named_when_a_plan_exists():
    assert explain_infeasible(SQUARE) == ()


def test_two_who_need_more_than_the_supply():
    problem = replace(SQUARE, rules=Rules(required=frozenset("xy")))

    assert sentences(problem) == [
        "HTX Xuân phải có gian.",
        "Cơ sở Yên phải có gian.",
        "Nguồn điện khu A chịu được 700 W.",
        "HTX Xuân cần 400 W.",
        "Cơ sở Yên cần 400 W.",
    ]


def test_three_for_two_booths_name_the_blocked_one():
    zones = (Zone("A", "A"),)
    problem = replace(SQUARE, zones=zones, rules=Rules(required=frozenset("xyz")))

    assert "Gian A03 không dùng: Cây che." in sentences(problem)
    with pytest.raises(ContradictoryError):
        solve(problem)


def test_type_of_booth_that_does_not_take_the_goods_is_named_by_its_own_name():
    """The key `food` is a group of products as well as a type of booth."""
    problem = replace(
        SQUARE,
        booths=tuple(replace(booth, kind="food", blocked=None) for booth in SQUARE.booths),
        applicants=(Applicant("x", "HTX Xuân", groups=frozenset({"craft"})),),
        rules=Rules(required=frozenset("x"), kind_groups=(("food", frozenset({"food", "drink"})),)),
        names=tuple(GROUP_NAMES.items()),
    )

    assert sentences(problem) == [
        "HTX Xuân phải có gian.",
        "Gian ẩm thực chỉ nhận nhóm Thực phẩm, Đồ uống.",
    ]


def test_two_pins_on_one_booth():
    problem = replace(SQUARE, pins=(Pin("x", ("1",)), Pin("y", ("1",))))

    assert sentences(problem) == [
        "HTX Xuân được ghim ở gian A01.",
        "Cơ sở Yên được ghim ở gian A01.",
    ]
    with pytest.raises(ContradictoryError):
        solve(problem)


def can_be_met(problem: Problem) -> bool:
    booths = [b for pin in problem.pins for b in pin.booths]
    return len(set(booths)) == len(booths) and any(True for _ in allowed_plans(problem))


@few
@given(problems(most=4), st.data())
def test_conflict_is_true_irreducible_and_a_minimum_for_few_rules(problem, data):
    ids = [applicant.id for applicant in problem.applicants]
    required = frozenset(data.draw(st.sets(st.sampled_from(ids), min_size=1)))
    problem = checked(replace(problem, rules=replace(problem.rules, required=required)))
    assume(not can_be_met(problem))

    conflict = explain_infeasible(problem)

    asked = required | {pin.applicant for pin in problem.pins}
    applicants = tuple(one for one in problem.applicants if one.id in asked)
    pairs = tuple(pair for pair in problem.rules.apart if asked.issuperset(pair))
    problem = replace(problem, applicants=applicants, rules=replace(problem.rules, apart=pairs))
    demands = demands_of(problem)

    def met(kept):
        return can_be_met(_relaxed(problem, demands, frozenset(kept)))

    assert not met(conflict)
    assert all(met([d for d in conflict if d != one]) for one in conflict)
    if len(demands) <= 12:
        smaller = combinations(demands, len(conflict) - 1)
        assert all(met(some) for some in smaller)
