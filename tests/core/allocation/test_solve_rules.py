"""The solver against trying everything, on fairs small enough for that."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.allocation.small import best, problems
from tgfair.core.allocation.problem import Booth
from tgfair.core.allocation.solution import Level
from tgfair.core.allocation.solve import solve
from tgfair.core.allocation.verify import verify

LONG = os.environ.get("TGFAIR_LONG") == "1"
few = settings(
    max_examples=500 if LONG else 60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@few
@given(problems())
def test_solution_keeps_every_rule_and_equals_brute_force(problem):
    solution = solve(problem)

    assert verify(problem, solution) == []
    assert all(s.proven for s in solution.scores if s.level is not Level.NEIGHBOURS)
    assert (solution.placed, solution.score(Level.WISHES).value) == best(problem)


@few
@given(problems(), st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(problem, dice):
    def mixed(items):
        items = list(items)
        dice.shuffle(items)
        return tuple(items)

    other = replace(
        problem,
        booths=mixed(problem.booths),
        zones=mixed(problem.zones),
        applicants=mixed(problem.applicants),
        rules=replace(problem.rules, apart=mixed((b, a) for a, b in problem.rules.apart)),
    )

    assert solve(other) == solve(problem)


@few
@given(problems(), st.sampled_from([500, 1000]), st.booleans())
def test_one_more_booth_never_worsens_the_proven_levels(problem, power, water):
    more = replace(
        problem,
        booths=(*problem.booths, Booth("new", "Mới", "A", power_w=power, water=water)),
    )

    before, after = solve(problem), solve(more)

    assert _levels(after) >= _levels(before)


def _levels(solution):
    return solution.placed, solution.score(Level.WISHES).value


@few
@given(problems())
def test_every_unplaced_application_has_a_reason_and_nobody_could_simply_be_added(problem):
    solution = solve(problem)

    assert {"open"}.isdisjoint(r.code for u in solution.unplaced for r in u.reasons)
    assert all(unplaced.reasons for unplaced in solution.unplaced)
