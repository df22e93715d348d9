"""The first two levels: as many applications as possible, then their wishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tgfair.core.allocation.apart import Clash, lay_out
from tgfair.core.allocation.engine import INFINITY, Engine, Outcome, Relaxed, Watch, relax
from tgfair.core.allocation.model import Model
from tgfair.core.allocation.neighbours import Plan
from tgfair.core.allocation.parts import (
    PER_PLACEMENT_FIRST,
    most_placed,
    most_wishes,
    together,
)
from tgfair.core.allocation.problem import Applicant, Mode
from tgfair.core.allocation.rounds import from_guide
from tgfair.core.allocation.solution import Level, LevelScore

Announce = Callable[[Level], None]

# So many applicants of a draw are decided in one solve; more would need weights too far apart.
BATCH = 4


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan that is settled in the earlier levels, with what is proven about them."""

    plan: Plan
    scores: tuple[LevelScore, ...]


def settle(model: Model, watch: Watch, announce: Announce) -> Settled | None:
    """Return the best plan by number and wishes; None when no plan keeps pins and requirements."""
    if len(model.program.upper) <= watch.limits.large or model.problem.mode is Mode.LOTS:
        return _settle(model, watch, announce)
    announce(Level.PLACED)
    most = relax(model.program, model.placed_costs, watch)
    guide = relax(model.program, together(model, PER_PLACEMENT_FIRST), watch)
    large = None
    if most is not None and guide is not None:
        announce(Level.WISHES)
        large = _settle_large(model, watch, most.bound, guide)
    return large or _settle(model, watch, announce)


def _settle_large(model: Model, watch: Watch, most: int, guide: Relaxed) -> Settled | None:
    """Search near the guide; bound by relaxation."""
    while True:
        values = from_guide(model, watch, guide)
        if values is None:
            return None
        laid = lay_out(model, model.chosen(values), model.plan(values), watch)
        if not isinstance(laid, Clash):
            break
        _forbid(model, laid)
    number = len(laid) - len(model.fixed)
    model.program.row(number, INFINITY, model.placed_terms)
    best = relax(model.program, model.points, watch)
    # What the guide leaves for wishes beside this number is a bound too, if a weaker one.
    high = PER_PLACEMENT_FIRST * max(model.points.values(), default=1)
    bound = guide.bound - high * number if best is None else best.bound
    top = Outcome(values, number, most, proven=number >= most, infeasible=False)
    wishes = Outcome(values, None, bound, proven=False, infeasible=False)
    return Settled(laid, _scores(model, laid, Level.WISHES, top, wishes))


def _settle(model: Model, watch: Watch, announce: Announce) -> Settled | None:
    second = _lots if model.problem.mode is Mode.LOTS else most_wishes
    level = Level.LOTS if model.problem.mode is Mode.LOTS else Level.WISHES
    while True:
        announce(Level.PLACED)
        engine = Engine(model.program, watch)
        most = most_placed(model, engine, watch)
        if most.infeasible:
            return None
        if most.values is None or most.value is None:
            plan: Plan = dict(model.fixed)
            return Settled(plan, _scores(model, plan, level, most, None))
        announce(level)
        best = second(model, engine, watch, most)
        values = best.values or most.values
        laid = lay_out(model, model.chosen(values), model.plan(values), watch)
        if not isinstance(laid, Clash):
            return Settled(laid, _scores(model, laid, level, most, best))
        _forbid(model, laid)


def feasible(model: Model, watch: Watch) -> bool:
    """Return whether a plan keeps all pins and requirements; a stopped search says yes."""
    while True:
        outcome = Engine(model.program, watch).solve({})
        if outcome.values is None:
            return not outcome.infeasible
        laid = lay_out(model, model.chosen(outcome.values), model.plan(outcome.values), watch)
        if not isinstance(laid, Clash):
            return True
        _forbid(model, laid)


def _forbid(model: Model, clash: Clash) -> None:
    columns = [model.choices[one][choice] for one, choice in clash.choices.items()]
    model.program.row(-INFINITY, len(columns) - 1, dict.fromkeys(columns, 1.0))


def _lots(model: Model, engine: Engine, watch: Watch, most: Outcome) -> Outcome:
    """Give each in the order of the lots the best that still leaves the number placed as it is."""
    values, proven = most.values, most.proven
    engine.add_row(most.value or 0, INFINITY, model.placed_terms)
    for batch in _batches(model):
        ranks = {applicant.id: model.ranks(applicant) for applicant in batch}
        if watch.over():
            proven = False
            break
        costs, factor = dict[int, int](), 1
        for applicant in reversed(batch):
            for column, rank in ranks[applicant.id].items():
                costs[column] = rank * factor
            factor *= len(applicant.wishes) + 2
        outcome = engine.solve(costs, start=values)
        values = outcome.values or values
        proven = proven and outcome.proven
        for applicant in batch:
            _keep(engine, ranks[applicant.id], values)
    return Outcome(values, None, None, proven=proven, infeasible=False)


def _batches(model: Model) -> Iterator[list[Applicant]]:
    waiting = [applicant for applicant in model.free if model.choices[applicant.id]]
    last = len(model.problem.applicants) + max((a.lot or 0 for a in waiting), default=0)
    waiting.sort(key=lambda a: last if a.lot is None else a.lot)
    for start in range(0, len(waiting), BATCH):
        yield waiting[start : start + BATCH]


def _keep(engine: Engine, ranks: dict[int, int], values: tuple[int, ...] | None) -> None:
    """Let nobody later take what an earlier one has: at least as good a wish stays."""
    got = max((rank for column, rank in ranks.items() if values and values[column]), default=0)
    engine.limit_columns({column: (0, 0) for column, rank in ranks.items() if rank < got})
    if got:
        engine.add_row(1, 1, {column: 1.0 for column, rank in ranks.items() if rank >= got})


def _scores(
    model: Model, plan: Plan, level: Level, most: Outcome, best: Outcome | None
) -> tuple[LevelScore, ...]:
    """Add what the fixed applications count to values and bounds of the free ones."""
    fixed = len(model.fixed)
    reach = None if most.bound is None else most.bound + fixed
    placed = LevelScore(Level.PLACED, len(plan), reach, proven=most.proven)
    points, settled = model.plan_points(plan), model.plan_points(model.fixed)
    bound = None if best is None or best.bound is None else best.bound + settled
    # The wishes of the best number are proven only when that number is.
    reached = best is not None and best.proven if level is Level.LOTS else bound == points
    return placed, LevelScore(level, points, bound, proven=placed.proven and reached)
