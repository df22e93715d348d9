"""Lay a plan out so that those who must not be neighbours are none, or prove that it cannot be.

The program counts places by class and does not see who stands beside whom. This rule bites seldom,
so it is kept by rearranging; where no arrangement exists, the smallest group found to be in the way
becomes a row of the program, which then looks for another plan (the row holds for all plans: taking
somebody out of an arrangement never brings two others together).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tgfair.core.allocation.engine import INFINITY, Engine, Program, Watch
from tgfair.core.allocation.exchange import exchange
from tgfair.core.allocation.model import Model
from tgfair.core.allocation.neighbours import Board, Plan
from tgfair.core.allocation.problem import Booth
from tgfair.core.allocation.shapes import Choice

QUICK_MOVES = 3_000
# A group is reduced one by one up to this size; a larger one becomes a row as it is.
MOST_REDUCED = 60


@dataclass(frozen=True, slots=True)
class Clash:
    """Applications that cannot all have these choices."""

    choices: Mapping[str, Choice]


def lay_out(model: Model, chosen: Mapping[str, Choice], plan: Plan, watch: Watch) -> Plan | Clash:
    """Return the plan rearranged so that nobody stands beside whom they must not."""
    board = Board(model.problem, model.fitting, plan)
    if not _zones_in_trouble(board):
        return plan
    moved = exchange(board, seed=watch.limits.seed, moves=QUICK_MOVES, stop=watch.asked)
    board = Board(model.problem, model.fitting, moved)
    if not _zones_in_trouble(board):
        return moved
    board = Board(model.problem, model.fitting, plan)
    for zone in sorted(_zones_in_trouble(board)):
        choices = {one: choice for one, choice in chosen.items() if choice.zone == zone}
        arranged = _arrange(model, choices, watch)
        if arranged is None:
            return Clash(_reduced(model, choices, watch))
        plan = plan | arranged
    return plan


def _zones_in_trouble(board: Board) -> set[str]:
    return {
        board.plan[one][0].zone
        for pair in board.problem.rules.apart
        if _beside(board, pair)
        for one in pair
        if one not in board.fixed
    }


def _beside(board: Board, pair: tuple[str, str]) -> bool:
    if pair[0] not in board.plan or pair[1] not in board.plan:
        return False
    return any(
        board.holder.get(other) == pair[1]
        for booth in board.plan[pair[0]]
        for other in board.beside[booth.id]
    )


def _arrange(model: Model, choices: Mapping[str, Choice], watch: Watch) -> Plan | None:
    """Return booths for all of these choices by explicit places, or None when there are none."""
    program = Program()
    places: dict[str, dict[int, tuple[Booth, ...]]] = {}
    at: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)  # who, booth -> columns
    for one, choice in choices.items():
        places[one] = {program.column(): block for block in model.blocks(choice)}
        for column, block in places[one].items():
            for booth in block:
                at[one, booth.id][column] = 1.0
        program.row(1, 1, dict.fromkeys(places[one], 1.0))
    by_booth: dict[str, dict[int, float]] = defaultdict(dict)
    for (_, booth_id), columns in at.items():
        by_booth[booth_id].update(columns)
    for columns in by_booth.values():
        program.row(-INFINITY, 1, columns)
    for one, other in model.problem.rules.apart:
        for left, right in model.fitting.edges:
            for first, second in ((left, right), (right, left)):
                _keep_apart(program, model, at, (one, first), (other, second))
    outcome = Engine(program, watch).solve({})
    if outcome.values is None:
        return None
    return {
        one: next(block for column, block in blocks.items() if outcome.values[column])
        for one, blocks in places.items()
    }


def _keep_apart(
    program: Program,
    model: Model,
    at: Mapping[tuple[str, str], dict[int, float]],
    one: tuple[str, str],
    other: tuple[str, str],
) -> None:
    first, second = at.get(one, {}), at.get(other, {})
    if first and second:
        program.row(-INFINITY, 1, first | second)
    elif first and model.holds(*other):
        program.row(0, 0, first)
    elif second and model.holds(*one):
        program.row(0, 0, second)


def _reduced(model: Model, choices: Mapping[str, Choice], watch: Watch) -> Mapping[str, Choice]:
    if len(choices) > MOST_REDUCED:
        return choices
    left = dict(choices)
    for one in choices:
        fewer = {name: choice for name, choice in left.items() if name != one}
        if _arrange(model, fewer, watch) is None:
            left = fewer
    return left
