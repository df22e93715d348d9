"""Why-cards: true words about what was got, what was lost and what a move would cost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from tests.core.allocation.small import as_solution, problems, value
from tests.core.allocation.test_solve_rules import few
from tgfair.core.allocation.explain import board_of, explain, price_of
from tgfair.core.allocation.problem import Applicant, Booth, Limits, Problem, Wish, Zone
from tgfair.core.allocation.reasons import suited_blocks
from tgfair.core.allocation.solution import Price, Reason
from tgfair.core.allocation.solve import solve
from tgfair.core.allocation.verify import verify

FAIR = Problem(
    booths=(
        Booth("1", "A01", "A", power_w=500, water=True, row="a", position=1),
        Booth("2", "B01", "B", power_w=500, row="b", position=1),
        Booth("3", "B02", "B", power_w=500, row="b", position=2),
    ),
    zones=(Zone("A", "OCOP tỉnh", groups=frozenset({"food"})), Zone("B", "Đồ uống")),
    applicants=(
        Applicant("x", "HTX Xuân", groups=frozenset({"food"}), water=True, power_w=300),
        Applicant("y", "Cơ sở Yên", groups=frozenset({"food"}), wishes=(Wish(zone="A"),)),
        Applicant("z", "Cơ sở Ất", groups=frozenset({"drink"}), wishes=(Wish(zone="A"),)),
    ),
    names=(("food", "Thực phẩm"), ("drink", "Đồ uống")),
)


def test_needs_met_are_named():
    card = explain(FAIR, solve(FAIR), "x")

    assert card.met == ("Đủ điện: cần 300 W, gian có 500 W.", "Có nước.")
    assert (card.wish, card.lost) == (None, ())


def test_lost_wish_names_who_stands_there_and_the_first_goal():
    card = explain(FAIR, solve(FAIR), "y")

    assert [(one.wish, one.label, one.holders) for one in card.lost] == [
        (1, "Khu OCOP tỉnh", ("x",))
    ]
    assert card.lost[0].reason == Reason(
        "placed",
        "Thể lệ: xếp được nhiều hồ sơ nhất là mục tiêu thứ nhất. Vào đó thì mất gian: HTX Xuân.",
    )


def test_lost_wish_that_never_suited_names_the_rule():
    card = explain(FAIR, solve(FAIR), "z")

    assert card.lost[0].reason == Reason("product_group", "Khu OCOP tỉnh không nhận nhóm Đồ uống.")


def test_alternatives_come_cheapest_first():
    card = explain(FAIR, solve(FAIR), "z")

    assert [price.placed for price in card.alternatives] == [0]


def test_every_placed_application_has_a_card():
    solution = solve(FAIR)

    assert [card.applicant for card in solution.explanations] == ["x", "y", "z"]
    quiet = replace(FAIR, limits=Limits(explain=False))
    assert solve(quiet).explanations == ()


@few
@given(problems(pins=False))
def test_price_is_the_true_difference_and_leaves_the_plan_as_it_was(problem):
    solution = solve(problem)
    board = board_of(problem, solution)
    before = dict(board.plan)
    plan = {p.applicant: p.booths for p in solution.placements}
    for one in plan:
        applicant = board.fitting.applicants[one]
        for block in suited_blocks(board, applicant):
            price = price_of(board, one, block)
            if price is None or block == board.plan[one]:
                continue
            moved = _moved(plan, one, price)
            allowed = verify(problem, as_solution(problem, moved))
            placed, wishes = value(problem, moved)
            was_placed, was_wishes = value(problem, plan)
            assert {v.code for v in allowed} <= {"could_be_placed"}
            assert (price.placed, price.wishes) == (placed - was_placed, wishes - was_wishes)
    assert board.plan == before


def _moved(plan, one, price: Price):
    after = {name: booths for name, booths in plan.items() if name not in price.displaced}
    after[one] = price.booths
    if price.placed == 0:
        after |= dict.fromkeys(price.displaced, plan[one])
    return after
