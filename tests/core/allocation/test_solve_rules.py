"""The solver against trying everything, on fairs small enough for that."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.instances import provincial
from tests.core.allocation.small import best, best_lots, lots_value, problems
from tgfair.core.allocation.problem import Booth, Limits, Mode, Pin
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


@few
@given(problems())
def test_lots_give_each_in_turn_the_best_that_leaves_the_number_placed(problem):
    problem = replace(problem, mode=Mode.LOTS)

    solution = solve(problem)

    plan = {p.applicant: p.booths for p in solution.placements}
    assert verify(problem, solution) == []
    assert solution.score(Level.LOTS).proven
    assert lots_value(problem, plan) == best_lots(problem)


@few
@given(problems(pins=False), st.data())
def test_fill_moves_nobody_who_was_placed(problem, data):
    plan = solve(problem).placements
    kept = data.draw(st.lists(st.sampled_from(plan), unique=True)) if plan else []
    previous = tuple(Pin(p.applicant, p.booths) for p in kept)
    problem = replace(problem, mode=Mode.FILL, previous=previous)

    solution = solve(problem)

    got = {p.applicant: p.booths for p in solution.placements}
    assert verify(problem, solution) == []
    assert {p.applicant: got[p.applicant] for p in kept} == {p.applicant: p.booths for p in kept}


@few
@given(problems(), st.sampled_from([Limits(nodes=0, small=0, moves=50), Limits(large=0, moves=50)]))
def test_short_search_keeps_every_rule_and_its_bounds_hold(problem, limits):
    solution = solve(replace(problem, limits=limits))

    most, points = best(problem)
    placed, wishes = solution.score(Level.PLACED), solution.score(Level.WISHES)
    assert verify(problem, solution) == []
    assert placed.value <= most <= (most if placed.bound is None else placed.bound)
    if placed.value == most:
        assert wishes.value <= points <= (points if wishes.bound is None else wishes.bound)


def test_stopped_run_keeps_what_it_had():
    problem = provincial(3, 60, 60)
    heard = []

    def stop():
        return bool(heard)

    solution = solve(problem, on_progress=heard.append, should_stop=stop)

    assert solution.stopped
    assert verify(problem, solution) == []
    assert solution.placed > len(problem.pins)


def test_provincial_fair_is_proven_and_repeatable():
    problem = provincial(2, 70, 75)

    solution = solve(problem)

    assert verify(problem, solution) == []
    assert [score.proven for score in solution.scores] == [True, True, False]
    assert solve(problem) == solution


def test_large_fair_is_bounded_and_repeatable():
    limits = Limits(large=0, nodes=20, moves=200, explain=False)
    problem = replace(provincial(2, 70, 75), limits=limits)

    solution = solve(problem)

    assert verify(problem, solution) == []
    assert all(s.bound is not None for s in solution.scores if s.level is not Level.NEIGHBOURS)
    assert solve(problem) == solution


def test_search_near_the_relaxation_comes_close_to_what_is_proven():
    problem = replace(provincial(4, 105, 100), limits=Limits(moves=0, explain=False))
    near = replace(problem, limits=Limits(large=0, moves=0, explain=False))

    best, found = solve(problem), solve(near)

    assert verify(near, found) == []
    assert best.score(Level.WISHES).proven
    assert found.score(Level.PLACED).value >= 0.995 * best.score(Level.PLACED).value
    assert found.score(Level.WISHES).value >= 0.995 * best.score(Level.WISHES).value


def test_stopped_search_of_a_large_fair_keeps_what_it_had():
    heard = []
    problem = replace(provincial(4, 150, 150), limits=Limits(large=0, moves=0, explain=False))

    solution = solve(problem, on_progress=heard.append, should_stop=lambda: len(heard) > 2)

    assert solution.stopped
    assert verify(problem, solution) == []
    assert solution.placed > len(problem.pins)
    assert all(one.bound >= one.value for one in heard if one.level is Level.WISHES)
