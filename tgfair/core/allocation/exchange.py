"""Improve the neighbours of a settled plan by exchanging places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from tgfair.core.allocation.dice import Dice
from tgfair.core.allocation.neighbours import Board, Plan
from tgfair.core.allocation.problem import Booth

# How much worse a step may make the plan at the beginning; it falls to 0 (threshold accepting).
FIRST_THRESHOLD = 12


def exchange(board: Board, *, seed: int, moves: int, stop: Callable[[], bool]) -> Plan:
    """Return the best plan found in this many tries; the board ends at another one."""
    dice = Dice(seed)
    movable = sorted(one for one in board.plan if one not in board.fixed)
    alike: dict[int, list[str]] = defaultdict(list)
    for one in movable:
        alike[len(board.plan[one])].append(one)
    booths = [booth for row in board.fitting.rows for booth in row]
    score = board.total()
    best, best_plan = score, dict(board.plan)
    for turn in range(moves if movable else 0):
        if turn % 256 == 0 and stop():
            break
        one = movable[dice.below(len(movable))]
        step = _step(board, one, alike[len(board.plan[one])], booths, dice)
        if step is None or not board.allowed(step):
            continue
        old = {name: board.plan[name] for name in step}
        before = board.local(step)
        board.put(step)
        change = board.local(step) - before
        if change < -(FIRST_THRESHOLD * (moves - turn) // moves):
            board.put(old)
            continue
        score += change
        if score > best:
            best, best_plan = score, dict(board.plan)
    return best_plan


def _step(
    board: Board, one: str, alike: list[str], booths: list[Booth], dice: Dice
) -> dict[str, tuple[Booth, ...]] | None:
    """Return a try: an exchange with an application of the same size, or a move to a free block."""
    here = board.plan[one]
    choice = dice.below(len(alike) + len(alike) // 4 + 1)
    if choice < len(alike):
        other = alike[choice]
        return None if other == one else {one: board.plan[other], other: here}
    block = board.free_block(booths[dice.below(len(booths))], len(here))
    return None if block is None else {one: block}
