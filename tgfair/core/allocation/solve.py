"""Find the best plan: the one entry for pages, jobs, commands and benches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tgfair.core.allocation.engine import Watch
from tgfair.core.allocation.exchange import exchange
from tgfair.core.allocation.explain import explain_all
from tgfair.core.allocation.fitting import Fitting, wish_rank
from tgfair.core.allocation.levels import settle
from tgfair.core.allocation.model import Model
from tgfair.core.allocation.neighbours import Board, Plan
from tgfair.core.allocation.problem import Mode, Problem, checked
from tgfair.core.allocation.reasons import obstacle, over_cap, suited_blocks, why_unplaced
from tgfair.core.allocation.solution import (
    Level,
    LevelScore,
    Placement,
    Progress,
    Solution,
)
from tgfair.core.errors import TgfairError


class ContradictoryError(TgfairError):
    """Pins and requirements leave no plan at all; `explain_infeasible` names which."""

    code = "contradictory"

    def message(self) -> str:
        """Say where to look."""
        return (
            "Các gian đã ghim và hồ sơ bắt buộc mâu thuẫn với thể lệ nên không có phương án nào. "
            "Hãy xem mục “Vì sao không xếp được” rồi bỏ bớt một điều."
        )


def solve(
    problem: Problem,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Return the best plan found within the limits of the problem.

    The same problem gives the same solution, in whatever order its parts are listed, unless a limit
    in seconds or `should_stop` ends it; then the best so far is returned, marked `stopped`.

    Raises:
        InvalidError: the problem names something twice, or something that is missing.
        ContradictoryError: no plan keeps all pins and requirements.
        EngineMissingError: the solver is not installed.
    """
    problem = checked(problem)
    pinned = [booth for pin in problem.fixed for booth in pin.booths]
    if len(set(pinned)) < len(pinned):
        raise ContradictoryError
    now = [Level.PLACED]

    def tell(value: int | None, bound: int | None, seconds: float) -> None:
        if on_progress is not None:
            on_progress(Progress(now[0], value, bound, seconds))

    watch = Watch(problem.limits, should_stop, tell)
    fitting = Fitting(problem)
    settled = settle(Model(problem, fitting), watch, lambda level: now.__setitem__(0, level))
    if settled is None:
        raise ContradictoryError
    board = Board(problem, fitting, settled.plan)
    _use_the_rest(board)
    limits = problem.limits
    plan = exchange(board, seed=limits.seed, moves=limits.moves, stop=watch.asked)
    board = Board(problem, fitting, plan)
    _use_the_rest(board)
    return solution_of(problem, fitting, board.plan, settled.scores, stopped=watch.stopped)


def evaluate(problem: Problem, plan: Mapping[str, tuple[str, ...]]) -> Solution:
    """Return a plan made by hand (booths by application) with its scores, reasons, explanations.

    It is taken as it is, right or wrong; `verify` says which. Nothing is claimed about a bound.

    Raises:
        InvalidError: the problem names something twice, or something that is missing.
        KeyError: the plan names a booth or an application that the problem lacks.
    """
    problem = checked(problem)
    fitting = Fitting(problem)
    booths = {one: tuple(fitting.booths[b] for b in plan[one]) for one in plan}
    level = Level.LOTS if problem.mode is Mode.LOTS else Level.WISHES
    scores = (
        LevelScore(Level.PLACED, len(plan), None, proven=False),
        LevelScore(level, 0, None, proven=False),
    )
    return solution_of(problem, fitting, booths, scores, stopped=False)


def solution_of(
    problem: Problem,
    fitting: Fitting,
    plan: Plan,
    scores: tuple[LevelScore, ...],
    *,
    stopped: bool,
) -> Solution:
    """Return a plan with its scores, reasons and explanations."""
    board = Board(problem, fitting, plan)
    without = [a for a in problem.applicants if a.id not in plan]
    neighbours = LevelScore(Level.NEIGHBOURS, board.total(), None, proven=False)
    return Solution(
        placements=tuple(
            Placement(
                one,
                tuple(booth.id for booth in plan[one]),
                wish_rank(fitting.applicants[one], plan[one]),
                pinned=one in board.fixed,
            )
            for one in sorted(plan)
        ),
        unplaced=tuple(why_unplaced(board, applicant) for applicant in without),
        scores=(*(replace_value(board, score) for score in scores), neighbours),
        stopped=stopped,
        explanations=explain_all(board) if problem.limits.explain else (),
    )


def replace_value(board: Board, score: LevelScore) -> LevelScore:
    """Return the score as the final plan has it: exchanging may have won something more."""
    value = len(board.plan) if score.level is Level.PLACED else board.wish_points()
    proven = score.proven or (score.bound is not None and value >= score.bound)
    return replace(score, value=value, proven=proven)


def _use_the_rest(board: Board) -> None:
    """Give what is still free to those it fits: a search that was stopped leaves such places."""
    for applicant in board.problem.applicants:
        if applicant.id in board.plan or over_cap(board, applicant) is not None:
            continue
        open_blocks = (
            block
            for block in suited_blocks(board, applicant)
            if obstacle(board, applicant, block) is None
        )
        block = next(open_blocks, None)
        if block is not None:
            board.put({applicant.id: block})
